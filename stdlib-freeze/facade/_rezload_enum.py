"""`enum`: CPython 3.14's; where older versions answer otherwise it declines."""

import _rezload
import enum as _enum
from _rezload_facade import inert_class
from enum import Enum, unique
from functools import partial

_minor = _rezload.fact("python")[1]
_meta = type(Enum)


def _inert(name):
    return inert_class("attribute-unknown", "enum", name)


# which value comes next depends on what came before
auto = _enum.auto if _minor >= 11 else _inert("auto")
IntEnum = _enum.IntEnum if _minor >= 12 else _inert("IntEnum")
StrEnum = _enum.StrEnum if _minor >= 12 else _inert("StrEnum")
Flag = _inert("Flag")
IntFlag = _inert("IntFlag")

_contains, _format = _meta.__contains__, Enum.__format__


def __contains__(cls, value):
    if not isinstance(value, Enum) and (
            cls.__module__ == "builtins" or _rezload.is_called_by_own()):
        if _minor < 12 or type(value) not in (str, int, float, bool, bytes, type(None)):
            _rezload.decline("attribute-unknown", "a value in an Enum")
    return _contains(cls, value)


_meta.__contains__ = __contains__

if _minor < 12:
    def __format__(self, format_spec):
        if self._member_type_ is not object and type(self).__module__ == "builtins":
            _rezload.decline("attribute-unknown", "the text of a mixed Enum, before Python 3.12")
        return _format(self, format_spec)

    Enum.__format__ = __format__

_call = _meta.__call__


def __call__(cls, *args, **kwargs):
    if "boundary" in kwargs and _minor < 11:
        _rezload.decline("attribute-unknown", "the boundary of an Enum before Python 3.11")
    if len(args) > 2 or cls._member_map_ and (len(args) != 1 or kwargs):
        # no class is made of one with members, which each version says in its own way
        _rezload.decline("attribute-unknown", "a class made of an Enum with members")
    return _call(cls, *args, **kwargs)


_meta.__call__ = __call__

if _minor < 11:
    def _no_text(self):
        # an object's, with its address
        _rezload.decline("attribute-unknown", "the text of an auto() without a value")

    type(_enum._auto_null).__repr__ = _no_text

_new = _meta.__new__


def __new__(metacls, cls, bases, classdict, **kwargs):
    # the library has some of its own
    own = classdict.get("__module__") == "builtins"
    for name, value in classdict.items() if own else ():
        if isinstance(value, partial):
            _rezload.decline("attribute-unknown", "a functools.partial in an Enum")
        if _minor < 13 and isinstance(value, type):
            _rezload.decline("attribute-unknown", "a class in an Enum, before Python 3.13")
        if _minor < 11 and "__" in name and not name.endswith("__"):
            _rezload.decline("attribute-unknown", "a private name in an Enum, before Python 3.11")
    return _new(metacls, cls, bases, classdict, **kwargs)


_meta.__new__ = __new__

_create = _meta._create_


def _create_(cls, class_name, names, **kwargs):
    # a function may be a member there and a method here
    if not isinstance(names, str):
        if not isinstance(names, (list, tuple)) or not all(isinstance(n, str) for n in names):
            _rezload.decline("attribute-unknown", "an Enum of names and values")
    return _create(cls, class_name, names, **kwargs)


_meta._create_ = _create_
