//! The rez tier behind a scan: what the compiled tiers decline is asked of rez.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::{ScanError, ScanErrorKind};
use super::package::RepositoryPackage;
use super::settings::Settings;
use super::ScanResult;
use crate::error::LoadError;
use crate::package::{Tier, TierDeclined};
use crate::rez_tier::{Family, FamilySettings, RezPackage, RezTier};
use crate::version::VersionRange;

/// What rez makes of a version, if that is what `error` is about and the tiers declined it.
pub(super) fn version(rez: &RezTier, error: ScanError) -> ScanResult {
    let (Some(declined), Some(family), Some(version), Some(repository)) = (
        declined(&error),
        error.family(),
        error.version(),
        error.repository(),
    ) else {
        return Err(error);
    };
    match rez.load_version(family, version, repository, error.path(), declined.to_vec()) {
        Ok(package) => Ok(served(package, declined)),
        Err(loaded) => {
            let path = loaded.path().to_path_buf();
            let kind = ScanErrorKind::Load(Box::new(loaded));
            Err(ScanError::of_version(
                family, version, repository, path, kind,
            ))
        }
    }
}

/// What rez gives of a family, if `error` says that the tiers declined the file with all its
/// versions: all packages of that name in all repositories.
pub(super) fn family(
    rez: &RezTier,
    error: ScanError,
    range: Option<&VersionRange>,
    latest: bool,
    locations: &[Arc<str>],
    settings: &Settings,
) -> Vec<ScanResult> {
    let (Some(declined), Some(family), None) = (declined(&error), error.family(), error.version())
    else {
        return vec![Err(error)];
    };
    let question = Family {
        name: family,
        range: range.map(ToString::to_string),
        latest,
        locations,
        settings: FamilySettings(
            settings.stems().collect(),
            settings.allow_unversioned,
            settings.check_definition_files,
        ),
    };
    let items = rez.load_family(question, error.path(), declined.to_vec());
    let items = items.into_iter().map(|item| {
        item.map(|package| served(package, declined))
            .map_err(|(version, loaded)| {
                let path: PathBuf = loaded.path().to_path_buf();
                let kind = ScanErrorKind::Load(Box::new(loaded));
                ScanError::of_family(family, path, kind).with_version(version.as_deref())
            })
    });
    items.collect()
}

/// Why the tiers declined, if that is what the error is.
fn declined(error: &ScanError) -> Option<&[TierDeclined]> {
    match error.kind() {
        ScanErrorKind::Load(error) => match &**error {
            LoadError::Declined { declined, .. } => Some(declined),
            _ => None,
        },
        _ => None,
    }
}

fn served(package: RezPackage, declined: &[TierDeclined]) -> RepositoryPackage {
    let path_len = match package.path.to_str() {
        Some(path) if package.uri.starts_with(path) => path.len(),
        _ => package.uri.len(),
    };
    RepositoryPackage {
        data: package.data,
        uri: package.uri,
        repository: package.repository.into(),
        tier: Tier::Rez,
        declined: declined.to_vec(),
        warnings: Vec::new(),
        path_len,
    }
}
