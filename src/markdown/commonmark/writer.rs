//! From the events of the parser to HTML, and everything else that is noted on the way.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::autolink::{self, Piece};
use crate::html::{
    self, AddressUse, Placeholders, Slugs, is_external, is_safe_address, push_address, push_text, start_tag,
};
use crate::markdown::techdocs::with_characters;
use crate::markdown::{Doc, DocLink, Heading, LinkKind, LintFinding, MarkdownLint, Resolver, Section};
use crate::{diagram, highlight};

/// How deep elements may be nested; the content of deeper ones is shown without them.
const MAX_DEPTH: usize = 64;

/// Maximum number of diagrams that are drawn in one text.
const MAX_DRAWN: usize = 40;

/// How the content is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A page of its own.
    Document,
    /// Blocks within a page.
    Description,
    /// One line within a page.
    Line,
}

/// A heading being written.
struct OpenHeading {
    level: u8,
    id: Option<String>,
    classes: String,
    /// Where its content starts in the output.
    start: usize,
    title: String,
    title_html: String,
}

/// A link or image being written.
struct OpenLink {
    image: bool,
    kind: LinkType,
    target: String,
    title: String,
    label: String,
    range: Range<usize>,
    /// Where its content starts in the output.
    start: usize,
    /// The end of what was read last within it.
    inner_end: usize,
    /// The alternative text of an image.
    alt: String,
}

/// A block of code being written.
struct OpenCode {
    language: String,
    text: String,
    /// Where it starts in the source.
    start: usize,
}

/// Raw HTML being read; it comes line by line.
struct OpenHtml {
    text: String,
    range: Range<usize>,
}

/// A footnote: its number if it was referred to, how often, and its text.
#[derive(Default)]
struct Footnote {
    number: usize,
    uses: usize,
    html: Option<String>,
}

pub(super) struct Writer<'a> {
    source: &'a str,
    /// Where `source` starts in the file.
    offset: usize,
    shape: Shape,
    resolve: Resolver<'a>,
    /// Where the definition of each label in lower case is.
    definitions: HashMap<String, Range<usize>>,
    out: String,
    held: Placeholders,
    has_raw: bool,
    /// How many diagrams were drawn, or tried to.
    drawn: usize,
    doc: Doc,
    slugs: Slugs,
    /// The end tag of each open element; `None` for one that is not shown.
    open: Vec<Option<&'static str>>,
    heading: Option<OpenHeading>,
    links: Vec<OpenLink>,
    code: Option<OpenCode>,
    raw: Option<OpenHtml>,
    /// Whether raw HTML opened a link.
    in_raw_link: bool,
    /// Alignments of the open table, the cell, and whether it is in the head.
    table: (Vec<Alignment>, usize, bool),
    /// Where the open list item starts in the output.
    item: usize,
    footnotes: HashMap<String, Footnote>,
    /// Labels of footnotes in the order of their numbers.
    footnote_order: Vec<String>,
    /// Output set aside while a footnote is written, with its label.
    set_aside: Option<(String, String)>,
    section: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        source: &'a str,
        offset: usize,
        shape: Shape,
        resolve: Resolver<'a>,
        definitions: HashMap<String, Range<usize>>,
    ) -> Self {
        Self {
            source,
            offset,
            shape,
            resolve,
            definitions,
            out: String::with_capacity(source.len() * 3 / 2),
            held: Placeholders::default(),
            has_raw: false,
            drawn: 0,
            doc: Doc::default(),
            slugs: Slugs::default(),
            open: Vec::new(),
            heading: None,
            links: Vec::new(),
            code: None,
            raw: None,
            in_raw_link: false,
            table: (Vec::new(), 0, false),
            item: 0,
            footnotes: HashMap::new(),
            footnote_order: Vec::new(),
            set_aside: None,
            section: String::new(),
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let opens_link = matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. }));
        match event {
            Event::Start(tag) => self.start(tag, range.clone()),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, range.start),
            Event::Code(text) => self.code_span(&text),
            Event::Html(text) => self.html_block(&text, range.clone()),
            Event::InlineHtml(text) => self.html_inline(&text, range.clone()),
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::SoftBreak => self.line_break("\n"),
            Event::HardBreak => self.line_break(if self.shape == Shape::Line { " " } else { "<br>\n" }),
            Event::Rule => self.block("<hr>\n"),
            Event::TaskListMarker(done) => self.task(done),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, range.start),
        }
        if !opens_link && let Some(link) = self.links.last_mut() {
            link.inner_end = link.inner_end.max(range.end.min(link.range.end));
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.element("<p>", "</p>\n"),
            Tag::Heading { level, id, classes, .. } => self.start_heading(level, id, &classes),
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => self.start_code(&kind, range.start),
            Tag::HtmlBlock => self.raw = Some(OpenHtml { text: String::new(), range: range.start..range.start }),
            Tag::List(None) => self.element("<ul>\n", "</ul>\n"),
            Tag::List(Some(1)) => self.element("<ol>\n", "</ol>\n"),
            Tag::List(Some(first)) => {
                let mut start = String::new();
                start_tag(&mut start, "ol").attribute("start", &first.to_string());
                start.push('\n');
                self.element(&start, "</ol>\n");
            }
            Tag::Item => {
                self.item = self.out.len();
                self.element("<li>", "</li>\n");
            }
            Tag::FootnoteDefinition(label) => {
                let before = std::mem::take(&mut self.out);
                self.set_aside = Some((label.to_string(), before));
            }
            Tag::Table(alignments) => {
                self.table = (alignments, 0, false);
                self.element("<table>\n", "</tbody>\n</table>\n");
            }
            Tag::TableHead => {
                self.table.1 = 0;
                self.table.2 = true;
                self.element("<thead>\n<tr>", "</tr>\n</thead>\n<tbody>\n");
            }
            Tag::TableRow => {
                self.table.1 = 0;
                self.element("<tr>", "</tr>\n");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.inline("<em>", "</em>"),
            Tag::Strong => self.inline("<strong>", "</strong>"),
            Tag::Strikethrough => self.inline("<del>", "</del>"),
            Tag::Superscript => self.inline("<sup>", "</sup>"),
            Tag::Subscript => self.inline("<sub>", "</sub>"),
            Tag::Link { link_type, dest_url, title, id } => {
                self.start_link(false, link_type, &dest_url, &title, &id, range);
            }
            Tag::Image { link_type, dest_url, title, id } => {
                self.start_link(true, link_type, &dest_url, &title, &id, range);
            }
            Tag::DefinitionList => self.element("<dl>\n", "</dl>\n"),
            Tag::DefinitionListTitle => self.element("<dt>", "</dt>\n"),
            Tag::DefinitionListDefinition => self.element("<dd>", "</dd>\n"),
            Tag::MetadataBlock(_) => self.open.push(None),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript => {
                if let Some(end) = self.open.pop().flatten() {
                    self.out.push_str(end);
                    if let Some(heading) = &mut self.heading {
                        heading.title_html.push_str(end);
                    }
                }
            }
            TagEnd::TableHead => {
                self.close();
                self.table.2 = false;
            }
            _ => self.close(),
        }
    }

    /// Opens a block element, or notes that it is not shown.
    fn element(&mut self, start: &str, end: &'static str) {
        self.separate();
        if self.shape == Shape::Line || self.open.len() >= MAX_DEPTH {
            self.open.push(None);
        } else {
            self.out.push_str(start);
            self.open.push(Some(end));
        }
    }

    fn close(&mut self) {
        if let Some(end) = self.open.pop().flatten() {
            self.out.push_str(end);
        }
        self.separate();
    }

    /// Writes a block without content.
    fn block(&mut self, html: &str) {
        self.separate();
        if self.shape != Shape::Line {
            self.out.push_str(html);
        }
    }

    /// Opens an element within a line.
    fn inline(&mut self, start: &str, end: &'static str) {
        if !self.links.iter().any(|link| link.image) && self.open.len() < MAX_DEPTH {
            self.out.push_str(start);
            if let Some(heading) = &mut self.heading {
                heading.title_html.push_str(start);
            }
            self.open.push(Some(end));
        } else {
            self.open.push(None);
        }
    }

    /// Keeps the texts of neighbouring blocks apart.
    fn separate(&mut self) {
        if !self.section.is_empty() && !self.section.ends_with(' ') {
            self.section.push(' ');
        }
        if self.shape == Shape::Line && !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    /// Notes plain text for search, headings and alternative texts.
    fn note(&mut self, text: &str) {
        if let Some(image) = self.links.iter_mut().rev().find(|link| link.image) {
            image.alt.push_str(text);
        }
        match &mut self.heading {
            Some(heading) => heading.title.push_str(text),
            None => self.section.push_str(text),
        }
    }

    /// Writes text that is escaped already, unless it is the alternative text of an image.
    fn push(&mut self, html: &str) {
        if self.links.iter().any(|link| link.image) {
            return;
        }
        self.out.push_str(html);
        if let Some(heading) = &mut self.heading {
            heading.title_html.push_str(html);
        }
    }

    fn text(&mut self, text: &str, at: usize) {
        if let Some(code) = &mut self.code {
            code.text.push_str(text);
            return;
        }
        self.note(text);
        let is_document = self.shape == Shape::Document;
        let shown = |text: &str| if is_document { escaped(&with_characters(text)) } else { escaped(text) };
        if !self.links.is_empty() || self.in_raw_link {
            let text = shown(text);
            self.push(&text);
            return;
        }
        let mut within = 0;
        for piece in autolink::split(text) {
            match piece {
                Piece::Text(text) => {
                    let words = shown(text);
                    self.push(&words);
                    within += text.len();
                }
                Piece::Address(prefix, text) => {
                    let start = at + within;
                    let start = if self.source[start.min(self.source.len())..].starts_with(text) { start } else { at };
                    within += text.len();
                    if self.heading.is_some() {
                        // The heading links to itself at its end; its title goes into tables of contents.
                        self.push(&escaped(text));
                        continue;
                    }
                    let link = DocLink {
                        target: format!("{prefix}{text}"),
                        span: self.offset + start..self.offset + start + text.len(),
                        kind: LinkKind::Link,
                    };
                    let resolved = (self.resolve)(&link);
                    self.out.push_str(&anchor(&resolved, "", &escaped(text)));
                    self.doc.links.push(link);
                }
            }
        }
    }

    fn code_span(&mut self, text: &str) {
        self.note(text);
        let mut code = "<code>".to_owned();
        push_text(&mut code, text);
        code.push_str("</code>");
        self.push(&code);
    }

    fn line_break(&mut self, html: &str) {
        self.note(" ");
        if self.heading.is_some() {
            self.push(" ");
        } else if !self.links.iter().any(|link| link.image) {
            self.out.push_str(html);
        }
    }

    fn task(&mut self, done: bool) {
        if self.shape == Shape::Line {
            return;
        }
        if self.out[self.item.min(self.out.len())..].starts_with("<li>") {
            self.out.replace_range(self.item..self.item + 4, "<li class=\"task-list-item\">");
        }
        let checked = if done { " checked=\"\"" } else { "" };
        // The attributes in the order and form that the sanitiser writes.
        let _ = write!(self.out, "<input type=\"checkbox\" disabled=\"\"{checked}> ");
    }

    fn start_heading(&mut self, level: HeadingLevel, id: Option<CowStr<'_>>, classes: &[CowStr<'_>]) {
        self.separate();
        let level = level as u8;
        let classes = classes.join(" ");
        self.heading = Some(OpenHeading {
            level,
            id: id.map(|id| id.to_string()).filter(|id| !id.is_empty()),
            classes,
            start: self.out.len(),
            title: String::new(),
            title_html: String::new(),
        });
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let title = html::collapse(&heading.title);
        match self.shape {
            Shape::Line => self.section.push_str(&title),
            Shape::Description => {
                let level = (heading.level + 2).min(6);
                let content = self.out.split_off(heading.start);
                let _ = writeln!(self.out, "<h{level}>{content}</h{level}>");
                self.section.push_str(&title);
            }
            Shape::Document => {
                let content = self.out.split_off(heading.start);
                let id = self.slugs.unique(&heading.id.unwrap_or_else(|| html::slug(&title)));
                let level = heading.level;
                let class = Some(&*heading.classes).filter(|classes| !classes.is_empty());
                start_tag(&mut self.out, &format!("h{level}")).attribute("id", &id).maybe("class", class);
                self.out.push_str(&content);
                start_tag(&mut self.out, "a")
                    .attribute("class", "headerlink")
                    .address("href", &format!("#{id}"))
                    .attribute("aria-label", "Link to this section");
                let _ = writeln!(self.out, "#</a></h{level}>");
                if self.set_aside.is_none() {
                    self.end_section();
                    if level == 1 && self.doc.title.is_none() && !title.is_empty() {
                        self.doc.title = Some(title.clone());
                    }
                    self.doc.headings.push(Heading { level, id, title_html: heading.title_html, title });
                }
            }
        }
        self.separate();
    }

    /// Ends the text below the last heading.
    fn end_section(&mut self) {
        let text = html::collapse(&std::mem::take(&mut self.section));
        let heading = self.doc.headings.len().checked_sub(1);
        if heading.is_some() || !text.is_empty() {
            self.doc.sections.push(Section { heading, text });
        }
    }

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let Some(kind) = kind else { return self.element("<blockquote>\n", "</blockquote>\n") };
        // The markup of an admonition in documentation sites, so that a theme has one look for both.
        let (class, title) = match kind {
            BlockQuoteKind::Note => ("note", "Note"),
            BlockQuoteKind::Tip => ("tip", "Tip"),
            BlockQuoteKind::Important => ("important", "Important"),
            BlockQuoteKind::Warning => ("warning", "Warning"),
            BlockQuoteKind::Caution => ("danger", "Caution"),
        };
        let mut start = String::new();
        start_tag(&mut start, "div").attribute("class", &format!("admonition {class}"));
        let _ = writeln!(start, "\n<p class=\"admonition-title\">{title}</p>");
        self.element(&start, "</div>\n");
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>, start: usize) {
        self.separate();
        let language = match kind {
            CodeBlockKind::Fenced(info) => {
                let word = info.split([' ', '\t', ',', '{', ':']).find(|word| !word.is_empty()).unwrap_or("");
                word.trim_start_matches('.').trim_end_matches('}').to_owned()
            }
            CodeBlockKind::Indented => String::new(),
        };
        self.code = Some(OpenCode { language, text: String::new(), start });
    }

    fn end_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        self.section.push_str(&code.text);
        if self.shape == Shape::Line {
            self.out.push_str("<code>");
            push_text(&mut self.out, &html::collapse(&code.text));
            self.out.push_str("</code>");
        } else if let Some(figure) = self.figure(&code) {
            self.held.hold(&mut self.out, figure);
            self.out.push('\n');
        } else {
            let mut html = "<pre class=\"code\">".to_owned();
            let language = (!code.language.is_empty()).then(|| format!("language-{}", code.language));
            start_tag(&mut html, "code").maybe("class", language.as_deref());
            html.push_str(&highlight::to_html(&code.text, &code.language));
            html.push_str("</code></pre>");
            self.held.hold(&mut self.out, html);
            self.out.push('\n');
        }
        self.separate();
    }

    /// Draws a diagram, or takes the picture that was drawn of it, with its source below; `None` for other code.
    fn figure(&mut self, code: &OpenCode) -> Option<String> {
        diagram::is_known(&code.language).then_some(())?;
        let drawn = if self.drawn < MAX_DRAWN {
            self.drawn += 1;
            diagram::draw(&code.language, &code.text, &format!("d{}-", self.held.len() + 1))
        } else {
            Err(diagram::Failure::default())
        };
        let picture = drawn.or_else(|failure| self.picture(code).ok_or(failure));
        let picture = match picture {
            Ok(picture) => picture,
            Err(failure) => {
                let length = self.source[code.start..].find('\n').unwrap_or(self.source.len() - code.start);
                let span = self.offset + code.start..self.offset + code.start + length;
                let detail = format!("{}\n{}", diagram::file_name(&code.language, &code.text), failure.reason);
                self.doc.lost.push(LintFinding { loss: MarkdownLint::Diagram, span, detail });
                return None;
            }
        };
        let mut figure = String::with_capacity(picture.len() + code.text.len() + 200);
        start_tag(&mut figure, "figure").attribute("class", &format!("diagram language-{}", code.language));
        figure.push_str(&picture);
        figure.push_str("<details><summary>Source</summary><pre><code>");
        push_text(&mut figure, &code.text);
        figure.push_str("</code></pre></details></figure>");
        Some(figure)
    }

    /// Returns the picture of a diagram that is beside the document.
    fn picture(&self, code: &OpenCode) -> Option<String> {
        let target = diagram::file_name(&code.language, &code.text);
        let resolved = (self.resolve)(&DocLink { target, span: 0..0, kind: LinkKind::Image });
        let href = resolved.href.filter(|href| !resolved.broken && is_safe_address(href, AddressUse::Image))?;
        let mut image = String::new();
        start_tag(&mut image, "img").attribute("class", "uml").attribute("alt", "Diagram").address("src", &href);
        Some(image)
    }

    fn start_cell(&mut self) {
        let (alignments, cell, head) = &mut self.table;
        let align = match alignments.get(*cell) {
            Some(Alignment::Left) => " align=\"left\"",
            Some(Alignment::Center) => " align=\"center\"",
            Some(Alignment::Right) => " align=\"right\"",
            _ => "",
        };
        *cell += 1;
        let (name, end) = if *head { ("th", "</th>") } else { ("td", "</td>") };
        self.element(&format!("<{name}{align}>"), end);
    }

    fn start_link(&mut self, image: bool, kind: LinkType, target: &str, title: &str, label: &str, range: Range<usize>) {
        let target = if kind == LinkType::Email { format!("mailto:{target}") } else { target.to_owned() };
        self.links.push(OpenLink {
            image,
            kind,
            target,
            title: title.to_owned(),
            label: label.to_owned(),
            inner_end: range.start,
            range,
            start: self.out.len(),
            alt: String::new(),
        });
    }

    fn end_link(&mut self) {
        let Some(open) = self.links.pop() else { return };
        let span = self.target_span(&open);
        let link = DocLink {
            target: open.target,
            span: self.offset + span.start..self.offset + span.end,
            kind: if open.image { LinkKind::Image } else { LinkKind::Link },
        };
        let resolved = (self.resolve)(&link);
        let open_target = link.target.clone();
        self.doc.links.push(link);
        if open.image {
            let alt = html::collapse(&open.alt);
            if let Some(outer) = self.links.iter_mut().rev().find(|link| link.image) {
                outer.alt.push_str(&alt);
                return;
            }
            if self.shape == Shape::Line {
                push_text(&mut self.out, &alt);
                return;
            }
            match resolved.href.filter(|href| is_safe_address(href, AddressUse::Image)) {
                Some(href) => {
                    start_tag(&mut self.out, "img")
                        .address("src", &href)
                        .attribute("alt", &alt)
                        .maybe("title", Some(&*open.title).filter(|title| !title.is_empty()))
                        .maybe("class", resolved.broken.then_some("broken"))
                        .attribute("loading", "lazy");
                }
                None => {
                    let in_link = self.in_raw_link || !self.links.is_empty();
                    self.out.push_str(&picture_elsewhere(&alt, &open_target, in_link));
                }
            }
        } else if !self.links.iter().any(|link| link.image) {
            let content = self.out.split_off(open.start.min(self.out.len()));
            self.out.push_str(&anchor(&resolved, &open.title, &content));
        }
    }

    /// Finds the target of a link in the source.
    fn target_span(&self, link: &OpenLink) -> Range<usize> {
        let literal = |range: Range<usize>| {
            let text = self.source.get(range.clone())?;
            let at = text.find(&link.target).filter(|_| !link.target.is_empty())?;
            Some(range.start + at..range.start + at + link.target.len())
        };
        let found = match link.kind {
            LinkType::Inline => {
                let rest = self.source.get(link.inner_end..link.range.end).unwrap_or("");
                inline_target(rest).map(|range| link.inner_end + range.start..link.inner_end + range.end)
            }
            LinkType::Autolink => Some(link.range.start + 1..link.range.end.saturating_sub(1)),
            LinkType::Email => None,
            _ => self.definitions.get(&link.label.to_lowercase()).and_then(|definition| {
                let label_end = self.source.get(definition.clone())?.find("]:")? + 2;
                literal(definition.start + label_end..definition.end).or(Some(definition.clone()))
            }),
        };
        found
            .filter(|range| range.start <= range.end && self.source.get(range.clone()).is_some())
            .unwrap_or_else(|| link.range.clone())
    }

    fn html_block(&mut self, text: &str, range: Range<usize>) {
        match &mut self.raw {
            Some(raw) => {
                if raw.text.is_empty() {
                    raw.range.start = range.start;
                }
                raw.text.push_str(text);
                raw.range.end = range.end;
            }
            None => self.html_inline(text, range),
        }
    }

    fn end_html(&mut self) {
        if let Some(raw) = self.raw.take() {
            self.separate();
            self.html_inline(&raw.text, raw.range);
            self.separate();
        }
    }

    fn html_inline(&mut self, text: &str, range: Range<usize>) {
        let lower = text.get(..3).unwrap_or(text).to_ascii_lowercase();
        match lower.as_str() {
            "<a " | "<a\n" => self.in_raw_link = true,
            "</a" => self.in_raw_link = false,
            _ => {}
        }
        if self.shape == Shape::Line {
            let text = html::text(text);
            self.push(&escaped(&text));
            return;
        }
        if text.len() > 8 || self.heading.is_none() {
            let plain = html::text(text);
            if !plain.is_empty() {
                self.note(&plain);
            }
        }
        if self.links.iter().any(|link| link.image) {
            return;
        }
        self.has_raw = true;
        let demoted = if self.shape == Shape::Description { demoted(text) } else { None };
        // Where the tags were, others of the same length are.
        let text = demoted.as_deref().unwrap_or(text);
        let mut from = 0;
        for attribute in html::attributes(text) {
            let value = &text[attribute.value.clone()];
            let kind = match (&*attribute.element, &*attribute.name) {
                ("a", "href") => LinkKind::HtmlLink,
                ("img" | "source" | "video" | "audio", "src") => LinkKind::HtmlImage,
                // One picture for light or dark mode; a README has no choice of sizes.
                ("source", "srcset") if !value.contains([',', ' ']) => LinkKind::HtmlImage,
                (_, "id") | ("a", "name") => {
                    self.doc.anchors.push(html::text(value));
                    continue;
                }
                _ => continue,
            };
            let start = range.start + attribute.value.start;
            let span = if self.source.get(start..).is_some_and(|rest| rest.starts_with(value)) {
                start..start + value.len()
            } else {
                range.clone()
            };
            let link =
                DocLink { target: html::text(value), span: self.offset + span.start..self.offset + span.end, kind };
            let resolved = (self.resolve)(&link);
            let shows = matches!(&*attribute.element, "img" | "source");
            if shows && resolved.href.is_none() && attribute.value.start > from {
                // A link replaces what cannot be shown.
                let tag = text[..attribute.value.start].rfind('<').unwrap_or(attribute.value.start).max(from);
                let end = tag + html::tag_length(&text[tag..]);
                self.out.push_str(&text[from..tag]);
                if attribute.element == "img" {
                    let in_link = !self.links.is_empty() || is_in_link(&text[..tag]).unwrap_or(self.in_raw_link);
                    let told = told(&text[tag..end], &link.target, in_link);
                    self.out.push_str(&told);
                }
                from = end;
                self.doc.links.push(link);
                continue;
            }
            if attribute.value.start < from {
                continue;
            }
            if resolved.href.as_deref() != Some(&link.target) {
                self.out.push_str(&text[from..attribute.value.start]);
                let quoted = text[..attribute.value.start].ends_with(['"', '\'']);
                self.out.push_str(if quoted { "" } else { "\"" });
                push_address(&mut self.out, &resolved.href.unwrap_or_default());
                self.out.push_str(if quoted { "" } else { "\"" });
                from = attribute.value.end;
            }
            self.doc.links.push(link);
        }
        self.out.push_str(&text[from..]);
    }

    fn footnote_reference(&mut self, label: &str) {
        if self.links.iter().any(|link| link.image) {
            return;
        }
        let footnote = self.footnotes.entry(label.to_owned()).or_default();
        if footnote.number == 0 {
            self.footnote_order.push(label.to_owned());
            footnote.number = self.footnote_order.len();
        }
        footnote.uses += 1;
        let (number, uses) = (footnote.number, footnote.uses);
        let id = reference_id(number, uses);
        start_tag(&mut self.out, "sup").attribute("id", &id);
        start_tag(&mut self.out, "a")
            .attribute("class", "footnote-ref")
            .attribute("href", &format!("#fn-{number}"))
            .attribute("aria-label", &format!("Footnote {number}"));
        let _ = write!(self.out, "{number}</a></sup>");
        self.doc.anchors.push(id);
    }

    fn end_footnote(&mut self) {
        let Some((label, before)) = self.set_aside.take() else { return };
        let html = std::mem::replace(&mut self.out, before);
        // The first definition of a label counts.
        self.footnotes.entry(label).or_default().html.get_or_insert(html);
    }

    fn write_footnotes(&mut self) {
        let order = std::mem::take(&mut self.footnote_order);
        let defined = |label: &String| self.footnotes.get(label).is_some_and(|footnote| footnote.html.is_some());
        if !order.iter().any(defined) {
            return;
        }
        self.out.push_str("<div class=\"footnotes\">\n<hr>\n<ol>\n");
        for label in &order {
            let Some(footnote) = self.footnotes.get(label) else { continue };
            let (number, uses) = (footnote.number, footnote.uses);
            let content = footnote.html.as_deref().unwrap_or("").trim_end();
            let mut back = String::new();
            for one in 1..=uses.min(9) {
                let id = reference_id(number, one);
                back.push(' ');
                start_tag(&mut back, "a")
                    .attribute("class", "footnote-backref")
                    .attribute("href", &format!("#{id}"))
                    .attribute("aria-label", "Back to the text");
                back.push_str("↩</a>");
            }
            let content = match content.strip_suffix("</p>") {
                Some(open) => format!("{open}{back}</p>"),
                None => format!("{content}<p>{}</p>", back.trim_start()),
            };
            start_tag(&mut self.out, "li").attribute("id", &format!("fn-{number}"));
            let _ = writeln!(self.out, "{content}</li>");
            self.doc.anchors.push(format!("fn-{number}"));
        }
        self.out.push_str("</ol>\n</div>\n");
    }

    pub(super) fn finish(mut self) -> Doc {
        self.write_footnotes();
        self.end_section();
        let html = if self.has_raw { html::sanitise(&self.out) } else { std::mem::take(&mut self.out) };
        let mut doc = self.doc;
        doc.html = self.held.release(&html);
        doc.has_title = doc.html.contains("<h1");
        if self.shape == Shape::Line {
            doc.html.truncate(doc.html.trim_end().len());
        }
        doc.anchors.extend(doc.headings.iter().map(|heading| heading.id.clone()));
        doc.anchors.sort_unstable();
        doc.anchors.dedup();
        doc.links.sort_by_key(|link| link.span.start);
        doc
    }
}

fn reference_id(number: usize, uses: usize) -> String {
    if uses == 1 { format!("fnref-{number}") } else { format!("fnref-{number}-{uses}") }
}

/// Returns a link around `content`, or the content alone if there is no safe address.
fn anchor(resolved: &crate::markdown::Resolved, title: &str, content: &str) -> String {
    let Some(href) = resolved.href.as_deref().filter(|href| is_safe_address(href, AddressUse::Link)) else {
        return content.to_owned();
    };
    let mut out = String::new();
    start_tag(&mut out, "a")
        .address("href", href)
        .maybe("title", Some(title).filter(|title| !title.is_empty()))
        .maybe("class", resolved.broken.then_some("broken"))
        .maybe("rel", is_external(href).then_some("noopener"));
    out.push_str(content);
    out.push_str("</a>");
    out
}

/// Returns HTML whose headings are two levels lower, as those of Markdown in a description are; `None` if it has none.
fn demoted(html: &str) -> Option<String> {
    let bytes = html.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    for at in memchr::memchr_iter(b'<', bytes) {
        let name = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'/'));
        let (Some(b'h' | b'H'), Some(level @ b'1'..=b'6')) = (bytes.get(name), bytes.get(name + 1)) else { continue };
        if !bytes.get(name + 2).is_some_and(u8::is_ascii_alphanumeric) {
            out.get_or_insert_with(|| bytes.to_vec())[name + 1] = (level + 2).min(b'6');
        }
    }
    String::from_utf8(out?).ok()
}

/// Returns whether the last link of raw HTML is open at its end; `None` if it has none.
fn is_in_link(html: &str) -> Option<bool> {
    let opened = html.rfind("<a ").max(html.rfind("<a\n"));
    let closed = html.rfind("</a");
    (opened.is_some() || closed.is_some()).then_some(opened > closed)
}

/// Returns the replacement of an image of raw HTML that cannot be shown: its alternative text, which leads to it if it
/// is elsewhere.
fn told(tag: &str, target: &str, in_link: bool) -> String {
    let attributes = html::attributes(tag);
    let alt = attributes.iter().find(|attribute| attribute.name == "alt");
    let alt = alt.map(|attribute| html::collapse(&html::text(&tag[attribute.value.clone()]))).unwrap_or_default();
    picture_elsewhere(&alt, target, in_link)
}

/// Returns the alternative text of an image that is not shown, which leads to it if it is elsewhere.
fn picture_elsewhere(alt: &str, target: &str, in_link: bool) -> String {
    if alt.is_empty() || in_link || !is_external(target) {
        return escaped(alt);
    }
    anchor(&crate::markdown::Resolved::as_written(target), "", &escaped(alt))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_text(&mut out, text);
    out
}

/// Finds the target in `](target "title")`.
fn inline_target(rest: &str) -> Option<Range<usize>> {
    let open = rest.find("](")? + 2;
    let start = open + rest[open..].len() - rest[open..].trim_start().len();
    let target = &rest[start..];
    if let Some(bracketed) = target.strip_prefix('<') {
        let end = bracketed.find('>')?;
        return Some(start + 1..start + 1 + end);
    }
    let mut depth = 0;
    let mut escaped = false;
    for (at, c) in target.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth == 0 => return Some(start..start + at),
            ')' => depth -= 1,
            c if c.is_whitespace() => return Some(start..start + at),
            _ => {}
        }
    }
    None
}
