//! Facts as values of the condition language: nothing is converted, and what is read is noted as evidence.

use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use parking_lot::Mutex;

use super::evidence::Evidence;
use crate::text::Span;
use crate::yaml::{Node, Value};

/// Begins the key of an error: the path is known to be absent.
pub(super) const ABSENT: char = '\u{1}';
/// Begins the key of an error: nobody knows what is at the path.
pub(super) const UNKNOWN: char = '\u{2}';

/// What is noted of one run.
const MOST_NOTES: usize = 40;
/// Items of lists and keys that one run may read.
const BUDGET: u64 = 100_000;

/// What a run has read so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    read: Vec<Evidence>,
    spent: u64,
    weight: u64,
}

impl Notes {
    /// Begins a run; an item of a list costs `weight`.
    pub(super) fn begin(&self, weight: u64) {
        let mut inner = self.inner.lock();
        inner.read.clear();
        inner.spent = 0;
        inner.weight = weight.max(1);
    }

    /// Returns what was read: paths that lead no further.
    pub(super) fn take(&self) -> Vec<Evidence> {
        let read = std::mem::take(&mut self.inner.lock().read);
        let is_inner =
            |path: &str, other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']));
        let mut out: Vec<Evidence> = Vec::new();
        for (at, one) in read.iter().enumerate() {
            let leads_on = read.iter().any(|other| is_inner(&one.path, &other.path));
            if !leads_on && !read[..at].iter().any(|earlier| earlier.path == one.path) {
                out.push(one.clone());
            }
        }
        out
    }

    /// Notes that something was read.
    pub(super) fn add(&self, path: String, value: Option<&Node>, place: Option<Span>) {
        let mut inner = self.inner.lock();
        if inner.read.len() < MOST_NOTES {
            inner.read.push(Evidence { path: path.into(), value: value.cloned(), place, line: 1 });
        }
    }

    /// Counts work, and ends a run that does too much of it.
    pub(super) fn spend(&self, items: usize) -> Result<(), ExecutionError> {
        let mut inner = self.inner.lock();
        inner.spent = inner.spent.saturating_add(1 + (items as u64).saturating_mul(inner.weight));
        if inner.spent > BUDGET {
            return Err(ExecutionError::function_error("condition", "it reads too much for one entity"));
        }
        Ok(())
    }
}

/// A mapping of facts.
pub(super) struct Mapping<'v> {
    pub(super) node: &'v Node,
    pub(super) path: String,
    /// Whether what is missing is unknown, rather than absent.
    pub(super) is_outside: bool,
    pub(super) notes: &'v Notes,
    keys: OnceLock<Vec<CelString<'v>>>,
}

impl std::fmt::Debug for Mapping<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path)
    }
}

impl<'v> Mapping<'v> {
    pub(super) fn new(node: &'v Node, path: String, is_outside: bool, notes: &'v Notes) -> Self {
        Self { node, path, is_outside, notes, keys: OnceLock::new() }
    }

    /// Returns a value below this one.
    fn child(&self, key: &str) -> Result<(&'v Node, String), ExecutionError> {
        self.notes.spend(0)?;
        let is_name = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let path = if is_name { format!("{}.{key}", self.path) } else { format!("{}[\"{key}\"]", self.path) };
        // A fact that is null is one that nobody knows.
        match self.node.get(key).filter(|node| !(self.is_outside && node.is_null())) {
            Some(node) => {
                self.notes.add(path.clone(), Some(node), Some(node.span));
                Ok((node, path))
            }
            None => {
                self.notes.add(path.clone(), None, Some(self.node.span));
                // What is compared with comes from outside, too.
                let is_unknown = self.is_outside || path == "api.breaking";
                let mark = if is_unknown { UNKNOWN } else { ABSENT };
                Err(ExecutionError::no_such_key(&format!("{mark}{path}")))
            }
        }
    }
}

/// Makes a value of a node: scalars and lists those of the language, a mapping one that notes what is read of it.
pub(super) fn value<'v>(
    node: &'v Node,
    path: String,
    is_outside: bool,
    notes: &'v Notes,
) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    Ok(match &node.value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Int(value) => Box::new(CelInt::from(*value)),
        Value::Float(value) => Box::new(CelDouble::from(*value)),
        Value::Str(text) => Box::new(CelString::from(&**text)),
        Value::Seq(items) => {
            notes.spend(items.len())?;
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| value(item, format!("{path}[{at}]"), is_outside, notes));
            Box::new(CelList::from(items.collect::<Result<Vec<Box<dyn Val + 'v>>, _>>()?))
        }
        Value::Map(_) => Box::new(Mapping::new(node, path, is_outside, notes)),
    })
}

impl<'v> Val for Mapping<'v> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn into_indexer<'w>(self: Box<Self>) -> Option<Box<dyn Indexer + 'w>>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let (Some(sizer), Some(indexer)) = (other.as_sizer(), other.as_indexer()) else { return false };
        let entries = self.node.as_map().map_or(&[][..], crate::yaml::Map::entries);
        other.get_type().kind() == MAP_TYPE.kind()
            && i64::try_from(entries.len()).is_ok_and(|length| *sizer.size().inner() == length)
            && entries.iter().all(|entry| {
                let key = CelString::from(&*entry.key);
                let own = value(&entry.value, String::new(), self.is_outside, self.notes);
                own.is_ok_and(|own| indexer.get(&key).is_ok_and(|theirs| own.equals(theirs.as_ref())))
            })
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Self::new(self.node, self.path.clone(), self.is_outside, self.notes))
    }
}

fn key_text(key: &dyn Val) -> Result<&str, ExecutionError> {
    key.downcast_ref::<CelString>()
        .map(CelString::inner)
        .ok_or_else(|| ExecutionError::no_such_key(&format!("{ABSENT}{key:?}")))
}

impl<'v> Indexer for Mapping<'v> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let (node, path) = self.child(key_text(key)?)?;
        Ok(CowVal::Owned(value(node, path, self.is_outside, self.notes)?))
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let (node, path) = self.child(key_text(key)?)?;
        value(node, path, self.is_outside, self.notes)
    }
}

impl Container for Mapping<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        let Some(key) = key.downcast_ref::<CelString>() else { return Ok(false) };
        match self.child(key.inner()) {
            Ok(_) => Ok(true),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Sizer for Mapping<'_> {
    fn size(&self) -> CelInt {
        let length = self.node.as_map().map_or(0, |map| map.entries().len());
        CelInt::from(i64::try_from(length).unwrap_or(i64::MAX))
    }
}

struct Keys<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v, 'w> CelIterator<'b, 'w> for Keys<'b, 'v>
where
    'v: 'w,
{
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|key| key as &(dyn Val + 'w))
    }
}

impl<'v> Iterable for Mapping<'v> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        let keys = self.keys.get_or_init(|| {
            let entries = self.node.as_map().map_or(&[][..], crate::yaml::Map::entries);
            // More than the budget is not read: the run ends at the next key anyway.
            let _ = self.notes.spend(entries.len());
            entries.iter().map(|entry| CelString::from(&*entry.key)).collect()
        });
        Box::new(Keys(keys.iter()))
    }
}
