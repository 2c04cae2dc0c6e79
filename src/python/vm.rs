//! The VM tier inside CPython: its facts are this interpreter's.

use std::ffi::OsString;
use std::sync::Arc;

use pyo3::prelude::*;

use crate::vm::{Host, Limits, Profile, VmTier};

/// Makes this interpreter's facts those of the VM tier.
pub(crate) fn share() {
    VmTier::share(|| {
        let version = Python::attach(|py| {
            let version = py.version_info();
            (version.major, version.minor, version.patch)
        });
        let mut profile = Profile::standalone(version);
        // CPython knows them better
        profile.facts.clear();
        profile.host = Some(Arc::new(CPython));
        VmTier::new(profile, Limits::default())
    });
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

    fn variable(&self, name: &str) -> Option<OsString> {
        ask("variable", Some(name))
    }

    fn environment(&self) -> Vec<(OsString, OsString)> {
        ask("environment", None).unwrap_or_default()
    }
}
