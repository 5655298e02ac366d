//! The few keys of a Backstage `app-config.yaml` that mean something without a server.
//!
//! The file belongs to another program: what is unknown or odd in it is skipped.

use super::read::base_url;
use super::values::http_url;
use super::{AllowRule, Config};
use crate::diag::Diagnostics;
use crate::text::FileId;
use crate::yaml::{self, Node, Value};

/// Fills in from the text of `app-config.yaml` what `config` leaves at its default. Reports only what is not YAML.
pub fn parse_app_config(file: FileId, text: &str, config: &mut Config) -> Diagnostics {
    let (documents, out) = yaml::parse(file, text);
    let Some(root) = documents.iter().find_map(|document| document.root.as_ref()) else { return out };
    let default = Config::default();
    if config.title == default.title
        && let Some(title) = plain(root, &["app", "title"])
    {
        config.title = title.to_owned();
    }
    if config.organization.is_none() {
        config.organization = plain(root, &["organization", "name"]).map(str::to_owned);
    }
    if config.base_url.is_none() {
        // The address of every developer's own machine is in the file that all share; it is not where the site will be.
        let published = |text: &&str| {
            let url = http_url(text);
            let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
            !matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0")
        };
        config.base_url = plain(root, &["app", "baseUrl"]).filter(published).and_then(base_url);
    }
    config.tech_insights = root.get("techInsights").cloned();
    config.radar_url = plain(root, &["techRadar", "url"]).map(str::to_owned);
    let entries = items(root, &["catalog", "locations"]);
    let locations: Vec<(String, &Node)> = entries.iter().filter_map(|entry| Some((target(entry)?, entry))).collect();
    if config.catalog.rules.is_empty() {
        let mut rules: Vec<AllowRule> = items(root, &["catalog", "rules"])
            .iter()
            .map(|rule| {
                let locations = items(rule, &["locations"]).iter();
                let pattern = |entry| plain(entry, &["exact"]).or_else(|| plain(entry, &["pattern"]));
                let locations = locations.filter_map(|entry| pattern(entry).map(from_root)).collect();
                AllowRule { allow: allowed(rule), locations }
            })
            .filter(|rule| !rule.allow.is_empty())
            .collect();
        // Without rules for all, everything is allowed here, and what a location adds would only take away.
        if !rules.is_empty() {
            rules.extend(locations.iter().flat_map(|(target, entry)| {
                let rules = items(entry, &["rules"]).iter().map(allowed).filter(|allow| !allow.is_empty());
                rules.map(|allow| AllowRule { allow, locations: vec![target.clone()] })
            }));
        }
        config.catalog.rules = rules;
    }
    if config.catalog.locations.is_empty() {
        for (at, (_, entry)) in locations.iter().enumerate() {
            let span = entry.get("target").map_or(entry.span, |target| target.span);
            config.places.0.insert(format!("catalog.locations[{at}]"), span);
        }
        config.catalog.locations = locations.into_iter().map(|(target, _)| target).collect();
    }
    out
}

/// Returns the target of a configured location that can be read as files.
fn target(entry: &Node) -> Option<String> {
    let target = plain(entry, &["target"])?;
    match plain(entry, &["type"])? {
        "file" => Some(from_root(target)),
        "url" => Some(target.to_owned()),
        _ => None,
    }
}

/// Turns a path as the backend means it into one from the root of the repository.
///
/// Backstage resolves them against its working folder, which is `packages/backend` in every app made from its template.
fn from_root(path: &str) -> String {
    path.strip_prefix("../../").or_else(|| path.strip_prefix("./")).unwrap_or(path).to_owned()
}

fn allowed(rule: &Node) -> Vec<(String, Option<String>)> {
    let items = items(rule, &["allow"]).iter();
    let one = |item: &Node| match &item.value {
        Value::Str(kind) => Some((kind.to_string(), None)),
        Value::Map(_) => Some((
            plain(item, &["kind"])?.to_owned(),
            plain(item, &["spec", "type"]).or(plain(item, &["type"])).map(str::to_owned),
        )),
        _ => None,
    };
    items.filter_map(one).collect()
}

/// Returns the text at `path`, unless it is empty or made of the environment.
fn plain<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    let text = find(node, path)?.as_str()?;
    (!text.trim().is_empty() && !text.contains("${")).then_some(text)
}

fn items<'a>(node: &'a Node, path: &[&str]) -> &'a [Node] {
    find(node, path).and_then(Node::as_seq).unwrap_or(&[])
}

fn find<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}
