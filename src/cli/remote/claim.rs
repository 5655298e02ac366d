//! The right to change a site: of two publishes, or of a publish and `gc`, one waits for the other.
//!
//! A claim is a number in the state of the site, renewed all the time. Whoever finds one watches it: if it is not renewed for
//! long enough, by the own clock, its holder is gone. So no two clocks have to agree, and nobody has to tidy up after a job
//! that was killed.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::{check_conditions, key, unusable};
use crate::cli::{Context, say};
use crate::error::Error;
use crate::remote::client::{Client, Condition, Content, JSON, Written};
use crate::remote::{Key, STATE, State};

/// How often a claim is renewed.
const RENEWED: Duration = Duration::from_secs(10);
/// A claim that was not renewed for so long is nobody's.
const ABANDONED: Duration = Duration::from_secs(45);
/// Whoever could not renew a claim for so long does nothing more: somebody else may have it soon.
const LOST: Duration = Duration::from_secs(30);
/// How often the claim of somebody else is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait for somebody else.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The largest state that is read.
const MAX_STATE: u64 = 4 << 20;

/// A site that nobody else changes now.
pub(super) struct Site<'c> {
    client: &'c Client,
    key: Key,
    id: String,
    held: Mutex<Held>,
    is_lost: AtomicBool,
}

/// What the storage has.
struct Held {
    state: State,
    tag: String,
    renewed: Instant,
}

/// Reads the state of a site; `None` if nothing was published there.
pub(super) fn state(client: &Client) -> Result<Option<(State, String)>, Error> {
    let key = key(client, STATE)?;
    let Some(object) = client.get(&key, MAX_STATE)? else { return Ok(None) };
    let state = State::parse(&object.bytes).map_err(|fault| unusable(client, &key, &fault))?;
    Ok(Some((state, object.tag)))
}

impl<'c> Site<'c> {
    /// Claims a site, once nobody else has it; `take_over` does not wait for whoever has it. `None` if `is_needed` says so of
    /// the state.
    pub(super) fn claim(
        client: &'c Client,
        context: &Context,
        take_over: bool,
        is_needed: impl Fn(&State) -> bool,
    ) -> Result<Option<Self>, Error> {
        let (id, began) = (random_id(), Instant::now());
        let mut seen: Option<(String, Instant)> = None;
        let key = key(client, STATE)?;
        loop {
            let (there, tag) = match state(client)? {
                Some((there, tag)) => (there, Some(tag)),
                None => (State::default(), None),
            };
            let other = there.claim.as_ref();
            if let Some((_, tag)) = other.zip(tag.as_ref()).filter(|(claim, _)| claim.id == id) {
                return Ok(Some(Self::holding(client, key, id, there.clone(), tag.clone())));
            }
            if !is_needed(&there) {
                return Ok(None);
            }
            if let Some(tag) = tag.as_ref().filter(|_| other.is_some() && !take_over) {
                let since = match &seen {
                    Some((last, since)) if last == tag => *since,
                    _ => {
                        if seen.is_none() && !context.quiet {
                            say("waiting for another `publish` or `gc` of this site");
                        }
                        let now = Instant::now();
                        seen = Some((tag.clone(), now));
                        now
                    }
                };
                if since.elapsed() < ABANDONED {
                    if began.elapsed() > PATIENCE {
                        return Err(Error::Usage(format!(
                            "another `publish` or `gc` of {} goes on for longer than {} minutes; try again when it has ended",
                            client.address(),
                            PATIENCE.as_secs() / 60
                        )));
                    }
                    std::thread::sleep(LOOK);
                    continue;
                }
            }
            let next = there.claimed(&id, None);
            let when = tag.as_deref().map_or(Condition::IsNew, Condition::IsStill);
            let bytes = next.to_bytes();
            if let Written::Done(tag) = client.put(&key, Content::Bytes(&bytes), JSON, when)? {
                if when == Condition::IsNew {
                    check_conditions(client, &key, &bytes, JSON)?;
                }
                return Ok(Some(Self::holding(client, key, id, next, tag)));
            }
        }
    }

    fn holding(client: &'c Client, key: Key, id: String, state: State, tag: String) -> Self {
        let held = Mutex::new(Held { state, tag, renewed: Instant::now() });
        Self { client, key, id, held, is_lost: AtomicBool::new(false) }
    }

    /// Returns the state as it is.
    pub(super) fn state(&self) -> State {
        self.held.lock().state.clone()
    }

    /// Does something while the claim is renewed. When it fails, others need not wait.
    pub(super) fn hold<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let end = End::default();
        let result = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut has_come = end.has_come.lock();
                while !*has_come {
                    if end.came.wait_for(&mut has_come, RENEWED).timed_out() && !*has_come {
                        // A renewal that fails is tried again, until it is too late.
                        let _ = self.change(State::renewed);
                    }
                }
            });
            // Also when it panics.
            let _ending = Ending(&end);
            work()
        });
        if result.is_err() && !self.is_lost.load(Ordering::Relaxed) {
            let _ = self.change(State::released);
        }
        result
    }

    /// Says that objects of a build are uploaded from now on.
    pub(super) fn begin(&self, build: &str) -> Result<(), Error> {
        self.change(|state| state.claimed(&self.id, Some(build)))
    }

    /// Makes sure that the site still belongs to this process.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.is_lost.load(Ordering::Relaxed) {
            return Err(self.lost("another `publish` or `gc` has taken over"));
        }
        if self.held.lock().renewed.elapsed() > LOST {
            return Err(self.lost("the storage could not be reached for so long that another may have taken over"));
        }
        Ok(())
    }

    /// Replaces the state.
    pub(super) fn change(&self, change: impl FnOnce(&State) -> State) -> Result<(), Error> {
        let mut held = self.held.lock();
        let next = change(&held.state);
        let when = Condition::IsStill(&held.tag);
        let tag = match self.client.put(&self.key, Content::Bytes(&next.to_bytes()), JSON, when)? {
            Written::Done(tag) => tag,
            // The answer of an earlier attempt may have been lost.
            Written::Refused => match state(self.client)? {
                Some((there, tag)) if there == next => tag,
                _ => {
                    self.is_lost.store(true, Ordering::Relaxed);
                    drop(held);
                    return Err(self.lost("another `publish` or `gc` has taken over"));
                }
            },
        };
        *held = Held { state: next, tag, renewed: Instant::now() };
        Ok(())
    }

    fn lost(&self, reason: &str) -> Error {
        Error::Storage {
            action: "write",
            address: self.client.address().show(&self.key),
            reason: reason.to_owned(),
            advice: "; run it again, and it goes on where this one has ended",
        }
    }
}

/// Whether the work is done.
#[derive(Default)]
struct End {
    has_come: Mutex<bool>,
    came: Condvar,
}

/// Says so when it is dropped.
struct Ending<'e>(&'e End);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        *self.0.has_come.lock() = true;
        self.0.came.notify_all();
    }
}

/// Returns a number that nobody else has.
fn random_id() -> String {
    let part = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", part(), part() ^ u64::from(std::process::id()))
}
