//! The evaluator: walks the tree, within limits.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{Arguments, Binary, Comparison, Kind, Literal, Name, NodeId, Signature, Tree, Unary};
use super::call::Call;
use super::failure::Failure;
use super::filters;
use super::limits::{self, Charge, Meter};
use super::methods;
use super::slots::{FrameId, RegionId, Slots, plan};
use super::tests_of_values as tests;
use super::value::{
    self, Callable, Cycler, Function, Macro, Record, Regex, ScopeId, StoreId, Value, add, joined, loose_equal,
    no_function, order, own, print, strict_equal, to_number, to_text,
};
use super::{Host, Options, units};
use crate::text::nearest;

/// The functions that are always there, by name.
pub(crate) const FUNCTIONS: &[(&str, Function)] =
    &[("range", Function::Range), ("cycler", Function::Cycler), ("joiner", Function::Joiner)];

/// Names that are looked up at run time.
struct Scope {
    parent: Option<ScopeId>,
    /// Whether assignments stay in this scope.
    isolated: bool,
    entries: Vec<(Rc<str>, Value, bool)>,
}

/// Values of slots.
struct Store {
    parent: Option<StoreId>,
    values: HashMap<u32, Value, foldhash::fast::FixedState>,
}

/// Where the evaluator is.
#[derive(Clone, Copy)]
struct Place {
    scope: ScopeId,
    store: StoreId,
    region: RegionId,
    invocation: ScopeId,
    exports_macros: bool,
    exports_assignments: bool,
}

/// Text that is being made; beside it, the JSON of what a lone statement returns.
#[derive(Default)]
struct Output {
    text: String,
    json: Option<String>,
}

/// Evaluates a text to text.
pub(super) fn render(tree: &Tree, context: &Record, options: Options, host: &Host<'_>) -> Result<String, Failure> {
    let slots = plan(tree)?;
    let mut evaluator = Evaluator::new(tree, &slots, options, host);
    let mut output = Output::default();
    evaluator.whole(context, &mut output)?;
    Ok(units::whole(output.text))
}

/// Evaluates a text to the value that it is in inputs of steps.
pub(super) fn render_value(tree: &Tree, context: &Record, options: Options, host: &Host<'_>) -> Result<Value, Failure> {
    let slots = plan(tree)?;
    let mut evaluator = Evaluator::new(tree, &slots, options, host);
    let alone = match tree.root.map(|root| tree.kind(root)) {
        Some(Kind::List(children)) if children.len() == 1 => !matches!(tree.kind(children[0]), Kind::Data(_)),
        _ => false,
    };
    let mut output = Output { text: String::new(), json: alone.then(String::new) };
    evaluator.whole(context, &mut output)?;
    let text = units::whole(output.text);
    let plain = |text: String| if text.is_empty() { Value::Undefined } else { Value::text(text) };
    Ok(match output.json {
        None => plain(text),
        Some(json) if json.is_empty() => Value::Undefined,
        Some(json) => match serde_json::from_str(&units::whole(json)) {
            Ok(json) => Value::from_json(&json).checked()?,
            Err(_) => plain(text),
        },
    })
}

struct Evaluator<'a> {
    tree: &'a Tree,
    slots: &'a Slots,
    options: Options,
    host: &'a Host<'a>,
    meter: Meter,
    scopes: Vec<Scope>,
    stores: Vec<Store>,
    functions: Vec<(&'static str, Rc<Callable>)>,
}

/// Evaluated arguments.
#[derive(Default)]
struct Evaluated {
    positional: Vec<Value>,
    keyword: Vec<(Rc<str>, Value)>,
}

type Evaluation = Result<Value, Failure>;

impl<'a> Evaluator<'a> {
    fn new(tree: &'a Tree, slots: &'a Slots, options: Options, host: &'a Host<'a>) -> Self {
        Self {
            tree,
            slots,
            options,
            host,
            meter: Meter::default(),
            scopes: Vec::new(),
            stores: Vec::new(),
            functions: Vec::new(),
        }
    }

    fn whole(&mut self, context: &Record, output: &mut Output) -> Result<(), Failure> {
        let (Some(root), Some(frame)) = (self.tree.root, self.slots.root()) else { return Ok(()) };
        let entries = context.entries().map(|(name, value)| {
            let value = if self.tree.changes_lists { value.deep_clone() } else { value.clone() };
            (name.clone(), value, false)
        });
        let entries = entries.collect();
        self.scopes.push(Scope { parent: None, isolated: false, entries });
        let exports = self.child(ScopeId(0), true);
        let scope = self.child(exports, true);
        let (store, region) = self.store(frame, None);
        let place =
            Place { scope, store, region, invocation: exports, exports_macros: true, exports_assignments: true };
        self.statement(root, place, output, 1)
    }

    fn child(&mut self, parent: ScopeId, isolated: bool) -> ScopeId {
        self.scopes.push(Scope { parent: Some(parent), isolated, entries: Vec::new() });
        ScopeId(self.scopes.len() - 1)
    }

    fn store(&mut self, frame: FrameId, parent: Option<StoreId>) -> (StoreId, RegionId) {
        let (slots, region) = self.slots.frame(frame);
        let values = slots.iter().map(|slot| (*slot, Value::Undefined)).collect();
        self.stores.push(Store { parent, values });
        (StoreId(self.stores.len() - 1), region)
    }

    // Scopes and slots.

    fn look_up(&self, scope: ScopeId, name: &str) -> Option<&Value> {
        let mut next = Some(scope);
        while let Some(scope) = next {
            let scope = &self.scopes[scope.0];
            if let Some((_, value, _)) = scope.entries.iter().find(|(known, ..)| &**known == name) {
                return Some(value);
            }
            next = scope.parent;
        }
        None
    }

    fn put(&mut self, scope: ScopeId, name: &Rc<str>, value: Value) {
        let entries = &mut self.scopes[scope.0].entries;
        match entries.iter_mut().find(|(known, ..)| known == name) {
            Some(entry) => *entry = (name.clone(), value, true),
            None => entries.push((name.clone(), value, true)),
        }
    }

    /// Changes the nearest binding that may be changed, or makes one here.
    fn assign(&mut self, scope: ScopeId, name: &Rc<str>, value: Value) {
        let mut at = scope;
        let owner = loop {
            let current = &self.scopes[at.0];
            match current.entries.iter().find(|(known, ..)| known == name) {
                Some((.., true)) => break at,
                Some(_) => break scope,
                None => {}
            }
            match current.parent {
                Some(parent) if !current.isolated => at = parent,
                _ => break scope,
            }
        };
        self.put(owner, name, value);
    }

    fn slot_value(&self, store: StoreId, slot: u32) -> Value {
        let mut next = Some(store);
        while let Some(store) = next {
            let store = &self.stores[store.0];
            if let Some(value) = store.values.get(&slot) {
                return value.clone();
            }
            next = store.parent;
        }
        Value::Undefined
    }

    fn set_slot(&mut self, store: StoreId, slot: u32, value: Value) {
        let mut next = Some(store);
        while let Some(id) = next {
            let store = &mut self.stores[id.0];
            if let Some(place) = store.values.get_mut(&slot) {
                *place = value;
                return;
            }
            next = store.parent;
        }
    }

    fn bind(&mut self, name: &Name, value: Value, place: Place) {
        self.put(place.scope, &name.text, value.clone());
        self.bind_slot(name, value, place);
    }

    fn bind_slot(&mut self, name: &Name, value: Value, place: Place) {
        if let Some(slot) = self.slots.slot(place.region, name.id) {
            self.set_slot(place.store, slot, value);
        }
    }

    // Statements.

    fn statement(&mut self, node: NodeId, place: Place, output: &mut Output, depth: usize) -> Result<(), Failure> {
        self.statement_inner(node, place, output, depth).map_err(|failure| failure.or_at(self.tree.at(node)))
    }

    fn statement_inner(
        &mut self,
        node: NodeId,
        place: Place,
        output: &mut Output,
        depth: usize,
    ) -> Result<(), Failure> {
        let tree = self.tree;
        if let Kind::Data(text) = tree.kind(node) {
            self.meter.step(depth)?;
            return self.write(output, text, None);
        }
        self.meter.step(depth)?;
        match tree.kind(node) {
            Kind::List(children) => {
                for child in children {
                    self.statement(*child, place, output, depth + 1)?;
                }
                Ok(())
            }
            Kind::Output(expression) => {
                let value = self.expression(*expression, place, depth + 1)?;
                let text = print(&value, &mut self.meter)?;
                let json = match &output.json {
                    Some(_) => Some(filters::dump(&value, None, &mut self.meter)?.unwrap_or_default()),
                    None => None,
                };
                self.write(output, &text, json.as_deref())
            }
            Kind::If { condition, body, otherwise } => {
                if self.expression(*condition, place, depth + 1)?.truthy() {
                    self.statement(*body, place, output, depth + 1)
                } else if let Some(otherwise) = otherwise {
                    self.statement(*otherwise, place, output, depth + 1)
                } else {
                    Ok(())
                }
            }
            Kind::For { .. } => self.repetition(node, place, output, depth + 1),
            Kind::Set { targets, value, body } => {
                let value = match (value, body) {
                    (Some(value), _) => self.expression(*value, place, depth + 2)?,
                    (None, Some(body)) => self.capture(*body, place, depth + 2, false)?,
                    (None, None) => Value::Undefined,
                };
                for target in targets {
                    self.assign(place.scope, &target.text, value.clone());
                    self.bind_slot(target, value.clone(), place);
                    if place.exports_assignments {
                        self.put(place.invocation, &target.text, value.clone());
                    }
                }
                Ok(())
            }
            Kind::Macro { name, callable } => {
                let Some(frame) = self.slots.body(place.region, node) else { return Ok(()) };
                let definition = Macro {
                    body: callable.clone(),
                    frame,
                    scope: place.invocation,
                    outer: None,
                    invocation: place.invocation,
                    is_caller: false,
                };
                let value = Value::Callable(Rc::new(Callable::Macro(Rc::new(definition))));
                self.bind_slot(name, value.clone(), place);
                if place.exports_macros {
                    self.put(place.invocation, &name.text, value);
                }
                Ok(())
            }
            Kind::CallBlock { callee, arguments, caller } => {
                let depth = depth + 1;
                let target = self.expression(*callee, place, depth + 1)?;
                let Value::Callable(callable) = &target else {
                    return Err(Failure::evaluation(format!("`call` needs a macro, and this is {}", target.kind())));
                };
                let Callable::Macro(definition) = &**callable else {
                    return Err(Failure::evaluation("`call` needs a macro, and this is another function"));
                };
                let definition = definition.clone();
                if definition.is_caller {
                    return Err(Failure::evaluation("`call` needs a macro, and this is another function"));
                }
                let mut arguments = self.arguments(arguments, place, depth + 1)?;
                let Some(frame) = self.slots.body(place.region, node) else { return Ok(()) };
                let caller = Macro {
                    body: caller.clone(),
                    frame,
                    scope: place.scope,
                    outer: Some(place.store),
                    invocation: place.invocation,
                    is_caller: true,
                };
                let caller = Value::Callable(Rc::new(Callable::Macro(Rc::new(caller))));
                arguments.keyword.retain(|(name, _)| &**name != "caller");
                arguments.keyword.push(("caller".into(), caller));
                let value = self.invoke(&definition, arguments, depth + 1)?;
                let text = print(&value, &mut self.meter)?;
                self.write(output, &text, None)
            }
            Kind::Block { body, .. } => {
                let depth = depth + 1;
                let Some(frame) = self.slots.body(place.region, node) else { return Ok(()) };
                let scope = self.child(place.scope, true);
                let (store, region) = self.store(frame, None);
                let place = Place { scope, store, region, exports_macros: true, exports_assignments: false, ..place };
                self.statement(*body, place, output, depth + 1)
            }
            Kind::Switch { value, cases, otherwise } => {
                let value = self.expression(*value, place, depth + 1)?;
                let mut matched = false;
                for (condition, body) in cases {
                    if !matched {
                        let condition = self.expression(*condition, place, depth + 1)?;
                        matched = strict_equal(&value, &condition);
                    }
                    let empty = matches!(tree.kind(*body), Kind::List(children) if children.is_empty());
                    if matched && !empty {
                        return self.statement(*body, place, output, depth + 1);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.statement(*otherwise, place, output, depth + 1),
                    None => Ok(()),
                }
            }
            _ => Err(Failure::evaluation("an expression stands where a statement is expected")),
        }
    }

    fn repetition(&mut self, node: NodeId, place: Place, output: &mut Output, depth: usize) -> Result<(), Failure> {
        let tree = self.tree;
        let Kind::For { targets, over, body, otherwise } = tree.kind(node) else { return Ok(()) };
        let value = self.expression(*over, place, depth + 1)?;
        let Some(regions) = self.slots.repetition(place.region, node) else { return Ok(()) };
        let over_list = matches!(value, Value::List(_) | Value::Safe(_));
        let (items, length) = self.items(&value, targets.len())?;
        let scope = self.child(place.scope, false);
        let region = if over_list { regions.over_list } else { regions.over_record };
        let inner = Place { scope, region, exports_macros: false, exports_assignments: false, ..place };
        let mut known = self.slot_value(place.store, regions.length);
        if value.truthy() {
            known = length;
            self.set_slot(place.store, regions.length, known.clone());
        }
        let total = to_number(&known, &mut self.meter)?;
        let loop_name: Rc<str> = "loop".into();
        for (index, item) in items.into_iter().enumerate() {
            match &**targets {
                [target] => self.bind(target, item, inner),
                targets => {
                    for (at, target) in targets.iter().enumerate() {
                        if !over_list && at > 1 {
                            break;
                        }
                        let part = destructured(&item, at)?;
                        if over_list {
                            self.bind_slot(target, part, inner);
                        } else {
                            self.bind(target, part, inner);
                        }
                    }
                }
            }
            let state = |name: &str, value: Value| (Rc::from(name), value);
            let number = index as f64;
            let record = Value::record([
                state("index", Value::Number(number + 1.0)),
                state("index0", Value::Number(number)),
                state("revindex", Value::Number(total - number)),
                state("revindex0", Value::Number(total - number - 1.0)),
                state("first", Value::Bool(index == 0)),
                state("last", Value::Bool(number == total - 1.0)),
                state("length", known.clone()),
            ]);
            self.put(scope, &loop_name, record);
            self.statement(*body, inner, output, depth + 1)?;
        }
        if let Some(otherwise) = otherwise
            && !known.truthy()
        {
            let place = Place { region: regions.over_record, ..inner };
            self.statement(*otherwise, place, output, depth + 1)?;
        }
        Ok(())
    }

    /// Returns what a loop goes through, and the length that it reports.
    fn items(&mut self, value: &Value, targets: usize) -> Result<(Vec<Value>, Value), Failure> {
        let numbered = |items: Vec<Value>| {
            let length = Value::Number(items.len() as f64);
            (items, length)
        };
        Ok(match (value, targets) {
            (Value::List(list), _) => numbered(list.to_vec()),
            (Value::Record(record), 1) => {
                // As in JavaScript, an object with a length is taken for a list.
                let length = record.get("length").cloned().unwrap_or_default();
                let count = to_number(&length, &mut self.meter)?;
                let count = if count > 0.0 { count.ceil() } else { 0.0 };
                if count > limits::WORK as f64 {
                    self.meter.works(limits::WORK as usize + 1)?;
                }
                let items = (0..count as usize).map(|at| record.get(&at.to_string()).cloned().unwrap_or_default());
                (items.collect(), length)
            }
            (Value::Record(record), _) => numbered(
                record.entries().map(|(key, item)| Value::list(vec![Value::Text(key.clone()), item.clone()])).collect(),
            ),
            // Each character is a round, so a longer text could not end.
            (Value::Text(text) | Value::Safe(text), _) if text.len() as u64 > 4 * limits::WORK => {
                self.meter.works(usize::MAX)?;
                numbered(Vec::new())
            }
            (Value::Text(text), 1) | (Value::Safe(text), _) => {
                numbered(units::each(text).into_iter().map(Value::text).collect())
            }
            (Value::Text(text), _) => {
                let pair =
                    |(at, unit): (usize, String)| Value::list(vec![Value::text(at.to_string()), Value::text(unit)]);
                numbered(units::each(text).into_iter().enumerate().map(pair).collect())
            }
            (_, 1) => (Vec::new(), Value::Undefined),
            _ => numbered(Vec::new()),
        })
    }

    fn capture(&mut self, body: NodeId, place: Place, depth: usize, safe: bool) -> Evaluation {
        let mut output = Output::default();
        self.statement(body, place, &mut output, depth + 1)?;
        Ok(if safe { Value::Safe(output.text.into()) } else { Value::Text(output.text.into()) })
    }

    fn write(&mut self, output: &mut Output, text: &str, json: Option<&str>) -> Result<(), Failure> {
        self.meter.writes(units::length(text))?;
        units::push(&mut output.text, text);
        if let Some(whole) = &mut output.json {
            let json = json.unwrap_or(text);
            self.meter.writes(units::length(json))?;
            units::push(whole, json);
        }
        Ok(())
    }

    // Expressions.

    fn expression(&mut self, node: NodeId, place: Place, depth: usize) -> Evaluation {
        self.expression_inner(node, place, depth).map_err(|failure| failure.or_at(self.tree.at(node)))
    }

    fn expression_inner(&mut self, node: NodeId, place: Place, depth: usize) -> Evaluation {
        self.meter.step(depth)?;
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Literal(literal) => Ok(match literal {
                Literal::Null => Value::Null,
                Literal::Bool(value) => Value::Bool(*value),
                Literal::Number(value) => Value::Number(*value),
                Literal::Text(text) => Value::Text(text.clone()),
                Literal::Regex(source, flags) => Value::Regex(Rc::new(Regex {
                    source: source.clone(),
                    flags: flags.clone(),
                    last_index: Cell::new(0),
                })),
            }),
            Kind::Symbol(name) => Ok(self.symbol(node, name, place)),
            Kind::Array(children) => {
                let mut items = Vec::with_capacity(children.len());
                for child in children {
                    items.push(self.expression(*child, place, depth + 1)?);
                }
                Value::list(items).checked()
            }
            Kind::Group(children) => {
                let mut last = Value::Undefined;
                for child in children {
                    last = self.expression(*child, place, depth + 1)?;
                }
                Ok(last)
            }
            Kind::Dict(entries) => {
                let mut values = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    values.push((key.clone(), self.expression(*value, place, depth + 1)?));
                }
                Value::record(values).checked()
            }
            Kind::Lookup { target, key } => {
                let target = self.expression(*target, place, depth + 1)?;
                let key = match tree.kind(*key) {
                    Kind::Literal(Literal::Text(key)) => {
                        self.meter.step(depth + 1)?;
                        key.clone()
                    }
                    _ => {
                        let key = self.expression(*key, place, depth + 1)?;
                        to_text(&key, &mut self.meter)?
                    }
                };
                self.meter.handles(target.as_text().map_or(0, |text| text.len()))?;
                Ok(self.member(&target, &key))
            }
            Kind::Slice { target, bounds } => {
                let target = self.expression(*target, place, depth + 1)?;
                self.slice(&target, bounds, place, depth + 1)
            }
            Kind::InlineIf { condition, body, otherwise } => {
                if self.expression(*condition, place, depth + 1)?.truthy() {
                    self.expression(*body, place, depth + 1)
                } else if let Some(otherwise) = otherwise {
                    self.expression(*otherwise, place, depth + 1)
                } else {
                    Ok(Value::text(""))
                }
            }
            Kind::Binary(Binary::Or, left, right) => {
                let left = self.expression(*left, place, depth + 1)?;
                if left.truthy() { Ok(left) } else { self.expression(*right, place, depth + 1) }
            }
            Kind::Binary(Binary::And, left, right) => {
                let left = self.expression(*left, place, depth + 1)?;
                if left.truthy() { self.expression(*right, place, depth + 1) } else { Ok(left) }
            }
            Kind::Binary(Binary::In, left, right) => {
                let needle = self.expression(*left, place, depth + 1)?;
                let container = self.expression(*right, place, depth + 1)?;
                self.contains(&container, &needle).map(Value::Bool)
            }
            Kind::Binary(operator, left, right) => {
                let left = self.expression(*left, place, depth + 2)?;
                let right = self.expression(*right, place, depth + 2)?;
                self.binary(*operator, &left, &right)
            }
            Kind::Unary(operator, target) => {
                let value = self.expression(*target, place, depth + 1)?;
                if *operator == Unary::Not {
                    return Ok(Value::Bool(!value.truthy()));
                }
                let number = to_number(&value, &mut self.meter)?;
                Ok(Value::Number(match operator {
                    Unary::Neg => -number,
                    Unary::Floor => number.floor(),
                    _ => number,
                }))
            }
            Kind::Compare(first, rest) => {
                let mut left = self.expression(*first, place, depth + 2)?;
                for (comparison, operand) in rest {
                    let right = self.expression(*operand, place, depth + 2)?;
                    left = Value::Bool(self.compare(*comparison, &left, &right)?);
                }
                Ok(left)
            }
            Kind::Is { value, test, arguments } => self.test(*value, test, arguments.as_ref(), place, depth + 1),
            Kind::Filter { name, arguments } => self.filter(name, arguments, place, depth + 1),
            Kind::Call { callee, arguments } => self.call(*callee, arguments, place, depth + 1),
            Kind::Capture(body) => {
                let scope = self.child(place.scope, false);
                self.capture(*body, Place { scope, ..place }, depth + 1, false)
            }
            _ => Err(Failure::evaluation("a statement stands where an expression is expected")),
        }
    }

    fn symbol(&mut self, node: NodeId, name: &Rc<str>, place: Place) -> Value {
        if let Some(slot) = self.slots.slot(place.region, node) {
            return self.slot_value(place.store, slot);
        }
        if let Some(value) = self.look_up(place.scope, name) {
            return value.clone();
        }
        if self.options.cookiecutter {
            match &**name {
                "True" => return Value::Bool(true),
                "False" => return Value::Bool(false),
                "None" => return Value::Null,
                _ => {}
            }
        }
        let make = match &**name {
            "always" | "failure" if self.host.status.is_some() => Callable::Status(&**name == "failure"),
            name => match FUNCTIONS.iter().find(|(known, _)| *known == name) {
                Some((_, function)) => Callable::Function(*function),
                None => return Value::Undefined,
            },
        };
        if let Some((_, callable)) = self.functions.iter().find(|(known, _)| *known == &**name) {
            return Value::Callable(callable.clone());
        }
        let known =
            FUNCTIONS.iter().map(|(known, _)| *known).chain(["always", "failure"]).find(|known| *known == &**name);
        let callable = Rc::new(make);
        self.functions.push((known.unwrap_or_default(), callable.clone()));
        Value::Callable(callable)
    }

    /// Returns what a value has under a key: an entry, an item, or a method.
    fn member(&self, target: &Value, key: &str) -> Value {
        if let Value::Callable(callable) = target {
            return match (&**callable, key) {
                (Callable::Cycler(cycler), "current") => match cycler.at.get() {
                    None => Value::Null,
                    Some(at) => cycler.values.get(at).cloned().unwrap_or_default(),
                },
                (Callable::Cycler(cycler), "next" | "reset") => {
                    Value::Callable(Rc::new(Callable::CyclerMethod(cycler.clone(), key == "reset")))
                }
                _ => Value::Undefined,
            };
        }
        if let Some(value) = own(target, key) {
            return value;
        }
        match methods::find(target, key, self.options.cookiecutter) {
            Some(method) => Value::Callable(Rc::new(Callable::Method(target.clone(), method))),
            None => Value::Undefined,
        }
    }

    fn slice(&mut self, input: &Value, bounds: &[NodeId; 3], place: Place, depth: usize) -> Evaluation {
        if matches!(input, Value::Callable(_)) {
            return Err(no_function());
        }
        let empty = Value::list(Vec::new());
        let target = if input.truthy() { input } else { &empty };
        let length = own(target, "length").unwrap_or_default();
        let mut start = self.expression(bounds[0], place, depth + 1)?;
        let mut stop = self.expression(bounds[1], place, depth + 1)?;
        let step = self.expression(bounds[2], place, depth + 1)?;
        let number = to_number(&step, &mut self.meter)?;
        if !number.is_finite() || number == 0.0 {
            return Err(Failure::evaluation("the step of a slice must be a number other than 0"));
        }
        let zero = Value::Number(0.0);
        let forward = number > 0.0;
        let below_zero = |value: &Value, meter: &mut Meter| -> Result<bool, Failure> {
            Ok(order(value, &zero, meter)? == Some(std::cmp::Ordering::Less))
        };
        if matches!(start, Value::Null) {
            start = if forward { zero.clone() } else { Value::Number(to_number(&length, &mut self.meter)? - 1.0) };
        }
        if matches!(stop, Value::Null) {
            stop = if forward { length.clone() } else { Value::Number(-1.0) };
        } else if below_zero(&stop, &mut self.meter)? {
            stop = add(&stop, &length, &mut self.meter)?;
        }
        if below_zero(&start, &mut self.meter)? {
            start = add(&start, &length, &mut self.meter)?;
        }
        let mut items = Vec::new();
        let mut index = start;
        loop {
            use std::cmp::Ordering::{Equal, Greater, Less};
            if below_zero(&index, &mut self.meter)? || order(&index, &length, &mut self.meter)? == Some(Greater) {
                break;
            }
            let at_stop = order(&index, &stop, &mut self.meter)?;
            let done =
                if forward { matches!(at_stop, Some(Greater | Equal)) } else { matches!(at_stop, Some(Less | Equal)) };
            if done {
                break;
            }
            self.meter.step(depth)?;
            self.meter.handles(target.as_text().map_or(0, |text| text.len()))?;
            let key = to_text(&index, &mut self.meter)?;
            items.push(own(target, &key).unwrap_or_default());
            index = add(&index, &step, &mut self.meter)?;
        }
        Value::list(items).checked()
    }

    fn contains(&mut self, container: &Value, needle: &Value) -> Result<bool, Failure> {
        match container {
            Value::Text(text) => {
                self.meter.handles(text.len())?;
                Ok(text.contains(&*to_text(needle, &mut self.meter)?))
            }
            Value::Safe(_) => Ok(matches!(&*to_text(needle, &mut self.meter)?, "length" | "val")),
            Value::List(list) => {
                let text = needle.as_text().map_or(0, |text| text.len());
                self.meter.handles(list.len().saturating_mul(8 + text))?;
                Ok(list.items().iter().any(|item| strict_equal(item, needle)))
            }
            Value::Record(record) => Ok(record.get(&to_text(needle, &mut self.meter)?).is_some()),
            other => Err(Failure::evaluation(format!(
                "`in` looks into lists, objects and texts, and this is {}",
                other.kind()
            ))),
        }
    }

    fn binary(&mut self, operator: Binary, left: &Value, right: &Value) -> Evaluation {
        match operator {
            Binary::Concat => {
                let (left, right) = (to_text(left, &mut self.meter)?, to_text(right, &mut self.meter)?);
                return joined(&left, &right, &mut self.meter);
            }
            Binary::Add => return add(left, right, &mut self.meter),
            _ => {}
        }
        let (left, right) = (to_number(left, &mut self.meter)?, to_number(right, &mut self.meter)?);
        Ok(Value::Number(match operator {
            Binary::Sub => left - right,
            Binary::Mul => left * right,
            Binary::Div => left / right,
            Binary::Mod => left % right,
            // In JavaScript 1 to the power of something endless is not a number.
            _ if right.is_nan() || (left.abs() == 1.0 && right.is_infinite()) => f64::NAN,
            _ => left.powf(right),
        }))
    }

    fn compare(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Result<bool, Failure> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        Ok(match comparison {
            Comparison::Equal => loose_equal(left, right, &mut self.meter)?,
            Comparison::NotEqual => !loose_equal(left, right, &mut self.meter)?,
            Comparison::Identical | Comparison::NotSame => {
                if let (Some(left), Some(right)) = (left.as_text(), right.as_text()) {
                    self.meter.handles(left.len().min(right.len()))?;
                }
                strict_equal(left, right) == (comparison == Comparison::Identical)
            }
            _ => {
                let order = order(left, right, &mut self.meter)?;
                match comparison {
                    Comparison::Less => order == Some(Less),
                    Comparison::LessEqual => matches!(order, Some(Less | Equal)),
                    Comparison::Greater => order == Some(Greater),
                    _ => matches!(order, Some(Greater | Equal)),
                }
            }
        })
    }

    fn arguments(&mut self, arguments: &Arguments, place: Place, depth: usize) -> Result<Evaluated, Failure> {
        let mut evaluated = Evaluated::default();
        for argument in &arguments.positional {
            evaluated.positional.push(self.expression(*argument, place, depth + 1)?);
        }
        for (name, argument) in &arguments.keyword {
            let value = self.expression(*argument, place, depth + 1)?;
            evaluated.keyword.retain(|(known, _)| *known != name.text);
            evaluated.keyword.push((name.text.clone(), value));
        }
        Ok(evaluated)
    }

    fn filter(&mut self, name: &Rc<str>, arguments: &Arguments, place: Place, depth: usize) -> Evaluation {
        let Some(filter) = filters::find(name, self.options.cookiecutter) else {
            let known = filters::FILTERS.iter().map(|filter| filter.name);
            let hint = match nearest(name, known) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            return Err(Failure::evaluation(format!("there is no filter `{name}`{hint}")));
        };
        if filter.of_host && !arguments.keyword.is_empty() {
            return Err(Failure::evaluation(format!("the filter `{name}` takes no named arguments")));
        }
        let evaluated = self.arguments(arguments, place, depth + 1)?;
        let mut positional = evaluated.positional.into_iter();
        let input = positional.next().unwrap_or_default();
        let mut positional: Vec<Value> = positional.collect();
        let mut keyword = evaluated.keyword;
        if !filter.names.is_empty() {
            // These two were macros in the original, whose arguments have names.
            positional.truncate(filter.names.len());
            for name in filter.names.iter().skip(positional.len()) {
                let at = keyword.iter().position(|(known, _)| &**known == *name);
                positional.push(at.map(|at| keyword.swap_remove(at).1).unwrap_or_default());
            }
        } else if !keyword.is_empty() {
            // The others got named arguments as one object behind the others.
            keyword.push(("__keywords".into(), Value::Bool(true)));
            positional.push(Value::record(keyword));
        }
        self.measure(std::iter::once(&input).chain(&positional))?;
        let mut call = Call { input, arguments: positional, meter: &mut self.meter, host: self.host };
        if matches!(call.input, Value::Callable(_))
            || call.arguments.iter().any(|value| matches!(value, Value::Callable(_)))
        {
            return Err(no_function());
        }
        let result = (filter.apply)(&mut call).and_then(Value::checked).and_then(|value| {
            self.meter.handles(value.as_text().map_or(0, |text| text.len()))?;
            Ok(value)
        });
        result.map_err(|failure| Failure { message: format!("filter `{name}`: {}", failure.message), ..failure })
    }

    /// Fails if values take too much memory; counts their items as work.
    fn measure<'v>(&mut self, values: impl Iterator<Item = &'v Value>) -> Result<(), Failure> {
        let mut bytes = 0;
        for value in values {
            self.measure_value(value, &mut bytes)?;
        }
        self.meter.handles(bytes)
    }

    fn measure_value(&mut self, value: &Value, bytes: &mut usize) -> Result<(), Failure> {
        match value {
            Value::List(list) => {
                for item in list.items().iter() {
                    self.meter.charge()?;
                    self.measure_value(item, bytes)?;
                }
            }
            Value::Record(record) => {
                for (key, item) in record.entries() {
                    self.meter.charge()?;
                    *bytes += key.len();
                    self.measure_value(item, bytes)?;
                }
            }
            Value::Text(text) | Value::Safe(text) => *bytes += text.len(),
            _ => *bytes += 8,
        }
        if *bytes > limits::SCRATCH { Err(limits::scratch()) } else { Ok(()) }
    }

    fn test(
        &mut self,
        value: NodeId,
        name: &Rc<str>,
        arguments: Option<&Arguments>,
        place: Place,
        depth: usize,
    ) -> Evaluation {
        let Some(test) = tests::find(name) else {
            let known = tests::TESTS.iter().map(|test| test.name);
            let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Failure::evaluation(format!("there is no test `{name}`{hint}")));
        };
        let given = arguments.map_or(0, |arguments| arguments.positional.len());
        let named = arguments.is_some_and(|arguments| !arguments.keyword.is_empty());
        if given != test.arity || named {
            let wanted = if test.arity == 0 { "nothing" } else { "one value" };
            return Err(Failure::evaluation(format!("the test `{name}` takes {wanted} in brackets")));
        }
        let input = self.expression(value, place, depth + 1)?;
        let evaluated = match arguments {
            Some(arguments) => self.arguments(arguments, place, depth + 1)?,
            None => Evaluated::default(),
        };
        tests::apply(test, &input, evaluated.positional.first(), &mut self.meter).map(Value::Bool)
    }

    fn call(&mut self, callee: NodeId, arguments: &Arguments, place: Place, depth: usize) -> Evaluation {
        let target = self.expression(callee, place, depth + 1)?;
        let Value::Callable(callable) = &target else {
            let name = self.path(callee);
            let what = name.as_ref().map_or_else(|| "this".to_owned(), |name| format!("`{name}`"));
            return Err(Failure::evaluation(format!("{what} is {} and cannot be called", target.kind())));
        };
        if let Callable::Macro(definition) = &**callable {
            let definition = definition.clone();
            let evaluated = self.arguments(arguments, place, depth + 1)?;
            return self.invoke(&definition, evaluated, depth + 1);
        }
        let (least, most) = match &**callable {
            Callable::Function(Function::Range) => (0, 3),
            Callable::Function(Function::Joiner) => (0, 1),
            Callable::Function(Function::Cycler) => (0, usize::MAX),
            Callable::Method(_, method) => (method.least, method.most(self.options.cookiecutter)),
            Callable::Status(_) => (0, usize::MAX),
            _ => (0, 0),
        };
        if !arguments.keyword.is_empty() {
            return Err(Failure::evaluation("this function takes no named arguments"));
        }
        let given = arguments.positional.len();
        if given < least || given > most {
            return Err(Failure::evaluation(format!("this function does not take {given} arguments")));
        }
        let evaluated = self.arguments(arguments, place, depth + 1)?.positional;
        if evaluated.iter().any(|value| matches!(value, Value::Callable(_))) {
            return Err(no_function());
        }
        match &**callable {
            Callable::Function(Function::Range) => self.range(evaluated),
            Callable::Function(Function::Cycler) => {
                let cycler = Cycler { values: evaluated, at: Cell::new(None) };
                Ok(Value::Callable(Rc::new(Callable::Cycler(Rc::new(cycler)))))
            }
            Callable::Function(Function::Joiner) => {
                let separator = evaluated.into_iter().next().filter(Value::truthy).unwrap_or_else(|| Value::text(","));
                Ok(Value::Callable(Rc::new(Callable::Joiner(separator, Cell::new(false)))))
            }
            Callable::Joiner(separator, used) => {
                Ok(if used.replace(true) { separator.clone() } else { Value::text("") })
            }
            Callable::CyclerMethod(cycler, true) => {
                cycler.at.set(None);
                Ok(Value::Undefined)
            }
            Callable::CyclerMethod(cycler, false) => {
                let next = match cycler.at.get() {
                    _ if cycler.values.is_empty() => 0,
                    None => 0,
                    Some(at) => (at + 1) % cycler.values.len(),
                };
                cycler.at.set(Some(next));
                Ok(cycler.values.get(next).cloned().unwrap_or_default())
            }
            Callable::Status(failure) => {
                let Some(status) = self.host.status else { return Ok(Value::Undefined) };
                status.asked.set(true);
                Ok(Value::Bool(!failure || status.failed))
            }
            Callable::Method(receiver, method) => {
                self.measure(std::iter::once(receiver).chain(&evaluated))?;
                let result = methods::invoke(method, receiver, &evaluated, self.options.cookiecutter, &mut self.meter)?;
                if let Value::List(list) = &result {
                    self.meter.works(list.len())?;
                }
                self.meter.handles(result.as_text().map_or(0, |text| text.len()))?;
                result.checked()
            }
            Callable::Macro(_) | Callable::Cycler(_) => Err(Failure::evaluation("this cannot be called itself")),
        }
    }

    fn path(&self, node: NodeId) -> Option<String> {
        match self.tree.kind(node) {
            Kind::Symbol(name) => Some(name.to_string()),
            Kind::Lookup { target, key } => match self.tree.kind(*key) {
                Kind::Literal(Literal::Text(key)) => Some(format!("{}.{key}", self.path(*target)?)),
                _ => None,
            },
            _ => None,
        }
    }

    fn range(&mut self, arguments: Vec<Value>) -> Evaluation {
        use std::cmp::Ordering::{Greater, Less};
        let mut arguments = arguments.into_iter();
        let (first, second, third) = (arguments.next(), arguments.next(), arguments.next());
        let (first, second) = (first.unwrap_or_default(), second.unwrap_or_default());
        let one = Value::Number(1.0);
        let (start, stop, step) = if second.is_undefined() {
            (Value::Number(0.0), first, one)
        } else {
            (first, second, third.filter(Value::truthy).unwrap_or(one))
        };
        let forward = order(&step, &Value::Number(0.0), &mut self.meter)? == Some(Greater);
        let mut items = Vec::new();
        let mut value = start;
        while order(&value, &stop, &mut self.meter)? == Some(if forward { Less } else { Greater }) {
            items.push(value.clone());
            self.meter.works(1)?;
            value = add(&value, &step, &mut self.meter)?;
        }
        if items.len() > value::MAX_ITEMS {
            return Err(Failure::limit(format!("a list has more than {} items", value::MAX_ITEMS)));
        }
        Ok(Value::list(items))
    }

    fn invoke(&mut self, definition: &Macro, arguments: Evaluated, depth: usize) -> Evaluation {
        let scope = self.child(definition.scope, true);
        let (store, region) = self.store(definition.frame, definition.outer);
        let place = Place {
            scope,
            store,
            region,
            invocation: definition.invocation,
            exports_macros: !definition.is_caller,
            exports_assignments: false,
        };
        let Signature { positional: names, defaults } = &definition.body.signature;
        let Evaluated { mut positional, mut keyword } = arguments;
        if positional.len() > names.len() {
            let surplus = positional.split_off(names.len());
            for ((name, _), value) in defaults.iter().zip(surplus) {
                keyword.retain(|(known, _)| *known != name.text);
                keyword.push((name.text.clone(), value));
            }
        }
        for name in names.iter().skip(positional.len()).collect::<Vec<_>>() {
            let at = keyword.iter().position(|(known, _)| *known == name.text);
            positional.push(at.map(|at| keyword.remove(at).1).unwrap_or_default());
        }
        for (name, value) in names.iter().zip(positional) {
            self.bind(name, value, place);
        }
        let mut takes_caller = names.iter().any(|name| &*name.text == "caller");
        for (name, default) in defaults {
            takes_caller |= &*name.text == "caller";
            let given = keyword.iter().find(|(known, _)| *known == name.text).map(|(_, value)| value.clone());
            let value = match given {
                Some(value) => value,
                None => self.expression(*default, place, depth + 1)?,
            };
            self.bind(name, value, place);
        }
        if !takes_caller && let Some((name, value)) = keyword.iter().find(|(name, _)| &**name == "caller") {
            self.put(scope, &name.clone(), value.clone());
        }
        self.capture(definition.body.body, place, depth + 1, true)
    }
}

/// Returns one part of an item, for a loop with several names.
fn destructured(item: &Value, index: usize) -> Evaluation {
    match item {
        Value::Undefined | Value::Null => {
            Err(Failure::evaluation("an item of the list is empty and has no parts for several names"))
        }
        Value::List(_) | Value::Record(_) | Value::Text(_) => Ok(own(item, &index.to_string()).unwrap_or_default()),
        _ => Ok(Value::Undefined),
    }
}

/// What `always()` and `failure()` answer, and whether they were asked.
#[derive(Debug, Default)]
pub struct Status {
    /// Whether a step has failed.
    pub failed: bool,
    /// Whether one of them was called.
    pub asked: Cell<bool>,
}
