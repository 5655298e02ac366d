//! How old the evidence is that pages show of each entity: catalog file, documentation, API definition, saved answers of other
//! tools, and files of facts.

use std::collections::HashMap;

use super::facts::FactBook;
use crate::calendar::Day;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::docs::Docs;
use crate::snapshots::{Snapshots, State};
use crate::text::FileId;
use crate::workspace::Workspace;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A sort of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The file that describes the entity.
    Catalog,
    /// Its documentation.
    Docs,
    /// Its API definition.
    Definition,
    /// What other tools know.
    Snapshots,
    /// Files of facts, sign-offs among them.
    Facts,
}

impl Source {
    /// All of them, in the order of columns.
    pub const ALL: [Self; 5] = [Self::Catalog, Self::Docs, Self::Definition, Self::Snapshots, Self::Facts];

    /// Returns the word of marks and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Docs => "docs",
            Self::Definition => "definition",
            Self::Snapshots => "snapshots",
            Self::Facts => "facts",
        }
    }

    /// Returns the words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Catalog => "Catalog file",
            Self::Docs => "Documentation",
            Self::Definition => "API definition",
            Self::Snapshots => "Snapshots",
            Self::Facts => "Facts",
        }
    }

    /// Returns what its age is counted from.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Catalog => "the last commit to the file",
            Self::Docs => "the last commit to any of its pages",
            Self::Definition => "the last commit to the definition, or to the catalog file that it is written in",
            Self::Snapshots => "when the oldest answer was fetched",
            Self::Facts => "the time that the oldest file of facts gives, else its last commit",
        }
    }
}

/// How old something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// There is nothing of which one could ask.
    Nothing,
    /// It is expected and not there.
    Missing,
    /// Nobody knows.
    Unknown,
    /// From this time, in seconds since 1970 UTC.
    At(i64),
}

/// Ages that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// At most 30 days.
    Month,
    /// At most 90 days.
    Quarter,
    /// At most 365 days.
    Year,
    /// More.
    Older,
    /// Nobody knows.
    Unknown,
    /// It is expected and not there.
    Missing,
}

/// The longest age in days of each bucket but the last of those that have one.
const LIMITS: [(Bucket, i64); 3] = [(Bucket::Month, 30), (Bucket::Quarter, 90), (Bucket::Year, 365)];

impl Bucket {
    /// All of them, the newest first.
    pub const ALL: [Self; 6] = [Self::Month, Self::Quarter, Self::Year, Self::Older, Self::Unknown, Self::Missing];

    /// Returns the word of marks and styles.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Older => "older",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
        }
    }

    /// Returns the words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Month => "Up to 30 days",
            Self::Quarter => "Up to 90 days",
            Self::Year => "Up to a year",
            Self::Older => "Over a year",
            Self::Unknown => "Age unknown",
            Self::Missing => "No answer",
        }
    }

    /// Returns where something belongs on a day; `None` where there is nothing.
    #[must_use]
    pub fn of(age: Age, today: Day) -> Option<Self> {
        Some(match age {
            Age::Nothing => return None,
            Age::Missing => Self::Missing,
            Age::Unknown => Self::Unknown,
            Age::At(at) => {
                let days = today.number() - at.div_euclid(DAY);
                LIMITS.iter().find(|(_, most)| days <= *most).map_or(Self::Older, |(bucket, _)| *bucket)
            }
        })
    }
}

/// The evidence of one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The entity.
    pub entity: EntityId,
    /// By [`Source::ALL`].
    pub ages: [Age; 5],
    /// Whether a saved answer is older than its source allows.
    pub is_stale: bool,
    /// The time of the oldest evidence.
    pub oldest: Option<i64>,
}

/// The evidence of all entities.
#[derive(Debug)]
pub struct Freshness {
    /// The day on which ages are counted.
    pub today: Day,
    /// By owner, those without one last; of one owner the oldest first.
    pub rows: Vec<Row>,
    /// By [`Source::ALL`], then by [`Bucket::ALL`].
    pub counts: [[usize; 6]; 5],
    /// From when until before when nothing is in another bucket, in seconds since 1970 UTC.
    pub holds: (i64, i64),
}

impl Default for Freshness {
    fn default() -> Self {
        Self { today: Day::of_moment(0), rows: Vec::new(), counts: Default::default(), holds: (i64::MIN, i64::MAX) }
    }
}

/// Returns whether the age of what is known of an entity says anything: people and teams do not go stale by not changing.
fn is_listed(entity: &Entity) -> bool {
    !matches!(entity.reference.kind(), "user" | "group" | "location")
}

/// Finds the evidence of all entities.
#[must_use]
pub fn find(
    workspace: &Workspace,
    catalog: &Catalog,
    docs: &Docs,
    snapshots: &Snapshots,
    facts: &FactBook,
    today: Day,
) -> Freshness {
    let changed = |file: FileId| workspace.last_change(file).map_or(Age::Unknown, |change| Age::At(change.time));
    // Many entities may show the same documentation.
    let mut of_docs: HashMap<EntityId, Age> = HashMap::new();
    let retrievers: Vec<_> = facts
        .retrievers
        .iter()
        .map(|retriever| (retriever, retriever.at.map_or_else(|| changed(retriever.file), Age::At)))
        .collect();
    let mut found = Freshness { today, ..Freshness::default() };
    for (id, entity) in catalog.iter().filter(|(_, entity)| is_listed(entity)) {
        let documented = docs.of(id).filter(|(site, _)| !site.pages.is_empty()).map(|(site, _)| {
            *of_docs.entry(site.entity).or_insert_with(|| {
                let times = site.pages.iter().filter_map(|page| page.last_change.as_ref()).map(|change| change.time);
                times.max().map_or(Age::Unknown, Age::At)
            })
        });
        let defined = (entity.reference.kind() == "api").then(|| match entity.definition {
            Some(file) => changed(file),
            None if entity.spec_str("definition").is_some() => changed(entity.file),
            None => Age::Nothing,
        });
        let known = retrievers.iter().filter(|(retriever, _)| retriever.of(entity.reference.as_str()).is_some());
        let (answers, is_stale) = of_snapshots(snapshots, id);
        let ages = [
            changed(entity.file),
            documented.unwrap_or(Age::Nothing),
            defined.unwrap_or(Age::Nothing),
            answers,
            oldest(known.map(|(_, age)| *age)),
        ];
        let times = ages.iter().filter_map(|age| if let Age::At(at) = age { Some(*at) } else { None });
        found.add(Row { entity: id, ages, is_stale, oldest: times.min() });
    }
    let owner = |id: EntityId| catalog.get(id).related("ownedBy").next().map(|owner| owner.target.as_str());
    found.rows.sort_by_cached_key(|row| {
        let owner = owner(row.entity);
        (owner.is_none(), owner, row.oldest.unwrap_or(i64::MAX), row.entity)
    });
    found
}

/// Returns the oldest of several; what nobody knows counts as older.
fn oldest(ages: impl Iterator<Item = Age>) -> Age {
    ages.fold(Age::Nothing, |oldest, age| match (oldest, age) {
        (Age::At(a), Age::At(b)) => Age::At(a.min(b)),
        (Age::Nothing, other) | (other, Age::Nothing) => other,
        (Age::Unknown, _) | (_, Age::Unknown) => Age::Unknown,
        (Age::Missing, other) | (other, Age::Missing) => other,
    })
}

fn of_snapshots(snapshots: &Snapshots, id: EntityId) -> (Age, bool) {
    let of = snapshots.of(id).iter();
    let ages = of.clone().filter(|snapshot| snapshot.state != State::NoAnnotation).map(|snapshot| {
        match (snapshot.fetched, snapshot.state) {
            (Some(at), _) => Age::At(at),
            (None, State::NoData | State::Error) => Age::Missing,
            (None, _) => Age::Unknown,
        }
    });
    (oldest(ages), of.clone().any(|snapshot| snapshot.state == State::Stale))
}

impl Freshness {
    fn add(&mut self, row: Row) {
        for (counts, age) in self.counts.iter_mut().zip(row.ages) {
            let Some(bucket) = Bucket::of(age, self.today) else { continue };
            counts[bucket as usize] += 1;
            let Age::At(at) = age else { continue };
            let day = at.div_euclid(DAY);
            let end = |days: i64| day.saturating_add(days + 1).saturating_mul(DAY);
            let place = LIMITS.iter().position(|(other, _)| *other == bucket);
            if let Some(place) = place {
                self.holds.1 = self.holds.1.min(end(LIMITS[place].1));
            }
            if let Some((_, before)) = place.unwrap_or(LIMITS.len()).checked_sub(1).map(|before| LIMITS[before]) {
                self.holds.0 = self.holds.0.max(end(before));
            }
        }
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn ages_are_told_apart_by_days() {
        let today = Day::parse("2026-11-30").unwrap();
        let of = |day: &str| Bucket::of(Age::At(Day::parse(day).unwrap().number() * DAY + 7), today);
        assert_eq!([of("2026-10-31"), of("2026-10-30")], [Some(Bucket::Month), Some(Bucket::Quarter)]);
        assert_eq!([of("2025-11-30"), of("2025-11-29")], [Some(Bucket::Year), Some(Bucket::Older)]);
        assert_eq!([of("2026-12-24"), Bucket::of(Age::Nothing, today)], [Some(Bucket::Month), None]);
    }

    #[test]
    fn the_oldest_counts_and_what_nobody_knows_is_older() {
        let of = |ages: &[Age]| oldest(ages.iter().copied());
        assert_eq!(of(&[]), Age::Nothing);
        assert_eq!(of(&[Age::Missing, Age::At(9), Age::At(3)]), Age::At(3));
        assert_eq!(of(&[Age::At(9), Age::Unknown]), Age::Unknown);
        assert_eq!(of(&[Age::Missing]), Age::Missing);
    }

    #[test]
    fn evidence_is_found_and_says_until_when_it_holds() {
        let text = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\nspec: {type: openapi, lifecycle: production, owner: team, definition: '{}'}\n---\n\
                    apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
        let facts = "retriever: attest\nat: 2026-11-20\nfacts: {api:default/a: {signed: true}}\n";
        let files = [("catalog-info.yaml", text.as_bytes()), ("facts/attest.yaml", facts.as_bytes())];
        let today = Day::parse("2026-11-30").unwrap();
        let workspace = Workspace::from_files(Config::default(), &files).at(today.number() * DAY);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let found = &portal.freshness;
        let at = Day::parse("2026-11-20").unwrap().number() * DAY;
        let ages: Vec<[Age; 5]> = found.rows.iter().map(|row| row.ages).collect();
        // There is no history in memory, so that nobody knows when files changed.
        assert_eq!(ages, [[Age::Unknown, Age::Nothing, Age::Unknown, Age::Nothing, Age::At(at)]]);
        assert_eq!(found.holds, (i64::MIN, Day::parse("2026-12-21").unwrap().number() * DAY));
        assert_eq!(found.counts[4], [1, 0, 0, 0, 0, 0]);
    }
}
