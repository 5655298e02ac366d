//! The entity as the portal resolved it: YAML, the place it came from, and the JSON of it.

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::{EntityId, export};
use crate::portal::Portal;
use crate::routes;
use crate::site::context::EntityLink;
use crate::site::{PageContext, Site, source_links, yaml_highlight};

/// A longer text than this, such as that of an API with its definition, is cut.
const SHOWN: usize = 128 << 10;
/// Of a file with more entities, the first are named.
const COLOCATED: usize = 50;

/// The tab.
pub struct Raw;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    path: String,
    line: u32,
    /// Where the file can be viewed.
    source: Option<String>,
    edit: Option<String>,
    /// The entity in the REST API.
    json: String,
    /// The YAML as HTML.
    code: String,
    /// Whether the end is missing.
    cut: bool,
    /// The Locations that led here, nearest first.
    ancestry: Vec<EntityLink>,
    /// The other entities of the file.
    colocated: Vec<EntityLink>,
    /// How many more there are.
    more: usize,
    annotations: Vec<(String, String)>,
}

impl Tab for Raw {
    fn id(&self) -> &'static str {
        "raw"
    }

    fn title(&self) -> &'static str {
        "Raw"
    }

    fn icon(&self) -> &'static str {
        "source"
    }

    fn applies(&self, _portal: &Portal, _site: &Site, _entity: EntityId) -> bool {
        true
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let mut yaml = serde_yaml::to_string(&export::EntityJson(entity)).unwrap_or_default();
        let cut = yaml.len() > SHOWN;
        if cut {
            let end = yaml[..yaml.floor_char_boundary(SHOWN)].rfind('\n').unwrap_or(0);
            yaml.truncate(end + 1);
        }
        let in_file = view.site.in_file(entity.file);
        let others = in_file.iter().filter(|other| **other != id);
        let source = view.site.source(entity.file);
        Some(Box::new(Model {
            path: source.map(|source| source.path.to_string()).unwrap_or_default(),
            line: entity.line,
            source: source_links::source_link(view, entity),
            edit: source_links::edit_link(view, entity),
            json: view.href(&routes::api_entity(&entity.reference)),
            code: yaml_highlight::paint(&yaml),
            cut,
            ancestry: entity.ancestry.iter().map(|reference| view.link_to(reference)).collect(),
            colocated: others.take(COLOCATED).map(|other| view.link(*other)).collect(),
            more: in_file.len().saturating_sub(1 + COLOCATED),
            annotations: entity.pairs("annotations").map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        }))
    }
}
