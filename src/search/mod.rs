//! Search: what can be found, cut into terms, as small files that a browser loads one query at a time.
//!
//! Owns documents for search, the rules for terms, the layout of the index, and the ES module that reads it. Knows
//! nothing of HTML or templates.
//!
//! The layout of the files is described in `ARCHITECTURE.md`.
//!
//! Invariant: same documents, same bytes.

mod documents;
mod saved;
mod inverted_index;
mod shards;
mod codec;
mod report;
mod tokenizer;
#[cfg_attr(not(feature = "javascript"), path = "no_interpreter.rs")]
mod interpreter;
mod search_tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
#[cfg(any(test, feature = "javascript"))]
use std::io::Read as _;

pub use documents::{documents, documents_of_version};
pub use report::{Report, over_budget, report};
pub use saved::SavedIndex;
pub use search_tests::trials;
pub use shards::{IndexFile, index, index_again, index_at};

/// The module that queries the index.
const CLIENT: &str = include_str!(concat!(env!("OUT_DIR"), "/search-engine.js"));

/// What a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentType {
    /// An entity of the catalog.
    Entity,
    /// A page of documentation.
    Docs,
    /// What can be called or sent to: an operation or channel of an API.
    Operation,
    /// What data of an API looks like: a schema, type or message.
    Type,
    /// A template to create something from.
    Template,
    /// A decision record.
    Decision,
    /// A technology.
    Technology,
}

impl DocumentType {
    /// Returns the word that results and filters use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Docs => "docs",
            Self::Operation | Self::Type => "api",
            Self::Template => "template",
            Self::Decision => "adr",
            Self::Technology => "radar",
        }
    }

    /// Returns what a part of an API is; nothing for everything else.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Type => "type",
            Self::Entity | Self::Docs | Self::Template | Self::Decision | Self::Technology => "",
        }
    }
}

/// One thing that can be found. The text stays where it is: of a large site there is too much to hold it twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Document<'a> {
    /// Its address relative to the root of the site, not encoded.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: DocumentType,
    /// The entity that it is or belongs to, `kind:namespace/name`.
    pub reference: String,
    /// Names by which people know it exactly, such as the name and the reference of an entity.
    pub names: Vec<String>,
    /// Words that describe it: tags, owner, type.
    pub keywords: String,
    /// What filters ask, on the document of an entity; it holds for everything of that entity.
    pub facts: Option<Facts>,
    /// How much more it counts than others, in hundredths.
    pub boost: u16,
    /// The text, in the order of the page.
    pub sections: Vec<Part<'a>>,
}

/// The boost of what counts as much as the rest, in hundredths.
const EVEN: u16 = 100;

/// What filters ask of an entity; its kind and namespace are in its reference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The reference of its owner.
    pub owner: String,
    /// Such as `production`.
    pub lifecycle: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The reference of the system that it is, or is part of.
    pub system: String,
    /// Its levels: `scorecard=level`.
    pub levels: Vec<String>,
}

/// A part of a document that a result can point at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Part<'a> {
    /// Its name in the page; empty for what comes before the first heading.
    pub anchor: Cow<'a, str>,
    /// Its heading; empty if that is the title.
    pub heading: Cow<'a, str>,
    /// Its text in one line.
    pub text: Cow<'a, str>,
}

/// The files of the search by their path relative to the root of the site.
pub type SearchFiles = BTreeMap<String, Vec<u8>>;

/// The path of the module for `<html data-search-module>`, relative to the root of the site.
pub const MODULE: &str = "search/search.js";
/// The name of the module in the folder of an index.
pub const MODULE_NAME: &str = "search.js";

/// Inflates a file of the index.
#[cfg(any(test, feature = "javascript"))]
fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // What is read was written here.
    let _ = flate2::read::DeflateDecoder::new(bytes).read_to_end(&mut out);
    out
}

#[cfg(test)]
mod tests;
