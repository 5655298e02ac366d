//! Pages.

use super::Code;

/// Plain.
#[must_use]
pub fn plain(code: Code) -> String {
    code.rule().explanation.to_owned()
}
