//! What the evaluator asks of values.

pub(super) use crate::definition::Value;

impl Value {
    /// Whether it may be a dict key or a set member.
    pub(super) fn is_hashable(&self) -> bool {
        match self {
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::SourceCode(_) => false,
            // as deep as the brackets of the source: bounded by the parser
            Value::Tuple(items) => items.iter().all(Value::is_hashable),
            _ => true,
        }
    }

    /// Whether `rez.serialise.process_python_objects` gets through it: it walks dicts
    /// inside dicts and calls `startswith` on every key.
    pub(super) fn is_walkable(&self) -> bool {
        match self {
            Value::Dict(items) => items
                .iter()
                .all(|(key, value)| matches!(key, Value::Str(_)) && value.is_walkable()),
            _ => true,
        }
    }

    /// Its truth, where the evaluator needs it.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Str(value) => !value.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Dict(items) => !items.is_empty(),
            Value::Ellipsis => true,
            _ => return None,
        })
    }

    /// How deep its displays nest.
    pub(super) fn depth(&self) -> usize {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                1 + items.iter().map(Value::depth).max().unwrap_or(0)
            }
            Value::Dict(items) => {
                let depth = |(key, value): &(Value, Value)| key.depth().max(value.depth());
                1 + items.iter().map(depth).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Bytes that a copy takes, roughly.
    pub(super) fn cost(&self) -> usize {
        match self {
            Value::Str(text) | Value::BigInt(text) => 32 + text.len(),
            Value::Bytes(bytes) => 32 + bytes.len(),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                32 + items.iter().map(Value::cost).sum::<usize>()
            }
            Value::Dict(items) => {
                32 + items
                    .iter()
                    .map(|(key, value)| key.cost() + value.cost())
                    .sum::<usize>()
            }
            _ => 32,
        }
    }

    /// Whether there is anything in it that can be changed.
    pub(super) fn is_mutable(&self) -> bool {
        match self {
            Value::List(_) | Value::Dict(_) | Value::Set(_) => true,
            Value::Tuple(items) => items.iter().any(Value::is_mutable),
            _ => false,
        }
    }

    /// Whether a dict somewhere in it has a key that `_trim` of `rez/serialise.py` takes away
    /// when it gets there.
    pub(super) fn has_private_key(&self) -> bool {
        match self {
            Value::List(items) | Value::Tuple(items) => items.iter().any(Value::has_private_key),
            Value::Dict(items) => items.iter().any(|(key, value)| {
                matches!(key, Value::Str(key) if key.starts_with("__")) || value.has_private_key()
            }),
            _ => false,
        }
    }
}
