//! Charts as SVG that needs no script: parts of a whole, and lines over days. The numbers stand beside them as text.

use crate::calendar::Day;
use crate::html::Html;

/// Colours that a chart tells apart; styles know them by number.
pub const COLOURS: usize = 8;

/// Draws parts of a whole as a ring; `label` says what it is of.
#[must_use]
pub fn ring(label: &str, parts: &[f64]) -> String {
    let total: f64 = parts.iter().filter(|part| **part > 0.0).sum();
    let mut out = Html::new();
    out.start("svg")
        .attribute("class", "ring")
        .attribute("viewBox", "0 0 100 100")
        .attribute("role", "img")
        .attribute("aria-label", label);
    let circle = |out: &mut Html, class: &str, share: f64, from: f64| {
        // The length of the circle counts as 100, so that shares need no trigonometry.
        out.empty("circle")
            .attribute("class", class)
            .number("cx", 50)
            .number("cy", 50)
            .number("r", 36)
            .number("pathLength", 100)
            .attribute("stroke-dasharray", &format!("{share:.2} {:.2}", 100.0 - share))
            .attribute("stroke-dashoffset", &format!("{:.2}", 0.0 - from));
    };
    circle(&mut out, "rest", 100.0, 0.0);
    let mut from = 0.0;
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| **part > 0.0 && total > 0.0) {
        let share = 100.0 * part / total;
        circle(&mut out, &format!("c{}", at % COLOURS), share, from);
        from += share;
    }
    out.end("svg");
    out.into_string()
}

/// Draws the swatch of a part in a legend.
#[must_use]
pub fn swatch(at: usize) -> String {
    let mut out = Html::new();
    out.start("svg").attribute("class", "swatch").attribute("viewBox", "0 0 10 10").attribute("aria-hidden", "true");
    out.empty("rect").attribute("class", &format!("c{}", at % COLOURS)).number("width", 10).number("height", 10);
    out.end("svg");
    out.into_string()
}

/// Draws the swatch of a line: colour and dashes.
#[must_use]
pub fn stroke(at: usize) -> String {
    let mut out = Html::new();
    out.start("svg").attribute("class", "stroke").attribute("viewBox", "0 0 24 4").attribute("aria-hidden", "true");
    out.empty("polyline").attribute("class", &format!("c{}", at % COLOURS)).attribute("points", "0,2 24,2");
    out.end("svg");
    out.into_string()
}

/// The extent of a chart of lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// The upper end, a round number.
    pub most: f64,
}

/// Returns the extent of some lines; `None` where they have fewer than two days.
#[must_use]
pub fn extent(lines: &[Vec<(Day, f64)>]) -> Option<Extent> {
    let days = || lines.iter().flatten().map(|(day, _)| *day);
    let (first, last) = (days().min()?, days().max()?);
    let highest = lines.iter().flatten().map(|(_, value)| *value).fold(0.0, f64::max);
    (first < last).then(|| Extent { first, last, most: round_up(highest) })
}

/// Returns the next of 1, 2, 5, 10, 20, 50 …
fn round_up(value: f64) -> f64 {
    let mut scale = 1.0;
    loop {
        for step in [1.0, 2.0, 5.0] {
            if step * scale >= value || step * scale > 1e15 {
                return step * scale;
            }
        }
        scale *= 10.0;
    }
}

/// Draws lines over days, from zero to the upper end.
#[must_use]
pub fn lines(label: &str, extent: Extent, lines: &[Vec<(Day, f64)>]) -> String {
    const WIDTH: f64 = 600.0;
    const HEIGHT: f64 = 160.0;
    let mut out = Html::new();
    out.start("svg")
        .attribute("class", "lines")
        .attribute("viewBox", "0 0 600 160")
        .attribute("preserveAspectRatio", "none")
        .attribute("role", "img")
        .attribute("aria-label", label);
    out.empty("path").attribute("class", "grid").attribute("d", "M0 0H600M0 80H600M0 160H600");
    let days = (extent.last.number() - extent.first.number()) as f64;
    for (at, line) in lines.iter().enumerate() {
        let points = line.iter().map(|(day, value)| {
            let x = (day.number() - extent.first.number()) as f64 * WIDTH / days;
            let y = HEIGHT - value.clamp(0.0, extent.most) * HEIGHT / extent.most;
            format!("{x:.1},{y:.1}")
        });
        out.empty("polyline")
            .attribute("class", &format!("c{}", at % COLOURS))
            .attribute("points", &points.collect::<Vec<_>>().join(" "));
    }
    out.end("svg");
    out.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_ring() {
        let drawn = ring("a & b", &[3.0, 0.0, 1.0]);
        assert!(drawn.contains("aria-label=\"a &amp; b\""));
        assert!(
            drawn.contains("class=\"c0\"") && drawn.contains("\"75.00 25.00\" stroke-dashoffset=\"0.00\""),
            "{drawn}"
        );
        assert!(
            drawn.contains("class=\"c2\"") && drawn.contains("\"25.00 75.00\" stroke-dashoffset=\"-75.00\""),
            "{drawn}"
        );
        assert!(!drawn.contains("class=\"c1\""));
        assert_eq!(ring("nothing", &[]).matches("<circle").count(), 1);
    }

    #[test]
    fn lines_go_from_zero_to_a_round_number() {
        assert_eq!([round_up(0.0), round_up(3.0), round_up(71.0), round_up(100.0)], [1.0, 5.0, 100.0, 100.0]);
        let day = |text: &str| Day::parse(text).unwrap();
        let line = vec![(day("2026-11-01"), 0.0), (day("2026-11-11"), 50.0)];
        assert_eq!(extent(&[line[..1].to_vec()]), None);
        let found = extent(std::slice::from_ref(&line)).unwrap();
        assert_eq!(found.most, 50.0);
        assert!(lines("x", found, &[line]).contains("points=\"0.0,160.0 600.0,0.0\""));
    }
}
