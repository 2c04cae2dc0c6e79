"""`decimal`: CPython's own in Python; the context can't be seen or changed."""

import _pydecimal
import _rezload
from _pydecimal import (
    Clamped, Decimal, DecimalException, DivisionByZero, FloatOperation, Inexact,
    InvalidOperation, Overflow, ROUND_05UP, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR,
    ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Rounded, Subnormal, Underflow,
)
from _rezload_facade import inert_classes, refuse

_Context = _pydecimal.Context
_new = Decimal.__new__


def _new_in(cls, value="0", context=None):
    if context is not None and not isinstance(context, _Context):
        _rezload.decline("attribute-unknown", "a Decimal in what is no context")
    if isinstance(value, (list, tuple)) and not (
            len(value) == 3 and isinstance(value[1], (list, tuple)) and all(
                type(digit) is int for digit in value[1])):
        _rezload.decline("attribute-unknown", "a Decimal of what are no digits")
    return _new(cls, value, context)


Decimal.__new__ = staticmethod(_new_in)


_ROUNDINGS = (None, ROUND_05UP, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN,
              ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP)


def _in_context(name, method):
    """`method`, which takes a context and a rounding, and no other objects for them."""
    names = method.__code__.co_varnames[1:method.__code__.co_argcount]

    def asking(self, *args, **kwargs):
        given = {**dict(zip(names, args)), **kwargs}
        context, rounding = given.get("context"), given.get("rounding")
        if context is not None and not isinstance(context, _Context) or (
                rounding is not None and type(rounding) is not str or rounding not in _ROUNDINGS):
            _rezload.decline("attribute-unknown", "Decimal.%s in what is no context" % name)
        return method(self, *args, **kwargs)

    return asking


for _name, _method in list(Decimal.__dict__.items()):
    _code = getattr(_method, "__code__", None)
    if _code and not _name.startswith("_") and "context" in _code.co_varnames[:_code.co_argcount]:
        setattr(Decimal, _name, _in_context(_name, _method))

_format, _pow, _rpow = Decimal.__format__, Decimal.__pow__, Decimal.__rpow__


def __format__(self, specifier, context=None, _localeconv=None):
    if isinstance(specifier, str) and (
            specifier[-1:] == "n" or any(mark in specifier for mark in "_#z")):
        # what is written in C takes others
        _rezload.decline("attribute-unknown", "the format %r of a Decimal" % specifier)
    return _format(self, specifier, context, _localeconv)


def _is_long(value):
    return isinstance(value, Decimal) and len(value._int) > _pydecimal.getcontext().prec or (
        isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) > 28)


def __pow__(self, other, modulo=None):
    if _is_long(self) or _is_long(other):
        # the last digit is rounded in another way
        _rezload.decline("attribute-unknown", "a power of a Decimal beyond the precision")
    return _pow(self, other, modulo)


def __rpow__(self, other, modulo=None):
    if _is_long(self) or _is_long(other):
        _rezload.decline("attribute-unknown", "a power of a Decimal beyond the precision")
    return _rpow(self, other, modulo)


Decimal.__format__, Decimal.__pow__, Decimal.__rpow__ = __format__, __pow__, __rpow__
del __format__, __pow__, __rpow__

refuse(globals(), "attribute-unknown", "getcontext localcontext setcontext")
inert_classes(globals(), "attribute-unknown", "Context")
