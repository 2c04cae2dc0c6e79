//! The grammar of `import` statements.

use super::expr::Parser;
use super::lexer::Res;
use super::token::Tok;
use crate::decline::Reason;

/// Start and end of a token in the text.
pub(super) type Span = (usize, usize);

/// One name that an import binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imported {
    /// The dotted module (of a relative import, without its dots).
    pub module: Span,
    /// The name taken from it, when it is a `from` import.
    pub name: Option<Span>,
    /// The name that `as` binds.
    pub alias: Option<Span>,
    /// A relative import.
    pub relative: bool,
}

impl Parser<'_> {
    /// `import a.b as c, d`, whose keyword is the current token.
    pub fn import(&mut self, mut imported: Option<&mut Vec<Imported>>) -> Res<()> {
        loop {
            self.bump()?;
            let module = self.dotted_name()?;
            let alias = self.alias()?;
            if let Some(imported) = imported.as_deref_mut() {
                imported.push(Imported {
                    module,
                    name: None,
                    alias,
                    relative: false,
                });
            }
            if self.tok != Tok::Comma {
                return Ok(());
            }
        }
    }

    /// `from a.b import c as d, e`, whose keyword is the current token. `*` declines: it
    /// isn't allowed in a function, and at the top level it binds unknown names.
    pub fn import_from(&mut self, mut imported: Option<&mut Vec<Imported>>) -> Res<()> {
        self.bump()?;
        let mut relative = false;
        while matches!(self.tok, Tok::Dot | Tok::Ellipsis) {
            relative = true;
            self.bump()?;
        }
        let mut module = (self.lex.start, self.lex.start);
        if !relative || self.tok != Tok::Import {
            module = self.dotted_name()?;
            // only at the top of a file
            if imported.is_none() && &self.lex.src[module.0..module.1] == b"__future__" {
                return self.fail(Reason::Import);
            }
        }
        self.expect(Tok::Import)?;
        let parentheses = self.tok == Tok::LParen;
        if parentheses {
            self.lex.depth = 1;
            self.bump()?;
        }
        loop {
            let name = (self.lex.start, self.lex.pos);
            self.expect(Tok::Name)?;
            let alias = self.alias()?;
            if let Some(imported) = imported.as_deref_mut() {
                imported.push(Imported {
                    module,
                    name: Some(name),
                    alias,
                    relative,
                });
            }
            if self.tok == Tok::Comma {
                self.bump()?;
                if !(parentheses && self.tok == Tok::RParen) {
                    continue;
                }
            }
            break;
        }
        if parentheses {
            if self.tok != Tok::RParen {
                return self.syntax();
            }
            self.lex.depth = 0;
            self.bump()?;
        }
        Ok(())
    }

    fn dotted_name(&mut self) -> Res<Span> {
        let start = self.lex.start;
        loop {
            let end = self.lex.pos;
            self.expect(Tok::Name)?;
            if self.tok != Tok::Dot {
                return Ok((start, end));
            }
            self.bump()?;
        }
    }

    fn alias(&mut self) -> Res<Option<Span>> {
        if self.tok != Tok::As {
            return Ok(None);
        }
        self.bump()?;
        let alias = (self.lex.start, self.lex.pos);
        self.expect(Tok::Name)?;
        Ok(Some(alias))
    }
}
