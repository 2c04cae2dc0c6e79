//! Python's `==` of values: `1 == 1.0 == True`, and what follows for dicts and sets.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::value::Value;

/// What equal hashable values have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    None,
    Ellipsis,
    Int(i64),
    /// An integer beyond 64 bits, in decimal.
    BigInt(Cow<'a, str>),
    /// The bits of a float that is no integer.
    Float(u64),
    /// The bits of both parts, the second not zero.
    Complex(u64, u64),
    Str(&'a str),
    Bytes(&'a [u8]),
    Tuple(Vec<Key<'a>>),
}

impl<'a> Key<'a> {
    /// `None` for a value that has no hash.
    fn of(value: &'a Value) -> Option<Key<'a>> {
        Some(match value {
            Value::None => Key::None,
            Value::Ellipsis => Key::Ellipsis,
            Value::Bool(value) => Key::Int(i64::from(*value)),
            Value::Int(value) => Key::Int(*value),
            Value::BigInt(digits) => Key::BigInt(Cow::Borrowed(digits)),
            Value::Float(value) => Key::float(*value),
            Value::Complex { real, imag } if *imag == 0.0 => Key::float(*real),
            // adding zero makes `-0.0` positive
            Value::Complex { real, imag } => {
                Key::Complex((real + 0.0).to_bits(), (imag + 0.0).to_bits())
            }
            Value::Str(text) => Key::Str(text),
            Value::Bytes(bytes) => Key::Bytes(bytes),
            Value::Tuple(items) => Key::Tuple(items.iter().map(Key::of).collect::<Option<_>>()?),
            _ => return None,
        })
    }

    fn float(value: f64) -> Key<'a> {
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if !value.is_finite() || value.fract() != 0.0 {
            Key::Float(value.to_bits())
        } else if (-LIMIT..LIMIT).contains(&value) {
            Key::Int(value as i64)
        } else {
            // all digits, exactly
            Key::BigInt(Cow::Owned(format!("{value:.0}")))
        }
    }
}

/// Whether `a == b` in Python, for values without `nan`.
pub(super) fn is_equal(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (Key::of(a), Key::of(b)) {
        return a == b;
    }
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            let b_values: HashMap<_, _> =
                b.iter().map(|(key, value)| (Key::of(key), value)).collect();
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b_values
                        .get(&Key::of(key))
                        .is_some_and(|other| is_equal(value, other))
                })
        }
        (Value::Set(a), Value::Set(b)) => {
            let b_keys: HashSet<_> = b.iter().map(Key::of).collect();
            a.len() == b.len() && a.iter().all(|item| b_keys.contains(&Key::of(item)))
        }
        _ => false,
    }
}

/// A dict display's items: of equal keys the first one stays, with the last one's value.
pub(super) fn unique_items(items: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let Some(places) = places(items.iter().map(|(key, _)| key)) else {
        return items;
    };
    let mut unique: Vec<(Value, Value)> = Vec::with_capacity(items.len());
    for ((key, value), place) in items.into_iter().zip(places) {
        if place == unique.len() {
            unique.push((key, value));
        } else {
            unique[place].1 = value;
        }
    }
    unique
}

/// A set display's items: of equal ones the first stays.
pub(super) fn unique(items: Vec<Value>) -> Vec<Value> {
    let Some(places) = places(items.iter()) else {
        return items;
    };
    let mut unique = Vec::with_capacity(items.len());
    for (item, place) in items.into_iter().zip(places) {
        if place == unique.len() {
            unique.push(item);
        }
    }
    unique
}

/// For each of `keys` its place among the different ones; `None` when all are different.
fn places<'a>(keys: impl ExactSizeIterator<Item = &'a Value>) -> Option<Vec<usize>> {
    let count = keys.len();
    if count < 2 {
        return None;
    }
    let mut known = HashMap::with_capacity(count);
    let places: Vec<usize> = keys
        .map(|key| {
            let next = known.len();
            *known.entry(Key::of(key)).or_insert(next)
        })
        .collect();
    (known.len() < count).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_across_types() {
        let big = "9223372036854775808";
        let equal = [
            (Value::Bool(true), Value::Int(1)),
            (Value::Int(0), Value::Float(-0.0)),
            (
                Value::Float(9_223_372_036_854_775_808.0),
                Value::BigInt(big.into()),
            ),
            (
                Value::Float(1e22),
                Value::BigInt("1".to_owned() + &"0".repeat(22)),
            ),
            (
                Value::Complex {
                    real: 2.0,
                    imag: -0.0,
                },
                Value::Int(2),
            ),
        ];
        for (a, b) in equal {
            assert!(is_equal(&a, &b), "{a:?} {b:?}");
            let (a, b) = (Value::List(vec![a]), Value::List(vec![b]));
            assert!(is_equal(&a, &b), "{a:?} {b:?}");
        }
        let different = [
            (Value::Int(1), Value::Str("1".into())),
            (
                Value::Int(i64::MAX),
                Value::Float(9_223_372_036_854_775_808.0),
            ),
            (Value::None, Value::Bool(false)),
            (Value::Str("a".into()), Value::Bytes(b"a".into())),
            (Value::List(vec![]), Value::Tuple(vec![])),
            (Value::Float(0.1), Value::Float(0.2)),
        ];
        for (a, b) in different {
            assert!(!is_equal(&a, &b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn the_first_of_equal_keys_stays_with_the_last_value() {
        let items = vec![
            (Value::Int(1), Value::Str("a".into())),
            (Value::Str("x".into()), Value::None),
            (Value::Bool(true), Value::Str("b".into())),
        ];
        assert_eq!(
            unique_items(items),
            [
                (Value::Int(1), Value::Str("b".into())),
                (Value::Str("x".into()), Value::None),
            ]
        );
    }

    #[test]
    fn dicts_and_sets_are_equal_in_any_order() {
        let (a, b) = (Value::Str("a".into()), Value::Str("b".into()));
        let pairs = |list: &[(&Value, &Value)]| {
            Value::Dict(
                list.iter()
                    .map(|(k, v)| ((*k).clone(), (*v).clone()))
                    .collect(),
            )
        };
        assert!(is_equal(
            &pairs(&[(&a, &b), (&b, &a)]),
            &pairs(&[(&b, &a), (&a, &b)])
        ));
        assert!(!is_equal(&pairs(&[(&a, &b)]), &pairs(&[(&b, &a)])));
        let set = |list: &[&Value]| Value::Set(list.iter().map(|v| (*v).clone()).collect());
        assert!(is_equal(&set(&[&a, &b]), &set(&[&b, &a])));
        assert!(!is_equal(&set(&[&a, &b]), &set(&[&a])));
    }
}
