//! `go.mod`: modules of Go.

use super::{Candidate, Detector, Facts, Role, named};

/// See the module.
pub(super) struct Go;

impl Detector for Go {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["go.mod"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
        let module = module.split("//").next()?.trim().trim_matches('"');
        // The last part of a later version is `v2`.
        let is_version =
            |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        let name = module.rsplit('/').find(|part| !is_version(part))?.to_owned();
        let folder = file.workspace.folder_of(file.file);
        let is_program = file.workspace.locate_in(&folder, "main.go").is_ok()
            || file.workspace.locate_folder_in(&folder, "cmd").is_ok();
        Some(Facts {
            is_package: true,
            name: Some(name),
            role: Some(if is_program { Role::Service } else { Role::Library }),
            tags: vec!["go"],
            ..Facts::default()
        })
    }
}
