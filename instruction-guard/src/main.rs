//! Counts the instructions of a load on fixed inputs, and fails when they grow.
//!
//!     cargo run --release --ignore-rust-version -p rezload-instruction-guard              # compare
//!     cargo run --release --ignore-rust-version -p rezload-instruction-guard -- --write   # make it the baseline
//!
//! Wall time on a shared machine varies by a factor of two, the number of instructions by
//! hardly anything: valgrind counts them for the same binary and the same input. A count is
//! that of many loads less that of few, so that starting the process isn't in it. A newer Rust
//! or a processor with other vector instructions changes counts without anybody's doing, so
//! the baseline says what it was made with, and the margin is wider elsewhere. The margins are in
//! the baseline, too. Counts of the same binary differ by 1% in the VM, whose hashes are
//! seeded at random, and not at all in the static tier.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::{json, Map, Value};

/// By how much a count may grow, unless the baseline says.
const MARGIN: f64 = 0.03;

/// The same where the compiler or the processor isn't the baseline's.
const MARGIN_ELSEWHERE: f64 = 0.15;

/// An input, the tier that is measured on it, and whether that tier serves it.
struct Input {
    name: &'static str,
    source: &'static str,
    tier: Tier,
    served: bool,
    /// Whether each load gets a text of its own: the static tier keeps statements and the VM
    /// tier compiled code, both by their text.
    varies: bool,
}

/// What stands for the number of the load in an input that varies.
const VARYING: &str = "0000";

#[derive(Clone, Copy, PartialEq)]
enum Tier {
    Static,
    Vm,
}

impl Tier {
    /// Loads in the short and in the long run.
    fn loads(self) -> [usize; 2] {
        match self {
            Tier::Static => [100, 1_100],
            // the first loads start the VM and fill its caches
            Tier::Vm => [10, 60],
        }
    }
}

macro_rules! input {
    ($name:literal, $file:literal, $tier:expr, $served:literal) => {
        input!($name, $file, $tier, $served, false)
    };
    ($name:literal, $file:literal, $tier:expr, $served:literal, $varies:literal) => {
        Input {
            name: $name,
            source: include_str!(concat!("../inputs/", $file, ".py")),
            tier: $tier,
            served: $served,
            varies: $varies,
        }
    };
}

const INPUTS: &[Input] = &[
    input!(
        "static: an installed package",
        "installed",
        Tier::Static,
        true,
        true
    ),
    input!(
        "static: the same, read before",
        "installed",
        Tier::Static,
        true
    ),
    input!("static: a small package", "small", Tier::Static, true, true),
    input!("static: 120 requests", "requests", Tier::Static, true, true),
    input!(
        "static: a declined comprehension",
        "computed",
        Tier::Static,
        false,
        true
    ),
    input!(
        "static: a declined branch",
        "branches",
        Tier::Static,
        false,
        true
    ),
    input!(
        "vm: a branch and an early function",
        "branches",
        Tier::Vm,
        true
    ),
    input!(
        "vm: the same, each load a new file",
        "first",
        Tier::Vm,
        true,
        true
    ),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => check(false),
        ["--write"] => check(true),
        ["load", index, loads] => {
            load(&INPUTS[parse(index)], parse(loads));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: rezload-instruction-guard [--write]");
            ExitCode::from(2)
        }
    }
}

fn parse(number: &str) -> usize {
    number.parse().expect("this program gives itself numbers")
}

/// What is measured.
fn load(input: &Input, loads: usize) {
    let loader = rezload::Loader::new();
    let loader = match input.tier {
        Tier::Vm => loader.with_vm(rezload::vm::VmTier::default()),
        Tier::Static => loader,
    };
    let path = Path::new("package.py");
    let mut source = input.source.as_bytes().to_vec();
    let varying: Vec<usize> = match input.varies {
        true => input
            .source
            .match_indices(VARYING)
            .map(|(at, _)| at)
            .collect(),
        false => Vec::new(),
    };
    for number in 0..loads {
        // written into the text, which takes next to no instructions
        for &at in &varying {
            for (byte, power) in source[at..].iter_mut().zip([1000, 100, 10, 1]) {
                *byte = b'0' + (number / power % 10) as u8;
            }
        }
        let loaded = loader.load_source(path, black_box(&source));
        // another outcome is other work
        assert_eq!(loaded.is_ok(), input.served, "{}: {loaded:?}", input.name);
        let _ = black_box(loaded);
    }
}

fn check(write: bool) -> ExitCode {
    if !has_valgrind() {
        println!(
            "instruction guard skipped: valgrind isn't installed (Debian: apt install valgrind)"
        );
        return if write {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        };
    }
    let here = machine();
    let baseline = read_baseline();
    let same = baseline["machine"] == here;
    let margin = match same {
        true => baseline["margin"].as_f64().unwrap_or(MARGIN),
        false => baseline["margin_elsewhere"]
            .as_f64()
            .unwrap_or(MARGIN_ELSEWHERE),
    };
    let before = &baseline["instructions"];
    let mut counts = Map::new();
    let mut failed = false;
    if !same && !write {
        println!(
            "this is {here}, the baseline {}: the margin is wider",
            baseline["machine"]
        );
    }
    println!(
        "{:<44} {:>12} {:>12} {:>8}",
        "instructions a load", "now", "baseline", ""
    );
    for (index, input) in INPUTS.iter().enumerate() {
        let count = match measure(index, input) {
            Ok(count) => count,
            Err(error) => {
                println!("{:<44} failed: {error}", input.name);
                failed = true;
                continue;
            }
        };
        let before = before[input.name].as_u64();
        let grown = before.map(|before| count as f64 / before as f64 - 1.0);
        println!(
            "{:<44} {count:>12} {:>12} {:>8}{}",
            input.name,
            before.map_or("none".to_owned(), |before| before.to_string()),
            grown.map_or(String::new(), |grown| format!("{:+.1}%", grown * 100.0)),
            match judge(grown, margin) {
                _ if write => "",
                Judgement::Fails => "  TOO MANY",
                Judgement::Fewer => "  fewer: make it the baseline",
                Judgement::Holds => "",
            }
        );
        failed |= !write && judge(grown, margin) == Judgement::Fails;
        counts.insert(input.name.to_owned(), json!(count));
    }
    if write && !failed {
        return write_baseline(here, counts);
    }
    if failed && !write {
        println!(
            "\na load may take {:.0}% more than the baseline. If it is worth it, say why in the \
             commit and run\n    cargo run --release --ignore-rust-version -p rezload-instruction-guard -- --write",
            margin * 100.0
        );
    }
    match failed {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

#[derive(Debug, PartialEq)]
enum Judgement {
    Holds,
    Fewer,
    Fails,
}

/// What becomes of a count that has `grown` by so much; without a number to compare with nothing
/// is guarded.
fn judge(grown: Option<f64>, margin: f64) -> Judgement {
    match grown {
        Some(grown) if grown < -margin => Judgement::Fewer,
        Some(grown) if grown <= margin => Judgement::Holds,
        _ => Judgement::Fails,
    }
}

fn has_valgrind() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Instructions of one load.
fn measure(index: usize, input: &Input) -> Result<u64, String> {
    let [few, many] = input.tier.loads();
    let counts = [few, many].map(|loads| instructions(index, loads));
    let [Ok(short), Ok(long)] = counts else {
        let [short, long] = counts;
        return Err(short.err().or(long.err()).unwrap_or_default());
    };
    Ok(long.saturating_sub(short) / (many - few) as u64)
}

/// All instructions of a process that loads so often.
fn instructions(index: usize, loads: usize) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        ])
        .arg(program)
        .args(["load", &index.to_string(), &loads.to_string()])
        // the size of the environment moves the stack
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(said.into_owned());
    }
    said.lines()
        .find_map(|line| {
            line.split_once("I   refs:")
                .or_else(|| line.split_once("I refs:"))
        })
        .and_then(|(_, number)| number.trim().replace(',', "").parse().ok())
        .ok_or_else(|| format!("valgrind gave no count: {said}"))
}

fn baseline_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline.json")
}

fn read_baseline() -> Value {
    let text = std::fs::read_to_string(baseline_path()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn write_baseline(machine: Value, instructions: Map<String, Value>) -> ExitCode {
    let baseline = json!({
        "machine": machine,
        "margin": MARGIN,
        "margin_elsewhere": MARGIN_ELSEWHERE,
        "instructions": instructions,
    });
    let text = serde_json::to_string_pretty(&baseline).expect("numbers and strings serialise");
    match std::fs::write(baseline_path(), text + "\n") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("can't write the baseline: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What counts depend on besides the code: the compiler, and the vector instructions that
/// libraries choose at run time.
fn machine() -> Value {
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = rustc.unwrap_or_default();
    let version = version.split(' ').nth(1).unwrap_or("unknown").to_owned();
    #[cfg(target_arch = "x86_64")]
    let vectors = if std::arch::is_x86_feature_detected!("avx2") {
        "avx2"
    } else {
        "sse"
    };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "default";
    json!(format!(
        "rustc {version}, {} with {vectors}",
        std::env::consts::ARCH
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_grows_by_more_than_the_margin_fails() {
        assert_eq!(judge(Some(0.031), 0.03), Judgement::Fails);
        assert_eq!(judge(Some(0.029), 0.03), Judgement::Holds);
        assert_eq!(judge(Some(-0.5), 0.03), Judgement::Fewer);
        assert_eq!(judge(None, 0.03), Judgement::Fails);
    }
}
