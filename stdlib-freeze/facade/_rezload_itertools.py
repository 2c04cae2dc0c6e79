"""`itertools`: RustPython's, whose `repeat` takes `None` for a number."""

import _rezload
import itertools as _itertools
from itertools import *  # noqa: F403
from itertools import repeat

_minor = _rezload.fact("python")[1]

_rezload.ask_constructor(repeat)

if 12 <= _minor < 13:
    def batched(iterable, n):
        # `strict` came later
        return _itertools.batched(iterable, n)
