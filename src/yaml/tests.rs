use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// Parses one document and renders it as JSON, or the codes of its problems.
fn check(text: &str, expect: &str) {
    let (documents, problems) = parse(FileId::new(0), text);
    let got = if problems.is_empty() {
        let values: Vec<String> = documents
            .iter()
            .filter_map(|document| document.root.as_ref())
            .map(|root| serde_json::to_string(root).expect("values have JSON"))
            .collect();
        values.join("\n")
    } else {
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        codes.join(" ")
    };
    assert_eq!(got, expect, "{text}");
}

#[test]
fn an_unfinished_merge_is_called_one() {
    let text = "kind: Component\n<<<<<<< HEAD\nspec: {a: 1}\n=======\nspec: {a: 2}\n>>>>>>> other\n";
    let (_, problems) = parse(FileId::new(0), text);
    let first = problems.first().expect("a problem");
    assert!(format!("{} {}", first.message, first.labels[0].text).contains("unfinished merge"), "{first:?}");
    assert!(first.help.as_deref().is_some_and(|help| help.starts_with("keep one of the two versions")), "{first:?}");
}

/// Returns the text that the value at a path of keys and indices covers.
fn slice<'a>(text: &'a str, path: &[&str]) -> &'a str {
    let (documents, problems) = parse(FileId::new(0), text);
    assert_eq!(problems, []);
    let mut node = documents[0].root.clone().expect("a value");
    for part in path {
        node = match node.as_seq() {
            Some(items) => items[part.parse::<usize>().unwrap()].clone(),
            None => node.get(part).unwrap_or_else(|| panic!("no {part}")).clone(),
        };
    }
    &text[node.span.range()]
}

#[test]
fn faults_stand_between_characters() {
    for text in [
        "\u{a0}\n\n00\n\u{e}\n\u{e}\n",
        "a: b\n\u{2003}\n- c\n",
        "\u{3000}: [\u{3000}",
        "\u{a0}|\n\n0=#8\r\r[:{:::@:\r:::{::\u{e}\n",
    ] {
        for problem in parse(FileId::new(0), text).1 {
            for label in &problem.labels {
                assert!(text.get(label.span.range()).is_some(), "{text:?}: {problem:?}");
            }
        }
    }
}

#[test]
fn scalars_are_yaml_1_2_core() {
    check("[true, True, yes, on, null, ~, '']", r#"[true,true,"yes","on",null,null,""]"#);
    check("[012, 0o17, 0x1F, -0, +3, 1_000, 0b1]", r#"[12,15,31,0,3,"1_000","0b1"]"#);
    check("[1.5, .5, 1., 1e3, 1.50, .inf, .nan]", r#"[1.5,0.5,1,1000,1.5,null,null]"#);
    check("[2024-01-01, 12:30, 1.2.3, tRue]", r#"["2024-01-01","12:30","1.2.3","tRue"]"#);
    check("12345678901234567890", "12345678901234567000");
    check("!!str 5", r#""5""#);
    check("!secret x", r#""x""#);
    check("%YAML 1.1\n---\n[yes, 012, 0b11]", "[true,10,3]");
}

#[test]
fn keys_are_texts_and_merge_keys_stay() {
    check("1: a\n~: b\ntrue: c", r#"{"1":"a","":"b","true":"c"}"#);
    check("x: {{ y }}", r#"{"x":{"{ y }":null}}"#);
    check("b: &b {k: 1}\nc:\n  <<: *b", r#"{"b":{"k":1},"c":{"<<":{"k":1}}}"#);
    check("a: 1\nb: 2\na: 3", "duplicate-key");
}

#[test]
fn documents_stand_for_themselves() {
    check("a\n---\nb\n...\n# c\n---\n---\nd", "\"a\"\n\"b\"\n\"d\"");
    check("a: [\n---\nb: 1", "yaml-syntax");
    let (documents, _) = parse(FileId::new(0), "a: [\n---\nb: 1\n---\n\"open\n---\nc");
    let broken: Vec<bool> = documents.iter().map(|document| document.broken).collect();
    assert_eq!(broken, [true, false, true]);
    let (documents, _) = parse(FileId::new(0), "a: \"open\n---\nb: \"closed\"\n");
    assert_eq!(documents.len(), 2);
    check("", "");
    check("# only\n", "");
    check("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n", r#"{"a":1,"b":"x\ny\n"}"#);
    check("a: |\n  ---\n  b\n", r#"{"a":"---\nb\n"}"#);
}

#[test]
fn aliases_are_counted_as_the_library_counts() {
    let reference = |n: usize| format!("a: &a x\nb: [{}]", vec!["*a"; n].join(", "));
    assert!(parse(FileId::new(0), &reference(99)).1.is_empty());
    check(&reference(100), "alias-bomb");
    check(
        "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
        r#"{"a":["x"],"b":[["x"],["x"]],"c":[[["x"],["x"]],[["x"],["x"]]]}"#,
    );
    let mut bomb = "a0: &a0 x\n".to_owned();
    for i in 1..12 {
        let _ = writeln!(bomb, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    check(&bomb, "alias-bomb");
    check("a: *a", "yaml-syntax");
    check("a: &a [*a]", "yaml-syntax");
    check("a: &a 1\n---\nb: *a", "yaml-syntax");
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(FileId::new(0), &nested(MAX_DEPTH)).1.is_empty());
    check(&nested(10_000), "nested-too-deeply");
    let block: String = (0..10_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    check(&block, "nested-too-deeply");
}

#[test]
fn spans_cover_the_value() {
    let text = "a: {b: [1, \"two\"], c: x}\nd: |\n  one\n  two\n\ne:\n  - f: &g 'q'\n    h: *g\ni:\n";
    assert_eq!(slice(text, &["a", "b", "1"]), "\"two\"");
    assert_eq!(slice(text, &["a", "b"]), "[1, \"two\"]");
    assert_eq!(slice(text, &["a", "c"]), "x");
    assert_eq!(slice(text, &["d"]), "one\n  two");
    assert_eq!(slice(text, &["e"]), "- f: &g 'q'\n    h: *g");
    assert_eq!(slice(text, &["e", "0", "f"]), "'q'");
    // A value that comes by alias is where it is written.
    assert_eq!(slice(text, &["e", "0", "h"]), "'q'");
    assert_eq!(slice(text, &["i"]), "");
}

#[test]
fn faults_point_into_the_document_and_say_what_to_do() {
    let fault = |text: &str| {
        let (_, problems) = parse(FileId::new(0), text);
        let index = crate::text::LineIndex::new(text);
        let at = index.position(text, problems[0].span().start as usize);
        (at.to_string(), problems[0].help.clone().unwrap_or_default())
    };
    let (at, help) = fault("a: 1\nb:\n\tc: 2\n");
    assert_eq!(at.split(':').next(), Some("3"), "{at}");
    assert!(help.contains("spaces"), "{help}");
    let (at, help) = fault("a: 1\nb: @team\n");
    assert_eq!(at, "2:4");
    assert!(help.contains("quotes"), "{help}");
    let (at, _) = fault("a: 1\nb: one: two\n");
    assert_eq!(at.split(':').next(), Some("2"), "{at}");
    let (at, help) = fault("a: \"open\n");
    assert_eq!(at.split(':').next(), Some("1"), "{at}");
    assert!(help.contains("quotation"), "{help}");
}

#[test]
fn what_is_opened_and_not_closed_is_reported_where_it_was_opened() {
    let check = |text: &str, place: &str, words: &str| {
        let (_, problems) = parse(FileId::new(0), text);
        let index = crate::text::LineIndex::new(text);
        let told: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", index.position(text, problem.span().start as usize), problem.message))
            .collect();
        assert!(
            told.len() == 1 && told[0].starts_with(&format!("{place} ")) && told[0].contains(words),
            "{text}{told:?}"
        );
    };
    let entity = |metadata: &str| format!("kind: Component\nmetadata:\n{metadata}spec:\n  type: service\n");
    check(&entity("  name: \"buoy\n"), "3:9", "quotation mark `\"` is not closed");
    check(&entity("  name: 'buoy\n  title: 'Bell'\n"), "3:9", "quotation mark `'` is not closed");
    check(&entity("  tags: [brass, loud\n"), "3:9", "bracket `[` is not closed");
    check(&entity("  labels: {a: b\n  name: x\n"), "3:11", "bracket `{` is not closed");
    check(&entity("  links: [{url: x, title: y]\n"), "3:11", "bracket `{` is not closed");
    check(&entity("  description: |\n  not indented\n"), "3:16", "below `|` is not indented");
    check(&entity("  description: |text\n  more: x\n"), "3:16", "cannot begin on the line of `|`");
    check(&entity("  name: *base\n"), "3:9", "names no anchor");
    check(&entity("  name: x\n\ttitle: y\n"), "4:1", "indented with a tab");
    check(&entity("  name: x\n    title: y\n"), "4:5", "deeper than");
    check(&entity("    name: x\n  title: y\n"), "4:3", "does not fit");
    check(&entity("  name: x\n  title\n  tags: []\n"), "4:3", "no `:`");
    check(&entity("  name:x\n  title: y\n"), "3:7", "space");
    check(&entity("  tags:\n    - a\n   - b\n"), "5:4", "does not fit");
    check("a: b: c\n", "1:5", "`: ` inside");
    check("{\n  \"a\": {\n    \"b\": 1\n}\n", "2:8", "bracket `{` is not closed");
}

proptest! {
    #[test]
    fn any_text_gives_documents_that_tile_it(text in "[-a:\\[\\]{}&*#|>'\"\n \t.%!,?]{0,60}") {
        let (documents, problems) = parse(FileId::new(0), &text);
        let mut at = 0;
        for document in &documents {
            prop_assert_eq!(document.span.range().start, at);
            at = document.span.range().end;
        }
        prop_assert_eq!(at, text.len());
        for problem in &problems {
            for label in &problem.labels {
                prop_assert!(text.get(label.span.range()).is_some(), "{:?}", label.span);
            }
        }
        prop_assert_eq!(problems.is_empty(), documents.iter().all(|document| !document.broken));
    }

    #[test]
    fn values_read_back_what_was_written(keys in proptest::collection::btree_map("[a-z]{1,6}", "[ -~äß漢]{0,20}", 0..6)) {
        let yaml = serde_yaml::to_string(&keys).unwrap();
        let (documents, problems) = parse(FileId::new(0), &yaml);
        prop_assert_eq!(problems, vec![]);
        let json = documents[0].root.as_ref().map(|root| serde_json::to_value(root).unwrap());
        prop_assert_eq!(json.unwrap_or(serde_json::json!({})), serde_json::to_value(&keys).unwrap());
    }
}
