//! Version text: which bytes make a token, where a version ends, and how two versions compare.
//!
//! Everything here works on bytes. rez's patterns are ASCII (`[a-zA-Z0-9_]`, no `\w` or `\d`), so a
//! byte of a multi-byte character is never part of a token.

use std::cmp::Ordering;
use std::ops::Range;

use crate::swar::digit_end;
pub(super) use crate::swar::{is_word, word_end};

/// The end of the longest version at `from` by `_VersionRangeParser.version_group`,
/// `[0-9a-zA-Z_]+(?:[.-][0-9a-zA-Z_]+)*`; `from` itself if there is none.
///
/// The longest is the only one that matters: whatever may follow a version in a range (`+`, `,`,
/// `<`, `>`, `..`) cannot also continue it, so rez's regex never gains by giving some back.
pub(super) use crate::swar::dotted_end as version_end;

/// Order of two finite versions: `_version.py`, `Version.__lt__`, the order of the token lists.
///
/// Separators don't count, and a version is above any proper prefix of it.
#[inline]
pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    compare_in(left, 0..left.len(), right, 0..right.len())
}

/// [`compare`] for versions inside longer texts, where runs of digits are found faster.
#[inline(always)]
pub(super) fn compare_in(
    left_text: &[u8],
    left: Range<usize>,
    right_text: &[u8],
    right: Range<usize>,
) -> Ordering {
    // Nearly always the first tokens are numbers without leading zeros, and they differ.
    let left_end = digit_end(left_text, left.start).min(left.end);
    let right_end = digit_end(right_text, right.start).min(right.end);
    let left_length = left_end - left.start;
    let right_length = right_end - right.start;
    let plain = |text: &[u8], start: usize, length: usize, version_end: usize| {
        let end = start + length;
        length > 0 && text[start] != b'0' && (end == version_end || !is_word(text[end]))
    };
    if plain(left_text, left.start, left_length, left.end)
        && plain(right_text, right.start, right_length, right.end)
    {
        let order = left_length.cmp(&right_length).then_with(|| {
            let left = &left_text[left.start..left_end];
            left.cmp(&right_text[right.start..right_end])
        });
        if order.is_ne() {
            return order;
        }
    }
    compare_all(&left_text[left], &right_text[right])
}

fn compare_all(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        match (next_token(&mut left), next_token(&mut right)) {
            ([], []) => return Ordering::Equal,
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            (left, right) if left == right => {}
            (left, right) => return compare_tokens(left, right),
        }
    }
}

/// Takes the first token of what is left of a version, with the separator after it; empty at the
/// end. A separator may have several bytes, none of which is a token's.
pub(super) fn next_token<'a>(version: &mut &'a [u8]) -> &'a [u8] {
    let end = word_end(version, 0);
    let mut next = end;
    while next < version.len() && !is_word(version[next]) {
        next += 1;
    }
    let token = &version[..end];
    *version = &version[next..];
    token
}

/// Order of two tokens: `_version.py`, `AlphanumericVersionToken.less_than`, the order of the lists
/// of subtokens.
fn compare_tokens(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        match (next_subtoken(&mut left), next_subtoken(&mut right)) {
            ([], []) => return Ordering::Equal,
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            (left, right) if left == right => {}
            (left, right) => return compare_subtokens(left, right),
        }
    }
}

/// Takes a run of digits or of anything else, empty at the end: `_version.py`,
/// `AlphanumericVersionToken._parse`.
fn next_subtoken<'a>(token: &mut &'a [u8]) -> &'a [u8] {
    let is_number = token.first().is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while end < token.len() && token[end].is_ascii_digit() == is_number {
        end += 1;
    }
    let (subtoken, rest) = token.split_at(end);
    *token = rest;
    subtoken
}

/// Order of two subtokens: `_version.py`, `_SubToken.__lt__`. Letters come before numbers; numbers
/// compare by value, then as text, so `0` < `00` and `01` < `1`.
fn compare_subtokens(left: &[u8], right: &[u8]) -> Ordering {
    match (left[0].is_ascii_digit(), right[0].is_ascii_digit()) {
        (false, true) => Ordering::Less,
        (true, false) => Ordering::Greater,
        (false, false) => left.cmp(right),
        (true, true) => {
            let (left_value, right_value) = (significant(left), significant(right));
            left_value
                .len()
                .cmp(&right_value.len())
                .then_with(|| left_value.cmp(right_value))
                .then_with(|| left.cmp(right))
        }
    }
}

/// A number without its leading zeros; empty for zero.
fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_ends_before_a_dangling_separator() {
        for (text, end) in [
            ("", 0),
            ("-1", 0),
            ("1..2", 1),
            ("1.", 1),
            ("1.a-2+", 5),
            ("1é", 1),
        ] {
            assert_eq!(version_end(text.as_bytes(), 0), end, "{text}");
        }
    }

    /// The docstring of `AlphanumericVersionToken` puts `_` before `A`, but the code compares
    /// characters, which puts it between `Z` and `a`.
    #[test]
    fn tokens_are_ordered() {
        let ascending = [
            "", "A", "_", "a", "a3", "a3_", "a4", "a4.0", "a_", "alpha", "beta", "0", "00", "000",
            "01", "01.5", "1", "1.0", "1.1", "1_", "1a", "2", "10", "33gamma",
        ];
        for (i, left) in ascending.iter().enumerate() {
            for (j, right) in ascending.iter().enumerate() {
                let (left, right) = (left.as_bytes(), right.as_bytes());
                assert_eq!(compare(left, right), i.cmp(&j), "{left:?} {right:?}");
                assert_eq!(compare_all(left, right), i.cmp(&j), "{left:?} {right:?}");
            }
        }
        assert_eq!(compare(b"1.2-3", b"1-2.3"), Ordering::Equal);
    }
}
