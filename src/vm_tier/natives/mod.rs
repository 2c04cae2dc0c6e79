//! The module `_rezload`: all that frozen code and definitions can ask of the host.
//!
//! Everything here reads. What would write, start or connect isn't here at all: the
//! interpreter is built without RustPython's host environment.

pub(super) mod facts;
mod files;
mod hash;
pub(super) mod imports;
mod math;
mod version;

use rustpython_vm::builtins::{PyFunction, PyModule, PyStrRef, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::literal;
use super::observe::{asked, known};
use super::state::File;
use super::{operators, state};
use crate::decline::Reason;
use crate::real_path::real_path;

/// The names that rez treats as rex functions, `package_rex_keys` in
/// `rez/package_resources.py`.
pub(super) const REX_FUNCTIONS: [&str; 5] = [
    "pre_commands",
    "commands",
    "post_commands",
    "pre_build_commands",
    "pre_test_commands",
];

/// Notes the refusal, and gives the exception that ends the definition. It isn't an
/// `Exception`; a definition that catches it all the same is refused at its end.
pub(super) fn decline(
    vm: &VirtualMachine,
    reason: Reason,
    detail: impl Into<String>,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let detail = detail.into();
    let message = vm.ctx.new_str(detail.as_str());
    state::refuse(reason, detail);
    vm.new_exception(
        vm.ctx.exceptions.base_exception_type.to_owned(),
        vec![message.into()],
    )
}

/// Adds functions of Rust to the module, by their own names.
macro_rules! natives {
    ($module:expr, $vm:expr, $($name:ident),+ $(,)?) => {
        $($module.set_attr(stringify!($name), $vm.new_function(stringify!($name), $name), $vm)?;)+
    };
}
use natives;

/// A new module `_rezload`.
pub(super) fn module(vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let module = vm.new_module("_rezload", vm.ctx.new_dict(), None);
    natives!(
        module,
        vm,
        ask_attribute,
        asked,
        changes,
        definition_file,
        is_called_by_own,
        is_function,
        is_own,
        known,
        literal_eval,
        module_locals,
        no_descriptor,
        ask_constructor,
        note,
        refuse_method,
        output,
        rex_functions
    );
    facts::add(&module, vm)?;
    files::add(&module, vm)?;
    hash::add(&module, vm)?;
    imports::add(&module, vm)?;
    math::add(&module, vm)?;
    version::add(&module, vm)?;
    module.set_attr("decline", vm.new_function("decline", decline_py), vm)?;
    Ok(module)
}

fn decline_py(code: PyStrRef, detail: PyStrRef, vm: &VirtualMachine) -> PyResult {
    Err(decline(vm, reason(&code), detail.to_string_lossy()))
}

fn reason(code: &PyStrRef) -> Reason {
    let code = code.to_string_lossy();
    let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
    reason.copied().unwrap_or(Reason::AttributeUnknown)
}

/// Notes a refusal where nothing can be raised.
fn note(code: PyStrRef, detail: PyStrRef) {
    state::refuse(reason(&code), detail.to_string_lossy());
}

/// Refuses attributes that show how objects are made.
fn ask_attribute(name: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
    let name = name.to_string_lossy();
    let internal = super::hooks::internal_name(&name, &[]).map(|(_, name)| name);
    let dunder = || name.contains("__").then(|| name.to_string());
    let later = || super::hooks::is_later(&name).then(|| name.to_string());
    match internal.or_else(dunder).or_else(later) {
        Some(name) => Err(decline(vm, Reason::AttributeUnknown, name)),
        None => Ok(()),
    }
}

/// Refuses a change of `object`, if the next definition may see it.
fn changes(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    super::guard::note_change(&object, vm)
}

/// Makes the instances of `class` plain attributes of classes.
fn no_descriptor(class: PyObjectRef) {
    if let Some(class) = class.downcast_ref::<PyType>() {
        class.slots.descr_get.store(None);
    }
}

/// Refuses calls of a method of a class that isn't made in Python.
fn refuse_method(class: PyObjectRef, name: PyStrRef, vm: &VirtualMachine) {
    let name = name.to_string_lossy().into_owned();
    if let Some(class) = class.downcast_ref::<PyType>() {
        let detail = format!("{}.{name}", class.name());
        let method = move |_args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            Err(decline(vm, Reason::AttributeUnknown, detail.clone()))
        };
        let method = vm.new_function("method", method);
        class.set_attr(vm.ctx.intern_str(name), method.into());
    }
}

/// Has the constructor of `class` ask about its arguments.
fn ask_constructor(class: PyObjectRef) {
    if let Some(class) = class.downcast_ref::<PyType>() {
        operators::ask_constructor(class);
    }
}

fn rex_functions(vm: &VirtualMachine) -> PyObjectRef {
    let names = REX_FUNCTIONS.map(|name| vm.ctx.new_str(name).into());
    vm.ctx.new_tuple(names.to_vec()).into()
}

fn is_function(object: PyObjectRef) -> bool {
    object.downcast_ref::<PyFunction>().is_some()
}

/// Whether `object` is a function that the definition itself defines.
fn is_own(object: PyObjectRef, vm: &VirtualMachine) -> bool {
    is_own_function(&object, vm)
}

pub(super) fn is_own_function(object: &PyObject, vm: &VirtualMachine) -> bool {
    if object.downcast_ref::<PyFunction>().is_none() {
        return false;
    }
    let code = object.get_attr("__code__", vm);
    let file = code.and_then(|code| code.get_attr("co_filename", vm));
    file.is_ok_and(|file| literal::text(&file).is_some_and(is_own_file))
}

/// `co_filename` of the definition's own `function`, or of what calls the function that asks.
///
/// Late-bound functions are compiled apart from the file.
fn definition_file(function: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let code = match function.downcast_ref::<PyFunction>() {
        Some(_) => function.get_attr("__code__", vm)?,
        None => calling_frame(vm)?.get_attr("f_code", vm)?,
    };
    let place = code.get_attr("co_filename", vm)?;
    let here = [super::FILENAME, super::EARLY_FILENAME];
    let file = match literal::text(&place).is_some_and(|place| here.contains(&place)) {
        true => state::with(|run| run.file.clone()).flatten(),
        false => None,
    };
    match file.and_then(|file| match file {
        File::Spelled(path) => Some(path),
        File::Resolved(path) => real_path(&path).ok(),
    }) {
        Some(file) => host_text(file.as_os_str(), vm),
        None => {
            let detail = "the file of what isn't read from one";
            Err(decline(vm, Reason::HostFact, detail))
        }
    }
}

/// What calls the function of the library that asks.
fn calling_frame(vm: &VirtualMachine) -> PyResult {
    vm.call_method(vm.sys_module.as_object(), "_getframe", (1,))
}

/// The names of the module that the calling method's caller is at the top level of.
fn module_locals(vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let frame = calling_frame(vm)?;
    let code = frame.get_attr("f_code", vm)?;
    let name = code.get_attr("co_name", vm)?;
    if name
        .downcast_ref::<rustpython_vm::builtins::PyStr>()
        .is_none_or(|n| n.to_string_lossy() != "<module>")
    {
        return Err(decline(vm, Reason::Scope, "`scope` inside a function"));
    }
    frame.get_attr("f_globals", vm)
}

/// Whether the function that asks was called by a definition.
fn is_called_by_own(vm: &VirtualMachine) -> PyResult<bool> {
    let frame = calling_frame(vm)?;
    let code = frame.get_attr("f_code", vm)?;
    let file = code.get_attr("co_filename", vm)?;
    Ok(literal::text(&file).is_some_and(is_own_file))
}

fn is_own_file(file: &str) -> bool {
    [super::FILENAME, super::EARLY_FILENAME, super::LATE_FILENAME].contains(&file)
}

fn output(bytes: usize, vm: &VirtualMachine) -> PyResult<()> {
    let over = state::with(|run| {
        run.printed = run.printed.saturating_add(bytes);
        run.printed > run.limits.output
    });
    match over {
        Some(true) => Err(decline(
            vm,
            Reason::OutputLimit,
            "the definition prints without end",
        )),
        _ => Ok(()),
    }
}

fn literal_eval(text: PyStrRef, vm: &VirtualMachine) -> PyResult {
    literal::evaluate(&text.to_string_lossy(), vm)
}

/// Text of the host's as Python has it; what isn't UTF-8 would be escaped with surrogates.
pub(super) fn host_text(text: &std::ffi::OsStr, vm: &VirtualMachine) -> PyResult {
    match text.to_str() {
        Some(text) => {
            facts::check_text(text, vm)?;
            Ok(vm.ctx.new_str(text).into())
        }
        None => Err(decline(
            vm,
            Reason::HostFact,
            "text of the host that isn't UTF-8",
        )),
    }
}
