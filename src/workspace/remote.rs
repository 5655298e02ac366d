//! Git hosts: what the URL of a remote says, the addresses of files at it, and what such an address means.
//!
//! Pure text. An address is only made for a host whose shape of addresses is known, because a wrong link is worse
//! than none. User names, passwords and tokens of a remote are dropped while it is read and are not part of any value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use url::Url;

use super::SourceUrls;

/// Which program serves a repository, and so what its addresses look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// github.com and GitHub Enterprise.
    GitHub,
    /// gitlab.com and GitLab of one's own.
    GitLab,
    /// bitbucket.org.
    BitbucketCloud,
    /// Bitbucket Server and Data Center.
    BitbucketServer,
    /// Azure DevOps Services and Server.
    Azure,
    /// Gitea, Forgejo and Codeberg.
    Gitea,
    /// Something else.
    Unknown,
}

/// What runs at which host, as the configuration says it.
pub(super) type Hosts = BTreeMap<String, String>;

/// A repository at a git host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    host: Host,
    /// Scheme, host name and port.
    origin: String,
    name: String,
    /// The path of the repository in the browser, decoded.
    path: Vec<String>,
}

/// Which state of a repository an address shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Revision {
    /// The newest of a branch.
    Branch(String),
    /// Just this one.
    Commit(String),
}

impl Remote {
    /// Reads the URL of a remote; `None` if it names no host, such as a path on disk.
    pub(super) fn parse(text: &str, hosts: &Hosts) -> Option<Self> {
        let text = text.trim();
        let (scheme, name, port, path) = split(text)?;
        let is_web = matches!(scheme.as_str(), "http" | "https");
        let mut path: Vec<String> = segments(&path)?;
        let mut name = name;
        if !is_web {
            // The hosts answer under other names for ssh through port 443.
            name = match name.as_str() {
                "ssh.github.com" => "github.com".to_owned(),
                "altssh.gitlab.com" => "gitlab.com".to_owned(),
                "altssh.bitbucket.org" => "bitbucket.org".to_owned(),
                _ => name,
            };
        }
        (name, path) = canonical(name, path);
        let mut host = host_of(&name, hosts);
        if path.iter().any(|segment| segment == "_git") {
            host = Host::Azure;
        } else {
            let last = path.last_mut()?;
            if let Some(stem) = last.strip_suffix(".git").filter(|stem| !stem.is_empty()) {
                *last = stem.to_owned();
            }
        }
        let scm = path.iter().take(3).position(|segment| segment == "scm");
        let by_scm = is_web && host == Host::Unknown && scm.is_some_and(|at| path.len() == at + 3);
        if host == Host::BitbucketServer || by_scm || (host == Host::Unknown && port == Some(7999)) {
            host = Host::BitbucketServer;
            path = browsed(&path)?;
        }
        if path.len() < 2 {
            return None;
        }
        let mut origin = format!("{}://{name}", if scheme == "http" { "http" } else { "https" });
        // The port of ssh is not that of the web.
        if let Some(port) = port.filter(|_| is_web) {
            let _ = write!(origin, ":{port}");
        }
        Some(Self { host, origin, name, path })
    }

    /// Returns which program serves it.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host
    }

    /// Returns the name of the host, such as `github.com`.
    #[must_use]
    pub fn host_name(&self) -> &str {
        &self.name
    }

    /// Returns the owner and the name, such as `backstage/backstage`; GitLab and Azure have more parts.
    #[must_use]
    pub fn slug(&self) -> String {
        let parts: Vec<&str> = self
            .path
            .iter()
            .map(String::as_str)
            .filter(|part| !matches!(*part, "_git" | "projects" | "users" | "repos"))
            .collect();
        if self.host == Host::Azure || self.host == Host::BitbucketServer {
            parts.join("/")
        } else {
            self.path.join("/")
        }
    }

    /// Returns the address of the repository; `None` for an unknown host.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        (self.host != Host::Unknown).then(|| self.home())
    }

    /// Returns what is equal for all spellings of the same repository.
    pub(super) fn key(&self) -> String {
        key(&self.name, &self.path)
    }

    fn home(&self) -> String {
        let mut url = self.origin.clone();
        for segment in &self.path {
            url.push('/');
            url.extend(utf8_percent_encode(segment, SEGMENT));
        }
        url
    }

    /// Returns the addresses of the file whose path consists of `names`; `edit` is the branch for changing it.
    pub(super) fn file(&self, names: &[&[u8]], view: &Revision, edit: Option<&str>) -> Option<SourceUrls> {
        let folder_names = names.split_last().map_or(names, |(_, folders)| folders);
        let at = |revision: &Revision, names: &[&[u8]], verb| self.address(revision, names, verb);
        let shown = at(view, names, Verb::View)?;
        let edit = edit.and_then(|branch| at(&Revision::Branch(branch.to_owned()), names, Verb::Edit));
        Some(SourceUrls {
            edit: edit.unwrap_or_else(|| shown.clone()),
            view: shown,
            folder: at(view, folder_names, Verb::Folder)?,
        })
    }

    /// Returns the address of a folder.
    pub(super) fn folder(&self, names: &[&[u8]], view: &Revision) -> Option<String> {
        self.address(view, names, Verb::Folder)
    }

    fn address(&self, revision: &Revision, names: &[&[u8]], verb: Verb) -> Option<String> {
        let mut path = String::new();
        for name in names {
            path.push('/');
            path.extend(percent_encode(name, SEGMENT));
        }
        if verb == Verb::Folder {
            path.push('/');
        }
        let (Revision::Branch(reference) | Revision::Commit(reference)) = revision;
        let is_branch = matches!(revision, Revision::Branch(_));
        // Most hosts find the end of a branch with slashes themselves.
        let slashes = utf8_percent_encode(reference, BRANCH);
        let one = utf8_percent_encode(reference, SEGMENT);
        let home = self.home();
        Some(match self.host {
            Host::GitHub => format!("{home}/{}/{slashes}{path}", verb.word()),
            Host::GitLab => format!("{home}/-/{}/{slashes}{path}", verb.word()),
            Host::Gitea => {
                let kind = if is_branch { "branch" } else { "commit" };
                let word = if verb == Verb::Edit { "_edit" } else { "src" };
                // Editing starts at a branch without its kind.
                let kind = if verb == Verb::Edit { String::new() } else { format!("{kind}/") };
                format!("{home}/{word}/{kind}{slashes}{path}")
            }
            Host::BitbucketCloud => {
                let query = if verb == Verb::Edit { format!("?mode=edit&spa=0&at={one}") } else { String::new() };
                format!("{home}/src/{one}{path}{query}")
            }
            Host::BitbucketServer => {
                let at = if is_branch { format!("refs%2Fheads%2F{one}") } else { one.to_string() };
                let mode = if verb == Verb::Edit { "&mode=edit&spa=0" } else { "" };
                format!("{home}/browse{path}?at={at}{mode}")
            }
            Host::Azure => {
                let kind = if is_branch { "GB" } else { "GC" };
                let path = if path.is_empty() { "/" } else { &path };
                format!("{home}?path={path}&version={kind}{slashes}")
            }
            Host::Unknown => return None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    View,
    Edit,
    Folder,
}

impl Verb {
    const fn word(self) -> &'static str {
        match self {
            Self::View => "blob",
            Self::Edit => "edit",
            Self::Folder => "tree",
        }
    }
}

/// An address of a file in a browser, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    name: String,
    path: Vec<String>,
    /// The value of `path` in the query, by which Azure names files.
    query_path: Option<String>,
}

impl Address {
    /// Reads an address; `None` if it is not a web address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let (name, path) = canonical(url.host_str()?.to_ascii_lowercase(), segments(url.path())?);
        let query_path = url.query_pairs().find(|(name, _)| name == "path").map(|(_, path)| path.into_owned());
        Some(Self { name, path, query_path })
    }

    /// Returns the keys of repositories that the address may be in, the most likely first, each with the number of
    /// path segments that it takes.
    pub(super) fn keys(&self) -> impl Iterator<Item = (String, usize)> + '_ {
        const MOST: usize = 24;
        (2..=self.path.len().min(MOST)).rev().map(|taken| {
            let mut path = self.path[..taken].to_vec();
            if let Some(last) = path.last_mut()
                && let Some(stem) = last.strip_suffix(".git").filter(|stem| !stem.is_empty())
            {
                *last = stem.to_owned();
            }
            (key(&self.name, &path), taken)
        })
    }

    /// Returns the path in the repository that takes `taken` segments, and whether it is of one of its `branches`.
    pub(super) fn path_in(&self, host: Host, taken: usize, branches: &[String]) -> Option<(String, bool)> {
        let rest: Vec<&str> = self.path[taken..].iter().map(String::as_str).collect();
        match (host, rest.as_slice()) {
            (Host::Azure, []) => {
                let path = self.query_path.as_deref().unwrap_or("");
                Some((path.trim_matches('/').to_owned(), true))
            }
            (Host::Azure, _) => None,
            (_, []) => Some((String::new(), true)),
            (Host::BitbucketServer, ["browse" | "raw", path @ ..]) => Some((path.join("/"), true)),
            (Host::BitbucketServer, _) => None,
            (Host::Gitea, ["src" | "raw" | "media", "branch" | "commit" | "tag", rest @ ..]) => {
                past_branch(rest, branches)
            }
            (_, ["-", verb, rest @ ..] | [verb, rest @ ..])
                if matches!(*verb, "blob" | "tree" | "raw" | "edit" | "blame" | "src" | "media" | "_edit") =>
            {
                past_branch(rest, branches)
            }
            _ => None,
        }
    }
}

/// Returns the path after the name of a branch, tag or commit, which may hold slashes if it is a known one.
fn past_branch(segments: &[&str], branches: &[String]) -> Option<(String, bool)> {
    let segments = match segments {
        ["refs", "heads" | "tags", rest @ ..] => rest,
        _ => segments,
    };
    for branch in branches {
        let parts: Vec<&str> = branch.split('/').collect();
        if let Some(path) = segments.strip_prefix(parts.as_slice()) {
            return Some((path.join("/"), true));
        }
    }
    segments.split_first().map(|(_, path)| (path.join("/"), false))
}

/// Returns the URL of a remote without names, passwords and tokens, if it then means the same; else the address of the
/// repository.
pub(super) fn without_secrets(text: &str, hosts: &Hosts) -> Option<String> {
    let remote = Remote::parse(text, hosts)?;
    let (scheme, name, port, path) = split(text.trim())?;
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let plain = format!("{scheme}://{name}{port}/{}", path.trim_start_matches('/'));
    if Remote::parse(&plain, hosts).as_ref() == Some(&remote) { Some(plain) } else { remote.url() }
}

/// Returns what is equal for all spellings of the URL of a remote; the text itself if it is none.
pub(super) fn key_of(text: &str, hosts: &Hosts) -> String {
    Remote::parse(text, hosts).map_or_else(|| text.to_owned(), |remote| remote.key())
}

/// Takes a remote apart: scheme, host name, port and path.
fn split(text: &str) -> Option<(String, String, Option<u16>, String)> {
    if text.contains("://") {
        let url = Url::parse(text).ok()?;
        let scheme = match url.scheme() {
            scheme @ ("http" | "https") => scheme,
            "ssh" | "git" | "git+ssh" | "ssh+git" => "ssh",
            _ => return None,
        };
        let name = url.host_str()?.to_ascii_lowercase();
        return is_host(&name).then(|| (scheme.to_owned(), name, url.port(), url.path().to_owned()));
    }
    // `user@host:path`, as ssh takes it; one letter before the colon is a drive of Windows.
    let (host, path) = text.split_once(':').filter(|(host, _)| !host.contains('/') && host.len() > 1)?;
    let name = host.rsplit('@').next()?.to_ascii_lowercase();
    // A path is not encoded here; it is decoded with all others below.
    let path = path.replace('%', "%25");
    is_host(&name).then(|| ("ssh".to_owned(), name, None, path))
}

fn is_host(name: &str) -> bool {
    let plain = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    !plain.is_empty()
        && plain.len() <= 255
        && plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
        && (plain.len() < name.len() || !plain.contains(':'))
}

/// Decodes the segments of a path; `None` if they are not text.
fn segments(path: &str) -> Option<Vec<String>> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        let text = decode(segment)?;
        if text.chars().any(char::is_control) {
            return None;
        }
        // An encoded slash is one in the name of a branch or a file.
        segments.extend(text.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
    }
    Some(segments)
}

/// Brings the several names and paths of one repository to one form.
fn canonical(name: String, path: Vec<String>) -> (String, Vec<String>) {
    let name = name.strip_prefix("www.").map_or(name.clone(), str::to_owned);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    if name == "raw.githubusercontent.com" && path.len() >= 2 {
        let mut path = path;
        path.insert(2, "raw".to_owned());
        return ("github.com".to_owned(), path);
    }
    let azure = "dev.azure.com".to_owned();
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    if matches!(name.as_str(), "ssh.dev.azure.com" | "vs-ssh.visualstudio.com") {
        return match parts.as_slice() {
            ["v3", owner, project, repository] => (azure, words(&[owner, project, "_git", repository])),
            _ => (name, path),
        };
    }
    if let Some(owner) = name.strip_suffix(".visualstudio.com") {
        let rest = parts.strip_prefix(&["DefaultCollection"]).unwrap_or(&parts);
        let mut full = vec![owner.to_owned()];
        match rest {
            ["_git" | "_ssh", repository, rest @ ..] => {
                full.extend(words(&[&[*repository, "_git", repository], rest].concat()));
            }
            [project, "_git" | "_ssh", rest @ ..] => full.extend(words(&[&[*project, "_git"], rest].concat())),
            _ => return (name, path),
        }
        return (azure, full);
    }
    if name == azure
        && let [owner, "_git", repository, rest @ ..] = parts.as_slice()
    {
        return (azure, words(&[&[*owner, repository, "_git", repository], rest].concat()));
    }
    // Personal projects of Bitbucket have two addresses.
    if let Some(at) = parts.iter().position(|part| *part == "projects")
        && let Some(user) = parts.get(at + 1).and_then(|key| key.strip_prefix('~'))
    {
        let user = user.to_owned();
        let mut path = path;
        path.splice(at..=at + 1, ["users".to_owned(), user]);
        return (name, path);
    }
    (name, path)
}

/// Returns the path in the browser of a repository of Bitbucket Server, given the one of its remote.
fn browsed(path: &[String]) -> Option<Vec<String>> {
    let at = path.iter().position(|segment| segment == "scm");
    let (context, rest) = match at {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&path[..0], path),
    };
    let [project, repository] = rest else { return None };
    let mut full = context.to_vec();
    full.extend(match project.strip_prefix('~') {
        Some(user) => ["users".to_owned(), user.to_owned()],
        None => ["projects".to_owned(), project.clone()],
    });
    full.extend(["repos".to_owned(), repository.clone()]);
    Some(full)
}

fn host_of(name: &str, hosts: &Hosts) -> Host {
    match hosts.get(name).map(String::as_str) {
        Some("github") => return Host::GitHub,
        Some("gitlab") => return Host::GitLab,
        Some("bitbucket") => return Host::BitbucketCloud,
        Some("bitbucket-server") => return Host::BitbucketServer,
        Some("azure") => return Host::Azure,
        Some("gitea") => return Host::Gitea,
        _ => {}
    }
    let first = name.split('.').next().unwrap_or(name);
    if name == "bitbucket.org" {
        Host::BitbucketCloud
    } else if name == "dev.azure.com" {
        Host::Azure
    } else if first.contains("github") || name.ends_with(".ghe.com") {
        Host::GitHub
    } else if first.contains("gitlab") {
        Host::GitLab
    } else if first.contains("bitbucket") || first == "stash" {
        Host::BitbucketServer
    } else if first.contains("gitea") || first.contains("forgejo") || name == "codeberg.org" {
        Host::Gitea
    } else {
        Host::Unknown
    }
}

fn key(name: &str, path: &[String]) -> String {
    format!("{name}/{}", path.join("/")).to_lowercase()
}

/// What a segment of an address may hold.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');
/// What a branch may hold on hosts that find its end themselves.
const BRANCH: &AsciiSet = &SEGMENT.remove(b'/');

/// Decodes `%XX`; `None` if the result is no text.
fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

/// Returns the part of an address that identifies a repository: the host, the owner and the name.
pub(crate) fn repository_in(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').take(3).collect::<Vec<_>>().join("/").to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Remote> {
        Remote::parse(text, &Hosts::new())
    }

    #[test]
    fn the_configuration_names_hosts() {
        let mut hosts: Hosts = [("git.acme.example".to_owned(), "gitlab".to_owned())].into();
        let view = |hosts: &Hosts| {
            let remote = Remote::parse("git@git.acme.example:web/shop.git", hosts).unwrap();
            remote.file(&[b"a"], &Revision::Branch("main".into()), None).map(|urls| urls.view)
        };
        assert_eq!(view(&hosts).unwrap(), "https://git.acme.example/web/shop/-/blob/main/a");
        assert_eq!(view(&Hosts::new()), None);
        // Every name that the configuration accepts is known here.
        for name in crate::config::HOSTS {
            hosts.insert("h".to_owned(), (*name).to_owned());
            assert_ne!(host_of("h", &hosts), Host::Unknown, "{name}");
        }
    }

    /// Home, view, edit and folder of `a b/c#.yaml` on the branch `feature/x`.
    #[track_caller]
    fn check(remote: &str, expect: [&str; 4]) {
        let remote = parse(remote).unwrap();
        let names: [&[u8]; 2] = [b"a b", b"c#.yaml"];
        let urls = remote.file(&names, &Revision::Branch("feature/x".into()), Some("feature/x")).unwrap();
        assert_eq!([remote.url().unwrap(), urls.view, urls.edit, urls.folder], expect);
    }

    #[test]
    fn every_spelling_of_a_remote_makes_the_addresses_of_its_host() {
        for remote in [
            "https://github.com/Org/web.git",
            "https://github.com/Org/web",
            "https://github.com/Org/web/",
            "https://user:ghp_secret@github.com/Org/web.git",
            "https://x-access-token:secret@www.github.com/Org/web",
            "git@github.com:Org/web.git",
            "github.com:Org/web.git",
            "ssh://git@github.com/Org/web.git",
            "ssh://git@ssh.github.com:443/Org/web.git",
            "git+ssh://git@github.com:22/Org/web.git",
            "git://github.com/Org/web.git",
            "  https://GitHub.com/Org/web.git\n",
        ] {
            check(
                remote,
                [
                    "https://github.com/Org/web",
                    "https://github.com/Org/web/blob/feature/x/a%20b/c%23.yaml",
                    "https://github.com/Org/web/edit/feature/x/a%20b/c%23.yaml",
                    "https://github.com/Org/web/tree/feature/x/a%20b/",
                ],
            );
        }
        for remote in
            ["https://gitlab.example.com:8443/top/sub/web.git", "https://oauth2:t@gitlab.example.com:8443/top/sub/web"]
        {
            check(
                remote,
                [
                    "https://gitlab.example.com:8443/top/sub/web",
                    "https://gitlab.example.com:8443/top/sub/web/-/blob/feature/x/a%20b/c%23.yaml",
                    "https://gitlab.example.com:8443/top/sub/web/-/edit/feature/x/a%20b/c%23.yaml",
                    "https://gitlab.example.com:8443/top/sub/web/-/tree/feature/x/a%20b/",
                ],
            );
        }
        for remote in ["git@bitbucket.org:team/web.git", "https://me@bitbucket.org/team/web.git"] {
            check(
                remote,
                [
                    "https://bitbucket.org/team/web",
                    "https://bitbucket.org/team/web/src/feature%2Fx/a%20b/c%23.yaml",
                    "https://bitbucket.org/team/web/src/feature%2Fx/a%20b/c%23.yaml?mode=edit&spa=0&at=feature%2Fx",
                    "https://bitbucket.org/team/web/src/feature%2Fx/a%20b/",
                ],
            );
        }
        for remote in [
            "https://bitbucket.example.com/scm/KEY/web.git",
            "ssh://git@bitbucket.example.com:7999/KEY/web.git",
            "git@bitbucket.example.com:KEY/web.git",
        ] {
            check(
                remote,
                [
                    "https://bitbucket.example.com/projects/KEY/repos/web",
                    "https://bitbucket.example.com/projects/KEY/repos/web/browse/a%20b/c%23.yaml?at=refs%2Fheads%2Ffeature%2Fx",
                    "https://bitbucket.example.com/projects/KEY/repos/web/browse/a%20b/c%23.yaml?at=refs%2Fheads%2Ffeature%2Fx&mode=edit&spa=0",
                    "https://bitbucket.example.com/projects/KEY/repos/web/browse/a%20b/?at=refs%2Fheads%2Ffeature%2Fx",
                ],
            );
        }
        for remote in [
            "https://dev.azure.com/org/My%20Project/_git/web",
            "https://org@dev.azure.com/org/My%20Project/_git/web",
            "git@ssh.dev.azure.com:v3/org/My Project/web",
            "https://org.visualstudio.com/DefaultCollection/My%20Project/_git/web",
            "org@vs-ssh.visualstudio.com:v3/org/My Project/web",
        ] {
            check(
                remote,
                [
                    "https://dev.azure.com/org/My%20Project/_git/web",
                    "https://dev.azure.com/org/My%20Project/_git/web?path=/a%20b/c%23.yaml&version=GBfeature/x",
                    "https://dev.azure.com/org/My%20Project/_git/web?path=/a%20b/c%23.yaml&version=GBfeature/x",
                    "https://dev.azure.com/org/My%20Project/_git/web?path=/a%20b/&version=GBfeature/x",
                ],
            );
        }
        check(
            "ssh://git@codeberg.org/org/web.git",
            [
                "https://codeberg.org/org/web",
                "https://codeberg.org/org/web/src/branch/feature/x/a%20b/c%23.yaml",
                "https://codeberg.org/org/web/_edit/feature/x/a%20b/c%23.yaml",
                "https://codeberg.org/org/web/src/branch/feature/x/a%20b/",
            ],
        );
    }

    #[test]
    fn special_remotes() {
        let url = |remote: &str| parse(remote).and_then(|remote| remote.url());
        assert_eq!(url("http://gitea.local:3000/org/web.git").as_deref(), Some("http://gitea.local:3000/org/web"));
        assert_eq!(
            url("https://tfs.example.com/tfs/Main/app/_git/web").as_deref(),
            Some("https://tfs.example.com/tfs/Main/app/_git/web")
        );
        assert_eq!(
            url("https://dev.azure.com/org/_git/web").as_deref(),
            Some("https://dev.azure.com/org/web/_git/web")
        );
        assert_eq!(
            url("https://code.example.com/bb/scm/~jane/web.git").as_deref(),
            Some("https://code.example.com/bb/users/jane/repos/web")
        );
        assert_eq!(url("https://code.example.com/org/web.git"), None, "unknown hosts have no known addresses");
        for nothing in [
            "/srv/git/web.git",
            "../web.git",
            "file:///srv/web.git",
            "C:\\web",
            "C:/web",
            "",
            "https://github.com/",
            "host:",
            "a b:c/d",
            "https://github.com/o/%ff",
        ] {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
        assert_eq!(parse("git@gitlab.com:a/b/c.git").unwrap().slug(), "a/b/c");
        assert_eq!(parse("https://dev.azure.com/o/p/_git/r").unwrap().slug(), "o/p/r");
    }

    #[test]
    fn commits_have_addresses_too() {
        let view = |remote: &str| {
            let remote = parse(remote).unwrap();
            remote.file(&[b"a"], &Revision::Commit("c0ffee".into()), None).unwrap()
        };
        assert_eq!(view("https://github.com/o/r").view, "https://github.com/o/r/blob/c0ffee/a");
        assert_eq!(view("https://github.com/o/r").edit, "https://github.com/o/r/blob/c0ffee/a");
        assert_eq!(view("https://codeberg.org/o/r").view, "https://codeberg.org/o/r/src/commit/c0ffee/a");
        assert_eq!(
            view("https://dev.azure.com/o/p/_git/r").view,
            "https://dev.azure.com/o/p/_git/r?path=/a&version=GCc0ffee"
        );
        assert_eq!(
            view("https://bitbucket.x/scm/k/r").view,
            "https://bitbucket.x/projects/k/repos/r/browse/a?at=c0ffee"
        );
    }

    #[track_caller]
    fn means(remote: &str, address: &str, expect: Option<&str>) {
        let remote = parse(remote).unwrap();
        let address = Address::parse(address);
        let branches = ["feature/x".to_owned(), "main".to_owned()];
        let path = address.and_then(|address| {
            let (_, taken) = address.keys().find(|(key, _)| *key == remote.key())?;
            address.path_in(remote.host(), taken, &branches)
        });
        assert_eq!(path.as_ref().map(|(path, _)| path.as_str()), expect);
    }

    #[test]
    fn addresses_are_found_in_their_repository() {
        let github = "git@github.com:Org/Web.git";
        means(github, "https://github.com/org/web/blob/main/a/b.yaml", Some("a/b.yaml"));
        means(github, "https://github.com/org/web/blob/feature/x/a/b.yaml", Some("a/b.yaml"));
        means(github, "https://github.com/org/web/tree/v1.0/a", Some("a"));
        means(github, "https://github.com/org/web/blob/main/**/*.yaml", Some("**/*.yaml"));
        means(github, "https://github.com/org/web/edit/main/my%20team.yaml#L3", Some("my team.yaml"));
        means(github, "https://github.com/org/web", Some(""));
        means(github, "https://github.com/org/web.git", Some(""));
        means(github, "https://github.com/org/web/tree/main/", Some(""));
        means(github, "https://raw.githubusercontent.com/org/web/main/a.yaml", Some("a.yaml"));
        means(github, "https://raw.githubusercontent.com/org/web/refs/heads/main/a.yaml", Some("a.yaml"));
        means(github, "https://github.com/org/web/issues/3", None);
        means(github, "https://github.com/org/website/blob/main/a.yaml", None);
        means(github, "https://github.com/org", None);
        means(github, "https://example.com/org/web/blob/main/a.yaml", None);
        means(github, "ftp://github.com/org/web/blob/main/a.yaml", None);
        let gitlab = "https://gitlab.com/a/b/web.git";
        means(gitlab, "https://gitlab.com/a/b/web/-/blob/main/x/y.yaml", Some("x/y.yaml"));
        means(gitlab, "https://gitlab.com/a/b/web/blob/main/x.yaml", Some("x.yaml"));
        means(gitlab, "https://gitlab.com/a/b/web/-/raw/feature%2Fx/x.yaml?ref_type=heads", Some("x.yaml"));
        means("git@bitbucket.org:t/web.git", "https://bitbucket.org/t/web/src/main/a.yaml", Some("a.yaml"));
        let server = "ssh://git@bitbucket.corp:7999/KEY/web.git";
        means(server, "https://bitbucket.corp/projects/key/repos/web/browse/a/b.yaml?at=main", Some("a/b.yaml"));
        means(server, "https://bitbucket.corp/projects/key/repos/web/pull-requests", None);
        let azure = "git@ssh.dev.azure.com:v3/org/My Project/web";
        means(
            azure,
            "https://dev.azure.com/org/My%20Project/_git/web?path=%2Fa%2Fb.yaml&version=GBmain",
            Some("a/b.yaml"),
        );
        means(azure, "https://org.visualstudio.com/My%20Project/_git/web?path=/a.yaml", Some("a.yaml"));
        let gitea = "https://codeberg.org/o/web";
        means(gitea, "https://codeberg.org/o/web/src/branch/feature/x/a.yaml", Some("a.yaml"));
        means(gitea, "https://codeberg.org/o/web/raw/commit/c0ffee/a.yaml", Some("a.yaml"));
        means("https://git.corp/o/web", "https://git.corp/o/web/-/blob/main/a.yaml", Some("a.yaml"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_remote_or_not(text in any::<String>()) {
            let _ = parse(&text);
            let _ = Address::parse(&text);
        }

        #[test]
        fn what_an_address_shows_is_found_again(
            remote in prop::sample::select(vec![
                "git@github.com:o/r.git", "https://gitlab.com/a/b/r.git", "git@bitbucket.org:o/r.git",
                "https://bitbucket.corp/scm/K/r.git", "git@ssh.dev.azure.com:v3/o/p p/r", "https://codeberg.org/o/r",
            ]),
            names in prop::collection::vec("[a-zA-Zß #?%&+=]{1,6}", 1..4),
        ) {
            let remote = parse(remote).unwrap();
            let bytes: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
            let urls = remote.file(&bytes, &Revision::Branch("a/b".into()), None).unwrap();
            let address = Address::parse(&urls.view).unwrap();
            let (_, taken) = address.keys().find(|(key, _)| *key == remote.key()).unwrap();
            let (path, _) = address.path_in(remote.host(), taken, &["a/b".into()]).unwrap();
            prop_assert_eq!(path, names.join("/"));
        }

        #[test]
        fn no_secret_survives(secret in "[a-zA-Z0-9]{8,20}", user in "[a-z]{1,8}") {
            let remote = parse(&format!("https://{user}:{secret}@github.com/o/r.git")).unwrap();
            let shown = format!("{remote:?}");
            prop_assert!(!shown.contains(&secret));
        }
    }
}
