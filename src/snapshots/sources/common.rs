//! What several sources have in common: runs, changes, vulnerabilities, slugs of forges.

use std::collections::BTreeMap;

use crate::catalog::Entity;
use crate::snapshots::facts::{Fact, Tone, rounded};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Request, Wanted, is_name, is_path, is_slug, word, words};
use crate::snapshots::source::{Claims, Input, Instances, Place, annotation};

/// The annotation of repositories at GitHub.
pub(super) const GITHUB: &[&str] = &["github.com/project-slug"];
/// What its value looks like.
pub(super) const SLUG: &str = "`owner/repository`";
/// The annotations of projects at GitLab.
pub(super) const GITLAB: &[&str] = &["gitlab.com/project-slug", "gitlab.com/project-id"];

/// Claims the repository at GitHub, on the host that the source lies on.
pub(super) fn github(entity: &Entity) -> Option<Claims> {
    let slug = annotation(entity, GITHUB[0])?;
    let mut claims = Claims::key(&slug.to_lowercase());
    slug.clone_into(&mut claims.shown);
    let place = ["backstage.io/source-location", "backstage.io/managed-by-location"]
        .iter()
        .find_map(|key| annotation(entity, key));
    let host = place
        .and_then(|place| place.split_once("://"))
        .map(|(_, rest)| rest.split(['/', ':']).next().unwrap_or_default());
    if let Some(host) = host.filter(|host| !host.is_empty() && *host != "github.com" && is_name(host)) {
        claims
            .places
            .insert(0, Place { key: claims.places[0].key.clone(), instances: Instances::Named(vec![host.to_owned()]) });
    }
    Some(claims)
}

/// Claims the project at GitLab.
pub(super) fn gitlab(entity: &Entity) -> Option<Claims> {
    let values = GITLAB.iter().filter_map(|key| annotation(entity, key));
    let instances = match annotation(entity, "gitlab.com/instance") {
        Some(instance) => Instances::Named(vec![instance.to_owned()]),
        None => Instances::Default,
    };
    let places: Vec<Place> =
        values.map(|value| Place { key: value.to_lowercase(), instances: instances.clone() }).collect();
    let shown = GITLAB.iter().find_map(|key| annotation(entity, key))?.to_owned();
    Some(Claims { shown, is_annotated: true, places })
}

/// Makes the request for a part of a repository at GitHub.
pub(super) fn gh(source: &str, wanted: &Wanted<'_>, part: &str, below: &str, pages: bool) -> Option<Request> {
    let slug = annotation(wanted.entity, GITHUB[0])?;
    if !is_slug(slug) {
        return None;
    }
    let mut command = words(&["gh", "api"]);
    if !wanted.instance.is_empty() {
        command.extend([word("--hostname"), word(wanted.instance)]);
    }
    if pages {
        command.push(word("--paginate"));
    }
    command.push(word(format!("repos/{slug}{below}")));
    Some(Request::run(source, wanted, part, command))
}

/// Makes the request for a part of a project at GitLab.
pub(super) fn glab(source: &str, wanted: &Wanted<'_>, part: &str, below: &str) -> Option<Request> {
    let value = GITLAB.iter().find_map(|key| annotation(wanted.entity, key))?;
    if !is_path(value) || !(wanted.instance.is_empty() || is_name(wanted.instance)) {
        return None;
    }
    let mut command = words(&["glab", "api"]);
    if !wanted.instance.is_empty() {
        command.extend([word("--hostname"), word(wanted.instance)]);
    }
    command.push(word(format!("projects/{}{below}", value.replace('/', "%2F"))));
    Some(Request::run(source, wanted, part, command))
}

/// A run of a pipeline.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) workflow: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) branch: String,
    pub(super) sha: String,
    pub(super) status: &'static str,
    pub(super) created: Option<i64>,
    /// In milliseconds.
    pub(super) duration: Option<i64>,
    pub(super) url: Option<String>,
}

/// Words of runs that say whether a workflow works.
const DECIDED: &[&str] = &["success", "failure", "timed_out", "startup_failure", "action_required"];
/// Words of runs that count for the rate of success.
const COUNTED: &[&str] = &["success", "failure", "timed_out", "startup_failure"];

/// Says how bad the word of a run is.
pub(super) fn run_tone(status: &str) -> Tone {
    match status {
        "success" => Tone::Good,
        "failure" | "timed_out" | "startup_failure" | "action_required" => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// Makes the record of runs. Without a default branch those of every branch count.
pub(super) fn runs(input: &Input<'_>, mut runs: Vec<Run>, branch: Option<&str>) -> Record {
    // The sort is stable: of runs that began at once the one that the tool names first is the newest.
    runs.sort_by_key(|run| std::cmp::Reverse(run.created.unwrap_or(i64::MIN)));
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.count("ci.runs", runs.len());
    let on_branch: Vec<&Run> = runs.iter().filter(|run| branch.is_none_or(|branch| run.branch == branch)).collect();
    if let Some(newest) = on_branch.first() {
        facts.text("ci.status", Some(newest.status));
        facts.time("ci.lastRunAt", newest.created);
    }
    let mut workflows: BTreeMap<&str, &str> = BTreeMap::new();
    for run in on_branch.iter().filter(|run| DECIDED.contains(&run.status)) {
        workflows.entry(&run.workflow).or_insert(run.status);
    }
    if !workflows.is_empty() {
        let failing = workflows.values().filter(|status| **status != "success").count();
        facts.count("ci.failing", failing);
        facts.set("ci.green", Fact::Flag(failing == 0));
    }
    let recent =
        |run: &&Run| COUNTED.contains(&run.status) && run.created.and_then(|at| input.is_within(at, 30)) == Some(true);
    let counted: Vec<&Run> = runs.iter().filter(recent).collect();
    if !counted.is_empty() {
        let good = counted.iter().filter(|run| run.status == "success").count();
        facts.set("ci.successRate30d", Fact::Number(rounded(100.0 * good as f64 / counted.len() as f64, 1)));
    }
    let durations =
        runs.iter().filter(|run| run.status == "success").filter_map(|run| run.duration).map(|length| length as f64);
    let median = median(durations.collect()).map(|length| Fact::Count((length / 1000.0) as i64));
    facts.maybe("ci.medianDuration", median);
    if runs.is_empty() {
        record.say("no runs");
    }
    record.table(Rows::new(
        "Runs",
        &["Status", "Run", "Branch", "Commit", "Workflow", "Started", "Duration"],
        runs.iter().map(|run| {
            let title = run.title.lines().next().unwrap_or_default().trim();
            let title = match (title.is_empty(), run.number.is_empty()) {
                (true, false) => format!("#{}", run.number),
                (false, false) => format!("{title} #{}", run.number),
                (false, true) => title.to_owned(),
                (true, true) => "run".to_owned(),
            };
            vec![
                Cell::word(run.status, run_tone(run.status)),
                Cell::link(&title, run.url.as_deref()),
                Cell::text(&run.branch),
                Cell::code(run.sha.get(..7).unwrap_or(&run.sha)),
                Cell::text(&run.workflow),
                Cell::time(run.created),
                run.duration
                    .map_or(Cell::Empty, |length| Cell::number(crate::snapshots::facts::duration(length / 1000))),
            ]
        }),
    ));
    record
}

/// Returns the median of numbers.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        count if count % 2 == 1 => Some(numbers[middle]),
        _ => Some(f64::midpoint(numbers[middle - 1], numbers[middle])),
    }
}

/// A change that waits to be merged, or was.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) is_open: bool,
    pub(super) is_draft: bool,
    /// Whether somebody was asked to review it.
    pub(super) is_asked: bool,
    pub(super) created: Option<i64>,
    pub(super) merged: Option<i64>,
    pub(super) author: String,
    pub(super) labels: Vec<String>,
    pub(super) url: Option<String>,
}

/// Makes the record of changes.
pub(super) fn changes(input: &Input<'_>, changes: &[Change]) -> Record {
    let mut record = Record::default();
    let facts = &mut record.facts;
    let open: Vec<&Change> = changes.iter().filter(|change| change.is_open).collect();
    facts.count("pr.open", open.len());
    facts.count("pr.draft", open.iter().filter(|change| change.is_draft).count());
    facts.count("pr.waiting", open.iter().filter(|change| !change.is_draft && change.is_asked).count());
    let oldest = open.iter().filter(|change| !change.is_draft).filter_map(|change| change.created).min();
    facts.maybe("pr.oldestDays", oldest.and_then(|at| input.days_since(at)).map(Fact::Count));
    if input.time.is_some() {
        let merged: Vec<(i64, i64)> = changes
            .iter()
            .filter_map(|change| Some((change.created.unwrap_or_default(), change.merged?)))
            .filter(|(_, merged)| input.is_within(*merged, 30) == Some(true))
            .collect();
        facts.count("pr.merged30d", merged.len());
        let hours = merged
            .iter()
            .filter(|(created, _)| *created > 0)
            .map(|(created, merged)| (merged - created) as f64 / 3600.0);
        facts.maybe("pr.medianMergeHours", median(hours.collect()).map(|hours| Fact::Number(rounded(hours, 1))));
    }
    if open.is_empty() {
        record.say("nothing is open");
    }
    record.table(Rows::new(
        "Open changes",
        &["Change", "Title", "State", "Author", "Opened", "Labels"],
        open.iter().map(|change| {
            let state = if change.is_draft {
                "draft"
            } else if change.is_asked {
                "waits for review"
            } else {
                "open"
            };
            vec![
                Cell::link(&format!("#{}", change.number), change.url.as_deref()),
                Cell::text(&change.title),
                Cell::word(state, Tone::Plain),
                Cell::text(&input.person(&change.author)),
                Cell::time(change.created),
                Cell::text(&change.labels.join(", ")),
            ]
        }),
    ));
    record
}

/// A vulnerability.
#[derive(Debug, Default)]
pub(super) struct Vulnerability {
    pub(super) package: String,
    pub(super) id: String,
    pub(super) title: String,
    /// In whatever words; see [`level`].
    pub(super) severity: Option<&'static str>,
    pub(super) created: Option<i64>,
    pub(super) fix: Option<String>,
    pub(super) is_fixable: bool,
    pub(super) place: String,
    pub(super) url: Option<String>,
}

/// Reads a severity.
pub(super) fn level(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "critical" => Some("critical"),
        "high" | "error" => Some("high"),
        "medium" | "moderate" | "warning" => Some("medium"),
        "low" | "note" | "none" => Some("low"),
        _ => None,
    }
}

fn level_tone(level: Option<&str>) -> Tone {
    match level {
        Some("critical") => Tone::Bad,
        Some("high") => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// Makes the record of vulnerabilities; `is_report` if it is a report, which knows of fixes and not of ages.
pub(super) fn vulnerabilities(input: &Input<'_>, mut found: Vec<Vulnerability>, is_report: bool) -> Record {
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.count("vuln.open", found.len());
    for (name, level) in
        [("vuln.critical", "critical"), ("vuln.high", "high"), ("vuln.medium", "medium"), ("vuln.low", "low")]
    {
        facts.count(name, found.iter().filter(|one| one.severity == Some(level)).count());
    }
    if is_report {
        facts.count("vuln.fixable", found.iter().filter(|one| one.is_fixable).count());
    }
    let oldest = found.iter().filter_map(|one| one.created).min();
    facts.maybe("vuln.oldestDays", oldest.and_then(|at| input.days_since(at)).map(Fact::Count));
    if found.is_empty() {
        record.say("no open alerts");
    }
    let rank = |level: Option<&str>| {
        ["critical", "high", "medium", "low"].iter().position(|name| Some(*name) == level).unwrap_or(4)
    };
    found.sort_by_key(|one| rank(one.severity));
    record.table(Rows::new(
        "Vulnerabilities",
        &["Severity", "Package", "Vulnerability", "Title", "Fixed in", "Found", "Where"],
        found.iter().map(|one| {
            vec![
                Cell::word(one.severity.unwrap_or("unknown"), level_tone(one.severity)),
                Cell::text(&one.package),
                Cell::link(&one.id, one.url.as_deref()),
                Cell::text(&one.title),
                Cell::text(one.fix.as_deref().unwrap_or_default()),
                Cell::time(one.created),
                Cell::text(&one.place),
            ]
        }),
    ));
    record
}

/// Returns the first line of a text.
pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

/// Makes no request: such a report is made where the code is built.
pub(super) fn no_requests(_: &Wanted<'_>) -> Vec<Request> {
    Vec::new()
}

/// Shortens a commit.
pub(super) fn revision(text: &str) -> &str {
    if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) { &text[..7] } else { text }
}

/// Says how bad the word of a deployment is.
pub(super) fn by_status(status: &str) -> Tone {
    match status.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "ok" | "deployed" | "active" => Tone::Good,
        "failure" | "failed" | "error" => Tone::Bad,
        _ => Tone::Plain,
    }
}
