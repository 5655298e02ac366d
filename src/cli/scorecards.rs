//! `playbill scorecards record`: the results of today for the history file.

use super::args::{RecordArgs, ScorecardsArgs, ScorecardsCommand};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, counted, load, on, say};
use crate::depth::Depth;
use crate::error::Error;
use crate::portal::Analysis;
use crate::scorecards::{insights, recording};

/// Runs a command of `scorecards`.
pub(super) fn run(context: &Context, args: &ScorecardsArgs) -> Result<CommandOutcome, Error> {
    match &args.command {
        ScorecardsCommand::Record(args) => record(context, args),
    }
}

/// Writes the lines of today into the file.
#[expect(clippy::disallowed_methods, reason = "the command line asks for this file")]
fn record(context: &Context, args: &RecordArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let workspace = on(load(context, &args.input, None, Purpose::Judge)?, args.today);
    let portal = Analysis::of(Depth::Pages).run(&workspace, &mut |stage| watch.stage(stage));
    watch.stage("write");
    let path = context.cwd.join(&args.file);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(Error::Io { action: "read", path, source }),
    };
    let figures = insights::recorded(&portal.insights, portal.catalog.entities().len());
    let text = recording::recorded(&text, &portal.scorecards, &portal.catalog, &figures);
    std::fs::write(&path, text).map_err(|source| Error::Io { action: "write", path: path.clone(), source })?;
    watch.finish();
    if !context.quiet {
        let count = counted(portal.scorecards.list.len(), "scorecard", "scorecards");
        say(&format!("recorded {count} in {}", args.file.display()));
    }
    Ok(CommandOutcome::Success)
}
