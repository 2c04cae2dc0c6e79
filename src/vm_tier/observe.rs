//! Things that aren't the definition's, looked at by what they are.
//!
//! Facades stand for modules of CPython's: what is a function of C there may be one of Python's
//! here, and a class there a function here. Called they answer alike, but their types, names and
//! the like are their own. So a definition may ask what something is made of (`type(x)`,
//! `x.__name__`, `isinstance(f, type)`, a function as a class's attribute) only of data, and of
//! what it has made itself.

use std::cell::Cell;

use rustpython_vm::builtins::{
    PyBaseException, PyBoundMethod, PyDict, PyDictRef, PyFunction, PyList, PyModule, PyStr,
    PyTuple, PyType,
};
use rustpython_vm::compiler::ast::visitor::transformer::{
    walk_expr, walk_pattern, walk_stmt, Transformer,
};
use rustpython_vm::compiler::ast::{self, Expr, ExprContext, Mod, Pattern, Stmt};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::guard::{is_own, module, transform, wrap, Odd};
use super::natives::{decline, is_own_function};
use super::operators::PLAIN;
use super::sets;
use crate::decline::Reason;

/// Builtins of ours. No source can spell their names.
const TYPE: &str = "<type>";
const ALIAS: &str = "<alias>";
const KNOWN: &str = "<known>";
const ASKED: &str = "<asked>";
const UNBOUND: &str = "<unbound>";
const UNPACKED: &str = "<unpacked>";

/// Classes that aren't builtins by name, but have CPython's names.
const UNNAMED: &[&str] = &[
    "NoneType",
    "NotImplementedType",
    "ellipsis",
    "function",
    "generator",
    "method",
];

/// Classes of data, which no function is an instance of.
const DATA: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
];

/// Makes `module` ask; gives what can't be asked.
pub(super) fn guard(module: &mut Mod) -> Option<Odd> {
    let guard = Guard(Cell::new(None));
    transform(module, &guard);
    guard.0.get().map(|what| (Reason::VmSyntax, what))
}

struct Guard(Cell<Option<&'static str>>);

impl Guard {
    fn refuse(&self, what: &'static str) {
        self.0.set(Some(what));
    }

    /// A function of CPython's that isn't written in C becomes a method of the class.
    fn attributes_of_class(&self, body: &mut [Stmt]) {
        for statement in body {
            match statement {
                Stmt::Assign(assign) => self.attributes(assign),
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &mut assign.value {
                        wrap(value, UNBOUND);
                    }
                }
                Stmt::If(branch) => {
                    self.attributes_of_class(&mut branch.body);
                    for clause in &mut branch.elif_else_clauses {
                        self.attributes_of_class(&mut clause.body);
                    }
                }
                Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::AugAssign(_)
                | Stmt::Expr(_)
                | Stmt::Delete(_)
                | Stmt::Assert(_)
                | Stmt::Raise(_)
                | Stmt::Pass(_) => {}
                _ => self.refuse("a compound statement or an import in a class"),
            }
        }
    }

    /// Has each value ask that the statement makes an attribute.
    fn attributes(&self, assign: &mut ast::StmtAssign) {
        let unpacks = |target: &Expr| matches!(target, Expr::Tuple(_) | Expr::List(_));
        let nests = |target: &Expr| match target {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().any(unpacks)
            }
            _ => false,
        };
        if !assign.targets.iter().any(unpacks) {
            return wrap(&mut assign.value, UNBOUND);
        }
        match &mut *assign.value {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })
                if !elts
                    .iter()
                    .any(|value| unpacks(value) || value.is_starred_expr()) =>
            {
                for value in elts {
                    wrap(value, UNBOUND);
                }
            }
            value if !assign.targets.iter().any(nests) => wrap(value, UNPACKED),
            _ => self.refuse("attributes that are unpacked"),
        }
    }
}

/// Whether the target of an assignment, or a part of it, is an attribute.
fn has_attribute(target: &Expr) -> bool {
    match target {
        Expr::Attribute(_) => true,
        Expr::Starred(starred) => has_attribute(&starred.value),
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            elts.iter().any(has_attribute)
        }
        _ => false,
    }
}

impl Transformer for Guard {
    fn visit_stmt(&self, statement: &mut Stmt) {
        walk_stmt(self, statement);
        match statement {
            Stmt::ClassDef(class) => {
                self.attributes_of_class(&mut class.body);
                let keywords = class.arguments.iter_mut().flat_map(|a| &mut a.keywords);
                for keyword in keywords {
                    // `metaclass=type` is how classes are made anyway
                    if keyword
                        .arg
                        .as_ref()
                        .is_some_and(|arg| arg.as_str() == "metaclass")
                    {
                        unwrap(&mut keyword.value, ALIAS);
                    }
                }
            }
            Stmt::Assign(assign) if assign.targets.iter().any(has_attribute) => {
                self.attributes(assign);
            }
            Stmt::AnnAssign(assign) if has_attribute(&assign.target) => {
                if let Some(value) = &mut assign.value {
                    wrap(value, UNBOUND);
                }
            }
            Stmt::For(loops) if has_attribute(&loops.target) => {
                self.refuse("an attribute as the target of a loop");
            }
            Stmt::With(with)
                if with
                    .items
                    .iter()
                    .any(|item| item.optional_vars.as_deref().is_some_and(has_attribute)) =>
            {
                self.refuse("an attribute as the target of `with`");
            }
            _ => {}
        }
    }

    fn visit_pattern(&self, pattern: &mut Pattern) {
        if let Pattern::MatchClass(class) = pattern {
            let is_data = |name: &ast::ExprName| DATA.contains(&name.id.as_str());
            if !class.cls.as_name_expr().is_some_and(is_data) {
                self.refuse("the pattern of a class");
            }
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::Call(call) => {
                // what is called, which `sets` may have made the first argument
                let is_handed = is_name(&call.func, sets::CALL);
                let type_at = |at: usize, call: &ast::ExprCall| match at {
                    0 => is_name(&call.func, "type"),
                    at => {
                        let argument = call.arguments.args.get(at - 1);
                        argument.is_some_and(|argument| is_name(argument, "type"))
                    }
                };
                let callee = usize::from(is_handed);
                let asks = match callee {
                    0 => is_test(&call.func),
                    _ => call.arguments.args.first().is_some_and(is_test),
                };
                // `isinstance(x, type)` knows the one that asks
                let kept = [(callee, true), (callee + 2, asks)]
                    .into_iter()
                    .find(|(at, may)| *may && type_at(*at, call))
                    .map(|(at, _)| at);
                let mut take = |at: usize, with: Expr| match at {
                    0 => std::mem::replace(&mut *call.func, with),
                    at => std::mem::replace(&mut call.arguments.args[at - 1], with),
                };
                let taken = kept.map(|at| (at, take(at, none())));
                walk_expr(self, expression);
                let (Some((at, mut taken)), Expr::Call(call)) = (taken, expression) else {
                    return;
                };
                wrap(&mut taken, TYPE);
                match at {
                    0 => *call.func = taken,
                    at => call.arguments.args[at - 1] = taken,
                }
            }
            Expr::Name(of_type) if is_load(of_type.ctx) && of_type.id.as_str() == "type" => {
                wrap(expression, ALIAS);
            }
            _ => {
                walk_expr(self, expression);
                match expression {
                    Expr::Attribute(attribute)
                        if is_load(attribute.ctx) && is_dunder(attribute.attr.as_str()) =>
                    {
                        let tells = tells_what(attribute.attr.as_str());
                        wrap(&mut attribute.value, if tells { KNOWN } else { ASKED });
                        if attribute.attr.as_str() == "__class__" {
                            wrap(expression, ALIAS);
                        }
                    }
                    Expr::Named(named) => wrap(&mut named.value, UNBOUND),
                    _ => {}
                }
            }
        }
    }
}

/// Takes away a call of `function`.
fn unwrap(expression: &mut Expr, function: &str) {
    if let Expr::Call(call) = expression {
        if is_name(&call.func, function) && call.arguments.args.len() == 1 {
            *expression = std::mem::replace(&mut call.arguments.args[0], none());
        }
    }
}

fn is_load(context: ExprContext) -> bool {
    context == ExprContext::Load
}

fn is_name(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == wanted)
}

fn is_test(expression: &Expr) -> bool {
    is_name(expression, "isinstance") || is_name(expression, "issubclass")
}

fn none() -> Expr {
    Expr::NoneLiteral(ast::ExprNoneLiteral {
        node_index: ast::AtomicNodeIndex::NONE,
        range: ruff_text_size::TextRange::default(),
    })
}

/// Whether `name` is one of those that Python asks objects for.
fn is_dunder(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

/// Whether the attribute `name` tells what an object is, not what it does.
fn tells_what(name: &str) -> bool {
    matches!(name, "__call__" | "__class__" | "__name__")
}

/// Adds the builtins, and has those ask that tell what something is.
pub(super) fn add_builtins(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    // what definitions get for `type`, where they call it
    let asking: PyObjectRef = vm.new_function("type", type_of).into();
    let stand_in = asking.clone();
    let give = move |called: PyObjectRef, vm: &VirtualMachine| match called {
        called if called.is(vm.ctx.types.type_type) => stand_in.clone(),
        called => called,
    };
    builtins.set_item(TYPE, vm.new_function(TYPE, give).into(), vm)?;
    builtins.set_item(ALIAS, vm.new_function(ALIAS, alias).into(), vm)?;
    builtins.set_item(KNOWN, vm.new_function(KNOWN, known).into(), vm)?;
    builtins.set_item(ASKED, vm.new_function(ASKED, asked).into(), vm)?;
    builtins.set_item(UNBOUND, vm.new_function(UNBOUND, unbound).into(), vm)?;
    builtins.set_item(UNPACKED, vm.new_function(UNPACKED, unpacked).into(), vm)?;
    for name in ["isinstance", "issubclass", "callable"] {
        let original = builtins.get_item(name, vm)?;
        let asking = asking.clone();
        let asks = move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            if let Some(class) = args.args.get_mut(1).filter(|class| class.is(&asking)) {
                *class = vm.ctx.types.type_type.to_owned().into();
            }
            let tells = match &args.args[..] {
                [object] => is_known(object, vm) || is_called(object),
                [object, _] if is_known(object, vm) => true,
                [object, class] if is_code(object, vm) => {
                    name == "isinstance" && is_of_data(class, DEPTH, vm)
                }
                [_, class] => !is_type(class, DEPTH, vm),
                _ => true,
            };
            if !tells {
                return Err(refuse(&args.args[0], vm));
            }
            original.call(args, vm)
        };
        builtins.set_item(name, vm.new_function(name, asks).into(), vm)?;
    }
    Ok(())
}

fn refuse(object: &PyObject, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let detail = format!("what a {} of a module is", object.class().name());
    decline(vm, Reason::AttributeUnknown, detail)
}

/// Refuses to ask `object` for the attribute `name` if the answer may not be CPython's.
pub(super) fn ask(object: &PyObjectRef, name: &str, vm: &VirtualMachine) -> PyResult<()> {
    if name == "__class__" && !has_known_class(object, vm) {
        return Err(refuse(object, vm));
    }
    let ask = match (is_dunder(name), tells_what(name)) {
        (false, _) => return Ok(()),
        (_, true) => known,
        (_, false) => asked,
    };
    ask(object.clone(), vm).map(drop)
}

/// Gives the object, of which an attribute such as `__iter__` is asked for.
pub(super) fn asked(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match is_code(&object, vm) && !is_known(&object, vm) {
        true => Err(refuse(&object, vm)),
        false => Ok(object),
    }
}

/// Gives the object, of which an attribute such as `__name__` is asked for.
pub(super) fn known(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match is_known(&object, vm) || object.downcast_ref::<PyModule>().is_some() {
        true => Ok(object),
        false => Err(refuse(&object, vm)),
    }
}

/// Gives the value, which may become an attribute of a class.
pub(super) fn unbound(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match may_bind(&value, vm) {
        true => Err(decline(
            vm,
            Reason::AttributeUnknown,
            "a module's function as an attribute",
        )),
        false => Ok(value),
    }
}

/// [`unbound`] for what is unpacked into attributes: a list or tuple, or a string.
fn unpacked(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if value.downcast_ref_if_exact::<PyStr>(vm).is_some() {
        return Ok(value);
    }
    let items = match value.downcast_ref_if_exact::<PyTuple>(vm) {
        Some(tuple) => tuple.to_vec(),
        None => match value.downcast_ref_if_exact::<PyList>(vm) {
            Some(list) => list.borrow_vec().to_vec(),
            None => {
                let detail = "what is unpacked into attributes";
                return Err(decline(vm, Reason::AttributeUnknown, detail));
            }
        },
    };
    for item in items {
        unbound(item, vm)?;
    }
    Ok(value)
}

fn may_bind(value: &PyObject, vm: &VirtualMachine) -> bool {
    is_code(value, vm) && value.downcast_ref::<PyType>().is_none() && !is_known(value, vm)
}

/// Gives what stands behind the name `type` or is the class of something, unless it is `type`:
/// called by another name that wouldn't ask.
fn alias(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if value.is(vm.ctx.types.type_type) {
        return Err(decline(vm, Reason::AttributeUnknown, "`type` as a value"));
    }
    Ok(value)
}

fn type_of(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match &args.args[..] {
        [object] if args.kwargs.is_empty() => match has_known_class(object, vm) {
            true => Ok(object.class().to_owned().into()),
            false => Err(refuse(object, vm)),
        },
        [_, _, namespace] => {
            if let Some(namespace) = namespace.downcast_ref::<PyDict>() {
                for (_, value) in namespace {
                    unbound(value, vm)?;
                }
            }
            vm.ctx.types.type_type.as_object().call(args, vm)
        }
        _ => vm.ctx.types.type_type.as_object().call(args, vm),
    }
}

/// Whether all that `object` is asked about itself is CPython's: data, or made by the definition.
pub(super) fn is_known(object: &PyObject, vm: &VirtualMachine) -> bool {
    if object.downcast_ref::<PyFunction>().is_some() {
        return is_own_function(object, vm);
    }
    if object.downcast_ref::<PyBoundMethod>().is_some() {
        let function = object.get_attr("__func__", vm);
        return function.is_ok_and(|function| is_own_function(&function, vm));
    }
    if let Some(class) = object.downcast_ref::<PyType>() {
        return is_known_class(class, vm);
    }
    is_sure_class(object, vm)
}

/// Whether the class of `object` may be had: that of a class is `type`, or a module's.
fn has_known_class(object: &PyObject, vm: &VirtualMachine) -> bool {
    is_known(object, vm) && object.downcast_ref::<PyType>().is_none()
}

/// Whether `object` is data that holds no other objects.
pub(super) fn is_scalar(object: &PyObject, vm: &VirtualMachine) -> bool {
    const SCALARS: [&str; 6] = ["NoneType", "bool", "bytes", "float", "int", "str"];
    let class = object.class();
    SCALARS.contains(&&*class.name().to_string()) && is_known_class(class, vm)
}

/// Whether the class of `object` is the definition's, or one of data.
fn is_sure_class(object: &PyObject, vm: &VirtualMachine) -> bool {
    let class = object.class();
    let exception = object.downcast_ref::<PyBaseException>().is_some();
    is_own(class, vm)
        || matches!(&*class.name().to_string(), "generator" | "super")
        || (exception && is_known_class(class, vm))
        || (!is_code(object, vm) && PLAIN.contains(&&*class.name().to_string()))
}

/// Whether it is a function or a class, of whatever making; some of `typing` is, in some version.
fn is_code(object: &PyObject, vm: &VirtualMachine) -> bool {
    is_called(object) || module(object.class(), vm).as_deref() == Some("typing")
}

/// Whether it is surely something to call.
fn is_called(object: &PyObject) -> bool {
    object.downcast_ref::<PyFunction>().is_some()
        || object.downcast_ref::<PyBoundMethod>().is_some()
        || object.downcast_ref::<PyType>().is_some()
        || CODE.contains(&&*object.class().name().to_string())
}

/// Classes of what is called and written in Rust.
const CODE: &[&str] = &[
    "builtin_function_or_method",
    "method_descriptor",
    "method-wrapper",
    "wrapper_descriptor",
    "classmethod_descriptor",
];

fn is_known_class(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let name = class.name().to_string();
    let is_builtin = || {
        let found = vm.builtins.get_attr(&vm.ctx.new_str(&*name), vm);
        found.is_ok_and(|found| class.as_object().is(&found))
    };
    // those of modules are CPython's and rez's
    let is_exception = class.fast_issubclass(vm.ctx.exceptions.base_exception_type);
    is_own(class, vm) || is_exception || UNNAMED.contains(&&*name) || is_builtin()
}

/// How deep classes in tuples in tuples are looked at.
const DEPTH: usize = 8;

/// Whether `class` is `type`, or a tuple with it, or may be.
fn is_type(class: &PyObject, depth: usize, vm: &VirtualMachine) -> bool {
    match class.downcast_ref::<PyTuple>() {
        Some(_) if depth == 0 => true,
        Some(classes) => classes.iter().any(|class| is_type(class, depth - 1, vm)),
        None => class.is(vm.ctx.types.type_type),
    }
}

/// Whether `class` is one of data, or a tuple of such.
fn is_of_data(class: &PyObject, depth: usize, vm: &VirtualMachine) -> bool {
    if let Some(classes) = class.downcast_ref::<PyTuple>() {
        let mut classes = classes.iter();
        return depth > 0 && classes.all(|class| is_of_data(class, depth - 1, vm));
    }
    class.downcast_ref::<PyType>().is_some_and(|class| {
        DATA.contains(&&*class.name().to_string()) && is_known_class(class, vm)
    })
}
