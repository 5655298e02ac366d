//! What is said about Markdown that does not come out as its author meant.

use super::build::Dialect;
use crate::diag::{Code, Diagnostic, codes};
use crate::markdown::{Loss, Lost};
use crate::text::{FileId, Span};

/// Returns the rule that reports a loss.
pub(super) fn code(loss: Loss) -> Code {
    match loss {
        Loss::ListUnderText => codes::LIST_IN_PARAGRAPH,
        Loss::ListIndent => codes::LIST_INDENTATION,
        Loss::FenceHeader => codes::INVALID_FENCE,
        Loss::UnclosedFence => codes::UNCLOSED_FENCE,
        Loss::EmptyContainer => codes::EMPTY_ADMONITION,
        Loss::Formula => codes::INVALID_FORMULA,
        Loss::Diagram => codes::DIAGRAM_NOT_DRAWN,
        Loss::DeepFrontMatter => codes::NESTED_TOO_DEEPLY,
        Loss::Repeats | Loss::Includes => codes::PAGE_BUDGET,
    }
}

/// Reports something lost.
pub(super) fn lost(file: FileId, lost: &Lost, dialect: &Dialect) -> Diagnostic {
    let columns = match dialect {
        Dialect::TechDocs(options) => options.nested_indent,
        Dialect::CommonMark => 2,
    };
    let (message, label, help) = match lost.loss {
        Loss::ListUnderText => (
            "this list is shown as text of the paragraph above".to_owned(),
            "no blank line before the list",
            "put a blank line before the list".to_owned(),
        ),
        Loss::ListIndent => (
            "this item of a list is shown as text".to_owned(),
            "indented by columns at which lists do not nest here",
            format!(
                "indent each level by {columns} columns, or set `nested_indent` of `mdx_truly_sane_lists` in `mkdocs.yml`"
            ),
        ),
        Loss::FenceHeader => (
            "this is shown as text and not as a code block".to_owned(),
            "the words behind the language cannot be read",
            "write nothing but the language, or options in quotes such as `title=\"a.py\"`".to_owned(),
        ),
        Loss::UnclosedFence => (
            "this code block is not closed, so it is shown as text".to_owned(),
            "opened here",
            "close it with the same marks, indented as they are here".to_owned(),
        ),
        Loss::Formula => (
            "this formula cannot be read, so its source is shown".to_owned(),
            "not TeX that becomes MathML",
            "mend the formula; commands that define others, and those of packages, are not known".to_owned(),
        ),
        Loss::Diagram => (
            "this diagram is shown as its source".to_owned(),
            "not drawn, and without a picture",
            format!("draw it as SVG beforehand, and put it beside the document as `{}`", lost.detail),
        ),
        Loss::EmptyContainer => (
            "nothing is in this block".to_owned(),
            "the lines below are not part of it",
            "indent what belongs into it by four columns".to_owned(),
        ),
        Loss::DeepFrontMatter => (
            "collections of this front matter are nested too deeply, so it is shown as text".to_owned(),
            "front matter begins here",
            "flatten the value".to_owned(),
        ),
        Loss::Repeats => (
            "this is shown so often that the page would grow out of proportion; from some place on it is left as written"
                .to_owned(),
            "used too often for its length",
            "shorten the text of the abbreviation, or the address of the link".to_owned(),
        ),
        Loss::Includes => (
            "included files are larger than what a page may include; the rest is left out".to_owned(),
            "this is left out",
            "include less, or link to a page that has it".to_owned(),
        ),
    };
    Diagnostic::new(code(lost.loss), Span::new(file, lost.span.start, lost.span.end), message).label(label).help(help)
}
