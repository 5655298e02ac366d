//! Which tags and branches are versions of a documentation site, what they are called, and their order.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use globset::GlobMatcher;

use crate::config::{self, VersionsConfig};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::portable::{folded, is_portable};
use crate::text::{Span, nearest};
use crate::workspace::{GitRef, RefKind};

/// The longest name of a version.
const MAX_NAME: usize = 64;
/// The name of the latest version, whatever it is called otherwise.
pub(super) const LATEST: &str = "latest";

/// A version that is to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// What it is called, in addresses too.
    pub(super) name: String,
    /// Where it is read.
    pub(super) at: GitRef,
    /// The pattern that names it.
    pub(super) span: Span,
}

/// What a clone may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clone {
    /// Nothing that is known.
    Whole,
    /// Older commits, and tags with them.
    Shallow,
}

/// Chooses the versions, newest first.
pub(super) fn choose(config: &VersionsConfig, refs: &[GitRef], clone: Clone) -> (Vec<Named>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut by_name: BTreeMap<String, Named> = BTreeMap::new();
    for (pattern, span) in &config.refs {
        let Ok(glob) = config::glob(pattern) else { continue };
        let glob = glob.compile_matcher();
        let of_kind = |one: &&GitRef| if one.kind == RefKind::Tag { config.tags } else { config.branches };
        let found: Vec<&GitRef> = refs.iter().filter(of_kind).filter(|one| glob.is_match(&one.name)).collect();
        if found.is_empty() {
            problems.push(missing(config, pattern, *span, refs, clone, &glob));
            continue;
        }
        let mut refused = None;
        let mut fits = 0;
        for at in found {
            let Some(name) = name_of(config, &at.name) else { continue };
            fits += 1;
            if let Err(why) = check_name(config, name) {
                refused.get_or_insert((name.to_owned(), at.name.clone(), why));
                continue;
            }
            let new = Named { name: name.to_owned(), at: at.clone(), span: *span };
            let key = folded(name);
            let Some(old) = by_name.remove(&key) else {
                by_name.insert(key, new);
                continue;
            };
            let is_same = old.at == new.at;
            let (keep, drop) = if newest_first(&new.at, &old.at) == Ordering::Less { (new, old) } else { (old, new) };
            // With a pattern for names, releases of one line share a name on purpose.
            let is_meant = config.name.is_some() && keep.at.name != drop.at.name && keep.name == drop.name;
            if !is_same && !is_meant {
                problems.push(duplicate(&keep, &drop));
            }
            by_name.insert(key, keep);
        }
        if let Some((name, at, why)) = refused {
            problems.push(invalid_name(&name, &at, &why, *span));
        } else if fits == 0 {
            let message = format!("no tag or branch that fits `{pattern}` has a name that `name` matches");
            problems.push(
                Diagnostic::new(codes::VERSION_MISSING, *span, message)
                    .label("no version comes of this")
                    .help(format!("correct `name`; one of them is `{}`", first_fitting(refs, &glob))),
            );
        }
    }
    let mut versions: Vec<Named> = by_name.into_values().collect();
    versions.sort_by(|a, b| newest_first(&a.at, &b.at).then_with(|| a.name.cmp(&b.name)));
    versions.truncate(config.keep);
    (versions, problems)
}

fn first_fitting<'r>(refs: &'r [GitRef], glob: &GlobMatcher) -> &'r str {
    refs.iter().find(|one| glob.is_match(&one.name)).map_or("", |one| &one.name)
}

/// Returns the name of a version; `None` if the tag or branch is not one.
fn name_of<'n>(config: &VersionsConfig, name: &'n str) -> Option<&'n str> {
    let Some(pattern) = &config.name else { return Some(name) };
    let found = pattern.captures(name)?;
    let group = found.name("name").or_else(|| found.get(1)).or_else(|| found.get(0))?;
    Some(group.as_str()).filter(|name| !name.is_empty())
}

/// Says what is wrong with a name.
fn check_name(config: &VersionsConfig, name: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if let Some(c) = name.chars().find(|c| !is_plain(*c)) {
        return Err(format!("`{c}` cannot stand in the address of a version"));
    }
    if name.len() > MAX_NAME {
        return Err(format!("it is longer than {MAX_NAME} characters"));
    }
    if !is_portable(name) || name.starts_with(['.', '-']) {
        return Err("not every disk and host takes it as the name of a folder".to_owned());
    }
    let taken = [LATEST, &config.current].into_iter().chain(config.aliases.keys().map(String::as_str));
    if taken.into_iter().any(|other| folded(other) == folded(name)) {
        return Err("another version, or an alias, has this name".to_owned());
    }
    Ok(())
}

fn invalid_name(name: &str, at: &str, why: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of a version: {why}");
    let help = match name.rsplit_once('/') {
        Some((_, last)) if !last.is_empty() => {
            format!("say in `name` which part of `{at}` is the name, such as `name: '([^/]+)$'` for `{last}`")
        }
        _ => format!(
            "say in `name` which part of `{at}` is the name of the version, or name it otherwise in `current` and `aliases`"
        ),
    };
    Diagnostic::new(codes::INVALID_VERSION_NAME, span, message).label("left out").help(help)
}

fn missing(
    config: &VersionsConfig,
    pattern: &str,
    span: Span,
    refs: &[GitRef],
    clone: Clone,
    glob: &GlobMatcher,
) -> Diagnostic {
    let kinds = match (config.tags, config.branches) {
        (true, false) => "tag",
        (false, true) => "branch",
        _ => "tag or branch",
    };
    let problem = Diagnostic::new(codes::VERSION_MISSING, span, format!("no {kinds} of this clone fits `{pattern}`"))
        .label("no version comes of this");
    let near = nearest(pattern, refs.iter().map(|one| one.name.as_str()));
    let help = if clone == Clone::Shallow {
        "this clone holds a part of the history only: fetch all of it, with `fetch-depth: 0` for actions/checkout or \
         `GIT_DEPTH: 0` for GitLab"
            .to_owned()
    } else if refs.iter().any(|one| glob.is_match(&one.name)) {
        "say `from: both`, or correct the pattern: what it fits is of the other kind".to_owned()
    } else if let Some(near) = near {
        format!("write `{near}`, or fetch what is missing: `git fetch --tags`")
    } else if refs.iter().all(|one| one.kind == RefKind::Branch) {
        "fetch the tags, with `git fetch --tags`, or `fetch-depth: 0` for actions/checkout; or correct the pattern"
            .to_owned()
    } else {
        "correct the pattern; `git tag` and `git branch --all` list the names".to_owned()
    };
    problem.help(help)
}

fn duplicate(keep: &Named, drop: &Named) -> Diagnostic {
    let kind = |one: &Named| if one.at.kind == RefKind::Tag { "tag" } else { "branch" };
    let message = format!(
        "the {} `{}` and the {} `{}` are both the version `{}`",
        kind(keep),
        keep.at.name,
        kind(drop),
        drop.at.name,
        keep.name,
    );
    Diagnostic::new(codes::DUPLICATE_VERSION, keep.span, message)
        .label(format!("the {} is published", kind(keep)))
        .help("say `from: tags` or `from: branches`, or name one of them otherwise")
}

/// Returns the index of the version that is at the address of the documentation.
///
/// # Errors
/// The name that is configured, if there is no such version.
pub(super) fn latest(config: &VersionsConfig, versions: &[Named]) -> Result<Option<usize>, String> {
    let numbered = |is_wanted: &dyn Fn(&Number) -> bool| {
        versions.iter().position(|version| Number::read(&version.at.name).is_some_and(|number| is_wanted(&number)))
    };
    let any = (!versions.is_empty()).then_some(0);
    match &*config.latest {
        "stable" => Ok(numbered(&|number| number.early.is_empty()).or_else(|| numbered(&|_| true)).or(any)),
        "newest" => Ok(numbered(&|_| true).or(any)),
        name => versions.iter().position(|version| version.name == name).map(Some).ok_or_else(|| name.to_owned()),
    }
}

/// Returns whether the name of a tag or branch says that a release is still to come.
pub(super) fn is_early(name: &str) -> bool {
    Number::read(name).is_none_or(|number| !number.early.is_empty())
}

/// The number of a release.
#[derive(Debug, PartialEq, Eq)]
struct Number {
    parts: Vec<u64>,
    /// What says that it comes before the release: numbers, and words.
    early: Vec<Result<u64, String>>,
}

impl Number {
    /// Reads what begins with the first digit of a name: `v1.2.3-rc.1`, `release-2.0b3`.
    fn read(name: &str) -> Option<Self> {
        let rest = &name[name.find(|c: char| c.is_ascii_digit())?..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (numbers, rest) = rest.split_at(end);
        let parts = numbers.split('.').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap_or(u64::MAX));
        let mut parts: Vec<u64> = parts.collect();
        // `1.0` and `1.0.0` are one number.
        while parts.last() == Some(&0) && parts.len() > 1 {
            parts.pop();
        }
        let rest = rest.split('+').next().unwrap_or("").trim_start_matches(['-', '_', '.']);
        let mut early = Vec::new();
        let mut word = String::new();
        let mut push = |word: &mut String| {
            if !word.is_empty() {
                early.push(word.parse::<u64>().map_err(|_| word.to_lowercase()));
                word.clear();
            }
        };
        for c in rest.chars() {
            let breaks = word.chars().last().is_some_and(|last| last.is_ascii_digit() != c.is_ascii_digit());
            if breaks || !c.is_alphanumeric() {
                push(&mut word);
            }
            if c.is_alphanumeric() {
                word.push(c);
            }
        }
        push(&mut word);
        // Words that say that it is the release, or later.
        let is_release =
            matches!(early.first(), Some(Err(word)) if ["final", "ga", "release", "stable", "lts"].contains(&&**word));
        if is_release {
            early.clear();
        }
        Some(Self { parts, early })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let part = |a: &Result<u64, String>, b: &Result<u64, String>| match (a, b) {
            (Ok(a), Ok(b)) => a.cmp(b),
            (Err(a), Err(b)) => a.cmp(b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
        };
        let early = || {
            let pairs = self.early.iter().zip(&other.early).map(|(a, b)| part(a, b));
            pairs.fold(Ordering::Equal, Ordering::then).then(self.early.len().cmp(&other.early.len()))
        };
        self.parts.cmp(&other.parts).then_with(|| match (self.early.is_empty(), other.early.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => early(),
        })
    }
}

/// Orders tags and branches: what has no number first, the youngest of it before; then by number, the highest before.
fn newest_first(a: &GitRef, b: &GitRef) -> Ordering {
    let by_time = || (Reverse(a.time), &b.name).cmp(&(Reverse(b.time), &a.name));
    match (Number::read(&a.name), Number::read(&b.name)) {
        (Some(one), Some(other)) => other.compare(&one).then_with(by_time),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (None, None) => by_time(),
    }
    // A branch of the same number and age goes on where the tag stays.
    .then_with(|| a.kind.cmp(&b.kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn at(name: &str, kind: RefKind, time: i64) -> GitRef {
        GitRef { name: name.to_owned(), kind, commit: "a".repeat(40), time }
    }

    fn settings(yaml: &str) -> VersionsConfig {
        let (config, problems) = crate::config::parse(FileId::new(0), &format!("versions: [{{{yaml}}}]"));
        assert!(problems.is_empty(), "{problems:?}");
        config.versions.into_iter().next().unwrap()
    }

    /// Returns the names that are chosen, and codes with help of what is reported.
    fn check(yaml: &str, names: &[&str], expect: &[&str], codes: &[&str]) {
        let refs: Vec<GitRef> = names
            .iter()
            .enumerate()
            .map(|(at_time, name)| {
                let (name, kind) =
                    name.strip_prefix("branch:").map_or((*name, RefKind::Tag), |name| (name, RefKind::Branch));
                at(name, kind, i64::try_from(at_time).unwrap())
            })
            .collect();
        let (versions, problems) = choose(&settings(yaml), &refs, Clone::Whole);
        let found: Vec<&str> = versions.iter().map(|version| &*version.name).collect();
        assert_eq!(found, expect, "{yaml}");
        let found: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(found, codes, "{problems:?}");
    }

    #[test]
    fn versions_are_sorted_as_numbers_and_pre_releases_come_before() {
        let names = ["v1.9", "v1.10.0", "v1.10.0-rc.2", "v1.10.0-rc.10", "v2.0b1", "v2.0.0.Final", "v0.1"];
        let expect = ["v2.0.0.Final", "v2.0b1", "v1.10.0", "v1.10.0-rc.10", "v1.10.0-rc.2", "v1.9", "v0.1"];
        check("refs: ['v*']", &names, &expect, &[]);
        check("refs: ['v*'], keep: 2", &names, &expect[..2], &[]);
        check("refs: ['*'], keep: 3", &["v1", "branch:dev", "branch:old"], &["old", "dev", "v1"], &[]);
    }

    #[test]
    fn a_pattern_finds_the_name_and_the_newest_of_a_name_counts() {
        let names = ["v1.0.0", "v1.0.9", "v1.0.10", "v1.1.0", "vnext"];
        check("refs: ['v*'], name: 'v(\\d+\\.\\d+)'", &names, &["1.1", "1.0"], &[]);
        let refs: Vec<GitRef> = names.iter().map(|name| at(name, RefKind::Tag, 1)).collect();
        let (versions, _) = choose(&settings("refs: ['v*'], name: '^v(?<name>1\\.0)'"), &refs, Clone::Whole);
        assert_eq!(versions[0].at.name, "v1.0.10");
        check("refs: ['v*'], name: 'x(\\d)'", &names, &[], &["version-missing"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        check("refs: ['x*', 'v*']", &["v1"], &["v1"], &["version-missing"]);
        check("refs: ['v*'], from: tags", &["branch:v1"], &[], &["version-missing"]);
        check("refs: ['release/*']", &["branch:release/1.0"], &[], &["invalid-version-name"]);
        check("refs: ['release/*'], name: '([^/]+)$'", &["branch:release/1.0"], &["1.0"], &[]);
        check("refs: ['*']", &["branch:next", "latest", "v1"], &["v1"], &["invalid-version-name"]);
        check("refs: ['*']", &["v1", "branch:v1"], &["v1"], &["duplicate-version"]);
        check("refs: ['*']", &["RC1", "rc1"], &["rc1"], &["duplicate-version"]);
        check("refs: ['v*', 'v1']", &["v1"], &["v1"], &[]);
        let long = "v".repeat(65);
        check("refs: ['*']", &[&long, "con", "v..", "v\u{fc}", "-v"], &[], &["invalid-version-name"]);
    }

    #[test]
    fn the_latest_is_the_newest_release_unless_said_otherwise() {
        let names = ["dev", "v3.0-rc1", "v2.1", "v2.0"];
        let refs: Vec<GitRef> = names.iter().map(|name| at(name, RefKind::Tag, 1)).collect();
        let check = |yaml: &str, expect: Result<Option<usize>, String>| {
            let config = settings(&format!("refs: ['*'], {yaml}"));
            let (versions, _) = choose(&config, &refs, Clone::Whole);
            assert_eq!(latest(&config, &versions), expect, "{yaml}");
        };
        check("keep: 9", Ok(Some(2)));
        check("latest: newest", Ok(Some(1)));
        check("latest: v2.0", Ok(Some(3)));
        check("latest: v9", Err("v9".to_owned()));
        check("keep: 1", Ok(Some(0)));
        check("keep: 2", Ok(Some(1)));
    }
}
