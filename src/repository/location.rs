//! Where a repository is, in rez's spelling.

use std::path::{Path, PathBuf};

use super::error::{ScanError, ScanErrorKind};
use crate::real_path::real_path;

/// The location of the repository that `path` names, an entry of rez's `packages_path`.
///
/// `get_repository` of `rez/package_repository.py` takes `type@location` apart and makes the
/// location absolute, by its text alone; the filesystem plugin then resolves links
/// (`canonical_path` in `rez/utils/filesystem.py`). Where nothing is, the text stays. `cwd` is
/// the working directory, where that was known and is needed.
pub(super) fn locate(path: &Path, cwd: Option<&Path>) -> Result<String, ScanError> {
    let Some(text) = path.to_str() else {
        return Err(refuse(path, ScanErrorKind::NotUtf8));
    };
    let text = match text.split_once('@') {
        None => text,
        Some(("filesystem", location)) => location,
        Some(_) => return Err(refuse(path, ScanErrorKind::RepositoryType)),
    };
    let absolute = absolute(Path::new(text), cwd).map_err(|error| refuse(path, error.into()))?;
    let location = real_path(&absolute).unwrap_or(absolute);
    let location = location
        .into_os_string()
        .into_string()
        .map_err(|_| refuse(path, ScanErrorKind::NotUtf8))?;
    Ok(if cfg!(windows) {
        location.to_lowercase()
    } else {
        location
    })
}

/// `os.path.abspath(path)`.
fn absolute(path: &Path, cwd: Option<&Path>) -> std::io::Result<PathBuf> {
    let mut absolute = PathBuf::new();
    // the working directory may be gone, which doesn't matter to an absolute path
    let whole = match (path.has_root() && !cfg!(windows), cwd) {
        (true, _) => path.to_path_buf(),
        (false, Some(cwd)) => cwd.join(path),
        (false, None) => std::env::current_dir()?.join(path),
    };
    // of the whole path, so that `..` undoes what is before it
    for component in whole.components() {
        match component {
            std::path::Component::ParentDir => {
                absolute.pop();
            }
            std::path::Component::CurDir => {}
            other => absolute.push(other),
        }
    }
    Ok(absolute)
}

fn refuse(path: &Path, kind: ScanErrorKind) -> ScanError {
    ScanError::of_repository(path.to_path_buf(), kind)
}
