"""`string`: CPython's, without what newer versions added."""

import _rezload
from string import (
    Formatter, Template, ascii_letters, ascii_lowercase, ascii_uppercase, capwords, digits,
    hexdigits, octdigits, printable, punctuation, whitespace,
)

if _rezload.fact("python")[1] < 11:
    del Template.is_valid, Template.get_identifiers

_get_field = Formatter.get_field


def get_field(self, field_name, args, kwargs):
    _rezload.ask_attribute(field_name)
    return _get_field(self, field_name, args, kwargs)


Formatter.get_field = get_field
_parse = Formatter.parse


def parse(self, format_string):
    # RustPython has a list of it
    return iter(_parse(self, format_string))


Formatter.parse = parse
