use super::*;
use crate::config::Config;
use crate::portal::Portal;

const CATALOG: &str = r#"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: a, tags: [java, web]}
spec: {type: service, lifecycle: production, owner: one, costCentre: 7}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: b, tags: [web]}
spec: {type: service, lifecycle: production, owner: two, costCentre: 10}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: c}
spec: {type: website, lifecycle: experimental, owner: two}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: one}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: two}
spec: {type: team, children: []}
"#;
const FACTS: &str = "retriever: sonar\nfacts:\n  component:default/a: {coverage: 80, gate: OK}\n  component:default/b: {coverage: 60.5, gate: ERROR}\n";
const CARD: &str = "kind: Scorecard\nid: ready\ntitle: Ready\nfilter: kind:component\nlevels: [{id: bronze}, {id: gold}]\nrules:\n  - {id: typed, level: bronze, pass: has(entity.spec.type)}\n  - {id: covered, level: gold, pass: facts.sonar.coverage >= 80}\n";
const HISTORY: &str = "{\"day\":\"2026-11-01\",\"scorecard\":\"ready\",\"levels\":[1,2,0],\"score\":40,\"portal\":{\"owned\":2}}\n{\"day\":\"2026-11-08\",\"scorecard\":\"ready\",\"levels\":[0,3,0],\"score\":50,\"portal\":{\"owned\":3}}\n";

fn portal(dashboard: &str) -> Portal {
    let files = [
        ("catalog-info.yaml", CATALOG.as_bytes()),
        ("facts/sonar.yaml", FACTS.as_bytes()),
        ("scorecards/ready.yaml", CARD.as_bytes()),
        ("history.jsonl", HISTORY.as_bytes()),
        ("dashboards/team.yaml", dashboard.as_bytes()),
    ];
    let mut config = Config::default();
    config.scorecards.history = Some("history.jsonl".to_owned());
    let today = Day::parse("2026-11-29").map_or(0, Day::number);
    let workspace = Workspace::from_files(config, &files).at(today * 86_400);
    crate::portal::analyse(&workspace, &mut |_| ())
}

/// Returns what the widgets of a dashboard come to.
fn shows(widgets: &str) -> Vec<Shows> {
    let portal = portal(&format!("title: Team\nwidgets:\n{widgets}"));
    let problems: Vec<&String> = of_dashboards(&portal).map(|it| &it.message).collect();
    assert!(problems.is_empty(), "{problems:?}");
    portal.dashboards.list[0].widgets.iter().map(|widget| widget.shows.clone()).collect()
}

fn of_dashboards(portal: &Portal) -> impl Iterator<Item = &crate::diag::Diagnostic> {
    use crate::diag::codes::{INVALID_CONDITION, INVALID_DASHBOARD, UNKNOWN_FACT};
    portal.diagnostics.iter().filter(|it| [INVALID_CONDITION, INVALID_DASHBOARD, UNKNOWN_FACT].contains(&it.code))
}

/// Returns what is reported of a dashboard: message and advice.
fn reported(widgets: &str) -> Vec<(String, String)> {
    let portal = portal(&format!("title: Team\nwidgets:\n{widgets}"));
    of_dashboards(&portal).map(|it| (it.message.clone(), it.help.clone().unwrap_or_default())).collect()
}

fn groups(shows: &Shows) -> Vec<(String, f64)> {
    let Shows::Groups(groups) = shows else { panic!("{shows:?}") };
    let key = |group: &Group| group.key.as_ref().map_or("none".to_owned(), |key| key.plain(&Scorecards::default()));
    groups.shown.iter().map(|group| (key(group), group.value)).collect()
}

#[test]
fn numbers_say_of_how_many_entities_they_are() {
    let found = shows(
        "  - {type: number, filter: 'kind:component'}\n  - {type: number, filter: 'kind:component', when: 'facts.sonar.gate == \"OK\"'}\n  - {type: number, filter: 'kind:component', value: {avg: facts.sonar.coverage}}\n  - {type: number, filter: 'kind:component', value: {max: spec.costCentre}}\n  - {type: number, filter: 'kind:system', value: {sum: spec.costCentre}}\n",
    );
    let number =
        |value, entities, fitting, known, unknown| Shows::Number(Number { value, entities, fitting, known, unknown });
    assert_eq!(
        found,
        [
            number(Some(3.0), 3, 3, 3, 0),
            // Of one nobody knows whether its gate is good.
            number(Some(1.0), 1, 3, 1, 1),
            number(Some(70.25), 3, 3, 2, 0),
            number(Some(10.0), 3, 3, 2, 0),
            number(None, 0, 0, 0, 0),
        ]
    );
}

#[test]
fn groups_go_from_large_to_small_and_the_rest_is_added_up() {
    let found = shows(
        "  - {type: bar, filter: 'kind:component', groupBy: owner}\n  - {type: bar, filter: 'kind:component', groupBy: tags, sort: name}\n  - {type: pie, filter: 'kind:component', groupBy: scorecards.ready, limit: 1}\n  - {type: bar, filter: 'kind:component', groupBy: owner, value: {avg: facts.sonar.coverage}}\n",
    );
    let of = |list: &[(&str, f64)]| list.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect::<Vec<_>>();
    assert_eq!(groups(&found[0]), of(&[("group:default/two", 2.0), ("group:default/one", 1.0)]));
    assert_eq!(groups(&found[1]), of(&[("java", 1.0), ("web", 2.0), ("none", 1.0)]));
    let Shows::Groups(levels) = &found[2] else { panic!() };
    assert_eq!((levels.shown[0].key.clone(), levels.shown[0].value), (Some(values::Found::Level(0, 1)), 2.0));
    assert_eq!((levels.more, levels.total), ((1, Some(1.0)), Some(3.0)));
    let Shows::Groups(means) = &found[3] else { panic!() };
    assert_eq!(groups(&found[3]), of(&[("group:default/one", 80.0), ("group:default/two", 60.5)]));
    assert_eq!((means.without, means.total), (1, None));
}

#[test]
fn rows_are_sorted_and_those_without_a_value_come_last() {
    let found = shows(
        "  - {type: table, filter: 'kind:component', columns: [owner, {title: Covered, path: facts.sonar.coverage}], sort: -facts.sonar.coverage}\n  - {type: table, filter: 'kind:component', sort: [lifecycle, -name]}\n",
    );
    let rows = |shows: &Shows| match shows {
        Shows::Rows { entities, .. } => entities.iter().map(|id| id.index()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!([rows(&found[0]), rows(&found[1])], [[0, 1, 2], [2, 1, 0]]);
}

#[test]
fn lines_are_what_was_recorded_and_what_is_so_today() {
    let portal = portal(
        "widgets: [{type: line, series: [scorecards.ready.score, scorecards.ready.levels.gold, insights.owned]}]\n",
    );
    let What::Line { series, .. } = &portal.dashboards.list[0].widgets[0].what else { panic!() };
    let points = |at: usize| -> Vec<(String, f64)> {
        series[at].of.points(&portal.scorecards).into_iter().map(|(day, value)| (day.iso(), value)).collect()
    };
    let of = |list: &[(&str, f64)]| list.iter().map(|(day, value)| ((*day).to_owned(), *value)).collect::<Vec<_>>();
    assert_eq!(points(0), of(&[("2026-11-01", 40.0), ("2026-11-08", 50.0), ("2026-11-29", 67.0)]));
    assert_eq!(points(1), of(&[("2026-11-01", 0.0), ("2026-11-08", 0.0), ("2026-11-29", 1.0)]));
    assert_eq!(points(2), of(&[("2026-11-01", 2.0), ("2026-11-08", 3.0)]));
    assert_eq!(series[1].title, "Gold");
}

#[test]
fn what_does_not_exist_is_reported_with_the_nearest_name() {
    let near = |widget: &str| reported(&format!("  - {widget}\n"));
    let of = |message: &str, help: &str| vec![(message.to_owned(), help.to_owned())];
    assert_eq!(near("{type: nubmer}"), of("there is no type of widget `nubmer`", "did you mean `number`?"));
    assert_eq!(
        near("{type: number, filtre: 'kind:component'}"),
        of("`filtre` is not a key here", "did you mean `filter`?")
    );
    assert_eq!(near("{type: bar, groupBy: onwer}"), of("`onwer` is not a value of entities", "did you mean `owner`?"));
    assert_eq!(
        near("{type: bar, groupBy: facts.sonr.gate}"),
        of("there is no file of facts of `sonr`", "did you mean `sonar`?")
    );
    assert_eq!(
        near("{type: bar, groupBy: facts.sonar.gaet}"),
        of("no entity has a fact `gaet` of `sonar`", "did you mean `gate`?")
    );
    assert_eq!(
        near("{type: bar, groupBy: scorecards.redy}"),
        of("there is no scorecard `redy`", "did you mean `ready`?")
    );
    assert_eq!(
        near("{type: line, series: [scorecards.ready.levels.golde]}"),
        of("there is no level `golde`", "did you mean `gold`?")
    );
    assert_eq!(near("{type: number, value: {average: spec.x}}").len(), 1);
    assert_eq!(near("{type: pie, groupBy: owner, value: {avg: facts.sonar.coverage}}").len(), 1);
    assert_eq!(near("{type: table, limit: 100000}").len(), 1);
    assert_eq!(near("{type: number, when: 'entty.kind == \"X\"'}").len(), 1);
}

#[test]
fn a_widget_at_fault_costs_itself_alone() {
    let portal = portal(
        "title: Team\nwidgets:\n  - {type: number, filter: 'kind:component', when: 'entity.spec.type > 3'}\n  - {type: number, filter: 'colour:red'}\n  - {type: number, filter: 'kind:component'}\n",
    );
    let widgets = &portal.dashboards.list[0].widgets;
    let faults: Vec<bool> = widgets.iter().map(|widget| matches!(widget.what, What::Faulty(_))).collect();
    assert_eq!(faults, [true, true, false]);
    assert!(matches!(&widgets[2].shows, Shows::Number(Number { value: Some(3.0), .. })));
    // Each is reported once, though the condition is at fault for three entities.
    assert_eq!(of_dashboards(&portal).count(), 2);
    assert_eq!(widgets.iter().map(|widget| widget.id.as_str()).collect::<Vec<_>>(), ["number", "number-2", "number-3"]);
}

#[test]
fn of_two_dashboards_of_one_id_the_first_counts() {
    let text = "id: same\nwidgets: [{type: markdown, text: x}]\n";
    let files = [("dashboards/a.yaml", text.as_bytes()), ("dashboards/b.yml", text.as_bytes())];
    let workspace = Workspace::from_files(Config::default(), &files);
    let portal = crate::portal::analyse(&workspace, &mut |_| ());
    assert_eq!(portal.dashboards.list.len(), 1);
    let messages: Vec<&str> = of_dashboards(&portal).map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["there are two dashboards `same`"]);
}

#[test]
fn too_many_dashboards_are_left_out_with_a_word() {
    let texts: Vec<(String, &[u8])> = (0..102)
        .map(|number| (format!("dashboards/d{number:03}.yaml"), b"widgets: [{type: markdown, text: x}]\n".as_slice()))
        .collect();
    let files: Vec<(&str, &[u8])> = texts.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let workspace = Workspace::from_files(Config::default(), &files);
    let portal = crate::portal::analyse(&workspace, &mut |_| ());
    assert_eq!(portal.dashboards.list.len(), MOST);
    assert_eq!(of_dashboards(&portal).count(), 1);
}

#[test]
fn dashboards_of_other_tools_are_nobodys_mistake() {
    for foreign in [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: grafana}\ndata: {a.json: '{}'}\n",
        "title: Grafana\npanels: []\n",
        "{{- range .Files }}\nkind: ConfigMap\n",
        "- a\n- b\n",
    ] {
        let portal = portal(foreign);
        assert_eq!(
            (portal.dashboards.list.len(), portal.diagnostics.len()),
            (0, 0),
            "{foreign}: {:?}",
            portal.diagnostics
        );
    }
    for ours in ["title: A\nwidget: []\n", "title: A\nwidgets: [\n"] {
        assert!(!portal(ours).diagnostics.is_empty(), "{ours}");
    }
}
