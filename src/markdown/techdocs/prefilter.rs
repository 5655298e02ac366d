//! A quick scan of a page, to find those that a check can skip.
//!
//! Reading a page to the end takes a hundred times longer than looking at its lines, and most pages of a portal hold no
//! link within the site and nothing that is lost. When in doubt, the page is read.

use super::{Options, foreign};

/// Returns whether [`super::outline`] may find links within the site or something lost in `text`.
///
/// Links elsewhere are no finding. Never false where there is a finding; often true where there is none.
#[must_use]
pub fn may_have_findings(text: &str, options: &Options) -> bool {
    !options.snippets.auto_append.is_empty()
        || (text.trim_start_matches('\u{feff}').starts_with("---") && may_be_deep(text))
        || (options.arithmatex && text.contains(['$', '\\']))
        || text.contains("{%")
        || text.contains("::uml::")
        || may_link(text)
        || foreign::may_find(text)
        || Lines { options, fence: None, before: Before::Blank, wants_body: false }.may_lose(text)
}

/// Looks for more brackets than front matter has that is read as what it is meant to be.
fn may_be_deep(text: &str) -> bool {
    memchr::memchr3_iter(b'[', b'{', b'-', text.as_bytes()).nth(64).is_some()
}

/// What the names of languages of diagrams have in them.
const DIAGRAMS: &[&str] = &["mermaid", "dot", "graphviz", "gv", "kroki-", "uml"];

/// Looks for what every link within a site has: `](`, a definition `]:`, a tag, or what may make one of these.
fn may_link(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b']', b'<', b'{', bytes).any(|at| match (bytes[at], bytes.get(at + 1)) {
        (b']', next) => matches!(next, Some(b'(' | b':')),
        (b'<', next) => {
            matches!(next, Some(b'a' | b'A' | b'i' | b'I' | b'v' | b'V'))
                || bytes.get(at + 1..at + 7).is_some_and(|name| name.eq_ignore_ascii_case(b"source"))
        }
        // An edit of the critic extension leaves out what is around it.
        (_, next) => matches!(next, Some(b'+' | b'-' | b'~' | b'=' | b'>')),
    }) || text.contains("[[")
        || text.contains("8<-")
        || memchr::memchr3(1, 2, 3, bytes).is_some()
        || memchr::memchr(4, bytes).is_some()
}

/// What a line is, as far as it matters to the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, so that a list may begin.
    #[default]
    Blank,
    Bullet,
    Number,
    Other,
}

/// What is known while going through the lines.
struct Lines<'t> {
    options: &'t Options,
    /// The marks of the code fence that is open.
    fence: Option<&'t str>,
    /// What the last line was.
    before: Before,
    /// Whether the last line that is not blank begins a block whose content must be indented.
    wants_body: bool,
}

impl<'t> Lines<'t> {
    /// Looks for lists in paragraphs, unrecognised fences, and empty blocks.
    fn may_lose(mut self, text: &'t str) -> bool {
        text.split('\n').any(|line| self.is_reason(line.strip_suffix('\r').unwrap_or(line)))
            || self.fence.is_some()
            || self.wants_body
    }

    fn is_reason(&mut self, line: &'t str) -> bool {
        if line.contains('\r') {
            return true;
        }
        if let Some(fence) = self.fence {
            if line.trim_end_matches([' ', '\t']) == fence {
                self.fence = None;
                self.before = Before::Other;
            }
            return false;
        }
        let bare = line.trim_start_matches(['>', ' ', '\t']);
        if bare.is_empty() {
            self.before = Before::Blank;
            return line.contains('>');
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if std::mem::take(&mut self.wants_body) && !indented {
            return true;
        }
        let at_start = bare.len() == line.len();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            let header = bare.trim_start_matches(['`', '~']);
            let marks = &bare[..bare.len() - header.len()];
            let is_language = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            self.fence = Some(marks);
            // A diagram may be one that is not drawn.
            if DIAGRAMS.iter().any(|language| header.contains(language)) {
                return true;
            }
            let same = marks.bytes().all(|mark| mark == marks.as_bytes()[0]);
            // Below an indented line it may be part of indented code, and then it is no fence.
            let after_blank = self.before == Before::Blank;
            return !at_start || !after_blank || !same || !header.bytes().all(is_language);
        }
        if foreign::may_begin(bare, self.options) {
            return true;
        }
        if ["!!!", "???", "==="].iter().any(|marks| bare.starts_with(marks)) {
            self.wants_body = true;
            self.before = Before::Other;
            return !at_start;
        }
        if bare.starts_with("///") {
            return true;
        }
        if is_item(bare) {
            // With a bar in it, it may be the line of a table and not an item.
            let kind = if bare.as_bytes()[0].is_ascii_digit() { Before::Number } else { Before::Bullet };
            let goes_on = self.before == Before::Blank || self.before == kind;
            self.before = kind;
            return !at_start || !goes_on || line.contains('|');
        }
        self.before = Before::Other;
        false
    }
}

/// Returns whether a line without indentation may be the item of a list.
fn is_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match line.as_bytes()[0] {
        b'-' | b'*' | b'+' => &line[1..],
        _ if (1..=2).contains(&digits) => match line[digits..].strip_prefix('.') {
            Some(rest) => rest,
            None => return false,
        },
        _ => return false,
    };
    rest.starts_with([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::html;
    use crate::markdown::techdocs::outline;

    #[test]
    fn plain_pages_are_passed_over() {
        for plain in [
            "# A\n\ntext with `code` and https://example.org\n\n- a\n- b\n\n```yaml\n- a\n  - b\n```\n",
            "| a |\n|---|\n| b |\n\n!!! note\n\n    text\n\n1. a\n2. b\n",
        ] {
            assert!(!may_have_findings(plain, &Options::default()), "{plain}");
        }
        for reason in ["[a](b.md)", "<a href=x>", "a\n- b", "- a\n    - b", "```\nx", "!!! note\ntext", "> - a"] {
            assert!(may_have_findings(reason, &Options::default()), "{reason}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20000))]

        #[test]
        fn nothing_is_overlooked(
            lines in prop::collection::vec(prop::sample::select(vec![
                "", "", "", "text", "- a", "* b", "1. c", "  - d", "    - e", "    text", "# H", "```", "```sh", "~~~",
                "``` x", "!!! note", "??? tip \"T\"", "=== \"A\"", "===", "---", "> q", "> - r", ">", "/// note", "///",
                ":   - s", "a | b", "- | -", "- [ ] t", "<div markdown>", "</div>", "<!-- c -->", "\ttab", "-\tu", "* * *",
                "Key: value", "100. v", "[x]", "\\- w", "`- x`", "    !!! note", "        - y", "--- ",
            ]), 0..9),
        ) {
            let text = lines.join("\n");
            let options = Options::default();
            if !may_have_findings(&text, &options) {
                let doc = outline(&text, &options, &|_| None);
                let within = doc.links.iter().filter(|link| !html::is_external(&link.target)).count();
                prop_assert!(within == 0 && doc.lost.is_empty(), "{:?} {:?}\n{}", doc.links, doc.lost, text);
            }
        }
    }
}
