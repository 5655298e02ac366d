//! The icons that documents name, such as `:material-rocket-launch:`: their names to SVG.
//!
//! Owns the sets: Material Design Icons and Octicons whole, of Simple Icons the marks that documentation for developers uses.
//! `make.mjs` made the data from their packages. Knows nothing of Markdown or pages.

use std::io::Read as _;
use std::sync::LazyLock;

use crate::html::Html;

static COMPRESSED: &[u8] = include_bytes!("icons.br");

/// A name and the data of a path on each line, sorted. Unpacked when the first document asks for an icon.
static LINES: LazyLock<String> = LazyLock::new(|| {
    let mut lines = String::new();
    match brotli::Decompressor::new(COMPRESSED, 1 << 16).read_to_string(&mut lines) {
        Ok(_) => lines,
        Err(_) => String::new(),
    }
});

/// Names of Font Awesome that differ from those of Material Design Icons, which are shown in their place.
const FONT_AWESOME: &[(&str, &str)] = &[
    ("arrow-right-from-bracket", "logout"),
    ("arrow-right-to-bracket", "login"),
    ("arrow-up-right-from-square", "open-in-new"),
    ("arrows-rotate", "refresh"),
    ("bars", "menu"),
    ("bell-slash", "bell-off"),
    ("bolt", "lightning-bolt"),
    ("book-open", "book-open-variant"),
    ("box", "package-variant-closed"),
    ("briefcase", "briefcase"),
    ("calendar-days", "calendar-month"),
    ("chart-line", "chart-line"),
    ("chart-pie", "chart-pie"),
    ("chart-simple", "chart-bar"),
    ("circle-check", "check-circle"),
    ("circle-exclamation", "alert-circle"),
    ("circle-info", "information"),
    ("circle-notch", "loading"),
    ("circle-question", "help-circle"),
    ("circle-xmark", "close-circle"),
    ("clock-rotate-left", "history"),
    ("code", "code-tags"),
    ("code-branch", "source-branch"),
    ("code-merge", "source-merge"),
    ("code-pull-request", "source-pull"),
    ("comment-dots", "comment-processing"),
    ("cubes", "cube-outline"),
    ("earth-americas", "earth"),
    ("envelope", "email"),
    ("face-frown", "emoticon-sad"),
    ("face-laugh-wink", "emoticon-wink"),
    ("face-smile", "emoticon-happy"),
    ("floppy-disk", "content-save"),
    ("gauge", "gauge"),
    ("gear", "cog"),
    ("gears", "cogs"),
    ("globe", "web"),
    ("graduation-cap", "school"),
    ("hand", "hand-back-right"),
    ("house", "home"),
    ("key", "key"),
    ("list-check", "format-list-checks"),
    ("list-ul", "format-list-bulleted"),
    ("location-dot", "map-marker"),
    ("magnifying-glass", "magnify"),
    ("microchip", "chip"),
    ("paper-plane", "send"),
    ("pen", "pencil"),
    ("pen-to-square", "square-edit-outline"),
    ("person-running", "run"),
    ("plug", "power-plug"),
    ("rocket", "rocket-launch"),
    ("server", "server"),
    ("shield-halved", "shield-half-full"),
    ("sitemap", "sitemap"),
    ("sliders", "tune"),
    ("table-columns", "view-column"),
    ("terminal", "console"),
    ("thumbs-down", "thumb-down"),
    ("thumbs-up", "thumb-up"),
    ("trash", "delete"),
    ("trash-can", "trash-can"),
    ("triangle-exclamation", "alert"),
    ("user", "account"),
    ("user-group", "account-multiple"),
    ("users", "account-group"),
    ("wand-magic-sparkles", "auto-fix"),
    ("xmark", "close"),
];

/// Returns an icon as SVG in the colour of the words around it; `None` if no set has the name.
#[must_use]
pub fn svg(name: &str) -> Option<String> {
    let (name, data) = find(name)?;
    // Octicons are drawn for a size, which ends their name.
    let size = name.strip_prefix("octicons-").and_then(|name| name.rsplit_once('-')).map_or("24", |(_, size)| size);
    let mut out = Html::with_capacity(data.len() + 80);
    out.start("svg").attribute("viewBox", &format!("0 0 {size} {size}")).attribute("aria-hidden", "true");
    out.empty("path").attribute("d", data);
    out.end("svg");
    Some(out.into_string())
}

/// Finds an icon by the name that Material for MkDocs gives it.
fn find(name: &str) -> Option<(&'static str, &'static str)> {
    if let Some(brand) = name.strip_prefix("fontawesome-brands-") {
        let brand = brand.trim_end_matches("-alt");
        let brand = match brand {
            "golang" => "go",
            "js" => "javascript",
            "css3" => "css",
            "node-js" | "node" => "nodedotjs",
            "java" => "openjdk",
            "x-twitter" | "twitter" => "x",
            "square-github" => "github",
            "windows" => "microsoft-windows",
            "chrome" => "google-chrome",
            "edge" => "microsoft-edge",
            "internet-explorer" => "microsoft-internet-explorer",
            brand => brand,
        };
        return line(&format!("simple-{brand}")).or_else(|| line(&format!("material-{brand}")));
    }
    if let Some(rest) = name.strip_prefix("fontawesome-") {
        let (style, icon) = rest.split_once('-')?;
        let known = FONT_AWESOME.binary_search_by(|(known, _)| known.cmp(&icon)).ok().map(|at| FONT_AWESOME[at].1);
        let icon = known.unwrap_or(icon);
        let outline = (style == "regular").then(|| line(&format!("material-{icon}-outline"))).flatten();
        return outline.or_else(|| line(&format!("material-{icon}")));
    }
    line(name)
}

/// Finds the line of a name.
fn line(name: &str) -> Option<(&'static str, &'static str)> {
    let mut lines: &'static str = &LINES;
    while !lines.is_empty() {
        let middle = lines.len() / 2;
        let start = lines[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = lines[start..].find('\n').map_or(lines.len(), |end| start + end + 1);
        let (found, data) = lines[start..end].trim_end().split_once(' ')?;
        match name.cmp(found) {
            std::cmp::Ordering::Less => lines = &lines[..start],
            std::cmp::Ordering::Equal => return Some((found, data)),
            std::cmp::Ordering::Greater => lines = &lines[end..],
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_found_and_is_a_path() {
        assert!(LINES.lines().count() > 8000);
        for entry in LINES.lines().step_by(7) {
            let (name, data) = entry.split_once(' ').expect("a name and a path");
            assert_eq!(line(name), Some((name, data)));
            assert!(
                data.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b' ' | b'.' | b',' | b'-' | b'\t')),
                "{name}"
            );
        }
        assert_eq!([line(""), line("zzz"), line("material-nosuch")], [None; 3]);
    }

    #[test]
    fn names_of_material_for_mkdocs_are_known() {
        for name in [
            "material-account-circle",
            "octicons-heart-fill-24",
            "simple-kubernetes",
            "fontawesome-brands-github",
            "fontawesome-brands-linkedin",
            "fontawesome-solid-paper-plane",
            "fontawesome-regular-face-laugh-wink",
        ] {
            let svg = svg(name).unwrap_or_default();
            assert!(svg.starts_with("<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M"), "{name}: {svg}");
        }
        assert!(svg("octicons-bug-16").is_some_and(|svg| svg.contains("0 0 16 16")));
        assert_eq!(svg("material-no-such-icon"), None);
        assert!(FONT_AWESOME.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, icon) in FONT_AWESOME {
            assert!(line(&format!("material-{icon}")).is_some(), "{name}");
        }
    }
}
