//! What exceptions are made of: CPython's classes refuse keywords and kinds of arguments that
//! RustPython's take.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use rustpython_vm::builtins::{PyBaseException, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::classes::{set_method, with_subclasses};
use super::natives::decline;
use super::state::minor;
use crate::decline::Reason;

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
type New = fn(PyRef<PyType>, FuncArgs, &VirtualMachine) -> PyResult;

thread_local! {
    /// RustPython's own initializers, by the class they are in.
    static ORIGINALS: RefCell<HashMap<usize, Init>> = RefCell::default();
    static BLOCKING: Cell<Option<New>> = const { Cell::new(None) };
    /// The text of an `OSError`.
    static TEXT: RefCell<Option<PyObjectRef>> = const { RefCell::new(None) };
}

/// Has all classes of exceptions ask about their arguments, once a thread. Those that are made
/// later inherit it.
pub(super) fn install(vm: &VirtualMachine) {
    if BLOCKING.get().is_some() {
        return;
    }
    let known = &vm.ctx.exceptions;
    with_subclasses(known.base_exception_type, &mut |class| {
        // the constructor of this one knows its own initializer, and refuses keywords
        if !class.fast_issubclass(known.os_error) {
            ask_initializer(class, vm);
        }
    });
    let name = vm.ctx.intern_str("__str__");
    TEXT.set(known.os_error.attributes.get(name));
    set_method(known.os_error, "__str__", text, vm);
    BLOCKING.set(known.blocking_io_error.slots.new.load());
    known.blocking_io_error.slots.new.store(Some(new_blocking));
}

/// Has the initializer of `class` ask about its arguments.
fn ask_initializer(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let Some(original) = class.slots.init.load() else {
        return;
    };
    // with two bases it comes twice
    if ORIGINALS.with_borrow(|originals| originals.contains_key(&class.get_id())) {
        return;
    }
    ORIGINALS.with_borrow_mut(|originals| originals.insert(class.get_id(), original));
    class.slots.init.store(Some(init));
    let name = vm.ctx.intern_str("__init__");
    if class.attributes.contains(name) {
        // what `super()` finds
        let asking = move |this: PyRef<PyBaseException>, args: FuncArgs, vm: &VirtualMachine| {
            if !this.fast_isinstance(class) {
                return Err(decline(vm, Reason::VmValue, "another exception"));
            }
            ask(this.as_object(), &args, vm)?;
            original(this.as_object(), args, vm)
        };
        set_method(class, "__init__", asking, vm);
    }
}

fn init(this: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    ask(this, &args, vm)?;
    let original = ORIGINALS.with_borrow(|originals| {
        let classes = this.class().mro_collect();
        let mut classes = classes.iter();
        classes.find_map(|class| originals.get(&class.get_id()).copied())
    });
    match original {
        Some(original) => original(this, args, vm),
        None => Err(decline(vm, Reason::VmValue, "an exception of no class")),
    }
}

/// Refuses the arguments that CPython's initializer refuses.
fn ask(this: &PyObject, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let known = &vm.ctx.exceptions;
    let is = |class: &Py<PyType>| this.fast_isinstance(class);
    let takes = |name: &str| match name {
        "name_from" => is(known.import_error) && minor() >= 12,
        "name" if is(known.attribute_error) || is(known.name_error) => minor() >= 10,
        "obj" => is(known.attribute_error) && minor() >= 10,
        "name" | "path" => is(known.import_error),
        _ => false,
    };
    let mut names = args.kwargs.keys().map(|name| name.to_string_lossy());
    if let Some(name) = names.find(|name| !takes(name)) {
        let detail = format!("`{name}` of an exception");
        return Err(decline(vm, Reason::VmValue, detail));
    }
    // behind its text are the parts of a place
    if is(known.syntax_error) && args.args.len() > 1 {
        return Err(decline(vm, Reason::VmValue, "a syntax error with a place"));
    }
    Ok(())
}

/// The third argument may be a number, of characters.
fn new_blocking(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let is_plain = class.is(vm.ctx.exceptions.blocking_io_error) && args.args.len() < 3;
    match BLOCKING.get() {
        Some(new) if is_plain => new(class, args, vm),
        _ => Err(decline(
            vm,
            Reason::VmValue,
            "the arguments of BlockingIOError",
        )),
    }
}

/// CPython's text shows a number or a message that is `None`.
fn text(this: PyRef<PyBaseException>, vm: &VirtualMachine) -> PyResult {
    let args = this.args();
    let shows_none = args.len() > 1 && args.iter().any(|arg| vm.is_none(arg));
    match TEXT.with_borrow(Clone::clone) {
        Some(text) if !shows_none => text.call((this,), vm),
        _ => Err(decline(
            vm,
            Reason::VmValue,
            "the text of an OSError of `None`",
        )),
    }
}
