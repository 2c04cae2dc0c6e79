//! A definition that may not be there.

use std::io;
use std::path::Path;

use crate::error::LoadError;
use crate::source_file::{open_without_blocking, read_onto, with_buffer, Opened};

/// Hands the bytes of the file at `path` to `run`; `None` when there is nothing that
/// `os.path.isfile` calls a file: nothing at all, a broken link, a loop of links, a directory,
/// a FIFO, a device, a socket.
///
/// rez asks first and opens then; opening says the same.
pub(super) fn find<T>(path: &Path, run: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, LoadError> {
    with_buffer(|buffer| {
        let is_there = find_onto(path, open_without_blocking(path), buffer)?;
        Ok(is_there.then(|| run(buffer)))
    })
}

/// Adds the bytes of the file at `path`, which somebody has tried to open, to `buffer`; whether
/// it is there, as [`find`] has it.
pub(super) fn find_onto(
    path: &Path,
    file: io::Result<Opened>,
    buffer: &mut Vec<u8>,
) -> Result<bool, LoadError> {
    match read_onto(path, file, buffer) {
        Ok(()) => Ok(true),
        Err(LoadError::NotAFile { .. }) => Ok(false),
        Err(LoadError::Read { source, .. }) if is_absent(&source) => Ok(false),
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
