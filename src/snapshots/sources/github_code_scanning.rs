//! Open alerts of code scanning at GitHub.

use super::common::{self, GITHUB, SLUG, Vulnerability, level};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-code-scanning",
    title: "Code scanning",
    ttl: 24,
    tab: Tab::Security,
    icon: "danger",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json(
        "alerts",
        &[
            "number",
            "state",
            "created_at",
            "rule",
            "id",
            "description",
            "severity",
            "security_severity_level",
            "tool",
            "name",
            "html_url",
        ],
    )],
    facts: &["vuln.open", "vuln.critical", "vuln.high", "vuln.medium", "vuln.low", "vuln.oldestDays"],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        let below = "/code-scanning/alerts?state=open&per_page=100";
        common::gh("github-code-scanning", wanted, "alerts", below, true).into_iter().collect()
    },
    notes: "",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("alerts", None)?;
    let open = rows.iter().filter(|row| row.str("state").is_none_or(|state| state == "open"));
    let found = open.map(|row| Vulnerability {
        package: row.str("tool.name").unwrap_or_default().to_owned(),
        id: row.str("rule.id").unwrap_or_default().to_owned(),
        title: row.str("rule.description").unwrap_or_default().to_owned(),
        severity: row.str("rule.security_severity_level").or_else(|| row.str("rule.severity")).and_then(level),
        created: row.time("created_at"),
        url: row.str("html_url").map(str::to_owned),
        ..Vulnerability::default()
    });
    let found = found.collect();
    let mut record = common::vulnerabilities(input, found, false);
    for table in &mut record.tables {
        table.title = "Alerts";
        table.columns = &["Severity", "Tool", "Rule", "Title", "Fixed in", "Found", "Where"];
    }
    Ok(Some(record))
}
