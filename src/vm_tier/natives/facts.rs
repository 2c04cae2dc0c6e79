//! What the host is: the facts of the profile, and the environment.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rustpython_vm::builtins::{PyDictRef, PyInt, PyModule, PyStr, PyStrRef, PyTuple};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use super::super::literal;
use super::super::profile::Profile;
use super::super::state::{self, Run};
use super::{decline, host_text, natives};
use crate::decline::Reason;

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    natives!(
        module,
        vm,
        check_encoding,
        environ,
        fact,
        getenv,
        known_fact,
        shared
    );
    Ok(())
}

/// The fact `name`, which a definition can't do without.
fn fact(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let name = name.to_string_lossy();
    match find(&name, vm)? {
        // CPython has the same object each time
        Some(value) if !is_immutable(&value, vm) => keep(&name, value, vm),
        Some(value) => Ok(value),
        None => Err(decline(vm, Reason::HostFact, name)),
    }
}

/// The fact `name`, `None` if the profile doesn't say.
fn known_fact(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let found = find(&name.to_string_lossy(), vm)?;
    Ok(found.unwrap_or_else(|| vm.ctx.none()))
}

fn find(name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(known) = KNOWN.with_borrow(|known| known.get(name).cloned()) {
        return Ok(known);
    }
    let Some(profile) = profile() else {
        return Ok(None);
    };
    if name == "python" {
        return Ok(Some(profile.python.to_pyobject(vm)));
    }
    let value = match literal_of(&profile, name) {
        Some(literal) => Some(literal::evaluate(&literal, vm)?),
        None => None,
    };
    let host = profile.host.as_ref();
    let lasts = profile.facts.contains_key(name) || host.is_none_or(|host| !host.may_change(name));
    if lasts && value.as_ref().is_none_or(|value| is_immutable(value, vm)) {
        KNOWN.with_borrow_mut(|known| known.insert(name.to_owned(), value.clone()));
    }
    Ok(value)
}

/// Declines `text`, which comes from the file system or goes there, where CPython has bytes other
/// than UTF-8 for it (`sys.getfilesystemencoding()`), or may have.
pub(super) fn check_text(text: &str, vm: &VirtualMachine) -> PyResult<()> {
    if text.is_ascii() || cfg!(windows) {
        return Ok(());
    }
    let encoding = match find("sys.getfilesystemencoding", vm)? {
        Some(encoding) => Some(encoding),
        None => find("locale.encoding", vm)?,
    };
    let is_utf_8 = encoding.is_some_and(|it| literal::text(&it).is_some_and(|it| it == "utf-8"));
    match is_utf_8 {
        true => Ok(()),
        false => {
            let detail = "a path or a variable beyond ASCII, where that isn't UTF-8";
            Err(decline(vm, Reason::HostFact, detail))
        }
    }
}

/// [`check_text`] for the facades.
fn check_encoding(text: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
    check_text(&text.to_string_lossy(), vm)
}

/// The object that rez or the library keeps as `name` and hands out again and again: `made`, or
/// what was the first time. A definition that changes it declines.
fn shared(name: PyStrRef, made: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    keep(&name.to_string_lossy(), made, vm)
}

pub(in super::super) fn keep(name: &str, made: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let kept = |run: &mut Run| run.shared.get(name).map(|(object, _)| object.clone());
    if let Some(object) = state::with(kept).flatten() {
        return Ok(object);
    }
    let text = made.repr(vm)?.to_string_lossy().into_owned();
    state::with(|run| {
        run.shared.insert(name.to_owned(), (made.clone(), text));
    });
    Ok(made)
}

/// Declines a definition that has changed one of these objects, and forgets them.
pub(in super::super) fn check_shared(vm: &VirtualMachine) -> PyResult<()> {
    let shared = state::with(|run| std::mem::take(&mut run.shared)).unwrap_or_default();
    for (name, (object, text)) in shared {
        if object.repr(vm)?.to_string_lossy() != text {
            let detail = format!("a change of {name}, which rez keeps");
            return Err(decline(vm, Reason::Sandbox, detail));
        }
    }
    Ok(())
}

thread_local! {
    /// The facts that this thread's interpreter was told, which has one profile all its life.
    static KNOWN: RefCell<HashMap<String, Option<PyObjectRef>>> = RefCell::default();
}

/// Forgets the objects of this thread's former interpreter.
pub(super) fn forget() {
    KNOWN.take();
}

/// Whether a definition can't change `value`, so that the next one may have it, too.
fn is_immutable(value: &PyObjectRef, vm: &VirtualMachine) -> bool {
    match value.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().iter().all(|item| is_immutable(item, vm)),
        None => {
            value.downcast_ref::<PyStr>().is_some()
                || value.downcast_ref::<PyInt>().is_some()
                || vm.is_none(value)
        }
    }
}

/// The fact `name` as a literal.
fn literal_of(profile: &Profile, name: &str) -> Option<String> {
    let known = profile.facts.get(name).cloned();
    known.or_else(|| profile.host.as_ref()?.fact(name))
}

/// Whether the profile knows the fact `name`.
pub(super) fn is_known(name: &str) -> bool {
    profile().is_some_and(|profile| literal_of(&profile, name).is_some())
}

/// The profile of the run on this thread.
fn profile() -> Option<Arc<Profile>> {
    state::with(|run| Arc::clone(&run.profile))
}

fn getenv(key: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let Some(key) = key.to_str() else {
        let detail = "an environment variable that isn't UTF-8";
        return Err(decline(vm, Reason::HostFact, detail));
    };
    let value = match profile().and_then(|profile| profile.host.clone()) {
        Some(host) => host.variable(key),
        // names that the host can't look up aren't in the environment
        None if key.is_empty() || key.contains(['=', '\0']) => None,
        None => std::env::var_os(key),
    };
    match value {
        Some(value) => host_text(&value, vm),
        None => Ok(vm.ctx.none()),
    }
}

fn environ(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let environment = match profile().and_then(|profile| profile.host.clone()) {
        Some(host) => host.environment(),
        None => std::env::vars_os().collect(),
    };
    let dict = vm.ctx.new_dict();
    for (mut name, value) in environment {
        if cfg!(windows) {
            // `os.py` has them in upper case, and C's library keeps those of `cmd` from it
            match name.to_str() {
                Some(text) if text.starts_with('=') => continue,
                Some(text) => name = text.to_uppercase().into(),
                None => {}
            }
        }
        let name = host_text(&name, vm)?;
        dict.set_item(&*name, host_text(&value, vm)?, vm)?;
    }
    Ok(dict)
}
