//! Dashboards and alerts of Grafana.

use serde_json::{Map, Value};

use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted};
use crate::snapshots::selector::{is_dashboard, pairs};
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "grafana",
    title: "Grafana",
    ttl: 24,
    tab: Tab::Incidents,
    icon: "chart",
    annotations: &["grafana/dashboard-selector", "grafana/alert-label-selector"],
    grammar: "a tag, or an expression such as `tags @> 'web' && folderTitle == 'Shop'`",
    parts: &[
        json("dashboards", &["title", "url", "tags", "folderTitle"]),
        json("alerts", &["data", "alerts", "labels.*", "state", "activeAt"]),
    ],
    facts: &["dashboards.count", "alerts.firing"],
    all: true,
    claims,
    read,
    by_entity: true,
    server: Some(&SERVER),
    requests,
    notes: "`grafana/alert-label-selector` chooses alerts of which any label fits; `grafana/host-id` names another server.",
};

const SERVER: Server =
    Server { name: "GRAFANA", url: "", tokens: &["TOKEN"], login: Login::Header("Authorization: Bearer ") };

fn claims(entity: &Entity) -> Option<Claims> {
    let shown = SOURCE.annotations.iter().find_map(|key| annotation(entity, key))?;
    let instances =
        annotation(entity, "grafana/host-id").map_or(Instances::Default, |id| Instances::Named(vec![id.to_owned()]));
    Some(Claims::query(entity, shown, instances))
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let all = Wanted { key: "_all", ..*wanted };
    vec![
        Request::get("grafana", &all, "dashboards", &SERVER, "/api/search?type=dash-db&limit=5000"),
        Request::get("grafana", &all, "alerts", &SERVER, "/api/prometheus/grafana/api/v1/alerts"),
    ]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut record = Record::default();
    let all = input.sets.iter().any(|set| set.all);
    let dashboards = input.rows("dashboards", None)?;
    let mut shown: Vec<&Map<String, Value>> = Vec::new();
    if let Some(selector) = annotation(input.entity, "grafana/dashboard-selector") {
        let fits = |row: &&Map<String, Value>| !all || is_dashboard(selector, &|field| row.get(field).cloned());
        shown.extend(dashboards.into_iter().filter(fits));
        record.facts.count("dashboards.count", shown.len());
    }
    if let (Some(selector), Some(values)) =
        (annotation(input.entity, "grafana/alert-label-selector"), input.values("alerts"))
    {
        let wanted = pairs(selector);
        let alerts = match values.first().and_then(|value| value.get("data")) {
            Some(data) => answer::rows(std::slice::from_ref(data), Some("alerts")),
            None => answer::rows(values, None),
        };
        let fits = |row: &&Map<String, Value>| {
            let label = |key: &str| row.get("labels").and_then(|labels| labels.get(key)).and_then(Value::as_str);
            !all || wanted.iter().any(|(key, value)| label(key) == Some(value.as_str()))
        };
        // Labels have points in their names, so that they are no paths.
        let alerts: Vec<_> = alerts.unwrap_or_default().into_iter().filter(fits).collect();
        let is_firing = |row: &Map<String, Value>| {
            let state = row.str("state").unwrap_or_default().to_lowercase();
            state.starts_with("alerting") || state == "error" || state == "firing"
        };
        record.facts.count("alerts.firing", alerts.iter().filter(|row| is_firing(row)).count());
        record.table(Rows::new(
            "Alerts",
            &["Alert", "State", "Since"],
            alerts.iter().map(|row| {
                vec![
                    Cell::text(row.str("labels.alertname").unwrap_or_default()),
                    Cell::word(
                        row.str("state").unwrap_or_default(),
                        if is_firing(row) { Tone::Bad } else { Tone::Good },
                    ),
                    Cell::time(row.time("activeAt")),
                ]
            }),
        ));
    }
    if shown.is_empty() && record.tables.is_empty() {
        record.say("no dashboards");
    }
    record.table(Rows::new(
        "Dashboards",
        &["Dashboard", "Folder", "Tags"],
        shown.iter().map(|row| {
            vec![
                Cell::link(row.str("title").unwrap_or_default(), row.str("url")),
                Cell::text(row.str("folderTitle").unwrap_or_default()),
                Cell::text(&row.texts("tags").join(", ")),
            ]
        }),
    ));
    Ok(Some(record))
}
