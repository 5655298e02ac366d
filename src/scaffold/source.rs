//! Where a template and its skeletons are read from.

use std::collections::VecDeque;
use std::sync::Arc;

use super::budget;
use super::failure::{Code, StepError};
use super::tree::{Entry, joined};

/// What is at a path of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with its permissions.
    File(u32),
    /// A link and what it says.
    Link(String),
    /// A folder and the names in it, in order.
    Folder(Vec<String>),
}

/// The repository of a template. Paths are relative to its root; links are not followed.
pub trait Source {
    /// Says what is at a path; `None` if there is nothing, or it cannot be read.
    fn look(&self, path: &str) -> Option<Found>;
    /// Reads a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String>;
    /// Returns the folder of the repository that replaces an address on another host, if one is configured.
    fn mirror(&self, url: &str) -> Option<String>;
}

/// Folders with copies of what lies on other hosts, each with the address that it replaces. Paths within them begin
/// with a name that no file has.
#[derive(Debug, Default)]
pub struct Mirrors<P>(pub Vec<(String, P)>);

/// What the paths within mirrors begin with.
const MIRROR: &str = "\u{1}mirror-";

impl<P> Mirrors<P> {
    /// Returns the path that replaces an address.
    #[must_use]
    pub fn path_of(&self, url: &str) -> Option<String> {
        let found = self.0.iter().enumerate().filter_map(|(number, (prefix, _))| {
            let rest = url.strip_prefix(prefix.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some((number, rest))
        });
        // The longest one says most.
        let (number, rest) = found.min_by_key(|(_, rest)| rest.len())?;
        joined(&format!("{MIRROR}{number}"), rest).filter(|path| path.starts_with(MIRROR))
    }

    /// Returns the folder that a path lies in, and the path below it; nothing for a path of the repository itself.
    #[must_use]
    pub fn place_of<'p>(&self, path: &'p str) -> Option<(&P, &'p str)> {
        let rest = path.strip_prefix(MIRROR)?;
        let (number, below) = rest.split_once('/').unwrap_or((rest, ""));
        Some((&self.0.get(number.parse::<usize>().ok()?)?.1, below))
    }
}

/// How many links may lead to one another.
const MAX_LINKS: usize = 20;
/// What it costs to look at a path on a disk, in steps.
const ENTRY: u64 = 100;

/// Returns the path in the repository that an address of a step means; `folder` is that of the template.
///
/// # Errors
/// When it leads out of the repository, or to another host.
pub fn locate(source: &dyn Source, folder: &str, url: &str) -> Result<String, StepError> {
    let scheme = url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    let path = if scheme {
        source.mirror(url).ok_or_else(|| {
            let advice = "nothing is fetched from other hosts; `templates.mirrors` can name a folder with a copy";
            StepError::new(Code::Network, format!("`{url}` lies on another host: {advice}"))
        })?
    } else {
        let from = if url.starts_with('/') { "" } else { folder };
        joined(from, url).ok_or_else(|| outside(url))?
    };
    follow(source, &path, url, MAX_LINKS)
}

fn outside(url: &str) -> StepError {
    StepError::new(Code::PathEscape, format!("`{url}` leads out of the repository of the template"))
}

/// Follows the links in a path.
fn follow(source: &dyn Source, path: &str, shown: &str, links: usize) -> Result<String, StepError> {
    let mut at = String::new();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    while let Some(part) = parts.next() {
        if part == ".git" {
            return Err(StepError::new(Code::PathEscape, format!("`{shown}` leads into `.git`, which is never read")));
        }
        let next = if at.is_empty() { part.to_owned() } else { format!("{at}/{part}") };
        match source.look(&next) {
            Some(Found::Link(target)) => {
                if links == 0 {
                    return Err(StepError::new(Code::Failed, format!("`{shown}` leads through links without end")));
                }
                let target = if target.starts_with('/') { None } else { joined(&at, &target) };
                let rest: Vec<&str> = parts.collect();
                let whole = format!("{}/{}", target.ok_or_else(|| outside(shown))?, rest.join("/"));
                return follow(source, &whole, shown, links - 1);
            }
            _ => at = next,
        }
    }
    Ok(at)
}

/// Reads a file.
///
/// # Errors
/// When there is none.
pub fn file(source: &dyn Source, path: &str, shown: &str) -> Result<(Arc<[u8]>, u32), StepError> {
    match source.look(path) {
        Some(Found::File(mode)) => source
            .read(path)
            .map_err(|error| StepError::new(Code::Failed, format!("`{shown}`: {error}")))
            .and_then(|bytes| Ok(budget::take_bytes(bytes.len()).map(|()| (bytes, mode))?)),
        Some(Found::Folder(_)) => Err(StepError::new(Code::Failed, format!("`{shown}` is a folder, not a file"))),
        _ => {
            Err(StepError::new(Code::NotFound, format!("there is no file `{shown}` in the repository of the template")))
        }
    }
}

/// Reads all below a folder, level by level, so folders before what they hold; a link that leads out of the folder is dropped.
///
/// # Errors
/// When there is no such folder, or a file cannot be read.
pub fn folder(source: &dyn Source, path: &str, shown: &str) -> Result<Vec<(String, Entry)>, StepError> {
    let mut out = Vec::new();
    let names = match source.look(path) {
        Some(Found::Folder(names)) => names,
        Some(_) => return Err(StepError::new(Code::Failed, format!("`{shown}` is a file, not a folder"))),
        None => {
            return Err(StepError::new(
                Code::NotFound,
                format!("there is no folder `{shown}` in the repository of the template"),
            ));
        }
    };
    let mut left: VecDeque<String> = names.into();
    while let Some(below) = left.pop_front() {
        let name = below.rsplit('/').next().unwrap_or_default();
        // Backstage takes a path that begins with two dots for one that leads out, even `..data`.
        if name == ".git" || below.starts_with("..") {
            continue;
        }
        let whole = if path.is_empty() { below.clone() } else { format!("{path}/{below}") };
        budget::take(ENTRY)?;
        match source.look(&whole) {
            Some(Found::File(mode)) => {
                let bytes =
                    source.read(&whole).map_err(|error| StepError::new(Code::Failed, format!("`{whole}`: {error}")))?;
                budget::take_bytes(bytes.len())?;
                out.push((below, Entry::File { bytes, mode }));
            }
            Some(Found::Link(target)) => {
                let inside = !target.starts_with('/')
                    && joined(super::tree::parent(&below), &target).is_some()
                    && follow(source, &whole, &whole, MAX_LINKS)
                        .is_ok_and(|place| path.is_empty() || place == path || place.starts_with(&format!("{path}/")));
                if inside {
                    out.push((below, Entry::Link(target)));
                }
            }
            Some(Found::Folder(names)) => {
                left.extend(names.into_iter().map(|name| format!("{below}/{name}")));
                out.push((below, Entry::Folder));
            }
            None => {}
        }
        if out.len() > 100_000 {
            return Err(StepError::new(Code::TemplateLimit, format!("`{shown}` holds more than 100,000 files")));
        }
    }
    Ok(out)
}
