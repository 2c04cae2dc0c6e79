//! What the natives know of the definition that is running on this thread.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use rustpython_vm::builtins::PyCode;
use rustpython_vm::{PyObjectRef, PyRef};

use super::handed::Handed;
use super::integrity::Fingerprint;
use super::limits::Limits;
use super::outcome::Refusal;
use super::profile::Profile;
use crate::decline::Reason;

/// The file of a definition.
#[derive(Clone)]
pub(super) enum File {
    /// As it is spelled (`load_py` of `rez/serialise.py`).
    Spelled(PathBuf),
    /// Without symbolic links (`load_from_file`).
    Resolved(PathBuf),
}

/// The run on this thread.
pub(super) struct Run {
    pub profile: Arc<Profile>,
    pub limits: Limits,
    /// What rez compiles the definition under; `None` where that isn't known.
    pub file: Option<File>,
    /// The first refusal: it stands, whatever the definition makes of the exception.
    pub refusal: Option<Refusal>,
    /// An elided body was called.
    pub needs_bodies: bool,
    /// What modules and classes held before code ran that may change it.
    pub fingerprint: Option<Fingerprint>,
    /// The interpreter isn't what it was.
    pub changed: bool,
    /// The line of the `def` of the `@early()` function that was evaluated last.
    pub early_line: usize,
    /// When the run started.
    pub started: Instant,
    /// How often the run was told to end.
    pub interrupts: usize,
    /// How many imports are under way.
    pub importing: usize,
    /// The modules that the definition imported, with those above them.
    pub imported: Vec<String>,
    /// The exceptions that the definition itself has raised.
    pub raised: Vec<PyObjectRef>,
    /// The objects that rez or the library hands out again and again, by name, and their texts.
    pub shared: BTreeMap<String, (PyObjectRef, String)>,
    pub printed: usize,
    pub read: usize,
    /// What the code binds without making it itself.
    pub handed: Rc<[Handed]>,
    /// The code of functions whose bodies wait.
    pub stub: Option<PyRef<PyCode>>,
}

thread_local! {
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Starts a run on this thread.
pub(super) fn start(profile: &Arc<Profile>, limits: Limits, file: Option<File>) {
    RUN.set(Some(Run {
        profile: Arc::clone(profile),
        limits,
        file,
        refusal: None,
        needs_bodies: false,
        fingerprint: None,
        changed: false,
        early_line: 0,
        started: Instant::now(),
        interrupts: 0,
        importing: 0,
        imported: Vec::new(),
        raised: Vec::new(),
        shared: BTreeMap::new(),
        printed: 0,
        read: 0,
        handed: Rc::default(),
        stub: None,
    }));
}

/// Ends the run on this thread.
pub(super) fn finish() -> Option<Run> {
    RUN.take()
}

/// What `then` gives for the run on this thread; `None` outside a run.
pub(super) fn with<T>(then: impl FnOnce(&mut Run) -> T) -> Option<T> {
    RUN.with_borrow_mut(|run| run.as_mut().map(then))
}

/// The minor version of the profile's Python; 0 outside a run.
pub(super) fn minor() -> u8 {
    with(|run| run.profile.python.1).unwrap_or_default()
}

/// Whether frozen modules run that are being imported, or there is no run.
pub(super) fn is_importing() -> bool {
    with(|run| run.importing > 0).unwrap_or(true)
}

/// Notes a refusal, unless there is one already.
pub(super) fn refuse(reason: Reason, detail: impl Into<String>) {
    with(|run| {
        if run.refusal.is_none() {
            run.refusal = Some(Refusal::new(reason, detail));
        }
    });
}
