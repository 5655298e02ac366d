//! The folder of snapshots: which answers there are, and what the log says of each.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::time;

/// The name of the log.
pub(crate) const LOG: &str = "fetched.tsv";
/// The key of answers that hold many keys.
pub(crate) const ALL: &str = "_all";

/// What the log says of one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logged {
    /// The status of the last line.
    pub(crate) status: String,
    /// Its time.
    pub(crate) time: Option<i64>,
    /// Its message.
    pub(crate) message: Option<String>,
    /// The time of the last good line; `None` if there is none.
    pub(crate) good: Option<Option<i64>>,
}

/// Returns whether a status is that of a good answer.
pub(crate) fn is_good(status: &str) -> bool {
    match status.strip_prefix("exit:") {
        Some(code) => code == "0",
        None => {
            status.len() == 3
                && (status.starts_with('2') || status == "304")
                && status.bytes().all(|b| b.is_ascii_digit())
        }
    }
}

/// Adds the lines of a log that is in a folder; returns whether any line could not be read.
pub(crate) fn read_log(folder: &str, text: &str, log: &mut HashMap<String, Logged>) -> bool {
    let mut is_odd = false;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let mut cells = line.splitn(4, '\t');
        let (Some(path), Some(status), Some(at)) = (cells.next(), cells.next(), cells.next()) else {
            is_odd = true;
            continue;
        };
        let path = path.trim().trim_start_matches("./");
        if path.is_empty() || path.starts_with('/') || path.split('/').any(|name| name == "..") {
            is_odd = true;
            continue;
        }
        let path = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let entry = log.entry(path).or_default();
        status.trim().clone_into(&mut entry.status);
        entry.time = time::parse(at);
        entry.message = cells.next().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        if is_good(&entry.status) {
            entry.good = Some(entry.time);
        }
    }
    is_odd
}

/// One file of a part, or what the log says of one that is not there.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// What is between the part and the ending, such as `2` or `eslint`.
    pub(crate) variant: String,
    /// Which file; `None` if only the log knows it.
    pub(crate) file: Option<usize>,
    /// The path below the folder.
    pub(crate) path: String,
}

/// The files of one key, by part.
pub(crate) type Parts = BTreeMap<String, Vec<Stored>>;
/// The keys of one instance.
pub(crate) type Keys = BTreeMap<String, Parts>;

/// Every answer, by source, instance and key.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) sources: BTreeMap<String, BTreeMap<String, Keys>>,
    /// Envelopes: one file of all keys, by source.
    pub(crate) envelopes: BTreeMap<String, (usize, String)>,
}

impl Index {
    /// Sorts paths into sources, instances, keys and parts. `paths` are those of files, by their numbers.
    pub(crate) fn of<'a>(
        paths: impl Iterator<Item = (usize, &'a str)>,
        log: &HashMap<String, Logged>,
        sources: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut index = Self::default();
        let mut seen: std::collections::HashSet<&str> = std::collections::HashSet::new();
        for (at, path) in paths {
            seen.insert(path);
            index.add(Some(at), path, sources);
        }
        let mut missing: Vec<&String> = log.keys().filter(|path| !seen.contains(path.as_str())).collect();
        missing.sort_unstable();
        for path in missing {
            index.add(None, path, sources);
        }
        for keys in index.sources.values_mut().flat_map(BTreeMap::values_mut) {
            for files in keys.values_mut().flat_map(BTreeMap::values_mut) {
                // Pages in the order of their numbers: 10 comes after 9.
                files.sort_by(|a, b| {
                    let number = |stored: &Stored| stored.variant.parse::<u64>().unwrap_or(0);
                    (number(a), &a.variant, &a.path).cmp(&(number(b), &b.variant, &b.path))
                });
            }
        }
        index
    }

    fn add(&mut self, file: Option<usize>, path: &str, known: &dyn Fn(&str) -> bool) {
        let Some((source, rest)) = path.split_once('/') else { return };
        let (source, instance) = source.split_once('@').unwrap_or((source, ""));
        if !known(source) {
            return;
        }
        let Some((key, name)) = rest.rsplit_once('/') else {
            if rest.strip_suffix(".json") == Some(source)
                && let Some(file) = file
            {
                self.envelopes.entry(source.to_owned()).or_insert((file, path.to_owned()));
            }
            return;
        };
        // What a script that was stopped has left is no answer.
        let is_left = name.ends_with(".part") || name.ends_with(".words");
        if Path::new(name).extension().is_none() || name.starts_with('.') || name == LOG || is_left {
            return;
        }
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (part, variant) = stem.split_once('.').unwrap_or((stem, ""));
        let key = normal(source, &decoded(key));
        let keys = self.sources.entry(source.to_owned()).or_default().entry(decoded(instance)).or_default();
        let files = keys.entry(key).or_default().entry(part.to_owned()).or_default();
        // Of two folders the first counts, and a file counts more than a line of the log.
        if !files.iter().any(|known| known.path == path) {
            files.push(Stored { variant: variant.to_owned(), file, path: path.to_owned() });
        }
    }
}

/// Returns a key in the form in which it is compared: those of forges without regard to case.
pub(crate) fn normal(source: &str, key: &str) -> String {
    if source.starts_with("github-") || source.starts_with("gitlab-") { key.to_lowercase() } else { key.to_owned() }
}

/// Decodes `%XX`.
pub(crate) fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2))
        {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Returns a key as the folders that hold its answers: what `playbill snapshots script` writes to.
#[must_use]
pub fn encoded(key: &str) -> String {
    use std::fmt::Write as _;

    let mut out = String::with_capacity(key.len());
    for (at, segment) in key.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        if segment.is_empty() {
            // No folder is called nothing.
            out.push_str("%00");
        }
        for (at, byte) in segment.bytes().enumerate() {
            let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || (byte == b'.' && at > 0);
            if is_plain {
                out.push(byte as char);
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_folders_and_come_back() {
        for (key, folders) in [
            ("acme/web", "acme/web"),
            ("acme:web", "acme%3Aweb"),
            ("../x", "%2E./x"),
            (".git", "%2Egit"),
            ("scan 7/ü", "scan%207/%C3%BC"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(encoded(key), folders);
            assert_eq!(decoded(folders), key);
        }
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn the_last_line_of_a_path_counts_and_the_last_good_one_is_known() {
        let mut log = HashMap::new();
        let text = "# log\na/b.json\t200\t2026-11-28T05:00:00Z\r\nshort\ta\n../x\t200\t2026-11-28T05:00:00Z\n\
                    a/b.json\texit:1\t2026-11-29T05:00:00Z\tgh: Not Found\n";
        assert!(read_log("f", text, &mut log));
        let entry = &log["f/a/b.json"];
        assert_eq!((entry.status.as_str(), entry.message.as_deref()), ("exit:1", Some("gh: Not Found")));
        assert_eq!(entry.good.flatten().map(time::iso).as_deref(), Some("2026-11-28T05:00:00Z"));
        assert_eq!(log.len(), 1);
        for (status, good) in [
            ("200", true),
            ("304", true),
            ("404", false),
            ("000", false),
            ("exit:0", true),
            ("exit:1", false),
            ("2xx", false),
        ] {
            assert_eq!(is_good(status), good, "{status}");
        }
    }

    #[test]
    fn paths_are_sources_instances_keys_and_parts() {
        let paths =
            ["s@eu/A%3Ab/c/part.2.json", "s@eu/A%3Ab/c/part.10.json", "own/own.json", "s/loose.json", "other/x/y.json"];
        let mut log = HashMap::new();
        read_log("", "s/gone/part.json\t404\t2026-11-28T05:00:00Z\n", &mut log);
        let index = Index::of(paths.iter().copied().enumerate(), &log, &|source| source != "other");
        let files = &index.sources["s"]["eu"]["A:b/c"]["part"];
        assert_eq!(files.iter().map(|file| file.variant.as_str()).collect::<Vec<_>>(), ["2", "10"]);
        assert!(index.sources["s"][""]["gone"]["part"][0].file.is_none());
        assert_eq!(index.envelopes["own"].0, 2);
        assert!(!index.sources.contains_key("other"));
    }
}
