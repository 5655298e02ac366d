//! Where the entity is talked about.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::mentions::{Mention, OperationId, Place};
use crate::routes;
use crate::site::{PageContext, decisions};

/// Maximum number that are shown on the overview.
const SHOWN: usize = 10;

/// Maximum number that are named at an operation.
const NAMED: usize = 5;

/// The card.
pub struct Mentions;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    lines: Vec<Line>,
    count: usize,
    /// The page with all of them.
    all: Option<String>,
}

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

impl Card for Mentions {
    fn name(&self) -> &'static str {
        "mentions"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let all = view.portal.mentions.of(id);
        (!all.is_empty()).then(|| -> Box<dyn Content> { Box::new(model(view, id, SHOWN)) })
    }
}

/// Returns whether there are more than the overview shows.
#[must_use]
pub fn are_many(portal: &crate::portal::Portal, id: EntityId) -> bool {
    portal.mentions.of(id).len() > SHOWN
}

/// Lists the first mentions of an entity.
#[must_use]
pub fn model(view: &PageContext<'_>, id: EntityId, most: usize) -> Model {
    let all = view.portal.mentions.of(id);
    let page = || view.href(&routes::entity_tab(&view.entity(id).reference, "mentions"));
    Model {
        lines: all.iter().take(most).map(|mention| line(view, mention)).collect(),
        count: all.len(),
        all: (all.len() > most && are_many(view.portal, id)).then(page),
    }
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

fn line(view: &PageContext<'_>, mention: &Mention) -> Line {
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
