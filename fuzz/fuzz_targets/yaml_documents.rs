//! See `invariants/yaml_documents.rs`.
#![no_main]

#[path = "../invariants/yaml_documents.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::check(text));
