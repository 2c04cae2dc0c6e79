//! A thread pool that survives `fork`.
//!
//! rayon's global pool doesn't: in a forked child its threads are gone, and the first
//! parallel iterator waits for them for ever. This pool belongs to one process id and is
//! replaced in a child.

use std::process;
use std::sync::{Arc, Mutex};

use rayon::{ThreadPool, ThreadPoolBuilder};

static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// This process's pool, sized by `RAYON_NUM_THREADS` or the cores; `None` when no thread
/// can be started.
pub(super) fn get() -> Option<Arc<ThreadPool>> {
    // Not `lock`: a fork while another thread holds the lock leaves it locked in the child.
    // Then, or when two threads meet here, a pool for one use is good enough.
    let Ok(mut slot) = POOL.try_lock() else {
        return build();
    };
    let id = process::id();
    match slot.take() {
        Some((owner, pool)) if owner == id => {
            *slot = Some((id, Arc::clone(&pool)));
            Some(pool)
        }
        stale => {
            // Dropping a pool of the parent would touch locks that its threads held.
            std::mem::forget(stale);
            let pool = build()?;
            *slot = Some((id, Arc::clone(&pool)));
            Some(pool)
        }
    }
}

fn build() -> Option<Arc<ThreadPool>> {
    ThreadPoolBuilder::new()
        .thread_name(|index| format!("rezload-{index}"))
        .build()
        .ok()
        .map(Arc::new)
}
