use std::fmt::Write as _;

use super::*;
use crate::catalog;
use crate::config::Config;
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
    let (docs, problems) = analyse(&workspace, &catalog, &Memo::default());
    (workspace, docs, problems)
}

/// Reads the documentation of one component beside its catalog file.
fn site(files: &[(&str, &str)]) -> (Workspace, Docs, Diagnostics) {
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
fn check_nav(files: &[(&str, &str)], expect: &str, problems: &[&str]) {
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
    check_nav(&[("docs/b.md", "# B"), ("docs/a.md", "# A")], "A → /a\nB → /b\n", &[]);
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
fn links_lead_to_the_addresses_of_pages() {
    let (workspace, docs, problems) = site(&[
        ("mkdocs.yml", "site_name: A"),
        (
            "docs/guide/setup.md",
            "# Set up
[a](../index.md) [b](use.md#in-use) [c](./README.md) [d](#set-up) [e](../img/x%20y.png?q#f)
![f](../img/x%20y.png) [g](/absolute) [h](https://x.y) [i](mailto:a@b) [j](../use/) [k](<../../index.html>)
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
            "/absolute",
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
            "docs/guide/a.md:2:58 «#nowhere» broken-link: `guide/a.md` has no heading `#nowhere` | name a heading in lower case, with hyphens for blanks",
            "docs/guide/a.md:2:72 «../../src/main.rs» broken-link: `../../src/main.rs` is not part of the documentation | move the file into the documentation folder, or link to it at its host",
            "docs/guide/a.md:3:6 «shot.png» broken-link: the image `shot.png` leads nowhere | write `../img/shot.png`",
            "docs/guide/a.md:3:32 «../setup.md» broken-link: `../setup.md` is not part of the documentation | move the file into the documentation folder, or link to it at its host",
            "docs/guide/a.md:5:6 «gone/away.md» broken-link: the link `gone/away.md` leads nowhere | mend the path, which is relative to this document, or remove the link",
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
        ("docs/a/index.html", "x"),
    ]);
    let titles: Vec<_> = docs.sites[0].pages.iter().map(|page| (&*page.path, &*page.title)).collect();
    assert_eq!(titles, [("a", "Index")]);
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
    assert!(problems.is_empty());
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
plugins:
  - techdocs-core
  - macros
  - search: {lang: en}
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
            "mkdocs.yml:13:5 «macros» invalid-mkdocs: the plugin `macros` has no effect here | remove it, or make sure that the documents read well without it"
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
    let (workspace, docs, problems) = site(&[("mkdocs.yml", mkdocs), ("docs/index.md", ""), ("docs/guide/new.md", "")]);
    let site = &docs.sites[0];
    assert_eq!(site.title, "a", "the variable is not the name");
    assert_eq!(site.pages[0].edit_url, None);
    let redirects: Vec<_> = site.redirects.iter().map(|it| (&*it.path, &*it.target)).collect();
    assert_eq!(redirects, [("gone", "https://example.org/x"), ("old", "../guide/new/#part")]);
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
fn documents_are_changed_where_the_settings_say() {
    for (mkdocs, expect) in [
        ("repo_url: https://github.com/o/r", Some("https://github.com/o/r/edit/master/docs/a/b.md")),
        ("repo_url: https://gitlab.com/o/r/", Some("https://gitlab.com/o/r/edit/master/docs/a/b.md")),
        ("repo_url: https://bitbucket.org/o/r", Some("https://bitbucket.org/o/r/src/default/docs/a/b.md")),
        ("repo_url: https://example.org/o/r", None),
        ("repo_url: https://github.com/o/r\nedit_uri: ''", None),
        (
            "repo_url: https://github.com/o/r\nedit_uri: blob/main/docs/",
            Some("https://github.com/o/r/blob/main/docs/a/b.md"),
        ),
        (
            "repo_url: https://github.com/o/r\nedit_uri: '?query=root/docs/'",
            Some("https://github.com/o/r?query=root/docs/a/b.md"),
        ),
        ("edit_uri: https://x.org/edit/", Some("https://x.org/edit/a/b.md")),
        (
            "repo_url: https://github.com/o/r\nedit_uri_template: 'x/{path_noext}?p={path!q}'",
            Some("https://github.com/o/r/x/a/b?p=a/b.md"),
        ),
        ("edit_uri: edit/main", None),
    ] {
        let mkdocs = format!("site_name: A\n{mkdocs}\n");
        let (_, docs, problems) = site(&[("mkdocs.yml", &mkdocs), ("docs/a/b.md", "")]);
        assert_eq!(docs.sites[0].pages[0].edit_url.as_deref(), expect, "{mkdocs}");
        assert!(problems.is_empty(), "{mkdocs}: {problems:?}");
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

#[test]
fn parts_are_included() {
    check_nav(
        &[
            (
                "mkdocs.yml",
                "site_name: A\nnav:\n  - index.md\n  - Parts:\n      - B: '!include b/mkdocs.yml'\n      - '*include more/*/mkdocs.yml'\n  - C: '!include nope/mkdocs.yml'\n  - B: '!include b/mkdocs.yml'",
            ),
            ("docs/index.md", "# A\n[to b](b-docs/index.md)"),
            ("b/mkdocs.yml", "site_name: B docs\nnav: [index.md, {Two: two.md}]"),
            ("b/docs/index.md", "# BB\n[a](../index.md)"),
            ("b/docs/two.md", ""),
            ("more/x/mkdocs.yml", "site_name: x"),
            ("more/x/docs/one.md", "# O"),
        ],
        "A → /\nParts:\n  B:\n    BB → /b-docs\n    Two → /b-docs/two\n  x:\n    O → /x/one\n",
        &[
            "mkdocs.yml:7:8 «'!include nope/mkdocs.yml'» invalid-mkdocs: the navigation includes `nope/mkdocs.yml`, which cannot be used: `nope/mkdocs.yml` does not exist | write the path of another `mkdocs.yml`, relative to this file",
            "mkdocs.yml:8:8 «'!include b/mkdocs.yml'» invalid-mkdocs: two included parts are called `B docs` | give each `mkdocs.yml` a `site_name` of its own",
        ],
    );
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
    let (docs, problems) = analyse(&workspace, &catalog, &Memo::default());
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [codes::NOT_UTF8]);
    assert_eq!(docs.sites[0].pages[0].doc.html, "");
}
