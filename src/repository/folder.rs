//! A directory that stays open, so that its files are opened by the end of their path only.
//!
//! The system walks an absolute path from the root, and a network file system may ask its
//! server about each directory on the way. Elsewhere than on Linux files are opened by path.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::source_file::open_without_blocking;

/// A directory, open or not.
#[derive(Debug, Default)]
pub(super) struct Folder {
    #[cfg(target_os = "linux")]
    descriptor: Option<rustix::fd::OwnedFd>,
}

impl Folder {
    /// The directory at `path`; closed when it can't be opened.
    pub fn at(path: &Path) -> Self {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{open, Mode, OFlags};

            // asks for no more than walking through it does
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let descriptor = open(path, flags, Mode::empty()).ok();
            Folder { descriptor }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = path;
            Folder::default()
        }
    }

    /// Opens the file at `path`, whose part from `start` on is its path in this directory.
    pub fn open(&self, path: &str, start: usize) -> io::Result<File> {
        #[cfg(target_os = "linux")]
        if let Some(directory) = &self.descriptor {
            use rustix::fs::{openat, Mode, OFlags};

            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
            let open = || openat(directory, &path[start..], flags, Mode::empty());
            return Ok(File::from(rustix::io::retry_on_intr(open)?));
        }
        let _ = start;
        open_without_blocking(Path::new(path))
    }
}

#[cfg(target_os = "linux")]
impl From<rustix::fd::OwnedFd> for Folder {
    fn from(descriptor: rustix::fd::OwnedFd) -> Self {
        Folder {
            descriptor: Some(descriptor),
        }
    }
}
