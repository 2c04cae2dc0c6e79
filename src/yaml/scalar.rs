//! What YAML 1.1 makes of a plain scalar (`rez/vendor/yaml/resolver.py`), and whether the
//! constructor of that type is certain not to raise.

use crate::decline::Reason;

/// What a scalar loads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    /// A null, a boolean, or a number.
    Other,
}

/// Resolves a plain scalar. Only its first character and the characters that occur in it are
/// looked at, except for the commonest numbers: a scalar that the resolvers might match but
/// that isn't one of those declines.
pub(super) fn resolve(text: &str) -> Result<Scalar, Reason> {
    let Some(first) = text.bytes().next() else {
        return Ok(Scalar::Other);
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~'
            if is_word(text) =>
        {
            Ok(Scalar::Other)
        }
        b'0'..=b'9' | b'-' | b'+' | b'.' => resolve_number(text),
        // merge keys and the default key; the constructor knows no others
        b'<' | b'=' | b'!' | b'&' | b'*' if text == "<<" || text.len() == 1 => {
            Err(Reason::YamlFeature)
        }
        _ => Ok(Scalar::Text),
    }
}

fn is_word(text: &str) -> bool {
    matches!(
        text,
        "yes"
            | "Yes"
            | "YES"
            | "no"
            | "No"
            | "NO"
            | "true"
            | "True"
            | "TRUE"
            | "false"
            | "False"
            | "FALSE"
            | "on"
            | "On"
            | "ON"
            | "off"
            | "Off"
            | "OFF"
            | "~"
            | "null"
            | "Null"
            | "NULL"
    )
}

/// A scalar that begins as a number does.
fn resolve_number(text: &str) -> Result<Scalar, Reason> {
    // an integer, a float, a timestamp have no other characters
    let in_numbers = |byte: u8| {
        byte.is_ascii_hexdigit()
            || matches!(
                byte,
                b'_' | b'.'
                    | b','
                    | b'+'
                    | b'-'
                    | b':'
                    | b'x'
                    | b'i'
                    | b'n'
                    | b'I'
                    | b'N'
                    | b'T'
                    | b't'
                    | b'Z'
                    | b' '
                    | b'\t'
            )
    };
    if !text.bytes().all(in_numbers) {
        return Ok(Scalar::Text);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(digits) && (1..=18).contains(&digits.len()) {
        return match digits {
            "0" => Ok(Scalar::Other),
            // octal, or not a number
            _ if digits.starts_with('0') => Err(Reason::YamlScalar),
            _ => Ok(Scalar::Other),
        };
    }
    if let Some((whole, fraction)) = digits.split_once('.') {
        if !whole.is_empty() && is_digits(whole) && is_digits(fraction) && digits.len() < 40 {
            return Ok(Scalar::Other);
        }
    }
    // `1.2.3`, `1.2-3`, `1.0+`: a float has one dot, and signs only in front and after an `e`
    let is_version = text.as_bytes()[0].is_ascii_digit()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'))
        && (text.contains(['-', '+']) || text.matches('.').count() > 1);
    // a uuid: an integer with letters begins with `0x` or `0b`, a float has a dot
    let is_hexadecimal = text.as_bytes()[0].is_ascii_digit()
        && !text.starts_with("0b")
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_date = text.as_bytes().get(4) == Some(&b'-') && is_digits(&text[..4]);
    if is_hexadecimal || (is_version && !is_date) {
        return Ok(Scalar::Text);
    }
    Err(Reason::YamlScalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_as_pyyaml() {
        for text in [
            "python-2.7",
            "nuke",
            "onward",
            "2.7.1",
            "1-2",
            "1.0+",
            "3dsmax",
            "~qt",
            "1.2.3-4",
            "!!",
            "28d94bcd",
            "1b3dc177-4a5f-11e4-1",
            "1e5",
            "a b",
            "<",
            "2.",
            "-",
        ] {
            let expected = match text {
                "2." => Ok(Scalar::Other),
                "<" => Err(Reason::YamlFeature),
                "-" => Err(Reason::YamlScalar),
                _ => Ok(Scalar::Text),
            };
            assert_eq!(resolve(text), expected, "{text}");
        }
        for text in ["", "~", "yes", "Off", "null", "1", "-12", "1.5", "+1.", "0"] {
            assert_eq!(resolve(text), Ok(Scalar::Other), "{text}");
        }
        for text in [
            "010",
            "0b_",
            "0x",
            "1_000",
            "1:30",
            "2001-01-01",
            ".5",
            "._",
            ".inf",
            "-.INF",
            "1,000",
            "9999999999999999999",
            "2001-1-1T1:1:1Z",
        ] {
            assert_eq!(resolve(text), Err(Reason::YamlScalar), "{text}");
        }
    }
}
