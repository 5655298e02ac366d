//! AiResource: skills, rules and plugins for coding agents (CM/kinds/AiResourceEntityV1alpha1.ts, an opt-in kind).

use super::{Kind, LIFECYCLE_DOC, OWNER, OWNER_DOC, Reference, SYSTEM, TYPE_DOC, WORK_COLUMNS};
use crate::catalog::shape::{Field, Shape};
use crate::yaml::{Map, Node};

pub(super) const AI_RESOURCE: Kind = Kind {
    id: "airesource",
    name: "AiResource",
    one: "AI resource",
    many: "AI resources",
    api_versions: &["backstage.io/v1alpha1"],
    fields: |spec| match variant(spec) {
        "skill" => SKILL,
        "rule" => RULE,
        "plugin" => PLUGIN,
        "marketplace" => MARKETPLACE,
        _ => COMMON,
    },
    references: |spec| match variant(spec) {
        "skill" => SKILL_REFERENCES,
        "plugin" => PLUGIN_REFERENCES,
        "marketplace" => MARKETPLACE_REFERENCES,
        _ => COMMON_REFERENCES,
    },
    columns: WORK_COLUMNS,
    has_readme: true,
    ..Kind::PLAIN
};

/// The type is matched exactly: `Skill` is a type like any other.
fn variant(spec: &Map) -> &str {
    spec.get("type").and_then(Node::as_str).unwrap_or("")
}

const TYPE: Field = Field::required("type", Shape::Text, TYPE_DOC);
const LIFECYCLE: Field = Field::required("lifecycle", Shape::Text, LIFECYCLE_DOC);
const OWNED: Field = Field::required("owner", Shape::Text, OWNER_DOC);
const IN_SYSTEM: Field = Field::optional("system", Shape::Text, "the system it is part of");
const VERSION: Field = Field::optional("version", Shape::Text, "its version");
const DISCIPLINES: Field = Field::optional("disciplines", Shape::Texts, "whom it is for");

const COMMON: &[Field] = &[TYPE, LIFECYCLE, OWNED, IN_SYSTEM];
const SKILL: &[Field] = &[
    TYPE,
    LIFECYCLE,
    OWNED,
    IN_SYSTEM,
    DISCIPLINES,
    Field::optional("categories", Shape::Texts, "what it is about"),
    Field::optional("agents", Shape::Texts, "which agents can use it"),
    Field::optional("dependsOn", Shape::Texts, "the AI resources it needs"),
    Field::optional("allowedTools", Shape::Text, "the tools it may use"),
    Field::optional("license", Shape::Text, "its licence"),
    Field::optional("compatibility", Shape::TextUpTo(500), "what it works with"),
];
const RULE: &[Field] = &[
    TYPE,
    LIFECYCLE,
    OWNED,
    IN_SYSTEM,
    Field::required("category", Shape::Text, "what it is about"),
    Field::required("rationale", Shape::Text, "why it holds"),
    DISCIPLINES,
];
const PLUGIN: &[Field] =
    &[TYPE, LIFECYCLE, OWNED, IN_SYSTEM, Field::required("skills", Shape::Texts, "the skills it brings"), VERSION];
const MARKETPLACE: &[Field] =
    &[TYPE, LIFECYCLE, OWNED, IN_SYSTEM, Field::required("plugins", Shape::Texts, "the plugins it offers"), VERSION];

const OWNER_ONLY: Reference<'static> = OWNER.dropping_others();
const SYSTEM_ONLY: Reference<'static> = SYSTEM.dropping_others();

const COMMON_REFERENCES: &[Reference<'static>] = &[OWNER_ONLY, SYSTEM_ONLY];
const SKILL_REFERENCES: &[Reference<'static>] = &[
    OWNER_ONLY,
    SYSTEM_ONLY,
    Reference::new("dependsOn", Some("AiResource"), "dependsOn", "dependencyOf", &["airesource"]).dropping_others(),
];
const PLUGIN_REFERENCES: &[Reference<'static>] = &[
    OWNER_ONLY,
    SYSTEM_ONLY,
    Reference::new("skills", Some("AiResource"), "hasPart", "partOf", &["airesource"]).dropping_others(),
];
const MARKETPLACE_REFERENCES: &[Reference<'static>] = &[
    OWNER_ONLY,
    SYSTEM_ONLY,
    Reference::new("plugins", Some("AiResource"), "hasPart", "partOf", &["airesource"]).dropping_others(),
];
