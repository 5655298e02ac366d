//! See `invariants/entity_refs.rs`.
#![no_main]

#[path = "../invariants/entity_refs.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::check(text));
