//! Reports Markdown that is not rendered as its author meant.

use super::dialect::Dialect;
use crate::diag::{Code, Diagnostic, codes};
use crate::markdown::{Foreign, LintFinding, MarkdownLint};
use crate::text::{FileId, Span};

/// Returns the rule that reports a loss.
pub(super) fn code(loss: MarkdownLint) -> Code {
    match loss {
        MarkdownLint::ListUnderText => codes::LIST_IN_PARAGRAPH,
        MarkdownLint::ListIndent => codes::LIST_INDENTATION,
        MarkdownLint::FenceHeader => codes::INVALID_FENCE,
        MarkdownLint::UnclosedFence => codes::UNCLOSED_FENCE,
        MarkdownLint::EmptyContainer => codes::EMPTY_ADMONITION,
        MarkdownLint::Foreign(Foreign::Reference | Foreign::Footnote) => codes::UNDEFINED_REFERENCE,
        MarkdownLint::Foreign(Foreign::Admonition | Foreign::Block | Foreign::Tab | Foreign::Title) => {
            codes::INVALID_ADMONITION
        }
        MarkdownLint::Foreign(_) => codes::FOREIGN_MARKUP,
        MarkdownLint::Formula => codes::INVALID_FORMULA,
        MarkdownLint::Diagram => codes::DIAGRAM_NOT_DRAWN,
        MarkdownLint::DeepFrontMatter => codes::NESTED_TOO_DEEPLY,
        MarkdownLint::Repeats | MarkdownLint::Includes => codes::PAGE_BUDGET,
    }
}

/// Reports something lost.
pub(super) fn lost(file: FileId, lost: &LintFinding, dialect: &Dialect) -> Diagnostic {
    let columns = match dialect {
        Dialect::TechDocs(options) => options.nested_indent,
        Dialect::CommonMark => 2,
    };
    let told = |(message, label, help): (String, &str, String)| {
        Diagnostic::new(code(lost.loss), Span::new(file, lost.span.start, lost.span.end), message)
            .label(label)
            .help(help)
    };
    let (message, label, help) = match lost.loss {
        MarkdownLint::Foreign(foreign) => return told(self::foreign(foreign, &lost.detail, dialect)),
        MarkdownLint::ListUnderText => (
            "this list is shown as text of the paragraph above".to_owned(),
            "no blank line before the list",
            "put a blank line before the list".to_owned(),
        ),
        MarkdownLint::ListIndent => (
            "this item of a list is shown as text".to_owned(),
            "indented by columns at which lists do not nest here",
            format!(
                "indent each level by {columns} columns, or set `nested_indent` of `mdx_truly_sane_lists` in `mkdocs.yml`"
            ),
        ),
        MarkdownLint::FenceHeader => (
            "this is shown as text and not as a code block".to_owned(),
            "the words behind the language cannot be read",
            "write nothing but the language, or options in quotes such as `title=\"a.py\"`".to_owned(),
        ),
        MarkdownLint::UnclosedFence => (
            "this code block is not closed, so it is shown as text".to_owned(),
            "opened here",
            "close it with the same marks, indented as they are here".to_owned(),
        ),
        MarkdownLint::Formula => (
            "this formula cannot be read, so its source is shown".to_owned(),
            "not TeX that becomes MathML",
            "correct the formula; commands that define others, and those of packages, are not known".to_owned(),
        ),
        MarkdownLint::Diagram => {
            let (file, reason) = lost.detail.split_once('\n').unwrap_or((&lost.detail, ""));
            let message = match reason {
                "" => "this diagram is shown as its source".to_owned(),
                reason => format!("this diagram is shown as its source: {reason}"),
            };
            let or = if reason.is_empty() { "" } else { "correct or simplify it; or " };
            let help = format!("{or}draw it as SVG beforehand, and put it beside the document as `{file}`");
            (message, "not drawn, and without a picture", help)
        }
        MarkdownLint::EmptyContainer => (
            "nothing is in this block".to_owned(),
            "the lines below are not part of it",
            "indent what belongs into it by four columns".to_owned(),
        ),
        MarkdownLint::DeepFrontMatter => (
            "collections of this front matter are nested too deeply, so it is shown as text".to_owned(),
            "front matter begins here",
            "flatten the value".to_owned(),
        ),
        MarkdownLint::Repeats => (
            "this is shown so often that the page would grow out of proportion; from some place on it is left as written"
                .to_owned(),
            "used too often for its length",
            "shorten the text of the abbreviation, or the address of the link".to_owned(),
        ),
        MarkdownLint::Includes => (
            "included files are larger than what a page may include; the rest is left out".to_owned(),
            "this is left out",
            "include less, or link to a page that has it".to_owned(),
        ),
    };
    told((message.to_owned(), label, help))
}

/// What becomes of a container by its name, as an admonition of its kind, details or tabs.
fn instead(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let kind = match &*lower {
        "details" | "collapse" | "spoiler" | "expand" => {
            return "write `??? note \"Title\"`, and indent what belongs into it by four columns".to_owned();
        }
        "tabs" | "tab" | "tab-set" | "tab-item" | "code-group" | "tabitem" => {
            return "write `=== \"Title\"` for each tab, and indent what belongs into it by four columns".to_owned();
        }
        "hint" | "callout" | "admonition" | "alert" | "aside" => "note",
        "caution" => "danger",
        "important" => "warning",
        kind @ ("note" | "tip" | "info" | "warning" | "danger" | "success" | "question" | "failure" | "bug"
        | "example" | "quote" | "abstract") => kind,
        "seealso" => "info",
        _ => return "write in Markdown what it would show, or remove it".to_owned(),
    };
    format!("write `!!! {kind}`, and indent what belongs into it by four columns")
}

/// Returns message, label and remedy of the markup of another program.
fn foreign(foreign: Foreign, detail: &str, dialect: &Dialect) -> (String, &'static str, String) {
    let uses_blocks = matches!(dialect, Dialect::TechDocs(options) if options.blocks_syntax);
    let reads_blocks = matches!(dialect, Dialect::TechDocs(options) if options.blocks_syntax || options.blocks_too);
    let include = |path: &str| {
        match path {
        "" => "write `--8<-- \"path/to/file.md\"` on a line of its own; the path is relative to the folder of `mkdocs.yml`".to_owned(),
        path => format!("write `--8<-- \"{path}\"` on a line of its own, with the path relative to the folder of `mkdocs.yml`"),
    }
    };
    match foreign {
        Foreign::Reference => {
            let (name, near) = detail.split_once('\t').map_or((detail, None), |(name, near)| (name, Some(near)));
            (
                format!("`{name}` is not the name of a link in this document"),
                "shown with its brackets",
                match near {
                    Some(near) => format!("write `[{near}]`"),
                    None => format!("add a line `[{name}]: ` with the path or address, or write it in parentheses"),
                },
            )
        }
        Foreign::Footnote => (
            format!("the footnote `[^{detail}]` has no text"),
            "shown with its brackets",
            format!("add a line `[^{detail}]: ` with the text"),
        ),
        Foreign::WikiLink => (
            format!("`[[{detail}]]` is no link here"),
            "a link of wikis and Obsidian, shown with its brackets",
            match detail {
                "toc" | "TOC" | "_TOC_" => "write `[TOC]`".to_owned(),
                _ => "write `[text](path/to/document.md)`".to_owned(),
            },
        ),
        Foreign::Shortcode => (
            format!("the shortcode `{detail}` is shown as text"),
            "shortcodes belong to Hugo",
            instead(detail),
        ),
        Foreign::Container => (
            format!("the container `{detail}` is shown as text"),
            "containers of this form belong to other programs, such as Docusaurus, VitePress and MyST",
            instead(detail),
        ),
        Foreign::Identifier => (
            format!("nothing is made of `{detail}`, which is shown as text"),
            "a block of the plugin `mkdocstrings`, which is not there",
            "write what readers need to know, or link to the reference".to_owned(),
        ),
        Foreign::Tag => (
            format!("the tag `{detail}` is shown as text"),
            "tags of this form belong to Jekyll, GitBook and plugins that are not there",
            instead(detail),
        ),
        Foreign::Include => {
            ("this includes nothing and is shown as text".to_owned(), "a form of other programs", include(detail))
        }
        Foreign::Alert => {
            let known = ["note", "tip", "important", "caution", "warning"];
            let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(detail));
            (
                format!("the alert `[!{detail}]` is shown as a quote"),
                if is_known {
                    "alerts are read only at the left edge, with a further line that begins with `>` and ends with a newline"
                } else {
                    "no kind of alert"
                },
                if is_known {
                    instead(detail)
                } else {
                    "write `NOTE`, `TIP`, `IMPORTANT`, `WARNING` or `CAUTION`".to_owned()
                },
            )
        }
        Foreign::Admonition => (
            "this admonition is shown as text".to_owned(),
            if uses_blocks { "`use_pymdownx_blocks` is on, so blocks begin with `///`" } else { "its first line cannot be read" },
            if uses_blocks {
                let kind = if detail.is_empty() { "note" } else { detail };
                format!("write `/// {kind}`, close it with `///`, and do not indent what belongs into it")
            } else {
                let kind = if detail.is_empty() { "note" } else { detail };
                format!("write `!!! {kind} \"Title\"` on a line of its own, the title in double quotes or left out")
            },
        ),
        Foreign::Tab => (
            "this tab is shown as text".to_owned(),
            if uses_blocks { "`use_pymdownx_blocks` is on, so blocks begin with `///`" } else { "its title is not in double quotes" },
            if uses_blocks { format!("write `/// tab | {detail}`") } else { format!("write `=== \"{detail}\"`") },
        ),
        Foreign::Block => (
            format!("the block `{detail}` is shown as text"),
            if reads_blocks { "no block that is known" } else { "blocks of this form are off" },
            if reads_blocks {
                "write `/// note`, `/// details | Title` or `/// tab | Title`".to_owned()
            } else {
                "write `!!! note`, or set `use_pymdownx_blocks: true` of the plugin `techdocs-core` in `mkdocs.yml`".to_owned()
            },
        ),
        Foreign::Title => (
            format!("the title `{detail}` of this block is lost"),
            "without double quotes these words are classes",
            format!("write `\"{detail}\"`"),
        ),
        Foreign::Element => (
            format!("`<{detail}>` is read as HTML, and readers do not see it"),
            "no element of HTML",
            "put it between backticks, or write `&lt;` for its first sign".to_owned(),
        ),
        Foreign::Component => (
            format!("the component `{detail}` shows nothing of its own"),
            "components belong to MDX and to plugins that are not there",
            match instead(detail) {
                help if help.starts_with("write in") => {
                    "write in Markdown what it would show; to show the tag itself, put it between backticks".to_owned()
                }
                help => help,
            },
        ),
        Foreign::Module => (
            "this line of MDX is shown as text".to_owned(),
            "there are no components here",
            "remove the line, and write in Markdown what the component would show".to_owned(),
        ),
        Foreign::Formula => (
            "this formula is shown as its source".to_owned(),
            "formulas are off",
            "add `pymdownx.arithmatex: { generic: true }` to `markdown_extensions` in `mkdocs.yml`".to_owned(),
        ),
        Foreign::Icon => (
            format!("the icon `:{detail}:` is shown as its name"),
            "the icons of the theme are off",
            "name `material.extensions.emoji.twemoji` as `emoji_index` of `pymdownx.emoji` in `mkdocs.yml`, or remove the icon".to_owned(),
        ),
        Foreign::Parenthesis => (
            "this list is shown as text".to_owned(),
            "numbers with a parenthesis make no list here",
            "write `1.` instead of `1)`".to_owned(),
        ),
        Foreign::Fence => (
            format!("the directive `{{{detail}}}` is shown as code"),
            "directives belong to MyST",
            match detail {
                "code" | "code-block" | "sourcecode" => "write the language behind the marks, such as ```` ```python ````".to_owned(),
                "mermaid" => "write ```` ```mermaid ````".to_owned(),
                "include" | "literalinclude" => include(""),
                "r" | "python" | "julia" | "bash" => format!("write ```` ```{detail} ````"),
                detail => instead(detail),
            },
        ),
        Foreign::Embedded => {
            let (name, address) = detail.split_once('\t').unwrap_or((detail, ""));
            (
                format!("`<{name}>` is left out, and readers do not see it"),
                "pages hold nothing that runs, is styled by a document, or comes from elsewhere",
                match (name, address) {
                    ("svg", _) => "put the drawing into a file, and show it as a picture: `![text](drawing.svg)`".to_owned(),
                    ("script" | "style", _) => "remove it, or make sure that the document reads well without it".to_owned(),
                    (_, "") => "link to what it shows, or write it in Markdown".to_owned(),
                    (_, address) => format!("write a link: `[text]({address})`"),
                },
            )
        }
        Foreign::NoIcon => (
            format!("there is no icon `:{detail}:`"),
            "shown as nothing",
            "name an icon of Material Design, Octicons or Simple Icons, or remove it".to_owned(),
        ),
        Foreign::Html => (
            format!("Markdown in `<{detail}>` is shown as it is written"),
            "within HTML it is read only where the element asks for it",
            format!("write `<{detail} markdown>`"),
        ),
    }
}
