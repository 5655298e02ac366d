//! The organisation's colour, made readable on light and on dark pages.

/// As much contrast as text needs (WCAG AA asks for 4.5), with some to spare for tinted backgrounds.
const CONTRAST: f64 = 5.6;

/// Makes the rules for an accent.
pub(super) fn rules(accent: [u8; 3]) -> String {
    let light = readable(accent, [255, 255, 255], [0, 0, 0]);
    let dark = readable(accent, [22, 26, 33], [255, 255, 255]);
    format!(
        ":root {{ --accent: light-dark({}, {}); --soft: color-mix(in srgb, var(--accent) 11%, var(--raised)); }}\n",
        hex(light),
        hex(dark)
    )
}

/// Moves a colour towards `end` until it can be read on `background`.
fn readable(colour: [u8; 3], background: [u8; 3], end: [u8; 3]) -> [u8; 3] {
    let mixed = |step: u8| {
        let part = f64::from(step) / 50.0;
        std::array::from_fn(|at| (f64::from(colour[at]) * (1.0 - part) + f64::from(end[at]) * part).round() as u8)
    };
    (0..50).map(mixed).find(|mixed| contrast(*mixed, background) >= CONTRAST).unwrap_or(end)
}

/// Returns the contrast of two colours as WCAG 2 defines it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.039_28 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_can_be_read_on_both_backgrounds() {
        for colour in [[255, 255, 0], [0, 0, 0], [255, 255, 255], [11, 110, 105], [128, 128, 128]] {
            let light = readable(colour, [255, 255, 255], [0, 0, 0]);
            let dark = readable(colour, [22, 26, 33], [255, 255, 255]);
            assert!(contrast(light, [255, 255, 255]) >= CONTRAST, "{colour:?} {light:?}");
            assert!(contrast(dark, [22, 26, 33]) >= CONTRAST, "{colour:?} {dark:?}");
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays() {
        assert!(rules([11, 110, 105]).contains("light-dark(#0b6e69, "));
    }
}
