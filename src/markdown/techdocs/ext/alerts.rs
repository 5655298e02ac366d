//! `> [!NOTE]` quotes of GitHub and GitLab, turned into admonitions before Markdown is read.

use std::borrow::Cow;

const KINDS: [(&str, &str); 5] =
    [("note", "note"), ("tip", "tip"), ("important", "warning"), ("caution", "danger"), ("warning", "warning")];

/// Returns `text` with alerts as `!!!` admonitions.
pub(in crate::markdown::techdocs) fn convert(text: &str) -> Cow<'_, str> {
    if !text.contains("[!") {
        return Cow::Borrowed(text);
    }
    let text = convert_form(text, false);
    Cow::Owned(convert_form(&text, true))
}

fn convert_form(text: &str, fenced: bool) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::with_capacity(text.len());
    let closes_code = code_lines(&lines);
    let mut index = 0;
    while index < lines.len() {
        let head = if fenced { lines[index].strip_prefix(">>>") } else { lines[index].strip_prefix("> ") };
        if let Some((kind, title)) = head.and_then(|rest| alert(rest, fenced))
            && lines[index].ends_with('\n')
            && !closes_code[index]
        {
            let body = if fenced { fenced_body(&lines[index + 1..]) } else { quoted_body(&lines[index + 1..]) };
            if let Some((count, body)) = body {
                let class =
                    KINDS.iter().find(|(word, _)| kind.eq_ignore_ascii_case(word)).map_or("note", |(_, class)| class);
                let lower = kind.to_ascii_lowercase();
                let default = super::container::default_title(&lower);
                let title = if title.is_empty() { default.as_str() } else { title };
                out.push_str("!!! ");
                out.push_str(class);
                out.push_str(" \"");
                out.push_str(title);
                out.push_str("\"\n");
                out.push_str(&body);
                out.push('\n');
                index += 1 + count;
                continue;
            }
        }
        out.push_str(lines[index]);
        index += 1;
    }
    out
}

/// Returns for each line whether it is inside a fence of backticks that begins at column 0 and is closed.
fn code_lines(lines: &[&str]) -> Vec<bool> {
    let mut inside = vec![false; lines.len()];
    let mut open: Option<usize> = None;
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("```") {
            match open.take() {
                Some(start) => inside[start + 1..index].fill(true),
                None => open = Some(index),
            }
        }
    }
    inside
}

fn alert(rest: &str, fenced: bool) -> Option<(&str, &str)> {
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    if spaces > 3 || (fenced && spaces == 0) {
        return None;
    }
    let inner = rest[spaces..].strip_prefix("[!")?;
    let (kind, title) = inner.split_once(']')?;
    KINDS.iter().any(|(word, _)| kind.eq_ignore_ascii_case(word)).then(|| (kind, title.trim()))
}

fn quoted_body(lines: &[&str]) -> Option<(usize, String)> {
    let count = lines.iter().take_while(|line| line.starts_with('>') && line.ends_with('\n')).count();
    if count == 0 {
        return None;
    }
    let body = lines[..count].concat();
    let indented: Vec<String> = body
        .trim()
        .split('\n')
        .map(|line| {
            let rest = line.strip_prefix('>').unwrap_or(line);
            format!("    {}", rest.strip_prefix(' ').unwrap_or(rest))
        })
        .collect();
    Some((count, indented.join("\n")))
}

fn fenced_body(lines: &[&str]) -> Option<(usize, String)> {
    // The last closing mark counts, as in the original.
    let end = lines.iter().rposition(|line| line.starts_with(">>>")).filter(|end| *end > 0)?;
    let body = lines[..end].concat();
    let indented: Vec<String> = body.trim().split('\n').map(|line| format!("    {line}")).collect();
    let rest = lines[end].strip_prefix(">>>").unwrap_or("").trim_end_matches('\n');
    let mut text = indented.join("\n");
    if !rest.is_empty() {
        text.push('\n');
        text.push_str(rest);
    }
    Some((end + 1, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(convert(text), expect, "{text:?}");
    }

    #[test]
    fn alerts_become_admonitions() {
        check("> [!NOTE]\n> a\n> b\n", "!!! note \"Note\"\n    a\n    b\n");
        check("> [!important] My title\n> a\n", "!!! warning \"My title\"\n    a\n");
        check(">>> [!tip]\na\n>>>\n", "!!! tip \"Tip\"\n    a\n");
    }

    #[test]
    fn other_quotes_stay() {
        for text in ["> [!FOO]\n> a\n", "> [!NOTE]\n> a", "  > [!NOTE]\n  > a\n", "```\n> [!NOTE]\n> a\n```\n"] {
            check(text, text);
        }
        check("~~~\n> [!NOTE]\n> a\n~~~\n", "~~~\n!!! note \"Note\"\n    a\n~~~\n");
    }
}
