//! A family in all repositories: which of its packages rez would give, before any is read.
//!
//! Follows `iter_packages` in `rez/packages.py`: a version in an earlier repository hides the
//! same version in a later one, whether it loads or not.

use std::cmp::Ordering;
use std::path::{Path, PathBuf, MAIN_SEPARATOR};
use std::sync::Arc;

use super::combined::Combined;
use super::error::{ScanError, ScanErrorKind};
use super::family::{versions, Refusal, Versions};
use super::folder::Folder;
use super::load::{Job, Read};
use super::package::RepositoryPackage;
use super::select::Selection;
use super::settings::Settings;
use super::spelling::Spellings;
use super::ScanResult;
use crate::error::LoadError;
use crate::package::{PackageData, Tier, TierDeclined};
use crate::swar::is_word;
use crate::version::{Version, VersionRange};

/// What the listing of a repository says of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The repository isn't listed: the file system has to be asked.
    Unknown,
    /// What is there under the family's name.
    Listed {
        /// A directory, or a link that may be one.
        directory: bool,
        python: bool,
        yaml: bool,
    },
}

impl Place {
    pub const NOTHING: Place = Place::Listed {
        directory: false,
        python: false,
        yaml: false,
    };

    fn may_be_directory(self) -> bool {
        matches!(
            self,
            Place::Unknown
                | Place::Listed {
                    directory: true,
                    ..
                }
        )
    }

    fn may_be_python(self) -> bool {
        matches!(self, Place::Unknown | Place::Listed { python: true, .. })
    }

    fn may_be_yaml(self) -> bool {
        matches!(self, Place::Unknown | Place::Listed { yaml: true, .. })
    }
}

/// One package that rez would give.
#[derive(Debug)]
pub(super) struct Candidate {
    version: Version,
    /// See [`key`].
    key: u64,
    /// Which repository it is in.
    repository: usize,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Directory,
    Unversioned(Arc<str>),
    /// The family's file, and which of its versions.
    Combined(Arc<Combined>, usize),
    /// Two directories are this version.
    Ambiguous,
}

/// From how many files on a directory is opened to open them in it.
const WORTH_A_FOLDER: usize = 4;

/// The family's directory in each repository, open or not.
pub(super) enum Folders<'a> {
    Open(&'a [Folder]),
    Opened(Vec<Folder>),
}

impl Folders<'_> {
    fn of(&self, repository: usize) -> Option<&Folder> {
        match self {
            Folders::Open(folders) => folders.get(repository),
            Folders::Opened(folders) => folders.get(repository),
        }
    }
}

/// What reading a candidate gives.
pub(super) enum Found {
    /// A definition that is to be parsed.
    Read(Read),
    /// Nothing is to be read, or it can't be.
    Done(Box<ScanResult>),
}

/// The packages of a family, in ascending order of their versions.
#[derive(Debug)]
pub(super) struct Plan {
    pub family: String,
    pub candidates: Vec<Candidate>,
    /// The repositories' directories, where they are open.
    roots: Roots,
    /// The family's directory in each repository up to the last that has one, while open.
    folders: Vec<Folder>,
}

/// The directories of the repositories, open while they are scanned.
#[derive(Clone, Debug, Default)]
pub(super) struct Roots(Arc<Vec<Folder>>);

impl Roots {
    pub fn new(folders: Vec<Folder>) -> Self {
        Roots(Arc::new(folders))
    }

    fn of(&self, repository: usize) -> &Folder {
        static CLOSED: Folder = Folder::CLOSED;
        self.0.get(repository).unwrap_or(&CLOSED)
    }
}

impl Plan {
    /// Lists `family` in each of `repositories`, where `place` says what is known, and otherwise
    /// `spellings` what has to be.
    pub fn new(
        family: &str,
        repositories: &[Arc<str>],
        roots: &Roots,
        place: impl Fn(usize) -> Place,
        spellings: &Spellings,
        settings: &Settings,
    ) -> Result<Plan, ScanError> {
        let refuse = |(path, kind)| ScanError::of_family(family, path, kind);
        let mut candidates = Vec::new();
        let mut folders = Vec::new();
        let mut found = false;
        for (repository, location) in repositories.iter().enumerate() {
            let scanned = place(repository);
            let mut known = scanned;
            if cfg!(windows) && scanned == Place::Unknown {
                let location = Path::new(&**location);
                known = spellings
                    .place(family, repository, location)
                    .map_err(|error| refuse((location.to_path_buf(), error.into())))?;
            }
            let path = join(location, family);
            if known.may_be_directory() {
                match versions(roots.of(repository), family, Path::new(&path), settings) {
                    Ok((versions, folder)) => {
                        folders.resize_with(repository, Folder::default);
                        folders.push(folder);
                        found = true;
                        add(&mut candidates, repository, versions);
                        continue;
                    }
                    Err((path, ScanErrorKind::List(error))) if is_no_directory(&error) => {
                        // a link to something else is no family, but a listed name that is
                        // gone has vanished since
                        if scanned != Place::Unknown && path.symlink_metadata().is_err() {
                            return Err(refuse((path, ScanErrorKind::List(error))));
                        }
                    }
                    Err(refusal) => return Err(refuse(refusal)),
                }
            }
            if let Some(combined) = combined(path, known, settings).map_err(refuse)? {
                found = true;
                let combined = Arc::new(combined);
                let versions = combined.versions.iter().enumerate();
                candidates.extend(versions.map(|(at, version)| {
                    let source = Source::Combined(Arc::clone(&combined), at);
                    Candidate::new(version.clone(), repository, source)
                }));
            }
        }
        if !found {
            refuse_broken(family, repositories, place)?;
        }
        sort(&mut candidates);
        Ok(Plan {
            family: family.to_owned(),
            candidates,
            roots: roots.clone(),
            folders,
        })
    }

    /// Closes the directories, which stay open for whoever loads the packages at once.
    pub fn close(&mut self) {
        self.folders = Vec::new();
    }

    /// How many directories of it are open.
    pub fn open(&self) -> usize {
        self.folders.len()
    }

    /// Keeps what `selection` asks for.
    pub fn select(&mut self, selection: &Selection) {
        if let Some(range) = selection.version_range() {
            self.candidates
                .retain(|candidate| range.contains(&candidate.version));
        }
        if selection.is_latest() && self.candidates.len() > 1 {
            self.candidates.drain(..self.candidates.len() - 1);
        }
    }

    /// The candidates in `range`.
    pub fn in_range<'a>(&'a self, range: Option<&'a VersionRange>) -> Vec<&'a Candidate> {
        self.candidates
            .iter()
            .filter(|candidate| range.is_none_or(|range| range.contains(&candidate.version)))
            .collect()
    }

    /// The family's directory in each repository, for whoever loads `candidates`: opened again
    /// where it is closed and has several of them.
    pub fn folders<'a>(
        &self,
        candidates: impl IntoIterator<Item = &'a Candidate> + Clone,
        repositories: &[Arc<str>],
    ) -> Folders<'_> {
        if !self.folders.is_empty() {
            return Folders::Open(&self.folders);
        }
        let folder = |(repository, location): (usize, &Arc<str>)| {
            let here = |candidate: &&Candidate| {
                candidate.repository == repository && matches!(candidate.source, Source::Directory)
            };
            if candidates.clone().into_iter().filter(here).count() < WORTH_A_FOLDER {
                return Folder::default();
            }
            let path = join(location, &self.family);
            self.roots
                .of(repository)
                .folder(&self.family, Path::new(&path))
        };
        Folders::Opened(repositories.iter().enumerate().map(folder).collect())
    }

    /// Reads the definition of one of the candidates onto `buffer`.
    pub fn read(
        &self,
        candidate: &Candidate,
        folders: &Folders<'_>,
        repositories: &[Arc<str>],
        settings: &Settings,
        buffer: &mut Vec<u8>,
    ) -> Found {
        let repository = &repositories[candidate.repository];
        match &candidate.source {
            Source::Combined(combined, _) => {
                let item = load_combined(&self.family, candidate, combined, repository);
                Found::Done(Box::new(item))
            }
            Source::Ambiguous => {
                let path = join(&join(repository, &self.family), candidate.version.as_str());
                Found::Done(Box::new(Err(ScanError::of_version(
                    &self.family,
                    candidate.version.as_str(),
                    repository,
                    PathBuf::from(path),
                    ScanErrorKind::SameVersion,
                ))))
            }
            Source::Directory | Source::Unversioned(_) => {
                let job = self.job(candidate, folders, repositories);
                match job.read(settings, buffer) {
                    Ok(read) => Found::Read(read),
                    Err(error) => Found::Done(Box::new(Err(error))),
                }
            }
        }
    }

    /// The package of one of the candidates, of which `found` has been read onto `buffer`.
    pub fn parse(
        &self,
        candidate: &Candidate,
        found: Found,
        repositories: &[Arc<str>],
        settings: &Settings,
        buffer: &[u8],
    ) -> ScanResult {
        match found {
            Found::Done(item) => *item,
            Found::Read(read) => {
                let job = self.job(candidate, &Folders::Open(&[]), repositories);
                job.parse(read, settings, buffer)
            }
        }
    }

    fn job<'a>(
        &'a self,
        candidate: &'a Candidate,
        folders: &'a Folders<'_>,
        repositories: &'a [Arc<str>],
    ) -> Job<'a> {
        Job {
            repository: &repositories[candidate.repository],
            family: &self.family,
            version: &candidate.version,
            folder: folders.of(candidate.repository),
            file: match &candidate.source {
                Source::Unversioned(file) => Some(file),
                _ => None,
            },
        }
    }
}

impl Candidate {
    fn new(version: Version, repository: usize, source: Source) -> Self {
        Candidate {
            key: key(version.as_str()),
            version,
            repository,
            source,
        }
    }

    fn cmp_version(&self, other: &Self) -> Ordering {
        if self.key != other.key && self.key != 0 && other.key != 0 {
            return self.key.cmp(&other.key);
        }
        self.version.cmp(&other.version)
    }

    /// The order of two candidates of a repository that are one version: directories come from
    /// the system in any.
    fn cmp_in_repository(&self, other: &Self) -> Ordering {
        match (&self.source, &other.source) {
            (Source::Directory, Source::Directory) => {
                self.version.as_str().cmp(other.version.as_str())
            }
            (Source::Combined(_, one), Source::Combined(_, two)) => one.cmp(two),
            _ => Ordering::Equal,
        }
    }
}

/// How a version begins: 16 bits for each of its first tokens. Where two versions have different
/// keys, and neither is 0, which says nothing, the keys are in the versions' order.
fn key(version: &str) -> u64 {
    /// A token that doesn't start with a digit: behind a version that has ended, before any
    /// number.
    const WORD: u64 = 1;
    const NUMBERS: u64 = 2;
    /// More than four digits.
    const LARGE: u64 = u16::MAX as u64;

    let bytes = version.as_bytes();
    let mut key = 0;
    let mut at = 0;
    for shift in [48, 32, 16, 0] {
        let start = at;
        let mut value = 0;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
            // rez tells `01` from `1`
            if at > start && bytes[start] == b'0' {
                return 0;
            }
            if at - start == 4 {
                return key | LARGE << shift;
            }
            value = value * 10 + u64::from(digit - b'0');
            at += 1;
        }
        match bytes.get(start) {
            None => break,
            Some(b'0'..=b'9') => key |= (value + NUMBERS) << shift,
            Some(&byte) if is_word(byte) => return key | WORD << shift,
            Some(_) => return 0,
        }
        match bytes.get(at) {
            None => break,
            Some(&separator) if separator.is_ascii() && !is_word(separator) => at += 1,
            Some(_) => return 0,
        }
    }
    key
}

fn add(candidates: &mut Vec<Candidate>, repository: usize, versions: Versions) {
    match versions {
        Versions::Unversioned(file) => {
            let version = Version::parse("").expect("the empty version is one");
            let source = Source::Unversioned(file.into());
            candidates.push(Candidate::new(version, repository, source));
        }
        Versions::Versioned(versions) => {
            let candidate = |version| Candidate::new(version, repository, Source::Directory);
            candidates.extend(versions.into_iter().map(candidate));
        }
    }
}

/// `get_file(location, package_filename=name)`: the first that is a file.
fn combined(path: String, known: Place, settings: &Settings) -> Result<Option<Combined>, Refusal> {
    if known.may_be_python() {
        if let Some(combined) = Combined::read(format!("{path}.py"), settings)? {
            return Ok(Some(combined));
        }
    }
    if known.may_be_yaml() {
        return Combined::read(format!("{path}.yaml"), settings);
    }
    Ok(None)
}

/// `iter_package_families` gives a `family.py` that is a broken link or a device, too; rez
/// raises when it is used.
fn refuse_broken(
    family: &str,
    repositories: &[Arc<str>],
    place: impl Fn(usize) -> Place,
) -> Result<(), ScanError> {
    for (repository, location) in repositories.iter().enumerate() {
        let extension = match place(repository) {
            Place::Listed { python: true, .. } => "py",
            Place::Listed { yaml: true, .. } => "yaml",
            _ => continue,
        };
        let path = PathBuf::from(format!("{}.{extension}", join(location, family)));
        return Err(ScanError::of_family(family, path, ScanErrorKind::NotAFile));
    }
    Ok(())
}

/// Sorts by version and leaves one candidate a version: the first repository's, and of those in
/// a combined family the first of its own list.
fn sort(candidates: &mut Vec<Candidate>) {
    candidates.sort_unstable_by(|a, b| {
        a.cmp_version(b)
            .then(a.repository.cmp(&b.repository))
            .then_with(|| a.cmp_in_repository(b))
    });
    candidates.dedup_by(|later, first| {
        if later.cmp_version(first) != Ordering::Equal {
            return false;
        }
        if later.repository == first.repository && matches!(first.source, Source::Directory) {
            first.source = Source::Ambiguous;
        }
        true
    });
}

fn load_combined(
    family: &str,
    candidate: &Candidate,
    combined: &Combined,
    repository: &Arc<str>,
) -> ScanResult {
    let version = candidate.version.as_str();
    match combined.fields(&candidate.version) {
        Ok((requires, variants)) => Ok(RepositoryPackage {
            data: PackageData {
                name: family.into(),
                version: version.into(),
                requires,
                variants,
            },
            uri: format!("{}<{version}>", combined.path),
            path_len: combined.path.len(),
            repository: Arc::clone(repository),
            tier: Tier::Static,
            declined: Vec::new(),
            warnings: Vec::new(),
        }),
        Err(declined) => {
            let path = PathBuf::from(&combined.path);
            let error = LoadError::Declined {
                path: path.clone(),
                declined: vec![TierDeclined {
                    tier: Tier::Static,
                    declined,
                    position: declined.position(&[]),
                    detail: None,
                }],
            };
            let kind = ScanErrorKind::Load(Box::new(error));
            Err(ScanError::of_version(
                family, version, repository, path, kind,
            ))
        }
    }
}

/// `os.path.join(path, name)` for a name without separators.
pub(super) fn join(path: &str, name: &str) -> String {
    let mut joined = String::with_capacity(path.len() + name.len() + 8);
    joined.push_str(path);
    if !joined.ends_with(MAIN_SEPARATOR) {
        joined.push(MAIN_SEPARATOR);
    }
    joined.push_str(name);
    joined
}

/// Whether the error of a listing means that `os.path.isdir` is false.
fn is_no_directory(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    {
        let absent = [libc::ENOENT, libc::ENOTDIR, libc::ELOOP, libc::ENAMETOOLONG];
        error
            .raw_os_error()
            .is_some_and(|code| absent.contains(&code))
    }
    #[cfg(not(unix))]
    {
        use std::io::ErrorKind;
        matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_versions() {
        let texts = [
            "0",
            "1",
            "01",
            "1.0",
            "1.0.0",
            "1.00",
            "1.1",
            "1.2",
            "1.10",
            "1-10",
            "1.9999",
            "1.9999.1",
            "1.10000.1",
            "1.02000",
            "1.00001",
            "1.000000000000000000000000000000000001",
            "1.010000",
            "1.10000a",
            "1.beta",
            "1.beta.2",
            "1.beta.1",
            "1.beta1",
            "1._",
            "beta.1",
            "1.2.3-beta",
            "1.2.3-rc",
            "1.2.3.4-beta",
            "1.10000",
            "1.65535",
            "1.65536",
            "1.2.3.4",
            "1.2.3.4.5",
            "1.2.3.4.5.6.7",
            "1.2.3.4.5.6.7.0",
            "1.2.3.4.5.6.7.8",
            "1.2.3.4.5.6.7.8.9",
            "0.0",
            "00",
            "1.2.3",
            "1.2.3.0",
            "2",
            "10",
            "1.a",
            "1.2a",
            "a",
            "1_2",
            "1 2",
            "",
            "9999",
            "10000",
            "1é2",
        ];
        let candidates: Vec<_> = texts
            .iter()
            .map(|text| Candidate::new(Version::parse(text).unwrap(), 0, Source::Directory))
            .collect();
        assert!(candidates.iter().filter(|one| one.key != 0).count() > 20);
        for one in &candidates {
            for two in &candidates {
                let expected = one.version.cmp(&two.version);
                assert_eq!(one.cmp_version(two), expected, "{one:?} {two:?}");
            }
        }
    }
}
