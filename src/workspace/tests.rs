#![expect(clippy::disallowed_methods, reason = "the tests make real folders and repositories")]

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::config::SearchConfig;
use crate::error::Error;

/// Files in a temporary folder; the folder goes with the value.
struct Disk(TempDir);

impl Disk {
    fn new(files: &[(&str, &str)]) -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            disk.write(path, text);
        }
        disk
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let place = self.0.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    #[cfg(unix)]
    fn link(&self, path: &str, target: &str) {
        let place = self.0.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, place).unwrap();
    }

    fn options(&self, paths: &[&str]) -> LoadOptions {
        LoadOptions {
            paths: paths.iter().map(PathBuf::from).collect(),
            config: None,
            cwd: self.0.path().to_owned(),
            output: None,
            history: false,
            record: false,
            repository: false,
            revision: None,
            packs: None,
            lock: None,
        }
    }

    fn load(&self, paths: &[&str]) -> Workspace {
        load(&self.options(paths)).unwrap()
    }
}

fn memory(files: &[(&str, &str)]) -> Workspace {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    Workspace::from_files(Config::default(), &files)
}

fn paths(workspace: &Workspace, files: &[FileId]) -> Vec<String> {
    files.iter().map(|file| workspace.path(*file).to_string()).collect()
}

fn catalog(workspace: &Workspace) -> Vec<String> {
    paths(workspace, workspace.catalog_files())
}

#[test]
fn the_scan_finds_the_two_names_at_any_depth() {
    let files = [
        ("catalog-info.yaml", ""),
        ("a/b/c/catalog-info.yml", ""),
        ("a/Catalog-Info.yaml", ""),
        ("a/catalog-info.yaml.bak", ""),
        (".hidden/catalog-info.yaml", ""),
        ("node_modules/x/catalog-info.yaml", ""),
        ("site/.playbill-manifest.json", "[]"),
        ("site/catalog-info.yaml", ""),
    ];
    let expect = ["a/b/c/catalog-info.yml", "catalog-info.yaml"];
    assert_eq!(catalog(&memory(&files)), expect);
    assert_eq!(catalog(&Disk::new(&files).load(&["."])), expect);
}

#[test]
fn ignore_files_hold_with_and_without_git() {
    let files = [
        (".gitignore", "/dist\n*.tmp/\n!keep.tmp/\n"),
        (".playbillignore", "archive\n"),
        ("dist/catalog-info.yaml", ""),
        ("a/dist/catalog-info.yaml", ""),
        ("x.tmp/catalog-info.yaml", ""),
        ("keep.tmp/catalog-info.yaml", ""),
        ("a/archive/catalog-info.yaml", ""),
        ("b/.ignore", "catalog-info.yaml"),
        ("b/catalog-info.yaml", ""),
        ("b/c/catalog-info.yml", ""),
        ("clone/.git/HEAD", "ref: refs/heads/main"),
        ("clone/z.tmp/catalog-info.yaml", ""),
    ];
    let expect = [
        "a/dist/catalog-info.yaml",
        "b/c/catalog-info.yml",
        "clone/z.tmp/catalog-info.yaml",
        "keep.tmp/catalog-info.yaml",
    ];
    assert_eq!(catalog(&memory(&files)), expect);
    assert_eq!(catalog(&Disk::new(&files).load(&[])), expect);
}

#[test]
fn rules_above_the_root_hold_within_the_repository_unless_they_exclude_the_root() {
    let disk = Disk::new(&[
        (".git/HEAD", "ref: refs/heads/main"),
        (".gitignore", "build\nclones\n"),
        ("services/build/catalog-info.yaml", ""),
        ("services/a/catalog-info.yaml", ""),
        ("clones/a/catalog-info.yaml", ""),
        ("clones/build/catalog-info.yaml", ""),
    ]);
    assert_eq!(catalog(&disk.load(&["services"])), ["a/catalog-info.yaml"]);
    assert_eq!(catalog(&disk.load(&["clones"])), ["a/catalog-info.yaml", "build/catalog-info.yaml"]);
}

#[test]
fn configured_globs_add_and_remove_files() {
    let mut config = Config::default();
    config.catalog.files = vec!["*-entity.{yml,yaml}".into(), "org/*.yaml".into(), "*/.backstage/*.yaml".into()];
    config.catalog.exclude = vec!["old/**".into(), "**/fixtures".into()];
    let names = [
        "a/web-entity.yml",
        "org/teams.yaml",
        "org/deep/teams.yaml",
        "a/.backstage/c.yaml",
        "a/.backstage/catalog-info.yml",
        "a/.other/web-entity.yml",
        "old/catalog-info.yaml",
        "a/fixtures/catalog-info.yaml",
        "b/catalog-info.yaml",
    ];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b""[..])).collect();
    let workspace = Workspace::from_files(config, &files);
    assert_eq!(
        catalog(&workspace),
        ["a/.backstage/c.yaml", "a/web-entity.yml", "b/catalog-info.yaml", "org/teams.yaml"]
    );
}

#[test]
fn configured_locations_are_files_to_start_from() {
    let mut config = Config::default();
    config.catalog.locations =
        vec!["org/*.yaml".into(), "./.hidden/a.yaml".into(), "nope.yaml".into(), "../x.yaml".into()];
    let workspace =
        Workspace::from_files(config, &[("org/a.yaml", b""), (".hidden/a.yaml", b""), ("playbill.yaml", b"")]);
    assert_eq!(catalog(&workspace), [".hidden/a.yaml", "org/a.yaml"]);
    let codes: Vec<_> = workspace.problems().iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["location-target-missing", "location-outside-repository"]);
    assert_eq!(&*workspace.path(workspace.problems()[0].span().file), "playbill.yaml");
}

#[test]
fn several_roots_stand_before_the_paths() {
    let disk = Disk::new(&[("a/catalog-info.yaml", ""), ("b/catalog-info.yaml", ""), ("b/c/catalog-info.yaml", "")]);
    assert_eq!(
        catalog(&disk.load(&["./b/", "a"])),
        ["a/catalog-info.yaml", "b/c/catalog-info.yaml", "b/catalog-info.yaml"]
    );
    assert_eq!(catalog(&disk.load(&["b", "b/c"])), ["c/catalog-info.yaml", "catalog-info.yaml"]);
    assert_eq!(catalog(&disk.load(&["b/c/catalog-info.yaml"])), ["catalog-info.yaml"]);
    let absolute = disk.0.path().canonicalize().unwrap().join("a");
    let found = catalog(&disk.load(&[absolute.to_str().unwrap(), "b/c"]));
    assert_eq!(found, [absolute.join("catalog-info.yaml").to_str().unwrap(), "b/c/catalog-info.yaml"]);
}

#[test]
fn a_path_that_is_not_there_is_wrong_usage() {
    let disk = Disk::new(&[]);
    let Err(Error::Usage(message)) = load(&disk.options(&["nope"])) else { panic!("loaded") };
    assert_eq!(message, "`nope` does not exist");
}

#[test]
fn the_configuration_is_found_and_names_the_roots() {
    let disk = Disk::new(&[
        ("p/playbill.yaml", "title: Example\npaths: [a, ../b]\noutput: a/out\n"),
        ("p/a/catalog-info.yaml", ""),
        ("p/a/out/catalog-info.yaml", ""),
        ("p/c/catalog-info.yaml", ""),
        ("b/catalog-info.yaml", ""),
    ]);
    let given = LoadOptions { config: Some("p/playbill.yaml".into()), ..disk.options(&[]) };
    let workspace = load(&given).unwrap();
    assert_eq!(workspace.config().title, "Example");
    assert_eq!(catalog(&workspace), ["b/catalog-info.yaml", "p/a/catalog-info.yaml"]);
    assert_eq!(&*workspace.path(workspace.config_file().unwrap()), "p/playbill.yaml");
    // The paths of the command line count, and the configuration is found in the first one.
    let workspace = disk.load(&["p", "b"]);
    assert_eq!(workspace.config().title, "Example");
    assert_eq!(catalog(&workspace), ["b/catalog-info.yaml", "p/a/catalog-info.yaml", "p/c/catalog-info.yaml"]);
    assert_ne!(disk.load(&["b"]).config().title, "Example");
    // From within, a configuration covers the folders below it.
    let inside = LoadOptions { cwd: disk.0.path().join("p"), ..disk.options(&["c"]) };
    assert_eq!(load(&inside).unwrap().config().title, "Example");
    let outside = LoadOptions { cwd: disk.0.path().join("p"), ..disk.options(&["../b"]) };
    assert_ne!(load(&outside).unwrap().config().title, "Example");
}

#[test]
fn files_of_the_search_add_to_the_configuration() {
    let disk = Disk::new(&[
        (
            "playbill.yaml",
            "search:\n  synonyms: [[a, b]]\n  files: [search/words.yaml, search/tests.yaml, gone.yaml]\n",
        ),
        ("search/words.yaml", "synonyms:\n  - [k8s, kubernetes]\n  - [ci, continuous integration]\nbudget: 1MB\n"),
        ("search/tests.yaml", "tests:\n  - query: pods\n    expect: docs/default/component/web/\n  - query: lonely\n"),
    ]);
    let workspace = disk.load(&[]);
    let SearchConfig { synonyms, tests, budget, .. } = &workspace.config().search;
    assert_eq!(synonyms[..2], [["a", "b"], ["k8s", "kubernetes"]]);
    assert_eq!((tests.len(), &*tests[0].query, tests[0].within, *budget), (1, "pods", 3, None));
    assert_eq!((&*workspace.path(tests[0].place.file), tests[0].place.range().start), ("search/tests.yaml", 35));
    let told = |problem: &Diagnostic| {
        let span = problem.span();
        format!("{} {} {}", workspace.path(span.file), span.range().start, problem.message)
    };
    let told: Vec<String> = workspace.config_problems().iter().map(told).collect();
    assert!(told[0].starts_with("search/words.yaml 41 `synonyms[1][1]` must be one word"), "{told:?}");
    assert!(told[1].starts_with("search/words.yaml 65 ") && told[1].contains("budget"), "{told:?}");
    assert!(told[2].starts_with("search/tests.yaml ") && told[2].contains("has no `expect`"), "{told:?}");
    assert!(told[3].starts_with("gone.yaml 0 ") && told.len() == 4, "{told:?}");
}

#[test]
fn a_configured_path_that_is_not_there_is_a_problem_of_the_configuration() {
    let disk = Disk::new(&[("playbill.yaml", "paths:\n  - nope\n"), ("catalog-info.yaml", "")]);
    let workspace = disk.load(&[]);
    let [problem] = workspace.config_problems() else { panic!("one problem") };
    assert_eq!(problem.message, "`nope` cannot be scanned: it does not exist");
    assert_eq!(problem.span().range(), 11..15);
    assert_eq!(catalog(&workspace), [""; 0]);
}

#[test]
fn targets_are_found_within_the_repository_only() {
    let files = [
        ("r/.git/HEAD", "ref: refs/heads/main"),
        ("r/s/catalog-info.yaml", ""),
        ("r/s/api.yaml", "x"),
        ("r/.backstage/team.yaml", ""),
        ("r/docs/index.md", ""),
        ("other/secret.yaml", ""),
    ];
    let disk = Disk::new(&files);
    for workspace in [memory(&files), disk.load(&["."])] {
        let from = workspace.catalog_files()[0];
        let check = |target: &str| match workspace.locate(from, target) {
            Ok(file) => workspace.path(file).to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(check("api.yaml"), "r/s/api.yaml");
        assert_eq!(check("./../s/./api.yaml"), "r/s/api.yaml");
        assert_eq!(check("/.backstage/team.yaml"), "r/.backstage/team.yaml");
        assert_eq!(check("../docs"), "it is a folder");
        assert_eq!(check("api.yaml/"), "`r/s/api.yaml/` does not exist");
        assert_eq!(check("api.yaml/x"), "`r/s/api.yaml/x` does not exist");
        assert_eq!(check("nope.yaml"), "`r/s/nope.yaml` does not exist");
        assert_eq!(check("../../other/secret.yaml"), "it leads outside the repository");
        assert_eq!(check("/etc/passwd"), "`r/etc/passwd` does not exist");
        assert_eq!(check("https://example.com/a.yaml"), "it is not in a repository that is read");
        let folder = workspace.locate_folder(from, "../docs").unwrap();
        assert_eq!(folder.path(), "r/docs");
        assert_eq!(paths(&workspace, &workspace.files_below(&folder)), ["r/docs/index.md"]);
        let index = workspace.locate_in(&folder, "index.md").unwrap();
        assert_eq!(workspace.path_below(&folder, index).as_deref(), Some("index.md"));
        assert_eq!(workspace.locate_folder(from, "api.yaml").unwrap_err(), LocateError::IsFile);
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_as_long_as_they_stay_inside() {
    let disk = Disk::new(&[
        ("r/.git/HEAD", "ref: refs/heads/main"),
        ("r/catalog-info.yaml", ""),
        ("r/README.md", "hello"),
        ("r/docs/guide.md", ""),
        ("outside/secret.md", ""),
        ("outside/catalog-info.yaml", ""),
    ]);
    disk.link("r/docs/index.md", "../README.md");
    disk.link("r/docs/secret.md", "../../outside/secret.md");
    disk.link("r/docs/passwd.md", "/etc/passwd");
    disk.link("r/docs/loop.md", "loop.md");
    disk.link("r/docs/up", "..");
    disk.link("r/docs/outside", "../../outside");
    disk.link("r/elsewhere", "../outside");
    disk.link("r/again", "docs");
    let workspace = disk.load(&["r"]);
    assert_eq!(catalog(&workspace), ["catalog-info.yaml"]);
    let from = workspace.catalog_files()[0];
    let index = workspace.locate(from, "docs/index.md").unwrap();
    assert_eq!(&*workspace.text(index, 10).unwrap(), "hello");
    assert_eq!(&*workspace.path(index), "docs/index.md");
    for target in
        ["docs/secret.md", "docs/passwd.md", "elsewhere/secret.md", "elsewhere/nope.md", "docs/outside/secret.md"]
    {
        assert_eq!(workspace.locate(from, target).unwrap_err(), LocateError::OutsideRepository, "{target}");
    }
    assert!(matches!(workspace.locate(from, "docs/loop.md"), Err(LocateError::Unreadable { .. })));
    assert_eq!(&*workspace.path(workspace.locate(from, "again/guide.md").unwrap()), "again/guide.md");
    let docs = workspace.locate_folder(from, "docs").unwrap();
    let below = paths(&workspace, &workspace.files_below(&docs));
    assert_eq!(below[..3], ["docs/guide.md", "docs/index.md", "docs/up/README.md"]);
    assert!(below.iter().all(|path| !path.contains("secret") && !path.contains("passwd")), "{below:?}");
}

#[cfg(unix)]
#[test]
fn pipes_and_odd_names_do_no_harm() {
    use std::os::unix::ffi::OsStrExt as _;

    let disk = Disk::new(&[("catalog-info.yaml", "")]);
    let odd = disk.0.path().join(std::ffi::OsStr::from_bytes(b"b\xff\n"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("catalog-info.yaml"), "odd").unwrap();
    fs::write(odd.join("api.yaml"), "api").unwrap();
    let made = std::process::Command::new("mkfifo").arg(disk.0.path().join("pipe.yaml")).status();
    let workspace = disk.load(&["."]);
    assert_eq!(catalog(&workspace), ["b\u{fffd}\n/catalog-info.yaml", "catalog-info.yaml"]);
    let from = workspace.catalog_files()[0];
    assert_eq!(&*workspace.text(from, 10).unwrap(), "odd");
    let api = workspace.locate(from, "./api.yaml").unwrap();
    assert_eq!(&*workspace.text(api, 10).unwrap(), "api");
    if made.is_ok_and(|status| status.success()) {
        assert!(matches!(workspace.locate(from, "/pipe.yaml"), Err(LocateError::Unreadable { .. })));
    }
}

#[test]
fn globs_match_what_a_scan_would_enter() {
    let files = [
        ("catalog-info.yaml", ""),
        (".gitignore", "ignored\n"),
        ("teams/b.yaml", ""),
        ("teams/a.yaml", ""),
        ("teams/.c.yaml", ""),
        ("teams/deep/d.yaml", ""),
        ("teams/ignored/e.yaml", ""),
        ("ignored/f.yaml", ""),
        (".backstage/g.yaml", ""),
        ("[x]/h.yaml", ""),
    ];
    let disk = Disk::new(&files);
    for workspace in [memory(&files), disk.load(&["."])] {
        let from = workspace.catalog_files()[0];
        let check = |pattern: &str, style| match workspace.glob(from, pattern, style) {
            Ok(files) => paths(&workspace, &files).join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(check("./teams/*.yaml", GlobStyle::Url), "teams/a.yaml teams/b.yaml");
        assert_eq!(check("./teams/**/*.yaml", GlobStyle::Url), "teams/a.yaml teams/b.yaml teams/deep/d.yaml");
        assert_eq!(check("/**/d.yaml", GlobStyle::Url), "teams/deep/d.yaml");
        assert_eq!(check("./teams/{a,b}.yaml", GlobStyle::File), "teams/a.yaml teams/b.yaml");
        assert_eq!(check("./teams/?.yaml", GlobStyle::File), "teams/a.yaml teams/b.yaml");
        assert_eq!(check("./.backstage/*.yaml", GlobStyle::Url), ".backstage/g.yaml");
        assert_eq!(check("./[x]/*.yaml", GlobStyle::File), "[x]/h.yaml");
        assert_eq!(check("nope/*.yaml", GlobStyle::Url), "");
        assert_eq!(check("teams/a.yaml", GlobStyle::Url), "teams/a.yaml");
        assert_eq!(check("teams/x.yaml", GlobStyle::Url), "`teams/x.yaml` does not exist");
        assert_eq!(check("../*.yaml", GlobStyle::Url), "it leads outside the repository");
        assert_eq!(check("teams/*/../*.yaml", GlobStyle::Url), "");
    }
}

#[test]
fn files_are_read_once_and_within_limits() {
    let disk = Disk::new(&[("catalog-info.yaml", "abc"), ("a/catalog-info.yaml", "")]);
    disk.write("a/catalog-info.yaml", b"ok\xff");
    let workspace = disk.load(&["."]);
    let [broken, good] = workspace.catalog_files() else { panic!("two files") };
    assert_eq!(workspace.text(*good, 2), Err(ReadError::TooLarge { size: 3, limit: 2 }));
    assert_eq!(workspace.text(*good, 3).as_deref(), Ok("abc"));
    disk.write("catalog-info.yaml", "changed");
    assert_eq!(workspace.text(*good, 3).as_deref(), Ok("abc"));
    assert_eq!(workspace.bytes(*good, 3).as_deref(), Ok(&b"abc"[..]));
    assert_eq!(workspace.text(*good, 2), Err(ReadError::TooLarge { size: 3, limit: 2 }));
    assert_eq!(workspace.text(*broken, 9), Err(ReadError::NotUtf8 { offset: 2 }));
    assert_eq!(workspace.bytes(*broken, 9).as_deref(), Ok(&b"ok\xff"[..]));
}

#[cfg(unix)]
#[test]
fn folders_that_cannot_be_read_are_reported() {
    use std::os::unix::fs::PermissionsExt as _;

    let disk = Disk::new(&[("a/catalog-info.yaml", ""), ("b/catalog-info.yaml", "")]);
    let folder = disk.0.path().join("b");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    let may_all_the_same = fs::read_dir(&folder).is_ok();
    let workspace = disk.load(&["."]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if may_all_the_same {
        return;
    }
    assert_eq!(catalog(&workspace), ["a/catalog-info.yaml"]);
    let [problem] = workspace.problems() else { panic!("one problem") };
    assert_eq!(problem.message, "the folder `b` cannot be read: permission denied");
    assert_eq!(&*workspace.path(problem.span().file), "b");
    assert_eq!(workspace.text(problem.span().file, 1).as_deref(), Ok(""));
}

/// Runs git in a folder below `disk`, untouched by the settings of whoever runs the test.
fn git(disk: &Disk, folder: &str, arguments: &[&str]) {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(disk.0.path().join(folder))
        .args(["-c", "protocol.file.allow=always", "-c", "user.name=Ann", "-c", "user.email=ann@example.com"])
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_COMMITTER_DATE", "1700000000 +0000")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn view(workspace: &Workspace, at: usize) -> Option<String> {
    workspace.source_urls(workspace.catalog_files()[at]).map(|urls| urls.view)
}

#[test]
fn worktrees_submodules_and_detached_heads_have_addresses() {
    let disk = Disk::new(&[("lib/catalog-info.yaml", ""), ("main/a/catalog-info.yaml", "")]);
    git(&disk, "lib", &["init", "-q"]);
    git(&disk, "lib", &["add", "."]);
    git(&disk, "lib", &["commit", "-qm", "one"]);
    git(&disk, "main", &["init", "-q"]);
    git(&disk, "main", &["submodule", "--quiet", "add", "../lib", "lib"]);
    git(&disk, "main", &["remote", "add", "origin", "https://me:secret@github.com/org/main.git"]);
    git(&disk, "main/lib", &["remote", "set-url", "origin", "git@gitlab.com:org/lib.git"]);
    git(&disk, "main", &["add", "."]);
    git(&disk, "main", &["commit", "-qm", "one"]);
    git(&disk, "main", &["worktree", "add", "-q", "../tree", "-b", "feature/x"]);
    git(&disk, "main", &["branch", "-q", "work"]);
    let workspace = disk.load(&["main"]);
    assert_eq!(catalog(&workspace), ["a/catalog-info.yaml", "lib/catalog-info.yaml"]);
    assert_eq!(view(&workspace, 0).as_deref(), Some("https://github.com/org/main/blob/main/a/catalog-info.yaml"));
    assert_eq!(view(&workspace, 1).as_deref(), Some("https://gitlab.com/org/lib/-/blob/main/catalog-info.yaml"));
    let folder = workspace.folder_of(workspace.catalog_files()[0]);
    assert_eq!(workspace.folder_url(&folder).as_deref(), Some("https://github.com/org/main/tree/main/a/"));

    // Only a part of a repository is scanned.
    let workspace = disk.load(&["main/a"]);
    assert_eq!(view(&workspace, 0).as_deref(), Some("https://github.com/org/main/blob/main/a/catalog-info.yaml"));
    let from = workspace.catalog_files()[0];
    assert_eq!(workspace.locate(from, "../lib/catalog-info.yaml"), Err(LocateError::OutsideRepository));

    let workspace = disk.load(&["tree"]);
    assert_eq!(view(&workspace, 0).as_deref(), Some("https://github.com/org/main/blob/feature/x/a/catalog-info.yaml"));

    git(&disk, "main", &["checkout", "-q", "--detach"]);
    let workspace = disk.load(&["main"]);
    let repository = workspace.repository(workspace.catalog_files()[0]).unwrap();
    let commit = repository.commit().unwrap().to_owned();
    let url = format!("https://github.com/org/main/blob/{commit}/a/catalog-info.yaml");
    assert_eq!(view(&workspace, 0), Some(url.clone()));
    let edit = |workspace: &Workspace| workspace.source_urls(workspace.catalog_files()[0]).unwrap().edit;
    assert_eq!(edit(&workspace), url, "no branch is known");
    let remote_refs = "main/.git/refs/remotes/origin";
    disk.write(&format!("{remote_refs}/feature/x"), &commit);
    assert_eq!(edit(&disk.load(&["main"])), "https://github.com/org/main/edit/feature/x/a/catalog-info.yaml");
    disk.write(&format!("{remote_refs}/HEAD"), "ref: refs/remotes/origin/trunk\n");
    assert_eq!(edit(&disk.load(&["main"])), "https://github.com/org/main/edit/trunk/a/catalog-info.yaml");
}

#[test]
fn git_files_that_lead_out_of_the_root_are_not_followed() {
    let disk = Disk::new(&[
        ("secret/a.md", ""),
        ("root/team/catalog-info.yaml", ""),
        ("root/linked/catalog-info.yaml", ""),
        ("root/shared/catalog-info.yaml", ""),
        ("root/near/catalog-info.yaml", ""),
    ]);
    git(&disk, "secret", &["init", "-q"]);
    git(&disk, "secret", &["remote", "add", "origin", "https://github.com/org/secret.git"]);
    git(&disk, "secret", &["add", "."]);
    git(&disk, "secret", &["commit", "-qm", "one"]);
    disk.write("root/team/.git", "gitdir: ../../secret/.git\n");
    disk.link("root/linked/.git", "../../secret/.git");
    disk.write("root/shared/.git/HEAD", "ref: refs/heads/main\n");
    disk.write("root/shared/.git/commondir", "../../../secret/.git\n");
    // Within its own folder it may be anywhere.
    disk.write("root/near/.git", "gitdir: repository\n");
    disk.write("root/near/repository/HEAD", "ref: refs/heads/main\n");
    disk.write("root/near/repository/config", "[remote \"origin\"]\nurl = https://github.com/org/near.git\n");
    let workspace = disk.load(&["root"]);
    let views: Vec<Option<String>> = (0..4).map(|file| view(&workspace, file)).collect();
    let near = "https://github.com/org/near/blob/main/catalog-info.yaml";
    assert_eq!(paths(&workspace, workspace.catalog_files())[1], "near/catalog-info.yaml");
    assert_eq!(views, [None, Some(near.to_owned()), None, None]);
    assert!(workspace.catalog_files().iter().all(|file| workspace.last_change(*file).is_none()));
}

#[test]
fn the_upstream_names_the_branch() {
    let config =
        "[remote \"origin\"]\nurl = git@github.com:o/r.git\n[branch \"w\"]\nremote = origin\nmerge = refs/heads/main\n";
    let files = [("r/.git/HEAD", "ref: refs/heads/w\n"), ("r/.git/config", config), ("r/catalog-info.yaml", "")];
    assert_eq!(view(&memory(&files), 0).as_deref(), Some("https://github.com/o/r/blob/main/catalog-info.yaml"));
}

#[test]
fn urls_are_resolved_to_the_repositories_that_are_read() {
    let remote = |url: &str| format!("[remote \"origin\"]\n\turl = {url}\n");
    let (web, api) = (remote("git@github.com:Org/web.git"), remote("https://t@github.com/org/api"));
    let files = [
        ("web/.git/HEAD", "ref: refs/heads/main"),
        ("web/.git/config", web.as_str()),
        ("web/catalog-info.yaml", ""),
        ("web/teams/a.yaml", ""),
        ("web/teams/b.yaml", ""),
        ("web-old/.git/HEAD", "ref: refs/heads/release/1"),
        ("web-old/.git/config", web.as_str()),
        ("api/.git/HEAD", "ref: refs/heads/main"),
        ("api/.git/config", api.as_str()),
    ];
    let workspace = memory(&files);
    let check = |url: &str| match workspace.locate_url(url) {
        UrlTarget::Local { folder, path } => format!("{} {path}", folder.path()),
        UrlTarget::Elsewhere => "elsewhere".to_owned(),
    };
    assert_eq!(check("https://github.com/org/web/blob/main/teams/a.yaml"), "web teams/a.yaml");
    assert_eq!(check("https://github.com/org/web/blob/release/1/teams/a.yaml"), "web-old teams/a.yaml");
    assert_eq!(check("https://github.com/org/api/tree/main/"), "api ");
    assert_eq!(check("https://github.com/org/other/blob/main/a.yaml"), "elsewhere");
    assert_eq!(check("not a url"), "elsewhere");
    let UrlTarget::Local { folder, path } = workspace.locate_url("https://github.com/org/web/blob/main/teams/*.yaml")
    else {
        panic!("it is here");
    };
    let found = workspace.glob_in(&folder, &path, GlobStyle::Url).unwrap();
    assert_eq!(paths(&workspace, &found), ["web/teams/a.yaml", "web/teams/b.yaml"]);
}

#[test]
fn a_url_leads_into_the_part_of_a_repository_that_is_read() {
    let disk = Disk::new(&[
        (".git/HEAD", "ref: refs/heads/main"),
        (".git/config", "[remote \"origin\"]\nurl = https://github.com/org/mono\n"),
        ("services/a/catalog-info.yaml", ""),
        ("servicesx/a.yaml", ""),
    ]);
    let workspace = disk.load(&["services"]);
    let check = |path: &str| match workspace.locate_url(&format!("https://github.com/org/mono/blob/main/{path}")) {
        UrlTarget::Local { folder, path } => format!("{}|{path}", folder.path()),
        UrlTarget::Elsewhere => "elsewhere".to_owned(),
    };
    assert_eq!(check("services/a/catalog-info.yaml"), "|a/catalog-info.yaml");
    assert_eq!(check("servicesx/a.yaml"), "elsewhere");
    assert_eq!(check("services"), "|");
}

#[test]
fn last_changes_come_from_git_if_asked_for() {
    let disk = Disk::new(&[("r/catalog-info.yaml", "one"), ("r/d/ß.md", ""), ("plain/catalog-info.yaml", "")]);
    git(&disk, "r", &["init", "-q"]);
    git(&disk, "r", &["add", "."]);
    git(&disk, "r", &["commit", "-qm", "one"]);
    disk.write("r/catalog-info.yaml", "two");
    git(&disk, "r", &["commit", "-qam", "two", "--author", "Bob <b@example.com>"]);
    // Settings that would change the output, or run something, do not.
    let marker = disk.0.path().join("ran");
    let script = format!("touch {}; false", marker.display());
    for (key, value) in [
        ("core.fsmonitor", script.as_str()),
        ("core.pager", &script),
        ("diff.external", &script),
        ("gpg.program", &script),
        ("log.showSignature", "true"),
        ("log.date", "relative"),
        ("diff.renames", "copies"),
        ("diff.orderFile", "nope"),
        ("format.pretty", "oneline"),
    ] {
        git(&disk, "r", &["config", key, value]);
    }
    let change = |history: bool| {
        let workspace = load(&LoadOptions { history, ..disk.options(&["."]) }).unwrap();
        let file = *workspace.catalog_files().last().unwrap();
        let document = workspace.locate(file, "d/ß.md").unwrap();
        let plain = workspace.catalog_files()[0];
        [file, document, plain]
            .map(|file| workspace.last_change(file).map(|change| (change.author.to_string(), change.time)))
    };
    let change_of = |name: &str| Some((name.to_owned(), 1_700_000_000));
    assert_eq!(change(true), [change_of("Bob"), change_of("Ann"), None]);
    assert_eq!(change(false), [None, None, None]);
    assert!(!marker.exists());
}
