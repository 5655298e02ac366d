//! Documentation and definitions of APIs beside a catalog that no entity points to.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::catalog::{self, Catalog};
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::discover;
use crate::docs::Docs;
use crate::text::{FileId, Span};
use crate::workspace::{Folder, Workspace};

/// Maximum number of files that are named; one message is enough for all of them.
const NAMED: usize = 5;
/// Maximum number of definitions that are examined.
const MAX_READ: usize = 500;

/// Names what nobody points to, once. What lies beside a catalog file with such an error in `problems` is left out: its entity may
/// be the one that points to it.
pub(crate) fn check(workspace: &Workspace, catalog: &Catalog, docs: &Docs, problems: &Diagnostics) -> Diagnostics {
    // Without a catalog all of it is shown as implied.
    if catalog.entities().iter().all(|entity| entity.implied.is_some()) {
        return Diagnostics::new();
    }
    let claimed = Claimed::new(workspace, catalog, docs);
    let refused: HashSet<String> = problems
        .iter()
        .filter(|problem| {
            problem.severity == Severity::Error
                || [codes::DOCS_FOLDER_MISSING, codes::MALFORMED_ANNOTATION].contains(&problem.code)
        })
        .filter_map(|problem| Some(problem.labels.first()?.span.file))
        .filter(|file| catalog::is_catalog_name(&workspace.path(*file)))
        .map(|file| workspace.folder_of(file).path().to_owned())
        .collect();
    let is_beside_refused = |file: FileId| {
        let path = workspace.path(file);
        let above = path.match_indices('/').map(|(end, _)| &path[..end]);
        std::iter::once("").chain(above).any(|folder| refused.contains(folder))
    };
    let is_documentation = |file: FileId| {
        let path = workspace.path(file);
        path.ends_with("mkdocs.yml") || path.ends_with("mkdocs.yaml")
    };
    let candidates: Vec<FileId> = workspace
        .content_files()
        .iter()
        .copied()
        .filter(|file| !discover::is_passed_over(&workspace.path(*file)) && !is_beside_refused(*file))
        .collect();
    let (sites, definitions): (Vec<FileId>, Vec<FileId>) =
        candidates.into_iter().partition(|file| is_documentation(*file));
    let sites: Vec<FileId> = sites.into_iter().filter(|file| !claimed.documentation(workspace, *file)).collect();
    let definitions: Vec<FileId> = definitions
        .into_iter()
        .filter(|file| !claimed.definitions.contains(file))
        .take(MAX_READ)
        .filter(|file| discover::definition_format(workspace, *file).is_some())
        .collect();
    let Some(first) = sites.first().or(definitions.first()) else { return Diagnostics::new() };
    let help = help(workspace, catalog, sites.first().copied(), definitions.first().copied());
    let named: Vec<String> =
        sites.iter().chain(&definitions).take(NAMED).map(|file| format!("`{}`", workspace.path(*file))).collect();
    let more = (sites.len() + definitions.len()).saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!("no entity points to {}{more}", named.join(", "));
    vec![Diagnostic::new(codes::UNCLAIMED_CONTENT, Span::whole(*first), message).label("not in the portal").help(help)]
}

/// What entities point to.
struct Claimed {
    /// Where documentation sites are set up.
    sites: HashSet<FileId>,
    /// The folders of all documents that are shown.
    folders: BTreeSet<Folder>,
    definitions: HashSet<FileId>,
}

impl Claimed {
    fn new(workspace: &Workspace, catalog: &Catalog, docs: &Docs) -> Self {
        let pages = docs.sites.iter().flat_map(|site| site.pages.iter());
        Self {
            sites: docs.sites.iter().map(|site| site.source).collect(),
            folders: pages.map(|page| workspace.folder_of(page.file)).collect(),
            definitions: catalog.entities().iter().filter_map(|entity| entity.definition).collect(),
        }
    }

    /// Returns whether the documentation of an `mkdocs.yml` is shown, by itself or as a part of another one.
    fn documentation(&self, workspace: &Workspace, file: FileId) -> bool {
        let below = |folder: &Folder, above: &Folder| {
            let above = above.path();
            above.is_empty()
                || folder.path().strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let folder = workspace.folder_of(file);
        let mut after = self.folders.range(folder.clone()..);
        self.sites.contains(&file) || after.next().is_some_and(|shown| below(shown, &folder))
    }
}

/// Returns what to write, and where.
fn help(workspace: &Workspace, catalog: &Catalog, site: Option<FileId>, definition: Option<FileId>) -> String {
    let mut catalogs: HashMap<Folder, FileId> = HashMap::new();
    for entity in catalog.entities() {
        catalogs.entry(workspace.folder_of(entity.file)).or_insert(entity.file);
    }
    // The nearest catalog file at or above, and the path from there.
    let nearest = |file: FileId| {
        let found = catalogs.iter().filter_map(|(folder, beside)| {
            let path = workspace.path_below(folder, file)?;
            Some((path, workspace.path(*beside)))
        });
        found.min_by(|a, b| (a.0.len(), &a.1).cmp(&(b.0.len(), &b.1)))
    };
    let own = |file: FileId| {
        let path = workspace.path(file);
        path.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let mut help = Vec::new();
    if let Some(file) = site {
        let (path, place) = match nearest(file) {
            Some((path, place)) => (path, format!("its entity in `{place}`")),
            None => (own(file), "an entity in a `catalog-info.yaml` beside it".to_owned()),
        };
        let folder = path.rsplit_once('/').map_or(".".to_owned(), |(folder, _)| format!("./{folder}"));
        help.push(format!("add the annotation `backstage.io/techdocs-ref: dir:{folder}` to {place}"));
    }
    if let Some(file) = definition {
        let (path, place) = match nearest(file) {
            Some((path, place)) => (path, format!("`{place}`")),
            None => (own(file), "a `catalog-info.yaml` beside it".to_owned()),
        };
        help.push(format!("describe an API in {place} with `definition: {{$text: ./{path}}}` below `spec`"));
    }
    format!("{}; `playbill init` proposes catalog files where there are none", help.join("; "))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::depth::Depth;
    use crate::portal::Analysis;
    use crate::workspace::Workspace;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let found = Analysis::of(Depth::Findings).run(&workspace, &mut |_| ()).diagnostics;
        let found = found.iter().filter(|found| found.code.as_str() == "unclaimed-content");
        found.map(|found| format!("{} | {}", found.message, found.help.clone().unwrap_or_default())).collect()
    }

    const GROUP: &str =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n";

    #[test]
    fn what_nobody_points_to_is_named_once() {
        let files = [
            ("catalog-info.yaml", GROUP),
            ("handbook/mkdocs.yml", "site_name: x"),
            ("handbook/docs/index.md", "# x"),
            ("api/openapi.yaml", "openapi: 3.1.0\n"),
            ("api/openapi-parts.yaml", "components: {}\n"),
            ("tests/openapi.yaml", "openapi: 3.1.0\n"),
        ];
        let found = told(&files);
        let [one] = &found[..] else { panic!("{found:?}") };
        assert!(one.starts_with("no entity points to `handbook/mkdocs.yml`, `api/openapi.yaml` |"), "{one}");
        assert!(
            one.contains("`backstage.io/techdocs-ref: dir:./handbook` to its entity in `catalog-info.yaml`"),
            "{one}"
        );
        assert!(one.contains("`definition: {$text: ./api/openapi.yaml}`"), "{one}");
    }

    #[test]
    fn what_a_broken_file_may_point_to_is_not_named() {
        let broken = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {annotations: {backstage.io/techdocs-ref: dir:.}}\n\
                      spec: {type: service, lifecycle: production, owner: crew}\n";
        let files = [
            ("catalog-info.yaml", GROUP),
            ("web/catalog-info.yaml", broken),
            ("web/mkdocs.yml", "site_name: x"),
            ("web/docs/index.md", "# x"),
        ];
        assert!(told(&files).is_empty(), "{:?}", told(&files));
    }

    #[test]
    fn what_is_shown_is_not_named() {
        let entity = format!(
            "{GROUP}---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: web, annotations: {{backstage.io/techdocs-ref: dir:.}}}}\n\
             spec: {{type: service, lifecycle: production, owner: crew}}\n---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: a}}\n\
             spec: {{type: openapi, lifecycle: production, owner: crew, definition: {{$text: ./openapi.yaml}}}}\n"
        );
        let files = [
            ("catalog-info.yaml", &*entity),
            ("mkdocs.yml", "site_name: x\nnav:\n  - One: '!include ./one/mkdocs.yml'\n"),
            ("docs/index.md", "# x"),
            ("one/mkdocs.yml", "site_name: one\n"),
            ("one/docs/index.md", "# x"),
            ("openapi.yaml", "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\n"),
        ];
        assert!(told(&files).is_empty(), "{:?}", told(&files));
        assert!(told(&[("mkdocs.yml", "site_name: x"), ("docs/index.md", "# x")]).is_empty());
    }
}
