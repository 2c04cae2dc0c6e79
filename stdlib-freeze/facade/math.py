"""`math`: exact where CPython is exact, the C library's where CPython asks it.

What CPython computes by algorithms of its own, which change between versions, declines.
"""

import _rezload
from _rezload_facade import type_name
from _rezload import (
    math_acos as acos, math_asin as asin, math_atan as atan, math_atan2 as atan2,
    math_copysign as copysign, math_cos as cos, math_cosh as cosh, math_exp as exp,
    math_expm1 as expm1, math_fmod as fmod, math_log10 as _log10, math_pow as pow,
    math_sin as sin, math_sinh as sinh, math_sqrt as sqrt, math_tan as tan, math_tanh as tanh,
)
from operator import index as _index

_float = _rezload.math_float
_minor = _rezload.fact("python")[1]
_missing = object()

pi = 3.141592653589793
e = 2.718281828459045
tau = 6.283185307179586
inf = float("inf")
nan = float("nan")


def _declining(name):
    def function(*args, **kwargs):
        _rezload.decline("attribute-unknown", "math." + name)

    return function


for _name in ("acosh", "asinh", "atanh", "cbrt", "dist", "erf", "erfc", "exp2", "fma", "gamma",
              "hypot", "lgamma", "remainder", "sumprod", "frexp", "ldexp", "log1p"):
    globals()[_name] = _declining(_name)


if _minor < 11:
    _pow = pow

    def pow(x, y, /):
        if _float(x) == 0 and _float(y) == -inf:
            # a ValueError then
            _rezload.decline("attribute-unknown", "math.pow(0, -inf) before Python 3.11")
        return _pow(x, y)


def fabs(x, /):
    return abs(_float(x))


def isnan(x, /):
    x = _float(x)
    return x != x


def isinf(x, /):
    return _float(x) in (inf, -inf)


def isfinite(x, /):
    x = _float(x)
    return x == x and x not in (inf, -inf)


def degrees(x, /):
    return _float(x) * (180.0 / pi)


def radians(x, /):
    return _float(x) * (pi / 180.0)


def modf(x, /):
    x = _float(x)
    if x in (inf, -inf):
        return (copysign(0.0, x), x)
    if x != x:
        return (x, x)
    whole = copysign(float(int(x)), x)
    return (copysign(x - whole, x), whole)


def nextafter(x, y, /, *, steps=None):
    if steps is not None:
        _rezload.decline("attribute-unknown", "math.nextafter(steps=...)")
    return _rezload.math_nextafter(x, y)


def ulp(x, /):
    x = abs(_float(x))
    if x != x or x == inf:
        return x
    above = _rezload.math_nextafter(x, inf)
    return above - x if above != inf else x - _rezload.math_nextafter(x, 0.0)


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    a, b = _float(a), _float(b)
    rel_tol, abs_tol = _float(rel_tol), _float(abs_tol)
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if a in (inf, -inf) or b in (inf, -inf):
        return False
    diff = abs(b - a)
    return diff <= abs(rel_tol * b) or diff <= abs(rel_tol * a) or diff <= abs_tol


def _integral(x, method):
    """The result of the type's own method, if it has one that isn't `float`'s."""
    kind = type(x)
    if kind is float or kind is int:
        return _missing
    function = getattr(kind, method, None)
    return _missing if function is None else function(x)


def _whole(x):
    if x != x:
        raise ValueError("cannot convert float NaN to integer")
    if x in (inf, -inf):
        raise OverflowError("cannot convert float infinity to integer")
    return int(x)


def _towards(x, method, step):
    """The whole number next to `x` in the direction of `step`."""
    if type(x) is int:
        return x
    result = _integral(x, method)
    if result is not _missing:
        return result
    x = _float(x)
    whole = _whole(x)
    beyond = whole > x if step < 0 else whole < x
    return whole + step if beyond else whole


def floor(x, /):
    return _towards(x, "__floor__", -1)


def ceil(x, /):
    return _towards(x, "__ceil__", 1)


def trunc(x, /):
    if type(x) is int:
        return x
    if type(x) is float:
        return _whole(x)
    result = _integral(x, "__trunc__")
    if result is _missing:
        raise TypeError("type %s doesn't define __trunc__ method" % type_name(x))
    return result


def _log(x, function):
    if isinstance(x, int) and x.bit_length() > 1000:
        _rezload.decline("attribute-unknown", "the logarithm of a very large number")
    return function(x)


def log(x, /, *base):
    if len(base) > 1:
        raise TypeError("log expected at most 2 arguments, got %d" % (1 + len(base)))
    result = _log(x, _rezload.math_log)
    if not base:
        return result
    return result / _log(base[0], _rezload.math_log)


def log2(x, /):
    return _log(x, _rezload.math_log2)


def log10(x, /):
    return _log(x, _log10)


def factorial(x, /):
    if isinstance(x, float):
        if _minor < 12 and x == x and x not in (inf, -inf) and x == int(x):
            _rezload.decline("attribute-unknown", "math.factorial of a float")
        if _minor < 10:
            raise ValueError("factorial() only accepts integral values")
        raise TypeError("'float' object cannot be interpreted as an integer")
    x = _index(x)
    if x < 0:
        raise ValueError("factorial() not defined for negative values")
    if x > 5000:
        _rezload.decline("vm-value", "math.factorial of a large number")
    result = 1
    for i in range(2, x + 1):
        result *= i
    return result


def _gcd(a, b):
    while b:
        a, b = b, a % b
    return abs(a)


def gcd(*integers):
    if _minor < 9 and len(integers) != 2:
        raise TypeError("gcd expected 2 arguments, got %d" % len(integers))
    result = 0
    for value in [_index(x) for x in integers]:
        result = _gcd(result, value)
    return result


def lcm(*integers):
    result = 1
    for value in [_index(x) for x in integers]:
        if value == 0:
            result = 0
        elif result:
            result = abs(result // _gcd(result, value) * value)
    return result


def isqrt(n, /):
    n = _index(n)
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    if n == 0:
        return 0
    x = 1 << ((n.bit_length() + 1) // 2)
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def perm(n, k=None, /):
    if k is None:
        return factorial(n)
    n, k = _index(n), _index(k)
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    if k > 5000:
        _rezload.decline("vm-value", "math.perm of a large number")
    result = 1
    for i in range(n, n - k, -1):
        result *= i
    return result


def comb(n, k, /):
    n, k = _index(n), _index(k)
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    k = min(k, n - k)
    return perm(n, k) // factorial(k)


def prod(iterable, /, *, start=1):
    for value in iterable:
        start = start * value
    return start


def fsum(seq, /):
    # Shewchuk's algorithm, as in the documentation of CPython's `mathmodule.c`
    partials = []
    for x in seq:
        x = _float(x)
        if not isfinite(x):
            _rezload.decline("attribute-unknown", "math.fsum of infinities")
        i = 0
        for y in partials:
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low:
                partials[i] = low
                i += 1
            x = high
        partials[i:] = [x]
    if not partials:
        return 0.0
    high = partials.pop()
    low = 0.0
    while partials:
        x = high
        y = partials.pop()
        high = x + y
        low = y - (high - x)
        if low:
            break
    # round half to even across the partials
    if partials and (low < 0.0 and partials[-1] < 0.0 or low > 0.0 and partials[-1] > 0.0):
        y = low * 2.0
        x = high + y
        if y == x - high:
            high = x
    return high
