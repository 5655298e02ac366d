//! An organisation at GitHub, as GraphQL answers about it: members and teams. Names, fields and annotations are those of
//! Backstage's provider (plugin-catalog-backend-module-github-org).

use std::collections::HashMap;

use serde_json::Value as Json;

use super::unknown_members;
use crate::config::OrgConfig;
use crate::diag::Diagnostics;
use crate::org::draft::{Draft, complete_hierarchy};
use crate::org::files::{self, Pages, Saved};
use crate::org::json::Part;
use crate::org::{incomplete, skipped};
use crate::text::Span;
use crate::workspace::Workspace;

pub(super) fn read(workspace: &Workspace, source: &OrgConfig, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
    let files = files::read(workspace, &source.files, &format!("org[{}].files", source.number), found);
    let mut reader = Reader {
        source,
        found,
        users: Vec::new(),
        teams: Vec::new(),
        pages: Pages::default(),
        team_pages: Pages::default(),
        members: HashMap::new(),
    };
    for file in &files {
        let Some(whole) = file.json(reader.found) else { continue };
        // `gh api --paginate --slurp` writes a list of answers.
        let answers = if whole.is_list() { whole.items() } else { vec![whole] };
        answers.iter().for_each(|answer| reader.answer(file, answer));
    }
    reader.finish(drafts);
}

/// The members of a team that come in answers of their own, and what is known of their pages.
#[derive(Default)]
struct MorePages {
    logins: Vec<String>,
    pages: Pages,
}

struct Reader<'a> {
    source: &'a OrgConfig,
    found: &'a mut Diagnostics,
    users: Vec<Draft>,
    teams: Vec<Draft>,
    pages: Pages,
    team_pages: Pages,
    /// By the slug of a team.
    members: HashMap<String, MorePages>,
}

fn text<'j>(value: &'j Json, key: &str) -> Option<&'j str> {
    value.get(key).and_then(Json::as_str)
}

/// Returns where a list says that another page follows.
fn follows(file: &Saved, list: &Part<'_>) -> Option<Span> {
    let next = list.at(&["pageInfo", "hasNextPage"])?;
    (next.value() == Some(Json::Bool(true))).then(|| file.span(next.range()))
}

impl Reader<'_> {
    fn answer(&mut self, file: &Saved, answer: &Part<'_>) {
        if let Some(errors) = answer.get("errors").filter(|errors| !errors.items().is_empty()) {
            let first = errors.items().first().and_then(Part::value).unwrap_or_default();
            let message: String = text(&first, "message").unwrap_or("an error").chars().take(200).collect();
            self.found.push(incomplete(file.span(errors.range()), format!("GitHub answered with an error: {message}")));
        }
        let Some(organization) = answer.at(&["data", "organization"]) else {
            if answer.get("errors").is_none() {
                self.found.push(incomplete(file.span(answer.range()), "this answer has no `data.organization`"));
            }
            return;
        };
        if let Some(list) = organization.get("membersWithRole") {
            self.pages.page(follows(file, &list));
            for item in list.get("nodes").map(|nodes| nodes.items()).unwrap_or_default() {
                self.user(file.span(item.range()), &item);
            }
        }
        if let Some(list) = organization.get("teams") {
            self.team_pages.page(follows(file, &list));
            for item in list.get("nodes").map(|nodes| nodes.items()).unwrap_or_default() {
                self.team(file, &item);
            }
        }
        if let Some(team) = organization.get("team")
            && let Some(slug) = team.get("slug").and_then(|slug| slug.value())
            && let Some(list) = team.get("members")
        {
            let more = self.members.entry(slug.as_str().unwrap_or_default().to_owned()).or_default();
            more.pages.page(follows(file, &list));
            more.logins.extend(logins(&list));
        }
    }

    fn user(&mut self, span: Span, item: &Part<'_>) {
        let value = item.value().unwrap_or_default();
        if value.is_null() {
            return;
        }
        if self.source.exclude_suspended && value.get("suspendedAt").is_some_and(|at| !at.is_null()) {
            return;
        }
        let Some(login) = text(&value, "login") else {
            self.found.push(skipped(span, "it has no `login`"));
            return;
        };
        let mut user = Draft::user(login.to_owned(), span);
        user.describe("description", text(&value, "bio"));
        user.annotate("github.com/user-login", Some(login));
        user.annotate("github.com/user-id", text(&value, "id"));
        user.show("displayName", text(&value, "name"));
        user.show("email", text(&value, "email"));
        user.show("picture", text(&value, "avatarUrl"));
        self.users.push(user);
    }

    fn team(&mut self, file: &Saved, item: &Part<'_>) {
        let span = file.span(item.range());
        let value = item.value().unwrap_or_default();
        if value.is_null() {
            return;
        }
        let Some(slug) = text(&value, "slug") else {
            self.found.push(skipped(span, "it has no `slug`"));
            return;
        };
        let mut team = Draft::group(slug.to_owned(), "team", span);
        team.describe("description", text(&value, "description"));
        team.annotate("github.com/team-slug", text(&value, "combinedSlug"));
        team.annotate("backstage.io/edit-url", text(&value, "editTeamUrl"));
        team.show("displayName", text(&value, "name"));
        team.show("picture", text(&value, "avatarUrl"));
        team.above.extend(value.get("parentTeam").and_then(|parent| text(parent, "slug")).map(str::to_owned));
        let list = item.get("members");
        team.members = Some(list.as_ref().map(logins).unwrap_or_default());
        if let Some(next) = list.and_then(|list| follows(file, &list)) {
            self.members.entry(slug.to_owned()).or_default().pages.page(Some(next));
        }
        self.teams.push(team);
    }

    fn finish(mut self, drafts: &mut Vec<Draft>) {
        self.pages.finish("members", self.found);
        self.team_pages.finish("teams", self.found);
        let mut more: Vec<(String, MorePages)> = self.members.drain().collect();
        more.sort_by(|a, b| a.0.cmp(&b.0));
        let places: HashMap<String, usize> =
            self.teams.iter().enumerate().map(|(at, team)| (team.name.clone(), at)).collect();
        for (slug, more) in more {
            more.pages.finish(&format!("members of the team `{}`", crate::org::names::shown(&slug)), self.found);
            if let Some(members) = places.get(&slug).and_then(|at| self.teams[*at].members.as_mut()) {
                members.extend(more.logins);
            }
        }
        let mut users: HashMap<String, usize> = HashMap::new();
        for (at, user) in self.users.iter().enumerate() {
            users.entry(user.name.to_ascii_lowercase()).or_insert(at);
        }
        let (mut unknown, mut place) = (0, None);
        for team in &mut self.teams {
            let members = team.members.get_or_insert_default();
            let mut seen = std::collections::HashSet::new();
            members.retain(|login| seen.insert(login.clone()));
            for login in members.iter() {
                match users.get(&login.to_ascii_lowercase()) {
                    Some(at) => self.users[*at].above.push(team.name.clone()),
                    None => {
                        unknown += 1;
                        place.get_or_insert(team.span);
                    }
                }
            }
        }
        unknown_members(unknown, place, self.found);
        complete_hierarchy(&mut self.teams, |team| team.name.clone());
        drafts.append(&mut self.users);
        drafts.append(&mut self.teams);
    }
}

fn logins(list: &Part<'_>) -> Vec<String> {
    let nodes = list.get("nodes").map(|nodes| nodes.items()).unwrap_or_default();
    nodes.iter().filter_map(|node| Some(node.get("login")?.value()?.as_str()?.to_owned())).collect()
}
