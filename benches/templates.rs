//! What pages of the example cost with the built-in templates, and with a theme in which Tera renders all:
//! `cargo bench --bench templates`. Both times have the cost of the models in them.

#![expect(missing_docs, reason = "criterion makes functions without any")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use playbill::text::FileId;
use playbill::theme::{Override, Purpose};
use playbill::workspace::LoadOptions;
use playbill::{portal, render, site, theme, workspace};

fn templates(criterion: &mut Criterion) {
    let options = LoadOptions {
        paths: vec!["content-example".into()],
        config: None,
        cwd: Path::new(env!("CARGO_MANIFEST_DIR")).to_owned(),
        output: None,
        history: false,
        record: false,
        repository: false,
        revision: None,
        packs: None,
        lock: None,
    };
    let workspace = workspace::load(&options).expect("the example");
    let portal = portal::analyse(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let base = Override { file: FileId::new(0), bytes: b"{% extends \"default/base.html\" %}".as_slice().into() };
    let own = BTreeMap::from([("templates/base.html".to_owned(), base)]);
    let mut group = criterion.benchmark_group("templates");
    for (name, overrides) in [("built in", BTreeMap::new()), ("with a part of the user's", own)] {
        let theme = theme::compile(workspace.config(), overrides, Purpose::Portal).expect("a theme");
        group.bench_with_input(BenchmarkId::new("pages of the example", name), &theme, |bencher, theme| {
            bencher.iter(|| {
                for page in site.pages() {
                    black_box(render::page(&portal, theme, &site, page).expect("a page"));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, templates);
criterion_main!(benches);
