//! Whole definitions from JSON; `python/rezload/rez_values.py` describes the encoding.

use serde_json::Value as Json;

use crate::definition::{Decorator, Definition, ModifyList, SourceCode, Value};

/// The definition of these items; `None` when some value isn't encoded as it should be.
pub(super) fn definition(items: Vec<(String, Json)>) -> Option<Definition> {
    let items = items.into_iter();
    let items = items.map(|(name, json)| Some((name, value(json)?)));
    items.collect::<Option<Vec<_>>>().map(Definition::new)
}

fn value(json: Json) -> Option<Value> {
    let items = match json {
        Json::Null => return Some(Value::None),
        Json::Bool(value) => return Some(Value::Bool(value)),
        Json::String(text) => return Some(Value::Str(text)),
        Json::Number(number) => return number.as_i64().map(Value::Int),
        Json::Array(items) => items,
        Json::Object(_) => return None,
    };
    let mut items = items.into_iter();
    let kind = text(items.next()?)?;
    let mut next_text = || text(items.next()?);
    Some(match kind.as_str() {
        "int" => Value::BigInt(next_text()?),
        // `repr` is what reads back as the same number
        "float" => Value::Float(next_text()?.parse().ok()?),
        "complex" => Value::Complex {
            real: next_text()?.parse().ok()?,
            imag: next_text()?.parse().ok()?,
        },
        "bytes" => Value::Bytes(bytes(&next_text()?)?),
        "ellipsis" => Value::Ellipsis,
        "list" => Value::List(values(items)?),
        "tuple" => Value::Tuple(values(items)?),
        "set" => Value::Set(values(items)?),
        "frozenset" => Value::FrozenSet(values(items)?),
        "dict" => {
            let mut dict = Vec::with_capacity(items.len() / 2);
            while let Some(key) = items.next() {
                dict.push((value(key)?, value(items.next()?)?));
            }
            Value::Dict(dict)
        }
        "code" => Value::SourceCode(Box::new(SourceCode {
            source: text(items.next()?)?,
            funcname: match items.next()? {
                Json::Null => None,
                name => Some(text(name)?),
            },
            filepath: text(items.next()?)?.into(),
            eval_as_function: items.next()?.as_bool()?,
            decorators: items.map(decorator).collect::<Option<_>>()?,
        })),
        "modify" => Value::ModifyList(Box::new(ModifyList {
            append: change(items.next()?)?,
            prepend: change(items.next()?)?,
        })),
        _ => return None,
    })
}

fn values(items: impl Iterator<Item = Json>) -> Option<Vec<Value>> {
    items.map(value).collect()
}

fn text(json: Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text),
        _ => None,
    }
}

fn change(json: Json) -> Option<Option<Vec<Value>>> {
    match json {
        Json::Null => Some(None),
        Json::Array(items) => values(items.into_iter()).map(Some),
        _ => None,
    }
}

fn decorator(json: Json) -> Option<Decorator> {
    let Json::Array(items) = json else {
        return None;
    };
    let mut words = items
        .into_iter()
        .map(text)
        .collect::<Option<Vec<_>>>()?
        .into_iter();
    match words.next()?.as_str() {
        "late" => Some(Decorator::Late),
        "include" => Some(Decorator::Include(words.collect())),
        _ => None,
    }
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hexadecimal
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_type_has_its_value() {
        let tried = [
            (json!(null), Value::None),
            (json!(true), Value::Bool(true)),
            (json!(-7), Value::Int(-7)),
            (
                json!(["int", "9223372036854775808"]),
                Value::BigInt("9223372036854775808".into()),
            ),
            (json!(["float", "0.1"]), Value::Float(0.1)),
            (json!(["float", "-inf"]), Value::Float(f64::NEG_INFINITY)),
            (json!(["float", "1e+300"]), Value::Float(1e300)),
            (
                json!(["complex", "0.0", "-2.5"]),
                Value::Complex {
                    real: 0.0,
                    imag: -2.5,
                },
            ),
            (json!(["bytes", "00ff10"]), Value::Bytes(vec![0, 255, 16])),
            (json!(["ellipsis"]), Value::Ellipsis),
            (
                json!(["list", "list", ["tuple"]]),
                Value::List(vec![Value::Str("list".into()), Value::Tuple(vec![])]),
            ),
            (json!(["set", 1]), Value::Set(vec![Value::Int(1)])),
            (json!(["frozenset"]), Value::FrozenSet(vec![])),
            (
                json!(["dict", "a", 1]),
                Value::Dict(vec![(Value::Str("a".into()), Value::Int(1))]),
            ),
            (
                json!(["modify", null, [1]]),
                Value::ModifyList(Box::new(ModifyList {
                    append: None,
                    prepend: Some(vec![Value::Int(1)]),
                })),
            ),
            (
                json!([
                    "code",
                    "pass",
                    "commands",
                    "/a.py",
                    false,
                    ["include", "b"],
                    ["late"]
                ]),
                Value::SourceCode(Box::new(SourceCode {
                    source: "pass".into(),
                    funcname: Some("commands".into()),
                    filepath: "/a.py".into(),
                    eval_as_function: false,
                    decorators: vec![Decorator::Include(vec!["b".into()]), Decorator::Late],
                })),
            ),
        ];
        for (json, expected) in tried {
            assert_eq!(value(json.clone()), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_encoded_otherwise_is_no_value() {
        for json in [
            json!({}),
            json!(1.5),
            json!([]),
            json!([1]),
            json!(["unknown"]),
            json!(["float", "x"]),
            json!(["float", 1]),
            json!(["bytes", "0"]),
            json!(["bytes", "zz"]),
            json!(["dict", "a"]),
            json!(["list", {}]),
            json!(["code", "a"]),
            json!(["code", "a", null, "f", 1]),
            json!(["code", "a", null, "f", true, ["other"]]),
            json!(["modify", 1, null]),
        ] {
            assert_eq!(value(json.clone()), None, "{json}");
        }
    }
}
