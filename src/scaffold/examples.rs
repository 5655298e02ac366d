//! Examples of a template: files with values in the folder `examples` beside it, each with what should come of them.
//!
//! They are its tests, and what its page shows. Where there is none, one is made up for the page.

mod compare;
mod invented;
mod purse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use self::compare::Differences;
use self::invented::made_up;
use self::purse::{Keeps, Limits, Purse};
use super::budget;
use super::language::Host;
use super::parameters::{self, Fault};
use super::record::{self, Record};
use super::report::Status;
use super::repository::Repository;
use super::run::{self, Inputs, Outcome};
use super::source::{Found, Source};
use super::template::Template;
use super::tree::{Tree, joined};
use crate::catalog::{Catalog, Entity, EntityId, EntityRef, export};
use crate::config::Config;
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::incremental::{ByAddress, Changes, MemoTable};
use crate::text::{FileId, Span, nearest};
use crate::workspace::{Item, Workspace};
use crate::yaml::{self, Node};

/// The folder of examples, beside the template.
pub const FOLDER: &str = "examples";
/// The folder of results, below it.
pub const SNAPSHOTS: &str = "__snapshots__";
/// Maximum number of examples of a template that are run.
const MAX_EXAMPLES: usize = 50;
/// A larger file is no example.
const MAX_FILE: u64 = 1 << 20;
/// A larger record of what was made is not read.
const MAX_BASE: u64 = 16 << 20;
/// Maximum number of differences of an example that are reported.
const MAX_DIFFERENCES: usize = 20;
/// Maximum number of results of a template that are compared with its present state.
const MAX_CHILDREN: usize = 50;
/// What runs of templates may take, so that their number is no way around the limits of one.
const LIMITS: Limits = Limits { all: 60_000_000, repository: 15_000_000, template: 300_000, kept: 32 << 20 };
/// The annotation that names the template.
const SOURCE: &str = "backstage.io/source-template";

/// What is known of all templates.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// In the order of entities.
    list: Arc<[Known]>,
}

/// What is known of a template.
#[derive(Debug)]
pub struct Known {
    /// Which one.
    pub entity: EntityId,
    /// Its results.
    pub examples: Vec<Made>,
    /// What was made from it, in the order of entities.
    pub children: Vec<Child>,
}

/// An entity that was made from a template.
#[derive(Debug)]
pub struct Child {
    /// Which one.
    pub entity: EntityId,
    /// How far it is behind.
    pub lag: Lag,
}

/// How far something is behind the template that it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// It does not know with what it was made, or the template no longer takes its answers.
    Unknown,
    /// The template would make the same today.
    Current,
    /// The number of files that an update would change.
    Behind(usize),
}

/// What a template makes of an example.
#[derive(Debug)]
pub struct Made {
    /// The name of the example.
    pub name: String,
    /// What it shows, in the words of its author.
    pub title: Option<String>,
    /// Whether the values are made up.
    pub is_made_up: bool,
    /// The values, with defaults.
    pub values: Map<String, Json>,
    /// How it ended.
    pub status: Status,
    /// What does not fit, where the values are refused.
    pub faults: Vec<Fault>,
    /// What was done.
    pub outcome: Outcome,
}

/// Results from before.
#[derive(Debug, Default)]
pub struct Memo {
    all: MemoTable<(), (ByAddress<Catalog>, Depth), (Templates, Diagnostics)>,
}

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { all: MemoTable::enabled() }
    }

    /// Applies changes; see [`MemoTable::invalidate`].
    pub(crate) fn invalidate(&self, changes: Option<&Changes>) {
        self.all.invalidate(changes);
    }
}

impl Templates {
    /// Returns what is known of a template.
    #[must_use]
    pub fn of(&self, entity: EntityId) -> Option<&Known> {
        let at = self.list.binary_search_by_key(&entity, |known| known.entity).ok()?;
        Some(&self.list[at])
    }

    /// Returns the identity of these results.
    #[must_use]
    pub fn identity(&self) -> ByAddress<[Known]> {
        ByAddress(Arc::clone(&self.list))
    }
}

/// Runs the examples of all templates; for pages, one is made up where there is none.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Arc<Catalog>, depth: Depth, memo: &Memo) -> (Templates, Diagnostics) {
    if depth < Depth::Findings {
        return (Templates::default(), Diagnostics::new());
    }
    let all = memo.all.get(workspace, (), (ByAddress(Arc::clone(catalog)), depth), |workspace, _| {
        let (list, found) = each(workspace, catalog, depth == Depth::Pages, &LIMITS);
        (Templates { list: list.into() }, found)
    });
    Arc::unwrap_or_clone(all)
}

fn each(workspace: &Workspace, catalog: &Catalog, for_readers: bool, limits: &Limits) -> (Vec<Known>, Diagnostics) {
    let templates: Vec<(EntityId, &Entity)> =
        catalog.iter().filter(|(_, entity)| entity.reference.kind() == "template").collect();
    if templates.is_empty() {
        return Default::default();
    }
    let mut made_from: BTreeMap<String, Vec<EntityId>> = BTreeMap::new();
    if for_readers {
        for (id, entity) in catalog.iter() {
            let template =
                entity.annotation(SOURCE).and_then(|text| EntityRef::parse(text, Some("template"), "default").ok());
            if let Some(template) = template {
                made_from.entry(template.to_string()).or_default().push(id);
            }
        }
    }
    let mut purse = Purse::of(workspace, templates.iter().map(|(_, entity)| *entity), for_readers, limits);
    super::with_stack(|| {
        let mut list = Vec::new();
        let mut found = Diagnostics::new();
        for (id, entity) in templates {
            let children = made_from.get(entity.reference.as_str()).map_or(&[][..], Vec::as_slice);
            let ((examples, problems), children) = purse.pay(workspace, entity, |keeps| {
                let examples = of_template(workspace, catalog, entity, keeps);
                (examples, children_of(workspace, catalog, entity, children))
            });
            let reference = entity.reference.shared();
            found.extend(problems.into_iter().map(|problem| problem.entity(Arc::clone(&reference))));
            list.push(Known { entity: id, examples, children });
        }
        (list, found)
    })
}

fn children_of(workspace: &Workspace, catalog: &Catalog, entity: &Entity, children: &[EntityId]) -> Vec<Child> {
    if children.is_empty() {
        return Vec::new();
    }
    let source = Repository::of(workspace, entity.file);
    let surroundings = Surroundings::of(workspace.config(), &source, catalog);
    let template = template_of(workspace, entity);
    let lag = |(at, id): (usize, &EntityId)| {
        let known = template.as_ref().filter(|_| at < MAX_CHILDREN);
        let lag = known.and_then(|template| lag(workspace, catalog.get(*id), template, &surroundings));
        Child { entity: *id, lag: lag.unwrap_or(Lag::Unknown) }
    };
    children.iter().enumerate().map(lag).collect()
}

/// Runs the template of an entity again, and compares.
fn lag(workspace: &Workspace, child: &Entity, template: &Template, surroundings: &Surroundings<'_>) -> Option<Lag> {
    let places = [workspace.folder_of(child.file), workspace.reach_of(child.file)];
    let find = |path: &str| {
        let files = places.iter().map(|folder| workspace.item(folder, path));
        files.flatten().find_map(|item| if let Item::File(file, _) = item { Some(file) } else { None })
    };
    let record = Record::read(&workspace.text(find(record::PLACE)?, MAX_FILE).ok()?).ok()?;
    if record.template != template.reference {
        return None;
    }
    let base = record::unpack(&workspace.bytes_once(find(record::BASE)?, MAX_BASE).ok()?)?;
    let made = surroundings.run(template, record.values, &Map::new(), None);
    if made.status != Status::Completed {
        return None;
    }
    let now = |path: &str| base.read(path).ok();
    match record::changed(&base, &now, &made.outcome.tree) {
        0 => Some(Lag::Current),
        count => Some(Lag::Behind(count)),
    }
}

/// Returns a Template of the catalog, ready to run.
#[must_use]
pub fn template_of(workspace: &Workspace, entity: &Entity) -> Option<Template> {
    let source = Repository::of(workspace, entity.file);
    Template::new(serde_json::to_value(&entity.root).ok()?, &source.path(entity.file)).ok()
}

fn of_template(
    workspace: &Workspace,
    catalog: &Catalog,
    entity: &Entity,
    keeps: &mut Keeps,
) -> (Vec<Made>, Diagnostics) {
    let source = Repository::of(workspace, entity.file);
    let mut found = Diagnostics::new();
    let Some(template) = template_of(workspace, entity) else { return (Vec::new(), found) };
    let surroundings = Surroundings::of(workspace.config(), &source, catalog);
    let mut examples = Vec::new();
    let mut has_examples = false;
    let paths = files(&source, template.folder());
    for (at, path) in paths.iter().enumerate() {
        let Some(file) = source.file(path) else { continue };
        let Ok(text) = workspace.text(file, MAX_FILE) else { continue };
        let example = match Example::read(file, path, &text) {
            Ok(example) => example,
            Err(problems) => {
                found.extend(problems);
                continue;
            }
        };
        if example.template.as_ref().is_some_and(|name| *name != entity.name()) {
            continue;
        }
        has_examples = true;
        let made = example.run(&template, &surroundings);
        let snapshot = snapshot(&source, template.folder(), &example.name);
        let differences = example.differences(&made, snapshot.as_ref());
        if budget::is_spent() {
            let others = match paths.len() - at - 1 {
                0 => String::new(),
                1 => ", and 1 more is not run".to_owned(),
                more => format!(", and {more} more are not run"),
            };
            let message = format!("the examples of the template take too many steps: this one is given up{others}");
            found.push(Diagnostic::new(codes::TEMPLATE_EXAMPLE, example.span, message).help(
                "make loops, files and lists of the template and its values smaller; the templates of a repository share \
                 the steps that they may take",
            ));
            break;
        }
        let more = differences.len().saturating_sub(MAX_DIFFERENCES);
        for (span, message) in differences.into_iter().take(MAX_DIFFERENCES) {
            found.push(
                Diagnostic::new(codes::TEMPLATE_EXAMPLE, span, message)
                    .help("mend the template, or the example; `playbill new --test --update` renews its result"),
            );
        }
        if more > 0 {
            let message = format!("the example differs in {more} more places");
            found.push(Diagnostic::new(codes::TEMPLATE_EXAMPLE, example.span, message));
        }
        if keeps.takes(&made) {
            examples.push(made);
        }
    }
    if !has_examples && keeps.for_readers {
        examples.extend(made_up(&template, &surroundings).filter(|made| keeps.takes(made)));
    }
    (examples, found)
}

/// Returns the paths of the examples of a template in this folder.
#[must_use]
pub fn files(source: &dyn Source, folder: &str) -> Vec<String> {
    let Some(place) = joined(folder, FOLDER) else { return Vec::new() };
    let Some(Found::Folder(names)) = source.look(&place) else { return Vec::new() };
    let is_example = |name: &String| name.ends_with(".yaml") || name.ends_with(".yml");
    names.into_iter().filter(is_example).take(MAX_EXAMPLES).map(|name| format!("{place}/{name}")).collect()
}

/// Returns the result that is kept of an example.
#[must_use]
pub fn snapshot(source: &dyn Source, folder: &str, name: &str) -> Option<Tree> {
    let place = joined(folder, &format!("{FOLDER}/{SNAPSHOTS}/{name}"))?;
    let Some(Found::Folder(_)) = source.look(&place) else { return None };
    let mut tree = Tree::default();
    for (path, entry) in super::source::folder(source, &place, &place).ok()? {
        tree.put(&path, entry).ok()?;
    }
    Some(tree)
}

/// Finds an entity by its full reference.
pub type Finder<'a> = dyn Fn(&str) -> Option<Json> + 'a;

/// What examples are run with.
pub struct Surroundings<'a> {
    /// Further hosts, each with its type.
    pub hosts: Vec<(String, String)>,
    /// Further actions.
    pub actions: Vec<(String, Json)>,
    /// The repository of the template.
    pub source: &'a dyn Source,
    /// Finds entities.
    pub catalog: Box<Finder<'a>>,
}

impl<'a> Surroundings<'a> {
    /// Makes those of a catalog.
    #[must_use]
    pub fn of(config: &Config, source: &'a dyn Source, catalog: &'a Catalog) -> Self {
        let actions = config.templates.actions.iter();
        Self {
            hosts: config.hosts.iter().map(|(host, kind)| (host.clone(), kind.clone())).collect(),
            actions: actions.map(|(id, output)| (id.clone(), json!(output))).collect(),
            source,
            catalog: Box::new(|reference| {
                let entity = catalog.get(catalog.find(reference)?);
                serde_json::to_value(export::written(entity)).ok()
            }),
        }
    }

    /// Runs a template with values; the form says what they should be.
    #[must_use]
    pub fn run(
        &self,
        template: &Template,
        mut values: Map<String, Json>,
        secrets: &Map<String, Json>,
        user: Option<&str>,
    ) -> Made {
        let host = Host { hosts: &self.hosts, status: None };
        let pages = parameters::pages(template.spec("parameters"));
        parameters::fill(&pages, &mut values, &host);
        let hidden = parameters::hide(&pages, &mut values, &host);
        let secrets_schema = template.spec("secrets").and_then(|secrets| secrets.get("schema"));
        let faults = parameters::check(&pages, &hidden, &values, secrets_schema, secrets);
        let mut made = Made {
            name: String::new(),
            title: None,
            is_made_up: false,
            values,
            status: Status::Invalid,
            faults,
            outcome: Outcome::default(),
        };
        if !made.faults.is_empty() {
            return made;
        }
        let mut who = json!({});
        if let Some(user) = user {
            who["ref"] = json!(user);
            if let Ok(user) = EntityRef::parse(user, Some("user"), "default")
                && let Some(entity) = (self.catalog)(user.as_str())
            {
                who["entity"] = entity;
            }
        }
        made.outcome = run::run(Inputs {
            template,
            values: &made.values,
            secrets,
            user: &who,
            environment: &json!({"parameters": {}, "secrets": {}}),
            hosts: &self.hosts,
            source: self.source,
            catalog: &*self.catalog,
            more_actions: &self.actions,
            publish: None,
            strict: false,
            watch: &mut |_| (),
        });
        made.status = if made.outcome.output.is_some() { Status::Completed } else { Status::Failed };
        made
    }
}

/// An example as it was written.
#[derive(Debug)]
pub struct Example {
    /// Its name, that of its file.
    pub name: String,
    /// What it shows.
    pub title: Option<String>,
    /// The template that it is for, if it says so.
    pub template: Option<String>,
    /// The values.
    pub values: Map<String, Json>,
    /// The secrets.
    pub secrets: Map<String, Json>,
    /// Who runs it.
    pub user: Option<String>,
    /// Commands to be run in the result.
    pub run: Vec<Vec<String>>,
    expect: Option<Node>,
    span: Span,
}

const KEYS: [&str; 8] = ["title", "description", "template", "values", "secrets", "user", "run", "expect"];
const EXPECTED: [&str; 5] = ["status", "errors", "files", "output", "plan"];

impl Example {
    /// Reads an example.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: FileId, path: &str, text: &str) -> Result<Self, Diagnostics> {
        let (root, problems) = yaml::read(file, text);
        let top = Span::new(file, 0, text.find('\n').unwrap_or(text.len()));
        let wrong = |span: Span, message: String, help: &str| {
            vec![Diagnostic::new(codes::TEMPLATE_EXAMPLE, span, message).help(help)]
        };
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        let Some(root) = root.filter(|root| root.as_map().is_some()) else {
            return Err(wrong(top, "an example is a mapping".to_owned(), "begin it with `values:`"));
        };
        let unknown = |node: &Node, keys: &[&str]| {
            let entry = node.as_map()?.entries().iter().find(|entry| !keys.contains(&&*entry.key))?;
            let help = match nearest(&entry.key, keys.iter().copied()) {
                Some(near) => format!("write `{near}`"),
                None => format!("here are `{}`", keys.join("`, `")),
            };
            Some(wrong(entry.key_span, format!("an example has no `{}`", entry.key), &help))
        };
        let expect = root.get("expect").cloned();
        if let Some(problem) =
            unknown(&root, &KEYS).or_else(|| expect.as_ref().and_then(|node| unknown(node, &EXPECTED)))
        {
            return Err(problem);
        }
        let object = |key: &str| match root.get(key).map(serde_json::to_value) {
            Some(Ok(Json::Object(values))) => values,
            _ => Map::new(),
        };
        let said = |key: &str| root.get(key).and_then(Node::as_str).map(str::to_owned);
        let words = |node: &Node| -> Vec<String> {
            match (node.as_str(), node.as_seq()) {
                (Some(line), _) => line.split_whitespace().map(str::to_owned).collect(),
                (_, Some(words)) => words.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            }
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        Ok(Self {
            name: name.trim_end_matches(".yaml").trim_end_matches(".yml").to_owned(),
            title: said("title").or_else(|| said("description")),
            template: said("template"),
            values: object("values"),
            secrets: object("secrets"),
            user: said("user"),
            run: root.get("run").and_then(Node::as_seq).unwrap_or_default().iter().map(words).collect(),
            expect,
            span: root.as_map().and_then(|map| map.entries().first()).map_or(top, |entry| entry.key_span),
        })
    }

    /// Runs a template with it.
    #[must_use]
    pub fn run(&self, template: &Template, surroundings: &Surroundings<'_>) -> Made {
        let made = surroundings.run(template, self.values.clone(), &self.secrets, self.user.as_deref());
        Made { name: self.name.clone(), title: self.title.clone(), ..made }
    }

    /// Returns where the result is not what it should be.
    #[must_use]
    pub fn differences(&self, made: &Made, snapshot: Option<&Tree>) -> Vec<(Span, String)> {
        let mut found = Differences { span: self.span, found: Vec::new() };
        let expect = self.expect.as_ref();
        let part = |key: &str| expect.and_then(|expect| expect.get(key));
        let errors = part("errors").and_then(Node::as_seq);
        let status = part("status");
        let wanted = status.and_then(Node::as_str).unwrap_or(if errors.is_some() { "invalid" } else { "completed" });
        if wanted != made.status.as_str() {
            let mut message = format!("the example should be {wanted}, and is {}", made.status.as_str());
            for fault in made.faults.iter().take(3) {
                let _ = write!(message, "; `{}` {}", fault.misfit.pointer, fault.misfit.message);
            }
            let failed = made.outcome.steps.iter().find_map(|step| Some((step, step.error.as_ref()?)));
            if let Some((step, error)) = failed {
                let _ = write!(message, "; step `{}`: {error}", step.id);
            }
            found.add(status.map(|node| node.span), message);
            return found.found;
        }
        for error in errors.unwrap_or_default() {
            let pointer = error.as_str().unwrap_or_default();
            if !made.faults.iter().any(|fault| fault.misfit.pointer == pointer) {
                let told: Vec<&str> = made.faults.iter().map(|fault| fault.misfit.pointer.as_str()).collect();
                found.add(Some(error.span), format!("`{pointer}` is not at fault; `{}` is", told.join("`, `")));
            }
        }
        if let Some(files) = part("files").and_then(Node::as_map) {
            found.files(files, &made.outcome.tree);
        }
        if let Some(output) = part("output") {
            found.value(output, made.outcome.output.as_ref().unwrap_or(&Json::Null), "output");
        }
        if let Some(plan) = part("plan") {
            found.plan(plan, &made.outcome);
        }
        if let Some(snapshot) = snapshot {
            found.trees(snapshot, &made.outcome.tree);
        }
        found.found
    }
}
