//! See `invariants/mermaid.rs`.
#![no_main]

#[path = "../invariants/mermaid.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::check(bytes));
