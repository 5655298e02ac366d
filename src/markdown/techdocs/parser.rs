//! The block parser: how processors are asked, and what they and all other stages share.

use std::collections::{BTreeMap, VecDeque};

use super::Resolver;
use super::block::Block;
use super::extension_state::{Fences, Footnotes, MissingSnippet, OpenBlocks};
use super::lints::{Losses, MarkdownLint};
use super::options::Options;
use super::stash::{Stash, Waiting};
use super::tree::{NodeId, Tree};

/// Containers nested deeper than this are read as paragraphs: the stack is finite.
const MAX_DEPTH: usize = 60;

/// What the innermost container wants to know about blocks in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Items that follow each other without blank lines: their text is not a paragraph.
    List,
    /// An item after a blank line.
    LooseList,
    /// A block that has lost its indentation, so that it is not taken for a continuation again.
    Detabbed,
    /// A quote.
    Quote,
    /// A `///` block.
    Slashes,
}

/// Looks at the first block; takes it, all or in part, and returns true, or leaves everything as it is.
pub(super) type Processor = fn(&mut Parser<'_>, NodeId, &mut VecDeque<Block>) -> bool;

/// The state of one document while it is parsed.
pub(super) struct Parser<'a> {
    pub(super) options: &'a Options,
    pub(super) resolver: &'a dyn Resolver,
    pub(super) tree: Tree,
    pub(super) stash: Stash,
    /// The critic marks, by number.
    pub(super) critic: Vec<String>,
    /// What the author meant and does not get.
    pub(super) losses: Losses,
    /// Admonitions, details and tabs with the lines that open them.
    pub(super) containers: Vec<(NodeId, String)>,
    /// Files that were to be included and are not.
    pub(super) missing: Vec<MissingSnippet>,
    /// Link targets and titles, by label in lower case.
    pub(super) references: BTreeMap<String, (String, Option<String>)>,
    pub(super) abbreviations: BTreeMap<String, String>,
    pub(super) footnotes: Footnotes,
    pub(super) fences: Fences,
    pub(super) slashes: OpenBlocks,
    /// How many captions with a number each kind has.
    pub(super) captions: std::collections::BTreeMap<String, usize>,
    /// Inline elements and texts on their way into the tree, by number.
    pub(super) waiting: Vec<Waiting>,
    /// Tab sets made so far.
    pub(super) tab_sets: usize,
    /// How much work inline patterns may still spend on beginnings that come to nothing.
    pub(super) effort: u64,
    /// How many bytes that are written once may still be shown again: titles of abbreviations, targets of references.
    pub(super) repeats: usize,
    /// In the order in which they are asked; the last one takes every block.
    pub(super) processors: Vec<Processor>,
    states: Vec<State>,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Makes a parser that knows no block processors yet; see [`super::block_processors`].
    pub(super) fn new(options: &'a Options, resolver: &'a dyn Resolver) -> Self {
        Self {
            options,
            resolver,
            tree: Tree::default(),
            stash: Stash::default(),
            critic: Vec::new(),
            losses: Losses::default(),
            containers: Vec::new(),
            missing: Vec::new(),
            references: BTreeMap::new(),
            abbreviations: BTreeMap::new(),
            footnotes: Footnotes::default(),
            fences: Fences::default(),
            slashes: OpenBlocks::default(),
            captions: std::collections::BTreeMap::new(),
            waiting: Vec::new(),
            tab_sets: 0,
            effort: 0,
            repeats: 0,
            processors: Vec::new(),
            states: Vec::new(),
            depth: 0,
        }
    }

    /// Takes `cost` from the budget of patterns; returns whether it was left.
    ///
    /// Looking for the end of something that has none costs time each time it begins. The sum is bounded, so that a page made
    /// to be slow is not; beyond the bound patterns find nothing more.
    pub(super) fn spend(&mut self, cost: usize) -> bool {
        self.effort = self.effort.saturating_sub(cost as u64);
        self.effort > 0
    }

    /// Takes `length` from the budget of repeated text; returns whether it was left. `part` is recorded the first time
    /// that it was not.
    pub(super) fn repeat(&mut self, length: usize, part: &str) -> bool {
        let left = self.repeats.checked_sub(length);
        self.repeats = left.unwrap_or(0);
        if left.is_none() && !self.losses.has(MarkdownLint::Repeats) {
            self.losses.note_part(MarkdownLint::Repeats, part);
        }
        left.is_some()
    }

    /// Parses a text of several blocks into `parent`.
    pub(super) fn parse_chunk(&mut self, parent: NodeId, text: &str) {
        self.parse_blocks(parent, Block::split(text));
    }

    /// Parses one block into `parent`.
    pub(super) fn parse_block(&mut self, parent: NodeId, block: Block) {
        self.parse_blocks(parent, VecDeque::from([block]));
    }

    /// Parses blocks into `parent` until none is left.
    pub(super) fn parse_blocks(&mut self, parent: NodeId, mut blocks: VecDeque<Block>) {
        let Some(last) = self.processors.last().copied() else { return };
        if self.depth >= MAX_DEPTH {
            while !blocks.is_empty() {
                last(self, parent, &mut blocks);
            }
            return;
        }
        self.depth += 1;
        while !blocks.is_empty() {
            let mut index = 0;
            while let Some(processor) = self.processors.get(index).copied() {
                if processor(self, parent, &mut blocks) {
                    break;
                }
                index += 1;
            }
        }
        self.depth -= 1;
    }

    /// Parses with `state` as the innermost one.
    pub(super) fn within(&mut self, state: State, parse: impl FnOnce(&mut Self)) {
        self.states.push(state);
        parse(self);
        self.states.pop();
    }

    /// Returns whether `state` is the innermost one.
    pub(super) fn is_in(&self, state: State) -> bool {
        self.states.last() == Some(&state)
    }
}

/// Puts `block` back as the next one unless nothing is left of it.
pub(super) fn put_back(blocks: &mut VecDeque<Block>, block: Block) {
    if !block.text().is_empty() {
        blocks.push_front(block);
    }
}
