//! Where RustPython's answer would differ from CPython's without an exception.
//!
//! The order of a set is a matter of hashes and addresses in CPython. A definition may build
//! sets, ask what is in them and sort them; one that sees the order of two or more is refused.
//! What lists the names of a module or asks for one that isn't here is refused too: the
//! facades hold less than CPython's modules.

use std::cell::Cell;

use rustpython_vm::builtins::{PyDictRef, PyFrozenSet, PyInt, PySet, PyStr};
use rustpython_vm::function::{FuncArgs, ItemDoc, PyMethodFlags};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::natives::decline;
use super::state;
use crate::decline::Reason;

type IterFunc = fn(PyObjectRef, &VirtualMachine) -> PyResult;
type ReprFunc = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

/// RustPython's own functions. Its types belong to a thread.
#[derive(Clone, Copy)]
struct Originals {
    iter: [Option<IterFunc>; 2],
    repr: [Option<ReprFunc>; 2],
}

thread_local! {
    static ORIGINALS: Cell<Option<Originals>> = const { Cell::new(None) };
}

/// Replaces what shows the order of sets, once a thread.
pub(super) fn install(vm: &VirtualMachine) {
    if ORIGINALS.get().is_some() {
        return;
    }
    let types = [vm.ctx.types.set_type, vm.ctx.types.frozenset_type];
    ORIGINALS.set(Some(Originals {
        iter: types.map(|t| t.slots.iter.load()),
        repr: types.map(|t| t.slots.repr.load()),
    }));
    for t in types {
        t.slots.iter.store(Some(iterate));
        t.slots.repr.store(Some(represent));
    }
    let pop = vm
        .ctx
        .new_method_def("pop", pop, PyMethodFlags::METHOD, ItemDoc::NONE);
    let pop = pop.build_method(vm.ctx.types.set_type, vm);
    vm.ctx
        .types
        .set_type
        .set_attr(vm.ctx.intern_str("pop"), pop.into());
}

/// The number of elements, and which of the two types it is.
fn set_len(object: &PyObject) -> (usize, usize) {
    if let Some(set) = object.downcast_ref::<PySet>() {
        return (set.elements().len(), 0);
    }
    let len = object
        .downcast_ref::<PyFrozenSet>()
        .map_or(0, |s| s.elements().len());
    (len, 1)
}

fn is_seen(object: &PyObject) -> bool {
    set_len(object).0 > 1 && state::with(|run| run.importing == 0).unwrap_or(false)
}

/// Frozen modules whose own sets may be iterated: they show no order, and aren't given sets of
/// the definition's.
const BLIND: &[&str] = &[
    "<frozen _collections_abc>",
    "<frozen abc>",
    "<frozen configparser>",
    "<frozen copy>",
    "<frozen dataclasses>",
    "<frozen enum>",
    "<frozen functools>",
    "<frozen ntpath>",
    "<frozen posixpath>",
    "<frozen string>",
    "<frozen types>",
];

/// Whether the function that runs is one of [`BLIND`].
fn is_blind(vm: &VirtualMachine) -> bool {
    let frame = vm.current_frame();
    frame.is_some_and(|frame| BLIND.contains(&frame.f_code().source_path().as_str()))
}

fn iterate(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if is_seen(&object) && !is_blind(vm) {
        return Err(decline(vm, Reason::Unordered, "the order of a set"));
    }
    let original = ORIGINALS.get().and_then(|o| o.iter[set_len(&object).1]);
    match original {
        Some(original) => original(object, vm),
        None => Err(decline(vm, Reason::Unordered, "the order of a set")),
    }
}

fn represent(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    if is_seen(object) {
        return Err(decline(vm, Reason::Unordered, "the text of a set"));
    }
    let original = ORIGINALS.get().and_then(|o| o.repr[set_len(object).1]);
    match original {
        Some(original) => original(object, vm),
        None => Err(decline(vm, Reason::Unordered, "the text of a set")),
    }
}

fn pop(set: PyRef<PySet>, vm: &VirtualMachine) -> PyResult {
    match set.elements().as_slice() {
        [] => Err(vm.new_key_error(vm.ctx.new_str("pop from an empty set").into())),
        [only] => {
            vm.call_method(set.as_object(), "clear", ())?;
            Ok(only.clone())
        }
        _ => Err(decline(vm, Reason::Unordered, "set.pop()")),
    }
}

/// Names that show how objects are made, which RustPython makes in its own way.
const INTERNAL: &[&str] = &[
    "__doc__",
    "__subclasses__",
    "__globals__",
    "__builtins__",
    "__mro__",
    "__bases__",
    "__base__",
    "__code__",
    "__closure__",
    "__loader__",
    "__spec__",
    "__dict__",
    "__hash__",
    "__reduce__",
    "__reduce_ex__",
    "__sizeof__",
    "__dir__",
    "__self__",
    "__func__",
    "__wrapped__",
    "__annotations__",
    "__annotate__",
    "__type_params__",
    "__path__",
    "__cached__",
    "__package__",
    "__traceback__",
    "__cause__",
    "__context__",
    "gi_frame",
    "cr_frame",
    "f_globals",
    "f_locals",
    "f_back",
    "f_builtins",
    "tb_frame",
    "co_code",
    "mro",
];

/// The first place in `text`, outside of `unread`, of a name that shows how objects are made.
pub(super) fn internal_name(
    text: &str,
    unread: &[std::ops::Range<usize>],
) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    INTERNAL.iter().find_map(|name| {
        memchr::memmem::find_iter(bytes, name.as_bytes())
            .find(|at| {
                let before = at.checked_sub(1).is_some_and(|i| word(bytes[i]));
                let after = bytes.get(at + name.len()).copied().is_some_and(word);
                !before && !after && !unread.iter().any(|range| range.contains(at))
            })
            .map(|at| (at, *name))
    })
}

/// Replaces builtins: those for which the order of a set doesn't matter, and those that ask
/// for names.
pub(super) fn replace_builtins(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    for name in ["sorted", "min", "max", "sum", "any", "all"] {
        let original = builtins.get_item(name, vm)?;
        let function = vm.new_function(
            name,
            move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                if let Some(first) = args.args.first().filter(|first| set_len(first).0 > 1) {
                    let Some(list) = unordered(name, first, &args, vm) else {
                        return Err(decline(vm, Reason::Unordered, format!("{name}() of a set")));
                    };
                    args.args[0] = list;
                }
                original.call(args, vm)
            },
        );
        builtins.set_item(name, function.into(), vm)?;
    }
    for name in ["getattr", "hasattr", "setattr", "delattr"] {
        let original = builtins.get_item(name, vm)?;
        let function = vm.new_function(
            name,
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                if let Some(asked) = args.args.get(1).and_then(|n| n.downcast_ref::<PyStr>()) {
                    let asked = asked.to_string_lossy();
                    if INTERNAL.contains(&&*asked) {
                        return Err(decline(
                            vm,
                            Reason::AttributeUnknown,
                            format!("{name}(..., {asked:?})"),
                        ));
                    }
                }
                original.call(args, vm)
            },
        );
        builtins.set_item(name, function.into(), vm)?;
    }
    for name in ["dir", "vars"] {
        let original = builtins.get_item(name, vm)?;
        let function = vm.new_function(
            name,
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                if !args.args.is_empty() {
                    return Err(decline(
                        vm,
                        Reason::AttributeUnknown,
                        format!("{name}() of an object"),
                    ));
                }
                original.call(args, vm)
            },
        );
        builtins.set_item(name, function.into(), vm)?;
    }
    Ok(())
}

/// The elements of the set `first` as a list, if `function` gives the same in any order.
fn unordered(
    function: &str,
    first: &PyObjectRef,
    args: &FuncArgs,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let elements = match first.downcast_ref_if_exact::<PySet>(vm) {
        Some(set) => set.elements(),
        None => first.downcast_ref_if_exact::<PyFrozenSet>(vm)?.elements(),
    };
    let exact_int = |o: &PyObjectRef| o.downcast_ref_if_exact::<PyInt>(vm).is_some();
    let exact_str = |o: &PyObjectRef| o.downcast_ref_if_exact::<PyStr>(vm).is_some();
    let alone = args.args.len() == 1;
    let fits = match function {
        // equal elements that aren't the same would show their order
        "sorted" | "min" | "max" => {
            alone
                && !args.kwargs.contains_key("key")
                && (elements.iter().all(exact_int) || elements.iter().all(exact_str))
        }
        "sum" => elements.iter().all(exact_int),
        _ => elements.iter().all(|o| exact_int(o) || exact_str(o)),
    };
    fits.then(|| vm.ctx.new_list(elements).into())
}
