//! `- [ ] task`

use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Turns brackets at the start of list items into check boxes.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) {
    for list in parser.tree.walk(root) {
        let mut found = false;
        for item in parser.tree[list].children.clone() {
            if parser.tree[item].tag != "li" {
                continue;
            }
            let holder = if parser.tree[item].text.is_empty() {
                parser.tree[item].children.first().copied().filter(|first| parser.tree[*first].tag == "p")
            } else {
                Some(item)
            };
            let Some(holder) = holder else { continue };
            let Some((checked, rest)) = checkbox(&parser.tree[holder].text.value) else { continue };
            let rest = rest.to_owned();
            let mark = parser.stash.html(format!(
                "<label class=\"task-list-control\"><input type=\"checkbox\" disabled{}><span class=\"task-list-indicator\"></span></label> ",
                if checked { " checked" } else { "" }
            ));
            parser.tree[holder].text.set(format!("{mark}{rest}"));
            parser.tree[item].add_class("task-list-item");
            found = true;
        }
        if found && !parser.tree[list].has_class("task-list") {
            parser.tree[list].add_class("task-list");
        }
    }
}

fn checkbox(text: &str) -> Option<(bool, &str)> {
    let inner = text.trim_start_matches(' ').strip_prefix('[')?;
    let state = inner.chars().next().filter(|state| matches!(state, ' ' | 'x' | 'X'))?;
    let rest = inner[1..].strip_prefix(']')?;
    rest.starts_with(' ').then(|| (state != ' ', rest.trim_start_matches(' ')))
}
