//! Scorecards as a whole: from files to results and findings.

use crate::calendar::Day;
use crate::config::Config;
use crate::diag::{Diagnostic, Severity};
use crate::portal::{self, Analysis, Memo, Portal};
use crate::scorecards::{ApiBase, Scorecard, Status, base::Base, export, recording};
use crate::workspace::Workspace;

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, title: Web, tags: [java]}\nspec: {type: service, lifecycle: production, owner: team, system: shop}\n---\n\
                       apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: job}\nspec: {type: job, lifecycle: production, owner: nobody}\n---\n\
                       apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: shop}\nspec: {owner: team}\n---\n\
                       apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";

fn portal_of(files: &[(&str, &str)]) -> (Workspace, Portal) {
    let catalog = ("catalog-info.yaml", CATALOG.as_bytes());
    let all: Vec<(&str, &[u8])> =
        std::iter::once(catalog).chain(files.iter().map(|(path, text)| (*path, text.as_bytes()))).collect();
    let today = Day::parse("2026-11-29").unwrap();
    let workspace = Workspace::from_files(Config::default(), &all).at(today.number() * 86_400);
    let portal = portal::analyse(&workspace, &mut |_| ());
    (workspace, portal)
}

/// Judges `component:default/web` by one condition.
fn status(condition: &str, facts: &str) -> (Status, Vec<Diagnostic>) {
    let card = format!("kind: Scorecard\nid: a\nrules:\n  - id: r\n    pass: {condition:?}\n");
    let facts = format!("{{retriever: own, facts: {facts}}}");
    let (_, portal) =
        portal_of(&[("scorecards/a.yaml", &card), ("facts/own.yaml", &facts), ("README.md", "# Web\n\nUses trivy.\n")]);
    let web = portal.catalog.find("component:default/web").unwrap();
    let status = portal.scorecards.list[0].outcome(web).unwrap().results[0].status;
    let about = |found: &&Diagnostic| found.code.rule().family == crate::diag::codes::Family::Score;
    (status, portal.diagnostics.iter().filter(about).cloned().collect())
}

#[track_caller]
fn check(condition: &str, expect: Status) {
    let facts = "{component:default/web: {coverage: 81.5, count: 3, none: null, list: [{id: 1}, {id: 2}]}}";
    assert_eq!(status(condition, facts).0, expect, "{condition}");
}

#[test]
fn conditions_ask_entities_relations_files_and_facts() {
    check("entity.kind == \"Component\" && \"java\" in entity.metadata.tags", Status::Pass);
    check("entity.metadata.tags == [\"java\"] && [\"java\"] == entity.metadata.tags", Status::Pass);
    check("related.ownedBy.exists(o, o.kind == \"Group\") && related.dependsOn.size() == 0", Status::Pass);
    check("files(\"README*\").exists(f, read(f).contains(\"trivy\"))", Status::Pass);
    check("files(\"*.lock\").size() > 0", Status::Fail);
    check("read(\"nothing.txt\").contains(\"x\")", Status::Fail);
    check("facts.own.coverage >= 80 && facts.own.count + 1 == 4", Status::Pass);
    check("facts.own.list.map(x, x.id) == [1, 2]", Status::Pass);
    check("daysSince(\"2026-11-20\") == 9 && atLeast(\"3.10\", \"3.9.1\")", Status::Pass);
    check("timestamp(\"2027-01-01T00:00:00Z\") > now", Status::Pass);
    check("entity.metadata.name.matches(\"^w[a-z]+$\")", Status::Pass);
}

#[test]
fn what_is_absent_fails_and_what_nobody_knows_is_not_known() {
    check("entity.spec.nothing == 1", Status::Fail);
    check("entity.spec.nothing != 1", Status::Fail);
    check("facts.own.nothing < 80", Status::NoData);
    check("facts.own.none == null", Status::NoData);
    check("facts.other.x == 1", Status::NoData);
    check("has(facts.own.none)", Status::Fail);
    check("facts.own.nothing == 1 || true", Status::Pass);
    check("facts.own.nothing == 1 && false", Status::Fail);
    check("facts.own.nothing == 1 && entity.spec.nothing == 1", Status::NoData);
    check("facts.own.list[7].id == 1", Status::NoData);
    check("entity.metadata.tags[7] == \"x\"", Status::Fail);
}

#[test]
fn faults_are_told_once_at_their_place() {
    for (condition, words) in [
        ("entty.kind == \"X\"", "there is no `entty`"),
        ("entity.kind = \"X\"", "`=` compares nothing"),
        ("entity.kind.sizee() > 1", "there is no method `sizee`"),
        ("related.ownedBy.exists(o)", "`exists` takes a name and a condition"),
        ("entity.kind == ", "cannot be read"),
        ("entity.metadata.name", "not true or false"),
        ("entity.metadata.name > 3", "overload"),
        ("entity.metadata.name.matches(\"(\")", "no regular expression"),
    ] {
        let (status, problems) = status(condition, "{}");
        assert_eq!(status, Status::Error, "{condition}");
        let errors: Vec<&Diagnostic> = problems.iter().filter(|it| it.severity == Severity::Error).collect();
        assert!(matches!(&*errors, [one] if one.message.contains(words)), "{condition}: {errors:?}");
    }
}

#[test]
fn hostile_conditions_end_with_a_fault() {
    let deep = format!("{}true{}", "(".repeat(500), ")".repeat(500));
    let chain = vec!["true"; 900].join(" && ");
    let nested = "facts.own.list.all(a, facts.own.list.all(b, facts.own.list.all(c, a.id + b.id + c.id > 0)))";
    let items: Vec<String> = (0..20_000).map(|id| format!("{{id: {id}}}")).collect();
    let long = format!("{{component:default/web: {{list: [{}]}}}}", items.join(", "));
    let squared = "facts.own.list.all(a, facts.own.list.all(b, a.id + b.id >= 0))";
    for condition in [deep.as_str(), nested, squared] {
        let (status, problems) = status(condition, &long);
        assert_eq!(status, Status::Error, "{}", &condition[..60]);
        assert!(problems.iter().any(|it| it.severity == Severity::Error));
    }
    assert!(matches!(status(&chain, "{}").0, Status::Pass | Status::Error));
    let negated = format!("{}true{}", "!(".repeat(30), ")".repeat(30));
    let sum = format!("{} == 30", vec!["1"; 30].join(" + "));
    let far = format!("entity{} == 1", ".a".repeat(2000));
    for (condition, expect) in [(negated, Status::Pass), (sum, Status::Pass), (far, Status::Error)] {
        assert_eq!(status(&condition, "{}").0, expect, "{}", &condition[..60]);
    }
}

const READY: &str = "kind: Scorecard\nid: ready\nfilter: kind:component\nlevels: [{id: bronze}, {id: silver}]\nrules:\n  \
                     - {id: titled, level: bronze, pass: has(entity.metadata.title), fix: Write a title.}\n  \
                     - {id: in-system, level: silver, pass: has(entity.spec.system)}\n  \
                     - {id: later, level: bronze, pass: 'false', effectiveFrom: 2027-01-01}\n\
                     gate: {minimum: bronze}\n";

fn ready(more: &str) -> (Workspace, Portal) {
    portal_of(&[("scorecards/ready.yaml", &format!("{READY}{more}"))])
}

fn figures(card: &Scorecard, portal: &Portal, reference: &str) -> (usize, usize, Option<u32>, usize) {
    let outcome = card.outcome(portal.catalog.find(reference).unwrap()).unwrap();
    (outcome.figures.rank, outcome.figures.total, outcome.figures.score, outcome.upcoming)
}

#[test]
fn levels_gates_and_rollups() {
    let (_, portal) = ready("");
    let card = &portal.scorecards.list[0];
    assert_eq!(figures(card, &portal, "component:default/web"), (2, 2, Some(100), 0));
    assert_eq!(figures(card, &portal, "component:default/job"), (0, 2, Some(0), 0));
    let gate: Vec<_> = portal.diagnostics.iter().filter(|it| it.code.as_str() == "scorecard-gate").collect();
    assert!(matches!(&*gate, [one] if one.entity.as_deref() == Some("component:default/job")), "{gate:?}");
    let team = card.rollup(portal.catalog.find("group:default/team").unwrap()).unwrap();
    assert_eq!((team.members.len(), team.figures.rank), (1, 2));
}

#[test]
fn an_exemption_excuses_until_its_last_day() {
    let exemption = |day: &str| {
        let (_, portal) = ready(&format!(
            "---\nkind: Exemptions\nscorecard: ready\nexemptions:\n  - {{rule: titled, entities: [component:job], reason: moves, expires: {day}}}\n"
        ));
        let job = portal.catalog.find("component:default/job").unwrap();
        let result = portal.scorecards.list[0].outcome(job).unwrap().results[0].clone();
        let expired = portal.diagnostics.iter().any(|it| it.code.as_str() == "scorecard-exemption-expired");
        (result.status, result.would, expired)
    };
    assert_eq!(exemption("2026-11-29"), (Status::Exempt, Some(Status::Fail), false));
    assert_eq!(exemption("2026-11-28"), (Status::Fail, None, true));
}

#[test]
fn evidence_has_its_place() {
    let (workspace, portal) = ready("");
    let web = portal.catalog.find("component:default/web").unwrap();
    let result = &portal.scorecards.list[0].outcome(web).unwrap().results[0];
    let shown: Vec<_> = result.evidence.iter().map(|it| (&*it.path, export::evidence_text(it), it.line)).collect();
    assert_eq!(shown, [("entity.metadata.title", Some("Web".to_owned()), 3)]);
    assert_eq!(&*workspace.path(result.evidence[0].place.unwrap().file), "catalog-info.yaml");
}

#[test]
fn a_pull_request_that_lowers_a_level_says_so() {
    let (workspace, before) = ready("");
    let places = export::Places { path: &|file| workspace.path(file).to_string(), line: None };
    let base = export::all(&before.scorecards, &before.catalog, &places);
    let mut text = serde_json::to_string(&base).unwrap();
    let same = Base::parse(&text).unwrap().compare(&before.scorecards, &before.catalog);
    assert_eq!((same.risen, same.fallen, same.problems.len()), (0, 0, 0));
    // The base had a title for the job.
    text = text.replacen("\"level\":\"none\"", "\"level\":\"bronze\"", 1);
    let worse = Base::parse(&text).unwrap().compare(&before.scorecards, &before.catalog);
    assert_eq!(worse.fallen, 1);
    assert_eq!(worse.problems[0].code.as_str(), "scorecard-level-fell");
    assert!(Base::parse("[]").is_err());
}

#[test]
fn recording_twice_on_a_day_replaces_the_lines() {
    let (_, portal) = ready("");
    let once = recording::recorded("", &portal.scorecards, &portal.catalog, &Default::default());
    let twice = recording::recorded(&once, &portal.scorecards, &portal.catalog, &Default::default());
    assert_eq!(once, twice);
    let later = once.replace("2026-11-29", "2026-11-28");
    let grown = recording::recorded(&later, &portal.scorecards, &portal.catalog, &Default::default());
    let last: serde_json::Value = serde_json::from_str(grown.lines().nth(1).unwrap()).unwrap();
    assert_eq!((grown.lines().count(), last["entities"].as_object().map(serde_json::Map::len)), (2, Some(0)));
}

/// A catalog of one file an entity, judged by conditions that read entities, relations, files and facts.
fn several(changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let component = |name: &str, more: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: team{more}}}\n"
        )
    };
    let card = "kind: Scorecard\nid: all\nfilter: kind:component\nlevels: [{id: bronze}]\nrules:\n  \
                - {id: owned, level: bronze, pass: related.ownedBy.all(o, !has(o.missing))}\n  \
                - {id: calm, pass: 'related.dependsOn.all(d, d.spec.lifecycle == \"production\")'}\n  \
                - {id: covered, pass: facts.own.coverage >= 80}\n  \
                - {id: readme, pass: 'read(\"README.md\").contains(\"shop\")'}\n";
    let group =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
    let mut files: Vec<(String, String)> = vec![
        ("scorecards/all.yaml".to_owned(), card.to_owned()),
        ("team/catalog-info.yaml".to_owned(), group.to_owned()),
        ("README.md".to_owned(), "# The shop\n".to_owned()),
        (
            "facts/own.yaml".to_owned(),
            "facts:\n  component:default/a: {coverage: 90}\n  component:default/b: {coverage: 70}\n".to_owned(),
        ),
    ];
    for (name, more) in [("a", ", dependsOn: ['component:b']"), ("b", ""), ("c", ""), ("d", "")] {
        files.push((format!("{name}/catalog-info.yaml"), component(name, more)));
    }
    for (path, text) in changed {
        files.retain(|(other, _)| other != path);
        files.push(((*path).to_owned(), (*text).to_owned()));
    }
    files
}

#[test]
fn a_change_judges_only_what_it_touches() {
    let borrowed = |files: &[(String, String)]| -> Vec<(String, Vec<u8>)> {
        files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect()
    };
    let of = |files: &[(String, Vec<u8>)]| -> Vec<(String, Vec<u8>)> { files.to_vec() };
    let results = |portal: &Portal| format!("{:?}", portal.scorecards.list[0].outcomes);
    let other_b = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: b}\nspec: {type: service, lifecycle: experimental, owner: team}\n";
    let moved_c = "# c\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: c}\nspec: {type: service, lifecycle: production, owner: team}\n";
    let group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team, title: Us}\nspec: {type: team, children: []}\n";
    let covered = "facts:\n  component:default/a: {coverage: 90}\n  component:default/b: {coverage: 75}\n";
    for (path, text, expect) in [
        // Nobody asks for this file.
        ("notes.txt", "x", 0),
        // Itself, the group that it belongs to, and what depends on it.
        ("b/catalog-info.yaml", other_b, 3),
        ("c/catalog-info.yaml", moved_c, 2),
        // Everybody has this owner.
        ("team/catalog-info.yaml", group, 5),
        ("facts/own.yaml", covered, 1),
        // All components read it.
        ("README.md", "# Something else\n", 4),
    ] {
        let today = Day::parse("2026-11-29").unwrap();
        let files = of(&borrowed(&several(&[])));
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
        // The file is there before, so that no list of files changes.
        let with_notes: Vec<(&str, &[u8])> = files.iter().copied().chain([("notes.txt", &b"y"[..])]).collect();
        let workspace = Workspace::from_files(Config::default(), &with_notes).at(today.number() * 86_400);
        let analysis = Analysis::with(Memo::enabled());
        let first = analysis.run(&workspace, &mut |_| ());
        assert_eq!(first.scorecards.judged, 5);
        let mut next = of(&borrowed(&several(&[(path, text)])));
        if path != "notes.txt" {
            next.push(("notes.txt".to_owned(), b"y".to_vec()));
        }
        let next: Vec<(&str, &[u8])> = next.iter().map(|(path, text)| (&**path, &**text)).collect();
        let (workspace, changes) = workspace.apply_files(&next).unwrap();
        analysis.memo().invalidate(Some(&changes));
        let then = analysis.run(&workspace, &mut |_| ());
        assert_eq!(then.scorecards.judged, expect, "{path}");
        let anew = portal::analyse(&workspace, &mut |_| ());
        assert_eq!(results(&then), results(&anew), "{path}");
    }
}

#[test]
fn what_backstage_refuses_for_a_word_is_judged_all_the_same() {
    let text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: odd, tags: [Backend], labels: {tier: a b}}\nspec: {type: service, lifecycle: production, owner: team}\n";
    let card = "kind: Scorecard\nid: all\nfilter: kind:component\nrules:\n  - {id: tagged, pass: entity.metadata.tags.size() > 0}\n";
    let (_, portal) = portal_of(&[("odd/catalog-info.yaml", text), ("scorecards/a.yaml", card)]);
    let odd = portal.catalog.find("component:default/odd").unwrap();
    assert!(portal.catalog.get(odd).rejected_by_backstage && portal.catalog.exported().all(|it| it.name() != "odd"));
    assert_eq!(portal.scorecards.list[0].outcome(odd).unwrap().results[0].status, Status::Pass);
    let broken = text.replace(", lifecycle: production", "");
    let (_, portal) = portal_of(&[("odd/catalog-info.yaml", &broken), ("scorecards/a.yaml", card)]);
    assert_eq!(portal.catalog.find("component:default/odd"), None, "another fault leaves it out");
}

#[test]
fn breaking_changes_are_counted_against_a_base() {
    let api = |path: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: pets}}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: team\n  definition: |\n    openapi: 3.1.0\n    info: {{title: Pets, version: '1'}}\n    paths: {{{path}: {{get: {{responses: {{'200': {{description: ok}}}}}}}}}}\n"
        )
    };
    let card = "kind: Scorecard\nid: apis\nfilter: kind:api\nrules:\n  - {id: kept, pass: api.breaking == 0}\n";
    let judged = |base: Option<&str>| {
        let files = |path: &str| {
            let today = Day::parse("2026-11-29").unwrap();
            let api = api(path);
            let files: [(&str, &[u8]); 2] =
                [("catalog-info.yaml", api.as_bytes()), ("scorecards/a.yaml", card.as_bytes())];
            Workspace::from_files(Config::default(), &files).at(today.number() * 86_400)
        };
        let base = base.map(|path| portal::analyse(&files(path), &mut |_| ()));
        let base = base.map(|portal| ApiBase::new(&portal.catalog, &portal.apis));
        let portal = Analysis::of(crate::depth::Depth::Findings).against(base).run(&files("/pets"), &mut |_| ());
        let id = portal.catalog.find("api:default/pets").unwrap();
        portal.scorecards.list[0].outcome(id).unwrap().results[0].status
    };
    assert_eq!(judged(Some("/pets")), Status::Pass);
    assert_eq!(judged(Some("/animals")), Status::Fail);
    assert_eq!(judged(None), Status::NoData, "without a base nobody knows");
}

#[test]
fn categories_have_levels_of_their_own_and_the_lowest_decides() {
    let card = "kind: Scorecard\nid: all\nfilter: name:web\nlevels: [{id: bronze}, {id: silver}]\nrules:\n  \
                - {id: a, level: bronze, category: Docs, pass: 'true'}\n  - {id: b, level: silver, category: Docs, pass: 'true'}\n  \
                - {id: c, level: bronze, category: Safety, pass: 'true'}\n  - {id: d, level: silver, category: Safety, pass: 'false'}\n";
    let (_, portal) = portal_of(&[("scorecards/all.yaml", card)]);
    let card = &portal.scorecards.list[0];
    let outcome = &card.outcomes[0];
    let areas: Vec<_> =
        card.areas(outcome).into_iter().map(|(name, it)| (name, it.rank, it.passed, it.total)).collect();
    assert_eq!(areas, [("Docs", 2, 2, 2), ("Safety", 1, 1, 2)]);
    assert_eq!(outcome.figures.rank, 1);
}
