//! The families of all repositories, by name.
//!
//! Follows `_get_family_dirs` in `rezplugins/package_repository/filesystem.py`.

use std::path::Path;
use std::sync::Arc;

use super::error::{ScanError, ScanErrorKind};
use super::folder::Folder;
use super::list::{is_directory, Kind, Listing};
use super::plan::Place;
use super::select::Selection;
use crate::version::is_valid_package_name;

/// How many repositories stay open while they are scanned: descriptors are few.
const MAX_ROOTS: usize = 64;

/// An entry of a repository's directory that is a family, or may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Directory,
    Python,
    Yaml,
    /// `settings.yaml` is never listed as a family, but rez finds it when it is asked for
    /// `settings`.
    Reserved,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    repository: u32,
    /// Which entry of the repository's listing.
    index: u32,
    what: What,
}

/// The families of all repositories.
pub(super) struct Index {
    /// `None` for a repository that isn't listed.
    listings: Vec<Option<Listing>>,
    /// Sorted by the family's name.
    entries: Vec<Entry>,
    next: usize,
    /// What is wrong with repositories.
    pub errors: Vec<ScanError>,
    /// How many repositories have been listed, or needn't be.
    pub listed: usize,
}

/// A family, and what the repositories' listings say of it.
pub(super) struct Family {
    pub name: String,
    places: Vec<Place>,
}

impl Family {
    /// What is known of the family in a repository.
    pub fn place(&self, repository: usize) -> Place {
        self.places[repository]
    }
}

impl Index {
    /// Lists the repositories.
    pub fn new(repositories: &[Arc<str>]) -> Self {
        let mut index = Index {
            listings: Vec::with_capacity(repositories.len()),
            entries: Vec::new(),
            next: 0,
            errors: Vec::new(),
            listed: 0,
        };
        for (repository, location) in repositories.iter().enumerate() {
            let path = Path::new(&**location);
            match Listing::of_repository(path) {
                Ok(listing) => {
                    index.listed += 1;
                    index.add(repository, path, &listing);
                    index.listings.push(Some(listing));
                }
                Err(error) => {
                    let kind = if path.is_dir() {
                        ScanErrorKind::List(error)
                    } else {
                        ScanErrorKind::NoRepository(error)
                    };
                    let error = ScanError::of_repository(path.to_path_buf(), kind);
                    index.errors.push(error);
                    index.listings.push(None);
                }
            }
        }
        let (listings, entries) = (&index.listings, &mut index.entries);
        entries.sort_unstable_by(|a, b| {
            family(listings, a)
                .cmp(family(listings, b))
                .then(a.repository.cmp(&b.repository))
        });
        index
    }

    fn add(&mut self, repository: usize, location: &Path, listing: &Listing) {
        for (index, (name, kind)) in listing.iter().enumerate() {
            let Ok(text) = std::str::from_utf8(name) else {
                // no valid name, so rez passes it over
                continue;
            };
            let stem = text
                .strip_suffix(".py")
                .map(|stem| (stem, What::Python))
                .or_else(|| text.strip_suffix(".yaml").map(|stem| (stem, What::Yaml)));
            let what = match stem {
                _ if text == "settings.yaml" => What::Reserved,
                // without an extension a link is a family only if it is a directory, which
                // listing it will show
                None if matches!(kind, Kind::Directory | Kind::Unknown) => {
                    // but without that directory `settings.yaml` is no family either
                    if text == "settings" && !is_directory(kind, || location.join(text)) {
                        continue;
                    }
                    What::Directory
                }
                None => continue,
                Some(_) if is_directory(kind, || location.join(text)) => What::Directory,
                Some((_, what)) => what,
            };
            let name = match (what, stem) {
                (What::Directory, _) | (_, None) => text,
                (_, Some((stem, _))) => stem,
            };
            if !is_valid_package_name(name) {
                continue;
            }
            self.entries.push(Entry {
                repository: repository as u32,
                index: index as u32,
                what,
            });
        }
    }

    /// Takes the repositories' directories; none where they are too many to stay open.
    pub fn take_roots(&mut self) -> Vec<Folder> {
        let folder = |listing: &mut Option<Listing>| match listing {
            Some(listing) => listing.take_folder(),
            None => Folder::default(),
        };
        let roots: Vec<Folder> = self.listings.iter_mut().map(folder).collect();
        if roots.len() > MAX_ROOTS {
            return Vec::new();
        }
        roots
    }

    /// How many entries there are, and how many have been given.
    pub fn progress(&self) -> (usize, usize) {
        (self.next, self.entries.len())
    }

    /// The next family that `selection` asks for.
    pub fn next(&mut self, selection: &Selection) -> Option<Family> {
        while let Some(first) = self.entries.get(self.next) {
            let name = family(&self.listings, first);
            let end = self.entries[self.next..]
                .iter()
                .position(|entry| family(&self.listings, entry) != name)
                .map_or(self.entries.len(), |len| self.next + len);
            let group = &self.entries[self.next..end];
            self.next = end;
            // names are checked to be UTF-8 when they are added
            let name = std::str::from_utf8(name).unwrap_or_default();
            if group.iter().all(|entry| entry.what == What::Reserved) || !selection.has_family(name)
            {
                continue;
            }
            let unlisted = |listing: &Option<Listing>| match listing {
                Some(_) => Place::NOTHING,
                None => Place::Unknown,
            };
            let mut places: Vec<Place> = self.listings.iter().map(unlisted).collect();
            for entry in group {
                if let Place::Listed {
                    directory,
                    python,
                    yaml,
                } = &mut places[entry.repository as usize]
                {
                    match entry.what {
                        What::Directory => *directory = true,
                        What::Python => *python = true,
                        What::Yaml | What::Reserved => *yaml = true,
                    }
                }
            }
            return Some(Family {
                name: name.to_owned(),
                places,
            });
        }
        None
    }
}

/// The name of the family that an entry stands for.
fn family<'a>(listings: &'a [Option<Listing>], entry: &Entry) -> &'a [u8] {
    let name = match &listings[entry.repository as usize] {
        Some(listing) => listing.get(entry.index as usize).0,
        None => return &[],
    };
    match entry.what {
        What::Directory => name,
        What::Python => &name[..name.len() - ".py".len()],
        What::Yaml | What::Reserved => &name[..name.len() - ".yaml".len()],
    }
}

/// Families that are asked for by name, in repositories that aren't listed.
pub(super) fn unlisted(name: String, repositories: usize) -> Family {
    Family {
        name,
        places: vec![Place::Unknown; repositories],
    }
}
