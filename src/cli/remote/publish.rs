//! `playbill publish`: a built site into storage from which a host serves it. Only what changed is uploaded.
//!
//! Storage cannot replace many objects at once. So a file is uploaded after all that it may name, the state of the site last,
//! and nothing is removed: whenever this ends, no page that readers can come to leads to a file that is not there. The next
//! run goes on where this one ended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::claim::{self, Site};
use super::{Signing, bytes, client, digest_of_file, in_parallel, key, now};
use crate::cli::args::PublishArgs;
use crate::cli::build::page_address;
use crate::cli::stopwatch::Stopwatch;
use crate::cli::{CommandOutcome, Context, counted, print, say};
use crate::error::Error;
use crate::output::Listing;
use crate::pack::digest;
use crate::portable;
use crate::remote::client::{Client, Condition, Content, JSON, Meta};
use crate::remote::{Build, Fault, HeaderRules, State, build_key, changes, stages};
use crate::routes;

/// A file of this size, in bytes, is read whole before it is uploaded.
const SMALL: u64 = 8 << 20;
/// The largest list of files that is read: a million of them.
pub(super) const MAX_BUILD: u64 = 256 << 20;

/// Of how many publishes that ended early the lists are read; if there are more, every object is asked what it is.
const MAX_UNFINISHED: usize = 20;

/// A file of the folder.
struct LocalFile {
    size: u64,
    /// The SHA-256 of its content.
    content: String,
}

/// The site in the folder.
struct LocalSite {
    folder: PathBuf,
    headers: HeaderRules,
    files: BTreeMap<String, LocalFile>,
    build: Build,
    /// The SHA-256 of the list of files.
    name: String,
}

/// Publishes a site.
pub(in crate::cli) fn run(context: &Context, args: &PublishArgs) -> Result<CommandOutcome, Error> {
    let mut watch = Stopwatch::new(context);
    let client = client(&args.to, Signing::Needed)?;
    watch.stage("read");
    let local = LocalSite::read(&context.cwd.join(&args.folder), &args.folder, &client)?;
    watch.stage("compare");
    let outcome = if args.dry_run {
        let there = claim::state(&client)?.map(|(state, _)| state).unwrap_or_default();
        let paths =
            if is_needed(context, &there, &local, args) { to_upload(&client, &there, &local)?.0 } else { Vec::new() };
        print_addresses(&local, paths.iter().map(String::as_str));
        report(context, &format!("{} would be uploaded", counted(paths.len(), "file", "files")));
        Ok(CommandOutcome::Success)
    } else {
        match Site::claim(&client, context, args.take_over, |there| is_needed(context, there, &local, args))? {
            Some(site) => site.hold(|| publish(context, &client, &site, &local, args, &mut watch)),
            None => Ok(CommandOutcome::Success),
        }
    };
    watch.finish();
    outcome
}

fn report(context: &Context, text: &str) {
    if !context.quiet {
        say(text);
    }
}

/// Returns whether there is anything to publish, and reports if not.
fn is_needed(context: &Context, there: &State, local: &LocalSite, args: &PublishArgs) -> bool {
    if let Some((number, newest)) = args.sequence.zip(there.sequence).filter(|(number, newest)| number < newest) {
        report(context, &format!("nothing is published: number {newest} is there, and this one has number {number}"));
        return false;
    }
    let is_there = there.build.as_ref() == Some(&local.name) && there.unfinished.is_empty() && there.claim.is_none();
    let has_number = args.sequence.is_none() || args.sequence == there.sequence;
    if is_there && has_number {
        report(context, &format!("nothing to publish: {} are there", counted(local.files.len(), "file", "files")));
    }
    !(is_there && has_number)
}

fn publish(
    context: &Context,
    client: &Client,
    site: &Site<'_>,
    local: &LocalSite,
    args: &PublishArgs,
    watch: &mut Stopwatch,
) -> Result<CommandOutcome, Error> {
    // What is known to be there must be read before this build counts as begun.
    let before = site.state();
    let (paths, there) = to_upload(client, &before, local)?;
    let list = key(client, &build_key(&local.name))?;
    client.put(&list, Content::Bytes(&local.build.to_bytes()), JSON, Condition::Always)?;
    site.begin(&local.name)?;
    watch.stage("upload");
    let sent = AtomicU64::new(0);
    for stage in stages(paths.iter().map(String::as_str), there.as_ref(), &local.headers) {
        in_parallel(&stage, |path| {
            site.check()?;
            sent.fetch_add(local.upload(client, path)?, Ordering::Relaxed);
            Ok(())
        })?;
    }
    site.change(|state| state.finished(&local.name, args.sequence, now()))?;
    // Nobody can have kept what was not there.
    if there.is_some() {
        print_addresses(local, paths.iter().map(String::as_str));
    }
    report(
        context,
        &format!(
            "published {}: {} uploaded ({}), {} unchanged",
            counted(local.files.len(), "file", "files"),
            paths.len(),
            bytes(sent.into_inner()),
            local.files.len() - paths.len()
        ),
    );
    Ok(CommandOutcome::Success)
}

/// Returns what has to be uploaded, and the build that is there.
fn to_upload(client: &Client, there: &State, local: &LocalSite) -> Result<(Vec<String>, Option<Build>), Error> {
    let mut lost = false;
    let mut read = |name: &String| -> Result<Option<Build>, Error> {
        let build = read_build(client, name)?;
        lost |= build.is_none();
        Ok(build)
    };
    let whole = there.build.as_ref().map(&mut read).transpose()?.flatten();
    let mut unfinished = Vec::new();
    for name in there.unfinished.iter().take(MAX_UNFINISHED) {
        unfinished.extend(read(name)?);
    }
    lost |= there.unfinished.len() > MAX_UNFINISHED;
    let found = changes(&local.build, whole.as_ref(), &unfinished, lost);
    let mut paths = found.upload;
    // An object says with which content it was uploaded.
    let answers = in_parallel(&found.ask, |path| {
        let facts = client.facts(&key(client, path)?)?;
        Ok(facts.and_then(|facts| facts.fingerprint).as_ref() == local.build.files.get(path))
    })?;
    paths.extend(found.ask.into_iter().zip(answers).filter(|(_, is_there)| !is_there).map(|(path, _)| path));
    Ok((paths, whole))
}

/// Reads the list of the files of a build; `None` if it is gone, or damaged.
pub(super) fn read_build(client: &Client, name: &str) -> Result<Option<Build>, Error> {
    let key = key(client, &build_key(name))?;
    let Some(object) = client.get(&key, MAX_BUILD)? else { return Ok(None) };
    match Build::parse(&object.bytes, name) {
        Ok(build) => Ok(Some(build)),
        Err(fault @ Fault::Newer(_)) => Err(super::unusable(client, &key, &fault)),
        Err(Fault::Invalid(_)) => Ok(None),
    }
}

/// Prints the addresses of what has changed below the host of the site, for caches that have to be purged.
fn print_addresses<'p>(local: &LocalSite, paths: impl Iterator<Item = &'p str>) {
    let base = local.headers.base();
    // A compressed twin has the address of its file.
    let is_twin = |path: &&str| {
        portable::TWINS.iter().any(|twin| path.strip_suffix(twin).is_some_and(|file| local.files.contains_key(file)))
    };
    let paths = paths.filter(|path| !is_twin(path));
    let lines: String = paths.map(|path| format!("{base}{}\n", routes::encoded(page_address(path)))).collect();
    print(&lines);
}

impl LocalSite {
    fn read(folder: &Path, shown: &Path, client: &Client) -> Result<Self, Error> {
        let listing = Listing::read(folder).ok_or_else(|| {
            Error::Usage(format!("`{}` is no site; make one with `playbill build -o {0}`", shown.display()))
        })?;
        let paths: Vec<&str> = listing.paths().collect();
        let read = paths.par_iter().map(|path| {
            key(client, path)?;
            let place = folder.join(path);
            let failed = |source| Error::Io { action: "read", path: place.clone(), source };
            let (content, size) = digest_of_file(&place).map_err(failed)?;
            Ok(((*path).to_owned(), LocalFile { size, content }))
        });
        let files: BTreeMap<String, LocalFile> = read.collect::<Result<_, Error>>()?;
        if let Some(path) = files.keys().find(|path| path.starts_with(".playbill/")) {
            return Err(Error::Usage(format!(
                "`{path}` cannot be published: `.playbill` is what Playbill needs itself"
            )));
        }
        let rules = files.contains_key(routes::HEADERS).then(|| folder.join(routes::HEADERS));
        #[expect(clippy::disallowed_methods, reason = "it is a file of the site")]
        let rules = rules.map(std::fs::read_to_string).and_then(Result::ok).unwrap_or_default();
        let headers = HeaderRules::parse(&rules);
        let fingerprint =
            |(path, file): (&String, &LocalFile)| (path.clone(), headers.of(path).fingerprint(&file.content));
        let build = Build::new(files.iter().map(fingerprint).collect());
        let name = digest(&build.to_bytes());
        Ok(Self { folder: folder.to_owned(), headers, files, build, name })
    }

    /// Uploads a file; returns how many bytes it has.
    fn upload(&self, client: &Client, path: &str) -> Result<u64, Error> {
        let (Some(file), Some(fingerprint)) = (self.files.get(path), self.build.files.get(path)) else { return Ok(0) };
        let place = self.folder.join(path);
        let failed = |source| Error::Io { action: "read", path: place.clone(), source };
        let headers = self.headers.of(path);
        let meta = Meta {
            content_type: &headers.content_type,
            cache_control: &headers.cache_control,
            fingerprint: Some(fingerprint),
        };
        let key = key(client, path)?;
        let small = (file.size <= SMALL).then(|| {
            #[expect(clippy::disallowed_methods, reason = "it is a file of the site")]
            std::fs::read(&place).map_err(failed)
        });
        let small = small.transpose()?;
        let found = match &small {
            Some(content) => digest(content),
            None => digest_of_file(&place).map_err(failed)?.0,
        };
        if found != file.content {
            return Err(Error::Usage(format!(
                "`{}` has changed while the site was published; wait until the build has ended, and run this again",
                place.display()
            )));
        }
        let content = small.as_deref().map_or(Content::File(&place, file.size), Content::Bytes);
        client.put(&key, content, meta, Condition::Always)?;
        Ok(file.size)
    }
}
