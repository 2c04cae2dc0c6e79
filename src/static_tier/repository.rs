//! What a repository asks of a definition, whose name and version are its directories'.

use compact_str::CompactString;

use super::fields::{requests, variants, Fields, Slot};
use super::lexer::{decline, Res};
use super::module::Module;
use super::source::Source;
use super::value::Value;
use crate::decline::{Declined, Reason};

/// The fields of a definition that stands in a repository.
#[derive(Debug, Default)]
pub(crate) struct RepositoryFields {
    /// What the file says of itself; rez takes both from the directories and never looks at
    /// these. `None` also when rez would refuse the value in a file that is loaded alone.
    pub name: Option<CompactString>,
    pub version: Option<CompactString>,
    pub requires: Vec<CompactString>,
    pub variants: Vec<Vec<CompactString>>,
    /// Whether `timestamp` is certain to be a key of the definition: then rez doesn't look
    /// for the release files of its old formats.
    pub has_timestamp: bool,
}

/// The fields of a `family.py`, which holds all versions of a family.
#[derive(Debug, Default)]
pub(crate) struct FamilyFields {
    /// `None` when the file has no `versions`, or they aren't a list of strings.
    pub versions: Option<Vec<String>>,
    /// Whether `versions` is a key of the definition.
    pub has_versions: bool,
    /// Whether `version_overrides` is a key of the definition.
    pub has_overrides: bool,
    /// Version ranges and what they override, in the order of the file.
    pub overrides: Vec<(String, Override)>,
    pub requires: Vec<CompactString>,
    pub variants: Vec<Vec<CompactString>>,
}

/// What an entry of `version_overrides` says of the solver fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Override {
    pub requires: Option<Result<Vec<CompactString>, Reason>>,
    pub variants: Option<Result<Vec<Vec<CompactString>>, Reason>>,
}

/// [`parse_static`](super::parse_static) for a package.py in a repository.
pub(crate) fn parse_in_repository(source: &[u8]) -> Result<RepositoryFields, Declined> {
    read(source, |module| {
        let has_timestamp = module.has_value("timestamp");
        let fields = std::mem::take(&mut module.fields);
        RepositoryFields::new(fields, has_timestamp)
    })
}

impl RepositoryFields {
    /// What a repository takes of the solver fields of a definition.
    pub fn new(fields: Fields, has_timestamp: bool) -> Res<Self> {
        Ok(RepositoryFields {
            name: stated(fields.name),
            version: stated(fields.version),
            requires: fields.requires.get()?.unwrap_or_default(),
            variants: fields.variants.get()?.unwrap_or_default(),
            has_timestamp,
        })
    }
}

/// [`parse_static`](super::parse_static) for a `family.py`.
pub(crate) fn parse_family(source: &[u8]) -> Result<FamilyFields, Declined> {
    read(source, |module| {
        if module
            .scopes
            .iter()
            .any(|scope| scope == "versions" || scope == "version_overrides")
        {
            return decline(Reason::Scope, 0);
        }
        let versions = module.value("versions")?;
        let overridden = module.value("version_overrides")?;
        let has_overrides = overridden.is_some();
        let overrides = match overridden {
            None => Vec::new(),
            Some(value) => overrides(&value)?,
        };
        let fields = std::mem::take(&mut module.fields);
        Ok(FamilyFields {
            has_versions: versions.is_some(),
            versions: versions.and_then(|value| strings(&value)),
            has_overrides,
            overrides,
            requires: fields.requires.get()?.unwrap_or_default(),
            variants: fields.variants.get()?.unwrap_or_default(),
        })
    })
}

fn read<T>(source: &[u8], job: impl FnOnce(&mut Module<'_>) -> Res<T>) -> Result<T, Declined> {
    let source = Source::new(source)?;
    Module::read_then(&source.text, job)
        .map_err(|declined| Declined::new(declined.reason, source.original_offset(declined.offset)))
}

fn stated(slot: Slot<CompactString>) -> Option<CompactString> {
    slot.get().ok().flatten()
}

fn strings(value: &Value) -> Option<Vec<String>> {
    let Value::List(items) = value else {
        return None;
    };
    items
        .iter()
        .map(|item| match item {
            Value::Str(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

fn overrides(value: &Value) -> Res<Vec<(String, Override)>> {
    let Value::Dict(items) = value else {
        return decline(Reason::CombinedFamily, 0);
    };
    let mut overrides: Vec<(String, Override)> = Vec::with_capacity(items.len());
    if has_duplicates(items) {
        return decline(Reason::CombinedFamily, 0);
    }
    for (range, value) in items {
        let (Value::Str(range), Value::Dict(fields)) = (range, value) else {
            return decline(Reason::CombinedFamily, 0);
        };
        // `_trim` in `rez/serialise.py` drops these, in nested dicts too
        if range.starts_with("__") {
            continue;
        }
        if has_duplicates(fields) {
            return decline(Reason::CombinedFamily, 0);
        }
        let mut entry = Override::default();
        for (key, value) in fields {
            match key {
                Value::Str(key) if key == "requires" => {
                    entry.requires = Some(requests(value, Reason::RequiresType));
                }
                Value::Str(key) if key == "variants" => {
                    entry.variants = Some(variants(value));
                }
                Value::Str(_) => {}
                _ => return decline(Reason::CombinedFamily, 0),
            }
        }
        overrides.push((range.clone(), entry));
    }
    Ok(overrides)
}

/// Whether two keys are equal, so that the second counts. Compared pairwise, so too many
/// count as duplicates.
fn has_duplicates(items: &[(Value, Value)]) -> bool {
    items.len() > 256
        || items
            .iter()
            .enumerate()
            .any(|(at, (key, _))| items[..at].iter().any(|(other, _)| other == key))
}
