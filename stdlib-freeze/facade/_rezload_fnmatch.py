"""`fnmatch`: CPython's; ranges that run backwards, which old versions fail with, decline."""

import _rezload
import fnmatch as _fnmatch

translate = _fnmatch.translate


def _checked(pattern):
    if _rezload.fact("python")[1] < 11 and isinstance(pattern, (str, bytes)) and "-" in str(pattern):
        for first, dash, last in zip(pattern, pattern[1:], pattern[2:]):
            if dash in ("-", 45) and first > last:
                _rezload.decline("attribute-unknown", "fnmatch of a range that runs backwards")
    return pattern


def fnmatch(name, pat):
    return _fnmatch.fnmatch(name, _checked(pat))


def fnmatchcase(name, pat):
    return _fnmatch.fnmatchcase(name, _checked(pat))


def filter(names, pat):
    return _fnmatch.filter(names, _checked(pat))
