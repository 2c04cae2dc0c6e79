//! Definitions that make sets: every place where a set could show its order is made to ask.
//!
//! Iteration asks already ([`hooks`](super::hooks)), but RustPython's native functions read
//! the sets that they are given directly. So in a file that makes sets each call goes through
//! [`CALL`], and what is unpacked goes through [`ORDERED`]; both refuse a set of two or more
//! where its order would be seen.

use std::cell::Cell;
use std::ops::Range;

use memchr::memmem;
use ruff_text_size::Ranged;
use rustpython_vm::builtins::{
    PyBoundMethod, PyDictRef, PyFrozenSet, PyFunction, PySet, PyStr, PyType,
};
use rustpython_vm::compiler::ast::visitor::transformer::{
    walk_comprehension, walk_expr, walk_stmt, Transformer,
};
use rustpython_vm::compiler::ast::{self, Comprehension, Expr, Mod, Operator, Stmt};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::guard::{is_own, name, transform, wrap, Odd};
use super::literal;
use super::natives::{decline, is_own_function};
use crate::decline::Reason;

/// The builtin that calls its first argument with the others. No source can spell its name.
pub(super) const CALL: &str = "<call>";

/// The builtin that gives its argument, if that isn't a set of two or more.
const ORDERED: &str = "<ordered>";

/// The builtin that makes a set of a tuple.
const SET: &str = "<set>";

/// Whether `text`, outside of `unread`, may make a set. A brace may open one.
pub(super) fn may_make_sets(text: &str, unread: &[Range<usize>]) -> bool {
    let read = |at: usize| !unread.iter().any(|range| range.contains(&at));
    let bytes = text.as_bytes();
    let is_said = |word: &&str| {
        memmem::find_iter(bytes, word.as_bytes()).any(|at| read(at) && is_word(bytes, at, word))
    };
    let grows = ["|", "^"]
        .iter()
        .any(|sign| memmem::find(bytes, sign.as_bytes()).is_some())
        || ["union", "symmetric_difference", "add", "update"]
            .iter()
            .any(is_said);
    let words = [
        "set",
        "frozenset",
        "keys",
        "items",
        "fromkeys",
        "literal_eval",
    ];
    memchr::memchr_iter(b'{', bytes).any(|at| read(at) && opens_a_set(&bytes[at + 1..], grows))
        || words.iter().any(is_said)
}

/// Whether the `word` at `at` is no part of another, as in `setdefault`.
fn is_word(bytes: &[u8], at: usize, word: &str) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = at.checked_sub(1).map(|i| bytes[i]);
    let behind = bytes.get(at + word.len());
    !before.is_some_and(|b| letter(&b)) && !behind.is_some_and(letter)
}

/// Whether a brace before `rest` may open a set: a dict has a colon behind its first key, a
/// replacement field of a format string a plain name and the closing brace. `grows` tells
/// whether a set of one may become one of two.
fn opens_a_set(rest: &[u8], grows: bool) -> bool {
    let rest = rest.trim_ascii_start();
    match rest.first() {
        None | Some(b'}' | b'{') => false,
        Some(b'*') => true,
        // a string as key, or a number
        Some(quote @ (b'"' | b'\'')) => {
            let Some(end) = memchr::memchr2(*quote, b'\\', &rest[1..]) else {
                return true;
            };
            rest[1 + end] == b'\\' || rest[end + 2..].trim_ascii_start().first() != Some(&b':')
        }
        Some(_) => {
            let end = rest
                .iter()
                .position(|b| !(b.is_ascii_alphanumeric() || b"_.".contains(b)))
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            match behind.trim_ascii_start() {
                [b':', ..] => word == b"lambda",
                [b'!', b'=', ..] => true,
                [b'!', ..] => false,
                // a set of one, or a field of a format string
                [b'}', ..] => grows,
                _ => true,
            }
        }
    }
}

/// Makes every call and unpacking of `module` ask.
pub(super) fn guard(module: &mut Mod) -> Option<Odd> {
    let guard = Guard(Cell::new(false));
    transform(module, &guard);
    let odd = (
        Reason::VmSyntax,
        "a star in what a loop binds, where there are sets",
    );
    guard.0.get().then_some(odd)
}

/// Whether a loop binds something with a star, which takes what it is given without asking.
struct Guard(Cell<bool>);

impl Guard {
    fn look_at(&self, target: &Expr) {
        let items = match target {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Starred(_) => return self.0.set(true),
            _ => return,
        };
        items.iter().for_each(|item| self.look_at(item));
    }
}

impl Transformer for Guard {
    fn visit_comprehension(&self, comprehension: &mut Comprehension) {
        walk_comprehension(self, comprehension);
        self.look_at(&comprehension.target);
    }

    fn visit_stmt(&self, statement: &mut Stmt) {
        walk_stmt(self, statement);
        match statement {
            Stmt::For(each) => self.look_at(&each.target),
            Stmt::With(with) => {
                let targets = with
                    .items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.look_at(target));
            }
            // `list += set`
            Stmt::AugAssign(assign) if assign.op == Operator::Add => ordered(&mut assign.value),
            // `list[:] = set`, `a, *b = set`
            Stmt::Assign(assign)
                if assign
                    .targets
                    .iter()
                    .any(|t| matches!(t, Expr::Subscript(_) | Expr::Tuple(_) | Expr::List(_))) =>
            {
                ordered(&mut assign.value);
            }
            _ => {}
        }
    }

    fn visit_expr(&self, expression: &mut Expr) {
        walk_expr(self, expression);
        match expression {
            Expr::Starred(starred) if starred.ctx == ast::ExprContext::Load => {
                ordered(&mut starred.value)
            }
            Expr::Call(call) => {
                let range = call.func.range();
                let function = std::mem::replace(&mut *call.func, name(CALL, range));
                let arguments = std::mem::take(&mut call.arguments.args);
                call.arguments.args = std::iter::once(function).chain(arguments).collect();
            }
            // the compiler makes three constants a `frozenset` first, which it then iterates over
            Expr::Set(set) if set.elts.len() > 2 && set.elts.iter().all(is_constant) => {
                *expression = Expr::Tuple(ast::ExprTuple {
                    node_index: ast::AtomicNodeIndex::NONE,
                    range: set.range,
                    elts: std::mem::take(&mut set.elts),
                    ctx: ast::ExprContext::Load,
                    parenthesized: true,
                    runtime_elts: None,
                });
                wrap(expression, SET);
            }
            _ => {}
        }
    }
}

fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::UnaryOp(unary) => is_constant(&unary.operand),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant),
        other => other.is_literal_expr(),
    }
}

/// Wraps the expression in a call of [`ORDERED`].
fn ordered(expression: &mut Expr) {
    wrap(expression, ORDERED);
}

/// Adds the builtins.
pub(super) fn add_builtins(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    builtins.set_item(CALL, vm.new_function(CALL, call).into(), vm)?;
    let ordered = vm.new_function(ORDERED, |value: PyObjectRef, vm: &VirtualMachine| {
        refuse(&value, vm)?;
        Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(value)
    });
    builtins.set_item(ORDERED, ordered.into(), vm)?;
    let set = vm.new_function(SET, |elements: PyObjectRef, vm: &VirtualMachine| {
        vm.ctx.types.set_type.as_object().call((elements,), vm)
    });
    builtins.set_item(SET, set.into(), vm)
}

fn refuse(value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if shows_order(value) {
        return Err(decline(vm, Reason::Unordered, "the order of a set"));
    }
    Ok(())
}

fn shows_order(value: &PyObject) -> bool {
    let elements = match value.downcast_ref::<PySet>() {
        Some(set) => set.elements(),
        None => match value.downcast_ref::<PyFrozenSet>() {
            Some(set) => set.elements(),
            None => return false,
        },
    };
    elements.len() > 1
}

fn call(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.is_empty() {
        return Err(vm.new_type_error("a call of nothing".to_owned()));
    }
    let function = args.args.remove(0);
    let sets = args
        .args
        .iter()
        .chain(args.kwargs.values())
        .any(|value| shows_order(value));
    if sets && !is_blind(&function, vm) {
        return Err(decline(vm, Reason::Unordered, "the order of a set"));
    }
    let mut values = args.args.iter().chain(args.kwargs.values());
    if values.any(|value| may_look(value, vm)) && !only_keeps(&function, vm) {
        let what = "a function that may see the order of a set";
        return Err(decline(vm, Reason::Unordered, what));
    }
    function.call(args, vm)
}

/// What is given to other functions to be called, and doesn't look into a set that it may get, or
/// asks itself.
const HARMLESS: &[&str] = &[
    "abs",
    "all",
    "any",
    "basename",
    "bool",
    "capitalize",
    "casefold",
    "chr",
    "dirname",
    "endswith",
    "exists",
    "expanduser",
    "expandvars",
    "float",
    "frozenset",
    "hex",
    "int",
    "isalnum",
    "isalpha",
    "isdigit",
    "isdir",
    "isfile",
    "isupper",
    "len",
    "lower",
    "lstrip",
    "max",
    "min",
    "normpath",
    "object",
    "ord",
    "repr",
    "round",
    "rstrip",
    "set",
    "sorted",
    "str",
    "strip",
    "sum",
    "title",
    "type",
    "upper",
    "Requirement",
    "Version",
    "VersionRange",
];

/// Whether `value` is a function or a class, and not the definition's, that may look into a set.
fn may_look(value: &PyObject, vm: &VirtualMachine) -> bool {
    if let Some(class) = value.downcast_ref::<PyType>() {
        let is_exception = class.fast_issubclass(vm.ctx.exceptions.base_exception_type);
        return !is_exception && !is_own(class, vm) && !HARMLESS.contains(&&*class.name());
    }
    if is_own_function(value, vm) || !value.is_callable() {
        return false;
    }
    if value.downcast_ref::<PyBoundMethod>().is_some() {
        let function = value.get_attr("__func__", vm);
        if function.is_ok_and(|function| is_own_function(&function, vm)) {
            return false;
        }
    }
    // of a class of the definition's
    let class = value.class();
    if is_own(class, vm) {
        return false;
    }
    let name = value.get_attr("__name__", vm).ok();
    let name = name.as_ref().and_then(literal::text);
    !name.is_some_and(|name| HARMLESS.contains(&name))
}

/// Whether `function` is the definition's, or one that keeps what it is given, or asks what it is.
fn only_keeps(function: &PyObject, vm: &VirtualMachine) -> bool {
    const NAMES: &[&str] = &[
        "append",
        "callable",
        "defaultdict",
        "field",
        "get",
        "getattr",
        "hasattr",
        "isinstance",
        "issubclass",
        "property",
        "setdefault",
        "staticmethod",
        "classmethod",
        "super",
        "type",
        "contextmanager",
        "wraps",
        "lru_cache",
        "cache",
    ];
    if is_own_function(function, vm) {
        return true;
    }
    let name = match function.downcast_ref::<PyType>() {
        Some(class) if is_own(class, vm) => return true,
        Some(class) => return NAMES.contains(&&*class.name()),
        None => function.get_attr("__name__", vm).ok(),
    };
    let name = name.as_ref().and_then(literal::text);
    name.is_some_and(|name| NAMES.contains(&name) || name.starts_with('<'))
}

/// Whether `function` doesn't see the order of the sets that it is given, or asks itself.
fn is_blind(function: &PyObject, vm: &VirtualMachine) -> bool {
    if function.downcast_ref::<PyFunction>().is_some() {
        return is_own_function(function, vm);
    }
    if let Some(class) = function.downcast_ref::<PyType>() {
        let types = &vm.ctx.types;
        return [
            types.set_type,
            types.frozenset_type,
            types.bool_type,
            types.type_type,
        ]
        .iter()
        .any(|known| class.as_object().is(known.as_object()));
    }
    // a method of a set, or one that keeps what it is given
    let owner = function.get_attr("__self__", vm);
    let is_set = |o: &PyObjectRef| {
        o.downcast_ref::<PySet>().is_some() || o.downcast_ref::<PyFrozenSet>().is_some()
    };
    let Some(name) = function
        .get_attr("__name__", vm)
        .ok()
        .filter(|n| n.downcast_ref::<PyStr>().is_some())
    else {
        return false;
    };
    let name = name
        .downcast_ref::<PyStr>()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    if owner.as_ref().is_ok_and(is_set) {
        return true;
    }
    matches!(
        name.as_str(),
        "sorted"
            | "min"
            | "max"
            | "sum"
            | "any"
            | "all"
            | "len"
            | "isinstance"
            | "append"
            | "setdefault"
            | "get"
    )
}
