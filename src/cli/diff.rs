//! `rezload diff`: what the compiled tiers serve, held against real rez.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value as Json;

use super::args::DiffArgs;
use super::input::loader;
use super::output::{counted, printable, printable_path, Output, BAD, DIM, GOOD, NAME, WARN};
use super::progress::Progress;
use super::table::percent;
use crate::diff::{ask_about_declined, compare, Outcome, RezSays, Scope, State};
use crate::json_path::path_value;
use crate::rez_tier::RezTier;
use crate::source_file::read_source;

/// How many files are compared between two turns of the progress bar; also how many outcomes
/// an interrupt can lose.
const BATCH: usize = 64;

/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// What came of a comparison.
pub(super) enum Finding {
    /// Everything that a tier serves is what rez gives.
    Equal,
    /// Something isn't, or couldn't be compared.
    Different,
    /// Nothing could be compared.
    Failed,
}

pub(super) fn run(
    args: &DiffArgs,
    rez: Option<RezTier>,
    output: &mut Output,
) -> io::Result<Finding> {
    let fail = |output: &mut Output, message: &str| {
        output.error(message);
        Ok(Finding::Failed)
    };
    let Some(rez) = rez else {
        return fail(
            output,
            "there is nothing to compare with when `--fallback` is `none`",
        );
    };
    let about = match about(args, &rez) {
        Ok(about) => about,
        Err(message) => return fail(output, &message),
    };
    let state = match &args.state {
        Some(path) => State::open(path, &about.key),
        None => Ok(State::none()),
    };
    let mut state = match state {
        Ok(state) => state,
        Err(error) => return fail(output, &error.to_string()),
    };
    let (paths, unlisted) = args.tree.files().find(&args.tree.roots);
    for error in &unlisted {
        output.error(&error.message);
    }
    if paths.is_empty() {
        return fail(output, "there is no definition below what was given");
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.tree.threads)
        .build()
        .map_err(io::Error::other)?;
    let scope = if args.definition {
        Scope::Definition
    } else {
        Scope::Fields
    };
    let loader = loader(None);
    let progress = Progress::of("files");
    let mut summary = Summary::default();
    for (batch, done) in paths.chunks(BATCH).zip((0..).step_by(BATCH)) {
        progress.show((done, paths.len()));
        let outcomes: Vec<Compared> = pool.install(|| {
            let one = |path: &PathBuf| {
                let source = match read_source(path) {
                    Ok(source) => source,
                    Err(error) => return Compared::unread(error.to_string()),
                };
                match state.get(path, &source, args.declined) {
                    Some(outcome) => Compared {
                        outcome: outcome.clone(),
                        source: None,
                    },
                    None => {
                        let mut outcome = compare(&loader, &rez, scope, path, &source);
                        if args.declined {
                            outcome = ask_about_declined(outcome, &rez, scope, path);
                        }
                        Compared {
                            outcome,
                            source: Some(source),
                        }
                    }
                }
            };
            batch.par_iter().map(one).collect()
        });
        for (path, compared) in batch.iter().zip(outcomes) {
            if let Some(source) = &compared.source {
                if let Err(error) = state.add(path, source, &compared.outcome) {
                    return fail(output, &error.to_string());
                }
            }
            summary.add(&compared);
            if args.json {
                output.line(&line(path, &compared.outcome))?;
            } else {
                let mut shown = Ok(());
                progress.hide(|| shown = show(path, &compared.outcome, args.all, output));
                shown?;
            }
        }
        if let Err(error) = state.flush() {
            return fail(output, &error.to_string());
        }
    }
    progress.finish();
    if !args.json {
        summary.show(args, &about.shown, output)?;
    }
    Ok(if summary.is_good() && unlisted.is_empty() {
        Finding::Equal
    } else {
        Finding::Different
    })
}

/// One file's outcome, and its bytes when it was compared now.
struct Compared {
    outcome: Outcome,
    source: Option<Vec<u8>>,
}

impl Compared {
    fn unread(reason: String) -> Self {
        Compared {
            outcome: Outcome::Unread { reason },
            source: None,
        }
    }
}

/// What is compared with what.
struct About {
    /// For people.
    shown: String,
    /// For the state file: an outcome holds as long as this does.
    key: String,
}

/// Says rez's version, Python's, and a digest of what rez is configured with: what a file gives
/// may depend on it. Not `-m rez`, which a studio may wrap.
const ASK: &str = "\
import hashlib, os, platform, sys, rez
from rez.config import config
digest = hashlib.sha256(repr((sys.flags.optimize, sys.flags.bytes_warning)).encode())
for path in config.sourced_filepaths:
    with open(path, 'rb') as file:
        digest.update(file.read())
for item in sorted(os.environ.items()):
    if item[0].startswith('REZ_'):
        digest.update(repr(item).encode())
print('\\nrezload-about', rez.__version__, platform.python_version(), digest.hexdigest()[:16])";

/// What its line begins with; rez's configuration may print, too.
const MARK: &str = "rezload-about ";

fn about(args: &DiffArgs, rez: &RezTier) -> Result<About, String> {
    let (program, _) = rez.interpreter().map_err(|error| error.to_string())?;
    let line = rez.line_of(ASK, MARK).map_err(|error| {
        let last = error.stderr().trim_end().lines().last();
        match last {
            Some(last) => format!("`{}` can't import rez: {last}", program.display()),
            None => error.to_string(),
        }
    })?;
    let mut words = line.split(' ');
    let (Some(version), Some(python)) = (words.next(), words.next()) else {
        return Err(format!("`{}` said {line:?}", program.display()));
    };
    let configuration = words.next().unwrap_or("unknown");
    let shown = format!(
        "rezload {} with rez {version} on Python {python}, {}, tiers {}",
        env!("CARGO_PKG_VERSION"),
        if args.definition {
            "whole definitions"
        } else {
            "solver fields"
        },
        if cfg!(feature = "vm") {
            "static and vm"
        } else {
            "static"
        },
    );
    let key = format!(
        "{shown}, {}, configuration {configuration}",
        program.display(),
    );
    Ok(About { shown, key })
}

#[derive(Default)]
struct Summary {
    matches: BTreeMap<String, usize>,
    mismatches: usize,
    refused: usize,
    declined: usize,
    /// Of these, what rez loads, what it refuses, and what it gave no answer for.
    declined_loaded: usize,
    declined_refused: usize,
    declined_unanswered: usize,
    unknown: usize,
    /// How many outcomes are those of an earlier run.
    kept: usize,
}

impl Summary {
    fn add(&mut self, compared: &Compared) {
        match &compared.outcome {
            Outcome::Match { tier } => *self.matches.entry(tier.clone()).or_default() += 1,
            Outcome::Mismatch { .. } => self.mismatches += 1,
            Outcome::Refused { .. } => self.refused += 1,
            Outcome::Declined { rez, .. } => {
                self.declined += 1;
                match rez {
                    None => {}
                    Some(RezSays::Loads) => self.declined_loaded += 1,
                    Some(RezSays::Refuses) => self.declined_refused += 1,
                    Some(RezSays::Nothing) => self.declined_unanswered += 1,
                }
            }
            Outcome::Unanswered { .. } | Outcome::Unread { .. } => self.unknown += 1,
        }
        let is_unread = matches!(compared.outcome, Outcome::Unread { .. });
        self.kept += usize::from(compared.source.is_none() && !is_unread);
    }

    fn is_good(&self) -> bool {
        self.mismatches + self.refused + self.unknown == 0
    }

    fn show(&self, args: &DiffArgs, about: &str, output: &mut Output) -> io::Result<()> {
        let matches: usize = self.matches.values().sum();
        let files = matches + self.mismatches + self.refused + self.declined + self.unknown;
        output.line(&format!(
            "{NAME}{}{NAME:#}, {about}",
            counted(files, "definition")
        ))?;
        if self.kept > 0 {
            output.line(&format!("  {DIM}{} from an earlier run{DIM:#}", self.kept))?;
        }
        for (tier, count) in &self.matches {
            output.line(&format!(
                "  {GOOD}equal{GOOD:#} {count}, served by the {tier} tier"
            ))?;
        }
        for (count, what) in [
            (self.mismatches, "different"),
            (self.refused, "served, and refused by rez"),
        ] {
            if count > 0 {
                output.line(&format!("  {BAD}{what}{BAD:#} {count}"))?;
            }
        }
        if self.unknown > 0 {
            output.line(&format!("  {WARN}not compared{WARN:#} {}", self.unknown))?;
        }
        output.line(&format!(
            "  declined {}: no compiled tier serves them, rez answers",
            self.declined
        ))?;
        if !args.declined {
            return Ok(());
        }
        for (count, what) in [
            (self.declined_loaded, "rez loads"),
            (self.declined_refused, "rez refuses"),
            (self.declined_unanswered, "rez gave no answer for"),
        ] {
            if count > 0 {
                output.line(&format!("    {what} {count}"))?;
            }
        }
        // what rez may load counts as loaded: the share is never said too high
        let loaded = matches + self.mismatches + self.declined_loaded + self.declined_unanswered;
        output.line(&format!(
            "  {NAME}{}{NAME:#} of the {loaded} that rez loads never need Python",
            percent(matches, loaded)
        ))
    }
}

/// What is wrong with one file; with `all` a line for every file.
fn show(path: &Path, outcome: &Outcome, all: bool, output: &mut Output) -> io::Result<()> {
    let path = printable_path(path);
    match outcome {
        Outcome::Match { tier } if all => output.line(&format!(
            "{NAME}{path}{NAME:#}: {GOOD}equal{GOOD:#}, served by the {tier} tier"
        )),
        Outcome::Match { .. } => Ok(()),
        Outcome::Declined { reason, rez, error } => {
            let error = first_line(error.as_deref().unwrap_or_default());
            let what = match rez {
                Some(RezSays::Refuses) => format!("rez refuses it, too: {error}"),
                Some(RezSays::Nothing) => format!("rez gave no answer: {error}"),
                Some(RezSays::Loads) if all => format!("rez loads it ({reason})"),
                None if all => format!("rez wasn't asked ({reason})"),
                Some(RezSays::Loads) | None => return Ok(()),
            };
            output.line(&format!("{NAME}{path}{NAME:#}: no tier serves it, {what}"))
        }
        Outcome::Mismatch { tier, differences } => {
            output.line(&format!(
                "{NAME}{path}{NAME:#}: the {tier} tier is {BAD}different{BAD:#}"
            ))?;
            for difference in differences {
                output.line(&format!("  {}", printable(&difference.field)))?;
                output.line(&format!("    rezload {}", short(&difference.rezload)))?;
                output.line(&format!("    rez     {}", short(&difference.rez)))?;
            }
            Ok(())
        }
        Outcome::Refused { tier, error } => output.line(&format!(
            "{NAME}{path}{NAME:#}: the {tier} tier serves it, and rez {BAD}refuses{BAD:#} it: {}",
            first_line(error)
        )),
        Outcome::Unanswered { reason } | Outcome::Unread { reason } => {
            output.flush()?;
            output.error(reason);
            Ok(())
        }
    }
}

/// The first line of an exception, whose others are its traceback.
fn first_line(error: &str) -> String {
    let (line, more) = error.split_once('\n').unwrap_or((error, ""));
    let dots = if more.is_empty() { "" } else { " ..." };
    format!("{}{dots}", printable(line))
}

fn short(value: &Json) -> String {
    let text = match value {
        Json::Null => "(nothing)".to_owned(),
        value => value.to_string(),
    };
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push_str(" ...");
    }
    printable(&shown).into_owned()
}

fn line(path: &Path, outcome: &Outcome) -> String {
    let rest = serde_json::to_string(outcome).expect("strings and lists serialise");
    // the path as in all lines: what isn't UTF-8 is a lone surrogate
    format!("{{\"path\":{},{}", path_value(path), &rest[1..])
}
