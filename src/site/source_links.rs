//! Where the file and the code of an entity can be viewed and changed.

use super::context::{PageContext, is_web};
use crate::catalog::Entity;

/// Returns where the file of an entity can be viewed.
#[must_use]
pub fn source_link(view: &PageContext<'_>, entity: &Entity) -> Option<String> {
    let made = || view.site.source(entity.file)?.view.clone();
    entity.annotation("backstage.io/view-url").map(str::to_owned).or_else(made).filter(|url| is_web(url))
}

/// Returns where the file of an entity can be changed.
#[must_use]
pub fn edit_link(view: &PageContext<'_>, entity: &Entity) -> Option<String> {
    if entity.implied.is_some() {
        return None;
    }
    let made = || view.site.source(entity.file)?.edit.clone();
    entity.annotation("backstage.io/edit-url").map(str::to_owned).or_else(made).filter(|url| is_web(url))
}

/// Returns where the code of an entity is.
#[must_use]
pub fn code_link(entity: &Entity) -> Option<String> {
    let location = entity.annotation("backstage.io/source-location")?;
    let url = location.strip_prefix("url:").unwrap_or(location).trim();
    is_web(url).then(|| url.to_owned())
}
