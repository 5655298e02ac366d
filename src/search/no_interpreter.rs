//! The substitute of the interpreter in a program that was built without one.

use super::SearchFiles;

/// Fails: nothing can be asked.
pub(super) fn answers(_: SearchFiles, _: &[(&str, usize)]) -> Result<Vec<String>, String> {
    Err("this program was built without its feature `javascript`".to_owned())
}
