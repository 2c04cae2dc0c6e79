//! What can be set about the rez tier.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the rez tier runs; see [`RezTier`](super::RezTier).
#[derive(Clone, Debug)]
pub struct RezSettings {
    pub(super) python: Option<PathBuf>,
    pub(super) default_python: Option<PathBuf>,
    pub(super) timeout: Duration,
    pub(super) start_timeout: Duration,
    pub(super) helpers: usize,
    pub(super) isolated: bool,
    pub(super) trusted: Option<Vec<PathBuf>>,
}

impl Default for RezSettings {
    fn default() -> Self {
        RezSettings {
            python: None,
            default_python: None,
            timeout: Duration::from_secs(60),
            start_timeout: Duration::from_secs(60),
            helpers: 0,
            isolated: true,
            trusted: None,
        }
    }
}

impl RezSettings {
    /// rez as found by `REZLOAD_PYTHON` or on PATH, 60 seconds for each file.
    pub fn new() -> Self {
        RezSettings::default()
    }

    /// The Python that has rez, a path or a name on PATH. Without this setting it is the one in
    /// the environment variable `REZLOAD_PYTHON`, or else the one that the `rez` on PATH runs
    /// on, started as `rez` starts it.
    #[must_use]
    pub fn python(mut self, python: impl Into<PathBuf>) -> Self {
        self.python = Some(python.into());
        self
    }

    /// A Python to take, if none is set, before `rez` is looked for on PATH.
    #[must_use]
    pub fn default_python(mut self, python: impl Into<PathBuf>) -> Self {
        self.default_python = Some(python.into());
        self
    }

    /// How long one file may take; a whole family, where a `family.py` declines, counts as one
    /// file. 60 seconds unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long Python may take to import rez. 60 seconds unless set.
    #[must_use]
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// How many processes may run at a time; 0, the default, is one for each thread of the
    /// rayon pool that asks first, and at most 4.
    #[must_use]
    pub fn helpers(mut self, helpers: usize) -> Self {
        self.helpers = helpers;
        self
    }

    /// Whether each file is run in a forked process of its own, so that none sees what another
    /// one has done to the interpreter; true unless set. Otherwise, and always on systems other
    /// than Linux, a process runs files one after the other, as rez does: that is faster.
    #[must_use]
    pub fn isolated(mut self, isolated: bool) -> Self {
        self.isolated = isolated;
        self
    }

    /// Runs only files in these directories, symbolic links resolved; others are declined
    /// with [`Reason::Untrusted`](crate::Reason::Untrusted). Without this setting all are run.
    #[must_use]
    pub fn trusted<P: AsRef<Path>>(mut self, directories: impl IntoIterator<Item = P>) -> Self {
        let directories = directories.into_iter();
        self.trusted = Some(
            directories
                .map(|path| path.as_ref().to_path_buf())
                .collect(),
        );
        self
    }

    /// How many helpers there may be.
    pub(super) fn limit(&self) -> usize {
        match self.helpers {
            0 => rayon::current_num_threads().clamp(1, 4),
            helpers => helpers,
        }
    }

    /// Whether the file at `path` may be run; a path that leads nowhere may not.
    pub(super) fn trusts(&self, path: &Path) -> bool {
        let Some(trusted) = &self.trusted else {
            return true;
        };
        let Ok(real) = path.canonicalize() else {
            return false;
        };
        trusted
            .iter()
            .filter_map(|directory| directory.canonicalize().ok())
            .any(|directory| real.starts_with(directory))
    }
}
