//! References that lead nowhere, to the wrong kind, to oneself, in circles, or to what is on its way out.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::{Subject, about};
use crate::catalog::document::Declared;
use crate::catalog::load::Loaded;
use crate::catalog::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text;

/// Comparisons of names that all references which lead nowhere may cost; beyond that, nobody is told what was meant.
const MAX_COMPARED: usize = 30_000_000;

/// What is looked up for references that lead nowhere.
pub(in crate::catalog) struct Names<'a> {
    /// The entities of each name, in order; empty where every reference leads somewhere.
    by_name: HashMap<&'a str, Vec<EntityId>>,
    /// How many references of entities before each one lead nowhere.
    before: Vec<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(loaded: &'a Loaded) -> Self {
        let catalog = &loaded.catalog;
        let nowhere = |said: &&Declared| catalog.find(said.target.as_str()).is_none();
        let counts: Vec<usize> =
            loaded.declared.par_iter().map(|declared| declared.iter().filter(nowhere).count()).collect();
        let mut by_name: HashMap<&str, Vec<EntityId>> = HashMap::new();
        if counts.iter().any(|count| *count > 0) {
            for (id, entity) in catalog.iter() {
                by_name.entry(entity.reference.name()).or_default().push(id);
            }
        }
        let mut sum = 0;
        let before = counts.into_iter().map(|count| {
            sum += count;
            sum - count
        });
        Self { before: before.collect(), by_name }
    }

    fn called(&self, name: &str) -> &[EntityId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Checks what one entity says of others.
pub(super) fn each(subject: &Subject<'_>, id: EntityId, entity: &Entity, out: &mut Diagnostics) {
    let catalog = &subject.loaded.catalog;
    let mut nowhere = subject.names.before[id.index()];
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
            out.push(
                Diagnostic::new(
                    codes::UNEXPECTED_KIND,
                    said.span,
                    format!(
                        "`{}` is a {}, but `{}` is meant for a {}",
                        said.target,
                        said.target.kind(),
                        said.field,
                        said.meant_for.join(" or a ")
                    ),
                )
                .help(format!("name a {}, or use another field", said.meant_for[0])),
            );
        }
        match catalog.find(said.target.as_str()) {
            None => {
                nowhere += 1;
                let compared = nowhere.saturating_mul(catalog.entities().len());
                out.push(unresolved(subject, entity, said, compared <= MAX_COMPARED));
            }
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

/// Reports a reference that leads nowhere; `compare` says whether names like it are looked for.
fn unresolved(subject: &Subject<'_>, entity: &Entity, said: &Declared, compare: bool) -> Diagnostic {
    let catalog = &subject.loaded.catalog;
    let target = &said.target;
    let called = subject.names.called(target.name());
    let mut same = called.iter().map(|id| catalog.get(*id)).filter(|other| other.reference.kind() == target.kind());
    if !said.with_namespace
        && let Some(other) = same.next()
    {
        return Diagnostic::new(
            codes::AMBIGUOUS_NAMESPACE,
            said.span,
            format!("`{target}` does not exist, but `{}` does", other.reference),
        )
        .label(format!("without a namespace, the entity's own (`{}`) is meant", entity.namespace()))
        .help(format!("write `{}/{}`", other.namespace(), other.name()));
    }
    let problem =
        Diagnostic::new(codes::UNRESOLVED_REFERENCE, said.span, format!("{} `{target}` does not exist", said.field))
            .label(format!("no {} with this name", target.kind()));
    let is_near =
        |other: &&Entity| other.reference.kind() == target.kind() && other.reference.namespace() == target.namespace();
    let near = || {
        let names = catalog.entities().iter().filter(is_near).map(|other| other.reference.name());
        let near = text::nearest(target.name(), names)?;
        let called = subject.names.called(near).iter();
        called.copied().find(|id| is_near(&catalog.get(*id)))
    };
    // Perhaps the name is right and the kind is not.
    let near = if compare { near() } else { None }.or_else(|| called.first().copied());
    match near {
        Some(near) => {
            let other = catalog.get(near);
            let spelled = if other.reference.kind() == target.kind()
                && other.reference.namespace() == entity.reference.namespace()
            {
                other.name().to_owned()
            } else {
                other.reference.to_string()
            };
            problem
                .also(subject.name_span(near), format!("did you mean `{spelled}`?"))
                .help(format!("write `{spelled}`, or add the {}", target.kind()))
        }
        None => problem.help(format!("add the {}, or mend the reference", target.kind())),
    }
}

/// Warns of a dependency that is on its way out, unless the dependent is, too.
fn deprecated(entity: &Entity, said: &Declared, target: &Entity) -> Option<Diagnostic> {
    let old =
        |entity: &Entity| entity.spec_str("lifecycle").is_some_and(|text| text.eq_ignore_ascii_case("deprecated"));
    if !matches!(&*said.field, "dependsOn" | "consumesApis") || !old(target) || old(entity) {
        return None;
    }
    Some(
        Diagnostic::new(codes::DEPRECATED_DEPENDENCY, said.span, format!("`{}` is deprecated", said.target))
            .label(format!("still used by `{}`", entity.reference))
            .help("move to its successor, or set its lifecycle back if it stays"),
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

/// Reports entities of one kind that contain each other in a circle, once for each circle.
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
        // Depth first with the way kept, so that the circle can be told.
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

/// Entities of a circle that are named.
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
