//! The few values of a TOML file that describe a package.
//!
//! Not a reader of TOML: tables, and keys with a string in one line. Everything else is skipped.

/// Returns the string at a key of a table, such as `[package]` `name`.
pub(super) fn string(text: &str, table: &str, key: &str) -> Option<String> {
    lines(text, table).find_map(|line| {
        let (name, value) = line.split_once('=')?;
        if name.trim().trim_matches('"') != key {
            return None;
        }
        let value = value.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (inside, _) = value[1..].split_once(quote)?;
        let inside = inside.replace("\\\"", "\"").trim().to_owned();
        (!inside.is_empty()).then_some(inside)
    })
}

/// Returns whether there is such a table, or one below it.
pub(super) fn has_table(text: &str, table: &str) -> bool {
    text.lines().filter_map(header).any(|name| name == table)
}

fn lines<'a>(text: &'a str, table: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().skip_while(move |line| header(line) != Some(table)).skip(1).take_while(|line| header(line).is_none())
}

fn header(line: &str) -> Option<&str> {
    let line = line.trim().strip_prefix('[')?;
    let name = line.trim_start_matches('[').split(']').next()?;
    Some(name.trim())
}
