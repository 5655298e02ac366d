//! What the results of an entity are made from, as hashes: of equal ones come equal results.
//!
//! Only what the conditions ask for counts. Which files a condition reads is known when it has run; see
//! [`super::world::EntityFacts`].

use std::hash::{Hash, Hasher};

use rayon::prelude::*;

use super::facts::FactBook;
use super::model::Scorecard;
use super::world::{EntityFacts, World};
use crate::calendar::Day;
use crate::catalog::{Entity, EntityId};
use crate::incremental::Fingerprint;
use crate::snapshots::facts::Fact;
use crate::text::FileId;
use crate::workspace::Workspace;
use crate::yaml::Node;

/// Returns a hash of the rules: of the files that they are in, of the names of facts, and of the day.
pub(super) fn rules(workspace: &Workspace, cards: &[Scorecard], facts: &FactBook, today: Day) -> Fingerprint {
    let limit = workspace.config().limits.catalog_file;
    let mut files: Vec<FileId> = cards.iter().flat_map(|card| card.rules.iter().map(|rule| rule.span.file)).collect();
    files.extend(cards.iter().flat_map(|card| card.exemptions.iter().map(|exemption| exemption.span.file)));
    files.extend(cards.iter().map(|card| card.file));
    files.sort_unstable();
    files.dedup();
    let texts: Vec<_> = files.iter().map(|file| (file, workspace.text(*file, limit).ok())).collect();
    // The checks of Tech Insights ask whether anybody has such facts. The configuration itself is not hashed: where it
    // changes, nothing is kept.
    let names = facts.retrievers.iter().map(|retriever| (&retriever.id, retriever.declared.keys().collect::<Vec<_>>()));
    Fingerprint::of(&(texts, names.collect::<Vec<_>>(), today.number()))
}

/// The hashes of all entities.
pub(super) struct Inputs<'w> {
    world: &'w World<'w>,
    rules: Fingerprint,
    /// What each entity says of itself, by id.
    entities: Vec<Fingerprint>,
}

impl<'w> Inputs<'w> {
    pub(super) fn new(world: &'w World<'w>, rules: Fingerprint) -> Self {
        let one = |entity: &Entity| {
            let relations: Vec<_> = entity.relations.iter().map(|it| (&it.kind, it.target.as_str())).collect();
            // Lines are shown, too, and move with the file.
            let version = world.workspace.version(entity.file);
            Fingerprint::of(&(
                &entity.root,
                relations,
                version,
                entity.definition.map(|file| world.workspace.version(file)),
            ))
        };
        Self { world, rules, entities: world.catalog.entities().par_iter().map(one).collect() }
    }

    /// Returns the hash of what an entity is judged by; `given_up` are the rules that are no longer run.
    pub(super) fn of(&self, id: EntityId, given_up: &[(usize, usize)]) -> Fingerprint {
        let Self { world, rules, entities } = self;
        let entity = world.catalog.get(id);
        let uses = |root: &str| world.uses.root(root);
        let asked = EntityFacts::new(world, world.workspace, id);
        let related = uses("related").then(|| {
            let ends = entity.relations.iter().map(|relation| relation.id.map(|id| entities[id.index()]));
            ends.collect::<Vec<_>>()
        });
        let docs = uses("docs").then(|| self.docs(id));
        let placed = |wanted: bool, make: &dyn Fn() -> Node| wanted.then(|| self.placed(&make()));
        let api = placed(uses("api") && entity.reference.kind() == "api", &|| asked.api());
        let git = uses("git").then(|| asked.git());
        let findings = placed(uses("findings"), &|| asked.findings());
        // Facts decide by checks of Tech Insights, too, which name them in their own way.
        let facts = self.placed(&asked.facts());
        let snap = uses("snap").then(|| self.snap(id));
        Fingerprint::of(&(rules, given_up, entities[id.index()], related, docs, (api, git, findings, facts, snap)))
    }

    /// Hashes a value with the lines where its parts are.
    fn placed(&self, node: &Node) -> Fingerprint {
        let mut lines = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            lines.push(self.world.line(node.span));
            open.extend(node.as_seq().into_iter().flatten());
            open.extend(node.as_map().into_iter().flat_map(|map| map.entries()).map(|entry| &entry.value));
        }
        Fingerprint::of(&(node, lines))
    }

    fn docs(&self, id: EntityId) -> Fingerprint {
        let world = self.world;
        let Some((site, _)) = world.docs.of(id) else { return Fingerprint::default() };
        let wants_days = world.uses.field("updated");
        let pages = site.pages.iter().map(|page| {
            let day = wants_days.then(|| world.workspace.last_commit(page.file)).flatten();
            (page.file, &page.source, &page.title, day)
        });
        Fingerprint::of(&(site.source, pages.collect::<Vec<_>>()))
    }

    fn snap(&self, id: EntityId) -> Fingerprint {
        let known = self.world.snapshots.of(id).iter().filter_map(|snapshot| {
            let facts = snapshot.record.as_ref()?.facts.iter().map(|(name, fact)| (name, Known(fact)));
            Some((&self.world.snapshots.sources()[snapshot.source].id, facts.collect::<Vec<_>>()))
        });
        Fingerprint::of(&known.collect::<Vec<_>>())
    }
}

/// A fact of a saved answer, to be hashed.
struct Known<'f>(&'f Fact);

impl Hash for Known<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self.0).hash(state);
        match self.0 {
            Fact::Count(number) | Fact::Time(number) => number.hash(state),
            Fact::Number(number) => number.to_bits().hash(state),
            Fact::Flag(flag) => flag.hash(state),
            Fact::Text(text) => text.hash(state),
        }
    }
}
