//! Any bytes are read as a definition in AsyncAPI: nothing panics, places are in the text, what is shown stays in proportion.
#![no_main]

mod api;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| api::check("asyncapi", "yaml", bytes));
