//! `rezload survey`: which tier serves how many definitions, and why the others decline.

use std::io;

use rayon::prelude::*;

use super::args::SurveyArgs;
use super::input::loader;
use super::output::{counted, printable, printable_path, Output, BAD, DIM, GOOD, NAME};
use super::progress::Progress;
use super::table::{percent, Align, Table};
use crate::error::LoadError;
use crate::json_path::path_value;
use crate::package::Tier;
use crate::source_file::with_source;
use crate::survey::{look, Bucket, FileError, Look, Survey, Verdict};

/// How many files are looked at between two turns of the progress bar.
const BATCH: usize = 512;

/// How many rows of a histogram are shown without `--all`.
const ROWS: usize = 15;

/// What came of a survey.
pub(super) enum Finding {
    /// Every file was looked at.
    Complete,
    /// Some file or directory couldn't be read.
    SomeUnread,
    /// There is no file to look at.
    NoFile,
}

pub(super) fn run(args: &SurveyArgs, output: &mut Output) -> io::Result<Finding> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.tree.threads)
        // the parser's trees are deep where a file is
        .stack_size(8 << 20)
        .build()
        .map_err(io::Error::other)?;
    let (paths, unlisted) = args.tree.files().find(&args.tree.roots);
    for error in &unlisted {
        output.error(&error.message);
    }
    let loader = loader(None);
    let progress = Progress::of("files");
    let mut survey = Survey::default();
    let mut unread = Vec::new();
    for (batch, done) in paths.chunks(BATCH).zip((0..).step_by(BATCH)) {
        progress.show((done, paths.len()));
        let looks: Vec<Result<Look, LoadError>> = pool.install(|| {
            batch
                .par_iter()
                .map(|path| with_source(path, |source| look(&loader, path, source)))
                .collect()
        });
        for look in looks {
            match look {
                Ok(look) => survey.add(look),
                Err(error) => {
                    progress.hide(|| output.error(&error.to_string()));
                    unread.push(error);
                }
            }
        }
    }
    progress.finish();
    if args.json {
        output.line(&json(args, &survey, &unread, &unlisted))?;
    } else {
        Report {
            survey: &survey,
            rows: if args.all { usize::MAX } else { ROWS },
        }
        .show(output)?;
    }
    Ok(if paths.is_empty() {
        if !args.json && unlisted.is_empty() {
            output.error("there is no definition below what was given");
        }
        Finding::NoFile
    } else if unread.is_empty() && unlisted.is_empty() {
        Finding::Complete
    } else {
        Finding::SomeUnread
    })
}

struct Report<'a> {
    survey: &'a Survey,
    rows: usize,
}

impl Report<'_> {
    fn show(&self, output: &mut Output) -> io::Result<()> {
        let survey = self.survey;
        let files = survey.files();
        output.line(&format!(
            "{NAME}{}{NAME:#}, {} bytes",
            counted(files, "definition"),
            survey.bytes()
        ))?;
        if files == 0 {
            return Ok(());
        }
        let mut table = Table::new([Align::Left, Align::Right, Align::Right, Align::Left]);
        for (tier, served) in survey.tiers() {
            table.row([
                format!("  {GOOD}{tier}{GOOD:#}"),
                served.to_string(),
                percent(served, files),
                match tier {
                    Tier::Static => "served without running anything",
                    Tier::Vm => "served by the embedded interpreter",
                    Tier::Rez => "served by rez",
                }
                .to_owned(),
            ]);
        }
        let rest = files - survey.served();
        if rest > 0 {
            table.row([
                format!("  {BAD}declined{BAD:#}"),
                rest.to_string(),
                percent(rest, files),
                "rez answers for these, or refuses them".to_owned(),
            ]);
        }
        table.show(output)?;
        self.reasons(output)?;
        self.constructs(output)?;
        self.verdict(output, &survey.verdict())
    }

    fn reasons(&self, output: &mut Output) -> io::Result<()> {
        let reasons = self.survey.reasons();
        for tier in [Tier::Static, Tier::Vm, Tier::Rez] {
            let reasons: Vec<_> = reasons.iter().filter(|reason| reason.0 == tier).collect();
            if reasons.is_empty() {
                continue;
            }
            output.line("")?;
            output.line(&format!(
                "{NAME}Where the {tier} tier declines first{NAME:#}"
            ))?;
            let mut table = Table::new([Align::Left, Align::Right, Align::Right, Align::Left]);
            for (_, reason, bucket) in reasons.iter().take(self.rows) {
                table.row([
                    format!("  {}", reason.code()),
                    bucket.files.to_string(),
                    percent(bucket.files, self.survey.files()),
                    example(bucket),
                ]);
            }
            table.show(output)?;
            self.more(reasons.len(), output)?;
        }
        Ok(())
    }

    fn constructs(&self, output: &mut Output) -> io::Result<()> {
        let constructs = self.survey.constructs();
        if constructs.is_empty() {
            return Ok(());
        }
        output.line("")?;
        output.line(&format!(
            "{NAME}What definitions do{NAME:#} {DIM}(a file counts in each row that it belongs \
             to){DIM:#}"
        ))?;
        let align = [
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ];
        let mut table = Table::new(align);
        table.row(["  ", "files", "", "declined", ""].map(|text| format!("{DIM}{text}{DIM:#}")));
        for (construct, bucket) in constructs.iter().take(self.rows) {
            table.row([
                format!("  {}", printable(&construct.to_string())),
                bucket.files.to_string(),
                percent(bucket.files, self.survey.files()),
                bucket.declined.to_string(),
                example(bucket),
            ]);
        }
        table.show(output)?;
        self.more(constructs.len(), output)
    }

    fn more(&self, rows: usize, output: &mut Output) -> io::Result<()> {
        if rows > self.rows {
            output.line(&format!(
                "  {DIM}and {}; --all shows them{DIM:#}",
                counted(rows - self.rows, "more row")
            ))?;
        }
        Ok(())
    }

    fn verdict(&self, output: &mut Output, verdict: &Verdict) -> io::Result<()> {
        let files = self.survey.files();
        output.line("")?;
        output.line(&format!("{NAME}Verdict{NAME:#}"))?;
        output.line(&format!(
            "  {} of the definitions never need a Python process, {} are served without running \
             anything.",
            percent(verdict.without_python, files).trim(),
            percent(verdict.without_running, files).trim(),
        ))?;
        if verdict.without_python_in_repository > verdict.without_python {
            output.line(&format!(
                "  In a repository, whose directories give name and version, {} never need one.",
                percent(verdict.without_python_in_repository, files).trim(),
            ))?;
        }
        if verdict.steps.is_empty() {
            return Ok(());
        }
        output.line(
            "  What would bring most of the others to the static tier, each on top of those before:",
        )?;
        for (index, step) in verdict.steps.iter().enumerate() {
            output.line(&format!(
                "  {}. {NAME}{}{NAME:#} in {}: {} (up to {})",
                index + 1,
                printable(&step.construct.to_string()),
                counted(step.files, "file"),
                step.construct.advice(),
                percent(verdict.without_running + step.cleared, files).trim(),
            ))?;
        }
        Ok(())
    }
}

fn example(bucket: &Bucket) -> String {
    let path = bucket.examples.first();
    path.map_or(String::new(), |path| {
        format!("{DIM}{}{DIM:#}", printable_path(path))
    })
}

fn json(
    args: &SurveyArgs,
    survey: &Survey,
    unread: &[LoadError],
    unlisted: &[FileError],
) -> String {
    use serde_json::{json, Value};

    let files = survey.files();
    let share = |count: usize| (count as f64 * 1e4 / files.max(1) as f64).round() / 1e2;
    let path = |path: &std::path::Path| -> Value {
        serde_json::from_str(path_value(path).get()).unwrap_or_else(|_| {
            // a lone surrogate: serde_json holds no such string
            Value::String(path.to_string_lossy().into_owned())
        })
    };
    let examples =
        |bucket: &Bucket| -> Vec<Value> { bucket.examples.iter().map(|p| path(p)).collect() };
    let verdict = survey.verdict();
    let object = json!({
        "format": 1,
        "rezload": env!("CARGO_PKG_VERSION"),
        "roots": args.tree.roots.iter().map(|root| path(root)).collect::<Vec<_>>(),
        "files": files,
        "bytes": survey.bytes(),
        "served": survey.served(),
        "declined": files - survey.served(),
        "tiers": survey.tiers().map(|(tier, served)| json!({
            "tier": tier.as_str(),
            "served": served,
            "percent": share(served),
        })).collect::<Vec<_>>(),
        "reasons": survey.reasons().iter().map(|(tier, reason, bucket)| json!({
            "tier": tier.as_str(),
            "code": reason.code(),
            "reason": reason.message(),
            "hint": reason.hint(),
            "files": bucket.files,
            "percent": share(bucket.files),
            "examples": examples(bucket),
        })).collect::<Vec<_>>(),
        "constructs": survey.constructs().iter().map(|(construct, bucket)| json!({
            "code": construct.code(),
            "detail": construct.detail(),
            "advice": construct.advice(),
            "files": bucket.files,
            "percent": share(bucket.files),
            "declined": bucket.declined,
            "examples": examples(bucket),
        })).collect::<Vec<_>>(),
        "unread": unread.iter().map(|error| json!({
            "path": path(error.path()),
            "reason": error.to_string(),
        })).collect::<Vec<_>>(),
        "unlisted": unlisted.iter().map(|error| &error.message).collect::<Vec<_>>(),
        "verdict": {
            "without_python": verdict.without_python,
            "without_python_percent": share(verdict.without_python),
            "without_python_in_repository": verdict.without_python_in_repository,
            "without_python_in_repository_percent": share(verdict.without_python_in_repository),
            "without_running": verdict.without_running,
            "without_running_percent": share(verdict.without_running),
            "steps": verdict.steps.iter().map(|step| json!({
                "code": step.construct.code(),
                "detail": step.construct.detail(),
                "advice": step.construct.advice(),
                "files": step.files,
                "cleared": step.cleared,
            })).collect::<Vec<_>>(),
        },
    });
    object.to_string()
}
