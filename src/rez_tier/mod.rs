//! The rez tier of the standalone loader: real rez, in helper processes.
//!
//! In reading order: `settings`, `discover` (which Python has rez), `pool` (the helpers),
//! `helper` (one of them), `process` (ending it), `protocol` (what is asked and answered),
//! `values` (whole definitions), `facts` (what Python says of itself), `error`. What runs in a
//! helper is `python/rezload/rez_helper.py`, with the same code that the Python module has for its
//! own rez tier.

mod discover;
mod error;
#[cfg(feature = "cli")]
mod facts;
mod helper;
mod pool;
mod process;
mod protocol;
mod settings;
mod values;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{Death, Refusal, RezError};
pub use settings::RezSettings;

use crate::decline::{Declined, Reason};
use crate::error::LoadError;
use crate::json_path::path_value;
use crate::loader::is_yaml;
use crate::package::{LoadedDefinition, Package, PackageData, Position, Tier, TierDeclined};
use pool::Pool;
use protocol::{Answer, FamilyItem, Found, Request};
pub(crate) use protocol::{Family, FamilySettings};

/// Real rez, which has the last word on files that the compiled tiers decline, and runs them.
///
/// rez runs in helper processes, which are started when the first file needs them, kept for
/// the next ones, and ended when the last clone of this value is dropped, or with this
/// process. What a file prints is caught; what it starts and leaves behind is killed.
///
/// ```
/// use rezload::{Loader, RezSettings, RezTier};
/// use std::time::Duration;
///
/// let settings = RezSettings::new().timeout(Duration::from_secs(10)).trusted(["/sw/packages"]);
/// let loader = Loader::new().with_rez(RezTier::new(settings));
/// ```
#[derive(Clone)]
pub struct RezTier {
    pool: Arc<Pool>,
}

impl fmt::Debug for RezTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RezTier").field(&self.pool.settings).finish()
    }
}

/// `source` for Python's `-c`, by which the working directory comes first in `sys.path`: its files
/// mustn't stand in for modules.
pub(crate) fn script(source: &str) -> String {
    format!("import sys; sys.path[:1] = [path for path in sys.path[:1] if path]\n{source}")
}

/// A package of a repository, as rez gives it.
pub(crate) struct RezPackage {
    pub data: PackageData,
    pub uri: String,
    pub path: PathBuf,
    pub repository: String,
}

/// What rez gives of a family: each package, or its version and path with an error.
pub(crate) type RezFamily = Vec<Result<RezPackage, (Option<String>, LoadError)>>;

impl RezTier {
    /// Nothing is started yet.
    pub fn new(settings: RezSettings) -> Self {
        RezTier {
            pool: Arc::new(Pool::new(settings)),
        }
    }

    /// What rez makes of the lone file at `path`, which the tiers of `declined` declined.
    pub fn load(
        &self,
        path: impl AsRef<Path>,
        declined: Vec<TierDeclined>,
    ) -> Result<Package, LoadError> {
        let path = path.as_ref();
        let file = Asked { path, declined };
        if is_yaml(path) {
            return Err(file.still_declined());
        }
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => absolute,
            Err(source) => return Err(file.unreadable(source)),
        };
        match self.ask(Request::file(&absolute), &file)? {
            Answer::Fields(fields) => Ok(Package {
                data: fields.into(),
                tier: Tier::Rez,
                path: path.to_path_buf(),
                declined: file.declined,
            }),
            answer => Err(file.error(answer)),
        }
    }

    /// The whole definition in the file at `path`, which the tiers of `declined` declined: what
    /// rez's `load_from_file` returns.
    pub fn definition(
        &self,
        path: impl AsRef<Path>,
        declined: Vec<TierDeclined>,
    ) -> Result<LoadedDefinition, LoadError> {
        let path = path.as_ref();
        let file = Asked { path, declined };
        if is_yaml(path) {
            return Err(file.still_declined());
        }
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => absolute,
            Err(source) => return Err(file.unreadable(source)),
        };
        match self.ask(Request::definition(&absolute), &file)? {
            Answer::Definition(items) => match values::definition(items) {
                Some(definition) => Ok(LoadedDefinition {
                    definition,
                    tier: Tier::Rez,
                    path: path.to_path_buf(),
                    declined: file.declined,
                }),
                None => Err(file.bad_reply()),
            },
            answer => Err(file.error(answer)),
        }
    }

    /// The Python that has rez, with the flags it is started with.
    #[cfg(feature = "cli")]
    pub(crate) fn interpreter(&self) -> Result<(PathBuf, Vec<std::ffi::OsString>), RezError> {
        let found = self.pool.found()?.clone();
        Ok((found.program, found.flags))
    }

    /// What rez makes of a version in the repository at `location`.
    pub(crate) fn load_version(
        &self,
        family: &str,
        version: &str,
        location: &str,
        path: &Path,
        declined: Vec<TierDeclined>,
    ) -> Result<RezPackage, LoadError> {
        let file = Asked { path, declined };
        match self.ask(Request::version(family, version, location, path), &file)? {
            Answer::Package(found) => Ok(found.into()),
            answer => Err(file.error(answer)),
        }
    }

    /// What rez gives of a whole family, of which one repository has a definition at `path`.
    pub(crate) fn load_family(
        &self,
        family: Family<'_>,
        path: &Path,
        declined: Vec<TierDeclined>,
    ) -> RezFamily {
        let file = Asked { path, declined };
        let request = Request::family(family, path);
        match self.ask(request, &file) {
            Ok(Answer::Family(items)) => items.into_iter().map(|item| file.item(item)).collect(),
            Ok(answer) => vec![Err((None, file.error(answer)))],
            Err(error) => vec![Err((None, error))],
        }
    }

    /// Asks a helper, unless the file isn't trusted.
    fn ask(&self, mut request: Request<'_>, file: &Asked<'_>) -> Result<Answer, LoadError> {
        let settings = &self.pool.settings;
        if !settings.trusts(file.path) {
            return Err(file.declined(Reason::Untrusted));
        }
        // a family may have files elsewhere
        request.trusted = settings.trusted.as_ref().map(|trusted| {
            let absolute = |path: &PathBuf| std::path::absolute(path).ok();
            let absolute = trusted.iter().filter_map(absolute);
            absolute.map(|path| path_value(&path)).collect()
        });
        self.pool.ask(request).map_err(|error| LoadError::Rez {
            path: file.path.to_path_buf(),
            declined: file.declined.clone(),
            error: Box::new(error),
        })
    }
}

/// The file that rez is asked about.
struct Asked<'a> {
    path: &'a Path,
    declined: Vec<TierDeclined>,
}

impl Asked<'_> {
    /// What it was before.
    fn still_declined(self) -> LoadError {
        LoadError::Declined {
            path: self.path.to_path_buf(),
            declined: self.declined,
        }
    }

    /// What an answer without a package means.
    fn error(&self, answer: Answer) -> LoadError {
        match answer {
            Answer::Refused(refusal) => self.refused(self.path, refusal.into()),
            Answer::Declined(reason) => self.declined(reason.into()),
            Answer::Unreadable(unreadable) => self.unreadable(match unreadable.errno {
                Some(errno) => io::Error::from_raw_os_error(errno),
                None => io::Error::other(unreadable.message),
            }),
            _ => self.bad_reply(),
        }
    }

    fn item(&self, item: FamilyItem) -> Result<RezPackage, (Option<String>, LoadError)> {
        let path = item.path.as_deref().unwrap_or(self.path);
        let error = match (item.package, item.refused, item.declined) {
            (Some(found), _, _) => return Ok(found.into()),
            (None, Some(refusal), _) => self.refused(path, refusal.into()),
            (None, None, Some(reason)) => {
                let declined = self.declined.clone();
                Asked { path, declined }.declined(reason.into())
            }
            (None, None, None) => self.bad_reply(),
        };
        Err((item.version, error))
    }

    fn refused(&self, path: &Path, refusal: Refusal) -> LoadError {
        LoadError::Refused {
            path: path.to_path_buf(),
            declined: self.declined.clone(),
            refusal: Box::new(refusal),
        }
    }

    fn unreadable(&self, source: io::Error) -> LoadError {
        LoadError::Read {
            path: self.path.to_path_buf(),
            source,
        }
    }

    /// The rez tier declines, too, where the tier before it did.
    fn declined(&self, reason: Reason) -> LoadError {
        let last = self.declined.last();
        // which value it is, the tier before may have said
        let same = last.filter(|last| last.declined.reason == reason);
        let offset = last.map_or(0, |last| last.declined.offset);
        let mut declined = self.declined.clone();
        declined.push(TierDeclined {
            tier: Tier::Rez,
            declined: Declined::new(reason, offset),
            position: last.map_or(Position { line: 1, column: 1 }, |last| last.position),
            detail: same.and_then(|last| last.detail.clone()),
        });
        LoadError::Declined {
            path: self.path.to_path_buf(),
            declined,
        }
    }

    fn bad_reply(&self) -> LoadError {
        let error = RezError::BadReply {
            reason: "not what was asked for".to_owned(),
            stderr: String::new(),
        };
        LoadError::Rez {
            path: self.path.to_path_buf(),
            declined: self.declined.clone(),
            error: Box::new(error),
        }
    }
}

impl From<Found> for RezPackage {
    fn from(Found(fields, uri, path, repository): Found) -> Self {
        RezPackage {
            data: fields.into(),
            uri,
            path,
            repository,
        }
    }
}
