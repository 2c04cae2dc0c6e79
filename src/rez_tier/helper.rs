//! One helper: a Python that has imported rez and answers one request at a time.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;
#[cfg(feature = "cli")]
use std::time::Instant;

use serde_json::json;

use super::discover::Interpreter;
use super::error::{Death, RezError};
use super::process::{end, ends_soon, has_ended};
use super::protocol::{Answer, Greeting, Reply, Request};
use super::settings::RezSettings;

/// What is run with `-c`; it takes the modules from standard input.
const BOOT: &str = include_str!("boot.py");

/// The modules of the Python package that the helper is made of.
const MODULES: [(&str, &str); 4] = [
    ("trust", include_str!("../../python/rezload/trust.py")),
    (
        "rez_resource",
        include_str!("../../python/rezload/rez_resource.py"),
    ),
    (
        "rez_values",
        include_str!("../../python/rezload/rez_values.py"),
    ),
    (
        "rez_helper",
        include_str!("../../python/rezload/rez_helper.py"),
    ),
];

/// A reply that is longer isn't one.
const MAX_REPLY: usize = 64 << 20;

/// How much of standard error is kept.
const MAX_STDERR: usize = 8 << 10;

/// How long an idle helper may take to end by itself.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long to wait for the last words on standard error of a process that is gone.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A process that is ready for requests. Dropping it ends it, and all that it has started.
pub(super) struct Helper {
    child: Option<Child>,
    /// To the thread that writes to standard input, which closes with this.
    requests: Option<Sender<Vec<u8>>>,
    lines: Receiver<Line>,
    stderr: Stderr,
    next_id: u64,
    /// Whether the helper itself stops a file that takes too long.
    isolated: bool,
    owner: u32,
}

enum Line {
    Complete(Vec<u8>),
    TooLong,
}

impl Helper {
    /// Starts Python and waits until it has imported rez.
    pub fn start(interpreter: &Interpreter, settings: &RezSettings) -> Result<Self, RezError> {
        let python = &interpreter.program;
        let not_started = |reason: String, stderr: String| RezError::NotStarted {
            python: python.clone(),
            reason,
            stderr,
        };
        let modules: serde_json::Map<_, _> = MODULES
            .iter()
            .map(|(name, source)| ((*name).to_owned(), json!(source)))
            .collect();
        let modules = serde_json::to_vec(&modules).expect("strings always serialise");
        let mut command = command(interpreter);
        command.args(["-c", &super::script(BOOT), &modules.len().to_string()]);
        if settings.isolated && cfg!(target_os = "linux") {
            command.arg("isolated");
        }
        let child = command
            .spawn()
            .map_err(|error| not_started(error.to_string(), String::new()))?;
        let mut helper =
            Helper::new(child).map_err(|error| not_started(error.to_string(), String::new()))?;
        helper.send(modules);
        let greeting = match helper.lines.recv_timeout(settings.start_timeout) {
            Ok(Line::Complete(line)) => serde_json::from_slice(&line)
                .map_err(|error| format!("what it says isn't a greeting: {error}")),
            Ok(Line::TooLong) => Err("what it says isn't a greeting".to_owned()),
            Err(RecvTimeoutError::Timeout) => {
                let limit = settings.start_timeout.as_secs_f64();
                Err(format!("it wasn't ready after {limit} s"))
            }
            Err(RecvTimeoutError::Disconnected) if !helper.has_ended() => {
                Err("it has closed its output".to_owned())
            }
            Err(RecvTimeoutError::Disconnected) => {
                let death = helper.end();
                let stderr = helper.stderr.last_words();
                return Err(not_started(format!("it ended with {death}"), stderr));
            }
        };
        match greeting {
            Ok(Greeting::Ready(ready)) => {
                helper.isolated = ready.isolated;
                Ok(helper)
            }
            Ok(Greeting::Missing(reason)) => Err(RezError::RezMissing {
                python: python.clone(),
                reason,
            }),
            Ok(Greeting::Failed(reason)) | Err(reason) => {
                helper.end();
                Err(not_started(reason, helper.stderr.last_words()))
            }
        }
    }

    /// Fails where the threads that it needs can't be started.
    fn new(mut child: Child) -> io::Result<Self> {
        let (requests, to_write) = mpsc::channel();
        // one line may wait: a helper that writes without end is held up
        let (to_read, lines) = mpsc::sync_channel(1);
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        // from here on the process is ended when this is dropped
        let helper = Helper {
            child: Some(child),
            requests: Some(requests),
            lines,
            stderr: Stderr::default(),
            next_id: 1,
            isolated: false,
            owner: process::id(),
        };
        if let Some(stdin) = pipes.0 {
            Builder::new().spawn(move || write(stdin, &to_write))?;
        }
        if let Some(stdout) = pipes.1 {
            Builder::new().spawn(move || read(stdout, &to_read))?;
        }
        if let Some(pipe) = pipes.2 {
            let stderr = helper.stderr.clone();
            Builder::new().spawn(move || stderr.drain(pipe))?;
        }
        Ok(helper)
    }

    /// Whether the helper can be asked: it hasn't ended, and has said nothing unasked.
    pub fn is_ready(&mut self) -> bool {
        // a process that is gone may have an end of output that hasn't been read yet
        matches!(self.lines.try_recv(), Err(TryRecvError::Empty))
            && !self.child.as_mut().is_none_or(has_ended)
    }

    /// The answer to `request`; after an error the helper is of no more use.
    pub fn ask(
        &mut self,
        mut request: Request<'_>,
        settings: &RezSettings,
    ) -> Result<Answer, RezError> {
        let limit = settings.timeout;
        request.id = self.next_id;
        request.timeout = limit.as_secs_f64();
        self.next_id += 1;
        self.stderr.clear();
        let mut line = serde_json::to_vec(&request).expect("strings and numbers serialise");
        line.push(b'\n');
        self.send(line);
        // an isolated file is stopped by the helper, unless that hangs itself
        let grace = if self.isolated {
            limit.clamp(Duration::from_millis(200), Duration::from_secs(5))
        } else {
            Duration::ZERO
        };
        let line = match self.lines.recv_timeout(limit.saturating_add(grace)) {
            Ok(Line::Complete(line)) => line,
            Ok(Line::TooLong) => {
                return Err(self.bad_reply(format!("a line of more than {MAX_REPLY} bytes")));
            }
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                let stderr = self.stderr.last_words();
                return Err(RezError::TimedOut { limit, stderr });
            }
            Err(RecvTimeoutError::Disconnected) if !self.has_ended() => {
                return Err(self.bad_reply("it has closed its output".to_owned()));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let death = self.end();
                let stderr = self.stderr.last_words();
                return Err(RezError::Died { death, stderr });
            }
        };
        match serde_json::from_slice::<Reply>(&line) {
            Ok(reply) if reply.id == request.id => Ok(reply.answer),
            Ok(reply) => Err(self.bad_reply(format!(
                "it is for request {}, not {}",
                reply.id, request.id
            ))),
            Err(error) => Err(self.bad_reply(error.to_string())),
        }
    }

    /// The end of what the file has written to standard error.
    pub fn stderr(&self) -> String {
        // it is written, but perhaps not yet read
        thread::sleep(Duration::from_millis(10));
        self.stderr.text()
    }

    fn send(&self, data: Vec<u8>) {
        if let Some(requests) = &self.requests {
            // whether it arrives shows in the answer
            let _ = requests.send(data);
        }
    }

    fn bad_reply(&mut self, reason: String) -> RezError {
        self.end();
        let stderr = self.stderr.last_words();
        RezError::BadReply { reason, stderr }
    }

    /// Whether the process, whose output is closed, is gone, too.
    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(ends_soon)
    }

    /// Kills the process, and all that it has started.
    fn end(&mut self) -> Death {
        self.requests = None;
        self.child.take().map_or(Death::Unknown, end)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // in a forked child the process is the parent's
        if self.owner != process::id() || self.child.is_none() {
            return;
        }
        // the end of its input tells it to end
        self.requests = None;
        while self.lines.recv_timeout(GOODBYE).is_ok() {}
        self.end();
    }
}

/// Python with its flags, talked to by pipes.
fn command(interpreter: &Interpreter) -> Command {
    let mut command = Command::new(&interpreter.program);
    command
        .args(&interpreter.flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // an interrupt from the terminal is for this process, which ends its helpers
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The line that begins with `mark` of what Python prints when it runs `script`, without the
/// mark.
#[cfg(feature = "cli")]
pub(super) fn line_of(
    interpreter: &Interpreter,
    script: &str,
    mark: &str,
    settings: &RezSettings,
) -> Result<String, RezError> {
    let not_started = |reason: String, stderr: String| RezError::NotStarted {
        python: interpreter.program.clone(),
        reason,
        stderr,
    };
    let child = command(interpreter)
        .args(["-c", &super::script(script)])
        .spawn()
        .map_err(|error| not_started(error.to_string(), String::new()))?;
    let mut python =
        Helper::new(child).map_err(|error| not_started(error.to_string(), String::new()))?;
    // it has nothing to read
    python.requests = None;
    let begin = Instant::now();
    let reason = loop {
        let left = settings.start_timeout.saturating_sub(begin.elapsed());
        match python.lines.recv_timeout(left) {
            Ok(Line::Complete(line)) => {
                if let Some(rest) = String::from_utf8_lossy(&line).strip_prefix(mark) {
                    return Ok(rest.trim_end().to_owned());
                }
            }
            Ok(Line::TooLong) => {}
            Err(RecvTimeoutError::Timeout) => {
                let limit = settings.start_timeout.as_secs_f64();
                break format!("it said nothing within {limit} s");
            }
            Err(RecvTimeoutError::Disconnected) => {
                break "it didn't say what it was asked".to_owned()
            }
        }
    };
    python.end();
    Err(not_started(reason, python.stderr.last_words()))
}

fn write(mut stdin: ChildStdin, requests: &Receiver<Vec<u8>>) {
    for data in requests {
        // a process that is gone shows elsewhere
        if stdin.write_all(&data).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(stdout: impl Read, lines: &SyncSender<Line>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let limit = MAX_REPLY as u64;
        let read = (&mut stdout).take(limit).read_until(b'\n', &mut line);
        let line = match read {
            Err(_) | Ok(0) => return,
            Ok(_) if line.ends_with(b"\n") => Line::Complete(line),
            Ok(MAX_REPLY) => Line::TooLong,
            // the end came in the middle of a line
            Ok(_) => return,
        };
        if lines.send(line).is_err() {
            return;
        }
    }
}

/// The end of what a process writes to standard error.
#[derive(Clone, Default)]
struct Stderr {
    shared: Arc<(Mutex<Written>, std::sync::Condvar)>,
}

#[derive(Default)]
struct Written {
    bytes: VecDeque<u8>,
    closed: bool,
}

impl Stderr {
    fn drain(&self, mut pipe: impl Read) {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = pipe.read(&mut chunk) {
            let mut written = self.lock();
            written.bytes.extend(&chunk[..read]);
            let excess = written.bytes.len().saturating_sub(MAX_STDERR);
            written.bytes.drain(..excess);
        }
        self.lock().closed = true;
        self.shared.1.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Written> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        self.lock().bytes.clear();
    }

    fn text(&self) -> String {
        let bytes: Vec<u8> = self.lock().bytes.iter().copied().collect();
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }

    /// Waits for the end, if that comes soon: somebody else may have the pipe open.
    fn last_words(&self) -> String {
        let open = |written: &mut Written| !written.closed;
        drop(
            self.shared
                .1
                .wait_timeout_while(self.lock(), LAST_WORDS, open),
        );
        self.text()
    }
}
