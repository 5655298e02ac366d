//! The definition of an API: its reference, divided into pages where it is large, and the text itself.

use serde::Serialize;

use super::{Content, Tab};
use crate::api::{Api, Item, Role};
use crate::catalog::{Entity, EntityId};
use crate::highlight;
use crate::html::Html;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink};
use crate::site::reference::{self, Amount, Writer};
use crate::site::{PageContext, Site};

/// A text longer than this is not highlighted.
const HIGHLIGHTED: usize = 96 << 10;
/// A text longer than this is only published as a file.
const SHOWN: usize = 330 << 10;
/// No page may be larger.
const PAGE: usize = 395 << 10;
/// An index that would be larger, by estimate from above, lists the pages of schemas, or of all groups.
const INDEX: usize = 370 << 10;

/// A longer summary is not shown in place of a path in the navigation.
const SUMMARY: usize = 60;

/// The tab.
pub struct Definition;

/// The text of a definition and what language it is in.
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// How the file ends.
    pub extension: &'static str,
    /// For highlighting.
    pub language: &'static str,
    /// What readers call the format.
    pub format: String,
}

impl<'a> Source<'a> {
    /// Returns the definition of an API, if it has one.
    #[must_use]
    pub fn of(entity: &'a Entity) -> Option<Self> {
        if entity.reference.kind() != "api" {
            return None;
        }
        let text = entity.spec_str("definition").filter(|text| !text.trim().is_empty())?;
        let kind = entity.spec_str("type").unwrap_or_default();
        let json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
        let (extension, language) = match kind.to_lowercase().as_str() {
            "graphql" => ("graphql", "graphql"),
            "grpc" | "protobuf" | "proto" => ("proto", "protobuf"),
            "wsdl" | "soap" | "odata" | "xml" => ("xml", "xml"),
            "trpc" | "typescript" => ("ts", "typescript"),
            _ if json => ("json", "json"),
            "openapi" | "asyncapi" | "yaml" | "raml" => ("yaml", "yaml"),
            _ => ("txt", "text"),
        };
        let format = match kind.to_lowercase().as_str() {
            "openapi" => "OpenAPI".to_owned(),
            "asyncapi" => "AsyncAPI".to_owned(),
            "graphql" => "GraphQL".to_owned(),
            "grpc" => "gRPC".to_owned(),
            _ => kind.to_owned(),
        };
        Some(Self { text, extension, language, format })
    }
}

/// What the templates show.
#[derive(Debug, Serialize)]
pub struct Model {
    format: String,
    /// The first page of the definition.
    start: String,
    /// `None` if the definition is not at hand.
    source: Option<SourceModel>,
    /// The text as HTML, where this page shows it.
    code: Option<String>,
    /// Whether this is the page of the text.
    is_source: bool,
    /// Where all items of a divided reference are listed.
    items: Option<String>,
    /// The file with all of a definition of several files.
    bundle: Option<String>,
    reference: Option<ReferenceModel>,
    providers: Vec<EntityLink>,
    consumers: Vec<EntityLink>,
}

/// The text and its file.
#[derive(Debug, Serialize)]
struct SourceModel {
    /// The file of the same bytes.
    file: String,
    file_name: String,
    size: String,
    /// Only where the text is shown: counting takes long in large definitions, which have hundreds of pages.
    lines: String,
    /// The page of the text.
    page: Option<String>,
}

/// One page of a reference.
#[derive(Debug, Serialize)]
struct ReferenceModel {
    title: Option<String>,
    version: Option<String>,
    /// The page's own title, where it is a part of the reference.
    part: Option<String>,
    /// HTML: what the description says.
    intro: Option<String>,
    /// HTML: contact, servers, security. Readers look for operations first, so that these follow the index.
    access: Option<String>,
    nav: Vec<NavGroup>,
    /// What all groups hold, on the first page of a divided reference.
    index: Vec<NavGroup>,
    /// HTML: the items of the page.
    body: String,
    /// The page before and after.
    previous: Option<PartLink>,
    next: Option<PartLink>,
}

#[derive(Debug, Serialize)]
struct PartLink {
    href: String,
    title: String,
}

/// A group in the navigation or the index.
#[derive(Debug, Serialize)]
struct NavGroup {
    title: String,
    href: String,
    count: usize,
    /// The pages of the group.
    pages: Vec<NavPage>,
    /// Names side by side, or a line for each.
    names_only: bool,
    /// HTML, for a group without items.
    description: Option<String>,
    items: Vec<NavItem>,
}

impl NavGroup {
    fn new(title: &str, href: String) -> Self {
        Self {
            title: title.to_owned(),
            href,
            count: 0,
            pages: Vec::new(),
            names_only: false,
            description: None,
            items: Vec::new(),
        }
    }
}

/// One of the pages of a group.
#[derive(Debug, Serialize)]
struct NavPage {
    href: String,
    number: usize,
    current: bool,
    #[serde(skip)]
    part: usize,
}

#[derive(Debug, Serialize)]
struct NavItem {
    href: String,
    verb: Option<String>,
    class: &'static str,
    /// As HTML, with places to break.
    name: String,
    /// What hovering says, where it is not the name.
    hint: Option<String>,
    line: Option<String>,
    deprecated: bool,
}

impl Tab for Definition {
    fn id(&self) -> &'static str {
        "definition"
    }

    fn title(&self) -> &'static str {
        "Definition"
    }

    fn icon(&self) -> &'static str {
        "raw"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        portal.catalog.get(entity).reference.kind() == "api"
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(part(view, entity, 0)))
    }
}

/// Makes the model of one page of a definition.
#[must_use]
pub fn part(view: &PageContext<'_>, id: EntityId, part: usize) -> Model {
    let api = view.portal.apis.of(id);
    let mut model = frame(view, id);
    match api {
        Some(api) => {
            if !api.reference.format.is_empty() {
                model.format.clone_from(&api.reference.format);
            }
            if api.parts.parts.len() > 1 {
                model.items = Some(view.href(&routes::definition_items(&view.entity(id).reference)));
            }
            let bundled = api.bundled.is_some();
            model.bundle = bundled.then(|| view.href(&routes::definition_bundle(&view.entity(id).reference)));
            model.reference = Some(reference(view, api, part));
        }
        None => show_text(&mut model, view, id),
    }
    model
}

/// Makes the model of the page of the text.
#[must_use]
pub fn source_page(view: &PageContext<'_>, id: EntityId) -> Model {
    let mut model = frame(view, id);
    show_text(&mut model, view, id);
    model.is_source = true;
    model
}

/// Every item of a reference, for the filter of its pages.
#[derive(Debug, Serialize)]
pub struct Items<'a> {
    /// The last segments of the addresses of its pages.
    pages: Vec<&'a str>,
    /// Of each item: page, place, verb, class of the verb, name, id, summary, whether it is deprecated.
    items: Vec<ItemLine<'a>>,
}

type ItemLine<'a> = (usize, &'a str, &'a str, &'static str, &'a str, &'a str, String, u8);

/// Lists the items of a reference.
#[must_use]
pub fn items<'a>(view: &PageContext<'a>, id: EntityId) -> Items<'a> {
    let Some(api) = view.portal.apis.of(id) else { return Items { pages: Vec::new(), items: Vec::new() } };
    let item = |(page, slice, item): (usize, &'a crate::api::Slice, &'a Item)| {
        let line = item.summary.as_deref().map(crate::api::parts::plain).unwrap_or_default();
        (
            page,
            slice.anchor.as_str(),
            item.verb.as_str(),
            reference::verb_class(&item.verb),
            &*item.name,
            item.id.as_deref().unwrap_or_default(),
            context::shortened(&line, 80).into_owned(),
            u8::from(item.deprecated),
        )
    };
    Items {
        pages: api.parts.parts.iter().map(|part| part.slug.as_str()).collect(),
        items: api.parts.items(&api.reference).map(item).collect(),
    }
}

/// Returns whether the text has a page of its own: it is shown, and a reference takes the first page.
#[must_use]
pub fn has_source_page(portal: &Portal, id: EntityId) -> bool {
    portal.apis.of(id).is_some() && Source::of(portal.catalog.get(id)).is_some_and(|it| it.text.len() <= SHOWN)
}

fn frame(view: &PageContext<'_>, id: EntityId) -> Model {
    let entity = view.entity(id);
    let source = Source::of(entity);
    let ends = |relation: &str| entity.related(relation).map(|it| view.plain_relation(it)).collect::<Vec<_>>();
    Model {
        format: source
            .as_ref()
            .map_or_else(|| entity.spec_str("type").unwrap_or_default().to_owned(), |source| source.format.clone()),
        start: view.href(&routes::entity_tab(&entity.reference, "definition")),
        source: source.map(|source| SourceModel {
            file: view.href(&routes::definition_file(&entity.reference, source.extension)),
            file_name: format!("{}.{}", entity.name(), source.extension),
            size: size(source.text.len()),
            lines: String::new(),
            page: has_source_page(view.portal, id)
                .then(|| view.href(&routes::definition_part(&entity.reference, "source"))),
        }),
        code: None,
        is_source: false,
        items: None,
        bundle: None,
        reference: None,
        providers: ends("apiProvidedBy"),
        consumers: ends("apiConsumedBy"),
    }
}

fn show_text(model: &mut Model, view: &PageContext<'_>, id: EntityId) {
    let Some(source) = Source::of(view.entity(id)) else { return };
    model.code = code(&source);
    if let Some(about) = &mut model.source {
        about.lines = context::count(source.text.lines().count(), "line", "lines");
    }
}

fn code(source: &Source<'_>) -> Option<String> {
    match source.text.len() {
        length if length > SHOWN => None,
        length if length > HIGHLIGHTED => Some(Html::of_text(source.text).into_string()),
        _ => {
            let painted = highlight::to_html(source.text, source.language);
            Some(if painted.len() > PAGE { Html::of_text(source.text).into_string() } else { painted })
        }
    }
}

fn reference(view: &PageContext<'_>, api: &Api, part: usize) -> ReferenceModel {
    let parts = &api.parts.parts;
    let shown = &parts[part];
    let write = |amount: Amount| {
        let mut writer = Writer::new(view, api, part, amount);
        let (mut intro, mut access) = (None, None);
        if part == 0 {
            writer.markdown(api.reference.description.as_deref());
            intro = Some(writer.take()).filter(|html| !html.is_empty());
            writer.facts(&api.reference.facts);
            writer.access();
            access = Some(writer.take()).filter(|html| !html.is_empty());
        }
        let mut group = None;
        for slice in &shown.slices {
            if group != Some(slice.group) {
                let about = &api.reference.groups[slice.group];
                group = Some(slice.group);
                if parts.len() == 1 || part == 0 {
                    writer.heading(&about.title);
                }
                // A group that runs over several pages says what it is about on the first.
                if slice.item == 0 && slice.fields.as_ref().is_none_or(|range| range.start == 0) {
                    writer.markdown(about.description.as_deref());
                }
            }
            writer.slice(slice);
        }
        (intro, access, writer.take())
    };
    let (mut intro, mut access, mut body) = write(Amount::Full);
    for less in [Amount::Linked, Amount::Brief] {
        if body.len() + [&intro, &access].into_iter().flatten().map(String::len).sum::<usize>() > PAGE - (40 << 10) {
            (intro, access, body) = write(less);
        }
    }
    let link = |at: usize| {
        let href = view.href(&routes::definition_part(&view.entity(api.entity).reference, &parts[at].slug));
        let title = if at == 0 { "Overview".to_owned() } else { parts[at].title.clone() };
        PartLink { href, title }
    };
    ReferenceModel {
        title: api.reference.title.as_deref().map(str::to_owned),
        version: api.reference.version.as_deref().map(str::to_owned),
        part: (part > 0).then(|| shown.title.clone()),
        intro,
        access,
        nav: nav(view, api, part),
        index: if part == 0 { index(view, api) } else { Vec::new() },
        body,
        previous: (part > 0).then(|| link(part - 1)),
        next: (part + 1 < parts.len()).then(|| link(part + 1)),
    }
}

/// Lists the groups with their pages, and the items of this page.
fn nav(view: &PageContext<'_>, api: &Api, part: usize) -> Vec<NavGroup> {
    let divided = api.parts.parts.len() > 1;
    let mut groups: Vec<(usize, NavGroup)> = Vec::new();
    for (at, page) in api.parts.parts.iter().enumerate() {
        let current = at == part;
        for slice in &page.slices {
            let known = groups.last().is_some_and(|(group, _)| *group == slice.group);
            if !known {
                let href = if divided { page_href(view, api, at) } else { format!("#{}", slice.anchor) };
                groups.push((slice.group, NavGroup::new(&api.reference.groups[slice.group].title, href)));
            }
            let Some((_, group)) = groups.last_mut() else { continue };
            if divided && group.pages.last().is_none_or(|last| last.part != at) {
                let number = group.pages.len() + 1;
                group.pages.push(NavPage { href: page_href(view, api, at), number, current, part: at });
            }
            if current {
                let item = &api.reference.groups[slice.group].items[slice.item];
                let mut entry = nav_item(item, format!("#{}", slice.anchor));
                // As readers call it; the path is in the reference beside.
                if let Some(summary) =
                    item.summary.as_deref().filter(|it| item.request.is_some() && it.len() <= SUMMARY)
                {
                    entry.name = Html::of_text(&crate::api::parts::plain(summary)).into_string();
                    entry.hint = Some(item.name.to_string());
                }
                group.items.push(entry);
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn nav_item(item: &Item, href: String) -> NavItem {
    NavItem {
        href,
        verb: Some(item.verb.clone()).filter(|verb| !verb.is_empty()),
        class: reference::verb_class(&item.verb),
        name: reference::breakable(&item.name),
        hint: None,
        line: None,
        deprecated: item.deprecated,
    }
}

/// Lists what all groups hold, for the first page of a divided reference.
fn index(view: &PageContext<'_>, api: &Api) -> Vec<NavGroup> {
    let divided = api.parts.parts.len() > 1;
    let mut groups: Vec<NavGroup> = Vec::new();
    for (number, group) in api.reference.groups.iter().enumerate() {
        let first = api.parts.parts.iter().position(|part| part.slices.iter().any(|slice| slice.group == number));
        let description = group.items.is_empty().then_some(group.description.as_deref()).flatten();
        if !divided && description.is_none() && !group.items.is_empty() {
            continue;
        }
        let href = first.map_or_else(String::new, |at| page_href(view, api, at));
        groups.push(NavGroup {
            count: group.items.len(),
            names_only: group.items.iter().all(|item| item.role == Role::Schema),
            description: description.map(crate::markdown::commonmark::block),
            ..NavGroup::new(&group.title, href)
        });
    }
    if !divided {
        return groups;
    }
    let sizes: Vec<(bool, usize)> = api.reference.groups.iter().zip(&groups).map(index_size).collect();
    let of = |names: bool| sizes.iter().filter(|(other, _)| *other == names).map(|(_, size)| size).sum::<usize>();
    let (names, lines) = (of(true), of(false));
    let listed = |names_only: bool| if names_only { names + lines <= INDEX } else { lines <= INDEX };
    for (at, part) in api.parts.parts.iter().enumerate() {
        let Some(slice) = part.slices.first() else { continue };
        let group = &mut groups[slice.group];
        if !listed(group.names_only) {
            let number = group.pages.len() + 1;
            group.pages.push(NavPage { href: page_href(view, api, at), number, current: false, part: at });
        }
    }
    for (at, slice, item) in api.parts.items(&api.reference) {
        let page = page_href(view, api, at);
        let group = &mut groups[slice.group];
        if !group.pages.is_empty() {
            continue;
        }
        let mut entry = nav_item(item, format!("{page}#{}", slice.anchor));
        if !group.names_only {
            entry.line = reference::line(item);
        }
        group.items.push(entry);
    }
    groups
}

/// Returns whether a group is listed by names alone, and about how large its index is.
fn index_size((group, shown): (&crate::api::Group, &NavGroup)) -> (bool, usize) {
    let line = if shown.names_only { 110 } else { 260 };
    (shown.names_only, group.items.iter().map(|item| line + 3 * item.name.len()).sum())
}

fn page_href(view: &PageContext<'_>, api: &Api, part: usize) -> String {
    view.href(&routes::definition_part(&view.entity(api.entity).reference, &api.parts.parts[part].slug))
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
