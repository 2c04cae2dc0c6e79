//! What old releases of rez keep beside a definition without a `timestamp`.
//!
//! `FileSystemPackageResource._load_old_formats` merges a `release.yaml`, or else what is in
//! `.metadata`, into the definition. Nearly always there is neither; where there is one, it
//! has to load, and must not have a solver field.

use std::path::Path;

use super::read;
use crate::decline::{Declined, Reason};
use crate::static_tier::MAX_SOURCE_LEN;

/// Whether the package in `directory` is what its definition says.
pub(super) fn check(directory: &Path) -> Result<(), Declined> {
    match read::find(&directory.join("release.yaml"), check_release) {
        Ok(Some(checked)) => return checked,
        Ok(None) => {}
        Err(_) => return decline(),
    }
    let metadata = directory.join(".metadata");
    if metadata.is_dir() {
        // both are read as text, and only the second one's errors are caught
        for name in ["changelog.txt", "release_time.txt"] {
            let is_text = |source: &[u8]| {
                source.len() <= MAX_SOURCE_LEN && std::str::from_utf8(source).is_ok()
            };
            match read::find(&metadata.join(name), is_text) {
                Ok(None | Some(true)) => {}
                Ok(Some(false)) | Err(_) => return decline(),
            }
        }
    }
    Ok(())
}

#[cfg(feature = "yaml")]
fn check_release(source: &[u8]) -> Result<(), Declined> {
    // its place would be one in another file
    crate::yaml::check_release(source).or_else(|_| decline())
}

#[cfg(not(feature = "yaml"))]
fn check_release(_source: &[u8]) -> Result<(), Declined> {
    decline()
}

fn decline() -> Result<(), Declined> {
    Err(Declined::new(Reason::OldFormat, 0))
}
