//! Any text is a reference or an error, and what is read prints as it reads.

use playbill::catalog::EntityRef;

/// Checks them for one input.
pub(crate) fn check(text: &str) {
    if let Ok(reference) = EntityRef::parse(text, Some("group"), "default") {
        let again = EntityRef::parse(reference.as_str(), None, "other").expect("a written reference reads back");
        // Lower-casing may change a letter twice (`İ`), but never the parts.
        assert_eq!(again.as_str(), reference.as_str().to_lowercase());
        assert!(!reference.kind().is_empty() && !reference.namespace().is_empty() && !reference.name().is_empty());
    }
}
