"""`itertools`: RustPython's, whose `repeat` takes `None` for a number."""

import _rezload
import itertools as _itertools
from itertools import *  # noqa: F403


def repeat(object, *times, **named):
    for number in (*times, *named.values()):
        if not isinstance(number, int):
            _rezload.decline("attribute-unknown", "itertools.repeat of what is no number")
    return _itertools.repeat(object, *times, **named)
