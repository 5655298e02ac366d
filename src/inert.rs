//! What is published of files that authors wrote, so that no browser and no host runs them.
//!
//! The pages of a portal are of one origin, and so is every file beside them: a script in one could read and do all
//! that the portal can. What a host says of a file depends on its name, and where it says nothing, browsers look at the
//! first bytes. So names that mean something active become names of texts, and what begins like HTML or XML begins with
//! a byte order mark, by which it is plain text for every browser that looks.

use std::borrow::Cow;

use crate::html::Picture;
use crate::portable;

/// Endings that browsers open as documents or run, and those of programs that servers run.
const ACTIVE: &[&str] = &[
    // Documents.
    "eml", "hta", "htc", "htm", "html", "mht", "mhtml", "shtm", "shtml", "stm", "swf", "xht", "xhtm", "xhtml",
    // Scripts.
    "cjs", "ecma", "es", "js", "jsm", "mjs", // XML, which may hold elements of any kind.
    "atom", "dae", "dfxp", "dtd", "gml", "gpx", "inkml", "jnlp", "kml", "mathml", "mml", "ncx", "opf", "owl", "rdf",
    "rng", "rss", "scxml", "smi", "smil", "tei", "ttml", "vxml", "wadl", "wsdl", "xaml", "xbl", "xlf", "xliff", "xml",
    "xop", "xsd", "xsl", "xslt", "xspf", "xul",
];

/// Endings of programs that servers run, wherever they are in a name.
const PROGRAMS: &[&str] = &[
    "asa", "ascx", "ashx", "asmx", "asp", "aspx", "axd", "cfc", "cfm", "cfml", "cgi", "cshtml", "fcgi", "jsp", "jspf",
    "jspx", "phar", "php", "php3", "php4", "php5", "php7", "php8", "phps", "pht", "phtml", "pl", "shtm", "shtml",
    "stm", "vbhtml",
];

/// Endings that mean something to every host, so that it looks no further to the left.
const KNOWN: &[&str] = &[
    "7z", "avi", "avif", "bmp", "bz2", "css", "csv", "doc", "docx", "eot", "flac", "gif", "gz", "ico", "jpeg", "jpg",
    "json", "m4a", "m4v", "mov", "mp3", "mp4", "odp", "ods", "odt", "ogg", "ogv", "otf", "pdf", "png", "ppt", "pptx",
    "rar", "rtf", "svg", "tar", "tgz", "tif", "tiff", "tsv", "ttf", "txt", "wav", "webm", "webp", "woff", "woff2",
    "xls", "xlsx", "xz", "zip",
];

/// How a file is published, as far as its name decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// Under its name.
    AsItIs,
    /// As an SVG picture, if it is one.
    Picture,
    /// As a text of this name.
    Text(String),
    /// Not at all: hosts would unpack it and run what is in it.
    Nothing,
}

impl Publication {
    /// Decides about a file of this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let lower = name.to_lowercase();
        // From the left: where the dot is, and what is after it.
        let endings: Vec<(usize, &str)> = lower
            .match_indices('.')
            .map(|(at, _)| {
                let rest = &lower[at + 1..];
                (at, rest.split('.').next().unwrap_or(rest).trim())
            })
            .collect();
        let Some((_, last)) = endings.last() else { return Self::AsItIs };
        let is_active = |ending: &str| ACTIVE.contains(&ending) || PROGRAMS.contains(&ending) || ending == "svg";
        let packed = portable::TWINS.iter().any(|twin| twin[1..] == **last);
        let inner = endings.iter().rev().nth(1).map_or("", |(_, ending)| ending);
        if *last == "svgz" || (packed && is_active(inner)) {
            return Self::Nothing;
        }
        let is_known = KNOWN.contains(last);
        let counts = |at: usize, ending: &str| {
            let is_last = at + 1 == endings.len();
            PROGRAMS.contains(&ending) || ((is_last || !is_known) && is_active(ending) && !(is_last && ending == "svg"))
        };
        let marked: Vec<usize> = endings
            .iter()
            .enumerate()
            .filter(|(at, (_, ending))| counts(*at, ending))
            .map(|(_, (dot, _))| *dot)
            .collect();
        if marked.is_empty() && lower != "web.config" {
            return if *last == "svg" { Self::Picture } else { Self::AsItIs };
        }
        // Lower case may be longer or shorter, but dots stay in their order.
        let mut dots = endings.iter().map(|(dot, _)| marked.contains(dot) || lower == "web.config");
        let mut new: String =
            name.chars().map(|c| if c == '.' && dots.next() == Some(true) { '-' } else { c }).collect();
        // What is a picture for one host is a program for another one.
        if !is_known || *last == "svg" || marked.last() == endings.last().map(|(dot, _)| dot) {
            new.push_str(".txt");
        }
        Self::Text(new)
    }

    /// Returns the name for a file that is named like a picture and cannot be read as one.
    #[must_use]
    pub fn of_no_picture(name: &str) -> String {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        format!("{stem}-svg.txt")
    }
}

/// Returns whether a file of this name is a page of HTML for every host, so that a page of ours can be there instead.
#[must_use]
pub fn is_page_name(name: &str) -> bool {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    // Whatever else is in the name must mean nothing to a host.
    let is_plain =
        !name.rsplit('/').next().unwrap_or(name).to_lowercase().split('.').any(|part| PROGRAMS.contains(&part));
    is_plain && (ending == "html" || ending == "htm")
}

/// Returns the bytes that are published at a path; `None` if they must not be there.
#[must_use]
pub fn bytes<'b>(path: &str, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending.eq_ignore_ascii_case("svg") {
        return Picture::read(bytes).map(|picture| picture.svg.into_bytes().into());
    }
    Some(text(bytes))
}

/// Returns bytes that no browser takes for HTML or XML, whatever else they are.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_markup = bytes.iter().find(|byte| **byte > b' ') == Some(&b'<');
    if is_markup { ["\u{feff}".as_bytes(), bytes].concat().into() } else { bytes.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_runs_become_names_of_texts() {
        let text = |name: &str, expect: &str| {
            assert_eq!(Publication::of(name), Publication::Text(expect.to_owned()), "{name}");
        };
        text("demo.html", "demo-html.txt");
        text("Q.HTML", "Q-HTML.txt");
        text("n.shtml", "n-shtml.txt");
        text("evil.js", "evil-js.txt");
        text("feed.v2.XML", "feed.v2-XML.txt");
        text("p.PHP", "p-PHP.txt");
        text("p.php.txt", "p-php.txt");
        text("p.php.png", "p-php.png");
        text("p.php.svg", "p-php.svg.txt");
        text("x.html.en", "x-html.en.txt");
        text("x.svg.de", "x-svg.de.txt");
        text("x.html.", "x-html..txt");
        text("x.html ", "x-html .txt");
        text("web.config", "web-config.txt");
        text("İ.html", "İ-html.txt");
        for same in [
            "LICENSE",
            "a.png",
            "a.html.txt",
            "app.js.map.json",
            "data.json",
            "data.json.gz",
            "a.tar.gz",
            "page.html.png",
            "a.drawio",
            "v1.2",
        ] {
            assert_eq!(Publication::of(same), Publication::AsItIs, "{same}");
        }
        for picture in ["a.svg", "A.SVG", "a.html.svg"] {
            assert_eq!(Publication::of(picture), Publication::Picture, "{picture}");
        }
        for nothing in ["a.svgz", "index.html.gz", "index.html.BR", "x.svg.zst"] {
            assert_eq!(Publication::of(nothing), Publication::Nothing, "{nothing}");
        }
    }

    #[test]
    fn what_begins_like_markup_is_marked_as_text() {
        assert_eq!(&*text(b" \n<script>"), b"\xef\xbb\xbf \n<script>");
        assert_eq!(&*text(b"a < b"), b"a < b");
        assert_eq!(&*text(b""), b"");
        assert_eq!(bytes("a.svg", b"<html/>"), None);
    }

    #[test]
    fn every_name_that_is_published_is_harmless() {
        for ending in ACTIVE.iter().chain(PROGRAMS) {
            for name in [format!("a.{ending}"), format!("a.{}", ending.to_uppercase()), format!("a.{ending}.xyz")] {
                let Publication::Text(new) = Publication::of(&name) else { panic!("{name}") };
                assert!(matches!(Publication::of(&new), Publication::AsItIs), "{name} became {new}");
            }
        }
    }
}
