//! What a run did, as JSON and for people.

use serde_json::{Map, Value as Json, json};

use super::parameters::Fault;
use super::run::{Outcome, StepReport, StepStatus};
use super::tree::{Entry, Tree};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All steps did what they should.
    Completed,
    /// A step failed.
    Failed,
    /// The values do not fit.
    Invalid,
    /// There is no template to run.
    NotATemplate,
}

impl Status {
    /// Returns the name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::NotATemplate => "not-a-template",
        }
    }
}

impl StepStatus {
    /// Returns the name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// Returns the report of a run.
#[must_use]
pub fn of_run(status: Status, template: &str, values: &Map<String, Json>, outcome: &Outcome) -> Json {
    let files = if status == Status::Completed { files(&outcome.tree) } else { Vec::new() };
    let plan: Vec<Json> = outcome
        .plan
        .iter()
        .map(|planned| json!({"step": planned.step, "action": planned.action, "input": planned.input}))
        .collect();
    json!({
        "status": status.as_str(),
        "template": template,
        "parameters": values,
        "errors": outcome.failure.iter().map(|error| json!({"message": error.to_string()})).collect::<Vec<_>>(),
        "steps": outcome.steps.iter().map(of_step).collect::<Vec<_>>(),
        "output": if status == Status::Completed { outcome.output.clone().unwrap_or_default() } else { Json::Null },
        "files": files,
        "plan": plan,
    })
}

/// Returns the report of values that do not fit.
#[must_use]
pub fn of_faults(template: &str, values: &Map<String, Json>, faults: &[Fault]) -> Json {
    let errors: Vec<Json> = faults
        .iter()
        .map(|fault| {
            json!({
                "page": fault.page,
                "pointer": fault.misfit.pointer,
                "keyword": fault.misfit.keyword,
                "message": fault.misfit.message,
                "secret": fault.secret,
            })
        })
        .collect();
    json!({
        "status": Status::Invalid.as_str(),
        "template": template,
        "parameters": values,
        "errors": errors,
        "steps": [],
        "output": null,
        "files": [],
        "plan": [],
    })
}

fn of_step(step: &StepReport) -> Json {
    let mut out = json!({
        "id": step.id,
        "name": step.name,
        "action": step.action,
        "status": step.status.as_str(),
        "inputs": step.inputs,
        "output": step.output,
        "log": step.log,
    });
    if let Some(error) = &step.error {
        let mut shown = json!({"code": error.code.as_str(), "message": error.message});
        if let Some(file) = &error.file {
            shown["file"] = json!(file);
        }
        if let Some((line, column)) = error.place {
            shown["line"] = json!(line);
            shown["column"] = json!(column);
        }
        out["error"] = shown;
    }
    out
}

fn files(tree: &Tree) -> Vec<Json> {
    tree.entries()
        .filter_map(|(path, entry)| match entry {
            Entry::File { bytes, mode } => {
                Some(json!({"path": path, "bytes": bytes.len(), "executable": mode & 0o100 != 0}))
            }
            Entry::Link(target) => {
                Some(json!({"path": path, "bytes": target.len(), "executable": false, "link": target}))
            }
            Entry::Folder => None,
        })
        .collect()
}
