//! `fetch:template`: renders a folder.

use serde_json::Value as Json;

use super::glob::Globs;
use super::{Done, Work, failed, flag, needed, text};
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::language::{self, Host, Options, Record, Value};
use crate::scaffold::source;
use crate::scaffold::tree::{Entry, PLAIN, joined};

/// How the texts of a skeleton are rendered.
pub(super) struct Renderer<'a> {
    options: Options,
    context: Record,
    host: Host<'a>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(input: &Json, hosts: &'a [(String, String)]) -> Self {
        let cookiecutter = flag(input, "cookiecutterCompat");
        let name = if cookiecutter { "cookiecutter" } else { "values" };
        let values = input.get("values").map_or(Value::Undefined, Value::from_json);
        Self {
            options: Options {
                cookiecutter,
                trim_blocks: flag(input, "trimBlocks"),
                lstrip_blocks: flag(input, "lstripBlocks"),
            },
            context: Record::new([(name.into(), values)]),
            host: Host { hosts, status: None },
        }
    }

    /// Renders a text; `file` is where it is.
    pub(super) fn render(&self, source: &str, file: &str) -> Result<String, StepError> {
        language::render(source, &self.context, self.options, &self.host)
            .map_err(|failure| StepError::rendering(&failure, file, source))
    }

    /// Renders the path of a file.
    fn render_path(&self, path: &str, file: &str) -> Result<String, StepError> {
        language::render(path, &self.context, self.options, &self.host).map_err(|failure| {
            let mut error = StepError::rendering(&failure, file, path);
            error.message = format!("in the name of the file: {}", error.message);
            error.place = None;
            error
        })
    }
}

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let target = work.tree.resolve(text(input, "targetPath").unwrap_or("./"))?;
    let copied = input.get("copyWithoutTemplating").filter(|value| !value.is_null());
    let extension = match input.get("templateFileExtension") {
        Some(Json::Bool(true)) => Some(".njk".to_owned()),
        Some(Json::String(text)) if !text.is_empty() => Some(format!(".{}", text.strip_prefix('.').unwrap_or(text))),
        _ => None,
    };
    if extension.is_some() && (copied.is_some() || flag(input, "cookiecutterCompat")) {
        return Err(StepError::new(
            Code::ActionInput,
            "`templateFileExtension` cannot be used with `copyWithoutTemplating` or `cookiecutterCompat`",
        ));
    }
    let url = needed(input, "url")?;
    let path = source::locate(work.source, work.template.folder(), url)?;
    let entries = source::folder(work.source, &path, url)?;
    let patterns: Vec<&str> = copied.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    let globs = Globs::new(&patterns)?;
    let renderer = Renderer::new(input, work.hosts);
    let replace = flag(input, "replace");
    work.say(format!("Processing {} template files/directories with input values", entries.len()));
    for (below, entry) in entries {
        let is_folder = matches!(entry, Entry::Folder);
        let file = if path.is_empty() { below.clone() } else { format!("{path}/{below}") };
        let mut name = if is_folder { format!("{below}/") } else { below.clone() };
        let mut renders = !globs.matches(&below);
        if let Some(extension) = &extension {
            let own_name = below.rsplit('/').next().unwrap_or_default();
            renders = !is_folder && own_name.len() > extension.len() && own_extension(own_name) == extension;
            if renders {
                name.truncate(name.len() - extension.len());
            }
        }
        let name = renderer.render_path(&name, &file)?;
        if name.is_empty() || name.starts_with('/') || name.contains("//") {
            continue;
        }
        let inside = joined("", &name).ok_or_else(|| StepError {
            file: Some(file.clone()),
            ..StepError::new(Code::PathEscape, format!("its name becomes `{name}`, which leads out of the target"))
        })?;
        let place = if target.is_empty() { inside } else { format!("{target}/{inside}") };
        let place = work.tree.resolve(&place)?;
        let is_there = work.tree.get(&place).is_some();
        if is_there && !replace {
            continue;
        }
        match entry {
            Entry::Folder => work.tree.make_folder(&place)?,
            Entry::Link(_) => work.tree.put(&place, entry)?,
            Entry::File { bytes, mode } if is_binary(&bytes) => {
                work.tree.write(&place, bytes, Some(mode))?;
            }
            Entry::File { bytes, mode } => {
                let mode = if is_there { None } else { Some(mode) };
                if name.ends_with('/') {
                    // The name of the file itself came out empty: what is left is a folder.
                    return Err(failed(format!("`{file}`: its name becomes `{name}`, which is a folder")));
                }
                let bytes = match (String::from_utf8_lossy(&bytes), renders) {
                    (text, true) => renderer.render(&text, &file)?.into_bytes().into(),
                    (std::borrow::Cow::Borrowed(_), false) => bytes.clone(),
                    (text, false) => text.into_owned().into_bytes().into(),
                };
                work.tree.write(&place, bytes, mode.or(if is_there { None } else { Some(PLAIN) }))?;
            }
        }
    }
    Ok(())
}

/// Returns the extension of a name with its dot; a name that only begins with one has none.
fn own_extension(name: &str) -> &str {
    match name.rfind('.') {
        Some(at) if at > 0 => &name[at..],
        _ => "",
    }
}

/// Returns whether a file is no text: it has a NUL, is a PDF, or many of its first bytes are neither text nor UTF-8.
fn is_binary(bytes: &[u8]) -> bool {
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    if starts(&[0xef, 0xbb, 0xbf])
        || starts(&[0, 0, 0xfe, 0xff])
        || starts(&[0xff, 0xfe, 0, 0])
        || starts(&[0x84, 0x31, 0x95, 0x33])
    {
        return false;
    }
    if starts(b"%PDF-") {
        return true;
    }
    if starts(&[0xfe, 0xff]) || starts(&[0xff, 0xfe]) {
        return false;
    }
    let total = bytes.len().min(515);
    let seen = total.min(512);
    let follows = |at: usize| at < total && (0x80..=0xbf).contains(&bytes[at]);
    let mut suspicious = 0;
    let mut at = 0;
    while at < seen {
        let byte = bytes[at];
        if byte == 0 {
            return true;
        }
        if !(7..=14).contains(&byte) && !(32..=127).contains(&byte) {
            let (length, fits) = match byte {
                0xc0..=0xdf if at + 1 < total => (1, follows(at + 1)),
                0xe0..=0xef if at + 2 < total => (2, follows(at + 1) && follows(at + 2)),
                0xf0..=0xf7 if at + 3 < total => (3, follows(at + 1) && follows(at + 2) && follows(at + 3)),
                _ => (0, false),
            };
            if fits {
                at += length + 1;
                continue;
            }
            at += usize::from(length > 0);
            suspicious += 1;
            if at >= 32 && suspicious * 100 / seen > 10 {
                return true;
            }
        }
        at += 1;
    }
    seen > 0 && suspicious * 100 > 10 * seen
}
