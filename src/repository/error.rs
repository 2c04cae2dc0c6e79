//! What a scan reports instead of a package.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// A package, a family or a repository that isn't served.
///
/// An error without a version is about all versions of the family, because nothing is
/// certain of any; one without a family is about the repository.
#[derive(Debug)]
pub struct ScanError {
    family: Option<Box<str>>,
    version: Option<Box<str>>,
    repository: Option<Box<str>>,
    path: PathBuf,
    kind: ScanErrorKind,
}

/// Why a package, a family or a repository isn't served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// A definition that can't be read, that every tier declined, or that rez refuses.
    Load(Box<LoadError>),
    /// A version's directory that holds no definition; rez raises when the package is used.
    NoDefinition,
    /// A directory that can't be listed.
    List(io::Error),
    /// A directory in a family whose name isn't a version; rez raises for the whole family.
    NotAVersion,
    /// Two directories of one family are the same version, as `1.0` and `1-0` are; rez takes
    /// whichever its unordered set gives first.
    SameVersion,
    /// A `family.py` or `family.yaml` that was listed but isn't a file.
    NotAFile,
    /// There is no directory at the path of a repository, or none that can be reached; rez takes
    /// it for an empty one.
    NoRepository(io::Error),
    /// The repository isn't of the type `filesystem`.
    RepositoryType,
    /// The repository's `settings.yaml`, which rez has to be able to load, may be wrong.
    Settings,
    /// A path or name that isn't UTF-8.
    NotUtf8,
    /// Not a name that a family can have.
    InvalidName,
    /// A defect of rezload: the job for a family didn't finish.
    Internal,
}

impl ScanErrorKind {
    /// A stable kebab-case identifier.
    pub fn code(&self) -> &'static str {
        match self {
            ScanErrorKind::Load(error) => error.kind(),
            ScanErrorKind::NoDefinition => "no-definition",
            ScanErrorKind::List(_) => "list",
            ScanErrorKind::NotAVersion => "not-a-version",
            ScanErrorKind::SameVersion => "same-version",
            ScanErrorKind::NotAFile => "not-a-file",
            ScanErrorKind::NoRepository(_) => "no-repository",
            ScanErrorKind::RepositoryType => "repository-type",
            ScanErrorKind::Settings => "settings",
            ScanErrorKind::NotUtf8 => "not-utf8",
            ScanErrorKind::InvalidName => "invalid-name",
            ScanErrorKind::Internal => "internal",
        }
    }

    /// What is wrong, in words, without the path.
    pub fn message(&self) -> String {
        match self {
            ScanErrorKind::Load(error) => error.reason(),
            ScanErrorKind::List(error) => format!("can't be listed: {error}"),
            ScanErrorKind::NoDefinition => "no package definition".to_owned(),
            ScanErrorKind::NotAVersion => "not a version, so rez refuses the family".to_owned(),
            ScanErrorKind::SameVersion => {
                "the same version as a directory beside it, so rez takes either".to_owned()
            }
            ScanErrorKind::NotAFile => "not a regular file".to_owned(),
            ScanErrorKind::NoRepository(error) => match error.kind() {
                io::ErrorKind::NotFound => "no such directory".to_owned(),
                io::ErrorKind::NotADirectory => "not a directory".to_owned(),
                _ => format!("can't be reached: {error}"),
            },
            ScanErrorKind::RepositoryType => "not a filesystem repository".to_owned(),
            ScanErrorKind::Settings => "settings that rez may refuse to load".to_owned(),
            ScanErrorKind::NotUtf8 => "not UTF-8".to_owned(),
            ScanErrorKind::InvalidName => "not a valid package name".to_owned(),
            ScanErrorKind::Internal => "a defect of rezload: the job didn't finish".to_owned(),
        }
    }
}

impl From<io::Error> for ScanErrorKind {
    fn from(error: io::Error) -> Self {
        ScanErrorKind::List(error)
    }
}

impl ScanError {
    pub(super) fn of_repository(path: PathBuf, kind: ScanErrorKind) -> Self {
        ScanError {
            family: None,
            version: None,
            repository: None,
            path,
            kind,
        }
    }

    pub(super) fn of_family(family: &str, path: PathBuf, kind: ScanErrorKind) -> Self {
        ScanError {
            family: Some(family.into()),
            ..Self::of_repository(path, kind)
        }
    }

    pub(super) fn of_version(
        family: &str,
        version: &str,
        repository: &str,
        path: PathBuf,
        kind: ScanErrorKind,
    ) -> Self {
        ScanError {
            version: Some(version.into()),
            repository: Some(repository.into()),
            ..Self::of_family(family, path, kind)
        }
    }

    /// The same error, about one version.
    #[cfg(feature = "rez")]
    pub(super) fn with_version(self, version: Option<&str>) -> Self {
        ScanError {
            version: version.map(Into::into),
            ..self
        }
    }

    /// The family, unless the error is about a repository.
    pub fn family(&self) -> Option<&str> {
        self.family.as_deref()
    }

    /// The version, when the error is about only one; empty for an unversioned package.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The location of the repository, when the error is about a version.
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// The file or directory that the error is about.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why.
    pub fn kind(&self) -> &ScanErrorKind {
        &self.kind
    }

    /// Whether the tiers declined a file; otherwise something failed.
    pub fn is_declined(&self) -> bool {
        matches!(&self.kind, ScanErrorKind::Load(error) if error.is_declined())
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ScanErrorKind::Load(error) => error.fmt(f),
            kind => write!(f, "`{}`: {}", self.path.display(), kind.message()),
        }
    }
}

impl std::error::Error for ScanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ScanErrorKind::Load(error) => Some(error),
            ScanErrorKind::List(error) => Some(error),
            _ => None,
        }
    }
}
