//! From the paths of the command line to loaded packages.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::LoadError;
use crate::loader::Loader;
use crate::package::Package;
use crate::source_file::read_source;
use crate::static_tier::MAX_SOURCE_LEN;

/// How many files are held in memory at once.
const BATCH: usize = 256;

/// The path that stands for standard input.
const STDIN: &str = "-";

/// One file of the command line, and what became of it.
pub(super) struct Outcome {
    /// The definition, as a user would name it.
    pub path: PathBuf,
    /// Its bytes; empty when they can't be read.
    pub source: Vec<u8>,
    /// The package, or why there is none.
    pub result: Result<Package, LoadError>,
}

/// Loads each of `paths` and hands the outcomes to `show` in that order. True when every
/// file was served.
pub(super) fn load_each(
    paths: &[PathBuf],
    mut show: impl FnMut(&Outcome) -> io::Result<()>,
) -> io::Result<bool> {
    let loader = Loader::new();
    let mut all_served = true;
    for batch in paths.chunks(BATCH) {
        let outcomes: Vec<_> = batch
            .par_iter()
            .map(|path| load_one(&loader, path))
            .collect();
        for outcome in &outcomes {
            all_served &= outcome.result.is_ok();
            show(outcome)?;
        }
    }
    Ok(all_served)
}

fn load_one(loader: &Loader, path: &Path) -> Outcome {
    let path = definition_in(path);
    let read = if path.as_os_str() == STDIN {
        read_stdin()
    } else {
        read_source(&path)
    };
    match read {
        Ok(source) => Outcome {
            result: loader.load_source(&path, &source),
            path,
            source,
        },
        Err(error) => Outcome {
            result: Err(error),
            path,
            source: Vec::new(),
        },
    }
}

/// The definition that `path` names: itself, or the `package.py` in the directory.
fn definition_in(path: &Path) -> PathBuf {
    if path.as_os_str() != STDIN && path.is_dir() {
        path.join("package.py")
    } else {
        path.to_path_buf()
    }
}

fn read_stdin() -> Result<Vec<u8>, LoadError> {
    let mut source = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_SOURCE_LEN as u64 + 1)
        .read_to_end(&mut source)
        .map_err(|error| LoadError::Read {
            path: PathBuf::from(STDIN),
            source: error,
        })?;
    Ok(source)
}
