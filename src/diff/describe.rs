//! Values of definitions as JSON in which nothing is lost: types, order, signs of zeros, nan. What
//! differs is shown in it, and kept in the state file.

use serde_json::{json, Value as Json};

use crate::definition::{Decorator, Definition, Value};

/// The attributes of a definition: the name and the described value of each, in order.
pub(super) fn definition(definition: &Definition) -> Json {
    let attributes = definition
        .iter()
        .map(|(name, value)| json!([name, describe(value)]));
    tagged("dict", attributes)
}

fn describe(value: &Value) -> Json {
    match value {
        Value::None => json!(["None"]),
        Value::Ellipsis => json!(["Ellipsis"]),
        Value::Bool(truth) => json!(["bool", truth]),
        Value::Int(number) => {
            let sign = if *number < 0 { "-" } else { "" };
            json!(["int", format!("{sign}0x{:x}", number.unsigned_abs())])
        }
        Value::BigInt(decimal) => json!(["int", hexadecimal(decimal)]),
        Value::Float(number) => json!(["float", bits(*number)]),
        Value::Complex { real, imag } => json!(["complex", bits(*real), bits(*imag)]),
        Value::Str(text) => json!(text),
        Value::Bytes(bytes) => json!(["bytes", hex(bytes)]),
        Value::List(items) => tagged("list", items.iter().map(describe)),
        Value::Tuple(items) => tagged("tuple", items.iter().map(describe)),
        Value::Set(items) => sorted("set", items),
        Value::FrozenSet(items) => sorted("frozenset", items),
        Value::Dict(items) => tagged(
            "dict",
            items
                .iter()
                .map(|(key, value)| json!([describe(key), describe(value)])),
        ),
        Value::SourceCode(code) => json!([
            "SourceCode",
            code.source,
            optional(code.funcname.as_deref()),
            tagged("list", code.decorators.iter().map(decorator)),
            code.filepath.to_string_lossy(),
            ["bool", code.eval_as_function],
        ]),
        Value::ModifyList(change) => {
            let list = |items: &Option<Vec<Value>>| match items {
                None => json!(["None"]),
                Some(items) => tagged("list", items.iter().map(describe)),
            };
            json!(["ModifyList", list(&change.append), list(&change.prepend)])
        }
    }
}

fn decorator(decorator: &Decorator) -> Json {
    match decorator {
        Decorator::Late => json!(["dict", ["name", "late"]]),
        Decorator::Include(modules) => {
            let modules = tagged("list", modules.iter().map(|module| json!(module)));
            json!(["dict", ["nargs", modules], ["name", "include"]])
        }
    }
}

fn optional(text: Option<&str>) -> Json {
    text.map_or_else(|| json!(["None"]), |text| json!(text))
}

fn tagged(tag: &str, items: impl Iterator<Item = Json>) -> Json {
    Json::Array(std::iter::once(json!(tag)).chain(items).collect())
}

/// Members of a set: their order is of no account.
fn sorted(tag: &str, items: &[Value]) -> Json {
    let mut items: Vec<Json> = items.iter().map(describe).collect();
    items.sort_by_key(ToString::to_string);
    tagged(tag, items.into_iter())
}

fn bits(number: f64) -> String {
    if number.is_nan() {
        "nan".to_owned()
    } else {
        format!("{:016x}", number.to_bits())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Python's `hex()` of a decimal number of any length.
fn hexadecimal(decimal: &str) -> String {
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", decimal),
    };
    // base 2^32, the least significant first
    let mut limbs = vec![0_u32];
    for digit in digits.bytes() {
        let mut carry = u64::from(digit.wrapping_sub(b'0'));
        for limb in &mut limbs {
            let product = u64::from(*limb) * 10 + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let mut text = String::new();
    for limb in limbs.iter().rev() {
        text.push_str(&format!("{limb:08x}"));
    }
    let text = text.trim_start_matches('0');
    format!("{sign}0x{}", if text.is_empty() { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_python_s_hex_writes_them() {
        for (decimal, hex) in [
            ("0", "0x0"),
            ("-255", "-0xff"),
            ("18446744073709551616", "0x10000000000000000"),
            ("-4294967296", "-0x100000000"),
        ] {
            assert_eq!(hexadecimal(decimal), hex);
        }
        assert_eq!(
            describe(&Value::Int(i64::MIN)),
            json!(["int", "-0x8000000000000000"])
        );
    }

    #[test]
    fn zeros_keep_their_sign_and_sets_have_no_order() {
        assert_ne!(describe(&Value::Float(0.0)), describe(&Value::Float(-0.0)));
        assert_eq!(
            describe(&Value::Float(f64::NAN)),
            describe(&Value::Float(-f64::NAN))
        );
        let set = |a: &str, b: &str| Value::Set(vec![Value::Str(a.into()), Value::Str(b.into())]);
        assert_eq!(describe(&set("a", "b")), describe(&set("b", "a")));
        assert_ne!(describe(&Value::Bool(true)), describe(&Value::Int(1)));
    }
}
