//! What leads from the names and addresses of before to those of today, as a file beside the configuration keeps it.
//!
//! Owns the form of the file: a JSON object a line. Does not know which entities and pages there are.
//!
//! Invariant: a line that cannot be read is reported and costs itself alone.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::Workspace;

/// The name of the file.
pub const FILE: &str = "redirects.jsonl";
/// A file of more bytes is not read.
const MAX_FILE: u64 = 8 << 20;
/// No more lines are read.
const MOST: usize = 20_000;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// What was there: the reference of an entity, or the address of a page from the root of the portal, such as `/docs/…/`.
    pub from: String,
    /// What is there now, of the same sort.
    pub to: String,
    /// The commit that changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The day of that, such as `2026-11-21`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

impl Redirect {
    /// Returns whether it is between addresses, not names.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.from.starts_with('/')
    }

    /// Returns the line of the file without its end.
    #[must_use]
    pub fn line(&self) -> String {
        // A struct of texts can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Finds the file.
#[must_use]
pub fn file(workspace: &Workspace) -> Option<FileId> {
    match workspace.config_file() {
        Some(config) => workspace.locate(config, FILE),
        None => workspace.locate_in(workspace.roots().first()?, FILE),
    }
    .ok()
}

/// Reads the file, each line with its place.
#[must_use]
pub fn read(workspace: &Workspace) -> (Vec<(Redirect, Span)>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let Some(file) = file(workspace) else { return (Vec::new(), problems) };
    let text = match workspace.text(file, MAX_FILE) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string()));
            return (Vec::new(), problems);
        }
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let span = Span::new(file, start, start + line.trim_end().len());
        start += line.len();
        if number == MOST {
            let problem = Diagnostic::new(codes::INVALID_REDIRECT, span, format!("no more than {MOST} lines are read"));
            problems.push(problem.label("from here on left out").help("remove old lines: `playbill redirects prune`"));
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        match parse(line) {
            Ok(redirect) => found.push((redirect, span)),
            Err(message) => problems.push(invalid(span, message)),
        }
    }
    (found, problems)
}

fn parse(line: &str) -> Result<Redirect, String> {
    let redirect: Redirect =
        serde_json::from_str(line).map_err(|error| format!("this line is no redirect: {}", of_line(&error)))?;
    if redirect.is_address() != redirect.to.starts_with('/') {
        return Err("a redirect leads from a name to a name, or from an address to an address".to_owned());
    }
    if redirect.is_address() && ![&redirect.from, &redirect.to].into_iter().all(|address| is_plain(address)) {
        return Err(
            "an address is a path from the root of the portal, such as `/docs/default/component/web/`".to_owned()
        );
    }
    match &redirect.date {
        Some(date) if Day::parse(date).is_none() => Err(format!("`{date}` is no day such as `2026-11-21`")),
        _ => Ok(redirect),
    }
}

/// Returns what is wrong with a line, without the number of it: it is alone.
fn of_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// Returns whether a text is a path that leads to nothing else than a page of the portal.
fn is_plain(address: &str) -> bool {
    let path = address.split('#').next().unwrap_or_default();
    let names = path.trim_start_matches('/').trim_end_matches('/').split('/');
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['?', '\\', '%', ':']) && { names }
        .all(|name| !name.is_empty() && name != "." && name != "..")
}

/// Reports a line that cannot be used.
#[must_use]
pub fn invalid(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::INVALID_REDIRECT, span, message)
        .label("left out")
        .help("write `{\"from\": \"component:default/web\", \"to\": \"component:default/shop\"}`, or remove the line")
}

/// Returns the text of a file without the lines of before a day, and how many those are. What has no day stays.
#[must_use]
pub fn pruned(text: &str, before: Day) -> (String, usize) {
    let is_old = |line: &&str| {
        let date = parse(line).ok().and_then(|redirect| Day::parse(&redirect.date?));
        date.is_some_and(|date| date < before)
    };
    let kept: String = text.split_inclusive('\n').filter(|line| !is_old(line)).collect();
    (kept, text.split_inclusive('\n').filter(is_old).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn each_line_counts_for_itself() {
        let text = "{\"from\":\"component:default/a\",\"to\":\"component:default/b\",\"date\":\"2026-01-02\"}\n\n\
             {\"from\":\"/docs/default/component/b/old/\",\"to\":\"/docs/default/component/b/new/#x\"}\n\
             {\"from\":\"a\"}\n{\"from\":\"/a/\",\"to\":\"b\"}\n{\"from\":\"/a/../b/\",\"to\":\"/b/\"}\n\
             {\"from\":\"//host/\",\"to\":\"/b/\"}\n{\"from\":\"a\",\"to\":\"b\",\"date\":\"soon\"}\nnothing\n";
        let workspace = Workspace::from_files(Config::default(), &[(FILE, text.as_bytes())]);
        let (found, problems) = read(&workspace);
        assert_eq!(found.len(), 2);
        assert_eq!(&text[found[1].1.start as usize..found[1].1.end as usize], found[1].0.line().as_str());
        let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages.len(), 6, "{messages:?}");
        assert_eq!(messages[0], "this line is no redirect: missing field `to`");
    }

    #[test]
    fn lines_without_end_are_left_out_and_reported() {
        let text = "\n".repeat(MOST + 2);
        let workspace = Workspace::from_files(Config::default(), &[(FILE, text.as_bytes())]);
        let messages: Vec<String> = read(&workspace).1.into_iter().map(|problem| problem.message).collect();
        assert_eq!(messages, ["no more than 20000 lines are read"]);
    }

    #[test]
    fn lines_of_before_a_day_are_pruned_and_others_stay() {
        let old = "{\"from\":\"component:default/a\",\"to\":\"component:default/b\",\"date\":\"2026-01-02\"}\n";
        let rest = "{\"from\":\"component:default/c\",\"to\":\"component:default/b\"}\nnot to be read\n\
             {\"from\":\"component:default/d\",\"to\":\"component:default/b\",\"date\":\"2026-03-01\"}\n";
        let (text, count) = pruned(&format!("{old}{rest}"), Day::parse("2026-02-01").unwrap());
        assert_eq!((text.as_str(), count), (rest, 1));
    }
}
