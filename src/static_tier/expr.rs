//! The grammar of expressions, as a pushdown automaton over tokens.
//!
//! No tree is built: the automaton says whether CPython 3.8 to 3.14 all compile the
//! expression, where it ends, and whether it could be assigned to. It accepts a subset of
//! the language (no `await`, `:=` only where all allow it) and declines the rest.
//!
//! The state of the innermost open bracket is in [`Element`] and [`Frame`]; opening a
//! bracket pushes them on a stack, so no input makes the automaton recurse.

use std::mem::take;

use super::block::Block;
use super::import::Span;
use super::lexer::{decline, Lexer, Res};
use super::parameters::Parameters;
use super::scratch::Scratch;
use super::token::Tok;
use crate::decline::Reason;

/// Open brackets (and lambdas, comprehension targets) at a time. CPython's own limit is
/// 200 brackets, and 3.8's parser stack gives in earlier.
const MAX_FRAMES: usize = 40;
/// Operators, calls and attributes that nest in one another. The symbol table of CPython
/// recurses once for each and gives in at about 3,000 (`symtable.c`).
const MAX_OPERATORS: u16 = 400;
/// `for` clauses of one comprehension: each is a block, and 20 is CPython's limit.
const MAX_FOR_CLAUSES: u8 = 5;
/// Comprehensions of one expression. Nested ones are frame blocks of their function from
/// 3.12 on, and beyond 20 of these CPython writes past the end of an array.
const MAX_COMPREHENSIONS: u8 = 4;
/// Parameters or keywords whose names are compared pairwise.
pub(super) const MAX_NAMES: usize = 64;

/// What an expression is, as far as assigning to it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A bare name.
    Name,
    /// A single target other than a bare name: `a.b`, `a[0]`, `(a)`.
    Target,
    /// A tuple or list of targets.
    Targets,
    /// Anything else.
    Other,
}

impl Shape {
    pub fn is_target(self) -> bool {
        matches!(self, Shape::Name | Shape::Target | Shape::Targets)
    }
}

/// Where an expression stands, which says what may end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// One expression; a comma ends it.
    Single,
    /// An expression or an unparenthesised tuple.
    Tuple,
    /// The same, whose elements may have stars: a statement, or what is behind its `=`.
    Starred,
    /// What a `for` statement assigns to, up to its `in`.
    Targets,
    /// A replacement field of an f-string.
    Field,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    Top(Mode),
    Paren,
    List,
    /// `{` before it is known to be a dict or a set.
    Brace,
    Dict,
    Set,
    Call,
    Subscript,
    Lambda,
    /// What a `for` of a comprehension assigns to, up to its `in`.
    CompTargets,
}

/// What kind of operand comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    /// The start of an element, which may also be missing.
    Start,
    /// An expression.
    Expr,
    /// A disjunction: no `lambda`.
    Disjunction,
    /// An operand of arithmetic or of a comparison: no `not`, no `lambda`.
    Operand,
}

/// The element (between two commas) that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    shape: Shape,
    /// An operand was read.
    present: bool,
    /// No operator yet: the element is just its primary.
    pure: bool,
    /// An `if` waits for its `else`.
    ternary: bool,
    /// `*x` or `**x`.
    star: bool,
    /// In a display, what follows a star is a bitwise-or expression.
    bitwise_only: bool,
    /// `name=value` in a call.
    keyword: bool,
    /// Dict: 1 behind the colon. Subscript: the colons of the slice so far.
    colons: u8,
    /// `for` clauses read.
    for_clauses: u8,
    /// Nested operators so far.
    operators: u16,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    kind: FrameKind,
    /// A comma closed an element.
    commas: bool,
    /// Every closed element is a target.
    targets: bool,
    /// An element is starred.
    star: bool,
    /// Call: a keyword argument or `**x` was seen.
    keywords: bool,
    /// Call: `**x` was seen.
    double_star: bool,
    parameters: Parameters,
    /// Where this frame's names start in [`Parser::names`].
    names: usize,
    /// Operators around this frame.
    base: u16,
}

/// A bracket that waits for one inside it to close.
pub(super) type Suspended = (Frame, Element);

/// What to read next.
enum Step {
    Operand(Want),
    Operator,
    Done(Shape),
}

/// The innermost bracket, and where this expression's part of the stack starts.
struct State {
    frame: Frame,
    element: Element,
    bottom: usize,
}

/// The syntax checker: a lexer, and the stacks of the automata that run on its tokens.
pub(super) struct Parser<'a> {
    pub lex: Lexer<'a>,
    /// The current token.
    pub tok: Tok,
    pub stack: Vec<Suspended>,
    /// Names of parameters and keyword arguments: start and end of each.
    pub names: Vec<Span>,
    /// The blocks of the function that is being read.
    pub blocks: Vec<Block>,
    /// The last name that was an operand.
    last_name: Span,
    /// Comprehensions of the expression that is being read.
    comprehensions: u8,
    /// A whole file is read, whose top level nobody follows: there may be classes, `(a := b)`
    /// and `a, *b = c`.
    pub whole: bool,
    /// Where the expression starts that is being read, or was read last.
    start: usize,
    /// There is a `:=` in the expression that is being read, or was read last.
    pub walrus: bool,
}

impl Element {
    fn new(operators: u16) -> Self {
        Element {
            shape: Shape::Other,
            present: false,
            pure: true,
            ternary: false,
            star: false,
            bitwise_only: false,
            keyword: false,
            colons: 0,
            for_clauses: 0,
            operators,
        }
    }

    fn is_target(&self) -> bool {
        self.pure && !self.star && self.shape.is_target()
    }
}

impl State {
    fn new(kind: FrameKind, names: usize, base: u16, bottom: usize) -> Self {
        State {
            frame: Frame {
                kind,
                commas: false,
                targets: true,
                star: false,
                keywords: false,
                double_star: false,
                parameters: Parameters::default(),
                names,
                base,
            },
            element: Element::new(base),
            bottom,
        }
    }

    /// The shape of what a `Top` frame has read.
    fn shape(&self) -> Shape {
        let element = &self.element;
        if self.frame.commas {
            let last = !element.present || element.is_target();
            if self.frame.targets && last {
                Shape::Targets
            } else {
                Shape::Other
            }
        } else if element.pure {
            element.shape
        } else {
            Shape::Other
        }
    }
}

impl<'a> Parser<'a> {
    /// A parser of `src` that uses the stacks of `scratch`, which are empty.
    pub fn new(src: &'a [u8], scratch: &mut Scratch) -> Self {
        Parser {
            lex: Lexer::new(src),
            tok: Tok::Newline,
            stack: take(&mut scratch.brackets),
            names: take(&mut scratch.names),
            blocks: take(&mut scratch.blocks),
            last_name: (0, 0),
            comprehensions: 0,
            whole: false,
            walrus: false,
            start: 0,
        }
    }

    /// Declines at the current token.
    #[cold]
    #[inline(never)]
    pub fn fail<T>(&self, reason: Reason) -> Res<T> {
        decline(reason, self.lex.start)
    }

    /// Declines at the current token, which fits no rule.
    #[cold]
    #[inline(never)]
    pub fn syntax<T>(&self) -> Res<T> {
        self.fail(match self.tok {
            Tok::Async | Tok::Await => Reason::Async,
            Tok::Eof if self.lex.depth > 0 => Reason::UnbalancedBracket,
            Tok::RParen | Tok::RBracket | Tok::RBrace => Reason::UnbalancedBracket,
            _ => Reason::Syntax,
        })
    }

    /// Reads the next token.
    #[inline]
    pub fn bump(&mut self) -> Res<()> {
        self.tok = self.lex.next()?;
        if self.tok == Tok::FStr {
            self.check_fstring()?;
        }
        Ok(())
    }

    /// Takes the current token, which must be `tok`.
    #[inline]
    pub fn expect(&mut self, tok: Tok) -> Res<()> {
        if self.tok != tok {
            return self.syntax();
        }
        self.bump()
    }

    /// Reads one expression that starts at the current token, up to the first token that
    /// can't be part of it. The caller checks that token.
    pub fn expr(&mut self, mode: Mode) -> Res<Shape> {
        let bottom = self.stack.len();
        if bottom == 0 && !self.lex.in_field {
            self.comprehensions = 0;
            self.walrus = false;
            self.start = self.lex.start;
        }
        let mut state = State::new(FrameKind::Top(mode), self.names.len(), 0, bottom);
        let mut step = Step::Operand(Want::Expr);
        loop {
            step = match step {
                Step::Operand(want) => self.operand(&mut state, want)?,
                Step::Operator => self.operator(&mut state)?,
                Step::Done(shape) => return Ok(shape),
            };
        }
    }

    /// The current token where an operand is expected.
    #[inline(always)]
    fn operand(&mut self, state: &mut State, want: Want) -> Res<Step> {
        match self.tok {
            Tok::Name => {
                self.last_name = (self.lex.start, self.lex.pos);
                state.element.shape = Shape::Name;
                while self.lex.attribute() {
                    state.element.shape = Shape::Target;
                    self.count(state)?;
                }
                self.bump()?;
            }
            Tok::Str | Tok::Bytes | Tok::FStr => {
                self.strings()?;
                state.element.shape = Shape::Other;
            }
            Tok::Number | Tok::True | Tok::False | Tok::None | Tok::Ellipsis => {
                state.element.shape = Shape::Other;
                self.bump()?;
            }
            Tok::LParen => return self.open(state, FrameKind::Paren),
            Tok::LBracket => return self.open(state, FrameKind::List),
            Tok::LBrace => return self.open(state, FrameKind::Brace),
            Tok::Minus | Tok::Plus | Tok::Tilde => {
                return self.apply(state, Want::Operand);
            }
            Tok::Not if want != Want::Operand => {
                return self.apply(state, Want::Disjunction);
            }
            Tok::Lambda if matches!(want, Want::Start | Want::Expr) && !self.lex.in_field => {
                self.apply(state, Want::Expr)?;
                self.push(state, FrameKind::Lambda)?;
                return self.lambda_parameters(state);
            }
            Tok::Star | Tok::DoubleStar
                if want == Want::Start && !matches!(state.frame.kind, FrameKind::Top(_)) =>
            {
                return self.star(state);
            }
            Tok::Star if self.is_starred(state) => {
                // what a tuple is unpacked to has one star
                state.frame.targets &= !state.frame.star;
                state.frame.star = true;
                state.element.bitwise_only = true;
                self.bump()?;
                return Ok(Step::Operand(Want::Operand));
            }
            Tok::RParen | Tok::RBracket | Tok::RBrace if want == Want::Start => {
                return self.close(state);
            }
            // a part of a slice may be missing
            Tok::Colon | Tok::Comma
                if want == Want::Start
                    && state.frame.kind == FrameKind::Subscript
                    && (self.tok == Tok::Colon || state.element.colons > 0) =>
            {
                return Ok(Step::Operator);
            }
            // a trailing comma: `x = 1,`
            _ if want == Want::Start && matches!(state.frame.kind, FrameKind::Top(_)) => {
                return Ok(Step::Done(state.shape()));
            }
            _ => return self.syntax(),
        }
        state.element.present = true;
        Ok(Step::Operator)
    }

    /// The current token behind an operand.
    #[inline(always)]
    fn operator(&mut self, state: &mut State) -> Res<Step> {
        let kind = state.frame.kind;
        match self.tok {
            Tok::Dot => {
                self.count(state)?;
                self.bump()?;
                if self.tok != Tok::Name {
                    return self.syntax();
                }
                state.element.shape = Shape::Target;
                self.bump()?;
                Ok(Step::Operator)
            }
            Tok::LParen => self.open(state, FrameKind::Call),
            Tok::LBracket => self.open(state, FrameKind::Subscript),
            Tok::Comma => self.comma(state),
            Tok::RParen | Tok::RBracket | Tok::RBrace => match kind {
                FrameKind::Top(_) => self.done(state),
                _ => self.close(state),
            },
            Tok::Plus | Tok::Minus | Tok::Star | Tok::DoubleStar | Tok::Binary | Tok::At => {
                self.apply(state, Want::Operand)
            }
            Tok::In if kind == FrameKind::CompTargets => {
                if !state.element.is_target() || !state.frame.targets {
                    return self.fail(Reason::AssignTarget);
                }
                self.pop(state);
                state.element.for_clauses += 1;
                self.apply(state, Want::Disjunction)
            }
            Tok::In if kind == FrameKind::Top(Mode::Targets) => self.done(state),
            Tok::Compare | Tok::In | Tok::Is | Tok::Not | Tok::And | Tok::Or
                if state.element.bitwise_only =>
            {
                self.syntax()
            }
            Tok::Compare | Tok::In => self.apply(state, Want::Operand),
            Tok::Is => {
                self.apply(state, Want::Operand)?;
                if self.tok == Tok::Not {
                    self.bump()?;
                }
                Ok(Step::Operand(Want::Operand))
            }
            Tok::Not => {
                self.apply(state, Want::Operand)?;
                self.expect(Tok::In)?;
                Ok(Step::Operand(Want::Operand))
            }
            Tok::And | Tok::Or => self.apply(state, Want::Disjunction),
            Tok::If => {
                if state.element.for_clauses == 0 {
                    if state.element.ternary || state.element.bitwise_only {
                        return self.syntax();
                    }
                    state.element.ternary = true;
                }
                self.apply(state, Want::Disjunction)
            }
            Tok::Else => {
                if !state.element.ternary {
                    return self.syntax();
                }
                state.element.ternary = false;
                self.apply(state, Want::Expr)
            }
            Tok::For => self.comprehension(state),
            Tok::Walrus if self.is_named(state) => {
                self.walrus = true;
                self.apply(state, Want::Expr)
            }
            Tok::Colon => self.colon(state),
            Tok::Assign if kind == FrameKind::Call => self.keyword_argument(state),
            _ => match kind {
                FrameKind::Top(_) => self.done(state),
                _ => self.syntax(),
            },
        }
    }

    /// Whether `:=` may follow: `(name :=`, away from comprehensions, whose scopes have rules of
    /// their own (PEP 572).
    fn is_named(&self, state: &State) -> bool {
        let State { frame, element, .. } = state;
        self.whole
            && !self.lex.in_field
            && self.comprehensions == 0
            && frame.kind == FrameKind::Paren
            && !frame.commas
            && element.pure
            && element.shape == Shape::Name
    }

    /// Whether the current token, a star, may be that of an element of a tuple without brackets.
    /// CPython unpacks into 255 names in front of one with a star.
    fn is_starred(&self, state: &State) -> bool {
        self.whole
            && state.frame.kind == FrameKind::Top(Mode::Starred)
            && state.element.pure
            && !state.element.present
            && self.lex.start - self.start < 256
    }

    /// Adjacent string literals: text and bytes don't mix.
    fn strings(&mut self) -> Res<()> {
        let bytes = self.tok == Tok::Bytes;
        while matches!(self.tok, Tok::Str | Tok::Bytes | Tok::FStr) {
            if bytes != (self.tok == Tok::Bytes) {
                return self.fail(Reason::MixedStrings);
            }
            self.bump()?;
        }
        Ok(())
    }

    /// One more operator that nests around the element.
    #[inline(always)]
    fn count(&mut self, state: &mut State) -> Res<()> {
        state.element.operators += 1;
        if state.element.operators > MAX_OPERATORS {
            return self.fail(Reason::TooDeep);
        }
        Ok(())
    }

    /// Takes an operator; an operand follows.
    #[inline(always)]
    fn apply(&mut self, state: &mut State, want: Want) -> Res<Step> {
        self.count(state)?;
        state.element.pure = false;
        self.bump()?;
        Ok(Step::Operand(want))
    }

    /// Puts the current bracket aside and starts a new frame inside it.
    fn push(&mut self, state: &mut State, kind: FrameKind) -> Res<()> {
        self.count(state)?;
        if self.stack.len() - state.bottom >= MAX_FRAMES {
            return self.fail(Reason::TooDeep);
        }
        self.stack.push((state.frame, state.element));
        *state = State::new(
            kind,
            self.names.len(),
            state.element.operators,
            state.bottom,
        );
        Ok(())
    }

    /// Goes back to the bracket around the current one.
    fn pop(&mut self, state: &mut State) {
        self.names.truncate(state.frame.names);
        if let Some((frame, element)) = self.stack.pop() {
            state.frame = frame;
            state.element = element;
        }
    }

    fn open(&mut self, state: &mut State, kind: FrameKind) -> Res<Step> {
        self.push(state, kind)?;
        self.lex.depth += 1;
        self.bump()?;
        Ok(Step::Operand(Want::Start))
    }

    /// `*x` and `**x` in displays and calls.
    fn star(&mut self, state: &mut State) -> Res<Step> {
        let frame = &mut state.frame;
        match (frame.kind, self.tok == Tok::DoubleStar) {
            (FrameKind::Paren | FrameKind::List | FrameKind::Set, false) => {}
            (FrameKind::Brace, false) => frame.kind = FrameKind::Set,
            (FrameKind::Brace | FrameKind::Dict, true) => {
                frame.kind = FrameKind::Dict;
                // a whole item: no colon follows
                state.element.colons = 1;
            }
            (FrameKind::Call, false) if !frame.double_star => {}
            (FrameKind::Call, true) => {
                frame.double_star = true;
                frame.keywords = true;
            }
            _ => return self.syntax(),
        }
        frame.star = true;
        state.element.star = true;
        state.element.pure = false;
        state.element.bitwise_only = frame.kind != FrameKind::Call;
        let want = if state.element.bitwise_only {
            Want::Operand
        } else {
            Want::Expr
        };
        self.bump()?;
        Ok(Step::Operand(want))
    }

    /// Checks an element that a comma or a bracket ends.
    fn end_element(&self, state: &State) -> Res<()> {
        let element = &state.element;
        let ok = match state.frame.kind {
            FrameKind::Dict => element.colons == 1,
            FrameKind::Call => element.keyword || element.star || !state.frame.keywords,
            _ => true,
        };
        if !ok || element.ternary {
            return self.syntax();
        }
        Ok(())
    }

    fn comma(&mut self, state: &mut State) -> Res<Step> {
        self.end_element(state)?;
        let mut want = Want::Start;
        match state.frame.kind {
            FrameKind::Top(Mode::Single) => return Ok(Step::Done(state.shape())),
            FrameKind::Top(Mode::Targets) | FrameKind::CompTargets => want = Want::Operand,
            FrameKind::Lambda => {
                self.bump()?;
                state.element = Element::new(state.frame.base);
                return self.lambda_parameters(state);
            }
            FrameKind::Brace => state.frame.kind = FrameKind::Set,
            _ => {}
        }
        if state.element.for_clauses > 0 {
            return self.syntax();
        }
        state.frame.commas = true;
        state.frame.targets &= state.element.is_target();
        state.element = Element::new(state.frame.base);
        self.bump()?;
        Ok(Step::Operand(want))
    }

    /// A closing bracket, with the state of what it closes.
    fn close(&mut self, state: &mut State) -> Res<Step> {
        let State { frame, element, .. } = &*state;
        let matching = match frame.kind {
            FrameKind::Paren | FrameKind::Call => Tok::RParen,
            FrameKind::List | FrameKind::Subscript => Tok::RBracket,
            FrameKind::Brace | FrameKind::Dict | FrameKind::Set => Tok::RBrace,
            FrameKind::Top(_) if !element.present => return Ok(Step::Done(state.shape())),
            FrameKind::Top(_) | FrameKind::Lambda | FrameKind::CompTargets => {
                return self.syntax();
            }
        };
        if self.tok != matching {
            return self.fail(Reason::UnbalancedBracket);
        }
        if element.present {
            self.end_element(state)?;
        }
        let all_targets = frame.targets && (!element.present || element.is_target());
        let shape = match frame.kind {
            FrameKind::Paren if frame.commas || !element.present => {
                if frame.commas && all_targets {
                    Shape::Targets
                } else {
                    Shape::Other
                }
            }
            // brackets around one expression: it stays what it is, but is no bare name
            FrameKind::Paren if element.star => return self.syntax(),
            FrameKind::Paren => match element.shape {
                _ if !element.pure => Shape::Other,
                Shape::Name => Shape::Target,
                shape => shape,
            },
            FrameKind::List if all_targets && (frame.commas || element.present) => Shape::Targets,
            FrameKind::Subscript => {
                if !element.present && element.colons == 0 && !frame.commas {
                    return self.syntax();
                }
                Shape::Target
            }
            _ => Shape::Other,
        };
        self.lex.depth -= 1;
        self.pop(state);
        state.element.shape = shape;
        state.element.present = true;
        self.bump()?;
        Ok(Step::Operator)
    }

    fn done(&mut self, state: &State) -> Res<Step> {
        let top = matches!(state.frame.kind, FrameKind::Top(_));
        if state.element.ternary || top && state.frame.star && !state.frame.commas {
            return self.syntax();
        }
        Ok(Step::Done(state.shape()))
    }

    fn colon(&mut self, state: &mut State) -> Res<Step> {
        let element = &mut state.element;
        if element.ternary {
            return self.syntax();
        }
        match state.frame.kind {
            FrameKind::Top(_) => return self.done(state),
            FrameKind::Lambda => return self.lambda_parameters(state),
            FrameKind::Brace if element.for_clauses == 0 => state.frame.kind = FrameKind::Dict,
            FrameKind::Dict if element.colons == 0 => {}
            FrameKind::Subscript if element.colons < 2 => {
                element.colons += 1;
                element.pure = false;
                self.bump()?;
                return Ok(Step::Operand(Want::Start));
            }
            _ => return self.syntax(),
        }
        element.colons = 1;
        element.pure = false;
        self.bump()?;
        Ok(Step::Operand(Want::Expr))
    }

    /// `for` behind the first element of a display or the only argument of a call.
    fn comprehension(&mut self, state: &mut State) -> Res<Step> {
        let State { frame, element, .. } = state;
        let fits = match frame.kind {
            FrameKind::Paren | FrameKind::List | FrameKind::Brace | FrameKind::Set => true,
            FrameKind::Dict => element.colons == 1,
            FrameKind::Call => !frame.keywords,
            _ => false,
        };
        if !fits || frame.commas || element.star || element.ternary || self.walrus {
            return self.syntax();
        }
        if element.for_clauses >= MAX_FOR_CLAUSES {
            return self.fail(Reason::TooDeep);
        }
        if frame.kind == FrameKind::Brace {
            frame.kind = FrameKind::Set;
        }
        if element.for_clauses == 0 {
            self.comprehensions += 1;
            if self.comprehensions > MAX_COMPREHENSIONS {
                return self.fail(Reason::TooDeep);
            }
        }
        self.push(state, FrameKind::CompTargets)?;
        self.bump()?;
        Ok(Step::Operand(Want::Operand))
    }

    /// The `=` behind the name of a keyword argument.
    fn keyword_argument(&mut self, state: &mut State) -> Res<Step> {
        let element = &mut state.element;
        let bare = element.pure && element.shape == Shape::Name && element.for_clauses == 0;
        if !bare || element.keyword {
            return self.syntax();
        }
        element.keyword = true;
        element.pure = false;
        state.frame.keywords = true;
        self.add_name(self.last_name, state.frame.names)?;
        self.bump()?;
        Ok(Step::Operand(Want::Expr))
    }

    /// Notes a parameter or keyword; no two of one list (from `base` on) are equal.
    pub fn add_name(&mut self, name: Span, base: usize) -> Res<()> {
        let text = |(start, end): Span| &self.lex.src[start..end];
        if self.names[base..].iter().any(|n| text(*n) == text(name)) {
            return decline(Reason::DuplicateArgument, name.0);
        }
        if self.names.len() - base >= MAX_NAMES {
            return decline(Reason::TooDeep, name.0);
        }
        self.names.push(name);
        Ok(())
    }

    /// The parameters of a lambda, from the current token to the next default value or to
    /// the colon.
    fn lambda_parameters(&mut self, state: &mut State) -> Res<Step> {
        loop {
            if self.tok == Tok::Colon {
                if state.frame.parameters.bare_star {
                    return self.syntax();
                }
                self.pop(state);
                self.bump()?;
                return Ok(Step::Operand(Want::Expr));
            }
            let names = state.frame.names;
            if self.parameter(&mut state.frame.parameters, names, false)? {
                return Ok(Step::Operand(Want::Expr));
            }
            match self.tok {
                Tok::Comma => self.bump()?,
                Tok::Colon => {}
                _ => return self.syntax(),
            }
        }
    }
}
