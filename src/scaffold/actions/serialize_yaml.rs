//! `roadiehq:utils:serialize:yaml`: writes a value as YAML.

use serde_json::Value as Json;

use super::{Done, Work};
use crate::scaffold::yaml_text;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let data = input.get("data").cloned().unwrap_or_default();
    work.give("serialized", Json::String(yaml_text::write(&data)));
    Ok(())
}
