//! `debug:wait`: nothing waits here, as nothing runs beside.

use serde_json::Value as Json;

use super::{Done, Work, failed};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let part = |name: &str| input.get(name).and_then(Json::as_f64).unwrap_or(0.0);
    let seconds = part("minutes") * 60.0 + part("seconds") + part("milliseconds") / 1000.0;
    if seconds > 600.0 {
        return Err(failed("waits longer than 10 minutes, which is not allowed"));
    }
    work.say(format!("In Backstage, this waits {seconds} seconds"));
    Ok(())
}
