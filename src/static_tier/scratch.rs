//! The stacks of the automata, kept from one file to the next on each thread, so that
//! reading a file allocates nothing but its fields; and the statements that are known again.

use std::cell::Cell;

use super::bindings::Bound;
use super::block::Block;
use super::expr::Suspended;
use super::import::Span;
use super::literal::Open;
use super::repeat::Repeats;

/// Larger stacks than this are given back: they are a hostile file's.
const KEPT: usize = 4096;

#[derive(Default)]
pub(super) struct Scratch {
    pub brackets: Vec<Suspended>,
    pub names: Vec<Span>,
    pub blocks: Vec<Block>,
    pub displays: Vec<Open>,
    pub bound: Vec<Bound>,
    pub repeats: Option<Box<Repeats>>,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

impl Scratch {
    /// This thread's stacks, empty.
    pub fn take() -> Self {
        SCRATCH.take()
    }

    /// Keeps the stacks for the next file.
    pub fn keep(mut self) {
        fn clear<T>(stack: &mut Vec<T>) {
            stack.clear();
            stack.shrink_to(KEPT);
        }
        clear(&mut self.brackets);
        clear(&mut self.names);
        clear(&mut self.blocks);
        clear(&mut self.displays);
        clear(&mut self.bound);
        SCRATCH.set(self);
    }
}
