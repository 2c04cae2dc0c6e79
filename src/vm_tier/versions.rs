//! What RustPython has, which is a CPython 3.14, and the profile's Python may not have.

use std::cell::Cell;
use std::sync::OnceLock;

use memchr::memmem;
use rustpython_vm::builtins::{PyFloat, PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::classes::{set_method, with_subclasses};
use super::natives::decline;
use super::state;
use crate::decline::Reason;

/// Attributes of builtin types, and from which minor version on all types that have one do.
const LATER: &[(&str, u8)] = &[
    ("__ior__", 9),
    ("__or__", 9),
    ("__ror__", 9),
    ("add_note", 11),
    ("bit_count", 10),
    ("cache_parameters", 9),
    ("end_lineno", 10),
    ("end_offset", 10),
    ("from_bytes", 11),
    ("from_number", 14),
    ("gi_suspended", 11),
    ("hardlink_to", 10),
    ("is_integer", 12),
    ("mapping", 10),
    ("name_from", 12),
    ("removeprefix", 9),
    ("removesuffix", 9),
    ("resize", 14),
    ("to_bytes", 11),
];

/// Builtins, and from which minor version on there are such.
const LATER_BUILTINS: &[(&str, u8)] = &[
    ("EncodingWarning", 10),
    ("aiter", 10),
    ("anext", 10),
    ("BaseExceptionGroup", 11),
    ("ExceptionGroup", 11),
    ("PythonFinalizationError", 13),
    ("_IncompleteInputError", 13),
];

/// The builtins that the Python of the minor version `minor` doesn't have.
pub(super) fn later_builtins(minor: u8) -> impl Iterator<Item = &'static str> {
    let later = LATER_BUILTINS
        .iter()
        .filter(move |(_, first)| minor < *first);
    later.map(|(name, _)| *name)
}

/// Whether some type of the Python of the minor version `minor` hasn't the attribute `name`, or
/// one of its parts between dots.
pub(super) fn is_later_attribute(name: &str, minor: u8) -> bool {
    name.split('.').any(|part| {
        LATER
            .iter()
            .any(|(later, first)| minor < *first && part == *later)
    })
}

/// What looks for each name of [`LATER`].
fn finders() -> &'static [memmem::Finder<'static>] {
    static FINDERS: OnceLock<Vec<memmem::Finder<'static>>> = OnceLock::new();
    FINDERS.get_or_init(|| {
        let finder = |(name, _): &(&'static str, u8)| memmem::Finder::new(*name);
        LATER.iter().map(finder).collect()
    })
}

/// What in `text` the Python of the minor version `minor` may not have.
pub(super) fn later_name(text: &str, minor: u8) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let attribute = LATER
        .iter()
        .zip(finders())
        .filter(|((_, first), _)| minor < *first)
        .find_map(|((name, _), finder)| {
            finder
                .find_iter(bytes)
                .find(|at| {
                    let before = at.checked_sub(1).map(|i| bytes[i]);
                    let rest = bytes.get(at + name.len());
                    match before {
                        Some(b'.') => !rest.is_some_and(word),
                        Some(quote @ (b'"' | b'\'')) => rest == Some(&quote),
                        _ => false,
                    }
                })
                .map(|at| (at, *name))
        });
    // slices are hashable from 3.12 on
    let slice = || {
        memmem::find_iter(bytes, b"slice(")
            .find(|at| !at.checked_sub(1).is_some_and(|i| word(&bytes[i])))
            .map(|at| (at, "slice()"))
    };
    // those of a function stand in another order before 3.11
    let locals = || {
        if minor >= 11 {
            return None;
        }
        let is_in_function = |at: &usize| {
            let line = bytes[..*at].rsplit(|byte| *byte == b'\n').next();
            line.is_some_and(|line| line.first().is_some_and(u8::is_ascii_whitespace))
        };
        let mut found = memmem::find_iter(bytes, b"locals(").filter(is_in_function);
        found.next().map(|at| (at, "locals()"))
    };
    let general = || match minor {
        ..9 => general_percent(bytes).map(|at| (at, "the format %g")),
        _ => None,
    };
    attribute
        .or_else(slice)
        .or_else(general)
        .or_else(locals)
        .or_else(|| subscripted(text, minor))
}

/// Classes of the library that no Python before 3.9 subscripts; of their namesakes in `typing` it
/// doesn't matter where this is said.
const SUBSCRIPTED: &[&str] = &[
    "AbstractContextManager[",
    "AsyncIterable[",
    "AsyncIterator[",
    "Awaitable[",
    "ByteString[",
    "ChainMap[",
    "Collection[",
    "Container[",
    "Counter[",
    "Coroutine[",
    "Generator[",
    "ItemsView[",
    "KeysView[",
    "Match[",
    "MutableMapping[",
    "MutableSequence[",
    "MutableSet[",
    "OrderedDict[",
    "Pattern[",
    "Reversible[",
    "Set[",
    "UserDict[",
    "UserList[",
    "ValuesView[",
    "cached_property[",
    "chain[",
    "defaultdict[",
    "deque[",
    "partial[",
    "partialmethod[",
];

/// The same that `typing` has, too.
const SUBSCRIPTED_OF_ABC: &[&str] = &[
    "Callable[",
    "Iterable[",
    "Iterator[",
    "Mapping[",
    "Sequence[",
];

/// The first class in `text` that can't be subscripted in the Python of the minor version `minor`.
fn subscripted(text: &str, minor: u8) -> Option<(usize, &'static str)> {
    if minor >= 9 {
        return None;
    }
    let find = |words: &'static [&str]| {
        let found = |word: &&'static str| memmem::find(text.as_bytes(), word.as_bytes());
        words.iter().find_map(|word| Some((found(word)?, *word)))
    };
    let of_abc = || match memmem::find(text.as_bytes(), b"abc") {
        Some(_) => find(SUBSCRIPTED_OF_ABC),
        None => None,
    };
    find(SUBSCRIPTED).or_else(of_abc)
}

/// Whether Unicode 12.1, which CPython 3.8 has, says of `c` what later ones do: blocks that were
/// full then.
pub(super) fn is_settled(c: char) -> bool {
    // small letters that got capitals, or are none any more, with 14 to 17; letters of 17
    !matches!(c, '\u{19b}' | '\u{264}' | '\u{277}' | '\u{27c}' | '\u{295}')
        && !matches!(c, '\u{208f}' | '\u{209d}'..='\u{209f}')
        && matches!(u32::from(c),
        0..=0x036f
        | 0x0370..=0x052f
        | 0x1e00..=0x1fff
        | 0x2000..=0x20bf
        | 0x2100..=0x218b
        | 0x2190..=0x2426
        | 0x2440..=0x244a
        | 0x2460..=0x2b73
        | 0x3000..=0x303f
        | 0x3041..=0x30ff
        | 0x3131..=0x318e
        | 0x3400..=0x4db5
        | 0x4e00..=0x9fef
        | 0xac00..=0xd7a3
        | 0xd800..=0xf8ff
        | 0xfe00..=0xfe0f
        | 0xff01..=0xffef
        | 0x1_f300..=0x1_f64f
        | 0x1_f680..=0x1_f6d5)
}

/// Whether that holds for all of `text`; for half a surrogate pair it does.
pub(super) fn is_settled_text(text: &PyStr) -> bool {
    let mut characters = text.as_wtf8().code_points();
    text.as_bytes().is_ascii() || characters.all(|c| c.to_char().is_none_or(is_settled))
}

type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;

thread_local! {
    static OR: Cell<Option<Binary>> = const { Cell::new(None) };
    static OR_OF_DICTS: Cell<Option<Binary>> = const { Cell::new(None) };
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
}

/// Refuses what Pythons read in another way than RustPython, once a thread: a thread has one
/// profile.
pub(super) fn install(minor: u8, vm: &VirtualMachine) {
    if INSTALLED.replace(true) {
        return;
    }
    let types = &vm.ctx.types;
    for class in [
        types.bool_type,
        types.int_type,
        types.float_type,
        types.str_type,
    ] {
        let name = vm.ctx.intern_str("__format__");
        if let Some(original) = class.get_attr(name) {
            class.set_attr(vm.ctx.intern_str("<format>"), original);
        }
        set_method(class, "__format__", format, vm);
    }
    if minor < 10 {
        OR.set(types.type_type.slots.as_number.or.load());
        with_subclasses(types.type_type, &mut |class| {
            class.slots.as_number.or.store(Some(no_or_of_types));
        });
        // only what a class has of it is called
        with_subclasses(types.staticmethod_type, &mut |class| {
            class.slots.call.store(None);
        });
    }
    if minor < 10 {
        for class in [
            vm.ctx.exceptions.name_error,
            vm.ctx.exceptions.attribute_error,
        ] {
            with_subclasses(class, &mut |class| {
                class.slots.getattro.store(Some(no_name));
            });
        }
    }
    if minor < 9 {
        OR_OF_DICTS.set(types.dict_type.slots.as_number.or.load());
        for class in [types.dict_type, types.mappingproxy_type] {
            refuse_or_of_dicts(class);
        }
    }
}

/// Refuses `|` of `class`, which is a dict and has it from Python 3.9 on.
pub(super) fn refuse_or_of_dicts(class: &Py<PyType>) {
    let number = &class.slots.as_number;
    number.or.store(Some(no_or_of_dicts));
    number.inplace_or.store(Some(no_or_of_dicts));
}

/// Attributes of an exception that says since Python 3.10 what wasn't there.
fn no_name(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if [&b"name"[..], b"obj"].contains(&name.as_bytes()) && !state::is_importing() {
        let detail = "the name in an exception, before Python 3.10";
        return Err(decline(vm, Reason::AttributeUnknown, detail));
    }
    object.generic_getattr(name, vm)
}

fn no_or_of_types(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    or_while_importing(OR.get(), a, b, vm)
}

fn no_or_of_dicts(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    or_while_importing(OR_OF_DICTS.get(), a, b, vm)
}

/// `|`, which frozen modules use where a definition couldn't.
fn or_while_importing(
    or: Option<Binary>,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    match or.filter(|_| state::is_importing()) {
        Some(or) => or(a, b, vm),
        None => Err(decline(vm, Reason::VmValue, "`|` of types or of dicts")),
    }
}

/// Ends of formats of numbers other than `g` and `n`.
const NOT_GENERAL: [char; 5] = ['f', 'F', 'e', 'E', '%'];

/// Where `text` has a `%` with the format `g`, for which 3.8 keeps zeros of what it has rounded to
/// even.
fn general_percent(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'%', text).find(|at| {
        let mut rest = &text[at + 1..];
        if rest.first() == Some(&b'(') {
            let end = memchr::memchr(b')', rest).unwrap_or(rest.len() - 1);
            rest = &rest[end + 1..];
        }
        let is_part =
            |byte: &&u8| matches!(byte, b'-' | b'+' | b' ' | b'#' | b'.' | b'*' | b'0'..=b'9');
        let kind = rest.iter().find(|byte| !is_part(byte));
        matches!(kind, Some(b'g' | b'G'))
    })
}

/// `__format__`: separators behind the point came with 3.14, `z` with 3.11, zeros for strings with
/// 3.10.
fn format(object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let spec = args.args.first().and_then(|s| s.downcast_ref::<PyStr>());
    let spec = spec
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    let text = object.downcast_ref::<PyStr>().is_some();
    let mut filled = spec.chars();
    if spec
        .chars()
        .nth(1)
        .is_some_and(|align| "<>=^".contains(align))
    {
        filled.next();
    }
    let precision = filled.as_str().split_once('.');
    // the type may be left out
    let general = || !spec.is_empty() && !spec.ends_with(NOT_GENERAL);
    let is_later = match state::minor() {
        // 3.8 keeps zeros of what it has rounded to even
        ..9 if object.downcast_ref::<PyFloat>().is_some() && general() => true,
        ..10 => spec.contains('z') || text && spec.contains('0'),
        10 => spec.contains('z'),
        11.. => false,
    };
    if is_later || precision.is_some_and(|(_, behind)| behind.contains([',', '_'])) {
        return Err(decline(vm, Reason::VmValue, format!("the format {spec:?}")));
    }
    let original = object
        .class()
        .get_attr(vm.ctx.intern_str("<format>"))
        .ok_or_else(|| decline(vm, Reason::VmValue, "__format__"))?;
    let mut args = args;
    args.args.insert(0, object);
    original.call(args, vm)
}
