//! Examples of a template: files with values in the folder `examples` beside it, each with what should come of them.
//!
//! They are its tests, and what its page shows. Where there is none, one is made up for the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::language::{Host, Value, script};
use super::parameters::{self, Fault};
use super::record::{self, Record};
use super::report::Status;
use super::repository::Repository;
use super::run::{self, Inputs, Outcome};
use super::schema;
use super::source::{Found, Source};
use super::template::Template;
use super::tree::{Entry, Tree, joined};
use super::yaml_in;
use crate::catalog::{Catalog, Entity, EntityId, EntityRef, export};
use crate::config::Config;
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::incremental::{ByAddress, Changes, MemoTable};
use crate::text::{FileId, Span, nearest};
use crate::workspace::{Item, Workspace};
use crate::yaml::{self, Map as Mapping, Node};

/// The folder of examples, beside the template.
pub const FOLDER: &str = "examples";
/// The folder of results, below it.
pub const SNAPSHOTS: &str = "__snapshots__";
/// So many examples of a template are run.
const MAX_EXAMPLES: usize = 50;
/// A larger file is no example.
const MAX_FILE: u64 = 1 << 20;
/// A larger record of what was made is not read.
const MAX_BASE: u64 = 16 << 20;
/// So many differences of an example are told.
const MAX_DIFFERENCES: usize = 20;
/// Of so many of those that were made from a template is told how far they are behind.
const MAX_CHILDREN: usize = 50;
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
    /// An update would bring changes to so many files.
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
    /// Makes a memo that remembers; the default one does not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { all: MemoTable::enabled() }
    }

    /// Notes what happened; see [`MemoTable::invalidate`].
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

    /// Returns what tells these results from others.
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
        let (list, found) = each(workspace, catalog, depth == Depth::Pages);
        (Templates { list: list.into() }, found)
    });
    Arc::unwrap_or_clone(all)
}

fn each(workspace: &Workspace, catalog: &Catalog, for_readers: bool) -> (Vec<Known>, Diagnostics) {
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
    super::with_stack(|| {
        let mut list = Vec::new();
        let mut found = Diagnostics::new();
        for (id, entity) in templates {
            let (examples, problems) = of_template(workspace, catalog, entity, for_readers);
            let reference = entity.reference.shared();
            found.extend(problems.into_iter().map(|problem| problem.entity(Arc::clone(&reference))));
            let children = made_from.get(entity.reference.as_str()).map_or(&[][..], Vec::as_slice);
            let children = children_of(workspace, catalog, entity, children);
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

/// Makes anew what an entity was made with, and compares.
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
    match record::update(&base, &now, &made.outcome.tree).changes.len() {
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
    for_readers: bool,
) -> (Vec<Made>, Diagnostics) {
    let source = Repository::of(workspace, entity.file);
    let mut found = Diagnostics::new();
    let Some(template) = template_of(workspace, entity) else { return (Vec::new(), found) };
    let surroundings = Surroundings::of(workspace.config(), &source, catalog);
    let mut examples = Vec::new();
    for path in files(&source, template.folder()) {
        let Some(file) = source.file(&path) else { continue };
        let Ok(text) = workspace.text(file, MAX_FILE) else { continue };
        let example = match Example::read(file, &path, &text) {
            Ok(example) => example,
            Err(problems) => {
                found.extend(problems);
                continue;
            }
        };
        if example.template.as_ref().is_some_and(|name| *name != entity.name()) {
            continue;
        }
        let made = example.run(&template, &surroundings);
        let snapshot = snapshot(&source, template.folder(), &example.name);
        let differences = example.differences(&made, snapshot.as_ref());
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
        examples.push(made);
    }
    if examples.is_empty() && for_readers {
        examples.extend(made_up(&template, &surroundings));
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

    /// Runs a template with values; what they are to be is said by the form.
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

struct Differences {
    /// Where there is no better place.
    span: Span,
    found: Vec<(Span, String)>,
}

impl Differences {
    fn add(&mut self, span: Option<Span>, message: String) {
        self.found.push((span.unwrap_or(self.span), message));
    }

    fn files(&mut self, files: &Mapping, tree: &Tree) {
        for entry in files.entries() {
            let path = &*entry.key;
            let there = tree.get(path);
            if entry.value.get("absent").and_then(Node::as_bool) == Some(true) {
                if there.is_some() {
                    self.add(Some(entry.key_span), format!("`{path}` should not be there"));
                }
                continue;
            }
            let Some(there) = there else {
                let paths = tree.entries().map(|(path, _)| path);
                let hint = nearest(path, paths).map_or_else(String::new, |near| format!("; there is `{near}`"));
                self.add(Some(entry.key_span), format!("`{path}` is not there{hint}"));
                continue;
            };
            let Entry::File { bytes, mode } = there else { continue };
            let text = String::from_utf8_lossy(bytes);
            if let Some(wanted) = entry.value.as_str() {
                if let Some(line) = difference(wanted, &text) {
                    self.add(Some(entry.value.span), format!("`{path}` {line}"));
                }
                continue;
            }
            for check in entry.value.as_map().map_or(&[][..], Mapping::entries) {
                self.file(path, &text, mode & 0o111 != 0, &check.key, &check.value);
            }
        }
    }

    fn file(&mut self, path: &str, text: &str, executable: bool, check: &str, wanted: &Node) {
        let several = wanted.as_seq().unwrap_or(std::slice::from_ref(wanted));
        match check {
            "contains" | "lacks" => {
                for part in several {
                    let there = text.contains(&plain(part));
                    if there != (check == "contains") {
                        let verb = if there { "contains" } else { "does not contain" };
                        self.add(Some(part.span), format!("`{path}` {verb} this"));
                    }
                }
            }
            "matches" => {
                for part in several {
                    match script::matches(text, &plain(part), "m") {
                        Ok(true) => {}
                        Ok(false) => self.add(Some(part.span), format!("`{path}` does not match this")),
                        Err(error) => self.add(Some(part.span), format!("this cannot be matched: {error}")),
                    }
                }
            }
            "executable" => {
                if wanted.as_bool().is_some_and(|wanted| wanted != executable) {
                    let not = if executable { "" } else { "not " };
                    self.add(Some(wanted.span), format!("`{path}` is {not}executable"));
                }
            }
            "yaml" | "json" => {
                let read = match check {
                    "yaml" => yaml_in::documents(text).map(|mut documents| {
                        if documents.len() == 1 { documents.remove(0) } else { Json::Array(documents) }
                    }),
                    _ => serde_json::from_str(text).map_err(|error| error.to_string()),
                };
                match read {
                    Err(error) => self.add(Some(wanted.span), format!("`{path}` is no {check}: {error}")),
                    Ok(value) => {
                        for entry in wanted.as_map().map_or(&[][..], Mapping::entries) {
                            match at(&value, &entry.key) {
                                Some(value) => self.value(&entry.value, value, &format!("{path}: {}", entry.key)),
                                None if entry.value.is_null() => {}
                                None => {
                                    self.add(Some(entry.key_span), format!("`{path}` has nothing at `{}`", entry.key));
                                }
                            }
                        }
                    }
                }
            }
            other => {
                let known = ["absent", "contains", "lacks", "matches", "executable", "yaml", "json"];
                self.add(
                    Some(wanted.span),
                    format!("nothing can be expected as `{other}`: here are `{}`", known.join("`, `")),
                );
            }
        }
    }

    /// Compares a value in part: what is not named may be anything.
    fn value(&mut self, wanted: &Node, is: &Json, name: &str) {
        match (wanted.as_map(), is) {
            (Some(map), Json::Object(entries)) => {
                for entry in map.entries() {
                    match entries.get(&*entry.key) {
                        Some(value) => self.value(&entry.value, value, &format!("{name}.{}", entry.key)),
                        None => self.add(Some(entry.key_span), format!("`{name}` has no `{}`", entry.key)),
                    }
                }
                return;
            }
            (None, Json::Array(items)) => {
                if let Some(list) = wanted.as_seq()
                    && list.len() == items.len()
                {
                    for (number, (wanted, is)) in list.iter().zip(items).enumerate() {
                        self.value(wanted, is, &format!("{name}[{number}]"));
                    }
                    return;
                }
            }
            _ => {}
        }
        let value = serde_json::to_value(wanted).unwrap_or_default();
        let same = match (&value, is) {
            (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
            (a, b) => a == b,
        };
        if !same {
            self.add(Some(wanted.span), format!("`{name}` is `{}`", short(&is.to_string())));
        }
    }

    fn plan(&mut self, plan: &Node, outcome: &Outcome) {
        let wanted = plan.as_seq().unwrap_or_default();
        let name = |node: &Node| node.as_str().or_else(|| node.get("action")?.as_str()).unwrap_or_default().to_owned();
        let names: Vec<String> = wanted.iter().map(name).collect();
        let made: Vec<&str> = outcome.plan.iter().map(|planned| planned.action.as_str()).collect();
        if names != made {
            let told = if made.is_empty() { "nothing".to_owned() } else { format!("`{}`", made.join("`, `")) };
            self.add(Some(plan.span), format!("{told} is planned"));
            return;
        }
        for (wanted, planned) in wanted.iter().zip(&outcome.plan) {
            if let Some(input) = wanted.get("input") {
                self.value(input, &planned.input, &planned.action);
            }
        }
    }

    fn trees(&mut self, wanted: &Tree, is: &Tree) {
        let files = |tree: &Tree| -> BTreeMap<String, Arc<[u8]>> {
            let entries = tree.entries().filter_map(|(path, entry)| match entry {
                Entry::File { bytes, .. } => Some((path.to_owned(), Arc::clone(bytes))),
                Entry::Link(target) => Some((path.to_owned(), target.as_bytes().into())),
                Entry::Folder => None,
            });
            entries.collect()
        };
        let (wanted, is) = (files(wanted), files(is));
        for (path, bytes) in &wanted {
            match is.get(path) {
                None => self.add(None, format!("`{path}` of the snapshot is not there")),
                Some(now) if now == bytes => {}
                Some(now) => {
                    let line = difference(&String::from_utf8_lossy(bytes), &String::from_utf8_lossy(now));
                    let line = line.unwrap_or_else(|| "differs".to_owned());
                    self.add(None, format!("`{path}` is not that of the snapshot: it {line}"));
                }
            }
        }
        for path in is.keys().filter(|path| !wanted.contains_key(*path)) {
            self.add(None, format!("`{path}` is not in the snapshot"));
        }
    }
}

/// Returns a value as it is written.
fn plain(node: &Node) -> String {
    match serde_json::to_value(node) {
        Ok(Json::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Says in which line a text is not the one that is wanted.
fn difference(wanted: &str, is: &str) -> Option<String> {
    if wanted == is {
        return None;
    }
    let mut lines = (wanted.lines(), is.lines());
    for number in 1.. {
        match (lines.0.next(), lines.1.next()) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                return Some(format!("has `{}` in line {number}, and should have `{}`", short(b), short(a)));
            }
            (Some(a), None) => return Some(format!("ends before line {number}, `{}`", short(a))),
            (None, Some(b)) => return Some(format!("has more from line {number}, `{}`", short(b))),
            (None, None) => break,
        }
    }
    Some("differs in the ends of its lines".to_owned())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns what stands at a path such as `spec.owner` or `[0].metadata.name`; a key with dots is tried first.
fn at<'v>(value: &'v Json, path: &str) -> Option<&'v Json> {
    if path.is_empty() {
        return Some(value);
    }
    if let Some(rest) = path.strip_prefix('[') {
        let (number, rest) = rest.split_once(']')?;
        return at(value.get(number.parse::<usize>().ok()?)?, rest.strip_prefix('.').unwrap_or(rest));
    }
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(end, _)| end);
    ends.rev().find_map(|end| {
        let rest = &path[end..];
        at(value.get(&path[..end])?, rest.strip_prefix('.').unwrap_or(rest))
    })
}

/// Runs a template with values that fit its form; nothing if none are found.
fn made_up(template: &Template, surroundings: &Surroundings<'_>) -> Option<Made> {
    let host = Host { hosts: &surroundings.hosts, status: None };
    let pages = parameters::pages(template.spec("parameters"));
    let mut values = Map::new();
    // What is asked depends on what was answered.
    for _ in 0..4 {
        parameters::fill(&pages, &mut values, &host);
        for page in &pages {
            let asked = parameters::with_answers(page, &values);
            invent(page, &asked, &mut values, 0);
        }
    }
    let made = surroundings.run(template, values, &Map::new(), None);
    (made.status == Status::Completed).then(|| Made { name: "made-up".to_owned(), is_made_up: true, ..made })
}

/// Adds what is required and missing.
fn invent(page: &Json, schema: &Json, values: &mut Map<String, Json>, depth: usize) {
    let required = schema.get("required").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    for name in required.iter().filter_map(Json::as_str) {
        if values.contains_key(name) {
            continue;
        }
        let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) else { continue };
        if let Some(value) = invented(page, property, depth) {
            values.insert(name.to_owned(), value);
        }
    }
}

fn invented(page: &Json, property: &Json, depth: usize) -> Option<Json> {
    if depth > 8 {
        return None;
    }
    let fits = |value: &Json| schema::fits(page, property, &Value::from_json(value));
    let given = |key: &str| property.get(key).and_then(Json::as_array).and_then(|values| values.first()).cloned();
    let field = property.get("ui:field").and_then(Json::as_str).unwrap_or_default();
    let option = |name: &str| property.get("ui:options").and_then(|options| options.get(name));
    let first = |name: &str| option(name).and_then(Json::as_array).and_then(|all| all.first()).and_then(Json::as_str);
    let mut tries: Vec<Json> =
        [given("enum"), given("examples"), property.get("const").cloned()].into_iter().flatten().collect();
    tries.extend(given("oneOf").and_then(|first| first.get("const").cloned()));
    if field == "RepoUrlPicker" {
        let (host, owner) =
            (first("allowedHosts").unwrap_or("github.com"), first("allowedOwners").unwrap_or("example"));
        tries.push(json!(format!("{host}?owner={owner}&repo=example")));
    }
    if field.contains("Owner") || field.contains("Group") {
        tries.push(json!("group:default/example"));
    } else if field == "EntityPicker" {
        tries.push(json!("component:default/example"));
    }
    match property.get("type").and_then(Json::as_str) {
        Some("boolean") => tries.push(json!(true)),
        Some("integer" | "number") => {
            tries.extend([property.get("minimum").cloned(), property.get("maximum").cloned()].into_iter().flatten());
            tries.extend([1, 0, 10, 100, 8080].map(|number| json!(number)));
        }
        Some("array") => {
            let item = property.get("items").and_then(|items| invented(page, items, depth + 1));
            tries.extend([json!([]), json!([item])]);
        }
        Some("object") => {
            let mut inner = Map::new();
            invent(page, property, &mut inner, depth + 1);
            tries.push(Json::Object(inner));
        }
        _ => {
            let holder = property.get("ui:placeholder").and_then(Json::as_str);
            let words = [
                "example",
                "Example",
                "An example",
                "com.example",
                "example.com",
                "https://example.com",
                "a@example.com",
                "EX-1",
                "EX1",
                "ex1",
                "1",
                "123456789012",
                "1.0.0",
                "10.0.0.0/16",
                "us-east-1",
                "2026-01-01",
                "a",
            ];
            tries.extend(holder.into_iter().chain(words).map(|word| json!(word)));
        }
    }
    tries.into_iter().find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: stage}
spec:
  type: service
  parameters:
    required: [name]
    properties:
      name: {type: string, pattern: '^[a-z]+$'}
      port: {type: integer, default: 80}
  steps:
    - id: fetch
      action: fetch:template
      input: {url: ./skeleton, values: {name: '${{ parameters.name }}', port: '${{ parameters.port }}'}}
    - id: publish
      action: publish:github
      input: {repoUrl: 'github.com?owner=o&repo=${{ parameters.name }}'}
  output:
    links: [{title: Repository, url: '${{ steps.publish.output.remoteUrl }}'}]
";

    fn workspace(more: &[(&str, &str)]) -> Workspace {
        let mut files = vec![
            ("t/template.yaml", TEMPLATE),
            ("t/skeleton/${{ values.name }}.conf", "port=${{ values.port }}\n"),
            ("t/skeleton/.hidden", "x"),
            (
                "catalog-info.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {target: ./t/template.yaml}\n",
            ),
        ];
        files.extend(more);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        Workspace::from_files(Config::default(), &files)
    }

    /// Returns what is reported of an example, a line each.
    fn told(example: &str, more: &[(&str, &str)]) -> String {
        let mut files = vec![("t/examples/small.yaml", example)];
        files.extend(more);
        let workspace = workspace(&files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        assert_eq!(catalog.entities().len(), 2, "snapshots are no entities");
        let found = analyse(&workspace, &catalog, Depth::Findings, &Memo::default()).1;
        found.iter().map(|problem| problem.message.to_string()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_expected_is_compared() {
        for (expect, wanted) in [
            ("{}", ""),
            ("{status: failed}", "the example should be failed, and is completed"),
            ("{files: {foyer.conf: \"port=80\\n\", .hidden: x}}", ""),
            (
                "{files: {foyer.conf: \"port=81\\n\"}}",
                "`foyer.conf` has `port=80` in line 1, and should have `port=81`",
            ),
            ("{files: {foyer.con: x}}", "`foyer.con` is not there; there is `foyer.conf`"),
            ("{files: {foyer.conf: {absent: true}}}", "`foyer.conf` should not be there"),
            (
                "{files: {foyer.conf: {contains: [port, 90], lacks: '80', matches: '^port=\\d+$', executable: true}}}",
                "`foyer.conf` does not contain this\n`foyer.conf` contains this\n`foyer.conf` is not executable",
            ),
            (
                "{files: {foyer.conf: {holds: x}}}",
                "nothing can be expected as `holds`: here are `absent`, `contains`, `lacks`, `matches`, `executable`, `yaml`, `json`",
            ),
            ("{plan: [publish:github]}", ""),
            (
                "{plan: [{action: publish:github, input: {repoUrl: x}}]}",
                "`publish:github.repoUrl` is `\"github.com?owner=o&repo=foyer\"`",
            ),
            ("{plan: []}", "`publish:github` is planned"),
            ("{output: {links: [{title: Repo}]}}", "`output.links[0].title` is `\"Repository\"`"),
            ("{wants: 1}", "an example has no `wants`"),
        ] {
            assert_eq!(told(&format!("values: {{name: foyer}}\nexpect: {expect}\n"), &[]), wanted, "{expect}");
        }
        assert_eq!(told("values: {name: F}\nexpect: {errors: [/name]}\n", &[]), "");
        assert_eq!(told("values: {name: F}\nexpect: {errors: [/port]}\n", &[]), "`/port` is not at fault; `/name` is");
        assert!(told("values: {}\n", &[]).starts_with("the example should be completed, and is invalid; `/name`"));
        assert_eq!(told("values: {}\ntemplate: other\n", &[]), "", "an example of another template");
    }

    #[test]
    fn snapshots_are_the_whole_result() {
        let example = "values: {name: foyer}\n";
        let good = [
            ("t/examples/__snapshots__/small/foyer.conf", "port=80\n"),
            ("t/examples/__snapshots__/small/.hidden", "x"),
        ];
        assert_eq!(told(example, &good), "");
        let bad = [
            ("t/examples/__snapshots__/small/foyer.conf", "port=8\n"),
            (
                "t/examples/__snapshots__/small/catalog-info.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: s}\nspec: {owner: o}\n",
            ),
        ];
        assert_eq!(
            told(example, &bad),
            "`catalog-info.yaml` of the snapshot is not there\n`foyer.conf` is not that of the snapshot: it has `port=80` in line 1, \
             and should have `port=8`\n`.hidden` is not in the snapshot"
        );
    }

    #[test]
    fn values_are_made_up_for_readers() {
        let workspace = workspace(&[]);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let (templates, found) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
        assert!(found.is_empty());
        let id = catalog.find("template:default/stage").unwrap();
        let [made] = &templates.of(id).unwrap().examples[..] else { panic!("one example") };
        assert!(made.is_made_up);
        assert_eq!(json!(made.values), json!({"port": 80, "name": "example"}));
        assert!(made.outcome.tree.exists("example.conf"));
    }

    #[test]
    fn what_was_made_says_how_far_it_is_behind() {
        let lag = |conf: &str| {
            let mut base = Tree::default();
            base.write("foyer.conf", conf.as_bytes().to_vec(), None).unwrap();
            base.write(".hidden", b"x".to_vec(), None).unwrap();
            let values = json!({"name": "foyer", "port": 80}).as_object().unwrap().clone();
            Record { template: "template:default/stage".to_owned(), values }.put(&mut base);
            let entity = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: foyer, annotations: {backstage.io/source-template: 'template:default/stage'}}\nspec: {owner: o}\n";
            let record = base.read_text(record::PLACE).unwrap();
            let packed = base.read(record::BASE).unwrap();
            let files: [(&str, &[u8]); 6] = [
                ("t/template.yaml", TEMPLATE.as_bytes()),
                ("t/skeleton/${{ values.name }}.conf", b"port=${{ values.port }}\n"),
                ("t/skeleton/.hidden", b"x"),
                ("foyer/catalog-info.yaml", entity.as_bytes()),
                ("foyer/.playbill/template.yaml", record.as_bytes()),
                ("foyer/.playbill/template.base", &packed),
            ];
            let link = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {target: ./t/template.yaml}\n";
            let mut files = files.to_vec();
            files.push(("catalog-info.yaml", link.as_bytes()));
            let workspace = Workspace::from_files(Config::default(), &files);
            let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
            let (templates, _) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
            let id = catalog.find("template:default/stage").unwrap();
            templates.of(id).unwrap().children.iter().map(|child| child.lag).collect::<Vec<_>>()
        };
        assert_eq!(lag("port=80\n"), [Lag::Current]);
        assert_eq!(lag("port=79\n"), [Lag::Behind(1)]);
    }

    #[test]
    fn paths_of_values() {
        let value = json!({"a": {"b.c": [1, {"d": 2}]}, "e.f": 3});
        for (path, wanted) in [("a.b.c[1].d", Some(2)), ("a.b.c[0]", Some(1)), ("e.f", Some(3)), ("a.x", None)] {
            assert_eq!(at(&value, path), wanted.map(|number| json!(number)).as_ref(), "{path}");
        }
    }
}
