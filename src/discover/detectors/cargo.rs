//! `Cargo.toml`: packages of Rust.

use super::{Candidate, Detector, Facts, Role, named, toml};

/// See the module.
pub(super) struct Cargo;

/// Packages by which a server answers.
const SERVERS: &[&str] = &["actix-web", "axum", "poem", "rocket", "tonic", "warp"];

impl Detector for Cargo {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["Cargo.toml"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let is_package = toml::has_table(&text, "package");
        let serves = SERVERS.iter().any(|name| {
            let starts =
                |line: &str| line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '=', '.']));
            text.lines().any(starts)
        });
        Some(Facts {
            is_package,
            is_group: !is_package && toml::has_table(&text, "workspace"),
            name: toml::string(&text, "package", "name"),
            description: toml::string(&text, "package", "description"),
            homepage: toml::string(&text, "package", "homepage"),
            role: Some(if serves { Role::Service } else { Role::Library }),
            tags: vec!["rust"],
            ..Facts::default()
        })
    }
}
