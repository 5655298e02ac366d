//! See `invariants/conditions.rs`.
#![no_main]

#[path = "../invariants/conditions.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::check(text));
