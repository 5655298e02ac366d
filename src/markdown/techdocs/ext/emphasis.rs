//! Emphasis by `*`, `_`, `^`, `~` and `=`: betterem, caret, tilde and mark in their smart forms.
//!
//! One matcher serves all: a form is a run of signs, then contents and runs in turn, each with conditions on what is
//! around it. Forms are tried in order at each sign, so that the nested ones (`***a** b*`) come before the plain ones.

use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Emphasis in emphasis, at most.
const MAX_DEPTH: usize = 20;

/// What may be between runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Anything.
    Any,
    /// Anything, signs only inside a word or between spaces.
    Limited,
    /// Anything but white space.
    Solid,
    /// Anything, signs only in runs of two and more.
    Runs,
    /// The same without white space.
    SolidRuns,
}

/// What must be true around a run that ends a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// No space before, the end of a word behind.
    Close,
    /// No space before, anything behind.
    CloseAnywhere,
    /// No space or sign before, the end of a word behind.
    CloseRun,
    /// No space or sign before, no sign behind.
    CloseAlone,
    /// The start of a word.
    Open,
}

/// How elements nest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `<a>1</a>`
    Single(&'static str),
    /// `<a><b>1</b>2</a>`
    Before(&'static str, &'static str),
    /// `<a>1<b>2</b></a>`
    After(&'static str, &'static str),
}

struct Form {
    open: usize,
    /// What must be true before the opening run.
    free: bool,
    steps: &'static [(Content, usize, Edge)],
    shape: Shape,
    /// Whether all forms are tried inside, and not only the later ones.
    full: bool,
}

const fn form(open: usize, free: bool, shape: Shape, steps: &'static [(Content, usize, Edge)]) -> Form {
    Form { open, free, steps, shape, full: false }
}

const EMPHASIS: &[Form] = &[
    form(3, false, Shape::Before("strong", "em"), &[(Content::Any, 3, Edge::Close)]),
    form(
        3,
        false,
        Shape::Before("em", "strong"),
        &[(Content::Limited, 2, Edge::CloseRun), (Content::Limited, 1, Edge::CloseRun)],
    ),
    form(
        3,
        false,
        Shape::Before("strong", "em"),
        &[(Content::Limited, 1, Edge::CloseRun), (Content::Limited, 2, Edge::CloseRun)],
    ),
    form(
        2,
        false,
        Shape::After("strong", "em"),
        &[(Content::Limited, 1, Edge::Open), (Content::Limited, 3, Edge::CloseRun)],
    ),
    form(2, false, Shape::Single("strong"), &[(Content::Any, 2, Edge::Close)]),
    form(
        1,
        false,
        Shape::After("em", "strong"),
        &[(Content::Limited, 2, Edge::Open), (Content::Limited, 3, Edge::Close)],
    ),
    Form { full: true, ..form(1, false, Shape::Single("em"), &[(Content::Runs, 1, Edge::CloseRun)]) },
    form(1, false, Shape::Single("em"), &[(Content::Any, 1, Edge::Close)]),
];

/// Two signs are one thing, one sign another: `~~del~~` and `~sub~`, `^^ins^^` and `^sup^`.
macro_rules! pair {
    ($two:literal, $one:literal) => {
        &[
            form(3, true, Shape::Before($two, $one), &[(Content::Solid, 3, Edge::CloseAnywhere)]),
            form(
                3,
                true,
                Shape::Before($one, $two),
                &[(Content::Solid, 2, Edge::Close), (Content::Solid, 1, Edge::CloseAnywhere)],
            ),
            form(
                3,
                true,
                Shape::Before($two, $one),
                &[(Content::Solid, 1, Edge::Close), (Content::Limited, 2, Edge::CloseAnywhere)],
            ),
            form(
                2,
                true,
                Shape::After($two, $one),
                &[(Content::Limited, 1, Edge::Open), (Content::Solid, 3, Edge::CloseAnywhere)],
            ),
            form(2, false, Shape::Single($two), &[(Content::Any, 2, Edge::Close)]),
            form(
                1,
                true,
                Shape::After($one, $two),
                &[(Content::Solid, 2, Edge::Open), (Content::Solid, 3, Edge::CloseAnywhere)],
            ),
            Form { full: true, ..form(1, true, Shape::Single($one), &[(Content::SolidRuns, 1, Edge::CloseAlone)]) },
            form(1, true, Shape::Single($one), &[(Content::Solid, 1, Edge::CloseAnywhere)]),
        ]
    };
}

const TILDE: &[Form] = pair!("del", "sub");
const CARET: &[Form] = pair!("ins", "sup");
const MARK: &[Form] = &[form(2, false, Shape::Single("mark"), &[(Content::Any, 2, Edge::Close)])];

/// `*emphasis*`
pub(in crate::markdown::techdocs) fn find_star(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find(parser, subject, from, '*', EMPHASIS)
}

/// `_emphasis_`
pub(in crate::markdown::techdocs) fn find_underscore(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find(parser, subject, from, '_', EMPHASIS)
}

/// `~~deleted~~` and `~sub~`
pub(in crate::markdown::techdocs) fn find_tilde(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find(parser, subject, from, '~', TILDE)
}

/// `^^inserted^^` and `^sup^`
pub(in crate::markdown::techdocs) fn find_caret(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find(parser, subject, from, '^', CARET)
}

/// `==marked==`
pub(in crate::markdown::techdocs) fn find_mark(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find(parser, subject, from, '=', MARK)
}

/// Runs of `*` or `_` between spaces are no emphasis.
pub(in crate::markdown::techdocs) fn find_lone(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let _ = parser;
    find_run(subject, from, [b'*', b'_'])
}

/// Runs of `~` between spaces are no markup.
pub(in crate::markdown::techdocs) fn find_lone_tilde(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let _ = parser;
    find_run(subject, from, [b'~', b'~'])
}

fn find_run(subject: &InlineText<'_>, from: usize, signs: [u8; 2]) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + memchr::memchr2(signs[0], signs[1], &text.as_bytes()[at..])?;
        let sign = text.as_bytes()[start];
        let end = start + text.as_bytes()[start..].iter().take_while(|byte| **byte == sign).count();
        let blank_before = subject.before(start).is_none_or(char::is_whitespace);
        if blank_before && text[end..].chars().next().is_none_or(char::is_whitespace) {
            return Some(Found::Replace { start, end, with: Replacement::Text(text[start..end].to_owned()) });
        }
        at = end;
    }
}

fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
    sign: char,
    forms: &'static [Form],
) -> Option<Found> {
    let mut at = from;
    loop {
        let start = at + subject.text[at..].find(sign)?;
        if let Some((node, end)) = match_at(parser, subject, start, sign, forms, 0, 0) {
            return Some(Found::Replace { start, end, with: Replacement::Node(node) });
        }
        at = start + 1;
        if parser.effort == 0 {
            return None;
        }
    }
}

/// Tries the forms from `first` on at `start`; returns the element and where it ends.
fn match_at(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    start: usize,
    sign: char,
    forms: &'static [Form],
    first: usize,
    depth: usize,
) -> Option<(NodeId, usize)> {
    let matcher = Matcher { subject, sign };
    for (index, form) in forms.iter().enumerate().skip(first) {
        let mut spans = Vec::with_capacity(2);
        let Some(end) = matcher.form(parser, form, start, &mut spans) else { continue };
        let next = if form.full { 0 } else { index + 1 };
        let text = |at: usize| spans.get(at).map_or("", |(from, to): &(usize, usize)| &subject.text[*from..*to]);
        let inside = Inside { sign, forms, first: next, depth: depth + 1 };
        let node = match form.shape {
            Shape::Single(tag) => {
                let node = parser.tree.make(tag);
                inside.fill(parser, node, None, text(0));
                node
            }
            Shape::Before(outer, inner) => {
                let node = parser.tree.make(outer);
                let child = parser.tree.append(node, inner);
                inside.fill(parser, child, None, text(0));
                inside.fill(parser, node, Some(child), text(1));
                node
            }
            Shape::After(outer, inner) => {
                let node = parser.tree.make(outer);
                inside.fill(parser, node, None, text(0));
                let child = parser.tree.append(node, inner);
                inside.fill(parser, child, None, text(1));
                node
            }
        };
        return Some((node, end));
    }
    None
}

/// What may still be found inside an element of these forms.
struct Inside {
    sign: char,
    forms: &'static [Form],
    first: usize,
    depth: usize,
}

impl Inside {
    /// Puts `text` into `parent`, behind its child `last` if there is one.
    fn fill(&self, parser: &mut Parser<'_>, parent: NodeId, last: Option<NodeId>, text: &str) {
        let mut last = last;
        let mut plain = 0;
        let mut at = 0;
        let subject = InlineText::new(text, false);
        let put = |parser: &mut Parser<'_>, last: Option<NodeId>, text: &str| match last {
            Some(last) => parser.tree[last].tail.set(text),
            None => parser.tree[parent].text.set(text),
        };
        while self.depth < MAX_DEPTH
            && let Some(found) = text[at..].find(self.sign)
        {
            let start = at + found;
            match match_at(parser, &subject, start, self.sign, self.forms, self.first, self.depth) {
                Some((node, end)) => {
                    if plain < start {
                        put(parser, last, &text[plain..start]);
                    }
                    parser.tree[parent].children.push(node);
                    last = Some(node);
                    plain = end;
                    at = end;
                }
                None => at = start + 1,
            }
        }
        if plain < text.len() {
            put(parser, last, &text[plain..]);
        }
    }
}

fn is_word(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_alphanumeric() || character == '_')
}

fn is_blank(character: Option<char>) -> bool {
    character.is_some_and(char::is_whitespace)
}

struct Matcher<'m> {
    subject: &'m InlineText<'m>,
    sign: char,
}

impl Matcher<'_> {
    /// Matches a whole form; fills in the contents and returns the end.
    fn form(
        &self,
        parser: &mut Parser<'_>,
        form: &Form,
        start: usize,
        spans: &mut Vec<(usize, usize)>,
    ) -> Option<usize> {
        let before = self.subject.before(start);
        // What begins alone must not go on a run of signs; what begins a word must not be inside one.
        let fits = if form.free { form.open == 3 || before != Some(self.sign) } else { self.begins_word(before) };
        // A single sign of a pair may also be behind another one when nothing else fits.
        let lone = form.free && matches!(form.steps, [(Content::Solid, 1, Edge::CloseAnywhere)]);
        let inner = start + form.open;
        if !(fits || lone) || !self.is_run(start, form.open) {
            return None;
        }
        let after = self.char_at(inner);
        if is_blank(after) || after.is_none() || (after == Some(self.sign) && !lone) {
            return None;
        }
        self.steps(parser, form.steps, inner, spans)
    }

    fn steps(
        &self,
        parser: &mut Parser<'_>,
        steps: &[(Content, usize, Edge)],
        start: usize,
        spans: &mut Vec<(usize, usize)>,
    ) -> Option<usize> {
        let Some(((content, length, edge), rest)) = steps.split_first() else { return Some(start) };
        // Where nothing ahead can end it there is no need to look.
        if *edge == Edge::Close && self.last_close(*length).is_none_or(|last| last <= start) {
            return None;
        }
        let mut at = start;
        loop {
            at = self.advance(parser, *content, at)?;
            if !self.is_run(at, *length) || !self.edge(*edge, at, at + length) {
                continue;
            }
            spans.push((start, at));
            if let Some(end) = self.steps(parser, rest, at + length, spans) {
                return Some(end);
            }
            spans.pop();
        }
    }

    /// Returns the last place where a run of `length` signs may end emphasis.
    fn last_close(&self, length: usize) -> Option<usize> {
        let closes = self.subject.last_closes.get_or_init(|| {
            let mut closes = [None; 3];
            for (at, _) in self.subject.text.match_indices(self.sign) {
                for (index, close) in closes.iter_mut().enumerate() {
                    let end = at + index + 1;
                    if self.is_run(at, index + 1) && self.edge(Edge::Close, at, end) {
                        *close = Some(at);
                    }
                }
            }
            closes
        });
        *closes.get(length - 1)?
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.subject.text.get(at..)?.chars().next()
    }

    /// Returns whether `length` signs are at `at`.
    fn is_run(&self, at: usize, length: usize) -> bool {
        let bytes = self.subject.text.as_bytes();
        (0..length).all(|offset| bytes.get(at + offset) == Some(&(self.sign as u8)))
    }

    fn begins_word(&self, before: Option<char>) -> bool {
        if self.sign == '_' {
            !is_word(before)
        } else {
            before == Some('_') || !(is_word(before) || before == Some(self.sign))
        }
    }

    fn ends_word(&self, after: Option<char>) -> bool {
        self.begins_word(after)
    }

    fn edge(&self, edge: Edge, start: usize, end: usize) -> bool {
        let before = self.subject.before(start);
        let after = self.char_at(end);
        let sign = Some(self.sign);
        match edge {
            Edge::Close => !is_blank(before) && self.ends_word(after),
            Edge::CloseAnywhere => !is_blank(before),
            Edge::CloseRun => !is_blank(before) && before != sign && self.ends_word(after),
            Edge::CloseAlone => !is_blank(before) && before != sign && after != sign,
            Edge::Open => self.begins_word(before) && after.is_some() && !is_blank(after) && after != sign,
        }
    }

    /// Moves on by as little as `content` allows at `at`.
    fn advance(&self, parser: &mut Parser<'_>, content: Content, at: usize) -> Option<usize> {
        let text = self.subject.text;
        let character = self.char_at(at)?;
        if character != self.sign {
            if matches!(content, Content::Solid | Content::SolidRuns) {
                if character.is_whitespace() {
                    return None;
                }
                if !parser.spend(1) {
                    return None;
                }
                return Some(at + character.len_utf8());
            }
            // Nothing can end before the next sign.
            let next = text[at..].find(self.sign).map_or(text.len(), |length| at + length);
            if !parser.spend(1 + (next - at) / 16) || next == text.len() {
                return None;
            }
            return Some(next);
        }
        if !parser.spend(1) {
            return None;
        }
        let length = text[at..].bytes().take_while(|byte| *byte == self.sign as u8).count();
        match content {
            Content::Any | Content::Solid => Some(at + 1),
            Content::Runs | Content::SolidRuns => (length >= 2).then_some(at + length),
            Content::Limited => {
                let (before, after) = (self.subject.before(at), self.char_at(at + length));
                let in_word = if self.sign == '_' {
                    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
                } else {
                    is_word(before) && is_word(after)
                };
                (in_word || (is_blank(before) && is_blank(after))).then_some(at + length)
            }
        }
    }
}
