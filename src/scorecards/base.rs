//! Comparison with earlier results: what a pull request makes better and worse.

use std::collections::BTreeMap;

use serde_json::Value;

use super::findings::place;
use super::model::{Scorecards, Status};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Diagnostics, codes};

/// What changed.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What to report.
    pub problems: Diagnostics,
    /// Entities with a higher level, by scorecard.
    pub risen: usize,
    /// Entities with a lower level.
    pub fallen: usize,
}

/// Results of an earlier `export --scorecards`.
#[derive(Debug, Default)]
pub struct Base {
    cards: BTreeMap<String, BTreeMap<String, Earlier>>,
}

/// The results of a scorecard for an entity.
#[derive(Debug, Default)]
struct Earlier {
    level: Option<String>,
    statuses: BTreeMap<String, String>,
}

impl Base {
    /// Reads an export.
    ///
    /// # Errors
    /// When the text is no such export.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let cards = value.get("scorecards").and_then(Value::as_array).ok_or("it has no `scorecards`")?;
        let string = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut base = Self::default();
        for card in cards {
            let Some(id) = string(card, "id") else { continue };
            let entities = card.get("entities").and_then(Value::as_array).into_iter().flatten().filter_map(|entity| {
                let results = entity.get("results").and_then(Value::as_array).into_iter().flatten();
                let statuses = results.filter_map(|result| Some((string(result, "rule")?, string(result, "status")?)));
                Some((string(entity, "ref")?, Earlier { level: string(entity, "level"), statuses: statuses.collect() }))
            });
            base.cards.insert(id, entities.collect());
        }
        Ok(base)
    }

    /// Compares results with earlier ones. What is new is judged by gates only, and rules that are new never make anybody
    /// fall: the rank that counts is that without them.
    #[must_use]
    pub fn compare(&self, found: &Scorecards, catalog: &Catalog) -> Comparison {
        let mut out = Comparison::default();
        for card in found.list.iter().filter(|card| card.has_figures()) {
            let Some(entities) = self.cards.get(&card.id) else { continue };
            // A rule of which no entity had a result is new.
            let known: std::collections::BTreeSet<&str> =
                entities.values().flat_map(|earlier| earlier.statuses.keys().map(String::as_str)).collect();
            for outcome in &card.outcomes {
                let entity = catalog.get(outcome.entity);
                let Some(earlier) = entities.get(entity.reference.as_str()) else { continue };
                let level = |id: &str| card.levels.iter().position(|level| level.id == id);
                let Some(before) = earlier.level.as_deref().and_then(level) else { continue };
                let statuses = card.rules.iter().zip(&outcome.results);
                let statuses =
                    statuses.map(
                        |(rule, result)| {
                            if known.contains(rule.id.as_str()) { result.status } else { Status::NotApplicable }
                        },
                    );
                let statuses: Vec<Status> = statuses.collect();
                let figures =
                    super::levels::figures(card.counted(statuses.iter().copied(), false), card.thresholds().as_deref());
                let newly = card.rules.iter().zip(&statuses).enumerate().filter(|(at, (rule, status))| {
                    let was = earlier.statuses.get(&rule.id).map(String::as_str);
                    **status != Status::Pass && card.counts(*at, **status) && was == Some(Status::Pass.as_str())
                });
                let newly: Vec<&super::model::Rule> = newly.map(|(_, (rule, _))| rule).collect();
                let named = newly.iter().map(|rule| format!("`{}`", rule.id)).collect::<Vec<_>>().join(", ");
                let title = |rank: usize| card.levels.get(rank).map_or("No level", |level| &level.title);
                if figures.rank < before {
                    out.fallen += 1;
                    let why = if named.is_empty() { String::new() } else { format!("; newly failing: {named}") };
                    let message = format!(
                        "`{}` falls from `{}` to `{}` on the scorecard `{}`{why}",
                        entity.reference,
                        title(before),
                        title(figures.rank),
                        card.id
                    );
                    out.problems.push(
                        Diagnostic::new(codes::SCORECARD_LEVEL_FELL, place(entity), message)
                            .help("meet the rules again, or ask for an exemption with a reason and an end")
                            .entity(entity.reference.shared()),
                    );
                } else if figures.rank > before {
                    out.risen += 1;
                }
                for rule in newly {
                    let message =
                        format!("`{}` no longer meets `{}` of the scorecard `{}`", entity.reference, rule.id, card.id);
                    let fix = rule.fix.as_deref().map(|fix| fix.split_whitespace().collect::<Vec<_>>().join(" "));
                    out.problems.push(
                        Diagnostic::new(codes::SCORECARD_RULE_NEWLY_FAILING, place(entity), message)
                            .help(fix.unwrap_or_else(|| format!("see what `{}` asks for", rule.title)))
                            .entity(entity.reference.shared()),
                    );
                }
            }
        }
        out
    }
}
