//! What packages a program is made of: CycloneDX and SPDX.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::common::{gh, no_requests};
use crate::snapshots::answer::{self, Fields, Refusal, without_mark};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, by_entity, report};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "sbom",
    title: "Packages",
    ttl: 30 * 24,
    tab: Tab::Packages,
    icon: "kind-component",
    annotations: &[],
    grammar: "",
    parts: &[report("sbom")],
    facts: &["pkg.format", "pkg.count", "pkg.unlicensed"],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| match gh("sbom", wanted, "sbom", "/dependency-graph/sbom", false) {
        Some(request) => vec![request],
        None => no_requests(wanted),
    },
    notes: "CycloneDX as JSON and XML, SPDX 2 as JSON, also as GitHub exports it. The script asks GitHub for repositories that \
            have an annotation; `npm sbom`, `syft` and others write the same forms.",
};

/// What of a report is read.
const FIELDS: answer::Allowed = &[
    "bomFormat",
    "components",
    "type",
    "name",
    "group",
    "version",
    "purl",
    "licenses",
    "license",
    "id",
    "expression",
    "metadata",
    "timestamp",
    "component",
    "bom-ref",
    "spdxVersion",
    "SPDXID",
    "packages",
    "versionInfo",
    "licenseConcluded",
    "licenseDeclared",
    "documentDescribes",
    "relationships",
    "spdxElementId",
    "relatedSpdxElement",
    "relationshipType",
    "creationInfo",
    "created",
    "sbom",
];

/// Packages by name and version, with their licences.
type Packages = BTreeMap<(String, String), BTreeSet<String>>;

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut packages = Packages::new();
    let mut formats: BTreeSet<&'static str> = BTreeSet::new();
    for bytes in input.part("sbom").into_iter().flat_map(|part| &part.bytes) {
        let bytes = without_mark(bytes).trim_ascii();
        match bytes.first() {
            None => return Err(Refusal::Empty),
            Some(b'<') => {
                cyclonedx_xml(bytes, &mut packages)?;
                formats.insert("CycloneDX");
            }
            Some(_) => {
                let values = answer::json(bytes, FIELDS)?;
                let mut document = answer::object(&values)?;
                // GitHub wraps it.
                if let Some(inner) = document.get("sbom").and_then(Value::as_object) {
                    document = inner;
                }
                formats.insert(json_document(document, &mut packages)?);
            }
        }
    }
    let mut record = Record::default();
    record.facts.text("pkg.format", Some(&formats.into_iter().collect::<Vec<_>>().join(", ")));
    record.facts.count("pkg.count", packages.len());
    record.facts.count("pkg.unlicensed", packages.values().filter(|licences| licences.is_empty()).count());
    if packages.is_empty() {
        record.say("no packages");
    }
    record.table(Rows::new(
        "Packages",
        &["Package", "Version", "Licence"],
        packages.iter().map(|((name, version), licences)| {
            let licences = licences.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            vec![
                Cell::text(name),
                Cell::text(version),
                Cell::text(if licences.is_empty() { "none" } else { &licences }),
            ]
        }),
    ));
    Ok(Some(record))
}

fn json_document(document: &Map<String, Value>, packages: &mut Packages) -> Result<&'static str, Refusal> {
    if document.contains_key("spdxVersion") {
        spdx(document, packages)?;
        return Ok("SPDX");
    }
    if document.str("bomFormat") == Some("CycloneDX") || document.contains_key("components") {
        let list = match document.get("components") {
            None | Some(Value::Null) => &[][..],
            Some(list) => list.as_array().ok_or(Refusal::Shape)?,
        };
        components(list, packages, 0);
        return Ok("CycloneDX");
    }
    Err(Refusal::NotReport)
}

fn is_licence(text: &str) -> bool {
    !text.is_empty() && !matches!(text, "NOASSERTION" | "NONE")
}

fn components(list: &[Value], packages: &mut Packages, depth: usize) {
    for component in list {
        if component.str("type") != Some("file")
            && let Some(name) = component.str("name")
        {
            let name = component.str("group").map_or_else(|| name.to_owned(), |group| format!("{group}/{name}"));
            let version = component.str("version").unwrap_or_default().to_owned();
            let licences = component.list("licenses").iter().filter_map(|one| {
                one.str("license.id").or_else(|| one.str("license.name")).or_else(|| one.str("expression"))
            });
            packages
                .entry((name, version))
                .or_default()
                .extend(licences.filter(|text| is_licence(text)).map(str::to_owned));
        }
        if depth < 20 {
            components(component.list("components"), packages, depth + 1);
        }
    }
}

fn spdx(document: &Map<String, Value>, packages: &mut Packages) -> Result<(), Refusal> {
    let list = match document.get("packages") {
        None | Some(Value::Null) => &[][..],
        Some(list) => list.as_array().ok_or(Refusal::Shape)?,
    };
    let mut roots: BTreeSet<&str> = document.texts("documentDescribes").into_iter().collect();
    for relation in document.list("relationships") {
        match relation.str("relationshipType") {
            Some("DESCRIBES") => roots.extend(relation.str("relatedSpdxElement")),
            Some("DESCRIBED_BY") => roots.extend(relation.str("spdxElementId")),
            _ => {}
        }
    }
    for package in list {
        let Some(name) = package.str("name") else { continue };
        if package.str("SPDXID").is_some_and(|id| roots.contains(id)) {
            continue;
        }
        let version = package.str("versionInfo").unwrap_or_default().to_owned();
        let licence = ["licenseConcluded", "licenseDeclared"]
            .into_iter()
            .filter_map(|key| package.str(key))
            .find(|text| is_licence(text));
        packages.entry((name.to_owned(), version)).or_default().extend(licence.map(str::to_owned));
    }
    Ok(())
}

/// Reads CycloneDX as XML. No entity is expanded but the built-in ones.
fn cyclonedx_xml(bytes: &[u8], packages: &mut Packages) -> Result<(), Refusal> {
    #[derive(Default)]
    struct Component {
        kind: String,
        group: String,
        name: String,
        version: String,
        licences: BTreeSet<String>,
    }
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().check_end_names = false;
    let (mut path, mut open, mut text): (Vec<String>, Vec<Component>, String) = Default::default();
    let mut seen = false;
    loop {
        match reader.read_event() {
            Err(_) => return Err(Refusal::NotReport),
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                let name = tag.local_name().as_ref().to_owned();
                if !seen {
                    match &*name {
                        "bom" => seen = true,
                        "html" | "HTML" => return Err(Refusal::Html("a report")),
                        _ => return Err(Refusal::NotReport),
                    }
                }
                if name == "component" {
                    let kind = tag.try_get_attribute("type").ok().flatten();
                    let kind = kind.map(|kind| kind.value.into_owned());
                    open.push(Component { kind: kind.unwrap_or_default(), ..Component::default() });
                }
                path.push(name);
                text.clear();
                if path.len() > 200 {
                    return Err(Refusal::NotReport);
                }
            }
            Ok(Event::Text(part)) => text += &part.xml_content(quick_xml::XmlVersion::Explicit1_0),
            Ok(Event::CData(part)) => text += &part,
            Ok(Event::GeneralRef(part)) => {
                let named = quick_xml::escape::resolve_predefined_entity(&part).map(str::to_owned);
                let resolved = named.or_else(|| part.resolve_char_ref().ok().flatten().map(String::from));
                text += &resolved.unwrap_or_default();
            }
            Ok(Event::End(_)) => {
                let name = path.pop().unwrap_or_default();
                let above = path.last().map(String::as_str).unwrap_or_default();
                let value = text.trim().to_owned();
                text.clear();
                if let Some(component) = open.last_mut() {
                    match (above, &*name) {
                        ("component", "name") => component.name = value,
                        ("component", "group") => component.group = value,
                        ("component", "version") => component.version = value,
                        ("license", "id" | "name") | ("licenses", "expression") if is_licence(&value) => {
                            component.licences.insert(value);
                        }
                        _ => {}
                    }
                }
                if name == "component"
                    && let Some(component) = open.pop()
                    // The root is described in the metadata.
                    && !path.iter().any(|name| name == "metadata")
                    && component.kind != "file"
                    && !component.name.is_empty()
                {
                    let name = if component.group.is_empty() {
                        component.name
                    } else {
                        format!("{}/{}", component.group, component.name)
                    };
                    packages.entry((name, component.version)).or_default().extend(component.licences);
                }
            }
            Ok(_) => {}
        }
    }
    if seen { Ok(()) } else { Err(Refusal::NotReport) }
}

/// Returns when a report says that it was made.
pub(in crate::snapshots) fn made_at(bytes: &[u8]) -> Option<i64> {
    let bytes = without_mark(bytes).trim_ascii();
    if bytes.starts_with(b"<") {
        let at = memchr::memmem::find(bytes, b"<timestamp>")? + b"<timestamp>".len();
        let text = std::str::from_utf8(bytes.get(at..at + 40)?).ok()?;
        return crate::snapshots::time::parse(text.split('<').next()?);
    }
    let values = answer::json(bytes, &["sbom", "metadata", "timestamp", "creationInfo", "created"]).ok()?;
    let document = answer::object(&values).ok()?;
    ["metadata.timestamp", "creationInfo.created", "sbom.creationInfo.created"]
        .into_iter()
        .find_map(|path| document.time(path))
}
