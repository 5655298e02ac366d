//! `playbill new`: makes something new from a software template.

mod ask;
mod disk;
mod publish;
mod test;
mod update;
mod write;

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use self::disk::Disk;
use self::write::Change;
use super::args::{InputArgs, NewArgs, NewFormat, PacksArgs};
use super::{CommandOutcome, Context, Purpose, load, print, say};
use crate::catalog::{self, Catalog, EntityRef, export};
use crate::config::{self, Config};
use crate::diag::Severity;
use crate::error::Error;
use crate::scaffold;
use crate::scaffold::examples::Surroundings;
use crate::scaffold::language::{HOSTS, Host};
use crate::scaffold::parameters::{self, Fault};
use crate::scaffold::record::Record;
use crate::scaffold::report::{self, Status};
use crate::scaffold::run::{self, Inputs, Outcome, StepReport, StepStatus};
use crate::scaffold::source::Mirrors;
use crate::scaffold::template::{self, Template};
use crate::scaffold::tree::{Entry, Tree};
use crate::scaffold::yaml_in;
use crate::text::FileId;

/// Makes what the template says; what fails is a result, not a failure.
pub(super) fn run(context: &Context, args: &NewArgs) -> Result<CommandOutcome, Error> {
    scaffold::with_stack(|| make(context, args))
}

fn make(context: &Context, args: &NewArgs) -> Result<CommandOutcome, Error> {
    let catalog = LazyCatalog { context, args, catalog: OnceCell::new() };
    let before = if args.update && !args.test { Some(update::Before::read(context, args)?) } else { None };
    let wanted = match (&args.template, &before) {
        (Some(wanted), _) => wanted.clone(),
        (None, Some(before)) => before.record.template.clone(),
        (None, None) => return Err(Error::Usage("name the template to be tested".to_owned())),
    };
    let (file, name) = find_template(context, args, &wanted, &catalog)?;
    let root = disk::repository(&file);
    let path = file.strip_prefix(&root).map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    let config = configuration(context, &root)?;
    let mut source = Disk::new(root);
    source.mirrors = config.mirrors();
    let template = match read_template(&file, &path, name.as_deref(), &source) {
        Ok(template) => template,
        Err(reasons) => return Ok(not_a_template(args, &file, &reasons)),
    };
    let settings = Settings::read(context, args)?;
    if args.test {
        let surroundings = Surroundings {
            hosts: settings.hosts,
            actions: config.actions(),
            source: &source,
            catalog: Box::new(|reference| catalog.find(reference)),
        };
        let wish = test::Wish { renews: args.update, runs: args.run };
        return test::run(context, &template, &source, &surroundings, &wish);
    }
    let host = Host { hosts: &settings.hosts, status: None };
    let mut values = match &before {
        // Earlier answers hold, unless they are answered again.
        Some(before) => {
            let mut values = before.record.values.clone();
            values.extend(given_values(context, args)?);
            values
        }
        None => given_values(context, args)?,
    };
    let secrets = given_secrets(context, args)?;
    let pages = parameters::pages(template.spec("parameters"));
    if args.format == NewFormat::Human && !args.no_input && at_terminal() {
        let extent =
            if args.values.is_none() && args.set.is_empty() { ask::Extent::All } else { ask::Extent::Required };
        let entities = |kinds: &[String]| catalog.references(kinds);
        let questions = ask::Questions { pages: &pages, extent, host: &host, entities: &entities };
        ask::ask(&questions, &mut values, &mut Prompt)?;
    }
    if !args.no_defaults {
        parameters::fill(&pages, &mut values, &host);
    }
    let hidden = parameters::hide(&pages, &mut values, &host);
    let secrets_schema = template.spec("secrets").and_then(|secrets| secrets.get("schema"));
    let faults = parameters::check(&pages, &hidden, &values, secrets_schema, &secrets);
    if !faults.is_empty() {
        match args.format {
            NewFormat::Json => print(&format!("{:#}\n", report::of_faults(&template.reference, &values, &faults))),
            NewFormat::Human => say(&told_faults(&pages, &faults)),
        }
        return Ok(CommandOutcome::ContentErrors);
    }
    let mut user = json!({});
    if let Some(reference) = &args.user {
        user["ref"] = json!(reference);
        if let Some(entity) =
            EntityRef::parse(reference, Some("user"), "default").ok().and_then(|user| catalog.find(user.as_str()))
        {
            user["entity"] = entity;
        }
    }
    let human = args.format == NewFormat::Human && !context.quiet;
    let publish = |action: &str, input: &Json, tree: &Tree| {
        publish::run(&config.config.templates.commands, action, input, tree, &host)
    };
    let mut outcome = run::run(Inputs {
        template: &template,
        values: &values,
        secrets: &secrets,
        user: &user,
        environment: &settings.environment,
        hosts: &settings.hosts,
        source: &source,
        catalog: &|reference| catalog.find(reference),
        more_actions: &config.actions(),
        strict: args.strict,
        publish: args.publish.then_some(&publish as &run::Publish<'_>),
        watch: &mut |step| {
            if human {
                tell_step(context, step);
            }
        },
    });
    let status = if outcome.output.is_some() { Status::Completed } else { Status::Failed };
    if status == Status::Completed && (args.record || before.is_some()) {
        let record = Record { template: template.reference.clone(), values: told_values(&pages, &values) };
        record.put(&mut outcome.tree);
    }
    if let (Some(before), Status::Completed) = (&before, status) {
        return update::run(context, args, before, &outcome.tree);
    }
    if status == Status::Completed
        && !args.dry_run
        && let Some(output) = &args.output
    {
        write::write(&outcome.tree, &context.cwd.join(output), args.force)?;
    }
    match args.format {
        NewFormat::Json => print(&format!("{:#}\n", report::of_run(status, &template.reference, &values, &outcome))),
        NewFormat::Human => tell(context, args, status, &outcome),
    }
    Ok(if status == Status::Completed { CommandOutcome::Success } else { CommandOutcome::ContentErrors })
}

/// Returns the values that may be shown: no passwords.
fn told_values(pages: &[Json], values: &Map<String, Json>) -> Map<String, Json> {
    let is_secret = |name: &str| {
        pages.iter().any(|page| {
            let property = page.get("properties").and_then(|properties| properties.get(name));
            let is = |key: &str, value: &str| property.and_then(|it| it.get(key)).and_then(Json::as_str) == Some(value);
            is("ui:field", "Secret") || is("ui:widget", "password")
        })
    };
    values.iter().filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn at_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Who runs the command.
struct Prompt;

impl ask::Terminal for Prompt {
    fn say(&mut self, text: &str) {
        say(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        let mut err = std::io::stderr().lock();
        let _ = std::io::Write::write_all(&mut err, question.as_bytes()).and_then(|()| std::io::Write::flush(&mut err));
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line).ok()?;
        (read > 0).then_some(line)
    }
}

/// What `playbill.yaml` says of templates, and where it is.
struct Configuration {
    config: Config,
    folder: PathBuf,
}

impl Configuration {
    fn mirrors(&self) -> Mirrors<PathBuf> {
        let mirrors = self.config.templates.mirrors.iter();
        Mirrors(mirrors.map(|(url, folder)| (url.clone(), self.folder.join(folder))).collect())
    }

    fn actions(&self) -> Vec<(String, Json)> {
        self.config.templates.actions.iter().map(|(id, output)| (id.clone(), json!(output))).collect()
    }
}

/// Reads the configuration here, or that of the repository of the template.
fn configuration(context: &Context, root: &Path) -> Result<Configuration, Error> {
    let folders = [context.cwd.as_path(), root];
    let names = ["playbill.yaml", "playbill.yml"];
    let file = folders.iter().flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file());
    let Some(file) = file else { return Ok(Configuration { config: Config::default(), folder: root.to_owned() }) };
    let (config, problems) = config::parse(FileId::new(0), &read_text(&file)?);
    if let Some(problem) = problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(Error::Usage(format!("`{}`: {}", file.display(), problem.message)));
    }
    let folder = file.parent().unwrap_or(root).to_owned();
    Ok(Configuration { config, folder })
}

/// The catalog, read when somebody asks for it.
struct LazyCatalog<'a> {
    context: &'a Context,
    args: &'a NewArgs,
    catalog: OnceCell<Option<Catalog>>,
}

impl LazyCatalog<'_> {
    fn get(&self) -> Option<&Catalog> {
        let read = || {
            let input = InputArgs {
                paths: self.args.catalog.iter().cloned().collect(),
                config: None,
                repository: false,
                packs: PacksArgs::default(),
            };
            match load(self.context, &input, None, Purpose::Judge) {
                Ok(workspace) => Some(catalog::load(&workspace).catalog),
                Err(error) => {
                    say(&format!("warning: the catalog cannot be read: {error}"));
                    None
                }
            }
        };
        self.catalog.get_or_init(read).as_ref()
    }

    /// Returns the references of all entities of these kinds, or of all kinds.
    fn references(&self, kinds: &[String]) -> Vec<String> {
        let entities = self.get().map(Catalog::entities).unwrap_or_default();
        let wanted = |kind: &str| kinds.is_empty() || kinds.iter().any(|known| known == kind);
        let mut references: Vec<String> = entities
            .iter()
            .filter(|entity| wanted(entity.reference.kind()))
            .map(|entity| entity.reference.to_string())
            .collect();
        references.sort();
        references
    }

    /// Finds an entity by its full reference, as it was written.
    fn find(&self, reference: &str) -> Option<Json> {
        let catalog = self.get()?;
        let entity = catalog.get(catalog.find(reference)?);
        serde_json::to_value(export::written(entity)).ok()
    }
}

/// Finds the file of the template, and its name if that is known.
fn find_template(
    context: &Context,
    args: &NewArgs,
    wanted: &str,
    catalog: &LazyCatalog<'_>,
) -> Result<(PathBuf, Option<String>), Error> {
    let place = context.cwd.join(wanted);
    if place.is_dir() {
        let file = ["template.yaml", "template.yml"].iter().map(|name| place.join(name)).find(|file| file.is_file());
        let file = file.ok_or_else(|| Error::Usage(format!("there is no `template.yaml` in `{wanted}`")))?;
        return Ok((real(&file)?, args.name.clone()));
    }
    if place.is_file() {
        return Ok((real(&place)?, args.name.clone()));
    }
    let Ok(reference) = EntityRef::parse(wanted, Some("template"), "default") else {
        return Err(Error::Usage(format!("there is no file or folder `{wanted}`, and it is no reference either")));
    };
    if wanted.contains(std::path::MAIN_SEPARATOR) && !wanted.contains(':') {
        return Err(Error::Usage(format!("there is no file or folder `{wanted}`")));
    }
    let input = InputArgs {
        paths: args.catalog.iter().cloned().collect(),
        config: None,
        repository: false,
        packs: PacksArgs::default(),
    };
    let workspace = load(context, &input, None, Purpose::Judge)?;
    let known = catalog::load(&workspace).catalog;
    let Some(id) = known.find(reference.as_str()) else {
        let templates = known.entities().iter().filter(|entity| entity.reference.kind() == "template");
        let hint = match crate::text::nearest(reference.as_str(), templates.map(|entity| entity.reference.as_str())) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        return Err(Error::Usage(format!("there is no file `{wanted}` and no `{reference}` in the catalog{hint}")));
    };
    let entity = known.get(id);
    let shown = super::report::ReportPaths::new(&workspace, context, &input);
    let file = context.cwd.join(&*crate::diag::Sources::path(&shown, entity.file));
    let found = (real(&file)?, Some(entity.name().to_owned()));
    let _ = catalog.catalog.set(Some(known));
    Ok(found)
}

#[expect(clippy::disallowed_methods, reason = "the command line names these files")]
fn real(path: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(path).map_err(|source| Error::Io { action: "read", path: path.to_owned(), source })
}

#[expect(clippy::disallowed_methods, reason = "the command line names these files")]
fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Io { action: "read", path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads the template; says what makes it none.
fn read_template(file: &Path, path: &str, name: Option<&str>, source: &Disk) -> Result<Template, Vec<String>> {
    let text = read_text(file).map_err(|error| vec![error.to_string()])?;
    let documents = yaml_in::documents(&text).map_err(|error| vec![error])?;
    let mut templates = documents.into_iter().filter(template::is_template);
    let entity = match name {
        None => templates.next(),
        Some(name) => templates.find(|entity| entity["metadata"]["name"] == name),
    };
    let mut entity = entity.ok_or_else(|| match name {
        Some(name) => vec![format!("there is no Template `{name}` in it")],
        None => vec!["there is no entity of kind Template in it".to_owned()],
    })?;
    template::fill_placeholders(&mut entity, source, crate::scaffold::tree::parent(path))
        .map_err(|error| vec![error])?;
    Template::new(entity, path)
}

fn not_a_template(args: &NewArgs, file: &Path, reasons: &[String]) -> CommandOutcome {
    if args.format == NewFormat::Json {
        let errors: Vec<Json> = reasons.iter().map(|reason| json!({"message": reason})).collect();
        print(&format!("{:#}\n", json!({"status": Status::NotATemplate.as_str(), "errors": errors})));
    }
    say(&format!("error: `{}` is not a template that can be run", file.display()));
    for reason in reasons {
        say(&format!("  {reason}"));
    }
    CommandOutcome::Unusable
}

/// What `app-config.yaml` says.
#[derive(Default)]
struct Settings {
    hosts: Vec<(String, String)>,
    environment: Json,
}

impl Settings {
    fn read(context: &Context, args: &NewArgs) -> Result<Self, Error> {
        let mut settings = Self { environment: json!({"parameters": {}, "secrets": {}}), ..Self::default() };
        let Some(path) = &args.config else { return Ok(settings) };
        let text = read_text(&context.cwd.join(path))?;
        let config =
            yaml_in::document(&text).map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))?;
        let kinds = config["integrations"].as_object().into_iter().flatten();
        for (kind, entries) in kinds {
            for entry in entries.as_array().into_iter().flatten() {
                let usual = HOSTS.iter().find(|(_, known)| known == kind).map(|(host, _)| *host);
                if let Some(host) = entry["host"].as_str().or(usual) {
                    settings.hosts.push((host.to_owned(), kind.clone()));
                }
            }
        }
        for part in ["parameters", "secrets"] {
            let given = &config["scaffolder"]["defaultEnvironment"][part];
            if given.is_object() {
                settings.environment[part] = given.clone();
            }
        }
        Ok(settings)
    }
}

/// Reads a file that is a mapping.
fn mapping(context: &Context, path: &Path) -> Result<Map<String, Json>, Error> {
    let text = read_text(&context.cwd.join(path))?;
    match yaml_in::document(&text) {
        Ok(Json::Object(values)) => Ok(values),
        Ok(Json::Null) => Ok(Map::new()),
        Ok(_) => Err(Error::Usage(format!("`{}` must be a mapping of names to values", path.display()))),
        Err(error) => Err(Error::Usage(format!("`{}`: {error}", path.display()))),
    }
}

fn given_values(context: &Context, args: &NewArgs) -> Result<Map<String, Json>, Error> {
    let mut values = match &args.values {
        Some(path) => mapping(context, path)?,
        None => Map::new(),
    };
    for pair in &args.set {
        let Some((key, text)) = pair.split_once('=') else {
            return Err(Error::Usage(format!("`--set {pair}` has no `=`; write `--set name=value`")));
        };
        let value = yaml_in::document(text).unwrap_or_else(|_| Json::String(text.to_owned()));
        let mut place = &mut values;
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                place.insert(part.to_owned(), value);
                break;
            }
            let inner = place.entry(part.to_owned()).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            match inner.as_object_mut() {
                Some(inner) => place = inner,
                None => break,
            }
        }
    }
    Ok(values)
}

fn given_secrets(context: &Context, args: &NewArgs) -> Result<Map<String, Json>, Error> {
    let mut secrets = match &args.secrets {
        Some(path) => mapping(context, path)?,
        None => Map::new(),
    };
    for (key, value) in std::env::vars_os() {
        if let (Some(key), Some(value)) =
            (key.to_str().and_then(|key| key.strip_prefix("PLAYBILL_SECRET_")), value.to_str())
        {
            secrets.insert(key.to_owned(), json!(value));
        }
    }
    Ok(secrets)
}

/// Says what does not fit, page by page.
fn told_faults(pages: &[Json], faults: &[Fault]) -> String {
    let mut out = String::from("error: the values do not fit the template\n");
    let mut page = None;
    for fault in faults {
        if fault.secret {
            let _ = writeln!(out, "  the secret `{}` {}", fault.misfit.pointer, fault.misfit.message);
            continue;
        }
        if page != Some(fault.page) && pages.len() > 1 {
            page = Some(fault.page);
            let title = pages[fault.page].get("title").and_then(Json::as_str).unwrap_or_default();
            let _ = writeln!(out, "  page {} {title}", fault.page + 1);
        }
        let pointer = match fault.misfit.pointer.as_str() {
            "" => "/",
            // See `required: true` in the schema check.
            pointer if fault.misfit.keyword == "required" => pointer.strip_suffix("/undefined").unwrap_or(pointer),
            pointer => pointer,
        };
        let _ = writeln!(out, "    {pointer} {}", fault.misfit.message);
    }
    out.trim_end().to_owned()
}

fn tell_step(context: &Context, step: &StepReport) {
    let (mark, colour) = match step.status {
        // It has to be run where the tokens are.
        StepStatus::Completed if step.is_planned => ("…", "33"),
        StepStatus::Completed => ("✓", "32"),
        StepStatus::Failed => ("✗", "31"),
        StepStatus::Skipped => ("-", "2"),
    };
    let mark = if context.color_err { format!("\u{1b}[{colour}m{mark}\u{1b}[0m") } else { mark.to_owned() };
    let note = if step.is_planned { " (not run)" } else { "" };
    say(&format!("{mark} {}{note}", step.name));
    if step.action == "debug:log" {
        for line in step.log.iter().skip(1).flat_map(|entry| entry.lines()) {
            say(&format!("    {line}"));
        }
    }
    if let Some(error) = &step.error {
        say(&format!("    {error}"));
    }
}

/// Says what came of it.
fn tell(context: &Context, args: &NewArgs, status: Status, outcome: &Outcome) {
    if status == Status::Failed {
        match &outcome.failure {
            Some(error) => say(&format!("error: {error}; nothing was written")),
            None => say("error: a step failed; nothing was written"),
        }
        return;
    }
    let mut out = String::new();
    let folder = args.output.as_ref().map(|output| context.cwd.join(output));
    let changes = folder.as_ref().filter(|_| args.dry_run).map(|folder| write::changes(&outcome.tree, folder));
    for (path, entry) in outcome.tree.entries() {
        let depth = path.matches('/').count();
        let name = path.rsplit('/').next().unwrap_or_default();
        let change = changes.as_ref().and_then(|changes| changes.iter().find(|(known, _)| known == path));
        let mark = match change {
            Some((_, Change::New)) => "+ ",
            Some((_, Change::Differs)) => "~ ",
            Some((_, Change::Unchanged)) => "  ",
            None if changes.is_some() => "  ",
            None => "",
        };
        let shown = match entry {
            Entry::Folder => format!("{name}/"),
            Entry::File { .. } => name.to_owned(),
            Entry::Link(target) => format!("{name} -> {target}"),
        };
        let _ = writeln!(out, "{mark}{}{shown}", "  ".repeat(depth));
    }
    if let (Some(folder), Some(changes)) = (&folder, &changes) {
        out.push_str(&write::differences(&outcome.tree, folder, changes));
    }
    if !outcome.plan.is_empty() && !args.publish {
        out.push_str("\nNot run, as it reaches other systems:\n");
        for planned in &outcome.plan {
            let _ = writeln!(out, "  {} {}", planned.action, planned.input);
        }
    }
    let output = outcome.output.clone().unwrap_or_default();
    for link in output["links"].as_array().into_iter().flatten() {
        if let Some(target) = link["url"].as_str().or(link["entityRef"].as_str()) {
            let _ = write!(out, "\n{}: {target}", link["title"].as_str().unwrap_or("Link"));
        }
    }
    for text in output["text"].as_array().into_iter().flatten() {
        let title = text["title"].as_str().map(|title| format!("{title}\n")).unwrap_or_default();
        let _ = write!(out, "\n{title}{}", text["content"].as_str().unwrap_or_default());
    }
    print(&format!("{}\n", out.trim_end()));
    match &args.output {
        Some(_) if args.dry_run => say("nothing was written"),
        Some(output) if !context.quiet => say(&format!("written to {}", output.display())),
        None if !context.quiet => say("nothing was written; `-o DIR` says where to"),
        _ => {}
    }
}
