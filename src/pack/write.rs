//! From a repository's content to the bytes of a pack: the same input makes the same bytes.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

use super::{BEFORE, Content, FILES, MANIFEST, Manifest, digest};

/// Writes a pack. Sizes and digests of the manifest are filled in.
///
/// # Errors
/// When a path is too long for an archive.
pub fn write(mut manifest: Manifest, content: &Content) -> io::Result<Vec<u8>> {
    for (path, bytes) in &content.files {
        let facts = manifest.files.entry(path.clone()).or_default();
        facts.sha256 = digest(bytes);
        facts.size = bytes.len() as u64;
        facts.before = content.before.get(path).map(|text| digest(text.as_bytes()));
    }
    manifest.files.retain(|path, _| content.files.contains_key(path));
    // Neither time nor name, which is what the builder starts from.
    let encoder = GzBuilder::new().operating_system(255).write(Vec::new(), Compression::best());
    let mut archive = Builder::new(encoder);
    let mut json = serde_json::to_vec(&manifest)?;
    json.push(b'\n');
    append(&mut archive, MANIFEST, &json, false)?;
    for (path, bytes) in &content.files {
        let is_executable = manifest.files.get(path).is_some_and(|facts| facts.executable);
        append(&mut archive, &format!("{FILES}{path}"), bytes, is_executable)?;
        // Beside it, where compression finds what both have in common.
        if let Some(text) = content.before.get(path) {
            append(&mut archive, &format!("{BEFORE}{path}"), text.as_bytes(), false)?;
        }
    }
    let mut encoder = archive.into_inner()?;
    encoder.flush()?;
    encoder.finish()
}

fn append(archive: &mut Builder<impl io::Write>, path: &str, bytes: &[u8], is_executable: bool) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(if is_executable { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    archive.append_data(&mut header, path, bytes)
}
