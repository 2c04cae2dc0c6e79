//! The `rezload` command; what it does is in `cli/`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(rezload::cli::main(std::env::args_os()))
}
