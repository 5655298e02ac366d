//! Where else there is something about the entity, or how to add that.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::{Entity, EntityId, kinds};
use crate::site::context::{Anchor, is_web};
use crate::site::{PageContext, icons, yaml_highlight};

/// The card.
pub struct Links;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    links: Vec<Anchor>,
    /// The YAML that would add links, when there is nothing at the side.
    hint: Option<String>,
}

impl Card for Links {
    fn name(&self) -> &'static str {
        "links"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let links = links(entity);
        let expected = kinds::of(entity.reference.kind()).is_some_and(|kind| kind.wants_links);
        let hint = (links.is_empty() && view.site.docs_of(id).is_none() && expected).then(|| {
            yaml_highlight::paint("metadata:\n  links:\n    - url: https://dashboard.example.com\n      title: Dashboard\n      icon: dashboard\n")
        });
        if links.is_empty() && hint.is_none() {
            return None;
        }
        Some(Box::new(Model { links, hint }))
    }
}

/// Collects the links of the entity, and those that well-known annotations lead to.
fn links(entity: &Entity) -> Vec<Anchor> {
    let mut links: Vec<Anchor> = entity
        .links()
        .filter(|link| is_web(link.url))
        .map(|link| Anchor {
            href: link.url.to_owned(),
            title: link.title.unwrap_or(link.url).to_owned(),
            icon: icons::of_link(link.icon, link.url),
            external: true,
        })
        .collect();
    let slugs: &[(&str, &str, &str, &'static str, &'static str)] = &[
        ("github.com/project-slug", "https://github.com/", "", "Repository", "repository"),
        ("github.com/project-slug", "https://github.com/", "/actions", "Pipelines", "pipeline"),
        ("gitlab.com/project-slug", "https://gitlab.com/", "", "Repository", "repository"),
        ("gitlab.com/project-slug", "https://gitlab.com/", "/-/pipelines", "Pipelines", "pipeline"),
        ("circleci.com/project-slug", "https://app.circleci.com/pipelines/", "", "Pipelines", "pipeline"),
    ];
    for (key, before, after, title, icon) in slugs {
        let Some(slug) = entity.annotation(key) else { continue };
        let plain = !slug.is_empty() && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
        let href = format!("{before}{slug}{after}");
        let known = links.iter().any(|link| link.href.trim_end_matches('/') == href);
        if plain && !known {
            links.push(Anchor { href, title: (*title).to_owned(), icon, external: true });
        }
    }
    links
}
