//! Whether a definition has changed what the next one would see.
//!
//! Definitions share an interpreter, and with it modules and classes. One that only calls and
//! reads can't change those; one whose code stores into attributes or items of something may.
//! Then everything reachable is compared; a definition that changed it declines, and the
//! interpreter is discarded.

use std::hash::Hasher;

use rustpython_vm::builtins::{PyDict, PyFunction, PyList, PyModule, PySet, PyStr, PyType};
use rustpython_vm::compiler::ast::visitor::{walk_body, walk_expr, walk_stmt, Visitor};
use rustpython_vm::compiler::ast::{Expr, ExprContext, Mod, Stmt};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};

/// Methods that change their object.
const MUTATORS: &[&str] = &[
    "append",
    "add",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "register",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "cache_clear",
    "seed",
    "__setattr__",
    "__setitem__",
    "__delitem__",
    "__delattr__",
    "__init__",
];

/// Functions that change an object, or give a way to.
const CHANGERS: &[&str] = &["setattr", "delattr", "vars", "globals"];

/// Whether the code of `module` may change something other than what it made itself.
pub(super) fn may_change(module: &Mod) -> bool {
    let mut search = Search(false);
    if let Mod::Module(module) = module {
        walk_body(&mut search, &module.body);
    }
    search.0
}

struct Search(bool);

impl<'a> Visitor<'a> for Search {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !self.0 {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.0 |= match expression {
            Expr::Attribute(attribute) => {
                attribute.ctx != ExprContext::Load
                    && !matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "self")
            }
            Expr::Subscript(subscript) => {
                subscript.ctx != ExprContext::Load && !matches!(&*subscript.value, Expr::Name(_))
            }
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => CHANGERS.contains(&name.id.as_str()),
                Expr::Attribute(attribute) => {
                    MUTATORS.contains(&attribute.attr.as_str())
                        && !matches!(&*attribute.value, Expr::Name(_))
                }
                _ => false,
            },
            _ => false,
        };
        if !self.0 {
            walk_expr(self, expression);
        }
    }
}

/// What all modules and their classes held.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint {
    modules: usize,
    held: u64,
}

impl Fingerprint {
    pub fn new(vm: &VirtualMachine) -> Self {
        let all = modules(vm);
        let modules = items(&all);
        Fingerprint {
            modules: modules.len(),
            held: held_by(&modules, &all),
        }
    }

    /// Whether they still hold just that. Functions of the library import modules of their own;
    /// those are new.
    pub fn is_unchanged(&self, vm: &VirtualMachine) -> bool {
        let is_librarys = |(name, module): &(PyObjectRef, PyObjectRef)| {
            let name = name
                .downcast_ref::<PyStr>()
                .map(|name| name.to_string_lossy());
            module.downcast_ref::<PyModule>().is_some()
                && name.is_some_and(|name| {
                    vm.state.frozen.contains_key(&*name)
                        || vm.state.module_defs.contains_key(&*name)
                })
        };
        let all = modules(vm);
        let now = items(&all);
        let Some((old, new)) = now.split_at_checked(self.modules) else {
            return false;
        };
        held_by(old, &all) == self.held && new.iter().all(is_librarys)
    }
}

/// `sys.modules`.
fn modules(vm: &VirtualMachine) -> PyObjectRef {
    let modules = vm.sys_module.get_attr("modules", vm);
    modules.unwrap_or_else(|_| vm.ctx.none())
}

/// Its items, in the order of their imports.
fn items(modules: &PyObject) -> Vec<(PyObjectRef, PyObjectRef)> {
    let modules = modules.downcast_ref::<PyDict>();
    modules.map(|all| all.items_vec()).unwrap_or_default()
}

/// The identities of all that `modules` and their classes hold, but for those of `all`, which
/// is in `sys`.
fn held_by(modules: &[(PyObjectRef, PyObjectRef)], all: &PyObject) -> u64 {
    let mut print = Print(std::hash::DefaultHasher::new());
    for (name, module) in modules {
        print.identity(name);
        print.identity(module);
        let held = match module.downcast_ref::<PyModule>() {
            Some(module) => module.dict().items_vec(),
            // those of the builtins of definitions
            None => items(module),
        };
        for (key, value) in held {
            print.identity(&key);
            print.identity(&value);
            if !value.is(all) && !is_cache(name, &key) {
                print.inside(&value);
            }
        }
    }
    print.0.finish()
}

/// The patterns that `re` has compiled.
fn is_cache(module: &PyObject, key: &PyObject) -> bool {
    let is = |object: &PyObject, texts: &[&str]| {
        let text = object.downcast_ref::<PyStr>();
        text.is_some_and(|text| texts.iter().any(|it| text.as_bytes() == it.as_bytes()))
    };
    is(module, &["re"]) && is(key, &["_cache", "_cache2"])
}

struct Print(std::hash::DefaultHasher);

impl Print {
    fn identity(&mut self, object: &PyObject) {
        self.0.write_usize(object.get_id());
    }

    /// What a class, a function or a container of a module holds.
    fn inside(&mut self, value: &PyObjectRef) {
        if let Some(class) = value.downcast_ref::<PyType>() {
            for (name, value) in class
                .attributes()
                .as_dict()
                .into_iter()
                .flat_map(|d| d.items_vec())
            {
                self.identity(&name);
                self.identity(&value);
            }
        } else if value.downcast_ref::<PyFunction>().is_some() {
            self.0
                .write_usize(value.dict().map_or(0, |dict| dict.__len__()));
        } else {
            self.0.write_usize(len(value));
        }
    }
}

/// The length of a container.
fn len(value: &PyObject) -> usize {
    if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().len()
    } else if let Some(dict) = value.downcast_ref::<PyDict>() {
        dict.__len__()
    } else {
        value
            .downcast_ref::<PySet>()
            .map_or(0, |set| set.elements().len())
    }
}

/// The public containers of an imported module and of its classes, and what they held.
pub(super) fn containers(module: &Py<PyModule>) -> Vec<(PyObjectRef, u64)> {
    let is_public = |key: &PyObjectRef| {
        let name = key.downcast_ref::<PyStr>();
        name.is_some_and(|name| !name.as_bytes().starts_with(b"_"))
    };
    let mut found = Vec::new();
    for (key, value) in module.dict().items_vec() {
        if !is_public(&key) {
            continue;
        }
        if let Some(class) = value.downcast_ref::<PyType>() {
            let attributes = class.attributes().as_dict();
            for (key, value) in attributes.into_iter().flat_map(|dict| dict.items_vec()) {
                if is_public(&key) && len(&value) > 0 {
                    let held = held(&value);
                    found.push((value, held));
                }
            }
        } else if len(&value) > 0 {
            let held = held(&value);
            found.push((value, held));
        }
    }
    found
}

/// The identities of what a container holds.
pub(super) fn held(container: &PyObject) -> u64 {
    let mut print = Print(std::hash::DefaultHasher::new());
    if let Some(list) = container.downcast_ref::<PyList>() {
        list.borrow_vec()
            .iter()
            .for_each(|item| print.identity(item));
    } else if let Some(dict) = container.downcast_ref::<PyDict>() {
        for (key, value) in dict.items_vec() {
            print.identity(&key);
            print.identity(&value);
        }
    } else if let Some(set) = container.downcast_ref::<PySet>() {
        set.elements().iter().for_each(|item| print.identity(item));
    }
    print.0.finish()
}

/// Whether they hold what they held.
pub(super) fn is_unchanged(containers: &[(PyObjectRef, u64)]) -> bool {
    containers
        .iter()
        .all(|(container, was)| held(container) == *was)
}
