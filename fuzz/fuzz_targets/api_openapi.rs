//! See `invariants/api.rs`.
#![no_main]

#[path = "../invariants/api.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::check("openapi", "yaml", bytes));
