//! References that dangle, have the wrong kind, lead to the entity itself or in circles, or name what is deprecated.

use std::collections::BTreeSet;

use super::{Subject, about, advice};
use crate::catalog::declared::Declared;
use crate::catalog::{Entity, EntityId, format};
use crate::diag::{Diagnostic, Diagnostics, codes};

/// Checks what one entity says of others.
pub(super) fn each(subject: &Subject<'_>, id: EntityId, entity: &Entity, out: &mut Diagnostics) {
    let catalog = &subject.loaded.catalog;
    for said in &subject.loaded.declared[id.index()] {
        if said.target == entity.reference {
            out.push(
                Diagnostic::new(
                    codes::SELF_REFERENCE,
                    said.span,
                    format!("`{}` refers to itself in `{}`", entity.reference, said.field),
                )
                .help("remove the reference, or name another entity"),
            );
            continue;
        }
        if !said.meant_for.is_empty() && !said.meant_for.contains(&said.target.kind()) {
            out.push(unexpected(subject, id, said));
            // That such an entity does not exist either would add nothing.
            continue;
        }
        match catalog.find(said.target.as_str()) {
            // The document that describes it was left out, and its faults are reported there.
            None if subject.loaded.left_out.contains(said.target.as_str()) => {}
            None => out.push(unresolved(subject, id, said)),
            Some(target) => out.extend(deprecated(entity, said, catalog.get(target))),
        }
    }
    if entity.reference.kind() == "api" {
        let consumer = entity.related("apiConsumedBy").next();
        if let Some(consumer) = consumer.filter(|_| entity.related("apiProvidedBy").next().is_none()) {
            out.push(
                Diagnostic::new(
                    codes::API_WITHOUT_PROVIDER,
                    subject.name_span(id),
                    format!("`{}` is used but nobody provides it", entity.reference),
                )
                .label(format!("used by `{}`", consumer.target))
                .help(format!("add `{}` to `providesApis` of the component that offers it", entity.name())),
            );
        }
    }
    if entity.reference.kind() == "group" {
        out.extend(two_parents(subject, id, entity));
    }
}

fn unexpected(subject: &Subject<'_>, id: EntityId, said: &Declared) -> Diagnostic {
    let kind = said.target.kind();
    let problem = Diagnostic::new(
        codes::UNEXPECTED_KIND,
        said.span,
        format!("`{}` is a {kind}, but `{}` is meant for a {}", said.target, said.field, said.meant_for.join(" or a ")),
    )
    .cause(format!("{} {}", said.field, said.target));
    match advice::namesakes(subject, id, said) {
        found if found.is_empty() => problem.help(format!("name a {}, or use another field", said.meant_for[0])),
        found => problem.help(advice::written(subject, id, said, &found)),
    }
}

fn unresolved(subject: &Subject<'_>, id: EntityId, said: &Declared) -> Diagnostic {
    let catalog = &subject.loaded.catalog;
    let (entity, target) = (catalog.get(id), &said.target);
    let namesakes = advice::namesakes(subject, id, said);
    let of_kind = namesakes.iter().find(|other| catalog.get(**other).reference.kind() == target.kind());
    if !said.with_namespace
        && let Some(other) = of_kind
    {
        return Diagnostic::new(
            codes::AMBIGUOUS_NAMESPACE,
            said.span,
            format!("`{target}` does not exist, but `{}` does", catalog.get(*other).reference),
        )
        .label(format!("without a namespace, the entity's own (`{}`) is meant", entity.namespace()))
        .help(advice::written(subject, id, said, &namesakes))
        .cause(target.shared());
    }
    let problem =
        Diagnostic::new(codes::UNRESOLVED_REFERENCE, said.span, format!("{} `{target}` does not exist", said.field))
            .label(format!("no {} with this name", target.kind()))
            .cause(target.shared());
    if let Some(renamed) = catalog.renamed(subject.workspace, target.as_str()) {
        let written = advice::written(subject, id, said, &[renamed]);
        return problem
            .also(subject.name_span(renamed), format!("called `{}` today", catalog.get(renamed).reference))
            .help(written);
    }
    let add = if format::is_name(target.name()) && format::is_namespace(target.namespace()) {
        Some(format!("add the {}", target.kind()))
    } else {
        None
    };
    let near = if namesakes.is_empty() { advice::near(subject, id, said).into_iter().collect() } else { namesakes };
    let Some(first) = near.first() else {
        return problem.help(match add {
            Some(add) => format!("{add}, or correct the reference"),
            None => format!(
                "write the name of one {}: letters, digits, `-`, `_` and `.`, at most 63",
                said.meant_for.first().map_or_else(|| target.kind(), |kind| &**kind)
            ),
        });
    };
    let written = advice::written(subject, id, said, &near);
    let meant = advice::spelled(subject, id, said, *first);
    problem.also(subject.name_span(*first), format!("did you mean `{meant}`?")).help(match add {
        Some(add) => format!("{written}, or {add}"),
        None => written,
    })
}

/// Warns of a deprecated dependency, unless the dependent is deprecated, too.
fn deprecated(entity: &Entity, said: &Declared, target: &Entity) -> Option<Diagnostic> {
    let old =
        |entity: &Entity| entity.spec_str("lifecycle").is_some_and(|text| text.eq_ignore_ascii_case("deprecated"));
    if !matches!(&*said.field, "dependsOn" | "consumesApis") || !old(target) || old(entity) {
        return None;
    }
    Some(
        Diagnostic::new(codes::DEPRECATED_DEPENDENCY, said.span, format!("`{}` is deprecated", said.target))
            .label(format!("still used by `{}`", entity.reference))
            .help("move to its successor, or set its lifecycle back if it stays")
            .cause(said.target.shared()),
    )
}

/// Warns of a group that two others take for their child.
fn two_parents(subject: &Subject<'_>, id: EntityId, entity: &Entity) -> Option<Diagnostic> {
    let parents: Vec<_> = entity.related("childOf").collect();
    if parents.len() < 2 {
        return None;
    }
    let own = subject.loaded.declared[id.index()].iter().find(|said| &*said.field == "parent");
    let claim =
        parents.iter().filter(|parent| own.is_none_or(|own| own.target != parent.target)).find_map(|parent| {
            let said = subject.loaded.declared[parent.id?.index()].iter();
            said.filter(|said| said.target == entity.reference).find(|said| &*said.field == "children")
        })?;
    let names: Vec<String> = parents.iter().map(|parent| format!("`{}`", parent.target)).collect();
    let span = own.map_or(subject.name_span(id), |own| own.span);
    Some(
        Diagnostic::new(
            codes::SIDES_DISAGREE,
            span,
            format!("`{}` has several parents: {}", entity.reference, names.join(" and ")),
        )
        .also(claim.span, "claimed as a child here")
        .help("let `parent` and `children` name each other"),
    )
}

/// Reports entities of one kind that contain each other in a cycle, once per cycle.
pub(super) fn cycles(subject: &Subject<'_>, out: &mut Diagnostics) {
    let catalog = &subject.loaded.catalog;
    let up = |id: EntityId| {
        let entity = catalog.get(id);
        let relation = if entity.reference.kind() == "group" { "childOf" } else { "partOf" };
        entity
            .related(relation)
            .filter_map(|relation| relation.id)
            .filter(move |other| *other != id && catalog.get(*other).reference.kind() == entity.reference.kind())
    };
    let mut done = vec![false; catalog.entities().len()];
    let mut reported: BTreeSet<EntityId> = BTreeSet::new();
    for (start, _) in catalog.iter() {
        if done[start.index()] {
            continue;
        }
        // Depth first with the path kept, so that the cycle can be reported.
        let mut way: Vec<(EntityId, Vec<EntityId>)> = vec![(start, up(start).collect())];
        let mut on_way: BTreeSet<EntityId> = BTreeSet::from([start]);
        while let Some((id, rest)) = way.last_mut() {
            let id = *id;
            match rest.pop() {
                Some(next) if on_way.contains(&next) => {
                    let from = way.iter().position(|(step, _)| *step == next).unwrap_or(0);
                    let circle: Vec<EntityId> = way[from..].iter().map(|(step, _)| *step).collect();
                    let first = circle.iter().copied().min().unwrap_or(next);
                    if reported.insert(first) {
                        out.push(circle_problem(subject, &circle, first));
                    }
                }
                Some(next) if !done[next.index()] => {
                    on_way.insert(next);
                    way.push((next, up(next).collect()));
                }
                Some(_) => {}
                None => {
                    done[id.index()] = true;
                    on_way.remove(&id);
                    way.pop();
                }
            }
        }
    }
}

/// Maximum number of entities of a cycle that are named.
const MAX_NAMED: usize = 12;

fn circle_problem(subject: &Subject<'_>, circle: &[EntityId], first: EntityId) -> Diagnostic {
    let catalog = &subject.loaded.catalog;
    let start = circle.iter().position(|id| *id == first).unwrap_or(0);
    let name = |i: usize| format!("`{}`", catalog.get(circle[(start + i) % circle.len()]).reference);
    let mut names: Vec<String> = (0..circle.len().min(MAX_NAMED)).map(name).collect();
    if circle.len() > MAX_NAMED {
        names.push(format!("{} more", circle.len() - MAX_NAMED));
    }
    names.push(name(0));
    let entity = catalog.get(first);
    let field = ["parent", "subcomponentOf", "subdomainOf", "children"]
        .into_iter()
        .find(|field| entity.spec().is_some_and(|spec| spec.get(field).is_some()))
        .unwrap_or("name");
    about(
        Diagnostic::new(
            codes::RELATION_CYCLE,
            subject.spec_span(first, field),
            format!("these contain each other: {}", names.join(" in ")),
        )
        .help("break the circle at one of them"),
        entity,
    )
}
