//! One definition in the VM, as `_load_py` of `rez/serialise.py` runs it.

use std::cell::RefCell;
use std::rc::Rc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDict, PyDictRef, PyStr};
use rustpython_vm::{AsObject, PyRef, PyResult, VirtualMachine};

use super::cache::{Codes, Compiled};
use super::front::{self, Cut, Early};
use super::handed;
use super::integrity::{self, Fingerprint};
use super::interpreter::{execute, Interpreter, Parts};
use super::natives::{facts::check_shared, imports};
use super::outcome::Refusal;
use super::process::process;
use super::state;
use super::versions;
use super::{EARLY_FILENAME, FILENAME};
use crate::decline::Reason;

/// rez's own names, which aren't attributes of the package.
const EXCLUDED: [&str; 7] = [
    "scope",
    "InvalidPackageError",
    "__builtins__",
    "early",
    "late",
    "include",
    "ModifyList",
];

/// A definition that is being run: its text, and how to get at what isn't compiled yet.
pub(super) struct Running<'a> {
    pub text: &'a str,
    pub cut: Cut,
    python: (u8, u8),
    codes: &'a RefCell<Codes>,
}

impl Running<'_> {
    /// The code of the residue.
    fn residue(&self, vm: &VirtualMachine) -> Result<Compiled, Refusal> {
        let (text, sets) = (self.cut.residue.as_str(), self.cut.sets);
        if let Some(code) = self.codes.borrow().get(text, sets) {
            return Ok(code);
        }
        let (code, may_change) = front::compile(text, sets, self.python)?;
        let code = PyCode::new_ref_from_bytecode(vm, code);
        let code = Compiled { code, may_change };
        self.codes.borrow_mut().put(text, sets, code.clone());
        Ok(code)
    }

    /// The `@early()` function that starts in `line`, if its body was taken out.
    pub fn early(&self, line: usize) -> Option<&Early> {
        self.cut.early.iter().find(|early| early.line == line)
    }

    /// The code of an `@early()` function whose body was taken out.
    pub fn early_code(&self, early: &Early, vm: &VirtualMachine) -> Result<Compiled, Refusal> {
        let (text, sets) = (&self.text[early.text.clone()], self.cut.sets);
        if let Some(code) = self.codes.borrow().get(text, sets) {
            return Ok(code);
        }
        let compiled = front::compile_function(text, sets, self.python);
        let (code, may_change) = compiled.map_err(|refusal| Refusal {
            line: refusal.line.map(|line| line + early.def_line - 1),
            ..refusal
        })?;
        let code = PyCode::new_ref_from_bytecode(vm, code);
        let code = Compiled { code, may_change };
        self.codes.borrow_mut().put(text, sets, code.clone());
        Ok(code)
    }
}

/// Runs `text` and hands the processed attributes to `then`.
pub(super) fn run<T>(
    interpreter: &Interpreter,
    text: &str,
    python: (u8, u8),
    then: impl Fn(&PyDictRef, &VirtualMachine) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    for whole in [false, true] {
        let running = Running {
            text,
            cut: front::cut(text, whole)?,
            python,
            codes: &interpreter.codes,
        };
        match attempt(interpreter, &running, &then) {
            Err(None) if running.cut.elided => {}
            Err(None) => break,
            Err(Some(refusal)) => return Err(refusal),
            Ok(value) => return Ok(value),
        }
    }
    Err(Refusal::new(Reason::VmSyntax, "a body that isn't there"))
}

/// Runs the definition; `Err(None)` when a body that was left out is needed.
fn attempt<T>(
    interpreter: &Interpreter,
    running: &Running<'_>,
    then: impl Fn(&PyDictRef, &VirtualMachine) -> Result<T, Refusal>,
) -> Result<T, Option<Refusal>> {
    state::with(|run| {
        run.needs_bodies = false;
        run.refusal = None;
        run.printed = 0;
        run.handed = Rc::clone(&running.cut.handed);
        run.stub = Some(interpreter.parts.stub.clone());
    });
    let parts = &interpreter.parts;
    let outcome = interpreter.enter(|vm| {
        versions::install(running.python.1, vm);
        let code = match running.cut.is_all_handed {
            true => None,
            false => {
                let compiled = running.residue(vm)?;
                if compiled.may_change {
                    watch_changes(vm);
                }
                Some(compiled.code)
            }
        };
        let globals = vm.ctx.new_dict();
        let outcome = attributes(code, running, parts, &globals, vm)
            .and_then(|data| check_shared(vm).map(|()| data))
            .map_err(|error| raised(&error, vm))
            .and_then(|data| {
                let value = then(&data, vm);
                data.clear();
                value
            });
        // functions hold the globals that hold them
        globals.clear();
        drop(state::with(|run| {
            (
                std::mem::take(&mut run.raised),
                std::mem::take(&mut run.shared),
            )
        }));
        let before = state::with(|run| run.fingerprint).flatten();
        let changed = before.is_some_and(|before| !before.is_unchanged(vm));
        if changed || !imports::are_containers_unchanged() {
            state::with(|run| run.changed = true);
        }
        if integrity::held(parts.builtins.as_object()) != parts.builtins_held {
            state::with(|run| run.changed = true);
            state::refuse(Reason::Sandbox, "a change of the builtins");
        }
        outcome
    });
    let (needs_bodies, refusal) =
        state::with(|run| (run.needs_bodies, run.refusal.take())).unwrap_or_default();
    if needs_bodies {
        return Err(None);
    }
    match (outcome, refusal) {
        (outcome, Some(refusal)) => Err(Some(Refusal {
            // the exception that the refusal raised knows where it was
            line: refusal.line.or(outcome.err().and_then(|error| error.line)),
            ..refusal
        })),
        (Ok(value), None) => Ok(value),
        (Err(error), None) => Err(Some(error)),
    }
}

/// Notes what modules and classes hold, before code runs that may change it.
pub(super) fn watch_changes(vm: &VirtualMachine) {
    let seen = state::with(|run| run.fingerprint.is_some()).unwrap_or(true);
    if !seen {
        let now = Fingerprint::new(vm);
        state::with(|run| run.fingerprint = Some(now));
    }
}

/// Executes the code, if there is more than what is handed over, and processes what it binds.
fn attributes(
    code: Option<PyRef<PyCode>>,
    running: &Running<'_>,
    parts: &Parts,
    globals: &PyDictRef,
    vm: &VirtualMachine,
) -> PyResult<PyDictRef> {
    let scopes = match running.cut.scopes {
        true => parts.dsl("ScopeContext", vm)?.call((), vm)?,
        false => parts.unused_scopes.clone(),
    };
    globals.set_item("scope", scopes.clone(), vm)?;
    for name in [
        "early",
        "late",
        "include",
        "ModifyList",
        "InvalidPackageError",
    ] {
        globals.set_item(name, parts.dsl(name, vm)?, vm)?;
    }
    globals.set_item("__builtins__", parts.builtins.clone().into(), vm)?;
    match code {
        Some(code) => execute(code, globals.clone(), vm)?,
        None => {
            let all = 0..running.cut.handed.len();
            handed::put(&running.cut.handed, all, &parts.stub, globals, vm)?;
        }
    }

    let data = vm.ctx.new_dict();
    for (key, value) in globals.items_vec() {
        let excluded = key
            .downcast_ref::<PyStr>()
            .is_some_and(|k| EXCLUDED.iter().any(|e| k.as_bytes() == e.as_bytes()));
        if excluded {
            continue;
        }
        if let Some(builtin) = parts.builtins.get_item_opt(&*key, vm)? {
            if vm.bool_eq(&builtin, &value)? {
                continue;
            }
        }
        data.set_item(&*key, value, vm)?;
    }
    if running.cut.scopes {
        let scoped = vm.call_method(&scopes, "to_dict", ())?;
        if let Some(scoped) = scoped.downcast_ref::<PyDict>() {
            for (key, value) in scoped.items_vec() {
                data.set_item(&*key, value, vm)?;
            }
        }
    }
    process(&data, running, parts, vm)?;
    Ok(data)
}

/// A refusal for what the definition raised.
pub(super) fn raised(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Refusal {
    let class = error.class().name().to_string();
    let message = error
        .as_object()
        .str(vm)
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut line = None;
    let mut traceback = error.traceback();
    while let Some(entry) = traceback {
        let code = entry.frame.f_code();
        match code.source_path().as_str() {
            FILENAME => line = Some(entry.lineno.get()),
            EARLY_FILENAME => line = state::with(|run| run.early_line + entry.lineno.get() - 1),
            _ => {}
        }
        traceback = entry.next.lock().clone();
    }
    let reason = match class.as_str() {
        "RecursionError" => Reason::RecursionLimit,
        "MemoryError" => Reason::MemoryLimit,
        _ => Reason::Raised,
    };
    let mut detail = match message.as_str() {
        "" => class,
        _ => format!("{class}: {message}"),
    };
    if detail.len() > 300 {
        let end = (0..=300)
            .rev()
            .find(|i| detail.is_char_boundary(*i))
            .unwrap_or(0);
        detail.truncate(end);
    }
    Refusal {
        reason,
        line,
        offset: None,
        detail: Some(detail),
    }
}
