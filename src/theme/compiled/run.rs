//! Runs a compiled template: appends a page to a text.
//!
//! Decides only what it is sure of. Whatever Tera would report, and every case that no built-in template has, is
//! [`Undecided`], so that Tera renders the page.

use std::fmt::Write as _;

use super::parse::{Kind, Operator};
use super::program::{Code, Expression, Filter, Program, Root, Slot, Step};
use super::value::{Arena, Span, Undecided, Value};
use crate::html;

/// How deep components may call each other, as in Tera.
const MAX_DEPTH: usize = 20;

/// A template that runs.
pub(super) struct Run<'a> {
    program: &'a Program,
    arena: &'a mut Arena,
    /// Of each step to a field, where in its map the field was the last time.
    places: &'a mut Vec<usize>,
    /// Of each name in [`Program::globals`], its value.
    globals: Vec<Value>,
    /// The variables of the template and of the components that run, one after the other.
    variables: Vec<Value>,
    depth: usize,
    out: String,
}

/// The template or component that runs: where its variables are, and what is between the tags of its call.
#[derive(Clone, Copy)]
struct Frame<'f> {
    base: usize,
    body: Option<(&'f [Code], &'f Frame<'f>)>,
}

impl<'a> Run<'a> {
    /// Prepares to run templates on a model, which is in `arena`.
    pub(super) fn new(
        program: &'a Program,
        arena: &'a mut Arena,
        places: &'a mut Vec<usize>,
        model: Option<Span>,
    ) -> Self {
        places.resize(program.field_steps, 0);
        let shared = |name| program.shared.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let field = |model, name| arena.field(model, name, 0).and_then(|at| arena.item(model, at));
        let of = |name| model.and_then(|model| field(model, name)).or_else(|| shared(name));
        let globals = program.globals.iter().map(|name| of(*name).unwrap_or(Value::Undefined)).collect();
        Self { program, arena, places, globals, variables: Vec::new(), depth: 0, out: String::new() }
    }

    /// Runs steps that use so many variables.
    pub(super) fn text(mut self, code: &[Code], slots: usize, capacity: usize) -> Result<String, Undecided> {
        self.out.reserve(capacity);
        self.variables.resize(slots, Value::Undefined);
        self.run(code, Frame { base: 0, body: None })?;
        Ok(self.out)
    }

    fn run(&mut self, code: &[Code], frame: Frame<'_>) -> Result<(), Undecided> {
        for step in code {
            match step {
                Code::Text(text) => self.out.push_str(text),
                Code::Write(expression) => {
                    let value = self.value(expression, frame)?;
                    self.write(value)?;
                }
                Code::If(branches, otherwise) => {
                    let mut taken = otherwise;
                    for (condition, code) in branches {
                        let value = self.value(condition, frame)?;
                        if self.is_truthy(value) {
                            taken = code;
                            break;
                        }
                    }
                    self.run(taken, frame)?;
                }
                Code::For { variable, list, body, otherwise } => {
                    let Value::List(items) = self.value(list, frame)? else { return Err(Undecided) };
                    if items.len() == 0 {
                        self.run(otherwise, frame)?;
                    }
                    self.set(variable + 2, frame, integer(items.len().saturating_sub(1))?)?;
                    for at in 0..items.len() {
                        let item = self.arena.item(items, at).ok_or(Undecided)?;
                        self.set(*variable, frame, item)?;
                        self.set(variable + 1, frame, integer(at)?)?;
                        self.run(body, frame)?;
                    }
                }
                Code::Set(variable, expression) => {
                    let value = self.value(expression, frame)?;
                    if value == Value::Undefined {
                        return Err(Undecided);
                    }
                    self.set(*variable, frame, value)?;
                }
                Code::Call { component, arguments, body } => {
                    let component = self.program.components.get(*component).ok_or(Undecided)?;
                    let base = self.variables.len();
                    for (argument, kind) in arguments {
                        let value = self.value(argument, frame)?;
                        if !kind.is_none_or(|kind| is_of(value, kind)) {
                            return Err(Undecided);
                        }
                        self.variables.push(value);
                    }
                    self.variables.resize(base + component.slots, Value::Undefined);
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Undecided);
                    }
                    let body = body.as_ref().map(|body| (body.as_slice(), &frame));
                    self.run(&component.code, Frame { base, body })?;
                    self.depth -= 1;
                    self.variables.truncate(base);
                }
                Code::Body => {
                    let (code, caller) = frame.body.ok_or(Undecided)?;
                    self.run(code, *caller)?;
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, variable: Slot, frame: Frame<'_>, value: Value) -> Result<(), Undecided> {
        *self.variables.get_mut(frame.base + variable).ok_or(Undecided)? = value;
        Ok(())
    }

    fn value(&mut self, expression: &Expression, frame: Frame<'_>) -> Result<Value, Undecided> {
        Ok(match expression {
            Expression::Constant(value) => *value,
            Expression::Path(root, steps) => {
                let start = match root {
                    Root::Slot(slot) => self.variables.get(frame.base + slot),
                    Root::Global(place) => self.globals.get(*place),
                };
                let mut value = *start.ok_or(Undecided)?;
                for step in steps {
                    value = self.step(value, step)?;
                }
                value
            }
            Expression::Filter(filter, of) => {
                let value = self.value(of, frame)?;
                self.filter(*filter, value)?
            }
            Expression::Asset(parts) => {
                let [root, name] = &**parts;
                let root = match self.value(root, frame)? {
                    Value::Text(root) => root,
                    Value::Undefined => self.arena.add_text("")?,
                    _ => return Err(Undecided),
                };
                let Value::Text(name) = self.value(name, frame)? else { return Err(Undecided) };
                let url = self.program.functions.assets.get(self.arena.text(name)).ok_or(Undecided)?;
                Value::Text(self.arena.join(root, url)?)
            }
            Expression::Symbol(icon) => {
                let Value::Text(icon) = self.value(icon, frame)? else { return Err(Undecided) };
                let symbol = self.program.functions.symbols.get(self.arena.text(icon));
                Value::Text(self.arena.add_text(symbol.map(String::as_str).unwrap_or_default())?)
            }
            Expression::IsDefined(of) => Value::from(self.value(of, frame)? != Value::Undefined),
            Expression::Not(of) => {
                let value = self.value(of, frame)?;
                Value::from(!self.is_truthy(value))
            }
            Expression::Binary(operator, sides) => {
                let left = self.value(&sides[0], frame)?;
                match operator {
                    Operator::And if !self.is_truthy(left) => left,
                    Operator::Or if self.is_truthy(left) => left,
                    _ => {
                        let right = self.value(&sides[1], frame)?;
                        self.binary(*operator, left, right)?
                    }
                }
            }
        })
    }

    fn step(&mut self, value: Value, step: &Step) -> Result<Value, Undecided> {
        let found = match (step, value) {
            (_, Value::Undefined) => return Err(Undecided),
            (Step::Field(name, step), Value::Map(map)) => {
                let place = self.places.get_mut(*step).ok_or(Undecided)?;
                match self.arena.field(map, *name, *place) {
                    Some(at) => {
                        *place = at;
                        self.arena.item(map, at)
                    }
                    None => None,
                }
            }
            (Step::Item(at), Value::List(list)) => self.arena.item(list, *at),
            (Step::Item(_), Value::Map(_) | Value::Text(_) | Value::Html(_)) => return Err(Undecided),
            _ => None,
        };
        Ok(found.unwrap_or(Value::Undefined))
    }

    fn is_truthy(&self, value: Value) -> bool {
        match value {
            Value::Undefined | Value::None => false,
            Value::False => false,
            Value::True => true,
            Value::Integer(value) => value != 0,
            Value::Float(bits) => f64::from_bits(bits) != 0.0,
            Value::Text(span) | Value::Html(span) | Value::List(span) | Value::Map(span) => span.len() > 0,
        }
    }

    fn write(&mut self, value: Value) -> Result<(), Undecided> {
        let written = match value {
            Value::Text(text) => {
                html::push_value(&mut self.out, self.arena.text(text));
                Ok(())
            }
            Value::Html(text) => {
                self.out.push_str(self.arena.text(text));
                Ok(())
            }
            Value::None => Ok(()),
            Value::False => write!(self.out, "false"),
            Value::True => write!(self.out, "true"),
            Value::Integer(value) => write!(self.out, "{value}"),
            Value::Float(bits) => write!(self.out, "{:?}", f64::from_bits(bits)),
            Value::Undefined | Value::List(_) | Value::Map(_) => return Err(Undecided),
        };
        written.map_err(|_| Undecided)
    }

    fn filter(&mut self, filter: Filter, value: Value) -> Result<Value, Undecided> {
        Ok(match (filter, value) {
            (Filter::Safe, Value::Text(text) | Value::Html(text)) => Value::Html(text),
            (Filter::Text, Value::Text(text) | Value::Html(text)) => Value::Text(text),
            (Filter::Text, Value::Integer(value)) => Value::Text(self.arena.add_text(&value.to_string())?),
            (Filter::Length, Value::Text(text) | Value::Html(text)) => integer(self.arena.text(text).chars().count())?,
            (Filter::Length, Value::List(span) | Value::Map(span)) => integer(span.len())?,
            (Filter::Split(at), Value::Text(text) | Value::Html(text)) => self.arena.split(text, at)?,
            (Filter::Pluralize { singular, .. }, Value::Integer(1 | -1)) => Value::Text(singular),
            (Filter::Pluralize { plural, .. }, Value::Integer(_)) => Value::Text(plural),
            _ => return Err(Undecided),
        })
    }

    fn binary(&self, operator: Operator, left: Value, right: Value) -> Result<Value, Undecided> {
        Ok(match (operator, left, right) {
            (Operator::And | Operator::Or, _, _) => right,
            (Operator::Equal, _, _) => Value::from(self.equal(left, right)?),
            (Operator::NotEqual, _, _) => Value::from(!self.equal(left, right)?),
            (Operator::In, Value::Text(part) | Value::Html(part), Value::Text(whole) | Value::Html(whole)) => {
                Value::from(self.arena.text(whole).contains(self.arena.text(part)))
            }
            (Operator::Greater, Value::Integer(left), Value::Integer(right)) => Value::from(left > right),
            (Operator::Plus, Value::Integer(left), Value::Integer(right)) => {
                Value::Integer(left.checked_add(right).ok_or(Undecided)?)
            }
            (Operator::Minus, Value::Integer(left), Value::Integer(right)) => {
                Value::Integer(left.checked_sub(right).ok_or(Undecided)?)
            }
            _ => return Err(Undecided),
        })
    }

    fn equal(&self, left: Value, right: Value) -> Result<bool, Undecided> {
        Ok(match (left, right) {
            (Value::Text(left) | Value::Html(left), Value::Text(right) | Value::Html(right)) => {
                self.arena.text(left) == self.arena.text(right)
            }
            (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => return Err(Undecided),
            (Value::Float(_), Value::Integer(_) | Value::Float(_)) | (Value::Integer(_), Value::Float(_)) => {
                return Err(Undecided);
            }
            _ => left == right,
        })
    }
}

fn integer(number: usize) -> Result<Value, Undecided> {
    i64::try_from(number).map(Value::Integer).map_err(|_| Undecided)
}

fn is_of(value: Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => matches!(value, Value::Text(_) | Value::Html(_)),
        Kind::List => matches!(value, Value::List(_)),
        Kind::Map => matches!(value, Value::Map(_)),
    }
}
