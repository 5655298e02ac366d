//! What a reader makes of an answer: facts, and rows to show.

use std::borrow::Cow;

use super::facts::{Facts, Tone};
use super::{mask, time};

/// Rows that a table keeps; the rest is counted.
pub const ROWS: usize = 200;

/// What is known of one key of a source.
#[derive(Debug, Default)]
pub struct Record {
    /// The facts.
    pub facts: Facts,
    /// What the page of delivery counts besides. Neither pages of the source nor exports have it: what a source says is fixed, and
    /// others rely on it.
    pub delivery: Facts,
    /// One line, such as `no runs`.
    pub line: Option<Box<str>>,
    /// Where the tool shows the same.
    pub link: Option<Box<str>>,
    /// Rows.
    pub tables: Vec<Rows>,
    /// Series of numbers, to draw.
    pub series: Vec<Series>,
    /// Severity of facts, where the source itself provides it.
    pub tones: Vec<(Box<str>, Tone)>,
}

/// Rows of one kind.
#[derive(Debug)]
pub struct Rows {
    /// What they are.
    pub title: &'static str,
    /// What is above the columns.
    pub columns: &'static [&'static str],
    /// The first rows.
    pub rows: Vec<Vec<Cell>>,
    /// How many there were.
    pub total: usize,
}

/// A line of numbers.
#[derive(Debug)]
pub struct Series {
    /// What they are of.
    pub name: Box<str>,
    /// Times and values; an unreadable value is a gap.
    pub points: Vec<(i64, Option<f64>)>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(Box<str>),
    /// A text with an address.
    Link(Box<str>, Box<str>),
    /// A word with how bad it is.
    Word(Box<str>, Tone),
    /// A time.
    Time(i64),
    /// A short code, such as a commit.
    Code(Box<str>),
    /// A number.
    Number(Box<str>),
}

impl Cell {
    /// Makes a cell of a text.
    pub(crate) fn text(text: &str) -> Self {
        let text = mask::short(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// Makes a cell of a longer text.
    pub(crate) fn long(text: &str) -> Self {
        let text = mask::long(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// Makes a cell of a linked text; an invalid address is left out.
    pub(crate) fn link(text: &str, url: Option<&str>) -> Self {
        match (Self::text(text), url.and_then(mask::link)) {
            (Self::Text(text), Some(url)) => Self::Link(text, url.into()),
            (cell, _) => cell,
        }
    }

    /// Makes a cell of a word.
    pub(crate) fn word(word: &str, tone: Tone) -> Self {
        let word = mask::short(word);
        if word.is_empty() { Self::Empty } else { Self::Word(word.into(), tone) }
    }

    /// Makes a cell of a short code.
    pub(crate) fn code(text: &str) -> Self {
        let text = mask::short(text);
        if text.is_empty() { Self::Empty } else { Self::Code(text.into()) }
    }

    /// Makes a cell of a time.
    pub(crate) fn time(at: Option<i64>) -> Self {
        at.map_or(Self::Empty, Self::Time)
    }

    /// Makes a cell of a number.
    pub(crate) fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string().into())
    }

    /// Returns what the cell says, for tests and plain text.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Link(text, _) | Self::Word(text, _) | Self::Code(text) | Self::Number(text) => {
                text.to_string()
            }
            Self::Time(at) => time::shown(*at),
        }
    }
}

impl Rows {
    /// Makes a table of the first rows.
    pub(crate) fn new(
        title: &'static str,
        columns: &'static [&'static str],
        rows: impl ExactSizeIterator<Item = Vec<Cell>>,
    ) -> Self {
        let total = rows.len();
        Self { title, columns, rows: rows.take(ROWS).collect(), total }
    }
}

impl Record {
    /// Adds a table that has rows.
    pub(crate) fn table(&mut self, rows: Rows) {
        if rows.total > 0 {
            self.tables.push(rows);
        }
    }

    /// Says something in a line.
    pub(crate) fn say(&mut self, line: impl Into<Box<str>>) {
        self.line = Some(line.into());
    }

    /// Says where the tool shows it.
    pub(crate) fn link(&mut self, url: Option<&str>) {
        if let Some(url) = url.and_then(mask::link) {
            self.link = Some(url.into());
        }
    }

    /// Takes names of hosts out of everything that is shown; a link that leads to one is only its text.
    pub(super) fn drop_hosts(&mut self) {
        fn drop(text: &mut Box<str>) {
            if let Cow::Owned(shown) = mask::without_hosts(text) {
                *text = shown.into();
            }
        }
        self.line.iter_mut().for_each(drop);
        self.link = self.link.take().filter(|link| matches!(mask::without_hosts(link), Cow::Borrowed(_)));
        self.series.iter_mut().for_each(|series| drop(&mut series.name));
        self.facts.texts().for_each(drop);
        for cell in self.tables.iter_mut().flat_map(|table| &mut table.rows).flatten() {
            match cell {
                Cell::Text(text) | Cell::Word(text, _) | Cell::Code(text) => drop(text),
                Cell::Link(text, href) => {
                    drop(text);
                    if let Cow::Owned(_) = mask::without_hosts(href) {
                        *cell = Cell::Text(std::mem::take(text));
                    }
                }
                Cell::Empty | Cell::Time(_) | Cell::Number(_) => {}
            }
        }
    }

    /// Returns how bad a fact is.
    #[must_use]
    pub fn tone_of(&self, name: &str, fact: &super::facts::Fact) -> Tone {
        let own = self.tones.iter().find(|(known, _)| **known == *name).map(|(_, tone)| *tone);
        own.unwrap_or_else(|| super::facts::tone(name, fact))
    }

    /// Returns how bad the worst fact is.
    #[must_use]
    pub fn tone(&self) -> Tone {
        self.facts.iter().map(|(name, fact)| self.tone_of(name, fact)).max().unwrap_or(Tone::Plain)
    }
}
