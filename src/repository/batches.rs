//! All packages of the repositories, read in parallel and given in order, in batches.
//!
//! A job of the pool is a few families: it lists their directories, reads what it finds, and
//! hands each package to the job's batch. A window of jobs runs ahead of the one whose batch is
//! given, so what is held is bounded by the window and not by the repositories. A family with
//! many versions is read in parts, which are jobs of their own, in the same window.

use std::collections::VecDeque;
use std::io;
use std::iter::FusedIterator;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::time::Duration;

use super::error::{ScanError, ScanErrorKind};
use super::index::{unlisted, Family, Index};
use super::plan::{Candidate, Plan, Roots};
use super::select::Selection;
use super::{Inner, ScanResult};
use crate::descriptors;
#[cfg(feature = "cli")]
use crate::pool;
use crate::pool::Pool;
use crate::source_file::with_buffer;
use crate::version::is_valid_package_name;

/// How many packages of a large family a job reads.
const PART: usize = 64;

/// How many packages a family may have to be read by the job that lists it, among other
/// families. Parts are jobs that are made late, when the family's turn has come and threads may
/// have nothing else to do: with a half of a repository in families of more than [`PART`]
/// packages that was a tenth of the time.
const WHOLE: usize = 4 * PART;

/// How many families a job has at most. Each job wakes the thread that waits for its packages,
/// which with one family a job was a tenth of the time.
const GROUP: usize = 16;

/// How many jobs a thread gets of the families that are left: towards the end jobs are small, so
/// that all threads end together.
const SHARES: usize = 4;

/// How many directories the threads have open together, to read in them what they have listed.
/// A process may have 1,024 files open, and sometimes fewer.
const MAX_OPEN: usize = 128;

/// How many bytes of definitions are read before they are parsed.
const READ_AHEAD: usize = 64 << 10;

/// How many jobs a thread has ahead of it.
const JOBS_PER_THREAD: usize = 8;

/// An iterator over the packages of repositories, in batches; see
/// [`Repositories::batches`](super::Repositories::batches).
pub struct Batches<T> {
    shared: Arc<Shared<T>>,
    state: State,
    /// What is wrong with repositories, which is given before anything else.
    errors: Option<T>,
    /// A family whose parts come next.
    parts: Option<Parts<T>>,
    /// What a job gave that comes after those.
    given: std::vec::IntoIter<Outcome<T>>,
    /// Jobs whose batches come after those, in order.
    jobs: VecDeque<Receiver<Vec<Outcome<T>>>>,
    /// The directories that the families are in.
    roots: Roots,
    window: usize,
    threads: usize,
    pool: Option<Arc<Pool>>,
    /// Whether the threads have open files of their own.
    #[cfg(feature = "cli")]
    apart: bool,
}

/// What the jobs of a scan know.
struct Shared<T> {
    inner: Arc<Inner>,
    selection: Selection,
    make: Box<dyn Fn() -> T + Send + Sync>,
    cancelled: AtomicBool,
}

/// Where the families come from.
enum State {
    New,
    Listed(Index),
    Named(std::vec::IntoIter<String>, usize),
    Done,
}

/// What a job gives, in order.
enum Outcome<T> {
    Batch(T),
    /// A family of too many to read in one job.
    Many(Arc<Plan>),
}

/// Nothing has come yet.
pub(crate) struct Pending;

/// A family that is read in parts.
struct Parts<T> {
    plan: Arc<Plan>,
    /// The first candidate that no job has been made for.
    next: usize,
    jobs: VecDeque<Receiver<T>>,
}

impl<T: Extend<ScanResult> + Send + 'static> Batches<T> {
    pub(super) fn new(
        inner: Arc<Inner>,
        selection: Selection,
        make: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        Batches {
            shared: Arc::new(Shared {
                inner,
                selection,
                make: Box::new(make),
                cancelled: AtomicBool::new(false),
            }),
            state: State::New,
            errors: None,
            parts: None,
            given: Vec::new().into_iter(),
            jobs: VecDeque::new(),
            roots: Roots::default(),
            window: 0,
            threads: 1,
            pool: None,
            #[cfg(feature = "cli")]
            apart: false,
        }
    }

    /// Lets the threads that read have tables of open files of their own.
    ///
    /// # Safety
    ///
    /// What `make` gives may neither use nor close a descriptor on the thread that fills it
    /// which another has opened, nor bring along one that is opened there.
    #[cfg(feature = "cli")]
    pub(crate) unsafe fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    /// The next batch, `None` at the end; an error when nothing has come within `patience`.
    pub(crate) fn next_within(&mut self, patience: Duration) -> Result<Option<T>, Pending> {
        if matches!(self.state, State::New) {
            self.start();
        }
        if let Some(errors) = self.errors.take() {
            return Ok(Some(errors));
        }
        loop {
            self.fill();
            if let Some(parts) = &mut self.parts {
                let Some(job) = parts.jobs.front() else {
                    self.parts = None;
                    continue;
                };
                let batch = wait(job, patience)?;
                parts.jobs.pop_front();
                return Ok(Some(batch.unwrap_or_else(|| self.shared.lost())));
            }
            match self.given.next() {
                Some(Outcome::Batch(batch)) => return Ok(Some(batch)),
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
            let outcomes = outcomes.unwrap_or_else(|| vec![Outcome::Batch(self.shared.lost())]);
            self.given = outcomes.into_iter();
        }
    }

    /// Lists the repositories.
    fn start(&mut self) {
        self.state = State::Done;
        let shared = &self.shared;
        let locations = match shared.inner.locations() {
            Ok(locations) => locations,
            Err(error) => {
                self.errors = Some(shared.batch([Err(error)]));
                return;
            }
        };
        let mut errors = Vec::new();
        self.state = match shared.selection.names() {
            None => {
                let mut index = Index::new(locations);
                errors.extend(index.errors.drain(..).map(Err));
                self.roots = Roots::new(index.take_roots());
                State::Listed(index)
            }
            Some(names) => {
                for location in locations {
                    let path = PathBuf::from(&**location);
                    let error = match path.metadata() {
                        Ok(metadata) if metadata.is_dir() => continue,
                        Ok(_) => io::ErrorKind::NotADirectory.into(),
                        Err(error) => error,
                    };
                    let kind = ScanErrorKind::NoRepository(error);
                    errors.push(Err(ScanError::of_repository(path, kind)));
                }
                State::Named(names.into_iter(), locations.len() - errors.len())
            }
        };
        if !errors.is_empty() {
            self.errors = Some(shared.batch(errors));
        }
        // once the repositories are open: threads may see only what is open before them
        self.pool = self.pool();
        let threads = |pool: &Arc<Pool>| pool.threads().current_num_threads();
        self.threads = self.pool.as_ref().map_or(1, threads);
        self.window = self.threads * JOBS_PER_THREAD;
    }

    fn pool(&self) -> Option<Arc<Pool>> {
        let inner = &self.shared.inner;
        #[cfg(feature = "cli")]
        if self.apart {
            // SAFETY: a job closes what it opens, but for what helper processes are spoken to
            // through, which only threads have that it starts. That the rest keeps to it the
            // caller of `apart` has said.
            return unsafe { pool::with_own_descriptors(inner.threads) };
        }
        inner.pools.get(inner.threads)
    }

    /// Makes jobs until the window is full.
    fn fill(&mut self) {
        if let Some(parts) = &mut self.parts {
            while parts.jobs.len() < self.window && parts.next < parts.plan.candidates.len() {
                let end = (parts.next + PART).min(parts.plan.candidates.len());
                let (plan, shared) = (Arc::clone(&parts.plan), Arc::clone(&self.shared));
                let range = parts.next..end;
                parts.next = end;
                let job = move || {
                    let mut batch = (shared.make)();
                    shared.read([(&*plan, &plan.candidates[range])], &mut batch);
                    batch
                };
                parts.jobs.push_back(spawn(self.pool.as_deref(), job));
            }
        }
        // a family in parts fills the window by itself
        let taken = self.parts.as_ref().map_or(0, |parts| parts.jobs.len());
        while self.jobs.len() + taken < self.window {
            let families: Vec<Family> = match &mut self.state {
                State::New | State::Done => Vec::new(),
                State::Listed(index) => {
                    let (given, all) = index.progress();
                    let group = ((all - given) / (self.threads * SHARES)).clamp(1, GROUP);
                    let next = || index.next(&self.shared.selection);
                    std::iter::from_fn(next).take(group).collect()
                }
                State::Named(names, _) => {
                    let repositories = self.shared.inner.paths.len();
                    let family = |name| unlisted(name, repositories);
                    names.next().map(family).into_iter().collect()
                }
            };
            if families.is_empty() {
                return;
            }
            let (shared, roots) = (Arc::clone(&self.shared), self.roots.clone());
            let open = MAX_OPEN / self.threads;
            let job = move || shared.list_all(&families, &roots, open);
            self.jobs.push_back(spawn(self.pool.as_deref(), job));
        }
    }
}

impl<T> Batches<T> {
    /// How many families have been looked at, and how many there are; both are 0 before the
    /// first batch has been asked for.
    pub fn progress(&self) -> (usize, usize) {
        match &self.state {
            State::Listed(index) => index.progress(),
            _ => (0, 0),
        }
    }

    /// Whether no repository could be looked at; known once the first batch has been given.
    pub fn is_without_repository(&self) -> bool {
        match &self.state {
            State::New | State::Named(_, 1..) => false,
            State::Listed(index) => index.listed == 0,
            State::Named(_, 0) | State::Done => true,
        }
    }
}

impl<T: Extend<ScanResult> + Send + 'static> Iterator for Batches<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Ok(batch) = self.next_within(Duration::from_secs(3600)) {
                return batch;
            }
        }
    }
}

impl<T: Extend<ScanResult> + Send + 'static> FusedIterator for Batches<T> {}

/// Jobs that haven't begun never will.
impl<T> Drop for Batches<T> {
    fn drop(&mut self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }
}

impl<T: Extend<ScanResult>> Shared<T> {
    fn batch(&self, items: impl IntoIterator<Item = ScanResult>) -> T {
        let mut batch = (self.make)();
        batch.extend(items);
        batch
    }

    /// In place of what a job that has panicked would have given.
    fn lost(&self) -> T {
        let kind = ScanErrorKind::Internal;
        self.batch([Err(ScanError::of_repository(PathBuf::new(), kind))])
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Lists families, and reads those without many versions.
    ///
    /// All are listed before any is read: like reading and parsing, the two take the processor's
    /// caches from one another. But no more than `open` directories are open before.
    fn list_all(&self, families: &[Family], roots: &Roots, open: usize) -> Vec<Outcome<T>> {
        let mut outcomes = Vec::new();
        let mut batch = (self.make)();
        // one that comes alone is one of few, or one of the last
        let whole = if families.len() > 1 { WHOLE } else { PART };
        let mut plans: Vec<Plan> = Vec::with_capacity(families.len());
        for family in families {
            if plans.iter().map(Plan::open).sum::<usize>() >= open {
                self.read_all(&mut plans, &mut batch);
            }
            if self.is_cancelled() {
                break;
            }
            match self.list(family, roots) {
                Ok(plan) if plan.candidates.len() <= whole => plans.push(plan),
                Ok(mut plan) => {
                    self.read_all(&mut plans, &mut batch);
                    // many such plans may wait, and descriptors are few
                    plan.close();
                    let before = std::mem::replace(&mut batch, (self.make)());
                    outcomes.push(Outcome::Batch(before));
                    outcomes.push(Outcome::Many(Arc::new(plan)));
                }
                Err(items) => {
                    self.read_all(&mut plans, &mut batch);
                    batch.extend(items);
                }
            }
        }
        self.read_all(&mut plans, &mut batch);
        outcomes.push(Outcome::Batch(batch));
        outcomes
    }

    /// Lists a family; what takes its place when it can't be listed.
    fn list(&self, family: &Family, roots: &Roots) -> Result<Plan, Vec<ScanResult>> {
        let inner = &self.inner;
        let locations = inner.locations().map_err(|error| vec![Err(error)])?;
        if !is_valid_package_name(&family.name) {
            let path = PathBuf::from(&family.name);
            let kind = ScanErrorKind::InvalidName;
            return Err(vec![Err(ScanError::of_family(&family.name, path, kind))]);
        }
        let place = |repository| family.place(repository);
        let (spellings, settings) = (&inner.spellings, &inner.settings);
        match Plan::new(&family.name, locations, roots, place, spellings, settings) {
            Ok(mut plan) => {
                plan.select(&self.selection);
                Ok(plan)
            }
            Err(error) => {
                let range = self.selection.version_range();
                let latest = self.selection.is_latest();
                Err(inner.resolve_family(error, range, latest, locations))
            }
        }
    }

    /// Loads the packages of the families in `plans`, which are then done with, into `batch`.
    fn read_all(&self, plans: &mut Vec<Plan>, batch: &mut T) {
        self.read(plans.iter().map(|plan| (plan, &plan.candidates[..])), batch);
        plans.clear();
    }

    /// Loads some packages of each of some families into `batch`.
    fn read<'a>(
        &self,
        parts: impl IntoIterator<Item = (&'a Plan, &'a [Candidate])>,
        batch: &mut T,
    ) {
        let inner = &*self.inner;
        let Ok(locations) = inner.locations() else {
            return;
        };
        let settings = &inner.settings;
        with_buffer(|buffer| {
            let mut found = Vec::new();
            let mut parse = |found: &mut Vec<_>, buffer: &mut Vec<u8>| {
                let packages = found.drain(..).take_while(|_| !self.is_cancelled());
                batch.extend(packages.map(|(plan, candidate, found): (&Plan, _, _)| {
                    inner.parse(plan, candidate, found, locations, buffer)
                }));
                buffer.clear();
            };
            for (plan, candidates) in parts {
                let folders = plan.folders(candidates, locations);
                for candidate in candidates {
                    if self.is_cancelled() {
                        return;
                    }
                    let read = plan.read(candidate, &folders, locations, settings, buffer);
                    found.push((plan, candidate, read));
                    if buffer.len() > READ_AHEAD {
                        parse(&mut found, buffer);
                    }
                }
            }
            parse(&mut found, buffer);
        });
        descriptors::close_kept();
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
