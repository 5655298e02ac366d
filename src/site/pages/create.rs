//! Software templates: their list, a page for each with its form and results, and the actions of steps.
//!
//! The form itself is a module of the theme; it reads a file with the schemas and with what can be chosen. Without it the page
//! says in words what is asked.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{PageContent, PageType};
use crate::catalog::{Entity, EntityId};
use crate::highlight;
use crate::html::is_external;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::scaffold::actions::{self, Action};
use crate::scaffold::examples::{self, Lag, Made};
use crate::scaffold::language::ast::{Binary, Comparison, Kind, Literal, NodeId, Tree, Unary};
use crate::scaffold::language::{self, Options};
use crate::scaffold::parameters;
use crate::scaffold::report::Status;
use crate::scaffold::run::StepStatus;
use crate::scaffold::tree::Entry;
use crate::scaffold::yaml_text;
use crate::site::cards::template as card;
use crate::site::context::{self, Anchor, Chip, EntityLink, PageContext, TagLink};
use crate::site::icons;
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::relations::type_title;
use crate::site::{Site, Subject};
use crate::yaml::Node;

/// Maximum number of entities that can be chosen from a list; with more, the form takes references as they are typed.
const MAX_CHOICES: usize = 2_000;
/// Maximum number of files of a result that are shown with their content.
const MAX_FILES: usize = 60;
/// Maximum number of files of a result that are named.
const MAX_NAMES: usize = 400;
/// Maximum size in bytes of a file whose content is shown; of a larger one only the size is.
const MAX_SHOWN: usize = 16 * 1024;

/// The list of templates.
pub struct Create;

impl PageType for Create {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::CREATE.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("create.html", list(view))
    }

    fn nav(&self, _portal: &Portal, site: &Site) -> Option<NavEntry> {
        (site.has_kind("template")).then_some(NavEntry {
            section: Section::CREATE,
            url: routes::CREATE,
            title: "Create",
            icon: "create",
        })
    }
}

/// A template, and the file that its form reads.
pub struct Template;

/// The number of that file among what there is of a template.
const FORM: usize = 1;

impl PageType for Template {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let templates = site.kind("template").map_or(&[][..], |group| &group.entities);
        let of_template = |id: &EntityId| {
            let reference = &portal.catalog.get(*id).reference;
            let urls = [routes::create_template(reference), routes::template_form(reference)];
            let entity = *id;
            urls.into_iter().enumerate().map(move |(part, url)| (url, Subject::EntityPart { entity, part }))
        };
        templates.iter().flat_map(of_template).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::EntityPart { entity, part: FORM } => {
                PageContent::File { bytes: form(view, entity), mime: "application/json" }
            }
            Subject::EntityPart { entity, .. } => PageContent::html("template.html", template(view, entity)),
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        !matches!(subject, Subject::EntityPart { part: FORM, .. })
    }
}

/// The actions of templates.
pub struct CreateActions;

impl PageType for CreateActions {
    fn plan(&self, _portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        if site.has_kind("template") { vec![(routes::CREATE_ACTIONS.to_owned(), Subject::Portal)] } else { Vec::new() }
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("actions.html", actions(view))
    }
}

/// What the list shows.
#[derive(Debug, Serialize)]
pub struct ListModel {
    total: String,
    actions: String,
    groups: Vec<Group>,
    /// Types and tags for the filters, each with how many have it.
    types: Vec<(String, String, usize)>,
    tags: Vec<(String, usize)>,
    owners: Vec<(String, String, usize)>,
}

/// The templates of one type.
#[derive(Debug, Serialize)]
struct Group {
    title: String,
    templates: Vec<Card>,
}

/// One template.
#[derive(Debug, Serialize)]
struct Card {
    href: String,
    title: String,
    reference: String,
    kind: String,
    summary: Option<String>,
    owner: Option<EntityLink>,
    tags: Vec<TagLink>,
    /// What a filter by text looks into.
    words: String,
}

/// Makes the list of templates, by type.
#[must_use]
pub fn list(view: &PageContext<'_>) -> PageModel<ListModel> {
    let templates: &[EntityId] = view.site.kind("template").map_or(&[], |group| &group.entities);
    let mut by_type: BTreeMap<String, Vec<Card>> = BTreeMap::new();
    let mut tags: BTreeMap<String, usize> = BTreeMap::new();
    let mut owners: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for id in templates {
        let entity = view.entity(*id);
        let kind = entity.spec_str("type").unwrap_or_default().to_lowercase();
        let owner = view.owner(entity);
        entity.tags().for_each(|tag| *tags.entry(tag.to_owned()).or_default() += 1);
        if let Some(owner) = &owner {
            owners.entry(owner.reference.clone()).or_insert_with(|| (owner.title.clone(), 0)).1 += 1;
        }
        let link = view.link(*id);
        let about = [entity.name(), entity.description().unwrap_or_default()];
        let words = about.into_iter().chain(entity.tags()).chain(owner.as_ref().map(|owner| owner.title.as_str()));
        let words = words.collect::<Vec<_>>().join(" ").to_lowercase();
        let card = Card {
            href: view.href(&routes::create_template(&entity.reference)),
            reference: link.reference,
            words: format!("{} {words}", link.title.to_lowercase()),
            title: link.title,
            kind: kind.clone(),
            summary: view.summary(entity),
            owner,
            tags: view.tags(entity),
        };
        by_type.entry(kind).or_default().push(card);
    }
    let model = ListModel {
        total: context::grouped(templates.len()),
        actions: view.href(routes::CREATE_ACTIONS),
        types: by_type.iter().map(|(kind, all)| (kind.clone(), type_title(kind), all.len())).collect(),
        tags: tags.into_iter().collect(),
        owners: owners.into_iter().map(|(reference, (title, count))| (reference, title, count)).collect(),
        groups: by_type.into_iter().map(|(kind, templates)| Group { title: type_title(&kind), templates }).collect(),
    };
    let about = About { title: Some("Create".to_owned()), class: "list", ..About::default() };
    frame(view, Section::CREATE, about, model)
}

/// A template.
#[derive(Debug, Serialize)]
pub struct TemplatePage {
    reference: String,
    title: String,
    entity: String,
    kind: String,
    /// As HTML.
    description: Option<String>,
    owner: Option<EntityLink>,
    tags: Vec<TagLink>,
    links: Vec<Anchor>,
    /// The file that the form reads.
    form: String,
    /// What can be pasted without a form.
    command: String,
    card: Option<card::Model>,
    examples: Vec<Example>,
    children: Vec<Child>,
}

/// What was made from it.
#[derive(Debug, Serialize)]
struct Child {
    link: EntityLink,
    owner: Option<EntityLink>,
    lag: Option<Chip>,
}

/// The result of an example.
#[derive(Debug, Serialize)]
struct Example {
    title: String,
    is_made_up: bool,
    status: &'static str,
    /// As HTML.
    values: Option<String>,
    faults: Vec<String>,
    steps: Vec<Step>,
    plan: Vec<String>,
    files: Vec<FileShown>,
    /// How many files are not shown.
    more: usize,
    count: String,
    links: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    action: String,
    status: &'static str,
    log: Option<String>,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct FileShown {
    path: String,
    size: String,
    executable: bool,
    /// HTML; `None` for one that is not shown.
    code: Option<String>,
}

/// Makes the page of a template.
#[must_use]
pub fn template(view: &PageContext<'_>, id: EntityId) -> PageModel<TemplatePage> {
    let entity = view.entity(id);
    let link = view.link(id);
    let examples = view.portal.templates.of(id).map_or(&[][..], |known| &known.examples);
    // What works comes before what is refused on purpose.
    let mut examples: Vec<&Made> = examples.iter().collect();
    examples.sort_by_key(|made| made.status != Status::Completed);
    let mut left = MAX_FILES;
    let model = TemplatePage {
        entity: link.href.unwrap_or_default(),
        reference: link.reference.clone(),
        title: link.title.clone(),
        kind: type_title(&entity.spec_str("type").unwrap_or_default().to_lowercase()),
        description: entity.description().map(|text| commonmark::block_with(text, &context::outward)),
        owner: view.owner(entity),
        tags: view.tags(entity),
        links: entity
            .links()
            .filter_map(|link| {
                let url = link.url.to_owned();
                context::is_web(&url).then(|| Anchor {
                    title: link.title.map_or_else(|| url.clone(), str::to_owned),
                    icon: icons::of_link(link.icon, &url),
                    external: is_external(&url),
                    href: url,
                })
            })
            .collect(),
        form: view.href(&routes::template_form(&entity.reference)),
        command: format!("playbill new {} --dry-run", entity.reference),
        card: card::model(entity),
        children: view
            .portal
            .templates
            .of(id)
            .map_or(&[][..], |known| &known.children)
            .iter()
            .map(|child| child_of(view, child))
            .collect(),
        examples: examples.into_iter().map(|made| example(made, &mut left)).collect(),
    };
    let about = About {
        title: Some(format!("{}: create", link.title)),
        description: entity.description().map(|text| context::shortened(text, 160).into_owned()),
        breadcrumbs: vec![(routes::CREATE.to_owned(), "Create".to_owned())],
        class: "template",
        ..About::default()
    };
    frame(view, Section::CREATE, about, model)
}

fn child_of(view: &PageContext<'_>, child: &examples::Child) -> Child {
    let chip = |text: String, tone| Some(Chip { text, tone });
    Child {
        link: view.link(child.entity),
        owner: view.owner(view.entity(child.entity)),
        lag: match child.lag {
            Lag::Unknown => None,
            Lag::Current => chip("up to date".to_owned(), "good"),
            Lag::Behind(count) => chip(format!("{} behind", context::count(count, "file", "files")), "warn"),
        },
    }
}

fn example(made: &Made, left: &mut usize) -> Example {
    let tree = made.outcome.tree.entries();
    let entries: Vec<_> = tree.filter(|(_, entry)| !matches!(entry, Entry::Folder)).collect();
    let is_done = made.status == Status::Completed;
    let files = entries.iter().take(if is_done { MAX_NAMES } else { 0 }).map(|(path, entry)| file(path, entry, left));
    let output = made.outcome.output.as_ref();
    let links = output.and_then(|output| output["links"].as_array()).map_or(&[][..], Vec::as_slice);
    let text = |value: &Json, key: &str| value.get(key).and_then(Json::as_str).map(str::to_owned);
    let links = links.iter().filter_map(|link| {
        let target = text(link, "url").or_else(|| text(link, "entityRef"))?;
        Some((text(link, "title").unwrap_or_else(|| target.clone()), target))
    });
    Example {
        title: made.title.clone().unwrap_or_else(|| {
            if made.is_made_up { "With made-up values".to_owned() } else { crate::site::relations::words(&made.name) }
        }),
        is_made_up: made.is_made_up,
        status: made.status.as_str(),
        values: (!made.values.is_empty())
            .then(|| crate::site::yaml_highlight::paint(&yaml_text::write(&Json::Object(made.values.clone())))),
        faults: made
            .faults
            .iter()
            .map(|fault| context::with_code(&format!("`{}` {}", fault.misfit.pointer, fault.misfit.message)))
            .collect(),
        steps: made
            .outcome
            .steps
            .iter()
            .map(|step| Step {
                name: step.name.clone(),
                action: step.action.clone(),
                status: match step.status {
                    StepStatus::Completed => "done",
                    StepStatus::Failed => "failed",
                    StepStatus::Skipped => "skipped",
                },
                log: (!step.log.is_empty()).then(|| context::shortened(&step.log.join("\n"), 4_000).into_owned()),
                error: step.error.as_ref().map(ToString::to_string),
            })
            .collect(),
        plan: made.outcome.plan.iter().map(|planned| planned.action.clone()).collect(),
        count: context::count(entries.len(), "file", "files"),
        more: if is_done { entries.len().saturating_sub(MAX_NAMES) } else { 0 },
        files: files.collect(),
        links: links.collect(),
    }
}

fn file(path: &str, entry: &Entry, left: &mut usize) -> FileShown {
    let mut shown = FileShown { path: path.to_owned(), size: String::new(), executable: false, code: None };
    match entry {
        Entry::Link(target) => shown.size = format!("link to {target}"),
        Entry::File { bytes, mode } => {
            shown.size = context::count(bytes.len(), "byte", "bytes");
            shown.executable = mode & 0o111 != 0;
            let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0') && text.len() <= MAX_SHOWN);
            if let Some(text) = text.filter(|text| !text.is_empty())
                && *left > 0
            {
                *left -= 1;
                shown.code = Some(highlight::to_html(text, highlight::language_of(path)));
            }
        }
        Entry::Folder => {}
    }
    shown
}

/// Every action.
#[derive(Debug, Serialize)]
pub struct Actions {
    groups: Vec<ActionGroup>,
    total: String,
}

#[derive(Debug, Serialize)]
struct ActionGroup {
    title: &'static str,
    /// As HTML.
    note: String,
    actions: Vec<ActionShown>,
}

#[derive(Debug, Serialize)]
struct ActionShown {
    id: &'static str,
    anchor: String,
    about: &'static str,
    inputs: Vec<Property>,
    outputs: Vec<Property>,
    /// As HTML.
    example: String,
}

#[derive(Debug, Serialize)]
struct Property {
    name: String,
    kind: String,
    required: bool,
    about: Option<String>,
    default: Option<String>,
}

/// Makes the page of actions.
#[must_use]
pub fn actions(view: &PageContext<'_>) -> PageModel<Actions> {
    let group = |title, note: &str, is_local: bool| ActionGroup {
        title,
        note: context::with_code(note),
        actions: actions::ACTIONS.iter().filter(|action| action.run.is_some() == is_local).map(action).collect(),
    };
    let model = Actions {
        total: actions::ACTIONS.len().to_string(),
        groups: vec![
            group("Local actions", "They work on the folder of the result, as in Backstage.", true),
            group(
                "Remote actions",
                "They reach other systems, so they are listed in a plan and give example outputs. `playbill new --publish` runs \
                 them through commands of the configuration.",
                false,
            ),
        ],
    };
    let about = About {
        title: Some("Actions of templates".to_owned()),
        breadcrumbs: vec![(routes::CREATE.to_owned(), "Create".to_owned())],
        class: "list",
        ..About::default()
    };
    frame(view, Section::CREATE, about, model)
}

fn action(action: &Action) -> ActionShown {
    let schemas = action.schemas();
    let inputs = properties(&schemas.input);
    let mut step = Map::new();
    step.insert("id".to_owned(), json!(action.id.rsplit(':').next().unwrap_or_default()));
    step.insert("action".to_owned(), json!(action.id));
    let input: Map<String, Json> = inputs
        .iter()
        .filter(|property| property.required)
        .map(|property| (property.name.clone(), sample(&schemas.input, &property.name)))
        .collect();
    if !input.is_empty() {
        step.insert("input".to_owned(), Json::Object(input));
    }
    ActionShown {
        id: action.id,
        anchor: action.id.replace(':', "-"),
        about: &schemas.about,
        outputs: properties(&schemas.output),
        inputs,
        example: crate::site::yaml_highlight::paint(&yaml_text::write(&json!([step]))),
    }
}

/// Returns the schemas that a schema offers as alternatives, or itself.
fn alternatives(schema: &Json) -> Vec<&Json> {
    let several = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array());
    several.map_or_else(|| vec![schema], |several| several.iter().collect())
}

fn properties(schema: &Json) -> Vec<Property> {
    let mut out: Vec<Property> = Vec::new();
    let parts = alternatives(schema);
    let required = |name: &str| {
        parts.iter().all(|part| {
            let names = part.get("required").and_then(Json::as_array);
            names.is_some_and(|names| names.iter().any(|known| known == name))
        })
    };
    for part in &parts {
        for (name, property) in part.get("properties").and_then(Json::as_object).into_iter().flatten() {
            if out.iter().any(|known| known.name == *name) {
                continue;
            }
            let text = |key: &str| property.get(key).and_then(Json::as_str).map(str::to_owned);
            out.push(Property {
                name: name.clone(),
                kind: type_of(property, 0),
                required: required(name),
                about: text("description").or_else(|| text("title")),
                default: property.get("default").map(ToString::to_string),
            });
        }
    }
    out.sort_by_key(|property| !property.required);
    out
}

fn type_of(schema: &Json, depth: usize) -> String {
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    let parts = alternatives(schema);
    if parts.len() > 1 && depth < 3 {
        let mut kinds: Vec<String> = parts.iter().map(|part| type_of(part, depth + 1)).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    match schema.get("type") {
        Some(Json::String(kind)) if kind == "array" && depth < 3 => {
            format!(
                "array of {}",
                schema.get("items").map_or_else(|| "any".to_owned(), |items| type_of(items, depth + 1))
            )
        }
        Some(Json::String(kind)) => kind.clone(),
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

/// Returns what could be written for an input.
fn sample(schema: &Json, name: &str) -> Json {
    let property = alternatives(schema).into_iter().find_map(|part| part.get("properties")?.get(name));
    let Some(property) = property else { return json!("") };
    match name {
        "repoUrl" => return json!("github.com?owner=acme&repo=${{ parameters.name }}"),
        "url" => return json!("./skeleton"),
        "entity" => {
            return json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "${{ parameters.name }}"}});
        }
        _ => {}
    }
    if let Some(first) = property.get("enum").and_then(Json::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    let property = alternatives(property)[0];
    match property.get("type").and_then(Json::as_str) {
        Some("number" | "integer") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => {
            let items = property.get("items");
            match items.and_then(|items| items.get("type")).and_then(Json::as_str) {
                Some("object") => {
                    let items = items.unwrap_or(&Json::Null);
                    let needed = properties(items).into_iter().filter(|property| property.required);
                    json!([needed
                        .map(|property| (property.name.clone(), sample(items, &property.name)))
                        .collect::<Map<_, _>>()])
                }
                _ => json!([format!("{name}-1")]),
            }
        }
        Some("object") => json!({"key": "${{ parameters.value }}"}),
        _ => json!(format!("${{{{ parameters.{name} }}}}")),
    }
}

/// Returns the file that the form reads: its pages, what can be chosen, and where a request leads.
#[must_use]
pub fn form(view: &PageContext<'_>, id: EntityId) -> Vec<u8> {
    let entity = view.entity(id);
    let root = serde_json::to_value(&entity.root).unwrap_or_default();
    let spec = &root["spec"];
    let mut lists = Lists { view, lists: Vec::new() };
    let mut pages = parameters::pages(spec.get("parameters"));
    let several = pages.len() > 1;
    let mut shown = Vec::new();
    for page in &mut pages {
        lists.prepare(page, 0);
        let when = match page.get("when") {
            Some(when) if several => condition(when),
            _ => None,
        };
        shown.push(json!({"schema": page, "when": when}));
    }
    let mut secrets = spec.get("secrets").and_then(|secrets| secrets.get("schema")).cloned().unwrap_or_default();
    lists.prepare(&mut secrets, 0);
    super::json(&json!({
        "template": entity.reference.as_str(),
        "title": entity.title(),
        "pages": shown,
        "secrets": secrets,
        "lists": lists.lists.iter().map(|(_, choices)| choices).collect::<Vec<_>>(),
        "labels": spec.get("presentation").and_then(|presentation| presentation.get("buttonLabels")),
        "requests": view.site.config().templates.requests,
        "workflow": view.site.config().templates.workflow,
    }))
}

/// The lists to choose from, each once.
struct Lists<'a> {
    view: &'a PageContext<'a>,
    lists: Vec<(Json, Json)>,
}

/// The key under which a field names its list.
const LIST: &str = "playbill:list";
/// Descriptions as HTML.
const HELP: &str = "playbill:help";

impl Lists<'_> {
    /// Adds to each field what it needs, at any depth.
    fn prepare(&mut self, schema: &mut Json, depth: usize) {
        if depth > 60 {
            return;
        }
        match schema {
            Json::Array(items) => items.iter_mut().for_each(|item| self.prepare(item, depth + 1)),
            Json::Object(entries) => {
                let text =
                    |entries: &Map<String, Json>, key: &str| entries.get(key).and_then(Json::as_str).map(str::to_owned);
                if let Some(about) = text(entries, "ui:description").or_else(|| text(entries, "description")) {
                    entries.insert(HELP.to_owned(), json!(commonmark::inline_with(&about, &context::outward)));
                }
                if let Some(field) = text(entries, "ui:field")
                    && let Some(list) = self.list(&field, entries)
                {
                    entries.insert(LIST.to_owned(), json!(list));
                }
                for (key, value) in entries.iter_mut() {
                    if !matches!(key.as_str(), "default" | "const" | "enum" | "examples" | LIST | HELP) {
                        self.prepare(value, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns the number of the list of a field.
    fn list(&mut self, field: &str, entries: &Map<String, Json>) -> Option<usize> {
        let options = entries.get("ui:options");
        let option =
            |key: &str| options.and_then(|options| options.get(key)).or_else(|| entries.get(&format!("ui:{key}")));
        let kinds = |names: &[&str]| names.iter().map(|kind| json!({"kind": kind})).collect::<Vec<Json>>();
        let given = option("catalogFilter").map(|filter| match filter {
            Json::Array(filters) => filters.clone(),
            one => vec![one.clone()],
        });
        let allowed = option("allowedKinds").and_then(Json::as_array);
        let allowed = allowed.map(|names| names.iter().map(|kind| json!({"kind": kind})).collect::<Vec<Json>>());
        let filters = match field {
            "OwnerPicker" => given.or(allowed).unwrap_or_else(|| kinds(&["Group", "User"])),
            "MyGroupsPicker" => kinds(&["Group"]),
            "EntityPicker" | "MultiEntityPicker" | "OwnedEntityPicker" => given.or(allowed).unwrap_or_default(),
            "EntityTagsPicker" => {
                let names = option("kinds").and_then(Json::as_array);
                let filters =
                    names.map_or(Vec::new(), |names| names.iter().map(|kind| json!({"kind": kind})).collect());
                return Some(self.kept(json!(["tags", filters]), |view| tags(view, &filters)));
            }
            _ => return None,
        };
        Some(self.kept(json!(["entities", filters]), |view| entities(view, &filters)))
    }

    fn kept(&mut self, key: Json, make: impl FnOnce(&PageContext<'_>) -> Json) -> usize {
        if let Some(at) = self.lists.iter().position(|(known, _)| *known == key) {
            return at;
        }
        let list = make(self.view);
        self.lists.push((key, list));
        self.lists.len() - 1
    }
}

/// Returns reference and title of the entities that one of the filters means; nothing of too many.
fn entities(view: &PageContext<'_>, filters: &[Json]) -> Json {
    let all = view.portal.catalog.entities().iter();
    let found: Vec<&Entity> =
        all.filter(|entity| filters.is_empty() || filters.iter().any(|filter| fits(entity, filter))).collect();
    if found.len() > MAX_CHOICES {
        return Json::Null;
    }
    let mut found: Vec<(String, &str)> = found
        .into_iter()
        .map(|entity| (context::shortened(entity.title(), 80).into_owned(), entity.reference.as_str()))
        .collect();
    found.sort();
    json!(found.into_iter().map(|(title, reference)| (reference, title)).collect::<Vec<_>>())
}

fn tags(view: &PageContext<'_>, filters: &[Json]) -> Json {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entity in view.portal.catalog.entities() {
        if filters.is_empty() || filters.iter().any(|filter| fits(entity, filter)) {
            entity.tags().for_each(|tag| *counts.entry(tag).or_default() += 1);
        }
    }
    json!(counts.keys().take(MAX_CHOICES).map(|tag| (tag, tag)).collect::<Vec<_>>())
}

/// Returns whether an entity fits a filter of the catalog: each key has one of its values, or any.
fn fits(entity: &Entity, filter: &Json) -> bool {
    let Some(filter) = filter.as_object() else { return true };
    filter.iter().all(|(key, wanted)| {
        let has = values(entity, key);
        let is =
            |text: &Json| text.as_str().is_some_and(|text| has.iter().any(|value| value.eq_ignore_ascii_case(text)));
        match wanted {
            Json::Object(exists) => exists.get("exists").and_then(Json::as_bool) == Some(!has.is_empty()),
            Json::Array(several) => several.iter().any(is),
            one => is(one),
        }
    })
}

/// Returns the values of an entity at a path such as `spec.type`.
fn values(entity: &Entity, path: &str) -> Vec<String> {
    if path == "kind" {
        return vec![entity.kind.to_string()];
    }
    if let Some(kind) = path.strip_prefix("relations.") {
        return entity.related(kind).map(|relation| relation.target.to_string()).collect();
    }
    fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
        if let Some(found) = node.get(path) {
            return Some(found);
        }
        path.char_indices()
            .filter(|(_, c)| *c == '.')
            .find_map(|(end, _)| at(node.get(&path[..end])?, &path[end + 1..]))
    }
    let plain = |node: &Node| match serde_json::to_value(node) {
        Ok(Json::String(text)) => Some(text),
        Ok(value @ (Json::Number(_) | Json::Bool(_))) => Some(value.to_string()),
        _ => None,
    };
    match at(&entity.root, path) {
        Some(node) => match node.as_seq() {
            Some(items) => items.iter().filter_map(plain).collect(),
            None => plain(node).into_iter().chain(node.as_map().map(|_| String::new())).collect(),
        },
        None => Vec::new(),
    }
}

/// Returns a condition as a tree that the form can evaluate; `None` for one that it cannot, whose page is then shown.
fn condition(when: &Json) -> Option<Json> {
    let text = match when {
        Json::Bool(shown) => return Some(json!(["value", shown])),
        Json::String(text) if !text.is_empty() => text,
        _ => return None,
    };
    let source = if text.contains("${{") { text.trim().to_owned() } else { format!("${{{{ {text} }}}}") };
    let tree = language::parse(&source, Options::default()).ok()?;
    let Kind::List(parts) = tree.kind(tree.root?) else { return None };
    let [part] = parts[..] else { return None };
    let Kind::Output(expression) = tree.kind(part) else { return None };
    portable(&tree, *expression, 0)
}

fn portable(tree: &Tree, node: NodeId, depth: usize) -> Option<Json> {
    if depth > 40 {
        return None;
    }
    let part = |node: NodeId| portable(tree, node, depth + 1);
    Some(match tree.kind(node) {
        Kind::Literal(literal) => match literal {
            Literal::Null => json!(["value", null]),
            Literal::Bool(value) => json!(["value", value]),
            Literal::Number(value) => json!(["value", value]),
            Literal::Text(value) => json!(["value", &**value]),
            Literal::Regex(..) => return None,
        },
        Kind::Symbol(name) if &**name == "parameters" => json!(["parameters"]),
        Kind::Symbol(_) => json!(["value", null]),
        Kind::Array(items) => {
            let items: Option<Vec<Json>> = items.iter().map(|item| part(*item)).collect();
            json!(["list", items?])
        }
        Kind::Group(items) => part(*items.last()?)?,
        Kind::Lookup { target, key } => json!(["get", part(*target)?, part(*key)?]),
        Kind::Binary(Binary::Or, a, b) => json!(["or", part(*a)?, part(*b)?]),
        Kind::Binary(Binary::And, a, b) => json!(["and", part(*a)?, part(*b)?]),
        Kind::Binary(Binary::In, a, b) => json!(["in", part(*a)?, part(*b)?]),
        Kind::Unary(Unary::Not, a) => json!(["not", part(*a)?]),
        Kind::Compare(first, rest) => {
            let [(comparison, second)] = rest[..] else { return None };
            let name = match comparison {
                Comparison::Equal => "==",
                Comparison::Identical => "===",
                Comparison::NotEqual => "!=",
                Comparison::NotSame => "!==",
                Comparison::Less => "<",
                Comparison::LessEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterEqual => ">=",
            };
            json!([name, part(*first)?, part(second)?])
        }
        Kind::Filter { name, arguments } if matches!(&**name, "length" | "lower" | "upper") => {
            json!([&**name, part(*arguments.positional.first()?)?])
        }
        _ => return None,
    })
}
