//! Tests of the language: `tests/scaffold/expressions.txt` says what texts become; here are the cases that a table
//! cannot hold.

use super::*;

const CASES: &str = include_str!("../../../tests/scaffold/expressions.txt");

fn context(parameters: &str) -> Record {
    let json = serde_json::from_str(parameters).expect("JSON");
    Record::new([("parameters".into(), Value::from_json(&json))])
}

/// Returns what a text becomes, as the table writes it.
fn becomes(text: &str, context: &Record) -> String {
    match render_value(text, context, &Host::default()) {
        Err(_) => "stays".to_owned(),
        Ok(Value::Undefined) => "nothing".to_owned(),
        Ok(value) => value.to_json().expect("a value").to_string(),
    }
}

#[test]
fn texts_become_what_the_table_says() {
    let parameters = CASES.lines().find_map(|line| line.strip_prefix("# parameters: ")).expect("parameters");
    let context = context(parameters);
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut text: Option<String> = None;
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("  "), text.take()) {
            (Some(expected), Some(text)) => {
                count += 1;
                let json = |text: &str| {
                    serde_json::from_str::<serde_json::Value>(text).map_or(text.to_owned(), |json| json.to_string())
                };
                let found = becomes(&text, &context);
                if json(&found) != json(expected) {
                    wrong.push(format!("{text}\n  becomes {found}\n  not     {expected}"));
                }
            }
            _ => text = (!line.is_empty()).then(|| line.to_owned()),
        }
    }
    assert!(count > 150, "{count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(source: &str, expected: &str) {
    let context = context("{}");
    match render(source, &context, Options::default(), &Host::default()) {
        Ok(text) => assert_eq!(text, expected, "{source}"),
        Err(failure) => panic!("{source}: {}", failure.message),
    }
}

fn fails(source: &str) -> Failure {
    match render(source, &context("{}"), Options::default(), &Host::default()) {
        Ok(text) => panic!("{source} gives {text}"),
        Err(failure) => failure,
    }
}

#[test]
fn white_space_is_controlled_by_minus_and_options() {
    check("a \n{%- if true -%} \n b{% endif %}", "ab");
    check("a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n\nb\n\nc\n");
    let options = Options { trim_blocks: true, lstrip_blocks: true, ..Options::default() };
    let text = "a\n  {% if true %}\n  b\n  {% endif %}\nc\r\n";
    let rendered = render(text, &context("{}"), options, &Host::default());
    assert_eq!(rendered.as_deref(), Ok("a\n  b\nc\r\n"));
}

#[test]
fn the_dialect_of_cookiecutter_is_an_option() {
    let options = Options { cookiecutter: true, ..Options::default() };
    let text = "{{ [1].append(2) }} {{ True }} {{ {'a': 1}.items() | jsonify }} ${{ x }}";
    let rendered = render(text, &context("{}"), options, &Host::default());
    assert_eq!(rendered.as_deref(), Ok("2 true [[\"a\",1]] $"));
}

#[test]
fn failures_have_a_place() {
    let place = |source: &str| fails(source).at.expect("a place");
    assert_eq!(place("abc ${{ 1 + }}"), 12);
    assert_eq!(place("abc ${{ 1 | nofilter }}"), 12);
    assert_eq!(place("\n{% if true %}"), 1);
    assert_eq!(place("x {% nosuch %}"), 2);
    assert_eq!(place("${{ [1].push.x() }}"), 13);
    assert!(fails("${{ 1 | uper }}").message.contains("did you mean `upper`?"));
    assert!(fails("{% fro x in y %}").message.contains("did you mean `for`?"));
}

#[test]
fn what_takes_too_much_is_refused() {
    // Nesting up to the limit takes more than the stack of a test.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(refuse_what_takes_too_much);
    thread.expect("a thread").join().expect("no panic");
}

fn refuse_what_takes_too_much() {
    let limited = |source: &str| assert_eq!(fails(source).kind, FailureKind::Limit, "{source:.80}");
    limited("{% for a in range(1000) %}{% for b in range(1001) %}x{% endfor %}{% endfor %}");
    limited("${{ range(100000000) }}");
    limited(&format!("${{{{ 'a'{} }}}}", " | upper".repeat(400)));
    limited(&format!("${{{{ 'a'{} }}}}", " ~ 'a'".repeat(400)));
    limited(&format!("${{{{ {}1{} }}}}", "(".repeat(600), ")".repeat(600)));
    limited("{% macro f() %}${{ f() }}{% endmacro %}${{ f() }}");
    limited("{% set a = 'x' * 1 %}{% set a = 'xxxxxxxxxx' %}{% for i in range(30) %}{% set a = a ~ a %}{% endfor %}");
    limited("${{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | replace(r/(a+)+b/, 'x') }}");
    assert_eq!(fails("{% set a = [] %}{% set b = a.push(a) %}").kind, FailureKind::Evaluation);
    // A tree that is deep on its left side must not need a deep stack.
    limited(&format!("${{{{ 1{} }}}}", " + 1".repeat(200_000)));
}

#[test]
fn status_functions_note_that_they_were_asked() {
    let status = Status { failed: true, ..Status::default() };
    let host = Host { status: Some(&status), ..Host::default() };
    let value = |text: &str| {
        status.asked.set(false);
        let value = render_value(text, &context("{}"), &host).expect("a value").truthy();
        (value, status.asked.get())
    };
    assert_eq!(value("${{ failure() }}"), (true, true));
    assert_eq!(value("${{ false and failure() }}"), (false, false));
    assert_eq!(value("${{ not always() }}"), (false, true));
}

#[test]
fn lists_that_were_given_are_not_changed() {
    let context = context(r#"{"list": [2, 1]}"#);
    let text = "${{ parameters.list.sort() }} ${{ parameters.list.push(3) }}";
    for _ in 0..2 {
        assert_eq!(render(text, &context, Options::default(), &Host::default()).as_deref(), Ok("1,2 3"));
    }
}

mod random {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_rendered_or_fails_within_itself(text in r#"([ -~\n]|\$\{\{|\}\}|\{%|%\}|if|for|in|set|end|r/|é|🚀){0,40}"#) {
            let context = context(r#"{"a": [1, "x", {"b": null}]}"#);
            if let Err(failure) = render(&text, &context, Options::default(), &Host::default()) {
                prop_assert!(failure.at.unwrap_or(0) <= text.len());
            }
        }
    }
}
