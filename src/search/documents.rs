//! What can be found: every entity, every page of documentation, every operation, message and type of an API.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Document, DocumentType, EVEN, Facts, Part};
use crate::adr::{Decisions, Record};
use crate::api::{Api, Item, Role, Slice};
use crate::catalog::{Catalog, Entity};
use crate::config::SearchConfig;
use crate::docs::{DocsPage, DocsSite};
use crate::html;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::radar::{Entry, Radar};
use crate::routes;
use crate::text::FileId;
use crate::workspace::Workspace;

/// Returns everything that can be found, entities first, in the order of references.
#[must_use]
pub fn documents<'a>(workspace: &Workspace, portal: &'a Portal) -> Vec<Document<'a>> {
    let Portal { catalog, docs, apis, decisions, .. } = portal;
    let rules = Rules { workspace, config: &workspace.config().search };
    let entities = catalog.entities().iter().filter_map(|entity| {
        Some(Document { boost: rules.boost(entity.file, None)?, ..entity_document(portal, entity) })
    });
    let mut documents: Vec<Document<'a>> = entities.collect();
    for site in &docs.sites {
        let entity = catalog.get(site.entity);
        let pages = site.pages.iter().filter(|page| !page.doc.front_matter.search_exclude);
        documents.extend(pages.filter_map(|page| {
            let boost = rules.boost(page.file, page.doc.front_matter.search_boost)?;
            Some(Document { boost, ..page_document(entity, site, page) })
        }));
    }
    for api in apis.all() {
        let entity = catalog.get(api.entity);
        let Some(boost) = rules.boost(entity.file, None) else { continue };
        let items = api.parts.items(&api.reference);
        documents.extend(
            items.map(|(part, slice, item)| Document { boost, ..item_document(entity, api, part, slice, item) }),
        );
    }
    documents.extend(decision_documents(&rules, catalog, decisions));
    documents.extend(portal.radars.iter().flat_map(|radar| radar.entries.iter().map(|entry| technology(radar, entry))));
    documents
}

/// Returns the pages of a version of a documentation site; those of the latest are among all [`documents`].
#[must_use]
pub fn documents_of_version<'a>(workspace: &Workspace, portal: &'a Portal, site: &'a DocsSite) -> Vec<Document<'a>> {
    let rules = Rules { workspace, config: &workspace.config().search };
    let entity = portal.catalog.get(site.entity);
    let pages = site.pages.iter().filter(|page| !page.doc.front_matter.search_exclude);
    let documents = pages.filter_map(|page| {
        let boost = rules.boost(page.file, page.doc.front_matter.search_boost)?;
        Some(Document { boost, ..page_document(entity, site, page) })
    });
    documents.collect()
}

fn technology<'a>(radar: &'a Radar, entry: &'a Entry) -> Document<'a> {
    let said = std::iter::once(&entry.description).chain(entry.timeline.iter().map(|snapshot| &snapshot.description));
    let texts: Vec<String> = said.flatten().map(|text| commonmark::plain(text)).collect();
    let (ring, quadrant) = (&radar.rings[entry.ring].name, &radar.quadrants[entry.quadrant].name);
    Document {
        url: routes::radar(radar.id.as_deref(), &entry.slug),
        title: entry.title.clone(),
        kind: DocumentType::Technology,
        reference: String::new(),
        names: vec![entry.id.clone()],
        keywords: format!("{ring} {quadrant} {}", radar.title),
        facts: None,
        boost: EVEN,
        sections: vec![Part { text: html::collapse(&texts.join(" ")).into(), ..Part::default() }],
    }
}

/// Returns the decision records; a folder of several entities is found once, at the first of them.
fn decision_documents<'a>(rules: &Rules<'_>, catalog: &'a Catalog, decisions: &'a Decisions) -> Vec<Document<'a>> {
    let mut folders = BTreeSet::new();
    let mut documents = Vec::new();
    for log in decisions.logs.iter().filter(|log| folders.insert(&*log.folder)) {
        let entity = log.entity.map(|id| catalog.get(id));
        let number = if entity.is_none() { decisions.number_of(log) } else { 0 };
        for record in log.records.iter() {
            let Some(boost) = rules.boost(record.file, None) else { continue };
            let url = routes::decision(entity.map(|entity| &entity.reference), number, &record.id);
            let holds =
                !matches!(record.status.as_deref(), Some("superseded" | "rejected" | "deprecated" | "withdrawn"));
            let boost = if holds { boost } else { boost.div_ceil(OLD_DECISION) };
            documents.push(Document { boost, ..decision_document(entity, record, url) });
        }
    }
    documents
}

/// The factor by which records that are no longer in force count less.
const OLD_DECISION: u16 = 2;

fn decision_document<'a>(entity: Option<&Entity>, record: &'a Record, url: String) -> Document<'a> {
    let sections = record.sections.iter().map(|section| {
        let heading = section.heading.and_then(|heading| record.headings.get(heading));
        Part {
            anchor: Cow::Borrowed(heading.map_or("", |heading| &heading.id)),
            heading: Cow::Borrowed(heading.map_or("", |heading| &heading.title)),
            text: Cow::Borrowed(&section.text),
        }
    });
    let mut keywords = record.tags.clone();
    keywords.extend(record.status.clone());
    keywords.extend(entity.map(|entity| entity.title().to_owned()));
    keywords.push("decision record".to_owned());
    let number = record.number.map(|number| format!("ADR-{number:04}"));
    Document {
        url,
        title: record.title.clone(),
        kind: DocumentType::Decision,
        reference: entity.map(|entity| entity.reference.as_str().to_owned()).unwrap_or_default(),
        names: number.into_iter().collect(),
        keywords: keywords.join(" "),
        facts: None,
        boost: EVEN,
        sections: sections.collect(),
    }
}

/// The most that a document may count for by its own word where the configuration says nothing of it.
const MAX_OWN: f64 = 2.0;

/// What the configuration says of files.
struct Rules<'a> {
    workspace: &'a Workspace,
    config: &'a SearchConfig,
}

impl Rules<'_> {
    /// Returns how much more counts what a file says, in hundredths, if it is to be found at all. What it says of itself
    /// holds within what the configuration says, so that no document puts itself before those of others.
    fn boost(&self, file: FileId, own: Option<f64>) -> Option<u16> {
        let SearchConfig { exclude, boosts, .. } = self.config;
        if exclude.is_empty() && boosts.is_empty() && own.is_none() {
            return Some(EVEN);
        }
        let path = self.workspace.path_checked_out(file);
        if exclude.is_match(&*path) {
            return None;
        }
        let named = boosts.iter().rev().find(|boost| boost.files.is_match(&*path)).map(|boost| boost.factor);
        let own = own.map(|own| own.min(named.unwrap_or(MAX_OWN)));
        let factor = own.or(named).unwrap_or(1.0).clamp(0.1, 10.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within its bounds")]
        Some((factor * f64::from(EVEN)).round() as u16)
    }
}

/// How much of the text of an item is found, in bytes.
const ITEM_TEXT: usize = 1_500;

fn item_document<'a>(entity: &Entity, api: &Api, part: usize, slice: &'a Slice, item: &Item) -> Document<'a> {
    let name = if item.verb.is_empty() { item.name.to_string() } else { format!("{} {}", item.verb, item.name) };
    let summary = item.summary.as_deref().map(commonmark::plain).filter(|text| !text.is_empty());
    let mut names = vec![item.name.to_string()];
    names.extend(item.id.as_deref().map(str::to_owned));
    let mut text = item.description.as_deref().map(|text| commonmark::plain(cut(text, ITEM_TEXT))).unwrap_or_default();
    // Names of fields are what people remember of a type.
    for field in item
        .blocks
        .iter()
        .flat_map(|block| block.fields.iter().chain(block.shape.iter().flat_map(|shape| &shape.fields)))
    {
        if text.len() > ITEM_TEXT {
            break;
        }
        text.push(' ');
        text.push_str(&field.name);
    }
    let group = &api.reference.groups[slice.group].title;
    Document {
        url: routes::definition_part(&entity.reference, &api.parts.parts[part].slug),
        title: summary.map_or_else(|| name.clone(), |summary| format!("{summary} – {name}")),
        kind: match item.role {
            Role::Operation | Role::Channel | Role::Service => DocumentType::Operation,
            Role::Message | Role::Schema | Role::Other => DocumentType::Type,
        },
        reference: entity.reference.as_str().to_owned(),
        names,
        keywords: format!("{} {group}", entity.title()),
        facts: None,
        boost: EVEN,
        sections: vec![Part {
            anchor: Cow::Borrowed(&slice.anchor),
            heading: Cow::default(),
            text: html::collapse(&text).into(),
        }],
    }
}

fn cut(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

fn entity_document<'a>(portal: &Portal, entity: &Entity) -> Document<'a> {
    let catalog = &portal.catalog;
    let reference = &entity.reference;
    let kind = if reference.kind() == "template" { DocumentType::Template } else { DocumentType::Entity };
    let name = entity.name().to_owned();
    let mut names = vec![name.clone(), reference.as_str().to_owned()];
    if reference.namespace() != "default" {
        names.push(format!("{}/{}", entity.namespace(), name));
    }
    if let Some(email) = entity.spec().and_then(|spec| spec.get("profile")?.get("email")?.as_str()) {
        names.push(email.to_owned());
    }
    let mut keywords: Vec<&str> = entity.tags().collect();
    keywords.push(&entity.kind);
    keywords.extend(["type", "lifecycle"].into_iter().filter_map(|field| entity.spec_str(field)));
    // Whose it is and what it is part of, by name and by title.
    let ends = ["ownedBy", "partOf", "memberOf"].into_iter().flat_map(|relation| entity.related(relation));
    for relation in ends {
        keywords.push(relation.target.name());
        let title = relation.id.map(|id| catalog.get(id).title());
        keywords.extend(title.filter(|title| *title != relation.target.name()));
    }
    let mut text = entity.description().map(commonmark::plain).unwrap_or_default();
    for link in entity.links().filter_map(|link| link.title) {
        text.push(' ');
        text.push_str(link);
    }
    Document {
        url: routes::entity(reference),
        title: entity.title().to_owned(),
        kind,
        reference: reference.as_str().to_owned(),
        names,
        keywords: keywords.join(" "),
        facts: Some(Facts {
            owner: entity.related("ownedBy").next().map(|owner| owner.target.as_str().to_owned()).unwrap_or_default(),
            lifecycle: entity.spec_str("lifecycle").unwrap_or_default().to_owned(),
            tags: entity.tags().map(str::to_owned).collect(),
            system: entity.system().unwrap_or_default().to_owned(),
            levels: levels(portal, entity),
        }),
        boost: EVEN,
        sections: vec![Part { text: html::collapse(&text).into(), ..Part::default() }],
    }
}

/// Returns the levels of an entity, each with its scorecard.
fn levels(portal: &Portal, entity: &Entity) -> Vec<String> {
    let Some(id) = portal.catalog.find(entity.reference.as_str()) else { return Vec::new() };
    let levels = portal.scorecards.levels_of(id);
    levels.filter_map(|(_, card, rank)| Some(format!("{}={}", card.id, card.levels.get(rank)?.id))).collect()
}

fn page_document<'a>(entity: &Entity, site: &DocsSite, page: &'a DocsPage) -> Document<'a> {
    let front = &page.doc.front_matter;
    let part = |heading: Option<usize>, text: Cow<'a, str>| {
        let heading = heading.and_then(|heading| page.doc.headings.get(heading));
        // The heading that is the title says nothing that the title does not.
        let told = heading.filter(|heading| heading.level != 1 || heading.title != page.title);
        Part {
            anchor: Cow::Borrowed(heading.map_or("", |heading| &heading.id)),
            heading: Cow::Borrowed(told.map_or("", |heading| &heading.title)),
            text,
        }
    };
    let mut sections: Vec<Part<'a>> = match page.sections() {
        Cow::Borrowed(known) => known.iter().map(|it| part(it.heading, Cow::Borrowed(&it.text))).collect(),
        Cow::Owned(unpacked) => unpacked.into_iter().map(|it| part(it.heading, Cow::Owned(it.text))).collect(),
    };
    if let Some(description) = &front.description {
        match sections.first_mut().filter(|part| part.heading.is_empty()) {
            Some(first) => first.text = format!("{description} {}", first.text).into(),
            None => sections.insert(0, Part { text: Cow::Borrowed(description), ..Part::default() }),
        }
    }
    let mut keywords = front.tags.clone();
    keywords.push(site.title.clone());
    Document {
        url: routes::docs_version(&entity.reference, site.version.as_deref(), &page.path),
        title: page.title.clone(),
        kind: DocumentType::Docs,
        reference: entity.reference.as_str().to_owned(),
        // What the page calls itself where the navigation calls it otherwise.
        names: page
            .doc
            .headings
            .first()
            .filter(|own| own.level == 1)
            .map(|own| own.title.clone())
            .into_iter()
            .collect(),
        keywords: keywords.join(" "),
        facts: None,
        boost: EVEN,
        sections,
    }
}
