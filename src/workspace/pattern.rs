//! File patterns of Locations and of the configuration, matched one path segment at a time.
//!
//! Unlike a compiled glob over whole paths this says while walking whether anything below a folder can match, and
//! keeps the rule of Backstage that a wildcard never matches a name that starts with a dot.

use super::GlobStyle;

/// More alternatives than anybody writes; a pattern that has more is not expanded.
const MAX_ALTERNATIVES: usize = 256;
/// One bit a segment, and one for the end.
const MAX_SEGMENTS: usize = 63;

/// A pattern below some folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`: any number of folders.
    Any,
    /// A name as it is.
    Name(String),
    /// A name with wildcards.
    Wild(Vec<Token>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// One character as it is.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any number of characters.
    Many,
}

/// The segments of a [`Pattern`] that may come next, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u64);

impl State {
    /// Returns whether nothing below can match.
    pub(super) fn is_dead(self) -> bool {
        self.0 == 0
    }
}

impl Pattern {
    /// Reads the segments of a pattern; `None` if there are too many, or one is `..`.
    pub(super) fn new<'a>(segments: impl IntoIterator<Item = &'a str>, style: GlobStyle) -> Option<Self> {
        let mut read = Vec::new();
        for text in segments {
            match text {
                "" | "." => {}
                ".." => return None,
                "**" if read.last() == Some(&Segment::Any) => {}
                "**" => read.push(Segment::Any),
                _ if is_wild(text, style) => read.push(Segment::Wild(tokens(text, style))),
                _ => read.push(Segment::Name(text.to_owned())),
            }
        }
        (read.len() <= MAX_SEGMENTS).then_some(Self { segments: read })
    }

    /// Returns the state before the first segment.
    pub(super) fn start(&self) -> State {
        self.close(1)
    }

    /// Returns the state below or at the entry `name`.
    pub(super) fn step(&self, state: State, name: &str) -> State {
        let plain = !name.starts_with('.') && name != "node_modules";
        let mut next = 0;
        for (at, segment) in self.segments.iter().enumerate() {
            if state.0 & (1 << at) == 0 {
                continue;
            }
            match segment {
                Segment::Any if plain => next |= 1 << at,
                Segment::Name(wanted) if wanted == name => next |= 1 << (at + 1),
                // A pattern that writes the dot means names with a dot.
                Segment::Wild(tokens)
                    if (plain || (name.starts_with('.') && tokens.first() == Some(&Token::Char('.'))))
                        && matches(tokens, name) =>
                {
                    next |= 1 << (at + 1);
                }
                _ => {}
            }
        }
        self.close(next)
    }

    /// Returns whether a file in this state matches.
    pub(super) fn accepts(&self, state: State) -> bool {
        state.0 & (1 << self.segments.len()) != 0
    }

    /// Adds what follows from `**` standing for no folder at all.
    fn close(&self, mut state: u64) -> State {
        for (at, segment) in self.segments.iter().enumerate() {
            if *segment == Segment::Any && state & (1 << at) != 0 {
                state |= 1 << (at + 1);
            }
        }
        State(state)
    }
}

/// Returns whether a path segment holds a wildcard of the style.
pub(super) fn is_wild(text: &str, style: GlobStyle) -> bool {
    text.contains('*') || (style == GlobStyle::File && text.contains('?'))
}

/// Expands a pattern with alternatives in braces.
pub(super) fn expand(pattern: &str, style: GlobStyle) -> Vec<String> {
    if style == GlobStyle::Url {
        return vec![pattern.to_owned()];
    }
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(text) = open.pop() {
        match braces(&text) {
            Some((start, end, commas)) => {
                let mut from = start + 1;
                let parts: Vec<_> = commas
                    .into_iter()
                    .chain([end])
                    .map(|to| {
                        let part = &text[from..to];
                        from = to + 1;
                        format!("{}{part}{}", &text[..start], &text[end + 1..])
                    })
                    .collect();
                open.extend(parts.into_iter().rev());
            }
            None => done.push(text),
        }
        if open.len() + done.len() > MAX_ALTERNATIVES {
            return vec![pattern.to_owned()];
        }
    }
    done
}

/// Finds the first group `{a,b}`: its braces and the commas between.
fn braces(text: &str) -> Option<(usize, usize, Vec<usize>)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find('{')?;
        let mut depth = 0;
        let mut commas = Vec::new();
        for (at, char) in text[start..].char_indices() {
            match char {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => commas.push(start + at),
                _ => {}
            }
            if depth == 0 {
                if commas.is_empty() {
                    break;
                }
                return Some((start, start + at, commas));
            }
        }
        from = start + 1;
    }
}

fn tokens(text: &str, style: GlobStyle) -> Vec<Token> {
    let mut tokens = Vec::new();
    for char in text.chars() {
        match char {
            '*' if tokens.last() == Some(&Token::Many) => {}
            '*' => tokens.push(Token::Many),
            '?' if style == GlobStyle::File => tokens.push(Token::One),
            _ => tokens.push(Token::Char(char)),
        }
    }
    tokens
}

/// Matches a name in time proportional to name times pattern: on a mismatch only the last `*` takes one more.
fn matches(tokens: &[Token], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut token, mut char) = (0, 0);
    let mut retry = None;
    while char < name.len() {
        match tokens.get(token) {
            Some(Token::Many) => {
                retry = Some((token, char));
                token += 1;
            }
            Some(Token::One) => (token, char) = (token + 1, char + 1),
            Some(Token::Char(wanted)) if *wanted == name[char] => (token, char) = (token + 1, char + 1),
            _ => match retry {
                Some((many, taken)) => {
                    retry = Some((many, taken + 1));
                    (token, char) = (many + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    tokens[token..].iter().all(|token| *token == Token::Many)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, style: GlobStyle, path: &str, expect: bool) {
        let found = expand(pattern, style).iter().any(|pattern| {
            let pattern = Pattern::new(pattern.split('/'), style).unwrap();
            let state = path.split('/').fold(pattern.start(), |state, name| pattern.step(state, name));
            pattern.accepts(state)
        });
        assert_eq!(found, expect, "{pattern} on {path}");
    }

    #[test]
    fn wildcards_match_within_a_segment() {
        check("teams/*.yaml", GlobStyle::Url, "teams/a.yaml", true);
        check("teams/*.yaml", GlobStyle::Url, "teams/a/b.yaml", false);
        check("*/x-*-y.yaml", GlobStyle::Url, "a/x-1-2-y.yaml", true);
        check("*/x-*-y.yaml", GlobStyle::Url, "a/x-y.yaml", false);
        check("**/catalog.yaml", GlobStyle::Url, "catalog.yaml", true);
        check("**/catalog.yaml", GlobStyle::Url, "a/b/catalog.yaml", true);
        check("a/**/b/*.yaml", GlobStyle::Url, "a/b/b/c.yaml", true);
        check("a/**", GlobStyle::Url, "a/b/c", true);
        check("a**.yaml", GlobStyle::Url, "abc.yaml", true);
        check("a**.yaml", GlobStyle::Url, "a/bc.yaml", false);
    }

    #[test]
    fn wildcards_pass_over_names_with_a_dot_and_node_modules() {
        check("*", GlobStyle::Url, ".hidden", false);
        check("**/*.yaml", GlobStyle::Url, ".backstage/a.yaml", false);
        check("**/.backstage/*.yaml", GlobStyle::Url, "a/.backstage/a.yaml", true);
        check(".*.yaml", GlobStyle::Url, ".a.yaml", true);
        check("*/a.yaml", GlobStyle::File, "node_modules/a.yaml", false);
        check("node_modules/*.yaml", GlobStyle::File, "node_modules/a.yaml", true);
    }

    #[test]
    fn the_styles_differ_in_question_marks_and_braces() {
        check("?.yaml", GlobStyle::File, "ß.yaml", true);
        check("?.yaml", GlobStyle::Url, "a.yaml", false);
        check("{a,b/c}/*.{yml,yaml}", GlobStyle::File, "b/c/d.yml", true);
        check("{a,{b,c}}.yaml", GlobStyle::File, "c.yaml", true);
        check("{a}.yaml", GlobStyle::File, "{a}.yaml", true);
        check("{a,b}.yaml", GlobStyle::Url, "a.yaml", false);
        check("{a,b}*.yaml", GlobStyle::Url, "{a,b}c.yaml", true);
    }

    #[test]
    fn hostile_patterns_are_bounded() {
        let braces = "{a,b}".repeat(60);
        assert_eq!(expand(&braces, GlobStyle::File), [braces]);
        assert_eq!(Pattern::new(vec!["a"; 1000], GlobStyle::Url), None);
        check(&"*a".repeat(2000), GlobStyle::Url, &"a".repeat(1999), false);
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern_that_matches_itself_without_wildcards(text in "[^/*?{}]{1,12}") {
            prop_assume!(text != "." && text != "..");
            let pattern = Pattern::new([text.as_str()], GlobStyle::File).unwrap();
            prop_assert!(pattern.accepts(pattern.step(pattern.start(), &text)));
        }

        #[test]
        fn expansion_ends(text in "[{},a/*]{0,60}") {
            prop_assert!(expand(&text, GlobStyle::File).len() <= MAX_ALTERNATIVES);
        }
    }
}
