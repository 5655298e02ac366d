//! From the hundreds of scopes of the syntaxes to our few classes, and from operations on them to spans.

use std::collections::HashMap;
use std::sync::LazyLock;

use syntect::parsing::{ClearAmount, Scope, ScopeStackOp};

use crate::html::{push_text, start_tag};

/// What a piece of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing of note; hides what is around it.
    Plain,
    Attribute,
    Builtin,
    Comment,
    Deleted,
    Error,
    Function,
    Heading,
    Inserted,
    Keyword,
    Markup,
    Number,
    Operator,
    Property,
    String,
    Tag,
    Type,
    Variable,
}

impl Class {
    /// Returns the value of the `class` attribute; `None` for plain text.
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Plain => return None,
            Self::Attribute => "a",
            Self::Builtin => "b",
            Self::Comment => "c",
            Self::Deleted => "d",
            Self::Error => "e",
            Self::Function => "f",
            Self::Heading => "h",
            Self::Inserted => "i",
            Self::Keyword => "k",
            Self::Markup => "m",
            Self::Number => "n",
            Self::Operator => "o",
            Self::Property => "p",
            Self::String => "s",
            Self::Tag => "g",
            Self::Type => "t",
            Self::Variable => "v",
        })
    }
}

/// Scopes by prefix; the longest prefix decides. A scope without one says nothing and leaves what is around it.
const PREFIXES: &[(&str, Class)] = &[
    ("comment", Class::Comment),
    ("punctuation.definition.comment", Class::Comment),
    ("string", Class::String),
    ("string.unquoted", Class::Plain),
    ("string.unquoted.heredoc", Class::String),
    ("string.unquoted.label", Class::Type),
    ("string.other.link", Class::Markup),
    ("punctuation.definition.string", Class::String),
    ("constant", Class::Builtin),
    ("constant.numeric", Class::Number),
    ("constant.other.date", Class::Number),
    ("constant.other.timestamp", Class::Number),
    ("constant.character.escape", Class::Builtin),
    ("constant.other.color", Class::Number),
    ("constant.other.symbol", Class::String),
    ("keyword", Class::Keyword),
    ("keyword.operator", Class::Operator),
    ("keyword.operator.new", Class::Keyword),
    ("keyword.operator.word", Class::Keyword),
    ("keyword.operator.logical.python", Class::Keyword),
    ("keyword.other.unit", Class::Number),
    ("storage", Class::Keyword),
    ("storage.type.annotation", Class::Attribute),
    ("support", Class::Builtin),
    ("support.function", Class::Function),
    ("support.type", Class::Type),
    ("support.class", Class::Type),
    ("support.type.property-name", Class::Property),
    ("support.constant", Class::Builtin),
    ("entity.name", Class::Type),
    ("entity.name.function", Class::Function),
    ("entity.name.macro", Class::Function),
    ("entity.name.tag", Class::Tag),
    ("entity.name.tag.yaml", Class::Property),
    ("entity.name.tag.toml", Class::Property),
    ("entity.name.table.toml", Class::Heading),
    ("entity.name.section", Class::Heading),
    ("entity.name.label", Class::Variable),
    ("entity.name.constant", Class::Builtin),
    ("entity.other.attribute-name", Class::Attribute),
    ("entity.other.inherited-class", Class::Type),
    ("meta.mapping.key", Class::Property),
    ("meta.structure.dictionary.key", Class::Property),
    ("variable", Class::Variable),
    ("variable.function", Class::Function),
    ("variable.annotation", Class::Attribute),
    ("variable.language", Class::Builtin),
    ("variable.other", Class::Plain),
    ("variable.other.constant", Class::Builtin),
    ("variable.other.member", Class::Property),
    ("variable.other.readwrite.shell", Class::Variable),
    ("variable.other.normal.shell", Class::Variable),
    ("variable.other.property", Class::Property),
    ("meta.annotation", Class::Attribute),
    ("meta.decorator", Class::Attribute),
    ("meta.interpolation", Class::Plain),
    ("meta.group.expansion.command", Class::Plain),
    ("invalid", Class::Error),
    ("invalid.deprecated", Class::Variable),
    ("markup.deleted", Class::Deleted),
    ("markup.inserted", Class::Inserted),
    ("markup.changed", Class::Markup),
    ("markup.heading", Class::Heading),
    ("markup.bold", Class::Markup),
    ("markup.italic", Class::Markup),
    ("markup.underline.link", Class::Markup),
    ("markup.quote", Class::Markup),
    ("markup.raw", Class::String),
    ("meta.diff.range", Class::Keyword),
    ("meta.diff.header", Class::Heading),
    ("punctuation.definition.deleted", Class::Deleted),
    ("punctuation.definition.inserted", Class::Inserted),
    ("punctuation.definition.heading", Class::Heading),
    ("punctuation.section.interpolation", Class::Variable),
    ("punctuation.definition.variable", Class::Variable),
    ("punctuation.definition.annotation", Class::Attribute),
];

static CLASSES: LazyLock<Vec<(Scope, Class)>> = LazyLock::new(|| {
    let mut classes: Vec<_> =
        PREFIXES.iter().filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class))).collect();
    classes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    classes
});

/// Follows the scopes of one code block and writes its lines.
pub(super) struct Painter {
    /// The class that holds at each depth of the scopes.
    stack: Vec<Class>,
    /// What `Clear` took away, for `Restore`.
    cleared: Vec<Vec<Class>>,
    /// Classes found already; a block has few distinct scopes.
    known: HashMap<Scope, Option<Class>>,
}

impl Painter {
    pub(super) fn new() -> Self {
        Self { stack: Vec::new(), cleared: Vec::new(), known: HashMap::new() }
    }

    /// Writes one line with the operations that the syntax found in it.
    pub(super) fn line(&mut self, out: &mut String, line: &str, operations: &[(usize, ScopeStackOp)]) {
        // The span being gathered: neighbours of one class are one span, spaces between them included.
        let mut class = Class::Plain;
        let mut start = 0;
        let mut at = 0;
        for (offset, operation) in operations {
            let offset = (*offset).clamp(at, line.len());
            if offset > at && line.is_char_boundary(offset) {
                self.piece(out, line, &mut class, &mut start, at..offset);
                at = offset;
            }
            self.apply(operation);
        }
        if at < line.len() {
            self.piece(out, line, &mut class, &mut start, at..line.len());
        }
        flush(out, class, &line[start..]);
    }

    /// Adds a piece to the span being gathered, or starts the next one.
    fn piece(&self, out: &mut String, line: &str, class: &mut Class, start: &mut usize, piece: std::ops::Range<usize>) {
        let next = self.stack.last().copied().unwrap_or(Class::Plain);
        if next == *class || line[piece.clone()].trim().is_empty() {
            return;
        }
        flush(out, *class, &line[*start..piece.start]);
        *class = next;
        *start = piece.start;
    }

    fn apply(&mut self, operation: &ScopeStackOp) {
        match operation {
            ScopeStackOp::Push(scope) => {
                let around = self.stack.last().copied().unwrap_or(Class::Plain);
                let class = match self.class(*scope) {
                    // The quoted key of a mapping is a key first.
                    Some(Class::String) if around == Class::Property => around,
                    class => class.unwrap_or(around),
                };
                self.stack.push(class);
            }
            ScopeStackOp::Pop(count) => {
                let depth = self.stack.len().saturating_sub(*count);
                self.stack.truncate(depth);
            }
            ScopeStackOp::Clear(amount) => {
                let depth = match amount {
                    ClearAmount::TopN(count) => self.stack.len().saturating_sub(*count),
                    ClearAmount::All => 0,
                };
                self.cleared.push(self.stack.split_off(depth));
            }
            ScopeStackOp::Restore => {
                if let Some(cleared) = self.cleared.pop() {
                    self.stack.extend(cleared);
                }
            }
            ScopeStackOp::Noop => {}
        }
    }

    fn class(&mut self, scope: Scope) -> Option<Class> {
        *self
            .known
            .entry(scope)
            .or_insert_with(|| CLASSES.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, class)| *class))
    }
}

/// Writes a span, its trailing spaces and line end outside.
fn flush(out: &mut String, class: Class, text: &str) {
    let inner = text.trim_end();
    span(out, class, inner);
    push_text(out, &text[inner.len()..]);
}

/// Writes `text` as a span of its class.
pub(super) fn span(out: &mut String, class: Class, text: &str) {
    match class.name() {
        Some(name) if !text.is_empty() => {
            start_tag(out, "span").attribute("class", name);
            push_text(out, text);
            out.push_str("</span>");
        }
        _ => push_text(out, text),
    }
}
