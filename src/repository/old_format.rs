//! What old releases of rez keep beside a definition without a `timestamp`.
//!
//! `FileSystemPackageResource._load_old_formats` merges a `release.yaml`, or else what is in
//! `.metadata`, into the definition. Nearly always there is neither; where there is one, it
//! has to load, and must not have a solver field.

use std::path::Path;

use super::read::{self, Found};
use crate::decline::{Declined, Reason};

/// Whether the package in `directory` is what its definition says.
pub(super) fn check(directory: &Path) -> Result<(), Declined> {
    let mut buffer = Vec::new();
    match read::read(&directory.join("release.yaml"), &mut buffer) {
        Ok(Found::File) => return check_release(&buffer),
        Ok(Found::Nothing) => {}
        Ok(Found::TooLarge) | Err(_) => return decline(),
    }
    let metadata = directory.join(".metadata");
    if metadata.is_dir() {
        // both are read as text, and only the second one's errors are caught
        for name in ["changelog.txt", "release_time.txt"] {
            match read::read(&metadata.join(name), &mut buffer) {
                Ok(Found::File) if std::str::from_utf8(&buffer).is_ok() => {}
                Ok(Found::Nothing) => {}
                _ => return decline(),
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
