//! `roadiehq:utils:jsonata` and its two forms for files: asks a value a question in JSONata.

use std::rc::Rc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value as Json;

use super::json_merge::pretty;
use super::jsonata_limits::{self, Counter};
use super::serialize_json::kept;
use super::{Done, Work, failed, needed, text};
use crate::scaffold::budget;
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::language::Value;
use crate::scaffold::{yaml_in, yaml_text};

/// How long an expression may take at most. What it does is counted in steps (`jsonata_limits`), and one that is meant well
/// needs a thousandth of it; this is for what happens within one step.
const MILLISECONDS: u64 = 1000;
/// A millisecond in steps of the run, so that what takes long is not tried often.
const MILLISECOND: u64 = 5_000;
/// How deep functions may call each other.
const MAX_DEPTH: usize = 800;
/// How large the values may be that an expression is asked about, in bytes as they are kept.
const MAX_DATA: usize = 32 * 1024 * 1024;
/// How many items a list may have.
const MAX_ITEMS: usize = 100_000;
/// How long an expression may be, in bytes.
const MAX_EXPRESSION: usize = 64 * 1024;
/// Maximum number of characters of a message that are reported.
const MAX_MESSAGE: usize = 300;
/// How long a text made by `$pad` may be.
const MAX_PADDING: f64 = 1_000_000.0;

pub(super) fn value(work: &mut Work<'_>, input: &Json) -> Done {
    let data = input.get("data").cloned();
    if let Some(result) = evaluate(needed(input, "expression")?, data)? {
        work.give("result", result);
    }
    Ok(())
}

pub(super) fn json_file(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let content = work.tree.read_text(path)?;
    let content = serde_json::from_str(&content).map_err(|error| failed(format!("`{path}` is no JSON: {error}")))?;
    let keys = input.get("replacer").and_then(Json::as_array).filter(|keys| !keys.is_empty());
    let space = text(input, "space").unwrap_or_default();
    give(work, input, content, |result| {
        let result = match keys {
            Some(keys) => kept(result, &keys.iter().filter_map(Json::as_str).collect::<Vec<_>>()),
            None => result,
        };
        pretty(&result, space)
    })
}

pub(super) fn yaml_file(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let content = work.tree.read_text(path)?;
    let content = yaml_in::document(&content).map_err(|error| failed(format!("`{path}` is no YAML: {error}")))?;
    give(work, input, content, |result| yaml_text::write(&result))
}

/// Gives what the expression makes of a file, as it is or as a text.
fn give(work: &mut Work<'_>, input: &Json, content: Json, write: impl FnOnce(Json) -> String) -> Done {
    let result = evaluate(needed(input, "expression")?, Some(content))?;
    match (text(input, "as"), result) {
        (_, None) => {}
        (Some("object"), Some(result)) => work.give("result", result),
        (_, Some(result)) => work.give("result", Json::String(write(result))),
    }
    Ok(())
}

/// Evaluates an expression; `None` if it finds nothing.
fn evaluate(expression: &str, data: Option<Json>) -> Result<Option<Json>, StepError> {
    if expression.len() > MAX_EXPRESSION {
        return Err(StepError::new(Code::TemplateLimit, "the expression is longer than 64 KiB"));
    }
    let unread = |error: String| failed(format!("the expression cannot be read: {error}"));
    let tree = parser::parse(expression).map_err(|error| unread(error.to_string()))?;
    let tree = jsonata_limits::counted(tree).map_err(unread)?;
    if let Some(data) = &data
        && Value::from_json(data).fits_into(MAX_DATA).is_none()
    {
        return Err(StepError::new(Code::TemplateLimit, "the values take more than 32 MiB"));
    }
    let milliseconds = MILLISECONDS.min(1 + budget::left() / MILLISECOND);
    let options = EvaluatorOptions {
        timeout_ms: Some(milliseconds),
        max_stack_depth: Some(MAX_DEPTH),
        max_sequence_length: Some(MAX_ITEMS),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(Context::new(), options);
    // The same values must give the same result, so what is different each time is not there.
    for name in ["now", "millis", "random", "shuffle", "eval"] {
        let refused = move |_: &[JValue]| {
            let message = format!("${name}() is not available: a result must be the same each time");
            Err(jsonata_core::evaluator::EvaluatorError::EvaluationError(message))
        };
        let _ = evaluator.register_fn_override(name, refused);
    }
    let _ = evaluator.register_fn_override("pad", pad);
    let counter = Rc::new(Counter::default());
    Counter::register(&counter, &mut evaluator);
    let data = data.map_or(JValue::Undefined, JValue::from);
    budget::take_bytes(expression.len())?;
    let result = evaluator.evaluate(&tree, &data).and_then(|result| counter.whole(&result).map(|()| result));
    let result = result.map_err(|error| {
        let message: String = error.message().chars().take(MAX_MESSAGE).collect();
        let message = message.trim_start_matches(jsonata_limits::MARK);
        if message.starts_with("D1012") {
            let _ = budget::take(milliseconds * MILLISECOND);
        }
        // Its codes of limits: time, depth, items, nesting.
        let codes = ["D1011", "D1012", "D2015", "U1001"];
        let limit =
            error.message().starts_with(jsonata_limits::MARK) || codes.iter().any(|code| message.starts_with(code));
        StepError::new(if limit { Code::TemplateLimit } else { Code::Failed }, format!("the expression: {message}"))
    })?;
    Ok((!result.is_undefined()).then(|| whole_numbers(Json::from(&result))))
}

/// `$pad(text, width, characters)`, with a limit.
fn pad(arguments: &[JValue]) -> Result<JValue, jsonata_core::evaluator::EvaluatorError> {
    let Some(text) = arguments.first().and_then(JValue::as_str) else { return Ok(JValue::Undefined) };
    let width = arguments.get(1).and_then(JValue::as_f64).unwrap_or(0.0);
    if width.abs() > MAX_PADDING {
        let message = "D2015: $pad() makes a text that is too long".to_owned();
        return Err(jsonata_core::evaluator::EvaluatorError::EvaluationError(message));
    }
    let filler = arguments.get(2).and_then(JValue::as_str).filter(|text| !text.is_empty()).unwrap_or(" ");
    let missing = (width.abs() as usize).saturating_sub(text.chars().count());
    let padding: String = filler.chars().cycle().take(missing).collect();
    Ok(JValue::from(if width < 0.0 { padding + text } else { format!("{text}{padding}") }))
}

/// Writes numbers without a fraction as integers, as JSON of JavaScript does.
fn whole_numbers(value: Json) -> Json {
    match value {
        Json::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Json::from(float as i64),
            _ => Json::Number(number),
        },
        Json::Array(items) => Json::Array(items.into_iter().map(whole_numbers).collect()),
        Json::Object(entries) => {
            Json::Object(entries.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expression: &str, wanted: Json) {
        let data = json!({"people": [{"name": "Ann", "age": 31}, {"name": "Bob", "age": 25}], "n": 2.5});
        assert_eq!(evaluate(expression, Some(data)), Ok(Some(wanted)), "{expression}");
    }

    #[test]
    fn expressions_keep_order_and_integers() {
        check("people[age > 30].name", json!("Ann"));
        check("people^(age).name", json!(["Bob", "Ann"]));
        check("{\"z\": people[0].age, \"a\": n}", json!({"z": 31, "a": 2.5}));
        check("$pad('x', -3, '#')", json!("##x"));
        check(
            "$ ~> |people|{\"age\": 1}|",
            json!({"people": [{"name": "Ann", "age": 1}, {"name": "Bob", "age": 1}], "n": 2.5}),
        );
        assert_eq!(evaluate("nope.deeper", Some(json!({}))), Ok(None));
    }

    #[test]
    fn what_is_counted_gives_the_same() {
        check("people.(name & '-' & $string(age))", json!(["Ann-31", "Bob-25"]));
        check("$map(people.name, $uppercase)", json!(["ANN", "BOB"]));
        check("people.name ~> $join(', ')", json!("Ann, Bob"));
        check("$reduce(people.[age], $append)", json!([31, 25]));
        check("$filter(people, function($p) { $p.age > 30 }).name", json!("Ann"));
        check("[[1, 2], [3]]", json!([[1, 2], [3]]));
        check("[people.name, [1..3]]", json!(["Ann", "Bob", [1, 2, 3]]));
        check("people{name: age}", json!({"Ann": 31, "Bob": 25}));
        check("people@$p.{\"n\": $p.name}", json!([{"n": "Ann"}, {"n": "Bob"}]));
        check("people[name = $$.people[0].name].age", json!(31));
        check("($count := $count(people); $count + 1)", json!(3));
        check("($f := function($n, $s) { $n = 0 ? $s : $f($n - 1, $s + $n) }; $f(5000, 0))", json!(12_502_500));
        check("($trim ~> $uppercase)(' a ')", json!("A"));
        check("people.name.$length()", json!([3, 3]));
        check("$sort(people, function($a, $b) { $a.age > $b.age })[0].name", json!("Bob"));
    }

    #[test]
    fn what_doubles_ends_at_the_same_place_each_time() {
        let doubled =
            |how: &str| format!("($f := function($a, $n) {{ $n = 0 ? $a : $f({how}, $n - 1) }}; $f('abcdefgh', 60))");
        for how in ["$a & $a", "[$a, $a]", "[[$a], [$a]]", "{'l': $a, 'r': $a}", "$append($a, $a)", "$join([$a, $a])"] {
            let (first, taken) = budget::within(budget::RUN, || evaluate(&doubled(how), None));
            let error = first.expect_err(how);
            assert_eq!(error.code, Code::TemplateLimit, "{how}: {error}");
            assert!(!error.message.contains("D1012"), "the clock does not decide: {error}");
            let again = budget::within(budget::RUN, || evaluate(&doubled(how), None)).1;
            assert_eq!(taken, again, "{how}");
        }
    }

    #[test]
    fn expressions_take_from_the_allowance_of_the_run() {
        let expression = "$map([1..1000], function($i) { $i & '' })[0]";
        let (result, taken) = budget::within(budget::RUN, || evaluate(expression, None));
        assert_eq!(result, Ok(Some(json!("1"))));
        assert!((10_000..1_000_000).contains(&taken), "{taken}");
        let (result, _) = budget::within(taken / 2, || evaluate(expression, None));
        assert_eq!(result.expect_err("half is not enough").code, Code::TemplateLimit);
    }

    #[test]
    fn what_would_not_end_or_not_be_the_same_fails() {
        for (expression, code) in [
            ("people[[", Code::Failed),
            ("$now()", Code::Failed),
            ("$random()", Code::Failed),
            ("$eval('1')", Code::Failed),
            ("($f := function($x){$f($x + 1) + 1}; $f(0))", Code::TemplateLimit),
            ("[1..9999999]", Code::TemplateLimit),
            ("$pad('x', 1e12)", Code::TemplateLimit),
            ("($f := function($x){$f($x + 1)}; $f(0))", Code::TemplateLimit),
            ("$map([1..1000], function($i){[1..90000]})", Code::TemplateLimit),
            ("($big := [1..90000]; $map([1..1000], function($i){$big}))", Code::TemplateLimit),
            ("($string := 1; $string)", Code::Failed),
        ] {
            let error = evaluate(expression, Some(json!({}))).expect_err(expression);
            assert_eq!(error.code, code, "{expression}: {error}");
        }
    }
}
