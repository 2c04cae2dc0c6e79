"""What a definition gets for a module: the names that are known to be as CPython's.

A view holds what `_rezload_exports` lists. A name that the profile's Python hasn't is an
AttributeError there and here; every other name declines. A view can't be changed.
"""

import _rezload
import _rezload_exports
import builtins as _builtins
import sys as _sys

_minor = _rezload.fact("python")[1]
_path_module = "ntpath" if _rezload.fact("os.name") == "nt" else "posixpath"
_views = {}
# attributes that are modules of other names
_inner = {"os.sys": "sys"}


class View(type(_sys)):
    def __setattr__(self, name, value):
        _rezload.decline("sandbox", "a change of the module " + self.__name__)

    def __delattr__(self, name):
        _rezload.decline("sandbox", "a change of the module " + self.__name__)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "the text of a module")

    def __dir__(self):
        _rezload.decline("attribute-unknown", "the names of a module")


def _open(*args, **kwargs):
    import io

    return io.open(*args, **kwargs)


# for frozen modules; definitions get their own
_builtins.open = _open


def _split(export):
    """The name, from which minor version, up to which, and whether it is absent outside."""
    for mark in (">=", "@"):
        name, found, version = export.partition(mark)
        if found:
            name, first = name, int(version.partition("<")[0][2:])
            last = int(version.partition("<3.")[2] or 99)
            return name, first, last, mark == ">="
    name, found, version = export.partition("<3.")
    return name, 0, int(version) if found else 99, True


def _missing(name, result, real, absent, dynamic, later, lazy):
    contents = result.__dict__

    def __getattr__(attribute):
        if attribute in dynamic:
            return getattr(real, attribute)
        if attribute in absent:
            error = AttributeError("module '%s' has no attribute '%s'" % (
                contents["__name__"], attribute))
            if _minor >= 10:
                error.name, error.obj = attribute, result
            raise error
        module = name + "." + attribute
        if attribute in later:
            return view(module)
        if attribute in lazy or module in _rezload_exports.INERT:
            if not _rezload.was_imported(module):
                _rezload.decline("attribute-unknown", module + ", which isn't imported")
            return view(module)
        _rezload.decline("attribute-unknown", module)

    return __getattr__


def refuse(name):
    """What importing `name` raises where rez's Python has no such module."""
    raise ModuleNotFoundError("No module named '%s'" % name, name=name)


def view(name):
    """The view of the module `name`; None if there is none to give, False if rez's Python has no
    such module."""
    if name == _path_module:
        name = "os.path"
    found = _views.get(name)
    if found is not None:
        return found
    if name in _rezload_exports.WHOLE:
        __import__(name)
        return _views.setdefault(name, _sys.modules[name])
    exports = _rezload_exports.MODULES.get(name)
    if exports is None:
        if name in _rezload_exports.ABSENT or name in (
                _rezload.known_fact("modules.missing") or ()):
            return False
        if name not in _rezload_exports.INERT:
            return None
        exports = ""
    source = _rezload_exports.SOURCES.get(name, name)
    result = View(name)
    contents = result.__dict__
    contents.clear()
    contents["__name__"] = _path_module if name == "os.path" else name
    absent, dynamic, later, lazy = set(), set(), set(), set()
    real = None
    if exports:
        __import__(source)
        real = _sys.modules[source]
    for export in exports.split():
        export, first, last, certain = _split(export)
        if not first <= _minor < last:
            if certain:
                absent.add(export)
        elif export.endswith("/*"):
            later.add(export[:-2])
        elif export.endswith("*"):
            dynamic.add(export[:-1])
        elif export.endswith("/?"):
            lazy.add(export[:-2])
        elif export.endswith("/"):
            inner = name + "." + export[:-1]
            contents[export[:-1]] = view(_inner.get(inner, inner))
        else:
            contents[export] = getattr(real, export)
    contents["__getattr__"] = _missing(name, result, real, absent, dynamic, later, lazy)
    _views[name] = result
    return result
