//! In which order CPython evaluates, where that differs between versions, or from RustPython's.
//!
//! CPython 3.8 evaluates all of `[*a, b()]`, and unpacks then; later ones, and RustPython, unpack
//! `a` before `b` is called. And all CPythons unpack a lone `*a` of `f(*a, k=b())` last. So where
//! something behind a star may do something, or may see that something was done, the definition
//! declines, or what has the star is asked whether its unpacking does nothing.
//!
//! From 3.11 on `"%s %s" % (a, b())` is compiled to take the text of `a` before `b` is called.

use std::cell::Cell;

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::compiler::ast::visitor::transformer::{walk_expr, walk_stmt, Transformer};
use rustpython_vm::compiler::ast::{Arguments, DictItem, Expr, ExprContext, Mod, Operator, Stmt};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::guard::{transform, wrap, Odd, VALUE};
use super::natives::decline;
use crate::decline::Reason;

/// The builtin that gives its argument, if that can be unpacked without running code. No source can
/// spell its name.
const PLAIN: &str = "<plain>";

const ODD: Odd = (Reason::VmSyntax, "something behind a star that may act");

/// Makes what is unpacked in `module` ask, and formats wait, for Python 3.`minor`; gives what can't
/// be asked.
pub(super) fn guard(module: &mut Mod, minor: u8) -> Option<Odd> {
    let guard = Guard {
        minor,
        odd: Cell::new(None),
    };
    transform(module, &guard);
    guard.odd.get()
}

/// Adds the builtin.
pub(super) fn add_builtins(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    builtins.set_item(PLAIN, vm.new_function(PLAIN, plain).into(), vm)
}

struct Guard {
    minor: u8,
    odd: Cell<Option<Odd>>,
}

impl Transformer for Guard {
    fn visit_stmt(&self, statement: &mut Stmt) {
        walk_stmt(self, statement);
        if let Stmt::ClassDef(class) = statement {
            if let Some(arguments) = &mut class.arguments {
                self.call(arguments);
            }
        }
    }

    fn visit_expr(&self, expression: &mut Expr) {
        walk_expr(self, expression);
        match expression {
            Expr::List(list) if list.ctx == ExprContext::Load => self.display(&mut list.elts),
            Expr::Tuple(tuple) if tuple.ctx == ExprContext::Load => self.display(&mut tuple.elts),
            Expr::Set(set) => self.display(&mut set.elts),
            Expr::Dict(dict) if self.is_late() => self.dict(&mut dict.items),
            Expr::Call(call) => self.call(&mut call.arguments),
            Expr::BinOp(operation)
                if self.minor < 11
                    && operation.op == Operator::Mod
                    && operation.left.is_string_literal_expr() =>
            {
                wrap(&mut operation.left, VALUE);
            }
            _ => {}
        }
    }
}

impl Guard {
    /// Whether unpacking comes after everything has been evaluated.
    fn is_late(&self) -> bool {
        self.minor < 9
    }

    fn display(&self, elements: &mut [Expr]) {
        if !self.is_late() {
            return;
        }
        for at in 0..elements.len() {
            let (until, behind) = elements.split_at_mut(at + 1);
            if let Expr::Starred(starred) = &mut until[at] {
                self.unpacked(&mut starred.value, behind.iter());
            }
        }
    }

    fn dict(&self, items: &mut [DictItem]) {
        for at in 0..items.len() {
            let (until, behind) = items.split_at_mut(at + 1);
            if until[at].key.is_none() {
                let behind = behind.iter();
                let behind = behind.flat_map(|item| item.key.iter().chain([&item.value]));
                self.unpacked(&mut until[at].value, behind);
            }
        }
    }

    fn call(&self, arguments: &mut Arguments) {
        self.display(&mut arguments.args);
        if let [Expr::Starred(starred)] = &mut *arguments.args {
            let behind = arguments.keywords.iter().map(|keyword| &keyword.value);
            self.unpacked(&mut starred.value, behind);
        }
        for at in 0..arguments.keywords.len() {
            let (until, behind) = arguments.keywords.split_at_mut(at + 1);
            if self.is_late() && until[at].arg.is_none() {
                let behind = behind.iter().map(|keyword| &keyword.value);
                self.unpacked(&mut until[at].value, behind);
            }
        }
    }

    /// Looks at `value`, which has stars, and at what is evaluated `behind` it.
    fn unpacked<'a>(&self, value: &mut Expr, behind: impl Iterator<Item = &'a Expr> + Clone) {
        if behind.clone().all(is_constant) || matches!(value, Expr::List(_) | Expr::Tuple(_)) {
            return;
        }
        if behind.clone().all(is_still) {
            wrap(value, PLAIN);
        } else {
            self.odd.set(Some(ODD));
        }
    }
}

fn is_constant(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
    )
}

/// Whether evaluating the expression does nothing, but that a name may be unknown.
fn is_still(expression: &Expr) -> bool {
    let elements = match expression {
        Expr::Name(_) => return true,
        Expr::Starred(starred) => return is_still_or_plain(&starred.value),
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return is_constant(expression),
    };
    elements.iter().all(is_still)
}

/// The same of what was behind a star before it was made to ask.
fn is_still_or_plain(expression: &Expr) -> bool {
    match expression {
        Expr::Call(call) => {
            let is_plain = matches!(&*call.func, Expr::Name(name) if name.id.as_str() == PLAIN);
            is_plain && call.arguments.args.iter().all(is_still)
        }
        _ => is_still(expression),
    }
}

/// Gives `value`, unless it may run code when it is unpacked.
fn plain(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let types = &vm.ctx.types;
    let known = [
        types.bytes_type,
        types.dict_type,
        types.dict_items_type,
        types.dict_keys_type,
        types.dict_values_type,
        types.frozenset_type,
        types.list_type,
        types.range_type,
        types.set_type,
        types.str_type,
        types.tuple_type,
    ];
    if known.iter().any(|known| value.class().is(*known)) {
        return Ok(value);
    }
    let detail = format!("the unpacking of a {}", value.class().name());
    Err(decline(vm, Reason::VmValue, detail))
}
