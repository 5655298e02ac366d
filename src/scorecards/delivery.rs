//! How software is delivered: the four key metrics of DORA by team, from what saved answers hold and what jobs write into facts.
//!
//! What nobody knows stays unknown: no metric is guessed from another one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::facts::FactBook;
use crate::catalog::{Catalog, EntityId};
use crate::snapshots::Snapshots;
use crate::snapshots::facts::Fact;
use crate::yaml::{Node, Value};

/// The retriever whose facts are the metrics themselves.
pub const RETRIEVER: &str = "delivery";

/// One of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How often a change reaches production.
    Frequency,
    /// How long a change takes to get there.
    LeadTime,
    /// How many changes fail there.
    FailureRate,
    /// How long it takes until a failure is over.
    RestoreTime,
}

impl Metric {
    /// All of them, in the order of columns.
    pub const ALL: [Self; 4] = [Self::Frequency, Self::LeadTime, Self::FailureRate, Self::RestoreTime];

    /// Returns the word of marks and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Frequency => "deploymentsPerWeek",
            Self::LeadTime => "leadTimeHours",
            Self::FailureRate => "changeFailureRate",
            Self::RestoreTime => "timeToRestoreHours",
        }
    }

    /// Returns the words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Frequency => "Deployment frequency",
            Self::LeadTime => "Lead time for changes",
            Self::FailureRate => "Change failure rate",
            Self::RestoreTime => "Time to restore",
        }
    }

    /// Returns what it means.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Frequency => "deployments to production in a week",
            Self::LeadTime => "from the first commit of a change until it is in production",
            Self::FailureRate => "deployments to production that fail, in percent",
            Self::RestoreTime => "from the beginning of a failure until it is over",
        }
    }

    /// Returns how the figures of entities become that of a team.
    #[must_use]
    pub const fn together(self) -> &'static str {
        match self {
            Self::Frequency => "their sum",
            Self::LeadTime | Self::RestoreTime => "their median",
            Self::FailureRate => "their mean",
        }
    }

    /// Returns a figure as people read it.
    #[must_use]
    pub fn shown(self, value: f64) -> String {
        let unit = match self {
            Self::Frequency => "a week",
            Self::FailureRate => "%",
            Self::LeadTime | Self::RestoreTime => "h",
        };
        Fact::Number(crate::snapshots::facts::rounded(value, 1)).shown(unit)
    }

    fn join(self, mut values: Vec<f64>) -> Option<f64> {
        if values.is_empty() {
            return None;
        }
        let count = values.len() as f64;
        match self {
            Self::Frequency => Some(values.iter().sum()),
            Self::FailureRate => Some(values.iter().sum::<f64>() / count),
            Self::LeadTime | Self::RestoreTime => {
                values.sort_by(f64::total_cmp);
                let middle = values.len() / 2;
                let is_even = values.len().is_multiple_of(2);
                Some(if is_even { f64::midpoint(values[middle - 1], values[middle]) } else { values[middle] })
            }
        }
    }
}

/// Where a metric comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Method {
    /// Which metric.
    pub metric: Metric,
    /// A source of saved answers; nothing for facts of jobs.
    pub source: Option<&'static str>,
    /// What is read.
    pub fact: &'static str,
    /// How the metric is made of it.
    pub how: &'static str,
}

const fn own(metric: Metric) -> Method {
    Method { metric, source: None, fact: metric.as_str(), how: "as a job wrote it down" }
}

const fn of(metric: Metric, source: &'static str, fact: &'static str, how: &'static str) -> Method {
    Method { metric, source: Some(source), fact, how }
}

const BY_WEEK: &str = "deployments to production in 30 days, for 7 days";
const MERGED: &str = "median from opening a change to merging it; what comes before and after is not in it";
const FAILED: &str = "failed deployments to production in 30 days among all of them";

/// All methods; of one metric the first one that knows something counts.
pub const METHODS: &[Method] = &[
    own(Metric::Frequency),
    of(Metric::Frequency, "deployments", "deploy.count30d", BY_WEEK),
    of(Metric::Frequency, "github-deployments", "deploy.count30d", BY_WEEK),
    of(Metric::Frequency, "argocd", "deploy.count30d", "deployments of all applications in 30 days, for 7 days"),
    own(Metric::LeadTime),
    of(Metric::LeadTime, "github-pulls", "pr.medianMergeHours", MERGED),
    of(Metric::LeadTime, "gitlab-merge-requests", "pr.medianMergeHours", MERGED),
    own(Metric::FailureRate),
    of(Metric::FailureRate, "deployments", "deploy.failed30d", FAILED),
    own(Metric::RestoreTime),
    of(Metric::RestoreTime, "pagerduty", "incidents.meanHoursToResolve", "mean time until incidents were resolved"),
];

impl Method {
    /// Returns how conditions call what it reads.
    #[must_use]
    pub fn path(&self) -> String {
        match self.source {
            None => format!("facts.{RETRIEVER}.{}", self.fact),
            Some(source) if source.contains('-') => format!("snap[\"{source}\"].{}", self.fact),
            Some(source) => format!("snap.{source}.{}", self.fact),
        }
    }
}

/// What is known of one metric of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The figure.
    pub value: f64,
    /// Index into [`METHODS`].
    pub method: usize,
    /// The answer that it is from, which several entities of one repository share.
    answer: Option<Box<str>>,
}

/// One entity.
#[derive(Debug, Clone)]
pub struct Row {
    /// The entity.
    pub entity: EntityId,
    /// By [`Metric::ALL`].
    pub measures: [Option<Measure>; 4],
}

/// What is known of one metric of a team.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The figure.
    pub value: f64,
    /// From how many entities.
    pub known: usize,
    /// Indexes into [`METHODS`].
    pub methods: Vec<usize>,
}

/// One team.
#[derive(Debug, Clone, Default)]
pub struct Team {
    /// The reference of the owner.
    pub owner: Option<Arc<str>>,
    /// How many entities count.
    pub entities: usize,
    /// By [`Metric::ALL`].
    pub measures: [Option<Joined>; 4],
}

/// All figures.
#[derive(Debug, Default)]
pub struct Delivery {
    /// By owner, then by reference.
    pub rows: Vec<Row>,
    /// By reference, those without an owner last.
    pub teams: Vec<Team>,
    /// All of them together.
    pub all: Team,
}

/// Finds the figures of all components, and of others of which a job wrote some down.
#[must_use]
pub fn find(catalog: &Catalog, snapshots: &Snapshots, facts: &FactBook) -> Delivery {
    let mut of_owner: BTreeMap<(bool, Option<Arc<str>>), Vec<Row>> = BTreeMap::new();
    let mut all = Vec::new();
    for (id, entity) in catalog.iter() {
        let measures = Metric::ALL.map(|metric| measure(metric, catalog, snapshots, facts, id));
        // What else lies in a repository does not deliver by itself, unless a job says so.
        let says_so = || measures.iter().flatten().any(|measure| measure.answer.is_none());
        if entity.reference.kind() != "component" && !says_so() {
            continue;
        }
        let owner = entity.related("ownedBy").next().map(|owner| owner.target.shared());
        let row = Row { entity: id, measures };
        all.push(row.clone());
        of_owner.entry((owner.is_none(), owner)).or_default().push(row);
    }
    let all = team(None, &all);
    let teams = of_owner.iter().map(|((_, owner), rows)| team(owner.clone(), rows)).collect();
    Delivery { teams, all, rows: of_owner.into_values().flatten().collect() }
}

fn team(owner: Option<Arc<str>>, rows: &[Row]) -> Team {
    let join = |at: usize| {
        let known: Vec<&Measure> = rows.iter().filter_map(|row| row.measures[at].as_ref()).collect();
        let mut methods: Vec<usize> = known.iter().map(|measure| measure.method).collect();
        methods.sort_unstable();
        methods.dedup();
        // What several entities of one repository have in common happened once.
        let mut seen = HashSet::new();
        let values = known.iter().filter(|it| it.answer.as_ref().is_none_or(|answer| seen.insert((it.method, answer))));
        let value = Metric::ALL[at].join(values.map(|it| it.value).collect())?;
        Some(Joined { value, known: known.len(), methods })
    };
    Team { owner, entities: rows.len(), measures: [0, 1, 2, 3].map(join) }
}

fn measure(
    metric: Metric,
    catalog: &Catalog,
    snapshots: &Snapshots,
    facts: &FactBook,
    id: EntityId,
) -> Option<Measure> {
    let methods = METHODS.iter().enumerate().filter(|(_, method)| method.metric == metric);
    methods.into_iter().find_map(|(at, method)| {
        let Some(source) = method.source else {
            let own = facts.find(RETRIEVER)?.of(catalog.get(id).reference.as_str())?;
            return Some(Measure { value: number(own.get(method.fact)?)?, method: at, answer: None });
        };
        let snapshot = snapshots.snapshot(id, source)?;
        let fact = |name: &str| snapshot.delivery(name).and_then(Fact::number);
        let found = fact(method.fact)?;
        let value = match metric {
            Metric::Frequency => found * 7.0 / 30.0,
            Metric::FailureRate => {
                let all = found + fact("deploy.count30d")?;
                // Where nothing was deployed, nothing failed, and nothing is known.
                (all > 0.0).then(|| 100.0 * found / all)?
            }
            Metric::LeadTime | Metric::RestoreTime => found,
        };
        Some(Measure { value, method: at, answer: Some(snapshot.key.clone()) })
    })
}

/// Returns a number that is not below zero.
fn number(node: &Node) -> Option<f64> {
    let number = match node.value {
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    #[test]
    fn teams_have_what_is_known_and_nothing_else() {
        let component = |name: &str, slug: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: {{github.com/project-slug: acme/{slug}}}\nspec: {{type: service, lifecycle: production, owner: team}}\n---\n"
            )
        };
        let catalog = component("a", "one") + &component("b", "one") + &component("c", "two");
        let pulls = |days: u32| {
            format!(
                "[{{\"number\": 1, \"state\": \"closed\", \"created_at\": \"2026-11-01T00:00:00Z\", \"merged_at\": \"2026-11-{:02}T00:00:00Z\"}}]",
                1 + days
            )
        };
        let facts = "retriever: delivery\nfacts:\n  component:default/a: {deploymentsPerWeek: 4, changeFailureRate: 10}\n  component:default/c: {deploymentsPerWeek: 1.5, changeFailureRate: -3}\n";
        let (one, two) = (pulls(1), pulls(9));
        let files: [(&str, &[u8]); 5] = [
            ("catalog-info.yaml", catalog.as_bytes()),
            ("facts/delivery.yaml", facts.as_bytes()),
            ("snapshots/github-pulls/acme/one/pulls.json", one.as_bytes()),
            ("snapshots/github-pulls/acme/two/pulls.json", two.as_bytes()),
            ("snapshots/fetched.tsv", b"github-pulls/acme/one/pulls.json\t200\t2026-11-20T00:00:00Z\ngithub-pulls/acme/two/pulls.json\t200\t2026-11-20T00:00:00Z\n"),
        ];
        let workspace = Workspace::from_files(Config::default(), &files);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let [team] = &portal.delivery.teams[..] else { panic!("{:?}", portal.delivery.teams) };
        let figures: Vec<Option<(f64, usize)>> =
            team.measures.iter().map(|it| it.as_ref().map(|it| (it.value, it.known))).collect();
        // Two entities share the changes of one repository, which count once; a rate below zero is none.
        assert_eq!(figures, [Some((5.5, 2)), Some((120.0, 3)), Some((10.0, 1)), None]);
        assert_eq!(team.entities, 3);
    }

    #[test]
    fn figures_are_written_in_their_units() {
        assert_eq!(Metric::Frequency.shown(2.333_3), "2.3 a week");
        assert_eq!(Metric::FailureRate.shown(12.5), "12.5%");
        assert_eq!(Metric::LeadTime.shown(26.0), "1 d 2 h");
    }
}
