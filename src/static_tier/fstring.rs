//! The replacement fields of f-strings.
//!
//! Until 3.11 an f-string is found as a string first and its fields are compiled
//! afterwards; from 3.12 on it is part of the grammar (PEP 701). What both accept with the
//! same meaning is served: no quote of the string's own kind, no backslash, comment, line
//! end or nested f-string inside a field.

use memchr::memchr;

use super::expr::{Mode, Parser};
use super::lexer::{decline, Res};
use super::token::Tok;
use crate::decline::Reason;

impl Parser<'_> {
    /// Checks the f-string that was just read.
    ///
    /// The fields run through the same automaton, once: a nested f-string declines, so
    /// this doesn't recurse any further.
    pub(super) fn check_fstring(&mut self) -> Res<()> {
        let string = self.lex.string;
        let text = &self.lex.src[string.start..string.end];
        if memchr(b'{', text).is_none() && memchr(b'}', text).is_none() {
            return Ok(());
        }
        if string.backslash && string.raw {
            return decline(Reason::FString, self.lex.start);
        }
        let (src, pos, start, depth) = (self.lex.src, self.lex.pos, self.lex.start, self.lex.depth);
        self.lex.src = &src[..string.end];
        self.lex.depth = 1;
        self.lex.in_field = true;
        let result = self.fields(string.start);
        self.lex.src = src;
        self.lex.pos = pos;
        self.lex.start = start;
        self.lex.depth = depth;
        self.lex.in_field = false;
        self.lex.string = string;
        self.tok = Tok::FStr;
        result
    }

    /// Literal text and fields, up to the end of the string.
    fn fields(&mut self, from: usize) -> Res<()> {
        self.lex.pos = from;
        loop {
            let at = self.lex.pos;
            match self.lex.peek() {
                0 => return Ok(()),
                b'\\' => {
                    // `\{` and `\}` mean different things from one Python to the next
                    if matches!(self.lex.at(at + 1), b'{' | b'}') {
                        return decline(Reason::FString, at);
                    }
                    self.lex.pos += 2;
                }
                brace @ (b'{' | b'}') if self.lex.at(at + 1) == brace => self.lex.pos += 2,
                b'{' => self.field(true)?,
                b'}' => return decline(Reason::FString, at),
                _ => self.lex.pos += 1,
            }
        }
    }

    /// One field, from its `{` to behind its `}`.
    fn field(&mut self, spec_allowed: bool) -> Res<()> {
        self.lex.pos += 1;
        self.bump()?;
        if self.tok == Tok::LBrace {
            return self.fail(Reason::FString);
        }
        self.expr(Mode::Field)?;
        if self.tok == Tok::Assign {
            // `{x=}`: nothing but the end of the expression may follow
            self.lex.skip_spaces();
            if !matches!(self.lex.peek(), b'}' | b'!' | b':') {
                return self.fail(Reason::FString);
            }
            self.bump()?;
        }
        if self.tok == Tok::Bang {
            let at = self.lex.pos;
            if !matches!(self.lex.at(at), b'r' | b's' | b'a')
                || !matches!(self.lex.at(at + 1), b'}' | b':')
            {
                return self.fail(Reason::FString);
            }
            self.lex.pos += 1;
            self.bump()?;
        }
        match self.tok {
            Tok::RBrace => Ok(()),
            Tok::Colon if spec_allowed => self.format_spec(),
            _ => self.fail(Reason::FString),
        }
    }

    /// A format specification: plain characters, and fields that have none of their own.
    fn format_spec(&mut self) -> Res<()> {
        loop {
            match self.lex.peek() {
                b'}' => {
                    self.lex.pos += 1;
                    return Ok(());
                }
                b'{' => self.field(false)?,
                0 | b'\n' | b'\\' | b'"' | b'\'' | b'#' => {
                    return decline(Reason::FString, self.lex.pos);
                }
                _ => self.lex.pos += 1,
            }
        }
    }
}
