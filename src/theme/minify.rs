//! Scripts without what readers would load for nothing: comments, indentation, and white space between tokens.
//!
//! The build script runs this over the built-in scripts; `tests/browser/minify.test.mjs` compares the syntax trees of all of
//! them with those of their sources.

/// Words after which `/` begins a regular expression.
const BEFORE_VALUES: [&str; 14] = [
    "await",
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

/// Words whose parentheses hold no value: after them `/` begins a regular expression.
const BEFORE_CONDITIONS: [&str; 4] = ["for", "if", "while", "with"];

/// What was written last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A name, a number, a text, or what closes a value: `/` divides it.
    Value,
    Regex,
    /// Anything after which a value may come.
    Other,
}

/// Returns a script without comments and without the white space that it does not need.
///
/// Names stay, and so do all ends of lines that may end a statement. A comment that begins with a letter, such as
/// `/*kinds*/`, is the place for something, and stays too. After a block, `/` counts as division.
pub(super) fn minify(script: &str) -> String {
    let bytes = script.as_bytes();
    let mut out = String::with_capacity(script.len());
    let mut last = Last::Other;
    // For each open parenthesis, whether it holds the condition of a statement.
    let mut open: Vec<bool> = Vec::new();
    let mut word = "";
    let (mut is_apart, mut is_next_line) = (false, false);
    let mut at = 0;
    while at < bytes.len() {
        let end = token(script, at, last);
        let text = &script[at..end];
        let is_mark = text.starts_with("/*") && text.as_bytes()[2].is_ascii_alphabetic();
        at = end;
        if text.trim().is_empty() || text.starts_with("//") || (text.starts_with("/*") && !is_mark) {
            is_apart = true;
            is_next_line |= text.contains('\n');
            continue;
        }
        separate(&mut out, last, text, is_apart, is_next_line);
        (is_apart, is_next_line) = (false, false);
        out.push_str(text);
        let before = std::mem::take(&mut word);
        last = match text.as_bytes()[0] {
            b'(' => {
                open.push(BEFORE_CONDITIONS.contains(&before));
                Last::Other
            }
            b')' if open.pop().unwrap_or_default() => Last::Other,
            b')' | b']' | b'}' | b'"' | b'\'' | b'`' => Last::Value,
            b'/' if text.len() > 1 && !is_mark => Last::Regex,
            b'+' | b'-' if out.ends_with("++") || out.ends_with("--") => Last::Value,
            first if is_word(first) => {
                word = text;
                // What follows a dot is a name, whatever it is.
                let is_name = out[..out.len() - text.len()].ends_with('.') || !BEFORE_VALUES.contains(&text);
                if is_name { Last::Value } else { Last::Other }
            }
            _ => Last::Other,
        };
    }
    out.push('\n');
    out
}

/// Writes what must stand between the script so far and the next token.
fn separate(out: &mut String, last: Last, next: &str, is_apart: bool, is_next_line: bool) {
    let (Some(&before), first) = (out.as_bytes().last(), next.as_bytes()[0]) else { return };
    let goes_on = b"{([,;:?=&|>".contains(&before) || b"})].,:?&|".contains(&first);
    if is_next_line && !goes_on {
        out.push('\n');
        return;
    }
    if before == b',' && matches!(first, b')' | b'}' | b']') && !out.ends_with(",,") && !out.ends_with("[,") {
        out.pop();
        return;
    }
    let would_join = (is_word(before) || last == Last::Regex) && is_word(first)
        || before == first && b"+-/".contains(&first)
        || before.is_ascii_digit() && first == b'.';
    if is_apart && would_join {
        out.push(' ');
    }
}

/// Returns the end of the token at a place: white space, comments, texts and words as a whole, all else by character.
fn token(script: &str, at: usize, last: Last) -> usize {
    let bytes = script.as_bytes();
    let rest = &script[at..];
    let until = |mark: &str| rest[2..].find(mark).map(|end| at + 2 + end);
    let run = |is_in: fn(u8) -> bool| at + rest.bytes().take_while(|byte| is_in(*byte)).count();
    match bytes[at] {
        byte if byte.is_ascii_whitespace() => run(|byte| byte.is_ascii_whitespace()),
        byte if is_word(byte) => run(is_word),
        quote @ (b'"' | b'\'') => text(bytes, at, quote),
        b'`' => template(script, at),
        b'/' if rest.starts_with("//") => until("\n").unwrap_or(bytes.len()),
        b'/' if rest.starts_with("/*") => until("*/").map_or(bytes.len(), |end| end + 2),
        b'/' if last == Last::Other => regex(bytes, at),
        _ => at + 1,
    }
}

/// Returns the end of a text in quotes.
fn text(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Returns the end of a regular expression, without its flags.
fn regex(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    let mut is_in_class = false;
    while at < bytes.len() && (is_in_class || bytes[at] != b'/') {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => is_in_class = true,
            b']' => is_in_class = false,
            _ => {}
        }
        at += 1;
    }
    (at + 1).min(bytes.len())
}

/// Returns the end of a template literal. The code in it stays as it is, white space and all.
fn template(script: &str, start: usize) -> usize {
    let bytes = script.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'`' {
        if bytes[at..].starts_with(b"${") {
            at = code(script, at + 2);
        } else {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
    }
    (at + 1).min(bytes.len())
}

/// Returns what follows the brace that ends the code in a template literal.
fn code(script: &str, start: usize) -> usize {
    let bytes = script.as_bytes();
    let (mut at, mut depth, mut last) = (start, 0, Last::Other);
    while at < bytes.len() {
        let end = token(script, at, last);
        match bytes[at] {
            b'{' => depth += 1,
            b'}' if depth == 0 => return end,
            b'}' => depth -= 1,
            _ => {}
        }
        let text = &script[at..end];
        if !text.trim().is_empty() && !text.starts_with("//") && !text.starts_with("/*") {
            let is_value = is_word(bytes[at]) && !BEFORE_VALUES.contains(&text) || b")]}\"'`/".contains(&bytes[at]);
            last = if is_value && text != "/" { Last::Value } else { Last::Other };
        }
        at = end;
    }
    at
}

/// Returns whether a byte may belong to a name, a keyword or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$#\\".contains(&byte) || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &str) {
        assert_eq!(minify(script), format!("{expected}\n"));
    }

    #[test]
    fn comments_and_white_space_go() {
        check("// One.\nconst a = 1; // two\n\n/** Three.\n * four */\n  f(a, /* five */ b);\n", "const a=1;f(a,b);");
        check("return /* a */ b\nlet/* c */d", "return b\nlet d");
        check("if (a) return;\nelse delete b.c;", "if(a)return;else delete b.c;");
    }

    #[test]
    fn ends_of_lines_that_may_end_a_statement_stay() {
        check("let a = b\n(c)\n++d\ne\n/f/g", "let a=b\n(c)\n++d\ne\n/f/g");
        check("const f = () => {\n  g();\n}\n\nh()\n  .i()\n  ?.j;", "const f=()=>{g();}\nh().i()?.j;");
        check("a /*\n*/ b", "a\nb");
    }

    #[test]
    fn tokens_do_not_join() {
        check("a + +b - -c + ++d", "a+ +b- -c+ ++d");
        check("/a/ in b; /c/g instanceof d; e / /f/.g", "/a/ in b;/c/g instanceof d;e/ /f/.g");
        check("1 .b; x?.y ?? z; w ??= v; get #u() {}", "1 .b;x?.y??z;w??=v;get #u(){}");
        check("ß ü", "ß ü");
    }

    #[test]
    fn commas_at_ends_go() {
        check("f(\n  a,\n  [b, c,],\n  { d, },\n)", "f(a,[b,c],{d})");
        check("[,]; [a,,]; ','", "[,];[a,,];','");
    }

    #[test]
    fn texts_stay() {
        check("'a  // b' + \"it's  \\\"  \" + 'c  \\\\'  + d", "'a  // b'+\"it's  \\\"  \"+'c  \\\\'+d");
        check("`a  ${ b ? `  ${ '}' }  ` : {} }\n  // c`  ;", "`a  ${ b ? `  ${ '}' }  ` : {} }\n  // c`;");
        check("`${ a.match(/[`}/] /) }  ${ b / c } \\`  ` + d", "`${ a.match(/[`}/] /) }  ${ b / c } \\`  `+d");
    }

    #[test]
    fn regular_expressions_stay() {
        check("return /a  '/ .b", "return/a  '/.b");
        check("x = /[/  \"]\\/  /g ;", "x=/[/  \"]\\/  /g;");
        check("if (a) /b  `/.c(); (d) / e / f; g[0] / h / i", "if(a)/b  `/.c();(d)/e/f;g[0]/h/i");
        check("a++ / b / c; a.in / d / e", "a++/b/c;a.in/d/e");
        check("[1, /'  /]", "[1,/'  /]");
    }

    #[test]
    fn places_for_something_stay() {
        check("new Set([\n  /*kinds*/\n]); /* no place */", "new Set([/*kinds*/]);");
    }
}
