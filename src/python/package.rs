//! `rezload.Package` and `rezload.TierDeclined`: what a load gives, immutable.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use pyo3::IntoPyObjectExt;

use super::strings::{self, compact, compact_rows};
use crate::decline::{Declined, Reason};
use crate::package::{Package, PackageData, Position, Tier, TierDeclined};

/// A loaded package: the four fields that rez's solver reads, the file, and the tier that
/// served it.
#[pyclass(name = "Package", module = "rezload", frozen, eq)]
#[derive(PartialEq)]
pub(super) struct PyPackage(Package);

impl From<Package> for PyPackage {
    fn from(package: Package) -> Self {
        PyPackage(package)
    }
}

#[pymethods]
impl PyPackage {
    #[new]
    fn new(
        name: String,
        version: String,
        requires: Vec<String>,
        variants: Vec<Vec<String>>,
        tier: &str,
        path: PathBuf,
        declined: Vec<Bound<'_, PyTierDeclined>>,
    ) -> PyResult<Self> {
        let data = PackageData {
            name: name.into(),
            version: version.into(),
            requires: compact(requires),
            variants: compact_rows(variants),
        };
        Ok(PyPackage(Package {
            data,
            tier: parse_tier(tier)?,
            path,
            declined: declined.iter().map(|d| d.get().0.clone()).collect(),
        }))
    }

    /// The family name, as the definition spells it.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        strings::shared(py, &self.0.data.name)
    }

    /// The version, as the definition spells it; empty for an unversioned package.
    #[getter]
    fn version(&self) -> &str {
        &self.0.data.version
    }

    /// The requests, each as `str(rez.utils.formatting.PackageRequest(...))` spells it.
    #[getter]
    fn requires<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::list(py, &self.0.data.requires)
    }

    /// One list of requests for each variant.
    #[getter]
    fn variants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::lists(py, &self.0.data.variants)
    }

    /// The tier that served the file: `"static"`, `"vm"` or `"rez"`.
    #[getter]
    fn tier(&self) -> &'static str {
        self.0.tier.as_str()
    }

    /// The file, as it was asked for.
    #[getter]
    fn path(&self) -> &OsStr {
        self.0.path.as_os_str()
    }

    /// Why each earlier tier declined, in the order in which they were asked.
    #[getter]
    fn declined<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let declined = self.0.declined.iter().cloned();
        let declined = declined.map(|d| Bound::new(py, PyTierDeclined(d)));
        PyTuple::new(py, declined.collect::<PyResult<Vec<_>>>()?)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&self.0)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let data = &self.0.data;
        Ok(format!(
            "Package(name={}, version={}, requires={}, variants={}, tier='{}', path={})",
            repr(py, data.name.as_str())?,
            repr(py, data.version.as_str())?,
            repr(py, self.requires(py)?)?,
            repr(py, self.variants(py)?)?,
            self.0.tier,
            repr(py, self.0.path.as_os_str())?,
        ))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let fields = [
            "name", "version", "requires", "variants", "tier", "path", "declined",
        ];
        let fields = fields.map(|field| slf.getattr(field));
        let fields = PyTuple::new(slf.py(), fields.into_iter().collect::<PyResult<Vec<_>>>()?)?;
        PyTuple::new(slf.py(), [slf.get_type().into_any(), fields.into_any()])
    }
}

/// One tier's refusal of a file: the reason and its place.
#[pyclass(name = "TierDeclined", module = "rezload", frozen, eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct PyTierDeclined(pub TierDeclined);

impl From<TierDeclined> for PyTierDeclined {
    fn from(declined: TierDeclined) -> Self {
        PyTierDeclined(declined)
    }
}

#[pymethods]
impl PyTierDeclined {
    #[new]
    #[pyo3(signature = (tier, code, line, column, offset, detail=None))]
    fn new(
        tier: &str,
        code: &str,
        line: usize,
        column: usize,
        offset: usize,
        detail: Option<String>,
    ) -> PyResult<Self> {
        let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
        let reason = *reason.ok_or_else(|| {
            PyValueError::new_err(format!("`{code}` is not the code of a reason"))
        })?;
        Ok(PyTierDeclined(TierDeclined {
            tier: parse_tier(tier)?,
            declined: Declined { reason, offset },
            position: Position { line, column },
            detail,
        }))
    }

    /// The tier that declined: `"static"`, `"vm"` or `"rez"`.
    #[getter]
    fn tier(&self) -> &'static str {
        self.0.tier.as_str()
    }

    /// A stable identifier of the reason, such as `"top-level-if"`.
    #[getter]
    fn code(&self) -> &'static str {
        self.0.declined.reason.code()
    }

    /// The reason in words.
    #[getter]
    fn reason(&self) -> &'static str {
        self.0.declined.reason.message()
    }

    /// What exactly: the module, the attribute, the exception. `None` when the reason says
    /// it all.
    #[getter]
    fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What to change so that the tier can serve the file.
    #[getter]
    fn hint(&self) -> &'static str {
        self.0.declined.reason.hint()
    }

    /// The line of the construct, from 1.
    #[getter]
    fn line(&self) -> usize {
        self.0.position.line
    }

    /// The column of the construct, from 1, in characters.
    #[getter]
    fn column(&self) -> usize {
        self.0.position.column
    }

    /// The byte offset of the construct, from 0.
    #[getter]
    fn offset(&self) -> usize {
        self.0.declined.offset
    }

    fn __repr__(&self) -> String {
        format!(
            "TierDeclined(tier='{}', code='{}', line={}, column={}, offset={})",
            self.tier(),
            self.code(),
            self.line(),
            self.column(),
            self.offset()
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let this = slf.get();
        let arguments = (
            this.tier(),
            this.code(),
            this.line(),
            this.column(),
            this.offset(),
            this.detail(),
        );
        let arguments = arguments.into_pyobject(slf.py())?.into_any();
        PyTuple::new(slf.py(), [slf.get_type().into_any(), arguments])
    }
}

pub(super) fn parse_tier(tier: &str) -> PyResult<Tier> {
    [Tier::Static, Tier::Vm, Tier::Rez]
        .into_iter()
        .find(|known| known.as_str() == tier)
        .ok_or_else(|| PyValueError::new_err(format!("`{tier}` is not a tier")))
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Python's `repr` of a value.
pub(super) fn repr<'py, T: IntoPyObject<'py>>(py: Python<'py>, value: T) -> PyResult<String> {
    let value = value.into_bound_py_any(py)?;
    let repr: Bound<'_, PyString> = value.repr()?;
    Ok(repr.to_cow()?.into_owned())
}
