//! API: an interface that components offer and use (CM/schema/kinds/API.v1alpha1.schema.json, and the opt-in
//! CM/kinds/McpServerApiEntity.ts).

use super::{Kind, LIFECYCLE_DOC, OWNER, OWNER_DOC, Reference, SYSTEM, TYPE_DOC, WORK_COLUMNS};
use crate::catalog::shape::{Field, Shape};
use crate::yaml::{Map, Node};

pub(super) const API: Kind = Kind {
    id: "api",
    name: "API",
    one: "API",
    many: "APIs",
    fields,
    references: |_| REFERENCES,
    mistaken: &[
        ("dependsOn", "an API depends on nothing; set `dependsOn` on the component that provides it"),
        ("providedBy", "set `providesApis` on the component"),
        ("consumedBy", "set `consumesApis` on the component"),
    ],
    hue: Some(("#0b6e69", "#63d2ca")),
    columns: WORK_COLUMNS,
    is_owned: true,
    is_part: true,
    has_readme: true,
    wants_links: true,
    missing: &[("Owner", "No owner"), ("System", "No system")],
    shown: &["definition", "system"],
    schema_type: "WebAPI",
    ..Kind::PLAIN
};

/// An `mcp-server` needs no definition if it names its remotes; with a definition it is an API like any other.
fn fields(spec: &Map) -> &'static [Field] {
    let mcp = spec.get("type").and_then(Node::as_str) == Some("mcp-server");
    let defined = spec.get("definition").and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    if mcp && !defined { MCP_FIELDS } else { FIELDS }
}

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, "such as `openapi`, `asyncapi`, `graphql` or `grpc`"),
    Field::required("lifecycle", Shape::Text, LIFECYCLE_DOC),
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::required("definition", Shape::Text, "the definition as text, or `$text: ./openapi.yaml`"),
    Field::optional("system", Shape::Text, "the system it is part of"),
];

const MCP_FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("lifecycle", Shape::Text, LIFECYCLE_DOC),
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::required("remotes", Shape::Mappings(1, REMOTE), "where the server can be reached"),
    Field::optional("system", Shape::Text, "the system it is part of"),
];

const REMOTE: &[Field] = &[
    Field::required("type", Shape::Text, "the transport, such as `streamable-http`"),
    Field::required("url", Shape::Text, "the address of the server"),
];

const REFERENCES: &[Reference<'static>] = &[OWNER, SYSTEM];
