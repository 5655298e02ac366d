//! Any text becomes documents that tile it, with faults inside it.

use playbill::text::FileId;

/// Checks them for one input.
pub(crate) fn check(text: &str) {
    let (documents, problems) = playbill::yaml::parse(FileId::new(0), text);
    let mut at = 0;
    for document in &documents {
        assert_eq!(document.span.range().start, at);
        at = document.span.range().end;
        if let Some(root) = &document.root {
            assert!(text.get(root.span.range()).is_some());
            serde_json_like(root);
        }
    }
    assert_eq!(at, text.len());
    for problem in &problems {
        assert!(problem.labels.iter().all(|label| text.get(label.span.range()).is_some()));
    }
}

/// Visits every value, so that spans and depth are exercised.
fn serde_json_like(node: &playbill::yaml::Node) -> usize {
    let inside: usize = match (node.as_seq(), node.as_map()) {
        (Some(items), _) => items.iter().map(serde_json_like).sum(),
        (_, Some(map)) => map.entries().iter().map(|entry| serde_json_like(&entry.value)).sum(),
        _ => 0,
    };
    inside + 1
}
