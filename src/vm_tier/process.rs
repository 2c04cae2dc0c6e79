//! `process_python_objects` of `rez/serialise.py`: `@early` functions are evaluated, rex and
//! late functions become source code, other functions and modules go.

use rustpython_vm::builtins::{PyDict, PyDictRef, PyFunction, PyModule, PyStr};
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::interpreter::Parts;
use super::natives::{decline, facts::keep, REX_FUNCTIONS};
use super::run::{watch_changes, Running};
use super::state;
use super::FILENAME;
use crate::decline::Reason;

/// How deep dicts may nest; rez walks them recursively.
const MAX_DEPTH: usize = 60;

/// How many functions may give one another.
const MAX_CHAIN: usize = 100;

/// Processes the attributes in place.
pub(super) fn process(
    data: &PyDictRef,
    running: &Running<'_>,
    parts: &Parts,
    vm: &VirtualMachine,
) -> PyResult<()> {
    process_dict(data, data, running, parts, 0, vm)?;
    trim(data, 0, vm)
}

fn process_dict(
    dict: &PyDictRef,
    data: &PyDictRef,
    running: &Running<'_>,
    parts: &Parts,
    depth: usize,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(decline(vm, Reason::RecursionLimit, "dicts in dicts"));
    }
    // the evaluation of a function may change the dict: rez's loop would raise, or go another way
    let (size, keys) = (dict.size(), dict.keys_vec());
    for key in &keys {
        let value = dict.get_item(&**key, vm)?;
        let processed = process_value(value.clone(), data, running, parts, depth, vm)?;
        let may_have_run = !processed.is(&value) || processed.downcast_ref::<PyDict>().is_some();
        if dict.size() != size || may_have_run && !are_same(&keys, &dict.keys_vec()) {
            return Err(decline(
                vm,
                Reason::Raised,
                "RuntimeError: dictionary keys changed during iteration",
            ));
        }
        dict.set_item(&**key, processed, vm)?;
    }
    Ok(())
}

fn are_same(one: &[PyObjectRef], other: &[PyObjectRef]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.is(b))
}

fn process_value(
    value: PyObjectRef,
    data: &PyDictRef,
    running: &Running<'_>,
    parts: &Parts,
    depth: usize,
    vm: &VirtualMachine,
) -> PyResult {
    let mut value = value;
    for _ in 0..MAX_CHAIN {
        if value.fast_isinstance(vm.ctx.types.dict_type) {
            let Ok(dict) = value.clone().downcast_exact::<PyDict>(vm) else {
                return Err(decline(vm, Reason::VmValue, "a subclass of dict"));
            };
            process_dict(&dict.into_pyref(), data, running, parts, depth + 1, vm)?;
            return Ok(value);
        }
        if value.downcast_ref::<PyFunction>().is_none() {
            return Ok(value);
        }
        if vm.get_attribute_opt(&value, "_early")?.is_some() {
            value = evaluate_early(&value, data, running, parts, vm)?;
            continue;
        }
        let late = vm.get_attribute_opt(&value, "_late")?.is_some();
        let name = value.get_attr("__name__", vm)?;
        let rex = name
            .downcast_ref::<PyStr>()
            .is_some_and(|n| REX_FUNCTIONS.iter().any(|r| n.as_bytes() == r.as_bytes()));
        if late || rex {
            let late = vm.ctx.new_bool(late).into();
            let attributes = [("_func", value), ("_eval_as_function", late)];
            return parts.instance("SourceCode", attributes, vm);
        }
        return Ok(value);
    }
    Err(decline(
        vm,
        Reason::RecursionLimit,
        "an early function that gives another",
    ))
}

/// Calls a copy of the function whose globals have `this` and the building variables.
fn evaluate_early(
    function: &PyObjectRef,
    data: &PyDictRef,
    running: &Running<'_>,
    parts: &Parts,
    vm: &VirtualMachine,
) -> PyResult {
    let mut code = function.get_attr("__code__", vm)?;
    let line = code
        .get_attr("co_firstlineno", vm)?
        .try_to_value::<usize>(vm)?;
    let globals = function.get_attr("__globals__", vm)?;
    let Ok(globals) = globals.downcast::<PyDict>() else {
        return Err(decline(vm, Reason::VmValue, "a function without globals"));
    };
    let globals = globals.copy().into_ref(&vm.ctx);
    let count = code
        .get_attr("co_argcount", vm)?
        .try_to_value::<usize>(vm)?;
    let file = code.get_attr("co_filename", vm)?;
    let outlined = file
        .downcast_ref::<PyStr>()
        .is_some_and(|f| f.as_bytes() == FILENAME.as_bytes());
    if let Some(early) = running.early(line).filter(|_| outlined) {
        let body = running.early_code(early, vm).map_err(|refusal| {
            let error =
                vm.new_exception(vm.ctx.exceptions.base_exception_type.to_owned(), Vec::new());
            state::with(|run| run.refusal.get_or_insert(refusal).reason);
            error
        })?;
        if body.may_change {
            watch_changes(vm);
        }
        state::with(|run| run.early_line = early.def_line);
        code = body.code.into();
    }
    let copy = vm.ctx.types.function_type.to_owned().as_object().call(
        (
            code,
            globals.clone(),
            function.get_attr("__name__", vm)?,
            function.get_attr("__defaults__", vm)?,
            function.get_attr("__closure__", vm)?,
        ),
        vm,
    )?;
    let this = parts.instance("EarlyThis", [("_data", data.clone().into())], vm)?;
    globals.set_item("this", this, vm)?;
    // `default_objects` of `rez/serialise.py`, the values outside a build
    globals.set_item("building", vm.ctx.new_bool(false).into(), vm)?;
    globals.set_item("testing", vm.ctx.new_bool(false).into(), vm)?;
    globals.set_item("build_variant_index", vm.ctx.new_int(0).into(), vm)?;
    // one list for all functions: `get_objects` copies the dict alone
    let requires = keep(
        "build_variant_requires",
        vm.ctx.new_list(Vec::new()).into(),
        vm,
    )?;
    globals.set_item("build_variant_requires", requires, vm)?;
    match count {
        0 => copy.call((), vm),
        1 => copy.call((data.clone(),), vm),
        _ => Err(decline(
            vm,
            Reason::Raised,
            "@early decorated function must take zero or one args only",
        )),
    }
}

/// Takes away what is never part of an installed package.
fn trim(dict: &PyDictRef, depth: usize, vm: &VirtualMachine) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(decline(vm, Reason::RecursionLimit, "dicts in dicts"));
    }
    for (key, value) in dict.items_vec() {
        if let Some(function) = value.downcast_ref::<PyFunction>() {
            let name = function.as_object().get_attr("__name__", vm)?;
            if name
                .downcast_ref::<PyStr>()
                .is_none_or(|n| n.as_bytes() != b"preprocess")
            {
                dict.del_item(&*key, vm)?;
            }
            continue;
        }
        if value.downcast_ref::<PyModule>().is_some() {
            dict.del_item(&*key, vm)?;
            continue;
        }
        let Some(name) = key.downcast_ref::<PyStr>() else {
            return Err(decline(
                vm,
                Reason::NonStringKey,
                "a key that isn't a string",
            ));
        };
        if name.as_bytes().starts_with(b"__") {
            dict.del_item(&*key, vm)?;
        } else if let Ok(inner) = value.downcast::<PyDict>() {
            trim(&inner, depth + 1, vm)?;
        }
    }
    Ok(())
}
