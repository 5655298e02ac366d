//! See `invariants/sanitise.rs`.
#![no_main]

#[path = "../invariants/sanitise.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::check(bytes));
