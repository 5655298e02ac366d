//! From one YAML document to one entity: the checks of Backstage in their order.
//!
//! Envelope → placeholders → policies (schema, root fields, formats) → kind → relations
//! (CB/processing/DefaultCatalogProcessingOrchestrator.ts). Unlike Backstage, which stops at the first fault, all
//! faults of a stage are reported; an entity with any error is left out.

use std::sync::Arc;

use globset::{GlobSet, GlobSetBuilder};

use super::Implied;
use super::custom::CustomKinds;
use super::declared::{Declared, is_falsy, read_references};
use super::format;
use super::kinds;
use super::overlay::Overlays;
use super::placeholder::{self, Brought};
use super::reference::EntityRef;
use super::shape::{Checker, Field, Shape};
use crate::config::{self, AllowRule};
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::text::{self, FileId, Span};
use crate::workspace::Workspace;
use crate::yaml::{Entry, Map, Node, Value};

/// What every document is read with.
pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) custom: &'a CustomKinds,
    pub(super) rules: &'a [Rule<'a>],
    pub(super) overlays: &'a Overlays,
    /// Whether the entity comes from another system, which has rules of its own for names.
    pub(super) takes_any_name: bool,
}

/// One of `catalog.rules`, with the files it holds for.
pub(super) struct Rule<'a> {
    rule: &'a AllowRule,
    files: GlobSet,
}

impl<'a> Rule<'a> {
    /// Compiles the patterns of a rule; wrong ones were reported with the configuration.
    pub(super) fn new(rule: &'a AllowRule) -> Self {
        let mut files = GlobSetBuilder::new();
        for glob in rule.locations.iter().filter_map(|glob| config::glob(glob).ok()) {
            files.add(glob);
        }
        Self { rule, files: files.build().unwrap_or_default() }
    }

    /// Returns whether the rule allows such an entity in the file at `path`.
    pub(super) fn allows(&self, kind: &str, spec_type: Option<&str>, path: &str) -> bool {
        let here = self.rule.locations.is_empty() || self.files.is_match(path);
        here && self.rule.allow.iter().any(|(allowed, wanted)| {
            let same_type = |wanted: &str| spec_type.is_some_and(|own| own.eq_ignore_ascii_case(wanted));
            allowed.eq_ignore_ascii_case(kind) && wanted.as_deref().is_none_or(same_type)
        })
    }
}

/// What became of one document.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) file: FileId,
    pub(super) document: Span,
    /// Identity, as soon as kind and name are texts; also of an invalid entity.
    pub(super) reference: EntityRef,
    pub(super) kind: Arc<str>,
    /// Where the name is.
    pub(super) name_span: Span,
    /// The place of the first key, for an editor to open.
    pub(super) start: Span,
    /// The line of `start`, from 1, once the file's lines are known.
    pub(super) line: u32,
    pub(super) root: Node,
    /// The file that `spec.definition` was read from.
    pub(super) definition: Option<FileId>,
    pub(super) declared: Vec<Declared>,
    pub(super) valid: bool,
    /// Whether it is invalid, but can be shown; see [`super::Entity::rejected_by_backstage`].
    pub(super) rejected_by_backstage: bool,
    /// What it was made from, if nobody wrote it.
    pub(super) implied: Option<Arc<Implied>>,
}

/// Reads one document that is not empty.
pub(super) fn read(
    context: &Context<'_>,
    brought: &mut Brought,
    root: Node,
    document: Span,
) -> (Option<Draft>, Diagnostics) {
    let mut out = Diagnostics::new();
    let file = document.file;
    let Some((kind, reference, name_span)) = envelope(&root, &mut out) else { return (None, out) };

    let written = definition_span(&root, &reference);
    let mut root = placeholder::Resolver::new(context.workspace, file, brought, &mut out).resolve(root);
    context.overlays.apply(&mut root.node, &reference);
    fill_in(&mut root.node);
    let elsewhere = root.elsewhere;
    let definition = root.definition;
    let root = root.node;
    let start = root.as_map().and_then(|map| map.entries().first()).map_or(root.span, |entry| entry.key_span);

    policies(&root, &elsewhere, context.takes_any_name, &mut out);
    let declared = kind_rules(context, &root, &kind, &reference, &elsewhere, &mut out);
    out.extend(forbidden(context, &root, &kind, file));
    out.extend(foreign_to_pack(context, &root, &kind, &reference, file));

    let mut root = root;
    sort_references(&mut root, &kind);
    let valid = out.iter().all(|problem| problem.severity != Severity::Error);
    let about_definition = |problem: &Diagnostic| {
        written.is_some_and(|written| {
            let span = problem.span();
            span.file == written.file && span.start >= written.start && span.end <= written.end
        })
    };
    // A word of the wrong form says neither what the entity is nor what it belongs to.
    let about_words = |problem: &Diagnostic| {
        [codes::INVALID_TAG, codes::INVALID_LABEL, codes::INVALID_ANNOTATION_KEY].contains(&problem.code)
    };
    let mut errors = out.iter().filter(|problem| problem.severity == Severity::Error);
    let rejected_by_backstage = !valid && errors.all(|problem| about_definition(problem) || about_words(problem));
    for problem in &mut out {
        problem.entity.get_or_insert_with(|| reference.shared());
    }
    (
        Some(Draft {
            file,
            document,
            reference,
            kind,
            name_span,
            start,
            line: 1,
            root,
            definition,
            declared,
            valid,
            rejected_by_backstage,
            implied: None,
        }),
        out,
    )
}

/// Returns where an API says from which file its definition comes, key and value.
fn definition_span(root: &Node, reference: &EntityRef) -> Option<Span> {
    let entry = root.get("spec")?.as_map()?.entry("definition")?;
    let placed = reference.kind() == "api" && entry.value.as_map().is_some();
    placed.then_some(Span { end: entry.value.span.end, ..entry.key_span })
}

/// Checks what must hold before anything else is looked at; returns kind, identity and the place of the name.
fn envelope(root: &Node, out: &mut Diagnostics) -> Option<(Arc<str>, EntityRef, Span)> {
    let Some(map) = root.as_map() else {
        out.push(
            Diagnostic::new(
                codes::NOT_AN_ENTITY,
                root.span,
                format!("this document is {}, not an entity", root.kind_name()),
            )
            .label("must be a mapping with apiVersion, kind and metadata")
            .help("remove the document, or write an entity"),
        );
        return None;
    };
    if ["apiVersion", "kind", "metadata"].iter().all(|key| map.get(key).is_none()) {
        let span = map.entries().first().map_or(root.span, |entry| entry.key_span);
        out.push(
            Diagnostic::new(
                codes::NOT_AN_ENTITY,
                span,
                "this document is not an entity: it has no apiVersion, kind and metadata",
            )
            .help("add them, or let no Location and no catalog file name lead to this file"),
        );
        return None;
    }
    let before = out.len();
    let start = map.entries().first().map_or(root.span, |entry| entry.key_span);
    let mut checker = Checker { out, elsewhere: &[] };
    checker.fields(map, start, "", ENVELOPE);
    // A placeholder cannot stand for the name: it is replaced after this check.
    let annotations = map.get("metadata").and_then(|metadata| metadata.as_map()?.entry("annotations"));
    if let Some(entry) = annotations
        && !is_falsy(&entry.value)
        && entry.value.as_map().is_none()
    {
        checker.wrong_type(&entry.value, entry.key_span, "metadata.annotations", "a mapping");
    }
    if out.len() > before {
        return None;
    }
    let kind = map.get("kind")?.as_str()?;
    let metadata = map.get("metadata")?;
    let name = metadata.get("name")?;
    let namespace = metadata.get("namespace").and_then(Node::as_str).unwrap_or("default");
    Some((kind.into(), EntityRef::new(kind, namespace, name.as_str()?), name.span))
}

const ENVELOPE: &[Field] = &[
    Field::required("apiVersion", Shape::Text, "such as `backstage.io/v1alpha1`"),
    Field::required("kind", Shape::Text, "such as `Component`"),
    Field::required("metadata", Shape::Mapping(ENVELOPE_METADATA), "a mapping with `name`"),
];

const ENVELOPE_METADATA: &[Field] = &[
    Field::required("name", Shape::Text, "the name by which others refer to it"),
    Field::optional("namespace", Shape::Text, "the namespace"),
];

const METADATA: &[Field] = &[
    Field::optional("uid", Shape::Text, "made by the catalog"),
    Field::optional("etag", Shape::Text, "made by the catalog"),
    Field::optional("title", Shape::Text, "the name to show"),
    Field::optional("description", Shape::AnyText, "a sentence about it, Markdown"),
    Field::optional("tags", Shape::Texts, "words to find it by"),
    Field::optional("links", Shape::Mappings(0, LINK), "where to go from here"),
];

const LINK: &[Field] = &[
    Field::required("url", Shape::Text, "where the link leads"),
    Field::optional("title", Shape::Text, "what to show"),
    Field::optional("icon", Shape::Text, "a key of the icon set"),
    Field::optional("type", Shape::Text, "for grouping"),
];

/// Fills in the default namespace, and an empty mapping for annotations that are nothing.
fn fill_in(root: &mut Node) {
    let Some(entry) = root.as_map_mut().and_then(|map| map.entry_mut("metadata")) else { return };
    let at = entry.key_span;
    let Some(metadata) = entry.value.as_map_mut() else { return };
    if metadata.get("namespace").is_none() {
        metadata.set(Entry { key: "namespace".into(), key_span: at, value: Node::text(at, "default") });
    }
    if let Some(entry) = metadata.entry_mut("annotations")
        && is_falsy(&entry.value)
    {
        entry.value.value = Value::Map(Arc::default());
    }
}

/// Checks the envelope schema in full, the root fields and the field formats (CM/entity/policies/).
fn policies(root: &Node, elsewhere: &[String], takes_any_name: bool, out: &mut Diagnostics) {
    let Some(map) = root.as_map() else { return };
    for entry in map.entries() {
        if !["apiVersion", "kind", "metadata", "spec"].contains(&&*entry.key) {
            out.push(root_field(entry));
        }
    }
    if let Some(entry) = map.entry("apiVersion") {
        let text = entry.value.as_str().unwrap_or("");
        if !format::is_api_version(text) {
            out.push(
                Diagnostic::new(codes::INVALID_API_VERSION, entry.value.span, format!("`{text}` is no apiVersion"))
                    .label("must be `domain/version`")
                    .help("write `backstage.io/v1alpha1`"),
            );
        }
    }
    if let Some(entry) = map.entry("spec")
        && entry.value.as_map().is_none()
    {
        Checker { out, elsewhere }.wrong_type(&entry.value, entry.key_span, "spec", "a mapping");
    }
    let Some(metadata) = map.entry("metadata") else { return };
    let Some(fields) = metadata.value.as_map() else { return };
    let mut checker = Checker { out, elsewhere };
    checker.fields(fields, metadata.key_span, "metadata", METADATA);
    // The envelope has checked the type of name and namespace; a placeholder may have changed nothing there.
    text_pairs(&mut checker, fields, "labels", codes::INVALID_LABEL);
    text_pairs(&mut checker, fields, "annotations", codes::INVALID_ANNOTATION_KEY);
    formats(fields, takes_any_name, out);
}

fn root_field(entry: &Entry) -> Diagnostic {
    let key = &*entry.key;
    let problem = Diagnostic::new(
        codes::UNEXPECTED_ROOT_FIELD,
        entry.key_span,
        format!("`{key}` is not allowed beside apiVersion, kind, metadata and spec"),
    )
    .label("not a field of an entity");
    match key {
        "relations" | "status" => problem.help("remove it: the catalog makes it, a file may not contain it"),
        "<<" => problem.help("write the fields out: Backstage does not merge keys"),
        "name" | "namespace" | "title" | "description" | "labels" | "annotations" | "tags" | "links" => {
            problem.help("indent it below `metadata:`")
        }
        _ => match text::nearest(key, ["apiVersion", "kind", "metadata", "spec"]) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("indent it below `metadata:` or `spec:`, or remove it"),
        },
    }
}

/// Checks a mapping of text to text, with keys of the form `[domain/]name`.
fn text_pairs(checker: &mut Checker<'_>, metadata: &Map, field: &str, code: crate::diag::Code) {
    let Some(pairs) = metadata.entry(field) else { return };
    let path = format!("metadata.{field}");
    let Some(map) = pairs.value.as_map() else {
        checker.wrong_type(&pairs.value, pairs.key_span, &path, "a mapping");
        return;
    };
    for entry in map.entries() {
        if !format::is_key(&entry.key) {
            let singular = field.trim_end_matches('s');
            let mut problem =
                Diagnostic::new(code, entry.key_span, format!("`{}` cannot be the key of a {singular}", entry.key))
                    .label(format!("must be {}", format::KEY_RULE));
            problem = if &*entry.key == "<<" {
                problem.help("write the pairs out: Backstage does not merge keys")
            } else {
                problem.help("use another key")
            };
            checker.out.push(problem);
        }
        match entry.value.as_str() {
            None => {
                checker.wrong_type(&entry.value, entry.key_span, &format!("{path}.{}", entry.key), "a text");
            }
            Some(text) if field == "labels" && !format::is_label_value(text) => {
                let problem = Diagnostic::new(
                    codes::INVALID_LABEL,
                    entry.value.span,
                    format!("label `{}` cannot have the value `{}`", entry.key, shorten(text)),
                )
                .label(format!("must be {}", format::LABEL_VALUE_RULE));
                checker.out.push(problem.help("use an annotation for free text and URLs"));
            }
            Some(_) => {}
        }
    }
}

/// Checks the formats of name, namespace, tags and links.
fn formats(metadata: &Map, takes_any_name: bool, out: &mut Diagnostics) {
    if let Some(node) = metadata.get("name")
        && let Some(name) = node.as_str()
        && !takes_any_name
        && !format::is_name(name)
    {
        let problem = Diagnostic::new(codes::INVALID_NAME, node.span, format!("`{}` cannot be a name", shorten(name)))
            .label(format!("must be {}", format::NAME_RULE));
        out.push(match format::suggestion(name, false, format::is_name) {
            Some(better) => problem.help(format!("write `{better}`, and the old text as `title`")),
            None => problem.help("choose a name, and write the old text as `title`"),
        });
    }
    if let Some(node) = metadata.get("namespace")
        && let Some(name) = node.as_str()
        && !format::is_namespace(name)
    {
        let problem =
            Diagnostic::new(codes::INVALID_NAMESPACE, node.span, format!("`{}` cannot be a namespace", shorten(name)))
                .label(format!("must be {}", format::NAMESPACE_RULE));
        out.push(match format::suggestion(name, true, format::is_namespace) {
            Some(better) => problem.help(format!("write `{better}`")),
            None => problem.help("use another namespace"),
        });
    }
    for node in metadata.get("tags").and_then(Node::as_seq).unwrap_or(&[]) {
        let Some(tag) = node.as_str().filter(|tag| !tag.is_empty() && !format::is_tag(tag)) else { continue };
        let problem = Diagnostic::new(codes::INVALID_TAG, node.span, format!("`{}` cannot be a tag", shorten(tag)))
            .label(format!("must be {}", format::TAG_RULE));
        out.push(match format::suggestion(tag, true, format::is_tag) {
            Some(better) => problem.help(format!("write `{better}`")),
            None => problem.help("use another tag"),
        });
    }
    for link in metadata.get("links").and_then(Node::as_seq).unwrap_or(&[]) {
        if let Some(node) = link.get("url")
            && let Some(url) = node.as_str()
            && !url.is_empty()
            && !format::is_url(url)
        {
            let problem =
                Diagnostic::new(codes::INVALID_LINK, node.span, format!("`{}` is no absolute URL", shorten(url)))
                    .label("must start with a scheme such as `https://`");
            out.push(problem.help(format!("write `https://{}`", shorten(url.trim_start_matches('/')))));
        }
        for key in ["title", "icon"] {
            if let Some(node) = link.get(key)
                && node.as_str().is_some_and(|text| !text.is_empty() && text.trim().is_empty())
            {
                out.push(
                    Diagnostic::new(codes::INVALID_LINK, node.span, format!("the {key} of this link is blank"))
                        .help("write a text, or remove the line"),
                );
            }
        }
    }
}

/// Checks kind, apiVersion and spec, and reads the references.
fn kind_rules(
    context: &Context<'_>,
    root: &Node,
    kind: &Arc<str>,
    reference: &EntityRef,
    elsewhere: &[String],
    out: &mut Diagnostics,
) -> Vec<Declared> {
    let Some(map) = root.as_map() else { return Vec::new() };
    let kind_span = map.get("kind").map_or(root.span, |node| node.span);
    let version = map.get("apiVersion");
    let version_text = version.and_then(Node::as_str).unwrap_or("");
    let spec_entry = map.entry("spec");

    if let Some(custom) = context.custom.find(kind) {
        return custom.check(map, kind_span, reference.namespace(), out);
    }
    let Some(known) = kinds::find(kind) else {
        out.push(unknown_kind(context, kind, kind_span));
        return Vec::new();
    };
    if !known.api_versions.contains(&version_text) {
        let span = version.map_or(kind_span, |node| node.span);
        let near = text::nearest(version_text, known.api_versions.iter().copied()).unwrap_or(known.api_versions[0]);
        out.push(
            Diagnostic::new(
                codes::INVALID_API_VERSION,
                span,
                format!("`{version_text}` is no version of {}", known.name),
            )
            .label(format!("{} exists as {}", known.name, known.api_versions.join(" and ")))
            .help(format!("write `apiVersion: {near}`")),
        );
    }
    let Some(spec_entry) = spec_entry else {
        out.push(
            Diagnostic::new(
                codes::MISSING_FIELD,
                kind_span,
                format!("`spec` is missing: every {} needs one", known.name),
            )
            .help("add `spec:` with the fields of the kind"),
        );
        return Vec::new();
    };
    let Some(spec) = spec_entry.value.as_map() else { return Vec::new() };
    let fields = (known.fields)(spec);
    Checker { out, elsewhere }.fields(spec, spec_entry.key_span, "spec", fields);
    misspelt(known, fields, spec, out);

    let mut declared = Vec::new();
    for field in (known.references)(spec) {
        read_references(field, spec, reference.namespace(), &mut declared, out);
    }
    declared
}

/// Sorts the lists of references, as Backstage does while it makes relations of them.
fn sort_references(root: &mut Node, kind: &str) {
    let Some(known) = kinds::find(kind) else { return };
    let Some(spec) = root.as_map().and_then(|map| map.get("spec")?.as_map()) else { return };
    let unsorted = |field: &str| {
        let items = spec.get(field)?.as_seq()?;
        let texts = items.iter().all(|item| item.as_str().is_some());
        (texts && !items.is_sorted_by_key(|item| item.as_str())).then(|| items.to_vec())
    };
    let references = (known.references)(spec);
    let sorted: Vec<(String, Vec<Node>)> = references
        .iter()
        .filter_map(|reference| {
            let mut items = unsorted(reference.field)?;
            items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            Some((reference.field.to_owned(), items))
        })
        .collect();
    if sorted.is_empty() {
        return;
    }
    let Some(spec) = root.as_map_mut().and_then(|map| map.entry_mut("spec")?.value.as_map_mut()) else { return };
    for (field, items) in sorted {
        if let Some(entry) = spec.entry_mut(&field) {
            entry.value.value = Value::Seq(items.into());
        }
    }
}

/// Reports fields that have no effect but look as if they were meant to.
fn misspelt(kind: &kinds::Kind, fields: &[Field], spec: &Map, out: &mut Diagnostics) {
    let missing: Vec<&str> = fields.iter().map(|field| field.name).filter(|name| spec.get(name).is_none()).collect();
    let references = (kind.references)(spec);
    for entry in spec.entries() {
        let key = &*entry.key;
        if key == "<<" {
            out.push(
                Diagnostic::new(codes::MERGE_KEY, entry.key_span, "Backstage does not merge keys")
                    .label("kept as a field called `<<`")
                    .help("write the fields out"),
            );
            continue;
        }
        let known = |name: &str| {
            fields.iter().any(|field| field.name == name) || references.iter().any(|reference| reference.field == name)
        };
        if known(key) {
            continue;
        }
        let mistaken = kind.mistaken.iter().find(|(name, _)| *name == key);
        let near = || text::nearest(key, missing.iter().copied()).filter(|_| key.len() > 3);
        let problem = Diagnostic::new(
            codes::UNKNOWN_FIELD,
            entry.key_span,
            format!("`{key}` has no meaning for a {}", kind.name),
        );
        if let Some((_, advice)) = mistaken {
            out.push(problem.label("Backstage ignores it").help(*advice));
        } else if let Some(near) = near() {
            out.push(problem.label("Backstage ignores it").help(format!("did you mean `{near}`?")));
        }
    }
}

fn unknown_kind(context: &Context<'_>, kind: &str, span: Span) -> Diagnostic {
    let problem = Diagnostic::new(codes::UNKNOWN_KIND, span, format!("`{kind}` is not a known kind"));
    let names = kinds::KINDS.iter().map(|kind| kind.name).chain(context.custom.names());
    match text::nearest(kind, names) {
        Some(near) if near.eq_ignore_ascii_case(kind) => {
            problem.label("kinds are compared with their letter case").help(format!("write `{near}`"))
        }
        Some(near) => problem.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        None => problem
            .label("no such kind")
            .help("use a built-in kind, or describe this one under `catalog.kinds` in playbill.yaml"),
    }
}

/// Returns the fault of an entity whose kind no rule allows (CB/ingestion/CatalogRules.ts).
fn forbidden(context: &Context<'_>, root: &Node, kind: &str, file: FileId) -> Option<Diagnostic> {
    if context.rules.is_empty() {
        return None;
    }
    let spec_type = root.get("spec").and_then(|spec| spec.get("type")).and_then(Node::as_str);
    let path = context.workspace.path(file);
    if context.rules.iter().any(|rule| rule.allows(kind, spec_type, &path)) {
        return None;
    }
    let span = root.get("kind").map_or(root.span, |node| node.span);
    Some(
        Diagnostic::new(codes::KIND_NOT_ALLOWED, span, format!("the catalog rules do not allow a {kind} here"))
            .help("add the kind to `catalog.rules`, or move the entity to where it is allowed"),
    )
}

/// Returns the fault of an entity that the pack of its repository may not describe.
fn foreign_to_pack(
    context: &Context<'_>,
    root: &Node,
    kind: &str,
    reference: &EntityRef,
    file: FileId,
) -> Option<Diagnostic> {
    let source = context.workspace.pack_source(file)?;
    let named = |key: &str| root.get("metadata").and_then(|metadata| metadata.get(key)).map(|node| node.span);
    let namespace = reference.namespace();
    let is_in = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(word));
    let (span, what) = if !is_in(&source.kinds, kind) {
        (root.get("kind").map(|node| node.span), format!("an entity of the kind {kind}"))
    } else if !is_in(&source.namespaces, namespace) {
        (named("namespace").or_else(|| named("name")), format!("an entity in the namespace `{namespace}`"))
    } else {
        return None;
    };
    let message = format!("`packs.sources` does not allow {what} in the pack of this repository");
    Some(
        Diagnostic::new(codes::SOURCE_NOT_ALLOWED, span.unwrap_or(root.span), message)
            .help(format!("allow it in the entry `{}` of `packs.sources`, or move the entity", source.slug)),
    )
}

/// Cuts a text for a message.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 60 || line.len() < text.trim_end().len() {
        format!("{}…", line.chars().take(60).collect::<String>())
    } else {
        line.to_owned()
    }
}
