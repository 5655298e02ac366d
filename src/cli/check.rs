//! `playbill check`: the findings are the result.

use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, api_base, counted, load, on, portal_diff, print, report, say};
use crate::depth::Depth;
use crate::diag::{Baseline, Diagnostics, Severity};
use crate::error::Error;
use crate::portal::{Analysis, Portal};
use crate::scorecards::base::Base;
use crate::workspace::Workspace;
use crate::{diag, docs, foreign, search, snapshots};

/// Maximum number of times that documents are fixed and read again.
const MAX_ROUNDS: usize = 5;

/// Checks and reports; errors are found content, not failures.
pub(super) fn run(context: &Context, args: &CheckArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let mut workspace = on(load(context, &args.input, None, Purpose::Judge)?, args.today);
    let base = api_base(context, &args.api_base)?;
    let analyse = |workspace: &Workspace, watch: &mut Stopwatch| {
        // The tests of the search need all that can be found.
        let depth = if workspace.config().search.tests.is_empty() { Depth::Findings } else { Depth::Pages };
        Analysis::of(depth).against(base.clone()).run(workspace, &mut |stage| watch.stage(stage))
    };
    let mut portal = analyse(&workspace, &mut watch);
    if args.fix {
        // What is fixed may bring to light what was hidden in it: a list after an unrecognised fence.
        for _ in 0..MAX_ROUNDS {
            watch.stage("fix");
            if !fix(context, args, &workspace, &portal)? {
                break;
            }
            watch.stage("scan");
            workspace = on(load(context, &args.input, None, Purpose::Judge)?, args.today);
            portal = analyse(&workspace, &mut watch);
        }
    }
    if !workspace.config().search.tests.is_empty() {
        watch.stage("search tests");
        search_tests(&workspace, &mut portal);
    }
    if let Some(base) = &args.scorecard_base {
        compare(context, &workspace, &mut portal, base)?;
    }
    let published = args.against.as_ref().map(|against| portal_diff::read(context, against)).transpose()?;
    if let Some(published) = &published {
        let shrunk = foreign::shrunk(&workspace, &portal.catalog, published);
        portal.apply_severities(&workspace, shrunk);
    }
    let mut problems = std::mem::take(&mut portal.diagnostics);
    if let Some(bound) = args.max_age {
        problems.extend(snapshots::too_old(&workspace, &portal.catalog, bound));
        diag::sort_and_dedup(&mut problems, &workspace);
    }
    if let Some(published) = &published {
        problems = foreign::resolve(problems, published, &workspace);
    }
    watch.stage("report");
    let file = baseline_file(context, &workspace, args.baseline.as_ref());
    if args.write_baseline {
        let Some(file) = file else {
            return Err(Error::Usage(
                "which baseline? name it with `--baseline FILE` or `check.baseline` in playbill.yaml".to_owned(),
            ));
        };
        return write_baseline(context, &workspace, &problems, file);
    }
    if let Some(file) = file {
        problems = accept(context, &workspace, problems, file, args.baseline.is_some())?;
    }
    let shown = report::ReportPaths::new(&workspace, context, &args.input);
    print(&report::render(&problems, &workspace, &shown, args.format, context.color_out));
    let failed = report::fails(&problems, if args.strict { Severity::Warning } else { Severity::Error });
    watch.finish();
    // The process ends here: taking a large catalog apart piece by piece would only cost time.
    std::mem::forget((portal, workspace));
    Ok(if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}

/// Adds what is worse on scorecards than in earlier results, and says how many rise and fall.
fn compare(context: &Context, workspace: &Workspace, portal: &mut Portal, path: &Path) -> Result<(), Error> {
    let path = context.cwd.join(path);
    let bytes = workspace.read_outside(&path).map_err(|error| Error::Io {
        action: "read",
        path: path.clone(),
        source: std::io::Error::other(error.to_string()),
    })?;
    let base = Base::parse(&String::from_utf8_lossy(&bytes))
        .map_err(|error| Error::Usage(format!("{} is no output of `export --scorecards`: {error}", path.display())))?;
    let comparison = base.compare(&portal.scorecards, &portal.catalog);
    if !context.quiet {
        let rise = counted(comparison.risen, "entity rises", "entities rise");
        let fall = counted(comparison.fallen, "falls", "fall");
        say(&format!("scorecards: {rise}, {fall}"));
    }
    portal.apply_severities(workspace, comparison.problems);
    Ok(())
}

/// Adds the problems that the tests of the search find.
fn search_tests(workspace: &Workspace, portal: &mut Portal) {
    let documents = search::documents(workspace, portal);
    let files = search::index(&documents, &workspace.config().search);
    drop(documents);
    portal.apply_severities(workspace, search::trials(workspace, files));
}

/// Fixes documents, and says where; says whether anything was fixed.
fn fix(context: &Context, args: &CheckArgs, workspace: &Workspace, portal: &Portal) -> Result<bool, Error> {
    let problems = &portal.diagnostics;
    // Accepted findings are left as they are; those that no longer occur are named in the report.
    let silent = context.silent();
    let known = match baseline_file(context, workspace, args.baseline.as_ref()) {
        Some(file) => accept(&silent, workspace, problems.clone(), file, args.baseline.is_some())?,
        None => problems.clone(),
    };
    let mut places = 0;
    let documents = docs::mended(workspace, &portal.catalog, &known);
    for document in &documents {
        if let Err(error) = workspace.rewrite(document.file, &document.before, &document.text) {
            say(&format!("left alone: {error}"));
            continue;
        }
        places += document.mends.len();
        for mend in document.mends.iter().filter(|_| !context.quiet) {
            say(&format!("fixed {}:{}: {}", workspace.path(document.file), mend.line, mend.what));
        }
    }
    Ok(places > 0)
}

/// Returns the file of accepted problems: the one given, else that of the configuration.
pub(super) fn baseline_file(context: &Context, workspace: &Workspace, given: Option<&PathBuf>) -> Option<PathBuf> {
    match given {
        Some(given) => Some(context.cwd.join(given)),
        None => workspace.config().check.baseline.as_ref().map(|path| workspace.config_folder().join(path)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line asks for this file")]
fn write_baseline(
    context: &Context,
    workspace: &Workspace,
    problems: &Diagnostics,
    path: PathBuf,
) -> Result<CommandOutcome, Error> {
    let baseline = Baseline::new(problems, workspace);
    let mut text = String::new();
    let _ = baseline.write(&mut text);
    std::fs::write(&path, text).map_err(|source| Error::Io { action: "write", path: path.clone(), source })?;
    if !context.quiet {
        say(&format!("accepted {} in {}", counted(problems.len(), "problem", "problems"), path.display()));
    }
    Ok(CommandOutcome::Success)
}

/// Leaves out what the baseline accepts; one named by the configuration need not exist yet.
pub(super) fn accept(
    context: &Context,
    workspace: &Workspace,
    problems: Diagnostics,
    path: PathBuf,
    required: bool,
) -> Result<Diagnostics, Error> {
    let bytes = match workspace.read_outside(&path) {
        Ok(bytes) => bytes,
        Err(_) if !required && !path.exists() => {
            if !context.quiet && !problems.is_empty() {
                say(&format!(
                    "note: there is no {}, which `check.baseline` names, so nothing is accepted; `--write-baseline` writes it",
                    path.display()
                ));
            }
            return Ok(problems);
        }
        Err(error) => return Err(Error::Io { action: "read", path, source: std::io::Error::other(error.to_string()) }),
    };
    let baseline = Baseline::parse(&String::from_utf8_lossy(&bytes))
        .map_err(|error| Error::Usage(format!("{} is not a baseline: {error}", path.display())))?;
    let applied = baseline.apply(problems, workspace);
    let gone: usize = applied.gone.iter().map(|entry| entry.count as usize).sum();
    if gone > 0 && !context.quiet {
        let gone =
            if gone == 1 { "1 accepted problem occurs".to_owned() } else { format!("{gone} accepted problems occur") };
        say(&format!("{gone} no longer; `--write-baseline` tidies {}", path.display()));
    }
    Ok(applied.diagnostics)
}
