//! Building again when something changed.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::watch;

use super::state::{Site, State};
use super::{Build, Event, Inputs, Tell};
use crate::diag::Severity;

/// How long nothing must change before a build: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(50);
/// How long to wait for that at most, as when many files are being copied.
const PATIENCE: Duration = Duration::from_secs(1);

/// Linux has no way to watch a tree, and would be asked to watch every folder below `.git` and `node_modules` too. So
/// there the folders are named one by one.
const ONE_BY_ONE: bool = cfg!(target_os = "linux");

/// Builds now and after each change, until nobody listens any more.
pub(super) fn keep_building(inputs: &Inputs, build: &Build, tell: &Tell, states: &watch::Sender<Option<Arc<State>>>) {
    let (sender, changes) = mpsc::channel();
    let mut watcher = Watcher::new(sender, tell);
    // Before the first build, so that no change is missed and one that fails can be mended.
    watcher.cover(inputs, tell);
    loop {
        let state = round(build, tell, states.borrow().as_deref());
        let mut inputs = inputs.clone();
        if let Some(site) = &state.site {
            inputs.watch.extend_from_slice(&site.built.inputs.watch);
            inputs.ignore.extend_from_slice(&site.built.inputs.ignore);
        }
        if states.send(Some(Arc::new(state))).is_err() {
            return;
        }
        // What happened in a new folder before it was watched is not known, so that calls for another build.
        let mut is_due = watcher.cover(&inputs, tell);
        while !is_due {
            match changes.recv_timeout(PATIENCE) {
                Ok(()) => is_due = true,
                // The server may end without anything changing.
                Err(mpsc::RecvTimeoutError::Timeout) if !states.is_closed() => {}
                Err(_) => return,
            }
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE && changes.recv_timeout(QUIET).is_ok() {}
    }
}

/// Builds once; whatever happens, the last site stays.
fn round(build: &Build, tell: &Tell, before: Option<&State>) -> State {
    let start = Instant::now();
    let built = catch_unwind(AssertUnwindSafe(build));
    let built = built.unwrap_or_else(|panic| Err(of_panic(&*panic)));
    match built {
        Ok(built) => {
            let files = built.files.count();
            let site = Arc::new(Site::new(built));
            let (errors, warnings) = (site.count(Severity::Error), site.count(Severity::Warning));
            tell(Event::Built { took: start.elapsed(), files, errors, warnings });
            State { site: Some(site), failure: None }
        }
        Err(failure) => {
            tell(Event::Failed(&failure));
            State { site: before.and_then(|before| before.site.clone()), failure: Some(failure) }
        }
    }
}

/// Spells out a panic.
pub(super) fn of_panic(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason is known");
    format!("Playbill has a bug, which this input shows: {text}")
}

/// Watches what the site is built from, which each build may change.
struct Watcher {
    watcher: Option<RecommendedWatcher>,
    covered: BTreeSet<PathBuf>,
    ignored: Arc<RwLock<Vec<PathBuf>>>,
    /// What was removed or renamed, and is watched no longer even if there is a new one of that name.
    gone: Arc<Mutex<Vec<PathBuf>>>,
}

impl Watcher {
    fn new(sender: mpsc::Sender<()>, tell: &Tell) -> Self {
        let ignored: Arc<RwLock<Vec<PathBuf>>> = Arc::default();
        let gone: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let (ignored_here, gone_here) = (Arc::clone(&ignored), Arc::clone(&gone));
        let on_event = move |event: notify::Result<notify::Event>| {
            if let Ok(event) = &event
                && matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
            {
                gone_here.lock().unwrap_or_else(PoisonError::into_inner).extend(event.paths.iter().cloned());
            }
            let ignored = ignored_here.read().unwrap_or_else(PoisonError::into_inner);
            // An error means that something may have been missed.
            if event.as_ref().map_or(true, |event| matters(event, &ignored)) {
                let _ = sender.send(());
            }
        };
        let watcher = RecommendedWatcher::new(on_event, Config::default().with_follow_symlinks(false));
        let watcher = watcher.map_err(|error| tell(Event::Unwatched(&describe(&error)))).ok();
        Self { watcher, covered: BTreeSet::new(), ignored, gone }
    }

    /// Watches exactly these inputs from now on; says whether there are new folders among them.
    fn cover(&mut self, inputs: &Inputs, tell: &Tell) -> bool {
        *self.ignored.write().unwrap_or_else(PoisonError::into_inner) = inputs.ignore.clone();
        let Some(watcher) = &mut self.watcher else { return false };
        for gone in self.gone.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            self.covered.retain(|folder| !folder.starts_with(&gone));
        }
        let (wanted, mode) = if ONE_BY_ONE {
            (folders(inputs), RecursiveMode::NonRecursive)
        } else {
            (tops(inputs), RecursiveMode::Recursive)
        };
        for old in self.covered.difference(&wanted) {
            let _ = watcher.unwatch(old);
        }
        let mut is_new = false;
        for new in wanted.difference(&self.covered) {
            match watcher.watch(new, mode) {
                Ok(()) => is_new = true,
                Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => {}
                Err(error) => {
                    tell(Event::Unwatched(&format!("{}: {}", new.display(), describe(&error))));
                    // The next ones would fail in the same way.
                    if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) {
                        break;
                    }
                }
            }
        }
        self.covered = wanted;
        is_new
    }
}

/// Returns the inputs that lie in no other one.
fn tops(inputs: &Inputs) -> BTreeSet<PathBuf> {
    let all: BTreeSet<&PathBuf> = inputs.watch.iter().collect();
    let is_top = |path: &&PathBuf| !all.iter().any(|other| other != path && path.starts_with(other));
    all.iter().copied().filter(is_top).cloned().collect()
}

/// Returns every folder below the inputs in which a change can matter.
fn folders(inputs: &Inputs) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for top in &inputs.watch {
        let ignored = inputs.ignore.clone();
        let walk = WalkBuilder::new(top)
            .hidden(false)
            .parents(false)
            .require_git(false)
            .git_global(false)
            .git_exclude(false)
            .add_custom_ignore_filename(".playbillignore")
            .filter_entry(move |entry| is_input(entry.path(), &ignored))
            .build();
        let is_folder = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_dir());
        folders.extend(walk.filter_map(Result::ok).filter(is_folder).map(ignore::DirEntry::into_path));
    }
    folders
}

fn describe(error: &notify::Error) -> String {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "there are more folders than the system lets one watch; raise `fs.inotify.max_user_watches`".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Says whether an event can change the site.
fn matters(event: &notify::Event, ignored: &[PathBuf]) -> bool {
    let changes = match event.kind {
        // Reading is no change, and a build reads everything.
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    changes && (event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(|path| is_input(path, ignored)))
}

/// Says whether a path may be read by a build.
fn is_input(path: &Path, ignored: &[PathBuf]) -> bool {
    if ignored.iter().any(|folder| path.starts_with(folder)) {
        return false;
    }
    let mut names = path.components().map(|component| component.as_os_str().to_string_lossy());
    if names.any(|name| name == "node_modules" || name == ".git" || name.contains(".playbill-")) {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What editors leave beside a file while it is open or being saved.
    let is_of_editor = name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || [".swp", ".swo", ".swx", ".kate-swp", "___jb_tmp___", "___jb_old___", ".DS_Store", ".crdownload"]
            .iter()
            .any(|ending| name.ends_with(ending))
        // Vim tries whether it can write a file of this name.
        || name == "4913";
    !is_of_editor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_editors_and_git_do_not_matter() {
        let ignored = [PathBuf::from("/r/site")];
        for (path, expect) in [
            ("/r/catalog-info.yaml", true),
            ("/r/docs/index.md", true),
            ("/r/site.md", true),
            ("/r/.playbillignore", true),
            ("/r/site/index.html", false),
            ("/r/.git/index.lock", false),
            ("/r/a/node_modules/x/y.yaml", false),
            ("/r/.site.playbill-tmp-12/index.html", false),
            ("/r/docs/.index.md.swp", false),
            ("/r/docs/index.md~", false),
            ("/r/docs/.#index.md", false),
            ("/r/docs/4913", false),
        ] {
            assert_eq!(is_input(Path::new(path), &ignored), expect, "{path}");
        }
    }
}
