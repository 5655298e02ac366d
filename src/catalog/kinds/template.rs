//! Template: a way to start something new (plugins/scaffolder-common/src/Template.v1beta3.schema.json).

use super::{Column, Kind, LIFECYCLE_DOC, OWNER, OWNER_DOC, Reference, TYPE_DOC};
use crate::catalog::shape::{Field, Shape};

pub(super) const TEMPLATE: Kind = Kind {
    id: "template",
    name: "Template",
    one: "Template",
    many: "Templates",
    api_versions: &["scaffolder.backstage.io/v1beta3"],
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    hue: Some(("#5c6600", "#c3d062")),
    columns: &[Column::Name, Column::Type, Column::Owner, Column::Description, Column::Tags],
    is_owned: true,
    has_readme: true,
    missing: &[("Owner", "No owner")],
    shown: &["parameters", "steps", "output"],
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("steps", Shape::Mappings(0, STEP), "what the template does; `[]` for nothing"),
    Field::optional("owner", Shape::Text, OWNER_DOC),
    Field::optional("lifecycle", Shape::Text, LIFECYCLE_DOC),
    Field::optional("parameters", Shape::MappingOrMappings(PERMITTED), "the form, one page or a list of pages"),
    Field::optional("output", Shape::TextMapping(OUTPUT), "what to show in the end"),
    Field::optional(
        "secrets",
        Shape::Mapping(&[Field::optional("schema", Shape::Mapping(&[]), "their JSON Schema")]),
        "values that must not be shown",
    ),
    Field::optional("presentation", Shape::Mapping(PRESENTATION), "the words on the buttons"),
    Field::optional(
        "EXPERIMENTAL_recovery",
        Shape::Mapping(&[Field::optional("EXPERIMENTAL_strategy", Shape::AnyText, "what to do after a restart")]),
        "what to do after a restart",
    ),
    Field::optional("formDecorators", Shape::Mappings(0, DECORATOR), "changes to the form"),
    Field::optional("EXPERIMENTAL_formDecorators", Shape::Mappings(0, DECORATOR), "changes to the form"),
];

const PERMITTED: &[Field] = &[Field::optional(
    "backstage:permissions",
    Shape::Mapping(&[Field::optional("tags", Shape::AnyTexts, "who may use it")]),
    "who may use it",
)];

const STEP: &[Field] = &[
    Field::required("action", Shape::AnyText, "what the step does, such as `fetch:template`"),
    Field::optional("id", Shape::AnyText, "the name by which later steps refer to it"),
    Field::optional("name", Shape::AnyText, "what to show while it runs"),
    Field::optional("input", Shape::Mapping(&[]), "what the action is given"),
    Field::optional("if", Shape::TextOrBool, "whether the step runs"),
    Field::optional(
        "backstage:permissions",
        Shape::Mapping(&[Field::optional("tags", Shape::AnyTexts, "who may use it")]),
        "who may use it",
    ),
];

const OUTPUT: &[Field] = &[
    Field::optional("links", Shape::Mappings(0, OUTPUT_LINK), "links to what was made"),
    Field::optional("text", Shape::Mappings(0, OUTPUT_TEXT), "texts to show"),
];

const OUTPUT_LINK: &[Field] = &[
    Field::optional("title", Shape::Text, "what to show"),
    Field::optional("icon", Shape::Text, "a key of the icon set"),
    Field::optional("url", Shape::Text, "where to"),
    Field::optional("entityRef", Shape::Text, "the entity to open"),
    Field::optional("if", Shape::TextOrBool, "whether to show it"),
];

const OUTPUT_TEXT: &[Field] = &[
    Field::optional("title", Shape::Text, "what to show"),
    Field::optional("icon", Shape::Text, "a key of the icon set"),
    Field::optional("content", Shape::AnyText, "Markdown"),
    Field::optional("if", Shape::TextOrBool, "whether to show it"),
];

const PRESENTATION: &[Field] = &[Field::optional(
    "buttonLabels",
    Shape::Mapping(&[
        Field::optional("backButtonText", Shape::AnyText, "the button to the page before"),
        Field::optional("createButtonText", Shape::AnyText, "the button that starts the work"),
        Field::optional("reviewButtonText", Shape::AnyText, "the button to the review"),
    ]),
    "the words on the buttons",
)];

const DECORATOR: &[Field] = &[
    Field::optional("id", Shape::AnyText, "which decorator"),
    Field::optional("input", Shape::Mapping(&[]), "what it is given"),
];

const REFERENCES: &[Reference<'static>] = &[OWNER];
