"""Whole definitions as JSON, for the standalone loader.

`None`, booleans, strings and integers of 64 bits are themselves. Any other value is a list,
whose first item names the type:

    ["int", digits]               ["float", repr]          ["complex", repr, repr]
    ["bytes", hexadecimal]        ["ellipsis"]             ["list", item, ...]
    ["tuple", item, ...]          ["set", item, ...]       ["frozenset", item, ...]
    ["dict", key, value, ...]
    ["code", source, funcname, filepath, eval_as_function, decorator, ...]
    ["modify", append, prepend]

A decorator is `["late"]` or `["include", module, ...]`.
"""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

from rez.utils.data_utils import ModifyList
from rez.utils.sourcecode import SourceCode

DEPTH = 100
"""How deep a value may be nested; the reader's limit is a little above."""


class OnlyPython(Exception):
    """A value that only CPython can hold: an object of some class, or too deep a nesting."""

    code = "vm-value"


def encode(definition: dict[str, Any]) -> List[Tuple[str, Any]]:
    """The items of `definition`, in order; raises `OnlyPython`."""
    return [(_text(name), _value(value, 0)) for name, value in definition.items()]


def _value(value: Any, depth: int) -> Any:
    if depth > DEPTH:
        raise OnlyPython
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return _text(value)
    if kind is int:
        return value if -(2**63) <= value < 2**63 else ["int", _digits(value)]
    if kind is float:
        return ["float", repr(value)]
    if kind is complex:
        return ["complex", repr(value.real), repr(value.imag)]
    if kind is bytes:
        return ["bytes", value.hex()]
    if value is Ellipsis:
        return ["ellipsis"]
    if kind in (list, tuple, set, frozenset):
        return [kind.__name__, *(_value(item, depth + 1) for item in value)]
    if kind is dict:
        items = ["dict"]
        for key, item in value.items():
            items += _value(key, depth + 1), _value(item, depth + 1)
        return items
    if kind is SourceCode:
        return _code(value)
    if kind is ModifyList:
        return ["modify", _change(value.append, depth), _change(value.prepend, depth)]
    raise OnlyPython


def _text(text: Any) -> str:
    if type(text) is not str:
        raise OnlyPython
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise OnlyPython from None
    return text


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # more digits than Python likes to write
        raise OnlyPython from None


def _change(items: Any, depth: int) -> Optional[List[Any]]:
    if items is None:
        return None
    if type(items) is not list:
        raise OnlyPython
    return [_value(item, depth + 1) for item in items]


def _code(code: SourceCode[Any]) -> List[Any]:
    if type(code.eval_as_function) is not bool:
        raise OnlyPython
    return [
        "code",
        _text(code.source),
        None if code.funcname is None else _text(code.funcname),
        _text(code.filepath),
        code.eval_as_function,
        *(_decorator(decorator) for decorator in code.decorators),
    ]


def _decorator(decorator: dict[str, Any]) -> List[str]:
    if decorator == {"name": "late"}:
        return ["late"]
    if list(decorator) == ["nargs", "name"] and decorator["name"] == "include":
        return ["include", *map(_text, decorator["nargs"])]
    raise OnlyPython
