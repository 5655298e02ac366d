//! Values while a page is rendered: a model in one arena.
//!
//! A model is a tree of hundreds or thousands of small values that live for one page. Here they are a few long vectors that
//! each thread uses again: texts one after the other, and the items of lists and maps. Names of fields are numbers; what no
//! template names is not looked at.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use foldhash::fast::RandomState;
use serde::ser::{self, Serialize};

/// A value; what is larger than a number lies in an [`Arena`].
///
/// Whatever a variant holds is 64 bits and an integer, so that a value is moved in two registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// What a name stands for that nothing has.
    Undefined,
    None,
    False,
    True,
    Integer(i64),
    /// The bits of a float.
    Float(u64),
    Text(Span),
    /// A text that is not escaped when it is written.
    Html(Span),
    List(Span),
    Map(Span),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// A part of a vector: in the upper half where it starts, in the lower one its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(u64);

impl Span {
    fn new(range: Range<usize>) -> Result<Self, Undecided> {
        let number = |at: usize| u32::try_from(at).map_err(|_| Undecided);
        Ok(Self(u64::from(number(range.start)?) << 32 | u64::from(number(range.len())?)))
    }

    pub(super) fn len(self) -> usize {
        self.0 as u32 as usize
    }

    fn range(self) -> Range<usize> {
        let start = (self.0 >> 32) as usize;
        start..start + self.len()
    }
}

/// The number of a field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol(u32);

impl Symbol {
    /// A name that no template asks for.
    const OTHER: Self = Self(0);
}

/// The names that templates ask for.
#[derive(Debug, Default)]
pub(super) struct Symbols(HashMap<Box<str>, Symbol, RandomState>);

impl Symbols {
    /// Returns the symbol of a name, a new one if need be.
    pub(super) fn intern(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.0.get(name) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.0.len() + 1).unwrap_or_default());
        self.0.insert(name.into(), symbol);
        symbol
    }

    fn find(&self, name: &str) -> Symbol {
        self.0.get(name).copied().unwrap_or(Symbol::OTHER)
    }
}

/// That only Tera knows what is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Undecided;

impl fmt::Display for Undecided {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not for compiled templates")
    }
}

impl std::error::Error for Undecided {}

impl ser::Error for Undecided {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Where texts, items and fields of values are.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    text: String,
    items: Vec<Value>,
    /// Beside `items`: the name of each if it is the field of a map.
    names: Vec<Symbol>,
}

/// How much an arena holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    text: usize,
    items: usize,
}

impl Mark {
    pub(super) fn text(self) -> usize {
        self.text
    }
}

impl Arena {
    pub(super) fn mark(&self) -> Mark {
        Mark { text: self.text.len(), items: self.items.len() }
    }

    /// Forgets what was added after a mark.
    pub(super) fn truncate(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.items.truncate(mark.items);
        self.names.truncate(mark.items);
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    pub(super) fn items(&self, span: Span) -> &[Value] {
        self.items.get(span.range()).unwrap_or_default()
    }

    pub(super) fn item(&self, span: Span, at: usize) -> Option<Value> {
        self.items(span).get(at).copied()
    }

    /// Returns where in a map a field is, which is mostly where it was before.
    pub(super) fn field(&self, map: Span, name: Symbol, before: usize) -> Option<usize> {
        let names = self.names.get(map.range()).unwrap_or_default();
        if names.get(before) == Some(&name) {
            return Some(before);
        }
        names.iter().position(|other| *other == name)
    }

    pub(super) fn add_text(&mut self, text: &str) -> Result<Span, Undecided> {
        let start = self.text.len();
        self.text.push_str(text);
        Span::new(start..self.text.len())
    }

    /// Adds a text that begins with one that is there.
    pub(super) fn join(&mut self, start: Span, end: &str) -> Result<Span, Undecided> {
        let first = self.text.len();
        self.text.extend_from_within(start.range());
        self.text.push_str(end);
        Span::new(first..self.text.len())
    }

    pub(super) fn add_list(&mut self, items: impl IntoIterator<Item = Value>) -> Result<Value, Undecided> {
        let start = self.items.len();
        self.items.extend(items);
        self.names.resize(self.items.len(), Symbol::OTHER);
        Ok(Value::List(Span::new(start..self.items.len())?))
    }

    /// Divides a text into a list, as the filter `split` does.
    pub(super) fn split(&mut self, text: Span, at: Span) -> Result<Value, Undecided> {
        let (whole, at) = (self.text(text), self.text(at));
        let parts = whole.split(at).map(|part| {
            let start = text.range().start + (part.as_ptr().addr() - whole.as_ptr().addr());
            Span::new(start..start + part.len()).map(Value::Text)
        });
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        self.add_list(parts)
    }
}

/// Symbols of names that were looked up before. Names of fields are constants of the program, so that of each there are few
/// addresses, and an address with a length tells which name it is.
#[derive(Debug)]
struct Known([(usize, usize, Symbol); KNOWN]);

const KNOWN: usize = 1024;

impl Known {
    fn symbol(&mut self, symbols: &Symbols, name: &'static str) -> Symbol {
        let (address, length) = (name.as_ptr().addr(), name.len());
        // Names lie close to each other, so that the lower bits differ.
        let place = (address ^ (length << 6)) % KNOWN;
        match self.0.get_mut(place) {
            Some((known, known_length, symbol)) if *known == address && *known_length == length => *symbol,
            Some(free) => {
                let symbol = symbols.find(name);
                *free = (address, length, symbol);
                symbol
            }
            None => symbols.find(name),
        }
    }
}

/// What a thread uses for one page after the other.
#[derive(Debug)]
pub(super) struct Workshop {
    pub(super) arena: Arena,
    /// Values whose list or map is not complete.
    open: Vec<(Symbol, Value)>,
    known: Box<Known>,
    /// What a run remembers for the next one.
    pub(super) places: Vec<usize>,
}

impl Workshop {
    pub(super) fn new(constants: Arena) -> Self {
        Self {
            arena: constants,
            open: Vec::new(),
            known: Box::new(Known([(0, 0, Symbol::OTHER); KNOWN])),
            places: Vec::new(),
        }
    }

    /// Puts what can be serialised into the arena.
    pub(super) fn write(&mut self, symbols: &Symbols, value: &(impl Serialize + ?Sized)) -> Result<Value, Undecided> {
        self.open.clear();
        value.serialize(&mut Writer { workshop: self, symbols, name: Symbol::OTHER })?;
        self.open.pop().map(|(_, value)| value).ok_or(Undecided)
    }
}

/// Writes values into an arena. A value that is complete is the last of the open ones; so none is handed around.
struct Writer<'a> {
    workshop: &'a mut Workshop,
    symbols: &'a Symbols,
    /// The name of the next value, if it is the field of a map.
    name: Symbol,
}

impl Writer<'_> {
    fn add(&mut self, value: Value) -> Result<(), Undecided> {
        self.workshop.open.push((self.name, value));
        Ok(())
    }

    fn add_text(&mut self, text: &str) -> Result<(), Undecided> {
        let text = self.workshop.arena.add_text(text)?;
        self.add(Value::Text(text))
    }
}

macro_rules! small_integers {
    ($($method:ident $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<(), Undecided> {
            self.add(Value::Integer(value.into()))
        }
    )*};
}

impl<'w, 'a> ser::Serializer for &'w mut Writer<'a> {
    type Ok = ();
    type Error = Undecided;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = ser::Impossible<(), Undecided>;
    type SerializeMap = Items<'w, 'a>;
    type SerializeStruct = Items<'w, 'a>;
    type SerializeStructVariant = ser::Impossible<(), Undecided>;

    fn serialize_bool(self, value: bool) -> Result<(), Undecided> {
        self.add(value.into())
    }

    small_integers! { serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32 }

    fn serialize_i64(self, value: i64) -> Result<(), Undecided> {
        self.add(Value::Integer(value))
    }

    fn serialize_u64(self, value: u64) -> Result<(), Undecided> {
        self.serialize_i64(i64::try_from(value).map_err(|_| Undecided)?)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Undecided> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Undecided> {
        self.add(Value::Float(value.to_bits()))
    }

    fn serialize_char(self, value: char) -> Result<(), Undecided> {
        self.add_text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Undecided> {
        self.add_text(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Undecided> {
        Err(Undecided)
    }

    fn serialize_none(self) -> Result<(), Undecided> {
        self.add(Value::None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Undecided> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Undecided> {
        self.add(Value::None)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Undecided> {
        self.add(Value::None)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Undecided> {
        self.add_text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Undecided> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Undecided> {
        Err(Undecided)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'a>, Undecided> {
        Ok(Items { start: self.workshop.open.len(), name: self.name, writer: self })
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'w, 'a>, Undecided> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'a>, Undecided> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Undecided> {
        Err(Undecided)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'w, 'a>, Undecided> {
        self.serialize_seq(None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'a>, Undecided> {
        self.serialize_seq(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Undecided> {
        Err(Undecided)
    }
}

/// A list or map that is being written.
struct Items<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// The first of its items among the open ones.
    start: usize,
    /// Its own name.
    name: Symbol,
}

impl Items<'_, '_> {
    fn add<T: Serialize + ?Sized>(&mut self, name: Symbol, value: &T) -> Result<(), Undecided> {
        self.writer.name = name;
        value.serialize(&mut *self.writer)
    }

    /// Puts the items into the arena, and what they make up in their place.
    fn close(self, of: fn(Span) -> Value) -> Result<(), Undecided> {
        let Workshop { arena, open, .. } = &mut *self.writer.workshop;
        let first = arena.items.len();
        let items = open.get(self.start..).unwrap_or_default();
        arena.items.extend(items.iter().map(|(_, value)| *value));
        arena.names.extend(items.iter().map(|(name, _)| *name));
        open.truncate(self.start);
        open.push((self.name, of(Span::new(first..arena.items.len())?)));
        Ok(())
    }
}

macro_rules! lists {
    ($($of:ident $method:ident),*) => {$(
        impl ser::$of for Items<'_, '_> {
            type Ok = ();
            type Error = Undecided;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Undecided> {
                self.add(Symbol::OTHER, value)
            }

            fn end(self) -> Result<(), Undecided> {
                self.close(Value::List)
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field
}

impl ser::SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Undecided;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Undecided> {
        key.serialize(&mut *self.writer)?;
        let Workshop { arena, open, .. } = &mut *self.writer.workshop;
        let Some((_, Value::Text(key))) = open.pop() else { return Err(Undecided) };
        let name = self.writer.symbols.find(arena.text(key));
        // Of equal names, the last one would count.
        let is_new = || open.iter().skip(self.start).all(|(other, _)| *other != name);
        self.writer.name = name;
        if name == Symbol::OTHER || is_new() { Ok(()) } else { Err(Undecided) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Undecided> {
        self.add(self.writer.name, value)
    }

    fn end(self) -> Result<(), Undecided> {
        self.close(Value::Map)
    }
}

impl ser::SerializeStruct for Items<'_, '_> {
    type Ok = ();
    type Error = Undecided;

    /// Adds a field. One that no template asks for only counts.
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Undecided> {
        let symbol = self.writer.workshop.known.symbol(self.writer.symbols, name);
        if symbol == Symbol::OTHER {
            self.writer.workshop.open.push((symbol, Value::Undefined));
            return Ok(());
        }
        self.add(symbol, value)
    }

    fn end(self) -> Result<(), Undecided> {
        self.close(Value::Map)
    }
}
