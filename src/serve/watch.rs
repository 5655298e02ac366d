//! Building again when something changed.

use parking_lot::{Mutex, RwLock};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::watch;

use super::state::{Site, State, of_panic};
use super::{Build, ChangeSet, Event, Inputs, Reporter};

/// How long nothing must change before a build: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(5);
/// The same while a file that was written to is open, or on systems that do not report this.
const WRITING: Duration = Duration::from_millis(50);
/// The same while many files change, as when another branch is checked out.
const BUSY: Duration = Duration::from_millis(150);
/// How many files are many.
const MANY: usize = 20;
/// How long to wait for that at most, as when many files are being copied.
const PATIENCE: Duration = Duration::from_secs(1);

/// Maximum number of folders of branches and tags of a repository that are watched.
const MAX_REF_FOLDERS: usize = 1_000;

/// Linux has no way to watch a tree, and would be asked to watch every folder below `.git` and `node_modules` too. So
/// there the folders are named one by one.
const ONE_BY_ONE: bool = cfg!(target_os = "linux");

/// The events of the system.
enum Notice {
    /// Something happened to these; whether somebody is about to write more.
    At(Vec<PathBuf>, Step),
    /// Something may have been missed.
    Lost,
}

/// How far a change has got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The file is being written.
    Begun,
    /// The file is complete, or nothing was written.
    Done,
}

/// What happened that no build has seen.
struct Pending {
    what: ChangeSet,
    /// Files that are being written.
    open: BTreeSet<PathBuf>,
}

impl Pending {
    fn add(&mut self, notice: Notice) {
        match (notice, &mut self.what) {
            (Notice::Lost, what) => *what = ChangeSet::Anything,
            (Notice::At(paths, step), what) => {
                for path in paths {
                    if step == Step::Begun {
                        self.open.insert(path.clone());
                    } else {
                        self.open.remove(&path);
                    }
                    if let ChangeSet::At(known) = what {
                        known.insert(path);
                    }
                }
            }
        }
    }

    /// Returns for how long nothing must change from now on.
    fn quiet(&self) -> Duration {
        match &self.what {
            ChangeSet::At(paths) if paths.len() < MANY && self.open.is_empty() => QUIET,
            ChangeSet::At(paths) if paths.len() < MANY => WRITING,
            _ => BUSY,
        }
    }
}

/// Builds now and after each change, until nobody listens any more.
pub(super) fn keep_building(
    inputs: &Inputs,
    build: &Build,
    tell: &Reporter,
    states: &watch::Sender<Option<Arc<State>>>,
) {
    let (sender, changes) = mpsc::channel();
    let mut watcher = Watcher::new(sender, tell);
    // Before the first build, so that no change is missed and one that fails can be fixed.
    watcher.cover(inputs, &ChangeSet::Anything, tell);
    let mut pending = Pending { what: ChangeSet::Anything, open: BTreeSet::new() };
    loop {
        let (state, left) = round(build, &pending.what, tell, states.borrow().as_deref());
        let happened = std::mem::replace(&mut pending.what, left);
        pending.open.clear();
        let mut inputs = inputs.clone();
        if let Some(site) = &state.site {
            inputs.watch.extend_from_slice(&site.built.inputs.watch);
            inputs.ignore.extend_from_slice(&site.built.inputs.ignore);
            inputs.refs.extend_from_slice(&site.built.inputs.refs);
        }
        if states.send(Some(Arc::new(state))).is_err() {
            return;
        }
        // What happened in a new folder before it was watched is not known, so that calls for another build.
        let new = watcher.cover(&inputs, &happened, tell);
        let mut is_due = !new.is_empty();
        if is_due {
            pending.add(Notice::At(new, Step::Done));
        }
        while !is_due {
            match changes.recv_timeout(PATIENCE) {
                Ok(notice) => {
                    pending.add(notice);
                    is_due = true;
                }
                // The server may end without anything changing.
                Err(mpsc::RecvTimeoutError::Timeout) if !states.is_closed() => {
                    if watcher.misses_one() {
                        pending.add(Notice::Lost);
                        is_due = true;
                    }
                }
                Err(_) => return,
            }
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE
            && let Ok(notice) = changes.recv_timeout(pending.quiet())
        {
            pending.add(notice);
        }
    }
}

/// Builds once; whatever happens, the last site stays. Returns also what the next build must look at again.
fn round(build: &Build, happened: &ChangeSet, tell: &Reporter, before: Option<&State>) -> (State, ChangeSet) {
    let start = Instant::now();
    let (built, left) = match catch_unwind(AssertUnwindSafe(|| build(happened))) {
        Ok(Err(failure)) => (Err(failure), happened.clone()),
        Ok(built) => (built, ChangeSet::At(BTreeSet::new())),
        Err(panic) => (Err(of_panic(&*panic)), ChangeSet::Anything),
    };
    let state = match built {
        Ok(built) => {
            let files = built.files.count();
            let site = Arc::new(Site::new(built));
            let (errors, warnings) = (site.built.errors, site.built.warnings);
            let known = before.and_then(|before| before.site.as_ref()).map_or(&[][..], |site| &site.built.problems);
            let new: Vec<_> = site.built.problems.iter().filter(|problem| !known.contains(problem)).cloned().collect();
            // Of a log that is written into the folder nobody wants to hear, least of all in that log.
            let is_same = before.is_some_and(|before| {
                let same = |last: &Arc<Site>| Arc::ptr_eq(&last.built.files, &site.built.files);
                before.failure.is_none() && before.site.as_ref().is_some_and(same)
            });
            if !is_same {
                tell(Event::Built { took: start.elapsed(), files, errors, warnings, new: &new });
            }
            State { site: Some(site), failure: None }
        }
        Err(failure) => {
            tell(Event::Failed(&failure));
            State { site: before.and_then(|before| before.site.clone()), failure: Some(failure) }
        }
    };
    (state, left)
}

/// Watches what the site is built from, which each build may change.
struct Watcher {
    watcher: Option<RecommendedWatcher>,
    inputs: Inputs,
    covered: BTreeSet<PathBuf>,
    /// What should be watched and is not there.
    absent: Vec<PathBuf>,
    /// The same as `inputs`, for the receiver of events.
    shared: Arc<RwLock<Inputs>>,
    /// What was removed or renamed, and is watched no longer even if there is a new one of that name.
    gone: Arc<Mutex<Vec<PathBuf>>>,
}

impl Watcher {
    fn new(sender: mpsc::Sender<Notice>, tell: &Reporter) -> Self {
        let shared: Arc<RwLock<Inputs>> = Arc::default();
        let gone: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let (shared_here, gone_here) = (Arc::clone(&shared), Arc::clone(&gone));
        let on_event = move |event: notify::Result<notify::Event>| {
            if let Ok(event) = &event
                && matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
            {
                gone_here.lock().extend(event.paths.iter().cloned());
            }
            let inputs = shared_here.read();
            if let Some(notice) = event.map_or(Some(Notice::Lost), |event| notice(event, &inputs)) {
                let _ = sender.send(notice);
            }
        };
        let watcher = RecommendedWatcher::new(on_event, Config::default().with_follow_symlinks(false));
        let watcher = watcher.map_err(|error| tell(Event::Unwatched(&describe(&error)))).ok();
        Self { watcher, inputs: Inputs::default(), covered: BTreeSet::new(), absent: Vec::new(), shared, gone }
    }

    /// Returns whether a folder exists again that had disappeared, of which there is no event.
    fn misses_one(&self) -> bool {
        self.absent.iter().any(|path| path.is_dir())
    }

    /// Watches exactly these inputs from now on; returns the new folders among them.
    fn cover(&mut self, inputs: &Inputs, happened: &ChangeSet, tell: &Reporter) -> Vec<PathBuf> {
        let Some(watcher) = &mut self.watcher else { return Vec::new() };
        let mut is_same = *inputs == self.inputs;
        if !is_same {
            *self.shared.write() = inputs.clone();
            self.inputs = inputs.clone();
        }
        for gone in self.gone.lock().drain(..) {
            if self.covered.contains(&gone) {
                self.covered.retain(|folder| !folder.starts_with(&gone));
                is_same = false;
            }
        }
        // One that is watched since the last build may have got folders of its own before it was.
        let may_hold_new = |path: &PathBuf| path.is_dir();
        if is_same && matches!(happened, ChangeSet::At(paths) if !paths.iter().any(may_hold_new)) {
            // Looking at every folder would take longer than the build.
            return Vec::new();
        }
        let (wanted, mode) = if ONE_BY_ONE {
            (folders(inputs), RecursiveMode::NonRecursive)
        } else {
            (tops(inputs), RecursiveMode::Recursive)
        };
        for old in self.covered.difference(&wanted) {
            let _ = watcher.unwatch(old);
        }
        let mut new_folders = Vec::new();
        for new in wanted.difference(&self.covered) {
            match watcher.watch(new, mode) {
                Ok(()) => new_folders.push(new.clone()),
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
        self.absent = inputs.watch.iter().filter(|path| !path.exists()).cloned().collect();
        new_folders
    }
}

/// Returns the inputs that lie in no other one.
fn tops(inputs: &Inputs) -> BTreeSet<PathBuf> {
    let all: BTreeSet<&PathBuf> = inputs.watch.iter().chain(&inputs.refs).collect();
    let is_top = |path: &&PathBuf| !all.iter().any(|other| other != path && path.starts_with(other));
    all.iter().copied().filter(is_top).cloned().collect()
}

/// Returns every folder below the inputs in which a change can matter.
fn folders(inputs: &Inputs) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for top in &inputs.watch {
        let inputs = inputs.clone();
        let walk = WalkBuilder::new(top)
            .hidden(false)
            .parents(false)
            .require_git(false)
            .git_global(false)
            .git_exclude(false)
            .add_custom_ignore_filename(".playbillignore")
            .filter_entry(move |entry| is_input(entry.path(), &inputs))
            .build();
        let is_folder = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_dir());
        folders.extend(walk.filter_map(Result::ok).filter(is_folder).map(ignore::DirEntry::into_path));
    }
    for git in &inputs.refs {
        folders.insert(git.clone());
        for part in ["refs", "reftable"] {
            let below = walkdir::WalkDir::new(git.join(part)).into_iter().filter_map(Result::ok);
            let below = below.filter(|entry| entry.file_type().is_dir()).take(MAX_REF_FOLDERS);
            folders.extend(below.map(walkdir::DirEntry::into_path));
        }
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

/// Returns what an event means for the site, if it can change that.
fn notice(event: notify::Event, inputs: &Inputs) -> Option<Notice> {
    let step = match event.kind {
        // Reading is no change, and a build reads everything.
        EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write) => return None,
        EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_)) => Step::Begun,
        _ => Step::Done,
    };
    if event.need_rescan() || event.paths.is_empty() {
        return Some(Notice::Lost);
    }
    // Below a folder that is watched as `x/.` everything has that dot in its path, and no file is known by such a path.
    let paths = event.paths.iter().map(|path| path.components().collect::<PathBuf>());
    let paths: Vec<PathBuf> = paths.filter(|path| is_input(path, inputs)).collect();
    (!paths.is_empty()).then_some(Notice::At(paths, step))
}

/// Returns whether a path may be read by a build.
fn is_input(path: &Path, inputs: &Inputs) -> bool {
    if let Some(below) = inputs.refs.iter().find_map(|git| path.strip_prefix(git).ok()) {
        return is_of_refs(below);
    }
    if inputs.ignore.iter().any(|folder| path.starts_with(folder)) {
        return false;
    }
    let mut names = path.components().map(|component| component.as_os_str().to_string_lossy());
    // That there is a repository matters, and what git keeps in it does not.
    let is_of_git = path.parent().is_some_and(|folder| folder.components().any(|part| part.as_os_str() == ".git"));
    if is_of_git || names.any(|name| name == "node_modules" || name.contains(".playbill-")) {
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

/// Returns whether a path below the folder of git says where branches and tags are, not only that git is about to move one.
fn is_of_refs(below: &Path) -> bool {
    let is_for_refs = ["refs", "reftable", "packed-refs"].iter().any(|part| below.starts_with(part));
    is_for_refs && below.extension().is_none_or(|ending| ending != "lock" && ending != "new")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_editors_and_git_do_not_matter() {
        let inputs = Inputs { ignore: vec![PathBuf::from("/r/site")], ..Inputs::default() };
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
            assert_eq!(is_input(Path::new(path), &inputs), expect, "{path}");
        }
    }

    #[test]
    fn a_change_below_a_folder_with_a_dot_is_one_of_a_known_path() {
        let event = notify::Event::new(EventKind::Access(AccessKind::Close(AccessMode::Write)));
        let event = event.add_path(PathBuf::from("/r/./docs/index.md"));
        let Some(Notice::At(paths, _)) = notice(event, &Inputs::default()) else { panic!("a change of a document") };
        assert_eq!(paths[0].as_os_str(), "/r/docs/index.md");
    }

    #[test]
    fn branches_and_tags_matter_where_versions_are_read() {
        let inputs = Inputs { refs: vec![PathBuf::from("/r/.git")], ..Inputs::default() };
        for (path, expect) in [
            ("/r/.git/refs/tags/v1", true),
            ("/r/.git/refs/heads/release/1.0", true),
            ("/r/.git/packed-refs", true),
            ("/r/.git/reftable/tables.list", true),
            ("/r/.git/refs/tags/v1.lock", false),
            ("/r/.git/packed-refs.lock", false),
            ("/r/.git/packed-refs.new", false),
            ("/r/.git/index", false),
            ("/r/.git/objects/ab/cd", false),
            ("/other/.git/refs/tags/v1", false),
            ("/r/docs/index.md", true),
        ] {
            assert_eq!(is_input(Path::new(path), &inputs), expect, "{path}");
        }
    }

    #[test]
    fn folders_that_came_before_their_own_folder_was_watched_are_found() {
        if !ONE_BY_ONE {
            return;
        }
        let root = tempfile::tempdir().expect("a folder");
        let top = root.path().canonicalize().expect("its path");
        let inputs = Inputs { watch: vec![top.clone()], ..Inputs::default() };
        let (sender, _changes) = mpsc::channel();
        let tell: Box<Reporter> = Box::new(|_| ());
        let mut watcher = Watcher::new(sender, &tell);
        watcher.cover(&inputs, &ChangeSet::Anything, &tell);
        let (outer, inner) = (top.join("a"), top.join("a/b"));
        let at = |path: &PathBuf| ChangeSet::At(BTreeSet::from([path.clone()]));
        std::fs::create_dir(&outer).expect("a folder");
        assert_eq!(watcher.cover(&inputs, &at(&outer), &tell), std::slice::from_ref(&outer));
        // No event may tell of what was made between looking at the folder and watching it.
        std::fs::create_dir(&inner).expect("a folder");
        assert_eq!(watcher.cover(&inputs, &at(&outer), &tell), [inner]);
        assert!(watcher.cover(&inputs, &at(&outer), &tell).is_empty());
    }
}
