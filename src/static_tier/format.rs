//! What strings, lists and dicts do when they are formatted, indexed or asked.

use super::eval::Budget;
use super::lexer::{decline, Res};
use super::value::Value;
use crate::decline::Reason;

/// Appends `str(value)`, for the values whose spelling is certain.
pub(super) fn push_str(value: &Value, out: &mut String, offset: usize) -> Res<()> {
    match value {
        Value::Str(text) => out.push_str(text),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::None => out.push_str("None"),
        _ => return decline(Reason::Expression, offset),
    }
    Ok(())
}

/// `template % argument`, with `%s`, `%d`, `%i` and `%%`, flags `0` and `-`, and a width.
pub(super) fn percent(
    template: &str,
    argument: &Value,
    offset: usize,
    budget: &mut Budget,
) -> Res<String> {
    let single = std::slice::from_ref(argument);
    let mut positional = match argument {
        Value::Tuple(items) => items.iter(),
        // a mapping: keys, or nothing at all
        Value::Dict(_) => [].iter(),
        // what Python takes for a mapping, but isn't one
        Value::List(_) | Value::Set(_) | Value::Bytes(_) => {
            return decline(Reason::Expression, offset)
        }
        _ => single.iter(),
    };
    let mut out = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut key = None;
        if chars.next_if_eq(&'(').is_some() {
            let mut name = String::new();
            loop {
                match chars.next() {
                    Some(')') => break,
                    // nested parentheses count in Python
                    None | Some('(') => return decline(Reason::Expression, offset),
                    Some(c) => name.push(c),
                }
            }
            key = Some(name);
        }
        let mut zero = false;
        let mut left = false;
        loop {
            match chars.peek() {
                Some('0') => zero = true,
                Some('-') => left = true,
                _ => break,
            }
            chars.next();
        }
        let mut width = 0usize;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
            width = width * 10 + digit as usize;
            if width > 1000 {
                return decline(Reason::TooBig, offset);
            }
            chars.next();
        }
        let conversion = chars.next();
        if conversion == Some('%') {
            // `%5%` and `%(a)%` aren't worth following
            if key.is_some() || zero || left || width > 0 {
                return decline(Reason::Expression, offset);
            }
            out.push('%');
            continue;
        }
        let value = match (&key, argument) {
            (Some(key), Value::Dict(items)) => items
                .iter()
                .rev()
                .find(|(k, _)| matches!(k, Value::Str(k) if k == key))
                .map(|(_, value)| value),
            (Some(_), _) | (None, Value::Dict(_)) => None,
            (None, _) => positional.next(),
        };
        let Some(value) = value else {
            return decline(Reason::Raises, offset);
        };
        let mut text = String::new();
        match (conversion, value) {
            (Some('s'), _) => {
                push_str(value, &mut text, offset)?;
                zero = false;
            }
            (Some('d' | 'i'), Value::Int(number)) => text = number.to_string(),
            _ => return decline(Reason::Expression, offset),
        }
        budget.pay(text.len() + width, offset)?;
        let padding = width.saturating_sub(text.chars().count());
        if left {
            out.push_str(&text);
            out.extend(std::iter::repeat_n(' ', padding));
        } else if zero {
            let (sign, digits) = match text.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", text.as_str()),
            };
            out.push_str(sign);
            out.extend(std::iter::repeat_n('0', padding));
            out.push_str(digits);
        } else {
            out.extend(std::iter::repeat_n(' ', padding));
            out.push_str(&text);
        }
    }
    if positional.next().is_some() {
        // "not all arguments converted during string formatting"
        return decline(Reason::Raises, offset);
    }
    Ok(out)
}

/// The string methods that need nothing but their arguments.
pub(super) fn call_method(
    value: &Value,
    method: &[u8],
    positional: &[Value],
    keywords: &[(String, Value)],
    offset: usize,
    budget: &mut Budget,
) -> Res<Value> {
    let Value::Str(text) = value else {
        return decline(Reason::Call, offset);
    };
    budget.pay(32 + text.len(), offset)?;
    if method == b"format" {
        return str_format(text, positional, keywords, offset, budget).map(Value::Str);
    }
    if !keywords.is_empty() {
        return decline(Reason::Call, offset);
    }
    match (method, positional) {
        (b"join", [Value::List(items) | Value::Tuple(items)]) => {
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Value::Str(part) => {
                        budget.pay(part.len() + text.len(), offset)?;
                        parts.push(part.as_str());
                    }
                    _ => return decline(Reason::Raises, offset),
                }
            }
            Ok(Value::Str(parts.join(text)))
        }
        (b"split", [Value::Str(separator)]) if !separator.is_empty() => {
            let count = text.matches(separator.as_str()).count() + 1;
            budget.pay(32 * count, offset)?;
            let parts = text.split(separator.as_str());
            let parts = parts.map(|part| Value::Str(part.to_owned()));
            Ok(Value::List(parts.collect()))
        }
        (b"replace", [Value::Str(from), Value::Str(to)]) if !from.is_empty() => {
            let count = text.matches(from.as_str()).count();
            budget.pay(count.saturating_mul(to.len()), offset)?;
            Ok(Value::Str(text.replace(from.as_str(), to)))
        }
        (b"lower", []) if text.is_ascii() => Ok(Value::Str(text.to_ascii_lowercase())),
        (b"upper", []) if text.is_ascii() => Ok(Value::Str(text.to_ascii_uppercase())),
        (b"startswith", [Value::Str(prefix)]) => Ok(Value::Bool(text.starts_with(prefix.as_str()))),
        (b"endswith", [Value::Str(suffix)]) => Ok(Value::Bool(text.ends_with(suffix.as_str()))),
        _ => decline(Reason::Call, offset),
    }
}

/// `template.format(...)` with plain fields: `{}`, `{0}`, `{name}`.
fn str_format(
    template: &str,
    positional: &[Value],
    keywords: &[(String, Value)],
    offset: usize,
    budget: &mut Budget,
) -> Res<String> {
    let mut out = String::new();
    let mut automatic = None;
    let mut next = 0;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        if rest.as_bytes().first() == Some(&brace) {
            out.push(brace as char);
            rest = &rest[1..];
            continue;
        }
        let Some(end) = rest.find(['{', '}']) else {
            return decline(Reason::Raises, offset);
        };
        if brace == b'}' || rest.as_bytes()[end] == b'{' {
            return decline(Reason::Expression, offset);
        }
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let number = field.is_empty() || field.bytes().all(|b| b.is_ascii_digit());
        let value = if number {
            if automatic
                .replace(field.is_empty())
                .unwrap_or(field.is_empty())
                != field.is_empty()
            {
                return decline(Reason::Raises, offset);
            }
            let index = if field.is_empty() {
                next += 1;
                next - 1
            } else {
                field.parse().unwrap_or(usize::MAX)
            };
            positional.get(index)
        } else if field
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            keywords
                .iter()
                .find(|(name, _)| name == field)
                .map(|(_, value)| value)
        } else {
            return decline(Reason::Expression, offset);
        };
        let Some(value) = value else {
            return decline(Reason::Raises, offset);
        };
        budget.pay(value.cost(), offset)?;
        push_str(value, &mut out, offset)?;
    }
    out.push_str(rest);
    Ok(out)
}

/// `value[index]`.
pub(super) fn index(value: Value, index: Option<Value>, offset: usize) -> Res<Value> {
    let at = |len: usize, index: i64| -> Res<usize> {
        let at = if index < 0 { index + len as i64 } else { index };
        match usize::try_from(at) {
            Ok(at) if at < len => Ok(at),
            _ => decline(Reason::Raises, offset),
        }
    };
    match (value, index) {
        (Value::List(mut items) | Value::Tuple(mut items), Some(Value::Int(index))) => {
            let at = at(items.len(), index)?;
            Ok(items.swap_remove(at))
        }
        (Value::Str(text), Some(Value::Int(index))) => {
            let at = at(text.chars().count(), index)?;
            Ok(Value::Str(text.chars().skip(at).take(1).collect()))
        }
        (Value::Dict(items), Some(Value::Str(key))) => items
            .into_iter()
            .rev()
            .find(|(k, _)| matches!(k, Value::Str(k) if *k == key))
            .map_or_else(|| decline(Reason::Raises, offset), |(_, value)| Ok(value)),
        _ => decline(Reason::Expression, offset),
    }
}

/// `value[from:to]`.
pub(super) fn slice(
    value: Value,
    from: Option<Value>,
    to: Option<Value>,
    offset: usize,
) -> Res<Value> {
    let range = |len: usize| -> Res<(usize, usize)> {
        let clamp = |bound: &Option<Value>, default: usize| match bound {
            None | Some(Value::None) => Ok(default),
            Some(Value::Int(bound)) => {
                let at = if *bound < 0 {
                    bound.saturating_add(len as i64)
                } else {
                    *bound
                };
                Ok(at.clamp(0, len as i64) as usize)
            }
            Some(_) => decline(Reason::Expression, offset),
        };
        let (from, to) = (clamp(&from, 0)?, clamp(&to, len)?);
        Ok((from, to.max(from)))
    };
    match value {
        Value::List(items) => {
            let (from, to) = range(items.len())?;
            Ok(Value::List(items[from..to].to_vec()))
        }
        Value::Tuple(items) => {
            let (from, to) = range(items.len())?;
            Ok(Value::Tuple(items[from..to].to_vec()))
        }
        Value::Str(text) => {
            let (from, to) = range(text.chars().count())?;
            Ok(Value::Str(
                text.chars().skip(from).take(to - from).collect(),
            ))
        }
        _ => decline(Reason::Expression, offset),
    }
}
