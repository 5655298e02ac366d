//! `playbill snapshots`: what has to be fetched, as a script or as data.

use super::args::{SnapshotsArgs, SnapshotsCommand, SnapshotsPlanArgs};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, load, print};
use crate::depth::Depth;
use crate::error::Error;
use crate::portal::Analysis;
use crate::snapshots::{names, script};
use crate::text::nearest;

/// Prints the script or the plan; what is wrong with the content is for `check` to say.
pub(super) fn run(context: &Context, args: &SnapshotsArgs) -> Result<CommandOutcome, Error> {
    let plan = |args: &SnapshotsPlanArgs| -> Result<script::Plan, Error> {
        let known = names();
        for name in &args.source {
            if !known.contains(&name.as_str()) {
                let near = nearest(name, known.iter().copied());
                let help =
                    near.map_or_else(|| format!("there are {}", known.join(", ")), |near| format!("perhaps `{near}`"));
                return Err(Error::Usage(format!("there is no source `{name}`; {help}")));
            }
        }
        let mut watch = Stopwatch::new(context);
        watch.stage("scan");
        let workspace = load(context, &args.input, None, Purpose::Judge)?;
        let catalog = Analysis::of(Depth::Catalog).run(&workspace, &mut |stage| watch.stage(stage)).catalog;
        watch.finish();
        Ok(script::plan(&catalog, workspace.config(), &args.source))
    };
    match &args.command {
        SnapshotsCommand::Script(args) => print(&plan(args)?.script()),
        SnapshotsCommand::Plan(args) => print(&plan(args)?.json()),
    }
    Ok(CommandOutcome::Success)
}
