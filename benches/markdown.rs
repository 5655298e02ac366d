//! What hostile and large documents cost in the TechDocs dialect: `cargo bench --bench markdown`.
//!
//! Each kind in two sizes. The bytes a second must not fall with the size: that would be more than linear time.

#![expect(missing_docs, reason = "criterion makes functions without any")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use playbill::markdown::{DocLink, Resolved, techdocs};

/// Repeats `part` up to `size` bytes.
fn repeated(part: &str, size: usize) -> String {
    let mut text = part.repeat(size / part.len() + 1);
    text.truncate(size);
    text
}

/// Joins numbered parts up to `size` bytes.
fn numbered(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 200);
    for number in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&part(number));
    }
    text
}

/// A kind of document, by its size.
type Case = (&'static str, fn(usize) -> String);

const CASES: &[Case] = &[
    ("prose", |size| repeated("Some **plain** words with a [link](page.md), `code` and more of them.\n\n", size)),
    ("nested lists", |size| numbered(size, |number| format!("{}- item {number}\n", "  ".repeat(number % 40)))),
    ("emphasis marks", |size| repeated("*a **b _c __d ", size)),
    ("tildes", |size| repeated("~a~~b", size)),
    ("tables", |size| repeated("| a | b |\n|---|---|\n| 1 | `x` |\n| 4 | 5 |\n\n", size)),
    ("one table", |size| format!("| a | b |\n|---|---|\n{}", repeated("| 1 | `x` |\n", size))),
    ("reference links", |size| numbered(size, |n| format!("[a{n}][r{n}] and [r{n}]\n\n[r{n}]: http://x.y/{n}\n\n"))),
    ("undefined references", |size| repeated("[a][b] ", size)),
    ("unclosed comments", |size| repeated("<!-- a ", size)),
    ("unclosed comments in blocks", |size| repeated("<!-- a\n\n", size)),
    ("brackets", |size| "[".repeat(size)),
    ("open links", |size| repeated("[a](", size)),
    ("open tags", |size| repeated("<b>", size)),
    ("open attributes", |size| repeated("<a href=\"", size)),
    ("quotes", |size| "> ".repeat(size / 2)),
    ("backticks", |size| repeated("`a ``b ", size)),
    ("open fences", |size| repeated(" ```\n", size)),
    ("footnotes", |size| numbered(size, |n| format!("a[^{n}]\n\n[^{n}]: note\n\n"))),
    ("headings", |size| numbered(size, |n| format!("## Heading {n}\n\n"))),
    ("formulas", |size| repeated("The mean is $\\frac{1}{n} \\sum x_i$. ", size)),
];

fn documents(criterion: &mut Criterion) {
    let options = techdocs::Options { arithmatex: true, ..techdocs::Options::default() };
    let resolve = |link: &DocLink| Resolved::as_written(&link.target);
    for (name, make) in CASES {
        let mut group = criterion.benchmark_group(*name);
        group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
        for size in [250_000, 1_000_000] {
            let text = make(size);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(size), &text, |bencher, text| {
                bencher.iter(|| techdocs::document(black_box(text), &options, &resolve, &|_| None).html.len());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, documents);
criterion_main!(benches);
