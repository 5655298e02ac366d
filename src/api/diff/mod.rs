//! The differences between two versions of a definition, and what they mean for its users.
//!
//! Two references are compared, whatever they were read from. `tree` compares what is described by schemas (OpenAPI,
//! AsyncAPI), where names of schemas mean nothing to a reader of the data; `graphql` and `protobuf` compare types,
//! whose names, nullability and numbers do.
//!
//! Invariants: comparing a definition with itself finds nothing; a change is reported once, however many operations it
//! reaches; positions are not compared, so that moved text is no change.

mod graphql;
mod protobuf;
pub mod report;
pub mod rules;
mod tree;

use std::collections::HashMap;

use super::model::{Field, Flags, Item, Mark, Reference};
use crate::text::Span;
pub use rules::{Level, Rule};

/// How many operations a change names.
const MAX_OPERATIONS: usize = 200;

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What kind of change it is.
    pub rule: &'static Rule,
    /// What it means: that of the rule, or less where no operation uses what has changed.
    pub level: Level,
    /// The operation, message or type that has changed, such as `GET /pets`.
    pub subject: String,
    /// What has changed.
    pub message: String,
    /// Where it was.
    pub old: Option<Span>,
    /// Where it is.
    pub new: Option<Span>,
    /// The operations that it reaches, apart from the subject.
    pub operations: Vec<String>,
}

/// Returns whether two definitions are of one format, whatever its version: others have nothing to compare.
#[must_use]
pub fn is_same_format(old: &Reference, new: &Reference) -> bool {
    let family = |reference: &Reference| reference.format.split(' ').next().unwrap_or_default().to_owned();
    family(old) == family(new)
}

/// Compares two versions of a definition; what breaks comes first.
#[must_use]
pub fn compare(old: &Reference, new: &Reference) -> Vec<Change> {
    let mut found = Findings::default();
    if new.format.starts_with("GraphQL") {
        graphql::compare(old, new, &mut found);
    } else if new.format.starts_with("Protocol Buffers") {
        protobuf::compare(old, new, &mut found);
    } else {
        tree::compare(old, new, &mut found);
    }
    let mut changes = found.list;
    // The order of the definition is kept within a level.
    changes.sort_by_key(|change| std::cmp::Reverse(change.level));
    changes
}

/// Compares two versions of a definition if they are of one format; see [`compare`].
#[must_use]
pub fn compare_alike(old: &Reference, new: &Reference) -> Option<Vec<Change>> {
    is_same_format(old, new).then(|| compare(old, new))
}

impl Change {
    /// Makes a change of a whole API, which is described at these places.
    #[must_use]
    pub fn whole(rule: &'static Rule, name: &str, message: &str, old: Option<Span>, new: Option<Span>) -> Self {
        Self {
            rule,
            level: rule.level,
            subject: name.to_owned(),
            message: message.to_owned(),
            old,
            new,
            operations: Vec::new(),
        }
    }
}

/// Which ways data goes, as seen from the one who offers the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
struct Ways {
    input: bool,
    output: bool,
}

impl Ways {
    const NONE: Self = Self { input: false, output: false };
    const IN: Self = Self { input: true, output: false };
    const OUT: Self = Self { input: false, output: true };
    const BOTH: Self = Self { input: true, output: true };

    fn and(self, other: Self) -> Self {
        Self { input: self.input && other.input, output: self.output && other.output }
    }

    fn or(self, other: Self) -> Self {
        Self { input: self.input || other.input, output: self.output || other.output }
    }

    fn without(self, other: Self) -> Self {
        Self { input: self.input && !other.input, output: self.output && !other.output }
    }

    fn turned(self) -> Self {
        Self { input: self.output, output: self.input }
    }

    /// Returns the ways in which a value with these flags goes at all.
    fn of(flags: Flags) -> Self {
        Self { input: !flags.read_only, output: !flags.write_only }
    }
}

/// Where the comparison is.
#[derive(Debug, Clone)]
struct At<'s> {
    subject: &'s str,
    /// The operations that what is compared belongs to, where the subject is none.
    operations: &'s [String],
    /// The part of the subject, such as `the response 200`; empty for all of it.
    part: String,
    /// The path of properties in that part.
    path: String,
    old: Option<Span>,
    new: Option<Span>,
    ways: Ways,
    /// The worst that a change can mean here.
    worst: Level,
}

impl<'s> At<'s> {
    fn new(subject: &'s str, old: Option<Span>, new: Option<Span>) -> Self {
        Self {
            subject,
            operations: &[],
            part: String::new(),
            path: String::new(),
            old,
            new,
            ways: Ways::BOTH,
            worst: Level::Breaking,
        }
    }

    /// Goes to a part of the subject.
    fn part(&self, part: impl Into<String>) -> Self {
        Self { part: part.into(), path: String::new(), ..self.clone() }
    }

    /// Goes to where two versions are, as far as that is known.
    fn place(&self, old: Option<Span>, new: Option<Span>) -> Self {
        Self { old: old.or(self.old), new: new.or(self.new), ..self.clone() }
    }

    fn ways(&self, ways: Ways) -> Self {
        Self { ways, ..self.clone() }
    }

    /// Goes to a property.
    fn field(&self, name: &str, old: Option<&Field>, new: Option<&Field>) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        let place = |field: Option<&Field>, around| field.and_then(|field| field.place.or(around));
        Self { path, old: place(old, self.old), new: place(new, self.new), ..self.clone() }
    }

    /// Names what is compared, within a sentence.
    fn name(&self) -> String {
        match (self.path.is_empty(), self.part.is_empty()) {
            (true, true) => "it".to_owned(),
            (true, false) => self.part.clone(),
            (false, true) => format!("`{}`", self.path),
            (false, false) => format!("`{}` of {}", self.path, self.part),
        }
    }
}

/// The rule, both places, and what else distinguishes changes.
type Known = (&'static str, Option<Span>, Option<Span>, String);

/// What was found so far.
#[derive(Debug, Default)]
struct Findings {
    list: Vec<Change>,
    /// One change of a part that many operations share is one change.
    known: HashMap<Known, usize>,
}

impl Findings {
    /// Records a change. `detail` distinguishes several changes at the same place.
    fn add(&mut self, rule: &'static Rule, at: &At<'_>, detail: &str, message: String) {
        let placed = at.old.is_some() || at.new.is_some();
        let detail = if placed { detail.to_owned() } else { format!("{} {message}", at.subject) };
        let key = (rule.name, at.old, at.new, detail);
        let operations = std::iter::once(at.subject).filter(|subject| !at.operations.iter().any(|it| it == subject));
        if let Some(known) = self.known.get(&key) {
            let change = &mut self.list[*known];
            for name in at.operations.iter().map(String::as_str).chain(operations) {
                if name != change.subject
                    && change.operations.len() < MAX_OPERATIONS
                    && !change.operations.iter().any(|other| other == name)
                {
                    change.operations.push(name.to_owned());
                }
            }
            change.level = change.level.max(rule.level.min(at.worst));
            return;
        }
        // What is left of the level says that nothing sends or receives it.
        let message = if rule.level > at.worst { format!("{message}; no operation uses it") } else { message };
        self.known.insert(key, self.list.len());
        self.list.push(Change {
            rule,
            level: rule.level.min(at.worst),
            subject: at.subject.to_owned(),
            message,
            old: at.old,
            new: at.new,
            operations: at.operations.iter().filter(|name| *name != at.subject).cloned().collect(),
        });
    }

    /// Notes a change of data that goes some ways: the rule of the worse way counts.
    fn by_way(&mut self, at: &At<'_>, input: Option<&'static Rule>, output: Option<&'static Rule>, say: Saying<'_>) {
        let rules = [output.filter(|_| at.ways.output), input.filter(|_| at.ways.input)];
        let Some(rule) = rules.into_iter().flatten().reduce(|a, b| if b.level > a.level { b } else { a }) else {
            return;
        };
        self.add(rule, at, say.detail, say.message);
    }
}

/// What to say of a change, and the detail that it is about.
struct Saying<'d> {
    detail: &'d str,
    message: String,
}

fn say(message: String) -> Saying<'static> {
    Saying { detail: "", message }
}

/// Returns what an item goes by in both versions.
fn identity(item: &Item) -> String {
    match &item.mark {
        Some(Mark { name, value }) if matches!(*name, "operation" | "channel") => format!("{name} {}", nameless(value)),
        Some(Mark { name, value }) => format!("{name} {value}"),
        None => item.key.to_string(),
    }
}

/// Takes the names out of the variables of a path.
fn nameless(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Names an item for people.
fn title(item: &Item) -> String {
    if item.verb.is_empty() { item.name.to_string() } else { format!("{} {}", item.verb, item.name) }
}

/// Returns the items of a reference in order with what each goes by; of several with one name the first.
fn items(reference: &Reference) -> (Vec<(String, &Item)>, HashMap<String, &Item>) {
    let all: Vec<(String, &Item)> =
        reference.groups.iter().flat_map(|group| &group.items).map(|item| (identity(item), item)).collect();
    let mut known = HashMap::with_capacity(all.len());
    for (name, item) in &all {
        known.entry(name.clone()).or_insert(*item);
    }
    let mut seen = std::collections::HashSet::new();
    let first = all.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect();
    (first, known)
}

/// Compares what both have with `pair`, which gets the new title, and reports the rest by the rules that `rules` gives:
/// for what was removed, and for what was added.
fn every_item(
    old: &Reference,
    new: &Reference,
    found: &mut Findings,
    rules: impl Fn(&Item) -> (&'static Rule, &'static Rule),
    pair: impl Fn(&Item, &Item, &str, &mut Findings),
) {
    let (olds, old_by) = items(old);
    let (news, new_by) = items(new);
    for (identity, item) in &olds {
        match new_by.get(identity) {
            None => {
                let subject = title(item);
                let at = At::new(&subject, item.place, None);
                found.add(rules(item).0, &at, "", format!("`{}` was removed", item.name));
            }
            Some(other) => pair(item, other, &title(other), found),
        }
    }
    for (_, item) in news.iter().filter(|(identity, _)| !old_by.contains_key(identity)) {
        let subject = title(item);
        let at = At::new(&subject, None, item.place);
        found.add(rules(item).1, &at, "", format!("`{}` was added", item.name));
    }
}

/// Puts names into a sentence.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [rest @ .., last] if !rest.is_empty() && rest.len() < 12 => format!("{} and {last}", rest.join(", ")),
        [rest @ .., _] if !rest.is_empty() => format!("{} and {} more", rest[..11].join(", "), names.len() - 11),
        _ => names.join(""),
    }
}
