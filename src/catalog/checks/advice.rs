//! What an author most probably meant by a dangling reference.
//!
//! Advice is offered only if following it is right: the kind must be allowed in the field, the entity must be another
//! one than the one that refers, not be named in the field already, and be written in a form that the field accepts.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use super::Subject;
use crate::catalog::declared::Declared;
use crate::catalog::load::Loaded;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::text;

/// Maximum number of names that are compared for similarity in total; beyond that, only equal names are found.
const MAX_COMPARED: usize = 30_000_000;
/// Maximum number of entities of one name, and of references of one entity, that are examined.
const MAX_LOOKED_AT: usize = 1_000;
/// Maximum number of entities of one name that are proposed.
const MAX_PROPOSED: usize = 3;

/// The entities by name and kind.
pub(super) struct Names<'a> {
    by_name: HashMap<&'a str, Vec<EntityId>>,
    by_kind: HashMap<&'a str, Vec<EntityId>>,
    /// Whether likeness is looked for.
    compares: bool,
}

impl<'a> Names<'a> {
    pub(super) fn new(loaded: &'a Loaded) -> Self {
        let catalog = &loaded.catalog;
        let mut names = Self { by_name: HashMap::new(), by_kind: HashMap::new(), compares: true };
        for (id, entity) in catalog.iter() {
            names.by_name.entry(entity.reference.name()).or_default().push(id);
            names.by_kind.entry(entity.reference.kind()).or_default().push(id);
        }
        let said = loaded.declared.iter().flatten().map(|said| said.target.as_str());
        let missing = said.filter(|target| catalog.find(target).is_none()).count();
        names.compares = missing.saturating_mul(catalog.entities().len()) <= MAX_COMPARED;
        names
    }
}

/// Returns the entities that are called as the target is, and that the field may name: first those of its namespace and
/// kind, then those that differ in one of both.
pub(super) fn namesakes(subject: &Subject<'_>, id: EntityId, said: &Declared) -> Vec<EntityId> {
    let catalog = &subject.loaded.catalog;
    let target = &said.target;
    let allowed = Allowed::new(subject, id, said);
    let plain = plain(target.name());
    let called = |name: &str| {
        let called = subject.names.by_name.get(name).map_or(&[][..], Vec::as_slice);
        &called[..called.len().min(MAX_LOOKED_AT)]
    };
    let exact = called(target.name());
    let found = if exact.iter().any(|other| allowed.fits(*other)) { exact } else { called(&plain) };
    let mut found: Vec<EntityId> = found.iter().copied().filter(|other| allowed.fits(*other)).collect();
    let strangeness = |other: &EntityId| {
        let other = &catalog.get(*other).reference;
        (other.namespace() != target.namespace(), other.kind() != target.kind())
    };
    found.sort_by_key(strangeness);
    // One of the same namespace, or of the same kind, is nearer than one that is neither.
    if let Some(first) = found.first().map(strangeness)
        && first != (true, true)
    {
        found.retain(|other| strangeness(other) != (true, true));
    }
    found
}

/// Returns the entity whose name is most like that of the target, of those that the field may name.
pub(super) fn near(subject: &Subject<'_>, id: EntityId, said: &Declared) -> Option<EntityId> {
    if !subject.names.compares {
        return None;
    }
    let catalog = &subject.loaded.catalog;
    let target = &said.target;
    let allowed = Allowed::new(subject, id, said);
    let of = |kind: &str, namespace: Option<&str>| {
        let ids = subject.names.by_kind.get(kind).map_or(&[][..], Vec::as_slice);
        let ids = ids.iter().copied().filter(|id| {
            namespace.is_none_or(|namespace| catalog.get(*id).reference.namespace() == namespace) && allowed.fits(*id)
        });
        nearest(catalog, target.name(), ids)
    };
    let mut others = allowed.kinds.iter().copied().filter(|kind| *kind != target.kind());
    of(target.kind(), Some(target.namespace()))
        .or_else(|| others.find_map(|kind| of(kind, Some(target.namespace()))))
        .or_else(|| of(target.kind(), None))
}

fn nearest(catalog: &Catalog, name: &str, ids: impl Iterator<Item = EntityId>) -> Option<EntityId> {
    let ids: Vec<EntityId> = ids.collect();
    let names = ids.iter().map(|id| catalog.get(*id).reference.name());
    let near = text::nearest_where(name, names, |other| !are_siblings(name, other))?;
    ids.iter().copied().find(|id| catalog.get(*id).reference.name() == near)
}

/// Returns whether two names differ as names that are counted do: `ship-1` and `ship-2`, `team-a` and `team-b`.
fn are_siblings(a: &str, b: &str) -> bool {
    let without_digits = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    if without_digits(a) == without_digits(b) {
        return true;
    }
    let parts =
        |name: &str| -> Vec<String> { name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect() };
    let (a, b) = (parts(a), parts(b));
    let mut differ = a.iter().zip(&b).filter(|(a, b)| a != b);
    let one = differ.next().is_some_and(|(a, b)| a.chars().count() == 1 && b.chars().count() == 1);
    a.len() == b.len() && one && differ.next().is_none()
}

/// Returns the name that a title would have: `Team Payments` is `team-payments`.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// What the field of a reference may name.
struct Allowed<'a> {
    catalog: &'a Catalog,
    own: EntityId,
    kinds: Vec<&'a str>,
    /// What the entity declares, and the field that is looked at.
    declared: (&'a [Declared], &'a str),
    /// What the field names already, computed on demand: most dangling references resemble no entity.
    named: OnceCell<BTreeSet<&'a str>>,
}

impl<'a> Allowed<'a> {
    fn new(subject: &Subject<'a>, own: EntityId, said: &'a Declared) -> Self {
        let mut kinds = match (said.meant_for, &said.default_kind) {
            ([], None) => vec!["component", "resource"],
            ([], Some(_)) => Vec::new(),
            (kinds, _) => kinds.to_vec(),
        };
        if said.meant_for.is_empty() && !kinds.contains(&said.target.kind()) {
            kinds.insert(0, said.target.kind());
        }
        let declared = (&subject.loaded.declared[own.index()][..], &*said.field);
        Self { catalog: &subject.loaded.catalog, own, kinds, declared, named: OnceCell::new() }
    }

    fn fits(&self, id: EntityId) -> bool {
        let reference = &self.catalog.get(id).reference;
        let named = || {
            let (declared, field) = self.declared;
            let same_field = declared.iter().filter(|other| &*other.field == field);
            same_field.take(MAX_LOOKED_AT).map(|other| other.target.as_str()).collect()
        };
        id != self.own
            && self.kinds.contains(&reference.kind())
            && !self.named.get_or_init(named).contains(reference.as_str())
    }
}

/// Says what to write, of several entities as a choice.
pub(super) fn written(subject: &Subject<'_>, id: EntityId, said: &Declared, found: &[EntityId]) -> String {
    let spelled: Vec<String> =
        found.iter().take(MAX_PROPOSED).map(|other| format!("`{}`", spelled(subject, id, said, *other))).collect();
    format!("write {}", spelled.join(" or "))
}

/// Writes a reference to an entity in the shortest form that the field accepts.
pub(super) fn spelled(subject: &Subject<'_>, id: EntityId, said: &Declared, other: EntityId) -> String {
    let catalog = &subject.loaded.catalog;
    let (entity, other): (&Entity, &Entity) = (catalog.get(id), catalog.get(other));
    let reference = &other.reference;
    let mut text = String::new();
    if !said.default_kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(reference.kind())) {
        text.push_str(reference.kind());
        text.push(':');
    }
    if reference.namespace() != entity.reference.namespace() {
        text.push_str(reference.namespace());
        text.push('/');
    }
    text.push_str(other.name());
    text
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::catalog::load;
    use crate::config::Config;
    use crate::workspace::Workspace;

    /// Returns the advice about references of entities in short form: reference, then fields.
    fn advice(entities: &[(&str, &str)]) -> Vec<String> {
        let mut text = String::new();
        for (reference, fields) in entities {
            let (kind, rest) = reference.split_once(':').unwrap();
            let (namespace, name) = rest.split_once('/').unwrap_or(("default", rest));
            let needed = match kind {
                "Group" => "type: team, children: []",
                "User" => "memberOf: []",
                "API" => "type: openapi, lifecycle: production, owner: user:default/owner, definition: x",
                "System" => "owner: user:default/owner",
                "Resource" => "type: db, owner: user:default/owner",
                _ if fields.contains("owner:") => "type: service, lifecycle: production",
                _ => "type: service, lifecycle: production, owner: user:default/owner",
            };
            let fields = if fields.is_empty() { needed.to_owned() } else { format!("{needed}, {fields}") };
            let _ = write!(
                text,
                "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
                 spec: {{{fields}}}\n"
            );
        }
        text.push_str(
            "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: owner}\nspec: {memberOf: []}\n",
        );
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", text.as_bytes())]);
        let loaded = load(&workspace);
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        let found = crate::catalog::checks::run(&workspace, &loaded);
        let about = |code: &str| {
            matches!(code, "unresolved-reference" | "ambiguous-namespace" | "unexpected-kind" | "owner-is-user")
        };
        let mut told: Vec<_> = found.into_iter().filter(|found| about(found.code.as_str())).collect();
        told.retain(|found| found.code.as_str() != "owner-is-user" || found.message.contains("ghost"));
        told.sort_by_key(|found| found.span().start);
        told.into_iter().map(|found| found.help.unwrap()).collect()
    }

    #[track_caller]
    fn check(entities: &[(&str, &str)], expect: &[&str]) {
        assert_eq!(advice(entities), expect);
    }

    #[test]
    fn only_kinds_that_the_field_allows_are_proposed() {
        let add = |kind: &str| format!("add the {kind}, or correct the reference");
        check(
            &[("Component:harbour", "owner: acme/harbour, system: harbour, providesApis: [harbour]")],
            &[&add("group"), &add("system"), &add("api")],
        );
        check(
            &[("Component:a", "owner: guest"), ("Group:guests", ""), ("User:guest", "")],
            &["write `user:guest`, or add the group"],
        );
        check(
            &[("Component:a", "\"dependsOn\": [\"component:db\"]"), ("Resource:db", ""), ("API:db", "")],
            &["write `resource:db`, or add the component"],
        );
        check(&[("Component:a", "owner: component:crew"), ("Group:crew", "")], &["write `crew`"]);
    }

    #[test]
    fn what_is_proposed_is_understood_by_the_field() {
        check(
            &[("Component:a", "\"dependsOn\": [\"component:payment\"]"), ("Component:payments", "")],
            &["write `component:payments`, or add the component"],
        );
        check(&[("Component:prod/a", "owner: crew"), ("Group:crew", "")], &["write `default/crew`"]);
        check(&[("Component:prod/a", "owner: user:joe"), ("User:joe", "")], &["write `user:default/joe`"]);
        check(
            &[("Component:prod/a", "owner: crew"), ("Group:crew", ""), ("User:prod/crew", ""), ("User:crew", "")],
            &["write `user:crew` or `default/crew`"],
        );
        check(&[("Component:a", "owner: acme/crew"), ("Group:crew", "")], &["write `crew`, or add the group"]);
        check(&[("Component:a", "owner: \"@acme/crew\""), ("Group:crew", "")], &["write `crew`"]);
        check(&[("Component:a", "owner: Team Payments"), ("Group:team-payments", "")], &["write `team-payments`"]);
        check(
            &[("Component:a", "owner: \"one, two\"")],
            &["write the name of one group: letters, digits, `-`, `_` and `.`, at most 63"],
        );
    }

    #[test]
    fn neither_itself_nor_what_is_named_already_nor_what_is_counted_is_proposed() {
        let add = "add the component, or correct the reference";
        check(&[("Component:harbours", "subcomponentOf: harbour")], &[add]);
        check(
            &[
                ("Component:a", "\"dependsOn\": [\"component:payment\", \"component:payments\"]"),
                ("Component:payments", ""),
            ],
            &[add],
        );
        check(&[("Component:a", "subcomponentOf: ship-2"), ("Component:ship-1", "")], &[add]);
        check(
            &[("Component:a", "owner: team-c"), ("Group:team-a", ""), ("Group:team-b", "")],
            &["add the group, or correct the reference"],
        );
        check(&[("Component:a", "owner: taem-a"), ("Group:team-a", "")], &["write `team-a`, or add the group"]);
    }

    #[test]
    fn one_place_has_one_finding_of_one_cause() {
        check(&[("Component:a", "owner: user:ghost")], &["add the user, or correct the reference"]);
        check(&[("Component:a", "owner: component:ghost")], &["name a group, or use another field"]);
    }
}
