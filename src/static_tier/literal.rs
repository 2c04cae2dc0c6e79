//! The fast path for right-hand sides: literals, checked and skipped without a value.
//!
//! A literal can't run code, but three kinds of them make rez fail: unhashable dict keys
//! and set members (a TypeError), and dict keys that aren't strings where
//! `rez.serialise.process_python_objects` walks (`k.startswith("__")`).

use super::lexer::{decline, is_digit, is_ident_start, Lexer, Prefix, Res};
use super::token::Tok;
use crate::decline::Reason;

/// Brackets of a literal inside one another.
const MAX_DEPTH: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Display {
    List,
    Paren,
    Brace,
    Dict,
    Set,
}

/// An open display.
#[derive(Clone, Copy)]
pub(super) struct Open {
    display: Display,
    commas: bool,
    /// Every element so far is hashable.
    hashable: bool,
    /// Behind the colon of a dict item.
    value: bool,
    /// Reached through dicts only, so that rez walks it.
    walked: bool,
}

/// What matters of a value that was skipped.
#[derive(Clone, Copy)]
struct Skipped {
    hashable: bool,
    string: bool,
}

const SCALAR: Skipped = Skipped {
    hashable: true,
    string: false,
};

/// The stack of [`Literals::skip`], kept between calls.
#[derive(Default)]
pub(super) struct Literals {
    pub open: Vec<Open>,
}

impl Literals {
    /// Moves past one literal. False when there is something else, or something more
    /// involved than a literal; the position is then anywhere.
    pub fn skip(&mut self, lex: &mut Lexer<'_>) -> Res<bool> {
        let depth = lex.depth;
        self.open.clear();
        let result = self.run(lex);
        lex.depth = depth;
        result
    }

    fn run(&mut self, lex: &mut Lexer<'_>) -> Res<bool> {
        'value: loop {
            lex.skip_trivia()?;
            let start = lex.pos;
            let mut value = match lex.peek() {
                b'"' | b'\'' => {
                    lex.start = start;
                    if !skip_strings(lex)? {
                        return Ok(false);
                    }
                    Skipped {
                        hashable: true,
                        string: true,
                    }
                }
                b'0'..=b'9' | b'.' => match lex.next()? {
                    Tok::Number | Tok::Ellipsis => SCALAR,
                    _ => return Ok(false),
                },
                b'-' | b'+' => {
                    lex.pos += 1;
                    lex.skip_spaces();
                    if !is_digit(lex.peek()) && lex.peek() != b'.' {
                        return Ok(false);
                    }
                    match lex.next()? {
                        Tok::Number => SCALAR,
                        _ => return Ok(false),
                    }
                }
                bracket @ (b'[' | b'(' | b'{') => {
                    let display = match bracket {
                        b'[' => Display::List,
                        b'(' => Display::Paren,
                        _ => Display::Brace,
                    };
                    self.push(lex, display)?;
                    continue 'value;
                }
                bracket @ (b']' | b')' | b'}') => match self.pop(lex, bracket, None)? {
                    Some(value) => value,
                    None => return Ok(false),
                },
                byte if is_ident_start(byte) => {
                    let word = lex.word();
                    match (word, lex.peek()) {
                        (_, b'"' | b'\'') => match Prefix::new(word) {
                            Some(prefix) if !prefix.format => {
                                let tok = lex.string(prefix)?;
                                Skipped {
                                    hashable: true,
                                    string: tok == Tok::Str,
                                }
                            }
                            _ => return Ok(false),
                        },
                        (b"None" | b"True" | b"False", 0..=0x7f) => SCALAR,
                        _ => return Ok(false),
                    }
                }
                _ => return Ok(false),
            };
            // ---- behind a value
            loop {
                if self.open.is_empty() {
                    return Ok(true);
                }
                lex.skip_trivia()?;
                let top = self.open.len() - 1;
                let open = &mut self.open[top];
                match lex.peek() {
                    b',' => {
                        lex.pos += 1;
                        if open.display == Display::Brace {
                            open.display = Display::Set;
                        }
                        if !open.end_element(value, start)? {
                            return Ok(false);
                        }
                        open.commas = true;
                        open.value = false;
                        continue 'value;
                    }
                    b':' if matches!(open.display, Display::Brace | Display::Dict)
                        && !open.value =>
                    {
                        if !value.hashable {
                            return decline(Reason::Unhashable, start);
                        }
                        if open.walked && !value.string {
                            return decline(Reason::NonStringKey, start);
                        }
                        lex.pos += 1;
                        open.display = Display::Dict;
                        open.value = true;
                        // a key must be followed by its value
                        lex.skip_trivia()?;
                        if matches!(lex.peek(), b']' | b')' | b'}') {
                            return decline(Reason::Syntax, lex.pos);
                        }
                        continue 'value;
                    }
                    bracket @ (b']' | b')' | b'}') => {
                        value = match self.pop(lex, bracket, Some((value, start)))? {
                            Some(value) => value,
                            None => return Ok(false),
                        };
                    }
                    _ => return Ok(false),
                }
            }
        }
    }

    fn push(&mut self, lex: &mut Lexer<'_>, display: Display) -> Res<()> {
        if self.open.len() >= MAX_DEPTH {
            return decline(Reason::TooDeep, lex.pos);
        }
        let walked = match self.open.last() {
            None => true,
            Some(outer) => {
                outer.walked
                    && match outer.display {
                        Display::Dict => outer.value,
                        Display::Paren => true,
                        _ => false,
                    }
            }
        };
        self.open.push(Open {
            display,
            commas: false,
            hashable: true,
            value: false,
            walked,
        });
        lex.depth += 1;
        lex.pos += 1;
        Ok(())
    }

    /// Closes the innermost display behind `last`, its last element if there is one.
    fn pop(
        &mut self,
        lex: &mut Lexer<'_>,
        bracket: u8,
        last: Option<(Skipped, usize)>,
    ) -> Res<Option<Skipped>> {
        let Some(mut open) = self.open.pop() else {
            return decline(Reason::UnbalancedBracket, lex.pos);
        };
        let matching = match open.display {
            Display::List => b']',
            Display::Paren => b')',
            _ => b'}',
        };
        if bracket != matching {
            return decline(Reason::UnbalancedBracket, lex.pos);
        }
        lex.pos += 1;
        lex.depth -= 1;
        let mut single = SCALAR;
        if let Some((value, start)) = last {
            if open.display == Display::Brace {
                open.display = Display::Set;
            }
            if !open.end_element(value, start)? {
                return Ok(None);
            }
            single = value;
        }
        Ok(Some(match open.display {
            // brackets around one value
            Display::Paren if last.is_some() && !open.commas => single,
            Display::Paren => Skipped {
                hashable: open.hashable,
                string: false,
            },
            _ => Skipped {
                hashable: false,
                string: false,
            },
        }))
    }
}

impl Open {
    /// Takes an element that has ended; false when a dict item lacks its value.
    fn end_element(&mut self, value: Skipped, start: usize) -> Res<bool> {
        match self.display {
            Display::Dict => return Ok(self.value),
            Display::Set if !value.hashable => return decline(Reason::Unhashable, start),
            _ => self.hashable &= value.hashable,
        }
        Ok(true)
    }
}

/// Moves past adjacent plain string literals; false when a prefix follows.
fn skip_strings(lex: &mut Lexer<'_>) -> Res<bool> {
    loop {
        if lex.plain_string().is_none() {
            lex.string(Prefix::default())?;
        }
        if matches!(lex.peek(), b',' | b']') {
            return Ok(true);
        }
        lex.skip_trivia()?;
        match lex.peek() {
            b'"' | b'\'' => lex.start = lex.pos,
            byte => return Ok(!is_ident_start(byte)),
        }
    }
}
