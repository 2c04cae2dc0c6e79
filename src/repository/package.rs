//! A package of a repository.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::package::{PackageData, Tier, TierDeclined};

/// A package as it stands in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPackage {
    /// The solver's view; name and version are the directories'.
    pub data: PackageData,
    /// `package.uri` in rez: the definition's path, and `<version>` behind that of a
    /// combined family.
    pub uri: String,
    /// The repository's location, as rez spells it.
    pub repository: Arc<str>,
    /// The tier that served the definition.
    pub tier: Tier,
    /// Why each earlier tier declined, in ladder order.
    pub declined: Vec<TierDeclined>,
    /// What is odd about the definition, but no matter to rez.
    pub warnings: Vec<Warning>,
    /// How much of `uri` is the path.
    pub(super) path_len: usize,
}

impl RepositoryPackage {
    /// The definition's file.
    pub fn path(&self) -> &Path {
        Path::new(self.path_text())
    }

    pub(crate) fn path_text(&self) -> &str {
        &self.uri[..self.path_len]
    }
}

/// Something odd that doesn't change what rez makes of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The definition gives another name than the directory's, which counts.
    NameMismatch {
        /// The name in the file.
        stated: String,
    },
    /// The definition gives another version than the directory's, which counts.
    VersionMismatch {
        /// The version in the file.
        stated: String,
    },
}

impl Warning {
    /// A stable kebab-case identifier.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::NameMismatch { .. } => "name-mismatch",
            Warning::VersionMismatch { .. } => "version-mismatch",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::NameMismatch { stated } => write!(
                f,
                "the definition's name is `{stated}`, the directory's counts"
            ),
            Warning::VersionMismatch { stated } => write!(
                f,
                "the definition's version is `{stated}`, the directory's counts"
            ),
        }
    }
}
