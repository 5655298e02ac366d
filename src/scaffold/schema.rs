//! Checks values against a JSON Schema as Backstage does: by the rules of the library `jsonschema` of npm, draft 7.
//!
//! Schemas of templates are written by people and often break the rules for schemas (`required: true` on a property, a
//! type that does not exist). Backstage takes them all the same, so a validator that insists on a valid schema cannot
//! be used.

use serde_json::{Map, Value as Json};

use super::budget;
use super::language::number;
use super::language::script;
use super::language::{Record, Value};
use crate::text::nearest;

/// A value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where, as a JSON pointer into the values.
    pub pointer: String,
    /// The keyword of the schema that is not fulfilled.
    pub keyword: String,
    /// What is wrong.
    pub message: String,
}

/// How deep schemas and values are followed.
const MAX_DEPTH: usize = 200;
/// How many steps one check may take: a schema that refers to itself twice would double them with each level.
const MAX_STEPS: u64 = 500_000;
/// Maximum number of faults that are reported.
const MAX_MISFITS: usize = 1_000;

/// Returns whatever does not fit; of unions only that none of them fits.
#[must_use]
pub fn check(schema: &Json, value: &Value) -> Vec<Misfit> {
    misfits(schema, schema, value)
}

/// Returns whether a value fits.
#[must_use]
pub fn fits(root: &Json, schema: &Json, value: &Value) -> bool {
    misfits(root, schema, value).is_empty()
}

fn misfits(root: &Json, schema: &Json, value: &Value) -> Vec<Misfit> {
    let mut checker = Checker { root, found: Vec::new(), depth: 0 };
    budget::within(MAX_STEPS, || checker.check(schema, value, &mut Vec::new()));
    checker.found
}

/// Finds what `$ref` leads to, within the same schema.
#[must_use]
pub fn resolve<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    root.pointer(&reference.strip_prefix('#')?.replace("%25", "%"))
}

/// Writes a JSON pointer.
#[must_use]
pub fn pointer(path: &[String]) -> String {
    path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Replaces a keyword where a check ends early.
const LIMIT: &str = "limit";

struct Checker<'a> {
    root: &'a Json,
    found: Vec<Misfit>,
    depth: usize,
}

impl Checker<'_> {
    fn report(&mut self, path: &[String], keyword: &str, message: impl Into<String>) {
        if self.found.len() >= MAX_MISFITS {
            return;
        }
        self.found.push(Misfit { pointer: pointer(path), keyword: keyword.to_owned(), message: message.into() });
    }

    fn fits(&self, schema: &Json, value: &Value) -> bool {
        let mut inner = Checker { root: self.root, found: Vec::new(), depth: self.depth };
        inner.check(schema, value, &mut Vec::new());
        inner.found.is_empty()
    }

    fn check(&mut self, schema: &Json, value: &Value, path: &mut Vec<String>) {
        let keywords = match schema {
            Json::Bool(false) => return self.report(path, "false", "is not allowed"),
            Json::Object(keywords) => keywords,
            _ => return,
        };
        self.depth += 1;
        if budget::take(1 + keywords.len() as u64).is_err() {
            if self.found.last().is_none_or(|misfit| misfit.keyword != LIMIT) {
                self.report(path, LIMIT, "takes too many steps to check");
            }
        } else if self.depth > MAX_DEPTH {
            self.report(path, "$ref", "the schema refers to itself without end");
        } else if let Some(Json::String(reference)) = keywords.get("$ref") {
            match resolve(self.root, reference) {
                Some(target) => self.check(target, value, path),
                None => self.report(path, "$ref", format!("the schema refers to `{reference}`, which does not exist")),
            }
        } else {
            for (keyword, argument) in keywords {
                self.keyword(keyword, argument, keywords, value, path);
            }
        }
        self.depth -= 1;
    }

    fn keyword(
        &mut self,
        keyword: &str,
        argument: &Json,
        schema: &Map<String, Json>,
        value: &Value,
        path: &mut Vec<String>,
    ) {
        match keyword {
            "required" => self.required(argument, schema, value, path),
            "properties" => {
                let (Value::Record(record), Json::Object(properties)) = (value, argument) else { return };
                for (name, property) in properties {
                    path.push(name.clone());
                    self.check(property, record.get(name).unwrap_or(&Value::Undefined), path);
                    path.pop();
                }
            }
            _ if value.is_undefined() => {}
            "type" => {
                if !has_type(argument, value, self) {
                    let wanted = shown_types(argument);
                    self.report(path, "type", format!("must be {wanted}, and is {}", shown(value)));
                }
            }
            "enum" => self.enumeration(argument, value, path),
            "const" => {
                if !same(&Value::from_json(argument), value) {
                    self.report(path, "const", format!("must be {argument}, and is {}", shown(value)));
                }
            }
            "allOf" | "anyOf" | "oneOf" => self.union(keyword, argument, value, path),
            "not" => {
                let options: Vec<&Json> = match argument {
                    Json::Array(options) => options.iter().collect(),
                    one => vec![one],
                };
                if options.into_iter().any(|option| self.fits(option, value)) {
                    self.report(path, "not", "is what the schema excludes");
                }
            }
            "if" => {
                let branch = if self.fits(argument, value) { schema.get("then") } else { schema.get("else") };
                if let Some(branch) = branch {
                    self.check(branch, value, path);
                }
            }
            _ => match value {
                Value::Text(text) | Value::Safe(text) => self.text_keyword(keyword, argument, text, path),
                Value::Number(number) => self.number_keyword(keyword, argument, schema, *number, path),
                Value::List(list) => self.list_keyword(keyword, argument, schema, &list.to_vec(), path),
                Value::Record(record) => self.record_keyword(keyword, argument, schema, record, path),
                _ => {}
            },
        }
    }

    fn required(&mut self, argument: &Json, schema: &Map<String, Json>, value: &Value, path: &mut Vec<String>) {
        match (argument, value) {
            // The validator of Backstage looks for an entry without a name here, and says so in its pointer.
            (Json::Bool(true), Value::Undefined) => {
                path.push("undefined".to_owned());
                self.report(path, "required", "is missing");
                path.pop();
            }
            (Json::Array(names), Value::Record(record)) => {
                let declared = schema.get("properties").and_then(Json::as_object);
                for name in names.iter().filter_map(Json::as_str) {
                    if budget::take(1 + record.len() as u64).is_err() {
                        return;
                    }
                    if record.get(name).is_some_and(|value| !value.is_undefined()) {
                        continue;
                    }
                    // A key that nobody asked for may be this one with a slip.
                    let strangers = record.entries().map(|(key, _)| &**key);
                    let strangers =
                        strangers.filter(|key| declared.is_none_or(|declared| !declared.contains_key(*key)));
                    let hint = nearest(name, strangers)
                        .map_or_else(String::new, |near| format!("; is `{near}` meant to be it?"));
                    path.push(name.to_owned());
                    self.report(path, "required", format!("is missing{hint}"));
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn enumeration(&mut self, argument: &Json, value: &Value, path: &[String]) {
        let Json::Array(options) = argument else { return };
        let _ = budget::take(options.len() as u64);
        if options.iter().any(|option| same(&Value::from_json(option), value)) {
            return;
        }
        let hint = value
            .as_text()
            .and_then(|text| nearest(text, options.iter().filter_map(Json::as_str)))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let listed: Vec<String> = options.iter().take(12).map(ToString::to_string).collect();
        let more = if options.len() > 12 { ", …" } else { "" };
        self.report(path, "enum", format!("must be one of {}{more}, and is {}{hint}", listed.join(", "), shown(value)));
    }

    fn union(&mut self, keyword: &str, argument: &Json, value: &Value, path: &mut Vec<String>) {
        let Json::Array(options) = argument else { return };
        match keyword {
            "allOf" => {
                for option in options {
                    let before = self.found.len();
                    self.check(option, value, path);
                    if self.found.len() > before {
                        let misfit = Misfit {
                            pointer: pointer(path),
                            keyword: keyword.to_owned(),
                            message: "does not fit all parts of its schema".to_owned(),
                        };
                        self.found.insert(before, misfit);
                    }
                }
            }
            "anyOf" => {
                if !options.iter().any(|option| self.fits(option, value)) {
                    self.report(path, keyword, format!("fits none of {} possibilities", options.len()));
                }
            }
            _ => {
                let count = options.iter().filter(|option| self.fits(option, value)).count();
                if count != 1 {
                    let what = if count == 0 { "none" } else { "more than one" };
                    self.report(path, keyword, format!("fits {what} of {} possibilities", options.len()));
                }
            }
        }
    }

    fn text_keyword(&mut self, keyword: &str, argument: &Json, text: &str, path: &[String]) {
        match keyword {
            "pattern" => {
                let Some(pattern) = argument.as_str() else { return };
                // As the library does: by Unicode, and if the pattern cannot be read so, without.
                let found = script::matches(text, pattern, "u").or_else(|_| script::matches(text, pattern, ""));
                match found {
                    Ok(true) => {}
                    Ok(false) => self.report(path, keyword, format!("`{text}` does not match the pattern `{pattern}`")),
                    Err(message) => {
                        self.report(path, keyword, format!("the pattern `{pattern}` cannot be used: {message}"));
                    }
                }
            }
            "format" => {
                let Some(format) = argument.as_str() else { return };
                if !super::formats::fits(format, text) {
                    self.report(path, keyword, format!("`{text}` is no {format}"));
                }
            }
            "minLength" | "maxLength" => {
                let Some(bound) = argument.as_f64() else { return };
                let length = text.chars().count() as f64;
                if keyword == "minLength" && length < bound {
                    self.report(path, keyword, format!("must have at least {bound} characters, and has {length}"));
                } else if keyword == "maxLength" && length > bound {
                    self.report(path, keyword, format!("must have at most {bound} characters, and has {length}"));
                }
            }
            _ => {}
        }
    }

    fn number_keyword(
        &mut self,
        keyword: &str,
        argument: &Json,
        schema: &Map<String, Json>,
        number: f64,
        path: &[String],
    ) {
        let Some(bound) = argument.as_f64() else { return };
        let shown = number::print(number);
        let exclusive = |name: &str| matches!(schema.get(name), Some(Json::Bool(true)));
        let (fits, what) = match keyword {
            "minimum" if exclusive("exclusiveMinimum") => (number > bound, "greater than"),
            "minimum" => (number >= bound, "at least"),
            "maximum" if exclusive("exclusiveMaximum") => (number < bound, "less than"),
            "maximum" => (number <= bound, "at most"),
            "exclusiveMinimum" => (number > bound, "greater than"),
            "exclusiveMaximum" => (number < bound, "less than"),
            "multipleOf" | "divisibleBy" => {
                let places = decimal_places(number).max(decimal_places(bound));
                let factor = 10_f64.powi(places);
                let divisor = (bound * factor).round();
                (divisor == 0.0 || (number * factor).round() % divisor == 0.0, "a multiple of")
            }
            _ => return,
        };
        if !fits {
            self.report(path, keyword, format!("must be {what} {}, and is {shown}", number::print(bound)));
        }
    }

    fn list_keyword(
        &mut self,
        keyword: &str,
        argument: &Json,
        schema: &Map<String, Json>,
        items: &[Value],
        path: &mut Vec<String>,
    ) {
        let count = items.len() as f64;
        match keyword {
            "items" => {
                for (index, item) in items.iter().enumerate() {
                    let item_schema = match argument {
                        Json::Array(schemas) => schemas.get(index).or_else(|| schema.get("additionalItems")),
                        one => Some(one),
                    };
                    // A hole in a list is no item.
                    let (Some(item_schema), false) = (item_schema, item.is_undefined()) else { continue };
                    path.push(index.to_string());
                    self.check(item_schema, item, path);
                    path.pop();
                }
            }
            "contains" if !items.iter().any(|item| self.fits(argument, item)) => {
                self.report(path, keyword, "has no item that fits what it must contain");
            }
            "minItems" if argument.as_f64().is_some_and(|bound| count < bound) => {
                self.report(path, keyword, format!("must have at least {argument} items, and has {count}"));
            }
            "maxItems" if argument.as_f64().is_some_and(|bound| count > bound) => {
                self.report(path, keyword, format!("must have at most {argument} items, and has {count}"));
            }
            "uniqueItems" if argument == &Json::Bool(true) => {
                if budget::take(items.len() as u64 * items.len() as u64 / 2).is_err() {
                    return self.report(path, LIMIT, "has too many items to tell whether one is there twice");
                }
                let twice =
                    items.iter().enumerate().find_map(|(at, item)| items[..at].iter().find(|other| same(other, item)));
                if let Some(item) = twice {
                    self.report(path, keyword, format!("has {} twice", shown(item)));
                }
            }
            _ => {}
        }
    }

    fn record_keyword(
        &mut self,
        keyword: &str,
        argument: &Json,
        schema: &Map<String, Json>,
        record: &Record,
        path: &mut Vec<String>,
    ) {
        let keys: Vec<String> =
            record.entries().filter(|(_, value)| !value.is_undefined()).map(|(key, _)| key.to_string()).collect();
        let count = keys.len() as f64;
        match keyword {
            "additionalProperties" | "patternProperties" => {
                // The first of the two does the work of both.
                if keyword == "additionalProperties" && schema.contains_key("patternProperties") {
                    return;
                }
                let patterns = schema.get("patternProperties").and_then(Json::as_object);
                let declared = schema.get("properties").and_then(Json::as_object);
                let additional = schema.get("additionalProperties");
                for key in &keys {
                    let value = record.get(key).unwrap_or(&Value::Undefined);
                    let mut known = false;
                    for (pattern, property) in patterns.into_iter().flatten() {
                        let found = script::matches(key, pattern, "u").or_else(|_| script::matches(key, pattern, ""));
                        if found == Ok(true) {
                            known = true;
                            path.push(key.clone());
                            self.check(property, value, path);
                            path.pop();
                        }
                    }
                    if known || declared.is_some_and(|declared| declared.contains_key(key)) {
                        continue;
                    }
                    path.push(key.clone());
                    match additional {
                        Some(Json::Bool(false)) => {
                            let names = declared.into_iter().flat_map(|declared| declared.keys().map(String::as_str));
                            let hint = nearest(key, names)
                                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                            self.report(path, "additionalProperties", format!("is not known{hint}"));
                        }
                        Some(property) => self.check(property, value, path),
                        None => {}
                    }
                    path.pop();
                }
            }
            "propertyNames" => {
                for key in &keys {
                    let before = self.found.len();
                    self.check(argument, &Value::text(key), path);
                    for misfit in &mut self.found[before..] {
                        misfit.message = format!("the key `{key}` does not fit: {}", misfit.message);
                    }
                }
            }
            "minProperties" if argument.as_f64().is_some_and(|bound| count < bound) => {
                self.report(path, keyword, format!("must have at least {argument} entries, and has {count}"));
            }
            "maxProperties" if argument.as_f64().is_some_and(|bound| count > bound) => {
                self.report(path, keyword, format!("must have at most {argument} entries, and has {count}"));
            }
            "dependencies" => {
                let Json::Object(dependencies) = argument else { return };
                for (key, needed) in dependencies.iter().filter(|(key, _)| keys.contains(key)) {
                    let names: Vec<&str> = match needed {
                        Json::String(name) => vec![name],
                        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
                        schema => {
                            let before = self.found.len();
                            let value =
                                Value::record(record.entries().map(|(key, value)| (key.clone(), value.clone())));
                            self.check(schema, &value, path);
                            if self.found.len() > before {
                                self.report(path, keyword, format!("does not fit what `{key}` brings with it"));
                            }
                            continue;
                        }
                    };
                    for name in names.into_iter().filter(|name| !keys.iter().any(|key| key == name)) {
                        self.report(path, keyword, format!("has `{key}`, so `{name}` is needed too"));
                    }
                }
            }
            _ => {}
        }
    }
}

fn decimal_places(number: f64) -> i32 {
    let printed = number::print(number);
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((&printed, "0"));
    let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
    (fraction - exponent.parse::<i32>().unwrap_or(0)).clamp(0, 300)
}

fn has_type(argument: &Json, value: &Value, checker: &Checker<'_>) -> bool {
    match argument {
        Json::Array(types) => types.iter().any(|one| has_type(one, value, checker)),
        Json::Object(_) => checker.fits(argument, value),
        Json::String(name) => match name.as_str() {
            "string" => matches!(value, Value::Text(_) | Value::Safe(_)),
            "number" => matches!(value, Value::Number(number) if number.is_finite()),
            "integer" => matches!(value, Value::Number(number) if number.fract() == 0.0),
            "boolean" => matches!(value, Value::Bool(_)),
            "array" => matches!(value, Value::List(_)),
            "object" => matches!(value, Value::Record(_)),
            "null" => matches!(value, Value::Null),
            "date" => false,
            _ => true,
        },
        _ => true,
    }
}

fn shown_types(argument: &Json) -> String {
    let one = |name: &Json| match name.as_str() {
        Some("string") => "a text".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => "a list".to_owned(),
        Some("object") => "an object".to_owned(),
        Some(other) => other.to_owned(),
        None => "of another type".to_owned(),
    };
    match argument {
        Json::Array(types) => types.iter().map(one).collect::<Vec<_>>().join(" or "),
        name => one(name),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) if text.chars().count() <= 60 => format!("the text \"{text}\""),
        Value::Number(number) => number::print(*number),
        Value::Bool(value) => value.to_string(),
        other => other.kind().to_owned(),
    }
}

/// Returns whether two values are equal in all their parts.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            let (left, right) = (left.to_vec(), right.to_vec());
            left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| same(left, right))
        }
        (Value::Record(left), Value::Record(right)) => {
            left.len() == right.len()
                && left.entries().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Text(left) | Value::Safe(left), Value::Text(right) | Value::Safe(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => true,
        _ => false,
    }
}
