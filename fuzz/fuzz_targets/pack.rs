//! See `invariants/pack.rs`.
#![no_main]

#[path = "../invariants/pack.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::check(bytes));
