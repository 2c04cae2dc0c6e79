//! Bytecode of earlier definitions: the versions of a package often share their code.

use std::collections::HashMap;

use rustpython_vm::builtins::PyCode;
use rustpython_vm::PyRef;

/// How many texts are kept of each kind.
const CAPACITY: usize = 1024;

/// The longest text that is kept, in bytes.
const MAX_TEXT: usize = 16 << 10;

/// Bytecode, and whether it may change what the next definition sees.
#[derive(Clone)]
pub(super) struct Compiled {
    pub code: PyRef<PyCode>,
    pub may_change: bool,
}

/// Bytecode by its text and whether it watches for sets.
#[derive(Default)]
pub(super) struct Codes {
    plain: HashMap<Box<str>, Compiled>,
    sets: HashMap<Box<str>, Compiled>,
}

impl Codes {
    pub fn get(&self, text: &str, sets: bool) -> Option<Compiled> {
        let codes = if sets { &self.sets } else { &self.plain };
        codes.get(text).cloned()
    }

    pub fn put(&mut self, text: &str, sets: bool, code: Compiled) {
        let codes = if sets {
            &mut self.sets
        } else {
            &mut self.plain
        };
        if text.len() > MAX_TEXT {
            return;
        }
        if codes.len() >= CAPACITY {
            codes.clear();
        }
        codes.insert(text.into(), code);
    }
}
