//! The VM tier: dynamic definitions run in an embedded RustPython.
//!
//! A definition is compiled ([`front`]), as little of it as can be, and run ([`run`]) in an
//! interpreter ([`interpreter`]) that has no way to the host but [`natives`], which only read.
//! What it binds is processed as rez does ([`process`]), and its solver fields ([`view`]) go
//! through the rules of the static tier.
//!
//! Interpreters live on threads of their own ([`pool`]), where their stack is deep enough and
//! where one that never comes back can be given up.

mod cache;
mod classes;
mod convert;
mod eager;
mod evaluation;
mod exceptions;
mod front;
mod grammar;
mod guard;
mod handed;
mod hooks;
mod integrity;
mod interpreter;
mod late;
mod limits;
mod literal;
mod memory;
mod natives;
mod observe;
mod operators;
mod outcome;
mod pool;
mod process;
mod profile;
mod run;
mod sets;
mod state;
mod versions;
mod view;

use std::path::Path;
#[cfg(any(feature = "cli", feature = "python"))]
use std::sync::OnceLock;
use std::sync::{Arc, LazyLock};

pub use limits::Limits;
pub use memory::LimitedAllocator;
pub use profile::{Host, Profile};

use crate::decline::{Declined, Reason};
use crate::definition::Definition;
use crate::package::{PackageData, Position, Tier, TierDeclined};
use crate::static_tier::{RepositoryFields, Source};
use outcome::{Answer, Refusal, Want};

/// The file name of definitions in tracebacks and code objects.
const FILENAME: &str = "<definition>";

/// The file name of the bodies of `@early()` functions, whose lines are their own.
const EARLY_FILENAME: &str = "<early>";

/// The file name of late-bound functions, whose lines are those of their sources.
const LATE_FILENAME: &str = "<late>";

/// The CPythons that a profile may be of: those that this tier has been held against.
const PYTHONS: std::ops::RangeInclusive<(u8, u8)> = (3, 8)..=(3, 14);

/// The words that rez's own boolean settings take for yes (`rez/config.py`, `Bool`).
const YES: [&str; 6] = ["1", "true", "t", "yes", "y", "on"];

/// A profile, or why there is none.
type Known = Result<Arc<Profile>, String>;

/// The VM tier with its settings.
#[derive(Clone, Debug)]
pub struct VmTier {
    profile: Arc<LazyLock<Known, Box<dyn FnOnce() -> Known + Send>>>,
    limits: Limits,
}

impl Default for VmTier {
    fn default() -> Self {
        VmTier::new(Profile::default(), Limits::default())
    }
}

/// The tier of this process, when a program around it has set one.
#[cfg(any(feature = "cli", feature = "python"))]
static SHARED: OnceLock<VmTier> = OnceLock::new();

impl VmTier {
    /// The tier of this process: the one that was made with [`share`](Self::share), else one
    /// with the default profile and limits. Those that share a tier share its interpreters.
    #[cfg(any(feature = "cli", feature = "python"))]
    pub(crate) fn shared() -> VmTier {
        SHARED.get_or_init(VmTier::default).clone()
    }

    /// Whether definitions may run: unless `REZLOAD_VM` in the environment is anything but a word
    /// for yes. Who sets a switch to something else doesn't mean to switch it on.
    pub(crate) fn is_on() -> bool {
        std::env::var_os("REZLOAD_VM").is_none_or(|value| {
            let value = value.to_str().unwrap_or_default();
            YES.iter().any(|yes| yes.eq_ignore_ascii_case(value))
        })
    }

    /// Makes `tier` the tier of this process, unless there is one already.
    #[cfg(any(feature = "cli", feature = "python"))]
    pub(crate) fn share(tier: impl FnOnce() -> VmTier) {
        SHARED.get_or_init(tier);
    }

    /// A tier that tells definitions what `profile` says and gives them up at `limits`.
    pub fn new(profile: Profile, limits: Limits) -> Self {
        let tier = VmTier::asking(|| Ok(profile), limits);
        // a fork finds it made
        LazyLock::force(&tier.profile);
        tier
    }

    /// [`new`](Self::new) with the profile that `ask` gives when the first definition runs. An
    /// error is why none can.
    pub(crate) fn asking(
        ask: impl FnOnce() -> Result<Profile, String> + Send + 'static,
        limits: Limits,
    ) -> Self {
        let ask: Box<dyn FnOnce() -> Known + Send> = Box::new(|| {
            let profile = ask()?;
            let (major, minor, _) = profile.python;
            if !PYTHONS.contains(&(major, minor)) {
                return Err(format!("it isn't known what CPython {major}.{minor} does"));
            }
            Ok(Arc::new(profile))
        });
        VmTier {
            profile: Arc::new(LazyLock::new(ask)),
            limits,
        }
    }

    /// The solver's view of the definition `source`, the bytes of a package.py. One that asks
    /// where it is declines.
    pub fn load(&self, source: &[u8]) -> Result<PackageData, TierDeclined> {
        self.fields(None, source)
    }

    /// [`load`](Self::load) of the file at `path`.
    pub(crate) fn load_file(
        &self,
        path: &Path,
        source: &[u8],
    ) -> Result<PackageData, TierDeclined> {
        self.fields(Some(path), source)
    }

    fn fields(&self, file: Option<&Path>, source: &[u8]) -> Result<PackageData, TierDeclined> {
        match self.run(file, source, Want::Fields)? {
            Answer::Fields(fields, _) => self.check(source, fields.finish()),
            Answer::Definition(_) => unreachable!("fields were asked for"),
        }
    }

    /// What a repository takes of the definition `source`, the bytes of the file at `path`.
    pub(crate) fn in_repository(
        &self,
        path: &Path,
        source: &[u8],
    ) -> Result<RepositoryFields, TierDeclined> {
        match self.run(Some(path), source, Want::InRepository)? {
            Answer::Fields(fields, has_timestamp) => {
                self.check(source, RepositoryFields::new(fields, has_timestamp))
            }
            Answer::Definition(_) => unreachable!("fields were asked for"),
        }
    }

    fn check<T>(&self, source: &[u8], checked: Result<T, Declined>) -> Result<T, TierDeclined> {
        checked.map_err(|declined| {
            self.declined(source, Refusal::at(declined.reason, declined.offset, ""))
        })
    }

    /// The whole definition in `source`, whose functions are in the file `path`.
    pub fn definition(&self, path: &Path, source: &[u8]) -> Result<Definition, TierDeclined> {
        match self.run(Some(path), source, Want::Definition)? {
            Answer::Definition(definition) => Ok(definition),
            Answer::Fields(..) => unreachable!("a definition was asked for"),
        }
    }

    fn run(&self, file: Option<&Path>, source: &[u8], want: Want) -> Result<Answer, TierDeclined> {
        let text = match Source::new(source) {
            Ok(text) => text,
            Err(declined) => {
                return Err(TierDeclined {
                    tier: Tier::Vm,
                    position: declined.position(source),
                    declined,
                    detail: None,
                })
            }
        };
        let profile = (**self.profile).as_ref().map_err(|reason| {
            self.declined(source, Refusal::new(Reason::VmUnavailable, reason.as_str()))
        })?;
        let job = pool::Job {
            text: text.text.into_owned(),
            file: file.map(Path::to_path_buf),
            want,
            profile: Arc::clone(profile),
            limits: self.limits,
        };
        pool::run(job).map_err(|refusal| self.declined(source, refusal))
    }

    fn declined(&self, source: &[u8], refusal: Refusal) -> TierDeclined {
        let offset = match (refusal.offset, refusal.line) {
            (Some(offset), _) => match Source::new(source) {
                Ok(text) => text.original_offset(offset),
                Err(_) => offset,
            },
            (None, Some(line)) => line_start(source, line),
            (None, None) => 0,
        };
        let declined = Declined::new(refusal.reason, offset);
        TierDeclined {
            tier: Tier::Vm,
            position: match refusal.line {
                Some(line) => Position { line, column: 1 },
                None => declined.position(source),
            },
            declined,
            detail: refusal.detail.filter(|d| !d.is_empty()),
        }
    }
}

/// The offset of line `line`, counted from 1, of the file `source`.
fn line_start(source: &[u8], line: usize) -> usize {
    let mut at = 0;
    for _ in 1..line {
        let Some(end) = memchr::memchr2(b'\n', b'\r', &source[at..]) else {
            break;
        };
        at += end + 1;
        if source[at - 1] == b'\r' && source.get(at) == Some(&b'\n') {
            at += 1;
        }
    }
    at
}
