//! The VM tier inside CPython: its facts are this interpreter's.

use std::ffi::OsString;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::ending;
use crate::vm::{Host, Limits, Profile, VmTier};

/// Makes this interpreter's facts those of the VM tier.
///
/// The GIL comes first: a thread that had it and waited here for one that was still to ask for it
/// would wait for ever.
pub(super) fn share(py: Python<'_>) {
    VmTier::share(|| {
        let version = py.version_info();
        let version = (version.major, version.minor, version.patch);
        let mut profile = Profile::standalone(version);
        // CPython knows them better
        profile.facts.clear();
        profile.host = Some(Arc::new(CPython));
        VmTier::new(profile, Limits::default())
    });
}

/// [`share`] for a command in this interpreter; none where definitions may not run as in it.
#[cfg(feature = "cli")]
pub(super) fn share_for_command(py: Python<'_>) {
    if may_run(py) {
        return share(py);
    }
    let reason = "this Python runs with -O or -bb, which change what Python does";
    VmTier::share(|| VmTier::asking(|| Err(reason.to_owned()), Limits::default()));
}

/// Whether a definition that ran in rez now would run as the VM tier runs it: `may_run` of
/// `rezload._profile`.
pub(super) fn may_run(py: Python<'_>) -> bool {
    // not made in the lock, for which a child would wait that was forked meanwhile
    static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let ask = || {
        let function = match FUNCTION.get(py) {
            Some(function) => function.bind(py).clone(),
            None => {
                let function = py.import("rezload._profile")?.getattr("may_run")?;
                let _ = FUNCTION.set(py, function.clone().unbind());
                function
            }
        };
        function.call0()?.extract()
    };
    ask().unwrap_or(false)
}

/// `rezload._profile`, which answers for this interpreter.
#[derive(Debug)]
struct CPython;

/// What the function `name` of `rezload._profile` gives, `None` where it raises.
fn ask<T>(name: &str, argument: Option<&str>) -> Option<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py>,
{
    ending::attach(|py| {
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

    fn variable(&self, name: &str) -> Option<OsString> {
        ask("variable", Some(name))
    }

    fn environment(&self) -> Vec<(OsString, OsString)> {
        ask("environment", None).unwrap_or_default()
    }
}
