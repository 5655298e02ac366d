//! The search of a site that changes: made when somebody searches, then kept up to date behind the pages.
//!
//! It takes longer than everything else together, so it must not keep a page waiting: it has a thread of its own, begins
//! when nothing has changed for a while, and until it is done the one before is given.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use crate::portal::Portal;
use crate::routes;
use crate::search::{self, IndexFile, SavedIndex, SearchFiles};
use crate::workspace::Workspace;

/// How long nothing must change before the search is made again.
const QUIET: Duration = Duration::from_secs(1);

/// The search, and what it should be made from.
#[derive(Debug, Default)]
pub(super) struct SearchIndexer {
    state: Mutex<State>,
    changed: Condvar,
}

/// A portal, and the workspace that it was made from.
#[derive(Debug)]
pub(super) struct AnalysedWorkspace {
    pub(super) workspace: Workspace,
    pub(super) portal: Portal,
}

#[derive(Debug, Default)]
struct State {
    files: Option<Arc<SearchFiles>>,
    /// What they leave for the next ones.
    saved: SavedIndex,
    /// What to make it from, if that has changed since.
    next: Option<Weak<AnalysedWorkspace>>,
    is_working: bool,
}

impl SearchIndexer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Returns the files of the search; the first time, they are made from `live`.
    pub(super) fn files(self: &Arc<Self>, live: &AnalysedWorkspace) -> Arc<SearchFiles> {
        let mut state = self.state();
        loop {
            if let Some(files) = &state.files {
                return Arc::clone(files);
            }
            if !state.is_working {
                break;
            }
            self.changed.wait(&mut state);
        }
        state.is_working = true;
        drop(state);
        let done = Done(self);
        // Somebody waits for it, so this may take all there is.
        let (files, saved) = index(live, &SearchFiles::default(), SavedIndex::default());
        let files = Arc::new(files);
        let mut state = self.state();
        state.files = Some(Arc::clone(&files));
        state.saved = saved;
        if state.next.is_some() {
            self.start(state);
            std::mem::forget(done);
        }
        files
    }

    /// Makes the search from this from now on, if somebody has searched.
    pub(super) fn follow(self: &Arc<Self>, live: &Arc<AnalysedWorkspace>) {
        let mut state = self.state();
        if state.files.is_none() && !state.is_working {
            return;
        }
        state.next = Some(Arc::downgrade(live));
        if !state.is_working {
            self.start(state);
        }
    }

    /// Starts to work behind the pages.
    fn start(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        state.is_working = true;
        drop(state);
        self.changed.notify_all();
        let keeper = Arc::clone(self);
        let started = thread::Builder::new().name("search".to_owned()).spawn(move || keeper.work());
        if started.is_err() {
            // The next one who searches makes it.
            *self.state() = State::default();
        }
    }

    fn work(&self) {
        let done = Done(self);
        loop {
            let mut state = self.state();
            let Some(next) = state.next.take() else {
                // Under the same lock, so that nobody believes that this is still running.
                state.is_working = false;
                std::mem::forget(done);
                return;
            };
            drop(state);
            thread::sleep(QUIET);
            // A site that is gone has been followed by another one, or the server is ending.
            let Some(live) = next.upgrade().filter(|_| self.state().next.is_none()) else { continue };
            let (before, saved) = {
                let mut state = self.state();
                (state.files.clone().unwrap_or_default(), std::mem::take(&mut state.saved))
            };
            let (files, saved) = make_aside(&live, &before, saved);
            drop(live);
            let mut state = self.state();
            state.files = Some(Arc::new(files));
            state.saved = saved;
        }
    }
}

/// Lets others work when this one is done, or has panicked.
struct Done<'a>(&'a SearchIndexer);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.state().is_working = false;
        self.0.changed.notify_all();
    }
}

/// Makes the search; what has not changed is taken from the one `before`.
fn index(live: &AnalysedWorkspace, before: &SearchFiles, saved: SavedIndex) -> (SearchFiles, SavedIndex) {
    let AnalysedWorkspace { workspace, portal } = live;
    let documents = search::documents(workspace, portal);
    let is_there = |path: &str| before.contains_key(path);
    let (files, saved) = search::index_again(routes::SEARCH, &documents, &workspace.config().search, saved, &is_there);
    let file = |(path, file): (String, IndexFile)| {
        let bytes = file.bytes.or_else(|| before.get(&path).cloned()).unwrap_or_default();
        (path, bytes)
    };
    (files.into_iter().map(file).collect(), saved)
}

/// Makes the search with one thread, so that another one is left for the page that somebody waits for.
fn make_aside(live: &AnalysedWorkspace, before: &SearchFiles, saved: SavedIndex) -> (SearchFiles, SavedIndex) {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(|| index(live, before, saved)),
        Err(_) => index(live, before, saved),
    }
}
