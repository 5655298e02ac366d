//! Annotations whose values the tools that read them would not accept.

use super::{Subject, metadata_entries};
use crate::catalog::annotations::{self, Form, KNOWN};
use crate::catalog::{Entity, EntityRef, format};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text;
use crate::yaml::Entry;

/// Checks the annotations of one entity.
pub(super) fn each(subject: &Subject<'_>, entity: &Entity, out: &mut Diagnostics) {
    for entry in metadata_entries(entity, "annotations") {
        let Some(value) = entry.value.as_str() else { continue };
        match annotations::find(&entry.key) {
            Some(known) => match known.replaced_by {
                Some(new) => out.push(
                    Diagnostic::new(
                        codes::DEPRECATED_ANNOTATION,
                        entry.key_span,
                        format!("`{}` is no longer read", entry.key),
                    )
                    .help(format!("use {new}"))
                    .cause(known.key),
                ),
                None => out.extend(malformed(subject, entry, value, known.form)),
            },
            None => out.extend(unknown(entity, entry)),
        }
    }
}

/// Warns of a key that is near a known one, or claims to be Backstage's own.
fn unknown(entity: &Entity, entry: &Entry) -> Option<Diagnostic> {
    let key = &*entry.key;
    let near = near(key).filter(|near| entity.annotation(near).is_none());
    let reserved = key.starts_with("backstage.io/");
    if near.is_none() && !reserved {
        return None;
    }
    let problem =
        Diagnostic::new(codes::UNKNOWN_ANNOTATION, entry.key_span, format!("`{key}` is not a known annotation"))
            .cause(key);
    Some(match near {
        Some(near) => problem.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        None => problem
            .label("the prefix `backstage.io/` is reserved")
            .help("use a prefix of your own, such as your domain"),
    })
}

/// Returns the known annotation that is meant by a key: with the same prefix, or with the same name and all but the same
/// prefix. Another tool has another prefix and may well use the same names.
fn near(key: &str) -> Option<&'static str> {
    let (prefix, name) = key.rsplit_once('/')?;
    let known = || {
        KNOWN
            .iter()
            .filter(|known| known.replaced_by.is_none())
            .filter_map(|known| known.key.rsplit_once('/').map(|(prefix, name)| (prefix, name, known.key)))
    };
    let same_prefix = known().filter(|(other, _, _)| *other == prefix);
    let by_name = text::nearest(name, same_prefix.map(|(_, name, _)| name));
    if let Some(by_name) = by_name {
        return known().find(|(other, name, _)| *other == prefix && *name == by_name).map(|(_, _, key)| key);
    }
    known().find(|(other, own, _)| *own == name && text::is_one_slip_from(prefix, other)).map(|(_, _, key)| key)
}

fn malformed(subject: &Subject<'_>, entry: &Entry, value: &str, form: Form) -> Option<Diagnostic> {
    let parts = |least: usize, most: usize| {
        let parts: Vec<&str> = value.split('/').collect();
        (least..=most).contains(&parts.len())
            && parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
            && !value.contains("://")
    };
    let (fits, expected, example) = match form {
        Form::Text => (!value.trim().is_empty(), "a text", None),
        Form::Slug => (parts(2, 2), "`owner/name`", slug_in(value)),
        Form::Path => (parts(2, 20), "parts joined by `/`", slug_in(value)),
        Form::Url => (format::is_url(value), "an absolute URL", Some(format!("https://{value}"))),
        Form::Location => {
            let (scheme, rest) = value.split_once(':').unwrap_or(("", value));
            let fits = match scheme {
                "url" => format::is_url(rest),
                "dir" | "file" => !rest.is_empty(),
                _ => false,
            };
            let example = match value.contains("://") {
                true => format!("url:{value}"),
                false if &*entry.key == "backstage.io/techdocs-ref" => format!("dir:{}", documented(value)),
                false => format!("dir:{value}"),
            };
            (fits, "`dir:` and a folder, or `url:` and a URL", Some(example))
        }
        Form::Ref => (EntityRef::parse(value, Some("component"), "default").is_ok(), "a reference", None),
        Form::Duration => (is_duration(value), "an ISO 8601 duration", Some("PT4H".to_owned())),
        Form::Flag => (matches!(value, "true" | "false"), "`true` or `false`", Some("\"true\"".to_owned())),
    };
    if fits {
        // A reference must also lead somewhere.
        if form == Form::Ref
            && let Ok(target) = EntityRef::parse(value, Some("component"), "default")
            && subject.loaded.catalog.find(target.as_str()).is_none()
        {
            return Some(
                Diagnostic::new(
                    codes::UNRESOLVED_REFERENCE,
                    entry.value.span,
                    format!("{} `{target}` does not exist", entry.key),
                )
                .label(format!("no {} with this name", target.kind()))
                .help("correct the reference, or remove the annotation")
                .cause(target.shared()),
            );
        }
        return None;
    }
    let problem =
        Diagnostic::new(codes::MALFORMED_ANNOTATION, entry.value.span, format!("`{}` must be {expected}", entry.key));
    Some(match example {
        Some(example) => problem.help(format!("write `{example}`")),
        None => problem.help(format!("write {expected}")),
    })
}

/// Returns the folder that has the documentation, of one that may be its folder of documents: people name what they see.
fn documented(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        None if path.trim_end_matches('/') == "docs" => ".",
        Some((above, "docs")) if !above.is_empty() => above,
        _ => path,
    }
}

/// Finds `owner/name` in the URL that authors often write instead.
fn slug_in(value: &str) -> Option<String> {
    let url = url::Url::parse(value).ok()?;
    let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
    let (owner, name) = (parts.next()?, parts.next()?);
    Some(format!("{owner}/{}", name.trim_end_matches(".git")))
}

/// `PnYnMnWnDTnHnMnS` with at least one part.
fn is_duration(value: &str) -> bool {
    let Some(rest) = value.strip_prefix('P') else { return false };
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    let fits = |text: &str, units: &str| {
        let mut units = units.chars();
        let mut digits = false;
        text.chars().all(|c| {
            if c.is_ascii_digit() || (digits && matches!(c, '.' | ',')) {
                digits = true;
                true
            } else {
                std::mem::take(&mut digits) && units.any(|unit| unit == c)
            }
        }) && !digits
    };
    fits(date, "YMWD") && time.is_none_or(|time| !time.is_empty() && fits(time, "HMS")) && !rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for good in ["PT4H", "P1D", "P1DT30M", "PT1.5H", "P2W"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "P", "PT", "4h", "P1H", "PT1D", "P1", "PTH"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }

    #[test]
    fn a_key_of_another_tool_is_no_misspelt_one() {
        for (key, expect) in [
            ("github.com/project-slg", Some("github.com/project-slug")),
            ("githb.com/project-slug", Some("github.com/project-slug")),
            ("gihtub.com/project-slug", Some("github.com/project-slug")),
            ("backstage.io/techdoc-ref", Some("backstage.io/techdocs-ref")),
            ("gitea.com/project-slug", None),
            ("acme.com/project-slug", None),
            ("backstage.io/github-action-id", None),
            ("project-slug", None),
        ] {
            assert_eq!(near(key), expect, "{key}");
        }
    }

    #[test]
    fn the_folder_of_documents_is_in_the_one_that_is_meant() {
        for (path, expect) in
            [("docs", "."), ("./docs/", "."), ("web/docs", "web"), ("/docs", "/docs"), ("manual", "manual"), (".", ".")]
        {
            assert_eq!(documented(path), expect, "{path}");
        }
    }

    #[test]
    fn slugs_are_found_in_urls() {
        assert_eq!(slug_in("https://github.com/acme/web.git").as_deref(), Some("acme/web"));
        assert_eq!(slug_in("acme"), None);
    }
}
