//! The systems whose answers are read, one file each.

mod github;
mod ldap;
mod msgraph;
mod okta;

use super::draft::Draft;
use crate::config::{OrgConfig, OrgType};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::workspace::Workspace;

/// Reads the answers of a source.
pub(super) fn read(workspace: &Workspace, source: &OrgConfig, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
    match source.kind {
        OrgType::GitHub => github::read(workspace, source, drafts, found),
        OrgType::Ldap => ldap::read(workspace, source, drafts, found),
        OrgType::MsGraph => msgraph::read(workspace, source, drafts, found),
        OrgType::Okta => okta::read(workspace, source, drafts, found),
    }
}

/// Says how many members are not in the data.
fn unknown_members(count: usize, place: Option<Span>, found: &mut Diagnostics) {
    let Some(place) = place.filter(|_| count > 0) else { return };
    let members =
        if count == 1 { "1 member of a group is".to_owned() } else { format!("{count} members of groups are") };
    found.push(
        Diagnostic::new(codes::ORG_MEMBER_UNKNOWN, place, format!("{members} not among the users that were saved"))
            .help("that is right for people who left, or whom a filter leaves out; else save the users again"),
    );
}
