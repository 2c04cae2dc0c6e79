//! From the paths of the command line to loaded packages.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::LoadError;
use crate::loader::Loader;
use crate::package::{LoadedDefinition, Package};
use crate::rez_tier::RezTier;
use crate::source_file::read_source;
use crate::static_tier::MAX_SOURCE_LEN;

/// How many files are held in memory at once.
const BATCH: usize = 256;

/// The path that stands for standard input.
const STDIN: &str = "-";

/// One file of the command line, and what became of it.
pub(super) struct Outcome<T = Package> {
    /// The definition, as a user would name it.
    pub path: PathBuf,
    /// Its bytes; empty when they can't be read.
    pub source: Vec<u8>,
    /// What was asked for, or why there is none.
    pub result: Result<T, LoadError>,
}

/// Loads each of `paths` and hands the outcomes to `show` in that order. True when every
/// file was served.
pub(super) fn load_each(
    paths: &[PathBuf],
    rez: Option<RezTier>,
    show: impl FnMut(&Outcome) -> io::Result<()>,
) -> io::Result<bool> {
    let load = |loader: &Loader, path: &Path, source: &[u8]| {
        let loaded = loader.load_source(path, source);
        // rez runs files, and what comes in on standard input is none
        match is_file(path) {
            true => loader.ask_rez(path, loaded),
            false => loaded,
        }
    };
    each(paths, rez, load, show)
}

/// [`load_each`] for whole definitions.
pub(super) fn define_each(
    paths: &[PathBuf],
    rez: Option<RezTier>,
    show: impl FnMut(&Outcome<LoadedDefinition>) -> io::Result<()>,
) -> io::Result<bool> {
    let define = |loader: &Loader, path: &Path, source: &[u8]| match is_file(path) {
        true => loader.ask_rez_for_definition(path, loader.definition_of(path, source)),
        // standard input has no place of its own
        false => loader.definition_source(path, source),
    };
    each(paths, rez, define, show)
}

fn each<T: Send>(
    paths: &[PathBuf],
    rez: Option<RezTier>,
    load: impl Fn(&Loader, &Path, &[u8]) -> Result<T, LoadError> + Sync,
    mut show: impl FnMut(&Outcome<T>) -> io::Result<()>,
) -> io::Result<bool> {
    let loader = loader(rez);
    let mut all_served = true;
    for batch in paths.chunks(BATCH) {
        let outcomes: Vec<_> = batch
            .par_iter()
            .map(|path| load_one(&loader, &load, path))
            .collect();
        for outcome in &outcomes {
            all_served &= outcome.result.is_ok();
            show(outcome)?;
        }
    }
    Ok(all_served)
}

/// The ladder of the command line.
pub(super) fn loader(rez: Option<RezTier>) -> Loader {
    let loader = match rez {
        Some(rez) => Loader::new().with_rez(rez),
        None => Loader::new(),
    };
    #[cfg(feature = "vm")]
    let loader = loader.with_vm(crate::vm::VmTier::shared());
    loader
}

fn load_one<T>(
    loader: &Loader,
    load: &impl Fn(&Loader, &Path, &[u8]) -> Result<T, LoadError>,
    path: &Path,
) -> Outcome<T> {
    let path = definition_in(path);
    let read = if is_file(&path) {
        read_source(&path)
    } else {
        read_stdin()
    };
    match read {
        Ok(source) => Outcome {
            result: load(loader, &path, &source),
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

fn is_file(path: &Path) -> bool {
    path.as_os_str() != STDIN
}

/// The definition that `path` names: itself, or the `package.py` in the directory.
fn definition_in(path: &Path) -> PathBuf {
    if is_file(path) && path.is_dir() {
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
