//! All scorecards, the map of each, its rules and initiatives; the same as data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::pager::{Pager, pager_of};
use super::{PageContent, PageType};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::{Initiative, Outcome, Scorecard, Status, Test, export, recording};
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::scorecards::{self as views, LevelBadge, RuleLink, Share, shown};
use crate::site::{Site, Subject, feeds};

/// Rows of one page of a map.
const ROWS: usize = 100;
/// Entities that a list of a rule or initiative names.
const NAMED: usize = 500;

/// The type of page.
pub struct Scorecards;

/// What is at an address, by the number of its list.
enum What<'a> {
    All,
    Changes,
    Map(&'a Scorecard, usize),
    Rule(&'a Scorecard, usize),
    Initiative(&'a Scorecard, &'a Initiative),
    Json(&'a Scorecard),
    Csv(&'a Scorecard),
}

/// Lists the pages of all scorecards. The place in this list is the number of a page's subject.
fn pages(portal: &Portal) -> Vec<(String, What<'_>)> {
    let mut pages =
        vec![(routes::SCORECARDS.to_owned(), What::All), (routes::SCORECARD_CHANGES.to_owned(), What::Changes)];
    for card in &portal.scorecards.list {
        let url = routes::scorecard(&card.id);
        let count = rows(card).len().div_ceil(ROWS).max(1);
        pages.extend((1..=count).map(|page| (routes::list_page(&url, page), What::Map(card, page))));
        pages.push((routes::scorecard_file(&card.id, "json"), What::Json(card)));
        pages.push((routes::scorecard_file(&card.id, "csv"), What::Csv(card)));
        let rules = card.rules.iter().enumerate();
        pages.extend(rules.map(|(at, rule)| (routes::scorecard_rule(&card.id, &rule.id), What::Rule(card, at))));
        pages.extend(
            card.initiatives
                .iter()
                .map(|it| (routes::scorecard_initiative(&card.id, &it.id), What::Initiative(card, it))),
        );
    }
    pages
}

impl PageType for Scorecards {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        if portal.scorecards.list.is_empty() {
            return Vec::new();
        }
        let pages = pages(portal).into_iter().enumerate();
        let mut all: Vec<(String, Subject)> =
            pages.map(|(list, (url, _))| (url, Subject::List { list, page: 0 })).collect();
        for (id, entity) in portal.catalog.iter() {
            if shown(portal, id).next().is_none() {
                continue;
            }
            all.push((routes::scorecards_of(&entity.reference), Subject::EntityPart { entity: id, part: 0 }));
            if site.config().badges {
                for (at, card) in portal.scorecards.list.iter().enumerate().filter(|(_, card)| card.has_figures()) {
                    if card.outcome(id).is_some() {
                        let url = routes::badge(&entity.reference, &format!("scorecard-{}", card.id));
                        all.push((url, Subject::EntityPart { entity: id, part: at + 1 }));
                    }
                }
            }
        }
        all
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { list, .. } => match pages(view.portal).into_iter().nth(list) {
                Some((_, what)) => page(view, &what),
                None => PageContent::nothing(),
            },
            Subject::EntityPart { entity, part: 0 } => of_entity(view, entity),
            Subject::EntityPart { entity, part } => match view.portal.scorecards.list.get(part - 1) {
                Some(card) => PageContent::File { bytes: badge(card, entity).into_bytes(), mime: "image/svg+xml" },
                None => PageContent::nothing(),
            },
            _ => PageContent::nothing(),
        }
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        (!portal.scorecards.list.is_empty()).then_some(NavEntry {
            section: Section::SCORECARDS,
            url: routes::SCORECARDS,
            title: "Scorecards",
            icon: "success",
        })
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        matches!(subject, Subject::List { .. })
    }
}

fn page(view: &PageContext<'_>, what: &What<'_>) -> PageContent {
    match what {
        What::All => PageContent::html("scorecards.html", all(view)),
        What::Changes => json(&changes(view)),
        What::Map(card, page) => PageContent::html("scorecard.html", map(view, card, *page)),
        What::Rule(card, rule) => PageContent::html("scorecard-rule.html", rule_page(view, card, *rule)),
        What::Initiative(card, it) => PageContent::html("scorecard-initiative.html", initiative_page(view, card, it)),
        What::Json(card) => {
            let places = export::Places { path: &|file| path(view, file), line: None };
            json(&export::scorecard(card, &view.portal.catalog, &places))
        }
        What::Csv(card) => PageContent::File { bytes: csv(view, card).into_bytes(), mime: "text/csv; charset=utf-8" },
    }
}

fn path(view: &PageContext<'_>, file: crate::text::FileId) -> String {
    view.site.source(file).map(|source| source.path.to_string()).unwrap_or_default()
}

fn json<T: Serialize>(value: &T) -> PageContent {
    let text = crate::diag::visible::visible_json(serde_json::to_string(value).unwrap_or_default());
    PageContent::File { bytes: text.into_bytes(), mime: "application/json" }
}

/// Days that the list of changes goes back.
const RECENT: i64 = 90;

/// Lists who has another level than before, the newest first: for a job that tells the teams.
fn changes(view: &PageContext<'_>) -> serde_json::Value {
    let since = view.portal.scorecards.today.map_or(0, |today| today.number() - RECENT);
    let all = view.portal.catalog.iter().flat_map(|(id, _)| views::turns(view.portal, id));
    let mut turns: Vec<_> = all.filter(|turn| turn.day.number() >= since).collect();
    turns.sort_by_key(|turn| std::cmp::Reverse(turn.day));
    let change = |turn: views::Turn<'_>| {
        let entity = view.entity(turn.entity);
        let [from, to] = [turn.from, turn.to].map(|rank| views::badge(turn.card, rank).id);
        serde_json::json!({
            "day": turn.day.iso(),
            "scorecard": turn.card.id,
            "ref": entity.reference.as_str(),
            "owner": entity.related("ownedBy").next().map(|owner| owner.target.as_str()),
            "from": from,
            "to": to,
            "fell": turn.to < turn.from,
        })
    };
    serde_json::json!({ "changes": turns.into_iter().map(change).collect::<Vec<_>>() })
}

/// What scorecards say of an entity.
#[derive(Serialize)]
struct OfEntity<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    scorecards: Vec<OfScorecard<'a>>,
}

#[derive(Serialize)]
struct OfScorecard<'a> {
    #[serde(flatten)]
    says: export::EntityData<'a>,
    scorecard: &'a str,
    title: &'a str,
}

fn of_entity(view: &PageContext<'_>, id: EntityId) -> PageContent {
    let places = export::Places { path: &|file| path(view, file), line: None };
    let cards = shown(view.portal, id).map(|(card, outcome)| OfScorecard {
        says: export::entity(card, outcome, &view.portal.catalog, &places),
        scorecard: &card.id,
        title: &card.title,
    });
    json(&OfEntity { reference: view.entity(id).reference.as_str(), scorecards: cards.collect() })
}

fn badge(card: &Scorecard, id: EntityId) -> String {
    let figures = card.outcome(id).map(|outcome| outcome.figures).unwrap_or_default();
    let has_levels = card.levels.len() > 1;
    let (value, colour) = if has_levels {
        let badge = views::badge(card, figures.rank);
        (badge.title, badge.color)
    } else {
        (figures.score.map_or("–".to_owned(), |score| format!("{score} %")), "#1d5fa8".to_owned())
    };
    feeds::drawn_badge(&card.title.to_lowercase(), &value, &colour)
}

/// A scorecard in the list of all.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    title: String,
    href: String,
    description: Option<String>,
    owner: Option<EntityLink>,
    entities: String,
    rules: String,
    score: Option<u32>,
    shares: Vec<Share>,
    picture: String,
    trend: Option<String>,
    worst: Option<(RuleLink, String)>,
    initiatives: Vec<(String, String, String)>,
}

#[derive(Debug, Serialize)]
struct All {
    cards: Vec<Line>,
    insights: String,
}

fn all(view: &PageContext<'_>) -> PageModel<All> {
    let cards = view.portal.scorecards.list.iter().map(|card| line(view, card)).collect();
    let about = About { title: Some("Scorecards".to_owned()), class: "scorecards", ..About::default() };
    frame(view, Section::SCORECARDS, about, All { cards, insights: view.href(routes::INSIGHTS) })
}

fn line(view: &PageContext<'_>, card: &Scorecard) -> Line {
    let (levels, score) = recording::totals(card);
    let levels: Vec<usize> = levels.into_iter().map(|count| usize::try_from(count).unwrap_or(0)).collect();
    let (shares, picture) = views::distribution(card, &levels);
    let failing = |rule: usize| {
        card.outcomes
            .iter()
            .filter(|it| it.results[rule].status != Status::Pass && card.counts(rule, it.results[rule].status))
            .count()
    };
    let worst = (0..card.rules.len())
        .map(|rule| (failing(rule), rule))
        .max_by_key(|(count, rule)| (*count, std::cmp::Reverse(*rule)));
    let worst = worst.filter(|(count, _)| *count > 0);
    let initiative = |it: &Initiative| {
        let words = format!("{} of {} done", it.done.len(), it.done.len() + it.open.len());
        (view.href(&routes::scorecard_initiative(&card.id, &it.id)), it.title.clone(), words)
    };
    Line {
        id: card.id.clone(),
        title: card.title.clone(),
        href: view.href(&routes::scorecard(&card.id)),
        description: card.description.as_deref().map(views::markdown),
        owner: card.owner.as_deref().and_then(|owner| views::somebody(view, owner)),
        entities: context::count(rows(card).len(), "entity", "entities"),
        rules: context::count(card.rules.len(), "rule", "rules"),
        score: score.filter(|_| card.has_figures()),
        shares: if card.levels.len() > 1 { shares } else { Vec::new() },
        picture,
        trend: views::trend_of_card(view, card),
        worst: worst.map(|(count, rule)| {
            (
                views::rule_link(view, card, &card.rules[rule]),
                context::count(count, "entity does not meet it", "entities do not meet it"),
            )
        }),
        initiatives: card.initiatives.iter().map(initiative).collect(),
    }
}

/// Returns the outcomes that a map shows, the lowest level first.
fn rows(card: &Scorecard) -> impl ExactSizeIterator<Item = &Outcome> {
    card.ranking.iter().map(|at| &card.outcomes[*at])
}

/// A column of the map.
#[derive(Debug, Serialize)]
struct Head {
    rule: RuleLink,
    is_first: bool,
}

/// Columns of one level.
#[derive(Debug, Serialize)]
struct HeadGroup {
    title: String,
    columns: usize,
}

#[derive(Debug, Serialize)]
struct MapRow {
    link: EntityLink,
    tab: String,
    owner: Option<EntityLink>,
    system: Option<EntityLink>,
    badge: Option<LevelBadge>,
    score: Option<u32>,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    rule: String,
    status: &'static str,
    sign: &'static str,
    words: &'static str,
    is_first: bool,
}

#[derive(Debug, Serialize)]
struct Map {
    line: Line,
    count: String,
    has_levels: bool,
    has_score: bool,
    groups: Vec<HeadGroup>,
    heads: Vec<Head>,
    rows: Vec<MapRow>,
    legend: Vec<(&'static str, &'static str, &'static str)>,
    json: String,
    csv: String,
    pager: Option<Pager>,
    /// The other pages, for the script that sorts and filters all rows.
    others: String,
    gate: Option<String>,
    filter: Option<String>,
    rollups: Vec<(EntityLink, Option<LevelBadge>, Option<u32>, String)>,
}

/// Returns the rules in the order of the columns: by level, those without one last.
fn columns(card: &Scorecard) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..card.rules.len()).collect();
    columns.sort_by_key(|rule| (card.rules[*rule].rank.unwrap_or(usize::MAX), *rule));
    columns
}

fn map(view: &PageContext<'_>, card: &Scorecard, page: usize) -> PageModel<Map> {
    let columns = columns(card);
    let level = |rule: usize| {
        let level = card.rules[rule].rank.and_then(|rank| card.levels.get(rank));
        level.map_or("", |level| level.title.as_str())
    };
    let is_first = |at: usize| at > 0 && level(columns[at]) != level(columns[at - 1]);
    let mut groups: Vec<HeadGroup> = Vec::new();
    for rule in &columns {
        let title = level(*rule);
        match groups.last_mut() {
            Some(last) if last.title == title => last.columns += 1,
            _ => groups.push(HeadGroup { title: title.to_owned(), columns: 1 }),
        }
    }
    let has_levels = card.has_figures() && card.levels.len() > 1;
    let count = card.ranking.len();
    let row = |outcome: &Outcome| {
        let entity = view.entity(outcome.entity);
        let cell = |(at, rule): (usize, &usize)| {
            let status = outcome.results[*rule].status;
            let rule = card.rules[*rule].id.clone();
            Cell { rule, status: status.as_str(), sign: status.sign(), words: status.words(), is_first: is_first(at) }
        };
        MapRow {
            link: view.link(outcome.entity),
            tab: view.href(&routes::entity_tab(&entity.reference, "scorecards")),
            owner: view.owner(entity),
            system: view.part_of(entity, "system"),
            badge: has_levels.then(|| views::badge(card, outcome.figures.rank)),
            score: outcome.figures.score.filter(|_| card.has_figures()),
            cells: columns.iter().enumerate().map(cell).collect(),
        }
    };
    let groups_of = card.rollups.iter().filter(|it| view.entity(it.entity).reference.kind() == "group");
    let rollups = groups_of.map(|it| {
        let mut link = view.link(it.entity);
        link.href = Some(view.href(&routes::entity_tab(&view.entity(it.entity).reference, "scorecards")));
        let badge = has_levels.then(|| views::badge(card, it.figures.rank));
        (link, badge, it.figures.score, context::count(it.members.len(), "entity", "entities"))
    });
    let url = routes::scorecard(&card.id);
    let model = Map {
        count: context::grouped(count),
        has_levels,
        has_score: card.has_figures(),
        heads: columns
            .iter()
            .enumerate()
            .map(|(at, rule)| Head { rule: views::rule_link(view, card, &card.rules[*rule]), is_first: is_first(at) })
            .collect(),
        groups: if groups.len() > 1 { groups } else { Vec::new() },
        rows: rows(card).skip((page - 1) * ROWS).take(ROWS).map(row).collect(),
        legend: Status::ALL.iter().map(|status| (status.as_str(), status.sign(), status.words())).collect(),
        json: view.href(&routes::scorecard_file(&card.id, "json")),
        csv: view.href(&routes::scorecard_file(&card.id, "csv")),
        pager: pager_of(page, count, ROWS, |page| view.href(&routes::list_page(&url, page))),
        others: (1..=count.div_ceil(ROWS))
            .filter(|other| *other != page)
            .map(|other| view.href(&routes::list_page(&url, other)))
            .collect::<Vec<_>>()
            .join(" "),
        gate: card.gate.as_ref().map(|gate| views::badge(card, gate.minimum).title),
        filter: card.filter_text.clone(),
        rollups: rollups.collect(),
        line: line(view, card),
    };
    frame(view, Section::SCORECARDS, about(&card.title, None), model)
}

fn about(title: &str, card: Option<&Scorecard>) -> About {
    let mut breadcrumbs = vec![(routes::SCORECARDS.to_owned(), "Scorecards".to_owned())];
    breadcrumbs.extend(card.map(|card| (routes::scorecard(&card.id), card.title.clone())));
    About { title: Some(title.to_owned()), breadcrumbs, class: "scorecards", ..About::default() }
}

/// Entities of one team.
#[derive(Debug, Serialize)]
struct Team {
    owner: Option<EntityLink>,
    links: Vec<EntityLink>,
}

/// Groups entities by owner, those without one last.
fn by_team(view: &PageContext<'_>, ids: &[EntityId]) -> (Vec<Team>, usize) {
    let mut teams: BTreeMap<(bool, String), Vec<EntityId>> = BTreeMap::new();
    for id in ids.iter().take(NAMED) {
        let owner = view.entity(*id).related("ownedBy").next().map(|owner| owner.target.to_string());
        teams.entry((owner.is_none(), owner.unwrap_or_default())).or_default().push(*id);
    }
    let team = |ids: Vec<EntityId>| Team {
        owner: ids.first().and_then(|id| view.owner(view.entity(*id))),
        links: ids.into_iter().map(|id| tab_link(view, id)).collect(),
    };
    (teams.into_values().map(team).collect(), ids.len().saturating_sub(NAMED))
}

/// Links to what scorecards say of an entity.
fn tab_link(view: &PageContext<'_>, id: EntityId) -> EntityLink {
    let href = view.href(&routes::entity_tab(&view.entity(id).reference, "scorecards"));
    EntityLink { href: Some(href), ..view.link(id) }
}

#[derive(Debug, Serialize)]
struct StatusGroup {
    status: &'static str,
    sign: &'static str,
    words: &'static str,
    count: usize,
    is_open: bool,
    teams: Vec<Team>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct RulePage {
    id: String,
    title: String,
    card: (String, String),
    level: Option<LevelBadge>,
    category: Option<String>,
    weight: u64,
    description: Option<String>,
    owner: Option<EntityLink>,
    when: Option<String>,
    pass: Option<String>,
    message: Option<String>,
    fix: Option<String>,
    links: Vec<(String, String)>,
    from: Option<String>,
    place: Option<String>,
    href: Option<String>,
    groups: Vec<StatusGroup>,
    exemptions: Vec<(String, Option<String>, String, bool)>,
    trend: Option<String>,
}

fn rule_page(view: &PageContext<'_>, card: &Scorecard, at: usize) -> PageModel<RulePage> {
    let rule = &card.rules[at];
    let group = |status: &Status| {
        let ids: Vec<EntityId> =
            card.outcomes.iter().filter(|it| it.results[at].status == *status).map(|it| it.entity).collect();
        let (teams, more) = by_team(view, &ids);
        let is_open = matches!(status, Status::Fail | Status::NoData | Status::Error);
        (!ids.is_empty()).then(|| StatusGroup {
            status: status.as_str(),
            sign: status.sign(),
            words: status.words(),
            count: ids.len(),
            is_open,
            teams,
            more,
        })
    };
    let (when, pass) = match &rule.test {
        Test::Condition { when, pass, .. } => (when.as_ref().map(|it| it.source.clone()), Some(pass.source.clone())),
        Test::Check(_) => (None, None),
    };
    let found = &view.portal.scorecards;
    let days = found.history.of(&card.id).filter_map(|(day, point)| {
        let counts = point.rules.get(&rule.id)?;
        let total: u64 = counts.iter().take(3).sum();
        (total > 0).then(|| (*day, counts[0] * 100 / total))
    });
    let mut days: Vec<_> = days.collect();
    let now = recording::counts(card, at);
    let total: u64 = now.iter().take(3).sum();
    if let Some(today) = found.today.filter(|_| total > 0) {
        days.retain(|(day, _)| *day < today);
        days.push((today, now[0] * 100 / total));
    }
    let exemptions = card.exemptions.iter().filter(|it| it.rule == at).map(|it| {
        let whom = it.entities.join(", ");
        let whom = if whom.is_empty() { "those that its filter means".to_owned() } else { whom };
        (whom, Some(it.reason.clone()), it.expires.words(), it.has_ended)
    });
    let line = view.site.source(rule.span.file);
    let model = RulePage {
        id: rule.id.clone(),
        title: rule.title.clone(),
        card: (view.href(&routes::scorecard(&card.id)), card.title.clone()),
        level: rule.rank.map(|rank| views::badge(card, rank)),
        category: rule.category.clone(),
        weight: rule.weight,
        description: rule.description.as_deref().map(views::markdown),
        owner: rule.owner.as_deref().and_then(|owner| views::somebody(view, owner)),
        when,
        pass,
        message: rule.message.clone(),
        fix: rule.fix.as_deref().map(views::markdown),
        links: rule.links.iter().filter(|(_, url)| context::is_web(url)).cloned().collect(),
        from: rule.effective_from.map(crate::calendar::Day::words),
        place: line.map(|source| source.path.to_string()),
        href: line.and_then(|source| source.edit.clone()),
        groups: [Status::Fail, Status::Error, Status::NoData, Status::Exempt, Status::Pass]
            .iter()
            .filter_map(group)
            .collect(),
        exemptions: exemptions.collect(),
        trend: views::trend("Met, percent", &days, 100),
    };
    frame(view, Section::SCORECARDS, about(&rule.title, Some(card)), model)
}

#[derive(Debug, Serialize)]
struct InitiativePage {
    title: String,
    card: (String, String),
    description: Option<String>,
    owner: Option<EntityLink>,
    due: String,
    days: String,
    is_late: bool,
    rules: Vec<RuleLink>,
    done: usize,
    open: usize,
    total: usize,
    percent: usize,
    bar: String,
    trend: Option<String>,
    open_teams: Vec<Team>,
    done_teams: Vec<Team>,
}

fn initiative_page(view: &PageContext<'_>, card: &Scorecard, it: &Initiative) -> PageModel<InitiativePage> {
    let (done, open) = (it.done.len(), it.open.len());
    let total = done + open;
    let days = match it.days_left {
        0 => "due today".to_owned(),
        left if left > 0 => format!("{} left", context::count(usize::try_from(left).unwrap_or(0), "day", "days")),
        late => format!("{} late", context::count(usize::try_from(-late).unwrap_or(0), "day", "days")),
    };
    // Of several rules, the one that fewest meet says how far all are.
    let found = &view.portal.scorecards;
    let past = found.history.of(&card.id).filter_map(|(day, point)| {
        let of = it.rules.iter().map(|rule| {
            point.rules.get(&card.rules[*rule].id).map(|counts| counts.iter().skip(1).take(2).sum::<u64>())
        });
        Some((*day, of.collect::<Option<Vec<u64>>>()?.into_iter().max()?))
    });
    let mut burn: Vec<_> = past.collect();
    if let Some(today) = found.today {
        burn.retain(|(day, _)| *day < today);
        burn.push((today, open as u64));
    }
    let most = burn.iter().map(|(_, open)| *open).max().unwrap_or(1);
    let model = InitiativePage {
        title: it.title.clone(),
        card: (view.href(&routes::scorecard(&card.id)), card.title.clone()),
        description: it.description.as_deref().map(views::markdown),
        owner: it.owner.as_deref().and_then(|owner| views::somebody(view, owner)),
        due: it.due.words(),
        days,
        is_late: it.days_left < 0 && open > 0,
        rules: it.rules.iter().map(|rule| views::rule_link(view, card, &card.rules[*rule])).collect(),
        done,
        open,
        total,
        percent: (done * 100).checked_div(total).unwrap_or(100),
        bar: views::bar(done, total),
        trend: views::trend("Open", &burn, most),
        open_teams: by_team(view, &it.open).0,
        done_teams: by_team(view, &it.done).0,
    };
    frame(view, Section::SCORECARDS, about(&it.title, Some(card)), model)
}

/// Writes the map as a table.
fn csv(view: &PageContext<'_>, card: &Scorecard) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["ref", "title", "owner", "system", "level", "score", "passed", "total"];
    let columns = columns(card);
    // Writing to memory cannot fail.
    let _ = out.write_record(head.into_iter().chain(columns.iter().map(|rule| card.rules[*rule].id.as_str())));
    for outcome in rows(card) {
        let entity = view.entity(outcome.entity);
        let figures = outcome.figures;
        let target = |relation: &str, kind: &str| {
            let mut ends = entity.related(relation).filter(|it| kind.is_empty() || it.target.kind() == kind);
            ends.next().map(|it| it.target.to_string()).unwrap_or_default()
        };
        let level = card.levels.get(figures.rank).map_or("", |level| &level.id);
        let score = figures.score.map(|score| score.to_string()).unwrap_or_default();
        let title = crate::catalog::export::guarded(entity.title());
        let (owner, system) = (target("ownedBy", ""), target("partOf", "system"));
        let (passed, total) = (figures.passed.to_string(), figures.total.to_string());
        let front = [entity.reference.as_str(), &title, &owner, &system, level, &score, &passed, &total];
        let statuses = columns.iter().map(|rule| outcome.results[*rule].status.as_str());
        let _ = out.write_record(front.into_iter().chain(statuses));
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
