//! The definitions below some directories.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use globset::{GlobBuilder, GlobMatcher};
use ignore::{WalkBuilder, WalkState};

/// Which files are looked for, and how.
#[derive(Clone, Debug)]
pub struct Files {
    name: GlobMatcher,
    follow_links: bool,
    prune: bool,
    threads: usize,
}

/// A directory that can't be listed, or a path that isn't there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FileError {
    /// What the operating system says, with the path.
    pub message: String,
}

impl Files {
    /// All files named `package.py`; links to directories aren't followed.
    pub fn new() -> Self {
        Files {
            name: glob("package.py").expect("a name is a pattern"),
            follow_links: false,
            prune: false,
            threads: 0,
        }
    }

    /// Files whose name matches `pattern` instead, such as `*.py`; an error says what is wrong
    /// with the pattern.
    pub fn name(mut self, pattern: &str) -> Result<Self, String> {
        self.name = glob(pattern)?;
        Ok(self)
    }

    /// Whether links to directories are followed; a loop of links is noticed.
    #[must_use]
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// Whether directories below a definition are left out: in an installed package they are
    /// its payload, which may be large.
    #[must_use]
    pub fn prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// How many threads list directories; 0 for as many as there are cores, up to 12.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The files below `roots`, sorted, each once; a root that is a file counts whatever its
    /// name is. What can't be listed is an error, and the rest goes on.
    pub fn find(&self, roots: &[PathBuf]) -> (Vec<PathBuf>, Vec<FileError>) {
        let Some((first, rest)) = roots.split_first() else {
            return (Vec::new(), Vec::new());
        };
        let mut builder = WalkBuilder::new(first);
        for root in rest {
            builder.add(root);
        }
        builder
            .standard_filters(false)
            .follow_links(self.follow_links)
            .threads(self.threads);
        if self.prune {
            let name = self.name.clone();
            builder.filter_entry(move |entry| {
                // a directory is left out when its parent holds a definition
                entry.depth() == 0
                    || !entry.file_type().is_some_and(|kind| kind.is_dir())
                    || !entry
                        .path()
                        .parent()
                        .is_some_and(|parent| holds(parent, &name))
            });
        }
        let found = Mutex::new((Vec::new(), Vec::new()));
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                let outcome = match entry {
                    Ok(entry) => {
                        let named = entry.depth() == 0 || self.name.is_match(entry.file_name());
                        if !named || is_directory(&entry) {
                            return WalkState::Continue;
                        }
                        Ok(entry.into_path())
                    }
                    Err(error) => Err(FileError {
                        message: error.to_string(),
                    }),
                };
                let mut found = found.lock().unwrap_or_else(|poison| poison.into_inner());
                match outcome {
                    Ok(path) => found.0.push(path),
                    Err(error) => found.1.push(error),
                }
                WalkState::Continue
            })
        });
        let (mut paths, mut errors) = found.into_inner().unwrap_or_else(|p| p.into_inner());
        paths.sort_unstable();
        paths.dedup();
        errors.sort_unstable_by(|a, b| a.message.cmp(&b.message));
        (paths, errors)
    }
}

impl Default for Files {
    fn default() -> Self {
        Files::new()
    }
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.to_string())
}

/// A directory, or a link to one: a file of the name that is neither is read, and if it can't
/// be, that is an error.
fn is_directory(entry: &ignore::DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_symlink() => entry.path().is_dir(),
        Some(kind) => kind.is_dir(),
        None => false,
    }
}

fn holds(directory: &Path, name: &GlobMatcher) -> bool {
    if name.glob().glob() == "package.py" {
        return directory.join("package.py").is_file();
    }
    std::fs::read_dir(directory).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| name.is_match(entry.file_name()))
    })
}
