//! The ladder: which tier serves a file, and why the earlier ones declined.

use std::path::Path;

use rayon::prelude::*;

use crate::decline::{Declined, Reason};
use crate::error::LoadError;
use crate::package::{LoadedDefinition, Package, PackageData, Tier, TierDeclined};
use crate::real_path::real_path;
#[cfg(feature = "rez")]
use crate::rez_tier::RezTier;
use crate::source_file::with_source;
use crate::static_tier::{parse_definition, parse_static};
#[cfg(feature = "vm")]
use crate::vm_tier::VmTier;

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
    #[cfg(feature = "rez")]
    rez: Option<RezTier>,
    #[cfg(feature = "vm")]
    vm: Option<VmTier>,
}

impl Loader {
    /// A loader with the static tier, the one that never runs code.
    pub fn new() -> Self {
        Loader::default()
    }

    /// With real rez for what the other tiers decline, which runs the file.
    #[cfg(feature = "rez")]
    #[must_use]
    pub fn with_rez(mut self, rez: RezTier) -> Self {
        self.rez = Some(rez);
        self
    }

    /// With the VM tier, which runs in a sandbox what the static tier declines.
    #[cfg(feature = "vm")]
    #[must_use]
    pub fn with_vm(mut self, vm: VmTier) -> Self {
        self.vm = Some(vm);
        self
    }

    /// Loads one file.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Package, LoadError> {
        let path = path.as_ref();
        let loaded = with_source(path, |source| self.load_source(path, source))?;
        self.ask_rez(path, loaded)
    }

    /// What rez makes of the file at `path`, if the tiers before it declined.
    #[cfg(feature = "rez")]
    pub(crate) fn ask_rez(
        &self,
        path: &Path,
        loaded: Result<Package, LoadError>,
    ) -> Result<Package, LoadError> {
        match (loaded, &self.rez) {
            (Err(LoadError::Declined { declined, .. }), Some(rez)) => rez.load(path, declined),
            (loaded, _) => loaded,
        }
    }

    #[cfg(not(feature = "rez"))]
    fn ask_rez(
        &self,
        _path: &Path,
        loaded: Result<Package, LoadError>,
    ) -> Result<Package, LoadError> {
        loaded
    }

    /// [`ask_rez`](Self::ask_rez) for whole definitions.
    #[cfg(feature = "rez")]
    pub(crate) fn ask_rez_for_definition(
        &self,
        path: &Path,
        loaded: Result<LoadedDefinition, LoadError>,
    ) -> Result<LoadedDefinition, LoadError> {
        match (loaded, &self.rez) {
            (Err(LoadError::Declined { declined, .. }), Some(rez)) => {
                rez.definition(path, declined)
            }
            (loaded, _) => loaded,
        }
    }

    #[cfg(not(feature = "rez"))]
    fn ask_rez_for_definition(
        &self,
        _path: &Path,
        loaded: Result<LoadedDefinition, LoadError>,
    ) -> Result<LoadedDefinition, LoadError> {
        loaded
    }

    /// Loads `source`, the bytes of the definition at `path`; the file isn't read, and rez, which
    /// would read it, isn't asked.
    pub fn load_source(&self, path: &Path, source: &[u8]) -> Result<Package, LoadError> {
        check_is_python(path)?;
        let declined = match parse_static(source) {
            Ok(data) => return Ok(package(data, Tier::Static, path, Vec::new())),
            Err(declined) => vec![by_static(declined, source)],
        };
        #[cfg(feature = "vm")]
        let declined = match self.vm() {
            Some(vm) => match vm.load_file(path, source) {
                Ok(data) => return Ok(package(data, Tier::Vm, path, declined)),
                Err(refusal) => [declined, vec![refusal]].concat(),
            },
            None => declined,
        };
        Err(LoadError::Declined {
            path: path.to_path_buf(),
            declined,
        })
    }

    /// Loads the whole definition of one file: all that `rez.serialise.load_from_file` returns.
    ///
    /// The file of its functions is `path` without symbolic links, as in rez.
    pub fn definition(&self, path: impl AsRef<Path>) -> Result<LoadedDefinition, LoadError> {
        let path = path.as_ref();
        let loaded = with_source(path, |source| self.definition_of(path, source))?;
        self.ask_rez_for_definition(path, loaded)
    }

    /// What the compiled tiers make of `source`, the bytes of the file at `path`, which is there.
    pub(crate) fn definition_of(
        &self,
        path: &Path,
        source: &[u8],
    ) -> Result<LoadedDefinition, LoadError> {
        let real = real_path(path).map_err(|source| LoadError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        // the functions' file is the real one, and all else is about the one that was asked for
        match self.definition_source(&real, source) {
            Ok(loaded) => Ok(LoadedDefinition {
                path: path.to_path_buf(),
                ..loaded
            }),
            Err(LoadError::Declined { declined, .. }) => Err(LoadError::Declined {
                path: path.to_path_buf(),
                declined,
            }),
            Err(error) => Err(error),
        }
    }

    /// Loads the whole definition in `source`, the bytes of the file at `path`; the file isn't
    /// read, and rez, which would read it, isn't asked. `path` is taken for the file of the
    /// definition's functions as it is.
    pub fn definition_source(
        &self,
        path: &Path,
        source: &[u8],
    ) -> Result<LoadedDefinition, LoadError> {
        let loaded = |definition, tier, declined| LoadedDefinition {
            definition,
            tier,
            path: path.to_path_buf(),
            declined,
        };
        check_is_python(path)?;
        let declined = match parse_definition(source, path) {
            Ok(definition) => return Ok(loaded(definition, Tier::Static, Vec::new())),
            Err(declined) => vec![by_static(declined, source)],
        };
        #[cfg(feature = "vm")]
        let declined = match self.vm() {
            Some(vm) => match vm.definition(path, source) {
                Ok(definition) => return Ok(loaded(definition, Tier::Vm, declined)),
                Err(refusal) => [declined, vec![refusal]].concat(),
            },
            None => declined,
        };
        Err(LoadError::Declined {
            path: path.to_path_buf(),
            declined,
        })
    }

    /// The tier that serves `source` in a repository, whose directories say what its name and
    /// version are.
    #[cfg(feature = "survey")]
    #[cfg_attr(not(feature = "vm"), allow(unused_variables))]
    pub(crate) fn tier_in_repository(&self, path: &Path, source: &[u8]) -> Option<Tier> {
        if crate::static_tier::parse_in_repository(source).is_ok() {
            return Some(Tier::Static);
        }
        #[cfg(feature = "vm")]
        if let Some(vm) = self.vm() {
            return vm.in_repository(path, source).is_ok().then_some(Tier::Vm);
        }
        None
    }

    #[cfg(feature = "vm")]
    fn vm(&self) -> Option<&VmTier> {
        self.vm.as_ref().filter(|_| VmTier::is_on())
    }

    /// Loads many files on the rayon pool that this is called in; the results are in the
    /// order of `paths`, and one file's error is only its own.
    pub fn load_many<P: AsRef<Path> + Sync>(&self, paths: &[P]) -> Vec<Result<Package, LoadError>> {
        paths.par_iter().map(|path| self.load(path)).collect()
    }
}

/// Declines a YAML file, which isn't to be read as Python by any tier.
fn check_is_python(path: &Path) -> Result<(), LoadError> {
    match is_yaml(path) {
        false => Ok(()),
        true => Err(LoadError::Declined {
            path: path.to_path_buf(),
            declined: vec![by_static(Declined::new(Reason::YamlAlone, 0), b"")],
        }),
    }
}

/// Whether the name says so. To take the path apart would be a twentieth of a small load.
pub(crate) fn is_yaml(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    let ends = |end: &[u8]| {
        let start = path.len().checked_sub(end.len());
        start.is_some_and(|start| path[start..].eq_ignore_ascii_case(end))
    };
    matches!(path.last(), Some(b'l' | b'L')) && (ends(b".yaml") || ends(b".yml"))
}

fn package(data: PackageData, tier: Tier, path: &Path, declined: Vec<TierDeclined>) -> Package {
    Package {
        data,
        tier,
        path: path.to_path_buf(),
        declined,
    }
}

fn by_static(declined: Declined, source: &[u8]) -> TierDeclined {
    TierDeclined {
        tier: Tier::Static,
        declined,
        position: declined.position(source),
        detail: None,
    }
}
