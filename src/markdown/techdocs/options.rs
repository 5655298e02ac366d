//! What an author can switch on and set for the dialect, and which entry of `markdown_extensions` sets what.
//!
//! Takes values, not YAML: a Python name behind a tag (`!!python/name:…`) is often lost on the way here, so that a key
//! with an unreadable value still counts.

use serde_json::Value;

/// The settings of one documentation site.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Columns by which a list nests in another: `nested_indent` of `mdx_truly_sane_lists`.
    pub nested_indent: usize,
    /// `/// note` instead of `!!! note`: `use_pymdownx_blocks` of `techdocs-core`.
    pub blocks_syntax: bool,
    /// `/// note` beside `!!! note`: `pymdownx.blocks.…` among the extensions.
    pub blocks_too: bool,
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
    /// Every end of a line is a break (`nl2br`).
    pub line_breaks: bool,
    /// Which characters a backslash escapes.
    pub escapes: Escapes,
    /// Whether `/// html | div` makes any element (`pymdownx.blocks.html`).
    pub html_blocks: bool,
    /// Whether `/// caption` makes a figure of what comes before (`pymdownx.blocks.caption`).
    pub captions: bool,
    /// Whether there is a space between `#` and the words of a heading (`pymdownx.saneheaders`).
    pub sane_headers: bool,
    /// Where `[[Page]]` leads (`wikilinks`).
    pub wiki_links: Option<WikiLinks>,
    /// Which names of emoji are known.
    pub emoji: EmojiIndex,
    /// Where `#1` and `@user` lead: `repo_url_shorthand` of magiclink.
    pub repository: Option<RepositoryOptions>,
    /// Included files.
    pub snippets: SnippetOptions,
    /// Unsupported plugins and extensions, reported where they are named, not at each use.
    pub told: Vec<String>,
}

impl Default for Options {
    /// Returns what `techdocs-core` sets.
    fn default() -> Self {
        Self {
            nested_indent: 2,
            blocks_syntax: false,
            blocks_too: false,
            toc: TocOptions::default(),
            line_numbers: true,
            custom_fences: Vec::new(),
            keys: false,
            progress_bar: false,
            arithmatex: false,
            smarty: false,
            meta: false,
            line_breaks: false,
            escapes: Escapes::Signs,
            html_blocks: false,
            captions: false,
            sane_headers: false,
            wiki_links: None,
            emoji: EmojiIndex::Emojione,
            repository: None,
            snippets: SnippetOptions::default(),
            told: Vec::new(),
        }
    }
}

/// Which characters a backslash escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// Those that mean something in Markdown.
    Signs,
    /// All (`pymdownx.escapeall`).
    All {
        /// Whether the end of a line becomes a break.
        breaks: bool,
        /// Whether a space becomes a hard one.
        hard_blanks: bool,
    },
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
    /// The separator that replaces white space in an id.
    pub separator: String,
    /// Highest and lowest level in the table of contents.
    pub depth: (u8, u8),
    /// The level that `#` makes.
    pub base_level: u8,
    /// The paragraph that the table of contents replaces; empty for none.
    pub marker: String,
    /// Words above the table of contents; may be empty.
    pub title: String,
    /// Whether the permalink is in front of the text of a heading.
    pub permalink_leads: bool,
    /// Classes of permalinks.
    pub permalink_class: String,
    /// Classes of headings that are links to themselves.
    pub anchor_link_class: String,
    /// Classes of the table of contents.
    pub toc_class: String,
    /// Classes of the words above it.
    pub title_class: String,
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
            permalink_leads: false,
            permalink_class: "headerlink".to_owned(),
            anchor_link_class: "toclink".to_owned(),
            toc_class: "toc".to_owned(),
            title_class: "toctitle".to_owned(),
        }
    }
}

/// How the id of a heading is made from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slugify {
    /// Accents dropped, everything else beyond ASCII too: the default.
    Ascii,
    /// Characters of all scripts, `pymdownx.slugs`; each space becomes a separator.
    Unicode(Case),
    /// Characters of all scripts in lower case; adjacent spaces become one separator: `slugify_unicode`.
    Collapsed,
}

/// Which characters of an id become lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// None.
    Kept,
    /// All.
    Lower,
    /// Those of ASCII.
    LowerAscii,
}

impl Slugify {
    /// Reads the setting, which is a function of Python: its name, or its arguments.
    fn read(setting: &Value) -> Self {
        let case = |case: &str| match case {
            "lower" | "fold" => Case::Lower,
            "lower-ascii" => Case::LowerAscii,
            _ => Case::Kept,
        };
        match setting {
            Value::Object(_) => {
                let kwds = setting.pointer("/kwds/case").and_then(Value::as_str);
                Self::Unicode(kwds.map_or(Case::Kept, case))
            }
            Value::String(name) if name.ends_with("slugify_unicode") => Self::Collapsed,
            Value::String(name) if name.ends_with("toc.slugify") => Self::Ascii,
            Value::String(name) if name.contains("_cased") => Self::Unicode(Case::Kept),
            Value::String(name) if name.contains("slugs.gfm") => Self::Unicode(Case::LowerAscii),
            // An unreadable value means the commonest one.
            _ => Self::Unicode(Case::Lower),
        }
    }
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

/// What is around the name of a page in the address of `[[Page]]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WikiLinks {
    /// In front of it.
    pub base: String,
    /// Behind it.
    pub end: String,
    /// The class of the link.
    pub class: String,
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
    /// How many bytes a page may include.
    pub most: usize,
    /// Whether MkDocs stops when a file is not there.
    pub check_paths: bool,
}

impl Default for SnippetOptions {
    fn default() -> Self {
        Self {
            base_paths: vec![".".to_owned()],
            auto_append: Vec::new(),
            dedent: false,
            check_paths: false,
            most: 4 << 20,
        }
    }
}

/// The repository that short references are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryOptions {
    /// Who hosts it.
    pub host: RepositoryHost,
    /// The user or group.
    pub user: String,
    /// The name.
    pub repository: String,
    /// Whether pull requests and discussions are shown with `#` too.
    pub normalize: bool,
}

/// A host of repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositoryHost {
    /// github.com
    GitHub,
    /// gitlab.com
    GitLab,
    /// bitbucket.org
    Bitbucket,
}

/// Extensions that are always on, or change nothing here.
const ALWAYS_ON: &[&str] = &[
    "abbr",
    "admonition",
    "attr_list",
    "codehilite",
    "def_list",
    "extra",
    "fenced_code",
    "footnotes",
    "markdown_inline_graphviz",
    "md_in_html",
    "plantuml_markdown",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.critic",
    "pymdownx.details",
    "pymdownx.extra",
    "pymdownx.inlinehilite",
    "pymdownx.mark",
    "pymdownx.smartsymbols",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
    "pymdownx.tilde",
    "sane_lists",
    "tables",
];

impl Options {
    /// Takes one entry of `markdown_extensions`: its name, with or without `markdown.extensions.`, and its settings, null
    /// without any. Returns whether the extension is known; what an unknown one would do is lost.
    pub fn enable(&mut self, extension: &str, settings: &Value) -> bool {
        let extension = extension.strip_prefix("markdown.extensions.").unwrap_or(extension);
        let flag = |key: &str| settings.get(key).and_then(Value::as_bool);
        let text = |key: &str| settings.get(key).and_then(Value::as_str);
        let texts = |key: &str| match settings.get(key)? {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(items) => Some(items.iter().filter_map(|item| item.as_str().map(ToOwned::to_owned)).collect()),
            _ => None,
        };
        match extension {
            "mdx_truly_sane_lists" => {
                if let Some(indent) = settings.get("nested_indent").and_then(Value::as_u64) {
                    self.nested_indent = usize::try_from(indent).unwrap_or(2).clamp(1, 16);
                }
            }
            "toc" => self.toc.set(settings),
            "pymdownx.highlight" => self.line_numbers = flag("linenums").unwrap_or(self.line_numbers),
            "pymdownx.superfences" => {
                let fences = settings.get("custom_fences").and_then(Value::as_array);
                self.custom_fences.extend(fences.into_iter().flatten().filter_map(CustomFence::read));
            }
            "pymdownx.blocks.admonition" | "pymdownx.blocks.details" | "pymdownx.blocks.tab" => self.blocks_too = true,
            "pymdownx.blocks.html" => (self.blocks_too, self.html_blocks) = (true, true),
            "pymdownx.blocks.caption" => (self.blocks_too, self.captions) = (true, true),
            "pymdownx.saneheaders" => self.sane_headers = true,
            "wikilinks" => {
                let or = |key: &str, default: &str| text(key).unwrap_or(default).to_owned();
                self.wiki_links = Some(WikiLinks {
                    base: or("base_url", "/"),
                    end: or("end_url", "/"),
                    class: or("html_class", "wikilink"),
                });
            }
            "pymdownx.keys" => self.keys = true,
            "pymdownx.progressbar" => self.progress_bar = true,
            "pymdownx.arithmatex" => self.arithmatex = true,
            "smarty" => self.smarty = true,
            "meta" => self.meta = true,
            "nl2br" => self.line_breaks = true,
            "pymdownx.escapeall" => {
                let is_on = |key| flag(key).unwrap_or(false);
                self.escapes = Escapes::All { breaks: is_on("hardbreak"), hard_blanks: is_on("nbsp") };
            }
            "pymdownx.emoji" => {
                if settings
                    .get("emoji_index")
                    .is_some_and(|index| index.as_str().is_none_or(|name| !name.contains("emojione")))
                {
                    self.emoji = EmojiIndex::Material;
                }
            }
            "pymdownx.magiclink" => {
                if flag("repo_url_shorthand") == Some(true) {
                    self.repository = Some(RepositoryOptions {
                        host: match text("provider") {
                            Some("gitlab") => RepositoryHost::GitLab,
                            Some("bitbucket") => RepositoryHost::Bitbucket,
                            _ => RepositoryHost::GitHub,
                        },
                        user: text("user").unwrap_or_default().to_owned(),
                        repository: text("repo").unwrap_or_default().to_owned(),
                        normalize: flag("normalize_issue_symbols").unwrap_or(false),
                    });
                }
            }
            "pymdownx.snippets" => {
                self.snippets.base_paths = texts("base_path").unwrap_or_else(|| self.snippets.base_paths.clone());
                self.snippets.auto_append = texts("auto_append").unwrap_or_else(|| self.snippets.auto_append.clone());
                self.snippets.dedent = flag("dedent_subsections").unwrap_or(self.snippets.dedent);
                self.snippets.check_paths = flag("check_paths").unwrap_or(self.snippets.check_paths);
            }
            _ => return ALWAYS_ON.contains(&extension),
        }
        true
    }
}

impl TocOptions {
    fn set(&mut self, settings: &Value) {
        let text = |key: &str| settings.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        // As Python-Markdown reads the words for yes and no (`parseBoolValue`).
        let flag = |value: &Value| match value {
            Value::Bool(value) => Some(*value),
            Value::Number(number) => Some(number.as_i64() != Some(0)),
            Value::String(word) => match &*word.trim().to_lowercase() {
                "true" | "yes" | "y" | "on" | "1" => Some(true),
                "false" | "no" | "n" | "off" | "0" | "none" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if let Some(value) = settings.get("permalink") {
            match (flag(value), value) {
                (Some(false), _) => self.permalink = None,
                (Some(true), _) => self.permalink = Some("¶".to_owned()),
                (None, Value::String(sign)) => self.permalink = Some(sign.clone()),
                _ => {}
            }
        }
        self.permalink_leads = settings.get("permalink_leading").and_then(flag).unwrap_or(self.permalink_leads);
        for (key, class) in [
            ("permalink_class", &mut self.permalink_class),
            ("anchorlink_class", &mut self.anchor_link_class),
            ("toc_class", &mut self.toc_class),
            ("title_class", &mut self.title_class),
        ] {
            if let Some(value) = text(key) {
                *class = value;
            }
        }
        self.permalink_title = text("permalink_title").unwrap_or_else(|| self.permalink_title.clone());
        self.anchor_link = settings.get("anchorlink").and_then(flag).unwrap_or(self.anchor_link);
        self.separator = text("separator").unwrap_or_else(|| self.separator.clone());
        self.title = text("title").unwrap_or_else(|| self.title.clone());
        self.marker = text("marker").unwrap_or_else(|| self.marker.clone());
        let level = |value: &Value| match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let level = |value: &Value| {
            level(value).and_then(|level| u8::try_from(level).ok()).filter(|level| (1..=6).contains(level))
        };
        if let Some(base) = settings.get("baselevel").and_then(level) {
            self.base_level = base;
        }
        match settings.get("toc_depth") {
            Some(Value::String(range)) if range.contains('-') => {
                let mut ends = range.split('-').filter_map(|end| end.trim().parse().ok());
                self.depth = (ends.next().unwrap_or(self.depth.0), ends.next().unwrap_or(self.depth.1));
            }
            Some(depth) => self.depth = (1, level(depth).unwrap_or(self.depth.1)),
            None => {}
        }
        if let Some(slugify) = settings.get("slugify") {
            self.slugify = Slugify::read(slugify);
        }
    }
}

impl CustomFence {
    /// Reads an entry of `custom_fences`.
    fn read(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let (name, class) = (text("name")?, text("class")?);
        let format = text("format").unwrap_or_default();
        let format = if format.contains("arithmatex") || class == "arithmatex" {
            FenceFormat::Math
        } else if format.contains("div") {
            FenceFormat::Div
        } else {
            FenceFormat::Code
        };
        Some(Self { name: name.to_owned(), class: class.to_owned(), format })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_of_the_configuration_set_options() {
        let mut options = Options::default();
        assert!(options.enable("mdx_truly_sane_lists", &json!({"nested_indent": 4})));
        assert!(
            options
                .enable("toc", &json!({"permalink": "#", "toc_depth": "2-4", "slugify": {"kwds": {"case": "lower"}}}))
        );
        assert!(options.enable(
            "pymdownx.superfences",
            &json!({"custom_fences": [{"name": "mermaid", "class": "mermaid", "format": ""}]})
        ));
        assert!(options.enable("pymdownx.emoji", &json!({"emoji_index": ""})));
        assert!(options.enable("markdown.extensions.tables", &Value::Null));
        assert!(!options.enable("some.other", &Value::Null));
        assert_eq!(options.nested_indent, 4);
        assert_eq!((options.toc.permalink.as_deref(), options.toc.depth), (Some("#"), (2, 4)));
        assert_eq!(options.toc.slugify, Slugify::Unicode(Case::Lower));
        for (setting, expect) in [
            (json!({"kwds": {"case": "none"}}), Slugify::Unicode(Case::Kept)),
            (json!({}), Slugify::Unicode(Case::Kept)),
            (json!("pymdownx.slugs.uslugify"), Slugify::Unicode(Case::Lower)),
            (json!("pymdownx.slugs.uslugify_cased"), Slugify::Unicode(Case::Kept)),
            (json!("pymdownx.slugs.gfm"), Slugify::Unicode(Case::LowerAscii)),
            (json!("markdown.extensions.toc.slugify_unicode"), Slugify::Collapsed),
        ] {
            options.enable("toc", &json!({ "slugify": setting }));
            assert_eq!(options.toc.slugify, expect, "{setting}");
        }
        for (permalink, expect) in
            [(json!("true"), Some("¶")), (json!(0), None), (json!("off"), None), (json!("⚓"), Some("⚓"))]
        {
            options.enable("toc", &json!({ "permalink": permalink }));
            assert_eq!(options.toc.permalink.as_deref(), expect, "{permalink}");
        }
        assert_eq!((options.custom_fences.len(), options.emoji), (1, EmojiIndex::Material));
    }
}
