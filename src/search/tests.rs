use std::io::Read as _;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::terms::{Term, Terms, chunks};
use super::*;
use crate::catalog;
use crate::config::Config;
use crate::workspace::Workspace;

/// Returns the terms of a text, wholes with a mark, without stop words.
fn cut(text: &str) -> Vec<String> {
    let show = |term| match term {
        Term::Word(word) if word.stop => None,
        Term::Word(word) => Some(word.stem),
        Term::Whole(term) => Some(format!("={term}")),
    };
    let mut terms = Terms::new();
    chunks(text).flat_map(|chunk| terms.of(chunk)).filter_map(show).collect()
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::DeflateDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// The same vectors hold the module in the browser to these rules, in `tests/browser/search.test.mjs`.
#[test]
fn terms_are_those_of_the_vectors() {
    let vectors: Vec<(String, Vec<String>)> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    assert!(vectors.len() > 40);
    for (text, expect) in vectors {
        assert_eq!(cut(&text), expect, "{text}");
    }
}

#[test]
fn the_module_has_the_stop_words_of_the_pipeline() {
    let (_, list) = CLIENT.split_once("new Set((").unwrap();
    let (list, _) = list.split_once(").split").unwrap();
    let words: Vec<&str> = list.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty()).collect();
    assert_eq!(words.len(), 119);
    assert_eq!(cut(&words.join(" ")), [""; 0]);
}

fn example() -> SearchFiles {
    let entities = "
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payment-service
  title: Payments
  description: Takes *money* from people.
  tags: [java, checkout]
  annotations: {backstage.io/techdocs-ref: 'dir:.'}
spec: {type: service, lifecycle: production, owner: team-cash}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: payment-api, description: How others ask for money.}
spec: {type: openapi, lifecycle: production, owner: team-cash, definition: x}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-cash, title: Cash Team}
spec: {type: team, children: [], profile: {email: cash@example.org}}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: new-service, title: New service}
spec: {type: service, owner: team-cash, steps: []}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments, namespace: legacy, description: The old one.}
spec: {type: service, lifecycle: deprecated, owner: team-cash}
";
    let refunds = "# Refunding a customer\nHow to give money back.\n\n## Full refund\nPress the button twice. The `REFUND_LIMIT` variable bounds it.\n\n## Part of it\nUse the **reconciliation** console, see <https://example.org>.\n";
    let hidden = "---\nsearch: {exclude: true}\n---\n# Hidden\nreconciliation\n";
    let index = "# Welcome\nInstallation and configuration of the service. 支払いの返金\n";
    let workspace = Workspace::from_files(
        Config::default(),
        &[
            ("catalog-info.yaml", entities.as_bytes()),
            ("docs/index.md", index.as_bytes()),
            ("docs/guide/refunds.md", refunds.as_bytes()),
            ("docs/hidden.md", hidden.as_bytes()),
        ],
    );
    let catalog = Arc::new(catalog::load(&workspace).catalog);
    let (docs, problems) = crate::docs::analyse(&workspace, &catalog, &crate::docs::Memo::default());
    assert!(problems.is_empty(), "{problems:?}");
    index_of(&documents(&catalog, &docs, &crate::api::Apis::default()))
}

fn index_of(documents: &[Document<'_>]) -> SearchFiles {
    super::index(documents)
}

/// The tests of the module query this index; its packed files stand there in hexadecimal digits.
#[test]
fn the_index_of_the_example() {
    let search = example();
    let show = |(path, bytes): (&String, &Vec<u8>)| match path.rsplit_once('.') {
        Some((_, "json")) => Some((path.clone(), serde_json::from_slice(bytes).unwrap())),
        Some((_, "bin")) => {
            Some((path.clone(), bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()))
        }
        _ => None,
    };
    let files: Value = search.iter().filter_map(show).collect::<serde_json::Map<String, Value>>().into();
    insta::with_settings!({
        snapshot_path => "../../tests/browser",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("search_index", serde_json::to_string_pretty(&files).unwrap());
    });
}

#[test]
fn documents_say_what_they_are() {
    let found = example();
    let (_, block) = found.iter().find(|(path, _)| path.ends_with("/d/0/0.bin")).unwrap();
    let shown: Vec<Value> = serde_json::from_slice(&inflate(block)).unwrap();
    assert_eq!(shown.len(), 7);
    assert_eq!(
        shown[1],
        json!([
            1,
            "catalog/default/component/payment-service/",
            "Payments",
            "entity",
            "component:default/payment-service",
            0,
            [["", "", "Takes money from people. · java checkout Component service production team-cash Cash Team"]]
        ])
    );
    assert_eq!(shown[4][3], "template");
    assert_eq!(
        shown[5][6][1],
        json!(["full-refund", "Full refund", "Press the button twice. The REFUND_LIMIT variable bounds it."])
    );
    assert!(found.contains_key(MODULE));
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    assert_eq!(example(), example());
    let other = index_of(&[]);
    assert!(other.contains_key("search/index.json"));
    assert_ne!(other.keys().collect::<Vec<_>>(), example().keys().collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn any_text_is_cut(text in "\\PC{0,60}") {
        for term in cut(&text) {
            prop_assert!(!term.is_empty() && term != "=");
        }
    }

    #[test]
    fn any_word_is_stemmed(word in "[a-z]{1,14}") {
        prop_assert!(cut(&word).len() <= 1);
    }
}
