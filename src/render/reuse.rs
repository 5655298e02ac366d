//! Fingerprints of what the files of the last build were made from: a page with the same model need not be rendered
//! again, nor the index of the same documents.

use parking_lot::Mutex;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use crate::incremental::{CacheStore, store};
use crate::output::Sink;

/// What names a thing to be made: of equal keys come equal bytes.
pub(super) type Key = u128;

/// From what files were made, by the last build and by this one.
///
/// The default one knows nothing and records nothing.
#[derive(Debug, Default)]
pub struct PageFingerprints {
    before: SavedFingerprints,
    now: Option<Mutex<SavedFingerprints>>,
    /// In which forms text files have compressed twins.
    forms: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct SavedFingerprints {
    /// By path.
    pages: HashMap<String, Key, RandomState>,
    /// The catalog and the configuration.
    catalog: Key,
    /// Of tabs that show nothing else, by path.
    tabs: HashMap<String, Key, RandomState>,
    /// By the folder of the index.
    searches: HashMap<String, Search, RandomState>,
}

/// An index of the search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Search {
    pub key: Key,
    /// Its files with their sizes in bytes, in the order of paths.
    pub files: Vec<(String, u64)>,
    /// How many things can be found.
    pub documents: usize,
}

/// The name in the cache store.
const NAME: &str = "made";

impl PageFingerprints {
    /// Reads the record of the build that left `site`; an empty record if it is of another site, or files had
    /// compressed twins in other forms. Begins to record what this build makes.
    #[must_use]
    pub fn take(shelf: &dyn CacheStore, site: Option<u128>, forms: &[String]) -> Self {
        let before = store::take(shelf, NAME)
            .filter(|(left, twins, _): &(u128, Vec<String>, SavedFingerprints)| Some(*left) == site && twins == forms)
            .map(|(.., left)| left);
        Self { before: before.unwrap_or_default(), now: Some(Mutex::default()), forms: forms.to_vec() }
    }

    /// Stores what this build has made; `site` identifies what it left.
    pub fn leave(&self, shelf: &dyn CacheStore, site: u128) {
        if let Some(now) = &self.now {
            store::put(shelf, NAME, &(site, &self.forms, &*now.lock()));
        }
    }

    /// Notes from what the file at `path` is made; returns whether it is there already, and is kept.
    pub(super) fn keeps(&self, path: &str, key: &mut dyn FnMut() -> Key, sink: &dyn Sink) -> bool {
        let Some(now) = &self.now else { return false };
        let key = key();
        now.lock().pages.insert(path.to_owned(), key);
        let keeps = self.before.pages.get(path) == Some(&key) && sink.has(path);
        if keeps {
            sink.keep(path);
        }
        keeps
    }

    /// Notes what the catalog is.
    pub(super) fn of_catalog(&self, key: impl FnOnce() -> Key) {
        if let Some(now) = &self.now {
            let key = key();
            now.lock().catalog = key;
        }
    }

    /// Returns the key of a tab that shows nothing but the catalog: that of the last build if that had the same catalog.
    pub(super) fn tab_key(&self, path: &str, make: &mut dyn FnMut() -> Key) -> Key {
        let Some(now) = &self.now else { return make() };
        let is_same = self.before.catalog == now.lock().catalog;
        let key = self.before.tabs.get(path).copied().filter(|_| is_same).unwrap_or_else(make);
        now.lock().tabs.insert(path.to_owned(), key);
        key
    }

    /// Returns the index of the last build in a folder if it is of the same documents and is there; it is kept.
    pub(super) fn keeps_search(&self, place: &str, key: Key, sink: &dyn Sink) -> Option<Search> {
        let before = self.before.searches.get(place)?;
        let keeps = before.key == key && before.files.iter().all(|(path, _)| sink.has(path));
        keeps.then(|| {
            before.files.iter().for_each(|(path, _)| sink.keep(path));
            before.clone()
        })
    }

    /// Returns which documents the index of the last build in a folder is of, if there is one.
    pub(super) fn searched(&self, place: &str) -> Option<Key> {
        self.before.searches.get(place).map(|search| search.key)
    }

    /// Notes which index was made.
    pub(super) fn note_search(&self, place: &str, search: Search) {
        if let Some(now) = &self.now {
            now.lock().searches.insert(place.to_owned(), search);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;
    use crate::error::Error;
    use crate::incremental::store::MemoryStore;
    use crate::workspace::Workspace;
    use crate::{portal, render, site, theme};

    /// A folder in which files of the last build are.
    #[derive(Default)]
    struct Standing {
        before: BTreeSet<String>,
        written: Mutex<BTreeSet<String>>,
        kept: Mutex<BTreeSet<String>>,
    }

    impl Sink for Standing {
        fn put(&self, path: &str, _: &[u8]) -> Result<(), Error> {
            assert!(self.written.lock().insert(path.to_owned()));
            Ok(())
        }

        fn has(&self, path: &str) -> bool {
            self.before.contains(path)
        }

        fn keep(&self, path: &str) {
            assert!(self.kept.lock().insert(path.to_owned()));
        }
    }

    /// Builds a site with a document; returns the files written and kept.
    fn build(
        shelf: &dyn CacheStore,
        (site, forms): (u128, &[String]),
        before: &BTreeSet<String>,
        (title, text): (&str, &str),
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let catalog = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, annotations: \
                       {backstage.io/techdocs-ref: 'dir:.'}}\nspec: {type: a, lifecycle: b, owner: c}\n";
        let files = [("catalog-info.yaml", catalog), ("docs/index.md", text), ("docs/other.md", "# Other\n")];
        let config = Config { title: title.to_owned(), ..Config::default() };
        let workspace = Workspace::from_files(config, &files.map(|(path, text)| (path, text.as_bytes())));
        let portal = portal::analyse(&workspace, &mut |_| ());
        let plan = site::plan(&workspace, &portal);
        let theme = theme::compile(workspace.config(), Default::default(), theme::Purpose::Portal).unwrap();
        let sink = Standing { before: before.clone(), ..Standing::default() };
        let made = PageFingerprints::take(shelf, Some(site), forms);
        render::search(&workspace, &portal, &made, Some(shelf), &sink).unwrap();
        render::pages(&workspace, &portal, &theme, &plan, &made, &sink).unwrap();
        made.leave(shelf, site + 1);
        (sink.written.into_inner(), sink.kept.into_inner())
    }

    #[test]
    fn what_would_come_out_the_same_is_kept() {
        let shelf = MemoryStore::default();
        let first = ("Ours", "# One\n");
        let (all, kept) = build(&shelf, (0, &[]), &BTreeSet::new(), first);
        assert!(kept.is_empty() && all.contains("index.html") && all.contains("search/search.js"));
        let is_page = |path: &String| path.ends_with(".html") && !path.starts_with("api/");
        let is_made = |path: &String| is_page(path) || path.starts_with("search/");

        let (written, kept) = build(&shelf, (1, &[]), &all, first);
        assert_eq!(kept, all.iter().filter(|path| is_made(path)).cloned().collect());
        assert!(!written.iter().any(is_made) && written.len() + kept.len() == all.len());

        let (written, kept) = build(&shelf, (2, &[]), &all, ("Ours", "# One\n\nAnd more.\n"));
        let pages: Vec<&String> = written.iter().filter(|path| is_page(path)).collect();
        assert_eq!(
            pages,
            ["docs/default/component/web/index.html", "docs/default/component/web/print/index.html"],
            "the page, and the one that holds all of them"
        );
        assert!(kept.iter().all(is_made) && written.contains("search/index.json"));
        assert!(kept.iter().any(|path| path.starts_with("search/")), "the parts of the index that say nothing of it");

        // Of another site, with other twins, or in another frame, nothing is what it was.
        let text = "# One\n\nAnd more.\n";
        for (site, forms, title) in [(9, vec![], "Ours"), (10, vec!["gzip".to_owned()], "Ours"), (4, vec![], "Theirs")]
        {
            if title == "Theirs" {
                build(&shelf, (3, &[]), &BTreeSet::new(), ("Ours", text));
            }
            let (written, _) = build(&shelf, (site, &forms), &all, (title, text));
            assert!(written.contains("index.html"), "{site} {title}");
        }
        assert!(build(&shelf, (5, &[]), &BTreeSet::new(), ("Theirs", text)).1.is_empty(), "nothing stands there");
    }
}
