//! The solver fields: from the values that a definition binds to what rez makes of them.
//!
//! Follows `package_pod_schema_dict` in `rez/package_resources.py`.

use compact_str::CompactString;

use crate::decline::Reason;
use crate::package::PackageData;
use crate::swar::{key, key_of};
use crate::version::{canonical_request, check_version, is_valid_package_name};

use super::import::Span;
use super::lexer::{decline, Res};
use super::value::Value;

/// A name that the solver's view is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    Version,
    Requires,
    Variants,
}

impl Field {
    /// The field that the word `start..end` of `text` names.
    #[inline(always)]
    pub fn at(text: &[u8], (start, end): Span) -> Option<Field> {
        Field::of(key(text, start, end))
    }

    /// The field whose name has this [`key`].
    #[inline(always)]
    pub fn of(name: u64) -> Option<Field> {
        const NAME: u64 = key_of(b"name");
        const VERSION: u64 = key_of(b"version");
        const REQUIRES: u64 = key_of(b"requires");
        const VARIANTS: u64 = key_of(b"variants");
        match name {
            NAME => Some(Field::Name),
            VERSION => Some(Field::Version),
            REQUIRES => Some(Field::Requires),
            VARIANTS => Some(Field::Variants),
            _ => None,
        }
    }
}

/// What a field is bound to. A value that rez refuses counts only if it stays bound.
#[derive(Debug, Default)]
pub(crate) enum Slot<T> {
    #[default]
    Absent,
    Set(T),
    Refused(Reason, usize),
}

impl<T> Slot<T> {
    /// The value at the end of the file, `None` when there is none.
    pub fn get(self) -> Res<Option<T>> {
        match self {
            Slot::Absent => Ok(None),
            Slot::Set(value) => Ok(Some(value)),
            Slot::Refused(reason, offset) => decline(reason, offset),
        }
    }
}

impl<T> From<Result<T, (Reason, usize)>> for Slot<T> {
    fn from(result: Result<T, (Reason, usize)>) -> Self {
        match result {
            Ok(value) => Slot::Set(value),
            Err((reason, offset)) => Slot::Refused(reason, offset),
        }
    }
}

/// The solver fields of a definition that is being read.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub name: Slot<CompactString>,
    pub version: Slot<CompactString>,
    pub requires: Slot<Vec<CompactString>>,
    pub variants: Slot<Vec<Vec<CompactString>>>,
}

impl Fields {
    /// Binds `field` to the string `text`, whose literal is at `offset`.
    pub fn set_string(&mut self, field: Field, text: &str, offset: usize) {
        match field {
            Field::Name if is_valid_package_name(text) => {
                self.name = Slot::Set(CompactString::new(text));
            }
            Field::Name => self.name = Slot::Refused(Reason::NameInvalid, offset),
            Field::Version if check_version(text).is_ok() => {
                self.version = Slot::Set(CompactString::new(text));
            }
            Field::Version => self.version = Slot::Refused(Reason::VersionInvalid, offset),
            Field::Requires => self.requires = Slot::Refused(Reason::RequiresType, offset),
            Field::Variants => self.variants = Slot::Refused(Reason::VariantsType, offset),
        }
    }

    /// Binds `field` to the value of the expression at `offset`.
    pub fn set_value(&mut self, field: Field, value: &Value, offset: usize) {
        match (field, value) {
            (_, Value::Str(text)) => self.set_string(field, text, offset),
            (Field::Name, _) => self.name = Slot::Refused(Reason::NameType, offset),
            (Field::Version, _) => self.version = Slot::Refused(Reason::VersionType, offset),
            (Field::Requires, _) => {
                self.requires = requests(value, Reason::RequiresType)
                    .map_err(|r| (r, offset))
                    .into();
            }
            (Field::Variants, _) => {
                self.variants = variants(value).map_err(|r| (r, offset)).into();
            }
        }
    }

    /// Whether rez refuses what `field` is bound to.
    #[cfg(feature = "vm")]
    pub fn is_refused(&self, field: Field) -> bool {
        match field {
            Field::Name => matches!(self.name, Slot::Refused(..)),
            Field::Version => matches!(self.version, Slot::Refused(..)),
            Field::Requires => matches!(self.requires, Slot::Refused(..)),
            Field::Variants => matches!(self.variants, Slot::Refused(..)),
        }
    }

    /// Forgets what `field` was bound to: it is now something that rez strips.
    pub fn remove(&mut self, field: Field) {
        match field {
            Field::Name => self.name = Slot::Absent,
            Field::Version => self.version = Slot::Absent,
            Field::Requires => self.requires = Slot::Absent,
            Field::Variants => self.variants = Slot::Absent,
        }
    }

    /// The solver's view of a file that is loaded alone.
    pub fn finish(self) -> Res<PackageData> {
        let Some(name) = self.name.get()? else {
            return decline(Reason::MissingName, 0);
        };
        let Some(version) = self.version.get()? else {
            return decline(Reason::MissingVersion, 0);
        };
        Ok(PackageData {
            name,
            version,
            requires: self.requires.get()?.unwrap_or_default(),
            variants: self.variants.get()?.unwrap_or_default(),
        })
    }
}

/// `str(PackageRequest(text))`.
#[inline]
pub(super) fn request(text: &str) -> Result<CompactString, Reason> {
    match canonical_request(text) {
        Ok(request) => Ok(CompactString::from(request)),
        Err(_) => Err(Reason::RequestInvalid),
    }
}

pub(super) fn requests(value: &Value, wrong_type: Reason) -> Result<Vec<CompactString>, Reason> {
    let Value::List(items) = value else {
        return Err(wrong_type);
    };
    items
        .iter()
        .map(|item| match item {
            Value::Str(text) => request(text),
            _ => Err(wrong_type),
        })
        .collect()
}

pub(super) fn variants(value: &Value) -> Result<Vec<Vec<CompactString>>, Reason> {
    let Value::List(variants) = value else {
        return Err(Reason::VariantsType);
    };
    variants
        .iter()
        .map(|variant| requests(variant, Reason::VariantsType))
        .collect()
}
