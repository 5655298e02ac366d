//! What Playbill makes of the configuration of a Backstage app: what it reads, what it need not, what it cannot use and why.

use serde_json::{Map, Value, json};

use super::Config;
use super::app_config::parse_app_config;
use crate::text::FileId;
use crate::yaml::{self, Node};

/// What becomes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is read.
    Taken,
    /// It is read in part.
    Partly,
    /// There is nothing to set.
    NotNeeded,
    /// It is left out.
    LeftOut,
}

impl Verdict {
    /// Returns the verdict in words.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken over",
            Self::Partly => "in part",
            Self::NotNeeded => "not needed",
            Self::LeftOut => "left out",
        }
    }
}

use Verdict::{LeftOut, NotNeeded, Partly, Taken};

/// The settings of Backstage and its common plugins: the path of keys, what becomes of it, and why.
const SETTINGS: &[(&str, Verdict, &str)] = &[
    ("app.title", Taken, "the name of the portal"),
    ("app.baseUrl", Taken, "the address of the site, unless it is that of one's own machine"),
    ("app.extensions", LeftOut, "pages are arranged with `home` and `entityPages` of playbill.yaml"),
    ("app.support", LeftOut, "set `links` in playbill.yaml instead"),
    ("organization.name", Taken, "the name of the organisation"),
    ("catalog.locations", Taken, "files, and URLs of repositories whose clones lie side by side"),
    ("catalog.rules", Taken, "which kinds are allowed, and where"),
    ("catalog.providers", LeftOut, "nothing is fetched while building: let CI clone what a provider would discover"),
    ("catalog.processors", LeftOut, "only what Backstage's own processors do is done"),
    ("catalog.import", NotNeeded, "entities are added by committing their files"),
    ("techdocs", NotNeeded, "the build reads and renders documents itself, without generator, publisher or cache"),
    ("techRadar.url", Taken, "the data of the radar, if it is a file"),
    ("scaffolder", Partly, "`playbill new --config app-config.yaml` reads `defaultEnvironment`; actions run locally"),
    ("integrations", Partly, "hosts of your own become `hosts` of playbill.yaml; tokens are not needed"),
    ("techInsights", LeftOut, "checks are written in Playbill's own configuration, since fact retrievers are programs"),
    ("auth", LeftOut, "a static site has no sign-in: use that of the host"),
    ("permission", LeftOut, "every reader of the site sees all of it: use the access control of the host"),
    ("backend", NotNeeded, "there is no server, database or cache"),
    ("search", NotNeeded, "the index is part of the site"),
    ("proxy", LeftOut, "pages ask no other system: save its answers as snapshots"),
    ("kubernetes", LeftOut, "save the answers of the cluster: `playbill snapshots script`"),
    ("jenkins", LeftOut, "save its answers: `playbill snapshots script`"),
    ("sonarqube", LeftOut, "save its answers: `playbill snapshots script`"),
    ("pagerDuty", LeftOut, "save its answers: `playbill snapshots script`"),
    ("sentry", LeftOut, "save its answers: `playbill snapshots script`"),
    ("argocd", LeftOut, "save its answers: `playbill snapshots script`"),
    ("costInsights", LeftOut, "there is no such page"),
    ("notifications", LeftOut, "needs a server; the site has Atom feeds"),
];

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The setting.
    pub(crate) key: String,
    pub(crate) verdict: Verdict,
    pub(crate) why: &'static str,
}

/// What becomes of a configuration.
#[derive(Debug, Default)]
pub(crate) struct Adoption {
    /// What is reported about each setting, in the order of the table; then those that are not in it.
    pub(crate) lines: Vec<Line>,
    /// What `playbill.yaml` has to say, since only `app-config.yaml` is read by itself. Empty if nothing.
    pub(crate) config: Map<String, Value>,
}

/// Looks at `app-config.yaml` and, if there is one, `app-config.production.yaml`, which Backstage puts over it.
pub(crate) fn adopt(base: (FileId, &str), production: Option<(FileId, &str)>) -> Adoption {
    let roots: Vec<Node> = [Some(base), production]
        .into_iter()
        .flatten()
        .filter_map(|(file, text)| yaml::parse(file, text).0.into_iter().find_map(|document| document.root))
        .collect();
    Adoption { lines: lines(&roots), config: needed(base, production, &roots) }
}

fn lines(roots: &[Node]) -> Vec<Line> {
    let has = |path: &str| {
        roots
            .iter()
            .any(|root| path.split('.').try_fold(root, |node, key| node.get(key)).is_some_and(|it| !it.is_null()))
    };
    let known = SETTINGS.iter().filter(|(path, ..)| has(path));
    let mut lines: Vec<Line> =
        known.map(|(key, verdict, why)| Line { key: (*key).to_owned(), verdict: *verdict, why }).collect();
    for entry in roots.iter().filter_map(Node::as_map).flat_map(|map| map.entries()) {
        let is_known = |key: &str| key == entry.key.as_ref() || key.starts_with(&format!("{}.", entry.key));
        if !SETTINGS.iter().any(|(path, ..)| is_known(path)) && !lines.iter().any(|line| line.key == *entry.key) {
            let why = "settings of a plugin that Playbill does not know";
            lines.push(Line { key: entry.key.to_string(), verdict: LeftOut, why });
        }
    }
    lines
}

/// Returns what `playbill.yaml` must say.
fn needed(base: (FileId, &str), production: Option<(FileId, &str)>, roots: &[Node]) -> Map<String, Value> {
    let read = |texts: &[(FileId, &str)]| {
        let mut config = Config::default();
        for (file, text) in texts {
            let _ = parse_app_config(*file, text, &mut config);
        }
        config
    };
    let mut out = Map::new();
    let now = read(&[base]);
    if let Some(production) = production {
        // What comes first counts, and a list replaces another one.
        let wanted = read(&[production, base]);
        if wanted.title != now.title {
            out.insert("title".into(), json!(wanted.title));
        }
        if wanted.organization != now.organization {
            out.insert("organization".into(), json!(wanted.organization));
        }
        if wanted.base_url != now.base_url {
            out.insert("baseUrl".into(), json!(wanted.base_url));
        }
        if wanted.catalog.locations != now.catalog.locations {
            out.insert("catalog".into(), json!({"locations": wanted.catalog.locations}));
        }
    }
    let hosts = hosts(roots);
    if !hosts.is_empty() {
        out.insert("hosts".into(), Value::Object(hosts));
    }
    out
}

/// Returns the git hosts whose names do not say what runs there.
fn hosts(roots: &[Node]) -> Map<String, Value> {
    const KINDS: [(&str, &str); 5] = [
        ("github", "github"),
        ("gitlab", "gitlab"),
        ("bitbucketServer", "bitbucket-server"),
        ("azure", "azure"),
        ("gitea", "gitea"),
    ];
    const PUBLIC: [&str; 4] = ["github.com", "gitlab.com", "dev.azure.com", "gitea.com"];
    let mut hosts = Map::new();
    for (key, kind) in KINDS {
        let listed = roots.iter().filter_map(|root| root.get("integrations")?.get(key)?.as_seq());
        for host in listed.flatten().filter_map(|entry| entry.get("host")?.as_str()) {
            if !PUBLIC.contains(&host) && !host.contains("${") && !host.trim().is_empty() {
                hosts.insert(host.to_owned(), json!(kind));
            }
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adopted(base: &str, production: Option<&str>) -> Adoption {
        let file = FileId::new(0);
        adopt((file, base), production.map(|text| (file, text)))
    }

    #[test]
    fn each_setting_has_a_verdict_and_a_reason() {
        let text = "app: {title: T, baseUrl: 'http://localhost:3000'}\nbackend: {database: {client: x}}\nauth: {}\n\
                    catalog: {locations: [{type: file, target: ../../a.yaml}], providers: {github: {}}}\nmyPlugin: 1\n";
        let adoption = adopted(text, None);
        let lines: Vec<_> =
            adoption.lines.iter().map(|line| format!("{} {}", line.key, line.verdict.as_str())).collect();
        assert_eq!(
            lines,
            [
                "app.title taken over",
                "app.baseUrl taken over",
                "catalog.locations taken over",
                "catalog.providers left out",
                "auth left out",
                "backend not needed",
                "myPlugin left out",
            ]
        );
        assert!(adoption.config.is_empty());
    }

    #[test]
    fn what_only_production_says_is_written_down() {
        let base = "app: {title: T, baseUrl: 'http://localhost:3000'}\ncatalog: {locations: [{type: file, target: ../../a.yaml}]}\n\
                    integrations: {github: [{host: github.com}, {host: ghe.example.com}], gitlab: [{host: '${HOST}'}]}\n";
        let same = "app: {baseUrl: 'http://localhost:7007'}\ncatalog: {locations: [{type: file, target: ./a.yaml}]}\n";
        let adoption = adopted(base, Some(same));
        assert_eq!(Value::Object(adoption.config), json!({"hosts": {"ghe.example.com": "github"}}));
        let other =
            "app: {baseUrl: 'https://portal.example.com'}\ncatalog: {locations: [{type: file, target: ./b.yaml}]}\n";
        let config = adopted(base, Some(other)).config;
        assert_eq!(config["baseUrl"], "https://portal.example.com/");
        assert_eq!(config["catalog"], json!({"locations": ["b.yaml"]}));
        assert!(!config.contains_key("title"));
    }
}
