//! [`Version`], one version of a package.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::VersionError;
use super::text::{compare, is_word, next_token};
use super::MAX_LENGTH;

/// A version: tokens of letters, digits and `_`, with one character between each two.
///
/// Ports `rez/version/_version.py`, `Version` with `AlphanumericVersionToken`. Separators are kept
/// when printed but don't count in comparison: `1.0` equals `1-0`. The empty version is the
/// smallest.
#[derive(Debug, Clone)]
pub struct Version {
    /// `None` is `Version.inf`, above all others, which stays inside this module.
    text: Option<Box<str>>,
}

/// Whether `Version(text)` is accepted, at no cost: `_version.py`, `Version.__init__`.
///
/// Any character may separate two tokens, a space or a letter outside ASCII included; only one at
/// a time, and none at either end.
pub fn check_version(text: &str) -> Result<(), VersionError> {
    if text.len() > MAX_LENGTH {
        return Err(VersionError::Undecided { length: text.len() });
    }
    let mut separated = true;
    for &byte in text.as_bytes() {
        // rez counts characters, so the later bytes of one are no second separator.
        let continues = byte & 0xC0 == 0x80;
        if is_word(byte) {
            separated = false;
        } else if !continues {
            if separated {
                return Err(invalid(text));
            }
            separated = true;
        }
    }
    if separated && !text.is_empty() {
        return Err(invalid(text));
    }
    Ok(())
}

fn is_separator(character: char) -> bool {
    !u8::try_from(character).is_ok_and(is_word)
}

#[cold]
fn invalid(text: &str) -> VersionError {
    VersionError::Version {
        version: text.to_owned(),
    }
}

impl Version {
    /// `Version(text)`: `_version.py`, `Version.__init__`.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        check_version(text)?;
        Ok(Self::from_checked(text))
    }

    /// A version whose text is known to be one.
    pub(super) fn from_checked(text: &str) -> Self {
        Self {
            text: Some(text.into()),
        }
    }

    /// `Version.inf`: `_version.py`.
    pub(super) fn infinite() -> Self {
        Self { text: None }
    }

    pub(super) fn is_infinite(&self) -> bool {
        self.text.is_none()
    }

    /// The next version of all, `next`, with rez's `Version.inf` after the empty version.
    pub(super) fn next_or_infinite(&self) -> Self {
        match &self.text {
            // `AlphanumericVersionToken.__next__` puts `_` after the last token, whether it ends in
            // letters or digits, and the last token ends the text.
            Some(text) if !text.is_empty() => Self {
                text: Some(format!("{text}_").into()),
            },
            _ => Self::infinite(),
        }
    }

    /// The text, separators included: `str(version)`.
    pub fn as_str(&self) -> &str {
        self.text.as_deref().unwrap_or("[INF]")
    }

    /// Whether this is the empty version, that of an unversioned package: `not version`, which in
    /// rez is also true of `Version.inf`.
    pub fn is_empty(&self) -> bool {
        self.text.as_deref().unwrap_or_default().is_empty()
    }

    /// The number of tokens: `len(version)`.
    pub fn len(&self) -> usize {
        self.tokens().count()
    }

    /// The tokens, in order: `version.tokens`, `version.as_tuple()`.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.text
            .as_deref()
            .unwrap_or_default()
            .split(is_separator)
            .filter(|token| !token.is_empty())
    }

    /// Token `index`, or `None` where rez raises `IndexError`: `_version.py`, `Version.__getitem__`.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.tokens().nth(index)
    }

    /// The first token: `version.major`.
    pub fn major(&self) -> Option<&str> {
        self.get(0)
    }

    /// The second token: `version.minor`.
    pub fn minor(&self) -> Option<&str> {
        self.get(1)
    }

    /// The third token: `version.patch`.
    pub fn patch(&self) -> Option<&str> {
        self.get(2)
    }

    /// The version of the first `length` tokens, all of them if there are fewer: `_version.py`,
    /// `Version.trim`.
    #[must_use]
    pub fn trim(&self, length: usize) -> Self {
        let Some(text) = self.text.as_deref() else {
            return self.clone();
        };
        let end = match length.checked_sub(1) {
            None => 0,
            // Token `length` ends at the separator after it.
            Some(last) => text
                .match_indices(is_separator)
                .nth(last)
                .map_or(text.len(), |(index, _)| index),
        };
        Self::from_checked(&text[..end])
    }

    /// The least version above this one that doesn't start with it, `1.2_` for `1.2`; `None` for
    /// the empty version, where rez has `Version.inf`: `_version.py`, `Version.__next__`.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        Some(self.next_or_infinite()).filter(|next| !next.is_infinite())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `_version.py`, `Version.__lt__`.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.text, &other.text) {
            (Some(left), Some(right)) => compare(left.as_bytes(), right.as_bytes()),
            (left, right) => left.is_none().cmp(&right.is_none()),
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `_version.py`, `Version.__eq__`: the tokens alone count.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

/// `_version.py`, `Version.__hash__`: the tokens alone count.
impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.is_infinite().hash(state);
        let mut rest = self.text.as_deref().unwrap_or_default().as_bytes();
        while !rest.is_empty() {
            next_token(&mut rest).hash(state);
        }
    }
}
