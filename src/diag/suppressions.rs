//! `playbill-ignore` comments: findings that a file itself suppresses.

use std::collections::HashMap;

use super::Code;

/// The `playbill-ignore` comments of one file.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    whole_file: Vec<String>,
    lines: HashMap<u32, Vec<String>>,
}

impl Suppressions {
    /// Finds the comments: `# …` or `// …`, in Markdown `<!-- … -->` outside of fenced code.
    ///
    /// A comment beside something holds for its line; one that has a line to itself holds for the next line that is
    /// not such a comment.
    pub(super) fn read(path: &str, text: &str) -> Self {
        const MARK: &str = "playbill-ignore";
        let mut comments = Self::default();
        if !text.contains(MARK) {
            return comments;
        }
        let lower = path.to_ascii_lowercase();
        let markdown = lower.ends_with(".md") || lower.ends_with(".markdown");
        let openers: &[&str] = if markdown { &["<!--"] } else { &["#", "//"] };
        let mut fence: Option<(char, usize)> = None;
        let mut waiting: Vec<String> = Vec::new();
        for (index, line) in lines(text).enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let trimmed = line.trim();
            if markdown {
                match (fence, fence_mark(trimmed)) {
                    (Some((open, least)), Some((mark, length))) if mark == open && length >= least => fence = None,
                    (None, opening) => fence = opening,
                    _ => {}
                }
                if fence.is_some() {
                    comments.add(number, std::mem::take(&mut waiting));
                    continue;
                }
            }
            let comment = openers.iter().find_map(|opener| {
                let at = line.match_indices(opener).map(|(at, _)| at).find(|at| {
                    let before = line[..*at].chars().next_back();
                    before.is_none_or(|c| c.is_whitespace() || c == '\u{feff}' || markdown)
                        && line[at + opener.len()..].trim_start().starts_with(MARK)
                })?;
                let rest = line[at + opener.len()..].trim_start();
                Some((line[..at].trim_matches(['\u{feff}', ' ', '\t']).is_empty(), &rest[MARK.len()..]))
            });
            match comment {
                Some((_, rest)) if rest.starts_with("-file:") => {
                    comments.whole_file.extend(names(&rest["-file:".len()..]));
                }
                Some((alone, rest)) if rest.starts_with(':') => {
                    let names = names(&rest[1..]);
                    if alone {
                        waiting.extend(names);
                    } else {
                        comments.add(number, names.chain(std::mem::take(&mut waiting)).collect());
                    }
                }
                _ => comments.add(number, std::mem::take(&mut waiting)),
            }
        }
        comments
    }

    fn add(&mut self, line: u32, names: Vec<String>) {
        if !names.is_empty() {
            self.lines.entry(line).or_default().extend(names);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.whole_file.is_empty() && self.lines.is_empty()
    }

    pub(super) fn silence(&self, code: Code, line: u32) -> bool {
        let rule = code.rule();
        let named = |name: &String| name == rule.name || name == rule.family.as_str() || name == "*";
        self.whole_file.iter().any(named) || self.lines.get(&line).is_some_and(|names| names.iter().any(named))
    }
}

/// Returns the character and length of a run that opens or closes fenced code.
fn fence_mark(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == mark).count();
    (length >= 3).then_some((mark, length))
}

/// Splits where [`crate::text::LineIndex`] does.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Reads the names of rules up to the first word that is not one, so that a reason may follow.
fn names(list: &str) -> impl Iterator<Item = String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '*';
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let text = rest?.trim_start();
        let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
        let name = text[..end].trim_end_matches("--");
        rest = text[end..].trim_start().strip_prefix(',');
        (!name.is_empty()).then(|| name.to_owned())
    })
}
