//! What follows from all records of a folder together: who supersedes whom, and what does not fit.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::record::{self, How, Relation, Said, Target};
use super::{Context, Goal, Record};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::markdown::{DocLink, LinkKind, Resolved, commonmark};
use crate::text::{FileId, Span};

/// A record with what it names.
struct Read {
    record: Record,
    said: Said,
    /// Every link of the text.
    links: Vec<DocLink>,
    problems: Diagnostics,
}

/// Reads the records of a folder, given by file and path below it. Returns them, the pictures in them, and what is wrong.
pub(super) fn folder(
    context: &Context<'_>,
    files: &[(FileId, String)],
) -> (Vec<Record>, Vec<(FileId, String)>, Diagnostics) {
    use rayon::prelude::*;
    let mut read: Vec<Read> = files.par_iter().map(|(file, path)| read(context, *file, path)).collect();
    let mut problems: Diagnostics = read.iter_mut().flat_map(|one| std::mem::take(&mut one.problems)).collect();
    let pictures = resolve_links(context, &mut read, &mut problems);
    let index = Index::of(&read);
    index.report_duplicates(&read, &mut problems);
    let edges: Vec<Vec<(How, usize, Range<usize>)>> =
        (0..read.len()).map(|at| edges(context, &index, &read, at, &mut problems)).collect();
    let mut records: Vec<Record> = read.into_iter().map(|one| one.record).collect();
    join(&mut records, &edges, &mut problems);
    (records, pictures, problems)
}

fn read(context: &Context<'_>, file: FileId, path: &str) -> Read {
    let workspace = context.workspace;
    let mut problems = Vec::new();
    let limit = workspace.config().limits.document;
    let text = match workspace.text(file, limit) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string()));
            "".into()
        }
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut said = record::read(&workspace.config().adr, file, name, &text, &mut problems);
    // The title is in the head of the page.
    let (before, after) = match &said.heading {
        Some(heading) => (&text[said.body..heading.start], &text[heading.end..]),
        None => (text.get(said.body..).unwrap_or_default(), ""),
    };
    let shown = format!("{before}{after}");
    let (moved_from, moved_by) = (before.len(), said.heading.as_ref().map_or(0, ExactSizeIterator::len));
    let doc = commonmark::render(&shown, &|_| Resolved::default());
    let to_file = |at: usize| at + said.body + if at >= moved_from { moved_by } else { 0 };
    let links =
        doc.links.into_iter().map(|link| DocLink { span: to_file(link.span.start)..to_file(link.span.end), ..link });
    let links = links.collect();
    let take = std::mem::take::<Vec<String>>;
    let record = Record {
        file,
        path: workspace.path(file),
        id: path.strip_suffix(".md").unwrap_or(path).to_owned(),
        number: said.number,
        title: said.title.clone(),
        status: said.status.clone(),
        status_text: said.status_text.clone(),
        date: said.date.clone(),
        deciders: take(&mut said.deciders),
        consulted: take(&mut said.consulted),
        informed: take(&mut said.informed),
        tags: take(&mut said.tags),
        supersedes: Vec::new(),
        superseded_by: Vec::new(),
        links: Vec::new(),
        text: shown,
        headings: doc.headings,
        sections: doc.sections,
        edit: workspace.source_urls(file).map(|urls| urls.edit),
        document: context.pages.get(&file).copied(),
        goals: HashMap::new(),
    };
    Read { record, said, links, problems }
}

/// Finds out where the links of all records lead; returns the pictures.
fn resolve_links(context: &Context<'_>, read: &mut [Read], problems: &mut Diagnostics) -> Vec<(FileId, String)> {
    let mut pictures: Vec<(FileId, String)> = Vec::new();
    let mut places: HashMap<FileId, usize> = HashMap::new();
    for one in read {
        let file = one.record.file;
        for link in &one.links {
            let goal = context.goal(file, link).unwrap_or_else(|picture| {
                Goal::Picture(*places.entry(picture).or_insert_with(|| {
                    let path = context.workspace.path(picture);
                    pictures.push((picture, path.rsplit('/').next().unwrap_or_default().to_owned()));
                    pictures.len() - 1
                }))
            });
            // What HTML says is not Markdown, and may be an example.
            let is_markdown = matches!(link.kind, LinkKind::Link | LinkKind::Image);
            if goal == Goal::Nowhere && is_markdown {
                let span = Span::new(file, link.span.start, link.span.end);
                let message = format!("the {} `{}` leads nowhere", link.what(), link.target);
                let help = "write the path relative to this file, such as `0003-use-postgresql.md`";
                problems.push(Diagnostic::new(codes::BROKEN_LINK, span, message).help(help));
            }
            one.record.goals.insert(link.target.clone(), goal);
        }
    }
    pictures
}

/// The records of a folder by what they are named by.
struct Index {
    by_file: HashMap<FileId, usize>,
    by_number: BTreeMap<u32, Vec<usize>>,
    by_name: HashMap<String, usize>,
}

impl Index {
    fn of(read: &[Read]) -> Self {
        let mut index = Self { by_file: HashMap::new(), by_number: BTreeMap::new(), by_name: HashMap::new() };
        for (at, one) in read.iter().enumerate() {
            index.by_file.insert(one.record.file, at);
            if let Some(number) = one.record.number {
                index.by_number.entry(number).or_default().push(at);
            }
            let name = one.record.id.rsplit('/').next().unwrap_or_default().to_lowercase();
            index.by_name.entry(name).or_insert(at);
            index.by_name.insert(one.record.id.to_lowercase(), at);
        }
        index
    }

    /// Finds a record by its number: in the same folder first; of several, the one that says it is superseded.
    fn number(&self, read: &[Read], from: usize, number: u32) -> Option<usize> {
        let all = self.by_number.get(&number)?;
        let group = read[from].record.group();
        let beside: Vec<usize> = all.iter().copied().filter(|at| read[*at].record.group() == group).collect();
        match if beside.is_empty() { all } else { &beside }.as_slice() {
            [one] => Some(*one),
            several => {
                let is_superseded = |at: &&usize| read[**at].said.status.as_deref() == Some("superseded");
                let mut superseded = several.iter().filter(|at| **at != from).filter(is_superseded);
                let first = superseded.next().copied();
                first.filter(|_| superseded.next().is_none())
            }
        }
    }

    fn report_duplicates(&self, read: &[Read], problems: &mut Diagnostics) {
        for (number, all) in &self.by_number {
            for (nth, at) in all.iter().enumerate() {
                let record = &read[*at].record;
                let first = all[..nth].iter().find(|other| read[**other].record.group() == record.group());
                if let Some(first) = first {
                    let message = format!("two decision records have the number {number}");
                    problems.push(
                        Diagnostic::new(codes::DUPLICATE_ADR_NUMBER, Span::whole(record.file), message)
                            .also(Span::whole(read[*first].record.file), "the other one")
                            .help("rename the file of one of them to the next free number"),
                    );
                }
            }
        }
    }
}

/// Finds the records that one names; what is not there is reported.
fn edges(
    context: &Context<'_>,
    index: &Index,
    read: &[Read],
    from: usize,
    problems: &mut Diagnostics,
) -> Vec<(How, usize, Range<usize>)> {
    let one = &read[from];
    let file = one.record.file;
    let mut found: Vec<(How, usize, Range<usize>)> = Vec::new();
    let mut missing = |name: &str, span: &Range<usize>| {
        let span = Span::new(file, span.start, span.end);
        let message = format!("there is no decision record `{name}` in this folder");
        let help = "name a record by its number, such as `ADR-0003`, or by a link to its file";
        problems.push(Diagnostic::new(codes::BROKEN_LINK, span, message).help(help));
    };
    for Relation { how, target, span } in &one.said.relations {
        let to = match target {
            Target::Link(target) => {
                let link = DocLink { target: target.clone(), span: 0..0, kind: LinkKind::Link };
                let goal = one.record.goals.get(target).cloned();
                let is_in_text = goal.is_some();
                match goal.map_or_else(|| context.goal(file, &link), Ok) {
                    Ok(Goal::Record(to, _)) => index.by_file.get(&to).copied(),
                    Ok(Goal::Nowhere) if !is_in_text => {
                        missing(target, span);
                        None
                    }
                    _ => None,
                }
            }
            Target::Number(number) => {
                let to = index.number(read, from, *number);
                if to.is_none() && !index.by_number.contains_key(number) {
                    missing(&format!("ADR-{number:04}"), span);
                }
                to
            }
            Target::Name(name) => {
                let bare = name.rsplit('/').next().unwrap_or(name).to_lowercase();
                let bare = bare.strip_suffix(".md").unwrap_or(&bare);
                let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
                let number = || bare.get(..digits)?.parse().ok().and_then(|number| index.number(read, from, number));
                let to = index.by_name.get(bare).copied().or_else(number);
                if to.is_none() {
                    missing(name, span);
                }
                to
            }
        };
        if let Some(to) = to.filter(|to| *to != from) {
            found.push((how.clone(), to, span.clone()));
        }
    }
    // Every other link to a record mentions it.
    for link in &one.links {
        if let Some(Goal::Record(to, _)) = one.record.goals.get(&link.target)
            && let Some(to) = index.by_file.get(to).copied().filter(|to| *to != from)
            && !found.iter().any(|(_, known, _)| *known == to)
        {
            found.push((How::Other("mentions".to_owned()), to, link.span.clone()));
        }
    }
    found
}

/// Writes relations into the records, from both sides, and reports what contradicts.
fn join(records: &mut [Record], edges: &[Vec<(How, usize, Range<usize>)>], problems: &mut Diagnostics) {
    for (from, of) in edges.iter().enumerate() {
        for (how, to, span) in of {
            match how {
                How::Supersedes => {
                    let says = edges[*to].iter().any(|(how, back, _)| *how == How::SupersededBy && *back == from);
                    if !says && records[*to].status.as_deref() != Some("superseded") {
                        let (old, new) = (&records[*to], &records[from]);
                        let message = format!("this record does not say that `{}` supersedes it", new.id);
                        let name = new.path.rsplit('/').next().unwrap_or_default();
                        problems.push(
                            Diagnostic::new(codes::SUPERSEDED_NOT_SAID, Span::whole(old.file), message)
                                .also(Span::new(new.file, span.start, span.end), "said here")
                                .help(format!("set its status to `superseded by [{}]({name})`", new.id)),
                        );
                    }
                    records[from].supersedes.push(*to);
                    records[*to].superseded_by.push(from);
                }
                How::SupersededBy => {
                    records[from].superseded_by.push(*to);
                    records[*to].supersedes.push(from);
                }
                How::Other(words) => {
                    let link = (words.clone(), *to);
                    if !records[from].links.contains(&link) {
                        records[from].links.push(link);
                    }
                }
            }
        }
    }
    for record in records.iter_mut() {
        for side in [&mut record.supersedes, &mut record.superseded_by] {
            side.sort_unstable();
            side.dedup();
        }
        if !record.superseded_by.is_empty() {
            record.status = Some("superseded".to_owned());
        }
        // A relation that is stated in words does not also count as a mention.
        let related = |to: &usize| record.supersedes.contains(to) || record.superseded_by.contains(to);
        record.links.retain(|(words, to)| words != "mentions" || !related(to));
    }
    report_cycles(records, problems);
}

/// Reports records that supersede each other in a cycle, once per cycle.
fn report_cycles(records: &[Record], problems: &mut Diagnostics) {
    // Removes records that lead to the end of a chain; those that remain are in cycles.
    let mut left: Vec<usize> = records.iter().map(|record| record.superseded_by.len()).collect();
    let mut open: Vec<usize> = (0..records.len()).filter(|at| left[*at] == 0).collect();
    while let Some(at) = open.pop() {
        for old in &records[at].supersedes {
            left[*old] = left[*old].saturating_sub(1);
            if left[*old] == 0 {
                open.push(*old);
            }
        }
    }
    let mut seen = vec![false; records.len()];
    for start in 0..records.len() {
        let (mut at, mut way) = (start, Vec::new());
        while left[at] > 0 && !seen[at] {
            seen[at] = true;
            way.push(at);
            match records[at].superseded_by.iter().find(|next| left[**next] > 0) {
                Some(next) => at = *next,
                None => break,
            }
        }
        if let Some(from) = way.iter().position(|known| *known == at).filter(|_| !way.is_empty() && left[at] > 0) {
            let names: Vec<String> = way[from..].iter().map(|at| format!("`{}`", records[*at].id)).collect();
            let message = format!("decision records supersede each other in a circle: {}", names.join(", "));
            let problem = Diagnostic::new(codes::ADR_CYCLE, Span::whole(records[at].file), message);
            problems.push(problem.help("remove the relation that is wrong"));
        }
    }
}
