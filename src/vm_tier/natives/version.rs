//! What `rez.version` is made of: the crate's own [`version`](crate::version) module.

use rustpython_vm::builtins::{PyModule, PyStrRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{
    pyclass, Context, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
};

use super::{decline, natives};
use crate::decline::Reason;
use crate::version::{is_valid_package_name, Version, VersionError, VersionRange};

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let _ = PyRange::make_static_type();
    natives!(
        module,
        vm,
        package_name_is_valid,
        range_and,
        range_contains,
        range_equal,
        range_from_bounds,
        range_intersects,
        range_is_any,
        range_less,
        range_not,
        range_or,
        range_parse,
        range_pieces,
        range_str,
        range_superset,
        version_less,
        version_split,
    );
    Ok(())
}

/// A [`VersionRange`] as an object, for the facade's `VersionRange` alone.
#[pyclass(module = false, name = "Range")]
#[derive(Debug, PyPayload)]
struct PyRange {
    range: VersionRange,
}

#[pyclass]
impl PyRange {}

fn range(range: VersionRange, ctx: &Context) -> PyObjectRef {
    PyRange { range }.into_ref(ctx).into()
}

type Range = PyRef<PyRange>;

fn text<'a>(text: &'a PyStrRef, vm: &VirtualMachine) -> PyResult<&'a str> {
    text.to_str()
        .ok_or_else(|| decline(vm, Reason::Surrogate, "a version that isn't UTF-8"))
}

/// The version `text`, which is known to be one.
fn version(text_: &PyStrRef, vm: &VirtualMachine) -> PyResult<Version> {
    Version::parse(text(text_, vm)?).map_err(|error| undecided(&error, vm))
}

fn undecided(
    error: &VersionError,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    decline(vm, Reason::VmValue, error.to_string())
}

fn package_name_is_valid(name: PyStrRef) -> bool {
    name.to_str().is_some_and(is_valid_package_name)
}

/// The tokens of a version and what is between them, `None` for what is no version.
fn version_split(version: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let text = text(&version, vm)?;
    let parsed = match Version::parse(text) {
        Ok(parsed) => parsed,
        Err(error) if error.is_undecided() => return Err(undecided(&error, vm)),
        Err(_) => return Ok(vm.ctx.none()),
    };
    let string = |s: &str| -> PyObjectRef { vm.ctx.new_str(s).into() };
    let tokens: Vec<_> = parsed.tokens().map(string).collect();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let separators: Vec<_> = text
        .chars()
        .filter(|c| !is_word(*c))
        .map(|c| string(c.encode_utf8(&mut [0; 4])))
        .collect();
    let pair = vec![
        vm.ctx.new_list(tokens).into(),
        vm.ctx.new_list(separators).into(),
    ];
    Ok(vm.ctx.new_tuple(pair).into())
}

fn version_less(left: PyStrRef, right: PyStrRef, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(version(&left, vm)? < version(&right, vm)?)
}

/// The range, or the text of the `VersionError` that rez raises.
fn range_parse(range_: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let message = match VersionRange::parse(text(&range_, vm)?) {
        Ok(parsed) => return Ok(range(parsed, &vm.ctx)),
        Err(error) => match error {
            VersionError::RangeSyntax { range, part } => format!(
                "Syntax error in version range '{range}': Syntax error in version range '{part}'"
            ),
            VersionError::InvalidBound { range, .. } => {
                format!("Invalid version range '{range}': Invalid bound")
            }
            VersionError::InvalidUpperBound { range, .. } => {
                format!("Invalid version range '{range}': Invalid upper bound: '<'")
            }
            error => return Err(undecided(&error, vm)),
        },
    };
    Ok(vm.ctx.new_str(message).into())
}

fn range_str(range: Range) -> String {
    range.range.to_string()
}

fn range_is_any(range: Range) -> bool {
    range.range.is_any()
}

fn range_equal(left: Range, right: Range) -> bool {
    left.range == right.range
}

fn range_less(left: Range, right: Range) -> bool {
    left.range < right.range
}

fn range_contains(range: Range, text: PyStrRef, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(range.range.contains(&version(&text, vm)?))
}

fn range_and(left: Range, right: Range, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let both = left.range.intersection(&right.range);
    both.map(|both| range(both, &vm.ctx))
}

fn range_or(left: Range, others: Vec<Range>, vm: &VirtualMachine) -> PyObjectRef {
    let others = others.iter().map(|other| &other.range);
    range(left.range.union_all(others), &vm.ctx)
}

/// The inverse; `None` for the any range, `False` where rez raises.
fn range_not(range_: Range, vm: &VirtualMachine) -> PyObjectRef {
    match range_.range.inverse() {
        Ok(Some(inverse)) => range(inverse, &vm.ctx),
        Ok(None) => vm.ctx.none(),
        Err(_) => vm.ctx.new_bool(false).into(),
    }
}

fn range_superset(left: Range, right: Range) -> bool {
    left.range.is_superset(&right.range)
}

fn range_intersects(left: Range, right: Range) -> bool {
    left.range.intersects(&right.range)
}

/// Each piece: lower version, whether it is in, upper version or `None`, whether it is in.
fn range_pieces(range: Range, vm: &VirtualMachine) -> PyObjectRef {
    let pieces = range.range.pieces().map(|piece| {
        let upper = piece.upper.map(Version::as_str);
        let lower = (piece.lower.as_str(), piece.lower_inclusive);
        (lower.0, lower.1, upper, piece.upper_inclusive).to_pyobject(vm)
    });
    vm.ctx.new_list(pieces.collect()).into()
}

/// The range of one piece, of bounds as `range_pieces` gives them; text for rez's error.
fn range_from_bounds(
    lower: PyStrRef,
    lower_inclusive: bool,
    upper: Option<PyStrRef>,
    upper_inclusive: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let upper = match &upper {
        Some(upper) => Some((version(upper, vm)?, upper_inclusive)),
        None => None,
    };
    let made = VersionRange::from_bounds((version(&lower, vm)?, lower_inclusive), upper);
    Ok(match made {
        Some(made) => range(made, &vm.ctx),
        None => vm.ctx.new_str("Invalid bound").into(),
    })
}
