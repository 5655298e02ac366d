//! Versions of a documentation site: each is what its commit would be alone, and what a clone lacks is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use playbill::diag::Diagnostic;
use playbill::output::MemorySink;
use playbill::portal::{self, Portal};
use playbill::render::{self, PageFingerprints};
use playbill::workspace::{LoadOptions, Workspace, load};
use playbill::{site, theme};
use tempfile::TempDir;

const ENTITY: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: website, lifecycle: production, owner: shop}\n---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: shop}\nspec: {type: team, children: []}\n";
const SETTINGS: &str = "site_name: Web\nmarkdown_extensions: [{pymdownx.snippets: {base_path: docs}}]\n";
const VERSIONS: &str = "baseUrl: https://portal.example.org/\nversions:\n  - refs: ['v*']\n";
const ROOT: &str = "docs/default/component/web/";

/// A repository that is made as the test goes.
struct Made(TempDir);

impl Made {
    fn new() -> Self {
        let made = Self(TempDir::new().expect("a temporary folder"));
        made.git(&["init", "-q", "-b", "main"]);
        made.write("catalog-info.yaml", ENTITY);
        made
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, arguments: &[&str]) {
        git(self.path(), arguments);
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn commit(&self, tag: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", if tag.is_empty() { "change" } else { tag }]);
        if !tag.is_empty() {
            self.git(&["tag", tag]);
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", "2024-01-02T03:04:05Z")
        .env("GIT_COMMITTER_DATE", "2024-01-02T03:04:05Z")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn loaded(folder: &Path) -> Workspace {
    let options = LoadOptions {
        paths: Vec::new(),
        config: None,
        cwd: folder.to_owned(),
        output: None,
        history: true,
        record: false,
        repository: false,
        revision: None,
        packs: None,
        lock: None,
    };
    load(&options).expect("a workspace")
}

type Site = BTreeMap<String, Arc<[u8]>>;

fn built(folder: &Path) -> (Workspace, Portal, Site) {
    let workspace = loaded(folder);
    assert!(workspace.config_problems().is_empty(), "{:?}", workspace.config_problems());
    let portal = portal::analyse(&workspace, &mut |_| ());
    let plan = site::plan(&workspace, &portal);
    let theme = theme::compile(workspace.config(), BTreeMap::new(), theme::Purpose::Portal).expect("the theme");
    let sink = MemorySink::default();
    let made = PageFingerprints::default();
    render::pages(&workspace, &portal, &theme, &plan, &made, &sink).expect("pages");
    render::search(&workspace, &portal, &made, None, &sink).expect("the search");
    render::version_searches(&workspace, &portal, &made, &sink).expect("the searches of versions");
    (workspace, portal, sink.into_files())
}

fn text(site: &Site, path: &str) -> String {
    let bytes = site.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", site.keys().collect::<Vec<_>>()));
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns what a page of documentation is made of but for what all pages of a portal have: document, navigation, contents, and
/// the rest of the line about the document.
fn parts(html: &str) -> Vec<String> {
    let part = |start: &str, end: &str| {
        let from = html.find(start).unwrap_or_else(|| panic!("no {start} in {html}"));
        let length = html[from..].find(end).expect("its end");
        html[from..from + length].to_owned()
    };
    let toc = if html.contains("data-techdocs=\"toc\"") {
        part("<nav data-techdocs=\"toc\"", "</nav>")
    } else {
        String::new()
    };
    // The page that holds all others has no navigation beside it.
    let is_whole = html.contains("data-techdocs=\"whole\"");
    vec![
        part("<article", "</article>"),
        part(if is_whole { "<nav class=\"whole-contents\"" } else { "<nav data-techdocs=\"nav\"" }, "</nav>"),
        toc,
        part("<time", "</time>"),
        part("<title>", "</title>"),
    ]
}

fn coded<'p>(problems: &'p [Diagnostic], code: &str) -> Vec<&'p Diagnostic> {
    problems.iter().filter(|problem| problem.code.as_str() == code).collect()
}

/// Five releases: pages come, change, move and go, with settings, includes, pictures and links.
fn five() -> Made {
    let made = Made::new();
    made.write("mkdocs.yml", SETTINGS);
    made.write("docs/index.md", "# Web\n\nSee [setup](guide/setup.md#install) and [no](gone.md).\n\n![p](p.svg)\n");
    made.write("docs/guide/setup.md", "# Setup\n\n## Install\n\n--8<-- \"part.md\"\n");
    made.write("docs/part.md", "Included in one.\n");
    made.write("docs/p.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>");
    made.commit("v1.0");
    made.write("docs/part.md", "Included in two.\n");
    made.write("docs/old.md", "# Old\n\n[up](index.md)\n");
    made.commit("v1.1");
    made.git(&["mv", "docs/guide/setup.md", "docs/setup.md"]);
    made.write("docs/index.md", "# Web\n\nSee [setup](setup.md#install) and [old](old.md).\n\n![p](p.svg)\n");
    made.write("docs/p.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"2\"/>");
    made.commit("v2.0");
    made.write("mkdocs.yml", &format!("{SETTINGS}nav: [{{Home: index.md}}, {{How: setup.md}}, {{Old: old.md}}]\n"));
    made.commit("v2.1");
    made.git(&["rm", "-q", "docs/old.md"]);
    made.write(
        "docs/index.md",
        "# Web three\n\nSee [setup](setup.md#install), [old](old.md), [repo](../catalog-info.yaml).\n",
    );
    made.write("mkdocs.yml", SETTINGS);
    made.commit("v3.0");
    made.write("docs/index.md", "# Web next\n");
    made.commit("");
    made
}

#[test]
fn each_version_is_what_its_commit_is_alone() {
    let made = five();
    made.write("playbill.yaml", VERSIONS);
    let (_, portal, all) = built(made.path());
    assert_eq!(coded(&portal.diagnostics, "version-missing").len(), 0, "{:?}", portal.diagnostics);
    let alone = TempDir::new().expect("a temporary folder");
    git(alone.path(), &["clone", "-q", &made.path().display().to_string(), "."]);
    let mut pages = 0;
    for (tag, below) in [
        ("v1.0", "v/v1.0/"),
        ("v1.1", "v/v1.1/"),
        ("v2.0", "v/v2.0/"),
        ("v2.1", "v/v2.1/"),
        ("v3.0", ""),
        ("main", "v/next/"),
    ] {
        git(alone.path(), &["checkout", "-q", tag]);
        fs::write(alone.path().join("playbill.yaml"), "baseUrl: https://portal.example.org/\n").expect("a file");
        let (_, _, one) = built(alone.path());
        let mut of_version = 0;
        for (path, bytes) in one.iter().filter(|(path, _)| path.starts_with(ROOT) && !path.ends_with("feed.xml")) {
            let other = format!("{ROOT}{below}{}", &path[ROOT.len()..]);
            if text(&one, path).contains("<title>Moved</title>") {
                let target = |html: String| {
                    html.split("canonical\" href=\"")
                        .nth(1)
                        .unwrap_or_default()
                        .split('"')
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                };
                assert_eq!(target(text(&all, &other)), target(text(&one, path)), "{tag} {path}");
            } else if path.ends_with("/index.html") {
                assert_eq!(parts(&text(&all, &other)), parts(&text(&one, path)), "{tag} {path}");
                // The page that holds all others has no twin in Markdown.
                of_version += usize::from(!path.ends_with("/print/index.html"));
            } else {
                assert_eq!(all.get(&other), Some(bytes), "{tag} {path}");
            }
        }
        assert!(of_version >= 2, "{tag}");
        pages += of_version;
        // Nor is there anything more, but for what leads from one version to another.
        let there = all.keys().filter(|path| path.starts_with(&format!("{ROOT}{below}")) && path.ends_with("index.md"));
        let is_other = |path: &&String| below.is_empty() && path[ROOT.len()..].starts_with("v/");
        assert_eq!(there.filter(|path| !is_other(path)).count(), of_version, "{tag}");
    }
    assert_eq!(pages, 3 + 4 + 4 + 4 + 3 + 3);
}

#[test]
fn pages_lead_from_version_to_version() {
    let made = five();
    made.write(
        "playbill.yaml",
        &format!("{VERSIONS}    aliases: {{lts: v1.1}}\n    outdated: {{after: 2, end-of-life: [v1.0]}}\n"),
    );
    let (_, _, all) = built(made.path());
    let page = |path: &str| text(&all, &format!("{ROOT}{path}index.html"));
    let old = page("v/v1.1/old/");
    assert!(old.contains("data-docs-version=\"v1.1\" data-docs-latest=\"v3.0\""), "{old}");
    assert!(old.contains("<a data-version=\"v2.0\" href=\"../../v2.0/old/\">"), "{old}");
    assert!(old.contains("<a data-version=\"v1.1\" href=\"./\" aria-current=\"true\">"), "{old}");
    assert!(
        old.contains("<a data-version=\"v1.0\" href=\"../../v1.0/\">v1.0 <small>without this page</small>"),
        "{old}"
    );
    assert!(old.contains("data-version-notice=\"outdated\"") && old.contains("does not have this page"), "{old}");
    assert!(old.contains("<meta name=\"robots\" content=\"noindex\">"), "{old}");
    // Where the latest has the page, search engines are led there.
    let canonical = |html: &str| {
        html.split("<link rel=\"canonical\" href=\"").nth(1).unwrap_or("").split('"').next().unwrap_or("").to_owned()
    };
    assert_eq!(canonical(&old), format!("https://portal.example.org/{ROOT}v/v1.1/old/"));
    assert_eq!(canonical(&page("v/v2.0/setup/")), format!("https://portal.example.org/{ROOT}setup/"));
    assert!(page("v/v2.0/setup/").contains("href=\"../../../setup/\">This page in v3.0, the latest version</a>"));
    assert!(!page("v/v2.1/").contains("data-version-notice"), "one that is still fine");
    assert!(page("v/v1.0/").contains("data-version-notice=\"end-of-life\""));
    assert!(page("v/next/").contains("data-version-notice=\"prerelease\""));
    let latest = page("");
    assert!(
        !latest.contains("data-version-notice")
            && !latest.contains("noindex")
            && latest.contains("data-docs-version=\"v3.0\"")
    );
    // Other names lead to their version, and so does the name of the latest.
    for (name, path, target) in
        [("latest", "setup/", "../../../setup/"), ("v3.0", "", "../../"), ("lts", "old/", "../../v1.1/old/")]
    {
        let html = page(&format!("v/{name}/{path}"));
        assert!(
            html.contains(&format!("<link rel=\"canonical\" href=\"{target}\">")) && html.contains("/moved"),
            "{html}"
        );
    }
    let sitemap = text(&all, "sitemap.xml");
    assert!(sitemap.contains("/web/setup/") && !sitemap.contains("/v/"), "{sitemap}");
    let list: serde_json::Value = serde_json::from_str(&text(&all, &format!("{ROOT}versions.json"))).expect("JSON");
    let names: Vec<&str> = list.as_array().expect("a list").iter().filter_map(|one| one["version"].as_str()).collect();
    assert_eq!(names, ["next", "v3.0", "v2.1", "v2.0", "v1.1", "v1.0"]);
    assert_eq!(
        (&list[1]["latest"], &list[1]["aliases"][0], &list[4]["aliases"][0]),
        (&true.into(), &"latest".into(), &"lts".into())
    );
    // A version is searched alone, and the portal in its latest.
    let module = text(&all, "search/v/default-component-web/v1.1/search.js");
    assert!(module.contains("FOLDER=\"search/v/default-component-web/v1.1/\""));
    assert!(
        old.contains("data-search-module=\"../../../../../../../search/v/default-component-web/v1.1/search.js\""),
        "{old}"
    );
    assert!(latest.contains("data-search-module=\"../../../../search/search.js\""));
}

#[test]
fn documentation_that_has_moved_is_found_by_its_entity() {
    let made = Made::new();
    made.commit("v0.1");
    made.write("catalog-info.yaml", &ENTITY.replace("dir:.", "dir:./site"));
    made.write("site/mkdocs.yml", "site_name: Web\n");
    made.write("site/docs/index.md", "# There\n");
    made.commit("v0.2");
    made.git(&["mv", "site/docs", "docs"]);
    made.git(&["mv", "site/mkdocs.yml", "mkdocs.yml"]);
    made.write("catalog-info.yaml", ENTITY);
    made.write(
        "mkdocs.yml",
        "site_name: Web\nextra:\n  version: {default: stable}\n  versions: {refs: ['v*'], current: latest}\n",
    );
    made.commit("v0.3");
    let (workspace, portal, all) = built(made.path());
    assert!(text(&all, &format!("{ROOT}v/v0.2/index.html")).contains("There"));
    assert!(text(&all, &format!("{ROOT}v/stable/index.html")).contains("href=\"../../\""));
    assert!(text(&all, &format!("{ROOT}index.html")).contains("data-docs-latest=\"latest\""));
    let without = coded(&portal.diagnostics, "version-without-docs");
    assert_eq!(without.len(), 1, "{:?}", portal.diagnostics);
    assert_eq!(&*workspace.path(without[0].span().file), "mkdocs.yml");
    assert!(without[0].message.contains("`v0.1`"), "{:?}", without[0]);
}

#[test]
fn what_a_clone_lacks_is_an_error_at_its_place() {
    let made = five();
    made.write("playbill.yaml", VERSIONS);
    made.commit("");
    let clone = |options: &[&str]| {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("file://{}", made.path().display());
        git(made.path(), &["config", "uploadpack.allowFilter", "true"]);
        let there = folder.path().display().to_string();
        git(made.path(), &[&["clone", "-q"], options, &[&url, &there]].concat());
        folder
    };
    let shallow = clone(&["--depth=1", "--no-tags"]);
    let (workspace, portal, all) = built(shallow.path());
    let missing = coded(&portal.diagnostics, "version-missing");
    assert_eq!(missing.len(), 1, "{:?}", portal.diagnostics);
    assert!(missing[0].help.as_deref().is_some_and(|help| help.contains("fetch-depth: 0")), "{:?}", missing[0]);
    assert_eq!(&*workspace.path(missing[0].span().file), "playbill.yaml");
    assert!(text(&all, &format!("{ROOT}index.html")).contains("Web next"), "what is there is published");
    // Nothing is fetched for what was left out.
    let partial = clone(&["--filter=blob:none"]);
    let (_, portal, all) = built(partial.path());
    let incomplete = coded(&portal.diagnostics, "version-incomplete");
    assert!(incomplete.len() >= 4, "{:?}", portal.diagnostics);
    assert!(incomplete[0].message.contains("docs/"), "{:?}", incomplete[0]);
    assert!(all.keys().any(|path| path.starts_with(ROOT)));
    let whole = clone(&[]);
    let (_, portal, _) = built(whole.path());
    assert_eq!(portal.docs.versions[0].entries.len(), 6);
}

#[test]
fn links_of_a_commit_lead_out_of_it_as_little_as_paths() {
    let made = Made::new();
    made.write("secret.md", "# Secret\n");
    made.write("docs/index.md", "# Web\n");
    made.write("docs/v/index.md", "# Taken\n");
    #[cfg(unix)]
    for (target, link) in [("/etc", "etc"), ("../../..", "above"), ("../secret.md", "here.md"), ("loop", "loop")] {
        std::os::unix::fs::symlink(target, made.path().join("docs").join(link)).expect("a link");
    }
    made.commit("v1.0");
    made.write("playbill.yaml", VERSIONS);
    let (_, portal, all) = built(made.path());
    let below = |path: &&String| path.starts_with(ROOT) && path.ends_with("index.md");
    let pages: Vec<&str> = all.keys().filter(below).map(|path| &path[ROOT.len()..]).collect();
    #[cfg(unix)]
    assert_eq!(
        pages,
        ["here/index.md", "index.md", "v/index.md", "v/next/here/index.md", "v/next/index.md", "v/next/v/index.md"]
    );
    assert_eq!(coded(&portal.diagnostics, "reserved-folder").len(), 1, "{pages:?}");
}

#[test]
fn a_tag_that_moves_is_noticed_and_other_work_of_git_is_not() {
    let made = five();
    made.write("playbill.yaml", VERSIONS);
    let workspace = loaded(made.path());
    let of_git = |path: &str| BTreeSet::from([workspace.real(made.path()).join(".git").join(path)]);
    assert!(workspace.folders_of_refs().is_empty(), "nobody has asked for them");
    let portal = portal::analyse(&workspace, &mut |_| ());
    assert_eq!(portal.docs.versions[0].entries.len(), 6);
    assert_eq!(workspace.folders_of_refs(), [workspace.real(made.path()).join(".git")]);
    let (_, changes) = workspace.apply_changes(&of_git("refs/tags/v3.0")).expect("it is where it was");
    assert!(changes.is_empty());
    made.git(&["tag", "-f", "v3.0", "HEAD"]);
    assert!(workspace.apply_changes(&of_git("refs/tags/v3.0")).is_none());
    let again = loaded(made.path());
    let _ = portal::analyse(&again, &mut |_| ());
    made.git(&["pack-refs", "--all"]);
    made.git(&["tag", "v4.0"]);
    assert!(again.apply_changes(&of_git("refs/tags/v4.0")).is_none());
}

#[test]
fn what_mike_has_deployed_is_listed() {
    let made = Made::new();
    made.write("mkdocs.yml", "site_name: Web\nsite_url: https://docs.example.org/web\n");
    made.write("docs/index.md", "# Web\n");
    made.commit("v2.0");
    made.git(&["checkout", "-q", "--orphan", "gh-pages"]);
    made.write("versions.json", r#"[{"version": "v2.0", "title": "2.0", "aliases": []}, {"version": "0.9", "title": "0.9 (old)", "aliases": []}]"#);
    made.commit("");
    made.git(&["checkout", "-q", "main"]);
    made.write("playbill.yaml", &format!("{VERSIONS}    mike: gh-pages\n"));
    let (_, portal, all) = built(made.path());
    let html = text(&all, &format!("{ROOT}index.html"));
    assert!(
        html.contains("<a data-version=\"0.9\" href=\"https://docs.example.org/web/0.9/\" rel=\"noopener\">0.9 (old)"),
        "{html}"
    );
    assert_eq!(portal.docs.versions[0].entries.len(), 3);
}

#[test]
fn a_version_costs_no_document_twice() {
    let made = Made::new();
    made.write("docs/index.md", "# Web\n\n[a](a.md)\n");
    made.write("docs/a.md", "# A\n");
    made.commit("v1.0");
    made.write("docs/a.md", "# A, changed\n");
    made.commit("v1.1");
    made.write("playbill.yaml", VERSIONS);
    let portal = portal::analyse(&loaded(made.path()), &mut |_| ());
    let doc = |site: usize, path: &str| Arc::clone(&portal.docs.nth(site).page(path).expect("a page").doc);
    // The latest, what is checked out, and the older one.
    assert_eq!(portal.docs.all().count(), 3);
    assert!(Arc::ptr_eq(&doc(0, ""), &doc(1, "")) && Arc::ptr_eq(&doc(0, ""), &doc(2, "")));
    assert!(Arc::ptr_eq(&doc(0, "a"), &doc(1, "a")) && !Arc::ptr_eq(&doc(0, "a"), &doc(2, "a")));
}

#[test]
fn old_addresses_of_documents_lead_to_where_they_are() {
    let made = Made::new();
    made.write("docs/index.md", "# Web\n");
    made.write("docs/guide/setup.md", "# Setup\n\nOne line, and another one.\n\nSome more text.\n");
    made.commit("");
    made.git(&["mv", "docs/guide/setup.md", "docs/install.md"]);
    made.commit("");
    made.git(&["mv", "docs/install.md", "docs/start.md"]);
    made.commit("");
    made.write("docs/install.md", "# Another install\n\n## How to begin\n");
    made.commit("");
    made.write("docs/install.md", "# Another install\n\n## How to begin well\n");
    made.commit("");
    let (_, _, all) = built(made.path());
    let install = text(&all, &format!("{ROOT}install/index.html"));
    assert!(install.contains("<a id=\"how-to-begin\" data-former=\"\"></a><h2 id=\"how-to-begin-well\""), "{install}");
    let old = text(&all, &format!("{ROOT}guide/setup/index.html"));
    assert!(old.contains("<title>Moved</title>") && old.contains("href=\"../../start/\""), "{old}");
    assert!(text(&all, &format!("{ROOT}install/index.html")).contains("Another install"), "what is there stays");
}

#[test]
fn an_entity_that_was_renamed_is_found_by_its_old_name() {
    let made = Made::new();
    made.write("docs/index.md", "# Web\n");
    made.write("docs/use.md", "# Use\n\nAsk the owner of component:web.\n\n    component:default/web in code\n");
    made.commit("");
    let renamed = ENTITY.replace("name: web", "name: store");
    made.write("catalog-info.yaml", &renamed);
    made.commit("");
    // Others may change beside it, and a name may change twice.
    made.write(
        "catalog-info.yaml",
        &renamed.replace("name: store", "name: foyer").replace("production", "experimental"),
    );
    made.commit("");
    let (workspace, portal, all) = built(made.path());
    for name in ["web", "store"] {
        let page = text(&all, &format!("catalog/default/component/{name}/index.html"));
        assert!(page.contains("href=\"../foyer/\""), "{page}");
    }
    let page = text(&all, &format!("{ROOT}use/index.html"));
    assert!(page.contains("href=\"../../foyer/use/\""), "{page}");
    assert!(
        text(&all, "_redirects").contains("/docs/default/component/web/* /docs/default/component/foyer/:splat 301")
    );
    assert!(
        text(&all, "catalog/default/component/foyer/index.html").contains("store (until 2 January 2024), web (until")
    );
    let still = coded(&portal.diagnostics, "former-name");
    assert_eq!(still.len(), 2, "{:?}", portal.diagnostics);
    assert_eq!(&*workspace.path(still[0].span().file), "docs/use.md");
    assert!(still[0].message.contains("`component:default/web` is called `component:default/foyer` today"));
    // A reference of another entity says so, too, without a history that pages need.
    made.write(
        "other.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {targets: [./more.yaml]}\n",
    );
    made.write(
        "more.yaml",
        &renamed
            .replace("name: store", "name: b\n  title: B")
            .replace("owner: shop", "owner: shop, dependsOn: ['component:web']"),
    );
    fs::rename(made.path().join("other.yaml"), made.path().join("catalog-info.yml")).expect("renamed");
    let told = playbill(made.path(), &["check"]);
    assert!(told.contains("dependsOn `component:default/web` does not exist") && told.contains("foyer"), "{told}");
}

/// Runs the program; returns what it says.
fn playbill(folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_playbill")).current_dir(folder).args(arguments).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn redirects_are_kept_in_a_file_for_clones_that_have_no_history() {
    let made = Made::new();
    made.write("docs/index.md", "# Web\n");
    made.write("docs/guide/setup.md", "# Setup\n\nOne line, and another one.\n\nSome more text.\n");
    made.commit("");
    made.git(&["mv", "docs/guide/setup.md", "docs/install.md"]);
    made.write("catalog-info.yaml", &ENTITY.replace("name: web", "name: foyer"));
    made.commit("");
    let listed = playbill(made.path(), &["redirects", "list"]);
    assert!(listed.contains("git") && listed.contains("component:default/web > component:default/foyer"), "{listed}");
    let told = playbill(made.path(), &["redirects", "save"]);
    assert!(told.contains("2 redirects new"), "{told}");
    assert!(playbill(made.path(), &["redirects", "save"]).contains("0 redirects new"), "each once");
    let kept = fs::read_to_string(made.path().join("redirects.jsonl")).expect("the file");
    assert!(kept.contains("\"from\":\"/docs/default/component/foyer/guide/setup/\",\"to\":\"/docs/default/component/foyer/install/\",\"commit\":\""), "{kept}");
    assert!(kept.contains("\"date\":\"2024-01-02\""), "{kept}");
    // Without the history.
    fs::remove_dir_all(made.path().join(".git")).expect("removed");
    let (_, portal, all) = built(made.path());
    assert!(text(&all, "catalog/default/component/web/index.html").contains("href=\"../foyer/\""));
    let setup = text(&all, "docs/default/component/foyer/guide/setup/index.html");
    assert!(setup.contains("href=\"../../install/\"") && setup.contains("moved"), "{setup}");
    assert_eq!(coded(&portal.diagnostics, "invalid-redirect").len(), 0);
    let told = playbill(made.path(), &["redirects", "prune", "--before", "2024-02-01"]);
    assert!(told.contains("2 redirects removed"), "{told}");
    assert_eq!(fs::read_to_string(made.path().join("redirects.jsonl")).expect("the file"), "");
}

#[test]
fn a_document_has_no_edit_link_where_its_settings_want_none() {
    for (settings, link) in [
        ("site_name: Web\n", Some("https://github.com/acme/web/edit/main/docs/index.md")),
        ("site_name: Web\nrepo_url: https://github.com/acme/web\nedit_uri: ''\n", None),
    ] {
        let made = Made::new();
        made.git(&["remote", "add", "origin", "https://github.com/acme/web.git"]);
        made.write("mkdocs.yml", settings);
        made.write("docs/index.md", "# Web\n");
        made.commit("");
        let (_, _, site) = built(made.path());
        let page = text(&site, &format!("{ROOT}index.html"));
        assert_eq!(page.contains("/edit/"), link.is_some(), "{settings}");
        assert!(link.is_none_or(|link| page.contains(link)), "{settings}");
    }
}
