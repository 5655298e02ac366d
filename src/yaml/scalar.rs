//! Which value a scalar has: YAML 1.2 core, and 1.1 where a `%YAML 1.1` directive asks for it.

use granit_parser::{ScalarStyle, Tag};

use super::Value;

/// Resolves a scalar as Backstage's parser does (library `yaml` 2, core schema).
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>, yaml_1_1: bool) -> Value {
    if let Some(tag) = tag {
        return match tag.core_suffix() {
            Some("int" | "float" | "bool" | "null") => plain(text, yaml_1_1),
            // `!!str`, `!` and unknown tags: the text as it is.
            _ => Value::Str(text.into()),
        };
    }
    if style == ScalarStyle::Plain { plain(text, yaml_1_1) } else { Value::Str(text.into()) }
}

fn plain(text: &str, yaml_1_1: bool) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if yaml_1_1 => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if yaml_1_1 => return Value::Bool(false),
        _ => {}
    }
    let number = if yaml_1_1 { number_1_1(text) } else { number(text) };
    number.unwrap_or_else(|| Value::Str(text.into()))
}

/// `[-+]?[0-9]+`, `0o17`, `0x1F`, and floats with a digit and a point or an exponent.
fn number(text: &str) -> Option<Value> {
    // The first character distinguishes nearly every text from a number.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8, 1.0);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16, 1.0);
    }
    let (sign, digits) = signed(text);
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(whole(digits, sign));
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (before, after) = match mantissa.split_once('.') {
        Some((before, after)) => (before, Some(after)),
        None => (mantissa, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let some_digits = |part: &str| !part.is_empty() && all_digits(part);
    let exponent_fits = exponent.is_none_or(|exponent| some_digits(signed(exponent).1));
    // With an exponent the library takes `1e3`, `1.e3` and `.5e3`; without one, a point is needed.
    let mantissa_fits = match after {
        Some(after) => all_digits(before) && all_digits(after) && !(before.is_empty() && after.is_empty()),
        None => exponent.is_some() && some_digits(before),
    };
    if !(exponent_fits && mantissa_fits) {
        return None;
    }
    let spelled = format!(
        "{}{}e{}",
        if before.is_empty() { "0" } else { before },
        match after {
            Some(after) if !after.is_empty() => format!(".{after}"),
            _ => String::new(),
        },
        exponent.unwrap_or("0")
    );
    spelled.parse::<f64>().ok().map(|value| float(sign * value))
}

fn number_1_1(text: &str) -> Option<Value> {
    let clean: String = text.chars().filter(|c| *c != '_').collect();
    let (sign, digits) = signed(&clean);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(bits) = digits.strip_prefix("0b") {
        return radix(bits, 2, sign);
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return radix(hex, 16, sign);
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return radix(&digits[1..], 8, sign);
    }
    let parts: Vec<&str> = digits.split(':').collect();
    if parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        let seconds = parts.iter().fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap_or(0.0));
        return Some(float(sign * seconds));
    }
    number(&clean)
}

fn signed(text: &str) -> (f64, &str) {
    if let Some(rest) = text.strip_prefix('-') { (-1.0, rest) } else { (1.0, text.strip_prefix('+').unwrap_or(text)) }
}

fn radix(digits: &str, radix: u32, sign: f64) -> Option<Value> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = digits.chars().fold(0.0, |sum, c| sum * f64::from(radix) + f64::from(c.to_digit(radix).unwrap_or(0)));
    Some(float(sign * value))
}

fn whole(digits: &str, sign: f64) -> Value {
    match digits.parse::<i64>() {
        // Beyond 2^53 JavaScript rounds; a float prints the same digits.
        Ok(value) if value <= 1 << 53 => Value::Int(if sign < 0.0 { -value } else { value }),
        _ => Value::Float(sign * digits.parse::<f64>().unwrap_or(f64::INFINITY)),
    }
}

fn float(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 && !(value == 0.0 && value.is_sign_negative()) {
        Value::Int(value as i64)
    } else {
        Value::Float(value)
    }
}
