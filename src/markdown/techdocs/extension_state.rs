//! What extensions remember of a document while it is parsed.

use std::collections::BTreeMap;

use super::IncludeFault;
use super::tree::NodeId;

/// The notes of a document.
#[derive(Debug, Default)]
pub(super) struct Footnotes {
    /// Labels and texts in the order of their definitions.
    pub(super) notes: Vec<(String, String)>,
    /// How often each note has been referred to.
    pub(super) references: Vec<usize>,
    pub(super) numbers: BTreeMap<String, usize>,
}

/// The fences of a document, to be put back where they turn out to be inside indented code.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// Source lines and columns in front of them, by the number of the stashed HTML.
    pub(super) sources: BTreeMap<usize, (String, usize)>,
}

/// The blocks whose end has not been seen.
#[derive(Debug, Default)]
pub(super) struct OpenBlocks {
    pub(super) entries: Vec<OpenBlock>,
}

/// A block whose end has not been seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenBlock {
    /// Where content goes.
    pub(super) target: NodeId,
    /// Where the block is.
    pub(super) parent: NodeId,
    /// How many slashes end it.
    pub(super) length: usize,
    /// Whether the source went on elsewhere before the end was seen, as in an item of a list.
    pub(super) hungry: bool,
}

/// Text that was to be included and is not, before its place is known.
#[derive(Debug)]
pub(super) struct MissingSnippet {
    pub(super) path: String,
    pub(super) fault: IncludeFault,
    /// The included file that asks for it.
    pub(super) within: Option<String>,
    /// The line that asks for it.
    pub(super) line: String,
}
