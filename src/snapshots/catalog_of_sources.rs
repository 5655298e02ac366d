//! The guide of the manual, a section a source, made from the table of sources.

use std::fmt::Write as _;

use super::facts;
use super::source::{Source, Tab};
use super::sources::SOURCES;

/// Returns the guide in Markdown.
#[must_use]
pub fn guide() -> String {
    let mut out = String::from(
        "# Sources of snapshots\n\nOne section a tool, made from the table of sources; `cargo test --lib write_the_manual -- \
         --ignored` writes this page. How the parts fit together is in [Live data without a server](snapshots.md).\n\n\
         | source | tool | annotation | fresh for |\n|---|---|---|---|\n",
    );
    for source in SOURCES {
        let annotation = source.annotations.first().map_or_else(|| "the entity".to_owned(), |key| format!("`{key}`"));
        let _ =
            writeln!(out, "| [`{0}`](#{0}) | {1} | {annotation} | {2} |", source.id, source.title, hours(source.ttl));
    }
    for source in SOURCES {
        section(source, &mut out);
    }
    out
}

fn hours(hours: i64) -> String {
    if hours % 24 == 0 && hours > 24 { format!("{} days", hours / 24) } else { format!("{hours} hours") }
}

fn section(source: &Source, out: &mut String) {
    let _ = write!(out, "\n## {}\n\n**{}.** ", source.id, source.title);
    match source.annotations {
        [] => {
            let _ = write!(out, "The key is the entity: `{}/<namespace>/<kind>/<name>/` in lower case.", source.id);
        }
        [first, others @ ..] => {
            let _ = write!(out, "The annotation `{first}` is {}.", source.grammar);
            for other in others {
                let _ = write!(out, " `{other}` works too.");
            }
        }
    }
    let _ = writeln!(out, " Fresh for {}.", hours(source.ttl));
    let parts: Vec<String> = source.parts.iter().map(|part| format!("`{}`", part.name)).collect();
    let _ = writeln!(
        out,
        "\n- Files: {}{}",
        parts.join(", "),
        if parts.len() > 1 { "; the first is required" } else { "" }
    );
    if source.all {
        let _ = writeln!(out, "- One answer for many keys lies in `{}/_all/`", source.id);
    }
    if let Some(server) = source.server {
        let mut names = vec![format!("`{}_URL`", server.name)];
        names.extend(server.tokens.iter().map(|end| format!("`{}_{end}`", server.name)));
        let _ = writeln!(out, "- The script reads {}", names.join(", "));
    }
    let facts: Vec<String> = source.facts.iter().map(|name| fact(name)).collect();
    let _ = writeln!(out, "- Facts: {}", facts.join(", "));
    let tab = match source.tab {
        Tab::CiCd => "CI/CD",
        Tab::Kubernetes => "Kubernetes",
        Tab::Security => "Security",
        Tab::Incidents => "Incidents",
        Tab::Quality => "Quality",
        Tab::Packages => "Packages",
        Tab::Code => "Code insights",
        Tab::None => "",
    };
    if !tab.is_empty() {
        let _ = writeln!(out, "- Rows are on the tab {tab}");
    }
    if !source.notes.is_empty() {
        let _ = writeln!(out, "\n{}", source.notes);
    }
}

fn fact(name: &str) -> String {
    let label = facts::info(name).map(|(_, info)| info.label).unwrap_or_default();
    match (name.strip_suffix('.'), label) {
        (Some(start), _) => format!("`{start}.NAME`"),
        (None, "") => format!("`{name}`"),
        (None, label) => format!("`{name}` ({})", label.to_lowercase()),
    }
}
