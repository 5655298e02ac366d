//! Whatever people call their files, types and old addresses: the whole site is written, every path is one that each
//! disk and host takes, and links lead to what was renamed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::tests::Memory;
use super::*;
use crate::config::Config;
use crate::html;
use crate::portable::is_portable;
use crate::{portal, site, theme};

const GOOD: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: good
  annotations: {backstage.io/techdocs-ref: 'dir:.'}
spec: {type: service, lifecycle: production, owner: nobody}
";

static THEME: LazyLock<Theme> =
    LazyLock::new(|| theme::compile(&Config::default(), BTreeMap::new(), theme::Purpose::Portal).unwrap());

/// Builds the site of one good documentation and what a team adds; returns it with the lines of what is found.
fn built(team: &[(String, String)]) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let config = Config {
        base_url: Some("https://acme.example/".to_owned()),
        precompress: vec!["gzip".to_owned()],
        ..Config::default()
    };
    let mut files = vec![
        ("good/catalog-info.yaml".to_owned(), GOOD.to_owned()),
        ("good/mkdocs.yml".to_owned(), "site_name: Good\n".to_owned()),
        ("good/docs/index.md".to_owned(), "# Good\n".to_owned()),
    ];
    files.extend(team.iter().map(|(path, text)| (format!("team/{path}"), text.clone())));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (&**path, text.as_bytes())).collect();
    let workspace = Workspace::from_files(config, &files);
    let portal = portal::analyse(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let memory = Memory::default();
    let sink = crate::output::Compressed::new(&memory, &workspace.config().precompress);
    search(&workspace, &portal, &PageFingerprints::default(), None, &sink).unwrap();
    let left_out = pages(&workspace, &portal, &THEME, &site, &PageFingerprints::default(), &sink).unwrap();
    assert!(left_out.is_empty(), "{left_out:?}");
    let found = portal.diagnostics.iter().map(|problem| {
        assert!(!problem.labels.is_empty());
        format!("{} {}: {}", workspace.path(problem.span().file), problem.code, problem.message)
    });
    (memory.0.into_inner(), found.collect())
}

#[track_caller]
fn check_paths(site: &BTreeMap<String, Vec<u8>>) {
    assert!(String::from_utf8_lossy(&site["docs/default/component/good/index.html"]).contains("Good"));
    let keys: HashSet<String> = site.keys().map(|path| folded(path)).collect();
    assert_eq!(keys.len(), site.len(), "two paths are one for some disk: {:?}", site.keys());
    let own = [routes::API_CATALOG, routes::NO_JEKYLL];
    for path in site.keys().filter(|path| !own.contains(&path.as_str())) {
        assert!(path.split('/').all(is_portable) && path.len() < 1000, "{path}");
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        for folder in folders {
            assert!(!keys.contains(&folded(folder)), "{folder} is a file and a folder");
        }
    }
}

/// Percent-encodes all that means something in Markdown or addresses.
fn link(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'/' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Quotes a text for YAML, whatever it holds.
fn quoted(text: &str) -> String {
    let letters = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\U{:08X}", u32::from(c)) });
    format!("\"{}\"", letters.collect::<String>())
}

/// Returns the files to which the links of a page below `docs/default/component/team/` lead.
fn targets(site: &BTreeMap<String, Vec<u8>>, page: &str) -> Vec<String> {
    let url = format!("docs/default/component/team/{page}");
    let text = String::from_utf8_lossy(&site[&format!("{url}index.html")]).into_owned();
    let start = text.find("data-techdocs=\"content\"").expect("a document");
    let article = &text[start..start + text[start..].find("</article>").unwrap()];
    let base = url::Url::parse(&format!("https://host/{url}")).unwrap();
    html::attributes(article)
        .into_iter()
        .filter(|attribute| matches!(&*attribute.name, "href" | "src"))
        .map(|attribute| {
            let target = base.join(&article[attribute.value].replace("&amp;", "&")).unwrap();
            let path = percent_decoded(target.path());
            routes::output_path(path.trim_start_matches('/'))
        })
        .collect()
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = path.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}

fn team(mkdocs: &str, spec: &str) -> Vec<(String, String)> {
    let entity = GOOD.replace("name: good", "name: team").replace("service", spec);
    vec![("catalog-info.yaml".to_owned(), entity), ("mkdocs.yml".to_owned(), format!("site_name: Team\n{mkdocs}"))]
}

#[test]
fn each_kind_of_clash_is_told_and_harms_nobody() {
    let check = |mkdocs: &str, names: &[&str], expect: &[&str]| {
        let mut files = team(mkdocs, "service");
        files.extend(names.iter().map(|name| (format!("docs/{name}"), format!("# {name}\n"))));
        files.push(("docs/index.md".to_owned(), "# Team\n".to_owned()));
        let (site, found) = built(&files);
        check_paths(&site);
        let found: Vec<&str> =
            found.iter().filter_map(|line| line.strip_prefix("team/")).filter(|line| !line.contains("owner")).collect();
        assert_eq!(found, expect, "{names:?}");
    };
    check(
        "",
        &["CHANGELOG", "CHANGELOG.md"],
        &["docs/CHANGELOG duplicate-page: `CHANGELOG` and `CHANGELOG.md` have the same address"],
    );
    check(
        "",
        &["Setup.md", "setup.md"],
        &["docs/setup.md unportable-name: `setup` and `Setup` are one name for some disks"],
    );
    check("", &["Über/a.png", "U\u{308}ber/b.png", "Examples/a.json", "examples/b.json"], &[]);
    check(
        "",
        &["Über/a.png", "U\u{308}ber/a.png"],
        &["docs/Über/a.png unportable-name: `Über/a.png` and `U\u{308}ber/a.png` are one name for some disks"],
    );
    check("", &["10:20.png"], &["docs/10:20.png unportable-name: not every disk and host takes the name `10:20.png`"]);
    check(
        "",
        &["a.json", "a.json.gz"],
        &["docs/a.json.gz duplicate-page: `a.json.gz` and `a.json` have the same address"],
    );
    check("", &["index.html.gz"], &["docs/index.html.gz active-file: `index.html.gz` is left out"]);
    let redirects = |maps: &str| format!("plugins:\n- redirects:\n    redirect_maps:\n{maps}");
    check(
        &redirects("      'old\\page.md': index.md\n"),
        &[],
        &[
            "mkdocs.yml invalid-mkdocs: not every disk and host takes the path `old\\page.md`, so nothing leads away from there",
        ],
    );
    check(
        &redirects("      con/old.md: index.md\n"),
        &["con/a.png"],
        &[
            "docs/con/a.png unportable-name: not every disk and host takes the name `con`",
            "mkdocs.yml invalid-mkdocs: not every disk and host takes the path `con/old.md`, so nothing leads away from there",
        ],
    );
    check(
        &redirects(
            "      Guide.md: index.md\n      LICENSE.md: index.md\n      a.png/b.md: index.md\n      c.md: index.md\n",
        ),
        &["guide.md", "LICENSE", "a.png", "c/d.md"],
        &[
            "mkdocs.yml invalid-mkdocs: `Guide.md` would have the address of `guide`, so nothing leads away from there",
            "mkdocs.yml invalid-mkdocs: `LICENSE.md` would have the address of `LICENSE`, so nothing leads away from there",
            "mkdocs.yml invalid-mkdocs: `a.png/b.md` would have the address of `a.png`, so nothing leads away from there",
        ],
    );
}

#[test]
fn links_lead_to_what_was_renamed() {
    let mut files = team("", "service");
    let index = "[a](what%3F.md) ![b](a%23b.png) <a href=\"con/\">c</a> <a href=\"demo.html\">d</a> <img src=\"d%3Ae/f.svg\">\n";
    files.push(("docs/index.md".to_owned(), index.to_owned()));
    let page = "[up](index.md) <a href=\"../con/\">c</a> <img src=\"../d%3Ae/f.svg\">\n";
    files.push(("docs/what?.md".to_owned(), page.to_owned()));
    let deep = format!("docs/{}x.md", "deep/".repeat(200));
    files.push((deep.clone(), format!("[up]({}what%3F.md)", "../".repeat(200))));
    for name in ["a#b.png", "con.md", "demo.html", "d:e/f.svg"] {
        files.push((format!("docs/{name}"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned()));
    }
    let (site, found) = built(&files);
    check_paths(&site);
    assert!(!found.iter().any(|line| line.contains("broken-link")), "{found:?}");
    let what = crate::portable::segment("what?").into_owned();
    let all = targets(&site, "");
    assert_eq!(all.len(), 5, "{all:?}");
    for target in all.iter().chain(&targets(&site, &format!("{what}/"))) {
        assert!(site.contains_key(target), "{target}");
    }
    let demo = String::from_utf8_lossy(&site["docs/default/component/team/demo.html"]);
    assert!(demo.contains("url=demo-html.txt") && !demo.contains("<svg"), "{demo}");
    let cut = site.keys().find(|path| path.contains("/deep/deep/") && path.ends_with("index.html")).expect("the page");
    let cut = cut.strip_prefix("docs/default/component/team/").and_then(|path| path.strip_suffix("index.html"));
    assert_eq!(targets(&site, cut.expect("a page")), [format!("docs/default/component/team/{what}/index.html")]);
}

#[test]
fn a_documentation_without_index_answers_at_its_own_address() {
    let mut files = team("", "service");
    files.push(("docs/guide/rope.md".to_owned(), "# Rope\n".to_owned()));
    files.push(("more.yaml".to_owned(), String::new()));
    files[0].1.push_str("---\n");
    let loan =
        GOOD.replace("name: good", "name: loan").replace("techdocs-ref: 'dir:.'", "techdocs-entity: 'component:team'");
    files[0].1.push_str(&loan);
    let (site, _) = built(&files);
    check_paths(&site);
    let moved =
        |name: &str| String::from_utf8_lossy(&site[&format!("docs/default/component/{name}/index.html")]).into_owned();
    assert!(moved("team").contains("content=\"0; url=guide/rope/\""), "{}", moved("team"));
    assert!(moved("loan").contains("content=\"0; url=../team/guide/rope/\""), "{}", moved("loan"));
}

#[test]
fn types_tags_and_entities_get_addresses() {
    let long = "A".repeat(260);
    let wide = "あ".repeat(90);
    let mut text = String::new();
    for (at, kind) in
        [&*long, &long, &wide, &wide, "con", "con", "'..'", "'..'", "\"a\\nb\"", "\"a\\nb\"", "e\u{301}", "é"]
            .iter()
            .enumerate()
    {
        let name = ["con", "aux.x", "x.json", "x.json.gz"].get(at).map_or(format!("n{at}"), |name| (*name).to_owned());
        let _ = write!(
            text,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, tags: [nul, 'c#']}}\nspec: {{type: {kind}, lifecycle: x, owner: nobody}}\n"
        );
    }
    let (site, found) = built(&[("catalog-info.yaml".to_owned(), text)]);
    check_paths(&site);
    for path in [
        "catalog/default/component/-con/index.html",
        "catalog/default/component/-aux.x/index.html",
        "api/catalog/entities/by-name/component/default/-x.json.gz",
        "tag/-nul/index.html",
        "tag/c~sharp/index.html",
        "type/component/é/index.html",
    ] {
        assert!(site.contains_key(path), "{path}");
    }
    assert_eq!(found.iter().filter(|line| line.contains("unportable-address")).count(), 3, "{found:?}");
}

fn name() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "a",
            "A",
            "é",
            "e\u{301}",
            "con",
            "AUX",
            "?",
            "#",
            "%41",
            "\\",
            "...",
            " ",
            "README",
            "index",
            "Index",
            ":",
            "\t",
            "\u{7f}",
            "\u{202e}",
            "b.html",
            "c.svg",
            "-con",
            "index.html",
            "index.md",
        ])
        .prop_map(str::to_owned),
        Just("long".repeat(60)),
        "\\PC{1,3}".prop_map(|text| text.replace(['/', '\0'], "x")),
    ];
    let ending =
        prop::sample::select(vec!["", ".md", ".md", ".png", ".html", ".svg", ".svg.gz", ".br", ".json", ".PHP", "."]);
    (prop::collection::vec(part, 1..3), ending).prop_map(|(parts, ending)| parts.concat() + ending)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_names_make_a_whole_portable_site_whose_links_lead_somewhere(
        names in prop::collection::vec((prop::collection::vec(name(), 0..3), name()), 1..14),
        old in prop::collection::vec(name(), 0..4),
        kind in name(),
    ) {
        let paths: BTreeSet<String> = names
            .into_iter()
            .map(|(mut folders, name)| { folders.push(name); folders.join("/") })
            // The first page is added below, and on a disk nothing else has its name.
            .filter(|path| path.split('/').all(|name| name != "." && name != "..") && !path.starts_with("index.md/"))
            .collect();
        // On a disk nothing is a file and a folder, and hidden files are not published.
        let is_folder = |path: &String| paths.iter().any(|other| other.starts_with(&format!("{path}/")));
        let paths: Vec<&String> = paths.iter().filter(|path| !is_folder(path)).collect();
        let maps: String = old.iter().map(|from| format!("      {}: index.md\n", quoted(from))).collect();
        let mkdocs = if maps.is_empty() { String::new() } else { format!("plugins:\n- redirects:\n    redirect_maps:\n{maps}") };
        let mut files = team(&mkdocs, &quoted(&format!("t{kind}")));
        let mut index = String::from("# Team\n\n");
        for path in &paths {
            let _ = writeln!(index, "[x]({})\n", link(path));
            let text = if path.ends_with(".svg") { "<svg xmlns=\"http://www.w3.org/2000/svg\"/>" } else { "# Text\n" };
            files.push((format!("docs/{path}"), text.to_owned()));
        }
        files.retain(|(path, _)| path != "docs/index.md");
        files.push(("docs/index.md".to_owned(), index));
        let (site, found) = built(&files);
        check_paths(&site);
        for target in targets(&site, "") {
            // What is left out is reported, as is what a link does not reach.
            let told = found.iter().any(|line| line.contains("is left out") || line.contains("broken-link"));
            prop_assert!(site.contains_key(&target) || told, "{target}: {:?} {found:?}", site.keys());
        }
    }
}
