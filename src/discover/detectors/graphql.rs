//! GraphQL: a schema with a type for queries.

use super::{Candidate, Definition, Detector, Facts};

/// See the module.
pub(super) struct GraphQl;

impl Detector for GraphQl {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        [".graphql", ".graphqls", ".gql"].iter().any(|ending| name.ends_with(ending)).then_some(folder)
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let begins = |line: &str| ["type Query", "schema {", "schema{"].iter().any(|start| line.starts_with(start));
        let definition = Some(Definition { format: "graphql" });
        text.lines().any(begins).then(|| Facts { definition, ..Facts::default() })
    }
}
