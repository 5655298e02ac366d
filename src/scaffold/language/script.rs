//! Regular expressions of JavaScript, matched by an interpreter of JavaScript.

use super::failure::Failure;
use super::interpreter;
use super::value::Value;
use crate::scaffold::budget;

fn failed(message: String) -> Failure {
    if message.contains("too many steps") || budget::is_spent() {
        return Failure::limit(format!("a regular expression: {message}"));
    }
    Failure::evaluation(format!("a regular expression: {message}"))
}

fn json(text: &str) -> Value {
    Value::from_json(&serde_json::from_str(text).unwrap_or_default())
}

/// Fails if a pattern is none.
pub(crate) fn check_pattern(pattern: &str, flags: &str) -> Result<(), String> {
    interpreter::run("check", "", (pattern, flags), 0, "")
        .map(|_| ())
        .map_err(|message| format!("the regular expression cannot be used: {message}"))
}

/// Returns whether a pattern matches somewhere in a text.
pub(crate) fn matches(text: &str, pattern: &str, flags: &str) -> Result<bool, String> {
    let answer = interpreter::run("test", text, (pattern, flags), 0, "")?;
    Ok(answer.starts_with("[true"))
}

/// Replaces what matches; returns where the next match would begin, too.
pub(crate) fn replace(
    text: &str,
    pattern: &str,
    flags: &str,
    at: usize,
    into: &str,
) -> Result<(String, usize), Failure> {
    let answer = interpreter::run("replace", text, (pattern, flags), at, into).map_err(failed)?;
    let (text, at): (String, f64) = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok((text, at as usize))
}

/// Returns whether a pattern matches, and where the next match would begin.
pub(super) fn test(text: &str, pattern: &str, flags: &str, at: usize) -> Result<(bool, usize), Failure> {
    let answer = interpreter::run("test", text, (pattern, flags), at, "").map_err(failed)?;
    let (found, at): (bool, f64) = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok((found, at as usize))
}

/// Returns what matches.
pub(super) fn find(text: &str, pattern: &str, flags: &str) -> Result<Value, Failure> {
    interpreter::run("find", text, (pattern, flags), 0, "").map(|answer| json(&answer)).map_err(failed)
}

/// Splits a text where a pattern matches.
pub(super) fn split(text: &str, pattern: &str, flags: &str, limit: usize) -> Result<Value, Failure> {
    let answer = interpreter::run("split", text, (pattern, flags), 0, "").map_err(failed)?;
    let parts: Vec<serde_json::Value> = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok(Value::list(parts.iter().take(limit).map(Value::from_json).collect()))
}
