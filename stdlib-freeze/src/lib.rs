//! The curated Python standard library that the VM tier freezes into the binary.
//!
//! Two kinds of modules, both compiled at build time:
//! - CPython's own, unmodified, where they need nothing of the host ([`CPYTHON`]);
//! - facades in `facade/`, written for this project, where a module touches the host (`os`,
//!   `sys`, `platform`), where CPython's costs more to import than a definition's whole load
//!   (`subprocess`, `logging`), or where it is rez's.
//!
//! A facade holds what it can answer as rez would. Its module-level `__getattr__` declines
//! everything else, so that an attribute that is missing here is never mistaken for one that
//! is missing in CPython.

mod modules;

pub use modules::CPYTHON;
use rustpython_compiler_core::frozen::{FrozenLib, FrozenModule};

static FROZEN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/frozen.bin"));

/// Every frozen module, by name.
pub fn frozen_modules() -> impl Iterator<Item = (&'static str, FrozenModule)> {
    FrozenLib::<[u8]>::from_ref(FROZEN).decode()
}
