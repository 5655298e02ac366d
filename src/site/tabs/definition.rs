//! The definition of an API: the text itself, highlighted, and a file of the same bytes.

use serde::Serialize;

use super::{Tab, TabModel};
use crate::catalog::{Entity, EntityId};
use crate::highlight;
use crate::html;
use crate::portal::Portal;
use crate::routes;
use crate::site::{Site, View};

/// A text longer than this is not highlighted.
const HIGHLIGHTED: usize = 256 << 10;
/// A text longer than this stands only in its file.
const SHOWN: usize = 1 << 20;

/// See the module.
pub struct Definition;

/// The text of a definition and what language it is in.
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// How the file ends.
    pub extension: &'static str,
    /// For highlighting.
    pub language: &'static str,
    /// What readers call the format.
    pub format: String,
}

impl<'a> Source<'a> {
    /// Returns the definition of an API, if it has one.
    #[must_use]
    pub fn of(entity: &'a Entity) -> Option<Self> {
        if entity.reference.kind() != "api" {
            return None;
        }
        let text = entity.spec_str("definition").filter(|text| !text.trim().is_empty())?;
        let kind = entity.spec_str("type").unwrap_or_default();
        let json = text.trim_start().starts_with(['{', '[']);
        let (extension, language) = match kind.to_lowercase().as_str() {
            "graphql" => ("graphql", "graphql"),
            "grpc" | "protobuf" | "proto" => ("proto", "protobuf"),
            "wsdl" | "soap" | "odata" | "xml" => ("xml", "xml"),
            "trpc" | "typescript" => ("ts", "typescript"),
            _ if json => ("json", "json"),
            "openapi" | "asyncapi" | "yaml" | "raml" => ("yaml", "yaml"),
            _ => ("txt", "text"),
        };
        let format = match kind.to_lowercase().as_str() {
            "openapi" => "OpenAPI".to_owned(),
            "asyncapi" => "AsyncAPI".to_owned(),
            "graphql" => "GraphQL".to_owned(),
            "grpc" => "gRPC".to_owned(),
            _ => kind.to_owned(),
        };
        Some(Self { text, extension, language, format })
    }
}

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    format: String,
    /// The file of the same bytes.
    file: String,
    file_name: String,
    size: String,
    lines: String,
    /// The text as HTML; nothing when it is too long to show.
    code: Option<String>,
}

impl Tab for Definition {
    fn id(&self) -> &'static str {
        "definition"
    }

    fn title(&self) -> &'static str {
        "Definition"
    }

    fn icon(&self) -> &'static str {
        "raw"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        Source::of(portal.catalog.get(entity)).is_some()
    }

    fn model(&self, view: &View<'_>, entity: EntityId) -> TabModel {
        let entity = view.entity(entity);
        let Some(source) = Source::of(entity) else { return TabModel::Nothing };
        let code = match source.text.len() {
            length if length > SHOWN => None,
            length if length > HIGHLIGHTED => Some(html::escape(source.text)),
            _ => Some(highlight::to_html(source.text, source.language)),
        };
        TabModel::Definition(Model {
            file: view.href(&routes::definition_file(&entity.reference, source.extension)),
            file_name: format!("{}.{}", entity.name(), source.extension),
            size: size(source.text.len()),
            lines: crate::site::view::count(source.text.lines().count(), "line", "lines"),
            format: source.format,
            code,
        })
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
