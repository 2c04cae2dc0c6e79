//! The solver's view of the processed attributes.

use rustpython_vm::builtins::{PyDictRef, PyFunction, PyList, PyStr, PyTuple};
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};

use super::convert::Converter;
use super::late;
use super::outcome::Refusal;
use crate::decline::Reason;
use crate::definition::Value;
use crate::static_tier::{Field, Fields};

const FIELDS: [(&str, Field); 4] = [
    ("name", Field::Name),
    ("version", Field::Version),
    ("requires", Field::Requires),
    ("variants", Field::Variants),
];

/// The solver fields of `data`; their rules are the static tier's. Only in a file that is
/// loaded `alone` a late-bound function knows the package's name and version.
pub(super) fn fields(
    data: &PyDictRef,
    converter: &Converter<'_>,
    alone: bool,
    python: (u8, u8),
) -> Result<Fields, Refusal> {
    let vm = converter.vm;
    let mut fields = Fields::default();
    for (name, field) in FIELDS {
        let found = data.get_item_opt(name, vm).ok().flatten();
        if let Some(mut object) = found {
            let located = |refusal| located(refusal, converter.text, name);
            if alone && name == "requires" && converter.is_a(&object, "SourceCode") {
                // its lines are those of the function
                object = late::evaluate(&object, data, converter, python)
                    .map_err(|refusal| Refusal {
                        line: None,
                        offset: None,
                        ..refusal
                    })
                    .map_err(located)?;
            }
            let value = value(&object, name, 0, vm).map_err(located)?;
            fields.set_value(field, &value, 0);
            if fields.is_refused(field) {
                fields.set_value(field, &value, binding(converter.text, name).unwrap_or(0));
            }
        }
    }
    Ok(fields)
}

/// `refusal` of the attribute `name`, with its place if that isn't known.
pub(super) fn located(refusal: Refusal, text: &str, name: &str) -> Refusal {
    match (refusal.line, refusal.offset) {
        (None, None) => Refusal {
            offset: binding(text, name),
            ..refusal
        },
        _ => refusal,
    }
}

/// Where the definition `text` seems to bind `name`, for people who look for it: the last line
/// that begins with an assignment or a function of that name, or else the last place that has the
/// word.
fn binding(text: &str, name: &str) -> Option<usize> {
    let text = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let mut word = None;
    if name.is_empty() {
        return None;
    }
    for at in memchr::memmem::rfind_iter(text, name) {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        if before.last().is_some_and(is_word) || after.first().is_some_and(is_word) {
            continue;
        }
        let indent = before.trim_ascii_end();
        let begins_line = indent.is_empty() || before[indent.len()..].contains(&b'\n');
        let is_bound = match after.trim_ascii_start() {
            [b'=', b'=', ..] => false,
            [b'=' | b':', ..] | [b'+' | b'-' | b'*' | b'|', b'=', ..] => begins_line,
            [b'(', ..] => !begins_line && indent.ends_with(b"def"),
            _ => false,
        };
        if is_bound {
            return Some(at);
        }
        word = word.or(Some(at));
    }
    word
}

/// The value of a solver field, as far as its rules look at it.
fn value(
    object: &PyObjectRef,
    name: &str,
    depth: usize,
    vm: &VirtualMachine,
) -> Result<Value, Refusal> {
    // a list of lists of strings is all that is served
    if depth > 3 {
        return Ok(Value::Ellipsis);
    }
    if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
        return match text.to_str() {
            Some(text) => Ok(Value::Str(text.to_owned())),
            None => Err(Refusal::new(Reason::Surrogate, name)),
        };
    }
    if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
        let items = list.borrow_vec().to_vec();
        let items = items.iter().map(|item| value(item, name, depth + 1, vm));
        return Ok(Value::List(items.collect::<Result<_, _>>()?));
    }
    if vm.is_none(object) {
        return Ok(Value::None);
    }
    if object.downcast_ref_if_exact::<PyTuple>(vm).is_some() {
        return Ok(Value::Tuple(Vec::new()));
    }
    if object.downcast_ref::<PyFunction>().is_some() {
        return Err(Refusal::new(
            Reason::VmValue,
            format!("`{name}` is a function"),
        ));
    }
    if object.class().name().to_string() == "SourceCode" {
        return Err(Refusal::new(Reason::LateBinding, name));
    }
    Err(Refusal::new(
        Reason::VmValue,
        format!("`{name}` is of type {}", object.class().name()),
    ))
}
