//! What is said about Markdown that does not come out as its author meant.

use super::build::Dialect;
use crate::diag::{Diagnostic, codes};
use crate::markdown::{Loss, Lost};
use crate::text::{FileId, Span};

/// Reports something lost.
pub(super) fn lost(file: FileId, lost: &Lost, dialect: &Dialect) -> Diagnostic {
    let columns = match dialect {
        Dialect::TechDocs(options) => options.nested_indent,
        Dialect::CommonMark => 2,
    };
    let (code, message, label, help) = match lost.loss {
        Loss::ListUnderText => (
            codes::LIST_IN_PARAGRAPH,
            "this list is shown as text of the paragraph above".to_owned(),
            "no blank line before the list",
            "put a blank line before the list".to_owned(),
        ),
        Loss::ListIndent => (
            codes::LIST_INDENTATION,
            "this item is shown as text of the item above".to_owned(),
            "indented by columns at which lists do not nest here",
            format!(
                "indent each level by {columns} columns, or set `nested_indent` of `mdx_truly_sane_lists` in `mkdocs.yml`"
            ),
        ),
        Loss::FenceHeader => (
            codes::INVALID_FENCE,
            "this is shown as text and not as a code block".to_owned(),
            "the words behind the language cannot be read",
            "write nothing but the language, or options in quotes such as `title=\"a.py\"`".to_owned(),
        ),
        Loss::UnclosedFence => (
            codes::UNCLOSED_FENCE,
            "this code block is not closed, so it is shown as text".to_owned(),
            "opened here",
            "close it with the same marks, indented as they are here".to_owned(),
        ),
        Loss::EmptyContainer => (
            codes::EMPTY_ADMONITION,
            "nothing is in this block".to_owned(),
            "the lines below are not part of it",
            "indent what belongs into it by four columns".to_owned(),
        ),
    };
    Diagnostic::new(code, Span::new(file, lost.span.start, lost.span.end), message).label(label).help(help)
}
