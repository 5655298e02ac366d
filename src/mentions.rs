//! Where an entity or a decision record is talked about: in documentation and in decision records.
//!
//! A mention of an entity is a link to it, its full reference such as `component:web` in text or code, or its exact name as code.
//! Plain prose never counts: names are words, too. Knows no URL of the site.
//!
//! Invariant: each text is read once, so that finding every mention costs about as much as counting words.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::adr::Decisions;
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
}

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
}

/// The shortest name that counts as code.
const NAME: usize = 4;
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

/// Finds every mention.
#[must_use]
pub fn find(workspace: &Workspace, catalog: &Catalog, docs: &Docs, decisions: &Decisions) -> Mentions {
    let names = names(catalog);
    let kinds: BTreeSet<&str> = catalog.entities().iter().map(|entity| entity.reference.kind()).collect();
    let index = Index { catalog, names: &names, kinds: &kinds };
    let texts = texts(workspace, docs, decisions);
    let found: Vec<Vec<Found>> = texts.par_iter().map(|text| index.read(text)).collect();

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
            let heading = one.section.and_then(|at| text.headings.get(text.sections.get(at)?.heading?));
            let mention = Mention {
                place: text.place,
                heading: heading.map(|heading| (heading.id.clone(), heading.title.clone())),
                context: one.context,
            };
            mentions[one.id.index()].push((text.changed, mention));
        }
    }
    let newest_first = |mut list: Vec<(Option<i64>, Mention)>| {
        list.sort_by_key(|(changed, mention)| (std::cmp::Reverse(*changed), mention.place));
        list.into_iter().map(|(_, mention)| mention).collect()
    };
    Mentions { decisions: of_decisions(&texts, decisions), entities: mentions.into_iter().map(newest_first).collect() }
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
}

impl Index<'_> {
    /// Reads a text; of each entity the first mention counts.
    fn read(&self, text: &Text<'_>) -> Vec<Found> {
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
        for name in codes(text.html) {
            if let Some(id) = self.names.get(&name.to_lowercase()) {
                found.entry(*id).or_insert_with(|| self.in_section(text, *id, true));
            }
        }
        found.into_values().collect()
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
    html.match_indices("<code>").filter_map(|(at, tag)| {
        if html[..at].ends_with("<pre>") {
            return None;
        }
        let rest = &html[at + tag.len()..];
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
        let mentions = find(&workspace, &catalog, &docs, &Decisions::default());
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
        let mentions = find(&workspace, &catalog, &docs, &decisions);
        let places = |record: usize| mentions.of_decision((0, record)).iter().map(|it| it.place).collect::<Vec<_>>();
        assert_eq!(places(0), [Place::Decision(0, 1), Place::Page(0, 0)]);
        assert_eq!(places(1), []);
    }
}
