//! The PyO3 module `rezload._native`; `python/rezload/` is its public face.

mod batch;
mod package;
mod package_data;
mod pool;
mod repository;

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error::LoadError;
use crate::loader::Loader;
use package::{PyPackage, PyTierDeclined};

/// The compiled half of rezload.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::batch::{parse_static_package_py, parse_static_packages_py};
    #[pymodule_export]
    use super::package::{PyPackage, PyTierDeclined};
    #[pymodule_export]
    use super::package_data::PyPackageData;
    #[pymodule_export]
    use super::repository::{PyRepositories, PyRepositoryPackage, PyScan, PyScanFailure};
    #[cfg(feature = "cli")]
    #[pymodule_export]
    use super::run_cli;
    #[pymodule_export]
    use super::try_load;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Loads one file with the tiers that are compiled in: a `Package`, or the tuple of the
/// tiers' declines. A file that can't be read is an `OSError`.
#[pyfunction]
#[pyo3(signature = (path, /))]
fn try_load<'py>(py: Python<'py>, path: PathBuf) -> PyResult<Bound<'py, PyAny>> {
    // a file server may take its time
    match py.detach(|| Loader::new().load(path)) {
        Ok(package) => Ok(Bound::new(py, PyPackage::from(package))?.into_any()),
        Err(LoadError::Declined { declined, .. }) => {
            let declined = declined.into_iter().map(PyTierDeclined::from);
            let declined = declined
                .map(|d| Bound::new(py, d))
                .collect::<PyResult<Vec<_>>>()?;
            Ok(PyTuple::new(py, declined)?.into_any())
        }
        Err(error) => Err(os_error(&error)),
    }
}

/// Runs the command line on `args`, the program's name first, and gives its exit status.
#[cfg(feature = "cli")]
#[pyfunction]
#[pyo3(signature = (args, /))]
fn run_cli(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| crate::cli::main(args))
}

/// The `OSError` for a file that can't be read; Python picks the subclass by errno.
fn os_error(error: &LoadError) -> PyErr {
    /// EINVAL, and EISDIR, on every platform that CPython runs on
    const EINVAL: i32 = 22;
    const EISDIR: i32 = 21;

    let path = error.path();
    let (errno, reason) = match error {
        LoadError::Read { source, .. } => {
            let reason = source.to_string();
            let words = reason.split(" (os error ").next().unwrap_or_default();
            (source.raw_os_error(), words.to_owned())
        }
        _ if path.is_dir() => (Some(EISDIR), "Is a directory".to_owned()),
        _ => (Some(EINVAL), "Not a regular file".to_owned()),
    };
    // On Windows the system's own code goes into the fourth argument, and errno follows.
    let path = path.as_os_str().to_os_string();
    #[cfg(windows)]
    if let (LoadError::Read { .. }, Some(code)) = (error, errno) {
        return PyOSError::new_err((EINVAL, reason, path, code));
    }
    PyOSError::new_err((errno.unwrap_or(EINVAL), reason, path))
}
