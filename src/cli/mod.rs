//! The command line, as a library: the `rezload` binary and the wheel's `rezload` command
//! are the same code.

mod args;
mod bench;
mod definition;
mod diff;
mod explain;
#[cfg(feature = "vm")]
mod host;
mod input;
mod json;
mod load;
mod output;
mod progress;
mod scan;
mod survey;
mod table;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

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
    run(args, None, None, true)
}

/// [`main`] in a Python: `python` is its path if it has rez, which is taken for files that have
/// to be run unless another one is set.
#[cfg(feature = "python")]
pub(crate) fn main_in_python(
    args: impl IntoIterator<Item = OsString>,
    python: Option<PathBuf>,
) -> u8 {
    #[cfg(feature = "vm")]
    let share_own: Option<fn()> = Some(crate::python::share_vm);
    #[cfg(not(feature = "vm"))]
    let share_own = None;
    run(args, python, share_own, false)
}

/// `share_own` makes the VM tier the one of the Python that this runs in. It is handed over so
/// that a program without a Python has nothing of PyO3's in it. `alone` is such a program.
fn run(
    args: impl IntoIterator<Item = OsString>,
    python: Option<PathBuf>,
    share_own: Option<fn()>,
    alone: bool,
) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // `--help` and `--version` arrive here too; a closed pipe is no error
            return match error.print() {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => FAILURE,
                _ => u8::try_from(error.exit_code()).unwrap_or(FAILURE),
            };
        }
    };
    let mut output = Output::new(args.color, args.command.is_json());
    #[cfg(feature = "vm")]
    host::share(args.command.rez(), python.as_ref(), share_own);
    #[cfg(not(feature = "vm"))]
    let _ = share_own;
    let status = |served| if served { OK } else { FINDINGS };
    let result = match &args.command {
        Command::Load(files) => {
            load::run(files, files.rez.tier(python.as_ref()), &mut output).map(status)
        }
        Command::Explain(files) => {
            explain::run(files, files.rez.tier(python.as_ref()), &mut output).map(status)
        }
        Command::Scan(scan) => {
            let rez = scan.rez.tier(python.as_ref());
            scan::run(scan, rez, alone, &mut output).map(|finding| match finding {
                Finding::AllServed => OK,
                Finding::SomeFailed => FINDINGS,
                Finding::NoRepository => FAILURE,
            })
        }
        Command::Diff(diff) => {
            let rez = diff.rez.tier(python.as_ref());
            diff::run(diff, rez, &mut output).map(|finding| match finding {
                diff::Finding::Equal => OK,
                diff::Finding::Different => FINDINGS,
                diff::Finding::Failed => FAILURE,
            })
        }
        Command::Bench(bench) => {
            let rez = bench.rez.tier(python.as_ref());
            bench::run(bench, rez, &mut output).map(|finding| match finding {
                bench::Finding::Measured => OK,
                bench::Finding::Wrong => FINDINGS,
                bench::Finding::Failed => FAILURE,
            })
        }
        Command::Survey(survey) => survey::run(survey, &mut output).map(|finding| match finding {
            survey::Finding::Complete => OK,
            survey::Finding::SomeUnread => FINDINGS,
            survey::Finding::NoFile => FAILURE,
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
