//! `#1`, `user/repo#1`, `@user`, `@user/repo` and commits become links, when the author has said where the repository is.

use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::options::{RepositoryHost, RepositoryOptions};
use crate::markdown::techdocs::parser::Parser;

/// Hexadecimal digits of a commit.
const HASH: usize = 40;

struct Host {
    key: &'static str,
    name: &'static str,
    url: &'static str,
    issue: &'static str,
    pull: &'static str,
    discussion: Option<&'static str>,
    commit: &'static str,
    /// Digits of a commit that are shown.
    digits: usize,
}

const GITHUB: Host = Host {
    key: "github",
    name: "GitHub",
    url: "https://github.com",
    issue: "issues",
    pull: "pull",
    discussion: Some("discussions"),
    commit: "commit",
    digits: 7,
};
const GITLAB: Host = Host {
    key: "gitlab",
    name: "GitLab",
    url: "https://gitlab.com",
    issue: "-/issues",
    pull: "-/merge_requests",
    discussion: None,
    commit: "-/commit",
    digits: 8,
};
const BITBUCKET: Host = Host {
    key: "bitbucket",
    name: "Bitbucket",
    url: "https://bitbucket.org",
    issue: "issues",
    pull: "pull-requests",
    discussion: None,
    commit: "commits/commit",
    digits: 7,
};

fn host(options: &RepositoryOptions) -> &'static Host {
    match options.host {
        RepositoryHost::GitHub => &GITHUB,
        RepositoryHost::GitLab => &GITLAB,
        RepositoryHost::Bitbucket => &BITBUCKET,
    }
}

struct Link {
    start: usize,
    end: usize,
    text: String,
    href: String,
    title: String,
    kind: &'static str,
}

fn found(parser: &mut Parser<'_>, host: &Host, link: Link) -> Found {
    let node = parser.tree.make("a");
    let element = &mut parser.tree[node];
    element.set_attribute("class", format!("magiclink magiclink-{} magiclink-{}", host.key, link.kind));
    element.set_attribute("href", link.href);
    element.set_attribute("title", link.title);
    element.text.set_atomic(link.text);
    Found::Replace { start: link.start, end: link.end, with: Replacement::Node(node) }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Returns the length of the user name that `text` begins with.
fn user_length(text: &str) -> usize {
    let length = text.bytes().take(39).take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_')).count();
    text[..length].trim_end_matches(['-', '_']).len()
}

/// Returns the length of the repository name that `text` begins with.
fn repository_length(text: &str) -> usize {
    let is_part = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    let length = text.bytes().take(100).take_while(is_part).count();
    text[..length].trim_end_matches(['-', '_', '.']).len()
}

/// Finds the next `@user` or `@user/repo`.
pub(in crate::markdown::techdocs) fn find_mention(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let host = host(parser.options.repository.as_ref().filter(|_| !subject.in_link)?);
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find('@')?;
        at = start + 1;
        let user = &text[at..at + user_length(&text[at..])];
        let end = at + user.len();
        let goes_on = text[end..].starts_with(is_word);
        if user.is_empty() || goes_on || subject.before(start).is_some_and(|it| it.is_ascii_alphabetic()) {
            continue;
        }
        let (name, url) = (host.name, host.url);
        let repository = text[end..].strip_prefix('/').map_or("", |rest| &rest[..repository_length(rest)]);
        let behind = end + 1 + repository.len();
        let link = if !repository.is_empty() && !text[behind..].starts_with(is_word) {
            let path = format!("{user}/{repository}");
            let (href, title) = (format!("{url}/{path}"), format!("{name} Repository: {path}"));
            Link { start, end: behind, text: path, href, title, kind: "repository" }
        } else {
            let (href, title) = (format!("{url}/{user}"), format!("{name} User: {user}"));
            Link { start, end, text: format!("@{user}"), href, title, kind: "mention" }
        };
        return Some(found(parser, host, link));
    }
}

/// Finds the next issue, pull request, discussion or commit.
pub(in crate::markdown::techdocs) fn find_reference(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let options = parser.options.repository.as_ref().filter(|_| !subject.in_link)?;
    let host = host(options);
    let text = subject.text;
    let mut at = from;
    loop {
        let sign = at + text[at..].find(|it: char| matches!(it, '#' | '!' | '?' | '@') || it.is_ascii_hexdigit())?;
        let symbol = text.as_bytes()[sign];
        if symbol.is_ascii_hexdigit() {
            let length = text[sign..].bytes().take_while(u8::is_ascii_hexdigit).count();
            let word = text[sign..].find(|it| !is_word(it)).unwrap_or(text.len() - sign);
            at = sign + word;
            let before = subject.before(sign);
            if length != HASH || word != length || before.is_some_and(|it| is_word(it) || matches!(it, '@' | '/')) {
                continue;
            }
            let link = reference(options, host, None, None, '@', &text[sign..sign + HASH])?;
            return Some(found(parser, host, Link { start: sign, end: sign + HASH, ..link }));
        }
        at = sign + 1;
        let rest = &text[at..];
        let length = if symbol == b'@' {
            Some(HASH).filter(|_| rest.len() >= HASH && rest.as_bytes()[..HASH].iter().all(u8::is_ascii_hexdigit))
        } else {
            Some(rest.bytes().take_while(u8::is_ascii_digit).count())
                .filter(|length| *length > 0 && !rest.starts_with('0'))
        };
        let Some(length) = length.filter(|length| !rest[*length..].starts_with(is_word)) else { continue };
        let (start, user, repository) = owner(subject, from, sign);
        if repository.is_none() {
            let own = symbol != b'@' && !subject.before(sign).is_some_and(|it| it.is_ascii_alphabetic());
            if !own {
                continue;
            }
        }
        let Some(link) = reference(options, host, user, repository, char::from(symbol), &rest[..length]) else {
            continue;
        };
        return Some(found(parser, host, Link { start, end: at + length, ..link }));
    }
}

/// Returns what comes before a sign: where it begins, a user and a repository.
fn owner<'t>(subject: &InlineText<'t>, floor: usize, sign: usize) -> (usize, Option<&'t str>, Option<&'t str>) {
    let text = subject.text;
    let bytes = text.as_bytes();
    let mut start = sign;
    while start > floor
        && sign - start < 140
        && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'-' | b'_' | b'.' | b'/'))
    {
        start -= 1;
    }
    let path = &text[start..sign];
    let fits = |name: &str, length: usize| !name.is_empty() && length == name.len();
    let blocked = subject.before(start).is_some_and(|it| it == '@' || is_word(it));
    match path.split_once('/') {
        _ if blocked => (sign, None, None),
        None if fits(path, repository_length(path)) => (start, None, Some(path)),
        Some((user, repository))
            if fits(user, user_length(user)) && fits(repository, repository_length(repository)) =>
        {
            (start, Some(user), Some(repository))
        }
        _ => (sign, None, None),
    }
}

fn reference(
    options: &RepositoryOptions,
    host: &Host,
    user: Option<&str>,
    repository: Option<&str>,
    symbol: char,
    value: &str,
) -> Option<Link> {
    let user = user.unwrap_or(&options.user);
    let name = repository.unwrap_or(&options.repository);
    if user.is_empty() || name.is_empty() {
        return None;
    }
    let prefix = if user != options.user {
        format!("{user}/{name}")
    } else if name != options.repository {
        name.to_owned()
    } else {
        String::new()
    };
    let (kind, label, path) = match symbol {
        '#' => ("issue", "Issue", host.issue),
        '!' => ("pull", "Pull Request", host.pull),
        '?' => ("discussion", "Discussion", host.discussion?),
        _ => ("commit", "Commit", host.commit),
    };
    let href = format!("{}/{user}/{name}/{path}/{value}", host.url);
    let (text, title) = if kind == "commit" {
        let shown = &value[..host.digits];
        let text = if prefix.is_empty() { shown.to_owned() } else { format!("{prefix}@{shown}") };
        (text, format!("{} {label}: {user}/{name}@{shown}", host.name))
    } else {
        let shown = if options.normalize { '#' } else { symbol };
        (format!("{prefix}{shown}{value}"), format!("{} {label}: {user}/{name} #{value}", host.name))
    };
    Some(Link { start: 0, end: 0, text, href, title, kind })
}
