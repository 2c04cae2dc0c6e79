//! The ladder: which tier serves a file, and why the earlier ones declined.

use std::path::Path;

use rayon::prelude::*;

use crate::error::LoadError;
use crate::package::{Package, Tier, TierDeclined};
use crate::source_file::with_source;
use crate::static_tier::parse_static;

/// Loads package definitions through the tiers that are switched on.
///
/// ```
/// let loader = rezload::Loader::new();
/// # let dir = std::env::temp_dir().join(format!("rezload-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let path = dir.join("package.py");
/// std::fs::write(&path, b"name = 'maya'\nversion = '2024.1'\nrequires = ['python>=3']\n")?;
/// let package = loader.load(&path)?;
/// assert_eq!(package.data.requires, ["python-3+"]);
/// assert_eq!(package.tier, rezload::Tier::Static);
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Loader {
    _private: (),
}

impl Loader {
    /// A loader with the static tier, the one that never runs code.
    pub fn new() -> Self {
        Loader::default()
    }

    /// Loads one file.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Package, LoadError> {
        let path = path.as_ref();
        with_source(path, |source| self.load_source(path, source))?
    }

    /// Loads `source`, the bytes of the definition at `path`; the file isn't read.
    pub fn load_source(&self, path: &Path, source: &[u8]) -> Result<Package, LoadError> {
        match parse_static(source) {
            Ok(data) => Ok(Package {
                data,
                tier: Tier::Static,
                path: path.to_path_buf(),
                declined: Vec::new(),
            }),
            Err(declined) => Err(LoadError::Declined {
                path: path.to_path_buf(),
                declined: vec![TierDeclined {
                    tier: Tier::Static,
                    declined,
                    position: declined.position(source),
                }],
            }),
        }
    }

    /// Loads many files on the rayon pool that this is called in; the results are in the
    /// order of `paths`, and one file's error is only its own.
    pub fn load_many<P: AsRef<Path> + Sync>(&self, paths: &[P]) -> Vec<Result<Package, LoadError>> {
        paths.par_iter().map(|path| self.load(path)).collect()
    }
}
