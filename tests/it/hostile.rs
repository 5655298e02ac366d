//! Bad input of every sort, against the real program: a located finding each, the rest complete, bounded time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str =
    "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: good\nspec:\n  type: team\n  children: []\n";

/// A folder with one good catalog file, and what a test adds.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(TempDir::new().expect("a temporary folder"));
        tree.write("good/catalog-info.yaml", GOOD.as_bytes());
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_playbill"))
            .args(arguments)
            .current_dir(self.path())
            .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .output()
            .expect("playbill runs")
    }

    /// Returns `file:line code` of every error, after making sure that the good entity is there all the same.
    fn errors(&self) -> Vec<String> {
        let output = self.run(&["check", "--format", "json", "."]);
        let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
        });
        let errors: Vec<String> = findings
            .iter()
            .filter(|finding| finding["severity"] == "error")
            .map(|finding| {
                format!(
                    "{}:{} {}",
                    finding["file"].as_str().unwrap_or(""),
                    finding["line"],
                    finding["code"].as_str().unwrap_or("")
                )
            })
            .collect();
        assert_eq!(output.status.code(), Some(i32::from(!errors.is_empty())));
        let export = self.run(&["export", "."]);
        assert_eq!(export.status.code(), Some(0));
        let catalog: Value = serde_json::from_slice(&export.stdout).expect("export prints JSON");
        let names: Vec<&str> = catalog["entities"]
            .as_array()
            .expect("entities")
            .iter()
            .filter_map(|entity| entity["metadata"]["name"].as_str())
            .collect();
        assert!(names.contains(&"good"), "the good entity is lost: {names:?}");
        errors
    }
}

/// Checks one extra catalog file.
fn check(bytes: &[u8], expect: &[&str]) {
    let tree = Tree::new();
    tree.write("bad/catalog-info.yaml", bytes);
    assert_eq!(tree.errors(), expect);
}

#[test]
fn alias_bombs() {
    let mut bomb = String::from("apiVersion: v1\na0: &a0 x\n");
    for i in 1..20 {
        let _ = writeln!(bomb, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    check(bomb.as_bytes(), &["bad/catalog-info.yaml:4 alias-bomb"]);
}

#[test]
fn files_of_a_hundred_megabytes() {
    let tree = Tree::new();
    tree.write("bad/catalog-info.yaml", b"");
    let file = fs::OpenOptions::new().write(true).open(tree.path().join("bad/catalog-info.yaml")).expect("the file");
    file.set_len(100 << 20).expect("a sparse file");
    tree.write(
        "text/catalog-info.yaml",
        b"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: a\n  notes:\n    $text: ./big.txt\nspec: {type: team, children: []}\n",
    );
    tree.write("text/big.txt", b"");
    let file = fs::OpenOptions::new().write(true).open(tree.path().join("text/big.txt")).expect("the file");
    file.set_len(100 << 20).expect("a sparse file");
    assert_eq!(tree.errors(), ["bad/catalog-info.yaml:1 file-too-large", "text/catalog-info.yaml:6 file-too-large"]);
}

#[test]
fn nesting_of_ten_thousand() {
    let flow = format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    check(flow.as_bytes(), &["bad/catalog-info.yaml:1 nested-too-deeply"]);
    let block: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let tree = Tree::new();
    tree.write("bad/catalog-info.yaml", block.as_bytes());
    assert!(matches!(&tree.errors()[..], [one] if one.ends_with("nested-too-deeply")));
}

#[test]
fn nul_bytes_and_invalid_utf8() {
    check(b"kind: a\0b\n", &["bad/catalog-info.yaml:1 yaml-syntax"]);
    check(b"kind: a\n# \xff\xfe\n", &["bad/catalog-info.yaml:2 not-utf8"]);
}

#[test]
fn line_ends_and_byte_order_marks_are_fine() {
    let crlf = GOOD.replace("good", "other").replace('\n', "\r\n");
    check(crlf.as_bytes(), &[]);
    check(format!("\u{feff}{crlf}").as_bytes(), &[]);
}

#[test]
fn duplicate_keys() {
    check(b"kind: a\nkind: b\n", &["bad/catalog-info.yaml:2 duplicate-key"]);
}

#[cfg(unix)]
#[test]
fn symbolic_links_that_loop_or_leave() {
    use std::os::unix::fs::symlink;
    let outside = TempDir::new().expect("a temporary folder");
    fs::write(outside.path().join("secret.yaml"), GOOD.replace("good", "leaked")).expect("a file");
    let tree = Tree::new();
    symlink(tree.path(), tree.path().join("good/loop")).expect("a link");
    symlink("b", tree.path().join("a")).expect("a link");
    symlink("a", tree.path().join("b")).expect("a link");
    symlink(outside.path().join("secret.yaml"), tree.path().join("leave.yaml")).expect("a link");
    symlink(outside.path(), tree.path().join("folder")).expect("a link");
    let secret = outside.path().join("secret.yaml");
    tree.write(
        "catalog-info.yaml",
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: l\nspec:\n  targets:\n    - ./a\n    - ./leave.yaml\n    - ./folder/secret.yaml\n    - ../{0}\n    - {1}\n    - ./folder/*.yaml\n",
            secret.strip_prefix("/").expect("an absolute path").display(),
            secret.display(),
        )
        .as_bytes(),
    );
    let errors = tree.errors();
    let lines: Vec<&str> = errors.iter().map(|error| error.split(' ').next().unwrap_or("")).collect();
    let expected: Vec<String> = (7..=12).map(|line| format!("catalog-info.yaml:{line}")).collect();
    assert_eq!(lines, expected, "{errors:?}");
    assert!(errors[1..4].iter().all(|error| error.ends_with("location-outside-repository")), "{errors:?}");
    let export = tree.run(&["export", "."]);
    assert!(!String::from_utf8_lossy(&export.stdout).contains("leaked"), "what lies outside was read");
}

#[cfg(unix)]
#[test]
fn text_placeholders_never_leave() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new();
    symlink("/etc/hostname", tree.path().join("link.txt")).expect("a link");
    let entity = |target: &str, name: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: {name}\n  notes:\n    $text: {target}\nspec: {{type: team, children: []}}\n"
        )
    };
    for (i, target) in ["../../etc/hostname", "/etc/hostname", "./link.txt", "./good", "\"\""].iter().enumerate() {
        tree.write(&format!("{i}/catalog-info.yaml"), entity(target, &format!("g{i}")).replace("./", "../").as_bytes());
    }
    let errors = tree.errors();
    let expected: Vec<String> = (0..5).map(|i| format!("{i}/catalog-info.yaml:6 placeholder")).collect();
    assert_eq!(errors, expected);
}

#[test]
fn circles_of_locations_and_groups_end() {
    let location = |name: &str, target: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: {name}\nspec:\n  target: {target}\n"
        )
    };
    let tree = Tree::new();
    tree.write("a/catalog-info.yaml", location("a", "../b/catalog-info.yaml").as_bytes());
    tree.write("b/catalog-info.yaml", location("b", "../a/catalog-info.yaml").as_bytes());
    let group = |i: usize| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: g{i}\nspec:\n  type: team\n  children: [g{}]\n",
            (i + 1) % 1000
        )
    };
    tree.write("g/catalog-info.yaml", (0..1000).map(group).collect::<String>().as_bytes());
    assert_eq!(tree.errors(), [""; 0]);
}

#[test]
fn a_folder_where_a_file_belongs() {
    let tree = Tree::new();
    fs::create_dir_all(tree.path().join("x/catalog-info.yaml")).expect("a folder");
    assert_eq!(tree.errors(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn names_of_files_stop_nobody_else() {
    let entity = |name: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: {{backstage.io/techdocs-ref: 'dir:.'}}\nspec: {{type: service, lifecycle: production, owner: good}}\n"
        )
    };
    let tree = Tree::new();
    for name in ["mine", "team"] {
        tree.write(&format!("{name}/catalog-info.yaml"), entity(name).as_bytes());
        tree.write(&format!("{name}/mkdocs.yml"), format!("site_name: {name}\n").as_bytes());
        tree.write(&format!("{name}/docs/index.md"), b"# Start\n");
    }
    let mut names: Vec<String> =
        "\\\t\n\r\u{1}\u{7f}\u{202e}:?*|<>\"#%".chars().map(|odd| format!("a{odd}b")).collect();
    names.extend(["nul", "com1", "trail.", "trail ", "u\u{308}", "ü", "A", "x.html"].map(str::to_owned));
    names.push("l".repeat(240));
    for name in &names {
        tree.write(&format!("team/docs/page/{name}.md"), b"# Page\n");
        tree.write(&format!("team/docs/file/{name}.png"), b"picture");
        tree.write(&format!("team/docs/folder/{name}/page.md"), b"# Page\n");
        tree.write(&format!("team/docs/both/{name}"), b"text");
        tree.write(&format!("team/docs/both/{name}.md"), b"# Page\n");
    }
    // A disk takes this, and a path of the site would be longer.
    tree.write(&format!("team/docs/{}deep.md", "deep/".repeat(400)), b"# Deep\n");
    let built = tree.run(&["build", ".", "-o", "site", "--no-cache"]);
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(tree.path().join("site/docs/default/component/mine/index.html").is_file());
    let pages = |path: &str| {
        let below = walkdir::WalkDir::new(tree.path().join("site/docs/default/component/team").join(path));
        let files = below.into_iter().map(|entry| entry.expect("an entry"));
        files.filter(|entry| entry.file_name() == "index.html").count()
    };
    for (path, expect) in [("page", names.len()), ("folder", names.len()), ("both", names.len()), ("deep", 1)] {
        assert_eq!(pages(path), expect, "{path}");
    }
    let checked = tree.run(&["check", "--format", "json", "."]);
    let findings: Vec<Value> = serde_json::from_slice(&checked.stdout).expect("JSON");
    let told = |path: String| findings.iter().any(|finding| finding["file"] == path.as_str() && finding["line"] == 1);
    for name in names.iter().filter(|name| !["ü", "A", "x.html"].contains(&name.as_str())) {
        let told = ["page/", "both/"].iter().any(|folder| told(format!("team/docs/{folder}{name}.md")));
        assert!(told || name == "u\u{308}", "nobody is told of {name:?}");
    }
}

/// What one input may become, in bytes.
const SITE: u64 = 40 << 20;

/// Builds a site of `files`, and checks that it stays small and that `check` reports exactly `expect`, as `file:line code`;
/// findings of other rules than these do not matter.
#[track_caller]
fn bounded(files: &[(&str, String)], site: u64, expect: &[&str]) -> Tree {
    let tree = Tree::new();
    for (path, text) in files {
        tree.write(path, text.as_bytes());
    }
    let output = tree.run(&["build", ".", "-o", "site", "--no-cache", "--quiet"]);
    assert!(tree.path().join("site/index.html").is_file(), "{}", String::from_utf8_lossy(&output.stderr));
    let size = size(&tree.path().join("site"));
    assert!(size <= site, "{size} bytes of site");
    let output = tree.run(&["check", "--format", "json", "."]);
    assert!(output.stdout.len() < 2 << 20, "{} bytes of findings", output.stdout.len());
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("findings");
    let said = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
        format!("{}:{} {}", text("file"), finding["line"], text("code"))
    };
    let all: Vec<String> = findings.iter().map(said).collect();
    let mut told: Vec<&String> = all
        .iter()
        .filter(|said| expect.iter().any(|wanted| wanted.rsplit(' ').next() == said.rsplit(' ').next()))
        .collect();
    told.dedup();
    assert_eq!(told, expect);
    tree
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { size(&path) } else { path.metadata().map_or(0, |data| data.len()) }).sum()
}

fn component(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, annotations: {{backstage.io/techdocs-ref: \"dir:.\"}}}}\n\
         spec: {{type: service, lifecycle: production, owner: good{more}}}\n"
    )
}

/// A documentation site of one entity.
fn documentation(pages: &[(&str, String)]) -> Vec<(String, String)> {
    let mut files = vec![
        ("mkdocs.yml".to_owned(), "site_name: A\n".to_owned()),
        ("catalog-info.yaml".to_owned(), component("a", "")),
    ];
    files.extend(pages.iter().map(|(path, text)| (format!("docs/{path}"), text.clone())));
    files
}

#[track_caller]
fn bounded_pages(pages: &[(&str, String)], site: u64, expect: &[&str]) {
    let files = documentation(pages);
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    bounded(&files, site, expect);
}

#[test]
fn what_is_written_once_is_not_shown_without_end() {
    let abbreviation = format!("*[A]: {}\n\n{}\n", "b".repeat(40_000), "A ".repeat(4_000));
    bounded_pages(&[("index.md", abbreviation)], 8 << 20, &["docs/index.md:1 page-budget"]);
    let reference = format!("[a]: /{}\n\n{}", "b".repeat(40_000), "[a]\n".repeat(4_000));
    bounded_pages(&[("index.md", reference)], 8 << 20, &["docs/index.md:1 page-budget"]);
    let include = "--8<-- \"docs/big.md\"\n".repeat(200);
    let big = "x\n\n".repeat(20_000);
    bounded_pages(&[("index.md", include), ("big.md", big)], 30 << 20, &["docs/index.md:1 page-budget"]);
}

#[test]
fn a_file_that_many_pages_include_is_not_in_all_of_them() {
    let big = "x".repeat(300_000);
    let names: Vec<String> = (0..40).map(|at| format!("p{at}.md")).collect();
    let mut pages = vec![("big.md", big)];
    pages.extend(names.iter().map(|name| (name.as_str(), "# A\n\n--8<-- \"docs/big.md\"\n".to_owned())));
    let mut expect: Vec<String> = names.iter().map(|name| format!("docs/{name}:3 page-budget")).collect();
    expect.sort();
    bounded_pages(&pages, 20 << 20, &expect.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn front_matter_that_nests_is_refused_at_a_depth() {
    let deep = format!("---\na: {}\n---\n# A\n", "[".repeat(100_000));
    bounded_pages(&[("index.md", deep)], SITE, &["docs/index.md:1 nested-too-deeply"]);
    let settings = format!("site_name: A\nextra: {}\n", "{a: ".repeat(50_000));
    let mut files = documentation(&[("index.md", "# A\n".to_owned())]);
    files[0].1 = settings;
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    let tree = Tree::new();
    for (path, text) in &files {
        tree.write(path, text.as_bytes());
    }
    let output = tree.run(&["check", "--format", "json", "."]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("findings");
    assert!(findings.iter().any(|finding| finding["file"] == "mkdocs.yml" && finding["line"] == 2), "{findings:?}");
}

#[test]
fn findings_by_the_ten_thousand_are_counted() {
    for (text, code) in [
        ("<a href=\"x\">".repeat(20_000), "broken-link"),
        ((0..20_000).map(|at| format!("![a](x{at}.png)\n")).collect(), "broken-link"),
    ] {
        let files = documentation(&[("index.md", text)]);
        let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
        let tree = bounded(&files, SITE, &[]);
        for format in ["json", "human", "sarif", "github"] {
            let output = tree.run(&["check", "--format", format, "."]);
            let out = String::from_utf8_lossy(&output.stdout);
            assert!(out.len() < 3 << 20, "{format}: {} bytes", out.len());
            assert!(out.contains("19001 more problems of this kind"), "{format}");
        }
        let output = tree.run(&["check", "--format", "json", "."]);
        let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("findings");
        assert_eq!(findings.iter().filter(|finding| finding["code"] == code).count(), 1_000);
    }
}

#[test]
fn everybody_may_depend_on_everybody() {
    let names: Vec<String> = (0..60).map(|at| format!("component:c{at}")).collect();
    let more = format!(", dependsOn: [{}]", names.join(", "));
    let catalog: String = (0..60).map(|at| component(&format!("c{at}"), &more)).collect();
    let tree = bounded(&[("catalog-info.yaml", catalog)], 25 << 20, &[]);
    let page = fs::read_to_string(tree.path().join("site/catalog/default/component/c5/dependencies/index.html"));
    let page = page.expect("a page");
    assert!(page.contains("<svg class=\"graph") && page.len() < 150_000, "{} bytes", page.len());
    // What the page does not list is in its Markdown.
    let all = fs::read_to_string(tree.path().join("site/catalog/default/component/c5/index.md")).expect("a page");
    assert!(names.iter().skip(6).all(|name| all.contains(&name.replace("component:", "component:default/"))));
}

#[test]
fn groups_may_be_a_circle_of_hundreds() {
    let group = |at: usize| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: g{at}}}\n\
             spec: {{type: team, parent: g{}, children: []}}\n",
            (at + 1) % 300
        )
    };
    bounded(&[("catalog-info.yaml", (0..300).map(group).collect())], 20 << 20, &[]);
}

#[test]
fn a_title_as_long_as_a_file_stands_on_its_own_page_only() {
    let hub = component("hub", "").replace("name: hub", &format!("name: hub, title: {}", "T".repeat(50_000)));
    let others: String = (0..200).map(|at| component(&format!("c{at}"), ", dependsOn: [component:hub]")).collect();
    bounded(&[("catalog-info.yaml", hub + &others)], 20 << 20, &[]);
}

#[test]
fn a_file_that_many_entities_name_is_brought_a_few_times() {
    let entity = |at: usize| {
        component(&format!("c{at}"), "").replace("annotations", "description: {$text: ./big.txt}, annotations")
    };
    let catalog: String = (0..100).map(entity).collect();
    let tree = bounded(&[("catalog-info.yaml", catalog), ("big.txt", "x y\n".repeat(50_000))], 120 << 20, &[]);
    let output = tree.run(&["check", "--format", "json", "."]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out.matches("\"page-budget\"").count(), 100 - 1 - 21);
}

#[test]
fn many_entities_that_share_a_large_documentation_have_it_once() {
    let catalog: String = (0..20).map(|at| component(&format!("c{at}"), "")).collect();
    let files = [
        ("catalog-info.yaml", catalog),
        ("mkdocs.yml", "site_name: A\n".to_owned()),
        ("docs/index.md", "# A\n".to_owned()),
        ("docs/data.bin", "x".repeat(7 << 20)),
    ];
    let tree = bounded(&files, 65 << 20, &[]);
    let output = tree.run(&["check", "--format", "json", "."]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out.matches("\"page-budget\"").count(), 20 - 8);
}

#[test]
fn operations_that_share_something_large_show_it_a_few_times() {
    let fields: Vec<String> = (0..400)
        .map(|at| format!("\"f{at}\":{{\"type\":\"string\",\"description\":\"{}\"}}", "d".repeat(60)))
        .collect();
    let paths: Vec<String> = (0..500)
        .map(|at| {
            format!("\"/p{at}\":{{\"get\":{{\"responses\":{{\"200\":{{\"$ref\":\"#/components/responses/R\"}}}}}}}}")
        })
        .collect();
    let definition = format!(
        "{{\"openapi\":\"3.0.0\",\"info\":{{\"title\":\"A\",\"version\":\"1\"}},\"paths\":{{{}}},\"components\":{{\"responses\":{{\"R\":\
         {{\"description\":\"x\",\"content\":{{\"application/json\":{{\"schema\":{{\"type\":\"object\",\"properties\":{{{}}}}}}}}}}}}}}}}}",
        paths.join(","),
        fields.join(",")
    );
    let catalog = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\n\
                   spec: {type: openapi, lifecycle: production, owner: good, definition: {$text: ./a.json}}\n";
    bounded(&[("catalog-info.yaml", catalog.to_owned()), ("a.json", definition)], SITE, &["a.json:1 page-budget"]);
}

#[test]
fn redirects_are_bounded() {
    let mut settings = "site_name: A\nplugins:\n  - redirects:\n      redirect_maps:\n".to_owned();
    for at in 0..6_000 {
        let _ = writeln!(settings, "        r{at}.md: index.md");
    }
    let mut files = documentation(&[("index.md", "# A\n".to_owned())]);
    files[0].1 = settings;
    let tree = Tree::new();
    for (path, text) in &files {
        tree.write(path, text.as_bytes());
    }
    let output = tree.run(&["check", "--format", "json", "."]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("findings");
    let found = findings.iter().find(|finding| finding["code"] == "page-budget").expect("a finding");
    assert_eq!((found["file"].as_str(), found["line"].as_u64()), (Some("mkdocs.yml"), Some(5_005)));
}
