//! Versions, version ranges and package requests, as `rez.version` of rez 3.4.0 reads and writes
//! them.
//!
//! The rule is the crate's: what is accepted here is accepted by rez and prints the same, and a
//! text that rez rejects is an error. Texts longer than [`MAX_LENGTH`] are `Undecided`: past 4300
//! digits rez's own answer depends on the Python that runs it (`int` has a length limit since
//! 3.11), so they are left to rez.
//!
//! ```
//! use rezload::version::{canonical_request, PackageRequest, Version};
//!
//! assert_eq!(canonical_request("maya>=2022.1")?, "maya-2022.1+");
//! assert!(canonical_request("maya-2+<1").is_err());
//!
//! let request = PackageRequest::parse("maya-2|1")?;
//! assert_eq!(request.to_string(), "maya-1|2");
//! assert!(request.range().is_some_and(|range| range.contains(&Version::parse("1.5").unwrap())));
//! # Ok::<(), rezload::version::RequestError>(())
//! ```
//!
//! Layout, in reading order:
//! - `text`: which bytes make a token, where a version ends, how two versions compare;
//! - `version`: [`Version`];
//! - `bound`: one contiguous piece of a range;
//! - `part`: the syntax of one piece, in place of rez's regex;
//! - `range`: [`VersionRange`], the sorted pieces and the set operations;
//! - `pieces`: what is answered by looking at the pieces one by one;
//! - `requirement`: [`Requirement`] and [`PackageRequest`];
//! - `fast`: [`canonical_request`], which recognises canonical text without parsing it.

mod bound;
mod error;
mod fast;
mod part;
mod pieces;
mod range;
mod requirement;
mod text;
#[allow(clippy::module_inception)] // rez names it so
mod version;

pub use error::{RequestError, VersionError};
pub(crate) use fast::canonical_prefix;
pub use fast::canonical_request;
pub use pieces::Piece;
pub use range::VersionRange;
pub use requirement::{is_valid_package_name, PackageRequest, Requirement};
pub use version::{check_version, Version};

/// The longest text, in bytes, that this module decides on.
pub const MAX_LENGTH: usize = 4096;
