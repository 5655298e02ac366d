//! `roadiehq:utils:jsonata`: asks values in JSONata.

use serde_json::Value as Json;

use super::{Done, Work, failed, needed};
use crate::scaffold::failure::StepError;
use crate::scaffold::language::script;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    if let Some(result) = evaluate(needed(input, "expression")?, input.get("data"))? {
        work.give("result", result);
    }
    Ok(())
}

/// Evaluates an expression; nothing is nothing.
pub(super) fn evaluate(expression: &str, data: Option<&Json>) -> Result<Option<Json>, StepError> {
    script::jsonata(expression, data)
        .map_err(|message| failed(format!("the JSONata expression cannot be evaluated: {message}")))
}
