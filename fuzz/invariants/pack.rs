//! Any bytes are a pack or are refused; what is read stays within the bounds, and nothing in it leads out.

use playbill::pack::{Bounds, Entry, Found, Pack, is_slug, path_fault, read};

/// Checks them for one input: as it is, and as what a pack expands to, so that the fuzzer need not know how to compress.
pub(crate) fn check(bytes: &[u8]) {
    let bounds = Bounds { packed: 1 << 20, expanded: 4 << 20, ratio: 100, entries: 200, names: 200 };
    if let Ok(pack) = read(bytes, &bounds) {
        visit(&pack, &[], 0);
    }
    if let Ok(pack) = read(&playbill::output::gzip(bytes), &bounds) {
        visit(&pack, &[], 0);
    }
}

fn visit(pack: &Pack, folder: &[&str], depth: usize) {
    assert!(is_slug(&pack.manifest().repository.slug));
    assert!(depth <= 100);
    for (name, _) in pack.list(folder).expect("a folder") {
        let path = [folder, &[name]].concat();
        assert!(path_fault(&path.join("/")).is_none(), "{path:?}");
        match pack.find(&path, false).expect("an entry") {
            Found::Inside(at, Entry::Folder) => {
                assert_eq!(at, path);
                visit(pack, &path, depth + 1);
            }
            Found::Inside(at, Entry::File(bytes, _)) => {
                assert_eq!(at, path);
                let facts = &pack.manifest().files[&path.join("/")];
                assert_eq!(facts.size, bytes.len() as u64);
            }
            Found::Inside(_, Entry::Link(_)) => {
                if let Ok(Found::Inside(end, entry)) = pack.find(&path, true) {
                    assert!(!matches!(entry, Entry::Link(_)), "{end:?}");
                }
            }
            Found::Inside(..) => {}
            Found::Outside => panic!("{path:?} leads out"),
        }
    }
}
