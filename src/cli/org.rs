//! `playbill org`: what has to be saved so that people and teams can be read.

use super::args::{OrgArgs, OrgCommand};
use super::{CommandOutcome, Context, Purpose, load, print};
use crate::error::Error;
use crate::org::script;

/// Prints the script; what is wrong with saved answers is for `check` to say.
pub(super) fn run(context: &Context, args: &OrgArgs) -> Result<CommandOutcome, Error> {
    let OrgCommand::Script(args) = &args.command;
    let workspace = load(context, &args.input, None, Purpose::Judge)?;
    let sources = &workspace.config().org;
    if sources.is_empty() {
        return Err(Error::Usage(
            "`org` of playbill.yaml names no source of people and teams; see docs/org.md".to_owned(),
        ));
    }
    print(&script::script(sources));
    Ok(CommandOutcome::Success)
}
