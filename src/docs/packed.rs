//! The text of documents, packed: of old versions, one page at a time is asked for, and there are many.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use super::DocsPage;
use crate::markdown::{Doc, Section};

/// What is left out of a [`Doc`] to keep it small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedText {
    html: Vec<u8>,
    sections: Vec<u8>,
}

/// Packs a document: what is left of it, and its text. What only checks ask for is gone, since nobody checks old versions.
pub(super) fn pack(doc: Doc) -> (Doc, PackedText) {
    let text = PackedText {
        html: deflated(doc.html.as_bytes()),
        sections: deflated(&postcard::to_allocvec(&doc.sections).unwrap_or_default()),
    };
    let Doc { headings, title, has_title, anchors, front_matter, .. } = doc;
    (Doc { headings, title, has_title, anchors, front_matter, ..Doc::default() }, text)
}

impl DocsPage {
    /// Returns the content as sanitised HTML.
    #[must_use]
    pub fn html(&self) -> Cow<'_, str> {
        match &self.packed {
            None => Cow::Borrowed(&self.doc.html),
            Some(packed) => String::from_utf8(inflated(&packed.html)).unwrap_or_default().into(),
        }
    }

    /// Returns the text for search.
    #[must_use]
    pub fn sections(&self) -> Cow<'_, [Section]> {
        match &self.packed {
            None => Cow::Borrowed(&self.doc.sections),
            Some(packed) => {
                postcard::from_bytes::<Vec<Section>>(&inflated(&packed.sections)).unwrap_or_default().into()
            }
        }
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    let mut packed = encoder.finish().unwrap_or_default();
    packed.shrink_to_fit();
    packed
}

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = DeflateDecoder::new(packed).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let doc = crate::markdown::commonmark::render("# A\n\nText, text.\n\n## B\n\n[x](y)\n", &|_| {
            crate::markdown::Resolved::as_written("y")
        });
        let (left, text) = pack(doc.clone());
        assert!(left.html.is_empty() && left.sections.is_empty() && left.links.is_empty());
        assert_eq!((&left.headings, &left.title, &left.anchors), (&doc.headings, &doc.title, &doc.anchors));
        assert_eq!(inflated(&text.html), doc.html.as_bytes());
        assert_eq!(postcard::from_bytes::<Vec<Section>>(&inflated(&text.sections)).unwrap(), doc.sections);
    }
}
