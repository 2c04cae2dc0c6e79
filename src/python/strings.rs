//! Python strings that are handed out again: names and requests are few, and met often.
//!
//! rez's own bundled repository has 18,226 packages with 174,311 requests, of which 5,285 differ.

use std::hash::BuildHasher;
use std::sync::Mutex;

use compact_str::CompactString;
use foldhash::fast::FixedState;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

/// How many strings are kept, each in the one slot that its hash gives it.
const SLOTS: usize = 8192;

type Slot = Option<(CompactString, Py<PyString>)>;

static KEPT: Mutex<Vec<Slot>> = Mutex::new(Vec::new());

/// The Python string of `text`, the same object as before where that is still kept.
pub(super) fn shared<'py>(py: Python<'py>, text: &CompactString) -> Bound<'py, PyString> {
    // a long one would be copied into a slot's own memory
    if text.is_heap_allocated() {
        return PyString::new(py, text);
    }
    // nobody waits for it: who holds it holds the GIL, which nothing here hands over
    let Ok(mut kept) = KEPT.try_lock() else {
        return PyString::new(py, text);
    };
    if kept.is_empty() {
        kept.resize_with(SLOTS, || None);
    }
    let hash = FixedState::with_seed(0).hash_one(text.as_bytes());
    let slot = &mut kept[hash as usize % SLOTS];
    match slot {
        Some((known, string)) if known == text => string.bind(py).clone(),
        _ => {
            let string = PyString::new(py, text);
            *slot = Some((text.clone(), string.clone().unbind()));
            string
        }
    }
}

/// A new list of the Python strings of `texts`.
pub(super) fn list<'py>(py: Python<'py>, texts: &[CompactString]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, texts.iter().map(|text| shared(py, text)))
}

/// A new list of one list of Python strings for each of `rows`.
pub(super) fn lists<'py>(
    py: Python<'py>,
    rows: &[Vec<CompactString>],
) -> PyResult<Bound<'py, PyList>> {
    let rows = rows.iter().map(|row| list(py, row));
    PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// What a caller gives for requests.
pub(super) fn compact(texts: Vec<String>) -> Vec<CompactString> {
    texts.into_iter().map(CompactString::from).collect()
}

/// What a caller gives for variants.
pub(super) fn compact_rows(rows: Vec<Vec<String>>) -> Vec<Vec<CompactString>> {
    rows.into_iter().map(compact).collect()
}
