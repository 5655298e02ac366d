//! The integration tests: one program, one file for each question they answer.

#![expect(clippy::disallowed_methods, reason = "these tests look at the program from outside")]

mod adr;
mod again;
mod cache;
mod cli;
mod diff;
mod extend;
mod front_door;
mod fuzz;
mod golden;
mod hostile;
mod layering;
mod manual;
mod new;
mod packs;
mod policy;
mod portal_diff;
#[cfg(feature = "remote")]
mod remote;
mod rules;
mod snapshots;
mod specs;
mod versions;
