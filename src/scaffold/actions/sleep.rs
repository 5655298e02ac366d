//! `roadiehq:utils:sleep`: nothing waits here, as nothing runs beside.

use serde_json::Value as Json;

use super::{Done, Work};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let seconds = input.get("amount").and_then(Json::as_f64).unwrap_or(0.0);
    work.say(format!("In Backstage, this waits {seconds} seconds"));
    Ok(())
}
