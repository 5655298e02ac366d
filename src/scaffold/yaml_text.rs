//! Writes YAML as Backstage does, which is as the library `yaml` of npm: two spaces, lists indented, quotes only where
//! needed, long texts folded at 80 columns.

use serde_json::Value as Json;
use std::fmt::Write as _;

use super::language::number;

const WIDTH: usize = 80;
const MIN_CONTENT: usize = 20;

/// Writes a document.
#[must_use]
pub fn write(value: &Json) -> String {
    let mut out = node(value, &Place { indent: String::new(), at_start: None, key: false });
    out.push('\n');
    out
}

/// Where a value is written.
struct Place {
    indent: String,
    /// How much of the first line is taken.
    at_start: Option<usize>,
    /// Whether it is a key.
    key: bool,
}

fn node(value: &Json, place: &Place) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => value.as_f64().map_or_else(|| value.to_string(), number::print),
        Json::String(text) => string(text, place),
        Json::Array(items) if items.is_empty() => "[]".to_owned(),
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Array(items) => {
            let inner = Place { indent: format!("{}  ", place.indent), at_start: None, key: false };
            let lines: Vec<String> = items.iter().map(|item| format!("- {}", node(item, &inner))).collect();
            lines.join(&format!("\n{}", place.indent))
        }
        Json::Object(entries) => {
            let lines: Vec<String> = ordered(entries).map(|(key, value)| pair(key, value, place)).collect();
            lines.join(&format!("\n{}", place.indent))
        }
    }
}

/// Returns entries as JavaScript keeps them: number-like keys first.
fn ordered(entries: &serde_json::Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    let mut entries: Vec<(&String, &Json)> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| super::language::value::array_index(key).unwrap_or(usize::MAX));
    entries.into_iter()
}

fn pair(key: &str, value: &Json, place: &Place) -> String {
    let indent = format!("{}  ", place.indent);
    let mut head = string(key, &Place { indent: indent.clone(), at_start: None, key: true });
    let explicit = head.encode_utf16().count() > 1024;
    head = if explicit { format!("? {head}\n{}:", place.indent) } else { format!("{head}:") };
    let is_collection = match value {
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
        _ => false,
    };
    let scalar = !matches!(value, Json::Array(_) | Json::Object(_));
    let at_start = (scalar && !explicit).then(|| head.encode_utf16().count() + 1);
    let written = node(value, &Place { indent: indent.clone(), at_start, key: false });
    let between = match written.starts_with('\n') {
        _ if is_collection && !explicit => format!("\n{indent}"),
        true => String::new(),
        false => " ".to_owned(),
    };
    format!("{head}{between}{written}")
}

fn string(text: &str, place: &Place) -> String {
    let control = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}');
    if text.contains(control) { double_quoted(text, place) } else { plain(text, place) }
}

fn plain(text: &str, place: &Place) -> String {
    let multiline = text.contains('\n');
    if place.key && multiline {
        return quoted(text, place);
    }
    if !may_be_plain(text) {
        return if place.key || !multiline { quoted(text, place) } else { block(text, place, false) };
    }
    if !place.key && multiline {
        return block(text, place, false);
    }
    if has_document_marker(text) {
        if place.indent.is_empty() {
            return block(text, place, true);
        }
        if place.key && place.indent == "  " {
            return quoted(text, place);
        }
    }
    if is_other_type(text) {
        return quoted(text, place);
    }
    if place.key { text.to_owned() } else { fold(text, &place.indent, Mode::Flow, place.at_start).0 }
}

/// Returns whether a text can be written without quotes, as far as its characters go.
fn may_be_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return true };
    if "\n\t ,[]{}#&*!|>'\"%@`".contains(first) || matches!(text, "?" | "-") {
        return false;
    }
    let follows = |at: usize, set: &str| text[at..].chars().next().is_some_and(|c| set.contains(c));
    if matches!(first, '?' | '-') && follows(1, " \t") {
        return false;
    }
    if text.ends_with(['\n', '\t', ' ', ':']) {
        return false;
    }
    for (at, c) in text.char_indices() {
        let clash = match c {
            '\n' => follows(at + 1, " \t#"),
            ':' => follows(at + 1, " \t"),
            ' ' | '\t' => follows(at + 1, "\n#"),
            _ => false,
        };
        if clash {
            return false;
        }
    }
    true
}

fn has_document_marker(text: &str) -> bool {
    text.split('\n').any(|line| line.starts_with('%') || line.starts_with("---") || line.starts_with("..."))
}

/// Returns whether a plain text would be read as something other than a text.
fn is_other_type(text: &str) -> bool {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE") {
        return true;
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || digits(unsigned) {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    if exponent.is_some_and(|exponent| !digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))) {
        return false;
    }
    match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => exponent.is_some() && digits(mantissa),
    }
}

fn quoted(text: &str, place: &Place) -> String {
    if text.contains('"') && !text.contains('\'') { single_quoted(text, place) } else { double_quoted(text, place) }
}

fn single_quoted(text: &str, place: &Place) -> String {
    let bad_break = text.split('\n').count() > 1
        && text.split('\n').enumerate().any(|(at, line)| {
            let last = at == text.matches('\n').count();
            (!last && line.ends_with([' ', '\t'])) || (at > 0 && line.starts_with([' ', '\t']))
        });
    if (place.key && text.contains('\n')) || bad_break {
        return double_quoted(text, place);
    }
    let indent = quoted_indent(text, place);
    let inner = broken(&text.replace('\'', "''"), |newlines| format!("{newlines}\n{indent}"));
    let whole = format!("'{inner}'");
    if place.key { whole } else { fold(&whole, &indent, Mode::Flow, place.at_start).0 }
}

fn quoted_indent(text: &str, place: &Place) -> String {
    if place.indent.is_empty() && has_document_marker(text) { "  ".to_owned() } else { place.indent.clone() }
}

/// Replaces each run of newlines.
fn broken(text: &str, replace: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\n') {
        out.push_str(&rest[..at]);
        let run = rest[at..].len() - rest[at..].trim_start_matches('\n').len();
        out.push_str(&replace(&rest[at..at + run]));
        rest = &rest[at + run..];
    }
    out.push_str(rest);
    out
}

fn double_quoted(text: &str, place: &Place) -> String {
    let indent = quoted_indent(text, place);
    let json = Json::String(text.to_owned()).to_string();
    let long = json.encode_utf16().count() >= 40;
    let mut out = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{b}' => out.push_str("\\v"),
            '\u{1b}' => out.push_str("\\e"),
            '\n' if place.key || !long || characters.peek().is_none() => out.push_str("\\n"),
            '\n' => {
                // A reader takes the first newline of a run away.
                out.push_str("\n\n");
                let mut last = false;
                while characters.peek() == Some(&'\n') {
                    let mut ahead = characters.clone();
                    ahead.next();
                    if ahead.peek().is_none() {
                        last = true;
                        break;
                    }
                    characters.next();
                    out.push('\n');
                }
                out.push_str(&indent);
                if !last && characters.peek() == Some(&' ') {
                    out.push('\\');
                }
            }
            ' ' if characters.peek() == Some(&'\n') => out.push_str("\\ "),
            control if control < ' ' => {
                let _ = write!(out, "\\x{:02x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    if place.key { out } else { fold(&out, &indent, Mode::Quoted, place.at_start).0 }
}

fn block(text: &str, place: &Place, force_indent: bool) -> String {
    // A block cannot end in spaces on a line of their own.
    let tail = text.rfind('\n').map_or("", |at| &text[at + 1..]);
    if !tail.is_empty() && tail.chars().all(|c| matches!(c, ' ' | '\t')) {
        return quoted(text, place);
    }
    let indent = match place.indent.as_str() {
        "" if force_indent || has_document_marker(text) => "  ",
        indent => indent,
    };
    let limit = WIDTH.saturating_sub(indent.len());
    let literal = !text.split('\n').any(|line| line.encode_utf16().count() > limit);
    let body = text.trim_end_matches(['\n', '\t', ' ']);
    let end = &text[body.len()..];
    let chomp = match end.find('\n') {
        None => "-",
        Some(at) if body.is_empty() || at + 1 != end.len() => "+",
        Some(_) => "",
    };
    let mut end = end.strip_suffix('\n').unwrap_or(end).to_owned();
    // Newlines at the very end get no indentation.
    let kept = end.trim_end_matches('\n').len();
    let trailing = end.split_off(kept);
    let end = broken(&end, |newlines| format!("{newlines}{indent}")) + &trailing;
    let mut starts_with_space = false;
    let mut start = 0;
    for (at, c) in body.char_indices() {
        match c {
            ' ' => starts_with_space = true,
            '\n' => start = at + 1,
            _ => break,
        }
    }
    let (before, body) = body.split_at(start);
    let before = broken(before, |newlines| format!("{newlines}{indent}"));
    let size = if indent.is_empty() { "1" } else { "2" };
    let header = format!("{}{chomp}", if starts_with_space { size } else { "" });
    if !literal {
        let folded = broken(&foldable(body), |newlines| format!("{newlines}{indent}"));
        let (folded, overflow) = fold(&format!("{before}{folded}{end}"), indent, Mode::Block, Some(indent.len()));
        if !overflow {
            return format!(">{header}\n{indent}{folded}");
        }
    }
    let body = broken(body, |newlines| format!("{newlines}{indent}"));
    format!("|{header}\n{indent}{before}{body}{end}")
}

/// Doubles newlines, but for those at lines that are more indented, which are not folded.
fn foldable(text: &str) -> String {
    let doubled = broken(text, |newlines| format!("\n{newlines}"));
    let mut out = String::with_capacity(doubled.len());
    let mut rest = doubled.as_str();
    let mut at_start = true;
    while !rest.is_empty() {
        // `(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?` → `$1$2`
        let lead = if at_start { 0 } else { usize::from(rest.starts_with('\n')) };
        let matches = (at_start || lead == 1) && rest[lead..].starts_with([' ', '\t']);
        at_start = false;
        if matches {
            let line_end = rest[lead..].find('\n').map_or(rest.len(), |at| at + lead);
            out.push_str(&rest[lead..line_end]);
            rest = &rest[line_end..];
            let blank = rest.len() - rest.trim_start_matches(['\n', '\t', ' ']).len();
            // The last newline of the blank lines goes, if what follows is not indented.
            if let Some(last) = rest[..blank].rfind('\n')
                && last + 1 == blank
            {
                out.push_str(&rest[..last]);
                rest = &rest[blank..];
            }
            continue;
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flow,
    Block,
    Quoted,
}

/// Breaks lines at spaces so that they keep within the width; says whether one could not be broken.
fn fold(text: &str, indent: &str, mode: Mode, at_start: Option<usize>) -> (String, bool) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let indent_length = indent.len();
    let step = (1 + MIN_CONTENT).max((1 + WIDTH).saturating_sub(indent_length));
    if units.len() <= step {
        return (text.to_owned(), false);
    }
    let unit = |at: usize| units.get(at).and_then(|unit| u8::try_from(*unit).ok()).map_or('\u{fffd}', char::from);
    let mut folds: Vec<usize> = Vec::new();
    let mut escaped: Vec<usize> = Vec::new();
    let mut end = WIDTH as isize - indent_length as isize;
    if let Some(taken) = at_start {
        if taken > WIDTH - MIN_CONTENT {
            folds.push(0);
        } else {
            end = (WIDTH - taken) as isize;
        }
    }
    let mut split: Option<usize> = None;
    let mut previous: Option<char> = None;
    let mut overflow = false;
    let mut at: isize = -1;
    let (mut escape_start, mut escape_end) = (-1_isize, -1_isize);
    if mode == Mode::Block {
        at = more_indented(&units, at, indent_length);
        if at != -1 {
            end = at + step as isize;
        }
    }
    loop {
        at += 1;
        if at as usize >= units.len() {
            break;
        }
        let mut c = unit(at as usize);
        if mode == Mode::Quoted && c == '\\' {
            escape_start = at;
            at += match unit(at as usize + 1) {
                'x' => 3,
                'u' => 5,
                'U' => 9,
                _ => 1,
            };
            escape_end = at;
        }
        if c == '\n' {
            if mode == Mode::Block {
                at = more_indented(&units, at, indent_length);
            }
            end = at + (indent_length + step) as isize;
            split = None;
        } else {
            if c == ' ' && previous.is_some_and(|previous| !matches!(previous, ' ' | '\n' | '\t')) {
                let next = at as usize + 1;
                if next < units.len() && !matches!(unit(next), ' ' | '\n' | '\t') {
                    split = Some(at as usize);
                }
            }
            if at >= end {
                if let Some(place) = split.filter(|place| *place != 0) {
                    folds.push(place);
                    end = (place + step) as isize;
                    split = None;
                } else if mode == Mode::Quoted {
                    while matches!(previous, Some(' ' | '\t')) {
                        previous = Some(c);
                        at += 1;
                        c = if (at as usize) < units.len() { unit(at as usize) } else { '\0' };
                        overflow = true;
                    }
                    let place = if at > escape_end + 1 { at - 2 } else { escape_start - 1 };
                    let Ok(place) = usize::try_from(place) else { return (text.to_owned(), overflow) };
                    if escaped.contains(&place) {
                        return (text.to_owned(), overflow);
                    }
                    folds.push(place);
                    escaped.push(place);
                    end = (place + step) as isize;
                    split = None;
                } else {
                    overflow = true;
                }
            }
        }
        previous = Some(c);
    }
    if folds.is_empty() {
        return (text.to_owned(), overflow);
    }
    let part = |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to.max(from)).unwrap_or_default());
    let mut out = part(0, folds[0]);
    for (index, fold) in folds.iter().enumerate() {
        let end = folds.get(index + 1).copied().filter(|end| *end != 0).unwrap_or(units.len());
        if *fold == 0 {
            out = format!("\n{indent}{}", part(0, end));
        } else {
            if mode == Mode::Quoted && escaped.contains(fold) {
                out.push_str(&part(*fold, fold + 1));
                out.push('\\');
            }
            let _ = write!(out, "\n{indent}{}", part(fold + 1, end));
        }
    }
    (out, overflow)
}

/// Returns the last newline of the lines from `at + 1` on that are more indented than the block.
fn more_indented(units: &[u16], at: isize, indent: usize) -> isize {
    let unit = |at: isize| usize::try_from(at).ok().and_then(|at| units.get(at)).copied();
    let blank = |unit: Option<u16>| unit == Some(u16::from(b' ')) || unit == Some(u16::from(b'\t'));
    let newline = Some(u16::from(b'\n'));
    let mut at = at;
    let mut end = at;
    let mut start = at + 1;
    let mut c = unit(start);
    while blank(c) {
        if at < start + indent as isize {
            at += 1;
            c = unit(at);
        } else {
            loop {
                at += 1;
                c = unit(at);
                if c.is_none() || c == newline {
                    break;
                }
            }
            end = at;
            start = at + 1;
            c = unit(start);
        }
    }
    end
}
