//! The fastest correct way to load [rez](https://rez.readthedocs.io) packages.
//!
//! A rez package is described by a `package.py`, which is arbitrary Python. rezload reads
//! it through a ladder of tiers; a tier serves a file only when what it gives is what
//! real rez gives, and otherwise declines and says why.
//!
//! - **static**: [`parse_static`], a hand-written lexer for definitions whose fields are
//!   literal. Nothing is executed.
//!
//!   ```
//!   let source = b"name = 'maya'\nversion = '2024.1'\nrequires = ['python>=3']\n";
//!   let package = rezload::parse_static(source).unwrap();
//!   assert_eq!(package.requires, ["python-3+"]);
//!
//!   let declined = rezload::parse_static(b"import studio\nname = 'maya'\n").unwrap_err();
//!   assert_eq!(declined.reason, rezload::Reason::Import);
//!   ```
//! - **vm**: an embedded RustPython that can only read, for definitions that compute:
//!   `vm::VmTier`, with the feature `vm`.
//!
//!   ```
//!   # #[cfg(feature = "vm")] {
//!   use rezload::{vm::VmTier, Loader, Tier};
//!
//!   let source = b"import os\nname = 'maya'\nversion = '1'\nif os.sep: requires = ['a>=1']\n";
//!   let loader = Loader::new().with_vm(VmTier::default());
//!   let package = loader.load_source("package.py".as_ref(), source).unwrap();
//!   assert_eq!((package.tier, &*package.data.requires[0]), (Tier::Vm, "a-1+"));
//!   # }
//!   ```
//! - **rez**: real rez on CPython, in helper processes: `RezTier`, with the feature `rez`, by
//!   `Loader::with_rez`. In Python, `rezload.load(path)` has rez in the same process.
//!
//!   ```no_run
//!   # #[cfg(feature = "rez")] {
//!   use rezload::{Loader, RezSettings, RezTier};
//!
//!   let rez = RezTier::new(RezSettings::new().python("/path/to/rez/bin/python"));
//!   let package = Loader::new().with_rez(rez).load("/sw/sources/maya/package.py");
//!   # }
//!   ```
//!
//! # Source layout
//!
//! - `static_tier/`: the lexer, the grammar automaton, the top-level model
//! - `version/`: rez's versions, ranges and requests; `swar.rs`: runs of bytes
//! - `vm_tier/`: the embedded RustPython; its frozen modules are the crate `stdlib-freeze`
//! - `repository/`: whole repositories; `yaml/`: package.yaml
//! - `rez_tier/`: real rez, in helper processes
//! - `loader.rs`: the ladder; `source_file.rs`: reading a definition
//! - `definition/`: the typed values of a whole definition
//! - `survey/`, `diff/`, `bench/`: the evidence on somebody's own packages
//! - `package.rs`: what a load gives; `decline.rs`, `error.rs`: why it gives nothing
//! - `python/`: the PyO3 module `rezload._native`; `main.rs` and `cli/`: the command line

#[cfg(feature = "bench")]
pub mod bench;
#[cfg(feature = "cli")]
pub mod cli;
mod decline;
mod definition;
mod descriptors;
#[cfg(feature = "diff")]
pub mod diff;
#[cfg(any(feature = "bench", feature = "diff"))]
mod digest;
#[cfg(any(feature = "yaml", all(feature = "vm", target_os = "linux")))]
mod encoding;
mod error;
#[cfg(feature = "rez")]
mod json_path;
mod loader;
mod package;
mod pool;
#[cfg(feature = "python")]
mod python;
mod real_path;
mod repository;
#[cfg(feature = "rez")]
mod rez_tier;
mod source_file;
mod static_tier;
#[cfg(feature = "survey")]
pub mod survey;
mod swar;
pub mod version;
#[cfg(feature = "vm")]
mod vm_tier;
#[cfg(feature = "yaml")]
mod yaml;

pub use compact_str::CompactString;
pub use decline::{Declined, Reason};
pub use definition::{Decorator, Definition, ModifyList, SourceCode, Value};
pub use error::LoadError;
pub use loader::Loader;
pub use package::{LoadedDefinition, Package, PackageData, Position, Tier, TierDeclined};
pub use repository::{
    Batches, Repositories, RepositoryPackage, Scan, ScanError, ScanErrorKind, ScanResult,
    Selection, Warning,
};
#[cfg(feature = "rez")]
pub use rez_tier::{Death, Refusal, RezError, RezSettings, RezTier};
pub use static_tier::{parse_definition, parse_static, MAX_SOURCE_LEN};

/// The VM tier's settings: what a definition is told of its host, and what it may use.
#[cfg(feature = "vm")]
pub mod vm {
    pub use crate::vm_tier::{Host, LimitedAllocator, Limits, Profile, VmTier};
}

/// The command is a program of its own, and takes the fastest allocator; with the VM tier one that
/// keeps [`Limits::memory`](vm::Limits::memory).
#[cfg(all(feature = "cli", not(feature = "python"), feature = "vm"))]
#[global_allocator]
static ALLOCATOR: vm::LimitedAllocator<mimalloc::MiMalloc> =
    vm::LimitedAllocator::new(mimalloc::MiMalloc);

#[cfg(all(feature = "cli", not(feature = "python"), not(feature = "vm")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Python process may be forked at any time, and only the system's allocator is ready for that:
/// mimalloc has locks that stay locked in the child.
#[cfg(all(feature = "python", feature = "vm"))]
#[global_allocator]
static ALLOCATOR: vm::LimitedAllocator = vm::LimitedAllocator::new(std::alloc::System);

/// The Rust code of the documentation pages is a doctest.
#[cfg(doctest)]
#[doc = include_str!("../docs/scan.md")]
struct ScanPage;

/// The README's Rust code is a doctest.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
