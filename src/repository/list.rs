//! One directory, listed once.

use std::io;
use std::path::Path;

#[cfg(target_os = "linux")]
use super::folder::Directory;
use super::folder::Folder;

/// What readdir says an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    File,
    /// A symbolic link, or an entry of a file system that doesn't say: a stat decides.
    Unknown,
    /// A FIFO, a socket, a device.
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    len: u16,
    kind: Kind,
}

impl Entry {
    fn name<'a>(&self, names: &'a [u8]) -> &'a [u8] {
        &names[self.start..self.start + usize::from(self.len)]
    }
}

/// The entries of a directory, in no particular order. The names are in one buffer: a
/// repository may have a million families.
#[derive(Debug, Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    entries: Vec<Entry>,
    folder: Folder,
}

impl Listing {
    /// Lists the directory at `path`, where a whole repository is.
    pub fn of_repository(path: &Path) -> io::Result<Self> {
        let mut listing = Listing::default();
        #[cfg(target_os = "linux")]
        {
            let directory = Directory::to_list(path)?;
            directory.look_at_file_system();
            listing.fill(directory)?;
        }
        #[cfg(not(target_os = "linux"))]
        listing.fill(path)?;
        Ok(listing)
    }

    /// Lists the directory at `path`, which is `name` in `parent`.
    pub fn read(parent: &Folder, name: &str, path: &Path) -> io::Result<Self> {
        let mut listing = Listing::default();
        #[cfg(target_os = "linux")]
        listing.fill(match parent.directory_to_list(name) {
            Some(directory) => directory,
            None => Directory::to_list(path)?,
        })?;
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (parent, name);
            listing.fill(path)?;
        }
        Ok(listing)
    }

    /// Four system calls for most directories: open, two reads and close. The standard
    /// library has a stat besides.
    #[cfg(target_os = "linux")]
    fn fill(&mut self, directory: Directory) -> io::Result<()> {
        use rustix::fs::{FileType, RawDir};

        let mut buffer = Box::<[u8]>::new_uninit_slice(32 << 10);
        let mut entries = RawDir::new(&directory, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let kind = match entry.file_type() {
                FileType::Directory => Kind::Directory,
                FileType::RegularFile => Kind::File,
                FileType::Symlink | FileType::Unknown => Kind::Unknown,
                _ => Kind::Other,
            };
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                self.push(name, kind);
            }
        }
        self.folder = Folder::from(directory);
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn fill(&mut self, path: &Path) -> io::Result<()> {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Kind::Directory,
                Ok(kind) if kind.is_file() => Kind::File,
                Ok(kind) if !kind.is_symlink() => Kind::Other,
                _ => Kind::Unknown,
            };
            self.push(entry.file_name().as_encoded_bytes(), kind);
        }
        Ok(())
    }

    fn push(&mut self, name: &[u8], kind: Kind) {
        // no file system has longer names
        let Ok(len) = u16::try_from(name.len()) else {
            return;
        };
        let start = self.names.len();
        self.names.extend_from_slice(name);
        self.entries.push(Entry { start, len, kind });
    }

    /// Takes the directory that was listed.
    pub fn take_folder(&mut self) -> Folder {
        std::mem::take(&mut self.folder)
    }

    /// The directory that was listed.
    pub fn into_folder(self) -> Folder {
        self.folder
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The name and kind of entry `index`.
    pub fn get(&self, index: usize) -> (&[u8], Kind) {
        let entry = self.entries[index];
        (entry.name(&self.names), entry.kind)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Kind)> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Sorts the entries by name, whatever the case of its letters.
    pub fn sort(&mut self) {
        let names = &self.names;
        let order = |a: &Entry, b: &Entry| lowercase(a.name(names)).cmp(lowercase(b.name(names)));
        self.entries.sort_unstable_by(order);
    }

    /// The entries called `name`, whatever the case of its letters, once all are sorted.
    pub fn named<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = (&'a [u8], Kind)> {
        let is_before = |entry: &Entry| lowercase(entry.name(&self.names)).lt(lowercase(name));
        let first = self.entries.partition_point(is_before);
        (first..self.len())
            .map(|index| self.get(index))
            .take_while(|(entry, _)| entry.eq_ignore_ascii_case(name))
    }

    /// The kind of the entry `name`: unknown where only one is listed that differs in the case of
    /// its letters, since whether it is meant the file system has to say.
    pub fn find(&self, name: &[u8]) -> Option<Kind> {
        let mut similar = None;
        for (entry, kind) in self.iter() {
            if entry == name {
                return Some(kind);
            }
            if entry.eq_ignore_ascii_case(name) {
                similar = Some(Kind::Unknown);
            }
        }
        similar
    }
}

fn lowercase(name: &[u8]) -> impl Iterator<Item = u8> + '_ {
    name.iter().map(u8::to_ascii_lowercase)
}

/// `os.path.isdir(path)` for an entry that readdir has called `kind`.
pub(super) fn is_directory(kind: Kind, path: impl FnOnce() -> std::path::PathBuf) -> bool {
    match kind {
        Kind::Directory => true,
        Kind::Unknown => path().is_dir(),
        Kind::File | Kind::Other => false,
    }
}

/// `os.path.isfile(path)` for an entry that readdir has called `kind`.
pub(super) fn is_file(kind: Kind, path: impl FnOnce() -> std::path::PathBuf) -> bool {
    match kind {
        Kind::File => true,
        Kind::Unknown => path().is_file(),
        Kind::Directory | Kind::Other => false,
    }
}
