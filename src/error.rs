//! What can fail: wrong usage, wrong configuration, and the outside world. Everything else is a diagnostic.

use std::path::PathBuf;

use crate::diag::Diagnostics;

/// A failure that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that cannot be done.
    #[error("{0}")]
    Usage(String),
    /// The configuration cannot be used; each problem with its place.
    #[error("the configuration cannot be used")]
    Config(Diagnostics),
    /// A file cannot be written because of its name, or because another one has it; all others can.
    #[error("{path} is left out: {reason}")]
    Name {
        /// The path below the site.
        path: String,
        /// Why.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was being done, such as `read`.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A store of objects did not do what it was asked for.
    #[error("cannot {action} {address}: {reason}{advice}")]
    Storage {
        /// What was being done, such as `read`.
        action: &'static str,
        /// With which object.
        address: String,
        /// Why it failed.
        reason: String,
        /// What to do, after a semicolon; empty if that is not known.
        advice: &'static str,
    },
}
