//! See `invariants/templates.rs`.
#![no_main]

#[path = "../invariants/templates.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::check(text));
