//! Scanning a repository, against only walking it and reading its files with as many threads.
//!
//!     REZLOAD_BENCH_REPOSITORY=/path/to/packages cargo bench --bench scan
//!
//! Warm cache: criterion's warm-up has read every file. "walk and read" lists every directory
//! and reads every file; "list and read" knows the layout, lists families only and opens each
//! version's package.py, which is what a scan does before it parses. Without
//! `REZLOAD_BENCH_REPOSITORY` it makes a repository of 100 families with 20 versions each.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use rayon::prelude::*;
use rezload::{Repositories, ScanResult, Selection};

fn generate(root: &Path) {
    for family in 0..100 {
        for version in 0..20 {
            let directory = root.join(format!("family_{family}/1.{version}"));
            fs::create_dir_all(&directory).unwrap();
            let source = format!(
                "name = 'family_{family}'\nversion = '1.{version}'\n\
                 requires = ['python-3', 'family_{}-1+']\nvariants = [['platform-linux']]\n\
                 timestamp = 1600000000\n",
                (family + 1) % 100
            );
            fs::write(directory.join("package.py"), source).unwrap();
        }
    }
}

fn entries(path: &Path) -> Vec<fs::DirEntry> {
    fs::read_dir(path).into_iter().flatten().flatten().collect()
}

/// Bytes of all files under `path`.
fn walk_and_read(path: &Path) -> usize {
    entries(path)
        .par_iter()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk_and_read(&entry.path()),
            _ => fs::read(entry.path()).map_or(0, |bytes| bytes.len()),
        })
        .sum()
}

fn list_and_read(root: &Path) -> usize {
    entries(root)
        .par_iter()
        .map(|family| {
            entries(&family.path())
                .iter()
                .map(|version| fs::read(version.path().join("package.py")).map_or(0, |b| b.len()))
                .sum::<usize>()
        })
        .sum()
}

/// How many packages are served.
#[derive(Default)]
struct Served(usize);

impl Extend<ScanResult> for Served {
    fn extend<I: IntoIterator<Item = ScanResult>>(&mut self, items: I) {
        self.0 += items.into_iter().filter(Result::is_ok).count();
    }
}

fn scan(criterion: &mut Criterion) {
    let generated = tempfile::tempdir().unwrap();
    let root = match std::env::var_os("REZLOAD_BENCH_REPOSITORY") {
        Some(root) => PathBuf::from(root),
        None => {
            generate(generated.path());
            generated.path().to_path_buf()
        }
    };
    let all = Selection::new();
    let count = Repositories::new([&root]).scan(&all).count();
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(20);
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("walk and read", |bencher| {
        bencher.iter(|| black_box(walk_and_read(&root)));
    });
    group.bench_function("list and read", |bencher| {
        bencher.iter(|| black_box(list_and_read(&root)));
    });
    group.bench_function("scan", |bencher| {
        // with a new pool each time, as the command has
        bencher.iter(|| {
            let scan = Repositories::new([&root]).scan(&all);
            black_box(scan.filter(|item| item.is_ok()).count())
        });
    });
    group.bench_function("scan in batches", |bencher| {
        // as the command's summary has it
        bencher.iter(|| {
            let batches = Repositories::new([&root]).batches(&all, Served::default);
            black_box(batches.map(|batch| batch.0).sum::<usize>())
        });
    });
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
