//! Text files a second time, compressed, for hosts that send what lies beside a file under its name with `.gz` or `.br`.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::Sink;
use crate::error::Error;

/// Endings of what is worth compressing. Pictures, fonts and the files of the search are compressed already.
const TEXTS: &[&str] = &[
    "css",
    "csv",
    "html",
    "js",
    "json",
    "map",
    "md",
    "mjs",
    "ndjson",
    "svg",
    "txt",
    "webmanifest",
    "xml",
    "yaml",
    "yml",
];
/// A file this small, in bytes, travels in one packet anyway.
const SMALL: usize = 1024;
/// Between 0 and 11; above this, a large site takes many times as long for a hundredth less.
const BROTLI_LEVEL: i32 = 9;
/// How far back brotli may look, as a power of two.
const BROTLI_WINDOW: i32 = 22;

/// Passes files on, each followed by its compressed twins.
pub struct Compressed<'s> {
    sink: &'s dyn Sink,
    /// Among `gzip` and `brotli`.
    forms: &'s [String],
}

impl<'s> Compressed<'s> {
    /// Makes a sink in front of another one; without forms it changes nothing.
    #[must_use]
    pub fn new(sink: &'s dyn Sink, forms: &'s [String]) -> Self {
        Self { sink, forms }
    }
}

impl Sink for Compressed<'_> {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.sink.put(path, bytes)?;
        let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
        if bytes.len() < SMALL || !ending.is_some_and(|ending| TEXTS.contains(&ending)) {
            return Ok(());
        }
        for form in self.forms {
            let twin = if form == "gzip" { gzip(bytes) } else { brotli(bytes) };
            self.sink.put(&twin_of(path, form), &twin)?;
        }
        Ok(())
    }

    fn has(&self, path: &str) -> bool {
        self.sink.has(path)
    }

    fn keep(&self, path: &str) {
        self.sink.keep(path);
        let twins = self.forms.iter().map(|form| twin_of(path, form));
        twins.filter(|twin| self.sink.has(twin)).for_each(|twin| self.sink.keep(&twin));
    }
}

fn twin_of(path: &str, form: &str) -> String {
    format!("{path}.{}", if form == "gzip" { "gz" } else { "br" })
}

/// Compresses without a time or name, so that the same bytes come out always.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Memory takes all.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_LEVEL,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let _ = brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters);
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::output::MemorySink;

    #[test]
    fn texts_have_twins_that_say_the_same() {
        let memory = MemorySink::default();
        let forms = ["gzip".to_owned(), "brotli".to_owned()];
        let sink = Compressed::new(&memory, &forms);
        let text = "All the world's a stage. ".repeat(200).into_bytes();
        sink.put("a/index.html", &text).unwrap();
        sink.put("a/b.png", &text).unwrap();
        sink.put("c.css", b"a{}").unwrap();
        sink.put("_headers", &text).unwrap();
        let files = memory.into_files();
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["_headers", "a/b.png", "a/index.html", "a/index.html.br", "a/index.html.gz", "c.css"]);
        let mut gunzipped = Vec::new();
        flate2::read::GzDecoder::new(&*files["a/index.html.gz"]).read_to_end(&mut gunzipped).unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &*files["a/index.html.br"], &mut plain).unwrap();
        assert!(gunzipped == text && plain == text);
        assert!(files["a/index.html.br"].len() < files["a/index.html.gz"].len());
        // It contains no time.
        assert_eq!(files["a/index.html.gz"][4..8], [0; 4]);
    }
}
