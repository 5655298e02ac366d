//! Files of dashboards, one dashboard each. What is at fault is reported at its place, and costs the widget that it is in.

use std::collections::BTreeSet;

use super::values::{Path, Values};
use super::{Column, Dashboard, Join, Query, Recorded, Series, Shows, Value, What, Widget, Width};
use crate::config::Filter;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use crate::scorecards::query::Choice;
use crate::text::{FileId, Span, nearest};
use crate::workspace::Workspace;
use crate::yaml::{self, Map, Node, Value as NodeValue};

/// Widgets of a dashboard.
const MAX_WIDGETS: usize = 30;
/// Columns of a table.
const MAX_COLUMNS: usize = 12;
/// Lines of a chart.
const MAX_SERIES: usize = 5;
/// Paths that rows are sorted by.
const MAX_SORT: usize = 3;
/// The longest text of a widget in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Rows of a table that its page shows: usually, and at most.
const ROWS: (usize, usize) = (50, 200);
/// Bars: usually, and at most.
const BARS: (usize, usize) = (12, 50);
/// Slices: usually, and at most, since more colours cannot be told apart.
const SLICES: (usize, usize) = (6, 8);
/// Days of a line: usually, and at most.
const DAYS: (usize, usize) = (90, 1_000);

const DASHBOARD: &[&str] = &["id", "title", "description", "owner", "widgets"];
/// Keys that every widget has.
const COMMON: &[&str] = &["type", "id", "title", "width"];
/// Types of widgets, each with its own keys.
const TYPES: &[(&str, &[&str])] = &[
    ("markdown", &["text"]),
    ("number", &["filter", "when", "value", "unit"]),
    ("bar", &["filter", "when", "groupBy", "value", "unit", "limit", "sort"]),
    ("pie", &["filter", "when", "groupBy", "value", "unit", "limit", "sort"]),
    ("line", &["series", "days", "unit"]),
    ("table", &["filter", "when", "columns", "sort", "limit"]),
];

/// Returns whether a file is meant as a dashboard: other tools keep dashboards of their own in folders of this name, which are
/// nobody's mistake here. What has no key like `widgets` is theirs; of what cannot be parsed, the text decides.
fn is_dashboard(root: Option<&Node>, text: &str) -> bool {
    match root.and_then(Node::as_map) {
        Some(map) => map.entries().iter().any(|entry| nearest(&entry.key, ["widgets"]).is_some()),
        None => text.contains("widgets:"),
    }
}

/// Reads all files; dashboards come back by id.
pub(super) fn files(
    workspace: &Workspace,
    known: &Values<'_>,
    files: &[FileId],
    problems: &mut Diagnostics,
) -> Vec<Dashboard> {
    let mut list: Vec<Dashboard> = Vec::new();
    for file in files {
        let text = match workspace.text(*file, workspace.config().limits.catalog_file) {
            Ok(text) => text,
            Err(error) => {
                problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(*file), error.to_string()));
                continue;
            }
        };
        let (root, found) = yaml::read(*file, &text);
        if !is_dashboard(root.as_ref(), &text) {
            continue;
        }
        problems.extend(found);
        let Some(root) = root else { continue };
        let path = workspace.path(*file);
        let stem = path.rsplit('/').next().unwrap_or(&path);
        let stem = html::slug(stem.rsplit_once('.').map_or(stem, |(stem, _)| stem));
        let mut reader = Reader { text: &text, known, problems, asked: Vec::new(), before: 0 };
        let Some(dashboard) = reader.dashboard(&root, *file, &stem) else { continue };
        if let Some(first) = list.iter().find(|other| other.id == dashboard.id) {
            let message = format!("there are two dashboards `{}`", dashboard.id);
            let problem = Diagnostic::new(codes::INVALID_DASHBOARD, dashboard.span, message);
            problems.push(problem.also(first.span, "the other one").help("give one of them another `id`"));
        } else {
            list.push(dashboard);
        }
    }
    list.sort_by(|a, b| a.id.cmp(&b.id));
    list
}

struct Reader<'a> {
    text: &'a str,
    known: &'a Values<'a>,
    problems: &'a mut Diagnostics,
    /// The paths that the widget asks for.
    asked: Vec<(Path, Span)>,
    /// How many problems there were before the widget.
    before: usize,
}

impl Reader<'_> {
    fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Diagnostic::new(codes::INVALID_DASHBOARD, span, message).help(help));
    }

    fn keys(&mut self, map: &Map, known: &[&str]) {
        for entry in map.entries().iter().filter(|entry| !known.contains(&&*entry.key)) {
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", listed(known)),
            };
            self.report(entry.key_span, format!("`{}` is not a key here", entry.key), help);
        }
    }

    /// Returns a text that is not empty; anything else but nothing is reported.
    fn text(&mut self, map: &Map, key: &str) -> Option<String> {
        let node = map.get(key).filter(|node| !node.is_null())?;
        let text = node.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let message = format!("`{key}` is a text that is not empty, and this is {}", node.kind_name());
            self.report(node.span, message, "write a text");
        }
        text.map(str::to_owned)
    }

    fn id(&mut self, map: &Map) -> Option<String> {
        let node = map.get("id").filter(|node| !node.is_null())?;
        let id = node.as_str().filter(|id| !id.is_empty() && html::slug(id) == *id);
        if id.is_none() {
            self.report(
                node.span,
                "this `id` cannot be used",
                "write small letters, digits and `-`, such as `our-services`",
            );
        }
        id.map(str::to_owned)
    }

    fn dashboard(&mut self, root: &Node, file: FileId, stem: &str) -> Option<Dashboard> {
        let map = root.as_map()?;
        self.keys(map, DASHBOARD);
        let id = self.id(map).unwrap_or_else(|| if stem.is_empty() { "dashboard" } else { stem }.to_owned());
        let span = ["id", "title"].iter().find_map(|key| map.get(key)).map_or(Span::whole(file), |node| node.span);
        let mut dashboard = Dashboard {
            title: self.text(map, "title").unwrap_or_else(|| id.clone()),
            description: self.text(map, "description"),
            owner: self.text(map, "owner"),
            id,
            file,
            span,
            widgets: Vec::new(),
        };
        let node = map.get("widgets");
        let Some(items) = node.and_then(Node::as_seq).filter(|items| !items.is_empty()) else {
            let help =
                "write a widget as `- { type: number, title: Services, filter: \"kind:component type:service\" }`";
            self.report(node.map_or(span, |node| node.span), "`widgets` is a list with at least one widget", help);
            return Some(dashboard);
        };
        if items.len() > MAX_WIDGETS {
            let message = format!("a dashboard has at most {MAX_WIDGETS} widgets, and this one has {}", items.len());
            self.report(items[MAX_WIDGETS].span, message, "divide it into several dashboards");
        }
        let mut ids = BTreeSet::new();
        for item in items.iter().take(MAX_WIDGETS) {
            let mut widget = self.widget(item);
            let wanted = widget.id.clone();
            for number in 2.. {
                if ids.insert(widget.id.clone()) {
                    break;
                }
                widget.id = format!("{wanted}-{number}");
            }
            dashboard.widgets.push(widget);
        }
        Some(dashboard)
    }

    /// Reads a widget; one with a fault shows why instead.
    fn widget(&mut self, item: &Node) -> Widget {
        let before = self.problems.len();
        self.before = before;
        self.asked.clear();
        let empty = Map::default();
        let map = item.as_map().unwrap_or(&empty);
        let (title, id) = (self.text(map, "title"), self.id(map));
        let (width, what) = self.what(item, map);
        let width = self.width(map).unwrap_or(width);
        let kind = map.get("type").and_then(Node::as_str).map(html::slug).unwrap_or_default();
        let named = title.as_deref().map(html::slug).filter(|slug| !slug.is_empty());
        let id = id.or(named).unwrap_or_else(|| if kind.is_empty() { "widget".to_owned() } else { kind });
        let what = match (self.problems.get(before), what) {
            (None, Some(what)) => what,
            (Some(problem), _) => What::Faulty(problem.message.clone()),
            (None, None) => What::Faulty("it says nothing".to_owned()),
        };
        Widget { id, title, width, what, shows: Shows::Nothing, asked: std::mem::take(&mut self.asked) }
    }

    fn what(&mut self, item: &Node, map: &Map) -> (Width, Option<What>) {
        let types: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        if item.as_map().is_none() {
            self.report(item.span, "a widget is a mapping", format!("write `type:` with one of {}", listed(&types)));
            return (Width::Full, None);
        }
        let node = map.get("type");
        let name = node.and_then(Node::as_str).unwrap_or_default();
        let Some((kind, keys)) = TYPES.iter().find(|(known, _)| *known == name) else {
            let help = match nearest(name, types.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the types are {}", listed(&types)),
            };
            let message = if name.is_empty() {
                "a widget needs a `type`".to_owned()
            } else {
                format!("there is no type of widget `{name}`")
            };
            self.report(node.map_or(item.span, |node| node.span), message, help);
            return (Width::Full, None);
        };
        self.keys(map, &[COMMON, keys].concat());
        match *kind {
            "markdown" => (Width::Full, self.markdown(item, map)),
            "number" => (Width::Third, self.number(map)),
            "line" => (Width::Half, self.line(item, map)),
            "table" => (Width::Full, self.table(map)),
            kind => (Width::Half, self.groups(item, map, kind == "pie")),
        }
    }

    fn width(&mut self, map: &Map) -> Option<Width> {
        const WIDTHS: [(&str, Width); 3] = [("third", Width::Third), ("half", Width::Half), ("full", Width::Full)];
        let node = map.get("width").filter(|node| !node.is_null())?;
        let width = node.as_str().and_then(|text| WIDTHS.iter().find(|(name, _)| *name == text));
        if width.is_none() {
            self.report(node.span, "`width` is `third`, `half` or `full`", "write one of these, or leave it out");
        }
        width.map(|(_, width)| *width)
    }

    fn markdown(&mut self, item: &Node, map: &Map) -> Option<What> {
        if map.get("text").is_none_or(Node::is_null) {
            self.report(item.span, "a widget of Markdown needs a `text`", "write it as `text: |` with the text below");
        }
        let text = self.text(map, "text")?;
        if text.len() > MAX_TEXT {
            let span = map.get("text").map_or(item.span, |node| node.span);
            self.report(span, format!("this text has more than {MAX_TEXT} bytes"), "put it into documentation");
        }
        Some(What::Markdown(text))
    }

    fn query(&mut self, map: &Map) -> Query {
        let filter_text = self.text(map, "filter");
        let filter = match filter_text.as_deref().map(Filter::parse) {
            None => Filter::default(),
            Some(Ok(filter)) => filter,
            Some(Err(error)) => {
                if let Some(node) = map.get("filter") {
                    self.report(node.span, error, "write terms as in `kind:component type:service !tag:internal`");
                }
                Filter::none()
            }
        };
        let when_text = self.text(map, "when");
        let node = map.get("when").filter(|_| when_text.is_some());
        let when = node.map(|node| Choice::read(node, self.text, self.problems));
        Query { filter, filter_text, when, when_text }
    }

    fn path(&mut self, node: &Node, text: &str) -> Option<Path> {
        match Path::read(text, self.known) {
            Ok(path) => {
                self.asked.push((path.clone(), node.span));
                Some(path)
            }
            Err((message, help)) => {
                self.report(node.span, message, help);
                None
            }
        }
    }

    fn value(&mut self, map: &Map) -> Option<Value> {
        const HELP: &str = "write `count`, or `sum`, `avg`, `min` or `max` with a value, such as `{ avg: snap.coverage.coverage.line }`";
        let own = self.text(map, "unit");
        let Some(node) = map.get("value").filter(|node| !node.is_null()) else {
            return Some(Value { of: None, unit: own });
        };
        if node.as_str() == Some("count") {
            return Some(Value { of: None, unit: own });
        }
        let Some([entry]) = node.as_map().map(Map::entries) else {
            self.report(node.span, "this is not a number of entities", HELP);
            return None;
        };
        let Some((_, join)) = Join::ALL.iter().find(|(name, _)| *name == &*entry.key) else {
            let help = match nearest(&entry.key, Join::ALL.iter().map(|(name, _)| *name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => HELP.to_owned(),
            };
            self.report(entry.key_span, format!("`{}` does not make one number of several", entry.key), help);
            return None;
        };
        let Some(text) = entry.value.as_str() else {
            self.report(entry.value.span, format!("`{}` takes the path of a value", entry.key), HELP);
            return None;
        };
        let path = self.path(&entry.value, text)?;
        let unit = own.or_else(|| Some(path.unit(self.known).to_owned()).filter(|unit| !unit.is_empty()));
        Some(Value { of: Some((*join, path)), unit })
    }

    fn limit(&mut self, map: &Map, key: &str, (usual, most): (usize, usize)) -> usize {
        let Some(node) = map.get(key).filter(|node| !node.is_null()) else { return usual };
        let limit = match node.value {
            NodeValue::Int(limit) => usize::try_from(limit).ok().filter(|limit| (1..=most).contains(limit)),
            _ => None,
        };
        if limit.is_none() {
            self.report(
                node.span,
                format!("`{key}` is a whole number from 1 to {most}"),
                format!("write `{key}: {usual}`"),
            );
        }
        limit.unwrap_or(usual)
    }

    fn number(&mut self, map: &Map) -> Option<What> {
        let query = self.query(map);
        Some(What::Number { query, value: self.value(map)? })
    }

    fn groups(&mut self, item: &Node, map: &Map, is_pie: bool) -> Option<What> {
        let query = self.query(map);
        let value = self.value(map);
        let limit = self.limit(map, "limit", if is_pie { SLICES } else { BARS });
        let sort = map.get("sort").filter(|node| !node.is_null());
        let by_name = sort.and_then(Node::as_str) == Some("name");
        if let Some(node) = sort.filter(|node| !by_name && node.as_str() != Some("value")) {
            self.report(node.span, "groups are sorted by `value` or by `name`", "write one of these, or leave it out");
        }
        if is_pie
            && let Some(Value { of: Some((join, _)), .. }) = &value
            && *join != Join::Sum
        {
            let span = map.get("value").map_or(item.span, |node| node.span);
            self.report(
                span,
                "parts of a whole can be counted or added only",
                "write `type: bar`, or use `count` or `sum`",
            );
        }
        let Some(node) = map.get("groupBy").filter(|node| !node.is_null()) else {
            // Who misspells the key knows already.
            if self.problems.len() == self.before {
                let help = "write what entities of a group have in common, such as `groupBy: owner`";
                self.report(item.span, "this widget needs a `groupBy`", help);
            }
            return None;
        };
        let text = self.text(map, "groupBy")?;
        let by = self.path(node, &text)?;
        Some(What::Groups { is_pie, query, by, value: value?, limit, by_name })
    }

    fn table(&mut self, map: &Map) -> Option<What> {
        let query = self.query(map);
        let limit = self.limit(map, "limit", ROWS);
        let mut columns = Vec::new();
        let node = map.get("columns").filter(|node| !node.is_null());
        match node.map(|node| (node, node.as_seq())) {
            None => {
                for word in ["owner", "type", "lifecycle"] {
                    if let Ok(path) = Path::read(word, self.known) {
                        columns.push(Column { title: path.title(self.known), path });
                    }
                }
            }
            Some((node, Some(items))) => {
                if items.len() > MAX_COLUMNS {
                    let message =
                        format!("a table has at most {MAX_COLUMNS} columns, and this one has {}", items.len());
                    self.report(node.span, message, "leave some of them out");
                }
                columns.extend(items.iter().take(MAX_COLUMNS).filter_map(|item| self.column(item)));
            }
            Some((node, None)) => self.report(node.span, "`columns` is a list", "write it as `columns: [owner, type]`"),
        }
        let sort = self.sort(map);
        Some(What::Table { query, columns, sort, limit })
    }

    fn column(&mut self, item: &Node) -> Option<Column> {
        if let Some(text) = item.as_str() {
            let path = self.path(item, text)?;
            return Some(Column { title: path.title(self.known), path });
        }
        let Some(map) = item.as_map() else {
            let help = "write `owner`, or `{ title: Coverage, path: snap.coverage.coverage.line }`";
            self.report(item.span, "a column is the path of a value, or a mapping", help);
            return None;
        };
        self.keys(map, &["title", "path"]);
        let title = self.text(map, "title");
        let Some(node) = map.get("path").filter(|node| node.as_str().is_some()) else {
            self.report(
                item.span,
                "a column needs a `path`",
                "write the path of a value, such as `path: spec.costCentre`",
            );
            return None;
        };
        let path = self.path(node, node.as_str().unwrap_or_default())?;
        Some(Column { title: title.unwrap_or_else(|| path.title(self.known)), path })
    }

    fn sort(&mut self, map: &Map) -> Vec<(Path, bool)> {
        let Some(node) = map.get("sort").filter(|node| !node.is_null()) else { return Vec::new() };
        let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
        if items.len() > MAX_SORT {
            self.report(node.span, format!("rows are sorted by at most {MAX_SORT} values"), "leave some of them out");
        }
        let mut sort = Vec::new();
        for item in items.iter().take(MAX_SORT) {
            let Some(text) = item.as_str() else {
                let help =
                    "write a path, with `-` before it for the largest first, such as `sort: -scorecards.production`";
                self.report(item.span, "rows are sorted by the path of a value", help);
                continue;
            };
            let (is_down, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
            sort.extend(self.path(item, text).map(|path| (path, is_down)));
        }
        sort
    }

    fn line(&mut self, item: &Node, map: &Map) -> Option<What> {
        let days = self.limit(map, "days", DAYS);
        let unit = self.text(map, "unit");
        let node = map.get("series").filter(|node| !node.is_null());
        let items = node.map(|node| node.as_seq().unwrap_or(std::slice::from_ref(node))).unwrap_or_default();
        if items.is_empty() || items.len() > MAX_SERIES {
            let message = format!("a chart of lines needs `series`, one to {MAX_SERIES} of them");
            self.report(
                node.map_or(item.span, |node| node.span),
                message,
                "write it as `series: [scorecards.production.score]`",
            );
            return None;
        }
        let series: Vec<Series> = items.iter().filter_map(|item| self.series(item)).collect();
        let is_share = series.iter().all(|series| matches!(series.of, Recorded::Score(_)));
        let unit = unit.or_else(|| is_share.then(|| "%".to_owned()));
        Some(What::Line { series, days: i64::try_from(days).unwrap_or(i64::MAX), unit })
    }

    fn series(&mut self, item: &Node) -> Option<Series> {
        let (title, node) = match item.as_map() {
            Some(map) => {
                self.keys(map, &["title", "path"]);
                (self.text(map, "title"), map.get("path"))
            }
            None => (None, Some(item)),
        };
        let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) else {
            let help = "write a path such as `scorecards.production.score`";
            self.report(item.span, "a line is the path of something recorded", help);
            return None;
        };
        match self.recorded(text) {
            Ok((usual, of)) => Some(Series { title: title.unwrap_or(usual), of }),
            Err((message, help)) => {
                self.report(node.span, message, help);
                None
            }
        }
    }

    fn recorded(&self, text: &str) -> Result<(String, Recorded), (String, String)> {
        let parts: Vec<&str> = text.trim().split('.').collect();
        let help = "write `scorecards.ID.score`, `scorecards.ID.levels.LEVEL`, `scorecards.ID.rules.RULE` or `insights.FIGURE`";
        let unknown = || (format!("`{text}` is nothing that the history of scorecards has"), help.to_owned());
        let near = |name: &str, all: Vec<&str>, what: &str| {
            let help = nearest(name, all).map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?"));
            (format!("there is no {what} `{name}`"), help)
        };
        let scorecards = self.known.scorecards;
        let card = |id: &str| {
            let ids = || scorecards.list.iter().map(|card| card.id.as_str()).collect();
            scorecards.find(id).ok_or_else(|| near(id, ids(), "scorecard"))
        };
        match *parts {
            ["insights", figure] if !figure.is_empty() => {
                let title = figure.replace('-', " ");
                let first = title.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
                let rest: String = title.chars().skip(1).collect();
                Ok((first + &rest, Recorded::Insight(figure.to_owned())))
            }
            ["scorecards", id] | ["scorecards", id, "score"] => {
                let card = card(id)?;
                Ok((card.title.clone(), Recorded::Score(card.id.clone())))
            }
            ["scorecards", id, "levels", level] => {
                let card = card(id)?;
                let rank = card.levels.iter().position(|it| it.id == level);
                let levels = || card.levels.iter().map(|level| level.id.as_str()).collect();
                let rank = rank.ok_or_else(|| near(level, levels(), "level"))?;
                Ok((card.levels[rank].title.clone(), Recorded::Level(card.id.clone(), rank)))
            }
            ["scorecards", id, "rules", rule] => {
                let card = card(id)?;
                let rules = || card.rules.iter().map(|rule| rule.id.as_str()).collect();
                let found = card.rules.iter().find(|it| it.id == rule).ok_or_else(|| near(rule, rules(), "rule"))?;
                Ok((found.title.clone(), Recorded::Rule(card.id.clone(), found.id.clone())))
            }
            _ => Err(unknown()),
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
