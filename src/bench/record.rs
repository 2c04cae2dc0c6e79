//! What a bench has measured, as it is written to the JSON record.

use std::collections::BTreeMap;

use serde::Serialize;

use super::stats::Distribution;

/// The version of the record's format.
pub const FORMAT: u32 = 1;

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Record {
    /// [`FORMAT`].
    pub format: u32,
    /// When it began, UTC, as in RFC 3339.
    pub date: String,
    /// What was measured.
    pub rezload: Build,
    /// Where.
    pub machine: Machine,
    /// On which files.
    pub inputs: Inputs,
    /// How.
    pub settings: Settings,
    /// Which rez, and what else answered in its Python.
    pub python: Option<Python>,
    /// Why there is no rez in it, if there is none.
    pub without_python: Option<String>,
    /// All files in memory, one thread.
    pub memory: Vec<Row>,
    /// The ladder's times in memory, by the tier that had the last word.
    pub by_tier: Vec<Row>,
    /// A sample of the files, on which rez is measured, too.
    pub sample: Vec<Row>,
    /// How many times faster rezload is on the sample.
    pub ratios: Vec<Ratio>,
    /// All files from disk, by the number of threads.
    pub threads: Vec<Threads>,
    /// How it was measured.
    pub method: Vec<String>,
    /// What to keep in mind.
    pub biases: Vec<String>,
}

/// The build of rezload.
#[derive(Debug, Serialize)]
pub struct Build {
    /// Of the crate.
    pub version: String,
    /// The tiers of the ladder, in order.
    pub tiers: Vec<String>,
    /// Whether it is optimised.
    pub optimised: bool,
}

/// The machine, as far as it is known.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The operating system and the architecture.
    pub system: String,
    /// The processor's name.
    pub processor: Option<String>,
    /// How many threads run at a time.
    pub cores: usize,
    /// Load averages over a minute, before and after.
    pub load: Option<[f64; 2]>,
}

/// The files.
#[derive(Debug, Serialize)]
pub struct Inputs {
    /// As they were given.
    pub roots: Vec<String>,
    /// How many definitions there are.
    pub files: usize,
    /// Their length.
    pub bytes: u64,
    /// A digest of their bytes, in path order: runs with the same digest are comparable.
    pub digest: String,
    /// How many couldn't be read.
    pub unread: usize,
}

/// The settings of a run.
#[derive(Debug, Serialize)]
pub struct Settings {
    /// Passes over the files.
    pub rounds: usize,
    /// Passes over the sample in Python.
    pub python_rounds: usize,
    /// How the cache was made cold; `None` where nothing was measured cold.
    pub cold: Option<String>,
    /// Why nothing was measured cold.
    pub not_cold: Option<String>,
}

/// The Python that has rez.
#[derive(Debug, Serialize)]
pub struct Python {
    /// Its version.
    pub python: String,
    /// rez's version.
    pub rez: String,
    /// Versions of the other packages that answered.
    pub packages: BTreeMap<String, String>,
    /// What isn't there, and why.
    pub missing: BTreeMap<String, String>,
    /// Files at which the process died or hung.
    pub lost: Vec<String>,
}

/// One contestant on some files.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Who.
    pub name: String,
    /// What was timed.
    pub what: String,
    /// Files that were given.
    pub files: usize,
    /// Files that were served.
    pub served: usize,
    /// Served files by tier; empty for others than rezload.
    pub tiers: BTreeMap<String, usize>,
    /// Length of all files.
    pub bytes: u64,
    /// Time for a file in nanoseconds.
    pub time: Distribution,
    /// Sum over all files in seconds.
    pub seconds: f64,
    /// Bytes a second.
    pub bytes_per_second: f64,
    /// Its answers.
    pub answers: Option<Answers>,
}

/// A contestant's answers, held against rez's repository package.
#[derive(Clone, Debug, Serialize)]
pub struct Answers {
    /// Files that both answer for.
    pub compared: usize,
    /// Digest of the contestant's answers to these files.
    pub digest: String,
    /// Digest of rez's answers to them.
    pub rez_digest: String,
    /// Files for which it gives something else than rez.
    pub different: usize,
    /// Files that it serves and rez refuses.
    pub refused_by_rez: usize,
    /// Some of the files that are different or refused.
    pub examples: Vec<String>,
}

impl Answers {
    /// Whether some answer is wrong.
    pub fn is_wrong(&self) -> bool {
        self.digest != self.rez_digest || self.refused_by_rez > 0
    }
}

/// rezload against one of the others.
#[derive(Debug, Serialize)]
pub struct Ratio {
    /// The other.
    pub other: String,
    /// rezload's row.
    pub rezload: String,
    /// How many files both serve: the two that follow are about these.
    pub files: usize,
    /// The other's median time for a file, by rezload's.
    pub of_medians: f64,
    /// The other's total time, by rezload's.
    pub of_totals: f64,
    /// The other's time for all files that it serves, by rezload's time for these and, where
    /// rezload declines, the time of rez's repository package besides. Only for rez.
    pub with_rez: Option<f64>,
}

/// All files from disk with a number of threads.
#[derive(Debug, Serialize)]
pub struct Threads {
    /// `rezload` or `only reading`.
    pub what: String,
    /// `warm` or `cold`.
    pub cache: String,
    /// How many threads.
    pub threads: usize,
    /// Median over the passes.
    pub seconds: f64,
    /// The fastest and the slowest pass.
    pub range: [f64; 2],
    /// Files a second.
    pub files_per_second: f64,
    /// Bytes a second.
    pub bytes_per_second: f64,
}
