"""`string`: CPython's, without what newer versions added."""

import _rezload
from string import (
    Formatter, Template, ascii_letters, ascii_lowercase, ascii_uppercase, capwords, digits,
    hexdigits, octdigits, printable, punctuation, whitespace,
)

if _rezload.fact("python")[1] < 11:
    del Template.is_valid, Template.get_identifiers
