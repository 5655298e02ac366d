//! The syntax tree of a text, in one arena: a tree may be deep, and needs no deep stack to be taken apart.

use std::rc::Rc;

/// A node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// A name where it is bound or used.
#[derive(Debug, Clone)]
pub struct Name {
    /// The node that represents it.
    pub id: NodeId,
    /// The name.
    pub text: Rc<str>,
}

/// Arguments of a call or filter, in their order.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// Those without a name.
    pub positional: Vec<NodeId>,
    /// Those with one.
    pub keyword: Vec<(Name, NodeId)>,
}

/// Parameters of a macro, or of the body of a call block.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// Those without a default.
    pub positional: Vec<Name>,
    /// Those with one.
    pub defaults: Vec<(Name, NodeId)>,
}

/// A body that can be called.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its parameters.
    pub signature: Signature,
    /// What it gives.
    pub body: NodeId,
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `or`
    Or,
    /// `and`
    And,
    /// `+`
    Add,
    /// `~`
    Concat,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `in`
    In,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `===`
    Identical,
    /// `!=`
    NotEqual,
    /// `!==`
    NotSame,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// An operator before one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `not`
    Not,
    /// `-`
    Neg,
    /// `+`
    Pos,
    /// The rounding of `//`.
    Floor,
}

/// A value that is written.
#[derive(Debug, Clone)]
pub enum Literal {
    /// `none`, `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Rc<str>),
    /// `r/…/flags`
    Regex(String, String),
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Nodes one after the other.
    List(Vec<NodeId>),
    /// Text as it is.
    Data(Rc<str>),
    /// An expression whose value is written.
    Output(NodeId),
    /// `if`
    If {
        /// The condition.
        condition: NodeId,
        /// What holds if it does.
        body: NodeId,
        /// What holds if not.
        otherwise: Option<NodeId>,
    },
    /// `for`
    For {
        /// The names bound in each round.
        targets: Vec<Name>,
        /// What is gone through.
        over: NodeId,
        /// What is done each time.
        body: NodeId,
        /// What is done if there was nothing.
        otherwise: Option<NodeId>,
    },
    /// `set`
    Set {
        /// The names.
        targets: Vec<Name>,
        /// The expression.
        value: Option<NodeId>,
        /// The block that is captured, if there is no expression.
        body: Option<NodeId>,
    },
    /// `macro`
    Macro {
        /// Its name.
        name: Name,
        /// What is called.
        callable: Rc<Body>,
    },
    /// `call`
    CallBlock {
        /// The macro.
        callee: NodeId,
        /// What it is given.
        arguments: Arguments,
        /// The block, which the macro calls.
        caller: Rc<Body>,
    },
    /// `block`
    Block {
        /// Its name.
        name: Rc<str>,
        /// What it holds.
        body: NodeId,
    },
    /// `switch`
    Switch {
        /// What is compared.
        value: NodeId,
        /// Condition and body of each case.
        cases: Vec<(NodeId, NodeId)>,
        /// The body of `default`.
        otherwise: Option<NodeId>,
    },
    /// A literal.
    Literal(Literal),
    /// A name.
    Symbol(Rc<str>),
    /// `[…]`
    Array(Vec<NodeId>),
    /// `(…)`
    Group(Vec<NodeId>),
    /// `{…}`
    Dict(Vec<(Rc<str>, NodeId)>),
    /// `target.key`, `target[key]`
    Lookup {
        /// Of what.
        target: NodeId,
        /// Which part.
        key: NodeId,
    },
    /// `target[start:stop:step]`
    Slice {
        /// Of what.
        target: NodeId,
        /// Start, stop and step.
        bounds: [NodeId; 3],
    },
    /// `body if condition else otherwise`
    InlineIf {
        /// The condition.
        condition: NodeId,
        /// The value if it holds.
        body: NodeId,
        /// The value if not.
        otherwise: Option<NodeId>,
    },
    /// An operator between two values.
    Binary(Binary, NodeId, NodeId),
    /// An operator before a value.
    Unary(Unary, NodeId),
    /// Comparisons from left to right.
    Compare(NodeId, Vec<(Comparison, NodeId)>),
    /// `value is test(…)`
    Is {
        /// What is tested.
        value: NodeId,
        /// The name of the test.
        test: Rc<str>,
        /// Its arguments, if they are written.
        arguments: Option<Arguments>,
    },
    /// `value | filter(…)`; the value is the first argument.
    Filter {
        /// The name of the filter.
        name: Rc<str>,
        /// Its arguments.
        arguments: Arguments,
    },
    /// `callee(…)`
    Call {
        /// What is called.
        callee: NodeId,
        /// With what.
        arguments: Arguments,
    },
    /// The text of a block as a value.
    Capture(NodeId),
}

/// A node and where it is.
#[derive(Debug, Clone)]
pub struct Node {
    /// The byte of the source at which it starts.
    pub at: u32,
    /// What it is.
    pub kind: Kind,
}

/// The tree of one text.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// The node of the whole text, always a list.
    pub root: Option<NodeId>,
    /// Whether evaluation may change lists that it was given.
    pub(super) changes_lists: bool,
}

impl Tree {
    pub(super) fn add(&mut self, at: usize, kind: Kind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { at: u32::try_from(at).unwrap_or(u32::MAX), kind });
        id
    }

    pub(super) fn set(&mut self, id: NodeId, kind: Kind) {
        self.nodes[id.0 as usize].kind = kind;
    }

    /// Returns a node.
    #[must_use]
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Returns what a node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id.0 as usize].kind
    }

    /// Returns where a node starts.
    #[must_use]
    pub fn at(&self, id: NodeId) -> usize {
        self.nodes[id.0 as usize].at as usize
    }

    /// Returns how many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the nodes that take part, from the root on; names that are only bound are not among them.
    #[must_use]
    pub fn walk(&self) -> Vec<NodeId> {
        self.root.map(|root| self.walk_from(root)).unwrap_or_default()
    }

    /// Returns a node and those below it.
    #[must_use]
    pub fn walk_from(&self, node: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut left = vec![node];
        while let Some(id) = left.pop() {
            out.push(id);
            let first = left.len();
            self.children(id, &mut left);
            left[first..].reverse();
        }
        out
    }

    fn children(&self, id: NodeId, out: &mut Vec<NodeId>) {
        let body = |body: &Body, out: &mut Vec<NodeId>| {
            out.extend(body.signature.defaults.iter().map(|(_, value)| *value));
            out.push(body.body);
        };
        match self.kind(id) {
            Kind::Data(_) | Kind::Literal(_) | Kind::Symbol(_) => {}
            Kind::List(children) | Kind::Array(children) | Kind::Group(children) => out.extend(children),
            Kind::Output(inner) | Kind::Unary(_, inner) | Kind::Capture(inner) | Kind::Block { body: inner, .. } => {
                out.push(*inner);
            }
            Kind::If { condition, body, otherwise } | Kind::InlineIf { condition, body, otherwise } => {
                out.extend([*condition, *body]);
                out.extend(otherwise);
            }
            Kind::For { over, body, otherwise, .. } => {
                out.extend([*over, *body]);
                out.extend(otherwise);
            }
            Kind::Set { value, body, .. } => out.extend(value.iter().chain(body)),
            Kind::Macro { callable, .. } => body(callable, out),
            Kind::CallBlock { callee, arguments, caller } => {
                out.push(*callee);
                arguments.nodes(out);
                body(caller, out);
            }
            Kind::Switch { value, cases, otherwise } => {
                out.push(*value);
                out.extend(cases.iter().flat_map(|(condition, body)| [*condition, *body]));
                out.extend(otherwise);
            }
            Kind::Dict(entries) => out.extend(entries.iter().map(|(_, value)| *value)),
            Kind::Lookup { target: left, key: right } | Kind::Binary(_, left, right) => out.extend([*left, *right]),
            Kind::Slice { target, bounds } => {
                out.push(*target);
                out.extend(bounds);
            }
            Kind::Compare(first, rest) => {
                out.push(*first);
                out.extend(rest.iter().map(|(_, operand)| *operand));
            }
            Kind::Is { value, arguments, .. } => {
                out.push(*value);
                if let Some(arguments) = arguments {
                    arguments.nodes(out);
                }
            }
            Kind::Filter { arguments, .. } => arguments.nodes(out),
            Kind::Call { callee, arguments } => {
                out.push(*callee);
                arguments.nodes(out);
            }
        }
    }
}

impl Arguments {
    fn nodes(&self, out: &mut Vec<NodeId>) {
        out.extend(&self.positional);
        out.extend(self.keyword.iter().map(|(_, value)| *value));
    }
}
