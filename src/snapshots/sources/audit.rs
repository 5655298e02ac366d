//! Vulnerabilities that `npm audit`, `pip-audit` or Trivy found.

use serde_json::{Map, Value};

use super::common::{self, Vulnerability, level, no_requests};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, by_entity, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "audit",
    title: "Audit",
    ttl: 7 * 24,
    tab: Tab::Security,
    icon: "danger",
    annotations: &[],
    grammar: "",
    parts: &[json(
        "audit",
        &[
            "CreatedAt",
            "Results",
            "Target",
            "Vulnerabilities",
            "VulnerabilityID",
            "PkgName",
            "InstalledVersion",
            "FixedVersion",
            "Severity",
            "Title",
            "PrimaryURL",
            "PublishedDate",
            "auditReportVersion",
            "vulnerabilities.*",
            "dependencies",
            "name",
            "version",
            "vulns",
            "id",
            "fix_versions",
            "aliases",
            "advisories.*",
            "error.*",
            "SchemaVersion",
            "ArtifactName",
        ],
    )],
    facts: &["vuln.open", "vuln.fixable", "vuln.critical", "vuln.high", "vuln.medium", "vuln.low"],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: no_requests,
    notes: "These programs exit with 1 when they find something: log `exit:0` when the JSON is whole. `npm audit --json`, \
            `pip-audit -f json` and `trivy fs --format json` are known.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut found = Vec::new();
    for value in input.values("audit").unwrap_or_default() {
        let report = value.as_object();
        match report {
            Some(report) if report.contains_key("Results") => trivy(report, &mut found)?,
            Some(report) if report.contains_key("SchemaVersion") || report.contains_key("ArtifactName") => {}
            Some(report) if report.contains_key("vulnerabilities") => npm(report, &mut found)?,
            Some(report) if report.contains_key("advisories") => old_npm(report, &mut found)?,
            Some(report) if report.contains_key("dependencies") => pip(report.list("dependencies"), &mut found),
            Some(report) if report.contains_key("error") => {
                let words =
                    report.str("error.summary").or_else(|| report.str("error.message")).or_else(|| report.str("error"));
                return Err(Refusal::Failed(words.unwrap_or("the audit failed").to_owned()));
            }
            None if value.is_array() => pip(value.list(""), &mut found),
            _ => return Err(Refusal::Shape),
        }
    }
    Ok(Some(common::vulnerabilities(input, found, true)))
}

fn trivy(report: &Map<String, Value>, found: &mut Vec<Vulnerability>) -> Result<(), Refusal> {
    let results = match &report["Results"] {
        Value::Null => return Ok(()),
        results => results.as_array().ok_or(Refusal::Shape)?,
    };
    for result in results {
        for one in result.list("Vulnerabilities") {
            let fix = one.str("FixedVersion");
            found.push(Vulnerability {
                package: package(one.str("PkgName"), one.str("InstalledVersion")),
                id: one.str("VulnerabilityID").unwrap_or_default().to_owned(),
                title: one.str("Title").unwrap_or_default().to_owned(),
                severity: one.str("Severity").and_then(level),
                created: None,
                fix: fix.map(str::to_owned),
                is_fixable: fix.is_some(),
                place: result.str("Target").unwrap_or_default().to_owned(),
                url: one.str("PrimaryURL").map(str::to_owned),
            });
        }
    }
    Ok(())
}

fn package(name: Option<&str>, version: Option<&str>) -> String {
    match (name, version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (name, _) => name.unwrap_or_default().to_owned(),
    }
}

fn npm(report: &Map<String, Value>, found: &mut Vec<Vulnerability>) -> Result<(), Refusal> {
    for (name, package) in report["vulnerabilities"].as_object().ok_or(Refusal::Shape)? {
        let is_fixable = package.get("fixAvailable") != Some(&Value::Bool(false));
        // A text names another package whose fault is passed on.
        for one in package.list("via").iter().filter(|one| one.is_object()) {
            let url = one.str("url");
            found.push(Vulnerability {
                package: one.str("name").unwrap_or(name).to_owned(),
                id: url
                    .and_then(|url| url.rsplit('/').next())
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned)
                    .or_else(|| one.label("source"))
                    .unwrap_or_default(),
                title: one.str("title").unwrap_or_default().to_owned(),
                severity: one.str("severity").or_else(|| package.str("severity")).and_then(level),
                created: None,
                fix: package.str("fixAvailable.version").map(str::to_owned),
                is_fixable,
                place: String::new(),
                url: url.map(str::to_owned),
            });
        }
    }
    Ok(())
}

fn old_npm(report: &Map<String, Value>, found: &mut Vec<Vulnerability>) -> Result<(), Refusal> {
    for one in report["advisories"].as_object().ok_or(Refusal::Shape)?.values() {
        let fix = one.str("patched_versions").filter(|versions| *versions != "<0.0.0");
        found.push(Vulnerability {
            package: one.str("module_name").unwrap_or_default().to_owned(),
            id: one.str("github_advisory_id").map(str::to_owned).or_else(|| one.label("id")).unwrap_or_default(),
            title: one.str("title").unwrap_or_default().to_owned(),
            severity: one.str("severity").and_then(level),
            created: None,
            fix: fix.map(str::to_owned),
            is_fixable: fix.is_some(),
            place: String::new(),
            url: one.str("url").map(str::to_owned),
        });
    }
    Ok(())
}

fn pip(dependencies: &[Value], found: &mut Vec<Vulnerability>) {
    for dependency in dependencies {
        for one in dependency.list("vulns") {
            let fixes = one.texts("fix_versions");
            found.push(Vulnerability {
                package: package(dependency.str("name"), dependency.str("version")),
                id: one.str("id").unwrap_or_default().to_owned(),
                title: one.texts("aliases").join(", "),
                severity: None,
                created: None,
                fix: (!fixes.is_empty()).then(|| fixes.join(", ")),
                is_fixable: !fixes.is_empty(),
                place: String::new(),
                url: None,
            });
        }
    }
}
