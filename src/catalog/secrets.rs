//! Secrets that authors wrote into entities: what gives power to whoever reads it is shown to nobody.
//!
//! The one place that decides what is a secret. It masks the values of an entity once it is read, so that pages, raw
//! views, REST files, the search and `export` have no other value to show. A secret is recognised by three signs: the
//! name of an annotation, label or field, the shape of a value, and an address with a password. Definitions of APIs
//! stay as they are: what looks like a secret there is an example.
//!
//! What the configuration calls private is removed here as well, without a problem.

use std::borrow::Cow;
use std::ops::Range;

use globset::{GlobBuilder, GlobMatcher};

use crate::config::CatalogConfig;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::yaml::{Entry, Map, Node, Value};

/// What is shown in the place of a secret.
const MASK: &str = "***";

/// What is masked beyond what is masked anyway, and what is not.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Patterns of names and paths, the last one that fits decides; whether it masks.
    patterns: Vec<(GlobMatcher, bool)>,
    /// What is left out, without a problem.
    private: Vec<GlobMatcher>,
}

/// A value that is masked.
struct Found {
    path: String,
    /// Where to say so.
    span: Span,
    /// Where the value is written.
    place: Span,
    what: &'static str,
}

impl Secrets {
    /// Reads `catalog.secrets` and `catalog.private`; a pattern that is wrong has been reported.
    pub(super) fn new(config: &CatalogConfig) -> Self {
        let matcher = |text: &str| Some(GlobBuilder::new(text).case_insensitive(true).build().ok()?.compile_matcher());
        let pattern = |text: &String| {
            let (text, masks) = text.strip_prefix('!').map_or((text.as_str(), true), |text| (text, false));
            Some((matcher(text)?, masks))
        };
        Self {
            patterns: config.secrets.iter().filter_map(pattern).collect(),
            private: config.private.iter().filter_map(|text| matcher(text)).collect(),
        }
    }

    /// Masks the secrets of an entity and removes what is private; returns where both are written, and the problems that
    /// say so of secrets.
    pub(super) fn mask(&self, kind: &str, root: &mut Node, entity: &str) -> (Vec<Span>, Diagnostics) {
        let mut private = Vec::new();
        if !self.private.is_empty()
            && let Some(public) = self.public(root, &mut String::new(), &mut private)
        {
            *root = public;
        }
        let (mut places, problems) = self.mask_secrets(kind, root, entity);
        places.extend(private);
        (places, problems)
    }

    /// Returns a value without what is private, and adds where that is written. `None` if nothing is.
    fn public(&self, node: &Node, path: &mut String, places: &mut Vec<Span>) -> Option<Node> {
        let map = node.as_map()?;
        let mut public: Option<Map> = None;
        for entry in map.entries() {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(&entry.key);
            if self.is_private(path) {
                places.push(entry.value.span);
                public.get_or_insert_with(|| map.clone()).retain(|it| it.key != entry.key);
            } else if let Some(value) = self.public(&entry.value, path, places) {
                public.get_or_insert_with(|| map.clone()).set(Entry { value, ..entry.clone() });
            }
            path.truncate(length);
        }
        Some(Node { value: Value::Map(public?.into()), ..node.clone() })
    }

    /// Returns whether a value is left out. Nothing is an entity without a kind and a name.
    fn is_private(&self, path: &str) -> bool {
        const NEEDED: [&str; 6] = ["apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace", "spec"];
        let name = annotation(path);
        let fits = |matcher: &GlobMatcher| matcher.is_match(path) || name.is_some_and(|name| matcher.is_match(name));
        !NEEDED.contains(&path) && self.private.iter().any(fits)
    }

    fn mask_secrets(&self, kind: &str, root: &mut Node, entity: &str) -> (Vec<Span>, Diagnostics) {
        let mut search = Search { secrets: self, is_template: kind == "template", found: Vec::new() };
        let Some(map) = root.as_map() else { return (Vec::new(), Vec::new()) };
        let mut changed: Vec<Entry> = Vec::new();
        for part in ["metadata", "spec"] {
            if let Some(entry) = map.entry(part)
                && let Some(value) = search.masked(&entry.value, &mut part.to_owned(), entry.key_span)
            {
                changed.push(Entry { value, ..entry.clone() });
            }
        }
        let found = search.found;
        if let Some(map) = root.as_map_mut() {
            changed.into_iter().for_each(|entry| map.set(entry));
        }
        found.into_iter().map(|found| (found.place, problem(&found, entity))).unzip()
    }

    /// Returns what the configuration says of a value.
    fn configured(&self, path: &str) -> Option<bool> {
        let name = annotation(path);
        let fits = |matcher: &GlobMatcher| matcher.is_match(path) || name.is_some_and(|name| matcher.is_match(name));
        self.patterns.iter().rev().find(|(matcher, _)| fits(matcher)).map(|(_, masks)| *masks)
    }
}

fn problem(found: &Found, entity: &str) -> Diagnostic {
    let (what, pattern) = match annotation(&found.path) {
        Some(name) => (format!("annotation `{name}`"), name),
        None => (format!("`{}`", found.path), &*found.path),
    };
    Diagnostic::new(codes::EXPOSED_SECRET, found.span, format!("{what} holds {}", found.what))
        .label(format!("shown as `{MASK}`"))
        .help(format!(
            "remove it and have it replaced, since it stays in the history of the repository; if it is no secret, add \
             `\"!{pattern}\"` to `catalog.secrets` in playbill.yaml"
        ))
        .entity(entity)
}

/// Returns the name of an annotation or label.
fn annotation(path: &str) -> Option<&str> {
    path.strip_prefix("metadata.annotations.").or_else(|| path.strip_prefix("metadata.labels."))
}

struct Search<'s> {
    secrets: &'s Secrets,
    is_template: bool,
    found: Vec<Found>,
}

impl Search<'_> {
    /// Returns a value with its secrets masked. `None` if it has none.
    fn masked(&mut self, node: &Node, path: &mut String, key: Span) -> Option<Node> {
        let value = match &node.value {
            Value::Str(text) => {
                let shown = self.masked_text(text, path, key, node.span)?;
                Value::Str(shown.into())
            }
            Value::Int(_) | Value::Float(_) if self.secrets.configured(path) == Some(true) => {
                self.found.push(Found { path: path.clone(), span: key, place: node.span, what: "a secret" });
                Value::Str(MASK.into())
            }
            Value::Seq(items) => {
                let new: Vec<Option<Node>> = items.iter().map(|item| self.masked(item, path, item.span)).collect();
                if new.iter().all(Option::is_none) {
                    return None;
                }
                Value::Seq(new.into_iter().zip(&**items).map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect())
            }
            Value::Map(map) => {
                let mut changed: Option<Map> = None;
                for entry in map.entries() {
                    let length = path.len();
                    path.push('.');
                    path.push_str(&entry.key);
                    let is_kept = matches!(&**path, "metadata.name" | "metadata.namespace" | "spec.definition");
                    if !is_kept && let Some(value) = self.masked(&entry.value, path, entry.key_span) {
                        changed.get_or_insert_with(|| (**map).clone()).set(Entry { value, ..entry.clone() });
                    }
                    path.truncate(length);
                }
                Value::Map(changed?.into())
            }
            _ => return None,
        };
        Some(Node { span: node.span, value })
    }

    fn masked_text(&mut self, text: &str, path: &str, key: Span, place: Span) -> Option<String> {
        let configured = self.secrets.configured(path);
        if configured == Some(false) {
            return None;
        }
        if configured == Some(true) || self.is_secret_by_name(text, path) {
            self.found.push(Found { path: path.to_owned(), span: key, place, what: "a secret" });
            return Some(MASK.to_owned());
        }
        let places = secrets_in(text);
        let (_, what) = places.first()?;
        self.found.push(Found { path: path.to_owned(), span: key, place, what });
        Some(without(text, &places))
    }

    fn is_secret_by_name(&self, text: &str, path: &str) -> bool {
        let text = text.trim();
        if let Some(name) = annotation(path) {
            return !PUBLIC.contains(&name)
                && names_secret(name.rsplit('/').next().unwrap_or(name))
                && may_be_secret(text);
        }
        // Fields may be named after a secret in many ways, so that here the value has to look like one, too.
        let looks_made = text.len() >= 8
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=' | b'.'))
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let name = path.rsplit('.').next().unwrap_or(path);
        !self.is_template && looks_made && names_secret(name) && may_be_secret(text)
    }
}

/// Returns whether a value can be a secret at all: it is not a switch, and nothing that is yet to be filled in.
fn may_be_secret(text: &str) -> bool {
    let is_switch = ["true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled"];
    let is_filled_in = ["${", "$(", "{{", "<", "$env", "%("].iter().any(|start| text.starts_with(start));
    !text.is_empty() && text != MASK && !is_filled_in && !is_switch.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Annotations that are named after a secret, and whose value browsers show to every reader in Backstage: Datadog's token
/// of a graph that was shared for embedding.
const PUBLIC: &[&str] = &["datadoghq.com/graph-token"];
/// Words that a name of a secret ends with, or holds.
const SECRETS: &[&str] = &["token", "secret", "password", "passwd", "passphrase", "apikey", "pwd"];
/// Words before `key` that make it one to keep.
const KEYS: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "client",
    "deploy",
    "encryption",
    "events",
    "ingest",
    "integration",
    "license",
    "master",
    "private",
    "routing",
    "secret",
    "service",
    "shared",
    "signing",
    "ssh",
    "storage",
    "write",
];
/// Words at the end of a name that say that it is about a secret, and not one.
const ABOUT: &[&str] = &[
    "arn",
    "audience",
    "count",
    "docs",
    "enabled",
    "endpoint",
    "engine",
    "expiry",
    "file",
    "guide",
    "id",
    "issuer",
    "kind",
    "length",
    "link",
    "location",
    "manager",
    "mount",
    "name",
    "names",
    "namespace",
    "owner",
    "path",
    "paths",
    "policy",
    "provider",
    "ref",
    "refs",
    "region",
    "required",
    "role",
    "rotation",
    "scope",
    "scopes",
    "source",
    "store",
    "ttl",
    "type",
    "uri",
    "url",
    "vault",
    "version",
];

/// Returns whether a name, its prefix left out, is that of a secret.
fn names_secret(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    if ABOUT.contains(&&**last) {
        return false;
    }
    let is_secret = |word: &String| {
        let word = word.strip_suffix('s').filter(|_| !word.ends_with("ss")).unwrap_or(word);
        SECRETS.iter().any(|secret| word.ends_with(secret))
            || word.strip_suffix("key").is_some_and(|before| KEYS.contains(&before))
    };
    words.iter().any(is_secret)
        || words.windows(2).any(|pair| matches!(&*pair[1], "key" | "keys") && KEYS.contains(&&*pair[0]))
}

/// Cuts a name into its words in lower case: `db-apiKey` is `db`, `api`, `key`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(character.to_lowercase()));
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Secrets that their services mark: how they begin, how many characters follow at least, and what they are.
#[rustfmt::skip]
const SHAPES: &[(&str, usize, &str)] = &[
    ("ghp_", 30, "a GitHub token"), ("gho_", 30, "a GitHub token"), ("ghu_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"), ("ghr_", 30, "a GitHub token"), ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 18, "a GitLab token"), ("glrt-", 18, "a GitLab token"), ("gldt-", 18, "a GitLab token"),
    ("glptt-", 18, "a GitLab token"),
    ("xoxb-", 10, "a Slack token"), ("xoxp-", 10, "a Slack token"), ("xoxa-", 10, "a Slack token"),
    ("xoxr-", 10, "a Slack token"), ("xoxs-", 10, "a Slack token"), ("xapp-", 10, "a Slack token"),
    ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"),
    ("AIza", 35, "a Google API key"), ("ya29.", 20, "a Google token"),
    ("sk_live_", 16, "a Stripe key"), ("rk_live_", 16, "a Stripe key"),
    ("sk-ant-", 20, "an Anthropic key"), ("sk-proj-", 20, "an OpenAI key"),
    ("npm_", 30, "an npm token"), ("pypi-AgE", 20, "a PyPI token"), ("hf_", 30, "a Hugging Face token"),
    ("dop_v1_", 32, "a DigitalOcean token"), ("SG.", 40, "a SendGrid key"), ("shpat_", 24, "a Shopify token"),
    ("ATATT3x", 20, "an Atlassian token"), ("NRAK-", 20, "a New Relic key"), ("hvs.", 20, "a Vault token"),
    ("dapi", 32, "a Databricks token"), ("eyJhbGciOi", 20, "a token"), ("AGE-SECRET-KEY-1", 20, "a private key"),
];

/// Addresses that let whoever knows them write.
const HOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com/services/", "the address of a webhook"),
    ("hooks.slack.com/workflows/", "the address of a webhook"),
    ("discord.com/api/webhooks/", "the address of a webhook"),
    ("discordapp.com/api/webhooks/", "the address of a webhook"),
    ("webhook.office.com/webhookb2/", "the address of a webhook"),
];

/// Returns a part of a file, which begins at an offset, without what is written at `places`.
pub(crate) fn without_places(text: &str, start: usize, places: &[Range<usize>]) -> String {
    let inside = places.iter().filter_map(|place| {
        let range = place.start.max(start)..place.end.min(start + text.len());
        (range.start < range.end).then(|| (range.start - start..range.end - start, ""))
    });
    let mut inside: Vec<_> = inside.chain(secrets_in(text)).collect();
    inside.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
    let mut end = 0;
    inside.retain(|(place, _)| {
        let is_apart = place.start >= end;
        end = end.max(place.end);
        is_apart && text.is_char_boundary(place.start) && text.is_char_boundary(place.end)
    });
    without(text, &inside)
}

/// Returns `text` with the secrets masked that show by their shape.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    let places = secrets_in(text);
    if places.is_empty() { text.into() } else { without(text, &places).into() }
}

fn without(text: &str, places: &[(Range<usize>, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (place, _) in places {
        out.push_str(&text[from..place.start]);
        out.push_str(MASK);
        from = place.end;
    }
    out.push_str(&text[from..]);
    out
}

/// Finds what is a secret by its shape, in order and apart.
fn secrets_in(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    if text.len() < 12 {
        return found;
    }
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut before = b' ';
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphabetic() && !is_part(&before) {
            for (start, least, what) in SHAPES.iter().filter(|(start, ..)| start.as_bytes()[0] == *byte) {
                let Some(rest) = bytes[at..].strip_prefix(start.as_bytes()) else { continue };
                let length = rest.iter().take_while(|byte| is_part(byte) || **byte == b'.').count();
                // Words with hyphens are made of letters alone.
                if length >= *least && rest[..length].iter().any(u8::is_ascii_digit) {
                    found.push((at..at + start.len() + length, what));
                }
            }
        }
        before = *byte;
    }
    for (start, what) in HOOKS {
        for (at, _) in text.match_indices(start) {
            let from = at + start.len();
            let length = text[from..].find(ends_address).unwrap_or(text.len() - from);
            if length >= 8 && !text[from..from + length].contains(['<', '{', '$']) {
                found.push((from..from + length, what));
            }
        }
    }
    for (at, _) in text.match_indices("-----BEGIN ") {
        let rest = &text[at..];
        if rest.lines().next().is_some_and(|line| line.contains("PRIVATE KEY-----")) {
            let end = rest
                .find("-----END ")
                .map_or(rest.len(), |end| end + rest[end..].find('\n').unwrap_or(rest.len() - end));
            found.push((at..at + end, "a private key"));
        }
    }
    for (at, _) in text.match_indices("://") {
        address(text, at, &mut found);
    }
    found.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
    let mut end = 0;
    found.retain(|(place, _)| {
        let apart = place.start >= end;
        end = end.max(place.end);
        apart
    });
    found
}

fn ends_address(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '>' | ')' | ']' | '|')
}

/// Finds the password and the secrets in the query of an address, whose `://` is at a place.
fn address(text: &str, at: usize, found: &mut Vec<(Range<usize>, &'static str)>) {
    let start = at + 3;
    let has_scheme = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let length = text[start..].find(ends_address).unwrap_or(text.len() - start);
    let whole = &text[start..start + length];
    let authority = &whole[..whole.find(['/', '?', '#']).unwrap_or(whole.len())];
    // In templates, parts of it are yet to be filled in.
    if !has_scheme || authority.contains(['$', '{', '<']) {
        return;
    }
    if let Some((user, _)) = authority.rsplit_once('@')
        && user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && password != MASK)
    {
        found.push((start..start + user.len(), "an address with a password"));
    }
    let Some(query) = whole.find('?') else { return };
    let mut from = start + query + 1;
    for pair in whole[query + 1..].split(['&', '#', ';']) {
        if let Some((name, value)) = pair.split_once('=')
            && value.len() >= 6
            && (names_secret(name) || matches!(name, "sig" | "key" | "code") && value.len() >= 20)
            && !value.contains(['$', '{', '<', '*'])
        {
            found.push((from + name.len() + 1..from + pair.len(), "an address with a secret"));
        }
        from += pair.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    #[test]
    fn names_of_secrets_are_told_from_names_about_them() {
        for name in [
            "integration-key",
            "token",
            "deploy-token",
            "API_TOKEN",
            "authToken",
            "apikey",
            "api-key",
            "apiKey",
            "db-password",
            "client-secret",
            "secrets",
            "access-key",
            "secret-value",
            "tokens",
            "private_key",
            "routing-key",
            "authtoken",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "secrets-path",
            "token-url",
            "secret-name",
            "password-policy",
            "project-key",
            "project-slug",
            "key",
            "tokenizer",
            "api-key-id",
            "kubernetes-id",
            "monkey",
            "keyboard",
            "secretary",
            "token-count",
            "public-key",
            "",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_private_is_left_out_without_a_problem() {
        let text = "kind: User\nmetadata: {name: ann, annotations: {acme.org/phone: '1'}}\nspec: {profile: {email: ann@acme.org, displayName: Ann}}\n";
        let mut root = crate::yaml::read(FileId::new(0), text).0.unwrap();
        let private = ["spec.profile.email", "acme.org/*", "*name"].map(str::to_owned).to_vec();
        let secrets = Secrets::new(&CatalogConfig { private, ..CatalogConfig::default() });
        let (places, problems) = secrets.mask("user", &mut root, "user:default/ann");
        assert_eq!((places.len(), problems.len()), (3, 0));
        let json = serde_json::to_string(&root).unwrap();
        assert_eq!(json, r#"{"kind":"User","metadata":{"name":"ann","annotations":{}},"spec":{"profile":{}}}"#);
    }

    #[test]
    fn tokens_of_shared_graphs_are_public() {
        let secrets = Secrets::default();
        let search = Search { secrets: &secrets, is_template: false, found: Vec::new() };
        assert!(search.is_secret_by_name("abc123def456", "metadata.annotations.pagerduty.com/integration-key"));
        assert!(!search.is_secret_by_name("abc123def456", "metadata.annotations.datadoghq.com/graph-token"));
    }

    #[test]
    fn secrets_are_found_by_their_shape() {
        let check = |text: &str, expect: &str| assert_eq!(without_secrets(text), expect, "{text}");
        check("use ghp_0123456789abcdefghijABCDEFGHIJ012345 now", "use *** now");
        check("xoxb-1234567890-abcdefghij", "***");
        check("AKIAIOSFODNN7EXAMPLE.", "***");
        check("https://me:hunter2@git.example/a?b=c", "https://***@git.example/a?b=c");
        check("[x](https://h.example/?access_token=abcdef123&x=1)", "[x](https://h.example/?access_token=***&x=1)");
        check("https://hooks.slack.com/services/T000/B000/XXXX", "https://hooks.slack.com/services/***");
        check("a\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nb", "a\n***\nb");
        for text in [
            "https://example.com/a@b:c",
            "git@github.com:org/repo.git",
            "ssh://git@github.com/org/repo",
            "postgres://user:pass@db-${{ parameters.env }}.example.com",
            "AKIA",
            "ghp_short",
            "mailto:a@b.c",
            "https://h.example/?page_token=${TOKEN}",
            "url:https://github.com/o/r/tree/main/",
            "npm_config_cache_and_so_on_and_so_on_x",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn the_configuration_adds_and_exempts() {
        let span = Span::whole(FileId::new(0));
        let json = serde_json::json!({
            "metadata": {"name": "a", "annotations": {
                "acme.io/pin": "1234", "acme.io/build-token": "abc", "pagerduty.com/integration-key": "abc", "acme.io/url": "https://a/b",
            }},
            "spec": {"type": "service", "door": {"code": 42}, "apiKey": "k3yk3yk3y", "tokenName": "n4me-of-it"},
        });
        let mut root = crate::yaml::from_json(&json, span);
        let secrets = ["acme.io/*", "!acme.io/url", "!ACME.io/build-token", "spec.door.*"].map(str::to_owned).to_vec();
        let config = CatalogConfig { secrets, ..CatalogConfig::default() };
        let (places, found) = Secrets::new(&config).mask("component", &mut root, "component:default/a");
        let shown = serde_json::to_value(&root).unwrap();
        assert_eq!(
            shown,
            serde_json::json!({
                "metadata": {"name": "a", "annotations": {
                    "acme.io/pin": "***", "acme.io/build-token": "abc", "pagerduty.com/integration-key": "***", "acme.io/url": "https://a/b",
                }},
                "spec": {"type": "service", "door": {"code": "***"}, "apiKey": "***", "tokenName": "n4me-of-it"},
            })
        );
        assert_eq!((places.len(), found.len()), (4, 4));
        assert!(found.iter().any(|found| found.message == "annotation `pagerduty.com/integration-key` holds a secret"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_masked_once(text in "[a-z:/@?=&é \n]{0,20}(://|ghp_[0-9]{30}|AKIA|@)[a-z:/@?=&é]{0,20}") {
            let once = without_secrets(&text).into_owned();
            proptest::prop_assert_eq!(without_secrets(&once), once.clone());
        }
    }
}
