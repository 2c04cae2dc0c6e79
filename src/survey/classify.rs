//! The constructs of a definition, by ruff's parser, which recovers from syntax errors.
//!
//! This is for people who decide about many files; no tier relies on it.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ruff_python_ast::{
    ExceptHandler, Expr, ModModule, PythonVersion, Stmt, StmtFunctionDef, UnaryOp,
};
use ruff_python_parser::{parse_unchecked, Mode, ParseOptions, Parsed};

use super::construct::{Construct, Field};

/// A larger file isn't parsed.
const MAX_LEN: usize = 256 << 10;

/// Nor is one with brackets nested deeper, which cost the parser kilobytes each; CPython refuses
/// 200.
const MAX_DEPTH: usize = 1000;

/// Stack for each byte of a file: what a deep expression takes when its tree is dropped,
/// which recurses. A `-` is one byte and one level.
const STACK_PER_BYTE: usize = if cfg!(debug_assertions) { 1536 } else { 512 };

/// What `source`, the bytes of a definition, does at its top level.
///
/// ```
/// use rezload::survey::{constructs, Construct, Field};
///
/// let found = constructs(b"name = 'a'\nversion = '1'\n@early()\ndef requires():\n    return []\n");
/// assert!(found.contains(&Construct::Early(Field::Requires)));
/// ```
pub fn constructs(source: &[u8]) -> BTreeSet<Construct> {
    let bytes = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    if bytes.len() > MAX_LEN || is_deeper(bytes, MAX_DEPTH) {
        return BTreeSet::from([Construct::TooLarge]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => text,
        _ => return BTreeSet::from([Construct::Encoding]),
    };
    let stack = bytes.len() * STACK_PER_BYTE + (256 << 10);
    stacker::maybe_grow(stack, stack, || {
        // the oldest Python of rez's users
        let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY38);
        match parse_unchecked(text, options).try_into_module() {
            Some(parsed) => classify(&parsed),
            None => BTreeSet::from([Construct::SyntaxError]),
        }
    })
}

/// Whether brackets are nested deeper than `limit`, strings and comments taken for code.
fn is_deeper(bytes: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    bytes.iter().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limit
    })
}

fn classify(parsed: &Parsed<ModModule>) -> BTreeSet<Construct> {
    let mut found = Found::default();
    if !parsed.errors().is_empty() {
        found.constructs.insert(Construct::SyntaxError);
    }
    if !parsed.unsupported_syntax_errors().is_empty() {
        found.constructs.insert(Construct::NewSyntax);
    }
    let suite = parsed.suite();
    for statement in suite {
        found.statement(statement);
    }
    let mut names = Names::default();
    names.block(suite);
    if !names.name && !names.any {
        found.constructs.insert(Construct::MissingName);
    }
    if !names.version && !names.any {
        found.constructs.insert(Construct::MissingVersion);
    }
    found.constructs
}

#[derive(Default)]
struct Found {
    constructs: BTreeSet<Construct>,
}

impl Found {
    fn add(&mut self, construct: Construct) {
        self.constructs.insert(construct);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(_) => self.add(Construct::Class),
            Stmt::If(_) => self.add(Construct::If),
            Stmt::For(_) | Stmt::While(_) => self.add(Construct::Loop),
            Stmt::Try(_) => self.add(Construct::Try),
            Stmt::Match(_) => self.add(Construct::Match),
            Stmt::With(with) => {
                let scopes: Vec<_> = with
                    .items
                    .iter()
                    .map(|item| scope_name(&item.context_expr))
                    .collect();
                for scope in scopes {
                    self.add(match scope {
                        Some(name) => Construct::Scope(Field::of(name)),
                        None => Construct::With,
                    });
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.add(Construct::Import(alias.name.as_str().into()));
                }
            }
            Stmt::ImportFrom(import) => {
                self.add(Construct::Import(from_module(
                    import.level,
                    import.module.as_ref().map(|name| name.as_str()),
                )));
            }
            Stmt::Assign(assign) => self.assignment(&assign.targets, &assign.value),
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assignment(std::slice::from_ref(&*assign.target), value);
                }
            }
            Stmt::AugAssign(assign) => match &*assign.target {
                Expr::Name(name) => self.add(Construct::Augmented(Field::of(&name.id))),
                _ => self.add(Construct::ComputedTarget),
            },
            Stmt::Expr(expression) => {
                if !is_literal(&expression.value) {
                    let root = root(&expression.value).map_or(Field::Other, Field::of);
                    self.add(Construct::Expression(root));
                }
            }
            Stmt::Pass(_) => {}
            Stmt::Return(_)
            | Stmt::Delete(_)
            | Stmt::TypeAlias(_)
            | Stmt::Raise(_)
            | Stmt::Assert(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => self.add(Construct::Statement),
        }
    }

    fn assignment(&mut self, targets: &[Expr], value: &Expr) {
        let literal = is_literal(value);
        for target in targets {
            match target {
                Expr::Name(_) if literal => {}
                Expr::Name(name) => self.add(Construct::Computed(Field::of(&name.id))),
                _ => self.add(Construct::ComputedTarget),
            }
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let field = Field::of(&function.name);
        for decorator in &function.decorator_list {
            match dotted(&decorator.expression).as_deref() {
                Some("early") => {
                    self.add(Construct::Early(field));
                    self.early_imports(&function.body);
                }
                Some("late") => self.add(Construct::Late(field)),
                Some("include") => {}
                Some(name) => self.add(Construct::Decorator(name.into())),
                None => self.add(Construct::Decorator("(expression)".into())),
            }
        }
    }

    fn early_imports(&mut self, body: &[Stmt]) {
        for statement in body {
            match statement {
                Stmt::Import(import) => {
                    for alias in &import.names {
                        self.add(Construct::EarlyImport(alias.name.as_str().into()));
                    }
                }
                Stmt::ImportFrom(import) => {
                    self.add(Construct::EarlyImport(from_module(
                        import.level,
                        import.module.as_ref().map(|name| name.as_str()),
                    )));
                }
                Stmt::FunctionDef(function) => self.early_imports(&function.body),
                Stmt::ClassDef(class) => self.early_imports(&class.body),
                _ => each_block(statement, &mut |block| self.early_imports(block)),
            }
        }
    }
}

/// Which names the top level binds, in blocks as well.
#[derive(Default)]
struct Names {
    name: bool,
    version: bool,
    /// A `from module import *`, which may bind both.
    any: bool,
}

impl Names {
    fn bind(&mut self, name: &str) {
        match name {
            "name" => self.name = true,
            "version" => self.version = true,
            _ => {}
        }
    }

    fn block(&mut self, block: &[Stmt]) {
        for statement in block {
            self.statement(statement);
            each_block(statement, &mut |block| self.block(block));
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target),
            // rez strips other functions
            Stmt::FunctionDef(function) => {
                let is_kept = |name: &str| matches!(name, "early" | "late");
                let decorators = &function.decorator_list;
                if decorators
                    .iter()
                    .any(|decorator| dotted(&decorator.expression).is_some_and(|n| is_kept(&n)))
                {
                    self.bind(&function.name);
                }
            }
            Stmt::For(statement) => self.target(&statement.target),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(name) = scope_name(&item.context_expr) {
                        self.bind(name);
                    }
                    if let Some(target) = &item.optional_vars {
                        self.target(target);
                    }
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(bound.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    match alias.name.as_str() {
                        "*" => self.any = true,
                        name => self.bind(alias.asname.as_ref().map_or(name, |n| n.as_str())),
                    }
                }
            }
            _ => {}
        }
    }

    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.target(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.target(target)),
            Expr::Starred(starred) => self.target(&starred.value),
            _ => {}
        }
    }
}

/// Hands the blocks of `statement` to `visit`, other than those of functions and classes.
fn each_block(statement: &Stmt, visit: &mut dyn FnMut(&[Stmt])) {
    match statement {
        Stmt::If(statement) => {
            visit(&statement.body);
            for clause in &statement.elif_else_clauses {
                visit(&clause.body);
            }
        }
        Stmt::For(statement) => {
            visit(&statement.body);
            visit(&statement.orelse);
        }
        Stmt::While(statement) => {
            visit(&statement.body);
            visit(&statement.orelse);
        }
        Stmt::With(statement) => visit(&statement.body),
        Stmt::Try(statement) => {
            visit(&statement.body);
            for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                visit(&handler.body);
            }
            visit(&statement.orelse);
            visit(&statement.finalbody);
        }
        Stmt::Match(statement) => {
            for case in &statement.cases {
                visit(&case.body);
            }
        }
        _ => {}
    }
}

/// What `ast.literal_eval` would take: constants and collections of them.
fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::UnaryOp(unary) => {
            matches!(unary.op, UnaryOp::UAdd | UnaryOp::USub)
                && matches!(*unary.operand, Expr::NumberLiteral(_))
        }
        Expr::List(list) => list.elts.iter().all(is_literal),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_literal),
        Expr::Set(set) => set.elts.iter().all(is_literal),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_literal) && is_literal(&item.value)),
        other => other.is_literal_expr(),
    }
}

/// The field in `with scope("field")`.
fn scope_name(expression: &Expr) -> Option<&str> {
    let Expr::Call(call) = expression else {
        return None;
    };
    match (&*call.func, &*call.arguments.args) {
        (Expr::Name(name), [Expr::StringLiteral(field)]) if name.id == "scope" => {
            Some(field.value.to_str())
        }
        _ => None,
    }
}

/// `a.b` for `a.b`, `a.b()` and `a.b(...)()`.
fn dotted(expression: &Expr) -> Option<CompactString> {
    let mut names = Vec::new();
    let mut expression = expression;
    loop {
        expression = match expression {
            Expr::Call(call) => &call.func,
            Expr::Attribute(attribute) => {
                names.push(attribute.attr.as_str());
                &attribute.value
            }
            Expr::Name(name) => {
                names.push(name.id.as_str());
                names.reverse();
                return Some(names.join(".").into());
            }
            _ => return None,
        }
    }
}

/// The name that `requires.append("x")`, `requires[0]` and their like begin with.
fn root(expression: &Expr) -> Option<&str> {
    let mut expression = expression;
    loop {
        expression = match expression {
            Expr::Call(call) => &call.func,
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Subscript(subscript) => &subscript.value,
            Expr::Name(name) => return Some(&name.id),
            _ => return None,
        }
    }
}

/// `..module` for `from ..module import name`.
fn from_module(level: u32, module: Option<&str>) -> CompactString {
    let mut name = CompactString::from(".".repeat(level as usize));
    name.push_str(module.unwrap_or_default());
    name
}
