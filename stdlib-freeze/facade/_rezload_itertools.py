"""`itertools`: RustPython's, whose `repeat` takes `None` for a number, and whose `count` counts
from `True`."""

import _rezload
import itertools as _itertools
from itertools import *  # noqa: F403
from itertools import count, repeat

_minor = _rezload.fact("python")[1]

_rezload.ask_constructor(count)
_rezload.ask_constructor(repeat)

if 12 <= _minor < 13:
    def batched(iterable, n):
        # `strict` came later
        return _itertools.batched(iterable, n)
