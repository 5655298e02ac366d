//! Conditions in the Common Expression Language: compiled once, checked without running, run over the facts of an entity.
//!
//! The crate `cel` is known here, to `lint` (its trees), `value` and `world` (facts as its values), and nowhere else.

use std::cell::RefCell;
use std::collections::HashMap;

pub(super) use cel::Context;
use cel::common::ast::{Expr, IdedExpr, SourceInfo, operators};
use cel::common::types::{CelBool, CelInt, CelNull, CelString};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError, FunctionContext, Value};

use super::lint::{Fault, NameCheck, depth, short};
use super::roots::Uses;
use super::value::{ABSENT, UNKNOWN};
use crate::calendar::Day;
use crate::diag::{Diagnostic, codes};
use crate::text::Span;
use crate::yaml::{Node, Value as NodeValue};

/// The longest condition in bytes.
const MAX_LENGTH: usize = 4096;
/// A condition that was read.
#[derive(Debug)]
pub struct Condition {
    /// As written.
    pub source: String,
    /// Where it is written.
    pub span: Span,
    /// The tree, unless it is at fault.
    program: Option<Program>,
    /// Why it cannot be run.
    pub fault: Option<String>,
    pub(super) uses: Uses,
    /// How many nodes are in loops.
    pub(super) loop_weight: u64,
    /// Texts that files are searched for.
    pub(super) needles: Vec<String>,
}

#[derive(Debug)]
struct Program {
    expression: IdedExpr,
    info: SourceInfo,
}

/// What a condition comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// True or false.
    Known(bool),
    /// It reads what is known to be absent.
    Absent(String),
    /// It reads what nobody knows.
    Unknown(String),
    /// It is at fault: why, and where in the text.
    Fault(String, Option<(usize, usize)>),
}

thread_local! {
    static REGULAR: RefCell<HashMap<String, Result<regex::Regex, String>>> = RefCell::default();
}

/// Makes the language: its standard functions and those of conditions.
pub(super) fn environment(today: Day) -> Context<'static, 'static> {
    use cel::common::types::STRING_TYPE;
    let mut env = Env::stdlib();
    // The functions are declared once, so that none can be there already.
    let _ = env.add_overload("matches", "matches", vec![STRING_TYPE, STRING_TYPE], matches);
    let _ = env.add_member_overload("matches", "matches_string", STRING_TYPE, vec![STRING_TYPE], matches);
    let mut context = Context::with_env(std::sync::Arc::new(env));
    type Function =
        Box<dyn for<'c, 'l> Fn(&mut FunctionContext<'c, 'l>) -> Result<CowVal<'c, 'l>, ExecutionError> + Send + Sync>;
    fn lookup<'c, 'l>(call: &FunctionContext<'c, 'l>, prefix: &str) -> Result<CowVal<'c, 'l>, ExecutionError> {
        let argument = text(call, 0)?.to_owned();
        let found = call.ptx.get_variable(format!("{prefix}{argument}"));
        let found = found.ok_or_else(|| ExecutionError::no_such_key(&format!("{ABSENT}{}", short(&argument))))?;
        if found.downcast_ref::<CelNull>().is_some() {
            return Err(call.error("it reads too much for one entity"));
        }
        Ok(found)
    }
    let files: Function = Box::new(|call| lookup(call, "@files:"));
    let read: Function = Box::new(|call| lookup(call, "@read:"));
    let days: Function = Box::new(|call| {
        let written = text(call, 0)?;
        let moment = super::facts::moment(written)
            .ok_or_else(|| call.error(format!("`{}` is no day and no instant", short(written))))?;
        let now = call.ptx.get_variable("@now").and_then(|now| now.downcast_ref::<CelInt>().map(|now| *now.inner()));
        Ok(CowVal::owned(CelInt::from((now.unwrap_or_default() - moment).div_euclid(86_400))))
    });
    let at_least: Function =
        Box::new(|call| Ok(CowVal::owned(CelBool::from(at_least(text(call, 0)?, text(call, 1)?)))));
    for (name, function) in [("files", files), ("read", read), ("daysSince", days), ("atLeast", at_least)] {
        let _ = context.add_function(name, function);
    }
    with_now(context, today)
}

/// Binds `now`: midnight UTC of the day.
fn with_now(mut context: Context<'static, 'static>, today: Day) -> Context<'static, 'static> {
    let moment = cel::Program::compile(&format!("timestamp(\"{}T00:00:00Z\")", today.iso()));
    if let Some(now) = moment.ok().and_then(|program| program.execute(&Context::default()).ok()) {
        context.add_variable_from_value("now", now);
    }
    context
}

/// Returns an argument that has to be a text; the target of a method comes first.
fn text<'a>(call: &'a FunctionContext<'_, '_>, at: usize) -> Result<&'a str, ExecutionError> {
    let all: Vec<_> = call.this.iter().chain(&call.args).collect();
    let value = all.get(at).ok_or_else(|| call.error("an argument is missing"))?;
    let text = value.downcast_ref::<CelString>().map(CelString::inner);
    text.ok_or_else(|| {
        call.error(format!("it takes a text, and was given a value of type `{}`", value.get_type().name()))
    })
}

/// Compares versions by the numbers between their dots; missing ones are 0, and a leading `v` is skipped.
fn at_least(version: &str, least: &str) -> bool {
    fn numbers(text: &str) -> Vec<u64> {
        let text = text.trim();
        let parts = text.strip_prefix(['v', 'V']).unwrap_or(text).split('.');
        let number =
            |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        parts.map(number).collect()
    }
    let (mut version, mut least) = (numbers(version), numbers(least));
    let length = version.len().max(least.len());
    version.resize(length, 0);
    least.resize(length, 0);
    version >= least
}

/// `matches`, which keeps what it compiled.
fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    const KEPT: usize = 256;
    const SIZE: usize = 1 << 20;
    let text =
        |at: usize| args.get(at).and_then(|value| value.downcast_ref::<CelString>()).map_or("", CelString::inner);
    let (text, pattern) = (text(0), text(1));
    REGULAR.with_borrow_mut(|kept| {
        if !kept.contains_key(pattern) {
            if kept.len() >= KEPT {
                kept.clear();
            }
            let compiled = regex::RegexBuilder::new(pattern).size_limit(SIZE).dfa_size_limit(SIZE).build();
            let compiled = compiled.map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned());
            kept.insert(pattern.to_owned(), compiled);
        }
        match &kept[pattern] {
            Ok(regex) => Ok(CowVal::owned(CelBool::from(regex.is_match(text)))),
            Err(error) => Err(ExecutionError::function_error(
                "matches",
                format!("`{}` is no regular expression: {error}", short(pattern)),
            )),
        }
    })
}

impl Condition {
    /// Reads a condition; its faults are reported at their places. `file` is the text of the file it is in.
    pub(super) fn read(node: &Node, file: &str, problems: &mut Vec<Diagnostic>) -> Self {
        let source = node.as_str().unwrap_or_default().to_owned();
        let mut condition = Self {
            span: node.span,
            program: None,
            fault: None,
            uses: Uses::default(),
            loop_weight: 0,
            needles: Vec::new(),
            source,
        };
        if let Err(fault) = condition.compile() {
            let span = condition.place(file, fault.at);
            condition.fault = Some(fault.message.clone());
            problems.push(Diagnostic::new(codes::INVALID_CONDITION, span, fault.message).help(fault.help));
        }
        condition
    }

    /// Returns where a part of the condition is in its file: the part itself if the text was written as it is read.
    pub(super) fn place(&self, file: &str, part: Option<(usize, usize)>) -> Span {
        let whole = file.get(self.span.range()).unwrap_or_default();
        let Some((start, end)) = part else { return self.span };
        match whole.find(self.source.trim_end()) {
            Some(base) if start < self.source.trim_end().len() => {
                let base = self.span.start as usize + base;
                let end = end.clamp(start + 1, self.source.len());
                Span::new(self.span.file, base + start, base + end)
            }
            _ => self.span,
        }
    }

    fn compile(&mut self) -> Result<(), Fault> {
        if self.source.len() > MAX_LENGTH {
            let message = format!("a condition has at most {MAX_LENGTH} bytes, and this one has {}", self.source.len());
            return Err(Fault::new(message, "divide it into several rules", None));
        }
        let (expression, info) = parse(&self.source)?;
        let mut check = NameCheck::new(&info);
        let checked = check.expression(&expression);
        (self.uses, self.loop_weight, self.needles) = (check.uses, check.loop_weight, check.needles);
        checked?;
        self.program = Some(Program { expression, info });
        Ok(())
    }

    /// Runs the condition.
    pub(super) fn run(&self, context: &Context<'_, '_>) -> Verdict {
        let Some(program) = &self.program else {
            return Verdict::Fault(self.fault.clone().unwrap_or_default(), None);
        };
        match decide(&program.expression, context) {
            Ok(value) => Verdict::Known(value),
            Err((ExecutionError::NoSuchKey(key), _)) => match key.strip_prefix(UNKNOWN) {
                Some(path) => Verdict::Unknown(path.to_owned()),
                None => Verdict::Absent(key.strip_prefix(ABSENT).unwrap_or(&key).to_owned()),
            },
            Err((ExecutionError::IndexOutOfBounds(_), _)) => {
                let is_outside = self.uses.root("facts") || self.uses.root("snap");
                let path = "an item of a list".to_owned();
                if is_outside { Verdict::Unknown(path) } else { Verdict::Absent(path) }
            }
            Err((error, id)) => {
                let at = program.info.offset_for(id).map(|(start, end)| (start as usize, end as usize + 1));
                Verdict::Fault(in_words(&error), at)
            }
        }
    }
}

/// Parses a condition, one that can be nested on a stack of its own: the crate descends further than its trees are deep.
fn parse(source: &str) -> Result<(IdedExpr, SourceInfo), Fault> {
    /// How many signs that nest there may be on the stack that everybody has.
    const FEW: usize = 16;
    /// Only what is used of it is really taken.
    const STACK: usize = 128 << 20;
    let run = || {
        let parsed = Env::stdlib().parser().parse_with_source_info(source);
        let (expression, info) = parsed.map_err(|errors| Fault::syntax(&errors, source))?;
        depth(&expression)?;
        Ok((expression, info))
    };
    if source.bytes().filter(u8::is_ascii_punctuation).count() <= FEW {
        return run();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let fault = || Fault::new("the condition cannot be read", "divide it into several rules", None);
        thread.map_err(|_| fault())?.join().unwrap_or_else(|_| Err(fault()))
    })
}

impl Condition {
    /// Returns the value of an expression that is shown as evidence; `None` if it has none that can be written down.
    pub(super) fn value(&self, context: &Context<'_, '_>) -> Option<Node> {
        let program = self.program.as_ref()?;
        let value = Value::resolve_val(&program.expression, context).ok()?;
        node(&Value::try_from(value.as_ref()).ok()?, self.span)
    }
}

fn node(value: &Value, span: Span) -> Option<Node> {
    let value = match value {
        Value::Null => NodeValue::Null,
        Value::Bool(value) => NodeValue::Bool(*value),
        Value::Int(value) => NodeValue::Int(*value),
        Value::UInt(value) => i64::try_from(*value).map_or(NodeValue::Float(*value as f64), NodeValue::Int),
        Value::Float(value) => NodeValue::Float(*value),
        Value::String(text) => NodeValue::Str(text.as_str().into()),
        Value::List(items) => NodeValue::Seq(items.iter().map(|item| node(item, span)).collect::<Option<_>>()?),
        _ => return None,
    };
    Some(Node { span, value })
}

fn in_words(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        error => error.to_string(),
    };
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    short(&(first + letters.as_str()))
}

/// Decides the logic of a condition, so that of two faults the first one is reported, with its place. What is between
/// is left to the crate.
fn decide(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<bool, (ExecutionError, u64)> {
    if let Expr::Call(call) = &expression.expr
        && call.target.is_none()
    {
        match (call.func_name.as_str(), &*call.args) {
            (operators::LOGICAL_OR, [left, right]) => return either(left, right, context, true),
            (operators::LOGICAL_AND, [left, right]) => return either(left, right, context, false),
            (operators::CONDITIONAL, [test, yes, no]) => {
                return decide(if decide(test, context)? { yes } else { no }, context);
            }
            (operators::LOGICAL_NOT, [inner]) => return decide(inner, context).map(|value| !value),
            (operators::EQUALS, [left, right]) => return equal(left, right, context),
            (operators::NOT_EQUALS, [left, right]) => return equal(left, right, context).map(|value| !value),
            _ => {}
        }
    }
    let value = Value::resolve_val(expression, context).map_err(|error| (error, expression.id))?;
    value.downcast_ref::<CelBool>().map(|value| *value.inner()).ok_or_else(|| {
        let message = format!("it gives a value of type `{}`, not true or false", value.get_type().name());
        (ExecutionError::function_error("condition", message), expression.id)
    })
}

/// `or` with `stop` true, `and` with `stop` false: one side that is `stop` decides, whatever the other one lacks.
fn either(
    left: &IdedExpr,
    right: &IdedExpr,
    context: &Context<'_, '_>,
    stop: bool,
) -> Result<bool, (ExecutionError, u64)> {
    match decide(left, context) {
        Ok(value) if value == stop => Ok(stop),
        Ok(_) => decide(right, context),
        Err(error) => match decide(right, context) {
            Ok(value) if value == stop => Ok(stop),
            _ => Err(error),
        },
    }
}

/// Compares both ways round, since a mapping of facts knows those of the language but not the other way.
fn equal(left: &IdedExpr, right: &IdedExpr, context: &Context<'_, '_>) -> Result<bool, (ExecutionError, u64)> {
    let value =
        |side: &IdedExpr| Value::resolve_val(side, context).map_err(|error| (error, side.id)).map(CowVal::into_owned);
    let (left, right) = (value(left)?, value(right)?);
    Ok(left.equals(right.as_ref()) || right.equals(left.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_numbers() {
        assert!(at_least("1.10", "1.9") && !at_least("1.9", "1.10.0") && at_least("v2.0.0", "2.0.0"));
        assert!(at_least("3", "3.0.0") && !at_least("2.17", "2.17.1"));
    }
}
