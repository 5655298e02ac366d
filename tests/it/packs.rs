//! Packs in the place of clones: the site of packs is that of one checkout, byte for byte, and a pack that is wrong costs itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A day after all commits.
const NOW: &str = "1735689600";

/// A folder with clones in `all`, packs in `packs`, and a configuration.
struct Made(TempDir);

impl Made {
    fn new(config: &str) -> Self {
        let made = Self(TempDir::new().expect("a temporary folder"));
        made.write("playbill.yaml", config);
        made
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Makes a clone with two commits: of files as they were, and as they are.
    fn repository(&self, slug: &str, before: &[(&str, &str)], now: &[(&str, &str)]) {
        let folder = format!("all/{slug}");
        fs::create_dir_all(self.path(&folder)).expect("folders");
        let git = |arguments: &[&str], date: &str| git(&self.path(&folder), arguments, date);
        git(&["init", "-q", "-b", "main"], "");
        git(&["remote", "add", "origin", &format!("https://ann:secret@github.com/{slug}.git")], "");
        for (files, date) in [(before, "2024-01-02T03:04:05Z"), (now, "2024-05-06T07:08:09Z")] {
            for (path, text) in files {
                match (text.strip_prefix("-> "), *text) {
                    (_, "gone") => fs::remove_file(self.path(&format!("{folder}/{path}"))).expect("a file"),
                    (Some(target), _) => link(target, &self.path(&format!("{folder}/{path}"))),
                    _ => self.write(&format!("{folder}/{path}"), text),
                }
            }
            git(&["add", "-A"], date);
            git(&["commit", "-q", "--allow-empty", "-m", "change"], date);
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_playbill"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("SOURCE_DATE_EPOCH", NOW)
            .env_remove("PLAYBILL_CACHE")
            .output()
            .expect("the program runs")
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
        said
    }

    fn pack(&self, slug: &str, file: &str) {
        fs::create_dir_all(self.path(file).parent().expect("a folder")).expect("folders");
        self.succeeds(&["pack", &format!("all/{slug}"), "-o", file, "--allow-errors"]);
    }

    /// Returns what `check` finds, each as its code and place.
    fn check(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.run(&[&["check", "--format", "json"], arguments].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let found: Vec<serde_json::Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
        let found = found.iter().map(|problem| {
            format!("{} {}", problem["code"].as_str().expect("a code"), problem["file"].as_str().expect("a file"))
        });
        found.collect()
    }
}

fn git(folder: &Path, arguments: &[&str], date: &str) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[cfg(unix)]
fn link(target: &str, place: &Path) {
    fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
    std::os::unix::fs::symlink(target, place).expect("a link");
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) {}

fn component(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: \
         {{backstage.io/techdocs-ref: 'dir:.'}}\nspec: {{type: service, lifecycle: production, owner: shop{rest}}}\n"
    )
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let files = files.map(|entry| {
        let path = entry.path().strip_prefix(folder).expect("a path below").to_string_lossy().replace('\\', "/");
        (path, fs::read(entry.path()).expect("a file"))
    });
    files.collect()
}

#[track_caller]
fn same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    let differs = |path: &&String| one.get(*path) != other.get(*path);
    let different: Vec<String> = one.keys().chain(other.keys()).filter(differs).cloned().collect();
    if let Some(path) = different.iter().find(|path| one.contains_key(*path) && other.contains_key(*path)) {
        let text = |files: &BTreeMap<String, Vec<u8>>| String::from_utf8_lossy(&files[path]).into_owned();
        let (a, b) = (text(&one), text(&other));
        let pair = a.split('>').zip(b.split('>')).find(|(a, b)| a != b);
        panic!("{path} differs: {pair:?}; all that differ: {different:?}");
    }
    assert_eq!(names(&one), names(&other));
}

const OPENAPI: &str = "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\npaths:\n  /orders:\n    get:\n      operationId: \
                       list\n      responses: {'200': {description: all, content: {application/json: {schema: {$ref: \
                       'schemas/order.yaml'}}}}}\n";

/// Twelve repositories, each with something that a pack must carry over.
fn twelve(made: &Made) -> Vec<&'static str> {
    let docs = |name: &str| format!("site_name: {name}\n");
    let long = "A page that is long enough to be recognised after it was moved to another place.\n\n".repeat(6);
    made.repository(
        "acme/org",
        &[(
            "catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: org}\nspec: {targets: ['./teams/*.yaml']}\n",
        )],
        &[
            (
                "teams/shop.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: shop}\nspec: {type: team, children: []}\n",
            ),
            (
                "teams/ann.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ann}\nspec: {memberOf: [shop]}\n",
            ),
        ],
    );
    // Documentation with a picture, links out of its folder, a renamed page and a renamed heading.
    made.repository(
        "acme/web",
        &[
            ("catalog-info.yaml", &component("web", ", dependsOn: ['component:orders']")),
            ("mkdocs.yml", &docs("Web")),
            ("docs/index.md", "# Web\n\n## Getting it\n\ntext\n"),
            ("docs/old.md", &format!("# Moved\n\n{long}")),
            ("docs/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("src/main.rs", "fn main() {}\n"),
        ],
        &[
            (
                "docs/index.md",
                "# Web\n\n## Getting it fast\n\n![logo](logo.svg) [code](../src/main.rs) [new](new.md)\n",
            ),
            ("docs/old.md", "gone"),
            ("docs/new.md", &format!("# Moved\n\n{long}")),
        ],
    );
    // Pages that are links, and what ignore files exclude.
    made.repository(
        "acme/linked",
        &[
            ("catalog-info.yaml", &component("linked", "")),
            ("mkdocs.yml", &docs("Linked")),
            ("README.md", "# Read me\n\nhello\n"),
            ("docs/index.md", "-> ../README.md"),
            ("docs/more", "-> ../more"),
            ("more/a.md", "# More\n"),
            (".gitignore", "out/\n"),
        ],
        &[("out/catalog-info.yaml", &component("never", "")), ("more/a.md", "# More and more\n")],
    );
    // A definition in parts.
    made.repository(
        "acme/orders",
        &[
            (
                "catalog-info.yaml",
                &format!(
                    "{}---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: orders}}\nspec:\n  type: openapi\n  \
                     lifecycle: production\n  owner: shop\n  definition: {{$text: ./api/openapi.yaml}}\n",
                    component("orders", ", providesApis: [orders]")
                ),
            ),
            ("api/openapi.yaml", OPENAPI),
            ("api/schemas/order.yaml", "type: object\nproperties: {id: {type: string}}\n"),
            ("README.md", "# Orders\n\nNo documentation but this.\n"),
        ],
        &[],
    );
    // An entity that got another name.
    made.repository(
        "acme/renamed",
        &[("catalog-info.yaml", &component("former", ""))],
        &[("catalog-info.yaml", &component("latter", ""))],
    );
    // No catalog file at all.
    made.repository(
        "acme/bare",
        &[("package.json", "{\"name\": \"bare\", \"description\": \"plain\"}"), ("README.md", "# Bare\n")],
        &[("mkdocs.yml", &docs("Bare")), ("docs/index.md", "# Bare docs\n")],
    );
    // A template with an example.
    made.repository(
        "acme/template",
        &[
            (
                "catalog-info.yaml",
                "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: service, title: \
                 Service}\nspec:\n  owner: shop\n  type: service\n  parameters: {properties: {name: {type: string}}}\n  \
                 steps:\n    - id: fetch\n      name: Fetch\n      action: fetch:template\n      input: {url: ./skeleton, \
                 values: {name: '${{ parameters.name }}'}}\n",
            ),
            ("skeleton/catalog-info.yaml", "name: ${{ values.name }}\n"),
            ("skeleton/README.txt", "# ${{ values.name }}\n"),
        ],
        &[],
    );
    // Decisions.
    made.repository(
        "acme/decided",
        &[
            (
                "catalog-info.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: decided\n  annotations: \
                 {backstage.io/adr-location: adr}\nspec: {type: library, lifecycle: production, owner: shop}\n",
            ),
            ("adr/0001-use-packs.md", "# Use packs\n\n## Status\n\nAccepted\n\n## Context\n\nMany repositories.\n"),
        ],
        &[],
    );
    // An entity that another repository describes, too: the one that is known longer counts.
    made.repository("acme/copy", &[("README.md", "# Copy\n")], &[("catalog-info.yaml", &component("web", ""))]);
    // A file of another repository, by its address; and broken things.
    made.repository(
        "acme/pointing",
        &[
            (
                "catalog-info.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: pointing}\nspec: {targets: \
                 ['https://github.com/acme/parts/blob/main/parts/one.yaml', ./missing.yaml]}\n",
            ),
            ("mkdocs.yml", &docs("Pointing")),
            ("docs/index.md", "[gone](gone.md) [other](https://github.com/acme/web/blob/main/docs/new.md)\n"),
        ],
        &[],
    );
    made.repository("acme/parts", &[("parts/one.yaml", &component("part", "")), ("README.md", "x")], &[]);
    // Another owner, with a name that is not ASCII.
    made.repository(
        "other/ünï",
        &[
            ("catalog-info.yaml", &component("uni", ", subcomponentOf: web")),
            ("mkdocs.yml", &docs("Uni")),
            ("docs/index.md", "# Ünï\n\n![p](bild ä.svg)\n"),
            ("docs/bild ä.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>a</title></svg>"),
            ("CODEOWNERS", "* @acme/shop\n"),
        ],
        &[],
    );
    vec![
        "acme/org",
        "acme/web",
        "acme/linked",
        "acme/orders",
        "acme/renamed",
        "acme/bare",
        "acme/template",
        "acme/decided",
        "acme/copy",
        "acme/pointing",
        "acme/parts",
        "other/ünï",
    ]
}

#[test]
fn the_site_of_packs_is_that_of_one_checkout() {
    let made = Made::new("title: Acme\ndocs: {staleAfter: 30d}\n");
    let slugs = twelve(&made);
    made.succeeds(&["build", "all", "-o", "checkout", "--no-cache"]);
    // What only git knows, links and other repositories bring is really there.
    for page in [
        "catalog/default/component/former",
        "docs/default/component/web/old",
        "docs/default/component/linked/more/a",
        "catalog/default/component/part",
    ] {
        assert!(made.path(&format!("checkout/{page}/index.html")).exists(), "no {page}");
    }
    for (at, slug) in slugs.iter().enumerate() {
        made.pack(slug, &format!("packs/{at:02}.tar.gz"));
        // In another order, and in folders of their own, as artefacts are downloaded.
        let shuffled = made.path(&format!("shuffled/{:02}/pack.tgz", (at * 7 + 5) % slugs.len()));
        fs::create_dir_all(shuffled.parent().expect("a folder")).expect("folders");
        fs::copy(made.path(&format!("packs/{at:02}.tar.gz")), shuffled).expect("a copy");
    }
    made.succeeds(&["build", "--packs", "packs", "-o", "packed", "--no-cache", "--write-lock", "lock.json"]);
    same(&made.path("checkout"), &made.path("packed"));
    made.succeeds(&["build", "--packs", "shuffled", "-o", "again", "--no-cache", "--lock", "lock.json"]);
    same(&made.path("checkout"), &made.path("again"));
    let bytes = fs::read(made.path("packs/01.tar.gz")).expect("a pack");
    made.pack("acme/web", "second.tar.gz");
    assert_eq!(bytes, fs::read(made.path("second.tar.gz")).expect("a pack"), "the same input, the same bytes");
    let pack = playbill::pack::read(&bytes, &playbill::pack::Bounds::default()).expect("a pack");
    let manifest = pack.manifest();
    assert_eq!(manifest.repository.url.as_deref(), Some("https://github.com/acme/web.git"), "no secret is packed");
    assert_eq!(manifest.entities, ["component:default/web"]);
    assert!(matches!(
        pack.find(&["src", "main.rs"], true),
        Ok(playbill::pack::Found::Inside(_, playbill::pack::Entry::Named))
    ));
}

#[test]
fn a_pack_that_is_wrong_costs_itself_alone() {
    let made = Made::new("title: Acme\n");
    made.repository("acme/a", &[("catalog-info.yaml", &component("a", ""))], &[("README.md", "# A\n")]);
    made.repository("acme/b", &[("catalog-info.yaml", &component("b", ""))], &[]);
    made.pack("acme/a", "packs/a.tar.gz");
    made.pack("acme/b", "packs/b.tar.gz");
    let own =
        |found: Vec<String>| -> Vec<String> { found.into_iter().filter(|it| it.starts_with("source-")).collect() };
    assert_eq!(own(made.check(&["--packs", "packs"])), [""; 0]);
    // Cut off.
    let whole = fs::read(made.path("packs/b.tar.gz")).expect("a pack");
    made.write("packs/b.tar.gz", &whole[..whole.len() / 2]);
    assert_eq!(own(made.check(&["--packs", "packs"])), ["source-broken b.tar.gz"]);
    made.succeeds(&["build", "--packs", "packs", "-o", "site", "--no-cache"]);
    assert!(made.path("site/catalog/default/component/a/index.html").exists());
    assert!(!made.path("site/catalog/default/component/b/index.html").exists());
    // An older pack of it takes its place.
    made.write("packs/older/b.tgz", &whole);
    assert_eq!(own(made.check(&["--packs", "packs"])), ["source-broken b.tar.gz"]);
    made.succeeds(&["build", "--packs", "packs", "-o", "site", "--no-cache"]);
    assert!(made.path("site/catalog/default/component/b/index.html").exists());
    fs::remove_file(made.path("packs/b.tar.gz")).expect("a file");
    // What the allow-list says.
    made.write(
        "playbill.yaml",
        "packs:\n  sources:\n    - {slug: acme/a, kinds: [API], maxAge: 30d}\n    - {slug: acme/missing, required: true}\n",
    );
    assert_eq!(
        own(made.check(&["--packs", "packs"])),
        [
            "source-stale a.tar.gz",
            "source-not-allowed acme/a/catalog-info.yaml",
            "source-not-allowed older/b.tgz",
            "source-missing playbill.yaml"
        ]
    );
    made.write("playbill.yaml", "packs: {sources: [{slug: '*/*', namespaces: [shop]}]}\n");
    let found = own(made.check(&["--packs", "packs"]));
    assert_eq!(found, ["source-not-allowed acme/a/catalog-info.yaml", "source-not-allowed acme/b/catalog-info.yaml"]);
    // Of two that describe one entity, the one that is listed first counts, although git has known the other one longer.
    made.repository("other/copy", &[], &[("catalog-info.yaml", &component("b", ""))]);
    made.pack("other/copy", "copies/copy.tar.gz");
    made.pack("acme/b", "copies/b.tar.gz");
    for (first, second) in [("acme", "other"), ("other", "acme")] {
        made.write("playbill.yaml", format!("packs: {{sources: [{{slug: {first}/*}}, {{slug: {second}/*}}]}}\n"));
        let output = made.run(&["check", "--format", "json", "--packs", "copies"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let used = text.lines().find(|line| line.contains("this one is used") || line.contains("a second time"));
        let place = if first == "acme" { "acme/b" } else { "other/copy" };
        assert!(used.is_some_and(|line| line.contains(&format!("\"file\":\"{place}/"))), "{first}: {text}");
    }
    // The lock says which pack is meant, even if there is a newer one.
    made.write("playbill.yaml", "title: Acme\n");
    made.succeeds(&["build", "--packs", "packs", "-o", "before", "--write-lock", "lock.json", "--no-cache"]);
    made.write("all/acme/a/README.md", "# Another\n");
    made.succeeds(&["pack", "all/acme/a", "-o", "packs/newer.tar.gz", "--sequence", "99999999999"]);
    made.succeeds(&["build", "--packs", "packs", "-o", "locked", "--lock", "lock.json", "--no-cache"]);
    same(&made.path("before"), &made.path("locked"));
    made.succeeds(&["build", "--packs", "packs", "-o", "newer", "--no-cache"]);
    assert_ne!(files(&made.path("before")), files(&made.path("newer")));
    fs::remove_file(made.path("packs/a.tar.gz")).expect("a file");
    assert_eq!(own(made.check(&["--packs", "packs", "--lock", "lock.json"])), ["source-missing lock.json"]);
}

#[test]
fn a_build_with_nothing_new_does_nothing_and_one_with_a_new_pack_does() {
    let made = Made::new("title: Acme\n");
    made.repository("acme/a", &[("catalog-info.yaml", &component("a", ""))], &[]);
    made.pack("acme/a", "packs/a.tar.gz");
    let build =
        || made.succeeds(&["build", "--packs", "packs", "-o", "site", "--cache", "cache", "--write-lock", "lock.json"]);
    build();
    fs::remove_file(made.path("lock.json")).expect("a lock");
    assert!(build().contains("(0 new or changed"));
    assert!(made.path("lock.json").exists());
    made.repository("acme/b", &[("catalog-info.yaml", &component("b", ""))], &[]);
    made.pack("acme/b", "packs/b.tar.gz");
    assert!(!build().contains("(0 new or changed"));
    assert!(made.path("site/catalog/default/component/b/index.html").exists());
}

#[test]
fn errors_are_packed_only_if_that_is_allowed() {
    let made = Made::new("");
    made.repository("acme/a", &[("catalog-info.yaml", "kind: Component\nmetadata: {name: '!'}\n")], &[]);
    let output = made.run(&["pack", "all/acme/a", "-o", "a.tar.gz"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!made.path("a.tar.gz").exists());
    made.succeeds(&["pack", "all/acme/a", "-o", "a.tar.gz", "--allow-errors"]);
    made.write("all/acme/a/docs/x.md", "");
    let output = made.run(&["pack", "all/acme/a/docs", "-o", "a.tar.gz"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("a pack is of a whole repository"), "{said}");
}
