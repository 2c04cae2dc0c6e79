//! The imports that are harmless at the top level of a definition.

use super::bindings::Binding;
#[cfg(feature = "vm")]
use super::expr::Parser;
use super::fields::Field;
use super::import::{Imported, Span};
#[cfg(feature = "vm")]
use super::lexer::Lexer;
use super::lexer::{decline, Res};
use super::module::{Module, Start};
use super::token::Tok;
use super::value::Value;
use crate::decline::Reason;

/// Modules that rez has imported itself before it runs a definition (by `rez.serialise`, on
/// every Python from 3.8 to 3.14 and every platform): to import them is to look them up.
/// Any other module could be one of the studio's own, and importing it could do anything.
const IMPORTED_BY_REZ: [&[u8]; 27] = [
    b"collections",
    b"contextlib",
    b"copy",
    b"datetime",
    b"enum",
    b"fnmatch",
    b"functools",
    b"glob",
    b"hashlib",
    b"inspect",
    b"io",
    b"itertools",
    b"json",
    b"logging",
    b"math",
    b"operator",
    b"os",
    b"os.path",
    b"platform",
    b"re",
    b"shutil",
    b"string",
    b"subprocess",
    b"sys",
    b"tempfile",
    b"time",
    b"typing",
];

/// Names that a `from __future__ import` may take in every Python 3, and that don't change
/// its grammar.
const FUTURES: [&[u8]; 9] = [
    b"absolute_import",
    b"annotations",
    b"division",
    b"generator_stop",
    b"generators",
    b"nested_scopes",
    b"print_function",
    b"unicode_literals",
    b"with_statement",
];

#[cfg(feature = "vm")]
impl Parser<'_> {
    /// Whether `from __future__` starts at the current token.
    pub(super) fn is_future_import(&self) -> Res<bool> {
        let mut lex = Lexer::new(self.lex.src);
        lex.pos = self.lex.pos;
        Ok(self.tok == Tok::From && lex.next()? == Tok::Name && lex.text() == b"__future__")
    }

    /// `from __future__ import print_function`, from its keyword.
    pub(super) fn future_import(&mut self) -> Res<()> {
        let start = self.lex.start;
        let mut imported = Vec::new();
        self.import_from(Some(&mut imported))?;
        let is_known = |name: Span| FUTURES.contains(&&self.lex.src[name.0..name.1]);
        if imported
            .iter()
            .all(|import| import.name.is_some_and(is_known))
        {
            Ok(())
        } else {
            decline(Reason::Import, start)
        }
    }
}

impl Module<'_> {
    /// `import os`, behind its keyword.
    pub(super) fn import(&mut self) -> Res<bool> {
        let start = self.parser.lex.start;
        let mut imported = Vec::with_capacity(8);
        self.parser.import(Some(&mut imported))?;
        let semicolon = self.end_of_import()?;
        for import in imported {
            let module = self.source(import.module);
            if !IMPORTED_BY_REZ.contains(&module) {
                return decline(Reason::Import, start);
            }
            let name = import.alias.unwrap_or_else(|| {
                // `import os.path` binds `os`
                let first = module.iter().take_while(|b| **b != b'.').count();
                (import.module.0, import.module.0 + first)
            });
            self.bind_opaque(name, Binding::Module)?;
        }
        Ok(semicolon)
    }

    /// `from rez.utils.lint_helper import env`, behind its keyword.
    pub(super) fn import_from(&mut self, at: Start) -> Res<bool> {
        let start = self.parser.lex.start;
        let mut imported = Vec::with_capacity(8);
        self.parser.import_from(Some(&mut imported))?;
        let semicolon = self.end_of_import()?;
        for import in imported {
            self.imported_name(import, at, start)?;
        }
        Ok(semicolon)
    }

    fn imported_name(&mut self, import: Imported, at: Start, start: usize) -> Res<()> {
        let Some(name) = import.name else {
            return decline(Reason::Import, start);
        };
        let bound = import.alias.unwrap_or(name);
        match self.source(import.module) {
            _ if import.relative => decline(Reason::Import, start),
            b"rez.utils.lint_helper" => {
                // every attribute of this module is None, except its own
                let own = self.source(name);
                if own == b"used" || own.starts_with(b"_") {
                    return decline(Reason::Import, start);
                }
                self.bind_value(bound, Value::None, name.0)
            }
            b"__future__" => {
                if at == Start::Over || !FUTURES.contains(&self.source(name)) {
                    return decline(Reason::Import, start);
                }
                if Field::at(self.parser.lex.src, bound).is_some() {
                    return decline(Reason::Import, start);
                }
                self.at = Start::Imports;
                self.bind_opaque(bound, Binding::Object)
            }
            _ => decline(Reason::Import, start),
        }
    }

    fn source(&self, span: Span) -> &[u8] {
        &self.parser.lex.src[span.0..span.1]
    }

    fn end_of_import(&self) -> Res<bool> {
        match self.parser.tok {
            Tok::Newline | Tok::Eof => Ok(false),
            Tok::Semi => Ok(true),
            _ => self.parser.syntax(),
        }
    }
}
