//! `pyproject.toml`: packages of Python.

use super::{Candidate, Detector, Facts, Role, named, toml};

/// See the module.
pub(super) struct Python;

/// Packages by which a server answers.
const SERVERS: &[&str] = &["django", "fastapi", "flask", "gunicorn", "starlette", "uvicorn"];

impl Detector for Python {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["pyproject.toml"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let get = |key: &str| toml::string(&text, "project", key).or_else(|| toml::string(&text, "tool.poetry", key));
        let lower = text.to_ascii_lowercase();
        let needs = |name: &&&str| {
            lower.lines().any(|line| {
                let line = line.trim_start_matches([' ', '\t', '"', '\'']);
                line.strip_prefix(**name)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
            })
        };
        let name = get("name");
        Some(Facts {
            is_package: name.is_some(),
            is_group: name.is_none() && toml::has_table(&text, "tool.uv.workspace"),
            name,
            description: get("description"),
            homepage: toml::string(&text, "project.urls", "Homepage"),
            role: Some(if SERVERS.iter().any(|name| needs(&name)) { Role::Service } else { Role::Library }),
            tags: vec!["python"],
            ..Facts::default()
        })
    }
}
