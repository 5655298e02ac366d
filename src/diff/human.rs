//! A comparison as text for people.

use std::fmt::Write as _;

use super::{PortalDiff, one_line, shown};
use crate::api::diff::report::Report;
use crate::diag::visible::visible;
use crate::portal_export::WrittenAt;

/// More lines of a part are counted, not shown.
const MOST: usize = 50;
/// Letters of a value that are shown.
const LONGEST: usize = 80;

/// Writes text for people.
#[must_use]
pub fn write(diff: &PortalDiff, color: bool) -> String {
    let mut out = Out { text: String::new(), color };
    let n = |name: &str| diff.summary.get(name).copied().unwrap_or_default();
    out.part("Entities", diff.entities.len());
    for change in diff.entities.iter().take(MOST) {
        let former = change.old_ref.as_ref().map(|old| format!("{old} → ")).unwrap_or_default();
        let reason = change.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let place = change.new.as_ref().or(change.old.as_ref());
        out.line(change.change, &format!("{former}{}{reason}", change.reference), place);
        for field in &change.fields {
            out.detail(&format!("{}: {} → {}", field.name, value(field.old.as_ref()), value(field.new.as_ref())));
        }
        for page in &change.still_named {
            out.detail(&format!("{page} still says the old name"));
        }
    }
    out.rest(diff.entities.len());
    out.part("Relations", diff.relations.len());
    for change in diff.relations.iter().take(MOST) {
        let more = change.was.as_ref().map(|new| format!(", which is {new} now")).unwrap_or_default();
        let text = format!("{} {} {}{more}", change.from, change.kind, change.to);
        out.line(change.change, &text, Some(&change.place));
    }
    out.rest(diff.relations.len());
    out.part("Documentation", diff.docs.len());
    for page in diff.docs.iter().take(MOST) {
        let former = page.old_url.as_ref().map(|old| format!("{old} → ")).unwrap_or_default();
        out.line(page.change, &format!("{former}{}", page.url), Some(&page.place));
        if let Some(words) = page.words {
            out.detail(&format!("{} words added, {} removed", words.added, words.removed));
        }
        for heading in &page.headings {
            let to = heading.new.as_ref().map(|new| format!(" → #{new}")).unwrap_or_default();
            let from = heading.old.as_ref().map(|old| format!("#{old}")).unwrap_or_default();
            out.detail(&format!("heading {}: {from}{to}", heading.change));
        }
    }
    out.rest(diff.docs.len());
    out.part("Links", diff.links.len());
    for link in diff.links.iter().take(MOST) {
        let elsewhere = if link.elsewhere { " (in a document that has not changed)" } else { "" };
        let place = WrittenAt { file: link.problem.file.clone(), line: link.problem.line.0 };
        out.line(link.change, &format!("{}{elsewhere}", link.problem.message), Some(&place));
    }
    out.rest(diff.links.len());
    if !diff.apis.is_empty() {
        out.part("APIs", diff.apis.len());
        out.text.push_str(&Report::text_of(&diff.apis, color));
    }
    for (title, changes) in
        [("Decisions", &diff.decisions), ("Templates", &diff.templates), ("Scorecards", &diff.scores)]
    {
        out.part(title, changes.len());
        for change in changes.iter().take(MOST) {
            let note = change.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            let name = if change.title.is_empty() { &change.key } else { &change.title };
            out.line(change.change, &format!("{name}{note}"), None);
        }
        out.rest(changes.len());
    }
    for (title, sign, problems) in
        [("New findings", "new", &diff.problems.new), ("Fixed findings", "fixed", &diff.problems.fixed)]
    {
        out.part(title, problems.len());
        for problem in problems.iter().take(MOST) {
            let place = WrittenAt { file: problem.file.clone(), line: problem.line.0 };
            out.line(sign, &format!("{}[{}]: {}", problem.severity, problem.rule, problem.message), Some(&place));
        }
        out.rest(problems.len());
    }
    out.part("Impact", diff.impact.len());
    for hit in diff.impact.iter().take(MOST) {
        let owners = if hit.owners.is_empty() { String::new() } else { format!(" of {}", hit.owners.join(", ")) };
        out.line("reaches", &format!("{}: {} directly, {} in all{owners}", hit.reference, hit.direct, hit.total), None);
    }
    out.rest(diff.impact.len());
    for gate in diff.gates.iter().filter(|gate| gate.fired) {
        let head = out.paint("1;31", &format!("fails on {} ({})", gate.name, gate.count));
        let _ = writeln!(out.text, "{head}: {}", gate.advice);
    }
    if diff.is_empty() {
        out.text.push_str("no changes\n");
    } else {
        let _ = writeln!(
            out.text,
            "{} entities, {} relations, {} pages, {} links broken, {} breaking API changes, {} findings new, {} fixed",
            diff.entities.len(),
            diff.relations.len(),
            diff.docs.len(),
            n("linksBroken"),
            diff.breaking,
            n("problemsNew"),
            n("problemsFixed"),
        );
    }
    out.text
}

fn value(value: Option<&serde_json::Value>) -> String {
    one_line(&shown(value), LONGEST).into_owned()
}

struct Out {
    text: String,
    color: bool,
}

impl Out {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn part(&mut self, title: &str, count: usize) {
        if count > 0 {
            let title = self.paint("1", title);
            let gap = if self.text.is_empty() { "" } else { "\n" };
            let _ = writeln!(self.text, "{gap}{title}");
        }
    }

    fn line(&mut self, change: &str, text: &str, place: Option<&WrittenAt>) {
        let code = match change {
            "added" | "repaired" | "fixed" | "up" | "resolved" => "32",
            "removed" | "broken" | "new" | "down" | "dangling" | "added-dangling" => "31",
            _ => "33",
        };
        let change = self.paint(code, &format!("{change:>10}"));
        let place = place.filter(|place| !place.file.is_empty());
        let place = place.map(|place| format!("  {}:{}", visible(&place.file), place.line)).unwrap_or_default();
        let _ = writeln!(self.text, "{change}  {}{place}", visible(text));
    }

    fn detail(&mut self, text: &str) {
        let _ = writeln!(self.text, "            {}", visible(text));
    }

    fn rest(&mut self, count: usize) {
        if count > MOST {
            let _ = writeln!(self.text, "            and {} more", count - MOST);
        }
    }
}
