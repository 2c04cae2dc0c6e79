//! Measuring rezload on somebody's own packages, beside real rez and others.
//!
//! [`run`] gives a [`Record`], whose `method` and `biases` say how the figures come about, and
//! [`report`] makes an HTML page of it. `memory` times definitions in memory, `disk` whole
//! passes from disk, `python` what Python has, by `driver.py`.

mod charts;
mod cold;
mod disk;
mod memory;
mod python;
pub mod record;
mod report;
mod stats;

use std::path::PathBuf;

pub use cold::Cold;
pub use python::Interpreter;
pub use record::Record;
pub use report::report;
pub use stats::Distribution;

use crate::digest::fnv1a;
use crate::loader::Loader;
use crate::package::Tier;
use memory::Contestant;
use record::{Build, Inputs, Machine, Ratio, Settings};

/// What to measure, and how.
#[derive(Debug)]
pub struct Plan {
    /// What the files were looked for in, for the record.
    pub roots: Vec<String>,
    /// The files and their bytes, in path order.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// How many files couldn't be read.
    pub unread: usize,
    /// Passes over all files, 2 or more.
    pub rounds: usize,
    /// Passes over the sample in Python.
    pub python_rounds: usize,
    /// How many files Python gets, spread evenly over the paths.
    pub sample: usize,
    /// Numbers of threads, for passes from disk.
    pub threads: Vec<usize>,
    /// How the cache is made cold.
    pub cold: Cold,
    /// A Python with rez, or why there is none.
    pub python: Result<Interpreter, String>,
}

/// One definition to measure.
struct Input<'a> {
    pub path: &'a PathBuf,
    pub source: &'a [u8],
}

/// Measures; `note` is told what is being done.
pub fn run(plan: &Plan, loader: &Loader, mut note: impl FnMut(&str)) -> Record {
    let date = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    let load = load_average();
    let inputs: Vec<Input> = plan
        .files
        .iter()
        .map(|(path, source)| Input { path, source })
        .collect();
    let sample: Vec<Input> = spread(plan.files.len(), plan.sample)
        .map(|index| Input {
            path: &plan.files[index].0,
            source: &plan.files[index].1,
        })
        .collect();

    note("in memory");
    let memory = memory::measure(&inputs, plan.rounds, loader);

    note("from disk");
    let paths: Vec<PathBuf> = plan.files.iter().map(|(path, _)| path.clone()).collect();
    let (threads, cold_error) = disk::passes(&paths, plan, loader, &mut note);

    note("the sample, in Rust and in Python");
    // before and after Python, so that a machine that slows down slows both
    let before = plan.rounds.div_ceil(2);
    let first_half = memory::sample_times(&sample, before, loader);
    let python = plan
        .python
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|interpreter| {
            python::measure(interpreter, &sample, plan.python_rounds, &mut note)
        });
    let second_half = memory::sample_times(&sample, plan.rounds - before, loader);
    let mut contestants = memory::contestants(&sample, first_half, second_half);
    let (about_python, without_python) = match python {
        Ok(python) => (Some(python::judge(&sample, &mut contestants, python)), None),
        Err(reason) => (None, Some(reason)),
    };
    let ratios = ratios(&contestants);
    Record {
        format: record::FORMAT,
        date,
        rezload: Build {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tiers: if cfg!(feature = "vm") {
                vec!["static".to_owned(), "vm".to_owned()]
            } else {
                vec!["static".to_owned()]
            },
            optimised: !cfg!(debug_assertions),
        },
        machine: Machine {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor(),
            cores: cores(),
            load: load
                .zip(load_average())
                .map(|(before, after)| [before, after]),
        },
        inputs: Inputs {
            roots: plan.roots.clone(),
            files: plan.files.len(),
            bytes: plan
                .files
                .iter()
                .map(|(_, source)| source.len() as u64)
                .sum(),
            digest: format!("{:016x}", digest(&plan.files)),
            unread: plan.unread,
        },
        settings: Settings {
            rounds: plan.rounds,
            python_rounds: plan.python_rounds,
            cold: match &cold_error {
                None => plan.cold.describe().map(str::to_owned),
                Some(_) => None,
            },
            not_cold: match (plan.cold, cold_error) {
                (_, Some(error)) => Some(error),
                (Cold::Off, None) => Some("it was not asked for".to_owned()),
                (_, None) => None,
            },
        },
        method: method(plan),
        biases: BIASES.iter().map(|bias| (*bias).to_owned()).collect(),
        python: about_python,
        without_python,
        memory: memory.rows,
        by_tier: memory.by_tier,
        sample: contestants
            .into_iter()
            .map(|contestant| contestant.row)
            .collect(),
        ratios,
        threads,
    }
}

/// The names of rezload's rows on the sample.
const FROM_DISK_FIRST: &str = "rezload, first pass";
const FROM_DISK: &str = "rezload, later passes";

fn ratios(contestants: &[Contestant]) -> Vec<Ratio> {
    let find = |name: &str| contestants.iter().find(|found| found.row.name == name);
    let mut ratios = Vec::new();
    for other in contestants {
        let name = &other.row.name;
        if name.starts_with("rezload") {
            continue;
        }
        for ours in [FROM_DISK_FIRST, FROM_DISK].into_iter().filter_map(find) {
            let fallback = find(python::JUDGE).filter(|_| name.starts_with("rez "));
            ratios.extend(ratio(other, ours, fallback));
        }
    }
    ratios
}

fn ratio(other: &Contestant, ours: &Contestant, fallback: Option<&Contestant>) -> Option<Ratio> {
    let (mut theirs_both, mut ours_both) = (Vec::new(), Vec::new());
    let (mut theirs_all, mut ours_all) = (0.0, 0.0);
    for at in 0..other.times.len() {
        let (Some(their_time), Some(our_time)) = (other.times[at], ours.times[at]) else {
            continue;
        };
        if other.answers[at].is_none() {
            continue;
        }
        theirs_all += their_time;
        ours_all += our_time;
        if ours.answers[at].is_some() {
            theirs_both.push(their_time);
            ours_both.push(our_time);
        } else if let Some(fallback) = fallback {
            ours_all += fallback.times[at].unwrap_or(0.0);
        }
    }
    let total = |times: &[f64]| times.iter().sum::<f64>();
    (!ours_both.is_empty()).then(|| Ratio {
        other: other.row.name.clone(),
        rezload: ours.row.name.clone(),
        files: ours_both.len(),
        of_medians: stats::median(&theirs_both) / stats::median(&ours_both),
        of_totals: total(&theirs_both) / total(&ours_both),
        with_rez: fallback.map(|_| theirs_all / ours_all),
    })
}

/// `count` of `of` indices, evenly spread.
fn spread(of: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(of);
    (0..count).map(move |index| index * of / count.max(1))
}

fn method(plan: &Plan) -> Vec<String> {
    vec![
        format!(
            "In memory: every file is read before; one thread; {} passes, in each of which all \
             contestants take the same files one after the other. A file's time is the median \
             over the passes; the table shows the distribution over the files. The ladder's \
             first pass, in which nothing is known of a file, is a row of its own.",
            plan.rounds
        ),
        format!(
            "From disk: open, read and load, files spread over a pool of threads; {} passes, \
             median, fastest and slowest shown. \"Only reading\" opens and reads the same files in \
             the same way and parses nothing: what is left is the file system's.",
            plan.rounds
        ),
        format!(
            "The sample: {} files, evenly spread over the sorted paths, from a warm cache, one \
             thread. Half of rezload's passes come before Python's and half after. In Python each \
             file is loaded {} times by each contestant, and which one is first changes from file \
             to file; interpreter start, imports and the first call are not counted.",
            plan.sample.min(plan.files.len()),
            plan.python_rounds
        ),
        "Three paths of rez are timed, and no ratio is given without its name: load_from_file \
         (the whole definition, nothing validated), the repository package (load_from_file and \
         the four fields, what the solver reads; read from a lone file's resource, without \
         listing directories), and DeveloperPackage (what rez-build makes of a source)."
            .to_owned(),
        "How many times faster: only files that both serve count. \"With rez\" counts all files \
         that rez serves, and adds the time of rez's repository package where rezload declines: \
         that is what the whole ladder takes."
            .to_owned(),
        "Answers: name, version, requires and variants of each file are written as JSON and \
         hashed (FNV-1a, 64 bit) over the files that the contestant and rez's repository package \
         both answer for. Where the digests differ, the number of different files stands beside \
         the speed."
            .to_owned(),
    ]
}

const BIASES: [&str; 9] = [
    "The contestants do different work. rezload checks every byte of a file and makes requests \
     canonical; rer-package skips what it doesn't read and gives requests as they are written; \
     load_from_file gives the whole definition and validates nothing.",
    "A file that is declined early costs little. A speed without its accept rate says nothing: \
     what rezload declines, rez has to load after all.",
    "rezload's own author wrote this harness.",
    "Times of a file from a warm cache; a cold network file system has round trips that no loader \
     avoids. The cold passes say how the cache was made cold.",
    "Python's times are per call inside a running interpreter: a command that starts Python for \
     one package pays far more.",
    "A median over passes hides the first one: rezload's is a row of its own, and is held against \
     the medians of the others, whose first passes aren't shown. The VM tier keeps compiled code by a \
     file's content, so its later passes are faster than its first; a scan meets each file once. The \
     static tier keeps the last statements that each thread has read: in the order of the paths the \
     versions of a family follow one another, as they do in a scan, but of a few files later passes \
     know most.",
    "rez's repository package is timed without the listing of directories that a solve also \
     needs, which favours rez.",
    "Every time includes reading the clock, some 25 to 60 ns.",
    "A machine that does something else at the same time makes all times longer, and passes with \
     several threads most of all; the load average is in the record.",
];

fn digest(files: &[(PathBuf, Vec<u8>)]) -> u64 {
    let hashes: Vec<u8> = files
        .iter()
        .flat_map(|(_, source)| fnv1a(source).to_le_bytes())
        .collect();
    fnv1a(&hashes)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn processor() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn load_average() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// `static`, `vm` and `declined` in ladder order.
fn tier_name(tier: Option<Tier>) -> &'static str {
    tier.map_or("declined", Tier::as_str)
}
