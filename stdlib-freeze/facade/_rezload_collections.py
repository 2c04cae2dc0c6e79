"""`collections`: CPython 3.14's; an `OrderedDict` was written in another way before 3.12."""

import _rezload
import os
from collections import (
    ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque,
    namedtuple,
)
from collections.abc import (
    Buffer,
    Callable, Collection, Container, Generator, Hashable, ItemsView, Iterable, Iterator, KeysView, Mapping,
    MappingView, MutableMapping, MutableSequence, MutableSet, Reversible, Sequence, Set, Sized, ValuesView,
)

_minor = _rezload.fact("python")[1]
MutableMapping.register(type(os.environ))
_rezload.ask_constructor(defaultdict)
# which imports what it needs when it's called first: that would be a change
Counter("a").most_common(1)

if _minor < 9:
    _init_of_dict = UserDict.__init__

    def _init(*args, **kwargs):
        if "dict" in kwargs:
            # it was the name of a parameter
            _rezload.decline("attribute-unknown", "UserDict(dict=...) before Python 3.9")
        _init_of_dict(*args, **kwargs)

    UserDict.__init__ = _init
    del UserString.removeprefix, UserString.removesuffix
if _minor < 10:
    # counters didn't compare as multisets
    del Counter.total
    for _name in ("__eq__", "__ne__", "__le__", "__lt__", "__ge__", "__gt__"):
        setattr(Counter, _name, getattr(dict, _name))
if _minor < 12:
    class _OrderedDict(OrderedDict):
        def __repr__(self):
            if not self:
                return "%s()" % self.__class__.__name__
            return "%s(%r)" % (self.__class__.__name__, list(self.items()))

    _OrderedDict.__name__ = _OrderedDict.__qualname__ = "OrderedDict"
    _OrderedDict.__module__ = "collections"
    OrderedDict = _OrderedDict
if _minor < 9:
    def _no_or(self, other):
        _rezload.decline("attribute-unknown", "`|` of dicts before Python 3.9")

    def _iter_chain(self):
        # CPython's merges with `|`
        merged = {}
        for mapping in reversed(self.maps):
            merged.update(dict.fromkeys(mapping))
        return iter(merged)

    _or_of_counters = Counter.__or__

    def _or(self, other):
        if not isinstance(other, Counter):
            _no_or(self, other)
        return _or_of_counters(self, other)

    Counter.__or__, Counter.__ror__ = _or, _no_or
    ChainMap.__iter__ = _iter_chain
    for _class in (ChainMap, OrderedDict, UserDict):
        _class.__or__ = _class.__ror__ = _class.__ior__ = _no_or
