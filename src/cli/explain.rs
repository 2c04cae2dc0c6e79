//! `rezload explain`: which tier serves a package, and what to change when none does.

use std::io;

use super::args::Files;
use super::input::{define_each, load_each, Outcome};
use super::json;
use super::output::{printable, printable_path, snippet, Output, BAD, DIM, GOOD, HELP, NAME};
use crate::error::LoadError;
use crate::package::{LoadedDefinition, Package, Tier, TierDeclined};
use crate::rez_tier::{Refusal, RezError, RezTier};

/// What a tier made of a file.
trait Served {
    fn tier(&self) -> Tier;
    /// Why the tiers before declined.
    fn declined(&self) -> &[TierDeclined];
}

impl Served for Package {
    fn tier(&self) -> Tier {
        self.tier
    }

    fn declined(&self) -> &[TierDeclined] {
        &self.declined
    }
}

impl Served for LoadedDefinition {
    fn tier(&self) -> Tier {
        self.tier
    }

    fn declined(&self) -> &[TierDeclined] {
        &self.declined
    }
}

/// True when every file was served.
pub(super) fn run(files: &Files, rez: Option<RezTier>, output: &mut Output) -> io::Result<bool> {
    let asks_rez = rez.is_some();
    match (files.definition, files.json) {
        (false, false) => load_each(&files.paths, rez, |it| show(it, asks_rez, output)),
        (true, false) => define_each(&files.paths, rez, |it| show(it, asks_rez, output)),
        (false, true) => load_each(&files.paths, rez, |it| output.line(&json::line(it))),
        (true, true) => define_each(&files.paths, rez, |it| {
            output.line(&json::definition_line(it))
        }),
    }
}

fn show(outcome: &Outcome<impl Served>, asks_rez: bool, output: &mut Output) -> io::Result<()> {
    let path = printable_path(&outcome.path);
    let declined = match &outcome.result {
        Ok(served) => served.declined(),
        Err(error) => error.declined(),
    };
    for declined in declined {
        show_declined(&path, &outcome.source, declined, output)?;
    }
    match &outcome.result {
        Ok(served) => output.line(&format!(
            "{NAME}{path}{NAME:#}: served by the {GOOD}{}{GOOD:#} tier",
            served.tier()
        )),
        Err(LoadError::Declined { .. }) if asks_rez => Ok(()),
        Err(LoadError::Declined { .. }) => {
            output.line(&format!("  {HELP}next{HELP:#}: the rez tier decides"))
        }
        Err(LoadError::Rez { error, .. }) => show_rez_error(&path, error, output),
        Err(LoadError::Refused { refusal, .. }) => show_refusal(&path, refusal, output),
        Err(error) => {
            output.flush()?;
            output.load_error(error);
            Ok(())
        }
    }
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
    let text = refusal.to_string();
    let (first, more) = text.split_once('\n').unwrap_or((&text, ""));
    output.line(&format!(
        "{NAME}{path}{line}{NAME:#}: {BAD}refused{BAD:#} by rez: {}",
        printable(first),
    ))?;
    // the traceback ends with the message
    let lines = match refusal.traceback.is_empty() {
        true => more,
        false => &refusal.traceback,
    };
    show_lines(lines, output)
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
