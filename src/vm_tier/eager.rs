//! Waiting without sleeping, where that costs nobody anything.
//!
//! To put a thread to sleep and to wake it on another core takes some 40 us on a virtual machine,
//! as long as half a load. So a load keeps its core until the answer comes, and its worker does
//! for a while afterwards, and both leave it to whoever else wants it: to each other, where there
//! is one for both. (Keeping it busy instead takes three times as long when something else runs.)
//! Who gets it back late finds that other programs want the cores; then all sleep for a while.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant, SystemTime};

/// How long a load waits without sleeping: most take less.
pub(super) const ANSWER: Duration = Duration::from_micros(250);

/// How long a worker waits for the next definition without sleeping.
pub(super) const NEXT: Duration = Duration::from_micros(50);

/// A core that is taken away for less than this was the system's own work.
const TAKEN: Duration = Duration::from_micros(500);

/// For how long all sleep once a core was taken away, in microseconds; doubled each time, up to
/// the longest.
const SHORTEST_PAUSE: u64 = 2_000;
const LONGEST_PAUSE: u64 = 256_000;

/// Loads that are under way.
static LOADS: AtomicUsize = AtomicUsize::new(0);

/// When waiting without sleeping may start again, as [`now`] counts.
static RESUME: AtomicU64 = AtomicU64::new(0);

/// How long the last pause was.
static PAUSE: AtomicU64 = AtomicU64::new(SHORTEST_PAUSE);

/// How many cores this process may use; 0 until somebody has asked. (Nothing here may be locked
/// while the process forks.)
static CORES: AtomicUsize = AtomicUsize::new(0);

fn cores() -> usize {
    match CORES.load(Ordering::Relaxed) {
        0 => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            CORES.store(cores, Ordering::Relaxed);
            cores
        }
        cores => cores,
    }
}

/// In a new process: the loads are those of its parent's threads.
pub(super) fn forget_loads() {
    LOADS.store(0, Ordering::Relaxed);
}

/// A load that is under way.
pub(super) struct Load {
    /// Whether it may wait without sleeping.
    pub is_eager: bool,
}

impl Load {
    pub fn start() -> Self {
        let loads = 1 + LOADS.fetch_add(1, Ordering::Relaxed);
        let (now, resume, cores) = (now(), RESUME.load(Ordering::Relaxed), cores());
        // a clock that was set back doesn't make a pause longer
        let is_pause = now < resume && resume - now <= LONGEST_PAUSE;
        Load {
            is_eager: cores > 1 && loads <= cores && !is_pause,
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        LOADS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What arrives within `patience`, without sleeping; `None` when nothing does.
pub(super) fn receive<T>(receiver: &Receiver<T>, patience: Duration) -> Option<T> {
    let started = Instant::now();
    let received = loop {
        match receiver.try_recv() {
            Ok(value) => break Some(value),
            Err(TryRecvError::Disconnected) => break None,
            Err(TryRecvError::Empty) if started.elapsed() > patience => break None,
            Err(TryRecvError::Empty) => std::thread::yield_now(),
        }
    };
    let pause = PAUSE.load(Ordering::Relaxed);
    if started.elapsed() > patience + TAKEN {
        RESUME.store(now() + pause, Ordering::Relaxed);
        PAUSE.store((2 * pause).min(LONGEST_PAUSE), Ordering::Relaxed);
    } else if received.is_some() && pause > SHORTEST_PAUSE {
        // some twenty good waits make up for a doubling
        PAUSE.store((pause - pause / 32).max(SHORTEST_PAUSE), Ordering::Relaxed);
    }
    received
}

/// Microseconds.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_micros()).unwrap_or(u64::MAX))
}
