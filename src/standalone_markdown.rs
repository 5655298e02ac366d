//! Markdown that is outside of documentation sites: the home page of the configuration, and the README beside an entity
//! that has no documentation.
//!
//! Knows what a link means, and no URL of the site.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{Catalog, EntityId, EntityRef, kinds};
use crate::config::Filter;
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::docs::Docs;
use crate::html;
use crate::markdown::{DocLink, LinkKind, Resolved, commonmark};
use crate::text::{FileId, Span};
use crate::workspace::{LocateError, Workspace};

/// Bytes of a README that are shown; the rest is a click away.
const README_SHOWN: usize = 12_000;

/// The Markdown outside of documentation sites.
#[derive(Debug, Clone, Default)]
pub struct StandaloneMarkdown {
    /// What the portal's first page says.
    pub home: Option<Note>,
    /// The README beside an entity.
    pub readmes: BTreeMap<EntityId, Note>,
}

/// A text, with where its links lead.
#[derive(Debug, Clone)]
pub struct Note {
    /// Where it is.
    pub file: FileId,
    /// CommonMark. A paragraph `{{entities N}}` is the placeholder of a list, see `queries`.
    pub text: String,
    /// Whether the file goes on.
    pub is_cut: bool,
    /// The file where its host shows it.
    pub view: Option<String>,
    /// The entities that the text asks for, in its order.
    pub queries: Vec<Filter>,
    /// The pictures of the text that lie in its repository, in its order.
    pub pictures: Vec<NotePicture>,
    goals: HashMap<String, LinkTarget>,
}

/// A picture of a text outside of documentation sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotePicture {
    /// What is published.
    pub file: FileId,
    /// The name that it is published under.
    pub name: String,
}

/// Endings of pictures that browsers show.
const PICTURES: &[&str] = &["apng", "avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];

/// Maximum number of pictures of one text that are published.
const MAX_PICTURES: usize = 100;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// To an entity.
    Entity(EntityId),
    /// To a page of a documentation site, by index, and a place in it that begins with `#` or is empty.
    Page {
        /// The documentation.
        site: usize,
        /// Its page.
        page: usize,
        /// The place.
        place: String,
    },
    /// To a file of the repository, shown by its host.
    Source(String),
    /// To a picture of the text, by index, and what its address ends with: empty, or from `#` on.
    Picture(usize, String),
    /// To what is the same on every page.
    AsWritten,
    /// To a file that no page shows.
    Outside,
    /// To nothing.
    Nowhere,
}

impl Note {
    /// Returns where a link of the text leads.
    #[must_use]
    pub fn goal(&self, link: &DocLink) -> &LinkTarget {
        self.goals.get(&link.target).unwrap_or(&LinkTarget::Nowhere)
    }
}

/// Reads what there is.
#[must_use]
pub fn read(workspace: &Workspace, catalog: &Catalog, docs: &Docs, depth: Depth) -> (StandaloneMarkdown, Diagnostics) {
    if depth < Depth::Findings {
        return (StandaloneMarkdown::default(), Diagnostics::new());
    }
    let mut problems = Vec::new();
    let reader = Reader { workspace, catalog, docs, pages: pages(docs) };
    let home = reader.home(&mut problems);
    let readmes = reader.readmes(&mut problems);
    (StandaloneMarkdown { home, readmes }, problems)
}

/// The pages by the files they are made of.
fn pages(docs: &Docs) -> HashMap<FileId, (usize, usize)> {
    let pages = docs.sites.iter().enumerate().rev();
    pages.flat_map(|(site, of)| of.pages.iter().enumerate().map(move |(page, one)| (one.file, (site, page)))).collect()
}

struct Reader<'a> {
    workspace: &'a Workspace,
    catalog: &'a Catalog,
    docs: &'a Docs,
    pages: HashMap<FileId, (usize, usize)>,
}

impl Reader<'_> {
    fn home(&self, problems: &mut Diagnostics) -> Option<Note> {
        let path = self.workspace.config().home.as_deref()?;
        let limit = self.workspace.config().limits.document;
        let config = self.workspace.config_file();
        // Without a file, the configuration is a test's.
        let located = match config {
            Some(config) => self.workspace.locate(config, path),
            None => self.workspace.locate_in(self.workspace.roots().first()?, path),
        };
        let read = match located {
            Ok(file) => self.workspace.text(file, limit).map(|text| (file, text)).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let (file, text) = match read {
            Ok(found) => found,
            Err(error) => {
                let place = self.workspace.config().places.get("home").or(config.map(Span::whole))?;
                let message = format!("the home page `{path}` cannot be read: {error}");
                let problem = Diagnostic::new(codes::INVALID_CONFIG, place, message);
                problems.push(problem.help("mend `home`: a Markdown file, relative to this one"));
                return None;
            }
        };
        let (goals, lost) = self.goals(file, &text);
        problems.extend(lost.into_iter().map(|lost| lost.problem));
        let (text, queries) = self.with_queries(file, &text, problems);
        Some(self.note(file, text, false, queries, goals))
    }

    /// Takes blocks of code in the language `entities` for expressions, and puts marks in their places.
    fn with_queries(&self, file: FileId, text: &Arc<str>, problems: &mut Diagnostics) -> (String, Vec<Filter>) {
        let (mut out, mut queries) = (String::with_capacity(text.len()), Vec::new());
        let mut lines = text.split_inclusive('\n');
        let mut at = 0;
        while let Some(line) = lines.next() {
            let start = at + line.len();
            at = start;
            if line.trim_end() != "```entities" {
                out.push_str(line);
                continue;
            }
            let mut expression = String::new();
            for inside in lines.by_ref() {
                at += inside.len();
                if inside.trim_end() == "```" {
                    break;
                }
                expression.push_str(inside);
            }
            let filter = Filter::parse(&expression).unwrap_or_else(|error| {
                let span = Span::new(file, start, start + expression.trim_end().len());
                problems.push(
                    Diagnostic::new(codes::INVALID_CONFIG, span, error)
                        .help("such a block holds terms like `kind:component owner:my-team !lifecycle:deprecated`"),
                );
                Filter::none()
            });
            let _ = write!(out, "\n{{{{entities {}}}}}\n\n", queries.len());
            queries.push(filter);
        }
        (out, queries)
    }

    /// A README belongs to the one component, or other thing with code, beside it.
    fn readmes(&self, problems: &mut Diagnostics) -> BTreeMap<EntityId, Note> {
        let limit = self.workspace.config().limits.document;
        let mut by_file: HashMap<FileId, Vec<EntityId>> = HashMap::new();
        for (id, entity) in self.catalog.iter() {
            if kinds::of(entity.reference.kind()).is_some_and(|kind| kind.has_readme) {
                by_file.entry(entity.file).or_default().push(id);
            }
        }
        let alone = by_file.into_iter().filter_map(|(file, ids)| match *ids {
            [id] if self.docs.of(id).is_none() => Some((file, id)),
            _ => None,
        });
        let alone: Vec<(FileId, EntityId)> = alone.collect();
        let found = alone.into_par_iter().filter_map(|(beside, id)| {
            let folder = self.workspace.folder_of(beside);
            let file = ["README.md", "readme.md", "Readme.md"]
                .iter()
                .find_map(|name| self.workspace.locate_in(&folder, name).ok())?;
            let text = self.workspace.text(file, limit).ok()?;
            let (shown, is_cut) = beginning(&text);
            let (goals, lost) = self.goals(file, shown);
            let note = self.note(file, shown.to_owned(), is_cut, Vec::new(), goals);
            (!shown.trim().is_empty()).then_some((id, note, lost))
        });
        let mut found: Vec<(EntityId, Note, Vec<LostLink>)> = found.collect();
        found.sort_by_key(|(id, ..)| *id);
        let mut readmes = BTreeMap::new();
        for (id, note, lost) in found {
            // A README is read as its host shows it, where a path may also lead to what is no file.
            problems.extend(lost.into_iter().filter(|lost| lost.is_missing).map(|lost| lost.problem));
            readmes.insert(id, note);
        }
        readmes
    }

    fn note(&self, file: FileId, text: String, is_cut: bool, queries: Vec<Filter>, (goals, pictures): Goals) -> Note {
        let view = self.workspace.source_urls(file).map(|urls| urls.view);
        Note { file, text, is_cut, view, queries, pictures, goals }
    }

    /// Resolves the links of a text, given as it is in the file; returns the broken ones beside them.
    fn goals(&self, file: FileId, text: &str) -> (Goals, Vec<LostLink>) {
        let mut goals = HashMap::new();
        let mut pictures = Vec::new();
        let mut lost = Vec::new();
        for link in commonmark::render(text, &|_| Resolved::default()).links {
            let mut goal = self.goal(file, &link);
            if goal == LinkTarget::Outside && is_image(&link) {
                goal = self.picture(file, &link, &mut pictures).unwrap_or(goal);
            }
            if goal == LinkTarget::Nowhere {
                let span = Span::new(file, link.span.start, link.span.end);
                let message = format!("the link `{}` leads nowhere", link.target);
                let help =
                    "write the path of a file relative to this one, `kind:namespace/name` of an entity, or an address";
                let problem = Diagnostic::new(codes::BROKEN_LINK, span, message).help(help);
                let found = self.workspace.locate(file, &path(&link.target).0);
                lost.push(LostLink { problem, is_missing: matches!(found, Err(LocateError::Missing { .. })) });
            }
            goals.insert(link.target, goal);
        }
        ((goals, pictures), lost)
    }

    /// Notes a picture that is to be published.
    fn picture(&self, from: FileId, link: &DocLink, pictures: &mut Vec<NotePicture>) -> Option<LinkTarget> {
        let (path, rest) = path(&link.target);
        let file = self.workspace.locate(from, &path).ok()?;
        let place = rest.find('#').map_or("", |at| &rest[at..]).to_owned();
        if let Some(known) = pictures.iter().position(|picture| picture.file == file) {
            return Some(LinkTarget::Picture(known, place));
        }
        let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
        (PICTURES.contains(&&*ending) && pictures.len() < MAX_PICTURES).then_some(())?;
        // The name of the author may be one that a host refuses; nobody reads it.
        pictures.push(NotePicture { file, name: format!("{}.{ending}", pictures.len() + 1) });
        Some(LinkTarget::Picture(pictures.len() - 1, place))
    }

    fn goal(&self, from: FileId, link: &DocLink) -> LinkTarget {
        let target = link.target.trim();
        let is_image = is_image(link);
        if target.starts_with('#') {
            return LinkTarget::AsWritten;
        }
        if let Ok(reference) = EntityRef::parse(target, None, "default")
            && let Some(id) = self.catalog.find(reference.as_str())
        {
            return LinkTarget::Entity(id);
        }
        if html::is_external(target) {
            // Pages load nothing from elsewhere.
            return if is_image { LinkTarget::Outside } else { LinkTarget::AsWritten };
        }
        let (path, place) = path(target);
        let Ok(file) = self.workspace.locate(from, &path) else { return LinkTarget::Nowhere };
        if is_image {
            return LinkTarget::Outside;
        }
        match self.pages.get(&file) {
            Some((site, page)) => LinkTarget::Page { site: *site, page: *page, place: place.to_owned() },
            None => self
                .workspace
                .source_urls(file)
                .map_or(LinkTarget::Outside, |urls| LinkTarget::Source(urls.view + place)),
        }
    }
}

/// Where the links of a text lead, and the pictures to publish with it.
type Goals = (HashMap<String, LinkTarget>, Vec<NotePicture>);

/// A link to nothing.
struct LostLink {
    problem: Diagnostic,
    /// Whether it is the path of a file that does not exist, and not of a folder or of something outside of the repository.
    is_missing: bool,
}

/// Returns the path of a link as the disk has it, and what follows it.
fn path(target: &str) -> (Cow<'_, str>, &str) {
    let target = target.trim();
    let (path, rest) = target.find(['?', '#']).map_or((target, ""), |at| target.split_at(at));
    (percent_encoding::percent_decode_str(path).decode_utf8_lossy(), rest)
}

fn is_image(link: &DocLink) -> bool {
    matches!(link.kind, LinkKind::Image | LinkKind::HtmlImage)
}

/// Returns what is shown of a README: whole paragraphs, no half block of code; and whether that leaves something out.
fn beginning(text: &str) -> (&str, bool) {
    if text.len() <= README_SHOWN {
        return (text, false);
    }
    let mut end = 0;
    let (mut at, mut in_code) = (0, false);
    for line in text.split_inclusive('\n') {
        if at > README_SHOWN {
            break;
        }
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            in_code = !in_code;
        }
        if bare.is_empty() && !in_code {
            end = at;
        }
        at += line.len();
    }
    (&text[..end], true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::docs::Memo;

    fn notes(files: &[(&str, &str)]) -> (StandaloneMarkdown, Arc<Catalog>, Diagnostics) {
        let config = config::Config { home: Some("home.md".to_owned()), ..config::Config::default() };
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(config, &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let docs = crate::docs::analyse(&workspace, &catalog, Depth::Pages, &Memo::default()).0;
        let (notes, problems) = read(&workspace, &catalog, &docs, Depth::Pages);
        (notes, catalog, problems)
    }

    const SHOP: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop}\nspec: {type: service, lifecycle: production, owner: o}\n";
    const SITE: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: site\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: service, lifecycle: production, owner: o}\n";

    #[test]
    fn a_readme_belongs_to_the_one_thing_beside_it_that_has_no_documentation() {
        let two = format!("{SHOP}---\n{}", SHOP.replace("shop", "stall"));
        let (notes, catalog, _) = notes(&[
            ("shop/catalog-info.yaml", SHOP),
            (
                "shop/README.md",
                "# Shop\n\nSee [the site](../site/docs/more.md#top), [us](component:site), [this](#x), ![p](p.png).",
            ),
            ("site/catalog-info.yaml", SITE),
            ("site/README.md", "# Not shown"),
            ("site/docs/index.md", "# Site"),
            ("site/docs/more.md", "# More"),
            ("both/catalog-info.yaml", &two.replace("shop", "booth")),
            ("both/README.md", "# Whose?"),
        ]);
        let shop = catalog.find("component:default/shop").unwrap();
        assert_eq!(notes.readmes.keys().copied().collect::<Vec<_>>(), [shop]);
        let note = &notes.readmes[&shop];
        let link = |target: &str, kind| DocLink { target: target.to_owned(), span: 0..0, kind };
        assert_eq!(
            note.goal(&link("../site/docs/more.md#top", LinkKind::Link)),
            &LinkTarget::Page { site: 0, page: 1, place: "#top".to_owned() }
        );
        assert_eq!(
            note.goal(&link("component:site", LinkKind::Link)),
            &LinkTarget::Entity(catalog.find("component:default/site").unwrap())
        );
        assert_eq!(note.goal(&link("#x", LinkKind::Link)), &LinkTarget::AsWritten);
        assert_eq!(note.goal(&link("p.png", LinkKind::Image)), &LinkTarget::Nowhere);
    }

    #[test]
    fn links_of_a_readme_to_files_that_are_not_there_are_reported() {
        let text = "[gone](docs/gone.md) [there](a%20b.md) [folder](docs) [issues](../../issues) [host](https://x.example) [x](#x)\n";
        let (_, _, problems) = notes(&[
            ("home.md", ""),
            ("shop/.git/HEAD", "ref: refs/heads/main"),
            ("shop/catalog-info.yaml", SHOP),
            ("shop/README.md", text),
            ("shop/a b.md", ""),
            ("shop/docs/more.md", ""),
        ]);
        let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages, ["the link `docs/gone.md` leads nowhere"]);
    }

    #[test]
    fn pictures_of_a_readme_are_published_once_each() {
        let text = "<p align=\"center\"><img src=\"doc/Logo.SVG\" alt=\"Logo\"></p>\n\n![a](doc/a.png#gh-dark-mode-only) ![b](doc/a.png) ![c](c.txt) ![d](https://x.example/d.svg) ![e](../e.png)\n";
        let (notes, catalog, _) = notes(&[
            ("shop/.git/HEAD", "ref: refs/heads/main"),
            ("shop/catalog-info.yaml", SHOP),
            ("shop/README.md", text),
            ("shop/doc/Logo.SVG", "<svg/>"),
            ("shop/doc/a.png", "a"),
            ("shop/c.txt", "c"),
            ("e.png", "e"),
        ]);
        let note = &notes.readmes[&catalog.find("component:default/shop").unwrap()];
        let names: Vec<&str> = note.pictures.iter().map(|picture| &*picture.name).collect();
        assert_eq!(names, ["1.svg", "2.png"]);
        let goal =
            |target: &str| note.goal(&DocLink { target: target.to_owned(), span: 0..0, kind: LinkKind::Image }).clone();
        assert_eq!(goal("doc/Logo.SVG"), LinkTarget::Picture(0, String::new()));
        assert_eq!(goal("doc/a.png#gh-dark-mode-only"), LinkTarget::Picture(1, "#gh-dark-mode-only".to_owned()));
        assert_eq!(goal("doc/a.png"), LinkTarget::Picture(1, String::new()));
        assert_eq!(goal("c.txt"), LinkTarget::Outside);
        assert_eq!(goal("https://x.example/d.svg"), LinkTarget::Outside);
        assert_eq!(goal("../e.png"), LinkTarget::Nowhere);
    }

    #[test]
    fn the_home_page_asks_for_entities() {
        let home = "# Hello\n\n[Shop](component:shop)\n\n```entities\nkind:component\n```\n\n```entities\ncolour:red\n```\n\nBye: [gone](gone.md).\n";
        let (notes, catalog, problems) = notes(&[("shop/catalog-info.yaml", SHOP), ("home.md", home)]);
        let note = notes.home.unwrap();
        assert_eq!(note.queries, [Filter::parse("kind:component").unwrap(), Filter::none()]);
        assert!(
            note.text.contains("\n\n{{entities 0}}\n\n")
                && note.text.ends_with("{{entities 1}}\n\n\nBye: [gone](gone.md).\n"),
            "{}",
            note.text
        );
        let link = DocLink { target: "component:shop".to_owned(), span: 0..0, kind: LinkKind::Link };
        assert_eq!(note.goal(&link), &LinkTarget::Entity(catalog.find("component:default/shop").unwrap()));
        let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages[0], "the link `gone.md` leads nowhere");
        assert!(messages[1].starts_with("`colour` is not a property"), "{messages:?}");
        // The lists before it have not moved the link.
        assert_eq!(problems[0].span().range(), home.find("gone.md").unwrap()..home.find(").\n").unwrap());
        assert_eq!(&home[problems[1].span().range()], "colour:red");
    }

    #[test]
    fn long_readmes_end_between_paragraphs() {
        let text = format!("# Long\n\n{}", "One paragraph of some words.\n\n```\ncode\n\ncode\n```\n\n".repeat(400));
        let (shown, is_cut) = beginning(&text);
        assert!(is_cut && shown.len() <= README_SHOWN && shown.len() > README_SHOWN - 100);
        assert_eq!(shown.matches("```").count() % 2, 0);
        assert_eq!(beginning("short"), ("short", false));
    }
}
