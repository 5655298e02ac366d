//! Applications of Argo CD.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::common::revision;
use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Request, Wanted, is_name, words};
use crate::snapshots::selector::Selector;
use crate::snapshots::source::{Claims, Input, Instances, Place, Set, Source, Tab, annotation, entity_key, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "argocd",
    title: "Argo CD",
    ttl: 6,
    tab: Tab::CiCd,
    icon: "cloud",
    annotations: &["argocd/app-name", "argocd/app-selector", "argocd/project-name"],
    grammar: "the name of an application",
    parts: &[json(
        "apps",
        &[
            "items",
            "metadata",
            "name",
            "namespace",
            "labels.*",
            "spec",
            "project",
            "status",
            "sync",
            "health",
            "history",
            "deployedAt",
            "revision",
            "summary",
            "images",
            "conditions",
            "message",
            "type",
        ],
    )],
    facts: &[
        "deploy.apps",
        "deploy.outOfSync",
        "deploy.unhealthy",
        "deploy.sync",
        "deploy.health",
        "deploy.lastAt",
        "deploy.count30d",
    ],
    all: true,
    claims,
    read,
    by_entity: true,
    server: None,
    requests,
    notes: "`argocd/instance-name` may list several servers; the rows of all are shown.",
};

fn claims(entity: &Entity) -> Option<Claims> {
    let shown = SOURCE.annotations.iter().find_map(|key| annotation(entity, key))?;
    let instances = match annotation(entity, "argocd/instance-name") {
        Some(names) => Instances::Named(
            names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        ),
        None => Instances::Any,
    };
    let mut places = Vec::new();
    if let Some(name) = annotation(entity, "argocd/app-name") {
        places.push(Place { key: name.to_owned(), instances: instances.clone() });
    }
    places.push(Place { key: entity_key(entity), instances });
    Some(Claims { shown: shown.to_owned(), is_annotated: true, places })
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if annotation(wanted.entity, "argocd/app-name").is_some_and(|name| !is_name(name)) {
        return Vec::new();
    }
    let all = Wanted { key: "_all", ..*wanted };
    vec![Request::run("argocd", &all, "apps", words(&["argocd", "app", "list", "-o", "json"]))]
}

/// From good to bad.
const SYNC: &[&str] = &["Synced", "Unknown", "OutOfSync"];
const HEALTH: &[&str] = &["Healthy", "Suspended", "Progressing", "Unknown", "Missing", "Degraded"];

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut apps: Vec<(&str, &Map<String, Value>)> = Vec::new();
    let mut is_chosen = false;
    for set in input.sets {
        let Some(values) = set.values("apps") else { continue };
        let all = applications(values)?;
        is_chosen |= set.all;
        apps.extend(
            all.into_iter().filter(|app| is_meant(input.entity, set, app)).map(|app| (set.instance.as_str(), app)),
        );
    }
    if apps.is_empty() && is_chosen {
        return Ok(None);
    }
    let mut record = Record::default();
    let facts = &mut record.facts;
    let sync = |app: &Map<String, Value>| app.str("status.sync.status").unwrap_or("Unknown").to_owned();
    let health = |app: &Map<String, Value>| app.str("status.health.status").unwrap_or("Unknown").to_owned();
    facts.count("deploy.apps", apps.len());
    facts.count("deploy.outOfSync", apps.iter().filter(|(_, app)| sync(app) == "OutOfSync").count());
    facts.count(
        "deploy.unhealthy",
        apps.iter().filter(|(_, app)| matches!(health(app).as_str(), "Degraded" | "Missing")).count(),
    );
    let worst = |of: &dyn Fn(&Map<String, Value>) -> String, order: &[&str]| {
        let rank = |word: &str| order.iter().position(|known| *known == word).unwrap_or(order.len());
        apps.iter().map(|(_, app)| of(app)).max_by_key(|word| rank(word))
    };
    facts.text("deploy.sync", worst(&sync, SYNC).as_deref());
    facts.text("deploy.health", worst(&health, HEALTH).as_deref());
    let deployed: Vec<i64> = apps
        .iter()
        .flat_map(|(_, app)| app.list("status.history"))
        .filter_map(|entry| entry.time("deployedAt"))
        .collect();
    facts.time("deploy.lastAt", deployed.iter().copied().max());
    if input.time.is_some() && apps.iter().any(|(_, app)| !app.list("status.history").is_empty()) {
        facts.count("deploy.count30d", deployed.iter().filter(|at| input.is_within(**at, 30) == Some(true)).count());
    }
    if apps.is_empty() {
        record.say("no applications");
    }
    record.table(Rows::new(
        "Applications",
        &["Application", "Sync", "Health", "Last synced", "Revision", "Images", "Message", "Server"],
        apps.iter().map(|(instance, app)| {
            let last = app.list("status.history").iter().max_by_key(|entry| entry.time("deployedAt"));
            let images: BTreeSet<String> =
                app.texts("status.summary.images").into_iter().map(super::kubernetes::image).collect();
            let images: Vec<String> = images.into_iter().take(10).collect();
            let message = app.list("status.conditions").iter().find_map(|one| one.str("message"));
            vec![
                Cell::text(app.str("metadata.name").unwrap_or_default()),
                Cell::word(&sync(app), tone(&sync(app))),
                Cell::word(&health(app), tone(&health(app))),
                Cell::time(last.and_then(|entry| entry.time("deployedAt"))),
                Cell::code(last.and_then(|entry| entry.str("revision")).map(revision).unwrap_or_default()),
                Cell::text(&images.join(", ")),
                Cell::text(message.unwrap_or_default()),
                Cell::text(instance),
            ]
        }),
    ));
    Ok(Some(record))
}

fn tone(word: &str) -> Tone {
    match word {
        "Synced" | "Healthy" => Tone::Good,
        "OutOfSync" | "Missing" | "Degraded" => Tone::Bad,
        "Progressing" => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// Returns the applications of a list, of `{items}`, or the one that there is.
fn applications(values: &[Value]) -> Result<Vec<&Map<String, Value>>, Refusal> {
    if let [Value::Object(map)] = values
        && !map.contains_key("items")
    {
        return if map.contains_key("metadata") { Ok(vec![map]) } else { Err(Refusal::Shape) };
    }
    match values {
        [Value::Object(_)] => answer::rows(values, Some("items")),
        [Value::Null] => Ok(Vec::new()),
        _ => answer::rows(values, None),
    }
}

fn is_meant(entity: &Entity, set: &Set, app: &Map<String, Value>) -> bool {
    if !set.all {
        return true;
    }
    if let Some(namespace) = annotation(entity, "argocd/app-namespace")
        && app.str("metadata.namespace") != Some(namespace)
    {
        return false;
    }
    if let Some(name) = annotation(entity, "argocd/app-name") {
        return app.str("metadata.name") == Some(name);
    }
    if let Some(selector) = annotation(entity, "argocd/app-selector") {
        return Selector::parse(selector).is_some_and(|selector| selector.fits(app.at("metadata.labels")));
    }
    annotation(entity, "argocd/project-name").is_some_and(|project| app.str("spec.project") == Some(project))
}
