//! Loading one version: its file, and what rez's old formats keep beside it.

use std::cell::RefCell;
use std::path::{Path, PathBuf, MAIN_SEPARATOR};
use std::sync::Arc;

use super::error::{ScanError, ScanErrorKind};
use super::old_format;
use super::package::{RepositoryPackage, Warning};
use super::read::{self, Found};
use super::settings::Settings;
use super::ScanResult;
use crate::decline::{Declined, Reason};
use crate::error::LoadError;
use crate::package::{PackageData, Tier, TierDeclined};
use crate::static_tier::{parse_in_repository, RepositoryFields};
use crate::version::Version;

/// A package to load from a directory.
pub(super) struct Job<'a> {
    pub repository: &'a Arc<str>,
    pub family: &'a str,
    /// Empty for an unversioned package.
    pub version: &'a Version,
    /// The definition's name, when it is known.
    pub file: Option<&'a str>,
}

thread_local! {
    /// The bytes of one file at a time.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A buffer that has grown beyond this isn't kept.
const KEPT_BUFFER: usize = 1 << 20;

impl Job<'_> {
    /// Loads the package, as `FileSystemPackageResource._load` does.
    pub fn load(&self, settings: &Settings) -> ScanResult {
        BUFFER.with_borrow_mut(|buffer| {
            let result = self.find_and_load(settings, buffer);
            if buffer.capacity() > KEPT_BUFFER {
                *buffer = Vec::new();
            }
            result
        })
    }

    fn find_and_load(&self, settings: &Settings, buffer: &mut Vec<u8>) -> ScanResult {
        let mut path = String::with_capacity(self.repository.len() + self.family.len() + 40);
        push(&mut path, self.repository);
        push(&mut path, self.family);
        if !self.version.is_empty() {
            push(&mut path, self.version.as_str());
        }
        let directory = path.len();
        let known = self.file.into_iter();
        let tried = settings.file_names().filter(|_| self.file.is_none());
        // `_get_file` asks for each name whether it is a file; opening it says so too
        for name in known.chain(tried) {
            path.truncate(directory);
            path.push(MAIN_SEPARATOR);
            path.push_str(name);
            match read::read(Path::new(&path), buffer) {
                Ok(Found::File) => return self.load_source(path, directory, buffer),
                Ok(Found::Nothing) => {}
                Ok(Found::TooLarge) => {
                    return Err(self.declined(path, &[], Declined::new(Reason::TooLarge, 0)));
                }
                Err(source) => {
                    let path = PathBuf::from(path);
                    let error = LoadError::Read {
                        path: path.clone(),
                        source,
                    };
                    return Err(self.error(path, ScanErrorKind::Load(Box::new(error))));
                }
            }
        }
        path.truncate(directory);
        Err(self.error(PathBuf::from(path), ScanErrorKind::NoDefinition))
    }

    fn load_source(&self, path: String, directory: usize, source: &[u8]) -> ScanResult {
        let fields = if path.ends_with(".py") {
            parse_in_repository(source)
        } else {
            parse_yaml(source)
        };
        let fields = fields.and_then(|fields| {
            if !fields.has_timestamp {
                old_format::check(Path::new(&path[..directory]))?;
            }
            Ok(fields)
        });
        match fields {
            Ok(fields) => Ok(self.package(path, fields)),
            Err(declined) => Err(self.declined(path, source, declined)),
        }
    }

    fn package(&self, path: String, fields: RepositoryFields) -> RepositoryPackage {
        let version = self.version.as_str();
        let mut warnings = Vec::new();
        if let Some(stated) = fields.name.filter(|name| name != self.family) {
            let stated = stated.into_string();
            warnings.push(Warning::NameMismatch { stated });
        }
        if let Some(stated) = fields.version.filter(|stated| stated != version) {
            let stated = stated.into_string();
            warnings.push(Warning::VersionMismatch { stated });
        }
        RepositoryPackage {
            data: PackageData {
                name: self.family.into(),
                version: version.into(),
                requires: fields.requires,
                variants: fields.variants,
            },
            path_len: path.len(),
            uri: path,
            repository: Arc::clone(self.repository),
            tier: Tier::Static,
            declined: Vec::new(),
            warnings,
        }
    }

    fn declined(&self, path: String, source: &[u8], declined: Declined) -> ScanError {
        let path = PathBuf::from(path);
        let error = LoadError::Declined {
            path: path.clone(),
            declined: vec![TierDeclined {
                tier: Tier::Static,
                declined,
                position: declined.position(source),
            }],
        };
        self.error(path, ScanErrorKind::Load(Box::new(error)))
    }

    fn error(&self, path: PathBuf, kind: ScanErrorKind) -> ScanError {
        ScanError::of_version(
            self.family,
            self.version.as_str(),
            self.repository,
            path,
            kind,
        )
    }
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() && !path.ends_with(MAIN_SEPARATOR) {
        path.push(MAIN_SEPARATOR);
    }
    path.push_str(name);
}

#[cfg(feature = "yaml")]
fn parse_yaml(source: &[u8]) -> Result<RepositoryFields, Declined> {
    crate::yaml::parse_package(source)
}

#[cfg(not(feature = "yaml"))]
fn parse_yaml(_source: &[u8]) -> Result<RepositoryFields, Declined> {
    Err(Declined::new(Reason::YamlOff, 0))
}
