use std::fs;

use tempfile::TempDir;

use super::*;
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
    fs::set_permissions(&folder, fs::Permissions::from_mode(0)).unwrap();
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
