//! Levels and scores: what results come to. Pure arithmetic over counted results.

use std::collections::BTreeMap;

use super::model::{Figures, Outcome, Scorecard, Status};

/// A result that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// The rank of the rule's level.
    pub(super) rank: Option<usize>,
    /// How much it counts.
    pub(super) weight: u64,
    /// Whether it holds.
    pub(super) passed: bool,
}

/// Adds results up. The rank is one below the lowest rank that has a failed rule, else the highest rank among the results (the
/// maturity plugin of Tech Insights); with `thresholds`, that of the highest one that the score reaches.
pub(super) fn figures(counted: impl Iterator<Item = Counted>, thresholds: Option<&[(usize, u32)]>) -> Figures {
    let (mut max_rank, mut lowest_failed) = (0, usize::MAX);
    let (mut passed, mut total, mut weight, mut passed_weight) = (0, 0, 0u128, 0u128);
    for result in counted {
        total += 1;
        weight += u128::from(result.weight);
        let rank = result.rank.unwrap_or(0);
        max_rank = max_rank.max(rank);
        if result.passed {
            passed += 1;
            passed_weight += u128::from(result.weight);
        } else if result.rank.is_some() {
            lowest_failed = lowest_failed.min(rank);
        }
    }
    let score = percent(passed_weight, weight);
    let mut rank = if lowest_failed == usize::MAX { max_rank } else { lowest_failed.saturating_sub(1) };
    if let Some(thresholds) = thresholds {
        max_rank = thresholds.len();
        rank = thresholds
            .iter()
            .filter(|(_, from)| score.is_some_and(|score| score >= *from))
            .map(|(rank, _)| *rank)
            .max()
            .unwrap_or(0);
    }
    Figures { rank, max_rank, passed, total, score }
}

/// Returns a share in percent, halves rounded up; nothing of nothing.
pub(super) fn percent(part: u128, whole: u128) -> Option<u32> {
    if whole == 0 {
        return None;
    }
    u32::try_from((part * 200 + whole) / (whole * 2)).ok()
}

impl Scorecard {
    /// Returns the thresholds of levels that are reached by score.
    pub(super) fn thresholds(&self) -> Option<Vec<(usize, u32)>> {
        self.is_by_score()
            .then(|| self.levels.iter().enumerate().filter_map(|(rank, level)| Some((rank, level.from?))).collect())
    }

    /// Adds up the counted results of each category.
    #[must_use]
    pub fn areas(&self, outcome: &Outcome) -> Vec<(&str, Figures)> {
        let mut categories: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some(category) = rule.category.as_deref()
                && self.counts(at, outcome.results[at].status)
            {
                categories.entry(category).or_default().push(at);
            }
        }
        let area = |rules: Vec<usize>| {
            let statuses = outcome.results.iter().enumerate();
            let statuses = statuses.map(|(at, it)| if rules.contains(&at) { it.status } else { Status::NotApplicable });
            figures(self.counted(statuses, false), None)
        };
        categories.into_iter().map(|(category, rules)| (category, area(rules))).collect()
    }

    /// Returns the counted results of an entity: those of rules in force, or of all rules.
    pub(super) fn counted<'a>(
        &'a self,
        statuses: impl Iterator<Item = Status> + 'a,
        all: bool,
    ) -> impl Iterator<Item = Counted> + 'a {
        statuses
            .enumerate()
            .filter(
                move |(rule, status)| {
                    if all { self.counts_in_force(*rule, *status) } else { self.counts(*rule, *status) }
                },
            )
            .map(|(rule, status)| {
                let rule = &self.rules[rule];
                Counted { rank: rule.rank, weight: rule.weight, passed: status == Status::Pass }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(results: &[(usize, u64, bool)]) -> Figures {
        figures(
            results.iter().map(|(rank, weight, passed)| Counted {
                rank: Some(*rank),
                weight: *weight,
                passed: *passed,
            }),
            None,
        )
    }

    #[test]
    fn a_failed_rule_holds_back_at_the_level_below() {
        assert_eq!(of(&[(1, 1, true), (2, 1, false), (3, 1, true)]).rank, 1);
        assert_eq!(of(&[(1, 1, true), (3, 1, true)]).rank, 3);
        assert_eq!(of(&[(1, 1, false), (3, 1, true)]).rank, 0);
        assert_eq!(of(&[]), Figures::default());
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(of(&[(1, 1, true), (1, 4, false), (1, 3, false)]).score, Some(13));
        assert_eq!(percent(5, 8), Some(63));
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn thresholds_decide_by_score() {
        let counted = |passed| Counted { rank: None, weight: 1, passed };
        let by_score =
            |results: &[bool]| figures(results.iter().map(|passed| counted(*passed)), Some(&[(1, 25), (2, 50)])).rank;
        assert_eq!([by_score(&[true, false]), by_score(&[false]), by_score(&[])], [2, 0, 0]);
    }
}
