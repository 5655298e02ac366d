//! Markup between tags: HTML, XML and what is written in them, with the marks of templates in between.

use super::{Pen, Scanner, is_word, near};
use crate::highlight::scopes::Class;

/// Which marks of templates are between the tags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::highlight) enum Dialect {
    /// None.
    Html,
    /// Those of Jinja and Django: `{{ … }}`, `{% … %}`, `{# … #}`.
    Jinja,
}

/// Elements with another language in them.
const EMBEDDED: &[(&str, &str)] = &[("script", "js"), ("style", "css")];

/// Words of templates that are no variables.
const KEYWORDS: &[&str] = &[
    "and", "as", "block", "by", "call", "else", "elif", "elseif", "empty", "extends", "filter", "for", "from", "if",
    "import", "in", "include", "is", "load", "macro", "not", "or", "raw", "set", "url", "with", "without", "only",
];

pub(super) fn paint(pen: &mut Pen<'_, '_>, dialect: Dialect) {
    let code = pen.code;
    while pen.at < code.len() {
        let stop = pen.find(pen.at, |byte| matches!(byte, b'<' | b'&' | b'{'));
        pen.to(stop, Class::Plain);
        let rest = pen.rest();
        if rest.starts_with("<!--") {
            enclosed(pen, 4, "-->", Class::Comment);
        } else if rest.starts_with("<![CDATA[") {
            enclosed(pen, 9, "]]>", Class::String);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            enclosed(pen, 2, ">", Class::Keyword);
        } else if rest.starts_with('<') {
            tag(pen, dialect);
        } else if rest.starts_with('&') {
            let end = pen.find(pen.at + 1, |byte| !(is_word(byte) || byte == b'#'));
            let is_entity = end > pen.at + 1 && code.as_bytes().get(end) == Some(&b';');
            pen.to(if is_entity { end + 1 } else { pen.at + 1 }, if is_entity { Class::Builtin } else { Class::Plain });
        } else if !(dialect == Dialect::Jinja && template(pen)) {
            pen.step(Class::Plain);
        }
    }
}

/// Paints from an opening mark of `open` bytes to the end of the closing one.
fn enclosed(pen: &mut Pen<'_, '_>, open: usize, close: &str, class: Class) {
    let after = pen.at + open;
    let end = pen.code[after..].find(close).map_or(pen.code.len(), |at| after + at + close.len());
    pen.to(end, class);
}

/// Paints a tag, and what is in it if that is of another language; the pen is at `<`.
fn tag(pen: &mut Pen<'_, '_>, dialect: Dialect) {
    let code = pen.code;
    pen.step(Class::Plain);
    let closes = pen.peek() == b'/';
    if closes {
        pen.step(Class::Plain);
    }
    let end = pen.find(pen.at, |byte| !(is_word(byte) || matches!(byte, b'-' | b':' | b'.')));
    if end == pen.at {
        return;
    }
    let name = &code[pen.at..end];
    pen.to(end, Class::Tag);
    while pen.at < code.len() {
        match pen.peek() {
            b'>' => {
                pen.step(Class::Plain);
                let embedded = EMBEDDED.iter().find(|(element, _)| !closes && name.eq_ignore_ascii_case(element));
                if let Some((element, language)) = embedded
                    && !code[..pen.at].ends_with("/>")
                {
                    let end = closing(code, pen.at, element);
                    pen.within(end, super::scanner(language).as_ref());
                }
                return;
            }
            // Another tag begins: this one was none, or is still being written.
            b'<' => return,
            quote @ (b'"' | b'\'') => value(pen, quote, dialect),
            b'{' if dialect == Dialect::Jinja && template(pen) => {}
            byte if is_word(byte) || matches!(byte, b'@' | b':' | b'#' | b'*' | b'(' | b'[') => {
                let end = pen.find(pen.at + 1, |byte| {
                    byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'' | b'<' | b'{')
                });
                let unquoted = code[..pen.at].ends_with('=');
                pen.to(end, if unquoted { Class::String } else { Class::Attribute });
            }
            _ => pen.step(Class::Plain),
        }
    }
}

/// Paints the value of an attribute; the pen is at its quote.
fn value(pen: &mut Pen<'_, '_>, quote: u8, dialect: Dialect) {
    pen.step(Class::String);
    while pen.at < pen.code.len() {
        let end = pen.find(pen.at, |byte| byte == quote || byte == b'{');
        pen.to(end, Class::String);
        if pen.peek() == quote {
            return pen.step(Class::String);
        }
        if !(dialect == Dialect::Jinja && template(pen)) {
            pen.step(Class::String);
        }
    }
}

/// Returns where the closing tag of an element begins, or the end.
fn closing(code: &str, from: usize, element: &str) -> usize {
    let mut at = from;
    while let Some(found) = code[at..].find("</") {
        at += found;
        let name = code.as_bytes().get(at + 2..at + 2 + element.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes())) {
            return at;
        }
        at += 2;
    }
    code.len()
}

/// Paints `{{ … }}`, `{% … %}` or `{# … #}`; returns whether one begins here.
pub(super) fn template(pen: &mut Pen<'_, '_>) -> bool {
    let rest = pen.rest();
    let close = match rest.as_bytes().get(1) {
        Some(b'{') => "}}",
        Some(b'%') => "%}",
        Some(b'#') => {
            enclosed(pen, 2, "#}", Class::Comment);
            return true;
        }
        _ => return false,
    };
    let Some(length) = near(&rest[2..]).find(close) else { return false };
    let end = pen.at + 2 + length;
    pen.to(pen.at + 2, Class::Operator);
    while pen.at < end {
        match pen.peek() {
            quote @ (b'"' | b'\'') => {
                let close = pen.find(pen.at + 1, |byte| byte == quote).min(end);
                pen.to((close + 1).min(end), Class::String);
            }
            byte if byte.is_ascii_digit() => {
                let number = pen.find(pen.at, |byte| !(is_word(byte) || byte == b'.')).min(end);
                pen.to(number, Class::Number);
            }
            byte if is_word(byte) => {
                let stop = pen.find(pen.at, |byte| !is_word(byte)).min(end);
                let word = &pen.code[pen.at..stop];
                let is_keyword = KEYWORDS.contains(&word) || word.strip_prefix("end").is_some_and(is_block);
                let is_call = pen.code[..pen.at].trim_end().ends_with('|') || pen.code[stop..].starts_with('(');
                pen.to(
                    stop,
                    match (is_keyword, is_call) {
                        (true, _) => Class::Keyword,
                        (false, true) => Class::Function,
                        (false, false) => Class::Variable,
                    },
                );
            }
            b'|' | b'=' | b'~' | b'-' | b'+' => pen.step(Class::Operator),
            _ => pen.step(Class::Plain),
        }
    }
    pen.to(end + close.len(), Class::Operator);
    true
}

fn is_block(word: &str) -> bool {
    word.is_empty() || KEYWORDS.contains(&word)
}

/// Returns the scanner of a markup language by its name.
pub(super) fn scanner(name: &str) -> Option<Scanner> {
    let dialect = match name {
        "html" | "htm" | "xhtml" | "vue-html" | "xml" | "xsd" | "xsl" | "xslt" | "svg" | "csproj" | "pom" | "plist" => {
            Dialect::Html
        }
        "django" | "jinja" | "jinja2" | "html+django" | "html+jinja" | "htmldjango" | "j2" | "njk" | "nunjucks" => {
            Dialect::Jinja
        }
        _ => return None,
    };
    Some(Scanner::Markup(dialect))
}
