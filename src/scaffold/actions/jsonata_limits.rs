//! Counts what an expression of JSONata makes and does. The evaluator bounds depth, time and some lists, but a text that is
//! joined to itself doubles, and so does a list of lists; time differs from machine to machine. So calls of functions that
//! count are put into the tree of the expression, where texts, lists and objects are put together and where functions and
//! steps of paths are repeated. The result stays the same.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use crate::scaffold::budget;

/// How many units an expression may take: one for a call and for each part of a value that is put together.
const UNITS: u64 = 500_000;
/// Number of bytes of a text that count as one unit.
const BYTES: usize = 32;
/// What a unit costs in steps of the run.
const STEPS: u64 = 10;

// No expression can name these functions: a name has no space.
/// Gives its argument; counts all that is in it.
const WHOLE: &str = "count whole";
/// Gives its argument; counts the items of a list and nothing within them.
const ITEMS: &str = "count items";
/// Gives nothing; counts a call.
const CALL: &str = "count call";
/// Give the ends of a range; count the numbers between.
const FROM: &str = "count from";
const TO: &str = "count to";

/// Functions that go through all of their arguments or copy them, and with how many arguments they are called back.
const THOROUGH: &[(&str, usize)] = &[
    ("append", 2),
    ("base64decode", 1),
    ("base64encode", 1),
    ("contains", 1),
    ("decodeUrl", 1),
    ("decodeUrlComponent", 1),
    ("distinct", 1),
    ("encodeUrl", 1),
    ("encodeUrlComponent", 1),
    ("join", 1),
    ("keys", 1),
    ("length", 1),
    ("lowercase", 1),
    ("match", 1),
    ("merge", 1),
    ("number", 1),
    ("pad", 1),
    ("replace", 1),
    ("reverse", 1),
    ("sort", 1),
    ("split", 1),
    ("spread", 1),
    ("string", 1),
    ("substring", 1),
    ("substringAfter", 1),
    ("substringBefore", 1),
    ("trim", 1),
    ("uppercase", 1),
    ("zip", 1),
];

/// Marks failures as those of a limit.
pub(super) const MARK: &str = "limit: ";

/// Counts units.
#[derive(Debug, Default)]
pub(super) struct Counter {
    taken: Cell<u64>,
    /// Where the ranges that are being evaluated begin.
    starts: RefCell<Vec<f64>>,
}

impl Counter {
    /// Registers the functions that count.
    pub(super) fn register(counter: &Rc<Self>, evaluator: &mut Evaluator) {
        let mut function = |name: &str, run: fn(&Self, JValue) -> Result<JValue, EvaluatorError>| {
            let counter = Rc::clone(counter);
            let call = move |arguments: &[JValue]| {
                let value = arguments.first().cloned().unwrap_or(JValue::Undefined);
                run(&counter, value)
            };
            let _ = evaluator.register_fn(name, call);
        };
        function(WHOLE, |counter, value| counter.whole(&value).map(|()| value));
        function(ITEMS, |counter, value| {
            let items = match &value {
                JValue::Array(items) => items.len(),
                JValue::Object(entries) => entries.len(),
                JValue::String(text) => text.len() / BYTES,
                _ => 0,
            };
            counter.take(1 + items as u64).map(|()| value)
        });
        function(CALL, |counter, _| counter.take(1).map(|()| JValue::Undefined));
        function(FROM, |counter, value| {
            counter.starts.borrow_mut().push(value.as_f64().unwrap_or(0.0));
            Ok(value)
        });
        function(TO, |counter, value| {
            let from = counter.starts.borrow_mut().pop().unwrap_or(0.0);
            let items = (value.as_f64().unwrap_or(from) - from).max(0.0);
            counter.take(items as u64).map(|()| value)
        });
    }

    fn take(&self, units: u64) -> Result<(), EvaluatorError> {
        let taken = self.taken.get().saturating_add(units);
        self.taken.set(taken);
        if taken > UNITS || budget::take(units.saturating_mul(STEPS)).is_err() {
            return Err(EvaluatorError::EvaluationError(format!("{MARK}it takes too many steps or too much memory")));
        }
        Ok(())
    }

    /// Counts a value with all that is in it; what is in it twice counts twice, so this ends where copying would not.
    pub(super) fn whole(&self, value: &JValue) -> Result<(), EvaluatorError> {
        match value {
            JValue::String(text) => self.take(1 + (text.len() / BYTES) as u64),
            JValue::Array(items) => {
                self.take(1)?;
                items.iter().try_for_each(|item| self.whole(item))
            }
            JValue::Object(entries) => {
                self.take(1)?;
                entries.iter().try_for_each(|(key, item)| {
                    self.take((key.len() / BYTES) as u64)?;
                    self.whole(item)
                })
            }
            _ => self.take(1),
        }
    }
}

/// Puts the calls that count into an expression.
///
/// # Errors
/// When it gives the name of a function that is counted to something else.
pub(super) fn counted(node: AstNode) -> Result<AstNode, String> {
    let mut writer = Writer { taken: None };
    let node = writer.node(node);
    match writer.taken {
        Some(name) => Err(format!("`${name}` is a function, so nothing else can have this name")),
        None => Ok(node),
    }
}

struct Writer {
    /// The name of a function that means something else here.
    taken: Option<String>,
}

fn call(name: &str, arguments: Vec<AstNode>) -> AstNode {
    AstNode::Function { name: name.to_owned(), args: arguments, is_builtin: true }
}

/// Returns whether a node is so small that it need not be counted, or must stay what it is.
fn stays(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. }
            | AstNode::Lambda { .. }
            | AstNode::Array(_)
            | AstNode::Binary { op: BinaryOp::Range, .. }
            | AstNode::Transform { .. }
    )
}

fn is_literal(node: &AstNode) -> bool {
    matches!(node, AstNode::String(_) | AstNode::Number(_) | AstNode::Boolean(_) | AstNode::Null)
}

impl Writer {
    fn node(&mut self, node: AstNode) -> AstNode {
        match node {
            AstNode::Binary { op, lhs, rhs } => self.binary(op, *lhs, *rhs),
            AstNode::Unary { op, operand } => AstNode::Unary { op, operand: self.boxed(operand) },
            AstNode::Function { name, args, is_builtin } => {
                let thorough = THOROUGH.iter().any(|(known, _)| *known == name);
                let args =
                    args.into_iter().map(|arg| if thorough { self.whole(arg) } else { self.node(arg) }).collect();
                AstNode::Function { name, args, is_builtin }
            }
            AstNode::Call { procedure, args } => {
                AstNode::Call { procedure: self.boxed(procedure), args: self.nodes(args) }
            }
            AstNode::Lambda { params, body, signature, thunk } => {
                params.iter().for_each(|name| self.binds(name));
                let body = self.node(*body);
                let body = AstNode::Block(vec![call(CALL, Vec::new()), result_counted(body)]);
                AstNode::Lambda { params, body: Box::new(body), signature, thunk }
            }
            // Called back, it is called as often as there are items.
            AstNode::Variable(name) => match THOROUGH.iter().find(|(known, _)| *known == name) {
                Some((_, count)) => {
                    let params: Vec<String> = (0..*count).map(|at| format!("argument{at}")).collect();
                    let args = params.iter().map(|name| AstNode::Variable(name.clone())).collect();
                    self.node(AstNode::Lambda {
                        params,
                        body: Box::new(AstNode::Function { name, args, is_builtin: true }),
                        signature: None,
                        thunk: true,
                    })
                }
                None => AstNode::Variable(name),
            },
            AstNode::Array(items) => AstNode::Array(items.into_iter().map(|item| self.whole(item)).collect()),
            AstNode::ArrayGroup(items) => AstNode::ArrayGroup(items.into_iter().map(|item| self.whole(item)).collect()),
            AstNode::Object(pairs) => AstNode::Object(self.pairs(pairs)),
            AstNode::ObjectTransform { input, pattern } => {
                AstNode::ObjectTransform { input: self.boxed(input), pattern: self.pairs(pattern) }
            }
            AstNode::Block(nodes) => AstNode::Block(self.nodes(nodes)),
            AstNode::Conditional { condition, then_branch, else_branch } => AstNode::Conditional {
                condition: self.boxed(condition),
                then_branch: self.boxed(then_branch),
                else_branch: else_branch.map(|branch| self.boxed(branch)),
            },
            AstNode::FunctionApplication(inner) => AstNode::FunctionApplication(self.boxed(inner)),
            AstNode::Sort { input, terms } => AstNode::Sort {
                input: self.boxed(input),
                terms: terms.into_iter().map(|(term, ascending)| (self.node(term), ascending)).collect(),
            },
            AstNode::Transform { location, update, delete } => AstNode::Transform {
                location: self.boxed(location),
                update: self.boxed(update),
                delete: delete.map(|delete| self.boxed(delete)),
            },
            AstNode::Path { steps } => {
                AstNode::Path { steps: steps.into_iter().enumerate().map(|(at, step)| self.step(at, step)).collect() }
            }
            other => other,
        }
    }

    #[expect(clippy::boxed_local, reason = "the tree has boxes")]
    fn boxed(&mut self, node: Box<AstNode>) -> Box<AstNode> {
        Box::new(self.node(*node))
    }

    fn nodes(&mut self, nodes: Vec<AstNode>) -> Vec<AstNode> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    fn pairs(&mut self, pairs: Vec<(AstNode, AstNode)>) -> Vec<(AstNode, AstNode)> {
        pairs.into_iter().map(|(key, value)| (self.node(key), self.whole(value))).collect()
    }

    /// Counts all that is in the value of a node.
    fn whole(&mut self, node: AstNode) -> AstNode {
        let stays = stays(&node);
        let node = self.node(node);
        if stays { node } else { call(WHOLE, vec![node]) }
    }

    fn binary(&mut self, op: BinaryOp, lhs: AstNode, rhs: AstNode) -> AstNode {
        let (lhs, rhs) = match op {
            BinaryOp::Concatenate => (self.whole(lhs), self.whole(rhs)),
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In if !is_literal(&lhs) && !is_literal(&rhs) => {
                (self.whole(lhs), self.whole(rhs))
            }
            BinaryOp::Range => (call(FROM, vec![self.node(lhs)]), call(TO, vec![self.node(rhs)])),
            BinaryOp::ColonEqual => {
                if let AstNode::Variable(name) = &lhs {
                    self.binds(name);
                }
                (lhs, self.node(rhs))
            }
            BinaryOp::ChainPipe => (self.whole(lhs), self.node(rhs)),
            _ => (self.node(lhs), self.node(rhs)),
        };
        AstNode::Binary { op, lhs: Box::new(lhs), rhs: Box::new(rhs) }
    }

    fn binds(&mut self, name: &str) {
        if THOROUGH.iter().any(|(known, _)| *known == name) {
            self.taken.get_or_insert_with(|| name.to_owned());
        }
    }

    fn step(&mut self, at: usize, step: PathStep) -> PathStep {
        let plain = !step.is_tuple && !step.inner_tuple && step.ancestor_label.is_none();
        for name in [&step.focus, &step.index_var].into_iter().flatten() {
            self.binds(name);
        }
        let node = match step.node {
            // What is done with each item.
            AstNode::FunctionApplication(inner) if plain && at > 0 => {
                AstNode::FunctionApplication(Box::new(result_counted(self.node(*inner))))
            }
            AstNode::Block(mut nodes) if plain && at > 0 => {
                nodes = self.nodes(nodes);
                nodes.insert(0, call(CALL, Vec::new()));
                AstNode::Block(nodes)
            }
            node => self.node(node),
        };
        let stages = step.stages.into_iter().map(|stage| match stage {
            Stage::Filter(condition) => Stage::Filter(self.boxed(condition)),
            other => other,
        });
        let mut made = PathStep::with_stages(node, stages.collect());
        made.focus = step.focus;
        made.index_var = step.index_var;
        made.ancestor_label = step.ancestor_label;
        made.is_tuple = step.is_tuple;
        made.inner_tuple = step.inner_tuple;
        made
    }
}

/// Counts what a function gives, but for calls at its end, which count themselves and must stay at the end.
fn result_counted(body: AstNode) -> AstNode {
    match body {
        AstNode::Function { .. } | AstNode::Call { .. } => body,
        AstNode::Conditional { condition, then_branch, else_branch } => AstNode::Conditional {
            condition,
            then_branch: Box::new(result_counted(*then_branch)),
            else_branch: else_branch.map(|branch| Box::new(result_counted(*branch))),
        },
        AstNode::Block(mut nodes) => {
            if let Some(last) = nodes.pop() {
                nodes.push(result_counted(last));
            }
            AstNode::Block(nodes)
        }
        body if stays(&body) => body,
        body => call(ITEMS, vec![body]),
    }
}
