//! A pool of threads that survives a fork.
//!
//! In a forked child the threads are gone and their locks may be held, so there the pool is
//! neither used nor dropped.

use std::process;
use std::sync::{Arc, Mutex};

use rayon::{ThreadPool, ThreadPoolBuilder};

#[cfg(feature = "cli")]
use crate::descriptors;

/// The threads of one process.
pub(crate) struct Pool {
    owner: u32,
    pool: Option<ThreadPool>,
}

impl Pool {
    pub fn threads(&self) -> &ThreadPool {
        self.pool.as_ref().expect("there until it is dropped")
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if process::id() != self.owner {
            std::mem::forget(self.pool.take());
        }
    }
}

/// The pool of this process, made when it is first needed.
pub(crate) struct Pools {
    slot: Mutex<Option<Arc<Pool>>>,
}

impl Pools {
    pub const fn new() -> Self {
        Pools {
            slot: Mutex::new(None),
        }
    }

    /// A pool of `threads` threads, 0 for `RAYON_NUM_THREADS` or the cores; `None` when no
    /// thread can be started.
    pub fn get(&self, threads: usize) -> Option<Arc<Pool>> {
        // a fork while another thread holds the lock leaves it locked in the child
        let Ok(mut slot) = self.slot.try_lock() else {
            return build(threads);
        };
        if let Some(pool) = slot.as_ref().filter(|pool| pool.owner == process::id()) {
            return Some(Arc::clone(pool));
        }
        let pool = build(threads)?;
        *slot = Some(Arc::clone(&pool));
        Some(pool)
    }
}

fn build(threads: usize) -> Option<Arc<Pool>> {
    start(builder(threads))
}

/// A pool whose threads each have a table of open files of their own, where the system has
/// that. In the table that all threads of a process have in common each open waits for the
/// others', and each read counts who uses the file.
///
/// A descriptor means something on the thread that has opened it, and on those that this thread
/// starts. One that is open now is the same on all.
///
/// # Safety
///
/// On the threads of the pool nothing may use or close a descriptor that another thread has
/// opened since, and the other way round.
#[cfg(feature = "cli")]
pub(crate) unsafe fn with_own_descriptors(threads: usize) -> Option<Arc<Pool>> {
    // SAFETY: who makes the pool answers for the descriptors
    start(builder(threads).start_handler(|_| unsafe { descriptors::leave_common() }))
}

fn builder(threads: usize) -> ThreadPoolBuilder {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("rezload-{index}"))
        // a job that panics drops its channel, which says so
        .panic_handler(|_| ())
}

fn start(builder: ThreadPoolBuilder) -> Option<Arc<Pool>> {
    Some(Arc::new(Pool {
        owner: process::id(),
        pool: Some(builder.build().ok()?),
    }))
}

#[cfg(all(test, feature = "cli", target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::{AsRawFd, IntoRawFd};
    use std::path::Path;

    use super::*;

    #[test]
    fn what_a_thread_opens_is_its_own() {
        let path = |number: i32| format!("/proc/self/fd/{number}");
        let file = File::open("Cargo.toml").unwrap();
        let before = file.as_raw_fd();
        // SAFETY: the only descriptor that another thread has is kept open by that thread
        let pool = unsafe { with_own_descriptors(2) }.unwrap();
        let opened = pool.threads().install(|| {
            let mut text = String::new();
            File::open(format!("/proc/thread-self/fd/{before}"))
                .and_then(|mut same| same.read_to_string(&mut text))
                .unwrap();
            assert!(text.contains("rezload"));
            (0..50)
                .map(|_| File::open("Cargo.lock").unwrap().into_raw_fd())
                .max()
                .unwrap()
        });
        // a system without this leaves them in the table of all
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let mut numbers = kernel.split('.').map(|number| number.parse().unwrap_or(0));
        if (numbers.next(), numbers.next()) >= (Some(5), Some(9)) {
            assert!(!Path::new(&path(opened)).exists(), "{opened}");
        }
    }
}
