//! The values of number literals.

use super::value::Value;

/// The value of a number literal that the lexer has read.
pub(super) fn number(text: &[u8]) -> Value {
    let digits: String = text
        .iter()
        .filter(|b| **b != b'_')
        .map(|b| b.to_ascii_lowercase() as char)
        .collect();
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return decimal(digits),
    };
    match i64::from_str_radix(&digits[2..], radix) {
        Ok(value) => Value::Int(value),
        Err(_) => Value::BigInt(in_decimal(&digits[2..], radix)),
    }
}

fn decimal(digits: String) -> Value {
    if let Ok(value) = digits.parse() {
        return Value::Int(value);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // no leading zero: the lexer declines it
        return Value::BigInt(digits);
    }
    // correctly rounded, as Python's is; too large a number is infinite in both
    let float = |digits: &str| digits.parse().unwrap_or(f64::NAN);
    match digits.strip_suffix('j') {
        None => Value::Float(float(&digits)),
        Some(imag) => Value::Complex {
            real: 0.0,
            imag: float(imag),
        },
    }
}

/// `-value` of a number.
pub(super) fn negative(value: Value) -> Option<Value> {
    Some(match value {
        Value::Int(value) => match value.checked_neg() {
            Some(value) => Value::Int(value),
            None => Value::BigInt(value.unsigned_abs().to_string()),
        },
        Value::BigInt(digits) => match digits.strip_prefix('-') {
            Some(digits) => Value::BigInt(digits.to_owned()),
            None => {
                let digits = format!("-{digits}");
                match digits.parse() {
                    Ok(value) => Value::Int(value),
                    Err(_) => Value::BigInt(digits),
                }
            }
        },
        Value::Float(value) => Value::Float(-value),
        Value::Complex { real, imag } => Value::Complex {
            real: -real,
            imag: -imag,
        },
        _ => return None,
    })
}

/// Digits of another radix as decimal ones. Quadratic, but the lexer reads no more than 500.
fn in_decimal(digits: &str, radix: u32) -> String {
    const BASE: u64 = 1_000_000_000;
    // nine decimal digits each, the lowest first
    let mut limbs: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(radix) + carry;
            *limb = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut text = String::with_capacity(limbs.len() * 9);
    for limb in limbs.iter().rev() {
        if text.is_empty() {
            text = limb.to_string();
        } else {
            text.push_str(&format!("{limb:09}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_exact() {
        let int = |text: &str| Value::BigInt(text.to_owned());
        assert_eq!(number(b"0x7fff_FFFF_ffff_ffff"), Value::Int(i64::MAX));
        assert_eq!(number(b"0x8000000000000000"), int("9223372036854775808"));
        assert_eq!(
            number(b"0x1_0000_0000_0000_0000_0000_0000"),
            int("79228162514264337593543950336")
        );
        assert_eq!(number(b"0B11"), Value::Int(3));
        assert_eq!(number(b"1_000.5E-1"), Value::Float(100.05));
        assert_eq!(number(b".5"), Value::Float(0.5));
        assert_eq!(number(b"5."), Value::Float(5.0));
        assert_eq!(number(b"1e400"), Value::Float(f64::INFINITY));
        assert_eq!(
            number(b"1.5J"),
            Value::Complex {
                real: 0.0,
                imag: 1.5
            }
        );
        assert_eq!(
            number(b"100000000000000000000"),
            int("100000000000000000000")
        );
    }

    #[test]
    fn the_smallest_integer_fits() {
        let smallest = negative(number(b"9223372036854775808")).unwrap();
        assert_eq!(smallest, Value::Int(i64::MIN));
        assert_eq!(
            negative(smallest).unwrap(),
            Value::BigInt("9223372036854775808".to_owned())
        );
        assert_eq!(negative(Value::Bool(true)), None);
    }
}
