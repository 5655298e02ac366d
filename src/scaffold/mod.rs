//! Software templates: what a template makes of values.
//!
//! `template` reads a Template entity, `parameters` is its form, `language` renders its texts, `actions` are what its steps
//! can do, and `run` does one after the other. Nothing here touches a disk: what is read comes through a [`source::Source`],
//! and what is made is a [`tree::Tree`] in memory, so a run that fails leaves nothing, and no run reaches outside. A template
//! is untrusted: time, memory and output are bounded.

pub mod actions;
pub mod budget;
pub mod examples;
pub mod failure;
mod formats;
pub mod language;
pub mod lint;
pub mod parameters;
pub mod record;
pub mod report;
pub mod repository;
pub mod run;
pub mod schema;
pub mod source;
pub mod template;
pub mod tree;
pub mod yaml_in;
pub mod yaml_text;

/// Runs something on a stack that is large enough for texts that are nested as deep as they may be.
///
/// # Panics
/// When `run` does, or no thread can be had.
pub fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        match thread.expect("a thread for templates").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Only what is used of it is really taken.
const STACK: usize = 256 * 1024 * 1024;
