//! Where an entity, a decision record or an operation of an API is talked about: in documentation and in decision records.
//!
//! A mention of an entity is a link to it, its full reference such as `component:web` in text or code, or its exact name as code.
//! An operation is mentioned as code by its method and path, or by its id. Plain prose never counts: names are words, too.
//! Knows no URL of the site.
//!
//! Invariant: each text is read once, so that finding every mention costs about as much as counting words.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::adr::Decisions;
use crate::api::{Apis, Role};
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::docs::Docs;
use crate::html;
use crate::markdown::{DocLink, Heading, Section};
use crate::workspace::Workspace;

/// Where a mention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A page of a documentation site, by the indexes of both.
    Page(usize, usize),
    /// A decision record, by the indexes of its log and itself.
    Decision(usize, usize),
}

/// One place at which an entity is talked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The page.
    pub place: Place,
    /// The name and the words of the heading above it.
    pub heading: Option<(String, String)>,
    /// The words around it.
    pub context: String,
}

/// Every mention.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// By entity.
    entities: Vec<Vec<Mention>>,
    /// By decision record, of which links alone count.
    decisions: BTreeMap<(usize, usize), Vec<Mention>>,
    operations: HashMap<OperationId, Vec<Mention>>,
}

/// The entity of an API, with the indexes of a group of its reference and of an item there.
pub type OperationId = (EntityId, usize, usize);

impl Mentions {
    /// Returns where an entity is talked about, what changed last first.
    #[must_use]
    pub fn of(&self, id: EntityId) -> &[Mention] {
        self.entities.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// Returns where a decision record is linked to, by the indexes of its log and itself.
    #[must_use]
    pub fn of_decision(&self, id: (usize, usize)) -> &[Mention] {
        self.decisions.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns where an operation is talked about, what changed last first.
    #[must_use]
    pub fn of_operation(&self, id: OperationId) -> &[Mention] {
        self.operations.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The shortest name that counts as code.
const NAME: usize = 4;
/// Operations of a page that are shown with the words around: each costs a look through the page.
const SURROUNDED: usize = 200;
/// The shortest id of an operation that counts.
const OPERATION: usize = 6;
/// A name that occurs as code on more pages than this, and on more than one in fifty, is an everyday word.
const COMMON: usize = 10;
/// Characters of context on each side.
const AROUND: usize = 70;

/// A text that is read.
struct Text<'a> {
    place: Place,
    /// The path of its file, as reports show it.
    path: Arc<str>,
    /// Whose text it is.
    owner: Option<EntityId>,
    changed: Option<i64>,
    html: &'a str,
    headings: &'a [Heading],
    sections: &'a [Section],
    links: &'a [DocLink],
}

/// What one text says: the entity, the section, and the words around.
struct Found {
    id: EntityId,
    section: Option<usize>,
    context: String,
    by_name: bool,
}

/// What one text says of an operation.
struct FoundOperation {
    id: OperationId,
    section: Option<usize>,
    context: String,
}

/// Finds every mention.
#[must_use]
pub fn find(workspace: &Workspace, catalog: &Catalog, docs: &Docs, decisions: &Decisions, apis: &Apis) -> Mentions {
    let names = names(catalog);
    let kinds: BTreeSet<&str> = catalog.entities().iter().map(|entity| entity.reference.kind()).collect();
    let index = Index { catalog, names: &names, kinds: &kinds, operations: operations(apis) };
    let texts = texts(workspace, docs, decisions);
    let (found, of_operations): (Vec<Vec<Found>>, Vec<Vec<FoundOperation>>) =
        texts.par_iter().map(|text| index.read(text)).unzip();

    let mut pages_of_name: HashMap<EntityId, usize> = HashMap::new();
    for one in found.iter().flatten().filter(|one| one.by_name) {
        *pages_of_name.entry(one.id).or_default() += 1;
    }
    let limit = COMMON.max(texts.len() / 50);
    let is_common = |id: &EntityId| pages_of_name.get(id).is_some_and(|pages| *pages > limit);

    let mut mentions: Vec<Vec<(Option<i64>, Mention)>> = vec![Vec::new(); catalog.entities().len()];
    for (text, found) in texts.iter().zip(found) {
        for one in found {
            if (one.by_name && is_common(&one.id)) || text.owner == Some(one.id) {
                continue;
            }
            mentions[one.id.index()].push((text.changed, text.mention(one.section, one.context)));
        }
    }
    let mut operations: HashMap<OperationId, Vec<(Option<i64>, Mention)>> = HashMap::new();
    for (text, found) in texts.iter().zip(of_operations) {
        for one in found {
            let mention = text.mention(one.section, one.context);
            operations.entry(one.id).or_default().push((text.changed, mention));
        }
    }
    let newest_first = |mut list: Vec<(Option<i64>, Mention)>| {
        list.sort_by_key(|(changed, mention)| (std::cmp::Reverse(*changed), mention.place));
        list.into_iter().map(|(_, mention)| mention).collect()
    };
    Mentions {
        decisions: of_decisions(&texts, decisions),
        entities: mentions.into_iter().map(newest_first).collect(),
        operations: operations.into_iter().map(|(id, list)| (id, newest_first(list))).collect(),
    }
}

impl Text<'_> {
    fn mention(&self, section: Option<usize>, context: String) -> Mention {
        let heading = section.and_then(|at| self.headings.get(self.sections.get(at)?.heading?));
        Mention {
            place: self.place,
            heading: heading.map(|heading| (heading.id.clone(), heading.title.clone())),
            context,
        }
    }
}

/// Returns the operations by what they are called in code.
fn operations(apis: &Apis) -> HashMap<String, Vec<OperationId>> {
    let mut operations: HashMap<String, Vec<OperationId>> = HashMap::new();
    for api in apis.all() {
        for (group, items) in api.reference.groups.iter().enumerate() {
            for (at, item) in items.items.iter().enumerate().filter(|(_, item)| item.role == Role::Operation) {
                let names = [Some(format!("{} {}", item.verb, item.name)), item.id.as_deref().map(str::to_owned)];
                for name in names.into_iter().flatten().filter_map(|name| operation_name(&name)) {
                    let ids = operations.entry(name).or_default();
                    if ids.last() != Some(&(api.entity, group, at)) {
                        ids.push((api.entity, group, at));
                    }
                }
            }
        }
    }
    operations
}

/// Returns what an operation is called, in one form: `GET /shows/{}` whatever the variable is called, or an id. `None` if the
/// code is neither; an id must not be a word.
fn operation_name(code: &str) -> Option<String> {
    if let Some((method, path)) = code.split_once(' ') {
        let is_method = method.len() >= 3 && method.bytes().all(|b| b.is_ascii_uppercase());
        if !is_method || !path.starts_with('/') {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts = path.trim_end_matches('/').split('/').map(|part| match part.find('{') {
            Some(at) if part.ends_with('}') => &part[..=at],
            _ => part,
        });
        return Some(format!("{method} {}", parts.collect::<Vec<_>>().join("/")));
    }
    let is_plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/'));
    let has_hump = code.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let is_id = is_plain && code.len() >= OPERATION && (has_hump || code.contains(['_', '.', '/']));
    is_id.then(|| code.to_owned())
}

/// Finds where decision records are linked to: in documents, and in other records of their folder.
fn of_decisions(texts: &[Text<'_>], decisions: &Decisions) -> BTreeMap<(usize, usize), Vec<Mention>> {
    let mut by_path: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut found: BTreeMap<(usize, usize), Vec<Mention>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut add = |to: (usize, usize), place: Place| {
        if seen.insert((to, place)) {
            found.entry(to).or_default().push(Mention { place, heading: None, context: String::new() });
        }
    };
    for (at, log) in decisions.logs.iter().enumerate() {
        for (record, one) in log.records.iter().enumerate() {
            by_path.entry(&*one.path).or_insert((at, record));
            for (_, to) in one.links.iter().filter(|(_, to)| *to != record) {
                add((at, *to), Place::Decision(at, record));
            }
        }
    }
    if by_path.is_empty() {
        return found;
    }
    for text in texts {
        for link in text.links {
            let target = link.target.split(['#', '?']).next().unwrap_or_default();
            let is_document = target.ends_with(".md") && !target.starts_with('/') && !html::is_external(target);
            let path = if is_document { joined(&text.path, target) } else { None };
            // A record that is a page of a documentation site may link to itself.
            if let Some(path) = path.filter(|path| **path != *text.path)
                && let Some(to) = by_path.get(path.as_str())
            {
                add(*to, text.place);
            }
        }
    }
    found
}

/// Returns the path that a link means in the file at `from`; `None` if it leads above the top.
fn joined(from: &str, link: &str) -> Option<String> {
    let mut names: Vec<&str> = from.split('/').collect();
    names.pop();
    for name in link.split('/') {
        match name {
            "" | "." => {}
            ".." => _ = names.pop()?,
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

fn texts<'a>(workspace: &Workspace, docs: &'a Docs, decisions: &'a Decisions) -> Vec<Text<'a>> {
    let pages = docs.sites.iter().enumerate().flat_map(|(site, of)| {
        of.pages.iter().enumerate().map(move |(page, one)| Text {
            place: Place::Page(site, page),
            path: workspace.path(one.file),
            owner: Some(of.entity),
            changed: one.last_change.as_ref().map(|change| change.time),
            html: &one.doc.html,
            headings: &one.doc.headings,
            sections: &one.doc.sections,
            links: &one.doc.links,
        })
    });
    let mut folders = BTreeSet::new();
    let logs = decisions.logs.iter().enumerate().filter(|(_, log)| folders.insert(&*log.folder));
    // A record that is a page of a documentation site has been read as such.
    let records = logs.flat_map(|(at, log)| {
        let own = log.records.iter().enumerate().filter(|(_, record)| record.document.is_none());
        own.map(move |(record, one)| Text {
            place: Place::Decision(at, record),
            path: Arc::clone(&one.path),
            owner: log.entity,
            changed: None,
            html: "",
            headings: &one.headings,
            sections: &one.sections,
            links: &[],
        })
    });
    let records: Vec<Text<'a>> = records.collect();
    pages.chain(records).collect()
}

/// Returns the entities by names that mean one alone and are long enough.
fn names(catalog: &Catalog) -> HashMap<String, EntityId> {
    let mut names: HashMap<String, Option<EntityId>> = HashMap::new();
    for (id, entity) in catalog.iter() {
        let name = entity.name().to_lowercase();
        let letters = name.chars().filter(|c| c.is_alphabetic()).count();
        if letters >= NAME {
            names.entry(name).and_modify(|known| *known = None).or_insert(Some(id));
        }
    }
    names.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

struct Index<'a> {
    catalog: &'a Catalog,
    names: &'a HashMap<String, EntityId>,
    kinds: &'a BTreeSet<&'a str>,
    operations: HashMap<String, Vec<OperationId>>,
}

impl Index<'_> {
    /// Reads a text; of each entity and operation the first mention counts.
    fn read(&self, text: &Text<'_>) -> (Vec<Found>, Vec<FoundOperation>) {
        let mut found: BTreeMap<EntityId, Found> = BTreeMap::new();
        for (at, section) in text.sections.iter().enumerate() {
            for (id, place) in self.references(&section.text) {
                let context = around(&section.text, place);
                found.entry(id).or_insert(Found { id, section: Some(at), context, by_name: false });
            }
        }
        for link in text.links {
            if let Some(id) = self.link(&link.target) {
                found.entry(id).or_insert_with(|| self.in_section(text, id, false));
            }
        }
        let mut operations: Vec<(String, &[OperationId])> = Vec::new();
        for code in codes(text.html) {
            if let Some(id) = self.names.get(&code.to_lowercase()) {
                found.entry(*id).or_insert_with(|| self.in_section(text, *id, true));
            }
            if !self.operations.is_empty()
                && let Some(ids) = operation_name(&code).and_then(|name| self.operations.get(&name))
            {
                operations.push((code, ids));
            }
        }
        let mut of_operations: BTreeMap<OperationId, FoundOperation> = BTreeMap::new();
        for (code, ids) in operations {
            // Of APIs with the same operation, the one that the page is about or talks about is meant.
            let mut near = ids.iter().filter(|id| text.owner == Some(id.0) || found.contains_key(&id.0));
            let id = match (ids, near.next(), near.next()) {
                ([one], ..) | (_, Some(one), None) => *one,
                _ => continue,
            };
            let is_surrounded = of_operations.len() < SURROUNDED;
            of_operations.entry(id).or_insert_with(|| {
                let mut sections = text.sections.iter().enumerate().filter(|_| is_surrounded);
                let place = sections.find_map(|(at, section)| Some((at, section, section.text.find(&code)?)));
                let words =
                    |(_, section, start): (usize, &Section, usize)| around(&section.text, start..start + code.len());
                FoundOperation { id, section: place.map(|(at, ..)| at), context: place.map(words).unwrap_or_default() }
            });
        }
        (found.into_values().collect(), of_operations.into_values().collect())
    }

    /// Finds full references in a text, with their places.
    fn references(&self, text: &str) -> Vec<(EntityId, std::ops::Range<usize>)> {
        let found = EntityRef::written_in(text, |kind| self.kinds.contains(kind));
        found
            .into_iter()
            .filter_map(|(reference, place)| Some((self.catalog.find(reference.as_str())?, place)))
            .collect()
    }

    /// Finds the entity that a link leads to: a reference, or the address of its page or documentation.
    fn link(&self, target: &str) -> Option<EntityId> {
        if let Ok(reference) = EntityRef::parse(target, None, "default")
            && let Some(id) = self.catalog.find(reference.as_str())
        {
            return Some(id);
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let at = ["/catalog/", "/docs/"].iter().find_map(|part| Some(path.find(part)? + part.len()))?;
        let mut parts = path[at..].split('/');
        let [namespace, kind, name] = [parts.next()?, parts.next()?, parts.next()?];
        self.catalog.find(&format!("{kind}:{namespace}/{name}").to_lowercase())
    }

    /// Says where a text has an entity by its title or name, for want of the place itself.
    fn in_section(&self, text: &Text<'_>, id: EntityId, by_name: bool) -> Found {
        let entity = self.catalog.get(id);
        for (at, section) in text.sections.iter().enumerate() {
            let names = [entity.name(), entity.title()];
            let place = names.iter().find_map(|name| section.text.find(name).map(|start| start..start + name.len()));
            if let Some(place) = place {
                return Found { id, section: Some(at), context: around(&section.text, place), by_name };
            }
        }
        Found { id, section: None, context: String::new(), by_name }
    }
}

/// Returns the contents of code spans, those of blocks left out.
fn codes(html: &str) -> impl Iterator<Item = String> {
    const TAG: &str = "<code>";
    // All documents are read after each change in the watch server.
    memchr::memmem::find_iter(html.as_bytes(), TAG).filter_map(|at| {
        if html[..at].ends_with("<pre>") {
            return None;
        }
        let rest = &html[at + TAG.len()..];
        let text = &rest[..rest.find("</code>")?];
        (text.len() <= 80 && !text.is_empty()).then(|| html::text(text))
    })
}

/// Returns the words around a place of a text.
fn around(text: &str, place: std::ops::Range<usize>) -> String {
    let from = text[..place.start].char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let to = text[place.end..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| place.end + at);
    // Cut between words.
    let from = if from == 0 { 0 } else { text[from..place.start].find(' ').map_or(place.start, |at| from + at + 1) };
    let to = if to == text.len() { to } else { text[place.end..to].rfind(' ').map_or(place.end, |at| place.end + at) };
    let (before, after) = (if from > 0 { "… " } else { "" }, if to < text.len() { " …" } else { "" });
    format!("{before}{}{after}", text[from..to].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    fn entity(name: &str, more: &str) -> String {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}{more}}}\nspec: {{type: service, lifecycle: production, owner: o}}\n"
        )
    }

    /// Returns the mentions of each entity but the one whose documents these are, as pages with headings and contexts.
    fn found(pages: &[(String, String)], entities: &[&str]) -> Vec<Vec<String>> {
        let mut catalog = entity("handbook", ", annotations: {backstage.io/techdocs-ref: 'dir:.'}");
        entities.iter().for_each(|name| catalog.push_str(&entity(name, "")));
        let mut files: Vec<(&str, &[u8])> = vec![("catalog-info.yaml", catalog.as_bytes())];
        files.extend(pages.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = std::sync::Arc::new(crate::catalog::load(&workspace).catalog);
        let docs =
            crate::docs::analyse(&workspace, &catalog, crate::depth::Depth::Pages, &crate::docs::Memo::default()).0;
        let mentions = find(&workspace, &catalog, &docs, &Decisions::default(), &Apis::default());
        let told = |mention: &Mention| {
            let Place::Page(site, page) = mention.place else { return String::new() };
            let heading = mention.heading.as_ref().map(|(id, _)| format!("#{id}")).unwrap_or_default();
            format!("{}{heading} {}", docs.sites[site].pages[page].path, mention.context)
        };
        let of = |name: &&str| {
            let id = catalog.find(&format!("component:default/{name}")).expect("it is there");
            mentions.of(id).iter().map(told).collect()
        };
        entities.iter().map(of).collect()
    }

    fn page(name: &str, text: &str) -> (String, String) {
        (format!("docs/{name}.md"), text.to_owned())
    }

    #[test]
    fn references_links_and_names_as_code_are_mentions_and_prose_is_none() {
        let pages = [
            page(
                "index",
                "# Handbook\n\nThe ledger is not meant here, nor is xcomponent:ledger, http://component:ledger.\n",
            ),
            page("a", "# A\n\n## Money\n\nWe keep it in component:default/ledger.\n"),
            page("b", "# B\n\nSee [the books](component:ledger), or [more](/catalog/default/component/gate/).\n"),
            page("c", "# C\n\nRun `ledger` or `gate`, then `api`.\n\n```\nledger\n```\n"),
        ];
        let told = found(&pages, &["ledger", "gate", "api"]);
        assert_eq!(
            told[0],
            ["a#money We keep it in component:default/ledger.", "b ", "c#c Run ledger or gate, then api. ledger"]
        );
        assert_eq!(told[1].len(), 2, "{told:?}");
        assert_eq!(told[2], [""; 0], "three letters are no name");
    }

    #[test]
    fn a_hundred_mentions_are_found_and_a_hundred_decoys_are_not() {
        let names: Vec<String> = (0..100).map(|at| format!("service-{at}")).collect();
        let mut pages = vec![page("index", "# All\n")];
        for name in &names {
            pages.push(page(&format!("real-{name}"), &format!("# P\n\nTalk to component:{name} first.\n")));
            pages.push(page(
                &format!("decoy-{name}"),
                &format!("# P\n\nThe {name} of old, subcomponent:{name}, components:{name}.\n"),
            ));
        }
        let entities: Vec<&str> = names.iter().map(String::as_str).collect();
        for (name, told) in names.iter().zip(found(&pages, &entities)) {
            assert_eq!(told, [format!("real-{name}#p Talk to component:{name} first.")], "{name}");
        }
    }

    #[test]
    fn a_decision_is_mentioned_where_documents_and_other_records_link_to_it() {
        let catalog =
            entity("handbook", ", annotations: {backstage.io/techdocs-ref: 'dir:.', backstage.io/adr-location: adr}");
        let files: [(&str, &[u8]); 4] = [
            ("catalog-info.yaml", catalog.as_bytes()),
            ("docs/guide/a.md", b"# A\n\nWhy: [first](../../adr/0001-first.md#why), [again](../../adr/0001-first.md), [no](../0001-first.md).\n"),
            ("adr/0001-first.md", b"# First\n\nText.\n"),
            ("adr/0002-second.md", b"# Second\n\nAfter [first](0001-first.md).\n"),
        ];
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let docs =
            crate::docs::analyse(&workspace, &catalog, crate::depth::Depth::Pages, &crate::docs::Memo::default()).0;
        let decisions = crate::adr::analyse(&workspace, &catalog, &docs).0;
        let mentions = find(&workspace, &catalog, &docs, &decisions, &Apis::default());
        let places = |record: usize| mentions.of_decision((0, record)).iter().map(|it| it.place).collect::<Vec<_>>();
        assert_eq!(places(0), [Place::Decision(0, 1), Place::Page(0, 0)]);
        assert_eq!(places(1), []);
    }

    #[test]
    fn an_operation_is_mentioned_by_method_and_path_or_by_its_id() {
        let api = |name: &str, paths: &str| {
            format!(
                "---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: {name}}}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: o\n  definition: |\n    openapi: 3.0.0\n    info: {{title: a, version: '1'}}\n    paths:\n{paths}"
            )
        };
        let mut catalog = entity("handbook", ", annotations: {backstage.io/techdocs-ref: 'dir:.'}");
        catalog.push_str(&api(
            "shows",
            "      /shows/{id}: {get: {operationId: readShow, responses: {}}}\n      /health: {get: {responses: {}}}\n",
        ));
        catalog.push_str(&api("seats", "      /health: {get: {responses: {}}}\n"));
        let page = "# A\n\nWe call `GET /shows/{show}`, or `GET /health`.\n";
        let files: [(&str, &[u8]); 4] = [
            ("catalog-info.yaml", catalog.as_bytes()),
            ("docs/index.md", page.as_bytes()),
            (
                "docs/b.md",
                b"# B\n\n## In short\n\nAsk component:default/handbook for `readShow`, GET /shows/{id} it is.\n",
            ),
            ("docs/c.md", b"# C\n\nOf api:default/seats we call `GET /health`, never `POST /shows/{id}`.\n"),
        ];
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let depth = crate::depth::Depth::Pages;
        let docs = crate::docs::analyse(&workspace, &catalog, depth, &crate::docs::Memo::default()).0;
        let apis = crate::api::analyse(&workspace, &catalog, depth, &crate::api::Memo::default()).0;
        let mentions = find(&workspace, &catalog, &docs, &Decisions::default(), &apis);
        let mut told = Vec::new();
        for api in apis.all() {
            for (group, items) in api.reference.groups.iter().enumerate() {
                for (at, item) in items.items.iter().enumerate() {
                    for mention in mentions.of_operation((api.entity, group, at)) {
                        let Place::Page(site, page) = mention.place else { continue };
                        let name = catalog.get(api.entity).name();
                        told.push(format!(
                            "{name} {} {} {}",
                            item.name, docs.sites[site].pages[page].path, mention.context
                        ));
                    }
                }
            }
        }
        told.sort();
        assert_eq!(
            told,
            [
                "seats /health c Of api:default/seats we call GET /health, never POST /shows/{id}.",
                "shows /shows/{id}  We call GET /shows/{show}, or GET /health.",
                "shows /shows/{id} b Ask component:default/handbook for readShow, GET /shows/{id} it is.",
            ]
        );
    }
}
