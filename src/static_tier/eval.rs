//! The values of constant expressions: literals, names bound to them, and the operators
//! and string methods whose results are computed exactly.
//!
//! Runs only on text that the grammar has accepted, so it can take the syntax as given.
//! Everything that it doesn't know, and everything that raises in Python, declines.
//! Operands that Python wouldn't evaluate (`x if c else y`) are evaluated too, which can
//! only decline more.

use super::equality::{unique, unique_items};
use super::format;
use super::lexer::{decline, Lexer, Res};
use super::number::{negative, number};
use super::string::{decode, decode_bytes};
use super::token::Tok;
use super::value::Value;
use crate::decline::Reason;

/// Nesting of the evaluator's calls; each takes a few hundred bytes of stack.
const MAX_DEPTH: u32 = 48;
/// Bytes of values that one file may compute.
pub(super) const MAX_COST: usize = 4 << 20;

/// Where names get their values from.
pub(super) trait Names {
    /// The value of `name`, which is used at `offset`.
    fn value(&mut self, name: &str, offset: usize, budget: &mut Budget) -> Res<Value>;

    /// Whether the definition has bound `name` to anything.
    fn is_bound(&mut self, name: &str) -> bool;
}

/// Builtins whose results are certain.
#[derive(Clone, Copy)]
enum Builtin {
    Str,
    Int,
    Len,
}

impl Builtin {
    fn of(name: &str) -> Option<Builtin> {
        match name {
            "str" => Some(Builtin::Str),
            "int" => Some(Builtin::Int),
            "len" => Some(Builtin::Len),
            _ => None,
        }
    }
}

/// What a file may still compute, which keeps the whole linear.
pub(super) struct Budget(usize);

impl Budget {
    pub fn new() -> Self {
        Budget(MAX_COST)
    }

    /// What the literals of a text of `len` bytes may take besides.
    pub fn of_literals(len: usize) -> Self {
        Budget(MAX_COST + 16 * len)
    }

    /// Pays for a value of `cost` bytes before it is made.
    pub fn pay(&mut self, cost: usize, offset: usize) -> Res<()> {
        match self.0.checked_sub(cost) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None => {
                self.0 = 0;
                decline(Reason::TooBig, offset)
            }
        }
    }
}

/// Binary operators, loosest first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Or,
    And,
    Compare,
    In,
    NotIn,
    Add,
    Subtract,
    Multiply,
    Modulo,
    FloorDivide,
}

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 9;
const MULTIPLY: u8 = 10;
const UNARY: u8 = 11;

/// Evaluates the expression at `start` of `text`, up to the first token that isn't part of
/// it; several with commas between them are a tuple.
pub(super) fn evaluate<N: Names>(
    text: &str,
    start: usize,
    names: &mut N,
    budget: &mut Budget,
) -> Res<Value> {
    let mut evaluator = Evaluator::new(text, start, names, budget);
    evaluator.bump()?;
    if matches!(evaluator.lex.peek(), b'\n' | 0) {
        if let Some(string) = evaluator.plain_string()? {
            return Ok(string);
        }
    }
    evaluator.tuple()
}

/// [`evaluate`] for one argument of a call.
pub(super) fn evaluate_argument<N: Names>(
    text: &str,
    start: usize,
    names: &mut N,
    budget: &mut Budget,
) -> Res<Value> {
    let mut evaluator = Evaluator::new(text, start, names, budget);
    evaluator.lex.depth = 1;
    evaluator.bump()?;
    evaluator.expression()
}

struct Evaluator<'a, N> {
    text: &'a str,
    lex: Lexer<'a>,
    tok: Tok,
    names: &'a mut N,
    budget: &'a mut Budget,
    depth: u32,
}

impl<'a, N> Evaluator<'a, N> {
    fn new(text: &'a str, start: usize, names: &'a mut N, budget: &'a mut Budget) -> Self {
        let mut lex = Lexer::new(text.as_bytes());
        lex.pos = start;
        Evaluator {
            text,
            lex,
            tok: Tok::Newline,
            names,
            budget,
            depth: 0,
        }
    }
}

impl<N: Names> Evaluator<'_, N> {
    fn bump(&mut self) -> Res<()> {
        self.tok = self.lex.next()?;
        Ok(())
    }

    fn fail<T>(&self, reason: Reason) -> Res<T> {
        decline(reason, self.lex.start)
    }

    /// An expression, or an unparenthesised tuple.
    fn tuple(&mut self) -> Res<Value> {
        let first = self.expression()?;
        if self.tok != Tok::Comma {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.tok == Tok::Comma {
            self.bump()?;
            if self.is_end() {
                break;
            }
            items.push(self.expression()?);
        }
        Ok(Value::Tuple(items))
    }

    fn is_end(&self) -> bool {
        matches!(
            self.tok,
            Tok::Newline | Tok::Semi | Tok::Eof | Tok::RParen | Tok::RBracket | Tok::RBrace
        )
    }

    /// One expression: a disjunction, or `a if c else b`.
    fn expression(&mut self) -> Res<Value> {
        let value = self.operators(OR)?;
        match self.tok {
            Tok::If => {
                self.bump()?;
                let offset = self.lex.start;
                let condition = self.operators(OR)?;
                let Some(truth) = condition.truth() else {
                    return decline(Reason::Expression, offset);
                };
                self.bump()?;
                let other = self.nested(Self::expression)?;
                Ok(if truth { value } else { other })
            }
            Tok::For => self.fail(Reason::Comprehension),
            _ => Ok(value),
        }
    }

    fn nested(&mut self, run: fn(&mut Self) -> Res<Value>) -> Res<Value> {
        if self.depth >= MAX_DEPTH {
            return self.fail(Reason::TooDeep);
        }
        self.depth += 1;
        let value = run(self);
        self.depth -= 1;
        value
    }

    /// Operands with operators that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Res<Value> {
        if self.depth >= MAX_DEPTH {
            return self.fail(Reason::TooDeep);
        }
        self.depth += 1;
        let value = self.operators_unchecked(least);
        self.depth -= 1;
        value
    }

    fn operators_unchecked(&mut self, least: u8) -> Res<Value> {
        let mut left = self.operand()?;
        loop {
            let offset = self.lex.start;
            let (op, level) = match self.tok {
                Tok::Or => (Op::Or, OR),
                Tok::And => (Op::And, AND),
                Tok::Compare => (Op::Compare, COMPARE),
                Tok::In => (Op::In, COMPARE),
                Tok::Not => (Op::NotIn, COMPARE),
                Tok::Plus => (Op::Add, ADD),
                Tok::Minus => (Op::Subtract, ADD),
                Tok::Star => (Op::Multiply, MULTIPLY),
                Tok::Binary => match self.lex.text() {
                    b"%" => (Op::Modulo, MULTIPLY),
                    b"//" => (Op::FloorDivide, MULTIPLY),
                    _ => return self.fail(Reason::Expression),
                },
                Tok::Is | Tok::At | Tok::DoubleStar => return self.fail(Reason::Expression),
                _ => return Ok(left),
            };
            if level < least {
                return Ok(left);
            }
            let comparison = self.lex.text();
            self.bump()?;
            if op == Op::NotIn {
                self.bump()?;
            }
            let right = self.operators(level + 1)?;
            left = match op {
                Op::Compare | Op::In | Op::NotIn => {
                    if matches!(self.tok, Tok::Compare | Tok::In | Tok::Not | Tok::Is) {
                        // `a < b < c`
                        return self.fail(Reason::Expression);
                    }
                    self.compare(op, comparison, &left, &right, offset)?
                }
                Op::Or | Op::And => match left.truth() {
                    Some(truth) if truth == (op == Op::Or) => left,
                    Some(_) => right,
                    None => return decline(Reason::Expression, offset),
                },
                _ => self.binary(op, left, right, offset)?,
            };
        }
    }

    fn compare(
        &self,
        op: Op,
        operator: &[u8],
        left: &Value,
        right: &Value,
        offset: usize,
    ) -> Res<Value> {
        use std::cmp::Ordering;
        let known = match (op, left, right) {
            (Op::Compare, Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Op::Compare, Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Op::In | Op::NotIn, Value::Str(a), Value::Str(b)) => {
                return Ok(Value::Bool(b.contains(a.as_str()) == (op == Op::In)));
            }
            (Op::In | Op::NotIn, Value::Str(a), Value::List(items) | Value::Tuple(items))
                if items.iter().all(|item| matches!(item, Value::Str(_))) =>
            {
                let found = items
                    .iter()
                    .any(|item| matches!(item, Value::Str(b) if a == b));
                return Ok(Value::Bool(found == (op == Op::In)));
            }
            _ => None,
        };
        // code points and UTF-8 bytes are in the same order
        let Some(ordering) = known else {
            return decline(Reason::Expression, offset);
        };
        Ok(Value::Bool(match operator {
            b"==" => ordering == Ordering::Equal,
            b"!=" => ordering != Ordering::Equal,
            b"<" => ordering == Ordering::Less,
            b">" => ordering == Ordering::Greater,
            b"<=" => ordering != Ordering::Greater,
            _ => ordering != Ordering::Less,
        }))
    }

    fn binary(&mut self, op: Op, left: Value, right: Value, offset: usize) -> Res<Value> {
        self.budget.pay(left.cost() + right.cost(), offset)?;
        let int = |value: Option<i64>| match value {
            Some(value) => Ok(Value::Int(value)),
            None => decline(Reason::TooBig, offset),
        };
        match (op, left, right) {
            (Op::Add, Value::Str(mut a), Value::Str(b)) => {
                a.push_str(&b);
                Ok(Value::Str(a))
            }
            (Op::Add, Value::List(mut a), Value::List(b)) => {
                a.extend(b);
                Ok(Value::List(a))
            }
            (Op::Add, Value::Tuple(mut a), Value::Tuple(b)) => {
                a.extend(b);
                Ok(Value::Tuple(a))
            }
            (Op::Add, Value::Int(a), Value::Int(b)) => int(a.checked_add(b)),
            (Op::Subtract, Value::Int(a), Value::Int(b)) => int(a.checked_sub(b)),
            (Op::Multiply, Value::Int(a), Value::Int(b)) => int(a.checked_mul(b)),
            (Op::Multiply, Value::Str(a), Value::Int(n))
            | (Op::Multiply, Value::Int(n), Value::Str(a)) => {
                let n = usize::try_from(n).unwrap_or(0);
                self.budget.pay(a.len().saturating_mul(n), offset)?;
                Ok(Value::Str(a.repeat(n)))
            }
            (Op::FloorDivide, Value::Int(a), Value::Int(b)) if b > 0 => {
                Ok(Value::Int(a.div_euclid(b)))
            }
            (Op::Modulo, Value::Int(a), Value::Int(b)) if b > 0 => Ok(Value::Int(a.rem_euclid(b))),
            (Op::Modulo, Value::Str(template), argument) => {
                format::percent(&template, &argument, offset, self.budget).map(Value::Str)
            }
            _ => decline(Reason::Expression, offset),
        }
    }

    /// A primary with its prefixes and what is behind it.
    fn operand(&mut self) -> Res<Value> {
        let offset = self.lex.start;
        match self.tok {
            Tok::Not => {
                self.bump()?;
                let value = self.operators(NOT)?;
                return match value.truth() {
                    Some(truth) => Ok(Value::Bool(!truth)),
                    None => decline(Reason::Expression, offset),
                };
            }
            Tok::Minus | Tok::Plus => {
                let minus = self.tok == Tok::Minus;
                self.bump()?;
                let value = self.operators(UNARY)?;
                let value = match value {
                    Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Complex { .. }
                        if !minus =>
                    {
                        Some(value)
                    }
                    _ if minus => negative(value),
                    _ => None,
                };
                return match value {
                    Some(value) => Ok(value),
                    None => decline(Reason::Expression, offset),
                };
            }
            _ => {}
        }
        let mut value = self.atom()?;
        loop {
            let offset = self.lex.start;
            match self.tok {
                Tok::LParen => return self.fail(Reason::Call),
                Tok::LBracket => value = self.subscript(value)?,
                Tok::Dot => {
                    self.bump()?;
                    let method = self.lex.text();
                    self.bump()?;
                    if self.tok != Tok::LParen {
                        return decline(Reason::Attribute, offset);
                    }
                    let (positional, keywords) = self.arguments()?;
                    value = format::call_method(
                        &value,
                        method,
                        &positional,
                        &keywords,
                        offset,
                        self.budget,
                    )?;
                }
                _ => return Ok(value),
            }
        }
    }

    fn atom(&mut self) -> Res<Value> {
        let offset = self.lex.start;
        let value = match self.tok {
            Tok::Name => {
                let name = &self.text[self.lex.start..self.lex.pos];
                if let (b'(', Some(builtin)) = (self.lex.peek(), Builtin::of(name)) {
                    if !self.names.is_bound(name) {
                        return self.call_builtin(builtin);
                    }
                }
                self.names.value(name, offset, self.budget)?
            }
            Tok::Str | Tok::FStr | Tok::Bytes => return self.strings(),
            Tok::Number => number(self.lex.text()),
            Tok::None => Value::None,
            Tok::True => Value::Bool(true),
            Tok::False => Value::Bool(false),
            Tok::Ellipsis => Value::Ellipsis,
            Tok::LParen => return self.parentheses(),
            Tok::LBracket => {
                self.open()?;
                let items = self.items(Tok::RBracket)?;
                self.close()?;
                return Ok(Value::List(items));
            }
            Tok::LBrace => return self.braces(),
            Tok::Lambda => return self.fail(Reason::Lambda),
            _ => return self.fail(Reason::Expression),
        };
        self.bump()?;
        Ok(value)
    }

    /// A call of `str`, `int` or `len`, whose name is the current token.
    fn call_builtin(&mut self, builtin: Builtin) -> Res<Value> {
        let offset = self.lex.start;
        self.bump()?;
        let (positional, keywords) = self.arguments()?;
        let ([value], []) = (positional.as_slice(), keywords.as_slice()) else {
            return decline(Reason::Call, offset);
        };
        match (builtin, value) {
            (Builtin::Str, _) => {
                let mut out = String::new();
                format::push_str(value, &mut out, offset)?;
                Ok(Value::Str(out))
            }
            (Builtin::Int, Value::Int(number)) => Ok(Value::Int(*number)),
            // Python takes signs, spaces, underscores and other digits too
            (Builtin::Int, Value::Str(text))
                if text.len() < 19 && text.bytes().all(|b| b.is_ascii_digit()) =>
            {
                match text.parse() {
                    Ok(number) => Ok(Value::Int(number)),
                    Err(_) => decline(Reason::Call, offset),
                }
            }
            (Builtin::Len, Value::Str(text)) => Ok(Value::Int(text.chars().count() as i64)),
            (Builtin::Len, Value::List(items) | Value::Tuple(items)) => {
                Ok(Value::Int(items.len() as i64))
            }
            _ => decline(Reason::Call, offset),
        }
    }

    fn open(&mut self) -> Res<()> {
        self.lex.depth += 1;
        self.bump()
    }

    fn close(&mut self) -> Res<()> {
        self.lex.depth -= 1;
        self.bump()
    }

    /// Elements up to `end`, which stays the current token.
    fn items(&mut self, end: Tok) -> Res<Vec<Value>> {
        let mut items = Vec::new();
        while self.tok != end {
            self.budget.pay(32, self.lex.start)?;
            let string = match self.lex.peek() {
                b',' | b']' | b')' => self.plain_string()?,
                _ => None,
            };
            items.push(match string {
                Some(string) => {
                    self.bump()?;
                    string
                }
                None => self.expression()?,
            });
            match self.tok {
                Tok::Comma => self.bump()?,
                tok if tok == end => {}
                _ => return self.fail(Reason::Expression),
            }
        }
        Ok(items)
    }

    fn parentheses(&mut self) -> Res<Value> {
        self.open()?;
        let value = if self.tok == Tok::RParen {
            Value::Tuple(Vec::new())
        } else {
            self.tuple()?
        };
        if self.tok != Tok::RParen {
            return self.fail(Reason::Expression);
        }
        self.close()?;
        Ok(value)
    }

    fn braces(&mut self) -> Res<Value> {
        let offset = self.lex.start;
        let mut items = Vec::new();
        let mut set = Vec::new();
        self.open()?;
        while self.tok != Tok::RBrace {
            let at = self.lex.start;
            let key = self.expression()?;
            if !key.is_hashable() {
                return decline(Reason::Unhashable, at);
            }
            if self.tok == Tok::Colon {
                self.bump()?;
                let value = self.expression()?;
                items.push((key, value));
            } else {
                set.push(key);
            }
            match self.tok {
                Tok::Comma => self.bump()?,
                Tok::RBrace => {}
                _ => return decline(Reason::Expression, offset),
            }
        }
        self.close()?;
        Ok(match (set.is_empty(), items.is_empty()) {
            (true, _) => Value::Dict(unique_items(items)),
            (false, true) => Value::Set(unique(set)),
            (false, false) => return decline(Reason::Expression, offset),
        })
    }

    /// `value[index]` and `value[from:to]`.
    fn subscript(&mut self, value: Value) -> Res<Value> {
        let offset = self.lex.start;
        self.open()?;
        let mut from = None;
        let mut slice = false;
        let mut to = None;
        if self.tok != Tok::Colon {
            from = Some(self.expression()?);
        }
        if self.tok == Tok::Colon {
            slice = true;
            self.bump()?;
            if self.tok != Tok::RBracket {
                to = Some(self.expression()?);
            }
        }
        if self.tok != Tok::RBracket {
            return self.fail(Reason::Expression);
        }
        self.close()?;
        self.budget.pay(value.cost(), offset)?;
        if slice {
            format::slice(value, from, to, offset)
        } else {
            format::index(value, from, offset)
        }
    }

    /// The arguments of a call.
    #[allow(clippy::type_complexity)]
    fn arguments(&mut self) -> Res<(Vec<Value>, Vec<(String, Value)>)> {
        let mut positional = Vec::new();
        let mut keywords = Vec::new();
        self.open()?;
        while self.tok != Tok::RParen {
            if self.tok == Tok::Name && self.keyword_follows() {
                let name = self.text[self.lex.start..self.lex.pos].to_owned();
                self.bump()?;
                self.bump()?;
                keywords.push((name, self.expression()?));
            } else {
                positional.push(self.expression()?);
            }
            match self.tok {
                Tok::Comma => self.bump()?,
                Tok::RParen => {}
                _ => return self.fail(Reason::Expression),
            }
        }
        self.close()?;
        Ok((positional, keywords))
    }

    fn keyword_follows(&mut self) -> bool {
        let (start, pos) = (self.lex.start, self.lex.pos);
        let follows = matches!(self.lex.next(), Ok(Tok::Assign));
        self.lex.start = start;
        self.lex.pos = pos;
        follows
    }

    /// The current token, if it is a string without an escape: most values are, and then there
    /// is no operator to look for.
    fn plain_string(&mut self) -> Res<Option<Value>> {
        let info = self.lex.string;
        if self.tok != Tok::Str || info.backslash {
            return Ok(None);
        }
        self.budget.pay(info.end - info.start, self.lex.start)?;
        Ok(Some(Value::Str(self.text[info.start..info.end].to_owned())))
    }

    /// Adjacent string literals.
    fn strings(&mut self) -> Res<Value> {
        let mut out = String::new();
        let mut bytes = None;
        while matches!(self.tok, Tok::Str | Tok::FStr | Tok::Bytes) {
            let info = self.lex.string;
            let offset = self.lex.start;
            match self.tok {
                Tok::Bytes => decode_bytes(
                    &self.text[info.start..info.end],
                    info.raw,
                    bytes.get_or_insert_default(),
                ),
                Tok::FStr => self.format_string(&mut out)?,
                _ => out.push_str(&decode(&self.text[info.start..info.end], info.raw, offset)?),
            }
            self.budget.pay(info.end - info.start, offset)?;
            self.bump()?;
        }
        Ok(match bytes {
            Some(bytes) => Value::Bytes(bytes),
            None => Value::Str(out),
        })
    }

    /// The value of the f-string that is the current token, whose fields are plain.
    fn format_string(&mut self, out: &mut String) -> Res<()> {
        let info = self.lex.string;
        let text = &self.text[..info.end];
        let mut at = info.start;
        let mut literal = at;
        loop {
            let rest = &text.as_bytes()[at..];
            let brace = rest.first().copied();
            match brace {
                Some(b'\\') if !info.raw => at += 2,
                None | Some(b'{' | b'}') => {
                    out.push_str(&decode(&text[literal..at], info.raw, at)?);
                    let Some(brace) = brace else {
                        return Ok(());
                    };
                    if rest.get(1) == Some(&brace) {
                        out.push(brace as char);
                        at += 2;
                    } else {
                        at = self.replacement_field(text, at, out)?;
                    }
                    literal = at;
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Evaluates the field at `at` of an f-string; gives the offset behind its `}`.
    fn replacement_field(&mut self, text: &str, at: usize, out: &mut String) -> Res<usize> {
        if self.depth >= MAX_DEPTH {
            return decline(Reason::TooDeep, at);
        }
        let mut lex = Lexer::new(text.as_bytes());
        lex.pos = at + 1;
        lex.depth = 1;
        lex.in_field = true;
        let mut field = Evaluator {
            text,
            lex,
            tok: Tok::Newline,
            names: &mut *self.names,
            budget: &mut *self.budget,
            depth: self.depth + 1,
        };
        field.bump()?;
        let value = field.expression()?;
        if field.tok != Tok::RBrace {
            return decline(Reason::FString, at);
        }
        let end = field.lex.pos;
        format::push_str(&value, out, at)?;
        Ok(end)
    }
}
