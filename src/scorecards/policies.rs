//! Policies: conditions of the configuration, by which entities are checked.

use super::condition::Condition;
use crate::config::Policy;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::workspace::Workspace;
use crate::yaml::Node;

/// A policy with its conditions.
pub(super) struct Compiled {
    pub(super) policy: Policy,
    pub(super) when: Option<Condition>,
    pub(super) pass: Condition,
}

/// Reads the policies of the configuration.
pub(super) fn read(workspace: &Workspace, problems: &mut Diagnostics) -> Vec<Compiled> {
    let config = workspace.config();
    let Some(file) = config.check.policies.first().and(workspace.config_file()) else { return Vec::new() };
    let text = workspace.text(file, config.limits.catalog_file).unwrap_or_default();
    let mut condition = |policy: &Policy, key: &str, source: &str| {
        let span = config.places.get(&format!("check.policies[{}].{key}", policy.at)).unwrap_or(Span::whole(file));
        Condition::read(&Node::text(span, source), &text, problems)
    };
    let compiled = config.check.policies.iter().map(|policy| Compiled {
        when: policy.when.as_deref().map(|source| condition(policy, "when", source)),
        pass: condition(policy, "pass", &policy.pass),
        policy: policy.clone(),
    });
    compiled.collect()
}

/// Makes the finding about an entity that breaks a policy.
pub(super) fn finding(compiled: &Compiled, entity: &crate::catalog::Entity, why: &str) -> Diagnostic {
    let policy = &compiled.policy;
    let words = policy.message.as_deref().map(str::trim).unwrap_or("the policy is not met");
    let words = words.trim_end_matches('.');
    let message = format!("`{}`: {words}{why}", policy.id);
    let mut problem = Diagnostic::new(codes::POLICY, super::findings::place(entity), message)
        .help(policy.help.clone().unwrap_or_else(|| format!("make this true: {}", policy.pass.trim())))
        .entity(entity.reference.shared());
    problem.severity = policy.severity;
    problem
}
