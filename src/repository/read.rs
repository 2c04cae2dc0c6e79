//! A definition that may not be there.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::LoadError;
use crate::source_file::{open_without_blocking, with_opened};

/// Hands the bytes of the file at `path` to `run`; `None` when there is nothing that
/// `os.path.isfile` calls a file: nothing at all, a broken link, a loop of links, a directory,
/// a FIFO, a device, a socket.
///
/// rez asks first and opens then; opening says the same.
pub(super) fn find<T>(path: &Path, run: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, LoadError> {
    find_opened(path, open_without_blocking(path), run)
}

/// [`find`] for a file that somebody has tried to open.
pub(super) fn find_opened<T>(
    path: &Path,
    file: io::Result<File>,
    run: impl FnOnce(&[u8]) -> T,
) -> Result<Option<T>, LoadError> {
    match with_opened(path, file, run) {
        Ok(result) => Ok(Some(result)),
        Err(LoadError::NotAFile { .. }) => Ok(None),
        Err(LoadError::Read { source, .. }) if is_absent(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `error`, from an open, means that `os.path.isfile` is false.
#[cfg(unix)]
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(
            libc::ENOENT
                | libc::ENOTDIR
                | libc::ELOOP
                | libc::ENAMETOOLONG
                // a socket, or a device without a driver
                | libc::ENXIO
                | libc::ENODEV
        )
    )
}

#[cfg(not(unix))]
fn is_absent(error: &io::Error) -> bool {
    // an open of a directory is refused
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
    )
}
