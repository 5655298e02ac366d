//! Patterns of paths, as the actions understand them: `**`, `*`, `?`, `[…]`, `{a,b}`; hidden files match.

use globset::{GlobBuilder, GlobMatcher};

use super::failed;
use crate::scaffold::budget;
use crate::scaffold::failure::StepError;

/// What it costs to read a pattern, in steps.
const COMPILING: u64 = 500;

/// Patterns, those with `!` taking away from the others.
pub(super) struct Globs {
    wanted: Vec<GlobMatcher>,
    unwanted: Vec<GlobMatcher>,
}

impl Globs {
    /// Reads patterns of which one that begins with `!` takes away; a folder means all below it.
    pub(super) fn new(patterns: &[&str]) -> Result<Self, StepError> {
        let mut globs = Self { wanted: Vec::new(), unwanted: Vec::new() };
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(unwanted) => globs.unwanted.extend(with_folder(unwanted)?),
                None => globs.wanted.extend(with_folder(pattern)?),
            }
        }
        Ok(globs)
    }

    /// Reads one pattern in which a leading `!` means itself; a folder means all below it.
    pub(super) fn literal_start(pattern: &str) -> Result<Self, StepError> {
        Ok(Self { wanted: with_folder(pattern)?, unwanted: Vec::new() })
    }

    /// Reads one pattern of files; a folder means nothing.
    pub(super) fn of_files(pattern: &str) -> Result<Self, StepError> {
        Ok(Self { wanted: vec![compile(pattern)?], unwanted: Vec::new() })
    }

    /// Returns whether a path fits.
    pub(super) fn matches(&self, path: &str) -> bool {
        // What is too much ends the next step that is taken.
        let _ = budget::take((self.wanted.len() + self.unwanted.len()) as u64);
        self.wanted.iter().any(|glob| glob.is_match(path)) && !self.unwanted.iter().any(|glob| glob.is_match(path))
    }
}

fn with_folder(pattern: &str) -> Result<Vec<GlobMatcher>, StepError> {
    budget::take(COMPILING)?;
    let folder = pattern.trim_end_matches('/');
    let mut out = vec![compile(folder)?];
    // Only a whole folder means what is below it; `keep/*` does not mean `keep/a/b`.
    if !folder.is_empty() && !folder.rsplit('/').next().unwrap_or_default().contains('*') {
        out.push(compile(&format!("{folder}/**"))?);
    }
    Ok(out)
}

fn compile(pattern: &str) -> Result<GlobMatcher, StepError> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| failed(format!("`{pattern}` is no pattern: {}", error.kind())))
}
