//! What a filter is given, and how it takes that.

use std::rc::Rc;

use super::failure::Failure;
use super::limits::{self, Meter};
use super::value::{Record, Value, to_number};
use super::{Host, units};

/// What a filter gives.
pub(super) type Filtered = Result<Value, Failure>;

/// What a filter is given.
pub(super) struct Call<'a, 'h> {
    pub(super) input: Value,
    pub(super) arguments: Vec<Value>,
    pub(super) meter: &'a mut Meter,
    pub(super) host: &'a Host<'h>,
}

impl Call<'_, '_> {
    pub(super) fn number(&mut self) -> Result<f64, Failure> {
        to_number(&self.input, self.meter)
    }

    pub(super) fn argument(&self, index: usize) -> &Value {
        self.arguments.get(index).unwrap_or(&Value::Undefined)
    }

    /// Returns the input, which must be a text.
    pub(super) fn text(&self) -> Result<Rc<str>, Failure> {
        self.input.as_text().cloned().ok_or_else(|| needs("a text", &self.input))
    }

    /// Returns the input, which may also be nothing, null or false.
    pub(super) fn text_or_empty(&self) -> Result<Rc<str>, Failure> {
        if self.is_void() { Ok("".into()) } else { self.text() }
    }

    pub(super) fn is_void(&self) -> bool {
        matches!(self.input, Value::Undefined | Value::Null | Value::Bool(false))
    }

    /// Makes a text that is safe if the input is.
    pub(super) fn like(&self, text: &str) -> Value {
        if matches!(self.input, Value::Safe(_)) { Value::Safe(text.into()) } else { Value::text(text) }
    }

    pub(super) fn words(&mut self, change: impl FnOnce(&str) -> String) -> Filtered {
        let text = self.text_or_empty()?;
        Ok(self.like(&change(&text)))
    }

    /// Returns an argument as a number, or what holds without it.
    pub(super) fn number_or(&mut self, index: usize, default: f64) -> Result<f64, Failure> {
        let argument = self.argument(index).clone();
        if argument.truthy() { to_number(&argument, self.meter) } else { Ok(default) }
    }

    /// Returns the items of a list or the characters of a text.
    pub(super) fn sequence(&self) -> Result<Option<Vec<Value>>, Failure> {
        Ok(match &self.input {
            Value::List(list) => Some(list.to_vec()),
            Value::Text(text) | Value::Safe(text) if text.len() as u64 > limits::WORK => {
                return Err(Failure::limit("the text has too many characters to take it apart"));
            }
            Value::Text(text) | Value::Safe(text) => Some(units::each(text).into_iter().map(Value::text).collect()),
            _ => None,
        })
    }

    /// Returns the items of an object that has a length, as JavaScript takes them.
    pub(super) fn record_items(&mut self, record: &Record) -> Result<Vec<Value>, Failure> {
        let count = to_number(record.get("length").unwrap_or(&Value::Undefined), self.meter)?;
        let count = if count > 0.0 { count.ceil() } else { 0.0 };
        self.meter.works(if count > limits::WORK as f64 { usize::MAX } else { count as usize })?;
        Ok((0..count as usize).map(|at| record.get(&at.to_string()).cloned().unwrap_or_default()).collect())
    }

    pub(super) fn items(&mut self) -> Result<Option<Vec<Value>>, Failure> {
        match self.input.clone() {
            Value::Record(record) => self.record_items(&record).map(Some),
            _ => self.sequence(),
        }
    }

    pub(super) fn not_null(&self) -> Result<(), Failure> {
        if self.input.is_nullish() { Err(needs("a list", &self.input)) } else { Ok(()) }
    }
}

pub(super) fn needs(wanted: &str, value: &Value) -> Failure {
    Failure::evaluation(format!("needs {wanted}, not {}", value.kind()))
}
