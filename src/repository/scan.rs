//! All packages of the repositories, one by one.

use std::iter::FusedIterator;
use std::time::Duration;

use super::batches::{Batches, Pending};
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

    /// A package that has been read and can be had without waiting.
    #[cfg(feature = "python")]
    pub(crate) fn next_ready(&mut self) -> Option<ScanResult> {
        self.ready.next()
    }

    /// The next item, `None` at the end; an error when nothing has come within `patience`.
    pub(crate) fn next_within(
        &mut self,
        patience: Duration,
    ) -> Result<Option<ScanResult>, Pending> {
        loop {
            if let Some(item) = self.ready.next() {
                return Ok(Some(item));
            }
            match self.batches.next_within(patience)? {
                Some(batch) => self.ready = batch.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

impl Iterator for Scan {
    type Item = ScanResult;

    fn next(&mut self) -> Option<ScanResult> {
        loop {
            if let Ok(item) = self.next_within(Duration::from_secs(3600)) {
                return item;
            }
        }
    }
}

impl FusedIterator for Scan {}
