"""What facades are built of: functions and classes that may be named, and decline in use."""

import _rezload


def refusing(code, name):
    """A function whose call declines."""
    def function(*args, **kwargs):
        _rezload.decline(code, name)

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    return function


def refuse(namespace, code, names):
    """Puts refusing functions for the space separated names into a module."""
    for name in names.split():
        namespace[name] = refusing(code, namespace["__name__"] + "." + name)


_PLAIN = (str, bytes, bytearray, int, float, complex, bool, list, tuple, dict, set, frozenset,
          range, slice, type(None), type)


def type_name(value):
    """The name of the type of `value`, for a message; what stands for CPython's has others."""
    if type(value) not in _PLAIN:
        _rezload.decline("attribute-unknown", "an error about an object")
    return type(value).__name__


def refuse_attribute(value, name):
    """The error of an attribute that `value` is asked for, and hasn't."""
    if isinstance(value, type):
        _rezload.decline("attribute-unknown", "an error about a class")
    raise AttributeError("'%s' object has no attribute '%s'" % (type_name(value), name))


def refuse_text(value):
    """The error of a regular expression for text that `value`, which is no text, meets."""
    if isinstance(value, (bytes, bytearray)):
        raise TypeError("cannot use a string pattern on a bytes-like object")
    raise TypeError("expected string or bytes-like object, got %r" % type_name(value))


class _InertType(type):
    def __getattr__(cls, name):
        _rezload.decline("attribute-unknown", cls.__name__ + "." + name)

    def __instancecheck__(cls, instance):
        _rezload.decline("attribute-unknown", "isinstance(..., %s)" % cls.__name__)

    __subclasscheck__ = __repr__ = __iter__ = __len__ = __or__ = __ror__ = __instancecheck__


def inert_class(code, module, name):
    """A class that may be named; to make an instance or to derive from it declines."""
    def __new__(cls, *args, **kwargs):
        _rezload.decline(code, module + "." + name)

    def __init_subclass__(cls, **kwargs):
        _rezload.decline(code, "a class derived from %s.%s" % (module, name))

    return _InertType(name, (), {"__new__": __new__, "__init_subclass__": __init_subclass__,
                                 "__module__": module})


def inert_classes(namespace, code, names):
    """Puts inert classes for the space separated names into a module."""
    for name in names.split():
        namespace[name] = inert_class(code, namespace["__name__"], name)


class Partial(type):
    """The metaclass of classes that lack some of what CPython's have."""

    def __getattr__(cls, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        _rezload.decline("attribute-unknown", "%s.%s" % (cls.__name__, name))


class Undecided:
    """An object of which nothing is known."""

    __slots__ = ("_what",)

    def __init__(self, what):
        object.__setattr__(self, "_what", what)

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", object.__getattribute__(self, "_what") + "." + name)

    def _refuse(self, *args, **kwargs):
        _rezload.decline("attribute-unknown", object.__getattribute__(self, "_what"))

    __setattr__ = __delattr__ = __call__ = __iter__ = __len__ = __bool__ = __str__ = _refuse
    __repr__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __getitem__ = __setitem__ = __delitem__ = __contains__ = __add__ = __radd__ = _refuse
    __mod__ = __rmod__ = __or__ = __ror__ = __and__ = __int__ = __float__ = __index__ = _refuse
    __enter__ = __exit__ = __format__ = __reduce_ex__ = _refuse
