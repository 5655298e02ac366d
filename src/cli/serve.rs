//! `playbill serve`: the site in memory, rebuilt on change.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use super::args::{ReportFormat, ServeArgs};
use super::{Context, Ending, Purpose, build, load, report, say};
use crate::diag::{Severity, human};
use crate::docs::Memo;
use crate::error::Error;
use crate::portal::Portal;
use crate::render::Output;
use crate::search::SearchFiles;
use crate::serve::{self, BuiltSite, Event, Files, Inputs, Problem, ServeOptions};
use crate::site::Site;
use crate::theme::Theme;
use crate::workspace::Workspace;
use crate::{portal, render, routes, search, site};

/// Serves until it is interrupted.
pub(super) fn run(context: &Context, args: ServeArgs) -> Result<Ending, Error> {
    let options = ServeOptions {
        address: SocketAddr::new(args.host, args.port),
        open: args.open,
        inputs: first_inputs(context, &args),
    };
    let quiet = context.quiet;
    let tell = move |event: Event<'_>| match event {
        Event::Listening(address) => say(&format!("serving http://{address}/, rebuilt on change; Ctrl-C ends")),
        Event::Built { files, took, errors, warnings } if !quiet => {
            let problems = match (errors, warnings) {
                (0, 0) => String::new(),
                (0, warnings) => format!(", {warnings} warnings"),
                (errors, warnings) => format!(", {errors} errors, {warnings} warnings"),
            };
            say(&format!("built {files} files in {:.2} s{problems}", took.as_secs_f64()));
        }
        Event::Built { .. } => {}
        Event::Failed(reason) => say(reason.trim_end()),
        Event::Unwatched(reason) => say(&format!("changes will not be noticed: {reason}")),
    };
    let context = Context { cwd: context.cwd.clone(), color_out: false, color_err: false, quiet, timings: None };
    let memo = Memo::remembering();
    let build = move || build_site(&context, &args, &memo).map_err(|error| describe(&context, &args, &error));
    serve::run(&options, Arc::new(build), Arc::new(tell))?;
    Ok(Ending::Success)
}

/// What to watch before the first build has told it, so that a configuration that is wrong can be mended.
fn first_inputs(context: &Context, args: &ServeArgs) -> Inputs {
    let mut watch: Vec<PathBuf> = args.input.paths.iter().map(|path| context.cwd.join(path)).collect();
    watch.extend(args.input.config.iter().map(|path| context.cwd.join(path)));
    if watch.is_empty() {
        watch.push(context.cwd.clone());
    }
    Inputs { watch, ignore: Vec::new() }
}

fn build_site(context: &Context, args: &ServeArgs, memo: &Memo) -> Result<BuiltSite, Error> {
    let workspace = load(context, &args.input, None, Purpose::Show)?;
    let theme = build::theme(&workspace)?;
    let portal = portal::analyse_again(&workspace, memo, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let shown = report::Shown::new(&workspace, context, &args.input);
    let mut worst_first: Vec<_> =
        portal.diagnostics.iter().filter(|problem| problem.severity > Severity::Info).collect();
    worst_first.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let problems = worst_first
        .into_iter()
        .take(50)
        .map(|problem| {
            let one = std::slice::from_ref(problem);
            let text = report::render(one, &workspace, &shown, ReportFormat::Human, false);
            let text = text.trim_end().trim_end_matches(&human::summary(one)).trim_end().to_owned();
            Problem { severity: problem.severity, text }
        })
        .collect();
    let inputs = inputs(&workspace);
    let outputs = render::outputs(&portal, &theme, &site).into_iter().collect();
    let live = Live { workspace, portal, theme, site, outputs, made: Mutex::default(), search: OnceLock::new() };
    Ok(BuiltSite { files: Arc::new(live), problems, inputs })
}

/// A site whose files are made when a browser asks: of thousands of pages, people look at a few.
#[derive(Debug)]
struct Live {
    workspace: Workspace,
    portal: Portal,
    theme: Theme,
    site: Site,
    outputs: HashMap<String, Output>,
    /// What was asked for.
    made: Mutex<HashMap<String, Arc<[u8]>>>,
    /// Takes longer than everything else, so it waits for somebody who searches.
    search: OnceLock<SearchFiles>,
}

impl Live {
    /// Returns a file of the search.
    fn search(&self, path: &str) -> Option<&Vec<u8>> {
        let Portal { catalog, docs, apis, .. } = &self.portal;
        let documents = || search::documents(&self.workspace, catalog, docs, apis);
        self.search.get_or_init(|| search::index(&documents(), &self.workspace.config().search)).get(path)
    }
}

impl Files for Live {
    fn has(&self, path: &str) -> bool {
        // Which files the search has is known when somebody searches; until then it may have any.
        let of_search =
            path.starts_with(routes::SEARCH) && [".js", ".json", ".bin"].iter().any(|end| path.ends_with(end));
        self.outputs.contains_key(path) || of_search
    }

    fn get(&self, path: &str) -> Result<Option<Arc<[u8]>>, String> {
        let Some(output) = self.outputs.get(path) else {
            return Ok(self.search(path).map(|bytes| bytes.as_slice().into()));
        };
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made().get(path) {
            return Ok(Some(Arc::clone(known)));
        }
        let bytes = render::output(&self.workspace, &self.portal, &self.theme, &self.site, *output);
        let Some(bytes) = bytes.map_err(|error| spelt_out(&error))? else { return Ok(None) };
        Ok(Some(Arc::clone(made().entry(path.to_owned()).or_insert(bytes.into()))))
    }

    fn count(&self) -> usize {
        self.outputs.len()
    }

    fn assets(&self) -> u64 {
        let mut hash = Xxh3::new();
        // Those of the theme are named after their content.
        for asset in self.theme.assets() {
            hash.update(asset.url.as_bytes());
        }
        for asset in self.portal.docs.sites.iter().flat_map(|docs| &docs.assets) {
            hash.update(asset.path.as_bytes());
            hash.update(format!("{:?}", self.workspace.stamp(asset.file)).as_bytes());
        }
        hash.digest()
    }
}

/// Spells out why a page cannot be made.
fn spelt_out(error: &Error) -> String {
    match error {
        Error::Config(problems) => problems.iter().map(|problem| format!("error: {}\n", problem.message)).collect(),
        error => format!("error: {error}"),
    }
}

fn inputs(workspace: &Workspace) -> Inputs {
    let config = workspace.config();
    let folder = workspace.config_folder();
    let mut watch = workspace.watched();
    watch.push(folder.join("playbill.yaml"));
    watch.push(folder.join("app-config.yaml"));
    watch.extend(config.theme.iter().map(|theme| folder.join(theme)));
    Inputs { watch, ignore: vec![folder.join(&config.output)] }
}

/// Spells out why a build failed; problems of a configuration have been printed already.
fn describe(context: &Context, args: &ServeArgs, error: &Error) -> String {
    let Error::Config(problems) = error else { return format!("error: {error}") };
    match load(context, &args.input, None, Purpose::Judge) {
        Ok(workspace) => {
            let shown = report::Shown::new(&workspace, context, &args.input);
            report::render(problems, &workspace, &shown, ReportFormat::Human, false)
        }
        Err(_) => spelt_out(error),
    }
}
