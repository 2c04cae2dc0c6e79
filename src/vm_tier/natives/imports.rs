//! `import` in definitions: what it gives are views, of frozen modules and facades.

use std::cell::RefCell;
use std::collections::HashMap;

use rustpython_vm::builtins::{PyModule, PyStr, PyStrRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};

use super::super::integrity::{self, Fingerprint};
use super::super::state;
use super::{decline, facts, natives};
use crate::decline::Reason;

/// The name of the frozen module that makes the views.
const VIEWS: &str = "_rezload_view";

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    natives!(module, vm, imported_module, was_imported);
    module.set_attr("module", vm.new_function("module", import_one), vm)
}

thread_local! {
    /// The containers of those modules, and what they held.
    static CONTAINERS: RefCell<Vec<(PyObjectRef, u64)>> = RefCell::default();

    /// The modules that definitions of this thread's interpreter have imported.
    static FOUND: RefCell<HashMap<String, PyObjectRef>> = RefCell::default();
}

/// Forgets what this thread's former interpreter imported and was told.
pub(in super::super) fn forget() {
    FOUND.take();
    CONTAINERS.take();
    facts::forget();
}

/// Whether the containers of the imported modules hold what they held.
pub(in super::super) fn are_containers_unchanged() -> bool {
    CONTAINERS.with_borrow(|all| integrity::is_unchanged(all))
}

/// `__import__` of definitions.
pub(in super::super) fn import(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let argument =
        |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name)).cloned();
    let Some(name) = argument(0, "name") else {
        return Err(
            vm.new_type_error("__import__() missing required argument 'name' (pos 1)".to_owned())
        );
    };
    let Some(name) = name.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("module name must be a string".to_owned()));
    };
    let name = name.to_string_lossy().into_owned();
    let level = match argument(4, "level") {
        Some(level) => level.try_to_value::<isize>(vm)?,
        None => 0,
    };
    if level != 0 {
        return Err(decline(vm, Reason::ModuleUnknown, "a relative import"));
    }
    let from: Vec<PyObjectRef> = match argument(3, "fromlist") {
        Some(list) if !vm.is_none(&list) => vm.extract_elements_with(&list, Ok)?,
        _ => Vec::new(),
    };
    let module = find(&name, vm)?;
    note(&name);
    if from.is_empty() {
        return match name.split_once('.') {
            Some((root, _)) => find(root, vm),
            None => Ok(module),
        };
    }
    for item in &from {
        let Some(item) = item.downcast_ref::<PyStr>() else {
            continue;
        };
        let wanted = item.to_string_lossy();
        if wanted == "*" {
            return Err(decline(
                vm,
                Reason::ModuleUnknown,
                format!("from {name} import *"),
            ));
        }
        // it may be a submodule
        note(&format!("{name}.{wanted}"));
        if let Err(error) = module.get_attr(item, vm) {
            let refused = state::with(|run| run.refusal.is_some()).unwrap_or(true);
            if !refused && error.fast_isinstance(vm.ctx.exceptions.attribute_error) {
                return Err(vm.new_exception_msg(
                    vm.ctx.exceptions.import_error.to_owned(),
                    format!("cannot import name '{wanted}' from '{name}'").into(),
                ));
            }
            let detail = format!("from {name} import {wanted}");
            return Err(decline(vm, Reason::AttributeUnknown, detail));
        }
    }
    Ok(module)
}

/// Notes that the module `name` and those above it were imported.
fn note(name: &str) {
    state::with(|run| {
        let ends = name.match_indices('.').map(|(at, _)| at);
        for end in ends.chain([name.len()]) {
            if !run.imported.iter().any(|known| *known == name[..end]) {
                run.imported.push(name[..end].to_owned());
            }
        }
    });
}

/// Whether the definition has imported the module `name`.
fn was_imported(name: PyStrRef) -> bool {
    let name = name.to_string_lossy();
    state::with(|run| run.imported.iter().any(|known| *known == *name)).unwrap_or(false)
}

/// `importlib.import_module` of an absolute name.
fn imported_module(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let name = name.to_string_lossy();
    let module = find(&name, vm)?;
    note(&name);
    Ok(module)
}

fn import_one(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    find(&name.to_string_lossy(), vm)
}

/// The module that a definition gets for `name`.
pub(in super::super) fn find(name: &str, vm: &VirtualMachine) -> PyResult {
    if let Some(module) = FOUND.with_borrow(|found| found.get(name).cloned()) {
        return Ok(module);
    }
    // directories that rez puts in front of `sys.path` may hold a module of any name
    if name != "sys" && facts::is_known("rez.package_definition_build_python_paths") {
        return Err(decline(
            vm,
            Reason::ModuleUnknown,
            format!("import {name}, with package_definition_build_python_paths set"),
        ));
    }
    // what a module imports in turn belongs to its own import
    let watched = state::with(|run| {
        run.importing += 1;
        run.fingerprint.filter(|_| run.importing == 1)
    })
    .flatten();
    if let Some(before) = watched {
        if !before.is_unchanged(vm) {
            state::with(|run| run.changed = true);
        }
    }
    let found = view(name, vm);
    state::with(|run| run.importing -= 1);
    if let Some(module) = found
        .as_ref()
        .ok()
        .and_then(|m| m.downcast_ref::<PyModule>())
    {
        CONTAINERS.with_borrow_mut(|all| all.extend(integrity::containers(module)));
    }
    if watched.is_some() {
        // the new module belongs to what must stay as it is
        let now = Fingerprint::new(vm);
        state::with(|run| run.fingerprint = Some(now));
    }
    let module = match found {
        Ok(module) if vm.is_none(&module) => {
            return Err(decline(vm, Reason::ModuleUnknown, format!("import {name}")))
        }
        Ok(module) if module.is(&vm.ctx.false_value) => {
            return vm.call_method(views(vm)?.as_object(), "refuse", (vm.ctx.new_str(name),))
        }
        Ok(module) => module,
        // also where something that it needs isn't here, which is no ImportError of CPython's
        Err(error) => {
            if state::with(|run| run.refusal.is_some()).unwrap_or(true) {
                return Err(error);
            }
            let mut why = String::new();
            let _ = vm.write_exception(&mut why, &error);
            return Err(decline(
                vm,
                Reason::ModuleUnknown,
                format!("import {name} ({})", why.lines().last().unwrap_or_default()),
            ));
        }
    };
    FOUND.with_borrow_mut(|found| found.insert(name.to_owned(), module.clone()));
    Ok(module)
}

/// The view of the module `name`; `None` if there is none to give, `False` if rez's Python has no
/// such module.
fn view(name: &str, vm: &VirtualMachine) -> PyResult {
    vm.call_method(views(vm)?.as_object(), "view", (vm.ctx.new_str(name),))
}

/// The frozen module that makes the views.
fn views(vm: &VirtualMachine) -> PyResult {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    if modules.get_item(VIEWS, vm).is_err() {
        // `VirtualMachine::import` would ask the definition's own `__import__`
        let import = vm.builtins.get_attr("__import__", vm)?;
        import.call((vm.ctx.intern_str(VIEWS).to_owned(),), vm)?;
    }
    modules.get_item(VIEWS, vm)
}
