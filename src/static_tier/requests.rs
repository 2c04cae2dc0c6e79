//! The solver fields where they are plain: strings, lists of strings, lists of such lists.

use std::borrow::Cow;

use compact_str::CompactString;

use super::fields::{request, Field, Slot};
use super::lexer::{Lexer, Prefix, Res};
use super::module::Module;
use super::string::decode;
use crate::decline::Reason;
use crate::swar::blank_end;
use crate::version::canonical_prefix;

impl Module<'_> {
    /// A plain string for `name` or `version`; false when there is something else.
    pub fn string(&mut self, field: Field) -> Res<bool> {
        let lex = &mut self.parser.lex;
        let start = lex.pos;
        if !matches!(lex.peek(), b'"' | b'\'') {
            return Ok(false);
        }
        if let Some((from, to)) = lex.plain_string() {
            self.fields.set_string(field, &self.text[from..to], start);
            // if more follows, the field is bound once more, to the value of the whole
            return Ok(true);
        }
        lex.start = start;
        lex.string(Prefix::default())?;
        let text = string_text(self.text, &self.parser.lex)?;
        self.fields.set_string(field, &text, start);
        Ok(true)
    }

    /// A list of plain strings for `requires`; `None` when there is something else.
    pub fn requests(&mut self) -> Res<Option<Slot<Vec<CompactString>>>> {
        if self.parser.lex.peek() != b'[' {
            return Ok(None);
        }
        let mut refused = None;
        let list = request_list(self.text, &mut self.parser.lex, 8, &mut refused)?;
        Ok(list.map(|list| slot(list, refused)))
    }

    /// A list of lists of plain strings for `variants`; `None` when there is something
    /// else.
    pub fn variants(&mut self) -> Res<Option<Slot<Vec<Vec<CompactString>>>>> {
        let lex = &mut self.parser.lex;
        if lex.peek() != b'[' {
            return Ok(None);
        }
        lex.pos += 1;
        lex.depth += 1;
        let mut refused = None;
        let mut variants = Vec::with_capacity(4);
        loop {
            lex.skip_trivia()?;
            match lex.peek() {
                b'[' => {}
                b']' => break,
                _ => return Ok(None),
            }
            match request_list(self.text, lex, 4, &mut refused)? {
                Some(variant) => variants.push(variant),
                None => return Ok(None),
            }
            lex.skip_trivia()?;
            match lex.peek() {
                b',' => lex.pos += 1,
                b']' => {}
                _ => return Ok(None),
            }
        }
        lex.pos += 1;
        lex.depth -= 1;
        Ok(Some(slot(variants, refused)))
    }
}

/// The value of the string that `lex` has just read.
pub(super) fn string_text<'a>(text: &'a str, lex: &Lexer<'_>) -> Res<Cow<'a, str>> {
    let string = lex.string;
    let text = &text[string.start..string.end];
    if !string.backslash {
        return Ok(Cow::Borrowed(text));
    }
    decode(text, string.raw, lex.start)
}

fn slot<T>(value: T, refused: Option<(Reason, usize)>) -> Slot<T> {
    match refused {
        None => Slot::Set(value),
        Some((reason, offset)) => Slot::Refused(reason, offset),
    }
}

/// A list of plain strings, from its `[`, each made canonical; `None` when there is
/// something else. The first string that isn't a request goes to `refused`. Room for
/// `capacity` requests is made beforehand.
fn request_list(
    text: &str,
    lex: &mut Lexer<'_>,
    capacity: usize,
    refused: &mut Option<(Reason, usize)>,
) -> Res<Option<Vec<CompactString>>> {
    let mut list = Vec::with_capacity(capacity);
    lex.pos += 1;
    lex.depth += 1;
    loop {
        let byte = lex.peek();
        if byte == b'\n' {
            lex.pos = blank_end(lex.src, lex.pos + 1);
        } else if byte == b' ' {
            lex.pos += 1;
        }
        let mut quote = lex.peek();
        if quote != b'"' && quote != b'\'' {
            lex.skip_trivia()?;
            quote = lex.peek();
            match quote {
                b'"' | b'\'' => {}
                b']' => break,
                _ => return Ok(None),
            }
        }
        let start = lex.pos + 1;
        let len = canonical_prefix(&lex.src[start..]);
        if len > 0 && lex.at(start + len) == quote {
            // nearly all requests: canonical as they stand
            lex.pos = start + len + 1;
            list.push(CompactString::new(&text[start..start + len]));
        } else {
            lex.start = lex.pos;
            lex.string(Prefix::default())?;
            match request(&string_text(text, lex)?) {
                Ok(request) => list.push(request),
                Err(reason) => {
                    refused.get_or_insert((reason, lex.start));
                }
            }
        }
        if lex.peek() != b',' {
            lex.skip_trivia()?;
        }
        match lex.peek() {
            b',' => lex.pos += 1,
            b']' => {}
            _ => return Ok(None),
        }
    }
    lex.pos += 1;
    lex.depth -= 1;
    Ok(Some(list))
}
