"""`shlex`: CPython's; `split(None)` read standard input before 3.12."""

import _rezload
import shlex as _shlex
from shlex import join, quote, shlex


def split(s, comments=False, posix=True):
    if s is None:
        _rezload.decline("attribute-unknown", "shlex.split(None)")
    return _shlex.split(s, comments, posix)
