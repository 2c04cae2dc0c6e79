//! Whole definitions as JSON, and as text for people.
//!
//! In JSON a value is what Python's `json.dumps` makes of it. What that refuses is an object
//! whose first key, `$type`, names the type.

use std::io;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::input::Outcome;
use super::output::{printable, printable_path, Output, DIM, NAME};
use crate::definition::{Decorator, Definition, ModifyList, SourceCode, Value};
use crate::json_path::PathValue;
use crate::package::LoadedDefinition;

impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::None => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::BigInt(digits) => match RawValue::from_string(digits.clone()) {
                Ok(number) => number.serialize(serializer),
                Err(_) => serializer.serialize_str(digits),
            },
            Value::Float(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::Float(_) => tagged(serializer, "float", "value", &python(self)),
            Value::Complex { .. } => tagged(serializer, "complex", "value", &python(self)),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Bytes(_) => tagged(serializer, "bytes", "value", &python(self)),
            Value::Ellipsis => tagged(serializer, "ellipsis", "value", "..."),
            Value::List(items) | Value::Tuple(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Set(items) => tagged(serializer, "set", "items", items),
            Value::FrozenSet(items) => tagged(serializer, "frozenset", "items", items),
            Value::Dict(items) => {
                let keys = items.iter().map(|(key, _)| match key {
                    Value::Str(key) => Some(key.as_str()),
                    _ => None,
                });
                match keys.collect::<Option<Vec<_>>>() {
                    Some(keys) => {
                        let values = items.iter().map(|(_, value)| value);
                        serializer.collect_map(keys.into_iter().zip(values))
                    }
                    // an object's keys are strings
                    None => tagged(serializer, "dict", "items", items),
                }
            }
            Value::SourceCode(code) => code.serialize(serializer),
            Value::ModifyList(change) => change.serialize(serializer),
        }
    }
}

/// An object for a type that JSON lacks.
fn tagged<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    kind: &str,
    key: &str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("$type", kind)?;
    map.serialize_entry(key, value)?;
    map.end()
}

impl Serialize for SourceCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("$type", "SourceCode")?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("funcname", &self.funcname)?;
        map.serialize_entry("decorators", &self.decorators)?;
        map.serialize_entry("filepath", &PathValue(&self.filepath))?;
        map.serialize_entry("eval_as_function", &self.eval_as_function)?;
        map.end()
    }
}

impl Serialize for Decorator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Decorator::Late => map.serialize_entry("name", "late")?,
            Decorator::Include(modules) => {
                map.serialize_entry("nargs", modules)?;
                map.serialize_entry("name", "include")?;
            }
        }
        map.end()
    }
}

impl Serialize for ModifyList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("$type", "ModifyList")?;
        map.serialize_entry("append", &self.append)?;
        map.serialize_entry("prepend", &self.prepend)?;
        map.end()
    }
}

/// Writes a definition for people, in the spelling of a package.py.
pub(super) fn show(outcome: &Outcome<LoadedDefinition>, output: &mut Output) -> io::Result<()> {
    let loaded = match &outcome.result {
        Ok(loaded) => loaded,
        Err(error) => {
            // earlier definitions stand above the error when both go to one terminal
            output.flush()?;
            output.load_error(error);
            return Ok(());
        }
    };
    output.line(&format!(
        "{DIM}# {} ({}){DIM:#}",
        printable_path(&outcome.path),
        loaded.tier
    ))?;
    for (name, value) in loaded.definition.iter() {
        let shown = printable(name);
        match value {
            Value::SourceCode(code) => {
                for decorator in code.decorators.iter().rev() {
                    output.line(&printable(&decorator_text(decorator)))?;
                }
                output.line(&format!("def {NAME}{shown}{NAME:#}():"))?;
                for line in code.source.lines() {
                    output.line(format!("    {}", printable(line)).trim_end())?;
                }
            }
            _ => output.line(&format!(
                "{NAME}{shown}{NAME:#} = {}",
                printable(&python(value))
            ))?,
        }
    }
    Ok(())
}

fn decorator_text(decorator: &Decorator) -> String {
    match decorator {
        Decorator::Late => "@late()".to_owned(),
        Decorator::Include(modules) => {
            let modules: Vec<_> = modules.iter().map(|module| quoted(module)).collect();
            format!("@include({})", modules.join(", "))
        }
    }
}

/// A value in Python's spelling, on one line.
fn python(value: &Value) -> String {
    let joined = |items: &[Value]| items.iter().map(python).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(digits) => digits.clone(),
        Value::Float(value) => float(*value),
        Value::Complex { real, imag } => {
            let sign = if imag.is_sign_negative() { "" } else { "+" };
            format!("({}{sign}{}j)", float(*real), float(*imag))
        }
        Value::Str(text) => quoted(text),
        Value::Bytes(bytes) => {
            let text: String = bytes
                .iter()
                .flat_map(|b| b.escape_ascii())
                .map(char::from)
                .collect();
            format!("b'{}'", text.replace("\\\"", "\""))
        }
        Value::Ellipsis => "...".to_owned(),
        Value::List(items) => format!("[{}]", joined(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", joined(items)),
        Value::Tuple(items) => format!("({})", joined(items)),
        Value::Set(items) if items.is_empty() => "set()".to_owned(),
        Value::Set(items) => format!("{{{}}}", joined(items)),
        Value::FrozenSet(items) if items.is_empty() => "frozenset()".to_owned(),
        Value::FrozenSet(items) => format!("frozenset({{{}}})", joined(items)),
        Value::Dict(items) => {
            let items = items
                .iter()
                .map(|(key, value)| format!("{}: {}", python(key), python(value)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
        Value::SourceCode(code) => format!("SourceCode({})", quoted(&code.source)),
        Value::ModifyList(change) => {
            let part = |name: &str, items: &Option<Vec<Value>>| {
                let items = items.as_ref()?;
                Some(format!("{name}=[{}]", joined(items)))
            };
            let parts = [
                part("append", &change.append),
                part("prepend", &change.prepend),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            format!("ModifyList({})", parts.join(", "))
        }
    }
}

/// A float that reads back as the same one.
fn float(value: f64) -> String {
    match () {
        () if value.is_nan() => "nan".to_owned(),
        () if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
        () => format!("{value:?}"),
    }
}

/// A string literal, for people: what a terminal would obey is made safe afterwards.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        match c {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\\' => literal.push_str("\\\\"),
            c if c == quote => {
                literal.push('\\');
                literal.push(c);
            }
            c => literal.push(c),
        }
    }
    literal.push(quote);
    literal
}
