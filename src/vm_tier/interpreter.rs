//! An interpreter that definitions run in, one after the other.

use rustpython_vm::builtins::{PyCode, PyDictRef, PyModule, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::signal::{user_signal_channel, UserSignalSender};
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyRef, PyResult, Settings, VirtualMachine};
use std::cell::RefCell;

use super::cache::Codes;
use super::evaluation;
use super::front::{self, NEEDS_BODY};
use super::guard;
use super::handed::{self, PUT};
use super::hooks;
use super::integrity;
use super::natives;
use super::observe;
use super::operators;
use super::sets;
use super::state;
use super::versions;
use crate::decline::Reason;

/// RustPython's own modules that frozen code needs; the others are taken out.
const NATIVE: &[&str] = &[
    "_abc",
    "_ast",
    "_codecs",
    "_collections",
    "_functools",
    "_imp",
    "_io",
    "_operator",
    "_sre",
    "_stat",
    "_string",
    "_thread",
    "_types",
    "_typing",
    "_warnings",
    "_weakref",
    "atexit",
    "builtins",
    "errno",
    "gc",
    "itertools",
    "marshal",
    "sys",
    "time",
];

/// Those that can't be used: with the C library of MinGW, `time` reads a function as the names of
/// time zones, which ends the process (rustpython-host_env 0.6.0, `time.rs`).
const BROKEN: &[&str] = if cfg!(all(windows, target_env = "gnu")) {
    &["time"]
} else {
    &[]
};

/// Functions of the real `sys` that would change how the interpreter works.
const REMOVED_FROM_SYS: &[&str] = &[
    "addaudithook",
    "settrace",
    "setprofile",
    "setrecursionlimit",
    "setswitchinterval",
    "set_int_max_str_digits",
    "breakpointhook",
    "displayhook",
    "_setframe",
];

pub(super) struct Interpreter {
    inner: rustpython_vm::Interpreter,
    pub signals: UserSignalSender,
    pub parts: Parts,
    /// Bytecode of definitions that came before.
    pub codes: RefCell<Codes>,
}

/// What every run needs of the interpreter.
pub(super) struct Parts {
    /// The builtins of definitions.
    pub builtins: PyDictRef,
    /// What is in there.
    pub builtins_held: u64,
    pub dsl: PyRef<PyModule>,
    /// The code that stands for that of functions whose bodies wait; it is never run itself.
    pub stub: PyRef<PyCode>,
    /// The `scope` of definitions that don't name it.
    pub unused_scopes: PyObjectRef,
}

impl Interpreter {
    /// A new interpreter on this thread. Takes about 15 ms.
    pub fn new(python: (u8, u8)) -> Result<Self, String> {
        // `sys` of RustPython panics on them
        if std::env::args_os().any(|argument| argument.to_str().is_none()) {
            return Err("an argument of this process isn't UTF-8".to_owned());
        }
        let (signals, receiver) = user_signal_channel();
        let mut settings = Settings::default();
        settings.install_signal_handlers = false;
        settings.import_site = false;
        settings.user_site_directory = false;
        settings.ignore_environment = true;
        settings.isolated = true;
        settings.write_bytecode = false;
        settings.code_debug_ranges = false;
        let inner = rustpython_vm::Interpreter::builder(settings)
            .add_frozen_modules(rezload_stdlib_freeze::frozen_modules())
            .init_hook(move |vm| {
                vm.set_user_signal_channel(receiver);
                if let Some(state) = rustpython_vm::common::rc::PyRc::get_mut(&mut vm.state) {
                    state
                        .module_defs
                        .retain(|name, _| NATIVE.contains(name) && !BROKEN.contains(name));
                }
            })
            .build();
        let parts = inner.enter(|vm| {
            Parts::new(python, vm).map_err(|error| {
                let mut text = String::new();
                let _ = vm.write_exception(&mut text, &error);
                text
            })
        })?;
        Ok(Interpreter {
            inner,
            signals,
            parts,
            codes: RefCell::default(),
        })
    }

    pub fn enter<T>(&self, then: impl FnOnce(&VirtualMachine) -> T) -> T {
        self.inner.enter(then)
    }
}

impl Parts {
    fn new(python: (u8, u8), vm: &VirtualMachine) -> PyResult<Self> {
        // classes that are made later inherit it
        operators::install(vm);
        vm.state
            .codec_registry
            .register(vm.new_function("encodings", no_encoding).into(), vm)?;
        let modules = vm.sys_module.get_attr("modules", vm)?;
        let native = natives::module(vm)?;
        modules.set_item("_rezload", native.clone().into(), vm)?;
        for name in REMOVED_FROM_SYS {
            let name = vm.ctx.intern_str(*name);
            let _ = vm.sys_module.as_object().del_attr(name, vm);
        }
        let dsl = vm.import("_rezload_dsl", 0)?;
        let sink = dsl.get_attr("Sink", vm)?;
        for name in ["stdout", "__stdout__", "stderr", "__stderr__"] {
            let name = vm.ctx.intern_str(name);
            vm.sys_module
                .as_object()
                .set_attr(name, sink.call((), vm)?, vm)?;
        }
        hooks::install(vm);
        let builtins = builtins(python, vm)?;
        // for `integrity`, which compares what is in there
        modules.set_item("_rezload_builtins", builtins.clone().into(), vm)?;
        let Ok(dsl) = dsl.downcast::<PyModule>() else {
            return Err(vm.new_type_error("the DSL is a module".to_owned()));
        };
        let unused_scopes = dsl.get_attr("ScopeContext", vm)?.call((), vm)?;
        let stub = front::stub(python)
            .map_err(|refusal| vm.new_system_error(format!("no stub: {:?}", refusal.detail)))?;
        let builtins_held = integrity::held(builtins.as_object());
        Ok(Parts {
            builtins,
            builtins_held,
            dsl,
            stub: PyCode::new_ref_from_bytecode(vm, stub),
            unused_scopes,
        })
    }

    /// An instance of the DSL's class `name` that has just these attributes. `__init__` isn't
    /// called, whose frame would cost more than the rest.
    pub fn instance<const N: usize>(
        &self,
        name: &'static str,
        attributes: [(&'static str, PyObjectRef); N],
        vm: &VirtualMachine,
    ) -> PyResult {
        let class = self.dsl(name, vm)?.try_into_value::<PyTypeRef>(vm)?;
        let dict = vm.ctx.new_dict();
        for (name, value) in attributes {
            dict.set_item(name, value, vm)?;
        }
        Ok(vm.ctx.new_base_object(class, Some(dict)))
    }

    /// The attribute `name` of the DSL.
    pub fn dsl(&self, name: &'static str, vm: &VirtualMachine) -> PyResult {
        self.dsl.get_attr(name, vm)
    }
}

/// The builtins that definitions get: Python's own, without those that leave the sandbox or
/// whose answer isn't CPython's.
fn builtins(python: (u8, u8), vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let builtins = vm.builtins.dict().copy().into_ref(&vm.ctx);
    for name in versions::later_builtins(python.1) {
        builtins.del_item(name, vm)?;
    }
    let refused = [
        "id",
        "hash",
        "eval",
        "exec",
        "compile",
        "input",
        "breakpoint",
        "memoryview",
        "help",
    ];
    // CPython 3.11 and 3.12 nest them less deep; before, there were none
    let groups = ["BaseExceptionGroup", "ExceptionGroup"];
    let groups = groups.into_iter().filter(|_| python.1 >= 11);
    for name in refused.into_iter().chain(groups) {
        let function = vm.new_function(name, move |_: FuncArgs, vm: &VirtualMachine| -> PyResult {
            Err(natives::decline(
                vm,
                Reason::AttributeUnknown,
                format!("{name}()"),
            ))
        });
        builtins.set_item(name, function.into(), vm)?;
    }
    builtins.set_item("open", vm.new_function("open", open).into(), vm)?;
    builtins.set_item(
        "__import__",
        vm.new_function("__import__", natives::imports::import)
            .into(),
        vm,
    )?;
    hooks::replace_builtins(&builtins, vm)?;
    sets::add_builtins(&builtins, vm)?;
    guard::add_builtins(&builtins, vm)?;
    observe::add_builtins(&builtins, vm)?;
    evaluation::add_builtins(&builtins, vm)?;
    builtins.set_item(
        NEEDS_BODY,
        vm.new_function(NEEDS_BODY, needs_body).into(),
        vm,
    )?;
    builtins.set_item(PUT, vm.new_function(PUT, handed::put_from_code).into(), vm)?;
    Ok(builtins)
}

/// `open` of definitions; few of them open a file.
fn open(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    natives::imports::find("io", vm)?
        .get_attr("open", vm)?
        .call(args, vm)
}

/// Asked for an encoding that RustPython doesn't have itself.
fn no_encoding(name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = name.str(vm)?.to_string_lossy().into_owned();
    Err(natives::decline(
        vm,
        Reason::AttributeUnknown,
        format!("the encoding {name}"),
    ))
}

fn needs_body(vm: &VirtualMachine) -> PyResult {
    state::with(|run| run.needs_bodies = true);
    Err(vm.new_exception(vm.ctx.exceptions.base_exception_type.to_owned(), Vec::new()))
}

/// Runs `code` with `globals`, as `exec` does.
pub(super) fn execute(
    code: PyRef<PyCode>,
    globals: PyDictRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let scope = rustpython_vm::scope::Scope::new(None, globals);
    vm.run_code_obj(code, scope).map(drop)
}
