//! From syntax trees to a program: inheritance and inclusions resolved, names replaced by places, and done beforehand what
//! does not depend on the page.

use std::collections::{BTreeMap, HashMap};

use super::NotCompiled;
use super::parse::{self, Expression as Parsed, Node};
use super::program::{Code, Component, Expression, Filter, Program, Root, Slot, Step, Template};
use super::run::Run;
use super::value::{Span, Value};
use crate::html;

/// Compiles templates of a theme.
pub(super) struct Compiler<'a> {
    pub(super) program: Program,
    templates: &'a BTreeMap<String, Result<parse::Template, NotCompiled>>,
    /// Says of a template whether there is one of that name in the user's theme.
    is_own: &'a dyn Fn(&str) -> bool,
    /// Of each component its definition, and what has become of it.
    components: HashMap<&'a str, (&'a parse::Component, State)>,
    /// For runs of what is constant.
    places: Vec<usize>,
}

/// What has become of a component: its place in the program if it is, or is being, compiled.
#[derive(Clone)]
enum State {
    Untouched,
    Open(usize),
    Compiled(usize),
    Refused(NotCompiled),
}

impl<'a> Compiler<'a> {
    /// A compiler that knows these templates, and their components except those that the user's theme has, too.
    pub(super) fn new(
        program: Program,
        templates: &'a BTreeMap<String, Result<parse::Template, NotCompiled>>,
        is_own: &'a dyn Fn(&str) -> bool,
        is_own_component: &dyn Fn(&str) -> bool,
    ) -> Self {
        let components = templates.values().flatten().flat_map(|template| &template.components);
        let components = components.map(|component| {
            let state = if is_own_component(&component.name) {
                State::Refused(NotCompiled(format!("the user's theme has the component `{}`", component.name)))
            } else {
                State::Untouched
            };
            (component.name.as_str(), (component, state))
        });
        Self { program, templates, is_own, components: components.collect(), places: Vec::new() }
    }

    /// Compiles the template that renders pages of this name.
    pub(super) fn template(&mut self, name: &str) -> Result<Template, NotCompiled> {
        if !name.ends_with(".html") {
            return Err(NotCompiled("its texts are not escaped".to_owned()));
        }
        let mut chain = vec![self.find(name)?];
        while let Some(parent) = chain.last().and_then(|template| template.extends.as_deref()) {
            chain.push(self.find(parent)?);
        }
        let nodes = chain.last().map(|root| root.nodes.as_slice()).unwrap_or_default();
        let mut scope = Scope::new(self, chain, false);
        let code = scope.nodes(nodes)?;
        Ok(Template { code, slots: scope.slots })
    }

    fn find(&self, name: &str) -> Result<&'a parse::Template, NotCompiled> {
        if (self.is_own)(name) {
            return Err(NotCompiled(format!("the user's theme has `{name}`")));
        }
        match self.templates.get(name) {
            Some(Ok(template)) => Ok(template),
            Some(Err(error)) => Err(NotCompiled(format!("`{name}`: {}", error.0))),
            None => Err(NotCompiled(format!("there is no template `{name}`"))),
        }
    }

    /// Returns the definition of a component, its place in the program, and whether that is complete.
    fn component(&mut self, name: &str) -> Result<(&'a parse::Component, usize, bool), NotCompiled> {
        let unknown = || NotCompiled(format!("there is no component `{name}`"));
        let (definition, state) = self.components.get(name).ok_or_else(unknown)?.clone();
        match state {
            State::Open(place) => return Ok((definition, place, false)),
            State::Compiled(place) => return Ok((definition, place, true)),
            State::Refused(error) => return Err(error),
            State::Untouched => {}
        }
        let place = self.program.components.len();
        self.program.components.push(Component::default());
        self.components.insert(&definition.name, (definition, State::Open(place)));
        let mut scope = Scope::new(self, Vec::new(), true);
        for parameter in &definition.parameters {
            scope.declare(&parameter.name);
        }
        let code = scope.nodes(&definition.nodes);
        let slots = scope.slots;
        match code {
            Ok(code) => {
                if let Some(component) = self.program.components.get_mut(place) {
                    *component = Component { code, slots };
                }
                self.components.insert(&definition.name, (definition, State::Compiled(place)));
                Ok((definition, place, true))
            }
            Err(error) => {
                let error = NotCompiled(format!("component `{name}`: {}", error.0));
                self.components.insert(&definition.name, (definition, State::Refused(error.clone())));
                Err(error)
            }
        }
    }

    fn constant(&mut self, text: &str) -> Result<Span, NotCompiled> {
        self.program.constants.add_text(text).map_err(|_| refused("too much text"))
    }
}

/// What a template, an included template, a loop or a component sees of names.
struct Level {
    /// The place of the iteration if it is a loop; that of the last iteration follows.
    loop_place: Option<Slot>,
    /// Without a place if the name was set in a branch that was left: whether it is there depends on the page.
    names: Vec<(String, Option<Slot>)>,
}

/// Where a node of a template or component is.
struct Scope<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    /// The template and those that it extends, the one that is extended last.
    chain: Vec<&'a parse::Template>,
    is_component: bool,
    levels: Vec<Level>,
    slots: usize,
    /// How many bodies of component calls are open.
    bodies: usize,
}

impl<'c, 'a> Scope<'c, 'a> {
    fn new(compiler: &'c mut Compiler<'a>, chain: Vec<&'a parse::Template>, is_component: bool) -> Self {
        let mut scope = Self { compiler, chain, is_component, levels: Vec::new(), slots: 0, bodies: 0 };
        scope.open(None);
        scope
    }

    fn open(&mut self, loop_place: Option<Slot>) {
        self.levels.push(Level { loop_place, names: Vec::new() });
    }

    fn slot(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    /// Gives a name of the innermost level a place.
    fn declare(&mut self, name: &str) -> Slot {
        let slot = self.slot();
        if let Some(level) = self.levels.last_mut() {
            level.names.push((name.to_owned(), Some(slot)));
        }
        slot
    }

    fn nodes(&mut self, nodes: &'a [Node]) -> Result<Vec<Code>, NotCompiled> {
        let mut code = Vec::new();
        self.append(nodes, &mut code)?;
        Ok(code)
    }

    /// Compiles what runs or not, depending on the page.
    fn branch(&mut self, nodes: &'a [Node]) -> Result<Vec<Code>, NotCompiled> {
        let before = self.levels.last().map_or(0, |level| level.names.len());
        let code = self.nodes(nodes)?;
        let names = self.levels.last_mut().and_then(|level| level.names.get_mut(before..));
        for (_, slot) in names.unwrap_or_default() {
            *slot = None;
        }
        Ok(code)
    }

    fn append(&mut self, nodes: &'a [Node], code: &mut Vec<Code>) -> Result<(), NotCompiled> {
        for node in nodes {
            match node {
                Node::Text(text) => append_text(code, text),
                Node::Write(expression) => self.write(expression, code)?,
                Node::Component(name, arguments, body) => {
                    self.call(name, arguments, body.as_deref(), code)?;
                }
                Node::If(branches, otherwise) => {
                    let mut compiled = Vec::new();
                    for (condition, nodes) in branches {
                        compiled.push((self.expression(condition)?, self.branch(nodes)?));
                    }
                    code.push(Code::If(compiled, self.branch(otherwise)?));
                }
                Node::For { variable, list, body, otherwise } => {
                    let list = self.expression(list)?;
                    self.open(None);
                    let variable = self.declare(variable);
                    let place = self.slot();
                    self.slot();
                    if let Some(level) = self.levels.last_mut() {
                        level.loop_place = Some(place);
                    }
                    let body = self.nodes(body)?;
                    self.levels.pop();
                    code.push(Code::For { variable, list, body, otherwise: self.branch(otherwise)? });
                }
                Node::Set { name, value, is_global } => {
                    let value = self.expression(value)?;
                    code.push(Code::Set(self.target(name, *is_global)?, value));
                }
                Node::Include(name) => {
                    let template = self.compiler.find(name)?;
                    if template.extends.is_some() {
                        return Err(refused("an inclusion of a template that extends another"));
                    }
                    // What it sets, it sets for itself.
                    let chain = std::mem::replace(&mut self.chain, vec![template]);
                    self.open(None);
                    self.append(&template.nodes, code)?;
                    self.levels.pop();
                    self.chain = chain;
                }
                Node::Block(name, nodes) => {
                    let found = self.chain.iter().find_map(|template| block(&template.nodes, name));
                    self.append(found.unwrap_or(nodes), code)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the place of the variable that a `set` changes.
    fn target(&mut self, name: &str, is_global: bool) -> Result<Slot, NotCompiled> {
        if self.bodies > 0 {
            return Err(refused("`set` between the tags of a component"));
        }
        let innermost = self.levels.len() - 1;
        let is_target = |level: &Level| !is_global || level.loop_place.is_none();
        let target = self.levels.iter().rposition(is_target).ok_or_else(|| refused("`set` nowhere"))?;
        let level = self.levels.get(target).ok_or_else(|| refused("`set` nowhere"))?;
        match level.names.iter().rev().find(|(other, _)| other == name) {
            Some((_, Some(slot))) => Ok(*slot),
            _ if target == innermost => Ok(self.declare(name)),
            _ => Err(NotCompiled(format!("it sets `{name}` or not"))),
        }
    }

    fn write(&mut self, expression: &Parsed, code: &mut Vec<Code>) -> Result<(), NotCompiled> {
        match expression {
            Parsed::Name(name) if self.is_body(name) => code.push(Code::Body),
            Parsed::Filter(of, filter, _)
                if filter == "safe" && matches!(&**of, Parsed::Name(name) if self.is_body(name)) =>
            {
                code.push(Code::Body);
            }
            _ => match self.expression(expression)? {
                Expression::Asset(parts) => {
                    let [root, name] = *parts;
                    let constants = &self.compiler.program.constants;
                    let url = match name {
                        Expression::Constant(Value::Text(name)) => {
                            self.compiler.program.functions.assets.get(constants.text(name))
                        }
                        _ => None,
                    };
                    let Some(url) = url else {
                        code.push(Code::Write(Expression::Asset(Box::new([root, name]))));
                        return Ok(());
                    };
                    if !matches!(root, Expression::Constant(Value::Undefined)) {
                        code.push(Code::Write(root));
                    }
                    append_escaped(code, url);
                }
                Expression::Constant(Value::Text(text)) => {
                    append_escaped(code, self.compiler.program.constants.text(text));
                }
                expression => code.push(Code::Write(expression)),
            },
        }
        Ok(())
    }

    fn is_body(&self, name: &str) -> bool {
        self.is_component && name == "body"
    }

    fn call(
        &mut self,
        name: &str,
        given: &[(String, Parsed)],
        body: Option<&'a [Node]>,
        code: &mut Vec<Code>,
    ) -> Result<(), NotCompiled> {
        let (definition, component, is_complete) = self.compiler.component(name)?;
        let is_known = |given: &str| definition.parameters.iter().any(|parameter| parameter.name == given);
        if !given.iter().all(|(name, _)| is_known(name)) {
            return Err(NotCompiled(format!("it gives `{name}` what that does not take")));
        }
        let mut arguments = Vec::new();
        for parameter in &definition.parameters {
            let value = given.iter().rev().find(|(name, _)| *name == parameter.name);
            arguments.push(match value {
                Some((_, value)) => (self.expression(value)?, parameter.kind),
                None if parameter.is_optional => (Expression::Constant(Value::None), None),
                None => return Err(NotCompiled(format!("it gives `{name}` too little"))),
            });
        }
        self.bodies += 1;
        let body = body.map(|body| self.nodes(body)).transpose()?;
        self.bodies -= 1;
        let is_constant = arguments.iter().all(|(value, _)| matches!(value, Expression::Constant(_)));
        let may_run = is_complete && is_constant && body.is_none();
        let call = Code::Call { component, arguments, body };
        match may_run.then(|| self.compiler.run(&call)).flatten() {
            Some(text) => append_text(code, &text),
            None => code.push(call),
        }
        Ok(())
    }

    fn expression(&mut self, expression: &Parsed) -> Result<Expression, NotCompiled> {
        let boxed = |left, right| Box::new([left, right]);
        Ok(match expression {
            Parsed::None => Expression::Constant(Value::None),
            Parsed::Boolean(value) => Expression::Constant((*value).into()),
            Parsed::Integer(value) => Expression::Constant(Value::Integer(*value)),
            Parsed::Text(text) => Expression::Constant(Value::Text(self.compiler.constant(text)?)),
            Parsed::List(items) => {
                let mut values = Vec::new();
                for item in items {
                    let Expression::Constant(value) = self.expression(item)? else {
                        return Err(refused("a list of what depends on the page"));
                    };
                    values.push(value);
                }
                let list = self.compiler.program.constants.add_list(values);
                Expression::Constant(list.map_err(|_| refused("too much text"))?)
            }
            Parsed::Name(name) if self.is_body(name) => return Err(refused("a use of `body` other than writing it")),
            Parsed::Name(name) => self.name(name)?,
            Parsed::Loop(field) => self.loop_field(field)?,
            Parsed::Field(of, name) => {
                let program = &mut self.compiler.program;
                program.field_steps += 1;
                let step = Step::Field(program.symbols.intern(name), program.field_steps - 1);
                self.path(of, step)?
            }
            Parsed::Item(of, place) => self.path(of, Step::Item(*place))?,
            Parsed::Function(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("asset", [(given, file)]) if given == "name" => {
                    Expression::Asset(boxed(self.name("root")?, self.expression(file)?))
                }
                ("symbol", [(given, icon)]) if given == "icon" => Expression::Symbol(Box::new(self.expression(icon)?)),
                _ => return Err(NotCompiled(format!("it calls `{name}`"))),
            },
            Parsed::Filter(of, name, arguments) => {
                Expression::Filter(self.filter(name, arguments)?, Box::new(self.expression(of)?))
            }
            Parsed::IsDefined(of) => Expression::IsDefined(Box::new(self.expression(of)?)),
            Parsed::Not(of) => Expression::Not(Box::new(self.expression(of)?)),
            Parsed::Binary(operator, left, right) => {
                Expression::Binary(*operator, boxed(self.expression(left)?, self.expression(right)?))
            }
        })
    }

    fn name(&mut self, name: &str) -> Result<Expression, NotCompiled> {
        let known = self.levels.iter().rev().flat_map(|level| level.names.iter().rev());
        if let Some((_, slot)) = known.into_iter().find(|(other, _)| other == name) {
            let slot = slot.ok_or_else(|| NotCompiled(format!("it uses `{name}`, which is set or not")))?;
            return Ok(Expression::Path(Root::Slot(slot), Vec::new()));
        }
        // A component sees nothing but what it is given.
        if self.is_component {
            return Ok(Expression::Constant(Value::Undefined));
        }
        let program = &mut self.compiler.program;
        let symbol = program.symbols.intern(name);
        let place = program.globals.iter().position(|other| *other == symbol).unwrap_or_else(|| {
            program.globals.push(symbol);
            program.globals.len() - 1
        });
        Ok(Expression::Path(Root::Global(place), Vec::new()))
    }

    fn path(&mut self, of: &Parsed, step: Step) -> Result<Expression, NotCompiled> {
        match self.expression(of)? {
            Expression::Path(root, mut steps) => {
                steps.push(step);
                Ok(Expression::Path(root, steps))
            }
            _ => Err(refused("a field of something else than a name")),
        }
    }

    fn loop_field(&self, field: &str) -> Result<Expression, NotCompiled> {
        let place = self.levels.iter().rev().find_map(|level| level.loop_place);
        let place = place.ok_or_else(|| refused("`loop` outside of loops"))?;
        let slot = |slot| Expression::Path(Root::Slot(slot), Vec::new());
        let number = |number| Expression::Constant(Value::Integer(number));
        let (operator, left, right) = match field {
            "index0" => return Ok(slot(place)),
            "index" => (parse::Operator::Plus, slot(place), number(1)),
            "first" => (parse::Operator::Equal, slot(place), number(0)),
            "last" => (parse::Operator::Equal, slot(place), slot(place + 1)),
            _ => return Err(refused("another field of `loop`")),
        };
        Ok(Expression::Binary(operator, Box::new([left, right])))
    }

    fn filter(&mut self, name: &str, arguments: &[(String, Parsed)]) -> Result<Filter, NotCompiled> {
        let mut text = |argument: &str| match arguments.iter().find(|(name, _)| name == argument) {
            Some((_, Parsed::Text(text))) => self.compiler.constant(text),
            _ => Err(NotCompiled(format!("it gives the filter `{name}` no text `{argument}`"))),
        };
        match (name, arguments.len()) {
            ("safe", 0) => Ok(Filter::Safe),
            ("str", 0) => Ok(Filter::Text),
            ("length", 0) => Ok(Filter::Length),
            ("split", 1) => Ok(Filter::Split(text("pat")?)),
            ("pluralize", 2) => Ok(Filter::Pluralize { singular: text("singular")?, plural: text("plural")? }),
            _ => Err(NotCompiled(format!("it uses the filter `{name}`"))),
        }
    }
}

impl Compiler<'_> {
    /// Runs a call that does not depend on the page.
    fn run(&mut self, call: &Code) -> Option<String> {
        let mut arena = std::mem::take(&mut self.program.constants);
        let mark = arena.mark();
        let text = Run::new(&self.program, &mut arena, &mut self.places, None).text(std::slice::from_ref(call), 0, 0);
        arena.truncate(mark);
        self.program.constants = arena;
        text.ok()
    }
}

/// Finds a block, however deep in other nodes.
fn block<'n>(nodes: &'n [Node], name: &str) -> Option<&'n [Node]> {
    nodes.iter().find_map(|node| match node {
        Node::Block(other, nodes) if other == name => Some(nodes.as_slice()),
        Node::Block(_, nodes) | Node::Component(_, _, Some(nodes)) => block(nodes, name),
        Node::If(branches, otherwise) => {
            branches.iter().find_map(|(_, nodes)| block(nodes, name)).or_else(|| block(otherwise, name))
        }
        Node::For { body, otherwise, .. } => block(body, name).or_else(|| block(otherwise, name)),
        _ => None,
    })
}

fn append_text(code: &mut Vec<Code>, text: &str) {
    match code.last_mut() {
        Some(Code::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => code.push(Code::Text(text.to_owned())),
    }
}

fn append_escaped(code: &mut Vec<Code>, text: &str) {
    let mut escaped = String::new();
    html::push_value(&mut escaped, text);
    append_text(code, &escaped);
}

fn refused(what: &str) -> NotCompiled {
    NotCompiled(format!("it has {what}"))
}
