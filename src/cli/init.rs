//! `playbill init`: looks at a folder, proposes what would make it a portal, and writes that; overwrites nothing.

mod workflow;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use self::workflow::Forge;
use super::args::{InitArgs, InputArgs, PacksArgs};
use super::{CommandOutcome, Context, Purpose, counted, load, print, say};
use crate::catalog::{self, Undescribed};
use crate::config::{Adoption, adopt};
use crate::depth::Depth;
use crate::diag::{Severity, human};
use crate::discover;
use crate::error::Error;
use crate::portal::Analysis;
use crate::workspace::{Folder, Workspace};

/// Who owns what nobody is known to own, until somebody says so.
const OWNER: &str = "my-team";
/// The configuration of Backstage, and what it puts over it in production.
const APP_CONFIG: [&str; 2] = ["app-config.yaml", "app-config.production.yaml"];
/// What developers put over it on their own machines.
const APP_CONFIG_LOCAL: &str = "app-config.local.yaml";

/// A file to write.
struct NewFile {
    /// Below the folder.
    path: String,
    /// What it is for, a line each.
    about: Vec<String>,
    text: String,
}

/// What would be written, and what is reported about the rest.
struct Plan {
    files: Vec<NewFile>,
    notes: Vec<String>,
    needs_owner: bool,
}

/// Proposes, asks, writes, and checks what was written.
pub(super) fn run(context: &Context, args: &InitArgs) -> Result<CommandOutcome, Error> {
    let input =
        InputArgs { paths: vec![args.folder.clone()], config: None, repository: false, packs: PacksArgs::default() };
    if !context.cwd.join(&args.folder).is_dir() {
        return Err(Error::Usage(format!("`{}` is not a folder", args.folder.display())));
    }
    if let Some(owner) = &args.owner
        && discover::entity_name(owner).as_ref() != Some(owner)
    {
        return Err(Error::Usage(format!(
            "`{owner}` is not the name of a group: use letters, digits, `-`, `_` and `.`"
        )));
    }
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let mut plan = plan(&workspace, args, args.owner.as_deref());
    let asks = !args.yes && !args.dry_run && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if asks && plan.needs_owner && args.owner.is_none() {
        let named = ask(&format!("Which team owns what nobody is known to own? [{OWNER}] "));
        if let Some(owner) = named.as_deref().and_then(discover::entity_name) {
            plan = self::plan(&workspace, args, Some(&owner));
        }
    }
    show(&plan);
    if plan.files.is_empty() {
        say("nothing to add: no package, documentation or API definition is without a catalog file");
        return Ok(CommandOutcome::Success);
    }
    if args.dry_run {
        let texts = plan.files.iter().map(|file| format!("# {}\n{}\n", file.path, file.text));
        print(&texts.collect::<String>());
        if !context.quiet {
            say("nothing was written; `playbill init --yes` writes it");
        }
        return Ok(CommandOutcome::Success);
    }
    let agreed = args.yes || asks && ask("Write this? [Y/n] ").is_some_and(|answer| agrees(&answer));
    if !agreed && !asks {
        return Err(Error::Usage("nobody can be asked here: add `--yes` to write this, or `--dry-run`".to_owned()));
    }
    if !agreed {
        say("nothing was written");
        return Ok(CommandOutcome::Success);
    }
    write(context, &context.cwd.join(&args.folder), &plan.files)?;
    report(context, &input, &args.folder)
}

fn plan(workspace: &Workspace, args: &InitArgs, owner: Option<&str>) -> Plan {
    let loaded = catalog::load(workspace);
    let found = catalog::undescribed(workspace, &loaded, owner.unwrap_or(OWNER), owner.is_some());
    let mut plan = Plan { files: Vec::new(), notes: Vec::new(), needs_owner: found.needs_owner };
    let Some(root) = workspace.scanned_folders().into_iter().next() else { return plan };
    let adoption = adoption(workspace, &root);
    if let Some(adoption) = &adoption {
        plan.notes.push("this is a Backstage app; of its configuration:".to_owned());
        let width = adoption.lines.iter().map(|line| line.key.len()).max().unwrap_or_default();
        let lines = adoption.lines.iter();
        plan.notes
            .extend(lines.map(|line| format!("  {:width$}  {:<10}  {}", line.key, line.verdict.as_str(), line.why)));
        if workspace.locate_in(&root, APP_CONFIG_LOCAL).is_ok() {
            plan.notes.push(format!("  {APP_CONFIG_LOCAL} is for one machine and not read"));
        }
    }
    if found.described > 0 {
        let packages = counted(found.described, "package is", "packages are");
        plan.notes.push(format!("{packages} described already"));
    }
    for (kind, path) in &found.forbidden {
        plan.notes.push(format!("`catalog.rules` allow no {kind} in {path}, so none is proposed"));
    }
    plan.files.extend(found.files.iter().map(|file| NewFile {
        path: file.path.clone(),
        about: file.entities.iter().map(|(name, evidence)| format!("{name} ({})", evidence.join(", "))).collect(),
        text: file.text.clone(),
    }));
    plan.files.extend(configuration(workspace, adoption, &found));
    match workflow::forge(workspace, &root, args.ci) {
        Ok(Some(forge)) => plan.files.push(workflow_file(forge)),
        Ok(None) => {}
        Err(note) => plan.notes.push(note.to_owned()),
    }
    let is_org = |file: &NewFile| file.path == discover::ORG_FILE;
    if workspace.repository_of_folder(&root).is_none() && plan.files.iter().any(is_org) {
        plan.notes.push(format!(
            "{} lies in none of the repositories: keep it in the one that builds the portal",
            discover::ORG_FILE
        ));
    }
    plan.files.retain(|file| {
        let is_there = is_there(workspace, &root, &file.path);
        if is_there {
            plan.notes.push(format!("{} is there and stays as it is", file.path));
        }
        !is_there
    });
    plan
}

fn workflow_file(forge: Forge) -> NewFile {
    NewFile { path: forge.path().to_owned(), about: vec![forge.about().to_owned()], text: forge.text().to_owned() }
}

/// Reads the configuration of a Backstage app, if the folder is one.
fn adoption(workspace: &Workspace, root: &Folder) -> Option<Adoption> {
    let limit = workspace.config().limits.catalog_file;
    let read = |name: &str| {
        let file = workspace.locate_in(root, name).ok()?;
        Some((file, workspace.text(file, limit).ok()?))
    };
    let (file, text) = read(APP_CONFIG[0])?;
    let production = read(APP_CONFIG[1]);
    Some(adopt((file, &text), production.as_ref().map(|(file, text)| (*file, &**text))))
}

/// Makes the `playbill.yaml` that is needed, if any is: for what Playbill would not find by itself.
fn configuration(workspace: &Workspace, adoption: Option<Adoption>, found: &Undescribed) -> Option<NewFile> {
    if workspace.config_file().is_some() {
        return None;
    }
    let mut config: Map<String, Value> = adoption.map(|adoption| adoption.config).unwrap_or_default();
    let mut about: Vec<String> = config.keys().map(|key| format!("{key}, as in Backstage")).collect();
    if !found.unreached.is_empty() {
        let catalog = config.entry("catalog").or_insert_with(|| json!({}));
        catalog["files"] = json!(found.unreached);
        about.push(format!("reads {} too", found.unreached.join(", ")));
    }
    (!config.is_empty()).then(|| NewFile {
        path: "playbill.yaml".to_owned(),
        about,
        text: serde_yaml::to_string(&config).unwrap_or_default(),
    })
}

fn is_there(workspace: &Workspace, root: &Folder, path: &str) -> bool {
    workspace.item(root, path).is_some()
}

/// Shows what would be written; everything else that is worth saying comes first.
fn show(plan: &Plan) {
    plan.notes.iter().for_each(|note| say(note));
    for file in &plan.files {
        say(&format!("+ {}", file.path));
        file.about.iter().for_each(|line| say(&format!("    {line}")));
    }
}

fn ask(question: &str) -> Option<String> {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(question.as_bytes()).and_then(|()| err.flush());
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

fn agrees(answer: &str) -> bool {
    matches!(&*answer.to_lowercase(), "" | "y" | "yes")
}

/// Writes the files, each only if nothing is in its place.
#[expect(clippy::disallowed_methods, reason = "the command line asks for these files")]
fn write(context: &Context, folder: &Path, files: &[NewFile]) -> Result<(), Error> {
    let failed = |action: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { action, path, source }
    };
    let root = std::fs::canonicalize(folder).map_err(failed("read", folder))?;
    for file in files {
        let place: PathBuf = root.join(&file.path);
        let parent = place.parent().unwrap_or(&root);
        std::fs::create_dir_all(parent).map_err(failed("make", parent))?;
        let real = std::fs::canonicalize(parent).map_err(failed("read", parent))?;
        if !real.starts_with(&root) {
            return Err(Error::Usage(format!("{} leads out of the folder, so nothing is written there", file.path)));
        }
        // Fails where something is, also a link.
        let mut new = std::fs::File::create_new(&place).map_err(failed("write", &place))?;
        new.write_all(file.text.as_bytes()).map_err(failed("write", &place))?;
    }
    if !context.quiet {
        say(&format!("wrote {}", counted(files.len(), "file", "files")));
    }
    Ok(())
}

/// Checks what there is now, and says what comes next.
fn report(context: &Context, input: &InputArgs, folder: &Path) -> Result<CommandOutcome, Error> {
    let workspace = load(context, input, None, Purpose::Judge)?;
    let portal = Analysis::of(Depth::Findings).run(&workspace, &mut |_| ());
    let fails = portal.diagnostics.iter().any(|problem| problem.severity == Severity::Error);
    if !context.quiet {
        let at = if folder == Path::new(".") { String::new() } else { format!(" {}", folder.display()) };
        if portal.diagnostics.is_empty() {
            say("checked it: no problems");
        } else {
            let them = if portal.diagnostics.len() == 1 { "it" } else { "them" };
            say(&format!("checked it: {}; `playbill check{at}` shows {them}", human::summary(&portal.diagnostics)));
        }
        say(&format!("see it with `playbill serve{at} --open`, correct what was guessed, then commit"));
    }
    Ok(if fails { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}
