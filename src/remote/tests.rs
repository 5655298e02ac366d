use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::pack::{self, Manifest, RepositoryFacts, digest};

fn manifest(sequence: i64) -> Manifest {
    let repository = RepositoryFacts { slug: "acme/web".to_owned(), ..RepositoryFacts::default() };
    Manifest { sequence, repository, ..Manifest::default() }
}

fn build(files: &[(&str, &str)]) -> Build {
    Build::new(files.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect())
}

fn stored(path: &str, modified: i64) -> Stored {
    Stored { path: path.to_owned(), size: 1, modified: Some(modified) }
}

#[test]
fn addresses_are_a_bucket_and_a_prefix() {
    let address = Address::parse("s3://acme-portal/a/b/").unwrap();
    assert_eq!((address.bucket(), address.to_string().as_str()), ("acme-portal", "s3://acme-portal/a/b/"));
    assert_eq!(address.key("sources/acme/web.json").unwrap().as_str(), "a/b/sources/acme/web.json");
    assert_eq!(Address::parse("s3://acme-portal").unwrap().key("x").unwrap().as_str(), "x");
    for wrong in [
        "acme",
        "https://acme/x",
        "s3://",
        "s3://a@evil.example/x",
        "s3://acme:80/x",
        "s3://acme/../x",
        "s3://acme//x",
        "s3://ACME/x",
    ] {
        assert!(Address::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn keys_do_not_leave_the_address() {
    let address = Address::parse("s3://acme-portal/site").unwrap();
    for wrong in ["", "..", "../x", "a/../../x", "a//b", "a/./b", "/a", "a/", "a\\b", "a\nb", &"x".repeat(1025)] {
        assert!(address.key(wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(address.path("site/a/b"), Some("a/b"));
    assert_eq!([address.path("other/a"), address.path("site/"), address.path("site/../x")], [None; 3]);
}

proptest! {
    #[test]
    fn keys_are_below_the_prefix_or_refused(prefix in "[a-z/.]{0,8}", path in "[a-zA-Z0-9/.\\\\ %é\u{0}]{0,20}") {
        let Ok(address) = Address::parse(&format!("s3://acme-portal/{prefix}")) else { return Ok(()) };
        if let Ok(key) = address.key(&path) {
            prop_assert!(key.as_str().split('/').all(|part| !matches!(part, "" | "." | "..")));
            prop_assert_eq!(address.path(key.as_str()), Some(&*path));
            // An address keeps it as it is.
            let url = url::Url::parse("https://host.example/").unwrap();
            let encoded = percent_encoding::utf8_percent_encode(key.as_str(), percent_encoding::NON_ALPHANUMERIC).to_string();
            let joined = url.join(&encoded.replace("%2F", "/")).unwrap();
            let back = percent_encoding::percent_decode_str(&joined.path()[1..]).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(back, key.as_str());
        }
    }

    #[test]
    fn slugs_and_their_keys_are_one_to_one(slug in "[a-z.]{1,6}(/[a-zA-Z.]{1,6}){0,3}") {
        let key = pointer_key(&slug);
        prop_assert_eq!(slug_of_key(&key), pack::is_slug(&slug).then_some(&*slug));
    }

    #[test]
    fn nothing_from_storage_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Pointer::parse(&bytes), State::parse(&bytes), Build::parse(&bytes, &digest(&bytes)));
    }

    /// Whatever two builds and a part of a third are there: what is not uploaded is there already.
    #[test]
    fn changes_leave_nothing_out(
        now in files(), whole in proptest::option::of(files()), started in files(), done in proptest::collection::vec(any::<bool>(), 6),
    ) {
        let mut storage: BTreeMap<String, String> = whole.clone().unwrap_or_default();
        for (number, (path, content)) in started.iter().enumerate() {
            if done[number % done.len()] {
                storage.insert(path.clone(), content.clone());
            }
        }
        let now = Build::new(now);
        let found = changes(&now, whole.map(Build::new).as_ref(), &[Build::new(started)], false);
        let asked = found.ask.iter().filter(|path| storage.get(*path) != now.files.get(*path)).cloned();
        let asked: Vec<String> = asked.collect();
        for path in found.upload.iter().chain(&asked) {
            storage.insert(path.clone(), now.files[path].clone());
        }
        for (path, content) in &now.files {
            prop_assert_eq!(storage.get(path), Some(content));
        }
    }
}

fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("[a-d]", "[1-3]", 0..5)
}

#[test]
fn decide_keeps_the_higher_sequence() {
    let replaced =
        |there: Option<&Pointer>, sequence: i64, pack: &str| match decide(there, &manifest(sequence), pack, 100) {
            Decision::Replace(pointer) => pointer,
            other => panic!("{other:?}"),
        };
    let (one, two) = (digest(b"1"), digest(b"2"));
    let first = replaced(None, 5, &one);
    assert_eq!(decide(Some(&first), &manifest(5), &one, 0), Decision::IsThere);
    assert_eq!(decide(Some(&first), &manifest(4), &two, 0), Decision::Older(5));
    let second = replaced(Some(&first), 5, &two);
    assert_eq!(second.former.first().map(|former| (&former.pack, former.until)), Some((&one, 100)));
    // What comes back is no longer of before.
    let third = replaced(Some(&second), 6, &one);
    assert_eq!(third.former.iter().map(|former| &former.pack).collect::<Vec<_>>(), [&two]);
    assert_eq!(Pointer::parse(&third.to_bytes()), Ok(third));
}

#[test]
fn pointers_that_are_not_understood_are_refused() {
    assert!(matches!(Pointer::parse(br#"{"format":9,"else":1}"#), Err(Fault::Newer(9))));
    for wrong in ["", "[]", r#"{"format":1,"pack":"../../x","sequence":1}"#, r#"{"format":1,"sequence":1}"#] {
        assert!(matches!(Pointer::parse(wrong.as_bytes()), Err(Fault::Invalid(_))), "{wrong}");
    }
    assert!(Build::parse(b"{\"format\":1,\"files\":{}}", &digest(b"other")).is_err());
}

#[test]
fn a_publish_that_ends_early_is_in_the_state_until_another_is_whole() {
    let (one, two) = (digest(b"1"), digest(b"2"));
    let there = State::default().finished(&one, Some(7), 10);
    let begun = there.claimed("me", Some(&two)).claimed("me", Some(&two));
    assert_eq!((begun.build.as_ref(), &*begun.unfinished), (Some(&one), &[two.clone()][..]));
    assert_eq!(begun.renewed().claim.map(|claim| claim.renewals), Some(1));
    let ended = begun.finished(&two, None, 20);
    assert_eq!((ended.sequence, ended.unfinished.len(), &ended.claim), (Some(7), 0, &None));
    assert_eq!(ended.former.first().map(|former| (&former.build, former.until)), Some((&one, 20)));
    assert_eq!(State::parse(&ended.to_bytes()).as_ref(), Ok(&ended));
    assert!(ended.cleaned(20).former.is_empty());
}

#[test]
fn changes_ask_for_what_an_unfinished_publish_may_have_written() {
    let there = build(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let unfinished = build(&[("a", "1"), ("b", "2"), ("d", "2")]);
    let now = build(&[("a", "2"), ("b", "1"), ("c", "1"), ("d", "2"), ("e", "1")]);
    let found = changes(&now, Some(&there), &[unfinished], false);
    assert_eq!(
        found,
        Changes { upload: vec!["a".to_owned(), "e".to_owned()], ask: vec!["b".to_owned(), "d".to_owned()] }
    );
    assert_eq!(changes(&now, None, &[], true).ask.len(), 5);
}

#[test]
fn stages_upload_what_is_named_before_what_names_it() {
    let headers = HeaderRules::parse("/*\n  X-Frame: none\n/static/*\n  Cache-Control: public, immutable\n");
    let there = build(&[("index.html", "1"), ("old/index.html", "1")]);
    let paths =
        ["index.html", "new/index.html", "old/index.html", "search/index.json", "static/app.js", "search/w/1.bin"];
    let stages = stages(paths, Some(&there), &headers);
    assert_eq!(
        stages,
        [
            vec!["static/app.js"],
            vec!["search/w/1.bin"],
            vec!["new/index.html"],
            vec!["old/index.html"],
            vec!["index.html", "search/index.json"],
        ]
    );
}

#[test]
fn headers_are_those_of_the_site() {
    let text = "/portal/*\n  X-Frame: none\n\n/portal/static/*\n  Cache-Control: public, max-age=31536000, immutable\n\
                /portal/api/catalog/*\n  Content-Type: application/json; charset=utf-8\n  Cache-Control: a\u{7f}b\n";
    let rules = HeaderRules::parse(text);
    assert_eq!(rules.base(), "/portal/");
    assert!(rules.of("static/app.js").is_for_ever() && !rules.of("index.html").is_for_ever());
    let entity = rules.of("api/catalog/entities/by-name/component/default/web");
    assert_eq!(
        (&*entity.content_type, &*entity.cache_control),
        ("application/json; charset=utf-8", "public, max-age=60")
    );
    assert_eq!(rules.of("index.html").content_type, "text/html; charset=utf-8");
    // Without rules, nothing is kept for long.
    assert_eq!(HeaderRules::parse("").of("static/app.js").cache_control, "public, max-age=60");
    assert_ne!(rules.of("a.css").fingerprint("x"), rules.of("a.html").fingerprint("x"));
}

#[test]
fn packs_go_when_nobody_has_named_them_for_long_enough() {
    let names: Vec<String> = (0..5_u8).map(|number| digest(&[number])).collect();
    let objects: Vec<Stored> = names.iter().map(|name| stored(&pack_key(name), 10)).collect();
    let all: Vec<Stored> =
        objects.iter().cloned().chain([stored("packs/README", 1), stored(&pack_key(&digest(b"young")), 95)]).collect();
    let Decision::Replace(mut pointer) = decide(None, &manifest(1), &names[0], 0) else { panic!() };
    for (name, until) in [(1, 95), (2, 20)] {
        let Decision::Replace(next) = decide(Some(&pointer), &manifest(1), &names[name], until) else { panic!() };
        pointer = next;
    }
    // The newest is 2; 1 was until 20, 0 until 95.
    let unneeded = unneeded_packs(&all, &[pointer], &BTreeSet::from([names[3].clone()]), 90);
    let unneeded: Vec<&str> = unneeded.iter().map(|object| &*object.path).collect();
    let mut expected = [pack_key(&names[1]), pack_key(&names[4])];
    expected.sort();
    let mut found = unneeded.clone();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn files_go_when_only_dead_builds_have_them() {
    let (old, now) = (build(&[("a", "1"), ("gone", "1"), ("young", "1")]), build(&[("a", "2")]));
    let (old_name, now_name) = (digest(&old.to_bytes()), digest(&now.to_bytes()));
    let state = State::default().finished(&old_name, None, 5).finished(&now_name, None, 50);
    let objects = [
        stored("a", 50),
        stored("gone", 5),
        stored("young", 85),
        stored("foreign", 1),
        stored(&build_key(&old_name), 5),
        stored(&build_key(&now_name), 50),
    ];
    // It was published until 50.
    assert!(dead_builds(&objects, &state, 40).is_empty());
    let dead: BTreeSet<&str> = dead_builds(&objects, &state, 80).into_iter().collect();
    assert_eq!(dead, BTreeSet::from([&*old_name]));
    let builds = BTreeMap::from([(old_name.clone(), old), (now_name, now)]);
    let unneeded = unneeded_files(&objects, &builds, &dead, 80);
    assert_eq!(unneeded.iter().map(|object| &*object.path).collect::<Vec<_>>(), ["gone"]);
    let begun = state.claimed("me", Some(&old_name));
    assert!(dead_builds(&objects, &begun, 80).is_empty(), "somebody is about to publish it again");
}
