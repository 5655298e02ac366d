//! `playbill build`: the whole site on disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;

use super::args::{BuildArgs, CacheArgs, InputArgs, ReportFormat};
use super::cache::{BuildSummary, Cache, PreviousBuild};
use super::stopwatch::Stopwatch;
use super::{
    CommandOutcome, Context, Purpose, check, counted, duration, load, on, portal_diff, print, report, say, say_report,
};
use crate::api::diff::report::Report;
use crate::config::Budgets;
use crate::diag::{Diagnostic, Severity, codes, human};
use crate::error::Error;
use crate::output::{Compressed, DiskSink, Listing, Sink, Target, WriteReport, weight};
use crate::portal::Analysis;
use crate::portal::{self, Portal};
use crate::portal_export::PortalExport;
use crate::preview::Preview;
use crate::render::PageFingerprints;
use crate::theme::{self, Override, Theme};
use crate::workspace::Workspace;
use crate::{diff, render, routes, search, site};

/// Builds and writes; problems of the content are shown, and fail only under `--strict`.
pub(super) fn run(context: &Context, args: &BuildArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("cache");
    let place = format!("{:?} {:?}", args.input, args.output);
    // What a preview is compared with is no part of what the cache knows.
    let spares = CacheArgs { no_cache: args.cache.no_cache || args.preview.is_some(), ..args.cache.clone() };
    let cache = Cache::of(context, &spares, &place, &format!("{args:?}"));
    // Read before anything is written, since it may be the very folder.
    let older = args.since.as_ref().map(|place| older_site(context, place));
    let left = match cache.earlier() {
        PreviousBuild::Unchanged(told, folder) => {
            write_lock(context, args, told.lock.as_deref())?;
            print_changed(older.as_ref(), &folder, told.address.as_deref());
            return Ok(nothing_to_do(context, &told, watch));
        }
        PreviousBuild::Site(folder, state) => Some((folder, state)),
        PreviousBuild::Nothing => None,
    };
    watch.stage("scan");
    let workspace = on(load(context, &args.input, args.output.as_ref(), Purpose::Write)?, args.today);
    let workspace = workspace.published_at(args.base_url.clone());
    // Before the work, and before the folder of the published site may be overwritten.
    let published = args.preview.as_ref().map(|base| portal_diff::read(context, base)).transpose()?;
    let theme = checked_theme(context, &args.input, &workspace, theme::Purpose::Portal)?;
    let target = target(context, &workspace, args.output.as_deref());
    // Before the work, so that none is wasted.
    DiskSink::check(&target)?;
    let left = left.filter(|(folder, _)| *folder == target.folder).map(|(_, state)| state);
    let store = cache.shelf();
    let memo = store.clone().map(portal::Memo::on).unwrap_or_default();
    let mut portal = Analysis::with(memo).run(&workspace, &mut |stage| watch.stage(stage));
    if let Some(published) = &published {
        watch.stage("compare");
        portal.preview = Some(preview(&workspace, &portal, published));
    }
    watch.stage("plan");
    let site = site::plan(&workspace, &portal);
    let disk = DiskSink::create(&target)?;
    let disk = if left.is_some() { disk.untouched() } else { disk };
    let made = store
        .as_ref()
        .map(|store| PageFingerprints::take(&**store, left, &workspace.config().precompress))
        .unwrap_or_default();
    let sink = Compressed::new(&disk, &workspace.config().precompress);
    watch.stage("search");
    let index = render::search(&workspace, &portal, &made, store.as_deref(), &sink)?;
    render::version_searches(&workspace, &portal, &made, &sink)?;
    let over = portal.apply_severities(&workspace, search::over_budget(&workspace, &index));
    watch.stage("render");
    let counted = Counted { sink: &sink, bar: watch.bar(site.pages().len()) };
    let left_out = render::pages(&workspace, &portal, &theme, &site, &made, &counted)?;
    counted.bar.finish_and_clear();
    for failure in &left_out {
        say(&failure.to_string());
    }
    watch.stage("write");
    let written = disk.finish()?;
    let over = over | over_budget(&workspace, &mut portal, &target.folder);
    watch.stage("report");
    let took = watch.elapsed();
    if args.strict && !workspace.config().search.tests.is_empty() {
        let documents = search::documents(&workspace, &portal);
        let files = search::index(&documents, &workspace.config().search);
        drop(documents);
        portal.apply_severities(&workspace, search::trials(&workspace, files));
    }
    // What `check` accepts is accepted here, too.
    let problems = match check::baseline_file(context, &workspace, None) {
        Some(file) => check::accept(&context.silent(), &workspace, portal.diagnostics.clone(), file, false)?,
        None => portal.diagnostics.clone(),
    };

    let told = BuildSummary {
        problems: problems_text(context, &args.input, &workspace, &problems, args.strict),
        summary: summary(&portal, &target.shown),
        search: Some(index.to_string()),
        files: written.written + written.unchanged,
        failed: over || fails(args.strict, &problems),
        address: workspace.config().base_url.clone(),
        holds: holds(&workspace, &portal, args),
        lock: workspace.pack_lock(),
    };
    write_lock(context, args, told.lock.as_deref())?;
    let failed = tell(context, &told, written, took);
    print_changed(older.as_ref(), &target.folder, told.address.as_deref());
    watch.stage("cache");
    cache.keep(&workspace, &target.folder, told, &made);
    if watch.is_asked()
        && let Some(listing) = Listing::read(&target.folder)
    {
        watch.count("files", written.written + written.unchanged);
        watch.count("written", written.written);
        watch.count("folders", listing.folders());
    }
    watch.finish();
    // The process ends here: taking a large portal apart piece by piece would only cost time.
    std::mem::forget((workspace, portal, site));
    Ok(if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}

/// Weighs the written site, if the configuration has budgets; returns whether it is above one of them.
fn over_budget(workspace: &Workspace, portal: &mut Portal, folder: &Path) -> bool {
    let config = workspace.config();
    if config.budgets == Budgets::default() {
        return false;
    }
    let Some(listing) = Listing::read(folder) else { return false };
    portal.apply_severities(workspace, weight::over_budget(config, &weight::measure(folder, &listing)))
}

/// Compares the portal with the published one.
fn preview(workspace: &Workspace, portal: &Portal, published: &PortalExport) -> Preview {
    let export = PortalExport::of(workspace, portal);
    let renames = diff::renamed(published, &export);
    diff::preview::of(&diff::compare(published, &export, &renames, Report::default()))
}

/// Writes which packs were read, if that is asked for.
#[expect(clippy::disallowed_methods, reason = "the command line asks for this file")]
fn write_lock(context: &Context, args: &BuildArgs, lock: Option<&str>) -> Result<(), Error> {
    let (Some(given), Some(lock)) = (&args.write_lock, lock) else { return Ok(()) };
    let path = context.cwd.join(given);
    std::fs::write(&path, lock).map_err(|source| Error::Io { action: "write", path, source })
}

/// Returns from when until before when the same input gives the same site, in seconds since 1970 UTC: the states of answers
/// and announcements hold, no further document counts as old, no evidence is of another age, and scorecards and dashboards are of one day.
fn holds(workspace: &Workspace, portal: &Portal, args: &BuildArgs) -> (i64, i64) {
    let (from, until) = portal.announcements.holds.unwrap_or((i64::MIN, i64::MAX));
    let until = until.min(workspace.packs_hold_until());
    let (from, until) = match workspace.config().docs.stale_after {
        Some(after) => {
            let (stale_from, stale_until) = portal.docs.stale_between(after, workspace.now());
            (from.max(stale_from), until.min(stale_until))
        }
        None => (from, until),
    };
    if args.today.today.is_some() {
        return (from, until);
    }
    let snapshots = &portal.snapshots.holds;
    let (from, until) = (snapshots.from.max(from), snapshots.until.min(until));
    let (from, until) = (from.max(portal.freshness.holds.0), until.min(portal.freshness.holds.1));
    let has_conditions = !portal.scorecards.list.is_empty() || !portal.dashboards.list.is_empty();
    match portal.scorecards.today.filter(|_| has_conditions) {
        Some(today) => (from.max(today.number() * 86_400), until.min((today.number() + 1) * 86_400)),
        None => (from, until),
    }
}

/// Reads the list of an older site; without one everything is new, which is reported.
fn older_site(context: &Context, place: &Path) -> Listing {
    Listing::read(&context.cwd.join(place)).unwrap_or_else(|| {
        if !context.quiet {
            say(&format!("note: `{}` is no site of an earlier build, so every address is new", place.display()));
        }
        Listing::default()
    })
}

/// Prints the addresses of what an older site has not, or not so.
fn print_changed(older: Option<&Listing>, folder: &Path, address: Option<&str>) {
    let Some((older, now)) = older.zip(Listing::read(folder)) else { return };
    let address = address.map_or("/".to_owned(), |address| format!("{}/", address.trim_end_matches('/')));
    // A compressed twin has the address of its file.
    let is_twin = |path: &String| {
        path.strip_suffix(".gz")
            .or_else(|| path.strip_suffix(".br"))
            .is_some_and(|file| now.has(file) || older.has(file))
    };
    let changed = now.changed_since(older).into_iter().filter(|path| !is_twin(path));
    let lines = changed.map(|path| format!("{address}{}\n", routes::encoded(page_address(&path))));
    print(&lines.collect::<String>());
}

/// Returns the address of a file below its site: a page is known by its folder.
pub(super) fn page_address(path: &str) -> &str {
    match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => path,
    }
}

/// Compiles the built-in theme with the files of the configured one.
pub(super) fn theme(workspace: &Workspace, purpose: theme::Purpose) -> Result<Theme, Error> {
    theme::compile(workspace.config(), overrides(workspace)?, purpose)
}

/// Reads the files of the user's theme, keyed by their path in its folder.
fn overrides(workspace: &Workspace) -> Result<BTreeMap<String, Override>, Error> {
    let mut found = BTreeMap::new();
    let config = workspace.config();
    for (key, path, name) in [("logo", &config.logo, "logo"), ("css", &config.css, "extra")] {
        let Some(path) = path else { continue };
        let path = workspace.config_folder().join(path);
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let fits = if key == "css" { ending == "css" } else { matches!(&*ending, "svg" | "png" | "webp" | "jpg") };
        if !fits || !path.is_file() {
            let wanted =
                if key == "css" { "a style sheet that ends in .css" } else { "an SVG, PNG, WebP or JPEG file" };
            return Err(misconfigured(workspace, key, format!("`{}` is not {wanted}", path.display())));
        }
        let bytes = read(workspace, &path)?;
        let file = workspace.adopt_file(&path);
        found.insert(format!("static/{name}.{ending}"), Override { file, bytes: bytes.into() });
    }
    let Some(folder) = &config.theme else { return Ok(found) };
    let folder = workspace.config_folder().join(folder);
    if !folder.is_dir() {
        return Err(misconfigured(
            workspace,
            "theme",
            format!("the theme folder `{}` does not exist", folder.display()),
        ));
    }
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&folder).to_owned();
            Error::Io { action: "read", path, source: error.into() }
        })?;
        let Ok(name) = entry.path().strip_prefix(&folder) else { continue };
        if entry.file_type().is_dir() {
            workspace.note_folder(entry.path());
        }
        if !entry.file_type().is_file() || entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let bytes = read(workspace, entry.path())?;
        let file = workspace.adopt_file(entry.path());
        found.insert(name, Override { file, bytes: bytes.into() });
    }
    Ok(found)
}

/// Reports a value of the configuration that cannot be used, at its place.
fn misconfigured(workspace: &Workspace, key: &str, message: String) -> Error {
    match workspace.config().places.get(key) {
        Some(span) => Error::Config(vec![
            Diagnostic::new(codes::INVALID_CONFIG, span, message)
                .help(format!("correct `{key}`; paths are relative to the configuration file")),
        ]),
        None => Error::Usage(format!("{message}; correct `{key}` in playbill.yaml")),
    }
}

/// Compiles the theme, as [`theme()`], and shows what is wrong with it.
pub(super) fn checked_theme(
    context: &Context,
    input: &InputArgs,
    workspace: &Workspace,
    purpose: theme::Purpose,
) -> Result<Theme, Error> {
    theme(workspace, purpose).inspect_err(|error| {
        if let Error::Config(problems) = error {
            let shown = report::ReportPaths::new(workspace, context, input);
            let text = report::render(problems, workspace, &shown, ReportFormat::Human, context.color_err);
            say(text.trim_end());
        }
    })
}

/// Reads a file of the user's theme.
fn read(workspace: &Workspace, path: &Path) -> Result<Vec<u8>, Error> {
    workspace.read_outside(path).map_err(|error| Error::Io {
        action: "read",
        path: path.to_owned(),
        source: std::io::Error::other(error.to_string()),
    })
}

/// Returns where to write, and what the site must not replace.
pub(super) fn target(context: &Context, workspace: &Workspace, given: Option<&Path>) -> Target {
    let folder = match given {
        Some(given) => context.cwd.join(given),
        None => workspace.config_folder().join(&workspace.config().output),
    };
    let shown = match folder.strip_prefix(&context.cwd) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => below.display().to_string(),
        Err(_) => folder.display().to_string(),
    };
    let mut keep = workspace.watched();
    keep.push(workspace.config_folder().to_owned());
    keep.extend(std::env::home_dir());
    Target { folder, shown, keep }
}

/// Ends a build that would change nothing.
pub(super) fn nothing_to_do(context: &Context, told: &BuildSummary, watch: Stopwatch) -> CommandOutcome {
    let written = WriteReport { unchanged: told.files, ..WriteReport::default() };
    let failed = tell(context, told, written, watch.elapsed());
    watch.finish();
    if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success }
}

/// Returns whether the problems fail the build: under `--strict` those that fail `check --strict`.
pub(super) fn fails(strict: bool, problems: &[Diagnostic]) -> bool {
    strict && report::fails(problems, Severity::Warning)
}

/// Formats the errors, under `--strict` everything that fails the build, and the number of problems; `None` if there
/// are none.
pub(super) fn problems_text(
    context: &Context,
    input: &InputArgs,
    workspace: &Workspace,
    problems: &[Diagnostic],
    strict: bool,
) -> Option<String> {
    let shown = report::ReportPaths::new(workspace, context, input);
    let least = if strict { Severity::Warning } else { Severity::Error };
    // Where nothing was read, the reader wants to know what was skipped.
    let nothing_read =
        problems.iter().any(|problem| problem.code == codes::NO_CATALOG_FILE && problem.severity >= least);
    let is_told =
        |problem: &&Diagnostic| problem.severity >= least || (nothing_read && problem.code == codes::UNREACHED_FILE);
    let told: Vec<_> = problems.iter().filter(is_told).cloned().collect();
    let mut parts = Vec::new();
    if !told.is_empty() {
        let text = report::render(&told, workspace, &shown, ReportFormat::Human, context.color_err);
        parts.push(text.trim_end().to_owned());
    }
    if problems.len() > told.len() && !context.quiet {
        parts.push(format!("{}; `playbill check` shows all of them", human::summary(problems)));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// Prints how a build went; returns whether it failed.
pub(super) fn tell(context: &Context, told: &BuildSummary, written: WriteReport, time: Duration) -> bool {
    if let Some(problems) = &told.problems {
        say_report(problems);
    }
    if !context.quiet {
        let BuildSummary { summary, files, search, .. } = told;
        say(&format!(
            "built {summary}, {} ({} new or changed, {} removed) in {}",
            counted(*files, "file", "files"),
            written.written,
            written.removed,
            duration(time),
        ));
        if let Some(search) = search {
            say(search);
        }
    }
    told.failed
}

fn summary(portal: &Portal, shown: &str) -> String {
    let entities = portal.catalog.entities().len();
    let documents: usize = portal.docs.sites.iter().map(|site| site.pages.len()).sum();
    let (entities, documents) = (counted(entities, "entity", "entities"), counted(documents, "document", "documents"));
    format!("{shown}: {entities}, {documents}")
}

/// Counts files on their way to the sink.
struct Counted<'a> {
    sink: &'a dyn Sink,
    bar: ProgressBar,
}

impl Sink for Counted<'_> {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.bar.inc(1);
        self.sink.put(path, bytes)
    }

    fn has(&self, path: &str) -> bool {
        self.sink.has(path)
    }

    fn keep(&self, path: &str) {
        self.bar.inc(1);
        self.sink.keep(path);
    }
}
