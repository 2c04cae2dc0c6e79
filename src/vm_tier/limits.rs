//! What one definition may use before the VM tier gives it up.

use std::time::Duration;

/// The limits of one load in the VM. Each that is hit declines the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// How long a definition may run, wall time.
    pub time: Duration,
    /// Depth of Python calls, as `sys.setrecursionlimit` counts it.
    pub recursion: usize,
    /// Bytes that a definition may print; what it prints is dropped.
    pub output: usize,
    /// Bytes of memory that a load may add. Enforced in the command line and the Python
    /// module, which count allocations; see [`crate::vm::LimitedAllocator`].
    pub memory: usize,
    /// Bytes of files that a definition may read.
    pub read: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            time: Duration::from_secs(2),
            recursion: 1000,
            output: 1 << 20,
            memory: 128 << 20,
            read: 64 << 20,
        }
    }
}
