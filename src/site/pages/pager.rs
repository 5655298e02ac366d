//! Navigation through a list of several pages.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::site::{ROWS_PER_PAGE, context};

/// The links to the other pages of a list.
#[derive(Debug, Serialize)]
pub struct Pager {
    previous: Option<String>,
    next: Option<String>,
    pages: Vec<PageLink>,
    /// Such as `201–400 of 1,234`.
    range: String,
}

/// A page of a list; `None` for a gap.
#[derive(Debug, Serialize)]
struct PageLink {
    number: Option<usize>,
    href: String,
    current: bool,
}

/// Makes the links to the other pages of a list of `total` rows; `page` counts from 1, `href` links to a page. `None`
/// for a list of one page.
#[must_use]
pub fn pager(page: usize, total: usize, href: impl Fn(usize) -> String) -> Option<Pager> {
    pager_of(page, total, ROWS_PER_PAGE, href)
}

/// Does the same for pages of `rows` rows.
#[must_use]
pub fn pager_of(page: usize, total: usize, rows: usize, href: impl Fn(usize) -> String) -> Option<Pager> {
    let pages = total.div_ceil(rows);
    if pages <= 1 {
        return None;
    }
    let mut links: Vec<PageLink> = Vec::new();
    let mut last = 0;
    // The ends and the neighbours; BTreeMap both orders them and drops repetitions.
    let near = (page.saturating_sub(2)..=page + 2).chain([1, pages]);
    let wanted: BTreeMap<usize, ()> = near.filter(|at| (1..=pages).contains(at)).map(|at| (at, ())).collect();
    for at in wanted.into_keys() {
        if at > last + 1 {
            links.push(PageLink { number: None, href: String::new(), current: false });
        }
        links.push(PageLink { number: Some(at), href: href(at), current: at == page });
        last = at;
    }
    let start = (page - 1) * rows + 1;
    let end = (page * rows).min(total);
    Some(Pager {
        previous: (page > 1).then(|| href(page - 1)),
        next: (page < pages).then(|| href(page + 1)),
        pages: links,
        range: format!("{}–{} of {}", context::grouped(start), context::grouped(end), context::grouped(total)),
    })
}
