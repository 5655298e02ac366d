//! What an author opened and did not close, in a document that a parser has given up on.
//!
//! A parser reports where it could not go on, which is some lines below the mistake: a quotation mark or a bracket that is
//! not closed takes in what follows until that makes no sense. This reads the document once more by its outline, and knows
//! where values begin, but nothing of what they mean. It is asked only about documents with a fault.

/// What is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// A quotation mark.
    Quotation(char),
    /// A bracket.
    Bracket(char),
    /// A block of text whose text is not indented.
    Block(char),
    /// A block of text with something else behind its sign.
    BlockHeader(char),
}

/// Returns what was opened before `fault` and not closed, with the place of it.
pub(super) fn not_closed(source: &str, fault: usize) -> Option<(usize, Opened)> {
    Reader { source, bytes: source.as_bytes(), fault, at: 0, brackets: Vec::new() }.read()
}

struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    fault: usize,
    at: usize,
    /// Open brackets: where each is, and the indentation of its line.
    brackets: Vec<Bracket>,
}

struct Bracket {
    at: usize,
    indent: usize,
    /// The column of the key or the dash whose value it is; `None` if the document itself begins with it.
    parent: Option<usize>,
}

impl Reader<'_> {
    fn read(mut self) -> Option<(usize, Opened)> {
        let mut line_start = 0;
        let mut indent = self.indent(0);
        // Whether a value may begin here.
        let mut begins = true;
        // The column of the innermost key or dash of the line, and where the word before is that may be a key.
        let mut parent: Option<usize> = None;
        let mut word = 0;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'\n' => {
                    self.at += 1;
                    line_start = self.at;
                    indent = self.indent(line_start);
                    begins = true;
                    if self.brackets.is_empty() {
                        parent = None;
                    } else if let Some(open) = self.left_behind(line_start, indent) {
                        return Some(open);
                    }
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' if self.at == line_start || self.bytes[self.at - 1].is_ascii_whitespace() => self.skip_line(),
                b'"' | b'\'' if begins => {
                    let at = self.at;
                    if let Some(open) = self.quotation(byte) {
                        return Some(open);
                    }
                    (word, begins) = (at, false);
                    // What was written over several lines begins a new one.
                    if let Some(newline) = self.source[at..self.at].rfind('\n') {
                        line_start = at + newline + 1;
                        indent = self.indent(line_start);
                    }
                }
                b'[' | b'{' if begins || !self.brackets.is_empty() => {
                    self.brackets.push(Bracket { at: self.at, indent, parent });
                    self.at += 1;
                    begins = true;
                }
                b']' | b'}' if !self.brackets.is_empty() => {
                    if let Some(open) = self.closing(byte, line_start, indent) {
                        return Some(open);
                    }
                    self.at += 1;
                    begins = false;
                }
                b',' if !self.brackets.is_empty() => {
                    self.at += 1;
                    begins = true;
                }
                b'&' | b'!' if begins => self.skip_word(),
                b'|' | b'>' if begins && self.brackets.is_empty() => {
                    if let Some(open) = self.block(parent) {
                        return Some(open);
                    }
                    line_start = self.at;
                    indent = self.indent(line_start);
                    (begins, parent) = (true, None);
                }
                b'-' | b'?' if begins && self.brackets.is_empty() && self.ends_word(self.at + 1) => {
                    parent = Some(self.at - line_start);
                    self.at += 1;
                }
                b':' if self.ends_word(self.at + 1) || (!self.brackets.is_empty() && !begins) => {
                    if self.brackets.is_empty() {
                        parent = Some(word.saturating_sub(line_start));
                    }
                    self.at += 1;
                    begins = true;
                }
                _ => {
                    if begins {
                        word = self.at;
                    }
                    begins = false;
                    self.at += 1;
                }
            }
        }
        // Of several, the outer ones might be closed behind the inner one.
        self.brackets.last().map(|open| self.bracket(open))
    }

    /// Returns how many spaces a line begins with.
    fn indent(&self, line_start: usize) -> usize {
        self.bytes[line_start.min(self.bytes.len())..].iter().take_while(|byte| **byte == b' ').count()
    }

    fn ends_word(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_word(&mut self) {
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
    }

    fn bracket(&self, open: &Bracket) -> (usize, Opened) {
        (open.at, Opened::Bracket(char::from(self.bytes[open.at])))
    }

    /// Goes behind a quotation; returns it if it is not closed, or only by a mark that was to open another one.
    fn quotation(&mut self, mark: u8) -> Option<(usize, Opened)> {
        let open = self.at;
        let told = Some((open, Opened::Quotation(char::from(mark))));
        let mut at = open + 1;
        let end = loop {
            match self.bytes.get(at) {
                None => break None,
                Some(b'\\') if mark == b'"' => at += 2,
                Some(byte) if *byte == mark => {
                    if mark == b'\'' && self.bytes.get(at + 1) == Some(&mark) {
                        at += 2;
                    } else {
                        break Some(at + 1);
                    }
                }
                Some(_) => at += 1,
            }
        };
        let Some(end) = end else { return told };
        self.at = end;
        if open >= self.fault || !self.bytes[open..end].contains(&b'\n') {
            return None;
        }
        // Over several lines: does it look as if the author meant so?
        let inside = &self.source[open + 1..end - 1];
        let rest = self.source[end..].lines().next().unwrap_or("");
        let goes_on = !rest.is_empty() && !rest.starts_with([' ', '\t', '\r', ',', ']', '}', ':']);
        let is_entry = |line: &str| {
            let line = line.trim();
            let key = line.split_once(": ").map(|(key, _)| key).or_else(|| line.strip_suffix(':'));
            line.starts_with("- ") || key.is_some_and(|key| !key.is_empty() && !key.contains([' ', '"', '\'']))
        };
        (goes_on || inside.lines().skip(1).any(is_entry)).then_some(told?)
    }

    /// Returns a bracket that another kind of bracket would close, or one that is left open by how the lines are indented.
    fn closing(&mut self, byte: u8, line_start: usize, indent: usize) -> Option<(usize, Opened)> {
        let open = self.brackets.pop()?;
        let fits = matches!((self.bytes[open.at], byte), (b'[', b']') | (b'{', b'}'));
        let is_first = line_start + indent == self.at;
        let of_outer = || is_first && open.indent != indent && self.brackets.iter().any(|outer| outer.indent == indent);
        let own_line = self.bytes[open.at..self.at].contains(&b'\n');
        (!fits || (own_line && of_outer())).then(|| self.bracket(&open))
    }

    /// Returns the innermost open bracket if a line begins that cannot be within it: at or before the column of the key
    /// whose value it is, and not with the closing bracket.
    fn left_behind(&self, line_start: usize, indent: usize) -> Option<(usize, Opened)> {
        let first = *self.bytes.get(line_start + indent)?;
        if matches!(first, b'\n' | b'\r' | b'#' | b']' | b'}' | b',') {
            return None;
        }
        let outermost = self.brackets.first()?;
        if outermost.parent.is_some_and(|parent| indent <= parent) {
            return self.brackets.last().map(|open| self.bracket(open));
        }
        None
    }

    /// Goes behind a block of text; returns it if its first line of text is not indented, or something is behind the
    /// sign.
    fn block(&mut self, parent: Option<usize>) -> Option<(usize, Opened)> {
        let open = self.at;
        let sign = char::from(self.bytes[open]);
        self.skip_line();
        let header = self.source[open + 1..self.at].trim();
        let header = header.strip_prefix('#').map_or(header, |_| "");
        let signs = header.split(" #").next().unwrap_or("").trim();
        if !signs.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9')) {
            return (open < self.fault + header.len() + 1).then_some((open, Opened::BlockHeader(sign)));
        }
        let least = parent.map_or(0, |parent| parent + 1);
        let mut is_first = true;
        while self.at < self.bytes.len() {
            let line_start = self.at + 1;
            let indent = self.indent(line_start);
            let text = self.source.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
            if !text.trim().is_empty() {
                if indent < least {
                    let is_text = is_first && !text.trim_start().starts_with(['#', '-']) && !is_key(text);
                    self.at = line_start.min(self.bytes.len());
                    return is_text.then_some((open, Opened::Block(sign)));
                }
                is_first = false;
            }
            self.at = line_start.min(self.bytes.len());
            self.skip_line();
        }
        None
    }
}

/// Returns whether a line looks like a key of a mapping.
fn is_key(line: &str) -> bool {
    let line = line.trim();
    let key = line.split_once(": ").map(|(key, _)| key).or_else(|| line.strip_suffix(':'));
    key.is_some_and(|key| !key.trim_matches(['"', '\'']).contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows what is found as a line, a column, and the sign.
    #[track_caller]
    fn check(source: &str, expect: Option<(usize, usize, Opened)>) {
        let found = not_closed(source, source.len()).map(|(at, opened)| {
            let line = source[..at].matches('\n').count() + 1;
            (line, at - source[..at].rfind('\n').map_or(0, |newline| newline + 1) + 1, opened)
        });
        assert_eq!(found, expect, "{source}");
    }

    const QUOTED: Opened = Opened::Quotation('"');
    const SINGLE: Opened = Opened::Quotation('\'');
    const LIST: Opened = Opened::Bracket('[');
    const MAP: Opened = Opened::Bracket('{');

    #[test]
    fn quotations() {
        check("a:\n  name: \"buoy\nspec:\n  type: x\n", Some((2, 9, QUOTED)));
        check("a:\n  name: \"buoy\n  title: \"Bell\"\nspec: x\n", Some((2, 9, QUOTED)));
        check("a: 'it\nb: 'is'\n", Some((1, 4, SINGLE)));
        check("- \"a\n- \"b\"\n", Some((1, 3, QUOTED)));
        check("tags: [\"a, b]\nx: y\n", Some((1, 8, QUOTED)));
        check("{\"a\": \"b,\n \"c\": 1}\n", Some((1, 7, QUOTED)));
        check("a: !x &y \"b\n", Some((1, 10, QUOTED)));
        check("\"a: b\n", Some((1, 1, QUOTED)));
        check("a: \"one\n  two\"\nb: \"c\" # \"\nd: it's 5\" x\ne: 'it''s'\nf: \"\\\"\"\n", None);
        check("a: |\n  \"b\nc: >-\n  'd\n  [\ne: f [g\n", None);
    }

    #[test]
    fn brackets() {
        check("a:\n  tags: [brass, loud\nspec:\n  type: x\n", Some((2, 9, LIST)));
        check("a: [x, y\n", Some((1, 4, LIST)));
        check("a: {x: [1, 2}\n", Some((1, 8, LIST)));
        check("a: [{url: x, title: y]\n", Some((1, 5, MAP)));
        check("a:\n  - {x: 1\n  - {x: 2}\n", Some((2, 5, MAP)));
        check("{\n  \"a\": {\n    \"b\": 1,\n  \"c\": 2\n}\n", Some((2, 8, MAP)));
        check("[\n  1,\n  2\n", Some((1, 1, LIST)));
        check("a: [\n  x, # ]\n  y\n]\nb: {c: [d, \"]\"], e: f}\ng: h]\n", None);
    }

    #[test]
    fn blocks() {
        check("a:\n  text: |\n  not indented\nb: c\n", Some((2, 9, Opened::Block('|'))));
        check("a: >\nnot indented\n", Some((1, 4, Opened::Block('>'))));
        check("a: |text\n", Some((1, 4, Opened::BlockHeader('|'))));
        check("a: |-2 # why\n   x\n\nb: >+\nc: d\ne:\n  - |\n    x\n  - y: |\n      z\n", None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_asked_about(text in "[a \\n:\\-?,#|>&!\\[\\]{}\"'\\\\1ß]{0,40}", fault in 0_usize..40) {
            if let Some((at, _)) = not_closed(&text, fault) {
                proptest::prop_assert!(text.is_char_boundary(at) && at < text.len());
            }
        }
    }
}
