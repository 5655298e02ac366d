//! The list of what a build wrote, which lies in the folder it wrote to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The name of the list; by it, a folder is known as output. The scan of the workspace skips such folders.
pub(super) use crate::workspace::MANIFEST as NAME;

/// Content hashes by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) files: BTreeMap<String, u128>,
}

impl Manifest {
    /// Reads a list; `None` if this version did not write it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        (value.get("version")?.as_u64()? == 1).then_some(())?;
        let files = value.get("files")?.as_object()?.iter().map(|(path, hash)| {
            let hash = u128::from_str_radix(hash.as_str()?, 16).ok()?;
            super::check_path(path).ok()?;
            Some((path.clone(), hash))
        });
        Some(Self { files: files.collect::<Option<_>>()? })
    }

    /// Writes the list, one path a line so that it can be compared by eye.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let files: serde_json::Map<String, Value> =
            self.files.iter().map(|(path, hash)| (path.clone(), json!(format!("{hash:032x}")))).collect();
        let mut text = format!("{:#}", json!({ "version": 1, "files": files }));
        text.push('\n');
        text.into_bytes()
    }
}
