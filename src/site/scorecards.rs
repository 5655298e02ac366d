//! What pages say of scorecards: badges of levels, results with their evidence, bars and trends.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::{self, EntityLink};
use super::{PageContext, stacked_bar};
use crate::calendar::Day;
use crate::catalog::{EntityId, EntityRef};
use crate::html::Html;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::{
    Evidence, Exemption, Figures, Level, Outcome, Rule, RuleResult, Scorecard, Status, export, recording,
};
use crate::text::Span;

/// Colours of levels that have none of their own, from the base on.
const COLOURS: [&str; 10] =
    ["#6e6e6e", "#8c5a2b", "#737b85", "#9a7000", "#1d5fa8", "#17683b", "#8427a8", "#0b6e69", "#b3261e", "#3448c5"];
/// Days that a trend shows.
const DAYS: i64 = 90;

/// The level that somebody has.
#[derive(Debug, Clone, Serialize)]
pub struct LevelBadge {
    /// Its rank.
    pub rank: usize,
    /// Its id.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// Its colour.
    pub color: String,
}

/// A rule, as others name it.
#[derive(Debug, Clone, Serialize)]
pub struct RuleLink {
    /// Its id.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// Its page.
    pub href: String,
}

/// A piece of evidence.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceRow {
    path: String,
    value: Option<String>,
    place: Option<String>,
    href: Option<String>,
}

/// The result of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct ResultRow {
    /// The rule.
    pub rule: RuleLink,
    /// The word of the mark.
    pub status: &'static str,
    sign: &'static str,
    words: String,
    would: Option<&'static str>,
    level: Option<String>,
    message: Option<String>,
    why: Option<String>,
    fix: Option<String>,
    links: Vec<(String, String)>,
    evidence: Vec<EvidenceRow>,
    exemption: Option<ExemptionRow>,
    from: Option<String>,
    edit: Option<String>,
    category: Option<String>,
    /// Whether it counts today.
    counts: bool,
    /// Whether it counts and does not hold.
    pub fails: bool,
}

/// How far an entity is in a category.
#[derive(Debug, Clone, Serialize)]
pub struct Area {
    title: String,
    badge: Option<LevelBadge>,
    passed: usize,
    total: usize,
}

/// Why somebody is excused.
#[derive(Debug, Clone, Serialize)]
pub struct ExemptionRow {
    reason: String,
    approved: Option<EntityLink>,
    ticket: Option<String>,
    until: String,
    has_ended: bool,
}

/// Results that belong together.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    title: String,
    passed: usize,
    total: usize,
    is_open: bool,
    rules: Vec<ResultRow>,
}

/// The way to the next level.
#[derive(Debug, Clone, Serialize)]
pub struct Next {
    level: String,
    lacks: Vec<RuleLink>,
}

/// What a scorecard says of an entity.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    /// Its id.
    pub id: String,
    title: String,
    href: String,
    description: Option<String>,
    owner: Option<EntityLink>,
    badge: Option<LevelBadge>,
    score: Option<u32>,
    passed: usize,
    total: usize,
    bar: String,
    next: Option<Next>,
    upcoming: Option<String>,
    trend: Option<String>,
    json: String,
    areas: Vec<Area>,
    groups: Vec<Group>,
}

/// Returns the scorecards of which at least one rule is about an entity.
pub fn shown(portal: &Portal, entity: EntityId) -> impl Iterator<Item = (&Scorecard, &Outcome)> {
    portal
        .scorecards
        .of(entity)
        .filter(|(_, outcome)| outcome.results.iter().any(|result| result.status != Status::NotApplicable))
}

/// Returns the level of a rank.
#[must_use]
pub fn badge(card: &Scorecard, rank: usize) -> LevelBadge {
    let plain = Level::default();
    let level = card.levels.get(rank).unwrap_or(&plain);
    LevelBadge { rank, id: level.id.clone(), title: level.title.clone(), color: color(card, rank) }
}

/// Returns the colour of a level.
#[must_use]
pub fn color(card: &Scorecard, rank: usize) -> String {
    let own = card.levels.get(rank).and_then(|level| level.color.clone());
    own.unwrap_or_else(|| COLOURS[rank % COLOURS.len()].to_owned())
}

/// Returns the levels that an entity has: the place of each scorecard in their list, the scorecard, and the rank.
pub fn levels(portal: &Portal, id: EntityId) -> impl Iterator<Item = (usize, &Scorecard, usize)> {
    portal.scorecards.levels_of(id)
}

/// A day on which the level of an entity was another one than before.
#[derive(Debug)]
pub struct Turn<'a> {
    /// The day.
    pub day: Day,
    /// Whose level it is.
    pub entity: EntityId,
    /// On which scorecard.
    pub card: &'a Scorecard,
    /// The rank before.
    pub from: usize,
    /// The rank from then on.
    pub to: usize,
}

/// Returns when the levels of an entity changed, as far as the history knows; what is so today and not recorded yet comes last.
#[must_use]
pub fn turns(portal: &Portal, id: EntityId) -> Vec<Turn<'_>> {
    let found = &portal.scorecards;
    let mut turns = Vec::new();
    for (_, card, now) in levels(portal, id) {
        let mut ranks = found.history.ranks(&card.id, portal.catalog.get(id).reference.as_str());
        ranks.extend(found.today.map(|today| (today, now as u64)));
        let of = |rank: u64| usize::try_from(rank).unwrap_or(usize::MAX).min(card.levels.len() - 1);
        let pairs = ranks.windows(2).filter(|pair| pair[0].1 != pair[1].1);
        turns.extend(pairs.map(|pair| Turn {
            day: pair[1].0,
            entity: id,
            card,
            from: of(pair[0].1),
            to: of(pair[1].1),
        }));
    }
    turns
}

/// Names a rule.
#[must_use]
pub fn rule_link(view: &PageContext<'_>, card: &Scorecard, rule: &Rule) -> RuleLink {
    RuleLink {
        id: rule.id.clone(),
        title: rule.title.clone(),
        href: view.href(&routes::scorecard_rule(&card.id, &rule.id)),
    }
}

/// Names somebody by reference; anything else is shown as it is written.
#[must_use]
pub fn somebody(view: &PageContext<'_>, text: &str) -> Option<EntityLink> {
    EntityRef::parse(text, Some("group"), "default").ok().map(|reference| view.link_to(&reference))
}

/// Returns Markdown of a scorecard as HTML.
#[must_use]
pub fn markdown(text: &str) -> String {
    commonmark::render(text, &context::outward).html
}

/// Says where something is, with a link if there is a host for it.
#[must_use]
pub fn place(view: &PageContext<'_>, span: Span, line: u32) -> (Option<String>, Option<String>) {
    match view.site.source(span.file) {
        Some(source) => {
            let href = source.view.as_ref().map(|view| at_line(view, line));
            (Some(format!("{}:{line}", source.path)), href)
        }
        None => (None, None),
    }
}

/// Returns the address of a line, as most hosts write it.
fn at_line(url: &str, line: u32) -> String {
    if url.contains("bitbucket") { format!("{url}#lines-{line}") } else { format!("{url}#L{line}") }
}

fn evidence(view: &PageContext<'_>, one: &Evidence) -> EvidenceRow {
    let (place, href) = one.place.map_or((None, None), |span| self::place(view, span, one.line));
    EvidenceRow { path: one.path.to_string(), value: export::evidence_text(one), place, href }
}

fn exemption(view: &PageContext<'_>, exemption: &Exemption) -> ExemptionRow {
    ExemptionRow {
        reason: exemption.reason.clone(),
        approved: exemption.approved_by.as_deref().and_then(|text| somebody(view, text)),
        ticket: exemption.ticket.clone().filter(|ticket| context::is_web(ticket)),
        until: exemption.expires.words(),
        has_ended: exemption.has_ended,
    }
}

/// Makes the row of a result.
#[must_use]
pub fn result(view: &PageContext<'_>, card: &Scorecard, rule: usize, result: &RuleResult) -> ResultRow {
    let of = &card.rules[rule];
    let excuse = result.exemption.and_then(|at| card.exemptions.get(at));
    let words = match (result.status, excuse) {
        (Status::Exempt, Some(excuse)) => format!("Excused until {}", excuse.expires.words()),
        (status, _) => status.words().to_owned(),
    };
    let fails = result.status != Status::Pass && card.counts_in_force(rule, result.status);
    let source = view.site.source(of.span.file);
    ResultRow {
        rule: rule_link(view, card, of),
        status: result.status.as_str(),
        sign: result.status.sign(),
        words,
        would: result.would.map(Status::words),
        level: of.rank.and_then(|rank| card.levels.get(rank)).map(|level| level.title.clone()),
        message: of.message.clone().filter(|_| fails),
        why: result.why.as_deref().map(context::with_code),
        fix: of.fix.as_deref().filter(|_| fails).map(markdown),
        links: of.links.iter().filter(|(_, url)| context::is_web(url)).cloned().collect(),
        evidence: result.evidence.iter().map(|one| evidence(view, one)).collect(),
        exemption: excuse.map(|excuse| exemption(view, excuse)),
        from: of.effective_from.filter(|_| !of.in_force).map(Day::words),
        edit: source.and_then(|source| source.edit.clone()),
        category: of.category.clone(),
        counts: card.counts(rule, result.status),
        fails,
    }
}

/// Makes what a scorecard says of an entity, with all results.
#[must_use]
pub fn card(view: &PageContext<'_>, card: &Scorecard, outcome: &Outcome) -> Card {
    let reference = &view.entity(outcome.entity).reference;
    Card {
        groups: groups(view, card, outcome),
        areas: areas(card, outcome),
        json: view.href(&routes::scorecards_of(reference)),
        ..summary(view, card, outcome)
    }
}

/// Makes the same without the results.
#[must_use]
pub fn summary(view: &PageContext<'_>, card: &Scorecard, outcome: &Outcome) -> Card {
    let has_levels = card.has_figures() && card.levels.len() > 1;
    let Figures { rank, passed, total, score, .. } = outcome.figures;
    let (passed, total) = if card.has_figures() { (passed, total) } else { plain_count(outcome) };
    Card {
        id: card.id.clone(),
        title: card.title.clone(),
        href: view.href(&routes::scorecard(&card.id)),
        description: card.description.as_deref().map(markdown),
        owner: card.owner.as_deref().and_then(|owner| somebody(view, owner)),
        badge: has_levels.then(|| badge(card, rank)),
        score: score.filter(|_| card.has_figures()),
        passed,
        total,
        bar: bar(passed, total),
        next: next(view, card, outcome),
        upcoming: (outcome.upcoming != rank).then(|| badge(card, outcome.upcoming).title),
        trend: trend_of_entity(view, card, outcome),
        json: String::new(),
        areas: Vec::new(),
        groups: Vec::new(),
    }
}

/// Counts checks without ranks: passed, and passed or failed.
fn plain_count(outcome: &Outcome) -> (usize, usize) {
    let of = |status: Status| outcome.results.iter().filter(|result| result.status == status).count();
    (of(Status::Pass), of(Status::Pass) + of(Status::Fail))
}

/// Finds the next level and what lacks to it.
fn next(view: &PageContext<'_>, card: &Scorecard, outcome: &Outcome) -> Option<Next> {
    let rank = outcome.figures.rank;
    let above = card.levels.iter().enumerate().find(|(at, _)| *at > rank)?;
    let failing = card.rules.iter().zip(&outcome.results).enumerate().filter(|(at, (rule, result))| {
        let is_needed = card.is_by_score() || rule.rank.is_some_and(|own| own <= above.0);
        result.status != Status::Pass && card.counts(*at, result.status) && is_needed
    });
    let lacks: Vec<RuleLink> = failing.map(|(_, (rule, _))| rule_link(view, card, rule)).collect();
    (!lacks.is_empty()).then(|| Next { level: above.1.title.clone(), lacks })
}

/// Returns how far an entity is in each category, the lowest first, which decides; nothing where there is one category only.
fn areas(card: &Scorecard, outcome: &Outcome) -> Vec<Area> {
    let has_levels = card.has_figures() && card.levels.len() > 1 && !card.is_by_score();
    let mut areas = card.areas(outcome);
    if areas.len() < 2 {
        return Vec::new();
    }
    areas.sort_by_key(|(_, figures)| (figures.rank, std::cmp::Reverse(figures.total - figures.passed)));
    let area = |(title, figures): (&str, Figures)| Area {
        title: title.to_owned(),
        badge: has_levels.then(|| badge(card, figures.rank)),
        passed: figures.passed,
        total: figures.total,
    };
    areas.into_iter().map(area).collect()
}

/// Groups results by level; those without a level by category.
fn groups(view: &PageContext<'_>, card: &Scorecard, outcome: &Outcome) -> Vec<Group> {
    let mut groups: BTreeMap<(usize, String), Vec<(usize, ResultRow)>> = BTreeMap::new();
    let has_levels = card.rules.iter().any(|rule| rule.rank.is_some());
    for (at, (rule, result)) in card.rules.iter().zip(&outcome.results).enumerate() {
        let (rank, title) = match rule.rank.and_then(|rank| Some((rank, card.levels.get(rank)?))) {
            Some((rank, level)) if has_levels => (rank, level.title.clone()),
            _ => (usize::MAX, rule.category.clone().unwrap_or_else(|| "Rules".to_owned())),
        };
        groups.entry((rank, title)).or_default().push((at, self::result(view, card, at, result)));
    }
    let group = |((_, title), mut rules): ((usize, String), Vec<(usize, ResultRow)>)| {
        let counted = |passed: bool| {
            let of = rules.iter().filter(|(at, _)| card.counts(*at, outcome.results[*at].status));
            of.filter(|(at, _)| !passed || outcome.results[*at].status == Status::Pass).count()
        };
        let (passed, total) = (counted(true), counted(false));
        // What can be fixed comes first.
        rules.sort_by_key(|(at, row)| (!row.fails, row.status == Status::NotApplicable.as_str(), *at));
        Group { title, passed, total, is_open: passed < total, rules: rules.into_iter().map(|(_, row)| row).collect() }
    };
    groups.into_iter().map(group).collect()
}

/// Draws a share as a bar.
#[must_use]
pub fn bar(part: usize, whole: usize) -> String {
    let mut out = Html::new();
    let width = (part * 100).checked_div(whole).unwrap_or(0);
    out.start("svg")
        .attribute("class", "share")
        .attribute("viewBox", "0 0 100 6")
        .attribute("preserveAspectRatio", "none")
        .attribute("aria-hidden", "true");
    out.empty("rect").attribute("class", "rest").number("width", 100).number("height", 6);
    out.empty("rect").attribute("class", "part").number("width", i64::try_from(width).unwrap_or(0)).number("height", 6);
    out.end("svg");
    out.into_string()
}

/// One part of a distribution.
#[derive(Debug, Clone, Serialize)]
pub struct Share {
    badge: LevelBadge,
    count: usize,
}

/// Returns how many have which level, with what draws it.
#[must_use]
pub fn distribution(card: &Scorecard, counts: &[usize]) -> (Vec<Share>, String) {
    let shares: Vec<Share> =
        counts.iter().enumerate().map(|(rank, count)| Share { badge: badge(card, rank), count: *count }).collect();
    let bar = stacked_bar::draw(shares.iter().map(|share| (share.count, "fill", share.badge.color.as_str())));
    (shares, bar)
}

/// Draws values over days as a line; nothing with fewer than two days.
#[must_use]
pub fn trend(label: &str, days: &[(Day, u64)], most: u64) -> Option<String> {
    const WIDTH: i64 = 120;
    const HEIGHT: i64 = 24;
    let last = days.last()?.0.number();
    let shown: Vec<(i64, u64)> =
        days.iter().map(|(day, value)| (day.number(), *value)).filter(|(day, _)| last - day <= DAYS).collect();
    let first = shown.first()?.0;
    if shown.len() < 2 || first == last {
        return None;
    }
    let most = i64::try_from(most.max(1)).unwrap_or(1);
    let points = shown.iter().map(|(day, value)| {
        let x = (day - first) * WIDTH / (last - first);
        let y = HEIGHT - 2 - i64::try_from(*value).unwrap_or(0).min(most) * (HEIGHT - 4) / most;
        format!("{x},{y}")
    });
    let words = format!("{label}: from {} to {}", shown[0].1, shown[shown.len() - 1].1);
    let mut out = Html::new();
    out.start("svg")
        .attribute("class", "trend")
        .attribute("viewBox", &format!("0 0 {WIDTH} {HEIGHT}"))
        .attribute("role", "img")
        .attribute("aria-label", &words);
    out.element("title", &words);
    out.empty("polyline").attribute("points", &points.collect::<Vec<_>>().join(" "));
    out.end("svg");
    Some(out.into_string())
}

/// Draws how the score of a scorecard went.
#[must_use]
pub fn trend_of_card(view: &PageContext<'_>, card: &Scorecard) -> Option<String> {
    let found = &view.portal.scorecards;
    let mut days: Vec<(Day, u64)> =
        found.history.of(&card.id).filter_map(|(day, point)| Some((*day, u64::from(point.score?)))).collect();
    // Today comes last, whether or not it was recorded.
    if let (Some(today), Some(score)) = (found.today, recording::totals(card).1) {
        days.retain(|(day, _)| *day < today);
        days.push((today, u64::from(score)));
    }
    trend("Score", &days, 100)
}

fn trend_of_entity(view: &PageContext<'_>, card: &Scorecard, outcome: &Outcome) -> Option<String> {
    if card.levels.len() < 2 || !card.has_figures() {
        return None;
    }
    let found = &view.portal.scorecards;
    let today = found.today?;
    let mut days = found.history.ranks(&card.id, view.entity(outcome.entity).reference.as_str());
    days.retain(|(day, _)| *day < today);
    let last = *days.last()?;
    // A level holds until the day when it changes.
    let mut steps: Vec<(Day, u64)> = Vec::new();
    for (day, rank) in &days {
        if let Some((_, before)) = steps.last().copied() {
            steps.push((*day, before));
        }
        steps.push((*day, *rank));
    }
    steps.push((today, last.1));
    let now = outcome.figures.rank as u64;
    if now != last.1 {
        steps.push((today, now));
    }
    trend("Level", &steps, (card.levels.len() - 1) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    #[test]
    fn levels_that_changed_are_known_with_their_days() {
        let catalog = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web}\nspec: {type: a, lifecycle: b, owner: c}\n";
        let card = "kind: Scorecard\nid: all\nlevels: [{id: bronze}, {id: silver}]\nrules:\n  - {id: a, level: bronze, pass: 'true'}\n  - {id: b, level: silver, pass: 'true'}\n";
        let line = |day: &str, rank: u64| {
            format!(
                "{{\"day\":\"{day}\",\"scorecard\":\"all\",\"levels\":[1,1,1],\"entities\":{{\"component:default/web\":{rank}}}}}\n"
            )
        };
        let history = line("2026-11-01", 1) + &line("2026-11-08", 0) + &line("2026-11-15", 0);
        let files: [(&str, &[u8]); 3] = [
            ("catalog-info.yaml", catalog.as_bytes()),
            ("scorecards/all.yaml", card.as_bytes()),
            ("history.jsonl", history.as_bytes()),
        ];
        let mut config = Config::default();
        config.scorecards.history = Some("history.jsonl".to_owned());
        let today = Day::parse("2026-11-29").map_or(0, Day::number);
        let workspace = Workspace::from_files(config, &files).at(today * 86_400);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let id = portal.catalog.find("component:default/web").unwrap();
        let found: Vec<_> = turns(&portal, id).into_iter().map(|it| (it.day.iso(), it.from, it.to)).collect();
        assert_eq!(found, [("2026-11-08".to_owned(), 1, 0), ("2026-11-29".to_owned(), 0, 2)]);
    }
}
