//! `rezload explain`: which tier serves a package, and what to change when none does.

use std::io;

use super::args::Files;
use super::input::{load_each, Outcome};
use super::json;
use super::output::{printable, printable_path, snippet, Output, BAD, DIM, GOOD, HELP, NAME};
use crate::error::LoadError;
use crate::package::{Tier, TierDeclined};
use crate::rez_tier::{Refusal, RezError, RezTier};

/// True when every file was served.
pub(super) fn run(files: &Files, rez: Option<RezTier>, output: &mut Output) -> io::Result<bool> {
    load_each(&files.paths, rez, |outcome| {
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
        Err(error @ LoadError::Declined { declined, .. }) => {
            show_all_declined(&path, outcome, error, output)?;
            if declined.iter().any(|declined| declined.tier == Tier::Rez) {
                return Ok(());
            }
            output.line(&format!("  {HELP}next{HELP:#}: the rez tier decides"))
        }
        Err(error @ LoadError::Rez { error: rez, .. }) => {
            show_all_declined(&path, outcome, error, output)?;
            show_rez_error(&path, rez, output)
        }
        Err(error @ LoadError::Refused { refusal, .. }) => {
            show_all_declined(&path, outcome, error, output)?;
            show_refusal(&path, refusal, output)
        }
        Err(error) => {
            output.flush()?;
            output.error(&error.to_string());
            Ok(())
        }
    }
}

fn show_all_declined(
    path: &str,
    outcome: &Outcome,
    error: &LoadError,
    output: &mut Output,
) -> io::Result<()> {
    for declined in error.declined() {
        show_declined(path, &outcome.source, declined, output)?;
    }
    Ok(())
}

/// Why rez couldn't be asked, or gave no answer.
fn show_rez_error(path: &str, error: &RezError, output: &mut Output) -> io::Result<()> {
    output.line(&format!(
        "{NAME}{path}{NAME:#}: {BAD}not loaded{BAD:#} by the rez tier: {} {DIM}[{}]{DIM:#}",
        printable(&error.to_string()),
        error.code(),
    ))?;
    show_lines(error.stderr(), output)?;
    output.line(&format!(
        "  {HELP}change{HELP:#}: {}",
        printable(error.hint())
    ))
}

/// What rez itself says is wrong.
fn show_refusal(path: &str, refusal: &Refusal, output: &mut Output) -> io::Result<()> {
    let line = refusal
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    output.line(&format!(
        "{NAME}{path}{line}{NAME:#}: {BAD}refused{BAD:#} by rez: {}",
        printable(&refusal.to_string()),
    ))?;
    show_lines(&refusal.traceback, output)
}

fn show_lines(text: &str, output: &mut Output) -> io::Result<()> {
    for line in text.lines() {
        output.line(&format!("  {DIM}| {}{DIM:#}", printable(line)))?;
    }
    Ok(())
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
        printable(&declined.to_string()),
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
