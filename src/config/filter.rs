//! Expressions that say which entities are meant, such as `kind:component,api tag:tier-1 !lifecycle:deprecated`.
//!
//! Terms are separated by spaces, and an entity has to fit all of them; a term names a property, and after a colon the
//! values of which one is enough; `*` is any value. `!` before a term negates it. Case does not matter.

/// An expression, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// All of these hold.
    pub terms: Vec<Term>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What is looked at.
    pub property: Property,
    /// One of these is there; in lower case.
    pub values: Vec<String>,
    /// Negated: none of them.
    pub is_negated: bool,
}

/// What a term looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Its kind.
    Kind,
    /// `spec.type`.
    Type,
    /// `spec.lifecycle`.
    Lifecycle,
    /// Its namespace.
    Namespace,
    /// Its name.
    Name,
    /// Who it is owned by.
    Owner,
    /// The system that it is part of.
    System,
    /// Its tags.
    Tag,
    /// Its labels: `key` or `key=value`.
    Label,
    /// Its annotations: `key` or `key=value`.
    Annotation,
}

/// The properties by the names that expressions use.
const PROPERTIES: &[(&str, Property)] = &[
    ("kind", Property::Kind),
    ("type", Property::Type),
    ("lifecycle", Property::Lifecycle),
    ("namespace", Property::Namespace),
    ("name", Property::Name),
    ("owner", Property::Owner),
    ("system", Property::System),
    ("tag", Property::Tag),
    ("label", Property::Label),
    ("annotation", Property::Annotation),
];

impl Filter {
    /// Reads an expression; an empty one fits every entity.
    ///
    /// # Errors
    /// What is wrong with which term, in the user's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split_whitespace().map(term).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Returns an expression that fits no entity.
    #[must_use]
    pub fn none() -> Self {
        Self { terms: vec![Term { property: Property::Kind, values: Vec::new(), is_negated: false }] }
    }
}

fn term(written: &str) -> Result<Term, String> {
    let names = || PROPERTIES.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (is_negated, text) = written.strip_prefix('!').map_or((false, written), |rest| (true, rest));
    let Some((name, values)) = text.split_once(':') else {
        return Err(format!("`{written}` is no term: write a property, a colon and values, such as `kind:component`"));
    };
    let Some((_, property)) = PROPERTIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Err(format!("`{name}` is not a property that entities are chosen by: {}", names()));
    };
    let values: Vec<String> = values.split(',').filter(|value| !value.is_empty()).map(str::to_lowercase).collect();
    if values.is_empty() {
        return Err(format!("`{written}` has no value after the colon"));
    }
    Ok(Term { property: *property, values, is_negated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named() {
        assert!(Filter::parse("component").unwrap_err().contains("`component` is no term"));
        assert!(Filter::parse("colour:red").unwrap_err().contains("`kind`, `type`"));
        assert_eq!(Filter::parse("!kind:").unwrap_err(), "`!kind:` has no value after the colon");
    }
}
