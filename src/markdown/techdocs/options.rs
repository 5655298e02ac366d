//! What an author can switch on and set for the dialect. Knows nothing of `mkdocs.yml`'s YAML.

/// The settings of one documentation site.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Columns by which a list nests in another: `nested_indent` of `mdx_truly_sane_lists`.
    pub nested_indent: usize,
    /// `/// note` instead of `!!! note`: `use_pymdownx_blocks` of `techdocs-core`.
    pub blocks_syntax: bool,
    /// Ids of headings, permalinks and `[TOC]`.
    pub toc: TocOptions,
    /// Whether code blocks have line numbers.
    pub line_numbers: bool,
    /// Languages of fences that are not code.
    pub custom_fences: Vec<CustomFence>,
    /// `++ctrl+c++`.
    pub keys: bool,
    /// `[=50% "half"]`.
    pub progress_bar: bool,
    /// `$x$`.
    pub arithmatex: bool,
    /// Curly quotes, dashes and ellipses.
    pub smarty: bool,
    /// Python-Markdown's own reading of `Key: value` lines at the start.
    pub meta: bool,
    /// Which names of emoji are known.
    pub emoji: EmojiIndex,
    /// Included files.
    pub snippets: SnippetOptions,
}

impl Default for Options {
    /// Returns what `techdocs-core` sets.
    fn default() -> Self {
        Self {
            nested_indent: 2,
            blocks_syntax: false,
            toc: TocOptions::default(),
            line_numbers: true,
            custom_fences: Vec::new(),
            keys: false,
            progress_bar: false,
            arithmatex: false,
            smarty: false,
            meta: false,
            emoji: EmojiIndex::Emojione,
            snippets: SnippetOptions::default(),
        }
    }
}

/// How headings are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TocOptions {
    /// The link to itself at the end of a heading, if any.
    pub permalink: Option<String>,
    /// What the permalink says when pointed at.
    pub permalink_title: String,
    /// Whether the text of a heading is a link to itself.
    pub anchor_link: bool,
    /// How ids are made.
    pub slugify: Slugify,
    /// What stands for white space in an id.
    pub separator: String,
    /// Highest and lowest level in the table of contents.
    pub depth: (u8, u8),
    /// The level that `#` makes.
    pub base_level: u8,
    /// The paragraph that the table of contents replaces; empty for none.
    pub marker: String,
    /// Words above the table of contents; may be empty.
    pub title: String,
}

impl Default for TocOptions {
    fn default() -> Self {
        Self {
            permalink: Some("¶".to_owned()),
            permalink_title: "Permanent link".to_owned(),
            anchor_link: false,
            slugify: Slugify::Ascii,
            separator: "-".to_owned(),
            depth: (1, 6),
            base_level: 1,
            marker: "[TOC]".to_owned(),
            title: String::new(),
        }
    }
}

/// How the id of a heading is made from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slugify {
    /// Accents dropped, everything else beyond ASCII too: the default.
    Ascii,
    /// Letters of all scripts, `pymdownx.slugs`.
    Unicode {
        /// Whether letters become small.
        lower: bool,
    },
}

/// A language of fences that is not code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomFence {
    /// The word after the fence; `*` for all.
    pub name: String,
    /// The class of the element.
    pub class: String,
    /// The element.
    pub format: FenceFormat,
}

/// What a custom fence becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceFormat {
    /// `<pre><code>`.
    Code,
    /// `<div>`.
    Div,
    /// A formula between the marks of arithmatex.
    Math,
}

/// Which names of emoji are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmojiIndex {
    /// The default.
    Emojione,
    /// Twemoji with the icon sets of the Material theme.
    Material,
}

/// How files are included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnippetOptions {
    /// Folders to look in, relative to that of `mkdocs.yml`, in order.
    pub base_paths: Vec<String>,
    /// Files that every page ends with.
    pub auto_append: Vec<String>,
    /// Whether parts of files lose their common indentation.
    pub dedent: bool,
}

impl Default for SnippetOptions {
    fn default() -> Self {
        Self { base_paths: vec![".".to_owned()], auto_append: Vec::new(), dedent: false }
    }
}
