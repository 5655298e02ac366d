//! Exemptions and initiatives: what entities are excused from, and what they are asked to do by a day.

use super::model::{Exemption, Initiative, Rule, Scorecard};
use super::read::Reader;
use crate::catalog::EntityRef;
use crate::diag::{Diagnostic, codes};
use crate::text::{Span, nearest};
use crate::yaml::{Map, Node};

const EXEMPTIONS: &[&str] = &["kind", "scorecard", "exemptions"];
const EXEMPTION: &[&str] = &["rule", "entities", "filter", "reason", "approvedBy", "ticket", "expires"];
const INITIATIVE: &[&str] =
    &["kind", "id", "title", "description", "scorecard", "rules", "level", "filter", "due", "owner"];

/// Days before its end from which on an exemption is reported.
const SOON: i64 = 14;

impl Reader<'_> {
    pub(super) fn exemptions(&mut self, map: &Map, root: Span, card: &mut Scorecard) {
        self.keys(map, EXEMPTIONS);
        let Some(items) = map.get("exemptions").and_then(Node::as_seq) else {
            let span = map.get("exemptions").map_or(root, |node| node.span);
            self.report(
                span,
                "`exemptions` is a list",
                "write an exemption with `rule`, `entities`, `reason` and `expires`",
            );
            return;
        };
        for item in items {
            if let Some(exemption) = self.exemption(item, card) {
                card.exemptions.push(exemption);
            }
        }
    }

    fn exemption(&mut self, item: &Node, card: &Scorecard) -> Option<Exemption> {
        let Some(map) = item.as_map() else {
            self.report(
                item.span,
                "an exemption is a mapping",
                "write it with `rule`, `entities`, `reason` and `expires`",
            );
            return None;
        };
        self.keys(map, EXEMPTION);
        let rule = self.known_rule(map.get("rule"), item.span, card)?;
        let Some(reason) = map.get("reason").and_then(Node::as_str).filter(|reason| !reason.trim().is_empty()) else {
            let span = map.get("reason").map_or(item.span, |node| node.span);
            self.report(span, "the exemption has no `reason`", "write why the rule need not be met");
            return None;
        };
        let Some(expires) = map.get("expires").filter(|node| !node.is_null()) else {
            self.report(item.span, "the exemption has no end", "write the last day, such as `expires: 2027-03-31`");
            return None;
        };
        let expires = self.day(expires, "expires")?;
        let mut entities = Vec::new();
        for node in map.get("entities").and_then(Node::as_seq).unwrap_or(&[]) {
            match node.as_str().map(|text| EntityRef::parse(text, Some("component"), "default")) {
                Some(Ok(reference)) => entities.push(reference.as_str().to_owned()),
                _ => {
                    self.report(node.span, "this is no reference of an entity", "write it as `component:default/name`");
                }
            }
        }
        let filter = match map.get("filter").filter(|node| !node.is_null()) {
            Some(_) => Some(self.filter(map)?.0),
            None => None,
        };
        if entities.is_empty() && filter.is_none() {
            self.report(
                item.span,
                "the exemption says of no entity that it is excused",
                "write `entities:` or `filter:`",
            );
            return None;
        }
        if expires < self.today {
            let rule = &card.rules[rule].id;
            let message = format!("the exemption from `{rule}` ended on {}", expires.words());
            let help = "meet the rule and remove the exemption, or give it a new end that somebody approves";
            self.problems.push(Diagnostic::new(codes::SCORECARD_EXEMPTION_EXPIRED, item.span, message).help(help));
        } else if expires.number() - self.today.number() <= SOON {
            let rule = &card.rules[rule].id;
            let message = format!("the exemption from `{rule}` ends on {}", expires.words());
            let help = "meet the rule until then, or ask for more time";
            self.problems.push(Diagnostic::new(codes::SCORECARD_EXEMPTION_ENDS_SOON, item.span, message).help(help));
        }
        Some(Exemption {
            rule,
            entities,
            filter,
            reason: reason.to_owned(),
            approved_by: self.text(map, "approvedBy"),
            ticket: self.text(map, "ticket"),
            expires,
            has_ended: expires < self.today,
            span: item.span,
        })
    }

    fn known_rule(&mut self, node: Option<&Node>, span: Span, card: &Scorecard) -> Option<usize> {
        let id = node.and_then(Node::as_str).unwrap_or_default();
        let found = card.rules.iter().position(|rule| rule.id == id);
        if found.is_none() {
            let help = match nearest(id, card.rules.iter().map(|rule| rule.id.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write the `id` of a rule of `{}`", card.id),
            };
            self.report(
                node.map_or(span, |node| node.span),
                format!("the scorecard `{}` has no rule `{id}`", card.id),
                &help,
            );
        }
        found
    }

    pub(super) fn initiative(&mut self, map: &Map, root: Span, card: &Scorecard) -> Option<Initiative> {
        self.keys(map, INITIATIVE);
        let id = self.id(map, root, "the initiative")?;
        if card.initiatives.iter().any(|other| other.id == id) {
            let span = map.get("id").map_or(root, |node| node.span);
            self.report(span, format!("there are two initiatives `{id}`"), "give one of them another `id`");
            return None;
        }
        let Some(due) = map.get("due").filter(|node| !node.is_null()) else {
            self.report(root, "the initiative has no `due`", "write the day by which it should be done");
            return None;
        };
        let due = self.day(due, "due")?;
        let rules = match (map.get("rules").and_then(Node::as_seq), map.get("level")) {
            (Some(items), _) if !items.is_empty() => {
                let mut rules = Vec::new();
                for item in items {
                    rules.extend(self.known_rule(Some(item), item.span, card));
                }
                rules.sort_unstable();
                rules.dedup();
                rules
            }
            (_, Some(level)) => {
                let named = level.as_str().unwrap_or_default();
                let Some(at) = card.levels.iter().skip(1).position(|level| level.id == named) else {
                    self.report(
                        level.span,
                        format!("there is no level `{named}`"),
                        "write the `id` of one of the levels",
                    );
                    return None;
                };
                let up_to = |rule: &Rule| rule.rank.is_some_and(|rank| rank <= at + 1);
                card.rules.iter().enumerate().filter(|(_, rule)| up_to(rule)).map(|(at, _)| at).collect()
            }
            _ => {
                self.report(
                    root,
                    "the initiative says neither `rules` nor `level`",
                    "write the rules that should be met, or the level",
                );
                return None;
            }
        };
        if rules.is_empty() {
            return None;
        }
        Some(Initiative {
            title: self.text(map, "title").unwrap_or_else(|| id.clone()),
            description: self.text(map, "description"),
            rules,
            filter: self.filter(map)?.0,
            due,
            owner: self.text(map, "owner"),
            done: Vec::new(),
            open: Vec::new(),
            days_left: due.number() - self.today.number(),
            span: root,
            id,
        })
    }
}
