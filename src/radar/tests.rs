//! Radars in every format, and the examples on the pages of rules.

use super::*;
use crate::config::Config;

const ENTITY: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, tags: [rust]}\nspec: {type: website, lifecycle: production, owner: o}\n";

fn read(name: &str, text: &str) -> (Vec<Radar>, Diagnostics) {
    let config =
        Config { radar: vec![RadarConfig { file: name.to_owned(), ..RadarConfig::default() }], ..Config::default() };
    let files = [("catalog-info.yaml", ENTITY.as_bytes()), (name, text.as_bytes())];
    let workspace = Workspace::from_files(config, &files);
    let catalog = crate::catalog::load(&workspace).catalog;
    analyse(&workspace, &catalog)
}

/// Says of each entry in one line where it is.
fn told(name: &str, text: &str) -> Vec<String> {
    let (radars, _) = read(name, text);
    let radar = &radars[0];
    let line = |entry: &Entry| {
        let dates: Vec<&str> = entry.timeline.iter().filter_map(|it| it.date.as_deref()).collect();
        let moved = entry.moved().map_or("-", Moved::as_str);
        let (quadrant, ring) = (&radar.quadrants[entry.quadrant].id, &radar.rings[entry.ring].id);
        format!("{} {quadrant}/{ring} {moved} {}", entry.slug, dates.join("+")).trim_end().to_owned()
    };
    radar.entries.iter().map(line).collect()
}

fn plugin(entries: &str) -> String {
    format!(
        r##"{{"quadrants": [{{"id": "q", "name": "Q"}}, {{"id": "p", "name": "P"}}],
        "rings": [{{"id": "adopt", "name": "A", "color": "#5BA300"}}, {{"id": "hold", "name": "H", "color": "teal"}}],
        "entries": [{entries}]}}"##
    )
}

fn entry(id: &str, rest: &str) -> String {
    format!(r#"{{"key": "{id}", "id": "{id}", "title": "{id}", {rest}}}"#)
}

#[test]
fn every_format_is_read() {
    let of_plugin = plugin(&[
        entry("rust", r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "2020-01-02T03:04:05Z", "moved": 1}, {"ringId": "hold", "date": 1700000000000}]"#),
        entry("a/b", r#""quadrant": "p", "timeline": [{"ringId": "hold", "date": "March 7, 2021"}]"#),
        entry("rust", r#""quadrant": "p", "timeline": [{"ringId": "hold", "date": null, "moved": -1}]"#),
    ].join(","));
    assert_eq!(
        told("r.json", &of_plugin),
        ["rust q/adopt up 2020-01-02+2023-11-14", "a-b p/hold - 2021-03-07", "rust-2 p/hold down 1970-01-01",]
    );
    let zalando = r#"{"date": "2024-05", "entries": [{"quadrant": 3, "ring": 0, "label": "Flink", "active": true, "moved": 2}, {"quadrant": 9, "ring": 0, "label": "X"}]}"#;
    assert_eq!(told("r.json", zalando), ["flink data-management/adopt up 2024-05-01"]);
    let rows =
        "name,ring,quadrant,isNew,description\nMobs,hold,Techniques,FALSE,\"Not, so\"\nRust,Adopt,Languages,TRUE,x\n";
    assert_eq!(told("r.csv", rows), ["mobs techniques/hold -", "rust languages/adopt up"]);
    assert_eq!(
        told("r.yaml", "- {name: A, ring: Trial, quadrant: Tools, status: moved out}\n"),
        ["a tools/trial down"]
    );
}

#[test]
fn an_entry_that_is_wrong_costs_itself_alone() {
    let good = entry("good", r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "2020-01-01"}]"#);
    for (rest, code) in [
        (r#""quadrant": "q", "timeline": []"#, codes::EMPTY_RADAR_TIMELINE),
        (r#""quadrant": "x", "timeline": [{"ringId": "adopt", "date": "2020-01-01"}]"#, codes::UNKNOWN_RADAR_QUADRANT),
        (r#""quadrant": "q", "timeline": [{"ringId": "x", "date": "2020-01-01"}]"#, codes::UNKNOWN_RADAR_RING),
        (r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "soon"}]"#, codes::INVALID_RADAR),
        (
            r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "2020-01-01", "moved": 2}]"#,
            codes::INVALID_RADAR,
        ),
        (r#""quadrant": "q""#, codes::INVALID_RADAR),
        (r#""quadrant": 4, "timeline": []"#, codes::INVALID_RADAR),
    ] {
        let (radars, problems) = read("r.json", &plugin(&[entry("bad", rest), good.clone()].join(",")));
        let ids: Vec<&str> = radars[0].entries.iter().map(|entry| &*entry.id).collect();
        assert_eq!(ids, ["good"], "{rest}");
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code], "{rest}");
    }
}

#[test]
fn entities_use_what_their_tags_name() {
    let (radars, problems) = read(
        "r.json",
        &plugin(
            &[
                entry("rust", r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "2020-01-01"}]"#),
                entry("go", r#""quadrant": "q", "timeline": [{"ringId": "adopt", "date": "2020-01-01"}]"#),
            ]
            .join(","),
        ),
    );
    assert_eq!(radars[0].entries.iter().map(|entry| entry.users.len()).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [codes::RADAR_WITHOUT_USE]);
}

#[test]
fn colours_are_those_of_css() {
    for (text, expect) in [
        ("#5BA300", Some([0x5b, 0xa3, 0])),
        ("#fff", Some([255; 3])),
        ("rgb(1, 2, 3)", Some([1, 2, 3])),
        ("rgb(100% 0% 0% / 50%)", Some([255, 0, 0])),
        ("hsl(120deg, 100%, 25%)", Some([0, 128, 0])),
        ("Teal", Some([0, 128, 128])),
        ("greenish", None),
        ("#ü", None),
        ("rgb(1,2)", None),
        ("hsl(nan, 1%, 1%)", None),
    ] {
        assert_eq!(read::colour(text), expect, "{text}");
    }
}

#[test]
fn entries_stand_in_their_segments_and_apart() {
    let ids: Vec<String> = (0..24).map(|at| format!("e{at}")).collect();
    let all: Vec<String> = ids
        .iter()
        .map(|id| entry(id, r#""quadrant": "p", "timeline": [{"ringId": "hold", "date": "2020-01-01"}]"#))
        .collect();
    let (radars, _) = read("r.json", &plugin(&all.join(",")));
    let places = place::entries(&radars[0]);
    let (inner, outer) = place::ring(1, 2);
    for (x, y) in &places {
        assert!((inner..=outer).contains(&x.hypot(*y)), "{x} {y}");
        // The second of two quadrants is the upper half.
        assert!(*y < 0.0, "{x} {y}");
    }
    let near = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) < 15.0;
    let overlaps = places.iter().enumerate().any(|(at, a)| places[at + 1..].iter().any(|b| near(a, b)));
    assert!(!overlaps, "{places:?}");
}

#[test]
fn examples_on_the_pages_of_rules_are_reported_and_remedies_help() {
    let rules = codes::ALL.iter().filter(|code| code.rule().family == codes::Family::Radar);
    for code in rules {
        let found = |section: &str| {
            let page = code.rule().explanation;
            let after = page.split_once(&format!("## {section}\n")).expect("the heading is there").1;
            let text = after.split("```").nth(1).expect("a fence").split_once('\n').expect("lines").1;
            read("tech-radar.yaml", text).1.iter().any(|problem| problem.code == *code)
        };
        assert!(found("Example"), "{code}: the example is not reported");
        assert!(!found("Remedy"), "{code}: the remedy is reported");
    }
}

#[test]
fn nothing_ends_the_program() {
    for text in [
        "",
        "[",
        "4",
        "[]",
        "{}",
        "{\"entries\": 4}",
        "{\"entries\": [4, {}], \"rings\": [{}], \"quadrants\": {}}",
        "\u{feff}{}",
    ] {
        let _ = read("r.json", text);
        let _ = read("r.csv", text);
    }
}
