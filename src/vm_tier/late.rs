//! A late-bound `requires`: its source runs as `PackageBaseResourceWrapper._eval_late_binding`
//! of `rez/packages.py` runs it, outside of a resolved context.

use rustpython_vm::builtins::{PyCode, PyDictRef};
use rustpython_vm::{PyObjectRef, VirtualMachine};

use super::convert::Converter;
use super::interpreter::execute;
use super::outcome::Refusal;
use super::run::{raised, watch_changes};
use super::{front, hooks, sets};
use crate::decline::Reason;
use crate::definition::Decorator;

/// The keys of `package_schema_dict` in `rez/package_resources.py`, whose values rez validates
/// before a late-bound function sees them; and rez's own attributes of packages.
const SCHEMA_KEYS: &[&str] = &[
    "base",
    "description",
    "authors",
    "requires",
    "build_requires",
    "private_build_requires",
    "has_plugins",
    "plugin_for",
    "uuid",
    "config",
    "tools",
    "help",
    "relocatable",
    "cachable",
    "tests",
    "pre_commands",
    "commands",
    "post_commands",
    "pre_build_commands",
    "pre_test_commands",
    "timestamp",
    "revision",
    "changelog",
    "release_message",
    "previous_version",
    "previous_revision",
    "vcs",
    "variants",
    "hashed_variants",
    "resource",
    "context",
    "data",
    "parent",
    "uri",
    "filepath",
    "is_local",
    "is_cachable",
    "qualified_name",
    "num_variants",
    "is_relocatable",
    "repository",
    "format_version",
];

/// The value of the late-bound function `object` of the definition `data`.
pub(super) fn evaluate(
    object: &PyObjectRef,
    data: &PyDictRef,
    converter: &Converter<'_>,
    python: (u8, u8),
) -> Result<PyObjectRef, Refusal> {
    let vm = converter.vm;
    let source = converter.source_code(object)?;
    let late = source
        .decorators
        .iter()
        .any(|d| matches!(d, Decorator::Late));
    let plain = source
        .decorators
        .iter()
        .all(|d| matches!(d, Decorator::Late));
    if !late || !plain || !source.eval_as_function {
        return Err(Refusal::new(Reason::LateBinding, "requires"));
    }
    let name = source.funcname.unwrap_or_default();
    let mut text = format!("def {name}():\n");
    for (at, line) in source.source.split('\n').enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str("    ");
        text.push_str(line);
    }
    text.push_str(&format!("\n_result = {name}()"));
    if let Some((_, name)) = hooks::internal_name(&text, &[]) {
        return Err(Refusal::new(Reason::AttributeUnknown, name));
    }
    let sets = sets::may_make_sets(&text, &[]);
    let (code, may_change) = front::compile_late(&text, sets, python)?;
    if may_change {
        watch_changes(vm);
    }
    let code = PyCode::new_ref_from_bytecode(vm, code);
    let result = globals(data, converter, vm).and_then(|globals| {
        execute(code, globals.clone(), vm)?;
        let result = globals.get_item("_result", vm);
        globals.clear();
        result
    });
    result.map_err(|error| raised(&error, vm))
}

fn globals(
    data: &PyDictRef,
    converter: &Converter<'_>,
    vm: &VirtualMachine,
) -> rustpython_vm::PyResult<PyDictRef> {
    let keys = SCHEMA_KEYS
        .iter()
        .map(|key| vm.ctx.new_str(*key).into())
        .collect();
    let keys = vm.ctx.new_tuple(keys);
    let parts = converter.parts;
    let globals = vm.ctx.new_dict();
    globals.set_item("in_context", parts.dsl("in_context", vm)?, vm)?;
    let this = parts.dsl("LateThis", vm)?.call((data.clone(), keys), vm)?;
    globals.set_item("this", this, vm)?;
    globals.set_item("__builtins__", parts.builtins.clone().into(), vm)?;
    Ok(globals)
}
