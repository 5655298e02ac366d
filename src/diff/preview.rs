//! A comparison as the marks of a preview.

use super::{FieldChange, Link, PortalDiff, RecordChange};
use crate::catalog::EntityRef;
use crate::preview::{Preview, PreviewChange};
use crate::routes;

/// Fields that a note names; more are counted.
const FIELDS: usize = 5;

/// Returns what a preview of the new portal marks.
#[must_use]
pub fn of(diff: &PortalDiff) -> Preview {
    let page_of = |reference: &str, tab: &str| {
        let reference = EntityRef::parse(reference, None, "default").ok()?;
        Some(if tab.is_empty() { routes::entity(&reference) } else { routes::entity_tab(&reference, tab) })
    };
    let mut changes = Vec::new();
    for entity in &diff.entities {
        let is_here = entity.change != "removed";
        changes.push(PreviewChange {
            sort: "Entity",
            change: entity.change,
            title: entity.title.clone(),
            url: is_here.then(|| page_of(&entity.reference, "")).flatten(),
            owner: entity.owner.clone(),
            note: match &entity.old_ref {
                Some(old) => format!("was {old}"),
                None => names(&entity.fields),
            },
            sections: Vec::new(),
        });
    }
    for page in diff.docs.iter().filter(|page| page.change != "formatting") {
        let headings = page.headings.iter().filter(|heading| heading.change != "removed");
        let words = page.words.filter(|words| words.added + words.removed > 0);
        changes.push(PreviewChange {
            sort: "Document",
            change: page.change,
            title: page.title.clone(),
            url: (page.change != "removed").then(|| page.url.clone()),
            owner: page.owner.clone(),
            note: match (&page.old_url, words) {
                (Some(old), _) => format!("was /{old}"),
                (None, Some(words)) => format!("{} words more, {} fewer", words.added, words.removed),
                // The sections say more than the names of what is kept of a text.
                (None, None) => String::new(),
            },
            sections: headings.filter_map(|heading| Some((heading.new.clone()?, heading.title.clone()))).collect(),
        });
    }
    let record = |sort: &'static str, record: &RecordChange, url: Option<String>| PreviewChange {
        sort,
        change: record.change,
        title: if record.title.is_empty() { record.key.clone() } else { record.title.clone() },
        url: url.filter(|_| record.change != "removed"),
        owner: None,
        note: record.note.clone().unwrap_or_else(|| names(&record.fields)),
        sections: Vec::new(),
    };
    for api in &diff.definitions {
        changes.push(record("API definition", api, page_of(&api.key, "definition")));
    }
    changes.extend(diff.decisions.iter().map(|it| record("Decision", it, Some(it.key.clone()))));
    changes.extend(diff.templates.iter().map(|it| record("Template", it, page_of(&it.key, ""))));
    changes.extend(diff.scores.iter().map(|it| record("Score", it, None)));
    changes.extend(diff.links.iter().map(link));
    Preview::new(changes)
}

fn link(link: &Link) -> PreviewChange {
    PreviewChange {
        sort: "Link",
        change: link.change,
        title: link.problem.message.clone(),
        url: None,
        owner: None,
        note: link.problem.file.clone(),
        sections: Vec::new(),
    }
}

/// Names the fields that differ.
fn names(fields: &[FieldChange]) -> String {
    let mut names: Vec<&str> = fields.iter().take(FIELDS).map(|field| field.name.as_str()).collect();
    let more = format!("{} more", fields.len().saturating_sub(FIELDS));
    if fields.len() > FIELDS {
        names.push(&more);
    }
    names.join(", ")
}
