//! OpenAPI, Swagger and AsyncAPI: definitions in YAML or JSON, known by their first key.

use super::{Candidate, Definition, Detector, Facts};
use crate::yaml;

/// See the module.
pub(super) struct OpenApi;

/// The keys that say which format a file is in, with the value of `spec.type`.
const KEYS: [(&str, &str); 3] = [("openapi", "openapi"), ("swagger", "openapi"), ("asyncapi", "asyncapi")];
/// Number of bytes within which a definition says what it is.
const BEGINNING: usize = 64 << 10;

impl Detector for OpenApi {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)).then_some(folder)
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let format = format(file.name(), &text)?;
        let (root, _) = yaml::read(file.file, &text);
        let root = root?;
        let get = |key: &str| super::text_at(&root, &["info", key]);
        Some(Facts {
            title: get("title"),
            // Of a long one the first paragraph will do.
            description: get("description").and_then(|text| Some(text.split("\n\n").next()?.trim().to_owned())),
            definition: Some(Definition { format }),
            ..Facts::default()
        })
    }
}

/// Returns the format of a definition, recognised by its beginning; `None` for other files.
fn format(name: &str, text: &str) -> Option<&'static str> {
    let text = &text[..text.floor_char_boundary(BEGINNING)];
    let of_key = |key: &str| KEYS.iter().find(|(known, _)| *known == key).map(|(_, format)| *format);
    if name.ends_with(".json") || text.trim_start().starts_with('{') {
        return outer_keys(text).find_map(of_key);
    }
    text.lines().find_map(|line| {
        let (key, _) = line.split_once(':')?;
        of_key(key.trim_end().trim_matches(['"', '\'']))
    })
}

/// Returns the keys of a JSON object whose values are texts, as far as one pass finds them.
fn outer_keys(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut at, bytes) = (0_usize, 0, text.as_bytes());
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let start = at + 1;
                    let end = end_of_string(bytes, start);
                    at = end + 1;
                    let rest = text.get(at..)?.trim_start();
                    let is_text = rest.strip_prefix(':').is_some_and(|rest| rest.trim_start().starts_with('"'));
                    if depth == 1 && is_text {
                        return text.get(start..end);
                    }
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        None
    })
}

/// Returns where a JSON string that begins at `at` ends, before its quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn a_definition_is_known_by_its_first_keys() {
        assert_eq!(format("a.yaml", "# x\nopenapi: 3.1.0\n"), Some("openapi"));
        assert_eq!(format("a.yml", "\"swagger\": \"2.0\"\n"), Some("openapi"));
        assert_eq!(format("a.yml", "info: {}\nasyncapi: 3.0.0\n"), Some("asyncapi"));
        assert_eq!(format("a.json", "{\n \"info\": {\"x\": 1},\n \"openapi\": \"3.0.0\"}"), Some("openapi"));
        assert_eq!(format("package.json", "{\"dependencies\": {\"openapi\": \"1\"}}"), None);
        assert_eq!(format("a.json", "{\"swagger\": {\"a\": 1}}"), None);
        assert_eq!(format("a.yaml", "spec:\n  openapi: x\n"), None);
        assert_eq!(format("a.yaml", ""), None);
        for odd in ["{\"", "{\"openapi", "{\"openapi\"", "{\"a\\", "}}\"openapi\": \"3\"", "{\"x\": \"\\\"\", \"ä"] {
            assert_eq!(format("a.json", odd), None, "{odd}");
        }
    }
}
