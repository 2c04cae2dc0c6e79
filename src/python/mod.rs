//! The PyO3 module `rezload._native`; `python/rezload/` is its public face.

mod batch;
mod definition;
mod ending;
mod package;
mod package_data;
mod repository;
mod strings;
#[cfg(feature = "vm")]
mod vm;

/// Makes this interpreter's facts those of the VM tier.
#[cfg(all(feature = "cli", feature = "vm"))]
pub(crate) fn share_vm() {
    Python::attach(vm::share_for_command);
}

#[cfg(feature = "cli")]
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

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
    use super::definition::{serve_definition, try_definition};
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

    /// Refuses an interpreter beside the first: what is kept for the process is of that one.
    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use std::sync::atomic::{AtomicUsize, Ordering};

        static FIRST: AtomicUsize = AtomicUsize::new(0);
        // SAFETY: the interpreter is there, and so is its dict of modules.
        let modules = unsafe { pyo3::ffi::PyImport_GetModuleDict() } as usize;
        let first = FIRST.compare_exchange(0, modules, Ordering::AcqRel, Ordering::Acquire);
        match first {
            Err(first) if first != modules => Err(pyo3::exceptions::PyImportError::new_err(
                "rezload is in use in another interpreter of this process",
            )),
            _ => super::ending::register(module),
        }
    }
}

/// The ladder of this process: the tiers that are compiled in, but for the VM where definitions
/// don't run as in it.
#[cfg_attr(not(feature = "vm"), allow(unused_variables))]
fn loader(py: Python<'_>) -> &'static Loader {
    #[cfg(feature = "vm")]
    if vm::may_run(py) {
        static LOADER: OnceLock<Loader> = OnceLock::new();
        vm::share(py);
        return LOADER.get_or_init(|| Loader::new().with_vm(crate::vm::VmTier::shared()));
    }
    static LITERAL: OnceLock<Loader> = OnceLock::new();
    LITERAL.get_or_init(Loader::new)
}

/// Loads one file with the tiers that are compiled in: a `Package`, or the tuple of the
/// tiers' declines. A file that can't be read is an `OSError`.
#[pyfunction]
#[pyo3(signature = (path, /))]
fn try_load<'py>(py: Python<'py>, path: PathBuf) -> PyResult<Bound<'py, PyAny>> {
    let loader = loader(py);
    // a file server may take its time
    match ending::detach(py, || loader.load(path)) {
        Ok(package) => Ok(Bound::new(py, PyPackage::from(package))?.into_any()),
        Err(error) => declines_or_error(py, error),
    }
}

/// The tuple of the tiers' declines, or the `OSError` for a file that can't be read.
fn declines_or_error(py: Python<'_>, error: LoadError) -> PyResult<Bound<'_, PyAny>> {
    let LoadError::Declined { declined, .. } = error else {
        return Err(os_error(&error));
    };
    let declined = declined.into_iter().map(PyTierDeclined::from);
    let declined = declined
        .map(|d| Bound::new(py, d))
        .collect::<PyResult<Vec<_>>>()?;
    Ok(PyTuple::new(py, declined)?.into_any())
}

/// Runs the command line on `args`, the program's name first, and gives its exit status.
/// `python` is a Python that has rez, if there is one.
#[cfg(feature = "cli")]
#[pyfunction]
#[pyo3(signature = (args, /, python=None))]
fn run_cli(py: Python<'_>, args: Vec<OsString>, python: Option<PathBuf>) -> u8 {
    py.detach(|| crate::cli::main_in_python(args, python))
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
