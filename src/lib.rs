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
//! - **vm**: an embedded RustPython VM for definitions that compute (not built yet).
//! - **rez**: real rez on CPython, from the Python module (`rezload.load(path)`).
//!
//! # Source layout
//!
//! - `static_tier/`: the lexer, the grammar automaton, the top-level model
//! - `version/`: rez's versions, ranges and requests; `swar.rs`: runs of bytes
//! - `repository/`: whole repositories; `yaml/`: package.yaml
//! - `loader.rs`: the ladder; `source_file.rs`: reading a definition
//! - `package.rs`: what a load gives; `decline.rs`, `error.rs`: why it gives nothing
//! - `python/`: the PyO3 module `rezload._native`; `main.rs` and `cli/`: the command line

#[cfg(feature = "cli")]
pub mod cli;
mod decline;
mod error;
mod loader;
mod package;
#[cfg(feature = "python")]
mod python;
mod repository;
mod source_file;
mod static_tier;
mod swar;
pub mod version;
#[cfg(feature = "yaml")]
mod yaml;

pub use compact_str::CompactString;
pub use decline::{Declined, Reason};
pub use error::LoadError;
pub use loader::Loader;
pub use package::{Package, PackageData, Position, Tier, TierDeclined};
pub use repository::{
    Repositories, RepositoryPackage, Scan, ScanError, ScanErrorKind, ScanResult, Selection, Warning,
};
pub use static_tier::{parse_static, MAX_SOURCE_LEN};

/// The Rust code of the documentation pages is a doctest.
#[cfg(doctest)]
#[doc = include_str!("../docs/scan.md")]
struct ScanPage;

/// The README's Rust code is a doctest.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
