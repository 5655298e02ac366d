//! Search tests: what the configuration says must be found, asked of the index by the module that readers use.
//!
//! The module runs as it is, in an interpreter that reaches nothing but the files of the index; so a test says what a
//! reader gets, and ranking is implemented once.

use std::collections::HashSet;

use serde::Deserialize;

use super::{SearchFiles, interpreter};
use crate::config::{SearchConfig, SearchTest};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::workspace::Workspace;

/// A result as far as tests ask.
#[derive(Debug, Deserialize)]
struct Hit {
    url: String,
    #[serde(rename = "ref")]
    reference: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Reports the tests of the configuration that fail.
#[must_use]
pub fn trials(workspace: &Workspace, files: SearchFiles) -> Diagnostics {
    let SearchConfig { tests, .. } = &workspace.config().search;
    let mut out = Diagnostics::new();
    if tests.is_empty() {
        return out;
    }
    let told = match ask(files, tests) {
        Ok(answers) => {
            tests.iter().zip(answers).filter_map(|(test, hits)| Some((test, verdict(test, &hits)?))).collect()
        }
        Err(error) => vec![(&tests[0], (format!("the search cannot be asked: {error}"), String::new()))],
    };
    for (test, (message, help)) in told {
        let found = Diagnostic::new(codes::SEARCH_TEST, test.place, message);
        out.push(if help.is_empty() { found } else { found.help(help) });
    }
    out
}

/// Says what is wrong with an answer; `None` if it is as it must be.
fn verdict(test: &SearchTest, hits: &[Hit]) -> Option<(String, String)> {
    let SearchTest { query, expect, within, .. } = test;
    let at = hits.iter().position(|hit| is_meant(expect, hit));
    if at.is_some_and(|at| at < *within) {
        return None;
    }
    let wanted = if *within == 1 { "first".to_owned() } else { format!("among the first {within}") };
    let message = match at {
        Some(at) => format!("`{query}` finds `{expect}` at {}, not {wanted}", at + 1),
        None => format!("`{query}` does not find `{expect}`"),
    };
    let mut seen = HashSet::new();
    let urls: Vec<String> =
        hits.iter().filter(|hit| seen.insert(&hit.url)).take(3).map(|hit| format!("`{}`", hit.url)).collect();
    let help =
        if urls.is_empty() { "nothing is found".to_owned() } else { format!("found first: {}", urls.join(", ")) };
    Some((message, help))
}

/// Returns whether a result is what a test expects: an address, with a heading if it has one, or a reference.
fn is_meant(expect: &str, hit: &Hit) -> bool {
    if hit.reference.eq_ignore_ascii_case(expect) {
        return matches!(&*hit.kind, "entity" | "template");
    }
    let bare = |url: &str| url.trim_start_matches('/').trim_end_matches('/').to_owned();
    let (page, heading) = expect.split_once('#').map_or((expect, None), |(page, heading)| (page, Some(heading)));
    let (own, own_heading) = hit.url.split_once('#').map_or((&*hit.url, None), |(page, heading)| (page, Some(heading)));
    bare(page) == bare(own) && (heading.is_none() || heading == own_heading)
}

/// Asks everything, and returns the results.
fn ask(files: SearchFiles, tests: &[SearchTest]) -> Result<Vec<Vec<Hit>>, String> {
    let queries: Vec<(&str, usize)> = tests.iter().map(|test| (&*test.query, test.within.max(10))).collect();
    let answers = interpreter::answers(files, &queries)?;
    answers.iter().map(|json| serde_json::from_str(json).map_err(|error| error.to_string())).collect()
}
