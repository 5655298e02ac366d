//! From a text to tags and what is between them: delimiters, comments, raw blocks, control of white space.

use super::Options;
use super::failure::Failure;
use super::units::is_space;

/// A part of a text.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Text as it is, and where it starts.
    Text(String, usize),
    /// The inside of `${{ … }}`.
    Variable(Tag),
    /// The inside of `{% … %}`.
    Block(Tag),
}

/// The inside of a tag, as bytes of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    /// Where the tag starts.
    pub(super) at: usize,
    /// Where its content starts.
    pub(super) start: usize,
    /// Where its content ends.
    pub(super) end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Variable,
    Block,
    Comment,
}

/// Returns whether the character is white space within tags.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{a0}')
}

/// The next place of a delimiter; searched once, not again from each tag.
struct Next<'a> {
    needle: &'a str,
    found: Option<Option<usize>>,
}

impl<'a> Next<'a> {
    fn new(needle: &'a str) -> Self {
        Self { needle, found: None }
    }

    fn from(&mut self, source: &str, from: usize) -> Option<usize> {
        match self.found {
            Some(None) => None,
            Some(Some(at)) if at >= from => Some(at),
            _ => {
                let at = source[from..].find(self.needle).map(|at| at + from);
                self.found = Some(at);
                at
            }
        }
    }
}

/// Divides a text.
pub(super) fn scan(source: &str, options: Options) -> Result<Vec<Part>, Failure> {
    let mut scanner =
        Scanner { source, at: 0, line_has_content: false, pending: String::new(), pending_at: 0, parts: Vec::new() };
    let variable = if options.cookiecutter { "{{" } else { "${{" };
    let mut openings = [
        (Opening::Variable, Next::new(variable)),
        (Opening::Block, Next::new("{%")),
        (Opening::Comment, Next::new("{#")),
    ];
    let mut stray = Next::new("#}");
    while scanner.at < source.len() {
        let start = scanner.at;
        let opening = openings
            .iter_mut()
            .filter_map(|(kind, next)| Some((next.from(source, start)?, *kind, next.needle)))
            .min_by_key(|(at, ..)| *at);
        if let Some(end) = stray.from(source, start)
            && opening.is_none_or(|(at, ..)| end < at)
        {
            return Err(Failure::syntax(end, "`#}` ends a comment that was never opened"));
        }
        let Some((tag, kind, delimiter)) = opening else {
            scanner.text(source.len());
            break;
        };
        scanner.text(tag);
        if kind == Opening::Block && options.lstrip_blocks && !scanner.line_has_content {
            scanner.strip_indent();
        }
        let trims_left = source[tag + delimiter.len()..].starts_with('-');
        if trims_left {
            let length = scanner.pending.trim_end_matches(is_space).len();
            scanner.pending.truncate(length);
        }
        scanner.flush();
        scanner.advance(tag + delimiter.len() + usize::from(trims_left));
        scanner.tag(tag, kind, options)?;
    }
    scanner.flush();
    Ok(scanner.parts)
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    /// Whether something other than white space is before `at` on its line.
    line_has_content: bool,
    pending: String,
    pending_at: usize,
    parts: Vec<Part>,
}

impl Scanner<'_> {
    fn advance(&mut self, to: usize) {
        let passed = &self.source[self.at..to];
        let line = match passed.rfind('\n') {
            Some(newline) => {
                self.line_has_content = false;
                &passed[newline + 1..]
            }
            None => passed,
        };
        self.line_has_content |= line.contains(|character| !is_space(character));
        self.at = to;
    }

    fn text(&mut self, to: usize) {
        if self.pending.is_empty() {
            self.pending_at = self.at;
        }
        self.pending.push_str(&self.source[self.at..to]);
        self.advance(to);
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.pending), self.pending_at));
        }
    }

    /// Takes away what is on the last line, which is only white space.
    fn strip_indent(&mut self) {
        let line = self.pending.rfind('\n').map_or(0, |newline| newline + 1);
        if self.pending[line..].chars().all(is_space) {
            self.pending.truncate(line);
        }
    }

    fn skip_space(&mut self) {
        let rest = &self.source[self.at..];
        let end = self.source.len() - rest.trim_start_matches(is_space).len();
        self.advance(end);
    }

    fn skip_newline(&mut self) {
        let rest = &self.source[self.at..];
        let length = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        self.advance(self.at + length);
    }

    /// Reads a tag from behind its opening.
    fn tag(&mut self, tag: usize, kind: Opening, options: Options) -> Result<(), Failure> {
        let source = self.source;
        let start = self.at;
        let (close, name) = match kind {
            Opening::Variable => ("}}", if options.cookiecutter { "`{{`" } else { "`${{`" }),
            Opening::Block => ("%}", "`{%`"),
            Opening::Comment => ("#}", "`{#`"),
        };
        let end = match kind {
            Opening::Comment => source[start..].find(close).map(|at| at + start),
            _ => find_terminator(source, start, close)?,
        };
        let Some(end) = end else {
            return Err(Failure::syntax(tag, format!("{name} is never closed by `{close}`")));
        };
        let trims_right = source[..end].ends_with('-');
        let content_end = if trims_right { (end - 1).max(start) } else { end };
        self.advance(end + close.len());
        if kind != Opening::Comment {
            let content = &source[start..content_end];
            let start = content_end - content.trim_start_matches(is_blank).len();
            let content = &source[start..content_end];
            let content_end =
                if kind == Opening::Block { start + content.trim_end_matches(is_blank).len() } else { content_end };
            let part = Tag { at: tag, start, end: content_end };
            if kind == Opening::Variable {
                self.parts.push(Part::Variable(part));
            } else {
                let content = &source[start..content_end];
                let name = tag_name(content);
                if matches!(name, "raw" | "verbatim") {
                    if content.len() > name.len() {
                        return Err(Failure::syntax(tag, format!("`{name}` takes nothing behind its name")));
                    }
                    return self.raw(tag, name, trims_right, options);
                }
                self.parts.push(Part::Block(part));
            }
        }
        if trims_right {
            self.skip_space();
        } else if kind == Opening::Block && options.trim_blocks {
            self.skip_newline();
        }
        Ok(())
    }

    /// Takes everything up to the end of a raw block as text.
    fn raw(&mut self, tag: usize, name: &str, trims_right: bool, options: Options) -> Result<(), Failure> {
        if options.trim_blocks {
            self.skip_newline();
        }
        let Some((start, end)) = find_raw_end(self.source, self.at, name) else {
            return Err(Failure::syntax(tag, format!("`{name}` is never closed by `{{% end{name} %}}`")));
        };
        if self.source[start..end].contains('\n') {
            return Err(Failure::syntax(start, format!("`end{name}` must stand on one line with its delimiters")));
        }
        self.text(start);
        self.advance(end);
        if trims_right {
            self.skip_space();
        }
        Ok(())
    }
}

/// Returns the name at the start of a tag.
pub(super) fn tag_name(content: &str) -> &str {
    identifier(content, 0, false).map_or("", |end| &content[..end])
}

/// Finds the tag that ends a raw block; such blocks nest.
fn find_raw_end(source: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let mut depth = 1;
    let mut at = from;
    loop {
        let start = at + source[at..].find("{%")?;
        at = start + 2;
        let rest = source[at..].trim_start_matches(is_space);
        let (closes, rest) = match rest.strip_prefix("end") {
            Some(end) if end.starts_with(name) => (true, &end[name.len()..]),
            _ if rest.starts_with(name) => (false, &rest[name.len()..]),
            _ => continue,
        };
        let rest = rest.trim_start_matches(is_space);
        if !rest.starts_with("%}") {
            continue;
        }
        at = source.len() - rest.len() + 2;
        depth = if closes { depth - 1 } else { depth + 1 };
        if depth == 0 {
            return Some((start, at));
        }
    }
}

/// Returns where a name that starts at `start` ends. A property may begin with digits.
pub(super) fn identifier(source: &str, start: usize, digits_first: bool) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = start;
    while digits_first && bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return None;
    }
    while bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        at += 1;
    }
    Some(at)
}

/// Finds what closes a tag, outside of quoted texts and regular expressions.
pub(super) fn find_terminator(source: &str, start: usize, terminator: &str) -> Result<Option<usize>, Failure> {
    let mut at = start;
    while at < source.len() {
        match skip_token(source, at)? {
            Some(end) => at = end,
            None if source[at..].starts_with(terminator) => return Ok(Some(at)),
            None => at += character_length(source, at),
        }
    }
    Ok(None)
}

fn character_length(source: &str, at: usize) -> usize {
    source[at..].chars().next().map_or(1, char::len_utf8)
}

/// Returns the end of a quoted text, a name, a number or a regular expression that starts here.
fn skip_token(source: &str, at: usize) -> Result<Option<usize>, Failure> {
    let bytes = source.as_bytes();
    if matches!(bytes[at], b'"' | b'\'') {
        let mut end = at + 1;
        while end < bytes.len() {
            match bytes[end] {
                b'\\' => end += 1,
                byte if byte == bytes[at] => return Ok(Some(end + 1)),
                _ => {}
            }
            end += 1;
        }
        return Ok(Some(bytes.len()));
    }
    if let Some(end) = identifier(source, at, true) {
        if &source[at..end] == "r" && bytes.get(end) == Some(&b'/') {
            return Ok(Some(regex(source, at)?.2));
        }
        return Ok(Some(end));
    }
    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    Ok((digits > 0).then_some(at + digits))
}

/// Reads `r/…/flags`: the pattern, the flags and where it ends.
pub(super) fn regex(source: &str, start: usize) -> Result<(String, String, usize), Failure> {
    let bytes = source.as_bytes();
    let mut at = start + 2;
    let mut backslashes = 0;
    let close = loop {
        match bytes.get(at) {
            None => return Err(Failure::syntax(start, "the regular expression is never closed by `/`")),
            Some(b'\\') => backslashes += 1,
            Some(b'/') if backslashes == 0 => break at,
            Some(b'/') if backslashes % 2 == 0 => {
                return Err(Failure::syntax(start, "it is not clear whether this `/` ends the regular expression"));
            }
            _ => backslashes = 0,
        }
        if at - start > 16 * 1024 {
            return Err(Failure::syntax(start, "the regular expression is longer than 16,384 characters"));
        }
        at += 1;
    };
    let mut end = close + 1;
    let mut flags = String::new();
    while let Some(flag @ (b'g' | b'i' | b'm' | b'y')) = bytes.get(end) {
        if flags.contains(char::from(*flag)) {
            return Err(Failure::syntax(start, format!("the flag `{}` stands twice", char::from(*flag))));
        }
        flags.push(char::from(*flag));
        end += 1;
    }
    if let Some(flag) = bytes.get(end).filter(|byte| byte.is_ascii_alphabetic()) {
        return Err(Failure::syntax(
            start,
            format!("there is no flag `{}`; there are g, i, m and y", char::from(*flag)),
        ));
    }
    Ok((source[start + 2..close].to_owned(), flags, end))
}

/// Finds a character outside of brackets, quoted texts and regular expressions.
pub(super) fn find_top_level(source: &str, from: usize, to: usize, wanted: u8) -> Result<Option<usize>, Failure> {
    let source = &source[..to];
    let mut depth = 0;
    let mut at = from;
    while at < to {
        if let Some(end) = skip_token(source, at)? {
            at = end;
            continue;
        }
        match source.as_bytes()[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            byte if depth == 0 && byte == wanted => return Ok(Some(at)),
            _ => {}
        }
        at += character_length(source, at);
    }
    Ok(None)
}

/// Finds a word that is alone outside of brackets: where it starts and where it ends.
pub(super) fn find_word(source: &str, from: usize, to: usize, word: &str) -> Result<Option<(usize, usize)>, Failure> {
    let source = &source[..to];
    let mut depth = 0;
    let mut at = from;
    while at < to {
        if let Some(end) = identifier(source, at, true)
            && &source[at..end] == word
            && depth == 0
            && source[from..at].chars().next_back().is_none_or(is_blank)
            && source[end..].chars().next().is_none_or(is_blank)
        {
            return Ok(Some((at, end)));
        }
        if let Some(end) = skip_token(source, at)? {
            at = end;
            continue;
        }
        match source.as_bytes()[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += character_length(source, at);
    }
    Ok(None)
}

/// Finds the bracket that closes the one at `start`.
pub(super) fn find_matching(source: &str, start: usize, to: usize) -> Result<Option<usize>, Failure> {
    let source = &source[..to];
    let mut open = Vec::new();
    let mut at = start;
    while at < to {
        if let Some(end) = skip_token(source, at)? {
            at = end;
            continue;
        }
        match source.as_bytes()[at] {
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            byte @ (b')' | b']' | b'}') if open.last() == Some(&byte) => {
                open.pop();
                if open.is_empty() {
                    return Ok(Some(at));
                }
            }
            _ => {}
        }
        at += character_length(source, at);
    }
    Ok(None)
}
