//! Runs of bytes, eight at a time.
//!
//! The runs of a definition (names, versions, indents, short strings) are 4 to 16 bytes
//! long. For these a loop over bytes is mostly mispredicted branches, and a call into a
//! vector routine costs more than it saves; eight bytes in a register are the middle way.
//! Each function is the same as its one-line definition in the tests.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Bytes of `[a-zA-Z0-9_]`.
pub(crate) static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

/// Whether `byte` is one of `[a-zA-Z0-9_]`.
#[inline(always)]
pub(crate) fn is_word(byte: u8) -> bool {
    WORD[byte as usize]
}

#[inline(always)]
fn chunk(bytes: &[u8], at: usize) -> Option<u64> {
    let chunk = bytes.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*chunk))
}

/// The index of the first byte whose high bit is set.
#[inline(always)]
fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// Marks the first byte equal to `byte`, and perhaps some behind it.
#[inline(always)]
fn equal(chunk: u64, byte: u8) -> u64 {
    let zero = chunk ^ (ONES * u64::from(byte));
    zero.wrapping_sub(ONES) & !zero & HIGH
}

/// Marks exactly the bytes equal to `byte`, which is ASCII.
#[inline(always)]
fn exactly(chunk: u64, byte: u8) -> u64 {
    let zero = chunk ^ (ONES * u64::from(byte));
    !(((zero & !HIGH) + (ONES * 0x7f)) | zero) & HIGH
}

/// Marks exactly the bytes of `[a-zA-Z0-9_]`.
#[inline(always)]
fn words(chunk: u64) -> u64 {
    let low = chunk & !HIGH;
    // sums carry into the high bit where a byte reaches the bound, and no further
    let lower = low | (ONES * 0x20);
    let letters = (lower + ONES * (0x80 - b'a' as u64)) & !(lower + ONES * (0x7f - b'z' as u64));
    let digits = (low + ONES * (0x80 - b'0' as u64)) & !(low + ONES * (0x7f - b'9' as u64));
    ((letters | digits) & !chunk & HIGH) | exactly(chunk, b'_')
}

/// The end of the spaces at `at`.
#[inline(always)]
pub(crate) fn blank_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = chunk(bytes, at) {
        let other = chunk ^ (ONES * u64::from(b' '));
        if other != 0 {
            return at + first(other);
        }
        at += 8;
    }
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// The first `quote`, backslash or line feed from `at` on, or the end.
#[inline(always)]
pub(crate) fn string_stop(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(chunk) = chunk(bytes, at) {
        let found = equal(chunk, quote) | equal(chunk, b'\\') | equal(chunk, b'\n');
        if found != 0 {
            return at + first(found);
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte == quote || matches!(byte, b'\\' | b'\n') {
            break;
        }
        at += 1;
    }
    at
}

/// Whether a string of JSON has to escape any of `bytes`: quotes, backslashes and control
/// characters of ASCII.
#[cfg(feature = "cli")]
pub(crate) fn has_escapes(bytes: &[u8]) -> bool {
    let escaped = |chunk: u64| {
        let controls = chunk.wrapping_sub(ONES * 0x20) & !chunk & HIGH;
        controls | equal(chunk, b'"') | equal(chunk, b'\\') != 0
    };
    match chunk(bytes, bytes.len().wrapping_sub(8)) {
        // the last chunk may overlap the one before
        Some(last) => {
            let mut chunks = (0..bytes.len() - 8).step_by(8);
            escaped(last) || chunks.any(|at| chunk(bytes, at).is_some_and(escaped))
        }
        None => bytes
            .iter()
            .any(|byte| matches!(byte, ..0x20 | b'"' | b'\\')),
    }
}

/// The end of the run of `[a-zA-Z0-9_]` at `at`; `at` itself if there is none.
#[inline(always)]
pub(crate) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = chunk(bytes, at) {
        let other = words(chunk) ^ HIGH;
        if other != 0 {
            return at + first(other);
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        at += 1;
    }
    at
}

/// The word `start..end` of `bytes` as a number, which tells it from every other word of up to eight
/// bytes; 0 if it is longer.
#[inline(always)]
pub(crate) fn key(bytes: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    if length > 8 || length == 0 {
        return 0;
    }
    match chunk(bytes, start) {
        Some(chunk) => chunk & (u64::MAX >> (64 - 8 * length)),
        None => key_of(&bytes[start..end]),
    }
}

/// [`key`] of a whole word of up to eight bytes.
pub(crate) const fn key_of(word: &[u8]) -> u64 {
    let mut key = 0;
    let mut at = word.len();
    while at > 0 {
        at -= 1;
        key = key << 8 | word[at] as u64;
    }
    key
}

/// The end of the run of `[0-9]` at `at`; `at` itself if there is none.
#[inline(always)]
pub(crate) fn digit_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = chunk(bytes, at) {
        let low = chunk & !HIGH;
        let digits = (low + ONES * (0x80 - b'0' as u64)) & !(low + ONES * (0x7f - b'9' as u64));
        let other = (digits & !chunk & HIGH) ^ HIGH;
        if other != 0 {
            return at + first(other);
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The end of the words at `at` with one `.` or `-` between each two; `at` itself if there
/// are none.
#[inline(always)]
pub(crate) fn dotted_end(bytes: &[u8], mut at: usize) -> usize {
    if !bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        return at;
    }
    while let Some(chunk) = chunk(bytes, at) {
        let words = words(chunk);
        let separators = exactly(chunk, b'.') | exactly(chunk, b'-');
        // a separator counts if a word follows, which of the last byte isn't known
        let other = (words | (separators & (words >> 8))) ^ HIGH;
        if other == 0 {
            at += 8;
            continue;
        }
        let index = first(other);
        if index < 7 || separators & (0x80 << 56) == 0 {
            return at + index;
        }
        at += 7;
    }
    loop {
        let end = word_end(bytes, at);
        let word = bytes.get(end + 1).is_some_and(|byte| is_word(*byte));
        if !word || !matches!(bytes.get(end), Some(b'.' | b'-')) {
            return end;
        }
        at = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive_dotted_end(bytes: &[u8], at: usize) -> usize {
        let mut end = at;
        while end < bytes.len() && is_word(bytes[end]) {
            end += 1;
        }
        if end == at {
            return at;
        }
        while end + 1 < bytes.len() && matches!(bytes[end], b'.' | b'-') && is_word(bytes[end + 1])
        {
            end += 1;
            while end < bytes.len() && is_word(bytes[end]) {
                end += 1;
            }
        }
        end
    }

    fn check(bytes: &[u8]) {
        let run = |at: usize, keep: &dyn Fn(u8) -> bool| {
            at + bytes[at..].iter().take_while(|byte| keep(**byte)).count()
        };
        for at in 0..=bytes.len() {
            assert_eq!(
                blank_end(bytes, at),
                run(at, &|b| b == b' '),
                "{bytes:?} {at}"
            );
            assert_eq!(word_end(bytes, at), run(at, &is_word), "{bytes:?} {at}");
            assert_eq!(
                dotted_end(bytes, at),
                naive_dotted_end(bytes, at),
                "{bytes:?} {at}"
            );
            #[cfg(feature = "cli")]
            {
                let escapes = |b: &u8| *b < 0x20 || *b == b'"' || *b == b'\\';
                let any = bytes[at..].iter().any(escapes);
                assert_eq!(has_escapes(&bytes[at..]), any, "{bytes:?} {at}");
            }
            for quote in [b'"', b'\''] {
                let stop = run(at, &|b| b != quote && b != b'\\' && b != b'\n');
                assert_eq!(string_stop(bytes, at, quote), stop, "{bytes:?} {at}");
            }
        }
    }

    /// Every byte at every place of two chunks, in front of and behind every other kind.
    #[test]
    fn each_function_is_its_definition() {
        for byte in 0..=255u8 {
            for fill in [b'a', b' ', b'.', b'-', b'_', b'9', b'"', 0x80] {
                for at in 0..17 {
                    let mut bytes = [fill; 19];
                    bytes[at] = byte;
                    check(&bytes);
                    bytes[at + 1] = b'.';
                    check(&bytes);
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn on_random_bytes_too(bytes in proptest::collection::vec(
            proptest::sample::select(b"aZ09_.- \"'\\\n\x00\x7f\x80\xff@[`{/:".to_vec()), 0..40)) {
            check(&bytes);
        }
    }
}
