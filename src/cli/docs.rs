//! `playbill docs build`: one documentation site alone on disk.

use std::path::Path;

use super::args::{DocsBuildArgs, InputArgs, PacksArgs};
use super::cache::{BuildSummary, Cache, PreviousBuild};
use super::stopwatch::Stopwatch;
use super::{CommandOutcome, Context, Purpose, build, counted, load};
use crate::error::Error;
use crate::output::{DiskSink, Listing};
use crate::render::PageFingerprints;
use crate::{portal, render, theme};

/// Builds and writes the documentation of one folder.
pub(super) fn build(context: &Context, args: DocsBuildArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    watch.stage("cache");
    let place = format!("documentation {:?} {:?}", args.folder, args.output);
    let cache = Cache::of(context, &args.cache, &place, &format!("{args:?}"));
    if let PreviousBuild::Unchanged(told, _) = cache.earlier() {
        return Ok(build::nothing_to_do(context, &told, watch));
    }
    watch.stage("scan");
    let folder = context.cwd.join(&args.folder);
    let name =
        std::path::absolute(&folder).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let output = args.output.clone().unwrap_or_else(|| folder.join("site"));
    let args_folder = args.folder.clone();
    let input = InputArgs { paths: vec![args.folder], config: None, repository: false, packs: PacksArgs::default() };
    let workspace = load(context, &input, Some(&output), Purpose::Write)?;
    let nothing = || {
        let shown = if args_folder.as_os_str() == "." { Path::new("this folder") } else { &args_folder };
        Error::Usage(format!("there is no documentation in {}", shown.display()))
    };
    let root = workspace.roots().into_iter().next().ok_or_else(nothing)?;
    let name = name.unwrap_or_else(|| "Documentation".to_owned());
    // On small sites the templates take as long as the documents.
    let memo = cache.shelf().map(portal::Memo::on).unwrap_or_default();
    let (theme, (site, problems)) = rayon::join(
        || build::checked_theme(context, &input, &workspace, theme::Purpose::Documentation),
        || portal::documentation(&workspace, &root, &name, &memo, &mut |stage| watch.stage(stage)),
    );
    let theme = theme?;
    let site = site.ok_or_else(nothing)?;
    watch.stage("render");
    let target = build::target(context, &workspace, Some(&output));
    // Both go into `site` where nothing else is said, and each would remove what the other one made.
    if Listing::read(&target.folder).is_some_and(|list| list.has("catalog/index.html")) {
        return Err(Error::Usage(format!("`{}` holds a portal: name another folder with `-o`", target.shown)));
    }
    let sink = DiskSink::create(&target)?;
    render::documentation(&workspace, &site, &theme, &sink)?;
    watch.stage("write");
    let written = sink.finish()?;
    let told = BuildSummary {
        problems: build::problems_text(context, &input, &workspace, &problems, args.strict),
        summary: format!("{}: {}", target.shown, counted(site.pages.len(), "document", "documents")),
        search: None,
        files: written.written + written.unchanged,
        failed: build::fails(args.strict, &problems),
        address: None,
        holds: (i64::MIN, i64::MAX),
        lock: None,
    };
    let failed = build::tell(context, &told, written, watch.elapsed());
    watch.stage("cache");
    cache.keep(&workspace, &target.folder, told, &PageFingerprints::default());
    watch.finish();
    // As in `build`: the process ends here.
    std::mem::forget((workspace, site, theme));
    Ok(if failed { CommandOutcome::ContentErrors } else { CommandOutcome::Success })
}
