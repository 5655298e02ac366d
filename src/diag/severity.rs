//! How severe a finding is in the end: configuration by rule and path, and comments in the files themselves.

use std::collections::{BTreeMap, HashMap};

use globset::GlobSet;

use super::suppressions::Suppressions;
use super::{Code, Diagnostic, Diagnostics, Positions, Severity, Sources};
use crate::text::FileId;

/// Severities by rule name, family name or `*`; `None` switches a rule off.
pub type Levels = BTreeMap<String, Option<Severity>>;

/// What the configuration says about severities.
#[derive(Debug, Clone, Default)]
pub struct Severities {
    /// For all files.
    pub rules: Levels,
    /// For some files; later entries win over earlier ones, and all over `rules`.
    pub paths: Vec<PathSeverities>,
}

/// Severities for the files that match.
#[derive(Debug, Clone)]
pub struct PathSeverities {
    /// Which files, as reports name them.
    pub files: GlobSet,
    /// What holds there.
    pub rules: Levels,
}

/// The findings that count, and how many were silenced.
#[derive(Debug, Default)]
pub struct Filtered {
    /// What is left, in the order it came, with its final severity.
    pub diagnostics: Diagnostics,
    /// How many the configuration switches off.
    pub off: usize,
    /// How many a `playbill-ignore` comment silences.
    pub ignored: usize,
}

impl Severities {
    /// Returns the severity of a finding in the file at `path`; `None` if it is switched off.
    #[must_use]
    pub fn of(&self, diagnostic: &Diagnostic, path: &str) -> Option<Severity> {
        let by_path = self.paths.iter().rev().filter(|entry| entry.files.is_match(path)).map(|entry| &entry.rules);
        let level = by_path.chain([&self.rules]).find_map(|levels| lookup(levels, diagnostic.code));
        level.unwrap_or(Some(diagnostic.severity))
    }
}

/// Finds the entry that is most specific: the rule, then its family, then `*`.
fn lookup(levels: &Levels, code: Code) -> Option<Option<Severity>> {
    let rule = code.rule();
    [rule.name, rule.family.as_str(), "*"].iter().find_map(|name| levels.get(*name).copied())
}

/// Gives every finding its final severity, and leaves out those that are switched off or silenced by a comment.
#[must_use]
pub fn apply_severities(diagnostics: Diagnostics, severities: &Severities, sources: &dyn Sources) -> Filtered {
    let mut positions = Positions::new(sources);
    let mut comments: HashMap<FileId, Suppressions> = HashMap::new();
    let mut judged = Filtered::default();
    for mut diagnostic in diagnostics {
        let span = diagnostic.span();
        let Some(severity) = severities.of(&diagnostic, &positions.path(span.file)) else {
            judged.off += 1;
            continue;
        };
        let source = positions.source(span.file);
        let silencers = comments.entry(span.file).or_insert_with(|| match &source.text {
            Some(text) => Suppressions::read(&source.path, text),
            None => Suppressions::default(),
        });
        if !silencers.is_empty() && silencers.silence(diagnostic.code, source.position(span.start as usize).line) {
            judged.ignored += 1;
            continue;
        }
        diagnostic.severity = severity;
        judged.diagnostics.push(diagnostic);
    }
    judged
}

#[cfg(test)]
mod tests {
    use globset::{Glob, GlobSetBuilder};

    use super::*;
    use crate::diag::codes;
    use crate::diag::sample::Files;

    fn levels(entries: &[(&str, Option<Severity>)]) -> Levels {
        entries.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect()
    }

    fn globs(pattern: &str) -> GlobSet {
        GlobSetBuilder::new().add(Glob::new(pattern).unwrap()).build().unwrap()
    }

    /// Judges one finding of `code` at the word `HERE` of a file.
    fn check(path: &str, text: &str, severities: &Severities, code: Code, expect: Option<Severity>) {
        let files = Files::new(&[(path, Some(text))]);
        let found = vec![Diagnostic::new(code, files.span(0, "HERE", 0), "m")];
        let judged = apply_severities(found, severities, &files);
        let got = judged.diagnostics.first().map(|diagnostic| diagnostic.severity);
        assert_eq!(got, expect, "{text}");
        assert_eq!(judged.off + judged.ignored, usize::from(expect.is_none()));
    }

    #[test]
    fn the_most_specific_entry_wins_and_paths_win_over_it() {
        let severities = Severities {
            rules: levels(&[("*", Some(Severity::Info)), ("ref", Some(Severity::Error)), ("self-reference", None)]),
            paths: vec![
                PathSeverities { files: globs("legacy/**"), rules: levels(&[("*", None)]) },
                PathSeverities { files: globs("legacy/kept/**"), rules: levels(&[("ref", Some(Severity::Warning))]) },
            ],
        };
        let at = |path, code, expect| check(path, "HERE", &severities, code, expect);
        at("a.yaml", codes::INVALID_TAG, Some(Severity::Info));
        at("a.yaml", codes::UNRESOLVED_REFERENCE, Some(Severity::Error));
        at("a.yaml", codes::SELF_REFERENCE, None);
        at("legacy/a.yaml", codes::UNRESOLVED_REFERENCE, None);
        at("legacy/kept/a.yaml", codes::SELF_REFERENCE, Some(Severity::Warning));
        at("legacy/kept/a.yaml", codes::INVALID_TAG, None);
    }

    #[test]
    fn without_configuration_the_default_holds() {
        check("a.yaml", "HERE", &Severities::default(), codes::LONG_TEXT, Some(Severity::Info));
    }

    fn comment(path: &str, text: &str, silenced: bool) {
        let expect = (!silenced).then_some(Severity::Warning);
        check(path, text, &Severities::default(), codes::MISSING_OWNER, expect);
    }

    #[test]
    fn comments_silence_their_line_or_the_next() {
        comment("a.yaml", "x: HERE # playbill-ignore: missing-owner", true);
        comment("a.yaml", "x: HERE # playbill-ignore: invalid-tag, missing-owner -- known", true);
        comment("a.yaml", "x: HERE # playbill-ignore: owner", true);
        comment("a.yaml", "x: HERE # playbill-ignore: *", true);
        comment("a.yaml", "# playbill-ignore: missing-owner\nx: HERE", true);
        comment(
            "a.yaml",
            "\u{feff}  # playbill-ignore: missing-owner (we know)\r\n# playbill-ignore: invalid-tag\r\nx: HERE",
            true,
        );
        comment("a.proto", "// playbill-ignore: missing-owner\nHERE", true);
        comment("a.yaml", "x: HERE # playbill-ignore: invalid-tag", false);
        comment("a.yaml", "x: HERE # playbill-ignore: the missing-owner", false);
        comment("a.yaml", "x: HERE # playbill-ignore", false);
        comment("a.yaml", "x: HERE#playbill-ignore: missing-owner", false);
        comment("a.yaml", "# playbill-ignore: missing-owner\n\nx: HERE", false);
        comment("a.yaml", "y: 1 # playbill-ignore: missing-owner\nx: HERE", false);
        comment("a.yaml", "x: HERE\n# playbill-ignore: missing-owner", false);
    }

    #[test]
    fn comments_silence_whole_files() {
        comment("a.yaml", "x: HERE\ny: 2\n# playbill-ignore-file: missing-owner\n", true);
        comment("a.yaml", "x: HERE\n# playbill-ignore-file: invalid-tag\n", false);
    }

    #[test]
    fn markdown_has_its_own_comments() {
        comment("a.md", "<!-- playbill-ignore: missing-owner -->\nHERE", true);
        comment("a.MD", "HERE <!--playbill-ignore: missing-owner-->", true);
        comment("a.md", "HERE\n<!-- playbill-ignore-file: missing-owner -->", true);
        comment("a.md", "# playbill-ignore: missing-owner\nHERE", false);
        comment("a.md", "HERE\n```\n<!-- playbill-ignore-file: missing-owner -->\n```\n", false);
        comment("a.md", "HERE\n````\n```\n<!-- playbill-ignore-file: missing-owner -->\n```\n````\n", false);
        comment("a.md", "```yaml\n# x\n```\n<!-- playbill-ignore: missing-owner -->\nHERE", true);
    }
}
