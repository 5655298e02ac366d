//! The methods of values, one a line in [`METHODS`].

use super::failure::Failure;
use super::limits::{self, Meter};
use super::value::{List, Method, Of, Record, Value, strict_equal, to_number, to_text};
use super::{number, script, units};

const fn method(of: Of, name: &'static str, least: usize, most: usize) -> Method {
    Method { name, of, least, most }
}

const MANY: usize = usize::MAX;

/// All methods.
pub(crate) const METHODS: &[Method] = &[
    method(Of::Text, "at", 0, 1),
    method(Of::Text, "charAt", 0, 1),
    method(Of::Text, "charCodeAt", 0, 1),
    method(Of::Text, "concat", 0, MANY),
    method(Of::Text, "endsWith", 1, 2),
    method(Of::Text, "includes", 1, 2),
    method(Of::Text, "indexOf", 1, 2),
    method(Of::Text, "lastIndexOf", 1, 2),
    method(Of::Text, "match", 1, 1),
    method(Of::Text, "padEnd", 1, 2),
    method(Of::Text, "padStart", 1, 2),
    method(Of::Text, "repeat", 1, 1),
    method(Of::Text, "replace", 2, 2),
    method(Of::Text, "replaceAll", 2, 2),
    method(Of::Text, "slice", 0, 2),
    method(Of::Text, "split", 0, 2),
    method(Of::Text, "startsWith", 1, 2),
    method(Of::Text, "substr", 1, 2),
    method(Of::Text, "substring", 0, 2),
    method(Of::Text, "toLowerCase", 0, 0),
    method(Of::Text, "toString", 0, 0),
    method(Of::Text, "toUpperCase", 0, 0),
    method(Of::Text, "trim", 0, 0),
    method(Of::Text, "trimEnd", 0, 0),
    method(Of::Text, "trimStart", 0, 0),
    method(Of::Number, "toExponential", 0, 1),
    method(Of::Number, "toFixed", 0, 1),
    method(Of::Number, "toPrecision", 0, 1),
    method(Of::Number, "toString", 0, 1),
    method(Of::List, "at", 1, 1),
    method(Of::List, "concat", 0, MANY),
    method(Of::List, "copyWithin", 1, 3),
    method(Of::List, "fill", 1, 3),
    method(Of::List, "flat", 0, 1),
    method(Of::List, "includes", 1, 2),
    method(Of::List, "indexOf", 1, 2),
    method(Of::List, "join", 0, 1),
    method(Of::List, "lastIndexOf", 1, 2),
    method(Of::List, "pop", 0, 0),
    method(Of::List, "push", 0, MANY),
    method(Of::List, "reverse", 0, 0),
    method(Of::List, "shift", 0, 0),
    method(Of::List, "slice", 0, 2),
    method(Of::List, "sort", 0, 0),
    method(Of::List, "splice", 0, MANY),
    method(Of::List, "unshift", 0, MANY),
    method(Of::CookiecutterList, "append", 1, 1),
    method(Of::CookiecutterList, "count", 1, 1),
    method(Of::CookiecutterList, "find", 1, 1),
    method(Of::CookiecutterList, "index", 1, 1),
    method(Of::CookiecutterList, "insert", 2, 2),
    method(Of::CookiecutterList, "remove", 1, 1),
    method(Of::CookiecutterRecord, "get", 1, 2),
    method(Of::CookiecutterRecord, "has_key", 1, 1),
    method(Of::CookiecutterRecord, "items", 0, 0),
    method(Of::CookiecutterRecord, "keys", 0, 0),
    method(Of::CookiecutterRecord, "values", 0, 0),
    method(Of::Regex, "test", 1, 1),
];

impl Method {
    /// Returns how many values it takes.
    pub(super) fn most(&self, cookiecutter: bool) -> usize {
        if cookiecutter && self.of == Of::List && self.name == "pop" { 1 } else { self.most }
    }
}

/// Finds a method of a value.
pub(super) fn find(receiver: &Value, name: &str, cookiecutter: bool) -> Option<&'static Method> {
    let fits = |of: Of| match receiver {
        Value::Text(_) | Value::Safe(_) => of == Of::Text,
        Value::Number(_) => of == Of::Number,
        Value::List(_) => of == Of::List || (cookiecutter && of == Of::CookiecutterList),
        Value::Record(_) => cookiecutter && of == Of::CookiecutterRecord,
        Value::Regex(_) => of == Of::Regex,
        _ => false,
    };
    METHODS.iter().find(|method| method.name == name && fits(method.of))
}

type Returned = Result<Value, Failure>;

/// Calls a method.
pub(super) fn invoke(
    method: &Method,
    receiver: &Value,
    arguments: &[Value],
    cookiecutter: bool,
    meter: &mut Meter,
) -> Returned {
    let mut arguments = Given { values: arguments, meter };
    match receiver {
        Value::Text(text) | Value::Safe(text) => of_text(text, method.name, &mut arguments),
        Value::Number(value) => of_number(*value, method.name, &mut arguments),
        Value::List(list) => of_list(list, method.name, &mut arguments, cookiecutter),
        Value::Record(record) => of_record(record, method.name, &mut arguments),
        Value::Regex(regex) => {
            let text = arguments.text(0)?;
            let (found, last_index) = script::test(&text, &regex.source, &regex.flags, regex.last_index.get())?;
            regex.last_index.set(last_index);
            Ok(Value::Bool(found))
        }
        _ => Ok(Value::Undefined),
    }
}

/// Arguments, converted as they are asked for.
struct Given<'a> {
    values: &'a [Value],
    meter: &'a mut Meter,
}

impl Given<'_> {
    fn get(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Undefined)
    }

    fn text(&mut self, index: usize) -> Result<std::rc::Rc<str>, Failure> {
        let value = self.get(index).clone();
        to_text(&value, self.meter)
    }

    /// Returns an argument as a whole number; `None` if it is missing.
    fn integer(&mut self, index: usize) -> Result<Option<f64>, Failure> {
        let value = self.get(index).clone();
        if value.is_undefined() {
            return Ok(None);
        }
        let number = to_number(&value, self.meter)?;
        Ok(Some(if number.is_nan() { 0.0 } else { number.trunc() }))
    }

    /// Returns a position that counts from the end if it is negative.
    fn relative(&mut self, index: usize, length: usize, default: usize) -> Result<usize, Failure> {
        Ok(match self.integer(index)? {
            None => default,
            Some(at) => from_end(at, length),
        })
    }

    /// Returns a position within the length.
    fn position(&mut self, index: usize, length: usize, default: usize) -> Result<usize, Failure> {
        Ok(self.integer(index)?.map_or(default, |at| at.clamp(0.0, length as f64) as usize))
    }
}

fn from_end(at: f64, length: usize) -> usize {
    let length = length as f64;
    if at < 0.0 { (length + at).max(0.0) as usize } else { at.min(length) as usize }
}

fn found(at: Option<usize>) -> Value {
    Value::Number(at.map_or(-1.0, |at| at as f64))
}

fn of_text(text: &str, name: &str, given: &mut Given<'_>) -> Returned {
    let length = units::length(text);
    Ok(match name {
        "at" => {
            let at = given.integer(0)?.unwrap_or(0.0);
            let at = if at < 0.0 { at + length as f64 } else { at };
            if at < 0.0 { Value::Undefined } else { units::at(text, at as usize).map_or(Value::Undefined, Value::text) }
        }
        "charAt" => {
            let at = given.integer(0)?.unwrap_or(0.0);
            Value::text(if at < 0.0 { String::new() } else { units::at(text, at as usize).unwrap_or_default() })
        }
        "charCodeAt" => {
            let at = given.integer(0)?.unwrap_or(0.0);
            let unit = if at < 0.0 { None } else { units::units(text).get(at as usize).copied() };
            Value::Number(unit.map_or(f64::NAN, f64::from))
        }
        "concat" => {
            let mut out = text.to_owned();
            for index in 0..given.values.len() {
                units::push(&mut out, &given.text(index)?);
            }
            Value::text(out)
        }
        "endsWith" => {
            let needle = given.text(0)?;
            let end = given.position(1, length, length)?;
            Value::Bool(units::slice(text, 0, end).ends_with(&*needle))
        }
        "includes" => {
            let needle = given.text(0)?;
            let from = given.position(1, length, 0)?;
            Value::Bool(units::find(text, &needle, from).is_some())
        }
        "indexOf" => {
            let needle = given.text(0)?;
            let from = given.position(1, length, 0)?;
            found(units::find(text, &needle, from))
        }
        "lastIndexOf" => {
            let needle = given.text(0)?;
            let value = given.get(1).clone();
            let from = to_number(&value, given.meter)?;
            let from = if from.is_nan() { length } else { from.clamp(0.0, length as f64) as usize };
            found(units::find_last(text, &needle, from))
        }
        "match" => match given.get(0).clone() {
            Value::Regex(regex) => script::find(text, &regex.source, &regex.flags)?,
            _ => script::find(text, &given.text(0)?, "")?,
        },
        "padEnd" | "padStart" => {
            let wanted = given.integer(0)?.unwrap_or(0.0);
            let pad = if given.get(1).is_undefined() { " ".into() } else { given.text(1)? };
            if wanted > limits::SCRATCH as f64 {
                return Err(limits::scratch());
            }
            let missing = (wanted as usize).saturating_sub(length);
            if missing == 0 || pad.is_empty() {
                return Ok(Value::text(text));
            }
            let filling = units::slice(&pad.repeat(missing / units::length(&pad) + 1), 0, missing);
            Value::text(if name == "padEnd" { format!("{text}{filling}") } else { format!("{filling}{text}") })
        }
        "repeat" => {
            let count = given.integer(0)?.unwrap_or(0.0);
            if count < 0.0 || count.is_infinite() {
                return Err(Failure::evaluation("a text cannot be repeated so often"));
            }
            if count * text.len() as f64 > limits::SCRATCH as f64 {
                return Err(limits::scratch());
            }
            Value::text(if text.is_empty() { String::new() } else { text.repeat(count as usize) })
        }
        "replace" | "replaceAll" => {
            let into = given.text(1)?;
            if let Value::Regex(regex) = given.get(0).clone() {
                if name == "replaceAll" && !regex.flags.contains('g') {
                    return Err(Failure::evaluation("`replaceAll` needs a regular expression with the flag g"));
                }
                let (text, last_index) =
                    script::replace(text, &regex.source, &regex.flags, regex.last_index.get(), &into)?;
                regex.last_index.set(last_index);
                return Ok(Value::text(text));
            }
            let needle = given.text(0)?;
            replaced(text, &needle, &into, name == "replaceAll")?
        }
        "slice" => {
            let start = given.relative(0, length, 0)?;
            let end = given.relative(1, length, length)?;
            Value::text(units::slice(text, start, end.max(start)))
        }
        "split" => {
            let value = given.get(1).clone();
            let limit = if value.is_undefined() {
                usize::MAX
            } else {
                number::to_uint32(to_number(&value, given.meter)?) as usize
            };
            let mut parts: Vec<String> = match given.get(0).clone() {
                Value::Undefined => vec![text.to_owned()],
                Value::Regex(regex) => return script::split(text, &regex.source, &regex.flags, limit),
                _ => {
                    let separator = given.text(0)?;
                    if separator.is_empty() {
                        units::each(text)
                    } else {
                        text.split(&*separator).map(str::to_owned).collect()
                    }
                }
            };
            parts.truncate(limit);
            Value::list(parts.into_iter().map(Value::text).collect())
        }
        "startsWith" => {
            let needle = given.text(0)?;
            let from = given.position(1, length, 0)?;
            Value::Bool(units::slice(text, from, length).starts_with(&*needle))
        }
        "substr" => {
            let start = given.relative(0, length, 0)?;
            let count = given.integer(1)?.unwrap_or(f64::INFINITY).clamp(0.0, (length - start.min(length)) as f64);
            Value::text(units::slice(text, start, start + count as usize))
        }
        "substring" => {
            let start = given.position(0, length, 0)?;
            let end = given.position(1, length, length)?;
            Value::text(units::slice(text, start.min(end), start.max(end)))
        }
        "toLowerCase" => Value::text(text.to_lowercase()),
        "toUpperCase" => Value::text(text.to_uppercase()),
        "toString" => Value::text(text),
        "trim" => Value::text(text.trim_matches(units::is_space)),
        "trimEnd" => Value::text(text.trim_end_matches(units::is_space)),
        "trimStart" => Value::text(text.trim_start_matches(units::is_space)),
        _ => Value::Undefined,
    })
}

/// Replaces a text, with `$&` and the like in what takes its place.
fn replaced(text: &str, needle: &str, into: &str, all: bool) -> Returned {
    let mut out = String::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(needle).map(|at| at + from) {
        out.push_str(&text[from..at]);
        let mut rest = into;
        while let Some(sign) = rest.find('$') {
            out.push_str(&rest[..sign]);
            let (what, length) = match rest.as_bytes().get(sign + 1) {
                Some(b'$') => ("$", 2),
                Some(b'&') => (needle, 2),
                Some(b'`') => (&text[..at], 2),
                Some(b'\'') => (&text[at + needle.len()..], 2),
                _ => ("$", 1),
            };
            out.push_str(what);
            rest = &rest[sign + length..];
            if out.len() > limits::SCRATCH {
                return Err(limits::scratch());
            }
        }
        out.push_str(rest);
        if out.len() > limits::SCRATCH {
            return Err(limits::scratch());
        }
        from = at + needle.len();
        if !all {
            break;
        }
        if needle.is_empty() {
            match text[from..].chars().next() {
                Some(next) => {
                    out.push(next);
                    from += next.len_utf8();
                }
                None => return Ok(Value::text(out)),
            }
        }
    }
    out.push_str(&text[from..]);
    Ok(Value::text(out))
}

fn of_number(value: f64, name: &str, given: &mut Given<'_>) -> Returned {
    let argument = match given.get(0).clone() {
        Value::Undefined => None,
        argument => Some(to_number(&argument, given.meter)?),
    };
    let within = |least: f64, most: f64| match argument.map(|number| if number.is_nan() { 0.0 } else { number.trunc() })
    {
        None => Ok(None),
        Some(number) if (least..=most).contains(&number) => Ok(Some(number as usize)),
        Some(_) => Err(Failure::evaluation(format!("`{name}` takes a number from {least} to {most}"))),
    };
    Ok(Value::text(match name {
        "toFixed" => number::to_fixed(value, within(0.0, 100.0)?.unwrap_or(0) as u8),
        "toExponential" => number::to_exponential(value, within(0.0, 100.0)?),
        "toPrecision" => match within(1.0, 100.0)? {
            Some(precision) => number::to_precision(value, precision),
            None => number::print(value),
        },
        _ => number::to_radix(value, within(2.0, 36.0)?.unwrap_or(10) as u32),
    }))
}

fn of_list(list: &List, name: &str, given: &mut Given<'_>, cookiecutter: bool) -> Returned {
    let mut items = list.to_vec();
    let length = items.len();
    Ok(match name {
        "at" => {
            let at = given.integer(0)?.unwrap_or(0.0);
            let at = if at < 0.0 { at + length as f64 } else { at };
            if at < 0.0 { Value::Undefined } else { items.get(at as usize).cloned().unwrap_or_default() }
        }
        "concat" => {
            for value in given.values {
                match value {
                    Value::List(other) => items.extend(other.to_vec()),
                    other => items.push(other.clone()),
                }
            }
            Value::list(items)
        }
        "flat" => {
            let depth = given.integer(0)?.unwrap_or(1.0).max(0.0);
            let mut out = Vec::new();
            flatten(list, depth, &mut out, given.meter)?;
            Value::list(out)
        }
        "includes" => {
            let from = given.relative(1, length, 0)?;
            let wanted = given.get(0);
            let is_nan = |value: &Value| matches!(value, Value::Number(number) if number.is_nan());
            Value::Bool(items[from..].iter().any(|item| strict_equal(item, wanted) || (is_nan(item) && is_nan(wanted))))
        }
        "indexOf" | "index" | "find" => {
            let from = if name == "indexOf" { given.relative(1, length, 0)? } else { 0 };
            found(items[from..].iter().position(|item| strict_equal(item, given.get(0))).map(|at| at + from))
        }
        "lastIndexOf" => {
            let end = match given.integer(1)? {
                None => length,
                Some(at) if at < 0.0 => (length as f64 + at + 1.0).max(0.0) as usize,
                Some(at) => (at + 1.0).min(length as f64) as usize,
            };
            found(items[..end].iter().rposition(|item| strict_equal(item, given.get(0))))
        }
        "join" => {
            let separator = if given.get(0).is_undefined() { ",".into() } else { given.text(0)? };
            let mut out = String::new();
            for (at, item) in items.iter().enumerate() {
                given.meter.works(1)?;
                if at > 0 {
                    out.push_str(&separator);
                }
                if !item.is_nullish() {
                    units::push(&mut out, &to_text(item, given.meter)?);
                }
                if out.len() > limits::SCRATCH {
                    return Err(limits::scratch());
                }
            }
            Value::text(out)
        }
        "slice" => {
            let start = given.relative(0, length, 0)?;
            let end = given.relative(1, length, length)?;
            Value::list(items[start..end.max(start)].to_vec())
        }
        "push" | "append" => {
            items.extend(given.values.iter().cloned());
            let count = items.len();
            list.replace(items, given.values, given.meter)?;
            Value::Number(count as f64)
        }
        "pop" => {
            let value = match given.integer(0)? {
                Some(at) if cookiecutter => {
                    let at = if at < 0.0 { at + length as f64 } else { at };
                    if at < 0.0 || at >= length as f64 {
                        return Ok(Value::Undefined);
                    }
                    items.remove(at as usize)
                }
                _ => items.pop().unwrap_or_default(),
            };
            list.replace(items, &[], given.meter)?;
            value
        }
        "shift" => {
            let value = if items.is_empty() { Value::Undefined } else { items.remove(0) };
            list.replace(items, &[], given.meter)?;
            value
        }
        "unshift" => {
            items.splice(0..0, given.values.iter().cloned());
            let count = items.len();
            list.replace(items, given.values, given.meter)?;
            Value::Number(count as f64)
        }
        "splice" => {
            if given.get(0).is_undefined() {
                return Ok(Value::list(Vec::new()));
            }
            let start = given.relative(0, length, 0)?;
            let count = given.integer(1)?.unwrap_or(f64::INFINITY).clamp(0.0, (length - start) as f64) as usize;
            let added: Vec<Value> = given.values.iter().skip(2).cloned().collect();
            let removed: Vec<Value> = items.splice(start..start + count, added.iter().cloned()).collect();
            list.replace(items, &added, given.meter)?;
            Value::list(removed)
        }
        "insert" => {
            let at = given.relative(0, length, 0)?;
            items.insert(at, given.get(1).clone());
            let added = [given.get(1).clone()];
            list.replace(items, &added, given.meter)?;
            Value::list(Vec::new())
        }
        "remove" => {
            let at = items.iter().position(|item| strict_equal(item, given.get(0)));
            let removed = at.map(|at| items.remove(at)).into_iter().collect();
            list.replace(items, &[], given.meter)?;
            Value::list(removed)
        }
        "count" => {
            given.meter.works(length)?;
            Value::Number(items.iter().filter(|item| strict_equal(item, given.get(0))).count() as f64)
        }
        "sort" => {
            let mut keyed = Vec::with_capacity(length);
            for item in items {
                let key = if item.is_undefined() { None } else { Some(units::units(&to_text(&item, given.meter)?)) };
                keyed.push((key.is_none(), key, item));
            }
            keyed.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
            list.replace(keyed.into_iter().map(|(.., item)| item).collect(), &[], given.meter)?;
            Value::List(list.clone())
        }
        "reverse" => {
            items.reverse();
            list.replace(items, &[], given.meter)?;
            Value::List(list.clone())
        }
        "fill" => {
            let start = given.relative(1, length, 0)?;
            let end = given.relative(2, length, length)?;
            for item in items.iter_mut().take(end).skip(start) {
                *item = given.get(0).clone();
            }
            let added = [given.get(0).clone()];
            list.replace(items, &added, given.meter)?;
            Value::List(list.clone())
        }
        "copyWithin" => {
            let target = given.relative(0, length, 0)?;
            let start = given.relative(1, length, 0)?;
            let end = given.relative(2, length, length)?;
            let copied = items[start..end.max(start)].to_vec();
            for (item, value) in items.iter_mut().skip(target).zip(copied) {
                *item = value;
            }
            list.replace(items, &[], given.meter)?;
            Value::List(list.clone())
        }
        _ => Value::Undefined,
    })
}

fn flatten(list: &List, depth: f64, out: &mut Vec<Value>, meter: &mut Meter) -> Result<(), Failure> {
    for item in list.items().iter() {
        meter.works(1)?;
        match item {
            Value::List(inner) if depth > 0.0 => flatten(inner, depth - 1.0, out, meter)?,
            other => out.push(other.clone()),
        }
    }
    Ok(())
}

fn of_record(record: &Record, name: &str, given: &mut Given<'_>) -> Returned {
    let text = |text: &std::rc::Rc<str>| Value::Text(text.clone());
    Ok(match name {
        "get" => record.get(&given.text(0)?).unwrap_or(given.get(1)).clone(),
        "has_key" => Value::Bool(record.get(&given.text(0)?).is_some()),
        "keys" => Value::list(record.entries().map(|(key, _)| text(key)).collect()),
        "values" => Value::list(record.entries().map(|(_, value)| value.clone()).collect()),
        _ => Value::list(record.entries().map(|(key, value)| Value::list(vec![text(key), value.clone()])).collect()),
    })
}
