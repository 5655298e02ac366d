//! A bar that is divided into shares, for figures that stand beside it as text.

use crate::html::Html;

/// How wide the whole bar is, in its own units.
const WIDTH: usize = 1_000;

/// Draws shares one after the other: how many each has, and the attribute that colours it, `class` or `fill`.
#[must_use]
pub fn draw<'a>(shares: impl Iterator<Item = (usize, &'static str, &'a str)> + Clone) -> String {
    let total: usize = shares.clone().map(|(count, ..)| count).sum();
    let number = |value: usize| i64::try_from(value).unwrap_or(0);
    let mut out = Html::new();
    out.start("svg")
        .attribute("class", "levels")
        .attribute("viewBox", "0 0 1000 10")
        .attribute("preserveAspectRatio", "none")
        .attribute("aria-hidden", "true");
    let mut from = 0;
    for (count, attribute, value) in shares.filter(|(count, ..)| *count > 0) {
        let width = (count * WIDTH).checked_div(total).unwrap_or(0);
        out.empty("rect")
            .number("x", number(from))
            .number("width", number(width))
            .number("height", 10)
            .attribute(attribute, value);
        from += width;
    }
    out.end("svg");
    out.into_string()
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn shares_fill_the_bar() {
        let bar = draw([(1, "fill", "red"), (0, "fill", "blue"), (3, "class", "a-old")].into_iter());
        assert!(bar.contains(r#"<rect x="0" width="250" height="10" fill="red"/>"#), "{bar}");
        assert!(bar.contains(r#"<rect x="250" width="750" height="10" class="a-old"/>"#), "{bar}");
        assert!(!bar.contains("blue"), "{bar}");
        assert!(!draw(std::iter::empty()).contains("rect"));
    }
}
