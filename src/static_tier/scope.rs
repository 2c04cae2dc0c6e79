//! `with scope("config") as c:`, rez's own block for nested settings.
//!
//! Follows `rez/utils/scope.py`. A scope becomes one top-level key, a dict, when the file
//! has run. Names that the block binds go into the scope and are taken back from the
//! globals when it ends (`_Scope.__exit__`), so the block can't touch a solver field.

use super::block::Indent;
use super::expr::Mode;
use super::import::Span;
use super::lexer::{decline, Res};
use super::module::Module;
use super::requests::string_text;
use super::token::Tok;
use super::value::Value;
use crate::decline::Reason;
use crate::definition::ModifyList;

/// Attributes that a scope has of its own: `c.items.x = 1` doesn't make a nested scope.
/// (`dir(_Scope())`, without the names that start with an underscore.)
const OWN_ATTRIBUTES: [&str; 21] = [
    "clear",
    "context",
    "copy",
    "data",
    "format",
    "format_expand",
    "format_pretty",
    "fromkeys",
    "get",
    "items",
    "keys",
    "locals",
    "name",
    "pending",
    "pop",
    "popitem",
    "read_only",
    "setdefault",
    "to_dict",
    "update",
    "values",
];

/// Settings of all scopes of a file that are compared pairwise.
const MAX_LEAVES: usize = 256;

/// Where the arguments of a `ModifyList` are.
#[derive(Clone, Copy, Default)]
struct Change {
    append: Option<usize>,
    prepend: Option<usize>,
}

impl Module<'_> {
    /// A `with` statement at the top level, behind its keyword.
    pub(super) fn scope(&mut self) -> Res<bool> {
        let start = self.parser.lex.start;
        let (target, other) = self.scope_header(start)?;
        if other {
            return decline(Reason::With, start);
        }
        let lex = &mut self.parser.lex;
        lex.skip_trivia()?;
        if lex.peek() != b'\n' {
            // the whole block is on the line of its header
            self.settings(target)?;
            return self.scope_end();
        }
        lex.pos += 1;
        let indent = self.parser.line_start()?;
        if !indent.deeper_than(Indent::NONE, self.parser.lex.pos)? {
            return decline(Reason::Indentation, self.parser.lex.pos);
        }
        loop {
            self.settings(target)?;
            let next = self.parser.line_start()?;
            if next == Indent::NONE {
                return self.scope_end();
            }
            if next != indent {
                return decline(Reason::Indentation, self.parser.lex.pos);
            }
        }
    }

    /// The end of a block; false, as its last statement has ended too.
    fn scope_end(&mut self) -> Res<bool> {
        if self.exact.is_some() {
            self.leave_scope()?;
        }
        Ok(false)
    }

    /// The statements of a line of the block.
    fn settings(&mut self, target: Option<Span>) -> Res<()> {
        while self.setting(target)? {
            self.parser.lex.skip_trivia()?;
            if matches!(self.parser.lex.peek(), b'\n' | 0) {
                self.end_of_statement()?;
                break;
            }
        }
        Ok(())
    }

    /// `scope("name") as c:`, up to its colon; true when it is another kind of
    /// `with`.
    fn scope_header(&mut self, start: usize) -> Res<(Option<Span>, bool)> {
        let lex = &mut self.parser.lex;
        if lex.next()? != Tok::Name || lex.text() != b"scope" || self.shadowed.scope {
            return Ok((None, true));
        }
        if lex.next()? != Tok::LParen {
            return Ok((None, true));
        }
        lex.depth = 1;
        if lex.next()? != Tok::Str {
            return decline(Reason::Scope, start);
        }
        let name = string_text(self.text, lex)?;
        if self.exact.is_none() && matches!(&*name, "name" | "version" | "requires" | "variants") {
            return decline(Reason::Scope, start);
        }
        if lex.next()? != Tok::RParen {
            return decline(Reason::Scope, start);
        }
        self.scopes.push(name.into_owned());
        let lex = &mut self.parser.lex;
        lex.depth = 0;
        let mut target = None;
        let mut tok = lex.next()?;
        if tok == Tok::As {
            if lex.next()? != Tok::Name {
                return decline(Reason::Scope, start);
            }
            target = Some((lex.start, lex.pos));
            tok = lex.next()?;
        }
        if tok != Tok::Colon {
            return decline(Reason::Scope, start);
        }
        if let Some(target) = target {
            self.scope_name(target)?;
        }
        Ok((target, false))
    }

    /// A name that is bound for the time of the block.
    fn scope_name(&self, name: Span) -> Res<()> {
        match &self.parser.lex.src[name.0..name.1] {
            b"scope" | b"late" | b"include" | b"early" | b"ModifyList" => {
                decline(Reason::Shadowing, name.0)
            }
            text if text.starts_with(b"_") => decline(Reason::Scope, name.0),
            _ => Ok(()),
        }
    }

    /// One statement of the block: `c.a.b = literal`, `a = literal`, `pass`, a string. A
    /// `ModifyList` of literals counts as a literal.
    /// True when a semicolon ends it.
    fn setting(&mut self, target: Option<Span>) -> Res<bool> {
        let text = self.text;
        let lex = &mut self.parser.lex;
        let start = lex.pos;
        match lex.next()? {
            Tok::Pass | Tok::Str => {
                if self.at_end_of_statement()? {
                    return self.end_of_statement();
                }
                return decline(Reason::Scope, start);
            }
            Tok::Name => {}
            _ => return decline(Reason::Scope, start),
        }
        let first = (lex.start, lex.pos);
        let mut path: Vec<&str> = Vec::new();
        let mut tok = lex.next()?;
        while tok == Tok::Dot {
            if lex.next()? != Tok::Name {
                return decline(Reason::Scope, start);
            }
            path.push(&text[lex.start..lex.pos]);
            tok = lex.next()?;
        }
        if tok != Tok::Assign {
            return decline(Reason::Scope, start);
        }
        let is_target = target.is_some_and(|t| text[t.0..t.1] == text[first.0..first.1]);
        if path.is_empty() {
            if is_target {
                return decline(Reason::Scope, start);
            }
            self.scope_name(first)?;
            path.push(&text[first.0..first.1]);
        } else if !is_target {
            return decline(Reason::Scope, start);
        }
        self.leaf(&path, start)?;
        let value = self.parser.lex.pos;
        let change = self.modify_list()?;
        if change.is_none() && !self.literals.skip(&mut self.parser.lex)?
            || !self.at_end_of_statement()?
        {
            // not a literal: is it Python at all?
            self.parser.lex.pos = value;
            self.parser.lex.depth = 0;
            self.parser.bump()?;
            self.parser.expr(Mode::Tuple)?;
            return decline(Reason::Scope, value);
        }
        if self.exact.is_some() {
            let value = match change {
                Some(change) => self.modify_list_value(change)?,
                None => self.evaluate(value)?,
            };
            self.set_in_scope(&path, is_target, value);
        }
        self.end_of_statement()
    }

    /// `ModifyList(append=[...], prepend=[...])`, whose arguments are literals, at the position;
    /// `None` when there is something else, and then nothing is read.
    fn modify_list(&mut self) -> Res<Option<Change>> {
        const CALL: &[u8] = b"ModifyList(";
        self.parser.lex.skip_trivia()?;
        let start = self.parser.lex.pos;
        if !self.parser.lex.src[start..].starts_with(CALL) {
            return Ok(None);
        }
        if self.bindings.find(self.text, "ModifyList").is_some() {
            return decline(Reason::Shadowing, start);
        }
        self.parser.lex.pos += CALL.len();
        self.parser.lex.depth = 1;
        let mut change = Change::default();
        let mut positional = 0;
        loop {
            let lex = &mut self.parser.lex;
            lex.skip_trivia()?;
            let at = lex.pos;
            let slot = match lex.next()? {
                Tok::RParen => break,
                Tok::Name => {
                    let name = lex.text();
                    if lex.next()? != Tok::Assign {
                        return decline(Reason::Scope, at);
                    }
                    positional = 2;
                    match name {
                        b"append" => &mut change.append,
                        b"prepend" => &mut change.prepend,
                        _ => return decline(Reason::Raises, at),
                    }
                }
                _ => {
                    lex.pos = at;
                    lex.depth = 1;
                    positional += 1;
                    match positional {
                        1 => &mut change.append,
                        2 => &mut change.prepend,
                        _ => return decline(Reason::Scope, at),
                    }
                }
            };
            lex.skip_trivia()?;
            let value = lex.pos;
            if slot.replace(value).is_some() {
                return decline(Reason::DuplicateArgument, at);
            }
            // anything but a list raises, except `None`
            let list = lex.peek() == b'[' || lex.src[value..].starts_with(b"None");
            if !list || !self.literals.skip(&mut self.parser.lex)? {
                return decline(Reason::Scope, value);
            }
            match self.parser.lex.next()? {
                Tok::Comma => {}
                Tok::RParen => break,
                _ => return decline(Reason::Scope, value),
            }
        }
        self.parser.lex.depth = 0;
        Ok(Some(change))
    }

    /// The value of a [`Change`].
    fn modify_list_value(&mut self, change: Change) -> Res<Value> {
        let mut part =
            |at: Option<usize>| match at.map(|at| self.evaluate_argument(at)).transpose()? {
                Some(Value::List(items)) => Ok(Some(items)),
                _ => Ok(None),
            };
        Ok(Value::ModifyList(Box::new(ModifyList {
            append: part(change.append)?,
            prepend: part(change.prepend)?,
        })))
    }

    /// Notes that `path` of a scope is bound to a value. What is in front of its last dot
    /// must be nested scopes, that is, nothing that was bound to a value before.
    fn leaf(&mut self, path: &[&str], offset: usize) -> Res<()> {
        let bad = path.iter().any(|name| name.starts_with('_'))
            || path[..path.len() - 1]
                .iter()
                .any(|name| OWN_ATTRIBUTES.contains(name))
            || self.scope_leaves.len() >= MAX_LEAVES;
        if bad {
            return decline(Reason::Scope, offset);
        }
        let path = path.join(".");
        let nested_in_leaf = self.scope_leaves.iter().any(|leaf| {
            path.strip_prefix(leaf.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        });
        if nested_in_leaf {
            return decline(Reason::Scope, offset);
        }
        self.scope_leaves.push(path);
        Ok(())
    }
}
