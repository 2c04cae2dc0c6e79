//! The canonical form of a request, without parsing those that are in it already.

use std::borrow::Cow;

use super::error::RequestError;
use super::requirement::{is_reserved, name_end, PackageRequest};
use super::text::{compare, version_end};
use super::MAX_LENGTH;

/// `str(PackageRequest(text))`, borrowed if that is `text` itself.
///
/// Nearly all requests people write are canonical, and those are recognised in one pass with no
/// allocation. The rest is parsed and printed by [`PackageRequest`].
pub fn canonical_request(text: &str) -> Result<Cow<'_, str>, RequestError> {
    if text.len() <= MAX_LENGTH && is_canonical(text.as_bytes()) {
        return Ok(Cow::Borrowed(text));
    }
    parse(text)
}

fn parse(text: &str) -> Result<Cow<'_, str>, RequestError> {
    let canonical = PackageRequest::parse(text)?.to_string();
    Ok(if canonical == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(canonical)
    })
}

/// Whether the request is surely valid and canonical. `false` means "parse it", not "no".
fn is_canonical(request: &[u8]) -> bool {
    !request.is_empty() && canonical_prefix(request) == request.len()
}

/// The length of a request at the start of `text` that is surely valid and canonical, provided that
/// it ends there; 0 if there is none. What follows decides: 0 and a shorter one mean "parse it".
///
/// Ranges with `|` are left out: 0.4% of the requests in real packages have one.
#[inline]
pub(crate) fn canonical_prefix(text: &[u8]) -> usize {
    // An ephemeral takes no prefix.
    let start = usize::from(matches!(text.first(), Some(b'!' | b'~' | b'.')));
    let Some(end) = name_end(text, start) else {
        return 0;
    };
    if is_reserved(&text[start..end]) {
        return 0;
    }
    // `!` and `~` change nothing: the inverse of the inverse of one piece is that piece.
    let length = match text[end..] {
        [b'-' | b'@' | b'#', ..] => plain_range_end(text, end + 1),
        [b'=', b'=', ..] => some_version_end(text, end + 2),
        [b'<', b'=', ..] => some_version_end(text, end + 2),
        [b'<', ..] => some_version_end(text, end + 1),
        [b'>', ..] => above_range_end(text, end + 1),
        _ => Some(end),
    };
    match length {
        Some(length) if length <= MAX_LENGTH => length,
        _ => 0,
    }
}

/// The end of `1`, `1+`, `1+<2` or `1..2`.
#[inline]
fn plain_range_end(text: &[u8], from: usize) -> Option<usize> {
    let end = some_version_end(text, from)?;
    match text[end..] {
        // `1+<1_` prints as `1`.
        [b'+', b'<', ..] => {
            proper_end(text, from, end, end + 2).filter(|end| text[end - 1] != b'_')
        }
        [b'+', ..] => Some(end + 1),
        [b'.', b'.', ..] => proper_end(text, from, end, end + 2),
        _ => Some(end),
    }
}

/// The end of what follows `>` in `>1`, `>1<2` or `>1<=2`.
fn above_range_end(text: &[u8], from: usize) -> Option<usize> {
    let end = some_version_end(text, from)?;
    match text[end..] {
        [b'<', b'=', ..] => proper_end(text, from, end, end + 2),
        [b'<', ..] => proper_end(text, from, end, end + 1),
        _ => Some(end),
    }
}

/// The end of the version at `from`, if there is one.
#[inline]
fn some_version_end(text: &[u8], from: usize) -> Option<usize> {
    let end = version_end(text, from);
    (end > from).then_some(end)
}

/// The end of the version at `upper`, if there is one above the version `from..end`. Equal ones are
/// invalid, or print as `==`.
#[inline]
fn proper_end(text: &[u8], from: usize, end: usize, upper: usize) -> Option<usize> {
    let upper_end = some_version_end(text, upper)?;
    compare(&text[from..end], &text[upper..upper_end])
        .is_lt()
        .then_some(upper_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of up to seven of these characters after a name: whatever is taken as canonical
    /// parses, and prints as itself.
    #[test]
    fn what_is_taken_as_canonical_is() {
        const ALPHABET: &[u8; 9] = b"12_.-+<>=";
        let mut taken = 0;
        for length in 0..=6 {
            let mut digits = vec![0; length];
            loop {
                for prefix in ["a-", "~a", "."] {
                    let mut text = String::from(prefix);
                    text.extend(digits.iter().map(|&digit| char::from(ALPHABET[digit])));
                    if is_canonical(text.as_bytes()) {
                        taken += 1;
                        let parsed = PackageRequest::parse(&text);
                        assert_eq!(parsed.map(|request| request.to_string()), Ok(text));
                    }
                }
                // Count up in base nine.
                let Some(place) = digits.iter().position(|&digit| digit + 1 < ALPHABET.len())
                else {
                    break;
                };
                digits[place] += 1;
                digits[..place].fill(0);
            }
        }
        assert!(taken > 10_000, "{taken}");
    }

    #[test]
    fn canonical_text_is_borrowed() {
        let borrowed = [
            "foo",
            "foo-1.2.3",
            "foo-1+",
            "foo-1.2+<2",
            "~foo-1",
            "!foo-2",
            "a-1|2",
        ];
        for text in borrowed {
            assert!(
                matches!(canonical_request(text), Ok(Cow::Borrowed(_))),
                "{text}"
            );
        }
    }
    #[test]
    fn long_text_is_undecided() {
        let text = format!("a-{}", "1".repeat(MAX_LENGTH - 2));
        assert_eq!(canonical_request(&text), Ok(Cow::Borrowed(text.as_str())));
        let error = canonical_request(&format!("{text}1")).unwrap_err();
        assert!(error.is_undecided(), "{error}");
    }
}
