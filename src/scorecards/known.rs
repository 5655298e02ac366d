//! What conditions can ask, with types and meanings: for `playbill facts` and the manual.

use serde_json::{Value as Json, json};

use super::model::Scorecards;
use super::roots::Uses;
use super::world::{EntityFacts, RELATIONS, World};
use super::{Parts, export};
use crate::calendar::Day;
use crate::catalog::EntityId;
use crate::snapshots::facts as names;
use crate::yaml::{Node, Value};

/// How deep the values of an entity are listed.
const DEPTH: usize = 5;
/// Values that are listed of one entity.
const MOST: usize = 2_000;

/// Something that a condition can ask.
#[derive(Debug, Clone)]
pub struct KnownFact {
    /// How a condition asks for it.
    pub path: String,
    /// Its type in the language.
    pub kind: &'static str,
    /// What it means; empty for fields that authors choose.
    pub about: String,
    /// What it is for the entity that was asked for.
    pub value: Option<Node>,
}

impl KnownFact {
    /// Returns it as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        json!({
            "path": self.path,
            "type": self.kind,
            "about": self.about,
            "value": self.value.as_ref().map(export::shown),
        })
    }

    /// Returns the value as people read it.
    #[must_use]
    pub fn value_text(&self) -> Option<String> {
        self.value.as_ref().map(|node| match export::shown(node) {
            Json::String(text) => text,
            other => other.to_string(),
        })
    }
}

/// What is always there: path, type, meaning.
pub const LANGUAGE: &[(&str, &str, &str)] = &[
    ("entity.kind", "string", "the kind, such as `Component`"),
    ("entity.metadata", "map", "name, namespace, title, description, labels, annotations, tags, links"),
    ("entity.spec", "map", "what the kind has: type, lifecycle, owner, system and more"),
    ("entity.relations", "list", "each with `type` and `targetRef`"),
    ("related.RELATION", "list", "the entities at the other end; of one that does not exist `missing` is true"),
    ("docs.exists", "bool", "whether there is documentation"),
    ("docs.words", "int", "words of all pages"),
    ("docs.updated", "string", "day of the last commit to a page"),
    ("docs.pages", "list", "each with `path`, `title`, `words`, `updated`"),
    ("api.format", "string", "of an API: the format of its definition"),
    ("api.errors", "int", "of an API: errors of its definition"),
    (
        "api.breaking",
        "int",
        "of an API: changes that break its users, against the folder of `--api-base`; else nobody knows",
    ),
    ("api.operations", "list", "of an API: each with `id`, `name`, `summary`, `description`, `deprecated`"),
    ("git.lastCommit", "string", "day of the last commit below the entity's folder"),
    ("git.contributors", "int", "people who committed there"),
    ("git.commits90d", "int", "commits there in 90 days"),
    ("findings", "list", "what `check` says of the entity: `code`, `severity`, `line`"),
    ("facts.RETRIEVER.FACT", "any", "facts of a file; missing or null means that nobody knows"),
    ("snap.SOURCE.FACT", "any", "facts of saved answers; missing means that nobody knows"),
    ("now", "timestamp", "midnight UTC of the day of the build"),
    ("files(glob)", "list", "sorted paths below the entity's repository"),
    ("read(path)", "string", "the text of one of them"),
    ("daysSince(text)", "int", "whole days from a day or instant to `now`"),
    ("atLeast(a, b)", "bool", "version a is b or later"),
    ("text.matches(pattern)", "bool", "a regular expression is found in a text"),
];

/// Returns the page of the manual that lists all facts, in Markdown.
#[must_use]
pub fn manual() -> String {
    use std::fmt::Write as _;
    let mut out = String::from(
        "# Facts of scorecards\n\nWhat conditions of [scorecards and policies](scorecards.md) can ask, made from the program's own tables; \
         `cargo test --lib write_the_manual -- --ignored` writes this page. `playbill facts REF` shows the values of an entity.\n\n\
         ## The language\n\n| path | type | meaning |\n|---|---|---|\n",
    );
    for (path, kind, about) in LANGUAGE {
        let _ = writeln!(out, "| `{path}` | {kind} | {about} |");
    }
    out.push_str("\n## Relations\n\nThese are always there, perhaps empty; others if an entity has them: ");
    let names: Vec<String> = RELATIONS.iter().map(|kind| format!("`related.{kind}`")).collect();
    let _ = writeln!(out, "{}.", names.join(", "));
    out.push_str(
        "\n## Snapshots\n\nBelow `snap.SOURCE`, or `snap[\"SOURCE\"]` for names with a dash; which source has which facts is in \
         [Sources of snapshots](snapshot-sources.md).\n\n| fact | meaning | unit |\n|---|---|---|\n",
    );
    for fact in names::FACTS.iter().filter(|fact| !fact.name.ends_with('.')) {
        let _ = writeln!(out, "| `{}` | {} | {} |", fact.name, fact.label, fact.unit);
    }
    out
}

/// Lists what can be asked: with an entity, its values.
#[must_use]
pub fn facts(parts: &Parts<'_>, found: &Scorecards, entity: Option<EntityId>) -> Vec<KnownFact> {
    let mut out = Vec::new();
    let Some(id) = entity else {
        let fixed = LANGUAGE.iter();
        out.extend(fixed.map(|(path, kind, about)| KnownFact {
            path: (*path).to_owned(),
            kind,
            about: (*about).to_owned(),
            value: None,
        }));
        out.extend(RELATIONS.iter().map(|kind| known(format!("related.{kind}"), "list", String::new())));
        for retriever in &found.facts.retrievers {
            for (name, (kind, about)) in &retriever.declared {
                let kind = kind_of(kind.as_deref());
                out.push(known(
                    path_of(&format!("facts.{}", retriever.id), name),
                    kind,
                    about.clone().unwrap_or_default(),
                ));
            }
        }
        for source in parts.snapshots.sources() {
            let mut seen = std::collections::BTreeSet::new();
            for (id, _) in parts.catalog.iter() {
                let of = parts.snapshots.snapshot(id, &source.id).and_then(|it| it.record.as_ref());
                seen.extend(of.into_iter().flat_map(|record| record.facts.iter()).map(|(name, _)| name.to_owned()));
            }
            let base = path_of("snap", &source.id);
            out.extend(seen.into_iter().map(|name| {
                let about = names::info(&name).map(|(_, info)| info.label.to_owned()).unwrap_or_default();
                known(format!("{base}.{name}"), "any", about)
            }));
        }
        return out;
    };
    let mut uses = Uses::default();
    uses.everything();
    let today = found.today.unwrap_or(Day::of_moment(parts.workspace.now()));
    let world = World::new(*parts, &found.facts, today, uses);
    for (name, node) in EntityFacts::new(&world, parts.workspace, id).all() {
        list(name, &node, 0, &mut out);
    }
    out
}

fn known(path: String, kind: &'static str, about: String) -> KnownFact {
    KnownFact { path, kind, about, value: None }
}

/// Names types as people write them in `schema`.
fn kind_of(word: Option<&str>) -> &'static str {
    match word.unwrap_or_default() {
        "integer" | "int" => "int",
        "float" | "number" | "double" => "double",
        "boolean" | "bool" => "bool",
        "string" | "datetime" => "string",
        "set" | "list" | "array" => "list",
        "object" | "map" => "map",
        _ => "any",
    }
}

fn path_of(base: &str, key: &str) -> String {
    let is_name =
        key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !key.starts_with(|c: char| c.is_ascii_digit());
    if is_name && !key.is_empty() { format!("{base}.{key}") } else { format!("{base}[\"{key}\"]") }
}

/// Lists a value, mappings key by key.
fn list(path: String, node: &Node, depth: usize, out: &mut Vec<KnownFact>) {
    if out.len() >= MOST {
        return;
    }
    match &node.value {
        Value::Map(map) if depth < DEPTH => {
            for entry in map.entries() {
                list(path_of(&path, &entry.key), &entry.value, depth + 1, out);
            }
        }
        value => {
            let kind = match value {
                Value::Null => "null",
                Value::Bool(_) => "bool",
                Value::Int(_) => "int",
                Value::Float(_) => "double",
                Value::Str(_) => "string",
                Value::Seq(_) => "list",
                Value::Map(_) => "map",
            };
            out.push(KnownFact { path, kind, about: String::new(), value: Some(node.clone()) });
        }
    }
}
