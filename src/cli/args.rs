//! What the command line accepts.

use std::path::PathBuf;

use clap::{ColorChoice, Parser, Subcommand};

const EXIT_STATUS: &str = "\
Exit status: 0 when every file is served, 1 when some file isn't, 2 for a usage error or an \
output that can't be written.";

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
