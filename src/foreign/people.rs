//! Whether as many people and teams are there as the published portal had.

use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::portal_export::PortalExport;
use crate::workspace::Workspace;

/// Reports if fewer users or groups are left of those of an earlier portal than the sources allow. A job that saved half of the
/// answers without an error shows in nothing else.
#[must_use]
pub fn shrunk(workspace: &Workspace, catalog: &Catalog, before: &PortalExport) -> Diagnostics {
    let config = workspace.config();
    let strictest = config.org.iter().filter_map(|source| Some((source.minimum?, source.number)));
    let Some((share, number)) = strictest.max_by(|(a, _), (b, _)| a.total_cmp(b)) else { return Vec::new() };
    let Some(span) = config.places.get(&format!("org[{number}].minimum")) else { return Vec::new() };
    let report = |(kind, many): (&str, &str)| {
        let is = |reference: &str| reference.split(':').next() == Some(kind);
        let now = catalog.entities().iter().filter(|entity| entity.reference.kind() == kind).count();
        let then = before.entities.iter().filter(|entity| is(&entity.reference)).count();
        #[expect(clippy::cast_precision_loss, reason = "nobody has so many teams")]
        let is_enough = now as f64 >= share * then as f64;
        (!is_enough).then(|| {
            let message = format!("there are {now} {many}, and the published portal has {then}");
            Diagnostic::new(codes::ORG_SHRUNK, span, message)
                .label(format!("at least {share} of them have to be left"))
                .help("see whether the job that saves the answers gets all of them; if so many have left, publish once without `--against`")
        })
    };
    [("user", "users"), ("group", "groups")].into_iter().filter_map(report).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal_export::EntityRecord;

    fn found(minimum: &str, users_before: usize) -> Vec<String> {
        let (config, problems) = crate::config::parse(
            crate::text::FileId::new(0),
            &format!("org: [{{type: okta, files: org/, minimum: {minimum}}}]"),
        );
        assert!(problems.is_empty(), "{problems:?}");
        let user = |name: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {{name: {name}}}\nspec: {{memberOf: []}}\n---\n"
            )
        };
        let text: String = ["a", "b", "c", "d"].map(user).concat();
        let workspace = Workspace::from_files(config, &[("catalog-info.yaml", text.as_bytes())]);
        let catalog = crate::catalog::load(&workspace).catalog;
        let record = |at: usize| EntityRecord { reference: format!("user:default/{at}"), ..EntityRecord::default() };
        let before = PortalExport { entities: (0..users_before).map(record).collect(), ..PortalExport::default() };
        shrunk(&workspace, &catalog, &before).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn fewer_than_the_share_are_an_error() {
        assert_eq!(found("0.8", 5), [""; 0]);
        assert_eq!(found("0.8", 6), ["there are 4 users, and the published portal has 6"]);
        assert_eq!(found("1", 5), ["there are 4 users, and the published portal has 5"]);
        assert_eq!(found("0", 500), [""; 0]);
    }
}
