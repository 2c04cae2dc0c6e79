//! What a load gives: the solver's view of a package, and where it comes from.

use std::fmt;
use std::path::PathBuf;

use compact_str::CompactString;

use crate::decline::Declined;
use crate::definition::Definition;

/// The four fields that rez's solver reads from a package definition.
///
/// Every request is spelled as `str(PackageRequest(..))` spells it in rez
/// (`rez/utils/formatting.py`), whatever its spelling in the file.
///
/// The strings are [`CompactString`]s, which read like [`String`]s and hold up to 24 bytes
/// without an allocation: nearly every request fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PackageData {
    /// The family name, as the definition spells it.
    pub name: CompactString,
    /// The version, as the definition spells it; empty for an unversioned package.
    pub version: CompactString,
    /// Canonical requests; empty when the definition has no `requires`.
    pub requires: Vec<CompactString>,
    /// One list of canonical requests a variant; empty when the definition has no
    /// `variants`.
    pub variants: Vec<Vec<CompactString>>,
}

/// The tier of the ladder that produced a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// The hand-written lexer: nothing is executed.
    Static,
    /// The embedded RustPython VM.
    Vm,
    /// Real rez on CPython.
    Rez,
}

impl Tier {
    /// The lower-case name used in JSON, in Python and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Static => "static",
            Tier::Vm => "vm",
            Tier::Rez => "rez",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A loaded package: its fields, its file, and the tier that served it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Package {
    /// The solver's view.
    pub data: PackageData,
    /// The tier that served the file.
    pub tier: Tier,
    /// The file, as it was asked for.
    pub path: PathBuf,
    /// Why each earlier tier declined, in ladder order; empty when the first one served.
    pub declined: Vec<TierDeclined>,
}

/// A loaded definition: all attributes of a package, its file, and the tier that served it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedDefinition {
    /// What `rez.serialise.load_from_file` returns.
    pub definition: Definition,
    /// The tier that served the file.
    pub tier: Tier,
    /// The file, as it was asked for.
    pub path: PathBuf,
    /// Why each earlier tier declined, in ladder order; empty when the first one served.
    pub declined: Vec<TierDeclined>,
}

/// One tier's refusal of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TierDeclined {
    /// The tier that declined.
    pub tier: Tier,
    /// Its reason and where in the file it applies.
    pub declined: Declined,
    /// The reason's position in the file.
    pub position: Position,
    /// What exactly: the module, the attribute, the exception. The VM tier says so.
    pub detail: Option<String>,
}

impl fmt::Display for TierDeclined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.declined)?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

/// A place in a source file, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Line number, from 1; CR, LF and CRLF each end a line, as in Python.
    pub line: usize,
    /// Column in characters (bytes where the file isn't UTF-8), from 1.
    pub column: usize,
}
