//! Regular expressions of JavaScript, matched by an interpreter of JavaScript.
//!
//! A pattern can take longer than any text is worth; the interpreter asks from time to time whether to go on, so matching
//! ends after a fixed number of steps, the same on every machine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::{Context, Ctx, FromJs, Function, Object, Runtime};

use super::failure::Failure;
use super::value::Value;

/// How often the interpreter may ask whether to go on; it asks about every ten thousand steps.
const PATIENCE: u32 = 300;
/// Bytes that the interpreter may take.
const MEMORY: usize = 96 * 1024 * 1024;

/// What is done with expressions. Texts come and go as they are; a result is JSON.
const PRELUDE: &str = r"
globalThis.check = (pattern, flags) => { new RegExp(pattern, flags); return ''; };
globalThis.replace = (text, pattern, flags, at, into) => {
  const regex = new RegExp(pattern, flags);
  regex.lastIndex = at;
  const result = text.replace(regex, into);
  return JSON.stringify([result, regex.lastIndex]);
};
globalThis.test = (text, pattern, flags, at) => {
  const regex = new RegExp(pattern, flags);
  regex.lastIndex = at;
  return JSON.stringify([regex.test(text), regex.lastIndex]);
};
globalThis.find = (text, pattern, flags) => JSON.stringify(text.match(new RegExp(pattern, flags)));
globalThis.split = (text, pattern, flags) => JSON.stringify(text.split(new RegExp(pattern, flags)));
";

struct Interpreter {
    context: Context,
    asked: Rc<Cell<u32>>,
}

thread_local! {
    static INTERPRETER: RefCell<Option<Interpreter>> = const { RefCell::new(None) };
}

/// Runs what needs the interpreter, which is made once for each thread.
fn with<T>(run: impl FnOnce(&Ctx<'_>) -> rquickjs::Result<T>) -> Result<T, String> {
    INTERPRETER.with_borrow_mut(|interpreter| {
        if interpreter.is_none() {
            *interpreter = Some(Interpreter::new().map_err(|error| error.to_string())?);
        }
        let Some(interpreter) = interpreter else { return Err("there is no interpreter".to_owned()) };
        interpreter.asked.set(0);
        interpreter.context.with(|ctx| match run(&ctx) {
            Ok(value) => Ok(value),
            Err(rquickjs::Error::Exception) => {
                let thrown = ctx.catch();
                let message = Object::from_js(&ctx, thrown).and_then(|error| error.get::<_, String>("message"));
                Err(match message {
                    _ if interpreter.asked.get() > PATIENCE => "matching takes too many steps".to_owned(),
                    Ok(message) => message,
                    Err(_) => "matching failed".to_owned(),
                })
            }
            Err(error) => Err(error.to_string()),
        })
    })
}

impl Interpreter {
    fn new() -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(MEMORY);
        let asked = Rc::new(Cell::new(0_u32));
        let count = asked.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || {
            count.set(count.get() + 1);
            count.get() > PATIENCE
        })));
        let context = Context::full(&runtime)?;
        context.with(|ctx| ctx.eval::<(), _>(PRELUDE))?;
        Ok(Self { context, asked })
    }
}

fn call<'js, A: rquickjs::function::IntoArgs<'js>>(
    ctx: &Ctx<'js>,
    name: &str,
    arguments: A,
) -> rquickjs::Result<String> {
    ctx.globals().get::<_, Function<'js>>(name)?.call(arguments)
}

fn failed(message: String) -> Failure {
    if message.contains("too many steps") {
        return Failure::limit(format!("a regular expression: {message}"));
    }
    Failure::evaluation(format!("a regular expression: {message}"))
}

fn json(text: &str) -> Value {
    Value::from_json(&serde_json::from_str(text).unwrap_or_default())
}

/// Fails if a pattern is none.
pub(crate) fn check_pattern(pattern: &str, flags: &str) -> Result<(), String> {
    with(|ctx| call(ctx, "check", (pattern, flags)))
        .map(|_| ())
        .map_err(|message| format!("the regular expression cannot be used: {message}"))
}

/// Returns whether a pattern matches somewhere in a text.
pub(crate) fn matches(text: &str, pattern: &str, flags: &str) -> Result<bool, String> {
    let answer = with(|ctx| call(ctx, "test", (text, pattern, flags, 0)))?;
    Ok(answer.starts_with("[true"))
}

/// Replaces what matches; returns where the next match would begin, too.
pub(crate) fn replace(
    text: &str,
    pattern: &str,
    flags: &str,
    at: usize,
    into: &str,
) -> Result<(String, usize), Failure> {
    let answer = with(|ctx| call(ctx, "replace", (text, pattern, flags, at as f64, into))).map_err(failed)?;
    let (text, at): (String, f64) = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok((text, at as usize))
}

/// Returns whether a pattern matches, and where the next match would begin.
pub(super) fn test(text: &str, pattern: &str, flags: &str, at: usize) -> Result<(bool, usize), Failure> {
    let answer = with(|ctx| call(ctx, "test", (text, pattern, flags, at as f64))).map_err(failed)?;
    let (found, at): (bool, f64) = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok((found, at as usize))
}

/// Returns what matches.
pub(super) fn find(text: &str, pattern: &str, flags: &str) -> Result<Value, Failure> {
    with(|ctx| call(ctx, "find", (text, pattern, flags))).map(|answer| json(&answer)).map_err(failed)
}

/// Splits a text where a pattern matches.
pub(super) fn split(text: &str, pattern: &str, flags: &str, limit: usize) -> Result<Value, Failure> {
    let answer = with(|ctx| call(ctx, "split", (text, pattern, flags))).map_err(failed)?;
    let parts: Vec<serde_json::Value> = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok(Value::list(parts.iter().take(limit).map(Value::from_json).collect()))
}
