//! What a published site says of itself: `.playbill/published.json`, the one object that a publish replaces with a condition,
//! and `.playbill/builds/SHA256.json`, the list of the files of each build.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fault, is_digest, parse};
use crate::pack::digest;

/// The state of the site.
pub const STATE: &str = ".playbill/published.json";
/// The folder of lists of files.
pub const BUILDS: &str = ".playbill/builds/";
/// The version of both that is written, and the newest that is read.
const FORMAT: u32 = 1;
/// How many builds the state remembers.
const MAX_FORMER: usize = 1000;

/// What is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The version of the format.
    pub format: u32,
    /// The build that is published whole, by the SHA-256 of its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The number that it was published under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// When, in seconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<i64>,
    /// What was published before, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerBuild>,
    /// Builds of which an unknown part was uploaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<String>,
    /// Who may change the site now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// A build that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerBuild {
    /// The SHA-256 of its list.
    pub build: String,
    /// Until when, in seconds since 1970 UTC.
    pub until: i64,
}

/// The right to change a site. Whoever has it renews it all the time, and loses it when others see no renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who: a number that nobody else has.
    pub id: String,
    /// How often it was renewed.
    pub renewals: u64,
}

impl State {
    /// Reads a state.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let state: Self = parse(bytes, FORMAT)?;
        let former = state.former.iter().map(|former| &former.build);
        let mut all = state.build.iter().chain(&state.unfinished).chain(former);
        match all.find(|build| !is_digest(build)) {
            Some(_) => Err(Fault::Invalid("it names a build by something else than a SHA-256".to_owned())),
            None => Ok(state),
        }
    }

    /// Writes the state.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&Self { format: FORMAT, ..self.clone() }).unwrap_or_default()
    }

    /// Returns the state while somebody changes the site: towards a build, or without one to remove garbage.
    #[must_use]
    pub fn claimed(&self, id: &str, build: Option<&str>) -> Self {
        let mut state = Self { format: FORMAT, ..self.clone() };
        state.claim = Some(Claim { id: id.to_owned(), renewals: 0 });
        if let Some(build) = build.filter(|build| !state.unfinished.iter().any(|other| other == build)) {
            state.unfinished.push(build.to_owned());
        }
        state
    }

    /// Returns the same with the claim renewed.
    #[must_use]
    pub fn renewed(&self) -> Self {
        let mut state = self.clone();
        if let Some(claim) = &mut state.claim {
            claim.renewals += 1;
        }
        state
    }

    /// Returns the state when nobody changes the site any more, whatever is there.
    #[must_use]
    pub fn released(&self) -> Self {
        Self { claim: None, ..self.clone() }
    }

    /// Returns the state when a build is there whole, and nobody changes the site any more.
    #[must_use]
    pub fn finished(&self, build: &str, sequence: Option<i64>, now: i64) -> Self {
        let mut former = self.former.clone();
        if let Some(last) = self.build.as_ref().filter(|last| *last != build) {
            former.insert(0, FormerBuild { build: last.clone(), until: now });
        }
        former.retain(|other| other.build != build);
        former.truncate(MAX_FORMER);
        Self {
            format: FORMAT,
            build: Some(build.to_owned()),
            sequence: sequence.or(self.sequence),
            published_at: Some(now),
            former,
            unfinished: Vec::new(),
            claim: None,
        }
    }

    /// Returns the state when garbage is removed: builds that ended before `since` are forgotten.
    #[must_use]
    pub fn cleaned(&self, since: i64) -> Self {
        let mut state = self.clone();
        state.former.retain(|former| former.until > since);
        state.claim = None;
        state
    }
}

/// The files of a build: for each path what tells its object from others, the SHA-256 of its content and headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    format: u32,
    /// The files, by path.
    pub files: BTreeMap<String, String>,
}

impl Build {
    /// Makes a list.
    #[must_use]
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self { format: FORMAT, files }
    }

    /// Reads the list with this name.
    ///
    /// # Errors
    /// When it is another one, or cannot be used.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, Fault> {
        if digest(bytes) != name {
            return Err(Fault::Invalid("its SHA-256 is not the one in its name".to_owned()));
        }
        parse(bytes, FORMAT)
    }

    /// Writes the list; its SHA-256 is its name.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Returns the path of the list of a build below its site.
#[must_use]
pub fn build_key(build: &str) -> String {
    format!("{BUILDS}{build}.json")
}

/// Returns the build whose list is at a path below its site; `None` if it is something else.
#[must_use]
pub fn build_of_key(path: &str) -> Option<&str> {
    path.strip_prefix(BUILDS)?.strip_suffix(".json").filter(|build| is_digest(build))
}
