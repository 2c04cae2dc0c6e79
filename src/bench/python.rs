//! What Python has, timed by `driver.py` in a process that may die and is started again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde::Deserialize;

use super::memory::{row, Contestant};
use super::record::{Answers, Python};
use super::stats::median;
use super::Input;
use crate::digest::fnv1a;
use crate::json_path::path_value;
use crate::real_path::real_path;
use crate::rez_tier::script;

const DRIVER: &str = include_str!("driver.py");

/// The contestant whose answers the others are held against.
pub(super) const JUDGE: &str = "rez repository package";

/// How long a file may take in all, and rez to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often the process may die before the rest is left out.
const MAX_DEATHS: usize = 20;

/// Examples of wrong answers that are kept.
const EXAMPLES: usize = 5;

/// A Python that has rez.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// What stands before `-c`.
    pub flags: Vec<OsString>,
}

/// What Python answered.
pub(super) struct Measured {
    python: Python,
    contestants: Vec<(String, String)>,
    /// For each file and contestant.
    replies: Vec<BTreeMap<String, Entry>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Greeting {
    Failed {
        failed: String,
    },
    Ready {
        python: String,
        rez: String,
        packages: BTreeMap<String, String>,
        missing: BTreeMap<String, String>,
        contestants: Vec<(String, String)>,
    },
}

#[derive(Deserialize)]
struct Line {
    index: usize,
    reply: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Deserialize)]
struct Entry {
    ns: Vec<f64>,
    answer: Option<serde_json::Value>,
}

pub(super) fn measure(
    interpreter: &Interpreter,
    sample: &[Input],
    rounds: usize,
    note: &mut impl FnMut(&str),
) -> Result<Measured, String> {
    let mut measured: Option<Measured> = None;
    let mut done = 0;
    let mut lost = Vec::new();
    loop {
        let mut process = Process::start(interpreter)?;
        let ready = match process.line::<Greeting>() {
            Some(Greeting::Ready {
                python,
                rez,
                packages,
                missing,
                contestants,
            }) => Measured {
                python: Python {
                    python,
                    rez,
                    packages,
                    missing,
                    lost: Vec::new(),
                },
                contestants,
                replies: vec![BTreeMap::new(); sample.len()],
            },
            Some(Greeting::Failed { failed }) => {
                return Err(format!(
                    "`{}` has no rez: {failed}",
                    interpreter.program.display()
                ))
            }
            None => return Err(format!("`{}` doesn't start", interpreter.program.display())),
        };
        let measured = measured.get_or_insert(ready);
        process.send(&sample[done..], rounds);
        let from = done;
        while done < sample.len() {
            let Some(line) = process.line::<Line>() else {
                break;
            };
            if let Some(reply) = measured.replies.get_mut(from + line.index) {
                *reply = line.reply;
            }
            done = from + line.index + 1;
            if done % 50 == 0 {
                note(&format!("in Python, {done} of {} files", sample.len()));
            }
        }
        if done >= sample.len() {
            break;
        }
        // the file at which it died or hung has no times
        lost.push(sample[done].path.display().to_string());
        done += 1;
        if lost.len() == MAX_DEATHS {
            lost.push("and it was not started again".to_owned());
            break;
        }
    }
    let mut measured = measured.ok_or("Python gave nothing")?;
    measured.python.lost = lost;
    Ok(measured)
}

/// Adds what Python has, and holds all answers against rez's.
pub(super) fn judge(
    sample: &[Input],
    contestants: &mut Vec<Contestant>,
    measured: Measured,
) -> Python {
    for (name, what) in &measured.contestants {
        let replies = || measured.replies.iter().map(|reply| reply.get(name));
        let times: Vec<Option<f64>> = replies().map(|reply| Some(median(&reply?.ns))).collect();
        let answers = answers(&measured, name);
        // a file at which the process died has no times, and counts for nobody
        let timed: Vec<Input> = (0..sample.len())
            .filter(|at| times[*at].is_some())
            .map(|at| Input {
                path: sample[at].path,
                source: sample[at].source,
            })
            .collect();
        let known: Vec<f64> = times.iter().copied().flatten().collect();
        let served = answers.iter().flatten().count();
        contestants.push(Contestant {
            row: row(name, what, &timed, &known, served, BTreeMap::new()),
            answers,
            times,
        });
    }
    let truth = answers(&measured, JUDGE);
    let known: Vec<bool> = measured
        .replies
        .iter()
        .map(|reply| !reply.is_empty())
        .collect();
    for contestant in contestants {
        let compared = compare(sample, &contestant.answers, &truth, &known);
        contestant.row.answers = Some(compared);
    }
    measured.python
}

fn answers(measured: &Measured, name: &str) -> Vec<Option<String>> {
    measured
        .replies
        .iter()
        .map(|reply| reply.get(name)?.answer.as_ref().map(ToString::to_string))
        .collect()
}

fn compare(
    sample: &[Input],
    answers: &[Option<String>],
    truth: &[Option<String>],
    known: &[bool],
) -> Answers {
    let (mut ours, mut theirs) = (String::new(), String::new());
    let (mut compared, mut different, mut refused) = (0, 0, 0);
    let mut examples = Vec::new();
    for (at, input) in sample.iter().enumerate().filter(|(at, _)| known[*at]) {
        let is_wrong = match (&answers[at], &truth[at]) {
            (Some(answer), Some(rez)) => {
                compared += 1;
                ours.push_str(answer);
                ours.push('\n');
                theirs.push_str(rez);
                theirs.push('\n');
                different += usize::from(answer != rez);
                answer != rez
            }
            (Some(_), None) => {
                refused += 1;
                true
            }
            (None, _) => false,
        };
        if is_wrong && examples.len() < EXAMPLES {
            examples.push(input.path.display().to_string());
        }
    }
    Answers {
        compared,
        digest: format!("{:016x}", fnv1a(ours.as_bytes())),
        rez_digest: format!("{:016x}", fnv1a(theirs.as_bytes())),
        different,
        refused_by_rez: refused,
        examples,
    }
}

/// The driver; killed when it is dropped.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    fn start(interpreter: &Interpreter) -> Result<Self, String> {
        let mut child = Command::new(&interpreter.program)
            .args(&interpreter.flags)
            .args(["-c", &script(DRIVER)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("can't start `{}`: {error}", interpreter.program.display()))?;
        let stdout = child.stdout.take().expect("it is piped");
        let (sender, lines) = mpsc::channel();
        // a thread, because a read has no time limit
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Process { child, lines })
    }

    fn line<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        let line = self.lines.recv_timeout(PATIENCE).ok()?;
        serde_json::from_str(&line).ok()
    }

    fn send(&mut self, sample: &[Input], rounds: usize) {
        let mut text = format!("{{\"rounds\":{rounds},\"files\":[");
        for (index, input) in sample.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            let path = std::path::absolute(input.path).unwrap_or_else(|_| input.path.clone());
            // rez resolves the links of a file before it loads it
            text.push_str(path_value(&real_path(&path).unwrap_or(path)).get());
        }
        text.push_str("]}\n");
        // if it has died, the next line says so
        if let Some(mut stdin) = self.child.stdin.take() {
            let _ = stdin.write_all(text.as_bytes());
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
