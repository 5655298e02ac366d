//! From the text of a template to its syntax tree.
//!
//! Knows the part of Tera's language that the built-in templates use, with Tera's precedence and its control of white space,
//! and refuses everything else.

use super::NotCompiled;

/// A template as it is written.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) extends: Option<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) components: Vec<Component>,
}

/// The definition of a component.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) nodes: Vec<Node>,
}

/// What a component takes.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    /// Whether it is `none` unless it is given; there are no other defaults.
    pub(super) is_optional: bool,
}

/// The types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    List,
    Map,
}

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    Write(Expression),
    /// A call of a component, with the nodes between its tags if it has two.
    Component(String, Vec<(String, Expression)>, Option<Vec<Node>>),
    If(Vec<(Expression, Vec<Node>)>, Vec<Node>),
    For {
        variable: String,
        list: Expression,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Set {
        name: String,
        value: Expression,
        is_global: bool,
    },
    Include(String),
    Block(String, Vec<Node>),
}

/// What has a value.
#[derive(Debug)]
pub(super) enum Expression {
    None,
    Boolean(bool),
    Integer(i64),
    Text(String),
    List(Vec<Expression>),
    Name(String),
    /// A field of `loop`.
    Loop(String),
    Field(Box<Expression>, String),
    Item(Box<Expression>, usize),
    Function(String, Vec<(String, Expression)>),
    Filter(Box<Expression>, String, Vec<(String, Expression)>),
    IsDefined(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    In,
    Equal,
    NotEqual,
    Greater,
    Plus,
    Minus,
}

/// How strongly `not`, `in` and `is` bind; the other numbers are in [`Parser::operator`].
const MEMBERSHIP: u8 = 5;
/// How strongly a filter binds.
const FILTER: u8 = 17;

/// Parses a template.
pub(super) fn parse(text: &str) -> Result<Template, NotCompiled> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, loops: 0, extends: None, components: Vec::new() };
    let (nodes, _) = parser.nodes(&[])?;
    Ok(Template { extends: parser.extends, nodes, components: parser.components })
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Text(&'a str),
    /// `{{`
    Value,
    /// `{%`
    Tag,
    /// `}}` or `%}`
    End,
    Word(&'a str),
    Quoted(&'a str),
    Integer(i64),
    Sign(&'a str),
}

const SIGNS: [&str; 24] = [
    "==", "!=", ">=", "<=", "</", "?.", "?[", "//", "**", "...", "+", "-", "/", ".", ",", ":", "|", "=", ">", "<", "(",
    ")", "[", "]",
];

/// Divides a text into tokens, without the white space that `-` removes.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, NotCompiled> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut trims_start = false;
    while !rest.is_empty() {
        let start =
            rest.as_bytes().windows(2).position(|two| matches!(two, b"{{" | b"{%" | b"{#")).unwrap_or(rest.len());
        let (content, tag) = rest.split_at(start);
        let trims_end = tag.as_bytes().get(2) == Some(&b'-');
        if !content.is_empty() {
            let content = if trims_start { content.trim_start() } else { content };
            tokens.push(Token::Text(if trims_end { content.trim_end() } else { content }));
            trims_start = false;
        }
        if tag.is_empty() {
            break;
        }
        let inner = tag.get(if trims_end { 3 } else { 2 }..).unwrap_or_default();
        if tag.starts_with("{#") {
            let (comment, after) = inner.split_once("#}").ok_or_else(|| refused("a comment without end"))?;
            // Keeps the texts before and after it apart: only the one next to a tag loses its white space to it.
            tokens.push(Token::Text(""));
            trims_start |= comment.ends_with('-');
            rest = after;
            continue;
        }
        let (token, end) = if tag.starts_with("{{") { (Token::Value, "}}") } else { (Token::Tag, "%}") };
        tokens.push(token);
        (rest, trims_start) = inside(inner, end, &mut tokens)?;
        tokens.push(Token::End);
    }
    Ok(tokens)
}

/// Reads what is in a tag; returns what follows the tag, and whether that loses the white space at its start.
fn inside<'a>(mut rest: &'a str, end: &str, tokens: &mut Vec<Token<'a>>) -> Result<(&'a str, bool), NotCompiled> {
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(end)) {
            return Ok((after, true));
        }
        if let Some(after) = rest.strip_prefix(end) {
            return Ok((after, false));
        }
        let first = rest.bytes().next().ok_or_else(|| refused("a tag without end"))?;
        let length = |is_part: fn(u8) -> bool| rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let length = match first {
            b'"' | b'\'' => {
                let after = rest.get(1..).unwrap_or_default();
                let (quoted, _) = after.split_once(char::from(first)).ok_or_else(|| refused("a text without end"))?;
                if quoted.contains('\\') {
                    return Err(refused("an escape in a text"));
                }
                tokens.push(Token::Quoted(quoted));
                quoted.len() + 2
            }
            b'0'..=b'9' => {
                let length = length(|byte| byte.is_ascii_digit() || byte == b'.');
                let number = rest.get(..length).and_then(|number| number.parse().ok());
                tokens.push(Token::Integer(number.ok_or_else(|| refused("a number that is no integer"))?));
                length
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let length = length(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                tokens.push(Token::Word(rest.get(..length).unwrap_or_default()));
                length
            }
            b'{' | b'}' => {
                tokens.push(Token::Sign(if first == b'{' { "{" } else { "}" }));
                1
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or_else(|| refused("a sign"))?;
                tokens.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn refused(what: &str) -> NotCompiled {
    NotCompiled(format!("it has {what}"))
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    /// How many loops are open here.
    loops: usize,
    extends: Option<String>,
    components: Vec<Component>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.at += 1;
        self.tokens.get(self.at - 1).copied()
    }

    /// Takes a token if it is the next one.
    fn takes(&mut self, token: Token<'_>) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, token: Token<'_>) -> Result<(), NotCompiled> {
        if self.takes(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> NotCompiled {
        NotCompiled(format!("it has {:?} where something else is expected", self.peek()))
    }

    fn word(&mut self) -> Result<&'a str, NotCompiled> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(refused("no name where one is expected")),
        }
    }

    fn quoted(&mut self) -> Result<String, NotCompiled> {
        match self.next() {
            Some(Token::Quoted(text)) => Ok(text.to_owned()),
            _ => Err(refused("no text where one is expected")),
        }
    }

    /// Reads until a tag that begins with one of `ends`; returns which one.
    fn nodes(&mut self, ends: &[&'static str]) -> Result<(Vec<Node>, &'static str), NotCompiled> {
        let mut nodes = Vec::new();
        loop {
            match self.next() {
                None if ends.is_empty() => return Ok((nodes, "")),
                None => return Err(refused("a tag that is not closed")),
                Some(Token::Text(text)) => nodes.push(Node::Text(text.to_owned())),
                Some(Token::Value) if self.takes(Token::Sign("<")) => {
                    let (name, arguments) = self.component_call()?;
                    self.expect(Token::Sign("/"))?;
                    self.expect(Token::Sign(">"))?;
                    self.expect(Token::End)?;
                    nodes.push(Node::Component(name, arguments, None));
                }
                Some(Token::Value) => {
                    nodes.push(Node::Write(self.expression(0)?));
                    self.expect(Token::End)?;
                }
                Some(Token::Tag) => {
                    let first = self.next();
                    let is =
                        |end: &&&str| matches!(first, Some(Token::Word(word) | Token::Sign(word)) if word == **end);
                    if let Some(end) = ends.iter().find(is) {
                        return Ok((nodes, end));
                    }
                    let node = match first {
                        Some(Token::Word(word)) => self.tag(word)?,
                        Some(Token::Sign("<")) => Some(self.component_with_body()?),
                        _ => return Err(self.unexpected()),
                    };
                    nodes.extend(node);
                }
                Some(_) => return Err(self.unexpected()),
            }
        }
    }

    /// Reads a tag after its first word, and what it encloses.
    fn tag(&mut self, word: &str) -> Result<Option<Node>, NotCompiled> {
        let node = match word {
            "if" => self.branches()?,
            "for" => self.for_loop()?,
            "set" | "set_global" => {
                let name = self.word()?.to_owned();
                self.expect(Token::Sign("="))?;
                Node::Set { name, value: self.expression(0)?, is_global: word == "set_global" }
            }
            "include" => Node::Include(self.quoted()?),
            "block" => {
                let name = self.word()?.to_owned();
                self.expect(Token::End)?;
                let (nodes, _) = self.nodes(&["endblock"])?;
                self.takes(Token::Word(&name));
                Node::Block(name, nodes)
            }
            "extends" => {
                self.extends = Some(self.quoted()?);
                self.expect(Token::End)?;
                return Ok(None);
            }
            "component" => {
                let component = self.component()?;
                self.components.push(component);
                return Ok(None);
            }
            _ => return Err(NotCompiled(format!("it has the tag `{word}`"))),
        };
        self.expect(Token::End)?;
        Ok(Some(node))
    }

    fn branches(&mut self) -> Result<Node, NotCompiled> {
        let mut branches = Vec::new();
        loop {
            let condition = self.expression(0)?;
            self.expect(Token::End)?;
            let (nodes, end) = self.nodes(&["elif", "else", "endif"])?;
            branches.push((condition, nodes));
            match end {
                "elif" => {}
                "else" => {
                    self.expect(Token::End)?;
                    return Ok(Node::If(branches, self.nodes(&["endif"])?.0));
                }
                _ => return Ok(Node::If(branches, Vec::new())),
            }
        }
    }

    fn for_loop(&mut self) -> Result<Node, NotCompiled> {
        let variable = self.word()?.to_owned();
        self.expect(Token::Word("in"))?;
        self.loops += 1;
        let list = self.expression(0)?;
        self.expect(Token::End)?;
        let (body, end) = self.nodes(&["else", "endfor"])?;
        self.loops -= 1;
        let mut otherwise = Vec::new();
        if end == "else" {
            self.expect(Token::End)?;
            (otherwise, _) = self.nodes(&["endfor"])?;
        }
        Ok(Node::For { variable, list, body, otherwise })
    }

    fn component(&mut self) -> Result<Component, NotCompiled> {
        let name = self.word()?.to_owned();
        let mut parameters = Vec::new();
        self.expect(Token::Sign("("))?;
        while !self.takes(Token::Sign(")")) {
            let name = self.word()?.to_owned();
            let kind = match self.takes(Token::Sign(":")).then(|| self.word()).transpose()? {
                None => None,
                Some("string") => Some(Kind::Text),
                Some("array") => Some(Kind::List),
                Some("map") => Some(Kind::Map),
                Some(_) => return Err(refused("another type of parameter")),
            };
            let is_optional = self.takes(Token::Sign("="));
            if is_optional {
                self.expect(Token::Word("none"))?;
            }
            parameters.push(Parameter { name, kind, is_optional });
            if self.peek() != Some(Token::Sign(")")) {
                self.expect(Token::Sign(","))?;
            }
        }
        self.expect(Token::End)?;
        let (nodes, _) = self.nodes(&["endcomponent"])?;
        self.takes(Token::Word(&name));
        self.expect(Token::End)?;
        Ok(Component { name, parameters, nodes })
    }

    /// Reads the name of a component and what it is given.
    fn component_call(&mut self) -> Result<(String, Vec<(String, Expression)>), NotCompiled> {
        let component = self.word()?.to_owned();
        let mut arguments = Vec::new();
        while let Some(Token::Word(name)) = self.peek() {
            self.at += 1;
            self.expect(Token::Sign("="))?;
            let value = if self.takes(Token::Sign("{")) {
                let value = self.expression(0)?;
                self.expect(Token::Sign("}"))?;
                value
            } else {
                Expression::Text(self.quoted()?)
            };
            arguments.push((name.to_owned(), value));
        }
        Ok((component, arguments))
    }

    fn component_with_body(&mut self) -> Result<Node, NotCompiled> {
        let (name, arguments) = self.component_call()?;
        self.expect(Token::Sign(">"))?;
        self.expect(Token::End)?;
        let (body, _) = self.nodes(&["</"])?;
        self.expect(Token::Word(&name))?;
        self.expect(Token::Sign(">"))?;
        self.expect(Token::End)?;
        Ok(Node::Component(name, arguments, Some(body)))
    }

    /// Reads an expression whose operators bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Expression, NotCompiled> {
        let mut left = self.operand()?;
        while let Some((operator, strength)) = self.operator() {
            if strength < least {
                break;
            }
            self.at += 1;
            left = match operator {
                Some(operator) => {
                    let right = self.expression(strength + 1)?;
                    Expression::Binary(operator, Box::new(left), Box::new(right))
                }
                None if strength == FILTER => {
                    let name = self.word()?.to_owned();
                    let is_called = self.peek() == Some(Token::Sign("("));
                    let arguments = if is_called { self.arguments()? } else { Vec::new() };
                    Expression::Filter(Box::new(left), name, arguments)
                }
                None => {
                    let is_negated = self.takes(Token::Word("not"));
                    self.expect(Token::Word("defined"))?;
                    let test = Expression::IsDefined(Box::new(left));
                    if is_negated { Expression::Not(Box::new(test)) } else { test }
                }
            };
        }
        Ok(left)
    }

    /// Returns what the next token does with what is before it, and how strongly it binds: a binary operator, or a filter or
    /// test (`None`). What Tera knows besides is no operator here, so that whoever expects the end of the expression refuses it.
    fn operator(&self) -> Option<(Option<Operator>, u8)> {
        Some(match self.peek()? {
            Token::Word("or") => (Some(Operator::Or), 1),
            Token::Word("and") => (Some(Operator::And), 3),
            Token::Word("in") => (Some(Operator::In), MEMBERSHIP),
            Token::Word("is") => (None, MEMBERSHIP),
            Token::Sign("==") => (Some(Operator::Equal), 7),
            Token::Sign("!=") => (Some(Operator::NotEqual), 7),
            Token::Sign(">") => (Some(Operator::Greater), 7),
            Token::Sign("+") => (Some(Operator::Plus), 11),
            Token::Sign("-") => (Some(Operator::Minus), 11),
            Token::Sign("|") => (None, FILTER),
            _ => return None,
        })
    }

    fn operand(&mut self) -> Result<Expression, NotCompiled> {
        let token = self.next().ok_or_else(|| refused("no expression where one is expected"))?;
        Ok(match token {
            Token::Integer(number) => Expression::Integer(number),
            Token::Quoted(text) => Expression::Text(text.to_owned()),
            Token::Sign("[") => {
                let mut items = Vec::new();
                while !self.takes(Token::Sign("]")) {
                    items.push(self.expression(0)?);
                    if self.peek() != Some(Token::Sign("]")) {
                        self.expect(Token::Sign(","))?;
                    }
                }
                Expression::List(items)
            }
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(Token::Sign(")"))?;
                inner
            }
            Token::Word("not") => Expression::Not(Box::new(self.expression(MEMBERSHIP)?)),
            Token::Word("true" | "True") => Expression::Boolean(true),
            Token::Word("false" | "False") => Expression::Boolean(false),
            Token::Word("none" | "None" | "null") => Expression::None,
            Token::Word(name) if self.peek() == Some(Token::Sign("(")) => {
                Expression::Function(name.to_owned(), self.arguments()?)
            }
            Token::Word("loop") if self.loops > 0 && self.takes(Token::Sign(".")) => {
                Expression::Loop(self.word()?.to_owned())
            }
            Token::Word(name) => self.path(Expression::Name(name.to_owned()))?,
            _ => return Err(NotCompiled(format!("it has {token:?} where an expression is expected"))),
        })
    }

    /// Reads the fields and places that follow a name.
    fn path(&mut self, mut of: Expression) -> Result<Expression, NotCompiled> {
        loop {
            if self.takes(Token::Sign(".")) {
                of = Expression::Field(Box::new(of), self.word()?.to_owned());
            } else if self.takes(Token::Sign("[")) {
                let Some(Token::Integer(place)) = self.next() else { return Err(refused("a place that is no number")) };
                let place = usize::try_from(place).map_err(|_| refused("a place before the first"))?;
                self.expect(Token::Sign("]"))?;
                of = Expression::Item(Box::new(of), place);
            } else {
                return Ok(of);
            }
        }
    }

    /// Reads what a function or filter is given.
    fn arguments(&mut self) -> Result<Vec<(String, Expression)>, NotCompiled> {
        let mut arguments = Vec::new();
        self.expect(Token::Sign("("))?;
        while !self.takes(Token::Sign(")")) {
            let name = self.word()?.to_owned();
            self.expect(Token::Sign("="))?;
            arguments.push((name, self.expression(0)?));
            if self.peek() != Some(Token::Sign(")")) {
                self.expect(Token::Sign(","))?;
            }
        }
        Ok(arguments)
    }
}
