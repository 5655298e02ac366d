//! The API definitions before a change: what `api.breaking` compares with.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::diff::{self, Level};
use crate::api::{Api, Apis, Reference};
use crate::catalog::{Catalog, Entity};

/// The definitions of a catalog, by the names of its APIs.
#[derive(Debug, Clone, Default)]
pub struct ApiBase(BTreeMap<String, Arc<Reference>>);

impl ApiBase {
    /// Keeps the definitions that were read of a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog, apis: &Apis) -> Self {
        let named = |api: &Api| (catalog.get(api.entity).reference.to_string(), Arc::clone(&api.reference));
        Self(apis.all().iter().map(named).collect())
    }

    /// Counts the changes of an API that break its users; nobody knows them of one whose definition cannot be read.
    pub(super) fn breaking(&self, entity: &Entity, api: Option<&Api>) -> Option<usize> {
        let now = &api?.reference;
        // An API that is new breaks nobody.
        let Some(before) = self.0.get(entity.reference.as_str()) else { return Some(0) };
        if !diff::is_same_format(before, now) {
            return Some(1);
        }
        Some(diff::compare(before, now).iter().filter(|change| change.level == Level::Breaking).count())
    }
}
