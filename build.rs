//! Writes the table of the built-in theme's files and the module of the search, so that the binary carries them, and names
//! the sources.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree of its crate; the program does not run it"
)]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/theme/minify.rs"]
mod minify;

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let root = manifest.join("themes/default");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    files.sort();
    let mut table = String::from("pub(super) const FILES: &[(&str, &[u8])] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let content = match name.strip_prefix("static/") {
            Some(script) if script.ends_with(".js") => minified(file, &out, script)?,
            _ => file.clone(),
        };
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", content.to_string_lossy())
            .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    minified(&manifest.join("src/search/engine.js"), &out, "search-engine.js")?;
    fs::write(out.join("theme_files.rs"), table)?;
    println!("cargo::rustc-env=PLAYBILL_SOURCES={}", sources(&files)?);
    Ok(())
}

/// Writes a script to the output folder as it is published, and returns where it is.
fn minified(script: &Path, out: &Path, name: &str) -> io::Result<PathBuf> {
    let path = out.join(name);
    fs::write(&path, minify::minify(&fs::read_to_string(script)?))?;
    Ok(path)
}

/// Returns a hash of the sources of this program: one program does not use the cache of another.
fn sources(theme: &[PathBuf]) -> io::Result<String> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files)?;
    files.extend(["Cargo.toml", "Cargo.lock"].map(|name| root.join(name)).into_iter().filter(|file| file.is_file()));
    files.extend_from_slice(theme);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        file.strip_prefix(&root).map_err(io::Error::other)?.hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Collects the files below `folder`. Every folder is watched, so that a new file is noticed.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
