//! `playbill explain` and `playbill schema`: what Playbill knows of itself.

use std::fmt::Write as _;

use super::args::ExplainArgs;
use super::{CommandOutcome, Context, print};
use crate::api::diff::{Rule, rules};
use crate::diag::{Code, codes, explain};
use crate::error::Error;
use crate::text;

/// Explains one rule, or lists all of them by family.
pub(super) fn run(_context: &Context, args: &ExplainArgs) -> Result<CommandOutcome, Error> {
    let Some(name) = &args.code else {
        let mut out = String::new();
        let mut family = None;
        for code in codes::ALL {
            let rule = code.rule();
            if family.replace(rule.family) != Some(rule.family) {
                let gap = if out.is_empty() { "" } else { "\n" };
                let _ = writeln!(out, "{gap}{}", rule.family.as_str());
            }
            let _ = writeln!(out, "  {:<28} {:<8} {}", rule.name, rule.severity.as_str(), rule.summary);
        }
        out.push_str("\ndiff\n");
        for rule in rules::ALL {
            let _ = writeln!(out, "  {:<28} {:<10} {}", rule.name, rule.level.as_str(), rule.summary);
        }
        print(&out);
        return Ok(CommandOutcome::Success);
    };
    match Code::find(name) {
        Some(code) => {
            print(&explain::plain(code));
            Ok(CommandOutcome::Success)
        }
        None if Rule::find(name).is_some() => {
            if let Some(rule) = Rule::find(name) {
                print(&format!("{}: {} change of an API\n\n{}\n", rule.name, rule.level.as_str(), rule.summary));
            }
            Ok(CommandOutcome::Success)
        }
        None => {
            let all = codes::ALL.iter().map(|code| code.as_str()).chain(rules::ALL.iter().map(|rule| rule.name));
            let near = text::nearest(name, all);
            let advice = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`playbill explain` lists them".to_owned(),
            };
            Err(Error::Usage(format!("there is no rule `{name}`; {advice}")))
        }
    }
}

/// Prints the JSON Schema of the configuration.
pub(super) fn schema() -> Result<CommandOutcome, Error> {
    let schema = crate::config::json_schema();
    print(&format!("{}\n", serde_json::to_string_pretty(&schema).unwrap_or_default()));
    Ok(CommandOutcome::Success)
}
