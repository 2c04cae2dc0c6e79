//! What the compiled tiers serve, held against real rez, file by file.
//!
//! A file that a tier serves is loaded by rez too, in a helper process, and every field is
//! compared. One difference is one too many: it is what this project promises not to have.

mod describe;
mod state;

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use state::{State, StateError};

use crate::decline::Reason;
use crate::error::LoadError;
use crate::loader::Loader;
use crate::package::{PackageData, Tier, TierDeclined};
use crate::real_path::real_path;
use crate::rez_tier::RezTier;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The four fields of the solver's view.
    Fields,
    /// All that `rez.serialise.load_from_file` returns.
    Definition,
}

/// What came of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// A tier serves what rez gives.
    Match {
        /// The tier.
        tier: String,
    },
    /// A tier serves something else.
    Mismatch {
        /// The tier.
        tier: String,
        /// Where the two differ.
        differences: Vec<Difference>,
    },
    /// A tier serves what rez refuses.
    Refused {
        /// The tier.
        tier: String,
        /// rez's exception.
        error: String,
    },
    /// No compiled tier serves the file, so rez answers for it anyway.
    Declined {
        /// The last tier's reason.
        reason: String,
        /// What rez makes of it, if it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rez: Option<RezSays>,
        /// rez's exception, or why it gave no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// rez gave no answer: it took too long, died, or couldn't be started.
    Unanswered {
        /// What happened.
        reason: String,
    },
    /// The file can't be read.
    Unread {
        /// The operating system's error.
        reason: String,
    },
}

impl Outcome {
    /// Whether this shows that a tier is wrong.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Outcome::Mismatch { .. } | Outcome::Refused { .. })
    }

    /// Whether nothing is known about the file.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Outcome::Unanswered { .. } | Outcome::Unread { .. })
    }

    /// Whether another comparison that asks rez about declined files too, or doesn't, as
    /// `declined` says, has nothing to add.
    pub fn is_final(&self, declined: bool) -> bool {
        match self {
            Outcome::Declined { rez, .. } => match rez {
                None => !declined,
                Some(RezSays::Nothing) => false,
                Some(RezSays::Loads | RezSays::Refuses) => true,
            },
            outcome => !outcome.is_unknown(),
        }
    }
}

/// What rez says of a file that no compiled tier serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RezSays {
    /// rez loads it.
    Loads,
    /// rez refuses it, too.
    Refuses,
    /// It took too long, died, couldn't be started, or isn't trusted.
    Nothing,
}

/// A field in which a tier and rez differ; what a side doesn't have is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The field, or the attribute of the definition.
    pub field: String,
    /// What the tier gives.
    pub rezload: Json,
    /// What rez gives.
    pub rez: Json,
}

/// Holds `source`, the bytes of the definition at `path`, against what `rez` makes of the file.
///
/// rez reads the file itself. Where the two differ and the file has changed since `source` was
/// read, what it holds now is compared.
pub fn compare(
    loader: &Loader,
    rez: &RezTier,
    scope: Scope,
    path: &Path,
    source: &[u8],
) -> Outcome {
    let outcome = compare_once(loader, rez, scope, path, source);
    if !outcome.is_wrong() {
        return outcome;
    }
    match crate::source_file::read_source(path) {
        Ok(now) if now == source => outcome,
        Ok(now) => compare_once(loader, rez, scope, path, &now),
        Err(error) => Outcome::Unread {
            reason: error.to_string(),
        },
    }
}

/// Adds to the outcome of a file that no tier serves what rez makes of it; rez runs the file.
pub fn ask_about_declined(outcome: Outcome, rez: &RezTier, scope: Scope, path: &Path) -> Outcome {
    let Outcome::Declined { reason, .. } = outcome else {
        return outcome;
    };
    let loaded = match scope {
        Scope::Fields => rez.load(path, Vec::new()).map(drop),
        Scope::Definition => rez.definition(path, Vec::new()).map(drop),
    };
    let (rez, error) = match loaded {
        Ok(()) => (RezSays::Loads, None),
        // it did, and holds a value that can't be handed over
        Err(LoadError::Declined { declined, .. })
            if declined.iter().any(|declined| {
                let reason = declined.declined.reason;
                matches!(reason, Reason::VmValue | Reason::Surrogate)
            }) =>
        {
            (RezSays::Loads, None)
        }
        Err(LoadError::Refused { refusal, .. }) => (RezSays::Refuses, Some(refusal.to_string())),
        Err(error) => (RezSays::Nothing, Some(error.to_string())),
    };
    Outcome::Declined {
        reason,
        rez: Some(rez),
        error,
    }
}

fn compare_once(
    loader: &Loader,
    rez: &RezTier,
    scope: Scope,
    path: &Path,
    source: &[u8],
) -> Outcome {
    let served = match scope {
        Scope::Fields => loader
            .load_source(path, source)
            .map(|package| (package.tier, fields(&package.data))),
        Scope::Definition => real_path(path)
            .map_err(|source| LoadError::Read {
                path: path.to_path_buf(),
                source,
            })
            .and_then(|real| loader.definition_source(&real, source))
            .map(|loaded| (loaded.tier, describe::definition(&loaded.definition))),
    };
    let (tier, ours) = match served {
        Ok(served) => served,
        Err(LoadError::Declined { declined, .. }) => {
            let reason = declined
                .last()
                .map_or("", |last| last.declined.reason.code());
            return Outcome::Declined {
                reason: reason.to_owned(),
                rez: None,
                error: None,
            };
        }
        Err(error) => {
            return Outcome::Unread {
                reason: error.to_string(),
            }
        }
    };
    let theirs = match scope {
        Scope::Fields => rez
            .load(path, Vec::new())
            .map(|package| fields(&package.data)),
        Scope::Definition => rez
            .definition(path, Vec::new())
            .map(|loaded| describe::definition(&loaded.definition)),
    };
    judge(tier, &ours, theirs)
}

fn judge(tier: Tier, ours: &Json, theirs: Result<Json, LoadError>) -> Outcome {
    let tier = tier.as_str().to_owned();
    match theirs {
        Ok(theirs) => {
            let differences = differences(ours, &theirs);
            if differences.is_empty() {
                Outcome::Match { tier }
            } else {
                Outcome::Mismatch { tier, differences }
            }
        }
        Err(LoadError::Refused { refusal, .. }) => Outcome::Refused {
            tier,
            error: refusal.to_string(),
        },
        // what a tier serves is no such value
        Err(LoadError::Declined { declined, .. }) if holds_objects(&declined) => {
            Outcome::Mismatch {
                tier,
                differences: vec![Difference {
                    field: "a value".to_owned(),
                    rezload: Json::Null,
                    rez: Json::from("an object that has no description"),
                }],
            }
        }
        Err(error) => Outcome::Unanswered {
            reason: error.to_string(),
        },
    }
}

/// Whether rez gave values of other classes than a definition's.
fn holds_objects(declined: &[TierDeclined]) -> bool {
    declined
        .last()
        .is_some_and(|last| last.tier == Tier::Rez && last.declined.reason == Reason::VmValue)
}

/// The solver's view, in the shape of a described definition.
fn fields(data: &PackageData) -> Json {
    serde_json::json!([
        "dict",
        ["name", data.name],
        ["version", data.version],
        ["requires", data.requires],
        ["variants", data.variants],
    ])
}

/// The attributes in which two described dicts differ; their order counts, too.
fn differences(ours: &Json, theirs: &Json) -> Vec<Difference> {
    if ours == theirs {
        return Vec::new();
    }
    let (ours, theirs) = (attributes(ours), attributes(theirs));
    let get = |side: &[(&str, &Json)], name: &str| {
        let found = side.iter().find(|(key, _)| *key == name);
        found.map_or(Json::Null, |(_, value)| (*value).clone())
    };
    let mut names: Vec<&str> = theirs.iter().map(|(name, _)| *name).collect();
    for (name, _) in &ours {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let mut differences: Vec<Difference> = names
        .into_iter()
        .map(|name| Difference {
            field: name.to_owned(),
            rezload: get(&ours, name),
            rez: get(&theirs, name),
        })
        .filter(|difference| difference.rezload != difference.rez)
        .collect();
    if differences.is_empty() {
        let order = |side: &[(&str, &Json)]| side.iter().map(|(name, _)| *name).collect();
        differences.push(Difference {
            field: "(order of the attributes)".to_owned(),
            rezload: order(&ours),
            rez: order(&theirs),
        });
    }
    differences
}

fn attributes(described: &Json) -> Vec<(&str, &Json)> {
    let items = described.as_array().map_or(&[][..], |items| items);
    items
        .iter()
        .filter_map(|item| Some((item.get(0)?.as_str()?, item.get(1)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decline::Declined;
    use crate::package::Position;
    use serde_json::json;

    #[test]
    fn differences_are_named() {
        let ours = json!(["dict", ["name", "a"], ["x", ["int", "0x1"]]]);
        let theirs = json!(["dict", ["name", "b"], ["y", ["None"]]]);
        let found = differences(&ours, &theirs);
        let fields: Vec<_> = found.iter().map(|found| &*found.field).collect();
        assert_eq!(fields, ["name", "y", "x"]);
        assert_eq!(found[1].rezload, Json::Null);
        assert_eq!(found[2].rez, Json::Null);
        assert_eq!(differences(&ours, &ours), []);
    }

    #[test]
    fn another_order_is_a_difference() {
        let ours = json!(["dict", ["a", "1"], ["b", "2"]]);
        let theirs = json!(["dict", ["b", "2"], ["a", "1"]]);
        let found = differences(&ours, &theirs);
        assert_eq!(found[0].rez, json!(["b", "a"]));
    }

    #[test]
    fn an_object_of_rez_s_is_not_what_a_tier_serves() {
        let declined = |reason| {
            Err(LoadError::Declined {
                path: "package.py".into(),
                declined: vec![TierDeclined {
                    tier: Tier::Rez,
                    declined: Declined::new(reason, 0),
                    position: Position { line: 1, column: 1 },
                    detail: None,
                }],
            })
        };
        let ours = serde_json::json!(["dict", ["name", "a"]]);
        assert!(judge(Tier::Vm, &ours, declined(Reason::VmValue)).is_wrong());
        assert!(judge(Tier::Vm, &ours, declined(Reason::Untrusted)).is_unknown());
    }
}
