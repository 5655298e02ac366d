//! The interpreter of JavaScript that matches regular expressions.
//!
//! A pattern can take longer than any text is worth; the interpreter asks from time to time whether to go on, so matching
//! ends after a fixed number of steps, the same on every machine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::scaffold::budget;

use rquickjs::{Context, Ctx, FromJs, Function, Object, Runtime};

/// How often the interpreter may ask whether to go on; it asks about every ten thousand steps.
const PATIENCE: u32 = 300;
/// Its steps between two questions, in steps of a run.
const ROUND: u64 = 4_000;
/// Bytes that the interpreter may take.
const MEMORY: usize = 96 * 1024 * 1024;

/// What is done with expressions. Texts come and go as they are; a result is JSON.
const PRELUDE: &str = r"
globalThis.check = (text, pattern, flags) => { new RegExp(pattern, flags); return ''; };
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
        budget::take(10).map_err(|spent| spent.to_string())?;
        interpreter.asked.set(0);
        let result = interpreter.context.with(|ctx| match run(&ctx) {
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
        });
        budget::take(ROUND * u64::from(interpreter.asked.get())).map_err(|spent| spent.to_string())?;
        result
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

/// Calls a function of the prelude, with a text, a pattern and its flags, where to begin, and what to put there.
pub(super) fn run(
    name: &str,
    text: &str,
    (pattern, flags): (&str, &str),
    at: usize,
    into: &str,
) -> Result<String, String> {
    budget::take_bytes(text.len()).map_err(|spent| spent.to_string())?;
    with(|ctx| {
        let function = ctx.globals().get::<_, Function<'_>>(name)?;
        function.call((text, pattern, flags, at as f64, into))
    })
}
