//! `playbill build`: the whole site on disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;

use super::args::{BuildArgs, InputArgs, ReportFormat};
use super::stopwatch::Stopwatch;
use super::{Context, Ending, load, report, say};
use crate::diag::{Diagnostic, Severity, human};
use crate::error::Error;
use crate::output::{DiskSink, Sink, Target, WriteReport};
use crate::portal::{self, Portal};
use crate::theme::{self, Override, Theme};
use crate::workspace::Workspace;
use crate::{render, site};

/// Builds and writes; problems of the content are shown, and fail only under `--strict`.
pub(super) fn run(context: &Context, args: &BuildArgs) -> Result<Ending, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let workspace = load(context, &args.input, args.output.as_ref(), true)?;
    let theme = theme(&workspace)?;
    let portal = portal::analyse(&workspace, &mut |stage| watch.stage(stage));
    watch.stage("plan");
    let site = site::plan(&workspace, &portal);
    watch.stage("render");
    let target = target(context, &workspace, args.output.as_deref());
    let sink = DiskSink::create(&target)?;
    let counted = Counted { sink: &sink, bar: watch.bar(site.pages().len()) };
    render::search(&portal, &sink)?;
    render::pages(&workspace, &portal, &theme, &site, &counted)?;
    counted.bar.finish_and_clear();
    watch.stage("write");
    let written = sink.finish()?;
    watch.stage("report");
    let took = watch.elapsed();

    let failed = show_problems(context, &args.input, args.strict, &workspace, &portal.diagnostics);
    if !context.quiet {
        say(&summary(&portal, &target.shown, written, took));
    }
    watch.finish();
    // The process ends here: taking a large portal apart piece by piece would only cost time.
    std::mem::forget((workspace, portal, site));
    Ok(if failed { Ending::ContentErrors } else { Ending::Success })
}

/// Compiles the built-in theme with the files of the configured one.
pub(super) fn theme(workspace: &Workspace) -> Result<Theme, Error> {
    theme::compile(workspace.config(), overrides(workspace)?)
}

/// Reads the files of the user's theme, keyed by their path in its folder.
#[expect(clippy::disallowed_methods, reason = "the configuration names this folder")]
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
            return Err(Error::Usage(format!("`{}` is not {wanted}; mend `{key}` in playbill.yaml", path.display())));
        }
        let bytes = std::fs::read(&path).map_err(|source| Error::Io { action: "read", path: path.clone(), source })?;
        let file = workspace.adopt_file(&path);
        found.insert(format!("static/{name}.{ending}"), Override { file, bytes: bytes.into() });
    }
    let Some(folder) = &config.theme else { return Ok(found) };
    let folder = workspace.config_folder().join(folder);
    if !folder.is_dir() {
        return Err(Error::Usage(format!(
            "the theme folder `{}` does not exist; mend `theme` in playbill.yaml",
            folder.display()
        )));
    }
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&folder).to_owned();
            Error::Io { action: "read", path, source: error.into() }
        })?;
        let Ok(name) = entry.path().strip_prefix(&folder) else { continue };
        if !entry.file_type().is_file() || entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let bytes = std::fs::read(entry.path()).map_err(|source| Error::Io {
            action: "read",
            path: entry.path().to_owned(),
            source,
        })?;
        let file = workspace.adopt_file(entry.path());
        found.insert(name, Override { file, bytes: bytes.into() });
    }
    Ok(found)
}

/// Returns where to write, and what the site must not replace.
pub(super) fn target(context: &Context, workspace: &Workspace, given: Option<&Path>) -> Target {
    let folder = match given {
        Some(given) => context.cwd.join(given),
        None => workspace.config_folder().join(&workspace.config().output),
    };
    let shown = match folder.strip_prefix(&context.cwd) {
        Ok(below) => below.display().to_string(),
        Err(_) => folder.display().to_string(),
    };
    let mut keep = workspace.watched();
    keep.push(workspace.config_folder().to_owned());
    keep.extend(std::env::home_dir());
    Target { folder, shown, keep }
}

/// Prints the problems to standard error; says whether they fail the build.
pub(super) fn show_problems(
    context: &Context,
    input: &InputArgs,
    strict: bool,
    workspace: &Workspace,
    problems: &[Diagnostic],
) -> bool {
    let failed = strict && problems.iter().any(|problem| problem.severity == Severity::Error);
    let shown = report::Shown::new(workspace, context, input);
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect();
    if !errors.is_empty() {
        say(report::render(&errors, workspace, &shown, ReportFormat::Human, context.color_err).trim_end());
    }
    if problems.len() > errors.len() && !context.quiet {
        say(&format!("{}; `playbill check` shows all of them", human::summary(problems)));
    }
    failed
}

fn summary(portal: &Portal, shown: &str, written: WriteReport, time: Duration) -> String {
    let entities = portal.catalog.entities().len();
    let documents: usize = portal.docs.sites.iter().map(|site| site.pages.len()).sum();
    let files = written.written + written.unchanged;
    format!(
        "built {shown}: {entities} entities, {documents} documents, {files} files ({} new or changed, {} removed) in {:.1} s",
        written.written,
        written.removed,
        time.as_secs_f64(),
    )
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
}
