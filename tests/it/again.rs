//! What `serve` keeps from one build to the next must not be seen: after any edits, the site is that of a first build.

use std::collections::BTreeMap;

use playbill::config::Config;
use playbill::docs::Memo;
use playbill::portal::{self, Portal};
use playbill::workspace::Workspace;
use playbill::{render, site, theme};

type Tree = BTreeMap<String, String>;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap_or(0)
    }
}

fn entity(name: &str, more: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: {{backstage.io/techdocs-ref: 'dir:.'}}\nspec: {{type: service, lifecycle: production, owner: {more}}}\n"
    )
}

fn start() -> Tree {
    let mut tree = Tree::new();
    for name in ["a", "b"] {
        tree.insert(format!("{name}/catalog-info.yaml"), entity(name, "x"));
        tree.insert(
            format!("{name}/mkdocs.yml"),
            "site_name: S\nmarkdown_extensions: [pymdownx.snippets]\n".to_owned(),
        );
        tree.insert(format!("{name}/docs/index.md"), "# Start\n\n[one](one.md)\n".to_owned());
        tree.insert(format!("{name}/docs/one.md"), "# One\n\n--8<-- \"part.md\"\n".to_owned());
    }
    tree
}

/// Changes one thing, as an author, an editor or git would.
fn edit(tree: &mut Tree, dice: &mut Dice) -> String {
    let site = ["a", "b"][dice.roll(2)];
    let names = ["index", "one", "two", "deep/three", "deep/index"];
    let page = format!("{site}/docs/{}.md", names[dice.roll(names.len())]);
    let link = names[dice.roll(names.len())];
    let texts = [
        format!("# T{}\n\nSee [it]({link}.md#t1) and ![](p.png).\n", dice.roll(3)),
        format!("# One\n\n--8<-- \"part.md\"\n\n<a href=\"../{link}/\">raw</a>\n"),
        "Text without a title.\n\n```python\ndef f(): pass\n```\n".to_owned(),
        "---\ntitle: Front\n---\n\n## T1\n\n- a\n    - b\n".to_owned(),
    ];
    let text = texts[dice.roll(texts.len())].clone();
    let (path, text) = match dice.roll(12) {
        0..=4 => (page, Some(text)),
        5 => (page, None),
        6 => {
            (format!("{site}/part.md"), (dice.roll(3) > 0).then(|| format!("Part {} of [it](one.md).\n", dice.roll(3))))
        }
        7 => (format!("{site}/docs/p.png"), (dice.roll(2) > 0).then(|| "picture".to_owned())),
        8 => {
            let extensions = ["[pymdownx.snippets]", "[]", "[pymdownx.snippets, {toc: {permalink: false}}]"];
            let exclude = ["", "exclude_docs: deep/\n", "nav: [one.md, index.md]\n"];
            let extensions = extensions[dice.roll(3)];
            (
                format!("{site}/mkdocs.yml"),
                Some(format!("site_name: S\nmarkdown_extensions: {extensions}\n{}", exclude[dice.roll(3)])),
            )
        }
        9 => (format!("{site}/mkdocs.yml"), None),
        10 => (format!("{site}/catalog-info.yaml"), Some(entity(site, ["x", "y"][dice.roll(2)]))),
        _ => {
            // A page moves.
            let from = format!("{site}/docs/{link}.md");
            let text = tree.remove(&from);
            (page, text)
        }
    };
    let what = format!("{path}: {text:?}");
    match text {
        Some(text) => tree.insert(path, text),
        None => tree.remove(&path),
    };
    what
}

fn workspace(tree: &Tree) -> Workspace {
    let files: Vec<(&str, &[u8])> = tree.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    Workspace::from_files(Config::default(), &files)
}

/// Returns every document with its problems.
fn documents(portal: &Portal) -> Vec<String> {
    let pages = portal.docs.sites.iter().flat_map(|site| &site.pages);
    let problems = portal.diagnostics.iter().map(|problem| format!("{} {}", problem.code, problem.message));
    pages.map(|page| format!("{} {} {:?}", page.path, page.title, page.doc)).chain(problems).collect()
}

fn files(workspace: &Workspace, portal: &Portal) -> BTreeMap<String, Option<Vec<u8>>> {
    let site = site::plan(workspace, portal);
    let theme = theme::compile(workspace.config(), BTreeMap::new()).expect("the built-in theme compiles");
    let make = |what| render::output(workspace, portal, &theme, &site, what).expect("pages are made");
    render::outputs(portal, &theme, &site).into_iter().map(|(path, what)| (path, make(what))).collect()
}

#[test]
fn after_any_edits_the_site_is_that_of_a_first_build() {
    for round in 0..25 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (round + 1));
        let mut tree = start();
        let memo = Memo::remembering();
        let mut history = Vec::new();
        for step in 0..20 {
            history.push(edit(&mut tree, &mut dice));
            let workspace = workspace(&tree);
            let again = portal::analyse_again(&workspace, &memo, &mut |_| ());
            let first = portal::analyse(&workspace, &mut |_| ());
            assert_eq!(documents(&again), documents(&first), "after {history:#?}");
            if step == 19 && round % 5 == 0 {
                assert_eq!(files(&workspace, &again), files(&workspace, &first), "after {history:#?}");
            }
        }
    }
}
