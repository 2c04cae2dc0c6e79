//! Parameters of a `def` or a `lambda`.

use super::expr::{Mode, Parser};
use super::lexer::Res;
use super::token::Tok;

/// How far a parameter list has got.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parameters {
    /// A positional parameter has a default.
    default: bool,
    /// `*` or `*args` was seen: what follows is keyword-only.
    star: bool,
    /// A bare `*` waits for its first parameter.
    pub bare_star: bool,
    double_star: bool,
    /// A parameter was seen that `/` may follow.
    any: bool,
    slash: bool,
}

impl Parser<'_> {
    /// Reads one parameter; true when the expression of its default value follows.
    pub fn parameter(
        &mut self,
        parameters: &mut Parameters,
        names: usize,
        annotated: bool,
    ) -> Res<bool> {
        if parameters.double_star {
            return self.syntax();
        }
        match self.tok {
            Tok::Star if !parameters.star => {
                parameters.star = true;
                self.bump()?;
                if self.tok == Tok::Comma {
                    parameters.bare_star = true;
                    return Ok(false);
                }
                self.parameter_name(names, annotated)?;
                Ok(false)
            }
            Tok::DoubleStar if !parameters.bare_star => {
                parameters.double_star = true;
                self.bump()?;
                self.parameter_name(names, annotated)?;
                Ok(false)
            }
            // `/`, of the operators that share its token
            Tok::Binary if self.lex.text() == b"/" => {
                if !parameters.any || parameters.star || parameters.slash {
                    return self.syntax();
                }
                parameters.slash = true;
                self.bump()?;
                Ok(false)
            }
            Tok::Name => {
                self.parameter_name(names, annotated)?;
                parameters.bare_star = false;
                parameters.any = true;
                if self.tok == Tok::Assign {
                    parameters.default |= !parameters.star;
                    self.bump()?;
                    return Ok(true);
                }
                if parameters.default && !parameters.star {
                    return self.syntax();
                }
                Ok(false)
            }
            _ => self.syntax(),
        }
    }

    fn parameter_name(&mut self, names: usize, annotated: bool) -> Res<()> {
        if self.tok != Tok::Name {
            return self.syntax();
        }
        self.add_name((self.lex.start, self.lex.pos), names)?;
        self.bump()?;
        if annotated && self.tok == Tok::Colon {
            // never evaluated: `compile` in `rez.serialise` inherits that module's
            // `from __future__ import annotations`
            self.bump()?;
            self.annotation()?;
        }
        Ok(())
    }

    /// An annotation, which is code of its own: later Pythons refuse `:=` in it.
    pub fn annotation(&mut self) -> Res<()> {
        self.expr(Mode::Single)?;
        if self.walrus {
            return self.syntax();
        }
        Ok(())
    }
}
