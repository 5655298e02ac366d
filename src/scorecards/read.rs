//! Files of scorecards: scorecards, exemptions and initiatives, each a document. What is at fault is reported and left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::condition::Condition;
use super::facts::is_day;
use super::model::{Gate, Level, Origin, Rule, Scorecard, Test};
use crate::calendar::Day;
use crate::config::Filter;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::text::{FileId, Span, nearest};
use crate::workspace::Workspace;
use crate::yaml::{self, Map, Node, Value};

/// Levels above the base.
const MAX_LEVELS: usize = 9;
/// Rules of a scorecard.
const MAX_RULES: usize = 500;

/// Reads all files; scorecards come back by id, with their exemptions and initiatives.
pub(super) fn files(workspace: &Workspace, files: &[FileId], today: Day, problems: &mut Diagnostics) -> Vec<Scorecard> {
    let mut cards: BTreeMap<String, Scorecard> = BTreeMap::new();
    let mut later: Vec<(Arc<str>, Node)> = Vec::new();
    for file in files {
        let text = match workspace.text(*file, workspace.config().limits.catalog_file) {
            Ok(text) => text,
            Err(error) => {
                problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(*file), error.to_string()));
                continue;
            }
        };
        let (documents, found) = yaml::parse(*file, &text);
        problems.extend(found);
        for root in documents.into_iter().filter_map(|document| document.root) {
            let mut reader = Reader { text: &text, today, problems };
            match root.get("kind").and_then(Node::as_str) {
                Some("Scorecard") => {
                    if let Some(card) = reader.scorecard(&root, *file) {
                        if let Some(first) = cards.get(&card.id) {
                            let message = format!("there are two scorecards `{}`", card.id);
                            reader
                                .report(card.span, message, "give one of them another `id`")
                                .also(first.span, "the other one");
                        } else {
                            cards.insert(card.id.clone(), card);
                        }
                    }
                }
                Some("Exemptions" | "Initiative") => later.push((Arc::clone(&text), root)),
                other => {
                    let span = root.get("kind").map_or(root.span, |kind| kind.span);
                    let kinds = ["Scorecard", "Exemptions", "Initiative"];
                    let help = match other.and_then(|other| nearest(other, kinds)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write `kind: Scorecard`, `kind: Exemptions` or `kind: Initiative`".to_owned(),
                    };
                    reader.report(span, "a document of a scorecards file needs a known `kind`", &help);
                }
            }
        }
    }
    for (text, root) in later {
        let mut reader = Reader { text: &text, today, problems };
        let Some(map) = root.as_map() else { continue };
        let named = map.get("scorecard");
        let Some(card) = named.and_then(Node::as_str).and_then(|id| cards.get_mut(id)) else {
            let span = named.map_or(root.span, |node| node.span);
            let id = named.and_then(Node::as_str).unwrap_or_default();
            let help = match nearest(id, cards.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write the `id` of a scorecard".to_owned(),
            };
            let message = if id.is_empty() {
                "`scorecard` is missing".to_owned()
            } else {
                format!("there is no scorecard `{id}`")
            };
            reader.report(span, message, &help);
            continue;
        };
        if map.get("kind").and_then(Node::as_str) == Some("Exemptions") {
            reader.exemptions(map, root.span, card);
        } else if let Some(initiative) = reader.initiative(map, root.span, card) {
            card.initiatives.push(initiative);
        }
    }
    let mut cards: Vec<Scorecard> = cards.into_values().collect();
    for card in &mut cards {
        card.initiatives.sort_by(|a, b| a.id.cmp(&b.id));
    }
    cards
}

const SCORECARD: &[&str] =
    &["kind", "id", "title", "description", "owner", "filter", "base", "levels", "rules", "gate"];
const BASE: &[&str] = &["title", "color", "description"];
const LEVEL: &[&str] = &["id", "title", "description", "color", "from"];
const RULE: &[&str] = &[
    "id",
    "title",
    "description",
    "category",
    "level",
    "weight",
    "when",
    "pass",
    "evidence",
    "message",
    "fix",
    "links",
    "owner",
    "effectiveFrom",
    "missing",
];
const GATE: &[&str] = &["minimum", "filter", "severity"];

/// Reads the documents of one file.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) today: Day,
    pub(super) problems: &'a mut Diagnostics,
}

/// A report that can be added to.
pub(super) struct Reported<'a>(&'a mut Diagnostic);

impl Reported<'_> {
    fn also(self, span: Span, text: &str) {
        let more = self.0.clone().also(span, text);
        *self.0 = more;
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, help: &str) -> Reported<'_> {
        let at = self.problems.len();
        self.problems.push(Diagnostic::new(codes::INVALID_SCORECARD, span, message).help(help));
        Reported(&mut self.problems[at])
    }

    pub(super) fn keys(&mut self, map: &Map, known: &[&str]) {
        for entry in map.entries().iter().filter(|entry| !known.contains(&&*entry.key)) {
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the keys are {}",
                    known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            self.report(entry.key_span, format!("`{}` is not a key here", entry.key), &help);
        }
    }

    /// Returns a text that is not empty; anything else but nothing is reported.
    pub(super) fn text(&mut self, map: &Map, key: &str) -> Option<String> {
        let node = map.get(key).filter(|node| !node.is_null())?;
        let text = node.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.report(
                node.span,
                format!("`{key}` is a text that is not empty, and this is {}", node.kind_name()),
                "write a text",
            );
        }
        text.map(str::to_owned)
    }

    pub(super) fn id(&mut self, map: &Map, span: Span, what: &str) -> Option<String> {
        const HELP: &str = "write small letters and digits with single `-` or `_` between them, such as `on-call`";
        let Some(node) = map.get("id") else {
            self.report(span, format!("{what} has no `id`"), HELP);
            return None;
        };
        let id = node.as_str().filter(|id| is_id(id));
        if id.is_none() {
            self.report(node.span, format!("the `id` of {what} cannot be used"), HELP);
        }
        id.map(str::to_owned)
    }

    pub(super) fn day(&mut self, node: &Node, key: &str) -> Option<Day> {
        let day = node.as_str().filter(|text| is_day(text)).and_then(Day::parse);
        if day.is_none() {
            self.report(node.span, format!("`{key}` is no day"), "write a day as `2027-03-31`");
        }
        day
    }

    pub(super) fn filter(&mut self, map: &Map) -> Option<(Filter, Option<String>)> {
        let Some(node) = map.get("filter").filter(|node| !node.is_null()) else {
            return Some((Filter::default(), None));
        };
        match node.as_str().map(|text| (Filter::parse(text), text)) {
            Some((Ok(filter), text)) => Some((filter, Some(text.to_owned()))),
            Some((Err(error), _)) => {
                self.report(node.span, error, "write terms as in `kind:component type:service !tag:internal`");
                None
            }
            None => {
                self.report(node.span, "`filter` is a text of terms", "write it as `kind:component type:service`");
                None
            }
        }
    }

    fn color(&mut self, map: &Map) -> Option<String> {
        let node = map.get("color").filter(|node| !node.is_null())?;
        let color = node.as_str().filter(|text| {
            text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if color.is_none() {
            self.report(node.span, "`color` is no colour", "write it as `\"#8c5a2b\"`, in quotes");
        }
        color.map(str::to_lowercase)
    }

    fn scorecard(&mut self, root: &Node, file: FileId) -> Option<Scorecard> {
        let map = root.as_map()?;
        self.keys(map, SCORECARD);
        let id = self.id(map, root.span, "the scorecard")?;
        let span = map.get("id").map_or(root.span, |node| node.span);
        let (filter, filter_text) = self.filter(map).unwrap_or_else(|| (Filter::none(), None));
        let levels = self.levels(map);
        let mut card = Scorecard {
            title: self.text(map, "title").unwrap_or_else(|| id.clone()),
            description: self.text(map, "description"),
            owner: self.text(map, "owner"),
            origin: Origin::File,
            file,
            span,
            filter,
            filter_text,
            levels,
            rules: Vec::new(),
            gate: None,
            exemptions: Vec::new(),
            initiatives: Vec::new(),
            outcomes: Vec::new(),
            rollups: Vec::new(),
            ranking: Vec::new(),
            id,
        };
        match map.get("rules").map(|node| (node, node.as_seq())) {
            Some((node, Some(items))) if !items.is_empty() => {
                if items.len() > MAX_RULES {
                    let message =
                        format!("a scorecard has at most {MAX_RULES} rules, and this one has {}", items.len());
                    self.report(node.span, message, "divide it into several scorecards");
                }
                for item in items.iter().take(MAX_RULES) {
                    if let Some(rule) = self.rule(item, &card) {
                        card.rules.push(rule);
                    }
                }
            }
            Some((node, _)) => {
                self.report(node.span, "`rules` is a list with at least one rule", "write a rule with `id` and `pass`");
            }
            None => {
                self.report(
                    span,
                    "the scorecard has no `rules`",
                    "write `rules:` and below it a rule with `id` and `pass`",
                );
            }
        }
        card.gate = self.gate(map, &card);
        self.unreachable(map, &card);
        Some(card)
    }

    fn levels(&mut self, map: &Map) -> Vec<Level> {
        let mut levels = vec![Level { id: "none".to_owned(), title: "No level".to_owned(), ..Level::default() }];
        if let Some(base) = map.get("base").and_then(Node::as_map) {
            self.keys(base, BASE);
            if let Some(title) = self.text(base, "title") {
                levels[0].title = title;
            }
            levels[0].color = self.color(base);
            levels[0].description = self.text(base, "description");
        }
        let Some(node) = map.get("levels").filter(|node| !node.is_null()) else { return levels };
        let Some(items) = node.as_seq() else {
            self.report(node.span, "`levels` is a list", "write a level as `- { id: bronze, title: Bronze }`");
            return levels;
        };
        if items.len() > MAX_LEVELS {
            self.report(node.span, format!("a scorecard has at most {MAX_LEVELS} levels"), "join some of them");
        }
        for item in items.iter().take(MAX_LEVELS) {
            let Some(level) = item.as_map() else {
                self.report(item.span, "a level is a mapping", "write a level as `{ id: bronze, title: Bronze }`");
                continue;
            };
            self.keys(level, LEVEL);
            let Some(id) = self.id(level, item.span, "a level") else { continue };
            if levels.iter().skip(1).any(|other| other.id == id) {
                let span = level.get("id").map_or(item.span, |node| node.span);
                self.report(span, format!("there are two levels `{id}`"), "give one of them another `id`");
                continue;
            }
            let from = level.get("from").filter(|node| !node.is_null()).and_then(|node| {
                let from = match node.value {
                    Value::Int(from @ 1..=100) => u32::try_from(from).ok(),
                    _ => None,
                };
                if from.is_none() {
                    self.report(
                        node.span,
                        "`from` is a whole number from 1 to 100",
                        "write the least score of the level",
                    );
                }
                from
            });
            let title = self.text(level, "title").unwrap_or_else(|| capitalised(&id));
            levels.push(Level {
                title,
                description: self.text(level, "description"),
                color: self.color(level),
                from,
                id,
            });
        }
        let with = levels.iter().filter(|level| level.from.is_some()).count();
        if with > 0 && with < levels.len() - 1 {
            self.report(
                node.span,
                "some levels have `from` and some have none",
                "write `from` in all levels, or in none",
            );
        }
        levels
    }

    fn rule(&mut self, item: &Node, card: &Scorecard) -> Option<Rule> {
        let Some(map) = item.as_map() else {
            self.report(item.span, "a rule is a mapping", "write a rule with `id` and `pass`");
            return None;
        };
        self.keys(map, RULE);
        let id = self.id(map, item.span, "the rule")?;
        let id_span = map.get("id").map_or(item.span, |node| node.span);
        if let Some(other) = card.rules.iter().find(|rule| rule.id == id) {
            let (message, first) = (format!("there are two rules `{id}`"), other.span);
            self.report(id_span, message, "give one of them another `id`").also(first, "the other one");
            return None;
        }
        let rank = match map.get("level").filter(|node| !node.is_null()) {
            None => None,
            Some(node) => {
                let known = || card.levels.iter().skip(1);
                let named = node.as_str().unwrap_or_default();
                let rank = known().position(|level| level.id == named).map(|at| at + 1);
                if rank.is_none() {
                    let help = match nearest(named, known().map(|level| level.id.as_str())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write the `id` of one of the `levels` of this scorecard".to_owned(),
                    };
                    self.report(node.span, format!("there is no level `{named}`"), &help);
                    return None;
                }
                rank
            }
        };
        let weight = match map.get("weight").filter(|node| !node.is_null()) {
            None => 1,
            Some(Node { value: Value::Int(weight @ 1..=1_000_000), .. }) => u64::try_from(*weight).unwrap_or(1),
            Some(node) => {
                self.report(
                    node.span,
                    "`weight` is a whole number of at least 1",
                    "write how much the rule counts, such as 2",
                );
                return None;
            }
        };
        let effective_from = match map.get("effectiveFrom").filter(|node| !node.is_null()) {
            None => None,
            Some(node) => Some(self.day(node, "effectiveFrom")?),
        };
        let skips_missing = match map.get("missing").filter(|node| !node.is_null()) {
            None => false,
            Some(node) => match node.as_str() {
                Some("skip") => true,
                Some("fail") => false,
                _ => {
                    self.report(
                        node.span,
                        "`missing` is `fail` or `skip`",
                        "write `skip` for a rule that does not count where nothing is known",
                    );
                    return None;
                }
            },
        };
        let when = self.condition(map, "when", item.span)?.map(Box::new);
        let test =
            Test::Condition { when, pass: Box::new(self.condition(map, "pass", item.span)??), shown: self.shown(map) };
        let links = map.get("links").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(|link| {
            let text = |key: &str| link.get(key).and_then(Node::as_str).map(str::to_owned);
            let url = text("url")?;
            Some((text("title").unwrap_or_else(|| url.clone()), url))
        });
        Some(Rule {
            title: self.text(map, "title").unwrap_or_else(|| capitalised(&id).replace(['-', '_'], " ")),
            description: self.text(map, "description"),
            category: self.text(map, "category"),
            rank,
            weight,
            test,
            message: self.text(map, "message"),
            fix: self.text(map, "fix"),
            links: links.collect(),
            owner: self.text(map, "owner"),
            in_force: effective_from.is_none_or(|from| from <= self.today),
            effective_from,
            skips_missing,
            span: item.span,
            id,
        })
    }

    /// Reads a condition; the outer nothing means that the rule cannot be used.
    fn condition(&mut self, map: &Map, key: &str, rule: Span) -> Option<Option<Condition>> {
        let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
            if key == "pass" {
                self.report(
                    rule,
                    "the rule has no `pass`",
                    "write the condition that has to be true, such as `pass: docs.exists`",
                );
                return None;
            }
            return Some(None);
        };
        if node.as_str().is_none_or(|text| text.trim().is_empty()) {
            let message = format!("`{key}` is a condition, and this is {}", node.kind_name());
            self.report(
                node.span,
                message,
                "write an expression as text; one that begins with `!` or `\"` needs quotes around it",
            );
            return None;
        }
        Some(Some(Condition::read(node, self.text, self.problems)))
    }

    /// Reads the expressions that are shown as evidence.
    fn shown(&mut self, map: &Map) -> Vec<Condition> {
        let mut shown = Vec::new();
        for node in map.get("evidence").and_then(Node::as_seq).unwrap_or(&[]) {
            if node.as_str().is_none_or(|text| text.trim().is_empty()) {
                self.report(node.span, "`evidence` is a list of expressions", "write such as `- docs.words`");
            } else {
                shown.push(Condition::read(node, self.text, self.problems));
            }
        }
        shown
    }

    fn gate(&mut self, map: &Map, card: &Scorecard) -> Option<Gate> {
        let node = map.get("gate").filter(|node| !node.is_null())?;
        let Some(gate) = node.as_map() else {
            self.report(node.span, "`gate` is a mapping", "write it as `gate: { minimum: bronze }`");
            return None;
        };
        self.keys(gate, GATE);
        let named = gate.get("minimum").and_then(Node::as_str).unwrap_or_default();
        let Some(at) = card.levels.iter().skip(1).position(|level| level.id == named) else {
            let span = gate.get("minimum").map_or(node.span, |node| node.span);
            self.report(
                span,
                format!("there is no level `{named}` for the gate"),
                "write the `id` of one of the `levels`",
            );
            return None;
        };
        let severity = match gate.get("severity").and_then(Node::as_str) {
            None | Some("error") => Severity::Error,
            Some("warning") => Severity::Warning,
            Some("info") => Severity::Info,
            Some(other) => {
                let span = gate.get("severity").map_or(node.span, |node| node.span);
                self.report(span, format!("`{other}` is no severity"), "write `error`, `warning` or `info`");
                Severity::Error
            }
        };
        Some(Gate { minimum: at + 1, filter: self.filter(gate)?.0, severity })
    }

    /// Reports levels that nobody can reach: the highest ones without rules, and thresholds that go down.
    fn unreachable(&mut self, map: &Map, card: &Scorecard) {
        let places = map.get("levels").and_then(Node::as_seq).unwrap_or(&[]);
        let place = |rank: usize| places.get(rank - 1).map_or(card.span, |node| node.span);
        let mut found = Vec::new();
        if card.is_by_score() {
            for rank in 2..card.levels.len() {
                if card.levels[rank].from <= card.levels[rank - 1].from {
                    let message = format!("level `{}` begins no higher than the one before it", card.levels[rank].id);
                    found.push((rank, message, "write levels in the order of their scores"));
                }
            }
        } else {
            let highest = card.rules.iter().filter_map(|rule| rule.rank).max().unwrap_or(0);
            for rank in highest + 1..card.levels.len() {
                let message =
                    format!("no rule has level `{}` or a higher one, so nobody can reach it", card.levels[rank].id);
                found.push((rank, message, "give a rule this level, or remove it"));
            }
        }
        for (rank, message, help) in found {
            self.problems.push(Diagnostic::new(codes::UNREACHABLE_LEVEL, place(rank), message).help(help));
        }
    }
}

/// Returns whether a text can be an id: `^[a-z0-9]+(?:[-_][a-z0-9]+)*$`, at most 63 characters.
pub(super) fn is_id(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= 63 && text.split(['-', '_']).all(is_part)
}

fn capitalised(id: &str) -> String {
    let mut letters = id.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn ids_are_small_letters_with_single_signs_between() {
        assert!(["a", "on-call", "a_b-c9", "9"].into_iter().all(is_id));
        assert!(!["", "A", "a--b", "-a", "a-", "ä", "a b"].into_iter().any(is_id));
    }
}
