//! The script that fetches what this catalog needs, and the same as data.
//!
//! Values of annotations are hostile: each is quoted whole, and each path is made of encoded characters. No token can get
//! into the script, since nothing here reads the environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::request::{Call, First, Piece, Request, Wanted, Word};
use super::source::{Instances, Source};
use super::sources::SOURCES;
use crate::catalog::{Catalog, annotations};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, codes};

/// All requests for a catalog.
#[derive(Debug, Serialize)]
pub struct Plan {
    requests: Vec<PlannedRequest>,
    /// Values that no request is made of.
    #[serde(rename = "leftOut")]
    left_out: Vec<LeftOut>,
    #[serde(skip)]
    addresses: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct PlannedRequest {
    source: &'static str,
    #[serde(flatten)]
    request: Request,
}

#[derive(Debug, Serialize)]
struct LeftOut {
    source: &'static str,
    entity: String,
    value: String,
}

/// Plans the requests: of the named sources; else of those that the configuration names; else of all whose annotation is
/// in the catalog.
#[must_use]
pub fn plan(catalog: &Catalog, config: &Config, only: &[String]) -> Plan {
    let mut requests: BTreeMap<String, PlannedRequest> = BTreeMap::new();
    let mut left_out = Vec::new();
    let configured = &config.snapshots.sources;
    let is_wanted = |source: &&&Source| match (only.is_empty(), configured.is_empty()) {
        (false, _) => only.iter().any(|name| name == source.id),
        (true, false) => configured.contains_key(source.id),
        (true, true) => !source.annotations.is_empty(),
    };
    let mut addresses = BTreeMap::new();
    for source in SOURCES.iter().filter(is_wanted) {
        for entity in catalog.entities() {
            let Some(claims) = (source.claims)(entity) else { continue };
            if !claims.is_annotated && only.is_empty() && !configured.contains_key(source.id) {
                continue;
            }
            let Some(place) = claims.places.first() else { continue };
            let instances: Vec<&str> = match &place.instances {
                Instances::Named(names) => names.iter().map(String::as_str).collect(),
                Instances::Default | Instances::Any => vec![""],
            };
            for instance in instances {
                let wanted = Wanted { key: &place.key, instance, entity };
                let made = (source.requests)(&wanted);
                if made.is_empty() && claims.is_annotated && source.has_requests() {
                    left_out.push(LeftOut {
                        source: source.id,
                        entity: entity.reference.to_string(),
                        value: claims.shown.clone(),
                    });
                }
                for request in made {
                    if let Call::Get(url, _) = &request.call
                        && let Some(Piece::Variable { variable }) = url.first()
                    {
                        let address = configured
                            .get(source.id)
                            .and_then(|source| source.url.clone())
                            .filter(|_| instance.is_empty());
                        let address = address.unwrap_or_else(|| {
                            if instance.is_empty() { source.address().to_owned() } else { String::new() }
                        });
                        addresses.entry(variable.clone()).or_insert(address);
                    }
                    requests.entry(request.path.clone()).or_insert(PlannedRequest { source: source.id, request });
                }
            }
        }
    }
    left_out.sort_by(|a, b| (a.source, &a.entity).cmp(&(b.source, &b.entity)));
    Plan { requests: requests.into_values().collect(), left_out, addresses }
}

/// Reports annotations that no tool would take.
pub(super) fn malformed(catalog: &Catalog, is_used: &dyn Fn(&str) -> bool) -> Diagnostics {
    let mut out = Vec::new();
    for source in SOURCES.iter().filter(|source| is_used(source.id) && source.has_requests()) {
        for entity in catalog.entities() {
            let Some(claims) = (source.claims)(entity).filter(|claims| claims.is_annotated) else { continue };
            let Some(place) = claims.places.first() else { continue };
            let wanted = Wanted { key: &place.key, instance: "", entity };
            if !(source.requests)(&wanted).is_empty() {
                continue;
            }
            let node = source.annotations.iter().find_map(|key| entity.annotation_node(key));
            let Some(span) = node.map(|node| node.span) else { continue };
            // The catalog has reported those whose form it knows.
            let is_reported =
                |key: &&str| annotations::find(key).is_some_and(|known| known.form != annotations::Form::Text);
            if source.annotations.iter().find(|key| entity.annotation(key).is_some()).is_some_and(is_reported) {
                continue;
            }
            let message =
                format!("`{}` is nothing that {} could be asked for", super::mask::short(&claims.shown), source.title);
            out.push(
                Diagnostic::new(codes::MALFORMED_ANNOTATION, span, message)
                    .help(format!("write it as {}; `playbill snapshots script` leaves it out", source.grammar))
                    .entity(entity.reference.as_str()),
            );
        }
    }
    out
}

impl Plan {
    /// Returns the plan as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Returns the plan as a script for any POSIX shell.
    #[must_use]
    pub fn script(&self) -> String {
        let mut out = String::from(HEAD);
        for (variable, address) in &self.addresses {
            let _ = writeln!(out, ": \"${{{variable}:=}}\"");
            if !address.is_empty() {
                let _ = writeln!(out, "[ -n \"${variable}\" ] || {variable}={}", quoted(address));
            }
        }
        let mut needs: Vec<&[String]> = self.requests.iter().map(|planned| &*planned.request.needs).collect();
        needs.sort_unstable();
        needs.dedup();
        for variable in needs.iter().copied().flatten() {
            let line = format!(": \"${{{variable}:=}}\"\n");
            if !out.contains(&line) {
                out.push_str(&line);
            }
        }
        for left in &self.left_out {
            // A comment must not end before it ends.
            let value: String = left.value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
            let _ = writeln!(out, "# left out: {} of {}: {}", left.source, left.entity, value.trim());
        }
        let mut source = "";
        for planned in &self.requests {
            if planned.source != source {
                source = planned.source;
                let _ = writeln!(out, "\n# {source}");
            }
            let request = &planned.request;
            let path = quoted(&request.path);
            let mut line = String::new();
            if let Some(First { variable, command, filter }) = &request.first {
                let joined = |words: &[Word]| words.iter().map(shell_word).collect::<Vec<_>>().join(" ");
                let filter =
                    if filter.is_empty() { String::new() } else { format!(" | {} 2>/dev/null", joined(filter)) };
                let _ = write!(line, "{variable}=$({} 2>/dev/null </dev/null{filter}) && ", joined(command));
            }
            match &request.call {
                Call::Run(command) => {
                    let command: Vec<String> = command.iter().map(shell_word).collect();
                    let _ = write!(line, "run {path} {}", command.join(" "));
                }
                Call::Get(url, options) => {
                    let options: String = options.iter().map(|option| format!(" {}", shell_word(option))).collect();
                    let _ = write!(line, "get {path} {}{options}", shell_word(url));
                }
            }
            let needs: Vec<&str> = request.needs.iter().map(String::as_str).collect();
            let mut words: Vec<String> = needs.iter().map(|need| format!("\"${need}\"")).collect();
            if let Call::Get(url, _) = &request.call
                && let Some(Piece::Variable { variable }) = url.first()
            {
                words.push(format!("\"${variable}\""));
            }
            if words.is_empty() {
                let _ = writeln!(out, "start; {{ {line}; }} &");
            } else {
                let names: Vec<&str> = words.iter().map(|word| word.trim_matches(['"', '$'])).collect();
                let _ = writeln!(out, "has {source} {} && {{ start; {{ {line}; }} & }}", quoted_names(&names));
            }
        }
        out.push_str(TAIL);
        out
    }
}

fn quoted_names(names: &[&str]) -> String {
    names.join(" ")
}

/// Puts a text between single quotes, so that no shell looks into it.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn shell_word(word: &Word) -> String {
    word.iter()
        .map(|piece| match piece {
            Piece::Text(text) => quoted(text),
            Piece::Variable { variable } => format!("\"${{{variable}}}\""),
        })
        .collect()
}

const HEAD: &str = r#"#!/bin/sh
# Saves the answers of other tools for a portal: made by `playbill snapshots script`.
# Needs sh, curl, date and the tools named below. Tokens are read from the environment when it runs.
set -u
SNAPSHOTS=${SNAPSHOTS:-snapshots}
# How many requests run at once.
JOBS=${JOBS:-4}
running=0
missing=' '
END=$(date -u +%s)
START=$((END - 3600))

# note PATH STATUS [MESSAGE]: adds a line to the log.
note() {
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(printf %s "${3:-}" | tr '\t\r\n' '   ' | cut -c1-300)" >>"$SNAPSHOTS/fetched.tsv"
}
# keep PATH STATUS GOOD [MESSAGE]: a good answer takes the place of the old one; a failure only if there is none.
keep() {
  if [ "$3" = 1 ] || [ ! -e "$SNAPSHOTS/$1" ]; then mv -f "$SNAPSHOTS/$1.part" "$SNAPSHOTS/$1"; else rm -f "$SNAPSHOTS/$1.part"; fi
  rm -f "$SNAPSHOTS/$1.words"
  note "$1" "$2" "${4:-}"
}
# run PATH COMMAND…: saves what a command prints.
run() {
  path=$1; shift
  mkdir -p "$(dirname "$SNAPSHOTS/$path")"
  "$@" >"$SNAPSHOTS/$path.part" 2>"$SNAPSHOTS/$path.words" </dev/null
  code=$?
  good=0; [ "$code" -eq 0 ] && good=1
  if [ "$good" = 1 ]; then keep "$path" "exit:$code" 1; else keep "$path" "exit:$code" 0 "$(head -n 1 "$SNAPSHOTS/$path.words")"; fi
}
# get PATH URL OPTIONS…: saves what an address answers.
get() {
  path=$1; url=$2; shift 2
  mkdir -p "$(dirname "$SNAPSHOTS/$path")"
  status=$(curl -gsSL --max-time 60 --retry 2 -o "$SNAPSHOTS/$path.part" -w '%{http_code}' "$@" "$url" 2>"$SNAPSHOTS/$path.words" </dev/null)
  [ -e "$SNAPSHOTS/$path.part" ] || : >"$SNAPSHOTS/$path.part"
  case $status in
    2??|304) keep "$path" "$status" 1 ;;
    000|'') keep "$path" 000 0 "$(head -n 1 "$SNAPSHOTS/$path.words")" ;;
    *) keep "$path" "$status" 0 ;;
  esac
}
# start: waits while too many requests run.
start() {
  running=$((running + 1))
  if [ "$running" -gt "$JOBS" ]; then wait; running=1; fi
}
# has SOURCE NAME…: whether the variables are set; says once which are not.
has() {
  source=$1; shift
  for name in "$@"; do
    eval "value=\${$name:-}"
    if [ -z "$value" ]; then
      case $missing in
        *" $source "*) ;;
        *) echo "snapshots: $source is left out, since \$$name is not set" >&2; missing="$missing$source " ;;
      esac
      return 1
    fi
  done
}

mkdir -p "$SNAPSHOTS" || exit 0
"#;

const TAIL: &str = "\nwait\nexit 0\n";
