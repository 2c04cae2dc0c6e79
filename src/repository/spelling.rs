//! How families are spelled, where the file system takes `Maya` for `maya`.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::list::{Kind, Listing};
use super::plan::Place;

/// The repositories that were listed for the spelling of families, each once.
///
/// `_get_family` of rez's filesystem plugin lists the repository for each family that is asked
/// for, on Windows alone (`has_case_sensitive_filesystem` in `rez/utils/platform_.py`).
#[derive(Default)]
pub(super) struct Spellings(Mutex<HashMap<usize, Arc<Listing>>>);

impl Spellings {
    /// What is under the name of `family`, spelled just so, in the repository at `location`,
    /// which is the one of this `index`.
    pub fn place(&self, family: &str, index: usize, location: &Path) -> io::Result<Place> {
        let listing = match self.with(|listed| listed.get(&index).cloned()) {
            Some(Some(listing)) => listing,
            _ => match Listing::of_repository(location) {
                Ok(mut listing) => {
                    // descriptors are few
                    listing.take_folder();
                    listing.sort();
                    let listing = Arc::new(listing);
                    self.with(|listed| listed.insert(index, Arc::clone(&listing)));
                    listing
                }
                // it may come to be there
                Err(_) if !location.is_dir() => return Ok(Place::NOTHING),
                Err(error) => return Err(error),
            },
        };
        let path = |name: &str| location.join(name);
        let directory = match spelled(&listing, family) {
            Some(Spelled::So(kind)) => matches!(kind, Kind::Directory | Kind::Unknown),
            // rez doesn't look any further
            Some(Spelled::Otherwise) if path(family).is_dir() => return Ok(Place::NOTHING),
            _ => false,
        };
        let file = |extension: &str| {
            let name = [family, extension].concat();
            match spelled(&listing, &name) {
                Some(Spelled::Otherwise) if !path(&name).is_file() => None,
                spelled => spelled,
            }
        };
        let python = file(".py");
        Ok(Place::Listed {
            directory,
            python: matches!(python, Some(Spelled::So(_))),
            // nor here
            yaml: !matches!(python, Some(Spelled::Otherwise))
                && matches!(file(".yaml"), Some(Spelled::So(_))),
        })
    }

    /// `None` where the lock is held: rather than wait, a repository is listed once more.
    fn with<T>(&self, run: impl FnOnce(&mut HashMap<usize, Arc<Listing>>) -> T) -> Option<T> {
        self.0.try_lock().ok().map(|mut listed| run(&mut listed))
    }
}

/// How a name stands in a listing.
enum Spelled {
    So(Kind),
    /// Only in another case.
    Otherwise,
}

fn spelled(listing: &Listing, name: &str) -> Option<Spelled> {
    let mut spelled = None;
    for (entry, kind) in listing.named(name.as_bytes()) {
        if entry == name.as_bytes() {
            return Some(Spelled::So(kind));
        }
        spelled = Some(Spelled::Otherwise);
    }
    spelled
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Where the file system tells `MAYA` from `maya` it isn't found.
    #[test]
    fn what_is_spelled_otherwise_hides_the_rest_where_it_is_found() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::create_dir(path("maya")).unwrap();
        fs::write(path("MAYA.py"), "").unwrap();
        fs::write(path("nuke.py"), "").unwrap();
        fs::write(path("NUKE.yaml"), "").unwrap();
        fs::create_dir(path("gaffer.py")).unwrap();
        fs::write(path("GAFFER.yaml"), "").unwrap();
        let place = |family: &str| {
            let place = Spellings::default().place(family, 0, root.path());
            match place.unwrap() {
                Place::Listed { python, yaml, .. } => (python, yaml),
                Place::Unknown => panic!("{family}"),
            }
        };
        let tells_case = !path("MAYA").exists();
        assert_eq!(place("MAYA"), (tells_case, false));
        assert_eq!(place("NUKE"), (false, tells_case));
        assert_eq!(place("GAFFER"), (false, true));
    }

    #[test]
    fn a_repository_is_listed_once_and_spelling_counts() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::create_dir(path("maya")).unwrap();
        fs::write(path("Houdini.yaml"), "").unwrap();
        fs::write(path("python.py"), "").unwrap();
        let spellings = Spellings::default();
        let place = |family: &str| spellings.place(family, 0, root.path()).unwrap();
        let listed = |directory, python, yaml| Place::Listed {
            directory,
            python,
            yaml,
        };
        assert_eq!(place("maya"), listed(true, false, false));
        fs::create_dir(path("nuke")).unwrap();
        for absent in ["MAYA", "may", "maya2", "maya-", "houdini", "Python", "nuke"] {
            assert_eq!(place(absent), Place::NOTHING, "{absent}");
        }
        assert_eq!(place("Houdini"), listed(false, false, true));
        assert_eq!(place("python"), listed(false, true, false));
        assert_eq!(place("python.py"), Place::NOTHING);
        assert_eq!(place("\u{e9}"), Place::NOTHING);

        let missing = path("missing");
        let place = |family: &str| spellings.place(family, 1, &missing).unwrap();
        assert_eq!(place("maya"), Place::NOTHING);
        fs::create_dir_all(missing.join("maya")).unwrap();
        assert_eq!(place("maya"), listed(true, false, false));
    }
}
