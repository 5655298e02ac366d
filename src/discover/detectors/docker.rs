//! `Dockerfile`: what is packed into an image, so it runs somewhere.

use super::{Candidate, Detector, Facts, Role, named};

/// See the module.
pub(super) struct Docker;

/// Folders that hold the file for the one above.
const BESIDE: &[&str] = &[".docker", "build", "ci", "deploy", "docker"];

impl Detector for Docker {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let folder = named(path, &["Dockerfile", "Containerfile"])?;
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        Some(if BESIDE.contains(&name) { above } else { folder })
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let is_one = text.lines().any(|line| line.trim_start().to_ascii_uppercase().starts_with("FROM "));
        is_one.then(|| Facts { is_package: true, role: Some(Role::Service), ..Facts::default() })
    }
}
