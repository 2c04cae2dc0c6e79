//! `rezload.PackageData`, the class that pyrer's users construct and read.

use compact_str::CompactString;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

use super::package::repr;
use crate::package::PackageData;

/// One package's solver fields, with pyrer's constructor, attributes and class methods.
#[pyclass(name = "PackageData", module = "rezload", eq, get_all, set_all)]
#[derive(PartialEq)]
pub(super) struct PyPackageData {
    /// The family name.
    name: String,
    /// The version; empty for an unversioned package.
    version: String,
    /// The requests.
    requires: Vec<String>,
    /// One list of requests for each variant.
    variants: Vec<Vec<String>>,
}

impl From<PackageData> for PyPackageData {
    fn from(data: PackageData) -> Self {
        let strings = |list: Vec<CompactString>| {
            let list = list.into_iter().map(CompactString::into_string);
            list.collect::<Vec<_>>()
        };
        PyPackageData {
            name: data.name.into_string(),
            version: data.version.into_string(),
            requires: strings(data.requires),
            variants: data.variants.into_iter().map(strings).collect(),
        }
    }
}

#[pymethods]
impl PyPackageData {
    #[new]
    #[pyo3(signature = (name, version, requires = None, variants = None))]
    fn new(
        name: String,
        version: String,
        requires: Option<Vec<String>>,
        variants: Option<Vec<Vec<String>>>,
    ) -> Self {
        PyPackageData {
            name,
            version,
            requires: requires.unwrap_or_default(),
            variants: variants.unwrap_or_default(),
        }
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
            .map(strings)
            .collect::<PyResult<_>>()?;
        let version = pkg.getattr("version")?;
        Ok(PyPackageData {
            name: text(&pkg.getattr("name")?)?,
            version: if version.is_none() {
                String::new()
            } else {
                text(&version)?
            },
            requires: strings(&pkg.getattr("requires")?)?,
            variants,
        })
    }

    /// The constructor under pyrer's other name.
    #[classmethod]
    #[pyo3(signature = (name, version, requires = None, variants = None))]
    fn from_strings(
        _cls: &Bound<'_, PyType>,
        name: String,
        version: String,
        requires: Option<Vec<String>>,
        variants: Option<Vec<Vec<String>>>,
    ) -> Self {
        PyPackageData::new(name, version, requires, variants)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "PackageData(name={}, version={}, requires={}, variants={})",
            repr(py, &self.name)?,
            repr(py, &self.version)?,
            repr(py, &self.requires)?,
            repr(py, &self.variants)?,
        ))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let this = slf.try_borrow()?;
        let fields = (&this.name, &this.version, &this.requires, &this.variants);
        let fields = fields.into_pyobject(slf.py())?.into_any();
        PyTuple::new(slf.py(), [slf.get_type().into_any(), fields])
    }
}

/// The items of an iterable, none for `None`.
fn items<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    value.try_iter()?.collect()
}

fn strings(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    items(value)?.iter().map(text).collect()
}

/// `str(value)`.
fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let text: Bound<'_, PyString> = value.str()?;
    Ok(text.to_cow()?.into_owned())
}
