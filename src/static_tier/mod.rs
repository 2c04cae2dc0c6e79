//! The static tier (placeholder while the skeleton goes up).
use crate::decline::{Declined, Reason};
use crate::package::PackageData;

/// The largest definition that is read, in bytes.
pub const MAX_SOURCE_LEN: usize = 16 << 20;

/// Parses the solver's view.
pub fn parse_static(_source: &[u8]) -> Result<PackageData, Declined> {
    Err(Declined::new(Reason::Syntax, 0))
}
