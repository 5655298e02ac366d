//! A tenant of Microsoft Entra, as Microsoft Graph answers: organisation, users, groups and their members. Names, fields and
//! annotations are those of Backstage's provider (plugin-catalog-backend-module-msgraph).

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::unknown_members;
use crate::config::OrgConfig;
use crate::diag::Diagnostics;
use crate::org::draft::{Draft, complete_hierarchy};
use crate::org::files::{self, Pages, Saved};
use crate::org::json::Part;
use crate::org::names::normalised;
use crate::org::{incomplete, skipped};
use crate::text::Span;
use crate::workspace::Workspace;

pub(super) fn read(workspace: &Workspace, source: &OrgConfig, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
    let mut tenant = Tenant::default();
    let (mut user_pages, mut group_pages) = (Pages::default(), Pages::default());
    let mut member_pages: BTreeMap<String, Pages> = BTreeMap::new();
    for file in files::read(workspace, &source.files, &format!("org[{}].files", source.number), found) {
        let name = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".json").to_owned();
        let in_members = file.path.rsplit('/').nth(1) == Some("members");
        let is_known = in_members || ["organization", "users", "groups"].iter().any(|start| name.starts_with(start));
        if !is_known || !file.path.ends_with(".json") {
            continue;
        }
        let Some(whole) = file.json(found) else { continue };
        for page in if whole.is_list() { whole.items() } else { vec![whole] } {
            let Some(value) = values(&file, &page, found) else { continue };
            let next = page.get("@odata.nextLink").map(|next| file.span(next.range()));
            if in_members {
                // Further pages may be beside the first one: `ID.2.json`.
                let id = name.split('.').next().unwrap_or_default().to_owned();
                member_pages.entry(id.clone()).or_default().page(next);
                let ids = value.iter().filter_map(|item| text(&item.value()?, "id").map(str::to_owned));
                tenant.members.entry(id).or_default().extend(ids);
            } else if name.starts_with("users") {
                user_pages.page(next);
                value.iter().for_each(|item| tenant.user(file.span(item.range()), item, found));
            } else if name.starts_with("groups") {
                group_pages.page(next);
                value.iter().for_each(|item| tenant.group(file.span(item.range()), item, found));
            } else if let Some(item) = value.first() {
                tenant.organization(file.span(item.range()), item);
            }
        }
    }
    user_pages.finish("users", found);
    group_pages.finish("groups", found);
    member_pages.values().for_each(|pages| pages.finish("members", found));
    tenant.finish(drafts, found);
}

fn text<'j>(value: &'j Json, key: &str) -> Option<&'j str> {
    value.get(key).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// Returns the items of a page; nothing, with a report, if it is none.
fn values<'p>(file: &Saved, page: &Part<'p>, found: &mut Diagnostics) -> Option<Vec<Part<'p>>> {
    if let Some(error) = page.get("error") {
        let value = error.value().unwrap_or_default();
        let message: String =
            text(&value, "message").or_else(|| text(&value, "code")).unwrap_or("an error").chars().take(200).collect();
        found.push(incomplete(file.span(error.range()), format!("Microsoft Graph answered with an error: {message}")));
        return None;
    }
    let Some(list) = page.get("value").filter(Part::is_list) else {
        found.push(incomplete(file.span(page.range()), "this answer has no list `value`"));
        return None;
    };
    Some(list.items())
}

#[derive(Default)]
struct Tenant {
    root: Option<Draft>,
    users: Vec<(String, Draft)>,
    groups: Vec<(String, Draft)>,
    /// The ids of members, by the id of a group.
    members: BTreeMap<String, Vec<String>>,
}

impl Tenant {
    fn organization(&mut self, span: Span, item: &Part<'_>) {
        let value = item.value().unwrap_or_default();
        let (Some(id), Some(title)) = (text(&value, "id"), text(&value, "displayName")) else { return };
        let mut root = Draft::group(normalised(title), "root", span);
        root.describe("description", Some(title));
        root.annotate("graph.microsoft.com/tenant-id", Some(id));
        root.show("displayName", Some(title));
        self.root.get_or_insert(root);
    }

    fn user(&mut self, span: Span, item: &Part<'_>, found: &mut Diagnostics) {
        let value = item.value().unwrap_or_default();
        if value.get("accountEnabled") == Some(&Json::Bool(false)) {
            return;
        }
        let (Some(id), Some(title)) = (text(&value, "id"), text(&value, "displayName")) else {
            found.push(skipped(span, "it has no `id` or no `displayName`"));
            return;
        };
        let mail = text(&value, "mail");
        let Some(name) = mail.or_else(|| text(&value, "userPrincipalName")) else {
            found.push(skipped(span, "it has neither `mail` nor `userPrincipalName`, from which its name is made"));
            return;
        };
        let mut user = Draft::user(normalised(name), span);
        user.annotate("graph.microsoft.com/user-id", Some(id));
        user.annotate("microsoft.com/email", mail);
        user.show("displayName", Some(title));
        user.show("email", mail);
        self.users.push((id.to_owned(), user));
    }

    fn group(&mut self, span: Span, item: &Part<'_>, found: &mut Diagnostics) {
        let value = item.value().unwrap_or_default();
        let (Some(id), Some(title)) = (text(&value, "id"), text(&value, "displayName")) else {
            found.push(skipped(span, "it has no `id` or no `displayName`"));
            return;
        };
        // The nickname of a security group is made of random letters.
        let is_secured = value.get("securityEnabled") == Some(&Json::Bool(true));
        let name = if is_secured { title } else { text(&value, "mailNickname").unwrap_or(title) };
        let mut group = Draft::group(normalised(name), "team", span);
        group.describe("description", text(&value, "description"));
        group.annotate("graph.microsoft.com/group-id", Some(id));
        group.show("displayName", Some(title));
        group.show("email", text(&value, "mail"));
        self.groups.push((id.to_owned(), group));
    }

    fn finish(mut self, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
        let users: HashMap<String, usize> =
            self.users.iter().enumerate().map(|(at, (id, _))| (id.clone(), at)).collect();
        let groups: HashMap<String, usize> =
            self.groups.iter().enumerate().map(|(at, (id, _))| (id.clone(), at)).collect();
        let (mut unknown, mut place) = (0, None);
        // By id, so the first of several parents is always the same.
        for (id, members) in &self.members {
            let Some(group) = groups.get(id).copied() else { continue };
            let reference = self.groups[group].1.reference();
            for member in members {
                if let Some(user) = users.get(member) {
                    self.users[*user].1.above.push(reference.clone());
                } else if let Some(child) = groups.get(member).copied() {
                    let child_reference = self.groups[child].1.reference();
                    self.groups[group].1.children.push(child_reference);
                    if self.groups[child].1.above.is_empty() && child != group {
                        self.groups[child].1.above.push(reference.clone());
                    }
                } else {
                    unknown += 1;
                    place.get_or_insert(self.groups[group].1.span);
                }
            }
        }
        unknown_members(unknown, place, found);
        if let Some(root) = &mut self.root {
            let reference = root.reference();
            for (_, group) in self.groups.iter_mut().filter(|(_, group)| group.above.is_empty()) {
                group.above.push(reference.clone());
                root.children.push(group.reference());
            }
        }
        let mut made: Vec<Draft> = self.root.into_iter().collect();
        made.extend(self.users.into_iter().chain(self.groups).map(|(_, draft)| draft));
        complete_hierarchy(&mut made, Draft::reference);
        drafts.append(&mut made);
    }
}
