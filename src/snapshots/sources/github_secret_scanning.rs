//! Open alerts of secret scanning at GitHub. The secret itself is never read.

use super::common::{self, GITHUB, SLUG};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-secret-scanning",
    title: "Secret scanning",
    ttl: 24,
    tab: Tab::Security,
    icon: "danger",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json("alerts", &["number", "state", "created_at", "secret_type", "secret_type_display_name", "html_url"])],
    facts: &["secrets.open", "secrets.oldestDays"],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        let below = "/secret-scanning/alerts?state=open&hide_secret=true&per_page=100";
        common::gh("github-secret-scanning", wanted, "alerts", below, true).into_iter().collect()
    },
    notes: "The script asks with `hide_secret`, and the secrets are not read in any case.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("alerts", None)?;
    rows.retain(|row| row.str("state").is_none_or(|state| state == "open"));
    let mut record = Record::default();
    record.facts.count("secrets.open", rows.len());
    let oldest = rows.iter().filter_map(|row| row.time("created_at")).min();
    record.facts.maybe("secrets.oldestDays", oldest.and_then(|at| input.days_since(at)).map(Fact::Count));
    if rows.is_empty() {
        record.say("no open secrets");
    }
    record.table(Rows::new(
        "Secrets",
        &["Alert", "Kind", "State", "Found"],
        rows.iter().map(|row| {
            let kind = row.str("secret_type_display_name").or_else(|| row.str("secret_type"));
            vec![
                Cell::link(&format!("#{}", row.label("number").unwrap_or_default()), row.str("html_url")),
                Cell::text(kind.unwrap_or_default()),
                Cell::word("open", Tone::Bad),
                Cell::time(row.time("created_at")),
            ]
        }),
    ));
    Ok(Some(record))
}
