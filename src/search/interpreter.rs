//! Runs the module of the search, in an interpreter that reaches nothing but the files of the index.

use std::sync::Arc;

use rquickjs::{ArrayBuffer, CatchResultExt, Context, Ctx, Function, Module, Promise, Runtime, Value};

use super::{CLIENT, SearchFiles, inflate};

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

/// Runs each query with its limit of results, and returns them as JSON.
pub(super) fn answers(files: SearchFiles, queries: &[(&str, usize)]) -> Result<Vec<String>, String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_memory_limit(MEMORY);
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    let files = Arc::new(files);
    context.with(|ctx| {
        let asked = || -> rquickjs::Result<Vec<String>> {
            prepare(&ctx, &files)?;
            let ask: Function<'_> = ctx.globals().get("ask")?;
            queries.iter().map(|query| ask.call::<_, Promise<'_>>(*query)?.finish::<String>()).collect()
        };
        asked().catch(&ctx).map_err(|error| error.to_string())
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
