//! Figures of the whole portal: ownership, documentation, freshness, connections. Each is a list of entities among others.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Entity, EntityId, EntityRef};
use crate::docs::Docs;
use crate::snapshots::Snapshots;
use crate::snapshots::facts::Fact;

/// A figure: how many of which.
#[derive(Debug, Clone)]
pub struct Insight {
    /// Its name in marks and addresses.
    pub id: &'static str,
    /// The group that it is in.
    pub group: &'static str,
    /// What it counts.
    pub title: &'static str,
    /// Why it matters.
    pub about: &'static str,
    /// Whether many are good, bad, or neither.
    pub tone: Tone,
    /// Those that count, in the order of references.
    pub entities: Vec<EntityId>,
    /// Among how many.
    pub of: usize,
}

/// What a large figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good.
    Good,
    /// Worth a look.
    Look,
    /// Neither.
    Plain,
}

/// What the figures are made from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The entities.
    pub catalog: &'a Catalog,
    /// Their documentation.
    pub docs: &'a Docs,
    /// What other tools know.
    pub snapshots: &'a Snapshots,
    /// Whether an entity has a README beside it.
    pub has_readme: &'a dyn Fn(EntityId) -> bool,
    /// When the files of an entity changed last, in seconds since 1970 UTC.
    pub changed: &'a dyn Fn(EntityId) -> Option<i64>,
    /// Whether the definition of an API can be read.
    pub is_valid_api: &'a dyn Fn(EntityId) -> bool,
    /// Whether CODEOWNERS names somebody else than the owner.
    pub has_other_code_owner: &'a dyn Fn(EntityId) -> bool,
    /// The time that counts as now.
    pub now: i64,
}

/// A year in seconds.
const YEAR: i64 = 365 * 86_400;

/// Kinds that somebody owns.
fn is_owned_kind(entity: &Entity) -> bool {
    matches!(entity.reference.kind(), "component" | "api" | "resource" | "system" | "domain" | "template")
}

fn has(entity: &Entity, relation: &str) -> bool {
    entity.related(relation).next().is_some()
}

/// Counts everything.
#[must_use]
pub fn all(source: &Source<'_>) -> Vec<Insight> {
    let mut out = Vec::new();
    ownership(source, &mut out);
    documentation(source, &mut out);
    connections(source, &mut out);
    freshness(source, &mut out);
    contradictions(source, &mut out);
    out
}

/// Adds a figure: those among `among` for which `holds`.
struct Adder<'a> {
    catalog: &'a Catalog,
    group: &'static str,
}

impl Adder<'_> {
    fn add(
        &self,
        out: &mut Vec<Insight>,
        (id, title, about): (&'static str, &'static str, &'static str),
        tone: Tone,
        among: &dyn Fn(&Entity) -> bool,
        holds: &dyn Fn(EntityId, &Entity) -> bool,
    ) {
        let mut of = 0;
        let mut entities = Vec::new();
        for (entity, it) in self.catalog.iter().filter(|(_, it)| among(it)) {
            of += 1;
            if holds(entity, it) {
                entities.push(entity);
            }
        }
        if of > 0 {
            out.push(Insight { id, group: self.group, title, about, tone, entities, of });
        }
    }
}

fn ownership(source: &Source<'_>, out: &mut Vec<Insight>) {
    let add = Adder { catalog: source.catalog, group: "Ownership" };
    let owner =
        |entity: &Entity| entity.related("ownedBy").next().map(|it| (it.target.kind().to_owned(), it.id.is_some()));
    let is = |entity: &Entity, kind: &str| owner(entity).is_some_and(|(of, exists)| of == kind && exists);
    let about = "an entity of a group survives holidays and new jobs";
    add.add(out, ("owned", "Owned by a group", about), Tone::Good, &is_owned_kind, &|_, it| is(it, "group"));
    let about = "a person who leaves takes the entity along";
    add.add(out, ("owned-by-user", "Owned by a user", about), Tone::Look, &is_owned_kind, &|_, it| is(it, "user"));
    let about = "the owner that is named is not in the catalog";
    add.add(out, ("owner-missing", "Owner does not exist", about), Tone::Look, &is_owned_kind, &|_, it| {
        owner(it).is_some_and(|(_, exists)| !exists)
    });
    let about = "nobody is named";
    add.add(out, ("unowned", "No owner", about), Tone::Look, &is_owned_kind, &|_, it| owner(it).is_none());
    let is_group = |entity: &Entity| entity.reference.kind() == "group";
    let about = "nobody can answer for what it owns";
    add.add(out, ("empty-groups", "Groups without members", about), Tone::Look, &is_group, &|_, it| {
        !has(it, "hasMember") && !has(it, "parentOf")
    });
    let is_user = |entity: &Entity| entity.reference.kind() == "user";
    let about = "they belong to no team";
    add.add(out, ("users-without-group", "Members without a group", about), Tone::Look, &is_user, &|_, it| {
        !has(it, "memberOf")
    });
    let about = "two teams share a person";
    add.add(out, ("users-in-two-groups", "Members of two groups or more", about), Tone::Plain, &is_user, &|_, it| {
        it.related("memberOf").count() > 1
    });
}

fn documentation(source: &Source<'_>, out: &mut Vec<Insight>) {
    let add = Adder { catalog: source.catalog, group: "Documentation" };
    let wants = |entity: &Entity| matches!(entity.reference.kind(), "component" | "api" | "system" | "template");
    let has_docs = |id: EntityId| source.docs.of(id).is_some_and(|(site, _)| !site.pages.is_empty());
    let about = "it has pages of its own, or shows those of another";
    add.add(out, ("documented", "With documentation", about), Tone::Good, &wants, &|id, _| has_docs(id));
    let about = "a README is a beginning";
    add.add(out, ("readme-only", "With a README only", about), Tone::Plain, &wants, &|id, _| {
        !has_docs(id) && (source.has_readme)(id)
    });
    let about = "readers have nothing but the catalog";
    add.add(out, ("undocumented", "Without documentation", about), Tone::Look, &wants, &|id, _| {
        !has_docs(id) && !(source.has_readme)(id)
    });
    let about = "one sentence says what it is";
    add.add(out, ("described", "With a description", about), Tone::Good, &is_owned_kind, &|_, it| {
        it.description().is_some()
    });
    let old = |id: EntityId| {
        let pages = source.docs.site(id).map_or(&[][..], |site| &site.pages);
        let newest = pages.iter().filter_map(|page| page.last_change.as_ref()).map(|change| change.time).max();
        newest.is_some_and(|newest| source.now - newest > YEAR)
    };
    let is_documented = |entity: &Entity| {
        source.catalog.find(entity.reference.as_str()).is_some_and(|id| source.docs.site(id).is_some())
    };
    let about = "no page was changed for a year";
    add.add(out, ("stale-docs", "Documentation untouched for a year", about), Tone::Look, &is_documented, &|id, _| {
        old(id)
    });
}

fn connections(source: &Source<'_>, out: &mut Vec<Insight>) {
    let add = Adder { catalog: source.catalog, group: "Connections" };
    let parts = |entity: &Entity| matches!(entity.reference.kind(), "component" | "api" | "resource");
    let part_of = |entity: &Entity, kind: &str| entity.related("partOf").any(|it| it.target.kind() == kind);
    let about = "a system says what belongs together";
    add.add(out, ("in-system", "Part of a system", about), Tone::Good, &parts, &|_, it| part_of(it, "system"));
    let is_system = |entity: &Entity| entity.reference.kind() == "system";
    let about = "a domain says what the system is for";
    add.add(out, ("in-domain", "Systems in a domain", about), Tone::Good, &is_system, &|_, it| part_of(it, "domain"));
    let is_api = |entity: &Entity| entity.reference.kind() == "api";
    let about = "somebody serves it";
    add.add(out, ("apis-provided", "APIs with a provider", about), Tone::Good, &is_api, &|_, it| {
        has(it, "apiProvidedBy")
    });
    let about = "somebody uses it";
    add.add(out, ("apis-consumed", "APIs with a consumer", about), Tone::Good, &is_api, &|_, it| {
        has(it, "apiConsumedBy")
    });
    let about = "its definition can be read without an error";
    add.add(out, ("apis-valid", "APIs with a valid definition", about), Tone::Good, &is_api, &|id, _| {
        (source.is_valid_api)(id)
    });
    let about = "nothing connects it but an owner";
    add.add(out, ("orphans", "Orphans", about), Tone::Look, &parts, &|_, it| {
        it.relations.iter().all(|relation| &*relation.kind == "ownedBy")
    });
    let about = "what depends on it will have to move";
    let is_used = |entity: &Entity| {
        ["dependencyOf", "apiConsumedBy", "apiProvidedBy"].iter().any(|kind| {
            entity
                .related(kind)
                .filter_map(|it| it.id)
                .any(|id| source.catalog.get(id).spec_str("lifecycle") != Some("deprecated"))
        })
    };
    let is_deprecated = |entity: &Entity| entity.spec_str("lifecycle") == Some("deprecated");
    add.add(out, ("deprecated-in-use", "Deprecated and still in use", about), Tone::Look, &is_deprecated, &|_, it| {
        is_used(it)
    });
}

fn freshness(source: &Source<'_>, out: &mut Vec<Insight>) {
    let add = Adder { catalog: source.catalog, group: "Freshness" };
    let in_production =
        |entity: &Entity| entity.spec_str("lifecycle") == Some("production") && entity.reference.kind() == "component";
    let is_old = |id: EntityId| (source.changed)(id).is_some_and(|changed| source.now - changed > YEAR);
    let about = "in production, and neither its catalog file nor its documents were changed for a year";
    add.add(out, ("stale", "Stale", about), Tone::Look, &in_production, &|id, _| is_old(id));
    let with_lifecycle = |entity: &Entity| entity.spec_str("lifecycle").is_some();
    for (id, title, wanted) in [
        ("production", "In production", "production"),
        ("experimental", "Experimental", "experimental"),
        ("deprecated", "Deprecated", "deprecated"),
    ] {
        let about = "by its lifecycle";
        add.add(out, (id, title, about), Tone::Plain, &with_lifecycle, &|_, it| {
            it.spec_str("lifecycle") == Some(wanted)
        });
    }
}

/// What two sources say differently: the catalog, the tools that know its repositories, and who is called.
fn contradictions(source: &Source<'_>, out: &mut Vec<Insight>) {
    let add = Adder { catalog: source.catalog, group: "Contradictions" };
    let archived = |id: EntityId| {
        source.snapshots.of(id).iter().find_map(|it| match it.fact("repo.archived") {
            Some(Fact::Flag(flag)) => Some(*flag),
            _ => None,
        })
    };
    let known =
        |entity: &Entity| source.catalog.find(entity.reference.as_str()).is_some_and(|id| archived(id).is_some());
    let is_retired =
        |entity: &Entity| matches!(entity.spec_str("lifecycle"), Some("deprecated" | "retired" | "end-of-life"));
    let about = "the repository is archived, and the catalog does not call it deprecated";
    add.add(out, ("archived-but-alive", "Archived repository, living entity", about), Tone::Look, &known, &|id, it| {
        archived(id) == Some(true) && !is_retired(it)
    });
    let levels =
        |id: EntityId| source.snapshots.of(id).iter().find_map(|it| it.fact("oncall.levels").and_then(Fact::number));
    let on_call =
        |entity: &Entity| source.catalog.find(entity.reference.as_str()).is_some_and(|id| levels(id).is_some());
    let about = "a service is called by nobody though it is in production";
    add.add(out, ("nobody-on-call", "In production, nobody on call", about), Tone::Look, &on_call, &|id, it| {
        it.spec_str("lifecycle") == Some("production") && levels(id) == Some(0.0)
    });
    let about = "CODEOWNERS asks others to review it than its owner";
    add.add(out, ("other-code-owner", "Owner is not its code owner", about), Tone::Look, &is_owned_kind, &|id, _| {
        (source.has_other_code_owner)(id)
    });
    // One owner for a system, another for most of its parts: the one or the other is out of date.
    let is_system = |entity: &Entity| entity.reference.kind() == "system" && has(entity, "hasPart");
    let about = "none of its parts has the owner of the system";
    let owner = |entity: &Entity| entity.related("ownedBy").next().map(|it| it.target.clone());
    add.add(
        out,
        ("system-of-others", "Systems whose parts all belong to others", about),
        Tone::Look,
        &is_system,
        &|_, it| {
            let own: Option<EntityRef> = owner(it);
            let mut parts = it.related("hasPart").filter_map(|part| part.id).map(|id| source.catalog.get(id));
            own.is_some() && parts.all(|part| owner(part).is_some_and(|other| Some(other) != own))
        },
    );
}

/// Returns the figures for the history file.
#[must_use]
pub fn recorded(insights: &[Insight], entities: usize) -> BTreeMap<String, u64> {
    let mut out: BTreeMap<String, u64> =
        insights.iter().map(|it| (it.id.to_owned(), it.entities.len() as u64)).collect();
    out.insert("entities".to_owned(), entities as u64);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    #[test]
    fn every_figure_is_a_list_of_those_that_count() {
        let text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a, description: A}\nspec: {type: service, lifecycle: production, owner: team}\n---\n\
                    apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: b}\nspec: {type: service, lifecycle: deprecated, owner: gone}\n---\n\
                    apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", text.as_bytes())]);
        let catalog = crate::catalog::load(&workspace).catalog;
        let source = Source {
            catalog: &catalog,
            docs: &Docs::default(),
            snapshots: &Snapshots::default(),
            has_readme: &|_| false,
            changed: &|_| Some(0),
            is_valid_api: &|_| true,
            has_other_code_owner: &|id| catalog.get(id).name() == "b",
            now: 2 * YEAR,
        };
        let found = all(&source);
        let figure = |id: &str| found.iter().find(|it| it.id == id).map(|it| (it.entities.len(), it.of));
        assert_eq!(
            [figure("owned"), figure("owner-missing"), figure("described")],
            [Some((1, 2)), Some((1, 2)), Some((1, 2))]
        );
        assert_eq!(
            [figure("orphans"), figure("stale"), figure("empty-groups"), figure("other-code-owner")],
            [Some((2, 2)), Some((1, 1)), Some((1, 1)), Some((1, 2))]
        );
        assert_eq!(figure("apis-valid"), None);
    }
}
