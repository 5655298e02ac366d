//! The table of rules: every problem that Playbill can name, with its default severity and family.
//!
//! To add a rule, add a line to the table below and the page `rules/NAME.md` beside this file; `explain` and the
//! manual are made from both.

use std::fmt;

use super::Severity;
use Severity::{Error, Info, Warning};

/// A group of rules that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Reading files and YAML.
    Yaml,
    /// The shape of entities: envelope, fields, kinds.
    Schema,
    /// References between entities.
    Ref,
    /// Which entity is which.
    Identity,
    /// Who owns what.
    Owner,
    /// Annotations and labels.
    Annotation,
    /// Locations and what they lead to.
    Location,
    /// Documentation.
    Docs,
    /// Decision records.
    Adr,
    /// The tech radar.
    Radar,
    /// Definitions of APIs.
    Api,
    /// Software templates.
    Template,
    /// People and teams from saved answers.
    Org,
    /// Saved answers of other tools.
    Snapshot,
    /// Packs of repositories.
    Pack,
    /// Scorecards.
    Score,
    /// Policies of one's own.
    Policy,
    /// Pages of the site.
    Site,
    /// Configuration.
    Config,
}

impl Family {
    /// Returns the name used in reports and in the manual.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Schema => "schema",
            Self::Ref => "ref",
            Self::Identity => "identity",
            Self::Owner => "owner",
            Self::Annotation => "annotation",
            Self::Location => "location",
            Self::Docs => "docs",
            Self::Adr => "adr",
            Self::Radar => "radar",
            Self::Api => "api",
            Self::Template => "template",
            Self::Org => "org",
            Self::Snapshot => "snapshot",
            Self::Pack => "pack",
            Self::Score => "score",
            Self::Policy => "policy",
            Self::Site => "site",
            Self::Config => "config",
        }
    }

    /// Says in a few words what its rules are about.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Yaml => "reading files and YAML",
            Self::Schema => "the shape of entities",
            Self::Ref => "references between entities",
            Self::Identity => "which entity is which",
            Self::Owner => "who owns what",
            Self::Annotation => "annotations and labels",
            Self::Location => "Locations and what they lead to",
            Self::Docs => "documentation",
            Self::Adr => "decision records",
            Self::Radar => "the tech radar",
            Self::Api => "definitions of APIs",
            Self::Template => "software templates",
            Self::Org => "people and teams from saved answers",
            Self::Snapshot => "saved answers of other tools",
            Self::Pack => "packs of repositories",
            Self::Score => "scorecards",
            Self::Policy => "policies of your own",
            Self::Site => "pages of the site",
            Self::Config => "configuration",
        }
    }
}

/// What is known of one rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case name, stable across versions.
    pub name: &'static str,
    /// The group it belongs to.
    pub family: Family,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// One sentence: what the rule reports.
    pub summary: &'static str,
    /// The page of the manual: why it matters, an example, the remedy. Markdown.
    pub explanation: &'static str,
}

/// A rule; compares and prints by name.
#[derive(Clone, Copy)]
pub struct Code(&'static Rule);

impl Code {
    /// Returns the kebab-case name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// Returns the severity that holds without configuration.
    #[must_use]
    pub const fn default_severity(self) -> Severity {
        self.0.severity
    }

    /// Returns everything about the rule.
    #[must_use]
    pub const fn rule(self) -> &'static Rule {
        self.0
    }

    /// Returns whether a reader of the entity has to know of it: the entity is not what it seems, or what it leads to is not
    /// there. Everything else is for those who can resolve it.
    #[must_use]
    pub fn concerns_readers(self, severity: Severity) -> bool {
        const THOSE: &[Code] = &[
            AMBIGUOUS_NAMESPACE,
            API_SYNTAX,
            API_WITHOUT_PROVIDER,
            DEPRECATED_DEPENDENCY,
            DOCS_FOLDER_MISSING,
            EMPTY_OWNER_GROUP,
            MISSING_OWNER,
            UNRESOLVED_REFERENCE,
        ];
        let of_entity = matches!(self.0.family, Family::Yaml | Family::Schema | Family::Location | Family::Config);
        THOSE.contains(&self) || (of_entity && severity == Error)
    }

    /// Finds the rule called `name`.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

macro_rules! rules {
    ($($constant:ident $name:literal $family:ident $severity:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $constant: Code = Code(&Rule {
                name: $name,
                family: Family::$family,
                severity: $severity,
                summary: $summary,
                explanation: include_str!(concat!("rules/", $name, ".md")),
            });
        )*
        /// Every rule, by family and name.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

rules! {
    ALIAS_BOMB "alias-bomb" Yaml Error "A YAML document expands its aliases too often.";
    DUPLICATE_KEY "duplicate-key" Yaml Error "A mapping has the same key twice.";
    EMPTY_DOCUMENT "empty-document" Yaml Info "A catalog file holds no entity.";
    FILE_TOO_LARGE "file-too-large" Yaml Error "A file is larger than Playbill reads.";
    MERGE_KEY "merge-key" Yaml Warning "A merge key `<<` is not merged by Backstage.";
    NESTED_TOO_DEEPLY "nested-too-deeply" Yaml Error "A YAML document is nested too deeply.";
    NOT_UTF8 "not-utf8" Yaml Error "A file is not UTF-8 text.";
    UNREADABLE_FILE "unreadable-file" Yaml Error "A file or folder cannot be read.";
    YAML_SYNTAX "yaml-syntax" Yaml Error "A document is not YAML.";

    INVALID_ANNOTATION_KEY "invalid-annotation-key" Schema Error "An annotation key is not well formed.";
    INVALID_API_VERSION "invalid-api-version" Schema Error "An apiVersion is not well formed or does not fit the kind.";
    INVALID_DEFINITION_BUNDLE "invalid-definition-bundle" Schema Error "An API definition cannot be put together from its files.";
    INVALID_LABEL "invalid-label" Schema Error "A label key or value is not well formed.";
    INVALID_LINK "invalid-link" Schema Error "A link's URL or text is not well formed.";
    INVALID_NAME "invalid-name" Schema Error "An entity name is not well formed.";
    INVALID_NAMESPACE "invalid-namespace" Schema Error "A namespace is not well formed.";
    INVALID_TAG "invalid-tag" Schema Error "A tag is not well formed.";
    INVALID_VALUE "invalid-value" Schema Error "A field has a value that its kind does not allow.";
    KEYS_DIFFER_IN_CASE "keys-differ-in-case" Schema Warning "Two keys of an entity differ only in letter case.";
    KIND_NOT_ALLOWED "kind-not-allowed" Schema Error "The catalog rules do not allow this kind here.";
    LONG_TEXT "long-text" Schema Info "A title or description is too long to be read in lists.";
    MISSING_FIELD "missing-field" Schema Error "A required field is missing.";
    NOT_AN_ENTITY "not-an-entity" Schema Error "A document is not an entity.";
    PLACEHOLDER "placeholder" Schema Error "A placeholder such as `$text` cannot be replaced.";
    PLACEHOLDER_NOT_LOCAL "placeholder-not-local" Schema Warning "A placeholder names a file that is not in a repository that is read.";
    UNEXPECTED_ROOT_FIELD "unexpected-root-field" Schema Error "An entity has a field beside apiVersion, kind, metadata and spec.";
    UNKNOWN_FIELD "unknown-field" Schema Warning "A field has no meaning here and is close to one that has.";
    UNKNOWN_KIND "unknown-kind" Schema Error "A kind is not known.";
    UNKNOWN_PLACEHOLDER "unknown-placeholder" Schema Warning "A mapping looks like a placeholder but is none.";
    UNLISTED_VALUE "unlisted-value" Schema Warning "A type or lifecycle is not in the configured list.";
    WRONG_TYPE "wrong-type" Schema Error "A field has a value of the wrong type.";

    AMBIGUOUS_NAMESPACE "ambiguous-namespace" Ref Warning "A reference without namespace misses, and another namespace has that name.";
    API_WITHOUT_PROVIDER "api-without-provider" Ref Warning "An API is consumed but nobody provides it.";
    DEPRECATED_DEPENDENCY "deprecated-dependency" Ref Warning "An entity in use depends on a deprecated one.";
    MALFORMED_REFERENCE "malformed-reference" Ref Error "A reference cannot be read.";
    RELATION_CYCLE "relation-cycle" Ref Warning "Entities contain each other in a circle.";
    SELF_REFERENCE "self-reference" Ref Warning "An entity refers to itself.";
    SIDES_DISAGREE "sides-disagree" Ref Warning "Two groups disagree about which is the parent.";
    UNEXPECTED_KIND "unexpected-kind" Ref Warning "A reference leads to a kind that the field is not meant for.";
    UNRESOLVED_REFERENCE "unresolved-reference" Ref Warning "A reference leads to an entity that does not exist.";

    DUPLICATE_ENTITY "duplicate-entity" Identity Error "Two documents describe the same entity.";
    NO_CATALOG_FILE "no-catalog-file" Identity Error "No catalog file was found.";
    OVERLAY_UNMATCHED "overlay-unmatched" Identity Warning "An overlay adds to an entity that is not in the catalog.";
    UNCLAIMED_CONTENT "unclaimed-content" Identity Info "Documentation or a definition belongs to no entity.";
    UNREACHED_FILE "unreached-file" Identity Info "A file looks like input, but nothing leads to it.";

    API_OWNER_DIFFERS "api-owner-differs" Owner Info "An API and its provider have different owners.";
    CODEOWNERS_DISAGREES "codeowners-disagrees" Owner Info "CODEOWNERS names somebody else as the owner.";
    EMPTY_OWNER_GROUP "empty-owner-group" Owner Warning "An owning group has no members.";
    MISSING_OWNER "missing-owner" Owner Warning "An entity has no owner.";
    OWNER_IS_USER "owner-is-user" Owner Warning "An entity is owned by a person instead of a group.";

    DEPRECATED_ANNOTATION "deprecated-annotation" Annotation Warning "An annotation has been replaced by another.";
    DOCS_FOLDER_MISSING "docs-folder-missing" Annotation Warning "The documentation that an annotation points to is not there.";
    MALFORMED_ANNOTATION "malformed-annotation" Annotation Warning "A well-known annotation has a value that its readers do not understand.";
    UNKNOWN_ANNOTATION "unknown-annotation" Annotation Warning "An annotation key is not known and close to one that is.";

    LOCATION_NOT_LOCAL "location-not-local" Location Warning "A Location points to a repository that is not among those read.";
    LOCATION_OUTSIDE_REPOSITORY "location-outside-repository" Location Error "A Location points outside its repository.";
    LOCATION_TARGET_MISSING "location-target-missing" Location Error "A Location points to a file that is not there.";
    LOCATION_TYPE "location-type" Location Error "A Location has a type that cannot be read here.";

    ACTIVE_FILE "active-file" Docs Warning "A file that a browser or a server would run is published as text, or without what runs.";
    BROKEN_LINK "broken-link" Docs Warning "A link in a document leads nowhere.";
    DIAGRAM_NOT_DRAWN "diagram-not-drawn" Docs Info "A diagram is shown as its source.";
    DOCS_WITHOUT_INDEX "docs-without-index" Docs Warning "A documentation has no index.";
    DUPLICATE_PAGE "duplicate-page" Docs Warning "Two documents would have the same address.";
    DUPLICATE_VERSION "duplicate-version" Docs Info "A tag and a branch are the same version of a documentation.";
    EMPTY_ADMONITION "empty-admonition" Docs Warning "An admonition, details or a tab has nothing in it.";
    FOREIGN_MARKUP "foreign-markup" Docs Warning "A document is written in the markup of another program.";
    FORMER_NAME "former-name" Docs Info "A text calls an entity as it was called before.";
    INVALID_ADMONITION "invalid-admonition" Docs Warning "An admonition or a tab is not in the form that is read.";
    INVALID_FENCE "invalid-fence" Docs Warning "A code fence has a header that cannot be read.";
    INVALID_FORMULA "invalid-formula" Docs Warning "A formula cannot be read and is shown as its source.";
    INVALID_MKDOCS "invalid-mkdocs" Docs Warning "An mkdocs.yml cannot be used as it is.";
    INVALID_VERSION_NAME "invalid-version-name" Docs Error "A tag or branch has a name that no version can have.";
    LIST_IN_PARAGRAPH "list-in-paragraph" Docs Warning "A list right below a line of text is part of the paragraph.";
    LIST_INDENTATION "list-indentation" Docs Warning "A list is nested by columns at which lists do not nest.";
    MISSING_INCLUDE "missing-include" Docs Warning "A text that a document includes is not there.";
    NAV_PAGE_MISSING "nav-page-missing" Docs Warning "The navigation names a document that is not there.";
    RESERVED_FOLDER "reserved-folder" Docs Error "A document stands where the versions of its documentation do.";
    UNCLOSED_FENCE "unclosed-fence" Docs Warning "A code fence is not closed.";
    UNDEFINED_REFERENCE "undefined-reference" Docs Warning "A link or a footnote refers to a name that is not defined.";
    UNPORTABLE_NAME "unportable-name" Docs Warning "A file has a name that not every disk and host takes.";
    VERSION_INCOMPLETE "version-incomplete" Docs Error "A clone does not hold all of a version of a documentation.";
    VERSION_MISSING "version-missing" Docs Error "A version of a documentation is configured and not there.";
    VERSION_WITHOUT_DOCS "version-without-docs" Docs Info "There is no documentation at a version.";

    ADR_CYCLE "adr-cycle" Adr Warning "Decision records supersede each other in a circle.";
    ADR_FOLDER_MISSING "adr-folder-missing" Adr Warning "The folder of decision records that is named is not there.";
    ADR_FOLDER_UNCLAIMED "adr-folder-unclaimed" Adr Info "A folder holds decision records that belong to no entity.";
    ADR_TEMPLATE_TEXT "adr-template-text" Adr Info "A decision record still has the text of its template.";
    DUPLICATE_ADR_NUMBER "duplicate-adr-number" Adr Warning "Two decision records of a folder have the same number.";
    EMPTY_ADR "empty-adr" Adr Warning "A decision record is empty.";
    INVALID_ADR_DATE "invalid-adr-date" Adr Warning "The date of a decision record is no day.";
    INVALID_FRONT_MATTER "invalid-front-matter" Adr Warning "The front matter of a decision record cannot be read.";
    SUPERSEDED_NOT_SAID "superseded-not-said" Adr Warning "A decision record does not say that another one supersedes it.";
    UNKNOWN_ADR_STATUS "unknown-adr-status" Adr Info "The status of a decision record is no known word.";

    DUPLICATE_RADAR_ENTRY "duplicate-radar-entry" Radar Warning "Two entries of a tech radar have the same id.";
    EMPTY_RADAR_TIMELINE "empty-radar-timeline" Radar Error "An entry of a tech radar has no snapshot, so nobody knows its ring.";
    INVALID_COLOR "invalid-color" Radar Error "The colour of a ring is no colour.";
    INVALID_RADAR "invalid-radar" Radar Error "A tech radar, or an entry of it, is not in a known format.";
    RADAR_ORDER "radar-order" Radar Warning "The days of an entry of a tech radar contradict the order of its snapshots.";
    RADAR_WITHOUT_USE "radar-without-use" Radar Info "Nothing in the catalog uses an adopted technology.";
    UNKNOWN_RADAR_QUADRANT "unknown-radar-quadrant" Radar Error "An entry of a tech radar names a quadrant that is not there.";
    UNKNOWN_RADAR_RING "unknown-radar-ring" Radar Error "An entry of a tech radar names a ring that is not there.";
    UNKNOWN_RADAR_SNAPSHOT "unknown-radar-snapshot" Radar Warning "An older snapshot of a tech radar names a ring that is not there.";

    API_SYNTAX "api-syntax" Api Error "An API definition cannot be parsed.";
    API_TYPE_DIFFERS "api-type-differs" Api Warning "An API definition is of another format than the type says.";
    BROKEN_REF "broken-ref" Api Error "A `$ref` of an API definition leads nowhere.";
    CIRCULAR_REF "circular-ref" Api Error "References of an API definition only lead to themselves.";
    INVALID_API_DEFINITION "invalid-api-definition" Api Warning "A part of an API definition is not what it must be.";
    REF_NOT_LOCAL "ref-not-local" Api Warning "A `$ref` of an API definition names a file on another host.";
    UNRESOLVED_IMPORT "unresolved-import" Api Warning "A file that a Protocol Buffers definition imports is not there.";

    ORG_DATA_INCOMPLETE "org-data-incomplete" Org Error "A saved answer about people and teams is not whole, or is not there.";
    ORG_ENTRY_SKIPPED "org-entry-skipped" Org Warning "An entry of a saved answer cannot become a user or a group.";
    ORG_MEMBER_UNKNOWN "org-member-unknown" Org Info "Groups of a saved answer have members who are not among the users.";
    ORG_SHRUNK "org-shrunk" Org Error "There are far fewer users or groups than in the published portal.";

    TEMPLATE_ACTION "template-action" Template Warning "A step names an action that is not known.";
    TEMPLATE_EXAMPLE "template-example" Template Error "What a template makes of an example is not what the example expects.";
    TEMPLATE_EXPRESSION "template-expression" Template Warning "A text of a template or a file of its skeleton cannot be rendered.";
    TEMPLATE_FIELD "template-field" Template Warning "A form asks with a field whose name is nearly that of a known one.";
    TEMPLATE_FILTER "template-filter" Template Warning "A filter or test in a template is not known.";
    TEMPLATE_INPUT "template-input" Template Warning "An input of a step is not known, missing, or of another type.";
    TEMPLATE_REFERENCE "template-reference" Template Warning "A template uses a parameter, a step, an output or a name that is not there.";
    TEMPLATE_SECRET "template-secret" Template Warning "A step writes a secret to a file or to the log.";
    TEMPLATE_SKELETON "template-skeleton" Template Warning "A step fetches a folder or a file that is not there.";
    TEMPLATE_UNUSED "template-unused" Template Info "Nothing uses a parameter of a template.";

    SNAPSHOT_ERROR "snapshot-error" Snapshot Warning "A saved answer of another tool is a failure or cannot be used.";
    SNAPSHOT_MISSING "snapshot-missing" Snapshot Info "An annotation names something of which there is no saved answer.";
    SNAPSHOT_ORPHAN "snapshot-orphan" Snapshot Info "A saved answer belongs to no entity.";
    SNAPSHOT_STALE "snapshot-stale" Snapshot Warning "A saved answer is old, or of unknown age.";
    SNAPSHOT_UNREADABLE_LOG "snapshot-unreadable-log" Snapshot Warning "Lines of a log of fetches cannot be read.";

    SOURCE_BROKEN "source-broken" Pack Error "A pack of a repository cannot be used.";
    SOURCE_MISSING "source-missing" Pack Error "There is no pack of a repository that is required, or that the lock names.";
    SOURCE_NEWER "source-newer" Pack Error "A pack is of a format that this version of Playbill does not know.";
    SOURCE_NOT_ALLOWED "source-not-allowed" Pack Error "A pack, or an entity in it, is not allowed by `packs.sources`.";
    SOURCE_STALE "source-stale" Pack Warning "A pack is older than `packs.sources` allows.";

    INVALID_CHECK "invalid-check" Score Error "A check of Tech Insights cannot be used.";
    INVALID_CONDITION "invalid-condition" Score Error "A condition of a scorecard or policy is at fault.";
    INVALID_DASHBOARD "invalid-dashboard" Score Error "A dashboard or a widget of one is not what it must be.";
    INVALID_FACTS "invalid-facts" Score Error "A file of facts cannot be used as it is.";
    INVALID_HISTORY "invalid-history" Score Warning "Lines of the history of scorecards cannot be read.";
    INVALID_SCORECARD "invalid-scorecard" Score Error "A scorecard, exemption or initiative is not what it must be.";
    SCORECARD_EXEMPTION_ENDS_SOON "scorecard-exemption-ends-soon" Score Info "An exemption ends within 14 days.";
    SCORECARD_EXEMPTION_EXPIRED "scorecard-exemption-expired" Score Error "An exemption has ended.";
    SCORECARD_GATE "scorecard-gate" Score Error "An entity is below the level that a scorecard demands.";
    SCORECARD_LEVEL_FELL "scorecard-level-fell" Score Error "An entity has a lower level than before.";
    SCORECARD_RULE_NEWLY_FAILING "scorecard-rule-newly-failing" Score Warning "An entity fails a rule that it met before.";
    UNKNOWN_FACT "unknown-fact" Score Warning "A condition or check asks for a fact that nothing brings.";
    UNREACHABLE_LEVEL "unreachable-level" Score Warning "Nobody can reach a level.";

    POLICY "policy" Policy Warning "An entity breaks a policy of your own.";

    EXPOSED_SECRET "exposed-secret" Site Warning "An entity holds a secret that every reader could use.";
    INVALID_ANNOUNCEMENT "invalid-announcement" Site Warning "An announcement says something that cannot be read.";
    INVALID_REDIRECT "invalid-redirect" Site Warning "A line of redirects.jsonl cannot be used.";
    PAGE_BUDGET "page-budget" Site Warning "What would make a page grow out of proportion is left out.";
    SEARCH_BUDGET "search-budget" Site Error "The search index is larger than its budget.";
    SEARCH_TEST "search-test" Site Error "A search does not find what a search test expects.";
    SITE_BUDGET "site-budget" Site Error "The site, or a page of it, is heavier than its budget.";
    UNPORTABLE_ADDRESS "unportable-address" Site Warning "An entity has a name that not every disk and host takes as part of an address.";

    INVALID_CONFIG "invalid-config" Config Error "A configuration value cannot be used.";
    INVALID_OVERLAY "invalid-overlay" Config Error "An overlay file cannot be used.";
    UNKNOWN_CONFIG_KEY "unknown-config-key" Config Error "A configuration key is not known.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sorted_within_their_family() {
        let names: Vec<_> = ALL.iter().map(|code| (code.rule().family, code.as_str())).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable_by_key(|(family, name)| (*family, *name));
        sorted.dedup();
        assert_eq!(names.len(), sorted.len());
        for window in names.windows(2) {
            assert!(window[0].0 != window[1].0 || window[0].1 < window[1].1, "{} before {}", window[0].1, window[1].1);
        }
    }

    #[test]
    fn every_rule_is_explained_with_an_example() {
        for code in ALL {
            let rule = code.rule();
            assert!(rule.summary.ends_with('.'), "{code}: the summary is a sentence");
            assert!(rule.explanation.contains("## Remedy"), "{code}: the page says what to do");
        }
    }
}
