//! The `playbill` program; everything is in the library.

use std::process::ExitCode;

/// Reading a catalog and its documents is mostly small allocations on all threads; this takes a quarter less time than
/// the allocator of the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    playbill::cli::run(std::env::args_os())
}
