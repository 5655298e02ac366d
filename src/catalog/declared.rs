//! The relations that a document declares: references in fields of `spec`.

use std::sync::Arc;

use super::kinds::Reference;
use super::reference::{EntityRef, RefError};
use crate::config::CustomRelation;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::yaml::{Map, Node, Value};

/// A relation that a document says, with the place where it says so.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    /// The relation from the entity to the target.
    pub(super) relation: Arc<str>,
    /// The relation from the target back.
    pub(super) inverse: Arc<str>,
    /// The target.
    pub(super) target: EntityRef,
    /// Where the reference is written.
    pub(super) span: Span,
    /// The field of `spec`.
    pub(super) field: Arc<str>,
    /// Whether the reference names its namespace.
    pub(super) with_namespace: bool,
    /// The kinds that the field is meant for, in lower case; empty for any.
    pub(super) meant_for: &'static [&'static str],
    /// The kind of a reference that names none.
    pub(super) default_kind: Option<Arc<str>>,
}

/// Reads the references of one field; a reference that cannot be read makes the entity invalid.
pub(super) fn read_references(
    field: &Reference<'_>,
    spec: &Map,
    namespace: &str,
    declared: &mut Vec<Declared>,
    out: &mut Diagnostics,
) {
    let Some(node) = spec.get(field.field) else { return };
    let mut read = |item: &Node, declared: &mut Vec<Declared>| {
        let read = match (&item.value, field.loose) {
            (Value::Str(text), _) if !text.is_empty() || field.loose => {
                EntityRef::parse(text, field.default_kind, namespace).map(|target| (target, names_namespace(text)))
            }
            (Value::Map(map), true) => compound(map, namespace),
            (_, true) => Err(RefError::NoKind),
            // The shape check has reported it.
            _ => return,
        };
        match read {
            Ok((target, with_namespace)) => {
                if field.drops_others && !field.meant_for.contains(&target.kind()) {
                    out.push(dropped(field, item, &target));
                    return;
                }
                declared.push(Declared {
                    relation: field.relation.into(),
                    inverse: field.inverse.into(),
                    target,
                    span: item.span,
                    field: field.field.into(),
                    with_namespace,
                    meant_for: field.meant_for,
                    default_kind: field.default_kind.map(Arc::from),
                });
            }
            Err(error) => out.push(malformed(field.field, item, error)),
        }
    };
    match node.as_seq() {
        Some(items) => items.iter().for_each(|item| read(item, declared)),
        // A field without schema that is nothing is skipped, like any false value.
        None if field.loose && is_falsy(node) => {}
        None => read(node, declared),
    }
}

/// Reads the references of one field of a custom kind.
pub(super) fn read_references_of(
    relation: &CustomRelation,
    spec: &Map,
    namespace: &str,
    declared: &mut Vec<Declared>,
    out: &mut Diagnostics,
) {
    let field = Reference {
        field: &relation.field,
        default_kind: relation.default_kind.as_deref(),
        relation: &relation.relation,
        inverse: &relation.inverse,
        meant_for: &[],
        drops_others: false,
        loose: false,
    };
    read_references(&field, spec, namespace, declared, out);
}

fn names_namespace(text: &str) -> bool {
    text.contains('/')
}

/// Reads the form `{kind, namespace, name}`.
fn compound(map: &Map, namespace: &str) -> Result<(EntityRef, bool), RefError> {
    let part = |key: &str| map.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let kind = part("kind").ok_or(RefError::NoKind)?;
    let name = part("name").ok_or(RefError::EmptyPart)?;
    let own = part("namespace");
    Ok((EntityRef::new(kind, own.unwrap_or(namespace), name), own.is_some()))
}

fn malformed(field: &str, item: &Node, error: RefError) -> Diagnostic {
    let text = item.as_str().unwrap_or("");
    match error {
        RefError::EmptyPart => {
            Diagnostic::new(codes::MALFORMED_REFERENCE, item.span, format!("`{text}` in `{field}` is not a reference"))
                .label("a part of it is empty")
                .help("write `[kind:][namespace/]name`")
        }
        RefError::NoKind if text.is_empty() => Diagnostic::new(
            codes::MALFORMED_REFERENCE,
            item.span,
            format!("`{field}` holds {} where a reference belongs", item.kind_name()),
        )
        .help("write `kind:namespace/name`"),
        RefError::NoKind => {
            Diagnostic::new(codes::MALFORMED_REFERENCE, item.span, format!("`{text}` in `{field}` names no kind"))
                .label("this field has no kind by default")
                .help(format!("write `component:{text}` or `resource:{text}`"))
        }
    }
}

fn dropped(field: &Reference<'_>, item: &Node, target: &EntityRef) -> Diagnostic {
    Diagnostic::new(
        codes::UNEXPECTED_KIND,
        item.span,
        format!("`{}` cannot be a {}: the relation to `{target}` is dropped", field.field, target.kind()),
    )
    .label(format!("must be {}", field.meant_for.join(" or ")))
    .help("refer to an entity of the right kind")
}

/// Returns whether JavaScript takes the value for false, as Backstage's own tests of annotations do.
pub(super) fn is_falsy(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    }
}
