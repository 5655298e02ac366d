//! Changes that let a pull request fail.

use super::{Gate, PortalDiff};

/// A gate: its name, what to do when it fires, and how it counts.
struct Rule {
    name: &'static str,
    advice: &'static str,
    count: fn(&PortalDiff) -> usize,
}

const RULES: &[Rule] = &[
    Rule {
        name: "breaking",
        advice: "keep what callers rely on beside the new, or agree with the consumers first",
        count: |diff| diff.breaking + diff.templates.iter().filter(|template| template.breaks).count(),
    },
    Rule { name: "risky", advice: "ask the consumers whether they rely on it", count: |diff| diff.risky },
    Rule {
        name: "error",
        advice: "correct what `playbill check` reports",
        count: |diff| {
            let links = diff.links.iter().filter(|link| link.change == "broken").map(|link| &link.problem);
            let all = diff.problems.new.iter().chain(links);
            all.filter(|problem| problem.severity == "error").map(|problem| problem.count).sum()
        },
    },
    Rule {
        name: "broken-link",
        advice: "correct the links, or leave a redirect at the old address",
        count: |diff| diff.links.iter().filter(|link| link.change == "broken").map(|link| link.problem.count).sum(),
    },
    Rule {
        name: "removed-entity",
        advice: "say `playbill.dev/renamed-from` if it has a new name; else correct those that refer to it",
        count: |diff| diff.entities.iter().filter(|entity| entity.change == "removed").count(),
    },
    Rule {
        name: "owner-removed",
        advice: "name another owner for what the group or user owned",
        count: |diff| diff.owners_removed.len(),
    },
    Rule {
        name: "score-down",
        advice: "meet the rules again, or ask for an exemption with a reason and an end",
        count: |diff| diff.scores.iter().filter(|score| score.change == "down").count(),
    },
];

/// What `--fail-on` says by default.
pub const DEFAULT: &str = "breaking,error";

/// Reads a list of gates.
///
/// # Errors
/// When a name is not known.
pub fn parse(text: &str) -> Result<Vec<&'static str>, String> {
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if name == "never" {
            continue;
        }
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            let known: Vec<&str> = RULES.iter().map(|rule| rule.name).chain(["never"]).collect();
            return Err(format!("`{name}` is none of {}", known.join(", ")));
        };
        names.push(rule.name);
    }
    Ok(names)
}

/// Judges a comparison by the gates named; says whether any fired.
pub fn apply(diff: &mut PortalDiff, names: &[&str]) -> bool {
    let named = RULES.iter().filter(|rule| names.contains(&rule.name));
    let gates = named.map(|rule| {
        let count = (rule.count)(diff);
        Gate { name: rule.name, fired: count > 0, count, advice: rule.advice }
    });
    diff.gates = gates.collect();
    diff.gates.iter().any(|gate| gate.fired)
}
