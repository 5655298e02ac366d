//! Runs the steps of a template, one after the other, on a tree in memory.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value as Json};

use super::actions::{self, Action, Work};
use super::budget;
use super::failure::{Code, StepError};
use super::language::{self, Host, Record, Status, Value};
use super::parameters::is_truthy;
use super::schema;
use super::source::Source;
use super::template::{Step, Template};
use super::tree::Tree;
use crate::text::nearest;

/// What a run is given.
pub struct Inputs<'a> {
    /// The template.
    pub template: &'a Template,
    /// The answers, with defaults, without those of pages that are not shown.
    pub values: &'a Map<String, Json>,
    /// What must not be shown.
    pub secrets: &'a Map<String, Json>,
    /// The `user` object.
    pub user: &'a Json,
    /// The `environment` object: `parameters` and `secrets`.
    pub environment: &'a Json,
    /// Hosts of repositories beyond those that are always known, each with its type.
    pub hosts: &'a [(String, String)],
    /// The repository of the template.
    pub source: &'a dyn Source,
    /// Finds an entity by its full reference.
    pub catalog: &'a dyn Fn(&str) -> Option<Json>,
    /// Remote actions beyond those that are always known, each with its example output.
    pub more_actions: &'a [(String, Json)],
    /// Runs a remote action instead of planning it; gives its outputs.
    pub publish: Option<&'a Publish<'a>>,
    /// Whether a text that cannot be rendered fails; otherwise it stays as it is, as in Backstage.
    pub strict: bool,
    /// Receives how each step ended.
    pub watch: &'a mut dyn FnMut(&StepReport),
}

/// Runs a remote action with its inputs, on the files so far; gives its outputs.
pub type Publish<'a> = dyn Fn(&str, &Json, &Tree) -> Result<Json, StepError> + 'a;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    /// It did what it should.
    Completed,
    /// It failed.
    Failed,
    /// It was not run.
    Skipped,
}

/// What a step did.
#[derive(Debug, Clone)]
pub struct StepReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its action.
    pub action: String,
    /// Whether it was only planned, since it reaches other systems.
    pub is_planned: bool,
    /// How it ended.
    pub status: StepStatus,
    /// The inputs of each run, without secrets.
    pub inputs: Vec<Json>,
    /// What it gave.
    pub output: Map<String, Json>,
    /// What it said, without secrets.
    pub log: Vec<String>,
    /// Why it failed.
    pub error: Option<StepError>,
}

/// A remote action that would be run.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The id of the step.
    pub step: String,
    /// The action.
    pub action: String,
    /// Its inputs, without secrets.
    pub input: Json,
}

/// What a run made.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Each step.
    pub steps: Vec<StepReport>,
    /// The output of the template; `None` if a step failed.
    pub output: Option<Json>,
    /// Why there is no output though every step went well.
    pub failure: Option<StepError>,
    /// The remote actions in order.
    pub plan: Vec<Planned>,
    /// The files.
    pub tree: Tree,
}

/// Bytes that the inputs, outputs and messages of all steps may take: they are kept for the report.
const MAX_REPORT: usize = 32 * 1024 * 1024;
/// What a step costs beside what its texts and its action cost, in steps of the budget.
const STEP: u64 = 50;

/// Runs a template, within [`budget::RUN`].
pub fn run(inputs: Inputs<'_>) -> Outcome {
    budget::within(budget::RUN, || run_counted(inputs)).0
}

fn run_counted(inputs: Inputs<'_>) -> Outcome {
    let json = |value: &Json| Value::from_json(value);
    let environment = |secrets: bool| {
        let part = |name: &str| inputs.environment.get(name).map_or_else(|| Value::record([]), json);
        let secrets = if secrets { part("secrets") } else { Value::record([]) };
        Value::record([("parameters".into(), part("parameters")), ("secrets".into(), secrets)])
    };
    let known = Known {
        parameters: json(&Json::Object(inputs.values.clone())),
        plain: environment(false),
        whole: environment(true),
        user: json(inputs.user),
        secrets: json(&Json::Object(inputs.secrets.clone())),
    };
    let environment_secrets = inputs.environment.get("secrets").and_then(Json::as_object);
    let hidden = inputs.secrets.values().chain(environment_secrets.into_iter().flat_map(Map::values));
    let hidden = hidden.filter_map(Json::as_str).filter(|text| text.chars().count() > 1).map(str::to_owned).collect();
    let mut runner = Runner {
        inputs,
        known,
        hidden,
        steps: Vec::new(),
        status: Status::default(),
        refused: RefCell::default(),
        reported: Cell::new(0),
        outcome: Outcome::default(),
    };
    runner.whole();
    runner.outcome
}

/// Values that texts can ask for, but those of steps.
struct Known {
    parameters: Value,
    plain: Value,
    whole: Value,
    user: Value,
    secrets: Value,
}

struct Runner<'a> {
    inputs: Inputs<'a>,
    known: Known,
    /// Texts that must not be shown.
    hidden: Vec<String>,
    /// What each step that ran gave.
    steps: Vec<(std::rc::Rc<str>, Value)>,
    status: Status,
    /// The first text that could not be rendered, where that fails.
    refused: RefCell<Option<StepError>>,
    /// Bytes of what is kept for the report.
    reported: Cell<usize>,
    outcome: Outcome,
}

/// One run of an action.
struct Iteration {
    input: Value,
}

impl Runner<'_> {
    fn whole(&mut self) {
        let template = self.inputs.template;
        for step in &template.steps {
            let mut report = StepReport {
                id: step.id.clone(),
                name: step.name.clone(),
                action: step.action.clone(),
                is_planned: false,
                status: StepStatus::Skipped,
                inputs: Vec::new(),
                output: Map::new(),
                log: Vec::new(),
                error: None,
            };
            if !self.status.failed || self.asks_for_failure(step) {
                match self.step(step, &mut report) {
                    Ok(status) => report.status = status,
                    Err(error) => {
                        report.status = StepStatus::Failed;
                        report.error = Some(StepError { message: self.masked(&error.message), ..error });
                        self.status.failed = true;
                    }
                }
                report.log = report.log.iter().map(|line| self.masked(line)).collect();
            }
            (self.inputs.watch)(&report);
            self.outcome.steps.push(report);
        }
        if self.status.failed {
            return;
        }
        let written = template.spec("output").cloned().unwrap_or_else(|| Json::Object(Map::new()));
        let output = self.render(&written, &self.context(None, false));
        if let Err(error) = self.keeps(&output) {
            self.outcome.failure = Some(error);
            return;
        }
        let mut output = output.to_json().unwrap_or_default();
        let spent = budget::is_spent().then(|| budget::Spent.into());
        if let Some(error) = self.refused.take().or(spent) {
            self.outcome.failure = Some(error);
            return;
        }
        for list in ["links", "text"] {
            if let Some(Json::Array(items)) = output.get_mut(list) {
                items.retain(|item| item.get("if").is_none_or(|condition| is_truthy(&Value::from_json(condition))));
                for item in items.iter_mut().filter_map(Json::as_object_mut) {
                    item.shift_remove("if");
                }
            }
        }
        self.outcome.output = Some(output);
    }

    /// Returns what texts can ask for.
    fn context(&self, each: Option<(&str, &Value)>, with_secrets: bool) -> Record {
        let known = &self.known;
        let task = Value::record([("id".into(), Value::text("playbill"))]);
        let mut entries: Vec<(std::rc::Rc<str>, Value)> = vec![
            ("parameters".into(), known.parameters.clone()),
            ("environment".into(), if with_secrets { known.whole.clone() } else { known.plain.clone() }),
            ("steps".into(), Value::record(self.steps.iter().cloned())),
            ("user".into(), known.user.clone()),
            (
                "context".into(),
                Value::record([(
                    "task".into(),
                    Value::record([("id".into(), task.get("id").cloned().unwrap_or_default())]),
                )]),
            ),
        ];
        if with_secrets {
            entries.push(("secrets".into(), known.secrets.clone()));
        }
        if let Some((key, value)) = each {
            entries.push((
                "each".into(),
                Value::record([("key".into(), Value::text(key)), ("value".into(), value.clone())]),
            ));
        }
        Record::new(entries)
    }

    /// Notes a text that could not be rendered.
    fn refuse(&self, text: &str, message: &str) {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let error = StepError::new(Code::Template, format!("`{first}` cannot be rendered: {message}"));
        let error = StepError { file: Some(self.inputs.template.file.clone()), ..error };
        self.refused.borrow_mut().get_or_insert(error);
    }

    /// Renders every text in a value; one that cannot be rendered stays as it is.
    fn render(&self, value: &Json, context: &Record) -> Value {
        match value {
            Json::String(text) => {
                let host = Host { hosts: self.inputs.hosts, status: Some(&self.status) };
                language::render_value(text, context, &host).unwrap_or_else(|failure| {
                    if self.inputs.strict {
                        self.refuse(text, &failure.message);
                    }
                    Value::text(text)
                })
            }
            Json::Array(items) => Value::list(items.iter().map(|item| self.render(item, context)).collect()),
            Json::Object(entries) => Value::record(
                entries
                    .iter()
                    .map(|(key, value)| (key.as_str().into(), self.render(value, context)))
                    .filter(|(_, value)| !value.is_undefined()),
            ),
            other => Value::from_json(other),
        }
    }

    /// Returns whether the condition of a step calls `always()` or `failure()`.
    fn asks_for_failure(&self, step: &Step) -> bool {
        let Some(condition @ Json::String(_)) = &step.condition else { return false };
        self.status.asked.set(false);
        self.render(condition, &self.context(None, false));
        self.status.asked.get()
    }

    fn step(&mut self, step: &Step, report: &mut StepReport) -> Result<StepStatus, StepError> {
        budget::take(STEP)?;
        match &step.condition {
            Some(Json::Bool(false)) => return Ok(StepStatus::Skipped),
            Some(condition @ Json::String(_))
                if step.each.is_none() && !is_truthy(&self.render(condition, &self.context(None, false))) =>
            {
                return Ok(StepStatus::Skipped);
            }
            _ => {}
        }
        let known = actions::find(&step.action);
        let more = self.inputs.more_actions.iter().find(|(id, _)| *id == step.action);
        if known.is_none() && more.is_none() {
            return Err(self.unknown_action(&step.action));
        }
        let iterations = self.iterations(step)?;
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        if let Some(action) = known {
            for iteration in &iterations {
                check_input(action, &iteration.input, &mut report.log)?;
            }
        }
        let mut output: Vec<(String, Vec<Json>)> = Vec::new();
        for iteration in iterations {
            let input = iteration.input.to_json().unwrap_or_default();
            report.inputs.push(self.masked_json(&input));
            budget::take(STEP)?;
            let given = match known {
                Some(Action { run: Some(run), .. }) => self.run_local(*run, &input, &mut report.log),
                _ => {
                    report.is_planned = self.inputs.publish.is_none();
                    let example = known.map(|action| &action.schemas().example).or(more.map(|(_, example)| example));
                    self.run_remote(step, &input, example.cloned().unwrap_or_default())
                }
            };
            let (given, failure) = given;
            for (name, value) in given {
                self.keeps(&Value::from_json(&value))?;
                match output.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, values)) => values.push(value),
                    None => output.push((name, vec![value])),
                }
            }
            report.output = output.iter().map(|(name, values)| (name.clone(), whole_output(step, values))).collect();
            failure?;
        }
        let given = Value::from_json(&Json::Object(report.output.clone()));
        let id: std::rc::Rc<str> = step.id.as_str().into();
        self.steps.retain(|(known, _)| *known != id);
        self.steps.push((id, Value::record([("output".into(), given)])));
        Ok(StepStatus::Completed)
    }

    /// Counts what is kept for the report.
    fn keeps(&self, value: &Value) -> Result<(), StepError> {
        let before = self.reported.get();
        let Some(left) = value.fits_into(MAX_REPORT - before) else {
            let message = "the inputs and outputs of all steps take more than 32 MiB together";
            return Err(StepError::new(Code::TemplateLimit, message));
        };
        self.reported.set(MAX_REPORT - left);
        Ok(budget::take_bytes(MAX_REPORT - left - before)?)
    }

    fn unknown_action(&self, action: &str) -> StepError {
        let more = self.inputs.more_actions.iter().map(|(id, _)| id.as_str());
        let hint = match nearest(action, actions::ACTIONS.iter().map(|action| action.id).chain(more)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => "; `templates.actions` in the configuration can declare it".to_owned(),
        };
        StepError::new(Code::UnknownAction, format!("there is no action `{action}`{hint}"))
    }

    /// Returns the inputs of each run of a step.
    fn iterations(&self, step: &Step) -> Result<Vec<Iteration>, StepError> {
        let input = |context: &Record| match &step.input {
            Some(input) => self.render(input, context),
            None => Value::record([]),
        };
        let Some(each) = &step.each else {
            let input = input(&self.context(None, true));
            self.keeps(&input)?;
            return Ok(vec![Iteration { input }]);
        };
        let over = self.render(each, &self.context(None, true));
        let items: Vec<(String, Value)> = match &over {
            Value::List(list) => {
                let items = list.to_vec().into_iter().enumerate().filter(|(_, item)| !item.is_undefined());
                items.map(|(at, item)| (at.to_string(), item)).collect()
            }
            Value::Record(record) => record.entries().map(|(key, item)| (key.to_string(), item.clone())).collect(),
            other => {
                return Err(StepError::new(
                    Code::BadEach,
                    format!("`each` must be a list or an object, and is {}", other.kind()),
                ));
            }
        };
        if items.len() > 10_000 {
            return Err(StepError::new(Code::TemplateLimit, "`each` has more than 10,000 items"));
        }
        let mut iterations = Vec::new();
        for (key, value) in items {
            let context = self.context(Some((&key, &value)), true);
            let runs = match &step.condition {
                Some(condition @ Json::String(text)) if !text.is_empty() => {
                    is_truthy(&self.render(condition, &context))
                }
                _ => true,
            };
            if runs {
                let input = input(&context);
                self.keeps(&input)?;
                iterations.push(Iteration { input });
            }
        }
        Ok(iterations)
    }

    fn run_local(
        &mut self,
        run: fn(&mut Work<'_>, &Json) -> actions::Done,
        input: &Json,
        log: &mut Vec<String>,
    ) -> (Vec<(String, Json)>, Result<(), StepError>) {
        let mut work = Work {
            tree: &mut self.outcome.tree,
            source: self.inputs.source,
            template: self.inputs.template,
            catalog: self.inputs.catalog,
            hosts: self.inputs.hosts,
            log,
            output: Vec::new(),
        };
        let done = run(&mut work, input);
        (work.output, done)
    }

    fn run_remote(&mut self, step: &Step, input: &Json, example: Json) -> (Vec<(String, Json)>, Result<(), StepError>) {
        let input_shown = self.masked_json(input);
        self.outcome.plan.push(Planned { step: step.id.clone(), action: step.action.clone(), input: input_shown });
        let output = match self.inputs.publish {
            Some(publish) => publish(&step.action, input, &self.outcome.tree),
            None => Ok(example),
        };
        match output {
            Ok(Json::Object(output)) => (output.into_iter().collect(), Ok(())),
            Ok(_) => (Vec::new(), Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        }
    }

    fn masked(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }

    fn masked_json(&self, value: &Json) -> Json {
        if self.hidden.is_empty() {
            return value.clone();
        }
        match value {
            Json::String(text) => Json::String(self.masked(text)),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.masked_json(item)).collect()),
            Json::Object(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (self.masked(key), self.masked_json(value))).collect())
            }
            other => other.clone(),
        }
    }
}

/// Returns an output of a step: a list if the step is repeated.
fn whole_output(step: &Step, values: &[Json]) -> Json {
    if step.each.is_some() { Json::Array(values.to_vec()) } else { values.last().cloned().unwrap_or_default() }
}

/// Checks the inputs of an action. What a remote one does not know is only remarked, as older versions ignored it.
fn check_input(action: &Action, input: &Value, log: &mut Vec<String>) -> Result<(), StepError> {
    let wanted = &action.schemas().input;
    let misfits = schema::check(wanted, input);
    if misfits.is_empty() {
        return Ok(());
    }
    let shown = |misfits: &[schema::Misfit]| {
        let lines: Vec<String> =
            misfits.iter().map(|misfit| format!("`{}` {}", misfit.pointer, misfit.message)).collect();
        lines.join("; ")
    };
    if action.run.is_none() {
        let tolerant = schema::check(&tolerant(wanted), input);
        if tolerant.is_empty() {
            let message = format!("`{}` of the newest Backstage refuses this: {}", action.id, shown(&misfits));
            if !log.contains(&message) {
                log.push(message);
            }
            return Ok(());
        }
        return Err(StepError::new(Code::ActionInput, shown(&tolerant)));
    }
    Err(StepError::new(Code::ActionInput, shown(&misfits)))
}

/// Returns a schema that takes properties that it does not know.
fn tolerant(schema: &Json) -> Json {
    match schema {
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .filter(|(key, value)| !(*key == "additionalProperties" && **value == Json::Bool(false)))
                .map(|(key, value)| (key.clone(), tolerant(value)))
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.iter().map(tolerant).collect()),
        other => other.clone(),
    }
}
