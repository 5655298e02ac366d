//! A page of TechDocs as the [`Doc`] that both front ends fill: sanitised, with what search and link checks need.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Drawn, Link, LinkKind, LintFinding, Options, Resolver, foreign, render};
use crate::highlight;
use crate::html;
use crate::markdown::{Doc, DocLink, Heading, LinkKind as DocLinkKind, Section, front_matter};
use crate::{diagram, icon_set, math};

/// Finds the text of an included file by its path from the folder of `mkdocs.yml`.
pub type IncludeFile<'a> = &'a (dyn Fn(&str) -> Option<Arc<str>> + Sync);

/// Renders a page and cleans it.
///
/// `resolve` decides where links lead, `include` reads snippets.
#[must_use]
pub fn document(
    text: &str,
    options: &Options,
    resolve: crate::markdown::Resolver<'_>,
    include: IncludeFile<'_>,
) -> Doc {
    let world = DocumentResolver {
        resolve,
        include,
        shows: true,
        made: RefCell::default(),
        held: RefCell::default(),
        drawn: Cell::default(),
    };
    let mut output = render(text, options, &world);
    output.html = html::svg_as_pictures(output.html);
    let made = world.made.take();
    let links = links(text, &output.html, output.links, &made);
    let has_html = links.iter().any(|link| matches!(link.kind, DocLinkKind::HtmlLink | DocLinkKind::HtmlImage));
    let shown = if has_html { resolved(&output.html, &made, resolve) } else { output.html.as_str().into() };
    let lost = lost(text, &output.html, output.lost, options);
    let clean = html::sanitise_techdocs_with(&html::style_as_attributes(&shown), &world.held.take());
    let headings: Vec<Heading> = output
        .headings
        .into_iter()
        .map(|heading| Heading {
            level: heading.level,
            id: heading.id,
            // Icons are put in where the heading is, and have no place in a table of contents.
            title_html: html::sanitise_techdocs(&heading.title_html)
                .replace("<span class=\"twemoji\"></span>", "")
                .trim()
                .to_owned(),
            title: heading.title,
        })
        .collect();
    Doc {
        // The very test of the original, so that a heading in raw HTML counts.
        has_title: output.html.contains("<h1"),
        sections: sections(&clean, &headings),
        anchors: anchors(&clean),
        html: clean,
        headings,
        title: output.title,
        lost,
        missing: output.missing,
        links,
        front_matter: front_matter(text).0,
    }
}

/// Returns what the checks need of a page: title, anchors, links and front matter, without content.
///
/// Most of the time of [`document`] goes into painting code and cleaning HTML, which no check looks at.
#[must_use]
pub fn outline(text: &str, options: &Options, include: IncludeFile<'_>) -> Doc {
    let as_written = |link: &DocLink| crate::markdown::Resolved::as_written(&link.target);
    let world = DocumentResolver {
        resolve: &as_written,
        include,
        shows: false,
        made: RefCell::default(),
        held: RefCell::default(),
        drawn: Cell::default(),
    };
    let mut output = render(text, options, &world);
    output.html = html::svg_as_pictures(output.html);
    let lost = lost(text, &output.html, output.lost, options);
    Doc {
        anchors: anchors(&output.html),
        title: output.title,
        lost,
        missing: output.missing,
        links: links(text, &output.html, output.links, &world.made.take()),
        front_matter: front_matter(text).0,
        ..Doc::default()
    }
}

/// Returns how many bytes a page includes from other files, up to what it may.
#[must_use]
pub fn included(text: &str, options: &Options, include: IncludeFile<'_>) -> usize {
    struct Files<'a>(IncludeFile<'a>);
    impl Resolver for Files<'_> {
        fn include(&self, path: &str) -> Option<Arc<str>> {
            (self.0)(path)
        }
    }
    super::ext::snippets::included(options, &Files(include), text)
}

/// Adds the markup of other programs to what is lost, in the order of places.
fn lost(text: &str, html: &str, mut lost: Vec<LintFinding>, options: &Options) -> Vec<LintFinding> {
    lost.extend(foreign::find(text, html, options));
    lost.sort_by_key(|lost| lost.span.start);
    lost
}

/// Returns the links of Markdown with their places, then those of HTML within it.
fn links(text: &str, html: &str, written: Vec<Link>, made: &BTreeSet<String>) -> Vec<DocLink> {
    // What an included file links to is checked where that file is a page itself.
    let known = |link: Link| Some(DocLink { span: link.span?, target: link.target, kind: doc_kind(link.kind) });
    let mut links: Vec<DocLink> = written.into_iter().filter_map(known).collect();
    let mut from = HashMap::new();
    for attribute in html::attributes_where(html, may_link) {
        let Some((target, kind)) = link_of(html, &attribute, made) else { continue };
        let start: &mut usize = from.entry(target.clone()).or_default();
        // As the value of an attribute, so that the same path in a link of Markdown is not taken for it.
        let is_value = |at: &usize| text[..*at].trim_end().ends_with(['"', '\'', '=']);
        let mut places = text[*start..].match_indices(&target).map(|(found, _)| *start + found);
        let Some(found) = places.find(is_value) else { continue };
        *start = found + target.len();
        links.push(DocLink { span: found..*start, target, kind });
    }
    links.sort_by_key(|link| link.span.start);
    links
}

/// Returns whether a tag may be one that [`link_of`] knows.
fn may_link(tag: &str) -> bool {
    matches!(tag.as_bytes()[1], b'a' | b'A' | b'i' | b'I' | b'v' | b'V')
        || tag.get(1..7).is_some_and(|name| name.eq_ignore_ascii_case("source"))
}

/// Returns where an attribute of HTML leads within the site; `None` if it does not, or was made from Markdown.
fn link_of(html: &str, attribute: &html::Attribute<'_>, made: &BTreeSet<String>) -> Option<(String, DocLinkKind)> {
    let kind = match (&*attribute.element, &*attribute.name) {
        ("a" | "area", "href") => DocLinkKind::HtmlLink,
        ("img", "src") => DocLinkKind::HtmlImage,
        ("video" | "audio" | "source", "src") | ("video", "poster") => DocLinkKind::HtmlMedia,
        _ => return None,
    };
    let target = html::text(&html[attribute.value.clone()]);
    let leads_on =
        !target.is_empty() && !target.starts_with('#') && !html::is_external(&target) && !made.contains(&target);
    leads_on.then_some((target, kind))
}

/// Returns HTML in which links lead to what is published under another name than they say.
fn resolved<'h>(html: &'h str, made: &BTreeSet<String>, resolve: crate::markdown::Resolver<'_>) -> Cow<'h, str> {
    let mut out = String::new();
    let mut copied = 0;
    for attribute in html::attributes_where(html, may_link) {
        let Some((target, kind)) = link_of(html, &attribute, made) else { continue };
        let link = DocLink { target, span: 0..0, kind };
        if let Some(href) = resolve(&link).href.filter(|href| *href != link.target) {
            out.push_str(&html[copied..attribute.value.start]);
            html::push_value(&mut out, &href);
            copied = attribute.value.end;
        }
    }
    if copied == 0 {
        return html.into();
    }
    out.push_str(&html[copied..]);
    out.into()
}

/// Maximum number of diagrams that are drawn on one page: placing one may take a fifth of a second.
const MAX_DRAWN: usize = 40;

struct DocumentResolver<'a> {
    resolve: crate::markdown::Resolver<'a>,
    include: IncludeFile<'a>,
    /// Whether anybody will see the content.
    shows: bool,
    /// What was drawn, to be put in when the rest is clean.
    held: RefCell<html::Placeholders>,
    /// How many diagrams were drawn, or tried to.
    drawn: Cell<usize>,
    /// The addresses given to links of Markdown, to distinguish them from those of HTML.
    made: RefCell<BTreeSet<String>>,
}

impl Resolver for DocumentResolver<'_> {
    fn link(&self, target: &str, kind: LinkKind) -> Option<String> {
        let link = DocLink { target: target.to_owned(), span: 0..0, kind: doc_kind(kind) };
        let href = (self.resolve)(&link).href;
        self.made.borrow_mut().insert(href.clone().unwrap_or(link.target));
        href
    }

    fn include(&self, path: &str) -> Option<Arc<str>> {
        (self.include)(path)
    }

    fn diagram(&self, language: &str, source: &str) -> Drawn {
        if !diagram::is_known(language) {
            return Drawn::Unknown;
        }
        // Names in a drawing are unique on the page.
        let prefix = format!("d{}-", self.held.borrow().len() + 1);
        let mut failure = diagram::Failure::default();
        if diagram::is_drawn(language) {
            if self.drawn.get() < MAX_DRAWN {
                self.drawn.set(self.drawn.get() + 1);
                match diagram::draw(language, source, &prefix) {
                    Ok(drawn) => return self.hold(drawn),
                    Err(why) => failure = why,
                }
            } else {
                failure.reason = format!("a page shows {MAX_DRAWN} diagrams at most");
            }
        }
        // Whether a picture is there is not for the outline to say.
        let name = diagram::file_name(language, source);
        let link = DocLink { target: name.clone(), span: 0..0, kind: DocLinkKind::Image };
        match (self.resolve)(&link) {
            crate::markdown::Resolved { href: Some(href), broken: false } if self.shows => {
                self.made.borrow_mut().insert(href.clone());
                let mut image = String::new();
                html::start_tag(&mut image, "img")
                    .attribute("class", "uml")
                    .attribute("alt", "Diagram")
                    .attribute("src", &href);
                Drawn::Html(image)
            }
            _ => Drawn::Missing { file: name, failure },
        }
    }

    fn formula(&self, tex: &str, place: math::Place) -> Drawn {
        match math::mathml(tex, place) {
            Some(mathml) => self.hold(mathml),
            None => Drawn::Not,
        }
    }

    fn icon(&self, name: &str) -> Option<String> {
        let svg = icon_set::svg(name)?;
        let mut out = String::new();
        self.held.borrow_mut().hold(&mut out, svg);
        Some(out)
    }

    fn highlight(&self, code: &str, language: &str) -> String {
        if self.shows {
            return highlight::to_html(code, language);
        }
        let mut out = String::with_capacity(code.len());
        html::push_text(&mut out, code);
        out
    }
}

impl DocumentResolver<'_> {
    /// Keeps what was drawn, and returns its placeholder.
    fn hold(&self, picture: String) -> Drawn {
        let mut out = String::new();
        self.held.borrow_mut().hold(&mut out, picture);
        Drawn::Html(out)
    }
}

fn doc_kind(kind: LinkKind) -> DocLinkKind {
    match kind {
        LinkKind::Link => DocLinkKind::Link,
        LinkKind::Image => DocLinkKind::Image,
    }
}

/// Returns the text before the first heading and below each, as one line each.
fn sections(html: &str, headings: &[Heading]) -> Vec<Section> {
    let mut starts = Vec::new();
    let mut at = 0;
    for (index, heading) in headings.iter().enumerate() {
        let mut open = String::new();
        html::start_tag(&mut open, &format!("h{}", heading.level)).attribute("id", &heading.id);
        let open = open.trim_end_matches('>');
        let close = format!("</h{}>", heading.level);
        let find = |from: usize, what: &str| memchr::memmem::find(&html.as_bytes()[from..], what.as_bytes());
        let Some(start) = find(at, open).map(|found| at + found) else { continue };
        let end = find(start, &close).map_or(html.len(), |found| start + found + close.len());
        starts.push((index, start, end));
        at = end;
    }
    let first = starts.first().map_or(html.len(), |(_, start, _)| *start);
    let mut sections = vec![(None, 0..first)];
    for (i, (index, _, end)) in starts.iter().enumerate() {
        let next = starts.get(i + 1).map_or(html.len(), |(_, start, _)| *start);
        sections.push((Some(*index), *end..next.max(*end)));
    }
    sections
        .into_iter()
        .map(|(heading, range)| Section { heading, text: html::text(&html[range]) })
        .filter(|section| section.heading.is_some() || !section.text.is_empty())
        .collect()
}

/// Returns every name that a link can lead to, sorted.
fn anchors(html: &str) -> Vec<String> {
    let may_name = |tag: &str| {
        let tag = tag.as_bytes();
        matches!(tag[1], b'a' | b'A') || tag.windows(2).any(|pair| pair.eq_ignore_ascii_case(b"id"))
    };
    let named = html::attributes_where(html, may_name)
        .into_iter()
        .filter(|attribute| attribute.name == "id" || (attribute.element == "a" && attribute.name == "name"));
    let mut anchors: Vec<String> = named.map(|attribute| html::text(&html[attribute.value])).collect();
    anchors.sort_unstable();
    anchors.dedup();
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Resolved;

    #[test]
    fn a_page_has_sections_anchors_and_links() {
        let text = "Before [x](a.md).\n\n# Title\n\n!!! note\n    Mind.\n\n## Part & more\n\n=== \"A\"\n\n    one\n\n=== \"B\"\n\n    two\n\n<script>alert(1)</script>\n";
        let resolve = |link: &DocLink| Resolved { href: Some(format!("to-{}", link.target)), broken: false };
        let doc = document(text, &Options::default(), &resolve, &|_| None);
        assert!(doc.html.contains("href=\"to-a.md\""), "{}", doc.html);
        assert!(doc.html.contains("class=\"admonition note\"") && doc.html.contains("type=\"radio\""), "{}", doc.html);
        assert!(!doc.html.contains("<script"), "{}", doc.html);
        let sections: Vec<_> = doc.sections.iter().map(|section| (section.heading, section.text.as_str())).collect();
        assert_eq!(sections[0], (None, "Before x."));
        assert_eq!(sections[1], (Some(0), "Note Mind."));
        assert!(sections[2].1.contains("one") && sections[2].1.contains("two"));
        assert!(doc.has_anchor("title") && doc.has_anchor("part-more"), "{:?}", doc.anchors);
        assert_eq!(doc.links.len(), 1);
        assert_eq!(&text[doc.links[0].span.clone()], "a.md");
    }

    #[test]
    fn hard_blanks_of_a_heading_are_blanks_in_its_name() {
        let doc = document(
            "## Six\u{a0}\u{2003}`a  b`\u{a0}steps\n",
            &Options::default(),
            &|_| Resolved::as_written(""),
            &|_| None,
        );
        assert!(doc.html.contains("Six&nbsp;\u{2003}"), "{}", doc.html);
        let heading = &doc.headings[0];
        assert_eq!([&*heading.title, &*heading.title_html], ["Six a b steps", "Six <code>a b</code> steps"]);
    }

    #[test]
    fn formulas_and_diagrams_are_drawn() {
        let options = Options { arithmatex: true, ..Options::default() };
        let resolve =
            |link: &DocLink| Resolved { href: Some(link.target.clone()), broken: link.target.contains("plantuml") };
        let text = "## The $x^2$ law\n\n![a $v$](a.png)\n\n$$\ny\n$$\n\n```dot\ndigraph { a -> b }\n```\n\n- i\n\n  ```mermaid title=\"M\"\n  C4Context\n  ```\n\n```plantuml\na -> b\n```\n\n$\\nosuch$\n";
        let doc = document(text, &options, &resolve, &|_| None);
        assert_eq!((&*doc.headings[0].id, &*doc.headings[0].title), ("the-x2-law", "The \\(x^2\\) law"));
        assert!(doc.html.contains("display=\"inline\"") && doc.html.contains("display=\"block\""), "{}", doc.html);
        assert!(doc.html.contains("<span class=\"tex\">\\(x^2\\)</span>"), "{}", doc.html);
        assert!(doc.html.contains("alt=\"a \\(v\\)\""), "{}", doc.html);
        // The picture first, then its source as code.
        let dot = "<figure class=\"diagram highlight language-dot\"><svg class=\"drawn\"";
        assert!(doc.html.contains(dot) && doc.html.contains("<code>digraph { a -&gt; b }</code>"), "{}", doc.html);
        assert!(
            doc.html.contains("src=\"mermaid-") && doc.html.contains("<span class=\"filename\">M</span>"),
            "{}",
            doc.html
        );
        assert!(doc.html.contains("<pre class=\"diagram plantuml\""), "{}", doc.html);
        assert!(!doc.html.contains("held-fragment"), "{}", doc.html);
        let lost: Vec<_> = doc.lost.iter().map(|lost| (lost.loss, &text[lost.span.clone()])).collect();
        use crate::markdown::MarkdownLint;
        assert_eq!(lost, [(MarkdownLint::Diagram, "```plantuml"), (MarkdownLint::Formula, "$\\nosuch$")]);
        // An outline reports the same losses; whether a picture exists is for the caller to check.
        let outline = outline(text, &options, &|_| None);
        assert_eq!(outline.lost.len(), 3);
        assert!(outline.lost[0].detail.starts_with("mermaid-"), "{:?}", outline.lost);
    }
}
