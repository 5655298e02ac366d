//! A comparison as a comment of a pull request.
//!
//! The order is fixed and the verdict comes first, so that it survives any limit. What does not fit is left out by whole rows
//! from the end, never within a table or a fold, and counted.

use std::fmt::Write as _;

use super::escape::{code, link, text};
use super::{EntityChange, PortalDiff, one_line, shown};
use crate::api::diff::report::Line;
use crate::catalog::EntityRef;
use crate::portal_export::{PortalExport, WrittenAt};
use crate::routes;

/// Rows of a table; more are counted.
const MOST_ROWS: usize = 40;
/// Letters of a text in a cell.
const LONGEST: usize = 120;

/// How a comment is written.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The address of a preview of the new portal.
    pub preview_url: Option<String>,
    /// The address of the whole report.
    pub report_url: Option<String>,
    /// The most characters of the comment.
    pub limit: usize,
    /// Whether owners are called by their names at the host.
    pub mention: bool,
}

/// A part of the comment.
#[derive(Default)]
struct Block {
    head: Vec<String>,
    rows: Vec<String>,
    tail: Vec<String>,
    /// Rows that are not written.
    more: usize,
    /// Whether it is left out with its last row.
    is_table: bool,
}

impl Block {
    fn text(lines: Vec<String>) -> Self {
        Self { head: lines, ..Self::default() }
    }

    fn table(title: String, columns: &[&str], rows: Vec<String>, folded: bool) -> Self {
        let more = rows.len().saturating_sub(MOST_ROWS);
        let rows = rows.into_iter().take(MOST_ROWS).collect();
        let rule = "|---".repeat(columns.len()) + "|";
        let mut head = if folded {
            vec![format!("<details><summary>{title}</summary>"), String::new()]
        } else {
            vec![format!("### {title}"), String::new()]
        };
        head.extend([format!("| {} |", columns.join(" | ")), rule]);
        let tail = if folded { vec![String::new(), "</details>".to_owned()] } else { Vec::new() };
        Self { head, rows, tail, more, is_table: true }
    }

    fn lines(&self) -> Vec<&str> {
        self.head.iter().chain(&self.rows).chain(&self.tail).map(String::as_str).collect()
    }

    /// Returns how many characters it takes, with the line between it and the one before.
    fn size(&self) -> usize {
        1 + self.lines().iter().map(|line| line.chars().count() + 1).sum::<usize>()
    }
}

/// Returns the hidden line by which a job finds the comment that it has written before.
#[must_use]
pub fn marker(portal: &str) -> String {
    let id: String =
        portal.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("<!-- playbill-diff: {} -->", id.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
}

/// Writes the comment; `new` says what owners are called.
#[must_use]
pub fn write(diff: &PortalDiff, new: &PortalExport, options: &Options) -> String {
    let title = if diff.head.title.is_empty() { &diff.base.title } else { &diff.head.title };
    let marker = marker(title);
    if diff.is_empty() {
        return format!("{marker}\nNothing changes in the portal.\n");
    }
    let writer = Writer { options, new };
    let mut blocks = vec![Block::text(vec![marker, format!("**{}**", verdict(diff))])];
    blocks.extend(writer.blocks(diff));
    fitted(blocks, options)
}

/// Leaves out whole rows from the end until the rest fits.
fn fitted(mut blocks: Vec<Block>, options: &Options) -> String {
    // What the last line may take.
    const LAST: usize = 80;
    let last = LAST + options.report_url.as_ref().map_or(0, |url| 3 * url.len());
    let limit = options.limit.saturating_sub(last);
    let mut size: usize = blocks.iter().map(Block::size).sum();
    let mut dropped: usize = blocks.iter().map(|block| block.more).sum();
    while size > limit && blocks.len() > 1 {
        let Some(block) = blocks.last_mut() else { break };
        if block.rows.len() > 1 {
            if let Some(row) = block.rows.pop() {
                size -= row.chars().count() + 1;
                dropped += 1;
            }
            continue;
        }
        dropped += usize::from(block.is_table);
        size -= block.size();
        blocks.pop();
    }
    let mut out = String::new();
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for line in block.lines() {
            out.push_str(line);
            out.push('\n');
        }
    }
    if dropped > 0 {
        let more = format!("{dropped} more");
        let line = match &options.report_url {
            Some(url) => format!("{more}: {}", link("report", url)),
            None => format!("{more} in the report: `playbill diff --format html`"),
        };
        let _ = writeln!(out, "\n{line}");
    } else if let Some(url) = &options.report_url {
        let _ = writeln!(out, "\n{}", link("Report", url));
    }
    out
}

/// Says in one line what matters.
fn verdict(diff: &PortalDiff) -> String {
    let n = |name: &str| diff.summary.get(name).copied().unwrap_or_default();
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    add(n("apisBreaking"), "breaking API change", "breaking API changes");
    add(n("linksBroken"), "link broken", "links broken");
    add(n("relationsDangling"), "relation dangling", "relations dangling");
    let entities = diff.entities.len();
    add(entities, "entity", "entities");
    add(diff.docs.len(), "page", "pages");
    add(n("levelsDown"), "level down", "levels down");
    add(n("problemsNew"), "new finding", "new findings");
    add(n("problemsFixed"), "finding fixed", "findings fixed");
    add(n("apisRisky") + n("apisCompatible"), "other API change", "other API changes");
    let failed: Vec<&str> = diff.gates.iter().filter(|gate| gate.fired).map(|gate| gate.name).collect();
    let what = if parts.is_empty() { "small changes".to_owned() } else { parts.join(", ") };
    if failed.is_empty() {
        format!("Portal: {what}")
    } else {
        format!("Portal: {what}. Fails on {}", failed.join(", "))
    }
}

struct Writer<'a> {
    options: &'a Options,
    new: &'a PortalExport,
}

impl Writer<'_> {
    fn blocks(&self, diff: &PortalDiff) -> Vec<Block> {
        let mut blocks = Vec::new();
        let fired: Vec<String> = diff
            .gates
            .iter()
            .filter(|gate| gate.fired)
            .map(|gate| format!("- `{}` ({}): {}", gate.name, gate.count, gate.advice.replace('`', "")))
            .collect();
        if !fired.is_empty() {
            blocks.push(Block::text(fired));
        }
        let mut table = |title: &str, columns: &[&str], rows: Vec<String>, folded: bool| {
            if !rows.is_empty() {
                blocks.push(Block::table(format!("{title} ({})", rows.len()), columns, rows, folded));
            }
        };
        let api_rows = |level: &str| -> Vec<String> {
            let lines = diff.apis.iter().flat_map(|api| api.changes.iter().map(move |line| (api, line)));
            let of_level = lines.filter(|(_, line)| line.level == level);
            of_level
                .map(|(api, line)| {
                    let consumers: Vec<String> = api.consumers.iter().map(|name| self.consumer(name)).collect();
                    let name = api.reference.as_deref().map_or_else(|| text(&api.name), |name| self.entity(name, name));
                    format!("| {name} | {} | {} |", self.change(line), consumers.join(", "))
                })
                .collect()
        };
        table("Breaking API changes", &["API", "change", "consumers"], api_rows("breaking"), false);
        let links = |change: &str| -> Vec<String> {
            let links = diff.links.iter().filter(|link| link.change == change);
            let mut links: Vec<_> = links.collect();
            links.sort_by_key(|link| !link.elsewhere);
            links
                .into_iter()
                .map(|link| {
                    let note = if link.elsewhere { "in a document that this change does not touch" } else { "" };
                    let place = place(&WrittenAt { file: link.problem.file.clone(), line: link.problem.line.0 });
                    format!("| {place} | {} | {note} |", short(&link.problem.message))
                })
                .collect()
        };
        table("Broken links", &["place", "link", ""], links("broken"), false);
        let relations = |of: &[&str]| -> Vec<String> {
            let relations = diff.relations.iter().filter(|change| of.contains(&change.change));
            relations
                .map(|change| {
                    let more = change.was.as_ref().map(|new| format!(", now {}", code(new))).unwrap_or_default();
                    let from = self.entity(&change.from, &change.from);
                    format!(
                        "| {from} | {} | {}{more} | {} |",
                        change.kind,
                        code(&change.to),
                        self.owner(change.owner.as_deref())
                    )
                })
                .collect()
        };
        let columns = ["entity", "relation", "to", "owner"];
        table("Relations that lead nowhere", &columns, relations(&["dangling", "added-dangling"]), false);
        table("Entities", &["", "entity", "what", "owner"], self.entities(diff), false);
        table("Documentation", &["", "page", "what", "owner"], self.docs(diff), false);
        let records = |changes: &[super::RecordChange]| -> Vec<String> {
            let row = |change: &super::RecordChange| {
                let name = if change.title.is_empty() { &change.key } else { &change.title };
                format!(
                    "| {} | {} | {} |",
                    change.change,
                    short(name),
                    short(change.note.as_deref().unwrap_or_default())
                )
            };
            changes.iter().map(row).collect()
        };
        table("Decisions", &["", "decision", "what"], records(&diff.decisions), false);
        let (mut levels, mut scores) = (Vec::new(), Vec::new());
        for change in &diff.scores {
            let is_level = matches!(change.change, "up" | "down");
            if is_level { &mut levels } else { &mut scores }.extend(records(std::slice::from_ref(change)));
        }
        table("Levels", &["", "scorecard and entity", "level"], levels, false);
        table("Templates", &["", "template", "what"], records(&diff.templates), true);
        table("Risky API changes", &["API", "change", "consumers"], api_rows("risky"), true);
        table("Compatible API changes", &["API", "change", "consumers"], api_rows("compatible"), true);
        table("Relations", &columns, relations(&["added", "removed", "resolved"]), true);
        table("Repaired links", &["place", "link", ""], links("repaired"), true);
        let findings = |problems: &[crate::portal_export::ProblemRecord]| -> Vec<String> {
            let row = |problem: &crate::portal_export::ProblemRecord| {
                let place = place(&WrittenAt { file: problem.file.clone(), line: problem.line.0 });
                format!("| {} | `{}` | {place} | {} |", problem.severity, problem.rule, short(&problem.message))
            };
            problems.iter().map(row).collect()
        };
        table("New findings", &["", "rule", "place", "what"], findings(&diff.problems.new), true);
        table("Fixed findings", &["", "rule", "place", "what"], findings(&diff.problems.fixed), true);
        table("Scores", &["", "scorecard and entity", ""], scores, true);
        let impact = diff.impact.iter().map(|hit| {
            let owners: Vec<String> = hit.owners.iter().map(|owner| self.owner(Some(owner))).collect();
            let entity = self.entity(&hit.reference, &hit.reference);
            format!("| {entity} | {} | {} | {} |", hit.direct, hit.total, owners.join(", "))
        });
        table("Impact", &["entity", "reaches directly", "in all", "owners"], impact.collect(), true);
        blocks
    }

    fn entities(&self, diff: &PortalDiff) -> Vec<String> {
        let row = |change: &EntityChange| {
            let name = if change.change == "removed" {
                code(&change.reference)
            } else {
                self.entity(&change.reference, &change.reference)
            };
            let mut what: Vec<String> = Vec::new();
            if let (Some(old), Some(reason)) = (&change.old_ref, change.reason) {
                what.push(format!("was {}: {}", code(old), text(reason)));
            }
            for field in change.fields.iter().take(6) {
                let value = |value: Option<&serde_json::Value>| short(&shown(value));
                what.push(format!(
                    "{}: {} → {}",
                    text(&field.name),
                    value(field.old.as_ref()),
                    value(field.new.as_ref())
                ));
            }
            if change.fields.len() > 6 {
                what.push(format!("{} more", change.fields.len() - 6));
            }
            if !change.still_named.is_empty() {
                what.push(format!("{} still say the old name", counted(change.still_named.len(), "page", "pages")));
            }
            format!("| {} | {name} | {} | {} |", change.change, what.join("<br>"), self.owner(change.owner.as_deref()))
        };
        diff.entities.iter().map(row).collect()
    }

    fn docs(&self, diff: &PortalDiff) -> Vec<String> {
        let row = |page: &super::PageChange| {
            let name = if page.change == "removed" { short(&page.title) } else { self.page(&page.title, &page.url) };
            let mut what = Vec::new();
            if let Some(old) = &page.old_url {
                what.push(format!("was {}", code(old)));
            }
            if let Some(words) = page.words {
                what.push(format!("+{} −{} words", words.added, words.removed));
            }
            let renamed = page.headings.iter().filter(|heading| heading.change == "renamed").count();
            let removed = page.headings.iter().filter(|heading| heading.change == "removed").count();
            if renamed > 0 {
                what.push(format!("{} renamed", counted(renamed, "heading", "headings")));
            }
            if removed > 0 {
                what.push(format!("{} removed", counted(removed, "heading", "headings")));
            }
            let change = if page.change == "formatting" { "formatting only" } else { page.change };
            format!("| {change} | {name} | {} | {} |", what.join(", "), self.owner(page.owner.as_deref()))
        };
        diff.docs.iter().map(row).collect()
    }

    fn change(&self, line: &Line) -> String {
        let place = line.new.as_ref().or(line.old.as_ref());
        let place = place.map(|at| place_of(&at.file, at.line)).unwrap_or_default();
        format!("{}: {} {place}", code(&line.subject), short(&line.message))
    }

    /// Returns who consumes an API, with the owner.
    fn consumer(&self, reference: &str) -> String {
        let owner = self.new.entity(reference).and_then(|entity| entity.text("owner"));
        let owner = owner.map(|owner| format!(" ({})", self.owner(Some(owner)))).unwrap_or_default();
        format!("{}{owner}", self.entity(reference, reference))
    }

    /// Returns an owner: by the name at the host if that was asked for, else as code, which calls nobody.
    fn owner(&self, reference: Option<&str>) -> String {
        let Some(reference) = reference else { return String::new() };
        if self.options.mention
            && let Some(name) = self.new.entity(reference).and_then(|entity| {
                let keys =
                    ["github.com/team-slug", "github.com/user-login", "gitlab.com/team-path", "gitlab.com/user-id"];
                keys.iter().find_map(|key| entity.text(&format!("annotations.{key}")))
            })
            && !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/'))
        {
            return format!("@{name}");
        }
        code(reference)
    }

    fn entity(&self, title: &str, reference: &str) -> String {
        match EntityRef::parse(reference, None, "default") {
            Ok(parsed) if self.options.preview_url.is_some() => self.page(title, &routes::entity(&parsed)),
            _ => code(title),
        }
    }

    /// Returns a title that leads to a page of the preview.
    fn page(&self, title: &str, url: &str) -> String {
        match &self.options.preview_url {
            Some(base) => {
                link(&one_line(title, LONGEST), &format!("{}/{}", base.trim_end_matches('/'), routes::encoded(url)))
            }
            None => short(title),
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn short(value: &str) -> String {
    text(&one_line(value, LONGEST))
}

fn place(at: &WrittenAt) -> String {
    if at.file.is_empty() { String::new() } else { place_of(&at.file, at.line) }
}

fn place_of(file: &str, line: u32) -> String {
    code(&format!("{file}:{line}"))
}
