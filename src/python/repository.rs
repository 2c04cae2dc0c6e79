//! Repositories: `rezload.RepositoryPackage`, and what `python/rezload/repository.py` makes
//! scans of.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use super::ending::detach;
use super::package::{parse_tier, repr, PyTierDeclined};
use super::package_data::PyPackageData;
use super::strings::{self, compact, compact_rows};
use crate::error::LoadError;
use crate::package::{PackageData, Tier, TierDeclined};
use crate::repository::{
    Batches, Pending, Repositories, RepositoryPackage, ScanError, ScanErrorKind, ScanResult,
    Selection,
};
use crate::version::VersionRange;

/// How long to wait between two looks at pending signals.
const PATIENCE: Duration = Duration::from_millis(100);

/// A package of a repository.
#[pyclass(name = "RepositoryPackage", module = "rezload", frozen, eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct PyRepositoryPackage {
    data: PackageData,
    uri: String,
    path: DefinitionPath,
    repository: Arc<str>,
    tier: Tier,
    declined: Vec<TierDeclined>,
    warnings: Vec<String>,
}

/// Where a definition's path is, which nearly always begins its URI.
#[derive(PartialEq, Eq, Hash)]
enum DefinitionPath {
    /// As many bytes at the beginning of the URI.
    InUri(usize),
    Apart(PathBuf),
}

impl DefinitionPath {
    /// One way for each path, so that equal packages are equal.
    fn new(path: PathBuf, uri: &str) -> Self {
        match path.to_str() {
            Some(text) if uri.starts_with(text) => DefinitionPath::InUri(text.len()),
            _ => DefinitionPath::Apart(path),
        }
    }
}

impl From<RepositoryPackage> for PyRepositoryPackage {
    fn from(package: RepositoryPackage) -> Self {
        PyRepositoryPackage {
            path: DefinitionPath::InUri(package.path_text().len()),
            data: package.data,
            uri: package.uri,
            repository: package.repository,
            tier: package.tier,
            declined: package.declined,
            warnings: package.warnings.iter().map(ToString::to_string).collect(),
        }
    }
}

#[pymethods]
impl PyRepositoryPackage {
    #[new]
    #[allow(clippy::too_many_arguments)]
    fn new(
        name: &str,
        version: &str,
        requires: Vec<String>,
        variants: Vec<Vec<String>>,
        uri: String,
        path: PathBuf,
        repository: String,
        tier: &str,
        declined: Vec<Bound<'_, PyTierDeclined>>,
        warnings: Vec<String>,
    ) -> PyResult<Self> {
        Ok(PyRepositoryPackage {
            data: PackageData {
                name: name.into(),
                version: version.into(),
                requires: compact(requires),
                variants: compact_rows(variants),
            },
            path: DefinitionPath::new(path, &uri),
            uri,
            repository: repository.into(),
            tier: parse_tier(tier)?,
            declined: declined.iter().map(|d| d.get().0.clone()).collect(),
            warnings,
        })
    }

    /// The family's name.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        strings::shared(py, &self.data.name)
    }

    /// The version; empty for an unversioned package.
    #[getter]
    fn version(&self) -> &str {
        &self.data.version
    }

    /// The requests, as rez spells them.
    #[getter]
    fn requires<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::list(py, &self.data.requires)
    }

    /// One list of requests for each variant.
    #[getter]
    fn variants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::lists(py, &self.data.variants)
    }

    /// `package.uri` in rez.
    #[getter]
    fn uri(&self) -> &str {
        &self.uri
    }

    /// The definition's file.
    #[getter]
    fn path(&self) -> &OsStr {
        match &self.path {
            DefinitionPath::InUri(len) => OsStr::new(&self.uri[..*len]),
            DefinitionPath::Apart(path) => path.as_os_str(),
        }
    }

    /// The repository's location, as rez spells it.
    #[getter]
    fn repository(&self) -> &str {
        &self.repository
    }

    /// The tier that served the definition.
    #[getter]
    fn tier(&self) -> &'static str {
        self.tier.as_str()
    }

    /// Why each earlier tier declined.
    #[getter]
    fn declined<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        declines(py, &self.declined)
    }

    /// What is odd about the definition, but no matter to rez.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.warnings)
    }

    /// The four solver fields.
    #[getter]
    fn data(&self) -> PyPackageData {
        self.data.clone().into()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "RepositoryPackage(name={}, version={}, requires={}, variants={}, uri={}, tier='{}')",
            repr(py, self.name(py))?,
            repr(py, self.version())?,
            repr(py, self.requires(py)?)?,
            repr(py, self.variants(py)?)?,
            repr(py, &self.uri)?,
            self.tier,
        ))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let fields = [
            "name",
            "version",
            "requires",
            "variants",
            "uri",
            "path",
            "repository",
            "tier",
            "declined",
            "warnings",
        ];
        let fields = fields.map(|field| slf.getattr(field));
        let fields = PyTuple::new(slf.py(), fields.into_iter().collect::<PyResult<Vec<_>>>()?)?;
        PyTuple::new(slf.py(), [slf.get_type().into_any(), fields.into_any()])
    }
}

/// Why a package, a family or a repository isn't served by the compiled tiers.
#[pyclass(name = "ScanFailure", module = "rezload._native", frozen, get_all)]
pub(super) struct PyScanFailure {
    code: &'static str,
    reason: String,
    path: OsString,
    family: Option<String>,
    version: Option<String>,
    repository: Option<String>,
    errno: Option<i32>,
    declined: Py<PyTuple>,
}

impl PyScanFailure {
    fn new(py: Python<'_>, error: &ScanError) -> PyResult<Self> {
        let (errno, declined) = match error.kind() {
            ScanErrorKind::Load(error) => {
                let errno = match &**error {
                    LoadError::Read { source, .. } => source.raw_os_error(),
                    _ => None,
                };
                (errno, error.declined())
            }
            ScanErrorKind::List(error) => (error.raw_os_error(), &[][..]),
            _ => (None, &[][..]),
        };
        Ok(PyScanFailure {
            code: error.kind().code(),
            reason: error.kind().message(),
            path: error.path().as_os_str().to_os_string(),
            family: error.family().map(str::to_owned),
            version: error.version().map(str::to_owned),
            repository: error.repository().map(str::to_owned),
            errno,
            declined: declines(py, declined)?.unbind(),
        })
    }
}

/// Filesystem repositories.
#[pyclass(name = "Repositories", module = "rezload._native", frozen)]
pub(super) struct PyRepositories {
    /// With the static tier alone.
    literal: Repositories,
    #[cfg(feature = "vm")]
    full: Repositories,
}

impl PyRepositories {
    /// With the tiers that definitions run in now as they would in rez.
    #[cfg_attr(not(feature = "vm"), allow(unused_variables))]
    fn now(&self, py: Python<'_>) -> &Repositories {
        #[cfg(feature = "vm")]
        if super::vm::may_run(py) {
            return &self.full;
        }
        &self.literal
    }
}

#[pymethods]
impl PyRepositories {
    #[new]
    #[cfg_attr(not(feature = "vm"), allow(unused_variables))]
    fn new(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        threads: i64,
        package_filenames: Vec<String>,
        allow_unversioned: bool,
        check_definition_files: bool,
    ) -> PyResult<Self> {
        let Some(threads) = usize::try_from(threads).ok().filter(|n| *n <= MAX_THREADS) else {
            let message = format!("threads must be from 0 to {MAX_THREADS}");
            return Err(PyValueError::new_err(message));
        };
        let literal = Repositories::new(paths)
            .threads(threads)
            .package_filenames(package_filenames)
            .allow_unversioned(allow_unversioned)
            .check_definition_files(check_definition_files);
        #[cfg(feature = "vm")]
        super::vm::share(py);
        Ok(PyRepositories {
            #[cfg(feature = "vm")]
            full: literal.clone().with_vm(crate::vm::VmTier::shared()),
            literal,
        })
    }

    /// All packages that are asked for.
    fn scan(
        &self,
        py: Python<'_>,
        families: Vec<String>,
        range: Option<&str>,
        latest: bool,
    ) -> PyResult<PyScan> {
        let mut selection = Selection::new().latest(latest);
        for family in families {
            selection = selection.family(family);
        }
        if let Some(range) = range {
            selection = selection.range(parse_range(range)?);
        }
        Ok(PyScan {
            batches: Mutex::new(self.now(py).batches(&selection, Vec::new)),
            owner: process::id(),
        })
    }

    /// Where the repositories are, as rez spells it; none where rez refuses one.
    fn locations(&self, py: Python<'_>) -> Vec<String> {
        self.now(py).locations()
    }

    /// The packages of one family: `RepositoryPackage` and `ScanFailure` objects.
    fn load_family<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        range: Option<&str>,
    ) -> PyResult<Bound<'py, PyList>> {
        let range = range.map(parse_range).transpose()?;
        let repositories = self.now(py);
        match detach(py, || repositories.load_family(name, range.as_ref())) {
            Ok(items) => objects(py, items),
            Err(error) => objects(py, vec![Err(error)]),
        }
    }
}

/// As many as the command line accepts.
const MAX_THREADS: usize = 1024;

fn parse_range(range: &str) -> PyResult<VersionRange> {
    VersionRange::parse(range).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A scan that goes on in the background.
#[pyclass(name = "Scan", module = "rezload._native", frozen)]
pub(super) struct PyScan {
    batches: Mutex<Batches<Vec<ScanResult>>>,
    owner: u32,
}

#[pymethods]
impl PyScan {
    /// Waits for the next packages, without the GIL; an empty list at the end.
    fn next_batch<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        // the threads that read are the parent's
        if process::id() != self.owner {
            let message = "a scan can't go on in a forked child";
            return Err(PyRuntimeError::new_err(message));
        }
        loop {
            match detach(py, || self.batch()) {
                Ok(items) => return objects(py, items),
                Err(Pending) => py.check_signals()?,
            }
        }
    }
}

impl PyScan {
    /// The next batch that has anything in it, an empty one at the end.
    fn batch(&self) -> Result<Vec<ScanResult>, Pending> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match batches.next_within(PATIENCE)? {
                Some(batch) if batch.is_empty() => {}
                batch => return Ok(batch.unwrap_or_default()),
            }
        }
    }
}

fn objects(py: Python<'_>, items: Vec<ScanResult>) -> PyResult<Bound<'_, PyList>> {
    let objects = items.into_iter().map(|item| match item {
        Ok(package) => Ok(Bound::new(py, PyRepositoryPackage::from(package))?.into_any()),
        Err(error) => Ok(Bound::new(py, PyScanFailure::new(py, &error)?)?.into_any()),
    });
    PyList::new(py, objects.collect::<PyResult<Vec<_>>>()?)
}

fn declines<'py>(py: Python<'py>, declined: &[TierDeclined]) -> PyResult<Bound<'py, PyTuple>> {
    let declined = declined.iter().cloned();
    let declined = declined.map(|d| Bound::new(py, PyTierDeclined::from(d)));
    PyTuple::new(py, declined.collect::<PyResult<Vec<_>>>()?)
}
