//! Functions of the top level: what they are called, and which decorators they have.

use super::bindings::Binding;
use super::block::Indent;
use super::fields::Field;
use super::lexer::{decline, Lexer, Res};
use super::module::Module;
use super::requests::string_text;
use super::token::Tok;
use crate::decline::Reason;
use crate::definition::Decorator;

impl Module<'_> {
    /// A `def`, whose keyword is the current token, behind the decorators named. Its first
    /// line starts at `first`.
    pub fn define(&mut self, first: usize, decorated: Option<Decorated>) -> Res<()> {
        let start = self.parser.lex.start;
        // up to 3.12, `inspect.findsource` looks for the line with `^\s*def\s` and goes on
        // upwards, into whatever is there, if white space doesn't follow
        if self.parser.lex.peek() == b'\\' {
            return decline(Reason::LineContinuation, self.parser.lex.pos);
        }
        let function = self.parser.function()?;
        if let Some(decorated) = decorated {
            let name = &self.parser.lex.src[function.name.0..function.name.1];
            if self.exact.is_none() && Field::at(self.parser.lex.src, function.name).is_some() {
                return decline(
                    if decorated.late {
                        Reason::LateBinding
                    } else {
                        Reason::Decorator
                    },
                    start,
                );
            }
            // `late` raises a ValueError
            if decorated.late && REX_FUNCTIONS.contains(&name) {
                return decline(Reason::Decorator, start);
            }
        }
        for default in function.defaults {
            let mut lex = Lexer::new(self.text.as_bytes());
            lex.pos = default;
            lex.depth = 1;
            if !self.literals.skip(&mut lex)? {
                return decline(Reason::Default, default);
            }
            lex.skip_trivia()?;
            if !matches!(lex.peek(), b',' | b')') {
                return decline(Reason::Default, default);
            }
        }
        self.bind_opaque(function.name, Binding::Function(first as u32))
    }

    /// Decorators and the `def` behind them. Only `@late()` and `@include("module")` are
    /// served; they set an attribute of the function (`rez/utils/sourcecode.py`).
    pub fn decorated(&mut self) -> Res<bool> {
        let mut decorated = Decorated::default();
        let first = self.parser.lex.pos;
        let mut decorators = Vec::new();
        loop {
            let lex = &mut self.parser.lex;
            let start = lex.pos;
            lex.pos += 1;
            if lex.next()? != Tok::Name {
                return decline(Reason::Decorator, start);
            }
            let name = lex.text();
            if lex.next()? != Tok::LParen {
                return decline(Reason::Decorator, start);
            }
            lex.depth = 1;
            match name {
                b"late" if !self.shadowed.late => {
                    decorated.late = true;
                    if lex.next()? != Tok::RParen {
                        return decline(Reason::Decorator, start);
                    }
                    if self.exact.is_some() {
                        decorators.push(Decorator::Late);
                    }
                }
                b"include" if !self.shadowed.include => {
                    let mut modules = Vec::new();
                    loop {
                        if lex.next()? != Tok::Str {
                            return decline(Reason::Decorator, start);
                        }
                        if self.exact.is_some() {
                            modules.push(string_text(self.text, lex)?.into_owned());
                        }
                        match lex.next()? {
                            Tok::Comma => {}
                            Tok::RParen => break,
                            _ => return decline(Reason::Decorator, start),
                        }
                    }
                    if self.exact.is_some() {
                        decorators.push(Decorator::Include(modules));
                    }
                }
                b"early" => return decline(Reason::EarlyBinding, start),
                _ => return decline(Reason::Decorator, start),
            }
            lex.depth = 0;
            if lex.next()? != Tok::Newline {
                return decline(Reason::Decorator, start);
            }
            if self.parser.line_start()? != Indent::NONE {
                return decline(Reason::Indentation, self.parser.lex.pos);
            }
            if self.parser.lex.peek() == b'@' {
                continue;
            }
            self.parser.bump()?;
            if self.parser.tok != Tok::Def {
                return self.parser.fail(Reason::Class);
            }
            if let Some(exact) = &mut self.exact {
                // the innermost runs first
                decorators.reverse();
                exact.decorators.insert(first as u32, decorators);
            }
            self.define(first, Some(decorated))?;
            return Ok(false);
        }
    }
}

/// Which decorators a function has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decorated {
    late: bool,
}

/// `package_rex_keys` of `rez/package_resources.py`.
pub(super) const REX_FUNCTIONS: [&[u8]; 5] = [
    b"pre_commands",
    b"commands",
    b"post_commands",
    b"pre_build_commands",
    b"pre_test_commands",
];
