//! What a survey says: how much never needs Python, and which changes would help most.

use std::collections::BTreeSet;

use super::construct::{Construct, Field};
use super::Survey;
use crate::package::Tier;
use crate::static_tier::parse_static;

/// How many changes are named at most.
const STEPS: usize = 5;

/// What a survey says about its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How many files no Python process is needed for: a compiled tier serves them.
    pub without_python: usize,
    /// The same where all of them are in repositories, whose directories give name and version.
    pub without_python_in_repository: usize,
    /// How many files the static tier serves.
    pub without_running: usize,
    /// The changes that would help most, the best one first.
    pub steps: Vec<Step>,
}

/// A construct to remove from the files that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What to remove.
    pub construct: Construct,
    /// How many files that the static tier declines have it.
    pub files: usize,
    /// How many declined files would have nothing left that is known to decline, when this
    /// step and all before it are taken. They may decline for something smaller all the same.
    pub cleared: usize,
}

impl Verdict {
    pub(super) fn of(survey: &Survey) -> Self {
        let count = |tier| survey.tiers.get(&tier).copied().unwrap_or(0);
        let without_running = count(Tier::Static);
        let without_python = without_running + count(Tier::Vm);
        Verdict {
            without_python,
            without_python_in_repository: without_python + survey.in_repository,
            without_running,
            steps: steps(survey),
        }
    }
}

/// Greedy: the construct that most files need gone, where a file that needs two changes counts
/// half for each. What a file can't be rid of by an edit isn't proposed.
fn steps(survey: &Survey) -> Vec<Step> {
    let mut harmless = std::collections::BTreeMap::new();
    let mut open: Vec<(BTreeSet<&Construct>, usize)> = survey
        .declined_with
        .iter()
        .map(|(constructs, files)| {
            let obstacles = constructs
                .iter()
                .filter(|construct| {
                    !*harmless
                        .entry(*construct)
                        .or_insert_with(|| is_harmless(construct))
                })
                .collect();
            (obstacles, *files)
        })
        .filter(|(obstacles, _): &(BTreeSet<&Construct>, usize)| !obstacles.is_empty())
        .collect();
    let mut steps = Vec::new();
    let mut cleared = 0;
    while steps.len() < STEPS {
        let mut weights = std::collections::BTreeMap::<&Construct, f64>::new();
        for (obstacles, files) in &open {
            for construct in obstacles {
                *weights.entry(construct).or_default() += *files as f64 / obstacles.len() as f64;
            }
        }
        // of equals the first in order, so that the answer is always the same
        let best = weights.into_iter().rev().max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((best, _)) = best else {
            break;
        };
        for (obstacles, files) in &mut open {
            if obstacles.remove(best) && obstacles.is_empty() {
                cleared += *files;
            }
        }
        open.retain(|(obstacles, _)| !obstacles.is_empty());
        steps.push(Step {
            construct: best.clone(),
            files: survey.constructs.get(best).map_or(0, |b| b.declined),
            cleared,
        });
    }
    // a last step that clears nothing helps nobody
    while let [.., before, last] = &*steps {
        if before.cleared < last.cleared {
            break;
        }
        steps.pop();
    }
    steps.retain(|step| step.cleared > 0 || step.files > 0);
    steps
}

/// Whether the static tier serves files that have this construct.
fn is_harmless(construct: &Construct) -> bool {
    match construct {
        Construct::Late(field) | Construct::Scope(field) => *field == Field::Other,
        // goes away with the function
        Construct::EarlyImport(_) => true,
        // the tier itself knows which modules are
        Construct::Import(module) => [
            format!("import {module}\nname = 'a'\nversion = '1'\n"),
            format!("from {module} import b\nname = 'a'\nversion = '1'\n"),
        ]
        .iter()
        .any(|source| parse_static(source.as_bytes()).is_ok()),
        _ => false,
    }
}
