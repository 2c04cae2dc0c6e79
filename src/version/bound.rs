//! One contiguous piece of a version range.

use std::fmt;

use super::version::Version;

/// Where a piece starts: `_version.py`, `_LowerBound`.
///
/// The derived order is rez's `__lt__`: by version, then inclusive before exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lower {
    pub(super) version: Version,
    pub(super) exclusive: bool,
}

/// Where a piece ends: `_version.py`, `_UpperBound`.
///
/// The derived order is rez's `__lt__`: by version, then exclusive before inclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Upper {
    pub(super) version: Version,
    pub(super) inclusive: bool,
}

/// A piece of a range, never empty: `_version.py`, `_Bound`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bound {
    pub(super) lower: Lower,
    pub(super) upper: Upper,
}

impl Lower {
    /// `_LowerBound.min`.
    pub(super) fn min() -> Self {
        Self {
            version: Version::from_checked(""),
            exclusive: false,
        }
    }

    /// `_LowerBound.contains_version`.
    pub(super) fn admits(&self, version: &Version) -> bool {
        *version > self.version || (!self.exclusive && *version == self.version)
    }
}

impl Upper {
    /// `_UpperBound.inf`.
    pub(super) fn infinite() -> Self {
        Self {
            version: Version::infinite(),
            inclusive: true,
        }
    }

    /// `_UpperBound.__init__`; `None` where it raises, since nothing is below the empty version.
    pub(super) fn new(version: Version, inclusive: bool) -> Option<Self> {
        let raises = version.is_empty() && !inclusive;
        (!raises).then_some(Self { version, inclusive })
    }

    /// `_UpperBound.contains_version`.
    pub(super) fn admits(&self, version: &Version) -> bool {
        *version < self.version || (self.inclusive && *version == self.version)
    }
}

impl Bound {
    /// `_Bound.any`.
    pub(super) fn any() -> Self {
        Self {
            lower: Lower::min(),
            upper: Upper::infinite(),
        }
    }

    /// `_Bound.__init__`; `None` where it raises, since no version is in between.
    pub(super) fn new(lower: Lower, upper: Upper) -> Option<Self> {
        let holds = match lower.version.cmp(&upper.version) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => !lower.exclusive && upper.inclusive,
            std::cmp::Ordering::Greater => false,
        };
        holds.then_some(Self { lower, upper })
    }

    /// `_Bound.intersection`. Of bounds that are equal but for separators, the first's is kept, as
    /// Python's `max` and `min` do.
    pub(super) fn intersection(&self, other: &Self) -> Option<Self> {
        let lower = if other.lower > self.lower {
            &other.lower
        } else {
            &self.lower
        };
        let upper = if other.upper < self.upper {
            &other.upper
        } else {
            &self.upper
        };
        Self::new(lower.clone(), upper.clone())
    }
}

/// `_LowerBound.__str__`.
impl fmt::Display for Lower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.version.is_empty(), self.exclusive) {
            (_, true) => write!(f, ">{}", self.version),
            (false, false) => write!(f, "{}+", self.version),
            (true, false) => Ok(()),
        }
    }
}

/// `_UpperBound.__str__`.
impl fmt::Display for Upper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = if self.inclusive { "<=" } else { "<" };
        write!(f, "{operator}{}", self.version)
    }
}

/// `_Bound.__str__`.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lower, upper } = self;
        if upper.version.is_infinite() {
            write!(f, "{lower}")
        } else if lower.version == upper.version {
            write!(f, "=={}", lower.version)
        } else if !lower.exclusive && upper.inclusive {
            if lower.version.is_empty() {
                write!(f, "<={}", upper.version)
            } else {
                write!(f, "{}..{}", lower.version, upper.version)
            }
        } else if !lower.exclusive && lower.version.next_or_infinite() == upper.version {
            write!(f, "{}", lower.version)
        } else {
            write!(f, "{lower}{upper}")
        }
    }
}
