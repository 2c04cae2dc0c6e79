//! A limit on the memory of a definition, and the last way to stop one.
//!
//! RustPython can't be told to fail an allocation cleanly everywhere, and can't be interrupted
//! inside its native functions. So the allocator watches the threads of the VM: one that goes
//! over its limit, or that was told to stop and didn't, is put to sleep for good where it
//! asks for memory. It holds no lock of the allocator's then, uses no processor, and grows no
//! further.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::Duration;

/// The allocator of programs that want [`Limits::memory`](super::Limits::memory) enforced:
/// another one, the system's by default, that watches the threads of the VM tier.
///
/// The command line and the Python module have it. A Rust program that doesn't set it has no
/// limit on memory, and threads that run native code for too long go on running.
///
/// ```ignore
/// use std::alloc::System;
/// use rezload::vm::LimitedAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: LimitedAllocator = LimitedAllocator::new(System);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitedAllocator<A = System>(A);

impl<A> LimitedAllocator<A> {
    /// `allocator`, watched.
    pub const fn new(allocator: A) -> Self {
        LimitedAllocator(allocator)
    }
}

/// What the allocator and the others know of a VM thread.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Bytes that may still be allocated.
    left: AtomicIsize,
    /// Whether a definition runs, so that the limit holds.
    armed: AtomicBool,
    /// Set from outside: sleep at the next allocation.
    stop: AtomicBool,
    /// The thread sleeps: over its limit, or told to.
    over: AtomicBool,
    /// Linux's number of the thread.
    #[cfg(target_os = "linux")]
    thread: std::sync::atomic::AtomicI32,
}

thread_local! {
    static WATCH: Cell<*const Watch> = const { Cell::new(null()) };
}

impl Watch {
    /// Watches this thread from now on. A watch lives as long as the process.
    pub fn this_thread(&'static self) {
        // SAFETY: the call has no arguments, and only gives a number.
        #[cfg(target_os = "linux")]
        self.thread
            .store(unsafe { libc::gettid() }, Ordering::Relaxed);
        WATCH.set(self);
    }

    /// A definition starts that may allocate `limit` bytes.
    pub fn arm(&self, limit: usize) {
        self.left.store(
            isize::try_from(limit).unwrap_or(isize::MAX),
            Ordering::Relaxed,
        );
        self.armed.store(true, Ordering::Relaxed);
    }

    /// The definition is over.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::Relaxed);
    }

    /// Puts the thread to sleep at its next allocation. Until then it gets what processor time
    /// nobody else wants: there are loops that allocate nothing.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        #[cfg(target_os = "linux")]
        {
            // SAFETY: zero is a priority that `SCHED_IDLE` takes, and the structure outlives
            // the call, which only reads it.
            let parameters: libc::sched_param = unsafe { std::mem::zeroed() };
            let thread = self.thread.load(Ordering::Relaxed);
            // a thread that isn't there any more is no matter
            let _ = unsafe { libc::sched_setscheduler(thread, libc::SCHED_IDLE, &parameters) };
        }
    }

    /// Whether the thread sleeps for good.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    #[inline]
    fn took(&self, bytes: usize) {
        let bytes = isize::try_from(bytes).unwrap_or(isize::MAX);
        // only this thread changes it: no read-modify-write is needed
        let left = self.left.load(Ordering::Relaxed).saturating_sub(bytes);
        self.left.store(left, Ordering::Relaxed);
        if self.armed.load(Ordering::Relaxed) && (left < 0 || self.stop.load(Ordering::Relaxed)) {
            self.sleep();
        }
    }

    #[inline]
    fn gave(&self, bytes: usize) {
        let left = self.left.load(Ordering::Relaxed);
        self.left
            .store(left.saturating_add_unsigned(bytes), Ordering::Relaxed);
    }

    #[cold]
    fn sleep(&self) -> ! {
        self.over.store(true, Ordering::Release);
        loop {
            std::thread::sleep(Duration::from_secs(3600));
        }
    }
}

/// The watch of this thread; `None` on all but the VM's.
#[inline]
fn watch() -> Option<&'static Watch> {
    // SAFETY: only `Watch::this_thread` sets it, to a watch that lives for ever.
    WATCH
        .try_with(|watch| unsafe { watch.get().as_ref() })
        .ok()
        .flatten()
}

// SAFETY: every call goes on to the allocator with the same arguments.
unsafe impl<A: GlobalAlloc> GlobalAlloc for LimitedAllocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(watch) = watch() {
            watch.took(layout.size());
        }
        self.0.alloc(layout)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if let Some(watch) = watch() {
            watch.took(layout.size());
        }
        self.0.alloc_zeroed(layout)
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if let Some(watch) = watch() {
            watch.gave(layout.size());
        }
        self.0.dealloc(pointer, layout);
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if let Some(watch) = watch() {
            watch.gave(layout.size());
            watch.took(size);
        }
        self.0.realloc(pointer, layout, size)
    }
}
