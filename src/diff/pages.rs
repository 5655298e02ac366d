//! Pages of documentation: which is which, and what has changed of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{HeadingChange, PageChange, Rename, fields_of, pairs, words};
use crate::catalog::EntityRef;
use crate::portal_export::{HeadingRecord, LINE_DIGITS, PageRecord, PortalExport};

/// More pages that are gone or new are not compared line by line.
const MAX_CANDIDATES: usize = 100;
/// How many per cent of its lines a page keeps that has only moved.
const ALIKE: usize = 60;
/// A page with fewer lines is like many others.
const FEW_LINES: usize = 3;

/// Compares the pages of two portals; `base` is the old one with the new names of entities.
pub(super) fn compare(
    old: &PortalExport,
    base: &PortalExport,
    new: &PortalExport,
    renames: &[Rename],
) -> Vec<PageChange> {
    let mut gone: Vec<&PageRecord> = Vec::new();
    let mut come: Vec<&PageRecord> = Vec::new();
    let mut both: Vec<(&PageRecord, &PageRecord)> = Vec::new();
    for pair in pairs(&base.docs, &new.docs, |page| &page.url) {
        match pair {
            (Some(was), Some(is)) => both.push((was, is)),
            (Some(was), None) => gone.push(was),
            (None, Some(is)) => come.push(is),
            (None, None) => {}
        }
    }
    let moved = moves(&gone, &come);
    gone.retain(|page| !moved.iter().any(|(was, _)| was.url == page.url));
    come.retain(|page| !moved.iter().any(|(_, is)| is.url == page.url));
    // With its entity, a page has another address than `base` says.
    let is_renamed: BTreeMap<&str, &str> =
        renames.iter().map(|rename| (rename.new.as_str(), rename.old.as_str())).collect();
    let former: HashMap<(&str, &str), &PageRecord> = if is_renamed.is_empty() {
        HashMap::new()
    } else {
        old.docs.iter().map(|page| ((page.entity.as_str(), below(page)), page)).collect()
    };
    let mut out = Vec::new();
    for (was, is) in both.into_iter().chain(moved) {
        let with = is_renamed.get(is.entity.as_str()).copied();
        let first =
            with.and_then(|entity| former.get(&(entity, below(was)))).map_or(was.url.as_str(), |page| &page.url);
        if was == is && first == is.url {
            continue;
        }
        let mut change = described(is, new);
        change.change = if first != is.url {
            "moved"
        } else if was.text == is.text && was.title == is.title && was.headings == is.headings {
            "formatting"
        } else {
            "changed"
        };
        if first != is.url {
            change.old_url = Some(first.to_owned());
            change.with = with.filter(|_| was.url == is.url).map(|_| is.entity.clone());
        }
        if was != is {
            change.fields = super::field_changes(&fields_of(was), &fields_of(is));
            change.fields.retain(|field| field.name != "url");
            change.kept = Some(words::share(was.line_hashes(), is.line_hashes()));
            change.headings = headings(&was.headings, &is.headings);
            change.texts = was.body().zip(is.body()).filter(|(was, is)| was != is);
            change.words = change.texts.as_ref().map(|(was, is)| words::count(was, is));
        }
        out.push(change);
    }
    for (page, side, name) in
        gone.iter().map(|page| (page, base, "removed")).chain(come.iter().map(|page| (page, new, "added")))
    {
        let record = serde_json::to_value(page).ok();
        let with = is_renamed.get(page.entity.as_str()).filter(|_| name == "removed");
        let first = with.and_then(|entity| former.get(&(*entity, below(page)))).map(|page| page.url.clone());
        let change = described(page, side);
        out.push(PageChange { change: name, record, url: first.unwrap_or_else(|| change.url.clone()), ..change });
    }
    out.sort_by(|a, b| (&a.url, a.change).cmp(&(&b.url, b.change)));
    out
}

/// Returns the path of a page below its documentation.
fn below(page: &PageRecord) -> &str {
    // `docs/NAMESPACE/KIND/NAME/` comes before it.
    page.url.splitn(5, '/').nth(4).unwrap_or_default()
}

fn described(page: &PageRecord, side: &PortalExport) -> PageChange {
    PageChange {
        url: page.url.clone(),
        title: page.title.clone(),
        entity: page.entity.clone(),
        owner: side.entity(&page.entity).and_then(|entity| entity.text("owner")).map(str::to_owned),
        place: page.place.clone(),
        ..PageChange::default()
    }
}

/// Finds the pages that have another address: those that are the same, then those that keep most of their lines.
fn moves<'a>(gone: &[&'a PageRecord], come: &[&'a PageRecord]) -> Vec<(&'a PageRecord, &'a PageRecord)> {
    let lines = |page: &PageRecord| page.lines.len() / LINE_DIGITS;
    let mut out = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let by_source = |pages: &[&'a PageRecord]| {
        let mut found: BTreeMap<&'a str, Vec<&'a PageRecord>> = BTreeMap::new();
        for page in pages.iter().filter(|page| lines(page) >= FEW_LINES) {
            found.entry(&page.source).or_default().push(page);
        }
        found
    };
    let news = by_source(come);
    for (source, old) in by_source(gone) {
        if let ([old], Some([new])) = (&old[..], news.get(source).map(Vec::as_slice)) {
            taken.extend([old.url.as_str(), &new.url]);
            out.push((*old, *new));
        }
    }
    let open = |pages: &[&'a PageRecord]| -> Vec<&'a PageRecord> {
        let open = pages.iter().filter(|page| !taken.contains(page.url.as_str()) && lines(page) >= FEW_LINES);
        open.copied().collect()
    };
    let (gone, come) = (open(gone), open(come));
    if gone.len() > MAX_CANDIDATES || come.len() > MAX_CANDIDATES {
        return out;
    }
    let mut scores = Vec::new();
    for old in &gone {
        for new in &come {
            let share = words::share(old.line_hashes(), new.line_hashes());
            if share >= ALIKE {
                scores.push((share, *old, *new));
            }
        }
    }
    scores.sort_by(|a, b| {
        let names =
            |of: &(usize, &'a PageRecord, &'a PageRecord)| ((&of.1.url).min(&of.2.url), (&of.1.url).max(&of.2.url));
        b.0.cmp(&a.0).then_with(|| names(a).cmp(&names(b)))
    });
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (_, old, new) in scores {
        if !used.contains(old.url.as_str()) && !used.contains(new.url.as_str()) {
            used.extend([old.url.as_str(), &new.url]);
            out.push((old, new));
        }
    }
    out
}

/// Finds the headings that came, went, or have another text at the same place.
fn headings(old: &[HeadingRecord], new: &[HeadingRecord]) -> Vec<HeadingChange> {
    let ids = |headings: &[HeadingRecord]| headings.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let (olds, news) = (ids(old), ids(new));
    let mut out = Vec::new();
    for op in similar::capture_diff_slices(similar::Algorithm::Patience, &olds, &news) {
        let (tag, was, is) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            continue;
        }
        let (was, is) = (&old[was], &new[is]);
        for at in 0..was.len().max(is.len()) {
            let (was, is) = (was.get(at), is.get(at));
            let alike = was.zip(is).is_some_and(|(was, is)| {
                let words = |heading: &HeadingRecord| heading.title.to_lowercase();
                let (was, is) = (words(was), words(is));
                words::share(was.split_whitespace(), is.split_whitespace()) >= 50
            });
            let change = |change, was: Option<&HeadingRecord>, is: Option<&HeadingRecord>| HeadingChange {
                change,
                old: was.map(|heading| heading.id.clone()),
                new: is.map(|heading| heading.id.clone()),
                title: is.or(was).map(|heading| heading.title.clone()).unwrap_or_default(),
            };
            if alike {
                out.push(change("renamed", was, is));
                continue;
            }
            out.extend(was.map(|was| change("removed", Some(was), None)));
            out.extend(is.map(|is| change("added", None, Some(is))));
        }
    }
    out
}

/// Lists the addresses of pages whose text still says a name that an entity had; as far as texts were read.
pub(super) fn naming(new: &PortalExport, reference: &str) -> Vec<String> {
    /// More are not listed.
    const MOST: usize = 20;
    let Ok(parsed) = EntityRef::parse(reference, None, "default") else { return Vec::new() };
    let mut names = vec![reference.to_owned()];
    if parsed.namespace() == "default" {
        names.push(format!("{}:{}", parsed.kind(), parsed.name()));
    }
    let finders: Vec<memchr::memmem::Finder<'_>> = names.iter().map(memchr::memmem::Finder::new).collect();
    let ends = |text: &[u8], at: usize| {
        !text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let says = |page: &&PageRecord| {
        let Some(text) = page.body() else { return false };
        let text = text.to_lowercase();
        let text = text.as_bytes();
        finders.iter().zip(&names).any(|(finder, name)| finder.find_iter(text).any(|at| ends(text, at + name.len())))
    };
    new.docs.iter().filter(says).take(MOST).map(|page| page.url.clone()).collect()
}
