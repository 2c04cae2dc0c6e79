//! Reading a definition: open, fstat, read, close, and no other system call.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::static_tier::MAX_SOURCE_LEN;

/// What is at a path where a definition may be.
#[derive(Debug)]
pub(super) enum Found {
    /// The file's bytes are in the buffer.
    File,
    /// A file that is larger than any tier reads; it wasn't read.
    TooLarge,
    /// Nothing that `os.path.isfile` calls a file: nothing at all, a broken link, a loop of
    /// links, a directory, a FIFO, a device, a socket.
    Nothing,
}

/// Reads the file at `path` into `buffer`, whose content is replaced.
///
/// The fstat proves that this is a file, which a link's target need not be, and its size
/// proves that the one read got all of it.
pub(super) fn read(path: &Path, buffer: &mut Vec<u8>) -> io::Result<Found> {
    buffer.clear();
    let mut file = match open_without_blocking(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Found::Nothing);
    }
    if metadata.len() > MAX_SOURCE_LEN as u64 {
        return Ok(Found::TooLarge);
    }
    let size = metadata.len() as usize;
    // one byte more, so that a file that grows meanwhile is noticed
    buffer.resize(size + 1, 0);
    let mut read = 0;
    loop {
        match file.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        // a file server may return less than it has, but not when it has returned all
        if read == size {
            break;
        }
        if read == buffer.len() {
            if read > MAX_SOURCE_LEN {
                return Ok(Found::TooLarge);
            }
            buffer.resize((read * 2).min(MAX_SOURCE_LEN + 1), 0);
        }
    }
    buffer.truncate(read);
    Ok(Found::File)
}

/// Opens for reading; a FIFO without a writer doesn't block.
fn open_without_blocking(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    options.open(path)
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
    error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::PermissionDenied
}
