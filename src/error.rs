//! The one public error type.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(feature = "rez")]
use crate::decline::Reason;
use crate::package::{Position, TierDeclined};
#[cfg(feature = "rez")]
use crate::rez_tier::{Refusal, RezError};

/// A file that couldn't be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file can't be opened or read.
    #[error("can't read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// Not a regular file: a directory, a FIFO, a device or a socket.
    #[error("`{}` is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Every tier that was allowed to answer declined.
    #[error("{}{}: {}", path.display(), at(declined.last()), message(declined.last()))]
    Declined {
        /// The file.
        path: PathBuf,
        /// Each tier's reason, in ladder order; never empty.
        declined: Vec<TierDeclined>,
    },
    /// rez itself says that the file is wrong.
    #[cfg(feature = "rez")]
    #[error("{}{}: refused by rez: {refusal}", path.display(), line(refusal))]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why the tiers before declined, in ladder order.
        declined: Vec<TierDeclined>,
        /// rez's own exception.
        refusal: Box<Refusal>,
    },
    /// rez would have to answer for the file, and couldn't be asked, or gave no answer.
    #[cfg(feature = "rez")]
    #[error("{}{}: {}; {}: {error}", path.display(), at(telling(declined, error)), message(telling(declined, error)), lack(error))]
    Rez {
        /// The file.
        path: PathBuf,
        /// Why the tiers before declined, in ladder order.
        declined: Vec<TierDeclined>,
        /// What went wrong.
        #[source]
        error: Box<RezError>,
    },
}

fn at(declined: Option<&TierDeclined>) -> String {
    let Position { line, column } =
        declined.map_or(Position { line: 1, column: 1 }, |d| d.position);
    format!(":{line}:{column}")
}

fn message(declined: Option<&TierDeclined>) -> String {
    declined.map_or_else(|| "declined".to_owned(), TierDeclined::to_string)
}

/// The decline that says why rez was asked: the last one, but for that of a VM which lacks the
/// Python that rez lacks.
#[cfg(feature = "rez")]
fn telling<'a>(declined: &'a [TierDeclined], error: &RezError) -> Option<&'a TierDeclined> {
    let lacks_python = matches!(
        error,
        RezError::NoInterpreter { .. } | RezError::RezMissing { .. } | RezError::NotStarted { .. }
    );
    let is_telling =
        |d: &&TierDeclined| !(lacks_python && d.declined.reason == Reason::VmUnavailable);
    declined
        .iter()
        .rev()
        .find(is_telling)
        .or_else(|| declined.last())
}

#[cfg(feature = "rez")]
fn lack(error: &RezError) -> &'static str {
    if error.is_absence() {
        "rez is needed"
    } else {
        "rez gave no answer"
    }
}

#[cfg(feature = "rez")]
fn line(refusal: &Refusal) -> String {
    refusal
        .line
        .map_or_else(String::new, |line| format!(":{line}"))
}

impl LoadError {
    /// The file that couldn't be loaded.
    pub fn path(&self) -> &Path {
        match self {
            LoadError::Read { path, .. }
            | LoadError::NotAFile { path }
            | LoadError::Declined { path, .. } => path,
            #[cfg(feature = "rez")]
            LoadError::Refused { path, .. } | LoadError::Rez { path, .. } => path,
        }
    }

    /// Why each tier declined, in ladder order; empty when no tier was asked.
    pub fn declined(&self) -> &[TierDeclined] {
        match self {
            LoadError::Read { .. } | LoadError::NotAFile { .. } => &[],
            LoadError::Declined { declined, .. } => declined,
            #[cfg(feature = "rez")]
            LoadError::Refused { declined, .. } | LoadError::Rez { declined, .. } => declined,
        }
    }

    /// Whether no tier that may answer serves the file, which may be right: it is declined, or
    /// there is no rez to ask.
    pub fn is_declined(&self) -> bool {
        match self {
            LoadError::Declined { .. } => true,
            #[cfg(feature = "rez")]
            LoadError::Rez { error, .. } => error.is_absence(),
            _ => false,
        }
    }

    /// A stable identifier of the kind: `read`, `declined`, `refused` or `rez`.
    pub fn kind(&self) -> &'static str {
        match self {
            LoadError::Read { .. } | LoadError::NotAFile { .. } => "read",
            #[cfg(feature = "rez")]
            LoadError::Refused { .. } => "refused",
            _ if self.is_declined() => "declined",
            _ => "rez",
        }
    }

    /// What is wrong, in words, without the path and the place.
    pub fn reason(&self) -> String {
        match self {
            LoadError::Read { source, .. } => format!("can't be read: {source}"),
            LoadError::NotAFile { .. } => "not a regular file".to_owned(),
            LoadError::Declined { declined, .. } => message(declined.last()),
            #[cfg(feature = "rez")]
            LoadError::Refused { refusal, .. } => format!("refused by rez: {refusal}"),
            #[cfg(feature = "rez")]
            LoadError::Rez {
                declined, error, ..
            } => {
                let why = message(telling(declined, error));
                format!("{why}; {}: {error}", lack(error))
            }
        }
    }

    /// Where in the file, when the error has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            LoadError::Declined { declined, .. } => declined.last().map(|d| d.position),
            #[cfg(feature = "rez")]
            LoadError::Rez {
                declined, error, ..
            } => telling(declined, error).map(|d| d.position),
            #[cfg(feature = "rez")]
            LoadError::Refused { refusal, .. } => {
                refusal.line.map(|line| Position { line, column: 1 })
            }
            _ => None,
        }
    }
}
