//! What a newcomer meets: a portal of what is at hand, `init`, the texts to copy, and the action.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::folder;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn playbill(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder.path())
        .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .expect("playbill runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(ROOT).join(&path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

const SHOP: &[(&str, &str)] = &[
    (".git/HEAD", "ref: refs/heads/main\n"),
    (".git/config", "[remote \"origin\"]\nurl = git@github.com:acme/shop.git\n"),
    (".github/CODEOWNERS", "* @acme/shop-crew\n/packages/pay/ @sam\n"),
    ("README.md", "# The shop\n\nSells things.\n"),
    ("package.json", "{\"name\": \"root\", \"private\": true, \"workspaces\": [\"packages/*\"]}"),
    (
        "packages/pay/package.json",
        "{\"name\": \"@acme/pay\", \"dependencies\": {\"express\": \"5\"}, \"description\": \"Pays: 'always'\"}",
    ),
    (
        "packages/pay/openapi.yaml",
        "openapi: 3.1.0\ninfo: {title: Payments, version: '1'}\npaths: {/pay: {post: {responses: {'201': {description: Paid}}}}}\n",
    ),
    ("packages/pay/docs/index.md", "# How it pays\n"),
    ("packages/ui/package.json", "{\"name\": \"ui\"}"),
];

#[test]
fn what_is_at_hand_is_shown_without_a_catalog() {
    let tree = folder(SHOP);
    let built = playbill(&tree, &["build", "--quiet"]);
    assert_eq!(built.status.code(), Some(0), "{}", err(&built));
    let page = |path: &str| {
        let path = tree.path().join("site").join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let pay = page("catalog/default/component/pay/index.html");
    for part in ["data-implied", r#"data-card="implied""#, "packages/pay/package.json", "playbill init", "techdocs-ref"]
    {
        assert!(pay.contains(part), "{part}");
    }
    assert!(page("docs/default/component/pay/index.html").contains("How it pays"));
    assert!(page("catalog/default/api/pay-api/index.html").contains("Payments"));
    assert!(page("catalog/default/system/shop/index.html").contains("The shop"));
    assert!(page("catalog/default/group/shop-crew/index.html").contains("shop-crew"));
    assert!(page("index.html").contains("No catalog file yet"));
    // The check says so, once, and what to do.
    let checked = playbill(&tree, &["check", "--format", "json"]);
    assert_eq!(checked.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found[0]["code"], "no-catalog-file");
    assert!(found[0]["help"].as_str().expect("a help").contains("playbill init"), "{found}");
}

#[test]
fn an_empty_folder_has_a_page_that_teaches() {
    let tree = folder(&[]);
    assert_eq!(playbill(&tree, &["build", "--quiet"]).status.code(), Some(0));
    let home = fs::read_to_string(tree.path().join("site/index.html")).expect("the home page");
    for part in ["Nothing here yet", "playbill init", "catalog-info.yaml", "docs/index.md"] {
        assert!(home.contains(part), "{part}");
    }
}

#[test]
fn what_init_writes_passes_the_check_and_nothing_is_overwritten() {
    let tree = folder(SHOP);
    let asked = playbill(&tree, &["init"]);
    assert_eq!(asked.status.code(), Some(2), "nobody can be asked");
    assert!(err(&asked).contains("--yes"), "{}", err(&asked));
    let dry = playbill(&tree, &["init", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0));
    assert!(out(&dry).contains("# packages/pay/catalog-info.yaml\n# Proposed by"), "{}", out(&dry));
    assert!(!tree.path().join("catalog-info.yaml").exists());

    let written = playbill(&tree, &["init", "--yes"]);
    assert_eq!(written.status.code(), Some(0), "{}", err(&written));
    // CODEOWNERS names a person, and a team of whose members it knows nothing.
    assert!(err(&written).contains("checked it: 2 warnings in 2 files"), "{}", err(&written));
    let checked = playbill(&tree, &["check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    assert!(out(&checked).contains("[owner-is-user]") && out(&checked).contains("[empty-owner-group]"));
    let exported: Value = serde_json::from_slice(&playbill(&tree, &["export"]).stdout).expect("JSON");
    let names: Vec<String> = exported["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entity| {
            format!("{} {}", entity["kind"].as_str().unwrap_or(""), entity["metadata"]["name"].as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(names, ["API pay-api", "Component pay", "Component ui", "Group shop-crew", "System shop", "User sam"]);
    let workflow = fs::read_to_string(tree.path().join(".github/workflows/portal.yml")).expect("the workflow");
    assert_eq!(workflow, read(".github/workflows/portal.yml"));
    // Once more there is nothing to do, and what people have changed stays.
    fs::write(tree.path().join("packages/ui/catalog-info.yaml"), "# mine\n").expect("a file");
    let again = playbill(&tree, &["init", "--yes"]);
    assert!(err(&again).contains("stays as it is"), "{}", err(&again));
    assert_eq!(fs::read_to_string(tree.path().join("packages/ui/catalog-info.yaml")).expect("the file"), "# mine\n");
}

#[test]
fn a_team_that_is_named_counts_for_more_than_the_git_remote() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"tool\"\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/config", "[remote \"origin\"]\n\turl = https://github.com/acme/tool.git\n"),
    ];
    let owner = |more: &[(&str, &str)], arguments: &[&str]| {
        let tree = folder(&[&files[..], more].concat());
        let written = playbill(&tree, &[&["init", "--yes"], arguments].concat());
        assert_eq!(written.status.code(), Some(0), "{}", err(&written));
        let text = fs::read_to_string(tree.path().join("catalog-info.yaml")).expect("the catalog file");
        text.lines().find_map(|line| line.trim().strip_prefix("owner: ")).expect("an owner").to_owned()
    };
    assert_eq!(owner(&[], &[]), "acme");
    assert_eq!(owner(&[], &["--owner", "sales"]), "sales");
    // A group that the rules do not allow would be nobody.
    let group =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: guests}\nspec: {type: team, children: []}\n";
    let settings = "catalog:\n  files: [people/org.yaml]\n  rules:\n    - {allow: [Component]}\n    - {allow: [Group], locations: [people/org.yaml]}\n";
    assert_eq!(owner(&[("people/org.yaml", group), ("playbill.yaml", settings)], &[]), "guests");
}

#[test]
fn what_nobody_is_known_to_own_gets_the_team_that_is_named() {
    let tree = folder(&[("Cargo.toml", "[package]\nname = \"tool\"\n")]);
    let refused = playbill(&tree, &["init", "--yes", "--owner", "no team"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(playbill(&tree, &["init", "--yes", "--owner", "tools"]).status.code(), Some(0));
    let text = fs::read_to_string(tree.path().join("catalog-info.yaml")).expect("the catalog file");
    assert!(text.contains("owner: tools") && text.contains("kind: Group"), "{text}");
    assert_eq!(playbill(&tree, &["check", "--strict"]).status.code(), Some(0));
    assert!(!tree.path().join(".github").exists(), "nobody knows what would run a workflow");
}

#[test]
fn a_backstage_app_is_told_what_becomes_of_its_configuration() {
    let entity =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n";
    let tree = folder(&[
        (
            "app-config.yaml",
            "app: {title: Acme, baseUrl: 'http://localhost:3000'}\norganization: {name: Acme}\nbackend: {listen: 7007}\n\
             integrations: {github: [{host: ghe.acme.com}]}\nauth: {providers: {guest: {}}}\n\
             catalog: {locations: [{type: file, target: ../../examples/org.yaml}], rules: [{allow: [Component, System, API, Group, User]}]}\n",
        ),
        ("app-config.production.yaml", "app: {baseUrl: 'https://portal.acme.com'}\n"),
        ("examples/org.yaml", entity),
        ("catalog-info.yaml", &entity.replace("crew", "others")),
        ("packages/app/package.json", "{\"name\": \"app\"}"),
    ]);
    let written = playbill(&tree, &["init", "--yes"]);
    let said = err(&written);
    assert_eq!(written.status.code(), Some(0), "{said}");
    for line in [
        "catalog.locations  taken over",
        "auth               left out    a static site has no sign-in",
        "backend            not needed",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let config = fs::read_to_string(tree.path().join("playbill.yaml")).expect("the configuration");
    assert_eq!(config, "baseUrl: https://portal.acme.com/\nhosts:\n  ghe.acme.com: github\n");
    assert_eq!(playbill(&tree, &["check", "--strict"]).status.code(), Some(0));
}

#[test]
fn what_the_rules_do_not_allow_is_not_proposed() {
    let tree = folder(&[
        ("playbill.yaml", "catalog:\n  rules:\n    - allow: [Component]\n"),
        ("package.json", "{\"name\": \"tool\"}"),
        ("openapi.yaml", "openapi: 3.1.0\n"),
    ]);
    let written = playbill(&tree, &["init", "--yes"]);
    assert_eq!(written.status.code(), Some(0), "{}", err(&written));
    for kind in ["API", "Group"] {
        assert!(err(&written).contains(&format!("allow no {kind} in catalog-info.yaml")), "{}", err(&written));
    }
    assert!(!read(tree.path().join("catalog-info.yaml")).contains("kind: API"));
}

#[test]
fn files_of_entities_under_other_names_are_taken_in() {
    let entity =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n";
    let tree = folder(&[("all.yaml", entity)]);
    assert_eq!(playbill(&tree, &["init", "--yes"]).status.code(), Some(0));
    assert!(read(tree.path().join("playbill.yaml")).contains("- all.yaml"));
    assert_eq!(playbill(&tree, &["check", "--strict"]).status.code(), Some(0));
}

#[test]
fn the_workflow_to_copy_needs_no_change() {
    let text = read(".github/workflows/portal.yml");
    assert_eq!(text, read("src/cli/init/portal.yml"), "the one that `init` writes");
    let workflow: Value = serde_yaml::from_str(&text).expect("YAML");
    let triggers = &workflow["on"];
    assert!(triggers.get("pull_request").is_some() && triggers.get("push").is_some(), "{triggers}");
    assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}));
    for own in ["content-example", "--path", "cargo", "CHANGE", "OWNER"] {
        assert!(!text.contains(own), "{own}");
    }
    let jobs = workflow["jobs"].as_object().expect("jobs");
    let steps: Vec<&Value> = jobs.values().flat_map(|job| job["steps"].as_array().expect("steps")).collect();
    assert!(steps.iter().all(|step| step.get("run").is_none()), "what runs is in the action");
    // The actions of others are pinned; ours is the release of the same version.
    let own = format!("playbill-portal/playbill@v{VERSION}");
    let (ours, others): (Vec<&str>, Vec<&str>) = steps
        .iter()
        .filter_map(|step| step["uses"].as_str())
        .partition(|action| action.starts_with("playbill-portal/"));
    assert_eq!(ours, [own.as_str(), own.as_str()]);
    for action in others.iter().copied().chain(pinned("action.yml")).chain(pinned(".github/workflows/release.yml")) {
        let (_, revision) = action.split_once('@').expect("a revision");
        assert!(revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
    }
}

/// Returns the actions that a file uses.
fn pinned(path: &str) -> Vec<&'static str> {
    let text: &'static str = read(path).leak();
    text.lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")?.split(" #").next())
        .collect()
}

/// Every text names the one version and the one address of Cargo.toml.
#[test]
fn there_is_one_version_and_one_address() {
    let manifest = read("Cargo.toml");
    let repository = "https://github.com/playbill-portal/playbill";
    assert!(manifest.contains(&format!("repository = \"{repository}\"")), "{manifest}");
    let mut seen = 0;
    let texts = [
        "README.md",
        "install.sh",
        "netlify.toml",
        "templates/portal.yml",
        "src/cli/init/gitlab-ci.yml",
        ".github/workflows/portal.yml",
    ];
    let manual = walkdir::WalkDir::new(Path::new(ROOT).join("docs")).into_iter().filter_map(Result::ok);
    let manual =
        manual.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|end| end == "md"));
    for path in texts.iter().map(|path| Path::new(ROOT).join(path)).chain(manual) {
        let text = read(&path);
        for (before, _) in text.match_indices("playbill-portal/playbill") {
            let rest = &text[before + "playbill-portal/playbill".len()..];
            let version = ["/v", "@v", ":"].iter().find_map(|mark| rest.strip_prefix(mark));
            let version: String =
                version.unwrap_or("").chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            if version.contains('.') {
                seen += 1;
                assert_eq!(version.trim_end_matches('.'), VERSION, "{}", path.display());
            }
        }
        assert!(
            !text.contains("cargo install playbill ") && !text.contains("cargo install --locked playbill\n"),
            "another program"
        );
    }
    assert!(seen >= 5, "{seen}");
    for line in read("install.sh").lines().filter(|line| line.starts_with("version=$")).take(1) {
        assert_eq!(line, format!("version=${{PLAYBILL_VERSION:-{VERSION}}}"));
    }
}

/// Runs the steps of the action in order, with a release in a folder.
#[cfg(target_os = "linux")]
#[test]
fn the_action_runs_with_a_release() {
    use std::os::unix::fs::PermissionsExt;
    let target = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
    let tree = folder(&[("catalog-info.yaml", "kind: Group\n"), ("good/README.md", "# Good\n")]);
    let release = tree.path().join(format!("releases/v{VERSION}"));
    let stage = tree.path().join("stage");
    fs::create_dir_all(&release).expect("a folder");
    fs::create_dir_all(&stage).expect("a folder");
    // The real program would be large: this one says what it was called with.
    let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_playbill"));
    fs::write(stage.join("playbill"), program).expect("a program");
    fs::set_permissions(stage.join("playbill"), fs::Permissions::from_mode(0o755)).expect("permissions");
    let name = format!("playbill-{VERSION}-{target}-unknown-linux-musl.tar.gz");
    let pack = format!("tar -czf {name} -C '{}' playbill && sha256sum {name} > SHA256SUMS", stage.display());
    assert!(Command::new("sh").args(["-ec", &pack]).current_dir(&release).status().expect("sh").success());
    let runner = tree.path().join("runner");
    fs::create_dir_all(&runner).expect("a folder");
    let path = runner.join("path");
    let step = |command: &str, variables: &[(&str, &str)]| {
        let added = fs::read_to_string(&path).unwrap_or_default();
        Command::new(Path::new(ROOT).join(".ci/action"))
            .arg(command)
            .current_dir(tree.path())
            .env("PLAYBILL_RELEASES", format!("file://{}", tree.path().join("releases").display()))
            .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .env("RUNNER_TEMP", &runner)
            .env("GITHUB_PATH", &path)
            .env("GITHUB_ACTIONS", "true")
            .env("PATH", format!("{}:{}", added.trim(), std::env::var("PATH").unwrap_or_default()))
            .envs(variables.iter().copied())
            .output()
            .expect("the step runs")
    };
    let installed = step("install", &[]);
    assert!(installed.status.success(), "{}", err(&installed));
    let checked = step("check", &[("PLAYBILL_ARGS", "--strict")]);
    assert_eq!(checked.status.code(), Some(1), "{}", err(&checked));
    assert!(out(&checked).contains("::error file=catalog-info.yaml,line=1"), "{}", out(&checked));
    let built = step("build", &[("PLAYBILL_PATHS", "good"), ("PLAYBILL_OUTPUT", "public")]);
    assert!(built.status.success(), "{}", err(&built));
    assert!(out(&built).contains("::add-matcher::") && tree.path().join("public/index.html").exists());
    // What was fetched does not run if its digest is another one.
    fs::write(release.join(&name), "something else").expect("a file");
    fs::remove_file(&path).expect("the path");
    let refused = step("install", &[]);
    assert!(!refused.status.success() && err(&refused).contains("another digest"), "{}", err(&refused));
    assert!(!path.exists());
}

#[test]
fn completions_and_manual_pages_are_made_from_the_arguments() {
    let tree = folder(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let printed = playbill(&tree, &["completions", shell]);
        assert!(printed.status.success() && out(&printed).contains("dry-run"), "{shell}");
    }
    assert!(out(&playbill(&tree, &["man"])).contains(".TH playbill 1"));
    assert!(playbill(&tree, &["man", "-o", "man"]).status.success());
    for page in ["playbill.1", "playbill-check.1", "playbill-docs-build.1"] {
        assert!(tree.path().join("man").join(page).exists(), "{page}");
    }
}

/// The regular expressions of the problem matcher fit what a build prints.
#[test]
fn the_problem_matcher_fits() {
    let matcher: Value = serde_json::from_str(&read(".ci/problem-matcher.json")).expect("JSON");
    let patterns = matcher["problemMatcher"][0]["pattern"].as_array().expect("patterns");
    let tree = folder(&[("catalog-info.yaml", "kind: Group\n")]);
    let said = err(&playbill(&tree, &["build", "--strict"]));
    let lines: Vec<&str> = said.lines().collect();
    let fits = |number: usize, line: &str| {
        let pattern = patterns[number]["regexp"].as_str().expect("a pattern").replace("\\d", "[0-9]");
        regex::Regex::new(&pattern).expect("a regular expression").is_match(line)
    };
    assert!(lines.windows(2).any(|pair| fits(0, pair[0]) && fits(1, pair[1])), "{said}");
}

/// What `serve` prints into a log in the folder is no reason to build again.
#[test]
fn a_log_in_the_folder_is_no_change() {
    use std::time::{Duration, Instant};
    let tree = folder(&[("README.md", "# One\n")]);
    let log = tree.path().join("serve.log");
    let mut server = Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(["serve", "--port", "0"])
        .current_dir(tree.path())
        .stderr(fs::File::create(&log).expect("a log"))
        .spawn()
        .expect("playbill runs");
    let builds = || fs::read_to_string(&log).unwrap_or_default().matches("built ").count();
    let wait = |least: usize| {
        let start = Instant::now();
        while builds() < least && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait(1);
    for number in 0..10 {
        fs::write(tree.path().join("other.log"), format!("{number}\n")).expect("a file");
        std::thread::sleep(Duration::from_millis(100));
    }
    let before = builds();
    fs::write(tree.path().join("README.md"), "# Two\n").expect("a file");
    wait(before + 1);
    let after = builds();
    server.kill().expect("it runs");
    let _ = server.wait();
    // The first build, each of the two logs once when it is new, and the change.
    assert!((1..=4).contains(&before) && after > before && after <= before + 2, "{before} {after}");
}
