//! What RustPython compiles and some CPython doesn't.

use ruff_text_size::Ranged;
use rustpython_vm::compiler::ast::token::{TokenKind, Tokens};
use rustpython_vm::compiler::ast::visitor::{
    walk_body, walk_expr, walk_interpolated_string_element, walk_stmt, Visitor,
};
use rustpython_vm::compiler::ast::{
    Expr, Identifier, InterpolatedStringElement, Mod, Stmt, StringLiteral, WithItem,
};

use super::versions;

/// Blocks in blocks that CPython compiles in one function; it allows 20, of more kinds.
const MAX_BLOCKS: usize = 16;

/// `elif` branches of one `if`, which nest in CPython's syntax tree.
const MAX_ELIFS: usize = 200;

/// Indentation steps; CPython allows 99.
const MAX_INDENTS: usize = 90;

/// Brackets in brackets; CPython 3.8 allows fewer than 100, later ones 200.
const MAX_BRACKETS: usize = 90;

/// Digits of a number; `int` reads 4300.
const MAX_DIGITS: usize = 4000;

/// What in the tokens of `text` some CPython refuses.
pub(super) fn odd_token(tokens: &Tokens, text: &str) -> Option<&'static str> {
    let mut indents = Indents::default();
    let mut starts_line = true;
    let mut brackets: usize = 0;
    for token in tokens {
        let range = token.range();
        let start = range.start().to_usize();
        let bytes = &text.as_bytes()[start..range.end().to_usize()];
        match token.kind() {
            TokenKind::Name if !bytes.is_ascii() => return Some("a name beyond ASCII"),
            TokenKind::Int if bytes.len() > MAX_DIGITS => return Some("a very long number"),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                brackets = brackets.saturating_sub(1);
            }
            _ => {}
        }
        if brackets > MAX_BRACKETS {
            return Some("too many brackets in brackets");
        }
        match token.kind() {
            TokenKind::Newline => starts_line = true,
            TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile => {}
            _ if starts_line => {
                starts_line = false;
                let line = memchr::memrchr(b'\n', &text.as_bytes()[..start]).map_or(0, |at| at + 1);
                if !indents.is_consistent(&text[line..start]) {
                    return Some("tabs and spaces, or many levels, in the indentation");
                }
            }
            _ => {}
        }
    }
    None
}

/// The indentation of the blocks that a line is in.
///
/// CPython takes a tab for eight columns and for one, and refuses what depends on it; ruff takes
/// it for other widths. Where each block's indentation begins with that of the block around it,
/// width doesn't matter.
#[derive(Default)]
struct Indents<'t>(Vec<&'t str>);

impl<'t> Indents<'t> {
    /// Takes the white space in front of the next logical line.
    fn is_consistent(&mut self, space: &'t str) -> bool {
        // a form feed starts the line anew
        let space = space.rsplit('\x0c').next().unwrap_or_default();
        while let Some(top) = self.0.last() {
            if top.len() <= space.len() {
                break;
            }
            self.0.pop();
        }
        let top = self.0.last().copied().unwrap_or_default();
        if space.len() > top.len() {
            self.0.push(space);
        }
        space.starts_with(top)
            && self.0.len() <= MAX_INDENTS
            && space.bytes().all(|byte| byte == b' ' || byte == b'\t')
    }
}

/// What in the statements of `module`, whose text is `text`, a CPython of version `python`
/// refuses.
pub(super) fn odd_statement(module: &Mod, text: &str, python: (u8, u8)) -> Option<&'static str> {
    let mut search = Search {
        text,
        python,
        blocks: 0,
        declared: Vec::new(),
        odd: None,
    };
    if let Mod::Module(module) = module {
        walk_body(&mut search, &module.body);
    }
    search.odd
}

struct Search<'t> {
    text: &'t str,
    python: (u8, u8),
    blocks: usize,
    /// What `global` and `nonlocal` have named in this function, or outside of all.
    declared: Vec<String>,
    odd: Option<&'static str>,
}

impl<'a> Visitor<'a> for Search<'_> {
    fn visit_string_literal(&mut self, string: &'a StringLiteral) {
        self.text(&string.value);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Literal(literal) = element {
            self.text(&literal.value);
        }
        walk_interpolated_string_element(self, element);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Subscript(subscript) = expression {
            let generic = ["dict", "frozenset", "list", "set", "tuple", "type"];
            let class = matches!(&*subscript.value, Expr::Name(name) if generic.contains(&name.id.as_str()));
            if self.python < (3, 9) && class {
                self.odd = Some("a subscript of a builtin type");
            }
        }
        walk_expr(self, expression);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.odd.is_some() {
            return;
        }
        let outside = self.blocks;
        if matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            self.blocks = 0;
            let declared = std::mem::take(&mut self.declared);
            walk_stmt(self, statement);
            self.blocks = outside;
            self.declared = declared;
            return;
        }
        match statement {
            Stmt::Global(of) => self.declare(&of.names),
            Stmt::Nonlocal(of) => self.declare(&of.names),
            Stmt::For(_) | Stmt::While(_) => self.blocks += 1,
            Stmt::With(of) => {
                self.blocks += 1;
                // ruff's version check doesn't see `with (a as b):`
                if self.python < (3, 9) && of.items.iter().any(|item| self.is_in_brackets(item)) {
                    self.odd = Some("parentheses around an item of `with`");
                }
            }
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

impl Search<'_> {
    /// RustPython doesn't see that what it knows as global is used before it is declared again.
    fn declare(&mut self, names: &[Identifier]) {
        for name in names {
            if self
                .declared
                .iter()
                .any(|declared| declared == name.as_str())
            {
                self.odd = Some("a name that is declared twice");
            }
            self.declared.push(name.as_str().to_owned());
        }
    }

    /// Notes characters that not every CPython knows, to change their case or to write them.
    fn text(&mut self, text: &str) {
        if !text.is_ascii() && !text.chars().all(versions::is_settled) {
            self.odd = Some("a character that Unicode has defined of late");
        }
    }

    /// Whether a closing bracket follows the name that `item` binds.
    fn is_in_brackets(&self, item: &WithItem) -> bool {
        item.optional_vars.as_ref().is_some_and(|name| {
            let rest = &self.text[name.range().end().to_usize()..];
            let rest = rest.trim_start_matches([' ', '\t', '\x0c', '\n', '\\', ',']);
            rest.starts_with([')', '#'])
        })
    }
}
