//! Packs as they should be, and packs by people who mean ill.

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::*;

/// Makes an archive of entries as they are, whatever their names and types.
fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (name, kind, bytes) in entries {
        let mut header = Header::new_gnu();
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Makes a pack of files that its manifest lists as they are, and of other entries.
fn pack(files: &[(&str, &str)], others: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut manifest = Manifest {
        format: 1,
        repository: RepositoryFacts { slug: "acme/web".to_owned(), ..RepositoryFacts::default() },
        ..Manifest::default()
    };
    for (path, text) in files {
        let facts = FileFacts { sha256: digest(text.as_bytes()), size: text.len() as u64, ..FileFacts::default() };
        manifest.files.insert((*path).to_owned(), facts);
    }
    let json = serde_json::to_vec(&manifest).unwrap();
    let names: Vec<String> = files.iter().map(|(path, _)| format!("files/{path}")).collect();
    let mut entries: Vec<(&str, EntryType, &[u8])> = vec![(MANIFEST, EntryType::Regular, &json)];
    entries.extend(names.iter().zip(files).map(|(name, (_, text))| (&**name, EntryType::Regular, text.as_bytes())));
    entries.extend_from_slice(others);
    gzip(&archive(&entries))
}

fn content(files: &[(&str, &str)]) -> Content {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().into()));
    Content { files: files.collect(), before: BTreeMap::new() }
}

fn manifest(slug: &str) -> Manifest {
    let repository = RepositoryFacts { slug: slug.to_owned(), ..RepositoryFacts::default() };
    Manifest { format: FORMAT, repository, ..Manifest::default() }
}

#[track_caller]
fn refused(packed: &[u8], expect: &str) {
    let fault = read(packed, &Bounds::default()).expect_err(expect).to_string();
    assert!(fault.contains(expect), "{fault}");
}

#[test]
fn what_is_written_is_read() {
    let mut content = content(&[("catalog-info.yaml", "kind: Component"), ("docs/a/index.md", "# Now\n")]);
    content.before.insert("docs/a/index.md".to_owned(), "# Then\n".to_owned());
    let long = format!("docs/{}/x.md", "long/".repeat(40) + "name");
    content.files.insert(long.clone(), b"deep".as_slice().into());
    let mut wanted = manifest("acme/web");
    wanted.names.push("src/main.rs".to_owned());
    wanted.links.insert("docs/readme.md".to_owned(), Link { target: "../README.md".to_owned(), ..Link::default() });
    let bytes = write(wanted.clone(), &content).unwrap();
    assert_eq!(bytes, write(wanted, &content).unwrap());
    let pack = read(&bytes, &Bounds::default()).unwrap();
    assert_eq!((pack.digest(), &*pack.manifest().repository.slug), (&*digest(&bytes), "acme/web"));
    assert_eq!(pack.before("docs/a/index.md"), Some(&b"# Then\n"[..]));
    let find = |path: &str, follow| pack.find(&path.split('/').collect::<Vec<_>>(), follow);
    let file = |path: &str| match find(path, true) {
        Ok(Found::Inside(_, Entry::File(bytes, _))) => String::from_utf8(bytes.to_vec()).unwrap(),
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!([file("docs/a/index.md"), file(&long)], ["# Now\n", "deep"]);
    assert_eq!(find("src/main.rs", true), Ok(Found::Inside(vec!["src", "main.rs"], Entry::Named)));
    assert_eq!(find("src/other.rs", true), Err(NotFound::Missing));
    assert_eq!(find("src/main.rs/x", true), Err(NotFound::NoFolder));
    assert_eq!(find("docs/readme.md", true), Err(NotFound::Missing), "the pack has none");
    let names: Vec<&str> = pack.list(&[]).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["catalog-info.yaml", "docs", "src"]);
}

#[test]
fn links_are_followed_within_the_pack_alone() {
    let mut wanted = manifest("web");
    let links = [
        ("docs/index.md", "../README.md"),
        ("pages", "docs"),
        ("out", "../../etc/passwd"),
        ("docs/out", "../.."),
        ("a", "b"),
        ("b", "a"),
        ("again", "./again/again"),
    ];
    for (path, target) in links {
        wanted.links.insert(path.to_owned(), Link { target: target.to_owned(), ..Link::default() });
    }
    let bytes = write(wanted, &content(&[("README.md", "hello"), ("docs/x.md", "x")])).unwrap();
    let pack = read(&bytes, &Bounds::default()).unwrap();
    let find = |path: &str| pack.find(&path.split('/').collect::<Vec<_>>(), true);
    assert_eq!(find("pages/index.md"), Ok(Found::Inside(vec!["README.md"], Entry::File(b"hello", false))));
    assert_eq!(find("out"), Ok(Found::Outside));
    assert_eq!(find("pages/out"), Ok(Found::Outside));
    assert_eq!(find("a"), Err(NotFound::TooManyLinks));
    assert_eq!(find("again"), Err(NotFound::TooManyLinks));
    let link = pack.find(&["pages"], false);
    assert_eq!(link, Ok(Found::Inside(vec!["pages"], Entry::Link("docs"))));
}

#[test]
fn paths_out_of_the_repository_are_refused() {
    let file = |path: &str| pack(&[("a.md", "a"), (path, "b")], &[]);
    refused(&file("../x"), "leads out of the repository");
    refused(&file("docs/../../x"), "leads out of the repository");
    refused(&file("/etc/passwd"), "has an absolute path");
    refused(&file("docs//x"), "not plain");
    refused(&file("docs/./x"), "not plain");
    refused(&file(".git/config"), "folder of git");
    refused(&file("docs/.GIT/hooks/x"), "folder of git");
    refused(&file("a\\b"), "no folder can hold");
    refused(&file("a\nb"), "no folder can hold");
    refused(&file(&"d/".repeat(45)), "not plain");
    refused(&pack(&[], &[("other/x", EntryType::Regular, b"")]), "is none that a pack has");
    refused(&pack(&[], &[("../x", EntryType::Regular, b"")]), "leads out of the repository");
    refused(&pack(&[], &[("files/\u{fffd}", EntryType::Regular, b"")]), "is not in its manifest");
    assert!(path_fault(&"d/".repeat(120)).is_some() && path_fault(&"x".repeat(256)).is_some());
}

#[test]
fn what_is_no_file_is_refused() {
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNUSparse,
        EntryType::Continuous,
    ] {
        refused(&pack(&[], &[("files/x", kind, b"")]), "");
        let fault = read(&pack(&[], &[("files/x", kind, b"")]), &Bounds::default()).unwrap_err();
        assert!(matches!(fault, Fault::NoFile { .. } | Fault::Damaged(_)), "{kind:?}: {fault}");
    }
}

#[test]
fn duplicates_are_refused_also_by_case() {
    refused(&pack(&[("a.md", "a"), ("A.md", "b")], &[]), "twice");
    refused(&pack(&[("a", "a"), ("a/b", "b")], &[]), "twice");
    refused(&pack(&[("a.md", "a")], &[("files/a.md", EntryType::Regular, b"a")]), "twice");
    let mut wanted = manifest("web");
    wanted.links.insert("A.md".to_owned(), Link { target: "b".to_owned(), ..Link::default() });
    refused(&write(wanted, &content(&[("a.md", "a")])).unwrap(), "twice");
    let mut wanted = manifest("web");
    wanted.names.push("a.md/b".to_owned());
    refused(&write(wanted, &content(&[("a.md", "a")])).unwrap(), "twice");
}

#[test]
fn bombs_stop_at_the_bound() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000);
    refused(&bomb, "it expands to more than the");
    let bounds = Bounds { expanded: 1 << 20, ratio: 1 << 30, ..Bounds::default() };
    assert_eq!(read(&bomb, &bounds).unwrap_err(), Fault::Expands { limit: 1 << 20 });
    let bounds = Bounds { packed: 10, ..Bounds::default() };
    assert_eq!(read(&[0; 11], &bounds).unwrap_err(), Fault::TooLarge { size: 11, limit: 10 });
    let many: Vec<(String, String)> = (0..40).map(|at| (format!("{at}.md"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (&**path, &**text)).collect();
    let bounds = Bounds { entries: 39, ..Bounds::default() };
    assert_eq!(read(&pack(&many, &[]), &bounds).unwrap_err(), Fault::TooMany { limit: 39 });
    let mut wanted = manifest("web");
    wanted.names = (0..40).map(|at| at.to_string()).collect();
    let bounds = Bounds { names: 39, ..Bounds::default() };
    let bytes = write(wanted, &Content::default()).unwrap();
    assert_eq!(read(&bytes, &bounds).unwrap_err(), Fault::TooMany { limit: 39 });
    let mut deep = manifest("web");
    deep.names = (0..1_200).map(|at| format!("{at}/{}x", "a/".repeat(90))).collect();
    refused(&write(deep, &Content::default()).unwrap(), "it has more than 100000 files or folders");
}

#[test]
fn damage_anywhere_is_noticed() {
    let whole = pack(&[("a.md", "some text\n"), ("b.md", "other text\n")], &[]);
    assert!(read(&whole, &Bounds::default()).is_ok());
    for end in 0..whole.len() {
        assert!(read(&whole[..end], &Bounds::default()).is_err(), "cut off at {end}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        // Time, system and flags in the head of gzip change nothing.
        assert!(read(&damaged, &Bounds::default()).is_err() || at < 10, "changed at {at}");
    }
    refused(&[whole.clone(), whole].concat(), "something follows its end");
    refused(b"", "no pack");
    refused(b"PK\x03\x04", "no pack");
}

#[test]
fn the_manifest_decides_what_is_there() {
    let json = serde_json::to_vec(&manifest("web")).unwrap();
    refused(&gzip(&archive(&[])), "there is none");
    refused(&gzip(&archive(&[("files/a", EntryType::Regular, b"")])), "first entry is not `playbill-pack.json`");
    let of = |json: &[u8]| gzip(&archive(&[(MANIFEST, EntryType::Regular, json)]));
    assert!(read(&of(&json), &Bounds::default()).is_ok());
    refused(&of(b"{}"), "missing field `format`");
    refused(&of(b"{\"format\": 0}"), "its format is 0");
    refused(&of(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat()), "manifest cannot be used");
    let newer = read(&of(b"{\"format\": 2, \"repository\": {\"slug\": \"a/b\"}, \"files\": 7}"), &Bounds::default());
    assert_eq!(newer.unwrap_err(), Fault::Newer { format: 2, slug: Some("a/b".to_owned()) });
    for slug in ["", "..", "a/../b", "/a", "a//b", "a/.git", "c:\\x", "a:b"] {
        refused(&of(&serde_json::to_vec(&manifest(slug)).unwrap()), "`repository.slug` is no name");
    }
    let mut wanted = manifest("web");
    wanted.files.insert("a.md".to_owned(), FileFacts::default());
    refused(&of(&serde_json::to_vec(&wanted).unwrap()), "`a.md` is missing");
    let mut wanted = manifest("web");
    wanted.files.insert("a.md".to_owned(), FileFacts { size: 1, sha256: digest(b"a"), ..FileFacts::default() });
    let json = serde_json::to_vec(&wanted).unwrap();
    let of = |text: &[u8]| {
        gzip(&archive(&[(MANIFEST, EntryType::Regular, &json), ("files/a.md", EntryType::Regular, text)]))
    };
    assert!(read(&of(b"a"), &Bounds::default()).is_ok());
    refused(&of(b"b"), "`a.md` is not as its manifest says");
}

#[test]
fn no_change_of_an_archive_makes_the_reader_panic_or_leads_out() {
    let mut content = content(&[("a.md", "text"), ("docs/b.md", "more text")]);
    content.before.insert("a.md".to_owned(), "earlier".to_owned());
    content.files.insert(format!("{}c.md", "long/".repeat(30)), b"c".as_slice().into());
    let mut wanted = manifest("acme/web");
    wanted.links.insert("docs/l.md".to_owned(), Link { target: "../a.md".to_owned(), ..Link::default() });
    wanted.names.push("src/main.rs".to_owned());
    let packed = write(wanted, &content).unwrap();
    let mut whole = Vec::new();
    std::io::Read::read_to_end(&mut flate2::bufread::GzDecoder::new(&*packed), &mut whole).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for _ in 0..1500 {
        let mut changed = whole.clone();
        for _ in 0..=random(3) {
            let at = random(changed.len());
            match random(5) {
                0 => changed[at] = b'.',
                1 => changed[at] = b'/',
                2 => changed.truncate(at.max(1)),
                3 => changed[at] = u8::try_from(random(256)).unwrap(),
                _ => {
                    let block = at / 512 * 512;
                    let copy = changed[block..(block + 512).min(changed.len())].to_vec();
                    changed.splice(block..block, copy);
                }
            }
        }
        // A checksum that is wrong is found by the crate; what is behind it is of interest here.
        for block in changed.chunks_exact_mut(512).filter(|block| &block[257..262] == b"ustar") {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::fast());
        encoder.write_all(&changed).unwrap();
        if let Ok(pack) = read(&encoder.finish().unwrap(), &Bounds::default()) {
            for (name, _) in pack.list(&[]).unwrap() {
                assert!(path_fault(name).is_none());
            }
        }
    }
}
