//! Answers questions about versions, one a line, for comparison with rez: see
//! `tests/python/gen_requests.py`.
//!
//! A question is an operation and its operands, parted by tabs and escaped as in `unescape`. The
//! answer is `=` and a text, or one word: `error`, `none`, `undecided`, `true`, `false`, `less`,
//! `equal`, `greater`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufWriter, Write};

use rezload::version::{
    canonical_request, check_version, is_valid_package_name, PackageRequest, RequestError,
    Requirement, Version, VersionError, VersionRange,
};

fn main() -> std::io::Result<()> {
    let mut output = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        writeln!(output, "{}", answer(&line?))?;
    }
    output.flush()
}

/// The answer to one line.
pub fn answer(line: &str) -> String {
    let mut fields = line.split('\t');
    let operation = fields.next().unwrap_or_default();
    let operands: Vec<String> = fields.map(unescape).collect();
    let operands: Vec<&str> = operands.iter().map(String::as_str).collect();
    let answer = match (operation, operands.as_slice()) {
        ("request", [text]) => request(text),
        ("requirement", [text]) => Requirement::parse(text).map(shown).map_err(word_of_request),
        ("fields", [text]) => fields_of(text),
        ("name", [text]) => Ok(is_valid_package_name(text).to_string()),
        ("version", [text]) => version(text),
        ("range", [text]) => VersionRange::parse(text).map(shown).map_err(word),
        ("inverse", [text]) => VersionRange::parse(text)
            .and_then(|range| range.inverse())
            .map(shown_or_none)
            .map_err(word),
        ("order", [left, right]) => order(left, right).map_err(word),
        ("contains", [range, version]) => contains(range, version).map_err(word),
        ("intersection", [left, right]) => ranges(left, right)
            .map(|(left, right)| shown_or_none(left.intersection(&right)))
            .map_err(word),
        ("union", [left, right]) => ranges(left, right)
            .map(|(left, right)| shown(left.union(&right)))
            .map_err(word),
        _ => panic!("unknown question: {line}"),
    };
    answer.unwrap_or_else(str::to_owned)
}

/// Both ways to the canonical form.
fn request(text: &str) -> Result<String, &'static str> {
    let canonical = canonical_request(text).map(|canonical| canonical.into_owned());
    let parsed = PackageRequest::parse(text).map(|request| request.to_string());
    assert_eq!(canonical, parsed, "{text:?}");
    canonical.map(shown).map_err(word_of_request)
}

fn fields_of(text: &str) -> Result<String, &'static str> {
    let request = PackageRequest::parse(text).map_err(word_of_request)?;
    let range = request
        .range()
        .map_or("none".to_owned(), |range| format!("={range}"));
    let fields = [
        request.name(),
        &range,
        &request.is_conflict().to_string(),
        &request.is_weak().to_string(),
        &request.is_ephemeral().to_string(),
    ];
    Ok(shown(fields.join(" ")))
}

/// The text, the number of tokens, what `next` and `trim` give, and the tokens.
fn version(text: &str) -> Result<String, &'static str> {
    let version = Version::parse(text);
    assert_eq!(check_version(text).is_ok(), version.is_ok(), "{text:?}");
    let version = version.map_err(word)?;
    let next = version
        .next()
        .map_or("none".to_owned(), |next| format!("={next}"));
    let mut fields = vec![version.to_string(), version.len().to_string(), next];
    fields.extend((0..4).map(|length| version.trim(length).to_string()));
    fields.extend(version.tokens().map(str::to_owned));
    let tokens: Vec<&str> = version.tokens().collect();
    assert_eq!(version.major(), tokens.first().copied());
    assert_eq!(version.patch(), tokens.get(2).copied());
    Ok(shown(fields.join("|")))
}

fn order(left: &str, right: &str) -> Result<String, VersionError> {
    let (left, right) = (Version::parse(left)?, Version::parse(right)?);
    let order = left.cmp(&right);
    assert_eq!(left == right, order.is_eq());
    assert_eq!(hash(&left) == hash(&right), order.is_eq());
    Ok(format!("{order:?}").to_lowercase())
}

fn contains(range: &str, version: &str) -> Result<String, VersionError> {
    let (range, version) = (VersionRange::parse(range)?, Version::parse(version)?);
    Ok(range.contains(&version).to_string())
}

fn ranges(left: &str, right: &str) -> Result<(VersionRange, VersionRange), VersionError> {
    Ok((VersionRange::parse(left)?, VersionRange::parse(right)?))
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}

fn word(error: VersionError) -> &'static str {
    if error.is_undecided() {
        "undecided"
    } else {
        "error"
    }
}

fn word_of_request(error: RequestError) -> &'static str {
    if error.is_undecided() {
        "undecided"
    } else {
        "error"
    }
}

fn shown_or_none(range: Option<VersionRange>) -> String {
    range.map_or("none".to_owned(), shown)
}

fn shown(value: impl ToString) -> String {
    format!("={}", escape(&value.to_string()))
}

/// Writes a backslash, and what isn't a visible ASCII character or a space, as `\{hex}`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ' '..='~') && character != '\\' {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("\\{{{:x}}}", character as u32));
        }
    }
    escaped
}

/// Undoes [`escape`].
fn unescape(text: &str) -> String {
    let mut pieces = text.split("\\{");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once('}').expect("a closed escape");
        let code = u32::from_str_radix(code, 16).expect("a hexadecimal escape");
        plain.push(char::from_u32(code).expect("a character"));
        plain.push_str(rest);
    }
    plain
}
