//! A comparison as one page of HTML that needs nothing else: complete, with the words that came and went.

use similar::{ChangeTag, TextDiff};

use super::{PortalDiff, shown};
use crate::html::Html;
use crate::portal_export::WrittenAt;

/// Longer texts are not compared word by word, in words of both.
const MAX_WORDS: usize = 20_000;
/// Unchanged words around a change.
const CONTEXT: usize = 12;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}\
code{font:14px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}del{background:#ffe0dc;text-decoration:line-through}ins{background:#d5f5dc;text-decoration:none}\
.gone{color:#a3261b}.new{color:#13632b}@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#141414}th,td{border-color:#3a3a3a}\
del{background:#5b1d17}ins{background:#143d20}.gone{color:#ff9d92}.new{color:#7fd99a}a{color:#8ab4ff}}";

/// Writes the page.
#[must_use]
pub fn write(diff: &PortalDiff, preview: Option<&str>) -> String {
    let mut page = Page { html: Html::new(), preview: preview.map(|base| base.trim_end_matches('/').to_owned()) };
    let html = &mut page.html;
    html.raw("<!doctype html>\n");
    html.start("html").attribute("lang", "en");
    html.raw("<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Changes of the portal</title><style>");
    html.raw(STYLE);
    html.raw("</style></head>\n<body><h1>Changes of the portal</h1>\n");
    if diff.is_empty() {
        html.raw("<p>Nothing changes.</p>\n");
    }
    for gate in diff.gates.iter().filter(|gate| gate.fired) {
        html.start("p").attribute("class", "gone");
        html.text(&format!("Fails on {} ({}): {}", gate.name, gate.count, gate.advice));
        html.raw("</p>\n");
    }
    let entities = diff.entities.iter().map(|change| {
        let mut what = Html::new();
        if let (Some(old), Some(reason)) = (&change.old_ref, change.reason) {
            what.text("was ");
            what.element("code", old);
            what.text(&format!(": {reason}"));
            what.raw("<br>");
        }
        for field in &change.fields {
            what.element("code", &field.name);
            what.text(": ");
            what.element("del", &shown(field.old.as_ref()));
            what.text(" ");
            what.element("ins", &shown(field.new.as_ref()));
            what.raw("<br>");
        }
        for url in &change.still_named {
            what.text("still named in ");
            what.element("code", url);
            what.raw("<br>");
        }
        let place = change.new.as_ref().or(change.old.as_ref());
        vec![
            Html::of_text(change.change),
            coded(&change.reference),
            what,
            placed(place),
            coded_some(change.owner.as_deref()),
        ]
    });
    page.table("Entities", &["", "Entity", "What", "Place", "Owner"], entities.collect());
    let relations = diff.relations.iter().map(|change| {
        vec![
            Html::of_text(change.change),
            coded(&change.from),
            Html::of_text(&change.kind),
            coded(&change.to),
            placed(Some(&change.place)),
        ]
    });
    page.table("Relations", &["", "Entity", "Relation", "To", "Place"], relations.collect());
    let links = diff.links.iter().map(|link| {
        let place = WrittenAt { file: link.problem.file.clone(), line: link.problem.line.0 };
        let note = if link.elsewhere { "in a document that has not changed" } else { "" };
        vec![
            Html::of_text(link.change),
            placed(Some(&place)),
            Html::of_text(&link.problem.message),
            Html::of_text(note),
        ]
    });
    page.table("Links", &["", "Place", "Link", ""], links.collect());
    let mut changes = Vec::new();
    for api in &diff.apis {
        for line in &api.changes {
            let place = line.new.as_ref().or(line.old.as_ref());
            let place = place.map(|at| WrittenAt { file: at.file.clone(), line: at.line });
            changes.push(vec![
                Html::of_text(line.level),
                coded(&api.name),
                coded(&line.subject),
                Html::of_text(&line.message),
                placed(place.as_ref()),
                coded(&api.consumers.join(", ")),
            ]);
        }
    }
    page.table("APIs", &["", "API", "Operation", "Change", "Place", "Consumers"], changes);
    for (title, records) in
        [("Decisions", &diff.decisions), ("Templates", &diff.templates), ("Scorecards", &diff.scores)]
    {
        let rows = records.iter().map(|change| {
            let name = if change.title.is_empty() { &change.key } else { &change.title };
            let note = change.note.as_deref().unwrap_or_default();
            vec![Html::of_text(change.change), Html::of_text(name), Html::of_text(note)]
        });
        page.table(title, &["", "Name", "What"], rows.collect());
    }
    let problems =
        diff.problems.new.iter().map(|it| ("new", it)).chain(diff.problems.fixed.iter().map(|it| ("fixed", it)));
    let problems = problems.map(|(change, problem)| {
        let place = WrittenAt { file: problem.file.clone(), line: problem.line.0 };
        vec![Html::of_text(change), coded(&problem.rule), placed(Some(&place)), Html::of_text(&problem.message)]
    });
    page.table("Findings", &["", "Rule", "Place", "What"], problems.collect());
    let impact = diff.impact.iter().map(|hit| {
        vec![
            coded(&hit.reference),
            Html::of_text(&hit.direct.to_string()),
            Html::of_text(&hit.total.to_string()),
            coded(&hit.owners.join(", ")),
        ]
    });
    page.table("Impact", &["Entity", "Directly", "In all", "Owners"], impact.collect());
    page.documents(diff);
    page.html.raw("</body></html>\n");
    page.html.into_string()
}

struct Page {
    html: Html,
    preview: Option<String>,
}

impl Page {
    fn table(&mut self, title: &str, columns: &[&str], rows: Vec<Vec<Html>>) {
        if rows.is_empty() {
            return;
        }
        let html = &mut self.html;
        html.element("h2", &format!("{title} ({})", rows.len()));
        html.raw("\n<table><thead><tr>");
        for column in columns {
            html.start("th").attribute("scope", "col");
            html.text(column);
            html.end("th");
        }
        html.raw("</tr></thead><tbody>\n");
        for row in rows {
            html.raw("<tr>");
            for cell in row {
                html.raw("<td>");
                html.raw(&cell.into_string());
                html.raw("</td>");
            }
            html.raw("</tr>\n");
        }
        html.raw("</tbody></table>\n");
    }

    fn documents(&mut self, diff: &PortalDiff) {
        if diff.docs.is_empty() {
            return;
        }
        self.html.element("h2", &format!("Documentation ({})", diff.docs.len()));
        self.html.raw("\n");
        for page in &diff.docs {
            let html = &mut self.html;
            html.raw("<h3>");
            html.text(&format!("{}: ", page.change));
            match &self.preview {
                Some(base) if page.change != "removed" => {
                    html.start("a").address("href", &format!("{base}/{}", crate::routes::encoded(&page.url)));
                    html.text(&page.title);
                    html.end("a");
                }
                _ => html.text(&page.title),
            }
            html.raw("</h3>\n<p>");
            html.element("code", &page.place.file);
            if let Some(old) = &page.old_url {
                html.text(" was ");
                html.element("code", old);
            }
            html.raw("</p>\n");
            if let Some((old, new)) = &page.texts {
                words(html, old, new);
            } else if page.change == "changed" {
                html.raw("<p>The words are shown where two folders are compared.</p>\n");
            }
        }
    }
}

/// Writes the words that came and went, with a few around them.
fn words(html: &mut Html, old: &str, new: &str) {
    let length = old.split_whitespace().count() + new.split_whitespace().count();
    if length > MAX_WORDS {
        html.raw("<p>Too long to be compared word by word.</p>\n");
        return;
    }
    let diff = TextDiff::from_words(old, new);
    html.raw("<p>");
    let mut first = true;
    for group in diff.grouped_ops(CONTEXT * 2) {
        if !first {
            html.raw(" … <br>");
        }
        first = false;
        for op in &group {
            for change in diff.iter_changes(op) {
                match change.tag() {
                    ChangeTag::Equal => html.text(change.value()),
                    ChangeTag::Delete => html.element("del", change.value()),
                    ChangeTag::Insert => html.element("ins", change.value()),
                }
            }
        }
    }
    html.raw("</p>\n");
}

fn coded(text: &str) -> Html {
    let mut html = Html::new();
    if !text.is_empty() {
        html.element("code", text);
    }
    html
}

fn coded_some(text: Option<&str>) -> Html {
    coded(text.unwrap_or_default())
}

fn placed(place: Option<&WrittenAt>) -> Html {
    place
        .filter(|place| !place.file.is_empty())
        .map(|place| coded(&format!("{}:{}", place.file, place.line)))
        .unwrap_or_default()
}
