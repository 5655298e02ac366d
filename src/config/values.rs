//! Values of the configuration: texts and lists of mappings, numbers, lengths of time, sizes, colours, globs.

use globset::GlobBuilder;
use url::Url;

use crate::yaml::{Map, Node, Value};

/// The least and the largest factor.
pub(super) const FACTORS: (f64, f64) = (0.1, 10.0);

/// Returns the value of `key`, if it is there and not null.
pub(super) fn given<'a>(map: &'a Map, key: &str) -> Option<&'a Node> {
    map.get(key).filter(|node| !node.is_null())
}

/// Reads an absolute http or https address.
pub(super) fn http_url(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Compiles a glob over `/`-separated paths: `*` stays within a name, and a `/` at the end means everything below.
///
/// All globs of the configuration are meant so, and [`super::parse`] lets no other pass.
///
/// # Errors
/// When it is no glob.
pub fn glob(text: &str) -> Result<globset::Glob, globset::Error> {
    let text = text.strip_prefix("./").unwrap_or(text);
    let text = if text.ends_with('/') { format!("{text}**") } else { text.to_owned() };
    GlobBuilder::new(&text).literal_separator(true).build()
}

/// Reads a factor.
pub(super) fn factor(node: &Node) -> Option<f64> {
    number(node).filter(|number| (FACTORS.0..=FACTORS.1).contains(number))
}

pub(super) fn share(node: &Node) -> Option<f64> {
    number(node).filter(|number| (0.0..=1.0).contains(number))
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Reads a number of at least one.
pub(super) fn count(node: &Node) -> Option<usize> {
    let Value::Int(number) = &node.value else { return None };
    usize::try_from(*number).ok().filter(|count| *count > 0)
}

/// Reads a colour such as `#0b6e69` or `#0a6`.
pub(super) fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#')?;
    let digit = |at: usize| digits.get(at..=at).and_then(|digit| u8::from_str_radix(digit, 16).ok());
    let pair = |at: usize| match digits.len() {
        3 => Some(digit(at)? * 17),
        6 => Some(digit(2 * at)? * 16 + digit(2 * at + 1)?),
        _ => None,
    };
    Some([pair(0)?, pair(1)?, pair(2)?])
}

/// Whether a text is a path below `metadata` or `spec`.
pub(super) fn is_field(text: &str) -> bool {
    let rest = ["metadata.", "spec.", "snap.", "scorecards."].iter().find_map(|top| text.trim().strip_prefix(top));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('.') && !rest.ends_with('.'))
}

/// Reads a length of time such as `90m`, `24h` or `7d`, in seconds.
pub(crate) fn period(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number: i64 = number.parse().ok().filter(|number| (1..=100_000).contains(number))?;
    let unit = match unit.trim() {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    Some(number * unit)
}

/// Reads a length of time of the command line, in seconds.
///
/// # Errors
/// When it is none.
pub fn parse_period(text: &str) -> Result<i64, String> {
    period(text).ok_or_else(|| "write a number and `m`, `h`, `d` or `w`, such as `7d`".to_owned())
}

/// Reads a comparison such as `>= 90`.
pub(super) fn comparison(text: &str) -> Option<(&'static str, f64)> {
    let text = text.trim();
    let sign = ["<=", ">=", "==", "!=", "<", ">"].into_iter().find(|sign| text.starts_with(sign))?;
    let number: f64 = text[sign.len()..].trim().parse().ok()?;
    number.is_finite().then_some((sign, number))
}

/// Reads a size such as `10MB` or `64 MiB`; `None` if it is none, is zero, or is beyond 4 GiB, the reach of spans.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    let bytes = (number * factor as f64).round();
    (bytes >= 1.0 && bytes <= f64::from(u32::MAX)).then_some(bytes as u64)
}

pub(super) fn given_map<'a>(map: Option<&'a Map>, key: &str) -> Option<&'a Map> {
    map?.get(key)?.as_map()
}

pub(super) fn text(map: &Map, key: &str) -> Option<String> {
    map.get(key)?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

pub(super) fn items<'a>(map: &'a Map, key: &str) -> &'a [Node] {
    map.get(key).and_then(Node::as_seq).unwrap_or(&[])
}

pub(super) fn texts(map: &Map, key: &str) -> Vec<String> {
    map.get(key).map(node_texts).unwrap_or_default()
}

pub(super) fn node_texts(node: &Node) -> Vec<String> {
    node.as_seq().unwrap_or(&[]).iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

pub(super) fn mappings<'a>(map: &'a Map, key: &str) -> impl Iterator<Item = &'a Map> {
    items(map, key).iter().filter_map(Node::as_map)
}
