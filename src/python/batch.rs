//! pyrer's parse functions: one source, or many files on a thread pool.

use std::path::PathBuf;

use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use rayon::prelude::*;

use super::ending::detach;
use super::package_data::PyPackageData;
use crate::package::PackageData;
use crate::pool::Pools;
use crate::source_file::with_source;
use crate::static_tier::parse_static;

/// From this size on, parsing takes longer than handing the GIL over and back.
const DETACH_FROM: usize = 64 << 10;

/// The threads that files are loaded on.
static POOLS: Pools = Pools::new();

/// How many files are loaded between two looks at pending signals.
const BATCH: usize = 4096;

/// Parses the text of a package.py with the static tier: `None` when it declines.
#[pyfunction]
#[pyo3(signature = (source))]
pub(super) fn parse_static_package_py(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
) -> PyResult<Option<PyPackageData>> {
    let parsed = if let Ok(bytes) = source.cast::<PyBytes>() {
        parse(py, bytes.as_bytes())
    } else if let Ok(text) = source.cast::<PyString>() {
        match text.to_cow() {
            // `compile(str)` refuses the mark that it skips in bytes
            Ok(text) if text.starts_with('\u{feff}') => None,
            Ok(text) => parse(py, text.as_bytes()),
            // a lone surrogate: no file decodes to this text
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(py) => None,
            Err(error) => return Err(error),
        }
    } else {
        let found = source.get_type().name()?;
        let message = format!("source must be str or bytes, not {found}");
        return Err(PyTypeError::new_err(message));
    };
    Ok(parsed.map(PyPackageData::from))
}

fn parse(py: Python<'_>, source: &[u8]) -> Option<PackageData> {
    if source.len() < DETACH_FROM {
        parse_static(source).ok()
    } else {
        detach(py, || parse_static(source).ok())
    }
}

/// Reads and parses many files with the static tier, on all cores and without the GIL.
///
/// The result is aligned with `paths`; a file that the tier declines or that can't be read
/// is `None`.
#[pyfunction]
#[pyo3(signature = (paths))]
pub(super) fn parse_static_packages_py(
    py: Python<'_>,
    paths: &Bound<'_, PyAny>,
) -> PyResult<Vec<Option<PyPackageData>>> {
    if paths.is_instance_of::<PyString>() || paths.is_instance_of::<PyBytes>() {
        return Err(PyTypeError::new_err(
            "paths must be an iterable of paths, not one path",
        ));
    }
    let paths = paths
        .try_iter()?
        .map(|path| file_path(&path?))
        .collect::<PyResult<Vec<_>>>()?;
    let mut parsed = Vec::with_capacity(paths.len());
    for batch in paths.chunks(BATCH) {
        let loaded = detach(py, || parse_files(batch));
        parsed.extend(loaded.into_iter().map(|data| data.map(PyPackageData::from)));
        py.check_signals()?;
    }
    Ok(parsed)
}

/// `None` for a name that the file system can't spell, which therefore names no file.
fn file_path(path: &Bound<'_, PyAny>) -> PyResult<Option<PathBuf>> {
    let extracted = if path.is_instance_of::<PyString>() {
        path.extract()
    } else {
        let decoded = path
            .py()
            .import("os")?
            .getattr("fsdecode")?
            .call1((path,))?;
        decoded.extract()
    };
    match extracted {
        Ok(path) => Ok(Some(path)),
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(path.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse_files(paths: &[Option<PathBuf>]) -> Vec<Option<PackageData>> {
    let parse_file = |path: &Option<PathBuf>| {
        with_source(path.as_deref()?, |source| parse_static(source).ok()).ok()?
    };
    match POOLS.get(0) {
        Some(pool) => pool
            .threads()
            .install(|| paths.par_iter().map(parse_file).collect()),
        None => paths.iter().map(parse_file).collect(),
    }
}
