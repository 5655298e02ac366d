//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use std::borrow::Cow;
use std::sync::Arc;

use crate::adr::{self, Decisions};
use crate::api::{self, Apis};
use crate::cache_store::CacheStore;
use crate::catalog::{self, Catalog};
use crate::diag::{self, Diagnostic, Diagnostics, Severity};
use crate::docs::{self, Docs, DocsSite};
use crate::radar::{self, Radar};
use crate::scaffold::{self, examples::Templates};
use crate::snapshots::{self, Snapshots};
use crate::standalone_markdown::{self, StandaloneMarkdown};
use crate::workspace::{ByAddress, Changes, Folder, MemoTable, Scanned, Workspace};

/// A workspace understood.
#[derive(Debug)]
pub struct Portal {
    /// The entities.
    pub catalog: Arc<Catalog>,
    /// The documentation of entities.
    pub docs: Arc<Docs>,
    /// The references of APIs.
    pub apis: Apis,
    /// What software templates make of their examples.
    pub templates: Templates,
    /// Decision records.
    pub decisions: Arc<Decisions>,
    /// Tech radars.
    pub radars: Arc<Vec<Radar>>,
    /// Markdown outside of documentations.
    pub notes: Arc<StandaloneMarkdown>,
    /// What other tools know of the entities.
    pub snapshots: Arc<Snapshots>,
    /// Every problem, judged and sorted by place.
    pub diagnostics: Diagnostics,
}

/// Understands a workspace: catalog, documentation, problems. Calls `stage` with the name of each step as it begins.
#[must_use]
pub fn analyse(workspace: &Workspace, stage: Stage<'_>) -> Portal {
    analyse_again(workspace, &Memo::default(), stage)
}

/// What is kept of the parts of a portal from one state of a workspace to the next.
#[derive(Debug, Default)]
pub struct Memo {
    whole: MemoTable<(), Scanned, (Arc<Catalog>, Diagnostics)>,
    catalog: catalog::Memo,
    docs: docs::Memo,
    notes: MemoTable<(), StandaloneInputs, (Arc<StandaloneMarkdown>, Diagnostics)>,
    apis: api::Memo,
    templates: scaffold::examples::Memo,
    snapshots: MemoTable<(), ByAddress<Catalog>, (Arc<Snapshots>, Diagnostics)>,
    radars: MemoTable<(), ByAddress<Catalog>, (Arc<Vec<Radar>>, Diagnostics)>,
    decisions: MemoTable<(), StandaloneInputs, (Arc<Decisions>, Diagnostics)>,
}

/// What Markdown outside of documentations is read with.
type StandaloneInputs = (ByAddress<Catalog>, Outlines);

/// Documentations as they look from outside.
#[derive(Debug)]
struct Outlines(Arc<Docs>);

impl PartialEq for Outlines {
    fn eq(&self, other: &Self) -> bool {
        self.0.have_outlines_of(&other.0)
    }
}

impl Memo {
    /// Makes a memo that remembers; the default one does not.
    #[must_use]
    pub fn enabled() -> Self {
        Self {
            whole: MemoTable::enabled(),
            catalog: catalog::Memo::enabled(),
            docs: docs::Memo::enabled(),
            notes: MemoTable::enabled(),
            apis: api::Memo::enabled(),
            templates: scaffold::examples::Memo::enabled(),
            snapshots: MemoTable::enabled(),
            decisions: MemoTable::enabled(),
            radars: MemoTable::enabled(),
        }
    }

    /// Makes a memo that finds what another process left on a shelf, and leaves something there itself.
    #[must_use]
    pub fn on(shelf: Arc<dyn CacheStore>) -> Self {
        Self { docs: docs::Memo::on(shelf), ..Self::default() }
    }

    /// Notes what happened between the state that was understood last and the one that will be next; nothing if that one
    /// was loaded anew.
    pub fn invalidate(&self, changes: Option<&Changes>) {
        self.whole.invalidate(changes);
        self.catalog.invalidate(changes);
        self.docs.invalidate(changes);
        self.notes.invalidate(changes);
        self.apis.invalidate(changes);
        self.templates.invalidate(changes);
        self.snapshots.invalidate(changes);
        self.decisions.invalidate(changes);
        self.radars.invalidate(changes);
    }
}

/// Does the same with what is known from before: see [`Memo::invalidate`].
#[must_use]
pub fn analyse_again(workspace: &Workspace, memo: &Memo, stage: Stage<'_>) -> Portal {
    let whole = memo.whole.get(workspace, (), workspace.scanned(), |workspace, _| {
        let (catalog, found) = catalog(workspace, &memo.catalog, stage);
        (Arc::new(catalog), found)
    });
    let (catalog, mut found) = Arc::unwrap_or_clone(whole);
    stage("documents");
    let (docs, problems) = docs::analyse(workspace, &catalog, &memo.docs);
    found.extend(problems);
    let docs = Arc::new(docs);
    let told = (ByAddress(Arc::clone(&catalog)), Outlines(Arc::clone(&docs)));
    let notes = memo.notes.get(workspace, (), told, |workspace, _| {
        let (notes, problems) = standalone_markdown::read(workspace, &catalog, &docs);
        (Arc::new(notes), problems)
    });
    let (notes, problems) = Arc::unwrap_or_clone(notes);
    found.extend(problems);
    stage("decisions");
    let told = (ByAddress(Arc::clone(&catalog)), Outlines(Arc::clone(&docs)));
    let decisions = memo.decisions.get(workspace, (), told, |workspace, _| {
        let (decisions, problems) = adr::analyse(workspace, &catalog, &docs);
        (Arc::new(decisions), problems)
    });
    let (decisions, problems) = Arc::unwrap_or_clone(decisions);
    found.extend(problems);
    let radars = memo.radars.get(workspace, (), ByAddress(Arc::clone(&catalog)), |workspace, _| {
        let (radars, problems) = radar::analyse(workspace, &catalog);
        (Arc::new(radars), problems)
    });
    let (radars, problems) = Arc::unwrap_or_clone(radars);
    found.extend(problems);
    stage("apis");
    let (apis, problems) = api::analyse(workspace, &catalog, &memo.apis);
    found.extend(problems);
    stage("templates");
    found.extend(scaffold::lint::check(workspace, &catalog));
    let (templates, problems) = scaffold::examples::analyse(workspace, &catalog, &memo.templates);
    found.extend(problems);
    stage("snapshots");
    let read = memo.snapshots.get(workspace, (), ByAddress(Arc::clone(&catalog)), |workspace, _| {
        let (snapshots, problems) = snapshots::analyse(workspace, &catalog);
        (Arc::new(snapshots), problems)
    });
    let (snapshots, problems) = Arc::unwrap_or_clone(read);
    found.extend(problems);
    let diagnostics = apply_severities(workspace, found, stage);
    Portal { catalog, docs, apis, decisions, radars, templates, notes, snapshots, diagnostics }
}

impl Portal {
    /// Adds problems that show only later; says whether any is an error.
    pub fn apply_severities(&mut self, workspace: &Workspace, found: Diagnostics) -> bool {
        let found = apply_severities(workspace, found, &mut |_| ());
        let fails = found.iter().any(|problem| problem.severity == Severity::Error);
        self.diagnostics.extend(found);
        diag::sort_and_dedup(&mut self.diagnostics, workspace);
        fails
    }
}

/// Returns the catalog and the problems of [`analyse`], which takes less.
#[must_use]
pub fn problems(workspace: &Workspace, stage: Stage<'_>) -> (Arc<Catalog>, Diagnostics) {
    let (catalog, mut found) = catalog(workspace, &catalog::Memo::default(), stage);
    let catalog = Arc::new(catalog);
    stage("documents");
    found.extend(docs::check(workspace, &catalog));
    found.extend(standalone_markdown::check(workspace, &catalog));
    stage("decisions");
    found.extend(adr::analyse(workspace, &catalog, &Docs::default()).1);
    found.extend(radar::analyse(workspace, &catalog).1);
    stage("apis");
    found.extend(api::check(workspace, &catalog));
    stage("templates");
    found.extend(scaffold::lint::check(workspace, &catalog));
    found.extend(scaffold::examples::check(workspace, &catalog));
    stage("snapshots");
    found.extend(snapshots::analyse(workspace, &catalog).1);
    (catalog, apply_severities(workspace, found, stage))
}

/// Understands the catalog alone, for those who need no documents; the problems are judged and sorted likewise.
#[must_use]
pub fn analyse_catalog(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    let (catalog, found) = catalog(workspace, &catalog::Memo::default(), stage);
    (catalog, apply_severities(workspace, found, stage))
}

/// Understands the catalog and what other tools know of it; the problems are those of both.
#[must_use]
pub fn analyse_snapshots(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Snapshots, Diagnostics) {
    let (catalog, mut found) = catalog(workspace, &catalog::Memo::default(), stage);
    stage("snapshots");
    let (snapshots, problems) = snapshots::analyse(workspace, &catalog);
    found.extend(problems);
    (catalog, snapshots, apply_severities(workspace, found, stage))
}

/// Understands the catalog and its decision records alone; the problems are judged and sorted likewise.
#[must_use]
pub fn analyse_decisions(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Decisions, Diagnostics) {
    let (catalog, mut found) = catalog(workspace, &catalog::Memo::default(), stage);
    stage("decisions");
    let (decisions, problems) = adr::analyse(workspace, &catalog, &Docs::default());
    found.extend(problems);
    (catalog, decisions, apply_severities(workspace, found, stage))
}

/// Reads the documentation of one folder alone, with what is known from before; the problems are judged and sorted likewise.
#[must_use]
pub fn documentation(
    workspace: &Workspace,
    folder: &Folder,
    name: &str,
    memo: &Memo,
    stage: Stage<'_>,
) -> (Option<DocsSite>, Diagnostics) {
    stage("documents");
    let (site, found) = docs::alone(workspace, folder, name, &memo.docs);
    (site, apply_severities(workspace, found, stage))
}

/// Is told the name of each step of the analysis as it begins.
pub type Stage<'a> = &'a mut dyn FnMut(&'static str);

fn catalog(workspace: &Workspace, memo: &catalog::Memo, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    stage("catalog");
    let mut loaded = catalog::load_again(workspace, memo);
    let mut found = std::mem::take(&mut loaded.diagnostics);
    found.extend(workspace.problems().iter().cloned());
    stage("check");
    found.extend(catalog::checks::run(workspace, &loaded));
    (loaded.catalog, found)
}

/// Gives every problem its final severity, and sorts them by place.
fn apply_severities(workspace: &Workspace, found: Diagnostics, stage: Stage<'_>) -> Diagnostics {
    stage("judge");
    let mut judged = diag::apply_severities(found, &workspace.config().check.severities, workspace).diagnostics;
    judged.iter_mut().for_each(mask);
    diag::sort_and_dedup(&mut judged, workspace);
    judged
}

/// Masks secrets that a problem quotes, such as the password of an address that leads nowhere.
fn mask(problem: &mut Diagnostic) {
    let texts = [&mut problem.message].into_iter().chain(&mut problem.help);
    for text in texts.chain(problem.labels.iter_mut().map(|label| &mut label.text)) {
        if let Cow::Owned(masked) = catalog::without_secrets(text) {
            *text = masked;
        }
    }
}
