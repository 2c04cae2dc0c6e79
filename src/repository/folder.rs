//! A directory that stays open, so that its files are opened by the end of their path only.
//!
//! The system walks an absolute path from the root, and a network file system may ask its
//! server about each directory on the way. Elsewhere than on Linux files are opened by path.
//!
//! A folder also knows whether a short read of its files ends where the file ends, which spares
//! a scan the stat of each file.

use std::io;
use std::path::Path;

use crate::source_file::{open_without_blocking, Opened};

/// A directory, open or not.
#[derive(Debug, Default)]
pub(super) struct Folder {
    #[cfg(target_os = "linux")]
    open: Option<linux::Directory>,
}

impl Folder {
    pub const CLOSED: Folder = Folder {
        #[cfg(target_os = "linux")]
        open: None,
    };

    /// The directory at `path`; closed when it can't be opened.
    pub fn at(path: &Path) -> Self {
        #[cfg(target_os = "linux")]
        {
            Folder {
                open: linux::Directory::at(path).ok(),
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = path;
            Folder::default()
        }
    }

    /// The directory at `path`, which is `name` in this one; closed when it can't be opened.
    pub fn folder(&self, name: &str, path: &Path) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(directory) = self.open.as_ref().and_then(|open| open.directory(name)) {
            return Folder::from(directory);
        }
        let _ = name;
        Folder::at(path)
    }

    /// The directory `name` in this one, to list it; `None` where it has to be opened by its
    /// path.
    #[cfg(target_os = "linux")]
    pub fn directory_to_list(&self, name: &str) -> Option<Directory> {
        self.open.as_ref()?.directory_to_list(name)
    }

    /// Opens the file at `path`, whose part from `start` on is its path in this directory.
    pub fn open(&self, path: &str, start: usize) -> io::Result<Opened> {
        #[cfg(target_os = "linux")]
        if let Some(directory) = &self.open {
            return directory.file(&path[start..]);
        }
        let _ = start;
        open_without_blocking(Path::new(path))
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::Directory;

#[cfg(target_os = "linux")]
impl From<Directory> for Folder {
    fn from(directory: Directory) -> Self {
        Folder {
            open: Some(directory),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::fd::{AsFd, OwnedFd};
    use rustix::fs::{fstatfs, open, openat, openat2, Mode, OFlags, ResolveFlags};
    use rustix::io::{retry_on_intr, Errno};

    use crate::source_file::Opened;

    /// An open directory.
    #[derive(Debug)]
    pub(in crate::repository) struct Directory {
        descriptor: OwnedFd,
        /// Whether files are opened so that they are surely of this file system, which is one
        /// of [`CACHED`].
        is_cached: AtomicBool,
    }

    /// What `statfs` calls the file systems that read through the page cache alone: the ext
    /// family, XFS, Btrfs and tmpfs. A read of theirs ends early where the file ends, or at a
    /// page that can't be read, or with the memory that is to take it; so less than a first
    /// page is the whole file. Network file systems and those of FUSE may answer with less.
    const CACHED: [u64; 4] = [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994];

    /// Neither a link nor a mount on the way, which could lead into another file system.
    const WITHIN: ResolveFlags = ResolveFlags::NO_XDEV.union(ResolveFlags::NO_SYMLINKS);

    impl Directory {
        /// The directory at `path`, to open files in.
        pub fn at(path: &Path) -> io::Result<Self> {
            // asks for no more than walking through it does
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Directory::new(open(path, flags, Mode::empty())?, false))
        }

        /// The directory at `path`, to list it.
        pub fn to_list(path: &Path) -> io::Result<Self> {
            Ok(Directory::new(open(path, LIST, Mode::empty())?, false))
        }

        fn new(descriptor: OwnedFd, is_cached: bool) -> Self {
            Directory {
                descriptor,
                is_cached: AtomicBool::new(is_cached),
            }
        }

        /// Asks which file system this is of.
        pub fn look_at_file_system(&self) {
            let is_cached = fstatfs(&self.descriptor)
                .is_ok_and(|system| CACHED.contains(&(system.f_type as u64)));
            self.is_cached.store(is_cached, Ordering::Relaxed);
        }

        /// The directory `name` in this one, to open files in; `None` where it may be of
        /// another file system, or can't be opened.
        pub fn directory(&self, name: &str) -> Option<Self> {
            self.within(name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC)
        }

        /// [`directory`](Self::directory), to list it.
        pub fn directory_to_list(&self, name: &str) -> Option<Self> {
            self.within(name, LIST)
        }

        fn within(&self, name: &str, flags: OFlags) -> Option<Self> {
            if !self.is_cached.load(Ordering::Relaxed) {
                return None;
            }
            let opened = openat2(&self.descriptor, name, flags, Mode::empty(), WITHIN);
            // a system without this call may do without the rest, too
            if matches!(opened, Err(Errno::NOSYS | Errno::PERM)) {
                self.is_cached.store(false, Ordering::Relaxed);
            }
            Some(Directory::new(opened.ok()?, true))
        }

        /// Opens the file at `path` in this directory.
        pub fn file(&self, path: &str) -> io::Result<Opened> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
            if self.is_cached.load(Ordering::Relaxed) {
                match openat2(&self.descriptor, path, flags, Mode::empty(), WITHIN) {
                    Ok(file) => {
                        return Ok(Opened {
                            file: File::from(file),
                            is_cached: true,
                        })
                    }
                    Err(Errno::NOENT) => return Err(Errno::NOENT.into()),
                    // where one version is a link others are
                    Err(_) => self.is_cached.store(false, Ordering::Relaxed),
                }
            }
            let open = || openat(&self.descriptor, path, flags, Mode::empty());
            Ok(Opened::from(File::from(retry_on_intr(open)?)))
        }
    }

    impl AsFd for Directory {
        fn as_fd(&self) -> rustix::fd::BorrowedFd<'_> {
            self.descriptor.as_fd()
        }
    }

    const LIST: OFlags = OFlags::RDONLY
        .union(OFlags::DIRECTORY)
        .union(OFlags::CLOEXEC)
        .union(OFlags::NONBLOCK);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::source_file::{read_onto, with_buffer};

    /// What is in the file `name`, and whether it was opened without a stat to come.
    fn read(folder: &Folder, name: &str) -> io::Result<(Vec<u8>, bool)> {
        let opened = folder.open(name, 0)?;
        let is_cached = opened.is_cached;
        with_buffer(|buffer| {
            read_onto(Path::new(name), Ok(opened), buffer).map_err(io::Error::other)?;
            Ok((buffer.clone(), is_cached))
        })
    }

    #[test]
    fn a_link_ends_the_short_way() {
        let root = tempfile::tempdir().unwrap();
        let family = root.path().join("maya");
        for version in ["1", "2", "3"] {
            fs::create_dir_all(family.join(version)).unwrap();
            fs::write(family.join(version).join("package.py"), version).unwrap();
        }
        symlink("1", family.join("link")).unwrap();
        symlink("../1/package.py", family.join("3/link.py")).unwrap();
        let repository = Directory::to_list(root.path()).unwrap();
        repository.look_at_file_system();
        let repository = Folder::from(repository);
        let of = |name: &str| repository.folder(name, &root.path().join(name));
        let file = |version: &str| (version.as_bytes().to_vec(), true);
        let (_, is_cached) = read(&of("maya"), "1/package.py").unwrap();
        if !is_cached {
            eprintln!("the temporary directory is of another file system");
            return;
        }
        for link in ["link/package.py", "3/link.py", "../maya/link/package.py"] {
            let folder = of("maya");
            assert_eq!(read(&folder, "2/package.py").unwrap(), file("2"));
            let missing = read(&folder, "4/package.py").unwrap_err();
            assert_eq!(missing.kind(), io::ErrorKind::NotFound);
            assert_eq!(read(&folder, "3/package.py").unwrap(), file("3"));
            assert_eq!(read(&folder, link).unwrap(), (b"1".to_vec(), false));
            assert_eq!(
                read(&folder, "2/package.py").unwrap(),
                (b"2".to_vec(), false)
            );
        }
        // a family that is a link is opened by its path
        symlink("maya", root.path().join("houdini")).unwrap();
        let houdini = read(&of("houdini"), "1/package.py").unwrap();
        assert_eq!(houdini, (b"1".to_vec(), false));
        assert_eq!(read(&of("maya"), "1/package.py").unwrap(), file("1"));
    }

    #[test]
    fn files_of_all_sizes_are_whole() {
        let root = tempfile::tempdir().unwrap();
        let repository = Directory::to_list(root.path()).unwrap();
        repository.look_at_file_system();
        let repository = Folder::from(repository);
        for size in [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 300_000] {
            let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            fs::write(root.path().join("package.py"), &content).unwrap();
            let (read, _) = read(&repository, "package.py").unwrap();
            assert!(read == content, "{size}");
        }
    }
}
