//! The filters that Backstage adds to the language.

use url::Url;

use super::call::{Call, Filtered, needs};
use super::failure::Failure;
use super::value::{Value, to_text};
use crate::text::nearest;

/// `kind:namespace/name` in its parts; the case is kept.
pub(super) fn parse_entity_ref(call: &mut Call<'_, '_>) -> Filtered {
    let options = call.arguments.first().cloned().unwrap_or_default();
    let option = |name: &str| options.get(name).filter(|value| value.truthy()).cloned();
    let (kind, namespace, name) = match &call.input {
        Value::Text(text) | Value::Safe(text) => {
            let failed =
                || Failure::evaluation(format!("`{text}` is no reference: it has the form [kind:][namespace/]name"));
            // As the pattern of the original: a colon and a slash divide, and no part is empty.
            let (kind, rest) = match text.split_once(':') {
                Some((kind, rest)) if !kind.contains('/') => (Some(kind), rest),
                _ => (None, &**text),
            };
            let (namespace, name) = match rest.split_once('/') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, rest),
            };
            let broken = |part: Option<&str>| part.is_some_and(|part| part.is_empty() || part.contains([':', '/']));
            if broken(kind) || broken(namespace) || broken(Some(name)) {
                return Err(failed());
            }
            (kind.map(Value::text), namespace.map(Value::text), Value::text(name))
        }
        Value::Record(record) => {
            let part = |name: &str| record.get(name).filter(|value| value.truthy()).cloned();
            let Some(name) = part("name") else { return Err(Failure::evaluation("the reference has no name")) };
            (part("kind"), part("namespace"), name)
        }
        other => return Err(needs("a reference", other)),
    };
    let Some(kind) = kind.or_else(|| option("defaultKind")) else {
        return Err(Failure::evaluation("the reference has no kind, and there is no `defaultKind`"));
    };
    let namespace = namespace.or_else(|| option("defaultNamespace")).unwrap_or_else(|| Value::text("default"));
    Ok(Value::record([("kind".into(), kind), ("namespace".into(), namespace), ("name".into(), name)]))
}

/// What the picker of repositories gives, in its parts.
pub(super) fn parse_repo_url(call: &mut Call<'_, '_>) -> Filtered {
    let text = to_text(&call.input, call.meter)?;
    let parts = repo_url(&text, call.host)?;
    Ok(Value::record(parts.into_iter().map(|(name, value)| (name.into(), Value::text(value)))))
}

pub(super) fn project_slug(call: &mut Call<'_, '_>) -> Filtered {
    let text = to_text(&call.input, call.meter)?;
    let parts = repo_url(&text, call.host)?;
    let part = |name: &str| parts.iter().find(|(known, _)| *known == name).map_or("undefined", |(_, value)| value);
    Ok(Value::text(format!("{}/{}", part("owner"), part("repo"))))
}

fn repo_url(text: &str, host: &super::Host<'_>) -> Result<Vec<(&'static str, String)>, Failure> {
    let url = Url::parse(&format!("https://{text}"))
        .map_err(|_| Failure::evaluation(format!("`{text}` is no address of a repository")))?;
    let mut name = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        name = format!("{name}:{port}");
    }
    let Some(kind) = host.integration(&name) else {
        let known = host.hosts.iter().map(|(host, _)| host.as_str());
        let hint = nearest(&name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Failure::evaluation(format!("`{name}` is no known host{hint}")));
    };
    let query = |wanted: &str| url.query_pairs().find(|(key, _)| key == wanted).map(|(_, value)| value.into_owned());
    let project = query("project").is_some_and(|project| !project.trim_matches('/').is_empty());
    let required: &[&str] = match kind {
        "bitbucketCloud" => &["workspace", "project", "repo"],
        "bitbucketServer" | "azure" => &["project", "repo"],
        "gitlab" if project => &[],
        "gitea" | "gerrit" => &["repo"],
        _ => &["repo", "owner"],
    };
    if let Some(missing) = required.iter().find(|name| query(name).is_none_or(|value| value.is_empty())) {
        return Err(Failure::evaluation(format!("`{text}` names no {missing}")));
    }
    let mut parts = vec![("host", name)];
    for name in ["owner", "repo", "organization", "workspace", "project"] {
        if let Some(value) = query(name) {
            parts.push((name, value.trim_matches('/').to_owned()));
        }
    }
    Ok(parts)
}

/// Takes a part of a value: a path `a.b[0]`, a list of keys, or an index.
pub(super) fn pick(call: &mut Call<'_, '_>) -> Filtered {
    let path = call.arguments.first().cloned().unwrap_or_default();
    let default = call.arguments.get(1).cloned().unwrap_or_default();
    let keys: Vec<String> = match &path {
        Value::List(list) => {
            let mut keys = Vec::new();
            for item in list.to_vec() {
                keys.push(to_text(&item, call.meter)?.to_string());
            }
            keys
        }
        other => {
            let text = to_text(other, call.meter)?;
            // A key that is there as it is written counts before a path.
            if super::value::own(&call.input, &text).is_some() { vec![text.to_string()] } else { path_keys(&text) }
        }
    };
    let mut value = call.input.clone();
    if keys.is_empty() {
        return Ok(default);
    }
    for key in keys {
        match super::value::own(&value, &key) {
            Some(inner) => value = inner,
            None => return Ok(default),
        }
    }
    Ok(if value.is_undefined() { default } else { value })
}

/// Divides `a.b[0]["c"]` into its keys.
fn path_keys(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = path;
    if rest.starts_with('.') {
        keys.push(String::new());
    }
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let Some(end) = inner.find(']') else {
                keys.push(inner.to_owned());
                break;
            };
            let key = &inner[..end];
            let unquoted = ['"', '\''].iter().find_map(|quote| key.strip_prefix(*quote)?.strip_suffix(*quote));
            keys.push(unquoted.unwrap_or(key).to_owned());
            rest = &inner[end + 1..];
            continue;
        }
        let inner = rest.strip_prefix('.').unwrap_or(rest);
        let end = inner.find(['.', '[']).unwrap_or(inner.len());
        if end > 0 || !inner.starts_with('[') {
            keys.push(inner[..end].to_owned());
        }
        rest = &inner[end..];
    }
    keys
}
