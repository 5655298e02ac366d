//! `playbill facts`: what conditions of scorecards and policies can ask.

use super::args::{FactsArgs, FactsFormat};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, api_base, load, on, print};
use crate::depth::Depth;
use crate::diag::visible::{visible, visible_json};
use crate::error::Error;
use crate::portal::Analysis;
use crate::scorecards::{Parts, known};

/// Prints the facts of an entity, or what there is to ask.
pub(super) fn run(context: &Context, args: &FactsArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    // An entity and a path look alike; what is a folder or a file is read.
    let mut input = args.input.clone();
    let mut wanted = args.entity.clone();
    if let Some(text) = &args.entity
        && context.cwd.join(text).exists()
        && !text.contains(':')
    {
        input.paths.insert(0, text.into());
        wanted = None;
    }
    let workspace = on(load(context, &input, None, Purpose::Judge)?, args.today);
    let base = api_base(context, &args.api_base)?;
    let portal = Analysis::of(Depth::Findings).against(base.clone()).run(&workspace, &mut |stage| watch.stage(stage));
    let id = wanted.as_deref().map(|text| super::impact::find(&portal.catalog, text)).transpose()?;
    watch.stage("print");
    let parts = Parts {
        workspace: &workspace,
        catalog: &portal.catalog,
        docs: &portal.docs,
        apis: &portal.apis,
        snapshots: &portal.snapshots,
        problems: &portal.diagnostics,
        api_base: base.as_ref(),
    };
    let facts = known::facts(&parts, &portal.scorecards, id);
    match args.format {
        FactsFormat::Json => {
            let list: Vec<serde_json::Value> = facts.iter().map(known::KnownFact::json).collect();
            print(&visible_json(format!("{}\n", serde_json::json!({ "facts": list }))));
        }
        FactsFormat::Human => {
            let width = facts.iter().map(|fact| fact.path.chars().count()).max().unwrap_or(0).min(48);
            for fact in &facts {
                let value = fact.value_text().map(|value| format!("  {value}")).unwrap_or_default();
                let about = if fact.about.is_empty() { String::new() } else { format!("  {}", fact.about) };
                let line = format!("{:width$}  {:8}{value}{about}", fact.path, fact.kind);
                print(&format!("{}\n", visible(line.trim_end())));
            }
        }
    }
    watch.finish();
    Ok(CommandOutcome::Success)
}
