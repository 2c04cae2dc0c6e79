//! The one public error type.

use std::io;
use std::path::{Path, PathBuf};

use crate::package::{Position, TierDeclined};

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
    #[error("{}:{}:{}: {}", path.display(), last(declined).line, last(declined).column, message(declined))]
    Declined {
        /// The file.
        path: PathBuf,
        /// Each tier's reason, in ladder order; never empty.
        declined: Vec<TierDeclined>,
    },
}

fn last(declined: &[TierDeclined]) -> Position {
    declined
        .last()
        .map_or(Position { line: 1, column: 1 }, |d| d.position)
}

fn message(declined: &[TierDeclined]) -> &'static str {
    declined
        .last()
        .map_or("declined", |d| d.declined.reason.message())
}

impl LoadError {
    /// The file that couldn't be loaded.
    pub fn path(&self) -> &Path {
        match self {
            LoadError::Read { path, .. }
            | LoadError::NotAFile { path }
            | LoadError::Declined { path, .. } => path,
        }
    }

    /// Where in the file, when the error has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            LoadError::Declined { declined, .. } => declined.last().map(|d| d.position),
            _ => None,
        }
    }
}
