//! What `check` says of answers: failed, old, unclaimed, missing, logs that cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use super::folder::{ALL, Index};
use super::{Snapshots, State, mask, script, sources, time};
use crate::catalog::{Catalog, EntityId};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, codes};
use crate::text::Span;
use crate::workspace::{SnapshotFile, Workspace};

/// Keys that a finding names.
const NAMED: usize = 5;

/// Finds what is worth telling: one finding a source and kind.
pub(super) fn find(
    workspace: &Workspace,
    catalog: &Catalog,
    found: &Snapshots,
    index: &Index,
    files: &[SnapshotFile],
    claimed: &BTreeMap<String, BTreeSet<(String, String)>>,
    odd: &[usize],
) -> Diagnostics {
    let mut out = Vec::new();
    for at in odd {
        let span = Span::whole(workspace.snapshot_id(&files[*at]));
        out.push(Diagnostic::new(codes::SNAPSHOT_UNREADABLE_LOG, span, "lines of this log cannot be read").help(
            "write a line as path, status and time, separated by tabs, with the path below the folder of the log",
        ));
    }
    for (at, source) in found.sources.iter().enumerate() {
        let file = first_file(index, &source.id);
        let mut by_state: BTreeMap<State, Vec<(EntityId, String)>> = BTreeMap::new();
        for (id, _) in catalog.iter() {
            for snapshot in found.of(id).iter().filter(|snapshot| snapshot.source == at) {
                let words = match (&snapshot.message, snapshot.fetched) {
                    (Some(message), _) => format!("`{}`: {message}", snapshot.key),
                    (None, Some(fetched)) if snapshot.state == State::Stale => {
                        format!("`{}` of {}", snapshot.key, time::shown(fetched))
                    }
                    _ => format!("`{}`", snapshot.key),
                };
                by_state.entry(snapshot.state).or_default().push((id, words));
            }
        }
        for (state, code, message, help) in [
            (
                State::Error,
                codes::SNAPSHOT_ERROR,
                "failed or cannot be used",
                "see what the tool says, and fetch them again",
            ),
            (
                State::Stale,
                codes::SNAPSHOT_STALE,
                "are old or of unknown age",
                "fetch them more often, or raise the source's `ttl`",
            ),
            (State::NoData, codes::SNAPSHOT_MISSING, "are missing", "fetch them with `playbill snapshots script`"),
        ] {
            let Some(of) = by_state.get(&state) else { continue };
            let span = place(workspace, catalog, of[0].0, &source.annotations, file.map(|at| &files[at]));
            out.push(
                summary(
                    code,
                    span,
                    &source.title,
                    message,
                    &of.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>(),
                )
                .help(help),
            );
        }
        let empty = BTreeSet::new();
        let claimed = claimed.get(&source.id).unwrap_or(&empty);
        let orphans: Vec<String> = index
            .sources
            .get(&source.id)
            .into_iter()
            .flatten()
            .flat_map(|(instance, keys)| keys.keys().map(move |key| (instance, key)))
            .filter(|(instance, key)| *key != ALL && !claimed.contains(&((*instance).clone(), (*key).clone())))
            .map(|(instance, key)| {
                let key = mask::short(key);
                if instance.is_empty() { format!("`{key}`") } else { format!("`{key}` of {}", mask::short(instance)) }
            })
            .collect();
        if let (false, Some(file)) = (orphans.is_empty(), file) {
            let span = Span::whole(workspace.snapshot_id(&files[file]));
            let names: Vec<&str> = orphans.iter().map(String::as_str).collect();
            let help = match source.annotations.first() {
                Some(annotation) => {
                    format!("give an entity the annotation `{annotation}` with this value, or remove the files")
                }
                None => {
                    "name the folders `<namespace>/<kind>/<name>` of an entity in lower case, or remove them".to_owned()
                }
            };
            out.push(summary(codes::SNAPSHOT_ORPHAN, span, &source.title, "belong to no entity", &names).help(help));
        }
    }
    let is_used = |id: &str| found.sources.iter().any(|source| source.id == id);
    out.extend(script::malformed(catalog, &is_used));
    out
}

fn summary(code: Code, span: Span, title: &str, message: &str, keys: &[&str]) -> Diagnostic {
    // Entities may share a key.
    let mut seen = BTreeSet::new();
    let keys: Vec<&str> = keys.iter().copied().filter(|key| seen.insert(*key)).collect();
    let more = keys.len().saturating_sub(NAMED);
    let mut named = keys.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        named = format!("{named}, and {more} more");
    }
    Diagnostic::new(code, span, format!("answers of {title} {message}: {named}"))
}

/// Returns where to report something of an entity: its annotation, else the first answer of the source, else the entity.
fn place(
    workspace: &Workspace,
    catalog: &Catalog,
    id: EntityId,
    annotations: &[String],
    file: Option<&SnapshotFile>,
) -> Span {
    let entity = catalog.get(id);
    let annotation = annotations.iter().find_map(|key| entity.annotation_node(key)).map(|node| node.span);
    annotation
        .or_else(|| file.map(|file| Span::whole(workspace.snapshot_id(file))))
        .unwrap_or_else(|| Span::whole(entity.file))
}

/// Returns the first file of a source.
fn first_file(index: &Index, id: &str) -> Option<usize> {
    let keys = index.sources.get(id).into_iter().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
    let files = keys.flat_map(BTreeMap::values).flatten().filter_map(|stored| stored.file);
    files.chain(index.envelopes.get(id).map(|(file, _)| *file)).min()
}

/// Reports answers that are older than a bound, or of unknown age, as errors.
#[must_use]
pub fn too_old(workspace: &Workspace, catalog: &Catalog, bound: i64) -> Diagnostics {
    let (found, _) = super::analyse(workspace, catalog);
    let mut out = Vec::new();
    for (at, source) in found.sources.iter().enumerate() {
        let mut old = Vec::new();
        let mut first = None;
        for (id, _) in catalog.iter() {
            for snapshot in found.of(id).iter().filter(|snapshot| snapshot.source == at && snapshot.record.is_some()) {
                if snapshot.fetched.is_none_or(|fetched| workspace.now() - fetched > bound) {
                    first = first.or(Some(id));
                    let when = snapshot.fetched.map_or_else(|| "unknown age".to_owned(), time::shown);
                    old.push(format!("`{}` of {when}", snapshot.key));
                }
            }
        }
        if let Some(first) = first {
            let span = place(workspace, catalog, first, &source.annotations, None);
            let names: Vec<&str> = old.iter().map(String::as_str).collect();
            let mut problem = summary(codes::SNAPSHOT_STALE, span, &source.title, "are older than allowed", &names)
                .help("see why the job that fetches them does not run");
            problem.severity = Severity::Error;
            out.push(problem);
        }
    }
    out
}

/// Returns the sources that are built in, for messages.
#[must_use]
pub fn names() -> Vec<&'static str> {
    sources::SOURCES.iter().map(|source| source.id).collect()
}
