//! Results that are kept from one state of a workspace to the next, with the questions that they answer.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::{Changes, Dependencies};

/// What can be asked, and records what it was asked.
pub trait Recording: Sized {
    /// Does something, and returns what it asked of what it was given.
    fn recording<T>(&self, make: impl FnOnce(&Self) -> T) -> (T, Arc<Dependencies>);

    /// Notes what was asked before, for a result that is used again.
    fn note_all(&self, asked: &Arc<Dependencies>);
}

/// A value that is compared by identity, not by content.
#[derive(Debug)]
pub struct ByAddress<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> PartialEq for ByAddress<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Results by key, each with what it was made from: `T` is the input of the maker, and the questions are what it asked
/// of the workspace.
///
/// A disabled one makes everything again, at no cost.
#[derive(Debug)]
pub struct MemoTable<K, T, V> {
    slots: Option<Mutex<HashMap<K, Slot<T, V>>>>,
}

#[derive(Debug)]
struct Slot<T, V> {
    terms: T,
    value: Arc<V>,
    /// `None` if an answer may have changed.
    asked: Option<Arc<Dependencies>>,
}

impl<K, T, V> Default for MemoTable<K, T, V> {
    fn default() -> Self {
        Self { slots: None }
    }
}

impl<K: Hash + Eq, T: PartialEq, V> MemoTable<K, T, V> {
    /// Makes one that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { slots: Some(Mutex::default()) }
    }

    /// Returns whether it is enabled.
    #[must_use]
    pub fn remembers(&self) -> bool {
        self.slots.is_some()
    }

    /// Returns the result for `key`: what is known, or what `make` makes, which is given the result that holds no longer.
    pub fn get<W: Recording>(
        &self,
        workspace: &W,
        key: K,
        terms: T,
        make: impl FnOnce(&W, Option<Arc<V>>) -> V,
    ) -> Arc<V> {
        let Some(slots) = &self.slots else { return Arc::new(make(workspace, None)) };
        let before = {
            let slots = slots.lock();
            match slots.get(&key) {
                Some(Slot { terms: known, value, asked: Some(asked) }) if *known == terms => {
                    workspace.note_all(asked);
                    return Arc::clone(value);
                }
                slot => slot.map(|slot| Arc::clone(&slot.value)),
            }
        };
        let (value, asked) = workspace.recording(|workspace| make(workspace, before));
        let value = Arc::new(value);
        slots.lock().insert(key, Slot { terms, value: Arc::clone(&value), asked: Some(asked) });
        value
    }

    /// Notes what happened: results that it concerns will be made again. Without changes, nothing holds any longer.
    pub fn invalidate(&self, changes: Option<&Changes>) {
        let Some(slots) = &self.slots else { return };
        slots.lock().values_mut().for_each(|slot| {
            if changes.is_none_or(|changes| slot.asked.as_ref().is_some_and(|asked| changes.affect(asked))) {
                slot.asked = None;
            }
        });
    }

    /// Forgets what nobody will ask for.
    pub fn retain(&self, is_wanted: impl Fn(&K) -> bool) {
        if let Some(slots) = &self.slots {
            slots.lock().retain(|key, _| is_wanted(key));
        }
    }
}
