//! What runs of templates may take all together, counted in steps, so that the same input ends at the same place on every
//! machine.
//!
//! One rendering has limits of its own (`language/limits.rs`), but a run renders many texts, and `check` and `build` run many
//! examples. A template is untrusted, so whoever runs one gives it an allowance: [`within`]. What costs time takes from the
//! allowance of its thread: an expression, a file that is read or written, a regular expression, a part of a schema.

use std::cell::Cell;

/// What one run may take.
pub const RUN: u64 = 10_000_000;
/// Number of bytes that are read, written or searched and count as one step.
const BYTES: u64 = 64;

thread_local! {
    /// What is left of the allowance of this thread; `None` if nobody counts.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The allowance is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent;

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the run takes too many steps all together")
    }
}

/// Gives `run` at most this many steps, and not more than what is left here; returns how many it took.
pub fn within<T>(steps: u64, run: impl FnOnce() -> T) -> (T, u64) {
    let outer = LEFT.get();
    let given = outer.map_or(steps, |left| left.min(steps));
    LEFT.set(Some(given));
    let result = run();
    let taken = given - LEFT.get().unwrap_or(0).min(given);
    LEFT.set(outer.map(|outer| outer - taken));
    (result, taken)
}

/// Returns what is left.
#[must_use]
pub fn left() -> u64 {
    LEFT.get().unwrap_or(u64::MAX)
}

/// Returns whether the allowance is used up.
#[must_use]
pub fn is_spent() -> bool {
    left() == 0
}

/// Takes steps.
///
/// # Errors When fewer are left; then none are left.
pub fn take(steps: u64) -> Result<(), Spent> {
    let Some(left) = LEFT.get() else { return Ok(()) };
    match left.checked_sub(steps) {
        Some(rest) if rest > 0 => {
            LEFT.set(Some(rest));
            Ok(())
        }
        _ => {
            LEFT.set(Some(0));
            Err(Spent)
        }
    }
}

/// Takes what it costs to go through bytes.
///
/// # Errors
/// When that is not left.
pub fn take_bytes(bytes: usize) -> Result<(), Spent> {
    take(1 + bytes as u64 / BYTES)
}

/// Divides what is left among those who still wait, so that nobody takes what others need; what one leaves over is for those
/// behind it. Each gets `least` as long as there is so much.
#[must_use]
pub fn share(left: u64, waiting: usize, least: u64) -> u64 {
    (left / waiting.max(1) as u64).max(least).min(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_allowance_takes_from_the_outer_one() {
        assert_eq!(take(u64::MAX), Ok(()), "nobody counts here");
        let (inner, taken) = within(100, || {
            take(10).unwrap();
            let (result, taken) = within(50, || (take(40), take(40), left()));
            assert_eq!(taken, 50);
            assert_eq!(left(), 40);
            let (_, taken) = within(1000, || take(39));
            assert_eq!(taken, 39, "not more than what is left");
            assert!(!is_spent());
            assert_eq!(take(1), Err(Spent), "the last step is the end");
            result
        });
        assert_eq!(inner, (Ok(()), Err(Spent), 0));
        assert_eq!(taken, 100);
    }

    #[test]
    fn shares_leave_something_for_all() {
        assert_eq!(share(100, 4, 10), 25);
        assert_eq!(share(100, 50, 10), 10, "at least so much");
        assert_eq!(share(5, 50, 10), 5);
        assert_eq!(share(7, 0, 1), 7);
    }
}
