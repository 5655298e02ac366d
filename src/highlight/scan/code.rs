//! Programming languages that look alike: words, texts, numbers, comments. One engine, one table row a language.

use super::{Pen, is_word, quoted};
use crate::highlight::scopes::Class;

/// The features of a language.
pub(in crate::highlight) struct Language {
    pub(super) names: &'static [&'static str],
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    quotes: &'static [Quote],
    /// Characters that may precede the quote of a string, such as `r` or `b`.
    prefixes: &'static [&'static str],
    keywords: &'static [&'static str],
    constants: &'static [&'static str],
    types: &'static [&'static str],
    traits: Traits,
}

/// How texts begin and end.
struct Quote {
    mark: &'static str,
    escapes: bool,
    multiline: bool,
    /// Whether `${…}` in it is code.
    holes: bool,
}

/// Habits of languages.
#[derive(Clone, Copy)]
struct Traits {
    /// `@name` is an annotation.
    annotations: bool,
    /// A word that begins with a capital is a type.
    capital_types: bool,
    /// A word before `:` is a key.
    keys: bool,
    /// `#include` and the like.
    directives: bool,
    /// Keywords in any case.
    any_case: bool,
    /// Values only: words mean nothing, and a text before `:` is a key.
    data: bool,
    /// Tags between other code.
    markup: bool,
    /// As in Rust: lifetimes, `#[…]`, `name!`, texts as `r#"…"#`.
    rust: bool,
    /// As in PowerShell: `$name` is a variable, `Get-Item` a command, and `-Name` a parameter.
    shell: bool,
}

const PLAIN: Traits = Traits {
    annotations: false,
    capital_types: false,
    keys: false,
    directives: false,
    any_case: false,
    data: false,
    markup: false,
    rust: false,
    shell: false,
};

const DOUBLE: Quote = Quote { mark: "\"", escapes: true, multiline: false, holes: false };
const SINGLE: Quote = Quote { mark: "'", escapes: true, multiline: false, holes: false };
const TEMPLATE: Quote = Quote { mark: "`", escapes: true, multiline: true, holes: true };
const RAW: Quote = Quote { mark: "`", escapes: false, multiline: true, holes: false };
const RUST_TEXT: Quote = Quote { mark: "\"", escapes: true, multiline: true, holes: false };
const THREE_DOUBLE: Quote = Quote { mark: "\"\"\"", escapes: true, multiline: true, holes: false };
const THREE_SINGLE: Quote = Quote { mark: "'''", escapes: true, multiline: true, holes: false };
/// As [`DOUBLE`] and [`SINGLE`], where `\` is an ordinary character.
const BARE_DOUBLE: Quote = Quote { mark: "\"", escapes: false, multiline: true, holes: false };
const BARE_SINGLE: Quote = Quote { mark: "'", escapes: false, multiline: true, holes: false };
const SQL_TEXT: Quote = Quote { mark: "'", escapes: false, multiline: true, holes: false };

const C_LINE: &[&str] = &["//"];
const C_BLOCK: Option<(&str, &str)> = Some(("/*", "*/"));

#[rustfmt::skip]
pub(super) const LANGUAGES: &[Language] = &[
    Language {
        names: &["json", "jsonc", "json5", "jsonl", "jsonld", "geojson"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE],
        prefixes: &[],
        keywords: &[],
        constants: &["true", "false", "null"],
        types: &[],
        traits: Traits { data: true, ..PLAIN },
    },
    Language {
        names: &["js", "javascript", "mjs", "cjs", "node", "jsx", "ts", "typescript", "tsx"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE, TEMPLATE],
        prefixes: &[],
        keywords: &[
            "abstract", "as", "async", "await", "break", "case", "catch", "class", "const", "continue", "debugger",
            "declare", "default", "delete", "do", "else", "enum", "export", "extends", "finally", "for", "from",
            "function", "get", "if", "implements", "import", "in", "instanceof", "interface", "is", "keyof", "let",
            "namespace", "new", "of", "private", "protected", "public", "readonly", "return", "satisfies", "set",
            "static", "switch", "throw", "try", "type", "typeof", "var", "void", "while", "with", "yield",
        ],
        constants: &["true", "false", "null", "undefined", "NaN", "Infinity", "this", "super", "console", "process"],
        types: &["any", "bigint", "boolean", "never", "number", "object", "string", "symbol", "unknown"],
        traits: Traits { annotations: true, capital_types: true, keys: true, markup: true, ..PLAIN },
    },
    Language {
        names: &["py", "python", "py3", "python3"],
        line_comments: &["#"],
        block_comment: None,
        quotes: &[THREE_DOUBLE, THREE_SINGLE, DOUBLE, SINGLE],
        prefixes: &["r", "b", "f", "u", "rb", "br", "fr", "rf", "R", "B", "F", "U"],
        keywords: &[
            "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def", "del", "elif",
            "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
            "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        ],
        constants: &["True", "False", "None", "self", "cls", "Ellipsis", "NotImplemented", "__name__", "__file__"],
        types: &[
            "bool", "bytes", "bytearray", "complex", "dict", "float", "frozenset", "int", "list", "object", "set",
            "str", "tuple", "type",
        ],
        traits: Traits { annotations: true, capital_types: true, ..PLAIN },
    },
    Language {
        names: &["java", "kotlin", "kt", "kts", "groovy", "gradle", "scala"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[THREE_DOUBLE, THREE_SINGLE, DOUBLE, SINGLE],
        prefixes: &["s", "f", "raw"],
        keywords: &[
            "abstract", "as", "assert", "break", "by", "case", "catch", "class", "companion", "const", "continue",
            "data", "def", "default", "do", "else", "enum", "export", "extends", "final", "finally", "for", "fun",
            "given", "if", "implements", "implicit", "import", "in", "init", "inline", "instanceof", "interface",
            "internal", "is", "lateinit", "lazy", "match", "native", "new", "object", "open", "operator", "override",
            "package", "permits", "private", "protected", "public", "record", "return", "sealed", "static", "suspend",
            "switch", "synchronized", "throw", "throws", "trait", "transient", "try", "type", "val", "var", "volatile",
            "when", "where", "while", "with", "yield",
        ],
        constants: &["true", "false", "null", "this", "super", "it"],
        types: &["boolean", "byte", "char", "double", "float", "int", "long", "short", "void"],
        traits: Traits { annotations: true, capital_types: true, ..PLAIN },
    },
    Language {
        names: &["go", "golang"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE, RAW],
        prefixes: &[],
        keywords: &[
            "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go",
            "goto", "if", "import", "interface", "map", "package", "range", "return", "select", "struct", "switch",
            "type", "var",
        ],
        constants: &["true", "false", "nil", "iota"],
        types: &[
            "any", "bool", "byte", "complex128", "complex64", "error", "float32", "float64", "int", "int16", "int32",
            "int64", "int8", "rune", "string", "uint", "uint16", "uint32", "uint64", "uint8", "uintptr",
        ],
        traits: PLAIN,
    },
    Language {
        names: &["rust", "rs"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[RUST_TEXT, SINGLE],
        prefixes: &["b", "c"],
        keywords: &[
            "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "fn", "for",
            "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
            "super", "trait", "type", "union", "unsafe", "use", "where", "while", "yield",
        ],
        constants: &["true", "false", "self", "None", "Some", "Ok", "Err"],
        types: &[
            "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64",
            "u128", "usize",
        ],
        traits: Traits { capital_types: true, rust: true, ..PLAIN },
    },
    Language {
        names: &["c", "h", "cpp", "c++", "cc", "cxx", "hpp", "csharp", "cs", "c#"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[THREE_DOUBLE, DOUBLE, SINGLE],
        prefixes: &["L", "u8", "u", "U", "R", "$", "@"],
        keywords: &[
            "abstract", "as", "async", "auto", "await", "base", "break", "case", "catch", "class", "concept", "const",
            "constexpr", "continue", "co_await", "co_return", "co_yield", "default", "delegate", "delete", "do",
            "else", "enum", "event", "explicit", "extern", "final", "finally", "fixed", "for", "foreach", "friend",
            "get", "goto", "if", "implicit", "in", "init", "inline", "interface", "internal", "is", "lock", "mutable",
            "namespace", "new", "noexcept", "operator", "out", "override", "params", "partial", "private", "protected",
            "public", "readonly", "record", "ref", "register", "requires", "return", "sealed", "set", "sizeof",
            "stackalloc", "static", "static_cast", "struct", "switch", "template", "throw", "try", "typedef",
            "typename", "typeof", "union", "unsafe", "using", "virtual", "volatile", "where", "while", "yield",
        ],
        constants: &["true", "false", "null", "nullptr", "NULL", "this", "std", "value"],
        types: &[
            "bool", "byte", "char", "decimal", "double", "dynamic", "float", "int", "int16_t", "int32_t", "int64_t",
            "int8_t", "long", "object", "sbyte", "short", "signed", "size_t", "string", "uint", "uint16_t", "uint32_t",
            "uint64_t", "uint8_t", "ulong", "unsigned", "ushort", "var", "void",
        ],
        traits: Traits { capital_types: true, directives: true, ..PLAIN },
    },
    Language {
        names: &["sql", "mysql", "pgsql", "plpgsql", "postgres", "postgresql", "sqlite"],
        line_comments: &["--"],
        block_comment: C_BLOCK,
        quotes: &[SQL_TEXT, DOUBLE, RAW],
        prefixes: &["E", "N"],
        keywords: &[
            "add", "all", "alter", "analyze", "and", "as", "asc", "begin", "between", "by", "cascade", "case", "check",
            "column", "commit", "constraint", "create", "cross", "database", "declare", "default", "delete", "desc",
            "distinct", "drop", "else", "end", "exists", "explain", "foreign", "from", "full", "function", "grant",
            "group", "having", "if", "ilike", "in", "index", "inner", "insert", "into", "is", "join", "key", "left",
            "like", "limit", "not", "offset", "on", "or", "order", "outer", "over", "partition", "primary", "procedure",
            "references", "replace", "returning", "returns", "revoke", "right", "rollback", "schema", "select", "set",
            "table", "temporary", "then", "to", "transaction", "trigger", "truncate", "union", "unique", "update",
            "use", "using", "values", "view", "when", "where", "with",
        ],
        constants: &["true", "false", "null"],
        types: &[
            "bigint", "bigserial", "binary", "blob", "boolean", "char", "date", "datetime", "decimal", "double", "float",
            "int", "integer", "interval", "json", "jsonb", "numeric", "real", "serial", "smallint", "text", "time",
            "timestamp", "timestamptz", "tinyint", "uuid", "varbinary", "varchar",
        ],
        traits: Traits { any_case: true, ..PLAIN },
    },
    Language {
        names: &["hcl", "terraform", "tf", "tfvars"],
        line_comments: &["#", "//"],
        block_comment: C_BLOCK,
        quotes: &[DOUBLE],
        prefixes: &[],
        keywords: &[
            "check", "data", "dynamic", "ephemeral", "for", "if", "import", "in", "locals", "module", "moved", "output",
            "provider", "removed", "resource", "terraform", "variable",
        ],
        constants: &["true", "false", "null"],
        types: &["any", "bool", "list", "map", "number", "object", "set", "string", "tuple"],
        traits: Traits { keys: true, ..PLAIN },
    },
    Language {
        names: &["proto", "protobuf", "proto3"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE],
        prefixes: &[],
        keywords: &[
            "edition", "enum", "extend", "extensions", "import", "map", "message", "oneof", "option", "optional",
            "package", "public", "repeated", "required", "reserved", "returns", "rpc", "service", "stream", "syntax",
            "to", "weak",
        ],
        constants: &["true", "false"],
        types: &[
            "bool", "bytes", "double", "fixed32", "fixed64", "float", "int32", "int64", "sfixed32", "sfixed64", "sint32",
            "sint64", "string", "uint32", "uint64",
        ],
        traits: Traits { capital_types: true, ..PLAIN },
    },
    Language {
        names: &["powershell", "ps1", "ps", "posh", "pwsh", "psm1", "psd1"],
        line_comments: &["#"],
        block_comment: Some(("<#", "#>")),
        quotes: &[BARE_DOUBLE, BARE_SINGLE],
        prefixes: &["@"],
        keywords: &[
            "begin", "break", "catch", "class", "continue", "data", "do", "dynamicparam", "else", "elseif", "end",
            "enum", "exit", "filter", "finally", "for", "foreach", "function", "if", "in", "param", "process",
            "return", "switch", "throw", "trap", "try", "until", "using", "while",
        ],
        constants: &["$true", "$false", "$null"],
        types: &[],
        traits: Traits { any_case: true, shell: true, ..PLAIN },
    },
    Language {
        names: &["bat", "batch", "batchfile", "cmd", "dosbatch"],
        line_comments: &["::", "rem ", "REM ", "@rem ", "@REM "],
        block_comment: None,
        quotes: &[Quote { multiline: false, ..BARE_DOUBLE }],
        prefixes: &[],
        keywords: &[
            "call", "cd", "copy", "del", "dir", "do", "echo", "else", "endlocal", "exist", "exit", "for", "goto", "if",
            "in", "md", "mkdir", "move", "not", "pause", "popd", "pushd", "rd", "ren", "rmdir", "set", "setlocal",
            "shift", "start", "title", "type", "xcopy",
        ],
        constants: &["errorlevel", "nul", "on", "off"],
        types: &[],
        traits: Traits { any_case: true, ..PLAIN },
    },
    Language {
        names: &["lua"],
        line_comments: &["--"],
        block_comment: Some(("--[[", "]]")),
        quotes: &[DOUBLE, SINGLE],
        prefixes: &[],
        keywords: &[
            "and", "break", "do", "else", "elseif", "end", "for", "function", "goto", "if", "in", "local", "not", "or",
            "repeat", "return", "then", "until", "while",
        ],
        constants: &["true", "false", "nil", "self"],
        types: &[],
        traits: PLAIN,
    },
    Language {
        names: &["rego"],
        line_comments: &["#"],
        block_comment: None,
        quotes: &[DOUBLE, RAW],
        prefixes: &[],
        keywords: &[
            "as", "contains", "default", "else", "every", "if", "import", "in", "not", "package", "some", "with",
        ],
        constants: &["true", "false", "null", "input", "data"],
        types: &[],
        traits: PLAIN,
    },
    Language {
        names: &["bicep", "bicepparam"],
        line_comments: C_LINE,
        block_comment: C_BLOCK,
        quotes: &[THREE_SINGLE, SINGLE],
        prefixes: &[],
        keywords: &[
            "existing", "for", "func", "if", "import", "in", "metadata", "module", "output", "param", "provider",
            "resource", "targetScope", "type", "using", "var",
        ],
        constants: &["true", "false", "null"],
        types: &["array", "bool", "int", "object", "string"],
        traits: Traits { annotations: true, keys: true, ..PLAIN },
    },
    Language {
        names: &["csv", "tsv"],
        line_comments: &[],
        block_comment: None,
        quotes: &[BARE_DOUBLE],
        prefixes: &[],
        keywords: &[],
        constants: &["true", "false", "null"],
        types: &[],
        traits: Traits { data: true, ..PLAIN },
    },
];

pub(super) fn paint(pen: &mut Pen<'_, '_>, language: &Language) {
    let code = pen.code;
    let traits = language.traits;
    // The word before, and the last byte that is no space.
    let (mut word_before, mut before) = ("", b'\n');
    while pen.at < code.len() {
        let rest = pen.rest();
        let byte = rest.as_bytes()[0];
        if byte.is_ascii_whitespace() {
            if byte == b'\n' {
                before = b'\n';
            }
            pen.step(Class::Plain);
            continue;
        }
        if let Some((_, close)) = language.block_comment.filter(|(open, _)| rest.starts_with(open)) {
            let end = rest[2..].find(close).map_or(code.len(), |at| pen.at + 2 + at + close.len());
            pen.to(end, Class::Comment);
            continue;
        }
        if language.line_comments.iter().any(|mark| rest.starts_with(mark)) {
            pen.to(pen.line_end(), Class::Comment);
            continue;
        }
        if let Some((end, class)) = traits.rust.then(|| of_rust(rest)).flatten() {
            pen.to(pen.at + end, class);
            (word_before, before) = ("", b'"');
            continue;
        }
        if let Some(quote) = language.quotes.iter().find(|quote| rest.starts_with(quote.mark)) {
            text(pen, quote, traits);
            (word_before, before) = ("", b'"');
            continue;
        }
        if is_word(byte) && !byte.is_ascii_digit() || byte == b'$' {
            let part = |byte| is_word(byte) || byte == b'$' || (traits.shell && byte == b'-');
            let end = pen.find(pen.at + 1, |byte| !part(byte));
            let word = &code[pen.at..end];
            let quote = language.quotes.iter().find(|quote| code[end..].starts_with(quote.mark));
            if let Some(quote) = quote.filter(|_| language.prefixes.contains(&word)) {
                pen.to(end, Class::Keyword);
                text(pen, quote, traits);
                (word_before, before) = ("", b'"');
                continue;
            }
            let class = classify(language, word, word_before, before, &code[end..]);
            pen.to(end, class);
            (word_before, before) = (word, b'a');
            continue;
        }
        if byte.is_ascii_digit() || (byte == b'.' && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) {
            let end = pen.find(pen.at + 1, |byte| !(is_word(byte) || byte == b'.'));
            pen.to(end, Class::Number);
            (word_before, before) = ("", b'0');
            continue;
        }
        if byte == b'@' && traits.annotations && rest.as_bytes().get(1).is_some_and(|next| is_word(*next)) {
            pen.to(pen.find(pen.at + 1, |byte| !is_word(byte) && byte != b'.'), Class::Attribute);
            (word_before, before) = ("", b'@');
            continue;
        }
        let is_parameter = |rest: &str| rest.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
        if byte == b'-' && traits.shell && is_parameter(rest) {
            pen.to(pen.find(pen.at + 1, |byte| !is_word(byte)), Class::Attribute);
            (word_before, before) = ("", b'-');
            continue;
        }
        if byte == b'#' && traits.directives && before == b'\n' {
            pen.to(pen.find(pen.at + 1, |byte| !is_word(byte) && byte != b' ').min(pen.line_end()), Class::Keyword);
            (word_before, before) = ("", b'#');
            continue;
        }
        if byte == b'<' && traits.markup && is_tag(rest, before) {
            pen.step(Class::Plain);
            if pen.peek() == b'/' {
                pen.step(Class::Plain);
            }
            pen.to(pen.find(pen.at, |byte| !is_word(byte) && !b"-.".contains(&byte)), Class::Tag);
            (word_before, before) = ("", b'<');
            continue;
        }
        let operator = matches!(
            byte,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'!' | b'&' | b'|' | b'^' | b'~' | b'?'
        ) && !traits.data;
        pen.step(if operator { Class::Operator } else { Class::Plain });
        (word_before, before) = ("", byte);
    }
}

/// Returns how far something goes that only Rust has, and what it is.
fn of_rust(rest: &str) -> Option<(usize, Class)> {
    let word = |from: usize| rest[from..].bytes().position(|byte| !is_word(byte)).map_or(rest.len(), |at| from + at);
    if let Some(after) = rest.strip_prefix('\'') {
        let mut letters = after.chars();
        let first = letters.next()?;
        let lifetime = (first == '_' || first.is_alphabetic()) && letters.next() != Some('\'');
        return lifetime.then(|| (word(1), Class::Variable));
    }
    if rest.starts_with("#[") || rest.starts_with("#![") {
        let line = rest.lines().next().unwrap_or(rest);
        return Some((line.rfind(']').map_or(line.len(), |at| at + 1), Class::Attribute));
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).filter(|raw| raw.starts_with(['#', '"']));
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let text = raw[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", &raw[..hashes]);
        let end = text.find(&close).map_or(rest.len(), |at| rest.len() - text.len() + at + close.len());
        return Some((end, Class::String));
    }
    if rest.starts_with(|first: char| first == '_' || first.is_ascii_lowercase()) {
        let end = word(0);
        let called = rest[end..].starts_with('!') && !rest[end..].starts_with("!=");
        return called.then_some((end + 1, Class::Function));
    }
    None
}

/// Returns whether `<` begins a tag and is no comparison.
fn is_tag(rest: &str, before: u8) -> bool {
    let next = rest.as_bytes().get(1).copied().unwrap_or(0);
    (next.is_ascii_alphabetic() || next == b'/') && b"\n(){};,>&|?:=".contains(&before)
}

/// Paints a text; the pen is at its opening quote.
fn text(pen: &mut Pen<'_, '_>, quote: &Quote, traits: Traits) {
    let mark = quote.mark;
    if mark.len() > 1 {
        let close = pen.rest()[mark.len()..].find(mark).map_or(pen.code.len(), |at| pen.at + at + 2 * mark.len());
        return pen.to(close, Class::String);
    }
    let byte = mark.as_bytes()[0];
    if quote.holes {
        return template(pen);
    }
    let class = if traits.data && is_key(pen.rest(), byte) { Class::Property } else { Class::String };
    quoted(pen, byte, quote.escapes, quote.multiline, class);
}

/// Returns whether the string that begins here is followed by a colon.
fn is_key(rest: &str, quote: u8) -> bool {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'\n' {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return rest[at + 1..].trim_start().starts_with(':'),
            _ => at += 1,
        }
    }
    false
}

/// Paints a text in backticks, `${…}` in it as variables.
fn template(pen: &mut Pen<'_, '_>) {
    pen.step(Class::String);
    loop {
        let end = pen.find(pen.at, |byte| matches!(byte, b'`' | b'\\' | b'$'));
        pen.to(end, Class::String);
        match pen.peek() {
            b'\\' => {
                pen.step(Class::Builtin);
                pen.step(Class::Builtin);
            }
            b'$' if pen.rest().starts_with("${") => {
                let close = pen.find(pen.at, |byte| matches!(byte, b'}' | b'\n' | b'`'));
                pen.to(close, Class::Variable);
                if pen.peek() == b'}' {
                    pen.step(Class::Variable);
                }
            }
            b'$' => pen.step(Class::String),
            b'`' => return pen.step(Class::String),
            _ => return,
        }
    }
}

fn classify(language: &Language, word: &str, word_before: &str, before: u8, after: &str) -> Class {
    let traits = language.traits;
    let lower;
    let name = if traits.any_case {
        lower = word.to_ascii_lowercase();
        &*lower
    } else {
        word
    };
    let member = before == b'.';
    let next = after.trim_start_matches([' ', '\t']).as_bytes().first().copied().unwrap_or(0);
    if language.constants.contains(&name) && !member {
        return Class::Builtin;
    }
    let key = traits.keys
        && (next == b':' && b"{,\n(;".contains(&before)
            || next == b'=' && before == b'\n' && !after.trim_start().starts_with("=="));
    if language.keywords.contains(&name) && !member && !(traits.keys && next == b':' && word != "default") {
        return Class::Keyword;
    }
    if traits.shell && word.starts_with('$') {
        return Class::Variable;
    }
    if traits.shell && word.contains('-') {
        return Class::Function;
    }
    match word_before {
        "def" | "fn" | "func" | "fun" | "function" | "rpc" => return Class::Function,
        "class" | "interface" | "struct" | "enum" | "trait" | "message" | "service" | "extends" | "implements"
            if language.keywords.contains(&word_before) =>
        {
            return Class::Type;
        }
        _ => {}
    }
    if language.types.contains(&name) && !member {
        return Class::Type;
    }
    if traits.data {
        return Class::Plain;
    }
    if next == b'(' {
        return if traits.capital_types && word_before == "new" { Class::Type } else { Class::Function };
    }
    if key {
        return Class::Property;
    }
    let capital = word.starts_with(|first: char| first.is_ascii_uppercase());
    if traits.capital_types && capital {
        let shouts = word.len() > 1 && word.bytes().all(|byte| !byte.is_ascii_lowercase());
        return if shouts { Class::Builtin } else { Class::Type };
    }
    if member && traits.keys { Class::Property } else { Class::Plain }
}
