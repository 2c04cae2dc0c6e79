//! Why a version, a range or a request is not accepted.

use thiserror::Error;

use super::MAX_LENGTH;

/// Why a version or a version range is not accepted.
///
/// All but [`VersionError::Undecided`] are cases where rez raises
/// `rez.version._util.VersionError`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// Not tokens with single characters between them: `_version.py`, `Version.__init__`.
    #[error("invalid version syntax: `{}`", .version.escape_debug())]
    Version {
        /// The whole text.
        version: String,
    },
    /// A piece that no rule of the range grammar matches: `_version.py`,
    /// `_VersionRangeParser.__init__`.
    #[error("syntax error in version range `{}`, at `{}`", .range.escape_debug(), .part.escape_debug())]
    RangeSyntax {
        /// The whole range.
        range: String,
        /// The piece between two `|`.
        part: String,
    },
    /// A piece whose lower bound is above its upper: `_version.py`, `_Bound.__init__`.
    #[error("invalid version range `{}`: invalid bound in `{}`", .range.escape_debug(), .part.escape_debug())]
    InvalidBound {
        /// The whole range.
        range: String,
        /// The piece between two `|`.
        part: String,
    },
    /// A piece that ends below the empty version: `_version.py`, `_UpperBound.__init__`.
    #[error("invalid version range `{}`: invalid upper bound `<` in `{}`", .range.escape_debug(), .part.escape_debug())]
    InvalidUpperBound {
        /// The whole range.
        range: String,
        /// The piece between two `|`.
        part: String,
    },
    /// A range whose pieces touch, such as `1..5|2+<3|>5`, and so has no inverse: `_version.py`,
    /// `VersionRange._inverse`, where `_Bound.__init__` raises.
    #[error("invalid bound in the inverse of version range `{range}`")]
    NoInverse {
        /// The whole range, in canonical form.
        range: String,
    },
    /// Longer than [`MAX_LENGTH`]: rez must decide.
    #[error("undecided: {length} bytes of version is over {MAX_LENGTH}")]
    Undecided {
        /// Length of the text in bytes.
        length: usize,
    },
}

/// Why a request is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The name is not a package's: `rez/utils/formatting.py`, `is_valid_package_name`.
    #[error("not a valid package name: `{}`", .name.escape_debug())]
    Name {
        /// The text before the range, without `!`, `~` or an ephemeral's dot.
        name: String,
    },
    /// The range after the name is not accepted.
    #[error(transparent)]
    Range(#[from] VersionError),
    /// Longer than [`MAX_LENGTH`]: rez must decide.
    #[error("undecided: {length} bytes of request is over {MAX_LENGTH}")]
    Undecided {
        /// Length of the text in bytes.
        length: usize,
    },
}

impl VersionError {
    /// Whether rez must decide. Otherwise rez rejects the text too.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Undecided { .. })
    }
}

impl RequestError {
    /// Whether rez must decide. Otherwise rez rejects the text too.
    pub fn is_undecided(&self) -> bool {
        match self {
            Self::Range(error) => error.is_undecided(),
            Self::Undecided { .. } => true,
            Self::Name { .. } => false,
        }
    }
}
