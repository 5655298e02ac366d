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
    Api, Block, Choice, Cut, Detail, Example, Fact, Field, Flags, Item, Mark, Piece, Role, Shape, Slice, snippet,
};
use crate::html::{self, Html, Tag};
use crate::markdown::commonmark;
use crate::mentions::OperationId;
use crate::routes;
use crate::site::context::{self, PageContext, is_web};
use crate::site::mentions;

/// How much of an item is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// All of it, with the properties of named schemas where they are sent and received.
    Full,
    /// With links to named schemas in place of their properties.
    Linked,
    /// Without examples and snippets, for a page that would be too large.
    Brief,
}

/// Writes parts of one reference for one page.
pub struct Writer<'v, 'a> {
    view: &'v PageContext<'a>,
    api: &'a Api,
    part: usize,
    amount: Amount,
    anchors: Anchors,
    out: Html,
    /// What comes before the names of places inside the current item.
    prefix: String,
    /// HTML: who offers the operations.
    offered: String,
    /// Whether examples are left out, because those of responses are beside the request.
    skips_examples: bool,
    /// Whether what is written is also elsewhere, where it has the ids and marks.
    is_copy: bool,
    /// Whether the properties of named schemas are shown: in what is sent and answered over HTTP, unless it is an error.
    shows_schemas: bool,
}

impl<'v, 'a> Writer<'v, 'a> {
    /// Starts a page.
    #[must_use]
    pub fn new(view: &'v PageContext<'a>, api: &'a Api, part: usize, amount: Amount) -> Self {
        let mut anchors = Anchors::default();
        // Names that the frame of the page uses, and those of the items, which nothing else may take.
        for name in ["main", "top"].into_iter().chain(api.parts.parts[part].slices.iter().map(|it| it.anchor.as_str()))
        {
            anchors.unique(name);
        }
        let offered = offered(view, api);
        Self {
            view,
            api,
            part,
            amount,
            anchors,
            out: Html::new(),
            prefix: String::new(),
            offered,
            skips_examples: false,
            is_copy: false,
            shows_schemas: false,
        }
    }

    /// Returns what was written since the last call.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out).into_string()
    }

    /// Writes what holds for the whole definition: servers, security.
    pub fn access(&mut self) {
        for block in &self.api.reference.blocks {
            self.prefix = block.title.to_lowercase();
            self.out.raw("<section class=\"api-part\"><h2>");
            self.out.text(&block.title);
            self.out.raw("</h2>");
            self.markdown(block.description.as_deref());
            self.facts(&block.facts);
            self.fields(&block.fields);
            self.out.raw("</section>");
        }
    }

    /// Writes facts as a list.
    pub fn facts(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        self.out.raw("<dl class=\"api-facts\">");
        for fact in facts {
            self.out.raw("<div><dt>");
            self.out.text(&fact.label);
            self.out.raw("</dt><dd>");
            self.pieces(&fact.pieces);
            self.out.raw("</dd></div>");
        }
        self.out.raw("</dl>");
    }

    /// Writes a description.
    pub fn markdown(&mut self, text: Option<&str>) {
        let Some(text) = text else { return };
        self.out.raw("<div class=\"prose\">");
        self.out.raw(&description(text));
        self.out.raw("</div>");
    }

    /// Writes the heading of a group of items.
    pub fn heading(&mut self, title: &str) {
        self.out.start("h2").attribute("class", "part");
        self.out.text(title);
        self.out.end("h2");
    }

    /// Writes one item, or some of its fields.
    pub fn slice(&mut self, slice: &Slice) {
        let item = &self.api.reference.groups[slice.group].items[slice.item];
        self.prefix.clone_from(&slice.anchor);
        let continued = slice.fields.as_ref().is_some_and(|range| range.start > 0);
        let class = format!("api-item r-{}", role(item.role));
        let tag = self.out.start("article").attribute("class", &class).attribute("id", &slice.anchor);
        marked(tag, item.mark.as_ref());
        self.head(item, &slice.anchor, continued);
        if !continued {
            self.mentioned((self.api.entity, slice.group, slice.item));
            self.markdown(item.description.as_deref());
            self.facts(&item.facts);
        }
        match &slice.fields {
            None => {
                for block in &item.blocks {
                    self.skips_examples = item.request.is_some() && responses(block).next().is_some();
                    self.shows_schemas = item.request.is_some() && self.amount == Amount::Full;
                    self.block(block, 3);
                }
                self.skips_examples = false;
                self.shows_schemas = false;
                self.snippets(item);
            }
            Some(range) => {
                let fields = crate::api::parts::fields_of(item).unwrap_or(&[]);
                self.fields(&fields[range.clone()]);
            }
        }
        self.out.raw("</article>");
    }

    /// Links the documents that talk about an operation.
    fn mentioned(&mut self, id: OperationId) {
        let (links, more) = mentions::of_operation(self.view, id);
        if links.is_empty() {
            return;
        }
        self.out.raw("<p class=\"api-by\">Mentioned in");
        for (href, title) in links {
            self.out.raw(" ");
            self.out.start("a").attribute("href", &href);
            self.out.text(&title);
            self.out.end("a");
        }
        if more > 0 {
            self.out.text(&format!(" and {more} more"));
        }
        self.out.raw("</p>");
    }

    fn head(&mut self, item: &Item, anchor: &str, continued: bool) {
        self.out.raw("<header><h3>");
        if !item.verb.is_empty() {
            self.out.start("span").attribute("class", &format!("verb v-{}", verb_class(&item.verb)));
            self.out.text(&item.verb);
            self.out.raw("</span> ");
        }
        self.out.raw("<code>");
        path(&mut self.out, &item.name);
        self.out.raw("</code>");
        if item.deprecated {
            self.out.raw(" <span class=\"chip warn\">deprecated</span>");
        }
        if continued {
            self.out.raw(" <small>continued</small>");
        }
        self.out.raw(" ");
        self.out
            .start("a")
            .attribute("class", "anchor")
            .attribute("href", &format!("#{anchor}"))
            .attribute("aria-label", "Link to this");
        self.out.raw("#</a></h3>");
        if let Some(summary) = &item.summary {
            self.out.raw("<p class=\"api-summary\">");
            self.out.raw(&commonmark::inline(summary));
            self.out.raw("</p>");
        }
        if let Some(id) = &item.id {
            self.out.raw("<p class=\"api-id\"><code>");
            self.out.text(id);
            self.out.raw("</code></p>");
        }
        if item.role == Role::Operation {
            self.out.raw(&self.offered);
        }
        self.out.raw("</header>");
    }

    fn open(&mut self, tag: &str, class: &str, mark: Option<&Mark>, name: &str) {
        let mark = mark.filter(|_| !self.is_copy);
        let id = mark.map(|_| self.anchors.unique(&format!("{}.{name}", self.prefix)));
        marked(self.out.start(tag).attribute("class", class).maybe("id", id.as_deref()), mark);
    }

    fn block(&mut self, block: &Block, depth: usize) {
        let before = self.prefix.len();
        if block.is_name {
            self.named_block(block, depth);
        } else {
            self.open("section", "api-block", block.mark.as_ref(), &block.title);
            if !block.title.is_empty() {
                let level = format!("h{}", (depth + 1).min(6));
                self.out.start(&level);
                self.out.text(&block.title);
                if block.required {
                    self.out.raw(" <em class=\"required\">required</em>");
                }
                self.out.end(&level);
            }
            self.inside(block, depth);
            self.out.raw("</section>");
        }
        self.prefix.truncate(before);
    }

    /// A response, a body of a media type, a message: its title is a name.
    fn named_block(&mut self, block: &Block, depth: usize) {
        let tag = if block.folded { "details" } else { "div" };
        self.open(tag, "api-named", block.mark.as_ref(), &block.title);
        let title = if block.folded { "summary" } else { "p" };
        self.out.start(title).attribute("class", "api-name");
        self.out.start("code").maybe("class", status_class(&block.title));
        self.out.text(&block.title);
        self.out.raw("</code>");
        let mut rest = block.description.as_deref();
        if block.folded
            && let Some(text) = rest
        {
            let short = text.trim();
            self.out.raw(" <span>");
            if short.len() <= 160 && !short.contains('\n') && !short.contains(['<', '`']) {
                self.out.raw(&commonmark::inline(short));
                rest = None;
            } else {
                let plain = crate::api::parts::plain(text);
                self.out.text(&context::shortened(&plain, 120));
            }
            self.out.raw("</span>");
        }
        self.out.end(title);
        let _ = write!(self.prefix, ".{}", block.title);
        self.out.raw("<div class=\"api-inside\">");
        self.markdown(rest);
        // Errors are the same schema over and over.
        let shows_schemas = self.shows_schemas;
        self.shows_schemas &= !matches!(status_class(&block.title), Some("warn" | "bad"));
        self.content(block, depth);
        self.shows_schemas = shows_schemas;
        self.out.raw("</div>");
        self.out.end(tag);
    }

    fn inside(&mut self, block: &Block, depth: usize) {
        self.markdown(block.description.as_deref());
        self.content(block, depth);
    }

    fn content(&mut self, block: &Block, depth: usize) {
        self.facts(&block.facts);
        if let Some(shape) = &block.shape {
            self.top(shape);
            if self.shows_schemas {
                self.properties(shape);
            }
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
            self.out.raw("<p class=\"api-type\">");
            self.types(shape);
            self.flags(shape.flags);
            self.out.raw("</p>");
        }
        self.markdown(shape.description.as_deref());
        self.details(&shape.details);
        self.cut(shape);
        self.fields(&shape.fields);
        for choice in &shape.choices {
            self.choice(choice);
        }
    }

    /// Writes the properties of the named schema that a shape is, or is a list of.
    fn properties(&mut self, shape: &Shape) {
        const SHOWN: usize = 20;
        let mut keys =
            shape.types.iter().filter_map(|piece| if let Piece::Link { key, .. } = piece { Some(key) } else { None });
        let (Some(key), None) = (keys.next(), keys.next()) else { return };
        let Some(fields) = self.linked(key).and_then(crate::api::parts::fields_of) else { return };
        self.is_copy = true;
        self.out.raw("<details class=\"more\" open>");
        self.out.element("summary", &context::count(fields.len(), "property", "properties"));
        self.fields(&fields[..fields.len().min(SHOWN)]);
        if fields.len() > SHOWN {
            self.out.raw("<p class=\"quiet\">");
            self.out.text(&format!("{} more: see ", fields.len() - SHOWN));
            self.link(key, "the schema");
            self.out.raw("</p>");
        }
        self.out.raw("</details>");
        self.is_copy = false;
    }

    /// Finds the schema with a key.
    fn linked(&self, key: &str) -> Option<&'a Item> {
        let (part, anchor) = self.api.parts.find(key)?;
        let slice = self.api.parts.parts[part].slices.iter().find(|slice| slice.anchor == anchor)?;
        let item = &self.api.reference.groups[slice.group].items[slice.item];
        (item.role == Role::Schema).then_some(item)
    }

    fn types(&mut self, shape: &Shape) {
        self.pieces(&shape.types);
        if shape.flags.nullable {
            self.out.raw(if shape.types.is_empty() { "null" } else { " or null" });
        }
    }

    fn flags(&mut self, flags: Flags) {
        for (on, class, text) in [
            (flags.read_only, "flag", "read only"),
            (flags.write_only, "flag", "write only"),
            (flags.deprecated, "flag old", "deprecated"),
        ] {
            if on {
                self.out.raw(" ");
                self.out.start("em").attribute("class", class);
                self.out.text(text);
                self.out.end("em");
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        if fields.is_empty() {
            return;
        }
        self.out.raw("<ul class=\"fields\">");
        for field in fields {
            self.field(field);
        }
        self.out.raw("</ul>");
    }

    fn field(&mut self, field: &Field) {
        let mark = field.mark.as_ref().filter(|_| !self.is_copy);
        let id = mark.map(|mark| self.anchors.unique(&format!("{}.{}", self.prefix, mark.value)));
        marked(self.out.start("li").maybe("id", id.as_deref()), mark);
        self.out.raw("<p><code>");
        self.out.text(&field.name);
        self.out.raw("</code> ");
        if !field.shape.types.is_empty() || field.shape.flags.nullable {
            self.out.raw("<span>");
            self.types(&field.shape);
            self.out.raw("</span>");
        }
        if field.required {
            self.out.raw(" <em class=\"required\">required</em>");
        }
        self.flags(field.shape.flags);
        self.out.raw("</p>");
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
            self.out.raw("<p class=\"f-sub\">Arguments</p>");
            self.fields(&field.arguments);
        }
        if !shape.fields.is_empty() || !shape.choices.is_empty() {
            let count = shape.fields.len();
            let options: usize = shape.choices.iter().map(|choice| choice.options.len()).sum();
            let text = match (count, options) {
                (0, options) => context::count(options, "alternative", "alternatives"),
                (count, _) => context::count(count, "property", "properties"),
            };
            self.out.raw("<details class=\"more\">");
            self.out.element("summary", &text);
            self.fields(&shape.fields);
            for choice in &shape.choices {
                self.choice(choice);
            }
            self.out.raw("</details>");
        }
        self.out.raw("</li>");
    }

    fn details(&mut self, details: &[Detail]) {
        if details.is_empty() {
            return;
        }
        self.out.raw("<dl class=\"limits\">");
        for detail in details {
            self.out.raw("<div>");
            self.out.element("dt", detail.label);
            self.out.raw("<dd>");
            for (at, value) in detail.values.iter().enumerate() {
                self.out.raw(if at == 0 { "<code>" } else { " <code>" });
                self.out.text(value);
                self.out.raw("</code>");
            }
            self.out.raw("</dd></div>");
        }
        self.out.raw("</dl>");
    }

    fn cut(&mut self, shape: &Shape) {
        let text = match shape.cut {
            None => return,
            Some(Cut::Recursion) => "Repeats what it is part of.",
            Some(Cut::Depth) => "What is inside is not shown here.",
            Some(Cut::Missing) => "What this refers to is not there.",
        };
        self.out.raw("<p class=\"quiet\">");
        self.out.text(text);
        self.out.raw("</p>");
    }

    fn choice(&mut self, choice: &Choice) {
        self.out.raw("<div class=\"choice\"><p class=\"f-sub\">");
        self.out.text(choice.title);
        if let Some(discriminator) = &choice.discriminator {
            self.out.raw(", distinguished by <code>");
            self.out.text(discriminator);
            self.out.raw("</code>");
        }
        self.out.raw("</p><ul>");
        for option in &choice.options {
            let shape = &option.shape;
            let inside = !shape.fields.is_empty() || !shape.choices.is_empty();
            self.out.raw(if inside { "<li><details class=\"more\"><summary>" } else { "<li><p>" });
            if let Some(title) = &option.title {
                self.out.raw("<b>");
                self.out.text(title);
                self.out.raw("</b> ");
            }
            if shape.types.is_empty() && option.title.is_none() {
                self.out.raw("value");
            }
            self.types(shape);
            self.flags(shape.flags);
            if let Some(value) = &option.value {
                self.out.raw(" <code class=\"value\">");
                self.out.text(value);
                self.out.raw("</code>");
            }
            self.out.raw(if inside { "</summary>" } else { "</p>" });
            self.markdown(shape.description.as_deref());
            self.details(&shape.details);
            self.cut(shape);
            if inside {
                self.fields(&shape.fields);
                for choice in &shape.choices {
                    self.choice(choice);
                }
                self.out.raw("</details>");
            }
            self.out.raw("</li>");
        }
        self.out.raw("</ul></div>");
    }

    /// Writes examples of a field, a line each.
    fn field_examples(&mut self, examples: &[Example]) {
        for example in examples {
            self.out.raw("<p class=\"f-example\">Example <b>");
            self.out.text(&example.name);
            self.out.raw("</b>");
            if !example.text.is_empty() {
                self.out.raw(" <code>");
                self.out.text(&example.text);
                self.out.raw("</code>");
            }
            if let Some(summary) = &example.summary {
                self.out.raw(" <small>");
                self.out.text(summary);
                self.out.raw("</small>");
            }
            self.out.raw("</p>");
            self.markdown(example.description.as_deref());
            self.address(example);
        }
    }

    /// Writes where the value of an example is.
    fn address(&mut self, example: &Example) {
        let Some(address) = &example.address else { return };
        self.out.raw("<p class=\"quiet\">Its value is at ");
        self.pieces(&[Piece::Web { href: Arc::clone(address), text: Arc::clone(address) }]);
        self.out.raw(".</p>");
    }

    fn examples(&mut self, examples: &[Example]) {
        if examples.is_empty() || self.skips_examples || self.amount == Amount::Brief {
            return;
        }
        // Several are shown in a row, of which one is open.
        let several = examples.len() > 1;
        if several {
            self.out.raw("<div class=\"snippets\">");
        }
        for (at, example) in examples.iter().enumerate() {
            let name = several.then(|| format!("{}.examples", self.prefix));
            let tag = self.out.start("details").attribute("class", "example").maybe("name", name.as_deref());
            if several && at == 0 {
                tag.flag("open");
            } else {
                drop(tag);
            }
            self.out.raw("<summary>Example");
            if !example.name.is_empty() {
                self.out.raw(" <b>");
                self.out.text(&example.name);
                self.out.raw("</b>");
            } else if several {
                self.out.text(&format!(" {}", at + 1));
            }
            if example.made {
                self.out.raw(" <small>made from the schema</small>");
            }
            if let Some(summary) = &example.summary {
                self.out.raw(" <small>");
                self.out.text(&context::shortened(summary, 120));
                self.out.raw("</small>");
            }
            self.out.raw("</summary>");
            self.value(example);
            self.out.raw("</details>");
        }
        if several {
            self.out.raw("</div>");
        }
    }

    /// Writes what is known of an example, and its value.
    fn value(&mut self, example: &Example) {
        self.markdown(example.description.as_deref());
        self.address(example);
        if example.text.is_empty() && example.address.is_some() {
            return;
        }
        self.out.raw("<pre class=\"highlight\" tabindex=\"0\"><code>");
        if example.language == "json" {
            json(&mut self.out, &example.text);
        } else {
            self.out.text(&example.text);
        }
        self.out.raw("</code></pre>");
    }

    /// Writes the examples of all responses in a row, of which one is open.
    fn answers(&mut self, item: &Item) {
        let mut answers: Vec<(&Block, Vec<(&Block, &Example)>)> = Vec::new();
        for response in item.blocks.iter().flat_map(responses) {
            let examples: Vec<_> = std::iter::once(response).chain(&response.blocks).flat_map(examples_of).collect();
            if !examples.is_empty() {
                answers.push((response, examples));
            }
        }
        if answers.is_empty() {
            return;
        }
        self.out.raw("<section class=\"snippets answers\"><h4>Response</h4>");
        let mut is_first = true;
        for (response, examples) in answers {
            let several_media = examples.iter().any(|(media, _)| !std::ptr::eq(*media, examples[0].0));
            for (at, (media, example)) in examples.iter().enumerate() {
                let tag = self.out.start("details").attribute("name", &format!("{}.answer", self.prefix));
                if is_first {
                    tag.flag("open");
                } else {
                    drop(tag);
                }
                is_first = false;
                self.out.raw("<summary>");
                self.out.start("code").maybe("class", status_class(&response.title));
                self.out.text(&response.title);
                self.out.raw("</code>");
                if several_media && media.is_name {
                    self.out.text(&format!(" {}", media.title));
                }
                if !example.name.is_empty() {
                    self.out.text(&format!(" {}", example.name));
                } else if examples.len() > 1 && !several_media {
                    self.out.text(&format!(" {}", at + 1));
                }
                self.out.raw("</summary>");
                if let Some(summary) = &example.summary {
                    self.out.element("p", &context::shortened(summary, 120));
                }
                if example.made {
                    self.out.raw("<p class=\"quiet\">Made from the schema.</p>");
                }
                self.value(example);
                self.out.raw("</details>");
            }
        }
        self.out.raw("</section>");
    }

    fn snippets(&mut self, item: &Item) {
        let Some(request) = item.request.as_ref().filter(|_| self.amount != Amount::Brief) else { return };
        self.out.raw("<section class=\"api-block snippets\"><h4>Request</h4>");
        for (at, snippet) in snippet::all(request).iter().enumerate() {
            let tag = self.out.start("details").attribute("name", &format!("{}.request", self.prefix));
            if at == 0 {
                tag.flag("open");
            } else {
                drop(tag);
            }
            self.out.element("summary", &snippet.label);
            self.out.raw("<pre class=\"highlight\" tabindex=\"0\"><code>");
            self.out.text(&snippet.text);
            self.out.raw("</code></pre></details>");
        }
        self.answers(item);
        self.out.raw("</section>");
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.out.text(text),
                Piece::Code(text) => {
                    self.out.raw("<code>");
                    self.out.text(text);
                    self.out.raw("</code>");
                }
                Piece::Markdown(text) => self.out.raw(&commonmark::inline(text)),
                Piece::Link { key, text } => self.link(key, text),
                Piece::Web { href, text } => {
                    if is_web(href) || href.starts_with("mailto:") {
                        self.out.start("a").attribute("href", href).attribute("rel", "noopener");
                        self.out.text(text);
                        self.out.raw("</a>");
                    } else {
                        self.out.text(text);
                    }
                }
            }
        }
    }

    fn link(&mut self, key: &str, text: &str) {
        match self.href(key) {
            Some(href) => {
                self.out.start("a").attribute("href", &href);
                self.out.text(text);
                self.out.raw("</a>");
            }
            None => {
                self.out.raw("<code>");
                self.out.text(text);
                self.out.raw("</code>");
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

/// Returns the responses in a block of an operation.
fn responses(block: &Block) -> impl Iterator<Item = &Block> {
    block.blocks.iter().filter(|block| block.mark.as_ref().is_some_and(|mark| mark.name == "response"))
}

fn examples_of(block: &Block) -> impl Iterator<Item = (&Block, &Example)> {
    block.examples.iter().map(move |example| (block, example))
}

/// Names the components that offer an API, for its operations: a reader may come to one from anywhere.
fn offered(view: &PageContext<'_>, api: &Api) -> String {
    const NAMED: usize = 4;
    let providers: Vec<_> = view.entity(api.entity).related("apiProvidedBy").collect();
    if providers.is_empty() {
        return String::new();
    }
    let mut out = Html::new();
    out.raw("<p class=\"api-by\">Offered by");
    for relation in providers.iter().take(NAMED) {
        let link = view.plain_relation(relation);
        out.raw(" ");
        match &link.href {
            Some(href) => {
                out.start("a").attribute("href", href);
                out.text(&link.title);
                out.end("a");
            }
            None => out.text(&link.title),
        }
    }
    if providers.len() > NAMED {
        out.text(&format!(" and {} more", providers.len() - NAMED));
    }
    out.raw("</p>");
    out.into_string()
}

/// Adds the attribute that says what a part describes, and ends the tag.
fn marked(tag: Tag<'_>, mark: Option<&Mark>) {
    if let Some(mark) = mark {
        tag.attribute(&format!("data-{}", mark.name), &mark.value);
    }
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
fn path(out: &mut Html, name: &str) {
    for piece in name.split_inclusive('/') {
        let (piece, slash) = piece.strip_suffix('/').map_or((piece, ""), |piece| (piece, "/"));
        if piece.starts_with('{') && piece.ends_with('}') {
            out.raw("<i>");
            breaking(out, piece);
            out.raw("</i>");
        } else {
            breaking(out, piece);
        }
        out.raw(slash);
        if !slash.is_empty() {
            out.raw("<wbr>");
        }
    }
}

/// Writes a name with places to break where a word of it ends.
fn breaking(out: &mut Html, name: &str) {
    for (at, word) in words(name).enumerate() {
        if at > 0 {
            out.raw("<wbr>");
        }
        out.text(word);
    }
}

/// Returns a name as HTML, with places to break a long one.
#[must_use]
pub fn breakable(name: &str) -> String {
    let mut out = Html::new();
    breaking(&mut out, name);
    out.into_string()
}

/// Divides a name that may not fit where a word of it ends: behind `/`, `_`, `.` and `-`, and before the capital of a camel-case
/// word. Words of few letters stay with what follows them.
fn words(name: &str) -> impl Iterator<Item = &str> {
    const FITS: usize = 18;
    const SHORT: usize = 3;
    let fits = name.len() <= FITS;
    let mut rest = name;
    std::iter::from_fn(move || {
        if fits {
            return (!rest.is_empty()).then(|| std::mem::take(&mut rest));
        }
        let mut before = None;
        let end = rest.char_indices().find(|&(at, c)| {
            let ends = match before.replace(c) {
                Some('/' | '_' | '.' | '-') => !matches!(c, '/' | '_' | '.' | '-'),
                Some(before) => c.is_uppercase() && before.is_lowercase(),
                None => false,
            };
            ends && at >= SHORT
        });
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Paints JSON that was printed with one key a line: keys and values are highlighted.
fn json(out: &mut Html, text: &str) {
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(' ');
        let key = rest.starts_with('"').then(|| rest.find("\": ").map(|at| at + 1)).flatten();
        match key {
            Some(end) => {
                out.raw(&line[..line.len() - rest.len()]);
                out.raw("<span class=\"p\">");
                out.text(&rest[..end]);
                out.raw("</span>: ");
                json_value(out, &rest[end + 2..]);
            }
            None => {
                out.raw(&line[..line.len() - rest.len()]);
                json_value(out, rest);
            }
        }
    }
}

/// Paints what is on the rest of a line: a value with what follows it, or brackets.
fn json_value(out: &mut Html, text: &str) {
    let value = text.trim_end_matches(['\n', ',']);
    let class = match value.bytes().next() {
        Some(b'"') => "s",
        Some(b'0'..=b'9' | b'-') => "n",
        Some(b't' | b'f' | b'n') => "b",
        _ => return out.text(text),
    };
    out.start("span").attribute("class", class);
    out.text(value);
    out.end("span");
    out.text(&text[value.len()..]);
}

/// Returns a summary in one line, as text.
#[must_use]
pub fn line(item: &Item) -> Option<String> {
    let text = item.summary.as_ref().or(item.description.as_ref())?;
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    let plain = html::collapse(&commonmark::plain(&context::shortened(first, 200)));
    Some(context::shortened(&plain, 110).into_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_may_break_where_a_word_ends_and_stay_what_they_are() {
        for (name, expected) in [
            ("receivePerformanceChanged", "receive|Performance|Changed"),
            ("/bookings/{bookingRef}/cancel", "/bookings/|{booking|Ref}/|cancel"),
            ("some_snake_case_operation_id", "some_|snake_|case_|operation_|id"),
            ("HTTPStatusCodesOfEverything", "HTTPStatus|Codes|OfEverything"),
            ("listBookings", "listBookings"),
            ("", ""),
        ] {
            let parts: Vec<&str> = words(name).collect();
            assert_eq!(parts.join("|"), expected);
            assert_eq!(parts.concat(), name);
        }
    }
}
