//! From a definition's text to bytecode, compiling as little of it as can be.
//!
//! Compiling is four fifths of what a definition costs in the VM, and most of a definition is
//! bodies of functions. Those that rez doesn't run while loading (`commands`, late-bound
//! attributes) aren't compiled at all, once the static tier's automaton has accepted them:
//! what isn't compiled must compile. Those of `@early()` functions are compiled apart, when
//! they are evaluated, because they are the same in many files. In both cases a call stands
//! for the body that says so, should the definition call the function itself: then the whole
//! file is compiled.

use std::ops::Range;
use std::rc::Rc;

use memchr::memmem;
use ruff_source_file::SourceFileBuilder;
use ruff_text_size::TextRange;
use rustpython_vm::compiler::ast::{self, Expr, Mod};
use rustpython_vm::compiler::codegen::compile::{compile_top, CompileOpts};
use rustpython_vm::compiler::core::bytecode::{CodeObject, ConstantData};
use rustpython_vm::compiler::core::Mode;
use rustpython_vm::compiler::{
    parser, pre_parse_source_error, too_deeply_nested_error, unsupported_grammar_error,
    CompileError,
};

use super::evaluation;
use super::grammar;
use super::guard;
use super::handed::{self, Handed, PUT};
use super::hooks;
use super::integrity;
use super::observe;
use super::outcome::Refusal;
use super::sets;
use super::versions;
use super::{EARLY_FILENAME, FILENAME, LATE_FILENAME};
use crate::decline::Reason;
use crate::static_tier::{compiles, outline, Outlined, OutlinedFunction, OutlinedLiteral};

/// The builtin that stands for a body that isn't compiled.
pub(super) const NEEDS_BODY: &str = "__rezload_body__";

/// How the names begin that only residues have.
const OWN_NAMES: &str = "__rezload_";

/// rez's decorator, as it is usually written.
const EARLY: &str = "@early()";

/// Words without which a definition doesn't get at its `scope`.
const SCOPES: [&str; 5] = ["scope", "globals", "locals", "vars", "dir"];

/// The deepest nesting that is compiled.
const RECURSION_LIMIT: usize = 90;

/// A definition, cut into what is compiled and run at once and what isn't.
pub(super) struct Cut {
    /// The text without the bodies that wait and the literals; its lines are the file's.
    pub residue: String,
    /// What the residue binds by calling [`handed::PUT`].
    pub handed: Rc<[Handed]>,
    /// Whether the residue does nothing but bind all of that.
    pub is_all_handed: bool,
    /// The `@early()` functions whose bodies were taken out.
    pub early: Vec<Early>,
    /// Whether a body was taken out.
    pub elided: bool,
    /// Whether every call has to watch for sets.
    pub sets: bool,
    /// Whether the definition may get at its `scope`.
    pub scopes: bool,
}

/// An `@early()` function.
#[derive(Clone)]
pub(super) struct Early {
    /// The line of its first decorator, from 1, as `co_firstlineno` has it.
    pub line: usize,
    /// The line of its `def`.
    pub def_line: usize,
    /// From the `def` to the end of the body.
    pub text: Range<usize>,
}

/// What keeps a function's body out of the residue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    ForRez,
    Early,
}

/// What the residue leaves out.
enum Part {
    /// A function's body.
    Body(OutlinedFunction, Waits),
    /// A literal that is handed over.
    Literal(OutlinedLiteral),
}

impl Part {
    fn start(&self) -> usize {
        match self {
            Part::Body(function, _) => function.decorators.start,
            Part::Literal(literal) => literal.statement.start,
        }
    }
}

/// Cuts `text`; with `whole`, nothing is taken out.
pub(super) fn cut(text: &str, whole: bool) -> Result<Cut, Refusal> {
    if let Some(at) = memmem::find(text.as_bytes(), OWN_NAMES.as_bytes()) {
        return Err(Refusal::at(Reason::AttributeUnknown, at, OWN_NAMES));
    }
    // RustPython's parser drops a second byte order mark
    if text.starts_with('\u{feff}') {
        return Err(Refusal::at(Reason::VmSyntax, 0, "two byte order marks"));
    }
    if let Some(at) = own_lookup(text) {
        let what = "a dict with a way of its own to look up";
        return Err(Refusal::at(Reason::AttributeUnknown, at, what));
    }
    let mut parts = if whole { Vec::new() } else { parts(text) };
    let unread = unread(&parts);
    // one that is called would be compiled after all, with everything else
    parts.retain(|part| match part {
        Part::Body(function, _) => !is_mentioned(function, text, &unread),
        Part::Literal(_) => true,
    });
    let unread = self::unread(&parts);
    if may_be_internal(text) {
        if let Some((at, name)) = hooks::internal_name(text, &unread) {
            return Err(Refusal::at(Reason::AttributeUnknown, at, name));
        }
    }
    let sets = sets::may_make_sets(text, &unread);
    let scopes = SCOPES.iter().any(|word| {
        memmem::find_iter(text.as_bytes(), word.as_bytes())
            .any(|at| !unread.iter().any(|range| range.contains(&at)))
    });
    Ok(assemble(text, &parts, sets, scopes))
}

/// Where `text` may make a class of dicts that are looked up in, or listed, in another way: CPython
/// copies those as they are, where RustPython asks them.
fn own_lookup(text: &str) -> Option<usize> {
    let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes());
    let asks = [
        "__getitem__",
        "__missing__",
        "__iter__",
        "def keys",
        "keys =",
        "keys=",
    ];
    if !asks.iter().any(|word| has(word).is_some()) {
        return None;
    }
    let bases = ["dict", "Dict", "Counter"];
    let is_class = |line: &str| {
        let line = line.trim_start();
        let derives = line
            .strip_prefix("class ")
            .and_then(|rest| rest.split_once('('));
        derives.is_some_and(|(_, rest)| bases.iter().any(|base| rest.contains(base)))
    };
    let at = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    let class = text.lines().find(|line| is_class(line)).map(at);
    class.or_else(|| has("(dict,"))
}

/// What can be left out of `text`.
fn parts(text: &str) -> Vec<Part> {
    let outlined = outline(text);
    // what is bound before the top level says `global` of it doesn't compile
    if is_said_outside(text, "global", &outlined) {
        return Vec::new();
    }
    let bodies = !looks_at_code(text);
    let literals = !compares_identity(text, &outlined);
    let parts = outlined.into_iter().filter_map(|found| match found {
        Outlined::Function(function) if bodies => {
            waits(&function, text).map(|waits| Part::Body(function, waits))
        }
        Outlined::Literal(literal) if literals && handed::is_plain(&literal.value) => {
            Some(Part::Literal(literal))
        }
        _ => None,
    });
    parts.collect()
}

/// The bodies that nothing reads while the definition is loaded.
fn unread(parts: &[Part]) -> Vec<Range<usize>> {
    let unread = parts.iter().filter_map(|part| match part {
        Part::Body(function, Waits::ForRez) => Some(function.body.clone()),
        _ => None,
    });
    unread.collect()
}

/// The residue of `text` without its `parts`, which are in its order.
fn assemble(text: &str, parts: &[Part], sets: bool, scopes: bool) -> Cut {
    let count = |range: Range<usize>| memchr::memchr_iter(b'\n', &text.as_bytes()[range]).count();
    let own_early = is_early_rez_s(text, parts);
    let mut residue = Residue::default();
    let mut early = Vec::new();
    let mut elided = false;
    let (mut at, mut line) = (0, 1);
    for part in parts {
        residue.add(text, at..part.start());
        line += count(at..part.start());
        at = match part {
            Part::Literal(literal) => {
                residue.hand_over(Handed::Value {
                    name: text[literal.name.clone()].to_owned(),
                    value: literal.value.clone(),
                });
                residue.newlines(count(literal.statement.clone()));
                literal.statement.end
            }
            Part::Body(function, waits) => {
                elided = true;
                if *waits == Waits::Early {
                    early.push(Early {
                        line,
                        def_line: line + count(function.decorators.clone()),
                        text: function.def..function.body.end,
                    });
                }
                let decorators = text[function.decorators.clone()].trim_ascii();
                let is_plain = match waits {
                    Waits::ForRez => decorators.is_empty(),
                    Waits::Early => own_early && decorators == EARLY,
                };
                if is_plain && has_no_parameters(function, text) {
                    residue.hand_over(Handed::Function {
                        name: text[function.name.clone()].to_owned(),
                        line,
                        early: *waits == Waits::Early,
                    });
                    residue.newlines(count(function.decorators.start..function.body.end));
                } else {
                    residue.end_run();
                    residue.is_all_handed = false;
                    let head = &text[function.decorators.start..function.body.start];
                    residue.text.extend([head, " ", NEEDS_BODY, "()"]);
                    residue.newlines(count(function.body.clone()));
                }
                function.body.end
            }
        };
        line += count(part.start()..at);
    }
    residue.add(text, at..text.len());
    residue.end_run();
    Cut {
        is_all_handed: residue.is_all_handed,
        residue: residue.text,
        handed: residue.handed.into(),
        early,
        elided,
        sets,
        scopes,
    }
}

/// A residue that is being written.
struct Residue {
    text: String,
    handed: Vec<Handed>,
    /// Where in `text` the call goes that binds what is handed over from this index on.
    run: Option<(usize, usize)>,
    is_all_handed: bool,
}

impl Default for Residue {
    fn default() -> Self {
        Residue {
            text: String::new(),
            handed: Vec::new(),
            run: None,
            is_all_handed: true,
        }
    }
}

impl Residue {
    /// The statements in `range` of `text`; blank lines and comments are as good as newlines.
    fn add(&mut self, text: &str, range: Range<usize>) {
        let between = &text[range];
        if is_blank(between) {
            self.newlines(memchr::memchr_iter(b'\n', between.as_bytes()).count());
        } else {
            self.end_run();
            self.is_all_handed = false;
            self.text.push_str(between);
        }
    }

    /// At the start of a line.
    fn hand_over(&mut self, handed: Handed) {
        self.run.get_or_insert((self.text.len(), self.handed.len()));
        self.handed.push(handed);
    }

    /// Has everything bound that was handed over since the last call, in the line of the first.
    fn end_run(&mut self) {
        if let Some((at, first)) = self.run.take() {
            let call = format!("{PUT}({first},{})", self.handed.len());
            self.text.insert_str(at, &call);
        }
    }

    fn newlines(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n('\n', count));
    }
}

/// Whether there is nothing but blank lines and comments in `text`, which is between statements.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim_matches([' ', '\t', '\x0c']);
        line.is_empty() || line.starts_with('#')
    })
}

/// Whether `function` has an empty list of parameters and no annotation.
fn has_no_parameters(function: &OutlinedFunction, text: &str) -> bool {
    let head = &text[function.name.end..function.body.start];
    head.bytes().filter(|byte| *byte != b' ').eq(*b"():")
}

/// Whether `early` is rez's: the text says it in plain decorators only.
fn is_early_rez_s(text: &str, parts: &[Part]) -> bool {
    let decorators = parts.iter().filter(|part| match part {
        Part::Body(function, _) => text[function.decorators.clone()].trim_ascii() == EARLY,
        Part::Literal(_) => false,
    });
    memmem::find_iter(text.as_bytes(), "early").count() == decorators.count()
}

/// Whether `word` stands anywhere in `text` but in literals and in bodies of functions.
fn is_said_outside(text: &str, word: &str, outlined: &[Outlined]) -> bool {
    memmem::find_iter(text.as_bytes(), word).any(|at| {
        !outlined.iter().any(|found| match found {
            Outlined::Literal(literal) => literal.statement.contains(&at),
            Outlined::Function(function) => function.body.contains(&at),
        })
    })
}

/// Whether `text` may ask, outside of its literals, whether two values are one object, as equal
/// literals are that are compiled together.
fn compares_identity(text: &str, outlined: &[Outlined]) -> bool {
    let bytes = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let is_in_literal = |at: usize| {
        outlined.iter().any(|found| match found {
            Outlined::Literal(literal) => literal.statement.contains(&at),
            Outlined::Function(_) => false,
        })
    };
    memmem::find_iter(bytes, "is_(").any(|at| !is_in_literal(at))
        || memmem::find_iter(bytes, "is").any(|at| {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            if before.is_some_and(|byte| is_word(&byte)) || bytes.get(at + 2).is_some_and(is_word) {
                return false;
            }
            let right = text[at + 2..].trim_start();
            let right = right.strip_prefix("not ").unwrap_or(right).trim_start();
            !right.starts_with("None") && !is_in_literal(at)
        })
}

/// The code of a function without parameters whose body waits.
pub(super) fn stub(python: (u8, u8)) -> Result<CodeObject, Refusal> {
    let text = format!("def stub(): {NEEDS_BODY}()");
    let (module, _) = compile_text(&text, FILENAME, false, python)?;
    last_function(&module)
}

/// Compiles the residue for a Python of version `python`; tells too whether the code may
/// change what the next definition sees.
pub(super) fn compile(
    text: &str,
    sets: bool,
    python: (u8, u8),
) -> Result<(CodeObject, bool), Refusal> {
    compile_text(text, FILENAME, sets, python)
}

/// Compiles the function `text`, from its `def`, and gives the code of its body.
pub(super) fn compile_function(
    text: &str,
    sets: bool,
    python: (u8, u8),
) -> Result<(CodeObject, bool), Refusal> {
    let (module, may_change) = compile_text(text, EARLY_FILENAME, sets, python)?;
    Ok((last_function(&module)?, may_change))
}

/// The code of the function that is defined last in `module`.
fn last_function(module: &CodeObject) -> Result<CodeObject, Refusal> {
    let mut codes = module
        .constants
        .iter()
        .filter_map(|constant| match constant {
            ConstantData::Code { code } => Some(code),
            _ => None,
        });
    // defaults may be functions too, and come first
    codes
        .next_back()
        .map(|code| (**code).clone())
        .ok_or_else(|| Refusal::new(Reason::VmSyntax, "a function without code"))
}

/// Compiles the source of a late-bound function, made a module by rez.
pub(super) fn compile_late(
    text: &str,
    sets: bool,
    python: (u8, u8),
) -> Result<(CodeObject, bool), Refusal> {
    compile_text(text, LATE_FILENAME, sets, python)
}

fn compile_text(
    text: &str,
    name: &str,
    sets: bool,
    python: (u8, u8),
) -> Result<(CodeObject, bool), Refusal> {
    let line_of =
        |offset: usize| 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..offset]).count();
    compiles(text).map_err(|declined| Refusal {
        line: Some(line_of(declined.offset.min(text.len()))),
        ..Refusal::new(Reason::VmSyntax, declined.to_string())
    })?;
    let file = SourceFileBuilder::new(name, text).finish();
    pre_parse_source_error(&file).map_err(|error| syntax(&error))?;
    let options = parser::ParseOptions::from(parser::Mode::Module);
    let parsed = parser::parse(text, options).map_err(|error| Refusal {
        line: Some(line_of(error.location.start().to_usize())),
        ..Refusal::new(Reason::VmSyntax, error.error.to_string())
    })?;
    let mut module: Mod = parsed.into_syntax();
    if let Some((at, name)) = versions::later_name(text, python.1) {
        return Err(Refusal {
            line: Some(line_of(at)),
            ..Refusal::new(Reason::AttributeUnknown, name)
        });
    }
    if let Some(odd) = grammar::odd_expression(&module, python) {
        return Err(Refusal::new(Reason::VmSyntax, odd));
    }
    too_deeply_nested_error(&module, &file, RECURSION_LIMIT).map_err(|error| syntax(&error))?;
    if let Some(error) = unsupported_grammar_error(&module, &file) {
        return Err(syntax(&error));
    }
    let may_change = integrity::may_change(&module);
    if let Some((reason, odd)) = evaluation::guard(&mut module, python.1) {
        return Err(Refusal::new(reason, odd));
    }
    if sets {
        if let Some((reason, odd)) = sets::guard(&mut module) {
            return Err(Refusal::new(reason, odd));
        }
    }
    for guard in [guard::guard, observe::guard] {
        if let Some((reason, odd)) = guard(&mut module) {
            return Err(Refusal::new(reason, odd));
        }
    }
    let options = CompileOpts {
        debug_ranges: false,
        recursion_limit: RECURSION_LIMIT,
        ..CompileOpts::default()
    };
    let code = compile_top(module, file, Mode::Exec, options).map_err(|error| Refusal {
        line: error.location.map(|l| l.line.get()),
        ..Refusal::new(Reason::VmSyntax, error.error.to_string())
    })?;
    Ok((code, may_change))
}

fn syntax(error: &CompileError) -> Refusal {
    Refusal {
        line: error.location().map(|l| l.line.get()),
        ..Refusal::new(Reason::VmSyntax, error.to_string())
    }
}

/// Whether `text` may look at a function's code, and not only call it.
fn looks_at_code(text: &str) -> bool {
    [".__", "inspect", "co_", "func_", "_getframe", "getattr"]
        .iter()
        .any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a name of [`hooks::internal_name`] may be in `text`.
fn may_be_internal(text: &str) -> bool {
    ["__", "_frame", "f_", "gi_", "tb_", "mro", "co_", "endpos"]
        .iter()
        .any(|part| memmem::find(text.as_bytes(), part.as_bytes()).is_some())
}

/// What the function waits for, by its decorators: those of rez, each on a line of its own.
fn waits(function: &OutlinedFunction, text: &str) -> Option<Waits> {
    let mut waits = Waits::ForRez;
    for line in text[function.decorators.clone()].lines() {
        let line = line.trim_end();
        if line == "@early()" {
            waits = Waits::Early;
        } else if line != "@late()" && !line.is_empty() && !line.starts_with('#') {
            let arguments = line.strip_prefix("@include(")?.strip_suffix(')')?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_\"', ".contains(&byte);
            if !arguments.bytes().all(plain) {
                return None;
            }
        }
    }
    Some(waits)
}

/// Whether the function's name stands elsewhere, other than as an attribute, in what is read.
fn is_mentioned(function: &OutlinedFunction, text: &str, unread: &[Range<usize>]) -> bool {
    let bytes = text.as_bytes();
    let name = &bytes[function.name.clone()];
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    memmem::find_iter(bytes, name).any(|at| {
        let before = at.checked_sub(1).map(|i| bytes[i]);
        at != function.name.start
            && !before.is_some_and(|byte| word(&byte) || byte == b'.')
            && !bytes.get(at + name.len()).is_some_and(word)
            && !unread.iter().any(|range| range.contains(&at))
    })
}

/// The call of `function` with `arguments`.
pub(super) fn call(function: Expr, arguments: Vec<Expr>, range: TextRange) -> ast::ExprCall {
    ast::ExprCall {
        node_index: ast::AtomicNodeIndex::NONE,
        range_start: range.start(),
        func: Box::new(function),
        arguments: ast::Arguments {
            range,
            node_index: ast::AtomicNodeIndex::NONE,
            args: arguments.into(),
            keywords: Default::default(),
            runtime_args: None,
            runtime_bases: None,
        },
    }
}
