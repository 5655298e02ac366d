//! The HTML of a reference: items, blocks, fields and shapes of [`crate::api`].
//!
//! Shapes nest to any depth and there are tens of thousands of fields, so this is written here and not by templates,
//! which frame it. Every marked element has an id of its own on its page.
//!
//! Invariant: what comes from a definition is escaped, or is Markdown made safe.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::api::parts::Anchors;
use crate::api::{
    Api, Block, Choice, Cut, Detail, Example, Fact, Field, Flags, Item, Piece, Role, Shape, Slice, snippet,
};
use crate::html::{self, escape, push_attribute, push_escaped};
use crate::markdown::commonmark;
use crate::routes;
use crate::site::view::{self, View, is_web};

/// How much of an item is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// All of it.
    Full,
    /// Without examples and snippets, for a page that would be too large.
    Brief,
}

/// Writes parts of one reference for one page.
pub struct Writer<'v, 'a> {
    view: &'v View<'a>,
    api: &'a Api,
    part: usize,
    amount: Amount,
    anchors: Anchors,
    out: String,
    /// What stands before the names of places inside the current item.
    prefix: String,
    /// HTML: who offers the operations.
    offered: String,
}

impl<'v, 'a> Writer<'v, 'a> {
    /// Starts a page.
    #[must_use]
    pub fn new(view: &'v View<'a>, api: &'a Api, part: usize, amount: Amount) -> Self {
        let mut anchors = Anchors::default();
        // Names that the frame of the page uses, and those of the items, which nothing else may take.
        for name in ["main", "top"].into_iter().chain(api.parts.parts[part].slices.iter().map(|it| it.anchor.as_str()))
        {
            anchors.unique(name);
        }
        let offered = offered(view, api);
        Self { view, api, part, amount, anchors, out: String::new(), prefix: String::new(), offered }
    }

    /// Returns what was written since the last call.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Writes what holds for the whole definition: servers, security.
    pub fn intro(&mut self) {
        for block in &self.api.reference.blocks {
            self.prefix = block.title.to_lowercase();
            self.out.push_str("<section class=\"api-part\"><h2>");
            push_escaped(&mut self.out, &block.title);
            self.out.push_str("</h2>");
            self.markdown(block.description.as_deref());
            self.facts(&block.facts);
            self.fields(&block.fields);
            self.out.push_str("</section>");
        }
    }

    /// Writes facts as a list.
    pub fn facts(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        self.out.push_str("<dl class=\"api-facts\">");
        for fact in facts {
            self.out.push_str("<div><dt>");
            push_escaped(&mut self.out, &fact.label);
            self.out.push_str("</dt><dd>");
            self.pieces(&fact.pieces);
            self.out.push_str("</dd></div>");
        }
        self.out.push_str("</dl>");
    }

    /// Writes a description.
    pub fn markdown(&mut self, text: Option<&str>) {
        let Some(text) = text else { return };
        self.out.push_str("<div class=\"prose\">");
        self.out.push_str(&description(text));
        self.out.push_str("</div>");
    }

    /// Writes HTML as it is.
    pub fn raw(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// Writes one item, or some of its fields.
    pub fn slice(&mut self, slice: &Slice) {
        let item = &self.api.reference.groups[slice.group].items[slice.item];
        self.prefix.clone_from(&slice.anchor);
        let continued = slice.fields.as_ref().is_some_and(|range| range.start > 0);
        let _ = write!(self.out, "<article class=\"api-item r-{}\" id=\"", role(item.role));
        push_attribute(&mut self.out, &slice.anchor);
        self.out.push('"');
        if let Some(mark) = &item.mark {
            let _ = write!(self.out, " data-{}=\"", mark.name);
            push_attribute(&mut self.out, &mark.value);
            self.out.push('"');
        }
        self.out.push('>');
        self.head(item, &slice.anchor, continued);
        if !continued {
            self.markdown(item.description.as_deref());
            self.facts(&item.facts);
        }
        match &slice.fields {
            None => {
                for block in &item.blocks {
                    self.block(block, 3);
                }
                self.snippets(item);
            }
            Some(range) => {
                let fields = crate::api::parts::fields_of(item).unwrap_or(&[]);
                self.fields(&fields[range.clone()]);
            }
        }
        self.out.push_str("</article>");
    }

    fn head(&mut self, item: &Item, anchor: &str, continued: bool) {
        self.out.push_str("<header><h3>");
        if !item.verb.is_empty() {
            let _ = write!(self.out, "<span class=\"verb v-{}\">", verb_class(&item.verb));
            push_escaped(&mut self.out, &item.verb);
            self.out.push_str("</span> ");
        }
        self.out.push_str("<code>");
        path(&mut self.out, &item.name);
        self.out.push_str("</code>");
        if item.deprecated {
            self.out.push_str(" <span class=\"chip warn\">deprecated</span>");
        }
        if continued {
            self.out.push_str(" <small>continued</small>");
        }
        self.out.push_str(" <a class=\"anchor\" href=\"#");
        push_attribute(&mut self.out, anchor);
        self.out.push_str("\" aria-label=\"Link to this\">#</a></h3>");
        if let Some(summary) = &item.summary {
            self.out.push_str("<p class=\"api-summary\">");
            self.out.push_str(&commonmark::inline(summary));
            self.out.push_str("</p>");
        }
        if let Some(id) = &item.id {
            self.out.push_str("<p class=\"api-id\"><code>");
            push_escaped(&mut self.out, id);
            self.out.push_str("</code></p>");
        }
        if item.role == Role::Operation {
            self.out.push_str(&self.offered);
        }
        self.out.push_str("</header>");
    }

    fn open(&mut self, tag: &str, class: &str, mark: Option<&crate::api::Mark>, name: &str) {
        let _ = write!(self.out, "<{tag} class=\"{class}\"");
        if let Some(mark) = mark {
            let id = self.anchors.unique(&format!("{}.{name}", self.prefix));
            let _ = write!(self.out, " id=\"{id}\" data-{}=\"", mark.name);
            push_attribute(&mut self.out, &mark.value);
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn block(&mut self, block: &Block, depth: usize) {
        let before = self.prefix.len();
        if block.is_name {
            self.named_block(block, depth);
        } else {
            self.open("section", "api-block", block.mark.as_ref(), &block.title);
            if !block.title.is_empty() {
                let level = (depth + 1).min(6);
                let _ = write!(self.out, "<h{level}>");
                push_escaped(&mut self.out, &block.title);
                if block.required {
                    self.out.push_str(" <em class=\"required\">required</em>");
                }
                let _ = write!(self.out, "</h{level}>");
            }
            self.inside(block, depth);
            self.out.push_str("</section>");
        }
        self.prefix.truncate(before);
    }

    /// A response, a body of a media type, a message: its title is a name.
    fn named_block(&mut self, block: &Block, depth: usize) {
        let tag = if block.folded { "details" } else { "div" };
        self.open(tag, "api-named", block.mark.as_ref(), &block.title);
        let title = if block.folded { "summary" } else { "p" };
        let _ = write!(self.out, "<{title} class=\"api-name\"><code");
        if let Some(class) = status_class(&block.title) {
            let _ = write!(self.out, " class=\"{class}\"");
        }
        self.out.push('>');
        push_escaped(&mut self.out, &block.title);
        self.out.push_str("</code>");
        let mut rest = block.description.as_deref();
        if block.folded
            && let Some(text) = rest
        {
            let short = text.trim();
            self.out.push_str(" <span>");
            if short.len() <= 160 && !short.contains('\n') && !short.contains(['<', '`']) {
                self.out.push_str(&commonmark::inline(short));
                rest = None;
            } else {
                let plain = crate::api::parts::plain(text);
                push_escaped(&mut self.out, &view::shortened(&plain, 120));
            }
            self.out.push_str("</span>");
        }
        let _ = write!(self.out, "</{title}>");
        let _ = write!(self.prefix, ".{}", block.title);
        self.out.push_str("<div class=\"api-inside\">");
        self.markdown(rest);
        self.content(block, depth);
        self.out.push_str("</div>");
        let _ = write!(self.out, "</{tag}>");
    }

    fn inside(&mut self, block: &Block, depth: usize) {
        self.markdown(block.description.as_deref());
        self.content(block, depth);
    }

    fn content(&mut self, block: &Block, depth: usize) {
        self.facts(&block.facts);
        if let Some(shape) = &block.shape {
            self.top(shape);
        }
        self.fields(&block.fields);
        for block in &block.blocks {
            self.block(block, depth + 1);
        }
        self.examples(&block.examples);
    }

    /// Writes the shape of a whole body or schema.
    fn top(&mut self, shape: &Shape) {
        let has_line = !shape.types.is_empty() || shape.flags != Flags::default();
        let alone = matches!(&shape.types[..], [Piece::Text(text)] if &**text == "object");
        if has_line && !(alone && !shape.fields.is_empty() && shape.flags == Flags::default()) {
            self.out.push_str("<p class=\"api-type\">");
            self.types(shape);
            self.flags(shape.flags);
            self.out.push_str("</p>");
        }
        self.markdown(shape.description.as_deref());
        self.details(&shape.details);
        self.cut(shape);
        self.fields(&shape.fields);
        for choice in &shape.choices {
            self.choice(choice);
        }
    }

    fn types(&mut self, shape: &Shape) {
        self.pieces(&shape.types);
        if shape.flags.nullable {
            self.out.push_str(if shape.types.is_empty() { "null" } else { " or null" });
        }
    }

    fn flags(&mut self, flags: Flags) {
        for (on, class, text) in [
            (flags.read_only, "flag", "read only"),
            (flags.write_only, "flag", "write only"),
            (flags.deprecated, "flag old", "deprecated"),
        ] {
            if on {
                let _ = write!(self.out, " <em class=\"{class}\">{text}</em>");
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        if fields.is_empty() {
            return;
        }
        self.out.push_str("<ul class=\"fields\">");
        for field in fields {
            self.field(field);
        }
        self.out.push_str("</ul>");
    }

    fn field(&mut self, field: &Field) {
        self.out.push_str("<li");
        if let Some(mark) = &field.mark {
            let id = self.anchors.unique(&format!("{}.{}", self.prefix, mark.value));
            let _ = write!(self.out, " id=\"{id}\" data-{}=\"", mark.name);
            push_attribute(&mut self.out, &mark.value);
            self.out.push('"');
        }
        self.out.push_str("><p><code>");
        push_escaped(&mut self.out, &field.name);
        self.out.push_str("</code> ");
        if !field.shape.types.is_empty() || field.shape.flags.nullable {
            self.out.push_str("<span>");
            self.types(&field.shape);
            self.out.push_str("</span>");
        }
        if field.required {
            self.out.push_str(" <em class=\"required\">required</em>");
        }
        self.flags(field.shape.flags);
        self.out.push_str("</p>");
        if let Some(text) = &field.description {
            self.markdown(Some(text));
        }
        let shape = &field.shape;
        if let Some(text) = &shape.description
            && field.description.is_none()
        {
            self.markdown(Some(text));
        }
        self.details(&shape.details);
        self.field_examples(&field.examples);
        self.cut(shape);
        if !field.arguments.is_empty() {
            self.out.push_str("<p class=\"f-sub\">Arguments</p>");
            self.fields(&field.arguments);
        }
        if !shape.fields.is_empty() || !shape.choices.is_empty() {
            let count = shape.fields.len();
            let options: usize = shape.choices.iter().map(|choice| choice.options.len()).sum();
            let text = match (count, options) {
                (0, options) => view::count(options, "alternative", "alternatives"),
                (count, _) => view::count(count, "property", "properties"),
            };
            let _ = write!(self.out, "<details class=\"more\"><summary>{text}</summary>");
            self.fields(&shape.fields);
            for choice in &shape.choices {
                self.choice(choice);
            }
            self.out.push_str("</details>");
        }
        self.out.push_str("</li>");
    }

    fn details(&mut self, details: &[Detail]) {
        if details.is_empty() {
            return;
        }
        self.out.push_str("<dl class=\"limits\">");
        for detail in details {
            let _ = write!(self.out, "<div><dt>{}</dt><dd>", detail.label);
            for (at, value) in detail.values.iter().enumerate() {
                self.out.push_str(if at == 0 { "<code>" } else { " <code>" });
                push_escaped(&mut self.out, value);
                self.out.push_str("</code>");
            }
            self.out.push_str("</dd></div>");
        }
        self.out.push_str("</dl>");
    }

    fn cut(&mut self, shape: &Shape) {
        let text = match shape.cut {
            None => return,
            Some(Cut::Recursion) => "Repeats what it is part of.",
            Some(Cut::Depth) => "What is inside is not shown here.",
            Some(Cut::Missing) => "What this refers to is not there.",
        };
        let _ = write!(self.out, "<p class=\"quiet\">{text}</p>");
    }

    fn choice(&mut self, choice: &Choice) {
        let _ = write!(self.out, "<div class=\"choice\"><p class=\"f-sub\">{}", choice.title);
        if let Some(discriminator) = &choice.discriminator {
            self.out.push_str(", told apart by <code>");
            push_escaped(&mut self.out, discriminator);
            self.out.push_str("</code>");
        }
        self.out.push_str("</p><ul>");
        for option in &choice.options {
            let shape = &option.shape;
            let inside = !shape.fields.is_empty() || !shape.choices.is_empty();
            self.out.push_str(if inside { "<li><details class=\"more\"><summary>" } else { "<li><p>" });
            if let Some(title) = &option.title {
                self.out.push_str("<b>");
                push_escaped(&mut self.out, title);
                self.out.push_str("</b> ");
            }
            if shape.types.is_empty() && option.title.is_none() {
                self.out.push_str("value");
            }
            self.types(shape);
            self.flags(shape.flags);
            if let Some(value) = &option.value {
                self.out.push_str(" <code class=\"value\">");
                push_escaped(&mut self.out, value);
                self.out.push_str("</code>");
            }
            self.out.push_str(if inside { "</summary>" } else { "</p>" });
            self.markdown(shape.description.as_deref());
            self.details(&shape.details);
            self.cut(shape);
            if inside {
                self.fields(&shape.fields);
                for choice in &shape.choices {
                    self.choice(choice);
                }
                self.out.push_str("</details>");
            }
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul></div>");
    }

    /// Writes examples of a field, a line each.
    fn field_examples(&mut self, examples: &[Example]) {
        for example in examples {
            self.out.push_str("<p class=\"f-example\">Example <b>");
            push_escaped(&mut self.out, &example.name);
            self.out.push_str("</b>");
            if !example.text.is_empty() {
                self.out.push_str(" <code>");
                push_escaped(&mut self.out, &example.text);
                self.out.push_str("</code>");
            }
            if let Some(summary) = &example.summary {
                self.out.push_str(" <small>");
                push_escaped(&mut self.out, summary);
                self.out.push_str("</small>");
            }
            self.out.push_str("</p>");
            self.markdown(example.description.as_deref());
            self.address(example);
        }
    }

    /// Writes where the value of an example stands.
    fn address(&mut self, example: &Example) {
        let Some(address) = &example.address else { return };
        self.out.push_str("<p class=\"quiet\">Its value stands at ");
        self.pieces(&[Piece::Web { href: Arc::clone(address), text: Arc::clone(address) }]);
        self.out.push_str(".</p>");
    }

    fn examples(&mut self, examples: &[Example]) {
        if examples.is_empty() || self.amount == Amount::Brief {
            return;
        }
        // Several stand in a row, of which one is open.
        let several = examples.len() > 1;
        if several {
            self.out.push_str("<div class=\"snippets\">");
        }
        for (at, example) in examples.iter().enumerate() {
            self.out.push_str("<details class=\"example\"");
            if several {
                self.out.push_str(" name=\"");
                push_attribute(&mut self.out, &self.prefix);
                self.out.push_str(if at == 0 { ".examples\" open" } else { ".examples\"" });
            }
            self.out.push_str("><summary>Example");
            if !example.name.is_empty() {
                self.out.push_str(" <b>");
                push_escaped(&mut self.out, &example.name);
                self.out.push_str("</b>");
            } else if several {
                let _ = write!(self.out, " {}", at + 1);
            }
            if example.made {
                self.out.push_str(" <small>made from the schema</small>");
            }
            if let Some(summary) = &example.summary {
                self.out.push_str(" <small>");
                push_escaped(&mut self.out, &view::shortened(summary, 120));
                self.out.push_str("</small>");
            }
            self.out.push_str("</summary>");
            self.markdown(example.description.as_deref());
            self.address(example);
            if example.text.is_empty() && example.address.is_some() {
                self.out.push_str("</details>");
                continue;
            }
            self.out.push_str("<pre class=\"highlight\" tabindex=\"0\"><code>");
            if example.language == "json" {
                json(&mut self.out, &example.text);
            } else {
                push_escaped(&mut self.out, &example.text);
            }
            self.out.push_str("</code></pre></details>");
        }
        if several {
            self.out.push_str("</div>");
        }
    }

    fn snippets(&mut self, item: &Item) {
        let Some(request) = item.request.as_ref().filter(|_| self.amount == Amount::Full) else { return };
        self.out.push_str("<section class=\"api-block snippets\"><h4>Request</h4>");
        for (at, snippet) in snippet::all(request).iter().enumerate() {
            self.out.push_str("<details name=\"");
            push_attribute(&mut self.out, &self.prefix);
            self.out.push_str(if at == 0 { ".request\" open><summary>" } else { ".request\"><summary>" });
            push_escaped(&mut self.out, &snippet.label);
            self.out.push_str("</summary><pre class=\"highlight\" tabindex=\"0\"><code>");
            push_escaped(&mut self.out, &snippet.text);
            self.out.push_str("</code></pre></details>");
        }
        self.out.push_str("</section>");
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => push_escaped(&mut self.out, text),
                Piece::Code(text) => {
                    self.out.push_str("<code>");
                    push_escaped(&mut self.out, text);
                    self.out.push_str("</code>");
                }
                Piece::Markdown(text) => self.out.push_str(&commonmark::inline(text)),
                Piece::Link { key, text } => self.link(key, text),
                Piece::Web { href, text } => {
                    if is_web(href) || href.starts_with("mailto:") {
                        self.out.push_str("<a href=\"");
                        push_attribute(&mut self.out, href);
                        self.out.push_str("\" rel=\"noopener\">");
                        push_escaped(&mut self.out, text);
                        self.out.push_str("</a>");
                    } else {
                        push_escaped(&mut self.out, text);
                    }
                }
            }
        }
    }

    fn link(&mut self, key: &str, text: &str) {
        match self.href(key) {
            Some(href) => {
                self.out.push_str("<a href=\"");
                push_attribute(&mut self.out, &href);
                self.out.push_str("\">");
                push_escaped(&mut self.out, text);
                self.out.push_str("</a>");
            }
            None => {
                self.out.push_str("<code>");
                push_escaped(&mut self.out, text);
                self.out.push_str("</code>");
            }
        }
    }

    /// Returns the link from this page to an item.
    fn href(&self, key: &str) -> Option<String> {
        let (part, anchor) = self.api.parts.find(key)?;
        if part == self.part {
            return Some(format!("#{anchor}"));
        }
        let reference = &self.view.entity(self.api.entity).reference;
        let page = self.view.href(&routes::definition_part(reference, &self.api.parts.parts[part].slug));
        Some(format!("{page}#{anchor}"))
    }
}

/// Names the components that offer an API, for its operations: a reader may come to one from anywhere.
fn offered(view: &View<'_>, api: &Api) -> String {
    const NAMED: usize = 4;
    let providers: Vec<_> = view.entity(api.entity).related("apiProvidedBy").collect();
    if providers.is_empty() {
        return String::new();
    }
    let mut out = String::from("<p class=\"api-by\">Offered by");
    for relation in providers.iter().take(NAMED) {
        let link = view.plain_relation(relation);
        match &link.href {
            Some(href) => {
                out.push_str(" <a href=\"");
                push_attribute(&mut out, href);
                out.push_str("\">");
                push_escaped(&mut out, &link.title);
                out.push_str("</a>");
            }
            None => {
                out.push(' ');
                push_escaped(&mut out, &link.title);
            }
        }
    }
    if providers.len() > NAMED {
        let _ = write!(out, " and {} more", providers.len() - NAMED);
    }
    out.push_str("</p>");
    out
}

/// Returns a description as HTML. Most are one line of plain words, for which the parser is not asked.
fn description(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let plain = text.len() < 400
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b',' | b'\'' | b'(' | b')' | b'.'))
        && !text.contains("www.")
        && !text.starts_with(|c: char| c.is_ascii_digit());
    if plain { Cow::Owned(format!("<p>{text}</p>")) } else { Cow::Owned(commonmark::block(text)) }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Operation => "operation",
        Role::Channel => "channel",
        Role::Message => "message",
        Role::Service => "service",
        Role::Schema => "schema",
        Role::Other => "other",
    }
}

/// Returns the class of a method or action, for its colour.
#[must_use]
pub fn verb_class(verb: &str) -> &'static str {
    match verb {
        "GET" | "HEAD" | "query" => "get",
        "POST" | "SEND" | "PUBLISH" | "mutation" => "post",
        "PUT" | "PATCH" => "put",
        "DELETE" => "delete",
        "RECEIVE" | "SUBSCRIBE" | "subscription" => "receive",
        _ => "other",
    }
}

fn status_class(title: &str) -> Option<&'static str> {
    let digits = title.len() == 3 && title.bytes().skip(1).all(|b| b.is_ascii_digit() || b.eq_ignore_ascii_case(&b'x'));
    match title.bytes().next() {
        Some(b'2') if digits => Some("good"),
        Some(b'1' | b'3') if digits => Some("note"),
        Some(b'4') if digits => Some("warn"),
        Some(b'5') if digits => Some("bad"),
        _ => None,
    }
}

/// Writes a path with its variables set off, and places to break a long one.
fn path(out: &mut String, name: &str) {
    for piece in name.split_inclusive('/') {
        let (piece, slash) = piece.strip_suffix('/').map_or((piece, ""), |piece| (piece, "/"));
        if piece.starts_with('{') && piece.ends_with('}') {
            out.push_str("<i>");
            push_escaped(out, piece);
            out.push_str("</i>");
        } else {
            push_escaped(out, piece);
        }
        out.push_str(slash);
        if !slash.is_empty() {
            out.push_str("<wbr>");
        }
    }
}

/// Paints JSON that was printed with one key a line: the keys stand out.
fn json(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(' ');
        let key = rest.starts_with('"').then(|| rest.find("\": ").map(|at| at + 1)).flatten();
        match key {
            Some(end) => {
                out.push_str(&line[..line.len() - rest.len()]);
                out.push_str("<span class=\"p\">");
                push_escaped(out, &rest[..end]);
                out.push_str("</span>");
                push_escaped(out, &rest[end..]);
            }
            None => push_escaped(out, line),
        }
    }
}

/// Returns a title as HTML.
#[must_use]
pub fn title(text: &str) -> String {
    escape(text)
}

/// Returns a summary in one line, as text.
#[must_use]
pub fn line(item: &Item) -> Option<String> {
    let text = item.summary.as_ref().or(item.description.as_ref())?;
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    let plain = html::collapse(&commonmark::plain(&view::shortened(first, 200)));
    Some(view::shortened(&plain, 110).into_owned()).filter(|text| !text.is_empty())
}
