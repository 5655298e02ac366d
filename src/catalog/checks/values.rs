//! Values that are allowed but not wanted: unlisted types and lifecycles, texts too long for lists, keys that clash.

use std::collections::BTreeMap;

use super::{Subject, metadata_entries};
use crate::catalog::Entity;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::portable::entity_segment;
use crate::text::{self, Span};

/// The longest title that fits into a row of the catalog, in characters.
const TITLE: usize = 80;
/// The longest description that is still read in lists, in characters.
const DESCRIPTION: usize = 500;

/// Reports kinds, namespaces and names that cannot be folders everywhere.
pub(super) fn address(entity: &Entity, name: Span, out: &mut Diagnostics) {
    let reference = &entity.reference;
    let parts = [("kind", reference.kind()), ("namespace", reference.namespace()), ("name", reference.name())];
    for (what, value) in parts {
        let segment = entity_segment(value);
        if segment != value {
            out.push(
                Diagnostic::new(
                    codes::UNPORTABLE_ADDRESS,
                    name,
                    format!("not every disk and host takes the {what} `{value}` as part of an address"),
                )
                .label(format!("`{segment}` in addresses"))
                .help(format!("choose another {what}")),
            );
        }
    }
}

/// Checks the values of one entity.
pub(super) fn each(subject: &Subject<'_>, entity: &Entity, out: &mut Diagnostics) {
    let check = &subject.workspace.config().check;
    let types = check.types.iter().find(|(kind, _)| kind.eq_ignore_ascii_case(&entity.kind)).map(|(_, list)| list);
    let lists = [("type", types), ("lifecycle", Some(&check.lifecycles).filter(|list| !list.is_empty()))];
    for (field, list) in lists {
        let Some(node) = entity.spec().and_then(|spec| spec.get(field)) else { continue };
        let (Some(list), Some(value)) = (list, node.as_str()) else { continue };
        if list.iter().any(|wanted| wanted == value) {
            continue;
        }
        let problem = Diagnostic::new(
            codes::UNLISTED_VALUE,
            node.span,
            format!("`{value}` is not a {field} that this organisation uses for a {}", entity.kind),
        )
        .label(format!("expected {}", list.join(", ")))
        .cause(format!("{} {field} {value}", entity.kind));
        out.push(match text::nearest(value, list.iter().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("use one of these, or add it to `check` in playbill.yaml"),
        });
    }
    for (field, most) in [("title", TITLE), ("description", DESCRIPTION)] {
        let Some(node) = entity.metadata().get(field) else { continue };
        let length = node.as_str().map_or(0, |text| text.chars().count());
        if length > most {
            out.push(
                Diagnostic::new(codes::LONG_TEXT, node.span, format!("the {field} has {length} characters"))
                    .label(format!("lists show about {most}"))
                    .help("keep it short, and write the rest into the documentation"),
            );
        }
    }
    for field in ["annotations", "labels"] {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for entry in metadata_entries(entity, field) {
            if let Some(first) = seen.insert(entry.key.to_lowercase(), &entry.key) {
                out.push(
                    Diagnostic::new(
                        codes::KEYS_DIFFER_IN_CASE,
                        entry.key_span,
                        format!("`{}` and `{first}` differ only in letter case", entry.key),
                    )
                    .label("Backstage can then never show the entity")
                    .help("remove one of them"),
                );
            }
        }
    }
}
