//! The top-level functions and literals of a file, found without following anything else in it.

use std::ops::Range;

use super::eval::{evaluate, Budget, Names};
use super::expr::Parser;
use super::lexer::{decline, is_ident_start, Lexer, Res};
use super::literal::Literals;
use super::scratch::Scratch;
use super::token::{keyword, Tok};
use super::value::Value;
use crate::decline::Reason;
use crate::swar::key;

/// What a file says at its top level that needn't run.
#[derive(Clone, Debug)]
pub(crate) enum Outlined {
    Function(OutlinedFunction),
    Literal(OutlinedLiteral),
}

/// `name = literal`, on lines of its own.
#[derive(Clone, Debug)]
pub(crate) struct OutlinedLiteral {
    pub name: Range<usize>,
    /// From the name to the end of the last line, which stays outside.
    pub statement: Range<usize>,
    pub value: Value,
}

/// A top-level function that every Python from 3.8 to 3.14 compiles.
#[derive(Clone, Debug)]
pub(crate) struct OutlinedFunction {
    /// The decorators, up to the `def`; empty when there are none.
    pub decorators: Range<usize>,
    /// The keyword `def`.
    pub def: usize,
    pub name: Range<usize>,
    /// From behind the colon of the `def` to the first token behind the function, which starts
    /// a line, or the end of the text.
    pub body: Range<usize>,
}

/// The functions and literals of `text`, which has no `\r`, in its order. Stops where this tier
/// can't read on: what comes before is right all the same.
pub(crate) fn outline(text: &str) -> Vec<Outlined> {
    let mut reader = Reader {
        text,
        lex: Lexer::new(text.as_bytes()),
        literals: Literals::default(),
        budget: Budget::of_literals(text.len()),
        found: Vec::new(),
    };
    while reader.lex.peek() != 0 && reader.logical_line().is_ok() {}
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    lex: Lexer<'a>,
    literals: Literals,
    budget: Budget,
    found: Vec<Outlined>,
}

/// Literals hold no names.
struct NoNames;

impl Names for NoNames {
    fn value(&mut self, _name: &str, offset: usize, _budget: &mut Budget) -> Res<Value> {
        decline(Reason::Name, offset)
    }

    fn is_bound(&mut self, _name: &str) -> bool {
        true
    }
}

impl Reader<'_> {
    /// Reads a logical line; a function, with its decorators, counts as one.
    fn logical_line(&mut self) -> Res<()> {
        let start = self.lex.pos;
        let mut decorated = false;
        while self.lex.peek() == b'@' {
            decorated = true;
            rest_of_line(&mut self.lex)?;
            // blank lines and comments may follow
            while matches!(self.lex.peek(), b'\n' | b'#') {
                rest_of_line(&mut self.lex)?;
            }
        }
        if is_ident_start(self.lex.peek()) {
            let first = self.lex.pos;
            self.lex.word();
            let word = first..self.lex.pos;
            match keyword(key(self.lex.src, word.start, word.end)) {
                Tok::Def => {
                    if let Some(function) = function(self.text, start..first, first) {
                        self.lex.pos = function.body.end;
                        self.lex.start = self.lex.pos;
                        self.found.push(Outlined::Function(function));
                        return Ok(());
                    }
                }
                Tok::Name if !decorated => {
                    if let Ok(Some(literal)) = self.literal(word) {
                        self.found.push(Outlined::Literal(literal));
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.lex.pos = first;
        } else if decorated {
            return Ok(());
        }
        rest_of_line(&mut self.lex)
    }

    /// `name = literal`, from behind the name; what isn't one leaves the position anywhere.
    fn literal(&mut self, name: Range<usize>) -> Res<Option<OutlinedLiteral>> {
        // what looks like Python's own name may not be bound by all of them
        if self.text[name.clone()].starts_with("__") || self.lex.peek() >= 0x80 {
            return Ok(None);
        }
        self.lex.depth = 0;
        self.lex.skip_trivia()?;
        if self.lex.peek() != b'=' || self.lex.at(self.lex.pos + 1) == b'=' {
            return Ok(None);
        }
        self.lex.pos += 1;
        self.lex.skip_trivia()?;
        let start = self.lex.pos;
        if !self.literals.skip(&mut self.lex)? {
            return Ok(None);
        }
        self.lex.skip_trivia()?;
        let end = self.lex.pos;
        if !matches!(self.lex.peek(), b'\n' | 0) {
            return Ok(None);
        }
        let value = evaluate(self.text, start, &mut NoNames, &mut self.budget)?;
        if self.lex.peek() == b'\n' {
            self.lex.pos += 1;
        }
        self.lex.start = self.lex.pos;
        Ok(Some(OutlinedLiteral {
            statement: name.start..end,
            name,
            value,
        }))
    }
}

/// Moves behind the end of the logical line.
fn rest_of_line(lex: &mut Lexer<'_>) -> Res<()> {
    lex.depth = 0;
    loop {
        match lex.next()? {
            Tok::LParen | Tok::LBracket | Tok::LBrace => lex.depth += 1,
            Tok::RParen | Tok::RBracket | Tok::RBrace => lex.depth = lex.depth.saturating_sub(1),
            Tok::Newline if lex.depth == 0 => return Ok(()),
            Tok::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn function(text: &str, decorators: Range<usize>, def: usize) -> Option<OutlinedFunction> {
    let mut lex = Lexer::new(text.as_bytes());
    lex.pos = def;
    lex.next().ok()?;
    if lex.next().ok()? != Tok::Name {
        return None;
    }
    let name = lex.start..lex.pos;
    let colon = loop {
        match lex.next().ok()? {
            Tok::LParen | Tok::LBracket | Tok::LBrace => lex.depth += 1,
            Tok::RParen | Tok::RBracket | Tok::RBrace => lex.depth = lex.depth.checked_sub(1)?,
            Tok::Colon if lex.depth == 0 => break lex.pos,
            // whose colon would be taken for the function's
            Tok::Lambda | Tok::Newline | Tok::Eof => return None,
            _ => {}
        }
    };
    let end = end(text, def)?;
    Some(OutlinedFunction {
        decorators,
        def,
        name,
        body: colon..end,
    })
}

/// Where the function whose `def` is at byte `start` ends, if it compiles.
fn end(text: &str, start: usize) -> Option<usize> {
    read(text, |parser| {
        parser.lex.pos = start;
        parser.bump()?;
        parser.function()?;
        Ok(parser.lex.pos)
    })
    .ok()
}

/// Whether every Python from 3.8 to 3.14 compiles `text`, which has no `\r`.
///
/// What isn't known to compile declines, and what is newer than 3.8 or seldom: `match`, `async`,
/// `nonlocal`, a `global` at the top level, f-strings in f-strings.
pub(crate) fn compiles(text: &str) -> Res<()> {
    read(text, Parser::file)
}

/// What `automaton` gives for `text`, on this thread's stacks.
fn read<'t, T>(text: &'t str, automaton: impl FnOnce(&mut Parser<'t>) -> Res<T>) -> Res<T> {
    let mut scratch = Scratch::take();
    let mut parser = Parser::new(text.as_bytes(), &mut scratch);
    let read = automaton(&mut parser);
    Scratch {
        brackets: parser.stack,
        names: parser.names,
        blocks: parser.blocks,
        ..scratch
    }
    .keep();
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<&str> {
        let functions = outline(text).into_iter().filter_map(|found| match found {
            Outlined::Function(function) => Some(&text[function.body]),
            Outlined::Literal(_) => None,
        });
        functions.collect()
    }

    fn literals(text: &str) -> Vec<(&str, &str, Value)> {
        let literals = outline(text).into_iter().filter_map(|found| match found {
            Outlined::Literal(literal) => {
                Some((&text[literal.name], &text[literal.statement], literal.value))
            }
            Outlined::Function(_) => None,
        });
        literals.collect()
    }

    #[test]
    fn literals_are_found_at_the_top_level() {
        let text = "a = 1 # one\nif a:\n    b = 2\nb = (\n'x'\n'y')\nc = 1; d = 2\ne = a\nf = 1, 2\n\
                    g: int = 3\nh = 'x' % ()\nNone = 1\n__i = 1\nj = [\n-1.5]\nk == 1\nl = m = 2\nn = \\\n'z'";
        let text_of = |s: &str| Value::Str(s.to_owned());
        assert_eq!(
            literals(text),
            [
                ("a", "a = 1 # one", Value::Int(1)),
                ("b", "b = (\n'x'\n'y')", text_of("xy")),
                ("j", "j = [\n-1.5]", Value::List(vec![Value::Float(-1.5)])),
                ("n", "n = \\\n'z'", text_of("z")),
            ]
        );
    }

    #[test]
    fn what_raises_is_no_literal() {
        assert!(literals("a = {[]: 1}\nb = {1: 2}\nc = '\\N{x}'\n").is_empty());
    }

    #[test]
    fn functions_are_found_between_other_statements() {
        let text = "x = '''\ndef no(): pass\n'''\ndef a(x=(1,\n2)):\n    return 1\n\nif x:\n    def b(): pass\n@late()\n# why\ndef c(): pass\ny = [\n1]\n";
        assert_eq!(bodies(text), ["\n    return 1\n\n", " pass\n"]);
    }

    #[test]
    fn what_does_not_compile_is_no_function() {
        assert!(bodies("def a():\n    return = 1\n").is_empty());
        assert!(bodies("def a() -> lambda: 0: pass\n").is_empty());
    }
}
