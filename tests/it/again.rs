//! What is kept from one build to the next must not be seen: after any edits, the site is that of a first build.
//!
//! `PLAYBILL_SEQUENCES` says how many sequences of edits are tried, if more than in everyday tests are wanted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use playbill::config::Config;
use playbill::error::Error;
use playbill::incremental::CacheStore;
use playbill::output::Sink;
use playbill::portal::{self, Analysis, Memo, Portal};
use playbill::render::PageFingerprints;
use playbill::site::{self, Site};
use playbill::workspace::Workspace;
use playbill::{render, theme};

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

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

fn entity(name: &str, dice: &mut Dice) -> String {
    let owner = dice.pick(&["team", "other", "nobody"]);
    let documents = dice.pick(&["dir:.", "dir:.", "dir:./more", "dir:../b"]);
    let title = dice.pick(&["", "  title: Named\n", "  description: See [x](docs/index.md)\n"]);
    let depends = dice.pick(&["", ", dependsOn: ['component:a']", ", providesApis: [api-a, api-b]"]);
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n{title}  annotations: {{github.com/project-slug: acme/{name}, backstage.io/techdocs-ref: '{documents}'}}\nspec: {{type: service, lifecycle: production, owner: {owner}{depends}}}\n"
    )
}

fn api(name: &str, dice: &mut Dice) -> String {
    let definition = dice.pick(&["{$text: ./openapi.yaml}", "{$openapi: ./openapi.yaml}", "{$text: ./none.yaml}"]);
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: api-{name}}}\nspec: {{type: openapi, lifecycle: production, owner: team, definition: {definition}}}\n"
    )
}

fn definition(dice: &mut Dice) -> String {
    let schema =
        dice.pick(&["{type: string}", "{$ref: './parts.yaml#/Pet'}", "{$ref: '#/components/schemas/None'}", "3"]);
    let path = dice.pick(&["/pets", "/pets/{id}", "/stores"]);
    format!(
        "openapi: 3.0.0\ninfo: {{title: T, version: '1'}}\npaths:\n  {path}:\n    get:\n      responses:\n        '200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}\n"
    )
}

/// What GitHub answers for the runs of a workflow, the last of which ended so.
fn runs(conclusion: &str) -> String {
    format!(
        r#"{{"total_count": 1, "workflow_runs": [{{"id": 7, "name": "CI", "head_branch": "main", "event": "push",
          "status": "completed", "conclusion": "{conclusion}", "html_url": "https://github.com/acme/a/actions/runs/7",
          "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-01T10:04:00Z", "run_number": 12}}]}}"#
    )
}

fn start(dice: &mut Dice) -> Tree {
    let mut tree = Tree::new();
    for name in ["a", "b"] {
        tree.insert(format!("{name}/catalog-info.yaml"), entity(name, dice) + &api(name, dice));
        tree.insert(
            format!("{name}/mkdocs.yml"),
            "site_name: S\nmarkdown_extensions: [pymdownx.snippets]\n".to_owned(),
        );
        tree.insert(format!("{name}/docs/index.md"), "# Start\n\n[one](one.md)\n".to_owned());
        tree.insert(format!("{name}/docs/one.md"), "# One\n\n--8<-- \"part.md\"\n".to_owned());
        tree.insert(format!("{name}/openapi.yaml"), definition(dice));
    }
    tree
}

const FOLDERS: [&str; 3] = ["a", "b", "c/deep"];

/// Changes one thing, as an author, an editor or git would.
fn edit(tree: &mut Tree, dice: &mut Dice) -> String {
    let site = dice.pick(&FOLDERS);
    let names = ["index", "one", "two", "deep/three", "deep/index", "README"];
    let page = format!("{site}/docs/{}.md", dice.pick(&names));
    let link = dice.pick(&names);
    let texts = [
        format!("# T{}\n\nSee [it]({link}.md#t1) and ![](p.png).\n", dice.roll(3)),
        format!("# One\n\n--8<-- \"part.md\"\n\n<a href=\"../{link}/\">raw</a>\n"),
        "Text without a title.\n\n```python\ndef f(): pass\n```\n".to_owned(),
        "---\ntitle: Front\n---\n\n## T1\n\n- a\n    - b\n".to_owned(),
        "# Out\n\n[file](../openapi.yaml) [none](../gone.txt) <!-- playbill-ignore: broken-link -->\n".to_owned(),
    ];
    let text = texts[dice.roll(texts.len())].clone();
    let (path, text) = match dice.roll(23) {
        0..=4 => (page, Some(text)),
        5 => (page, None),
        6 => {
            (format!("{site}/part.md"), (dice.roll(3) > 0).then(|| format!("Part {} of [it](one.md).\n", dice.roll(3))))
        }
        7 => (format!("{site}/docs/p.png"), (dice.roll(2) > 0).then(|| format!("picture {}", dice.roll(2)))),
        8 => {
            let extensions =
                dice.pick(&["[pymdownx.snippets]", "[]", "[pymdownx.snippets, {toc: {permalink: false}}]"]);
            let more = dice.pick(&[
                "",
                "exclude_docs: deep/\n",
                "nav: [one.md, index.md]\n",
                "nav: [{All: '!include ../b/mkdocs.yml'}]\n",
                "docs_dir: text\n",
                "plugins: [{redirects: {redirect_maps: {old.md: one.md}}}]\n",
            ]);
            let name = dice.pick(&["site_name: S\n", "", "site_name: Other\n"]);
            (format!("{site}/mkdocs.yml"), Some(format!("{name}markdown_extensions: {extensions}\n{more}")))
        }
        9 => (format!("{site}/mkdocs.yml"), None),
        10 | 11 => {
            let name = site.split('/').next().unwrap_or_default();
            let text = entity(dice.pick(&[name, name, "a"]), dice) + &api(name, dice);
            (format!("{site}/catalog-info.yaml"), Some(text))
        }
        12 => (format!("{site}/catalog-info.yaml"), None),
        13 => (format!("{site}/catalog-info.yaml"), Some("kind: [broken\n".to_owned())),
        14 => (format!("{site}/openapi.yaml"), (dice.roll(4) > 0).then(|| definition(dice))),
        15 => {
            let text = dice.pick(&["Pet: {type: object, properties: {x: {type: string}}}\n", "Pet: 1\n", "- [\n"]);
            (format!("{site}/parts.yaml"), (dice.roll(3) > 0).then(|| text.to_owned()))
        }
        16 => {
            let target = dice.pick(&["./more.yaml", "./*.yaml", "./teams/*.yaml"]);
            let text = format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: more}}\nspec: {{targets: ['{target}']}}\n"
            );
            ("catalog-info.yaml".to_owned(), (dice.roll(4) > 0).then_some(text))
        }
        17 => {
            let text = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
            let path = dice.pick(&["more.yaml", "teams/one.yaml", "teams/catalog-team.yaml"]);
            (path.to_owned(), (dice.roll(3) > 0).then(|| text.to_owned()))
        }
        18 => {
            let path = dice.pick(&["README.md", "docs/README.md", "CODEOWNERS", "more/docs/index.md", "text/index.md"]);
            (format!("{site}/{path}"), (dice.roll(3) > 0).then_some(text))
        }
        19 => {
            // What everything depends on.
            let path = dice.pick(&[".gitignore", ".playbillignore", ".ignore", ".git/HEAD"]);
            let text = dice.pick(&["two.md\n", "deep/\n", "nothing\n"]);
            (format!("{site}/{path}"), (dice.roll(3) > 0).then(|| text.to_owned()))
        }
        20 => {
            // A tool has answered again.
            let answer = dice.pick(&["success", "failure", "cancelled", ""]);
            let text = if answer.is_empty() { "{".to_owned() } else { runs(answer) };
            (format!("snapshots/github-actions/acme/{site}/runs.json"), (dice.roll(4) > 0).then_some(text))
        }
        21 => {
            // A folder moves, or goes.
            let (from, to) = (format!("{site}/"), format!("{}/", dice.pick(&["b", "d", "c/deep"])));
            let moved: Vec<String> = tree.keys().filter(|path| path.starts_with(&from)).cloned().collect();
            for path in &moved {
                let text = tree.remove(path).unwrap_or_default();
                if dice.roll(4) > 0 {
                    tree.insert(path.replacen(&from, &to, 1), text);
                }
            }
            return format!("{from} → {to}");
        }
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

fn bytes(tree: &Tree) -> Vec<(&str, &[u8])> {
    tree.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect()
}

fn first(tree: &Tree) -> Workspace {
    Workspace::from_files(Config::default(), &bytes(tree))
}

/// Returns every document with its problems.
fn documents(workspace: &Workspace, portal: &Portal) -> Vec<String> {
    let pages = portal.docs.sites.iter().flat_map(|site| site.pages.iter());
    let problems = portal.diagnostics.iter().map(|problem| {
        let places = problem.labels.iter().map(|label| {
            format!("{} {}–{} {}", workspace.path(label.span.file), label.span.start, label.span.end, label.text)
        });
        format!(
            "{} {} {places:?} {:?}",
            problem.code,
            problem.message,
            problem.help,
            places = places.collect::<Vec<_>>()
        )
    });
    pages.map(|page| format!("{} {} {:?}", page.path, page.title, page.doc)).chain(problems).collect()
}

fn files(workspace: &Workspace, portal: &Portal, site: &Site) -> BTreeMap<String, Option<String>> {
    let theme = theme::compile(workspace.config(), BTreeMap::new(), theme::Purpose::Portal)
        .expect("the built-in theme compiles");
    let make = |what| {
        let bytes = render::output(workspace, portal, &theme, site, what).expect("pages are made");
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    render::outputs(portal, &theme, site).into_iter().map(|(path, what)| (path, make(what))).collect()
}

fn sequences(everyday: u64) -> u64 {
    std::env::var("PLAYBILL_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(everyday)
}

#[test]
fn after_any_edits_the_site_is_that_of_a_first_build() {
    const STEPS: usize = 20;
    let sequences = sequences(25);
    let (mut kept, mut anew) = (0, 0);
    for round in 0..sequences {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (round + 1));
        let mut tree = start(&mut dice);
        let (analysis, plan) = (Analysis::with(Memo::enabled()), site::Memo::enabled());
        let mut last: Option<Workspace> = None;
        let mut history = Vec::new();
        for step in 0..STEPS {
            // Several changes may be noticed at once.
            for _ in 0..=dice.roll(4) / 3 {
                history.push(edit(&mut tree, &mut dice));
            }
            let next = last.as_ref().and_then(|workspace| workspace.apply_files(&bytes(&tree)));
            let (workspace, changes) = match next {
                Some((workspace, changes)) => (workspace, Some(changes)),
                None => (first(&tree), None),
            };
            *if changes.is_some() { &mut kept } else { &mut anew } += 1;
            analysis.memo().invalidate(changes.as_ref());
            plan.invalidate(changes.as_ref());
            let again = analysis.run(&workspace, &mut |_| ());
            let site_again = plan.plan(&workspace, &again);

            let fresh = first(&tree);
            let expect = portal::analyse(&fresh, &mut |_| ());
            assert_eq!(documents(&workspace, &again), documents(&fresh, &expect), "after {history:#?}");
            if step % 5 == 4 {
                let (got, expect) =
                    (files(&workspace, &again, &site_again), files(&fresh, &expect, &site::plan(&fresh, &expect)));
                for (path, text) in &expect {
                    assert_eq!(got.get(path), Some(text), "{path} after {history:#?}");
                }
                assert_eq!(got.len(), expect.len(), "after {history:#?}");
            }
            last = Some(workspace);
        }
    }
    assert!(kept > anew, "{kept} steps went on from the last state, {anew} began anew");
}

/// What one process leaves for the next.
#[derive(Debug, Default)]
struct MemoryStore(Mutex<HashMap<String, Vec<u8>>>);

impl CacheStore for MemoryStore {
    fn take(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().expect("a board").get(name).cloned()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.0.lock().expect("a board").insert(name.to_owned(), bytes.to_vec());
    }
}

/// A site that is where an earlier one was.
#[derive(Default)]
struct Standing {
    before: BTreeMap<String, Vec<u8>>,
    now: Mutex<BTreeMap<String, Vec<u8>>>,
    kept: Mutex<BTreeSet<String>>,
}

impl Sink for Standing {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let taken = self.now.lock().expect("a site").insert(path.to_owned(), bytes.to_vec());
        assert!(taken.is_none(), "{path} is made twice");
        Ok(())
    }

    fn has(&self, path: &str) -> bool {
        self.before.contains_key(path)
    }

    fn keep(&self, path: &str) {
        self.now.lock().expect("a site").insert(path.to_owned(), self.before[path].clone());
        self.kept.lock().expect("paths").insert(path.to_owned());
    }
}

/// Builds a site as another process would that has the same cache; returns the site and the paths of the files it kept.
fn build(
    tree: &Tree,
    store: Option<&Arc<dyn CacheStore>>,
    made: &PageFingerprints,
    before: BTreeMap<String, Vec<u8>>,
) -> (BTreeMap<String, Vec<u8>>, BTreeSet<String>) {
    let workspace = first(tree);
    let memo = store.cloned().map(Memo::on).unwrap_or_default();
    let portal = Analysis::with(memo).run(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let theme = theme::compile(workspace.config(), BTreeMap::new(), theme::Purpose::Portal)
        .expect("the built-in theme compiles");
    let sink = Standing { before, ..Standing::default() };
    render::search(&workspace, &portal, made, store.map(AsRef::as_ref), &sink).expect("a search");
    render::pages(&workspace, &portal, &theme, &site, made, &sink).expect("pages");
    (sink.now.into_inner().expect("a site"), sink.kept.into_inner().expect("paths"))
}

#[test]
fn after_any_edits_a_build_that_takes_over_parts_is_that_of_a_first_build() {
    const STEPS: u128 = 6;
    let (mut kept, mut all) = (0, 0);
    for round in 0..sequences(8) {
        let mut dice = Dice(0x51ab_11e5_0dd5_ca1e ^ (round + 1));
        let mut tree = start(&mut dice);
        let board: Arc<dyn CacheStore> = Arc::new(MemoryStore::default());
        let mut standing = BTreeMap::new();
        let mut history = Vec::new();
        for step in 0..STEPS {
            for _ in 0..=dice.roll(3) {
                history.push(edit(&mut tree, &mut dice));
            }
            let made = PageFingerprints::take(&*board, Some(step), &[]);
            let (site, taken_over) = build(&tree, Some(&board), &made, standing);
            made.leave(&*board, step + 1);
            let (expect, _) = build(&tree, None, &PageFingerprints::default(), BTreeMap::new());
            for (path, bytes) in &expect {
                assert!(site.get(path) == Some(bytes), "{path} after {history:#?}");
            }
            assert_eq!(site.len(), expect.len(), "after {history:#?}");
            (kept, all) = (kept + taken_over.len(), all + site.len());
            standing = site;
        }
    }
    assert!(kept * 8 > all, "{kept} of {all} files were taken over");
}

#[test]
fn one_changed_answer_renders_only_the_pages_that_show_it() {
    let mut tree = Tree::new();
    for name in ["a", "b"] {
        let component = format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: {{github.com/project-slug: acme/{name}, backstage.io/techdocs-ref: 'dir:.'}}\nspec: {{type: service, lifecycle: production, owner: team}}\n"
        );
        tree.insert(format!("{name}/catalog-info.yaml"), component);
        tree.insert(format!("{name}/mkdocs.yml"), "site_name: S\n".to_owned());
        tree.insert(format!("{name}/docs/index.md"), format!("# Start of {name}\n"));
        tree.insert(format!("snapshots/github-actions/acme/{name}/runs.json"), runs("success"));
    }
    let store: Arc<dyn CacheStore> = Arc::new(MemoryStore::default());
    let first = PageFingerprints::take(&*store, Some(1), &[]);
    let (before, kept) = build(&tree, Some(&store), &first, BTreeMap::new());
    assert!(kept.is_empty());
    first.leave(&*store, 2);

    tree.insert("snapshots/github-actions/acme/a/runs.json".to_owned(), runs("failure"));
    let second = PageFingerprints::take(&*store, Some(2), &[]);
    let (after, kept) = build(&tree, Some(&store), &second, before.clone());

    assert!(after != before);
    // Files that cost next to nothing are always written.
    let is_page = |path: &&String| path.ends_with(".html") && !path.starts_with("api/") && !kept.contains(*path);
    let rendered: Vec<&String> = after.keys().filter(is_page).collect();
    assert_eq!(
        rendered,
        [
            "attention/index.html",
            "catalog/default/component/a/ci-cd/index.html",
            "catalog/default/component/a/index.html",
            "catalog/default/component/a/integrations/index.html",
            "integrations/github-actions/index.html",
        ]
    );
}
