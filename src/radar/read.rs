//! The formats of radars, recognised by their keys.

use super::{Entry, Moved, Quadrant, Radar, Ring, Snapshot};
use crate::calendar::Day;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::yaml::{self, Node, Value, scalar_text};

/// Colours of rings that have none, from the inside.
const COLOURS: [[u8; 3]; 4] = [[0x5b, 0xa3, 0x00], [0x00, 0x9e, 0xb0], [0xc7, 0xba, 0x00], [0xe0, 0x9b, 0x96]];
/// Names that the generators of Zalando and Thoughtworks use for rings, from the inside.
const RINGS: [&str; 4] = ["Adopt", "Trial", "Assess", "Hold"];

/// Reads the text of a radar. What is wrong is reported and left out.
pub(super) fn radar(file: FileId, name: &str, text: &str, problems: &mut Diagnostics) -> Radar {
    let mut reader = Reader { problems, radar: empty() };
    if name.to_lowercase().ends_with(".csv") {
        reader.csv(file, text);
        return reader.radar;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (root, found) = yaml::read(file, text);
    if let Some(problem) = found.first() {
        reader.invalid(problem.span(), &format!("the radar cannot be read: {}", problem.message));
    }
    match root {
        Some(root) if root.as_seq().is_some() => reader.rows(&root),
        Some(root) if is_zalando(&root) => reader.zalando(&root),
        Some(root) if root.as_map().is_some() => reader.plugin(&root),
        Some(root) => reader.invalid(root.span, &format!("the radar is {}, not a mapping", root.kind_name())),
        None if found.is_empty() => reader.invalid(Span::whole(file), "the radar is empty"),
        None => {}
    }
    reader.radar
}

fn empty() -> Radar {
    Radar { id: None, title: "Tech radar".to_owned(), quadrants: Vec::new(), rings: Vec::new(), entries: Vec::new() }
}

fn is_zalando(root: &Node) -> bool {
    let entry = root.get("entries").and_then(Node::as_seq).and_then(<[Node]>::first);
    entry.is_some_and(|entry| entry.get("label").is_some() && entry.get("timeline").is_none())
}

struct Reader<'a> {
    problems: &'a mut Diagnostics,
    radar: Radar,
}

/// The expected type of a field that has another one.
type Fault = (Span, String);

impl Reader<'_> {
    fn invalid(&mut self, span: Span, message: &str) {
        let help = "`playbill explain invalid-radar` shows the format";
        self.problems.push(Diagnostic::new(codes::INVALID_RADAR, span, message).help(help));
    }

    /// The format of Backstage's plugin, as JSON or YAML.
    fn plugin(&mut self, root: &Node) {
        // The schema does not know the key, so that it may be anything.
        if let Some(title) = root.get("title").and_then(Node::as_str) {
            title.clone_into(&mut self.radar.title);
        }
        for (at, node) in self.list(root, "quadrants").iter().enumerate() {
            match (required(node, "id"), required(node, "name")) {
                (Ok(id), Ok(name)) => self.radar.quadrants.push(Quadrant { id, name }),
                (Err((span, fault)), _) | (_, Err((span, fault))) => {
                    self.invalid(span, &format!("quadrant {}: {fault}", at + 1));
                }
            }
        }
        for (at, node) in self.list(root, "rings").iter().enumerate() {
            match ring(node) {
                Ok((ring, colour)) => {
                    let colour = colour.unwrap_or_else(|(span, text)| {
                        let message = format!("`{text}` is no colour");
                        let problem = Diagnostic::new(codes::INVALID_COLOR, span, message);
                        self.problems.push(problem.help("write a colour of CSS, such as `#5ba300` or `teal`"));
                        COLOURS[at % COLOURS.len()]
                    });
                    self.radar.rings.push(Ring { colour, ..ring });
                }
                Err((span, fault)) => self.invalid(span, &format!("ring {}: {fault}", at + 1)),
            }
        }
        for (at, node) in self.list(root, "entries").iter().enumerate() {
            match self.entry(node) {
                Ok(Some(entry)) => self.radar.entries.push(entry),
                Ok(None) => {}
                Err((span, fault)) => {
                    let named = node
                        .get("id")
                        .and_then(Node::as_str)
                        .map_or_else(|| (at + 1).to_string(), |id| format!("`{id}`"));
                    self.invalid(span, &format!("entry {named} is left out: {fault}"));
                }
            }
        }
    }

    fn list<'n>(&mut self, root: &'n Node, key: &str) -> &'n [Node] {
        match root.get(key) {
            Some(node) => node.as_seq().unwrap_or_else(|| {
                self.invalid(node.span, &format!("`{key}` is {}, not a list", node.kind_name()));
                &[]
            }),
            None => {
                self.invalid(root.span, &format!("the radar has no `{key}`"));
                &[]
            }
        }
    }

    /// Reads an entry; `None` if it cannot be shown, which has been reported.
    fn entry(&mut self, node: &Node) -> Result<Option<Entry>, Fault> {
        let key = required(node, "key")?;
        let id = required(node, "id")?;
        let title = required(node, "title")?;
        let quadrant = required(node, "quadrant")?;
        let url = optional(node, "url")?;
        let description = optional(node, "description")?;
        let mut links = Vec::new();
        if let Some(list) = node.get("links") {
            let list =
                list.as_seq().ok_or_else(|| (list.span, format!("`links` is {}, not a list", list.kind_name())))?;
            for link in list {
                links.push((required(link, "title")?, required(link, "url")?));
            }
        }
        let Some(list) = node.get("timeline") else { return Err((node.span, "it has no `timeline`".to_owned())) };
        let snapshots =
            list.as_seq().ok_or_else(|| (list.span, format!("`timeline` is {}, not a list", list.kind_name())))?;
        let timeline: Vec<Snapshot> = snapshots.iter().map(snapshot).collect::<Result<_, Fault>>()?;
        let Some(present) = timeline.first() else {
            let message = format!("the timeline of `{id}` is empty, so nobody knows its ring; the entry is left out");
            let problem = Diagnostic::new(codes::EMPTY_RADAR_TIMELINE, list.span, message);
            self.problems.push(problem.help("add a snapshot with `ringId` and `date`"));
            return Ok(None);
        };
        let place = |key: &str| node.get(key).map_or(node.span, |value| value.span);
        let Some(at_quadrant) = self.radar.quadrants.iter().position(|known| known.id == quadrant) else {
            let message = format!("there is no quadrant `{quadrant}`; the entry `{id}` is left out");
            let help = format!("write one of {}", names(self.radar.quadrants.iter().map(|quadrant| &*quadrant.id)));
            let span = place("quadrant");
            self.problems.push(Diagnostic::new(codes::UNKNOWN_RADAR_QUADRANT, span, message).help(help));
            return Ok(None);
        };
        let ring_at = |nth: usize| snapshots[nth].get("ringId").map_or(list.span, |value| value.span);
        let known = |ring: &str| self.radar.rings.iter().position(|known| known.id == ring);
        let help = format!("write one of {}", names(self.radar.rings.iter().map(|ring| &*ring.id)));
        let Some(ring) = known(&present.ring) else {
            let message = format!("there is no ring `{}`; the entry `{id}` is left out", present.ring);
            self.problems.push(Diagnostic::new(codes::UNKNOWN_RADAR_RING, ring_at(0), message).help(help));
            return Ok(None);
        };
        for (nth, snapshot) in timeline.iter().enumerate().skip(1) {
            if known(&snapshot.ring).is_none() {
                let message = format!("there is no ring `{}`, in which `{id}` was", snapshot.ring);
                self.problems
                    .push(Diagnostic::new(codes::UNKNOWN_RADAR_SNAPSHOT, ring_at(nth), message).help(help.clone()));
            }
        }
        let entities = node.get("entities").and_then(Node::as_seq).unwrap_or(&[]);
        Ok(Some(Entry {
            slug: String::new(),
            title,
            url,
            description,
            links,
            quadrant: at_quadrant,
            ring,
            timeline,
            users: Vec::new(),
            tag: node.get("tag").and_then(Node::as_str).map(str::to_owned),
            key: Some(key),
            entities: entities.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
            span: place("id"),
            id,
        }))
    }

    /// Zalando's format: numbers for quadrants and rings, and one day for all.
    fn zalando(&mut self, root: &Node) {
        const QUADRANTS: [&str; 4] = ["Languages", "Infrastructure", "Datastores", "Data Management"];
        let named = |key: &str, nth: usize, default: &str| {
            let item = root.get(key).and_then(Node::as_seq).and_then(|items| items.get(nth));
            let name = item.and_then(|item| item.get("name").unwrap_or(item).as_str());
            name.unwrap_or(default).to_owned()
        };
        for (nth, default) in QUADRANTS.iter().enumerate() {
            let name = named("quadrants", nth, default);
            self.radar.quadrants.push(Quadrant { id: slug(&name), name });
        }
        for (nth, default) in RINGS.iter().enumerate() {
            let name = named("rings", nth, default);
            let item = root.get("rings").and_then(Node::as_seq).and_then(|items| items.get(nth));
            let own = item.and_then(|item| item.get("color")).and_then(Node::as_str).and_then(colour);
            self.radar.rings.push(Ring {
                id: slug(&name),
                name,
                colour: own.unwrap_or(COLOURS[nth]),
                description: None,
            });
        }
        let date = root.get("date").and_then(|node| day(node).ok().flatten());
        for (at, node) in self.list(root, "entries").iter().enumerate() {
            let index = |key: &str| match node.get(key).map(|node| &node.value) {
                Some(Value::Int(number)) => usize::try_from(*number).ok().filter(|number| *number < 4),
                _ => None,
            };
            let label = node.get("label").and_then(Node::as_str);
            let (Some(label), Some(quadrant), Some(ring)) = (label, index("quadrant"), index("ring")) else {
                let message = format!(
                    "entry {} is left out: it needs a `label`, and a `quadrant` and a `ring` from 0 to 3",
                    at + 1
                );
                self.invalid(node.span, &message);
                continue;
            };
            let moved = match node.get("moved").map(|node| &node.value) {
                Some(Value::Int(-1)) => Some(Moved::Down),
                Some(Value::Int(0)) => Some(Moved::Same),
                Some(Value::Int(1 | 2)) => Some(Moved::Up),
                _ => None,
            };
            let url = node.get("link").and_then(Node::as_str).map(str::to_owned);
            self.push(node.span, label, url, None, (quadrant, ring), moved, date.clone());
        }
    }

    /// Thoughtworks' format as JSON: a list of rows.
    fn rows(&mut self, root: &Node) {
        for row in root.as_seq().unwrap_or(&[]) {
            let field = |key: &str| row.get(key).map(scalar_text).unwrap_or_default();
            self.row(row.span, &field);
        }
        self.order_rings();
    }

    /// Thoughtworks' format as CSV.
    fn csv(&mut self, file: FileId, text: &str) {
        let text_start = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(&text.as_bytes()[text_start..]);
        let heads: Vec<String> = match reader.headers() {
            Ok(heads) => heads.iter().map(str::to_lowercase).collect(),
            Err(_) => return self.invalid(Span::whole(file), "the radar is no table"),
        };
        for record in reader.records() {
            let Ok(record) = record else {
                self.invalid(Span::whole(file), "a line of the radar cannot be read");
                continue;
            };
            let start = text_start + record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
            let end = text[start.min(text.len())..].find('\n').map_or(text.len(), |length| start + length);
            let field = |key: &str| {
                let at = heads.iter().position(|head| head == &key.to_lowercase());
                at.and_then(|at| record.get(at)).unwrap_or_default().to_owned()
            };
            self.row(Span::new(file, start, end), &field);
        }
        self.order_rings();
    }

    fn row(&mut self, span: Span, field: &dyn Fn(&str) -> String) {
        let [name, ring, quadrant] = ["name", "ring", "quadrant"].map(|key| field(key).trim().to_owned());
        if name.is_empty() || ring.is_empty() || quadrant.is_empty() {
            return self.invalid(span, "an entry is left out: it needs `name`, `ring` and `quadrant`");
        }
        let rings = &mut self.radar.rings;
        let at_ring = rings.iter().position(|known| known.id == slug(&ring)).unwrap_or_else(|| {
            rings.push(Ring { id: slug(&ring), name: ring.clone(), colour: [0; 3], description: None });
            rings.len() - 1
        });
        let quadrants = &mut self.radar.quadrants;
        let at_quadrant = quadrants.iter().position(|known| known.id == slug(&quadrant)).unwrap_or_else(|| {
            quadrants.push(Quadrant { id: slug(&quadrant), name: quadrant.clone() });
            quadrants.len() - 1
        });
        let moved = match &*field("status").to_lowercase() {
            "new" | "moved in" => Some(Moved::Up),
            "moved out" => Some(Moved::Down),
            "no change" => Some(Moved::Same),
            _ => field("isNew").eq_ignore_ascii_case("true").then_some(Moved::Up),
        };
        let description = Some(field("description")).filter(|text| !text.trim().is_empty());
        self.push(span, &name, None, description, (at_quadrant, at_ring), moved, None);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of an entry, once for two formats")]
    fn push(
        &mut self,
        span: Span,
        title: &str,
        url: Option<String>,
        description: Option<String>,
        (quadrant, ring): (usize, usize),
        moved: Option<Moved>,
        date: Option<String>,
    ) {
        let ring_id = self.radar.rings[ring].id.clone();
        self.radar.entries.push(Entry {
            id: slug(title),
            slug: String::new(),
            title: title.to_owned(),
            url,
            description,
            links: Vec::new(),
            quadrant,
            ring,
            timeline: vec![Snapshot { date, is_undated: false, ring: ring_id, moved, description: None }],
            users: Vec::new(),
            tag: None,
            key: None,
            entities: Vec::new(),
            span,
        });
    }

    /// Orders the rings of a format that does not say which is the inner one.
    fn order_rings(&mut self) {
        let rank =
            |ring: &Ring| RINGS.iter().position(|name| name.eq_ignore_ascii_case(&ring.name)).unwrap_or(RINGS.len());
        let mut order: Vec<usize> = (0..self.radar.rings.len()).collect();
        order.sort_by_key(|at| rank(&self.radar.rings[*at]));
        let mut rings: Vec<Ring> = order.iter().map(|at| self.radar.rings[*at].clone()).collect();
        for (at, ring) in rings.iter_mut().enumerate() {
            ring.colour = COLOURS[at % COLOURS.len()];
        }
        self.radar.rings = rings;
        for entry in &mut self.radar.entries {
            entry.ring = order.iter().position(|at| *at == entry.ring).unwrap_or(entry.ring);
        }
    }
}

fn names<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    quoted.join(", ")
}

fn slug(text: &str) -> String {
    crate::html::slug(text)
}

fn text(node: &Node, key: &str) -> Result<String, Fault> {
    node.as_str().map(str::to_owned).ok_or_else(|| (node.span, format!("`{key}` is {}, not a text", node.kind_name())))
}

fn required(node: &Node, key: &str) -> Result<String, Fault> {
    match node.get(key) {
        Some(value) => text(value, key),
        None => Err((node.span, format!("it has no `{key}`"))),
    }
}

fn optional(node: &Node, key: &str) -> Result<Option<String>, Fault> {
    node.get(key).map(|value| text(value, key)).transpose()
}

/// A ring, with its colour or the text that is not a colour.
type RingWithColour = (Ring, Result<[u8; 3], (Span, String)>);

fn ring(node: &Node) -> Result<RingWithColour, Fault> {
    let (id, name, written) = (required(node, "id")?, required(node, "name")?, required(node, "color")?);
    let description = optional(node, "description")?;
    let span = node.get("color").map_or(node.span, |value| value.span);
    let read = colour(&written).ok_or((span, written));
    Ok((Ring { id, name, colour: [0; 3], description }, read))
}

fn snapshot(node: &Node) -> Result<Snapshot, Fault> {
    let ring = required(node, "ringId")?;
    let Some(date) = node.get("date") else { return Err((node.span, "a snapshot has no `date`".to_owned())) };
    let read = day(date).map_err(|()| (date.span, "a `date` is no day".to_owned()))?;
    let moved = match node.get("moved") {
        None => None,
        Some(node) => Some(match &node.value {
            Value::Int(1) => Moved::Up,
            Value::Int(0) => Moved::Same,
            Value::Int(-1) => Moved::Down,
            _ => return Err((node.span, "`moved` must be -1, 0 or 1".to_owned())),
        }),
    };
    let is_undated = read.is_none();
    Ok(Snapshot {
        date: Some(read.unwrap_or_else(|| "1970-01-01".to_owned())),
        is_undated,
        ring,
        moved,
        description: optional(node, "description")?,
    })
}

/// Reads a day as the plugin's schema does, with JavaScript's rules; nothing is no day, which it takes for 1970.
fn day(node: &Node) -> Result<Option<String>, ()> {
    let of_milliseconds = |number: f64| {
        // JavaScript's dates end here.
        const LIMIT: f64 = 8.64e15;
        let seconds = (number / 1000.0).floor();
        (number.abs() <= LIMIT).then(|| Day::of_moment(seconds as i64)).filter(|day| (0..=9999).contains(&day.year))
    };
    let read = match &node.value {
        Value::Null => return Ok(None),
        Value::Int(number) => of_milliseconds(*number as f64),
        Value::Float(number) => of_milliseconds(*number),
        Value::Bool(value) => of_milliseconds(f64::from(*value)),
        Value::Str(text) => day_of_text(text),
        Value::Seq(_) | Value::Map(_) => None,
    };
    read.map(|day| Some(day.iso())).ok_or(())
}

fn day_of_text(text: &str) -> Option<Day> {
    let text = text.trim();
    let number = |part: &str| -> Option<i64> {
        (!part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    // A year, or a year and a month.
    if text.len() == 4 {
        return Day::new(number(text)?, 1, 1);
    }
    if let Some((year, month)) = text.split_once('-')
        && year.len() == 4
        && month.len() == 2
    {
        return Day::new(number(year)?, number(month)?, 1);
    }
    // With slashes, JavaScript reads the month first, unless the year is.
    let parts: Vec<&str> = text.split('/').collect();
    if let [month, day, year] = *parts
        && year.len() == 4
    {
        return Day::new(number(year)?, number(month)?, number(day)?);
    }
    Day::parse(text).or_else(|| {
        let (month, year) = text.split_once(' ')?;
        Day::parse(&format!("1 {month} {year}"))
    })
}

/// Reads a colour of CSS.
pub(super) fn colour(text: &str) -> Option<[u8; 3]> {
    let text = text.trim().to_lowercase();
    if let Some(digits) = text.strip_prefix('#') {
        let digit = |at: usize| digits.get(at..=at).and_then(|digit| u8::from_str_radix(digit, 16).ok());
        let pair = |at: usize| match digits.len() {
            3 | 4 => Some(digit(at)? * 17),
            6 | 8 => Some(digit(2 * at)? * 16 + digit(2 * at + 1)?),
            _ => None,
        };
        return Some([pair(0)?, pair(1)?, pair(2)?]);
    }
    if let Some((function, rest)) = text.split_once('(') {
        let inside = rest.strip_suffix(')')?;
        let parts: Vec<&str> = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).collect();
        let [a, b, c] = *parts.get(..3)? else { return None };
        let number =
            |part: &str| part.trim_end_matches(['%', 'd', 'e', 'g']).parse::<f64>().ok().filter(|it| it.is_finite());
        return match function.trim() {
            "rgb" | "rgba" => {
                let channel = |part: &str| {
                    let value = number(part)?;
                    Some(to_byte(if part.ends_with('%') { value / 100.0 } else { value / 255.0 }))
                };
                Some([channel(a)?, channel(b)?, channel(c)?])
            }
            "hsl" | "hsla" => Some(of_hsl(number(a)?, number(b)? / 100.0, number(c)? / 100.0)),
            _ => None,
        };
    }
    NAMED.iter().find(|(name, _)| *name == text).map(|(_, colour)| {
        let [_, red, green, blue] = colour.to_be_bytes();
        [red, green, blue]
    })
}

fn to_byte(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn of_hsl(hue: f64, saturation: f64, lightness: f64) -> [u8; 3] {
    let (saturation, lightness) = (saturation.clamp(0.0, 1.0), lightness.clamp(0.0, 1.0));
    let channel = |n: f64| {
        let k = (n + hue.rem_euclid(360.0) / 30.0) % 12.0;
        let a = saturation * lightness.min(1.0 - lightness);
        to_byte(lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))
    };
    [channel(0.0), channel(8.0), channel(4.0)]
}

/// The names of colours of CSS that people use for rings.
const NAMED: &[(&str, u32)] = &[
    ("aqua", 0x0000_ffff),
    ("black", 0x0000_0000),
    ("blue", 0x0000_00ff),
    ("brown", 0x00a5_2a2a),
    ("coral", 0x00ff_7f50),
    ("crimson", 0x00dc_143c),
    ("cyan", 0x0000_ffff),
    ("darkblue", 0x0000_008b),
    ("darkgreen", 0x0000_6400),
    ("darkorange", 0x00ff_8c00),
    ("darkred", 0x008b_0000),
    ("deepskyblue", 0x0000_bfff),
    ("dodgerblue", 0x001e_90ff),
    ("firebrick", 0x00b2_2222),
    ("forestgreen", 0x0022_8b22),
    ("fuchsia", 0x00ff_00ff),
    ("gold", 0x00ff_d700),
    ("goldenrod", 0x00da_a520),
    ("gray", 0x0080_8080),
    ("green", 0x0000_8000),
    ("grey", 0x0080_8080),
    ("hotpink", 0x00ff_69b4),
    ("indigo", 0x004b_0082),
    ("khaki", 0x00f0_e68c),
    ("lightblue", 0x00ad_d8e6),
    ("lightgray", 0x00d3_d3d3),
    ("lightgreen", 0x0090_ee90),
    ("lightgrey", 0x00d3_d3d3),
    ("lime", 0x0000_ff00),
    ("limegreen", 0x0032_cd32),
    ("magenta", 0x00ff_00ff),
    ("maroon", 0x0080_0000),
    ("mediumseagreen", 0x003c_b371),
    ("navy", 0x0000_0080),
    ("olive", 0x0080_8000),
    ("orange", 0x00ff_a500),
    ("orangered", 0x00ff_4500),
    ("orchid", 0x00da_70d6),
    ("pink", 0x00ff_c0cb),
    ("plum", 0x00dd_a0dd),
    ("purple", 0x0080_0080),
    ("rebeccapurple", 0x0066_3399),
    ("red", 0x00ff_0000),
    ("royalblue", 0x0041_69e1),
    ("salmon", 0x00fa_8072),
    ("seagreen", 0x002e_8b57),
    ("sienna", 0x00a0_522d),
    ("silver", 0x00c0_c0c0),
    ("skyblue", 0x0087_ceeb),
    ("slateblue", 0x006a_5acd),
    ("slategray", 0x0070_8090),
    ("steelblue", 0x0046_82b4),
    ("tan", 0x00d2_b48c),
    ("teal", 0x0000_8080),
    ("tomato", 0x00ff_6347),
    ("turquoise", 0x0040_e0d0),
    ("violet", 0x00ee_82ee),
    ("white", 0x00ff_ffff),
    ("yellow", 0x00ff_ff00),
    ("yellowgreen", 0x009a_cd32),
];
