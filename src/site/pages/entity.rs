//! A page of an entity: what is shown above every tab.

use rayon::prelude::*;
use serde::Serialize;

use super::{PageContent, PageType, TabFrame, hosting};
use crate::catalog::{Entity, EntityId, kinds};
use crate::diag::Severity;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, Anchor, Chip, EntityLink};
use crate::site::decisions::RecordId;
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::source_links::{code_link, edit_link, source_link};
use crate::site::tabs::{Content, Shows, TABS, adrs, definition, offered};
use crate::site::{File, PageContext, Site, Subject, kind_display};

/// The pages of all entities: their tabs, and those below a definition.
pub struct Entities;

/// The number of the page with the text of a definition among the pages below it.
const SOURCE: usize = 0;

impl PageType for Entities {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let entities = (0..portal.catalog.entities().len()).into_par_iter().map(EntityId::new);
        entities.flat_map_iter(|id| pages_of(portal, site, id)).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::Tab { entity, tab } if TABS[tab].shows() == Shows::Catalog => PageContent::Tab {
                template: TABS[tab].template(),
                frame: Box::new(tab_page(view, entity, tab, None, None)),
                tab: (tab, entity),
            },
            Subject::Tab { entity, tab } => PageContent::html(TABS[tab].template(), model(view, entity, tab)),
            Subject::EntityPart { entity, part: SOURCE } => {
                PageContent::html("tabs/definition.html", definition_source(view, entity))
            }
            Subject::EntityPart { entity, part } => {
                PageContent::html("tabs/definition.html", definition_part(view, entity, part))
            }
            Subject::File(file) => hosting::content(view, file),
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        match subject {
            Subject::Tab { tab, .. } => TABS[tab].id() != "raw",
            Subject::File(_) => false,
            _ => true,
        }
    }
}

/// Lists the pages of an entity, and the files that belong to them.
fn pages_of(portal: &Portal, site: &Site, id: EntityId) -> Vec<(String, Subject)> {
    let entity = portal.catalog.get(id);
    let mut pages = Vec::new();
    let mut add = |url: String, subject: Subject| pages.push((url, subject));
    for (tab, definition) in TABS.iter().enumerate() {
        if definition.has_page() && definition.applies(portal, site, id) {
            add(routes::entity_tab(&entity.reference, definition.id()), Subject::Tab { entity: id, tab });
        }
    }
    if let Some(api) = portal.apis.of(id) {
        for (part, page) in api.parts.parts.iter().enumerate().skip(1) {
            let url = routes::definition_part(&entity.reference, &page.slug);
            add(url, Subject::EntityPart { entity: id, part });
        }
        if api.bundled.is_some() {
            add(routes::definition_bundle(&entity.reference), Subject::File(File::DefinitionBundle(id)));
        }
        if api.parts.parts.len() > 1 {
            add(routes::definition_items(&entity.reference), Subject::File(File::DefinitionItems(id)));
        }
        if definition::has_source_page(portal, id) {
            add(routes::definition_part(&entity.reference, "source"), Subject::EntityPart { entity: id, part: SOURCE });
        }
    }
    pages
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// `kind:namespace/name`, the mark of the main part.
    reference: String,
    title: String,
    /// The name, where that differs from the title.
    name: Option<String>,
    kind: String,
    class: &'static str,
    r#type: Option<String>,
    namespace: Option<String>,
    lifecycle: Option<Chip>,
    owner: Option<EntityLink>,
    /// Whether an owner is expected and missing.
    unowned: bool,
    /// Whether nobody wrote it.
    implied: bool,
    actions: Vec<Anchor>,
    warnings: Vec<Warning>,
    /// Problems beyond those listed.
    more_warnings: usize,
    notes: Option<StandaloneMarkdown>,
    problems: String,
    tabs: Vec<TabLink>,
    /// What the tab shows.
    tab: Option<Box<dyn Content>>,
}

impl TabFrame for PageModel<Model> {
    fn with_tab(mut self: Box<Self>, tab: Option<Box<dyn Content>>) -> Box<dyn Content> {
        self.model.tab = tab;
        self
    }
}

/// A problem above the tabs.
#[derive(Debug, Serialize)]
struct Warning {
    // Message and help are HTML.
    severity: &'static str,
    icon: &'static str,
    message: String,
    help: Option<String>,
    place: Option<String>,
    href: Option<String>,
    code: Option<&'static str>,
}

/// How many problems concern the authors alone.
#[derive(Debug, Serialize)]
struct StandaloneMarkdown {
    text: String,
    href: String,
}

/// One tab.
#[derive(Debug, Serialize)]
struct TabLink {
    href: String,
    title: &'static str,
    icon: &'static str,
    current: bool,
}

/// More warnings than this would push the page away.
const WARNINGS: usize = 5;

/// Makes the page of one tab.
#[must_use]
pub fn model(view: &PageContext<'_>, id: EntityId, tab: usize) -> PageModel<Model> {
    tab_page(view, id, tab, None, TABS[tab].content(view, id))
}

/// Makes a further page of the definition of an API.
#[must_use]
pub fn definition_part(view: &PageContext<'_>, id: EntityId, part: usize) -> PageModel<Model> {
    let title = view.portal.apis.of(id).map(|api| api.parts.parts[part].title.clone());
    tab_page(view, id, definition_tab(), title, Some(Box::new(definition::part(view, id, part))))
}

/// Makes the page of a decision record of an entity.
#[must_use]
pub fn decision(view: &PageContext<'_>, id: EntityId, record: RecordId) -> PageModel<Model> {
    let tab = TABS.iter().position(|tab| tab.id() == "adrs").unwrap_or_default();
    let title = view.portal.decisions.logs[record.0].records[record.1].title.clone();
    tab_page(view, id, tab, Some(title), Some(Box::new(adrs::record(view, record))))
}

/// Makes the page of the text of a definition.
#[must_use]
pub fn definition_source(view: &PageContext<'_>, id: EntityId) -> PageModel<Model> {
    let shown = definition::source_page(view, id);
    tab_page(view, id, definition_tab(), Some("Source".to_owned()), Some(Box::new(shown)))
}

fn definition_tab() -> usize {
    TABS.iter().position(|tab| tab.id() == "definition").unwrap_or_default()
}

/// Makes a page of a tab; `part` is what a page below the tab is called.
fn tab_page(
    view: &PageContext<'_>,
    id: EntityId,
    tab: usize,
    part: Option<String>,
    content: Option<Box<dyn Content>>,
) -> PageModel<Model> {
    let entity = view.entity(id);
    let face = kind_display::face(&entity.kind, view.site.config());
    let shown = TABS[tab];
    let title = entity.title();
    let section = if face.kind == "api" { Section::APIS } else { Section::CATALOG };
    let mut breadcrumbs = vec![(routes::CATALOG.to_owned(), "Catalog".to_owned())];
    let above = places_above(view, entity);
    if above.is_empty() {
        breadcrumbs.push((routes::kind_list(&face.kind, 1), face.many.clone()));
    }
    breadcrumbs.extend(above);
    let mut page_title = title.to_owned();
    if !shown.id().is_empty() {
        breadcrumbs.push((routes::entity(&entity.reference), title.to_owned()));
        page_title = format!("{} · {title}", shown.title());
    }
    if let Some(part) = part {
        breadcrumbs.push((routes::entity_tab(&entity.reference, shown.id()), shown.title().to_owned()));
        page_title = format!("{part} · {title}");
    }
    let about = About {
        title: Some(page_title),
        description: entity.description().map(|text| context::shortened(&commonmark::plain(text), 160).into_owned()),
        breadcrumbs,
        class: "entity",
        system: entity.system().map(str::to_owned),
        ..About::default()
    };
    let (warnings, more_warnings, notes) = warnings(view, id, entity, &face.one);
    let model = Model {
        reference: entity.reference.to_string(),
        title: title.to_owned(),
        name: (title != entity.name()).then(|| entity.name().to_owned()),
        kind: face.one,
        class: face.class,
        r#type: entity.spec_str("type").map(str::to_owned),
        namespace: (entity.namespace() != "default").then(|| entity.namespace().to_owned()),
        lifecycle: entity.spec_str("lifecycle").map(context::lifecycle),
        owner: view.owner(entity),
        unowned: is_unowned(entity),
        implied: entity.implied.is_some(),
        actions: actions(view, id, entity),
        warnings,
        more_warnings,
        notes,
        problems: view.href(routes::PROBLEMS),
        tabs: tabs(view, id, entity, tab),
        tab: content,
    };
    frame(view, section, about, model)
}

/// Returns the domain and system that an entity is part of, the outer one first.
fn places_above(view: &PageContext<'_>, entity: &Entity) -> Vec<(String, String)> {
    let above =
        |entity: &Entity, kind: &str| entity.related("partOf").find(|relation| relation.target.kind() == kind)?.id;
    let system = above(entity, "system");
    let domain = system.map_or_else(|| above(entity, "domain"), |system| above(view.entity(system), "domain"));
    let crumb = |id: EntityId| {
        let mention = view.site.mention(id);
        (mention.url.clone(), mention.title.clone())
    };
    domain.into_iter().chain(system).map(crumb).collect()
}

/// Returns whether somebody should own the entity and nobody does.
#[must_use]
pub fn is_unowned(entity: &Entity) -> bool {
    let is_owned = kinds::of(entity.reference.kind()).is_some_and(|kind| kind.is_owned);
    is_owned && entity.related("ownedBy").next().is_none()
}

fn actions(view: &PageContext<'_>, id: EntityId, entity: &Entity) -> Vec<Anchor> {
    let anchor = |href: Option<String>, title: &str, icon, external| {
        href.map(|href| Anchor { href, title: title.to_owned(), icon, external })
    };
    let code = code_link(entity);
    let file = source_link(view, entity);
    let source =
        if code.is_some() { anchor(code, "Source", "source", true) } else { anchor(file, "Source", "source", true) };
    let create =
        (entity.reference.kind() == "template").then(|| view.href(&routes::create_template(&entity.reference)));
    [
        anchor(create, "Create from it", "create", false),
        anchor(view.docs(id), "Docs", "docs", false),
        source,
        anchor(edit_link(view, entity), "Edit", "edit", true),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn warnings(
    view: &PageContext<'_>,
    id: EntityId,
    entity: &Entity,
    kind: &str,
) -> (Vec<Warning>, usize, Option<StandaloneMarkdown>) {
    let mut all = Vec::new();
    if entity.spec_str("lifecycle").is_some_and(|lifecycle| lifecycle.eq_ignore_ascii_case("deprecated")) {
        all.push(Warning {
            severity: "deprecated",
            icon: "warning",
            message: format!("This {} is deprecated", kind_display::in_sentence(kind)),
            help: Some("Do not build anything new on it; ask the owner what takes its place".to_owned()),
            place: None,
            href: None,
            code: None,
        });
    }
    let problems = view.href(routes::PROBLEMS);
    // What only the author can resolve does not concern readers: it is listed on the page of problems.
    let (told, quiet): (Vec<_>, Vec<_>) = view.site.problems_of(id).partition(|(_, problem)| problem.is_for_readers());
    for (at, problem) in told {
        let place = problem.places.first();
        let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
        all.push(Warning {
            severity,
            icon: severity,
            message: context::with_code(&problem.message),
            help: problem.help.as_deref().map(context::with_code),
            place: place.map(|place| format!("{}:{}", place.path, place.line)),
            href: Some(format!("{problems}#p{}", at + 1)),
            code: Some(problem.code),
        });
    }
    let more = all.len().saturating_sub(WARNINGS);
    all.truncate(WARNINGS);
    let notes = quiet.first().map(|(at, _)| StandaloneMarkdown {
        href: format!("{problems}#p{}", at + 1),
        text: context::count(quiet.len(), "note for its authors", "notes for its authors"),
    });
    (all, more, notes)
}

fn tabs(view: &PageContext<'_>, id: EntityId, entity: &Entity, current: usize) -> Vec<TabLink> {
    offered(view, id)
        .into_iter()
        .filter_map(|at| {
            let tab = TABS[at];
            let own = || view.href(&routes::entity_tab(&entity.reference, tab.id()));
            let href = if tab.has_page() { own() } else { tab.href(view, id)? };
            Some(TabLink { href, title: tab.title(), icon: tab.icon(), current: at == current })
        })
        .collect()
}
