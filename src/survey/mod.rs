//! What is in many definitions, which tier serves how many, and why the others decline.
//!
//! ```
//! use rezload::survey::{look, Survey};
//! use rezload::Loader;
//! use std::path::Path;
//!
//! let loader = Loader::new();
//! let mut survey = Survey::default();
//! let sources: [(&str, &[u8]); 2] = [
//!     ("a/package.py", b"name = 'a'\nversion = '1'\n"),
//!     ("b/package.py", b"import studio\nname = 'b'\nversion = studio.version()\n"),
//! ];
//! for (path, source) in sources {
//!     survey.add(look(&loader, Path::new(path), source));
//! }
//! assert_eq!((survey.files(), survey.served()), (2, 1));
//! ```
//!
//! `files` finds definitions, `classify` says what is in one of them, `verdict` which changes
//! would help most.

mod classify;
mod construct;
mod files;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use classify::constructs;
pub use construct::{Construct, Field};
pub use files::{FileError, Files};
pub use verdict::{Step, Verdict};

use crate::decline::Reason;
use crate::error::LoadError;
use crate::loader::Loader;
use crate::package::{Tier, TierDeclined};

/// How many paths of a bucket are kept as examples.
const EXAMPLES: usize = 3;

/// Reasons that are none in a repository.
const NAMING: [Reason; 6] = [
    Reason::MissingName,
    Reason::MissingVersion,
    Reason::NameType,
    Reason::NameInvalid,
    Reason::VersionType,
    Reason::VersionInvalid,
];

/// One definition, looked at.
#[derive(Clone, Debug)]
pub struct Look {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: usize,
    /// The tier that serves it.
    pub tier: Option<Tier>,
    /// The tier that serves it in a repository, when none serves it alone for its name or version:
    /// there the directories give both.
    pub in_repository: Option<Tier>,
    /// Why the other tiers declined, in ladder order.
    pub declined: Vec<TierDeclined>,
    /// What it does at its top level.
    pub constructs: BTreeSet<Construct>,
}

/// Looks at the definition at `path`, whose bytes are `source`; the file isn't read.
pub fn look(loader: &Loader, path: &Path, source: &[u8]) -> Look {
    let (tier, declined) = match loader.load_source(path, source) {
        Ok(package) => (Some(package.tier), package.declined),
        Err(LoadError::Declined { declined, .. }) => (None, declined),
        Err(_) => (None, Vec::new()),
    };
    let lacks_name = tier.is_none()
        && declined
            .last()
            .is_some_and(|last| NAMING.contains(&last.declined.reason));
    Look {
        path: path.to_path_buf(),
        bytes: source.len(),
        tier,
        in_repository: lacks_name
            .then(|| loader.tier_in_repository(path, source))
            .flatten(),
        declined,
        constructs: constructs(source),
    }
}

/// Files that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// How many there are.
    pub files: usize,
    /// How many of them the static tier declines.
    pub declined: usize,
    /// The first of them, declined ones where there are any.
    pub examples: Vec<PathBuf>,
}

impl Bucket {
    fn add(&mut self, look: &Look) {
        let declined = look.tier != Some(Tier::Static);
        if declined && self.declined == 0 {
            self.examples.clear();
        }
        if self.examples.len() < EXAMPLES && (declined || self.declined == 0) {
            self.examples.push(look.path.clone());
        }
        self.files += 1;
        self.declined += usize::from(declined);
    }
}

/// What is known of all files that were looked at.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    files: usize,
    bytes: u64,
    tiers: BTreeMap<Tier, usize>,
    in_repository: usize,
    reasons: BTreeMap<(Tier, Reason), Bucket>,
    constructs: BTreeMap<Construct, Bucket>,
    /// How many files that the static tier declines have exactly these constructs.
    declined_with: BTreeMap<BTreeSet<Construct>, usize>,
}

impl Survey {
    /// Counts one file.
    pub fn add(&mut self, look: Look) {
        self.files += 1;
        self.bytes += look.bytes as u64;
        if let Some(tier) = look.tier {
            *self.tiers.entry(tier).or_default() += 1;
        }
        self.in_repository += usize::from(look.in_repository.is_some());
        for declined in &look.declined {
            let key = (declined.tier, declined.declined.reason);
            self.reasons.entry(key).or_default().add(&look);
        }
        for construct in &look.constructs {
            let bucket = self.constructs.entry(construct.clone()).or_default();
            bucket.add(&look);
        }
        if look.tier != Some(Tier::Static) {
            *self.declined_with.entry(look.constructs).or_default() += 1;
        }
    }

    /// How many files were looked at.
    pub fn files(&self) -> usize {
        self.files
    }

    /// Their length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many of them a tier of the loader served.
    pub fn served(&self) -> usize {
        self.tiers.values().sum()
    }

    /// How many more a tier serves where they are in a repository: alone they lack a valid name or
    /// version, which the directories give there.
    pub fn in_repository(&self) -> usize {
        self.in_repository
    }

    /// How many files each tier served, in ladder order; tiers that served none are left out.
    pub fn tiers(&self) -> impl Iterator<Item = (Tier, usize)> + '_ {
        self.tiers.iter().map(|(tier, files)| (*tier, *files))
    }

    /// Why the tiers declined: one reason for each file and tier, the most frequent first.
    pub fn reasons(&self) -> Vec<(Tier, Reason, &Bucket)> {
        let mut reasons: Vec<_> = self
            .reasons
            .iter()
            .map(|((tier, reason), bucket)| (*tier, *reason, bucket))
            .collect();
        reasons.sort_by_key(|(tier, _, bucket)| (*tier, std::cmp::Reverse(bucket.files)));
        reasons
    }

    /// What the files do at their top level, the most frequent in declined files first. A file
    /// counts in each bucket that it belongs to.
    pub fn constructs(&self) -> Vec<(&Construct, &Bucket)> {
        let mut constructs: Vec<_> = self.constructs.iter().collect();
        constructs.sort_by_key(|(_, bucket)| std::cmp::Reverse((bucket.declined, bucket.files)));
        constructs
    }

    /// What this says about the files.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self)
    }
}
