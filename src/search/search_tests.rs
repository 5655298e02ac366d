//! Search tests: what the configuration says must be found, asked of the index by the module that readers use.
//!
//! The module runs as it is, in an interpreter that reaches nothing but the files of the index; so a test says what a
//! reader gets, and ranking stands in one place.

use std::collections::HashSet;
use std::sync::Arc;

use rquickjs::{ArrayBuffer, CatchResultExt, Context, Ctx, Function, Module, Promise, Runtime, Value};
use serde::Deserialize;

use super::{CLIENT, SearchFiles, inflate};
use crate::config::{SearchConfig, SearchTest};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::workspace::Workspace;

/// What the module needs of a browser. Files come inflated, so inflating them again does nothing.
const PRELUDE: &str = r"
globalThis.TextDecoder = class {
  decode(bytes) {
    let letters = '';
    for (let at = 0; at < bytes.length; at += 4096) letters += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return decodeURIComponent(escape(letters));
  }
};
globalThis.URL = class { constructor(path) { this.href = path; } };
globalThis.DecompressionStream = class {};
globalThis.Blob = class { constructor([bytes]) { this.bytes = bytes; } stream() { return { pipeThrough: () => this.bytes }; } };
globalThis.Response = class { constructor(bytes) { this.bytes = bytes; } async arrayBuffer() { return this.bytes; } };
globalThis.fetch = async (path) => {
  const bytes = read(path);
  return { ok: Boolean(bytes), status: bytes ? 200 : 404, arrayBuffer: async () => bytes, json: async () => JSON.parse(new TextDecoder().decode(new Uint8Array(bytes))) };
};
";

/// Asks, and answers as JSON.
const ASK: &str = r"
globalThis.ask = async (text, limit) => {
  globalThis.index ??= await open({ base: '' });
  const { results } = await index.query(text, { limit });
  return JSON.stringify(results.map(({ url, ref, type }) => ({ url, ref, type })));
};
";

/// As much as a query of a large site takes, many times over.
const MEMORY: usize = 1 << 30;

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
    let told = match answers(files, tests) {
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

/// Says what is wrong with an answer; nothing if it is as it must be.
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

/// Says whether a result is what a test expects: an address, with a heading if it has one, or a reference.
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
fn answers(files: SearchFiles, tests: &[SearchTest]) -> Result<Vec<Vec<Hit>>, String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_memory_limit(MEMORY);
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    let files = Arc::new(files);
    context.with(|ctx| {
        let asked = || -> rquickjs::Result<Vec<String>> {
            prepare(&ctx, &files)?;
            let ask: Function<'_> = ctx.globals().get("ask")?;
            let ask =
                |test: &SearchTest| ask.call::<_, Promise<'_>>((&*test.query, test.within.max(10)))?.finish::<String>();
            tests.iter().map(ask).collect()
        };
        let asked = asked().catch(&ctx).map_err(|error| error.to_string())?;
        asked.iter().map(|json| serde_json::from_str(json).map_err(|error| error.to_string())).collect()
    })
}

/// Loads the module.
fn prepare<'js>(ctx: &Ctx<'js>, files: &Arc<SearchFiles>) -> rquickjs::Result<()> {
    let files = Arc::clone(files);
    let read = move |ctx: Ctx<'js>, path: String| -> rquickjs::Result<Option<ArrayBuffer<'js>>> {
        let Some(bytes) = files.get(&path) else { return Ok(None) };
        let bytes = if path.ends_with(".bin") { inflate(bytes) } else { bytes.clone() };
        ArrayBuffer::new(ctx, bytes).map(Some)
    };
    ctx.globals().set("read", Function::new(ctx.clone(), read)?)?;
    ctx.eval::<Value<'_>, _>(PRELUDE)?;
    Module::evaluate(ctx.clone(), "search", format!("{CLIENT}\nglobalThis.open = open;"))?.finish::<()>()?;
    ctx.eval::<Value<'_>, _>(ASK)?;
    Ok(())
}
