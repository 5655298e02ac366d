//! `playbill adr`: writes decision records.

#![expect(clippy::disallowed_methods, reason = "the command writes and changes the files of records")]

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::{AdrArgs, AdrCommand, AdrFolderArgs, AdrNewArgs, AdrSupersedeArgs, InputArgs, PacksArgs};
use super::{CommandOutcome, Context, Purpose, load, print, say};
use crate::adr::draft::{self, Existing, Wanted};
use crate::adr::{self, Record};
use crate::calendar::Day;
use crate::config::Config;
use crate::depth::Depth;
use crate::error::Error;
use crate::portal::Analysis;
use crate::workspace::{self, Workspace};

/// Writes what is asked for; `None` if the result would not have the requested meaning.
pub(super) fn run(context: &Context, args: AdrArgs) -> Result<CommandOutcome, Error> {
    match args.command {
        AdrCommand::New(args) => new(context, &args),
        AdrCommand::Supersede(args) => supersede(context, &args),
    }
}

/// The records of a folder.
struct Log {
    folder: PathBuf,
    config: Config,
    records: Vec<Record>,
    existing: Vec<Existing>,
    template: Option<String>,
}

fn new(context: &Context, args: &AdrNewArgs) -> Result<CommandOutcome, Error> {
    let log = Log::find(context, &args.folder)?;
    let title = args.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(Error::Usage("a record needs a title, such as `Use PostgreSQL`".to_owned()));
    }
    let day = match &args.date {
        None => Day::of_moment(workspace::now()),
        Some(text) => Day::parse(text).ok_or_else(|| {
            Error::Usage(format!("`{text}` is no day; write year, month and day, such as 2026-11-21"))
        })?,
    };
    let mut supersedes = Vec::new();
    for name in &args.supersedes {
        let at = log.record(name)?;
        log.may_be_superseded(at)?;
        if !supersedes.contains(&at) {
            supersedes.push(at);
        }
    }
    let wanted = Wanted { title: &title, status: args.status.trim(), day, supersedes: &supersedes };
    let draft = draft::draft(&log.existing, log.template.as_deref(), &wanted);
    let mut texts = log.texts();
    texts.push((draft.name.clone(), draft.text.clone()));
    // As the new record calls itself.
    let own = read(&log.config, &texts);
    let heading =
        own.iter().find(|record| log_name(record) == draft.name).map_or(title.clone(), |record| record.title.clone());
    let mut changed = Vec::new();
    for at in &supersedes {
        let text = draft::superseded(&log.existing[*at].text, &draft.name, &heading);
        texts[*at].1.clone_from(&text);
        changed.push((*at, text));
    }
    for at in &supersedes {
        check(&log, &texts, &log.existing[*at].name, &draft.name)?;
    }
    let path = log.folder.join(&draft.name);
    let io = |action, path: &Path, source| Error::Io { action, path: path.to_owned(), source };
    // One that is there already is never replaced.
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(&path).map_err(|source| io("create", &path, source))?;
    file.write_all(draft.text.as_bytes()).map_err(|source| io("write", &path, source))?;
    for (at, text) in changed {
        log.replace(at, &text)?;
    }
    print(&format!("{}\n", shown(context, &path)));
    Ok(CommandOutcome::Success)
}

fn supersede(context: &Context, args: &AdrSupersedeArgs) -> Result<CommandOutcome, Error> {
    let log = Log::find(context, &args.folder)?;
    let (old, new) = (log.record(&args.old)?, log.record(&args.new)?);
    if old == new {
        return Err(Error::Usage("a record cannot take its own place".to_owned()));
    }
    let is_said = log.records[old].superseded_by.contains(&new);
    if !is_said {
        log.may_be_superseded(old)?;
    }
    let (before, after) = (&log.existing[old], &log.existing[new]);
    let text_old = draft::superseded(&before.text, &after.name, &after.title);
    let text_new = draft::superseding(&after.text, &before.name, &before.title);
    let says = |text: &str, name: &str| text.contains(&format!("]({})", name.replace(' ', "%20")));
    let mut texts = log.texts();
    let mut changed = Vec::new();
    for (at, text, is_there) in [
        (old, text_old, is_said && says(&before.text, &after.name)),
        (new, text_new, is_said && says(&after.text, &before.name)),
    ] {
        if !is_there {
            texts[at].1.clone_from(&text);
            changed.push((at, text));
        }
    }
    check(&log, &texts, &before.name, &after.name)?;
    for (at, text) in &changed {
        log.replace(*at, text)?;
        print(&format!("{}\n", shown(context, &log.folder.join(&log.existing[*at].name))));
    }
    if changed.is_empty() && !context.quiet {
        say("both records say so already");
    }
    Ok(CommandOutcome::Success)
}

/// Makes sure that the texts say that one record takes the place of the other.
fn check(log: &Log, texts: &[(String, String)], old: &str, new: &str) -> Result<(), Error> {
    let records = read(&log.config, texts);
    let at = |name: &str| records.iter().position(|record| log_name(record) == name);
    let is_right = at(old).zip(at(new)).is_some_and(|(old, new)| {
        records[old].superseded_by.contains(&new)
            && records[new].supersedes.contains(&old)
            && records[old].status.as_deref() == Some("superseded")
    });
    if is_right {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{old}` and `{new}` are written in a way that cannot be changed safely; write `superseded by` into the status of `{old}` by hand"
    )))
}

fn read(config: &Config, texts: &[(String, String)]) -> Vec<Record> {
    let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let workspace = Workspace::from_files(config.clone(), &files);
    workspace.roots().first().map(|root| adr::read_folder(&workspace, root).0).unwrap_or_default()
}

fn log_name(record: &Record) -> String {
    format!("{}.md", record.id)
}

/// Returns a path as the user would write it.
fn shown(context: &Context, path: &Path) -> String {
    path.strip_prefix(&context.cwd).unwrap_or(path).display().to_string()
}

impl Log {
    fn find(context: &Context, args: &AdrFolderArgs) -> Result<Self, Error> {
        let folder = match &args.folder {
            Some(folder) => context.cwd.join(folder),
            None => known(context, args)?,
        };
        if !folder.is_dir() {
            return Err(Error::Usage(format!("there is no folder `{}`", shown(context, &folder))));
        }
        let input = InputArgs {
            paths: vec![folder.clone()],
            config: args.config.clone(),
            repository: false,
            packs: PacksArgs::default(),
        };
        let workspace = load(context, &input, None, Purpose::Judge)?;
        let roots = workspace.roots();
        let Some(root) = roots.first() else { return Err(Error::Usage("there is nothing to read".to_owned())) };
        let (records, templates, _) = adr::read_folder(&workspace, root);
        let limit = workspace.config().limits.document;
        let text = |file| workspace.text(file, limit).map(|text| text.to_string()).unwrap_or_default();
        let existing = records.iter().map(|record| Existing {
            name: log_name(record),
            text: text(record.file),
            title: record.title.clone(),
        });
        let existing = existing.collect();
        let template = templates.first().map(|file| text(*file));
        Ok(Self { folder, config: workspace.config().clone(), records, existing, template })
    }

    fn texts(&self) -> Vec<(String, String)> {
        self.existing.iter().map(|one| (one.name.clone(), one.text.clone())).collect()
    }

    /// Finds a record by its number, or by the name of its file.
    fn record(&self, name: &str) -> Result<usize, Error> {
        let digits = name.to_lowercase();
        let digits = digits.strip_prefix("adr").unwrap_or(&digits).trim_start_matches(['-', '_', ' ', '#']);
        let number: Option<u32> = digits.parse().ok();
        let file = Path::new(name).file_name().map_or(name.into(), |name| name.to_string_lossy());
        let is_it = |at: &usize| {
            let record = &self.records[*at];
            let own = log_name(record);
            (number.is_some() && record.number == number) || own == file || own == name || record.id == name
        };
        let found: Vec<usize> = (0..self.records.len()).filter(is_it).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let names: Vec<String> = self.records.iter().map(log_name).collect();
                let near = crate::text::nearest(name, names.iter().map(String::as_str));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                Err(Error::Usage(format!("there is no record `{name}`{hint}")))
            }
            _ => {
                let names: Vec<String> = found.iter().map(|at| log_name(&self.records[*at])).collect();
                Err(Error::Usage(format!("`{name}` is one of {}: write the name of the file", names.join(", "))))
            }
        }
    }

    fn may_be_superseded(&self, at: usize) -> Result<(), Error> {
        let Some(by) = self.records[at].superseded_by.first() else { return Ok(()) };
        let (old, by) = (&self.existing[at].name, &self.existing[*by].name);
        Err(Error::Usage(format!("`{old}` is superseded by `{by}` already")))
    }

    /// Writes a record that is there, if it still says what was read.
    fn replace(&self, at: usize, text: &str) -> Result<(), Error> {
        let path = self.folder.join(&self.existing[at].name);
        let io = |action, source| Error::Io { action, path: path.clone(), source };
        let now = fs::read(&path).map_err(|source| io("read", source))?;
        if now != self.existing[at].text.as_bytes() {
            return Err(Error::Usage(format!("`{}` has changed meanwhile; try again", path.display())));
        }
        fs::write(&path, text).map_err(|source| io("write", source))
    }
}

/// Finds the only folder of records that is known here.
fn known(context: &Context, args: &AdrFolderArgs) -> Result<PathBuf, Error> {
    let input =
        InputArgs { paths: Vec::new(), config: args.config.clone(), repository: false, packs: PacksArgs::default() };
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let portal = Analysis::of(Depth::Decisions).run(&workspace, &mut |_| ());
    let folders: BTreeSet<&str> = portal.decisions.logs.iter().map(|log| &*log.folder).collect();
    let places = folders.iter().flat_map(|folder| workspace.watched().into_iter().map(move |root| root.join(folder)));
    let places: BTreeSet<PathBuf> = places.filter(|place| place.is_dir()).collect();
    let names: Vec<String> = places.iter().map(|place| format!("`{}`", shown(context, place))).collect();
    match names.len() {
        1 => Ok(places.into_iter().next().unwrap_or_default()),
        0 => Err(Error::Usage(
            "no folder of decision records is known here: name it with `--folder`, such as `--folder docs/adr`"
                .to_owned(),
        )),
        _ => Err(Error::Usage(format!("name one of the folders with `--folder`: {}", names.join(", ")))),
    }
}
