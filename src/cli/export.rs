//! `playbill export`: the resolved catalog as data.

use std::cell::RefCell;

use super::args::{ExportArgs, ExportFormat, ReportFormat};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, api_base, load, on, print, print_bytes, report};
use crate::adr;
use crate::catalog::export::{csv, json_pieces, ndjson};
use crate::depth::Depth;
use crate::diag::visible::visible_json;
use crate::diag::{Diagnostic, Positions, codes};
use crate::error::Error;
use crate::portal::Analysis;
use crate::portal_export::PortalExport;
use crate::routes;
use crate::scorecards::export;
use crate::workspace::Workspace;

/// Prints the catalog; problems are part of it and never change the exit code.
pub(super) fn run(context: &Context, args: &ExportArgs) -> Result<CommandOutcome, Error> {
    if args.adrs {
        return decisions(context, args);
    }
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let workspace = on(load(context, &args.input, None, Purpose::Judge)?, args.today);
    if args.portal {
        let portal = Analysis::of(Depth::Pages).run(&workspace, &mut |stage| watch.stage(stage));
        watch.stage("print");
        print(&PortalExport::of(&workspace, &portal).json());
        watch.finish();
        std::mem::forget((portal, workspace));
        return Ok(CommandOutcome::Success);
    }
    if args.scorecards {
        return scorecards(context, args, &workspace, watch);
    }
    if args.facts {
        return facts(context, args, &workspace, watch);
    }
    let portal = Analysis::of(Depth::Catalog).run(&workspace, &mut |stage| watch.stage(stage));
    let (catalog, problems) = (portal.catalog, portal.diagnostics);
    watch.stage("print");
    match args.format {
        ExportFormat::Json => {
            let shown = report::ReportPaths::new(&workspace, context, &args.input);
            let problems = report::render(&problems, &workspace, &shown, ReportFormat::Json, false);
            print("{\"entities\":[\n");
            json_pieces(&catalog, ",\n").iter().for_each(|piece| print_bytes(piece));
            print(&format!("\n],\"problems\":{}}}\n", problems.trim_end()));
        }
        ExportFormat::Ndjson => print_bytes(&ndjson(&catalog)),
        ExportFormat::Csv => print(&csv(&catalog, &workspace.config().columns)),
    }
    watch.finish();
    // The process ends here: taking a large catalog apart piece by piece would only cost time.
    std::mem::forget((catalog, workspace));
    Ok(CommandOutcome::Success)
}

/// Prints what other tools know of each entity.
fn facts(
    context: &Context,
    args: &ExportArgs,
    workspace: &Workspace,
    mut watch: Stopwatch,
) -> Result<CommandOutcome, Error> {
    let portal = Analysis::of(Depth::Snapshots).run(workspace, &mut |stage| watch.stage(stage));
    let (catalog, snapshots, problems) = (portal.catalog, portal.snapshots, portal.diagnostics);
    watch.stage("print");
    let shown = report::ReportPaths::new(workspace, context, &args.input);
    let problems = report::render(&problems, workspace, &shown, ReportFormat::Json, false);
    let facts = serde_json::to_string(&snapshots.export(&catalog)).unwrap_or_default();
    print(&format!("{{\"facts\":{facts},\"problems\":{}}}\n", problems.trim_end()));
    watch.finish();
    std::mem::forget((catalog, snapshots));
    Ok(CommandOutcome::Success)
}

/// Prints the scorecards.
fn scorecards(
    context: &Context,
    args: &ExportArgs,
    workspace: &Workspace,
    mut watch: Stopwatch,
) -> Result<CommandOutcome, Error> {
    let base = api_base(context, &args.api_base)?;
    let portal = Analysis::of(Depth::Findings).against(base).run(workspace, &mut |stage| watch.stage(stage));
    watch.stage("print");
    let is_about_scorecards = |problem: &&Diagnostic| problem.code.rule().family == codes::Family::Score;
    let problems: Vec<Diagnostic> = portal.diagnostics.iter().filter(is_about_scorecards).cloned().collect();
    let shown = report::ReportPaths::new(workspace, context, &args.input);
    let problems = report::render(&problems, workspace, &shown, ReportFormat::Json, false);
    let positions = RefCell::new(Positions::new(workspace));
    let places = export::Places {
        path: &|file| positions.borrow_mut().path(file).to_string(),
        line: Some(&|span| positions.borrow_mut().place(span).start.line),
    };
    let found = export::all(&portal.scorecards, &portal.catalog, &places);
    let text = visible_json(serde_json::to_string(&found).unwrap_or_default());
    let text = text.strip_suffix('}').unwrap_or_default();
    print(&format!("{text},\"problems\":{}}}\n", problems.trim_end()));
    watch.finish();
    std::mem::forget(portal);
    Ok(CommandOutcome::Success)
}

/// Prints the decision records.
fn decisions(context: &Context, args: &ExportArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let workspace = load(context, &args.input, None, Purpose::Judge)?;
    let portal = Analysis::of(Depth::Decisions).run(&workspace, &mut |stage| watch.stage(stage));
    let (catalog, decisions, problems) = (portal.catalog, portal.decisions, portal.diagnostics);
    watch.stage("print");
    let shown = report::ReportPaths::new(&workspace, context, &args.input);
    let problems = report::render(&problems, &workspace, &shown, ReportFormat::Json, false);
    let url = |log: &adr::Log, record: &adr::Record| {
        let entity = log.entity.map(|id| &catalog.get(id).reference);
        routes::decision(entity, decisions.number_of(log), &record.id)
    };
    print("{\"adrs\":[");
    for (at, record) in adr::export::records(&catalog, &decisions, &url).iter().enumerate() {
        print(if at == 0 { "\n" } else { ",\n" });
        print(&serde_json::to_string(record).unwrap_or_default());
    }
    print(&format!("\n],\"problems\":{}}}\n", problems.trim_end()));
    watch.finish();
    Ok(CommandOutcome::Success)
}
