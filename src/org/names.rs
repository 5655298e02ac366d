//! Names as Backstage's providers make them, and which of them can be used.

/// How long a name may be, in characters.
const LONGEST: usize = 63;

/// Returns why a name cannot be that of an entity; `None` if it can.
///
/// The catalog of Backstage refuses more: names must be ASCII there, with a letter or digit at both ends. What a source
/// calls somebody is taken all the same as long as it can be in an address and a reference.
pub(super) fn unusable(name: &str) -> Option<&'static str> {
    let is_known = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@' | '\'');
    if name.is_empty() {
        Some("it has no name")
    } else if name.chars().count() > LONGEST {
        Some("its name is longer than 63 characters")
    } else if !name.chars().all(is_known) {
        Some("its name has other characters than letters, digits and `- _ . + @`")
    } else if !name.contains(char::is_alphanumeric) {
        Some("its name has no letter and no digit")
    } else {
        None
    }
}

/// Returns a name for a message.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Normalises as the provider for Microsoft Graph does.
pub(super) fn normalised(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let mut out = String::with_capacity(lower.len());
    for c in lower.chars() {
        let kept = c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if kept {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// Returns the words of a text in lower case, joined by `-`, as lodash's `kebabCase`.
pub(super) fn kebab(text: &str) -> String {
    #[derive(Clone, Copy, PartialEq)]
    enum Sort {
        Lower,
        Upper,
        Digit,
        Other,
    }
    let sort = |c: char| {
        if c.is_ascii_digit() {
            Sort::Digit
        } else if c.is_lowercase() {
            Sort::Lower
        } else if c.is_uppercase() {
            Sort::Upper
        } else if c.is_alphabetic() {
            Sort::Lower
        } else {
            Sort::Other
        }
    };
    let chars: Vec<char> = text.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).flat_map(plain_letters).collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, c) in chars.iter().enumerate() {
        let now = sort(*c);
        let before = at.checked_sub(1).map_or(Sort::Other, |at| sort(chars[at]));
        let next = chars.get(at + 1).map_or(Sort::Other, |c| sort(*c));
        let begins = match (before, now) {
            (Sort::Lower, Sort::Upper)
            | (Sort::Digit, Sort::Upper | Sort::Lower)
            | (Sort::Upper | Sort::Lower, Sort::Digit) => !(before == Sort::Digit && is_ordinal(&chars, at)),
            (Sort::Upper, Sort::Upper) => next == Sort::Lower,
            _ => false,
        };
        if (begins || now == Sort::Other) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if now != Sort::Other {
            word.extend(c.to_lowercase());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words.join("-")
}

/// Returns whether the letters that follow a number make it one such as `2nd`, which is one word.
fn is_ordinal(chars: &[char], at: usize) -> bool {
    let end: String = chars[at..].iter().take(2).collect();
    let last = at.checked_sub(1).map(|at| chars[at]);
    let fits = match &*end.to_lowercase() {
        "st" => last == Some('1'),
        "nd" => last == Some('2'),
        "rd" => last == Some('3'),
        "th" => last.is_some_and(|last| !matches!(last, '1'..='3')),
        _ => false,
    };
    fits && chars.get(at + 2).is_none_or(|next| !next.is_alphanumeric())
}

/// Returns the letters without accents that replace a letter of Latin scripts.
fn plain_letters(c: char) -> Vec<char> {
    const GROUPS: &[(&str, &str)] = &[
        ("A", "ÀÁÂÃÄÅĀĂĄ"),
        ("a", "àáâãäåāăą"),
        ("C", "ÇĆĈĊČ"),
        ("c", "çćĉċč"),
        ("D", "ÐĎĐ"),
        ("d", "ðďđ"),
        ("E", "ÈÉÊËĒĔĖĘĚ"),
        ("e", "èéêëēĕėęě"),
        ("G", "ĜĞĠĢ"),
        ("g", "ĝğġģ"),
        ("H", "ĤĦ"),
        ("h", "ĥħ"),
        ("I", "ÌÍÎÏĨĪĬĮİ"),
        ("i", "ìíîïĩīĭįı"),
        ("J", "Ĵ"),
        ("j", "ĵ"),
        ("K", "Ķ"),
        ("k", "ķĸ"),
        ("L", "ĹĻĽĿŁ"),
        ("l", "ĺļľŀł"),
        ("N", "ÑŃŅŇŊ"),
        ("n", "ñńņňŋ"),
        ("O", "ÒÓÔÕÖØŌŎŐ"),
        ("o", "òóôõöøōŏő"),
        ("R", "ŔŖŘ"),
        ("r", "ŕŗř"),
        ("S", "ŚŜŞŠ"),
        ("s", "śŝşšſ"),
        ("T", "ŢŤŦ"),
        ("t", "ţťŧ"),
        ("U", "ÙÚÛÜŨŪŬŮŰŲ"),
        ("u", "ùúûüũūŭůűų"),
        ("W", "Ŵ"),
        ("w", "ŵ"),
        ("Y", "ÝŶŸ"),
        ("y", "ýÿŷ"),
        ("Z", "ŹŻŽ"),
        ("z", "źżž"),
        ("Ae", "Æ"),
        ("ae", "æ"),
        ("Th", "Þ"),
        ("th", "þ"),
        ("ss", "ß"),
        ("IJ", "Ĳ"),
        ("ij", "ĳ"),
        ("Oe", "Œ"),
        ("oe", "œ"),
    ];
    if c.is_ascii() {
        return vec![c];
    }
    let found = GROUPS.iter().find(|(_, group)| group.contains(c));
    found.map_or_else(|| vec![c], |(plain, _)| plain.chars().collect())
}

/// Returns a part of an e-mail address as npm's `slugify` with `lower` does; what is in `without` goes.
pub(super) fn slug(text: &str, without: &[char]) -> String {
    let kept = |c: &char| c.is_ascii_alphanumeric() || "_$*+~.()'\"!-:@ ".contains(*c);
    let plain: String = text
        .chars()
        .flat_map(plain_letters)
        .filter(|c| if without.is_empty() { kept(c) } else { !without.contains(c) })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_providers() {
        for (text, wanted) in [
            ("  Ünïcode__& Co  ", "_n_code_co"),
            ("Ends in !!", "ends_in"),
            ("A__B  C", "a_b_c"),
            ("o'neil#EXT#@acme.example.com", "o_neil_ext_acme.example.com"),
            ("Acme Inc.", "acme_inc."),
        ] {
            assert_eq!(normalised(text), wanted);
        }
        for (text, wanted) in [
            ("ann@acme.example.com", "ann-acme-example-com"),
            ("QA/Ops 2", "qa-ops-2"),
            ("Platform Team", "platform-team"),
            ("fooBarXMLHttp", "foo-bar-xml-http"),
            ("Team42b", "team-42-b"),
            ("Zoë's Crew", "zoes-crew"),
            ("2nd line", "2nd-line"),
            ("--a__b--", "a-b"),
        ] {
            assert_eq!(kebab(text), wanted);
        }
        assert_eq!(slug("Ann.Lee+x", &['+']), "ann.leex");
        assert_eq!(slug("Acme.example.com", &[]), "acme.example.com");
    }

    #[test]
    fn names_that_cannot_stand_in_an_address_are_refused() {
        for name in ["", "../x", "<script>", "a b", "a/b", "..", "a\u{0}b", &"x".repeat(64), "a:b", "%2e"] {
            assert!(unusable(name).is_some(), "{name}");
        }
        for name in ["büro", "_n_code_co", "Bob+Ray", "acme_inc.", "0017", &"x".repeat(63)] {
            assert_eq!(unusable(name), None, "{name}");
        }
    }
}
