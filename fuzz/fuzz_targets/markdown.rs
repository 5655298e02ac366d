//! See `invariants/markdown.rs`.
#![no_main]

#[path = "../invariants/markdown.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::check(text));
