//! Software templates: what a template makes of values.
//!
//! `template` reads a Template entity, `parameters` is its form, `language` renders its texts, `actions` are what its steps
//! can do, and `run` does one after the other. Nothing here touches a disk: what is read comes through a [`source::Source`],
//! and what is made is a [`tree::Tree`] in memory, so a run that fails leaves nothing, and no run reaches outside. A template
//! is untrusted: time, memory and output are bounded.

pub mod actions;
pub mod failure;
mod formats;
pub mod language;
pub mod parameters;
pub mod report;
pub mod run;
pub mod schema;
pub mod source;
pub mod template;
pub mod tree;
pub mod yaml_in;
pub mod yaml_text;
