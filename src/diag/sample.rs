//! The sample that every renderer is shown in its tests: files in memory, and one finding for each hard case.

use std::sync::Arc;

use super::{Diagnostic, Severity, Sources, codes};
use crate::text::{FileId, Span};

/// Files in memory; a file without text represents one that is not UTF-8.
pub(crate) struct Files(Vec<(Arc<str>, Option<Arc<str>>)>);

impl Files {
    pub(crate) fn new(files: &[(&str, Option<&str>)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).into(), text.map(Arc::from))).collect())
    }

    /// Makes the span of the `nth` (from 0) place where `part` is in the file at `index`.
    pub(crate) fn span(&self, index: usize, part: &str, nth: usize) -> Span {
        let text = self.0[index].1.as_deref().unwrap();
        let start = text.match_indices(part).nth(nth).unwrap().0;
        Span::new(FileId::new(index), start, start + part.len())
    }
}

impl Sources for Files {
    fn path(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.0[file.index()].0)
    }

    fn text(&self, file: FileId) -> Option<Arc<str>> {
        self.0[file.index()].1.clone()
    }
}

const COMPONENT: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: box-office
spec:
  type: service
  lifecycle: production
  owner: team-aa
";

/// Returns the files of the sample and what was found in them, sorted.
pub(crate) fn sample() -> (Files, Vec<Diagnostic>) {
    let minified = format!("{{\"a\":\"{}\",\"owner\":\"nobody\",\"b\":\"{}\"}}", "x".repeat(9000), "y".repeat(9000));
    let files = Files::new(&[
        ("box-office/catalog-info.yaml", Some(COMPONENT)),
        ("org/bühne 1:a,b%/groups.yaml", Some("\u{feff}größe: \"Straße\"\r\nname: Überraschung\r\n\ttab: 名前\r\n")),
        ("empty.yaml", Some("")),
        ("logo.yaml", None),
        ("min.json", Some(&minified)),
        ("end.yaml", Some("a:\n  - b\n  - [c")),
        ("many.yaml", Some(&format!("name: x\n{}name: x\n", "# filler\n".repeat(200)))),
    ]);
    let end = files.text(FileId::new(5)).unwrap().len();
    let mut found = vec![
        Diagnostic::new(
            codes::UNRESOLVED_REFERENCE,
            files.span(0, "team-aa", 0),
            "owner `group:default/team-aa` does not exist",
        )
        .label("no Group or User with this name")
        .also(files.span(1, "Überraschung", 0), "a group with a similar name stands here")
        .help("write `team-a`")
        .entity("component:default/box-office"),
        Diagnostic::new(codes::INVALID_NAME, files.span(1, "名前", 0), "the name `名前`\nis not well formed: 100%")
            .label("letters, digits, `-`, `_` and `.` only"),
        Diagnostic::new(codes::WRONG_TYPE, files.span(1, "größe", 0), "first line, behind a byte order mark"),
        Diagnostic::new(codes::EMPTY_DOCUMENT, Span::whole(FileId::new(2)), "this file holds no entity"),
        Diagnostic::new(codes::NOT_UTF8, Span::whole(FileId::new(3)), "this file is not UTF-8 text")
            .help("save it as UTF-8"),
        Diagnostic::new(codes::UNRESOLVED_REFERENCE, files.span(4, "nobody", 0), "owner `nobody` does not exist")
            .label("in the middle of a long line"),
        Diagnostic::new(codes::YAML_SYNTAX, Span::new(FileId::new(5), end, end), "a list is not closed")
            .label("ends here")
            .also(files.span(5, "[", 0), "opened here")
            .help("write `]`\nor remove the `[`"),
        Diagnostic::new(codes::WRONG_TYPE, files.span(0, "metadata:\n  name: box-office\nspec", 0), "several lines"),
        Diagnostic::new(codes::DUPLICATE_ENTITY, files.span(6, "name: x", 0), "far apart")
            .also(files.span(6, "name: x", 1), "and again here"),
    ];
    found[2].severity = Severity::Warning;
    super::sort_and_dedup(&mut found, &files);
    (files, found)
}
