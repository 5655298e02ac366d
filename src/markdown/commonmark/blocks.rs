//! The structure of a document as plain text: for readers of headings, lists of facts and the sentences below a heading.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

/// A top-level block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading {
        /// From 1 to 6.
        level: u8,
        /// What it says.
        phrase: Phrase,
    },
    /// A paragraph.
    Paragraph(Phrase),
    /// A list.
    List(Vec<ListItem>),
    /// Code, tables, quotations and HTML, which are not looked into.
    Other,
}

/// An item of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListItem {
    /// Its first paragraph.
    pub phrase: Phrase,
    /// The items of the lists in it.
    pub nested: Vec<Phrase>,
}

/// A text without its marks; a line of the source ends with a line break.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: String,
    /// The links in it.
    pub links: Vec<PhraseLink>,
    /// Where it is in the source, marks included.
    pub range: Range<usize>,
}

/// A link in a [`Phrase`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseLink {
    /// Where its words are in the text.
    pub words: Range<usize>,
    /// Where it leads.
    pub target: String,
    /// Where it is in the source.
    pub range: Range<usize>,
}

impl Phrase {
    /// Returns the lines of the text with their links.
    #[must_use]
    pub fn lines(&self) -> Vec<Phrase> {
        let mut start = 0;
        let line = |text: &str| {
            let words = start..start + text.len();
            start = words.end + 1;
            self.part(words)
        };
        self.text.split('\n').map(line).collect()
    }

    /// Returns a part of the text with its links.
    #[must_use]
    pub fn part(&self, words: Range<usize>) -> Phrase {
        let text = self.text.get(words.clone()).unwrap_or_default();
        let bare = text.trim();
        let from = words.start + (text.len() - text.trim_start().len());
        let inside = |link: &&PhraseLink| link.words.start >= from && link.words.end <= from + bare.len();
        let moved =
            |link: &PhraseLink| PhraseLink { words: link.words.start - from..link.words.end - from, ..link.clone() };
        Phrase {
            text: bare.to_owned(),
            links: self.links.iter().filter(inside).map(moved).collect(),
            range: self.range.clone(),
        }
    }
}

/// How deep lists are looked into; an item of a deeper one belongs to none.
const DEPTH: usize = 2;

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS)
}

/// Reads the blocks of a document, which begins at `offset` of its file.
#[must_use]
pub fn blocks(text: &str, offset: usize) -> Vec<Block> {
    let mut reader = Reader { offset, ..Reader::default() };
    for (event, range) in TextMergeWithOffset::new(parser(text).into_offset_iter()) {
        reader.event(&event, range);
    }
    reader.blocks
}

/// Reads a text as one phrase, whatever blocks it has.
#[must_use]
pub fn phrase(text: &str) -> Phrase {
    let mut reader = Reader { in_phrase: true, ..Reader::default() };
    for (event, range) in TextMergeWithOffset::new(parser(text).into_offset_iter()) {
        reader.inline(&event, &range);
    }
    reader.phrase.range = 0..text.len();
    reader.take()
}

#[derive(Default)]
struct Reader {
    offset: usize,
    blocks: Vec<Block>,
    /// How many elements are open that are not looked into.
    closed: usize,
    lists: usize,
    items: Vec<ListItem>,
    /// Whether the open item has its first paragraph.
    item_has_text: bool,
    in_phrase: bool,
    phrase: Phrase,
    links: Vec<(usize, String, Range<usize>)>,
}

impl Reader {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        if self.closed > 0 {
            match event {
                Event::Start(_) => self.closed += 1,
                Event::End(_) => self.closed -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph) => {
                // A second paragraph of an item is not its first line.
                if self.lists > 0 && self.item_has_text {
                    self.closed = 1;
                } else {
                    self.open(&range);
                }
            }
            Event::End(TagEnd::Heading(level)) if self.lists == 0 => {
                let phrase = self.take();
                self.blocks.push(Block::Heading { level: depth(*level), phrase });
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => {
                let phrase = self.take();
                if self.lists == 0 {
                    self.blocks.push(Block::Paragraph(phrase));
                } else {
                    self.put(phrase);
                }
            }
            Event::Start(Tag::List(_)) => {
                self.end_tight();
                self.lists += 1;
            }
            Event::End(TagEnd::List(_)) => {
                self.lists -= 1;
                if self.lists == 0 {
                    let items = std::mem::take(&mut self.items);
                    self.blocks.push(Block::List(items));
                }
            }
            Event::Start(Tag::Item) => {
                if self.lists == 1 {
                    self.items.push(ListItem::default());
                }
                self.item_has_text = false;
                self.open(&range);
            }
            Event::End(TagEnd::Item) => {
                self.end_tight();
                self.item_has_text = true;
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) => {
                self.inline(event, &range);
            }
            Event::Start(_) => {
                self.end_tight();
                self.closed = 1;
                if self.lists == 0 {
                    self.blocks.push(Block::Other);
                }
            }
            Event::Rule => self.blocks.push(Block::Other),
            _ => self.inline(event, &range),
        }
    }

    fn open(&mut self, range: &Range<usize>) {
        self.phrase = Phrase { range: self.offset + range.start..self.offset + range.end, ..Phrase::default() };
        self.links.clear();
        self.in_phrase = true;
    }

    /// Ends the text of an item that is not in a paragraph.
    fn end_tight(&mut self) {
        if self.lists > 0 && self.in_phrase && !self.phrase.text.is_empty() {
            let phrase = self.take();
            self.put(phrase);
        }
    }

    fn put(&mut self, phrase: Phrase) {
        if !self.item_has_text
            && let Some(item) = self.items.last_mut()
        {
            match self.lists {
                1 => item.phrase = phrase,
                DEPTH => item.nested.push(phrase),
                _ => {}
            }
        }
        self.item_has_text = true;
    }

    fn take(&mut self) -> Phrase {
        self.in_phrase = false;
        let phrase = std::mem::take(&mut self.phrase);
        let whole = 0..phrase.text.len();
        phrase.part(whole)
    }

    fn inline(&mut self, event: &Event<'_>, range: &Range<usize>) {
        if !self.in_phrase {
            return;
        }
        match event {
            Event::Text(text) | Event::Code(text) => {
                // A line of a tight item begins a phrase of its own after a list in it; that is no first line.
                self.phrase.text.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => self.phrase.text.push('\n'),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let range = self.offset + range.start..self.offset + range.end;
                self.links.push((self.phrase.text.len(), dest_url.to_string(), range));
            }
            Event::End(TagEnd::Link) => {
                if let Some((start, target, range)) = self.links.pop() {
                    self.phrase.links.push(PhraseLink { words: start..self.phrase.text.len(), target, range });
                }
            }
            _ => {}
        }
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let item = |item: &ListItem| {
            let nested: Vec<&str> = item.nested.iter().map(|phrase| &*phrase.text).collect();
            format!(
                "{}{}",
                item.phrase.text,
                if nested.is_empty() { String::new() } else { format!("({})", nested.join("|")) }
            )
        };
        let block = |block: &Block| match block {
            Block::Heading { level, phrase } => format!("h{level} {}", phrase.text),
            Block::Paragraph(phrase) => format!("p {}", phrase.text),
            Block::List(items) => format!("l {}", items.iter().map(item).collect::<Vec<_>>().join(", ")),
            Block::Other => "o".to_owned(),
        };
        blocks(text, 0).iter().map(block).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn blocks_are_plain_text() {
        assert_eq!(shown("# See [a `b`](c) & <b>d</b> &lt;\n\nx\ny *z*\n"), "h1 See a b & d < / p x\ny z");
        assert_eq!(shown("* a\n* b\n  * c\n  * d\n\n- e\n\n  f\n"), "l a, b(c|d) / l e");
        assert_eq!(shown("```\n# a\n```\n\n> # b\n\n<!-- # c -->\n\nd\n===\n"), "o / o / o / h1 d");
        assert_eq!(shown("1. a\n===\n"), "l a\n===");
    }

    #[test]
    fn links_know_their_words() {
        let phrase = phrase("superseded by [ADR-5](0005-x.md), [6](six.md)");
        assert_eq!(phrase.text, "superseded by ADR-5, 6");
        let links: Vec<_> = phrase.links.iter().map(|link| (&phrase.text[link.words.clone()], &*link.target)).collect();
        assert_eq!(links, [("ADR-5", "0005-x.md"), ("6", "six.md")]);
        let cut = phrase.part(11..phrase.text.len());
        assert_eq!((&*cut.text, &cut.text[cut.links[0].words.clone()]), ("by ADR-5, 6", "ADR-5"));
    }
}
