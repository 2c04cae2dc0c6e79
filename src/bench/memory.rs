//! Definitions in memory, one after the other: the tiers and the peer crate.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use super::record::Row;
use super::stats::{median, Distribution};
use super::{tier_name, Input, FROM_DISK, FROM_DISK_FIRST};
use crate::loader::Loader;
use crate::package::{PackageData, Tier};
use crate::static_tier::parse_static;

/// What was measured in memory.
pub(super) struct Memory {
    pub rows: Vec<Row>,
    pub by_tier: Vec<Row>,
}

/// Nanoseconds of each pass, for each file.
type Times = Vec<Vec<f64>>;

pub(super) fn measure(inputs: &[Input], rounds: usize, loader: &Loader) -> Memory {
    let (mut by_static, mut ladder) = (Times::new(), Times::new());
    #[cfg(feature = "peers")]
    let mut peer = Times::new();

    // the first pass of the ladder is one of its own: it meets each file for the first time
    let mut found = Vec::with_capacity(inputs.len());
    let first = pass(inputs, |input| {
        let loaded = loader.load_source(input.path, input.source);
        found.push(loaded.as_ref().ok().map(|package| package.tier));
        black_box(&loaded);
    });
    let tiers: Vec<Option<Tier>> = found;
    let is_static: Vec<bool> = inputs
        .iter()
        .map(|input| parse_static(input.source).is_ok())
        .collect();
    for _ in 0..rounds {
        by_static.push(pass(inputs, |input| {
            let _ = black_box(parse_static(black_box(input.source)));
        }));
        ladder.push(pass(inputs, |input| {
            let _ = black_box(loader.load_source(input.path, black_box(input.source)));
        }));
        #[cfg(feature = "peers")]
        peer.push(pass(inputs, |input| {
            let text = std::str::from_utf8(black_box(input.source));
            black_box(text.ok().and_then(rer_package::parse_static_package_py));
        }));
    }

    let ladder = medians(&ladder);
    #[cfg_attr(not(feature = "peers"), allow(unused_mut))]
    let mut rows = vec![
        row(
            "static tier",
            "rezload::parse_static on bytes in memory",
            inputs,
            &medians(&by_static),
            is_static.iter().filter(|served| **served).count(),
            BTreeMap::new(),
        ),
        row(
            "ladder, first pass",
            "rezload::Loader::load_source on bytes in memory, each file for the first time",
            inputs,
            &first,
            tiers.iter().flatten().count(),
            mix(&tiers),
        ),
        row(
            "ladder, later passes",
            "rezload::Loader::load_source on bytes in memory",
            inputs,
            &ladder,
            tiers.iter().flatten().count(),
            mix(&tiers),
        ),
    ];
    #[cfg(feature = "peers")]
    rows.push(row(
        "rer-package",
        "rer_package::parse_static_package_py (crate rer-package 1.0.0-rc.3) on text in memory",
        inputs,
        &medians(&peer),
        inputs
            .iter()
            .filter(|input| {
                let text = std::str::from_utf8(input.source).ok();
                text.and_then(rer_package::parse_static_package_py)
                    .is_some()
            })
            .count(),
        BTreeMap::new(),
    ));

    let mut by_tier = Vec::new();
    for tier in [Some(Tier::Static), Some(Tier::Vm), Some(Tier::Rez), None] {
        for (pass, times) in [("first pass", &first), ("later passes", &ladder)] {
            let chosen: Vec<usize> = (0..inputs.len()).filter(|at| tiers[*at] == tier).collect();
            if chosen.is_empty() {
                continue;
            }
            let some: Vec<Input> = chosen
                .iter()
                .map(|at| Input {
                    path: inputs[*at].path,
                    source: inputs[*at].source,
                })
                .collect();
            let times: Vec<f64> = chosen.iter().map(|at| times[*at]).collect();
            let served = if tier.is_some() { some.len() } else { 0 };
            by_tier.push(row(
                &format!("{}, {pass}", tier_name(tier)),
                match tier {
                    Some(_) => "the ladder, on files that this tier serves",
                    None => "the ladder, on files that every tier declines",
                },
                &some,
                &times,
                served,
                BTreeMap::new(),
            ));
        }
    }
    Memory { rows, by_tier }
}

/// The sample from disk: times of each pass and the last answers.
pub(super) struct Sample {
    times: Times,
    answers: Vec<Option<(Tier, PackageData)>>,
    #[cfg(feature = "peers")]
    peer: Times,
}

pub(super) fn sample_times(sample: &[Input], rounds: usize, loader: &Loader) -> Sample {
    let mut times = Times::new();
    #[cfg(feature = "peers")]
    let mut peer = Times::new();
    let mut answers = Vec::new();
    for _ in 0..rounds {
        answers.clear();
        times.push(pass(sample, |input| {
            let loaded = loader.load(input.path);
            answers.push(loaded.ok().map(|package| (package.tier, package.data)));
        }));
        #[cfg(feature = "peers")]
        peer.push(pass(sample, |input| {
            let text = std::fs::read_to_string(input.path).ok();
            black_box(text.and_then(|text| rer_package::parse_static_package_py(&text)));
        }));
    }
    Sample {
        times,
        answers,
        #[cfg(feature = "peers")]
        peer,
    }
}

/// One contestant on the sample.
pub(super) struct Contestant {
    pub row: Row,
    /// JSON, or nothing where the file isn't served.
    pub answers: Vec<Option<String>>,
    /// Nanoseconds; nothing where there was no answer in time.
    pub times: Vec<Option<f64>>,
}

impl Contestant {
    fn new(
        name: &str,
        what: &str,
        sample: &[Input],
        times: Vec<f64>,
        answers: Vec<Option<String>>,
        tiers: BTreeMap<String, usize>,
    ) -> Self {
        let served = answers.iter().flatten().count();
        Contestant {
            row: row(name, what, sample, &times, served, tiers),
            answers,
            times: times.into_iter().map(Some).collect(),
        }
    }
}

pub(super) fn contestants(sample: &[Input], first: Sample, second: Sample) -> Vec<Contestant> {
    let answers: Vec<Option<String>> = first
        .answers
        .iter()
        .map(|answer| answer.as_ref().map(|(_, data)| json(data)))
        .collect();
    let tiers: Vec<Option<Tier>> = first
        .answers
        .iter()
        .map(|answer| answer.as_ref().map(|(tier, _)| *tier))
        .collect();
    let what = "rezload::Loader::load: open, read, and the four fields";
    let mut passes = first.times.into_iter().chain(second.times);
    let begin = passes.next().unwrap_or_default();
    let later: Times = passes.collect();
    let new =
        |name, times| Contestant::new(name, what, sample, times, answers.clone(), mix(&tiers));
    let mut contestants = vec![new(FROM_DISK_FIRST, begin)];
    if !later.is_empty() {
        contestants.push(new(FROM_DISK, medians(&later)));
    }
    #[cfg(feature = "peers")]
    contestants.push({
        let times: Times = first.peer.into_iter().chain(second.peer).collect();
        let answer = |input: &Input| {
            let text = std::str::from_utf8(input.source).ok()?;
            let found = rer_package::parse_static_package_py(text)?;
            let fields = (found.name, found.version, found.requires, found.variants);
            serde_json::to_string(&fields).ok()
        };
        Contestant::new(
            "rer-package",
            "read_to_string and rer_package::parse_static_package_py (crate rer-package \
             1.0.0-rc.3)",
            sample,
            medians(&times),
            sample.iter().map(answer).collect(),
            BTreeMap::new(),
        )
    });
    contestants
}

fn json(data: &PackageData) -> String {
    let fields = (&data.name, &data.version, &data.requires, &data.variants);
    serde_json::to_string(&fields).expect("strings and lists serialise")
}

/// Nanoseconds for each file.
fn pass(inputs: &[Input], mut load: impl FnMut(&Input)) -> Vec<f64> {
    inputs
        .iter()
        .map(|input| {
            let begin = Instant::now();
            load(input);
            begin.elapsed().as_nanos() as f64
        })
        .collect()
}

/// The median over the passes, for each file.
fn medians(passes: &[Vec<f64>]) -> Vec<f64> {
    let files = passes.first().map_or(0, Vec::len);
    (0..files)
        .map(|file| median(&passes.iter().map(|pass| pass[file]).collect::<Vec<_>>()))
        .collect()
}

fn mix(tiers: &[Option<Tier>]) -> BTreeMap<String, usize> {
    let mut mix = BTreeMap::new();
    for tier in tiers {
        *mix.entry(tier_name(*tier).to_owned()).or_default() += 1;
    }
    mix
}

/// A row of these times, one a file.
pub(super) fn row(
    name: &str,
    what: &str,
    inputs: &[Input],
    times: &[f64],
    served: usize,
    tiers: BTreeMap<String, usize>,
) -> Row {
    let bytes: u64 = inputs.iter().map(|input| input.source.len() as u64).sum();
    let seconds = times.iter().sum::<f64>() / 1e9;
    Row {
        name: name.to_owned(),
        what: what.to_owned(),
        files: inputs.len(),
        served,
        tiers,
        bytes,
        time: Distribution::of(times.to_vec()),
        seconds,
        bytes_per_second: if seconds > 0.0 {
            bytes as f64 / seconds
        } else {
            0.0
        },
        answers: None,
    }
}
