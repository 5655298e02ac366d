//! `roadiehq:utils:zip`: packs a folder or a file.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value as Json;

use super::{Done, Work, failed, needed};
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::tree::Entry;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let output = needed(input, "outputPath")?;
    let place = work.tree.resolve(path)?;
    work.tree.resolve(output)?;
    let files = match work.tree.get(&place) {
        None => return Err(StepError::new(Code::NotFound, format!("there is no `{path}` to be packed"))),
        Some(Entry::Folder) => {
            let start = if place.is_empty() { 0 } else { place.len() + 1 };
            work.tree.below(&place).into_iter().map(|path| (path[start..].to_owned(), path)).collect()
        }
        Some(_) => vec![(place.rsplit('/').next().unwrap_or_default().to_owned(), place.clone())],
    };
    let mut archive = Archive::default();
    for (name, path) in files {
        if let Some(Entry::File { bytes, mode }) = work.tree.get(&path) {
            archive.add(&name, bytes, *mode)?;
        }
    }
    work.tree.write(output, archive.finish(), None)?;
    work.give("outputPath", Json::String(output.to_owned()));
    Ok(())
}

/// A ZIP archive. Times are those of the format's beginning, so that the same files give the same bytes.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Archive {
    fn add(&mut self, name: &str, content: &[u8], mode: u32) -> Result<(), StepError> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let packed =
            encoder.write_all(content).and_then(|()| encoder.finish()).map_err(|error| failed(error.to_string()))?;
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let size = |length: usize| u32::try_from(length).map_err(|_| failed("a file is too large for an archive"));
        let (offset, packed_size, full_size) = (size(self.bytes.len())?, size(packed.len())?, size(content.len())?);
        let name_size = u16::try_from(name.len()).map_err(|_| failed("a name is too long for an archive"))?;
        self.count = self.count.checked_add(1).ok_or_else(|| failed("too many files for an archive"))?;
        // Version 2.0, names in UTF-8, deflated, 1980-01-01.
        let mut common = Vec::new();
        for part in [20_u16, 0x0800, 8, 0, 0x0021] {
            common.extend_from_slice(&part.to_le_bytes());
        }
        for part in [crc.sum(), packed_size, full_size] {
            common.extend_from_slice(&part.to_le_bytes());
        }
        common.extend_from_slice(&name_size.to_le_bytes());
        common.extend_from_slice(&0_u16.to_le_bytes());
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&common);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&packed);
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&0x0314_u16.to_le_bytes());
        self.directory.extend_from_slice(&common);
        self.directory.extend_from_slice(&[0; 6]);
        self.directory.extend_from_slice(&(((mode & 0o777) | 0o100_000) << 16).to_le_bytes());
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(&self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&size(self.directory.len()));
        self.bytes.extend_from_slice(&size(offset));
        self.bytes.extend_from_slice(&[0, 0]);
        self.bytes
    }
}
