//! The top level of a definition: which statements may be there, and what they bind.
//!
//! Every statement is either proven not to raise, rebind or mutate anything beyond the
//! names that are followed here, or the file is declined.

use std::mem::take;

use super::bindings::{Binding, Bindings, Lookup, MAX_VALUE_DEPTH};
use super::block::Indent;
use super::definition::Exact;
use super::eval::{evaluate, evaluate_argument, Budget, Names};
use super::expr::{Mode, Parser, Shape};
use super::fields::{Field, Fields, Slot};
use super::import::Span;
use super::lexer::{decline, is_ident_start, Prefix, Res};
use super::literal::Literals;
use super::repeat::{List, ListOf, Repeats};
use super::scratch::Scratch;
use super::token::{keyword, Tok};
use super::value::Value;
use crate::decline::Reason;
use crate::swar::key;

/// Names of rez's own that the definition has rebound.
#[derive(Default)]
pub(super) struct Shadowed {
    pub scope: bool,
    pub late: bool,
    pub include: bool,
}

/// What precedes a statement, which `from __future__` imports are particular about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Nothing,
    /// A docstring, or `from __future__` imports.
    Imports,
    Over,
}

/// A definition that is being read.
pub(super) struct Module<'a> {
    pub text: &'a str,
    pub parser: Parser<'a>,
    pub literals: Literals,
    /// `None` when a whole definition is read, which takes the solver fields for any others.
    repeats: Option<Box<Repeats>>,
    pub fields: Fields,
    pub bindings: Bindings<'a>,
    pub budget: Budget,
    pub shadowed: Shadowed,
    /// How far from the start of the file the last statement was.
    pub at: Start,
    /// Dotted names that scopes have bound to values.
    pub scope_leaves: Vec<String>,
    /// The names of the scopes, which are keys of the definition.
    pub scopes: Vec<String>,
    /// What only whole definitions need; the solver's view leaves it alone.
    pub exact: Option<Exact>,
}

impl<'a> Module<'a> {
    /// Reads the whole file, and gives the solver fields that it binds.
    pub fn read(text: &'a str) -> Res<Fields> {
        Module::read_then(text, |module| Ok(take(&mut module.fields)))
    }

    /// Reads the whole file, and gives what `then` makes of it.
    pub fn read_then<T>(text: &'a str, then: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        Module::read_as(text, None, then)
    }

    /// [`read_then`](Module::read_then), and with `exact` what whole definitions need.
    pub fn read_as<T>(
        text: &'a str,
        exact: Option<Exact>,
        then: impl FnOnce(&mut Self) -> Res<T>,
    ) -> Res<T> {
        let mut scratch = Scratch::take();
        let mut module = Module {
            text,
            parser: Parser::new(text.as_bytes(), &mut scratch),
            literals: Literals {
                open: take(&mut scratch.displays),
            },
            repeats: match exact {
                None => Some(scratch.repeats.take().unwrap_or_default()),
                Some(_) => None,
            },
            fields: Fields::default(),
            bindings: Bindings::new(take(&mut scratch.bound), exact.is_some()),
            budget: match exact {
                None => Budget::new(),
                Some(_) => Budget::of_literals(text.len()),
            },
            shadowed: Shadowed::default(),
            at: Start::Nothing,
            scope_leaves: Vec::new(),
            scopes: Vec::new(),
            exact,
        };
        let result = module.run().and_then(|()| then(&mut module));
        Scratch {
            brackets: module.parser.stack,
            names: module.parser.names,
            blocks: module.parser.blocks,
            displays: module.literals.open,
            bound: module.bindings.bound,
            repeats: module.repeats.or(scratch.repeats),
        }
        .keep();
        result
    }

    fn run(&mut self) -> Res<()> {
        loop {
            while self.parser.lex.peek() == b'\n' {
                self.parser.lex.pos += 1;
            }
            if !is_ident_start(self.parser.lex.peek()) && self.parser.line_start()? != Indent::NONE
            {
                return decline(Reason::Indentation, self.parser.lex.pos);
            }
            if self.parser.lex.peek() == 0 {
                return Ok(());
            }
            if self.repeated()? {
                continue;
            }
            let (start, before) = (self.parser.lex.pos, self.bindings.bound.len());
            let mut semicolon = self.statement(true)?;
            if !semicolon {
                self.keep(start, before);
            }
            while semicolon {
                self.parser.lex.skip_trivia()?;
                semicolon = match self.parser.lex.peek() {
                    b'\n' | 0 => self.end_of_statement()?,
                    _ => self.statement(false)?,
                };
            }
        }
    }

    /// Whether the statement at the position is one that an earlier file has had; it is then
    /// dealt with.
    #[inline]
    fn repeated(&mut self) -> Res<bool> {
        let lex = &mut self.parser.lex;
        let start = lex.pos;
        let repeats = self.repeats.as_deref();
        let Some((statement, bound)) = repeats.and_then(|repeats| repeats.find(lex.src, start))
        else {
            return Ok(false);
        };
        lex.pos += statement.len();
        match &statement.list {
            List::None => {}
            List::Requires(list) => self.fields.requires = Slot::Set(list.clone()),
            List::Variants(list) => self.fields.variants = Slot::Set(list.clone()),
        }
        let name = (bound.0 as usize, bound.1 as usize);
        match (Field::at(lex.src, name), bound.2) {
            (Some(field), Binding::Function(_)) => self.fields.remove(field),
            (Some(_), _) => {}
            (None, _) => self.check_name(name)?,
        }
        self.bindings.bound.push(bound);
        self.at = Start::Over;
        Ok(true)
    }

    /// Keeps the statement that has been read from `start` on, for the files to come, if it
    /// means the same anywhere. There were `before` bindings.
    #[inline]
    fn keep(&mut self, start: usize, before: usize) {
        let lex = &self.parser.lex;
        let (Some(repeats), [bound]) = (&mut self.repeats, &self.bindings.bound[before..]) else {
            return;
        };
        let list = match bound.2 {
            // `name = literal`; the name is the first of its line
            Binding::Literal(_) if bound.0 as usize == start => {
                let field = Field::at(lex.src, (start, bound.1 as usize));
                match (field, &self.fields) {
                    (None, _) => ListOf::None,
                    (
                        Some(Field::Requires),
                        Fields {
                            requires: Slot::Set(list),
                            ..
                        },
                    ) => ListOf::Requires(list),
                    (
                        Some(Field::Variants),
                        Fields {
                            variants: Slot::Set(list),
                            ..
                        },
                    ) => ListOf::Variants(list),
                    _ => return,
                }
            }
            // decorators mean what their names mean
            Binding::Function(first) if first as usize == start && lex.src[start] != b'@' => {
                ListOf::None
            }
            _ => return,
        };
        repeats.keep(lex.src, (start, lex.pos), *bound, list);
    }

    /// Reads the statement at the position and what ends it; true when that is a
    /// semicolon. `first` on its line, a statement may be a compound one.
    fn statement(&mut self, first: bool) -> Res<bool> {
        let at = std::mem::replace(&mut self.at, Start::Over);
        let lex = &mut self.parser.lex;
        let start = lex.pos;
        let byte = lex.peek();
        if byte == b'"' || byte == b'\'' {
            lex.start = start;
            lex.string(Prefix::default())?;
            if self.at_end_of_statement()? {
                if at == Start::Nothing {
                    self.at = Start::Imports;
                }
                return self.end_of_statement();
            }
            return self.expression_statement(start);
        }
        if byte == b'@' && first {
            return self.decorated();
        }
        if !is_ident_start(byte) {
            return self.expression_statement(start);
        }
        lex.word();
        let name = (lex.start, lex.pos);
        let tok = match lex.peek() {
            b'"' | b'\'' => return self.expression_statement(start),
            0x80.. => return decline(Reason::NonAsciiIdentifier, lex.pos),
            _ => keyword(key(lex.src, name.0, name.1)),
        };
        let reason = match tok {
            Tok::Name => {
                if lex.src[lex.pos..].starts_with(b" = ") {
                    lex.pos += 3;
                    return self.assignment(name);
                }
                lex.skip_trivia()?;
                let next = lex.at(lex.pos + 1);
                return match lex.peek() {
                    b'=' if next != b'=' => {
                        lex.pos += 1;
                        self.assignment(name)
                    }
                    b':' if next != b'=' => self.annotated(name),
                    _ => self.expression_statement(start),
                };
            }
            Tok::None | Tok::True | Tok::False | Tok::Not | Tok::Lambda => {
                return self.expression_statement(start);
            }
            Tok::Pass => return self.end_of_statement(),
            Tok::Import => return self.import(),
            Tok::From => return self.import_from(at),
            Tok::Def if first => {
                self.parser.tok = Tok::Def;
                self.define(start, None)?;
                return Ok(false);
            }
            Tok::With if first => return self.scope(),
            Tok::Def | Tok::With | Tok::In | Tok::Is | Tok::And | Tok::Or => Reason::Syntax,
            Tok::If => Reason::If,
            Tok::For | Tok::While => Reason::Loop,
            Tok::Try => Reason::Try,
            Tok::Class => Reason::Class,
            Tok::Del => Reason::Delete,
            Tok::Async | Tok::Await => Reason::Async,
            Tok::Return | Tok::Yield => Reason::OutsideFunction,
            Tok::Break | Tok::Continue => Reason::OutsideLoop,
            Tok::Raise | Tok::Assert | Tok::Global => Reason::Statement,
            Tok::Nonlocal => Reason::ScopeRule,
            _ => Reason::Syntax,
        };
        decline(reason, start)
    }

    /// Whether only the end of the statement follows.
    #[inline]
    pub fn at_end_of_statement(&mut self) -> Res<bool> {
        if self.parser.lex.peek() == b'\n' {
            return Ok(true);
        }
        self.parser.lex.skip_trivia()?;
        Ok(matches!(self.parser.lex.peek(), b'\n' | b';' | 0))
    }

    /// Moves past the end of a statement; true when it is a semicolon.
    #[inline]
    pub fn end_of_statement(&mut self) -> Res<bool> {
        let lex = &mut self.parser.lex;
        if lex.peek() == b'\n' {
            lex.pos += 1;
            return Ok(false);
        }
        lex.skip_trivia()?;
        match lex.peek() {
            b'\n' => {
                lex.pos += 1;
                Ok(false)
            }
            0 => Ok(false),
            b';' => {
                lex.pos += 1;
                Ok(true)
            }
            _ => decline(Reason::Syntax, lex.pos),
        }
    }

    /// The statement at `start`, which is none of the usual ones: harmless if it is a
    /// constant expression.
    fn expression_statement(&mut self, start: usize) -> Res<bool> {
        self.parser.lex.pos = start;
        self.parser.bump()?;
        let shape = self.parser.expr(Mode::Tuple)?;
        let reason = match self.parser.tok {
            Tok::Newline | Tok::Semi | Tok::Eof => {
                self.evaluate(start)?;
                return Ok(self.parser.tok == Tok::Semi);
            }
            Tok::AugAssign if shape != Shape::Other => Reason::AugmentedAssignment,
            Tok::Assign if shape.is_target() => Reason::ComputedTarget,
            Tok::Assign | Tok::AugAssign => Reason::AssignTarget,
            Tok::Colon if shape == Shape::Target => Reason::ComputedTarget,
            _ => return self.parser.syntax(),
        };
        self.parser.fail(reason)
    }

    /// The value of the expression at `start`, which the grammar has accepted.
    pub fn evaluate(&mut self, start: usize) -> Res<Value> {
        let mut names = Lookup {
            text: self.text,
            bindings: &mut self.bindings,
        };
        evaluate(self.text, start, &mut names, &mut self.budget)
    }

    /// The value of the argument of a call at `start`.
    pub fn evaluate_argument(&mut self, start: usize) -> Res<Value> {
        let mut names = Lookup {
            text: self.text,
            bindings: &mut self.bindings,
        };
        evaluate_argument(self.text, start, &mut names, &mut self.budget)
    }

    /// `name = ...`, from behind the `=`.
    fn assignment(&mut self, name: Span) -> Res<bool> {
        self.parser.lex.skip_trivia()?;
        let start = self.parser.lex.pos;
        let field = match self.exact {
            None => Field::at(self.parser.lex.src, name),
            Some(_) => None,
        };
        let fast = match field {
            None => {
                self.check_name(name)?;
                self.literals.skip(&mut self.parser.lex)?
            }
            Some(field @ (Field::Name | Field::Version)) => self.string(field)?,
            Some(Field::Requires) => match self.requests()? {
                Some(requires) => {
                    self.fields.requires = requires;
                    true
                }
                None => false,
            },
            Some(Field::Variants) => match self.variants()? {
                Some(variants) => {
                    self.fields.variants = variants;
                    true
                }
                None => false,
            },
        };
        self.parser.lex.depth = 0;
        if !fast && self.rebinds_itself(name, start)? {
            return self.end_of_statement();
        }
        if fast && self.at_end_of_statement()? {
            self.bindings.bind(name, Binding::Literal(start as u32));
            return self.end_of_statement();
        }
        self.computed(name, start)
    }

    /// `early = globals()["early"]`: a name of rez's own that a definition binds to itself
    /// to keep linters quiet.
    fn rebinds_itself(&mut self, name: Span, start: usize) -> Res<bool> {
        let text = &self.text[name.0..name.1];
        if !matches!(text, "scope" | "early" | "late" | "include") {
            return Ok(false);
        }
        let mut lookup = Lookup {
            text: self.text,
            bindings: &mut self.bindings,
        };
        if ["globals", "locals", text]
            .iter()
            .any(|name| lookup.is_bound(name))
        {
            return Ok(false);
        }
        let rest = &self.text[start..];
        let call = ["globals()[", "locals()["]
            .iter()
            .find_map(|call| rest.strip_prefix(call));
        let Some(key) = call.and_then(|rest| rest.get(..text.len() + 3)) else {
            return Ok(false);
        };
        if key != format!("\"{text}\"]") && key != format!("'{text}']") {
            return Ok(false);
        }
        self.parser.lex.pos = start + (rest.len() - call.unwrap_or(rest).len()) + key.len();
        if !self.at_end_of_statement()? {
            return Ok(false);
        }
        match text {
            "scope" => self.shadowed.scope = false,
            "late" => self.shadowed.late = false,
            "include" => self.shadowed.include = false,
            _ => {}
        }
        Ok(true)
    }

    /// `name = a = expression`, from the first right-hand side at `start`.
    fn computed(&mut self, name: Span, start: usize) -> Res<bool> {
        let mut targets = vec![name];
        let mut start = start;
        self.parser.lex.pos = start;
        // `a = b = value`
        loop {
            self.parser.bump()?;
            if self.parser.tok != Tok::Name {
                break;
            }
            let name = (self.parser.lex.start, self.parser.lex.pos);
            self.parser.bump()?;
            if self.parser.tok != Tok::Assign {
                break;
            }
            self.parser.lex.skip_trivia()?;
            start = self.parser.lex.pos;
            targets.push(name);
        }
        self.parser.lex.pos = start;
        self.parser.lex.depth = 0;
        self.parser.bump()?;
        if self.parser.tok == Tok::Yield {
            return self.parser.fail(Reason::OutsideFunction);
        }
        let shape = self.parser.expr(Mode::Tuple)?;
        let semicolon = match self.parser.tok {
            Tok::Newline | Tok::Eof => false,
            Tok::Semi => true,
            Tok::Assign if shape.is_target() => return self.parser.fail(Reason::ComputedTarget),
            Tok::Assign => return self.parser.fail(Reason::AssignTarget),
            _ => return self.parser.syntax(),
        };
        let value = self.evaluate(start)?;
        self.bindings.shares |= targets.len() > 1 && self.exact.is_some() && value.is_mutable();
        for name in targets {
            self.bind_value(name, value.clone(), start)?;
        }
        Ok(semicolon)
    }

    /// `name: annotation` or `name: annotation = value`, from the colon. The annotation
    /// isn't evaluated: `compile` in `rez.serialise` inherits that module's
    /// `from __future__ import annotations`.
    fn annotated(&mut self, name: Span) -> Res<bool> {
        // some names can't even be annotated
        self.check_name(name)?;
        self.parser.bump()?;
        self.parser.bump()?;
        self.parser.expr(Mode::Single)?;
        match self.parser.tok {
            Tok::Newline | Tok::Eof => Ok(false),
            Tok::Semi => Ok(true),
            Tok::Assign => {
                self.parser.lex.skip_trivia()?;
                let start = self.parser.lex.pos;
                self.parser.bump()?;
                self.parser.expr(Mode::Tuple)?;
                let semicolon = match self.parser.tok {
                    Tok::Newline | Tok::Eof => false,
                    Tok::Semi => true,
                    _ => return self.parser.syntax(),
                };
                let value = self.evaluate(start)?;
                self.bind_value(name, value, start)?;
                Ok(semicolon)
            }
            _ => self.parser.syntax(),
        }
    }

    /// Binds `name` to a computed value, whose expression is at `offset`.
    pub fn bind_value(&mut self, name: Span, value: Value, offset: usize) -> Res<()> {
        // rez walks dicts recursively, and so does this tier with its own values
        if value.depth() > MAX_VALUE_DEPTH {
            return decline(Reason::TooDeep, offset);
        }
        if !value.is_walkable() {
            return decline(Reason::NonStringKey, offset);
        }
        self.budget.pay(value.cost(), offset)?;
        match Field::at(self.parser.lex.src, name) {
            Some(field) => self.fields.set_value(field, &value, offset),
            None => self.check_name(name)?,
        }
        self.bindings.bind_value(name, value);
        Ok(())
    }

    /// Binds `name` to something that isn't a value, and that rez strips when it is a solver
    /// field.
    pub fn bind_opaque(&mut self, name: Span, binding: Binding) -> Res<()> {
        match Field::at(self.parser.lex.src, name) {
            Some(field) => self.fields.remove(field),
            None => self.check_name(name)?,
        }
        self.bindings.bind(name, binding);
        Ok(())
    }

    /// Whether `name`, which isn't a solver field, is certain to be a key of the definition:
    /// the file binds it to a value last of all.
    pub fn has_value(&self, name: &str) -> bool {
        let last = self.bindings.bound.iter().rev().find(|(start, end, _)| {
            // most names differ in length
            (end - start) as usize == name.len()
                && self.text[*start as usize..*end as usize] == *name
        });
        matches!(
            last,
            Some((_, _, Binding::Literal(_) | Binding::Computed(_)))
        )
    }

    /// The value of `name` at the end of the file, `None` when the file doesn't bind it;
    /// declines what isn't followed.
    pub fn value(&mut self, name: &str) -> Res<Option<Value>> {
        let mut lookup = Lookup {
            text: self.text,
            bindings: &mut self.bindings,
        };
        if !lookup.is_bound(name) {
            return Ok(None);
        }
        lookup.value(name, 0, &mut self.budget).map(Some)
    }

    /// Notes a name that isn't a solver field before it is bound.
    #[inline]
    fn check_name(&mut self, name: Span) -> Res<()> {
        if !matches!(self.parser.lex.src[name.0], b's' | b'l' | b'i' | b'_') {
            return Ok(());
        }
        match &self.parser.lex.src[name.0..name.1] {
            b"scope" => self.shadowed.scope = true,
            b"late" => self.shadowed.late = true,
            b"include" => self.shadowed.include = true,
            // metadata; any other name of this kind may mean something to Python
            b"__author__" | b"__authors__" | b"__version__" | b"__copyright__" | b"__license__"
            | b"__email__" | b"__maintainer__" | b"__status__" | b"__credits__" | b"__date__"
            | b"__all__" => {}
            // private names mean nothing to Python at the top level
            text if text.starts_with(b"__") && text.ends_with(b"__") => {
                return decline(Reason::Shadowing, name.0);
            }
            _ => {}
        }
        Ok(())
    }
}
