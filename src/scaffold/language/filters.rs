//! The filters, one a line in [`FILTERS`].

use std::fmt::Write as _;
use std::rc::Rc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::{Call, Filtered, needs};
use super::failure::Failure;
use super::limits::{self, Meter};
use super::value::{Value, add, own, print, strict_equal, to_number, to_text};
use super::{host_filters, number, script, tests_of_values as tests, units};

/// A filter.
pub(crate) struct Filter {
    /// Its name.
    pub(crate) name: &'static str,
    /// The names of its arguments, if they can be given by name.
    pub(super) names: &'static [&'static str],
    /// Whether it comes from Backstage, not from the language.
    pub(super) of_host: bool,
    pub(super) apply: fn(&mut Call<'_, '_>) -> Result<Value, Failure>,
}

const fn filter(name: &'static str, apply: fn(&mut Call<'_, '_>) -> Result<Value, Failure>) -> Filter {
    Filter { name, names: &[], of_host: false, apply }
}

const fn host(name: &'static str, apply: fn(&mut Call<'_, '_>) -> Result<Value, Failure>) -> Filter {
    Filter { name, names: &[], of_host: true, apply }
}

/// All filters.
pub(crate) const FILTERS: &[Filter] = &[
    filter("abs", |call| Ok(Value::Number(call.number()?.abs()))),
    filter("batch", batch),
    filter("capitalize", |call| call.words(|text| capitalized(&text.to_lowercase()))),
    filter("center", center),
    filter("d", default),
    filter("default", default),
    filter("dictsort", dictsort),
    filter("dump", |call| {
        Ok(dump(&call.input, call.arguments.first(), call.meter)?.map_or(Value::Undefined, Value::text))
    }),
    filter("e", escape),
    filter("escape", escape),
    filter("first", |call| edge(call, false)),
    filter("float", float),
    filter("forceescape", |call| Ok(Value::Safe(escaped(&print(&call.input, call.meter)?).into()))),
    filter("groupby", groupby),
    filter("indent", indent),
    Filter { name: "int", names: &["default", "base"], of_host: false, apply: int },
    filter("join", join),
    filter("last", |call| edge(call, true)),
    filter("length", |call| Ok(length(&call.input))),
    filter("list", list),
    filter("lower", |call| Ok(Value::text(call.text_or_empty()?.to_lowercase()))),
    filter("nl2br", nl2br),
    filter("random", random),
    filter("reject", |call| select(call, false)),
    filter("rejectattr", |call| select_attribute(call, false)),
    filter("replace", replace),
    filter("reverse", reverse),
    filter("round", round),
    filter("safe", |call| {
        if matches!(call.input, Value::Safe(_)) {
            Ok(call.input.clone())
        } else {
            Ok(Value::Safe(print(&call.input, call.meter)?))
        }
    }),
    filter("select", |call| select(call, true)),
    filter("selectattr", |call| select_attribute(call, true)),
    filter("slice", slice),
    Filter { name: "sort", names: &["reverse", "case_sensitive", "attribute"], of_host: false, apply: sort },
    filter("string", string),
    filter("striptags", striptags),
    filter("sum", sum),
    filter("title", |call| {
        call.words(|text| text.split(' ').map(|word| capitalized(&word.to_lowercase())).collect::<Vec<_>>().join(" "))
    }),
    filter("trim", |call| {
        let text = call.text()?;
        Ok(call.like(text.trim_matches(units::is_space)))
    }),
    filter("truncate", truncate),
    filter("upper", |call| Ok(Value::text(call.text_or_empty()?.to_uppercase()))),
    filter("urlencode", urlencode),
    filter("urlize", urlize),
    filter("wordcount", wordcount),
    host("parseEntityRef", host_filters::parse_entity_ref),
    host("parseRepoUrl", host_filters::parse_repo_url),
    host("pick", host_filters::pick),
    host("projectSlug", host_filters::project_slug),
];

/// Finds a filter.
pub(crate) fn find(name: &str, cookiecutter: bool) -> Option<&'static Filter> {
    let name = if cookiecutter && name == "jsonify" { "dump" } else { name };
    FILTERS.iter().find(|filter| filter.name == name)
}

fn capitalized(text: &str) -> String {
    // The first code unit, as JavaScript does: half of a character has no capital.
    let first = units::at(text, 0).unwrap_or_default();
    let mut out = first.to_uppercase();
    units::push(&mut out, &units::slice(text, 1, usize::MAX));
    out
}

fn spaces(count: f64) -> Result<String, Failure> {
    if count.is_nan() || count <= 0.0 {
        return Ok(String::new());
    }
    if count > 16_777_216.0 {
        return Err(Failure::evaluation("more blanks than a text may have"));
    }
    Ok(" ".repeat(count.ceil() as usize))
}

fn batch(call: &mut Call<'_, '_>) -> Filtered {
    call.not_null()?;
    let width = to_number(&call.argument(0).clone(), call.meter)?.trunc();
    if !(width > 0.0 && width < 9e15) {
        return Err(Failure::evaluation("the size must be a whole number above 0"));
    }
    let Some(items) = call.items()? else { return Ok(Value::list(Vec::new())) };
    let width = width as usize;
    let fill = call.argument(1).clone();
    let mut rows: Vec<Vec<Value>> = items.chunks(width).map(<[Value]>::to_vec).collect();
    if fill.truthy()
        && let Some(last) = rows.last_mut()
    {
        call.meter.works(width - last.len())?;
        last.resize(width, fill);
    }
    Ok(Value::list(rows.into_iter().map(Value::list).collect()))
}

fn center(call: &mut Call<'_, '_>) -> Filtered {
    let width = call.number_or(0, 80.0)?;
    if call.is_void() {
        let length = 0.0;
        return Ok(Value::text(format!("{}{}", spaces(half_left(width - length))?, spaces((width - length) / 2.0)?)));
    }
    let length = to_number(&own(&call.input, "length").unwrap_or_default(), call.meter)?;
    if length >= width {
        return Ok(call.input.clone());
    }
    let text = to_text(&call.input, call.meter)?;
    let gap = width - length;
    Ok(call.like(&format!("{}{text}{}", spaces(half_left(gap))?, spaces(gap / 2.0)?)))
}

fn half_left(gap: f64) -> f64 {
    gap / 2.0 - gap % 2.0
}

fn default(call: &mut Call<'_, '_>) -> Filtered {
    let fallback = call.argument(0).clone();
    let missing = if call.argument(1).truthy() { !call.input.truthy() } else { call.input.is_undefined() };
    Ok(if missing { fallback } else { call.input.clone() })
}

fn dictsort(call: &mut Call<'_, '_>) -> Filtered {
    let Value::Record(record) = call.input.clone() else { return Err(needs("an object", &call.input)) };
    let case_sensitive = call.argument(0).truthy();
    let by_value = match call.argument(1) {
        Value::Undefined => false,
        Value::Text(text) if &**text == "key" => false,
        Value::Text(text) if &**text == "value" => true,
        _ => return Err(Failure::evaluation("sorts by \"key\" or \"value\"")),
    };
    let folded = |value: &Value| match value.as_text() {
        Some(text) if !case_sensitive => Value::text(text.to_uppercase()),
        _ => value.clone(),
    };
    let mut entries: Vec<(Value, Value, Value)> = record
        .entries()
        .map(|(key, value)| {
            let key = Value::Text(key.clone());
            (folded(if by_value { value } else { &key }), key.clone(), value.clone())
        })
        .collect();
    sort_by(&mut entries, |left, right| {
        let order = super::value::order(&left.0, &right.0, &mut limits::Free)?;
        Ok(match order {
            Some(std::cmp::Ordering::Greater) => 1,
            _ if strict_equal(&left.0, &right.0) => 0,
            _ => -1,
        })
    })?;
    Ok(Value::list(entries.into_iter().map(|(_, key, value)| Value::list(vec![key, value])).collect()))
}

/// Sorts stably by a comparison that may contradict itself, or fail; the one of the standard library may refuse such.
///
/// A short list is sorted as engines of JavaScript do, so that even such a comparison gives the same.
fn sort_by<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Result<i32, Failure>) -> Result<(), Failure> {
    if items.len() >= 64 {
        *items = merge_sorted(std::mem::take(items), &mut compare)?;
        return Ok(());
    }
    if items.len() < 2 {
        return Ok(());
    }
    // A run that is in order already, or the other way round.
    let descending = compare(&items[1], &items[0])? < 0;
    let mut run = 2;
    while run < items.len() && (compare(&items[run], &items[run - 1])? < 0) == descending {
        run += 1;
    }
    if descending {
        items[..run].reverse();
    }
    for start in run..items.len() {
        let (mut left, mut right) = (0, start);
        while left < right {
            let middle = left + (right - left) / 2;
            if compare(&items[start], &items[middle])? < 0 { right = middle } else { left = middle + 1 }
        }
        items[left..=start].rotate_right(1);
    }
    Ok(())
}

fn merge_sorted<T>(
    mut items: Vec<T>,
    compare: &mut impl FnMut(&T, &T) -> Result<i32, Failure>,
) -> Result<Vec<T>, Failure> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let mut left = merge_sorted(items, compare)?.into_iter().peekable();
    let mut right = merge_sorted(right, compare)?.into_iter().peekable();
    let mut out = Vec::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        out.extend(if compare(second, first)? < 0 { right.next() } else { left.next() });
    }
    out.extend(left);
    out.extend(right);
    Ok(out)
}

fn escape(call: &mut Call<'_, '_>) -> Filtered {
    if matches!(call.input, Value::Safe(_)) {
        return Ok(call.input.clone());
    }
    Ok(Value::Safe(escaped(&print(&call.input, call.meter)?).into()))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' => out.push_str("&#92;"),
            other => out.push(other),
        }
    }
    out
}

fn edge(call: &mut Call<'_, '_>, last: bool) -> Filtered {
    call.not_null()?;
    Ok(match &call.input {
        Value::List(list) => {
            let items = list.items();
            if last { items.last().cloned() } else { items.first().cloned() }
        }
        Value::Text(text) | Value::Safe(text) => {
            let at = if last { units::length(text).checked_sub(1) } else { Some(0) };
            at.and_then(|at| units::at(text, at)).map(Value::text)
        }
        Value::Record(record) if last => {
            let length = record.get("length").cloned().unwrap_or_default();
            let key = number::print(to_number(&length, call.meter)? - 1.0);
            record.get(&key).cloned()
        }
        Value::Record(record) => record.get("0").cloned(),
        _ => None,
    }
    .unwrap_or_default())
}

fn float(call: &mut Call<'_, '_>) -> Filtered {
    let parsed = number::read_float(&to_text(&call.input, call.meter)?);
    Ok(if parsed.is_nan() { call.argument(0).clone() } else { Value::Number(parsed) })
}

fn int(call: &mut Call<'_, '_>) -> Filtered {
    let base = match call.argument(1).clone() {
        Value::Undefined => 10.0,
        base => to_number(&base, call.meter)?.trunc(),
    };
    let parsed = number::read_int(&to_text(&call.input, call.meter)?, base);
    Ok(if parsed.is_nan() { call.argument(0).clone() } else { Value::Number(parsed) })
}

/// Returns the path of an attribute, `a.b`; empty without one.
fn path(value: &Value, meter: &mut Meter) -> Result<Vec<Rc<str>>, Failure> {
    if !value.truthy() {
        return Ok(Vec::new());
    }
    let parts: Vec<Rc<str>> = match value {
        Value::Text(text) => text.split('.').map(Rc::from).collect(),
        other => vec![to_text(other, meter)?],
    };
    parts.iter().try_for_each(|part| attribute_allowed(part))?;
    Ok(parts)
}

fn attribute_allowed(name: &str) -> Result<(), Failure> {
    if super::value::RESERVED.contains(&name) {
        return Err(Failure::evaluation(format!("`{name}` cannot be used as a name")));
    }
    Ok(())
}

fn at_path(value: &Value, path: &[Rc<str>]) -> Filtered {
    let mut value = value.clone();
    for part in path {
        if value.is_nullish() {
            return Err(Failure::evaluation(format!("an item has no `{part}`, as it is {}", value.kind())));
        }
        match own(&value, part) {
            Some(inner) => value = inner,
            None => return Ok(Value::Undefined),
        }
    }
    Ok(value)
}

fn attribute(value: &Value, name: &str) -> Filtered {
    if value.is_nullish() {
        return Err(Failure::evaluation(format!("an item has no `{name}`, as it is {}", value.kind())));
    }
    Ok(own(value, name).unwrap_or_default())
}

fn groupby(call: &mut Call<'_, '_>) -> Filtered {
    call.not_null()?;
    let Some(items) = call.items()? else { return Ok(Value::record([])) };
    let path = path(&call.argument(0).clone(), call.meter)?;
    let mut groups: Vec<(Rc<str>, Vec<Value>)> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for item in items {
        let key = to_text(&at_path(&item, &path)?, call.meter)?;
        attribute_allowed(&key)?;
        let at = *index.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(item);
    }
    Ok(Value::record(groups.into_iter().map(|(key, items)| (key, Value::list(items)))))
}

fn indent(call: &mut Call<'_, '_>) -> Filtered {
    let text = call.text_or_empty()?;
    if text.is_empty() && !matches!(call.input, Value::Safe(_)) {
        return Ok(Value::text(""));
    }
    let blanks = spaces(call.number_or(0, 4.0)?)?;
    let first = call.argument(1).truthy();
    let lines = text.split('\n').count();
    if lines.saturating_mul(blanks.len()) > limits::SCRATCH {
        return Err(limits::scratch());
    }
    let indented: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(at, line)| if at == 0 && !first { line.to_owned() } else { format!("{blanks}{line}") })
        .collect();
    Ok(call.like(&indented.join("\n")))
}

fn join(call: &mut Call<'_, '_>) -> Filtered {
    let separator = match call.argument(0).clone() {
        value if value.truthy() => to_text(&value, call.meter)?,
        _ => "".into(),
    };
    let items = projected(call, 1, "join")?;
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&separator);
        }
        if !item.is_nullish() {
            units::push(&mut out, &to_text(item, call.meter)?);
        }
        if out.len() > limits::SCRATCH {
            return Err(limits::scratch());
        }
    }
    Ok(Value::text(out))
}

/// Returns the items, or an attribute of each if one is named.
fn projected(call: &mut Call<'_, '_>, index: usize, name: &str) -> Result<Vec<Value>, Failure> {
    let attribute_name = call.argument(index).clone();
    if !attribute_name.truthy() {
        let Value::List(list) = &call.input else { return Err(needs("a list", &call.input)) };
        return Ok(list.to_vec());
    }
    let key = to_text(&attribute_name, call.meter)?;
    attribute_allowed(&key)?;
    let items = match call.input {
        Value::Safe(ref text) if !text.is_empty() => {
            return Err(Failure::evaluation(format!("{name}: a character has no `{key}`")));
        }
        Value::Safe(_) => Vec::new(),
        _ => call.items()?.unwrap_or_default(),
    };
    items.iter().map(|item| attribute(item, &key)).collect()
}

fn length(value: &Value) -> Value {
    let count = match value {
        Value::List(list) => list.len(),
        Value::Record(record) => record.len(),
        Value::Text(text) | Value::Safe(text) => units::length(text),
        Value::Undefined | Value::Null | Value::Bool(false) => 0,
        _ => return Value::Undefined,
    };
    Value::Number(count as f64)
}

fn list(call: &mut Call<'_, '_>) -> Filtered {
    Ok(match &call.input {
        Value::List(_) => call.input.clone(),
        Value::Record(record) => Value::list(
            record
                .entries()
                .map(|(key, value)| {
                    Value::record([("key".into(), Value::Text(key.clone())), ("value".into(), value.clone())])
                })
                .collect(),
        ),
        Value::Text(_) | Value::Safe(_) => Value::list(call.sequence()?.unwrap_or_default()),
        other => return Err(needs("a list, an object or a text", other)),
    })
}

fn nl2br(call: &mut Call<'_, '_>) -> Filtered {
    let text = if call.input.is_nullish() { "".into() } else { call.text()? };
    Ok(call.like(&text.replace("\r\n", "\n").replace('\n', "<br />\n")))
}

/// Picks an item. Not by chance: the same input must give the same result; which item it is depends on the items.
fn random(call: &mut Call<'_, '_>) -> Filtered {
    call.not_null()?;
    let items = call.items()?.unwrap_or_default();
    if items.is_empty() {
        return Ok(Value::Undefined);
    }
    let text = print(&Value::list(items.clone()), call.meter)?;
    let pick = xxhash_rust::xxh3::xxh3_64(text.as_bytes()) % items.len() as u64;
    Ok(items[pick as usize].clone())
}

fn select(call: &mut Call<'_, '_>, keep: bool) -> Filtered {
    let name = match call.argument(0).clone() {
        Value::Undefined => "truthy".into(),
        value => to_text(&value, call.meter)?,
    };
    let Some(test) = tests::find(&name) else { return Err(Failure::evaluation(format!("there is no test `{name}`"))) };
    call.not_null()?;
    let Some(items) = call.items()? else { return Ok(Value::list(Vec::new())) };
    let given = call.arguments.len().saturating_sub(1);
    if given != test.arity {
        return Err(Failure::evaluation(format!("the test `{name}` takes {} values, not {given}", test.arity)));
    }
    let argument = call.arguments.get(1).cloned();
    let mut kept = Vec::new();
    for item in items {
        if tests::apply(test, &item, argument.as_ref(), call.meter)? == keep {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn select_attribute(call: &mut Call<'_, '_>, keep: bool) -> Filtered {
    let Value::List(list) = call.input.clone() else { return Err(needs("a list", &call.input)) };
    let key = to_text(&call.argument(0).clone(), call.meter)?;
    attribute_allowed(&key)?;
    let mut kept = Vec::new();
    for item in list.to_vec() {
        if attribute(&item, &key)?.truthy() == keep {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn replace(call: &mut Call<'_, '_>) -> Filtered {
    let replacement = call.argument(1).clone();
    let search = call.argument(0).clone();
    if let Value::Regex(regex) = &search {
        let text = call.text()?;
        let replacement = to_text(&replacement, call.meter)?;
        return script::replace(&text, &regex.source, &regex.flags, 0, &replacement).map(|(text, _)| Value::text(text));
    }
    if !matches!(search, Value::Text(_) | Value::Number(_)) {
        return Ok(call.input.clone());
    }
    if let Value::Number(value) = call.input {
        call.input = Value::text(number::print(value));
    }
    let Some(text) = call.input.as_text().cloned() else { return Ok(call.input.clone()) };
    let needle = to_text(&search, call.meter)?;
    let into = to_text(&replacement, call.meter)?;
    let too_long = |count: usize| count.saturating_mul(into.len()).saturating_add(text.len()) > limits::SCRATCH;
    if needle.is_empty() {
        if too_long(text.len() + 1) {
            return Err(limits::scratch());
        }
        let between = if replacement.is_undefined() { "," } else { &into };
        return Ok(call.like(&format!("{into}{}{into}", units::each(&text).join(between))));
    }
    let most = match call.argument(2).clone() {
        Value::Undefined => -1.0,
        value => to_number(&value, call.meter)?,
    };
    let found = text.matches(&*needle).count();
    if most == 0.0 || found == 0 {
        return Ok(call.input.clone());
    }
    if too_long(found) {
        return Err(limits::scratch());
    }
    let most = if most == -1.0 { found } else { most.max(0.0).ceil() as usize };
    Ok(call.like(&text.replacen(&*needle, &into, most)))
}

fn reverse(call: &mut Call<'_, '_>) -> Filtered {
    match call.input.clone() {
        Value::Text(text) | Value::Safe(text) => {
            let reversed: Vec<u16> = units::units(&text).into_iter().rev().collect();
            Ok(call.like(&units::text(&reversed)))
        }
        Value::List(list) => Ok(Value::list(list.to_vec().into_iter().rev().collect())),
        Value::Record(record) => Ok(Value::list(call.record_items(&record)?.into_iter().rev().collect())),
        _ => Ok(Value::list(Vec::new())),
    }
}

fn round(call: &mut Call<'_, '_>) -> Filtered {
    let precision = call.number_or(0, 0.0)?;
    let factor = 10_f64.powf(precision);
    let scaled = call.number()? * factor;
    let rounded = match call.argument(1).as_text().map(|text| &**text) {
        Some("ceil") => scaled.ceil(),
        Some("floor") => scaled.floor(),
        _ => number::round(scaled),
    };
    Ok(Value::Number(rounded / factor))
}

fn slice(call: &mut Call<'_, '_>) -> Filtered {
    let Some(items) = call.sequence()? else { return Err(needs("a list or a text", &call.input)) };
    let count = to_number(&call.argument(0).clone(), call.meter)?.trunc();
    if !(count > 0.0 && count < 9e15) {
        return Err(Failure::evaluation("the number of slices must be a whole number above 0"));
    }
    call.meter.works(if count > limits::WORK as f64 { usize::MAX } else { count as usize })?;
    let count = count as usize;
    let (base, extra) = (items.len() / count, items.len() % count);
    let fill = call.argument(1).clone();
    let text = call.input.as_text().cloned();
    if text.is_some() && fill.truthy() && extra < count {
        return Err(Failure::evaluation("a text cannot be filled"));
    }
    let mut offset = 0;
    let mut out = Vec::with_capacity(count);
    for index in 0..count {
        let end = offset + base + usize::from(index < extra);
        match &text {
            Some(text) => out.push(Value::text(units::slice(text, offset, end))),
            None => {
                let mut part = items[offset..end].to_vec();
                if fill.truthy() && index >= extra {
                    part.push(fill.clone());
                }
                out.push(Value::list(part));
            }
        }
        offset = end;
    }
    Ok(Value::list(out))
}

fn sort(call: &mut Call<'_, '_>) -> Filtered {
    let Some(items) = call.items()? else { return Ok(Value::list(Vec::new())) };
    let (reverse, case_sensitive) = (call.argument(0).truthy(), call.argument(1).truthy());
    let path = path(&call.argument(2).clone(), call.meter)?;
    if items.len() < 2 {
        return Ok(Value::list(items));
    }
    // Nothing is sorted to the end without being compared, as in JavaScript.
    let (items, missing): (Vec<Value>, Vec<Value>) = items.into_iter().partition(|item| !item.is_undefined());
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push((at_path(&item, &path)?, item));
    }
    sort_by(&mut keyed, |(left, _), (right, _)| {
        let order = match (left.as_text(), right.as_text()) {
            (Some(left), Some(right)) if !case_sensitive => {
                Some(units::compare(&left.to_lowercase(), &right.to_lowercase()))
            }
            _ => super::value::order(left, right, &mut limits::Free)?,
        };
        let order = order.map_or(0, |order| order as i32);
        Ok(if reverse { -order } else { order })
    })?;
    Ok(Value::list(keyed.into_iter().map(|(_, item)| item).chain(missing).collect()))
}

fn string(call: &mut Call<'_, '_>) -> Filtered {
    match &call.input {
        Value::Undefined | Value::Null => Err(needs("a value", &call.input)),
        Value::Safe(_) => Ok(call.input.clone()),
        other => Ok(Value::Text(print(other, call.meter)?)),
    }
}

fn striptags(call: &mut Call<'_, '_>) -> Filtered {
    let mut text = call.text_or_empty()?.to_string();
    for pass in 0.. {
        let stripped = without_tags(&text);
        if stripped == text {
            break;
        }
        if pass == 8 {
            return Err(Failure::evaluation("tags are nested within tags too often"));
        }
        text = stripped;
    }
    let text = text.trim_matches(units::is_space);
    let text = if call.argument(0).truthy() {
        let lines: Vec<&str> = text.split('\n').map(|line| line.trim_matches(' ')).collect();
        let mut out = squeezed(&lines.join("\n"), |character| character == ' ', " ").replace("\r\n", "\n");
        while out.contains("\n\n\n") {
            out = out.replace("\n\n\n", "\n\n");
        }
        out
    } else {
        squeezed(text, units::is_space, " ")
    };
    Ok(call.like(&text))
}

fn squeezed(text: &str, is: impl Fn(char) -> bool, into: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = false;
    for character in text.chars() {
        let matches = is(character);
        if matches && !within {
            out.push_str(into);
        } else if !matches {
            out.push(character);
        }
        within = matches;
    }
    out
}

/// Takes away what looks like a tag or a comment of HTML.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let (mut comments, mut tags) = (true, true);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let named = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let end = if named && tags {
            let word = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            // A name ends where a word does.
            let ends = !name[word..].starts_with('_');
            let close = rest.find('>');
            tags = close.is_some();
            close.filter(|_| ends).map(|close| close + 1)
        } else if rest.starts_with("<!--") && comments {
            let close = rest[4..].find("-->");
            comments = close.is_some();
            close.map(|close| close + 7)
        } else {
            None
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn sum(call: &mut Call<'_, '_>) -> Filtered {
    let mut total = Value::Number(0.0);
    for item in projected(call, 0, "sum")? {
        total = add(&total, &item, call.meter)?;
    }
    let start = match call.argument(1).clone() {
        Value::Undefined => Value::Number(0.0),
        start => start,
    };
    add(&start, &total, call.meter)
}

fn truncate(call: &mut Call<'_, '_>) -> Filtered {
    let limit = call.number_or(0, 255.0)?;
    if call.is_void() {
        return Ok(Value::text(""));
    }
    let length = to_number(&own(&call.input, "length").unwrap_or_default(), call.meter)?;
    if length <= limit {
        return Ok(call.input.clone());
    }
    let text = call.text()?;
    let cut = if limit.is_nan() || limit < 0.0 { 0 } else { limit as usize };
    let cut = match call.argument(1).truthy() {
        true => cut,
        // An end that is no number means the end of the text, as `lastIndexOf` takes it.
        false => units::find_last(&text, " ", if limit.is_nan() { usize::MAX } else { cut }).unwrap_or(cut),
    };
    let end = match call.argument(2).clone() {
        Value::Undefined | Value::Null => "...".into(),
        end => to_text(&end, call.meter)?,
    };
    Ok(call.like(&format!("{}{end}", units::slice(&text, 0, cut))))
}

/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Encodes as `encodeURIComponent`.
fn encoded(text: &str) -> Result<String, Failure> {
    if units::whole(text.to_owned()) != text {
        return Err(Failure::evaluation("half of a character cannot be encoded"));
    }
    Ok(utf8_percent_encode(text, COMPONENT).to_string())
}

fn urlencode(call: &mut Call<'_, '_>) -> Filtered {
    let mut pairs = Vec::new();
    match call.input.clone() {
        Value::Text(text) | Value::Safe(text) => return Ok(Value::text(encoded(&text)?)),
        Value::Record(record) => {
            pairs.extend(record.entries().map(|(key, value)| (Value::Text(key.clone()), value.clone())));
        }
        Value::List(list) => {
            for item in list.to_vec() {
                if item.is_nullish() {
                    return Err(needs("pairs", &item));
                }
                pairs.push((own(&item, "0").unwrap_or_default(), own(&item, "1").unwrap_or_default()));
            }
        }
        _ => {}
    }
    let mut out = Vec::new();
    for (key, value) in pairs {
        out.push(format!("{}={}", encoded(&to_text(&key, call.meter)?)?, encoded(&to_text(&value, call.meter)?)?));
    }
    Ok(Value::text(out.join("&")))
}

fn urlize(call: &mut Call<'_, '_>) -> Filtered {
    let text = call.text()?;
    let length = match call.argument(0).clone() {
        Value::Undefined => f64::INFINITY,
        Value::Number(value) if value.is_nan() => f64::INFINITY,
        value => to_number(&value, call.meter)?,
    };
    let length = if length.is_nan() || length <= 0.0 { 0 } else { length as usize };
    let nofollow = if matches!(call.argument(1), Value::Bool(true)) { " rel=\"nofollow\"" } else { "" };
    let mut out = String::new();
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let space = rest.len() - rest.trim_start_matches(units::is_space).len();
        out.push_str(&rest[..space]);
        rest = &rest[space..];
        let end = rest.find(units::is_space).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        if word.is_empty() {
            continue;
        }
        let mut address = word;
        for before in ["(", "<", "&lt;"] {
            if let Some(inner) = address.strip_prefix(before) {
                address = inner;
                break;
            }
        }
        for after in [".", ",", ")", "&gt;"] {
            if let Some(inner) = address.strip_suffix(after) {
                address = inner;
                break;
            }
        }
        let short = units::slice(address, 0, length);
        if address.starts_with("http://") || address.starts_with("https://") {
            let _ = write!(out, "<a href=\"{address}\"{nofollow}>{short}</a>");
        } else if address.starts_with("www.") {
            let _ = write!(out, "<a href=\"http://{address}\"{nofollow}>{short}</a>");
        } else if is_email(address) {
            let _ = write!(out, "<a href=\"mailto:{address}\">{address}</a>");
        } else if has_common_domain(address) {
            let _ = write!(out, "<a href=\"http://{address}\"{nofollow}>{short}</a>");
        } else {
            out.push_str(word);
        }
    }
    Ok(Value::text(out))
}

fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    let user_fits = |c: char| c.is_ascii_alphanumeric() || "_.!#$%&'*+-/=?^`{|}~".contains(c);
    let parts: Vec<&str> = host.split('.').collect();
    !user.is_empty()
        && user.chars().all(user_fits)
        && parts.len() > 1
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

fn has_common_domain(text: &str) -> bool {
    [".org", ".net", ".com"].iter().any(|domain| {
        text.match_indices(domain).any(|(at, _)| {
            let behind = &text[at + domain.len()..];
            behind.is_empty() || behind.starts_with([':', '/'])
        })
    })
}

fn wordcount(call: &mut Call<'_, '_>) -> Filtered {
    if !call.input.truthy() {
        return Ok(Value::Null);
    }
    let text = call.text_or_empty()?;
    let mut count = 0;
    let mut within = false;
    for character in text.chars() {
        let is_word = character.is_ascii_alphanumeric() || character == '_';
        count += usize::from(is_word && !within);
        within = is_word;
    }
    Ok(if count == 0 { Value::Null } else { Value::Number(count as f64) })
}

/// Writes a value as `JSON.stringify`; nothing for nothing.
pub(super) fn dump(value: &Value, indent: Option<&Value>, meter: &mut Meter) -> Result<Option<String>, Failure> {
    let indent = match indent {
        Some(Value::Text(text) | Value::Safe(text)) => units::slice(text, 0, 10),
        Some(Value::Number(count)) if *count >= 1.0 => " ".repeat(count.min(10.0) as usize),
        _ => String::new(),
    };
    if value.is_undefined() {
        return Ok(None);
    }
    let mut out = String::new();
    dump_value(value, &indent, 0, &mut out, meter)?;
    Ok(Some(out))
}

fn dump_value(value: &Value, indent: &str, depth: usize, out: &mut String, meter: &mut Meter) -> Result<(), Failure> {
    if depth > limits::DEPTH {
        return Err(limits::depth());
    }
    if out.len() > limits::SCRATCH {
        return Err(limits::scratch());
    }
    let line = |out: &mut String, depth: usize| {
        if !indent.is_empty() {
            out.push('\n');
            for _ in 0..depth {
                out.push_str(indent);
            }
        }
    };
    match value {
        Value::Undefined | Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) if value.is_finite() => out.push_str(&number::print(*value)),
        Value::Number(_) => out.push_str("null"),
        Value::Text(text) | Value::Safe(text) => quote(text, out),
        Value::Regex(_) => out.push_str("{}"),
        Value::Callable(_) => return Err(super::value::no_function()),
        Value::List(list) if list.is_empty() => out.push_str("[]"),
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.items().iter().enumerate() {
                meter.works(1)?;
                if at > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                dump_value(item, indent, depth + 1, out, meter)?;
            }
            line(out, depth);
            out.push(']');
        }
        Value::Record(record) => {
            out.push('{');
            let mut first = true;
            for (key, item) in record.entries().filter(|(_, item)| !item.is_undefined()) {
                meter.works(1)?;
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                line(out, depth + 1);
                quote(key, out);
                out.push_str(if indent.is_empty() { ":" } else { ": " });
                dump_value(item, indent, depth + 1, out, meter)?;
            }
            if !first {
                line(out, depth);
            }
            out.push('}');
        }
    }
    Ok(())
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
