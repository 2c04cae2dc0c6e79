//! What the names of the top level are bound to.

use std::collections::BTreeMap;

use super::eval::{evaluate, Budget, Names};
use super::import::Span;
use super::lexer::{decline, Res};
use super::value::Value;
use crate::decline::Reason;

/// What a name is bound to. Offsets fit: a file has at most [`super::MAX_SOURCE_LEN`] bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    /// The literal at this offset.
    Literal(u32),
    /// A computed value, in [`Bindings::values`].
    Computed(u32),
    /// The function whose first line starts at this offset, with its decorators.
    Function(u32),
    /// A module.
    Module,
    /// An object that isn't followed.
    Object,
}

/// A name that the top level has bound: its start and end, and what to.
pub(super) type Bound = (u32, u32, Binding);

/// The names that the top level has bound so far.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    /// In the order of the file: a later binding of a name replaces an earlier one.
    pub bound: Vec<Bound>,
    values: Vec<Value>,
    /// Whether the values are what is asked for, so that a dict with keys that rez takes away
    /// may have one name only.
    exact: bool,
    /// Whether a list, dict or set has been taken by its name, or been given two.
    pub shares: bool,
    /// The places in `bound` of the names, once there are more than [`SCANNED`].
    index: BTreeMap<&'a str, usize>,
    indexed: usize,
}

/// How deep a value may nest: names let it grow from one statement to the next.
pub(super) const MAX_VALUE_DEPTH: usize = 64;

/// Names that are searched one by one.
const SCANNED: usize = 32;

impl<'a> Bindings<'a> {
    /// Nothing is bound; `bound` is empty, and `exact` whether the values are what is asked for.
    pub fn new(bound: Vec<Bound>, exact: bool) -> Self {
        Bindings {
            bound,
            exact,
            ..Bindings::default()
        }
    }

    #[inline(always)]
    pub fn bind(&mut self, name: Span, binding: Binding) {
        self.bound.push((name.0 as u32, name.1 as u32, binding));
    }

    pub fn bind_value(&mut self, name: Span, value: Value) {
        let at = self.values.len() as u32;
        self.values.push(value);
        self.bind(name, Binding::Computed(at));
    }

    /// The computed value at `at` in `values`.
    pub fn computed(&self, at: u32) -> &Value {
        &self.values[at as usize]
    }

    /// The place in `bound` of the current binding of `name`.
    pub fn find(&mut self, text: &'a str, name: &str) -> Option<usize> {
        let bound_name = |bound: &Bound| &text[bound.0 as usize..bound.1 as usize];
        if self.bound.len() <= SCANNED {
            return self
                .bound
                .iter()
                .rposition(|bound| bound_name(bound) == name);
        }
        for (at, bound) in self.bound.iter().enumerate().skip(self.indexed) {
            self.index.insert(bound_name(bound), at);
        }
        self.indexed = self.bound.len();
        self.index.get(name).copied()
    }
}

/// [`Bindings`], with the text that their literals are in.
pub(super) struct Lookup<'b, 'a> {
    pub text: &'a str,
    pub bindings: &'b mut Bindings<'a>,
}

impl Names for Lookup<'_, '_> {
    fn is_bound(&mut self, name: &str) -> bool {
        self.bindings.find(self.text, name).is_some()
    }

    fn value(&mut self, name: &str, offset: usize, budget: &mut Budget) -> Res<Value> {
        let Some(at) = self.bindings.find(self.text, name) else {
            return decline(Reason::Name, offset);
        };
        match self.bindings.bound[at].2 {
            Binding::Computed(at) => {
                let value = &self.bindings.values[at as usize];
                budget.pay(value.cost(), offset)?;
                if self.bindings.exact && value.has_private_key() {
                    return decline(Reason::Alias, offset);
                }
                self.bindings.shares |= self.bindings.exact && value.is_mutable();
                Ok(value.clone())
            }
            // a literal holds no names: this goes no deeper
            Binding::Literal(start) => {
                let value = evaluate(self.text, start as usize, self, budget)?;
                budget.pay(value.cost(), offset)?;
                let computed = Binding::Computed(self.bindings.values.len() as u32);
                self.bindings.values.push(value.clone());
                self.bindings.bound[at].2 = computed;
                if self.bindings.exact && value.has_private_key() {
                    return decline(Reason::Alias, offset);
                }
                self.bindings.shares |= self.bindings.exact && value.is_mutable();
                Ok(value)
            }
            Binding::Function(_) | Binding::Module | Binding::Object => {
                decline(Reason::Name, offset)
            }
        }
    }
}
