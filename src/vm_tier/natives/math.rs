//! What `math` is made of.
//!
//! Only functions that Rust hands to the C library, as CPython does, or whose results are exact.
//! The others (`gamma`, `erf`, `asinh`, `hypot` and their like) are CPython's own code, and
//! decline.

use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::ArgIntoFloat;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::decline;
use crate::decline::Reason;

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    for (name, function) in FUNCTIONS {
        let native = vm.new_function(
            name,
            move |x: ArgIntoFloat, vm: &VirtualMachine| -> PyResult<f64> {
                let x = x.into_float();
                certain(name, vm)?;
                checked(function(x), &[x], vm)
            },
        );
        module.set_attr(name, native, vm)?;
    }
    for (name, function) in FUNCTIONS_OF_TWO {
        let native = vm.new_function(
            name,
            move |x: ArgIntoFloat, y: ArgIntoFloat, vm: &VirtualMachine| -> PyResult<f64> {
                let (x, y) = (x.into_float(), y.into_float());
                certain(name, vm)?;
                checked(function(x, y), &[x, y], vm)
            },
        );
        module.set_attr(name, native, vm)?;
    }
    let real = |x: ArgIntoFloat| -> f64 { x.into_float() };
    module.set_attr("math_float", vm.new_function("math_float", real), vm)?;
    let next_after = |x: ArgIntoFloat, y: ArgIntoFloat| -> f64 {
        let (x, y) = (x.into_float(), y.into_float());
        next_after(x, y)
    };
    module.set_attr(
        "math_nextafter",
        vm.new_function("math_nextafter", next_after),
        vm,
    )
}

type Function = fn(f64) -> f64;
type FunctionOfTwo = fn(f64, f64) -> f64;

const FUNCTIONS: [(&str, Function); 15] = [
    ("math_sqrt", f64::sqrt),
    ("math_sin", f64::sin),
    ("math_cos", f64::cos),
    ("math_tan", f64::tan),
    ("math_asin", f64::asin),
    ("math_acos", f64::acos),
    ("math_atan", f64::atan),
    ("math_sinh", f64::sinh),
    ("math_cosh", f64::cosh),
    ("math_tanh", f64::tanh),
    ("math_exp", f64::exp),
    ("math_expm1", f64::exp_m1),
    ("math_log", f64::ln),
    ("math_log2", f64::log2),
    ("math_log10", f64::log10),
];

const FUNCTIONS_OF_TWO: [(&str, FunctionOfTwo); 4] = [
    ("math_pow", f64::powf),
    ("math_fmod", |x, y| x % y),
    ("math_atan2", f64::atan2),
    ("math_copysign", f64::copysign),
];

/// Functions whose results are exact, whatever library has them.
const EXACT: [&str; 3] = ["math_copysign", "math_fmod", "math_sqrt"];

/// Declines where CPython may have another C library than this program has: on Windows each
/// compiler brings its own, and their last bits differ.
fn certain(name: &str, vm: &VirtualMachine) -> PyResult<()> {
    if cfg!(windows) && !EXACT.contains(&name) {
        let detail = name.replacen("math_", "math.", 1);
        return Err(decline(vm, Reason::HostFact, detail));
    }
    Ok(())
}

/// `result`, or what `math_1` and its like of CPython's `mathmodule.c` raise for it.
fn checked(result: f64, arguments: &[f64], vm: &VirtualMachine) -> PyResult<f64> {
    let finite = arguments.iter().all(|x| x.is_finite());
    if result.is_nan() && !arguments.iter().any(|x| x.is_nan()) {
        return Err(vm.new_value_error("math domain error".to_owned()));
    }
    if result.is_infinite() && finite {
        // a logarithm or power of zero, or too big a number
        return Err(if arguments[0] == 0.0 {
            vm.new_value_error("math domain error".to_owned())
        } else {
            vm.new_overflow_error("math range error".to_owned())
        });
    }
    Ok(result)
}

fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == y {
        y
    } else if x == 0.0 {
        f64::from_bits(1).copysign(y)
    } else if (x < y) == (x > 0.0) {
        f64::from_bits(x.to_bits() + 1)
    } else {
        f64::from_bits(x.to_bits() - 1)
    }
}
