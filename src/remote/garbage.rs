//! What nobody needs any more. When in doubt, it stays.

use std::collections::{BTreeMap, BTreeSet};

use super::{Build, Pointer, State, build_of_key, pack_of_key};

/// An object, by its path below the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The path.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was written, in seconds since 1970 UTC; `None` if the storage does not say.
    pub modified: Option<i64>,
}

impl Stored {
    fn is_before(&self, since: i64) -> bool {
        self.modified.is_some_and(|modified| modified < since)
    }
}

/// Returns the packs that no pointer names, nor has named since `since`, nor any lock, and that were uploaded before then.
#[must_use]
pub fn unneeded_packs<'s>(
    stored: &'s [Stored],
    pointers: &[Pointer],
    locked: &BTreeSet<String>,
    since: i64,
) -> Vec<&'s Stored> {
    let former = pointers.iter().flat_map(|pointer| &pointer.former);
    let former = former.filter(|former| former.until > since).map(|former| &*former.pack);
    let named: BTreeSet<&str> = pointers.iter().map(|pointer| &*pointer.pack).chain(former).collect();
    let is_unneeded = |object: &&Stored| {
        pack_of_key(&object.path).is_some_and(|pack| !named.contains(pack) && !locked.contains(pack))
            && object.is_before(since)
    };
    stored.iter().filter(is_unneeded).collect()
}

/// Returns the builds whose lists are not needed: not published since `since`, and not about to be.
#[must_use]
pub fn dead_builds<'s>(stored: &'s [Stored], state: &State, since: i64) -> Vec<&'s str> {
    let former = state.former.iter().filter(|former| former.until > since).map(|former| &*former.build);
    let named: BTreeSet<&str> =
        state.build.iter().chain(&state.unfinished).map(|build| &**build).chain(former).collect();
    let lists = stored.iter().filter(|object| object.is_before(since));
    lists.filter_map(|object| build_of_key(&object.path)).filter(|build| !named.contains(build)).collect()
}

/// Returns the files that only dead builds have. What no build has named is somebody else's and stays.
#[must_use]
pub fn unneeded_files<'s>(
    stored: &'s [Stored],
    builds: &BTreeMap<String, Build>,
    dead: &BTreeSet<&str>,
    since: i64,
) -> Vec<&'s Stored> {
    let (mut old, mut needed) = (BTreeSet::new(), BTreeSet::new());
    for (name, build) in builds {
        let paths = if dead.contains(&**name) { &mut old } else { &mut needed };
        paths.extend(build.files.keys().map(String::as_str));
    }
    let is_unneeded = |object: &&Stored| {
        let path = &*object.path;
        old.contains(path) && !needed.contains(path) && object.is_before(since) && !path.starts_with(".playbill/")
    };
    stored.iter().filter(is_unneeded).collect()
}
