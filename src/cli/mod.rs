//! The program: arguments, one file a command, printing and exit codes.
//!
//! The only module that prints. Every command is load, then analyse, then its own last step.

mod adr;
pub mod args;
mod build;
mod cache;
mod check;
mod diff;
mod docs;
mod explain;
mod export;
mod facts;
mod help;
mod impact;
mod init;
mod new;
mod pack;
mod redirects;
#[cfg(feature = "remote")]
mod remote;
mod report;
mod scorecards;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod serve_search;
mod org;
mod portal_diff;
mod snapshots;
mod shell;
mod stopwatch;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::FromArgMatches;

use self::args::{Cli, Color, Command, InputArgs};
use crate::depth::Depth;
use crate::diag::visible::visible;
use crate::diag::{Severity, human};
use crate::error::Error;
use crate::portal::Analysis;
use crate::scorecards::ApiBase;
use crate::workspace::{self, LoadOptions, Workspace};

/// How a command ended, as the exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommandOutcome {
    /// 0.
    Success,
    /// 1: there are errors in the content.
    ContentErrors,
    /// 2: wrong usage or configuration, or the outside world failed.
    Unusable,
}

impl From<CommandOutcome> for ExitCode {
    fn from(ending: CommandOutcome) -> Self {
        Self::from(match ending {
            CommandOutcome::Success => 0,
            CommandOutcome::ContentErrors => 1,
            CommandOutcome::Unusable => 2,
        })
    }
}

/// What every command can use: where it runs and how it may print.
pub(crate) struct Context {
    pub(crate) cwd: PathBuf,
    pub(crate) color_out: bool,
    pub(crate) color_err: bool,
    pub(crate) quiet: bool,
    pub(crate) timings: Option<args::Timings>,
}

impl Context {
    /// Returns the same for a step that prints no progress.
    fn silent(&self) -> Self {
        Self { quiet: true, cwd: self.cwd.clone(), ..*self }
    }
}

/// Runs the program with the arguments of its process; the first one is its name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match help::command().try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is wrong usage.
            let _ = error.print();
            return if error.use_stderr() { CommandOutcome::Unusable.into() } else { CommandOutcome::Success.into() };
        }
    };
    #[expect(clippy::disallowed_methods, reason = "the environment enters here")]
    let (cwd, no_color) = (std::env::current_dir(), std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty()));
    let color = |terminal: bool| match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !no_color,
    };
    let context = Context {
        cwd: cwd.unwrap_or_else(|_| PathBuf::from(".")),
        color_out: color(std::io::stdout().is_terminal()),
        color_err: color(std::io::stderr().is_terminal()),
        quiet: cli.quiet,
        timings: cli.timings,
    };
    let ended = match cli.command {
        Command::Init(args) => init::run(&context, &args),
        Command::Build(args) => build::run(&context, &args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&context, args),
        Command::Docs(args) => match args.command {
            args::DocsCommand::Build(args) => docs::build(&context, args),
        },
        Command::Check(args) => check::run(&context, &args),
        Command::Pack(args) => pack::run(&context, &args),
        #[cfg(feature = "remote")]
        Command::Push(args) => remote::push(&context, &args),
        #[cfg(feature = "remote")]
        Command::Pull(args) => remote::pull(&context, &args),
        #[cfg(feature = "remote")]
        Command::Publish(args) => remote::publish(&context, &args),
        #[cfg(feature = "remote")]
        Command::Gc(args) => remote::gc(&context, &args),
        #[cfg(not(feature = "remote"))]
        Command::Push(_) | Command::Pull(_) | Command::Publish(_) | Command::Gc(_) => Err(Error::Usage(
            "this program was built without storage; take a release, build it with `--features remote`, or use the \
             commands of the storage, such as `aws s3 sync`"
                .to_owned(),
        )),
        Command::Diff(args) => diff::run(&context, &args),
        Command::New(args) => new::run(&context, &args),
        Command::Export(args) => export::run(&context, &args),
        Command::Snapshots(args) => snapshots::run(&context, &args),
        Command::Org(args) => org::run(&context, &args),
        Command::Facts(args) => facts::run(&context, &args),
        Command::Scorecards(args) => scorecards::run(&context, &args),
        Command::Adr(args) => adr::run(&context, args),
        Command::Impact(args) => impact::run(&context, &args),
        Command::Redirects(args) => redirects::run(&context, &args),
        Command::Explain(args) => explain::run(&context, &args),
        Command::Schema => explain::schema(),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&context, &args),
    };
    match ended {
        Ok(ending) => ending.into(),
        Err(error) => {
            say(&format!("error: {error}"));
            CommandOutcome::Unusable.into()
        }
    }
}

/// Returns whether a command line is understood; `words` come after the name of the program.
///
/// # Errors
/// What is wrong with it.
pub fn understands(words: &[String]) -> Result<(), String> {
    let words = std::iter::once("playbill").chain(words.iter().map(String::as_str));
    match help::command().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// The purpose of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing is made of it that would say when files changed.
    Judge,
    /// Pages are shown.
    #[cfg(feature = "serve")]
    Show,
    /// Pages are made, to see what is read for them.
    Read,
    /// Pages are written, and a record of what they were made from.
    Write,
}

/// Returns what to load.
fn options(context: &Context, input: &InputArgs, output: Option<&PathBuf>, purpose: Purpose) -> LoadOptions {
    LoadOptions {
        paths: input.paths.clone(),
        config: input.config.clone(),
        cwd: context.cwd.clone(),
        output: output.cloned(),
        history: purpose != Purpose::Judge,
        record: purpose == Purpose::Write,
        repository: input.repository,
        revision: None,
        packs: input.packs.packs.clone(),
        lock: input.packs.lock.clone(),
    }
}

/// Loads the workspace; a configuration with errors is reported and ends the command.
pub(crate) fn load(
    context: &Context,
    input: &InputArgs,
    output: Option<&PathBuf>,
    purpose: Purpose,
) -> Result<Workspace, Error> {
    checked(context, input, workspace::load(&options(context, input, output, purpose))?)
}

/// Loads the workspace as it was at a commit, if one is named; see [`load`].
pub(crate) fn load_at(
    context: &Context,
    input: &InputArgs,
    purpose: Purpose,
    revision: Option<&str>,
) -> Result<Workspace, Error> {
    let options = options(context, input, None, purpose);
    checked(context, input, workspace::load(&LoadOptions { revision: revision.map(str::to_owned), ..options })?)
}

/// Reports the problems of the configuration; errors end the command.
fn checked(context: &Context, input: &InputArgs, workspace: Workspace) -> Result<Workspace, Error> {
    let problems = workspace.config_problems();
    if !problems.is_empty() {
        let mut text = String::new();
        let sources = report::ReportPaths::new(&workspace, context, input);
        let options = human::HumanOptions { color: context.color_err, ..human::HumanOptions::default() };
        let _ = human::render(problems, problems, &sources, options, &mut text);
        say_report(text.trim_end());
    }
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::Config(problems.to_vec()));
    }
    Ok(workspace)
}

/// Returns a workspace on the day that the command line names.
pub(crate) fn on(workspace: Workspace, today: args::TodayArgs) -> Workspace {
    match today.today {
        Some(day) => workspace.at(day.number() * 86_400),
        None => workspace,
    }
}

/// Reads the definitions of APIs that conditions compare with.
fn api_base(context: &Context, args: &args::ApiBaseArgs) -> Result<Option<ApiBase>, Error> {
    let Some(folder) = &args.api_base else { return Ok(None) };
    let input =
        InputArgs { paths: vec![folder.clone()], config: None, repository: true, packs: args::PacksArgs::default() };
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let portal = Analysis::of(Depth::Findings).run(&workspace, &mut |_| ());
    Ok(Some(ApiBase::new(&portal.catalog, &portal.apis)))
}

/// Returns `1 file`, `2 files`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Returns how long something took, as people say it.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_millis() {
        0 => "less than 1 ms".to_owned(),
        milliseconds @ 1..=999 => format!("{milliseconds} ms"),
        1_000..=59_949 => format!("{:.1} s", time.as_secs_f64()),
        _ => {
            let seconds = (time.as_secs_f64().round() as u64).max(60);
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// Prints a result; a reader that has gone away is not a failure.
pub(crate) fn print(text: &str) {
    print_bytes(text.as_bytes());
}

/// Prints a result, as [`print()`].
pub(crate) fn print_bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Prints a line for people to beard error; text of authors in it is made visible.
pub(crate) fn say(text: &str) {
    say_report(&visible(text));
}

/// Prints what a report format has written for people to standard error.
pub(crate) fn say_report(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_durations_are_read_by_people() {
        assert_eq!([counted(0, "file", "files"), counted(1, "file", "files")], ["0 files", "1 file"]);
        let said = |milliseconds| duration(Duration::from_millis(milliseconds));
        assert_eq!([said(0), said(4), said(999), said(1_234)], ["less than 1 ms", "4 ms", "999 ms", "1.2 s"]);
        assert_eq!([said(59_949), said(59_999), said(125_000)], ["59.9 s", "1 min 0 s", "2 min 5 s"]);
    }
}
