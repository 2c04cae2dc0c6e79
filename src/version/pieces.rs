//! The pieces of a [`VersionRange`], and what rez answers by looking at them one by one.

use super::bound::{Bound, Lower, Upper};
use super::range::VersionRange;
use super::version::Version;

/// One contiguous piece of a range: `_version.py`, `_Bound`.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Where it starts; the empty version, inclusive, if it has no lower bound.
    pub lower: &'a Version,
    /// Whether `lower` is in it.
    pub lower_inclusive: bool,
    /// Where it ends, `None` if it has no upper bound.
    pub upper: Option<&'a Version>,
    /// Whether `upper` is in it, true without one.
    pub upper_inclusive: bool,
}

impl VersionRange {
    /// The pieces in ascending order: `VersionRange.bounds`.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.bounds.iter().map(|bound| Piece {
            lower: &bound.lower.version,
            lower_inclusive: !bound.lower.exclusive,
            upper: Some(&bound.upper.version).filter(|v| !v.is_infinite()),
            upper_inclusive: bound.upper.inclusive,
        })
    }

    /// The range of one piece, each bound with whether it is in; `None` where rez raises:
    /// `_version.py`, `VersionRange.as_span` and `VersionRange.from_version`.
    pub fn from_bounds(lower: (Version, bool), upper: Option<(Version, bool)>) -> Option<Self> {
        let lower = Lower {
            version: lower.0,
            exclusive: !lower.1,
        };
        let upper = match upper {
            Some((version, inclusive)) => Upper::new(version, inclusive)?,
            None => Upper::infinite(),
        };
        let bound = Bound::new(lower, upper)?;
        Some(Self {
            bounds: vec![bound],
        })
    }

    /// Whether the ranges share a version: `_version.py`, `VersionRange.intersects`.
    ///
    /// rez tries every pair of pieces, or finds the pairs by bisection.
    pub fn intersects(&self, other: &Self) -> bool {
        self.intersection(other).is_some()
    }

    /// Whether each piece of `other` is inside one piece of this range: `_version.py`,
    /// `VersionRange._issuperset`.
    pub fn is_superset(&self, other: &Self) -> bool {
        let mut from = 0;
        other.bounds.iter().all(|bound| {
            // `bisect_left`
            let at = from + self.bounds[from..].partition_point(|mine| mine < bound);
            let holds = |at: usize| {
                self.bounds
                    .get(at)
                    .is_some_and(|mine| mine.lower <= bound.lower && mine.upper >= bound.upper)
            };
            let found = [at.checked_sub(1), Some(at)]
                .into_iter()
                .flatten()
                .find(|at| holds(*at));
            from = found.unwrap_or(from);
            found.is_some()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> VersionRange {
        VersionRange::parse(text).unwrap()
    }

    #[test]
    fn supersets_hold_every_piece() {
        for (outer, inner, holds) in [
            ("", "1", true),
            ("1", "1.5", true),
            ("1.5", "1", false),
            ("1|3", "1.2|3.4", true),
            ("1|3", "2", false),
            ("1+<3", "==3", false),
            ("1..3", "==3", true),
            ("1+", "", false),
        ] {
            assert_eq!(
                range(outer).is_superset(&range(inner)),
                holds,
                "{outer} {inner}"
            );
        }
    }

    #[test]
    fn a_piece_has_its_bounds() {
        let range = range("<=1|3+");
        let pieces: Vec<_> = range.pieces().collect();
        assert!(pieces[0].lower.is_empty() && pieces[0].lower_inclusive);
        assert_eq!(pieces[0].upper.map(Version::as_str), Some("1"));
        assert!(pieces[0].upper_inclusive);
        assert_eq!(pieces[1].lower.as_str(), "3");
        assert!(pieces[1].upper.is_none());
    }
}
