//! How each kind is called and shown in lists.

pub use crate::catalog::kinds::Column;

use crate::catalog::kinds::{self, OTHER_COLUMNS};
use crate::config::Config;

/// The face of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindDisplay {
    /// In lower case, as in references.
    pub kind: String,
    /// Class suffix of icon and hue; one of the built-in kinds or `other`.
    pub class: &'static str,
    /// One of them, such as `Component`.
    pub one: String,
    /// Many of them, such as `Components`.
    pub many: String,
    /// The columns of its table.
    pub columns: Vec<Column>,
}

/// What others depend on, so that its lists say how many.
const DEPENDED_ON: &[&str] = &["component", "api", "resource"];

/// Puts what is counted, and the columns of the organisation's own, before what takes the most room.
fn with_own(kind: &str, columns: &[Column], config: &Config) -> Vec<Column> {
    let mut columns = columns.to_vec();
    let place = columns.iter().position(|column| *column == Column::Description).unwrap_or(columns.len());
    let counted = DEPENDED_ON.contains(&kind).then_some(Column::Impact);
    columns.splice(place..place, counted.into_iter().chain((0..config.columns.len()).map(Column::Own)));
    columns
}

/// Returns the face of `kind`, which is as written in the entity.
#[must_use]
pub fn face(kind: &str, config: &Config) -> KindDisplay {
    let lower = kind.to_lowercase();
    if let Some(known) = kinds::of(&lower) {
        return KindDisplay {
            kind: lower,
            class: known.id,
            one: known.one.to_owned(),
            many: known.many.to_owned(),
            columns: with_own(known.id, known.columns, config),
        };
    }
    let plural =
        config.catalog.kinds.iter().find(|custom| custom.name == kind).and_then(|custom| custom.plural.clone());
    KindDisplay {
        kind: lower,
        class: "other",
        one: kind.to_owned(),
        many: plural.unwrap_or_else(|| format!("{kind}s")),
        columns: with_own("other", OTHER_COLUMNS, config),
    }
}

/// Returns the class suffix of icon and hue for a kind in lower case.
#[must_use]
pub fn class(kind: &str) -> &'static str {
    kinds::of(kind).map_or("other", |known| known.id)
}

/// Returns where a kind is in lists; kinds of the organisation's own come last.
#[must_use]
pub fn rank(kind: &str) -> usize {
    kinds::KINDS.iter().position(|known| known.id == kind).unwrap_or(kinds::KINDS.len())
}

/// Returns the name of a kind for the middle of a sentence: `component`, but `API`.
#[must_use]
pub fn in_sentence(kind: &str) -> String {
    if kind.chars().nth(1).is_some_and(char::is_uppercase) { kind.to_owned() } else { kind.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CustomKind;

    #[test]
    fn kinds_have_names_and_custom_ones_may_choose_their_plural() {
        let mut config = Config::default();
        config.catalog.kinds.push(CustomKind {
            name: "Library".to_owned(),
            api_versions: Vec::new(),
            schema: None,
            relations: Vec::new(),
            plural: Some("Libraries".to_owned()),
        });
        assert_eq!(face("API", &config).many, "APIs");
        assert_eq!(face("Library", &config).many, "Libraries");
        assert_eq!(face("Vehicle", &config).many, "Vehicles");
        assert!(rank("component") < rank("api") && rank("location") < rank("vehicle"));
    }
}
