//! The look: templates, style sheets, scripts and icons, built in and overridden file by file.
//!
//! Owns the Tera environment, the names under which static files are published, and the messages about broken
//! templates. Knows nothing of the portal: a template sees the model it is given and two functions, `asset(name="…")`
//! and nothing that looks anything up.
//!
//! A theme is a folder with `templates/`, `static/` and `icons/`. A file of the user's folder replaces the built-in one
//! of the same relative name; a template of the user's may also say `{% extends "default/NAME" %}` and change single
//! blocks, and a component of the user's goes before the built-in one of that name.
//!
//! Pages of which no template is the user's are rendered by `compiled`, all others by Tera.
//!
//! Invariant: everything that can be found wrong with a template before it is rendered is found in [`compile`].

mod accent;
mod assets;
mod compiled;
mod errors;
// Built into the build script, which runs it.
#[cfg(test)]
mod minify;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};
use xxhash_rust::xxh3::xxh3_128;

pub use assets::Asset;
use compiled::Functions;

use crate::catalog::kinds::KINDS;
use crate::config::Config;
use crate::error::Error;
use crate::html;
use crate::markdown::commonmark;
use crate::site::cards::{CARDS, Card};
use crate::site::context;
use crate::site::pages::hosting::CONTENT_SECURITY_POLICY;
use crate::text::FileId;

include!(concat!(env!("OUT_DIR"), "/theme_files.rs"));

/// The prefix under which the built-in templates can be extended.
const BUILT_IN: &str = "default/";

/// A file of the user's theme.
#[derive(Debug, Clone)]
pub struct Override {
    /// For messages about it.
    pub file: FileId,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// Compiled templates and published files.
#[derive(Debug)]
pub struct Theme {
    tera: Tera,
    compiled: compiled::Templates,
    assets: assets::Assets,
    overrides: BTreeMap<String, Override>,
    /// Distinguishes it from others made by the same program.
    fingerprint: u128,
}

/// What every template of a portal may show, whatever the page.
#[derive(Serialize)]
struct PortalFace<'a> {
    title: &'a str,
    organization: Option<&'a str>,
    generator: &'static str,
    csp: &'static str,
    /// A style sheet of the organisation's own, loaded after ours.
    extra_css: bool,
    /// The name of the organisation's picture.
    logo: Option<&'a str>,
    /// HTML of a sentence above every page.
    announcement: Option<String>,
    /// Class suffixes of kinds.
    kinds: Vec<&'static str>,
}

/// What a theme is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// All pages of a portal.
    Portal,
    /// One documentation alone. To compile every template would take longer than to read a small documentation.
    Documentation,
}

/// What the page of a documentation site alone is made of.
const DOCUMENTATION: [&str; 2] = ["components.html", "docs-alone.html"];

/// Compiles the built-in theme with the files of the user's in place of those of the same name.
///
/// `overrides` is keyed by the path within the theme folder, such as `templates/home.html`.
///
/// # Errors
/// [`Error::Config`] with the file and line when a template cannot be compiled.
pub fn compile(config: &Config, overrides: BTreeMap<String, Override>, purpose: Purpose) -> Result<Theme, Error> {
    let assets = assets::Assets::new(FILES, &overrides, &config.accent.map(accent::rules).unwrap_or_default());
    let functions = Arc::new(Functions { assets: assets.names(), symbols: assets::symbols(FILES, &overrides) });
    let mut tera = engine(&functions);
    let face = PortalFace {
        title: &config.title,
        organization: config.organization.as_deref(),
        generator: concat!("Playbill ", env!("CARGO_PKG_VERSION")),
        csp: CONTENT_SECURITY_POLICY,
        extra_css: assets.url("extra.css").is_some(),
        logo: assets.logo(),
        announcement: config.announcement.as_deref().map(|text| commonmark::inline_with(text, &context::outward)),
        kinds: KINDS.iter().map(|kind| kind.id).chain(["other"]).collect(),
    };
    let own: Vec<(&String, u128)> = overrides.iter().map(|(name, file)| (name, xxh3_128(&file.bytes))).collect();
    let urls: Vec<&str> = assets.all().iter().map(|asset| asset.url.as_str()).collect();
    let fingerprint = xxh3_128(&serde_json::to_vec(&(&face, own, urls)).unwrap_or_default());
    tera.global_context().insert("portal", &face);
    tera.set_fallback_prefixes([BUILT_IN]).map_err(|error| errors::report(&error, &overrides))?;
    // A template of the user's may include any other.
    let all = purpose == Purpose::Portal || overrides.keys().any(|name| name.starts_with("templates/"));
    let built_in = FILES.iter().filter_map(|(name, bytes)| {
        let name = name.strip_prefix("templates/").filter(|name| all || DOCUMENTATION.contains(name))?;
        Some((name, std::str::from_utf8(bytes).ok()?))
    });
    let cards = cards();
    let built_in = built_in.chain(all.then_some(("cards.html", cards.as_str())));
    let own = overrides.iter().filter_map(|(name, file)| {
        let name = name.strip_prefix("templates/")?;
        Some((name, std::str::from_utf8(&file.bytes).ok()?))
    });
    let (built_in, own): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = (built_in.collect(), own.collect());
    let named = built_in.iter().map(|(name, text)| (format!("{BUILT_IN}{name}"), *text));
    let named = named.chain(own.iter().map(|(name, text)| ((*name).to_owned(), *text)));
    let (added, compiled) = rayon::join(
        || tera.add_raw_templates(named),
        || compiled::Templates::compile(&built_in, &own, functions, &face),
    );
    added.map_err(|error| errors::report(&error, &overrides))?;
    Ok(Theme { tera, compiled, assets, overrides, fingerprint })
}

/// Returns Tera as templates of a theme know it, without any of them.
fn engine(functions: &Arc<Functions>) -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".xml"]);
    // The escapes are Tera's own; it writes byte by byte, which is a tenth of the time of a large site.
    tera.set_escape_fn(|text, out| html::write_anywhere(out, text));
    let known = Arc::clone(functions);
    tera.register_function("asset", move |arguments: Kwargs, state: &State<'_>| -> tera::TeraResult<String> {
        let name = arguments.must_get::<&str>("name")?;
        let root = state.get::<String>("root")?.unwrap_or_default();
        match known.assets.get(name) {
            Some(url) => Ok(format!("{root}{url}")),
            None => {
                let near = crate::text::nearest(name, known.assets.keys().map(String::as_str));
                let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
                Err(tera::Error::message(format!("the theme has no file `static/{name}`{hint}")))
            }
        }
    });
    let known = Arc::clone(functions);
    tera.register_function("symbol", move |arguments: Kwargs, _: &State<'_>| -> tera::TeraResult<String> {
        let icon = arguments.must_get::<&str>("icon")?;
        Ok(known.symbols.get(icon).cloned().unwrap_or_default())
    });
    tera
}

/// Makes the template that shows a card by its name: Tera includes only what is named in the text.
fn cards() -> String {
    let branch = |card: &&dyn Card| {
        let name = card.name();
        format!("{{%- if shown.name == \"{name}\" %}}{{% include \"cards/{name}.html\" %}}{{% endif -%}}")
    };
    CARDS.iter().map(branch).collect()
}

impl Theme {
    /// Renders the template `name` with the fields of `model` as variables.
    ///
    /// # Errors
    /// [`Error::Config`] when a template of the user's asks for something that the model does not have.
    pub fn render(&self, name: &str, model: &impl Serialize) -> Result<String, Error> {
        let Some(text) = self.compiled.render(name, model) else { return self.render_with_tera(name, model) };
        // So each test that makes pages compares the two.
        #[cfg(test)]
        assert!(self.render_with_tera(name, model).ok().as_ref() == Some(&text), "`{name}` is not as Tera makes it");
        Ok(text)
    }

    /// Returns whether a page is made without Tera.
    #[cfg(test)]
    pub(crate) fn is_compiled(&self, name: &str, model: &impl Serialize) -> bool {
        self.compiled.render(name, model).is_some()
    }

    /// Returns the built-in templates that are left to Tera, each with the reason.
    #[cfg(test)]
    pub(crate) fn left_to_tera(&self) -> BTreeMap<&str, &str> {
        self.compiled.left_to_tera()
    }

    fn render_with_tera(&self, name: &str, model: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(model).map_err(|error| errors::report(&error, &self.overrides))?;
        self.tera.render(name, &context).map_err(|error| errors::report(&error, &self.overrides))
    }

    /// Returns what names the result of [`Self::render`]: of equal keys come equal texts, as long as the program is the
    /// same.
    pub fn key(&self, name: &str, model: &impl Serialize) -> u128 {
        thread_local! {
            static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        BYTES.with_borrow_mut(|bytes| {
            bytes.clear();
            bytes.extend_from_slice(&self.fingerprint.to_le_bytes());
            bytes.extend_from_slice(name.as_bytes());
            // Models are plain values, which can always be written; if one cannot, rendering will say so.
            let _ = serde_json::to_writer(&mut *bytes, model);
            xxh3_128(bytes)
        })
    }

    /// Returns the published files, sorted by name.
    #[must_use]
    pub fn assets(&self) -> &[Asset] {
        self.assets.all()
    }

    /// Returns the URL of the static file `name`, such as `app.css`.
    #[must_use]
    pub fn asset_url(&self, name: &str) -> Option<&str> {
        self.assets.url(name)
    }
}

#[cfg(test)]
mod tests;
