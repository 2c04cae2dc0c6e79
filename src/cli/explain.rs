//! `rezload explain`: which tier serves a package, and what to change when none does.

use std::io;

use super::args::Files;
use super::input::{load_each, Outcome};
use super::json;
use super::output::{printable, printable_path, snippet, Output, BAD, DIM, GOOD, HELP, NAME};
use crate::error::LoadError;
use crate::package::TierDeclined;

/// True when every file was served.
pub(super) fn run(files: &Files, output: &mut Output) -> io::Result<bool> {
    load_each(&files.paths, |outcome| {
        if files.json {
            output.line(&json::line(outcome))
        } else {
            show(outcome, output)
        }
    })
}

fn show(outcome: &Outcome, output: &mut Output) -> io::Result<()> {
    let path = printable_path(&outcome.path);
    match &outcome.result {
        Ok(package) => {
            for declined in &package.declined {
                show_declined(&path, &outcome.source, declined, output)?;
            }
            output.line(&format!(
                "{NAME}{path}{NAME:#}: served by the {GOOD}{}{GOOD:#} tier",
                package.tier
            ))
        }
        Err(LoadError::Declined { declined, .. }) => {
            for declined in declined {
                show_declined(&path, &outcome.source, declined, output)?;
            }
            output.line(&format!(
                "  {HELP}next{HELP:#}: the rez tier decides, `rezload.load(path)` in Python"
            ))
        }
        Err(error) => {
            output.flush()?;
            output.error(&error.to_string());
            Ok(())
        }
    }
}

/// One tier's refusal: place, reason, source line and hint.
fn show_declined(
    path: &str,
    source: &[u8],
    declined: &TierDeclined,
    output: &mut Output,
) -> io::Result<()> {
    let reason = declined.declined.reason;
    let position = declined.position;
    output.line(&format!(
        "{NAME}{path}:{}:{}{NAME:#}: {BAD}declined{BAD:#} by the {} tier: {} {DIM}[{}]{DIM:#}",
        position.line,
        position.column,
        declined.tier,
        reason.message(),
        reason.code(),
    ))?;
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let shown = snippet(source, declined.declined.offset);
    output.line(&format!("  {DIM}{margin} |{DIM:#}"))?;
    output.line(&format!("  {DIM}{number} |{DIM:#} {}", shown.text))?;
    output.line(&format!(
        "  {DIM}{margin} |{DIM:#} {}{BAD}^{BAD:#}",
        " ".repeat(shown.caret)
    ))?;
    output.line(&format!(
        "  {HELP}change{HELP:#}: {}",
        printable(reason.hint())
    ))
}
