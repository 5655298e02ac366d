//! An organisation at Okta: users, groups and the members of each. Names, fields and the hierarchy are those of Roadie's
//! provider (catalog-backend-module-okta).

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value as Json;

use super::unknown_members;
use crate::config::OrgConfig;
use crate::diag::Diagnostics;
use crate::org::draft::Draft;
use crate::org::files::{self, Saved};
use crate::org::json::Part;
use crate::org::names::{kebab, slug};
use crate::org::{incomplete, skipped};
use crate::text::Span;
use crate::workspace::Workspace;

pub(super) fn read(workspace: &Workspace, source: &OrgConfig, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
    let mut answers = Answers { source, users: Vec::new(), groups: Vec::new(), members: BTreeMap::new() };
    for file in files::read(workspace, &source.files, &format!("org[{}].files", source.number), found) {
        let name = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".json").to_owned();
        let in_members = file.path.rsplit('/').nth(1) == Some("members");
        let is_known = in_members || ["users", "groups"].iter().any(|start| name.starts_with(start));
        if !is_known || !file.path.ends_with(".json") {
            continue;
        }
        let Some(whole) = file.json(found) else { continue };
        for item in items(&file, &whole, found) {
            let span = file.span(item.range());
            let value = item.value().unwrap_or_default();
            if in_members {
                let id = name.split('.').next().unwrap_or_default().to_owned();
                answers.members.entry(id).or_default().extend(text(&value, "id").map(str::to_owned));
            } else if name.starts_with("users") {
                answers.user(span, &value, found);
            } else {
                answers.groups.push((span, value));
            }
        }
    }
    answers.finish(drafts, found);
}

/// Returns the items of an answer: a list, or a list of pages.
fn items<'p>(file: &Saved, whole: &Part<'p>, found: &mut Diagnostics) -> Vec<Part<'p>> {
    if !whole.is_list() {
        let value = whole.value().unwrap_or_default();
        let what = match text(&value, "errorSummary").or_else(|| text(&value, "errorCode")) {
            Some(error) => format!("Okta answered with an error: {}", error.chars().take(200).collect::<String>()),
            None => "this answer is no list".to_owned(),
        };
        found.push(incomplete(file.span(whole.range()), what));
        return Vec::new();
    }
    let pages = whole.items();
    if !pages.is_empty() && pages.iter().all(Part::is_list) {
        return pages.iter().flat_map(Part::items).collect();
    }
    pages
}

fn text<'j>(value: &'j Json, key: &str) -> Option<&'j str> {
    value.get(key).and_then(Json::as_str)
}

/// Returns a text or a number as a text.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns what is at a path such as `profile.org_id`.
fn at(value: &Json, path: &str) -> Option<String> {
    plain(path.split('.').try_fold(value, |value, key| value.get(key))?)
}

struct Answers<'a> {
    source: &'a OrgConfig,
    /// Users by id.
    users: Vec<(String, Draft)>,
    groups: Vec<(Span, Json)>,
    /// The ids of members, by the id of a group.
    members: BTreeMap<String, Vec<String>>,
}

impl Answers<'_> {
    /// Copies the attributes of a profile that the configuration names.
    fn annotations(&self, draft: &mut Draft, profile: &Json) {
        for name in &self.source.annotations {
            draft.annotate(name, profile.get(name).and_then(plain).as_deref());
        }
    }

    fn user(&mut self, span: Span, value: &Json, found: &mut Diagnostics) {
        let id = text(value, "id").unwrap_or_default().to_owned();
        let profile = value.get("profile").cloned().unwrap_or_default();
        let email = text(&profile, "email").filter(|email| !email.is_empty());
        let name = match (self.source.user_naming.as_str(), email) {
            ("kebab-case-email", Some(email)) => kebab(email),
            ("strip-domain-email", Some(email)) => email.split('@').next().unwrap_or_default().to_owned(),
            ("slugify-email", Some(email)) => {
                let (name, domain) = email.split_once('@').unwrap_or((email, ""));
                format!("{}-{}", slug(name, &['+']), slug(domain, &[]))
            }
            ("kebab-case-email" | "strip-domain-email" | "slugify-email", None) => {
                found.push(skipped(span, "it has no `profile.email`, from which its name is made"));
                return;
            }
            _ => id.clone(),
        };
        let mut user = Draft::user(name, span);
        user.describe("title", email);
        self.annotations(&mut user, &profile);
        user.show("displayName", text(&profile, "displayName"));
        user.show("email", email);
        self.users.push((id, user));
    }

    fn group_name(&self, value: &Json) -> Option<String> {
        let name = value.get("profile").and_then(|profile| text(profile, "name"));
        match self.source.group_naming.as_str() {
            "kebab-case-name" => name.map(kebab),
            "profile-name" => name.map(str::to_owned),
            _ => text(value, "id").map(str::to_owned),
        }
    }

    fn finish(self, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
        let users: HashMap<&str, &Draft> = self.users.iter().map(|(id, user)| (id.as_str(), user)).collect();
        let (mut unknown, mut place) = (0, None);
        let mut made: Vec<Draft> = Vec::new();
        let mut by_key: HashMap<String, String> = HashMap::new();
        let mut parents: Vec<Option<String>> = Vec::new();
        for (span, value) in &self.groups {
            let Some(name) = self.group_name(value).filter(|name| !name.is_empty()) else {
                found.push(skipped(*span, "it has no `id`, or no `profile.name`, from which its name is made"));
                continue;
            };
            let profile = value.get("profile").cloned().unwrap_or_default();
            let mut group = Draft::group(name.clone(), "group", *span);
            group.describe("title", text(&profile, "name"));
            group.describe("description", text(&profile, "description"));
            self.annotations(&mut group, &profile);
            let ids = self.members.get(text(value, "id").unwrap_or_default()).map_or(&[][..], Vec::as_slice);
            let members: Vec<String> = ids.iter().filter_map(|id| Some(users.get(id.as_str())?.name.clone())).collect();
            if members.len() < ids.len() {
                unknown += ids.len() - members.len();
                place.get_or_insert(*span);
            }
            group.members = Some(members);
            let key = match &self.source.hierarchy_key {
                Some(path) => at(value, path),
                None => Some(name.clone()),
            };
            by_key.extend(key.map(|key| (key, name)));
            parents.push(self.source.hierarchy_parent.as_ref().and_then(|path| at(value, path)));
            made.push(group);
        }
        unknown_members(unknown, place, found);
        for (group, parent) in made.iter_mut().zip(parents) {
            let parent = parent.and_then(|key| by_key.get(&key)).filter(|parent| **parent != group.name);
            group.above.extend(parent.cloned());
        }
        if !self.source.include_empty {
            prune(&mut made);
        }
        drafts.extend(self.users.into_iter().map(|(_, user)| user));
        drafts.append(&mut made);
    }
}

/// Takes away the groups that have no members, unless one below them has.
fn prune(groups: &mut Vec<Draft>) {
    let parents: HashMap<String, String> =
        groups.iter().filter_map(|group| Some((group.name.clone(), group.above.first()?.clone()))).collect();
    let mut kept: HashSet<String> = HashSet::new();
    for group in groups.iter().filter(|group| group.members.as_ref().is_some_and(|members| !members.is_empty())) {
        let mut next = Some(&group.name);
        // A circle ends where it was entered.
        while let Some(name) = next.filter(|name| kept.insert((*name).clone())) {
            next = parents.get(name);
        }
    }
    groups.retain(|group| kept.contains(&group.name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    #[test]
    fn groups_without_members_go_unless_one_below_has_some() {
        let group = |name: &str, above: Option<&str>, members: &[&str]| {
            let mut group = Draft::group(name.to_owned(), "group", Span::whole(FileId::new(0)));
            group.above = above.map(str::to_owned).into_iter().collect();
            group.members = Some(members.iter().map(|name| (*name).to_owned()).collect());
            group
        };
        let mut groups = vec![
            group("root", None, &[]),
            group("child", Some("root"), &["ann"]),
            group("leaf", Some("child"), &[]),
            group("a", Some("b"), &["bob"]),
            group("b", Some("a"), &[]),
        ];
        prune(&mut groups);
        assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["root", "child", "a", "b"]);
    }
}
