//! Loading one version: its file, and what rez's old formats keep beside it.

use std::path::{Path, PathBuf, MAIN_SEPARATOR};
use std::sync::Arc;

use super::error::{ScanError, ScanErrorKind};
use super::old_format;
use super::package::{RepositoryPackage, Warning};
use super::read;
use super::settings::Settings;
use super::ScanResult;
use crate::decline::Declined;
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

impl Job<'_> {
    /// Loads the package, as `FileSystemPackageResource._load` does.
    pub fn load(&self, settings: &Settings) -> ScanResult {
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
            let parsed = read::find(Path::new(&path), |source| {
                self.parse(&path, directory, source)
            });
            match parsed {
                Ok(None) => {}
                Ok(Some(Ok(fields))) => return Ok(self.package(path, fields)),
                Ok(Some(Err(declined))) => {
                    let path = PathBuf::from(path);
                    let error = LoadError::Declined {
                        path: path.clone(),
                        declined: vec![declined],
                    };
                    return Err(self.error(path, ScanErrorKind::Load(Box::new(error))));
                }
                Err(error) => {
                    let path = PathBuf::from(path);
                    return Err(self.error(path, ScanErrorKind::Load(Box::new(error))));
                }
            }
        }
        path.truncate(directory);
        Err(self.error(PathBuf::from(path), ScanErrorKind::NoDefinition))
    }

    /// The fields of the definition at `path`, whose directory's path is `directory` long.
    fn parse(
        &self,
        path: &str,
        directory: usize,
        source: &[u8],
    ) -> Result<RepositoryFields, TierDeclined> {
        let fields = if path.ends_with(".py") {
            parse_in_repository(source)
        } else {
            parse_yaml(source)
        };
        let checked = fields.and_then(|fields| {
            if !fields.has_timestamp {
                old_format::check(Path::new(&path[..directory]))?;
            }
            Ok(fields)
        });
        checked.map_err(|declined| TierDeclined {
            tier: Tier::Static,
            declined,
            position: declined.position(source),
        })
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
    Err(Declined::new(crate::decline::Reason::YamlOff, 0))
}
