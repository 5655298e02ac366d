//! `playbill impact`: who is hit when an entity fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::args::{ImpactArgs, ImpactFormat};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, load, print, print_bytes};
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::depth::Depth;
use crate::diag::visible::visible;
use crate::error::Error;
use crate::impact::{self, Hit, Impact};
use crate::portal::Analysis;

/// Prints who is hit; problems of the catalog never change the exit code.
pub(super) fn run(context: &Context, args: &ImpactArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let workspace = load(context, &args.input, None, Purpose::Judge)?;
    let catalog = Analysis::of(Depth::Catalog).run(&workspace, &mut |stage| watch.stage(stage)).catalog;
    watch.stage("impact");
    let id = find(&catalog, &args.entity)?;
    let impact = Impact::of(&catalog);
    let hops = impact.hops(id, usize::MAX);
    watch.stage("print");
    if let Some(to) = &args.to {
        print(&way(&catalog, &hops, id, find(&catalog, to)?));
        watch.finish();
        return Ok(CommandOutcome::Success);
    }
    match args.format {
        ImpactFormat::Json => {
            let value = json(&catalog, &impact, id, &hops);
            print(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
        }
        ImpactFormat::Csv => print_bytes(&csv(&catalog, id, &hops)),
        ImpactFormat::Human => print(&human(&catalog, &impact, id, &hops)),
    }
    watch.finish();
    Ok(CommandOutcome::Success)
}

/// Finds an entity by its reference; the kind may be left out where that is clear.
pub(super) fn find(catalog: &Catalog, text: &str) -> Result<EntityId, Error> {
    let kinds = ["component", "api", "resource", "system", "domain"];
    let whole = EntityRef::parse(text, None, "default").ok().and_then(|reference| catalog.find(reference.as_str()));
    let guessed = kinds.iter().filter_map(|kind| {
        let reference = EntityRef::parse(text, Some(kind), "default").ok()?;
        catalog.find(reference.as_str())
    });
    let guessed: BTreeSet<EntityId> = guessed.collect();
    match (whole, guessed.len()) {
        (Some(id), _) => Ok(id),
        (None, 1) => Ok(guessed.into_iter().next().unwrap_or(EntityId::new(0))),
        (None, 0) => {
            let near = crate::text::nearest(text, catalog.entities().iter().map(|entity| entity.reference.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Err(Error::Usage(format!("there is no entity `{text}`{hint}")))
        }
        (None, _) => {
            let names: Vec<&str> = guessed.iter().map(|id| catalog.get(*id).reference.as_str()).collect();
            Err(Error::Usage(format!("`{text}` is one of {}: write its kind, too", names.join(", "))))
        }
    }
}

/// Says by which way an entity is hit when another one fails, a line an entity.
fn way(catalog: &Catalog, hops: &[Vec<Hit>], from: EntityId, to: EntityId) -> String {
    let name = |id: &EntityId| catalog.get(*id).reference.as_str();
    if from != to && !hops.iter().flatten().any(|hit| hit.id == to) {
        return format!("{} is not hit when {} fails\n", name(&to), name(&from));
    }
    impact::path(hops, from, to).iter().map(|id| format!("{}\n", visible(name(id)))).collect()
}

fn owner(catalog: &Catalog, id: EntityId) -> Option<&str> {
    catalog.get(id).related("ownedBy").next().map(|owner| owner.target.as_str())
}

fn json(catalog: &Catalog, impact: &Impact, id: EntityId, hops: &[Vec<Hit>]) -> Value {
    let name = |id: &EntityId| catalog.get(*id).reference.as_str();
    let hit = |hit: &Hit| {
        let entity = catalog.get(hit.id);
        let way = impact::path(hops, id, hit.id);
        json!({
            "ref": entity.reference.as_str(),
            "title": entity.title(),
            "owner": owner(catalog, hit.id),
            "system": entity.system(),
            "tier": impact::tier(entity),
            "onCall": impact::on_call(entity),
            "path": way.iter().map(name).collect::<Vec<_>>(),
        })
    };
    let hits = || hops.iter().flatten();
    let systems: BTreeSet<&str> = hits().filter_map(|hit| catalog.get(hit.id).system()).collect();
    let tier = hits().filter_map(|hit| impact::tier(catalog.get(hit.id))).min();
    let owners = impact::owners(|id| catalog.get(id).related("ownedBy").next()?.id, hops);
    let owners = owners.iter().map(|(id, count, hop)| json!({ "ref": name(id), "count": count, "hop": hop }));
    let levels = hops
        .iter()
        .enumerate()
        .map(|(at, hits)| json!({ "hop": at + 1, "entities": hits.iter().map(hit).collect::<Vec<_>>() }));
    json!({
        "ref": name(&id),
        "direct": impact.direct(id),
        "total": impact.size(id),
        "hops": levels.collect::<Vec<_>>(),
        "owners": owners.collect::<Vec<_>>(),
        "systems": systems,
        "tier": tier,
        "cycle": impact.cycle_of(id).unwrap_or_default().iter().map(name).collect::<Vec<_>>(),
    })
}

fn csv(catalog: &Catalog, id: EntityId, hops: &[Vec<Hit>]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(["hop", "ref", "title", "owner", "system", "tier", "onCall", "path"]);
    for (at, hits) in hops.iter().enumerate() {
        for hit in hits {
            let entity = catalog.get(hit.id);
            let way: Vec<&str> =
                impact::path(hops, id, hit.id).iter().map(|id| catalog.get(*id).reference.as_str()).collect();
            let _ = out.write_record([
                &(at + 1).to_string(),
                entity.reference.as_str(),
                entity.title(),
                owner(catalog, hit.id).unwrap_or_default(),
                entity.system().unwrap_or_default(),
                impact::tier(entity).unwrap_or_default(),
                impact::on_call(entity).unwrap_or_default(),
                &way.join(" > "),
            ]);
        }
    }
    out.into_inner().unwrap_or_default()
}

fn human(catalog: &Catalog, impact: &Impact, id: EntityId, hops: &[Vec<Hit>]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    let name = catalog.get(id).reference.as_str();
    let _ = writeln!(out, "if {name} fails: {} directly, {} in all", impact.direct(id), impact.size(id));
    if let Some(cycle) = impact.cycle_of(id) {
        let names: Vec<&str> = cycle.iter().map(|id| catalog.get(*id).reference.as_str()).collect();
        let _ = writeln!(out, "part of a circle: {}", names.join(", "));
    }
    for (at, hits) in hops.iter().enumerate() {
        let _ = writeln!(out, "\nhop {}", at + 1);
        for hit in hits {
            let entity = catalog.get(hit.id);
            let owner = owner(catalog, hit.id).map(|owner| format!("  {owner}")).unwrap_or_default();
            let through =
                if at > 0 { format!("  through {}", catalog.get(hit.through).reference) } else { String::new() };
            let _ = writeln!(out, "  {}{owner}{through}", visible(entity.reference.as_str()));
        }
    }
    out
}
