//! Announcements of the organisation: Markdown files in a folder beside the configuration, each with the days on which it holds.
//!
//! Knows no URL of the site. Which announcements hold is decided by the time of the build, so that the same input gives the same
//! pages.

use std::collections::BTreeMap;

use crate::calendar::Day;
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use crate::text::{FileId, Span, nearest};
use crate::workspace::{Folder, Workspace};
use crate::yaml::{self, Node, Value, scalar_text};

/// Maximum number that are read.
const MOST: usize = 2_000;
/// The longest text of one, in bytes.
const MAX_TEXT: u64 = 256 << 10;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Every announcement, the newest first.
#[derive(Debug, Default)]
pub struct Announcements {
    /// The announcements.
    pub all: Vec<Announcement>,
    /// From when until before when the same ones hold, in seconds since 1970 UTC.
    pub holds: Option<(i64, i64)>,
}

/// One announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Its file.
    pub file: FileId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One sentence.
    pub excerpt: Option<String>,
    /// What it is about, such as `Maintenance`.
    pub category: Option<String>,
    /// Who says so: an entity, or a name.
    pub publisher: Option<Publisher>,
    /// The entity that it is about.
    pub entity: Option<EntityId>,
    /// When it was written.
    pub date: Option<Day>,
    /// The last day on which it holds.
    pub end: Option<Day>,
    /// Whether it holds at the time of the build.
    pub is_active: bool,
    /// The text, CommonMark.
    pub text: String,
}

/// Who announces something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publisher {
    /// A group or user.
    Entity(EntityId),
    /// Anybody else, by name.
    Name(String),
}

impl Announcements {
    /// Returns those that hold, the newest first, with their numbers.
    pub fn active(&self) -> impl Iterator<Item = (usize, &Announcement)> {
        self.all.iter().enumerate().filter(|(_, one)| one.is_active)
    }
}

/// Reads the announcements beside the configuration.
#[must_use]
pub fn read(workspace: &Workspace, catalog: &Catalog) -> (Announcements, Diagnostics) {
    let mut problems = Diagnostics::new();
    let Some(folder) = folder(workspace, &mut problems) else { return (Announcements::default(), problems) };
    let today = Day::of_moment(workspace.now());
    let mut found = Announcements { all: Vec::new(), holds: None };
    let mut slugs: BTreeMap<String, usize> = BTreeMap::new();
    let files = workspace.files_below(&folder).into_iter();
    for file in files.filter(|file| workspace.path(*file).ends_with(".md")).take(MOST) {
        let path = workspace.path_below(&folder, file).unwrap_or_default();
        let stem = path.rsplit('/').next().unwrap_or(&path).trim_end_matches(".md");
        if matches!(&*stem.to_lowercase(), "readme" | "index" | "template") {
            continue;
        }
        let text = match workspace.text(file, MAX_TEXT) {
            Ok(text) => text,
            Err(error) => {
                problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string()));
                continue;
            }
        };
        let mut reader = Reader { catalog, file, today, problems: &mut problems, turns: &mut found.holds };
        let mut one = reader.read(stem, &text);
        // Two of one name have different addresses.
        let count = slugs.entry(one.slug.clone()).or_default();
        *count += 1;
        if *count > 1 {
            one.slug = format!("{}-{count}", one.slug);
        }
        found.all.push(one);
    }
    found.all.sort_by(|a, b| {
        (std::cmp::Reverse(a.date), &a.title, &a.slug).cmp(&(std::cmp::Reverse(b.date), &b.title, &b.slug))
    });
    (found, problems)
}

/// Finds the folder: what the configuration names, else `announcements` beside it.
fn folder(workspace: &Workspace, problems: &mut Diagnostics) -> Option<Folder> {
    let named = workspace.config().announcements.as_deref();
    let path = named.unwrap_or("announcements");
    let found = match workspace.config_file() {
        Some(config) => workspace.locate_folder(config, path),
        None => workspace.locate_folder_in(workspace.roots().first()?, path),
    };
    match (found, named.and(workspace.config().places.get("announcements"))) {
        (Ok(folder), _) => Some(folder),
        (Err(_), None) => None,
        (Err(error), Some(span)) => {
            let message = format!("the folder of announcements `{path}` cannot be read: {error}");
            let problem = Diagnostic::new(codes::INVALID_ANNOUNCEMENT, span, message);
            problems.push(problem.help("write the path of a folder, relative to this file, or remove the key"));
            None
        }
    }
}

struct Reader<'a> {
    catalog: &'a Catalog,
    file: FileId,
    today: Day,
    problems: &'a mut Diagnostics,
    /// From when until when nothing changes.
    turns: &'a mut Option<(i64, i64)>,
}

impl Reader<'_> {
    fn read(&mut self, stem: &str, text: &str) -> Announcement {
        let (front, body) = self.front(text);
        let get = |key: &str| front.as_ref().and_then(|front| front.get(key)).filter(|node| !node.is_null());
        let string = |key: &str| get(key).and_then(plain);
        let heading = body.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim);
        let title =
            string("title").or_else(|| heading.map(str::to_owned)).unwrap_or_else(|| stem.replace(['-', '_'], " "));
        let [date, start, end] = ["date", "start", "end"].map(|key| get(key).and_then(|node| self.day(key, node)));
        if let (Some(start), Some(last), Some(node)) = (start, end, get("end"))
            && last < start
        {
            let message = format!("this announcement ends on {} before it begins on {}", last.iso(), start.iso());
            self.report(node.span, message, "correct `start` or `end`; both days belong to it");
        }
        let is_on = get("active").and_then(Node::as_bool) != Some(false);
        let is_active =
            is_on && start.is_none_or(|start| start <= self.today) && end.is_none_or(|end| self.today <= end);
        if is_on {
            self.note(start, end);
        }
        let entity = get("entity").and_then(|node| self.entity(node));
        let publisher = get("publisher").and_then(plain).map(|name| {
            let group = EntityRef::parse(&name, Some("group"), "default").ok();
            match group.and_then(|reference| self.catalog.find(reference.as_str())) {
                Some(id) => Publisher::Entity(id),
                None => Publisher::Name(name),
            }
        });
        // The title is in the head of the page.
        let shown =
            heading.filter(|heading| *heading == title).and_then(|heading| body.split_once(&format!("# {heading}")));
        let text = shown.map_or_else(|| body.to_owned(), |(before, after)| format!("{before}{after}"));
        let slug = html::slug(stem);
        Announcement {
            file: self.file,
            slug: if slug.is_empty() { "announcement".to_owned() } else { slug },
            title,
            excerpt: string("excerpt"),
            category: string("category"),
            publisher,
            entity,
            date: date.or(start),
            end,
            is_active,
            text: text.trim().to_owned(),
        }
    }

    /// Splits front matter from a text.
    fn front<'t>(&mut self, text: &'t str) -> (Option<Node>, &'t str) {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let offset = text.len() - bare.len();
        let Some(rest) = bare.strip_prefix("---\n").or_else(|| bare.strip_prefix("---\r\n")) else {
            return (None, bare);
        };
        let start = text.len() - rest.len();
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            if matches!(line.trim_end(), "---" | "...") {
                let source = &rest[..at];
                let body = &rest[at + line.len()..];
                return (self.parse(source, start), body);
            }
            at += line.len();
        }
        (None, &text[offset..])
    }

    fn parse(&mut self, source: &str, start: usize) -> Option<Node> {
        let moved = |span: Span| Span::new(self.file, span.start as usize + start, span.end as usize + start);
        if yaml::is_deep(source) {
            return None;
        }
        let (documents, found) = yaml::parse(self.file, source);
        if let Some(problem) = found.first() {
            let message = format!("the front matter cannot be read: {}", problem.message);
            self.report(moved(problem.span()), message, "mend the YAML between the lines `---`");
            return None;
        }
        // Places are those of the file.
        documents
            .into_iter()
            .find_map(|document| document.root)
            .filter(|root| matches!(root.value, Value::Map(_)))
            .map(|root| shifted(&root, start))
    }

    fn day(&mut self, key: &str, node: &Node) -> Option<Day> {
        let day = Day::parse(&plain(node).unwrap_or_default());
        if day.is_none() {
            self.report(node.span, format!("`{key}` is no day"), "write year, month and day, such as `2026-11-21`");
        }
        day
    }

    fn entity(&mut self, node: &Node) -> Option<EntityId> {
        let name = plain(node)?;
        let found = EntityRef::parse(&name, Some("component"), "default").ok();
        let found = found.and_then(|reference| self.catalog.find(reference.as_str()));
        if found.is_none() {
            let near = nearest(&name, self.catalog.entities().iter().map(|entity| entity.reference.as_str()));
            let help = near.map_or_else(
                || "write the reference of an entity, such as `component:web`".to_owned(),
                |near| format!("write `{near}`"),
            );
            self.report(node.span, format!("there is no entity `{name}`"), &help);
        }
        found
    }

    fn report(&mut self, span: Span, message: String, help: &str) {
        self.problems.push(Diagnostic::new(codes::INVALID_ANNOUNCEMENT, span, message).help(help));
    }

    /// Notes when an announcement begins and ends, so that it is known for how long a build holds.
    fn note(&mut self, start: Option<Day>, end: Option<Day>) {
        let turns = [start.map(Day::number), end.map(|end| end.number() + 1)];
        for turn in turns.into_iter().flatten().map(|day| day * DAY) {
            let (from, until) = self.turns.get_or_insert((i64::MIN, i64::MAX));
            if turn <= self.today.number() * DAY { *from = turn.max(*from) } else { *until = turn.min(*until) }
        }
    }
}

/// Returns a value as text on one line.
fn plain(node: &Node) -> Option<String> {
    let text = match &node.value {
        Value::Seq(_) | Value::Map(_) | Value::Null => return None,
        Value::Str(text) => text.to_string(),
        _ => scalar_text(node),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// Returns the values of a mapping with places moved by `by` bytes.
fn shifted(root: &Node, by: usize) -> Node {
    let Value::Map(map) = &root.value else { return root.clone() };
    let mut moved = map.as_ref().clone();
    let shift = |span: Span| Span::new(span.file, span.start as usize + by, span.end as usize + by);
    for entry in map.entries() {
        let value = Node { span: shift(entry.value.span), value: entry.value.value.clone() };
        moved.set(yaml::Entry { key_span: shift(entry.key_span), value, ..entry.clone() });
    }
    Node { span: shift(root.span), value: Value::Map(std::sync::Arc::new(moved)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn found(files: &[(&str, &str)], moment: &str) -> (Announcements, Vec<String>) {
        let entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web}\nspec: {type: a, lifecycle: b, owner: c}\n";
        let mut all: Vec<(&str, &[u8])> = vec![("catalog-info.yaml", entity.as_bytes())];
        all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
        let now = Day::parse(moment).unwrap().number() * DAY + 100;
        let workspace = Workspace::from_files(Config::default(), &all).at(now);
        let catalog = crate::catalog::load(&workspace).catalog;
        let (announcements, problems) = read(&workspace, &catalog);
        let mut positions = crate::diag::Positions::new(&workspace);
        let told = problems.iter().map(|problem| {
            format!(
                "{}:{} {}",
                workspace.path(problem.span().file),
                positions.place(problem.span()).start.line,
                problem.message
            )
        });
        let told = told.collect();
        (announcements, told)
    }

    #[test]
    fn an_announcement_holds_from_its_first_to_its_last_day() {
        let text =
            "---\ntitle: Move\nstart: 2026-03-02\nend: 2026-03-04\nentity: web\npublisher: Ann\n---\n# Move\n\nText\n";
        let files = [("announcements/move.md", text), ("announcements/README.md", "x")];
        for (day, active, holds) in [
            ("2026-03-01", false, (i64::MIN, "2026-03-02")),
            ("2026-03-02", true, (0, "2026-03-05")),
            ("2026-03-04", true, (0, "2026-03-05")),
            ("2026-03-05", false, (0, "")),
        ] {
            let (found, problems) = found(&files, day);
            assert_eq!((found.all.len(), found.all[0].is_active, problems.len()), (1, active, 0), "{day}");
            let (from, until) = found.holds.unwrap();
            assert_eq!(from == i64::MIN, holds.0 == i64::MIN, "{day}");
            let expect = Day::parse(holds.1).map_or(i64::MAX, |day| day.number() * DAY);
            assert_eq!(until, expect, "{day}");
        }
        let (found, _) = found(&files, "2026-03-02");
        let one = &found.all[0];
        assert_eq!((&*one.slug, &*one.text, one.date.map(Day::iso).as_deref()), ("move", "Text", Some("2026-03-02")));
        assert_eq!(one.publisher, Some(Publisher::Name("Ann".to_owned())));
        assert!(one.entity.is_some());
    }

    #[test]
    fn what_is_wrong_is_said_at_its_line() {
        let files = [
            ("announcements/a.md", "---\ntitle: A\nstart: soon\nentity: component:wbe\n---\n"),
            ("announcements/b.md", "---\nstart: 2026-03-04\nend: 2026-03-02\nactive: false\n---\nText"),
            ("announcements/c.md", "---\n[\n---\nText"),
            ("announcements/d.md", "# Plain\n\nText"),
        ];
        let (found, problems) = found(&files, "2026-03-03");
        assert_eq!(found.all.len(), 4);
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert_eq!(problems[0], "announcements/a.md:3 `start` is no day");
        assert!(problems[2].starts_with("announcements/b.md:3 "), "{problems:?}");
        assert!(found.all.iter().any(|one| one.title == "Plain" && one.is_active && one.text == "Text"));
    }
}
