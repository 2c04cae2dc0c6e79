"""rez's names in a package.py, as `rez.serialise._load_py` binds them.

Written after `rez/utils/sourcecode.py` (early, late, include), `rez/utils/scope.py` (scope),
`rez/utils/data_utils.py` (ModifyList), `rez/exceptions.py` and `rez/serialise.py` (EarlyThis).
"""

import abc
import sys as _sys

import _rezload

_REX = _rezload.rex_functions()
_missing = object()


_register = abc.ABCMeta.register


def _noted_register(cls, subclass):
    # the registry is the next definition's too
    if not _sys._getframe(1).f_code.co_filename.startswith("<frozen "):
        _rezload.changes(cls)
    return _register(cls, subclass)


abc.ABCMeta.register = _noted_register


def early():
    def decorated(fn):
        setattr(fn, "_early", True)
        return fn

    return decorated


def late():
    def decorated(fn):
        if fn.__name__ in _REX:
            raise ValueError("Cannot use @late decorator on function '%s'" % fn.__name__)
        setattr(fn, "_late", True)
        _add_decorator(fn, "late")
        return fn

    return decorated


def include(module_name, *module_names):
    def decorated(fn):
        _add_decorator(fn, "include", nargs=[module_name] + list(module_names))
        return fn

    return decorated


def _add_decorator(fn, name, **kwargs):
    if not hasattr(fn, "_decorators"):
        setattr(fn, "_decorators", [])
    kwargs.update({"name": name})
    fn._decorators.append(kwargs)


class ModifyList:
    __module__ = "rez.utils.data_utils"

    def __init__(self, append=None, prepend=None):
        for v in (prepend, append):
            if v is not None and not isinstance(v, list):
                raise ValueError("Expected list in ModifyList, not %r" % v)
        self.prepend = prepend
        self.append = append

    def apply(self, v):
        if v is None:
            v = []
        elif not isinstance(v, list):
            raise ValueError("Attempted to apply ModifyList to non-list: %r" % v)
        return (self.prepend or []) + v + (self.append or [])


class RezError(Exception):
    __module__ = "rez.exceptions"

    def __init__(self, value=None):
        self.value = value

    def __str__(self):
        return str(self.value)


class InvalidPackageError(RezError):
    __module__ = "rez.exceptions"


class EarlyThis:
    """`this` of early functions; made with its `_data`, the attributes so far."""

    def __getattr__(self, attr):
        value = self._data.get(attr, _missing)
        if value is _missing:
            raise AttributeError("No such package attribute '%s'" % attr)
        if _rezload.is_function(value) and (hasattr(value, "_early") or hasattr(value, "_late")):
            raise ValueError(
                "An early binding function cannot refer to another early or "
                "late binding function: '%s'" % attr)
        return value


class SourceCode:
    """What stands for a rex or late function, once it is processed; made with `_func` and
    `_eval_as_function`."""

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "SourceCode." + name)

    def __str__(self):
        _rezload.decline("attribute-unknown", "SourceCode.__str__")

    __repr__ = __eq__ = __hash__ = __str__


def _undecided(name):
    def method(self, *args, **kwargs):
        _rezload.decline("attribute-unknown", "scope's " + name)

    return method


class RecursiveAttribute:
    def __init__(self, data=None):
        self.__dict__.update(data={}, read_only=False)
        self._update(data or {})

    def __getattr__(self, attr):
        d = self.__dict__
        if attr.startswith("__") and attr.endswith("__"):
            try:
                return d[attr]
            except KeyError:
                raise AttributeError("'%s' object has no attribute '%s'"
                                     % (self.__class__.__name__, attr)) from None
        if attr in d["data"]:
            return d["data"][attr]
        attr_ = RecursiveAttribute()
        attr_.__dict__["pending"] = (attr, self)
        return attr_

    def __setattr__(self, attr, value):
        d = self.__dict__
        if attr.startswith("__") and attr.endswith("__"):
            d[attr] = value
        else:
            d["data"][attr] = value
            self._reparent()

    def __getitem__(self, attr):
        return getattr(self, attr)

    def __setitem__(self, key, item):
        # `collections.UserDict`: no reparenting
        self.__dict__["data"][key] = item

    def __contains__(self, key):
        return key in self.__dict__["data"]

    def to_dict(self):
        d = {}
        for k, v in self.__dict__["data"].items():
            if isinstance(v, RecursiveAttribute):
                d[k] = v.to_dict()
            else:
                d[k] = v
        return d

    def update(self, data):
        self._update(data)

    def _update(self, data):
        for k, v in data.items():
            if isinstance(v, dict):
                v = RecursiveAttribute(v)
            self.__dict__["data"][k] = v

    def _reparent(self):
        d = self.__dict__
        if "pending" in d:
            attr_, parent = d["pending"]
            parent._reparent()
            parent.__dict__["data"][attr_] = self
            del d["pending"]

    def __str__(self):
        return str(self.to_dict())

    def __repr__(self):
        return "%s(%r)" % (self.__class__.__name__, self.to_dict())


# the rest of `UserDict` and of rez's `StringFormatMixin`: nobody was seen to use it
for _name in ("get", "items", "keys", "values", "pop", "popitem", "setdefault", "clear", "copy",
              "format", "format_expand", "format_pretty", "fromkeys", "_create_child_attribute",
              "__len__", "__iter__", "__delitem__", "__eq__", "__or__", "__ror__", "__ior__",
              "__copy__", "__delattr__", "__dir__", "__hash__", "__reversed__", "__reduce_ex__"):
    setattr(RecursiveAttribute, _name, _undecided(_name))
del _name


class _Scope(RecursiveAttribute):
    def __init__(self, name=None, context=None):
        RecursiveAttribute.__init__(self)
        self.__dict__.update(name=name, context=context, locals=None)

    def __enter__(self):
        self.__dict__["locals"] = _rezload.module_locals().copy()
        return self

    def __exit__(self, *args):
        updates = {}
        d = self.__dict__
        locals_ = _rezload.module_locals()
        self_locals = d["locals"]
        for k, v in locals_.items():
            if not (k.startswith("__") and k.endswith("__")) \
                    and (k not in self_locals or v != self_locals[k]) \
                    and not isinstance(v, _Scope):
                updates[k] = v
        self.update(updates)
        locals_.clear()
        locals_.update(self_locals)
        self_context = d["context"]
        if self_context:
            self_context._scope_exit(d["name"])


class ScopeContext:
    def __init__(self):
        self.scopes = {}
        self.scope_stack = [_Scope()]

    def __call__(self, name):
        path = tuple([x.name for x in self.scope_stack[1:]] + [name])
        if path in self.scopes:
            scope = self.scopes[path]
        else:
            scope = _Scope(name, self)
            self.scopes[path] = scope
        self.scope_stack.append(scope)
        return scope

    def _scope_exit(self, name):
        scope = self.scope_stack.pop()
        assert self.scope_stack
        assert name == scope.name
        data = {scope.name: scope.to_dict()}
        self.scope_stack[-1].update(data)

    def to_dict(self):
        return self.scope_stack[-1].to_dict()


class Sink:
    """`sys.stdout` and `sys.stderr`: what is printed is counted and dropped."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        _rezload.output(len(text))
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "sys.stdout." + name)


def in_context():
    """Outside of a resolved context, as in `PackageBaseResourceWrapper._eval_late_binding`."""
    return False


class LateThis:
    """The package, as a late-bound function of a solver field sees it (`rez.packages.Package`)."""

    is_package = True
    is_variant = False

    def __init__(self, data, schema_keys):
        self.__dict__["_rezload_data"] = data
        self.__dict__["_rezload_keys"] = schema_keys

    def __getattr__(self, attr):
        data = self.__dict__["_rezload_data"]
        if attr == "version":
            return _rezload.module("rez.version").Version(data["version"])
        if attr == "name":
            return data["name"]
        if attr in self.__dict__["_rezload_keys"] or attr not in data:
            # validated values, and rez's own properties
            _rezload.decline("late-binding", "this." + attr)
        value = data[attr]
        if isinstance(value, SourceCode):
            _rezload.decline("late-binding", "this." + attr)
        return value

    def __setattr__(self, attr, value):
        _rezload.decline("late-binding", "an attribute of `this` is set")
