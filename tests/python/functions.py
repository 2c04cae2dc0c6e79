"""Functions with comments, blank lines and strings in odd places, for the text that rez cuts out of them."""
from __future__ import annotations

import random
from typing import Iterator

_STATEMENTS = (
    "pass", "x = 1", "x = 1 # c", "x = [", "x = [\n1,  # c\n]", "x = (\n# c\n    )", "x = 'a\\\n  b'",
    "x = \"\"\"\n# c\n  a\n\"\"\"", "x = \"\"\"a\n\n    \n\tb\"\"\"", "x = r'\\'  # '", "x = f'{a}'", "x = f'{{'",
    "x = f'''\n{a}\n'''", "x = 1 + \\\n  2", "x = 1 \\\n\n", "x = 1; y = 2", "'''doc\n   more'''",
    "env.A = '{root}'", "return", "'#'", "x = {'a': '#', # b\n}", "x\x0c= 1", "x = '\x0c'", "x = 'é'  # é",
    "x = lambda: 0", "x = '''\n\x0c\n'''", "x = '\u2028'", "x = '''\n\x1c\n'''", "x = 1 \\\n# c", "(x)", "()")
_OPENERS = ("if a:", "for a in b:", "try:", "with a:", "def inner(b):", "if a: # c", "while f(\na):", "else:")
_INDENTS = ("    ", "    ", "    ", "  ", "\t", "        ", " ", "    \t", "\t  ", "\t\t", "\x0c    ")
_SIGNATURES = (
    "def commands():", "def commands():", "def commands():  # c", "def commands(\n):", "def\tcommands():",
    "def commands(this=(1,\n2)):", "def commands() :", "def commands(a: int = 1) -> None:", "def  commands ( ) : ")
_DECORATORS = (
    "@include('a')\n", "@include('a', # c\n'b')\n\n", "@include('a')\n\x0c")
_LATE = (
    "@late()\n", "@late() # c\n", "@late(\n)\n", "@late()\n@include('a')\n", "@include(\n'a',\n'b')\n@late()\n",
    "@late()\n# c\n", "@late()\n\n", "@late()\n\\\n")
_TAILS = (
    "", "", "x = 1", "()", "(1)", "[1]", "'doc'", "def f(): pass", "@late()\ndef f(): return 1", "# c", "    # c",
    "\x0cx = 1", "x = (\n    # c\n1)")
_BLANK = ("", "  ", "\t", "    ", "    ", "        ", "\x0c", " ")


def function_mutants(count: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Whole files with one function that rez keeps; not all of them compile."""
    for _ in range(count):
        source = rng.choice(("", "x = 1\n", "'''doc'''\n", "\x0c", "# c\n"))
        signature = rng.choice(_SIGNATURES)
        if rng.random() < 0.4:
            source += rng.choice(_LATE)
            signature = signature.replace("commands", "tools")
        elif rng.random() < 0.3:
            source += rng.choice(_DECORATORS)
        source += signature
        if rng.random() < 0.15:
            source += " " + rng.choice(_STATEMENTS) + "\n" + _noise(rng)
        else:
            source += "\n" + _block(rng, rng.choice(_INDENTS), 0)
        source += rng.choice(_TAILS) + rng.choice(("", "\n", "\n", "\n    # c", "\n\n"))
        if rng.random() < 0.1:
            source = source.replace("\n", rng.choice(("\r\n", "\r")))
        yield "function", source.encode()


def _block(rng: random.Random, indent: str, depth: int) -> str:
    lines = _noise(rng)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if depth < 3 and rng.random() < 0.2:
            lines += indent + rng.choice(_OPENERS) + "\n" + _block(rng, indent + rng.choice(_INDENTS), depth + 1)
        else:
            lines += indent + rng.choice(_STATEMENTS) + "\n"
        lines += _noise(rng)
    return lines


def _noise(rng: random.Random) -> str:
    """Blank lines and comments."""
    if rng.random() < 0.6:
        return ""
    return "".join(rng.choice(_BLANK) + rng.choice(("", "# c", "#", "#!\t")) + "\n"
                   for _ in range(rng.choice((1, 1, 2, 3))))
