"""`operator`: CPython's, where attributes are asked for as `getattr` asks."""

import _rezload
import operator as _operator
from operator import *  # noqa: F403


def is_(a, b, /):
    _rezload.decline("attribute-unknown", "operator.is_")


is_not = is_


if _rezload.fact("python")[1] < 10:
    def index(a, /):
        if type(a) is not int:
            # it gave a subclass as it was
            _rezload.decline("attribute-unknown", "operator.index before Python 3.10")
        return a
else:
    def index(a, /):
        result = _operator.index(a)
        if type(result) is not int:
            # what `__index__` gives; a subclass of int
            _rezload.decline("attribute-unknown", "operator.index of a subclass of int")
        return result


def length_hint(obj, default=0, /):
    if type(obj) not in (str, bytes, list, tuple, dict, set, frozenset, range):
        # of iterators it's a guess
        _rezload.decline("attribute-unknown", "operator.length_hint")
    return _operator.length_hint(obj, default)


def attrgetter(attr, /, *attrs):
    for name in (attr,) + attrs:
        if isinstance(name, str):
            _rezload.ask_attribute(name)
    return _operator.attrgetter(attr, *attrs)


def methodcaller(name, /, *args, **kwargs):
    if isinstance(name, str):
        _rezload.ask_attribute(name)
    return _operator.methodcaller(name, *args, **kwargs)
