//! The canonical form of a request, without parsing those that are in it already.

use std::borrow::Cow;

use super::error::RequestError;
use super::requirement::{is_reserved, PackageRequest};
use super::text::{compare, compare_in, version_end};
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

/// States of the automaton that reads `foo`, `foo-1`, `foo-1+` and `foo-1+<2`.
#[derive(Clone, Copy)]
enum State {
    /// A word of the name has to come. 0 is the state of no request, or the end of one.
    NeedName = 1,
    Name,
    /// A word of the version has to come.
    NeedVersion,
    Version,
    Plus,
    NeedUpper,
    Upper,
}

/// Bits of a state in a row of [`NEXT`].
const WIDTH: u32 = 6;

/// For each byte, the next state of every state, as the shift that gets at *its* bits: the next
/// state is `NEXT[byte] >> state`, and no step waits for a load that depends on the one before.
static NEXT: [u64; 256] = {
    const fn step(from: State, to: State) -> u64 {
        ((to as u64) * WIDTH as u64) << (from as u32 * WIDTH)
    }
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                step(State::NeedName, State::Name)
                    | step(State::Name, State::Name)
                    | step(State::NeedVersion, State::Version)
                    | step(State::Version, State::Version)
                    | step(State::NeedUpper, State::Upper)
                    | step(State::Upper, State::Upper)
            }
            b'.' => {
                step(State::Name, State::NeedName)
                    | step(State::Version, State::NeedVersion)
                    | step(State::Upper, State::NeedUpper)
            }
            b'-' => {
                step(State::Name, State::NeedVersion)
                    | step(State::Version, State::NeedVersion)
                    | step(State::Upper, State::NeedUpper)
            }
            b'@' | b'#' => step(State::Name, State::NeedVersion),
            b'+' => step(State::Version, State::Plus),
            b'<' => step(State::Plus, State::NeedUpper),
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// The length of a request at the start of `text` that is surely valid and canonical, provided that
/// it ends there; 0 if there is none. What follows decides: 0 and a shorter one mean "parse it".
///
/// Ranges with `|` are left out: 0.4% of the requests in real packages have one.
#[inline(always)]
pub(crate) fn canonical_prefix(text: &[u8]) -> usize {
    const NEED_NAME: u64 = State::NeedName as u64 * WIDTH as u64;
    const NAME: u64 = State::Name as u64 * WIDTH as u64;
    const VERSION: u64 = State::Version as u64 * WIDTH as u64;
    const PLUS: u64 = State::Plus as u64 * WIDTH as u64;
    const UPPER: u64 = State::Upper as u64 * WIDTH as u64;
    // `!` and `~` change nothing: the inverse of the inverse of one piece is that piece. An
    // ephemeral (`.`) takes neither.
    let start = usize::from(matches!(text.first(), Some(b'!' | b'~' | b'.')));
    let mut state = NEED_NAME;
    let mut at = start;
    let (mut name_end, mut lower_end) = (start, start);
    while let Some(byte) = text.get(at) {
        // a shift takes the low six bits of its count: the rest of `state` doesn't matter, and
        // the masking isn't part of the chain from one state to the next
        let next = NEXT[*byte as usize].wrapping_shr(state as u32);
        let place = next & 0x3f;
        if place == 0 {
            break;
        }
        state = next;
        at += 1;
        // counted rather than branched on
        name_end += usize::from(place <= NAME);
        lower_end += usize::from(place <= VERSION);
    }
    if text.get(start) == Some(&b'_') && is_reserved(&text[start..name_end]) {
        return 0;
    }
    let valid = match state & 0x3f {
        // `<`, `>` and `==` come right behind a name, and `..` behind a version: rarer forms
        NAME if matches!(text.get(at), Some(b'=' | b'<' | b'>')) => return rare_prefix(text, at),
        NAME | VERSION | PLUS => true,
        // `1+<1_` prints as `1`.
        UPPER => {
            text[at - 1] != b'_'
                && compare_in(text, name_end + 1..lower_end, text, lower_end + 2..at).is_lt()
        }
        NEED_NAME => false,
        // `1..2`, or nothing valid
        _ => return rare_prefix(text, name_end),
    };
    if valid && at <= MAX_LENGTH {
        at
    } else {
        0
    }
}

/// [`canonical_prefix`] for the forms that its automaton doesn't read, from the end of the name.
#[inline(never)]
fn rare_prefix(text: &[u8], end: usize) -> usize {
    let length = match text[end..] {
        [b'-' | b'@' | b'#', ..] => plain_range_end(text, end + 1),
        [b'=', b'=', ..] => some_version_end(text, end + 2),
        [b'<', b'=', ..] => some_version_end(text, end + 2),
        [b'<', ..] => some_version_end(text, end + 1),
        [b'>', ..] => above_range_end(text, end + 1),
        _ => None,
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
