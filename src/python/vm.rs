//! The VM tier inside CPython: its facts are this interpreter's.

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::vm::{Host, Limits, Profile, VmTier};

/// Makes this interpreter's facts those of the VM tier, and looks whether they still are what its
/// interpreters take for constant.
///
/// The GIL comes first: a thread that had it and waited here for one that was still to ask for it
/// would wait for ever.
pub(crate) fn share(py: Python<'_>) {
    VmTier::share(|| {
        let version = py.version_info();
        let version = (version.major, version.minor, version.patch);
        let mut profile = Profile::standalone(version);
        // CPython knows them better
        profile.facts.clear();
        profile.host = Some(Arc::new(CPython));
        VmTier::new(profile, Limits::default())
    });
    IS_CONSTANT.store(is_constant(py), Ordering::Relaxed);
}

/// What [`is_constant`] said last: those who ask hold no GIL, and shouldn't wait for it.
static IS_CONSTANT: AtomicBool = AtomicBool::new(true);

/// Whether `sys.platform` and `os.name` are what they were at first: tests put others there.
fn is_constant(py: Python<'_>) -> bool {
    static FIRST: PyOnceLock<[(Py<PyModule>, Py<PyAny>); 2]> = PyOnceLock::new();
    let constants = [("sys", "platform"), ("os", "name")];
    let first = FIRST.get_or_try_init(py, || {
        let [sys, os] = constants.map(|(module, name)| {
            let module = py.import(module)?;
            let value = module.getattr(name)?;
            PyResult::Ok((module.unbind(), value.unbind()))
        });
        PyResult::Ok([sys?, os?])
    });
    let names = [intern!(py, "platform"), intern!(py, "name")];
    let is_first = |((module, value), name): (&(Py<PyModule>, Py<PyAny>), _)| {
        let now = module.bind(py).getattr(name);
        now.is_ok_and(|now| now.is(value) || now.eq(value).unwrap_or(false))
    };
    first.is_ok_and(|first| first.iter().zip(names).all(is_first))
}

/// `rezload._profile`, which answers for this interpreter.
#[derive(Debug)]
struct CPython;

/// What the function `name` of `rezload._profile` gives, `None` where it raises.
fn ask<T>(name: &str, argument: Option<&str>) -> Option<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py>,
{
    Python::attach(|py| {
        let function = py.import("rezload._profile").ok()?.getattr(name).ok()?;
        let answer = match argument {
            Some(argument) => function.call1((argument,)),
            None => function.call0(),
        };
        answer.ok()?.extract().ok()
    })
}

impl Host for CPython {
    fn fact(&self, name: &str) -> Option<String> {
        ask("fact", Some(name))
    }

    fn may_change(&self, _name: &str) -> bool {
        true
    }

    fn is_constant(&self) -> bool {
        IS_CONSTANT.load(Ordering::Relaxed)
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        ask("variable", Some(name))
    }

    fn environment(&self) -> Vec<(OsString, OsString)> {
        ask("environment", None).unwrap_or_default()
    }
}
