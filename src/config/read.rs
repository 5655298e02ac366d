//! Fills in the [`Config`] from a document that has been held against the table of keys.
//!
//! What is wrong has been reported by then, so reading skips it without a word.

use std::collections::BTreeMap;

use globset::GlobSet;

use super::check::Checker;
use super::keys::{COMPRESSIONS, ROOT, SEARCH_FILE};
use super::shape::Shape;
use super::values::{
    colour, comparison, count, factor, given, given_map, glob, http_url, is_field, items, mappings, node_texts, period,
    share, size, text, texts,
};
use super::versions::{self, VersionsConfig};
use super::{
    AdrConfig, AllowRule, Boost, Budgets, CatalogConfig, CheckConfig, Config, ConfigColumn, ConfigLink, CustomKind,
    CustomRelation, DocsConfig, EntityPage, Filter, Limits, OrgConfig, OrgLdap, OrgMerge, OrgType, PackSource,
    PacksConfig, Places, Policy, RadarConfig, SavedView, ScorecardsConfig, SearchConfig, SearchTest, SnapshotField,
    SnapshotSource, SnapshotsConfig, TemplatesConfig, VIEW_COLUMNS, VIEW_SORTS, ViewColumn, ViewSort,
};
use crate::diag::{Diagnostic, Diagnostics, Levels, PathSeverities, Severities, Severity, codes};
use crate::text::FileId;
use crate::yaml::{self, Map, Node, Value};

/// Reads the text of `playbill.yaml`. What is wrong is reported and replaced by the default.
#[must_use]
pub fn parse(file: FileId, text: &str) -> (Config, Diagnostics) {
    let (documents, mut out) = yaml::parse(file, text);
    let mut roots = documents.iter().filter_map(|document| document.root.as_ref());
    let Some(root) = roots.next() else { return (Config::default(), out) };
    if let Some(second) = roots.next() {
        out.push(
            Diagnostic::new(codes::INVALID_CONFIG, second.span, "the configuration is more than one document")
                .help("remove the line `---` and join the documents"),
        );
    }
    let own_kinds = given_map(root.as_map(), "catalog").and_then(|catalog| given_map(Some(catalog), "kinds"));
    let own_kinds = own_kinds.map_or(&[][..], Map::entries).iter().map(|entry| &*entry.key).collect();
    let own_columns = root.as_map().into_iter().flat_map(|root| mappings(root, "columns"));
    let own_columns = own_columns.filter_map(|column| column.get("title")?.as_str()).collect();
    let mut checker = Checker { own_kinds, own_columns, out, places: BTreeMap::new() };
    checker.value(root, &Shape::Mapping(ROOT), "");
    let mut config = root.as_map().map(config).unwrap_or_default();
    config.places = Places(checker.places);
    (config, checker.out)
}

fn config(root: &Map) -> Config {
    let default = Config::default();
    let columns: Vec<ConfigColumn> = mappings(root, "columns").filter_map(column).collect();
    Config {
        views: mappings(root, "views").filter_map(|map| view(map, &columns)).collect(),
        title: text(root, "title").unwrap_or(default.title),
        organization: text(root, "organization"),
        description: text(root, "description"),
        home: text(root, "home"),
        base_url: text(root, "baseUrl").as_deref().and_then(base_url),
        paths: Some(texts(root, "paths")).filter(|paths| !paths.is_empty()).unwrap_or(default.paths),
        output: text(root, "output").unwrap_or(default.output),
        theme: text(root, "theme"),
        accent: text(root, "accent").as_deref().and_then(colour),
        logo: text(root, "logo"),
        css: text(root, "css"),
        announcement: text(root, "announcement"),
        announcements: text(root, "announcements"),
        badges: root.get("badges").is_some_and(|node| matches!(node.value, Value::Bool(true))),
        precompress: texts(root, "precompress")
            .into_iter()
            .filter(|form| COMPRESSIONS.contains(&form.as_str()))
            .collect(),
        entity_pages: mappings(root, "entityPages").map(entity_page).collect(),
        columns,
        links: mappings(root, "links").filter_map(link).collect(),
        hosts: given_map(Some(root), "hosts").map(hosts).unwrap_or_default(),
        catalog: given_map(Some(root), "catalog").map(catalog).unwrap_or_default(),
        search: given_map(Some(root), "search").map(search).unwrap_or_default(),
        snapshots: given_map(Some(root), "snapshots").map(snapshots).unwrap_or_default(),
        packs: given_map(Some(root), "packs").map(packs).unwrap_or_default(),
        check: given_map(Some(root), "check").map(check).unwrap_or_default(),
        templates: given_map(Some(root), "templates").map(templates).unwrap_or_default(),
        org: mappings(root, "org").enumerate().filter_map(|(number, map)| org(number, map)).collect(),
        docs: given_map(Some(root), "docs").map(docs).unwrap_or_default(),
        adr: given_map(Some(root), "adr").map(adr).unwrap_or_default(),
        radar: given_map(Some(root), "radar").into_iter().chain(mappings(root, "radar")).filter_map(radar).collect(),
        radar_url: None,
        scorecards: given_map(Some(root), "scorecards").map(scorecards).unwrap_or_default(),
        dashboards: Some(texts(root, "dashboards")).filter(|globs| !globs.is_empty()).unwrap_or(default.dashboards),
        tech_insights: None,
        versions: items(root, "versions")
            .iter()
            .filter_map(|node| Some(versions::read(node.as_map()?, node.span)))
            .filter(|entry| !entry.refs.is_empty())
            .collect(),
        budgets: given_map(Some(root), "budgets").map(budgets).unwrap_or_default(),
        limits: given_map(Some(root), "limits").map(limits).unwrap_or_default(),
        places: default.places,
    }
}

/// Brings the address of the site into the one form that can be put before a path.
#[must_use]
pub fn base_url(text: &str) -> Option<String> {
    let mut url = http_url(text)?;
    url.set_query(None);
    url.set_fragment(None);
    let mut url = String::from(url);
    if !url.ends_with('/') {
        url.push('/');
    }
    Some(url)
}

/// Reads an expression; one that is wrong, which has been reported, fits nothing, and none fits everything.
fn filter(map: &Map) -> Filter {
    text(map, "filter").map(|text| Filter::parse(&text).unwrap_or_else(|_| Filter::none())).unwrap_or_default()
}

fn column(map: &Map) -> Option<ConfigColumn> {
    let path = text(map, "path").filter(|path| is_field(path))?;
    Some(ConfigColumn { title: text(map, "title")?, path: path.trim().to_owned(), filter: filter(map) })
}

fn budgets(map: &Map) -> Budgets {
    let number = |key: &str| map.get(key).and_then(count);
    Budgets { page: bytes(map, "page"), requests: number("requests"), files: number("files"), site: bytes(map, "site") }
}

fn view(map: &Map, own: &[ConfigColumn]) -> Option<SavedView> {
    let column = |name: &String| {
        let known = VIEW_COLUMNS.iter().find(|known| *known == name).map(|known| ViewColumn::Known(known));
        known.or_else(|| own.iter().position(|column| column.title == *name).map(ViewColumn::Own))
    };
    let sort = |text: String| {
        let by = VIEW_SORTS.iter().find(|sort| **sort == text)?;
        Some(ViewSort { by: by.trim_start_matches('-'), is_reversed: by.starts_with('-') })
    };
    Some(SavedView {
        title: text(map, "title")?,
        description: text(map, "description"),
        filter: filter(map),
        columns: texts(map, "columns").iter().filter_map(column).collect(),
        sort: text(map, "sort").and_then(sort),
    })
}

fn entity_page(map: &Map) -> EntityPage {
    let [tabs, cards, hide] = ["tabs", "cards", "hide"].map(|key| texts(map, key));
    EntityPage { filter: filter(map), tabs, cards, hide }
}

fn link(map: &Map) -> Option<ConfigLink> {
    Some(ConfigLink { title: text(map, "title")?, url: text(map, "url")?, icon: text(map, "icon") })
}

fn hosts(map: &Map) -> BTreeMap<String, String> {
    let entries = map.entries().iter();
    entries.filter_map(|entry| Some((entry.key.to_lowercase(), entry.value.as_str()?.to_owned()))).collect()
}

fn catalog(map: &Map) -> CatalogConfig {
    let kinds = given_map(Some(map), "kinds").map_or(&[][..], Map::entries);
    CatalogConfig {
        files: texts(map, "files"),
        precedence: texts(map, "precedence"),
        exclude: texts(map, "exclude"),
        locations: texts(map, "locations"),
        rules: mappings(map, "rules").map(allow_rule).collect(),
        overlays: texts(map, "overlays"),
        secrets: texts(map, "secrets"),
        private: texts(map, "private"),
        kinds: kinds.iter().map(|entry| custom_kind(&entry.key, entry.value.as_map())).collect(),
    }
}

fn allow_rule(map: &Map) -> AllowRule {
    let allow = items(map, "allow").iter().filter_map(|item| match &item.value {
        Value::Str(kind) => Some((kind.to_string(), None)),
        Value::Map(map) => Some((text(map, "kind")?, text(map, "type"))),
        _ => None,
    });
    AllowRule { allow: allow.collect(), locations: texts(map, "locations") }
}

fn custom_kind(name: &str, map: Option<&Map>) -> CustomKind {
    let empty = Map::default();
    let map = map.unwrap_or(&empty);
    let relations = mappings(map, "relations").filter_map(|map| {
        Some(CustomRelation {
            field: text(map, "field")?,
            relation: text(map, "relation")?,
            inverse: text(map, "inverse")?,
            default_kind: text(map, "defaultKind"),
        })
    });
    CustomKind {
        name: name.to_owned(),
        api_versions: texts(map, "apiVersions"),
        schema: given(map, "schema").and_then(|node| serde_json::to_value(node).ok()),
        relations: relations.collect(),
        plural: text(map, "plural"),
    }
}

fn search(map: &Map) -> SearchConfig {
    let boost = |map: &Map| Some(Boost { files: globs(map, "files"), factor: factor(map.get("factor")?)? });
    SearchConfig {
        exclude: globs(map, "exclude"),
        boosts: mappings(map, "boost").filter_map(boost).collect(),
        synonyms: synonyms(map).collect(),
        budget: bytes(map, "budget"),
        tests: search_tests(map).collect(),
        files: texts(map, "files"),
    }
}

fn synonyms(map: &Map) -> impl Iterator<Item = Vec<String>> {
    let words = |group| node_texts(group).iter().map(|word| word.trim().to_owned()).collect();
    items(map, "synonyms").iter().map(words)
}

fn search_tests(map: &Map) -> impl Iterator<Item = SearchTest> {
    mappings(map, "tests").filter_map(|map| {
        let within = map.get("within").and_then(count).unwrap_or(3);
        let place = map.get("expect")?.span;
        Some(SearchTest { place, query: text(map, "query")?, expect: text(map, "expect")?, within })
    })
}

/// Adds what a file of `search.files` says. What is wrong is reported and left out.
#[must_use]
pub fn parse_search_file(file: FileId, text: &str, config: &mut Config) -> Diagnostics {
    let (documents, out) = yaml::parse(file, text);
    let mut checker = Checker { own_kinds: Vec::new(), own_columns: Vec::new(), out, places: BTreeMap::new() };
    for root in documents.iter().filter_map(|document| document.root.as_ref()) {
        checker.value(root, &Shape::Mapping(SEARCH_FILE), "");
        let Some(map) = root.as_map() else { continue };
        config.search.synonyms.extend(synonyms(map));
        config.search.tests.extend(search_tests(map));
    }
    checker.out
}

/// Reads `extra.versions` of an `mkdocs.yml`; `None` if the author uses the key for something else.
#[must_use]
pub fn parse_versions(node: &Node) -> (Option<VersionsConfig>, Diagnostics) {
    let Some(map) = node.as_map().filter(|map| map.get("refs").is_some()) else { return (None, Diagnostics::new()) };
    let mut checker =
        Checker { own_kinds: Vec::new(), own_columns: Vec::new(), out: Diagnostics::new(), places: BTreeMap::new() };
    checker.value(node, &Shape::Mapping(versions::KEYS), "versions");
    (Some(versions::read(map, node.span)), checker.out)
}

fn globs(map: &Map, key: &str) -> GlobSet {
    let mut files = GlobSet::builder();
    for glob in texts(map, key).iter().filter_map(|pattern| glob(pattern).ok()) {
        files.add(glob);
    }
    files.build().unwrap_or_default()
}

fn check(map: &Map) -> CheckConfig {
    let paths = mappings(map, "paths").map(|map| PathSeverities { files: globs(map, "files"), rules: levels(map) });
    let types = given_map(Some(map), "types").map_or(&[][..], Map::entries);
    CheckConfig {
        severities: Severities { rules: levels(map), paths: paths.collect() },
        baseline: text(map, "baseline"),
        types: types.iter().map(|entry| (entry.key.to_string(), node_texts(&entry.value))).collect(),
        lifecycles: texts(map, "lifecycles"),
        policies: items(map, "policies")
            .iter()
            .enumerate()
            .filter_map(|(at, item)| policy(at, item.as_map()?))
            .collect(),
    }
}

fn policy(at: usize, map: &Map) -> Option<Policy> {
    let severity = text(map, "severity").and_then(|word| level(&word).flatten());
    Some(Policy {
        id: text(map, "id")?,
        filter: filter(map),
        when: text(map, "when"),
        pass: text(map, "pass")?,
        severity: severity.unwrap_or(Severity::Warning),
        message: text(map, "message"),
        help: text(map, "help"),
        at,
    })
}

fn scorecards(map: &Map) -> ScorecardsConfig {
    let default = ScorecardsConfig::default();
    let or = |given: Vec<String>, default: Vec<String>| if given.is_empty() { default } else { given };
    ScorecardsConfig {
        files: or(texts(map, "files"), default.files),
        facts: or(texts(map, "facts"), default.facts),
        history: text(map, "history"),
    }
}

fn levels(map: &Map) -> Levels {
    let entries = given_map(Some(map), "rules").map_or(&[][..], Map::entries);
    entries.iter().filter_map(|entry| Some((entry.key.to_string(), level(entry.value.as_str()?)?))).collect()
}

fn level(word: &str) -> Option<Option<Severity>> {
    match word {
        "off" => Some(None),
        _ => [Severity::Error, Severity::Warning, Severity::Info].into_iter().find(|s| s.as_str() == word).map(Some),
    }
}

fn org(number: usize, map: &Map) -> Option<OrgConfig> {
    let kind = match text(map, "type").as_deref()? {
        "github" => OrgType::GitHub,
        "ldap" => OrgType::Ldap,
        "msgraph" => OrgType::MsGraph,
        "okta" => OrgType::Okta,
        _ => return None,
    };
    let flag = |key: &str| map.get(key).is_some_and(|node| matches!(node.value, Value::Bool(true)));
    let hierarchy = |key: &str| text(given_map(Some(map), "hierarchy")?, key);
    let ldap = |key: &str| {
        let part = given_map(Some(map), key)?;
        let entries = |key: &str| given_map(Some(part), key).map_or(&[][..], Map::entries).iter();
        Some(OrgLdap {
            files: text(part, "files")?,
            dn: text(part, "dn"),
            filter: text(part, "filter"),
            map: entries("map")
                .filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned())))
                .collect(),
            set: entries("set")
                .filter_map(|entry| Some((entry.key.to_string(), serde_json::to_value(&entry.value).ok()?)))
                .collect(),
        })
    };
    let files = text(map, "files").unwrap_or_default();
    if files.is_empty() && kind != OrgType::Ldap {
        return None;
    }
    Some(OrgConfig {
        number,
        kind,
        files,
        org: text(map, "org"),
        url: text(map, "url"),
        exclude_suspended: flag("excludeSuspendedUsers"),
        vendor: text(map, "vendor").unwrap_or_else(|| "openldap".to_owned()),
        users: ldap("users"),
        groups: ldap("groups"),
        user_naming: text(map, "userNamingStrategy").unwrap_or_else(|| "id".to_owned()),
        group_naming: text(map, "groupNamingStrategy").unwrap_or_else(|| "id".to_owned()),
        include_empty: flag("includeEmptyGroups"),
        hierarchy_key: hierarchy("key"),
        hierarchy_parent: hierarchy("parentKey"),
        annotations: texts(map, "annotations"),
        merge: match text(map, "merge").as_deref() {
            Some("overlay") => OrgMerge::Overlay,
            Some("error") => OrgMerge::Error,
            _ => OrgMerge::Yaml,
        },
        minimum: map.get("minimum").and_then(share),
    })
}

fn templates(map: &Map) -> TemplatesConfig {
    let named = |map: Option<&Map>| -> BTreeMap<String, String> {
        let entries = map.map_or(&[][..], Map::entries).iter();
        entries.filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()))).collect()
    };
    let entries = |key: &str| given_map(Some(map), key).map_or(&[][..], Map::entries).iter();
    TemplatesConfig {
        mirrors: named(given_map(Some(map), "mirrors")),
        actions: entries("actions").map(|entry| (entry.key.to_string(), named(entry.value.as_map()))).collect(),
        filters: texts(map, "filters"),
        requests: map.get("requests").and_then(Node::as_str).map(str::to_owned),
        workflow: map.get("workflow").and_then(Node::as_str).map(str::to_owned),
        commands: entries("commands").map(|entry| (entry.key.to_string(), node_texts(&entry.value))).collect(),
    }
}

fn snapshots(map: &Map) -> SnapshotsConfig {
    let default = SnapshotsConfig::default();
    let sources = given_map(Some(map), "sources").map_or(&[][..], Map::entries);
    let empty = Map::default();
    SnapshotsConfig {
        folders: Some(texts(map, "folders")).filter(|folders| !folders.is_empty()).unwrap_or(default.folders),
        ttl: text(map, "ttl").as_deref().and_then(period),
        redact: texts(map, "redact"),
        sources: sources
            .iter()
            .map(|entry| (entry.key.to_string(), snapshot_source(entry.value.as_map().unwrap_or(&empty))))
            .collect(),
    }
}

fn packs(map: &Map) -> PacksConfig {
    let source = |map: &Map| {
        Some(PackSource {
            slug: text(map, "slug").filter(|slug| glob(slug).is_ok())?,
            namespaces: texts(map, "namespaces"),
            kinds: texts(map, "kinds"),
            required: map.get("required").is_some_and(|node| matches!(node.value, Value::Bool(true))),
            max_age: text(map, "maxAge").as_deref().and_then(period),
        })
    };
    PacksConfig { sources: mappings(map, "sources").filter_map(source).collect() }
}

fn snapshot_source(map: &Map) -> SnapshotSource {
    let field = |map: &Map| {
        Some(SnapshotField {
            title: text(map, "title")?,
            path: text(map, "path")?,
            kind: text(map, "type"),
            unit: text(map, "unit").unwrap_or_default(),
            ok: text(map, "ok").as_deref().and_then(comparison),
            warn: text(map, "warn").as_deref().and_then(comparison),
            fact: text(map, "fact"),
        })
    };
    SnapshotSource {
        ttl: text(map, "ttl").as_deref().and_then(period),
        expect: map.get("expect").is_some_and(|node| !node.is_null()).then(|| {
            text(map, "expect").map(|text| Filter::parse(&text).unwrap_or_else(|_| Filter::none())).unwrap_or_default()
        }),
        url: text(map, "url")
            .as_deref()
            .and_then(http_url)
            .map(|url| String::from(url).trim_end_matches('/').to_owned()),
        title: text(map, "title"),
        key: text(map, "key").unwrap_or_else(|| "entityRef".to_owned()),
        part: text(map, "part").unwrap_or_else(|| "data".to_owned()),
        fields: mappings(map, "fields").filter_map(field).collect(),
    }
}

fn radar(map: &Map) -> Option<RadarConfig> {
    Some(RadarConfig { file: text(map, "file")?, title: text(map, "title"), id: text(map, "id") })
}

fn docs(map: &Map) -> DocsConfig {
    DocsConfig { stale_after: text(map, "staleAfter").as_deref().and_then(period) }
}

fn adr(map: &Map) -> AdrConfig {
    let words = given_map(Some(map), "statuses").map_or(&[][..], Map::entries).iter();
    let words = words.filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned())));
    AdrConfig { folders: texts(map, "folders"), statuses: words.collect() }
}

fn limits(map: &Map) -> Limits {
    let default = Limits::default();
    let bytes = |key: &str| bytes(map, key);
    Limits {
        catalog_file: bytes("catalogFile").unwrap_or(default.catalog_file),
        definition_file: bytes("definitionFile").unwrap_or(default.definition_file),
        document: bytes("document").unwrap_or(default.document),
        snapshot: bytes("snapshot").unwrap_or(default.snapshot),
        pack: bytes("pack").unwrap_or(default.pack),
    }
}

fn bytes(map: &Map, key: &str) -> Option<u64> {
    match &map.get(key)?.value {
        Value::Int(bytes) => size(&bytes.to_string()),
        Value::Str(text) => size(text),
        _ => None,
    }
}
