//! What a run in the VM gives: values, or why there are none.

use crate::decline::Reason;
use crate::definition::Definition;
use crate::static_tier::Fields;

/// What is asked of a definition.
pub(super) enum Want {
    /// The solver fields of a file that is loaded alone.
    Fields,
    /// The solver fields of a file in a repository, which says what its name and version are.
    InRepository,
    /// Everything.
    Definition,
}

/// What a definition gives.
pub(super) enum Answer {
    /// The solver fields, and whether there is a `timestamp`.
    Fields(Fields, bool),
    Definition(Definition),
}

/// Why the VM declines a file, on its way out of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub reason: Reason,
    /// The line, from 1, where that is what is known.
    pub line: Option<usize>,
    /// The byte offset in the decoded text, where that is what is known.
    pub offset: Option<usize>,
    /// Which module, which attribute, which exception.
    pub detail: Option<String>,
}

impl Refusal {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Refusal {
            reason,
            line: None,
            offset: None,
            detail: Some(detail.into()),
        }
    }

    pub fn at(reason: Reason, offset: usize, detail: impl Into<String>) -> Self {
        Refusal {
            offset: Some(offset),
            ..Refusal::new(reason, detail)
        }
    }
}
