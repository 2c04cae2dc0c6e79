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

refuse(globals(), "attribute-unknown", "getcontext localcontext setcontext")
inert_classes(globals(), "attribute-unknown", "Context")
