//! What entities were called before: as they say themselves, as `redirects.jsonl` keeps it, and as git knows.
//!
//! Git knows a rename where a document at the same place of the same file has another name and says the same beside it, mostly.
//! What is there under a name keeps it, whatever it was called before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::format::is_name;
use super::{Catalog, EntityId, EntityRef};
use crate::diag::{Diagnostic, Diagnostics};
use crate::redirects::{self, Redirect};
use crate::text::{FileId, Span, nearest};
use crate::workspace::{TextChange, Workspace};
use crate::yaml::{self, Node, Value};

/// A name that an entity had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The entity.
    pub id: EntityId,
    /// How that is known.
    pub source: FormerSource,
}

/// How it is known that an entity had a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormerSource {
    /// It says so, with [`super::RENAMED_FROM`].
    Said,
    /// `redirects.jsonl` says so.
    Kept,
    /// A commit changed it, at this time in seconds since 1970 UTC.
    Commit(Arc<str>, i64),
}

/// Entities by the references that they had.
pub(super) type FormerNames = BTreeMap<String, Former>;

/// Lines that may name an entity, for git.
const LINES: &str = "name[\"']?:";
/// Names follow each other no more often.
const MOST_STEPS: usize = 20;
/// Values of a document that are compared.
const MOST_LEAVES: usize = 2_000;
/// Names are replaced in values of at most so many bytes.
const MAX_RENAMED_TEXT: usize = 1_000;

/// Reads what entities say of themselves.
pub(super) fn said(catalog: &Catalog) -> FormerNames {
    let mut former = FormerNames::new();
    for (id, entity) in catalog.iter() {
        let Some(names) = entity.annotation(super::RENAMED_FROM) else { continue };
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()).take(20) {
            let reference = EntityRef::parse(name, Some(entity.reference.kind()), entity.reference.namespace());
            if let Ok(reference) = reference
                && catalog.find(reference.as_str()).is_none()
            {
                let one = Former { id, source: FormerSource::Said };
                former.entry(reference.as_str().to_owned()).or_insert(one);
            }
        }
    }
    former
}

/// Reads what `redirects.jsonl` says of names, and reports what of that leads nowhere.
pub(super) fn kept(catalog: &Catalog, lines: &[(Redirect, Span)]) -> (FormerNames, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut steps = Vec::new();
    for (redirect, span) in lines.iter().filter(|(redirect, _)| !redirect.is_address()) {
        let parsed = [&redirect.from, &redirect.to].map(|text| EntityRef::parse(text, None, "default"));
        let [Ok(from), Ok(to)] = parsed else {
            problems.push(redirects::invalid(
                *span,
                "a name is a reference with its kind, such as `component:web`".to_owned(),
            ));
            continue;
        };
        steps.push((Step { from, to, source: FormerSource::Kept }, *span));
    }
    let places: BTreeMap<EntityRef, Span> = steps.iter().map(|(step, span)| (step.from.clone(), *span)).collect();
    // The last line of a name counts.
    let former = resolved(catalog, steps.into_iter().rev().map(|(step, _)| step).collect());
    for (from, span) in places {
        if catalog.find(from.as_str()).is_none() && !former.contains_key(from.as_str()) {
            let near = nearest(from.as_str(), catalog.entities().iter().map(|entity| entity.reference.as_str()));
            let problem = redirects::invalid(span, format!("what `{from}` is called now is not in the catalog"));
            problems.push(match near {
                Some(near) => problem.help(format!("correct `to`, such as `{near}`, or remove the line")),
                None => problem.help("correct `to`, or remove the line"),
            });
        }
    }
    (former, problems)
}

/// Asks git what entities were called before.
pub(super) fn inferred(workspace: &Workspace, catalog: &Catalog) -> FormerNames {
    let files: BTreeSet<FileId> = catalog.entities().iter().map(|entity| entity.file).collect();
    let files: Vec<FileId> = files.into_iter().collect();
    let changes = workspace.text_changes(&files, LINES, workspace.config().limits.catalog_file);
    let mut steps: Vec<(i64, Step)> = changes.par_iter().flat_map_iter(renames).collect();
    // The newest first, and those of one time as git has them.
    steps.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    resolved(catalog, steps.into_iter().map(|(_, step)| step).collect())
}

/// One name became another one.
struct Step {
    from: EntityRef,
    to: EntityRef,
    source: FormerSource,
}

/// Follows names to what is there today; of several steps from one name, the first counts.
fn resolved(catalog: &Catalog, steps: Vec<Step>) -> FormerNames {
    let mut next: BTreeMap<EntityRef, Step> = BTreeMap::new();
    for step in steps {
        next.entry(step.from.clone()).or_insert(step);
    }
    let mut former = FormerNames::new();
    for (from, step) in &next {
        if catalog.find(from.as_str()).is_some() {
            continue;
        }
        let mut at = &step.to;
        for _ in 0..MOST_STEPS {
            if let Some(id) = catalog.find(at.as_str()) {
                former.insert(from.as_str().to_owned(), Former { id, source: step.source.clone() });
                break;
            }
            match next.get(at) {
                Some(step) => at = &step.to,
                None => break,
            }
        }
    }
    former
}

/// Returns the renames in one change of a file.
fn renames(change: &TextChange) -> Vec<(i64, Step)> {
    let [before, after] = [&change.before, &change.after].map(|text| documents(text));
    let is_in = |reference: &EntityRef, all: &[(EntityRef, Node)]| all.iter().any(|(known, _)| known == reference);
    let gone: Vec<&(EntityRef, Node)> = before.iter().filter(|(known, _)| !is_in(known, &after)).collect();
    let new: Vec<&(EntityRef, Node)> = after.iter().filter(|(known, _)| !is_in(known, &before)).collect();
    let place =
        |of: &(EntityRef, Node), all: &[(EntityRef, Node)]| all.iter().position(|other| std::ptr::eq(of, other));
    let mut found = Vec::new();
    for old in gone {
        let of_kind = |other: &&&(EntityRef, Node)| other.0.kind() == old.0.kind();
        let at_place = |other: &&&(EntityRef, Node)| {
            // Documents that were added or removed elsewhere in the file change the places.
            place(old, &before) == place(other, &after) || (before.len() != after.len() && new.len() == 1)
        };
        let Some((to, root)) = new.iter().filter(of_kind).find(at_place) else { continue };
        if are_alike((&old.1, old.0.name()), (root, to.name())) {
            let source = FormerSource::Commit(Arc::clone(&change.commit), change.time);
            found.push((change.time, Step { from: old.0.clone(), to: to.clone(), source }));
        }
    }
    found
}

/// Returns the entities of a file, in order.
fn documents(text: &str) -> Vec<(EntityRef, Node)> {
    if yaml::is_deep(text) {
        return Vec::new();
    }
    let (documents, _) = yaml::parse(FileId::new(0), text);
    let entity = |document: yaml::Document| {
        let root = document.root?;
        let metadata = root.get("metadata")?;
        let name = metadata.get("name")?.as_str()?;
        let namespace = metadata.get("namespace").and_then(Node::as_str).unwrap_or("default");
        let reference = EntityRef::new(root.get("kind")?.as_str()?, namespace, name);
        Some((reference, root))
    };
    documents.into_iter().filter_map(entity).collect()
}

/// Returns whether two documents say mostly the same beside their names, which may stand in their values, too.
fn are_alike((one, own): (&Node, &str), (other, name): (&Node, &str)) -> bool {
    // What is no name would be found everywhere.
    if !is_name(own) || !is_name(name) {
        return false;
    }
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    leaves(one, 0, (0, Some((own, name))), &mut before);
    leaves(other, 0, (0, None), &mut after);
    let same = before.intersection(&after).count();
    5 * same >= 4 * before.len().max(after.len())
}

/// Collects hashes of the values of a document with their paths, but for its name; the first of `names` counts as the second.
fn leaves(node: &Node, path: u64, (depth, names): (usize, Option<(&str, &str)>), out: &mut BTreeSet<u64>) {
    if out.len() >= MOST_LEAVES {
        return;
    }
    // Hashes, since a long key would stand before each of the values below it.
    let below = |key: &str| xxh3_64_with_seed(key.as_bytes(), path);
    match &node.value {
        Value::Map(map) => {
            let is_own = |key: &str| depth == 1 && path == xxh3_64(b"metadata") && matches!(key, "name" | "namespace");
            for entry in map.entries().iter().filter(|entry| !is_own(&entry.key)) {
                leaves(&entry.value, below(&entry.key), (depth + 1, names), out);
            }
        }
        // The order of a list says little.
        Value::Seq(items) => items.iter().for_each(|item| leaves(item, below("-"), (depth + 1, names), out)),
        _ => {
            let text = yaml::scalar_text(node).to_lowercase();
            // In a long text the name may stand so often that the other one would make it many times as long.
            let text = match names.filter(|_| text.len() <= MAX_RENAMED_TEXT) {
                Some((from, to)) => text.replace(from, to),
                None => text,
            };
            out.insert(below(&text));
        }
    }
}

/// Reports that a text still calls an entity as it was called before.
pub(crate) fn still_said(catalog: &Catalog, former: &str, id: EntityId, span: Span) -> Diagnostic {
    let now = &catalog.get(id).reference;
    Diagnostic::new(crate::diag::codes::FORMER_NAME, span, format!("`{former}` is called `{now}` today"))
        .label("the name of before")
        .help(format!("write `{now}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let change = TextChange { commit: "c".into(), time: 1, before: before.to_owned(), after: after.to_owned() };
        renames(&change).iter().map(|(_, step)| format!("{} {}", step.from, step.to)).collect()
    }

    fn component(name: &str, more: &str) -> String {
        format!(
            "kind: Component\nmetadata:\n  name: {name}\n  title: The {name}\n  annotations: {{github.com/project-slug: acme/{name}}}\n\
             spec: {{type: service, lifecycle: production, owner: shop{more}}}\n"
        )
    }

    #[test]
    fn a_document_at_its_place_that_says_the_same_is_the_same_entity() {
        let [web, shop] = ["web", "shop"].map(|name| component(name, ""));
        assert_eq!(told(&web, &shop), ["component:default/web component:default/shop"]);
        assert_eq!(told(&web, &web), [""; 0]);
        let other = component("shop", ", type: website, lifecycle: experimental, owner: else");
        assert_eq!(told(&web, &other), [""; 0], "another one");
        assert_eq!(told(&web, &shop.replace("Component", "API")), [""; 0], "another kind");
        // Other documents of the file keep theirs.
        let api = component("pay", "").replace("Component", "API");
        assert_eq!(
            told(&format!("{web}---\n{api}"), &format!("{shop}---\n{api}")),
            ["component:default/web component:default/shop"]
        );
        assert_eq!(told(&format!("{api}---\n{web}"), &shop), ["component:default/web component:default/shop"]);
        let [a, b] = ["one", "two"].map(|name| component(name, ""));
        assert_eq!(told(&format!("{a}---\n{b}"), &format!("{b}---\n{a}")), [""; 0], "they have changed places");
    }

    #[test]
    fn names_and_keys_of_a_hostile_history_cost_no_more_than_others() {
        let text = |name: &str| {
            format!("kind: Component\nmetadata: {{name: {name}}}\nspec: {{note: {}}}\n", "a".repeat(1 << 20))
        };
        let renamed = format!("component:default/a component:default/{}", "b".repeat(63));
        assert_eq!(
            told(&text("a"), &text(&"b".repeat(63))),
            [renamed],
            "the note stays, though it is full of the name"
        );
        assert_eq!(told(&text("''"), &text("b")), [""; 0], "what has no name");
        let list = (0..3_000).map(|at| format!("    - {at}\n")).collect::<String>();
        let deep =
            |name: &str| format!("kind: API\nmetadata:\n  name: {name}\nspec:\n  {}:\n{list}", "k".repeat(1_000));
        assert_eq!(told(&deep("a"), &deep("b")), ["api:default/a api:default/b"]);
    }

    #[test]
    fn names_are_followed_to_what_is_there() {
        let workspace = crate::workspace::Workspace::from_files(
            Default::default(),
            &[(
                "catalog-info.yaml",
                format!("apiVersion: backstage.io/v1alpha1\n{}", component("shop", "")).as_bytes(),
            )],
        );
        let catalog = crate::catalog::load(&workspace).catalog;
        let step = |from: &str, to: &str| {
            let [from, to] = [from, to].map(|name| EntityRef::new("component", "default", name));
            Step { from, to, source: FormerSource::Kept }
        };
        let steps = vec![
            step("store", "shop"),
            step("web", "store"),
            step("web", "gone"),
            step("a", "b"),
            step("b", "a"),
            step("shop", "web"),
        ];
        let found: Vec<String> = resolved(&catalog, steps).into_keys().collect();
        assert_eq!(found, ["component:default/store", "component:default/web"]);
    }
}
