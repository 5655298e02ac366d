//! `playbill pack`: what a portal reads of one repository, in one file.

use globset::{GlobSet, GlobSetBuilder};

use super::args::{PackArgs, PacksArgs, ReportFormat};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, InputArgs, Purpose, counted, load, report, say, say_report};
use crate::depth::Depth;
use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::error::Error;
use crate::portal::Analysis;
use crate::{pack, render};

/// Rules that another repository may answer: a pack is not refused for them.
const ANSWERED_ELSEWHERE: &[Code] = &[
    codes::UNRESOLVED_REFERENCE,
    codes::AMBIGUOUS_NAMESPACE,
    codes::API_WITHOUT_PROVIDER,
    codes::LOCATION_NOT_LOCAL,
    codes::BROKEN_LINK,
    codes::NO_CATALOG_FILE,
];

/// Reads what a build reads, and writes it down.
pub(super) fn run(context: &Context, args: &PackArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let input = InputArgs {
        paths: vec![args.path.clone()],
        config: args.config.clone(),
        repository: false,
        packs: PacksArgs::default(),
    };
    let included = included(&args.include)?;
    let workspace = load(context, &input, None, Purpose::Read)?;
    let portal = Analysis::of(Depth::Pages).run(&workspace, &mut |stage| watch.stage(stage));
    watch.stage("pack");
    let is_own =
        |problem: &&Diagnostic| problem.severity == Severity::Error && !ANSWERED_ELSEWHERE.contains(&problem.code);
    let errors: Vec<Diagnostic> = portal.diagnostics.iter().filter(is_own).cloned().collect();
    if !errors.is_empty() && !args.allow_errors {
        let shown = report::ReportPaths::new(&workspace, context, &input);
        say_report(report::render(&errors, &workspace, &shown, ReportFormat::Human, context.color_err).trim_end());
        say("nothing is packed; correct the errors, or pack them with `--allow-errors`");
        return Ok(CommandOutcome::ContentErrors);
    }
    let copied = render::copied_files(&portal);
    let (mut manifest, content, left_out) = workspace.pack_content(args.slug.as_deref(), &copied, &included)?;
    manifest.problems.errors = errors.len();
    manifest.entities = portal.catalog.entities().iter().map(|entity| entity.reference.to_string()).collect();
    manifest.entities.sort_unstable();
    if let Some(sequence) = args.sequence {
        manifest.sequence = sequence;
    }
    let path = context.cwd.join(&args.output);
    let failed = |source| Error::Io { action: "write", path: path.clone(), source };
    let (slug, files) = (manifest.repository.slug.clone(), content.files.len());
    let is_shallow = manifest.repository.shallow;
    let bytes = pack::write(manifest, &content).map_err(failed)?;
    watch.stage("write");
    #[expect(clippy::disallowed_methods, reason = "the command line asks for this file")]
    std::fs::write(&path, &bytes).map_err(failed)?;
    if !context.quiet {
        for (path, why) in &left_out.paths {
            say(&format!("left out: `{path}` {why}"));
        }
        if is_shallow {
            say(
                "note: this clone lacks a part of the history, so pages may lack dates; fetch it, such as with `fetch-depth: 0`",
            );
        }
        say(&format!("packed {slug}: {}, {} bytes", counted(files, "file", "files"), bytes.len()));
    }
    watch.finish();
    // The process ends here.
    std::mem::forget((portal, workspace));
    Ok(CommandOutcome::Success)
}

/// Reads the patterns of files that are packed in any case.
fn included(patterns: &[String]) -> Result<GlobSet, Error> {
    let invalid = |error: globset::Error| Error::Usage(format!("`--include`: {error}"));
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(crate::config::glob(pattern).map_err(invalid)?);
    }
    set.build().map_err(invalid)
}
