"""`inspect`: the kinds of objects, and the definition's file; what else shows where code is
declines.
"""

import _rezload
import types
from _rezload_facade import Undecided, refuse

_FRAME = Undecided("inspect.currentframe()")


def ismodule(object):
    return isinstance(_rezload.known(object), types.ModuleType)


def isclass(object):
    return isinstance(_rezload.known(object), type)


def isfunction(object):
    # a function of a facade may be a builtin of CPython's
    if isinstance(object, types.FunctionType):
        if _rezload.is_own(object):
            return True
    elif not callable(object) or isinstance(object, type):
        return False
    _rezload.decline("attribute-unknown", "inspect.isfunction of what isn't the definition's")


def isgenerator(object):
    return isinstance(_rezload.known(object), types.GeneratorType)


def cleandoc(doc):
    if not isinstance(doc, str) or not doc.isascii():
        _rezload.decline("attribute-unknown", "inspect.cleandoc of unusual text")
    lines = doc.expandtabs().split("\n")
    margin = None
    for line in lines[1:]:
        content = len(line.lstrip(" "))
        if content != len(line.lstrip()):
            _rezload.decline("attribute-unknown", "inspect.cleandoc of unusual text")
        if content:
            indent = len(line) - content
            margin = indent if margin is None else min(margin, indent)
    if lines[0].lstrip() != lines[0].lstrip(" "):
        _rezload.decline("attribute-unknown", "inspect.cleandoc of unusual text")
    lines[0] = lines[0].lstrip(" ")
    if margin is not None:
        lines[1:] = [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


def currentframe():
    # those who ask want the file
    _rezload.definition_file(None)
    return _FRAME


def getfile(object):
    if type(object) is Undecided:
        return _rezload.definition_file(None)
    if _rezload.is_own(object):
        return _rezload.definition_file(object)
    _rezload.decline("attribute-unknown", "inspect.getfile of what isn't the definition's")


def getsourcefile(object):
    file = getfile(object)
    if not file.endswith(".py"):
        _rezload.decline("attribute-unknown", "inspect.getsourcefile in no .py file")
    return file


refuse(globals(), "attribute-unknown", (
    "getargspec getdoc getframeinfo getfullargspec getmembers getmodule "
    "getmro getsource getsourcelines isbuiltin isgeneratorfunction ismethod "
    "isroutine signature stack"))
