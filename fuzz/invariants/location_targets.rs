//! Whatever a Location names, nothing outside the root is read, and the good entity stays.

use playbill::config::Config;
use playbill::portal;
use playbill::workspace::Workspace;

const GOOD: &[u8] =
    b"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: good}\nspec: {type: team, children: []}\n";

/// Checks them for one input.
pub(crate) fn check(data: (&str, bool)) {
    let (target, file) = data;
    let quoted: String = target.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    let kind = if file { "file" } else { "url" };
    let location = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: l}}\nspec:\n  type: {kind}\n  target: \"{quoted}\"\n"
    );
    let files: [(&str, &[u8]); 3] =
        [("a/catalog-info.yaml", location.as_bytes()), ("good/catalog-info.yaml", GOOD), ("x.yaml", b"a: 1")];
    let portal = portal::analyse(&Workspace::from_files(Config::default(), &files), &mut |_| ());
    assert!(portal.catalog.find("group:default/good").is_some());
}
