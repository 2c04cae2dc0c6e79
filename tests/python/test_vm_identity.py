"""What a definition may ask of the modules' names themselves, in the VM tier and in this Python.

Called, what a facade has answers as CPython's does; what it is made of is its own, so the tier has
to decline where a definition asks for that. `REZLOAD_NAMES` is how many of the names that
definitions get are asked, by default 120 of some 1,100, and `REZLOAD_SEED` which.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import re
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any, Iterator

import pytest

import rezload

pytestmark = pytest.mark.vm

EXPORTS = Path(__file__).parents[2] / "stdlib-freeze" / "facade" / "_rezload_exports.py"

COUNT = int(os.environ.get("REZLOAD_NAMES", "120"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

# `X` is the object
QUESTIONS = [
    "type(X).__name__",
    "str(type(X) is type(len))",
    "str([kind(X).__name__ for kind in [type]])",
    "str(X.__class__.__name__)",
    "str(X.__name__)",
    "str(X.__module__)",
    "str(X.__qualname__)",
    "getattr(X, '__name__', 'none')",
    "str(hasattr(X, '__get__'))",
    "str(hasattr(X, '__call__'))",
    "'{0.__name__}'.format(X)",
    "operator.attrgetter('__name__')(X)",
    "str(functools.wraps(X)(lambda: 1).__name__)",
    "str(callable(X))",
    "str(bool(X))",
    "str(isinstance(X, type))",
    "str(isinstance(X, (int, type)))",
    "str(isinstance(X, types.FunctionType))",
    "str(inspect.isclass(X))",
    "str(inspect.isfunction(X))",
    "str(inspect.ismodule(X))",
    "str(isinstance(X, str))",
    "str(issubclass(X, object))",
    "type(attribute(X)).__name__",
    "str(attribute(X) is X)",
    "str(attribute_of_pair(X) is X)",
    "str(attribute_set(X) is X)",
    "str(attribute_set_by_name(X) is X)",
    "str(attribute_made(X) is X)",
    "str(attribute_named(X) is X)",
    "str(attribute_unpacked(X) is X)",
    "matched(X)",
    "str(attribute_set_in_pair(X) is X)",
    "own_test(X, type)(X).__name__",
    "type(int)(X).__name__",
    "(1).__class__.__class__(X).__name__",
    "getattr(int, '__class__')(X).__name__",
    "str(dispatched(X))",
]

DEFINITION = """
import functools, inspect, operator, types

def attribute(value):
    class Class(object):
        of_class = value
    return Class().of_class

def attribute_of_pair(value):
    class Class(object):
        other, of_class = 1, value
    return Class().of_class

def attribute_set(value):
    class Class(object):
        pass
    Class.of_class = value
    return Class().of_class

def attribute_set_by_name(value):
    class Class(object):
        pass
    setattr(Class, "of_class", value)
    return Class().of_class

def attribute_made(value):
    return type("Class", (object,), {"of_class": value})().of_class

def attribute_named(value):
    class Class(object):
        (of_class := value)
    return Class().of_class

def attribute_set_in_pair(value):
    class Class(object):
        pass
    other, Class.of_class = 1, value
    return Class().of_class

@functools.singledispatch
def dispatched(value):
    return 'other'

@dispatched.register(types.FunctionType)
def of_function(value):
    return 'function'

def own_test(value, kind):
    isinstance = lambda value, kind: kind
    return isinstance(value, type)

from MODULE import NAME as X
"""


# each declines as a whole
UNPACKED = """
def attribute_unpacked(value):
    class Class(object):
        [of_class] = iter([value])
    return Class().of_class
"""


MATCHED = """
def matched(value):
    match value:
        case types.FunctionType():
            return 'function'
    return 'other'
"""


def names() -> Iterator[tuple[str, str]]:
    """The names that definitions get, of modules and versions that are here."""
    for module, exports in runpy.run_path(str(EXPORTS))["MODULES"].items():
        if module.split(".")[0] == "rez":
            continue
        for export in exports.split():
            if not export.endswith(("/", "/*", "/?")):
                yield module, re.split("[<>@*]", export)[0]


def ours(path: Path, text: str) -> Any:
    path.write_text(text)
    try:
        return rezload.load(path, fallback=None).version
    except rezload.Declined:
        return None


def theirs(text: str) -> Any:
    namespace: dict[str, Any] = {}
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "package.py", "exec"), namespace)
        return namespace["version"]
    return "an error"


def test_names_are_what_they_are_in_this_python(tmp_path: Path) -> None:
    path = tmp_path / "package.py"
    served, problems = 0, []
    asked = list(names())
    for module, name in random.Random(SEED).sample(asked, min(COUNT, len(asked))):
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not hasattr(importlib.import_module(module), name):
                continue
        head = "name = 'a'\n" + DEFINITION.replace("MODULE", module).replace("NAME", name)
        for question in QUESTIONS:
            # what a version may be made of
            letters = f"{head}\nversion = '.'.join('%x' % ord(c) for c in {question})\ndel X\n"
            answer = ours(path, letters)
            if answer is None:
                continue
            served += 1
            expected = theirs(letters)
            if answer != expected:
                shown = [shown_version(text) for text in (answer, expected)]
                problems.append(f"{module}.{name}: {question}: {shown[0]}, here {shown[1]}")
    assert served > 2 * COUNT
    if problems:
        pytest.fail("%d:\n  %s" % (len(problems), "\n  ".join(problems[:100])), pytrace=False)


def shown_version(version: str) -> str:
    try:
        return "".join(chr(int(part, 16)) for part in version.split("."))
    except ValueError:
        return version


@pytest.mark.parametrize(
    "expression",
    [
        "type(1).__name__",
        "type('a') is str and 'str'",
        "type(Own()).__name__",
        "Own().__class__.__name__",
        "own.__name__",
        "functools.wraps(own)(lambda: 1).__name__",
        "type(own).__name__",
        "type(Own().method).__name__",
        "type(ValueError('a')).__name__",
        "caught().__class__.__name__",
        "str(isinstance(Own, type))",
        "str(isinstance(sys.version_info, tuple))",
        "str(isinstance(os.path.join, str))",
        "str(issubclass(Own, object))",
        "str(callable(own) and callable(os.getcwd) and not callable(1))",
        "sys.__name__",
        "type(None).__name__",
        "'{0.__class__.__name__}'.format(1)",
        "Own.alias(3)",
        "dispatched(3)",
        "str(hasattr(dispatched, '_clear_cache'))",
        "','.join(member.name for member in enum.Enum('Of', ['a', 'b']))",
        "','.join(type for type in ['a', 'b'])",
    ],
)
def test_what_is_the_definitions_own_is_served(expression: str, tmp_path: Path) -> None:
    text = f"""
import enum, functools, os, sys
name = 'a'

@functools.singledispatch
def dispatched(value):
    return 'other'

@dispatched.register(int)
def of_number(value):
    return 'number'

def own():
    pass

class Own(object):
    size = 3
    alias = staticmethod(lambda x: str(x))
    if size:
        other = own

    def method(self):
        return super(Own, self).__repr__

def caught():
    try:
        {{}}['a']
    except KeyError as error:
        return error

version = {expression}
del own, caught, Own, dispatched, of_number
"""
    path = tmp_path / "package.py"
    assert ours(path, text) == theirs(text)


@pytest.mark.parametrize(
    "text",
    [
        "values = ()\nfor at in range(200000):\n    values = (values,)\nisinstance(len, values)",
        "values = []\nvalues.append(values)\nclass Own(object):\n    value = values",
        "values = []\nvalues.append(values)\nclass Own(object):\n    value, other = values, 1",
    ],
)
def test_what_holds_itself_is_no_matter(text: str, tmp_path: Path) -> None:
    path = tmp_path / "package.py"
    text = f"name = 'a'\ntry:\n    version = '1'\n    {text.replace(chr(10), chr(10) + '    ')}\n"
    text += "except Exception:\n    pass\n"
    assert ours(path, text) in ("1", None)
