//! What every definition is made to ask, because RustPython's answer may not be CPython's.
//!
//! - An exception that a definition catches is one that it raised itself, or of a kind that
//!   CPython raises too; one whose text it may look at has CPython's text.
//! - An attribute that a definition sets may be of something that the next one sees too.
//! - A private attribute that it reads is one of its own objects: those of the library are
//!   another version's. And special methods check what they are given only behind operators.
//! - `is` tells whether two constants are one object, which is a matter of the compiler.
//! - RustPython's compiler computes constants, and not always as its own operators do.

use ruff_text_size::{Ranged, TextRange};
use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyBytes, PyComplex, PyDictRef, PyFloat, PyFunction, PyInt,
    PyModule, PyStr, PyTuple, PyType,
};
use rustpython_vm::compiler::ast::name::Name;
use rustpython_vm::compiler::ast::visitor::transformer::{
    walk_except_handler, walk_expr, walk_stmt, Transformer,
};
use rustpython_vm::compiler::ast::visitor::{self, Visitor};
use rustpython_vm::compiler::ast::{
    self, CmpOp, ExceptHandler, Expr, ExprContext, Mod, Number, Operator, Stmt, UnaryOp,
};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::Cell;
use std::collections::HashSet;

use super::literal;
use super::natives::{self, decline};
use super::state;
use super::{EARLY_FILENAME, FILENAME, LATE_FILENAME};
use crate::decline::Reason;

/// Builtins of ours. No source can spell their names.
const CAUGHT: &str = "<caught>";
const RAISED: &str = "<raised>";
const IS: &str = "<is>";
/// Gives its argument, of which the compiler knows nothing.
pub(super) const VALUE: &str = "<value>";
const CHANGED: &str = "<changed>";
const PRIVATE: &str = "<private>";
const MADE: &str = "<made>";

/// What may be read of attributes with two underscores.
const KNOWN_SPECIAL: &[&str] = &[
    "__author__",
    "__class__",
    "__enter__",
    "__exit__",
    "__file__",
    "__getitem__",
    "__members__",
    "__name__",
    "__new__",
    "__version__",
];

/// Private by their names alone: those of named tuples.
const KNOWN_PRIVATE: &[&str] = &["_asdict", "_field_defaults", "_fields", "_make", "_replace"];

/// What can't be asked, and why it declines.
pub(super) type Odd = (Reason, &'static str);

/// Makes `module` ask; gives what can't be asked.
pub(super) fn guard(module: &mut Mod) -> Option<Odd> {
    let mut elsewhere = Elsewhere::default();
    if let Mod::Module(module) = &*module {
        visitor::walk_body(&mut elsewhere, &module.body);
    }
    let looks = (
        Reason::VmSyntax,
        "a comprehension that looks at its variables",
    );
    let guard = Guard {
        odd: Cell::new(elsewhere.looks.then_some(looks)),
        elsewhere,
    };
    transform(module, &guard);
    guard.odd.get()
}

/// What reads caught exceptions outside of the handlers that have them.
#[derive(Default)]
struct Elsewhere {
    /// The names of the handlers around.
    around: Vec<Name>,
    /// Names that are read, but in handlers that give that name to the exception.
    names: HashSet<Name>,
    /// Whether something may read them in another way.
    asks: bool,
    /// How many comprehensions are around.
    comprehensions: usize,
    /// Whether one of them looks at its variables: before 3.12 those are a function's.
    looks: bool,
}

/// What leads to exceptions, or to variables, without naming them.
const ASKS: &[&str] = &["exc_info", "locals", "vars", "globals"];

impl<'a> Visitor<'a> for Elsewhere {
    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(caught) = handler;
        let name = caught.name.as_ref().map(|name| name.id.clone());
        let is_named = name.is_some();
        self.around.extend(name);
        visitor::walk_except_handler(self, handler);
        if is_named {
            self.around.pop();
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::ImportFrom(import) = statement {
            let names = import.names.iter();
            self.asks |= names
                .into_iter()
                .any(|name| ASKS.contains(&name.name.as_str()));
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let is_comprehension = matches!(
            expression,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_)
        );
        self.comprehensions += usize::from(is_comprehension);
        match expression {
            Expr::Name(name) => {
                let id = name.id.as_str();
                self.looks |= self.comprehensions > 0 && ["locals", "vars", "dir"].contains(&id);
                self.asks |= ASKS.contains(&id);
                if name.ctx == ExprContext::Load && !self.around.contains(&name.id) {
                    self.names.insert(name.id.clone());
                }
            }
            Expr::Attribute(attribute) => self.asks |= ASKS.contains(&attribute.attr.as_str()),
            _ => {}
        }
        visitor::walk_expr(self, expression);
        self.comprehensions -= usize::from(is_comprehension);
    }
}

/// Has `transformer` visit the whole of `module`.
pub(super) fn transform(module: &mut Mod, transformer: &impl Transformer) {
    if let Mod::Module(module) = module {
        transformer.visit_body(&mut module.body);
    }
}

struct Guard {
    odd: Cell<Option<Odd>>,
    elsewhere: Elsewhere,
}

impl Transformer for Guard {
    fn visit_stmt(&self, statement: &mut Stmt) {
        walk_stmt(self, statement);
        match statement {
            Stmt::Raise(raise) => {
                if let Some(exception) = &mut raise.exc {
                    wrap(exception, RAISED);
                }
            }
            // it sees the exception that ends its block
            Stmt::FunctionDef(function) if function.name.as_str() == "__exit__" => {
                let range = function.range;
                function.body.insert(0, ask(true, range));
            }
            // a decorator may ask for annotations, which rez doesn't evaluate: there `from
            // __future__ import annotations` holds
            Stmt::ClassDef(class) => {
                let calls = |statement: &Stmt| match statement {
                    Stmt::AnnAssign(assign) => !is_plain_annotation(&assign.annotation),
                    _ => false,
                };
                if class.body.iter().any(calls) {
                    let odd = (Reason::VmSyntax, "an annotation that calls something");
                    self.odd.set(Some(odd));
                }
            }
            // and so would a function that gets the name
            Stmt::Assign(assign) if assign.targets.iter().any(is_exit) => {
                let odd = (Reason::VmSyntax, "an `__exit__` that is no `def`");
                self.odd.set(Some(odd));
            }
            _ => {}
        }
    }

    fn visit_except_handler(&self, handler: &mut ExceptHandler) {
        walk_except_handler(self, handler);
        let ExceptHandler::ExceptHandler(handler) = handler;
        let used = self.elsewhere.asks
            || handler.name.as_ref().is_some_and(|name| {
                if self.elsewhere.names.contains(&name.id) {
                    return true;
                }
                let mut search = Loads(name.as_str(), false);
                visitor::walk_body(&mut search, &handler.body);
                search.1
            });
        let range = handler.range;
        handler.body.insert(0, ask(used, range));
    }

    fn visit_expr(&self, expression: &mut Expr) {
        walk_expr(self, expression);
        match expression {
            Expr::Compare(compare) => {
                let operands = || std::iter::once(&*compare.left).chain(&compare.comparators);
                let unclear =
                    operands()
                        .zip(operands().skip(1))
                        .zip(&compare.ops)
                        .any(|((a, b), op)| {
                            matches!(op, CmpOp::Is | CmpOp::IsNot) && !is_one(a) && !is_one(b)
                        });
                if !unclear {
                    return;
                }
                if compare.ops.len() > 1 {
                    let odd = (Reason::VmSyntax, "`is` in a chain of comparisons");
                    self.odd.set(Some(odd));
                    return;
                }
                let range = compare.range;
                let negated = compare.ops[0] == CmpOp::IsNot;
                let left = std::mem::replace(&mut *compare.left, name(IS, range));
                let right = std::mem::replace(&mut compare.comparators[0], name(IS, range));
                let call = Expr::Call(super::front::call(
                    name(IS, range),
                    vec![left, right],
                    range,
                ));
                *expression = if negated {
                    Expr::UnaryOp(ast::ExprUnaryOp {
                        node_index: ast::AtomicNodeIndex::NONE,
                        range,
                        op: UnaryOp::Not,
                        operand: Box::new(call),
                    })
                } else {
                    call
                };
            }
            Expr::Attribute(attribute) if attribute.ctx != ExprContext::Load => {
                wrap(&mut attribute.value, CHANGED);
            }
            Expr::Attribute(attribute) => {
                let name = attribute.attr.as_str();
                if name.starts_with("__") && name.ends_with("__") {
                    if is_super(&attribute.value) {
                        return;
                    }
                    if name == "__init__" {
                        wrap(&mut attribute.value, MADE);
                    } else if !KNOWN_SPECIAL.contains(&name) {
                        let odd = (Reason::AttributeUnknown, "a special method by its name");
                        self.odd.set(Some(odd));
                    }
                } else if name.starts_with('_') && !KNOWN_PRIVATE.contains(&name) {
                    wrap(&mut attribute.value, PRIVATE);
                } else if name == "from_bytes" && !is_name(&attribute.value, "int") {
                    // CPython calls a subclass for what it reads
                    let odd = (
                        Reason::AttributeUnknown,
                        "`from_bytes` of a subclass of int",
                    );
                    self.odd.set(Some(odd));
                }
            }
            Expr::BinOp(operation)
                if is_number(&operation.left)
                    && is_number(&operation.right)
                    && !matches!(operation.op, Operator::Add | Operator::Sub) =>
            {
                wrap(&mut operation.left, VALUE);
            }
            _ => {}
        }
    }
}

/// Whether to evaluate the annotation does nothing.
fn is_plain_annotation(annotation: &Expr) -> bool {
    struct Acts(bool);

    impl<'a> Visitor<'a> for Acts {
        fn visit_expr(&mut self, expression: &'a Expr) {
            let acts = expression.is_call_expr()
                || expression.is_named_expr()
                || expression.is_await_expr()
                || expression.is_yield_expr();
            self.0 |= acts;
            visitor::walk_expr(self, expression);
        }
    }

    let mut acts = Acts(false);
    acts.visit_expr(annotation);
    !acts.0
}

/// Whether the expression is bound as `__exit__`.
fn is_exit(target: &Expr) -> bool {
    match target {
        Expr::Name(name) => name.id.as_str() == "__exit__",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "__exit__",
        Expr::Tuple(tuple) => tuple.elts.iter().any(is_exit),
        Expr::List(list) => list.elts.iter().any(is_exit),
        _ => false,
    }
}

fn is_name(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == wanted)
}

fn is_super(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super")
}

/// Whether the expression is a constant of which there is one.
fn is_one(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_)
    )
}

/// Whether the expression is a number that the compiler computes.
fn is_number(expression: &Expr) -> bool {
    match expression {
        Expr::NumberLiteral(number) => {
            matches!(
                number.value,
                Number::Int(_) | Number::Float(_) | Number::Complex { .. }
            )
        }
        Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(unary) => is_number(&unary.operand),
        Expr::BinOp(binary) => is_number(&binary.left) && is_number(&binary.right),
        _ => false,
    }
}

/// Looks for a name that is read, other than for `type(name)`.
struct Loads<'a>(&'a str, bool);

impl<'a> Visitor<'a> for Loads<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        // the class of an exception isn't its text
        if let Expr::Call(call) = expression {
            let is_type = |e: &Expr| matches!(e, Expr::Name(name) if name.id.as_str() == "type");
            match &*call.arguments.args {
                [Expr::Name(_)] if is_type(&call.func) => return,
                // as `sets` has written it
                [first, Expr::Name(_)] if is_type(first) => return,
                _ => {}
            }
        }
        if let Expr::Name(name) = expression {
            self.1 |= name.ctx == ExprContext::Load && name.id.as_str() == self.0;
        }
        visitor::walk_expr(self, expression);
    }
}

pub(super) fn name(id: &'static str, range: TextRange) -> Expr {
    Expr::Name(ast::ExprName {
        node_index: ast::AtomicNodeIndex::NONE,
        range,
        id: Name::new_static(id),
        ctx: ExprContext::Load,
    })
}

/// Puts a call of `function` around the expression.
pub(super) fn wrap(expression: &mut Expr, function: &'static str) {
    let range = expression.range();
    let value = std::mem::replace(expression, name(function, range));
    *expression = Expr::Call(super::front::call(
        name(function, range),
        vec![value],
        range,
    ));
}

/// The statement that asks about the exception that was caught, which may be `used`.
fn ask(used: bool, range: TextRange) -> Stmt {
    let range = TextRange::empty(range.start());
    let used = Expr::BooleanLiteral(ast::ExprBooleanLiteral {
        node_index: ast::AtomicNodeIndex::NONE,
        range,
        value: used,
    });
    Stmt::Expr(ast::StmtExpr {
        node_index: ast::AtomicNodeIndex::NONE,
        range,
        value: Box::new(Expr::Call(super::front::call(
            name(CAUGHT, range),
            vec![used],
            range,
        ))),
    })
}

/// Adds the builtins.
pub(super) fn add_builtins(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    builtins.set_item(CAUGHT, vm.new_function(CAUGHT, caught).into(), vm)?;
    builtins.set_item(RAISED, vm.new_function(RAISED, raised).into(), vm)?;
    builtins.set_item(CHANGED, vm.new_function(CHANGED, changed).into(), vm)?;
    builtins.set_item(PRIVATE, vm.new_function(PRIVATE, private).into(), vm)?;
    builtins.set_item(MADE, vm.new_function(MADE, made).into(), vm)?;
    builtins.set_item(IS, vm.new_function(IS, is).into(), vm)?;
    let value = vm.new_function(VALUE, |value: PyObjectRef| value);
    builtins.set_item(VALUE, value.into(), vm)
}

/// Gives the object, of which an attribute is set.
fn changed(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    note_change(&object, vm)?;
    Ok(object)
}

/// Gives the object, of which a private attribute is read.
fn private(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let own = match object.downcast_ref::<PyType>() {
        Some(class) => is_own(class, vm),
        None => {
            let module = module(object.class(), vm);
            natives::is_own_function(&object, vm)
                // the view of a module knows what may be asked for
                || matches!(module.as_deref(), Some("builtins" | "_rezload_dsl" | "_rezload_view"))
        }
    };
    if own {
        return Ok(object);
    }
    let detail = format!("a private attribute of a {}", object.class().name());
    Err(decline(vm, Reason::AttributeUnknown, detail))
}

/// Special attributes that are on the same objects in all Pythons.
const SETTLED: &[&str] = &[
    "__call__",
    "__class__",
    "__contains__",
    "__delitem__",
    "__doc__",
    "__eq__",
    "__file__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__name__",
    "__next__",
    "__setitem__",
    "__str__",
    "__version__",
];

/// Refuses to say whether an object of the library has the attribute `name`, where that depends on
/// the version, or is more than is known.
pub(super) fn ask_of_library(
    object: &PyObjectRef,
    name: &str,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let class = match object.downcast_ref::<PyType>() {
        Some(class) => class,
        None => object.class(),
    };
    // what a function has was set by whoever made it
    if object.downcast_ref::<PyFunction>().is_some() {
        return Ok(());
    }
    let refuse = || {
        let detail = format!("whether a {} has {name:?}", class.name());
        Err(decline(vm, Reason::AttributeUnknown, detail))
    };
    let exceptions = &vm.ctx.exceptions;
    let says_name = [exceptions.name_error, exceptions.attribute_error];
    if state::minor() < 10
        && ["name", "obj"].contains(&name)
        && says_name.iter().any(|says| class.fast_issubclass(*says))
    {
        return refuse();
    }
    if name.starts_with("__") && name.ends_with("__") {
        return match is_own(class, vm) || SETTLED.contains(&name) {
            true => Ok(()),
            false => refuse(),
        };
    }
    if name.starts_with('_') && !KNOWN_PRIVATE.contains(&name) {
        private(object.clone(), vm)?;
        if object.downcast_ref::<PyModule>().is_some() {
            return refuse();
        }
    }
    if object.downcast_ref::<PyModule>().is_some() {
        // the view knows
        return Ok(());
    }
    // of its own kinds RustPython has all that CPython has, and facades less
    let is_whole = |class: &Py<PyType>| {
        let module = module(class, vm).unwrap_or_default();
        let root = module.split('.').next().unwrap_or_default();
        // the classes that `namedtuple` makes say other modules
        let fields = vm.ctx.intern_str("_field_defaults");
        is_builtin(class, vm)
            || class.attributes().get(fields).is_some()
            || ["builtins", "_rezload_dsl", "datetime"].contains(&root)
            || OF_CPYTHON.contains(&root)
    };
    let is_function = object
        .class()
        .is(vm.ctx.types.builtin_function_or_method_type);
    if class
        .mro_map_collect(is_whole)
        .into_iter()
        .all(|whole| whole)
        && !is_function
    {
        return Ok(());
    }
    let interned = vm.ctx.intern_str(name);
    let found = match is_own(class, vm) {
        // asking would call the definition's code once more than CPython
        true => class.get_attr(interned),
        false => vm.get_attribute_opt(object, interned)?,
    };
    match found {
        Some(_) => Ok(()),
        None => refuse(),
    }
}

/// Gives the class or the object, whose `__init__` is read by that name: those of facades do less
/// than CPython's, where it can be called on what is made already.
fn made(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let class = match object.downcast_ref::<PyType>() {
        Some(class) => class,
        None => object.class(),
    };
    let module = module(class, vm);
    // RustPython's own say none
    let is_known = module.is_none_or(|module| {
        let root = module.split('.').next().unwrap_or_default();
        ["builtins", "_rezload_dsl"].contains(&root) || OF_CPYTHON.contains(&root)
    });
    if is_known || class.fast_issubclass(vm.ctx.exceptions.base_exception_type) {
        return Ok(object);
    }
    let detail = format!("__init__ of a {}", class.name());
    Err(decline(vm, Reason::AttributeUnknown, detail))
}

/// Modules of CPython's whose classes have instances with attributes of their own.
const OF_CPYTHON: &[&str] = &[
    "collections",
    "configparser",
    "contextlib",
    "json",
    "string",
];

/// Refuses a change of `object` that the next definition could see, or that CPython refuses.
pub(super) fn note_change(object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let own = match (
        object.downcast_ref::<PyType>(),
        object.downcast_ref::<PyFunction>(),
    ) {
        (Some(class), _) => is_own(class, vm),
        (_, Some(_)) => natives::is_own_function(object, vm),
        _ => {
            let class = object.class();
            let module = module(class, vm).unwrap_or_default();
            let root = module.split('.').next().unwrap_or_default();
            if OF_CPYTHON.contains(&root) {
                // one that is shared would show in the next definition
                state::with(|run| run.changed |= run.importing == 0);
                return Ok(());
            }
            // exceptions, and what the DSL makes for each definition, have their own
            module == "builtins"
                || object.downcast_ref::<PyBaseException>().is_some()
                || module == "_rezload_dsl" && &*class.name() != "Sink"
                || is_builtin(class, vm)
        }
    };
    if own || state::is_importing() {
        return Ok(());
    }
    let detail = format!("a change of a {}", object.class().name());
    Err(decline(vm, Reason::Sandbox, detail))
}

/// Whether the class is RustPython's own, whose objects refuse attributes.
fn is_builtin(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    class
        .attributes()
        .get(vm.ctx.intern_str("__module__"))
        .is_none()
}

/// Whether `class` was made by a definition: its module is that of rez's namespace.
pub(super) fn is_own(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    module(class, vm).as_deref() == Some("builtins")
}

/// The module of a class that was made in Python.
pub(super) fn module(class: &Py<PyType>, vm: &VirtualMachine) -> Option<String> {
    let module = class.attributes().get(vm.ctx.intern_str("__module__"))?;
    literal::text(&module).map(str::to_owned)
}

/// Notes an exception that the definition raises.
fn raised(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let base = vm.ctx.exceptions.base_exception_type;
    let is_class = object
        .downcast_ref::<PyType>()
        .is_some_and(|class| class.fast_issubclass(base));
    let object = if is_class {
        object.call((), vm)?
    } else {
        object
    };
    let is_new = object
        .downcast_ref::<PyBaseException>()
        .is_some_and(|exception| exception.traceback().is_none());
    if is_new {
        state::with(|run| run.raised.push(object.clone()));
    }
    Ok(object)
}

/// Frozen modules whose exceptions have the texts and the attributes of CPython's and rez's.
const FAITHFUL: &[&str] = &[
    "<frozen _rezload_dsl>",
    "<frozen _rezload_view>",
    "<frozen genericpath>",
    "<frozen io>",
    "<frozen os>",
    "<frozen posixpath>",
];

/// Asks about the exception that a handler has caught, which it may look at if it is `used`.
fn caught(used: OptionalArg<bool>, vm: &VirtualMachine) -> PyResult<()> {
    let doomed = state::with(|run| run.refusal.is_some() || run.needs_bodies).unwrap_or(true);
    if doomed {
        return Err(vm.new_exception(vm.ctx.exceptions.base_exception_type.to_owned(), Vec::new()));
    }
    let Some(error) = vm.current_exception() else {
        return Ok(());
    };
    check(&error, used.unwrap_or(true), vm)
}

/// Whether a definition may go on with the exception that it has caught.
pub(super) fn check(error: &PyBaseExceptionRef, used: bool, vm: &VirtualMachine) -> PyResult<()> {
    let own = state::with(|run| run.raised.iter().any(|raised| raised.is(error)));
    if own.unwrap_or(false) {
        return Ok(());
    }
    let refuse = |what: &str| {
        let detail = format!("{what} {}", error.class().name());
        Err(decline(vm, Reason::AttributeUnknown, detail))
    };
    let exceptions = &vm.ctx.exceptions;
    let class = error.class();
    // RustPython's own limits, and what it hasn't
    let odd = [
        exceptions.lookup_error,
        exceptions.memory_error,
        exceptions.not_implemented_error,
        exceptions.recursion_error,
        exceptions.system_error,
        exceptions.buffer_error,
        // of arguments: which function checks what, and when
        exceptions.overflow_error,
        exceptions.type_error,
        // comprehensions are functions in CPython before 3.12: theirs are `NameError`s
        exceptions.unbound_local_error,
    ];
    // of a named tuple's `_replace`, which was a ValueError before 3.13
    let text = error.get_arg(0);
    let text = text.as_ref().and_then(literal::text).unwrap_or_default();
    if state::minor() < 13 && text.starts_with("Got unexpected field names") {
        return refuse("a caught");
    }
    if class.is(exceptions.attribute_error) {
        let part = |name: &'static str| {
            let found = error
                .as_object()
                .generic_getattr(vm.ctx.intern_str(name), vm);
            found.ok().filter(|found| !vm.is_none(found))
        };
        if let (Some(name), Some(object)) = (part("name"), part("obj")) {
            let name = literal::text(&name).unwrap_or_default();
            ask_of_library(&object, name, vm)?;
        }
    }
    let place = innermost(error);
    let faithful = FAITHFUL.contains(&place.as_str()) || place.starts_with("<frozen rez");
    let native = !place.starts_with("<frozen ");
    if native && (odd.iter().any(|odd| class.is(*odd)) || is_of_arguments(error, vm)) {
        return refuse("a caught");
    }
    if used && !faithful && !has_known_text(error, &place, vm) {
        return refuse("the text of a");
    }
    Ok(())
}

/// Whether the exception is a `ValueError` of some function for its arguments, which CPython may
/// refuse with another.
fn is_of_arguments(error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    const KNOWN: &[&str] = &[
        "could not convert string to float",
        "empty separator",
        "invalid literal for int() with base",
        "is not in list",
        "list.remove(x): x not in list",
        "math domain error",
        "not enough values to unpack",
        "not in list",
        "substring not found",
        "too many values to unpack",
    ];
    let text = error.get_arg(0);
    let text = text.as_ref().and_then(literal::text).unwrap_or_default();
    error.class().is(vm.ctx.exceptions.value_error)
        && !KNOWN.iter().any(|known| text.contains(known))
}

/// The file of the code that raised the exception.
fn innermost(error: &Py<PyBaseException>) -> String {
    let mut place = String::new();
    let mut traceback = error.traceback();
    while let Some(entry) = traceback {
        place = entry.frame.f_code().source_path().as_str().to_owned();
        traceback = entry.next.lock().clone();
    }
    place
}

/// Whether an exception of RustPython's, raised in code of the definition, has CPython's text.
fn has_known_text(error: &PyBaseExceptionRef, place: &str, vm: &VirtualMachine) -> bool {
    if ![FILENAME, EARLY_FILENAME, LATE_FILENAME].contains(&place) {
        return false;
    }
    let exceptions = &vm.ctx.exceptions;
    let class = error.class();
    let is = |known: &Py<PyType>| class.is(known);
    if is(exceptions.key_error) || is(exceptions.assertion_error) || is(exceptions.stop_iteration) {
        return true;
    }
    let argument = error.get_arg(0);
    let text = argument
        .as_ref()
        .and_then(|text| text.downcast_ref::<PyStr>())
        .and_then(|text| text.to_str())
        .unwrap_or_default();
    if is(exceptions.index_error) {
        let known = [
            "list index out of range",
            "tuple index out of range",
            "string index out of range",
            "pop from empty list",
            "list assignment index out of range",
        ];
        return known.contains(&text);
    }
    if is(exceptions.name_error) {
        return text.starts_with("name '") && text.ends_with("' is not defined");
    }
    if is(exceptions.value_error) {
        let value = text.strip_prefix("invalid literal for int() with base 10: '");
        let plain = |c: char| c.is_ascii_graphic() && c != '\'' && c != '"' && c != '\\';
        return value
            .and_then(|value| value.strip_suffix('\''))
            .is_some_and(|value| value.len() < 100 && value.chars().all(plain));
    }
    false
}

/// `is`, where that isn't a matter of which equal objects are one.
fn is(a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    if is_shared(&a, &b, vm)? {
        return Err(decline(vm, Reason::Unordered, "`is` of equal values"));
    }
    Ok(a.is(&b))
}

/// Whether the two are equal values of a type of which the compiler makes one object or two.
fn is_shared(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if !a.class().is(b.class()) {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (
        a.downcast_ref_if_exact::<PyInt>(vm),
        b.downcast_ref_if_exact::<PyInt>(vm),
    ) {
        // CPython has these once, and so has RustPython; before 3.11 not what it computes from
        // large ones
        let small = state::minor() >= 11
            && i64::try_from(a.as_bigint()).is_ok_and(|a| (-5..=256).contains(&a));
        return Ok(!small && a.as_bigint() == b.as_bigint());
    }
    if let (Some(a), Some(b)) = (
        a.downcast_ref_if_exact::<PyStr>(vm),
        b.downcast_ref_if_exact::<PyStr>(vm),
    ) {
        return Ok(a.as_bytes() == b.as_bytes());
    }
    let constant = a.downcast_ref_if_exact::<PyFloat>(vm).is_some()
        || a.downcast_ref_if_exact::<PyComplex>(vm).is_some()
        || a.downcast_ref_if_exact::<PyBytes>(vm).is_some()
        || a.downcast_ref_if_exact::<PyTuple>(vm).is_some()
        || a.downcast_ref_if_exact::<rustpython_vm::builtins::PyFrozenSet>(vm)
            .is_some();
    // bound methods and the like are made when they are asked for
    Ok(constant && (a.is(b) || vm.bool_eq(a, b)?))
}
