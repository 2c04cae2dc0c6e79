"""Reads `vm_snippets.txt`: expressions over the modules that definitions may import.

A section starts with `[title]`, then come the lines that each of its definitions starts with,
up to a line `--`, then one expression per line; each item of a tuple is a definition of its
own. The mark before an expression says what the VM
tier has to do with it: `+` serve it, `?` serve it or decline, `-` decline. What it serves has
to be what rez gives. `@3.11` after the mark says from which Python on it is served.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("vm_snippets.txt")

# The value travels in the version, which a solver sees.
DEFINITION = '''\
name = "snippet"


def E(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return "raised " + type(error).__name__


{setup}
version = "v" + repr(({expression})).encode("utf-8", "surrogateescape").hex()
'''


class Snippet(NamedTuple):
    """One definition."""

    line: int
    section: str
    expression: str
    #: The definition's text.
    text: str
    #: `+`, `?` or `-`.
    mark: str
    #: The minor version of Python 3 from which on `+` holds.
    since: int


def snippets() -> list[Snippet]:
    """Every snippet of the table."""
    found = []
    section, setup, in_setup = "", [], False
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        header = re.fullmatch(r"\[(.+)\]", line)
        if header:
            section, setup, in_setup = header[1], [], True
        elif line == "--":
            in_setup = False
        elif in_setup:
            setup.append(line)
        elif line and not line.startswith("#"):
            match = re.fullmatch(r"([+?-])(?:@3\.(\d+))? (.+)", line)
            assert match, f"{TABLE.name}:{number}: {line!r}"
            for expression in items(match[3]):
                text = DEFINITION.format(setup="\n".join(setup), expression=expression)
                found.append(Snippet(number, section, expression, text, match[1],
                                     int(match[2] or 0)))
    return found


def items(expression: str) -> list[str]:
    """The items of a tuple without parentheses, else the expression itself."""
    tree = ast.parse(expression, mode="eval").body
    if not isinstance(tree, ast.Tuple) or tree.col_offset != tree.elts[0].col_offset:
        return [expression]
    found = [ast.get_source_segment(expression, element) for element in tree.elts]
    assert all(found)
    return [item for item in found if item]


def value(version: str) -> str:
    """The text of the value that a snippet computed."""
    return bytes.fromhex(version[1:]).decode("utf-8", "surrogateescape")
