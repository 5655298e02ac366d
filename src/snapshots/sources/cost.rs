//! What an entity costs a day.

use std::collections::BTreeMap;

use serde_json::Value;

use super::common::no_requests;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, rounded};
use crate::snapshots::mask::short;
use crate::snapshots::record::{Cell, Record, Rows, Series};
use crate::snapshots::source::{Input, Source, Tab, by_entity, entity_key, json};
use crate::snapshots::time::{self, DAY};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "cost",
    title: "Cost",
    ttl: 3 * 24,
    tab: Tab::None,
    icon: "chart",
    annotations: &[],
    grammar: "",
    parts: &[json(
        "cost",
        &[
            "ResultsByTime",
            "TimePeriod",
            "Start",
            "Groups",
            "Keys",
            "Metrics.*",
            "currency",
            "aggregation",
            "date",
            "amount",
        ],
    )],
    facts: &["cost.last30d", "cost.currency", "cost.growthPct"],
    all: true,
    claims: by_entity,
    read,
    by_entity: true,
    server: None,
    requests: no_requests,
    notes: "`_all/cost.json` is what `aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost --group-by \
            Type=TAG,Key=service` prints, its tag being the key of the entity; or one file an entity: `{\"currency\", \
            \"aggregation\": [{\"date\", \"amount\"}]}`.",
};

/// Decimals in which amounts are added, so that a sum of tenths is exact.
const UNITS: f64 = 1e6;

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut days: BTreeMap<i64, i64> = BTreeMap::new();
    let mut currency = None;
    let mut is_known = false;
    let key = entity_key(input.entity);
    for value in input.values("cost").unwrap_or_default() {
        let report = value.as_object().ok_or(Refusal::Shape)?;
        if let Some(results) = report.get("ResultsByTime") {
            for day in results.as_array().ok_or(Refusal::Shape)? {
                let Some(start) = day.time("TimePeriod.Start") else { continue };
                let is_mine = |keys: Vec<&str>| {
                    keys.iter().any(|one| one.split_once('$').map_or(*one, |(_, tag)| tag).eq_ignore_ascii_case(&key))
                };
                for group in day.list("Groups").iter().filter(|group| is_mine(group.texts("Keys"))) {
                    let metric =
                        group.get("Metrics").and_then(Value::as_object).and_then(|metrics| metrics.values().next());
                    let Some(metric) = metric else { continue };
                    is_known = true;
                    *days.entry(start).or_default() += units(metric.number("Amount"));
                    currency = metric.str("Unit").map(str::to_owned).or(currency);
                }
            }
        } else {
            let rows = answer::rows(std::slice::from_ref(value), Some("aggregation"))?;
            is_known = true;
            currency = report.str("currency").map(str::to_owned).or(currency);
            for row in rows {
                if let Some(date) = row.time("date") {
                    *days.entry(date).or_default() += units(row.number("amount"));
                }
            }
        }
    }
    if !is_known {
        return Ok(None);
    }
    let mut record = Record::default();
    if let Some((last, _)) = days.last_key_value() {
        let sum = |from: i64, to: i64| -> (i64, usize) {
            let within = days.range(from..to);
            within.fold((0, 0), |(sum, count), (_, amount)| (sum + amount, count + 1))
        };
        let (end, middle) = (last + DAY, last + DAY - 30 * DAY);
        let (recent, _) = sum(middle, end);
        let (before, count) = sum(middle - 30 * DAY, middle);
        record.facts.set("cost.last30d", Fact::Number(rounded(recent as f64 / UNITS, 2)));
        record.facts.text("cost.currency", currency.as_deref());
        if count > 0 && before != 0 {
            record
                .facts
                .set("cost.growthPct", Fact::Number(rounded(100.0 * (recent - before) as f64 / before as f64, 1)));
        }
    }
    let shown: Vec<(i64, i64)> = days.iter().rev().take(60).map(|(day, amount)| (*day, *amount)).collect();
    record.series.push(Series {
        name: currency.as_deref().map_or_else(|| "a day".into(), |code| format!("{} a day", short(code)).into()),
        points: shown.iter().rev().map(|(day, amount)| (*day, Some(*amount as f64 / UNITS))).collect(),
    });
    record.table(Rows::new(
        "Days",
        &["Day", "Amount"],
        shown
            .iter()
            .take(7)
            .map(|(day, amount)| {
                vec![
                    Cell::text(time::iso(*day).get(..10).unwrap_or_default()),
                    Cell::number(format!("{:.2}", *amount as f64 / UNITS)),
                ]
            })
            .collect::<Vec<_>>()
            .into_iter(),
    ));
    Ok(Some(record))
}

fn units(amount: Option<f64>) -> i64 {
    rounded(amount.unwrap_or_default() * UNITS, 0) as i64
}
