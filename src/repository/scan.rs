//! All packages of the repositories, read in parallel and given in order.
//!
//! A job of the pool is a few families: it lists their directories and reads what it finds. A
//! window of jobs runs ahead of the one whose packages are given, so what is held is bounded by
//! the window and not by the repositories. A family with many versions is read in parts, which
//! are jobs of their own, in the same window.

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

/// How many packages of one family a job reads.
const PART: usize = 64;

/// How many families a job has at most. Each job wakes the thread that waits for its packages,
/// which with one family a job was a tenth of the time.
const GROUP: usize = 8;

/// How many jobs a thread has ahead of it.
const JOBS_PER_THREAD: usize = 8;

/// An iterator over the packages of repositories; see
/// [`Repositories::scan`](super::Repositories::scan).
pub struct Scan {
    inner: Arc<Inner>,
    selection: Arc<Selection>,
    state: State,
    /// Packages that are to be given next.
    ready: std::vec::IntoIter<ScanResult>,
    /// A family whose parts come after those.
    parts: Option<Parts>,
    /// What a job gave that comes after those.
    given: std::vec::IntoIter<Outcome>,
    /// Jobs whose packages come after those, in order.
    jobs: VecDeque<Receiver<Vec<Outcome>>>,
    window: usize,
    /// How many families a job has.
    group: usize,
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

/// What a job gives, in order.
enum Outcome {
    Packages(Vec<ScanResult>),
    /// A family of too many to read in one job.
    Many(Arc<Plan>),
}

/// Nothing has come yet.
pub(crate) struct Pending;

/// A family that is read in parts.
struct Parts {
    plan: Arc<Plan>,
    /// The first candidate that no job has been made for.
    next: usize,
    jobs: VecDeque<Receiver<Vec<ScanResult>>>,
}

impl Scan {
    pub(super) fn new(inner: Arc<Inner>, selection: Selection) -> Self {
        Scan {
            inner,
            selection: Arc::new(selection),
            state: State::New,
            ready: Vec::new().into_iter(),
            parts: None,
            given: Vec::new().into_iter(),
            jobs: VecDeque::new(),
            window: 0,
            group: 1,
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
            if let Some(parts) = &mut self.parts {
                let Some(job) = parts.jobs.front() else {
                    self.parts = None;
                    continue;
                };
                let packages = wait(job, patience)?;
                parts.jobs.pop_front();
                self.ready = packages.unwrap_or_else(|| vec![lost()]).into_iter();
                continue;
            }
            match self.given.next() {
                Some(Outcome::Packages(packages)) => {
                    self.ready = packages.into_iter();
                    continue;
                }
                Some(Outcome::Many(plan)) => {
                    self.parts = Some(Parts {
                        plan,
                        next: 0,
                        jobs: VecDeque::new(),
                    });
                    continue;
                }
                None => {}
            }
            let Some(job) = self.jobs.front() else {
                return Ok(None);
            };
            let outcomes = wait(job, patience)?;
            self.jobs.pop_front();
            let outcomes = outcomes.unwrap_or_else(|| vec![Outcome::Packages(vec![lost()])]);
            self.given = outcomes.into_iter();
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
                // where there are few families to a thread, each may have its own
                let (_, families) = index.progress();
                self.group = (families / (self.window * 4).max(1)).clamp(1, GROUP);
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
            let families: Vec<Family> = match &mut self.state {
                State::New | State::Done => Vec::new(),
                State::Listed(index) => {
                    let next = || index.next(&self.selection);
                    std::iter::from_fn(next).take(self.group).collect()
                }
                State::Named(names, _) => {
                    let repositories = self.inner.paths.len();
                    let family = |name| unlisted(name, repositories);
                    names.next().map(family).into_iter().collect()
                }
            };
            if families.is_empty() {
                return;
            }
            let (inner, selection) = (Arc::clone(&self.inner), Arc::clone(&self.selection));
            let cancelled = Arc::clone(&self.cancelled);
            let job = move || list_all(&families, &inner, &selection, &cancelled);
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
fn spawn<T: Send + 'static>(
    pool: Option<&Pool>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Receiver<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // nobody listens any more when the scan has been dropped
    match pool {
        Some(pool) => pool.threads().spawn_fifo(move || drop(sender.send(job()))),
        None => drop(sender.send(job())),
    }
    receiver
}

/// What a job gives, `None` if it has panicked.
fn wait<T>(job: &Receiver<T>, patience: Duration) -> Result<Option<T>, Pending> {
    match job.recv_timeout(patience) {
        Ok(given) => Ok(Some(given)),
        Err(RecvTimeoutError::Timeout) => Err(Pending),
        Err(RecvTimeoutError::Disconnected) => Ok(None),
    }
}

/// In place of what a job that has panicked would have given.
fn lost() -> ScanResult {
    let kind = ScanErrorKind::Internal;
    Err(ScanError::of_repository(PathBuf::new(), kind))
}

/// Lists families, and reads those without many versions.
fn list_all(
    families: &[Family],
    inner: &Inner,
    selection: &Selection,
    cancelled: &AtomicBool,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut packages = Vec::new();
    for family in families {
        if let Some(plan) = list(family, inner, selection, cancelled, &mut packages) {
            outcomes.push(Outcome::Packages(std::mem::take(&mut packages)));
            outcomes.push(Outcome::Many(plan));
        }
    }
    outcomes.push(Outcome::Packages(packages));
    outcomes
}

/// Lists a family, and reads it into `packages` unless it has many versions.
fn list(
    family: &Family,
    inner: &Inner,
    selection: &Selection,
    cancelled: &AtomicBool,
    packages: &mut Vec<ScanResult>,
) -> Option<Arc<Plan>> {
    if cancelled.load(Ordering::Relaxed) {
        return None;
    }
    let locations = match inner.locations() {
        Ok(locations) if is_valid_package_name(&family.name) => locations,
        Ok(_) => {
            let path = PathBuf::from(&family.name);
            let kind = ScanErrorKind::InvalidName;
            packages.push(Err(ScanError::of_family(&family.name, path, kind)));
            return None;
        }
        Err(error) => {
            packages.push(Err(error));
            return None;
        }
    };
    let place = |repository| family.place(repository);
    let mut plan = match Plan::new(&family.name, locations, place, &inner.settings) {
        Ok(plan) => plan,
        Err(error) => {
            let (range, latest) = (selection.version_range(), selection.is_latest());
            packages.extend(inner.resolve_family(error, range, latest, locations));
            return None;
        }
    };
    plan.select(selection);
    let count = plan.candidates.len();
    if count > PART {
        // many such plans may wait, and descriptors are few
        plan.close();
        return Some(Arc::new(plan));
    }
    read_into(&plan, 0..count, inner, cancelled, packages);
    None
}

/// Reads some packages of a family.
fn read(
    plan: &Plan,
    range: std::ops::Range<usize>,
    inner: &Inner,
    cancelled: &AtomicBool,
) -> Vec<ScanResult> {
    let mut packages = Vec::new();
    read_into(plan, range, inner, cancelled, &mut packages);
    packages
}

fn read_into(
    plan: &Plan,
    range: std::ops::Range<usize>,
    inner: &Inner,
    cancelled: &AtomicBool,
    packages: &mut Vec<ScanResult>,
) {
    let Ok(locations) = inner.locations() else {
        return;
    };
    let candidates: Vec<_> = plan.candidates[range].iter().collect();
    let folders = plan.folders(&candidates, locations);
    packages.reserve(candidates.len());
    for candidate in candidates {
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        packages.push(inner.load(plan, candidate, &folders, locations));
    }
}
