//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::adr::{self, Decisions};
use crate::announcements::{self, Announcements};
use crate::api::{self, Apis};
use crate::calendar::Day;
use crate::catalog::{self, Catalog};
use crate::dashboards::{self, Dashboards};
use crate::depth::Depth;
use crate::diag::codes::{self, Family};
use crate::diag::{self, Diagnostic, Diagnostics, Severity};
use crate::docs::{self, Docs, DocsSite};
use crate::incremental::{ByAddress, CacheStore, Changes, Fingerprint, MemoTable};
use crate::mentions::{self, Mentions};
use crate::preview::Preview;
use crate::radar::{self, Radar};
use crate::redirects::{self, Redirect};
use crate::scaffold::{self, examples::Templates};
use crate::scorecards::delivery::{self, Delivery};
use crate::scorecards::freshness::{self, Freshness};
use crate::scorecards::insights::{self, Insight};
use crate::scorecards::{self, ApiBase, Scorecards};
use crate::snapshots::{self, Snapshots};
use crate::standalone_markdown::{self, StandaloneMarkdown};
use crate::text::Span;
use crate::unclaimed;
use crate::workspace::{Folder, Scanned, Workspace};

/// An analysed workspace.
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
    /// Where entities are talked about.
    pub mentions: Arc<Mentions>,
    /// What the organisation announces.
    pub announcements: Arc<Announcements>,
    /// Tech radars.
    pub radars: Arc<Vec<Radar>>,
    /// Markdown outside of documentation sites.
    pub notes: Arc<StandaloneMarkdown>,
    /// Old addresses that a file keeps, with the places of the lines.
    pub redirects: Arc<Vec<(Redirect, Span)>>,
    /// What other tools know of the entities.
    pub snapshots: Arc<Snapshots>,
    /// How far the entities are by scorecards.
    pub scorecards: Arc<Scorecards>,
    /// Pages of figures and tables over the catalog.
    pub dashboards: Arc<Dashboards>,
    /// Figures of the whole portal.
    pub insights: Vec<Insight>,
    /// What a change touches, if this is the portal of a change.
    pub preview: Option<Preview>,
    /// How old the evidence of each entity is.
    pub freshness: Freshness,
    /// How software is delivered.
    pub delivery: Delivery,
    /// Every problem, judged and sorted by place.
    pub diagnostics: Diagnostics,
}

/// Analyses a workspace as deeply as pages need; see [`Analysis::run`].
#[must_use]
pub fn analyse(workspace: &Workspace, stage: Stage<'_>) -> Portal {
    Analysis::of(Depth::Pages).run(workspace, stage)
}

/// The options of an analysis.
#[derive(Debug)]
pub struct Analysis {
    depth: Depth,
    memo: Memo,
    api_base: Option<ApiBase>,
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
    snapshots: MemoTable<(), (ByAddress<Catalog>, Depth), Found<Snapshots>>,
    radars: MemoTable<(), (ByAddress<Catalog>, Depth), Found<Vec<Radar>>>,
    decisions: MemoTable<(), StandaloneInputs, Found<Decisions>>,
    /// By the day on which they hold, too.
    announcements: MemoTable<(), (ByAddress<Catalog>, Depth, i64), Found<Announcements>>,
    scorecards: scorecards::Memo,
}

/// Something shared that was read, and its problems.
type Found<T> = (Arc<T>, Diagnostics);

/// What Markdown outside of documentation sites is read with.
type StandaloneInputs = (ByAddress<Catalog>, Fingerprint, Depth);

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
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
            announcements: MemoTable::enabled(),
            scorecards: scorecards::Memo::enabled(),
        }
    }

    /// Makes a memo that reads what another process left in a cache store, and writes to it.
    #[must_use]
    pub fn on(shelf: Arc<dyn CacheStore>) -> Self {
        Self { docs: docs::Memo::on(shelf), ..Self::default() }
    }

    /// Applies the changes between the last analysed state and the next one; `None` if that one was loaded from
    /// scratch.
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
        self.announcements.invalidate(changes);
        self.scorecards.invalidate(changes);
    }
}

impl Analysis {
    /// Makes one that remembers nothing.
    #[must_use]
    pub fn of(depth: Depth) -> Self {
        Self { depth, memo: Memo::default(), api_base: None }
    }

    /// Makes one as deep as pages need, with what is known from before.
    #[must_use]
    pub fn with(memo: Memo) -> Self {
        Self { depth: Depth::Pages, memo, api_base: None }
    }

    /// Compares the definitions of APIs with earlier ones, for conditions that ask what breaks.
    #[must_use]
    pub fn against(self, api_base: Option<ApiBase>) -> Self {
        Self { api_base, ..self }
    }

    /// Returns what is kept from one run to the next.
    #[must_use]
    pub fn memo(&self) -> &Memo {
        &self.memo
    }

    /// Analyses a workspace: catalog, documentation, API references, problems. Calls `stage` with the name of each step
    /// as it begins. Of a memo that remembers, see [`Memo::invalidate`].
    #[must_use]
    pub fn run(&self, workspace: &Workspace, stage: Stage<'_>) -> Portal {
        let Self { depth, memo, api_base } = self;
        let depth = *depth;
        let whole = memo.whole.get(workspace, (), workspace.scanned(), |workspace, _| {
            let (catalog, found) = catalog(workspace, &memo.catalog, stage);
            (Arc::new(catalog), found)
        });
        let (catalog, mut found) = Arc::unwrap_or_clone(whole);
        stage("documents");
        let (docs, problems) = docs::analyse(workspace, &catalog, depth, &memo.docs);
        found.extend(problems);
        let docs = Arc::new(docs);
        let inputs = (ByAddress(Arc::clone(&catalog)), docs.outline(), depth);
        let notes = memo.notes.get(workspace, (), inputs, |workspace, _| {
            let (notes, problems) = standalone_markdown::read(workspace, &catalog, &docs, depth);
            (Arc::new(notes), problems)
        });
        let (notes, problems) = Arc::unwrap_or_clone(notes);
        found.extend(problems);
        stage("decisions");
        let inputs = (ByAddress(Arc::clone(&catalog)), docs.outline(), depth);
        let decisions = memo.decisions.get(workspace, (), inputs, |workspace, _| {
            if depth < Depth::Decisions {
                return Default::default();
            }
            let (decisions, problems) = adr::analyse(workspace, &catalog, &docs);
            (Arc::new(decisions), problems)
        });
        let (decisions, problems) = Arc::unwrap_or_clone(decisions);
        found.extend(problems);
        // What is wrong with the file was reported with the catalog.
        let mut redirects = if depth < Depth::Pages { Vec::new() } else { redirects::read(workspace).0 };
        redirects.retain(|(redirect, _)| redirect.is_address());
        if depth >= Depth::Pages && workspace.has_history() {
            stage("renames");
            catalog.complete_former_names(workspace);
        }
        stage("radars");
        let radars = memo.radars.get(workspace, (), (ByAddress(Arc::clone(&catalog)), depth), |workspace, _| {
            if depth < Depth::Findings {
                return Default::default();
            }
            let (radars, problems) = radar::analyse(workspace, &catalog);
            (Arc::new(radars), problems)
        });
        let (radars, problems) = Arc::unwrap_or_clone(radars);
        found.extend(problems);
        let inputs = (ByAddress(Arc::clone(&catalog)), depth, Day::of_moment(workspace.now()).number());
        let announced = memo.announcements.get(workspace, (), inputs, |workspace, _| {
            if depth < Depth::Findings {
                return Default::default();
            }
            let (announcements, problems) = announcements::read(workspace, &catalog);
            (Arc::new(announcements), problems)
        });
        let (announcements, problems) = Arc::unwrap_or_clone(announced);
        found.extend(problems);
        stage("apis");
        let (apis, problems) = api::analyse(workspace, &catalog, depth, &memo.apis);
        found.extend(problems);
        stage("mentions");
        let mentions = if depth < Depth::Pages {
            Arc::default()
        } else {
            Arc::new(mentions::find(workspace, &catalog, &docs, &decisions, &apis))
        };
        stage("templates");
        let (templates, problems) = scaffold::examples::analyse(workspace, &catalog, depth, &memo.templates);
        found.extend(problems);
        if depth >= Depth::Findings {
            let unclaimed = unclaimed::check(workspace, &catalog, &docs, &found);
            found.extend(unclaimed);
            found.extend(scaffold::lint::check(workspace, &catalog));
        }
        stage("snapshots");
        let inputs = (ByAddress(Arc::clone(&catalog)), depth);
        let read = memo.snapshots.get(workspace, (), inputs, |workspace, _| {
            if depth < Depth::Snapshots {
                return Default::default();
            }
            let (snapshots, problems) = snapshots::analyse(workspace, &catalog);
            (Arc::new(snapshots), problems)
        });
        let (snapshots, problems) = Arc::unwrap_or_clone(read);
        found.extend(problems);
        let mut diagnostics = apply_severities(workspace, found, stage);
        let (scorecards, dashboards) = if depth < Depth::Findings {
            Default::default()
        } else {
            stage("scorecards");
            let parts = scorecards::Parts {
                workspace,
                catalog: &catalog,
                docs: &docs,
                apis: &apis,
                snapshots: &snapshots,
                problems: &diagnostics,
                api_base: api_base.as_ref(),
            };
            let (scorecards, mut problems) = scorecards::analyse(parts, &memo.scorecards);
            let (dashboards, found) = dashboards::analyse(parts, &scorecards);
            problems.extend(found);
            if !problems.is_empty() {
                diagnostics.extend(apply_severities(workspace, problems, stage));
                diag::sort_and_dedup(&mut diagnostics, workspace);
            }
            (Arc::new(scorecards), Arc::new(dashboards))
        };
        let (insights, freshness, delivery) = match scorecards.today.filter(|_| depth >= Depth::Pages) {
            None => Default::default(),
            Some(today) => (
                count(&catalog, &docs, &snapshots, &notes, &apis, &scorecards, &diagnostics),
                freshness::find(workspace, &catalog, &docs, &snapshots, &scorecards.facts, today),
                delivery::find(&catalog, &snapshots, &scorecards.facts),
            ),
        };
        Portal {
            redirects: Arc::new(redirects),
            scorecards,
            dashboards,
            insights,
            freshness,
            delivery,
            catalog,
            docs,
            apis,
            decisions,
            mentions,
            announcements,
            radars,
            templates,
            notes,
            snapshots,
            preview: None,
            diagnostics,
        }
    }
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

/// Receives the name of each step of the analysis as it begins.
pub type Stage<'a> = &'a mut dyn FnMut(&'static str);

fn catalog(workspace: &Workspace, memo: &catalog::Memo, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    stage("catalog");
    let mut loaded = memo.load(workspace);
    let mut found = std::mem::take(&mut loaded.diagnostics);
    found.extend(workspace.problems().iter().cloned());
    stage("check");
    found.extend(catalog::checks::run(workspace, &loaded));
    (loaded.catalog, found)
}

/// Counts what the portal knows. What is old is so beside the newest change and not by the clock, so that the same content has
/// the same figures.
fn count(
    catalog: &Catalog,
    docs: &Docs,
    snapshots: &Snapshots,
    notes: &StandaloneMarkdown,
    apis: &Apis,
    scorecards: &Scorecards,
    problems: &[Diagnostic],
) -> Vec<Insight> {
    let of_apis = problems.iter().filter(|it| it.severity == Severity::Error && it.code.rule().family == Family::Api);
    let broken: HashSet<&str> = of_apis.filter_map(|it| it.entity.as_deref()).collect();
    let of_code_owners = problems.iter().filter(|it| it.code == codes::CODEOWNERS_DISAGREES);
    let disagreeing: HashSet<&str> = of_code_owners.filter_map(|it| it.entity.as_deref()).collect();
    insights::all(&insights::Source {
        catalog,
        docs,
        snapshots,
        has_readme: &|id| notes.readmes.contains_key(&id),
        changed: &|id| scorecards.changed.get(id.index()).copied().flatten(),
        is_valid_api: &|id| apis.of(id).is_some() && !broken.contains(catalog.get(id).reference.as_str()),
        has_other_code_owner: &|id| disagreeing.contains(catalog.get(id).reference.as_str()),
        now: scorecards.changed.iter().flatten().copied().max().unwrap_or(0),
    })
}

/// Gives every problem its final severity, and sorts them by place.
fn apply_severities(workspace: &Workspace, found: Diagnostics, stage: Stage<'_>) -> Diagnostics {
    stage("judge");
    let mut judged = diag::apply_severities(found, &workspace.config().check.severities, workspace).diagnostics;
    judged.iter_mut().for_each(mask);
    diag::sort_and_dedup(&mut judged, workspace);
    judged
}

/// Masks secrets that a problem quotes, such as the password of a broken address.
fn mask(problem: &mut Diagnostic) {
    let texts = [&mut problem.message].into_iter().chain(&mut problem.help);
    for text in texts.chain(problem.labels.iter_mut().map(|label| &mut label.text)) {
        if let Cow::Owned(masked) = catalog::without_secrets(text) {
            *text = masked;
        }
    }
}
