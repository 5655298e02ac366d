//! The tests of `is`, `select` and `reject`, one a line in [`TESTS`].

use std::cmp::Ordering::{Equal, Greater, Less};

use super::call::needs;
use super::failure::Failure;
use super::limits::Meter;
use super::value::{Value, order, strict_equal, to_number};

/// A test of a value.
pub(crate) struct Test {
    /// Its name.
    pub(crate) name: &'static str,
    /// How many values it takes in brackets.
    pub(super) arity: usize,
    apply: fn(&Value, &Value, &mut Meter) -> Result<bool, Failure>,
}

const fn test(
    name: &'static str,
    arity: usize,
    apply: fn(&Value, &Value, &mut Meter) -> Result<bool, Failure>,
) -> Test {
    Test { name, arity, apply }
}

/// All tests.
pub(crate) const TESTS: &[Test] = &[
    test("callable", 0, |value, _, _| Ok(matches!(value, Value::Callable(_)))),
    test("defined", 0, |value, _, _| Ok(!value.is_undefined())),
    test("divisibleby", 1, |value, by, meter| Ok(to_number(value, meter)? % to_number(by, meter)? == 0.0)),
    test("eq", 1, |value, other, _| Ok(strict_equal(value, other))),
    test("equalto", 1, |value, other, _| Ok(strict_equal(value, other))),
    test("escaped", 0, |value, _, _| Ok(matches!(value, Value::Safe(_)))),
    test("even", 0, |value, _, meter| Ok(to_number(value, meter)? % 2.0 == 0.0)),
    test("falsy", 0, |value, _, _| Ok(!value.truthy())),
    test("ge", 1, |value, other, meter| Ok(matches!(order(value, other, meter)?, Some(Greater | Equal)))),
    test("greaterthan", 1, |value, other, meter| Ok(order(value, other, meter)? == Some(Greater))),
    test("gt", 1, |value, other, meter| Ok(order(value, other, meter)? == Some(Greater))),
    test("iterable", 0, |value, _, _| {
        if value.is_nullish() {
            Err(needs("a value", value))
        } else {
            Ok(matches!(value, Value::Text(_) | Value::Safe(_) | Value::List(_)))
        }
    }),
    test("le", 1, |value, other, meter| Ok(matches!(order(value, other, meter)?, Some(Less | Equal)))),
    test("lessthan", 1, |value, other, meter| Ok(order(value, other, meter)? == Some(Less))),
    test("lower", 0, |value, _, _| in_case(value, str::to_lowercase)),
    test("lt", 1, |value, other, meter| Ok(order(value, other, meter)? == Some(Less))),
    test("mapping", 0, |value, _, _| Ok(matches!(value, Value::Record(_) | Value::Safe(_) | Value::Regex(_)))),
    test("ne", 1, |value, other, _| Ok(!strict_equal(value, other))),
    test("null", 0, |value, _, _| Ok(matches!(value, Value::Null))),
    test("number", 0, |value, _, _| Ok(matches!(value, Value::Number(_)))),
    test("odd", 0, |value, _, meter| Ok(to_number(value, meter)? % 2.0 == 1.0)),
    test("sameas", 1, |value, other, _| Ok(strict_equal(value, other))),
    test("string", 0, |value, _, _| Ok(matches!(value, Value::Text(_)))),
    test("truthy", 0, |value, _, _| Ok(value.truthy())),
    test("undefined", 0, |value, _, _| Ok(value.is_undefined())),
    test("upper", 0, |value, _, _| in_case(value, str::to_uppercase)),
];

/// Finds a test.
pub(crate) fn find(name: &str) -> Option<&'static Test> {
    TESTS.iter().find(|test| test.name == name)
}

/// Applies a test.
pub(super) fn apply(test: &Test, value: &Value, argument: Option<&Value>, meter: &mut Meter) -> Result<bool, Failure> {
    (test.apply)(value, argument.unwrap_or(&Value::Undefined), meter)
        .map_err(|failure| Failure { message: format!("test `{}`: {}", test.name, failure.message), ..failure })
}

fn in_case(value: &Value, change: fn(&str) -> String) -> Result<bool, Failure> {
    match value {
        Value::Safe(_) => Ok(false),
        Value::Text(text) => Ok(change(text) == **text),
        other => Err(needs("a text", other)),
    }
}
