"""`copy`: CPython 3.14's, which looks at what it was given before in another order."""

import _rezload
import copy as _copy
from copy import Error, copy, error, replace


def deepcopy(x, memo=None, *more):
    if more or memo is not None and type(memo) is not dict:
        _rezload.decline("attribute-unknown", "copy.deepcopy with a memo that is no dict")
    return _copy.deepcopy(x, memo)
