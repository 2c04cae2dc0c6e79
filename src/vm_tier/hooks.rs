//! Where RustPython's answer would differ from CPython's without an exception.
//!
//! The order of a set is a matter of hashes and addresses in CPython. A definition may build
//! sets, ask what is in them and sort them; one that sees the order of two or more is refused.
//! What lists the names of a module or asks for one that isn't here is refused too: the
//! facades hold less than CPython's modules.

use std::cell::Cell;

use memchr::memmem;
use rustpython_vm::builtins::{PyDictRef, PyFloat, PyFrozenSet, PyInt, PySet, PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::classes::set_method;
use super::guard;
use super::natives::decline;
use super::observe;
use super::state;
use super::versions;
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
    static VIEWS: Cell<[Option<ReprFunc>; 2]> = const { Cell::new([None; 2]) };
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
    set_method(vm.ctx.types.set_type, "pop", pop, vm);
    let views = views(vm);
    VIEWS.set(views.map(|view| view.slots.repr.load()));
    for view in views {
        view.slots.repr.store(Some(represent_view));
    }
    // what fits a type parameter is asked by CPython alone
    let union = &vm.ctx.types.union_type.slots.as_mapping;
    union.subscript.store(Some(|_, _, vm| {
        Err(decline(
            vm,
            Reason::VmValue,
            "a union of types with an index",
        ))
    }));
}

fn views(vm: &VirtualMachine) -> [&'static Py<PyType>; 2] {
    [vm.ctx.types.dict_values_type, vm.ctx.types.dict_items_type]
}

/// The text of a view that isn't in what it views, where RustPython ends elsewhere than CPython.
fn represent_view(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let [values, items] = VIEWS.get();
    let is_values = object.class().is(views(vm)[0]);
    let Some(original) = (if is_values { values } else { items }) else {
        return Err(decline(vm, Reason::VmValue, "the text of a view"));
    };
    let text = original(object, vm)?;
    if memmem::find(text.as_bytes(), b"{...}").is_some() {
        return Err(decline(
            vm,
            Reason::VmValue,
            "the text of a view in its dict",
        ));
    }
    Ok(text)
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

/// Names that show how objects are made, which RustPython makes in its own way, and those of
/// methods that are asked in other ways than CPython's.
const INTERNAL: &[&str] = &[
    "__abc_tpflags__",
    "__abstractmethods__",
    "__aenter__",
    "__aexit__",
    "__aiter__",
    "__alloc__",
    "__anext__",
    "__annotate__",
    "__annotate_func__",
    "__annotations__",
    "__annotations_cache__",
    "__args__",
    "__await__",
    "__base__",
    "__bases__",
    "__basicsize__",
    "__bound__",
    "__breakpointhook__",
    "__buffer__",
    "__build_class__",
    "__builtins__",
    "__bytes__",
    "__cached__",
    "__callback__",
    "__cause__",
    "__ceil__",
    "__cformat__",
    "__class_getitem__",
    "__classcell__",
    "__classdictcell__",
    "__closure__",
    "__code__",
    "__complex__",
    "__constraints__",
    "__context__",
    "__contravariant__",
    "__copy__",
    "__covariant__",
    "__deepcopy__",
    "__default__",
    "__defaults__",
    "__del__",
    "__delattr__",
    "__delete__",
    "__dict__",
    "__dictoffset__",
    "__dir__",
    "__displayhook__",
    "__div__",
    "__divmod__",
    "__doc__",
    "__excepthook__",
    "__firstlineno__",
    "__flags__",
    "__floor__",
    "__forward_arg__",
    "__forward_code__",
    "__forward_evaluated__",
    "__forward_is_argument__",
    "__forward_is_class__",
    "__forward_module__",
    "__forward_value__",
    "__func__",
    "__get__",
    "__getattribute__",
    "__getformat__",
    "__getinitargs__",
    "__getitem_inner__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__getstate__",
    "__globals__",
    "__hash__",
    "__iand__",
    "__idiv__",
    "__ifloordiv__",
    "__ilshift__",
    "__imatmul__",
    "__imod__",
    "__imul__",
    "__infer_variance__",
    "__instancecheck__",
    "__interactivehook__",
    "__invert__",
    "__ior__",
    "__ipow__",
    "__irshift__",
    "__isabstractmethod__",
    "__isub__",
    "__itemsize__",
    "__itruediv__",
    "__ixor__",
    "__jit__",
    "__kwdefaults__",
    "__length_hint__",
    "__loader__",
    "__lshift__",
    "__match_args__",
    "__matmul__",
    "__module__",
    "__mro__",
    "__mro_entries__",
    "__newobj__",
    "__newobj_ex__",
    "__non_callable_proto_members__",
    "__notes__",
    "__objclass__",
    "__orig_bases__",
    "__orig_class__",
    "__origin__",
    "__origname__",
    "__package__",
    "__parameters__",
    "__path__",
    "__pos__",
    "__prepare__",
    "__protocol_attrs__",
    "__qualname__",
    "__rand__",
    "__rdiv__",
    "__rdivmod__",
    "__reduce__",
    "__reduce_ex__",
    "__release_buffer__",
    "__replace__",
    "__rfloordiv__",
    "__rlshift__",
    "__rmatmul__",
    "__rmod__",
    "__ror__",
    "__round__",
    "__rpow__",
    "__rrshift__",
    "__rshift__",
    "__rtruediv__",
    "__rxor__",
    "__self__",
    "__self_class__",
    "__set_format__",
    "__setattr__",
    "__setstate__",
    "__sizeof__",
    "__slotnames__",
    "__spec__",
    "__static_attributes__",
    "__stdin__",
    "__subclasscheck__",
    "__subclasses__",
    "__subclasshook__",
    "__suppress_context__",
    "__text_signature__",
    "__thisclass__",
    "__total__",
    "__traceback__",
    "__trunc__",
    "__type_params__",
    "__typing_is_unpacked_typevartuple__",
    "__typing_prepare_subst__",
    "__typing_subst__",
    "__typing_unpacked_tuple_args__",
    "__unpacked__",
    "__unraisablehook__",
    "__value__",
    "__vectorcalloffset__",
    "__warningregistry__",
    "__weakref__",
    "__weakrefoffset__",
    "__wrapped__",
    // of a match, where RustPython has the end of what it found
    "endpos",
    "gi_frame",
    "gi_code",
    "gi_yieldfrom",
    "cr_frame",
    "f_globals",
    "f_locals",
    "f_back",
    "f_builtins",
    "f_code",
    "tb_frame",
    "tb_next",
    "co_code",
    "co_consts",
    "co_names",
    "mro",
];

/// Whether the profile's Python may lack the attribute `name`.
pub(super) fn is_later(name: &str) -> bool {
    versions::is_later_attribute(name, state::minor())
}

/// Whether `name` shows how objects are made.
fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// Internal names that definitions give to variables of theirs: nothing has such an attribute but
/// classes, which a text without the word doesn't make.
const VARIABLES: [&str; 2] = ["__dir__", "__path__"];

/// Whether the `name` at `at` in `text` can't be that of an attribute: it is assigned to at the
/// beginning of a line, or follows something in its line that isn't a dot or a quote. (What is got
/// at by the name in a string is asked about then.)
fn is_variable(text: &str, at: usize, name: &str) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = text[line..at].trim_end_matches([' ', '\t', '\x0c']);
    let after = text[at + name.len()..].trim_start_matches([' ', '\t', '\x0c']);
    let is_bound = match before.chars().next_back() {
        None => line == at && after.starts_with('=') && !after.starts_with("=="),
        Some(last) => !['.', '"', '\''].contains(&last),
    };
    is_bound && memchr::memmem::find(text.as_bytes(), b"class").is_none()
}

/// The first place in `text`, outside of `unread`, of a name that shows how objects are made.
pub(super) fn internal_name(
    text: &str,
    unread: &[std::ops::Range<usize>],
) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let read = |at: &usize| !unread.iter().any(|range| range.contains(at));
    let starts = |at: usize| !at.checked_sub(1).is_some_and(|i| word(bytes[i]));
    let end = |at: usize| at + bytes[at..].iter().take_while(|byte| word(**byte)).count();
    let dunder = memchr::memmem::find_iter(bytes, b"__")
        .filter(|at| starts(*at) && read(at))
        .map(|at| (at, &text[at..end(at)]))
        .find(|(at, name)| {
            is_internal(name) && !(VARIABLES.contains(name) && is_variable(text, *at, name))
        });
    let found = dunder.or_else(|| {
        let plain = INTERNAL.iter().filter(|name| !name.starts_with("__"));
        plain.copied().find_map(|name| {
            memchr::memmem::find_iter(bytes, name.as_bytes())
                .find(|at| starts(*at) && end(*at) == at + name.len() && read(at))
                .map(|at| (at, name))
        })
    });
    found.map(|(at, name)| (at, name.to_owned()))
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
                let result = original.call(args, vm)?;
                // CPython compensates for rounding from 3.12 on
                let later = || state::with(|run| run.profile.python.1 >= 12).unwrap_or(true);
                if name == "sum" && result.downcast_ref::<PyFloat>().is_some() && later() {
                    return Err(decline(vm, Reason::VmValue, "a sum of floats"));
                }
                Ok(result)
            },
        );
        builtins.set_item(name, function.into(), vm)?;
    }
    for name in ["getattr", "hasattr", "setattr", "delattr"] {
        let changes = matches!(name, "setattr" | "delattr");
        let original = builtins.get_item(name, vm)?;
        let function = vm.new_function(
            name,
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                if let Some(asked) = args.args.get(1).and_then(|n| n.downcast_ref::<PyStr>()) {
                    let asked = asked.to_string_lossy();
                    if is_internal(&asked) || is_later(&asked) {
                        return Err(decline(
                            vm,
                            Reason::AttributeUnknown,
                            format!("{name}(..., {asked:?})"),
                        ));
                    }
                    if !changes {
                        observe::ask(&args.args[0], &asked, vm)?;
                        guard::ask_of_library(&args.args[0], &asked, vm)?;
                    }
                }
                if let Some(value) = args.args.get(2).filter(|_| changes) {
                    observe::unbound(value.clone(), vm)?;
                }
                if let Some(changed) = args.args.first().filter(|_| changes) {
                    guard::note_change(changed, vm)?;
                }
                original.call(args, vm)
            },
        );
        builtins.set_item(name, function.into(), vm)?;
    }
    let original = builtins.get_item("chr", vm)?;
    let chr = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let made = original.call(args, vm)?;
        let text = made.downcast_ref::<PyStr>();
        if !text.is_none_or(|text| versions::is_settled_text(text)) {
            return Err(decline(vm, Reason::VmValue, "a character of late"));
        }
        Ok(made)
    };
    builtins.set_item("chr", vm.new_function("chr", chr).into(), vm)?;
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
        // of floats the order would tell
        "sum" => elements
            .iter()
            .chain(args.args.get(1))
            .chain(args.kwargs.values())
            .all(exact_int),
        _ => elements.iter().all(|o| exact_int(o) || exact_str(o)),
    };
    fits.then(|| vm.ctx.new_list(elements).into())
}
