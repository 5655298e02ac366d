//! A user or a group before it is an entity.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json, json};

use crate::config::OrgMerge;
use crate::text::Span;
use crate::yaml::{Entry, Map, Node, Value};

/// An entity of an organisation, as a catalog file would say it.
#[derive(Debug, Clone)]
pub struct OrgEntity {
    /// The entity; all of it has the place of its entry.
    pub root: Node,
    /// Where its entry is.
    pub span: Span,
    /// The line in which that begins, from 1.
    pub line: u32,
    /// What holds if a catalog file says the same entity.
    pub merge: OrgMerge,
}

/// A user or a group.
#[derive(Debug)]
pub(super) struct Draft {
    /// Its name; the namespace is in `metadata`.
    pub(super) name: String,
    /// `metadata` without the name.
    pub(super) metadata: JsonMap<String, Json>,
    pub(super) profile: JsonMap<String, Json>,
    /// The rest of `spec`.
    pub(super) spec: JsonMap<String, Json>,
    /// Other fields.
    pub(super) more: JsonMap<String, Json>,
    pub(super) is_group: bool,
    /// The groups of a user; the parent of a group, as at most one.
    pub(super) above: Vec<String>,
    /// The groups below a group.
    pub(super) children: Vec<String>,
    /// The users of a group, where the source says so.
    pub(super) members: Option<Vec<String>>,
    /// Where its entry is.
    pub(super) span: Span,
}

impl Draft {
    pub(super) fn user(name: String, span: Span) -> Self {
        Self {
            name,
            metadata: JsonMap::new(),
            profile: JsonMap::new(),
            spec: JsonMap::new(),
            more: JsonMap::new(),
            is_group: false,
            above: Vec::new(),
            children: Vec::new(),
            members: None,
            span,
        }
    }

    pub(super) fn group(name: String, kind: &str, span: Span) -> Self {
        let mut group = Self { is_group: true, ..Self::user(name, span) };
        group.spec.insert("type".to_owned(), json!(kind));
        group
    }

    pub(super) const fn kind(&self) -> &'static str {
        if self.is_group { "Group" } else { "User" }
    }

    pub(super) fn namespace(&self) -> &str {
        self.metadata.get("namespace").and_then(Json::as_str).unwrap_or("default")
    }

    /// Returns the reference by which others mean it.
    pub(super) fn reference(&self) -> String {
        format!("{}:{}/{}", if self.is_group { "group" } else { "user" }, self.namespace(), self.name)
    }

    /// Sets a field of `metadata` if there is something to set.
    pub(super) fn describe(&mut self, field: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.metadata.insert(field.to_owned(), json!(text));
        }
    }

    /// Sets a field of the profile if there is something to set.
    pub(super) fn show(&mut self, field: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.profile.insert(field.to_owned(), json!(text));
        }
    }

    /// Sets an annotation if there is something to set.
    pub(super) fn annotate(&mut self, key: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        let annotations = self.metadata.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(key.to_owned(), json!(text));
        }
    }

    /// Makes the entity.
    pub(super) fn entity(self, merge: OrgMerge) -> OrgEntity {
        let mut spec = self.spec;
        if !self.profile.is_empty() {
            spec.insert("profile".to_owned(), Json::Object(self.profile));
        }
        if self.is_group {
            if let Some(parent) = self.above.into_iter().next() {
                spec.insert("parent".to_owned(), json!(parent));
            }
            spec.insert("children".to_owned(), json!(self.children));
            if let Some(members) = self.members {
                spec.insert("members".to_owned(), json!(members));
            }
        } else {
            spec.insert("memberOf".to_owned(), json!(self.above));
        }
        let mut metadata = JsonMap::new();
        metadata.insert("name".to_owned(), json!(self.name));
        metadata.extend(self.metadata);
        let mut root = JsonMap::new();
        root.insert("apiVersion".to_owned(), json!("backstage.io/v1alpha1"));
        root.insert("kind".to_owned(), json!(if self.is_group { "Group" } else { "User" }));
        root.insert("metadata".to_owned(), Json::Object(metadata));
        root.extend(self.more);
        root.insert("spec".to_owned(), Json::Object(spec));
        OrgEntity { root: node(self.span, &Json::Object(root)), span: self.span, line: 1, merge }
    }
}

/// Makes a node of JSON, all of it at one place.
fn node(span: Span, json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, float) => Value::Float(float.unwrap_or_default()),
        },
        Json::String(text) => Value::Str(text.as_str().into()),
        Json::Array(items) => Value::Seq(items.iter().map(|item| node(span, item)).collect()),
        Json::Object(entries) => Value::Map(Arc::new(Map::new(entries.iter().map(|(key, value)| Entry {
            key: key.as_str().into(),
            key_span: span,
            value: node(span, value),
        })))),
    };
    Node { span, value }
}

/// Completes parents and children from either side, as Backstage's providers do: a child that two groups name belongs to the
/// first of them unless it names its parent itself. `of` returns the reference that the drafts use for a group.
pub(super) fn complete_hierarchy(drafts: &mut [Draft], of: impl Fn(&Draft) -> String) {
    let places: HashMap<String, usize> =
        drafts.iter().enumerate().filter(|(_, draft)| draft.is_group).map(|(at, draft)| (of(draft), at)).collect();
    let groups: Vec<usize> = (0..drafts.len()).filter(|at| drafts[*at].is_group).collect();
    let mut known: HashMap<usize, BTreeSet<String>> =
        groups.iter().map(|at| (*at, drafts[*at].children.iter().cloned().collect())).collect();
    for at in &groups {
        let own = of(&drafts[*at]);
        let Some(parent) = drafts[*at].above.first().and_then(|parent| places.get(parent)).copied() else { continue };
        if known.entry(parent).or_default().insert(own.clone()) {
            drafts[parent].children.push(own);
        }
    }
    for at in &groups {
        let own = of(&drafts[*at]);
        let children: Vec<usize> = drafts[*at].children.iter().filter_map(|child| places.get(child)).copied().collect();
        for child in children {
            if drafts[child].above.is_empty() {
                drafts[child].above.push(own.clone());
            }
        }
    }
}

/// Sets a value at a path such as `metadata.labels` or `metadata.annotations['acme.org/x']`.
pub(super) fn set(draft: &mut Draft, path: &str, value: &Json) {
    let parts = path_parts(path);
    let Some((first, rest)) = parts.split_first() else { return };
    let (place, rest) = match (first.as_str(), rest) {
        ("metadata", [only]) if only == "name" => {
            if let Some(name) = value.as_str() {
                name.clone_into(&mut draft.name);
            }
            return;
        }
        ("metadata", rest) => (&mut draft.metadata, rest),
        ("spec", [profile, rest @ ..]) if profile == "profile" => (&mut draft.profile, rest),
        ("spec", rest) => (&mut draft.spec, rest),
        _ => (&mut draft.more, &parts[..]),
    };
    let Some((last, between)) = rest.split_last() else {
        if let Json::Object(entries) = value {
            place.extend(entries.clone());
        }
        return;
    };
    let mut place = place;
    for part in between {
        let inner = place.entry(part.clone()).or_insert_with(|| json!({}));
        if !inner.is_object() {
            *inner = json!({});
        }
        match inner.as_object_mut() {
            Some(inner) => place = inner,
            None => return,
        }
    }
    place.insert(last.clone(), value.clone());
}

fn path_parts(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = path.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '.' => parts.push(std::mem::take(&mut part)),
            '[' => {
                parts.push(std::mem::take(&mut part));
                part = rest.by_ref().take_while(|c| *c != ']').filter(|c| !matches!(c, '"' | '\'')).collect();
            }
            c => part.push(c),
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    #[test]
    fn paths_of_set_are_those_of_lodash() {
        let mut draft = Draft::group("a".to_owned(), "unknown", Span::whole(FileId::new(0)));
        set(&mut draft, "metadata.annotations['acme.org/x.y']", &json!("1"));
        set(&mut draft, "metadata.labels", &json!({"from": "ldap"}));
        set(&mut draft, "spec.profile.email", &json!("a@b"));
        set(&mut draft, "spec.type", &json!("team"));
        set(&mut draft, "metadata.name", &json!("b"));
        let entity = serde_json::to_value(&draft.entity(OrgMerge::Yaml).root).unwrap();
        assert_eq!(
            entity,
            json!({
                "apiVersion": "backstage.io/v1alpha1", "kind": "Group",
                "metadata": {"name": "b", "annotations": {"acme.org/x.y": "1"}, "labels": {"from": "ldap"}},
                "spec": {"type": "team", "profile": {"email": "a@b"}, "children": []},
            })
        );
    }

    #[test]
    fn a_hierarchy_is_completed_from_either_side_and_may_be_a_circle() {
        let group = |name: &str, above: &[&str], children: &[&str]| {
            let mut draft = Draft::group(name.to_owned(), "t", Span::whole(FileId::new(0)));
            draft.above = above.iter().map(|name| (*name).to_owned()).collect();
            draft.children = children.iter().map(|name| (*name).to_owned()).collect();
            draft
        };
        let mut drafts = [
            group("web", &[], &["ops"]),
            group("all", &[], &["ops"]),
            group("ops", &[], &[]),
            group("sub", &["web"], &[]),
        ];
        complete_hierarchy(&mut drafts, |draft| draft.name.clone());
        assert_eq!(drafts[2].above, ["web"], "the first that names it");
        assert_eq!(drafts[0].children, ["ops", "sub"]);
        let mut circle = [group("a", &["b"], &[]), group("b", &["a"], &[])];
        complete_hierarchy(&mut circle, |draft| draft.name.clone());
        assert_eq!(circle[0].children, ["b"]);
    }
}
