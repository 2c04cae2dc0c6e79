//! Combined families: one `family.py` or `family.yaml` for all versions.
//!
//! Follows `FileSystemCombinedPackageFamilyResource` and `FileSystemCombinedPackageResource`
//! in `rezplugins/package_repository/filesystem.py`.

use std::path::{Path, PathBuf};

use compact_str::CompactString;

use super::error::ScanErrorKind;
use super::family::Refusal;
use super::read;
use super::settings::Settings;
use crate::decline::{Declined, Reason};
use crate::error::LoadError;
use crate::package::{Tier, TierDeclined};
use crate::static_tier::{parse_family, FamilyFields, Override};
use crate::version::{Version, VersionRange};

/// A combined family, read.
#[derive(Debug)]
pub(super) struct Combined {
    /// The file, as rez spells it.
    pub path: String,
    /// In the order of the file; one empty version for an unversioned package.
    pub versions: Vec<Version>,
    /// Empty when the package is unversioned.
    overrides: Vec<(VersionRange, Override)>,
    requires: Vec<CompactString>,
    variants: Vec<Vec<CompactString>>,
}

impl Combined {
    /// Reads the file at `path`; `None` when there is no file.
    pub fn read(path: String, settings: &Settings) -> Result<Option<Self>, Refusal> {
        let combined = read::find(Path::new(&path), |source| {
            let fields = if path.ends_with(".py") {
                parse_family(source)
            } else {
                parse_yaml(source)
            };
            let combined = fields.and_then(|fields| Combined::new(&path, fields, settings));
            combined.map_err(|declined| TierDeclined {
                tier: Tier::Static,
                declined,
                position: declined.position(source),
                detail: None,
            })
        });
        let error = match combined {
            Ok(None) => return Ok(None),
            Ok(Some(Ok(combined))) => return Ok(Some(combined)),
            Ok(Some(Err(declined))) => LoadError::Declined {
                path: PathBuf::from(&path),
                declined: vec![declined],
            },
            Err(error) => error,
        };
        Err((PathBuf::from(path), ScanErrorKind::Load(Box::new(error))))
    }

    fn new(path: &str, fields: FamilyFields, settings: &Settings) -> Result<Self, Declined> {
        let refused = Declined::new(Reason::CombinedFamily, 0);
        let mut combined = Combined {
            path: path.to_owned(),
            versions: Vec::new(),
            overrides: Vec::new(),
            requires: fields.requires,
            variants: fields.variants,
        };
        match fields.versions {
            None if fields.has_versions => return Err(refused),
            // rez raises where unversioned packages aren't allowed
            None if !settings.allow_unversioned => return Err(refused),
            None => combined.versions.extend(Version::parse("")),
            // unversioned too, but with `Version(None)` tried on the overrides
            Some(versions) if versions.is_empty() => return Err(refused),
            Some(versions) => {
                for version in versions {
                    let invalid = |_| Declined::new(Reason::VersionInvalid, 0);
                    let version = Version::parse(&version).map_err(invalid)?;
                    combined.versions.push(version);
                }
                // the schema of `version_overrides` wants at least one key
                if fields.has_overrides && fields.overrides.is_empty() {
                    return Err(refused);
                }
                for (range, entry) in fields.overrides {
                    let range = VersionRange::parse(&range).map_err(|_| refused)?;
                    // the any range is false, which rez's schema takes for a missing key, and
                    // of two equal ranges the second takes the first one's place
                    let known = combined.overrides.iter().any(|(other, _)| *other == range);
                    if range.is_any() || known {
                        return Err(refused);
                    }
                    combined.overrides.push((range, entry));
                }
            }
        }
        Ok(combined)
    }

    /// The solver fields of one version: each override whose range has it replaces those of
    /// the overrides before it.
    pub fn fields(
        &self,
        version: &Version,
    ) -> Result<(Vec<CompactString>, Vec<Vec<CompactString>>), Declined> {
        let (mut requires, mut variants) = (None, None);
        for (range, entry) in &self.overrides {
            if range.contains(version) {
                requires = entry.requires.as_ref().or(requires);
                variants = entry.variants.as_ref().or(variants);
            }
        }
        let refuse = |reason| Declined::new(reason, 0);
        let requires = match requires {
            None => self.requires.clone(),
            Some(requires) => requires.clone().map_err(refuse)?,
        };
        let variants = match variants {
            None => self.variants.clone(),
            Some(variants) => variants.clone().map_err(refuse)?,
        };
        Ok((requires, variants))
    }
}

#[cfg(feature = "yaml")]
fn parse_yaml(source: &[u8]) -> Result<FamilyFields, Declined> {
    crate::yaml::parse_family(source)
}

#[cfg(not(feature = "yaml"))]
fn parse_yaml(_source: &[u8]) -> Result<FamilyFields, Declined> {
    Err(Declined::new(Reason::YamlOff, 0))
}
