//! What the rest of the organisation knows: findings of one repository that another one answers.
//!
//! What is here was judged before and stays; only what is said to be missing is looked for in the export of the whole portal.
//! Whatever is missing there, too, may be somebody else's fault and is a warning at most.

mod people;

use std::collections::{BTreeMap, BTreeSet};

pub use people::shrunk;

use crate::catalog::{EntityRef, RENAMED_FROM};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Sources, codes};
use crate::portal_export::PortalExport;
use crate::routes;

/// Rules whose findings name an entity that is not here as their cause.
const REFERENCES: &[Code] = &[codes::UNRESOLVED_REFERENCE, codes::AMBIGUOUS_NAMESPACE];

/// Takes away the findings that the whole portal answers, and lets the others about what is not here be warnings at most.
#[must_use]
pub fn resolve(problems: Diagnostics, export: &PortalExport, sources: &dyn Sources) -> Diagnostics {
    let known = Known::of(export);
    problems.into_iter().filter_map(|problem| known.judge(problem, sources)).collect()
}

/// What the portal has, by the names under which others look for it.
struct Known<'a> {
    entities: BTreeSet<&'a str>,
    /// By a name that an entity had.
    former: BTreeMap<String, &'a str>,
    provided: BTreeSet<&'a str>,
    /// The headings of pages; those of entities have none.
    pages: BTreeMap<String, BTreeSet<&'a str>>,
}

impl<'a> Known<'a> {
    fn of(export: &'a PortalExport) -> Self {
        let mut known = Self {
            entities: export.entities.iter().map(|entity| entity.reference.as_str()).collect(),
            former: BTreeMap::new(),
            provided: BTreeSet::new(),
            pages: BTreeMap::new(),
        };
        for entity in &export.entities {
            let provided = entity.relations.iter().filter(|relation| relation.kind == "providesApi");
            known.provided.extend(provided.map(|relation| relation.target.as_str()));
            let Ok(own) = EntityRef::parse(&entity.reference, None, "default") else { continue };
            known.pages.insert(routes::entity(&own), BTreeSet::new());
            let names = entity.text(&format!("annotations.{RENAMED_FROM}")).unwrap_or_default();
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                if let Ok(former) = EntityRef::parse(name, Some(own.kind()), own.namespace()) {
                    known.former.insert(former.to_string(), &entity.reference);
                }
            }
        }
        for page in &export.docs {
            let headings = page.headings.iter().map(|heading| heading.id.as_str());
            known.pages.insert(page.url.clone(), headings.collect());
        }
        let decisions = export.decisions.iter().map(|decision| (decision.url.clone(), BTreeSet::new()));
        known.pages.extend(decisions);
        known
    }

    /// Returns a finding as it is in view of the whole portal; `None` if it is none.
    fn judge(&self, problem: Diagnostic, sources: &dyn Sources) -> Option<Diagnostic> {
        if problem.code == codes::API_WITHOUT_PROVIDER {
            let is_provided = problem.entity.as_deref().is_some_and(|api| self.provided.contains(api));
            return (!is_provided).then_some(problem);
        }
        let is_link = problem.code == codes::BROKEN_LINK;
        if !is_link && !REFERENCES.contains(&problem.code) {
            return Some(problem);
        }
        if let Some(name) = problem.cause.clone() {
            if self.entities.contains(&*name) {
                return None;
            }
            let problem = warning(problem);
            return Some(match self.former.get(&*name) {
                Some(now) => problem.label(format!("called `{now}` today")).help(format!("write `{now}`")),
                None => problem,
            });
        }
        if !is_link {
            return Some(problem);
        }
        let span = problem.span();
        let text = sources.text(span.file);
        let target = text.as_deref().and_then(|text| text.get(span.range())).unwrap_or_default();
        let Some(path) = target.strip_prefix('/') else { return Some(problem) };
        let (path, heading) = path.split_once('#').map_or((path, None), |(path, heading)| (path, Some(heading)));
        let path = path.split('?').next().unwrap_or_default().trim_end_matches("index.html");
        let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        match (self.pages.get(&path), heading) {
            (None, _) => Some(warning(problem)),
            (Some(headings), Some(heading)) if !headings.is_empty() && !headings.contains(heading) => {
                let mut problem = warning(problem);
                problem.message = format!("`/{path}` has no heading `#{heading}`");
                Some(problem.label("a page of another repository").help("name a heading that is there"))
            }
            (Some(_), _) => None,
        }
    }
}

/// Nobody's build fails for what another repository has or has not.
fn warning(mut problem: Diagnostic) -> Diagnostic {
    problem.severity = problem.severity.min(Severity::Warning);
    problem
}
