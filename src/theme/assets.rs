//! Static files under names that carry a hash of their content, and the icons as one style sheet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::Override;
use crate::catalog::kinds::{KINDS, Kind};
use crate::routes;

/// A file that the theme publishes.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its name in the theme, such as `app.css`.
    pub name: String,
    /// Where it is published: its name with a hash of its content.
    pub url: String,
    /// The content.
    pub bytes: Cow<'static, [u8]>,
}

/// All files that the theme publishes.
#[derive(Debug)]
pub(super) struct Assets {
    all: Vec<Asset>,
}

/// Where `app.css` wants the rules of the icons.
const ICONS_MARK: &str = "/*icons*/";

/// Lists kinds in one of the ways of scripts and style sheets.
type Listed = fn() -> String;

/// Where scripts and style sheets want what there is of each kind.
const MARKS: [(&str, Listed); 4] = [
    ("/*kinds*/", || quoted(|_| true)),
    ("/*owned kinds*/", || quoted(|kind| kind.is_owned)),
    ("/*kind hues*/", hues),
    ("/*kind classes*/", classes),
];

/// What comes before the address of a picture or a font in a style sheet.
const URL: &str = "url(";

impl Assets {
    /// Collects the static files; those of the user's go before built-in ones of the same name.
    ///
    /// `rules` are added to the style sheet of the theme.
    pub(super) fn new(
        built_in: &[(&'static str, &'static [u8])],
        overrides: &BTreeMap<String, Override>,
        rules: &str,
    ) -> Self {
        let mut files: BTreeMap<&str, Cow<'static, [u8]>> =
            built_in.iter().map(|(name, bytes)| (*name, Cow::Borrowed(*bytes))).collect();
        files.extend(overrides.iter().map(|(name, file)| (name.as_str(), Cow::Owned(file.bytes.to_vec()))));
        let icons = icon_rules(&files) + rules;
        let statics = files
            .into_iter()
            .filter_map(|(name, bytes)| Some((name.strip_prefix("static/")?, with_kinds(name, bytes))));

        let mut all: Vec<Asset> = Vec::new();
        let (sheets, others): (Vec<_>, Vec<_>) = statics.partition(|(name, _)| name.ends_with(".css"));
        all.extend(others.into_iter().map(|(name, bytes)| published(name, bytes)));
        // Style sheets come last, because they name pictures and fonts that have got their names by then.
        let sheets: Vec<Asset> = sheets
            .into_iter()
            .map(|(name, bytes)| {
                let text = String::from_utf8_lossy(&bytes);
                let with_icons = text.contains(ICONS_MARK).then(|| text.replace(ICONS_MARK, &icons));
                let text = with_icons.as_deref().unwrap_or(&text);
                let rewritten = text.contains(URL).then(|| rewrite_urls(text, &all));
                match rewritten.or(with_icons) {
                    Some(text) => published(name, Cow::Owned(text.into_bytes())),
                    None => published(name, bytes),
                }
            })
            .collect();
        all.extend(sheets);
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Self { all }
    }

    pub(super) fn all(&self) -> &[Asset] {
        &self.all
    }

    pub(super) fn url(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|asset| asset.name == name).map(|asset| asset.url.as_str())
    }

    /// Returns the name of the organisation's picture.
    pub(super) fn logo(&self) -> Option<&str> {
        self.all.iter().map(|asset| asset.name.as_str()).find(|name| name.starts_with("logo."))
    }

    /// Returns the URL of each name.
    pub(super) fn names(&self) -> BTreeMap<String, String> {
        self.all.iter().map(|asset| (asset.name.clone(), asset.url.clone())).collect()
    }
}

/// Puts the kinds in the places that a script or style sheet has for them.
fn with_kinds(name: &str, bytes: Cow<'static, [u8]>) -> Cow<'static, [u8]> {
    let text = std::str::from_utf8(&bytes).ok().filter(|_| name.ends_with(".js") || name.ends_with(".css"));
    let Some(text) = text.filter(|text| MARKS.iter().any(|(mark, _)| text.contains(mark))) else { return bytes };
    let replaced = MARKS.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, &value()));
    Cow::Owned(replaced.into_bytes())
}

/// Lists kinds as a script does.
fn quoted(which: fn(&Kind) -> bool) -> String {
    let names: Vec<String> = KINDS.iter().filter(|kind| which(kind)).map(|kind| format!("'{}'", kind.id)).collect();
    names.join(", ")
}

/// Makes a custom property for each kind that has a hue.
fn hues() -> String {
    let hue = |kind: &&Kind| {
        let (light, dark) = kind.hue?;
        Some(format!("  --k-{}: light-dark({light}, {dark});", kind.id))
    };
    KINDS.iter().filter_map(hue).collect::<Vec<_>>().join("\n")
}

/// Makes the classes of kinds; those without a hue look like the kinds of an organisation's own.
fn classes() -> String {
    let (coloured, plain): (Vec<&Kind>, Vec<&Kind>) = KINDS.iter().partition(|kind| kind.hue.is_some());
    let coloured = coloured.iter().map(|kind| format!(".k-{0} {{ --k: var(--k-{0}); }} ", kind.id));
    let plain: String = plain.iter().rev().map(|kind| format!(", .k-{}", kind.id)).collect();
    coloured.chain([format!(".k-other{plain} {{ --k: var(--k-other); }}")]).collect()
}

/// Gives kinds without a picture the one of kinds that an organisation defines.
fn with_pictures<'a, B: Clone>(files: &BTreeMap<&'a str, B>) -> Vec<(Cow<'a, str>, B)> {
    let mut all: Vec<(Cow<'a, str>, B)> =
        files.iter().map(|(name, bytes)| (Cow::Borrowed(*name), bytes.clone())).collect();
    for kind in KINDS {
        let name = format!("icons/kind-{}.svg", kind.id);
        if let Some(other) = files.get("icons/kind-other.svg").filter(|_| !files.contains_key(name.as_str())) {
            all.push((Cow::Owned(name), other.clone()));
        }
    }
    all
}

/// Returns the icon of each kind as a symbol that drawings use.
pub(super) fn symbols(built_in: &[(&str, &[u8])], overrides: &BTreeMap<String, Override>) -> BTreeMap<String, String> {
    let mut files: BTreeMap<&str, &[u8]> = built_in.iter().copied().collect();
    files.extend(overrides.iter().map(|(name, file)| (name.as_str(), &*file.bytes)));
    let symbol = |(name, bytes): &(Cow<'_, str>, &[u8])| {
        let class = name.strip_prefix("icons/kind-")?.strip_suffix(".svg")?;
        let svg = std::str::from_utf8(bytes).ok()?.trim();
        let inner = svg.strip_prefix("<svg")?.strip_suffix("</svg>")?;
        let inner = inner.replace(" xmlns=\"http://www.w3.org/2000/svg\"", "");
        Some((class.to_owned(), format!("<symbol id=\"g-{class}\"{inner}</symbol>")))
    };
    with_pictures(&files).iter().filter_map(symbol).collect()
}

fn published(name: &str, bytes: Cow<'static, [u8]>) -> Asset {
    // Eight digits distinguish versions of one file; the name already distinguishes files.
    let hash = xxh3_64(&bytes) as u32;
    let url = match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{}{stem}.{hash:08x}.{extension}", routes::STATIC),
        None => format!("{}{name}.{hash:08x}", routes::STATIC),
    };
    Asset { name: name.to_owned(), url, bytes }
}

/// Replaces `url(NAME)` by the published name, for files of the theme; others stay as they are.
fn rewrite_urls(css: &str, assets: &[Asset]) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(URL) {
        let (before, after) = rest.split_at(at + URL.len());
        out.push_str(before);
        let Some(end) = after.find(')') else {
            rest = after;
            break;
        };
        let name = after[..end].trim().trim_matches(['"', '\'']).trim_start_matches("./");
        match assets.iter().find(|asset| asset.name == name) {
            Some(asset) => {
                out.push('"');
                out.push_str(asset.url.strip_prefix(routes::STATIC).unwrap_or(&asset.url));
                out.push('"');
            }
            None => out.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// Makes one rule per icon. As a mask each takes the colour of its text, weighs a class name in the pages, and works
/// from a disk, where a sprite file is refused as foreign.
fn icon_rules(files: &BTreeMap<&str, Cow<'static, [u8]>>) -> String {
    let mut rules = String::new();
    for (name, bytes) in &with_pictures(files) {
        let Some(icon) = name.strip_prefix("icons/").and_then(|name| name.strip_suffix(".svg")) else { continue };
        let Ok(svg) = std::str::from_utf8(bytes) else { continue };
        let svg = svg.trim().replace('"', "'").replace("currentColor", "#000");
        let svg = svg.replace('%', "%25").replace('<', "%3C").replace('>', "%3E").replace('#', "%23");
        let svg = svg.replace(['\n', '\r'], " ");
        let _ = writeln!(rules, ".i-{icon}{{--i:url(\"data:image/svg+xml,{svg}\")}}");
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_a_hash_of_the_content() {
        let one = published("a/app.css", Cow::Borrowed(b"x".as_slice())).url;
        let other = published("a/app.css", Cow::Borrowed(b"y".as_slice())).url;
        assert!(one.starts_with("static/a/app.") && one.ends_with(".css"), "{one}");
        assert_ne!(one, other);
    }

    #[test]
    fn style_sheets_follow_renamed_files() {
        let assets = [published("logo.svg", Cow::Borrowed(b"<svg/>".as_slice()))];
        let hashed = assets[0].url.trim_start_matches("static/");
        assert_eq!(
            rewrite_urls("a{b:url('logo.svg') url(data:x) url(other.png)}", &assets),
            format!("a{{b:url(\"{hashed}\") url(data:x) url(other.png)}}")
        );
        assert_eq!(rewrite_urls("a{b:url(broken", &assets), "a{b:url(broken");
    }
}
