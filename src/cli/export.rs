//! `playbill export`: the resolved catalog as data.

use rayon::prelude::*;

use super::args::{ExportArgs, ExportFormat, ReportFormat};
use super::{Context, Ending, load, print, report};
use crate::catalog::export::{EntityJson, csv, ndjson};
use crate::error::Error;
use crate::portal;

/// Prints the catalog; problems are part of it and never change the exit code.
pub(super) fn run(context: &Context, args: &ExportArgs) -> Result<Ending, Error> {
    let workspace = load(context, &args.input, None, false)?;
    let (catalog, problems) = portal::analyse_catalog(&workspace);
    let text = match args.format {
        ExportFormat::Json => {
            let shown = report::Shown::new(&workspace, context, &args.input);
            let problems = report::render(&problems, &workspace, &shown, ReportFormat::Json, false);
            let mut text = String::from("{\"entities\":[");
            let entities: Vec<String> = catalog
                .exported()
                .collect::<Vec<_>>()
                .into_par_iter()
                .map(|entity| serde_json::to_string(&EntityJson(entity)).unwrap_or_default())
                .collect();
            for (i, entity) in entities.iter().enumerate() {
                text.push_str(if i == 0 { "\n" } else { ",\n" });
                text.push_str(entity);
            }
            text.push_str("\n],\"problems\":");
            text.push_str(problems.trim_end());
            text.push_str("}\n");
            text
        }
        ExportFormat::Ndjson => ndjson(&catalog),
        ExportFormat::Csv => csv(&catalog),
    };
    print(&text);
    Ok(Ending::Success)
}
