//! Requests of tools: what a command or an address is asked, and which texts may be part of it.

use std::fmt::Write as _;

use serde::Serialize;

use super::folder::encoded;
use crate::catalog::Entity;

/// A key for which the script makes requests.
pub(crate) struct Wanted<'a> {
    /// The key.
    pub(crate) key: &'a str,
    /// The server; empty for the default one.
    pub(crate) instance: &'a str,
    /// One of the entities that ask.
    pub(crate) entity: &'a Entity,
}

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
