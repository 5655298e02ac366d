use proptest::prelude::*;
use serde_json::{Value, json};

use super::tokenizer::{Term, Terms, chunks};
use super::*;
use crate::config::Config;
use crate::diag::codes;
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
    let workspace = workspace(Config::default());
    index_of(&workspace)
}

/// Reads a configuration that has nothing wrong.
fn config(text: &str) -> Config {
    let (config, problems) = crate::config::parse(crate::text::FileId::new(0), text);
    assert!(problems.is_empty(), "{problems:?}");
    config
}

fn workspace(config: Config) -> Workspace {
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
    Workspace::from_files(
        config,
        &[
            ("catalog-info.yaml", entities.as_bytes()),
            ("docs/index.md", index.as_bytes()),
            ("docs/guide/refunds.md", refunds.as_bytes()),
            ("docs/hidden.md", hidden.as_bytes()),
        ],
    )
}

fn index_of(workspace: &Workspace) -> SearchFiles {
    let portal = crate::portal::analyse(workspace, &mut |_| ());
    let broken = portal.diagnostics.iter().filter(|problem| problem.code.rule().family == codes::Family::Docs);
    assert_eq!(broken.count(), 0, "{:?}", portal.diagnostics);
    let documents = documents(workspace, &portal);
    index(&documents, &workspace.config().search)
}

/// The tests of the module query this index; its packed files are written in hexadecimal digits.
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
    let blocks = found.iter().filter(|(path, _)| path.contains("/d/0/"));
    let read = |(_, block): (&String, &Vec<u8>)| serde_json::from_slice::<Vec<Value>>(&inflate(block)).unwrap();
    // Few documents are in order by path, too.
    let shown: Vec<Value> = blocks.flat_map(read).collect();
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
        json!([0, "Full refund", "Press the button twice. The REFUND_LIMIT variable bounds it."])
    );
    let module = String::from_utf8_lossy(&found[MODULE]);
    assert!(!module.lines().any(|line| line.starts_with(['/', '*'])), "readers load comments");
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    assert_eq!(example(), example());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let documents = library(90);
    let config = crate::config::SearchConfig::default();
    assert_eq!(changed(&index(&documents, &config), &one.install(|| index(&documents, &config))), [""; 0]);
    let other = index(&[], &crate::config::SearchConfig::default());
    assert!(other.contains_key("search/index.json"));
    assert_ne!(other.keys().collect::<Vec<_>>(), example().keys().collect::<Vec<_>>());
}

/// Returns documents of made-up words, some of which are much more frequent than others.
fn library(count: usize) -> Vec<Document<'static>> {
    let mut state: u64 = 88_172_645_463_325_252;
    let mut roll = move |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % sides as u64).unwrap()
    };
    let syllables = ["ba", "ke", "li", "mon", "nu", "pra", "ro", "sti", "ta", "ve", "wo", "zu"];
    let mut word = || {
        // The product of two dice is small more often than not.
        let mut number = roll(60) * roll(60);
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(syllables[number % syllables.len()]);
            number /= syllables.len();
        }
        word
    };
    let mut text = |words: usize| (0..words).map(|_| word()).collect::<Vec<_>>().join(" ");
    let mut document = |number: usize| Document {
        url: format!("docs/default/component/c{}/p{number}/", number / 5),
        title: text(3),
        kind: DocumentType::Docs,
        reference: format!("component:default/c{}", number / 5),
        names: Vec::new(),
        keywords: String::new(),
        facts: None,
        boost: EVEN,
        sections: (0..5)
            .map(|section| Part {
                anchor: format!("s{section}").into(),
                heading: text(2).into(),
                text: text(60).into(),
            })
            .collect(),
    };
    (0..count).map(&mut document).collect()
}

/// Returns the paths of files that differ.
fn changed(before: &SearchFiles, after: &SearchFiles) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn a_typing_error_changes_the_files_of_its_words() {
    let config = crate::config::SearchConfig::default();
    let mut documents = library(240);
    let before = index(&documents, &config);
    assert!(before.len() > 300, "{} files", before.len());
    let mut most = 0;
    for round in 0..7 {
        let part = &mut documents[round * 32].sections[round % 5];
        let mut words: Vec<String> = part.text.split(' ').map(str::to_owned).collect();
        let word = &mut words[round * 2];
        let wrong = format!("{}{}{}", &word[1..2], &word[..1], &word[2..]);
        let right = std::mem::replace(word, wrong);
        let text = std::mem::replace(&mut part.text, words.join(" ").into());
        let differ = changed(&before, &index(&documents, &config));
        assert!(differ.len() <= 14, "{right}: {differ:#?}");
        assert!(differ.iter().filter(|path| path.contains("/d/")).count() == 1, "{right}: {differ:#?}");
        most = most.max(differ.len());
        documents[round * 32].sections[round % 5].text = text;
    }
    assert!(most > 4, "nothing is noticed");
    // A word more makes a text longer, which is hardly ever seen.
    let text = &mut documents[7].sections[2].text;
    *text = format!("{text} mon").into();
    let differ = changed(&before, &index(&documents, &config));
    assert!(differ.len() <= 14, "{differ:#?}");
}

/// Makes an index with what the last one has left, as another process would.
fn again(documents: &[Document<'_>], before: &SearchFiles, saved: &mut Vec<u8>) -> (SearchFiles, usize) {
    let config = crate::config::SearchConfig::default();
    let left = postcard::from_bytes(saved).unwrap_or_default();
    let (files, next) = index_again(crate::routes::SEARCH, documents, &config, left, &|path| before.contains_key(path));
    *saved = postcard::to_allocvec(&next).unwrap();
    let kept = files.values().filter(|file| file.bytes.is_none()).count();
    let bytes = |(path, file): (String, IndexFile)| {
        assert!(file.bytes.is_some() || before[&path].len() as u64 == file.size, "{path}");
        let bytes = file.bytes.unwrap_or_else(|| before[&path].clone());
        (path, bytes)
    };
    (files.into_iter().map(bytes).collect(), kept)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn after_any_edit_an_index_in_parts_is_that_of_all_documents(
        edits in proptest::collection::vec((0..8_usize, any::<u32>(), any::<u32>()), 1..9),
    ) {
        let config = crate::config::SearchConfig::default();
        let mut documents = library(90);
        for number in [3, 40, 77] {
            // Longer than what is kept for excerpts, with words that are rare and some that become so.
            let text = &documents[number].sections[1].text;
            let rare = format!("zanzibar{number} retries retrying foo-bar{} quagga", number % 2);
            // More rare words than have room, so that it counts how rare each is.
            let some: String = (0..40).map(|which| format!(" rare{which} {}", &text[..60])).collect();
            documents[number].sections[1].text = format!("{} {rare} {some}", text.repeat(12)).into();
        }
        let (mut saved, mut files) = (Vec::new(), SearchFiles::new());
        (files, _) = again(&documents, &files, &mut saved);
        prop_assert!(files == index(&documents, &config));
        for (edit, one, two) in edits {
            let at = one as usize % documents.len();
            let sections = documents[at].sections.len();
            let section = two as usize % sections;
            let swapped = documents[two as usize % documents.len()].sections[0].text.clone();
            let text = &mut documents[at].sections[section].text;
            match edit {
                0 => *text = format!("{text} quagga retried zanzibar{} rare{}", one % 50, two % 8).into(),
                1 => *text = text.split_once(' ').map_or("", |(_, rest)| rest).to_owned().into(),
                2 => *text = swapped,
                3 => documents[at].title = format!("Retry foo-bar{}", two % 3),
                4 => documents[at].sections[section].heading = "Zanzibar and quaggas".into(),
                5 => documents[at].sections.truncate(section + 1),
                6 => drop(documents.remove(at)),
                _ => *text = text.replacen(' ', " Retrying ", 1).into(),
            }
            let (next, kept) = again(&documents, &files, &mut saved);
            let whole = index(&documents, &config);
            prop_assert!(changed(&whole, &next).is_empty(), "{:?} after {}", changed(&whole, &next), edit);
            prop_assert!(edit == 6 || kept > files.len() / 3, "{} of {} after {}", kept, files.len(), edit);
            files = next;
        }
    }
}

#[test]
fn numbers_mean_the_same_in_all_that_a_folder_ever_holds() {
    let config = crate::config::SearchConfig::default();
    let mut documents = library(20);
    let folder = |documents: &[Document<'_>]| root(&index(documents, &config))["folder"].clone();
    let generation = |documents: &[Document<'_>]| root(&index(documents, &config))["generation"].clone();
    let before = (folder(&documents), generation(&documents));
    documents[3].title = "Another".to_owned();
    assert_eq!(folder(&documents), before.0);
    assert_ne!(generation(&documents), before.1);
    documents.remove(4);
    assert_ne!(folder(&documents), before.0);
}

/// Returns the table of contents of an index.
fn root(files: &SearchFiles) -> Value {
    serde_json::from_slice(&files["search/index.json"]).unwrap()
}

#[test]
fn files_are_passed_over_and_count_more() {
    let plain = root(&example());
    assert_eq!((&plain["count"], &plain["boosts"]), (&json!(7), &Value::Null));
    let boosted =
        "search:\n  boost:\n    - {files: [docs/], factor: 2}\n    - {files: ['docs/guide/*'], factor: 0.5}\n";
    // Entities, then the two pages in their order.
    assert_eq!(root(&index_of(&workspace(config(boosted))))["boosts"], json!([[100, 5], [50, 1], [200, 1]]));
    let without = root(&index_of(&workspace(config("search: {exclude: ['docs/guide/']}\n"))));
    assert_eq!(without["count"], 6);
    let empty = root(&index_of(&workspace(config("search: {exclude: ['**']}\n"))));
    assert_eq!(empty["count"], 0);
}

#[test]
fn a_page_says_itself_how_much_it_counts_within_what_the_configuration_says() {
    let entity = "{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {name: a, annotations: {backstage.io/techdocs-ref: 'dir:.'}}, spec: {type: service, lifecycle: production, owner: x}}";
    let counts = |factor: i32| json!([[100, 1], [factor, 1]]);
    for (own, configured, expect) in [
        ("2", None, counts(200)),
        ("0.5", None, counts(50)),
        // Nobody puts a page before those of all others.
        ("1e9", None, counts(200)),
        ("x", None, Value::Null),
        ("2", Some("5"), counts(200)),
        ("10", Some("5"), counts(500)),
        ("10", Some("0.1"), counts(10)),
        ("0.2", Some("0.5"), counts(20)),
    ] {
        let page = format!("---\nsearch: {{boost: {own}}}\n---\n# One\ntext\n");
        let files: [(&str, &[u8]); 2] = [("catalog-info.yaml", entity.as_bytes()), ("docs/index.md", page.as_bytes())];
        let config = configured.map_or_else(Config::default, |factor| {
            config(&format!("search: {{boost: [{{files: ['docs/'], factor: {factor}}}]}}\n"))
        });
        assert_eq!(root(&index_of(&Workspace::from_files(config, &files)))["boosts"], expect, "{own} {configured:?}");
    }
}

#[test]
fn synonyms_are_kept_as_terms() {
    let config = config("search: {synonyms: [[Configuration, setup], [k8s, kubernetes, kube-ctl]]}\n");
    let root = root(&index_of(&workspace(config)));
    assert_eq!(root["synonyms"], json!([["configur", "setup"], ["k8s", "kubernet", "kube-ctl"]]));
}

#[test]
fn an_index_is_measured_and_held_to_its_budget() {
    let files = example();
    let measured = report(files.iter().map(|(path, bytes)| (path.as_str(), bytes.len() as u64)), 7);
    let all: usize = files.values().map(Vec::len).sum();
    assert_eq!((measured.bytes(), measured.files), (all as u64, files.len()));
    assert!(measured.to_string().starts_with("search index: "), "{measured}");
    assert!(over_budget(&workspace(Config::default()), &measured).is_empty());
    assert!(over_budget(&workspace(config("search: {budget: 1GB}\n")), &measured).is_empty());
    let over = over_budget(&workspace(config("search: {budget: 1kB}\n")), &measured);
    assert_eq!(over.len(), 1);
    assert!(over[0].message.contains("more than allowed"), "{over:?}");
}

#[test]
fn search_tests_are_asked_of_the_module() {
    let failing = |tests: &str| {
        let workspace = workspace(config(&format!("search:\n  synonyms: [[chargeback, refund]]\n  tests:\n{tests}")));
        let files = index_of(&workspace);
        trials(&workspace, files)
    };
    let good = "    - {query: payment-api, expect: 'api:default/payment-api', within: 1}
    - {query: chargeback customer, expect: docs/default/component/payment-service/guide/refunds/}
    - {query: REFUND_LIMIT, expect: 'docs/default/component/payment-service/guide/refunds/#full-refund'}
    - {query: 返金, expect: /docs/default/component/payment-service}
";
    assert_eq!(failing(good), []);
    let bad = "    - {query: service, expect: 'group:default/team-cash', within: 1}
    - {query: refund, expect: docs/default/component/payment-service/guide/payments/}
    - {query: qqqzzz, expect: 'api:default/payment-api'}
";
    let found = failing(bad);
    let told: Vec<(&str, Option<&str>)> = found.iter().map(|one| (&*one.message, one.help.as_deref())).collect();
    assert!(
        told[0].0.starts_with("`service` finds `group:default/team-cash` at ") || told[0].0.contains("does not find"),
        "{told:?}"
    );
    assert_eq!(told[1].0, "`refund` does not find `docs/default/component/payment-service/guide/payments/`");
    assert!(
        told[1].1.unwrap().starts_with("found first: `docs/default/component/payment-service/guide/refunds/"),
        "{told:?}"
    );
    assert_eq!(told[2].1, Some("nothing is found"));
    assert!(found.iter().all(|one| one.code == crate::diag::codes::SEARCH_TEST && one.span().start > 0));
}

#[test]
fn names_within_names_are_known() {
    let runs = |text: &str| Terms::new().runs(text);
    assert_eq!(runs("plugin-argo-cd"), ["plugin-argo", "argo-cd"]);
    assert_eq!(runs("Argo CD"), ["argo-cd"]);
    assert_eq!(runs("Time-Lapse Maker"), ["time-lapse-maker"]);
    assert_eq!(runs("x-ray-lab"), ["x-ray", "ray-lab"]);
    assert_eq!(runs("OAuth 2"), ["o-auth-2"]);
    // What a piece is as a whole, what a space parts from a common word, sentences, numbers, what other marks part.
    for text in
        ["time-lapse", "", "Guide to it", "How a desk is made ready at night", "Release 1.2.3", "Cues | Lamps", "返金"]
    {
        assert_eq!(runs(text), [""; 0], "{text}");
    }
    assert_eq!(runs("how-to-dim"), ["how-to", "to-dim"]);
}

/// Returns what is wrong with the answers to queries, each with what must come first, over entities and one page.
fn strangers(entities: &[(&str, &str, &str)], page: &str, queries: &[(&str, &str)]) -> Vec<String> {
    let entity = |(name, title, tags): &(&str, &str, &str)| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  title: {title}\n  tags: [{tags}]\n  annotations: {{backstage.io/techdocs-ref: 'dir:docs-of/{name}'}}\nspec: {{type: service, lifecycle: production, owner: crew}}\n"
        )
    };
    let catalog = entities.iter().map(entity).collect::<Vec<_>>().concat();
    let test = |(query, expect): &(&str, &str)| format!("    - {{query: '{query}', expect: '{expect}', within: 1}}\n");
    let tests = format!("search:\n  tests:\n{}", queries.iter().map(test).collect::<Vec<_>>().concat());
    let docs = format!("docs-of/{}/docs/index.md", entities[0].0);
    let workspace =
        Workspace::from_files(config(&tests), &[("catalog-info.yaml", catalog.as_bytes()), (&docs, page.as_bytes())]);
    let portal = crate::portal::analyse(&workspace, &mut |_| ());
    let documents = documents(&workspace, &portal);
    let found = trials(&workspace, index(&documents, &workspace.config().search));
    found.iter().map(|one| format!("{} ({:?})", one.message, one.help)).collect()
}

#[test]
fn joined_and_parted_words_are_no_strangers() {
    let entities = [
        ("sunrise-clock", "Sun-Rise Clock", "wasm-edge, go"),
        ("plugin-open-fga", "plugin-open-fga", "rust"),
        ("broadcaster", "Web Hook Sender", "java"),
        ("lampHouse", "lampHouse", "foldback"),
        ("dim_curve", "Dim curve", "oauth2"),
        ("fog.machine", "Fog machine", "k8s"),
        ("ticket-strasse", "Lange Straße", "utf-8"),
        ("haze", "Große Bühne", "cloud"),
        ("smoke", "Sørensen Ærlig", "ipv6"),
    ];
    let page = "# Cues\n\nSet `max-fade-time` or cueStackLimit. The back drop is heavy. Old *Düsen* are loud.\n";
    let of = |name: &str| format!("component:default/{name}");
    let index = "docs/default/component/sunrise-clock/";
    let queries = [
        // A title with a dash, written as one word, half typed, in the plural, or apart.
        ("sunrise", of("sunrise-clock")),
        ("sunri", of("sunrise-clock")),
        ("sunrises", of("sunrise-clock")),
        ("sun rise", of("sunrise-clock")),
        ("sunriseclock", of("sunrise-clock")),
        // Some words of a name.
        ("openfga", of("plugin-open-fga")),
        ("open fga", of("plugin-open-fga")),
        ("open_fga", of("plugin-open-fga")),
        ("openFga", of("plugin-open-fga")),
        // A title with spaces.
        ("webhook", of("broadcaster")),
        ("webhooks", of("broadcaster")),
        ("web-hook", of("broadcaster")),
        // Camels, snakes and dots.
        ("lamphouse", of("lampHouse")),
        ("lamp house", of("lampHouse")),
        ("lamp-house", of("lampHouse")),
        ("dimcurve", of("dim_curve")),
        ("dim-curve", of("dim_curve")),
        ("fogmachine", of("fog.machine")),
        ("fog-machine", of("fog.machine")),
        // Tags, with digits.
        ("wasmedge", of("sunrise-clock")),
        ("wasm edge", of("sunrise-clock")),
        ("fold back", of("lampHouse")),
        ("fold-back", of("lampHouse")),
        ("oauth 2", of("dim_curve")),
        ("oauth-2", of("dim_curve")),
        ("k8s", of("fog.machine")),
        ("utf8", of("ticket-strasse")),
        ("ip v6", of("smoke")),
        // Letters that not every keyboard has.
        ("strasse", of("ticket-strasse")),
        ("STRASSE", of("ticket-strasse")),
        ("lange straße", of("ticket-strasse")),
        ("grosse buehne", of("haze")),
        ("grosse buhne", of("haze")),
        ("Bühne", of("haze")),
        ("soerensen", of("smoke")),
        ("sorensen", of("smoke")),
        ("aerlig", of("smoke")),
        // In running text.
        ("maxfadetime", index.to_owned()),
        ("max fade time", index.to_owned()),
        ("fadetime", index.to_owned()),
        ("cuestacklimit", index.to_owned()),
        ("cue-stack-limit", index.to_owned()),
        ("backdrop", index.to_owned()),
        ("duesen", index.to_owned()),
    ];
    let queries: Vec<(&str, &str)> = queries.iter().map(|(query, expect)| (*query, expect.as_str())).collect();
    assert_eq!(strangers(&entities, page, &queries), [""; 0]);
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

#[test]
fn levels_have_a_file_of_their_own() {
    let catalog = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a, tags: [x]}\nspec: {type: service, lifecycle: b, owner: c}\n---\n\
                   apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: b}\nspec: {type: service, lifecycle: b, owner: c}\n---\n\
                   apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: s}\nspec: {owner: c}\n";
    let card = "kind: Scorecard\nid: ready\nfilter: kind:component\nlevels: [{id: bronze}, {id: gold}]\nrules:\n  - {id: t, level: bronze, pass: 'true'}\n  - {id: u, level: gold, pass: has(entity.metadata.tags)}\n";
    let files = [("catalog-info.yaml", catalog.as_bytes()), ("scorecards/ready.yaml", card.as_bytes())];
    let workspace = Workspace::from_files(Config::default(), &files);
    let portal = crate::portal::analyse(&workspace, &mut |_| ());
    let index = index(&documents(&workspace, &portal), &workspace.config().search);
    let of = |name: &str| {
        index.iter().find(|(path, _)| path.ends_with(name)).map(|(_, bytes)| String::from_utf8_lossy(bytes))
    };
    let levels = of("/levels.json").unwrap_or_default();
    assert_eq!(levels, r#"{"ready=bronze":["component:default/b"],"ready=gold":["component:default/a"]}"#);
    // What every other filter loads does not grow.
    assert!(!of("/facts.json").unwrap_or_default().contains("gold"));
}
