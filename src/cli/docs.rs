//! `playbill docs build`: one documentation alone on disk.

use super::args::{DocsBuildArgs, InputArgs};
use super::stopwatch::Stopwatch;
use super::{Context, Ending, build, load, say};
use crate::error::Error;
use crate::output::DiskSink;
use crate::{portal, render};

/// Builds and writes the documentation of one folder.
pub(super) fn build(context: &Context, args: DocsBuildArgs) -> Result<Ending, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("scan");
    let folder = context.cwd.join(&args.folder);
    let name =
        std::path::absolute(&folder).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let output = args.output.clone().unwrap_or_else(|| folder.join("site"));
    let input = InputArgs { paths: vec![args.folder], config: None, repository: false };
    let workspace = load(context, &input, Some(&output), true)?;
    let theme = build::theme(&workspace)?;
    let nothing = || Error::Usage(format!("there is no documentation in {}", folder.display()));
    let root = workspace.roots().into_iter().next().ok_or_else(nothing)?;
    let name = name.unwrap_or_else(|| "Documentation".to_owned());
    let (site, problems) = portal::documentation(&workspace, &root, &name, &mut |stage| watch.stage(stage));
    let site = site.ok_or_else(nothing)?;
    watch.stage("render");
    let target = build::target(context, &workspace, Some(&output));
    let sink = DiskSink::create(&target)?;
    render::documentation(&workspace, &site, &theme, &sink)?;
    watch.stage("write");
    let written = sink.finish()?;
    let failed = build::show_problems(context, &input, args.strict, &workspace, &problems);
    if !context.quiet {
        let files = written.written + written.unchanged;
        let took = watch.elapsed().as_secs_f64();
        say(&format!("built {}: {} documents, {files} files in {took:.1} s", target.shown, site.pages.len()));
    }
    watch.finish();
    Ok(if failed { Ending::ContentErrors } else { Ending::Success })
}
