//! The VM tier and the whole ladder on definitions that compute something, in memory, on one
//! thread.
//!
//!     cargo bench --ignore-rust-version -p rezload-vm-tests
//!     REZLOAD_BENCH_CORPUS=/path/to/packages cargo bench --ignore-rust-version -p rezload-vm-tests
//!
//! The inputs are the project's dynamic fixtures, its computed examples and, where
//! `REZLOAD_BENCH_CORPUS` names a folder, every `package.py` below it that the static tier
//! declines. The first pass is a row of its own: in it the tier compiles what it keeps for the
//! others. Beside each speed stand the number of files that were served and a digest of what was
//! served. Not by criterion, whose dependencies would have RustPython built once more.

#[path = "../../../benches/common/mod.rs"]
mod common;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::files;
use rezload::bench::Distribution;
use rezload::vm::VmTier;
use rezload::{Loader, PackageData};

/// Passes after the first one.
const PASSES: usize = 20;

/// Every definition below `root` that the static tier declines, in path order.
fn sources(root: &Path, is_input: impl Fn(&Path) -> bool) -> Vec<Vec<u8>> {
    let paths = files(root, is_input);
    let sources = paths.iter().filter_map(|path| fs::read(path).ok());
    sources
        .filter(|source| rezload::parse_static(source).is_err())
        .collect()
}

/// Nanoseconds of each file, how many were served, and a digest of the answers.
fn pass(
    files: &[Vec<u8>],
    mut load: impl FnMut(&[u8]) -> Option<PackageData>,
) -> (Vec<f64>, usize, u64) {
    let (mut times, mut served, mut digest) = (Vec::new(), 0, DefaultHasher::new());
    for file in files {
        let begin = Instant::now();
        let answer = black_box(load(black_box(file)));
        times.push(begin.elapsed().as_nanos() as f64);
        served += usize::from(answer.is_some());
        let fields = answer.map(|found| {
            let text = |list: &[_]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
            let variants: Vec<_> = found.variants.iter().map(|variant| text(variant)).collect();
            let name = (found.name.to_string(), found.version.to_string());
            (name, text(&found.requires), variants)
        });
        fields.hash(&mut digest);
    }
    (times, served, digest.finish())
}

fn rows(name: &str, files: &[Vec<u8>], load: &dyn Fn(&[u8]) -> Option<PackageData>) {
    let (first, served, digest) = pass(files, load);
    // a file's time is the median over the passes
    let mut later = vec![Vec::new(); files.len()];
    for _ in 0..PASSES {
        let (times, ..) = pass(files, load);
        for (all, time) in later.iter_mut().zip(times) {
            all.push(time);
        }
    }
    let later: Vec<f64> = later
        .into_iter()
        .map(|times| Distribution::of(times).median)
        .collect();
    let bytes: usize = files.iter().map(Vec::len).sum();
    for (which, times) in [("first pass", first), ("later passes", later)] {
        let seconds = times.iter().sum::<f64>() / 1e9;
        let time = Distribution::of(times);
        println!(
            "  {name:<8} {which:<13} {served:>6} {:>11.1} {:>11.1} {:>9.2} {:>9.2}  {digest:016x}",
            time.median / 1e3,
            time.p95 / 1e3,
            seconds * 1e3,
            bytes as f64 / seconds.max(1e-9) / f64::from(1 << 20),
        );
    }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let is_python = |path: &Path| path.extension().is_some_and(|extension| extension == "py");
    let is_definition = |path: &Path| path.file_name().is_some_and(|name| name == "package.py");
    let mut inputs = vec![
        (
            "dynamic fixtures".to_owned(),
            sources(&root.join("tests/fixtures/dynamic"), is_python),
        ),
        (
            "computed examples".to_owned(),
            sources(&root.join("examples/computed"), is_definition),
        ),
    ];
    if let Some(corpus) = std::env::var_os("REZLOAD_BENCH_CORPUS").map(PathBuf::from) {
        inputs.push((
            corpus.display().to_string(),
            sources(&corpus, is_definition),
        ));
    }
    for (name, files) in inputs {
        if files.is_empty() {
            continue;
        }
        println!(
            "{name}: {} files that the static tier declines",
            files.len()
        );
        println!(
            "  who                    served   median us      p95 us  total ms     MiB/s  digest"
        );
        // a tier of its own: its caches are empty
        let vm = VmTier::default();
        rows("vm tier", &files, &|source| vm.load(source).ok());
        let ladder = Loader::new().with_vm(VmTier::new(
            rezload::vm::Profile::default(),
            rezload::vm::Limits::default(),
        ));
        rows("ladder", &files, &|source| {
            let loaded = ladder.load_source(Path::new("package.py"), source);
            loaded.ok().map(|package| package.data)
        });
    }
}
