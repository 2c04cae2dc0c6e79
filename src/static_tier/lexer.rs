//! The tokenizer: bytes in, one token at a time out, every byte looked at.
//!
//! Accepts only what the tokenizers of CPython 3.8 to 3.14 all accept as the same token.

use memchr::{memchr, memchr2};

use super::token::{keyword, Tok};
use crate::decline::{Declined, Reason};
use crate::swar::{blank_end, digit_end, key, string_stop, word_end};

pub(super) type Res<T> = Result<T, Declined>;

/// A decline at `offset`, kept out of the hot path.
#[cold]
#[inline(never)]
pub(super) fn decline<T>(reason: Reason, offset: usize) -> Res<T> {
    Err(Declined::new(reason, offset))
}

/// Bits of [`CLASS`].
const IDENT_START: u8 = 1;
const IDENT: u8 = 2;
const DIGIT: u8 = 4;
const TRIVIA: u8 = 8;

/// What each byte may be part of.
static CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphabetic() || b == b'_' {
            table[byte] = IDENT_START | IDENT;
        } else if b.is_ascii_digit() {
            table[byte] = IDENT | DIGIT;
        } else if matches!(b, b' ' | b'\t' | b'\x0c' | b'\n' | b'#' | b'\\') {
            table[byte] = TRIVIA;
        }
        byte += 1;
    }
    table
};

#[inline(always)]
pub(super) fn is_ident_start(byte: u8) -> bool {
    CLASS[byte as usize] & IDENT_START != 0
}

#[inline(always)]
pub(super) fn is_ident(byte: u8) -> bool {
    CLASS[byte as usize] & IDENT != 0
}

#[inline(always)]
pub(super) fn is_digit(byte: u8) -> bool {
    CLASS[byte as usize] & DIGIT != 0
}

/// The last string token: where its text is and how to read it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StrInfo {
    /// Offset of the first byte after the opening quotes.
    pub start: usize,
    /// Offset of the closing quotes.
    pub end: usize,
    pub raw: bool,
    /// Whether the text holds a backslash.
    pub backslash: bool,
}

/// A position in the text of a file, and the token that was read last.
pub(super) struct Lexer<'a> {
    /// The text. Byte 0 never occurs in it, so it stands for the end of the file.
    pub src: &'a [u8],
    /// The first byte that isn't read yet.
    pub pos: usize,
    /// The first byte of the last token.
    pub start: usize,
    /// How many brackets are open: inside them a line end is white space.
    pub depth: u32,
    /// Inside a replacement field of an f-string, where Python before 3.12 allows less.
    pub in_field: bool,
    /// The last string token.
    pub string: StrInfo,
}

impl<'a> Lexer<'a> {
    pub fn new(src: &'a [u8]) -> Self {
        Lexer {
            src,
            pos: 0,
            start: 0,
            depth: 0,
            in_field: false,
            string: StrInfo::default(),
        }
    }

    /// The byte at `at`; 0 beyond the end.
    #[inline(always)]
    pub fn at(&self, at: usize) -> u8 {
        self.src.get(at).copied().unwrap_or(0)
    }

    /// The next byte; 0 at the end.
    #[inline(always)]
    pub fn peek(&self) -> u8 {
        self.at(self.pos)
    }

    /// The bytes of the last token.
    #[inline(always)]
    pub fn text(&self) -> &'a [u8] {
        &self.src[self.start..self.pos]
    }

    /// Skips spaces and tabs.
    #[inline(always)]
    pub fn skip_spaces(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\x0c') {
            self.pos += 1;
        }
    }

    /// Moves to the line end that closes a comment, or to the end of the file.
    #[inline]
    pub fn skip_comment(&mut self) {
        self.pos = match memchr(b'\n', &self.src[self.pos..]) {
            Some(n) => self.pos + n,
            None => self.src.len(),
        };
    }

    /// Skips all that may stand between two tokens: white space, line continuations and,
    /// inside brackets, comments and line ends.
    #[inline(always)]
    pub fn skip_trivia(&mut self) -> Res<()> {
        if self.peek() == b' ' {
            self.pos += 1;
        }
        if CLASS[self.peek() as usize] & TRIVIA == 0 {
            return Ok(());
        }
        self.skip_more_trivia()
    }

    #[inline(never)]
    fn skip_more_trivia(&mut self) -> Res<()> {
        loop {
            match self.peek() {
                b' ' => self.pos = blank_end(self.src, self.pos + 1),
                b'\t' | b'\x0c' => self.pos += 1,
                b'\n' if self.depth > 0 => {
                    if self.in_field {
                        return decline(Reason::FString, self.pos);
                    }
                    self.pos = blank_end(self.src, self.pos + 1);
                }
                b'#' => {
                    if self.in_field {
                        return decline(Reason::FString, self.pos);
                    }
                    self.skip_comment();
                }
                b'\\' => {
                    // a continuation needs a line to continue on
                    if self.in_field
                        || self.at(self.pos + 1) != b'\n'
                        || self.pos + 2 >= self.src.len()
                    {
                        return decline(Reason::LineContinuation, self.pos);
                    }
                    self.pos += 2;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads the word at the position; the caller has seen its first byte.
    #[inline(always)]
    pub fn word(&mut self) -> &'a [u8] {
        self.start = self.pos;
        self.pos = word_end(self.src, self.pos);
        self.text()
    }

    /// Reads the next token.
    #[inline]
    pub fn next(&mut self) -> Res<Tok> {
        self.skip_trivia()?;
        self.start = self.pos;
        let byte = self.peek();
        if is_ident_start(byte) {
            return self.word_token();
        }
        let next = self.at(self.pos + 1);
        let (tok, len) = match byte {
            0 => return Ok(Tok::Eof),
            b'\n' => (Tok::Newline, 1),
            b'\'' | b'"' => return self.string(Prefix::default()),
            b'0'..=b'9' => return self.number(),
            b'.' if is_digit(next) => return self.number(),
            b'.' if next == b'.' && self.at(self.pos + 2) == b'.' => (Tok::Ellipsis, 3),
            b'.' => (Tok::Dot, 1),
            b'(' => (Tok::LParen, 1),
            b')' => (Tok::RParen, 1),
            b'[' => (Tok::LBracket, 1),
            b']' => (Tok::RBracket, 1),
            b'{' => (Tok::LBrace, 1),
            b'}' => (Tok::RBrace, 1),
            b',' => (Tok::Comma, 1),
            b';' => (Tok::Semi, 1),
            b'~' => (Tok::Tilde, 1),
            b':' if next == b'=' && !self.in_field => (Tok::Walrus, 2),
            b':' => (Tok::Colon, 1),
            b'=' if next == b'=' => (Tok::Compare, 2),
            b'=' => (Tok::Assign, 1),
            b'!' if next == b'=' => (Tok::Compare, 2),
            b'!' if self.in_field => (Tok::Bang, 1),
            b'-' if next == b'>' => (Tok::Arrow, 2),
            b'+' | b'-' | b'%' | b'&' | b'|' | b'^' | b'@' if next == b'=' => (Tok::AugAssign, 2),
            b'+' => (Tok::Plus, 1),
            b'-' => (Tok::Minus, 1),
            b'@' => (Tok::At, 1),
            b'%' | b'&' | b'|' | b'^' => (Tok::Binary, 1),
            b'*' | b'/' if next == byte => match (self.at(self.pos + 2), byte) {
                (b'=', _) => (Tok::AugAssign, 3),
                (_, b'*') => (Tok::DoubleStar, 2),
                _ => (Tok::Binary, 2),
            },
            b'*' | b'/' if next == b'=' => (Tok::AugAssign, 2),
            b'*' => (Tok::Star, 1),
            b'/' => (Tok::Binary, 1),
            b'<' | b'>' if next == byte => {
                if self.at(self.pos + 2) == b'=' {
                    (Tok::AugAssign, 3)
                } else {
                    (Tok::Binary, 2)
                }
            }
            b'<' if next == b'>' => return decline(Reason::Syntax, self.pos),
            b'<' | b'>' if next == b'=' => (Tok::Compare, 2),
            b'<' | b'>' => (Tok::Compare, 1),
            0x80.. => return decline(Reason::NonAsciiIdentifier, self.pos),
            _ => return decline(Reason::InvalidCharacter, self.pos),
        };
        self.pos += len;
        Ok(tok)
    }

    /// A keyword, a name, or a string with a prefix.
    #[inline(always)]
    fn word_token(&mut self) -> Res<Tok> {
        let word = self.word();
        let after = self.peek();
        if after == b'"' || after == b'\'' {
            return match Prefix::new(word) {
                Some(prefix) => self.string(prefix),
                None => decline(Reason::StringPrefix, self.start),
            };
        }
        if after >= 0x80 {
            return decline(Reason::NonAsciiIdentifier, self.pos);
        }
        if word == b"__debug__" {
            return decline(Reason::AssignTarget, self.start);
        }
        Ok(keyword(key(self.src, self.start, self.pos)))
    }

    /// Moves past `.name` right at the position. False when something else is there, or
    /// something that takes a closer look; nothing is read then.
    #[inline(always)]
    pub fn attribute(&mut self) -> bool {
        let start = self.pos + 1;
        if self.peek() != b'.' || !is_ident_start(self.at(start)) {
            return false;
        }
        let end = word_end(self.src, start);
        let plain = keyword(key(self.src, start, end)) == Tok::Name
            && !matches!(self.at(end), b'"' | b'\'' | 0x80..)
            && &self.src[start..end] != b"__debug__";
        if plain {
            self.pos = end;
        }
        plain
    }

    /// A number, followed by something that can't be part of one (`1if`, `1_000` and
    /// `0xfor` are told apart differently from one Python to the next).
    #[inline]
    fn number(&mut self) -> Res<Tok> {
        // nearly all numbers: a short decimal without a leading zero
        let end = digit_end(self.src, self.pos);
        let after = self.at(end);
        let plain = self.peek() != b'0' || end == self.pos + 1;
        if plain && end > self.pos && end - self.pos < 640 {
            let class = CLASS[after as usize];
            if class & IDENT == 0 && after != b'.' && after < 0x80 {
                self.pos = end;
                return Ok(Tok::Number);
            }
        }
        self.any_number()
    }

    #[inline(never)]
    fn any_number(&mut self) -> Res<Tok> {
        let start = self.pos;
        let bad = |lexer: &Self| decline(Reason::Number, lexer.start);
        if self.peek() == b'0' && matches!(self.at(start + 1) | 0x20, b'x' | b'o' | b'b') {
            let radix = match self.at(start + 1) | 0x20 {
                b'x' => 16,
                b'o' => 8,
                _ => 2,
            };
            self.pos += 2;
            loop {
                if self.peek() == b'_' {
                    self.pos += 1;
                }
                let from = self.pos;
                while (self.peek() as char).is_digit(radix) {
                    self.pos += 1;
                }
                if self.pos == from {
                    return bad(self);
                }
                if self.peek() != b'_' {
                    break;
                }
            }
            // no limit for the literal, but for its decimal form: annotations are spelled out
            if self.pos - start > 500 {
                return bad(self);
            }
        } else {
            let leading_zero = self.peek() == b'0' && is_ident(self.at(start + 1));
            if self.peek() != b'.' {
                self.digits()?;
            }
            let mut integer = true;
            if self.peek() == b'.' {
                integer = false;
                self.pos += 1;
                if is_digit(self.peek()) {
                    self.digits()?;
                }
            }
            if self.peek() | 0x20 == b'e' {
                integer = false;
                self.pos += 1;
                if matches!(self.peek(), b'+' | b'-') {
                    self.pos += 1;
                }
                if !is_digit(self.peek()) {
                    return bad(self);
                }
                self.digits()?;
            }
            if self.peek() | 0x20 == b'j' {
                integer = false;
                self.pos += 1;
            }
            // `0777` is refused, `00`, `00.5` and `0e1` aren't: not worth telling apart.
            // 640 digits is the lowest that Python's own limit can be set to.
            if leading_zero || (integer && self.pos - start > 640) {
                return bad(self);
            }
        }
        if is_ident(self.peek()) || matches!(self.peek(), b'.' | 0x80..) {
            return bad(self);
        }
        Ok(Tok::Number)
    }

    /// Digits with single underscores between them.
    fn digits(&mut self) -> Res<()> {
        loop {
            let from = self.pos;
            while is_digit(self.peek()) {
                self.pos += 1;
            }
            if self.pos == from {
                return decline(Reason::Number, self.start);
            }
            if self.peek() != b'_' {
                return Ok(());
            }
            self.pos += 1;
        }
    }

    /// The plain string at the position, if it is one without a prefix, a backslash or a
    /// line end; gives its text. Otherwise nothing is read.
    #[inline(always)]
    pub fn plain_string(&mut self) -> Option<(usize, usize)> {
        let quote = self.peek();
        let start = self.pos + 1;
        let end = string_stop(self.src, start, quote);
        if self.at(end) != quote || self.in_field {
            return None;
        }
        // `""` may start a triple-quoted string
        if end == start && self.at(end + 1) == quote {
            return None;
        }
        self.pos = end + 1;
        Some((start, end))
    }

    /// The string at the position (its opening quote), whose prefix is read already.
    pub fn string(&mut self, prefix: Prefix) -> Res<Tok> {
        if !prefix.raw && !prefix.bytes && !prefix.format {
            if let Some((start, end)) = self.plain_string() {
                self.string = StrInfo {
                    start,
                    end,
                    raw: false,
                    backslash: false,
                };
                return Ok(Tok::Str);
            }
        }
        self.any_string(prefix)
    }

    #[inline(never)]
    fn any_string(&mut self, prefix: Prefix) -> Res<Tok> {
        let quote = self.peek();
        let triple = self.at(self.pos + 1) == quote && self.at(self.pos + 2) == quote;
        self.pos += if triple { 3 } else { 1 };
        let start = self.pos;
        let mut backslash = false;
        loop {
            self.pos = if triple {
                let rest = &self.src[self.pos..];
                self.pos + memchr2(quote, b'\\', rest).unwrap_or(rest.len())
            } else {
                string_stop(self.src, self.pos, quote)
            };
            let byte = self.peek();
            if byte == quote {
                if !triple || (self.at(self.pos + 1) == quote && self.at(self.pos + 2) == quote) {
                    break;
                }
                self.pos += 1;
            } else if byte == b'\\' {
                backslash = true;
                self.escape(prefix)?;
            } else {
                return decline(Reason::UnterminatedString, self.start);
            }
        }
        self.string = StrInfo {
            start,
            end: self.pos,
            raw: prefix.raw,
            backslash,
        };
        self.pos += if triple { 3 } else { 1 };
        if self.in_field && (prefix.format || triple || backslash) {
            return decline(Reason::FString, self.start);
        }
        if prefix.bytes {
            if !self.src[start..self.string.end].is_ascii() {
                return decline(Reason::NonAsciiBytes, self.start);
            }
            return Ok(Tok::Bytes);
        }
        Ok(if prefix.format { Tok::FStr } else { Tok::Str })
    }

    /// Checks the escape at the position (its backslash) and moves past it.
    fn escape(&mut self, prefix: Prefix) -> Res<()> {
        let at = self.pos;
        let code = self.at(at + 1);
        if code == 0 {
            return decline(Reason::UnterminatedString, self.start);
        }
        self.pos += 2;
        if prefix.raw {
            return Ok(());
        }
        let digits = match code {
            b'x' => 2,
            b'u' if !prefix.bytes => 4,
            b'U' if !prefix.bytes => 8,
            b'N' if !prefix.bytes => return decline(Reason::NamedEscape, at),
            _ => return Ok(()),
        };
        let mut value = 0;
        for _ in 0..digits {
            match (self.peek() as char).to_digit(16) {
                Some(digit) => value = value << 4 | digit,
                None => return decline(Reason::BadEscape, at),
            }
            self.pos += 1;
        }
        if value > 0x10_ffff {
            return decline(Reason::BadEscape, at);
        }
        Ok(())
    }
}

/// The letters in front of a string literal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prefix {
    pub raw: bool,
    pub bytes: bool,
    pub format: bool,
}

impl Prefix {
    /// The prefix that `word` is, in any case, if it is one in every Python from 3.8 on.
    pub fn new(word: &[u8]) -> Option<Prefix> {
        let lower = |b: u8| b | 0x20;
        let mut prefix = Prefix::default();
        match *word {
            [a] => match lower(a) {
                b'r' => prefix.raw = true,
                b'b' => prefix.bytes = true,
                b'f' => prefix.format = true,
                b'u' => {}
                _ => return None,
            },
            [a, b] => {
                prefix.raw = true;
                match (lower(a), lower(b)) {
                    (b'r', b'b') | (b'b', b'r') => prefix.bytes = true,
                    (b'r', b'f') | (b'f', b'r') => prefix.format = true,
                    _ => return None,
                }
            }
            _ => return None,
        }
        Some(prefix)
    }
}
