//! What one record says of itself: title, status, day and people, in each of the formats that are in use.

use std::ops::Range;

use super::front::{self, Front};
use super::{STATUSES, files};
use crate::calendar::Day;
use crate::config::AdrConfig;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::markdown::commonmark::blocks::{Block, ListItem, Phrase, PhraseLink, blocks, phrase};
use crate::text::{FileId, Span};
use crate::yaml::{Node, Value};

/// A record by itself.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) title: String,
    pub(super) status: Option<String>,
    pub(super) status_text: Option<String>,
    pub(super) date: Option<String>,
    pub(super) deciders: Vec<String>,
    pub(super) consulted: Vec<String>,
    pub(super) informed: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) number: Option<u32>,
    /// The records that it names in its text.
    pub(super) relations: Vec<Relation>,
    /// Where the text begins, and the heading in it that is the title.
    pub(super) body: usize,
    pub(super) heading: Option<Range<usize>>,
}

/// A record named by another, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) how: How,
    pub(super) target: Target,
    pub(super) span: Range<usize>,
}

/// What two records have to do with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum How {
    Supersedes,
    SupersededBy,
    Other(String),
}

/// How a record is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// By a link.
    Link(String),
    /// By its number.
    Number(u32),
    /// By the name of its file, or the beginning of it.
    Name(String),
}

/// Keys by which a list or a line says something.
const STATUS: &[&str] = &["status"];
const DATE: &[&str] = &["date"];
const DECIDERS: &[&str] = &["decision-makers", "deciders", "decision-maker", "decider"];
const CONSULTED: &[&str] = &["consulted"];
const INFORMED: &[&str] = &["informed"];
const TAGS: &[&str] = &["tags"];

/// Facts that are in the text, with what follows each key.
#[derive(Default)]
struct Facts(Vec<(String, Phrase, Vec<Phrase>)>);

impl Facts {
    fn get(&self, keys: &[&str]) -> Option<&(String, Phrase, Vec<Phrase>)> {
        let says = |(_, phrase, nested): &&(String, Phrase, Vec<Phrase>)| !phrase.text.is_empty() || !nested.is_empty();
        keys.iter().find_map(|key| self.0.iter().filter(says).find(|(known, ..)| known == key))
    }
}

/// Reads `Status: accepted` as a key and what follows it.
fn fact(phrase: &Phrase) -> Option<(String, Phrase)> {
    let (key, rest) = phrase.text.split_once(':')?;
    let key = key.trim().to_lowercase().replace(['_', ' '], "-");
    let is_key = !key.is_empty() && key.len() <= 24 && key.chars().all(|c| c.is_alphabetic() || c == '-');
    is_key.then(|| (key, phrase.part(phrase.text.len() - rest.len()..phrase.text.len())))
}

fn is_known(key: &str) -> bool {
    [STATUS, DATE, DECIDERS, CONSULTED, INFORMED, TAGS].iter().any(|keys| keys.contains(&key))
        || key.starts_with("supersed")
}

/// Reads the text of a file.
pub(super) fn read(config: &AdrConfig, file: FileId, name: &str, text: &str, problems: &mut Diagnostics) -> Said {
    let front = front::read(file, text, problems);
    let body = text.get(front.body..).unwrap_or_default();
    let blocks = blocks(body, front.body);
    let outline = Outline::of(&blocks);
    let mut said = Said { number: files::number(name), body: front.body, ..Said::default() };

    said.heading = outline.title.map(|title| title.range.clone());
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let title = outline.title.map(|title| one_line(&title.text));
    let title = title.or_else(|| front.get(&["title"]).and_then(front::text).map(|text| one_line(&phrase(&text).text)));
    said.title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| stem.to_owned());

    said.status(config, file, &front, &outline, problems);
    said.date(file, &front, &outline, problems);
    let people = |keys: &[&str]| people(&front, &outline, keys);
    said.deciders = people(DECIDERS);
    said.consulted = people(CONSULTED);
    said.informed = people(INFORMED);
    said.tags = tags(&front, &outline);
    said.relate(&front, &outline);
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let problem = Diagnostic::new(codes::EMPTY_ADR, Span::whole(file), "this decision record is empty");
        problems.push(problem.help("write down what was decided and why, or remove the file"));
    }
    said
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a text in which facts are.
struct Outline<'a> {
    title: Option<&'a Phrase>,
    /// The first list before the sections that states facts.
    list: Facts,
    /// Lines before the sections.
    lines: Facts,
    /// What is below the heading `Status`.
    status: Vec<&'a Block>,
    /// What is below the heading `Links`.
    links: Vec<&'a Block>,
}

impl<'a> Outline<'a> {
    fn of(blocks: &'a [Block]) -> Self {
        let is_title = |block: &Block| matches!(block, Block::Heading { level: 1, phrase } if !phrase.text.is_empty());
        let title_at = blocks.iter().position(is_title);
        let title = title_at.and_then(|at| match &blocks[at] {
            Block::Heading { phrase, .. } => Some(phrase),
            _ => None,
        });
        let first_section = |level: u8, from: usize| {
            let is_one = |block: &Block| matches!(block, Block::Heading { level: own, .. } if *own >= level);
            blocks.iter().skip(from).position(is_one).map_or(blocks.len(), |at| from + at)
        };
        let after = title_at.map_or(0, |at| at + 1);
        let mut outline =
            Self { title, list: Facts::default(), lines: Facts::default(), status: Vec::new(), links: Vec::new() };
        for block in &blocks[..first_section(2, 0)] {
            let Block::List(items) = block else { continue };
            let facts: Vec<_> = items.iter().filter_map(facts_of).collect();
            if facts.iter().any(|(key, ..)| is_known(key)) {
                outline.list = Facts(facts);
                break;
            }
        }
        for block in &blocks[after.min(blocks.len())..first_section(1, after)] {
            let Block::Paragraph(paragraph) = block else { continue };
            let lines = paragraph.lines();
            let known = lines.iter().filter_map(fact).filter(|(key, _)| is_known(key));
            outline.lines.0.extend(known.map(|(key, phrase)| (key, phrase, Vec::new())));
        }
        let section = |name: &str| -> Vec<&'a Block> {
            let is_it = |(at, block): &(usize, &Block)| {
                Some(*at) != title_at
                    && matches!(block, Block::Heading { phrase, .. } if phrase.text.trim_end_matches(':').eq_ignore_ascii_case(name))
            };
            let Some((at, _)) = blocks.iter().enumerate().find(is_it) else { return Vec::new() };
            blocks[at + 1..].iter().take_while(|block| !matches!(block, Block::Heading { .. })).collect()
        };
        (outline.status, outline.links) = (section("status"), section("links"));
        outline
    }

    /// Returns what the section `Status` says first.
    fn status_section(&self) -> Option<Phrase> {
        self.status.iter().find_map(|block| match block {
            Block::Paragraph(phrase) if !phrase.text.is_empty() => {
                // The first line alone: adr-tools writes a paragraph for each relation, people write a line.
                let line = phrase.lines().into_iter().find(|line| !line.text.is_empty())?;
                Some(without_key(line))
            }
            Block::List(items) => items
                .iter()
                .map(|item| item.phrase.clone())
                .find(|phrase| fact(phrase).is_none_or(|(key, _)| STATUS.contains(&&*key)) && !phrase.text.is_empty())
                .map(without_key),
            _ => None,
        })
    }
}

/// Takes `Status:` from the beginning of a phrase.
fn without_key(phrase: Phrase) -> Phrase {
    match fact(&phrase) {
        Some((key, rest)) if STATUS.contains(&&*key) => rest,
        _ => phrase,
    }
}

fn facts_of(item: &ListItem) -> Option<(String, Phrase, Vec<Phrase>)> {
    let (key, rest) = fact(&item.phrase)?;
    Some((key, rest, item.nested.clone()))
}

/// Returns whether a text is what a template has where an author writes.
pub(super) fn is_template(text: &str) -> bool {
    let text = text.trim();
    let whole = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    whole('[', ']') || whole('{', '}') || whole('<', '>') || text.contains(" | ") || text.starts_with("YYYY-MM-DD")
}

impl Said {
    fn status(
        &mut self,
        config: &AdrConfig,
        file: FileId,
        front: &Front,
        outline: &Outline<'_>,
        problems: &mut Diagnostics,
    ) {
        let (text, span) = match front.get(STATUS) {
            Some(node) => match front::text(node) {
                Some(text) => (one_line(&phrase(&text).text), node.span),
                None => {
                    if !is_placeholder(node) {
                        let message = format!("the status is {}, not a word", node.kind_name());
                        let problem = Diagnostic::new(codes::UNKNOWN_ADR_STATUS, node.span, message);
                        problems.push(problem.help("write one word, such as `status: accepted`"));
                    }
                    return;
                }
            },
            None => {
                let stated = outline.list.get(STATUS).or_else(|| outline.lines.get(STATUS));
                let found = stated.map(|(_, phrase, _)| phrase.clone()).or_else(|| outline.status_section());
                let Some(phrase) = found else { return };
                (one_line(&phrase.text), Span::new(file, phrase.range.start, phrase.range.end))
            }
        };
        if text.is_empty() {
            return;
        }
        if is_template(&text) {
            let message = format!("the status is still that of the template: `{text}`");
            let problem = Diagnostic::new(codes::ADR_TEMPLATE_TEXT, span, message);
            problems.push(problem.help("write the status that the decision has, such as `accepted`"));
            return;
        }
        let (status, is_known) = status(config, &text);
        if !is_known {
            let message = format!("`{status}` is no status that is known");
            let help =
                format!("write one of {}, or add the word to `adr.statuses` of the configuration", list(STATUSES));
            problems.push(Diagnostic::new(codes::UNKNOWN_ADR_STATUS, span, message).help(help));
        }
        self.status = Some(status).filter(|status| !status.is_empty());
        self.status_text = Some(text);
    }

    fn date(&mut self, file: FileId, front: &Front, outline: &Outline<'_>, problems: &mut Diagnostics) {
        let (text, span) = match front.get(DATE) {
            Some(node) if is_placeholder(node) => return,
            Some(node) => (front::text(node).map(|text| phrase(&text).text), node.span),
            None => match outline.list.get(DATE).or_else(|| outline.lines.get(DATE)) {
                Some((_, phrase, _)) => {
                    (Some(phrase.text.clone()), Span::new(file, phrase.range.start, phrase.range.end))
                }
                None => return,
            },
        };
        let day = text.as_deref().and_then(|text| Day::parse(text).or_else(|| Day::parse(before_note(text))));
        self.date = day.map(Day::iso);
        if self.date.is_none() && !text.as_deref().is_some_and(is_template) {
            let message = match text {
                Some(text) => format!("`{}` is no day", one_line(&text)),
                None => "the date is no day".to_owned(),
            };
            let problem = Diagnostic::new(codes::INVALID_ADR_DATE, span, message);
            problems.push(problem.help("write year, month and day, such as `2026-11-21`"));
        }
    }

    /// Notes the records that front matter, status and links name.
    fn relate(&mut self, front: &Front, outline: &Outline<'_>) {
        let mut found = Vec::new();
        if let Some(node) = front.get(STATUS)
            && let Some(text) = front::text(node)
        {
            let range = node.span.range();
            found.extend(relations(&phrase(&text), true).into_iter().map(|it| Relation { span: range.clone(), ..it }));
        }
        let keys =
            [(How::Supersedes, ["supersedes", "superseding"]), (How::SupersededBy, ["superseded-by", "supersededby"])];
        for (how, keys) in keys {
            let Some(node) = front.get(&keys) else { continue };
            for text in front::texts(node).iter().flat_map(|text| text.split([',', ';'])) {
                if let Some(target) = named(text) {
                    found.push(Relation { how: how.clone(), target, span: node.span.range() });
                }
            }
        }
        for (key, phrase, nested) in outline.list.0.iter().chain(&outline.lines.0) {
            // The key is the first of the words: `Superseded: 2019-12-19 by ADR 14`.
            if !is_known(key) || (!STATUS.contains(&&**key) && !key.starts_with("supersed")) {
                continue;
            }
            let before =
                if key.starts_with("supersed") { format!("{} ", key.replace('-', " ")) } else { String::new() };
            for phrase in std::iter::once(phrase).chain(nested) {
                found.extend(relations(&with_words_before(&before, phrase), true));
            }
        }
        for block in &outline.status {
            match block {
                Block::Paragraph(phrase) => found.extend(phrase.lines().iter().flat_map(|line| relations(line, true))),
                Block::List(items) => found.extend(items.iter().flat_map(|item| relations(&item.phrase, true))),
                _ => {}
            }
        }
        for block in &outline.links {
            let Block::List(items) = block else { continue };
            found.extend(items.iter().flat_map(|item| relations(&item.phrase, false)));
        }
        self.relations = found;
        // `Superseded` may be in a line of its own, below what was the status once.
        let superseded = self.relations.iter().any(|relation| relation.how == How::SupersededBy);
        if superseded && self.status.as_deref() != Some("superseded") {
            self.status = Some("superseded".to_owned());
        }
    }
}

fn with_words_before(before: &str, phrase: &Phrase) -> Phrase {
    let moved = |link: &PhraseLink| PhraseLink {
        words: link.words.start + before.len()..link.words.end + before.len(),
        ..link.clone()
    };
    Phrase {
        text: format!("{before}{}", phrase.text),
        links: phrase.links.iter().map(moved).collect(),
        range: phrase.range.clone(),
    }
}

/// Returns whether a value is what YAML makes of `{…}` or `[a | b]` of a template.
fn is_placeholder(node: &Node) -> bool {
    match &node.value {
        Value::Map(_) => true,
        Value::Seq(items) => items.iter().any(|item| item.as_str().is_some_and(|text| text.contains('|'))),
        _ => false,
    }
}

fn before_note(text: &str) -> &str {
    text.find(['(', ';', '\n']).map_or(text, |at| &text[..at])
}

/// Returns the status that a text means, and whether it is a known one.
pub(super) fn status(config: &AdrConfig, text: &str) -> (String, bool) {
    let lower = text.to_lowercase();
    let bare = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let begins = |word: &str| {
        bare.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    let own = config.statuses.iter().filter(|(word, _)| begins(&word.to_lowercase()));
    // The longest word is meant: `in review` rather than `in`.
    if let Some((word, meaning)) = own.max_by_key(|(word, _)| word.len()) {
        return (if meaning.is_empty() { word.to_lowercase() } else { meaning.to_lowercase() }, true);
    }
    if let Some(word) = STATUSES.iter().find(|word| begins(word)) {
        return ((*word).to_owned(), true);
    }
    let end = lower.find([',', ';', '(']).unwrap_or(lower.len());
    let clause = [" on ", " by "].iter().filter_map(|word| lower.find(word)).min().unwrap_or(end);
    (lower[..end.min(clause)].trim().to_owned(), false)
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Splits a text at commas and semicolons.
fn split(text: &str) -> Vec<String> {
    let parts = text.split([',', ';']).map(one_line);
    parts.filter(|part| !part.is_empty() && !is_template(part)).collect()
}

fn people(front: &Front, outline: &Outline<'_>, keys: &[&str]) -> Vec<String> {
    if let Some(node) = front.get(keys) {
        if is_placeholder(node) {
            return Vec::new();
        }
        let plain = |text: &String| one_line(&phrase(text).text);
        return match node.as_seq() {
            Some(_) => front::texts(node).iter().map(plain).filter(|text| !text.is_empty()).collect(),
            None => {
                front::text(node).filter(|text| !is_template(text)).map(|text| split(&plain(&text))).unwrap_or_default()
            }
        };
    }
    let Some((_, phrase, nested)) = outline.list.get(keys).or_else(|| outline.lines.get(keys)) else {
        return Vec::new();
    };
    if is_template(&phrase.text) {
        return Vec::new();
    }
    split(&phrase.text).into_iter().chain(nested.iter().map(|item| one_line(&item.text))).collect()
}

fn tags(front: &Front, outline: &Outline<'_>) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let is_gap = |c: char| if text.contains([',', ';']) { matches!(c, ',' | ';') } else { c.is_whitespace() };
        text.split(is_gap).map(|tag| one_line(tag).to_lowercase()).filter(|tag| !tag.is_empty()).collect()
    };
    if let Some(node) = front.get(TAGS) {
        return match node.as_seq() {
            Some(_) => front::texts(node),
            None => front::text(node).filter(|text| !is_template(text)).map(|text| words(&text)).unwrap_or_default(),
        };
    }
    let Some((_, phrase, nested)) = outline.list.get(TAGS).or_else(|| outline.lines.get(TAGS)) else {
        return Vec::new();
    };
    let own = if is_template(&phrase.text) { Vec::new() } else { words(&phrase.text) };
    own.into_iter().chain(nested.iter().map(|item| one_line(&item.text).to_lowercase())).collect()
}

/// Reads a value that names a record: a link, a file, `ADR-3` or a number.
fn named(text: &str) -> Option<Target> {
    let phrase = phrase(text.trim());
    if let Some(link) = phrase.links.first() {
        return Some(Target::Link(link.target.clone()));
    }
    let text = phrase.text.trim();
    if text.is_empty() || is_template(text) {
        return None;
    }
    let bare = marked(text).map_or(text, |(length, _)| &text[length..]);
    Some(match bare.parse() {
        Ok(number) => Target::Number(number),
        Err(_) => match marked(text) {
            Some((length, number)) if length == text.len() => Target::Number(number),
            _ => Target::Name(text.to_owned()),
        },
    })
}

/// Reads `ADR-12`, `ADR 12` or `adr0012` at the beginning; returns its length and the number.
fn marked(text: &str) -> Option<(usize, u32)> {
    if !text.get(..3)?.eq_ignore_ascii_case("adr") {
        return None;
    }
    let rest = &text[3..];
    let rest = rest.strip_prefix(['-', '_', ' ', '#']).unwrap_or(rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = (1..=5).contains(&digits).then(|| rest[..digits].parse().ok()).flatten()?;
    Some((text.len() - rest.len() + digits, number))
}

/// Words after which a number alone names a record.
const VERBS: &[&str] = &[
    "by",
    "supersedes",
    "supersede",
    "amends",
    "clarifies",
    "replaces",
    "extends",
    "refines",
    "obsoletes",
    "and",
    "with",
];
/// More words than this are a sentence, and no relation.
const MAX_WORDS: usize = 4;

/// Finds the records that a phrase names, each with the words before it. Without `numbers`, links alone count.
fn relations(phrase: &Phrase, numbers: bool) -> Vec<Relation> {
    let text = &phrase.text;
    let mut named: Vec<(Range<usize>, Target, Range<usize>)> = phrase
        .links
        .iter()
        .map(|link| (link.words.clone(), Target::Link(link.target.clone()), link.range.clone()))
        .collect();
    let starts = text.char_indices().map(|(at, _)| at);
    for at in starts {
        let before = text[..at].chars().next_back();
        let inside =
            |named: &[(Range<usize>, Target, Range<usize>)]| named.iter().any(|(words, ..)| words.contains(&at));
        if before.is_some_and(char::is_alphanumeric) || inside(&named) {
            continue;
        }
        if let Some((length, number)) = marked(&text[at..]) {
            named.push((at..at + length, Target::Number(number), phrase.range.clone()));
        } else if numbers && text[at..].starts_with(|c: char| c.is_ascii_digit()) {
            let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
            let after = text[at + digits..].chars().next();
            let ends = after.is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ')'));
            let word =
                text[..at].trim_end_matches(['#', ' ']).rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
            let after_verb = VERBS.contains(&&*word.to_lowercase());
            if ends
                && after_verb
                && digits <= 5
                && let Ok(number) = text[at..at + digits].parse()
            {
                named.push((at..at + digits, Target::Number(number), phrase.range.clone()));
            }
        }
    }
    named.sort_by_key(|(words, ..)| words.start);
    let mut found: Vec<Relation> = Vec::new();
    let mut end = 0;
    for (words, target, span) in named {
        let words_before = relation_words(text.get(end..words.start).unwrap_or_default());
        let how = match (&*words_before, found.last()) {
            ("" | "and" | "or", Some(last)) => last.how.clone(),
            (words, _) if words.contains("superseded") && words.ends_with("by") => How::SupersededBy,
            (words, _) if ["supersedes", "superseding", "supersede"].iter().any(|verb| words.ends_with(verb)) => {
                How::Supersedes
            }
            (words, _) => {
                let is_status = STATUSES.contains(&words);
                let is_sentence = words.split(' ').count() > MAX_WORDS;
                let named = if words.is_empty() || is_status || is_sentence { "mentions" } else { words };
                How::Other(named.to_owned())
            }
        };
        end = words.end;
        found.push(Relation { how, target, span });
    }
    found
}

/// Returns the words of a relation from what comes before a name: the last clause without days and signs, in lower
/// case.
fn relation_words(before: &str) -> String {
    let clause = before.rsplit(['.', ';', '(', '\n', ',']).next().unwrap_or_default();
    let words = clause.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let words: Vec<String> = words
        .filter(|word| !word.is_empty() && !word.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(How, Target)> {
        relations(&phrase(text), true).into_iter().map(|relation| (relation.how, relation.target)).collect()
    }

    #[test]
    fn relations_have_the_words_before_them() {
        let other = |words: &str| How::Other(words.to_owned());
        let link = |target: &str| Target::Link(target.to_owned());
        assert_eq!(found("superseded by [ADR-5](5.md)"), [(How::SupersededBy, link("5.md"))]);
        assert_eq!(found("accepted; supersedes ADR-0045"), [(How::Supersedes, Target::Number(45))]);
        assert_eq!(found("Superseded by 4"), [(How::SupersededBy, Target::Number(4))]);
        assert_eq!(found("Superseded: 2019-12-19 by ADR 14"), [(How::SupersededBy, Target::Number(14))]);
        assert_eq!(found("Accepted (2020-01-02)"), []);
        assert_eq!(
            found("Amends [1. A](a.md) and [B](b.md), clarified by [C](c.md)"),
            [(other("amends"), link("a.md")), (other("amends"), link("b.md")), (other("clarified by"), link("c.md"))]
        );
        assert_eq!(found("Accepted [x](x.md)"), [(other("mentions"), link("x.md"))]);
    }

    #[test]
    fn a_status_is_the_word_that_it_begins_with() {
        let config =
            AdrConfig { statuses: [("akzeptiert".to_owned(), "accepted".to_owned())].into(), ..AdrConfig::default() };
        for (text, expect, known) in [
            ("Accepted (2020-01-02)", "accepted", true),
            ("superseded by ADR-5", "superseded", true),
            ("✅ Accepted", "accepted", true),
            ("On hold", "on hold", false),
            ("Postponed on Monday", "postponed", false),
            ("acceptedly", "acceptedly", false),
            ("Akzeptiert am Montag", "accepted", true),
        ] {
            assert_eq!(status(&config, text), (expect.to_owned(), known), "{text}");
        }
    }
}
