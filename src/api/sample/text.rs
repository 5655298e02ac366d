//! Plain values: numbers within limits, texts of a format, a length or a pattern.

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use serde_json::{Number, Value as Json, json};

use super::Whole;
use crate::yaml::Node;

/// Returns a text of a format; of none, the name of the type.
pub(super) fn of_format(format: Option<&str>) -> &'static str {
    match format {
        Some("date-time") => "2026-01-31T09:30:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "09:30:00Z",
        Some("duration") => "PT1H",
        Some("email" | "idn-email") => "ada@example.com",
        Some("uuid") => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        Some("uri" | "url" | "iri") => "https://example.com",
        Some("uri-reference" | "iri-reference") => "/path",
        Some("uri-template") => "https://example.com/{id}",
        Some("hostname" | "idn-hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("json-pointer") => "/path/0",
        Some("relative-json-pointer") => "1/path",
        Some("regex") => "^[a-z]+$",
        Some("byte" | "base64url") => "ZXhhbXBsZQ==",
        Some("password") => "pa55-word",
        Some("binary") => "(bytes)",
        _ => "string",
    }
}

/// Brings a text to a length; where several must differ, `vary` distinguishes them.
pub(super) fn sized(text: &str, least: usize, most: usize, vary: usize) -> String {
    let mut made = text.to_owned();
    if vary > 0 {
        made.push_str(&vary.to_string());
    }
    let length = made.chars().count();
    if length < least && !text.is_empty() {
        made = made.chars().cycle().take(least).collect();
    }
    if length > most {
        // The end is what differs.
        made = made.chars().skip(length - most).collect();
        if vary == 0 {
            made = text.chars().take(most).collect();
        }
    }
    made
}

/// Compiles a pattern of a schema; `None` if it cannot be read.
pub(super) fn compile(pattern: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(&translated(pattern)).size_limit(1 << 20).build().ok()
}

/// Writes a pattern as the engine reads it: it knows no `\/`, and its classes are those of Unicode.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut inside = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str(if inside { "0-9" } else { "[0-9]" }),
                Some('/') => out.push('/'),
                Some(other) if !other.is_ascii_alphanumeric() || "DwWsSbBnrtfv0123456789uxpP".contains(other) => {
                    out.push('\\');
                    out.push(other);
                }
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            // Within a class these mean something to the engine alone.
            '[' if inside => out.push_str("\\["),
            '&' | '~' if inside => {
                out.push('\\');
                out.push(c);
            }
            '[' => {
                inside = true;
                out.push(c);
            }
            ']' => {
                inside = false;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Makes a text that matches a pattern and is of a length, and that `fits`.
pub(super) fn matching(pattern: &str, least: usize, most: usize, mut fits: impl FnMut(&str) -> bool) -> Option<String> {
    let written = translated(pattern);
    let hir = regex_syntax::ParserBuilder::new().nest_limit(60).build().parse(&written).ok()?;
    let long = u32::try_from(least.min(200)).unwrap_or(200);
    // How often what may be repeated is: once, not at all, and as often as the length asks for.
    for times in [1, 0, 2, 3, 4, 6, 8, 12, 16, 24, 36, long] {
        for branch in 0..3 {
            let mut made = String::new();
            if write(&hir, times, branch, &mut made).is_none() {
                continue;
            }
            if made.chars().count() < least && !ends(&hir) {
                let missing = least - made.chars().count();
                made.extend(std::iter::repeat_n('a', missing.min(200)));
            }
            if made.chars().count() <= most && fits(&made) {
                return Some(made);
            }
        }
    }
    None
}

/// Returns whether a pattern says where a text ends.
fn ends(hir: &Hir) -> bool {
    hir.properties().look_set_suffix().contains(Look::End)
}

fn write(hir: &Hir, times: u32, branch: usize, out: &mut String) -> Option<()> {
    if out.len() > 2_000 {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => out.push(member(class)?),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(2_000);
            for _ in 0..times.clamp(repetition.min.min(most), most) {
                write(&repetition.sub, times, branch, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, times, branch, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, times, branch, out))?,
        HirKind::Alternation(ways) => write(ways.get(branch).or(ways.first())?, times, branch, out)?,
    }
    Some(())
}

/// Chooses a character of a class that is easy to read.
fn member(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let has = |c: char| class.iter().any(|range| range.start() <= c && c <= range.end());
    let liked = "a0A1-_.x".chars().find(|c| has(*c));
    let printable = || (' '..='~').find(|c| has(*c));
    liked.or_else(printable).or_else(|| class.iter().next().map(|range| range.start()))
}

/// Makes a number within the limits of all parts.
pub(super) fn number(whole: &Whole, integer: bool, vary: usize) -> Json {
    let open = |key: &str| whole.maps().any(|node| node.get(key).and_then(Node::as_bool) == Some(true));
    let (mut low, mut low_open) = (whole.most("minimum"), open("exclusiveMinimum"));
    if let Some(above) = whole.most("exclusiveMinimum").filter(|above| low.is_none_or(|low| *above >= low)) {
        (low, low_open) = (Some(above), true);
    }
    let (mut high, mut high_open) = (whole.least("maximum"), open("exclusiveMaximum"));
    if let Some(below) = whole.least("exclusiveMaximum").filter(|below| high.is_none_or(|high| *below <= high)) {
        (high, high_open) = (Some(below), true);
    }
    let step = whole.most("multipleOf").filter(|step| *step > 0.0);
    let unit = step.unwrap_or(1.0);
    let fits = |value: f64| {
        low.is_none_or(|low| value > low || (value == low && !low_open))
            && high.is_none_or(|high| value < high || (value == high && !high_open))
            && (!integer || value.fract() == 0.0)
            && step.is_none_or(|step| ((value / step) - (value / step).round()).abs() < 1e-9)
    };
    let usual = if integer { 1.0 } else { 1.5 };
    let mut tries: Vec<f64> = Vec::new();
    match (low, high) {
        (None, None) => tries.extend([usual, unit, 0.0]),
        (Some(low), high) => {
            tries.extend([low, low.floor() + 1.0, (low / unit).ceil() * unit, ((low / unit).floor() + 1.0) * unit]);
            tries.extend(high.map(|high| f64::midpoint(low, high)));
        }
        (None, Some(high)) => {
            tries.extend([
                high,
                high.ceil() - 1.0,
                (high / unit).floor() * unit,
                ((high / unit).ceil() - 1.0) * unit,
                0.0,
            ]);
        }
    }
    let base = tries.iter().copied().find(|value| fits(*value)).unwrap_or(tries[0]);
    let away = vary as f64 * unit.max(if integer { 1.0 } else { f64::MIN_POSITIVE });
    let value = [base + away, base - away].into_iter().find(|value| fits(*value)).unwrap_or(base);
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return json!(value as i64);
    }
    Number::from_f64(value).map_or(json!(1), Json::Number)
}
