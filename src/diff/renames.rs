//! Which entity that is gone is which one that is new.
//!
//! Certain evidence comes first; what is only alike must share something that nothing else has, since entities that say
//! little are all alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::{EntityRef, RENAMED_FROM};
use crate::portal_export::{EntityRecord, PortalExport};
use crate::routes;

/// More candidates of a kind than this are not compared with each other.
const MAX_CANDIDATES: usize = 50;
/// How alike two entities must be, of 1.
const ALIKE: f64 = 0.8;

/// An entity with a new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The reference that it had.
    pub old: String,
    /// The one that it has.
    pub new: String,
    /// How that is known.
    pub reason: &'static str,
}

/// Finds the entities that have a new name, by the old one.
pub(super) fn find(old: &PortalExport, new: &PortalExport) -> Vec<Rename> {
    let gone: Vec<&EntityRecord> =
        old.entities.iter().filter(|entity| new.entity(&entity.reference).is_none()).collect();
    let come: Vec<&EntityRecord> =
        new.entities.iter().filter(|entity| old.entity(&entity.reference).is_none()).collect();
    let mut pairing = Pairing { open_old: names(&gone), open_new: names(&come), found: Vec::new() };
    if gone.is_empty() || come.is_empty() {
        return pairing.found;
    }
    pairing.by_annotation(&gone, &come);
    // No name is both gone and new.
    let apis = old.apis.iter().chain(&new.apis);
    let definitions: HashMap<&str, &str> = apis.map(|api| (api.reference.as_str(), api.digest.as_str())).collect();
    pairing.by_key(&gone, &come, "its document has changed its name only", |entity| {
        let definition = definitions.get(entity.reference.as_str());
        let EntityRecord { place, fields, relations, .. } = entity;
        Some(format!("{} {} {fields:?} {relations:?} {definition:?}", entity.kind(), place.file))
    });
    pairing.by_key(&gone, &come, "it has the same source", source);
    let (before, after) = (Tokens::of(old), Tokens::of(new));
    pairing.by_likeness(&gone, &come, &before, &after);
    pairing.found.sort_by(|a, b| a.old.cmp(&b.old));
    pairing.found
}

fn names<'a>(entities: &[&'a EntityRecord]) -> BTreeSet<&'a str> {
    entities.iter().map(|entity| entity.reference.as_str()).collect()
}

struct Pairing<'a> {
    open_old: BTreeSet<&'a str>,
    open_new: BTreeSet<&'a str>,
    found: Vec<Rename>,
}

impl<'a> Pairing<'a> {
    fn take(&mut self, old: &str, new: &str, reason: &'static str) {
        if self.open_old.contains(old) && self.open_new.contains(new) {
            self.open_old.remove(old);
            self.open_new.remove(new);
            self.found.push(Rename { old: old.to_owned(), new: new.to_owned(), reason });
        }
    }

    /// Either may say so: going back to a name is a renaming, too.
    fn by_annotation(&mut self, gone: &[&'a EntityRecord], come: &[&'a EntityRecord]) {
        const REASON: &str = "its annotation `playbill.dev/renamed-from` says so";
        for entity in come {
            for former in former(entity) {
                self.take(&former, &entity.reference, REASON);
            }
        }
        for entity in gone {
            for former in former(entity) {
                self.take(&entity.reference, &former, REASON);
            }
        }
    }

    /// Pairs those that alone have a key on either side.
    fn by_key(
        &mut self,
        gone: &[&'a EntityRecord],
        come: &[&'a EntityRecord],
        reason: &'static str,
        key: impl Fn(&EntityRecord) -> Option<String>,
    ) {
        let side = |entities: &[&'a EntityRecord], open: &BTreeSet<&str>| {
            let mut by_key: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
            for entity in entities.iter().filter(|entity| open.contains(entity.reference.as_str())) {
                if let Some(key) = key(entity) {
                    by_key.entry(key).or_default().push(&entity.reference);
                }
            }
            by_key
        };
        let (olds, news) = (side(gone, &self.open_old), side(come, &self.open_new));
        for (key, old) in &olds {
            if let ([old], Some([new])) = (&old[..], news.get(key).map(Vec::as_slice)) {
                self.take(old, new, reason);
            }
        }
    }

    fn by_likeness(&mut self, gone: &[&'a EntityRecord], come: &[&'a EntityRecord], before: &Tokens, after: &Tokens) {
        let mut kinds: BTreeMap<&str, [Vec<&'a EntityRecord>; 2]> = BTreeMap::new();
        for entity in gone.iter().filter(|entity| self.open_old.contains(entity.reference.as_str())) {
            kinds.entry(entity.kind()).or_default()[0].push(entity);
        }
        for entity in come.iter().filter(|entity| self.open_new.contains(entity.reference.as_str())) {
            kinds.entry(entity.kind()).or_default()[1].push(entity);
        }
        for [olds, news] in kinds.values() {
            if olds.len() > MAX_CANDIDATES || news.len() > MAX_CANDIDATES {
                continue;
            }
            let mut scores: Vec<(f64, &str, &str)> = Vec::new();
            for old in olds {
                for new in news {
                    let score = before.likeness(after, old, new);
                    if score >= ALIKE {
                        scores.push((score, &old.reference, &new.reference));
                    }
                }
            }
            // Ties are broken by names, alike in both directions.
            scores.sort_by(|a, b| {
                let names = |of: &(f64, &'a str, &'a str)| (of.1.min(of.2), of.1.max(of.2));
                b.0.total_cmp(&a.0).then_with(|| names(a).cmp(&names(b)))
            });
            for (_, old, new) in scores {
                self.take(old, new, "they say nearly the same");
            }
        }
    }
}

/// Returns the names that an entity says it had.
fn former(entity: &EntityRecord) -> Vec<String> {
    let names = entity.text(&format!("annotations.{RENAMED_FROM}")).unwrap_or_default();
    let own = EntityRef::parse(&entity.reference, None, "default");
    let Ok(own) = own else { return Vec::new() };
    let named = names.split(',').map(str::trim).filter(|name| !name.is_empty()).take(20);
    named
        .filter_map(|name| EntityRef::parse(name, Some(own.kind()), own.namespace()).ok())
        .map(|reference| reference.to_string())
        .collect()
}

/// Returns where the code of an entity is, if it says so.
fn source(entity: &EntityRecord) -> Option<String> {
    let annotation = |name: &str| entity.text(&format!("annotations.{name}"));
    let slug = annotation("github.com/project-slug").or_else(|| annotation("gitlab.com/project-slug"))?;
    Some(format!("{} {slug} {}", entity.kind(), entity.place.file))
}

/// What each entity of a portal says, as texts to be compared, and how many say each.
struct Tokens {
    by_entity: HashMap<String, BTreeSet<String>>,
    counts: HashMap<String, usize>,
}

impl Tokens {
    fn of(export: &PortalExport) -> Self {
        let mut by_entity: HashMap<String, BTreeSet<String>> = HashMap::new();
        for entity in &export.entities {
            let tokens = by_entity.entry(entity.reference.clone()).or_default();
            for (name, value) in &entity.fields {
                // A name within a value, such as that of a repository, says more than its field.
                match value.as_str() {
                    Some(text) if text.split_whitespace().count() > 3 => {
                        tokens.extend(text.split_whitespace().map(|word| format!("{name} {word}")));
                    }
                    _ => {
                        tokens.insert(format!("{name} {value}"));
                    }
                }
            }
            tokens.extend(entity.relations.iter().map(|relation| format!("{} {}", relation.kind, relation.target)));
        }
        for api in &export.apis {
            if let Some(tokens) = by_entity.get_mut(&api.reference) {
                tokens.insert(format!("definition {}", api.digest));
                tokens.extend(api.operations.iter().map(|operation| format!("operation {operation}")));
            }
        }
        for page in &export.docs {
            if let Some(tokens) = by_entity.get_mut(&page.entity) {
                tokens.insert(format!("page {}", page.source));
            }
        }
        let mut counts = HashMap::new();
        // The order of counting does not matter.
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for tokens in by_entity.values() {
            for token in tokens {
                *counts.entry(token.clone()).or_default() += 1;
            }
        }
        Self { by_entity, counts }
    }

    /// Returns how much of what two entities say is the same, where what few say counts for more; 0 if they share nothing
    /// that is theirs alone.
    fn likeness(&self, after: &Self, old: &EntityRecord, new: &EntityRecord) -> f64 {
        let none = BTreeSet::new();
        let was = self.by_entity.get(&old.reference).unwrap_or(&none);
        let is = after.by_entity.get(&new.reference).unwrap_or(&none);
        let entities = (self.by_entity.len() + after.by_entity.len()).max(2) as f64;
        let often = |token: &String| {
            let count = |tokens: &Self| tokens.counts.get(token).copied().unwrap_or_default();
            [count(self), count(after)]
        };
        let weight = |token: &String| {
            let counts = often(token);
            (1.0 + entities / (counts[0] + counts[1]).max(1) as f64).ln()
        };
        let both: f64 = was.intersection(is).map(weight).sum();
        let all: f64 = was.iter().chain(is).map(weight).sum();
        let is_theirs = was.intersection(is).any(|token| often(token) == [1, 1]);
        if is_theirs && all > 0.0 { 2.0 * both / all } else { 0.0 }
    }
}

/// Returns a portal as if its entities had had their new names.
pub(super) fn applied<'a>(old: &'a PortalExport, renamed: &HashMap<&str, &str>) -> Cow<'a, PortalExport> {
    if renamed.is_empty() {
        return Cow::Borrowed(old);
    }
    let mut out = old.clone();
    let rename = |name: &mut String| {
        if let Some(new) = renamed.get(name.as_str()) {
            *name = (*new).to_owned();
        }
    };
    for entity in &mut out.entities {
        rename(&mut entity.reference);
        for field in ["owner", "system"] {
            if let Some(serde_json::Value::String(name)) = entity.fields.get_mut(field) {
                rename(name);
            }
        }
        entity.relations.iter_mut().for_each(|relation| rename(&mut relation.target));
        entity.relations.sort();
    }
    for page in &mut out.docs {
        let was = page.entity.clone();
        rename(&mut page.entity);
        page.url = moved(&page.url, &was, &page.entity);
    }
    for decision in &mut out.decisions {
        if let Some(entity) = &mut decision.entity {
            let was = entity.clone();
            rename(entity);
            decision.url = moved(&decision.url, &was, entity);
        }
    }
    out.apis.iter_mut().for_each(|api| rename(&mut api.reference));
    out.templates.iter_mut().for_each(|template| rename(&mut template.reference));
    out.scores.iter_mut().for_each(|score| rename(&mut score.reference));
    out.entities.sort_by(|a, b| a.reference.cmp(&b.reference));
    out.docs.sort_by(|a, b| a.url.cmp(&b.url));
    out.apis.sort_by(|a, b| a.reference.cmp(&b.reference));
    out.decisions.sort_by(|a, b| a.url.cmp(&b.url));
    out.templates.sort_by(|a, b| a.reference.cmp(&b.reference));
    out.scores.sort_by(|a, b| (&a.scorecard, &a.reference).cmp(&(&b.scorecard, &b.reference)));
    Cow::Owned(out)
}

/// Returns the address of a page of an entity that has a new name.
fn moved(url: &str, old: &str, new: &str) -> String {
    let place = |name: &str| {
        let reference = EntityRef::parse(name, None, "default").ok()?;
        Some(format!("/{}", routes::entity(&reference).strip_prefix(routes::CATALOG)?))
    };
    match (place(old), place(new)) {
        (Some(old), Some(new)) if old != new => url.replacen(&old, &new, 1),
        _ => url.to_owned(),
    }
}
