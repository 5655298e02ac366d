//! Findings that one change would resolve, reported as one.
//!
//! A group that is missing is one cause, however many entities name it. Formats for people report it once, with the
//! places; formats for programs keep one result per place, and say which belong together.

use std::collections::HashMap;

use super::{Code, Diagnostic, Severity};

/// A finding, with those of the same cause.
#[derive(Debug)]
pub struct Cause<'a> {
    /// The one that is reported in full: the first in the order given.
    pub first: &'a Diagnostic,
    /// The others of the same rule, severity and cause, in the order given.
    pub others: Vec<&'a Diagnostic>,
}

/// Puts findings of one cause together, in the order in which each cause is met first.
#[must_use]
pub fn causes(diagnostics: &[Diagnostic]) -> Vec<Cause<'_>> {
    let mut known: HashMap<(Code, Severity, &str), usize> = HashMap::new();
    let mut causes: Vec<Cause<'_>> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let Some(cause) = diagnostic.cause.as_deref() else {
            causes.push(Cause { first: diagnostic, others: Vec::new() });
            continue;
        };
        match known.entry((diagnostic.code, diagnostic.severity, cause)) {
            std::collections::hash_map::Entry::Occupied(at) => causes[*at.get()].others.push(diagnostic),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(causes.len());
                causes.push(Cause { first: diagnostic, others: Vec::new() });
            }
        }
    }
    causes
}

/// Counts the causes of one severity.
#[must_use]
pub fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    causes(diagnostics).iter().filter(|cause| cause.first.severity == severity).count()
}

impl Diagnostic {
    /// Returns the name by which results for programs belong together: the rule and the cause.
    #[must_use]
    pub fn group(&self) -> Option<String> {
        self.cause.as_ref().map(|cause| format!("{} {cause}", self.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::text::{FileId, Span};

    #[test]
    fn findings_of_one_rule_and_cause_are_one() {
        let at = |code, start, cause: Option<&str>| {
            let found = Diagnostic::new(code, Span::new(FileId::new(0), start, start + 1), "m");
            match cause {
                Some(cause) => found.cause(cause),
                None => found,
            }
        };
        let mut found = vec![
            at(codes::UNRESOLVED_REFERENCE, 0, Some("group:default/x")),
            at(codes::UNRESOLVED_REFERENCE, 1, None),
            at(codes::UNRESOLVED_REFERENCE, 2, Some("group:default/y")),
            at(codes::UNRESOLVED_REFERENCE, 3, Some("group:default/x")),
            at(codes::OWNER_IS_USER, 4, Some("group:default/x")),
            at(codes::UNRESOLVED_REFERENCE, 5, None),
            at(codes::UNRESOLVED_REFERENCE, 6, Some("group:default/x")),
        ];
        found[6].severity = Severity::Error;
        let told: Vec<Vec<u32>> = causes(&found)
            .iter()
            .map(|cause| {
                [cause.first].into_iter().chain(cause.others.iter().copied()).map(|d| d.span().start).collect()
            })
            .collect();
        assert_eq!(told, [vec![0, 3], vec![1], vec![2], vec![4], vec![5], vec![6]]);
        assert_eq!(count(&found, Severity::Warning), 5);
        assert_eq!(found[0].group().as_deref(), Some("unresolved-reference group:default/x"));
    }
}
