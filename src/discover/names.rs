//! Names of entities made of names of other things.

use std::collections::BTreeSet;

/// The longest name that Backstage takes.
const MAX_NAME: usize = 63;

/// Returns the name of an entity for something that is called `text`: lower case, what is not allowed replaced. `None` if nothing
/// is left.
pub(crate) fn entity_name(text: &str) -> Option<String> {
    let mut name = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let is_allowed = c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if is_allowed {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == MAX_NAME {
            break;
        }
    }
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (!name.is_empty()).then(|| name.to_owned())
}

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<(&'static str, String)>);

impl Taken {
    /// Returns the first of some names for a kind that is free, else the first one with a number, and takes it.
    pub(super) fn take(&mut self, kind: &'static str, wanted: impl IntoIterator<Item = String>) -> String {
        let mut first = None;
        for name in wanted {
            if self.0.insert((kind, name.clone())) {
                return name;
            }
            first.get_or_insert(name);
        }
        let first = first.unwrap_or_else(|| kind.to_owned());
        let stem = &first[..first.len().min(MAX_NAME - 5)];
        let stem = stem.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let free = { numbered }.find(|name| self.0.insert((kind, name.clone())));
        free.unwrap_or(first)
    }
}
