//! `playbill diff`: what is different between two versions of an API definition, or of all definitions of a catalog. Portals are
//! compared by `portal_diff`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{DiffArgs, DiffFormat, InputArgs, PacksArgs};
use super::portal_diff::{self, Named, named};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, load, print, report::ReportPaths, say};
use crate::api::diff::report::{ApiReport, Report, lines};
use crate::api::diff::{self, Change, Level, rules};
use crate::api::{self, Reference};
use crate::catalog::{self, Catalog, Entity};
use crate::depth::Depth;
use crate::diag::{Diagnostics, Severity};
use crate::diff::gates;
use crate::error::Error;
use crate::workspace::Workspace;

/// Compares and reports; breaking changes are found content, not failures.
pub(super) fn run(context: &Context, args: &DiffArgs) -> Result<CommandOutcome, Error> {
    let is_portal = |path: &Option<PathBuf>| path.as_ref().is_none_or(|path| named(context, path) != Named::Definition);
    if args.only.is_none() && (is_portal(&args.old) || is_portal(&args.new)) {
        return portal_diff::run(context, args);
    }
    let (Some(old), Some(new)) = (&args.old, &args.new) else {
        return Err(Error::Usage("`--only apis` compares two folders or two definitions: name both".to_owned()));
    };
    let gates = gates::parse(&args.fail_on).map_err(Error::Usage)?;
    let mut watch = Stopwatch::new(context);
    watch.stage("read");
    let is_folder = |path: &PathBuf| context.cwd.join(path).is_dir();
    let report = match (is_folder(old), is_folder(new)) {
        (true, true) => folders(context, args, old, new)?,
        (false, false) => files(context, args, old, new)?,
        _ => return Err(Error::Usage("compare two files, or two folders".to_owned())),
    };
    watch.stage("report");
    print(&match args.format {
        DiffFormat::Human => report.text(context.color_out),
        DiffFormat::Json => report.json(),
        DiffFormat::Markdown => report.markdown(),
        DiffFormat::Html => {
            return Err(Error::Usage("a page of HTML is made of two portals, not of APIs alone".to_owned()));
        }
    });
    watch.finish();
    let least = if gates.contains(&"risky") { Level::Risky } else { Level::Breaking };
    let is_watched = gates.contains(&"risky") || gates.contains(&"breaking");
    let failed = is_watched && report.worst().is_some_and(|worst| worst >= least);
    Ok(if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}

fn input(path: &Path) -> InputArgs {
    InputArgs { paths: vec![path.to_owned()], config: None, repository: true, packs: PacksArgs::default() }
}

/// One version of a definition.
struct Version {
    workspace: Workspace,
    input: InputArgs,
    reference: Reference,
}

fn version(context: &Context, path: &Path) -> Result<Version, Error> {
    let input = input(path);
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let unusable = |why: &str| Error::Usage(format!("`{}` {why}", path.display()));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = workspace.catalog_files();
    let file = files.iter().copied().find(|file| workspace.path(*file).ends_with(&name)).or(files.first().copied());
    let file = file.ok_or_else(|| unusable("cannot be read"))?;
    let (reference, problems) = api::read_file(&workspace, file);
    warn(context, path, &problems);
    let reference = reference.ok_or_else(|| unusable("is no API definition of a known format, or cannot be read"))?;
    Ok(Version { workspace, input, reference })
}

/// Says that a part could not be read, so that nobody takes what is missing for removed.
fn warn(context: &Context, path: &Path, problems: &Diagnostics) {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if errors > 0 && !context.quiet {
        let what = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
        say(&format!("warning: {} has {what}; what cannot be read is not compared", path.display()));
    }
}

fn files(context: &Context, args: &DiffArgs, old_path: &Path, new_path: &Path) -> Result<Report, Error> {
    let (old, new) = rayon::join(|| version(context, old_path), || version(context, new_path));
    let (old, new) = (old?, new?);
    let changes = match diff::compare_alike(&old.reference, &new.reference) {
        Some(changes) => changes,
        None => {
            return Err(Error::Usage(format!(
                "`{}` is {} and `{}` is {}: there is nothing to compare",
                old_path.display(),
                old.reference.format,
                new_path.display(),
                new.reference.format
            )));
        }
    };
    let known = consumers(context, args)?;
    let before = ReportPaths::new(&old.workspace, context, &old.input);
    let after = ReportPaths::new(&new.workspace, context, &new.input);
    let name = new.reference.title.as_ref().map_or_else(|| new_path.display().to_string(), ToString::to_string);
    let (reference, consumers) = known.map_or((None, Vec::new()), |(name, list)| (Some(name), list));
    let mut report = Report::default();
    report.push(ApiReport {
        name: reference.clone().unwrap_or(name),
        reference,
        format: new.reference.format.clone(),
        consumers,
        changes: lines(changes, &before, &after),
    });
    Ok(report)
}

/// Finds the API that the files belong to, and who consumes it.
fn consumers(context: &Context, args: &DiffArgs) -> Result<Option<(String, Vec<String>)>, Error> {
    let here = ["playbill.yaml", "catalog-info.yaml"].iter().any(|name| context.cwd.join(name).is_file());
    let folder = match &args.catalog {
        Some(folder) => folder.clone(),
        None if here || args.api.is_some() => PathBuf::from("."),
        None => return Ok(None),
    };
    let input = InputArgs {
        paths: if args.catalog.is_some() { vec![folder.clone()] } else { Vec::new() },
        config: None,
        repository: false,
        packs: PacksArgs::default(),
    };
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let catalog = catalog::load(&workspace).catalog;
    let found = match &args.api {
        Some(name) => {
            let full =
                if name.contains(':') { name.to_lowercase() } else { format!("api:default/{}", name.to_lowercase()) };
            let found = catalog.find(&full);
            if found.is_none() {
                return Err(Error::Usage(format!("there is no `{full}` in the catalog")));
            }
            found.map(|id| catalog.get(id))
        }
        None => {
            let wanted: Vec<PathBuf> =
                [&args.new, &args.old].into_iter().flatten().filter_map(|path| real(&context.cwd.join(path))).collect();
            let shown = ReportPaths::new(&workspace, context, &input);
            let place = |entity: &&Entity| {
                let file = entity.definition?;
                let path = crate::diag::Sources::path(&shown, file);
                real(&context.cwd.join(&*path))
            };
            catalog.entities().iter().find(|entity| place(entity).is_some_and(|place| wanted.contains(&place)))
        }
    };
    if found.is_none() && args.catalog.is_some() && !context.quiet {
        say("note: no API of the catalog has this definition; `--api` says which one is meant");
    }
    Ok(found.map(|entity| (entity.reference.to_string(), users(entity))))
}

#[expect(clippy::disallowed_methods, reason = "the command line names these files")]
fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

fn users(entity: &Entity) -> Vec<String> {
    entity.related("apiConsumedBy").map(|relation| relation.target.to_string()).collect()
}

fn folders(context: &Context, args: &DiffArgs, old_path: &Path, new_path: &Path) -> Result<Report, Error> {
    let read = |path: &Path| -> Result<(Workspace, Arc<Catalog>, api::Apis), Error> {
        let workspace = load(context, &input(path), None, Purpose::Judge)?;
        let catalog = Arc::new(catalog::load(&workspace).catalog);
        let (apis, problems) = api::analyse(&workspace, &catalog, Depth::Findings, &api::Memo::default());
        warn(context, path, &problems);
        Ok((workspace, catalog, apis))
    };
    let (old, new) = rayon::join(|| read(old_path), || read(new_path));
    let (old, new) = (old?, new?);
    let (old_input, new_input) = (input(old_path), input(new_path));
    let before = ReportPaths::new(&old.0, context, &old_input);
    let after = ReportPaths::new(&new.0, context, &new_input);
    let names = |catalog: &Catalog| -> BTreeSet<String> {
        let apis = catalog.entities().iter().filter(|entity| entity.reference.kind() == "api");
        apis.map(|entity| entity.reference.to_string()).collect()
    };
    let (old_names, new_names) = (names(&old.1), names(&new.1));
    let wanted = args.api.as_ref().map(|name| name.to_lowercase());
    let mut report = Report::default();
    for name in old_names.union(&new_names) {
        if wanted.as_ref().is_some_and(|wanted| !(name == wanted || name.ends_with(&format!("/{wanted}")))) {
            continue;
        }
        let (first, second) = (old.1.find(name), new.1.find(name));
        let references = (first.and_then(|id| old.2.of(id)), second.and_then(|id| new.2.of(id)));
        let changes = match (first, second) {
            (Some(id), None) => {
                vec![Change::whole(&rules::API_REMOVED, name, "it was removed", Some(old.1.get(id).document), None)]
            }
            (None, Some(id)) => {
                vec![Change::whole(&rules::API_ADDED, name, "it was added", None, Some(new.1.get(id).document))]
            }
            _ => match references {
                (Some(was), Some(is)) => match diff::compare_alike(&was.reference, &is.reference) {
                    Some(changes) => changes,
                    None => {
                        let message = format!("it is {} instead of {}", is.reference.format, was.reference.format);
                        let places = (first.map(|id| old.1.get(id).document), second.map(|id| new.1.get(id).document));
                        vec![Change::whole(&rules::API_REMOVED, name, &message, places.0, places.1)]
                    }
                },
                _ => continue,
            },
        };
        let mut consumers: BTreeSet<String> = BTreeSet::new();
        consumers.extend(first.map(|id| users(old.1.get(id))).unwrap_or_default());
        consumers.extend(second.map(|id| users(new.1.get(id))).unwrap_or_default());
        let format = references.1.or(references.0).map(|api| api.reference.format.clone()).unwrap_or_default();
        report.push(ApiReport {
            reference: Some(name.clone()),
            name: name.clone(),
            format: if format.is_empty() { "unknown format".to_owned() } else { format },
            consumers: consumers.into_iter().collect(),
            changes: lines(changes, &before, &after),
        });
    }
    Ok(report)
}
