//! Objects of Kubernetes clusters: pods, workloads, what is wrong with them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Request, Wanted, is_line, is_name, word, words};
use crate::snapshots::selector::Selector;
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "kubernetes",
    title: "Kubernetes",
    ttl: 6,
    tab: Tab::Kubernetes,
    icon: "kind-resource",
    annotations: &["backstage.io/kubernetes-label-selector", "backstage.io/kubernetes-id"],
    grammar: "a label selector, or the value of the label `backstage.io/kubernetes-id`",
    parts: &[json(
        "objects",
        &[
            "kind",
            "items",
            "message",
            "reason",
            "metadata",
            "name",
            "namespace",
            "labels.*",
            "spec",
            "status",
            "phase",
            "containerStatuses",
            "ready",
            "restartCount",
            "state.*",
            "lastState",
            "terminated",
            "replicas",
            "readyReplicas",
            "updatedReplicas",
            "availableReplicas",
            "desiredNumberScheduled",
            "numberReady",
            "template",
            "containers",
            "initContainers",
            "image",
            "resources",
            "limits",
            "cpu",
            "memory",
            "startTime",
            "readinessProbe",
            "initialDelaySeconds",
            "periodSeconds",
            "failureThreshold",
            "conditions",
            "type",
            "minReplicas",
            "maxReplicas",
            "currentReplicas",
            "desiredReplicas",
            "metrics",
            "currentMetrics",
            "resource",
            "current",
            "target",
            "averageUtilization",
            "currentCPUUtilizationPercentage",
            "targetCPUUtilizationPercentage",
            "ports",
            "port",
            "targetPort",
            "protocol",
            "rules",
            "host",
            "http",
            "paths",
            "path",
            "schedule",
            "suspend",
            "lastScheduleTime",
            "startedAt",
        ],
    )],
    facts: &[
        "k8s.pods",
        "k8s.podsWithErrors",
        "k8s.restarts",
        "k8s.workloads",
        "k8s.unavailable",
        "k8s.hasHpa",
        "k8s.hasLimits",
        "k8s.errors",
    ],
    all: true,
    claims,
    read,
    by_entity: true,
    server: None,
    requests,
    notes: "An instance is a cluster: `kubernetes@prod-eu/…`; the rows of all clusters are shown. Secrets and ConfigMaps are \
            never asked for, and environment, arguments, nodes and addresses are never read.",
};

const KINDS: &str =
    "pods,deployments,replicasets,statefulsets,daemonsets,services,ingresses,horizontalpodautoscalers,jobs,cronjobs";

fn claims(entity: &Entity) -> Option<Claims> {
    let instances = match annotation(entity, "backstage.io/kubernetes-cluster") {
        Some(cluster) => Instances::Named(vec![cluster.to_owned()]),
        None => Instances::Any,
    };
    if let Some(selector) = annotation(entity, SOURCE.annotations[0]) {
        return Some(Claims::query(entity, selector, instances));
    }
    annotation(entity, SOURCE.annotations[1]).map(|id| Claims::at(id, instances))
}

fn selector(entity: &Entity) -> Option<String> {
    let selector = annotation(entity, SOURCE.annotations[0]).map(str::to_owned);
    selector.or_else(|| Some(format!("backstage.io/kubernetes-id={}", annotation(entity, SOURCE.annotations[1])?)))
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let Some(selector) =
        selector(wanted.entity).filter(|selector| is_line(selector) && Selector::parse(selector).is_some())
    else {
        return Vec::new();
    };
    let mut command = words(&["kubectl", "get", KINDS]);
    match annotation(wanted.entity, "backstage.io/kubernetes-namespace") {
        Some(namespace) if is_name(namespace) => command.extend([word("-n"), word(namespace)]),
        Some(_) => return Vec::new(),
        None => command.push(word("-A")),
    }
    command.extend([word("-l"), word(selector), word("-o"), word("json")]);
    if !wanted.instance.is_empty() {
        if !is_line(wanted.instance) {
            return Vec::new();
        }
        command.extend([word("--context"), word(wanted.instance)]);
    }
    vec![Request::run("kubernetes", wanted, "objects", command)]
}

/// Returns an image without its registry and digest: name and tag.
pub(super) fn image(image: &str) -> String {
    let image = image.split('@').next().unwrap_or_default();
    image.rsplit('/').next().unwrap_or(image).to_owned()
}

type Object = Map<String, Value>;

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut objects: Vec<(&str, &str, &Object)> = Vec::new();
    let mut is_chosen = false;
    let wanted = selector(input.entity).and_then(|selector| Selector::parse(&selector));
    let namespace = annotation(input.entity, "backstage.io/kubernetes-namespace");
    for set in input.sets {
        let Some(values) = set.values("objects") else { continue };
        is_chosen |= set.all;
        for value in values {
            let found = items(value)?;
            objects.extend(
                found
                    .into_iter()
                    .filter(|(_, object)| {
                        !set.all
                            || (namespace.is_none_or(|namespace| object.str("metadata.namespace") == Some(namespace))
                                && wanted.as_ref().is_some_and(|wanted| wanted.fits(object.at("metadata.labels"))))
                    })
                    .map(|(kind, object)| (set.instance.as_str(), kind, object)),
            );
        }
    }
    if objects.is_empty() && is_chosen {
        return Ok(None);
    }
    Ok(Some(record(input, &objects)))
}

/// Returns the objects of a list of any kind, or the one that there is, with their kinds.
fn items(value: &Value) -> Result<Vec<(&str, &Object)>, Refusal> {
    let map = value.as_object().ok_or(Refusal::Shape)?;
    let kind = map.get("kind").and_then(Value::as_str).unwrap_or("List");
    if kind == "Status" {
        return Err(Refusal::Failed(
            map.str("message").or_else(|| map.str("reason")).unwrap_or("the cluster refuses").to_owned(),
        ));
    }
    match map.get("items") {
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| {
                let object = item.as_object().ok_or(Refusal::Shape)?;
                let own = object.get("kind").and_then(Value::as_str);
                Ok((own.unwrap_or_else(|| kind.strip_suffix("List").unwrap_or(kind)), object))
            })
            .collect(),
        Some(Value::Null) => Ok(Vec::new()),
        None if kind != "List" => Ok(vec![(kind, map)]),
        _ => Err(Refusal::Shape),
    }
}

fn record(input: &Input<'_>, objects: &[(&str, &str, &Object)]) -> Record {
    let mut record = Record::default();
    let of =
        |wanted: &'static [&'static str]| objects.iter().copied().filter(move |(_, kind, _)| wanted.contains(kind));
    let pods: Vec<_> = of(&["Pod"]).collect();
    let workloads: Vec<_> = of(&["Deployment", "StatefulSet", "DaemonSet"]).collect();
    let mut problems: Vec<[String; 5]> = Vec::new();
    let mut broken = 0;
    for (cluster, kind, pod) in &pods {
        let found = pod_problems(pod, input.time);
        broken += usize::from(!found.is_empty());
        problems.extend(found.into_iter().map(|message| problem(cluster, kind, pod, message)));
    }
    for (cluster, kind, object) in objects {
        problems
            .extend(object_problems(kind, object).into_iter().map(|message| problem(cluster, kind, object, message)));
    }
    let facts = &mut record.facts;
    facts.count("k8s.pods", pods.len());
    facts.count("k8s.podsWithErrors", broken);
    let restarts: i64 = pods
        .iter()
        .flat_map(|(_, _, pod)| pod.list("status.containerStatuses"))
        .filter_map(|one| one.int("restartCount"))
        .sum();
    facts.set("k8s.restarts", Fact::Count(restarts));
    facts.count("k8s.workloads", workloads.len());
    facts.count(
        "k8s.unavailable",
        workloads
            .iter()
            .filter(|(_, kind, object)| {
                let (wanted, ready) = replicas(kind, object);
                ready < wanted
            })
            .count(),
    );
    facts.set("k8s.hasHpa", Fact::Flag(of(&["HorizontalPodAutoscaler"]).next().is_some()));
    if !workloads.is_empty() {
        let containers: Vec<&Value> =
            workloads.iter().flat_map(|(_, _, object)| object.list("spec.template.spec.containers")).collect();
        let is_limited =
            |one: &&Value| one.at("resources.limits.cpu").is_some() && one.at("resources.limits.memory").is_some();
        facts.set("k8s.hasLimits", Fact::Flag(!containers.is_empty() && containers.iter().all(is_limited)));
    }
    facts.count("k8s.errors", problems.len());
    if objects.is_empty() {
        record.say("no objects");
    }
    record.table(Rows::new(
        "Errors",
        &["Kind", "Name", "Message", "Namespace", "Cluster"],
        problems
            .into_iter()
            .map(|[cluster, kind, name, namespace, message]| {
                vec![
                    Cell::text(&kind),
                    Cell::text(&name),
                    Cell::long(&message),
                    Cell::text(&namespace),
                    Cell::text(&cluster),
                ]
            })
            .collect::<Vec<_>>()
            .into_iter(),
    ));
    record.table(Rows::new(
        "Workloads",
        &["Name", "Kind", "Ready", "Images", "Namespace", "Cluster"],
        workloads.iter().map(|(cluster, kind, object)| {
            let (wanted, ready) = replicas(kind, object);
            let tone = if ready < wanted { Tone::Bad } else { Tone::Good };
            vec![
                name(object),
                Cell::text(kind),
                Cell::word(&format!("{ready}/{wanted}"), tone),
                images(object.list("spec.template.spec.containers")),
                namespace(object),
                Cell::text(cluster),
            ]
        }),
    ));
    record.table(Rows::new(
        "Pods",
        &["Name", "Phase", "Status", "Ready", "Restarts", "Images", "Namespace", "Cluster"],
        pods.iter().map(|(cluster, _, pod)| {
            let statuses = pod.list("status.containerStatuses");
            let ready = statuses.iter().filter(|one| one.flag("ready") == Some(true)).count();
            let reasons: BTreeSet<&str> = statuses
                .iter()
                .filter_map(|one| one.str("state.waiting.reason").or_else(|| one.str("state.terminated.reason")))
                .collect();
            let reasons: Vec<&str> = reasons.into_iter().collect();
            let restarts: i64 = statuses.iter().filter_map(|one| one.int("restartCount")).sum();
            let phase = pod.str("status.phase").unwrap_or("Unknown");
            let tone = match phase {
                "Running" | "Succeeded" => Tone::Good,
                "Failed" => Tone::Bad,
                _ => Tone::Warn,
            };
            let total = pod.list("spec.containers").len().max(statuses.len());
            vec![
                name(pod),
                Cell::word(phase, tone),
                Cell::text(&if reasons.is_empty() && tone == Tone::Good {
                    "OK".to_owned()
                } else {
                    reasons.join(", ")
                }),
                Cell::number(format!("{ready}/{total}")),
                Cell::number(restarts),
                images(pod.list("spec.containers")),
                namespace(pod),
                Cell::text(cluster),
            ]
        }),
    ));
    others(&mut record, input.hosts, objects);
    record
}

/// Adds what is shown without being counted.
fn others(record: &mut Record, shows_hosts: bool, objects: &[(&str, &str, &Object)]) {
    let rows: Vec<_> = objects
        .iter()
        .filter_map(|(cluster, kind, object)| {
            let about = match *kind {
                "HorizontalPodAutoscaler" => format!(
                    "{} of {} to {} replicas",
                    object.int("status.currentReplicas").unwrap_or_default(),
                    object.int("spec.minReplicas").unwrap_or(1),
                    object.int("spec.maxReplicas").unwrap_or_default(),
                ),
                "Service" => {
                    let ports = object.list("spec.ports").iter().filter_map(|port| port.label("port"));
                    format!(
                        "{} {}",
                        object.str("spec.type").unwrap_or("ClusterIP"),
                        ports.collect::<Vec<_>>().join(", ")
                    )
                }
                "Ingress" => {
                    let hosts = object.list("spec.rules").iter().map(|rule| {
                        let paths = rule.list("http.paths").iter().filter_map(|path| path.str("path"));
                        format!(
                            "{}{}",
                            rule.str("host").filter(|_| shows_hosts).unwrap_or("*"),
                            paths.collect::<Vec<_>>().join(", ")
                        )
                    });
                    hosts.collect::<Vec<_>>().join(", ")
                }
                "CronJob" => {
                    let suspended = if object.flag("spec.suspend") == Some(true) { ", suspended" } else { "" };
                    format!("{}{suspended}", object.str("spec.schedule").unwrap_or_default())
                }
                _ => return None,
            };
            Some(vec![name(object), Cell::text(kind), Cell::text(&about), namespace(object), Cell::text(cluster)])
        })
        .collect();
    record.table(Rows::new("Other objects", &["Name", "Kind", "What", "Namespace", "Cluster"], rows.into_iter()));
}

fn name(object: &Object) -> Cell {
    Cell::text(object.str("metadata.name").unwrap_or_default())
}

fn namespace(object: &Object) -> Cell {
    Cell::text(object.str("metadata.namespace").unwrap_or_default())
}

fn images(containers: &[Value]) -> Cell {
    let images: BTreeSet<String> = containers.iter().filter_map(|one| one.str("image")).map(image).collect();
    Cell::text(&images.into_iter().collect::<Vec<_>>().join(", "))
}

fn problem(cluster: &str, kind: &str, object: &Object, message: String) -> [String; 5] {
    let text = |path| object.str(path).unwrap_or_default().to_owned();
    [cluster.to_owned(), kind.to_owned(), text("metadata.name"), text("metadata.namespace"), message]
}

/// Returns how many replicas are wanted and ready.
fn replicas(kind: &str, object: &Object) -> (i64, i64) {
    if kind == "DaemonSet" {
        return (
            object.int("status.desiredNumberScheduled").unwrap_or(0),
            object.int("status.numberReady").unwrap_or(0),
        );
    }
    (object.int("spec.replicas").unwrap_or(1), object.int("status.readyReplicas").unwrap_or(0))
}

/// Returns what is wrong with a pod.
fn pod_problems(pod: &Object, now: Option<i64>) -> Vec<String> {
    let mut out = Vec::new();
    for status in pod.list("status.containerStatuses") {
        let name = status.str("name").unwrap_or_default();
        if let Some(message) = status.str("state.waiting.message") {
            out.push(message.to_owned());
        }
        if let Some(count) = status.int("restartCount").filter(|count| *count > 0) {
            out.push(format!("container={name} restarted {count} times"));
        }
        let started = status.time("state.running.startedAt");
        if let (Some(started), Some(now), Some(false)) = (started, now, status.flag("ready")) {
            // A status may name a container that the spec lacks.
            let probe = pod
                .list("spec.containers")
                .iter()
                .find(|one| one.str("name") == Some(name))
                .and_then(|one| one.at("readinessProbe"));
            let number = |key: &str, default: i64| probe.and_then(|probe| probe.int(key)).unwrap_or(default);
            let wait = number("initialDelaySeconds", 0)
                .saturating_add(number("periodSeconds", 10).saturating_mul(number("failureThreshold", 3)));
            if probe.is_some() && now - started >= wait {
                out.push(format!("The container {name} failed to start properly, but is not crashing"));
            }
        }
    }
    out
}

/// Returns what is wrong with another object.
fn object_problems(kind: &str, object: &Object) -> Vec<String> {
    match kind {
        "Deployment" => object
            .list("status.conditions")
            .iter()
            .filter(|one| one.str("status") == Some("False"))
            .filter_map(|one| one.str("message"))
            .map(str::to_owned)
            .collect(),
        "HorizontalPodAutoscaler" => {
            let (now, most) = (object.int("status.currentReplicas"), object.int("spec.maxReplicas"));
            if let (Some(now), Some(most)) = (now, most)
                && now >= most
                && most > 0
            {
                vec![format!("it runs at its maximum of {most} replicas")]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}
