//! Reads YAML into values, as Backstage's parser does.

use serde_json::Value as Json;

use crate::diag::Severity;
use crate::text::FileId;
use crate::yaml;

/// Reads all documents; an empty one is null.
///
/// # Errors
/// What is wrong with the text, in one line.
pub fn documents(text: &str) -> Result<Vec<Json>, String> {
    let file = FileId::new(0);
    let (documents, problems) = yaml::parse(file, text);
    if let Some(problem) = problems.iter().find(|problem| problem.severity == Severity::Error) {
        let place = crate::text::LineIndex::new(text).position(text, problem.span().range().start);
        return Err(format!("{}:{}: {}", place.line, place.column, problem.message));
    }
    let json = |document: &yaml::Document| match &document.root {
        Some(root) => serde_json::to_value(root).map_err(|error| error.to_string()),
        None => Ok(Json::Null),
    };
    documents.iter().map(json).collect()
}

/// Reads the one document of a text.
///
/// # Errors
/// What is wrong with the text, or that there are several.
pub fn document(text: &str) -> Result<Json, String> {
    let mut documents = documents(text)?;
    match documents.len() {
        0 => Ok(Json::Null),
        1 => Ok(documents.remove(0)),
        _ => Err("has several documents".to_owned()),
    }
}
