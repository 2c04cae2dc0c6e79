//! The static tier: a definition's solver view without executing anything.
//!
//! One pass over the bytes. [`lexer`] makes tokens; [`expr`] and [`block`] are automata
//! that say whether every Python from 3.8 to 3.14 compiles them; [`module`] follows what
//! the top level binds; [`fields`] turns that into the solver's view, [`definition`] into
//! the whole definition.
//!
//! Two rules make it sound. No byte is skipped: what isn't known to compile declines. And
//! nothing at the top level is ignored: a statement is modelled exactly or declines.

mod bindings;
mod block;
mod definition;
mod equality;
mod eval;
mod expr;
mod fields;
mod format;
mod fstring;
mod function;
mod import;
mod lexer;
mod literal;
mod module;
mod number;
#[cfg(feature = "vm")]
mod outline;
mod parameters;
mod repeat;
mod repository;
mod requests;
mod scope;
mod scratch;
mod source;
mod string;
mod token;
mod top_import;
mod value;

use crate::decline::Declined;
use crate::package::PackageData;

pub use definition::parse_definition;
pub(crate) use repository::{
    parse_family, parse_in_repository, FamilyFields, Override, RepositoryFields,
};

/// The largest definition that is read, in bytes: 16 MiB.
pub const MAX_SOURCE_LEN: usize = 16 << 20;

/// Reads the solver's view of a definition, the bytes of a `package.py`, without executing
/// it.
///
/// What is served is what rez 3.4.0 gives when it loads the file; anything else is
/// declined with the construct that this tier doesn't follow and its byte offset. Takes
/// time linear in `source`, and never panics or recurses on it.
///
/// ```
/// let package = rezload::parse_static(b"
/// name = 'maya'
/// version = '2024.1'
/// requires = ['python>=3.9', '~qt']
/// def commands():
///     env.PATH.append('{root}/bin')
/// ").unwrap();
/// assert_eq!(package.requires, ["python-3.9+", "~qt"]);
/// ```
pub fn parse_static(source: &[u8]) -> Result<PackageData, Declined> {
    let source = source::Source::new(source)?;
    module::Module::read(&source.text)
        .and_then(fields::Fields::finish)
        .map_err(|declined| Declined::new(declined.reason, source.original_offset(declined.offset)))
}

#[cfg(feature = "vm")]
pub(crate) use outline::{compiles, outline, Outlined, OutlinedFunction, OutlinedLiteral};

/// The text that Python's tokenizer sees in the bytes of a definition, and a way back.
#[cfg(feature = "vm")]
pub(crate) use {
    fields::{Field, Fields},
    source::Source,
};
