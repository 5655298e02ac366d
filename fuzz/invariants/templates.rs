//! Any text is rendered or fails at a place within itself, in bounded time and memory.

use playbill::scaffold::language::{Host, Options, Record, Value, render, render_value};

/// Checks them for one input.
pub(crate) fn check(text: &str) {
    let json = serde_json::json!({"a": [1, "x", {"b": null}], "name": "seats", "n": -0.5, "long": "one two three"});
    let context =
        Record::new([("parameters".into(), Value::from_json(&json)), ("values".into(), Value::from_json(&json))]);
    let options = Options {
        trim_blocks: text.len().is_multiple_of(2),
        lstrip_blocks: text.len().is_multiple_of(3),
        ..Options::default()
    };
    if let Err(failure) = render(text, &context, options, &Host::default()) {
        assert!(failure.at.is_none_or(|at| at <= text.len()));
    }
    let _ = render_value(text, &context, &Host::default());
}
