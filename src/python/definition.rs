//! Whole definitions as Python's own objects, `SourceCode` and `ModifyList` as rez's.

use std::cell::OnceCell;
use std::path::PathBuf;

use pyo3::exceptions::{PyException, PyImportError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBytes, PyComplex, PyDict, PyEllipsis, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString,
    PyTuple,
};
use pyo3::{intern, IntoPyObjectExt};

use super::ending::detach;
use super::{declines_or_error, os_error};
use crate::decline::Reason;
use crate::definition::{Decorator, Definition, ModifyList, SourceCode, Value};
use crate::error::LoadError;
use crate::loader::Loader;
use crate::source_file::with_source;

/// Loads the whole definition of one file with the tiers that are compiled in: the dict that
/// `rez.serialise.load_from_file` returns, or the tuple of the tiers' declines. A file that
/// can't be read is an `OSError`; an `ImportError` says that the definition holds an object of
/// a class of rez's, and that rez isn't there.
///
/// `source` is the content of the file, which then isn't read. `resolve` has symbolic links of
/// `path` resolved, as `load_from_file` does; without it, or with a `source`, `path` is what the
/// functions' `SourceCode.filepath` says, as in `rez.serialise.load_py`.
#[pyfunction]
#[pyo3(signature = (path, /, source = None, *, resolve = false))]
pub(super) fn try_definition<'py>(
    py: Python<'py>,
    path: PathBuf,
    source: Option<&[u8]>,
    resolve: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let loader = super::loader(py);
    let load = || match source {
        Some(source) => loader.definition_source(&path, source),
        None if resolve => loader.definition(&path),
        None => with_source(&path, |source| loader.definition_source(&path, source))?,
    };
    // a file server may take its time
    match detach(py, load) {
        Ok(loaded) => Ok(dict(py, &loaded.definition)?.into_any()),
        Err(error) => declines_or_error(py, error),
    }
}

/// Loads the definition of the file at `path` in the place of `rez.serialise.load_py`: the dict
/// and the tier that served it, or `None` and the code of the last tier's decline. A file that
/// can't be read is an `OSError`.
///
/// With `literal` only the static tier is asked, which runs nothing: what early functions see and
/// where imports come from isn't what the other tiers take it to be.
#[pyfunction]
#[pyo3(signature = (path, /, *, literal))]
pub(super) fn serve_definition<'py>(
    py: Python<'py>,
    path: PathBuf,
    literal: bool,
) -> PyResult<(Option<Bound<'py, PyDict>>, &'static str)> {
    let static_tier = Loader::new();
    let loader = if literal {
        &static_tier
    } else {
        super::loader(py)
    };
    let load = || with_source(&path, |source| loader.definition_source(&path, source))?;
    // a file server may take its time
    match detach(py, load) {
        // rez goes on with the dict, and a studio's `preprocess` may change what is in it
        Ok(loaded) if loaded.definition.is_sharing() => Ok((None, Reason::SharedValue.code())),
        Ok(loaded) => Ok((Some(dict(py, &loaded.definition)?), loaded.tier.as_str())),
        Err(LoadError::Declined { declined, .. }) => {
            let last = declined.last().expect("the static tier at least");
            Ok((None, last.declined.reason.code()))
        }
        Err(error) => Err(os_error(&error)),
    }
}

/// The dict of a definition.
fn dict<'py>(py: Python<'py>, definition: &Definition) -> PyResult<Bound<'py, PyDict>> {
    let objects = Objects {
        py,
        source_code: OnceCell::new(),
    };
    let dict = PyDict::new(py);
    for (name, value) in definition.iter() {
        dict.set_item(PyString::intern(py, name), objects.object(value)?)?;
    }
    Ok(dict)
}

/// Makes the objects of one definition.
struct Objects<'py> {
    py: Python<'py>,
    /// rez's class, once it is needed.
    source_code: OnceCell<Bound<'py, PyAny>>,
}

impl<'py> Objects<'py> {
    /// Recurses as deep as the definition nests, which the tiers bound.
    fn object(&self, value: &Value) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match value {
            Value::None => py.None().into_bound(py),
            Value::Bool(value) => value.into_bound_py_any(py)?,
            Value::Int(value) => value.into_bound_py_any(py)?,
            Value::BigInt(digits) => py.get_type::<PyInt>().call1((digits,))?,
            Value::Float(value) => PyFloat::new(py, *value).into_any(),
            Value::Complex { real, imag } => PyComplex::from_doubles(py, *real, *imag).into_any(),
            Value::Str(text) => PyString::new(py, text).into_any(),
            Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Value::Ellipsis => PyEllipsis::get(py).to_owned().into_any(),
            Value::List(items) => self.list(items)?.into_any(),
            Value::Tuple(items) => PyTuple::new(py, self.objects(items)?)?.into_any(),
            Value::Set(items) => PySet::new(py, self.objects(items)?)?.into_any(),
            Value::FrozenSet(items) => PyFrozenSet::new(py, self.objects(items)?)?.into_any(),
            Value::Dict(items) => {
                let dict = PyDict::new(py);
                for (key, value) in items {
                    dict.set_item(self.object(key)?, self.object(value)?)?;
                }
                dict.into_any()
            }
            Value::SourceCode(code) => self.source_code(code)?,
            Value::ModifyList(change) => self.modify_list(change)?,
        })
    }

    fn objects(&self, values: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
        values.iter().map(|value| self.object(value)).collect()
    }

    fn list(&self, values: &[Value]) -> PyResult<Bound<'py, PyList>> {
        PyList::new(self.py, self.objects(values)?)
    }

    /// The attributes that `SourceCode.__init__` sets, but for `func`: nobody but it looks at
    /// the function.
    fn source_code(&self, code: &SourceCode) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let class = match self.source_code.get() {
            Some(class) => class,
            None => {
                let class = rez_class(py, "rez.utils.sourcecode", "SourceCode")?;
                self.source_code.get_or_init(|| class)
            }
        };
        let decorators = PyList::empty(py);
        for decorator in &code.decorators {
            decorators.append(decorator_dict(py, decorator)?)?;
        }
        let object = class.call_method1(intern!(py, "__new__"), (class,))?;
        // a third of the time that seven `setattr` take
        let fields = object.getattr(intern!(py, "__dict__"))?;
        let fields = fields.cast::<PyDict>()?;
        fields.set_item(intern!(py, "source"), &code.source)?;
        fields.set_item(intern!(py, "func"), py.None())?;
        fields.set_item(intern!(py, "filepath"), code.filepath.as_os_str())?;
        fields.set_item(intern!(py, "eval_as_function"), code.eval_as_function)?;
        fields.set_item(intern!(py, "package"), py.None())?;
        fields.set_item(intern!(py, "funcname"), &code.funcname)?;
        fields.set_item(intern!(py, "decorators"), decorators)?;
        Ok(object)
    }

    fn modify_list(&self, change: &ModifyList) -> PyResult<Bound<'py, PyAny>> {
        let class = rez_class(self.py, "rez.utils.data_utils", "ModifyList")?;
        let part = |values: &Option<Vec<Value>>| {
            let values = values.as_ref();
            values.map(|values| self.list(values)).transpose()
        };
        class.call1((part(&change.append)?, part(&change.prepend)?))
    }
}

/// A class of rez's; an `ImportError` for whatever keeps rez from being imported (it reads its
/// configuration then).
fn rez_class<'py>(py: Python<'py>, module: &str, class: &str) -> PyResult<Bound<'py, PyAny>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

    // `import` takes microseconds even when there is nothing to do
    let modules = MODULES.get_or_try_init(py, || -> PyResult<Py<PyDict>> {
        Ok(py.import("sys")?.getattr("modules")?.cast_into()?.unbind())
    })?;
    let imported = match modules.bind(py).get_item(module)? {
        Some(module) if !module.is_none() => Ok(module),
        _ => py.import(module).map(Bound::into_any),
    };
    imported
        .and_then(|module| module.getattr(class))
        .map_err(|error| {
            if !error.is_instance_of::<PyException>(py) {
                return error;
            }
            let wrapped = PyImportError::new_err(format!("can't be imported: {}", error.value(py)));
            wrapped.set_cause(py, Some(error));
            wrapped
        })
}

fn decorator_dict<'py>(py: Python<'py>, decorator: &Decorator) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let name = match decorator {
        Decorator::Late => intern!(py, "late"),
        Decorator::Include(modules) => {
            dict.set_item(intern!(py, "nargs"), modules)?;
            intern!(py, "include")
        }
    };
    dict.set_item(intern!(py, "name"), name)?;
    Ok(dict)
}
