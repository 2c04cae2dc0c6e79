//! Why a tier declines a file. Declining is a correct answer, and it is data.

use std::fmt;

use crate::package::Position;

/// A tier's refusal to serve a file: the construct, and where it stands.
///
/// A decline never says that the file is wrong. It says that this tier can't prove what
/// rez would give, so that the next tier has to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Declined {
    /// The construct that the tier doesn't serve.
    pub reason: Reason,
    /// Byte offset of the construct in the file.
    pub offset: usize,
}

impl Declined {
    /// A decline at byte `offset`.
    pub(crate) fn new(reason: Reason, offset: usize) -> Self {
        Declined { reason, offset }
    }

    /// The line and column of [`offset`](Declined::offset) in `source`, the bytes that
    /// were declined.
    pub fn position(&self, source: &[u8]) -> Position {
        let before = &source[..self.offset.min(source.len())];
        let mut line = 1;
        let mut line_start = 0;
        let mut at = 0;
        while at < before.len() {
            match before[at] {
                b'\r' => {
                    // the `\n` of a CRLF pair belongs to the same line end
                    if source.get(at + 1) == Some(&b'\n') {
                        at += 1;
                    }
                    line += 1;
                    line_start = at + 1;
                }
                b'\n' => {
                    line += 1;
                    line_start = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        let line_start = line_start.min(before.len());
        let column = match std::str::from_utf8(&before[line_start..]) {
            Ok(text) => text.trim_start_matches('\u{feff}').chars().count(),
            Err(_) => before.len() - line_start,
        };
        Position {
            line,
            column: column + 1,
        }
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.message())
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident, $code:literal, $message:literal, $hint:literal;)+) => {
        /// The construct that made a tier decline, one variant each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Reason {
            /// Every reason, in the order in which they are documented.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)+];

            /// A stable kebab-case identifier, for JSON and for counting.
            pub fn code(self) -> &'static str {
                match self {
                    $(Reason::$variant => $code,)+
                }
            }

            /// What was found, in words: lower case, no final period.
            pub fn message(self) -> &'static str {
                match self {
                    $(Reason::$variant => $message,)+
                }
            }

            /// What to change so that the static tier can serve the file.
            pub fn hint(self) -> &'static str {
                match self {
                    $(Reason::$variant => $hint,)+
                }
            }
        }
    };
}

reasons! {
    // ---- the bytes of the file
    /// The file is larger than the tier reads.
    TooLarge, "too-large", "the file is larger than 16 MiB",
        "move data out of the package definition";
    /// The bytes are not UTF-8.
    NotUtf8, "not-utf8", "the file is not valid UTF-8",
        "save the file as UTF-8";
    /// The file holds a NUL byte, which Python refuses.
    Nul, "nul-byte", "the file holds a NUL byte",
        "remove the NUL byte";
    /// A PEP 263 cookie names an encoding that this tier doesn't decode.
    Encoding, "encoding", "the coding cookie names an encoding other than UTF-8",
        "save the file as UTF-8 and remove the cookie";

    // ---- tokens
    /// A byte that starts no token in any Python from 3.8 to 3.14.
    InvalidCharacter, "invalid-character", "invalid character",
        "remove the character";
    /// An identifier with characters beyond ASCII, which Python normalises to NFKC.
    NonAsciiIdentifier, "non-ascii-identifier", "an identifier with a non-ASCII character",
        "use ASCII names";
    /// A string literal that doesn't end.
    UnterminatedString, "unterminated-string", "a string literal that doesn't end",
        "close the string";
    /// A string prefix that isn't one.
    StringPrefix, "string-prefix", "an unknown string prefix",
        "remove the prefix";
    /// A malformed `\x`, `\u` or `\U` escape.
    BadEscape, "bad-escape", "a malformed escape sequence in a string",
        "write the escape out in full, or use a raw string";
    /// A `\N{...}` escape, which needs the Unicode name table of the running Python.
    NamedEscape, "named-escape", "a `\\N{...}` escape",
        "write the character itself";
    /// A bytes literal with a character beyond ASCII.
    NonAsciiBytes, "non-ascii-bytes", "a bytes literal with a non-ASCII character",
        "use an escape";
    /// Adjacent string and bytes literals.
    MixedStrings, "mixed-strings", "a string literal next to a bytes literal",
        "use one kind of literal";
    /// A number literal that some supported Python refuses.
    Number, "number", "a number literal that not every supported Python accepts",
        "write the number plainly, with a space after it";
    /// A backslash that is not followed by the end of the line.
    LineContinuation, "line-continuation", "a misplaced backslash",
        "use brackets to continue a line";
    /// Indentation that Python refuses, or that mixes tabs and spaces.
    Indentation, "indentation", "indentation that doesn't fit the block",
        "indent with spaces, the same number in the whole block";
    /// A bracket without its partner.
    UnbalancedBracket, "unbalanced-bracket", "a bracket without its partner",
        "close the bracket";
    /// Brackets, blocks or operators nested deeper than every supported Python allows.
    TooDeep, "too-deep", "nesting deeper than this tier follows",
        "flatten the expression or the block";

    // ---- grammar
    /// Not a statement or expression of every Python from 3.8 to 3.14.
    Syntax, "syntax", "not valid in every Python from 3.8 to 3.14, as far as this tier can tell",
        "check the file with `python -m py_compile`; older spellings are the safest";
    /// An f-string whose replacement fields are beyond what this tier checks.
    FString, "f-string", "an f-string whose fields this tier doesn't check",
        "use plain names, attributes and calls in the fields";
    /// Something that can't be assigned to, deleted or bound.
    AssignTarget, "assign-target", "something that can't be assigned to",
        "assign to a name, an attribute or an item";
    /// Two parameters of one name.
    DuplicateArgument, "duplicate-argument", "a parameter or keyword that is given twice",
        "rename one of them";
    /// `return` or `yield` outside a function.
    OutsideFunction, "outside-function", "`return` or `yield` outside a function",
        "move it into a function";
    /// `break` or `continue` outside a loop.
    OutsideLoop, "outside-loop", "`break` or `continue` outside a loop",
        "move it into a loop";
    /// `global` or `nonlocal` against Python's rules, or too involved to check.
    ScopeRule, "scope-rule", "a `global` or `nonlocal` that this tier doesn't follow",
        "pass the value as an argument instead";
    /// `async`, `await` or a generator construct.
    Async, "async", "`async` or `await`",
        "use plain functions";
    /// A `class` statement.
    Class, "class", "a class definition",
        "move the class into a module of the payload";

    // ---- top-level code that would run
    /// An import whose effect this tier can't prove.
    Import, "import", "an import that runs code",
        "import inside `commands()` or the late-bound function that needs it";
    /// A top-level `if`.
    If, "top-level-if", "a top-level `if`",
        "use variants, or a late-bound function";
    /// A top-level `for` or `while`.
    Loop, "top-level-loop", "a top-level loop",
        "write the result out as a literal";
    /// A top-level `try`.
    Try, "top-level-try", "a top-level `try`",
        "write the result out as a literal";
    /// A top-level `with` other than `with scope("...") as x`.
    With, "top-level-with", "a top-level `with` other than `with scope(\"...\") as x`",
        "write the result out as a literal";
    /// A top-level `del`.
    Delete, "top-level-del", "a top-level `del`",
        "remove the statement and the name";
    /// A top-level `raise`, `assert` or `global`.
    Statement, "top-level-statement", "a top-level statement that runs code",
        "write the result out as a literal";
    /// An augmented assignment.
    AugmentedAssignment, "augmented-assignment", "a top-level augmented assignment",
        "write the result out as a literal";
    /// An assignment to several targets, an attribute or an item.
    ComputedTarget, "computed-target", "a top-level assignment to something other than names",
        "assign each name by itself";
    /// A call whose result isn't known.
    Call, "call", "a call",
        "write the result out as a literal";
    /// A name whose value isn't known.
    Name, "name", "a name whose value isn't known",
        "write the value out as a literal";
    /// An attribute of a value.
    Attribute, "attribute", "an attribute access",
        "write the value out as a literal";
    /// A comprehension or a generator expression.
    Comprehension, "comprehension", "a comprehension",
        "write the result out as a literal";
    /// A lambda.
    Lambda, "lambda", "a lambda",
        "use `def`";
    /// A constant expression that this tier doesn't compute.
    Expression, "expression", "an expression that this tier doesn't compute",
        "write the result out as a literal";
    /// A constant expression that raises in Python.
    Raises, "raises", "an expression that raises",
        "correct the expression";
    /// A constant expression whose result is too big.
    TooBig, "too-big", "an expression whose value is too big",
        "write a smaller value";
    /// A decorator other than `@late()` or `@include("...")`.
    Decorator, "decorator", "a decorator that runs code",
        "use `@late()` or a literal";
    /// A default value, evaluated with the `def`, that isn't a literal.
    Default, "default", "a default value that runs code",
        "write the default out as a literal";
    /// An `@early()` function, evaluated while loading.
    EarlyBinding, "early-binding", "an `@early()` function",
        "install the package: the installed definition holds the result";
    /// A `@late()` function for a solver field.
    LateBinding, "late-binding", "a late-bound solver field",
        "write `requires` as a literal";
    /// A name of rez's DSL is rebound.
    Shadowing, "shadowing", "a name of rez's own (`scope`, `early`, `late`, `include`) is rebound",
        "choose another name";
    /// An unhashable dict key or set member.
    Unhashable, "unhashable", "an unhashable dict key or set member",
        "use strings as keys";
    /// A dict key that isn't a string, on which `rez.serialise` raises.
    NonStringKey, "non-string-key", "a dict key that isn't a string",
        "use strings as keys";
    /// A `with scope(...)` that rebinds a solver field or computes something.
    Scope, "scope", "a `with scope(...)` block that does more than assign literals",
        "keep to `c.name = literal` lines";

    // ---- whole definitions
    /// A function named `preprocess`, which rez keeps as a function.
    Preprocess, "preprocess", "a `preprocess` function, which has to stay a function",
        "install the package: the installed definition has none";
    /// A name for an object that a definition can't hold as data.
    Object, "object", "a name for an object that isn't plain data",
        "use plain values, or `del` the name";
    /// A dict with private keys under a second name.
    Alias, "alias", "a dict with a key that starts with `__`, used under a second name",
        "rename the key";
    /// A list, dict or set that may be in several places: one object in rez, so that who changes
    /// it in one place changes the others.
    SharedValue, "shared-value", "a list, dict or set that may be in several places",
        "write it out in each, or copy it with `list(...)`";

    // ---- the solver fields
    /// The definition has no `name`.
    MissingName, "missing-name", "the definition has no `name`",
        "add `name = \"...\"`";
    /// The definition has no `version`.
    MissingVersion, "missing-version", "the definition has no `version`",
        "add `version = \"...\"`";
    /// `name` is not a string.
    NameType, "name-type", "`name` is not a string",
        "write the name as a string";
    /// `name` is not a valid package name.
    NameInvalid, "name-invalid", "`name` is not a valid package name",
        "use letters, digits, `_`, `.` and `-`";
    /// `version` is not a string.
    VersionType, "version-type", "`version` is not a string",
        "write the version as a string";
    /// `version` is not a valid rez version.
    VersionInvalid, "version-invalid", "`version` is not a valid rez version",
        "use tokens of letters, digits and `_`, separated by `.` or `-`";
    /// `requires` is not a list of strings.
    RequiresType, "requires-type", "`requires` is not a list of strings",
        "write a list of strings";
    /// `variants` is not a list of lists of strings.
    VariantsType, "variants-type", "`variants` is not a list of lists of strings",
        "write a list of lists of strings";
    /// A request that rez refuses, or that only rez can decide.
    RequestInvalid, "request-invalid", "not a valid package request",
        "write it as `name`, `name-1.2`, `name-1+<2`";
    /// A string with a lone surrogate, which no UTF-8 string can hold.
    Surrogate, "surrogate", "a string with a lone surrogate",
        "write the character itself";

    // ---- repositories
    /// A `family.py` or `family.yaml` whose versions or overrides this tier doesn't follow.
    CombinedFamily, "combined-family", "`versions` or `version_overrides` that aren't plain literals",
        "write them out: a list of strings, a dict of dicts";
    /// A `release.yaml` or `.metadata` beside the definition, which may add to it.
    OldFormat, "old-format", "a `release.yaml` or `.metadata` beside it that may change the package",
        "add a `timestamp` to the definition, so that rez doesn't look for them";

    // ---- the VM tier
    /// The VM's parser or compiler, or the profile's Python, doesn't accept the file.
    VmSyntax, "vm-syntax", "the VM doesn't compile it",
        "check the file with the Python that runs rez";
    /// The definition raises an exception in the VM; rez alone says that this is an error.
    Raised, "raised", "it raises an exception",
        "run `rez view` on it, which shows rez's own error";
    /// An import of a module that the VM doesn't hold.
    ModuleUnknown, "module-unknown", "it imports a module that the VM doesn't hold",
        "compute the value without the module, or install the package";
    /// A part of a module, or a builtin, that the VM doesn't hold.
    AttributeUnknown, "attribute-unknown", "it uses a part of Python's library that the VM doesn't hold",
        "compute the value another way, or install the package";
    /// A fact of the host that the profile doesn't know.
    HostFact, "host-fact", "it asks for a fact of the host that the profile doesn't hold",
        "write the value out, or let rez answer";
    /// An act that would change the host or leave the process.
    Sandbox, "sandbox", "it would act on the host, which the sandbox refuses",
        "move the act into a build or a command";
    /// The result depends on the order of a set, on a clock, on an identity or on chance.
    Unordered, "unordered", "its result depends on the order of a set, a clock or chance",
        "sort the set, write the value out";
    /// A value of a type that only CPython can hold.
    VmValue, "vm-value", "a value that only CPython can hold",
        "use strings, numbers, lists and dicts";
    /// A function's source, which the VM can't cut out as `inspect` does.
    SourceLines, "source-lines", "a function whose source lines are unclear",
        "write `def` and the body on lines of their own";
    /// It runs for longer than the limit.
    TimeLimit, "time-limit", "it runs for too long",
        "compute less, or let rez answer";
    /// It uses more memory than the limit.
    MemoryLimit, "memory-limit", "it uses too much memory",
        "compute less, or let rez answer";
    /// It recurses deeper than the limit.
    RecursionLimit, "recursion-limit", "it recurses too deep",
        "use a loop";
    /// It prints more than the limit.
    OutputLimit, "output-limit", "it prints too much",
        "print less";
    /// A defect of the VM: it was discarded, and the next file gets another.
    VmPanic, "vm-panic", "the VM failed",
        "report the file";
    /// No VM can be started.
    VmUnavailable, "vm-unavailable", "no VM is available",
        "see the message";

    // ---- package.yaml
    /// This build of rezload reads no YAML.
    YamlOff, "yaml-off", "a YAML definition, which this build doesn't read",
        "build with the feature `yaml`";
    /// A YAML definition by itself: what it gives depends on the directories around it.
    YamlAlone, "yaml-alone", "a YAML definition, which is read as part of its repository",
        "use `rezload scan` on the repository";
    /// Not YAML 1.1, or not certain to be.
    YamlSyntax, "yaml-syntax", "not YAML, as far as this tier can tell",
        "check the file with PyYAML";
    /// An anchor, alias, tag, directive, merge key, tab, or a second document.
    YamlFeature, "yaml-feature", "a YAML feature that this tier doesn't follow",
        "write plain mappings, lists and strings";
    /// A plain scalar that YAML 1.1 may take for a number, a date or something else.
    YamlScalar, "yaml-scalar", "a plain scalar that YAML may take for something other than a string",
        "put it in quotes";
    /// Not ASCII, where rez decodes YAML by the locale or the code page, which may not be UTF-8.
    YamlEncoding, "yaml-encoding", "characters outside ASCII, which rez decodes by the locale",
        "write them as escapes in double quotes";
    /// The document isn't a mapping, or a key of it isn't a string.
    YamlKey, "yaml-key", "not a mapping with strings as keys",
        "write `key: value` lines";

    // ---- the rez tier
    /// rez would have to run a file that isn't in a trusted directory.
    Untrusted, "untrusted", "rez would have to run the file, which isn't in a trusted directory",
        "name its directory as trusted if it is";
    /// rez would look for the packages of the family as it is configured, and not as the scan is
    /// told to.
    OtherSettings, "other-settings", "rez is configured with other settings than the scan",
        "give the scan rez's settings, or rez those of the scan";
}
