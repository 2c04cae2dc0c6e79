//! [`Requirement`] and [`PackageRequest`], a name with a range.

use std::fmt;

use super::error::RequestError;
use super::range::VersionRange;
use super::text::word_end;
use super::MAX_LENGTH;

/// A name and a range, perhaps negated: `rez/version/_requirement.py`, `Requirement`.
///
/// The name may be any text. [`PackageRequest`] wants a package's name.
#[derive(Debug, Clone)]
pub struct Requirement {
    name: String,
    prefix: Prefix,
    separator: char,
    /// rez's `range_`: for a weak requirement, the inverse of the range as written.
    range: Option<VersionRange>,
    /// The range to print: `Requirement.__str__` inverts that of a weak requirement again.
    shown: VersionRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    None,
    Conflict,
    Weak,
}

impl Requirement {
    /// `Requirement(text)`: `_requirement.py`, `Requirement.__init__`.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        if text.len() > MAX_LENGTH {
            return Err(RequestError::Undecided { length: text.len() });
        }
        let (prefix, rest) = if let Some(rest) = text.strip_prefix('!') {
            (Prefix::Conflict, rest)
        } else if let Some(rest) = text.strip_prefix('~') {
            (Prefix::Weak, rest)
        } else {
            (Prefix::None, text)
        };
        // `Requirement.sep_regex`.
        let end = rest.find(['-', '@', '#', '=', '<', '>']);
        let (name, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let (separator, range) = match tail.chars().next() {
            Some(separator @ ('-' | '@' | '#')) => (separator, &tail[1..]),
            _ => ('-', tail),
        };
        // With no tail this is the any range, of which a weak requirement has none.
        let written = VersionRange::parse(range)?;
        let (range, shown) = if prefix == Prefix::Weak {
            match written.inverse()? {
                None => (None, VersionRange::any()),
                Some(inverse) => {
                    let shown = inverse.inverse()?.unwrap_or_else(VersionRange::any);
                    (Some(inverse), shown)
                }
            }
        } else {
            (Some(written.clone()), written)
        };
        Ok(Self {
            name: name.to_owned(),
            prefix,
            separator,
            range,
            shown,
        })
    }

    /// The name before the range: `Requirement.name`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The versions that are wanted, or not wanted if this is a conflict: `Requirement.range`.
    ///
    /// A weak requirement is a conflict with the inverse of what is written, and `None` if that is
    /// any version.
    pub fn range(&self) -> Option<&VersionRange> {
        self.range.as_ref()
    }

    /// Whether this starts with `!` or `~`: `Requirement.conflict`.
    pub fn is_conflict(&self) -> bool {
        self.prefix != Prefix::None
    }

    /// Whether this starts with `~`: `Requirement.weak`.
    pub fn is_weak(&self) -> bool {
        self.prefix == Prefix::Weak
    }
}

/// `_requirement.py`, `Requirement.__eq__`.
impl PartialEq for Requirement {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.range == other.range
            && self.is_conflict() == other.is_conflict()
    }
}

impl Eq for Requirement {}

/// `_requirement.py`, `Requirement.__str__`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.prefix {
            Prefix::None => "",
            Prefix::Conflict => "!",
            Prefix::Weak => "~",
        })?;
        f.write_str(&self.name)?;
        if self.shown.is_any() {
            return Ok(());
        }
        let range = self.shown.to_string();
        if !range.starts_with(['=', '<', '>']) {
            write!(f, "{}", self.separator)?;
        }
        f.write_str(&range)
    }
}

/// A request for a package, or an ephemeral such as `.foo-1`: `rez/utils/formatting.py`,
/// `PackageRequest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequest {
    requirement: Requirement,
    ephemeral: bool,
}

impl PackageRequest {
    /// `PackageRequest(text)`: `rez/utils/formatting.py`, `PackageRequest.__init__`.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let requirement = Requirement::parse(text)?;
        // rez looks at the text, so `!.foo` is no ephemeral but a bad name.
        let ephemeral = text.starts_with('.');
        let name = &requirement.name[usize::from(ephemeral)..];
        if !is_valid_package_name(name) {
            return Err(RequestError::Name {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            requirement,
            ephemeral,
        })
    }

    /// The name, an ephemeral's dot included: `Requirement.name`.
    pub fn name(&self) -> &str {
        self.requirement.name()
    }

    /// See [`Requirement::range`].
    pub fn range(&self) -> Option<&VersionRange> {
        self.requirement.range()
    }

    /// See [`Requirement::is_conflict`].
    pub fn is_conflict(&self) -> bool {
        self.requirement.is_conflict()
    }

    /// See [`Requirement::is_weak`].
    pub fn is_weak(&self) -> bool {
        self.requirement.is_weak()
    }

    /// Whether the name starts with a dot: `PackageRequest.ephemeral`.
    pub fn is_ephemeral(&self) -> bool {
        self.ephemeral
    }

    /// The request without the promise that its name is valid.
    pub fn as_requirement(&self) -> &Requirement {
        &self.requirement
    }
}

impl fmt::Display for PackageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.requirement.fmt(f)
    }
}

/// Whether `name` can be a package's: `rez/utils/formatting.py`, `is_valid_package_name`.
pub fn is_valid_package_name(name: &str) -> bool {
    name_end(name.as_bytes(), 0) == Some(name.len()) && !is_reserved(name.as_bytes())
}

/// Where the name at `from` ends by `PACKAGE_NAME_REGSTR`, `[a-zA-Z_0-9](\.?[a-zA-Z0-9_]+)*`: words
/// with a dot between each two. `None` if there is none or it ends in a dot.
#[inline]
pub(super) fn name_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut start = from;
    loop {
        let end = word_end(bytes, start);
        if end == start {
            return None;
        }
        if bytes.get(end) != Some(&b'.') {
            return Some(end);
        }
        start = end + 1;
    }
}

/// `invalid_package_names`.
#[inline]
pub(super) fn is_reserved(name: &[u8]) -> bool {
    name == b"__pycache__"
}
