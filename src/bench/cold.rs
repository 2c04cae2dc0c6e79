//! Making the cache of the operating system cold.

use std::io;
use std::path::PathBuf;

/// How the cache is made cold before a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cold {
    /// Not at all.
    Off,
    /// The kernel is advised that it may drop the files' pages. Directories and inodes stay
    /// cached, and pages that were just written are kept.
    Advise,
    /// The kernel drops all clean pages, directories and inodes of the whole machine. For root.
    DropAll,
}

impl Cold {
    /// What a reader has to know.
    pub fn describe(self) -> Option<&'static str> {
        match self {
            Cold::Off => None,
            Cold::Advise => Some(
                "posix_fadvise(POSIX_FADV_DONTNEED) on every file before each pass: their pages \
                 are dropped, directories and inodes stay cached",
            ),
            Cold::DropAll => Some(
                "sync and 3 written to /proc/sys/vm/drop_caches before each pass: pages, \
                 directories and inodes of the whole machine are dropped",
            ),
        }
    }

    /// Makes the cache cold for `paths`.
    pub(super) fn prepare(self, paths: &[PathBuf]) -> io::Result<()> {
        match self {
            Cold::Off => Ok(()),
            Cold::Advise => advise(paths),
            Cold::DropAll => drop_all(),
        }
    }
}

#[cfg(target_os = "linux")]
fn advise(paths: &[PathBuf]) -> io::Result<()> {
    use rustix::fs::{fadvise, Advice};

    for path in paths {
        let file = std::fs::File::open(path)?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn drop_all() -> io::Result<()> {
    rustix::fs::sync();
    std::fs::write("/proc/sys/vm/drop_caches", "3")
}

#[cfg(not(target_os = "linux"))]
fn advise(_paths: &[PathBuf]) -> io::Result<()> {
    Err(unsupported())
}

#[cfg(not(target_os = "linux"))]
fn drop_all() -> io::Result<()> {
    Err(unsupported())
}

#[cfg(not(target_os = "linux"))]
fn unsupported() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "a cold cache is only made on Linux",
    )
}
