//! `rezload.PackageData`, the class that pyrer's users construct and read.

use compact_str::CompactString;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple, PyType};

use super::package::repr;
use super::strings::{self, compact, compact_rows};
use crate::package::PackageData;

/// One package's solver fields, with pyrer's constructor, attributes and class methods.
#[pyclass(name = "PackageData", module = "rezload", eq)]
#[derive(PartialEq)]
pub(super) struct PyPackageData(PackageData);

impl From<PackageData> for PyPackageData {
    fn from(data: PackageData) -> Self {
        PyPackageData(data)
    }
}

#[pymethods]
impl PyPackageData {
    #[new]
    #[pyo3(signature = (name, version, requires = None, variants = None))]
    fn new(
        name: &str,
        version: &str,
        requires: Option<Vec<String>>,
        variants: Option<Vec<Vec<String>>>,
    ) -> Self {
        PyPackageData(PackageData {
            name: name.into(),
            version: version.into(),
            requires: compact(requires.unwrap_or_default()),
            variants: compact_rows(variants.unwrap_or_default()),
        })
    }

    /// The family name.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        strings::shared(py, &self.0.name)
    }

    #[setter]
    fn set_name(&mut self, name: &str) {
        self.0.name = name.into();
    }

    /// The version; empty for an unversioned package.
    #[getter]
    fn version(&self) -> &str {
        &self.0.version
    }

    #[setter]
    fn set_version(&mut self, version: &str) {
        self.0.version = version.into();
    }

    /// The requests.
    #[getter]
    fn requires<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::list(py, &self.0.requires)
    }

    #[setter]
    fn set_requires(&mut self, requires: Vec<String>) {
        self.0.requires = compact(requires);
    }

    /// One list of requests for each variant.
    #[getter]
    fn variants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        strings::lists(py, &self.0.variants)
    }

    #[setter]
    fn set_variants(&mut self, variants: Vec<Vec<String>>) {
        self.0.variants = compact_rows(variants);
    }

    /// Takes the fields of a rez `Package`, or of anything with its four attributes.
    ///
    /// The version and the requests go through `str`; `None` is empty.
    #[classmethod]
    #[pyo3(signature = (pkg, /))]
    fn from_rez(_cls: &Bound<'_, PyType>, pkg: &Bound<'_, PyAny>) -> PyResult<Self> {
        let variants = pkg.getattr("variants")?;
        let variants = items(&variants)?
            .iter()
            .map(texts)
            .collect::<PyResult<_>>()?;
        let version = pkg.getattr("version")?;
        Ok(PyPackageData(PackageData {
            name: text(&pkg.getattr("name")?)?,
            version: if version.is_none() {
                CompactString::default()
            } else {
                text(&version)?
            },
            requires: texts(&pkg.getattr("requires")?)?,
            variants,
        }))
    }

    /// The constructor under pyrer's other name.
    #[classmethod]
    #[pyo3(signature = (name, version, requires = None, variants = None))]
    fn from_strings(
        _cls: &Bound<'_, PyType>,
        name: &str,
        version: &str,
        requires: Option<Vec<String>>,
        variants: Option<Vec<Vec<String>>>,
    ) -> Self {
        PyPackageData::new(name, version, requires, variants)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "PackageData(name={}, version={}, requires={}, variants={})",
            repr(py, self.name(py))?,
            repr(py, self.version())?,
            repr(py, self.requires(py)?)?,
            repr(py, self.variants(py)?)?,
        ))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, this) = (slf.py(), slf.try_borrow()?);
        let fields = (
            this.name(py),
            this.version(),
            this.requires(py)?,
            this.variants(py)?,
        );
        let fields = fields.into_pyobject(py)?.into_any();
        PyTuple::new(py, [slf.get_type().into_any(), fields])
    }
}

/// The items of an iterable, none for `None`.
fn items<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    value.try_iter()?.collect()
}

fn texts(value: &Bound<'_, PyAny>) -> PyResult<Vec<CompactString>> {
    items(value)?.iter().map(text).collect()
}

/// `str(value)`.
fn text(value: &Bound<'_, PyAny>) -> PyResult<CompactString> {
    let text: Bound<'_, PyString> = value.str()?;
    Ok(CompactString::from(text.to_cow()?))
}
