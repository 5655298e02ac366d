//! Runs the programs that the configuration names for actions which reach other systems.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use super::write;
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::language::{self, Host, Options, Record, Value};
use crate::scaffold::tree::Tree;

/// Runs the program for an action in a copy of the result; gives what it prints, if that is a JSON object.
pub(super) fn run(
    commands: &BTreeMap<String, Vec<String>>,
    action: &str,
    input: &Json,
    tree: &Tree,
    host: &Host<'_>,
) -> Result<Json, StepError> {
    let failed = |message: String| StepError::new(Code::Failed, message);
    let Some((program, arguments)) = commands.get(action).and_then(|command| command.split_first()) else {
        return Err(failed(format!("there is no command for `{action}`; name one in `templates.commands`")));
    };
    let context = Record::new([("input".into(), Value::from_json(input))]);
    // Each argument is rendered by itself and goes to the program as it is: there is no shell to be talked into anything.
    let arguments = arguments
        .iter()
        .map(|argument| language::render(argument, &context, Options::default(), host))
        .collect::<Result<Vec<String>, _>>()
        .map_err(|failure| failed(format!("the command for `{action}` cannot be made: {}", failure.message)))?;
    let folder = std::env::temp_dir().join(format!("playbill-publish-{}", std::process::id()));
    let _ = write::remove(&folder);
    let ran = write::fill(tree, &folder)
        .map_err(|(path, error)| failed(format!("`{}`: {error}", path.display())))
        .and_then(|()| {
            #[expect(
                clippy::disallowed_methods,
                reason = "the configuration names this program, and `--publish` asks for it"
            )]
            let command = Command::new(program)
                .args(&arguments)
                .current_dir(&folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn();
            let mut child = command.map_err(|error| failed(format!("`{program}` cannot be run: {error}")))?;
            if let Some(mut stdin) = child.stdin.take() {
                let _ = stdin.write_all(input.to_string().as_bytes());
            }
            child.wait_with_output().map_err(|error| failed(format!("`{program}`: {error}")))
        });
    let _ = write::remove(&folder);
    let output = ran?;
    if !output.status.success() {
        return Err(failed(format!("`{program}` for `{action}` ended with {}", output.status)));
    }
    let printed: Option<Json> = serde_json::from_slice(&output.stdout).ok().filter(Json::is_object);
    Ok(printed.unwrap_or_else(|| Json::Object(serde_json::Map::new())))
}
