//! `playbill diff` of two portals: folders, commits, exports, built sites.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use super::args::{DiffArgs, DiffFormat, InputArgs, PacksArgs};
use super::report::ReportPaths;
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, load_at, print, say};
use crate::api::diff::report::{ApiReport, Report, lines};
use crate::api::diff::{self as api_diff, Change, rules};
use crate::api::{self, Reference};
use crate::catalog::EntityRef;
use crate::config::Config;
use crate::depth::Depth;
use crate::diag::Sources;
use crate::diff::{self, Rename, gates, html, human, markdown, what_if};
use crate::error::Error;
use crate::portal::{Analysis, Portal};
use crate::portal_export::PortalExport;
use crate::routes;
use crate::text::Span;
use crate::workspace::Workspace;

/// A larger export is not read, in bytes.
const MAX_EXPORT: u64 = 1 << 30;
/// What an export begins with.
const BEGINNING: &str = "{\"format\":";
/// What a file of gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// A folder to analyse.
    Folder,
    /// An export, or a site that holds one.
    Export,
    /// Anything else: a definition of an API.
    Definition,
}

/// Looks at what a path names.
pub(super) fn named(context: &Context, path: &Path) -> Named {
    let place = context.cwd.join(path);
    if place.is_dir() {
        return if place.join(routes::PORTAL_EXPORT).is_file() { Named::Export } else { Named::Folder };
    }
    let mut start = [0_u8; 64];
    let read = std::fs::File::open(&place).and_then(|mut file| file.read(&mut start)).unwrap_or_default();
    let start = &start[..read];
    let text: String = String::from_utf8_lossy(start).chars().filter(|letter| !letter.is_whitespace()).collect();
    if start.starts_with(&GZIP) || text.starts_with(BEGINNING) { Named::Export } else { Named::Definition }
}

/// One side of the comparison.
struct Side {
    export: PortalExport,
    live: Option<Live>,
}

/// A side that was analysed, so that definitions have their places.
struct Live {
    workspace: Workspace,
    portal: Portal,
    input: InputArgs,
}

/// Compares and reports.
pub(super) fn run(context: &Context, args: &DiffArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    let gates = gates::parse(&args.fail_on).map_err(Error::Usage)?;
    watch.stage("read");
    let (old, mut new) = sides(context, args)?;
    for spec in &args.r#move {
        let (name, owner) = spec
            .split_once('=')
            .ok_or_else(|| Error::Usage(format!("`--move {spec}`: write REF=OWNER, such as `web=group:shop`")))?;
        let (name, owner) = (full(name, "component")?, full(owner, "group")?);
        what_if::move_owner(&mut new.export, &name, &owner).map_err(Error::Usage)?;
    }
    for name in &args.retire {
        what_if::retire(&mut new.export, &full(name, "component")?).map_err(Error::Usage)?;
    }
    watch.stage("compare");
    let renames = diff::renamed(&old.export, &new.export);
    let apis = apis(context, args, &old, &new, &renames);
    let mut found = diff::compare(&old.export, &new.export, &renames, apis);
    let failed = gates::apply(&mut found, &gates);
    watch.stage("print");
    print(&match args.format {
        DiffFormat::Human => human::write(&found, context.color_out),
        DiffFormat::Json => found.json(),
        DiffFormat::Html => html::write(&found, args.preview_url.as_deref()),
        DiffFormat::Markdown => {
            let options = markdown::Options {
                preview_url: args.preview_url.clone(),
                report_url: args.report_url.clone(),
                limit: args.limit,
                mention: args.mention,
            };
            markdown::write(&found, &new.export, &options)
        }
    });
    watch.finish();
    // The process ends here: taking portals apart piece by piece would only cost time.
    std::mem::forget((old, new, found));
    Ok(if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}

/// Returns a reference in full.
fn full(name: &str, kind: &str) -> Result<String, Error> {
    EntityRef::parse(name, Some(kind), "default")
        .map(|reference| reference.to_string())
        .map_err(|_| Error::Usage(format!("`{name}` is no reference such as `component:default/web`")))
}

fn sides(context: &Context, args: &DiffArgs) -> Result<(Side, Side), Error> {
    let is_what_if = !args.r#move.is_empty() || !args.retire.is_empty();
    if let Some(base) = &args.base_ref {
        if args.new.is_some() {
            return Err(Error::Usage("`--base-ref` compares one folder with its own past: name one path".to_owned()));
        }
        let folder = args.old.clone().unwrap_or_else(|| PathBuf::from("."));
        if named(context, &folder) != Named::Folder {
            return Err(Error::Usage(format!("`--base-ref` needs a folder, and `{}` is none", folder.display())));
        }
        let (old, new) =
            rayon::join(|| folder_side(context, &folder, Some(base)), || folder_side(context, &folder, None));
        return Ok((old?, new?));
    }
    let Some(old) = &args.old else {
        return Err(Error::Usage("what is to be compared? name OLD and NEW, or a folder and `--base-ref`".to_owned()));
    };
    if let Some(missing) =
        [Some(old), args.new.as_ref()].into_iter().flatten().find(|path| !context.cwd.join(path).exists())
    {
        let name = missing.display();
        return Err(Error::Usage(format!(
            "`{name}` does not exist; if it is a revision of git: `playbill diff --base-ref {name} FOLDER`"
        )));
    }
    match &args.new {
        Some(new) => {
            let (old, new) = rayon::join(|| side(context, old), || side(context, new));
            Ok((old?, new?))
        }
        None if is_what_if => {
            let old = side(context, old)?;
            let new = Side { export: old.export.clone(), live: None };
            Ok((Side { live: None, ..old }, new))
        }
        None => Err(Error::Usage(format!(
            "what is `{}` to be compared with? name NEW, or add `--base-ref`, `--move` or `--retire`",
            old.display()
        ))),
    }
}

fn side(context: &Context, path: &Path) -> Result<Side, Error> {
    match named(context, path) {
        Named::Folder => folder_side(context, path, None),
        Named::Export => Ok(Side { export: read(context, path)?, live: None }),
        Named::Definition => Err(Error::Usage(format!(
            "`{}` is neither a folder nor an output of `export --portal`; compare two of these, or two definitions",
            path.display()
        ))),
    }
}

/// Reads an export, compressed or not, or that of a built site.
pub(super) fn read(context: &Context, path: &Path) -> Result<PortalExport, Error> {
    let mut place = context.cwd.join(path);
    if place.is_dir() {
        place = place.join(routes::PORTAL_EXPORT);
    }
    let failed = |source| Error::Io { action: "read", path: place.clone(), source };
    let file = std::fs::File::open(&place).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_EXPORT).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.starts_with(&GZIP) {
        let mut out = Vec::new();
        MultiGzDecoder::new(&*bytes).take(MAX_EXPORT + 1).read_to_end(&mut out).map_err(failed)?;
        bytes = out;
    }
    if bytes.len() as u64 >= MAX_EXPORT {
        return Err(Error::Usage(format!("`{}` is larger than an export can be", path.display())));
    }
    PortalExport::parse(&bytes).map_err(|error| {
        Error::Usage(format!("`{}` is no output of `playbill export --portal`: {error}", path.display()))
    })
}

fn folder_side(context: &Context, path: &Path, revision: Option<&str>) -> Result<Side, Error> {
    let input = InputArgs { paths: vec![path.to_owned()], config: None, repository: true, packs: PacksArgs::default() };
    let workspace = load_at(context, &input, Purpose::Judge, revision)?;
    let portal = Analysis::of(Depth::Pages).run(&workspace, &mut |_| ());
    let mut export = PortalExport::of(&workspace, &portal);
    export.commit = workspace.commit().map(str::to_owned);
    if let Some(revision) = revision {
        for path in workspace.missing_paths().iter().take(1) {
            say(&format!(
                "warning: this clone does not hold `{path}` of `{revision}`; fetch all of it, such as with `fetch-depth: 0`"
            ));
        }
    }
    Ok(Side { export, live: Some(Live { workspace, portal, input }) })
}

/// Compares the definitions that differ.
fn apis(context: &Context, args: &DiffArgs, old: &Side, new: &Side, renames: &[Rename]) -> Report {
    let former: HashMap<&str, &str> = renames.iter().map(|rename| (rename.new.as_str(), rename.old.as_str())).collect();
    let renamed: BTreeSet<&str> = renames.iter().map(|rename| rename.old.as_str()).collect();
    let records = |side: &Side| -> BTreeMap<String, (String, String)> {
        let apis = side.export.apis.iter();
        apis.map(|api| (api.reference.clone(), (api.digest.clone(), api.format.clone()))).collect()
    };
    let (before, after) = (records(old), records(new));
    let wanted = args.api.as_ref().map(|name| name.to_lowercase());
    let names: BTreeSet<&str> = after
        .keys()
        .map(String::as_str)
        .chain(before.keys().map(String::as_str).filter(|name| !renamed.contains(name)))
        .filter(|name| wanted.as_ref().is_none_or(|wanted| name == wanted || name.ends_with(&format!("/{wanted}"))))
        .collect();
    let both_live = old.live.is_some() && new.live.is_some();
    let differ: Vec<(&str, &str)> = names
        .into_iter()
        .map(|name| (former.get(name).copied().unwrap_or(name), name))
        .filter(|(was, is)| both_live || before.get(*was) != after.get(*is))
        .collect();
    let was = Definitions::of(context, old, &differ.iter().map(|(was, _)| *was).collect::<Vec<_>>());
    let is = Definitions::of(context, new, &differ.iter().map(|(_, is)| *is).collect::<Vec<_>>());
    let mut consumers: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for entity in old.export.entities.iter().chain(&new.export.entities) {
        for relation in entity.relations.iter().filter(|relation| relation.kind == "consumesApi") {
            consumers.entry(&relation.target).or_default().insert(entity.reference.clone());
        }
    }
    let mut report = Report::default();
    for (old_name, name) in differ {
        let (first, second) = (before.get(old_name), after.get(name));
        let references = (was.reference(old_name), is.reference(name));
        let changes = match (first, second) {
            (Some(_), None) => {
                vec![Change::whole(&rules::API_REMOVED, name, "it was removed", was.place(old_name), None)]
            }
            (None, Some(_)) => vec![Change::whole(&rules::API_ADDED, name, "it was added", None, is.place(name))],
            _ => match &references {
                (Some(before), Some(after)) => match api_diff::compare_alike(before, after) {
                    Some(changes) => changes,
                    None => {
                        let message = format!("it is {} instead of {}", after.format, before.format);
                        vec![Change::whole(&rules::API_REMOVED, name, &message, was.place(old_name), is.place(name))]
                    }
                },
                _ => continue,
            },
        };
        let users = [old_name, name].into_iter().filter_map(|name| consumers.get(name)).flatten().cloned();
        let format = references.1.as_ref().or(references.0.as_ref()).map(|reference| reference.format.clone());
        let recorded = second.or(first).map(|(_, format)| format.clone()).unwrap_or_default();
        let format = format.filter(|format| !format.is_empty()).unwrap_or(recorded);
        report.push(ApiReport {
            reference: Some(name.to_owned()),
            name: name.to_owned(),
            format: if format.is_empty() { "unknown format".to_owned() } else { format },
            consumers: users.collect::<BTreeSet<_>>().into_iter().collect(),
            changes: lines(changes, was.sources(), is.sources()),
        });
    }
    report
}

/// The definitions of a side.
enum Definitions<'a> {
    /// As they were analysed.
    Live(&'a Live, ReportPaths<'a>),
    /// As an export holds them: read again.
    Read(Box<Workspace>, HashMap<String, Arc<Reference>>),
}

impl<'a> Definitions<'a> {
    fn of(context: &Context, side: &'a Side, wanted: &[&str]) -> Self {
        if let Some(live) = &side.live {
            return Self::Live(live, ReportPaths::new(&live.workspace, context, &live.input));
        }
        let texts: Vec<(&str, String, &str)> = wanted
            .iter()
            .filter_map(|name| {
                let text = side.export.definitions.get(*name)?;
                let format = side.export.apis.iter().find(|api| api.reference == *name)?.format.as_str();
                let ending = match format.split(' ').next().unwrap_or_default() {
                    "GraphQL" => "graphql",
                    "Protocol" => "proto",
                    _ => "yaml",
                };
                let parsed = EntityRef::parse(name, None, "default").ok()?;
                let place = routes::entity(&parsed);
                Some((*name, format!("{}.{ending}", place.trim_end_matches('/')), text.as_str()))
            })
            .collect();
        let files: Vec<(&str, &[u8])> = texts.iter().map(|(_, path, text)| (path.as_str(), text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let root = workspace.roots().into_iter().next();
        let mut references = HashMap::new();
        for (name, path, _) in &texts {
            let file = root.as_ref().and_then(|root| workspace.locate_in(root, path).ok());
            if let Some(reference) = file.and_then(|file| api::read_file(&workspace, file).0) {
                references.insert((*name).to_owned(), Arc::new(reference));
            }
        }
        Self::Read(Box::new(workspace), references)
    }

    fn reference(&self, name: &str) -> Option<Arc<Reference>> {
        match self {
            Self::Live(live, _) => {
                let id = live.portal.catalog.find(name)?;
                live.portal.apis.of(id).map(|api| Arc::clone(&api.reference))
            }
            Self::Read(_, references) => references.get(name).cloned(),
        }
    }

    /// Returns where an API is described.
    fn place(&self, name: &str) -> Option<Span> {
        match self {
            Self::Live(live, _) => live.portal.catalog.find(name).map(|id| live.portal.catalog.get(id).document),
            Self::Read(..) => None,
        }
    }

    fn sources(&self) -> &dyn Sources {
        match self {
            Self::Live(_, paths) => paths,
            Self::Read(workspace, _) => &**workspace,
        }
    }
}
