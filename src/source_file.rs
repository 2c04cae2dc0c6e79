//! Reading a definition: one open, one stat of the open file and one read; a scan of a local
//! repository does without the stat.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::descriptors;
use crate::error::LoadError;
use crate::static_tier::MAX_SOURCE_LEN;

/// A larger buffer than this isn't kept: definitions are rarely larger.
const KEPT: usize = 256 << 10;

thread_local! {
    /// This thread's buffer.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An open file.
pub(crate) struct Opened {
    pub file: File,
    /// Whether a file system gives it that reads through the page cache alone: a first read of
    /// less than a page, and less than was asked for, is then all there is.
    pub is_cached: bool,
}

impl From<File> for Opened {
    fn from(file: File) -> Self {
        Opened {
            file,
            is_cached: false,
        }
    }
}

/// Lends this thread's buffer, empty, to `run`.
pub(crate) fn with_buffer<T>(run: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let result = run(&mut buffer);
    if buffer.capacity() <= KEPT {
        BUFFER.set(buffer);
    }
    result
}

/// Reads a regular file whole, up to one byte more than the tiers accept, and hands its
/// bytes to `run`.
pub(crate) fn with_source<T>(path: &Path, run: impl FnOnce(&[u8]) -> T) -> Result<T, LoadError> {
    with_buffer(|buffer| {
        read_onto(path, open_without_blocking(path), buffer)?;
        Ok(run(buffer))
    })
}

/// [`with_source`] for callers that keep the bytes.
#[cfg(any(feature = "diff", test))]
pub(crate) fn read_source(path: &Path) -> Result<Vec<u8>, LoadError> {
    with_source(path, <[u8]>::to_vec)
}

/// Adds the bytes of the file at `path`, which somebody has opened, to `buffer`; nothing if
/// that fails.
pub(crate) fn read_onto(
    path: &Path,
    opened: io::Result<Opened>,
    buffer: &mut Vec<u8>,
) -> Result<(), LoadError> {
    let start = buffer.len();
    let limit = MAX_SOURCE_LEN + 1;
    let failed = |source: io::Error| LoadError::Read {
        path: path.to_path_buf(),
        source,
    };
    let opened = opened.map_err(failed)?;
    if opened.is_cached {
        if read_small(&opened.file, buffer) {
            descriptors::close(opened.file);
            return Ok(());
        }
        buffer.truncate(start);
    }
    let read = match regular_size(&opened.file) {
        Ok(Some(size)) => {
            let expected = usize::try_from(size).unwrap_or(limit).min(limit);
            read_rest(&opened.file, expected, limit, buffer).map_err(failed)
        }
        Ok(None) => Err(LoadError::NotAFile {
            path: PathBuf::from(path),
        }),
        Err(error) => Err(failed(error)),
    };
    match read {
        Ok(()) => buffer.truncate(start + limit),
        Err(_) => buffer.truncate(start),
    }
    read
}

/// Adds what the first read of a cached file gives to `buffer`; whether that is the whole of a
/// regular file.
///
/// It is read at an offset, which FIFOs, sockets and terminals refuse. A stat has to tell an
/// empty file from a device, and whether a larger file is whole.
#[cfg(target_os = "linux")]
fn read_small(file: &File, buffer: &mut Vec<u8>) -> bool {
    /// No page is smaller.
    const PAGE: usize = 4096;

    buffer.reserve(2 * PAGE);
    let read = rustix::io::pread(file, rustix::buffer::spare_capacity(buffer), 0);
    matches!(read, Ok(1..PAGE))
}

#[cfg(not(target_os = "linux"))]
fn read_small(_file: &File, _buffer: &mut Vec<u8>) -> bool {
    false
}

/// Adds what `file` has to `buffer`: `expected` bytes, or more or less if it has changed. It ends
/// once there are `limit` bytes, of which the last read may have brought a few more.
///
/// The C library's `read` lets the thread be cancelled meanwhile, which is a hundredth of a scan.
#[cfg(target_os = "linux")]
fn read_rest(file: &File, expected: usize, limit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    let start = buffer.len();
    loop {
        let length = buffer.len() - start;
        // a regular file that gives as much as it has ends there
        if length >= limit || (length > 0 && length == expected) {
            return Ok(());
        }
        // room for one byte more than expected: a file that has grown shows
        buffer.reserve(expected.saturating_sub(length) + 1);
        match rustix::io::read(file, rustix::buffer::spare_capacity(buffer)) {
            Ok(0) => return Ok(()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn read_rest(file: &File, expected: usize, limit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    use std::io::Read;

    buffer.reserve(expected + 1);
    file.take(limit as u64).read_to_end(buffer).map(|_| ())
}

/// The size of a regular file, `None` for anything else.
///
/// The standard library asks with statx, which costs the kernel twice as much.
#[cfg(target_os = "linux")]
fn regular_size(file: &File) -> io::Result<Option<u64>> {
    use rustix::fs::{fstat, FileType};

    let stat = fstat(file)?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    Ok(is_file.then(|| u64::try_from(stat.st_size).unwrap_or(0)))
}

#[cfg(not(target_os = "linux"))]
fn regular_size(file: &File) -> io::Result<Option<u64>> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some(metadata.len()))
}

/// Opens for reading; a FIFO without a writer doesn't block.
pub(crate) fn open_without_blocking(path: &Path) -> io::Result<Opened> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    Ok(Opened::from(options.open(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_all_sizes_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.py");
        for size in [0, 1, 317, 4096, 65_535, 65_536, 300_000, 1] {
            let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            std::fs::write(&path, &content).unwrap();
            assert_eq!(read_source(&path).unwrap(), content, "{size}");
        }
    }

    #[test]
    fn files_are_read_one_behind_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("one"), "1").unwrap();
        std::fs::write(path("two"), "22").unwrap();
        with_buffer(|buffer| {
            for name in ["one", "missing", ".", "two"] {
                let path = path(name);
                let read = read_onto(&path, open_without_blocking(&path), buffer);
                assert_eq!(read.is_ok(), ["one", "two"].contains(&name), "{name}");
            }
            assert_eq!(buffer, b"122");
        });
    }

    #[test]
    fn a_huge_file_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.py");
        // sparse: it takes no space
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(read_source(&path).unwrap().len(), MAX_SOURCE_LEN + 1);
        assert!(BUFFER.take().capacity() <= KEPT);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            read_source(folder.path()),
            Err(LoadError::NotAFile { .. } | LoadError::Read { .. })
        ));
        let missing = folder.path().join("missing.py");
        assert!(matches!(
            read_source(&missing),
            Err(LoadError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound
        ));
    }
}
