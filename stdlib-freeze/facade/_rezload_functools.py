"""`functools`: CPython 3.14's; a `partial` wasn't a method of its class before."""

import _rezload
import functools as _functools
from functools import (
    WRAPPER_ASSIGNMENTS, WRAPPER_UPDATES, cache, cached_property, cmp_to_key, lru_cache, partial,
    reduce,
)

_rezload.ask_constructor(partial)

if _rezload.fact("python")[1] < 14:
    _rezload.no_descriptor(partial)

    def reduce(function, iterable, /, *initial):
        # without keywords
        return _functools.reduce(function, iterable, *initial)


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    _rezload.changes(wrapper)
    _rezload.known(wrapped)
    if isinstance(wrapped, type):
        # from Python 3.14 on it asks for more
        _rezload.decline("attribute-unknown", "functools.update_wrapper of a class")
    return _functools.update_wrapper(wrapper, wrapped, assigned, updated)


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    return partial(update_wrapper, wrapped=wrapped, assigned=assigned, updated=updated)


def total_ordering(cls):
    _rezload.changes(cls)
    return _functools.total_ordering(cls)


def singledispatch(func):
    made = _functools.singledispatch(func)

    def wrapper(*args, **kwargs):
        # a module's function isn't of the class that CPython's is of
        for first in args[:1]:
            _rezload.asked(first)
        return made(*args, **kwargs)

    vars(wrapper).update(vars(made))
    return wrapper
