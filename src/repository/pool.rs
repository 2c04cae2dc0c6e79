//! A pool of threads that survives a fork.
//!
//! In a forked child the threads are gone and their locks may be held, so there the pool is
//! neither used nor dropped.

use std::process;
use std::sync::{Arc, Mutex};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The threads of one process.
pub(super) struct Pool {
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
#[derive(Default)]
pub(super) struct Pools {
    slot: Mutex<Option<Arc<Pool>>>,
}

impl Pools {
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
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("rezload-{index}"))
        // a job that panics drops its channel, which says so
        .panic_handler(|_| ())
        .build()
        .ok()?;
    Some(Arc::new(Pool {
        owner: process::id(),
        pool: Some(pool),
    }))
}
