//! See `invariants/location_targets.rs`.
#![no_main]

#[path = "../invariants/location_targets.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: (&str, bool)| invariants::check(data));
