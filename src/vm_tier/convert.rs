//! From the VM's objects to the values of a definition.

use std::collections::HashSet;
use std::path::Path;

use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyBytes, PyComplex, PyDict, PyDictRef, PyFloat, PyFrozenSet, PyInt, PyList,
    PySet, PyStr, PyTuple,
};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::interpreter::Parts;
use super::outcome::Refusal;
use super::view;
use super::FILENAME;
use crate::decline::Reason;
use crate::definition::{source_of_function, Decorator, Definition, ModifyList, SourceCode, Value};

/// How deep containers may nest.
const MAX_DEPTH: usize = 60;

/// How many values a definition may hold: one list in itself many times grows without end.
const MAX_VALUES: usize = 1 << 20;

/// Turns objects into values.
pub(super) struct Converter<'a> {
    pub vm: &'a VirtualMachine,
    pub parts: &'a Parts,
    /// The text of the file, for the source of functions.
    pub text: &'a str,
    pub path: &'a Path,
    pub values: usize,
    /// The lists, dicts and sets so far, by their addresses: all are alive.
    pub seen: HashSet<usize>,
    /// Whether one of them is in two places.
    pub shares: bool,
}

impl Converter<'_> {
    /// The processed attributes as a definition.
    pub fn definition(&mut self, data: &PyDictRef) -> Result<Definition, Refusal> {
        let mut entries = Vec::with_capacity(data.__len__());
        for (key, value) in data.items_vec() {
            let Some(key) = key
                .downcast_ref_if_exact::<PyStr>(self.vm)
                .and_then(|k| k.to_str())
            else {
                return Err(Refusal::new(
                    Reason::NonStringKey,
                    "a name that isn't a plain string",
                ));
            };
            let value = self.value(&value, 0).map_err(|refusal| {
                let refusal = view::located(refusal, self.text, key);
                let detail = format!("`{key}`: {}", refusal.detail.unwrap_or_default());
                Refusal {
                    detail: Some(detail),
                    ..refusal
                }
            })?;
            entries.push((key.to_owned(), value));
        }
        Ok(Definition::new(entries).sharing(self.shares))
    }

    fn value(&mut self, object: &PyObjectRef, depth: usize) -> Result<Value, Refusal> {
        let vm = self.vm;
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err(Refusal::new(
                Reason::RecursionLimit,
                "a value that is too deep or too big",
            ));
        }
        if vm.is_none(object) {
            return Ok(Value::None);
        }
        if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
            let Some(text) = text.to_str() else {
                return Err(Refusal::new(Reason::Surrogate, ""));
            };
            // the text of an object by its address
            if memchr::memmem::find(text.as_bytes(), b" at 0x").is_some() {
                return Err(Refusal::new(Reason::Unordered, "the text of an object"));
            }
            return Ok(Value::Str(text.to_owned()));
        }
        if object.is(&vm.ctx.true_value) {
            return Ok(Value::Bool(true));
        }
        if object.is(&vm.ctx.false_value) {
            return Ok(Value::Bool(false));
        }
        if let Some(int) = object.downcast_ref_if_exact::<PyInt>(vm) {
            return Ok(match i64::try_from(int.as_bigint()) {
                Ok(int) => Value::Int(int),
                // Python reads and writes no longer ones in decimal
                Err(_) if int.as_bigint().bits() > 12_000 => {
                    return Err(Refusal::new(Reason::TooBig, "a very long number"));
                }
                Err(_) => Value::BigInt(int.as_bigint().to_string()),
            });
        }
        if let Some(float) = object.downcast_ref_if_exact::<PyFloat>(vm) {
            return Ok(Value::Float(float.to_f64()));
        }
        if let Some(complex) = object.downcast_ref_if_exact::<PyComplex>(vm) {
            let complex = complex.to_complex64();
            return Ok(Value::Complex {
                real: complex.re,
                imag: complex.im,
            });
        }
        if let Some(bytes) = object.downcast_ref_if_exact::<PyBytes>(vm) {
            return Ok(Value::Bytes(bytes.as_bytes().to_vec()));
        }
        if object.downcast_ref_if_exact::<PyList>(vm).is_some()
            || object.downcast_ref_if_exact::<PyDict>(vm).is_some()
            || object.downcast_ref_if_exact::<PySet>(vm).is_some()
        {
            self.shares |= !self.seen.insert(object.get_id());
        }
        if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
            let items = list.borrow_vec().to_vec();
            return Ok(Value::List(self.values(&items, depth)?));
        }
        if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
            return Ok(Value::Tuple(self.values(tuple.as_slice(), depth)?));
        }
        if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
            let mut items = Vec::with_capacity(dict.__len__());
            for (key, value) in dict.items_vec() {
                items.push((self.value(&key, depth + 1)?, self.value(&value, depth + 1)?));
            }
            return Ok(Value::Dict(items));
        }
        if let Some(set) = object.downcast_ref_if_exact::<PySet>(vm) {
            return Ok(Value::Set(self.values(&set.elements(), depth)?));
        }
        if let Some(set) = object.downcast_ref_if_exact::<PyFrozenSet>(vm) {
            return Ok(Value::FrozenSet(self.values(&set.elements(), depth)?));
        }
        if object.is(&vm.ctx.ellipsis) {
            return Ok(Value::Ellipsis);
        }
        if self.is_a(object, "SourceCode") {
            return self
                .source_code(object)
                .map(|code| Value::SourceCode(Box::new(code)));
        }
        if self.is_a(object, "ModifyList") {
            return self.modify_list(object, depth);
        }
        Err(Refusal::new(
            Reason::VmValue,
            format!("a {}", object.class().name()),
        ))
    }

    fn values(&mut self, objects: &[PyObjectRef], depth: usize) -> Result<Vec<Value>, Refusal> {
        objects
            .iter()
            .map(|object| self.value(object, depth + 1))
            .collect()
    }

    /// Whether the object is of the DSL's class `name`, and of no class derived from it.
    pub fn is_a(&self, object: &PyObjectRef, name: &'static str) -> bool {
        let class = self.parts.dsl(name, self.vm);
        class.is_ok_and(|class| object.class().as_object().is(&class))
    }

    fn modify_list(&mut self, object: &PyObjectRef, depth: usize) -> Result<Value, Refusal> {
        let mut part = |name: &'static str| {
            let value = self.get(object, name)?;
            match self.value(&value, depth + 1)? {
                Value::None => Ok(None),
                Value::List(items) => Ok(Some(items)),
                _ => Err(Refusal::new(
                    Reason::VmValue,
                    "a ModifyList of something else",
                )),
            }
        };
        let (append, prepend) = (part("append")?, part("prepend")?);
        let dict = object.dict().map_or(0, |dict| dict.__len__());
        if dict != 2 {
            return Err(Refusal::new(Reason::VmValue, "a changed ModifyList"));
        }
        Ok(Value::ModifyList(Box::new(ModifyList { append, prepend })))
    }

    fn get(&self, object: &PyObjectRef, name: &'static str) -> Result<PyObjectRef, Refusal> {
        object
            .get_attr(name, self.vm)
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &PyBaseExceptionRef) -> Refusal {
        super::run::raised(error, self.vm)
    }

    /// What `SourceCode(func=...)` of `rez/utils/sourcecode.py` makes of a function.
    pub fn source_code(&self, object: &PyObjectRef) -> Result<SourceCode, Refusal> {
        let vm = self.vm;
        let Some(dict) = object.dict() else {
            return Err(Refusal::new(Reason::SourceLines, ""));
        };
        let item = |name: &str| -> PyResult { dict.get_item(name, vm) };
        let unclear = |_: PyBaseExceptionRef| Refusal::new(Reason::SourceLines, "");
        let function = item("_func").map_err(unclear)?;
        let eval_as_function = item("_eval_as_function").map_err(unclear)?;
        let code = function.get_attr("__code__", vm).map_err(unclear)?;
        let file = code.get_attr("co_filename", vm).map_err(unclear)?;
        let name = function.get_attr("__name__", vm).map_err(unclear)?;
        let name = name
            .downcast_ref::<PyStr>()
            .and_then(|n| n.to_str().map(str::to_owned));
        let wrapped = vm
            .get_attribute_opt(&function, "__wrapped__")
            .map_err(unclear)?;
        let ours = file
            .downcast_ref::<PyStr>()
            .is_some_and(|f| f.as_bytes() == FILENAME.as_bytes());
        let Some(funcname) = name.filter(|_| ours && wrapped.is_none()) else {
            return Err(Refusal::new(
                Reason::SourceLines,
                "a function from elsewhere",
            ));
        };
        let line = code.get_attr("co_firstlineno", vm).map_err(unclear)?;
        let line = line.try_to_value::<usize>(vm).map_err(unclear)?;
        let decorators = self.decorators(&function)?;
        let source = source_of_function(self.text, line, decorators.len());
        let Some(source) = source else {
            return Err(Refusal {
                line: Some(line),
                ..Refusal::new(Reason::SourceLines, funcname)
            });
        };
        Ok(SourceCode {
            source,
            funcname: Some(funcname),
            decorators,
            filepath: self.path.to_path_buf(),
            eval_as_function: eval_as_function.is(&vm.ctx.true_value),
        })
    }

    /// What `_add_decorator` of rez has noted at the function, in its order.
    fn decorators(&self, function: &PyObjectRef) -> Result<Vec<Decorator>, Refusal> {
        let vm = self.vm;
        let odd = || Refusal::new(Reason::SourceLines, "odd decorators");
        let noted = vm
            .get_attribute_opt(function, "_decorators")
            .map_err(|e| self.failed(&e))?;
        let Some(noted) = noted else {
            return Ok(Vec::new());
        };
        let Some(list) = noted.downcast_ref_if_exact::<PyList>(vm) else {
            return Err(odd());
        };
        let list = list.borrow_vec().to_vec();
        let mut decorators = Vec::new();
        for entry in &list {
            let Some(entry) = entry.downcast_ref_if_exact::<PyDict>(vm) else {
                return Err(odd());
            };
            let text = |object: PyObjectRef| {
                object
                    .downcast_ref::<PyStr>()
                    .and_then(|s| s.to_str().map(str::to_owned))
            };
            let name = entry.get_item("name", vm).ok().and_then(text);
            let arguments = entry.get_item_opt("nargs", vm).ok().flatten();
            decorators.push(match (name.as_deref(), arguments) {
                (Some("late"), None) => Decorator::Late,
                (Some("include"), Some(arguments)) => {
                    let Some(arguments) = arguments.downcast_ref_if_exact::<PyList>(vm) else {
                        return Err(odd());
                    };
                    let arguments = arguments.borrow_vec().to_vec();
                    let names: Option<Vec<_>> = arguments.into_iter().map(text).collect();
                    Decorator::Include(names.ok_or_else(odd)?)
                }
                _ => return Err(odd()),
            });
        }
        Ok(decorators)
    }
}
