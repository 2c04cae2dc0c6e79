//! A family's directory: which versions it holds.
//!
//! Follows `FileSystemPackageFamilyResource.iter_packages` and `_get_version_dirs` in
//! `rezplugins/package_repository/filesystem.py`. rez asks the file system for each name;
//! here the listing answers, and only a link needs a stat.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::ScanErrorKind;
use super::folder::Folder;
use super::list::{is_directory, is_file, Kind, Listing};
use super::settings::Settings;
use crate::version::Version;

const BUILDING: &str = ".building";
const IGNORE: &str = ".ignore";

/// What a family's directory holds.
#[derive(Debug)]
pub(super) enum Versions {
    /// The definition stands in the family's directory: its file name. rez then doesn't look
    /// for versions.
    Unversioned(String),
    /// One directory a version, in no particular order. A version prints as its directory.
    Versioned(Vec<Version>),
}

/// A family that rez can't list either.
pub(super) type Refusal = (PathBuf, ScanErrorKind);

/// Lists the family's directory at `path`, which is `name` in `repository`, the only thing that
/// is read for it; gives the directory, too.
pub(super) fn versions(
    repository: &Folder,
    name: &str,
    path: &Path,
    settings: &Settings,
) -> Result<(Versions, Folder), Refusal> {
    let listing = Listing::read(repository, name, path)
        .map_err(|error| (path.to_path_buf(), ScanErrorKind::List(error)))?;
    let family = Family {
        path,
        listing: &listing,
    };
    if settings.allow_unversioned {
        if let Some(file) = settings.file_names().find(|name| family.has_file(name)) {
            let file = file.to_owned();
            return Ok((Versions::Unversioned(file), listing.into_folder()));
        }
    }
    let versions = family.version_directories(settings)?;
    Ok((Versions::Versioned(versions), listing.into_folder()))
}

struct Family<'a> {
    path: &'a Path,
    listing: &'a Listing,
}

impl Family<'_> {
    /// `os.path.isfile(path/name)`.
    fn has_file(&self, name: &str) -> bool {
        self.listing
            .find(name.as_bytes())
            .is_some_and(|kind| is_file(kind, || self.path.join(name)))
    }

    fn version_directories(&self, settings: &Settings) -> Result<Vec<Version>, Refusal> {
        let markers: HashMap<String, (&[u8], Kind)> = self
            .listing
            .iter()
            .filter(|(name, kind)| *kind != Kind::Directory && name.starts_with(b"."))
            .map(|(name, kind)| (folded(name), (name, kind)))
            .filter(|(folded, _)| folded.starts_with(IGNORE))
            .collect();
        let is_ignored = |name: &[u8]| {
            if markers.is_empty() {
                return false;
            }
            let marker = [IGNORE.as_bytes(), name].concat();
            markers.get(&folded(&marker)).is_some_and(|(listed, kind)| {
                // one of another case, or of several: the file system has to say
                let kind = if *listed == marker {
                    *kind
                } else {
                    Kind::Unknown
                };
                is_file(kind, || self.path.join(lossless(&marker)))
            })
        };
        let mut building = Vec::new();
        let mut versions = Vec::with_capacity(self.listing.len());
        let mut refused: Vec<(&[u8], ScanErrorKind)> = Vec::new();
        for (name, kind) in self.listing.iter() {
            if name.starts_with(b".") {
                // a directory of that name goes on: rez takes it for a version
                match name.strip_prefix(BUILDING.as_bytes()) {
                    Some(version) if !settings.check_definition_files => building.push(version),
                    _ => continue,
                }
            }
            if !is_directory(kind, || self.path.join(lossless(name))) {
                continue;
            }
            if is_ignored(name) {
                continue;
            }
            if settings.check_definition_files {
                let path = self.path.join(lossless(name));
                if !(has_definition(&path, ["package"]) && has_definition(&path, settings.stems()))
                {
                    continue;
                }
            }
            let Ok(text) = std::str::from_utf8(name) else {
                refused.push((name, ScanErrorKind::NotUtf8));
                continue;
            };
            match Version::parse(text) {
                Ok(version) => versions.push(version),
                Err(_) => refused.push((name, ScanErrorKind::NotAVersion)),
            }
        }
        for name in building {
            let is_it = |version: &Version| version.as_str().as_bytes() == name;
            let is_found =
                versions.iter().any(is_it) || refused.iter().any(|(other, _)| *other == name);
            if is_found && !has_definition(&self.path.join(lossless(name)), ["package"]) {
                versions.retain(|version| !is_it(version));
                refused.retain(|(other, _)| *other != name);
            }
        }
        // of several the first by name is told, in whatever order the system gives them
        match refused.into_iter().min_by_key(|(name, _)| *name) {
            Some((name, kind)) => Err((self.path.join(lossless(name)), kind)),
            None => Ok(versions),
        }
    }
}

/// `_get_file(path)`, with these names.
fn has_definition<'a>(path: &Path, stems: impl IntoIterator<Item = &'a str>) -> bool {
    stems.into_iter().any(|stem| {
        ["py", "yaml"]
            .iter()
            .any(|extension| path.join(format!("{stem}.{extension}")).is_file())
    })
}

/// The same for names that a file system may take for one another.
fn folded(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_lowercase()
}

/// The name of an entry as the system has it.
#[cfg(unix)]
fn lossless(name: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn lossless(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}
