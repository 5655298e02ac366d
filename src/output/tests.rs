#![expect(clippy::disallowed_methods, reason = "the tests look at what was written")]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;

/// Writes `files` to the folder `site` of `parent`.
fn build(parent: &Path, files: &[(&str, &str)]) -> Result<WriteReport, Error> {
    let sink = create(parent)?;
    for (path, text) in files {
        sink.put(path, text.as_bytes())?;
    }
    sink.finish()
}

fn create(parent: &Path) -> Result<DiskSink, Error> {
    let keep = vec![parent.join("source")];
    DiskSink::create(&Target { folder: parent.join("site"), shown: "site".into(), keep })
}

/// Every file below a folder with its text, the manifest left out.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    fn add(folder: &Path, before: &str, all: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{before}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                add(&entry.path(), &format!("{name}/"), all);
            } else if name != manifest::NAME {
                all.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    add(folder, "", &mut all);
    all
}

#[track_caller]
fn check(parent: &Path, expect: &[(&str, &str)]) {
    let expect: BTreeMap<_, _> = expect.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    assert_eq!(contents(&parent.join("site")), expect);
    let left: Vec<_> = fs::read_dir(parent)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("playbill"))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left beside the site");
}

#[track_caller]
fn usage(result: Result<WriteReport, Error>) -> String {
    match result {
        Err(Error::Usage(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_build_keeps_removes_and_adds() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    let first = build(parent, &[("index.html", "a"), ("old/index.html", "b"), ("same/x.css", "c")]).unwrap();
    assert_eq!(first, WriteReport { written: 3, unchanged: 0, removed: 0 });
    let same = parent.join("site/same/x.css");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&same).unwrap().set_modified(time).unwrap();
    fs::write(parent.join("site/CNAME"), "example.com").unwrap();
    fs::create_dir_all(parent.join("site/.git/refs")).unwrap();
    fs::write(parent.join("site/.git/refs/x"), "1").unwrap();
    let second = build(parent, &[("index.html", "A"), ("new/index.html", "d"), ("same/x.css", "c")]).unwrap();
    assert_eq!(second, WriteReport { written: 2, unchanged: 1, removed: 1 });
    check(
        parent,
        &[
            (".git/refs/x", "1"),
            ("CNAME", "example.com"),
            ("index.html", "A"),
            ("new/index.html", "d"),
            ("same/x.css", "c"),
        ],
    );
    assert_eq!(fs::metadata(&same).unwrap().modified().unwrap(), time);
    assert!(!parent.join("site/old").exists());
}

#[test]
fn a_file_that_somebody_edited_is_written_again() {
    let parent = tempfile::tempdir().unwrap();
    build(parent.path(), &[("index.html", "abc")]).unwrap();
    fs::write(parent.path().join("site/index.html"), "xyz").unwrap();
    build(parent.path(), &[("index.html", "abc")]).unwrap();
    check(parent.path(), &[("index.html", "abc")]);
}

#[test]
fn a_build_that_ends_early_changes_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    build(parent, &[("index.html", "a")]).unwrap();
    let sink = create(parent).unwrap();
    sink.put("index.html", b"b").unwrap();
    assert!(sink.put("index.html/x", b"a file is in the way").is_err());
    drop(sink);
    check(parent, &[("index.html", "a")]);

    // A killed one cannot clean up after itself.
    let dead = ".site.playbill-tmp-4294967294";
    fs::create_dir(parent.join(dead)).unwrap();
    fs::write(parent.join(dead).join("index.html"), "half").unwrap();
    // This one was killed between the two steps of the swap.
    fs::rename(parent.join("site"), parent.join(".site.playbill-old-4294967294")).unwrap();
    drop(create(parent).unwrap());
    if Path::new("/proc/self").exists() {
        check(parent, &[("index.html", "a")]);
    }
}

#[test]
fn foreign_folders_are_never_touched() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    fs::create_dir(parent.join("site")).unwrap();
    fs::write(parent.join("site/notes.txt"), "mine").unwrap();
    let message = usage(build(parent, &[("index.html", "a")]));
    assert_eq!(
        message,
        "`site` is not empty and was not written by Playbill; empty it, or name another folder with `-o`"
    );
    check(parent, &[("notes.txt", "mine")]);
    fs::remove_file(parent.join("site/notes.txt")).unwrap();
    build(parent, &[("index.html", "a")]).unwrap();
    for (mine, page) in [("page", "page/index.html"), ("x/y.txt", "x/y.txt"), ("z/a", "z")] {
        let mine = parent.join("site").join(mine);
        fs::create_dir_all(mine.parent().unwrap()).unwrap();
        fs::write(&mine, "mine").unwrap();
        let message = usage(build(parent, &[(page, "a")]));
        assert!(message.contains("was not written by Playbill, and a page of the site belongs there"), "{message}");
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        fs::remove_file(&mine).unwrap();
    }
}

#[test]
fn folders_to_keep_are_no_targets() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    fs::create_dir_all(parent.join("source/services")).unwrap();
    let keep = vec![parent.join("source/services")];
    for folder in ["source/services", "source", ".", "source/services/..", "/"] {
        let target = Target { folder: parent.join(folder), shown: folder.into(), keep: keep.clone() };
        let message = usage(DiskSink::create(&target).map(|_| WriteReport::default()));
        assert!(message.contains("-o"), "{message}");
    }
    let within = Target { folder: parent.join("source/services/site"), shown: "site".into(), keep };
    assert!(DiskSink::create(&within).is_ok());
}

#[test]
fn what_cannot_be_written_says_why() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    fs::write(parent.join("site"), "").unwrap();
    assert_eq!(usage(build(parent, &[])), "`site` is a file; name a folder with `-o`");
    let target = Target { folder: parent.join("site/below"), shown: "site/below".into(), keep: Vec::new() };
    let message = usage(DiskSink::create(&target).map(|_| WriteReport::default()));
    assert!(message.contains("a file is in the way"), "{message}");
    let (_one, two) = (create_at(parent, "x").unwrap(), create_at(parent, "x"));
    assert_eq!(usage(two.map(|_| WriteReport::default())), "another build is writing to `x`; wait until it has ended");
}

fn create_at(parent: &Path, name: &str) -> Result<DiskSink, Error> {
    DiskSink::create(&Target { folder: parent.join(name), shown: name.into(), keep: Vec::new() })
}

#[test]
fn a_damaged_manifest_stops_the_build() {
    let parent = tempfile::tempdir().unwrap();
    build(parent.path(), &[("index.html", "a")]).unwrap();
    for text in ["", "{}", r#"{"version":1,"files":{"../x":"0"}}"#, r#"{"version":2,"files":{}}"#] {
        fs::write(parent.path().join("site").join(manifest::NAME), text).unwrap();
        assert!(usage(build(parent.path(), &[])).contains("damaged"));
    }
}

#[test]
fn paths_are_taken_once_and_stay_inside() {
    let parent = tempfile::tempdir().unwrap();
    let disk = create(parent.path()).unwrap();
    let memory = MemorySink::default();
    for sink in [&disk as &dyn Sink, &memory] {
        sink.put("a/b.html", b"1").unwrap();
        assert!(sink.put("a/b.html", b"1").unwrap_err().to_string().contains("another file has this path"));
        for path in ["", "/a", "a//b", "../a", "a/..", "a\\b", "a\0b", "C:x", manifest::NAME] {
            assert!(sink.put(path, b"").is_err(), "{path:?}");
        }
    }
    assert_eq!(memory.into_files().into_keys().collect::<Vec<_>>(), ["a/b.html"]);
}

#[test]
fn a_name_that_the_disk_refuses_stops_no_other_file() {
    let parent = tempfile::tempdir().unwrap();
    let sink = create(parent.path()).unwrap();
    sink.put("a", b"1").unwrap();
    let long = "l".repeat(300);
    for refused in ["a/b.html", &long, &format!("{long}/c.html")] {
        assert!(matches!(sink.put(refused, b"2"), Err(Error::Name { .. })), "{refused}");
    }
    sink.put("z", b"3").unwrap();
    assert_eq!(sink.finish().unwrap(), WriteReport { written: 2, unchanged: 0, removed: 0 });
    check(parent.path(), &[("a", "1"), ("z", "3")]);
    // Nothing says that the others are there.
    let manifest = fs::read_to_string(parent.path().join("site").join(manifest::NAME)).unwrap();
    assert!(!manifest.contains("lll") && !manifest.contains("a/b"), "{manifest}");
}

#[test]
fn the_same_files_make_the_same_manifest() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(one.path(), &[("a", "1"), ("b", "2")]).unwrap();
    build(two.path(), &[("b", "2"), ("a", "1")]).unwrap();
    let read = |parent: &tempfile::TempDir| fs::read(parent.path().join("site").join(manifest::NAME)).unwrap();
    assert_eq!(read(&one), read(&two));
}

#[test]
fn many_threads_write_one_site() {
    use rayon::prelude::*;

    let parent = tempfile::tempdir().unwrap();
    let sink = create(parent.path()).unwrap();
    (0..500).into_par_iter().for_each(|n| sink.put(&format!("{}/{n}/index.html", n % 7), b"x").unwrap());
    assert_eq!(sink.finish().unwrap().written, 500);
    assert_eq!(contents(&parent.path().join("site")).len(), 500);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_replaced_is_updated_in_place() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    build(parent, &[("index.html", "a"), ("old/x.html", "b"), ("same.css", "c")]).unwrap();
    fs::write(parent.join("site/CNAME"), "mine").unwrap();
    let mut sink = create(parent).unwrap();
    sink.in_place();
    sink.put("index.html", b"A").unwrap();
    sink.put("same.css", b"c").unwrap();
    sink.put("new/y.html", b"d").unwrap();
    sink.finish().unwrap();
    check(parent, &[("CNAME", "mine"), ("index.html", "A"), ("new/y.html", "d"), ("same.css", "c")]);
    assert!(!parent.join("site/old").exists());
    build(parent, &[("index.html", "A")]).unwrap();
    check(parent, &[("CNAME", "mine"), ("index.html", "A")]);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_stays_one() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path();
    fs::create_dir(parent.join("real")).unwrap();
    std::os::unix::fs::symlink("real", parent.join("site")).unwrap();
    build(parent, &[("index.html", "a")]).unwrap();
    build(parent, &[("index.html", "b")]).unwrap();
    assert!(fs::symlink_metadata(parent.join("site")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(parent.join("real/index.html")).unwrap(), "b");
}
