//! The checks of Tech Insights as a scorecard.

use super::facts::FactBook;
use super::model::{Level, Origin, Rule, RuleResult, Scorecard, Status, Test};
use super::tech_insights::{self, Check, CheckVerdict, KnownFacts};
use crate::config::Filter;
use crate::diag::Diagnostics;
use crate::text::{FileId, Span};
use crate::yaml::Node;

/// The id of the scorecard that the checks become.
pub(super) const ID: &str = "tech-insights";

/// The ranks of the maturity plugin.
const RANKS: [(&str, &str, &str); 4] = [
    ("stone", "Stone", "#6e6e6e"),
    ("bronze", "Bronze", "#8c5a2b"),
    ("silver", "Silver", "#737b85"),
    ("gold", "Gold", "#9a7000"),
];

/// Makes a scorecard of `techInsights` in `app-config.yaml`; nothing without checks.
pub(super) fn scorecard(file: FileId, root: &Node, facts: &FactBook, problems: &mut Diagnostics) -> Option<Scorecard> {
    let checks = root.get("factChecker")?.get("checks")?.as_map()?;
    let mut rules = Vec::new();
    for entry in checks.entries() {
        let check = Check::read(&entry.key, entry.key_span, &entry.value, facts, problems);
        let text = |key: &str| {
            entry.value.get("metadata").and_then(|node| node.get(key)).and_then(Node::as_str).map(str::to_owned)
        };
        let rank = check.rank();
        let own =
            |key: &str| entry.value.get(key).and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let links = entry.value.get("links").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(|link| {
            let text = |key: &str| link.get(key).and_then(Node::as_str).map(str::to_owned);
            let url = text("url")?;
            Some((text("title").unwrap_or_else(|| url.clone()), url))
        });
        rules.push(Rule {
            id: entry.key.to_string(),
            title: own("name").unwrap_or_else(|| entry.key.to_string()),
            description: own("description"),
            category: text("category"),
            rank,
            weight: 1,
            message: None,
            fix: text("solution"),
            links: links.collect(),
            owner: None,
            effective_from: None,
            in_force: true,
            skips_missing: true,
            span: Span::new(file, entry.key_span.start as usize, entry.value.span.end as usize),
            test: Test::Check(Box::new(check)),
        });
    }
    if rules.is_empty() {
        return None;
    }
    let ranked = rules.iter().any(|rule| rule.rank.is_some());
    let titles = root.get("maturity").and_then(|node| node.get("rank"));
    let levels = RANKS.iter().map(|(id, title, color)| {
        let own = |key: &str| titles?.get(id)?.get(key)?.as_str().map(str::to_owned);
        Level {
            id: (*id).to_owned(),
            title: own("title").unwrap_or_else(|| (*title).to_owned()),
            description: own("description"),
            color: Some((*color).to_owned()),
            from: None,
        }
    });
    let levels = if ranked {
        levels.collect()
    } else {
        vec![Level { id: "none".to_owned(), title: "No level".to_owned(), ..Level::default() }]
    };
    Some(Scorecard {
        id: ID.to_owned(),
        title: "Tech Insights".to_owned(),
        description: None,
        owner: None,
        origin: Origin::TechInsights { ranked },
        file,
        span: rules[0].span,
        filter: Filter::default(),
        filter_text: None,
        levels,
        rules,
        gate: None,
        exemptions: Vec::new(),
        initiatives: Vec::new(),
        outcomes: Vec::new(),
        rollups: Vec::new(),
        ranking: Vec::new(),
    })
}

/// Judges an entity by a check.
pub(super) fn judge(check: &Check, facts: &KnownFacts<'_>) -> RuleResult {
    let with_reason = |status: Status, why: String| RuleResult { why: Some(why.into()), ..RuleResult::of(status) };
    match tech_insights::judge(check, facts) {
        CheckVerdict::Broken(why) => with_reason(Status::Error, why),
        CheckVerdict::NotApplicable => RuleResult::of(Status::NotApplicable),
        CheckVerdict::Unknown(why) => with_reason(Status::NoData, why),
        CheckVerdict::Decided(Ok(holds), evidence) => {
            RuleResult { evidence: evidence.into(), ..RuleResult::of(if holds { Status::Pass } else { Status::Fail }) }
        }
        CheckVerdict::Decided(Err(fault), evidence) => {
            RuleResult { evidence: evidence.into(), ..with_reason(Status::Error, fault) }
        }
    }
}
