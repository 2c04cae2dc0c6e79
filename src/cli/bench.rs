//! `rezload bench`: how fast, on somebody's own packages, beside real rez.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::args::BenchArgs;
use super::input::loader;
use super::output::{counted, printable, Output, BAD, DIM, GOOD, NAME};
use super::table::{percent, Align, Table};
use crate::bench::record::Row;
use crate::bench::{report, run as measure, Interpreter, Plan, Record};
use crate::rez_tier::RezTier;
use crate::source_file::read_source;

/// What came of a bench.
pub(super) enum Finding {
    /// Every answer that was held against rez's is rez's.
    Measured,
    /// rezload gave something else than rez.
    Wrong,
    /// Nothing was measured.
    Failed,
}

pub(super) fn run(
    args: &BenchArgs,
    rez: Option<RezTier>,
    output: &mut Output,
) -> io::Result<Finding> {
    let (paths, unlisted) = args.tree.files().find(&args.tree.roots);
    for error in &unlisted {
        output.error(&error.message);
    }
    let mut unread = unlisted.len();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        match read_source(&path) {
            Ok(source) => files.push((path, source)),
            Err(error) => {
                output.error(&error.to_string());
                unread += 1;
            }
        }
    }
    if files.is_empty() {
        output.error("there is no definition below what was given");
        return Ok(Finding::Failed);
    }
    // before an hour's work rather than after it
    if let Err(error) = writable(&args.output) {
        let folder = args.output.display();
        output.error(&format!("can't write into `{folder}`: {error}"));
        return Ok(Finding::Failed);
    }
    if cfg!(debug_assertions) {
        output.warning("this build isn't optimised: its times don't count");
    }
    let python = match &rez {
        None => Err("it was not asked for".to_owned()),
        Some(rez) => rez
            .interpreter()
            .map(|(program, flags)| Interpreter { program, flags })
            .map_err(|error| error.to_string()),
    };
    let roots = args.tree.roots.iter();
    let plan = Plan {
        roots: roots.map(|root| root.display().to_string()).collect(),
        files,
        unread,
        rounds: args.rounds.max(2),
        python_rounds: args.python_rounds.max(1),
        sample: args.sample,
        threads: thread_counts(args.tree.threads),
        cold: args.cold.into(),
        python,
    };
    let loader = loader(None);
    let quiet = args.json;
    let record = measure(&plan, &loader, |what| {
        if !quiet {
            output.note(what);
        }
    });
    let written = match write(args, &record) {
        Ok(written) => written,
        Err((path, error)) => {
            output.error(&format!("can't write `{}`: {error}", path.display()));
            return Ok(Finding::Failed);
        }
    };
    if args.json {
        let json = serde_json::to_string(&record).expect("a record serialises");
        output.line(&json)?;
    } else {
        show(&record, output)?;
        for path in written {
            output.line(&format!(
                "{DIM}wrote{DIM:#} {}",
                printable(&path.display().to_string())
            ))?;
        }
    }
    let is_ours = |row: &&Row| row.name.starts_with("rezload");
    let wrong = record.sample.iter().filter(is_ours).any(|row| {
        row.answers
            .as_ref()
            .is_some_and(|answers| answers.is_wrong())
    });
    Ok(if wrong {
        Finding::Wrong
    } else {
        Finding::Measured
    })
}

/// 1, 2, 4, ... and `most`, which is the number of cores when it is 0.
fn thread_counts(most: usize) -> Vec<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = if most == 0 { cores } else { most };
    let mut counts: Vec<usize> = (0..)
        .map(|power| 1 << power)
        .take_while(|count| *count < most)
        .collect();
    counts.push(most);
    counts
}

/// Makes the folder, and a file in it that is gone again.
fn writable(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".rezload-bench-{}", std::process::id()));
    fs::write(&probe, "")?;
    fs::remove_file(&probe)
}

type WriteError = (PathBuf, io::Error);

/// Writes the record and the report; an earlier run of the same day is kept.
fn write(args: &BenchArgs, record: &Record) -> Result<Vec<PathBuf>, WriteError> {
    let folder: &Path = &args.output;
    fs::create_dir_all(folder).map_err(|error| (folder.to_path_buf(), error))?;
    let date = record.date.get(..10).unwrap_or("undated");
    let name = (1..)
        .map(|number| match number {
            1 => format!("rezload-bench-{date}"),
            number => format!("rezload-bench-{date}-{number}"),
        })
        .find(|name| !folder.join(format!("{name}.json")).exists())
        .expect("there is a free number");
    let json = serde_json::to_string(record).expect("a record serialises");
    let files = [("json", json + "\n"), ("html", report(record))];
    files
        .into_iter()
        .map(|(extension, text)| {
            let path = folder.join(format!("{name}.{extension}"));
            match fs::write(&path, text) {
                Ok(()) => Ok(path),
                Err(error) => Err((path, error)),
            }
        })
        .collect()
}

fn show(record: &Record, output: &mut Output) -> io::Result<()> {
    output.line(&format!(
        "{NAME}{}{NAME:#}, {} bytes, {}",
        counted(record.inputs.files, "definition"),
        record.inputs.bytes,
        record.date
    ))?;
    rows("In memory, one thread", &record.memory, output)?;
    rows(
        "By the tier that had the last word",
        &record.by_tier,
        output,
    )?;
    rows("The sample, from disk", &record.sample, output)?;
    if let Some(reason) = &record.without_python {
        output.line(&format!(
            "  {DIM}rez was not measured: {}{DIM:#}",
            printable(reason)
        ))?;
    }
    if !record.ratios.is_empty() {
        output.line("")?;
        output.line(&format!("{NAME}How many times faster{NAME:#}"))?;
        let mut table = Table::new([
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
        ]);
        table.row(
            ["  than", "", "files", "by medians", "by totals", "with rez"]
                .map(|text| format!("{DIM}{text}{DIM:#}")),
        );
        for ratio in &record.ratios {
            table.row([
                format!("  {}", ratio.other),
                ratio.rezload.clone(),
                ratio.files.to_string(),
                format!("{:.1}", ratio.of_medians),
                format!("{:.1}", ratio.of_totals),
                ratio
                    .with_rez
                    .map_or(String::new(), |whole| format!("{whole:.1}")),
            ]);
        }
        table.show(output)?;
    }
    output.line("")?;
    output.line(&format!("{NAME}All files, from disk{NAME:#}"))?;
    let mut table = Table::new([Align::Left, Align::Right, Align::Right, Align::Right]);
    table.row(["  ", "threads", "ms", "files/s"].map(|text| format!("{DIM}{text}{DIM:#}")));
    for pass in &record.threads {
        table.row([
            format!("  {}, {}", pass.what, pass.cache),
            pass.threads.to_string(),
            format!("{:.1}", pass.seconds * 1e3),
            format!("{:.0}", pass.files_per_second),
        ]);
    }
    table.show(output)?;
    let cold = record
        .settings
        .cold
        .iter()
        .map(|how| format!("cold: {how}"));
    let warm = record
        .settings
        .not_cold
        .iter()
        .map(|why| format!("not cold: {why}"));
    for line in cold.chain(warm) {
        output.line(&format!("  {DIM}{}{DIM:#}", printable(&line)))?;
    }
    Ok(())
}

fn rows(title: &str, rows: &[Row], output: &mut Output) -> io::Result<()> {
    output.line("")?;
    output.line(&format!("{NAME}{title}{NAME:#}"))?;
    let align = [
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let mut table = Table::new(align);
    table.row(
        ["  ", "served", "", "median us", "p95 us", "MiB/s", ""]
            .map(|text| format!("{DIM}{text}{DIM:#}")),
    );
    for row in rows {
        table.row([
            format!("  {}", row.name),
            row.served.to_string(),
            percent(row.served, row.files),
            format!("{:.2}", row.time.median / 1e3),
            format!("{:.2}", row.time.p95 / 1e3),
            format!("{:.1}", row.bytes_per_second / f64::from(1 << 20)),
            match &row.answers {
                None => String::new(),
                Some(answers) if answers.is_wrong() => format!(
                    "{BAD}{} of {} differ from rez, {} refused by rez{BAD:#}",
                    answers.different, answers.compared, answers.refused_by_rez
                ),
                Some(answers) => format!("{GOOD}as rez{GOOD:#} on {}", answers.compared),
            },
        ]);
    }
    table.show(output)
}
