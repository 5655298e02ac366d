//! Documents of earlier builds, kept as long as they would come out the same: within a process, or on a [`CacheStore`] from
//! one process to the next.
//!
//! A document depends on its text, on the dialect, and on what it asks while it is rendered: where its links lead, and what
//! the files say that it includes. All of that is kept with it and asked again, which takes a small part of the time of
//! rendering; only what gets other answers is rendered again.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::RandomState;
use xxhash_rust::xxh3::xxh3_128;

use super::packed::{self, PackedText};
use crate::incremental::{CacheStore, store};
use crate::markdown::techdocs::IncludeFile;
use crate::markdown::{Doc, DocLink, Resolved, Resolver};
use crate::workspace::Folder;

/// By text and dialect. Links of one text may lead elsewhere in another version.
type Table = HashMap<u128, Vec<Arc<CachedDoc>>, RandomState>;

/// Remembers the documents of one documentation site from one build to the next.
#[derive(Debug, Default)]
pub(super) struct DocCache {
    /// Those of the last build; `None` if there will be no next one.
    before: Option<Mutex<Table>>,
    /// Those of this one.
    now: Mutex<Table>,
    /// Where they are, and under which name; `None` if the next build is one of this process.
    shelf: Option<(Arc<dyn CacheStore>, String)>,
    /// Whether something was not known.
    has_new: AtomicBool,
    /// Whether there will be no other build, so that only versions have something in common.
    is_last: bool,
}

/// A document to be made.
pub(super) struct Asked<'a> {
    /// Distinguishes documents of the same text; it is the same in all versions.
    pub(super) place: &'a str,
    pub(super) dialect: &'a str,
    pub(super) text: &'a str,
    /// Whether all that is known of it is wanted, and not only what pages show.
    pub(super) is_whole: bool,
}

/// How a [`CachedDoc`] is stored, after its key.
type Written = (u128, Vec<(DocLink, Resolved)>, Vec<(String, Option<u128>)>, Doc, Option<PackedText>);

/// A document, the questions that it asked, and the answers.
#[derive(Debug)]
struct CachedDoc {
    links: Vec<(DocLink, Resolved)>,
    included: Vec<(String, Option<u128>)>,
    doc: Arc<Doc>,
    /// What the document is without.
    packed: Option<Arc<PackedText>>,
}

impl DocCache {
    /// Makes a memo that is enabled; the default one is not.
    pub(super) fn enabled() -> Self {
        Self { before: Some(Mutex::default()), ..Self::default() }
    }

    /// Makes a memo for a process that builds once: only versions have something in common.
    pub(super) fn for_versions() -> Self {
        Self { is_last: true, ..Self::enabled() }
    }

    /// Takes the documents of a folder from a shelf.
    pub(super) fn on(shelf: Arc<dyn CacheStore>, folder: &Folder) -> Self {
        let name = format!("documents-{:032x}", xxh3_128(folder.path().as_bytes()));
        let written: Vec<Written> = store::take(&*shelf, &name).unwrap_or_default();
        let mut known = Table::default();
        for (key, links, included, doc, packed) in written {
            let one = CachedDoc { links, included, doc: Arc::new(doc), packed: packed.map(Arc::new) };
            known.entry(key).or_default().push(Arc::new(one));
        }
        Self { before: Some(Mutex::new(known)), shelf: Some((shelf, name)), ..Self::default() }
    }

    /// Returns whether the same process will build again.
    pub(super) fn live_on(&self) -> bool {
        self.before.is_some() && self.shelf.is_none() && !self.is_last
    }

    /// Ends a build: what it did not use is forgotten.
    pub(super) fn turn(&self) {
        let Some(before) = &self.before else { return };
        let mut before = before.lock();
        let now = std::mem::take(&mut *self.now.lock());
        let Some((shelf, name)) = &self.shelf else {
            *before = if self.is_last { Table::default() } else { now };
            return;
        };
        let count = |table: &Table| table.values().map(Vec::len).sum::<usize>();
        if self.has_new.load(Ordering::Relaxed) || count(&now) != count(&before) {
            let all = now.iter().flat_map(|(key, known)| known.iter().map(move |known| (key, known)));
            let mut known: Vec<_> = all
                .map(|(key, known)| (key, &known.links, &known.included, &*known.doc, known.packed.as_deref()))
                .collect();
            known.sort_by_key(|(key, ..)| **key);
            store::put(&**shelf, name, &known);
        }
        before.clear();
    }

    /// Returns a document, made by `make` unless it is known, with its text if that is not in it.
    pub(super) fn document(
        &self,
        asked: &Asked<'_>,
        resolve: Resolver<'_>,
        include: IncludeFile<'_>,
        make: impl FnOnce(Resolver<'_>, IncludeFile<'_>) -> Doc,
    ) -> (Arc<Doc>, Option<Arc<PackedText>>) {
        let kept = |doc: Doc| {
            if asked.is_whole {
                return (Arc::new(doc), None);
            }
            let (doc, text) = packed::pack(doc);
            (Arc::new(doc), Some(Arc::new(text)))
        };
        let Some(before) = &self.before else { return kept(make(resolve, include)) };
        let parts = [asked.place, asked.dialect, asked.text].map(|part| xxh3_128(part.as_bytes()).to_le_bytes());
        let key = xxh3_128(&parts.concat());
        let fits =
            |known: &Arc<CachedDoc>| (known.packed.is_none() || !asked.is_whole) && known.holds(resolve, include);
        // Another version may have asked for the same.
        let of_now = self.now.lock().get(&key).cloned().unwrap_or_default();
        if let Some(known) = of_now.into_iter().find(|known| fits(known)) {
            return (Arc::clone(&known.doc), known.packed.clone());
        }
        let of_before = before.lock().get(&key).cloned().unwrap_or_default();
        let known = of_before.into_iter().find(|known| fits(known)).unwrap_or_else(|| {
            self.has_new.store(true, Ordering::Relaxed);
            let (links, included) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
            let doc = make(
                &|link| {
                    let resolved = resolve(link);
                    links.lock().push((link.clone(), resolved.clone()));
                    resolved
                },
                &|path| {
                    let text = include(path);
                    included.lock().push((path.to_owned(), sum(text.as_deref())));
                    text
                },
            );
            let (links, included) = (std::mem::take(&mut *links.lock()), std::mem::take(&mut *included.lock()));
            let (doc, packed) = kept(doc);
            Arc::new(CachedDoc { links, included, doc, packed })
        });
        let found = (Arc::clone(&known.doc), known.packed.clone());
        self.now.lock().entry(key).or_default().push(known);
        found
    }
}

impl CachedDoc {
    /// Returns whether every question would get the same answer.
    fn holds(&self, resolve: Resolver<'_>, include: IncludeFile<'_>) -> bool {
        self.links.iter().all(|(link, answer)| resolve(link) == *answer)
            && self.included.iter().all(|(path, answer)| sum(include(path).as_deref()) == *answer)
    }
}

fn sum(text: Option<&str>) -> Option<u128> {
    text.map(|text| xxh3_128(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incremental::store::MemoryStore;

    #[test]
    fn a_document_is_made_again_when_an_answer_changes() {
        let memo = DocCache::enabled();
        let made = |text: &str, to: &str, part: Option<&str>| {
            let made = std::cell::Cell::new(false);
            let resolve = |_: &DocLink| Resolved { href: Some(to.to_owned()), broken: false };
            let include = |_: &str| part.map(Arc::from);
            let asked = Asked { place: "a.md", dialect: "", text, is_whole: true };
            let (doc, _) = memo.document(&asked, &resolve, &include, |resolve, include| {
                made.set(true);
                let link = DocLink { target: "x".to_owned(), span: 0..1, kind: crate::markdown::LinkKind::Link };
                let href = resolve(&link).href.unwrap_or_default();
                Doc { html: format!("{text} {href} {:?}", include("part")), ..Doc::default() }
            });
            memo.turn();
            assert_eq!(doc.html, format!("{text} {to} {part:?}"));
            made.get()
        };
        assert!(made("a", "x/", None));
        assert!(!made("a", "x/", None));
        assert!(made("b", "x/", None));
        assert!(made("b", "y/", None));
        assert!(!made("b", "y/", None));
        assert!(made("b", "y/", Some("p")));
        assert!(made("b", "y/", Some("q")));
        assert!(!made("b", "y/", Some("q")));
        assert!(made("a", "x/", None), "what a build did not use is forgotten");
    }

    #[test]
    fn a_page_of_an_old_version_takes_what_there_is_and_a_checked_one_only_the_whole() {
        let memo = DocCache::enabled();
        let ask = |text: &str, is_whole: bool| {
            let asked = Asked { place: "a.md", dialect: "", text, is_whole };
            let make = |_: Resolver<'_>, _: IncludeFile<'_>| Doc { html: text.to_owned(), ..Doc::default() };
            let (doc, packed) = memo.document(&asked, &|_| Resolved { href: None, broken: false }, &|_| None, make);
            (doc.html.clone(), packed.is_some())
        };
        assert_eq!(ask("old", false), (String::new(), true));
        assert_eq!(ask("old", true), ("old".to_owned(), false));
        assert_eq!(ask("new", true), ("new".to_owned(), false));
        assert_eq!(ask("new", false), ("new".to_owned(), false), "it is there, so nothing is saved");
    }

    #[test]
    fn another_process_finds_the_documents_on_the_shelf() {
        let workspace = crate::workspace::Workspace::from_files(Default::default(), &[("docs/a.md", b"a")]);
        let folder = workspace.roots().remove(0);
        let board = Arc::new(MemoryStore::default());
        let text = "---\ntitle: T\nsearch: {boost: 2.5}\n---\n# One\n\n- item\n\nText\n- lost\n\n[a](b.md \"c\") ![d](e.png)\n\n```mermaid\nx\n```\n";
        let render = |memo: &DocCache, text: &str, href: &str| {
            let made = std::cell::Cell::new(0);
            let resolve = |_: &DocLink| Resolved { href: Some(href.to_owned()), broken: false };
            let asked = Asked { place: "a.md", dialect: "", text, is_whole: true };
            let (doc, _) = memo.document(&asked, &resolve, &|_| None, |resolve, include| {
                made.set(made.get() + 1);
                crate::markdown::techdocs::document(text, &Default::default(), resolve, include)
            });
            (doc, made.get())
        };
        let process = |text: &str, href: &str| {
            let memo = DocCache::on(Arc::clone(&board) as Arc<dyn CacheStore>, &folder);
            assert!(!memo.live_on());
            let made = render(&memo, text, href);
            memo.turn();
            (made.0, made.1, board.0.lock().1)
        };
        let (first, made, left) = process(text, "b/");
        assert_eq!((made, left), (1, 1));
        assert!(!first.lost.is_empty() && first.links.len() == 2 && first.front_matter.search_boost == Some(2.5));
        let (again, made, left) = process(text, "b/");
        assert_eq!((made, left), (0, 1));
        assert_eq!(*again, *first);
        assert_eq!(process(text, "c/").1, 1, "another answer");
        assert_eq!(process("other", "c/").1, 1);
        let name = board.0.lock().0.keys().next().cloned().unwrap();
        board.put(&name, b"damaged");
        assert_eq!(process("other", "c/").1, 1);
        assert_eq!(process("other", "c/").1, 0);
    }
}
