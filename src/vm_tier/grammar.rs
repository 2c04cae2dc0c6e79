//! What RustPython compiles and some CPython doesn't.

use ruff_text_size::Ranged;
use rustpython_vm::compiler::ast::token::{TokenKind, Tokens};
use rustpython_vm::compiler::ast::visitor::{walk_body, walk_stmt, Visitor};
use rustpython_vm::compiler::ast::{Mod, Stmt};

/// Blocks in blocks that CPython compiles in one function; it allows 20, of more kinds.
const MAX_BLOCKS: usize = 16;

/// `elif` branches of one `if`, which nest in CPython's syntax tree.
const MAX_ELIFS: usize = 200;

/// Indentation steps; CPython allows 99.
const MAX_INDENTS: usize = 90;

/// Digits of a number; `int` reads 4300.
const MAX_DIGITS: usize = 4000;

/// What in the tokens of `text` some CPython refuses.
pub(super) fn odd_token(tokens: &Tokens, text: &str) -> Option<&'static str> {
    let mut indents = 0;
    for token in tokens {
        let range = token.range();
        let bytes = &text.as_bytes()[range.start().to_usize()..range.end().to_usize()];
        match token.kind() {
            TokenKind::Name if !bytes.is_ascii() => return Some("a name beyond ASCII"),
            TokenKind::Int if bytes.len() > MAX_DIGITS => return Some("a very long number"),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents -= 1,
            _ => {}
        }
        if indents > MAX_INDENTS {
            return Some("too many levels of indentation");
        }
    }
    None
}

/// What in the statements of `module` some CPython refuses.
pub(super) fn odd_statement(module: &Mod) -> Option<&'static str> {
    let mut search = Search {
        blocks: 0,
        odd: None,
    };
    if let Mod::Module(module) = module {
        walk_body(&mut search, &module.body);
    }
    search.odd
}

struct Search {
    blocks: usize,
    odd: Option<&'static str>,
}

impl<'a> Visitor<'a> for Search {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.odd.is_some() {
            return;
        }
        let outside = self.blocks;
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => self.blocks = 0,
            Stmt::For(_) | Stmt::While(_) | Stmt::With(_) => self.blocks += 1,
            Stmt::Try(of) => {
                self.blocks += 2;
                if of.handlers.is_empty() && (!of.orelse.is_empty() || of.finalbody.is_empty()) {
                    self.odd = Some("`else` without `except`");
                }
            }
            Stmt::If(of) if of.elif_else_clauses.len() > MAX_ELIFS => {
                self.odd = Some("too many `elif`");
            }
            _ => {}
        }
        if self.blocks > MAX_BLOCKS {
            self.odd = Some("too many blocks in blocks");
        }
        walk_stmt(self, statement);
        self.blocks = outside;
    }
}
