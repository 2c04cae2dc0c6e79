//! The threads that interpreters live on.
//!
//! RustPython's objects never leave their thread. A load takes an idle worker, or starts one,
//! and waits for its answer; a definition that runs for too long is interrupted, and a thread
//! that can't be interrupted is given up. RustPython never gives back all of an interpreter's
//! memory, so a definition that cost one, or a thread, isn't run a second time.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{PyResult, VirtualMachine};

use super::convert::Converter;
use super::eager::{self, Load};
use super::interpreter::Interpreter;
use super::limits::Limits;
use super::memory::Watch;
use super::natives::imports;
use super::outcome::{Answer, Refusal, Want};
use super::profile::Profile;
use super::state::File;
use super::{run, state, view};
use crate::decline::Reason;

/// Stack of a worker: RustPython recurses for nested calls, and to drop nested containers.
const STACK: usize = if cfg!(debug_assertions) {
    512 << 20
} else {
    256 << 20
};

/// How long an interrupted definition may go on before its thread is given up.
const GRACE: Duration = Duration::from_millis(500);

/// How often an interrupt is sent again: its flag is shared by all interpreters.
const AGAIN: Duration = Duration::from_millis(5);

/// How often a thread that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How many threads may be given up before the tier declines everything.
const MAX_LOST: usize = 64;

/// How many definitions may cost a thread or an interpreter before the tier declines everything.
const MAX_COSTLY: usize = 128;

/// A definition to load.
pub(super) struct Job {
    pub text: String,
    /// Its file, where it has one.
    pub file: Option<PathBuf>,
    pub want: Want,
    pub profile: Arc<Profile>,
    pub limits: Limits,
}

impl Job {
    /// Of the text, and of what it runs with.
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.text, self.profile.python, self.limits).hash(&mut hasher);
        hasher.finish()
    }
}

/// A job, where its answer goes, and whether the worker is to wait eagerly for the next one.
type Order = (Arc<Job>, Sender<Reply>, bool);

type Outcome = Result<Answer, Refusal>;

/// An outcome, and whether the worker is gone, and its interpreter's memory with it.
type Reply = (Outcome, bool);

struct Worker {
    /// Its modules hold what this profile says.
    profile: Arc<Profile>,
    jobs: Sender<Order>,
    signals: UserSignalSender,
    watch: &'static Watch,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Worker>,
    /// The threads that were given up and aren't back.
    lost: usize,
    /// What cost a thread or an interpreter, by [`Job::hash`], and why it was declined. Two texts
    /// of one hash would only decline.
    costly: HashMap<u64, Refusal>,
}

impl Pool {
    fn is_spent(&self) -> bool {
        self.lost >= MAX_LOST || self.costly.len() >= MAX_COSTLY
    }
}

/// The pool of a process: a fork has none of its threads, and its lock may be held there for
/// ever, by a thread that isn't.
struct Owned {
    process: u32,
    pool: Mutex<Pool>,
}

/// The pool that was made last. None is ever freed: a fork doesn't know who uses its parent's.
static POOL: AtomicPtr<Owned> = AtomicPtr::new(null_mut());

fn with_pool<T>(then: impl FnOnce(&mut Pool) -> T) -> T {
    let mut pool = this_process()
        .pool
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    then(&mut pool)
}

fn this_process() -> &'static Owned {
    let process = std::process::id();
    loop {
        let last = POOL.load(Ordering::Acquire);
        // SAFETY: null, or a box that was leaked below.
        match unsafe { last.as_ref() } {
            Some(owned) if owned.process == process => return owned,
            _ => {
                let owned = Box::into_raw(Box::new(Owned {
                    process,
                    pool: Mutex::default(),
                }));
                let swapped =
                    POOL.compare_exchange(last, owned, Ordering::AcqRel, Ordering::Acquire);
                if swapped.is_ok() {
                    eager::forget_loads();
                } else {
                    // SAFETY: nobody else has seen it.
                    drop(unsafe { Box::from_raw(owned) });
                }
            }
        }
    }
}

/// Runs `job` on an idle worker, or on a new one.
pub(super) fn run(job: Job) -> Outcome {
    let worker = with_pool(|pool| {
        if !pool.costly.is_empty() {
            if let Some(refusal) = pool.costly.get(&job.hash()) {
                return Err(refusal.clone());
            }
        }
        if pool.is_spent() {
            return Err(Refusal::new(
                Reason::VmUnavailable,
                "too many threads and interpreters were given up",
            ));
        }
        let same = |worker: &Worker| Arc::ptr_eq(&worker.profile, &job.profile);
        let at = pool.idle.iter().rposition(same);
        Ok(at.map(|at| pool.idle.remove(at)))
    })?;
    let worker = match worker {
        Some(worker) => worker,
        None => start(Arc::clone(&job.profile))?,
    };
    let load = Load::start();
    let job = Arc::new(job);
    let (sender, answers) = channel();
    let order = (Arc::clone(&job), sender, load.is_eager);
    if worker.jobs.send(order).is_err() {
        return Err(Refusal::new(
            Reason::VmPanic,
            "the interpreter's thread is gone",
        ));
    }
    let answer = match load.is_eager {
        true => eager::receive(&answers, eager::ANSWER),
        false => None,
    };
    let refusal = match answer.or_else(|| wait(&worker, &answers, job.limits.time)) {
        Some((answer, false)) => {
            with_pool(|pool| pool.idle.push(worker));
            return answer;
        }
        Some((Err(refusal), true)) => refusal,
        Some((Ok(_), true)) => Refusal::new(Reason::Sandbox, "a change of what definitions share"),
        None => {
            with_pool(|pool| pool.lost += 1);
            match worker.watch.is_over() {
                true => Refusal::new(Reason::MemoryLimit, "the limit is set by `memory`"),
                false => {
                    // it sleeps where it asks for memory next
                    worker.watch.stop();
                    Refusal::new(Reason::TimeLimit, "native code that can't be interrupted")
                }
            }
        }
    };
    with_pool(|pool| pool.costly.insert(job.hash(), refusal.clone()));
    Err(refusal)
}

/// The answer, `None` when the thread is lost.
fn wait(worker: &Worker, answers: &Receiver<Reply>, limit: Duration) -> Option<Reply> {
    let panicked = || {
        let refusal = Refusal::new(Reason::VmPanic, "the interpreter panicked");
        Some((Err(refusal), true))
    };
    let until = Instant::now() + limit;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match answers.recv_timeout(left.min(LOOK)) {
            Ok(answer) => return Some(answer),
            Err(RecvTimeoutError::Disconnected) => return panicked(),
            Err(RecvTimeoutError::Timeout) if worker.watch.is_over() => return None,
            Err(RecvTimeoutError::Timeout) if left.is_zero() => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    let started = Instant::now();
    let until = started + GRACE;
    while Instant::now() < until {
        // one that arrives late is not for the next definition
        let _ = worker
            .signals
            .send(Box::new(move |vm| interrupt(vm, started)));
        match answers.recv_timeout(AGAIN) {
            Ok(answer) => return Some(answer),
            Err(RecvTimeoutError::Disconnected) => {
                return panicked();
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    None
}

/// The payload of the unwinding that ends a definition.
struct Interrupted;

/// How many exceptions a definition may catch before its stack is unwound.
const MAX_CAUGHT: usize = 30;

/// Ends the definition on this thread: with an exception, and with a panic if it catches those.
/// Never with a panic while one is on its way, which would end the process.
fn interrupt(vm: &VirtualMachine, sent_at: Instant) -> PyResult<()> {
    if state::with(|run| run.started > sent_at).unwrap_or(true) {
        return Ok(());
    }
    let sent = state::with(|run| {
        run.interrupts += 1;
        run.interrupts
    });
    let limit = state::with(|run| run.limits.time).unwrap_or_default();
    let detail = format!("interrupted after {} s", limit.as_secs_f64());
    state::refuse(Reason::TimeLimit, detail);
    if sent.is_some_and(|sent| sent == MAX_CAUGHT) && !std::thread::panicking() {
        std::panic::resume_unwind(Box::new(Interrupted));
    }
    let base = vm.ctx.exceptions.base_exception_type.to_owned();
    Err(vm.new_exception(base, Vec::new()))
}

fn start(profile: Arc<Profile>) -> Result<Worker, Refusal> {
    let (jobs, todo) = channel::<Order>();
    let (ready, started) = channel();
    // a thread that is given up goes on using it
    let watch: &'static Watch = Box::leak(Box::default());
    let python = (profile.python.0, profile.python.1);
    let thread = std::thread::Builder::new()
        .name("rezload-vm".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            watch.this_thread();
            let interpreter = match Interpreter::new(python) {
                Ok(interpreter) => interpreter,
                Err(error) => {
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            let _ = ready.send(Ok(interpreter.signals.clone()));
            let mut is_eager = false;
            let next = |is_eager: bool| match is_eager {
                true => eager::receive(&todo, eager::NEXT).or_else(|| todo.recv().ok()),
                false => todo.recv().ok(),
            };
            while let Some((job, answers, more)) = next(is_eager) {
                is_eager = more;
                watch.arm(job.limits.memory);
                let outcome = catch_unwind(AssertUnwindSafe(|| load(&interpreter, &job)));
                watch.disarm();
                // one that was changed isn't used again, and what it gave isn't served
                let changed = state::finish().is_some_and(|run| run.changed);
                let (answer, over) = match outcome {
                    Ok(answer) => (answer, false),
                    Err(payload) => (Err(unwound(&*payload)), true),
                };
                if over {
                    // what was unwound isn't used again, nor dropped, which would run its code
                    std::mem::forget(interpreter);
                    imports::forget();
                    if answers.send((answer, true)).is_err() {
                        with_pool(|pool| pool.lost = pool.lost.saturating_sub(1));
                    }
                    return;
                }
                if answers.send((answer, changed)).is_err() {
                    // it was given up, and has come back after all
                    with_pool(|pool| pool.lost = pool.lost.saturating_sub(1));
                    return;
                }
                if changed {
                    return;
                }
            }
        });
    if let Err(error) = thread {
        return Err(Refusal::new(Reason::VmUnavailable, error.to_string()));
    }
    match started.recv() {
        Ok(Ok(signals)) => Ok(Worker {
            profile,
            jobs,
            signals,
            watch,
        }),
        Ok(Err(error)) => Err(Refusal::new(Reason::VmUnavailable, error)),
        Err(_) => Err(Refusal::new(
            Reason::VmPanic,
            "the interpreter panicked while it started",
        )),
    }
}

fn load(interpreter: &Interpreter, job: &Job) -> Outcome {
    let file = match &job.want {
        Want::Definition => File::Spelled,
        Want::Fields | Want::InRepository => File::Resolved,
    };
    state::start(&job.profile, job.limits, job.file.clone().map(file));
    let python = (job.profile.python.0, job.profile.python.1);
    let path = job.file.as_deref().unwrap_or(Path::new(""));
    run::run(interpreter, &job.text, python, |data, vm| {
        let mut converter = Converter {
            vm,
            parts: &interpreter.parts,
            text: &job.text,
            path,
            values: 0,
            seen: HashSet::new(),
            shares: false,
        };
        match &job.want {
            Want::Fields | Want::InRepository => {
                let alone = matches!(job.want, Want::Fields);
                let has_timestamp = data.contains_key("timestamp", vm);
                let fields = view::fields(data, &converter, alone, python)?;
                Ok(Answer::Fields(fields, has_timestamp))
            }
            Want::Definition => converter.definition(data).map(Answer::Definition),
        }
    })
}

fn unwound(payload: &(dyn std::any::Any + Send)) -> Refusal {
    if payload.is::<Interrupted>() {
        return Refusal::new(Reason::TimeLimit, "interrupted");
    }
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    Refusal::new(Reason::VmPanic, text.unwrap_or("the interpreter panicked"))
}
