//! What the command line accepts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ColorChoice, Parser, Subcommand};

use crate::version::VersionRange;

const EXIT_STATUS: &str = "\
Exit status: 0 when every file is served, 1 when some file isn't, 2 for a usage error or an \
output that can't be written.";

const SCAN_EXIT_STATUS: &str = "\
Exit status: 0 when every package is served, 1 when some package, family or repository isn't, \
2 for a usage error, when there is no repository, or an output that can't be written.";

/// Load rez packages without running them.
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
}

#[derive(Debug, clap::Args)]
pub(super) struct Files {
    /// A package.py, a directory that holds one, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

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
    #[arg(long = "package-filename", value_name = "NAME")]
    pub package_filenames: Vec<String>,

    /// As with rez's setting allow_unversioned_packages off
    #[arg(long)]
    pub no_unversioned: bool,

    /// As with rez's setting check_package_definition_files on
    #[arg(long)]
    pub check_definition_files: bool,
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

/// Threads that wait for a file server cost little, but each has a stack.
const MAX_THREADS: usize = 1024;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads) if threads <= MAX_THREADS => Ok(threads),
        _ => Err(format!("a number from 0 to {MAX_THREADS}")),
    }
}
