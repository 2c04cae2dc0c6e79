//! One line of JSON a file, the same for `load` and `explain`.

use compact_str::CompactString;
use serde::Serialize;

use super::input::Outcome;
use crate::definition::Definition;
use crate::error::LoadError;
use crate::json_path::PathValue;
use crate::package::{LoadedDefinition, TierDeclined};
use crate::repository::{RepositoryPackage, ScanErrorKind, ScanResult};
use crate::rez_tier::RezError;
use crate::swar::has_escapes;

#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Package {
        path: PathValue<'a>,
        tier: &'static str,
        name: &'a str,
        version: &'a str,
        requires: &'a [CompactString],
        variants: &'a [Vec<CompactString>],
        declined: Vec<Decline>,
    },
    Definition {
        path: PathValue<'a>,
        tier: &'static str,
        definition: &'a Definition,
        declined: Vec<Decline>,
    },
    Error {
        path: PathValue<'a>,
        error: Error<'a>,
        declined: Vec<Decline>,
    },
}

/// A line of `rezload scan` about what isn't served.
#[derive(Serialize)]
struct ScanFailure<'a> {
    name: Option<&'a str>,
    version: Option<&'a str>,
    path: PathValue<'a>,
    repository: Option<&'a str>,
    error: ScanErrorLine<'a>,
    declined: Vec<Decline>,
}

#[derive(Serialize)]
struct WarningLine {
    code: &'static str,
    reason: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ScanErrorLine<'a> {
    /// What rez says, or what it couldn't.
    Rez(Error<'a>),
    Other {
        kind: &'static str,
        reason: String,
    },
}

/// Adds the line for an item of a scan.
pub(super) fn scan_line(lines: &mut Vec<u8>, item: &ScanResult) {
    match item {
        Ok(package) => add_package(lines, package),
        Err(error) => add_value(
            lines,
            &ScanFailure {
                name: error.family(),
                version: error.version(),
                path: PathValue(error.path()),
                repository: error.repository(),
                error: match error.kind() {
                    ScanErrorKind::Load(load) if is_of_rez(load) => {
                        ScanErrorLine::Rez(describe(load))
                    }
                    kind => ScanErrorLine::Other {
                        kind: kind.code(),
                        reason: kind.message(),
                    },
                },
                declined: match error.kind() {
                    ScanErrorKind::Load(error) => declines(error.declined()),
                    _ => Vec::new(),
                },
            },
        ),
    }
    lines.push(b'\n');
}

/// Adds a package of a scan.
fn add_package(lines: &mut Vec<u8>, package: &RepositoryPackage) {
    let data = &package.data;
    lines.extend_from_slice(b"{\"name\":");
    add_string(lines, &data.name);
    lines.extend_from_slice(b",\"version\":");
    add_string(lines, &data.version);
    lines.extend_from_slice(b",\"requires\":");
    add_list(lines, &data.requires, |lines, request| {
        add_string(lines, request);
    });
    lines.extend_from_slice(b",\"variants\":");
    add_list(lines, &data.variants, |lines, variant| {
        add_list(lines, variant, |lines, request| add_string(lines, request));
    });
    lines.extend_from_slice(b",\"uri\":");
    add_string(lines, &package.uri);
    lines.extend_from_slice(b",\"path\":");
    add_string(lines, package.path_text());
    lines.extend_from_slice(b",\"repository\":");
    add_string(lines, &package.repository);
    lines.extend_from_slice(b",\"tier\":");
    add_string(lines, package.tier.as_str());
    lines.extend_from_slice(b",\"declined\":");
    add_value(lines, &declines(&package.declined));
    lines.extend_from_slice(b",\"warnings\":");
    add_list(lines, &package.warnings, |lines, warning| {
        add_value(
            lines,
            &WarningLine {
                code: warning.code(),
                reason: warning.to_string(),
            },
        );
    });
    lines.push(b'}');
}

fn add_value(lines: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(lines, value).expect("strings, numbers and lists always serialise");
}

fn add_list<T>(lines: &mut Vec<u8>, list: &[T], add: impl Fn(&mut Vec<u8>, &T)) {
    lines.push(b'[');
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            lines.push(b',');
        }
        add(lines, item);
    }
    lines.push(b']');
}

/// Adds a string. serde_json looks at each byte of it, which was a third of the instructions of a
/// scan; nearly all strings are written as they are.
fn add_string(lines: &mut Vec<u8>, text: &str) {
    if has_escapes(text.as_bytes()) {
        return add_value(lines, &text);
    }
    lines.reserve(text.len() + 2);
    lines.push(b'"');
    lines.extend_from_slice(text.as_bytes());
    lines.push(b'"');
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Error<'a> {
    /// The file can't be read.
    Read { reason: String },
    /// Every tier declined; the fields are those of the last one. `rez` says why there is no
    /// rez to ask, if it should have been.
    Declined {
        #[serde(flatten)]
        last: Decline,
        #[serde(skip_serializing_if = "Option::is_none")]
        rez: Option<RezFailure<'a>>,
    },
    /// rez's own exception.
    Refused {
        class: &'a str,
        reason: &'a str,
        line: Option<usize>,
        traceback: &'a str,
    },
    /// rez gave no answer.
    Rez(RezFailure<'a>),
}

#[derive(Serialize)]
struct RezFailure<'a> {
    code: &'static str,
    reason: String,
    hint: &'static str,
    stderr: &'a str,
}

impl<'a> From<&'a RezError> for RezFailure<'a> {
    fn from(error: &'a RezError) -> Self {
        RezFailure {
            code: error.code(),
            reason: error.to_string(),
            hint: error.hint(),
            stderr: error.stderr(),
        }
    }
}

/// Why one tier didn't serve the file.
#[derive(Serialize)]
struct Decline {
    tier: &'static str,
    code: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
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
            detail: declined.detail.clone(),
            hint: reason.hint(),
            line: declined.position.line,
            column: declined.position.column,
            offset: declined.declined.offset,
        }
    }
}

/// The line for `outcome`, without its line end.
pub(super) fn line(outcome: &Outcome) -> String {
    let path = PathValue(&outcome.path);
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
        Err(error) => error_line(path, error),
    };
    text(&line)
}

/// [`line`] for a whole definition.
pub(super) fn definition_line(outcome: &Outcome<LoadedDefinition>) -> String {
    let path = PathValue(&outcome.path);
    let line = match &outcome.result {
        Ok(loaded) => Line::Definition {
            path,
            tier: loaded.tier.as_str(),
            definition: &loaded.definition,
            declined: declines(&loaded.declined),
        },
        Err(error) => error_line(path, error),
    };
    text(&line)
}

fn error_line<'a>(path: PathValue<'a>, error: &'a LoadError) -> Line<'a> {
    Line::Error {
        path,
        error: describe(error),
        declined: declines(error.declined()),
    }
}

fn text(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("strings, numbers and lists always serialise")
}

fn declines(declined: &[TierDeclined]) -> Vec<Decline> {
    declined.iter().map(Decline::from).collect()
}

/// Whether rez was asked, or should have been.
fn is_of_rez(error: &LoadError) -> bool {
    matches!(error, LoadError::Rez { .. } | LoadError::Refused { .. })
}

fn describe(error: &LoadError) -> Error<'_> {
    let reason = match error {
        LoadError::Read { source, .. } => source.to_string(),
        LoadError::Refused { refusal, .. } => {
            return Error::Refused {
                class: &refusal.class,
                reason: &refusal.message,
                line: refusal.line,
                traceback: &refusal.traceback,
            };
        }
        LoadError::Rez { error: rez, .. } if !error.is_declined() => {
            return Error::Rez(RezFailure::from(&**rez));
        }
        error => match error.declined().last() {
            Some(last) => {
                return Error::Declined {
                    last: Decline::from(last),
                    rez: match error {
                        LoadError::Rez { error, .. } => Some(RezFailure::from(&**error)),
                        _ => None,
                    },
                };
            }
            None => error.reason(),
        },
    };
    Error::Read { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_as_serde_json_writes_them() {
        let escaped = [
            "",
            "a",
            "a\"b",
            "\\",
            "\n",
            "\0",
            "\u{7f}",
            "\u{e9}",
            "\u{1f600}",
        ];
        for before in ["", "python-3.9", "0123456789abcdef"] {
            for text in escaped {
                for after in ["", "1", "12345678", "0123456789abcdef"] {
                    let text = format!("{before}{text}{after}");
                    let mut line = b"x".to_vec();
                    add_string(&mut line, &text);
                    assert_eq!(line[1..], serde_json::to_vec(&text).unwrap(), "{text:?}");
                }
            }
        }
    }
}
