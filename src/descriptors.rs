//! A thread's own table of open files, and files that are closed together.
//!
//! A tenth of a scan is closing what has been read, and a half of that isn't the files' but the
//! calls' own; `close_range` closes neighbours with one call. So a thread that opens files in a
//! table of its own, where they are neighbours, keeps those that it has read open until there are
//! some of them.

use std::fs::File;

/// Closes a file that has been read; on a thread with a table of its own maybe not before
/// [`close_kept`] is called.
pub(crate) fn close(file: File) {
    #[cfg(all(feature = "cli", target_os = "linux"))]
    linux::close(file);
    #[cfg(not(all(feature = "cli", target_os = "linux")))]
    drop(file);
}

/// Closes what [`close`] has left open on this thread.
pub(crate) fn close_kept() {
    #[cfg(all(feature = "cli", target_os = "linux"))]
    linux::close_kept();
}

/// Gives this thread a copy of the table of open files. Where that is refused it stays as it is.
///
/// # Safety
///
/// From now on this thread may neither use nor close a descriptor that another thread opens, nor
/// another thread one that is opened here, but for threads that this one starts.
#[cfg(feature = "cli")]
pub(crate) unsafe fn leave_common() {
    #[cfg(target_os = "linux")]
    linux::leave_common();
}

#[cfg(all(feature = "cli", target_os = "linux"))]
mod linux {
    use std::cell::Cell;
    use std::fs::File;
    use std::ops::Range;
    use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

    /// How many files are kept at most: a process may have few open.
    const KEPT: usize = 16;

    const NONE: Range<RawFd> = 0..0;

    thread_local! {
        /// Neighbours that this thread owns and has read; `None` where files are closed at once.
        static READ: Cell<Option<Range<RawFd>>> = const { Cell::new(None) };
    }

    pub fn close(file: File) {
        let Some(mut read) = READ.take() else {
            return;
        };
        if read.end != file.as_raw_fd() {
            close_all(read);
            read = file.as_raw_fd()..file.as_raw_fd();
        }
        read.end = file.into_raw_fd() + 1;
        if read.len() == KEPT {
            close_all(read);
            read = NONE;
        }
        READ.set(Some(read));
    }

    pub fn close_kept() {
        if let Some(read) = READ.take() {
            close_all(read);
            READ.set(Some(NONE));
        }
    }

    pub fn leave_common() {
        // closes none, which a sandbox that forbids `unshare` lets by
        let none = libc::c_uint::MAX;
        // SAFETY: as it closes none
        if unsafe { close_range(none, none, libc::CLOSE_RANGE_UNSHARE) } {
            READ.set(Some(NONE));
        }
    }

    /// Closes descriptors that `File`s have given up for it.
    fn close_all(descriptors: Range<RawFd>) {
        let (first, last) = (descriptors.start as u32, (descriptors.end - 1) as u32);
        // SAFETY: this thread owns all of them
        if descriptors.len() > 1 && unsafe { close_range(first, last, 0) } {
            return;
        }
        for descriptor in descriptors {
            // SAFETY: this thread owns it
            drop(unsafe { OwnedFd::from_raw_fd(descriptor) });
        }
    }

    /// Closes the descriptors from `first` to `last`; whether that could be done.
    ///
    /// # Safety
    ///
    /// Nobody may use or close them any more.
    unsafe fn close_range(first: u32, last: u32, flags: libc::c_uint) -> bool {
        libc::syscall(libc::SYS_close_range, first, last, flags) == 0
    }
}

#[cfg(all(test, feature = "cli", target_os = "linux"))]
mod tests {
    use std::os::fd::AsRawFd;
    use std::path::PathBuf;
    use std::thread;

    use super::*;

    /// A table of its own, if the system has that; whether it has.
    fn leave() -> bool {
        // SAFETY: this thread and the test's own use no files of one another
        unsafe { leave_common() };
        let file = File::open("Cargo.lock").unwrap();
        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        // that of the process is the main thread's
        !path.exists()
    }

    fn open() -> File {
        File::open("Cargo.toml").unwrap()
    }

    fn is_open(descriptor: i32) -> bool {
        PathBuf::from(format!("/proc/thread-self/fd/{descriptor}")).exists()
    }

    #[test]
    fn neighbours_are_closed_together() {
        let job = || {
            if !leave() {
                eprintln!("this system has no tables for threads");
                return;
            }
            let mut read = Vec::new();
            let mut used = Vec::new();
            for count in 0..100 {
                let file = open();
                if count % 7 == 6 {
                    used.push(file);
                } else {
                    read.push(file.as_raw_fd());
                    close(file);
                }
            }
            assert!(is_open(*read.last().unwrap()));
            close_kept();
            // numbers are used again
            let used_now =
                |descriptor: &i32| used.iter().any(|file| file.as_raw_fd() == *descriptor);
            for descriptor in read.iter().filter(|descriptor| !used_now(descriptor)) {
                assert!(!is_open(*descriptor), "{descriptor}");
            }
            assert!(used.iter().all(|file| file.metadata().is_ok()));
        };
        thread::spawn(job).join().unwrap();
    }

    #[test]
    fn no_more_than_a_few_are_open() {
        let job = || {
            leave();
            let lowest = open().as_raw_fd();
            for _ in 0..1000 {
                let file = open();
                assert!(file.as_raw_fd() < lowest + 40);
                close(file);
            }
            close_kept();
        };
        thread::spawn(job).join().unwrap();
    }
}
