//! Builds that find what earlier builds left: the same site as without, sooner.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

const WEB: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec:\n  type: service\n  lifecycle: production\n  owner: nobody\n";

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: TempDir::new().expect("a temporary folder") };
        place.write("src/web/catalog-info.yaml", WEB);
        place.write("src/web/mkdocs.yml", "site_name: Web\n");
        place.write("src/web/docs/index.md", "# Web\n\nSee [more](more.md).\n");
        place.write("src/web/docs/more.md", "# More\n\n![](a.png)\n");
        place.write("src/web/docs/a.png", "no picture");
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file that looks as if it had been there for long, as most files of a tree do.
    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(&path, text).expect("a file");
        let file = fs::File::options().write(true).open(&path).expect("the file");
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("its time");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_playbill"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("PLAYBILL_CACHE", self.path("cache"))
            .output()
            .expect("playbill runs")
    }

    /// Builds, and returns what was printed.
    fn build(&self) -> String {
        let output = self.run(&["build", "src", "-o", "site", "--timings=json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    /// Builds with and without what earlier builds left, and makes sure that the sites are the same; returns whether
    /// there was nothing to do.
    fn compare(&self) -> bool {
        let said = self.build();
        let _ = fs::remove_dir_all(self.path("clean"));
        let output = self.run(&["build", "src", "-o", "clean", "--no-cache"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(tree(&self.path("site")), tree(&self.path("clean")));
        // Findings are reported again.
        let told =
            |text: &str| text.lines().take_while(|line| !line.starts_with("built")).collect::<Vec<_>>().join("\n");
        assert_eq!(told(&said), told(&String::from_utf8_lossy(&output.stderr)));
        nothing_done(&said)
    }
}

/// Without work there are no stages but the look at the record.
fn nothing_done(said: &str) -> bool {
    let nothing = !said.contains("\"render\"");
    assert!(!nothing || said.contains("(0 new or changed, 0 removed)"), "{said}");
    nothing
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            if entry.file_type().expect("a kind").is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).expect("below").to_owned();
                files.insert(path, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    files
}

#[test]
fn a_build_with_nothing_changed_does_nothing() {
    let place = Place::new();
    assert!(!nothing_done(&place.build()));
    let times = |path: &str| fs::metadata(place.path(path)).and_then(|about| about.modified()).expect("a time");
    let before = times("site/index.html");
    assert!(nothing_done(&place.build()), "the site of the first build is no change");
    assert_eq!(times("site/index.html"), before);
    // Other arguments, another build.
    assert!(!nothing_done(&place.build_with(&["--strict"])));
    assert!(nothing_done(&place.build_with(&["--strict"])));
    assert!(!nothing_done(&place.build()));
    assert!(!nothing_done(&place.build_with(&["--no-cache"])));
}

impl Place {
    fn build_with(&self, more: &[&str]) -> String {
        let output = self.run(&[&["build", "src", "-o", "site", "--timings=json"], more].concat());
        String::from_utf8(output.stderr).expect("text")
    }
}

#[test]
fn a_touched_site_is_mended() {
    let place = Place::new();
    place.build();
    let good = tree(&place.path("site"));
    fs::write(place.path("site/index.html"), "edited by hand").expect("a file");
    assert!(!nothing_done(&place.build()));
    assert_eq!(tree(&place.path("site")), good);
    fs::remove_file(place.path("site/robots.txt")).expect("a file");
    assert!(!nothing_done(&place.build()));
    assert_eq!(tree(&place.path("site")), good);
    fs::remove_dir_all(place.path("site")).expect("a folder");
    assert!(!nothing_done(&place.build()));
    assert_eq!(tree(&place.path("site")), good);
    assert!(nothing_done(&place.build()));
}

#[test]
fn a_damaged_record_counts_as_none() {
    let place = Place::new();
    place.build();
    let record = fs::read_dir(place.path("cache"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("playbill-")))
        .expect("a folder")
        .join("record");
    let bytes = fs::read(&record).expect("a file");
    for broken in [&b""[..], b"x", &bytes[..bytes.len() / 2], &[&bytes[..bytes.len() - 3], b"zzz"].concat()] {
        fs::write(&record, broken).expect("a file");
        assert!(!nothing_done(&place.build()));
        assert!(nothing_done(&place.build()));
    }
    // Builds work where nothing can be kept.
    fs::remove_dir_all(place.path("cache")).expect("a folder");
    fs::write(place.path("cache"), "a file in the way").expect("a file");
    assert!(!nothing_done(&place.build()));
    assert!(!nothing_done(&place.build()));
}

#[test]
fn only_old_builds_are_forgotten() {
    let place = Place::new();
    let other = format!("cache/{}", "0123456789abcdef".repeat(2));
    place.write(&format!("{other}/mine"), "keep me");
    place.write("cache/playbill-notes/mine", "keep me");
    for round in 0..14 {
        let output = place.run(&["docs", "build", "src/web", "-o", &format!("out-{round}"), "-q"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let left = fs::read_dir(place.path("cache")).expect("a folder").flatten();
    let names: Vec<String> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.iter().filter(|name| name.len() == 41).count(), 12, "{names:?}");
    assert!(place.path(&other).join("mine").is_file() && place.path("cache/playbill-notes/mine").is_file());
}

#[test]
fn after_any_change_the_site_is_that_of_a_clean_build() {
    let place = Place::new();
    place.compare();
    assert!(place.compare());
    let write = |path: &str, text: &str| place.write(path, text);
    let steps: &[(&str, &dyn Fn())] = &[
        ("a document", &|| write("src/web/docs/more.md", "# Less\n")),
        ("the same length", &|| write("src/web/docs/more.md", "# Lass\n")),
        ("a new document", &|| write("src/web/docs/new.md", "# New\n")),
        ("a renamed document", &|| {
            fs::rename(place.path("src/web/docs/new.md"), place.path("src/web/docs/newer.md")).expect("a file");
        }),
        ("a removed document", &|| fs::remove_file(place.path("src/web/docs/newer.md")).expect("a file")),
        ("a picture", &|| write("src/web/docs/a.png", "another one")),
        ("settings", &|| write("src/web/mkdocs.yml", "site_name: Other\n")),
        ("an entity", &|| write("src/web/catalog-info.yaml", &WEB.replace("production", "experimental"))),
        ("a broken entity", &|| write("src/web/catalog-info.yaml", "kind: [")),
        ("a mended one", &|| write("src/web/catalog-info.yaml", WEB)),
        ("a new entity", &|| write("src/api/catalog-info.yaml", &WEB.replace("name: web", "name: api"))),
        ("the configuration", &|| write("src/playbill.yaml", "title: Ours\n")),
        ("compressed twins", &|| write("src/playbill.yaml", "title: Ours\nprecompress: [gzip]\n")),
        ("a document with twins", &|| write("src/web/docs/more.md", "# Much\n")),
        ("no twins", &|| write("src/playbill.yaml", "title: Ours\n")),
        ("a style sheet", &|| {
            write("src/own.css", "a { color: red }\n");
            write("src/playbill.yaml", "title: Ours\ncss: own.css\n");
        }),
        ("a template", &|| {
            write(
                "src/theme/templates/404.html",
                "{% extends \"default/404.html\" %}{% block main %}Gone{% endblock %}",
            );
            write("src/playbill.yaml", "title: Ours\ntheme: theme\n");
        }),
        ("ignored files", &|| write("src/.ignore", "api/\n")),
        ("a repository", &|| {
            write("src/.git/HEAD", "ref: refs/heads/main\n");
            write("src/.git/config", "[remote \"origin\"]\nurl = https://github.com/a/b\n");
        }),
        ("another branch", &|| write("src/.git/HEAD", "ref: refs/heads/next\n")),
    ];
    for (what, change) in steps {
        change();
        assert!(!place.compare(), "{what} is a change");
        assert!(place.compare(), "{what} changes once");
    }
    // A new time alone is no change.
    let file = fs::File::options().write(true).open(place.path("src/web/docs/index.md")).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(30)).expect("its time");
    assert!(place.compare());
}

#[test]
fn docs_build_keeps_a_record_too() {
    let place = Place::new();
    let build = || {
        let output = place.run(&["docs", "build", "src/web", "--timings=json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        nothing_done(&String::from_utf8_lossy(&output.stderr))
    };
    assert!(!build());
    assert!(build(), "the site stands in the folder that is read");
    place.write("src/web/docs/more.md", "# Less\n");
    assert!(!build());
    assert!(build());
}

#[test]
fn a_killed_build_leaves_a_whole_site() {
    let place = Place::new();
    for page in 0..30 {
        place.write(&format!("src/web/docs/p{page}.md"), &format!("# Page {page}\n\n{}", "text\n\n".repeat(200)));
    }
    place.build();
    let start = std::time::Instant::now();
    place.build_with(&["--no-cache"]);
    let whole = start.elapsed();
    let (mut old, mut replaced) = (tree(&place.path("site")), 0);
    for round in 0..8_u32 {
        place.write("src/web/mkdocs.yml", &format!("site_name: Round {round}\n"));
        let mut build = Command::new(env!("CARGO_BIN_EXE_playbill"))
            .args(["build", "src", "-o", "site", "--no-cache", "-q"])
            .current_dir(place.folder.path())
            .spawn()
            .expect("playbill runs");
        std::thread::sleep(whole * (round * 5 % 8) / 7);
        let _ = build.kill();
        let _ = build.wait();
        // What was killed between the two steps of the swap is put right by the next build.
        if !place.path("site").exists() {
            place.build_with(&["--no-cache"]);
        }
        let now = tree(&place.path("site"));
        if now != old {
            let output = place.run(&["build", "src", "-o", "clean", "--no-cache"]);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            assert_eq!(now, tree(&place.path("clean")), "round {round}");
            (old, replaced) = (now, replaced + 1);
        }
    }
    assert!(replaced < 8, "no build was killed in time");
    place.build_with(&["--no-cache"]);
    let left: Vec<_> =
        fs::read_dir(place.folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".playbill-")), "{left:?}");
}

#[test]
fn text_files_have_compressed_twins_on_request() {
    let place = Place::new();
    place.write("src/playbill.yaml", "precompress: [gzip, brotli]\n");
    place.build();
    for twin in ["index.html.gz", "index.html.br", "docs/default/component/web/index.html.br"] {
        assert!(place.path("site").join(twin).is_file(), "{twin}");
    }
    place.write("src/web/docs/index.md", &format!("# Other\n\n{}", "words ".repeat(300)));
    let output = place.run(&["build", "src", "-o", "site", "-q", "--since", "site"]);
    let changed = String::from_utf8(output.stdout).expect("text");
    assert!(changed.contains("/docs/default/component/web/\n"), "{changed}");
    assert!(!changed.contains(".html.gz") && !changed.contains(".br"), "{changed}");
    place.write("src/playbill.yaml", "title: None\n");
    place.build();
    assert!(!place.path("site/index.html.gz").exists(), "what is not asked for any more goes");
}

#[test]
fn a_folder_that_cannot_be_replaced_is_told_of_before_the_work() {
    let place = Place::new();
    place.write("site", "a file");
    let output = place.run(&["build", "src", "-o", "site", "--timings"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is a file") && !said.contains("documents"), "{said}");
}

#[test]
fn what_changed_since_an_older_site_is_printed() {
    let place = Place::new();
    let since = || {
        let output = place.run(&["build", "src", "-o", "site", "-q", "--since", "site"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let first = since();
    assert!(first.lines().any(|line| line == "/") && first.contains("/catalog/default/component/web/\n"), "{first}");
    assert_eq!(since(), "", "nothing changed");
    place.write("src/web/docs/more.md", "# More\n\n![](a.png) and a word\n");
    let changed = since();
    let page = "/docs/default/component/web/more/\n";
    assert!(changed.contains(page) && !changed.contains("/docs/default/component/web/\n"), "{changed}");
    place.write("src/playbill.yaml", "baseUrl: https://portal.example.org/x/\n");
    fs::copy(place.path("site/.playbill-manifest.json"), place.path("old.json")).expect("a list");
    let output = place.run(&["build", "src", "-o", "site", "-q", "--since", "old.json"]);
    let printed = String::from_utf8(output.stdout).expect("text");
    assert!(printed.contains("https://portal.example.org/x/sitemap.xml\n"), "{printed}");
}
