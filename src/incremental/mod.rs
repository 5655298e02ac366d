//! Incremental computation: results kept with their inputs, and computed again only when those have changed.
//!
//! Owns the mechanisms, not the results: bytes kept from one process to the next ([`CacheStore`]), questions recorded
//! while something is made ([`Dependencies`]) and what happened to their answers ([`Changes`]), results by key
//! ([`MemoTable`]), questions written down with their answers (`Trace`), and hashes of values ([`Fingerprint`]). Knows
//! nothing of what is made, nor of disks.
//!
//! Invariant: errs on the side of a changed answer.

mod fingerprint;
mod memo;
mod recorder;
pub mod store;
mod trace;

pub use fingerprint::Fingerprint;
pub use memo::{ByAddress, MemoTable, Recording};
pub(crate) use recorder::DependencyRecorder;
pub use recorder::{Changes, Dependencies};
pub use store::CacheStore;
pub(crate) use trace::{Probe, Trace, is_valid};
