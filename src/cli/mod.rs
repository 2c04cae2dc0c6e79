//! The command line, as a library: the `rezload` binary and the wheel's `rezload` command
//! are the same code.

mod args;
mod explain;
mod input;
mod json;
mod load;
mod output;
mod progress;
mod scan;

use std::ffi::OsString;
use std::io;

use clap::Parser;

use args::{Args, Command};
use output::Output;
use scan::Finding;

/// Every file was served.
const OK: u8 = 0;
/// Some file was not served.
const FINDINGS: u8 = 1;
/// The command itself failed: usage, or an output that can't be written.
const FAILURE: u8 = 2;

/// Runs the command line on `args` (the program's name first) and gives its exit status:
/// 0 when every file was served, 1 when some file wasn't, 2 for a usage error or an output
/// that can't be written.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // `--help` and `--version` arrive here too; a closed pipe is no error
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(FAILURE);
        }
    };
    let mut output = Output::new(args.color);
    let status = |served| if served { OK } else { FINDINGS };
    let result = match &args.command {
        Command::Load(files) => load::run(files, &mut output).map(status),
        Command::Explain(files) => explain::run(files, &mut output).map(status),
        Command::Scan(scan) => scan::run(scan, &mut output).map(|finding| match finding {
            Finding::AllServed => OK,
            Finding::SomeFailed => FINDINGS,
            Finding::NoRepository => FAILURE,
        }),
    };
    match result.and_then(|status| output.finish().map(|()| status)) {
        Ok(status) => status,
        // the reader has what it wanted
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => OK,
        Err(error) => {
            output.error(&format!("can't write the output: {error}"));
            FAILURE
        }
    }
}
