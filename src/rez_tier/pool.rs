//! The helpers: a bounded number of them, each started when it is needed and kept.

use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::discover::{discover, Interpreter};
use super::error::RezError;
use super::helper::Helper;
use super::protocol::{Answer, Request};
use super::settings::RezSettings;

/// How many starts may fail in a row before none is tried again.
const MAX_FAILURES: u32 = 3;

pub(super) struct Pool {
    pub settings: RezSettings,
    interpreter: OnceLock<Result<Interpreter, RezError>>,
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    /// The process whose helpers these are.
    owner: u32,
    idle: Vec<Helper>,
    /// Helpers that are idle, at work or starting.
    count: usize,
    limit: usize,
    /// How many starts have failed since one was good, and how the last one did.
    failures: u32,
    failure: Option<RezError>,
}

impl Pool {
    pub fn new(settings: RezSettings) -> Self {
        Pool {
            settings,
            interpreter: OnceLock::new(),
            state: Mutex::new(State::new()),
            freed: Condvar::new(),
        }
    }

    /// The Python that has rez.
    pub fn found(&self) -> Result<&Interpreter, RezError> {
        let interpreter = self.interpreter.get_or_init(|| discover(&self.settings));
        interpreter.as_ref().map_err(Clone::clone)
    }

    /// Asks a helper, which is started if there is none.
    pub fn ask(&self, request: Request<'_>) -> Result<Answer, RezError> {
        let mut helper = self.take()?;
        match helper.ask(request, &self.settings) {
            Ok(Answer::Died(death)) => {
                let stderr = helper.stderr();
                self.give_back(helper);
                Err(RezError::Died {
                    death: death.into(),
                    stderr,
                })
            }
            Ok(Answer::TimedOut(_)) => {
                let stderr = helper.stderr();
                self.give_back(helper);
                Err(RezError::TimedOut {
                    limit: self.settings.timeout,
                    stderr,
                })
            }
            Ok(answer) => {
                self.give_back(helper);
                Ok(answer)
            }
            Err(error) => {
                drop(helper);
                self.lock().count -= 1;
                self.freed.notify_one();
                Err(error)
            }
        }
    }

    /// A helper that is ready; waits while all are at work, each of which takes a bounded time.
    fn take(&self) -> Result<Helper, RezError> {
        let interpreter = self.found()?;
        let mut state = self.lock();
        if state.limit == 0 {
            state.limit = self.settings.limit();
        }
        loop {
            if let Some(error) = state.give_up() {
                return Err(error);
            }
            // the last one used has its pages in memory
            if let Some(mut helper) = state.idle.pop() {
                if helper.is_ready() {
                    return Ok(helper);
                }
                // it has been killed from outside; another one takes its place
                state.count -= 1;
                continue;
            }
            if state.count < state.limit {
                state.count += 1;
                break;
            }
            state = self
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let started = Helper::start(interpreter, &self.settings);
        let mut state = self.lock();
        match &started {
            Ok(_) => state.failures = 0,
            Err(error) => {
                state.count -= 1;
                state.failures += 1;
                state.failure = Some(error.clone());
                self.freed.notify_all();
            }
        }
        started
    }

    fn give_back(&self, helper: Helper) {
        self.lock().idle.push(helper);
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.owner != process::id() {
            // a forked child has none of its parent's helpers
            *state = State::new();
        }
        state
    }
}

impl State {
    fn new() -> Self {
        State {
            owner: process::id(),
            idle: Vec::new(),
            count: 0,
            limit: 0,
            failures: 0,
            failure: None,
        }
    }

    /// Why no start is tried any more: rez won't turn up while files are loaded.
    fn give_up(&self) -> Option<RezError> {
        let failure = self.failure.as_ref().filter(|_| self.failures > 0)?;
        let hopeless = failure.is_absence() || self.failures >= MAX_FAILURES;
        hopeless.then(|| failure.clone())
    }
}
