//! `playbill redirects`: what leads from old names and addresses to those of today, kept in a file.

#![expect(clippy::disallowed_methods, reason = "the command reads and writes the file of redirects")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::args::{RedirectsArgs, RedirectsCommand, RedirectsPruneArgs};
use super::{CommandOutcome, Context, Purpose, counted, load, print, say};
use crate::calendar::Day;
use crate::catalog::FormerSource;
use crate::depth::Depth;
use crate::diag::visible::visible;
use crate::error::Error;
use crate::portal::{Analysis, Portal};
use crate::redirects::{self, Redirect};
use crate::routes;
use crate::workspace::Workspace;

/// Runs a command of `redirects`.
pub(super) fn run(context: &Context, args: &RedirectsArgs) -> Result<CommandOutcome, Error> {
    match &args.command {
        RedirectsCommand::List(args) => {
            let (workspace, portal) = analysed(context, &args.input)?;
            let kept = redirects::read(&workspace).0.into_iter().map(|(redirect, _)| (redirect, "redirects.jsonl"));
            let said = said(&portal).into_iter().map(|redirect| (redirect, "renamed-from"));
            let inferred = inferred(&portal).into_iter().map(|redirect| (redirect, "git"));
            let mut seen = BTreeSet::new();
            for (redirect, source) in said.chain(kept).chain(inferred) {
                if seen.insert(redirect.from.clone()) {
                    let date = redirect.date.as_deref().unwrap_or("-");
                    print(&format!(
                        "{date:10}  {source:15}  {} > {}\n",
                        visible(&redirect.from),
                        visible(&redirect.to)
                    ));
                }
            }
            Ok(CommandOutcome::Success)
        }
        RedirectsCommand::Save(args) => {
            let (workspace, portal) = analysed(context, &args.input)?;
            let (path, mut text) = file(&workspace)?;
            let known: BTreeSet<String> =
                redirects::read(&workspace).0.into_iter().map(|(redirect, _)| redirect.from).collect();
            let new: Vec<Redirect> = inferred(&portal).into_iter().filter(|it| !known.contains(&it.from)).collect();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            for redirect in &new {
                text.push_str(&redirect.line());
                text.push('\n');
            }
            if !new.is_empty() {
                write(&path, &text)?;
            }
            told(context, &format!("{} new in {}", counted(new.len(), "redirect", "redirects"), path.display()));
            Ok(CommandOutcome::Success)
        }
        RedirectsCommand::Prune(args) => prune(context, args),
    }
}

/// Removes what is older than a day.
fn prune(context: &Context, args: &RedirectsPruneArgs) -> Result<CommandOutcome, Error> {
    let Some(before) = Day::parse(&args.before) else {
        return Err(Error::Usage(format!(
            "`{}` is no day; write year, month and day, such as 2026-11-21",
            args.before
        )));
    };
    let workspace = load(context, &args.input, None, Purpose::Judge)?;
    let (path, text) = file(&workspace)?;
    let (kept, count) = redirects::pruned(&text, before);
    if count > 0 {
        write(&path, &kept)?;
    }
    told(context, &format!("{} removed from {}", counted(count, "redirect", "redirects"), path.display()));
    Ok(CommandOutcome::Success)
}

fn told(context: &Context, text: &str) {
    if !context.quiet {
        say(text);
    }
}

/// Reads what redirects follow from, history included.
fn analysed(context: &Context, input: &super::args::InputArgs) -> Result<(Workspace, Portal), Error> {
    let workspace = load(context, input, None, Purpose::Write)?;
    let portal = Analysis::of(Depth::Findings).run(&workspace, &mut |_| ());
    portal.catalog.complete_former_names(&workspace);
    Ok((workspace, portal))
}

/// Returns where the file is or will be, and what it says.
fn file(workspace: &Workspace) -> Result<(PathBuf, String), Error> {
    let path = workspace.config_folder().join(redirects::FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((path, String::new())),
        Err(source) => Err(Error::Io { action: "read", path, source }),
    }
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::Io { action: "write", path: path.to_owned(), source })
}

/// Returns what entities say that they were called before.
fn said(portal: &Portal) -> Vec<Redirect> {
    let said = portal.catalog.former().filter(|(_, former)| former.source == FormerSource::Said);
    said.map(|(from, former)| Redirect {
        from: from.to_owned(),
        to: portal.catalog.get(former.id).reference.to_string(),
        commit: None,
        date: None,
    })
    .collect()
}

/// Returns what git says of names and addresses, those of entities first.
fn inferred(portal: &Portal) -> Vec<Redirect> {
    let date = |time: i64| Some(Day::of_moment(time).iso());
    let names = portal.catalog.former().filter_map(|(from, former)| match &former.source {
        FormerSource::Commit(commit, time) => Some(Redirect {
            from: from.to_owned(),
            to: portal.catalog.get(former.id).reference.to_string(),
            commit: Some(commit.to_string()),
            date: date(*time),
        }),
        FormerSource::Said | FormerSource::Kept => None,
    });
    let pages = portal.docs.sites.iter().flat_map(|docs| {
        let reference = &portal.catalog.get(docs.entity).reference;
        docs.redirects.iter().filter_map(move |redirect| {
            let (commit, time) = redirect.since.as_ref()?;
            let url = routes::docs_asset(reference, docs.version.as_deref(), &redirect.file);
            let from = url.strip_suffix("index.html").unwrap_or(&url);
            Some(Redirect {
                from: format!("/{from}"),
                to: format!("/{}/", routes::resolved(&url, &redirect.target)?.trim_matches('/')),
                commit: Some(commit.to_string()),
                date: date(*time),
            })
        })
    });
    names.chain(pages).collect()
}
