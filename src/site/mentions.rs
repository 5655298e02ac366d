//! Links to the pages that talk about something: an entity, a decision record, an operation.

use serde::Serialize;

use super::{PageContext, decisions};
use crate::mentions::{Mention, OperationId, Place};
use crate::routes;

/// Maximum number that are shown at a decision record.
const SHOWN: usize = 10;
/// Maximum number that are named at an operation.
const NAMED: usize = 5;

/// One page that talks about the entity or decision.
#[derive(Debug, Serialize)]
pub struct Line {
    href: String,
    /// The address below the site, for the mark.
    url: String,
    title: String,
    /// The documentation, or that it is a decision.
    part: String,
    section: Option<String>,
    context: String,
}

/// Lists where a decision record is linked to.
#[must_use]
pub fn of_decision(view: &PageContext<'_>, id: decisions::RecordId) -> Vec<Line> {
    view.portal.mentions.of_decision(id).iter().take(SHOWN).map(|mention| line(view, mention)).collect()
}

/// Links the pages that talk about an operation; returns how many more there are.
#[must_use]
pub fn of_operation(view: &PageContext<'_>, id: OperationId) -> (Vec<(String, String)>, usize) {
    let all = view.portal.mentions.of_operation(id);
    let link = |mention: &Mention| {
        let line = line(view, mention);
        (line.href, line.title)
    };
    (all.iter().take(NAMED).map(link).collect(), all.len().saturating_sub(NAMED))
}

/// Links the page of a mention.
#[must_use]
pub fn line(view: &PageContext<'_>, mention: &Mention) -> Line {
    let (url, title, part) = match mention.place {
        Place::Page(site, page) => {
            let site = &view.portal.docs.sites[site];
            let one = &site.pages[page];
            let url = routes::docs_page(&view.entity(site.entity).reference, &one.path);
            (url, one.title.clone(), site.title.clone())
        }
        Place::Decision(log, record) => {
            let title = view.portal.decisions.logs[log].records[record].title.clone();
            (decisions::url(view, (log, record)), title, "Decision".to_owned())
        }
    };
    // The title of the page is its first heading, and is named already.
    let heading = mention.heading.as_ref().filter(|(_, words)| *words != title);
    let place = heading.map(|(id, _)| format!("#{}", routes::encoded(id))).unwrap_or_default();
    Line {
        href: view.href(&url) + &place,
        section: heading.map(|(_, words)| words.clone()),
        title,
        part,
        context: mention.context.clone(),
        url,
    }
}
