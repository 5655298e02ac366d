//! What one rendering may take. The numbers are Backstage's, so that what runs here runs there.

use super::ast::Tree;
use super::failure::Failure;
use crate::scaffold::budget;

/// Code units of a source.
pub(super) const SOURCE: usize = 4 * 1024 * 1024;
/// Nodes of a syntax tree.
pub(super) const NODES: usize = 1_000_000;
/// Steps: about one for each node evaluated and each item made.
pub(super) const WORK: u64 = 1_000_000;
/// How deep syntax and evaluation may be nested.
pub(super) const DEPTH: usize = 512;
/// Code units of the result.
pub(super) const OUTPUT: usize = 16 * 1024 * 1024;
/// Bytes of what one filter is given or makes.
pub(super) const SCRATCH: usize = 64 * 1024 * 1024;
/// Bytes of all texts that operators, filters and methods are given and make: a step can go through a long text.
const HANDLED: usize = 256 * 1024 * 1024;

pub(super) fn depth() -> Failure {
    Failure::limit(format!("nested more than {DEPTH} deep"))
}

pub(super) fn scratch() -> Failure {
    Failure::limit("a value takes more than 64 MiB")
}

/// What is asked before each item of a list is looked at, so that large work ends in time.
pub(super) trait Charge {
    /// Counts one unit of work.
    fn charge(&mut self) -> Result<(), Failure>;

    /// Counts bytes that are gone through.
    fn handles(&mut self, bytes: usize) -> Result<(), Failure>;
}

/// For what is known to be small.
pub(super) struct Free;

impl Charge for Free {
    fn charge(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn handles(&mut self, _bytes: usize) -> Result<(), Failure> {
        Ok(())
    }
}

/// Counts what a rendering has taken; in the end that is taken from the allowance of the run.
#[derive(Default)]
pub(super) struct Meter {
    work: u64,
    handled: usize,
    output: usize,
    endless: bool,
}

impl Meter {
    /// Makes a meter for what was measured elsewhere.
    pub(super) fn endless() -> Self {
        Self { endless: true, ..Self::default() }
    }

    /// Counts one step at a depth.
    pub(super) fn step(&mut self, depth: usize) -> Result<(), Failure> {
        if depth > DEPTH {
            return Err(self::depth());
        }
        self.works(1)
    }

    /// Counts steps.
    pub(super) fn works(&mut self, steps: usize) -> Result<(), Failure> {
        self.work = self.work.saturating_add(steps as u64);
        if self.endless {
            return Ok(());
        }
        if self.work > WORK {
            return Err(Failure::limit(format!("takes more than {WORK} steps")));
        }
        if self.work >= budget::left() {
            return Err(Failure::limit(budget::Spent.to_string()));
        }
        Ok(())
    }

    /// Counts bytes that are gone through.
    pub(super) fn handles(&mut self, bytes: usize) -> Result<(), Failure> {
        self.handled = self.handled.saturating_add(bytes);
        if self.handled > HANDLED && !self.endless {
            return Err(Failure::limit("goes through more than 256 MiB of text"));
        }
        Ok(())
    }

    /// Counts code units of the result.
    pub(super) fn writes(&mut self, units: usize) -> Result<(), Failure> {
        self.output = self.output.saturating_add(units);
        if self.output > OUTPUT {
            return Err(Failure::limit("writes more than 16 Mi characters"));
        }
        Ok(())
    }
}

impl Charge for Meter {
    fn charge(&mut self) -> Result<(), Failure> {
        self.works(1)
    }

    fn handles(&mut self, bytes: usize) -> Result<(), Failure> {
        Self::handles(self, bytes)
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        // What is too much ends the next step that is taken.
        let _ = budget::take(self.work);
        let _ = budget::take_bytes(self.handled.saturating_add(self.output));
    }
}

/// Fails if the tree has too many nodes.
pub(super) fn nodes(tree: &Tree) -> Result<(), Failure> {
    if tree.len() > NODES {
        return Err(Failure::limit(format!("has more than {NODES} parts")));
    }
    Ok(())
}
