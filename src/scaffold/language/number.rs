//! Numbers as JavaScript reads and prints them.

use super::units::is_space;

/// Prints a number: the fewest digits that say which it is, with an exponent from 1e21 and below 1e-6.
pub(crate) fn print(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { ryu_js::Buffer::new().format(number).to_owned() }
}

/// Reads a whole text as a number; what is none is NaN, and nothing is 0.
pub(super) fn read(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let whole = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
            return if whole { in_radix(digits, radix) } else { f64::NAN };
        }
    }
    match decimal_prefix(text) {
        length if length == text.len() => parse(text),
        _ => f64::NAN,
    }
}

/// Reads the number at the start of a text, as `parseFloat`.
pub(super) fn read_float(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    match decimal_prefix(text) {
        0 => f64::NAN,
        length => parse(&text[..length]),
    }
}

/// Reads the whole number at the start of a text, as `parseInt`.
pub(super) fn read_int(text: &str, radix: f64) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut radix = to_int32(radix);
    let mut digits = digits;
    if radix == 0 || radix == 16 {
        if let Some(rest) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            (radix, digits) = (16, rest);
        } else if radix == 0 {
            radix = 10;
        }
    }
    let Some(radix) = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix)) else { return f64::NAN };
    let end = digits.find(|digit: char| !digit.is_digit(radix)).unwrap_or(digits.len());
    if end == 0 { f64::NAN } else { sign * in_radix(&digits[..end], radix) }
}

fn in_radix(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    digits.chars().fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0)))
}

fn parse(text: &str) -> f64 {
    match text.trim_start_matches(['+', '-']) {
        "Infinity" if text.starts_with('-') => f64::NEG_INFINITY,
        "Infinity" => f64::INFINITY,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

/// Returns how many bytes at the start are a decimal number, 0 if there is none.
fn decimal_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let sign = usize::from(bytes.first().is_some_and(|byte| matches!(byte, b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        return sign + "Infinity".len();
    }
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut some = whole > 0;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        some |= fraction > 0;
        if some {
            end += 1 + fraction;
        }
    }
    if !some {
        return 0;
    }
    if bytes.get(end).is_some_and(|byte| matches!(byte, b'e' | b'E')) {
        let signed = usize::from(bytes.get(end + 1).is_some_and(|byte| matches!(byte, b'+' | b'-')));
        let exponent = digits((end + 1 + signed).min(bytes.len()));
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    end
}

/// Converts as `| 0` does.
fn to_int32(number: f64) -> i32 {
    to_uint32(number) as i32
}

/// Converts as `>>> 0` does.
pub(super) fn to_uint32(number: f64) -> u32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = number.trunc().rem_euclid(4_294_967_296.0);
    wrapped as u32
}

/// Rounds to the nearest whole number, halves up, as `Math.round`.
pub(super) fn round(number: f64) -> f64 {
    if !number.is_finite() || number.fract() == 0.0 {
        return number;
    }
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Returns the digits of a number to `places` places, and its exponent; halves are rounded up.
fn digits(number: f64, places: usize) -> (String, i32) {
    // The exact value has many digits; one more than asked for and a few to see whether it is a half.
    let exact = format!("{:.*e}", places + 60, number.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or(0);
    let all: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let mut kept: Vec<u8> = all[..=places].to_vec();
    if all[places + 1] >= 5 {
        let mut at = places;
        loop {
            if kept[at] < 9 {
                kept[at] += 1;
                break;
            }
            kept[at] = 0;
            if at == 0 {
                kept.insert(0, 1);
                kept.pop();
                exponent += 1;
                break;
            }
            at -= 1;
        }
    }
    (kept.iter().map(|digit| char::from(digit + b'0')).collect(), exponent)
}

fn sign(number: f64) -> &'static str {
    if number < 0.0 { "-" } else { "" }
}

/// Prints with this many digits after the point, as `toFixed`.
pub(super) fn to_fixed(number: f64, places: u8) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return print(number);
    }
    let printed = ryu_js::Buffer::new().format_to_fixed(number, places).to_owned();
    if number == 0.0 { printed.trim_start_matches('-').to_owned() } else { printed }
}

/// Prints with an exponent, as `toExponential`.
pub(super) fn to_exponential(number: f64, places: Option<usize>) -> String {
    if !number.is_finite() {
        return print(number);
    }
    let (digits, exponent) = match places {
        Some(places) => digits(number, places),
        None => {
            let short = format!("{:e}", number.abs());
            let (mantissa, exponent) = short.split_once('e').unwrap_or((&short, "0"));
            (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
        }
    };
    let point = if digits.len() > 1 { "." } else { "" };
    let plus = if exponent < 0 { "-" } else { "+" };
    format!("{}{}{point}{}e{plus}{}", sign(number), &digits[..1], &digits[1..], exponent.abs())
}

/// Prints with this many significant digits, as `toPrecision`.
pub(super) fn to_precision(number: f64, precision: usize) -> String {
    if !number.is_finite() {
        return print(number);
    }
    let (digits, exponent) = if number == 0.0 { ("0".repeat(precision), 0) } else { digits(number, precision - 1) };
    let sign = sign(number);
    if exponent < -6 || exponent >= precision as i32 {
        let point = if precision > 1 { "." } else { "" };
        let plus = if exponent < 0 { "-" } else { "+" };
        return format!("{sign}{}{point}{}e{plus}{}", &digits[..1], &digits[1..], exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if whole == precision {
        format!("{sign}{digits}")
    } else {
        format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
    }
}

/// Prints in another radix, as `toString(radix)`.
pub(super) fn to_radix(number: f64, radix: u32) -> String {
    if radix == 10 || !number.is_finite() {
        return print(number);
    }
    let digit = |value: f64| char::from_digit(value as u32, radix).unwrap_or('0');
    let base = f64::from(radix);
    let mut whole = number.abs().trunc();
    let mut fraction = number.abs().fract();
    let mut front = Vec::new();
    while whole > 0.0 {
        front.push(digit(whole % base));
        whole = (whole / base).trunc();
    }
    if front.is_empty() {
        front.push('0');
    }
    let mut out: String = sign(number).chars().chain(front.into_iter().rev()).collect();
    if fraction > 0.0 {
        out.push('.');
        // As many digits as the number can have: each takes away exactly its value.
        let mut delta = (0.5 * (number.abs().next_up() - number.abs())).max(f64::MIN_POSITIVE);
        loop {
            fraction *= base;
            delta *= base;
            let value = fraction.trunc();
            out.push(digit(value));
            fraction -= value;
            if fraction < delta || fraction == 0.0 {
                break;
            }
            if fraction > 1.0 - delta {
                // The last digit is rounded up.
                let last = out.pop().and_then(|last| last.to_digit(radix)).unwrap_or(0);
                out.push(char::from_digit((last + 1).min(radix - 1), radix).unwrap_or('0'));
                break;
            }
        }
    }
    out
}
