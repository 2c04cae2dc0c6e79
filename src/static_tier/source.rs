//! From the bytes of a file to the text that Python's tokenizer sees.
//!
//! Follows `decode_str` in CPython's `Parser/tokenizer.c`, which is what
//! `compile(bytes, ...)` in `rez.serialise._load_py` runs: newlines are translated, a
//! BOM is dropped, and a PEP 263 cookie in one of the first two lines names the encoding.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr_iter};

use super::MAX_SOURCE_LEN;
use crate::decline::{Declined, Reason};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of a file: valid UTF-8, no NUL, no BOM, `\n` the only line end.
pub(crate) struct Source<'a> {
    pub text: Cow<'a, str>,
    original: &'a [u8],
}

impl<'a> Source<'a> {
    /// Decodes `original`, or declines what this tier doesn't decode.
    pub fn new(original: &'a [u8]) -> Result<Self, Declined> {
        if original.len() > MAX_SOURCE_LEN {
            return Err(Declined::new(Reason::TooLarge, 0));
        }
        let bytes = original.strip_prefix(BOM).unwrap_or(original);
        let bom_len = original.len() - bytes.len();
        let mut cr = false;
        if let Some(at) = memchr2(0, b'\r', bytes) {
            if let Some(at) = memchr(0, &bytes[at..]).map(|n| at + n) {
                return Err(Declined::new(Reason::Nul, bom_len + at));
            }
            cr = true;
        }
        let text = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                return Err(Declined::new(
                    Reason::NotUtf8,
                    bom_len + error.valid_up_to(),
                ));
            }
        };
        let text = if cr {
            Cow::Owned(translate_newlines(text))
        } else {
            Cow::Borrowed(text)
        };
        let source = Source { text, original };
        // `inspect.getsourcelines` reads the file once more, for the source of functions,
        // and to `tokenize.detect_encoding` only a line feed ends a line
        let again = cr.then(|| coding_spec(bytes)).flatten();
        let spec = coding_spec(source.text.as_bytes())
            .map(|(offset, encoding)| (source.original_offset(offset), encoding));
        for (offset, encoding) in spec.into_iter().chain(again) {
            if !is_decoded(encoding, bom_len != 0, &source.text) {
                return Err(Declined::new(Reason::Encoding, offset));
            }
        }
        Ok(source)
    }

    /// The offset in the file of byte `offset` of [`text`](Source::text).
    pub fn original_offset(&self, offset: usize) -> usize {
        let bom_len = if self.original.starts_with(BOM) {
            BOM.len()
        } else {
            0
        };
        if matches!(self.text, Cow::Borrowed(_)) {
            return bom_len + offset;
        }
        let bytes = &self.original[bom_len..];
        let mut at = 0;
        for _ in 0..offset {
            if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n') {
                at += 1;
            }
            at += 1;
        }
        bom_len + at.min(bytes.len())
    }
}

/// `\r\n` and a lone `\r` both become `\n`, inside strings and comments too.
fn translate_newlines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    out
}

/// The encoding that a PEP 263 cookie names, and its offset (`get_coding_spec` and
/// `check_coding_spec` in `tokenizer.c`).
fn coding_spec(text: &[u8]) -> Option<(usize, &[u8])> {
    // what rez itself writes at the top of a package
    if text.starts_with(b"# -*- coding: utf-8 -*-\n") {
        return None;
    }
    let mut line_start = 0;
    for _ in 0..2 {
        let line_end = memchr(b'\n', &text[line_start..]).map_or(text.len(), |n| line_start + n);
        let line = &text[line_start..line_end];
        let indent = line
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\x0c'))
            .count();
        match line.get(indent) {
            Some(b'#') => {
                let mut at = indent;
                while let Some(found) = find_coding(&line[at..]) {
                    at += found + b"coding".len();
                    if !matches!(line.get(at), Some(b':' | b'=')) {
                        continue;
                    }
                    let mut begin = at + 1;
                    while matches!(line.get(begin), Some(b' ' | b'\t')) {
                        begin += 1;
                    }
                    let len = line[begin..]
                        .iter()
                        .take_while(|b| {
                            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
                        })
                        .count();
                    if len > 0 {
                        return Some((line_start + begin, &line[begin..begin + len]));
                    }
                }
            }
            Some(b'\r') | None => {}
            Some(_) => return None,
        }
        if line_end == text.len() {
            return None;
        }
        line_start = line_end + 1;
    }
    None
}

/// Where `coding` is in a comment: nearly always at its start, if at all.
fn find_coding(comment: &[u8]) -> Option<usize> {
    memchr_iter(b'c', comment).find(|at| comment[*at..].starts_with(b"coding"))
}

/// Whether text in `encoding` is the UTF-8 that it looks like.
///
/// CPython folds `utf-8` and `utf-8-*` into one (`get_normal_name`) and refuses any other
/// spelling next to a BOM, `utf8` included.
fn is_decoded(encoding: &[u8], bom: bool, text: &str) -> bool {
    if encoding == b"utf-8" {
        return true;
    }
    let name: Vec<u8> = encoding
        .iter()
        .map(|b| {
            if *b == b'_' {
                b'-'
            } else {
                b.to_ascii_lowercase()
            }
        })
        .collect();
    if name == b"utf-8" || name.starts_with(b"utf-8-") {
        return true;
    }
    if bom {
        return false;
    }
    const ASCII_COMPATIBLE: [&[u8]; 8] = [
        b"ascii",
        b"us-ascii",
        b"latin-1",
        b"latin1",
        b"iso-8859-1",
        b"iso-8859-15",
        b"cp1252",
        b"windows-1252",
    ];
    name == b"utf8" || (text.is_ascii() && ASCII_COMPATIBLE.contains(&name.as_slice()))
}
