//! Why the rez tier gives no package.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// rez itself says that a file is wrong: its exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The exception's class, with its module unless it is a builtin one:
    /// `rez.exceptions.ResourceError`, `SyntaxError`.
    pub class: String,
    /// The exception's message, or the name of its class when it has none.
    pub message: String,
    /// The line of the file where it was raised, from 1, where there is one.
    pub line: Option<usize>,
    /// The traceback as Python prints it, its end when it is very long.
    pub traceback: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Death {
    /// With an exit status.
    Exit(i32),
    /// By a signal.
    Signal(i32),
    /// Nobody knows.
    Unknown,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Death::Exit(status) => write!(f, "exit status {status}"),
            Death::Signal(number) => write!(f, "signal {number}"),
            Death::Unknown => f.write_str("no exit status"),
        }
    }
}

/// The rez tier couldn't answer for a file, which says nothing about the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RezError {
    /// No interpreter is set, and none was found.
    #[error("there is no Python with rez: {looked}")]
    NoInterpreter {
        /// What was looked at.
        looked: String,
    },
    /// The interpreter can't import rez.
    #[error("`{}` has no rez: {reason}", python.display())]
    RezMissing {
        /// The interpreter.
        python: PathBuf,
        /// The import's error.
        reason: String,
    },
    /// The interpreter can't be run, or ends before it is ready.
    #[error("`{}` would not start: {reason}", python.display())]
    NotStarted {
        /// The interpreter.
        python: PathBuf,
        /// What happened.
        reason: String,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// The process that ran the file ended without an answer.
    #[error("the process that ran the file died: {death}")]
    Died {
        /// How it ended.
        death: Death,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// The file took too long, and was stopped.
    #[error("stopped after {} s", limit.as_secs_f64())]
    TimedOut {
        /// How long a file may take.
        limit: Duration,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// What came back isn't an answer to what was asked.
    #[error("a bad reply: {reason}")]
    BadReply {
        /// What is wrong with it.
        reason: String,
        /// The end of what the helper wrote to standard error.
        stderr: String,
    },
}

impl RezError {
    /// A stable kebab-case identifier.
    pub fn code(&self) -> &'static str {
        match self {
            RezError::NoInterpreter { .. } => "no-interpreter",
            RezError::RezMissing { .. } => "rez-missing",
            RezError::NotStarted { .. } => "not-started",
            RezError::Died { .. } => "died",
            RezError::TimedOut { .. } => "timed-out",
            RezError::BadReply { .. } => "bad-reply",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RezError::NoInterpreter { .. } | RezError::RezMissing { .. } => {
                "name a Python that has rez in `--python` or REZLOAD_PYTHON, or put `rez` on PATH"
            }
            RezError::NotStarted { .. } => "run `python -c \"import rez\"` with that Python",
            RezError::Died { .. } => "look for what ends the process in the file",
            RezError::TimedOut { .. } => "look for what hangs in the file, or allow more time",
            RezError::BadReply { .. } => "report it: this is a defect of rezload",
        }
    }

    /// The end of what the process wrote to standard error; often empty.
    pub fn stderr(&self) -> &str {
        match self {
            RezError::NoInterpreter { .. } | RezError::RezMissing { .. } => "",
            RezError::NotStarted { stderr, .. }
            | RezError::Died { stderr, .. }
            | RezError::TimedOut { stderr, .. }
            | RezError::BadReply { stderr, .. } => stderr,
        }
    }

    /// Whether there is no rez to ask: the file is declined, and nothing has failed.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            RezError::NoInterpreter { .. } | RezError::RezMissing { .. }
        )
    }
}
