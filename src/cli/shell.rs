//! `playbill completions` and `playbill man`: what packages of the program bring along, made from the arguments.

use super::args::{CompletionsArgs, ManArgs};
use super::{CommandOutcome, Context, help, print_bytes};
use crate::error::Error;

/// Prints the completions for a shell.
pub(super) fn completions(args: &CompletionsArgs) -> Result<CommandOutcome, Error> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "playbill", &mut out);
    print_bytes(&out);
    Ok(CommandOutcome::Success)
}

/// Prints the manual page of the program, or writes those of all commands.
#[expect(clippy::disallowed_methods, reason = "the command line asks for these files")]
pub(super) fn man(context: &Context, args: &ManArgs) -> Result<CommandOutcome, Error> {
    match &args.output {
        Some(folder) => {
            let folder = context.cwd.join(folder);
            let written =
                std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(help::command(), &folder));
            written.map_err(|source| Error::Io { action: "write", path: folder, source })?;
        }
        None => {
            let mut out = Vec::new();
            // Writing to memory cannot fail.
            let _ = clap_mangen::Man::new(help::command()).render(&mut out);
            print_bytes(&out);
        }
    }
    Ok(CommandOutcome::Success)
}
