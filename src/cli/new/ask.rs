//! Asks for values on a terminal, page by page, as the form of Backstage does.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::error::Error;
use crate::scaffold::language::{Host, Value};
use crate::scaffold::parameters;
use crate::scaffold::schema;
use crate::scaffold::yaml_in;

/// Who is asked.
pub(super) trait Terminal {
    /// Shows a line.
    fn say(&mut self, text: &str);
    /// Shows a question and reads the answer; `None` if there will be no more.
    fn ask(&mut self, question: &str) -> Option<String>;
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every field.
    All,
    /// Fields that must be filled in.
    Required,
}

/// What questions need besides the template.
pub(super) struct Questions<'a> {
    pub(super) pages: &'a [Json],
    pub(super) extent: Extent,
    pub(super) host: &'a Host<'a>,
    /// Returns the references of all entities of these kinds, in order.
    pub(super) entities: &'a dyn Fn(&[String]) -> Vec<String>,
}

/// How often one question is asked again.
const MAX_TRIES: usize = 20;
/// Maximum number of choices that are listed.
const MAX_LISTED: usize = 30;

/// Asks for what is missing, and puts the answers in.
///
/// # Errors
/// When there are no more answers.
pub(super) fn ask(
    questions: &Questions<'_>,
    values: &mut Map<String, Json>,
    terminal: &mut dyn Terminal,
) -> Result<(), Error> {
    for (at, page) in questions.pages.iter().enumerate() {
        if questions.pages.len() > 1 && !parameters::is_shown(page, values, questions.host) {
            continue;
        }
        let mut asked = BTreeSet::new();
        let mut told = false;
        // Answers bring fields and take them away, so the fields are found again after each.
        while let Some((name, field, required)) = next(questions.extent, page, values, &asked) {
            if !std::mem::replace(&mut told, true) {
                title(at, questions.pages.len(), page, terminal);
            }
            if let Some(value) = field_value(questions, &name, &field, required, terminal)? {
                values.insert(name.clone(), value);
            }
            asked.insert(name);
        }
    }
    Ok(())
}

fn title(at: usize, count: usize, page: &Json, terminal: &mut dyn Terminal) {
    let title = page["title"].as_str().unwrap_or_default();
    if count > 1 {
        terminal.say(&format!("\nPage {} of {count}  {title}", at + 1));
    } else if !title.is_empty() {
        terminal.say(&format!("\n{title}"));
    }
    if let Some(description) = page["description"].as_str() {
        terminal.say(description.trim());
    }
}

/// Finds the next field without a value.
fn next(
    extent: Extent,
    page: &Json,
    values: &Map<String, Json>,
    asked: &BTreeSet<String>,
) -> Option<(String, Json, bool)> {
    let schema = parameters::with_answers(page, values);
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let properties = schema["properties"].as_object()?;
    let open = properties.iter().filter(|(name, _)| !asked.contains(*name) && !values.contains_key(*name));
    let mut open = open.map(|(name, field)| (name.clone(), field.clone(), required.contains(&name.as_str())));
    open.find(|(_, field, required)| {
        let hidden = field["ui:widget"] == "hidden" || field["const"] != Json::Null;
        !hidden && (extent == Extent::All || (*required && field.get("default").is_none()))
    })
}

fn option<'a>(field: &'a Json, name: &str) -> &'a Json {
    match field.get("ui:options").and_then(|options| options.get(name)) {
        Some(value) => value,
        None => &field[format!("ui:{name}").as_str()],
    }
}

/// Asks for one field until the answer fits.
fn field_value(
    questions: &Questions<'_>,
    name: &str,
    field: &Json,
    required: bool,
    terminal: &mut dyn Terminal,
) -> Result<Option<Json>, Error> {
    let label = field["title"].as_str().unwrap_or(name);
    if let Some(description) = field["description"].as_str().or(option(field, "help").as_str()) {
        terminal.say(&format!("  {}", description.trim().replace('\n', "\n  ")));
    }
    if field["ui:field"] == "Secret" || field["ui:widget"] == "password" {
        terminal.say(&format!("  {label} is a secret: give it with `--secrets FILE` or PLAYBILL_SECRET_…, not here"));
        return Ok(None);
    }
    if field["ui:field"] == "RepoUrlPicker" {
        return repository(label, field, required, terminal);
    }
    let choices = choices(questions, field);
    for (at, choice) in choices.listed.iter().enumerate().take(MAX_LISTED) {
        terminal.say(&format!("  {:>2}  {}", at + 1, choice.0));
    }
    if choices.listed.len() > MAX_LISTED {
        terminal.say(&format!("      and {} more", choices.listed.len() - MAX_LISTED));
    }
    let default = field.get("default").filter(|default| !default.is_null());
    let shown = default.map_or_else(String::new, |default| format!(" [{}]", shown(default)));
    let star = if required { "" } else { " (may be empty)" };
    for _ in 0..MAX_TRIES {
        let answer = terminal.ask(&format!("{label}{star}{shown}: ")).ok_or_else(stopped)?;
        let answer = answer.trim();
        if answer.is_empty() {
            if default.is_some() || !required {
                return Ok(default.cloned());
            }
            terminal.say("  a value is needed");
            continue;
        }
        let value = choices.find(answer).unwrap_or_else(|| read(answer, field));
        let misfits = schema::check(field, &Value::from_json(&value));
        if misfits.is_empty() && (choices.open || choices.listed.is_empty() || choices.knows(&value)) {
            return Ok(Some(value));
        }
        for misfit in &misfits {
            terminal.say(&format!(
                "  {}{}",
                if misfit.pointer.is_empty() { String::new() } else { format!("{} ", misfit.pointer) },
                misfit.message
            ));
        }
        if misfits.is_empty() {
            let names = choices.listed.iter().filter_map(|(_, value)| value.as_str());
            let near = crate::text::nearest(answer, names)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            terminal.say(&format!("  `{answer}` is none of the choices{near}"));
        }
    }
    Err(Error::Usage(format!("no answer to `{label}` fits")))
}

fn stopped() -> Error {
    Error::Usage("there are no more answers; nothing was written".to_owned())
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads an answer by the type of its field.
fn read(answer: &str, field: &Json) -> Json {
    let types: Vec<&str> = match &field["type"] {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let yaml = || yaml_in::document(answer).unwrap_or_else(|_| json!(answer));
    if types.contains(&"boolean") {
        return match answer.to_lowercase().as_str() {
            "y" | "yes" | "true" => json!(true),
            "n" | "no" | "false" => json!(false),
            _ => json!(answer),
        };
    }
    if types.contains(&"array") {
        let value = yaml();
        if value.is_array() {
            return value;
        }
        let number = |item: &str| match field["items"]["type"].as_str() {
            Some("string") | None => json!(item),
            _ => yaml_in::document(item).unwrap_or_else(|_| json!(item)),
        };
        return Json::Array(answer.split(',').map(|item| number(item.trim())).collect());
    }
    if types.is_empty() || types.contains(&"string") { json!(answer) } else { yaml() }
}

/// What can be chosen.
struct Choices {
    /// What is shown, and what it means.
    listed: Vec<(String, Json)>,
    /// Whether something else is taken too.
    open: bool,
    /// Whether several can be chosen.
    several: bool,
}

impl Choices {
    /// Finds what is meant by a number or a name.
    fn find(&self, answer: &str) -> Option<Json> {
        let one = |answer: &str| {
            let by_number = answer.parse::<usize>().ok().and_then(|number| self.listed.get(number.checked_sub(1)?));
            let by_name = self.listed.iter().find(|(shown, value)| shown == answer || value.as_str() == Some(answer));
            by_name.or(by_number).map(|(_, value)| value.clone())
        };
        if !self.several {
            return one(answer);
        }
        answer.split(',').map(|part| one(part.trim())).collect::<Option<Vec<_>>>().map(Json::Array)
    }

    fn knows(&self, value: &Json) -> bool {
        let known = |value: &Json| self.listed.iter().any(|(_, known)| known == value);
        match value {
            Json::Array(items) if self.several => items.iter().all(known),
            value => known(value),
        }
    }
}

fn choices(questions: &Questions<'_>, field: &Json) -> Choices {
    let several = field["type"] == "array";
    let items = if several { &field["items"] } else { field };
    if let Some(options) = items["enum"].as_array() {
        let names = items["enumNames"].as_array();
        let name = |at: usize, value: &Json| names.and_then(|names| names.get(at)).map_or_else(|| shown(value), shown);
        let listed = options.iter().enumerate().map(|(at, value)| (name(at, value), value.clone()));
        return Choices { listed: listed.collect(), open: false, several };
    }
    if let Some(options) = items["oneOf"].as_array()
        && options.iter().all(|option| option.get("const").is_some())
    {
        let listed = options.iter().map(|option| {
            (option["title"].as_str().map_or_else(|| shown(&option["const"]), str::to_owned), option["const"].clone())
        });
        return Choices { listed: listed.collect(), open: false, several };
    }
    if field["type"] == "boolean" {
        return Choices { listed: Vec::new(), open: true, several: false };
    }
    let kinds: Vec<String> = match field["ui:field"].as_str() {
        Some("OwnerPicker") => wanted_kinds(field, &["group", "user"]),
        Some("MyGroupsPicker") => vec!["group".to_owned()],
        Some("EntityPicker" | "MultiEntityPicker" | "OwnedEntityPicker") => wanted_kinds(field, &[]),
        _ => return Choices { listed: Vec::new(), open: true, several },
    };
    let listed = (questions.entities)(&kinds).into_iter().map(|reference| (reference.clone(), json!(reference)));
    let open = option(field, "allowArbitraryValues") != &Json::Bool(false);
    Choices { listed: listed.collect(), open, several }
}

/// Returns the kinds that a picker shows.
fn wanted_kinds(field: &Json, usual: &[&str]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut add = |value: &Json| match value {
        Json::String(kind) => kinds.push(kind.to_lowercase()),
        Json::Array(list) => kinds.extend(list.iter().filter_map(Json::as_str).map(str::to_lowercase)),
        _ => {}
    };
    match option(field, "catalogFilter") {
        Json::Array(filters) => filters.iter().for_each(|filter| add(&filter["kind"])),
        filter => add(&filter["kind"]),
    }
    add(option(field, "allowedKinds"));
    if kinds.is_empty() { usual.iter().map(|kind| (*kind).to_owned()).collect() } else { kinds }
}

/// Asks for the parts of the address of a repository.
fn repository(label: &str, field: &Json, required: bool, terminal: &mut dyn Terminal) -> Result<Option<Json>, Error> {
    terminal.say(&format!("{label}:"));
    let allowed = |name: &str| -> Vec<&str> {
        option(field, name).as_array().into_iter().flatten().filter_map(Json::as_str).collect()
    };
    let mut part = |name: &str, allowed: Vec<&str>| -> Result<Option<String>, Error> {
        if let [only] = allowed[..] {
            terminal.say(&format!("  {name}: {only}"));
            return Ok(Some(only.to_owned()));
        }
        let hint = if allowed.is_empty() { String::new() } else { format!(" ({})", allowed.join(", ")) };
        for _ in 0..MAX_TRIES {
            let answer = terminal.ask(&format!("  {name}{hint}: ")).ok_or_else(stopped)?;
            let answer = answer.trim();
            if answer.is_empty() && !required {
                return Ok(None);
            }
            if !answer.is_empty() && (allowed.is_empty() || allowed.contains(&answer)) {
                return Ok(Some(answer.to_owned()));
            }
            terminal.say("    a value is needed, one of those that are listed");
        }
        Err(Error::Usage(format!("no answer to `{name}` fits")))
    };
    let Some(host) = part("host", allowed("allowedHosts"))? else { return Ok(None) };
    let names: &[(&str, &str)] = match host.as_str() {
        "dev.azure.com" => {
            &[("organization", "allowedOrganizations"), ("project", "allowedProjects"), ("repo", "allowedRepos")]
        }
        "bitbucket.org" => &[("workspace", "allowedOwners"), ("project", "allowedProjects"), ("repo", "allowedRepos")],
        _ => &[("owner", "allowedOwners"), ("repo", "allowedRepos")],
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, list) in names {
        let Some(value) = part(name, allowed(list))? else { return Ok(None) };
        query.append_pair(name, &value);
    }
    Ok(Some(json!(format!("{host}?{}", query.finish()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Script {
        answers: Vec<&'static str>,
        said: Vec<String>,
    }

    impl Terminal for Script {
        fn say(&mut self, text: &str) {
            self.said.push(text.to_owned());
        }

        fn ask(&mut self, question: &str) -> Option<String> {
            self.said.push(question.to_owned());
            if self.answers.is_empty() { None } else { Some(self.answers.remove(0).to_owned()) }
        }
    }

    fn asked(pages: Json, extent: Extent, answers: &[&'static str]) -> (Result<Json, String>, Vec<String>) {
        let pages = parameters::pages(Some(&pages));
        let entities = |kinds: &[String]| {
            if kinds.contains(&"group".to_owned()) { vec!["group:default/seats".to_owned()] } else { Vec::new() }
        };
        let questions = Questions { pages: &pages, extent, host: &Host::default(), entities: &entities };
        let mut script = Script { answers: answers.to_vec(), said: Vec::new() };
        let mut values = Map::new();
        let result =
            ask(&questions, &mut values, &mut script).map(|()| Json::Object(values)).map_err(|error| error.to_string());
        (result, script.said)
    }

    #[test]
    fn fields_are_asked_until_they_fit() {
        let pages = json!({"required": ["name"], "properties": {
            "name": {"type": "string", "pattern": "^[a-z]+$"},
            "size": {"type": "integer", "default": 3},
            "kind": {"type": "string", "enum": ["api", "web"], "enumNames": ["An API", "A site"]},
            "owner": {"type": "string", "ui:field": "OwnerPicker"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "db": {"type": "boolean"},
        }});
        let (values, said) = asked(pages, Extent::All, &["", "A1", "seats", "", "2", "1", "a, b", "y"]);
        assert_eq!(
            values,
            Ok(
                json!({"name": "seats", "size": 3, "kind": "web", "owner": "group:default/seats", "tags": ["a", "b"], "db": true})
            )
        );
        assert!(said.iter().any(|line| line.contains("does not match the pattern")), "{said:?}");
    }

    #[test]
    fn answers_decide_what_else_is_asked() {
        let pages = json!([
            {"properties": {"db": {"type": "boolean"}}, "dependencies": {"db": {"oneOf": [
                {"properties": {"db": {"const": true}, "engine": {"type": "string"}}},
                {"properties": {"db": {"const": false}}},
            ]}}},
            {"when": "parameters.engine == 'pg'", "properties": {"version": {"type": "number"}}},
        ]);
        assert_eq!(
            asked(pages.clone(), Extent::All, &["y", "pg", "17"]).0,
            Ok(json!({"db": true, "engine": "pg", "version": 17}))
        );
        assert_eq!(asked(pages, Extent::All, &["n"]).0, Ok(json!({"db": false})));
    }

    #[test]
    fn only_what_is_needed_can_be_asked() {
        let pages = json!({"required": ["a", "repo"], "properties": {
            "a": {"type": "string", "default": "x"},
            "b": {"type": "string"},
            "repo": {"type": "string", "ui:field": "RepoUrlPicker", "ui:options": {"allowedHosts": ["github.com"]}},
        }});
        assert_eq!(
            asked(pages.clone(), Extent::Required, &["acme", "seats"]).0,
            Ok(json!({"repo": "github.com?owner=acme&repo=seats"}))
        );
        assert!(asked(pages, Extent::Required, &["acme"]).0.is_err());
    }
}
