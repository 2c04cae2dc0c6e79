//! `rezload load`: the solver's view of each package, or its whole definition.

use std::io;

use compact_str::CompactString;

use super::args::Files;
use super::definition;
use super::input::{define_each, load_each, Outcome};
use super::json;
use super::output::{printable, Output, DIM, NAME};
use crate::rez_tier::RezTier;

/// True when every file was served.
pub(super) fn run(files: &Files, rez: Option<RezTier>, output: &mut Output) -> io::Result<bool> {
    if files.definition {
        return define_each(&files.paths, rez, |outcome| {
            if files.json {
                output.line(&json::definition_line(outcome))
            } else {
                definition::show(outcome, output)
            }
        });
    }
    load_each(&files.paths, rez, |outcome| {
        if files.json {
            output.line(&json::line(outcome))
        } else {
            show(outcome, output)
        }
    })
}

fn show(outcome: &Outcome, output: &mut Output) -> io::Result<()> {
    let package = match &outcome.result {
        Ok(package) => package,
        Err(error) => {
            // earlier packages stand above the error when both go to one terminal
            output.flush()?;
            output.load_error(error);
            return Ok(());
        }
    };
    let data = &package.data;
    let version = match data.version.as_str() {
        "" => String::new(),
        version => format!(" {}", printable(version)),
    };
    output.line(&format!(
        "{NAME}{}{NAME:#}{version} {DIM}({}){DIM:#}",
        printable(&data.name),
        package.tier
    ))?;
    if !data.requires.is_empty() {
        output.line(&format!("  requires: {}", requests(&data.requires)))?;
    }
    for (index, variant) in data.variants.iter().enumerate() {
        output.line(&format!("  variant {index}: {}", requests(variant)))?;
    }
    Ok(())
}

fn requests(requests: &[CompactString]) -> String {
    printable(&requests.join(" ")).into_owned()
}
