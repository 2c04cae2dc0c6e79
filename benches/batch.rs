//! Opening and parsing a folder of packages, against only reading them with the same pool.
//!
//!     REZLOAD_BENCH_CORPUS=/path/to/packages cargo bench --bench batch
//!
//! Warm cache: criterion's warm-up has read every file. Without `REZLOAD_BENCH_CORPUS` it
//! reads the project's literal fixtures.

mod common;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use common::files;
use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use rayon::prelude::*;

/// A `package.py`; in the fixtures every Python file is a definition.
fn is_definition(path: &Path) -> bool {
    let is_fixture = path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    path.file_name().is_some_and(|name| name == "package.py")
        || is_fixture && path.extension().is_some_and(|extension| extension == "py")
}

fn batch(criterion: &mut Criterion) {
    let root = std::env::var_os("REZLOAD_BENCH_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/static"),
        PathBuf::from,
    );
    let paths = files(&root, is_definition);
    let mut group = criterion.benchmark_group("batch");
    group.sample_size(20);
    group.throughput(Throughput::Elements(paths.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            let read: usize = paths
                .par_iter()
                .map(|path| fs::read(path).map_or(0, |f| f.len()))
                .sum();
            black_box(read)
        });
    });
    let loader = rezload::Loader::new();
    group.bench_function("read and parse", |bencher| {
        bencher.iter(|| {
            let served = paths
                .par_iter()
                .filter(|path| loader.load(path).is_ok())
                .count();
            black_box(served)
        });
    });
    group.finish();
}

criterion_group!(benches, batch);
criterion_main!(benches);
