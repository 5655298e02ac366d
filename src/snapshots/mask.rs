//! What no page may hold, taken out of every text of an answer: mail addresses, passwords, tokens, keys.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::without_secrets;

/// Replaces what was masked.
const MASK: &str = "…";
/// Characters of a text on a card or in a row of a table.
const SHORT: usize = 300;
/// Maximum length in characters of a text outside of a sentence.
const LONG: usize = 2_000;
/// Maximum number of characters that are examined.
const LOOKED_AT: usize = 8_000;

/// A regular expression of this file, which is known to be right.
fn regex(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"));
static USER: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@?#]*@"));
static QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r"(?i)([?&;](?:[a-z0-9_.-]*(?:token|key|secret|password|passwd|sig|signature|credential))=)[^&\s#]+")
});
static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|\z)|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?|xox[a-z]-[A-Za-z0-9-]{8,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{12,}",
    )
});

static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?ix)
        [a-z][a-z0-9+.-]*://(?<authority>[^/\s?\#]+)
        | \b(?<name>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+
            (?:com|org|net|io|dev|app|cloud|local|internal|intranet|intra|corp|lan|home|svc|example|test|localhost|eu|de|uk|fr|nl|ch|at))(?::\d{1,5})?\b
        | \b(?<number>\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\b",
    )
});

/// Where everybody can look anyway: the hosts of tools that are offered to all.
const PUBLIC: &[&str] = &[
    "github.com",
    "ghcr.io",
    "gitlab.com",
    "bitbucket.org",
    "sonarcloud.io",
    "sentry.io",
    "pagerduty.com",
    "opsgenie.com",
    "buildkite.com",
    "bugsnag.com",
    "docker.io",
    "npmjs.com",
    "pypi.org",
    "crates.io",
    "nist.gov",
    "cve.org",
    "osv.dev",
];

fn is_public(authority: &str) -> bool {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    PUBLIC.iter().any(|known| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Returns a text without names and numbers of hosts, registries of images among them; those of tools that are offered to all
/// stay.
#[must_use]
pub(crate) fn without_hosts(text: &str) -> Cow<'_, str> {
    let Some(regex) = HOST.as_ref().filter(|_| text.contains('.') || text.contains("://")) else {
        return Cow::Borrowed(text);
    };
    regex.replace_all(text, |found: &regex::Captures<'_>| {
        let whole = &found[0];
        match found.name("authority") {
            Some(authority) if !is_public(authority.as_str()) => whole.replace(authority.as_str(), MASK),
            None if !is_public(whole) => MASK.to_owned(),
            _ => whole.to_owned(),
        }
    })
}

/// Returns a text without what must not be shown.
#[must_use]
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    let mut replace = |regex: &LazyLock<Option<Regex>>, by: &str| {
        if let Some(regex) = &**regex
            && let Cow::Owned(new) = regex.replace_all(&out, by)
        {
            out = Cow::Owned(new);
        }
    };
    if text.contains("://") {
        replace(&USER, "${1}");
    }
    if text.contains('=') {
        replace(&QUERY, "${1}…");
    }
    if text.len() > 15 {
        replace(&KEYS, MASK);
    }
    if text.contains('@') {
        replace(&MAIL, MASK);
    }
    if text.len() > 15
        && let Cow::Owned(new) = without_secrets(&out)
    {
        out = Cow::Owned(new.replace("***", MASK));
    }
    out
}

/// Returns a text for a card or a row: masked, on one line, cut.
#[must_use]
pub(crate) fn short(text: &str) -> String {
    cut(text, SHORT)
}

/// Returns a text outside of a sentence: masked, on one line, with a larger maximum length.
#[must_use]
pub(crate) fn long(text: &str) -> String {
    cut(text, LONG)
}

fn cut(text: &str, limit: usize) -> String {
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(end, _)| end);
    // Masked first: a token that is cut is not known as one.
    let text = masked(&text[..end]);
    let mut out = String::with_capacity(text.len().min(limit * 2));
    let mut letters = 0;
    let mut blank = false;
    for c in text.trim().chars() {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            blank = blank || c.is_whitespace();
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
            letters += 1;
        }
        blank = false;
        if letters >= limit {
            out.push('…');
            break;
        }
        out.push(c);
        letters += 1;
    }
    out
}

/// Characters that change how others are shown.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns an address that a reader may follow, without secrets in it: only http and https.
#[must_use]
pub(crate) fn link(url: &str) -> Option<String> {
    let url = url.trim();
    let lower = url.get(..8).map(str::to_ascii_lowercase).unwrap_or_default();
    if !(lower.starts_with("https://") || lower.starts_with("http://")) || url.len() > 2_000 {
        return None;
    }
    let shown = masked(url);
    // An address with a part masked would be broken.
    (!shown.contains(MASK) && !shown.contains([' ', '"', '<', '>'])).then(|| shown.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_gives_power_is_left() {
        for (text, expect) in [
            ("mail kim.sample@example.com now", "mail … now"),
            ("https://robin:word@git.example.com/x", "https://git.example.com/x"),
            ("https://a.example/?x=1&access_token=abc&y=2", "https://a.example/?x=1&access_token=…&y=2"),
            ("use ghp_0123456789abcdef0123456789abcdef0123 or", "use … or"),
            ("glpat-0123456789abcdef0123", "…"),
            ("Fix the basket", "Fix the basket"),
            ("a@b", "a@b"),
            ("postgres@sha256", "postgres@sha256"),
        ] {
            assert_eq!(masked(text), expect);
        }
        assert!(!masked("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----").contains("abc"));
    }

    #[test]
    fn long_texts_are_cut_after_they_are_masked() {
        let text = format!("{}ghp_0123456789abcdef0123456789abcdef0123", "a ".repeat(148));
        assert!(!short(&text).contains("ghp_"));
        assert_eq!(short(&"é".repeat(400)).chars().count(), 301);
        assert_eq!(short("a\n b\u{202e}\tc"), "a bc".replace("bc", "b c"));
    }

    #[test]
    fn hosts_are_left_out_by_policy_and_nothing_else() {
        for (text, expect) in [
            ("dial tcp 10.0.3.7:5432: refused", "dial tcp …: refused"),
            ("registry.acme.internal:5000/team/web:1.2.3", "…/team/web:1.2.3"),
            ("see https://jenkins.acme.example/job/web/7", "see https://…/job/web/7"),
            ("https://github.com/acme/web/runs/1", "https://github.com/acme/web/runs/1"),
            ("db-1.prod.svc.cluster.local is down", "… is down"),
            ("src/main.rs:3 uses index.html and v1.2.3", "src/main.rs:3 uses index.html and v1.2.3"),
            ("com.acme.Basket.total", "com.acme.Basket.total"),
            ("notgithub.com", "…"),
        ] {
            assert_eq!(without_hosts(text), expect, "{text}");
        }
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(link("https://a.example/x").as_deref(), Some("https://a.example/x"));
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("https://a.example/?token=abc"), None);
        assert_eq!(link("//a.example"), None);
    }
}
