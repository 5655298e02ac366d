//! A repository at GitHub: languages, releases, people, whether its branch is protected.

use super::common::{self, GITHUB, SLUG};
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone, rounded};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Call, First, Request, Wanted, around, word, words};
use crate::snapshots::source::{Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-repo",
    title: "GitHub repository",
    ttl: 7 * 24,
    tab: Tab::Code,
    icon: "repository",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[
        json(
            "repo",
            &[
                "full_name",
                "archived",
                "default_branch",
                "license",
                "spdx_id",
                "topics",
                "pushed_at",
                "open_issues_count",
                "html_url",
            ],
        ),
        json("languages", answer::ALL),
        json("releases", &["tag_name", "name", "draft", "prerelease", "published_at", "html_url"]),
        json("contributors", &["login", "contributions", "html_url"]),
        json("protection", &["url"]),
    ],
    facts: &[
        "repo.archived",
        "repo.defaultBranch",
        "repo.license",
        "repo.lastPush",
        "repo.openIssues",
        "repo.lastRelease",
        "repo.language",
        "repo.languagePct",
        "repo.protected",
    ],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests,
    notes: "That the branch is not protected is an answer: HTTP 404. With 403 nobody knows, and the fact is absent.",
};

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let gh = |part, below| common::gh("github-repo", wanted, part, below, false);
    let Some(repo) = gh("repo", "") else { return Vec::new() };
    let mut requests = vec![repo];
    let parts = [
        ("languages", "/languages"),
        ("releases", "/releases?per_page=30"),
        ("contributors", "/contributors?per_page=30"),
    ];
    requests.extend(parts.into_iter().filter_map(|(part, below)| gh(part, below)));
    if let (Some(mut protection), Some(slug)) = (gh("protection", ""), annotation(wanted.entity, GITHUB[0])) {
        let mut command = words(&["gh", "api"]);
        if !wanted.instance.is_empty() {
            command.extend([word("--hostname"), word(wanted.instance)]);
        }
        let mut first = command.clone();
        first.extend([word(format!("repos/{slug}")), word("--jq"), word(".default_branch")]);
        command.push(around(&format!("repos/{slug}/branches/"), "branch", "/protection"));
        protection.call = Call::Run(command);
        protection.first = Some(First { variable: "branch", command: first, filter: Vec::new() });
        requests.push(protection);
    }
    requests
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let repo = answer::object(input.values("repo").unwrap_or_default())?;
    if repo.str("full_name").is_none() && repo.str("default_branch").is_none() {
        return Err(Refusal::Shape);
    }
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.maybe("repo.archived", repo.flag("archived").map(Fact::Flag));
    facts.text("repo.defaultBranch", repo.str("default_branch"));
    facts.text("repo.license", repo.str("license.spdx_id"));
    facts.time("repo.lastPush", repo.time("pushed_at"));
    facts.maybe("repo.openIssues", repo.int("open_issues_count").map(Fact::Count));
    if let Some(languages) = input.values("languages").and_then(|values| answer::object(values).ok()) {
        let bytes = |value: &serde_json::Value| answer::number(value).filter(|bytes| *bytes > 0.0).unwrap_or_default();
        let total: f64 = languages.values().map(bytes).sum();
        let most = languages
            .iter()
            .map(|(name, value)| (name, bytes(value)))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)));
        if let Some((name, bytes)) = most.filter(|_| total > 0.0) {
            facts.text("repo.language", Some(name));
            facts.set("repo.languagePct", Fact::Number(rounded(100.0 * bytes / total, 1)));
        }
    }
    let releases = input.optional("releases", None).unwrap_or_default();
    let last = releases
        .iter()
        .filter(|row| row.flag("draft") != Some(true) && row.flag("prerelease") != Some(true))
        .max_by_key(|row| row.time("published_at").unwrap_or(i64::MIN));
    facts.text("repo.lastRelease", last.and_then(|row| row.str("tag_name")));
    facts.maybe("repo.protected", is_protected(input).map(Fact::Flag));
    record.link(repo.str("html_url"));
    let topics = repo.texts("topics").join(", ");
    if !topics.is_empty() {
        record.say(crate::snapshots::mask::short(&topics));
    }
    record.table(Rows::new(
        "Releases",
        &["Release", "Name", "", "Published"],
        releases.iter().map(|row| {
            let kind = if row.flag("draft") == Some(true) {
                "draft"
            } else if row.flag("prerelease") == Some(true) {
                "prerelease"
            } else {
                ""
            };
            vec![
                Cell::link(row.str("tag_name").unwrap_or_default(), row.str("html_url")),
                Cell::text(row.str("name").unwrap_or_default()),
                Cell::word(kind, Tone::Plain),
                Cell::time(row.time("published_at")),
            ]
        }),
    ));
    let people = input.optional("contributors", None).unwrap_or_default();
    if input.people {
        record.table(Rows::new(
            "Contributors",
            &["Person", "Contributions"],
            people.iter().map(|row| {
                vec![
                    Cell::link(row.str("login").unwrap_or_default(), row.str("html_url")),
                    row.int("contributions").map_or(Cell::Empty, Cell::number),
                ]
            }),
        ));
    }
    Ok(Some(record))
}

/// Returns whether the branch is protected, if anybody knows.
fn is_protected(input: &Input<'_>) -> Option<bool> {
    let part = input.part("protection")?;
    if part.failure.is_none() && part.is_there {
        return part.refusal.is_none().then_some(true);
    }
    (part.status.as_deref() == Some("404")).then_some(false)
}
