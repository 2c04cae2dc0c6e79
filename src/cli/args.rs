//! What the command line accepts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{ColorChoice, Parser, Subcommand, ValueEnum};

use crate::bench::Cold;
use crate::rez_tier::{RezSettings, RezTier};
use crate::survey::Files as FileSearch;
use crate::version::VersionRange;

const EXIT_STATUS: &str = "\
Exit status: 0 when every file is served, 1 when some file isn't, 2 for a usage error or an \
output that can't be written.";

const SCAN_EXIT_STATUS: &str = "\
Exit status: 0 when every package is served, 1 when some package, family or repository isn't, \
2 for a usage error, when there is no repository, or an output that can't be written.";

const SURVEY_EXIT_STATUS: &str = "\
Exit status: 0 when every file could be read, 1 when some file or folder couldn't, 2 for a usage \
error, when there is no definition, or an output that can't be written.";

const DIFF_EXIT_STATUS: &str = "\
Exit status: 0 when all that the compiled tiers serve is what rez gives, 1 when something isn't \
or couldn't be compared, 2 for a usage error, when there is no definition or no rez, or an output \
that can't be written.";

const BENCH_EXIT_STATUS: &str = "\
Exit status: 0 when what rezload serves of the sample is what rez gives, 1 when it isn't, 2 for a \
usage error, when there is no definition, or an output that can't be written.";

/// Load rez packages fast, and exactly as rez does.
#[derive(Debug, Parser)]
#[command(name = "rezload", bin_name = "rezload", version, after_help = EXIT_STATUS)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours; NO_COLOR holds for `auto`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print name, version, requires and variants of each package
    #[command(after_help = EXIT_STATUS)]
    Load(Files),

    /// Say which tier serves each package, and what made the others decline
    #[command(after_help = EXIT_STATUS)]
    Explain(Files),

    /// Load all packages of repositories
    #[command(after_help = SCAN_EXIT_STATUS)]
    Scan(ScanArgs),

    /// Say which tier serves how many of the definitions in some folders, and why others decline
    #[command(after_help = SURVEY_EXIT_STATUS)]
    Survey(SurveyArgs),

    /// Load with real rez what the compiled tiers serve, and compare
    #[command(after_help = DIFF_EXIT_STATUS)]
    Diff(DiffArgs),

    /// Measure rezload on your own packages, beside real rez
    #[command(after_help = BENCH_EXIT_STATUS)]
    Bench(BenchArgs),
}

impl Command {
    /// Whether the data is JSON.
    pub fn is_json(&self) -> bool {
        match self {
            Command::Load(files) | Command::Explain(files) => files.json,
            Command::Scan(scan) => scan.json,
            Command::Survey(survey) => survey.json,
            Command::Diff(diff) => diff.json,
            Command::Bench(bench) => bench.json,
        }
    }

    /// Which Python has rez.
    #[cfg(feature = "vm")]
    pub fn rez(&self) -> Option<&RezChoice> {
        match self {
            Command::Load(files) | Command::Explain(files) => Some(&files.rez.choice),
            Command::Scan(scan) => Some(&scan.rez.choice),
            Command::Survey(_) => None,
            Command::Diff(diff) => Some(&diff.rez.choice),
            Command::Bench(bench) => Some(&bench.rez),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Files {
    /// A package.py, a directory that holds one, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Whole definitions, all attributes as rez's `load_from_file` returns them, instead of the
    /// four fields that the solver reads
    #[arg(long)]
    pub definition: bool,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub rez: RezArgs,
}

/// Whether real rez has a part in it, and which.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Files that compute something")]
pub(super) struct RezChoice {
    /// Who answers for a file that the compiled tiers decline: real rez, which runs the file,
    /// or nobody
    #[arg(long, value_name = "TIER", default_value = "rez")]
    pub fallback: Fallback,

    /// A Python that has rez, or its `rez`. Unless given: REZLOAD_PYTHON, or the one that `rez` on
    /// PATH runs on
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,

    /// The version of Python that definitions are told when rezload runs them itself, such as
    /// 3.9.7. Unless given: that of the Python with rez, or 3.11.0 where there is none
    #[cfg(feature = "vm")]
    #[arg(long, value_name = "VERSION", value_parser = python_version)]
    pub python_version: Option<(u8, u8, u8)>,
}

/// What may be done about a file that has to be run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Files that compute something")]
pub(super) struct RezArgs {
    #[command(flatten)]
    pub choice: RezChoice,

    /// Run only files in this directory. Can be given again
    #[arg(long = "trust", value_name = "DIR")]
    pub trusted: Vec<PathBuf>,

    /// Seconds that a file may take when rez runs it
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub timeout: Duration,

    /// How many processes with rez may run at a time; 0 is one a thread, at most 4
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = helpers)]
    pub helpers: usize,

    /// Run files one after the other in the same process, as rez does: faster, but each sees
    /// what earlier ones did to it
    #[arg(long)]
    pub no_isolation: bool,
}

/// The tier that has the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Fallback {
    Rez,
    None,
}

impl RezChoice {
    /// The rez tier, unless it is off. `own` is the Python that this command runs in, if that
    /// has rez.
    pub fn tier(&self, own: Option<&PathBuf>) -> Option<RezTier> {
        self.is_on().then(|| RezTier::new(self.settings(own)))
    }

    fn is_on(&self) -> bool {
        self.fallback == Fallback::Rez
    }

    /// Which rez is run. `own` is the Python that this command runs in, if that has rez.
    pub fn settings(&self, own: Option<&PathBuf>) -> RezSettings {
        let settings = RezChoice::default_settings(own);
        match &self.python {
            Some(python) => settings.python(python),
            None => settings,
        }
    }

    /// [`settings`](Self::settings) of a command that has no such arguments.
    pub fn default_settings(own: Option<&PathBuf>) -> RezSettings {
        match own {
            Some(python) => RezSettings::new().default_python(python),
            None => RezSettings::new(),
        }
    }
}

impl RezArgs {
    /// The rez tier, unless it is off. `own` is the Python that this command runs in, if that
    /// has rez.
    pub fn tier(&self, own: Option<&PathBuf>) -> Option<RezTier> {
        let is_on = self.choice.is_on();
        is_on.then(|| RezTier::new(self.settings(own)))
    }

    /// How rez is run. `own` is the Python that this command runs in, if that has rez.
    fn settings(&self, own: Option<&PathBuf>) -> RezSettings {
        let mut settings = (self.choice.settings(own))
            .timeout(self.timeout)
            .helpers(self.helpers)
            .isolated(!self.no_isolation);
        if !self.trusted.is_empty() {
            settings = settings.trusted(&self.trusted);
        }
        settings
    }
}

/// `3.9.7`, or `3.9` for `3.9.0`.
#[cfg(feature = "vm")]
fn python_version(text: &str) -> Result<(u8, u8, u8), String> {
    let numbers: Result<Vec<u8>, _> = text.split('.').map(str::parse::<u8>).collect();
    match numbers.as_deref() {
        Ok(&[3, minor @ 8..=14]) => Ok((3, minor, 0)),
        Ok(&[3, minor @ 8..=14, micro]) => Ok((3, minor, micro)),
        Ok(_) => Err("rezload knows what CPython 3.8 to 3.14 do".to_owned()),
        Err(_) => Err("a version such as 3.9.7".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| *seconds > 0.0);
    // a day, so that sums stay far from what clocks can say
    match seconds.map(|seconds| Duration::try_from_secs_f64(seconds.min(86_400.0))) {
        Some(Ok(seconds)) => Ok(seconds),
        _ => Err("a number of seconds above 0".to_owned()),
    }
}

fn helpers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(helpers) if helpers <= MAX_HELPERS => Ok(helpers),
        _ => Err(format!("a number from 0 to {MAX_HELPERS}")),
    }
}

/// Each has a whole rez in memory.
const MAX_HELPERS: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct ScanArgs {
    /// Repositories, in the order of rez's packages_path: of packages with the same name and
    /// version the first counts
    #[arg(value_name = "REPO", required_unless_present = "paths")]
    pub repositories: Vec<PathBuf>,

    /// More repositories, as in rez: separated by `:` (`;` on Windows)
    #[arg(long, value_name = "PATHS")]
    pub paths: Option<OsString>,

    /// Only families of this name; `*`, `?` and `[...]` are wildcards. Can be given again
    #[arg(long = "family", value_name = "GLOB")]
    pub families: Vec<String>,

    /// Only versions in this range, in rez's syntax: `1.2+<2`
    #[arg(long, value_name = "RANGE", value_parser = range)]
    pub range: Option<VersionRange>,

    /// Only the latest version of each family
    #[arg(long)]
    pub latest: bool,

    /// How many threads read; 0 is one a core. A network file system wants more
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = threads)]
    pub threads: usize,

    /// Print one JSON object a line, as packages are read
    #[arg(long)]
    pub json: bool,

    /// Names of definitions without extension, as in rez's setting package_filenames
    #[arg(long = "package-filename", value_name = "NAME", value_parser = stem)]
    pub package_filenames: Vec<String>,

    /// As with rez's setting allow_unversioned_packages off
    #[arg(long)]
    pub no_unversioned: bool,

    /// As with rez's setting check_package_definition_files on
    #[arg(long)]
    pub check_definition_files: bool,

    #[command(flatten)]
    pub rez: RezArgs,
}

/// Folders of definitions, whatever their layout.
#[derive(Debug, clap::Args)]
pub(super) struct Tree {
    /// Folders to search, or definitions
    #[arg(required = true, value_name = "DIR",
          value_parser = OsStringValueParser::new().try_map(root))]
    pub roots: Vec<PathBuf>,

    /// Names of definitions; `*`, `?` and `[...]` are wildcards
    #[arg(long, value_name = "GLOB", default_value = "package.py", value_parser = name)]
    pub name: String,

    /// Follow links to folders
    #[arg(long)]
    pub follow_links: bool,

    /// Leave out folders below a definition: in an installed package they are its payload
    #[arg(long)]
    pub prune: bool,

    /// How many threads work; 0 is one a core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = threads)]
    pub threads: usize,
}

impl Tree {
    /// What to look for.
    pub fn files(&self) -> FileSearch {
        let files = FileSearch::new().name(&self.name).unwrap_or_default();
        files
            .follow_links(self.follow_links)
            .prune(self.prune)
            .threads(self.threads)
    }
}

fn root(path: OsString) -> Result<PathBuf, &'static str> {
    if path == "-" {
        return Err("standard input is no folder: `load` and `explain` read it");
    }
    Ok(path.into())
}

fn name(text: &str) -> Result<String, String> {
    if text.ends_with(".yaml") {
        return Err("only package.py files are looked at here; `scan` loads YAML".to_owned());
    }
    FileSearch::new().name(text).map(|_| text.to_owned())
}

#[derive(Debug, clap::Args)]
pub(super) struct SurveyArgs {
    #[command(flatten)]
    pub tree: Tree,

    /// Show all rows of the tables
    #[arg(long)]
    pub all: bool,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub tree: Tree,

    /// Compare whole definitions instead of the four fields that the solver reads
    #[arg(long)]
    pub definition: bool,

    /// Have rez load the files that no tier serves, too, to say which of them it refuses and how
    /// much of what it loads never needs Python
    #[arg(long)]
    pub declined: bool,

    /// List every file, equal ones too
    #[arg(long)]
    pub all: bool,

    /// Keep outcomes in this file: an interrupted comparison goes on where it was, and files that
    /// haven't changed aren't compared again
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// Print one JSON object a line, one for each file
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub rez: RezArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct BenchArgs {
    #[command(flatten)]
    pub tree: Tree,

    /// Where the record (JSON) and the report (HTML) go; their names have the date
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// Passes over the files, 2 or more
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = rounds)]
    pub rounds: usize,

    /// How many files rez loads, spread evenly; it needs milliseconds for each
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub sample: usize,

    /// Passes over the sample in Python
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub python_rounds: usize,

    /// How the cache is made cold before a pass: `advise` drops the files' pages (Linux), `drop`
    /// empties the caches of the whole machine (Linux, root)
    #[arg(long, value_name = "HOW", default_value = "advise")]
    pub cold: ColdArg,

    /// Print the record instead of the tables
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub rez: RezChoice,
}

/// How the cache is made cold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColdArg {
    Off,
    Advise,
    Drop,
}

impl From<ColdArg> for Cold {
    fn from(arg: ColdArg) -> Self {
        match arg {
            ColdArg::Off => Cold::Off,
            ColdArg::Advise => Cold::Advise,
            ColdArg::Drop => Cold::DropAll,
        }
    }
}

impl ScanArgs {
    /// All repositories, those of `--paths` last.
    pub fn repositories(&self) -> Vec<PathBuf> {
        let more = self.paths.iter().flat_map(std::env::split_paths);
        let more = more.filter(|path| !path.as_os_str().is_empty());
        self.repositories.iter().cloned().chain(more).collect()
    }
}

fn range(text: &str) -> Result<VersionRange, String> {
    VersionRange::parse(text).map_err(|error| error.to_string())
}

/// The first pass over files isn't like later ones.
fn rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rounds) if rounds >= 2 => Ok(rounds),
        _ => Err("2 or more".to_owned()),
    }
}

/// The name of a file, which no path is: what a directory holds is looked up by it.
fn stem(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(std::path::is_separator) {
        return Err("not the name of a file".to_owned());
    }
    if text.ends_with(".py") || text.ends_with(".yaml") {
        return Err("a name without its extension, such as `package`".to_owned());
    }
    Ok(text.to_owned())
}

/// Threads that wait for a file server cost little, but each has a stack.
const MAX_THREADS: usize = 1024;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads) if threads <= MAX_THREADS => Ok(threads),
        _ => Err(format!("a number from 0 to {MAX_THREADS}")),
    }
}
