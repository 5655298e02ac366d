//! The `playbill` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    playbill::cli::run(std::env::args_os())
}
