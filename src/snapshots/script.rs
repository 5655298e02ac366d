//! The script that fetches what this catalog needs, and the same as data.
//!
//! Values of annotations are hostile: each is quoted whole, and each path is made of encoded characters. No token can get
//! into the script, since nothing here reads the environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::folder::encoded;
use super::source::{Instances, Source, Wanted};
use super::sources::SOURCES;
use crate::catalog::{Catalog, annotations};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, codes};

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Piece {
    /// As it is.
    Text(String),
    /// The value of a variable.
    Variable {
        /// Its name.
        variable: String,
    },
}

/// A word of pieces.
pub(crate) type Word = Vec<Piece>;

/// Makes a word of a text.
pub(crate) fn word(text: impl Into<String>) -> Word {
    vec![Piece::Text(text.into())]
}

/// Makes words of texts.
pub(crate) fn words(texts: &[&str]) -> Vec<Word> {
    texts.iter().map(|text| word(*text)).collect()
}

/// Makes a word of a text before the value of a variable and one after it.
pub(crate) fn around(before: &str, variable: &str, after: &str) -> Word {
    let text = |text: &str| Piece::Text(text.to_owned());
    [text(before), Piece::Variable { variable: variable.to_owned() }, text(after)]
        .into_iter()
        .filter(|piece| *piece != Piece::Text(String::new()))
        .collect()
}

/// What is asked of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Call {
    /// A command whose output is the answer.
    Run(Vec<Word>),
    /// An address that is fetched, with further options of curl.
    Get(Word, Vec<Word>),
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Request {
    /// Where the answer is saved, below the folder.
    pub(crate) path: String,
    /// What is asked.
    pub(crate) call: Call,
    /// Variables that must be set, or the request is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) needs: Vec<String>,
    /// A variable that a command sets first, such as the name of a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<First>,
}

/// A command whose output is the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct First {
    /// The variable.
    pub(crate) variable: &'static str,
    /// What is run.
    pub(crate) command: Vec<Word>,
    /// What its output goes through, if anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) filter: Vec<Word>,
}

impl Request {
    /// Makes a request whose answer is the output of a command.
    pub(crate) fn run(source: &str, wanted: &Wanted<'_>, part: &str, command: Vec<Word>) -> Self {
        Self { path: path(source, wanted, part), call: Call::Run(command), needs: Vec::new(), first: None }
    }

    /// Makes a request of an address below that of the tool's server.
    pub(crate) fn get(source: &str, wanted: &Wanted<'_>, part: &str, server: &Server, below: &str) -> Self {
        let url = around("", &server.variable("URL", wanted.instance), below);
        let options = server.options(wanted.instance);
        let needs = server.tokens.iter().map(|token| server.variable(token, wanted.instance)).collect();
        Self { path: path(source, wanted, part), call: Call::Get(url, options), needs, first: None }
    }
}

/// A server that is asked with curl.
pub(crate) struct Server {
    /// The beginning of its variables, such as `SONARQUBE`.
    pub(crate) name: &'static str,
    /// Its address where the configuration names none.
    pub(crate) url: &'static str,
    /// The ends of the variables that must be set.
    pub(crate) tokens: &'static [&'static str],
    /// How the request is authenticated.
    pub(crate) login: Login,
}

/// How a server authenticates the request.
pub(crate) enum Login {
    /// Not at all.
    None,
    /// A user's name and a token.
    UserAndToken,
    /// A token in the place of a user's name.
    TokenAsUser,
    /// A header, up to the token.
    Header(&'static str),
}

impl Server {
    /// Returns the name of a variable: of another instance, it contains the instance's name.
    pub(crate) fn variable(&self, end: &str, instance: &str) -> String {
        let instance: String =
            instance.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        if instance.is_empty() { format!("{}_{end}", self.name) } else { format!("{}_{instance}_{end}", self.name) }
    }

    fn options(&self, instance: &str) -> Vec<Word> {
        let token = self.variable("TOKEN", instance);
        match self.login {
            Login::None => Vec::new(),
            Login::TokenAsUser => vec![word("-u"), around("", &token, ":")],
            Login::UserAndToken => {
                let user = Piece::Variable { variable: self.variable("USER", instance) };
                vec![word("-u"), vec![user, Piece::Text(":".to_owned()), Piece::Variable { variable: token }]]
            }
            Login::Header(before) => vec![word("-H"), around(before, &token, "")],
        }
    }
}

/// Returns where an answer is saved.
fn path(source: &str, wanted: &Wanted<'_>, part: &str) -> String {
    let instance = if wanted.instance.is_empty() {
        String::new()
    } else {
        format!("@{}", encoded(wanted.instance).replace('/', "%2F"))
    };
    format!("{source}{instance}/{}/{part}.json", encoded(wanted.key))
}

/// Encodes a text for one part of an address.
pub(crate) fn url_part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Returns whether a text is one that forges allow in a name.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text != "."
        && text != ".."
        && text.len() <= 200
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Returns whether a text is `owner/repo`.
pub(crate) fn is_slug(text: &str) -> bool {
    text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

/// Returns whether a text is a path of names.
pub(crate) fn is_path(text: &str) -> bool {
    text.split('/').all(is_name)
}

/// Returns whether a text has no character that ends a line or means something to a terminal.
pub(crate) fn is_line(text: &str) -> bool {
    !text.is_empty() && text.len() <= 1_000 && !text.chars().any(char::is_control) && !text.starts_with('-')
}

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
