"""`bisect`: CPython's, which in C asks more of its arguments."""

import _rezload
import bisect as _bisect

_minor = _rezload.fact("python")[1]
_SEQUENCES = (list, tuple, str, bytes, range)
_END = object()


def _asking(name):
    function = getattr(_bisect, name)

    def asking(a, x, lo=0, hi=_END, *, key=None):
        if hi is None and _minor < 9:
            _rezload.decline("attribute-unknown", "bisect up to None before Python 3.9")
        if hi is _END:
            hi = None
        if not isinstance(a, _SEQUENCES) or type(lo) is not int or type(hi) not in (int, type(None)):
            _rezload.decline("attribute-unknown", "bisect." + name + " of these arguments")
        if key is not None and _minor < 10:
            _rezload.decline("attribute-unknown", "bisect by a key before Python 3.10")
        return function(a, x, lo, hi, key=key) if key is not None else function(a, x, lo, hi)

    asking.__name__ = asking.__qualname__ = name
    return asking


bisect_left = _asking("bisect_left")
bisect_right = _asking("bisect_right")
insort_left = _asking("insort_left")
insort_right = _asking("insort_right")
bisect = bisect_right
insort = insort_right
