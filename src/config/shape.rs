//! What a key of the configuration is called, what it takes, and what it is for.

/// One key of a mapping.
pub(super) struct Key {
    /// As written in the file.
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) shape: Shape,
    /// What holds without it, as JSON; `None` if there is then simply none.
    pub(super) default: Option<&'static str>,
    /// Whether its mapping makes no sense without it.
    pub(super) required: bool,
    /// What it is for, Markdown.
    pub(super) doc: &'static str,
}

/// What a value must be.
pub(super) enum Shape {
    /// Any text but an empty one.
    Text,
    /// An absolute http or https address.
    HttpUrl,
    /// An address that a reader can open.
    LinkUrl,
    /// A colour.
    Colour,
    /// A regular expression.
    Regex,
    /// A path, relative to the configuration file or absolute.
    Path,
    /// A pattern of paths.
    Glob,
    /// A number of bytes.
    Size,
    /// A severity, or `off`.
    Level,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// The name of a rule, a family, or `*`.
    Rule,
    /// The name of a kind that exists.
    Kind,
    /// A name for a new kind.
    NewKind,
    /// A column of lists of entities, by its key or, if it is the organisation's own, by its title.
    Column,
    /// The name of a relation.
    Relation,
    /// An expression that says which entities are meant.
    Filter,
    /// The path of a value below `metadata` or `spec`.
    Field,
    /// A JSON Schema.
    Schema,
    /// Anything.
    Any,
    /// Yes or no.
    Flag,
    /// How many times as much, within [`super::values::FACTORS`].
    Factor,
    /// A share, from 0 to 1.
    Share,
    /// A number of at least one.
    Count,
    /// A text without spaces.
    Word,
    /// A length of time.
    Period,
    /// A comparison with a number.
    Comparison,
    /// A list of at least this many items.
    List(&'static Shape, usize),
    /// A mapping with known keys.
    Mapping(&'static [Key]),
    /// A mapping whose keys are names of the user's choice, or from a list that is not this table's.
    Named { name: &'static Shape, value: &'static Shape },
    /// A text or a mapping.
    TextOr(&'static Shape, &'static [Key]),
}

pub(super) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, default: None, required: false, doc }
}

impl Key {
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

pub(super) const TEXTS: Shape = Shape::List(&Shape::Text, 0);
