//! The one shape that every format is read into: groups of items, items made of blocks, blocks of fields.
//!
//! A page, the search and the comparison of two versions know this and no format. Descriptions are Markdown as the
//! author wrote it; whoever shows them makes them safe.

use std::sync::Arc;

use crate::text::Span;

/// Text of a definition, shared with the tree that it was read from.
pub type Text = Arc<str>;

/// Everything that the reference of one definition shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reference {
    /// The format with its version, such as `OpenAPI 3.1.0`.
    pub format: String,
    /// What the definition calls itself.
    pub title: Option<Text>,
    /// The version that it says it describes.
    pub version: Option<Text>,
    /// What it says about itself.
    pub description: Option<Text>,
    /// Contact, licence, terms of service.
    pub facts: Vec<Fact>,
    /// What holds for all of it: servers, security.
    pub blocks: Vec<Block>,
    /// What it defines.
    pub groups: Vec<Group>,
    /// How many files it was read from, where references join them; 0 for formats without references.
    pub files: usize,
    /// How many bytes they have.
    pub length: usize,
}

/// Items that belong together: the operations of a tag, all schemas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// Its title.
    pub title: Text,
    /// What it is about.
    pub description: Option<Text>,
    /// Its items, in the order of the definition.
    pub items: Vec<Item>,
}

/// The attribute by which other programs find a part of a reference, without its `data-`, and the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Such as `operation`.
    pub name: &'static str,
    /// Such as `get /pets/{id}`.
    pub value: String,
}

impl Mark {
    /// Makes a mark.
    #[must_use]
    pub fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into() }
    }
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Something to call or to send: an operation, a webhook, a remote procedure.
    #[default]
    Operation,
    /// Where messages go: a channel.
    Channel,
    /// What is sent.
    Message,
    /// A service that groups procedures.
    Service,
    /// The shape of data: a schema, a type, an enum.
    Schema,
    /// Anything else that has a name, such as a directive.
    Other,
}

/// Something with a name and an address of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    /// Where it is.
    pub place: Option<Span>,
    /// What it is.
    pub role: Role,
    /// The mark of its element.
    pub mark: Option<Mark>,
    /// The name under which [`Piece::Link`] finds it; empty for what nothing links to.
    pub key: Text,
    /// The name of its place in the page that it asks for.
    pub anchor: String,
    /// What comes before the name: a method, an action, the kind of a type.
    pub verb: String,
    /// The name: a path, an address, a type.
    pub name: Text,
    /// Another name by which people know it, such as the id of an operation.
    pub id: Option<Text>,
    /// What it does, in a line.
    pub summary: Option<Text>,
    /// What it is about.
    pub description: Option<Text>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Short facts: security, servers, bindings.
    pub facts: Vec<Fact>,
    /// Its parts, in the order of display.
    pub blocks: Vec<Block>,
    /// What a request looks like, for operations over HTTP.
    pub request: Option<Box<Request>>,
}

/// A part of an item: its parameters, its body, a response, its fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// Where it is, if that says more than the place of what it is in.
    pub place: Option<Span>,
    /// Its title.
    pub title: Text,
    /// Whether the title is a name from the definition, such as a status or a media type.
    pub is_name: bool,
    /// The mark of its element.
    pub mark: Option<Mark>,
    /// Which way its data goes.
    pub way: Way,
    /// Whether it must be there.
    pub required: bool,
    /// What it is about.
    pub description: Option<Text>,
    /// Short facts.
    pub facts: Vec<Fact>,
    /// What the data looks like.
    pub shape: Option<Shape>,
    /// Its fields, where it is not data itself.
    pub fields: Vec<Field>,
    /// Blocks inside of it.
    pub blocks: Vec<Block>,
    /// Examples.
    pub examples: Vec<Example>,
    /// Whether a reader has to open it.
    pub folded: bool,
}

/// Which way data goes, as seen from the one who offers the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Neither, or both.
    #[default]
    Both,
    /// It comes from those who use the API.
    In,
    /// It goes to those who use the API.
    Out,
}

/// A parameter, property, field, argument or value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Where it is.
    pub place: Option<Span>,
    /// The mark of its element.
    pub mark: Option<Mark>,
    /// Its name.
    pub name: Text,
    /// Whether it must be there.
    pub required: bool,
    /// What it is about.
    pub description: Option<Text>,
    /// What the value looks like.
    pub shape: Shape,
    /// Arguments of a field.
    pub arguments: Vec<Field>,
    /// Examples that have a name or words of their own.
    pub examples: Vec<Example>,
}

/// What a value looks like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    /// The type in words, with links.
    pub types: Vec<Piece>,
    /// Limits, defaults, allowed values.
    pub details: Vec<Detail>,
    /// Flags.
    pub flags: Flags,
    /// What it is about.
    pub description: Option<Text>,
    /// Properties.
    pub fields: Vec<Field>,
    /// Alternatives.
    pub choices: Vec<Choice>,
    /// Why something is left out here.
    pub cut: Option<Cut>,
}

/// What holds of a value apart from its type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// It may be null.
    pub nullable: bool,
    /// It is sent and never received.
    pub read_only: bool,
    /// It is received and never sent.
    pub write_only: bool,
    /// It should not be used any more.
    pub deprecated: bool,
}

/// Why a shape ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It contains itself.
    Recursion,
    /// It is nested too deeply, or the definition is too large.
    Depth,
    /// What it refers to is not there.
    Missing,
}

/// Alternatives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choice {
    /// Such as `One of`.
    pub title: &'static str,
    /// The discriminator: the property that distinguishes them.
    pub discriminator: Option<Text>,
    /// The alternatives.
    pub options: Vec<ChoiceOption>,
}

/// One alternative.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChoiceOption {
    /// What it is called, where it has a name.
    pub title: Option<Text>,
    /// The value of the discriminator that chooses it.
    pub value: Option<Text>,
    /// What it looks like.
    pub shape: Shape,
}

/// A word or two about an item, with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Such as `Security`.
    pub label: Text,
    /// What holds.
    pub pieces: Vec<Piece>,
}

impl Fact {
    /// Makes a fact of one piece.
    #[must_use]
    pub fn new(label: &str, piece: Piece) -> Self {
        Self { label: label.into(), pieces: vec![piece] }
    }
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Words.
    Text(Text),
    /// Something to type.
    Code(Text),
    /// Markdown in one line.
    Markdown(Text),
    /// The name of another item, by its key.
    Link {
        /// The item.
        key: Text,
        /// The text to show.
        text: Text,
    },
    /// An address outside.
    Web {
        /// The target address.
        href: Text,
        /// The text to show.
        text: Text,
    },
}

impl Piece {
    /// Makes words.
    #[must_use]
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// Returns what it shows.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Text(text)
            | Self::Code(text)
            | Self::Markdown(text)
            | Self::Link { text, .. }
            | Self::Web { text, .. } => text,
        }
    }
}

/// A limit, a default, or the allowed values.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Such as `default`.
    pub label: &'static str,
    /// The values.
    pub values: Vec<Text>,
}

/// An example.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Example {
    /// What it is called; empty where there is only one.
    pub name: Text,
    /// What it shows.
    pub summary: Option<Text>,
    /// More about it.
    pub description: Option<Text>,
    /// Where its value is, if not here.
    pub address: Option<Text>,
    /// Whether Playbill made it from the schema.
    pub made: bool,
    /// For highlighting: `json`, or nothing.
    pub language: &'static str,
    /// The example.
    pub text: Text,
}

/// A request over HTTP, for snippets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// In upper case.
    pub method: String,
    /// The whole address, with example values.
    pub url: String,
    /// Headers with example values.
    pub headers: Vec<(Text, String)>,
    /// The body.
    pub body: Option<Text>,
    /// Snippets that the definition brings along: what they are called, their language, their text.
    pub given: Vec<(Text, Text, Text)>,
}
