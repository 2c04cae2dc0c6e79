//! The static tier and its nearest peer (crate `rer-package`) on the same files, in memory, on
//! one thread.
//!
//!     cargo bench --bench static_tier
//!     REZLOAD_BENCH_CORPUS=/path/to/packages cargo bench --bench static_tier
//!
//! The inputs are the project's literal fixtures, its example packages and, where
//! `REZLOAD_BENCH_CORPUS` names a folder, every `package.py` below it. Beside each speed stand
//! the number of files that were served and a digest of what was served, over the files that
//! both serve: the two do different work, and where the digests differ one of them is wrong.
//! rezload checks every byte and makes requests canonical; the peer does neither.
//!
//! rezload keeps the last statements that a thread has read. So each pass over the files runs on a
//! thread that has read nothing, in the order of the paths, in which the versions of a family
//! follow one another as they do in a scan, and for the corpus also in no order.

mod common;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use common::files;
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};

/// A `package.py`; in the fixtures every Python file is a definition.
fn is_definition(path: &Path) -> bool {
    let is_fixture = path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    path.file_name().is_some_and(|name| name == "package.py")
        || is_fixture && path.extension().is_some_and(|extension| extension == "py")
}

/// Every definition below `root`, in path order.
fn sources(root: &Path) -> Vec<Vec<u8>> {
    let paths = files(root, is_definition);
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
}

fn peer(source: &[u8]) -> Option<rer_package::PackageInfo> {
    rer_package::parse_static_package_py(std::str::from_utf8(source).ok()?)
}

/// How many files each serves, and a digest of its answers to the files that both serve.
fn answers(files: &[Vec<u8>]) -> [(usize, u64); 2] {
    let mut served = [0; 2];
    let mut digests = [DefaultHasher::new(), DefaultHasher::new()];
    for file in files {
        let (ours, peers) = (rezload::parse_static(file).ok(), peer(file));
        served[0] += usize::from(ours.is_some());
        served[1] += usize::from(peers.is_some());
        if let (Some(ours), Some(peers)) = (ours, peers) {
            let strings = |list: &[rezload::CompactString]| -> Vec<String> {
                list.iter().map(ToString::to_string).collect()
            };
            let variants: Vec<_> = ours.variants.iter().map(|v| strings(v)).collect();
            (ours.name.as_str(), ours.version.as_str()).hash(&mut digests[0]);
            (strings(&ours.requires), variants).hash(&mut digests[0]);
            (peers.name.as_str(), peers.version.as_str()).hash(&mut digests[1]);
            (peers.requires, peers.variants).hash(&mut digests[1]);
        }
    }
    let [ours, peers] = digests;
    [(served[0], ours.finish()), (served[1], peers.finish())]
}

fn parse(criterion: &mut Criterion) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs: Vec<(&str, PathBuf)> = vec![
        ("fixtures", here.join("tests/fixtures/static")),
        ("examples", here.join("examples/packages")),
    ];
    if let Some(corpus) = std::env::var_os("REZLOAD_BENCH_CORPUS") {
        inputs.push(("corpus", PathBuf::from(corpus)));
    }
    for (name, root) in inputs {
        let files = sources(&root);
        measure(criterion, name, &files);
        if name == "corpus" {
            measure(criterion, "corpus, shuffled", &shuffled(files));
        }
    }
}

/// Both contestants on `files`, in this order.
fn measure(criterion: &mut Criterion, name: &str, files: &[Vec<u8>]) {
    let bytes: usize = files.iter().map(Vec::len).sum();
    let [ours, peers] = answers(files);
    eprintln!(
        "{name}: {} files, {bytes} bytes; served: rezload {} (digest {:016x}), rer-package {} \
         (digest {:016x}){}",
        files.len(),
        ours.0,
        ours.1,
        peers.0,
        peers.1,
        if ours.1 == peers.1 {
            ""
        } else {
            "; THE ANSWERS DIFFER"
        },
    );
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(bytes as u64));
    let mut contestant = |contestant: &str, load: &(dyn Fn(&[u8]) + Sync)| {
        group.bench_function(BenchmarkId::new(contestant, name), |bencher| {
            bencher.iter_custom(|passes| {
                on_new_threads(passes, || files.iter().for_each(|file| load(file)))
            });
        });
    };
    contestant("rezload", &|file| {
        let _ = black_box(rezload::parse_static(black_box(file)));
    });
    contestant("rer-package", &|file| {
        black_box(peer(black_box(file)));
    });
    group.finish();
}

/// How long `passes` passes take, each on a thread of its own, which isn't in the time.
fn on_new_threads(passes: u64, pass: impl Fn() + Sync) -> Duration {
    let timed = || {
        let begin = Instant::now();
        pass();
        begin.elapsed()
    };
    (0..passes)
        .map(|_| thread::scope(|scope| scope.spawn(timed).join().expect("a pass doesn't panic")))
        .sum()
}

/// The files in an order that has nothing to do with their paths, the same each time.
fn shuffled(mut files: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    files.sort_by_cached_key(|file| {
        let mut hasher = DefaultHasher::new();
        file.hash(&mut hasher);
        hasher.finish()
    });
    // and so that they lie in memory
    files.iter().map(Clone::clone).collect()
}

criterion_group!(benches, parse);
criterion_main!(benches);
