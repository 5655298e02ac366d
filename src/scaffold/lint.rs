//! Finds faults of templates without running them: what `check` reports of each Template of the catalog.
//!
//! Silent rather than wrong: where a value is only known at run time, nothing is said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::actions::{self, Action};
use super::language::ast::{Binary, Kind, Literal, Name, NodeId, Tree};
use super::language::{self, Failure, Options, Value, evaluate, filters, tests_of_values};
use super::schema;
use crate::catalog::{Catalog, Entity};
use crate::diag::{Code, Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span, is_one_slip_from, nearest};
use crate::workspace::{LocateError, Workspace};
use crate::yaml::{self, Map, Node};

/// Files of a skeleton that are larger are not looked into.
const MAX_FILE: u64 = 1 << 20;
/// Maximum number of files of a skeleton that are examined.
const MAX_FILES: usize = 2_000;

/// Reports the faults of all templates of the catalog.
#[must_use]
pub fn check(workspace: &Workspace, catalog: &Catalog) -> Diagnostics {
    let templates: Vec<&Entity> =
        catalog.entities().iter().filter(|entity| entity.reference.kind() == "template").collect();
    if templates.is_empty() {
        return Diagnostics::new();
    }
    super::with_stack(|| templates.into_iter().flat_map(|entity| check_template(workspace, entity)).collect())
}

/// The fields that Backstage's forms have beside those of plain values.
pub const FIELDS: [&str; 13] = [
    "EntityNamePicker",
    "EntityPicker",
    "EntityTagsPicker",
    "GitlabRepoPicker",
    "MultiEntityPicker",
    "MyGroupsPicker",
    "OwnedEntityPicker",
    "OwnerPicker",
    "RepoBranchPicker",
    "RepoOwnerPicker",
    "RepoUrlPicker",
    "Secret",
    "SelectFieldFromApi",
];

/// Actions that put their inputs where others read them.
const TELLING: [&str; 8] = [
    "catalog:write",
    "debug:log",
    "fetch:template",
    "fetch:template:file",
    "roadiehq:utils:fs:append",
    "roadiehq:utils:fs:write",
    "roadiehq:utils:json:merge",
    "roadiehq:utils:merge",
];

/// What texts of a place can ask for.
struct Known<'a> {
    /// The names that are there.
    names: &'a [&'a str],
    /// What an entry of these names must be one of, if that is known.
    entries: BTreeMap<&'a str, &'a BTreeSet<String>>,
    /// Filters beyond those that are always known.
    filters: &'a [String],
    options: Options,
}

struct Linter<'a> {
    workspace: &'a Workspace,
    entity: &'a Entity,
    /// The parameters that pages declare, each with its place.
    parameters: BTreeMap<String, Span>,
    /// Whether others may exist that are not seen.
    more_parameters: bool,
    used: BTreeSet<String>,
    uses_all: bool,
    steps: Vec<StepFacts>,
    found: Diagnostics,
}

struct StepFacts {
    id: String,
    action: Option<&'static Action>,
}

fn check_template(workspace: &Workspace, entity: &Entity) -> Diagnostics {
    let Some(spec) = entity.spec() else { return Diagnostics::new() };
    let mut linter = Linter {
        workspace,
        entity,
        parameters: BTreeMap::new(),
        more_parameters: false,
        used: BTreeSet::new(),
        uses_all: false,
        steps: Vec::new(),
        found: Diagnostics::new(),
    };
    let pages: Vec<&Node> = match spec.get("parameters") {
        Some(node) => node.as_seq().map_or_else(|| vec![node], |pages| pages.iter().collect()),
        None => Vec::new(),
    };
    for page in &pages {
        linter.declare(page, 0);
    }
    let steps = spec.get("steps").and_then(Node::as_seq).unwrap_or_default();
    for (at, step) in steps.iter().enumerate() {
        let id = step.get("id").and_then(Node::as_str).map_or_else(|| format!("step-{}", at + 1), str::to_owned);
        let action = step.get("action").and_then(Node::as_str).and_then(actions::find);
        linter.steps.push(StepFacts { id, action });
    }
    for (at, step) in steps.iter().enumerate() {
        linter.step(at, step);
    }
    if let Some(output) = spec.get("output") {
        linter.texts(output, steps.len(), &OUTPUT_NAMES);
    }
    for page in pages {
        linter.conditions(page, 0);
        linter.fields(page, 0);
    }
    linter.unused();
    let reference = entity.reference.shared();
    linter.found.into_iter().map(|found| found.entity(Arc::clone(&reference))).collect()
}

const OUTPUT_NAMES: [&str; 5] = ["parameters", "steps", "user", "environment", "context"];
const INPUT_NAMES: [&str; 6] = ["parameters", "steps", "user", "environment", "context", "secrets"];
const EACH_NAMES: [&str; 7] = ["parameters", "steps", "user", "environment", "context", "secrets", "each"];

impl Linter<'_> {
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, span, message).help(help));
    }

    /// Notes the properties of a page, also those that come with answers.
    fn declare(&mut self, schema: &Node, depth: usize) {
        let Some(map) = schema.as_map() else { return };
        if depth > 20 {
            return;
        }
        for entry in map.entries() {
            match &*entry.key {
                "properties" => {
                    for property in entry.value.as_map().map_or(&[][..], Map::entries) {
                        self.parameters.entry(property.key.to_string()).or_insert(property.key_span);
                        if serves_by_itself(&property.value) {
                            self.used.insert(property.key.to_string());
                        }
                    }
                }
                "allOf" | "anyOf" | "oneOf" => {
                    for part in entry.value.as_seq().unwrap_or_default() {
                        self.declare(part, depth + 1);
                    }
                }
                "then" | "else" | "if" => self.declare(&entry.value, depth + 1),
                "dependencies" => {
                    for dependency in entry.value.as_map().map_or(&[][..], Map::entries) {
                        self.used.insert(dependency.key.to_string());
                        self.declare(&dependency.value, depth + 1);
                    }
                }
                "$ref" | "patternProperties" => self.more_parameters = true,
                _ => {}
            }
            if matches!(&*entry.key, "if" | "oneOf" | "anyOf") {
                // What decides about other fields is used.
                self.decides(&entry.value, 0);
            }
        }
    }

    fn decides(&mut self, schema: &Node, depth: usize) {
        if depth > 20 {
            return;
        }
        for part in schema.as_seq().unwrap_or_default() {
            self.decides(part, depth + 1);
        }
        for entry in schema.as_map().map_or(&[][..], Map::entries) {
            if &*entry.key == "properties" {
                let names = entry.value.as_map().map_or(&[][..], Map::entries).iter();
                self.used.extend(
                    names
                        .filter(|property| {
                            property.value.get("const").is_some() || property.value.get("enum").is_some()
                        })
                        .map(|property| property.key.to_string()),
                );
            }
        }
    }

    /// Looks at `when` and at texts of the form that ask for other fields.
    fn conditions(&mut self, node: &Node, depth: usize) {
        if depth > 60 {
            return;
        }
        match &node.value {
            yaml::Value::Str(text) => {
                if text.contains("${{")
                    && let Ok(tree) = language::parse(text, Options::default())
                {
                    self.note_uses(&tree);
                }
            }
            yaml::Value::Seq(items) => items.iter().for_each(|item| self.conditions(item, depth + 1)),
            yaml::Value::Map(map) => {
                for entry in map.entries() {
                    if depth == 0
                        && &*entry.key == "when"
                        && let Some(text) = entry.value.as_str()
                    {
                        let text = if text.contains("${{") { text.to_owned() } else { format!("${{{{ {text} }}}}") };
                        if let Ok(tree) = language::parse(&text, Options::default()) {
                            self.note_uses(&tree);
                        }
                    }
                    self.conditions(&entry.value, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Looks at the names of fields. One that is nothing like a known one is an extension of somebody's own Backstage.
    fn fields(&mut self, node: &Node, depth: usize) {
        if depth > 60 {
            return;
        }
        for item in node.as_seq().unwrap_or_default() {
            self.fields(item, depth + 1);
        }
        for entry in node.as_map().map_or(&[][..], Map::entries) {
            if &*entry.key == "ui:field"
                && let Some(name) = entry.value.as_str()
                && !FIELDS.contains(&name)
                && let Some(near) = FIELDS.iter().find(|known| is_one_slip_from(name, known))
            {
                let message = format!("there is no field `{name}`");
                self.report(codes::TEMPLATE_FIELD, entry.value.span, message, format!("write `{near}`"));
            }
            self.fields(&entry.value, depth + 1);
        }
    }

    /// Looks for secrets in the inputs of a step that reveals them.
    fn secrets(&mut self, node: &Node, action: &str) {
        match &node.value {
            yaml::Value::Str(text) if text.contains("secrets") => {
                let Ok(tree) = language::parse(text, Options::default()) else { return };
                let told = paths(&tree).into_iter().find(|(_, path)| path[0] == "secrets");
                if let Some((at, path)) = told {
                    let span = self.place(node, text, tree.at(at));
                    let message = format!("`{action}` writes `{}` where others can read it", path.join("."));
                    self.report(
                        codes::TEMPLATE_SECRET,
                        span,
                        message,
                        "hand it to the action that needs it, or let the result read it from its environment",
                    );
                }
            }
            yaml::Value::Seq(items) => items.iter().for_each(|item| self.secrets(item, action)),
            yaml::Value::Map(map) => map
                .entries()
                .iter()
                .filter(|entry| &*entry.key != "token")
                .for_each(|entry| self.secrets(&entry.value, action)),
            _ => {}
        }
    }

    fn unused(&mut self) {
        if self.uses_all {
            return;
        }
        let unused: Vec<(String, Span)> = self
            .parameters
            .iter()
            .filter(|(name, _)| !self.used.contains(*name))
            .map(|(name, span)| (name.clone(), *span))
            .collect();
        for (name, span) in unused {
            let message = format!("nothing uses the parameter `{name}`");
            self.report(codes::TEMPLATE_UNUSED, span, message, "use it in a step, or do not ask for it");
        }
    }

    fn step(&mut self, at: usize, step: &Node) {
        let has_each = step.get("each").is_some();
        if let Some(action) = step.get("action")
            && let Some(id) = action.as_str()
            && self.steps[at].action.is_none()
            && !self.workspace.config().templates.actions.contains_key(id)
        {
            let near = nearest(id, actions::ACTIONS.iter().map(|action| action.id));
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None => "declare it in `templates.actions`, if your Backstage has it".to_owned(),
            };
            self.report(codes::TEMPLATE_ACTION, action.span, format!("there is no action `{id}`"), help);
        }
        if let Some(condition) = step.get("if") {
            let names: &[&str] = if has_each { &EACH_NAMES } else { &OUTPUT_NAMES };
            self.texts(condition, at, names);
        }
        if let Some(each) = step.get("each") {
            self.texts(each, at, &INPUT_NAMES);
        }
        if let Some(input) = step.get("input") {
            self.texts(input, at, if has_each { &EACH_NAMES } else { &INPUT_NAMES });
        }
        if let Some(action) = self.steps[at].action {
            if let Some(input) = step.get("input")
                && TELLING.contains(&action.id)
            {
                self.secrets(input, action.id);
            }
            self.inputs(action, step);
            if matches!(action.id, "fetch:template" | "fetch:plain" | "fetch:plain:file" | "fetch:template:file") {
                self.skeleton(action.id, step);
            }
        }
    }

    /// Looks at all texts in a value; `at` is the number of steps that came before.
    fn texts(&mut self, node: &Node, at: usize, names: &[&str]) {
        match &node.value {
            yaml::Value::Str(text) => {
                if !text.contains("${{") && !text.contains("{%") {
                    return;
                }
                match language::parse(text, Options::default()) {
                    Ok(tree) => {
                        self.note_uses(&tree);
                        let declared: BTreeSet<String> = self.parameters.keys().cloned().collect();
                        let mut entries = BTreeMap::new();
                        if !self.more_parameters && !declared.is_empty() {
                            entries.insert("parameters", &declared);
                        }
                        let filters = &self.workspace.config().templates.filters;
                        let known = Known { names, entries, filters, options: Options::default() };
                        let faults = tree_faults(&tree, &known);
                        let faults = faults.into_iter().chain(self.step_faults(&tree, at));
                        for fault in faults.collect::<Vec<_>>() {
                            let span = self.place(node, text, tree.at(fault.node));
                            self.report(fault.code, span, fault.message, fault.help);
                        }
                    }
                    Err(failure) => {
                        let span = self.place(node, text, failure.at.unwrap_or(0));
                        let message = format!("this text cannot be rendered, and stays as it is: {}", failure.message);
                        self.report(
                            codes::TEMPLATE_EXPRESSION,
                            span,
                            message,
                            "mend the expression, or put it between `{% raw %}` and `{% endraw %}`",
                        );
                    }
                }
            }
            yaml::Value::Seq(items) => items.iter().for_each(|item| self.texts(item, at, names)),
            yaml::Value::Map(map) => map.entries().iter().for_each(|entry| self.texts(&entry.value, at, names)),
            _ => {}
        }
    }

    /// Notes which parameters a text uses.
    fn note_uses(&mut self, tree: &Tree) {
        for (_, path) in paths(tree) {
            match &path[..] {
                [first, second, ..] if first == "parameters" => {
                    self.used.insert(second.clone());
                }
                [only] if only == "parameters" => self.uses_all = true,
                _ => {}
            }
        }
    }

    /// Finds uses of steps that are not there, or come later.
    fn step_faults(&self, tree: &Tree, at: usize) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (node, path) in paths(tree) {
            let [first, id, rest @ ..] = &path[..] else { continue };
            if first != "steps" {
                continue;
            }
            let earlier = || self.steps[..at].iter().map(|step| step.id.as_str());
            // A name with a hyphen is read as a subtraction.
            let hyphenated = self.steps.iter().find(|step| step.id.starts_with(&format!("{id}-")));
            match self.steps.iter().position(|step| step.id == *id) {
                None => {
                    let help = match (hyphenated, nearest(id, earlier())) {
                        (Some(step), _) => format!("write `steps['{}']`: a hyphen after a dot subtracts", step.id),
                        (None, Some(near)) => format!("write `{near}`"),
                        (None, None) => "give the step that is meant this `id`".to_owned(),
                    };
                    faults.push(Fault::reference(node, format!("there is no step `{id}`"), help));
                }
                Some(place) if place >= at => {
                    let what = if place == at { "is this step itself" } else { "comes later" };
                    faults.push(Fault::reference(
                        node,
                        format!("the step `{id}` {what}, and has given nothing yet"),
                        "move the step, or use another one",
                    ));
                }
                Some(place) => {
                    let [output, name, ..] = rest else { continue };
                    let Some(action) = self.steps[place].action.filter(|_| output == "output") else { continue };
                    let properties = action.schemas().output.get("properties").and_then(Json::as_object);
                    let known: Vec<&str> =
                        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str)).collect();
                    // What registers an entity gives its reference, but not in a plan.
                    let registers =
                        action.id == "catalog:register" && matches!(name.as_str(), "entityRef" | "catalogInfoUrl");
                    if !registers && !known.contains(&name.as_str()) {
                        let help = match nearest(name, known.iter().copied()) {
                            Some(near) => format!("write `{near}`"),
                            None if known.is_empty() => format!("`{}` gives nothing", action.id),
                            None => format!("it gives `{}`", known.join("`, `")),
                        };
                        faults.push(Fault::reference(node, format!("`{}` gives no `{name}`", action.id), help));
                    }
                }
            }
        }
        faults
    }

    /// Looks at the inputs of a step: their names, those that are missing, and types that are known.
    fn inputs(&mut self, action: &'static Action, step: &Node) {
        let schema = &action.schemas().input;
        let input = step.get("input");
        let given: Vec<(&str, Span, &Node)> = input
            .and_then(Node::as_map)
            .map_or(&[][..], Map::entries)
            .iter()
            .map(|entry| (&*entry.key, entry.key_span, &entry.value))
            .collect();
        let parts: Vec<&Json> = match schema.get("anyOf").and_then(Json::as_array) {
            Some(parts) => parts.iter().collect(),
            None => vec![schema],
        };
        let properties: BTreeMap<&str, &Json> = parts
            .iter()
            .filter_map(|part| part["properties"].as_object())
            .flatten()
            .map(|(name, schema)| (name.as_str(), schema))
            .collect();
        for (name, span, value) in &given {
            let Some(property) = properties.get(name) else {
                let help = match nearest(name, properties.keys().copied()) {
                    Some(near) => format!("write `{near}`"),
                    None => "take it away: the action fails on it".to_owned(),
                };
                self.report(codes::TEMPLATE_INPUT, *span, format!("`{}` has no input `{name}`", action.id), help);
                continue;
            };
            if has_tags(value) {
                continue;
            }
            let json = serde_json::to_value(value).unwrap_or_default();
            if let Some(misfit) = schema::check(property, &Value::from_json(&json)).first() {
                let place = if misfit.pointer.is_empty() { String::new() } else { format!("{} ", misfit.pointer) };
                self.report(
                    codes::TEMPLATE_INPUT,
                    value.span,
                    format!("the input `{name}` of `{}` does not fit: {place}{}", action.id, misfit.message),
                    "see the inputs of the action",
                );
            }
        }
        if parts.len() > 1 {
            return;
        }
        let place = step.get("action").map_or(step.span, |action| action.span);
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if !given.iter().any(|(given, ..)| *given == name) {
                self.report(
                    codes::TEMPLATE_INPUT,
                    place,
                    format!("`{}` needs the input `{name}`", action.id),
                    format!("add `{name}` below `input`"),
                );
            }
        }
    }

    /// Looks for the folder that a step fetches, and into its files.
    fn skeleton(&mut self, action: &str, step: &Node) {
        let Some(input) = step.get("input") else { return };
        let Some(url) = input.get("url") else { return };
        let Some(address) = url.as_str().filter(|address| !address.contains("${{") && !address.contains("{%")) else {
            return;
        };
        if address.contains("://") {
            return;
        }
        let is_file = action.ends_with(":file");
        let found = if is_file {
            self.workspace.locate(self.entity.file, address).map(|file| vec![file])
        } else {
            self.workspace.locate_folder(self.entity.file, address).map(|folder| self.workspace.files_below(&folder))
        };
        let files = match found {
            Ok(files) => files,
            Err(LocateError::Missing { .. }) => {
                let what = if is_file { "file" } else { "folder" };
                self.report(
                    codes::TEMPLATE_SKELETON,
                    url.span,
                    format!("there is no {what} `{address}`"),
                    "the address is relative to the file of the template",
                );
                return;
            }
            Err(_) => return,
        };
        if action.starts_with("fetch:plain") {
            return;
        }
        // Patterns say which files are rendered; where there are any, none is examined.
        let selects = ["copyWithoutTemplating", "templateFileExtension"];
        if selects.iter().any(|name| input.get(name).is_some()) {
            return;
        }
        let flag = |name: &str| input.get(name).and_then(Node::as_bool).unwrap_or(false);
        let options = Options {
            cookiecutter: flag("cookiecutterCompat"),
            trim_blocks: flag("trimBlocks"),
            lstrip_blocks: flag("lstripBlocks"),
        };
        // A skeleton that several templates share need not get all values from each.
        let shared = address.starts_with('/') || address.starts_with("..");
        let passed: Option<BTreeSet<String>> = match input.get("values") {
            _ if shared => None,
            Some(values) => {
                values.as_map().map(|map| map.entries().iter().map(|entry| entry.key.to_string()).collect())
            }
            None => Some(BTreeSet::new()),
        };
        for file in files.into_iter().take(MAX_FILES) {
            let Ok(text) = self.workspace.text_once(file, MAX_FILE) else { continue };
            if text.contains('\0') || !(text.contains('{') || text.contains("#}")) {
                continue;
            }
            self.skeleton_file(file, &text, options, passed.as_ref());
        }
    }

    fn skeleton_file(&mut self, file: FileId, text: &str, options: Options, passed: Option<&BTreeSet<String>>) {
        let span = |at: usize| {
            let end = text[at..].find(['\n', ' ', '}']).map_or(text.len(), |end| at + end.max(1));
            Span::new(file, at, end.min(text.len()))
        };
        match language::parse(text, options) {
            Err(Failure { message, at, .. }) => {
                let at = at.unwrap_or(0);
                self.report(
                    codes::TEMPLATE_EXPRESSION,
                    span(at),
                    format!("this file cannot be rendered: {message}"),
                    "mend it, or put what is not meant for the template between `{% raw %}` and `{% endraw %}`",
                );
            }
            Ok(tree) => {
                let name = if options.cookiecutter { "cookiecutter" } else { "values" };
                let mut entries = BTreeMap::new();
                if let Some(passed) = passed {
                    entries.insert(name, passed);
                }
                let filters = &self.workspace.config().templates.filters;
                let known = Known { names: &[name], entries, filters, options };
                for fault in tree_faults(&tree, &known) {
                    self.report(fault.code, span(tree.at(fault.node)), fault.message, fault.help);
                }
            }
        }
    }

    /// Returns the place of a byte of a text within its file, as precisely as possible.
    fn place(&self, node: &Node, text: &str, at: usize) -> Span {
        let at = at.min(text.len());
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let line = &text[start..end];
        let Ok(whole) = self.workspace.text(node.span.file, u64::MAX) else { return node.span };
        let Some(raw) = whole.get(node.span.range()) else { return node.span };
        let mut matches = raw.match_indices(line);
        match (matches.next(), matches.next()) {
            (Some((found, _)), None) if !line.trim().is_empty() => {
                let from = node.span.range().start + found + (at - start);
                let word = line[at - start..].find([' ', '}', ')']).unwrap_or(line.len() - (at - start)).max(1);
                Span::new(node.span.file, from, (from + word).min(node.span.range().end))
            }
            _ => node.span,
        }
    }
}

fn has_tags(node: &Node) -> bool {
    match &node.value {
        yaml::Value::Str(text) => text.is_empty() || text.contains("${{") || text.contains("{%") || text.contains("{#"),
        yaml::Value::Seq(items) => items.iter().any(has_tags),
        yaml::Value::Map(map) => map.entries().iter().any(|entry| has_tags(&entry.value)),
        _ => false,
    }
}

/// Returns whether a field does its work without a step that asks for it: it holds up who has not confirmed something, or it
/// is a secret, which steps find among the secrets.
fn serves_by_itself(property: &Node) -> bool {
    let is_yes = |node: &Node| node.as_bool() == Some(true);
    let only_yes =
        property.get("enum").and_then(Node::as_seq).is_some_and(|values| matches!(values, [one] if is_yes(one)));
    only_yes
        || property.get("const").is_some_and(is_yes)
        || property.get("ui:field").and_then(Node::as_str) == Some("Secret")
}

/// A fault within a text.
struct Fault {
    code: Code,
    node: NodeId,
    message: String,
    help: String,
}

impl Fault {
    fn reference(node: NodeId, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: codes::TEMPLATE_REFERENCE, node, message: message.into(), help: help.into() }
    }

    fn name(node: NodeId, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: codes::TEMPLATE_FILTER, node, message: message.into(), help: help.into() }
    }
}

/// Returns each name with the fixed keys that are looked up in it, the longest way only.
fn paths(tree: &Tree) -> Vec<(NodeId, Vec<String>)> {
    let nodes = tree.walk();
    let looked_up: BTreeSet<NodeId> = nodes
        .iter()
        .filter_map(|id| match tree.kind(*id) {
            Kind::Lookup { target, key } if matches!(tree.kind(*key), Kind::Literal(Literal::Text(_))) => Some(*target),
            _ => None,
        })
        .collect();
    nodes.into_iter().filter(|id| !looked_up.contains(id)).filter_map(|id| path(tree, id)).collect()
}

/// Returns the names of a lookup, and the node of the first one.
fn path(tree: &Tree, node: NodeId) -> Option<(NodeId, Vec<String>)> {
    let mut names = Vec::new();
    let mut at = node;
    loop {
        match tree.kind(at) {
            Kind::Symbol(name) => {
                names.push(name.to_string());
                names.reverse();
                return Some((at, names));
            }
            Kind::Lookup { target, key } => {
                let Kind::Literal(Literal::Text(key)) = tree.kind(*key) else { return None };
                names.push(key.to_string());
                at = *target;
            }
            _ => return None,
        }
    }
}

/// Finds names, filters and tests that are not there.
fn tree_faults(tree: &Tree, known: &Known<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let bound = bound_names(tree);
    let tested = tested_entries(tree);
    for (node, path) in paths(tree) {
        let name = path[0].as_str();
        if bound.contains(name) {
            continue;
        }
        let function = evaluate::FUNCTIONS.iter().any(|(function, _)| *function == name)
            || matches!(name, "always" | "failure" | "undefined" | "loop" | "caller" | "super")
            || (known.options.cookiecutter && matches!(name, "True" | "False" | "None"));
        if function {
            continue;
        }
        if !known.names.contains(&name) {
            let help = match nearest(name, known.names.iter().copied().chain(bound.iter().map(String::as_str))) {
                // A text with many faults is examined for the first ones only.
                _ if faults.len() < 20
                    && let Some(step) = subtracted_from_step(tree, node) =>
                {
                    format!("an id with a hyphen is written `steps['{step}-{name}']`")
                }
                Some(near) => format!("write `{near}`"),
                None => format!("here are `{}`", known.names.join("`, `")),
            };
            faults.push(Fault::reference(node, format!("nothing is called `{name}` here"), help));
            continue;
        }
        if let (Some(entries), Some(entry)) = (known.entries.get(name), path.get(1))
            && !entries.contains(entry)
            && !is_method_of_object(entry)
            && !tested.contains(&(name.to_owned(), entry.clone()))
        {
            let help = match nearest(entry, entries.iter().map(String::as_str)) {
                Some(near) => format!("write `{near}`"),
                None if name == "parameters" => "add it to `spec.parameters`".to_owned(),
                None => format!("pass it to the step as `values.{entry}`"),
            };
            faults.push(Fault::reference(node, format!("there is no `{name}.{entry}`"), help));
        }
    }
    for id in tree.walk() {
        match tree.kind(id) {
            Kind::Filter { name, .. }
                if filters::find(name, known.options.cookiecutter).is_none()
                    && !known.filters.iter().any(|own| **own == **name) =>
            {
                let near = nearest(name, filters::FILTERS.iter().map(|filter| filter.name));
                let help = near.map_or_else(
                    || "declare it in `templates.filters`, if your Backstage has it; the others are in docs/templates.md".to_owned(),
                    |near| format!("write `{near}`"),
                );
                faults.push(Fault::name(id, format!("there is no filter `{name}`"), help));
            }
            Kind::Is { test, .. } if tests_of_values::find(test).is_none() => {
                let near = nearest(test, tests_of_values::TESTS.iter().map(|test| test.name));
                let help = near
                    .map_or_else(|| "see the tests in docs/templates.md".to_owned(), |near| format!("write `{near}`"));
                faults.push(Fault::name(id, format!("there is no test `{test}`"), help));
            }
            _ => {}
        }
    }
    faults.sort_by_key(|fault| tree.at(fault.node));
    faults
}

/// Returns the step from whose output a name is subtracted: what `steps.read-it.output` means.
fn subtracted_from_step(tree: &Tree, name: NodeId) -> Option<String> {
    let holds = |node: NodeId| tree.walk_from(node).contains(&name);
    tree.walk().into_iter().find_map(|id| {
        let Kind::Binary(Binary::Sub, left, right) = tree.kind(id) else { return None };
        match path(tree, *left) {
            Some((_, names)) if holds(*right) && names.len() == 2 && names[0] == "steps" => names.into_iter().nth(1),
            _ => None,
        }
    })
}

fn is_method_of_object(name: &str) -> bool {
    matches!(name, "get" | "has_key" | "items" | "keys" | "values" | "length")
}

/// Returns the names that a text gives a meaning itself.
fn bound_names(tree: &Tree) -> BTreeSet<String> {
    let mut bound = BTreeSet::new();
    let mut bind = |name: &Name| {
        bound.insert(name.text.to_string());
    };
    for id in tree.walk() {
        match tree.kind(id) {
            Kind::For { targets, .. } | Kind::Set { targets, .. } => targets.iter().for_each(&mut bind),
            Kind::Macro { name, callable } => {
                bind(name);
                callable.signature.positional.iter().for_each(&mut bind);
                callable.signature.defaults.iter().for_each(|(name, _)| bind(name));
            }
            Kind::CallBlock { caller, .. } => {
                caller.signature.positional.iter().for_each(&mut bind);
                caller.signature.defaults.iter().for_each(|(name, _)| bind(name));
            }
            _ => {}
        }
    }
    bound
}

/// Returns the entries of names that a text asks whether they are there: it goes without them.
fn tested_entries(tree: &Tree) -> BTreeSet<(String, String)> {
    let mut tested = BTreeSet::new();
    for id in tree.walk() {
        let asked = match tree.kind(id) {
            Kind::If { condition, .. } | Kind::InlineIf { condition, .. } => *condition,
            Kind::Binary(Binary::Or, left, _) => *left,
            Kind::Is { value, .. } => *value,
            Kind::Filter { name, arguments } if matches!(&**name, "default" | "d") => {
                match arguments.positional.first() {
                    Some(input) => *input,
                    None => continue,
                }
            }
            _ => continue,
        };
        for node in tree.walk_from(asked) {
            if let Some((_, path)) = path(tree, node)
                && let [name, entry, ..] = &path[..]
            {
                tested.insert((name.clone(), entry.clone()));
            }
        }
    }
    tested
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn told(spec: &str, config: Config) -> Vec<String> {
        let text = format!(
            "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {{name: t}}\nspec:\n  type: x\n{spec}"
        );
        let workspace = Workspace::from_files(config, &[("catalog-info.yaml", text.as_bytes())]);
        let catalog = crate::catalog::load(&workspace).catalog;
        let found = check(&workspace, &catalog);
        found.iter().map(|found| format!("{} ({})", found.message, found.help.as_deref().unwrap_or_default())).collect()
    }

    #[test]
    fn fields_that_work_without_a_step_are_used() {
        let spec = "  parameters:\n    properties:\n      agreed: {type: boolean, enum: [true]}\n      sure: {const: true}\n      token: \
                    {type: string, 'ui:field': Secret}\n      spare: {type: boolean}\n  steps: []\n";
        assert_eq!(
            told(spec, Config::default()),
            ["nothing uses the parameter `spare` (use it in a step, or do not ask for it)"]
        );
    }

    #[test]
    fn filters_of_other_modules_can_be_declared() {
        let spec = "  steps:\n    - {action: 'debug:log', input: {message: '${{ 1 | stageName }}'}}\n";
        assert!(
            told(spec, Config::default())[0]
                .starts_with("there is no filter `stageName` (declare it in `templates.filters`")
        );
        let mut config = Config::default();
        config.templates.filters = vec!["stageName".to_owned()];
        assert_eq!(told(spec, config), [""; 0]);
    }

    #[test]
    fn a_hyphen_in_an_id_is_no_subtraction() {
        let spec = "  steps:\n    - {id: read-it, action: 'debug:log', input: {message: x}}\n    - {action: 'debug:log', input: {message: \
                    '${{ steps.read-it.output.x }}'}}\n";
        let told = told(spec, Config::default());
        assert!(
            told.iter().any(|told| told.contains("(an id with a hyphen is written `steps['read-it']`)")),
            "{told:?}"
        );
    }

    #[test]
    fn the_manual_names_all_filters_and_tests() {
        let manual = include_str!("../../docs/templates.md");
        let names = filters::FILTERS.iter().map(|filter| filter.name);
        for name in names.chain(tests_of_values::TESTS.iter().map(|test| test.name)) {
            assert!(manual.contains(&format!("`{name}`")), "{name}");
        }
    }
}
