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
///
/// Ranges with `|` are left out: 0.4% of the requests in real packages have one.
fn is_canonical(request: &[u8]) -> bool {
    // An ephemeral takes no prefix.
    let start = usize::from(matches!(request.first(), Some(b'!' | b'~' | b'.')));
    let Some(end) = name_end(request, start) else {
        return false;
    };
    if is_reserved(&request[start..end]) {
        return false;
    }
    // `!` and `~` change nothing: the inverse of the inverse of one piece is that piece.
    match &request[end..] {
        [] => true,
        [b'-' | b'@' | b'#', range @ ..] => is_plain_range(range),
        [b'=', b'=', version @ ..] => is_version(version),
        [b'<', b'=', version @ ..] | [b'<', version @ ..] => is_version(version),
        [b'>', range @ ..] => is_above_range(range),
        _ => false,
    }
}

/// `1`, `1+`, `1+<2` or `1..2`.
fn is_plain_range(range: &[u8]) -> bool {
    let (lower, rest) = range.split_at(version_end(range, 0));
    if lower.is_empty() {
        return false;
    }
    match rest {
        [] | [b'+'] => true,
        // `1+<1_` prints as `1`.
        [b'+', b'<', upper @ ..] => is_proper(lower, upper) && !upper.ends_with(b"_"),
        [b'.', b'.', upper @ ..] => is_proper(lower, upper),
        _ => false,
    }
}

/// What follows `>` in `>1`, `>1<2` or `>1<=2`.
fn is_above_range(range: &[u8]) -> bool {
    let (lower, rest) = range.split_at(version_end(range, 0));
    if lower.is_empty() {
        return false;
    }
    match rest {
        [] => true,
        [b'<', b'=', upper @ ..] | [b'<', upper @ ..] => is_proper(lower, upper),
        _ => false,
    }
}

fn is_version(text: &[u8]) -> bool {
    !text.is_empty() && version_end(text, 0) == text.len()
}

/// Whether `upper` is a version above `lower`. Equal ones are invalid, or print as `==`.
fn is_proper(lower: &[u8], upper: &[u8]) -> bool {
    is_version(upper) && compare(lower, upper).is_lt()
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
