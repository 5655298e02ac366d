//! Conditions in the Common Expression Language: compiled once, checked without running, run over the facts of an entity.
//!
//! The only file that knows the crate `cel`, together with `value.rs`, which hands facts to it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use cel::common::ast::{Expr, IdedExpr, SourceInfo, operators};
use cel::common::types::{CelBool, CelInt, CelString};
use cel::common::value::CowVal;
use cel::{Context, Env, ExecutionError, FunctionContext, Value};

use super::value::{ABSENT, UNKNOWN};
use crate::diag::{Diagnostic, codes};
use crate::text::{Span, nearest};
use crate::yaml::Node;

/// The longest condition in bytes.
const MAX_LENGTH: usize = 4096;
/// How deep its tree may be.
const MAX_DEPTH: usize = 120;
/// How deep loops over lists may be nested.
const MAX_LOOPS: usize = 2;
/// The longest list that may be written out inside of a loop.
const MAX_LITERAL: usize = 64;

/// What conditions may name.
pub(super) const ROOTS: &[(&str, &[&str])] = &[
    ("entity", &["apiVersion", "kind", "metadata", "spec", "relations"]),
    ("related", &[]),
    ("docs", &["exists", "words", "updated", "pages"]),
    ("api", &["format", "errors", "operations", "breaking"]),
    ("git", &["lastCommit", "contributors", "commits90d"]),
    ("findings", &[]),
    ("facts", &[]),
    ("snap", &[]),
    ("now", &[]),
];

/// Types that may stand where a value stands: `type(x) == string`.
const TYPES: &[&str] =
    &["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "timestamp", "duration"];

/// The functions that there are, macros included.
const FUNCTIONS: &[&str] = &[
    "all",
    "atLeast",
    "bool",
    "bytes",
    "contains",
    "daysSince",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "exists",
    "exists_one",
    "files",
    "filter",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "has",
    "int",
    "map",
    "matches",
    "read",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// Macros that have become a loop unless they were written wrong.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map", "has"];

/// What a condition asks for, so that nothing else is computed.
#[derive(Debug, Default, Clone)]
pub(super) struct Uses {
    /// Paths from a root, as far as names go: `["facts", "sonar", "coverage"]`.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Every name of a field.
    fields: BTreeSet<String>,
}

impl Uses {
    /// Returns whether a root is asked for.
    pub(super) fn root(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path[0] == name)
    }

    /// Returns whether a field of this name is asked for, of whatever.
    pub(super) fn field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    /// Asks for everything.
    pub(super) fn everything(&mut self) {
        self.paths.extend(ROOTS.iter().map(|(root, _)| vec![(*root).to_owned()]));
        self.fields.extend(["relations", "words", "updated"].map(str::to_owned));
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.paths.extend(other.paths.iter().cloned());
        self.fields.extend(other.fields.iter().cloned());
    }
}

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
    /// How many nodes stand in loops.
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
pub(super) fn environment() -> Context<'static, 'static> {
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
        call.ptx.get_variable(format!("{prefix}{argument}")).ok_or_else(|| call.error("there is no such file"))
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

/// Compares versions by the numbers between their dots; missing ones are 0, and a leading `v` is passed over.
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

/// Shortens a text for a message.
fn short(text: &str) -> String {
    const MOST: usize = 120;
    let mut out: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

impl Condition {
    /// Reads a condition; its faults are reported at their places. `file` is the text of the file it stands in.
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

    /// Returns where a part of the condition stands in its file: the part itself if the text was written as it is read.
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
        let parsed = Env::stdlib().parser().parse_with_source_info(&self.source);
        let (expression, info) = parsed.map_err(|errors| Fault::syntax(&errors, &self.source))?;
        depth(&expression)?;
        let mut check = Check { info: &info, scope: Vec::new(), loops: 0, condition: self };
        check.expression(&expression)?;
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

fn in_words(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        error => error.to_string(),
    };
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    short(&(first + letters.as_str()))
}

/// Decides the logic of a condition, so that of two faults the first one is told, and its place. What stands between is left to
/// the crate.
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

/// What is wrong with a condition.
struct Fault {
    message: String,
    help: String,
    at: Option<(usize, usize)>,
}

impl Fault {
    fn new(message: impl Into<String>, help: impl Into<String>, at: Option<(usize, usize)>) -> Self {
        Self { message: message.into(), help: help.into(), at }
    }

    fn syntax(errors: &cel::ParseErrors, source: &str) -> Self {
        let Some(error) = errors.errors.first() else {
            return Self::new("the condition cannot be read", "see the manual for the language", None);
        };
        let (line, column) = error.pos;
        let before =
            source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(str::len).sum::<usize>();
        let rest = source.get(before..).unwrap_or_default();
        let column = usize::try_from(column).unwrap_or(0);
        let at = before + rest.char_indices().nth(column).map_or(rest.trim_end().len(), |(at, _)| at);
        let place = Some((at.min(source.len().saturating_sub(1)), at + 1));
        let is_single = source.as_bytes().get(at.saturating_sub(1)..=at).is_some_and(|bytes| bytes.contains(&b'='))
            || error.msg.contains("'= '");
        if is_single && !source.contains("==") {
            return Self::new("`=` compares nothing", "use `==` to compare", place);
        }
        let message = error.msg.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ").to_owned();
        Self::new(
            format!("the condition cannot be read: {}", short(&message)),
            "see `docs/scorecards.md` for the language",
            place,
        )
    }
}

/// Refuses trees that are too deep, without recursion.
fn depth(expression: &IdedExpr) -> Result<(), Fault> {
    let mut open = vec![(expression, 1)];
    while let Some((expression, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return Err(Fault::new("the condition is nested too deeply", "divide it into several rules", None));
        }
        children(expression, &mut |child| open.push((child, depth + 1)));
    }
    Ok(())
}

fn children<'a>(expression: &'a IdedExpr, visit: &mut dyn FnMut(&'a IdedExpr)) {
    use cel::common::ast::EntryExpr;
    match &expression.expr {
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).for_each(visit),
        Expr::Comprehension(of) => {
            [&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result].into_iter().for_each(visit);
        }
        Expr::List(list) => list.elements.iter().for_each(visit),
        Expr::Select(select) => visit(&select.operand),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    visit(&entry.key);
                    visit(&entry.value);
                }
            }
        }
        Expr::Struct(of) => {
            for entry in &of.entries {
                if let EntryExpr::StructField(field) = &entry.expr {
                    visit(&field.value);
                }
            }
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
    }
}

/// Looks for names that do not exist and loops that would not end in time.
struct Check<'a> {
    info: &'a SourceInfo,
    scope: Vec<String>,
    loops: usize,
    condition: &'a mut Condition,
}

impl Check<'_> {
    fn at(&self, expression: &IdedExpr) -> Option<(usize, usize)> {
        self.info.offset_for(expression.id).map(|(start, end)| (start as usize, end as usize + 1))
    }

    fn expression(&mut self, expression: &IdedExpr) -> Result<(), Fault> {
        if self.loops > 0 {
            self.condition.loop_weight += 1;
        }
        match &expression.expr {
            Expr::Ident(name) => self.name(name, expression)?,
            Expr::Select(_) => self.path(expression),
            Expr::Call(call) => {
                self.function(&call.func_name, call.target.is_some(), expression)?;
                if call.func_name == operators::INDEX {
                    self.path(expression);
                }
                if let ("contains", Some(target), [literal]) = (call.func_name.as_str(), &call.target, &*call.args)
                    && matches!(&target.expr, Expr::Call(inner) if inner.func_name == "read")
                    && let Some(text) = literal_text(literal)
                {
                    self.condition.needles.push(text.to_owned());
                }
            }
            Expr::Comprehension(of) => {
                if self.loops >= MAX_LOOPS {
                    let help = "judge one list a rule, or let a job count and write a fact";
                    return Err(Fault::new("loops over lists are nested too deeply", help, self.at(expression)));
                }
                self.expression(&of.iter_range)?;
                self.loops += 1;
                let names = [Some(of.iter_var.clone()), of.iter_var2.clone(), Some(of.accu_var.clone())];
                let before = self.scope.len();
                self.scope.extend(names.into_iter().flatten());
                for part in [&of.accu_init, &of.loop_cond, &of.loop_step, &of.result] {
                    self.expression(part)?;
                }
                self.scope.truncate(before);
                self.loops -= 1;
                return Ok(());
            }
            Expr::List(list) if self.loops > 0 && list.elements.len() > MAX_LITERAL => {
                let message = format!("a list of more than {MAX_LITERAL} items stands in a loop");
                return Err(Fault::new(message, "let a job compare, and write a fact", self.at(expression)));
            }
            Expr::Struct(of) => {
                let message = format!("there is no type `{}`", of.type_name);
                return Err(Fault::new(message, "write a mapping as `{\"key\": value}`", self.at(expression)));
            }
            Expr::List(_) | Expr::Map(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
        let mut inner = Vec::new();
        children(expression, &mut |child| inner.push(child));
        inner.into_iter().try_for_each(|child| self.expression(child))
    }

    fn name(&mut self, name: &str, expression: &IdedExpr) -> Result<(), Fault> {
        let is_root = ROOTS.iter().any(|(root, _)| *root == name);
        let is_bound = self.scope.iter().any(|known| known == name);
        if is_root && !is_bound {
            self.condition.uses.paths.insert(vec![name.to_owned()]);
        }
        if name.starts_with('@') || is_root || TYPES.contains(&name) || is_bound {
            return Ok(());
        }
        let known = ROOTS.iter().map(|(root, _)| *root);
        let help = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("conditions know {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        Err(Fault::new(format!("there is no `{name}`"), help, self.at(expression)))
    }

    fn function(&self, name: &str, is_method: bool, expression: &IdedExpr) -> Result<(), Fault> {
        let is_operator = name.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_') || name.starts_with('_');
        if is_operator {
            return Ok(());
        }
        if MACROS.contains(&name) {
            let (message, help) = if name == "has" {
                ("`has` takes a field".to_owned(), "write it as `has(entity.spec.system)`".to_owned())
            } else {
                (
                    format!("`{name}` takes a name and a condition"),
                    format!("write it as `entity.metadata.tags.{name}(tag, tag == \"java\")`"),
                )
            };
            return Err(Fault::new(message, help, self.at(expression)));
        }
        if FUNCTIONS.contains(&name) {
            return Ok(());
        }
        let help = match nearest(name, FUNCTIONS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the functions are {}", FUNCTIONS.join(", ")),
        };
        let what = if is_method { "method" } else { "function" };
        Err(Fault::new(format!("there is no {what} `{name}`"), help, self.at(expression)))
    }

    /// Notes a path from a root.
    fn path(&mut self, expression: &IdedExpr) {
        let mut names = Vec::new();
        let mut at = expression;
        loop {
            match &at.expr {
                Expr::Select(select) => {
                    names.push(select.field.clone());
                    at = &select.operand;
                }
                Expr::Call(call) if call.func_name == operators::INDEX && call.args.len() == 2 => {
                    // An index that is computed ends what is known of the path, and leaves what is before it.
                    match literal_text(&call.args[1]) {
                        Some(text) => names.push(text.to_owned()),
                        None => names.clear(),
                    }
                    at = &call.args[0];
                }
                Expr::Ident(root) => {
                    self.condition.uses.fields.extend(names.iter().cloned());
                    if !self.scope.contains(root) && !root.starts_with('@') {
                        names.push(root.clone());
                        names.reverse();
                        self.condition.uses.paths.insert(names);
                    }
                    return;
                }
                _ => {
                    self.condition.uses.fields.extend(names);
                    return;
                }
            }
        }
    }
}

fn literal_text(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(cel::common::ast::LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
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
