//! Changes of the classes that RustPython has natively.

use rustpython_vm::builtins::PyType;
use rustpython_vm::function::{IntoPyNativeFn, ItemDoc, PyMethodFlags};
use rustpython_vm::{Py, PyRef, VirtualMachine};

/// Gives `class` a method that is as good as one of RustPython's own.
pub(super) fn set_method<Kind>(
    class: &'static Py<PyType>,
    name: &'static str,
    function: impl IntoPyNativeFn<Kind>,
    vm: &VirtualMachine,
) {
    let method = vm
        .ctx
        .new_method_def(name, function, PyMethodFlags::METHOD, ItemDoc::NONE)
        .build_method(class, vm);
    class.set_attr(vm.ctx.intern_str(name), method.into());
}

/// `class`, behind the subclasses that it has.
pub(super) fn with_subclasses(
    class: &'static Py<PyType>,
    then: &mut impl FnMut(&'static Py<PyType>),
) {
    let subclasses: Vec<_> = class
        .subclasses
        .read()
        .iter()
        .filter_map(|subclass| subclass.upgrade()?.downcast::<PyType>().ok())
        .collect();
    for subclass in subclasses {
        with_subclasses(PyRef::leak(subclass), then);
    }
    then(class);
}
