//! One line of JSON a file, the same for `load` and `explain`.

use std::fmt::Write;
use std::path::Path;

use compact_str::CompactString;
use serde::Serialize;
use serde_json::value::RawValue;

use super::input::Outcome;
use crate::error::LoadError;
use crate::package::TierDeclined;
use crate::repository::{ScanErrorKind, ScanResult};

#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Package {
        path: Box<RawValue>,
        tier: &'static str,
        name: &'a str,
        version: &'a str,
        requires: &'a [CompactString],
        variants: &'a [Vec<CompactString>],
        declined: Vec<Decline>,
    },
    Error {
        path: Box<RawValue>,
        error: Error,
        declined: Vec<Decline>,
    },
}

/// A line of `rezload scan`.
#[derive(Serialize)]
#[serde(untagged)]
enum ScanLine<'a> {
    Package {
        name: &'a str,
        version: &'a str,
        requires: &'a [CompactString],
        variants: &'a [Vec<CompactString>],
        uri: &'a str,
        path: Box<RawValue>,
        repository: &'a str,
        tier: &'static str,
        declined: Vec<Decline>,
        warnings: Vec<WarningLine>,
    },
    Error {
        name: Option<&'a str>,
        version: Option<&'a str>,
        path: Box<RawValue>,
        repository: Option<&'a str>,
        error: ScanErrorLine,
        declined: Vec<Decline>,
    },
}

#[derive(Serialize)]
struct WarningLine {
    code: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct ScanErrorLine {
    kind: &'static str,
    reason: String,
}

/// The line for an item of a scan, without its line end.
pub(super) fn scan_line(item: &ScanResult) -> String {
    let line = match item {
        Ok(package) => ScanLine::Package {
            name: &package.data.name,
            version: &package.data.version,
            requires: &package.data.requires,
            variants: &package.data.variants,
            uri: &package.uri,
            path: path_value(package.path()),
            repository: &package.repository,
            tier: package.tier.as_str(),
            declined: declines(&package.declined),
            warnings: package
                .warnings
                .iter()
                .map(|warning| WarningLine {
                    code: warning.code(),
                    reason: warning.to_string(),
                })
                .collect(),
        },
        Err(error) => ScanLine::Error {
            name: error.family(),
            version: error.version(),
            path: path_value(error.path()),
            repository: error.repository(),
            error: ScanErrorLine {
                kind: error.kind().code(),
                reason: error.kind().message(),
            },
            declined: match error.kind() {
                ScanErrorKind::Load(error) => match &**error {
                    LoadError::Declined { declined, .. } => declines(declined),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
        },
    };
    serde_json::to_string(&line).expect("strings, numbers and lists always serialise")
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Error {
    /// The file can't be read.
    Read { reason: String },
    /// Every tier declined; the fields are those of the last one.
    Declined(Decline),
}

/// Why one tier didn't serve the file.
#[derive(Serialize)]
struct Decline {
    tier: &'static str,
    code: &'static str,
    reason: &'static str,
    hint: &'static str,
    line: usize,
    column: usize,
    offset: usize,
}

impl From<&TierDeclined> for Decline {
    fn from(declined: &TierDeclined) -> Self {
        let reason = declined.declined.reason;
        Decline {
            tier: declined.tier.as_str(),
            code: reason.code(),
            reason: reason.message(),
            hint: reason.hint(),
            line: declined.position.line,
            column: declined.position.column,
            offset: declined.declined.offset,
        }
    }
}

/// The line for `outcome`, without its line end.
pub(super) fn line(outcome: &Outcome) -> String {
    let path = path_value(&outcome.path);
    let line = match &outcome.result {
        Ok(package) => Line::Package {
            path,
            tier: package.tier.as_str(),
            name: &package.data.name,
            version: &package.data.version,
            requires: &package.data.requires,
            variants: &package.data.variants,
            declined: declines(&package.declined),
        },
        Err(error) => Line::Error {
            path,
            error: describe(error),
            declined: match error {
                LoadError::Declined { declined, .. } => declines(declined),
                _ => Vec::new(),
            },
        },
    };
    serde_json::to_string(&line).expect("strings, numbers and lists always serialise")
}

fn declines(declined: &[TierDeclined]) -> Vec<Decline> {
    declined.iter().map(Decline::from).collect()
}

fn describe(error: &LoadError) -> Error {
    let reason = match error {
        LoadError::Declined { declined, .. } => match declined.last() {
            Some(last) => return Error::Declined(Decline::from(last)),
            None => error.to_string(),
        },
        LoadError::Read { source, .. } => source.to_string(),
        LoadError::NotAFile { .. } => "not a regular file".to_owned(),
    };
    Error::Read { reason }
}

/// A path as Python's `json.dumps(os.fsdecode(path))` writes it: what isn't Unicode is a
/// lone surrogate, so that `os.fsencode(json.loads(line)["path"])` is the file's name.
fn path_value(path: &Path) -> Box<RawValue> {
    let mut json = String::from("\"");
    push_os_str(&mut json, path);
    json.push('"');
    RawValue::from_string(json).expect("an escaped string is JSON")
}

#[cfg(unix)]
fn push_os_str(json: &mut String, path: &Path) {
    use std::os::unix::ffi::OsStrExt;

    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        push_text(json, chunk.valid());
        for byte in chunk.invalid() {
            // PEP 383
            let _ = write!(json, "\\udc{byte:02x}");
        }
    }
}

#[cfg(windows)]
fn push_os_str(json: &mut String, path: &Path) {
    use std::os::windows::ffi::OsStrExt;

    for unit in char::decode_utf16(path.as_os_str().encode_wide()) {
        match unit {
            Ok(character) => push_text(json, character.encode_utf8(&mut [0; 4])),
            Err(surrogate) => {
                let _ = write!(json, "\\u{:04x}", surrogate.unpaired_surrogate());
            }
        }
    }
}

#[cfg(not(any(unix, windows)))]
fn push_os_str(json: &mut String, path: &Path) {
    push_text(json, &path.to_string_lossy());
}

fn push_text(json: &mut String, text: &str) {
    let quoted = serde_json::to_string(text).expect("a string always serialises");
    json.push_str(&quoted[1..quoted.len() - 1]);
}
