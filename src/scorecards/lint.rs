//! What is known of a condition without running it: syntax, names that do not exist, loops that would not end in time.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, SourceInfo, operators};

use super::roots::{ROOTS, Uses};
use crate::text::nearest;

/// How deep its tree may be: the crate takes 20 KiB of the stack for each level unless it is optimised.
const MAX_DEPTH: usize = 40;
/// How deep loops over lists may be nested.
const MAX_LOOPS: usize = 2;
/// The longest list that may be written out inside of a loop.
const MAX_LITERAL: usize = 64;
/// Types that may be used as values: `type(x) == string`.
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

/// Shortens a text for a message.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 120;
    let mut out: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

/// What is wrong with a condition.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) at: Option<(usize, usize)>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>, at: Option<(usize, usize)>) -> Self {
        Self { message: message.into(), help: help.into(), at }
    }

    pub(super) fn syntax(errors: &cel::ParseErrors, source: &str) -> Self {
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
pub(super) fn depth(expression: &IdedExpr) -> Result<(), Fault> {
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
pub(super) struct NameCheck<'a> {
    info: &'a SourceInfo,
    scope: Vec<String>,
    loops: usize,
    /// What the condition asks for.
    pub(super) uses: Uses,
    /// How many nodes are in loops.
    pub(super) loop_weight: u64,
    /// Texts that files are searched for.
    pub(super) needles: Vec<String>,
}

impl<'a> NameCheck<'a> {
    pub(super) fn new(info: &'a SourceInfo) -> Self {
        Self { info, scope: Vec::new(), loops: 0, uses: Uses::default(), loop_weight: 0, needles: Vec::new() }
    }

    fn at(&self, expression: &IdedExpr) -> Option<(usize, usize)> {
        self.info.offset_for(expression.id).map(|(start, end)| (start as usize, end as usize + 1))
    }

    pub(super) fn expression(&mut self, expression: &IdedExpr) -> Result<(), Fault> {
        if self.loops > 0 {
            self.loop_weight += 1;
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
                    self.needles.push(text.to_owned());
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
            self.uses.paths.insert(vec![name.to_owned()]);
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
                    self.uses.fields.extend(names.iter().cloned());
                    if !self.scope.contains(root) && !root.starts_with('@') {
                        names.push(root.clone());
                        names.reverse();
                        self.uses.paths.insert(names);
                    }
                    return;
                }
                _ => {
                    self.uses.fields.extend(names);
                    return;
                }
            }
        }
    }
}

fn literal_text(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
