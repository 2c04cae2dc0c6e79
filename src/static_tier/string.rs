//! The value of a string literal whose escapes the lexer has checked.

use std::borrow::Cow;

use memchr::memchr;

use super::lexer::{decline, Res};
use crate::decline::Reason;

/// The string that `text` (between the quotes, at `offset` in the file) stands for.
///
/// Follows `_PyUnicode_DecodeUnicodeEscape`; `\N{...}` never gets here, and a lone
/// surrogate declines, since no UTF-8 string holds it.
#[inline]
pub(super) fn decode(text: &str, raw: bool, offset: usize) -> Res<Cow<'_, str>> {
    if raw || memchr(b'\\', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    decode_escapes(text, offset).map(Cow::Owned)
}

fn decode_escapes(text: &str, offset: usize) -> Res<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(code) = rest.chars().next() else {
            return decline(Reason::UnterminatedString, offset);
        };
        let (value, len) = match code {
            '\n' => (None, 1),
            '\\' | '\'' | '"' => (Some(code as u32), 1),
            'a' => (Some(7), 1),
            'b' => (Some(8), 1),
            'f' => (Some(12), 1),
            'n' => (Some(10), 1),
            'r' => (Some(13), 1),
            't' => (Some(9), 1),
            'v' => (Some(11), 1),
            '0'..='7' => {
                let digits = rest
                    .bytes()
                    .take(3)
                    .take_while(|b| matches!(b, b'0'..=b'7'))
                    .count();
                (number(&rest[..digits], 8), digits)
            }
            'x' | 'u' | 'U' => {
                let digits = match code {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                match rest.get(1..1 + digits) {
                    Some(text) => (number(text, 16), 1 + digits),
                    None => return decline(Reason::BadEscape, offset),
                }
            }
            // unknown: the backslash stays
            _ => {
                out.push('\\');
                (Some(code as u32), code.len_utf8())
            }
        };
        if let Some(value) = value {
            match char::from_u32(value) {
                Some(decoded) => out.push(decoded),
                None => return decline(Reason::Surrogate, offset),
            }
        }
        rest = &rest[len..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Appends the bytes that `text`, the ASCII text of a bytes literal, stands for
/// (`_PyBytes_DecodeEscape`).
pub(super) fn decode_bytes(text: &str, raw: bool, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let (false, Some(at)) = (raw, memchr(b'\\', rest)) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(code) = rest.first().copied() else {
            break;
        };
        let (value, len) = match code {
            b'\n' => (None, 1),
            b'\\' | b'\'' | b'"' => (Some(code), 1),
            b'a' => (Some(7), 1),
            b'b' => (Some(8), 1),
            b'f' => (Some(12), 1),
            b'n' => (Some(10), 1),
            b'r' => (Some(13), 1),
            b't' => (Some(9), 1),
            b'v' => (Some(11), 1),
            b'0'..=b'7' => {
                let digits = rest.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7'));
                let value = digits
                    .clone()
                    .fold(0u32, |value, digit| value << 3 | u32::from(digit - b'0'));
                // what is beyond a byte is cut off
                (Some(value as u8), digits.count())
            }
            b'x' => {
                // the lexer has seen two digits
                let digit = |at: usize| {
                    let digit = rest.get(at).and_then(|b| (*b as char).to_digit(16));
                    digit.unwrap_or(0) as u8
                };
                (Some(digit(1) << 4 | digit(2)), 3.min(rest.len()))
            }
            // unknown: the backslash stays
            _ => {
                out.push(b'\\');
                (Some(code), 1)
            }
        };
        out.extend(value);
        rest = &rest[len..];
    }
    out.extend_from_slice(rest);
}

fn number(digits: &str, radix: u32) -> Option<u32> {
    u32::from_str_radix(digits, radix).ok()
}
