"""`re`: CPython 3.14's; patterns that older versions read in another way decline."""

import _rezload
import re as _re
from re import (
    A, ASCII, DOTALL, I, IGNORECASE, M, MULTILINE, Match, NOFLAG, Pattern, PatternError,
    RegexFlag, S, U, UNICODE, VERBOSE, X, error, escape, purge,
)

_minor = _rezload.fact("python")[1]
_REPEATED = (")*", ")+", ")?", "){")
_UNSURE = ("??", "*?", "}?", ")+?", "(?<=", "(?<!")
_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
_POSSESSIVE = ("*+", "++", "?+", "}+", "(?>")


if _minor < 13:
    def _text(original):
        def text(self):
            if self.value & 1:
                _rezload.decline("attribute-unknown", "re.TEMPLATE")
            if not self.value and _minor < 11:
                _rezload.decline("attribute-unknown", "the text of no flag, before Python 3.11")
            return original(self)

        return text

    RegexFlag.__str__, RegexFlag.__repr__ = _text(RegexFlag.__str__), _text(RegexFlag.__repr__)


if _minor < 11:
    def _refuse(self):
        _rezload.decline("attribute-unknown", "the members of a flag, before Python 3.11")

    RegexFlag.__iter__ = RegexFlag.__len__ = _refuse


# its name was lower case before 3.13
if _minor < 13:
    PatternError.__name__ = PatternError.__qualname__ = "error"


def __getattr__(name):
    # what native code asks `re` for
    if name == "_compile_template":
        return _re._compile_template
    raise AttributeError(name)


def _is_verbose(pattern, flags):
    if isinstance(flags, int) and int(flags) & 64:
        return True
    return any("x" in part[:8] for part in pattern.split("(?")[1:])


def _captures(pattern):
    parts = pattern.replace("\\\\", "").replace("\\(", "").split("(")[1:]
    return any(part[:1] != "?" or part[:2] == "?P" for part in parts)


def _check_groups(pattern, flags):
    """Declines what RustPython matches in another way: it goes back into groups as if they were
    lazy, and keeps what a group has captured in a part that then fails."""
    repeated = any(mark in pattern for mark in _REPEATED)
    counted = "){" in pattern
    if ")" in pattern and _is_verbose(pattern, flags):
        # there may be blanks before the mark
        repeated = repeated or any(mark in pattern for mark in "*+?{")
        counted = counted or "{" in pattern
    if counted:
        _rezload.decline("attribute-unknown", "a regular expression that counts a group")
    verbose_lazy = ")" in pattern and "+?" in pattern and _is_verbose(pattern, flags)
    if repeated and (verbose_lazy or any(mark in pattern for mark in _UNSURE)):
        _rezload.decline("attribute-unknown", "a regular expression that repeats a lazy group")
    if any(mark in pattern for mark in _AROUND) and _captures(pattern):
        _rezload.decline("attribute-unknown", "a regular expression that looks around, and captures")


def _check(pattern, flags=0):
    if isinstance(flags, int) and int(flags) & 1:
        # a template, until 3.13
        _rezload.decline("attribute-unknown", "re.TEMPLATE")
    if isinstance(pattern, Pattern):
        return
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
    elif not isinstance(pattern, str):
        return
    if "\\N" in pattern:
        _rezload.decline("attribute-unknown", "a regular expression with \\N")
    if _minor < 14 and "\\z" in pattern:
        _rezload.decline("attribute-unknown", "a regular expression with \\z")
    if _minor < 14 and "\\B" in pattern:
        # it matches empty text from 3.14 on
        _rezload.decline("attribute-unknown", "a regular expression with \\B")
    _check_groups(pattern, flags)
    if _minor < 12 and ("(?P=" in pattern or "(?(" in pattern):
        # group references that aren't plain numbers
        if not pattern.isascii() or "(+" in pattern or "( " in pattern or "_)" in pattern:
            _rezload.decline("attribute-unknown", "a regular expression with a group reference")
    if _minor < 10 and "(?(" in pattern:
        # some are more code than the engine counts
        _rezload.decline("attribute-unknown", "a regular expression with a condition")
    if _minor < 11:
        if any(mark in pattern for mark in _POSSESSIVE):
            _rezload.decline("attribute-unknown", "a regular expression with a possessive")
        at = pattern.find("(?", 1)
        while at >= 0:
            if pattern[at + 2:at + 3] in "aiLmsux" and pattern[at + 2:at + 3]:
                _rezload.decline("attribute-unknown", "a regular expression with inner flags")
            at = pattern.find("(?", at + 1)


def compile(pattern, flags=0):
    _check(pattern, flags)
    return _re.compile(pattern, flags)


def match(pattern, string, flags=0):
    _check(pattern, flags)
    return _re.match(pattern, string, flags)


def fullmatch(pattern, string, flags=0):
    _check(pattern, flags)
    return _re.fullmatch(pattern, string, flags)


def search(pattern, string, flags=0):
    _check(pattern, flags)
    return _re.search(pattern, string, flags)


def findall(pattern, string, flags=0):
    _check(pattern, flags)
    return _re.findall(pattern, string, flags)


def finditer(pattern, string, flags=0):
    _check(pattern, flags)
    return _re.finditer(pattern, string, flags)


def split(pattern, string, maxsplit=0, flags=0):
    _check(pattern, flags)
    return _re.split(pattern, string, maxsplit=maxsplit, flags=flags)


def _check_replacement(pattern, *texts):
    kind = type(pattern.pattern if isinstance(pattern, Pattern) else pattern)
    if any(type(text) is not kind and isinstance(text, (str, bytes)) for text in texts):
        # which error is first is up to the version
        _rezload.decline("attribute-unknown", "a replacement of another kind")


def sub(pattern, repl, string, count=0, flags=0):
    _check(pattern, flags)
    _check_replacement(pattern, repl, string)
    return _re.sub(pattern, repl, string, count=count, flags=flags)


def subn(pattern, repl, string, count=0, flags=0):
    _check(pattern, flags)
    _check_replacement(pattern, repl, string)
    return _re.subn(pattern, repl, string, count=count, flags=flags)
