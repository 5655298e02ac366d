//! `playbill serve`: the site in memory, rebuilt on change.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{ReportFormat, ServeArgs};
use super::{Context, Ending, build, load, report, say};
use crate::diag::{Severity, human};
use crate::error::Error;
use crate::output::MemorySink;
use crate::serve::{self, BuiltSite, Event, Inputs, Problem, ServeOptions};
use crate::workspace::Workspace;
use crate::{portal, render, site};

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
    let build = move || build_site(&context, &args).map_err(|error| describe(&context, &args, &error));
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

fn build_site(context: &Context, args: &ServeArgs) -> Result<BuiltSite, Error> {
    let workspace = load(context, &args.input, None, true)?;
    let theme = build::theme(&workspace)?;
    let portal = portal::analyse(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let sink = MemorySink::default();
    render::search(&portal, &sink)?;
    render::pages(&workspace, &portal, &theme, &site, &sink)?;

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
    Ok(BuiltSite { files: sink.into_files(), problems, inputs: inputs(&workspace) })
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
    match load(context, &args.input, None, false) {
        Ok(workspace) => {
            let shown = report::Shown::new(&workspace, context, &args.input);
            report::render(problems, &workspace, &shown, ReportFormat::Human, false)
        }
        Err(_) => problems.iter().map(|problem| format!("error: {}\n", problem.message)).collect(),
    }
}
