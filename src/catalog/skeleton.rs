//! Which files are input of software templates: they describe what a template will make, not what there is.
//!
//! A Template says in its steps what it fetches. It need not be in the catalog to say so: in a new Backstage app it is
//! registered in a configuration that nobody reads here, or not at all.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::text::FileId;
use crate::workspace::{GlobStyle, LocateError, UrlTarget, Workspace};
use crate::yaml::{self, Node, Value};

/// Files above this size are no Templates.
const MAX_TEMPLATE: u64 = 1 << 20;
/// Maximum number of values that are tried for a computed name.
const MAX_VALUES: usize = 200;
/// Parts of the names of folders in which templates keep what they fetch.
const USUAL: [&str; 6] = ["skeleton", "content", "template", "scaffold", "cookiecutter", "boilerplate"];

/// Where the results of examples of templates are kept.
const SNAPSHOTS: &str = "examples/__snapshots__/";

/// The folders and files that templates fetch, as paths.
#[derive(Debug, Default)]
pub(super) struct Skeletons {
    places: BTreeSet<String>,
    /// Folders of templates that compute what they fetch: what lies in folders below them is taken for it.
    parents: BTreeSet<String>,
}

impl Skeletons {
    /// Returns whether a file is input of a template.
    pub(super) fn hold(&self, path: &str) -> bool {
        if path.match_indices(SNAPSHOTS).any(|(at, _)| at == 0 || path[..at].ends_with('/')) {
            return true;
        }
        let mut below = false;
        let mut end = path.len();
        loop {
            let place = &path[..end];
            if self.places.contains(place) || (below && self.parents.contains(place)) {
                return true;
            }
            // A file in the folder of the template itself is not meant.
            below = end < path.len();
            let Some(slash) = place.rfind('/') else { return false };
            end = slash;
        }
    }

    /// Returns how many places are known.
    pub(super) fn len(&self) -> usize {
        self.places.len() + self.parents.len()
    }

    /// Adds what those of the files fetch that are Templates; there may be thousands of others, which are read in parallel.
    pub(super) fn add_files(&mut self, workspace: &Workspace, files: &[FileId]) {
        let is_one = |file: &&FileId| workspace.text_once(**file, MAX_TEMPLATE).is_ok_and(|text| is_template(&text));
        let templates: Vec<FileId> = files.par_iter().filter(is_one).copied().collect();
        templates.into_iter().for_each(|file| self.add_file(workspace, file));
    }

    /// Adds what a file of Templates fetches.
    pub(super) fn add_file(&mut self, workspace: &Workspace, file: FileId) {
        let Ok(text) = workspace.text(file, MAX_TEMPLATE) else { return };
        if !is_template(&text) {
            return;
        }
        let (documents, _) = yaml::parse(file, &text);
        let mut broken = documents.is_empty();
        for document in &documents {
            match &document.root {
                Some(root) => self.add(workspace, file, root),
                None => broken |= document.broken,
            }
        }
        if broken {
            // What it fetches can be read all the same.
            for line in text.lines() {
                if let Some((_, url)) = line.split_once("url:") {
                    let url = url.split([',', '}', '#']).next().unwrap_or("").trim().trim_matches(['"', '\'']);
                    self.take(workspace, file, url);
                }
            }
        }
    }

    /// Adds what a Template fetches.
    pub(super) fn add(&mut self, workspace: &Workspace, file: FileId, root: &Node) {
        if root.get("kind").and_then(Node::as_str) != Some("Template") {
            return;
        }
        let spec = root.get("spec");
        for step in spec.and_then(|spec| spec.get("steps")).and_then(Node::as_seq).unwrap_or(&[]) {
            let action = step.get("action").and_then(Node::as_str).unwrap_or("");
            if !["fetch", "cookiecutter", "template"].iter().any(|word| action.contains(word)) {
                continue;
            }
            let input = step.get("input");
            let url = input.and_then(|input| input.get("url").or_else(|| input.get("templateUrl")));
            let Some(url) = url.and_then(Node::as_str) else { continue };
            if url.contains("${{") {
                let parameters = spec.and_then(|spec| spec.get("parameters"));
                self.computed(workspace, file, url, [step.get("each"), parameters]);
            } else {
                self.take(workspace, file, url);
            }
        }
    }

    /// Adds what a computed name may mean: each value that it may have, and the folder above it as the best that is
    /// known.
    fn computed(&mut self, workspace: &Workspace, file: FileId, url: &str, values: [Option<&Node>; 2]) {
        let mut texts = BTreeSet::new();
        values.into_iter().flatten().for_each(|node| collect(node, 0, &mut texts));
        let (before, rest) = url.split_once("${{").unwrap_or((url, ""));
        let after = rest.split_once("}}").map_or("", |(_, after)| after);
        let mut found = false;
        if !after.contains("${{") {
            for text in texts.iter().take(MAX_VALUES) {
                found |= self.take(workspace, file, &format!("{before}{text}{after}"));
            }
        }
        let above = before.rfind('/').map_or("", |slash| &before[..slash]);
        if !above.is_empty() && self.take(workspace, file, above) {
            return;
        }
        let own = workspace.folder_of(file);
        if !found && !own.path().is_empty() {
            self.parents.insert(own.path().to_owned());
        }
    }

    /// Adds a folder or a file that is named; says whether there is one.
    fn take(&mut self, workspace: &Workspace, file: FileId, target: &str) -> bool {
        let found = if target.contains("://") {
            match workspace.locate_url(target) {
                UrlTarget::Local { folder, path } => workspace
                    .locate_folder_in(&folder, path.trim_end_matches('/'))
                    .map(|folder| folder.path().to_owned()),
                UrlTarget::Elsewhere => return false,
            }
        } else {
            match workspace.locate_folder(file, target) {
                Ok(folder) => Ok(folder.path().to_owned()),
                Err(LocateError::IsFile) => workspace.locate(file, target).map(|file| workspace.path(file).to_string()),
                Err(error) => Err(error),
            }
        };
        let Ok(path) = found else { return false };
        // A template that fetches the folder it is in does not hide itself.
        let own = workspace.path(file);
        let holds_itself = path.is_empty() || own.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if holds_itself || *own == *path {
            return false;
        }
        self.places.insert(path);
        true
    }

    /// Looks for a Template in the folders above a catalog file that looks like input of one; adds what it fetches.
    pub(super) fn look_above(&mut self, workspace: &Workspace, file: FileId, seen: &mut BTreeSet<String>) {
        let path = workspace.path(file);
        let mut folder = workspace.folder_of(file);
        for _ in 0..path.matches('/').count() {
            let Ok(above) = workspace.locate_folder_in(&folder, "..") else { return };
            if above.path() == folder.path() {
                return;
            }
            folder = above;
            if !seen.insert(folder.path().to_owned()) {
                continue;
            }
            for pattern in ["*.yaml", "*.yml"] {
                for file in workspace.glob_in(&folder, pattern, GlobStyle::Url).unwrap_or_default() {
                    self.add_file(workspace, file);
                }
            }
        }
    }
}

/// Collects the texts of a value, where a computed name may come from.
fn collect(node: &Node, depth: usize, texts: &mut BTreeSet<String>) {
    if depth > 12 || texts.len() > MAX_VALUES {
        return;
    }
    match &node.value {
        Value::Str(text) if !text.is_empty() && !text.contains("${{") => _ = texts.insert(text.to_string()),
        Value::Seq(items) => items.iter().for_each(|item| collect(item, depth + 1, texts)),
        Value::Map(map) => map.entries().iter().for_each(|entry| collect(&entry.value, depth + 1, texts)),
        _ => {}
    }
}

/// Returns whether a text describes a software template.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("scaffolder.backstage.io/") && text.contains("Template")
}

/// Returns whether a folder on the way to a file is called as folders are in which templates keep what they fetch.
pub(super) fn is_usual_place(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders).to_lowercase();
    folders.contains("${{") || folders.contains("{{") || USUAL.iter().any(|part| folders.contains(part))
}

/// Returns whether a catalog file has gaps that a template fills in, where an entity cannot have any: its name, or lines
/// that are no YAML.
pub(super) fn has_gaps(text: &str) -> bool {
    if !text.contains("{%") && !text.contains("{{") || is_template(text) {
        return false;
    }
    let mut in_metadata = false;
    text.lines().any(|line| {
        let trimmed = line.trim_start();
        if trimmed.len() == line.len() && !trimmed.is_empty() {
            in_metadata = trimmed.starts_with("metadata:");
        }
        let name = trimmed.strip_prefix("name:").filter(|_| in_metadata);
        trimmed.starts_with("{%") || trimmed.starts_with("{{") || name.is_some_and(|name| name.contains("{{"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const ENTITY: &str = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: NAME}\n\
                          spec: {type: team, children: []}\n";

    fn template(steps: &str) -> String {
        format!(
            "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {{name: t}}\n\
             spec:\n  type: service\n  steps:\n{steps}"
        )
    }

    /// Returns the entities that are read of `files`, besides the Template, and the errors.
    fn read(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let loaded = crate::catalog::load(&workspace);
        let entities = loaded.catalog.entities().iter().map(|entity| entity.reference.to_string());
        let errors = loaded.diagnostics.iter().filter(|found| found.severity == crate::diag::Severity::Error);
        let errors = errors.map(|found| format!("{}: {}", workspace.path(found.span().file), found.message)).collect();
        (entities.filter(|reference| !reference.starts_with("template:")).collect(), errors)
    }

    #[track_caller]
    fn check(steps: &str, template_file: &str, skeleton: &str, text: &str) {
        let root = ENTITY.replace("NAME", "real");
        let template = template(steps);
        let files = [("catalog-info.yaml", root.as_str()), (template_file, &template), (skeleton, text)];
        let expect = (vec!["group:default/real".to_owned()], Vec::new());
        assert_eq!(read(&files), expect, "{template_file} {skeleton} {steps}");
    }

    #[test]
    fn what_a_template_fetches_is_no_entity_whether_or_not_it_is_read() {
        let gaps =
            "apiVersion: x\nkind: Component\nmetadata:\n  name: ${{ values.name | dump }}\n  {%- if values.a %}\n";
        let plain = ENTITY.replace("NAME", "made");
        for text in [gaps, plain.as_str()] {
            let fetch = |url: &str| format!("    - action: fetch:template\n      input: {{url: {url}}}\n");
            check(
                &fetch("./content"),
                "examples/template/template.yaml",
                "examples/template/content/catalog-info.yaml",
                text,
            );
            check(&fetch("./skeleton"), "t/template.yaml", "t/skeleton/deep/catalog-info.yaml", text);
            check(&fetch("./skeleton"), "t/own-name.yaml", "t/skeleton/catalog-info.yaml", text);
            check(&fetch("../skeletons/a"), "t/a-template.yml", "skeletons/a/catalog-info.yaml", text);
            check(&fetch("'./s/${{ parameters.kind }}'"), "t/template.yaml", "t/s/go/catalog-info.yaml", text);
            check(&fetch("'${{ parameters.kind }}'"), "t/template.yaml", "t/go/catalog-info.yaml", text);
            check(&fetch("./content"), "t/catalog-info.yaml", "t/content/catalog-info.yaml", text);
            check(
                "    - action: fetch:template\n      each: ['./go', './java']\n      input: {url: '${{ each.value }}'}\n",
                "t/template.yaml",
                "t/java/catalog-info.yaml",
                text,
            );
            check(
                "    - action: acme:fetch:cookiecutter\n      input: {url: ./x}\n    - action: debug:log\n  broken: [\n",
                "t/template.yaml",
                "t/x/catalog-info.yaml",
                text,
            );
        }
    }

    #[test]
    fn gaps_in_a_usual_place_tell_a_skeleton_whose_template_is_elsewhere() {
        let gaps = "apiVersion: x\nkind: Component\nmetadata:\n  name: ${{ values.name }}\n";
        let root = ENTITY.replace("NAME", "real");
        let (entities, errors) = read(&[("catalog-info.yaml", &root), ("skeletons/go/catalog-info.yaml", gaps)]);
        assert_eq!((entities.len(), errors), (1, Vec::new()));
        // Anywhere else it is a mistake.
        let (_, errors) = read(&[("catalog-info.yaml", &root), ("services/go/catalog-info.yaml", gaps)]);
        assert!(!errors.is_empty());
        let (_, errors) = read(&[("catalog-info.yaml", gaps)]);
        assert!(!errors.is_empty());
    }

    #[test]
    fn what_lies_beside_a_template_is_read() {
        let template = template("    - action: fetch:template\n      input: {url: '${{ parameters.kind }}'}\n");
        let beside = ENTITY.replace("NAME", "beside");
        let (entities, _) = read(&[("t/template.yaml", &template), ("t/catalog-info.yaml", &beside)]);
        assert_eq!(entities, ["group:default/beside"]);
    }
}
