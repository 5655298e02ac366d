//! What the stages of the catalog cost, on a generated organisation in memory: `cargo bench`.
//!
//! Run it before and after a change and compare; the times of one machine say nothing about another.

#![expect(missing_docs, reason = "criterion makes functions without any")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use playbill::config::Config;
use playbill::depth::Depth;
use playbill::impact::Impact;
use playbill::portal::{self, Analysis};
use playbill::text::FileId;
use playbill::workspace::Workspace;
use playbill::yaml;

/// Makes the catalog files of `count` components, with their groups, systems and APIs.
fn organisation(count: usize) -> Vec<(String, Vec<u8>)> {
    let teams = count / 20 + 1;
    let mut files: Vec<(String, Vec<u8>)> = (0..count)
        .map(|i| {
            let text = format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: service-{i}\n  title: Service number {i}\n  description: Takes orders and hands them on to whoever is next in line.\n  annotations:\n    github.com/project-slug: acme/service-{i}\n  tags: [rust, tier-{}]\n  links:\n    - url: https://example.com/{i}\n      title: Dashboard\nspec:\n  type: service\n  lifecycle: production\n  owner: team-{}\n  system: system-{}\n  providesApis: [api-{i}]\n  consumesApis: [api-{}]\n  dependsOn:\n    - component:service-{}\n---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: api-{i}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: team-{}\n  definition: |\n    openapi: 3.1.0\n    info: {{title: A, version: '1'}}\n",
                i % 4,
                i % teams,
                i % teams,
                (i + 7) % count,
                (i + 1) % count,
                i % teams,
            );
            (format!("services/{i}/catalog-info.yaml"), text.into_bytes())
        })
        .collect();
    for i in 0..teams {
        let text = format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: team-{i}}}\nspec: {{type: team, children: []}}\n---\napiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{name: system-{i}}}\nspec: {{owner: team-{i}}}\n"
        );
        files.push((format!("org/{i}/catalog-info.yaml"), text.into_bytes()));
    }
    files
}

fn parse(criterion: &mut Criterion) {
    let files = organisation(500);
    let texts: Vec<&str> = files.iter().filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok()).collect();
    let mut group = criterion.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| texts.iter().map(|text| yaml::parse(FileId::new(0), black_box(text)).0.len()).sum::<usize>());
    });
    group.finish();
}

fn analyse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("analyse");
    group.sample_size(10);
    for count in [500, 1000, 2000, 4000] {
        let files = organisation(count);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &files, |bencher, files| {
            bencher.iter(|| {
                let workspace = Workspace::from_files(Config::default(), files);
                portal::analyse(&workspace, &mut |_| ()).catalog.entities().len()
            });
        });
    }
    group.finish();
}

/// Who is hit by whom, for every entity at once.
fn impacts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("impact");
    group.sample_size(10);
    for components in [2_000, 19_050] {
        let files = organisation(components);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = Analysis::of(Depth::Catalog).run(&workspace, &mut |_| ()).catalog;
        let count = catalog.entities().len();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &catalog, |bencher, catalog| {
            bencher.iter(|| Impact::of(catalog).cycles().len());
        });
    }
    group.finish();
}

criterion_group!(benches, parse, analyse, impacts);
criterion_main!(benches);
