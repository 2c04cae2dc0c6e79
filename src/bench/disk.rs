//! Whole passes from disk, with more and more threads, warm and cold.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::record::Threads;
use super::stats::median;
use super::{Cold, Plan};
use crate::loader::Loader;
use crate::source_file::with_source;

/// The passes, and why there are no cold ones if they failed.
pub(super) fn passes(
    paths: &[PathBuf],
    plan: &Plan,
    loader: &Loader,
    note: &mut impl FnMut(&str),
) -> (Vec<Threads>, Option<String>) {
    let bytes: usize = plan.files.iter().map(|(_, source)| source.len()).sum();
    let mut all = Vec::new();
    let mut cold_error = None;
    let read = |path: &Path| {
        let _ = black_box(with_source(path, <[u8]>::len));
    };
    let load = |path: &Path| {
        let _ = black_box(loader.load(path));
    };
    for &threads in &plan.threads {
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
            continue;
        };
        let time = |work: &(dyn Fn(&Path) + Sync)| {
            let begin = Instant::now();
            pool.install(|| paths.par_iter().for_each(|path| work(path)));
            begin.elapsed().as_secs_f64()
        };
        for (cache, cold) in [("warm", Cold::Off), ("cold", plan.cold)] {
            if cache == "cold" && (cold == Cold::Off || cold_error.is_some()) {
                continue;
            }
            note(&format!("from disk, {cache}, threads: {threads}"));
            // fills the cache and starts the threads, or is dropped with what it read
            time(&read);
            let mut seconds = [Vec::new(), Vec::new()];
            for _ in 0..plan.rounds {
                for (work, seconds) in [&read as &(dyn Fn(&Path) + Sync), &load]
                    .iter()
                    .zip(&mut seconds)
                {
                    if let Err(error) = cold.prepare(paths) {
                        cold_error = Some(format!("the cache can't be made cold: {error}"));
                        break;
                    }
                    seconds.push(time(work));
                }
            }
            for (what, seconds) in ["only reading", "rezload"].iter().zip(seconds) {
                if seconds.is_empty() {
                    continue;
                }
                let typical = median(&seconds);
                all.push(Threads {
                    what: (*what).to_owned(),
                    cache: cache.to_owned(),
                    threads,
                    seconds: typical,
                    range: [
                        seconds.iter().copied().fold(f64::INFINITY, f64::min),
                        seconds.iter().copied().fold(0.0, f64::max),
                    ],
                    files_per_second: paths.len() as f64 / typical,
                    bytes_per_second: bytes as f64 / typical,
                });
            }
        }
    }
    (all, cold_error)
}
