//! `playbill serve`: the site in memory, rebuilt on change.

use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use xxhash_rust::xxh3::Xxh3;

use super::args::{ReportFormat, ServeArgs};
use super::serve_search::{AnalysedWorkspace, SearchIndexer};
use super::{CommandOutcome, Context, Purpose, build, counted, duration, load, options, report, say, say_report};
use crate::diag::visible::visible;
use crate::diag::{self, Diagnostic, Severity, human};
use crate::error::Error;
use crate::portal::{Analysis, Memo};
use crate::render::Output;
use crate::scaffold::examples::{self, Surroundings};
use crate::scaffold::report::Status;
use crate::scaffold::repository::Repository;
use crate::scaffold::tree::Entry;
use crate::search::SearchFiles;
use crate::serve::{self, BuiltSite, ChangeSet, Event, Files, Inputs, Problem, ServeOptions};
use crate::site::{Site, Subject};
use crate::theme::{self, Theme};
use crate::workspace::{self, Workspace};
use crate::{render, routes, scaffold, site};

/// Serves until it is interrupted.
pub(super) fn run(context: &Context, args: ServeArgs) -> Result<CommandOutcome, Error> {
    // A mistake in the configuration is corrected while it runs; one on the command line is not.
    if let Some(path) = args.input.paths.iter().find(|path| !context.cwd.join(path).exists()) {
        return Err(Error::Usage(format!("`{}` does not exist", path.display())));
    }
    let options = ServeOptions {
        address: SocketAddr::new(args.host, args.port),
        open: args.open,
        next_port: args.next_port,
        hosts: args.allow_host.clone(),
        inputs: first_inputs(context, &args),
    };
    let quiet = context.quiet;
    let tell = move |event: Event<'_>| match event {
        Event::Listening(address) => say(&format!("serving http://{address}/, rebuilt on change; Ctrl-C ends")),
        Event::Built { files, took, errors, warnings, new } if !quiet => {
            if let Some(text) = problems_text(new) {
                say_report(&text);
            }
            let counts = [(errors, "error", "errors"), (warnings, "warning", "warnings")];
            let counts = counts.into_iter().filter(|(number, ..)| *number > 0);
            let problems: String =
                counts.map(|(number, one, many)| format!(", {}", counted(number, one, many))).collect();
            say(&format!("built {} in {}{problems}", counted(files, "file", "files"), duration(took)));
        }
        Event::Built { .. } => {}
        Event::Failed(reason) => say_report(reason.trim_end()),
        Event::Unwatched(reason) => say(&format!("changes will not be noticed: {reason}")),
    };
    let context = Context { cwd: context.cwd.clone(), color_out: false, color_err: false, quiet, timings: None };
    let kept = ServeState {
        analysis: Analysis::with(Memo::enabled()),
        plan: site::Memo::enabled(),
        last: Mutex::default(),
        search: Arc::default(),
    };
    let build = move |happened: &ChangeSet| build_site(&context, &args, &kept, happened);
    serve::run(&options, Arc::new(build), Arc::new(tell))?;
    Ok(CommandOutcome::Success)
}

/// Returns the reports of problems that a build has brought, as `check` shows them; no more than fit a screen or two.
fn problems_text(problems: &[Problem]) -> Option<String> {
    const MOST: usize = 10;
    let mut parts: Vec<String> = problems.iter().take(MOST).map(|problem| format!("{}\n", problem.text)).collect();
    if problems.len() > MOST {
        parts.push("`playbill check` shows all problems\n".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// What to watch before the first build has returned it, so that a wrong configuration can be fixed.
fn first_inputs(context: &Context, args: &ServeArgs) -> Inputs {
    let mut watch: Vec<PathBuf> = args.input.paths.iter().map(|path| context.cwd.join(path)).collect();
    watch.extend(args.input.config.iter().map(|path| context.cwd.join(path)));
    if watch.is_empty() {
        watch.push(context.cwd.clone());
    }
    Inputs { watch, ..Inputs::default() }
}

/// What one build leaves to the next one.
struct ServeState {
    analysis: Analysis,
    plan: site::Memo,
    last: Mutex<Option<BuiltFrom>>,
    search: Arc<SearchIndexer>,
}

/// The last site, and what it was built from.
#[derive(Clone)]
struct BuiltFrom {
    live: Arc<ServedSite>,
    built: BuiltSite,
}

fn build_site(
    context: &Context,
    args: &ServeArgs,
    kept: &ServeState,
    happened: &ChangeSet,
) -> Result<BuiltSite, String> {
    let last = kept.last.lock().clone();
    let next = match (happened, &last) {
        (ChangeSet::At(paths), Some(last)) => {
            last.live.analysed.workspace.apply_changes(paths).map(|next| (next, last, paths))
        }
        _ => None,
    };
    let (workspace, changes, before) = match next {
        Some(((workspace, changes), last, paths)) => {
            let same_theme = !paths.iter().any(|path| last.live.is_of_theme(path));
            if changes.is_empty() && same_theme {
                return Ok(last.built.clone());
            }
            (workspace, Some(changes), Some((&*last.live, same_theme)))
        }
        None => {
            let loaded = load(context, &args.input, None, Purpose::Show);
            (loaded.map_err(|error| unloadable(context, args, &error))?, None, None)
        }
    };
    let theme = match before {
        Some((before, true)) => Arc::clone(&before.theme),
        _ => Arc::new(build::theme(&workspace, theme::Purpose::Portal).map_err(|error| match error {
            Error::Config(problems) => rendered(context, args, &workspace, &problems),
            error => spelt_out(&error),
        })?),
    };
    // From here on nothing fails, so that the memo hears of each change once.
    kept.analysis.memo().invalidate(changes.as_ref());
    kept.plan.invalidate(changes.as_ref());
    let portal = kept.analysis.run(&workspace, &mut |_| ());
    let site = kept.plan.plan(&workspace, &portal);
    let same_files = |before: &ServedSite| {
        let mut sites = portal.docs.all().zip(before.analysed.portal.docs.all());
        Arc::ptr_eq(&theme, &before.theme) && site.has_pages_of(&before.site) && sites.all(|(a, b)| a.files == b.files)
    };
    let outputs = || match before {
        Some((before, _)) if same_files(before) => Arc::clone(&before.outputs),
        _ => Arc::new(render::outputs(&portal, &theme, &site).into_iter().collect()),
    };
    let shown = report::ReportPaths::new(&workspace, context, &args.input);
    let (outputs, problems) = rayon::join(outputs, || written_out(portal.diagnostics.iter(), &workspace, &shown));
    let prefix = shown.into_prefix();
    let count = |severity| diag::count(&portal.diagnostics, severity);
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let inputs = inputs(&workspace);
    let live = ServedSite {
        analysed: Arc::new(AnalysedWorkspace { workspace, portal }),
        theme,
        site,
        outputs,
        made: Mutex::default(),
        search: Arc::clone(&kept.search),
        version_searches: Mutex::default(),
        prefix,
    };
    let live = Arc::new(live);
    kept.search.follow(&live.analysed);
    let built = BuiltSite { files: Arc::clone(&live) as Arc<dyn Files>, problems, errors, warnings, inputs };
    *kept.last.lock() = Some(BuiltFrom { live, built: built.clone() });
    Ok(built)
}

/// Writes out problems, the worst first; no more than anybody reads.
fn written_out<'a>(
    found: impl Iterator<Item = &'a Diagnostic>,
    workspace: &Workspace,
    shown: &report::ReportPaths<'_>,
) -> Vec<Problem> {
    const MOST: usize = 50;
    let mut worst_first: Vec<Diagnostic> = found.filter(|problem| problem.severity > Severity::Info).cloned().collect();
    worst_first.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let problem = |cause: &diag::Cause<'_>| {
        let all: Vec<Diagnostic> = std::iter::once(cause.first).chain(cause.others.iter().copied()).cloned().collect();
        let text = report::render(&all, workspace, shown, ReportFormat::Human, false);
        let text = text.trim_end().trim_end_matches(&human::summary(&all)).trim_end().to_owned();
        Problem { severity: cause.first.severity, text }
    };
    diag::causes(&worst_first).iter().take(MOST).map(problem).collect()
}

/// A site whose files are made when a browser asks: of thousands of pages, people look at a few.
#[derive(Debug)]
struct ServedSite {
    analysed: Arc<AnalysedWorkspace>,
    theme: Arc<Theme>,
    site: Site,
    outputs: Arc<HashMap<String, Output, foldhash::fast::RandomState>>,
    /// What was asked for.
    made: Mutex<HashMap<String, Arc<[u8]>>>,
    search: Arc<SearchIndexer>,
    /// The searches of versions, by their folders.
    version_searches: Mutex<BTreeMap<String, SearchFiles>>,
    /// What comes before paths in reports.
    prefix: String,
}

impl ServedSite {
    /// Returns a file of the search of a version, which is made when it is first asked for.
    fn search_of_version(&self, path: &str) -> Option<Arc<[u8]>> {
        let mut known = self.version_searches.lock();
        if !known.keys().any(|place| path.starts_with(place)) {
            let (place, files) = render::search_of_version(&self.analysed.workspace, &self.analysed.portal, path)?;
            known.insert(place, files);
        }
        known.iter().find(|(place, _)| path.starts_with(*place))?.1.get(path).map(|bytes| bytes.as_slice().into())
    }

    /// Returns whether a path is of a file that the theme is made from.
    fn is_of_theme(&self, path: &Path) -> bool {
        let config = self.analysed.workspace.config();
        let parts = [&config.theme, &config.css, &config.logo];
        parts.into_iter().flatten().any(|part| path.starts_with(self.analysed.workspace.config_folder().join(part)))
    }
}

/// Maximum number of bytes of files that a dry run shows.
const SHOWN: usize = 1 << 20;

impl ServedSite {
    /// Runs a template with the values of a form; nothing is written.
    fn dry_run(&self, request: &[u8]) -> Option<String> {
        let request: Json = serde_json::from_slice(request).ok()?;
        let catalog = &self.analysed.portal.catalog;
        let entity = catalog.get(catalog.find(request.get("template")?.as_str()?)?);
        let object = |key: &str| request.get(key).and_then(Json::as_object).cloned().unwrap_or_default();
        scaffold::with_stack(|| {
            let template = examples::template_of(&self.analysed.workspace, entity)?;
            let source = Repository::of(&self.analysed.workspace, entity.file);
            let surroundings = Surroundings::of(self.analysed.workspace.config(), &source, catalog);
            let made = surroundings.run(&template, object("values"), &object("secrets"), None);
            let mut told = match made.status {
                Status::Invalid => scaffold::report::of_faults(&template.reference, &made.values, &made.faults),
                status => scaffold::report::of_run(status, &template.reference, &made.values, &made.outcome),
            };
            let mut left = SHOWN;
            let files = made.outcome.tree.entries().filter_map(|(path, entry)| {
                let Entry::File { bytes, .. } = entry else { return None };
                let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0') && text.len() <= left)?;
                left -= text.len();
                Some((path.to_owned(), Json::from(text)))
            });
            told["shown"] = Json::Object(files.collect());
            Some(told.to_string())
        })
    }
}

impl Files for ServedSite {
    fn try_template(&self, request: &[u8]) -> Option<String> {
        self.dry_run(request)
    }

    fn has(&self, path: &str) -> bool {
        // Which files the search has is known when somebody searches; until then it may have any.
        let of_search =
            path.starts_with(routes::SEARCH) && [".js", ".json", ".bin"].iter().any(|end| path.ends_with(end));
        self.outputs.contains_key(path) || of_search
    }

    fn get(&self, path: &str) -> Result<Option<Arc<[u8]>>, String> {
        let Some(output) = self.outputs.get(path) else {
            if path.starts_with("search/v/") {
                return Ok(self.search_of_version(path));
            }
            return Ok(self.search.files(&self.analysed).get(path).map(|bytes| bytes.as_slice().into()));
        };
        let made = || self.made.lock();
        if let Some(known) = made().get(path) {
            return Ok(Some(Arc::clone(known)));
        }
        let bytes = render::output(&self.analysed.workspace, &self.analysed.portal, &self.theme, &self.site, *output);
        let Some(bytes) = bytes.map_err(|error| spelt_out(&error))? else { return Ok(None) };
        Ok(Some(Arc::clone(made().entry(path.to_owned()).or_insert(bytes.into()))))
    }

    fn count(&self) -> usize {
        self.outputs.len()
    }

    fn problems_of(&self, path: &str) -> Vec<Problem> {
        let Some(Output::Planned(at)) = self.outputs.get(path) else { return Vec::new() };
        let file = match self.site.pages()[*at].subject {
            Subject::Document { site, page } => self.analysed.portal.docs.nth(site).pages[page].file,
            Subject::Tab { entity, .. } | Subject::EntityPart { entity, .. } => {
                self.analysed.portal.catalog.get(entity).file
            }
            _ => return Vec::new(),
        };
        let shown = report::ReportPaths::with_prefix(&self.analysed.workspace, &self.prefix);
        let is_here = |problem: &&Diagnostic| problem.labels.iter().any(|label| label.span.file == file);
        written_out(self.analysed.portal.diagnostics.iter().filter(is_here), &self.analysed.workspace, &shown)
    }

    fn assets(&self) -> u64 {
        let mut hash = Xxh3::new();
        // Those of the theme are named after their content, which shows in the pages.
        for asset in self.analysed.portal.docs.sites.iter().flat_map(|docs| docs.assets.iter()) {
            hash.update(asset.path.as_bytes());
            hash.update(&self.analysed.workspace.version(asset.file).to_le_bytes());
        }
        hash.digest()
    }
}

/// Formats why a page cannot be made.
fn spelt_out(error: &Error) -> String {
    match error {
        Error::Config(problems) => {
            problems.iter().map(|problem| format!("error: {}\n", visible(&problem.message))).collect()
        }
        error => format!("error: {}", visible(&error.to_string())),
    }
}

fn inputs(workspace: &Workspace) -> Inputs {
    let config = workspace.config();
    let folder = workspace.config_folder();
    let mut watch = workspace.watched();
    watch.push(folder.join("playbill.yaml"));
    watch.push(folder.join("app-config.yaml"));
    watch.extend(config.theme.iter().map(|theme| folder.join(theme)));
    Inputs { watch, ignore: vec![folder.join(&config.output)], refs: workspace.folders_of_refs() }
}

/// Formats why nothing can be loaded.
fn unloadable(context: &Context, args: &ServeArgs, error: &Error) -> String {
    // With a configuration that is wrong, nothing but that is read.
    match workspace::load(&options(context, &args.input, None, Purpose::Judge)) {
        Ok(workspace) if matches!(error, Error::Config(_)) && !workspace.config_problems().is_empty() => {
            rendered(context, args, &workspace, workspace.config_problems())
        }
        _ => spelt_out(error),
    }
}

fn rendered(context: &Context, args: &ServeArgs, workspace: &Workspace, problems: &[Diagnostic]) -> String {
    let shown = report::ReportPaths::new(workspace, context, &args.input);
    report::render(problems, workspace, &shown, ReportFormat::Human, false)
}
