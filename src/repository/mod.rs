//! Whole repositories: what rez's `iter_packages` gives for every family in them.
//!
//! [`Repositories`] is a list of filesystem repositories in rez's path order. It is scanned,
//! which gives an iterator, or asked for one family at a time.
//!
//! In reading order: `location` (a path in rez's spelling), `list` (a directory), `index`
//! (the families of all repositories), `family` and `combined` (the versions of one),
//! `plan` (which of them rez gives; `spelling` on Windows), `load`, `read` and `old_format` (one
//! definition), `batches` and `scan` (all of it, in parallel and in order), `fallback` (rez for
//! what is declined).

mod batches;
mod combined;
mod error;
#[cfg(feature = "rez")]
mod fallback;
mod family;
mod folder;
mod index;
mod list;
mod load;
mod location;
mod old_format;
mod package;
mod plan;
mod read;
mod scan;
mod select;
mod settings;
mod spelling;

use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use rayon::prelude::*;

pub use batches::Batches;
#[cfg(feature = "python")]
pub(crate) use batches::Pending;
pub use error::{ScanError, ScanErrorKind};
pub use package::{RepositoryPackage, Warning};
pub use scan::Scan;
pub use select::Selection;

use crate::pool::Pools;
#[cfg(feature = "rez")]
use crate::rez_tier::RezTier;
use crate::source_file::with_buffer;
use crate::version::{is_valid_package_name, VersionRange};
use location::locate;
use plan::{Candidate, Folders, Found, Place, Plan, Roots};
use settings::Settings;
use spelling::Spellings;

/// A package, or why it isn't served.
pub type ScanResult = Result<RepositoryPackage, ScanError>;

/// Filesystem repositories, in the order of rez's `packages_path`.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path();
/// # for (version, requires) in [("2023.3", "python-3.9"), ("2024.1", "python-3.11")] {
/// #     std::fs::create_dir_all(root.join("maya").join(version)).unwrap();
/// #     std::fs::write(
/// #         root.join("maya").join(version).join("package.py"),
/// #         format!("name = 'maya'\nversion = '{version}'\nrequires = ['{requires}']\n"),
/// #     ).unwrap();
/// # }
/// use rezload::{Repositories, Selection};
///
/// let repositories = Repositories::new([root]);
/// for item in repositories.scan(&Selection::new().latest(true)) {
///     let package = item?;
///     println!("{} {}", package.data.name, package.data.version);
///     assert_eq!(package.data.requires, ["python-3.11"]);
/// }
/// # Ok::<(), rezload::ScanError>(())
/// ```
#[derive(Clone)]
pub struct Repositories {
    inner: Arc<Inner>,
}

/// The plan of a family, once it is listed.
type Slot = Arc<Mutex<Option<Arc<Plan>>>>;

/// What a scan's jobs share.
struct Inner {
    paths: Vec<PathBuf>,
    /// What relative paths begin at, as when rez makes a repository.
    cwd: Option<PathBuf>,
    settings: Settings,
    threads: usize,
    #[cfg(feature = "rez")]
    rez: Option<RezTier>,
    /// Where the repositories are, or the first path that rez refuses.
    locations: OnceLock<Result<Vec<Arc<str>>, PathBuf>>,
    /// Families that were asked for by name: each is listed once.
    plans: Mutex<HashMap<String, Slot>>,
    spellings: Spellings,
    /// The process that this was made in.
    owner: u32,
    pools: Pools,
}

impl Repositories {
    /// The repositories at `paths`, spelled as in rez's `packages_path`: `filesystem@/path`
    /// and relative paths are good, which begin at what is the working directory now.
    pub fn new<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter();
        Repositories {
            inner: Arc::new(Inner {
                paths: paths.map(|path| path.as_ref().to_path_buf()).collect(),
                cwd: env::current_dir().ok(),
                settings: Settings::default(),
                threads: 0,
                #[cfg(feature = "rez")]
                rez: None,
                locations: OnceLock::new(),
                plans: Mutex::default(),
                spellings: Spellings::default(),
                owner: process::id(),
                pools: Pools::new(),
            }),
        }
    }

    /// Where they are, as rez spells it; none where rez refuses one.
    #[cfg(feature = "python")]
    pub(crate) fn locations(&self) -> Vec<String> {
        let locations = self.inner.locations().unwrap_or_default();
        locations.iter().map(ToString::to_string).collect()
    }

    /// How many threads read and parse; 0, the default, is as many as `RAYON_NUM_THREADS`
    /// says, or as there are cores. A network file system wants more than there are cores.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        self.with(|inner| inner.threads = threads)
    }

    /// The names that definitions may have, without extension: rez's plugin setting
    /// `package_filenames`, by default `package`. They are names of files: what is a path is
    /// left out.
    #[must_use]
    pub fn package_filenames<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.with(|inner| inner.settings.set_stems(names))
    }

    /// Whether a definition may stand in the family's directory: rez's setting
    /// `allow_unversioned_packages`, by default true.
    #[must_use]
    pub fn allow_unversioned(self, allow: bool) -> Self {
        self.with(|inner| inner.settings.allow_unversioned = allow)
    }

    /// Whether a directory without a definition is no version: rez's plugin setting
    /// `check_package_definition_files`, by default false.
    #[must_use]
    pub fn check_definition_files(self, check: bool) -> Self {
        self.with(|inner| inner.settings.check_definition_files = check)
    }

    /// With the VM tier, which runs in a sandbox what the static tier declines.
    #[cfg(feature = "vm")]
    #[must_use]
    pub fn with_vm(self, vm: crate::vm_tier::VmTier) -> Self {
        self.with(|inner| inner.settings.vm = Some(vm))
    }

    /// With real rez for what the other tiers decline, which runs the files.
    #[cfg(feature = "rez")]
    #[must_use]
    pub fn with_rez(self, rez: RezTier) -> Self {
        self.with(|inner| inner.rez = Some(rez))
    }

    /// A copy with changed settings, which has listed nothing yet.
    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner {
            cwd: self.inner.cwd.clone(),
            paths: self.inner.paths.clone(),
            settings: self.inner.settings.clone(),
            threads: self.inner.threads,
            #[cfg(feature = "rez")]
            rez: self.inner.rez.clone(),
            locations: OnceLock::new(),
            plans: Mutex::default(),
            spellings: Spellings::default(),
            owner: process::id(),
            pools: Pools::new(),
        };
        change(&mut inner);
        Repositories {
            inner: Arc::new(inner),
        }
    }

    /// All packages that `selection` asks for, those of a family together.
    ///
    /// The order is that of the families' names, byte by byte, and in a family that of the
    /// versions, ascending, from whichever repository each comes. What isn't served is in its
    /// place: before all packages what is wrong with a repository, and instead of a family
    /// what keeps rez from iterating over it. Nothing is read before the first `next`.
    pub fn scan(&self, selection: &Selection) -> Scan {
        Scan::new(self.batches(selection, Vec::new))
    }

    /// [`scan`](Self::scan) in batches: some of its items in a row, which the thread that read
    /// them has put into a collection from `make`. A batch may be empty.
    ///
    /// What a program makes of each package is so made in parallel, and memory is given back
    /// where it was taken:
    ///
    /// ```
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path();
    /// # for version in ["2023.3", "2024.1"] {
    /// #     std::fs::create_dir_all(root.join("maya").join(version)).unwrap();
    /// #     std::fs::write(
    /// #         root.join("maya").join(version).join("package.py"),
    /// #         "name = 'maya'\nrequires = ['python-3']\n",
    /// #     ).unwrap();
    /// # }
    /// use rezload::{Repositories, ScanResult, Selection};
    ///
    /// #[derive(Default)]
    /// struct Requests(usize);
    ///
    /// impl Extend<ScanResult> for Requests {
    ///     fn extend<I: IntoIterator<Item = ScanResult>>(&mut self, items: I) {
    ///         let requires = items.into_iter().flatten().map(|p| p.data.requires.len());
    ///         self.0 += requires.sum::<usize>();
    ///     }
    /// }
    ///
    /// let batches = Repositories::new([root]).batches(&Selection::new(), Requests::default);
    /// assert_eq!(batches.map(|batch| batch.0).sum::<usize>(), 2);
    /// ```
    pub fn batches<T: Extend<ScanResult> + Send + 'static>(
        &self,
        selection: &Selection,
        make: impl Fn() -> T + Send + Sync + 'static,
    ) -> Batches<T> {
        Batches::new(Arc::clone(&self.inner), selection.clone(), make)
    }

    /// The packages of one family, ascending, only those in `range`: what rez's
    /// `iter_packages(name, range)` gives.
    ///
    /// The family's directories are listed once in the life of this value, and on Windows the
    /// repositories, which say how families are spelled. Only definitions in the range are read.
    /// A family that isn't there has no packages.
    pub fn load_family(
        &self,
        name: &str,
        range: Option<&VersionRange>,
    ) -> Result<Vec<ScanResult>, ScanError> {
        let inner = &*self.inner;
        if !is_valid_package_name(name) {
            let kind = ScanErrorKind::InvalidName;
            return Err(ScanError::of_family(name, PathBuf::from(name), kind));
        }
        let locations = inner.locations()?;
        let plan = match inner.plan(name, locations) {
            Ok(plan) => plan,
            Err(error) => return inner.load_declined_family(error, range, locations),
        };
        let candidates = plan.in_range(range);
        let folders = plan.folders(candidates.iter().copied(), locations);
        let load = |candidate: &&Candidate| inner.load(&plan, candidate, &folders, locations);
        // a few files are read sooner than threads are woken, unless they are far away
        if candidates.len() < 2 || (inner.threads == 0 && candidates.len() < 16) {
            return Ok(candidates.iter().map(load).collect());
        }
        Ok(match inner.pools.get(inner.threads) {
            Some(pool) => pool
                .threads()
                .install(|| candidates.par_iter().map(load).collect()),
            None => candidates.iter().map(load).collect(),
        })
    }
}

impl Inner {
    /// Where the repositories are. rez makes them all before it iterates over any, so one that
    /// it refuses is an error for all of them.
    fn locations(&self) -> Result<&[Arc<str>], ScanError> {
        if self.locations.get().is_none() {
            // not in `get_or_init`, for whose end a child would wait that was forked meanwhile
            let open = |path: &PathBuf| self.open(path).map_err(|_| path.clone());
            let _ = self.locations.set(self.paths.iter().map(open).collect());
        }
        let locations = self
            .locations
            .get()
            .expect("set above, or by another thread");
        match locations {
            Ok(locations) => Ok(locations),
            Err(refused) => Err(self.open(refused).err().unwrap_or_else(|| {
                // it was refused before and isn't now
                ScanError::of_repository(refused.clone(), ScanErrorKind::Settings)
            })),
        }
    }

    /// `FileSystemPackageRepository.__init__`: the location, once its `settings.yaml` is known to
    /// load. None of those settings changes what packages are.
    fn open(&self, path: &Path) -> Result<Arc<str>, ScanError> {
        let location = locate(path, self.cwd.as_deref())?;
        let file = Path::new(&location).join("settings.yaml");
        let loads = match read::find(&file, check_settings) {
            Ok(Some(loads)) => loads,
            // a directory of that name isn't loaded, but it is there
            Ok(None) => !file.exists(),
            Err(error) if file.exists() => {
                let kind = ScanErrorKind::Load(Box::new(error));
                return Err(ScanError::of_repository(file, kind));
            }
            // in a directory that may not be searched, as for `os.path.exists`
            Err(_) => true,
        };
        if !loads {
            return Err(ScanError::of_repository(file, ScanErrorKind::Settings));
        }
        Ok(location.into())
    }

    /// Loads a package, with rez if that is needed and allowed.
    fn load(
        &self,
        plan: &Plan,
        candidate: &Candidate,
        folders: &Folders<'_>,
        locations: &[Arc<str>],
    ) -> ScanResult {
        with_buffer(|buffer| {
            let found = plan.read(candidate, folders, locations, &self.settings, buffer);
            self.parse(plan, candidate, found, locations, buffer)
        })
    }

    /// The second half of [`load`](Self::load), for what has been read onto `buffer`.
    fn parse(
        &self,
        plan: &Plan,
        candidate: &Candidate,
        found: Found,
        locations: &[Arc<str>],
        buffer: &[u8],
    ) -> ScanResult {
        let item = plan.parse(candidate, found, locations, &self.settings, buffer);
        #[cfg(feature = "rez")]
        if let Some(rez) = &self.rez {
            return item.or_else(|error| fallback::version(rez, error));
        }
        item
    }

    /// What is to be given in the place of a family that can't be listed: the error, or what
    /// rez makes of it.
    fn resolve_family(
        &self,
        error: ScanError,
        range: Option<&VersionRange>,
        latest: bool,
        locations: &[Arc<str>],
    ) -> Vec<ScanResult> {
        #[cfg(feature = "rez")]
        if let Some(rez) = &self.rez {
            return fallback::family(rez, error, range, latest, locations, &self.settings);
        }
        #[cfg(not(feature = "rez"))]
        let _ = (range, latest, locations);
        vec![Err(error)]
    }

    /// [`resolve_family`](Self::resolve_family), where an error about all versions is one of
    /// the whole call.
    fn load_declined_family(
        &self,
        error: ScanError,
        range: Option<&VersionRange>,
        locations: &[Arc<str>],
    ) -> Result<Vec<ScanResult>, ScanError> {
        let items = self.resolve_family(error, range, false, locations);
        let mut packages = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Err(error) if error.version().is_none() => return Err(error),
                item => packages.push(item),
            }
        }
        Ok(packages)
    }

    fn plan(&self, name: &str, locations: &[Arc<str>]) -> Result<Arc<Plan>, ScanError> {
        let list = || {
            let place = |_| Place::Unknown;
            let (roots, spellings) = (Roots::default(), &self.spellings);
            let mut plan = Plan::new(name, locations, &roots, place, spellings, &self.settings)?;
            // plans are kept, and descriptors are few
            plan.close();
            Ok(Arc::new(plan))
        };
        let slot = self
            .lock(&self.plans)
            .map(|mut plans| Arc::clone(plans.entry(name.to_owned()).or_default()));
        // those who ask for other families needn't wait
        let Some(mut slot) = slot.as_ref().and_then(|slot| self.lock(slot)) else {
            return list();
        };
        if let Some(plan) = &*slot {
            return Ok(Arc::clone(plan));
        }
        Ok(Arc::clone(slot.insert(list()?)))
    }

    /// `None` in a forked child if the lock was held during the fork, by a thread that isn't
    /// there any more.
    fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> Option<MutexGuard<'a, T>> {
        match mutex.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if process::id() != self.owner => None,
            Err(TryLockError::WouldBlock) => {
                Some(mutex.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

#[cfg(feature = "yaml")]
fn check_settings(source: &[u8]) -> bool {
    crate::yaml::check_settings(source).is_ok()
}

#[cfg(not(feature = "yaml"))]
fn check_settings(_source: &[u8]) -> bool {
    false
}
