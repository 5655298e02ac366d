//! `playbill new --update`: brings what a template has changed since into what was made from it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::super::args::{NewArgs, NewFormat};
use super::super::{CommandOutcome, Context, print, say};
use super::write;
use crate::error::Error;
use crate::scaffold::record::{self, BASE, Change, PLACE, Record, Update};
use crate::scaffold::tree::{Entry, Tree};

/// What was made before.
pub(super) struct Before {
    /// The template and the answers.
    pub(super) record: Record,
    base: Tree,
    folder: PathBuf,
}

impl Before {
    /// Reads what the folder knows of its making.
    pub(super) fn read(context: &Context, args: &NewArgs) -> Result<Self, Error> {
        let folder = context.cwd.join(args.output.as_deref().unwrap_or(std::path::Path::new(".")));
        let missing = |path: &str, why: &str| {
            Error::Usage(format!(
                "`{}` {why}; only what was made with `--record` can be updated",
                folder.join(path).display()
            ))
        };
        let text = write::read(&folder.join(PLACE)).map_err(|_| missing(PLACE, "cannot be read"))?;
        let record = Record::read(&String::from_utf8_lossy(&text)).map_err(|why| missing(PLACE, &why))?;
        let packed = write::read(&folder.join(BASE)).map_err(|_| missing(BASE, "cannot be read"))?;
        let base = record::unpack(&packed).ok_or_else(|| missing(BASE, "is damaged"))?;
        Ok(Self { record, base, folder })
    }

    /// Returns a file as it is now; `None` if it is not a file or lies behind a link.
    fn now(&self, path: &str) -> Option<Arc<[u8]>> {
        let mut place = self.folder.clone();
        let parts: Vec<&str> = path.split('/').collect();
        for (at, part) in parts.iter().enumerate() {
            place.push(part);
            let there = fs::symlink_metadata(&place).ok()?;
            if (at + 1 < parts.len() && !there.is_dir()) || (at + 1 == parts.len() && !there.is_file()) {
                return None;
            }
        }
        write::read(&place).ok().map(Into::into)
    }
}

/// Updates the folder, and says what became of each file.
pub(super) fn run(context: &Context, args: &NewArgs, before: &Before, made: &Tree) -> Result<CommandOutcome, Error> {
    let mut update = record::update(&before.base, &|path| before.now(path), made);
    let conflicts = update.changes.iter().filter(|(_, change)| *change == Change::Conflict).count();
    if !args.dry_run && !update.changes.is_empty() {
        for path in [PLACE, BASE] {
            if let Some(entry @ Entry::File { .. }) = made.get(path) {
                let _ = update.writes.put(path, entry.clone());
            }
        }
        write::write(&update.writes, &before.folder, true)?;
        for path in &update.removes {
            remove(before, path)?;
        }
    }
    tell(context, args, before, &update, conflicts);
    Ok(if conflicts == 0 { CommandOutcome::Success } else { CommandOutcome::ContentErrors })
}

fn remove(before: &Before, path: &str) -> Result<(), Error> {
    let place = before.folder.join(path);
    fs::remove_file(&place).map_err(|source| Error::Io { action: "remove", path: place, source })
}

fn tell(context: &Context, args: &NewArgs, before: &Before, update: &Update, conflicts: usize) {
    if args.format == NewFormat::Json {
        let changes: Vec<_> =
            update.changes.iter().map(|(path, change)| json!({"path": path, "change": change.as_str()})).collect();
        let told = json!({"template": before.record.template, "changes": changes, "conflicts": conflicts});
        print(&format!("{told:#}\n"));
        return;
    }
    let mut out = String::new();
    for (path, change) in &update.changes {
        let _ = writeln!(out, "{:<9} {path}", change.as_str());
    }
    print(&out);
    let end = match (update.changes.len(), conflicts) {
        (0, _) => "nothing has changed since".to_owned(),
        _ if args.dry_run => "nothing was written".to_owned(),
        (_, 0) => format!("{} is up to date", before.folder.display()),
        (_, count) => format!("{count} files have marks of conflicts (`<<<<<<<`): mend them, then commit"),
    };
    if !context.quiet {
        say(&end);
    }
}
