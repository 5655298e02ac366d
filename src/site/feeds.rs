//! What programs read: the Markdown twin of a page, `llms.txt`, JSON-LD, the feed of changes, badges.

use std::fmt::Write as _;

use serde_json::json;

use super::context::{self, PageContext};
use super::relations;
use super::{Subject, kind_display, tabs};
use crate::catalog::{Entity, EntityId, kinds};
use crate::html::Html;
use crate::markdown::commonmark;
use crate::routes;

/// Returns whether a page also exists in Markdown.
#[must_use]
pub fn has_twin(view: &PageContext<'_>) -> bool {
    match view.site.page(view.url).map(|page| page.subject) {
        Some(Subject::Tab { tab, .. }) => tabs::TABS[tab].id().is_empty(),
        Some(Subject::Document { .. }) => true,
        _ => false,
    }
}

/// Says what the page of an entity is about in the words of schema.org.
#[must_use]
pub fn json_ld(view: &PageContext<'_>) -> Option<String> {
    let Subject::Tab { entity, tab } = view.site.page(view.url)?.subject else { return None };
    if !tabs::TABS[tab].id().is_empty() {
        return None;
    }
    let entity = view.entity(entity);
    let what = kinds::of(entity.reference.kind()).map_or("Thing", |kind| kind.schema_type);
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": what,
        "name": entity.title(),
        "identifier": entity.reference.as_str(),
    });
    if let Some(text) = entity.description() {
        data["description"] = context::shortened(&commonmark::plain(text), 240).into();
    }
    if let Some(base) = view.site.base_url() {
        data["url"] = format!("{base}{}", routes::encoded(view.url)).into();
    }
    let tags: Vec<&str> = entity.tags().collect();
    if !tags.is_empty() {
        data["keywords"] = tags.join(", ").into();
    }
    if what == "SoftwareApplication"
        && let Some(category) = entity.spec_str("type")
    {
        data["applicationCategory"] = category.into();
    }
    // What could be taken for the end of the element is escaped.
    Some(data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

/// Writes an entity in Markdown: what its overview says.
#[must_use]
pub fn entity_markdown(view: &PageContext<'_>, id: EntityId) -> String {
    let entity = view.entity(id);
    let face = kind_display::face(&entity.kind, view.site.config());
    let mut out = format!("# {}\n\n{} `{}`\n", line(entity.title()), face.one, entity.reference);
    if let Some(text) = entity.description() {
        let _ = write!(out, "\n{}\n", text.trim());
    }
    out.push('\n');
    for (title, field) in [("Type", "type"), ("Lifecycle", "lifecycle")] {
        if let Some(value) = entity.spec_str(field) {
            let _ = writeln!(out, "- {title}: {}", line(value));
        }
    }
    let tags: Vec<&str> = entity.tags().collect();
    if !tags.is_empty() {
        let _ = writeln!(out, "- Tags: {}", tags.join(", "));
    }
    if let Some(docs) = view.docs(id) {
        let _ = writeln!(out, "- Documentation: [{docs}]({docs}index.md)");
    }
    for link in entity.links().filter(|link| context::is_web(link.url)) {
        let _ = writeln!(out, "- [{}](<{}>)", line(link.title.unwrap_or(link.url)), line(link.url));
    }
    let mut before = None;
    let mut relations: Vec<_> = entity
        .relations
        .iter()
        .map(|relation| (relations::heading(&relation.kind, entity.reference.kind(), relation.target.kind()), relation))
        .collect();
    relations.sort_by_key(|(heading, _)| heading.rank);
    for (heading, relation) in relations {
        if before.as_ref() != Some(&heading.title) {
            let _ = write!(out, "\n## {}\n\n", heading.title);
            before = Some(heading.title);
        }
        match relation.id {
            Some(other_id) => {
                let other = view.entity(other_id);
                let href = view.href(&routes::entity(&other.reference));
                let _ = writeln!(
                    out,
                    "- [{}]({href}index.md) `{}`",
                    line(&view.site.mention(other_id).title),
                    other.reference
                );
            }
            None => {
                let _ = writeln!(out, "- `{}` (not in the catalog)", relation.target);
            }
        }
    }
    out
}

/// Keeps a text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['[', ']', '<', '>'], "")
}

/// Entities of a kind that `llms.txt` names.
const NAMED: usize = 500;

/// Writes `llms.txt`: what the portal is and where its parts are in Markdown (llmstxt.org).
#[must_use]
pub fn llms(view: &PageContext<'_>) -> String {
    let config = view.site.config();
    let mut out = format!("# {}\n", line(&config.title));
    let about = config.description.as_deref().map(commonmark::plain);
    let about = about.unwrap_or_else(|| {
        "A developer portal: who owns what, how it belongs together, and its documentation.".to_owned()
    });
    let _ = write!(
        out,
        "\n> {}\n\nEvery entity and document is Markdown at its address with `index.md` behind it. All entities as JSON: \
         [{1}]({1}).\n",
        line(&about),
        view.href(&routes::api_file("entities.json"))
    );
    if !view.portal.docs.sites.is_empty() {
        let all = view.href(routes::LLMS_FULL);
        let _ = write!(out, "\n## Documentation\n\nAll documents in one file: [{all}]({all}).\n\n");
    }
    for site in view.portal.docs.sites.iter().filter(|site| !site.pages.is_empty()) {
        let Some(href) = view.docs(site.entity) else { continue };
        let summary = site.description.as_deref().map(|text| format!(": {}", line(text))).unwrap_or_default();
        let _ = writeln!(out, "- [{}]({href}index.md){summary}", line(&site.title));
    }
    for group in view.site.kinds() {
        let _ = write!(out, "\n## {}\n\n", group.face.many);
        for id in group.entities.iter().take(NAMED) {
            let entity = view.entity(*id);
            let summary = entity.description().map(|text| {
                let text = commonmark::plain(text);
                format!(": {}", line(&context::shortened(&text, 120)))
            });
            let href = view.href(&routes::entity(&entity.reference));
            let _ = writeln!(
                out,
                "- [{}]({href}index.md){}",
                line(&view.site.mention(*id).title),
                summary.unwrap_or_default()
            );
        }
        if group.entities.len() > NAMED {
            let rest = group.entities.len() - NAMED;
            let _ =
                writeln!(out, "- {} more: {}", context::grouped(rest), view.href(&routes::api_kind(&group.face.kind)));
        }
    }
    out
}

/// A badge of an entity, by the names of Backstage's badges plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// Kind and name.
    Pingback,
    /// The owner.
    Owner,
    /// The lifecycle.
    Lifecycle,
    /// Whether there is documentation.
    Docs,
}

impl Badge {
    /// Every badge.
    pub const ALL: [Self; 4] = [Self::Pingback, Self::Owner, Self::Lifecycle, Self::Docs];

    /// Returns the name in the address.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pingback => "pingback",
            Self::Owner => "owner",
            Self::Lifecycle => "lifecycle",
            Self::Docs => "docs",
        }
    }
}

/// Draws a badge. It is on pages of others, so it brings its colours along.
#[must_use]
pub fn badge(view: &PageContext<'_>, id: EntityId, badge: Badge) -> String {
    let entity: &Entity = view.entity(id);
    let (label, value, colour) = match badge {
        Badge::Pingback => (
            kind_display::face(&entity.kind, view.site.config()).one.to_lowercase(),
            entity.title().to_owned(),
            "#3448c5",
        ),
        Badge::Owner => match view.owner(entity) {
            Some(owner) => ("owner".to_owned(), owner.title, "#1a6f3c"),
            None => ("owner".to_owned(), "nobody".to_owned(), "#b3261e"),
        },
        Badge::Lifecycle => {
            let text = entity.spec_str("lifecycle").unwrap_or("unknown");
            let colour = match context::lifecycle(text).tone {
                "good" => "#17683b",
                "note" => "#1d5fa8",
                "warn" => "#8a5200",
                _ => "#566072",
            };
            ("lifecycle".to_owned(), text.to_owned(), colour)
        }
        Badge::Docs if view.site.docs_of(id).is_some() => ("docs".to_owned(), "here".to_owned(), "#1d5fa8"),
        Badge::Docs => ("docs".to_owned(), "none".to_owned(), "#566072"),
    };
    drawn_badge(&label, &value, colour)
}

/// Draws a badge of a label and a value, in a colour behind the value.
#[must_use]
pub fn drawn_badge(label: &str, value: &str, colour: &str) -> String {
    let (label, value) = (context::shortened(label, 40).into_owned(), context::shortened(value, 40).into_owned());
    let (left, right) = (crate::graph::text_width(&label, 11.0) + 14.0, crate::graph::text_width(&value, 11.0) + 14.0);
    let (name, width) = (format!("{label}: {value}"), left + right);
    let (width, rest) = (format!("{width:.0}"), right - 4.0);
    let mut out = Html::new();
    out.start("svg")
        .attribute("xmlns", "http://www.w3.org/2000/svg")
        .attribute("width", &width)
        .number("height", 20)
        .attribute("role", "img")
        .attribute("aria-label", &name);
    out.element("title", &name);
    out.empty("rect").attribute("width", &width).number("height", 20).number("rx", 4).attribute("fill", "#1b2130");
    let shape = format!("M{left:.0} 0h{rest:.0}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-{rest:.0}z");
    out.empty("path").attribute("d", &shape).attribute("fill", colour);
    out.start("g")
        .attribute("fill", "#fff")
        .attribute("font-family", "Verdana,DejaVu Sans,sans-serif")
        .number("font-size", 11);
    for (x, text) in [(7.0, &label), (left + 7.0, &value)] {
        out.start("text").attribute("x", &format!("{x:.0}")).number("y", 14);
        out.text(text);
        out.end("text");
    }
    out.end("g");
    out.end("svg");
    out.raw("\n");
    out.into_string()
}
