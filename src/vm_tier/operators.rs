//! Operations of RustPython's own types whose results aren't CPython's: corrected where that is
//! exact, refused elsewhere. Installed once a thread, for the types are the thread's.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use memchr::{memchr, memmem};
use rustpython_vm::builtins::{
    PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PySet, PyStr, PyTuple, PyType,
};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::classes::set_method;
use super::exceptions;
use super::hooks;
use super::literal;
use super::natives::decline;
use super::observe;
use super::state::{is_importing, minor};
use super::versions;
use crate::decline::Reason;

type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;
type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
type New = fn(PyRef<PyType>, FuncArgs, &VirtualMachine) -> PyResult;
type Represent = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;
type Ternary = fn(&PyObject, &PyObject, &PyObject, &VirtualMachine) -> PyResult;

thread_local! {
    static NAMESPACE: Cell<Option<Init>> = const { Cell::new(None) };
    static RANGE: Cell<Option<New>> = const { Cell::new(None) };
    static ZIP: Cell<Option<New>> = const { Cell::new(None) };
    static MAP: Cell<Option<New>> = const { Cell::new(None) };
    static COUNT: Cell<Option<New>> = const { Cell::new(None) };
    static REPEAT: Cell<Option<New>> = const { Cell::new(None) };
    static PARTIAL: Cell<Option<New>> = const { Cell::new(None) };
    static DEFAULTDICT: Cell<Option<Init>> = const { Cell::new(None) };
    static FORMATS: RefCell<Vec<PyObjectRef>> = RefCell::default();
    /// What each method is asked, and RustPython's own.
    static ORIGINALS: RefCell<Vec<(Check, PyObjectRef)>> = RefCell::default();
    static DIVIDE: Cell<Option<Binary>> = const { Cell::new(None) };
    static POWER: Cell<Option<Ternary>> = const { Cell::new(None) };
    static FORMAT: Cell<Option<Binary>> = const { Cell::new(None) };
    static FORMAT_TEXT: Cell<Option<Binary>> = const { Cell::new(None) };
    static REPRESENT: Cell<Option<Represent>> = const { Cell::new(None) };
}

/// Classes whose text says nothing of addresses, nor of how RustPython makes objects.
pub(super) const PLAIN: &[&str] = &[
    "NoneType",
    "NotImplementedType",
    "bool",
    "bytearray",
    "bytes",
    "collections.OrderedDict",
    "complex",
    "deque",
    "collections.deque",
    "collections.defaultdict",
    "defaultdict",
    "dict",
    "dict_items",
    "dict_keys",
    "dict_values",
    "ellipsis",
    "float",
    "frozenset",
    "int",
    "list",
    "mappingproxy",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
    "type",
    "types.SimpleNamespace",
    "SimpleNamespace",
    "re.Pattern",
    "Pattern",
    "re.Match",
    "Match",
];

/// Replaces them.
pub(super) fn install(vm: &VirtualMachine) {
    if DIVIDE.get().is_some() {
        return;
    }
    let types = &vm.ctx.types;
    DIVIDE.set(types.int_type.slots.as_number.true_divide.load());
    POWER.set(types.float_type.slots.as_number.power.load());
    FORMAT.set(types.bytes_type.slots.as_number.remainder.load());
    for class in [types.int_type, types.bool_type] {
        class.slots.as_number.true_divide.store(Some(divide));
    }
    let power_of_floats = &types.float_type.slots.as_number;
    power_of_floats.power.store(Some(power));
    power_of_floats.right_power.store(Some(power));
    for class in [types.bytes_type, types.bytearray_type] {
        class.slots.as_number.remainder.store(Some(format_bytes));
    }
    let text = &types.str_type.slots;
    FORMAT_TEXT.set(text.as_number.remainder.load());
    text.as_number.remainder.store(Some(format_text));
    REPRESENT.set(text.repr.load());
    text.repr.store(Some(represent_text));
    // the last bits of complex numbers are those of C's compiler
    let complex = &types.complex_type.slots.as_number;
    for slot in [
        &complex.multiply,
        &complex.right_multiply,
        &complex.true_divide,
        &complex.right_true_divide,
    ] {
        slot.store(Some(no_complex));
    }
    for slot in [&complex.power, &complex.right_power] {
        slot.store(Some(no_complex_power));
    }
    set_method(types.complex_type, "__format__", text_of_complex, vm);
    let real = vm
        .ctx
        .new_readonly_getset("real", types.float_type, real_part);
    types
        .float_type
        .set_attr(vm.ctx.intern_str("real"), real.into());
    hide_addresses(types.object_type, vm, 0);
    // classes of definitions look for it by its name
    set_method(types.object_type, "__repr__", text_of_object, vm);
    check_arguments(vm);
    // CPython's can't be subscripted
    let name = vm.ctx.intern_str("__class_getitem__");
    for class in [types.staticmethod_type, types.classmethod_type] {
        let refuse = |_: FuncArgs, vm: &VirtualMachine| -> PyResult {
            Err(decline(vm, Reason::VmValue, "a static method of a type"))
        };
        class.set_attr(name, vm.new_function("__class_getitem__", refuse).into());
    }
    exceptions::install(vm);
    ZIP.set(types.zip_type.slots.new.load());
    types.zip_type.slots.new.store(Some(new_zip));
    MAP.set(types.map_type.slots.new.load());
    types.map_type.slots.new.store(Some(new_map));
    RANGE.set(types.range_type.slots.new.load());
    types.range_type.slots.new.store(Some(new_range));
    // CPython's is that of the dict
    set_method(types.mappingproxy_type, "__str__", text_of_object, vm);
    NAMESPACE.set(types.namespace_type.slots.init.load());
    types.namespace_type.slots.init.store(Some(init_namespace));
    FORMATS.with_borrow_mut(|formats| {
        for name in ["format", "format_map"] {
            formats.extend(types.str_type.get_attr(vm.ctx.intern_str(name)));
        }
    });
    set_method(types.str_type, "format", format, vm);
    set_method(types.str_type, "format_map", format_map, vm);
}

/// What is wrong with the arguments of a method, which come behind the object.
type Check = fn(&PyObject, &FuncArgs) -> Option<&'static str>;

/// Methods of strings whose answers aren't CPython's, and of which arguments.
const OF_STRINGS: &[(&str, Check)] = &[
    ("replace", counted_replacement),
    ("startswith", not_its_own_kind),
    ("endswith", not_its_own_kind),
    ("partition", of_a_subclass),
    ("rpartition", of_a_subclass),
    ("__mod__", of_a_subclass),
    ("encode", no_codec),
    ("isidentifier", not_ascii),
    ("isnumeric", not_ascii),
    ("isalpha", not_settled),
    ("isalnum", not_settled),
    ("isdecimal", not_settled),
    ("isdigit", not_settled),
    ("islower", not_settled),
    ("isprintable", not_settled),
    ("istitle", not_settled),
    ("isupper", not_settled),
    ("capitalize", not_settled),
    ("casefold", not_settled),
    ("lower", not_settled),
    ("swapcase", not_settled),
    ("title", not_settled),
    ("upper", not_settled),
];

/// The same of bytes and bytearrays.
const OF_BYTES: &[(&str, Check)] = &[
    ("replace", counted_replacement),
    ("startswith", not_its_own_kind),
    ("endswith", not_its_own_kind),
    ("partition", of_a_subclass),
    ("rpartition", of_a_subclass),
    ("decode", no_codec),
    ("__mod__", formatted_with_a_string),
    ("isalpha", not_ascii),
    ("isalnum", not_ascii),
];

const OF_BYTES_ALONE: &[(&str, Check)] = &[
    ("__eq__", compared_with_a_bytearray),
    ("__ne__", compared_with_a_bytearray),
    ("__lt__", compared_with_a_bytearray),
    ("__le__", compared_with_a_bytearray),
    ("__gt__", compared_with_a_bytearray),
    ("__ge__", compared_with_a_bytearray),
];

/// A set in what is looked through has no hash in CPython.
const OF_SETS: &[(&str, Check)] = &[
    ("isdisjoint", may_hold_a_set),
    ("issuperset", may_hold_a_set),
];

/// A part of a `float` of another class is a `float`.
const OF_FLOATS: &[(&str, Check)] = &[("conjugate", of_a_subclass)];

const OF_RANGES: &[(&str, Check)] = &[("index", no_whole_number), ("count", no_whole_number)];

/// `""` `.startswith(1, 2)` is a `TypeError` in CPython: a start behind the end doesn't matter.
fn not_its_own_kind(this: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let is_text = this.downcast_ref::<PyStr>().is_some();
    let fits = |item: &PyObject| match is_text {
        true => item.downcast_ref::<PyStr>().is_some(),
        false => {
            item.downcast_ref::<PyBytes>().is_some() || item.downcast_ref::<PyByteArray>().is_some()
        }
    };
    let first = args.args.first()?;
    let all = match first.downcast_ref::<PyTuple>() {
        Some(items) => items.iter().all(|item| fits(item)),
        None => fits(first),
    };
    (!all).then_some("a prefix or suffix of another kind")
}

/// `count` is a keyword from Python 3.13 on, and nothing in nothing was replaced by number from
/// 3.9 on.
fn counted_replacement(this: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    if !args.kwargs.is_empty() && (minor() < 13 || this.downcast_ref::<PyStr>().is_none()) {
        return Some("`count=` of `replace`");
    }
    let is_empty = |object: &PyObject| match object.downcast_ref::<PyStr>() {
        Some(text) => text.is_empty(),
        // of bytes nobody asks
        None => true,
    };
    let counted = args.args.len() > 2 && minor() < 9;
    (counted && is_empty(this)).then_some("a number of replacements in nothing")
}

/// `None` is no codec, and no way to handle errors; nor is a text with a NUL.
fn no_codec(_: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let mut all = args.args.iter().chain(args.kwargs.values());
    let all = all.all(|item| {
        let text = item.downcast_ref::<PyStr>();
        text.is_some_and(|text| !text.as_bytes().contains(&0))
    });
    (!all).then_some("a codec that is no string")
}

fn may_hold_a_set(_: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let is_set = |item: &PyObjectRef| item.downcast_ref::<PySet>().is_some();
    let other = args.args.first()?;
    let may = match (
        other.downcast_ref::<PyList>(),
        other.downcast_ref::<PyTuple>(),
    ) {
        (Some(list), _) => list.borrow_vec().iter().any(is_set),
        (_, Some(tuple)) => tuple.iter().any(is_set),
        _ => ![
            "set",
            "frozenset",
            "str",
            "bytes",
            "dict",
            "dict_keys",
            "range",
        ]
        .contains(&&*other.class().name()),
    };
    may.then_some("a look through what may hold sets")
}

/// What has no separator is its own first part, and may be of another class.
fn of_a_subclass(this: &PyObject, _: &FuncArgs) -> Option<&'static str> {
    is_of_subclass(this).then_some("a part of what is of a subclass")
}

/// Whether a string, bytes or a number is of a class of its own.
fn is_of_subclass(this: &PyObject) -> bool {
    this.class().heaptype_ext.is_some()
}

fn formatted_with_a_string(this: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let is_text = this.downcast_ref::<PyStr>().is_some();
    let is_string = |item: &PyObjectRef| item.downcast_ref::<PyTuple>().is_none();
    (!is_text && args.args.first().is_some_and(is_string)).then_some("bytes formatted")
}

/// `bytes.__eq__` leaves that to the other one.
fn compared_with_a_bytearray(_: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let is_other = |item: &PyObjectRef| item.downcast_ref::<PyByteArray>().is_some();
    args.args
        .first()
        .is_some_and(is_other)
        .then_some("bytes compared with a bytearray by name")
}

/// `range(3).index(1.0)` is 1.
fn no_whole_number(_: &PyObject, args: &FuncArgs) -> Option<&'static str> {
    let is_whole = |item: &PyObjectRef| item.downcast_ref::<PyInt>().is_some();
    (!args.args.iter().all(is_whole)).then_some("the place of an object in a range")
}

/// Bytes from 128 on aren't letters; which characters are numbers, or may be in names, differs
/// between versions of Unicode.
fn not_ascii(this: &PyObject, _: &FuncArgs) -> Option<&'static str> {
    (!bytes_of(this)?.is_ascii()).then_some("a class of characters beyond ASCII")
}

/// A definition can't write such characters, but read them.
fn not_settled(this: &PyObject, _: &FuncArgs) -> Option<&'static str> {
    let text = this.downcast_ref::<PyStr>()?;
    (!versions::is_settled_text(text)).then_some("a character of late")
}

/// Has the methods of strings, bytes and ranges ask about their arguments first.
fn check_arguments(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    let classes = [
        (types.str_type, OF_STRINGS),
        (types.bytes_type, OF_BYTES),
        (types.bytes_type, OF_BYTES_ALONE),
        (types.bytearray_type, OF_BYTES),
        (types.range_type, OF_RANGES),
        (types.float_type, OF_FLOATS),
        (types.set_type, OF_SETS),
        (types.frozenset_type, OF_SETS),
    ];
    for (class, methods) in classes {
        for &(name, check) in methods {
            let Some(original) = class.get_direct_attr(vm.ctx.intern_str(name)) else {
                continue;
            };
            let place = ORIGINALS.with_borrow_mut(|originals| {
                originals.push((check, original));
                originals.len() - 1
            });
            let call = move |this: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
                checked(place, this, args, vm)
            };
            set_method(class, name, call, vm);
        }
    }
    // it takes bytes from Python 3.14 on
    for class in [types.bytes_type, types.bytearray_type] {
        let method = vm.new_function("fromhex", no_fromhex);
        class.set_attr(vm.ctx.intern_str("fromhex"), method.into());
    }
}

fn checked(place: usize, this: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let known = ORIGINALS.with_borrow(|originals| originals.get(place).cloned());
    let Some((check, original)) = known else {
        return Err(decline(
            vm,
            Reason::VmValue,
            "a method of another interpreter",
        ));
    };
    if let Some(detail) = check(&this, &args) {
        return Err(decline(vm, Reason::VmValue, detail));
    }
    args.args.insert(0, this);
    original.call(args, vm)
}

/// It takes a mapping from Python 3.13 on.
fn init_namespace(this: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    match NAMESPACE.get() {
        Some(init) if args.args.is_empty() => init(this, args, vm),
        _ => Err(decline(vm, Reason::VmValue, "a namespace of a mapping")),
    }
}

/// Has `count`, `defaultdict`, `partial` and `repeat`, the classes of an interpreter, ask about
/// their arguments.
pub(super) fn ask_constructor(class: &Py<PyType>) {
    match &*class.name().to_string() {
        "defaultdict" => {
            if minor() < 9 {
                versions::refuse_or_of_dicts(class);
            }
            let init = class.slots.init.load();
            if init.map(|init| init as usize) != Some(init_defaultdict as Init as usize) {
                DEFAULTDICT.set(init);
                class.slots.init.store(Some(init_defaultdict));
            }
        }
        "count" => ask_new(class, &COUNT, new_count),
        "partial" => ask_new(class, &PARTIAL, new_partial),
        "repeat" => ask_new(class, &REPEAT, new_repeat),
        _ => {}
    }
}

/// `repr(range(True))` is `range(0, True)` before Python 3.10.
fn new_range(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match RANGE.get() {
        Some(new) if !args.args.iter().any(|value| is_odd_int(value, vm)) => new(class, args, vm),
        _ => Err(decline(vm, Reason::VmValue, "a range of truth values")),
    }
}

/// Whether `value` is an `int` of another class: a truth value, say.
fn is_odd_int(value: &PyObject, vm: &VirtualMachine) -> bool {
    value.downcast_ref::<PyInt>().is_some() && !value.class().is(vm.ctx.types.int_type)
}

/// `strict` came with Python 3.10.
fn new_zip(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    new_with_keywords_from(10, ZIP.get(), class, args, vm)
}

/// `strict` came with Python 3.14.
fn new_map(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    new_with_keywords_from(14, MAP.get(), class, args, vm)
}

/// Makes an instance with `new`, which takes keywords from the minor version `first` on; frozen
/// modules may use them.
fn new_with_keywords_from(
    first: u8,
    new: Option<New>,
    class: PyRef<PyType>,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    match new {
        Some(new) if args.kwargs.is_empty() || minor() >= first || is_importing() => {
            new(class, args, vm)
        }
        _ => Err(decline(vm, Reason::VmValue, "a keyword of later Pythons")),
    }
}

/// Has `class` make its instances with `asking`, which knows what it has made them with.
fn ask_new(class: &Py<PyType>, original: &'static LocalKey<Cell<Option<New>>>, asking: New) {
    let new = class.slots.new.load();
    if new.map(|new| new as usize) != Some(asking as usize) {
        original.set(new);
        class.slots.new.store(Some(asking));
    }
}

/// It counts from 1, and not from `True`.
fn new_count(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut values = args.args.iter().chain(args.kwargs.values());
    match COUNT.get() {
        Some(new) if !values.any(|value| is_odd_int(value, vm)) => new(class, args, vm),
        _ => Err(decline(vm, Reason::VmValue, "a count of truth values")),
    }
}

/// One of another one has a dict of keywords for itself.
fn new_partial(class: PyRef<PyType>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(new) = PARTIAL.get() else {
        return Err(decline(vm, Reason::VmValue, "functools.partial"));
    };
    let Some(inner) = args.args.first().cloned() else {
        return new(class, args, vm);
    };
    let is_partial = |class: &Py<PyType>| {
        let new = class.slots.new.load();
        new.map(|new| new as usize) == Some(new_partial as New as usize)
    };
    if !is_partial(inner.class()) {
        return new(class, args, vm);
    }
    let dict = inner.dict();
    // which of them become one depends on the version
    if !inner.class().is(&class)
        || class.heaptype_ext.is_some() && super::guard::is_own(&class, vm)
        || dict.is_some_and(|dict| dict.__len__() > 0)
    {
        return Err(decline(vm, Reason::VmValue, "a partial of a partial"));
    }
    let keywords = inner.get_attr("keywords", vm)?;
    let keywords = vm.call_method(&keywords, "copy", ())?;
    let Ok(keywords) = keywords.downcast::<PyDict>() else {
        return Err(decline(vm, Reason::VmValue, "a partial of a partial"));
    };
    let mut all = FuncArgs::default();
    all.args.push(inner.get_attr("func", vm)?);
    let stored = inner.get_attr("args", vm)?;
    all.args.extend(vm.extract_elements_with(&stored, Ok)?);
    let is_placeholder = |value: &PyObjectRef| &*value.class().name() == "_PlaceholderType";
    if all.args.iter().any(is_placeholder) {
        return Err(decline(vm, Reason::VmValue, "a partial of a partial"));
    }
    all.args.extend(args.args.drain(1..));
    for (key, value) in keywords.items_vec() {
        let Some(key) = literal::text(&key) else {
            return Err(decline(vm, Reason::VmValue, "a partial of a partial"));
        };
        all.kwargs.insert(key.into(), value);
    }
    all.kwargs.extend(args.kwargs);
    new(class, all, vm)
}

/// How often is a number, and not `None`.
fn new_repeat(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let times = args.args.get(1).or_else(|| args.kwargs.get("times"));
    let is_number = times.is_none_or(|times| times.downcast_ref::<PyInt>().is_some());
    match REPEAT.get() {
        Some(new) if is_number => new(class, args, vm),
        _ => Err(decline(
            vm,
            Reason::VmValue,
            "a repetition without a number",
        )),
    }
}

/// What stands behind the items is an error in CPython.
fn init_defaultdict(this: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    match DEFAULTDICT.get() {
        Some(init) if args.args.len() < 3 => init(this, args, vm),
        _ => Err(decline(
            vm,
            Reason::VmValue,
            "a defaultdict of more than two",
        )),
    }
}

fn no_fromhex(_: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(decline(
        vm,
        Reason::VmValue,
        "bytes from hexadecimal digits",
    ))
}

fn format(template: PyRef<PyStr>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    format_with(0, template, args, vm)
}

fn format_map(template: PyRef<PyStr>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    format_with(1, template, args, vm)
}

/// `str.format`, unless the template asks for how objects are made.
fn format_with(
    at: usize,
    template: PyRef<PyStr>,
    mut args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let text = template.to_string_lossy();
    if let Some((_, name)) = hooks::internal_name(&text, &[]) {
        return Err(decline(vm, Reason::AttributeUnknown, name));
    }
    // without a field it is the result
    if is_of_subclass(template.as_object()) {
        return Err(decline(vm, Reason::VmValue, "a template of a subclass"));
    }
    let mut values = args.args.iter().chain(args.kwargs.values());
    if text.contains(".__") && !values.all(|value| observe::is_scalar(value, vm)) {
        return Err(decline(vm, Reason::AttributeUnknown, "format of `.__`"));
    }
    let Some(original) = FORMATS.with_borrow(|formats| formats.get(at).cloned()) else {
        return Err(decline(vm, Reason::VmValue, "str.format"));
    };
    args.args.insert(0, template.into());
    original.call(args, vm)
}

/// Makes the text of `class` and of those derived from it decline, unless it is plain.
fn hide_addresses(class: &Py<PyType>, vm: &VirtualMachine, depth: usize) {
    let exceptions = vm.ctx.exceptions.base_exception_type;
    if depth > 20 || class.is(exceptions) {
        return;
    }
    if !PLAIN.contains(&&*class.name().to_string()) {
        class.slots.repr.store(Some(no_text));
    }
    if class.is(vm.ctx.types.type_type) {
        return;
    }
    let Ok(derived) = vm.call_method(class.as_object(), "__subclasses__", ()) else {
        return;
    };
    let Some(derived) = derived.downcast_ref::<PyList>() else {
        return;
    };
    let derived = derived.borrow_vec().to_vec();
    for class in &derived {
        if let Some(class) = class.downcast_ref::<PyType>() {
            hide_addresses(class, vm, depth + 1);
        }
    }
}

fn no_text(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let detail = format!("the text of a {}", object.class().name());
    Err(decline(vm, Reason::Unordered, detail))
}

/// What is printable, other versions of Unicode say otherwise.
fn represent_text(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let text = object.downcast_ref::<PyStr>();
    match REPRESENT.get() {
        Some(represent) if text.is_none_or(|text| versions::is_settled_text(text)) => {
            represent(object, vm)
        }
        _ => Err(decline(vm, Reason::VmValue, "a character of late")),
    }
}

/// `0 / -1` is `-0.0`.
fn divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(dividend), Some(divisor)) = (a.downcast_ref::<PyInt>(), b.downcast_ref::<PyInt>())
    {
        let (dividend, divisor) = (dividend.as_bigint(), divisor.as_bigint());
        if dividend.bits() == 0 && *divisor < *dividend {
            return Ok(vm.ctx.new_float(-0.0).into());
        }
    }
    match DIVIDE.get() {
        Some(divide) => divide(a, b, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// `x ** -0.0` is `1.0`, of zero too; what a negative number gives may be complex.
fn power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    let number = |object: &PyObject| {
        let float = object.downcast_ref::<PyFloat>().map(|float| float.to_f64());
        float.or_else(|| {
            let int = object.downcast_ref::<PyInt>()?.as_bigint();
            // which of the others matters, only its sign does
            let sign = || (int.bits() < 1000).then_some(if int < &0.into() { -2.0 } else { 2.0 });
            i32::try_from(int).ok().map(f64::from).or_else(sign)
        })
    };
    if let (Some(base), Some(exponent), true) = (number(a), number(b), vm.is_none(modulus)) {
        if exponent == 0.0 {
            return Ok(vm.ctx.new_float(1.0).into());
        }
        if base.is_sign_negative() && exponent.fract() != 0.0 {
            return Err(decline(vm, Reason::VmValue, "a root of a negative number"));
        }
        // the C library's `pow`, of which Windows has several
        if cfg!(windows) {
            return Err(decline(vm, Reason::HostFact, "a power of floats"));
        }
    }
    match POWER.get() {
        Some(power) => power(a, b, modulus, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// `"%(a)*d" % {"a": 1}`: RustPython takes no notice of the star.
fn format_text(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    refuse_starred_key(a, vm)?;
    // without a conversion it is the result
    if a.downcast_ref::<PyStr>().is_some() && is_of_subclass(a) {
        return Err(decline(vm, Reason::VmValue, "a template of a subclass"));
    }
    match FORMAT_TEXT.get() {
        Some(format) => format(a, b, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn refuse_starred_key(format: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let format = bytes_of(format).unwrap_or_default();
    if memmem::find(&format, b"%(").is_some() && memchr(b'*', &format).is_some() {
        let what = "a width from what a key gives";
        return Err(decline(vm, Reason::VmValue, what));
    }
    Ok(())
}

/// The bytes of a string in UTF-8, of bytes or of a bytearray.
fn bytes_of(object: &PyObject) -> Option<Cow<'_, [u8]>> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        return Some(text.as_bytes().into());
    }
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return Some(bytes.as_bytes().into());
    }
    let bytes = object.downcast_ref::<PyByteArray>()?;
    Some(bytes.borrow_buf().to_vec().into())
}

/// `b"%%" % "x"`: RustPython doesn't miss the conversion.
fn format_bytes(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    refuse_starred_key(a, vm)?;
    if b.downcast_ref::<PyStr>().is_some() || b.downcast_ref::<PyBytes>().is_some() {
        let conversions = a
            .downcast_ref::<PyBytes>()
            .map_or(0, |a| a.as_bytes().iter().filter(|b| **b == b'%').count());
        if b.downcast_ref::<PyStr>().is_some() || conversions != 1 {
            return Err(decline(
                vm,
                Reason::VmValue,
                "bytes formatted with a string",
            ));
        }
    }
    match FORMAT.get() {
        Some(format) => format(a, b, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn text_of_object(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    no_text(&object, vm).map(Into::into)
}

fn text_of_complex(_: PyObjectRef, _: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(decline(vm, Reason::VmValue, "the text of a complex number"))
}

/// That of a subclass is a `float`.
fn real_part(this: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if is_of_subclass(&this) {
        return Err(decline(
            vm,
            Reason::VmValue,
            "a part of what is of a subclass",
        ));
    }
    Ok(this)
}

fn no_complex(_: &PyObject, _: &PyObject, vm: &VirtualMachine) -> PyResult {
    Err(decline(
        vm,
        Reason::VmValue,
        "arithmetic of complex numbers",
    ))
}

fn no_complex_power(_: &PyObject, _: &PyObject, _: &PyObject, vm: &VirtualMachine) -> PyResult {
    Err(decline(
        vm,
        Reason::VmValue,
        "arithmetic of complex numbers",
    ))
}
