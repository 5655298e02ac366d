//! Compiled templates: what is left to do when a page is rendered.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::NotCompiled;
use super::parse::{Kind, Operator};
use super::value::{Arena, Span, Symbol, Symbols, Value};

/// The built-in templates of a theme.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// What became of each.
    pub(super) templates: HashMap<String, Result<Template, NotCompiled>, RandomState>,
    pub(super) components: Vec<Component>,
    /// The names that templates have from their model, or from all templates' constants.
    pub(super) globals: Vec<Symbol>,
    pub(super) symbols: Symbols,
    /// What every page may show, by name.
    pub(super) shared: Vec<(Symbol, Value)>,
    /// Where constant values are.
    pub(super) constants: Arena,
    pub(super) functions: Arc<Functions>,
    /// How many steps to fields there are.
    pub(super) field_steps: usize,
}

/// What the functions of the theme look up.
#[derive(Debug, Default)]
pub(in crate::theme) struct Functions {
    /// The address of each published file, by its name.
    pub(in crate::theme) assets: BTreeMap<String, String>,
    /// The drawing of each icon as a symbol of SVG, by its name.
    pub(in crate::theme) symbols: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) code: Vec<Code>,
    /// How many variables it has.
    pub(super) slots: usize,
}

/// A component. Its parameters are its first variables.
#[derive(Debug, Default)]
pub(super) struct Component {
    pub(super) code: Vec<Code>,
    pub(super) slots: usize,
}

/// A variable, as a place among those of its template or component.
pub(super) type Slot = usize;

/// A step of a template.
#[derive(Debug)]
pub(super) enum Code {
    /// Text as it is: constants are escaped already.
    Text(String),
    Write(Expression),
    If(Vec<(Expression, Vec<Code>)>, Vec<Code>),
    /// Runs `body` for each item. After the variable come the place of the item and that of the last one.
    For {
        variable: Slot,
        list: Expression,
        body: Vec<Code>,
        otherwise: Vec<Code>,
    },
    Set(Slot, Expression),
    /// Calls a component with a value for each parameter.
    Call {
        component: usize,
        arguments: Vec<(Expression, Option<Kind>)>,
        body: Option<Vec<Code>>,
    },
    /// Runs what is between the tags of the call of this component.
    Body,
}

#[derive(Debug)]
pub(super) enum Expression {
    Constant(Value),
    Path(Root, Vec<Step>),
    Filter(Filter, Box<Expression>),
    /// The address of a file: the path to the root of the site, and the name of the file.
    Asset(Box<[Expression; 2]>),
    /// The drawing of an icon.
    Symbol(Box<Expression>),
    IsDefined(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<[Expression; 2]>),
}

/// Where a path starts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Root {
    Slot(Slot),
    /// A place in [`Program::globals`].
    Global(usize),
}

/// From a value to one inside it.
#[derive(Debug)]
pub(super) enum Step {
    /// A field, and the number of this step among all of the program, under which it is remembered where the field was.
    Field(Symbol, usize),
    Item(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Filter {
    Safe,
    Text,
    Length,
    Split(Span),
    Pluralize { singular: Span, plural: Span },
}
