//! Statements of earlier files, known again by their text: of the versions of a family, most
//! say what the version before says.
//!
//! To read a statement at the top level that assigns a literal or defines a function takes
//! nothing from the file but the statement's bytes, and leaves nothing but what is kept here.
//! Its line is among these bytes, end included; what the lines below a function may not be is
//! up to [`Repeats::find`]. Any other statement is read anew each time.

use compact_str::CompactString;

use super::bindings::{Binding, Bound};
use super::import::Span;
use super::lexer::is_ident_start;

/// A shorter statement is read in the time that it takes to find it.
const MIN_LEN: usize = 16;

/// A longer one isn't kept.
const MAX_LEN: usize = 16 << 10;

/// How many statements a thread keeps, a power of two.
const PLACES: usize = 32;

/// What a statement leaves in the solver fields.
#[derive(Debug, Default)]
pub(super) enum List {
    #[default]
    None,
    Requires(Vec<CompactString>),
    Variants(Vec<Vec<CompactString>>),
}

/// A [`List`] that is somewhere else.
pub(super) enum ListOf<'a> {
    None,
    Requires(&'a Vec<CompactString>),
    Variants(&'a Vec<Vec<CompactString>>),
}

/// A statement that has been read.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// From its first byte to where the next may start; empty in a place that is free.
    text: Vec<u8>,
    /// The name that it binds, and to what; the offsets are from its start.
    bound: Option<Bound>,
    pub list: List,
}

/// The statements that a thread keeps, each in the place that it has by its first bytes.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    places: [Statement; PLACES],
}

/// The place of a statement that begins like this: assignments to a name share one.
#[inline(always)]
fn place(source: &[u8]) -> Option<usize> {
    let head = u64::from_le_bytes(*source.first_chunk::<8>()?);
    let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some((hash >> (64 - PLACES.trailing_zeros())) as usize)
}

impl Statement {
    pub fn len(&self) -> usize {
        self.text.len()
    }
}

impl Repeats {
    /// The statement that begins at `start` of `source`, if it is kept, and what it binds there.
    #[inline]
    pub fn find(&self, source: &[u8], start: usize) -> Option<(&Statement, Bound)> {
        let statement = &self.places[place(&source[start..])?];
        let bound = moved(statement.bound?, 0, start);
        if !source[start..].starts_with(&statement.text) {
            return None;
        }
        match (bound.2, source.get(start + statement.len())) {
            // another line may go on with the function, or be indented as nothing before it is
            (Binding::Function(_), Some(&next)) if !is_ident_start(next) && next != b'@' => None,
            _ => Some((statement, bound)),
        }
    }

    /// Keeps the statement between `start` and `end` of `source`, which binds `bound` alone.
    #[inline]
    pub fn keep(&mut self, source: &[u8], (start, end): Span, bound: Bound, list: ListOf<'_>) {
        let text = &source[start..end];
        // a function that ends with the file may lack its last line end
        if !(MIN_LEN..=MAX_LEN).contains(&text.len()) || text.last() != Some(&b'\n') {
            return;
        }
        let Some(place) = place(text) else {
            return;
        };
        let statement = &mut self.places[place];
        statement.text.clear();
        statement.text.extend_from_slice(text);
        statement.bound = Some(moved(bound, start, 0));
        match (&mut statement.list, list) {
            (List::Requires(kept), ListOf::Requires(list)) => kept.clone_from(list),
            (List::Variants(kept), ListOf::Variants(list)) => kept.clone_from(list),
            (kept, ListOf::Requires(list)) => *kept = List::Requires(list.clone()),
            (kept, ListOf::Variants(list)) => *kept = List::Variants(list.clone()),
            (kept, ListOf::None) => *kept = List::None,
        }
    }
}

/// What a statement binds that is at `to` instead of `from`.
#[inline]
fn moved((start, end, binding): Bound, from: usize, to: usize) -> Bound {
    let by = |offset: u32| offset - from as u32 + to as u32;
    let binding = match binding {
        Binding::Literal(at) => Binding::Literal(by(at)),
        Binding::Function(at) => Binding::Function(by(at)),
        other => other,
    };
    (by(start), by(end), binding)
}
