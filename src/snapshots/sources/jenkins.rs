//! Builds of a Jenkins job.

use super::common::{self, Run};
use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::request::{Login, Request, Server, Wanted, is_line, url_part, word};
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "jenkins",
    title: "Jenkins",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "pipeline",
    annotations: &["jenkins.io/job-full-name", "jenkins.io/github-folder"],
    grammar: "`folder/job`, or `instance:folder/job`",
    parts: &[json("job", &["builds", "number", "result", "building", "timestamp", "duration", "displayName", "url"])],
    facts: &[
        "ci.runs",
        "ci.status",
        "ci.lastRunAt",
        "ci.failing",
        "ci.green",
        "ci.successRate30d",
        "ci.medianDuration",
    ],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "",
};

const SERVER: Server = Server { name: "JENKINS", url: "", tokens: &["USER", "TOKEN"], login: Login::UserAndToken };

fn claims(entity: &Entity) -> Option<Claims> {
    let value = SOURCE.annotations.iter().find_map(|key| annotation(entity, key))?;
    let (instances, job) = match value.split_once(':') {
        Some((instance, job)) => (Instances::Named(vec![instance.to_owned()]), job),
        None => (Instances::Default, value),
    };
    let mut claims = Claims::at(job.trim_matches('/'), instances);
    value.clone_into(&mut claims.shown);
    Some(claims)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if !is_line(wanted.key) || wanted.key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Vec::new();
    }
    let job: String = wanted.key.split('/').map(|part| format!("/job/{}", url_part(part))).collect();
    let mut request = Request::get("jenkins", wanted, "job", &SERVER, &format!("{job}/api/json"));
    if let crate::snapshots::request::Call::Get(_, options) = &mut request.call {
        options.extend([
            word("-G"),
            word("--data-urlencode"),
            word("tree=builds[number,result,building,timestamp,duration,displayName,url]{0,50}"),
        ]);
    }
    vec![request]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let values = input.values("job").unwrap_or_default();
    answer::object(values)?;
    let rows = answer::rows(values, Some("builds"))?;
    let runs = rows.iter().map(|row| {
        let is_running = row.flag("building") == Some(true);
        Run {
            workflow: String::new(),
            number: String::new(),
            title: row
                .str("displayName")
                .map(str::to_owned)
                .or_else(|| row.label("number").map(|number| format!("#{number}")))
                .unwrap_or_default(),
            status: match row.str("result").unwrap_or_default() {
                _ if is_running => "in_progress",
                "SUCCESS" => "success",
                "FAILURE" | "UNSTABLE" => "failure",
                "ABORTED" => "cancelled",
                "NOT_BUILT" => "skipped",
                _ => "unknown",
            },
            created: row.time("timestamp"),
            duration: row.int("duration").filter(|length| !is_running && *length >= 0),
            url: row.str("url").map(str::to_owned),
            ..Run::default()
        }
    });
    let runs = runs.collect();
    Ok(Some(common::runs(input, runs, None)))
}
