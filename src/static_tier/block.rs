//! The grammar of function definitions and of the statements in their bodies.
//!
//! The blocks are on a stack of their own: no input makes this recurse.

use std::mem::take;

use memchr::memmem;

use super::expr::{Mode, Parser, Shape};
use super::lexer::{decline, Lexer, Res};
#[cfg(feature = "vm")]
use super::module::Start;
use super::parameters::Parameters;
use super::token::Tok;
use crate::decline::Reason;
use crate::swar::blank_end;

/// Blocks inside one another. CPython allows 100 indents and 20 frame blocks a function.
const MAX_BLOCKS: usize = 18;
/// Frame blocks of one function; a `try` counts as several. With the comprehensions of an
/// expression (`expr.rs`), which are blocks from 3.12 on, they stay below CPython's 20.
const MAX_FRAME_BLOCKS: u8 = 14;
/// `elif` branches of an `if` and of those around it: each nests in the one before
/// (`symtable.c`, `compile.c`).
const MAX_ELIFS: u16 = 200;

/// How far into a function a `global` may stand, in bytes: all of it is searched.
const MAX_SEARCHED: usize = 64 << 10;
/// `global` statements of a function, and names of each.
const MAX_GLOBALS: u8 = 8;

/// Whether `text`, which has been read before, holds `name` outside of comments and plain strings:
/// docstrings like to speak of what is global.
fn is_named(text: &[u8], name: &[u8]) -> Res<bool> {
    let found = |text| memmem::find(text, name).is_some();
    if !found(text) {
        return Ok(false);
    }
    let mut lex = Lexer::new(text);
    loop {
        match lex.next()? {
            Tok::Eof => return Ok(false),
            Tok::Name if lex.text() == name => return Ok(true),
            Tok::FStr if found(lex.text()) => return Ok(true),
            _ => {}
        }
    }
}

/// The indentation of a line: with tabs to 8 columns and with tabs to 1. Python refuses
/// lines that the two don't put in the same order (`tok_get` in `tokenizer.c`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Indent {
    column: u32,
    alternative: u32,
}

impl Indent {
    pub const NONE: Indent = Indent {
        column: 0,
        alternative: 0,
    };

    /// Whether this line is indented further than `other`; an inconsistent use of tabs
    /// declines.
    pub fn deeper_than(self, other: Indent, offset: usize) -> Res<bool> {
        if (self.column == other.column) != (self.alternative == other.alternative)
            || (self.column > other.column) != (self.alternative > other.alternative)
        {
            return decline(Reason::Indentation, offset);
        }
        Ok(self.column > other.column)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    Def,
    /// The body of an `if` or `elif`.
    If,
    /// A `for` or `while`.
    Loop,
    Try,
    Except,
    /// `except:`, which no other `except` may follow.
    BareExcept,
    /// The `else` of a `try`.
    TryElse,
    /// A block that no clause may follow.
    Last,
    /// A whole file, or the body of a class.
    Outside,
}

/// A block of statements that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    kind: BlockKind,
    indent: Indent,
    /// Inside a loop of the same function.
    in_loop: bool,
    /// Frame blocks of the same function, up to here.
    frame_blocks: u8,
    /// `elif` branches of this `if` and of those around it, up to here.
    elifs: u16,
    /// Where the parameters of the function start in [`Parser::names`].
    names: usize,
    /// Where the function starts, its parameters included; `None` outside of functions.
    function: Option<usize>,
    /// `global` statements of the function.
    globals: u8,
    /// The compound statement that has just ended at this level.
    closed: Option<(BlockKind, u16)>,
}

/// The header of a block, read up to its colon.
struct Header {
    kind: BlockKind,
    frame_blocks: u8,
    elifs: u16,
    names: usize,
    /// Where a function starts.
    function: Option<usize>,
}

impl Header {
    fn new(kind: BlockKind, frame_blocks: u8) -> Self {
        Header {
            kind,
            frame_blocks,
            elifs: 0,
            names: 0,
            function: None,
        }
    }
}

impl Block {
    /// What is around the blocks that are read: nothing is indented less.
    fn around(names: usize) -> Self {
        Block {
            kind: BlockKind::Last,
            indent: Indent::NONE,
            in_loop: false,
            frame_blocks: 0,
            elifs: 0,
            names,
            function: None,
            globals: 0,
            closed: None,
        }
    }
}

/// What a top-level `def` says about itself.
pub(super) struct Function {
    /// Start and end of its name.
    pub name: (usize, usize),
    /// Start of each default value: evaluated when the `def` is.
    pub defaults: Vec<usize>,
}

impl Parser<'_> {
    /// Skips blank lines and comments, to the first token of the next line that has one,
    /// and gives its indentation. At the end of the file the indentation is none.
    pub fn line_start(&mut self) -> Res<Indent> {
        let lex = &mut self.lex;
        loop {
            let mut indent = Indent::NONE;
            loop {
                match lex.peek() {
                    b' ' => {
                        let end = blank_end(lex.src, lex.pos + 1);
                        let spaces = (end - lex.pos) as u32;
                        indent.column += spaces;
                        indent.alternative += spaces;
                        lex.pos = end;
                        continue;
                    }
                    b'\t' => {
                        indent.column = (indent.column / 8 + 1) * 8;
                        indent.alternative += 1;
                    }
                    b'\x0c' => indent = Indent::NONE,
                    _ => break,
                }
                lex.pos += 1;
            }
            match lex.peek() {
                b'\n' => lex.pos += 1,
                b'#' => lex.skip_comment(),
                b'\\' => return decline(Reason::LineContinuation, lex.pos),
                0 => return Ok(Indent::NONE),
                _ => return Ok(indent),
            }
        }
    }

    /// Reads a top-level `def`, whose keyword is the current token, with its body. Ends
    /// at the first token of the line behind it.
    pub fn function(&mut self) -> Res<Function> {
        let names = self.names.len();
        let mut defaults = Vec::new();
        let name = self.signature(Some(&mut defaults))?;
        let mut blocks = take(&mut self.blocks);
        blocks.push(Block::around(names));
        let mut header = Some(Header {
            names,
            function: Some(name.1),
            ..Header::new(BlockKind::Def, 0)
        });
        loop {
            self.rest_of_statement(&mut blocks, header)?;
            if blocks.len() == 1 {
                blocks.clear();
                self.blocks = blocks;
                return Ok(Function { name, defaults });
            }
            self.bump()?;
            header = self.statement(&mut blocks)?;
        }
    }

    /// Reads a whole file, of which nothing was read before, as if it were a function's body; it
    /// may have classes and what else [`Parser::whole`] allows.
    #[cfg(feature = "vm")]
    pub fn file(&mut self) -> Res<()> {
        let mut blocks = take(&mut self.blocks);
        blocks.push(Block {
            kind: BlockKind::Outside,
            ..Block::around(self.names.len())
        });
        self.whole = true;
        self.dedent(&mut blocks)?;
        let mut start = Start::Nothing;
        while self.lex.peek() != 0 {
            self.bump()?;
            let header = if start != Start::Over && self.is_future_import()? {
                start = Start::Imports;
                self.future_import()?;
                None
            } else {
                let docstring = start == Start::Nothing && self.is_docstring()?;
                start = if docstring {
                    Start::Imports
                } else {
                    Start::Over
                };
                self.statement(&mut blocks)?
            };
            self.rest_of_statement(&mut blocks, header)?;
        }
        // which may wait for an `except`
        self.close_block(&mut blocks)?;
        self.blocks = blocks;
        // a NUL would end the text early
        if self.lex.pos != self.lex.src.len() {
            return decline(Reason::Syntax, self.lex.pos);
        }
        Ok(())
    }

    /// Whether the statement that starts at the current token is a string alone.
    #[cfg(feature = "vm")]
    fn is_docstring(&self) -> Res<bool> {
        let mut lex = Lexer::new(self.lex.src);
        lex.pos = self.lex.pos;
        Ok(self.tok == Tok::Str && matches!(lex.next()?, Tok::Newline | Tok::Eof))
    }

    /// What is behind the header of a block, or behind a simple statement, up to the next line
    /// that has a statement.
    fn rest_of_statement(&mut self, blocks: &mut Vec<Block>, header: Option<Header>) -> Res<()> {
        let indented = match header {
            Some(header) => self.block(blocks, header)?,
            None => {
                self.end_of_line(blocks)?;
                false
            }
        };
        if indented {
            return Ok(());
        }
        self.dedent(blocks)
    }

    /// `def name(parameters) -> annotation`, up to its colon. The parameters' names stay
    /// in [`Parser::names`] as long as the function's block is open.
    fn signature(&mut self, mut defaults: Option<&mut Vec<usize>>) -> Res<(usize, usize)> {
        self.bump()?;
        let name = (self.lex.start, self.lex.pos);
        self.expect(Tok::Name)?;
        if self.tok != Tok::LParen {
            return self.syntax();
        }
        self.lex.depth = 1;
        self.bump()?;
        let base = self.names.len();
        let mut parameters = Parameters::default();
        while self.tok != Tok::RParen {
            if self.parameter(&mut parameters, base, true)? {
                if let Some(defaults) = defaults.as_deref_mut() {
                    defaults.push(self.lex.start);
                }
                self.expr(Mode::Single)?;
            }
            match self.tok {
                Tok::Comma => self.bump()?,
                Tok::RParen => {}
                _ => return self.syntax(),
            }
        }
        if parameters.bare_star {
            return self.syntax();
        }
        self.lex.depth = 0;
        self.bump()?;
        if self.tok == Tok::Arrow {
            self.bump()?;
            self.annotation()?;
        }
        Ok(name)
    }

    /// Reads the colon of `header` and what is behind it. True when that is an indented
    /// block, whose first line is next; false when it was on the same line.
    fn block(&mut self, blocks: &mut Vec<Block>, header: Header) -> Res<bool> {
        let outer = blocks[blocks.len() - 1];
        // code of its own: a function's, or a class's
        let own = matches!(header.kind, BlockKind::Def | BlockKind::Outside);
        let mut block = Block {
            kind: header.kind,
            indent: outer.indent,
            in_loop: !own && (outer.in_loop || header.kind == BlockKind::Loop),
            frame_blocks: header.frame_blocks + if own { 0 } else { outer.frame_blocks },
            elifs: header.elifs.max(outer.elifs),
            names: if own { header.names } else { outer.names },
            function: if own { header.function } else { outer.function },
            globals: if own { 0 } else { outer.globals },
            closed: None,
        };
        if blocks.len() > MAX_BLOCKS || block.frame_blocks > MAX_FRAME_BLOCKS {
            return self.fail(Reason::TooDeep);
        }
        self.expect(Tok::Colon)?;
        if self.tok == Tok::Newline {
            block.indent = self.line_start()?;
            if !block.indent.deeper_than(outer.indent, self.lex.pos)? {
                return decline(Reason::Indentation, self.lex.pos);
            }
            blocks.push(block);
            return Ok(true);
        }
        blocks.push(block);
        self.simple_statement(blocks)?;
        self.end_of_line(blocks)?;
        self.close_block(blocks)?;
        Ok(false)
    }

    /// Ends the innermost block.
    fn close_block(&mut self, blocks: &mut Vec<Block>) -> Res<()> {
        if let Some(block) = blocks.pop() {
            if let Some((BlockKind::Try, _)) = block.closed {
                return self.syntax();
            }
            if matches!(block.kind, BlockKind::Def | BlockKind::Outside) {
                self.names.truncate(block.names);
            }
            if let Some(outer) = blocks.last_mut() {
                outer.closed = Some((block.kind, block.elifs));
            }
        }
        Ok(())
    }

    /// Goes to the next line and ends the blocks that it isn't part of.
    fn dedent(&mut self, blocks: &mut Vec<Block>) -> Res<()> {
        let indent = self.line_start()?;
        let offset = self.lex.pos;
        while let Some(block) = blocks.last() {
            if indent.deeper_than(block.indent, offset)? {
                return decline(Reason::Indentation, offset);
            }
            if indent == block.indent {
                break;
            }
            self.close_block(blocks)?;
        }
        Ok(())
    }

    /// Reads a statement of a block, up to the end of its line; of a compound statement,
    /// the header up to its colon.
    fn statement(&mut self, blocks: &mut [Block]) -> Res<Option<Header>> {
        let top = blocks.len() - 1;
        let closed = blocks[top].closed.take();
        let closed_kind = closed.map(|(kind, _)| kind);
        if closed_kind == Some(BlockKind::Try) && !matches!(self.tok, Tok::Except | Tok::Finally) {
            return self.syntax();
        }
        let header = match self.tok {
            Tok::If => {
                self.bump()?;
                self.expr(Mode::Single)?;
                Header::new(BlockKind::If, 0)
            }
            Tok::Elif => {
                let Some((BlockKind::If, elifs)) = closed else {
                    return self.syntax();
                };
                if elifs >= MAX_ELIFS {
                    return self.fail(Reason::TooDeep);
                }
                self.bump()?;
                self.expr(Mode::Single)?;
                Header {
                    elifs: elifs + 1,
                    ..Header::new(BlockKind::If, 0)
                }
            }
            Tok::Else => {
                let header = match closed_kind {
                    Some(BlockKind::If | BlockKind::Loop) => Header::new(BlockKind::Last, 0),
                    Some(BlockKind::Except | BlockKind::BareExcept) => {
                        Header::new(BlockKind::TryElse, 3)
                    }
                    _ => return self.syntax(),
                };
                self.bump()?;
                header
            }
            Tok::While => {
                self.bump()?;
                self.expr(Mode::Single)?;
                Header::new(BlockKind::Loop, 1)
            }
            Tok::For => {
                self.bump()?;
                if !self.expr(Mode::Targets)?.is_target() {
                    return self.fail(Reason::AssignTarget);
                }
                self.expect(Tok::In)?;
                self.expr(Mode::Tuple)?;
                Header::new(BlockKind::Loop, 1)
            }
            // up to three frame blocks at a time: the `finally`, the handler and the
            // deletion of its name
            Tok::Try => {
                self.bump()?;
                Header::new(BlockKind::Try, 3)
            }
            Tok::Except => {
                if !matches!(closed_kind, Some(BlockKind::Try | BlockKind::Except)) {
                    return self.syntax();
                }
                self.bump()?;
                if self.tok == Tok::Colon {
                    Header::new(BlockKind::BareExcept, 3)
                } else {
                    self.expr(Mode::Single)?;
                    if self.tok == Tok::As {
                        self.bump()?;
                        self.expect(Tok::Name)?;
                    }
                    Header::new(BlockKind::Except, 3)
                }
            }
            Tok::Finally => {
                if !matches!(
                    closed_kind,
                    Some(
                        BlockKind::Try
                            | BlockKind::Except
                            | BlockKind::BareExcept
                            | BlockKind::TryElse
                    )
                ) {
                    return self.syntax();
                }
                self.bump()?;
                Header::new(BlockKind::Last, 3)
            }
            Tok::With => Header::new(BlockKind::Last, self.with_items()?),
            Tok::Def => self.nested_function()?,
            Tok::At => {
                self.decorators(blocks[top].indent)?;
                if self.tok == Tok::Class {
                    self.class()?
                } else {
                    self.nested_function()?
                }
            }
            Tok::Class => self.class()?,
            _ => {
                self.simple_statement(blocks)?;
                return Ok(None);
            }
        };
        Ok(Some(header))
    }

    fn nested_function(&mut self) -> Res<Header> {
        let names = self.names.len();
        if self.tok != Tok::Def {
            return self.syntax();
        }
        let name = self.signature(None)?;
        Ok(Header {
            names,
            function: Some(name.1),
            ..Header::new(BlockKind::Def, 0)
        })
    }

    /// `class name(base, metaclass=of)`, up to its colon. In files whose top level is followed
    /// a class declines.
    fn class(&mut self) -> Res<Header> {
        if !self.whole {
            return self.fail(Reason::Class);
        }
        let names = self.names.len();
        self.bump()?;
        self.expect(Tok::Name)?;
        if self.tok == Tok::LParen {
            self.lex.depth = 1;
            self.bump()?;
            let mut keywords = false;
            while self.tok != Tok::RParen {
                let argument = (self.lex.start, self.lex.pos);
                let shape = self.expr(Mode::Single)?;
                if self.tok == Tok::Assign && shape == Shape::Name {
                    keywords = true;
                    self.add_name(argument, names)?;
                    self.bump()?;
                    self.expr(Mode::Single)?;
                } else if keywords {
                    return self.syntax();
                }
                match self.tok {
                    Tok::Comma => self.bump()?,
                    Tok::RParen => {}
                    _ => return self.syntax(),
                }
            }
            self.lex.depth = 0;
            self.bump()?;
        }
        Ok(Header {
            names,
            ..Header::new(BlockKind::Outside, 0)
        })
    }

    /// The lines of decorators in front of a nested function, whose first `@` is the
    /// current token; ends at its `def`.
    fn decorators(&mut self, indent: Indent) -> Res<()> {
        while self.tok == Tok::At {
            self.decorator()?;
            let offset = self.lex.pos;
            let next = self.line_start()?;
            if next != indent {
                return decline(Reason::Indentation, offset);
            }
            self.bump()?;
        }
        Ok(())
    }

    /// `@a.b(c)` to the end of its line: before 3.9 (PEP 614), a dotted name and at most
    /// one call.
    pub fn decorator(&mut self) -> Res<()> {
        let first = self.lex.pos;
        self.bump()?;
        if self.tok != Tok::Name {
            return self.syntax();
        }
        self.expr(Mode::Single)?;
        if self.tok != Tok::Newline {
            return self.syntax();
        }
        // once more, for the dotted name alone
        let end = self.lex.start;
        let mut lex = Lexer::new(&self.lex.src[..end]);
        lex.pos = first;
        let mut calls = 0;
        loop {
            match lex.next()? {
                Tok::LParen if lex.depth == 0 => {
                    calls += 1;
                    lex.depth += 1;
                }
                Tok::LParen | Tok::LBracket | Tok::LBrace if lex.depth > 0 => lex.depth += 1,
                Tok::RParen | Tok::RBracket | Tok::RBrace if lex.depth > 0 => lex.depth -= 1,
                Tok::Eof if calls <= 1 => return Ok(()),
                _ if lex.depth > 0 => {}
                Tok::Name | Tok::Dot if calls == 0 => {}
                _ => return self.syntax(),
            }
        }
    }

    /// `with a as b, c:`; gives the number of its items.
    fn with_items(&mut self) -> Res<u8> {
        let mut items = 0;
        loop {
            items += 1;
            if items > 4 {
                return self.fail(Reason::TooDeep);
            }
            self.bump()?;
            self.expr(Mode::Single)?;
            if self.tok == Tok::As {
                self.bump()?;
                if !self.expr(Mode::Single)?.is_target() {
                    return self.fail(Reason::AssignTarget);
                }
            }
            if self.tok != Tok::Comma {
                return Ok(items);
            }
        }
    }

    /// The rest of a line of simple statements.
    fn end_of_line(&mut self, blocks: &mut [Block]) -> Res<()> {
        while self.tok == Tok::Semi {
            self.bump()?;
            if matches!(self.tok, Tok::Newline | Tok::Eof) {
                break;
            }
            self.simple_statement(blocks)?;
        }
        match self.tok {
            Tok::Newline | Tok::Eof => Ok(()),
            _ => self.syntax(),
        }
    }

    fn is_end(&self) -> bool {
        matches!(self.tok, Tok::Newline | Tok::Semi | Tok::Eof)
    }

    fn simple_statement(&mut self, blocks: &mut [Block]) -> Res<()> {
        let top = blocks.len() - 1;
        match self.tok {
            Tok::Pass => self.bump(),
            Tok::Break | Tok::Continue => {
                if !blocks[top].in_loop {
                    return self.fail(Reason::OutsideLoop);
                }
                self.bump()
            }
            Tok::Return | Tok::Yield if blocks[top].function.is_none() => self.syntax(),
            Tok::Return => {
                self.bump()?;
                if !self.is_end() {
                    self.expr(Mode::Tuple)?;
                }
                Ok(())
            }
            Tok::Raise => {
                self.bump()?;
                if !self.is_end() {
                    self.expr(Mode::Single)?;
                    if self.tok == Tok::From {
                        self.bump()?;
                        self.expr(Mode::Single)?;
                    }
                }
                Ok(())
            }
            Tok::Assert => {
                self.bump()?;
                self.expr(Mode::Single)?;
                if self.tok == Tok::Comma {
                    self.bump()?;
                    self.expr(Mode::Single)?;
                }
                Ok(())
            }
            Tok::Del => {
                self.bump()?;
                if !self.expr(Mode::Tuple)?.is_target() {
                    return self.fail(Reason::AssignTarget);
                }
                Ok(())
            }
            Tok::Global => self.global(blocks),
            Tok::Nonlocal => self.fail(Reason::ScopeRule),
            Tok::Import => self.import(None),
            Tok::From => self.import_from(None),
            Tok::Yield => self.yield_expression(),
            _ => self.expression_statement(&blocks[top]),
        }
    }

    /// `global a, b`, fine for names that the function hasn't held before, its parameters
    /// included. Inside another statement than the function itself it declines, so that
    /// the count of them (and with it the time) stays known.
    fn global(&mut self, blocks: &mut [Block]) -> Res<()> {
        let block = &mut blocks[blocks.len() - 1];
        let statement = self.lex.start;
        block.globals += 1;
        if block.kind != BlockKind::Def || block.globals > MAX_GLOBALS {
            return self.fail(Reason::ScopeRule);
        }
        let (function, mut names) = (block.function.unwrap_or_default(), 0);
        loop {
            self.bump()?;
            names += 1;
            let before = &self.lex.src[function..statement];
            if self.tok != Tok::Name
                || before.len() > MAX_SEARCHED
                || names > MAX_GLOBALS
                || is_named(before, self.lex.text())?
            {
                return self.fail(Reason::ScopeRule);
            }
            self.bump()?;
            if self.tok != Tok::Comma {
                return Ok(());
            }
        }
    }

    fn yield_expression(&mut self) -> Res<()> {
        self.bump()?;
        if self.tok == Tok::From {
            self.bump()?;
            self.expr(Mode::Single)?;
        } else if !self.is_end() {
            self.expr(Mode::Tuple)?;
        }
        Ok(())
    }

    /// An expression, or an assignment of any kind.
    fn expression_statement(&mut self, block: &Block) -> Res<()> {
        let in_function = block.function.is_some();
        let mut shape = self.expr(Mode::Starred)?;
        match self.tok {
            Tok::Assign => {
                while self.tok == Tok::Assign {
                    if !shape.is_target() {
                        return self.fail(Reason::AssignTarget);
                    }
                    self.bump()?;
                    if self.tok == Tok::Yield && in_function {
                        self.yield_expression()?;
                        break;
                    }
                    shape = self.expr(Mode::Starred)?;
                }
                Ok(())
            }
            Tok::AugAssign => {
                if !matches!(shape, Shape::Name | Shape::Target) {
                    return self.fail(Reason::AssignTarget);
                }
                self.bump()?;
                if self.tok == Tok::Yield && in_function {
                    self.yield_expression()?;
                } else {
                    self.expr(Mode::Tuple)?;
                }
                Ok(())
            }
            Tok::Colon => {
                // a name declared global can't be annotated
                if shape != Shape::Name || block.globals > 0 {
                    return self.syntax();
                }
                self.bump()?;
                self.annotation()?;
                if self.tok == Tok::Assign {
                    self.bump()?;
                    self.expr(Mode::Tuple)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
