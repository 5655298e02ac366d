//! The parser of expressions: one function for each level of binding, the loosest first.

use std::rc::Rc;

use super::ast::{Arguments, Binary, Comparison, Kind, Literal, Name, NodeId, Signature, Tree, Unary};
use super::failure::Failure;
use super::limits;
use super::token::{Token, tokens};
use super::value::RESERVED;

/// Reads one expression, or what else may be in a tag.
pub(super) struct Expressions<'a, 't> {
    tree: &'t mut Tree,
    tokens: Vec<(Token<'a>, usize)>,
    index: usize,
    depth: usize,
}

/// A product whose operators are not yet nodes: `*`, `/` and `%` bind differently, but are applied from left to right.
struct Product {
    first: NodeId,
    rest: Vec<(Binary, NodeId)>,
}

impl<'a, 't> Expressions<'a, 't> {
    /// Reads the bytes from `start` to `end` of the source.
    pub(super) fn new(tree: &'t mut Tree, source: &'a str, start: usize, end: usize) -> Result<Self, Failure> {
        Ok(Self { tree, tokens: tokens(source, start, end)?, index: 0, depth: 0 })
    }

    /// Reads all as one expression.
    pub(super) fn whole(mut self) -> Result<NodeId, Failure> {
        let expression = self.inline_if()?;
        self.end()?;
        Ok(expression)
    }

    /// Reads all as names that are bound.
    pub(super) fn targets(mut self) -> Result<Vec<Name>, Failure> {
        let mut targets = Vec::new();
        loop {
            if let Token::Name("true" | "false" | "null" | "none") = self.peek() {
                return Err(self.fail("this word is a value and cannot be a name"));
            }
            targets.push(self.name()?);
            if !self.take(",") {
                break;
            }
        }
        self.end()?;
        Ok(targets)
    }

    /// Reads all as the parameters of a macro, without their brackets.
    pub(super) fn signature(mut self) -> Result<Signature, Failure> {
        let mut signature = Signature::default();
        if matches!(self.peek(), Token::End) {
            return Ok(signature);
        }
        loop {
            let name = self.name()?;
            if self.take("=") {
                let value = self.inline_if()?;
                signature.defaults.push((name, value));
            } else {
                signature.positional.push(name);
            }
            if !self.take(",") {
                break;
            }
        }
        self.end()?;
        Ok(signature)
    }

    /// Reads all as a filter that is applied to a block.
    pub(super) fn filter_of(mut self, input: NodeId) -> Result<NodeId, Failure> {
        let filter = self.filter(input)?;
        self.end()?;
        Ok(filter)
    }

    fn inline_if(&mut self) -> Result<NodeId, Failure> {
        let body = self.or()?;
        if !self.take_name("if") {
            return Ok(body);
        }
        let condition = self.or()?;
        let otherwise = if self.take_name("else") { Some(self.nested(Self::or)?) } else { None };
        Ok(self.add(self.tree.at(body), Kind::InlineIf { condition, body, otherwise }))
    }

    fn or(&mut self) -> Result<NodeId, Failure> {
        let mut left = self.and()?;
        while self.take_name("or") {
            let right = self.and()?;
            left = self.binary(Binary::Or, left, right)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<NodeId, Failure> {
        let mut left = self.not()?;
        while self.take_name("and") {
            let right = self.not()?;
            left = self.binary(Binary::And, left, right)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<NodeId, Failure> {
        let at = self.at();
        if self.take_name("not") {
            let target = self.nested(Self::not)?;
            return self.negate(target, at);
        }
        self.membership()
    }

    /// Puts `not` where it takes effect: at the first operand of what follows it, as in JavaScript.
    fn negate(&mut self, target: NodeId, at: usize) -> Result<NodeId, Failure> {
        // From the outermost operation inwards, along the left.
        let mut path = Vec::new();
        let mut inner = target;
        loop {
            match self.tree.kind(inner) {
                Kind::Binary(Binary::Or | Binary::And | Binary::In | Binary::Pow, ..) => break,
                Kind::Binary(_, left, _) | Kind::Compare(left, _) => {
                    path.push(inner);
                    inner = *left;
                }
                _ => break,
            }
        }
        let mut node = self.add(at, Kind::Unary(Unary::Not, inner));
        for outer in path.into_iter().rev() {
            let kind = match self.tree.kind(outer).clone() {
                Kind::Binary(operator, _, right) => Kind::Binary(operator, node, right),
                Kind::Compare(_, rest) => Kind::Compare(node, rest),
                other => other,
            };
            self.tree.set(outer, kind);
            node = outer;
        }
        self.bounded()?;
        Ok(node)
    }

    fn membership(&mut self) -> Result<NodeId, Failure> {
        let mut left = self.test()?;
        loop {
            let negated = matches!(self.peek(), Token::Name("not")) && matches!(self.peek_second(), Token::Name("in"));
            if negated {
                self.index += 2;
            } else if !self.take_name("in") {
                return Ok(left);
            }
            let right = self.test()?;
            let at = self.tree.at(left);
            left = self.binary(Binary::In, left, right)?;
            if negated {
                left = self.add(at, Kind::Unary(Unary::Not, left));
            }
        }
    }

    fn test(&mut self) -> Result<NodeId, Failure> {
        let value = self.equality()?;
        if !self.take_name("is") {
            return Ok(value);
        }
        let negated = self.take_name("not");
        let right = self.equality()?;
        let at = self.tree.at(right);
        let (test, arguments) = match self.tree.kind(right) {
            Kind::Call { callee, arguments } => (self.test_name(*callee), Some(arguments.clone())),
            Kind::Filter { name, arguments } => (name.clone(), Some(arguments.clone())),
            _ => (self.test_name(right), None),
        };
        let start = self.tree.at(value);
        let node = self.add(at, Kind::Is { value, test, arguments });
        Ok(if negated { self.add(start, Kind::Unary(Unary::Not, node)) } else { node })
    }

    fn test_name(&self, node: NodeId) -> Rc<str> {
        match self.tree.kind(node) {
            Kind::Symbol(name) => name.clone(),
            Kind::Literal(Literal::Null) => "null".into(),
            Kind::Literal(Literal::Bool(value)) => value.to_string().into(),
            Kind::Literal(Literal::Text(text)) => text.clone(),
            Kind::Literal(Literal::Number(value)) => super::number::print(*value).into(),
            _ => "undefined".into(),
        }
    }

    fn equality(&mut self) -> Result<NodeId, Failure> {
        let first = self.relation()?;
        let mut rest = Vec::new();
        loop {
            let comparison = match self.peek() {
                Token::Operator("==") => Comparison::Equal,
                Token::Operator("===") => Comparison::Identical,
                Token::Operator("!=") => Comparison::NotEqual,
                Token::Operator("!==") => Comparison::NotSame,
                _ => break,
            };
            self.index += 1;
            rest.push((comparison, self.relation()?));
        }
        self.comparison(first, rest)
    }

    fn relation(&mut self) -> Result<NodeId, Failure> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        loop {
            let comparison = match self.peek() {
                Token::Operator("<") => Comparison::Less,
                Token::Operator("<=") => Comparison::LessEqual,
                Token::Operator(">") => Comparison::Greater,
                Token::Operator(">=") => Comparison::GreaterEqual,
                _ => break,
            };
            self.index += 1;
            rest.push((comparison, self.sum()?));
        }
        self.comparison(first, rest)
    }

    fn comparison(&mut self, first: NodeId, rest: Vec<(Comparison, NodeId)>) -> Result<NodeId, Failure> {
        if rest.is_empty() {
            return Ok(first);
        }
        self.bounded()?;
        Ok(self.add(self.tree.at(first), Kind::Compare(first, rest)))
    }

    fn sum(&mut self) -> Result<NodeId, Failure> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Token::Operator("+") => Binary::Add,
                Token::Operator("-") => Binary::Sub,
                Token::Operator("~") => Binary::Concat,
                _ => return Ok(left),
            };
            self.index += 1;
            let right = self.product()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn product(&mut self) -> Result<NodeId, Failure> {
        let mut product = self.quotient()?;
        while self.take("*") {
            let right = self.quotient()?;
            product.push(Binary::Mul, right);
        }
        self.applied(product)
    }

    fn quotient(&mut self) -> Result<Product, Failure> {
        let mut product = self.floored()?;
        while self.take("/") {
            let right = self.floored()?;
            product.push(Binary::Div, right);
        }
        Ok(product)
    }

    fn floored(&mut self) -> Result<Product, Failure> {
        let mut product = self.remainder()?;
        while self.take("//") {
            let right = self.remainder()?;
            product.push(Binary::Div, right);
            let whole = self.applied(product)?;
            let first = self.add(self.tree.at(whole), Kind::Unary(Unary::Floor, whole));
            product = Product { first, rest: Vec::new() };
        }
        Ok(product)
    }

    fn remainder(&mut self) -> Result<Product, Failure> {
        let mut product = Product { first: self.power()?, rest: Vec::new() };
        while self.take("%") {
            let right = self.power()?;
            product.rest.push((Binary::Mod, right));
        }
        Ok(product)
    }

    fn applied(&mut self, product: Product) -> Result<NodeId, Failure> {
        let mut left = product.first;
        for (operator, right) in product.rest {
            left = self.binary(operator, left, right)?;
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<NodeId, Failure> {
        let mut left = self.filtered()?;
        while self.take("**") {
            let right = self.filtered()?;
            left = self.binary(Binary::Pow, left, right)?;
        }
        Ok(left)
    }

    fn filtered(&mut self) -> Result<NodeId, Failure> {
        let mut value = self.unary()?;
        while self.take("|") {
            value = self.filter(value)?;
        }
        Ok(value)
    }

    fn filter(&mut self, input: NodeId) -> Result<NodeId, Failure> {
        let at = self.at();
        let mut name = self.name()?.text;
        while self.take(".") {
            name = format!("{name}.{}", self.name()?.text).into();
        }
        let mut arguments = if self.take("(") { self.nested(Self::arguments)? } else { Arguments::default() };
        arguments.positional.insert(0, input);
        self.bounded()?;
        Ok(self.add(at, Kind::Filter { name, arguments }))
    }

    fn unary(&mut self) -> Result<NodeId, Failure> {
        let at = self.at();
        for (sign, operator) in [("-", Unary::Neg), ("+", Unary::Pos)] {
            if self.take(sign) {
                let target = self.nested(Self::unary)?;
                if matches!(self.tree.kind(target), Kind::Unary(inner, _) if *inner == operator) {
                    return Err(Failure::syntax(at, format!("`{sign}{sign}` needs brackets: `{sign}({sign}x)`")));
                }
                return Ok(self.add(at, Kind::Unary(operator, target)));
            }
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<NodeId, Failure> {
        let mut value = self.primary()?;
        loop {
            let at = self.at();
            if self.take(".") {
                let at = self.at();
                let key = self.name()?.text;
                let key = self.add(at, Kind::Literal(Literal::Text(key)));
                value = self.add(at, Kind::Lookup { target: value, key });
            } else if self.take("[") {
                value = self.nested(|parser| parser.subscript(value))?;
            } else if self.take("(") {
                let arguments = self.nested(Self::arguments)?;
                let start = self.tree.at(value).min(at);
                value = self.add(start, Kind::Call { callee: value, arguments });
                self.tree.changes_lists = true;
            } else {
                return Ok(value);
            }
            self.bounded()?;
        }
    }

    fn subscript(&mut self, target: NodeId) -> Result<NodeId, Failure> {
        let at = self.at();
        let ends = |token: &Token<'_>| matches!(token, Token::Operator(":" | "]"));
        let start = if ends(self.peek()) { None } else { Some(self.inline_if()?) };
        if !self.take(":") {
            let Some(key) = start else { return Err(self.fail("an index or a key is missing between `[` and `]`")) };
            self.expect("]")?;
            if let Kind::Literal(Literal::Text(name)) = self.tree.kind(key) {
                allowed(name, self.tree.at(key))?;
            }
            return Ok(self.add(self.tree.at(key), Kind::Lookup { target, key }));
        }
        let stop = if ends(self.peek()) { None } else { Some(self.inline_if()?) };
        let step = if self.take(":") && !ends(self.peek()) { Some(self.inline_if()?) } else { None };
        self.expect("]")?;
        let mut bound =
            |node: Option<NodeId>, literal: Literal| node.unwrap_or_else(|| self.tree.add(at, Kind::Literal(literal)));
        let bounds = [bound(start, Literal::Null), bound(stop, Literal::Null), bound(step, Literal::Number(1.0))];
        Ok(self.add(at, Kind::Slice { target, bounds }))
    }

    fn primary(&mut self) -> Result<NodeId, Failure> {
        let at = self.at();
        let kind = match self.peek().clone() {
            Token::Number(value) => Kind::Literal(Literal::Number(value)),
            Token::Text(text) => Kind::Literal(Literal::Text(text.into())),
            Token::Regex(pattern, flags) => Kind::Literal(Literal::Regex(pattern, flags)),
            Token::Name("true") => Kind::Literal(Literal::Bool(true)),
            Token::Name("false") => Kind::Literal(Literal::Bool(false)),
            Token::Name("none" | "null") => Kind::Literal(Literal::Null),
            Token::Name(name) => {
                allowed(name, at)?;
                Kind::Symbol(name.into())
            }
            Token::Operator("(") => {
                self.index += 1;
                let children = self.nested(|parser| parser.delimited(")"))?;
                if children.is_empty() {
                    return Err(Failure::syntax(at, "there is nothing between the brackets"));
                }
                return Ok(self.add(at, Kind::Group(children)));
            }
            Token::Operator("[") => {
                self.index += 1;
                let children = self.nested(|parser| parser.delimited("]"))?;
                return Ok(self.add(at, Kind::Array(children)));
            }
            Token::Operator("{") => {
                self.index += 1;
                let entries = self.nested(Self::entries)?;
                return Ok(self.add(at, Kind::Dict(entries)));
            }
            Token::End => return Err(self.fail("a value is missing at the end")),
            other => return Err(self.fail(format!("a value is missing before {}", other.shown()))),
        };
        self.index += 1;
        self.bounded()?;
        Ok(self.add(at, kind))
    }

    fn entries(&mut self) -> Result<Vec<(Rc<str>, NodeId)>, Failure> {
        let mut entries = Vec::new();
        if self.take("}") {
            return Ok(entries);
        }
        loop {
            let at = self.at();
            let key: Rc<str> = match self.peek() {
                Token::Name(name) if !matches!(*name, "true" | "false" | "null" | "none") => (*name).into(),
                Token::Text(text) => text.as_str().into(),
                _ => return Err(self.fail("a key is a text or a name")),
            };
            allowed(&key, at)?;
            self.index += 1;
            self.expect(":")?;
            entries.push((key, self.inline_if()?));
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(entries)
    }

    fn delimited(&mut self, end: &'static str) -> Result<Vec<NodeId>, Failure> {
        let mut children = Vec::new();
        if self.take(end) {
            return Ok(children);
        }
        loop {
            children.push(self.inline_if()?);
            if !self.take(",") {
                break;
            }
        }
        self.expect(end)?;
        Ok(children)
    }

    fn arguments(&mut self) -> Result<Arguments, Failure> {
        let mut arguments = Arguments::default();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            if matches!(self.peek(), Token::Name(_)) && matches!(self.peek_second(), Token::Operator("=")) {
                let name = self.name()?;
                self.index += 1;
                arguments.keyword.push((name, self.inline_if()?));
            } else {
                arguments.positional.push(self.inline_if()?);
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(arguments)
    }

    fn name(&mut self) -> Result<Name, Failure> {
        let at = self.at();
        let Token::Name(name) = self.peek() else {
            return Err(self.fail(format!("a name is missing before {}", self.peek().shown())));
        };
        let name: Rc<str> = (*name).into();
        allowed(&name, at)?;
        self.index += 1;
        Ok(Name { id: self.add(at, Kind::Symbol(name.clone())), text: name })
    }

    fn binary(&mut self, operator: Binary, left: NodeId, right: NodeId) -> Result<NodeId, Failure> {
        self.bounded()?;
        Ok(self.add(self.tree.at(left), Kind::Binary(operator, left, right)))
    }

    fn add(&mut self, at: usize, kind: Kind) -> NodeId {
        self.tree.add(at, kind)
    }

    fn bounded(&self) -> Result<(), Failure> {
        limits::nodes(self.tree)
    }

    fn at(&self) -> usize {
        self.tokens[self.index.min(self.tokens.len() - 1)].1
    }

    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.index.min(self.tokens.len() - 1)].0
    }

    fn peek_second(&self) -> &Token<'a> {
        &self.tokens[(self.index + 1).min(self.tokens.len() - 1)].0
    }

    fn take(&mut self, operator: &str) -> bool {
        let taken = matches!(self.peek(), Token::Operator(found) if *found == operator);
        self.index += usize::from(taken);
        taken
    }

    fn take_name(&mut self, name: &str) -> bool {
        let taken = matches!(self.peek(), Token::Name(found) if *found == name);
        self.index += usize::from(taken);
        taken
    }

    fn expect(&mut self, operator: &'static str) -> Result<(), Failure> {
        if self.take(operator) {
            return Ok(());
        }
        Err(self.fail(format!("`{operator}` is missing before {}", self.peek().shown())))
    }

    fn end(&self) -> Result<(), Failure> {
        match self.peek() {
            Token::End => Ok(()),
            Token::Name("else") => Err(self.fail("`else` belongs to no `if`")),
            Token::Name("if") => Err(self.fail("a second `if` needs brackets: `a if x else (b if y else c)`")),
            other => Err(self.fail(format!("an operator is missing before {}", other.shown()))),
        }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return Err(limits::depth().or_at(self.at()));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn fail(&self, message: impl Into<String>) -> Failure {
        Failure::syntax(self.at(), message)
    }
}

impl Product {
    fn push(&mut self, operator: Binary, right: Product) {
        self.rest.push((operator, right.first));
        self.rest.extend(right.rest);
    }
}

/// Fails for names that reach beyond values in JavaScript.
fn allowed(name: &str, at: usize) -> Result<(), Failure> {
    if RESERVED.contains(&name) {
        return Err(Failure::syntax(at, format!("`{name}` cannot be used as a name")));
    }
    Ok(())
}
