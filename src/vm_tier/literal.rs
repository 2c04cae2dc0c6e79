//! `ast.literal_eval`, by the parser alone: nothing is compiled or run.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::compiler::ast::{self, Expr, Number, Operator, UnaryOp};
use rustpython_vm::compiler::codegen::compile::ruff_int_to_bigint;
use rustpython_vm::compiler::parser::parse_expression;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::natives::decline;
use crate::decline::Reason;

/// How deep a display may nest.
const MAX_DEPTH: usize = 100;

/// The value of the literal `text`, a `ValueError` or `SyntaxError` as `ast.literal_eval`
/// raises them. Their messages aren't CPython's.
pub(super) fn evaluate(text: &str, vm: &VirtualMachine) -> PyResult {
    if text.contains('\0') {
        return Err(vm.new_value_error("source code string cannot contain null bytes".to_owned()));
    }
    let parsed = match parse_expression(text) {
        Ok(parsed) => parsed,
        // not sure that CPython's parser agrees
        Err(error) => {
            let message = vm.ctx.new_str(error.to_string());
            return Err(vm.new_exception(
                vm.ctx.exceptions.syntax_error.to_owned(),
                vec![message.into()],
            ));
        }
    };
    value(&parsed.into_syntax().body, 0, vm)
}

fn value(expression: &Expr, depth: usize, vm: &VirtualMachine) -> PyResult {
    if depth > MAX_DEPTH {
        return Err(decline(
            vm,
            Reason::RecursionLimit,
            "ast.literal_eval of a deep literal",
        ));
    }
    let items = |items: &[Expr]| -> PyResult<Vec<PyObjectRef>> {
        items
            .iter()
            .map(|item| value(item, depth + 1, vm))
            .collect()
    };
    match expression {
        Expr::StringLiteral(string) => Ok(vm.ctx.new_str(string.value.to_str()).into()),
        Expr::BytesLiteral(bytes) => Ok(vm.ctx.new_bytes(bytes.value.bytes().collect()).into()),
        Expr::NumberLiteral(_) => number(expression, vm),
        Expr::BooleanLiteral(b) => Ok(vm.ctx.new_bool(b.value).into()),
        Expr::NoneLiteral(_) => Ok(vm.ctx.none()),
        Expr::EllipsisLiteral(_) => Ok(vm.ctx.ellipsis.clone().into()),
        Expr::Tuple(tuple) => Ok(vm.ctx.new_tuple(items(&tuple.elts)?).into()),
        Expr::List(list) => Ok(vm.ctx.new_list(items(&list.elts)?).into()),
        Expr::Set(set) => {
            let set_type = vm.ctx.types.set_type.as_object();
            set_type.call((vm.ctx.new_list(items(&set.elts)?),), vm)
        }
        Expr::Call(call) if is_empty_set(call) => vm.ctx.types.set_type.as_object().call((), vm),
        Expr::Dict(dict) => {
            let result = vm.ctx.new_dict();
            for item in &dict.items {
                let Some(key) = &item.key else {
                    return malformed(vm);
                };
                let key = value(key, depth + 1, vm)?;
                result.set_item(&*key, value(&item.value, depth + 1, vm)?, vm)?;
            }
            Ok(result.into())
        }
        Expr::UnaryOp(_) => number(expression, vm),
        Expr::BinOp(binary) if matches!(binary.op, Operator::Add | Operator::Sub) => {
            let is_imaginary = matches!(&*binary.right, Expr::NumberLiteral(n) if matches!(n.value, Number::Complex { .. }));
            if !is_imaginary {
                return malformed(vm);
            }
            let (left, right) = (number(&binary.left, vm)?, number(&binary.right, vm)?);
            if binary.op == Operator::Add {
                vm._add(&left, &right)
            } else {
                vm._sub(&left, &right)
            }
        }
        _ => malformed(vm),
    }
}

/// A number, with signs in front of it.
fn number(expression: &Expr, vm: &VirtualMachine) -> PyResult {
    match expression {
        Expr::NumberLiteral(number) => Ok(match &number.value {
            Number::Int(int) => match ruff_int_to_bigint(int) {
                Ok(int) => vm.ctx.new_bigint(&int).into(),
                Err(_) => return Err(decline(vm, Reason::VmValue, "a very long number")),
            },
            Number::Float(float) => vm.ctx.new_float(*float).into(),
            Number::Complex { .. } => return Err(decline(vm, Reason::VmValue, "a complex number")),
        }),
        Expr::UnaryOp(unary) => {
            // one sign: `literal_eval` refuses `--1`
            if !matches!(&*unary.operand, Expr::NumberLiteral(_)) {
                return malformed(vm);
            }
            let operand = number(&unary.operand, vm)?;
            match unary.op {
                UnaryOp::UAdd => Ok(operand),
                UnaryOp::USub => vm._neg(&operand),
                _ => malformed(vm),
            }
        }
        _ => malformed(vm),
    }
}

fn is_empty_set(call: &ast::ExprCall) -> bool {
    matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "set")
        && call.arguments.is_empty()
}

fn malformed<T>(vm: &VirtualMachine) -> PyResult<T> {
    Err(vm.new_value_error("malformed node or string".to_owned()))
}

/// The text of a `str`, `None` when it isn't one or holds a lone surrogate.
pub(super) fn text(object: &PyObjectRef) -> Option<&str> {
    object.downcast_ref::<PyStr>().and_then(|s| s.to_str())
}
