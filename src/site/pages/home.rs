//! The home page: what the portal holds, and what needs attention.

use serde::Serialize;

use super::entity::is_unowned;
use super::{PageContent, PageType};
use crate::catalog::filter::fits;
use crate::catalog::kinds::KINDS;
use crate::catalog::{Entity, EntityId};
use crate::diag::Severity;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, Anchor, EntityLink, PageContext};
use crate::site::kind_display::Column;
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::table::{self, Table};
use crate::site::{ChangeLine, Site, Subject, icons, yaml_highlight};
use crate::standalone_markdown::Note;

/// How many entries a list of the page has.
const LISTED: usize = 6;
/// How many rows a list of the organisation's own page has.
const ENTITIES: usize = 50;
/// How many more it names.
const FURTHER: usize = 450;

/// The home page.
pub struct Home;

impl PageType for Home {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::HOME.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("home.html", model(view))
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// `None` if the organisation's own page has a title.
    title: Option<String>,
    /// The organisation's own page, in place of what follows.
    own: Vec<Part>,
    organization: Option<String>,
    /// As HTML.
    description: Option<String>,
    counts: Vec<Count>,
    teams: Vec<Team>,
    all_teams: String,
    connected: Vec<Connected>,
    docs: Vec<Document>,
    all_docs: String,
    attention: Vec<Attention>,
    news: Vec<crate::site::announcements::Item>,
    all_news: String,
    changes: Vec<ChangeLine>,
    status: String,
    links: Vec<Anchor>,
    /// What to write to fill an empty portal.
    hint: Option<String>,
    /// Whether nobody wrote what is shown.
    implied: bool,
}

/// A part of the organisation's own page.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Part {
    /// What it says.
    Text { html: String },
    /// What it asks for.
    Entities { table: Table, further: Vec<EntityLink>, label: String },
}

/// How many entities of one kind there are.
#[derive(Debug, Serialize)]
struct Count {
    href: String,
    class: &'static str,
    count: String,
    title: String,
}

/// A team.
#[derive(Debug, Serialize)]
struct Team {
    link: EntityLink,
    initials: String,
    members: String,
    owned: String,
}

/// An entity that many others lead to.
#[derive(Debug, Serialize)]
struct Connected {
    link: EntityLink,
    kind: String,
    summary: Option<String>,
    relations: String,
}

/// A documentation site.
#[derive(Debug, Serialize)]
struct Document {
    href: String,
    title: String,
    owner: Option<EntityLink>,
    pages: String,
}

/// Something that somebody should look at.
#[derive(Debug, Serialize)]
struct Attention {
    icon: &'static str,
    href: String,
    count: String,
    title: String,
    /// Some of what it is about.
    examples: Vec<EntityLink>,
}

/// Makes the page.
#[must_use]
pub fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let site = view.site;
    let config = site.config();
    let counts = site.kinds().iter().map(|group| Count {
        href: view.href(&routes::kind_list(&group.face.kind, 1)),
        class: group.face.class,
        count: context::grouped(group.entities.len()),
        title: if group.entities.len() == 1 { group.face.one.clone() } else { group.face.many.clone() },
    });
    let (own, has_title) = view.portal.notes.home.as_ref().map_or_else(Default::default, |note| own(view, note));
    let model = Model {
        title: (!has_title).then(|| config.title.clone()),
        own,
        organization: config.organization.clone(),
        description: config.description.as_deref().map(|text| commonmark::block_with(text, &context::outward)),
        counts: counts.collect(),
        teams: teams(view),
        all_teams: view.href(routes::EXPLORE),
        connected: connected(view),
        docs: documents(view),
        all_docs: view.href(routes::DOCS),
        attention: attention(view),
        news: view.portal.announcements.active().take(LISTED).map(|(_, one)| crate::site::announcements::item(view, one)).collect(),
        all_news: view.href(routes::ANNOUNCEMENTS),
        changes: view.site.changes().iter().take(LISTED).map(|change| ChangeLine::new(view, change)).collect(),
        status: view.href(routes::STATUS),
        links: config
            .links
            .iter()
            .map(|link| Anchor {
                href: link.url.clone(),
                title: link.title.clone(),
                icon: icons::of_link(link.icon.as_deref(), &link.url),
                external: true,
            })
            .collect(),
        hint: site.kinds().is_empty().then(|| {
            let example = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: my-service\n  description: What it does, in a sentence.\nspec:\n  type: service\n  lifecycle: production\n  owner: my-team\n";
            yaml_highlight::paint(example)
        }),
        implied: view.portal.catalog.entities().iter().any(|entity| entity.implied.is_some()),
    };
    let about = About {
        title: None,
        description: config
            .description
            .as_deref()
            .map(|text| context::shortened(&commonmark::plain(text), 160).into_owned()),
        class: "home",
        ..About::default()
    };
    frame(view, Section::HOME, about, model)
}

/// Makes the organisation's own page; returns whether it has a title, too.
fn own(view: &PageContext<'_>, note: &Note) -> (Vec<Part>, bool) {
    let doc = commonmark::render(&note.text, &|link| view.note_link(note, None, link));
    let mut parts = Vec::new();
    let mut rest = &*doc.html;
    for (number, filter) in note.queries.iter().enumerate() {
        let mark = format!("<p>{{{{entities {number}}}}}</p>");
        let Some((before, after)) = rest.split_once(&mark) else { continue };
        parts.push(Part::Text { html: before.to_owned() });
        let mut found: Vec<EntityId> = view
            .site
            .kinds()
            .iter()
            .flat_map(|group| &group.entities)
            .copied()
            .filter(|id| fits(filter, view.entity(*id)))
            .collect();
        let further =
            found.split_off(found.len().min(ENTITIES)).into_iter().take(FURTHER).map(|id| view.link(id)).collect();
        let columns = [Column::Kind, Column::Owner, Column::Type, Column::Lifecycle, Column::Description];
        let label = format!("Entities, list {}", number + 1);
        parts.push(Part::Entities { table: table::of_entities(view, &columns, &found), further, label });
        rest = after;
    }
    parts.push(Part::Text { html: rest.to_owned() });
    parts.retain(|part| !matches!(part, Part::Text { html } if html.trim().is_empty()));
    (parts, doc.has_title)
}

/// Picks the `LISTED` entities with the highest rank; equal ones stay in the order of lists.
fn top(view: &PageContext<'_>, kinds: &[&str], rank: impl Fn(&Entity) -> usize) -> Vec<(EntityId, usize)> {
    let groups = view.site.kinds().iter().filter(|group| kinds.contains(&group.face.kind.as_str()));
    let mut ranked: Vec<(EntityId, usize)> =
        groups.flat_map(|group| &group.entities).map(|id| (*id, rank(view.entity(*id)))).collect();
    ranked.sort_by_key(|(_, rank)| std::cmp::Reverse(*rank));
    ranked.retain(|(_, rank)| *rank > 0);
    ranked.truncate(LISTED);
    ranked
}

fn teams(view: &PageContext<'_>) -> Vec<Team> {
    let owned = |entity: &Entity| entity.related("ownerOf").count();
    top(view, &["group"], owned)
        .into_iter()
        .map(|(id, owned)| {
            let entity = view.entity(id);
            Team {
                link: view.link(id),
                initials: context::initials(entity.title()),
                members: context::count(entity.related("hasMember").count(), "member", "members"),
                owned: format!("owns {}", context::grouped(owned)),
            }
        })
        .collect()
}

fn connected(view: &PageContext<'_>) -> Vec<Connected> {
    let uses = |entity: &Entity| {
        let leads_here = |kind: &str| matches!(kind, "dependencyOf" | "apiConsumedBy");
        entity.relations.iter().filter(|relation| leads_here(&relation.kind)).count()
    };
    let parts: Vec<&str> = KINDS.iter().filter(|kind| kind.is_part).map(|kind| kind.id).collect();
    top(view, &parts, uses)
        .into_iter()
        .map(|(id, uses)| {
            let entity = view.entity(id);
            Connected {
                link: view.link(id),
                kind: crate::site::kind_display::face(&entity.kind, view.site.config()).one,
                summary: view.summary(entity),
                relations: context::count(uses, "use", "uses"),
            }
        })
        .collect()
}

fn documents(view: &PageContext<'_>) -> Vec<Document> {
    let mut sites: Vec<_> = view.portal.docs.sites.iter().filter(|site| !site.pages.is_empty()).collect();
    sites.sort_by_key(|site| std::cmp::Reverse(site.pages.len()));
    sites
        .into_iter()
        .take(LISTED)
        .map(|site| Document {
            href: view.docs(site.entity).unwrap_or_default(),
            title: site.title.clone(),
            owner: view.owner(view.entity(site.entity)),
            pages: context::count(site.pages.len(), "page", "pages"),
        })
        .collect()
}

fn attention(view: &PageContext<'_>) -> Vec<Attention> {
    let entities = || view.portal.catalog.iter();
    let mut found = Vec::new();
    let mut add = |icon, url: String, ids: &[EntityId], one: &str, many: &str| {
        if !ids.is_empty() {
            found.push(Attention {
                icon,
                href: url,
                count: context::grouped(ids.len()),
                title: if ids.len() == 1 { one.to_owned() } else { many.to_owned() },
                examples: ids.iter().take(3).map(|id| view.link(*id)).collect(),
            });
        }
    };
    let problems = view.href(routes::PROBLEMS);
    let broken: Vec<EntityId> = entities()
        .filter(|(_, entity)| entity.relations.iter().any(|relation| relation.id.is_none()))
        .map(|(id, _)| id)
        .collect();
    add("link", problems.clone(), &broken, "entity with a broken reference", "entities with broken references");
    let unowned: Vec<EntityId> = entities().filter(|(_, entity)| is_unowned(entity)).map(|(id, _)| id).collect();
    let index = view.href(routes::CATALOG);
    add(
        "kind-group",
        format!("{index}?filters[kind]=all&filters[owners]=none"),
        &unowned,
        "entity without an owner",
        "entities without an owner",
    );
    let is_service = |entity: &Entity| entity.reference.kind() == "component";
    let undocumented: Vec<EntityId> = entities()
        .filter(|(id, entity)| is_service(entity) && view.site.docs_of(*id).is_none())
        .map(|(id, _)| id)
        .collect();
    if !view.portal.docs.sites.is_empty() {
        add(
            "docs",
            view.href(&routes::kind_list("component", 1)),
            &undocumented,
            "component without documentation",
            "components without documentation",
        );
    }
    let severe = view.site.problems().iter().filter(|problem| problem.severity == Severity::Error).count();
    if severe > 0 {
        found.push(Attention {
            icon: "error",
            href: problems,
            count: context::grouped(severe),
            title: if severe == 1 { "error in the sources".to_owned() } else { "errors in the sources".to_owned() },
            examples: Vec::new(),
        });
    }
    found
}
