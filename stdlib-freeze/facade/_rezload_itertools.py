"""`itertools`: RustPython's, whose `repeat` takes `None` for a number, and whose `count` counts
from `True`."""

import _rezload
import itertools as _itertools
from itertools import *  # noqa: F403
from itertools import count, repeat

_minor = _rezload.fact("python")[1]

_rezload.ask_constructor(count)
_rezload.ask_constructor(repeat)


def tee(iterable, n=2, /):
    iterator = iter(iterable)
    if any("__copy__" in c.__dict__ for c in type(iterator).__mro__):
        # before Python 3.14 it is one of the copies itself
        _rezload.decline("attribute-unknown", "itertools.tee of what can be copied")
    return _itertools.tee(iterator, n)


if 12 <= _minor < 13:
    def batched(iterable, n):
        # `strict` came later
        return _itertools.batched(iterable, n)
