//! Loading one version: its file, and what rez's old formats keep beside it.
//!
//! Reading and parsing are apart, so that several files are read before they are parsed: each
//! takes the processor's caches from the other.

use std::ops::Range;
use std::path::{Path, PathBuf, MAIN_SEPARATOR};
use std::sync::Arc;

use super::error::{ScanError, ScanErrorKind};
use super::folder::Folder;
use super::old_format;
use super::package::{RepositoryPackage, Warning};
use super::read;
use super::settings::Settings;
use super::ScanResult;
use crate::decline::Declined;
use crate::error::LoadError;
use crate::package::{PackageData, Tier, TierDeclined};
use crate::source_file::open_without_blocking;
use crate::static_tier::{parse_in_repository, RepositoryFields};
use crate::version::Version;

/// A package to load from a directory.
pub(super) struct Job<'a> {
    pub repository: &'a Arc<str>,
    pub family: &'a str,
    /// Empty for an unversioned package.
    pub version: &'a Version,
    /// The family's directory, when it is open.
    pub folder: Option<&'a Folder>,
    /// The definition's name, when it is known.
    pub file: Option<&'a str>,
}

/// The definition of a package, once it is read.
pub(super) struct Read {
    path: String,
    /// The length of its directory's path.
    directory: usize,
    /// Where its bytes are in the buffer.
    source: Range<usize>,
}

impl Job<'_> {
    /// Reads the definition onto `buffer`, as `FileSystemPackageResource._load` finds it.
    pub fn read(&self, settings: &Settings, buffer: &mut Vec<u8>) -> Result<Read, ScanError> {
        let mut path = String::with_capacity(self.repository.len() + self.family.len() + 40);
        push(&mut path, self.repository);
        push(&mut path, self.family);
        let family = path.len() + 1;
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
            let file = match self.folder {
                Some(folder) => folder.open(&path, family),
                None => open_without_blocking(Path::new(&path)),
            };
            let start = buffer.len();
            match read::find_onto(Path::new(&path), file, buffer) {
                Ok(true) => {
                    return Ok(Read {
                        path,
                        directory,
                        source: start..buffer.len(),
                    })
                }
                Ok(false) => {}
                Err(error) => {
                    let path = PathBuf::from(path);
                    return Err(self.error(path, ScanErrorKind::Load(Box::new(error))));
                }
            }
        }
        path.truncate(directory);
        Err(self.error(PathBuf::from(path), ScanErrorKind::NoDefinition))
    }

    /// The package whose definition has been read onto `buffer`.
    pub fn parse(&self, read: Read, settings: &Settings, buffer: &[u8]) -> ScanResult {
        match self.fields(&read, settings, &buffer[read.source.clone()]) {
            Ok((fields, declined)) => Ok(self.package(read.path, fields, declined)),
            Err(declined) => {
                let path = PathBuf::from(read.path);
                let error = LoadError::Declined {
                    path: path.clone(),
                    declined,
                };
                Err(self.error(path, ScanErrorKind::Load(Box::new(error))))
            }
        }
    }

    /// The fields of the definition, and why tiers declined; only the latter when none serves
    /// it.
    fn fields(
        &self,
        read: &Read,
        settings: &Settings,
        source: &[u8],
    ) -> Result<(RepositoryFields, Vec<TierDeclined>), Vec<TierDeclined>> {
        let is_python = read.path.ends_with(".py");
        let fields = if is_python {
            parse_in_repository(source)
        } else {
            parse_yaml(source)
        };
        let by_static = |declined: Declined| TierDeclined {
            tier: Tier::Static,
            declined,
            position: declined.position(source),
            detail: None,
        };
        let (fields, declined) = match fields {
            Ok(fields) => (fields, Vec::new()),
            Err(declined) => {
                let path = Path::new(&read.path);
                in_vm(settings, path, is_python, source, by_static(declined))?
            }
        };
        if !fields.has_timestamp {
            old_format::check(Path::new(&read.path[..read.directory]))
                .map_err(|old| [declined.clone(), vec![by_static(old)]].concat())?;
        }
        Ok((fields, declined))
    }

    fn package(
        &self,
        path: String,
        fields: RepositoryFields,
        declined: Vec<TierDeclined>,
    ) -> RepositoryPackage {
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
            tier: match declined.last() {
                None => Tier::Static,
                Some(_) => Tier::Vm,
            },
            declined,
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

/// What the VM makes of a definition that the static tier declined.
#[cfg(feature = "vm")]
fn in_vm(
    settings: &Settings,
    path: &Path,
    is_python: bool,
    source: &[u8],
    declined: TierDeclined,
) -> Result<(RepositoryFields, Vec<TierDeclined>), Vec<TierDeclined>> {
    match &settings.vm {
        Some(vm) if is_python && crate::vm_tier::VmTier::is_on() => {
            match vm.in_repository(path, source) {
                Ok(fields) => Ok((fields, vec![declined])),
                Err(refusal) => Err(vec![declined, refusal]),
            }
        }
        _ => Err(vec![declined]),
    }
}

#[cfg(not(feature = "vm"))]
fn in_vm(
    _settings: &Settings,
    _path: &Path,
    _is_python: bool,
    _source: &[u8],
    declined: TierDeclined,
) -> Result<(RepositoryFields, Vec<TierDeclined>), Vec<TierDeclined>> {
    Err(vec![declined])
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
