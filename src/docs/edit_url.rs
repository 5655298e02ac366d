//! Where readers change a document.

use super::links;
use super::mkdocs::MkDocs;
use super::pages::Source;
use crate::workspace::Workspace;

/// Returns where to change a document: as `mkdocs.yml` says, else at the host of the repository.
pub(super) fn edit_url(workspace: &Workspace, settings: Option<&MkDocs>, page: &Source) -> Option<String> {
    let own = workspace.source_urls(page.file).map(|urls| urls.edit);
    let Some(settings) = settings else { return own };
    let encoded = links::href("", &page.source, false, "");
    let base = settings.repo_url.as_deref().map(|url| url.trim_end_matches('/'));
    if let Some(template) = &settings.edit_uri_template {
        let stem = encoded.rsplit_once('.').map_or(&*encoded, |(stem, _)| stem);
        let path = template.replace("{path_noext}", stem).replace("{path!q}", &encoded).replace("{path}", &encoded);
        return joined(base, &path);
    }
    match (settings.edit_uri.as_deref(), base) {
        (Some(""), _) => None,
        (Some(uri), base) => {
            let slash = if uri.ends_with('/') || uri.contains(['?', '#']) { "" } else { "/" };
            joined(base, &format!("{uri}{slash}{encoded}"))
        }
        (None, Some(base)) => own.or_else(|| {
            let host = base.split("://").nth(1)?.split('/').next()?;
            let branch = match host {
                "github.com" | "gitlab.com" => "edit/master",
                "bitbucket.org" => "src/default",
                _ => return None,
            };
            Some(format!("{base}/{branch}/{}/{encoded}", settings.docs_dir.0.trim_matches('/')))
        }),
        (None, None) => own,
    }
}

/// Joins the address of a repository with a path in it, which may be an address itself.
fn joined(base: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with("https://") || path.starts_with("http://") {
        return Some(path.to_owned());
    }
    let base = base.filter(|base| base.starts_with("https://") || base.starts_with("http://"))?;
    let slash = if path.starts_with(['/', '?', '#']) { "" } else { "/" };
    Some(format!("{base}{slash}{path}"))
}

#[cfg(test)]
mod tests {
    use crate::diag::codes;
    use crate::docs::tests::site;

    #[test]
    fn documents_are_changed_where_the_settings_say() {
        for (mkdocs, expect) in [
            ("repo_url: https://github.com/o/r", Some("https://github.com/o/r/edit/master/docs/a/b.md")),
            ("repo_url: https://gitlab.com/o/r/", Some("https://gitlab.com/o/r/edit/master/docs/a/b.md")),
            ("repo_url: https://bitbucket.org/o/r", Some("https://bitbucket.org/o/r/src/default/docs/a/b.md")),
            ("repo_url: https://example.org/o/r", None),
            ("repo_url: https://github.com/o/r\nedit_uri: ''", None),
            (
                "repo_url: https://github.com/o/r\nedit_uri: blob/main/docs/",
                Some("https://github.com/o/r/blob/main/docs/a/b.md"),
            ),
            (
                "repo_url: https://github.com/o/r\nedit_uri: '?query=root/docs/'",
                Some("https://github.com/o/r?query=root/docs/a/b.md"),
            ),
            ("edit_uri: https://x.org/edit/", Some("https://x.org/edit/a/b.md")),
            (
                "repo_url: https://github.com/o/r\nedit_uri_template: 'x/{path_noext}?p={path!q}'",
                Some("https://github.com/o/r/x/a/b?p=a/b.md"),
            ),
            ("edit_uri: edit/main", None),
        ] {
            let mkdocs = format!("site_name: A\n{mkdocs}\n");
            let (_, docs, problems) = site(&[("mkdocs.yml", &mkdocs), ("docs/a/b.md", "")]);
            assert_eq!(docs.sites[0].pages[0].edit_url.as_deref(), expect, "{mkdocs}");
            assert!(problems.iter().all(|problem| problem.code == codes::DOCS_WITHOUT_INDEX), "{mkdocs}: {problems:?}");
        }
    }
}
