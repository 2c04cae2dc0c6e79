//! The syntax of one piece of a version range, between two `|`.
//!
//! Stands for `_VersionRangeParser.version_range_regex` of `rez/version/_version.py` and the
//! `_act_*` methods. The regex has seven alternatives; each starts with an operator or a version, so
//! one scan from left to right tells them apart. Where two match the same text they mean the same,
//! but for `1,<2`, which is ascending (rez tries that first).

use super::bound::{Bound, Lower, Upper};
use super::text::version_end;
use super::version::Version;

/// Why a piece is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartError {
    Syntax,
    InvalidBound,
    InvalidUpperBound,
}

/// A comparison operator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Reads `part`, which is not empty. `None` is a lone newline, which rez accepts and ignores.
pub(super) fn parse_part(part: &str) -> Result<Option<Bound>, PartError> {
    // `$` also matches before a newline at the end.
    let text = part.strip_suffix('\n').unwrap_or(part);
    if text.is_empty() {
        return Ok(None);
    }
    let mut scan = Scan { text, at: 0 };
    let bound = if scan.take("==") {
        let version = scan.version();
        scan.end()?;
        exact(version)
    } else {
        match scan.operator() {
            None => after_version(&mut scan)?,
            Some(operator @ (Operator::Greater | Operator::GreaterEqual)) => {
                after_greater(&mut scan, operator)?
            }
            Some(operator @ (Operator::Less | Operator::LessEqual)) => {
                after_less(&mut scan, operator)?
            }
        }
    };
    Ok(Some(bound))
}

/// `_act_exact_version`: `==1`.
fn exact(version: &str) -> Bound {
    let version = Version::from_checked(version);
    Bound {
        lower: Lower {
            version: version.clone(),
            exclusive: false,
        },
        upper: Upper {
            version,
            inclusive: true,
        },
    }
}

/// A piece that starts with no operator: `1`, `1+`, `1..2`, `1+<2`, `1,<2`, `2,>1`, and those with
/// no version, such as `+`.
fn after_version(scan: &mut Scan) -> Result<Bound, PartError> {
    let first = scan.version();
    if scan.at_end() {
        // `_act_version`. `first` is not empty, as the text is not.
        let version = Version::from_checked(first);
        let upper = Upper {
            version: version.next_or_infinite(),
            inclusive: false,
        };
        let lower = Lower {
            version,
            exclusive: false,
        };
        return Ok(Bound { lower, upper });
    }
    if scan.take("..") {
        let last = scan.version();
        scan.end()?;
        return bound(first, false, last, true);
    }
    let plus = scan.take("+");
    if plus && scan.at_end() {
        return from(first, false);
    }
    let comma = !first.is_empty() && scan.take(",");
    let (operator, second) = scan.last_operand()?;
    match operator {
        // `_act_lower_and_upper_bound_asc`: `1+<2`.
        Operator::Less | Operator::LessEqual => {
            bound(first, false, second, operator == Operator::LessEqual)
        }
        // `_act_lower_and_upper_bound_desc`: `2,>1`. The first is inclusive, plus or not.
        Operator::Greater | Operator::GreaterEqual => {
            if !first.is_empty() && !comma {
                return Err(PartError::Syntax);
            }
            bound(second, operator == Operator::Greater, first, true)
        }
    }
}

/// A piece that starts with `>` or `>=`: `>1`, `>1<2`, `>1,<=2`.
fn after_greater(scan: &mut Scan, operator: Operator) -> Result<Bound, PartError> {
    let first = scan.version();
    let exclusive = operator == Operator::Greater;
    if scan.at_end() {
        return from(first, exclusive);
    }
    if !first.is_empty() {
        scan.take(",");
    }
    match scan.last_operand()? {
        (operator @ (Operator::Less | Operator::LessEqual), second) => {
            bound(first, exclusive, second, operator == Operator::LessEqual)
        }
        _ => Err(PartError::Syntax),
    }
}

/// A piece that starts with `<` or `<=`: `<2`, `<2,>1`.
fn after_less(scan: &mut Scan, operator: Operator) -> Result<Bound, PartError> {
    let first = scan.version();
    let inclusive = operator == Operator::LessEqual;
    if scan.at_end() {
        // `_act_upper_bound`: `<` needs a version, `<=` doesn't.
        if first.is_empty() && !inclusive {
            return Err(PartError::Syntax);
        }
        return bound("", false, first, inclusive);
    }
    if !first.is_empty() && !scan.take(",") {
        return Err(PartError::Syntax);
    }
    match scan.last_operand()? {
        // `range_lower_desc_prefix` is `<(?=version)|>=?`, with `<` for the lower bound, and
        // `_is_lower_bound_exclusive` takes all but `>` as inclusive: `<3,<2` is `2+<3`.
        (Operator::LessEqual, _) => Err(PartError::Syntax),
        (operator, second) => bound(second, operator == Operator::Greater, first, inclusive),
    }
}

/// `_act_lower_bound`.
fn from(version: &str, exclusive: bool) -> Result<Bound, PartError> {
    let version = Version::from_checked(version);
    Bound::new(Lower { version, exclusive }, Upper::infinite()).ok_or(PartError::InvalidBound)
}

fn bound(lower: &str, exclusive: bool, upper: &str, inclusive: bool) -> Result<Bound, PartError> {
    let lower = Lower {
        version: Version::from_checked(lower),
        exclusive,
    };
    let upper =
        Upper::new(Version::from_checked(upper), inclusive).ok_or(PartError::InvalidUpperBound)?;
    Bound::new(lower, upper).ok_or(PartError::InvalidBound)
}

/// A position in a piece.
struct Scan<'a> {
    text: &'a str,
    /// Always on a character boundary: all that is stepped over is ASCII.
    at: usize,
}

impl<'a> Scan<'a> {
    fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn end(&self) -> Result<(), PartError> {
        self.at_end().then_some(()).ok_or(PartError::Syntax)
    }

    /// Steps over `token` if it is next.
    fn take(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// The version that is next, or the empty text.
    fn version(&mut self) -> &'a str {
        let start = self.at;
        self.at = version_end(self.text.as_bytes(), start);
        &self.text[start..self.at]
    }

    fn operator(&mut self) -> Option<Operator> {
        // The longer first: nothing in the grammar has `=` after `<` or `>` in any other way.
        if self.take("<=") {
            Some(Operator::LessEqual)
        } else if self.take("<") {
            Some(Operator::Less)
        } else if self.take(">=") {
            Some(Operator::GreaterEqual)
        } else if self.take(">") {
            Some(Operator::Greater)
        } else {
            None
        }
    }

    /// The second operator of a piece and its version, at the end of the piece. Only `<` needs the
    /// version, by rez's `<(?=version)`.
    fn last_operand(&mut self) -> Result<(Operator, &'a str), PartError> {
        let operator = self.operator().ok_or(PartError::Syntax)?;
        let version = self.version();
        self.end()?;
        if operator == Operator::Less && version.is_empty() {
            return Err(PartError::Syntax);
        }
        Ok((operator, version))
    }
}
