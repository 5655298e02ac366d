//! Open alerts of Dependabot.

use super::common::{self, GITHUB, SLUG, Vulnerability, level};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-dependabot",
    title: "Dependabot",
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
            "dependency",
            "package",
            "ecosystem",
            "name",
            "manifest_path",
            "security_advisory",
            "ghsa_id",
            "cve_id",
            "summary",
            "severity",
            "security_vulnerability",
            "first_patched_version",
            "identifier",
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
        let below = "/dependabot/alerts?state=open&per_page=100";
        common::gh("github-dependabot", wanted, "alerts", below, true).into_iter().collect()
    },
    notes: "",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("alerts", None)?;
    let open = rows.iter().filter(|row| row.str("state").is_none_or(|state| state == "open"));
    let found = open.map(|row| {
        let severity = row.str("security_advisory.severity").or_else(|| row.str("security_vulnerability.severity"));
        Vulnerability {
            package: row.str("dependency.package.name").unwrap_or_default().to_owned(),
            id: row
                .str("security_advisory.ghsa_id")
                .or_else(|| row.str("security_advisory.cve_id"))
                .unwrap_or_default()
                .to_owned(),
            title: row.str("security_advisory.summary").unwrap_or_default().to_owned(),
            severity: severity.and_then(level),
            created: row.time("created_at"),
            fix: row.str("security_vulnerability.first_patched_version.identifier").map(str::to_owned),
            is_fixable: false,
            place: row.str("dependency.manifest_path").unwrap_or_default().to_owned(),
            url: row.str("html_url").map(str::to_owned),
        }
    });
    let found = found.collect();
    Ok(Some(common::vulnerabilities(input, found, false)))
}
