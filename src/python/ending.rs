//! The end of the interpreter, for threads that it doesn't wait for.
//!
//! Before 3.14 CPython ends a thread that takes the GIL while it finalizes, in the middle of
//! Rust's frames, which ends the process. So when its `atexit` functions run, threads that are
//! about to take the GIL are waited for, and later ones wait themselves, for the end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// How long threads wait for the end: who calls the `atexit` functions may go on nevertheless.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many threads are taking the GIL, or have taken it for a moment.
static TAKING: AtomicUsize = AtomicUsize::new(0);

/// When the end began, and on which thread.
static ENDING: Mutex<Option<(Instant, ThreadId)>> = Mutex::new(None);

/// Has the interpreter call what is here.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let end = pyo3::wrap_pyfunction!(end, module)?;
    py.import("atexit")?.call_method1("register", (end,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let forget = pyo3::wrap_pyfunction!(forget, module)?;
        let arguments = pyo3::types::PyDict::new(py);
        arguments.set_item("after_in_child", forget)?;
        os.call_method("register_at_fork", (), Some(&arguments))?;
    }
    Ok(())
}

/// The interpreter is about to end.
#[pyfunction]
fn end(py: Python<'_>) {
    begin();
    py.detach(|| {
        let started = Instant::now();
        while TAKING.load(Ordering::SeqCst) > 0 && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// The other threads are the parent's.
#[pyfunction]
fn forget() {
    TAKING.store(0, Ordering::SeqCst);
}

fn begin() {
    if let Ok(mut ending) = ENDING.lock() {
        *ending = Some((Instant::now(), thread::current().id()));
    }
}

/// How long this thread has to wait for the end.
fn remaining() -> Option<Duration> {
    let ending = ENDING.lock().ok()?;
    let (since, by) = (*ending)?;
    if by == thread::current().id() {
        return None;
    }
    PATIENCE
        .checked_sub(since.elapsed())
        .filter(|d| !d.is_zero())
}

/// The right to take the GIL.
struct Taking;

impl Taking {
    /// `None` while the interpreter ends.
    fn now() -> Option<Self> {
        TAKING.fetch_add(1, Ordering::SeqCst);
        // gives it back if this is the end
        let taking = Taking;
        remaining().is_none().then_some(taking)
    }

    fn wait() -> Self {
        loop {
            if let Some(taking) = Taking::now() {
                return taking;
            }
            thread::sleep(remaining().unwrap_or_default());
        }
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        TAKING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `Python::detach`, but for a thread that comes back while the interpreter ends.
pub(super) fn detach<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let (result, _taking) = py.detach(|| {
        let result = work();
        (result, Taking::wait())
    });
    result
}

/// `Python::attach` on a thread that isn't Python's; `None` while the interpreter ends.
#[cfg(feature = "vm")]
pub(super) fn attach<T>(work: impl FnOnce(Python<'_>) -> Option<T>) -> Option<T> {
    let _taking = Taking::now()?;
    Python::attach(work)
}
