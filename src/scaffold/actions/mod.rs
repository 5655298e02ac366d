//! The actions, one file and one line each.
//!
//! A local action works on the tree. A remote one is never run here: it is checked, noted in the plan, and gives the example
//! output that its schema describes, as a dry run of Backstage does.

mod catalog_fetch;
mod catalog_write;
mod debug_log;
mod debug_wait;
mod fetch_plain;
mod fetch_plain_file;
mod fetch_template;
mod fetch_template_file;
mod fs_append;
mod fs_delete;
mod fs_parse;
mod fs_readdir;
mod fs_rename;
mod fs_replace;
mod fs_write;
mod glob;
mod json_merge;
mod jsonata;
mod jsonata_limits;
mod merge;
mod serialize_json;
mod serialize_yaml;
mod sleep;
mod zip;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::failure::{Code, StepError};
use super::source::Source;
use super::template::Template;
use super::tree::{ROOT, Tree};

/// What an action may touch.
pub struct Work<'a> {
    /// The folder of the result.
    pub tree: &'a mut Tree,
    /// The repository of the template.
    pub source: &'a dyn Source,
    /// The template.
    pub template: &'a Template,
    /// Finds an entity by its full reference.
    pub catalog: &'a dyn Fn(&str) -> Option<Json>,
    /// Hosts of repositories beyond those that are always known.
    pub hosts: &'a [(String, String)],
    /// What the action says.
    pub log: &'a mut Vec<String>,
    /// What it gives.
    pub output: Vec<(String, Json)>,
}

/// How an action ends.
pub type Done = Result<(), StepError>;

/// An action.
pub struct Action {
    /// Its name, such as `fetch:template`.
    pub id: &'static str,
    /// Its inputs, outputs and example output, as JSON.
    schema: &'static str,
    /// What it does; nothing for a remote one.
    pub run: Option<fn(&mut Work<'_>, &Json) -> Done>,
}

const fn local(id: &'static str, schema: &'static str, run: fn(&mut Work<'_>, &Json) -> Done) -> Action {
    Action { id, schema, run: Some(run) }
}

const fn remote(id: &'static str, schema: &'static str) -> Action {
    Action { id, schema, run: None }
}

/// All actions.
pub const ACTIONS: &[Action] = &[
    local("catalog:fetch", include_str!("schemas/catalog-fetch.json"), catalog_fetch::run),
    local("catalog:write", include_str!("schemas/catalog-write.json"), catalog_write::run),
    local("debug:log", include_str!("schemas/debug-log.json"), debug_log::run),
    local("debug:wait", include_str!("schemas/debug-wait.json"), debug_wait::run),
    local("fetch:plain", include_str!("schemas/fetch-plain.json"), fetch_plain::run),
    local("fetch:plain:file", include_str!("schemas/fetch-plain-file.json"), fetch_plain_file::run),
    local("fetch:template", include_str!("schemas/fetch-template.json"), fetch_template::run),
    local("fetch:template:file", include_str!("schemas/fetch-template-file.json"), fetch_template_file::run),
    local("fs:delete", include_str!("schemas/fs-delete.json"), fs_delete::run),
    local("fs:readdir", include_str!("schemas/fs-readdir.json"), fs_readdir::run),
    local("fs:rename", include_str!("schemas/fs-rename.json"), fs_rename::run),
    local("roadiehq:utils:fs:append", include_str!("schemas/roadiehq-utils-fs-append.json"), fs_append::run),
    local("roadiehq:utils:fs:parse", include_str!("schemas/roadiehq-utils-fs-parse.json"), fs_parse::run),
    local("roadiehq:utils:fs:replace", include_str!("schemas/roadiehq-utils-fs-replace.json"), fs_replace::run),
    local("roadiehq:utils:fs:write", include_str!("schemas/roadiehq-utils-fs-write.json"), fs_write::run),
    local("roadiehq:utils:json:merge", include_str!("schemas/roadiehq-utils-json-merge.json"), json_merge::run),
    local("roadiehq:utils:jsonata", include_str!("schemas/roadiehq-utils-jsonata.json"), jsonata::value),
    local(
        "roadiehq:utils:jsonata:json:transform",
        include_str!("schemas/roadiehq-utils-jsonata-json-transform.json"),
        jsonata::json_file,
    ),
    local(
        "roadiehq:utils:jsonata:yaml:transform",
        include_str!("schemas/roadiehq-utils-jsonata-yaml-transform.json"),
        jsonata::yaml_file,
    ),
    local("roadiehq:utils:merge", include_str!("schemas/roadiehq-utils-merge.json"), merge::run),
    local(
        "roadiehq:utils:serialize:json",
        include_str!("schemas/roadiehq-utils-serialize-json.json"),
        serialize_json::run,
    ),
    local(
        "roadiehq:utils:serialize:yaml",
        include_str!("schemas/roadiehq-utils-serialize-yaml.json"),
        serialize_yaml::run,
    ),
    local("roadiehq:utils:sleep", include_str!("schemas/roadiehq-utils-sleep.json"), sleep::run),
    local("roadiehq:utils:zip", include_str!("schemas/roadiehq-utils-zip.json"), zip::run),
    remote("bitbucket:pipelines:run", include_str!("schemas/bitbucket-pipelines-run.json")),
    remote("catalog:register", include_str!("schemas/catalog-register.json")),
    remote("github:actions:dispatch", include_str!("schemas/github-actions-dispatch.json")),
    remote("github:autolinks:create", include_str!("schemas/github-autolinks-create.json")),
    remote("github:branch-protection:create", include_str!("schemas/github-branch-protection-create.json")),
    remote("github:deployKey:create", include_str!("schemas/github-deployKey-create.json")),
    remote("github:environment:create", include_str!("schemas/github-environment-create.json")),
    remote("github:issues:create", include_str!("schemas/github-issues-create.json")),
    remote("github:issues:label", include_str!("schemas/github-issues-label.json")),
    remote("github:pages:enable", include_str!("schemas/github-pages-enable.json")),
    remote("github:repo:create", include_str!("schemas/github-repo-create.json")),
    remote("github:repo:push", include_str!("schemas/github-repo-push.json")),
    remote("github:repo:rulesets:create", include_str!("schemas/github-repo-rulesets-create.json")),
    remote("github:webhook", include_str!("schemas/github-webhook.json")),
    remote("gitlab:group:access", include_str!("schemas/gitlab-group-access.json")),
    remote("gitlab:group:ensureExists", include_str!("schemas/gitlab-group-ensureExists.json")),
    remote("gitlab:issue:edit", include_str!("schemas/gitlab-issue-edit.json")),
    remote("gitlab:issues:create", include_str!("schemas/gitlab-issues-create.json")),
    remote("gitlab:pipeline:trigger", include_str!("schemas/gitlab-pipeline-trigger.json")),
    remote("gitlab:projectAccessToken:create", include_str!("schemas/gitlab-projectAccessToken-create.json")),
    remote("gitlab:projectDeployToken:create", include_str!("schemas/gitlab-projectDeployToken-create.json")),
    remote("gitlab:projectVariable:create", include_str!("schemas/gitlab-projectVariable-create.json")),
    remote("gitlab:repo:push", include_str!("schemas/gitlab-repo-push.json")),
    remote("gitlab:user:info", include_str!("schemas/gitlab-user-info.json")),
    remote("http:backstage:request", include_str!("schemas/http-backstage-request.json")),
    remote("notification:send", include_str!("schemas/notification-send.json")),
    remote("publish:azure", include_str!("schemas/publish-azure.json")),
    remote("publish:bitbucketCloud", include_str!("schemas/publish-bitbucketCloud.json")),
    remote("publish:bitbucketCloud:pull-request", include_str!("schemas/publish-bitbucketCloud-pull-request.json")),
    remote("publish:bitbucketServer", include_str!("schemas/publish-bitbucketServer.json")),
    remote("publish:bitbucketServer:pull-request", include_str!("schemas/publish-bitbucketServer-pull-request.json")),
    remote("publish:gerrit", include_str!("schemas/publish-gerrit.json")),
    remote("publish:gerrit:review", include_str!("schemas/publish-gerrit-review.json")),
    remote("publish:gitea", include_str!("schemas/publish-gitea.json")),
    remote("publish:github", include_str!("schemas/publish-github.json")),
    remote("publish:github:pull-request", include_str!("schemas/publish-github-pull-request.json")),
    remote("publish:gitlab", include_str!("schemas/publish-gitlab.json")),
    remote("publish:gitlab:merge-request", include_str!("schemas/publish-gitlab-merge-request.json")),
];

/// The schemas of an action.
#[derive(Debug, Default)]
pub struct Schemas {
    /// What the action does, in a sentence.
    pub about: String,
    /// Of its inputs.
    pub input: Json,
    /// Of its outputs; null if it has none.
    pub output: Json,
    /// An example of its outputs, for a plan.
    pub example: Json,
}

static SCHEMAS: LazyLock<HashMap<&'static str, Schemas>> = LazyLock::new(|| {
    let read = |action: &Action| {
        let mut whole: Json = serde_json::from_str(action.schema).unwrap_or_default();
        let mut part = |name: &str| whole.get_mut(name).map(Json::take).unwrap_or_default();
        let about = part("about").as_str().unwrap_or_default().to_owned();
        (action.id, Schemas { about, input: part("input"), output: part("output"), example: part("example") })
    };
    ACTIONS.iter().map(read).collect()
});

impl Action {
    /// Returns the schemas of the action.
    #[must_use]
    pub fn schemas(&self) -> &'static Schemas {
        static NONE: LazyLock<Schemas> = LazyLock::new(Schemas::default);
        SCHEMAS.get(self.id).unwrap_or(&NONE)
    }
}

/// Finds an action.
#[must_use]
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

impl Work<'_> {
    fn say(&mut self, text: impl Into<String>) {
        self.log.push(text.into());
    }

    fn give(&mut self, name: &str, value: Json) {
        self.output.push((name.to_owned(), value));
    }
}

/// Returns an input that is a text.
fn text<'a>(input: &'a Json, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Json::as_str)
}

/// Returns an input that is a text and cannot be missing, as its schema was checked.
fn needed<'a>(input: &'a Json, name: &str) -> Result<&'a str, StepError> {
    text(input, name).ok_or_else(|| StepError::new(Code::ActionInput, format!("`{name}` is missing")))
}

fn flag(input: &Json, name: &str) -> bool {
    input.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// Returns the absolute path that an action gives for a place.
fn absolute(place: &str) -> Json {
    Json::String(if place.is_empty() { ROOT.to_owned() } else { format!("{ROOT}/{place}") })
}

fn failed(message: impl Into<String>) -> StepError {
    StepError::new(Code::Failed, message)
}
