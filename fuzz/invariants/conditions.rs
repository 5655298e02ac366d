//! Any condition is read, or refused at a place in it, and judged within the budget of an entity.

use playbill::calendar::Day;
use playbill::config::Config;
use playbill::diag::Severity;
use playbill::portal;
use playbill::scorecards::Status;
use playbill::workspace::Workspace;

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, tags: [a, b]}\n\
                       spec: {type: service, lifecycle: production, owner: team}\n";

/// Checks them for one text.
pub(crate) fn check(text: &str) {
    let condition = serde_json::Value::from(text);
    let card = format!(
        "kind: Scorecard\nid: fuzz\nfilter: kind:component\nrules: [{{\"id\": \"r\", \"pass\": {condition}}}]\n"
    );
    let facts = "facts:\n  component:default/web: {count: 3, list: [{id: 1}, {id: 2}], none: null}\n";
    let files: [(&str, &[u8]); 3] = [
        ("catalog-info.yaml", CATALOG.as_bytes()),
        ("facts/own.yaml", facts.as_bytes()),
        ("scorecards/fuzz.yaml", card.as_bytes()),
    ];
    let today = Day::parse("2026-11-29").map_or(0, Day::number);
    let judged = || {
        let workspace = Workspace::from_files(Config::default(), &files).at(today * 86_400);
        portal::analyse(&workspace, &mut |_| ())
    };
    let portal = judged();
    for found in portal.diagnostics.iter().filter(|found| found.code.as_str() == "invalid-condition") {
        assert!(found.span().range().end <= card.len(), "{text:?}: {found:?}");
    }
    let results = |portal: &portal::Portal| {
        let outcomes = portal.scorecards.list.iter().flat_map(|card| &card.outcomes);
        outcomes
            .flat_map(|outcome| &outcome.results)
            .map(|result| (result.status, result.why.clone()))
            .collect::<Vec<_>>()
    };
    // What is at fault is told; what is not is judged alike each time.
    let found = results(&portal);
    let is_told = portal.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if found.is_empty() || found.iter().any(|(status, _)| *status == Status::Error) {
        assert!(is_told, "{text:?}");
    }
    assert_eq!(found, results(&judged()), "{text:?}");
}
