//! The top-level functions of a file, found without following anything else in it.

use std::ops::Range;

use super::expr::Parser;
use super::lexer::{is_ident_start, Lexer, Res};
use super::scratch::Scratch;
use super::token::Tok;

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

/// The functions of `text`, which has no `\r`, in its order. Stops where this tier can't read
/// on: what comes before is right all the same.
pub(crate) fn functions(text: &str) -> Vec<OutlinedFunction> {
    let mut found = Vec::new();
    let mut lex = Lexer::new(text.as_bytes());
    while lex.peek() != 0 && logical_line(&mut lex, text, &mut found).is_ok() {}
    found
}

/// Reads a logical line; a function, with its decorators, counts as one.
fn logical_line(lex: &mut Lexer<'_>, text: &str, found: &mut Vec<OutlinedFunction>) -> Res<()> {
    let start = lex.pos;
    let mut decorated = false;
    while lex.peek() == b'@' {
        decorated = true;
        rest_of_line(lex)?;
        // blank lines and comments may follow
        while matches!(lex.peek(), b'\n' | b'#') {
            rest_of_line(lex)?;
        }
    }
    if is_ident_start(lex.peek()) {
        let def = lex.pos;
        let word = lex.word();
        if word == b"def" {
            if let Some(function) = function(text, start..def, def) {
                lex.pos = function.body.end;
                lex.start = lex.pos;
                found.push(function);
                return Ok(());
            }
        }
        lex.pos = def;
    } else if decorated {
        return Ok(());
    }
    rest_of_line(lex)
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
    let mut scratch = Scratch::take();
    let mut parser = Parser::new(text.as_bytes(), &mut scratch);
    parser.lex.pos = start;
    let read = parser.bump().and_then(|()| parser.function());
    let end = parser.lex.pos;
    Scratch {
        brackets: parser.stack,
        names: parser.names,
        blocks: parser.blocks,
        ..scratch
    }
    .keep();
    read.is_ok().then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<&str> {
        let functions = functions(text);
        functions.iter().map(|f| &text[f.body.clone()]).collect()
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
