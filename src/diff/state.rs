//! What a comparison has found so far, in a file: who is interrupted goes on from there.
//!
//! The first line says what was compared with what; each other line is one file with a hash of
//! its bytes. A file that has changed since is compared again, and so is everything when the
//! first line no longer holds.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Outcome;

/// The version of the state file's format.
const FORMAT: u32 = 1;

/// What the outcomes depend on, besides the files.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    rezload_diff: u32,
    about: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    hash: String,
    #[serde(flatten)]
    outcome: Outcome,
}

/// A state file that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It can't be read or written.
    #[error("can't use the state file `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// It is something else; it isn't overwritten.
    #[error("`{}` isn't a state file of `rezload diff`, and isn't overwritten", path.display())]
    NotState {
        /// The file.
        path: PathBuf,
    },
}

/// Outcomes by path, kept in a file if there is one.
#[derive(Debug)]
pub struct State {
    known: HashMap<String, (String, Outcome)>,
    file: Option<(PathBuf, BufWriter<File>)>,
}

impl State {
    /// A state that is forgotten at the end.
    pub fn none() -> Self {
        State {
            known: HashMap::new(),
            file: None,
        }
    }

    /// The state in the file at `path`, which is made if there is none. `about` says what is
    /// compared with what; outcomes about something else are dropped.
    pub fn open(path: &Path, about: &str) -> Result<Self, StateError> {
        let failed = |source| StateError::Io {
            path: path.to_path_buf(),
            source,
        };
        let header = Header {
            rezload_diff: FORMAT,
            about: about.to_owned(),
        };
        let mut known = HashMap::new();
        let mut goes_on = false;
        match File::open(path) {
            Ok(file) => {
                let mut lines = BufReader::new(file).split(b'\n');
                match lines.next().transpose().map_err(failed)? {
                    None => {}
                    Some(first) => match serde_json::from_slice::<Header>(&first) {
                        Ok(found) => goes_on = found == header,
                        Err(_) => {
                            return Err(StateError::NotState {
                                path: path.to_path_buf(),
                            })
                        }
                    },
                }
                if goes_on {
                    for line in lines {
                        // the last one may be cut
                        if let Ok(line) = serde_json::from_slice::<Line>(&line.map_err(failed)?) {
                            known.insert(line.path, (line.hash, line.outcome));
                        }
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let file = OpenOptions::new()
            .create(true)
            .append(goes_on)
            .write(true)
            .truncate(!goes_on)
            .open(path)
            .map_err(failed)?;
        let mut writer = BufWriter::new(file);
        if goes_on {
            // ends a line that was cut
            writer.write_all(b"\n").map_err(failed)?;
        } else {
            let text = serde_json::to_string(&header).expect("strings and numbers serialise");
            writeln!(writer, "{text}").map_err(failed)?;
        }
        let mut state = State {
            known,
            file: Some((path.to_path_buf(), writer)),
        };
        state.flush()?;
        Ok(state)
    }

    /// What is known of the file at `path` with these bytes. Only what may be relied on:
    /// a file that rez gave no answer for is asked about again, and one that no tier serves
    /// when `declined` ones are to be asked about and this one wasn't.
    pub fn get(&self, path: &Path, source: &[u8], declined: bool) -> Option<&Outcome> {
        let (hash, outcome) = self.known.get(&key(path))?;
        (*hash == hash_of(source) && outcome.is_final(declined)).then_some(outcome)
    }

    /// Keeps an outcome; [`flush`](Self::flush) writes it.
    pub fn add(&mut self, path: &Path, source: &[u8], outcome: &Outcome) -> Result<(), StateError> {
        let Some((file, writer)) = &mut self.file else {
            return Ok(());
        };
        let line = Line {
            path: key(path),
            hash: hash_of(source),
            outcome: outcome.clone(),
        };
        let text = serde_json::to_string(&line).expect("strings, numbers and lists serialise");
        writeln!(writer, "{text}").map_err(|source| StateError::Io {
            path: file.clone(),
            source,
        })
    }

    /// Writes what was added.
    pub fn flush(&mut self) -> Result<(), StateError> {
        match &mut self.file {
            Some((file, writer)) => writer.flush().map_err(|source| StateError::Io {
                path: file.clone(),
                source,
            }),
            None => Ok(()),
        }
    }
}

fn key(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    path.to_string_lossy().into_owned()
}

/// FNV-1a: the same in every version of Rust.
fn hash_of(bytes: &[u8]) -> String {
    format!("{:016x}", crate::digest::fnv1a(bytes))
}
