//! The overview: what an entity is, whose, and how it stands to others.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::members::{Person, person};
use super::{Tab, TabModel};
use crate::catalog::{Entity, EntityId, Relation};
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::site::graphs::{self, Picture};
use crate::site::kinds::{self, Column};
use crate::site::relations::{self, Place};
use crate::site::table::{self, Table, profile};
use crate::site::view::{self, Anchor, EntityLink, TagLink, is_web};
use crate::site::{Changed, Site, View, icons, yaml_paint};
use crate::yaml::{Map, Node, Value};

/// Rows of a relation beyond these are listed by name only.
const ROWS: usize = 50;
/// Members beyond these stand on their own tab.
const CARDS: usize = 12;

/// See the module.
pub struct Overview;

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    /// HTML.
    description: Option<String>,
    /// For a person: a picture's stand-in.
    person: Option<Profile>,
    facts: Vec<Fact>,
    tags: Vec<TagLink>,
    labels: Vec<(String, String)>,
    links: Vec<Anchor>,
    docs: Option<DocsCard>,
    /// Members of a group.
    members: Option<Members>,
    ownership: Option<Ownership>,
    relations: Vec<RelationCard>,
    picture: Option<Picture>,
    template: Option<TemplateCard>,
    location: Option<LocationCard>,
    /// The README beside an entity without documentation.
    readme: Option<Readme>,
    /// Fields of the kind that have no card of their own.
    properties: Vec<Property>,
    /// The YAML that would add links, when there is nothing at the side.
    hint: Option<String>,
    /// The YAML that would add documentation, when there is none.
    docs_hint: Option<String>,
}

impl Model {
    /// Leaves out a card, by its name in the configuration.
    fn hide(&mut self, card: &str) {
        match card {
            "documentation" => (self.docs, self.docs_hint) = (None, None),
            "labels" => self.labels.clear(),
            "links" => (self.links, self.hint) = (Vec::new(), None),
            "members" => self.members = None,
            "ownership" => self.ownership = None,
            "picture" => self.picture = None,
            "properties" => self.properties.clear(),
            "readme" => self.readme = None,
            "relations" => self.relations.clear(),
            _ => {}
        }
    }
}

/// What the README says.
#[derive(Debug, Serialize)]
struct Readme {
    html: String,
    /// The file where its host shows it.
    more: Option<String>,
    is_cut: bool,
}

/// A person or team.
#[derive(Debug, Serialize)]
struct Profile {
    initials: String,
    email: Option<String>,
}

/// One fact of the About card.
#[derive(Debug, Serialize)]
struct Fact {
    title: String,
    links: Vec<EntityLink>,
    text: Option<String>,
    /// What to say where nothing is known.
    missing: Option<&'static str>,
}

/// The documentation of the entity.
#[derive(Debug, Serialize)]
struct DocsCard {
    href: String,
    title: String,
    pages: String,
    changed: Option<Changed>,
    /// Its first pages.
    entries: Vec<Anchor>,
}

/// The members of a group.
#[derive(Debug, Serialize)]
struct Members {
    count: usize,
    cards: Vec<Person>,
    /// Those without a card.
    further: Vec<EntityLink>,
    /// How many more the groups below have.
    below: usize,
    /// The tab with everybody.
    all: String,
}

/// What a group or user owns.
#[derive(Debug, Serialize)]
struct Ownership {
    boxes: Vec<OwnedBox>,
    direct: usize,
    /// With what the groups below own.
    all: usize,
    has_below: bool,
    kinds: Vec<OwnedKind>,
}

/// How many entities of a kind and type.
#[derive(Debug, Serialize)]
struct OwnedBox {
    href: String,
    class: &'static str,
    direct: usize,
    all: usize,
    kind: String,
    r#type: String,
}

/// The entities of one kind that are owned directly.
#[derive(Debug, Serialize)]
struct OwnedKind {
    title: String,
    count: usize,
    links: Vec<EntityLink>,
}

/// The relations under one heading.
#[derive(Debug, Serialize)]
struct RelationCard {
    anchor: String,
    title: String,
    count: usize,
    table: Table,
    further: Vec<EntityLink>,
}

/// What a template asks for and does.
#[derive(Debug, Serialize)]
struct TemplateCard {
    sections: Vec<ParameterSection>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct ParameterSection {
    title: Option<String>,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    title: Option<String>,
    r#type: String,
    required: bool,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    action: String,
    condition: Option<String>,
}

/// What a Location leads to.
#[derive(Debug, Serialize)]
struct LocationCard {
    count: usize,
    /// The first of them.
    targets: Vec<String>,
    entities: Option<Table>,
}

/// A field of `spec` that no card shows.
#[derive(Debug, Serialize)]
struct Property {
    name: String,
    title: String,
    text: Option<String>,
    /// Where the text leads.
    href: Option<String>,
    items: Vec<String>,
    /// HTML of a nested value.
    code: Option<String>,
}

impl Tab for Overview {
    fn id(&self) -> &'static str {
        ""
    }

    fn title(&self) -> &'static str {
        "Overview"
    }

    fn icon(&self) -> &'static str {
        "overview"
    }

    fn applies(&self, _portal: &Portal, _site: &Site, _entity: EntityId) -> bool {
        true
    }

    fn model(&self, view: &View<'_>, id: EntityId) -> TabModel {
        let entity = view.entity(id);
        let kind = entity.reference.kind();
        let mut headed: BTreeMap<(usize, String), (Place, Vec<&Relation>)> = BTreeMap::new();
        for relation in &entity.relations {
            let heading = relations::heading(&relation.kind, kind, relation.target.kind());
            let entry = headed.entry((heading.rank, heading.title)).or_insert((heading.place, Vec::new()));
            entry.1.push(relation);
        }
        let mut facts = Vec::new();
        let mut cards = Vec::new();
        let mut members = None;
        let mut ownership = None;
        for ((_, title), (place, found)) in &headed {
            match place {
                Place::Fact => facts.push(Fact {
                    title: title.clone(),
                    links: found.iter().map(|relation| view.relation(relation)).collect(),
                    text: None,
                    missing: None,
                }),
                Place::Table => cards.push(relation_card(view, id, title, found)),
                Place::Members => members = Some(found),
                Place::Ownership => ownership = Some(found),
            }
        }
        add_missing_facts(kind, &mut facts);
        facts.extend(plain_facts(entity));
        let is_org = matches!(kind, "group" | "user");
        let ownership =
            (ownership.is_some() || is_org).then(|| self::ownership(view, id, ownership.map_or(&[], Vec::as_slice)));
        let members =
            (members.is_some() || kind == "group").then(|| self::members(view, id, members.map_or(&[], Vec::as_slice)));
        let links = links(entity);
        let docs = docs_card(view, id);
        let hint = (links.is_empty() && docs.is_none() && matches!(kind, "component" | "api" | "resource" | "system")).then(|| {
            yaml_paint::paint("metadata:\n  links:\n    - url: https://dashboard.example.com\n      title: Dashboard\n      icon: dashboard\n")
        });
        let annotated = entity.annotation("backstage.io/techdocs-ref").is_some();
        let docs_hint = (docs.is_none() && !annotated && kind == "component")
            .then(|| yaml_paint::paint("metadata:\n  annotations:\n    backstage.io/techdocs-ref: dir:.\n"));
        let mut model = Model {
            description: entity.description().map(|text| commonmark::block_with(text, &view::outward)),
            person: is_org.then(|| Profile {
                initials: view::initials(entity.title()),
                email: profile(entity, "email").map(str::to_owned),
            }),
            facts,
            tags: view.tags(entity),
            labels: entity.pairs("labels").map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            links,
            docs,
            members,
            ownership,
            relations: cards,
            picture: graphs::neighbours(view, id),
            template: (kind == "template").then(|| template_card(entity)),
            location: (kind == "location").then(|| location_card(view, entity)),
            properties: properties(entity),
            hint,
            docs_hint,
            readme: view.portal.notes.readmes.get(&id).map(|note| Readme {
                html: commonmark::block_with(&note.text, &|link| view.note_link(note, link)),
                more: note.view.clone(),
                is_cut: note.is_cut,
            }),
        };
        for card in view.site.entity_page(entity).map_or(&[][..], |page| &page.hide) {
            model.hide(card);
        }
        TabModel::Overview(Box::new(model))
    }
}

fn relation_card(view: &View<'_>, id: EntityId, title: &str, found: &[&Relation]) -> RelationCard {
    use Column::{Definition, Description, Kind, Lifecycle, Members, Owner, System, Type};
    let system = |id| view.part_of(view.entity(id), "system").map(|link| link.reference);
    let type_or_definition =
        if found.iter().all(|relation| relation.target.kind() == "api") { Definition } else { Type };
    let columns = [Kind, System, Owner, type_or_definition, Lifecycle, Members, Description];
    let mut targets = found.iter().map(|relation| relation.target.kind());
    let first = targets.next();
    // One kind needs no column that says so.
    let mixed = targets.any(|kind| Some(kind) != first);
    let own = system(id);
    let elsewhere = found.iter().filter_map(|relation| relation.id).any(|other| system(other) != own);
    let columns: Vec<Column> =
        columns.into_iter().filter(|column| (mixed || *column != Kind) && (elsewhere || *column != System)).collect();
    let shown = &found[..found.len().min(ROWS)];
    RelationCard {
        anchor: relations::slug(title),
        title: title.to_owned(),
        count: found.len(),
        table: table::of_relations(view, &columns, shown),
        further: found[shown.len()..].iter().map(|relation| view.relation(relation)).collect(),
    }
}

fn add_missing_facts(kind: &str, facts: &mut Vec<Fact>) {
    let expected: &[(&str, &'static str)] = match kind {
        "component" | "api" | "resource" => &[("Owner", "No owner"), ("System", "No system")],
        "system" => &[("Owner", "No owner"), ("Domain", "No domain")],
        "domain" | "template" => &[("Owner", "No owner")],
        "user" => &[("Groups", "In no group")],
        _ => &[],
    };
    for (at, (title, missing)) in expected.iter().enumerate() {
        if !facts.iter().any(|fact| fact.title == *title) {
            let fact = Fact { title: (*title).to_owned(), links: Vec::new(), text: None, missing: Some(missing) };
            facts.insert(at.min(facts.len()), fact);
        }
    }
}

fn plain_facts(entity: &Entity) -> Vec<Fact> {
    let fact = |title: &str, text: Option<&str>| {
        text.filter(|text| !text.trim().is_empty()).map(|text| Fact {
            title: title.to_owned(),
            links: Vec::new(),
            text: Some(text.to_owned()),
            missing: None,
        })
    };
    let namespace = Some(entity.namespace()).filter(|namespace| *namespace != "default");
    [
        fact("Type", entity.spec_str("type")),
        fact("Lifecycle", entity.spec_str("lifecycle")),
        fact("Namespace", namespace),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Collects the links of the entity, and those that well-known annotations lead to.
fn links(entity: &Entity) -> Vec<Anchor> {
    let mut links: Vec<Anchor> = entity
        .links()
        .filter(|link| is_web(link.url))
        .map(|link| Anchor {
            href: link.url.to_owned(),
            title: link.title.unwrap_or(link.url).to_owned(),
            icon: icons::of_link(link.icon, link.url),
            external: true,
        })
        .collect();
    let slugs: &[(&str, &str, &str, &'static str, &'static str)] = &[
        ("github.com/project-slug", "https://github.com/", "", "Repository", "repository"),
        ("github.com/project-slug", "https://github.com/", "/actions", "Pipelines", "pipeline"),
        ("gitlab.com/project-slug", "https://gitlab.com/", "", "Repository", "repository"),
        ("gitlab.com/project-slug", "https://gitlab.com/", "/-/pipelines", "Pipelines", "pipeline"),
        ("circleci.com/project-slug", "https://app.circleci.com/pipelines/", "", "Pipelines", "pipeline"),
    ];
    for (key, before, after, title, icon) in slugs {
        let Some(slug) = entity.annotation(key) else { continue };
        let plain = !slug.is_empty() && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
        let href = format!("{before}{slug}{after}");
        let known = links.iter().any(|link| link.href.trim_end_matches('/') == href);
        if plain && !known {
            links.push(Anchor { href, title: (*title).to_owned(), icon, external: true });
        }
    }
    links
}

fn docs_card(view: &View<'_>, id: EntityId) -> Option<DocsCard> {
    let target = view.site.docs_of(id)?;
    let site = view.portal.docs.sites.get(target.site)?;
    let page = site.pages.get(target.page)?;
    let reference = &view.entity(site.entity).reference;
    // In the order of reading; the files are in the order of their names.
    let following = |other: &usize| site.pages.get(*other)?.next;
    let entries = std::iter::successors(page.next, following)
        .take(5)
        .filter_map(|other| site.pages.get(other))
        .map(|other| Anchor {
            href: view.href(&routes::docs_page(reference, &other.path)),
            title: other.title.clone(),
            icon: "file",
            external: false,
        })
        .collect();
    Some(DocsCard {
        href: view.docs(id)?,
        title: site.title.clone(),
        pages: view::count(site.pages.len(), "page", "pages"),
        changed: page.last_change.as_ref().map(Changed::new),
        entries,
    })
}

/// Returns the groups below a group, itself not among them.
#[must_use]
pub fn groups_below(view: &View<'_>, id: EntityId) -> BTreeSet<EntityId> {
    let mut below = BTreeSet::new();
    let mut open = vec![id];
    while let Some(group) = open.pop() {
        for relation in view.entity(group).related("parentOf") {
            if let Some(child) = relation.id
                && child != id
                && below.insert(child)
            {
                open.push(child);
            }
        }
    }
    below
}

fn members(view: &View<'_>, id: EntityId, found: &[&Relation]) -> Members {
    let own: BTreeSet<&str> = found.iter().map(|relation| relation.target.as_str()).collect();
    let below: BTreeSet<&str> = groups_below(view, id)
        .into_iter()
        .flat_map(|group| view.entity(group).related("hasMember").map(|relation| relation.target.as_str()))
        .filter(|member| !own.contains(member))
        .collect();
    let shown = found.len().min(CARDS);
    Members {
        count: found.len(),
        cards: found[..shown].iter().map(|member| person(view, view.relation(member), member.id)).collect(),
        further: found[shown..].iter().map(|relation| view.relation(relation)).collect(),
        below: below.len(),
        all: view.href(&routes::entity_tab(&view.entity(id).reference, "members")),
    }
}

/// Counts what is owned by kind and type: directly, and with what the groups below own.
fn ownership(view: &View<'_>, id: EntityId, found: &[&Relation]) -> Ownership {
    let direct: BTreeSet<EntityId> = found.iter().filter_map(|relation| relation.id).collect();
    let below = groups_below(view, id);
    let mut all = direct.clone();
    for group in &below {
        all.extend(view.entity(*group).related("ownerOf").filter_map(|relation| relation.id));
    }
    let mut counts: BTreeMap<(usize, &str, &str), (usize, usize)> = BTreeMap::new();
    for owned in &all {
        let entity = view.entity(*owned);
        let kind = entity.reference.kind();
        let key = (kinds::rank(kind), kind, entity.spec_str("type").unwrap_or_default());
        let entry = counts.entry(key).or_default();
        entry.0 += usize::from(direct.contains(owned));
        entry.1 += 1;
    }
    let owner = routes::query_value(view.entity(id).reference.as_str());
    let index = view.href(routes::CATALOG);
    let mut boxes: Vec<OwnedBox> = counts
        .into_iter()
        .map(|((_, kind, r#type), (direct, all))| {
            let mut href = format!("{index}?filters[kind]={kind}&filters[owners]={owner}");
            if !r#type.is_empty() {
                href.push_str("&filters[type]=");
                href.push_str(&routes::query_value(r#type));
            }
            let face = view.site.kind(kind).map(|group| &group.face);
            let name = face.map_or(kind, |face| if all == 1 { &face.one } else { &face.many });
            OwnedBox { href, class: kinds::class(kind), direct, all, kind: name.to_owned(), r#type: r#type.to_owned() }
        })
        .collect();
    boxes.sort_by_key(|owned| std::cmp::Reverse(owned.all));

    let mut kinds_owned: BTreeMap<(usize, &str), Vec<EntityLink>> = BTreeMap::new();
    for relation in found {
        let kind = relation.target.kind();
        kinds_owned.entry((kinds::rank(kind), kind)).or_default().push(view.relation(relation));
    }
    let kinds = kinds_owned
        .into_iter()
        .map(|((_, kind), links)| {
            let face = view.site.kind(kind).map(|group| group.face.many.clone());
            OwnedKind { title: face.unwrap_or_else(|| kind.to_owned()), count: links.len(), links }
        })
        .collect();
    Ownership { boxes, direct: direct.len(), all: all.len(), has_below: !below.is_empty(), kinds }
}

fn template_card(entity: &Entity) -> TemplateCard {
    let spec = entity.spec();
    let field = |name: &str| spec.and_then(|spec| spec.get(name));
    let pages: Vec<&Node> = match field("parameters") {
        Some(node) => node.as_seq().map_or_else(|| vec![node], |pages| pages.iter().collect()),
        None => Vec::new(),
    };
    let steps = field("steps").and_then(Node::as_seq).unwrap_or(&[]);
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    TemplateCard {
        sections: pages.iter().map(|page| parameter_section(page)).collect(),
        steps: steps
            .iter()
            .map(|step| {
                let action = text(step, "action").unwrap_or_default();
                let name = text(step, "name").or_else(|| text(step, "id")).unwrap_or_else(|| action.clone());
                Step { name, action, condition: text(step, "if") }
            })
            .collect(),
    }
}

fn parameter_section(page: &Node) -> ParameterSection {
    let required: Vec<&str> =
        page.get("required").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str).collect();
    let properties = page.get("properties").and_then(Node::as_map).map_or(&[][..], Map::entries);
    let parameters = properties
        .iter()
        .map(|entry| {
            let text = |key: &str| entry.value.get(key).and_then(Node::as_str).map(str::to_owned);
            let choices = entry.value.get("enum").and_then(Node::as_seq).map(|values| {
                let values: Vec<String> = values.iter().map(scalar).collect();
                values.join(" | ")
            });
            Parameter {
                name: entry.key.to_string(),
                title: text("title"),
                r#type: choices.or_else(|| text("ui:field")).or_else(|| text("type")).unwrap_or_default(),
                required: required.contains(&&*entry.key),
                description: text("description").map(|text| commonmark::inline_with(&text, &view::outward)),
            }
        })
        .collect();
    ParameterSection { title: page.get("title").and_then(Node::as_str).map(str::to_owned), parameters }
}

fn location_card(view: &View<'_>, entity: &Entity) -> LocationCard {
    let targets = table::targets(entity);
    let led_to = view.site.led_to(entity);
    let shown = &led_to[..led_to.len().min(crate::site::ROWS_PER_PAGE)];
    let columns = [Column::Kind, Column::Owner, Column::Type, Column::Description];
    LocationCard {
        count: targets.len(),
        targets: targets.into_iter().take(crate::site::ROWS_PER_PAGE).map(str::to_owned).collect(),
        entities: (!led_to.is_empty()).then(|| table::of_entities(view, &columns, shown)),
    }
}

/// Returns the fields of `spec` that neither facts nor relations nor cards show.
fn properties(entity: &Entity) -> Vec<Property> {
    let kind = entity.reference.kind();
    let known: &[&str] = match kind {
        "component" => &["subcomponentOf", "providesApis", "consumesApis", "dependsOn", "dependencyOf", "system"],
        "api" => &["definition", "system"],
        "resource" => &["dependsOn", "dependencyOf", "system"],
        "system" => &["domain"],
        "domain" => &["subdomainOf"],
        "group" => &["profile", "parent", "children", "members"],
        "user" => &["profile", "memberOf"],
        "template" => &["parameters", "steps", "output"],
        "location" => &["target", "targets", "presence"],
        _ => &[],
    };
    let entries = entity.spec().map_or(&[][..], Map::entries);
    let common = ["type", "lifecycle", "owner"];
    let shown = entries.iter().filter(|entry| !common.contains(&&*entry.key) && !known.contains(&&*entry.key));
    shown.map(|entry| property(&entry.key, &entry.value)).collect()
}

fn property(name: &str, value: &Node) -> Property {
    let mut property = Property {
        name: name.to_owned(),
        title: relations::words(name),
        text: None,
        href: None,
        items: Vec::new(),
        code: None,
    };
    match &value.value {
        Value::Seq(items) if items.iter().all(is_scalar) => property.items = items.iter().map(scalar).collect(),
        Value::Seq(_) | Value::Map(_) => {
            let yaml = serde_yaml::to_string(value).unwrap_or_default();
            property.code = Some(yaml_paint::paint(&yaml));
        }
        _ => {
            let text = scalar(value);
            property.href = is_web(&text).then(|| text.clone());
            property.text = Some(text);
        }
    }
    property
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Seq(_) | Value::Map(_))
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Str(text) => text.to_string(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}
