//! Reading a definition: one open, one stat of the open file and one read.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::LoadError;
use crate::static_tier::MAX_SOURCE_LEN;

/// A larger buffer than this isn't kept: definitions are rarely larger.
const KEPT: usize = 256 << 10;

thread_local! {
    /// This thread's buffer, all of whose bytes are initialised.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads a regular file whole, up to one byte more than the tiers accept, and hands its
/// bytes to `run`.
pub(crate) fn with_source<T>(path: &Path, run: impl FnOnce(&[u8]) -> T) -> Result<T, LoadError> {
    with_opened(path, open_without_blocking(path), run)
}

/// [`with_source`] of the file at `path` that somebody has opened.
pub(crate) fn with_opened<T>(
    path: &Path,
    file: io::Result<File>,
    run: impl FnOnce(&[u8]) -> T,
) -> Result<T, LoadError> {
    let mut buffer = BUFFER.take();
    let result = read_into(path, file, &mut buffer).map(|length| run(&buffer[..length]));
    if buffer.len() <= KEPT {
        BUFFER.set(buffer);
    }
    result
}

/// [`with_source`] for callers that keep the bytes.
#[cfg(any(feature = "cli", test))]
pub(crate) fn read_source(path: &Path) -> Result<Vec<u8>, LoadError> {
    with_source(path, <[u8]>::to_vec)
}

/// Reads the file into the start of `buffer`, which grows as needed; gives the length.
fn read_into(
    path: &Path,
    file: io::Result<File>,
    buffer: &mut Vec<u8>,
) -> Result<usize, LoadError> {
    let failed = |source: io::Error| LoadError::Read {
        path: path.to_path_buf(),
        source,
    };
    let mut file = file.map_err(failed)?;
    let Some(size) = regular_size(&file).map_err(failed)? else {
        return Err(LoadError::NotAFile {
            path: PathBuf::from(path),
        });
    };
    let limit = MAX_SOURCE_LEN + 1;
    let expected = usize::try_from(size).unwrap_or(limit).min(limit);
    let mut length = 0;
    loop {
        // room for one byte more than expected: a file that has grown shows
        let room = (expected.max(length) + 1).min(limit);
        if buffer.len() < room {
            buffer.resize(room.next_power_of_two(), 0);
        }
        let end = buffer.len().min(limit);
        match read_some(&mut file, &mut buffer[length..end]) {
            Ok(0) => return Ok(length),
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        }
        // a regular file that gives as much as it has ends there
        if length == expected || length == limit {
            return Ok(length);
        }
    }
}

/// The C library's `read` lets the thread be cancelled meanwhile, which is a hundredth of a scan.
#[cfg(target_os = "linux")]
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(&*file, buffer)?)
}

#[cfg(not(target_os = "linux"))]
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    std::io::Read::read(file, buffer)
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
    Ok(metadata.is_file().then(|| metadata.len()))
}

/// Opens for reading; a FIFO without a writer doesn't block.
pub(crate) fn open_without_blocking(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
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
    fn a_huge_file_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.py");
        // sparse: it takes no space
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(read_source(&path).unwrap().len(), MAX_SOURCE_LEN + 1);
        assert!(BUFFER.take().len() <= KEPT);
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
            Err(LoadError::Read { source, .. }) if source.kind() == ErrorKind::NotFound
        ));
    }
}
