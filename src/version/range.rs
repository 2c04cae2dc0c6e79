//! [`VersionRange`], a set of versions.

use std::cmp::Ordering;
use std::fmt;

use super::bound::{Bound, Lower, Upper};
use super::error::VersionError;
use super::part::{parse_part, PartError};
use super::version::Version;
use super::MAX_LENGTH;

/// A range of versions: one or more contiguous pieces, in ascending order.
///
/// Ports `rez/version/_version.py`, `VersionRange` with `invalid_bound_error` on. Printing gives
/// rez's canonical form, where pieces that overlap are merged and the any range is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionRange {
    /// Sorted, disjoint and never empty. Two may touch, see `merge`.
    pub(super) bounds: Vec<Bound>,
}

impl VersionRange {
    /// `VersionRange(text)`: `_version.py`, `_VersionRangeParser.__init__` and
    /// `VersionRange.__init__`.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_LENGTH {
            return Err(VersionError::Undecided { length: text.len() });
        }
        let mut bounds = Vec::new();
        let mut is_any = false;
        for part in text.split('|') {
            if part.is_empty() {
                is_any = true;
                continue;
            }
            match parse_part(part) {
                Ok(bound) => bounds.extend(bound),
                // Once any version will do, rez still wants the syntax right but not the bounds.
                Err(PartError::InvalidBound | PartError::InvalidUpperBound) if is_any => {}
                Err(error) => return Err(describe(error, text, part)),
            }
        }
        if is_any || bounds.is_empty() {
            return Ok(Self::any());
        }
        Ok(Self {
            bounds: merge(bounds),
        })
    }

    /// The range of all versions: `VersionRange()`.
    pub fn any() -> Self {
        Self {
            bounds: vec![Bound::any()],
        }
    }

    /// Whether this is the range of all versions: `_version.py`, `VersionRange.is_any`.
    pub fn is_any(&self) -> bool {
        matches!(self.bounds.as_slice(), [bound] if *bound == Bound::any())
    }

    /// Whether `version` is in the range: `_version.py`, `VersionRange.contains_version`.
    pub fn contains(&self, version: &Version) -> bool {
        let first = self
            .bounds
            .partition_point(|bound| !bound.upper.admits(version));
        self.bounds
            .get(first)
            .is_some_and(|bound| bound.lower.admits(version))
    }

    /// The versions in both ranges, or `None` if there are none: `_version.py`,
    /// `VersionRange.intersection`.
    ///
    /// rez tries every pair of pieces. Both lists are sorted and disjoint, so one pass that leaves
    /// the piece that ends first finds the same, in the same order.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let mut bounds = Vec::new();
        let (mut lefts, mut rights) = (
            self.bounds.iter().peekable(),
            other.bounds.iter().peekable(),
        );
        while let (Some(left), Some(right)) = (lefts.peek(), rights.peek()) {
            bounds.extend(left.intersection(right));
            if right.upper < left.upper {
                rights.next();
            } else {
                lefts.next();
            }
        }
        (!bounds.is_empty()).then_some(Self { bounds })
    }

    /// The versions in either range: `_version.py`, `VersionRange.union`.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.union_all([other])
    }

    /// The versions in any of the ranges, as `VersionRange.union` of a list gives it: touching
    /// pieces may be joined that aren't if the ranges are united one after another, or if there
    /// is no other.
    #[must_use]
    pub fn union_all<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut bounds = self.bounds.clone();
        for other in others {
            bounds.extend_from_slice(&other.bounds);
        }
        Self {
            bounds: merge(bounds),
        }
    }

    /// The versions not in the range, or `None` if it is the any range: `_version.py`,
    /// `VersionRange.inverse`.
    ///
    /// An error where rez raises: two pieces touch, as in `1..5|2+<3|>5`.
    pub fn inverse(&self) -> Result<Option<Self>, VersionError> {
        if self.is_any() {
            return Ok(None);
        }
        self.gaps()
            .map(|bounds| Some(Self { bounds }))
            .ok_or_else(|| VersionError::NoInverse {
                range: self.to_string(),
            })
    }

    /// What is before, between and after the pieces: `_version.py`, `VersionRange._inverse`.
    fn gaps(&self) -> Option<Vec<Bound>> {
        let mut gaps = Vec::with_capacity(self.bounds.len() + 1);
        // Where the gap before the piece starts: at the minimum, or after the piece before.
        let mut start = None;
        for bound in &self.bounds {
            let end = if bound.lower == Lower::min() {
                None
            } else {
                let Lower { version, exclusive } = &bound.lower;
                Some(Upper::new(version.clone(), *exclusive)?)
            };
            gaps.extend(gap(start, end)?);
            let Upper { version, inclusive } = &bound.upper;
            start = (!version.is_infinite()).then(|| Lower {
                version: version.clone(),
                exclusive: *inclusive,
            });
        }
        gaps.extend(gap(start, None)?);
        Some(gaps)
    }
}

/// One pair of `VersionRange._inverse`: no piece if neither side is bounded, `None` where rez
/// raises.
fn gap(start: Option<Lower>, end: Option<Upper>) -> Option<Option<Bound>> {
    if start.is_none() && end.is_none() {
        return Some(None);
    }
    let lower = start.unwrap_or_else(Lower::min);
    let upper = end.unwrap_or_else(Upper::infinite);
    Bound::new(lower, upper).map(Some)
}

/// Sorts pieces and joins those that overlap: `_version.py`, `VersionRange._union`.
///
/// As in rez, whether a piece that starts just after a version is joined to those that end there
/// hangs on the end of the piece sorted before it, not on the furthest end. So `1..5|2+<3|>5` stays
/// in two touching pieces, and `1+<5|2..3|>5` becomes `1+`. The sort is stable, so of pieces that
/// are equal but for separators the first is kept.
fn merge(mut bounds: Vec<Bound>) -> Vec<Bound> {
    if bounds.len() < 2 {
        return bounds;
    }
    bounds.sort();
    let mut merged: Vec<Bound> = Vec::with_capacity(bounds.len());
    let mut previous_inclusive = false;
    for bound in bounds {
        let inclusive = bound.upper.inclusive;
        match merged.last_mut() {
            Some(last) if !starts_after(&bound.lower, &last.upper, previous_inclusive) => {
                if bound.upper > last.upper {
                    last.upper = bound.upper;
                }
            }
            _ => merged.push(bound),
        }
        previous_inclusive = inclusive;
    }
    merged
}

fn starts_after(lower: &Lower, upper: &Upper, previous_inclusive: bool) -> bool {
    match lower.version.cmp(&upper.version) {
        Ordering::Greater => true,
        Ordering::Equal => lower.exclusive && !previous_inclusive,
        Ordering::Less => false,
    }
}

#[cold]
fn describe(error: PartError, range: &str, part: &str) -> VersionError {
    let (range, part) = (range.to_owned(), part.to_owned());
    match error {
        PartError::Syntax => VersionError::RangeSyntax { range, part },
        PartError::InvalidBound => VersionError::InvalidBound { range, part },
        PartError::InvalidUpperBound => VersionError::InvalidUpperBound { range, part },
    }
}

/// `_version.py`, `VersionRange.__str__`.
impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, bound) in self.bounds.iter().enumerate() {
            if i > 0 {
                f.write_str("|")?;
            }
            write!(f, "{bound}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In rez, `VersionRange._union` looks at the piece before instead of the furthest end.
    #[test]
    fn touching_pieces_are_as_in_rez() {
        let range = VersionRange::parse("1..5|2+<3|>5").unwrap();
        assert_eq!(range.to_string(), "1..5|>5");
        assert!(matches!(
            range.inverse(),
            Err(VersionError::NoInverse { .. })
        ));
        let range = VersionRange::parse("1+<5|2..3|>5").unwrap();
        assert_eq!(range.to_string(), "1+");
    }

    #[test]
    fn once_any_bounds_are_not_checked() {
        assert!(VersionRange::parse("|2+<1").unwrap().is_any());
        assert!(VersionRange::parse("2+<1|").is_err());
        assert!(VersionRange::parse("|2+<").is_err());
    }
}
