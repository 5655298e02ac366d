//! Protocol Buffers: a file with services.

use super::{Candidate, Definition, Detector, Facts};

/// See the module.
pub(super) struct Grpc;

impl Detector for Grpc {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        name.ends_with(".proto").then_some(folder)
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let is_service = |line: &str| line.strip_prefix("service ").is_some_and(|rest| rest.contains('{'));
        let definition = Some(Definition { format: "grpc" });
        text.lines().any(is_service).then(|| Facts { definition, ..Facts::default() })
    }
}
