//! What a definition is handed instead of compiling it: literals as values, and functions
//! whose bodies wait.
//!
//! The residue calls [`PUT`] where they stood, so that everything is bound in its order. Files
//! that differ in their literals alone have the same residue, and so share its bytecode; one
//! that is nothing but literals and functions has no bytecode at all.

use std::ops::Range;
use std::rc::Rc;

use rustpython_vm::builtins::{PyCode, PyDictRef};
use rustpython_vm::compiler::core::OneIndexed;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::state;
use super::versions;
use crate::definition::Value;

/// The builtin that binds what is handed over, from an index up to another.
pub(super) const PUT: &str = "__rezload_put__";

/// A name, and what is bound to it.
#[derive(Clone, Debug)]
pub(super) enum Handed {
    Value {
        name: String,
        value: Value,
    },
    Function {
        name: String,
        /// The line of its first decorator or its `def`, from 1.
        line: usize,
        /// Whether it is decorated with `@early()`.
        early: bool,
    },
}

/// Whether the VM can be handed `value`: the types of which a new object is the same as one
/// that code makes.
pub(super) fn is_plain(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
        // what code makes of other characters depends on the version of Unicode
        Value::Str(text) => text.is_ascii() || text.chars().all(versions::is_settled),
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_plain),
        Value::Dict(items) => items.iter().all(|(k, v)| is_plain(k) && is_plain(v)),
        _ => false,
    }
}

/// The builtin [`PUT`]: binds in the namespace of the code that calls it.
pub(super) fn put_from_code(first: usize, last: usize, vm: &VirtualMachine) -> PyResult<()> {
    let run = state::with(|run| (Rc::clone(&run.handed), run.stub.clone()));
    match run {
        Some((handed, Some(stub))) => put(&handed, first..last, &stub, &vm.current_globals(), vm),
        _ => Ok(()),
    }
}

/// Binds `handed[range]` in `globals`; `stub` is the code of functions whose bodies wait.
pub(super) fn put(
    handed: &[Handed],
    range: Range<usize>,
    stub: &PyRef<PyCode>,
    globals: &PyDictRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    for item in handed.get(range).into_iter().flatten() {
        let (name, object) = match item {
            Handed::Value { name, value } => (name, object(value, vm)?),
            Handed::Function { name, line, early } => {
                (name, function(name, *line, *early, stub, globals, vm)?)
            }
        };
        globals.set_item(vm.ctx.intern_str(name.as_str()), object, vm)?;
    }
    Ok(())
}

fn object(value: &Value, vm: &VirtualMachine) -> PyResult {
    let objects = |items: &[Value]| -> PyResult<Vec<PyObjectRef>> {
        items.iter().map(|item| object(item, vm)).collect()
    };
    Ok(match value {
        Value::Bool(value) => vm.ctx.new_bool(*value).into(),
        Value::Int(value) => vm.ctx.new_int(*value).into(),
        Value::Float(value) => vm.ctx.new_float(*value).into(),
        Value::Str(value) => vm.ctx.new_str(value.as_str()).into(),
        Value::List(items) => vm.ctx.new_list(objects(items)?).into(),
        Value::Tuple(items) => vm.ctx.new_tuple(objects(items)?).into(),
        Value::Dict(items) => {
            let dict = vm.ctx.new_dict();
            for (key, value) in items {
                dict.set_item(&*object(key, vm)?, object(value, vm)?, vm)?;
            }
            dict.into()
        }
        _ => vm.ctx.none(),
    })
}

/// A function as `def` makes it, of the code of one that calls for its body.
fn function(
    name: &str,
    line: usize,
    early: bool,
    stub: &PyRef<PyCode>,
    globals: &PyDictRef,
    vm: &VirtualMachine,
) -> PyResult {
    let mut code = stub.code.clone();
    code.obj_name = vm.ctx.intern_str(name);
    code.qualname = code.obj_name;
    code.first_line_number = OneIndexed::new(line);
    let code = PyRef::new_ref(PyCode::new(code), vm.ctx.types.code_type.to_owned(), None);
    let function = vm
        .ctx
        .types
        .function_type
        .to_owned()
        .as_object()
        .call((code, globals.clone()), vm)?;
    if early {
        // `early` of `rez/utils/sourcecode.py`
        function.set_attr("_early", vm.ctx.new_bool(true), vm)?;
    }
    Ok(function)
}
