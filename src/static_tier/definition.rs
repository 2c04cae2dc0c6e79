//! Whole definitions: from what the top level has bound to what `rez.serialise` makes of it.
//!
//! Follows `_load_py` and `process_python_objects` in `rez/serialise.py`, and
//! `rez/utils/scope.py` for the scopes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::bindings::Binding;
use super::equality::is_equal;
use super::function::REX_FUNCTIONS;
use super::lexer::{decline, Res};
use super::module::Module;
use super::source::Source;
use super::value::Value;
use crate::decline::{Declined, Reason};
use crate::definition::{source_at, Decorator, Definition, SourceCode};

/// The names that rez puts into the namespace of a definition, in its order. Whatever a file
/// binds them to is no attribute (`excludes` in `_load_py`).
const GIVEN: [&str; 6] = [
    "scope",
    "early",
    "late",
    "include",
    "ModifyList",
    "InvalidPackageError",
];

/// What only a whole definition needs of a file.
#[derive(Debug, Default)]
pub(super) struct Exact {
    /// The decorators of each function that has some, by the offset of its first line; the
    /// innermost first.
    pub decorators: BTreeMap<u32, Vec<Decorator>>,
    /// The scopes that have ended, in the order in which the first block of each did.
    scopes: Vec<(String, Vec<(Value, Value)>)>,
    /// Of the scope that is open, the attributes that were set through its name.
    set: Vec<(Vec<String>, Value)>,
    /// Of the scope that is open, the names that its block has bound, in order.
    bound: Vec<(String, Value)>,
}

/// Reads the whole definition of `source`, the bytes of a `package.py`, without executing it:
/// the typed values of what `rez.serialise.load_from_file` returns.
///
/// Like [`parse_static`](crate::parse_static) it serves only what is certain, and declines
/// everything else. A file needn't have a name or a version: rez doesn't look at them here.
/// `path` is the file's, without symbolic links; the functions' [`SourceCode`] names it.
///
/// ```
/// use rezload::Value;
///
/// let definition = rezload::parse_definition(b"
/// name = 'maya'
/// cores = 4
/// def commands():
///     env.PATH.append('{root}/bin')
/// ", "/packages/maya/package.py".as_ref()).unwrap();
/// let names: Vec<_> = definition.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["name", "cores", "commands"]);
/// assert_eq!(definition.get("cores"), Some(&Value::Int(4)));
/// let Some(Value::SourceCode(commands)) = definition.get("commands") else { panic!() };
/// assert_eq!(commands.source, "env.PATH.append('{root}/bin')");
/// ```
pub fn parse_definition(source: &[u8], path: &Path) -> Result<Definition, Declined> {
    let source = Source::new(source)?;
    Module::read_as(&source.text, Some(Exact::default()), |module| {
        module.definition(path)
    })
    .map_err(|declined| Declined::new(declined.reason, source.original_offset(declined.offset)))
}

impl<'a> Module<'a> {
    /// The definition, when the whole file has been read.
    fn definition(&mut self, path: &Path) -> Res<Definition> {
        let exact = self.exact.take().unwrap_or_default();
        let mut scopes = exact.scopes;
        let mut entries = Vec::new();
        for (name, start, binding) in self.attributes() {
            if GIVEN.contains(&name) {
                continue;
            }
            // a scope takes the place of what has its name
            if let Some(at) = scopes.iter().position(|(scope, _)| scope == name) {
                if name == "Ellipsis" {
                    return decline(Reason::Scope, start);
                }
                entries.push((name.to_owned(), Value::Dict(scopes.remove(at).1)));
                continue;
            }
            if name.starts_with("__") {
                continue;
            }
            let value = match binding {
                Binding::Literal(at) => self.evaluate(at as usize)?,
                Binding::Computed(at) => self.bindings.computed(at).clone(),
                Binding::Function(at) => {
                    let decorators = exact.decorators.get(&at).cloned().unwrap_or_default();
                    match self.function(name, at as usize, decorators, path)? {
                        Some(source) => Value::SourceCode(Box::new(source)),
                        None => continue,
                    }
                }
                Binding::Module => continue,
                Binding::Object => return decline(Reason::Object, start),
            };
            // `_load_py` takes a builtin of the same name and value for one that was there
            if name == "Ellipsis" && value == Value::Ellipsis {
                continue;
            }
            entries.push((name.to_owned(), value));
        }
        let scopes = scopes.into_iter();
        entries.extend(scopes.map(|(name, items)| (name, Value::Dict(items))));
        entries.retain_mut(|(name, value)| {
            trim(value);
            !name.starts_with("__")
        });
        Ok(Definition::new(entries).sharing(self.bindings.shares))
    }

    /// The names that the top level has bound, in the order of their first binding, each with
    /// the offset and the value of its last one.
    fn attributes(&self) -> Vec<(&'a str, usize, Binding)> {
        let bound = &self.bindings.bound;
        let mut places = HashMap::with_capacity(bound.len());
        let mut attributes = Vec::with_capacity(bound.len());
        for &(start, end, binding) in bound {
            let start = start as usize;
            let name = &self.text[start..end as usize];
            let place = *places.entry(name).or_insert(attributes.len());
            if place == attributes.len() {
                attributes.push((name, start, binding));
            } else {
                attributes[place] = (name, start, binding);
            }
        }
        attributes
    }

    /// What becomes of the function `name`, whose first line starts at `at`; `None` when rez
    /// strips it.
    fn function(
        &self,
        name: &str,
        at: usize,
        decorators: Vec<Decorator>,
        path: &Path,
    ) -> Res<Option<SourceCode>> {
        let late = decorators.contains(&Decorator::Late);
        if !late && !REX_FUNCTIONS.contains(&name.as_bytes()) {
            // kept as a function until a developer package has called it
            return match name {
                "preprocess" => decline(Reason::Preprocess, at),
                _ => Ok(None),
            };
        }
        let starts_line = at == 0 || self.text.as_bytes()[at - 1] == b'\n';
        let source = match starts_line {
            true => source_at(&self.text[at..], decorators.len()),
            false => None,
        };
        let Some(source) = source else {
            return decline(Reason::SourceLines, at);
        };
        Ok(Some(SourceCode {
            source,
            funcname: Some(name.to_owned()),
            decorators,
            filepath: path.to_path_buf(),
            eval_as_function: late,
        }))
    }

    /// Notes a statement of the block of a scope: the attribute `path` or, without an
    /// attribute, the name in it is bound to `value`.
    pub(super) fn set_in_scope(&mut self, path: &[&str], attribute: bool, value: Value) {
        if let Some(exact) = &mut self.exact {
            if attribute {
                let path = path.iter().map(|name| (*name).to_owned()).collect();
                exact.set.push((path, value));
            } else {
                exact.bound.push((path[0].to_owned(), value));
            }
        }
    }

    /// The end of the block of the scope that was opened last (`_Scope.__exit__`).
    pub(super) fn leave_scope(&mut self) -> Res<()> {
        let Some(mut exact) = self.exact.take() else {
            return Ok(());
        };
        let Some(name) = self.scopes.last() else {
            return Ok(());
        };
        // a scope that is entered again goes on where it was
        let known = exact.scopes.iter().position(|(scope, _)| scope == name);
        let at = known.unwrap_or(exact.scopes.len());
        if known.is_none() {
            exact.scopes.push((name.clone(), Vec::new()));
        }
        for (path, value) in exact.set.drain(..) {
            set_path(&mut exact.scopes[at].1, &path, value)?;
        }
        let bound = std::mem::take(&mut exact.bound);
        for (name, value) in self.changes(bound)? {
            set_path(&mut exact.scopes[at].1, &[name], value)?;
        }
        self.exact = Some(exact);
        Ok(())
    }

    /// What a block has `bound`, with the values at its end and in the order of the
    /// namespace, but for names that had an equal value before.
    fn changes(&mut self, bound: Vec<(String, Value)>) -> Res<Vec<(String, Value)>> {
        let mut last: Vec<(String, Value)> = Vec::with_capacity(bound.len());
        for (name, value) in bound {
            match last.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => last.push((name, value)),
            }
        }
        let mut changes = Vec::with_capacity(last.len());
        for (name, value) in last {
            let before = match self.bindings.find(self.text, &name) {
                Some(at) => match self.bindings.bound[at].2 {
                    Binding::Literal(at) => Some(self.evaluate(at as usize)?),
                    Binding::Computed(at) => Some(self.bindings.computed(at).clone()),
                    Binding::Function(_) | Binding::Module | Binding::Object => None,
                },
                None => None,
            };
            if !before.is_some_and(|before| is_equal(&value, &before)) {
                changes.push((self.place(&name), name, value));
            }
        }
        // names that are new to the namespace come last, in the order of their binding
        changes.sort_by_key(|(place, _, _)| *place);
        Ok(changes
            .into_iter()
            .map(|(_, name, value)| (name, value))
            .collect())
    }

    /// The place of `name` in the namespace of the definition.
    fn place(&self, name: &str) -> usize {
        if let Some(at) = GIVEN.iter().position(|given| *given == name) {
            return at;
        }
        let bound = &self.bindings.bound;
        let first = bound
            .iter()
            .position(|(start, end, _)| &self.text[*start as usize..*end as usize] == name);
        first.map_or(usize::MAX, |at| GIVEN.len() + at)
    }
}

/// Sets the attribute `path` of a scope, whose groups are made as they are needed.
fn set_path(mut items: &mut Vec<(Value, Value)>, path: &[String], value: Value) -> Res<()> {
    let Some((last, groups)) = path.split_last() else {
        return Ok(());
    };
    for name in groups {
        match item(items, name, || Value::Dict(Vec::new())) {
            Value::Dict(inner) => items = inner,
            _ => return decline(Reason::Scope, 0),
        }
    }
    *item(items, last, || Value::None) = value;
    Ok(())
}

/// The value of `name`, made when there is none.
fn item<'v>(
    items: &'v mut Vec<(Value, Value)>,
    name: &str,
    make: impl FnOnce() -> Value,
) -> &'v mut Value {
    let known = items
        .iter()
        .position(|(key, _)| matches!(key, Value::Str(key) if key == name));
    let at = known.unwrap_or(items.len());
    if known.is_none() {
        items.push((Value::Str(name.to_owned()), make()));
    }
    &mut items[at].1
}

/// Takes away the items whose keys start with two underscores, in dicts inside dicts
/// (`_trim` in `process_python_objects`).
fn trim(value: &mut Value) {
    if let Value::Dict(items) = value {
        items.retain_mut(|(key, value)| {
            trim(value);
            !matches!(key, Value::Str(key) if key.starts_with("__"))
        });
    }
}
