//! What runs of templates may take together: each repository has an amount of its own, which its templates share.

use std::collections::BTreeMap;

use super::Made;
use crate::catalog::Entity;
use crate::scaffold::budget;
use crate::workspace::{Folder, Workspace};

/// What runs of templates may take, in steps of the budget.
pub(super) struct Limits {
    /// All together.
    pub(super) all: u64,
    /// Those of one repository.
    pub(super) repository: u64,
    /// Those of one template at least, as long as its repository has so much left.
    pub(super) template: u64,
    /// Bytes of all results of a repository that are kept for its pages.
    pub(super) kept: usize,
}

/// What the runs of all templates may still take. A repository has an amount of its own, which its templates share evenly, so
/// one that is costly takes nothing from others.
pub(super) struct Purse {
    left: u64,
    /// What a template gets at least.
    least: u64,
    repositories: BTreeMap<Folder, Share>,
}

/// What is left for a repository.
struct Share {
    steps: u64,
    /// How many templates wait.
    waiting: usize,
    keeps: Keeps,
}

/// Which results are kept.
pub(super) struct Keeps {
    pub(super) for_readers: bool,
    /// How many bytes more.
    bytes: usize,
}

impl Purse {
    pub(super) fn of<'e>(
        workspace: &Workspace,
        templates: impl Iterator<Item = &'e Entity>,
        for_readers: bool,
        limits: &Limits,
    ) -> Self {
        let mut repositories: BTreeMap<Folder, Share> = BTreeMap::new();
        for entity in templates {
            let keeps = Keeps { for_readers, bytes: limits.kept };
            let share = Share { steps: limits.repository, waiting: 0, keeps };
            repositories.entry(workspace.reach_of(entity.file)).or_insert(share).waiting += 1;
        }
        Self { left: limits.all, least: limits.template, repositories }
    }

    /// Runs what is to be run of a template.
    pub(super) fn pay<T>(&mut self, workspace: &Workspace, entity: &Entity, run: impl FnOnce(&mut Keeps) -> T) -> T {
        let Some(share) = self.repositories.get_mut(&workspace.reach_of(entity.file)) else {
            return budget::within(0, || run(&mut Keeps { for_readers: false, bytes: 0 })).0;
        };
        let steps = budget::share(share.steps.min(self.left), share.waiting, self.least);
        let (result, taken) = budget::within(steps, || run(&mut share.keeps));
        share.waiting -= 1;
        share.steps -= taken;
        self.left -= taken;
        result
    }
}

impl Keeps {
    /// Notes a result; says whether it is kept.
    pub(super) fn takes(&mut self, made: &Made) -> bool {
        let bytes = made.outcome.tree.bytes() + 200 * made.outcome.tree.count();
        let left = self.bytes.checked_sub(bytes).filter(|_| self.for_readers);
        self.bytes = left.unwrap_or(self.bytes);
        left.is_some()
    }
}
