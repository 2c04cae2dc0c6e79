//! The values of constant expressions.

/// What a constant expression evaluates to, as far as the tier follows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Str(String),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A number that isn't computed with: a float, a complex, a long integer.
    Number,
    /// A bytes literal, `...` or a set: exists, and that is all that is known of it.
    Bytes,
    Ellipsis,
    Set,
}

impl Value {
    /// Whether it may be a dict key or a set member.
    pub fn is_hashable(&self) -> bool {
        match self {
            Value::List(_) | Value::Dict(_) | Value::Set => false,
            // as deep as the brackets of the source: bounded by the parser
            Value::Tuple(items) => items.iter().all(Value::is_hashable),
            _ => true,
        }
    }

    /// Whether `rez.serialise.process_python_objects` gets through it: it walks dicts
    /// inside dicts and calls `startswith` on every key.
    pub fn is_walkable(&self) -> bool {
        match self {
            Value::Dict(items) => items
                .iter()
                .all(|(key, value)| matches!(key, Value::Str(_)) && value.is_walkable()),
            _ => true,
        }
    }

    /// Its truth, where that is known.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Str(value) => !value.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Dict(items) => !items.is_empty(),
            Value::Ellipsis => true,
            Value::Number | Value::Bytes | Value::Set => return None,
        })
    }

    /// How deep its displays nest.
    pub fn depth(&self) -> usize {
        match self {
            Value::List(items) | Value::Tuple(items) => {
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
    pub fn cost(&self) -> usize {
        match self {
            Value::Str(text) => 32 + text.len(),
            Value::List(items) | Value::Tuple(items) => {
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
}
