//! `playbill gc`: removes packs that nobody names any more, and files that are no longer in a site, once they were so for long
//! enough. What Playbill did not write stays.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::{self, Site};
use super::publish::read_build;
use super::pull::locked_packs;
use super::push::MAX_POINTER;
use super::{Signing, bytes, client, in_parallel, key, now, unusable};
use crate::cli::args::GcArgs;
use crate::cli::{CommandOutcome, Context, counted, print, say};
use crate::error::Error;
use crate::remote::client::Client;
use crate::remote::{
    PACKS, Pointer, SOURCES, State, Stored, build_key, build_of_key, dead_builds, pointer_key, slug_of_key,
    unneeded_files, unneeded_packs,
};

const DAY: i64 = 24 * 60 * 60;
/// How long a pack stays that is no longer the newest one, unless the command line says otherwise.
const KEEP_PACKS: i64 = 30 * DAY;
/// How long a file stays that is no longer in the site: pages that browsers keep may still name it.
const KEEP_FILES: i64 = DAY;

/// Removes garbage.
pub(in crate::cli) fn run(context: &Context, args: &GcArgs) -> Result<CommandOutcome, Error> {
    let client = client(&args.address, Signing::Needed)?;
    let has_packs = packs(context, &client, args)?;
    let has_site = match claim::state(&client)? {
        Some((state, _)) if args.dry_run => {
            files(context, &client, args, &state, None)?;
            true
        }
        Some(_) => {
            if let Some(site) = Site::claim(&client, context, false, |_| true)? {
                site.hold(|| files(context, &client, args, &site.state(), Some(&site)))?;
            }
            true
        }
        None => false,
    };
    if !has_packs && !has_site && !context.quiet {
        say(&format!("there is nothing of Playbill at {}", client.address()));
    }
    Ok(CommandOutcome::Success)
}

/// Removes packs; returns whether there are any.
fn packs(context: &Context, client: &Client, args: &GcArgs) -> Result<bool, Error> {
    let since = now() - args.keep.unwrap_or(KEEP_PACKS);
    // Before the pointers: a pack that is pushed from now on is not in the list.
    let stored = client.list(PACKS)?;
    let sources = client.list(SOURCES)?;
    if stored.is_empty() && sources.is_empty() {
        return Ok(false);
    }
    let slugs: Vec<&str> = sources.iter().filter_map(|object| slug_of_key(&object.path)).collect();
    let pointers = in_parallel(&slugs, |slug| {
        let key = key(client, &pointer_key(slug))?;
        let Some(object) = client.get(&key, MAX_POINTER)? else { return Ok(None) };
        // What it names is not known, so that no pack may be removed.
        Pointer::parse(&object.bytes).map(Some).map_err(|fault| unusable(client, &key, &fault))
    })?;
    let pointers: Vec<Pointer> = pointers.into_iter().flatten().collect();
    let mut locked = BTreeSet::new();
    for lock in &args.lock {
        locked.extend(locked_packs(&context.cwd, lock)?);
    }
    let unneeded = unneeded_packs(&stored, &pointers, &locked, since);
    remove(client, &unneeded, args, |object| {
        let facts = client.facts(&key(client, &object.path)?)?;
        // It may have been pushed again by now.
        Ok(facts.is_some_and(|facts| facts.modified.is_some_and(|modified| modified < since)))
    })?;
    report(context, args, "pack", "packs", &unneeded, stored.len());
    Ok(true)
}

/// Removes files that are no longer in a site, and then the lists of the builds that had them.
fn files(
    context: &Context,
    client: &Client,
    args: &GcArgs,
    state: &State,
    site: Option<&Site<'_>>,
) -> Result<(), Error> {
    let since = now() - args.keep.unwrap_or(KEEP_FILES);
    let stored = client.list("")?;
    let dead: BTreeSet<&str> = dead_builds(&stored, state, since).into_iter().collect();
    let names: Vec<&str> = stored.iter().filter_map(|object| build_of_key(&object.path)).collect();
    let read = in_parallel(&names, |name| Ok((read_build(client, name)?, *name)))?;
    let mut builds = BTreeMap::new();
    for (build, name) in read {
        match build {
            Some(build) => drop(builds.insert(name.to_owned(), build)),
            // Nobody knows what it had, so that it goes alone.
            None if dead.contains(name) => {}
            None => {
                let key = key(client, &build_key(name))?;
                let why = "it is damaged, so that nobody knows which files are needed".to_owned();
                return Err(unusable(client, &key, &crate::remote::Fault::Invalid(why)));
            }
        }
    }
    // A list that should be there and is not says nothing of its files either.
    let needed = state.build.iter().chain(&state.unfinished);
    if let Some(name) = needed.into_iter().find(|name| !builds.contains_key(*name)) {
        let why = "it is gone, so that nobody knows which files are needed; run `playbill publish`".to_owned();
        return Err(unusable(client, &key(client, &build_key(name))?, &crate::remote::Fault::Invalid(why)));
    }
    let unneeded = unneeded_files(&stored, &builds, &dead, since);
    remove(client, &unneeded, args, |_| site.map_or(Ok(()), Site::check).map(|()| true))?;
    if let Some(site) = site {
        let dead: Vec<&str> = dead.into_iter().collect();
        in_parallel(&dead, |name| {
            site.check()?;
            client.delete(&key(client, &build_key(name))?)
        })?;
        site.change(|state| state.cleaned(since))?;
    }
    report(context, args, "file", "files", &unneeded, stored.len());
    Ok(())
}

/// Removes objects of which a second look says that they may go; a dry run only prints them.
fn remove(
    client: &Client,
    objects: &[&Stored],
    args: &GcArgs,
    may_go: impl Fn(&Stored) -> Result<bool, Error> + Sync,
) -> Result<(), Error> {
    if args.dry_run {
        let lines: String = objects.iter().map(|object| format!("{}{}\n", client.address(), object.path)).collect();
        print(&lines);
        return Ok(());
    }
    in_parallel(objects, |object| match may_go(object)? {
        true => client.delete(&key(client, &object.path)?),
        false => Ok(()),
    })?;
    Ok(())
}

fn report(context: &Context, args: &GcArgs, one: &str, many: &str, unneeded: &[&Stored], all: usize) {
    if !context.quiet {
        let size = bytes(unneeded.iter().map(|object| object.size).sum());
        let done = if args.dry_run { "would be removed" } else { "removed" };
        say(&format!("{} of {all} {done} ({size})", counted(unneeded.len(), one, many)));
    }
}
