"""`decimal`: CPython's own in Python; the context can't be seen or changed."""

import _rezload
from _pydecimal import (
    Clamped, Decimal, DecimalException, DivisionByZero, FloatOperation, Inexact,
    InvalidOperation, Overflow, ROUND_05UP, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR,
    ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Rounded, Subnormal, Underflow,
)
from _rezload_facade import inert_classes, refuse

refuse(globals(), "attribute-unknown", "getcontext localcontext setcontext")
inert_classes(globals(), "attribute-unknown", "Context")
