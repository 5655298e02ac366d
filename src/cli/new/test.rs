//! `playbill new --test`: runs the examples beside a template, and replaces their stored results.

use std::path::Path;
use std::process::{Command, Stdio};

use super::super::{CommandOutcome, Context, say};
use super::disk::Disk;
use super::{read_text, write};
use crate::error::Error;
use crate::scaffold::examples::{self, Example, FOLDER, Made, SNAPSHOTS, Surroundings};
use crate::scaffold::report::Status;
use crate::scaffold::template::Template;
use crate::text::{FileId, LineIndex, Span};

/// What is asked of a test.
pub(super) struct Wish {
    /// Whether the stored results are replaced.
    pub(super) renews: bool,
    /// Whether the commands of examples are run.
    pub(super) runs: bool,
}

/// Runs the examples of a template.
pub(super) fn run(
    context: &Context,
    template: &Template,
    source: &Disk,
    surroundings: &Surroundings<'_>,
    wish: &Wish,
) -> Result<CommandOutcome, Error> {
    let paths = examples::files(source, template.folder());
    if paths.is_empty() {
        say(&format!("there are no examples: `{FOLDER}/NAME.yaml` beside the template would be one"));
        return Ok(CommandOutcome::Success);
    }
    let mut failures = 0;
    let mut count = 0;
    for path in paths {
        let text = read_text(&source.place(&path))?;
        let lines = LineIndex::new(&text);
        let tell = |span: Span, message: &str| {
            let place = lines.position(&text, span.range().start);
            say(&format!("    {path}:{}:{}: {message}", place.line, place.column));
        };
        let example = match Example::read(FileId::new(0), &path, &text) {
            Ok(example) => example,
            Err(problems) => {
                say(&mark(context, false, &path));
                problems.iter().for_each(|problem| tell(problem.span(), &problem.message));
                (failures, count) = (failures + 1, count + 1);
                continue;
            }
        };
        let name = template.reference.rsplit('/').next().unwrap_or_default();
        if example.template.as_deref().is_some_and(|meant| !meant.eq_ignore_ascii_case(name)) {
            continue;
        }
        count += 1;
        let made = example.run(template, surroundings);
        let folder = source.place(template.folder()).join(FOLDER).join(SNAPSHOTS).join(&example.name);
        if wish.renews && made.status == Status::Completed {
            let _ = write::remove(&folder);
            write::write(&made.outcome.tree, &folder, true)?;
        }
        let kept = examples::snapshot(source, template.folder(), &example.name);
        let differences = example.differences(&made, kept.as_ref());
        let mut failed = Vec::new();
        if wish.runs && differences.is_empty() && made.status == Status::Completed {
            failed = commands(&example, &made);
        }
        let good = differences.is_empty() && failed.is_empty();
        failures += usize::from(!good);
        say(&mark(context, good, &example.name));
        differences.iter().for_each(|(span, message)| tell(*span, message));
        failed.iter().for_each(|message| say(&format!("    {message}")));
        if !wish.runs && !example.run.is_empty() && !context.quiet {
            say("    its commands were not run; `--run` runs them");
        }
    }
    if !context.quiet {
        say(&format!("{count} examples, {failures} of them fail"));
    }
    Ok(if failures == 0 { CommandOutcome::Success } else { CommandOutcome::ContentErrors })
}

fn mark(context: &Context, good: bool, name: &str) -> String {
    let (mark, colour) = if good { ("✓", "32") } else { ("✗", "31") };
    if context.color_err { format!("\u{1b}[{colour}m{mark}\u{1b}[0m {name}") } else { format!("{mark} {name}") }
}

/// Runs the commands of an example in a copy of its result; returns those that fail.
fn commands(example: &Example, made: &Made) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("playbill-test-{}", std::process::id()));
    let _ = write::remove(&folder);
    let mut failed = Vec::new();
    if let Err((path, error)) = write::fill(&made.outcome.tree, &folder) {
        failed.push(format!("`{}`: {error}", path.display()));
    } else {
        failed.extend(example.run.iter().filter_map(|words| command(words, &folder)).take(1));
    }
    let _ = write::remove(&folder);
    failed
}

fn command(words: &[String], folder: &Path) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    #[expect(clippy::disallowed_methods, reason = "the example names this program, and `--run` asks for it")]
    let ran = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).status();
    match ran {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("`{}` ended with {status}", words.join(" "))),
        Err(error) => Some(format!("`{program}` cannot be run: {error}")),
    }
}
