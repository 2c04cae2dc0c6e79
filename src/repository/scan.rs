//! All packages of the repositories, one by one.

use std::iter::FusedIterator;

use super::batches::Batches;
use super::ScanResult;

/// An iterator over the packages of repositories; see
/// [`Repositories::scan`](super::Repositories::scan).
pub struct Scan {
    batches: Batches<Vec<ScanResult>>,
    /// Packages that are to be given next.
    ready: std::vec::IntoIter<ScanResult>,
}

impl Scan {
    pub(super) fn new(batches: Batches<Vec<ScanResult>>) -> Self {
        Scan {
            batches,
            ready: Vec::new().into_iter(),
        }
    }

    /// How many families have been looked at, and how many there are; both are 0 before the
    /// first package has been asked for.
    pub fn progress(&self) -> (usize, usize) {
        self.batches.progress()
    }

    /// Whether no repository could be looked at; known once the first item has been given.
    pub fn is_without_repository(&self) -> bool {
        self.batches.is_without_repository()
    }
}

impl Iterator for Scan {
    type Item = ScanResult;

    fn next(&mut self) -> Option<ScanResult> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(item);
            }
            self.ready = self.batches.next()?.into_iter();
        }
    }
}

impl FusedIterator for Scan {}
