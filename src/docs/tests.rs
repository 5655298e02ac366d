use std::fmt::Write as _;

use super::*;
use crate::catalog;
use crate::config::Config;
use crate::depth::Depth;
use crate::diag::Severity;
use crate::text::LineIndex;

const ENTITY_FILE: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: a
  annotations:
    backstage.io/techdocs-ref: dir:.
spec: {type: service, lifecycle: production, owner: x}
";

/// Reads the documentation of a workspace.
fn analysed(files: &[(&str, &str)]) -> (Workspace, Docs, Diagnostics) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let workspace = Workspace::from_files(Config::default(), &files);
    let catalog = Arc::new(catalog::load(&workspace).catalog);
    let (docs, problems) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
    (workspace, docs, problems)
}

/// Reads the documentation of one component beside its catalog file.
pub(super) fn site(files: &[(&str, &str)]) -> (Workspace, Docs, Diagnostics) {
    let mut all = vec![("catalog-info.yaml", ENTITY_FILE)];
    all.extend(files);
    analysed(&all)
}

fn outline(site: &DocsSite) -> String {
    fn visit(site: &DocsSite, items: &[NavItem], depth: usize, out: &mut String) {
        for item in items {
            let indent = "  ".repeat(depth);
            match item {
                NavItem::Page { title, page } => {
                    let _ = writeln!(out, "{indent}{title} → /{}", site.pages[*page].path);
                }
                NavItem::Link { title, url, .. } => {
                    let _ = writeln!(out, "{indent}{title} ⇒ {url}");
                }
                NavItem::Section { title, items } => {
                    let _ = writeln!(out, "{indent}{title}:");
                    visit(site, items, depth + 1, out);
                }
            }
        }
    }
    let mut out = String::new();
    visit(site, &site.nav, 0, &mut out);
    out
}

/// Writes problems as `file:line:column «source» code: message | help`.
fn listed(workspace: &Workspace, problems: &Diagnostics) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let span = problem.span();
            let text = workspace.text(span.file, u64::MAX).unwrap();
            let at = LineIndex::new(&text).position(&text, span.start as usize);
            let path = workspace.path(span.file);
            let help = problem.help.as_deref().unwrap_or("-");
            format!("{path}:{at} «{}» {}: {} | {help}", &text[span.range()], problem.code, problem.message)
        })
        .collect()
}

#[track_caller]
pub(super) fn check_nav(files: &[(&str, &str)], expect: &str, problems: &[&str]) {
    let (workspace, docs, found) = site(files);
    assert_eq!(outline(&docs.sites[0]), expect);
    assert_eq!(listed(&workspace, &found), problems);
}

#[test]
fn the_navigation_takes_every_form() {
    let mkdocs = "site_name: A
nav:
  - index.md
  - Setup: guide/setup.md
  - Guide:
      - guide/use.md
      - Deep:
          - More: ./guide/../guide/more.md
  - Site: https://example.org
  - Paper: files/paper.pdf
  - Part: guide/setup.md#end
  - Home:
  - gone.md
  - Setup again: setup.md
  - Empty: []
  - guide/migrating-v1.md
  - guide/ues.md
";
    check_nav(
        &[
            ("mkdocs.yml", mkdocs),
            ("docs/index.md", "# The start"),
            ("docs/guide/setup.md", "# S\n## End"),
            ("docs/guide/use.md", "---\ntitle: Use it\n---\n# U"),
            ("docs/guide/more.md", "text"),
            ("docs/guide/migrating-v2.md", "text"),
            ("docs/files/paper.pdf", "x"),
            ("docs/hidden-page.md", "text"),
        ],
        "The start → /\nSetup → /guide/setup\nGuide:\n  Use it → /guide/use\n  Deep:\n    More → /guide/more\nSite ⇒ https://example.org\nPaper ⇒ files/paper.pdf\nPart ⇒ guide/setup/#end\nNone ⇒ gone.md\nSetup again ⇒ setup.md\nNone ⇒ guide/migrating-v1.md\nNone ⇒ guide/ues.md\n",
        &[
            "mkdocs.yml:12:5 «Home» invalid-mkdocs: the entry `Home` of `nav` names no page | write `Home: ` and the path of a document",
            "mkdocs.yml:13:5 «gone.md» nav-page-missing: the navigation names `gone.md`, which is not there | add the document, or remove the entry",
            "mkdocs.yml:14:18 «setup.md» nav-page-missing: the navigation names `setup.md`, which is not there | write `guide/setup.md`",
            "mkdocs.yml:16:5 «guide/migrating-v1.md» nav-page-missing: the navigation names `guide/migrating-v1.md`, which is not there | add the document, or remove the entry",
            "mkdocs.yml:17:5 «guide/ues.md» nav-page-missing: the navigation names `guide/ues.md`, which is not there | write `guide/use.md`",
        ],
    );
}

#[test]
fn pages_follow_each_other_as_in_the_navigation() {
    let (_, docs, _) = site(&[
        ("mkdocs.yml", "site_name: A\nnav: [b.md, {S: [c.md, b.md]}, index.md]"),
        ("docs/index.md", ""),
        ("docs/b.md", ""),
        ("docs/c.md", ""),
        ("docs/d.md", ""),
    ]);
    let pages = &docs.sites[0].pages;
    let near: Vec<_> = pages.iter().map(|page| (&*page.source, &*page.title, page.previous, page.next)).collect();
    assert_eq!(
        near,
        [
            ("b.md", "B", None, Some(1)),
            ("c.md", "C", Some(0), Some(3)),
            ("d.md", "D", None, None),
            ("index.md", "Home", Some(1), None)
        ]
    );
    assert_eq!(docs.sites[0].root(), Some(3));
}

#[test]
fn without_navigation_the_files_give_the_order() {
    check_nav(
        &[
            ("mkdocs.yml", "site_name: A\nexclude_docs: |\n  drafts/\n  *.tmp.md\nnot_in_nav: quiet.md"),
            ("docs/Zebra.md", "# Z"),
            ("docs/a_first-page.md", ""),
            ("docs/index.md", ""),
            ("docs/quiet.md", ""),
            ("docs/x.tmp.md", ""),
            ("docs/how-to/README.md", "# How"),
            ("docs/how-to/b.md", "# B"),
            ("docs/drafts/x.md", ""),
            ("docs/templates/x.md", ""),
            ("docs/empty/i.png", ""),
        ],
        "Home → /\nZ → /Zebra\nA first page → /a_first-page\nHow to:\n  How → /how-to\n  B → /how-to/b\n",
        &[],
    );
}

#[test]
fn without_mkdocs_there_is_a_folder_or_a_readme() {
    let no_index = "catalog-info.yaml:6:32 «dir:.» docs-without-index: this documentation has no index | add `docs/index.md` to the folder of the documentation";
    check_nav(&[("docs/b.md", "# B"), ("docs/a.md", "# A")], "A → /a\nB → /b\n", &[no_index]);
    check_nav(&[("docs/b.md", "[r](../README.md)"), ("README.md", "# R\n[b](docs/b.md)")], "R → /\nB → /b\n", &[]);
    let (_, docs, problems) = site(&[
        ("README.md", "# R\n![i](img/a%20b.png) <img src='img/c.png'>"),
        ("img/a b.png", ""),
        ("img/c.png", ""),
        ("img/d.png", ""),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let site = &docs.sites[0];
    assert_eq!(site.title, "a");
    assert_eq!(site.assets.iter().map(|asset| &*asset.path).collect::<Vec<_>>(), ["img/a b.png", "img/c.png"]);
    assert!(site.pages[0].doc.html.contains("src=\"img/a%20b.png\""), "{}", site.pages[0].doc.html);
}

#[test]
fn a_readme_links_to_the_files_and_folders_of_its_repository() {
    let (workspace, docs, problems) = site(&[
        ("README.md", "# R\n[e](./examples/) [s](/shell#x) <a href='doc/zh.md'>z</a> [n](no/)"),
        ("examples/a.sh", ""),
        ("shell/b.sh", ""),
        ("doc/zh.md", ""),
        (".git/config", "[remote \"origin\"]\n\turl = https://github.com/o/r.git\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    let html = &docs.sites[0].pages[0].doc.html;
    for path in ["tree/main/examples/", "tree/main/shell/#x", "blob/main/doc/zh.md"] {
        assert!(html.contains(&format!("href=\"https://github.com/o/r/{path}\"")), "{html}");
    }
    let found = listed(&workspace, &problems);
    assert!(found.len() == 1 && found[0].contains("«no/» broken-link"), "{found:?}");
}

#[test]
fn links_lead_to_the_addresses_of_pages() {
    let (workspace, docs, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        (
            "docs/guide/setup.md",
            "# Set up
[a](../index.md) [b](use.md#in-use) [c](./README.md) [d](#set-up) [e](../img/x%20y.png?q#f)
![f](../img/x%20y.png) [g](/catalog) [h](https://x.y) [i](mailto:a@b) [j](../use/) [k](<../../index.html>)
<a href='../use/'>l</a> <img src='../../img/x y.png'> [m]()
",
        ),
        ("docs/guide/use.md", "## In use"),
        ("docs/guide/README.md", ""),
        ("docs/index.md", "[x](guide/setup.md) [y](guide/setup/) ![z](img/x%20y.png)"),
        ("docs/img/x y.png", ""),
    ]);
    assert_eq!(listed(&workspace, &problems), [""; 0]);
    let site = &docs.sites[0];
    let hrefs = |path: &str| {
        let html = &site.page(path).unwrap().doc.html;
        let found = crate::html::attributes(html).into_iter().filter(|a| matches!(&*a.name, "href" | "src"));
        found.map(|a| html[a.value].to_owned()).filter(|href| !href.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(
        hrefs("guide/setup"),
        [
            "#set-up",
            "../../",
            "../use/#in-use",
            "../",
            "#set-up",
            "../../img/x%20y.png?q#f",
            "../../img/x%20y.png",
            "/catalog",
            "https://x.y",
            "mailto:a@b",
            "../use/",
            "../../index.html",
            "../use/",
            "../../img/x y.png"
        ]
    );
    assert_eq!(hrefs(""), ["guide/setup/", "guide/setup/", "img/x%20y.png"]);
}

#[test]
fn broken_links_are_reported_with_what_was_meant() {
    let (workspace, _, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        (
            "docs/guide/a.md",
            "# A
[b](b.md) [c](../setpu.md#x) [d](../setup.md#instal) [e](#nowhere) [f](../../src/main.rs)
![g](shot.png) [h][r] <a href='../setup.md'>i</a>

[r]: gone/away.md
",
        ),
        ("docs/setup.md", "# Setup\n## Install"),
        ("docs/ref/b.md", ""),
        ("docs/img/shot.png", ""),
        ("src/main.rs", ""),
    ]);
    assert_eq!(
        listed(&workspace, &problems),
        [
            "docs/guide/a.md:2:5 «b.md» broken-link: the link `b.md` leads nowhere | write `../ref/b.md`",
            "docs/guide/a.md:2:15 «../setpu.md#x» broken-link: the link `../setpu.md#x` leads nowhere | write `../setup.md#x`",
            "docs/guide/a.md:2:34 «../setup.md#instal» broken-link: `setup.md` has no heading `#instal` | write `#install`",
            "docs/guide/a.md:2:58 «#nowhere» broken-link: `guide/a.md` has no heading `#nowhere` | name a heading in lower case, with hyphens for spaces",
            "docs/guide/a.md:2:72 «../../src/main.rs» broken-link: `../../src/main.rs` is not part of the documentation | move the file into the documentation folder, or link to it at its host",
            "docs/guide/a.md:3:6 «shot.png» broken-link: the image `shot.png` leads nowhere | write `../img/shot.png`",
            "docs/guide/a.md:3:32 «../setup.md» broken-link: the link `../setup.md` leads nowhere from the address of this page | write `../../setup/`, or use Markdown, which is relative to this document",
            "docs/guide/a.md:5:6 «gone/away.md» broken-link: the link `gone/away.md` leads nowhere | correct the path, which is relative to this document, or remove the link",
            "mkdocs.yml:1:1 «» docs-without-index: this documentation has no index | add `docs/index.md`",
        ]
    );
}

#[test]
fn two_documents_of_one_address_are_reported() {
    let (workspace, docs, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        ("docs/a.md", "# Beside"),
        ("docs/a/index.md", "# Index\n[r](README.md)"),
        ("docs/a/README.md", "# Readme"),
        ("docs/index.md", "# Start"),
        ("docs/a/index.html", "x"),
    ]);
    let titles: Vec<_> = docs.sites[0].pages.iter().map(|page| (&*page.path, &*page.title)).collect();
    assert_eq!(titles, [("a", "Index"), ("", "Start")]);
    // A page of HTML is a text beside the document.
    assert_eq!(docs.sites[0].assets.iter().map(|asset| &*asset.path).collect::<Vec<_>>(), ["a/index-html.txt"]);
    let codes: Vec<_> = listed(&workspace, &problems);
    assert_eq!(codes.len(), 3, "{codes:?}");
    assert_eq!(codes.iter().filter(|line| line.contains("duplicate-page")).count(), 2, "{codes:?}");
}

#[test]
fn titles_of_html_are_read_as_text() {
    let nav = "site_name: A &amp; B\nnav:\n- '<b class=\"x\">One</b> <img src=\"i.svg\"><script>x</script>': one.md\n- 'R&D <i>two</i>':\n  - two.md\n";
    let (_, docs, problems) = site(&[
        ("mkdocs.yml", nav),
        ("docs/one.md", "text"),
        ("docs/two.md", "---\ntitle: 1 &lt; 2\n---\ntext"),
        ("docs/i.svg", "<svg/>"),
    ]);
    let site = &docs.sites[0];
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [codes::DOCS_WITHOUT_INDEX]);
    assert_eq!(site.title, "A & B");
    let pages: Vec<_> = site.pages.iter().map(|page| (&*page.title, page.heading.as_deref())).collect();
    assert_eq!(pages, [("One", Some("<b class=\"x\">One</b> <img src=\"i.svg\">")), ("1 < 2", Some("1 &lt; 2"))]);
    assert!(
        matches!(&site.nav[..], [NavItem::Page { title: one, .. }, NavItem::Section { title: two, .. }] if one == "One" && two == "R&D two")
    );
}

#[test]
fn mkdocs_files_of_real_life_are_read() {
    let mkdocs = "INHERIT: base/common.yml
docs_dir: !ENV [DOCS, pages]
theme:
  name: material
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
      emoji_generator: !!python/name:material.extensions.emoji.to_svg
  - toc:
      slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
        - name: own
          class: own
          format: !!python/name:own.draw
plugins:
  - techdocs-core
  - macros
  - search: {lang: en}
extra_css: [a.css]
extra_javascript: [https://example.org/mathjax.js]
";
    let (workspace, docs, problems) = site(&[
        ("mkdocs.yml", mkdocs),
        (
            "base/common.yml",
            "site_name: Base\nsite_description: One sentence.\ndocs_dir: x\nrepo_url: https://example.org/r/\nedit_uri: edit/main/pages",
        ),
        ("pages/a b.md", ""),
    ]);
    let site = &docs.sites[0];
    assert_eq!((&*site.title, site.description.as_deref()), ("Base", Some("One sentence.")));
    assert_eq!(site.pages[0].edit_url.as_deref(), Some("https://example.org/r/edit/main/pages/a%20b.md"));
    assert_eq!(
        listed(&workspace, &problems),
        [
            "mkdocs.yml:21:5 «macros» invalid-mkdocs: the plugin `macros` has no effect here | remove it, or make sure that the documents read well without it",
            "mkdocs.yml:23:1 «extra_css» invalid-mkdocs: `extra_css` has no effect here | remove it, or make sure that the documents read well without it",
            "mkdocs.yml:16:17 «own» invalid-mkdocs: code blocks in `own` are shown as their source | remove it, or make sure that the documents read well without it",
            "mkdocs.yml:2:23 «pages» docs-without-index: this documentation has no index | rename `a b.md` to `index.md`, or add `pages/index.md`",
        ]
    );
}

#[test]
fn old_addresses_lead_to_where_the_documents_are() {
    let mkdocs = "site_name: !ENV NAME
edit_uri: !ENV [URI, '']
repo_url: https://github.com/o/r
hooks: [a.py]
plugins:
  - redirects:
      redirect_maps:
        old.md: guide/new.md#part
        gone/index.md: https://example.org/x
        typo.md: guide/mew.md
        index.md: guide/new.md
        bad.md: javascript:alert(1)
";
    let (workspace, docs, problems) =
        site(&[("mkdocs.yml", mkdocs), ("docs/index.md", ""), ("docs/guide/new.md", "## Part")]);
    let site = &docs.sites[0];
    assert_eq!(site.title, "a", "the variable is not the name");
    assert_eq!(site.pages[0].edit_url, None);
    let redirects: Vec<_> = site.redirects.iter().map(|it| (&*it.file, &*it.target)).collect();
    assert_eq!(redirects, [("gone/index.html", "https://example.org/x"), ("old/index.html", "../guide/new/#part")]);
    let messages: Vec<String> =
        listed(&workspace, &problems).iter().map(|line| line.split(" | ").next().unwrap_or("").to_owned()).collect();
    assert_eq!(
        messages,
        [
            "mkdocs.yml:4:9 «a.py» invalid-mkdocs: the hook `a.py` does not run here",
            "mkdocs.yml:10:18 «guide/mew.md» broken-link: the redirect to `guide/mew.md` leads nowhere",
            "mkdocs.yml:11:9 «index.md» invalid-mkdocs: `index.md` is still there, so nothing leads away",
            "mkdocs.yml:12:17 «javascript:alert(1)» broken-link: the redirect to `javascript:alert(1)` leads nowhere",
        ]
    );
}

#[test]
fn files_can_be_kept_out_of_the_site_and_of_the_navigation() {
    let mkdocs = "site_name: A
exclude_docs: |
  drafts/
  !drafts/kept.md
  *.tmp.md
draft_docs: /wip.md
not_in_nav: hidden.md
";
    let (_, docs, problems) = site(&[
        ("mkdocs.yml", mkdocs),
        ("docs/index.md", ""),
        ("docs/hidden.md", ""),
        ("docs/wip.md", ""),
        ("docs/a.tmp.md", ""),
        ("docs/drafts/x.md", ""),
        ("docs/.secret.md", ""),
        ("docs/templates/t.md", ""),
    ]);
    let site = &docs.sites[0];
    assert_eq!(site.pages.iter().map(|page| &*page.source).collect::<Vec<_>>(), ["hidden.md", "index.md"]);
    assert_eq!(outline(site), "Home → /\n");
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_name_from_the_environment_is_a_name() {
    for (mkdocs, named) in [
        ("site_name: !ENV NAME", true),
        ("site_name: !ENV [NAME, Web]", true),
        ("site_name: Web", true),
        ("INHERIT: base.yml", true),
        ("site_name:", false),
        ("docs_dir: docs", false),
    ] {
        let (_, _, problems) =
            site(&[("mkdocs.yml", mkdocs), ("base.yml", "site_name: !ENV NAME"), ("docs/index.md", "")]);
        assert_eq!(problems.is_empty(), named, "{mkdocs}: {problems:?}");
    }
}

#[test]
fn functions_of_python_are_known_by_their_names() {
    let mkdocs = "site_name: A
markdown_extensions:
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: chart
          format: !!python/name:pymdownx.superfences.fence_code_format
        - name: box
          class: box
          format: !!python/name:pymdownx.superfences.fence_div_format
  - toc:
      slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
";
    let page = "# Größe\n\n```box\na\n```\n";
    let (workspace, docs, problems) = site(&[("mkdocs.yml", mkdocs), ("docs/index.md", page)]);
    let doc = &docs.sites[0].pages[0].doc;
    assert_eq!(doc.headings[0].id, "größe");
    assert!(doc.html.contains("<div class=\"box\">a</div>"), "{}", doc.html);
    assert_eq!(listed(&workspace, &problems), Vec::<String>::new());
}

#[test]
fn a_broken_mkdocs_file_leaves_the_documents() {
    for (mkdocs, message) in [
        ("site_name: [", "is not closed"),
        ("- a", "must be a mapping, not a list"),
        ("site_name: A\nnav: index.md", "`nav` must be a list, not a text"),
        ("site_name: A\ndocs_dir: [1]\nnav: [1]", "an entry of `nav`"),
        ("nav:\n  Home: index.md", "`nav` must be a list, not a mapping"),
        ("site_name: A\nINHERIT: mkdocs.yml", ""),
    ] {
        let (workspace, docs, problems) = site(&[("mkdocs.yml", mkdocs), ("docs/index.md", "# I")]);
        assert_eq!(docs.sites.len(), 1, "{mkdocs}");
        assert_eq!(docs.sites[0].pages.len(), 1, "{mkdocs}");
        let listed = listed(&workspace, &problems);
        assert!(listed.iter().any(|line| line.contains(message)) || message.is_empty(), "{mkdocs}: {listed:?}");
        assert!(problems.iter().all(|problem| problem.code == codes::INVALID_MKDOCS), "{mkdocs}: {listed:?}");
    }
    let (_, docs, problems) = site(&[("mkdocs.yml", "site_name: A\ndocs_dir: ../../etc"), ("docs/index.md", "")]);
    assert!(docs.sites.is_empty());
    assert_eq!(problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["invalid-mkdocs", "docs-folder-missing"]);
}

fn annotated(annotation: &str, value: &str) -> String {
    ENTITY_FILE.replace("backstage.io/techdocs-ref: dir:.", &format!("{annotation}: {value}"))
}

#[test]
fn documentation_that_is_not_there_is_reported_at_the_annotation() {
    for (value, message) in [
        ("dir:./nope", "the documentation folder `./nope` is not there"),
        ("dir:..", "lies outside of the repository"),
        ("dir:catalog-info.yaml", "is a file"),
        ("dir:sub", "there is no documentation in `sub`"),
        ("url:https://github.com/o/r/tree/main", "is not in a repository that is read"),
    ] {
        let (workspace, docs, problems) =
            analysed(&[("catalog-info.yaml", &annotated(REF, value)), ("sub/a.txt", ""), ("docs/index.md", "")]);
        assert!(docs.sites.is_empty());
        let listed = listed(&workspace, &problems);
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert!(listed[0].starts_with(&format!("catalog-info.yaml:6:32 «{value}» docs-folder-missing:")), "{listed:?}");
        assert!(listed[0].contains(message), "{listed:?}");
        assert_eq!(problems[0].entity.as_deref(), Some("component:default/a"));
    }
    // Malformed values are reported with the other annotations.
    assert!(analysed(&[("catalog-info.yaml", &annotated(REF, "docs"))]).2.is_empty());
}

#[test]
fn a_url_into_a_repository_that_is_read_is_followed() {
    let (_, docs, problems) = analysed(&[
        ("one/catalog-info.yaml", &annotated(REF, "url:https://github.com/o/two/tree/main/handbook")),
        ("two/.git/config", "[remote \"origin\"]\n\turl = https://github.com/o/two.git\n"),
        ("two/.git/HEAD", "ref: refs/heads/main\n"),
        ("two/handbook/docs/index.md", "# H"),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(docs.sites[0].pages[0].title, "H");
    let edit = docs.sites[0].pages[0].edit_url.as_deref();
    assert_eq!(edit, Some("https://github.com/o/two/edit/main/handbook/docs/index.md"));
}

#[test]
fn entities_share_and_borrow_documentation() {
    let second = ENTITY_FILE.replace("name: a", "name: b");
    let third = annotated(ENTITY, "component:a")
        .replace("name: a", "name: c")
        .replace("annotations:\n", "annotations:\n    backstage.io/techdocs-entity-path: /guide\n");
    let fourth = annotated(ENTITY, "c").replace("name: a", "name: d");
    let (workspace, docs, problems) = analysed(&[
        ("catalog-info.yaml", &format!("{ENTITY_FILE}---\n{second}---\n{third}---\n{fourth}")),
        ("docs/index.md", "[x](y.md)"),
        ("docs/guide.md", ""),
    ]);
    assert_eq!(docs.sites.len(), 2);
    let of = |at| docs.of(EntityId::new(at)).map(|(site, path)| (site.entity.index(), path.to_owned()));
    assert_eq!(of(1), Some((1, String::new())));
    assert_eq!(of(2), Some((0, "guide".to_owned())));
    assert_eq!(of(3), None);
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["broken-link", "docs-folder-missing"], "{:?}", listed(&workspace, &problems));
}

#[test]
fn documents_that_cannot_be_read_are_left_out() {
    let workspace = Workspace::from_files(
        Config::default(),
        &[("catalog-info.yaml", ENTITY_FILE.as_bytes()), ("docs/a.md", b"# \xff"), ("docs/index.md", b"[a](a.md#x)")],
    );
    let catalog = Arc::new(catalog::load(&workspace).catalog);
    let (docs, problems) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [codes::NOT_UTF8]);
    assert_eq!(docs.sites[0].pages[0].doc.html, "");
}

#[test]
fn paths_from_the_root_of_the_host_are_right_only_within_the_portal() {
    let index = "[a](/setup) [b](/guide/rope.md) [c](/guide/rope/#knots) ![d](/img/a.png) <a href='/setup/'>e</a> [f][r]
[g](/catalog/Default/Component/A/) [h](/docs/default/component/a/guide/rope/#knots) [i](/) [j](/search) [k](/catalog/component)
[l](/catalog/default/component/b) [m](/docs/default/component/a/guide/roep/) [n](/else/where) [o](/docs/setup.md)

[r]: /docs/guide/rope.md
";
    let files = [
        ("mkdocs.yml", "site_name: A\nnav:\n  - index.md\n  - A: /setup/\n  - B: /catalog/default/component/a/\n"),
        ("docs/index.md", index),
        ("docs/setup.md", "# S"),
        ("docs/guide/rope.md", "## Knots"),
        ("docs/img/a.png", ""),
    ];
    let (workspace, docs, problems) = site(&files);
    let found: Vec<String> = listed(&workspace, &problems)
        .iter()
        .map(|line| {
            let (place, help) = line.split_once(" | ").unwrap();
            format!("{} {help}", place.split_once('«').unwrap().1.split_once('»').unwrap().0)
        })
        .collect();
    assert_eq!(
        found,
        [
            "/setup/ write `setup.md`",
            "/setup write `setup.md`",
            "/guide/rope.md write `guide/rope.md`",
            "/guide/rope/#knots write `guide/rope.md#knots`",
            "/img/a.png write `img/a.png`",
            "/setup/ write `setup/`",
            "/catalog/default/component/b write `/catalog/default/component/a/`",
            "/docs/default/component/a/guide/roep/ write `/docs/default/component/a/guide/rope/`",
            "/else/where write a path relative to this document, or the whole URL",
            "/docs/setup.md write `setup.md`",
            "/docs/guide/rope.md write `guide/rope.md`",
        ]
    );
    assert!(
        docs.sites[0].pages[1].doc.html.contains("href=\"/setup\""),
        "as written: {}",
        docs.sites[0].pages[1].doc.html
    );
    // MkDocs can be configured to take them for paths of documents.
    let relative = "site_name: A\nvalidation: {absolute_links: relative_to_docs}\nnav: [index.md, /setup.md]\n";
    let (workspace, docs, problems) = site(&[
        ("mkdocs.yml", relative),
        ("docs/index.md", "[a](/setup.md) ![b](/img/a.png)"),
        ("docs/setup.md", "# S"),
        ("docs/img/a.png", ""),
    ]);
    assert_eq!(listed(&workspace, &problems), [""; 0]);
    let html = &docs.sites[0].page("").unwrap().doc.html;
    assert!(html.contains("href=\"setup/\"") && html.contains("src=\"img/a.png\""), "{html}");
    assert_eq!(outline(&docs.sites[0]), "Home → /\nS → /setup\n");
}

#[test]
fn html_is_relative_to_the_address_of_its_page() {
    let (workspace, _, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        ("docs/index.md", "<img src='img/a.png'> <a href='lists.md'>l</a>"),
        (
            "docs/wiring.md",
            "<img src='img/a.png'> <a href='lists.md#x'>l</a> <a href='lists'>m</a> <a href='../src/a.rs'>n</a> <a href='no.md'>o</a> <video src='img/v.mp4'></video>",
        ),
        ("docs/lists.md", "# L"),
        ("docs/img/a.png", ""),
        ("docs/img/v.mp4", ""),
        ("src/a.rs", ""),
    ]);
    let found = listed(&workspace, &problems);
    let found: Vec<&str> = found.iter().map(|line| line.split_once('«').unwrap().1).collect();
    assert_eq!(
        found,
        [
            "lists.md» broken-link: the link `lists.md` leads nowhere from the address of this page | write `lists/`, or use Markdown, which is relative to this document",
            "img/a.png» broken-link: the image `img/a.png` leads nowhere from the address of this page | write `../img/a.png`, or use Markdown, which is relative to this document",
            "lists.md#x» broken-link: the link `lists.md#x` leads nowhere from the address of this page | write `../lists/#x`, or use Markdown, which is relative to this document",
            "lists» broken-link: the link `lists` leads nowhere | write `../lists/`",
            "../src/a.rs» broken-link: `../src/a.rs` is not part of the documentation | move the file into the documentation folder, or link to it at its host",
            "no.md» broken-link: the link `no.md` leads nowhere | correct the path, which is relative to the address of this page, or remove the link",
            "img/v.mp4» broken-link: the file `img/v.mp4` leads nowhere from the address of this page | write `../img/v.mp4`, or use Markdown, which is relative to this document",
        ]
    );
}

#[test]
fn entries_of_the_navigation_may_be_addresses() {
    let mkdocs = "site_name: A
exclude_docs: wip.md
nav:
  - index.md
  - A: guide/rope/#knots
  - B: guide/rope/
  - C: guide/rope.md#nots
  - D: setup
  - E: index
  - F: guide
  - G: guide/rope.html
  - H: guide/setup.html#x
  - I: wip.md
  - J: www.example.org/x
  - K: SETUP.md
  - L: .
";
    check_nav(
        &[
            ("mkdocs.yml", mkdocs),
            ("docs/index.md", "# I"),
            ("docs/wip.md", ""),
            ("docs/setup.md", "# S"),
            ("docs/guide/rope.md", "## Knots"),
        ],
        "I → /
A ⇒ guide/rope/#knots
B ⇒ guide/rope/
C ⇒ guide/rope/#nots
D ⇒ setup/
E ⇒ index
F ⇒ guide
G ⇒ guide/rope.html
H ⇒ guide/setup.html#x
I ⇒ wip.md
J ⇒ www.example.org/x
K ⇒ SETUP.md
L ⇒ ./
",
        &[
            "mkdocs.yml:8:8 «setup» nav-page-missing: the navigation names `setup`, which is not there | write `setup.md`",
            "mkdocs.yml:9:8 «index» nav-page-missing: the navigation names `index`, which is not there | write `index.md`",
            "mkdocs.yml:10:8 «guide» nav-page-missing: the navigation names the folder `guide`, which has no index | name a document in it, such as `guide/rope.md`, or add `guide/index.md`",
            "mkdocs.yml:11:8 «guide/rope.html» nav-page-missing: the navigation names `guide/rope.html`, which is not there | write `guide/rope.md`",
            "mkdocs.yml:12:8 «guide/setup.html#x» nav-page-missing: the navigation names `guide/setup.html#x`, which is not there | write `setup/#x`",
            "mkdocs.yml:13:8 «wip.md» nav-page-missing: the navigation names `wip.md`, which is excluded from the documentation | remove the entry, or let the file in",
            "mkdocs.yml:14:8 «www.example.org/x» nav-page-missing: the navigation names `www.example.org/x`, which is not there | write `https://www.example.org/x`",
            "mkdocs.yml:15:8 «SETUP.md» nav-page-missing: the navigation names `SETUP.md`, which is not there | write `setup.md`",
            "mkdocs.yml:7:8 «guide/rope.md#nots» broken-link: `guide/rope.md` has no heading `#nots` | write `#knots`",
        ],
    );
}

#[test]
fn included_text_that_is_not_there_is_reported_where_it_is_asked_for() {
    let mkdocs = "site_name: A
markdown_extensions:
  - pymdownx.snippets:
      base_path: ['.', ../shared, nowhere]
      check_paths: CHECK
      auto_append: [inc/all.md, inc/al.md]
plugins: [techdocs-core]
";
    let page = "# A

--8<-- \"tides.md\"
--8<-- \"inc/rope.md\"
--8<-- \"inc/all.md:no\"
--8<-- \"inc/all.md:9:10\"
--8<-- \"https://example.org/a.md\"
--8<-- \"note.md\"
--8<-- \"far.md\"
--8<-- inc/all.md
--8<-- \"../other/near.md\"
;--8<-- \"inc/rope.md\"

--8<--
inc/gone.md
; inc/gone.md
--8<--
";
    let check = |check: &str, severity: Severity| {
        let mkdocs = mkdocs.replace("CHECK", check);
        let (workspace, docs, problems) = analysed(&[
            ("catalog-info.yaml", &ENTITY_FILE.replace("dir:.", "dir:./pier")),
            ("pier/mkdocs.yml", &mkdocs),
            ("pier/docs/index.md", page),
            ("pier/docs/note.md", "x"),
            ("pier/inc/all.md", "<!-- --8<-- [start:now] -->\n*[X]: y\n<!-- --8<-- [end:now] -->\n"),
            ("pier/inc/ropes.md", "x"),
            ("shared/tides.md", "Tides.\n\n--8<-- \"tied.md\"\n"),
            ("shared/tie.md", ""),
            ("other/deep/far.md", ""),
            ("other/near.md", ""),
        ]);
        let wanted = |problem: &&Diagnostic| problem.code == codes::MISSING_INCLUDE;
        let errors = problems.iter().filter(wanted).filter(|problem| problem.severity == severity).count();
        (listed(&workspace, &problems), docs.sites[0].page("").unwrap().doc.html.clone(), errors)
    };
    let (found, html, warnings) = check("false", Severity::Warning);
    assert!(html.contains("Tides."), "{html}");
    assert_eq!(warnings, 11);
    assert_eq!(
        found,
        [
            "shared/tides.md:3:1 «--8<-- \"tied.md\"» missing-include: the included file `tied.md` is not there | write `tie.md`",
            "pier/docs/index.md:4:1 «--8<-- \"inc/rope.md\"» missing-include: the included file `inc/rope.md` is not there | write `inc/ropes.md`",
            "pier/docs/index.md:5:1 «--8<-- \"inc/all.md:no\"» missing-include: the included file `inc/all.md` has no section `no` | write `inc/all.md:now`",
            "pier/docs/index.md:6:1 «--8<-- \"inc/all.md:9:10\"» missing-include: the included file `inc/all.md` has no such lines, but 3 | name lines that it has, such as `:1:5`, or a section",
            "pier/docs/index.md:7:1 «--8<-- \"https://example.org/a.md\"» missing-include: `https://example.org/a.md` is not included: nothing is fetched from elsewhere | keep a copy of the text in the repository and include that, or link to the address",
            "pier/docs/index.md:8:1 «--8<-- \"note.md\"» missing-include: the included file `note.md` is not there | write `docs/note.md`: paths are relative to the base path, not to this document",
            "pier/docs/index.md:9:1 «--8<-- \"far.md\"» missing-include: the included file `far.md` is not there | add `../other/deep` to `base_path` of `pymdownx.snippets` in `mkdocs.yml`",
            "pier/docs/index.md:10:1 «--8<-- inc/all.md» missing-include: this line includes nothing and is shown as text | write `--8<-- \"path/to/file.md\"`, or `;--8<--` to show the line",
            "pier/docs/index.md:11:1 «--8<-- \"../other/near.md\"» missing-include: the included file `../other/near.md` lies outside of its base path | add `../other` to `base_path` of `pymdownx.snippets` in `mkdocs.yml`, and write `near.md`",
            "pier/docs/index.md:15:1 «inc/gone.md» missing-include: the included file `inc/gone.md` is not there | write the path of a file below the base path, or remove the line",
            "pier/mkdocs.yml:4:35 «nowhere» invalid-mkdocs: the base path `nowhere` of included files is not there: `pier/nowhere` does not exist | write the path of a folder, or remove the entry",
            "pier/mkdocs.yml:6:33 «inc/al.md» missing-include: the included file `inc/al.md` is not there | write `inc/all.md`",
        ]
    );
    // MkDocs stops at what is not there at all.
    assert_eq!(check("true", Severity::Error).2, 9);
}

#[test]
fn a_block_of_includes_that_is_not_closed_is_one_mistake() {
    let (workspace, _, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        ("docs/index.md", "--8<-- \"docs/a.md\"\n\n--8<--\ndocs/a.md\n\ntext\n\nmore text\n"),
        ("docs/a.md", ""),
    ]);
    assert_eq!(
        listed(&workspace, &problems),
        [
            "docs/index.md:3:1 «--8<--» missing-include: this block of included files is not closed | close it with another line `--8<--` below the last path"
        ]
    );
}

#[test]
fn settings_of_contents_reach_the_site() {
    for (toc, expect) in [
        ("{}", ((1, 6), None)),
        ("{toc_depth: 3}", ((1, 3), None)),
        ("{toc_depth: '2-4', title: In here}", ((2, 4), Some("In here"))),
    ] {
        let mkdocs = format!(
            "site_name: A\ntheme: {{features: [navigation.expand]}}\nmarkdown_extensions:\n  - toc: {toc}\nplugins: [techdocs-core]\n"
        );
        let (_, docs, _) = site(&[("mkdocs.yml", &mkdocs), ("docs/index.md", "")]);
        let site = &docs.sites[0];
        assert_eq!((site.toc_depth, site.toc_title.as_deref()), expect, "{toc}");
        assert_eq!(site.look, Look { expanded: true, ..Look::default() });
    }
}

#[test]
fn a_link_that_leads_nowhere_is_marked() {
    // As a host shows it.
    let (_, docs, _) = site(&[("docs/index.md", "[a](gone.md) [b](more.md)"), ("docs/more.md", "")]);
    let html = &docs.sites[0].page("").unwrap().doc.html;
    assert_eq!(html.matches("broken").count(), 1, "{html}");
    // A picture of a diagram that is not there is not shown as one.
    let (_, docs, _) = site(&[("mkdocs.yml", "site_name: A"), ("docs/index.md", "```plantuml\na -> b\n```\n")]);
    let html = &docs.sites[0].page("").unwrap().doc.html;
    assert!(!html.contains("<img") && html.contains("a -&gt; b"), "{html}");
}

#[test]
fn an_index_may_be_a_redirect() {
    let mkdocs = "site_name: A\nplugins:\n  - redirects: {redirect_maps: {index.md: guide/a.md}}\n";
    let (workspace, docs, problems) = site(&[("mkdocs.yml", mkdocs), ("docs/guide/a.md", "")]);
    assert_eq!(listed(&workspace, &problems), [""; 0]);
    assert!(docs.sites[0].has_own_index);
    assert_eq!(
        docs.sites[0].redirects[0],
        DocsRedirect { file: "index.html".to_owned(), target: "guide/a/".to_owned(), since: None }
    );
}

#[test]
fn others_see_all_of_a_page_but_its_text() {
    let (_, docs, _) = site(&[("docs/index.md", "# One\n"), ("docs/b.md", "# Two\n")]);
    let site = &docs.sites[0];
    let of = |change: &dyn Fn(&mut DocsPage)| {
        let mut pages = site.pages.to_vec();
        change(&mut pages[0]);
        DocsSite { pages: pages.into(), ..site.clone() }.sealed().outline
    };
    assert_eq!(of(&|_| ()), site.outline);
    assert_eq!(of(&|page| page.doc = Arc::default()), site.outline, "another text");
    let change = LastChange { commit: "c".into(), author: "Ann".into(), time: 1 };
    let changes: [&dyn Fn(&mut DocsPage); 10] = [
        &|page| page.file = FileId::new(99),
        &|page| page.source.push('x'),
        &|page| page.path.push('x'),
        &|page| page.title.push('x'),
        &|page| page.heading = Some("x".to_owned()),
        &|page| page.previous = Some(7),
        &|page| page.next = Some(7),
        &|page| page.edit_url = Some("x".to_owned()),
        &|page| page.last_change = Some(change.clone()),
        &|page| page.former_anchors.push(("x".to_owned(), "y".to_owned())),
    ];
    for (at, change) in changes.iter().enumerate() {
        assert_ne!(of(change), site.outline, "change {at}");
    }
    let other = DocsSite { title: "Other".to_owned(), ..site.clone() };
    assert_ne!(Docs { sites: vec![other], ..Docs::default() }.outline(), docs.outline(), "another title");
}
