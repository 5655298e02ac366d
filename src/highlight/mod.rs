//! Code as HTML: a text and the name of its language become escaped text with `<span class="…">` around what matters.
//!
//! Owns the languages, the classes and the limits. Knows nothing of Markdown or pages.
//!
//! A class says what a piece of code is; the theme decides how that looks:
//!
//! | class | what | class | what |
//! |---|---|---|---|
//! | `c` | comment | `k` | keyword, storage, modifier |
//! | `s` | string, character, regular expression | `o` | operator |
//! | `n` | number | `b` | constant or built-in: `true`, `null`, escape, `len` |
//! | `f` | function, macro, command | `g` | tag of a markup language |
//! | `t` | type, class, namespace | `a` | attribute of a tag, annotation, decorator |
//! | `p` | property, key of a mapping | `h` | heading, section |
//! | `v` | variable, parameter, placeholder | `m` | markup: bold, italic, quote, link |
//! | `d` | deleted line of a diff | `i` | inserted line of a diff |
//! | `e` | error, illegal | | |
//!
//! Invariants: the text of the result is exactly the code; every span ends on the line it starts on, so the result can
//! be split at line ends; nothing fails, what cannot be highlighted is escaped.

mod scan;
mod scopes;

use std::sync::LazyLock;

use syntect::parsing::{ParseState, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

use crate::html::push_text;
use scopes::{Class, Painter};

/// Longer code is escaped and no more, in bytes.
const MAX_CODE: usize = 512 << 10;

/// Code with a longer line is escaped and no more, in bytes.
const MAX_LINE: usize = 20 << 10;

/// How much work one block may make, in squares of line lengths; lines beyond are escaped and no more. Some syntaxes
/// need time in the square of a line's length: 20 kB of `[` as Markdown take ten seconds.
const MAX_WORK: usize = 10 << 23;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// The names that the syntaxes know, one a line in lower case.
const NAMES: &str = include_str!("names.txt");

/// Names that authors use and the syntaxes do not know.
const ALIASES: &[(&str, &str)] = &[
    ("apacheconf", "Apache Conf"),
    ("asciidoc", "AsciiDoc"),
    ("bat", "Batch File"),
    ("c#", "C#"),
    ("c++", "C++"),
    ("cfg", "INI"),
    ("conf", "INI"),
    ("csharp", "C#"),
    ("docker", "Dockerfile"),
    ("dockerfile", "Dockerfile"),
    ("dosini", "INI"),
    ("dotenv", "DotENV"),
    ("editorconfig", "INI"),
    ("elisp", "Lisp"),
    ("env", "DotENV"),
    ("golang", "Go"),
    ("gql", "GraphQL"),
    ("hcl", "Terraform"),
    ("http", "HTTP Request and Response"),
    ("ini", "INI"),
    ("javascript", "JavaScript (Babel)"),
    ("js", "JavaScript (Babel)"),
    ("json5", "JSON"),
    ("jsonc", "JSON"),
    ("jsonl", "JSON"),
    ("jsonld", "JSON"),
    ("jsonnet", "jsonnet"),
    ("jsx", "JavaScript (Babel)"),
    ("k8s", "YAML"),
    ("kt", "Kotlin"),
    ("make", "Makefile"),
    ("md", "Markdown"),
    ("mjs", "JavaScript (Babel)"),
    ("node", "JavaScript (Babel)"),
    ("objc", "Objective-C"),
    ("patch", "Diff"),
    ("pgsql", "SQL"),
    ("plpgsql", "SQL"),
    ("posh", "PowerShell"),
    ("postgres", "SQL"),
    ("postgresql", "SQL"),
    ("properties", "Java Properties"),
    ("proto3", "Protocol Buffer"),
    ("protobuf", "Protocol Buffer"),
    ("ps", "PowerShell"),
    ("ps1", "PowerShell"),
    ("pwsh", "PowerShell"),
    ("py3", "Python"),
    ("python3", "Python"),
    ("rb", "Ruby"),
    ("rs", "Rust"),
    ("sdl", "GraphQL"),
    ("sh", "Bourne Again Shell (bash)"),
    ("shell", "Bourne Again Shell (bash)"),
    ("svg", "XML"),
    ("systemd", "INI"),
    ("terraform", "Terraform"),
    ("tf", "Terraform"),
    ("ts", "TypeScript"),
    ("vue-html", "HTML"),
    ("xsd", "XML"),
    ("yml", "YAML"),
    ("zsh", "Bourne Again Shell (bash)"),
];

/// Names of sessions: lines that start with a prompt are commands, the rest is what they answered.
const SESSIONS: &[&str] = &["console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal"];

/// Names that ask for no highlighting.
const PLAIN: &[&str] = &["", "text", "txt", "plain", "plaintext", "none", "nohighlight", "output", "log"];

/// Returns `code` as HTML, highlighted if its `language` is known: a name, an alias or a file name extension, in any
/// case.
///
/// ```
/// let html = playbill::highlight::to_html("ok: true # yes\n", "yaml");
/// assert_eq!(html, "<span class=\"p\">ok</span>: <span class=\"b\">true</span> <span class=\"c\"># yes</span>\n");
/// ```
#[must_use]
pub fn to_html(code: &str, language: &str) -> String {
    let mut out = String::with_capacity(code.len() * 2);
    if code.len() > MAX_CODE || LinesWithEndings::from(code).any(|line| line.len() > MAX_LINE) {
        push_text(&mut out, code);
        return out;
    }
    let name = language.trim().to_ascii_lowercase();
    if SESSIONS.contains(&&*name) {
        session(&mut out, code);
    } else if let Some(scanner) = scan::scanner(&name) {
        scanner.paint(&mut out, code);
    } else if let Some(syntax) = syntax(&name) {
        let start = out.len();
        if paint(&mut out, code, syntax).is_none() {
            out.truncate(start);
            push_text(&mut out, code);
        }
    } else {
        push_text(&mut out, code);
    }
    out
}

/// Returns whether code in this language is highlighted.
#[must_use]
pub fn is_known(language: &str) -> bool {
    let name = language.trim().to_ascii_lowercase();
    SESSIONS.contains(&&*name) || scan::scanner(&name).is_some() || syntax(&name).is_some()
}

/// Returns the language of a file by its name or its extension, for [`to_html`]; empty if there is none.
#[must_use]
pub fn language_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    if is_known(name) {
        return name;
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension,
        _ => "",
    }
}

fn syntax(name: &str) -> Option<&'static SyntaxReference> {
    if PLAIN.contains(&name) {
        return None;
    }
    if let Ok(at) = ALIASES.binary_search_by_key(&name, |(alias, _)| alias)
        && let Some(syntax) = SYNTAXES.find_syntax_by_name(ALIASES[at].1)
    {
        return Some(syntax);
    }
    // To unpack the syntaxes takes longer than to read a small site, and many names are nobody's.
    if !NAMES.lines().any(|known| known == name) {
        return None;
    }
    SYNTAXES.find_syntax_by_token(name)
}

/// Paints `code` line by line; gives up when the syntax itself fails.
fn paint(out: &mut String, code: &str, syntax: &SyntaxReference) -> Option<()> {
    let mut state = ParseState::new(syntax);
    let mut painter = Painter::new();
    let mut work = 0;
    for line in LinesWithEndings::from(code) {
        work += line.len() * line.len();
        if work > MAX_WORK {
            push_text(out, line);
            continue;
        }
        let operations = state.parse_line(line, &SYNTAXES).ok()?;
        painter.line(out, line, &operations);
    }
    Some(())
}

/// Paints the commands of a session and leaves the answers alone.
fn session(out: &mut String, code: &str) {
    for line in LinesWithEndings::from(code) {
        let trimmed = line.trim_start();
        let prompt = ["$ ", "# ", "% ", "> ", "❯ "].into_iter().find(|prompt| trimmed.starts_with(prompt));
        let Some(prompt) = prompt else {
            push_text(out, line);
            continue;
        };
        let command = line.len() - trimmed.len() + prompt.len();
        scopes::span(out, Class::Operator, line[..command].trim_end());
        out.push(' ');
        scan::Scanner::Shell.paint(out, &line[command..]);
    }
}

#[cfg(test)]
mod tests;
