//! Documentation sites within another, as the plugin `monorepo` has them: `!include` in a navigation.

use std::collections::HashSet;

use super::document_paths::normal;
use super::mkdocs::{MkDocs, RawNav, invalid};
use super::nav::{self, Base, Entry, Found, Order};
use super::pages::Pages;
use crate::diag::Diagnostics;
use crate::html;
use crate::text::{FileId, Span};
use crate::workspace::{GlobStyle, Workspace};

/// The documents of another `mkdocs.yml` that the navigation includes.
pub(super) struct Part {
    /// The included file.
    pub(super) settings: MkDocs,
    /// Where its documents are among all, with a `/` at the end.
    pub(super) prefix: String,
}

/// Returns the entries of a navigation that include others.
pub(super) fn includes(nav: &[RawNav]) -> Vec<&RawNav> {
    let mut found = Vec::new();
    for item in nav {
        match item {
            RawNav::Include { .. } => found.push(item),
            RawNav::Section { items, .. } => found.extend(includes(items)),
            RawNav::Item { .. } => {}
        }
    }
    found
}

/// Reads the parts that one entry of a navigation includes.
pub(super) fn include(
    workspace: &Workspace,
    from: FileId,
    target: &str,
    pattern: bool,
    span: Span,
    aliases: &mut HashSet<String>,
    problems: &mut Diagnostics,
) -> Vec<Part> {
    let found = if pattern {
        workspace.glob(from, target, GlobStyle::File)
    } else {
        workspace.locate(from, target).map(|file| vec![file])
    };
    let files = match found {
        Ok(files) => files,
        Err(error) => {
            let problem = invalid(span, format!("the navigation includes `{target}`, which cannot be used: {error}"));
            problems.push(problem.help("write the path of another `mkdocs.yml`, relative to this file"));
            return Vec::new();
        }
    };
    if files.is_empty() {
        let problem = invalid(span, format!("the pattern `{target}` matches no `mkdocs.yml`"));
        problems.push(problem.help("correct the pattern, which is relative to this file"));
    }
    let mut parts = Vec::new();
    for file in files {
        let settings = MkDocs::read(workspace, file, problems);
        let Some(name) = &settings.site_name else {
            problems.push(
                invalid(Span::whole(file), "an included `mkdocs.yml` needs a `site_name`")
                    .also(span, "included here")
                    .help("write `site_name: ` and a name; it becomes the path of its pages"),
            );
            continue;
        };
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
        let alias = if name.chars().all(is_path) { name.clone() } else { html::slug(name) };
        let Some(alias) = normal("", &alias).filter(|alias| !alias.is_empty()) else { continue };
        if !aliases.insert(alias.clone()) {
            problems.push(
                invalid(span, format!("two included parts are called `{name}`"))
                    .help("give each `mkdocs.yml` a `site_name` of its own"),
            );
            continue;
        }
        if !includes(settings.nav.as_deref().unwrap_or(&[])).is_empty() {
            let problem = invalid(Span::whole(file), "an included `mkdocs.yml` cannot include others");
            problems.push(problem.also(span, "included here").help("include them from the first `mkdocs.yml`"));
        }
        parts.push(Part { settings, prefix: format!("{alias}/") });
    }
    parts
}

/// Returns the navigation of parts that one entry includes: `title` is around those of a pattern, else it is that of the part.
pub(super) fn sections(
    parts: &[Part],
    title: Option<&str>,
    pattern: bool,
    pages: &Pages,
    found: &mut Found,
) -> Vec<Entry> {
    let mut sections = Vec::new();
    for Part { settings, prefix } in parts {
        let items = match &settings.nav {
            Some(raw) => {
                let base = Base { pages, prefix, absolute_is_docs: settings.absolute_is_docs.1 };
                nav::resolve(raw, base, &mut |_| Vec::new(), found)
            }
            None => nav::automatic(pages, prefix, None, Order::FoldersFirst),
        };
        let own = settings.site_name.clone().unwrap_or_default();
        let title = if pattern { own } else { title.map_or(own, str::to_owned) };
        sections.push(Entry::Section { title, items });
    }
    match title {
        Some(title) if pattern => vec![Entry::Section { title: title.to_owned(), items: sections }],
        _ => sections,
    }
}

#[cfg(test)]
mod tests {
    use crate::docs::tests::check_nav;

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
}
