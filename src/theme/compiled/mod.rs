//! Built-in templates at the speed of code.
//!
//! A second implementation of the part of Tera's language that the built-in templates use, for one purpose: pages of which no
//! template is the user's are the bulk of a site. It writes, byte for byte, what Tera writes, or nothing at all: whatever it
//! does not know, when it compiles a template or while it renders a page, it leaves to Tera, whose results and messages are
//! the only ones. `parse` → [`parse::Template`] → `compile` → [`program::Program`] → `run`; models become values in `value`.
//!
//! Invariant: a template is compiled only if all that it extends, includes and calls is built in.

mod compile;
mod parse;
mod program;
mod run;
mod value;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use self::compile::Compiler;
pub(super) use self::program::Functions;
use self::program::Program;
use self::run::Run;
use self::value::{Value, Workshop};

/// Why a template is left to Tera.
#[derive(Debug, Clone)]
pub(super) struct NotCompiled(pub(super) String);

/// The compiled templates of a theme.
#[derive(Debug)]
pub(super) struct Templates {
    program: Program,
    /// Distinguishes it from others of the process.
    serial: u64,
}

/// Beyond this much text, a thread does not keep what it used for a page.
const KEPT_TEXT: usize = 16 << 20;

impl Templates {
    /// Compiles built-in templates, each with its name.
    ///
    /// `own` are the templates of the user's theme, and `portal` is what every page may show by that name.
    pub(super) fn compile(
        built_in: &BTreeMap<&str, &str>,
        own: &BTreeMap<&str, &str>,
        functions: Arc<Functions>,
        portal: &impl Serialize,
    ) -> Self {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let parsed = built_in.iter().map(|(name, text)| ((*name).to_owned(), parse::parse(text))).collect();
        let is_own = |name: &str| own.keys().any(|own| own.trim_start_matches(super::BUILT_IN) == name);
        let own_components: BTreeSet<&str> = own.values().flat_map(|text| components(text)).collect();
        let is_own_component = |name: &str| own_components.contains(name);
        let program = Program { functions, ..Program::default() };
        let mut compiler = Compiler::new(program, &parsed, &is_own, &is_own_component);
        for name in parsed.keys() {
            let template = compiler.template(name);
            compiler.program.templates.insert(name.clone(), template);
        }
        let mut program = compiler.program;
        let name = program.symbols.intern("portal");
        let mut workshop = Workshop::new(std::mem::take(&mut program.constants));
        match workshop.write(&program.symbols, portal) {
            Ok(value) => program.shared.push((name, value)),
            Err(_) => program.templates.clear(),
        }
        program.constants = workshop.arena;
        Self { program, serial: SERIAL.fetch_add(1, Ordering::Relaxed) }
    }

    /// Renders a page, or returns `None` if Tera has to.
    pub(super) fn render(&self, name: &str, model: &(impl Serialize + ?Sized)) -> Option<String> {
        thread_local! {
            static WORKSHOP: RefCell<Option<(u64, Workshop)>> = const { RefCell::new(None) };
        }
        let template = self.program.templates.get(name)?.as_ref().ok()?;
        WORKSHOP.with(|workshop| {
            let mut slot = workshop.try_borrow_mut().ok()?;
            let (_, workshop) = match slot.take() {
                Some((serial, workshop)) if serial == self.serial => slot.insert((serial, workshop)),
                _ => slot.insert((self.serial, Workshop::new(self.program.constants.clone()))),
            };
            let mark = self.program.constants.mark();
            workshop.arena.truncate(mark);
            let Value::Map(root) = workshop.write(&self.program.symbols, model).ok()? else { return None };
            let size = workshop.arena.mark().text();
            // The text of a page is that of its model and about as much of the templates.
            let capacity = 2 * (size - mark.text()) + 8192;
            let run = Run::new(&self.program, &mut workshop.arena, &mut workshop.places, Some(root));
            let text = run.text(&template.code, template.slots, capacity).ok();
            if size > KEPT_TEXT {
                *slot = None;
            }
            text
        })
    }

    /// Returns the templates that are left to Tera, each with the reason.
    #[cfg(test)]
    pub(super) fn left_to_tera(&self) -> BTreeMap<&str, &str> {
        let templates = self.program.templates.iter();
        templates.filter_map(|(name, made)| Some((name.as_str(), made.as_ref().err()?.0.as_str()))).collect()
    }
}

/// Returns what a template may define as components: whatever follows the word, so that none is missed.
fn components(text: &str) -> impl Iterator<Item = &str> {
    text.split("component").skip(1).filter_map(|rest| {
        let name = rest.trim_ascii_start();
        let end = name.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
        name.get(..end.unwrap_or(name.len()))
    })
}

#[cfg(test)]
mod tests;
