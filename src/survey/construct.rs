//! What a definition does at its top level that somebody may want to change.

use std::fmt;

use compact_str::CompactString;

/// A field of a definition: one of the solver's, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `name`.
    Name,
    /// `version`.
    Version,
    /// `requires`.
    Requires,
    /// `variants`.
    Variants,
    /// A field that the solver doesn't read.
    Other,
}

impl Field {
    /// The field that a top-level name stands for.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "name" => Field::Name,
            "version" => Field::Version,
            "requires" => Field::Requires,
            "variants" => Field::Variants,
            _ => Field::Other,
        }
    }

    /// The name in tables and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Version => "version",
            Field::Requires => "requires",
            Field::Variants => "variants",
            Field::Other => "other",
        }
    }
}

/// One thing that a definition does, whether a tier serves it or not.
///
/// All are about statements at the top level of the file. A block counts as one construct,
/// whatever is in it; only the functions that run while a definition loads are looked into,
/// for their imports.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Construct {
    /// The file isn't UTF-8 text; nothing else is known of it.
    Encoding,
    /// Too large or too deep to be looked into.
    TooLarge,
    /// No Python 3 accepts the file.
    SyntaxError,
    /// Some Python from 3.8 on is too old for the file.
    NewSyntax,
    /// No statement binds `name`.
    MissingName,
    /// No statement binds `version`.
    MissingVersion,
    /// An `@early()` function.
    Early(Field),
    /// An import in an `@early()` function.
    EarlyImport(CompactString),
    /// A `@late()` function.
    Late(Field),
    /// A decorator other than rez's.
    Decorator(CompactString),
    /// `if`.
    If,
    /// `for` or `while`.
    Loop,
    /// `try`.
    Try,
    /// `with`, other than `with scope("...")`.
    With,
    /// `match`.
    Match,
    /// `class`.
    Class,
    /// `import module` or `from module import ...`.
    Import(CompactString),
    /// An assignment of something other than literals.
    Computed(Field),
    /// `requires += [...]`.
    Augmented(Field),
    /// An assignment to an attribute, to an item, or to several names at once.
    ComputedTarget,
    /// A statement that is only an expression, such as `requires.append("x")`.
    Expression(Field),
    /// `with scope("...")`.
    Scope(Field),
    /// `del`, `raise`, `assert`, `global`, and what has no place at the top level.
    Statement,
}

impl Construct {
    /// A stable kebab-case identifier; with [`detail`](Self::detail) it says which construct.
    pub fn code(&self) -> &'static str {
        match self {
            Construct::Encoding => "encoding",
            Construct::TooLarge => "too-large",
            Construct::SyntaxError => "syntax-error",
            Construct::NewSyntax => "new-syntax",
            Construct::MissingName => "missing-name",
            Construct::MissingVersion => "missing-version",
            Construct::Early(_) => "early",
            Construct::EarlyImport(_) => "early-import",
            Construct::Late(_) => "late",
            Construct::Decorator(_) => "decorator",
            Construct::If => "top-level-if",
            Construct::Loop => "top-level-loop",
            Construct::Try => "top-level-try",
            Construct::With => "top-level-with",
            Construct::Match => "top-level-match",
            Construct::Class => "class",
            Construct::Import(_) => "import",
            Construct::Computed(_) => "computed",
            Construct::Augmented(_) => "augmented",
            Construct::ComputedTarget => "computed-target",
            Construct::Expression(_) => "expression",
            Construct::Scope(_) => "scope",
            Construct::Statement => "statement",
        }
    }

    /// The field, module or decorator that it is about.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Construct::Early(field)
            | Construct::Late(field)
            | Construct::Computed(field)
            | Construct::Augmented(field)
            | Construct::Expression(field)
            | Construct::Scope(field) => Some(field.as_str()),
            Construct::EarlyImport(name) | Construct::Decorator(name) | Construct::Import(name) => {
                Some(name)
            }
            _ => None,
        }
    }

    /// What to do about it, for an author of packages.
    pub fn advice(&self) -> &'static str {
        match self {
            Construct::Encoding => "save the file as UTF-8",
            Construct::TooLarge => "move data out of the definition",
            Construct::SyntaxError => "correct the file; rez doesn't load it either",
            Construct::NewSyntax => "write it as Python 3.8 does",
            Construct::MissingName => "add `name = \"...\"`",
            Construct::MissingVersion => "add `version = \"...\"`",
            Construct::Early(_) | Construct::EarlyImport(_) => {
                "install the package: the installed definition holds the result"
            }
            Construct::Late(_) => "write the field as a literal, or as variants",
            Construct::Decorator(_) => "write the result out as a literal",
            Construct::If | Construct::Match => "use variants, or install the package",
            Construct::Loop | Construct::Try | Construct::With => {
                "write the result out as a literal"
            }
            Construct::Class => "move the class into a module of the payload",
            Construct::Import(_) => "import in the function that needs it",
            Construct::Computed(_) | Construct::Augmented(_) => "write the value out as a literal",
            Construct::ComputedTarget => "assign each name by itself",
            Construct::Expression(_) => "write the result out as a literal",
            Construct::Scope(_) => "keep to `c.name = literal` lines in the block",
            Construct::Statement => "remove the statement",
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |field: &Field| match field {
            Field::Other => "another field",
            field => field.as_str(),
        };
        match self {
            Construct::Encoding => f.write_str("not UTF-8 text"),
            Construct::TooLarge => f.write_str("too large to look into"),
            Construct::SyntaxError => f.write_str("syntax error"),
            Construct::NewSyntax => f.write_str("syntax newer than Python 3.8"),
            Construct::MissingName => f.write_str("no name"),
            Construct::MissingVersion => f.write_str("no version"),
            Construct::Early(of) => write!(f, "@early {}", field(of)),
            Construct::EarlyImport(module) => write!(f, "import in @early: {module}"),
            Construct::Late(of) => write!(f, "@late {}", field(of)),
            Construct::Decorator(name) => write!(f, "decorator @{name}"),
            Construct::If => f.write_str("top-level if"),
            Construct::Loop => f.write_str("top-level loop"),
            Construct::Try => f.write_str("top-level try"),
            Construct::With => f.write_str("top-level with"),
            Construct::Match => f.write_str("top-level match"),
            Construct::Class => f.write_str("class"),
            Construct::Import(module) => write!(f, "import {module}"),
            Construct::Computed(of) => write!(f, "computed {}", field(of)),
            Construct::Augmented(of) => write!(f, "augmented {}", field(of)),
            Construct::ComputedTarget => f.write_str("assignment to an attribute, item or tuple"),
            Construct::Expression(Field::Other) => f.write_str("call for its effect"),
            Construct::Expression(of) => write!(f, "call that changes {}", field(of)),
            Construct::Scope(of) => write!(f, "with scope of {}", field(of)),
            Construct::Statement => f.write_str("del, raise, assert or other statement"),
        }
    }
}
