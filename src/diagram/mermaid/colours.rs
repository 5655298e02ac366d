//! Colours of the theme and of authors.
//!
//! The library is given a colour of its own for each role in a theme, so a colour that comes back names a role. A role
//! becomes a class, and the style sheet of the site decides how it looks in light and dark mode.

use serde_json::{Map, Value, json};

/// The first two bytes of the colours that represent roles; nobody writes such a colour by hand.
const MARK: (u8, u8) = (0x1d, 0x0c);

/// How many colours a series has before they repeat.
const SERIES: usize = 12;

/// The variables of Mermaid's themes by the role that they have here. The name of a role is a part of class names.
const ROLES: &[(&str, &[&str])] = &[
    (
        "t",
        &[
            "primaryTextColor",
            "secondaryTextColor",
            "tertiaryTextColor",
            "textColor",
            "nodeTextColor",
            "titleColor",
            "actorTextColor",
            "labelTextColor",
            "loopTextColor",
            "signalTextColor",
            "noteTextColor",
            "classText",
            "stateLabelColor",
            "labelColor",
            "taskTextColor",
            "taskTextOutsideColor",
            "taskTextDarkColor",
            "taskTextLightColor",
            "taskTextClickableColor",
            "pieTitleTextColor",
            "pieSectionTextColor",
            "pieLegendTextColor",
            "requirementTextColor",
            "relationLabelColor",
            "commitLabelColor",
            "tagLabelColor",
            "branchLabelColor",
            "transitionLabelColor",
            "darkTextColor",
            "scaleLabelColor",
            "errorTextColor",
            "dataLabelColor",
            "legendTextColor",
        ],
    ),
    (
        "s",
        &[
            "primaryColor",
            "mainBkg",
            "nodeBkg",
            "actorBkg",
            "stateBkg",
            "labelBoxBkgColor",
            "requirementBackground",
            "personBkg",
            "rowOdd",
            "taskBkgColor",
            "attributeBackgroundColorOdd",
            "compositeTitleBackground",
        ],
    ),
    (
        "b",
        &[
            "primaryBorderColor",
            "nodeBorder",
            "border1",
            "border2",
            "actorBorder",
            "labelBoxBorderColor",
            "stateBorder",
            "requirementBorderColor",
            "personBorder",
            "taskBorderColor",
            "doneTaskBorderColor",
            "tagLabelBorder",
            "commitLineColor",
        ],
    ),
    (
        "l",
        &[
            "lineColor",
            "arrowheadColor",
            "signalColor",
            "transitionColor",
            "relationColor",
            "defaultLinkColor",
            "specialStateColor",
            "innerEndBackground",
        ],
    ),
    (
        "g",
        &[
            "secondaryColor",
            "tertiaryColor",
            "clusterBkg",
            "compositeBackground",
            "altBackground",
            "secondBkg",
            "altSectionBkgColor",
            "sectionBkgColor",
            "sectionBkgColor2",
            "excludeBkgColor",
            "rowEven",
            "attributeBackgroundColorEven",
            "errorBkgColor",
        ],
    ),
    (
        "h",
        &[
            "secondaryBorderColor",
            "tertiaryBorderColor",
            "clusterBorder",
            "compositeBorder",
            "gridColor",
            "actorLineColor",
        ],
    ),
    (
        "p",
        &[
            "background",
            "edgeLabelBackground",
            "labelBackground",
            "labelBackgroundColor",
            "relationLabelBackground",
            "commitLabelBackground",
            "tagLabelBackground",
            "sequenceNumberColor",
            "pieStrokeColor",
        ],
    ),
    ("n", &["noteBkgColor"]),
    ("o", &["noteBorderColor"]),
    ("a", &["activationBkgColor", "activeTaskBkgColor"]),
    ("e", &["activationBorderColor", "activeTaskBorderColor"]),
    ("c", &["critBkgColor"]),
    ("d", &["critBorderColor", "todayLineColor", "vertLineColor"]),
    ("u", &["doneTaskBkgColor"]),
];

/// The names of the roles of a series: tinted grounds, then lines and grounds without words.
const TINTS: [&str; SERIES] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11"];
const STRONG: [&str; SERIES] = ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11"];

fn stands_for(role: usize) -> String {
    format!("#{:02x}{:02x}{role:02x}", MARK.0, MARK.1)
}

/// Returns the theme whose colours name roles.
pub(super) fn theme_variables() -> Value {
    let mut out = Map::new();
    let mut set = |name: String, role: usize| out.insert(name, Value::String(stands_for(role)));
    for (role, (_, names)) in ROLES.iter().enumerate() {
        for name in *names {
            set((*name).to_owned(), role);
        }
    }
    let (tint, strong) = (ROLES.len(), ROLES.len() + SERIES);
    for n in 0..SERIES {
        set(format!("cScale{n}"), tint + n);
        set(format!("cScalePeer{n}"), strong + n);
        set(format!("cScaleInv{n}"), strong + n);
        set(format!("cScaleLabel{n}"), 0);
        set(format!("pie{}", n + 1), tint + n);
        if n < 8 {
            set(format!("git{n}"), strong + n);
            set(format!("gitInv{n}"), strong + n);
            set(format!("gitBranchLabel{n}"), 6);
            set(format!("fillType{n}"), tint + n);
        }
    }
    let palette: Vec<String> = (0..8).map(|n| stands_for(strong + n)).collect();
    let (text, line, page) = (stands_for(0), stands_for(5), stands_for(6));
    out.insert(
        "xyChart".to_owned(),
        json!({
            "backgroundColor": page, "titleColor": text, "dataLabelColor": text,
            "xAxisLabelColor": text, "xAxisTitleColor": text, "xAxisTickColor": line, "xAxisLineColor": line,
            "yAxisLabelColor": text, "yAxisTitleColor": text, "yAxisTickColor": line, "yAxisLineColor": line,
            "plotColorPalette": palette.join(","),
        }),
    );
    out.insert(
        "packet".to_owned(),
        json!({
            "startByteColor": text, "endByteColor": text, "labelColor": text, "titleColor": text,
            "blockStrokeColor": stands_for(2), "blockFillColor": stands_for(1),
        }),
    );
    out.insert("pieOuterStrokeColor".to_owned(), Value::String(line));
    out.insert("pieOpacity".to_owned(), Value::String("1".to_owned()));
    out.insert("fontSize".to_owned(), Value::String("14px".to_owned()));
    Value::Object(out)
}

/// What a colour in a drawing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Colour {
    /// Nothing is painted.
    None,
    /// It has a role in the theme.
    Role(&'static str),
    /// Its author chose it.
    Own(String),
    /// It is the library's own idea.
    Unknown,
}

/// Distinguishes the colours of authors from others.
#[derive(Debug)]
pub(super) struct Palette {
    /// The source without spaces, in lower case.
    source: String,
}

impl Palette {
    pub(super) fn of(source: &str) -> Self {
        Self { source: bare(source) }
    }

    /// Says what a colour is.
    pub(super) fn colour(&self, value: &str) -> Colour {
        let value = bare(value);
        if matches!(&*value, "" | "none" | "transparent") {
            return Colour::None;
        }
        if let Some((red, green, blue)) = channels(&value)
            && (red, green) == MARK
        {
            let role = usize::from(blue);
            let known = ROLES.get(role).map(|(name, _)| *name);
            let series = role.wrapping_sub(ROLES.len());
            return known
                .or_else(|| TINTS.get(series).copied())
                .or_else(|| STRONG.get(series.wrapping_sub(SERIES)).copied())
                .map_or(Colour::Unknown, Colour::Role);
        }
        // Functions may hold what is no colour, so only those of three or four numbers are taken.
        let is_plain =
            value.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'#' | b'(' | b')' | b',' | b'.' | b'%'));
        if is_plain && !value.contains("url(") && self.is_written(&value) {
            Colour::Own(value)
        } else {
            Colour::Unknown
        }
    }

    /// Returns whether a colour is in the source as one: behind a colon, or where a box or a rectangle begins.
    fn is_written(&self, value: &str) -> bool {
        self.source.match_indices(value).any(|(at, _)| {
            let before = &self.source[..at];
            let after = self.source[at + value.len()..].chars().next();
            let begins = [":", "box", "rect", ",", "\"", "'"].iter().any(|start| before.ends_with(start));
            begins && !after.is_some_and(|c| c.is_ascii_hexdigit() && value.starts_with('#'))
        })
    }
}

/// Returns a text in lower case without spaces within a line.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '\t')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns red, green and blue of a colour in hexadecimal digits or as a function of numbers.
fn channels(value: &str) -> Option<(u8, u8, u8)> {
    if let Some(digits) = value.strip_prefix('#') {
        let digit = |at: usize, length: usize| u8::from_str_radix(digits.get(at..at + length)?, 16).ok();
        return match digits.len() {
            3 | 4 => Some((digit(0, 1)? * 17, digit(1, 1)? * 17, digit(2, 1)? * 17)),
            6 | 8 => Some((digit(0, 2)?, digit(2, 2)?, digit(4, 2)?)),
            _ => None,
        };
    }
    let inside = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("))?.strip_suffix(')')?;
    let mut numbers = inside.split(',').map(|number| number.parse::<f64>().ok().map(|number| number.round() as u8));
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

/// Returns the colour of words on a ground that its author chose; `None` if the ground is not known well enough.
pub(super) fn on(ground: &str) -> Option<&'static str> {
    let (red, green, blue) = channels(ground).or_else(|| named(ground))?;
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    Some(if light > 0.179 { "#000" } else { "#fff" })
}

/// Names of colours that diagrams use.
fn named(name: &str) -> Option<(u8, u8, u8)> {
    let hex = match name {
        "black" => 0x00_0000,
        "white" => 0xff_ffff,
        "red" => 0xff_0000,
        "green" => 0x00_8000,
        "lime" => 0x00_ff00,
        "blue" => 0x00_00ff,
        "yellow" => 0xff_ff00,
        "orange" => 0xff_a500,
        "purple" => 0x80_0080,
        "pink" => 0xff_c0cb,
        "gray" | "grey" => 0x80_8080,
        "lightgray" | "lightgrey" => 0xd3_d3d3,
        "darkgray" | "darkgrey" => 0xa9_a9a9,
        "lightblue" => 0xad_d8e6,
        "lightgreen" => 0x90_ee90,
        "lightyellow" => 0xff_ffe0,
        "gold" => 0xff_d700,
        "cyan" | "aqua" => 0x00_ffff,
        "magenta" | "fuchsia" => 0xff_00ff,
        "teal" => 0x00_8080,
        "navy" => 0x00_0080,
        "maroon" => 0x80_0000,
        "olive" => 0x80_8000,
        "silver" => 0xc0_c0c0,
        "brown" => 0xa5_2a2a,
        "coral" => 0xff_7f50,
        "salmon" => 0xfa_8072,
        "tomato" => 0xff_6347,
        "violet" => 0xee_82ee,
        "lavender" => 0xe6_e6fa,
        "beige" => 0xf5_f5dc,
        "darkgreen" => 0x00_6400,
        "darkblue" => 0x00_008b,
        "darkred" => 0x8b_0000,
        "skyblue" => 0x87_ceeb,
        "steelblue" => 0x46_82b4,
        _ => return None,
    };
    let [_, red, green, blue] = u32::to_be_bytes(hex);
    Some((red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_theme_names_its_role() {
        let palette =
            Palette::of("flowchart LR\n a --> b\n style a fill:#f9f,stroke: Red\n box rgb(1, 2, 3) shared red");
        assert_eq!(palette.colour(&stands_for(0)), Colour::Role("t"));
        assert_eq!(palette.colour("rgba(29, 12, 6, 0.5)"), Colour::Role("p"));
        assert_eq!(palette.colour(&stands_for(ROLES.len() + 3)), Colour::Role("k3"));
        assert_eq!(palette.colour(&stands_for(ROLES.len() + SERIES)), Colour::Role("x0"));
        assert_eq!(palette.colour("#1d0cff"), Colour::Unknown);
        assert_eq!(palette.colour("#f9f"), Colour::Own("#f9f".to_owned()));
        assert_eq!(palette.colour("rgb(1,2,3)"), Colour::Own("rgb(1,2,3)".to_owned()));
        assert_eq!(palette.colour("red"), Colour::Own("red".to_owned()));
        assert_eq!(palette.colour("grey"), Colour::Unknown);
        assert_eq!(palette.colour("none"), Colour::None);
        // Every variable has one role.
        let mut names: Vec<_> = ROLES.iter().flat_map(|(_, names)| names.iter()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn words_contrast_with_the_ground_of_their_author() {
        assert_eq!(on("#ffffcc"), Some("#000"));
        assert_eq!(on("#036"), Some("#fff"));
        assert_eq!(on("navy"), Some("#fff"));
        assert_eq!(on("rgb(240,240,240)"), Some("#000"));
        assert_eq!(on("nosuchcolour"), None);
    }
}
