//! Values of the language, functions among them, with JavaScript's conversions.

use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map as JsonMap, Number, Value as Json};

use super::ast::Body;
use super::failure::Failure;
use super::limits::{self, Charge};
use super::slots::FrameId;
use super::{number, units};

/// Names that would reach beyond values in the original; nothing may be called so.
pub(crate) const RESERVED: [&str; 3] = ["constructor", "prototype", "__proto__"];

/// How deep lists and objects may be nested.
const MAX_DEPTH: usize = 256;
/// How many items a list or object may have.
pub(super) const MAX_ITEMS: usize = 100_000;

/// A value. Cheap to clone: lists are shared, and a change is seen by all who hold them.
#[derive(Clone, Default)]
pub enum Value {
    /// What an unknown name is.
    #[default]
    Undefined,
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(Rc<str>),
    /// Text that `escape` leaves alone; what macros give.
    Safe(Rc<str>),
    /// A list.
    List(List),
    /// An object.
    Record(Rc<Record>),
    /// A regular expression.
    Regex(Rc<Regex>),
    /// A function, a method, a macro.
    Callable(Rc<Callable>),
}

/// A list, shared and mutable within one text.
#[derive(Clone, Default)]
pub struct List(Rc<Items>);

#[derive(Default)]
struct Items {
    items: RefCell<Vec<Value>>,
    /// How deep the items were nested when they were put in.
    depth: Cell<usize>,
}

/// An object: number-like keys first, then the others as they came.
#[derive(Default)]
pub struct Record {
    entries: Vec<(Rc<str>, Value)>,
    depth: usize,
    /// Where each key is, if there are many.
    index: HashMap<Rc<str>, usize, foldhash::fast::FixedState>,
}

/// A regular expression and where it last matched.
pub struct Regex {
    pub(super) source: String,
    pub(super) flags: String,
    pub(super) last_index: Cell<usize>,
}

/// What can be called.
pub enum Callable {
    /// A macro or a caller.
    Macro(Rc<Macro>),
    /// `range`, `cycler`, `joiner`
    Function(Function),
    /// What `cycler(…)` gives.
    Cycler(Rc<Cycler>),
    /// `next` or `reset` of a cycler.
    CyclerMethod(Rc<Cycler>, bool),
    /// What `joiner(…)` gives.
    Joiner(Value, Cell<bool>),
    /// A method of a value.
    Method(Value, &'static Method),
    /// `always` or `failure`.
    Status(bool),
}

/// A function that is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `range`
    Range,
    /// `cycler`
    Cycler,
    /// `joiner`
    Joiner,
}

/// Gives one value after the other.
pub struct Cycler {
    pub(super) values: Vec<Value>,
    pub(super) at: Cell<Option<usize>>,
}

/// A macro with the surroundings that it sees.
pub struct Macro {
    pub(super) body: Rc<Body>,
    pub(super) frame: FrameId,
    pub(super) scope: ScopeId,
    /// The frame around a caller.
    pub(super) outer: Option<StoreId>,
    pub(super) invocation: ScopeId,
    pub(super) is_caller: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeId(pub(super) usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoreId(pub(super) usize);

/// Of what a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of texts.
    Text,
    /// Of numbers.
    Number,
    /// Of lists.
    List,
    /// Of lists, in the dialect of Cookiecutter.
    CookiecutterList,
    /// Of objects, in the dialect of Cookiecutter.
    CookiecutterRecord,
    /// Of regular expressions.
    Regex,
}

/// A method.
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Of what it is.
    pub of: Of,
    /// How many values it needs.
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Value {
    /// Makes a text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// Makes a list.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        let depth = deepest(&items);
        Self::List(List(Rc::new(Items { items: RefCell::new(items), depth: Cell::new(depth) })))
    }

    /// Makes an object; a later entry of the same key replaces the earlier one.
    pub fn record(entries: impl IntoIterator<Item = (Rc<str>, Self)>) -> Self {
        Self::Record(Rc::new(Record::new(entries)))
    }

    /// Returns the text of a text, safe or not.
    #[must_use]
    pub fn as_text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Text(text) | Self::Safe(text) => Some(text),
            _ => None,
        }
    }

    /// Finds an entry of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Record(record) => record.get(key),
            _ => None,
        }
    }

    /// Returns whether it is nothing at all.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    pub(super) fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    fn is_primitive(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_))
    }

    /// Returns whether JavaScript takes the value for true: lists and objects always are.
    #[must_use]
    pub fn truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// Names the kind of value for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "nothing",
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::Safe(_) => "a text",
            Self::List(_) => "a list",
            Self::Record(_) => "an object",
            Self::Regex(_) => "a regular expression",
            Self::Callable(_) => "a function",
        }
    }

    /// Takes over a value of JSON.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => Self::Number(value.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => {
                Self::record(entries.iter().map(|(key, value)| (key.as_str().into(), Self::from_json(value))))
            }
        }
    }

    /// Returns the value as JSON, as `JSON.stringify` gives it; nothing for nothing and for functions.
    #[must_use]
    pub fn to_json(&self) -> Option<Json> {
        self.json_at(0)
    }

    /// Returns how many of the given bytes a value leaves as JSON; `None` if it takes more. A part that is in it twice
    /// is counted twice, so this ends early where copying would not end.
    #[must_use]
    pub fn fits_into(&self, bytes: usize) -> Option<usize> {
        let left = bytes.checked_sub(32)?;
        match self {
            Self::Text(text) | Self::Safe(text) => left.checked_sub(text.len()),
            Self::List(list) => list.items().iter().try_fold(left, |left, item| item.fits_into(left)),
            Self::Record(record) => {
                record.entries().try_fold(left, |left, (key, item)| item.fits_into(left.checked_sub(key.len() + 32)?))
            }
            _ => Some(left),
        }
    }

    fn json_at(&self, depth: usize) -> Option<Json> {
        Some(match self {
            Self::Undefined | Self::Callable(_) => return None,
            Self::List(_) | Self::Record(_) if depth > MAX_DEPTH => Json::Null,
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(value) => json_number(*value),
            Self::Text(text) | Self::Safe(text) => Json::String(units::whole(text.to_string())),
            Self::List(list) => {
                Json::Array(list.items().iter().map(|item| item.json_at(depth + 1).unwrap_or(Json::Null)).collect())
            }
            Self::Record(record) => Json::Object(
                record
                    .entries()
                    .filter_map(|(key, value)| Some((units::whole(key.to_string()), value.json_at(depth + 1)?)))
                    .collect(),
            ),
            Self::Regex(_) => Json::Object(JsonMap::new()),
        })
    }

    /// Copies lists too, so that changes are not seen elsewhere.
    pub(super) fn deep_clone(&self) -> Self {
        match self {
            Self::List(list) => Self::list(list.items().iter().map(Self::deep_clone).collect()),
            Self::Record(record) => {
                Self::record(record.entries().map(|(key, value)| (key.clone(), value.deep_clone())))
            }
            other => other.clone(),
        }
    }

    /// Returns how deep lists and objects are nested in it.
    fn depth(&self) -> usize {
        match self {
            Self::List(list) => 1 + list.0.depth.get(),
            Self::Record(record) => 1 + record.depth,
            _ => 0,
        }
    }

    /// Returns the value, unless it is nested too deep.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        if self.depth() > MAX_DEPTH { Err(too_deep()) } else { Ok(self) }
    }

    /// Returns whether the list is this value or is somewhere in it.
    fn holds(&self, list: &List, meter: &mut dyn Charge) -> Result<bool, Failure> {
        let mut left = vec![self.clone()];
        while let Some(value) = left.pop() {
            meter.charge()?;
            match &value {
                Self::List(other) if other.is(list) => return Ok(true),
                Self::List(other) => left.extend(other.items().iter().filter(|item| item.depth() > 0).cloned()),
                Self::Record(record) => {
                    left.extend(record.entries().map(|(_, item)| item).filter(|item| item.depth() > 0).cloned());
                }
                _ => {}
            }
        }
        Ok(false)
    }
}

fn deepest<'a>(items: impl IntoIterator<Item = &'a Value>) -> usize {
    items.into_iter().map(Value::depth).max().unwrap_or(0)
}

fn too_deep() -> Failure {
    Failure::evaluation(format!("lists and objects are nested more than {MAX_DEPTH} deep"))
}

pub(crate) fn json_number(value: f64) -> Json {
    // Whole numbers are written without a point.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return Json::Number(Number::from(value as i64));
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

impl List {
    pub(super) fn items(&self) -> Ref<'_, Vec<Value>> {
        self.0.items.borrow()
    }

    /// Returns how many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.items.borrow().len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the items.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.0.items.borrow().clone()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Puts other items in, unless one of those that are new holds this list.
    pub(super) fn replace(&self, items: Vec<Value>, added: &[Value], meter: &mut dyn Charge) -> Result<(), Failure> {
        for value in added {
            if value.holds(self, meter)? {
                return Err(Failure::evaluation("a list cannot hold itself"));
            }
        }
        if items.len() > MAX_ITEMS {
            return Err(Failure::limit(format!("a list has more than {MAX_ITEMS} items")));
        }
        let depth = deepest(&items);
        if depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.0.depth.set(depth);
        *self.0.items.borrow_mut() = items;
        Ok(())
    }
}

/// Deep nesting must not need as deep a stack to be taken apart.
impl Drop for Items {
    fn drop(&mut self) {
        let mut left = std::mem::take(self.items.get_mut());
        while let Some(value) = left.pop() {
            if let Value::List(List(mut shared)) = value
                && let Some(items) = Rc::get_mut(&mut shared)
            {
                left.append(items.items.get_mut());
            }
        }
    }
}

/// Returns the index that a key is, written as JavaScript writes it.
pub(crate) fn array_index(key: &str) -> Option<usize> {
    let bytes = key.as_bytes();
    let plain = !bytes.is_empty() && bytes.len() <= 10 && bytes.iter().all(u8::is_ascii_digit);
    if !plain || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    key.parse::<usize>().ok().filter(|index| *index < 0xffff_ffff)
}

impl Record {
    /// Makes an object; a later entry of the same key replaces the earlier one.
    pub fn new(entries: impl IntoIterator<Item = (Rc<str>, Value)>) -> Self {
        let mut record = Self::default();
        let mut numbered = false;
        for (key, value) in entries {
            numbered |= array_index(&key).is_some();
            match record.position(&key) {
                Some(at) => record.entries[at].1 = value,
                None => {
                    record.entries.push((key.clone(), value));
                    record.note(key);
                }
            }
        }
        if numbered {
            // Number-like keys come first, in their order.
            record.entries.sort_by_key(|(key, _)| array_index(key).unwrap_or(usize::MAX));
            record.index.clear();
            if record.entries.len() > 16 {
                record.index = record.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
            }
        }
        record.depth = deepest(record.entries.iter().map(|(_, value)| value));
        record
    }

    fn note(&mut self, key: Rc<str>) {
        match self.entries.len() {
            0..=16 => {}
            17 => self.index = self.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect(),
            len => {
                self.index.insert(key, len - 1);
            }
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() > 16 {
            return self.index.get(key).copied();
        }
        self.entries.iter().position(|(name, _)| &**name == key)
    }

    /// Finds an entry.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// Returns the entries in order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Rc<str>, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

pub(super) fn no_function() -> Failure {
    Failure::evaluation("a function is no value; call it with `()`")
}

/// Prints a value as output does: nothing for null.
pub(super) fn print(value: &Value, meter: &mut dyn Charge) -> Result<Rc<str>, Failure> {
    Ok(match value {
        Value::Undefined | Value::Null => "".into(),
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Number(value) => number::print(*value).into(),
        Value::Text(text) | Value::Safe(text) => text.clone(),
        Value::List(list) => {
            let mut out = String::new();
            print_list(list, &mut out, meter, 0)?;
            meter.handles(out.len())?;
            out.into()
        }
        Value::Record(_) => "[object Object]".into(),
        Value::Regex(regex) => regex.print().into(),
        Value::Callable(_) => return Err(no_function()),
    })
}

fn print_list(list: &List, out: &mut String, meter: &mut dyn Charge, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    for (index, item) in list.items().iter().enumerate() {
        meter.charge()?;
        if index > 0 {
            out.push(',');
        }
        match item {
            Value::List(inner) => print_list(inner, out, meter, depth + 1)?,
            item => units::push(out, &print(item, meter)?),
        }
        if out.len() > limits::SCRATCH {
            return Err(limits::scratch());
        }
    }
    Ok(())
}

impl Regex {
    fn print(&self) -> String {
        let source = if self.source.is_empty() {
            "(?:)".to_owned()
        } else {
            self.source.replace('\n', "\\n").replace('\r', "\\r")
        };
        let flags: String = "gimy".chars().filter(|flag| self.flags.contains(*flag)).collect();
        format!("/{source}/{flags}")
    }
}

/// Converts what is no primitive to a text; primitives stay.
pub(super) fn to_primitive(value: &Value, meter: &mut dyn Charge) -> Result<Value, Failure> {
    Ok(match value {
        Value::Callable(_) => return Err(no_function()),
        Value::Safe(_) | Value::List(_) | Value::Record(_) | Value::Regex(_) => Value::Text(print(value, meter)?),
        other => other.clone(),
    })
}

fn primitive_text(value: &Value) -> Rc<str> {
    match value {
        Value::Undefined => "undefined".into(),
        Value::Null => "null".into(),
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Number(value) => number::print(*value).into(),
        Value::Text(text) | Value::Safe(text) => text.clone(),
        _ => "".into(),
    }
}

/// Converts as `String(value)`.
pub(super) fn to_text(value: &Value, meter: &mut dyn Charge) -> Result<Rc<str>, Failure> {
    Ok(primitive_text(&to_primitive(value, meter)?))
}

/// Converts as `Number(value)`.
pub(super) fn to_number(value: &Value, meter: &mut dyn Charge) -> Result<f64, Failure> {
    meter.handles(value.as_text().map_or(0, |text| text.len()))?;
    Ok(match to_primitive(value, meter)? {
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(value)),
        Value::Number(value) => value,
        Value::Text(text) => number::read(&text),
        _ => f64::NAN,
    })
}

/// Returns whether two values are the same: primitives by value, others by identity.
pub(super) fn strict_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Safe(left), Value::Safe(right)) => Rc::ptr_eq(left, right),
        (Value::List(left), Value::List(right)) => left.is(right),
        (Value::Record(left), Value::Record(right)) => Rc::ptr_eq(left, right),
        (Value::Regex(left), Value::Regex(right)) => Rc::ptr_eq(left, right),
        (Value::Callable(left), Value::Callable(right)) => Rc::ptr_eq(left, right),
        _ => false,
    }
}

/// Compares as `==`.
pub(super) fn loose_equal(left: &Value, right: &Value, meter: &mut dyn Charge) -> Result<bool, Failure> {
    if let (Some(left), Some(right)) = (left.as_text(), right.as_text()) {
        meter.handles(left.len().min(right.len()))?;
    }
    if strict_equal(left, right) {
        return Ok(true);
    }
    if !left.is_primitive() && !right.is_primitive() {
        return Ok(false);
    }
    Ok(primitives_equal(&to_primitive(left, meter)?, &to_primitive(right, meter)?))
}

fn primitives_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined | Value::Null, other) | (other, Value::Undefined | Value::Null) => other.is_nullish(),
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Bool(value), other) | (other, Value::Bool(value)) => {
            primitives_equal(&Value::Number(f64::from(u8::from(*value))), other)
        }
        (Value::Number(number), Value::Text(text)) | (Value::Text(text), Value::Number(number)) => {
            *number == number::read(text)
        }
        _ => strict_equal(left, right),
    }
}

/// Adds as `+`: texts are joined.
pub(super) fn add(left: &Value, right: &Value, meter: &mut dyn Charge) -> Result<Value, Failure> {
    let (left, right) = (to_primitive(left, meter)?, to_primitive(right, meter)?);
    if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) {
        return joined(&primitive_text(&left), &primitive_text(&right), meter);
    }
    Ok(Value::Number(to_number(&left, meter)? + to_number(&right, meter)?))
}

/// Joins two texts.
pub(super) fn joined(left: &str, right: &str, meter: &mut dyn Charge) -> Result<Value, Failure> {
    meter.handles(left.len() + right.len())?;
    if left.len() + right.len() > limits::SCRATCH {
        return Err(limits::scratch());
    }
    let mut out = String::with_capacity(left.len() + right.len());
    out.push_str(left);
    units::push(&mut out, right);
    Ok(Value::Text(out.into()))
}

/// Orders as `<` and `>` do; `None` if the values cannot be compared.
pub(super) fn order(
    left: &Value,
    right: &Value,
    meter: &mut dyn Charge,
) -> Result<Option<std::cmp::Ordering>, Failure> {
    let (left, right) = (to_primitive(left, meter)?, to_primitive(right, meter)?);
    if let (Value::Text(left), Value::Text(right)) = (&left, &right) {
        meter.handles(left.len().min(right.len()))?;
        return Ok(Some(units::compare(left, right)));
    }
    Ok(to_number(&left, meter)?.partial_cmp(&to_number(&right, meter)?))
}

/// Returns what a value has under a key of its own, if it has such a key.
pub(super) fn own(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Record(record) => record.get(key).cloned(),
        Value::List(list) if key == "length" => Some(Value::Number(list.len() as f64)),
        Value::List(list) => list.items().get(array_index(key)?).cloned(),
        Value::Text(text) | Value::Safe(text) if key == "length" => Some(Value::Number(units::length(text) as f64)),
        Value::Safe(text) if key == "val" => Some(Value::Text(text.clone())),
        Value::Text(text) | Value::Safe(text) => units::at(text, array_index(key)?).map(Value::text),
        _ => None,
    }
}
