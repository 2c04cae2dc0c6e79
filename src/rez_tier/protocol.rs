//! What is asked and answered; `python/rezload/rez_helper.py` describes the protocol.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compact_str::CompactString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::{Death, Refusal};
use crate::decline::Reason;
use crate::json_path::path_value;
use crate::package::PackageData;

/// A question for rez. `id`, `timeout` and `trusted` are the pool's to set.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    pub id: u64,
    pub kind: &'static str,
    pub path: Box<RawValue>,
    /// Seconds.
    pub timeout: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repositories: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    latest: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<FamilySettings<'a>>,
}

/// A family, in all repositories.
pub(crate) struct Family<'a> {
    pub name: &'a str,
    pub range: Option<String>,
    pub latest: bool,
    pub locations: &'a [Arc<str>],
    pub settings: FamilySettings<'a>,
}

/// What makes a difference to which packages a family has: `package_filenames`,
/// `allow_unversioned_packages` and `check_package_definition_files`.
#[derive(Serialize)]
pub(crate) struct FamilySettings<'a>(pub Vec<&'a str>, pub bool, pub bool);

impl<'a> Request<'a> {
    fn new(kind: &'static str, path: &Path) -> Self {
        Request {
            id: 0,
            kind,
            path: path_value(path),
            timeout: 0.0,
            trusted: None,
            family: None,
            version: None,
            repository: None,
            repositories: None,
            range: None,
            latest: false,
            settings: None,
        }
    }

    /// The lone file at `path`, which is absolute.
    pub fn file(path: &Path) -> Self {
        Request::new("file", path)
    }

    /// The whole definition in the file at `path`, which is absolute.
    pub fn definition(path: &Path) -> Self {
        Request::new("definition", path)
    }

    /// A version in the repository at `location`, whose definition is at `path`.
    pub fn version(family: &'a str, version: &'a str, location: &str, path: &Path) -> Self {
        Request {
            family: Some(family),
            version: Some(version),
            repository: Some(filesystem(location)),
            ..Request::new("version", path)
        }
    }

    /// A family, of which one repository has a definition at `path`.
    pub fn family(family: Family<'a>, path: &Path) -> Self {
        let locations = family.locations.iter();
        Request {
            family: Some(family.name),
            repositories: Some(locations.map(|location| filesystem(location)).collect()),
            range: family.range,
            latest: family.latest,
            settings: Some(family.settings),
            ..Request::new("family", path)
        }
    }
}

/// A location as an entry of `packages_path`, which may have an `@` in it.
fn filesystem(location: &str) -> String {
    format!("filesystem@{location}")
}

/// The first line of a helper.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Greeting {
    Ready(Ready),
    Missing(String),
    Failed(String),
}

#[derive(Debug, Deserialize)]
pub(super) struct Ready {
    /// Whether the helper itself stops a file that takes too long.
    pub isolated: bool,
}

/// The answer to a request.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub id: u64,
    #[serde(flatten)]
    pub answer: Answer,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    Fields(Fields),
    Definition(Vec<(String, serde_json::Value)>),
    Package(Found),
    Family(Vec<FamilyItem>),
    Refused(RawRefusal),
    Unreadable(Unreadable),
    Declined(RawDecline),
    Died(RawDeath),
    TimedOut(IgnoredAny),
}

/// Name, version, requires, variants.
#[derive(Debug, Deserialize)]
pub(super) struct Fields(
    CompactString,
    CompactString,
    Vec<CompactString>,
    Vec<Vec<CompactString>>,
);

impl From<Fields> for PackageData {
    fn from(Fields(name, version, requires, variants): Fields) -> Self {
        PackageData {
            name,
            version,
            requires,
            variants,
        }
    }
}

/// Fields, URI, path, repository.
#[derive(Debug, Deserialize)]
pub(super) struct Found(pub Fields, pub String, pub PathBuf, pub String);

/// One package of a family, or why rez doesn't give it.
#[derive(Debug, Deserialize)]
pub(super) struct FamilyItem {
    pub package: Option<Found>,
    pub version: Option<String>,
    pub path: Option<PathBuf>,
    pub refused: Option<RawRefusal>,
    pub declined: Option<RawDecline>,
}

/// Why the rez tier doesn't serve what rez may well give.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawDecline {
    Untrusted,
    Surrogate,
    VmValue,
    OtherSettings,
}

impl From<RawDecline> for Reason {
    fn from(raw: RawDecline) -> Self {
        match raw {
            RawDecline::Untrusted => Reason::Untrusted,
            RawDecline::Surrogate => Reason::Surrogate,
            RawDecline::VmValue => Reason::VmValue,
            RawDecline::OtherSettings => Reason::OtherSettings,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RawRefusal {
    class: String,
    message: String,
    line: Option<usize>,
    traceback: String,
}

impl From<RawRefusal> for Refusal {
    fn from(raw: RawRefusal) -> Self {
        Refusal {
            class: raw.class,
            message: raw.message,
            line: raw.line,
            traceback: raw.traceback,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Unreadable {
    pub errno: Option<i32>,
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawDeath {
    exit: Option<i32>,
    signal: Option<i32>,
}

impl From<RawDeath> for Death {
    fn from(raw: RawDeath) -> Self {
        match (raw.exit, raw.signal) {
            (Some(status), _) => Death::Exit(status),
            (None, Some(number)) => Death::Signal(number),
            (None, None) => Death::Unknown,
        }
    }
}
