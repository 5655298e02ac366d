//! Reading files: bytes, and text in UTF-8 or as well as it can be decoded.

use std::sync::Arc;

use super::{ReadError, Workspace, decode};
use crate::diag::Diagnostic;
use crate::text::FileId;

/// The text of a file, and where it is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: Arc<str>,
    /// The first place that is no UTF-8, and the encoding that the text seems to be in.
    wrong: Option<(usize, &'static str)>,
}

impl Decoded {
    /// Returns the problem of a text that is not UTF-8.
    #[must_use]
    pub fn problem(&self, file: FileId) -> Option<Diagnostic> {
        let (offset, encoding) = self.wrong?;
        let length = self.text[offset..].chars().next().map_or(0, char::len_utf8);
        let message = format!("this file is not UTF-8 text: it looks like {encoding}");
        let problem = Diagnostic::new(
            crate::diag::codes::NOT_UTF8,
            crate::text::Span::new(file, offset, offset + length),
            message,
        );
        Some(problem.label("shown as well as it can be read").help("save the file as UTF-8"))
    }
}

impl Workspace {
    /// Returns the text of a file of at most `limit` bytes, a byte order mark included; it is read once and kept.
    ///
    /// # Errors
    /// When it is larger, no UTF-8, or cannot be read.
    pub fn text(&self, file: FileId, limit: u64) -> Result<Arc<str>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).text(&self.tree, limit)
    }

    /// Returns the text of a file that is hardly asked for again, such as a document once it is rendered.
    ///
    /// # Errors
    /// As [`Workspace::text`].
    pub fn text_once(&self, file: FileId, limit: u64) -> Result<Arc<str>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).text_once(&self.tree, limit)
    }

    /// Returns the text of a file of at most `limit` bytes that may be in another encoding than UTF-8, as well as it can
    /// be read: UTF-16 by its byte order mark, and bytes that are no UTF-8 as Windows-1252 has them.
    ///
    /// # Errors
    /// When it is larger, no text at all, or cannot be read.
    pub fn decoded(&self, file: FileId, limit: u64) -> Result<Decoded, ReadError> {
        match self.text(file, limit) {
            // UTF-16 of ASCII is UTF-8 with zeros between.
            Ok(text) if !text.get(..4.min(text.len())).is_some_and(|start| start.contains('\0')) => {
                Ok(Decoded { text, wrong: None })
            }
            Ok(text) => Ok(match decode::text(text.as_bytes()) {
                Some((decoded, encoding)) => Decoded { text: decoded.into(), wrong: Some((0, encoding)) },
                None => Decoded { text, wrong: None },
            }),
            Err(ReadError::NotUtf8 { offset }) => {
                let bytes = self.bytes(file, limit)?;
                decode::text(&bytes).map_or(Err(ReadError::NotUtf8 { offset }), |(text, encoding)| {
                    let offset = if encoding == "UTF-16" { 0 } else { offset as usize };
                    Ok(Decoded { text: text.into(), wrong: Some((offset, encoding)) })
                })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the bytes of a file of at most `limit` bytes; it is read once and kept.
    ///
    /// # Errors
    /// When it is larger or cannot be read.
    pub fn bytes(&self, file: FileId, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).bytes(&self.tree, limit)
    }

    /// Returns the bytes of a file that nobody will ask for again, such as a picture on its way to the site.
    ///
    /// # Errors
    /// When it is larger than `limit` or cannot be read.
    pub fn bytes_once(&self, file: FileId, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).bytes_once(&self.tree, limit)
    }

    /// Returns a number that changes with a file, without reading it.
    #[must_use]
    pub fn version(&self, file: FileId) -> u64 {
        self.note(|asked| asked.content(file));
        self.files.get(file).version(&self.tree)
    }
}
