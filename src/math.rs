//! Formulas: TeX to MathML, as browsers show it without JavaScript.
//!
//! Knows nothing of Markdown. Invariant: bounded by the size of the source, and nothing in it becomes markup of its own.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

use crate::html;

/// Longer formulas stay TeX; nobody writes one by hand.
const MAX_LENGTH: usize = 4096;

/// Deeper ones stay TeX, so that nothing that goes through them gets deep.
const MAX_DEPTH: usize = 32;

/// Commands that make others: a few lines of them can expand to any number of symbols.
const DEFINITIONS: &[&str] =
    &["def", "edef", "gdef", "xdef", "let", "futurelet", "newcommand", "renewcommand", "providecommand"];

/// What MathML of ours may hold, those of MathML Core.
const VOCABULARY: html::Vocabulary = html::Vocabulary {
    elements: &[
        "math",
        "menclose",
        "merror",
        "mfrac",
        "mi",
        "mmultiscripts",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mprescripts",
        "mroot",
        "mrow",
        "ms",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
        "mtr",
        "munder",
        "munderover",
        "none",
    ],
    attributes: &[
        "accent",
        "accentunder",
        "class",
        "columnspan",
        "depth",
        "display",
        "displaystyle",
        "fence",
        "form",
        "height",
        "largeop",
        "linethickness",
        "lspace",
        "mathvariant",
        "maxsize",
        "minsize",
        "movablelimits",
        "notation",
        "rowspan",
        "rspace",
        "scriptlevel",
        "separator",
        "stretchy",
        "symmetric",
        "voffset",
        "width",
    ],
};

/// How a formula is displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Within a line.
    Inline,
    /// On lines of its own.
    Block,
}

/// Returns the formula as MathML that holds its source, too; `None` if it cannot be read.
#[must_use]
pub fn mathml(tex: &str, place: Place) -> Option<String> {
    if tex.len() > MAX_LENGTH || !is_shallow(tex) || defines(tex) {
        return None;
    }
    // An older name of the same.
    let source = tex.replace("\\mbox{", "\\text{");
    // The library is young; a formula that it trips over is one that cannot be read.
    let made = catch_unwind(AssertUnwindSafe(|| {
        let storage = Storage::new();
        let events = Parser::new(&source, &storage).collect::<Result<Vec<_>, _>>().ok()?;
        let display_mode = if place == Place::Block { DisplayMode::Block } else { DisplayMode::Inline };
        let mut out = String::new();
        let events = events.into_iter().map(Ok::<_, std::fmt::Error>);
        push_mathml(&mut out, events, RenderConfig { display_mode, ..RenderConfig::default() }).ok()?;
        Some(out)
    }));
    // It writes relations as they are.
    let made = made.ok()??.replace("><</", ">&lt;</").replace("><\u{338}</", ">&lt;\u{338}</");
    let clean = html::clean_markup(made.trim(), &VOCABULARY, |_, _, value| Some(value.to_owned()))?;
    let inner = clean.strip_prefix("<math")?.strip_suffix("</math>")?;
    let (attributes, inner) = inner.split_once('>')?;
    let mut out = String::with_capacity(clean.len() + tex.len() + 100);
    // The class has the meaning that MathJax gives it: what is shown represents the TeX behind it.
    let _ = write!(
        out,
        "<math class=\"MathJax_Preview\"{attributes}><semantics><mrow>{inner}</mrow><annotation encoding=\"application/x-tex\">"
    );
    html::push_text(&mut out, tex.trim());
    out.push_str("</annotation></semantics></math>");
    Some(out)
}

/// Returns whether groups and environments are nested a little at most.
fn is_shallow(tex: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = tex;
    while let Some(at) = rest.find(['{', '}', '\\', '^', '_']) {
        let after = &rest[at + 1..];
        match rest.as_bytes()[at] {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\\' if after.starts_with("begin") || after.starts_with("left") && !after.starts_with("lefta") => {
                depth += 1;
            }
            b'\\' if after.starts_with("end") || after.starts_with("right") && !after.starts_with("righta") => {
                depth = depth.saturating_sub(1);
            }
            // `\{` is a character.
            b'\\' if after.starts_with(['{', '}', '\\']) => {
                rest = &after[1..];
                continue;
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return false;
        }
        rest = after;
    }
    // Without braces, `x^y^z` and `\sqrt\sqrt\sqrt x` nest as well.
    let chained = |mark: char| tex.matches(mark).count();
    chained('\\') <= 400 && chained('^') + chained('_') <= 400
}

/// Returns whether a formula defines commands.
fn defines(tex: &str) -> bool {
    tex.split('\\').skip(1).any(|command| {
        let end = command.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(command.len());
        DEFINITIONS.contains(&&command[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml_with_their_source() {
        let got = mathml("x^2 < \\frac{1}{y}", Place::Inline).expect("a formula");
        assert!(got.starts_with("<math class=\"MathJax_Preview\" display=\"inline\"><semantics><mrow>"), "{got}");
        assert!(got.contains("<mfrac>") && got.contains("<msup>") && got.contains("&lt;"), "{got}");
        let source = "<annotation encoding=\"application/x-tex\">x^2 &lt; \\frac{1}{y}</annotation></semantics></math>";
        assert!(got.ends_with(source), "{got}");
        assert!(
            mathml("\\begin{align} a &= b \\\\ c &= d \\end{align}", Place::Block).expect("rows").contains("<mtable")
        );
        assert!(mathml("x \\mbox{ if } y", Place::Block).expect("words").contains("\\mbox"));
        assert!(mathml("x", Place::Block).expect("x").contains("display=\"block\""));
        assert!(!mathml("\\color{red} x \\hspace{1em} y", Place::Inline).unwrap_or_default().contains("style="));
    }

    #[test]
    fn what_cannot_be_read_stays_tex() {
        for tex in [
            "\\frac{1}",
            "\\nosuchcommand x",
            "{",
            "\\def\\a{\\a\\a}\\a",
            "\\newcommand{\\x}{y} \\x",
            "\\left( x",
            &"{".repeat(100),
            &"x".repeat(5000),
            &"\\sqrt".repeat(1000),
        ] {
            assert_eq!(mathml(tex, Place::Inline), None, "{tex}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_becomes_markup_of_its_own(
            tex in "([a-z0-9 ^_{}<>&\"'$%#~]|\\\\(frac|sqrt|text|mathrm|left|right|begin|end|href|url|color|class|style|html|hat|[{}\\\\,;a-z])|(\\{x\\})|(\\{matrix\\})){0,24}"
        ) {
            if let Some(made) = mathml(&tex, Place::Inline) {
                // Texts may say `\href`; elements and attributes may not.
                for tag in made.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                    let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
                    proptest::prop_assert!(
                        VOCABULARY.elements.contains(&name) || matches!(name, "semantics" | "annotation"),
                        "{made}"
                    );
                    for bad in ["href", "style=", "onerror="] {
                        proptest::prop_assert!(!tag.contains(bad), "{made}");
                    }
                }
                let again = html::clean_markup(
                    made.split("<semantics>").nth(1).and_then(|rest| rest.split("<annotation").next()).unwrap_or(""),
                    &VOCABULARY,
                    |_, _, value| Some(value.to_owned()),
                );
                proptest::prop_assert!(again.is_some(), "{}", made);
            }
        }
    }
}
