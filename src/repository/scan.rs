//! All packages of the repositories, read in parallel and given in order.
//!
//! Each family is a job of the pool: it lists the family's directories and reads what it
//! finds. A window of jobs runs ahead of the one whose packages are given, so what is held is
//! bounded by the window and not by the repositories. A family with many versions is read in
//! parts, which are jobs of their own, in the same window.

use std::collections::VecDeque;
use std::iter::FusedIterator;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::time::Duration;

use super::error::{ScanError, ScanErrorKind};
use super::index::{unlisted, Family, Index};
use super::plan::Plan;
use super::pool::Pool;
use super::select::Selection;
use super::{Inner, ScanResult};
use crate::version::is_valid_package_name;

/// How many packages one job reads.
const PART: usize = 64;

/// How many jobs a thread has ahead of it.
const JOBS_PER_THREAD: usize = 16;

/// An iterator over the packages of repositories; see
/// [`Repositories::scan`](super::Repositories::scan).
pub struct Scan {
    inner: Arc<Inner>,
    selection: Arc<Selection>,
    state: State,
    /// Packages that are to be given next.
    ready: std::vec::IntoIter<ScanResult>,
    /// Jobs whose packages come after those, in order.
    jobs: VecDeque<Receiver<Outcome>>,
    /// A family whose parts come after `ready` and before `jobs`.
    parts: Option<Parts>,
    window: usize,
    pool: Option<Arc<Pool>>,
    cancelled: Arc<AtomicBool>,
}

/// Where the families come from.
enum State {
    New,
    Listed(Index),
    Named(std::vec::IntoIter<String>, usize),
    Done,
}

/// What a job gives.
enum Outcome {
    Packages(Vec<ScanResult>),
    /// Too many to read in one job.
    Many(Arc<Plan>),
}

/// Nothing has come yet.
pub(crate) struct Pending;

/// A family that is read in parts.
struct Parts {
    plan: Arc<Plan>,
    /// The first candidate that no job has been made for.
    next: usize,
    jobs: VecDeque<Receiver<Outcome>>,
}

impl Scan {
    pub(super) fn new(inner: Arc<Inner>, selection: Selection) -> Self {
        Scan {
            inner,
            selection: Arc::new(selection),
            state: State::New,
            ready: Vec::new().into_iter(),
            jobs: VecDeque::new(),
            parts: None,
            window: 0,
            pool: None,
            cancelled: Arc::default(),
        }
    }

    /// How many families have been looked at, and how many there are; both are 0 before the
    /// first package has been asked for.
    pub fn progress(&self) -> (usize, usize) {
        match &self.state {
            State::Listed(index) => index.progress(),
            _ => (0, 0),
        }
    }

    /// Whether no repository could be looked at; known once the first item has been given.
    pub fn is_without_repository(&self) -> bool {
        match &self.state {
            State::New | State::Named(_, 1..) => false,
            State::Listed(index) => index.listed == 0,
            State::Named(_, 0) | State::Done => true,
        }
    }

    /// A package that has been read and can be had without waiting.
    #[cfg(feature = "python")]
    pub(crate) fn next_ready(&mut self) -> Option<ScanResult> {
        self.ready.next()
    }

    /// The next item, `None` at the end; an error when nothing has come within `patience`.
    pub(crate) fn next_within(
        &mut self,
        patience: Duration,
    ) -> Result<Option<ScanResult>, Pending> {
        loop {
            if let Some(item) = self.ready.next() {
                return Ok(Some(item));
            }
            if matches!(self.state, State::New) {
                self.start();
                continue;
            }
            self.fill();
            let jobs = match &mut self.parts {
                Some(parts) if parts.jobs.is_empty() => {
                    self.parts = None;
                    continue;
                }
                Some(parts) => &mut parts.jobs,
                None => &mut self.jobs,
            };
            let Some(job) = jobs.front() else {
                return Ok(None);
            };
            let outcome = job.recv_timeout(patience);
            if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
                return Err(Pending);
            }
            jobs.pop_front();
            match outcome {
                Ok(Outcome::Packages(packages)) => self.ready = packages.into_iter(),
                Ok(Outcome::Many(plan)) => {
                    self.parts = Some(Parts {
                        plan,
                        next: 0,
                        jobs: VecDeque::new(),
                    });
                }
                Err(_) => {
                    let error = ScanError::of_repository(PathBuf::new(), ScanErrorKind::Internal);
                    return Ok(Some(Err(error)));
                }
            }
        }
    }

    /// Lists the repositories and makes the first jobs.
    fn start(&mut self) {
        self.state = State::Done;
        let inner = Arc::clone(&self.inner);
        let locations = match inner.locations() {
            Ok(locations) => locations,
            Err(error) => {
                self.ready = vec![Err(error)].into_iter();
                return;
            }
        };
        self.pool = inner.pools.get(inner.threads);
        let threads = self
            .pool
            .as_ref()
            .map_or(1, |pool| pool.threads().current_num_threads());
        self.window = threads * JOBS_PER_THREAD;
        let mut errors = Vec::new();
        self.state = match self.selection.names() {
            None => {
                let mut index = Index::new(locations);
                errors.extend(index.errors.drain(..).map(Err));
                State::Listed(index)
            }
            Some(names) => {
                let missing = |location: &&Arc<str>| !Path::new(&***location).is_dir();
                for location in locations.iter().filter(missing) {
                    let path = PathBuf::from(&**location);
                    let kind = ScanErrorKind::NoRepository;
                    errors.push(Err(ScanError::of_repository(path, kind)));
                }
                State::Named(names.into_iter(), locations.len() - errors.len())
            }
        };
        self.ready = errors.into_iter();
    }

    /// Makes jobs until the window is full.
    fn fill(&mut self) {
        if let Some(parts) = &mut self.parts {
            while parts.jobs.len() < self.window && parts.next < parts.plan.candidates.len() {
                let end = (parts.next + PART).min(parts.plan.candidates.len());
                let (plan, inner) = (Arc::clone(&parts.plan), Arc::clone(&self.inner));
                let (range, cancelled) = (parts.next..end, Arc::clone(&self.cancelled));
                parts.next = end;
                let job = move || read(&plan, range, &inner, &cancelled);
                parts.jobs.push_back(spawn(self.pool.as_deref(), job));
            }
        }
        // a family in parts fills the window by itself
        let taken = self.parts.as_ref().map_or(0, |parts| parts.jobs.len());
        while self.jobs.len() + taken < self.window {
            let family = match &mut self.state {
                State::New | State::Done => None,
                State::Listed(index) => index.next(&self.selection),
                State::Named(names, _) => names
                    .next()
                    .map(|name| unlisted(name, self.inner.paths.len())),
            };
            let Some(family) = family else {
                return;
            };
            let (inner, selection) = (Arc::clone(&self.inner), Arc::clone(&self.selection));
            let cancelled = Arc::clone(&self.cancelled);
            let job = move || list(&family, &inner, &selection, &cancelled);
            self.jobs.push_back(spawn(self.pool.as_deref(), job));
        }
    }
}

impl Iterator for Scan {
    type Item = ScanResult;

    fn next(&mut self) -> Option<ScanResult> {
        loop {
            if let Ok(item) = self.next_within(Duration::from_secs(3600)) {
                return item;
            }
        }
    }
}

impl FusedIterator for Scan {}

/// Jobs that haven't begun never will.
impl Drop for Scan {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Runs `job` on the pool, or here when there is none.
fn spawn(pool: Option<&Pool>, job: impl FnOnce() -> Outcome + Send + 'static) -> Receiver<Outcome> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // nobody listens any more when the scan has been dropped
    match pool {
        Some(pool) => pool.threads().spawn_fifo(move || drop(sender.send(job()))),
        None => drop(sender.send(job())),
    }
    receiver
}

/// Lists a family, and reads it unless it has many versions.
fn list(family: &Family, inner: &Inner, selection: &Selection, cancelled: &AtomicBool) -> Outcome {
    if cancelled.load(Ordering::Relaxed) {
        return Outcome::Packages(Vec::new());
    }
    let locations = match inner.locations() {
        Ok(locations) if is_valid_package_name(&family.name) => locations,
        Ok(_) => {
            let path = PathBuf::from(&family.name);
            let kind = ScanErrorKind::InvalidName;
            let error = ScanError::of_family(&family.name, path, kind);
            return Outcome::Packages(vec![Err(error)]);
        }
        Err(error) => return Outcome::Packages(vec![Err(error)]),
    };
    let place = |repository| family.place(repository);
    let mut plan = match Plan::new(&family.name, locations, place, &inner.settings) {
        Ok(plan) => plan,
        Err(error) => {
            let (range, latest) = (selection.version_range(), selection.is_latest());
            return Outcome::Packages(inner.resolve_family(error, range, latest, locations));
        }
    };
    plan.select(selection);
    let count = plan.candidates.len();
    if count > PART {
        // many such plans may wait, and descriptors are few
        plan.close();
        return Outcome::Many(Arc::new(plan));
    }
    read(&plan, 0..count, inner, cancelled)
}

/// Reads some packages of a family.
fn read(
    plan: &Plan,
    range: std::ops::Range<usize>,
    inner: &Inner,
    cancelled: &AtomicBool,
) -> Outcome {
    let Ok(locations) = inner.locations() else {
        return Outcome::Packages(Vec::new());
    };
    let mut packages = Vec::with_capacity(range.len());
    for candidate in &plan.candidates[range] {
        if cancelled.load(Ordering::Relaxed) {
            break;
        }
        packages.push(inner.load(plan, candidate, locations));
    }
    Outcome::Packages(packages)
}
