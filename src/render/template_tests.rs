//! Pages of the built-in theme are the same whether Tera renders them or not, and a user's theme is honoured on each.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::site::pages::standalone;
use crate::theme::{self, Override, Purpose};
use crate::workspace::{self, LoadOptions};
use crate::{portal, site};

/// The built-in templates that Tera renders, since they are not in the language of compiled ones.
const LEFT_TO_TERA: &[&str] = &[];

struct Example {
    workspace: Workspace,
    portal: Portal,
    site: Site,
}

static EXAMPLE: LazyLock<Example> = LazyLock::new(|| {
    let options = LoadOptions {
        paths: vec!["content-example".into()],
        config: None,
        cwd: Path::new(env!("CARGO_MANIFEST_DIR")).to_owned(),
        output: None,
        history: false,
        record: false,
        repository: false,
        revision: None,
        packs: None,
        lock: None,
    };
    let workspace = workspace::load(&options).expect("the example");
    let portal = portal::analyse(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    Example { workspace, portal, site }
});

fn theme_of(files: &[(&str, &str)], purpose: Purpose) -> Theme {
    let file = |text: &str| Override { file: FileId::new(0), bytes: text.as_bytes().into() };
    let overrides = files.iter().map(|(name, text)| (format!("templates/{name}"), file(text))).collect();
    theme::compile(EXAMPLE.workspace.config(), overrides, purpose).expect("a theme")
}

/// Renders every page; returns of each its address, its text, and whether that was made without Tera.
///
/// [`Theme::render`] compares in tests: a page that is not as Tera makes it ends the test.
fn rendered(theme: &Theme) -> Vec<(&'static str, String, bool)> {
    let Example { portal, site, .. } = &*EXAMPLE;
    let pages = site.pages().par_iter().filter_map(|page| {
        let view = PageContext { portal, site, url: &page.url };
        let (template, model) = match PAGES[page.of].content(&view, page.subject) {
            PageContent::Html { template, model } => (template, model),
            PageContent::Tab { template, frame, tab: (tab, entity) } => {
                (template, frame.with_tab(TABS[tab].content(&view, entity)))
            }
            PageContent::File { .. } => return None,
        };
        let text = theme.render(&template, &model).expect("a page");
        Some((page.url.as_str(), text, theme.is_compiled(&template, &model)))
    });
    pages.collect()
}

#[test]
fn every_page_of_the_example_is_the_same_with_and_without_tera() {
    let theme = theme_of(&[], Purpose::Portal);
    let left = theme.left_to_tera();
    assert_eq!(left.keys().copied().collect::<Vec<_>>(), LEFT_TO_TERA, "{left:#?}");
    let pages = rendered(&theme);
    assert!(pages.len() > 400, "{}", pages.len());
    for tab in ["impact", "dependencies", "diagram", "raw", "scorecards"] {
        assert!(pages.iter().any(|(url, ..)| url.ends_with(&format!("/{tab}/"))), "no tab {tab} among the pages");
    }
    for (url, _, is_compiled) in &pages {
        assert!(is_compiled, "{url} was left to Tera");
    }
    let alone = theme_of(&[], Purpose::Documentation);
    for docs in &EXAMPLE.portal.docs.sites {
        for page in 0..docs.pages.len() {
            let model = standalone::model(docs, page);
            alone.render("docs-alone.html", &model).expect("a page");
            assert!(alone.is_compiled("docs-alone.html", &model), "{} was left to Tera", docs.pages[page].path);
        }
    }
}

/// Asserts that exactly the pages with `mark` in the built-in theme have `changed` in a theme with these files, and that
/// Tera makes those.
fn is_honoured(files: &[(&str, &str)], mark: &str, changed: &str) {
    static PLAIN: LazyLock<Vec<(&str, String, bool)>> = LazyLock::new(|| rendered(&theme_of(&[], Purpose::Portal)));
    let with = |pages: &[(&'static str, String, bool)], text: &str| -> BTreeSet<&'static str> {
        pages.iter().filter(|(_, page, _)| page.contains(text)).map(|(url, ..)| *url).collect()
    };
    let expected = with(&PLAIN, mark);
    let pages = rendered(&theme_of(files, Purpose::Portal));
    assert!(!expected.is_empty());
    let found = with(&pages, changed);
    let differing: Vec<_> = found.symmetric_difference(&expected).take(5).collect();
    assert!(differing.is_empty(), "{differing:?}");
    for (url, _, is_compiled) in pages {
        assert!(!is_compiled || !expected.contains(url), "{url}");
    }
}

#[test]
fn a_component_of_the_user_is_honoured_everywhere() {
    let crumbs = "{% component crumbs(page: map) -%}
        {% if page.breadcrumbs %}<nav class=\"mine\">{% endif %}
        {%- endcomponent crumbs %}";
    is_honoured(&[("own.html", crumbs)], "<nav class=\"crumbs\"", "<nav class=\"mine\"");
    let turn = "{%- component\n turn(previous = none, next = none) %}
        {%- if previous or next %}<b class=mine>{% endif %}{% endcomponent %}";
    is_honoured(&[("own.html", turn)], "<nav class=\"turn\"", "<b class=mine>");
}

#[test]
fn an_included_template_of_the_user_is_honoured_everywhere() {
    let card = "<section class=\"mine\" data-card=\"labels\">{{ card.labels | length }}</section>";
    is_honoured(&[("cards/labels.html", card)], "data-card=\"labels\"", "<section class=\"mine\"");
}

#[test]
fn a_block_of_the_user_is_honoured_everywhere() {
    let entity =
        "{% extends \"default/entity.html\" %}{% block main_attributes %} data-mine{% endblock main_attributes %}";
    is_honoured(&[("entity.html", entity)], " data-copy-link ", "<main id=\"main\" data-mine>");
    let base = "{% extends \"default/base.html\" %}{% block skip %}mine{% endblock skip %}";
    is_honoured(&[("base.html", base)], "href=\"#main\">Skip", "href=\"#mine\">Skip");
}
