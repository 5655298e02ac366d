//! The pages about the rules keep their word: each example is reported where it is marked, each remedy helps.

use playbill::config::{self, Config};
use playbill::diag::{Code, Diagnostic, Positions, codes};
use playbill::portal;
use playbill::text::FileId;
use playbill::workspace::Workspace;

/// Rules whose example is more than a few catalog files.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("alias-bomb", "its remedy is prose"),
    ("codeowners-disagrees", "needs a CODEOWNERS file"),
    ("docs-folder-missing", "needs the documentation"),
    ("file-too-large", "needs a large file"),
    ("invalid-announcement", "needs a file in Markdown"),
    ("invalid-definition-bundle", "needs files in which a part is missing"),
    ("invalid-check", "needs an app-config.yaml"),
    ("invalid-history", "needs a configuration and a history"),
    ("invalid-redirect", "needs a file of redirects"),
    ("location-outside-repository", "there is no repository in memory to leave"),
    ("nested-too-deeply", "is abridged"),
    ("no-catalog-file", "shows a list of files"),
    ("not-utf8", "the page itself is UTF-8"),
    ("org-shrunk", "compares with the published portal"),
    ("page-budget", "is abridged"),
    ("policy", "needs a configuration and a catalog"),
    ("scorecard-exemption-ends-soon", "depends on the day"),
    ("scorecard-exemption-expired", "depends on the day"),
    ("scorecard-gate", "needs a catalog beside the scorecard"),
    ("scorecard-level-fell", "compares with earlier results"),
    ("scorecard-rule-newly-failing", "compares with earlier results"),
    ("search-budget", "is of a whole site"),
    ("search-test", "is of a whole site"),
    ("site-budget", "is of a whole site"),
    ("snapshot-error", "needs saved answers"),
    ("snapshot-missing", "needs saved answers"),
    ("snapshot-orphan", "needs saved answers"),
    ("snapshot-stale", "needs saved answers"),
    ("snapshot-unreadable-log", "needs saved answers"),
    ("source-broken", "needs packs"),
    ("source-missing", "needs packs"),
    ("source-newer", "needs packs"),
    ("source-not-allowed", "needs packs"),
    ("source-stale", "needs packs"),
    ("unreadable-file", "needs a file without permission"),
    ("unreached-file", "shows a list of files"),
];

/// Files that are around the ones shown.
const AROUND: &[(&str, &str, &str)] = &[
    (
        "template-example",
        "catalog-info.yaml",
        "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: stage}\nspec:\n  type: service\n  parameters: \
         {properties: {name: {type: string}}}\n  steps:\n    - action: roadiehq:utils:fs:write\n      input: {path: README.md, content: '# \
         ${{ parameters.name }}'}\n",
    ),
    ("location-target-missing", "groups/ticketing.yaml", "# later"),
    ("overlay-unmatched", "catalog-info.yaml", SEATING),
    ("placeholder", "api/booking.yaml", "openapi: 3.1.0"),
    ("unclaimed-content", "catalog-info.yaml", SEATING),
];

const SEATING: &str = "{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {name: seating}, \
                       spec: {type: service, lifecycle: production, owner: ticketing}}";

/// One fenced block of a page.
struct Fence {
    section: String,
    language: String,
    path: Option<String>,
    text: String,
}

fn fences(page: &str) -> Vec<Fence> {
    let mut section = String::new();
    let mut fences: Vec<Fence> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                let (language, path) = info.split_once(" path=").map_or((info, None), |(l, p)| (l, Some(p)));
                fences.push(Fence {
                    section: section.clone(),
                    language: language.to_owned(),
                    path: path.map(str::to_owned),
                    text: String::new(),
                });
            }
        } else if open {
            if let Some(fence) = fences.last_mut() {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            section = heading.to_owned();
        }
    }
    fences
}

/// Returns what is found in the YAML of one section, as lines marked or not, for findings of `code`.
fn found(code: Code, section: &str, all: &[Fence]) -> Vec<(u32, bool)> {
    // Saved answers are JSON, which has no comments to mark lines with.
    let is_answer = code.rule().family.as_str() == "org";
    let language = if is_answer { "json" } else { "yaml" };
    let shown = |fence: &&Fence| fence.section == section && fence.language == language;
    let settings = all.iter().filter(|fence| fence.section == "Configuration");
    let configured = settings.filter(|fence| fence.path.as_deref() == Some("playbill.yaml")).map(|fence| &fence.text);
    let mut config = Config::default();
    // The rules that are silent without configuration need theirs; others are to be seen without.
    if is_answer || ["unlisted-value", "kind-not-allowed"].contains(&code.as_str()) {
        for text in configured {
            let (read, problems) = config::parse(FileId::new(0), text);
            assert!(problems.is_empty(), "{code}: {problems:?}");
            config = read;
        }
    }
    if code.as_str().contains("overlay") {
        config.catalog.overlays = vec!["overlays/*.yaml".to_owned()];
    }
    // Each fence by itself: a page may show several ways out.
    let mut lines = Vec::new();
    for fence in all.iter().filter(shown) {
        let path = fence.path.as_deref().unwrap_or("catalog-info.yaml");
        let marked =
            |line: u32| is_answer || fence.text.lines().nth(line as usize - 1).is_some_and(|line| line.contains("# "));
        let place = |diagnostics: &[Diagnostic], positions: &mut Positions<'_>| -> Vec<(u32, bool)> {
            let found = diagnostics.iter().filter(|found| found.code == code);
            found
                .map(|found| {
                    let at: Vec<u32> =
                        found.labels.iter().map(|label| positions.place(label.span).start.line).collect();
                    (at[0], at.into_iter().any(marked))
                })
                .collect()
        };
        if path == "playbill.yaml" {
            let (_, problems) = config::parse(FileId::new(0), &fence.text);
            lines.extend(problems.iter().filter(|found| found.code == code).map(|found| {
                let before = &fence.text[..found.span().start as usize];
                let line = before.matches('\n').count() as u32 + 1;
                (line, marked(line))
            }));
        } else {
            let around = AROUND.iter().filter(|(name, ..)| *name == code.as_str());
            let mut files: Vec<(&str, &[u8])> = around.map(|(_, path, text)| (*path, text.as_bytes())).collect();
            files.push((path, fence.text.as_bytes()));
            let workspace = Workspace::from_files(config.clone(), &files);
            let portal = portal::analyse(&workspace, &mut |_| ());
            lines.extend(place(&portal.diagnostics, &mut Positions::new(&workspace)));
        }
    }
    lines
}

#[test]
fn examples_are_reported_where_they_are_marked_and_remedies_help() {
    let mut faults = Vec::new();
    for code in codes::ALL {
        let page = code.rule().explanation;
        let known = NOT_SHOWN.iter().any(|(name, _)| *name == code.as_str());
        // Documentation, decision records and radars are checked by files of their own kind.
        if known || ["docs", "adr", "radar"].contains(&code.rule().family.as_str()) {
            continue;
        }
        let fences = fences(page);
        let example = found(*code, "Example", &fences);
        match example.iter().find(|(_, marked)| !marked) {
            Some((line, _)) => {
                faults.push(format!("{code}: the example is reported at line {line}, which is not marked"));
            }
            None if example.is_empty() => faults.push(format!("{code}: the example is not reported")),
            None => {}
        }
        for (line, _) in found(*code, "Remedy", &fences) {
            faults.push(format!("{code}: the remedy is reported at line {line}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn configurations_on_the_pages_are_right() {
    for code in codes::ALL {
        for fence in fences(code.rule().explanation) {
            let wrong = fence.section == "Example";
            if fence.path.as_deref() == Some("playbill.yaml") && !wrong {
                let (_, problems) = config::parse(FileId::new(0), &fence.text);
                assert!(problems.is_empty(), "{code}: {problems:?}");
            }
        }
    }
}

#[test]
fn exceptions_are_still_rules() {
    for (name, _) in NOT_SHOWN {
        assert!(Code::find(name).is_some(), "{name}");
    }
}
