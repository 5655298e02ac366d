//! The table of keys: what each is called, what it takes, what holds without it, and what it is for.

use super::VIEW_SORTS;
use super::shape::{Key, Shape, TEXTS, key};
use crate::registry;

const GLOBS: Shape = Shape::List(&Shape::Glob, 0);
const LEVELS: Shape = Shape::Named { name: &Shape::Rule, value: &Shape::Level };

/// The programs that serve repositories, as `hosts` names them.
pub(crate) const HOSTS: &[&str] = &["github", "gitlab", "bitbucket", "bitbucket-server", "azure", "gitea"];

/// The forms of `precompress`.
pub(crate) const COMPRESSIONS: &[&str] = &["gzip", "brotli"];

/// The keys of `playbill.yaml`.
pub(super) const ROOT: &[Key] = &[
    key("title", Shape::Text, "Name of the portal, in the top bar and in page titles.").or("\"Developer portal\""),
    key("organization", Shape::Text, "Name of your organisation."),
    key("description", Shape::Text, "A few sentences for the home page, in Markdown."),
    key(
        "home",
        Shape::Path,
        "Markdown file that is the home page, relative to this file. A block of code in the language `entities` becomes \
         a table of those that fit all its terms, such as `kind:component owner:my-team tag:tier-1 !lifecycle:deprecated`.",
    ),
    key(
        "baseUrl",
        Shape::HttpUrl,
        "Address at which the site will be published. Needed only for what must be absolute: the sitemap and canonical \
         links. Everything else works at any address.",
    ),
    key(
        "paths",
        Shape::List(&Shape::Path, 1),
        "Folders to scan when the command line names none: a monorepo, or a folder of clones. Relative to this file.",
    )
    .or("[\".\"]"),
    key(
        "output",
        Shape::Path,
        "Folder that `playbill build` writes to, relative to this file. Files in it that Playbill did not write are \
         left alone.",
    )
    .or("\"site\""),
    key(
        "theme",
        Shape::Path,
        "Folder whose files replace those of the same name in the built-in theme, relative to this file.",
    ),
    key(
        "accent",
        Shape::Colour,
        "Colour of links and of what is chosen, such as `#0b6e69`. It is made darker on light pages and lighter on \
         dark ones as far as that is needed to read it.",
    ),
    key("logo", Shape::Path, "Picture in the top bar, relative to this file: SVG, PNG or WebP, about as high as wide."),
    key("css", Shape::Path, "Style sheet of your own, loaded after the built-in one, relative to this file."),
    key("announcement", Shape::Text, "A sentence above every page, in Markdown."),
    key(
        "announcements",
        Shape::Path,
        "Folder with announcements, relative to this file: Markdown files whose front matter says when they hold. Without it, the \
         folder `announcements` if there is one.",
    ),
    key(
        "links",
        Shape::List(&Shape::Mapping(LINK), 0),
        "Links of your organisation, shown in the top bar and on the home page, in this order.",
    ),
    key(
        "entityPages",
        Shape::List(&Shape::Mapping(ENTITY_PAGE), 0),
        "What the pages of some entities show. The first entry whose filter fits an entity holds for it. All terms of a filter have \
         to fit; of several values after a colon one has to, `*` is any value, and `!` negates: `kind:api,component !system:*`.",
    ),
    key(
        "columns",
        Shape::List(&Shape::Mapping(COLUMN), 0),
        "Further columns of the lists of a kind, the catalog and its CSV. A list shows those for which it has a value.",
    ),
    key(
        "views",
        Shape::List(&Shape::Mapping(VIEW), 0),
        "Saved views: lists of entities with a name, a page and a place beside the kinds of the catalog.",
    ),
    key(
        "badges",
        Shape::Flag,
        "Whether to write badges of each entity: pictures with its kind, owner, lifecycle and documentation, to show \
         in a README. Four small files per entity.",
    )
    .or("false"),
    key(
        "precompress",
        Shape::List(&Shape::OneOf(COMPRESSIONS), 0),
        "Forms in which every text file of the site is written a second time, compressed: `gzip` as `index.html.gz`, \
         `brotli` as `index.html.br`. For hosts that send such files as they are; most compress by themselves.",
    )
    .or("[]"),
    key(
        "hosts",
        Shape::Named { name: &Shape::Text, value: &Shape::OneOf(HOSTS) },
        "What runs at a git host whose name does not say it, so that links to sources can be made.",
    ),
    key("catalog", Shape::Mapping(CATALOG), "Which files are read, and which entities are accepted."),
    key("search", Shape::Mapping(SEARCH), "What search finds, and how it is tested."),
    key("snapshots", Shape::Mapping(SNAPSHOTS), "Answers of other tools that were saved before the build."),
    key("packs", Shape::Mapping(PACKS), "Packs of repositories, which `playbill build --packs` reads."),
    key("scorecards", Shape::Mapping(SCORECARDS), "Scorecards: their files, facts and history."),
    key("dashboards", GLOBS, "Files with dashboards, as paths or globs relative to the scanned folder.")
        .or("[\"dashboards/*.{yaml,yml}\"]"),
    key("check", Shape::Mapping(CHECK), "How findings are judged."),
    key("templates", Shape::Mapping(TEMPLATES), "How `playbill new` runs software templates."),
    key(
        "org",
        Shape::List(&Shape::Mapping(ORG), 0),
        "Where people and teams come from, beside catalog files: saved answers of other systems.",
    ),
    key(
        "radar",
        Shape::TextOr(&Shape::List(&Shape::Mapping(RADAR), 1), RADAR),
        "The tech radar, or a list of several. Without it, the file that `techRadar.url` of `app-config.yaml` names, or \
         `tech-radar.json` or `tech-radar.yaml` beside this file.",
    ),
    key(
        "versions",
        Shape::List(&Shape::Mapping(super::versions::KEYS), 0),
        "Versions of documentations, read from tags and branches of their repositories. An `mkdocs.yml` says the same of its \
         own documentation below `extra.versions`, which goes before what stands here.",
    ),
    key("docs", Shape::Mapping(DOCS), "What pages of documentation say beside their text."),
    key("adr", Shape::Mapping(ADR), "Decision records beside those that entities have."),
    key(
        "budgets",
        Shape::Mapping(BUDGETS),
        "How heavy the site may be: a build that is above one of them fails (`site-budget`). Bytes are those on the disk, before any \
         compression. That of the index is `search.budget`.",
    ),
    key(
        "limits",
        Shape::Mapping(LIMITS),
        "Sizes beyond which a file is refused. A number of bytes, or with a unit: `500kB`, `10MB`, `64MiB`.",
    ),
];

const LINK: &[Key] = &[
    key("title", Shape::Text, "What the link says.").required(),
    key("url", Shape::LinkUrl, "Where it leads: an http, https or mailto address.").required(),
    key("icon", Shape::Text, "An icon, by the names that entity links use, such as `dashboard`, `chat` or `github`."),
];

const COLUMN: &[Key] = &[
    key("title", Shape::Text, "The heading of the column.").required(),
    key(
        "path",
        Shape::Field,
        "What it shows: the path of a text, a number or a list of them, such as `spec.costCentre`, \
         `metadata.labels.tier` or `metadata.annotations.pagerduty.com/service-id`; or a fact of a source, such as \
         `snap.github-actions.ci.status`; or the level on a scorecard, such as `scorecards.production`. An address becomes a link.",
    )
    .required(),
    key("filter", Shape::Filter, "For which entities, as in `entityPages`; without a filter, for all."),
];

const BUDGETS: &[Key] = &[
    key("page", Shape::Size, "Bytes of a page with its style sheets and scripts, such as `300kB`."),
    key("requests", Shape::Count, "Files that a page loads: itself, its style sheets and its scripts."),
    key("files", Shape::Count, "Files of the site, without compressed twins; some hosts have a limit."),
    key("site", Shape::Size, "Bytes of all of these."),
];

const VIEW: &[Key] = &[
    key("title", Shape::Text, "The heading of its page, of which its address is made.").required(),
    key("description", Shape::Text, "What it is for, in one sentence."),
    key("filter", Shape::Filter, "Which entities it has, as in `entityPages`; without a filter, all."),
    key(
        "columns",
        Shape::List(&Shape::Column, 0),
        "Its columns beside the name, in this order: `kind`, `system`, `owner`, `type`, `lifecycle`, `impact`, `description`, \
         `tags`, or the title of one of your own `columns`. Without it, the columns of the kind.",
    ),
    key(
        "sort",
        Shape::OneOf(VIEW_SORTS),
        "What its rows are in order of; `-` turns the order round. Without it, kind and title.",
    ),
];

macro_rules! module_names {
    ($($module:ident :: $item:ident $($name:literal)?,)*) => { &[$(module_name!($module $($name)?)),*] };
}

macro_rules! module_name {
    ($module:ident) => {
        stringify!($module)
    };
    ($module:ident $name:literal) => {
        $name
    };
}

/// The tabs of entity pages, as `entityPages` names them.
pub(crate) const TABS: &[&str] = registry::tabs!(module_names);

/// The cards of overviews, as `entityPages` names them.
pub(crate) const CARDS: &[&str] = registry::cards!(module_names);

const ENTITY_PAGE: &[Key] = &[
    key(
        "filter",
        Shape::Filter,
        "Which entities: terms that all have to hold, each a property, a colon, and values of which one is enough, such \
         as `kind:component type:website,service !tag:internal annotation:grafana/dashboard-url`. Properties are `kind`, \
         `type`, `lifecycle`, `namespace`, `name`, `owner`, `system`, `tag`, `label` and `annotation`; without a filter, all.",
    ),
    key(
        "tabs",
        Shape::List(&Shape::OneOf(TABS), 1),
        "The tabs in their order; others are not offered. The overview always is the first.",
    ),
    key(
        "cards",
        Shape::List(&Shape::OneOf(CARDS), 1),
        "Cards of the overview that come first in their column, in this order; the others follow in their usual order.",
    ),
    key("hide", Shape::List(&Shape::OneOf(CARDS), 1), "Cards that are left out of the overview."),
];

const CATALOG: &[Key] = &[
    key(
        "files",
        GLOBS,
        "Further files that start the catalog, as globs relative to the scanned folder; a name without `/` is meant at \
         any depth. `catalog-info.yaml` and `catalog-info.yml` always do.",
    ),
    key(
        "precedence",
        GLOBS,
        "Which file counts when several describe the same entity: one that an earlier glob matches before one of a later \
         glob, and before one of none. Without it, the file that git has known longest counts; where git cannot say, the \
         first in the order of paths.",
    ),
    key(
        "exclude",
        GLOBS,
        "Files and folders to skip, as globs relative to the scanned folder; in addition to what \
         `.gitignore` and `.ignore` exclude.",
    ),
    key(
        "locations",
        TEXTS,
        "Further files to start from, like `catalog.locations` of Backstage: paths or globs relative to this file, or \
         URLs into one of the repositories that are read.",
    ),
    key(
        "rules",
        Shape::List(&Shape::Mapping(ALLOW), 0),
        "Allowed kinds, like `catalog.rules` of Backstage. An entity is accepted if one entry allows it. Without any \
         entry all kinds are allowed.",
    ),
    key(
        "overlays",
        GLOBS,
        "Files with additional metadata for entities that are described elsewhere, as paths or globs relative to this \
         file.",
    ),
    key(
        "secrets",
        GLOBS,
        "Further annotations, labels and fields whose values nobody sees: names or paths with `*`, such as \
         `acme.example/*-pin` or `spec.door.code`. With `!` before it, what is no secret. The last entry that fits holds. \
         Names such as `token` and `integration-key`, the tokens of well-known services and addresses with a password are \
         masked anyway.",
    ),
    key(
        "private",
        GLOBS,
        "Annotations, labels and fields that are left out of the site and of every export, such as `spec.profile.email`: names \
         or paths with `*`. For a site that everybody can read.",
    ),
    key(
        "kinds",
        Shape::Named { name: &Shape::NewKind, value: &Shape::Mapping(KIND) },
        "Kinds of your own, by name, beside those of Backstage.",
    ),
];

const ALLOW: &[Key] = &[
    key(
        "allow",
        Shape::List(&Shape::TextOr(&Shape::Kind, ALLOWED), 1),
        "Kinds, compared without regard to case: a name, or a mapping that also asks for a `spec.type`.",
    )
    .required(),
    key("locations", GLOBS, "Files for which the entry holds, as globs relative to the scanned folder; else all."),
];

const ALLOWED: &[Key] = &[
    key("kind", Shape::Kind, "The kind.").required(),
    key("type", Shape::Text, "The `spec.type` that an entity of this kind must have; else any."),
];

const KIND: &[Key] = &[
    key("apiVersions", TEXTS, "Accepted values of `apiVersion`, compared exactly; without any, all are."),
    key("schema", Shape::Schema, "JSON Schema of `spec`; without one, any mapping is accepted."),
    key(
        "relations",
        Shape::List(&Shape::Mapping(RELATION), 0),
        "Fields of `spec` that hold references to other entities.",
    ),
    key("plural", Shape::Text, "The name in lists; else the name with an `s`."),
];

const RELATION: &[Key] = &[
    key("field", Shape::Text, "The field of `spec`: a reference or a list of references.").required(),
    key("relation", Shape::Relation, "The relation from this entity to the target, such as `dependsOn`.").required(),
    key("inverse", Shape::Relation, "The relation from the target back, such as `dependencyOf`.").required(),
    key("defaultKind", Shape::Kind, "Kind of a reference that names none; without it, such a reference is an error."),
];

const CHECK: &[Key] = &[
    key(
        "rules",
        LEVELS,
        "Severity by rule, by family of rules, or `*` for all: `error`, `warning`, `info` or `off`. The most specific \
         entry wins.",
    ),
    key(
        "paths",
        Shape::List(&Shape::Mapping(PATH_RULES), 0),
        "Severities for some files only. An entry wins over `rules` and over the entries before it.",
    ),
    key(
        "baseline",
        Shape::Path,
        "File of accepted findings, relative to this file. Its findings are not reported again.",
    ),
    key(
        "types",
        Shape::Named { name: &Shape::Kind, value: &TEXTS },
        "By kind, the values of `spec.type` that you want; others are reported as `unlisted-value`. A kind that is not \
         named here is not checked.",
    ),
    key(
        "lifecycles",
        TEXTS,
        "The values of `spec.lifecycle` that you want; others are reported as `unlisted-value`. Without any, all are \
         fine.",
    ),
    key(
        "policies",
        Shape::List(&Shape::Mapping(POLICY), 0),
        "Rules of your own, in the language of scorecard conditions; who breaks one is reported as `policy`.",
    ),
];

const POLICY: &[Key] = &[
    key("id", Shape::Word, "Its name in reports.").required(),
    key("filter", Shape::Filter, "For which entities, as in `entityPages`; without a filter, for all."),
    key("when", Shape::Text, "A condition: for entities for which it is not true, the policy says nothing."),
    key("pass", Shape::Text, "The condition that has to be true, such as `has(entity.spec.system)`.").required(),
    key("severity", Shape::OneOf(&["error", "warning", "info"]), "How bad it is to break it.").or("\"warning\""),
    key("message", Shape::Text, "What is wrong with an entity that breaks it."),
    key("help", Shape::Text, "What to do."),
];

const SCORECARDS: &[Key] = &[
    key(
        "files",
        GLOBS,
        "Files with scorecards, exemptions and initiatives, as paths or globs relative to the scanned folder.",
    )
    .or("[\"scorecards/*.{yaml,yml}\"]"),
    key("facts", GLOBS, "Files of facts, as paths or globs relative to the scanned folder.")
        .or("[\"facts/*.{yaml,yml,json}\"]"),
    key(
        "history",
        Shape::Path,
        "The file that `playbill scorecards record` appends to, relative to this file; trends are drawn from it.",
    ),
];

const SEARCH: &[Key] = &[
    key(
        "exclude",
        GLOBS,
        "Files that search passes over, as globs relative to the scanned folder: documents, and catalog files with \
         their entities. A single document says the same in its front matter: `search: { exclude: true }`.",
    ),
    key(
        "boost",
        Shape::List(&Shape::Mapping(BOOST), 0),
        "Files whose pages and entities come sooner or later than others; the last entry that fits holds. A single \
         document says the same in its front matter, `search: { boost: 0.5 }`, within the factor that holds for it \
         here, or within 2 if none does.",
    ),
    SYNONYMS,
    key(
        "budget",
        Shape::Size,
        "How large the whole index may get; a build whose index is larger fails. A number of bytes, or with a unit: \
         `500kB`, `25MB`.",
    ),
    SEARCH_TESTS,
    key(
        "files",
        Shape::List(&Shape::Path, 1),
        "Further files with `synonyms` and `tests`, written as here; they add to these. Paths are relative to the \
         configuration file.",
    ),
];

/// What a file of its own may say of search.
pub(super) const SEARCH_FILE: &[Key] = &[SYNONYMS, SEARCH_TESTS];

const SYNONYMS: Key = key(
    "synonyms",
    Shape::List(&Shape::List(&Shape::Word, 2), 0),
    "Groups of words that mean the same, such as `[k8s, kubernetes]`: who searches for one finds the others, too.",
);

const SEARCH_TESTS: Key = key(
    "tests",
    Shape::List(&Shape::Mapping(SEARCH_TEST), 0),
    "Queries with the page that must be found; `playbill check` reports those that fail as `search-test`.",
);

const BOOST: &[Key] = &[
    key("files", Shape::List(&Shape::Glob, 1), "Which files, as globs relative to the scanned folder.").required(),
    key("factor", Shape::Factor, "How much more they count: from `0.1` to `10`.").required(),
];

const SEARCH_TEST: &[Key] = &[
    key("query", Shape::Text, "What somebody types.").required(),
    key(
        "expect",
        Shape::Text,
        "What must be found: the address of a page below the site, such as `docs/default/component/web/guide/`, with or \
         without a heading, or the reference of an entity.",
    )
    .required(),
    key("within", Shape::Count, "Among how many results.").or("3"),
];

const PATH_RULES: &[Key] = &[
    key("files", Shape::List(&Shape::Glob, 1), "Which files, as globs relative to the scanned folder.").required(),
    key("rules", LEVELS, "Severities, as in `check.rules`.").required(),
];

/// The systems that know people and teams.
pub(crate) const ORG_TYPES: &[&str] = &["github", "ldap", "msgraph", "okta"];

const ORG: &[Key] = &[
    key("type", Shape::OneOf(ORG_TYPES), "The system whose answers are read.").required(),
    key(
        "files",
        Shape::Text,
        "The saved answers: a folder that ends in `/`, or a pattern such as `org/github/*.json`, relative to this file; it may lie \
         outside of what is scanned. For `ldap` it stands in `users` and `groups`.",
    ),
    key("org", Shape::Word, "`github`: the login of the organisation, for the script that saves the answers."),
    key("url", Shape::Text, "The address of the server, for the script: `ldaps://ldap.acme.org`, `https://acme.okta.com`, or the host of GitHub Enterprise."),
    key("excludeSuspendedUsers", Shape::Flag, "`github`: leave out users whom the server has suspended.").or("false"),
    key(
        "vendor",
        Shape::OneOf(&["openldap", "activedirectory", "freeipa", "google", "lldap"]),
        "`ldap`: the program, which decides the names of the attributes for DN and UUID.",
    )
    .or("\"openldap\""),
    key("users", Shape::Mapping(ORG_LDAP), "`ldap`: the answers about users, and what becomes of them."),
    key("groups", Shape::Mapping(ORG_LDAP), "`ldap`: the answers about groups, and what becomes of them."),
    key(
        "userNamingStrategy",
        Shape::OneOf(&["id", "kebab-case-email", "strip-domain-email", "slugify-email"]),
        "`okta`: what the name of a user is made from.",
    )
    .or("\"id\""),
    key(
        "groupNamingStrategy",
        Shape::OneOf(&["id", "kebab-case-name", "profile-name"]),
        "`okta`: what the name of a group is made from.",
    )
    .or("\"id\""),
    key("includeEmptyGroups", Shape::Flag, "`okta`: keep groups without members; else only those with members below them.").or("false"),
    key("hierarchy", Shape::Mapping(ORG_HIERARCHY), "`okta`: the attributes of groups that tell which is the parent of which."),
    key("annotations", TEXTS, "`okta`: attributes of profiles that become annotations."),
    key(
        "merge",
        Shape::OneOf(&["yaml", "overlay", "error"]),
        "What holds for an entity that a catalog file describes too: `yaml`, the file alone; `overlay`, what the file says, and for \
         the rest the answer; `error`, it is reported as a duplicate.",
    )
    .or("\"yaml\""),
    key(
        "minimum",
        Shape::Share,
        "The share of the users and of the groups of the published portal that has to be left, such as `0.8`: with fewer, \
         `check --against` reports an error, since a job that saved half of the answers shows in nothing else.",
    ),
];

const ORG_LDAP: &[Key] = &[
    key("files", Shape::Text, "The saved answers, LDIF: a folder that ends in `/`, or a pattern.").required(),
    key("dn", Shape::Text, "Below which entry the script searches."),
    key("filter", Shape::Text, "The filter of the search in the script."),
    key(
        "map",
        Shape::Named { name: &Shape::Word, value: &Shape::Text },
        "From which attributes fields come: `name`, `rdn`, `displayName`, `email`, `description`, `picture`, `memberOf`, and for groups \
         `type` and `members`.",
    ),
    key(
        "set",
        Shape::Named { name: &Shape::Text, value: &Shape::Any },
        "Values to set before that, by path, such as `metadata.namespace: people`.",
    ),
];

const ORG_HIERARCHY: &[Key] = &[
    key("key", Shape::Text, "The path of what identifies a group, such as `profile.org_id`; else its name."),
    key("parentKey", Shape::Text, "The path of what identifies its parent.").required(),
];

const TEMPLATES: &[Key] = &[
    key(
        "mirrors",
        Shape::Named { name: &Shape::Text, value: &Shape::Path },
        "Addresses on other hosts from which templates fetch, each with the folder that holds a copy. Nothing is fetched \
         from anywhere else.",
    ),
    key(
        "actions",
        Shape::Named { name: &Shape::Text, value: &Shape::Named { name: &Shape::Text, value: &Shape::Text } },
        "Actions of your own Backstage, each with an example of its outputs. `playbill new` notes them in the plan.",
    ),
    key(
        "filters",
        TEXTS,
        "Filters that modules of your own Backstage add, by name. `check` takes them for known; here a text with one cannot be rendered.",
    ),
    key(
        "requests",
        Shape::HttpUrl,
        "The repository at GitHub or GitLab in which an issue asks for a run, such as `https://github.com/acme/portal`. The form of \
         a template then links to a new issue with the values.",
    ),
    key(
        "workflow",
        Shape::HttpUrl,
        "The workflow at GitHub, such as `https://github.com/acme/portal/actions/workflows/create.yml`, or the project at GitLab, \
         such as `https://gitlab.com/acme/portal`, that runs templates. The form of a template then leads there with the \
         inputs `template` and `values`.",
    ),
    key(
        "commands",
        Shape::Named { name: &Shape::Text, value: &Shape::List(&Shape::Text, 1) },
        "The program and its arguments that `playbill new --publish` runs for an action, in a copy of the result and \
         without a shell, such as `[gh, repo, create, \"${{ input.repoUrl | projectSlug }}\"]`. If it prints a JSON object, \
         that is what the action gives.",
    ),
];

const SNAPSHOTS: &[Key] = &[
    key(
        "folders",
        Shape::List(&Shape::Path, 1),
        "Folders with saved answers, relative to this file; they may lie outside of what is scanned. Of two files with the \
         same path below their folders, that of the first folder counts.",
    )
    .or("[\"snapshots\"]"),
    key("ttl", Shape::Period, "For how long an answer is fresh, such as `90m`, `24h` or `7d`; else each source knows its own."),
    key(
        "redact",
        Shape::List(&Shape::OneOf(REDACTED), 0),
        "What is left out besides secrets: `people` for names of people, `hosts` for names of hosts and registries. A site \
         that everybody can read wants both.",
    )
    .or("[]"),
    key(
        "sources",
        Shape::Named { name: &Shape::Word, value: &Shape::Mapping(SNAPSHOT_SOURCE) },
        "Sources by the name of their folder. One that is named here is fetched by `playbill snapshots script`; a name that is \
         not built in is a source of your own.",
    ),
];

/// What `redact` can leave out.
pub(crate) const REDACTED: &[&str] = &["people", "hosts"];

/// What a value of a source of one's own can be.
pub(crate) const FIELD_TYPES: &[&str] = &["text", "number", "link", "time", "percent"];

const SNAPSHOT_SOURCE: &[Key] = &[
    key("ttl", Shape::Period, "For how long an answer of this source is fresh."),
    key(
        "expect",
        Shape::Filter,
        "Entities that should have this source, as in `entityPages`: where the annotation or the answer is missing, a card \
         says so.",
    ),
    key("url", Shape::HttpUrl, "The address of your server, for the script; else that of the vendor."),
    key("title", Shape::Text, "Of a source of your own: what its cards are called."),
    key(
        "key",
        Shape::Text,
        "Of a source of your own: `annotation:` and the name of the annotation that holds the key, or `entityRef`.",
    )
    .or("\"entityRef\""),
    key("part", Shape::Word, "Of a source of your own: the name of the file of a key, without `.json`.").or("\"data\""),
    key(
        "fields",
        Shape::List(&Shape::Mapping(SNAPSHOT_FIELD), 1),
        "Of a source of your own: what is shown, in this order.",
    ),
];

const SNAPSHOT_FIELD: &[Key] = &[
    key("title", Shape::Text, "What the value is called.").required(),
    key(
        "path",
        Shape::Text,
        "Where it is: keys and positions in lists, joined by points, such as `result.items.0.count`.",
    )
    .required(),
    key("type", Shape::OneOf(FIELD_TYPES), "What it is; else what it is in JSON."),
    key("unit", Shape::Text, "The unit after a number."),
    key("ok", Shape::Comparison, "When it is good, such as `>= 90`."),
    key("warn", Shape::Comparison, "When it is worth a look; a number that is neither is bad."),
    key("fact", Shape::Word, "The name of the fact that it is, such as `licences.score`."),
];

const PACKS: &[Key] = &[key(
    "sources",
    Shape::List(&Shape::Mapping(PACK_SOURCE), 0),
    "The repositories whose packs are read, and what they may describe; without it, all are read. For a repository, the first \
     entry that fits holds.",
)];

const PACK_SOURCE: &[Key] = &[
    key("slug", Shape::Glob, "The name of the repository, such as `acme/web` or `acme/*`.").required(),
    key(
        "namespaces",
        Shape::List(&Shape::Text, 1),
        "The namespaces that its entities may have; an entity in another one is left out.",
    ),
    key(
        "kinds",
        Shape::List(&Shape::Text, 1),
        "The kinds that its entities may have, such as `Component`; an entity of another one is left out.",
    ),
    key("required", Shape::Flag, "Whether it is an error that there is no such pack.").or("false"),
    key("maxAge", Shape::Period, "How old the packed commit may be, such as `30d`, without a warning."),
];

const RADAR: &[Key] = &[
    key(
        "file",
        Shape::Path,
        "The radar, relative to this file: JSON or YAML of Backstage's plugin, the entries of Zalando's radar as JSON, or a \
         CSV or JSON file of Thoughtworks' generator.",
    )
    .required(),
    key("title", Shape::Text, "What it is called; else what the file says."),
    key("id", Shape::Text, "Its name in addresses, for all but the first."),
];

const DOCS: &[Key] = &[key(
    "staleAfter",
    Shape::Period,
    "A page says above its text that it was not changed for so long, by the last commit that touched its document, such as \
     `365d`.",
)];

const ADR: &[Key] = &[
    key(
        "folders",
        Shape::List(&Shape::Path, 0),
        "Folders with decision records of the whole organisation, relative to this file. Those of an entity are found by \
         its annotation `backstage.io/adr-location`.",
    ),
    key(
        "statuses",
        Shape::Named { name: &Shape::Text, value: &Shape::Text },
        "Further words for the status of a record, each with the known one that it stands for, such as \
         `akzeptiert: accepted`; a word that stands for itself is written twice.",
    ),
];

const LIMITS: &[Key] = &[
    key("catalogFile", Shape::Size, "A catalog file.").or("\"10MiB\""),
    key("definitionFile", Shape::Size, "A file that a placeholder names, or an API definition.").or("\"64MiB\""),
    key("document", Shape::Size, "A document.").or("\"8MiB\""),
    key("snapshot", Shape::Size, "A saved answer of another tool.").or("\"32MiB\""),
    key("pack", Shape::Size, "A pack of a repository.").or("\"64MiB\""),
];
