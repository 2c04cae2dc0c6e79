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

use super::grammar;
use super::guard;
use super::hooks;
use super::integrity;
use super::outcome::Refusal;
use super::sets;
use super::versions;
use super::{EARLY_FILENAME, FILENAME, LATE_FILENAME};
use crate::decline::Reason;
use crate::static_tier::{functions, OutlinedFunction};

/// The builtin that stands for a body that isn't compiled.
pub(super) const NEEDS_BODY: &str = "__rezload_body__";

/// The deepest nesting that is compiled.
const RECURSION_LIMIT: usize = 90;

/// A definition, cut into what is compiled and run at once and what isn't.
pub(super) struct Cut {
    /// The text without the bodies that wait; its lines are the file's.
    pub residue: String,
    /// The `@early()` functions whose bodies were taken out.
    pub early: Vec<Early>,
    /// Whether a body was taken out.
    pub elided: bool,
    /// Whether every call has to watch for sets.
    pub sets: bool,
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

/// Cuts `text`; with `whole`, nothing is taken out.
pub(super) fn cut(text: &str, whole: bool) -> Result<Cut, Refusal> {
    if let Some(at) = memmem::find(text.as_bytes(), NEEDS_BODY.as_bytes()) {
        return Err(Refusal::at(Reason::AttributeUnknown, at, NEEDS_BODY));
    }
    // RustPython's parser drops a second byte order mark
    if text.starts_with('\u{feff}') {
        return Err(Refusal::at(Reason::VmSyntax, 0, "two byte order marks"));
    }
    let mut waiting = Vec::new();
    if !whole && !looks_at_code(text) {
        for function in functions(text) {
            if let Some(waits) = waits(&function, text) {
                waiting.push((function, waits));
            }
        }
        let unread: Vec<_> = waiting
            .iter()
            .filter(|(_, waits)| *waits == Waits::ForRez)
            .map(|(function, _)| function.body.clone())
            .collect();
        // one that is called would be compiled after all, with everything else
        waiting.retain(|(function, _)| !is_mentioned(function, text, &unread));
    }
    let unread: Vec<_> = waiting
        .iter()
        .filter(|(_, waits)| *waits == Waits::ForRez)
        .map(|(function, _)| function.body.clone())
        .collect();
    if may_be_internal(text) {
        if let Some((at, name)) = hooks::internal_name(text, &unread) {
            return Err(Refusal::at(Reason::AttributeUnknown, at, name));
        }
    }
    let mut residue = String::with_capacity(text.len() + 32);
    let mut early = Vec::new();
    let (mut at, mut line) = (0, 1);
    for (function, waits) in &waiting {
        let count =
            |range: Range<usize>| memchr::memchr_iter(b'\n', &text.as_bytes()[range]).count();
        if *waits == Waits::Early {
            let first = line + count(at..function.decorators.start);
            early.push(Early {
                line: first,
                def_line: first + count(function.decorators.clone()),
                text: function.def..function.body.end,
            });
        }
        line += count(at..function.body.end);
        residue.push_str(&text[at..function.body.start]);
        residue.push(' ');
        residue.push_str(NEEDS_BODY);
        residue.push_str("()");
        residue.extend(std::iter::repeat_n('\n', count(function.body.clone())));
        at = function.body.end;
    }
    residue.push_str(&text[at..]);
    let sets = sets::may_make_sets(text, &unread);
    Ok(Cut {
        residue,
        early,
        elided: !waiting.is_empty(),
        sets,
    })
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
        .map(|code| ((**code).clone(), may_change))
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
    let file = SourceFileBuilder::new(name, text).finish();
    pre_parse_source_error(&file).map_err(|error| syntax(&error))?;
    let version = ast::PythonVersion {
        major: python.0,
        minor: python.1,
    };
    let options = parser::ParseOptions::from(parser::Mode::Module).with_target_version(version);
    let at = |range: TextRange, error: &dyn std::fmt::Display| {
        let line =
            1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..range.start().to_usize()]).count();
        Refusal {
            line: Some(line),
            ..Refusal::new(Reason::VmSyntax, error.to_string())
        }
    };
    let parsed = parser::parse(text, options).map_err(|error| at(error.location, &error.error))?;
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(at(error.range, error));
    }
    if let Some(odd) = grammar::odd_token(parsed.tokens(), text) {
        return Err(Refusal::new(Reason::VmSyntax, odd));
    }
    let mut module: Mod = parsed.into_syntax();
    if let Some((at, name)) = versions::later_name(text, python.1) {
        let line = 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
        return Err(Refusal {
            line: Some(line),
            ..Refusal::new(Reason::AttributeUnknown, name)
        });
    }
    if let Some(odd) = grammar::odd_statement(&module, text, python) {
        return Err(Refusal::new(Reason::VmSyntax, odd));
    }
    too_deeply_nested_error(&module, &file, RECURSION_LIMIT).map_err(|error| syntax(&error))?;
    if let Some(error) = unsupported_grammar_error(&module, &file) {
        return Err(syntax(&error));
    }
    let may_change = integrity::may_change(&module);
    if sets {
        sets::guard(&mut module);
    }
    if let Some(odd) = guard::guard(&mut module) {
        return Err(Refusal::new(Reason::VmSyntax, odd));
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
