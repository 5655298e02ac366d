//! Paths of documents and what follows from them: the address, the name, and which other path was meant.

/// The endings of documents, as MkDocs has them.
const ENDINGS: &[&str] = &[".md", ".markdown", ".mdown", ".mkdn", ".mkd"];

/// Joins a path below the folder of documents; `None` if it leaves that folder.
pub(super) fn normal(folder: &str, path: &str) -> Option<String> {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    let floor = names.len();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.len() > floor => _ = names.pop(),
            ".." => return None,
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Returns the path of the address of a document: without its ending, and the folder itself for its index.
pub(super) fn page_path(source: &str) -> Option<String> {
    let stem = stem(source)?;
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    Some(if is_index(name) { folder.to_owned() } else { stem.to_owned() })
}

/// Returns the path of a document without its ending; `None` if it is none.
pub(super) fn stem(source: &str) -> Option<&str> {
    ENDINGS
        .iter()
        .find_map(|ending| source.strip_suffix(ending))
        .filter(|stem| !stem.is_empty() && !stem.ends_with('/'))
}

/// Returns whether a document of this name without ending is the page of its folder.
pub(super) fn is_index(name: &str) -> bool {
    matches!(name, "index" | "README")
}

/// Returns the file of the page at a path.
pub(super) fn page_file(path: &str) -> String {
    if path.is_empty() { "index.html".to_owned() } else { format!("{path}/index.html") }
}

/// Makes a name readable: hyphens and underscores as spaces, the first character in upper case.
pub(super) fn humanise(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if words.to_lowercase() == words => first.to_uppercase().chain(letters).collect(),
        _ => words,
    }
}

/// Finds the path most like `path`; one that differs only in its numbers is another document, not a misspelling, and so is
/// one whose last part is quite another name.
pub(super) fn nearest_path<'a>(path: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let bare = |path: &str| path.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let wanted = bare(path);
    let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    let own = name(path);
    crate::text::nearest_where(path, candidates, |candidate| {
        (path.len() == wanted.len() || bare(candidate) != wanted)
            && crate::text::nearest(&own, [&*name(candidate)]).is_some()
    })
}
