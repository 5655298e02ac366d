//! Definitions whose data is described by schemas: OpenAPI and AsyncAPI.
//!
//! Data counts, not the names of schemas: a property that refers to another schema of the same shape has not changed.
//! Each pair of named schemas is compared once, for the ways in which operations use it.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Write as _;

use super::rules::*;
use super::{At, Findings, Saying, Ways, identity, items, listed, nameless, say, title};
use crate::api::model::{
    Block, Choice, ChoiceOption, Cut, Detail, Fact, Field, Flags, Item, Piece, Reference, Role, Shape, Way,
};

/// How deep shapes are compared, references followed.
const MAX_DEPTH: usize = 24;
/// How many operations are remembered for a schema.
const MAX_USERS: usize = 200;

pub(super) fn compare(old: &Reference, new: &Reference, found: &mut Findings) {
    let (old, new) = (Side::new(old), Side::new(new));
    let mut pair = Pair { old: &old, new: &new, found, open: Vec::new() };
    pair.about();
    for (identity, item) in &old.order {
        if !new.by_identity.contains_key(identity) {
            pair.gone(item);
        }
    }
    for (identity, item) in &new.order {
        match old.by_identity.get(identity) {
            Some(other) => pair.item(other, item),
            None => pair.came(item),
        }
    }
}

/// How operations use a schema or a message.
#[derive(Debug, Default)]
struct Use {
    ways: Ways,
    operations: Vec<String>,
}

/// One version.
struct Side<'r> {
    reference: &'r Reference,
    order: Vec<(String, &'r Item)>,
    by_identity: HashMap<String, &'r Item>,
    by_key: HashMap<&'r str, &'r Item>,
    uses: HashMap<&'r str, Use>,
}

impl<'r> Side<'r> {
    fn new(reference: &'r Reference) -> Self {
        let (order, by_identity) = items(reference);
        let by_key = reference.groups.iter().flat_map(|group| &group.items).map(|item| (&*item.key, item)).collect();
        let mut side = Self { reference, order, by_identity, by_key, uses: HashMap::new() };
        side.reach();
        side
    }

    /// Finds out what every operation uses, and which way it goes there.
    fn reach(&mut self) {
        let mut links: HashMap<&'r str, Vec<(&'r str, Ways)>> = HashMap::new();
        let all = self.reference.groups.iter().flat_map(|group| &group.items);
        let is_start = |item: &&Item| item.role == Role::Operation;
        // What only channels name is used by whoever joins them.
        let starts: Vec<&'r Item> =
            all.clone().filter(is_start).chain(all.filter(|item| item.role == Role::Channel)).collect();
        for start in starts {
            let name = title(start);
            let mut seen: HashMap<&str, Ways> = HashMap::new();
            let mut open: VecDeque<(&'r str, Ways)> = item_links(start).into();
            if start.role == Role::Channel {
                open.retain(|(key, _)| !self.uses.contains_key(key));
            }
            while let Some((key, ways)) = open.pop_front() {
                let known = seen.entry(key).or_default();
                let fresh = ways.without(*known);
                if fresh == Ways::NONE {
                    continue;
                }
                *known = known.or(ways);
                let Some(item) = self.by_key.get(key).copied() else { continue };
                let used = self.uses.entry(key).or_default();
                used.ways = used.ways.or(ways);
                if used.operations.len() < MAX_USERS && used.operations.last() != Some(&name) {
                    used.operations.push(name.clone());
                }
                let further = links.entry(key).or_insert_with(|| item_links(item));
                open.extend(further.iter().map(|(key, mask)| (*key, mask.and(ways))).filter(|it| it.1 != Ways::NONE));
            }
        }
    }

    fn target(&self, shape: &'r Shape) -> Option<&'r Item> {
        self.by_key.get(alone(shape)?.1).copied()
    }
}

/// Returns what an item leads to, and which ways data goes there.
fn item_links(item: &Item) -> Vec<(&str, Ways)> {
    let mut links = Vec::new();
    let ways = action(item);
    fact_links(&item.facts, ways, &mut links);
    for block in &item.blocks {
        block_links(block, ways, &mut links);
    }
    links
}

/// Returns which way the messages of an operation go.
fn action(item: &Item) -> Ways {
    match item.verb.as_str() {
        "RECEIVE" | "PUBLISH" => Ways::IN,
        "SEND" | "SUBSCRIBE" => Ways::OUT,
        _ => Ways::BOTH,
    }
}

fn fact_links<'r>(facts: &'r [Fact], ways: Ways, links: &mut Vec<(&'r str, Ways)>) {
    for fact in facts.iter().filter(|fact| &*fact.label == "Messages") {
        for piece in &fact.pieces {
            if let Piece::Link { key, .. } = piece {
                links.push((key, ways));
            }
        }
    }
}

fn way(block: &Block, around: Ways) -> Ways {
    match block.way {
        Way::In => Ways::IN,
        Way::Out => Ways::OUT,
        Way::Both => around,
    }
}

fn block_links<'r>(block: &'r Block, around: Ways, links: &mut Vec<(&'r str, Ways)>) {
    let ways = way(block, around);
    // An answer goes the other way.
    fact_links(&block.facts, if &*block.title == "Reply" { ways.turned() } else { ways }, links);
    if let Some(shape) = &block.shape {
        shape_links(shape, ways, links);
    }
    for field in &block.fields {
        shape_links(&field.shape, ways, links);
    }
    for inner in &block.blocks {
        block_links(inner, ways, links);
    }
}

fn shape_links<'r>(shape: &'r Shape, ways: Ways, links: &mut Vec<(&'r str, Ways)>) {
    let ways = ways.and(Ways::of(shape.flags));
    for piece in &shape.types {
        if let Piece::Link { key, .. } = piece {
            links.push((key, ways));
        }
    }
    for field in &shape.fields {
        shape_links(&field.shape, ways, links);
    }
    for option in shape.choices.iter().flat_map(|choice| &choice.options) {
        shape_links(&option.shape, ways, links);
    }
}

/// Returns how many lists are around it and what a shape refers to, where that is all it is.
fn alone(shape: &Shape) -> Option<(usize, &str)> {
    if !shape.fields.is_empty() || !shape.choices.is_empty() {
        return None;
    }
    let mut links = shape.types.iter().filter_map(|piece| match piece {
        Piece::Link { key, .. } => Some(&**key),
        _ => None,
    });
    let link = links.next()?;
    if links.next().is_some() {
        return None;
    }
    let before = shape.types.iter().take_while(|piece| !matches!(piece, Piece::Link { .. }));
    Some((before.filter(|piece| piece.shown() == "array of ").count(), link))
}

/// A shape with what it refers to put in its place.
struct Full<'r> {
    arrays: usize,
    /// Empty for any.
    names: BTreeSet<String>,
    format: Option<String>,
    flags: Flags,
    details: Vec<&'r Detail>,
    fields: &'r [Field],
    choices: &'r [Choice],
    cut: Option<Cut>,
}

impl Full<'_> {
    fn words(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let mut text = format!("{}{}", "array of ".repeat(self.arrays), names.join(" or "));
        if names.is_empty() {
            text.push_str("any type");
        }
        if let Some(format) = &self.format {
            let _ = write!(text, " ({format})");
        }
        text
    }
}

/// Two versions being compared.
struct Pair<'p, 'r> {
    old: &'p Side<'r>,
    new: &'p Side<'r>,
    found: &'p mut Findings,
    /// The schemas that are being compared, so that circles end.
    open: Vec<(String, String)>,
}

impl<'r> Pair<'_, 'r> {
    /// Compares what holds for all: servers.
    fn about(&mut self) {
        let servers = |reference: &'r Reference| -> Vec<&'r Field> {
            reference.blocks.iter().filter(|block| &*block.title == "Servers").flat_map(|block| &block.fields).collect()
        };
        let address = |field: &Field| match field.shape.types.first() {
            Some(Piece::Code(address)) => address.to_string(),
            _ => field.name.to_string(),
        };
        let (before, after) = (servers(self.old.reference), servers(self.new.reference));
        for server in &before {
            if !after.iter().any(|other| address(other) == address(server)) {
                let at = At::new("servers", server.place, None);
                self.found.add(&SERVER_REMOVED, &at, "", format!("`{}` was removed", address(server)));
            }
        }
        for server in &after {
            if !before.iter().any(|other| address(other) == address(server)) {
                let at = At::new("servers", None, server.place);
                self.found.add(&SERVER_ADDED, &at, "", format!("`{}` was added", address(server)));
            }
        }
    }

    fn gone(&mut self, item: &Item) {
        let subject = title(item);
        let at = At::new(&subject, item.place, None);
        match item.role {
            Role::Operation => {
                let was = if item.deprecated { "; it was deprecated" } else { "" };
                self.found.add(&OPERATION_REMOVED, &at, "", format!("it was removed{was}"));
            }
            Role::Channel => self.found.add(&CHANNEL_REMOVED, &at, "", "it was removed".to_owned()),
            // What uses them says what is missing.
            _ => {}
        }
    }

    fn came(&mut self, item: &Item) {
        let subject = title(item);
        let at = At::new(&subject, None, item.place);
        match item.role {
            Role::Operation => self.found.add(&OPERATION_ADDED, &at, "", "it was added".to_owned()),
            Role::Channel => self.found.add(&CHANNEL_ADDED, &at, "", "it was added".to_owned()),
            _ => {}
        }
    }

    fn item(&mut self, old: &'r Item, new: &'r Item) {
        let subject = title(new);
        let mut at = At::new(&subject, old.place, new.place);
        let uses = [self.old.uses.get(&*old.key), self.new.uses.get(&*new.key)];
        let mut operations: Vec<String> = Vec::new();
        match new.role {
            Role::Operation | Role::Channel => at.ways = action(new),
            _ => {
                let ways = uses.iter().flatten().fold(Ways::NONE, |ways, used| ways.or(used.ways));
                for used in uses.into_iter().flatten() {
                    for name in &used.operations {
                        if !operations.contains(name) && operations.len() < MAX_USERS {
                            operations.push(name.clone());
                        }
                    }
                }
                if ways == Ways::NONE {
                    // Nothing sends or receives it; who reads the schema alone may care.
                    let any = self.new.order.iter().any(|(_, item)| item.role == Role::Operation);
                    at.worst = if any { Level::Risky } else { Level::Breaking };
                } else {
                    at.ways = ways;
                }
            }
        }
        at.operations = &operations;
        if new.deprecated && !old.deprecated {
            self.found.add(&DEPRECATED, &at, "", "it is deprecated".to_owned());
        }
        self.facts(old, new, &at);
        match new.role {
            Role::Operation => self.operation(old, new, &at),
            _ => {
                let key = (identity(old), identity(new));
                self.open.push(key);
                self.blocks(&old.blocks, &new.blocks, &at);
                self.open.pop();
            }
        }
    }

    fn facts(&mut self, old: &'r Item, new: &'r Item, at: &At<'_>) {
        let text = |item: &Item, label: &str| -> Vec<String> {
            let with = |fact: &&Fact| &*fact.label == label;
            item.facts.iter().filter(with).map(|it| it.pieces.iter().map(Piece::shown).collect()).collect()
        };
        for (label, rule, what) in [
            ("Content type", &CONTENT_TYPE_CHANGED, "the content type"),
            ("Correlation id", &BINDING_CHANGED, "the correlation id"),
            ("Binding", &BINDING_CHANGED, "the binding"),
        ] {
            let (was, is) = (text(old, label), text(new, label));
            if was != is {
                let shown = |texts: Vec<String>| {
                    if texts.is_empty() { "nothing".to_owned() } else { format!("`{}`", texts.join("; ")) }
                };
                self.found.add(rule, at, label, format!("{what} is {} instead of {}", shown(is), shown(was)));
            }
        }
        let channel = |item: &Item| text(item, "Channel").first().map(|text| nameless(text));
        if let (Some(was), Some(is)) = (channel(old), channel(new))
            && was != is
        {
            self.found.add(&OPERATION_MOVED, at, "", format!("it uses the channel `{is}` instead of `{was}`"));
        }
        self.security(old, new, at);
        self.messages(&old.facts, &new.facts, at);
    }

    fn messages(&mut self, old: &'r [Fact], new: &'r [Fact], at: &At<'_>) {
        let names = |facts: &'r [Fact], side: &Side<'r>| -> Vec<(String, &'r str)> {
            let mut links = Vec::new();
            fact_links(facts, Ways::BOTH, &mut links);
            let found = links.into_iter().filter_map(|(key, _)| side.by_key.get(key));
            found.map(|item| (identity(item), &*item.name)).collect()
        };
        let (before, after) = (names(old, self.old), names(new, self.new));
        for (name, shown) in before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)) {
            self.found.add(&MESSAGE_REMOVED, at, name, format!("the message `{shown}` was removed"));
        }
        for (name, shown) in after.iter().filter(|(name, _)| !before.iter().any(|(other, _)| other == name)) {
            let rule = if at.ways.output { &SENT_MESSAGE_ADDED } else { &MESSAGE_ADDED };
            self.found.add(rule, at, name, format!("the message `{shown}` was added"));
        }
    }

    fn security(&mut self, old: &Item, new: &Item, at: &At<'_>) {
        let (was, is) = (needs(&old.facts), needs(&new.facts));
        let served = |need: &BTreeSet<String>| is.iter().any(|other| other.is_subset(need));
        let before = |need: &BTreeSet<String>| was.iter().any(|other| other.is_subset(need));
        let shown = |needs: &[BTreeSet<String>]| -> String {
            let one = |need: &BTreeSet<String>| {
                if need.is_empty() { "nothing".to_owned() } else { listed(need.iter().map(String::as_str)) }
            };
            needs.iter().map(one).collect::<Vec<_>>().join(" or ")
        };
        if !was.iter().all(served) {
            let message = format!("it asks for {} instead of {}", shown(&is), shown(&was));
            self.found.add(&SECURITY_TIGHTENED, at, "", message);
        } else if !is.iter().all(before) {
            let message = format!("it asks for {} instead of {}", shown(&is), shown(&was));
            self.found.add(&SECURITY_LOOSENED, at, "", message);
        }
    }

    fn operation(&mut self, old: &'r Item, new: &'r Item, at: &At<'_>) {
        if old.id != new.id {
            let name = |id: Option<&str>| id.map_or_else(|| "none".to_owned(), |id| format!("`{id}`"));
            let message = format!("its id is {} instead of {}", name(new.id.as_deref()), name(old.id.as_deref()));
            self.found.add(&OPERATION_ID_CHANGED, at, "", message);
        }
        let renamed: HashMap<&str, &str> =
            variables(&old.name).into_iter().zip(variables(&new.name)).filter(|(old, new)| old != new).collect();
        for (was, is) in variables(&old.name).into_iter().zip(variables(&new.name)).filter(|(old, new)| old != new) {
            self.found.add(&PARAMETER_RENAMED, at, was, format!("the path parameter `{was}` is called `{is}`"));
        }
        self.parts(&old.blocks, &new.blocks, &renamed, at);
    }

    /// Compares parameters, body, responses and callbacks of an operation.
    fn parts(&mut self, old: &'r [Block], new: &'r [Block], renamed: &HashMap<&str, &str>, at: &At<'_>) {
        let block = |blocks: &'r [Block], title: &str| blocks.iter().find(|block| &*block.title == title);
        for (title, noun) in [
            ("Path parameters", "the path parameter"),
            ("Query parameters", "the query parameter"),
            ("Headers", "the header"),
            ("Cookies", "the cookie"),
            ("Form fields", "the form field"),
            ("Other parameters", "the parameter"),
        ] {
            let (before, after) = (block(old, title), block(new, title));
            let ways = before.or(after).map_or(Ways::NONE, |block| way(block, at.ways));
            let fields = |block: Option<&'r Block>| block.map_or(&[][..], |block| &block.fields);
            self.parameters(fields(before), fields(after), noun, renamed, &at.ways(ways));
        }
        self.body(block(old, "Request body"), block(new, "Request body"), at);
        self.responses(block(old, "Responses"), block(new, "Responses"), at);
        self.callbacks(block(old, "Callbacks"), block(new, "Callbacks"), at);
        let handled = |block: &&Block| {
            !matches!(&*block.title, "Request body" | "Responses" | "Callbacks" | "Form fields" | "Cookies")
                && !block.title.ends_with(" parameters")
                && (&*block.title != "Headers" || block.fields.is_empty())
        };
        for before in old.iter().filter(handled) {
            let Some(after) = block(new, &before.title) else { continue };
            self.block(before, after, at);
        }
    }

    fn parameters(
        &mut self,
        old: &'r [Field],
        new: &'r [Field],
        noun: &str,
        renamed: &HashMap<&str, &str>,
        at: &At<'_>,
    ) {
        let same = |a: &str, b: &str| if noun == "the header" { a.eq_ignore_ascii_case(b) } else { a == b };
        let after = |name: &str| {
            let name = if noun == "the path parameter" { renamed.get(name).copied().unwrap_or(name) } else { name };
            new.iter().find(|field| same(&field.name, name))
        };
        for field in old {
            let other = after(&field.name);
            let name = other.unwrap_or(field);
            let at =
                At { part: format!("{noun} `{}`", name.name), ..at.place(field.place, other.and_then(|it| it.place)) };
            let at = if other.is_none() { At { new: None, ..at } } else { at };
            self.field_at(Some(field), other, &at, 0);
        }
        for field in new {
            if !old.iter().any(|other| after(&other.name).is_some_and(|it| std::ptr::eq(it, field))) {
                let at = At { part: format!("{noun} `{}`", field.name), old: None, ..at.place(None, field.place) };
                self.field_at(None, Some(field), &at, 0);
            }
        }
    }

    fn body(&mut self, old: Option<&'r Block>, new: Option<&'r Block>, at: &At<'_>) {
        let Some(block) = new.or(old) else { return };
        let at = &at.part("the request body").place(old.and_then(|it| it.place), new.and_then(|it| it.place));
        let at = &at.ways(way(block, at.ways));
        match (old, new) {
            (None, Some(new)) => self.appeared(new.required, at),
            (Some(_), None) => self.vanished(at, true),
            (Some(old), Some(new)) => {
                self.presence(old.required, new.required, at);
                self.media(&old.blocks, &new.blocks, at);
            }
            (None, None) => {}
        }
    }

    fn appeared(&mut self, required: bool, at: &At<'_>) {
        let input = if required { &REQUIRED_FIELD_ADDED } else { &REQUEST_FIELD_ADDED };
        let more = if required && at.ways.input { " and is required" } else { "" };
        let message = format!("{} was added{more}", at.name());
        self.found.by_way(at, Some(input), Some(&RESPONSE_FIELD_ADDED), say(message));
    }

    fn vanished(&mut self, at: &At<'_>, matters: bool) {
        let message = format!("{} was removed", at.name());
        let output = matters.then_some(&RESPONSE_FIELD_REMOVED);
        self.found.by_way(at, Some(&REQUEST_FIELD_REMOVED), output, say(message));
    }

    fn presence(&mut self, was: bool, is: bool, at: &At<'_>) {
        if is && !was {
            let message = format!("{} is required", at.name());
            self.found.by_way(at, Some(&REQUEST_FIELD_REQUIRED), Some(&RESPONSE_FIELD_REQUIRED), say(message));
        } else if was && !is {
            let message = format!("{} is not required any more", at.name());
            self.found.by_way(at, Some(&REQUEST_FIELD_OPTIONAL), Some(&RESPONSE_FIELD_OPTIONAL), say(message));
        }
    }

    fn media(&mut self, old: &'r [Block], new: &'r [Block], at: &At<'_>) {
        let name = |block: &Block| {
            let text = block.title.split(';').next().unwrap_or_default();
            text.trim().to_ascii_lowercase()
        };
        let media = |blocks: &'r [Block]| -> Vec<&'r Block> { blocks.iter().filter(|block| block.is_name).collect() };
        let (before, after) = (media(old), media(new));
        // One that is the same as another shows no schema of its own.
        let shape = |block: &'r Block, all: &[&'r Block]| {
            block.shape.as_ref().or_else(|| all.iter().find_map(|other| other.shape.as_ref()))
        };
        for block in &before {
            let other = after.iter().find(|other| name(other) == name(block));
            let at = at.place(block.place, other.and_then(|it| it.place));
            let Some(other) = other else {
                let at = At { new: None, ..at };
                self.found.add(
                    &MEDIA_TYPE_REMOVED,
                    &at,
                    "",
                    format!("{} is not `{}` any more", at.name(), block.title),
                );
                continue;
            };
            if let (Some(was), Some(is)) = (shape(block, &before), shape(other, &after)) {
                self.shape(was, is, &at, 0);
            }
        }
        for block in after.iter().filter(|block| !before.iter().any(|other| name(other) == name(block))) {
            let at = At { old: None, ..at.place(None, block.place) };
            self.found.add(&MEDIA_TYPE_ADDED, &at, "", format!("{} may be `{}`", at.name(), block.title));
        }
    }

    fn responses(&mut self, old: Option<&'r Block>, new: Option<&'r Block>, at: &At<'_>) {
        let all = |block: Option<&'r Block>| block.map_or(&[][..], |block| &block.blocks);
        let (before, after) = (all(old), all(new));
        let success = |title: &str| title.starts_with('2') || title.eq_ignore_ascii_case("default");
        for response in before {
            let other = after.iter().find(|other| other.title.eq_ignore_ascii_case(&response.title));
            let at = at
                .part(format!("the response {}", response.title))
                .place(response.place, other.and_then(|it| it.place));
            let at = at.ways(way(response, at.ways));
            let Some(other) = other else {
                let rule = if success(&response.title) { &RESPONSE_REMOVED } else { &ERROR_RESPONSE_REMOVED };
                let at = At { new: None, ..at };
                self.found.add(rule, &at, "", format!("{} was removed", at.name()));
                continue;
            };
            let headers = |block: &'r Block| {
                let found = block.blocks.iter().find(|it| &*it.title == "Headers");
                found.map_or(&[][..], |block| &block.fields)
            };
            self.parameters(headers(response), headers(other), "the header", &HashMap::new(), &at);
            match (&response.shape, &other.shape) {
                (Some(was), Some(is)) => self.shape(was, is, &at, 0),
                (None, None) => self.media(&response.blocks, &other.blocks, &at),
                // A version of OpenAPI without media types, against one with.
                (Some(was), None) => {
                    if let Some(is) = other.blocks.iter().find_map(|block| block.shape.as_ref()) {
                        self.shape(was, is, &at, 0);
                    }
                }
                (None, Some(is)) => {
                    if let Some(was) = response.blocks.iter().find_map(|block| block.shape.as_ref()) {
                        self.shape(was, is, &at, 0);
                    }
                }
            }
        }
        for response in after {
            if !before.iter().any(|other| other.title.eq_ignore_ascii_case(&response.title)) {
                let rule = if success(&response.title) { &RESPONSE_ADDED } else { &ERROR_RESPONSE_ADDED };
                let at =
                    At { old: None, ..at.part(format!("the response {}", response.title)).place(None, response.place) };
                self.found.add(rule, &at, "", format!("{} was added", at.name()));
            }
        }
    }

    fn callbacks(&mut self, old: Option<&'r Block>, new: Option<&'r Block>, at: &At<'_>) {
        let all = |block: Option<&'r Block>| block.map_or(&[][..], |block| &block.blocks);
        for block in all(old) {
            let other = all(new).iter().find(|other| other.title == block.title);
            let at =
                at.part(format!("the callback `{}`", block.title)).place(block.place, other.and_then(|it| it.place));
            match other {
                None => {
                    let at = At { new: None, ..at };
                    self.found.add(&CALLBACK_REMOVED, &at, "", format!("{} was removed", at.name()));
                }
                Some(other) => self.parts(&block.blocks, &other.blocks, &HashMap::new(), &at),
            }
        }
    }

    /// Compares the parts of a message, a channel or a schema.
    fn blocks(&mut self, old: &'r [Block], new: &'r [Block], at: &At<'_>) {
        for before in old {
            if let Some(after) = new.iter().find(|block| block.title == before.title) {
                self.block(before, after, at);
            } else if before.shape.is_some() && at.ways.output {
                let at = At { new: None, ..at.part(format!("the {}", before.title.to_lowercase())) };
                self.vanished(&at, true);
            }
        }
        for after in new {
            if after.shape.is_some() && !old.iter().any(|block| block.title == after.title) {
                let at = At { old: None, ..at.part(format!("the {}", after.title.to_lowercase())) };
                self.appeared(false, &at);
            }
        }
    }

    fn block(&mut self, old: &'r Block, new: &'r Block, at: &At<'_>) {
        let part = if new.title.is_empty() { String::new() } else { format!("the {}", new.title.to_lowercase()) };
        let at = at.part(part).place(old.place, new.place).ways(way(new, at.ways));
        let at = if &*new.title == "Reply" { at.ways(at.ways.turned()) } else { at };
        self.messages(&old.facts, &new.facts, &at);
        if let (Some(was), Some(is)) = (&old.shape, &new.shape) {
            self.shape(was, is, &at, 0);
        }
        self.fields(&old.fields, &new.fields, &at, 0);
        for before in &old.blocks {
            if let Some(after) = new.blocks.iter().find(|block| block.title == before.title) {
                self.block(before, after, &at);
            }
        }
    }

    fn fields(&mut self, old: &'r [Field], new: &'r [Field], at: &At<'_>, depth: usize) {
        let by_name: HashMap<&str, &Field> = new.iter().map(|field| (&*field.name, field)).collect();
        for field in old {
            let other = by_name.get(&*field.name).copied();
            let at = at.field(&field.name, Some(field), other);
            self.field_at(Some(field), other, &at, depth);
        }
        let known: HashSet<&str> = old.iter().map(|field| &*field.name).collect();
        for field in new.iter().filter(|field| !known.contains(&*field.name)) {
            let at = at.field(&field.name, None, Some(field));
            self.field_at(None, Some(field), &at, depth);
        }
    }

    fn field_at(&mut self, old: Option<&'r Field>, new: Option<&'r Field>, at: &At<'_>, depth: usize) {
        let seen = |field: Option<&Field>| field.map_or(Ways::NONE, |field| at.ways.and(Ways::of(field.shape.flags)));
        let (before, after) = (seen(old), seen(new));
        let (gone, came, stays) = (before.without(after), after.without(before), before.and(after));
        // Keys by pattern, and places of a list, are no names that anybody reads by.
        let named = old.or(new).is_some_and(|field| field.mark.is_some() || &*field.name != "any other key");
        if gone != Ways::NONE {
            self.vanished(&at.ways(gone), named);
        }
        if came != Ways::NONE {
            self.appeared(new.is_some_and(|field| field.required), &at.ways(came));
        }
        let (Some(old), Some(new)) = (old, new) else { return };
        if stays == Ways::NONE {
            return;
        }
        let at = at.ways(stays);
        self.presence(old.required, new.required, &at);
        if new.shape.flags.deprecated && !old.shape.flags.deprecated {
            self.found.add(&DEPRECATED, &at, "", format!("{} is deprecated", at.name()));
        }
        self.shape(&old.shape, &new.shape, &at, depth + 1);
    }

    fn shape(&mut self, old: &'r Shape, new: &'r Shape, at: &At<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let (first, second) = (self.old.target(old), self.new.target(new));
        let mut entered = false;
        if first.is_some() || second.is_some() {
            let names = (first.map(identity).unwrap_or_default(), second.map(identity).unwrap_or_default());
            let arrays = |shape| alone(shape).map_or(0, |(arrays, _)| arrays);
            if names.0 == names.1 && arrays(old) == arrays(new) {
                // The schema itself is compared in its own place; here is what is beside the reference.
                let own = |shape: &'r Shape, side: &Side<'r>| {
                    let target = side.target(shape).and_then(content);
                    let known = |detail: &Detail| target.is_some_and(|it| it.details.contains(detail));
                    let details: Vec<&Detail> = shape.details.iter().filter(|detail| !known(detail)).collect();
                    (details, shape.flags.nullable && !target.is_some_and(|it| it.flags.nullable))
                };
                let (was, is) = (own(old, self.old), own(new, self.new));
                self.details(&was.0, &is.0, at);
                self.null(was.1, is.1, at);
                return;
            }
            if self.open.contains(&names) {
                return;
            }
            self.open.push(names);
            entered = true;
        }
        self.full(old, new, at, depth);
        if entered {
            self.open.pop();
        }
    }

    fn full(&mut self, old: &'r Shape, new: &'r Shape, at: &At<'_>, depth: usize) {
        // One schema against a choice that it may be a part of.
        let choice = |shape: &Shape| shape.choices.iter().any(is_choice);
        let plain = |shape: &Shape| !choice(shape) && shape.cut.is_none();
        let bare = |shape: &Shape| shape.fields.is_empty() && choice(shape);
        let (a, b) = (full(self.old, old, 0), full(self.new, new, 0));
        let chosen = |full: &Full<'r>| full.fields.is_empty() && full.choices.iter().any(is_choice);
        if plain(old) && !chosen(&a) && (bare(new) || chosen(&b)) && a.arrays == b.arrays && old.types != new.types {
            let option = ChoiceOption { title: None, value: None, shape: old.clone() };
            self.against_choice(&option, b.choices, true, at, depth);
            return;
        }
        if plain(new) && !chosen(&b) && (bare(old) || chosen(&a)) && a.arrays == b.arrays && old.types != new.types {
            let option = ChoiceOption { title: None, value: None, shape: new.clone() };
            self.against_choice(&option, a.choices, false, at, depth);
            return;
        }
        let ended = |cut: Option<Cut>| matches!(cut, Some(Cut::Depth | Cut::Recursion | Cut::Missing));
        if ended(a.cut) != ended(b.cut) {
            return;
        }
        if !self.types(&a, &b, at) {
            return;
        }
        self.null(a.flags.nullable, b.flags.nullable, at);
        self.details(&a.details, &b.details, at);
        self.fields(a.fields, b.fields, at, depth);
        self.choices(a.choices, b.choices, at, depth);
    }

    /// Compares one schema with the alternatives that are in its place in the other version.
    fn against_choice(&mut self, one: &ChoiceOption, choices: &'r [Choice], is_new: bool, at: &At<'_>, depth: usize) {
        let options: Vec<&ChoiceOption> =
            choices.iter().filter(|it| is_choice(it)).flat_map(|it| &it.options).collect();
        let (own, other) = if is_new { (self.old, self.new) } else { (self.new, self.old) };
        let named = |side: &Side<'_>, shape: &Shape| {
            alone(shape).and_then(|(_, key)| side.by_key.get(key).map(|item| identity(item)))
        };
        let wanted = named(own, &one.shape);
        let kept = options.iter().any(|option| match (&wanted, named(other, &option.shape)) {
            (Some(wanted), Some(name)) => *wanted == name,
            (None, None) => {
                option.shape.types == one.shape.types && option.shape.fields.len() == one.shape.fields.len()
            }
            _ => false,
        });
        let _ = depth;
        let message = if is_new {
            format!("{} is one of {} alternatives", at.name(), options.len())
        } else {
            format!("{} has no alternatives any more", at.name())
        };
        let saying = || Saying { detail: "choice", message: message.clone() };
        match (kept, is_new) {
            (true, true) => {
                self.found.by_way(at, Some(&REQUEST_ALTERNATIVE_ADDED), Some(&RESPONSE_ALTERNATIVE_ADDED), saying());
            }
            (true, false) => {
                self.found.by_way(
                    at,
                    Some(&REQUEST_ALTERNATIVE_REMOVED),
                    Some(&RESPONSE_ALTERNATIVE_REMOVED),
                    saying(),
                );
            }
            (false, _) => self.found.by_way(at, Some(&REQUEST_TYPE_NARROWED), Some(&RESPONSE_TYPE_CHANGED), saying()),
        }
    }

    /// Compares types; says whether it is worth while to look inside.
    fn types(&mut self, old: &Full<'_>, new: &Full<'_>, at: &At<'_>) -> bool {
        if old.arrays == new.arrays && old.names == new.names && old.format == new.format {
            return true;
        }
        let message = format!("{} is {} instead of {}", at.name(), new.words(), old.words());
        let (narrower, wider) = (within(new, old), within(old, new));
        // A format says more about the same type: a reader of text is not stopped by it.
        let same = old.arrays == new.arrays && old.names == new.names;
        let saying = Saying { detail: "type", message };
        match (narrower, wider) {
            (true, _) => {
                self.found.by_way(at, Some(&REQUEST_TYPE_NARROWED), Some(&RESPONSE_TYPE_NARROWED), saying);
            }
            (_, true) if same => {
                self.found.by_way(at, Some(&REQUEST_TYPE_WIDENED), Some(&RESPONSE_CONSTRAINT_LOOSENED), saying);
            }
            (_, true) => self.found.by_way(at, Some(&REQUEST_TYPE_WIDENED), Some(&RESPONSE_TYPE_CHANGED), saying),
            _ => self.found.by_way(at, Some(&REQUEST_TYPE_NARROWED), Some(&RESPONSE_TYPE_CHANGED), saying),
        }
        same
    }

    fn null(&mut self, was: bool, is: bool, at: &At<'_>) {
        if was && !is {
            let message = format!("{} may not be null any more", at.name());
            self.found.by_way(at, Some(&REQUEST_NULL_REFUSED), Some(&RESPONSE_NULL_REMOVED), say(message));
        } else if is && !was {
            let message = format!("{} may be null", at.name());
            self.found.by_way(at, Some(&REQUEST_NULL_ACCEPTED), Some(&RESPONSE_NULL_ADDED), say(message));
        }
    }

    fn details(&mut self, old: &[&Detail], new: &[&Detail], at: &At<'_>) {
        self.values(old, new, at);
        let get = |details: &[&Detail], label: &str| -> Option<String> {
            details.iter().find(|detail| detail.label == label).map(|detail| detail.values.join(", "))
        };
        for label in LIMITS {
            let (was, is) = (get(old, label), get(new, label));
            if was == is {
                continue;
            }
            let (tighter, looser) = match (&was, &is) {
                (None, _) => (true, false),
                (_, None) => (false, true),
                (Some(was), Some(is)) => match (was.parse::<f64>(), is.parse::<f64>()) {
                    (Ok(was), Ok(is)) if was != is && *label != "multiple of" => {
                        let more = is > was;
                        let least = matches!(*label, "at least" | "more than") || label.starts_with("min ");
                        (more == least, more != least)
                    }
                    (Ok(was), Ok(is)) if was.total_cmp(&is).is_eq() => continue,
                    _ => (true, true),
                },
            };
            let shown = |value: &Option<String>| {
                value.as_ref().map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"))
            };
            let message = format!("the limit `{label}` of {} is {} instead of {}", at.name(), shown(&is), shown(&was));
            let input = if tighter { &REQUEST_CONSTRAINT_TIGHTENED } else { &REQUEST_CONSTRAINT_LOOSENED };
            let output = if looser { &RESPONSE_CONSTRAINT_LOOSENED } else { &RESPONSE_CONSTRAINT_TIGHTENED };
            self.found.by_way(at, Some(input), Some(output), Saying { detail: label, message });
        }
        let (was, is) = (get(old, "other properties"), get(new, "other properties"));
        if was != is {
            let message = match is {
                Some(_) => format!("{} may hold no other properties", at.name()),
                None => format!("{} may hold other properties", at.name()),
            };
            let rule = if is.is_some() { &REQUEST_CONSTRAINT_TIGHTENED } else { &REQUEST_CONSTRAINT_LOOSENED };
            self.found.by_way(at, Some(rule), None, Saying { detail: "other properties", message });
        }
        let (was, is) = (get(old, "default"), get(new, "default"));
        if was != is {
            let shown =
                |value: Option<String>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
            let message = format!("the default of {} is {} instead of {}", at.name(), shown(is), shown(was));
            self.found.by_way(at, Some(&DEFAULT_CHANGED), None, Saying { detail: "default", message });
        }
        for label in ["style", "collection", "media type", "encoding"] {
            if let (Some(was), Some(is)) = (get(old, label), get(new, label))
                && was != is
            {
                let message = format!("the {label} of {} is `{is}` instead of `{was}`", at.name());
                self.found.add(&PARAMETER_STYLE_CHANGED, at, label, message);
            }
        }
    }

    /// Compares the allowed values.
    fn values(&mut self, old: &[&Detail], new: &[&Detail], at: &At<'_>) {
        let values = |details: &[&Detail]| -> Option<Vec<String>> {
            let listed = details.iter().filter(|detail| matches!(detail.label, "one of" | "always"));
            let all: Vec<String> = listed.flat_map(|detail| detail.values.iter().map(ToString::to_string)).collect();
            (!all.is_empty()).then_some(all)
        };
        match (values(old), values(new)) {
            (None, None) => {}
            (None, Some(_)) => {
                let message = format!("only some values of {} are allowed", at.name());
                let saying = Saying { detail: "values", message };
                self.found.by_way(at, Some(&REQUEST_VALUE_REMOVED), Some(&RESPONSE_VALUE_REMOVED), saying);
            }
            (Some(_), None) => {
                let message = format!("{} may have any value", at.name());
                let saying = Saying { detail: "values", message };
                self.found.by_way(at, Some(&REQUEST_VALUE_ADDED), Some(&RESPONSE_VALUE_ADDED), saying);
            }
            (Some(was), Some(is)) => {
                let gone: Vec<&str> = was.iter().filter(|it| !is.contains(it)).map(String::as_str).collect();
                let came: Vec<&str> = is.iter().filter(|it| !was.contains(it)).map(String::as_str).collect();
                if !gone.is_empty() {
                    let message = format!("{} may not be {} any more", at.name(), listed(gone));
                    let saying = Saying { detail: "values", message };
                    self.found.by_way(at, Some(&REQUEST_VALUE_REMOVED), Some(&RESPONSE_VALUE_REMOVED), saying);
                }
                if !came.is_empty() {
                    let message = format!("{} may be {}", at.name(), listed(came));
                    let saying = Saying { detail: "values", message };
                    self.found.by_way(at, Some(&REQUEST_VALUE_ADDED), Some(&RESPONSE_VALUE_ADDED), saying);
                }
            }
        }
    }

    fn choices(&mut self, old: &'r [Choice], new: &'r [Choice], at: &At<'_>, depth: usize) {
        let discriminator = |choices: &'r [Choice]| choices.iter().find_map(|choice| choice.discriminator.as_deref());
        if let (Some(was), Some(is)) = (discriminator(old), discriminator(new))
            && was != is
        {
            let message = format!("`{is}` chooses among the alternatives of {} instead of `{was}`", at.name());
            self.found.add(&DISCRIMINATOR_CHANGED, at, "", message);
        }
        let options = |choices: &'r [Choice]| -> Vec<&'r ChoiceOption> {
            choices.iter().filter(|choice| is_choice(choice)).flat_map(|choice| &choice.options).collect()
        };
        let (before, after) = (options(old), options(new));
        let names = |options: &[&'r ChoiceOption], side: &Side<'r>| -> Vec<String> {
            options.iter().map(|option| option_name(option, side)).collect()
        };
        let (old_names, new_names) = (names(&before, self.old), names(&after, self.new));
        // Those of one name belong together, the others by their order.
        let mut taken: HashSet<usize> = HashSet::new();
        let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
        for (number, name) in old_names.iter().enumerate() {
            let free = |at: &usize| !taken.contains(at);
            let other = (0..after.len()).filter(free).find(|at| new_names[*at] == *name);
            taken.extend(other);
            pairs.push((number, other));
        }
        let anonymous = |option: &ChoiceOption| option.title.is_none() && alone(&option.shape).is_none();
        for (number, other) in &mut pairs {
            if other.is_none() && anonymous(before[*number]) {
                let free = |at: &usize| !taken.contains(at) && anonymous(after[*at]);
                *other = (0..after.len()).find(free);
                taken.extend(*other);
            }
        }
        for (number, other) in pairs {
            let name = &old_names[number];
            match other {
                Some(other) => self.shape(&before[number].shape, &after[other].shape, at, depth + 1),
                None => {
                    let message = format!("{} may not be `{name}` any more", at.name());
                    let saying = Saying { detail: name, message };
                    let rules = (&REQUEST_ALTERNATIVE_REMOVED, &RESPONSE_ALTERNATIVE_REMOVED);
                    self.found.by_way(at, Some(rules.0), Some(rules.1), saying);
                }
            }
        }
        for number in (0..after.len()).filter(|number| !taken.contains(number)) {
            let name = &new_names[number];
            let message = format!("{} may be `{name}`", at.name());
            let rules = (&REQUEST_ALTERNATIVE_ADDED, &RESPONSE_ALTERNATIVE_ADDED);
            self.found.by_way(at, Some(rules.0), Some(rules.1), Saying { detail: name, message });
        }
        let conditions = |choices: &'r [Choice]| choices.iter().filter(|choice| !is_choice(choice)).collect::<Vec<_>>();
        let (before, after) = (conditions(old), conditions(new));
        let mut aside = Findings::default();
        let same = before.len() == after.len()
            && before.iter().zip(&after).all(|(was, is)| {
                let mut pair = Pair { old: self.old, new: self.new, found: &mut aside, open: self.open.clone() };
                let options = was.options.iter().zip(&is.options);
                options.for_each(|(was, is)| pair.shape(&was.shape, &is.shape, &At::new("", None, None), depth + 1));
                was.title == is.title && was.options.len() == is.options.len()
            });
        if !same || !aside.list.is_empty() {
            self.found.add(&CONDITION_CHANGED, at, "", format!("a condition of {} has changed", at.name()));
        }
    }
}

/// Limits of values, by what a definition's reference calls them.
const LIMITS: &[&str] = &[
    "at least",
    "at most",
    "more than",
    "less than",
    "multiple of",
    "min length",
    "max length",
    "min items",
    "max items",
    "min properties",
    "max properties",
    "pattern",
    "items",
];

fn is_choice(choice: &Choice) -> bool {
    matches!(choice.title, "One of" | "Any of")
}

fn option_name(option: &ChoiceOption, side: &Side<'_>) -> String {
    if let Some((arrays, key)) = alone(&option.shape)
        && let Some(item) = side.by_key.get(key)
    {
        return format!("{}{}", "array of ".repeat(arrays), item.name);
    }
    match &option.title {
        Some(title) => title.to_string(),
        None => option.shape.types.iter().map(Piece::shown).collect(),
    }
}

/// Returns what a named schema is.
fn content(item: &Item) -> Option<&Shape> {
    item.blocks.first()?.shape.as_ref()
}

/// Puts what a shape refers to in its place.
fn full<'r>(side: &Side<'r>, shape: &'r Shape, depth: usize) -> Full<'r> {
    let target = if depth < 12 { side.target(shape).and_then(content) } else { None };
    if let Some(target) = target {
        let inner = full(side, target, depth + 1);
        let arrays = alone(shape).map_or(0, |(arrays, _)| arrays);
        let mut details: Vec<&Detail> = shape.details.iter().collect();
        details.extend(inner.details.iter().filter(|detail| !shape.details.contains(detail)));
        let mut flags = inner.flags;
        flags.nullable |= shape.flags.nullable;
        return Full { arrays: inner.arrays + arrays, flags, details, ..inner };
    }
    let mut text: String = shape
        .types
        .iter()
        .map(|piece| if matches!(piece, Piece::Link { .. }) { "object" } else { piece.shown() })
        .collect();
    let mut arrays = 0;
    while let Some(rest) = text.strip_prefix("array of ") {
        arrays += 1;
        text = rest.to_owned();
    }
    if text == "array" {
        arrays += 1;
        text.clear();
    }
    let (names, format) = match text.split_once(" (") {
        Some((names, format)) => (names.to_owned(), Some(format.trim_end_matches(')').to_owned())),
        // A format alone is written in brackets, too.
        None => match text.strip_prefix('(') {
            Some(format) => (String::new(), Some(format.trim_end_matches(')').to_owned())),
            None => (text, None),
        },
    };
    let any = matches!(names.as_str(), "" | "any value" | "anything" | "values" | "value");
    let split = |text: &str| text.split(" or ").flat_map(|it| it.split(" and ")).map(str::to_owned).collect();
    let names = if any { BTreeSet::new() } else { split(&names) };
    Full {
        arrays,
        names,
        format,
        flags: shape.flags,
        details: shape.details.iter().collect(),
        fields: &shape.fields,
        choices: &shape.choices,
        cut: shape.cut,
    }
}

/// Returns whether every value of `part` is one of `whole`, by their types and formats.
fn within(part: &Full<'_>, whole: &Full<'_>) -> bool {
    if whole.arrays == 0 && whole.names.is_empty() && whole.format.is_none() {
        return true;
    }
    let named = |name: &String| whole.names.contains(name) || (name == "integer" && whole.names.contains("number"));
    let types = whole.names.is_empty() || (!part.names.is_empty() && part.names.iter().all(named));
    let format = match (part.format.as_deref(), whole.format.as_deref()) {
        (_, None) => true,
        (Some("int32"), Some("int64")) | (Some("float"), Some("double")) => true,
        (part, whole) => part == whole,
    };
    part.arrays == whole.arrays && types && format
}

fn variables(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

/// Returns what has to be shown to be let in: one of several sets of schemes and scopes.
fn needs(facts: &[Fact]) -> Vec<BTreeSet<String>> {
    let Some(fact) = facts.iter().find(|fact| &*fact.label == "Security") else { return vec![BTreeSet::new()] };
    let mut all: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    let mut scheme = "";
    for piece in &fact.pieces {
        let Some(last) = all.last_mut() else { break };
        match piece {
            Piece::Code(name) => {
                scheme = name;
                last.insert(name.to_string());
            }
            Piece::Text(text) if matches!(&**text, " or " | ", ") => all.push(BTreeSet::new()),
            Piece::Text(text) => {
                let scopes = text.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
                for scope in scopes.iter().flat_map(|scopes| scopes.split(", ")) {
                    last.insert(format!("{scheme}: {scope}"));
                }
            }
            _ => {}
        }
    }
    all
}
