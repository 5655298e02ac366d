//! What widgets ask of an entity: a field, a relation, a fact, a level.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::catalog::{Catalog, Entity, EntityId, export};
use crate::scorecards::Scorecards;
use crate::snapshots::facts::{self, Fact};
use crate::snapshots::{Snapshots, time};
use crate::text::nearest;
use crate::yaml::{Node, Value};

/// Words for what is asked most.
const WORDS: &[(&str, &str)] = &[
    ("owner", "Owner"),
    ("system", "System"),
    ("domain", "Domain"),
    ("kind", "Kind"),
    ("type", "Type"),
    ("lifecycle", "Lifecycle"),
    ("namespace", "Namespace"),
    ("name", "Name"),
    ("title", "Title"),
    ("description", "Description"),
    ("tags", "Tags"),
];
/// What every other path begins with.
const TOPS: &[&str] = &["metadata", "spec", "relations", "facts", "snap", "scorecards"];

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    /// One of `WORDS`.
    Word(&'static str),
    /// A field of the entity, such as `spec.costCentre`.
    Field(String),
    /// The other ends of a relation.
    Relation(String),
    /// A fact of a file: retriever and name.
    Fact(String, String),
    /// A fact of a saved answer: source and name.
    Snapshot(String, String),
    /// The level on a scorecard.
    Level(String),
    /// The score on a scorecard.
    Score(String),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// An entity, by reference.
    Entity(Arc<str>),
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A time, in seconds since 1970 UTC.
    Time(i64),
    /// A level: the place of the scorecard in the list of all, and the rank.
    Level(usize, usize),
}

impl Found {
    /// Returns the number that it is; yes is 1, so that a mean is a share.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Flag(flag) => Some(f64::from(u8::from(*flag))),
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Self::Level(_, rank) => Some(*rank as f64),
            Self::Entity(_) | Self::Time(_) => None,
        }
    }

    /// Compares values as rows and groups are sorted: numbers by size, words without regard to case.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let words = |found: &Self| match found {
            Self::Entity(reference) => {
                let name = reference.rsplit('/').next().unwrap_or(reference);
                (name.to_lowercase(), reference.to_string())
            }
            Self::Text(text) => (text.to_lowercase(), text.clone()),
            _ => Default::default(),
        };
        let rank = |found: &Self| match found {
            Self::Flag(_) => 0,
            Self::Number(_) => 1,
            Self::Time(_) => 2,
            Self::Level(..) => 3,
            Self::Entity(_) | Self::Text(_) => 4,
        };
        rank(self).cmp(&rank(other)).then_with(|| match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Level(_, a), Self::Level(_, b)) => a.cmp(b),
            _ => words(self).cmp(&words(other)),
        })
    }

    /// Returns it as files have it.
    #[must_use]
    pub fn plain(&self, scorecards: &Scorecards) -> String {
        match self {
            Self::Entity(reference) => reference.to_string(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => Fact::Number(*number).plain(),
            Self::Flag(flag) => flag.to_string(),
            Self::Time(at) => time::iso(*at),
            Self::Level(card, rank) => level(scorecards, *card, *rank).to_owned(),
        }
    }
}

/// Returns the title of a level.
#[must_use]
pub fn level(scorecards: &Scorecards, card: usize, rank: usize) -> &str {
    scorecards.list.get(card).and_then(|card| card.levels.get(rank)).map_or("", |level| &level.title)
}

/// What is known of all entities.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// The entities.
    pub catalog: &'a Catalog,
    /// What other tools know.
    pub snapshots: &'a Snapshots,
    /// Their levels, and the facts of files.
    pub scorecards: &'a Scorecards,
}

/// Why a path leads nowhere: message and advice.
pub(super) type Fault = (String, String);

impl Path {
    /// Reads a path; names that nothing brings are faults, with the nearest that there is.
    pub(super) fn read(text: &str, known: &Values<'_>) -> Result<Self, Fault> {
        // As conditions write names with a dash.
        let plain = text.trim().replace("[\"", ".").replace("\"]", "");
        if let Some((word, _)) = WORDS.iter().find(|(word, _)| *word == plain) {
            return Ok(Self::Word(word));
        }
        let (top, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let near = |name: &str, all: &mut dyn Iterator<Item = &str>, otherwise: &str| match nearest(name, all) {
            Some(near) => format!("did you mean `{near}`?"),
            None => otherwise.to_owned(),
        };
        let incomplete =
            |what: &str| Err((format!("`{text}` lacks {what}"), format!("write it as `{}`", example(top))));
        let all = || WORDS.iter().map(|(word, _)| *word).chain(TOPS.iter().copied());
        if !TOPS.contains(&top) {
            let words = all().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let help = near(top, &mut all(), &format!("it begins with one of {words}"));
            return Err((format!("`{text}` is not a value of entities"), help));
        }
        if rest.is_empty() || rest.starts_with('.') || rest.ends_with('.') {
            return incomplete("a name after the dot");
        }
        let (first, further) = rest.split_once('.').unwrap_or((rest, ""));
        match top {
            "metadata" | "spec" => Ok(Self::Field(plain)),
            "relations" => Ok(Self::Relation(rest.to_owned())),
            "facts" => {
                let Some(retriever) = known.scorecards.facts.find(first) else {
                    let retrievers = &known.scorecards.facts.retrievers;
                    let help = near(
                        first,
                        &mut retrievers.iter().map(|it| it.id.as_str()),
                        &format!("let a job write `facts/{first}.json`"),
                    );
                    return Err((format!("there is no file of facts of `{first}`"), help));
                };
                if further.is_empty() {
                    return incomplete("the name of a fact");
                }
                let name = further.split('.').next().unwrap_or(further);
                if !retriever.declared.contains_key(name) {
                    let help = near(
                        name,
                        &mut retriever.declared.keys().map(String::as_str),
                        "declare it below `schema` of that file if entities will have it",
                    );
                    return Err((format!("no entity has a fact `{name}` of `{first}`"), help));
                }
                Ok(Self::Fact(first.to_owned(), further.to_owned()))
            }
            "snap" => {
                let sources = known.snapshots.sources();
                if !sources.iter().any(|source| source.id == first) {
                    let help = near(
                        first,
                        &mut sources.iter().map(|source| source.id.as_str()),
                        "save answers of this source, see the manual of snapshots",
                    );
                    return Err((format!("there are no answers of `{first}`"), help));
                }
                if further.is_empty() {
                    return incomplete("the name of a fact");
                }
                Ok(Self::Snapshot(first.to_owned(), further.to_owned()))
            }
            _ => {
                let cards = &known.scorecards.list;
                if known.scorecards.find(first).is_none() {
                    let help =
                        near(first, &mut cards.iter().map(|card| card.id.as_str()), "write the id of a scorecard");
                    return Err((format!("there is no scorecard `{first}`"), help));
                }
                match further {
                    "" | "level" => Ok(Self::Level(first.to_owned())),
                    "score" => Ok(Self::Score(first.to_owned())),
                    _ => Err((
                        format!("a scorecard has no `{further}`"),
                        format!("write `scorecards.{first}` for the level, `scorecards.{first}.score` for the score"),
                    )),
                }
            }
        }
    }

    /// Returns what to call it where nobody says.
    #[must_use]
    pub fn title(&self, known: &Values<'_>) -> String {
        match self {
            Self::Word(word) => {
                WORDS.iter().find(|(known, _)| known == word).map_or(*word, |(_, title)| title).to_owned()
            }
            Self::Field(path) => capital(path.rsplit('.').next().unwrap_or(path)),
            Self::Relation(relation) => capital(relation),
            Self::Fact(_, fact) => capital(fact.rsplit('.').next().unwrap_or(fact)),
            Self::Snapshot(source, fact) => {
                let own = known.snapshots.sources().iter().find(|it| it.id == *source);
                let own = own.and_then(|source| source.labels.iter().find(|(name, ..)| name == fact));
                let label = own.map(|(_, label, _)| label.as_str());
                let label = label.or_else(|| facts::info(fact).map(|(_, info)| info.label)).filter(|it| !it.is_empty());
                label.map_or_else(|| capital(fact.rsplit('.').next().unwrap_or(fact)), str::to_owned)
            }
            Self::Level(card) => known.scorecards.find(card).map_or(card.as_str(), |card| &card.title).to_owned(),
            Self::Score(card) => {
                format!("{}, score", known.scorecards.find(card).map_or(card.as_str(), |card| &card.title))
            }
        }
    }

    /// Returns the unit of its numbers, as far as one is known.
    #[must_use]
    pub fn unit<'a>(&self, known: &Values<'a>) -> &'a str {
        match self {
            Self::Snapshot(source, fact) => {
                let own = known.snapshots.sources().iter().find(|it| it.id == *source);
                let own = own.and_then(|source| source.labels.iter().find(|(name, ..)| name == fact));
                own.map(|(.., unit)| unit.as_str())
                    .or_else(|| facts::info(fact).map(|(_, info)| info.unit))
                    .unwrap_or_default()
            }
            Self::Score(_) => "%",
            _ => "",
        }
    }
}

fn example(top: &str) -> &'static str {
    match top {
        "facts" => "facts.sonar.coverage",
        "snap" => "snap.coverage.coverage.line",
        "scorecards" => "scorecards.production",
        "relations" => "relations.dependsOn",
        "spec" => "spec.type",
        _ => "metadata.labels.tier",
    }
}

/// Writes the name of a field as a heading: `costCentre` is `Cost centre`.
fn capital(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.chars().enumerate() {
        match letter {
            _ if at == 0 => out.extend(letter.to_uppercase()),
            '-' | '_' => out.push(' '),
            _ if letter.is_ascii_uppercase() && out.ends_with(|last: char| last.is_ascii_lowercase()) => {
                out.push(' ');
                out.push(letter.to_ascii_lowercase());
            }
            _ => out.push(letter),
        }
    }
    out
}

impl Values<'_> {
    /// Returns the values of an entity at a path.
    #[must_use]
    pub fn of(&self, id: EntityId, path: &Path) -> Vec<Found> {
        let entity = self.catalog.get(id);
        let text = |text: Option<&str>| -> Vec<Found> {
            let text = text.filter(|text| !text.trim().is_empty());
            text.map(|text| Found::Text(text.to_owned())).into_iter().collect()
        };
        let ends = |relation: &str, kind: &str| -> Vec<Found> {
            let ends = entity.related(relation).filter(|it| kind.is_empty() || it.target.kind() == kind);
            ends.map(|it| Found::Entity(it.target.shared())).collect()
        };
        match path {
            Path::Word("owner") => ends("ownedBy", "").into_iter().take(1).collect(),
            Path::Word("system") => ends("partOf", "system"),
            Path::Word("domain") => self.domain(entity),
            Path::Word("kind") => text(Some(&entity.kind)),
            Path::Word("namespace") => text(Some(entity.namespace())),
            Path::Word("name") => text(Some(entity.name())),
            Path::Word("title") => text(Some(entity.title())),
            Path::Word("description") => text(entity.description()),
            Path::Word("tags") => entity.tags().map(|tag| Found::Text(tag.to_owned())).collect(),
            Path::Word(field) => text(entity.spec_str(field)),
            Path::Field(path) => export::field(entity, path).map(nodes).unwrap_or_default(),
            Path::Relation(relation) => ends(relation, ""),
            Path::Fact(retriever, fact) => {
                let facts = self.scorecards.facts.find(retriever).and_then(|it| it.of(entity.reference.as_str()));
                facts.and_then(|facts| export::at_path(facts, fact)).map(nodes).unwrap_or_default()
            }
            Path::Snapshot(source, fact) => {
                let fact = self.snapshots.snapshot(id, source).and_then(|snapshot| snapshot.fact(fact));
                fact.map(of_fact).into_iter().collect()
            }
            Path::Level(card) => self.level(id, card).into_iter().collect(),
            Path::Score(card) => {
                let outcome = self.scorecards.find(card).and_then(|card| card.outcome(id));
                let score = outcome.and_then(|outcome| outcome.figures.score);
                score.map(|score| Found::Number(f64::from(score))).into_iter().collect()
            }
        }
    }

    /// Finds the domain of an entity, or of the system that it is part of.
    fn domain(&self, entity: &Entity) -> Vec<Found> {
        let of = |entity: &Entity| {
            let domain = entity.related("partOf").find(|it| it.target.kind() == "domain");
            domain.map(|it| Found::Entity(it.target.shared()))
        };
        let system = || entity.related("partOf").filter(|it| it.target.kind() == "system").find_map(|it| it.id);
        of(entity).or_else(|| of(self.catalog.get(system()?))).into_iter().collect()
    }

    fn level(&self, id: EntityId, card: &str) -> Option<Found> {
        let at = self.scorecards.list.iter().position(|it| it.id == card)?;
        let card = &self.scorecards.list[at];
        let outcome = card.outcome(id)?;
        let has_levels = card.has_figures() && card.levels.len() > 1;
        if has_levels {
            return Some(Found::Level(at, outcome.figures.rank));
        }
        outcome.figures.score.map(|score| Found::Number(f64::from(score)))
    }

    /// Returns the first number of an entity at a path.
    pub(super) fn number(&self, id: EntityId, path: &Path) -> Option<f64> {
        self.of(id, path).iter().find_map(Found::number)
    }

    /// Returns the nearest name of a fact that some entity has, and whether one has this very one.
    pub(super) fn known_fact(&self, source: &str, fact: &str) -> Result<(), Option<String>> {
        let mut names: std::collections::BTreeSet<Cow<'_, str>> = Default::default();
        for (id, _) in self.catalog.iter() {
            let Some(record) = self.snapshots.snapshot(id, source).and_then(|snapshot| snapshot.record.as_ref()) else {
                continue;
            };
            if record.facts.get(fact).is_some() {
                return Ok(());
            }
            names.extend(record.facts.iter().map(|(name, _)| Cow::Borrowed(name)));
        }
        Err(nearest(fact, names.iter().map(|name| &**name)).map(str::to_owned))
    }
}

fn of_fact(fact: &Fact) -> Found {
    match fact {
        Fact::Count(count) => Found::Number(*count as f64),
        Fact::Number(number) => Found::Number(*number),
        Fact::Flag(flag) => Found::Flag(*flag),
        Fact::Text(text) => Found::Text(text.to_string()),
        Fact::Time(at) => Found::Time(*at),
    }
}

/// Returns the scalars that a node is or lists.
fn nodes(node: &Node) -> Vec<Found> {
    let scalar = |node: &Node| match &node.value {
        Value::Str(text) if !text.trim().is_empty() => Some(Found::Text(text.to_string())),
        Value::Int(number) => Some(Found::Number(*number as f64)),
        Value::Float(number) if number.is_finite() => Some(Found::Number(*number)),
        Value::Bool(flag) => Some(Found::Flag(*flag)),
        _ => None,
    };
    node.as_seq().map_or_else(|| scalar(node).into_iter().collect(), |items| items.iter().filter_map(scalar).collect())
}
