//! A directory, as `ldapsearch` answers. Fields, annotations and relations are those of Backstage's provider
//! (plugin-catalog-backend-module-ldap).

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use super::unknown_members;
use crate::config::{OrgConfig, OrgLdap};
use crate::diag::Diagnostics;
use crate::org::draft::{Draft, complete_hierarchy, set};
use crate::org::files;
use crate::org::ldif::{self, Record};
use crate::org::{incomplete, skipped};
use crate::workspace::Workspace;

const DN: &str = "backstage.io/ldap-dn";
const RDN: &str = "backstage.io/ldap-rdn";
const UUID: &str = "backstage.io/ldap-uuid";

/// What differs between servers.
#[derive(Clone, Copy)]
struct Vendor {
    dn: &'static str,
    uuid: &'static str,
}

fn vendor(name: &str) -> Vendor {
    let (dn, uuid) = match name {
        "activedirectory" => ("distinguishedName", "objectGUID"),
        "freeipa" => ("dn", "ipaUniqueID"),
        "google" => ("dn", "uid"),
        "lldap" => ("dn", "entryuuid"),
        _ => ("entryDN", "entryUUID"),
    };
    Vendor { dn, uuid }
}

impl Vendor {
    /// Returns the values of an attribute as texts.
    fn values(self, record: &Record, name: &str) -> Vec<String> {
        if name == "dn" {
            return vec![record.dn.clone()];
        }
        let decode = |value: &[u8]| match name {
            "objectGUID" => guid(value),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        let values: Vec<String> = record.values(name).map(decode).collect();
        // Without operational attributes (`+`), the line `dn:` says the same.
        if values.is_empty() && name == self.dn { vec![record.dn.clone()] } else { values }
    }

    /// Returns the value of an attribute that has one.
    fn value(self, record: &Record, name: Option<&str>) -> Option<String> {
        let mut values = self.values(record, name?);
        if values.len() == 1 { values.pop() } else { None }
    }
}

/// Writes an identifier of Active Directory, whose first three groups are little-endian.
fn guid(bytes: &[u8]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    if bytes.len() != 16 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut out = String::new();
    for (at, place) in ORDER.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{:02x}", bytes[place]);
    }
    out
}

pub(super) fn read(workspace: &Workspace, source: &OrgConfig, drafts: &mut Vec<Draft>, found: &mut Diagnostics) {
    let vendor = vendor(&source.vendor);
    let mut entries = Vec::new();
    for (part, is_group) in [(&source.users, false), (&source.groups, true)] {
        let Some(part) = part else { continue };
        let key = format!("org[{}].{}.files", source.number, if is_group { "groups" } else { "users" });
        for file in files::read(workspace, &part.files, &key, found) {
            let read = ldif::read(&file.text);
            if let Some((range, what)) = read.cut_off {
                found.push(incomplete(file.span(range), format!("the search ended early: {what}")));
            }
            found.extend(read.faults.into_iter().map(|(range, what)| skipped(file.span(range), &what)));
            for record in &read.records {
                let mut draft = match is_group {
                    true => Draft::group(String::new(), "unknown", file.span(record.range.clone())),
                    false => Draft::user(String::new(), file.span(record.range.clone())),
                };
                fill(&mut draft, record, part, vendor);
                if draft.name.is_empty() {
                    found.push(skipped(
                        draft.span,
                        &format!(
                            "`{}` has no single `{}`, which is its name",
                            record.dn,
                            mapped(part, is_group, "name").unwrap_or_default()
                        ),
                    ));
                    continue;
                }
                let list = |key: &str| {
                    mapped(part, is_group, key).map(|name| vendor.values(record, &name)).unwrap_or_default()
                };
                entries.push(Entry { member_of: list("memberOf"), members: list("members"), draft });
            }
        }
    }
    relate(&mut entries, found);
    let mut made: Vec<Draft> = entries.into_iter().map(|entry| entry.draft).collect();
    complete_hierarchy(&mut made, Draft::reference);
    drafts.append(&mut made);
}

/// A draft and what its entry says of others: names, identifiers or distinguished names.
struct Entry {
    draft: Draft,
    member_of: Vec<String>,
    members: Vec<String>,
}

/// Returns the attribute that a field is taken from.
fn mapped(part: &OrgLdap, is_group: bool, field: &str) -> Option<String> {
    if let Some(name) = part.map.get(field) {
        return Some(name.clone());
    }
    let default = match (is_group, field) {
        (false, "rdn" | "name") => "uid",
        (true, "rdn" | "name") | (_, "displayName") => "cn",
        (false, "email") => "mail",
        (_, "memberOf") => "memberOf",
        (true, "description") => "description",
        (true, "type") => "groupType",
        (true, "members") => "member",
        _ => return None,
    };
    Some(default.to_owned())
}

fn fill(draft: &mut Draft, record: &Record, part: &OrgLdap, vendor: Vendor) {
    for (path, value) in &part.set {
        set(draft, path, value);
    }
    let is_group = draft.is_group;
    let value = |field: &str| vendor.value(record, mapped(part, is_group, field).as_deref());
    if let Some(name) = value("name") {
        draft.name = name;
    }
    draft.describe("description", value("description").as_deref());
    draft.annotate(RDN, value("rdn").as_deref());
    draft.annotate(UUID, vendor.value(record, Some(vendor.uuid)).as_deref());
    draft.annotate(DN, vendor.value(record, Some(vendor.dn)).as_deref());
    if let Some(kind) = value("type").filter(|_| is_group) {
        draft.spec.insert("type".to_owned(), kind.into());
    }
    for field in ["displayName", "email", "picture"] {
        draft.show(field, value(field).as_deref());
    }
}

/// Finds entries by reference, distinguished name, relative one and identifier.
struct Index {
    exact: HashMap<String, usize>,
    lower: HashMap<String, usize>,
}

impl Index {
    fn of(entries: &[Entry], is_group: bool) -> Self {
        let mut index = Self { exact: HashMap::new(), lower: HashMap::new() };
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.draft.is_group == is_group) {
            let annotations = entry.draft.metadata.get("annotations");
            let keys = [DN, RDN, UUID].into_iter().filter_map(|key| annotations?.get(key)?.as_str().map(str::to_owned));
            for key in keys.chain([entry.draft.reference()]) {
                index.lower.insert(key.to_lowercase(), at);
                index.exact.insert(key, at);
            }
        }
        index
    }

    /// Finds one by what it is called, as it is written and then in lower case.
    fn find(&self, key: &str) -> Option<usize> {
        self.exact.get(key).or_else(|| self.lower.get(&key.to_lowercase())).copied()
    }
}

fn relate(entries: &mut [Entry], found: &mut Diagnostics) {
    let (users, groups) = (Index::of(entries, false), Index::of(entries, true));
    let mut above: Vec<BTreeSet<String>> = vec![BTreeSet::new(); entries.len()];
    let mut children: Vec<BTreeSet<String>> = vec![BTreeSet::new(); entries.len()];
    let (mut unknown, mut place) = (0, None);
    for at in 0..entries.len() {
        let own = entries[at].draft.reference();
        for group in entries[at].member_of.iter().filter_map(|key| groups.find(key)) {
            above[at].insert(entries[group].draft.reference());
            if entries[at].draft.is_group {
                children[group].insert(own.clone());
            }
        }
        for key in &entries[at].members {
            if let Some(user) = users.find(key) {
                above[user].insert(own.clone());
            }
            if let Some(group) = groups.find(key) {
                above[group].insert(own.clone());
                children[at].insert(entries[group].draft.reference());
            } else if users.find(key).is_none() {
                unknown += 1;
                place.get_or_insert(entries[at].draft.span);
            }
        }
    }
    for (entry, (above, children)) in entries.iter_mut().zip(above.into_iter().zip(children)) {
        // A group in several others has none of them as its parent, unless the first that names it takes it in.
        if !entry.draft.is_group || above.len() == 1 {
            entry.draft.above = above.into_iter().collect();
        }
        entry.draft.children = children.into_iter().collect();
    }
    unknown_members(unknown, place, found);
}

#[cfg(test)]
mod tests {
    use super::guid;

    #[test]
    fn the_first_groups_of_a_guid_are_little_endian() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(guid(&bytes), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(guid(b"plain"), "plain");
    }
}
