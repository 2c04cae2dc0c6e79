//! Whole definitions: what `rez.serialise.load_from_file` returns, as typed values.
//!
//! Every tier that serves a definition gives one of these. What a value can't hold exactly
//! (a class, a module's object, a string with a lone surrogate) isn't in here: the tier
//! declines.

mod function;

use std::path::PathBuf;

pub(crate) use function::source_at;
#[cfg(feature = "vm")]
pub(crate) use function::source_of_function;

/// The attributes of a package, in the order in which rez has them.
///
/// The keys are all different. `@early` attributes are evaluated, helper functions and
/// modules are gone, scopes are dicts.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    entries: Vec<(String, Value)>,
    /// Whether a list, dict or set may be in several places, which isn't seen here: in rez it is
    /// one object.
    #[cfg_attr(not(feature = "python"), allow(dead_code))]
    shares: bool,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Definition {
    /// A definition of these attributes, whose names are all different.
    pub fn new(entries: Vec<(String, Value)>) -> Self {
        Definition {
            entries,
            shares: false,
        }
    }

    /// The same, of which a part may be in several places.
    pub(crate) fn sharing(self, shares: bool) -> Self {
        Definition { shares, ..self }
    }

    /// Whether a part may be in several places.
    #[cfg(feature = "python")]
    pub(crate) fn is_sharing(&self) -> bool {
        self.shares
    }

    /// The value of `name`; `None` when the definition has no such attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    /// The attributes in rez's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl IntoIterator for Definition {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// A value of a definition: one variant for each type of Python's that one may hold.
///
/// Two values are equal here when their types are equal too: `True`, `1` and `1.0` are three
/// values. `nan` is unequal to itself, as in Python.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    None,
    /// `True` and `False`.
    Bool(bool),
    /// An `int` of 64 bits.
    Int(i64),
    /// Any other `int`, in decimal: an optional `-` and digits, the first not a zero.
    BigInt(String),
    /// A `float`, infinities and `nan` included.
    Float(f64),
    /// A `complex`.
    Complex {
        /// The real part.
        real: f64,
        /// The imaginary part.
        imag: f64,
    },
    /// A `str`.
    Str(String),
    /// A `bytes`.
    Bytes(Vec<u8>),
    /// `...`
    Ellipsis,
    /// A `list`.
    List(Vec<Value>),
    /// A `tuple`.
    Tuple(Vec<Value>),
    /// A `set`, whose items are all different, in the order in which they were added.
    Set(Vec<Value>),
    /// A `frozenset`, whose items are all different, in the order in which they were added.
    FrozenSet(Vec<Value>),
    /// A `dict`, whose keys are all different, in its order.
    Dict(Vec<(Value, Value)>),
    /// A `rez.utils.sourcecode.SourceCode`.
    SourceCode(Box<SourceCode>),
    /// A `rez.utils.data_utils.ModifyList`.
    ModifyList(Box<ModifyList>),
}

/// The source text of a function that runs later: `commands` and its like, and late-bound
/// attributes (`SourceCode` of `rez/utils/sourcecode.py`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceCode {
    /// The body, as rez cuts it out of the file.
    pub source: String,
    /// The name of the function; `None` for code that never was one.
    pub funcname: Option<String>,
    /// The innermost decorator first.
    pub decorators: Vec<Decorator>,
    /// The file, without symbolic links.
    pub filepath: PathBuf,
    /// Whether the result is the attribute's value: true of late-bound attributes, false of
    /// `commands` and its like.
    pub eval_as_function: bool,
}

/// A decorator that rez remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decorator {
    /// `@late()`: `{"name": "late"}` in rez.
    Late,
    /// `@include("a", "b")`: `{"nargs": ["a", "b"], "name": "include"}` in rez.
    Include(Vec<String>),
}

/// A change of a list in rez's configuration (`ModifyList` of `rez/utils/data_utils.py`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModifyList {
    /// What goes behind the list; `None` when nothing was said of it.
    pub append: Option<Vec<Value>>,
    /// What goes in front of the list; `None` when nothing was said of it.
    pub prepend: Option<Vec<Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_string_and_a_tag() {
        assert_eq!(size_of::<Value>(), size_of::<String>() + size_of::<usize>());
    }
}
