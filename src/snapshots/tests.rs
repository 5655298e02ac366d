//! Tests over folders in memory.

use super::facts::Fact;
use super::{Snapshots, State, analyse, time};
use crate::catalog;
use crate::config::{self, Config};
use crate::diag::Diagnostics;
use crate::text::FileId;
use crate::workspace::Workspace;

const NOW: &str = "2026-11-29T06:00:00Z";

fn entity(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\n\
         spec: {{type: service, lifecycle: production, owner: team}}\n---\n"
    )
}

/// Joins files to a catalog.
fn joined(settings: &str, entities: &[String], files: &[(&str, &str)]) -> (Vec<String>, Snapshots, Diagnostics) {
    let (config, problems) = config::parse(FileId::new(0), settings);
    assert!(problems.is_empty(), "{problems:?}");
    let catalog_file = entities.concat();
    let mut all: Vec<(&str, &[u8])> = vec![("catalog-info.yaml", catalog_file.as_bytes())];
    all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    let workspace = Workspace::from_files(config, &all).at(time::parse(NOW).unwrap_or_default());
    let catalog = catalog::load(&workspace).catalog;
    let (found, problems) = analyse(&workspace, &catalog);
    let words = catalog
        .iter()
        .flat_map(|(id, entity)| found.of(id).iter().map(move |one| (entity.name().to_owned(), one)))
        .map(|(name, one)| {
            let source = &found.sources()[one.source].id;
            let when = one.fetched.map(time::iso).unwrap_or_default();
            let message = one.message.as_deref().unwrap_or_default();
            format!("{name} {source} {} {when} {message}", one.state.as_str()).trim_end().to_owned()
        })
        .collect();
    (words, found, problems)
}

const RUNS: &str = r#"{"workflow_runs": [{"name": "CI", "head_branch": "main", "status": "completed", "conclusion": "success",
    "created_at": "2026-11-28T20:00:00Z", "run_started_at": "2026-11-28T20:00:00Z", "updated_at": "2026-11-28T20:01:00Z",
    "actor": {"email": "robin@example.com"}, "repository": {"default_branch": "main"}}]}"#;

#[test]
fn each_state_is_told_by_log_content_and_annotation() {
    let log = "github-actions/acme/web/runs.json\t200\t2026-11-29T05:00:00Z\n\
               github-actions/acme/old/runs.json\t200\t2026-11-27T05:00:00Z\n\
               github-actions/acme/kept/runs.json\t200\t2026-11-28T09:00:00Z\n\
               github-actions/acme/kept/runs.json\t403\t2026-11-29T05:00:00Z\trate limit\n\
               github-actions/acme/gone/runs.json\texit:1\t2026-11-29T05:00:00Z\n\
               github-actions/acme/odd/runs.json\t200\t2026-11-29T05:00:00Z\n";
    let slugs = ["web", "old", "kept", "gone", "odd", "new", "ageless"];
    let mut entities: Vec<String> =
        slugs.iter().map(|slug| entity(slug, &format!("github.com/project-slug: Acme/{slug}"))).collect();
    entities.push(entity("bare", ""));
    let files = [
        ("snapshots/fetched.tsv", log),
        ("snapshots/github-actions/acme/web/runs.json", RUNS),
        ("snapshots/github-actions/acme/old/runs.json", RUNS),
        ("snapshots/github-actions/acme/kept/runs.json", RUNS),
        ("snapshots/github-actions/acme/gone/runs.json", r#"{"message": "Not Found", "status": "404"}"#),
        ("snapshots/github-actions/acme/odd/runs.json", r#"{"workflow_runs": [1]}"#),
        ("snapshots/github-actions/acme/ageless/runs.json", RUNS),
        ("snapshots/github-actions/acme/nobody/runs.json", RUNS),
    ];
    let settings = "snapshots: {sources: {github-actions: {expect: 'kind:component'}}}";
    let (mut words, found, problems) = joined(settings, &entities, &files);
    words.sort_unstable();
    assert_eq!(
        words,
        [
            "ageless github-actions stale",
            "bare github-actions no-annotation",
            "gone github-actions error  Not Found",
            "kept github-actions error 2026-11-28T09:00:00Z rate limit",
            "new github-actions no-data",
            "odd github-actions error 2026-11-29T05:00:00Z the answer has an unexpected shape",
            "old github-actions stale 2026-11-27T05:00:00Z",
            "web github-actions fresh 2026-11-29T05:00:00Z",
        ]
    );
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["snapshot-error", "snapshot-stale", "snapshot-missing", "snapshot-orphan"]);
    assert_eq!(time::iso(found.holds.until), "2026-11-30T05:00:01Z");
    assert_eq!(time::iso(found.holds.from), "2026-11-28T05:00:01Z");
}

#[test]
fn without_answers_there_is_nothing() {
    let (words, found, problems) = joined("", &[entity("web", "github.com/project-slug: acme/web")], &[]);
    assert!(words.is_empty() && found.is_empty() && problems.is_empty());
}

#[test]
fn a_catalog_among_answers_is_not_scanned() {
    let other = entity("other", "");
    let (words, _, _) = joined(
        "",
        &[entity("web", "sonarqube.org/project-key: k")],
        &[
            ("snapshots/catalog-info.yaml", &other),
            (
                "snapshots/sonarqube/k/measures.json",
                r#"{"component": {"measures": [{"metric": "bugs", "value": "3"}]}}"#,
            ),
        ],
    );
    assert_eq!(words, ["web sonarqube stale"]);
}

#[test]
fn facts_have_their_types_and_names() {
    let (_, found, _) = joined(
        "",
        &[entity("web", "github.com/project-slug: acme/web")],
        &[
            ("snapshots/fetched.tsv", "github-actions/acme/web/runs.json\t200\t2026-11-29T05:00:00Z\n"),
            ("snapshots/github-actions/acme/web/runs.json", RUNS),
        ],
    );
    let id = crate::catalog::EntityId::new(0);
    assert_eq!(found.fact(id, "snap.github-actions.ci.green"), Some(&Fact::Flag(true)));
    assert_eq!(found.fact(id, "github-actions.ci.medianDuration"), Some(&Fact::Count(60)));
    assert_eq!(found.fact(id, "snap.github-actions.ci.nothing"), None);
    assert_eq!(found.snapshot(id, "github-actions").map(|one| one.state), Some(State::Fresh));
}

#[test]
fn sources_of_ones_own_show_only_their_fields() {
    let settings = "snapshots:\n  sources:\n    licences:\n      title: Licences\n      key: annotation:acme/scan\n      fields:\n        \
                    - {title: Score, path: result.score, fact: licences.score, ok: '>= 90', warn: '>= 70'}\n        - {title: Report, \
                    path: result.url, type: link}\n";
    let (words, found, _) = joined(
        settings,
        &[entity("web", "acme/scan: 'scan 7'"), entity("two", "acme/scan: other")],
        &[(
            "snapshots/licences/scan%207/data.json",
            r#"{"result": {"score": 83, "url": "https://scan.example.com/7", "token": "hidden-word"}}"#,
        )],
    );
    assert_eq!(words, ["two licences no-data", "web licences stale"]);
    let text = format!("{found:?}");
    assert!(text.contains("83") && text.contains("https://scan.example.com/7") && !text.contains("hidden-word"));
}

/// Every file of a site is searched for what must not be in it.
#[test]
fn no_secret_of_an_answer_reaches_a_page() {
    const SECRETS: &[&str] = &[
        "robin@example.com",
        "ghp_0123456789abcdef0123456789abcdef0123",
        "hunter2hunter2",
        "glpat-0123456789abcdef0123",
        "10.0.9.4",
        "5550100",
        "0123456789abcdef0123456789abcdef",
    ];
    let runs = RUNS.replace("\"name\": \"CI\"", "\"name\": \"CI ghp_0123456789abcdef0123456789abcdef0123\", \"display_title\": \
                             \"by robin@example.com see https://x:hunter2hunter2@git.example.com/?token=hunter2hunter2\"");
    let pods = r#"{"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "web-1", "annotations": {"a": "hunter2hunter2"}},
        "spec": {"containers": [{"name": "c", "image": "r.example.com/web:1", "env": [{"value": "hunter2hunter2"}]}]},
        "status": {"podIP": "10.0.9.4", "phase": "Running", "containerStatuses": []}}]}"#;
    let service = r#"{"service": {"name": "Web", "status": "active", "integrations": [{"integration_key":
        "0123456789abcdef0123456789abcdef"}]}}"#;
    let oncalls = r#"{"oncalls": [{"escalation_level": 1, "user": {"name": "Kim", "email": "robin@example.com",
        "contact_methods": [{"address": "5550100"}]}}]}"#;
    let failed = r#"{"message": "bad token glpat-0123456789abcdef0123"}"#;
    let annotations = "github.com/project-slug: acme/web, backstage.io/kubernetes-id: web, pagerduty.com/integration-key: \
                       0123456789abcdef0123456789abcdef, gitlab.com/project-slug: acme/web";
    let catalog = entity("web", annotations);
    let files = [
        ("catalog-info.yaml", catalog.as_str()),
        ("snapshots/github-actions/acme/web/runs.json", &runs),
        ("snapshots/kubernetes/web/objects.json", pods),
        ("snapshots/pagerduty/0123456789abcdef0123456789abcdef/service.json", service),
        ("snapshots/pagerduty/0123456789abcdef0123456789abcdef/oncalls.json", oncalls),
        ("snapshots/gitlab-pipelines/acme/web/pipelines.json", failed),
        ("snapshots/fetched.tsv", "gitlab-pipelines/acme/web/pipelines.json\t401\t2026-11-29T05:00:00Z\n"),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let workspace = Workspace::from_files(Config::default(), &files).at(time::parse(NOW).unwrap_or_default());
    let portal = crate::portal::analyse(&workspace, &mut |_| ());
    let site = crate::site::plan(&workspace, &portal);
    let theme = crate::theme::compile(workspace.config(), Default::default(), crate::theme::Purpose::Portal);
    let theme = theme.unwrap_or_else(|error| panic!("{error}"));
    let mut shown = 0;
    for page in site.pages() {
        let made = crate::render::page(&portal, &theme, &site, page).unwrap_or_else(|error| panic!("{error}"));
        let text = String::from_utf8_lossy(&made.bytes);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{} holds {secret}", page.url);
        }
        shown += text.matches("data-snapshot=").count();
    }
    assert!(shown >= 4, "the cards are there: {shown}");
    let facts = serde_json::to_string(&portal.snapshots.export(&portal.catalog)).unwrap_or_default();
    assert!(SECRETS.iter().all(|secret| !facts.contains(secret)), "{facts}");
    assert!(
        portal.snapshots.of(crate::catalog::EntityId::new(0)).iter().any(|one| one.fact("oncall.status").is_some())
    );
}

#[test]
fn deployments_to_production_are_counted_over_30_days() {
    let deploys = r#"{"deploys": [
        {"env": "production", "version": "4", "at": "2026-11-28T10:00:00Z", "status": "success"},
        {"env": "prod-eu", "version": "4", "at": "2026-11-20T10:00:00Z", "status": "rolled-back"},
        {"env": "production", "version": "3", "at": "2026-11-02T10:00:00Z", "status": "ok"},
        {"env": "staging", "version": "5", "at": "2026-11-28T12:00:00Z", "status": "failed"},
        {"env": "production", "version": "2", "at": "2026-10-01T10:00:00Z", "status": "failed"}]}"#;
    let tests = r#"{"deploys": [{"env": "staging", "version": "1", "at": "2026-11-28T12:00:00Z"}]}"#;
    let metrics = r#"{"data": [{"total_interruptions": 3, "mean_seconds_to_resolve": 5400}]}"#;
    let log = "deployments/default/component/web/deploys.json\t200\t2026-11-29T05:00:00Z\n\
               deployments/default/component/test/deploys.json\t200\t2026-11-29T05:00:00Z\n\
               pagerduty/P1/service.json\t200\t2026-11-29T05:00:00Z\n\
               pagerduty/P1/metrics.json\t200\t2026-11-29T05:00:00Z\n";
    let files = [
        ("snapshots/fetched.tsv", log),
        ("snapshots/deployments/default/component/web/deploys.json", deploys),
        ("snapshots/deployments/default/component/test/deploys.json", tests),
        ("snapshots/pagerduty/P1/service.json", r#"{"service": {"name": "Web"}}"#),
        ("snapshots/pagerduty/P1/metrics.json", metrics),
    ];
    let entities = [entity("test", ""), entity("web", "pagerduty.com/service-id: P1")];
    let (_, found, _) = joined("{}", &entities, &files);
    let [test, web] = [0, 1].map(crate::catalog::EntityId::new);
    let measure = |id, source, name| found.snapshot(id, source).and_then(|it| it.delivery(name)).map(Fact::plain);
    assert_eq!(measure(web, "deployments", "deploy.count30d").as_deref(), Some("2"));
    assert_eq!(measure(web, "deployments", "deploy.failed30d").as_deref(), Some("1"));
    assert_eq!(measure(web, "pagerduty", "incidents.meanHoursToResolve").as_deref(), Some("1.5"));
    // What a source says elsewhere does not change with it.
    assert!(found.fact(web, "deployments.deploy.count30d").is_none());
    // Where nothing is called production, nobody knows.
    assert_eq!(measure(test, "deployments", "deploy.count30d"), None);
}
